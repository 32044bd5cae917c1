//! Tests of the grammar with the shipped words: one sentence a rule.

use super::tests::shipped_words;
use crate::text::quantity::Meaning;
use crate::text::quantity::find;

/// The facts of a sentence as `text value unit qualifier min max`, dates as `text first last`.
fn read(sentence: &str) -> Vec<String> {
    let number = |n: Option<String>| n.unwrap_or_else(|| "-".to_owned());
    find(sentence, &shipped_words())
        .into_iter()
        .map(|found| {
            let text = &sentence[found.span];
            match found.meaning {
                Meaning::Date(first, last) => format!("{text} {first} {last}"),
                Meaning::Quantity(q) => format!(
                    "{text} {} {} {} {} {}",
                    q.value,
                    q.unit.as_deref().unwrap_or("?"),
                    q.qualifier.key(),
                    number(q.min.map(|n| n.to_string())),
                    number(q.max.map(|n| n.to_string())),
                ),
            }
        })
        .collect()
}

#[track_caller]
fn one(sentence: &str, expected: &str) {
    assert_eq!(read(sentence), [expected], "{sentence}");
}

#[track_caller]
fn none(sentence: &str) {
    assert_eq!(read(sentence), Vec::<String>::new(), "{sentence}");
}

#[test]
fn figures_of_every_script() {
    one("修路2.53万米。", "2.53万米 25300 米 eq 25300 25300");
    one("收入１２．５万元", "１２．５万元 125000 元 eq 125000 125000");
    one("共1,193,821元", "1,193,821元 1193821 元 eq 1193821 1193821");
    one("办事2 573件", "2 573件 2573 件 eq 2573 2573");
    one("植树3万5千棵", "3万5千棵 35000 棵 eq 35000 35000");
    one("产值2亿3000万元", "2亿3000万元 230000000 元 eq 230000000 230000000");
    one("产值12.5万亿元", "12.5万亿元 12500000000000 元 eq 12500000000000 12500000000000");
    one("收入423497.80元", "423497.80元 423497.8 元 eq 423497.8 423497.8");
    one("长112 km2", "112 km2 112 km2 eq 112 112");
    one("面积3平方千米", "3平方千米 3 km2 eq 3 3");
    one("走了5千米", "5千米 5 公里 eq 5 5");
    one("用电3千瓦时", "3千瓦时 3 千瓦时 eq 3 3");
}

#[test]
fn chinese_numerals() {
    one("来了一百五十二名客人", "一百五十二名 152 名 eq 152 152");
    one("用去十五万三千元", "十五万三千元 153000 元 eq 153000 153000");
    one("用去三万五元", "三万五元 35000 元 eq 35000 35000");
    one("住着一百零五人", "一百零五人 105 人 eq 105 105");
    one("收入一万亿元", "一万亿元 1000000000000 元 eq 1000000000000 1000000000000");
    one("种了三亩", "三亩 3 亩 eq 3 3");
    for weak in [
        "一个支部",
        "去了三次",
        "两名代表",
        "几十人",
        "数百户",
        "三四十人",
        "七八个",
        "百姓",
        "千方百计",
        "三三两两",
        "十分重要",
        "十百户",
    ] {
        none(weak);
    }
}

#[test]
fn fractions_and_growth() {
    one("参加的占百分之九十五", "百分之九十五 95 % eq 95 95");
    one("参加的占百分之95.5", "百分之95.5 95.5 % eq 95.5 95.5");
    one("约三分之二的户", "约三分之二 0.6667 ratio approx - -");
    one("产值翻了两番", "翻了两番 4 倍 eq 4 4");
    one("产值增长一倍", "一倍 1 倍 eq 1 1");
    one("提高5个百分点", "5个百分点 5 个百分点 eq 5 5");
}

#[test]
fn qualifiers_and_bounds() {
    one("花去50多万元", "50多万元 500000 元 gt 500000 -");
    one("花去5万余元", "5万余元 50000 元 gt 50000 -");
    one("来了 300 多名", "300 多名 300 名 gt 300 -");
    one("用了3年多。", "3年多 3 年 gt 3 -");
    one("来了千余人", "千余人 1000 人 gt 1000 -");
    one("近 70 户", "近 70 户 70 户 lt_approx - 70");
    one("大约40天", "大约40天 40 天 approx - -");
    one("40天左右", "40天左右 40 天 approx - -");
    one("超过8万米", "超过8万米 80000 米 gt 80000 -");
    one("不少于6次", "不少于6次 6 次 ge 6 -");
    one("满意的达90%以上", "90%以上 90 % ge 90 -");
    one("不足100人", "不足100人 100 人 lt - 100");
    one("不超过30天", "不超过30天 30 天 le - 30");
    one("35岁以下", "35岁以下 35 岁 le - 35");
    one("节约5万元", "5万元 50000 元 eq 50000 50000");
    one("附近3000人", "3000人 3000 人 eq 3000 3000");
}

#[test]
fn ranges() {
    one("每组25-30户", "25-30户 25 户 range 25 30");
    one("发放3至5万元", "3至5万元 30000 元 range 30000 50000");
    one("发放3万元至5万元", "3万元至5万元 30000 元 range 30000 50000");
    one("增长15%—20%", "15%—20% 15 % range 15 20");
    one("温度 15~20摄氏度", "15~20摄氏度 15 摄氏度 range 15 20");
    none("电话0571-88880000人");
}

#[test]
fn dates() {
    one("到2011年底", "2011年 2011-01-01 2011-12-31");
    one("二〇一二年二月", "二〇一二年二月 2012-02-01 2012-02-29");
    one("2011 年 9 月 3 日", "2011 年 9 月 3 日 2011-09-03 2011-09-03");
    one("2023-06-30", "2023-06-30 2023-06-30 2023-06-30");
    one("2008-2010年", "2008-2010年 2008-01-01 2010-12-31");
    one("2008年至2010年", "2008年至2010年 2008-01-01 2010-12-31");
    for no in ["XX年", "2011", "2000年级", "90年代", "98年建成", "07年", "3月5日", "8时30分。", "2011-13-45"]
    {
        none(no);
    }
}

#[test]
fn names_are_no_quantities() {
    for name in [
        "实施“365”工程",
        "“一年办10件事”活动",
        "“3个1”",
        "《关于5个问题的决定》",
        "3+2模式",
        "1+1个",
        "G20国道",
        "A4纸",
        "5A级",
        "第3名",
        "第十二条",
        "第1至3名",
        "前10名",
        "12号楼",
        "十八大",
        "十二五",
        "三会一课",
        "四议两公开",
        "192.168.1.1",
        "v2.0",
        "一是",
        "1、加强",
        "(2)加强",
        "3G网络",
        "七一前夕",
        "三八妇女节",
        "20,",
        "5分析",
    ] {
        none(name);
    }
    one("目前200人", "200人 200 人 eq 200 200");
    one("老人说“我们村去年有5万元,够了。”", "5万元 50000 元 eq 50000 50000");
}

#[test]
fn numbers_without_a_measure_word() {
    one("180多万网友", "180多万 1800000 (人) gt 1800000 -");
    one("人口46万,", "46万 460000 ? eq 460000 460000");
    none("来了46同学");
}

/// Subject and what a quantity is reckoned by.
fn about(sentence: &str) -> Vec<(String, String)> {
    let quantities = find(sentence, &shipped_words()).into_iter().filter_map(|found| match found.meaning {
        Meaning::Quantity(q) => Some((q.subject.unwrap_or_default(), q.per.join(" "))),
        Meaning::Date(..) => None,
    });
    quantities.collect()
}

#[test]
fn subjects_and_what_they_are_reckoned_by() {
    for (sentence, subject, per) in [
        ("由县里拨款512万元", "县里拨款", ""),
        ("新修了12公里水渠", "新修水渠", ""),
        ("共有300多个合作社", "合作社", ""),
        ("会议室中45名代表", "代表", ""),
        ("产量快速增长5倍", "产量增长", ""),
        ("占全村总人数的73%", "占全村总人数", ""),
        ("户均养羊20只", "养羊", "household"),
        ("平均每年每亩增收500元", "增收", "mu year"),
        ("年收入超过5万元", "年收入", "year"),
        ("每人3至5万元", "每人", "person"),
        ("二是建立15个站点", "建立", ""),
    ] {
        assert_eq!(about(sentence), [(subject.to_owned(), per.to_owned())], "{sentence}");
    }
    assert_eq!(about("40岁以上的占51%")[1].0, "40岁以上的");
    assert_eq!(about("走访,120户"), [(String::new(), String::new())]);
    one("按500元/场", "500元/场 500 元/场 eq 500 500");
}

#[test]
fn units_to_count_in() {
    let words = shipped_words();
    for (written, main, power) in [
        ("元", "元", 0),
        ("万元", "元", 4),
        (" 亿元", "元", 8),
        ("百万元", "元", 6),
        ("萬亩", "亩", 4),
        ("万人次", "人次", 4),
        ("千米", "公里", 0),
        ("平方公里", "km2", 0),
        ("万平方米", "平方米", 4),
        ("KM", "公里", 0),
        ("(人)", "人", 0),
        ("百分点", "个百分点", 0),
    ] {
        assert_eq!(words.counted_in(written), Some((main, power)), "{written}");
    }
    for none in ["", "万", "万亿元", "公理", "元万", "钱"] {
        assert_eq!(words.counted_in(none), None, "{none}");
    }
    let near = |word: &str, used: &[&str]| words.nearest_unit(word, used);
    assert_eq!(near("公理", &["公里", "公分"]).as_deref(), Some("公里"));
    assert_eq!(near("平方公理", &[]).as_deref(), Some("平方公里"));
    assert_eq!(near("万平方", &["平方米"]).as_deref(), Some("万平方米"));
    assert_eq!(near("钱", &[]).as_deref(), Some("元钱"));
    assert_eq!(near("光年度", &[]), None);
}
