//! The yearly summary of a dozen cases, every figure worked out by hand.

use super::*;
use crate::archive;
use crate::archive::Card;
use crate::diag::Code;
use crate::facts::read_words;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::stats::tests::card;
use crate::stats::tests::case;
use crate::stats::tests::text;
use crate::yaml;
use std::path::Path;

/// Six cases of the second edition (five entries, `a06` in no list), five of the first (`a03`
/// stands in both; `c02` in no list), and two that belong to neither.
const CASES: &[&str] = &[
    "id: a01\ntitle: 民情流水线\nunit: 敦煌市\nregion: {province: 山东省}\nsector: 农村\nyear: 2012\n\
     themes: [学习型党组织建设, 反腐倡廉建设]\nsections: [{role: practice, text: 文}]\n\
     awards: [{programme: 全国基层党建创新案例, edition: 2, year: 2012, level: 最佳案例, rank: 1}]",
    "id: a02\ntitle: 星级管理\nunit: 瓜州县\nregion: {province: 甘肃省}\nsector: 城市社区\n\
     awards: [{programme: 全国基层党建创新案例, edition: 2, year: 2012, level: 最佳案例, rank: 2}]",
    "id: a03\ntitle: 两会两评\nunit: 肃州区\nregion: {province: 山东省}\nsector: 农村\n\
     sections: [{role: practice, text: 文}]\nawards:\n\
     \u{20}- {programme: 全国基层党建创新案例, edition: 1, level: 优秀案例, rank: 3}\n\
     \u{20}- {programme: 全国基层党建创新案例, edition: 2, year: 2012, level: 优秀案例, rank: 1}",
    "id: a04\ntitle: 2+X\nunit: 宝钢\nregion: {province: 上海市}\nsector: 国有企业\n\
     awards: [{programme: 全国基层党建创新案例, edition: 2, level: 优秀案例, rank: 2, unit: 宝钢资源}]",
    "id: a05\ntitle: 大飞机\nunit: 中国商飞\n\
     awards: [{programme: 全国基层党建创新案例, edition: 2, year: 2012, level: 优秀案例, rank: 3}]",
    "id: a06\ntitle: 双联双管\nregion: {province: 甘肃省}\nyear: 2012\nedition: 2\nsections: [{role: practice, text: 文}]",
    "id: b01\ntitle: 甲\nregion: {province: 山东省}\n\
     awards: [{programme: 全国基层党建创新案例, edition: 1, level: 最佳案例, rank: 1}]",
    "id: b02\ntitle: 乙\nregion: {province: 江苏省}\n\
     awards: [{programme: 全国基层党建创新案例, edition: 1, level: 优秀案例, rank: 1}]",
    "id: b03\ntitle: 丙\nawards: [{programme: 全国基层党建创新案例, edition: 1, level: 优秀案例, rank: 2}]",
    "id: c01\ntitle: 丁\nyear: 2010",
    "id: c02\ntitle: 戊\nedition: 1\nsections: [{role: practice, text: 文}]",
    "id: c03\ntitle: 己\nawards: [{programme: 城市基层党建, edition: 5}]",
];

fn archive() -> (Kind, Vec<Card>) {
    let kind = case();
    let cards = CASES.iter().map(|text| card(&kind, text)).collect();
    (kind, cards)
}

fn outline(kind: &Kind, text: &str) -> Result<Outline, Vec<crate::diag::Finding>> {
    let reading = yaml::read(text);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let words = {
        let list = |name: &str| {
            yaml::read(archive::shipped(&format!("schemas/vocab/{name}.yaml")).expect("a list"))
                .root
                .expect("a list")
        };
        read_words(&list("units"), &list("quantities")).expect("words")
    };
    let query = |query: &str| if query.contains("甲") { Err("没有甲".to_owned()) } else { Ok(()) };
    let known = Known { units: Some(&words), query: Some(&query) };
    Outline::read(&reading.root.expect("a document"), kind, known, Path::new("reports/x.yaml"))
}

fn yearly(kind: &Kind) -> Outline {
    outline(kind, shipped("yearly").expect("shipped")).expect("the shipped outline is right")
}

fn no_query(query: &str) -> Result<Vec<usize>, String> {
    Err(format!("asked for {query}"))
}

fn answers(select: Select<'_>) -> Answers<'_> {
    Answers { select, amounts: &|_, _| Vec::new(), given: &[], findings: &[] }
}

fn edition(number: i64) -> Period {
    Period { edition: Some(number), ..Period::default() }
}

/// A document as lines.
fn lines(document: &Document) -> Vec<String> {
    let mut lines: Vec<String> = document.title.iter().map(|title| format!("# {title}")).collect();
    for block in &document.blocks {
        match block {
            Block::Heading { level, text } => lines.push(format!("{level} {text}")),
            Block::Paragraph(text) | Block::Stated { text, .. } => lines.push(text.clone()),
            Block::Table(table) => {
                lines.extend(table.title.iter().map(|title| format!("[{title}]")));
                lines.extend(text(table));
            }
            Block::List { items, .. } => lines.extend(items.iter().cloned()),
        }
    }
    lines
}

#[test]
fn the_yearly_summary_of_the_second_edition() {
    let (kind, cards) = archive();
    let outline = yearly(&kind);
    let document =
        build(&outline, &edition(2), &kind, &cards, answers(&no_query), Lang::Zh).expect("a document");
    assert_eq!(
        lines(&document),
        [
            "# 全国基层党建创新案例 第2届汇总表",
            "2 一、总体情况",
            "第2届共收录案例 6 个，其中有正文的 3 个，仅列名的 3 个；名单条目 5 条，不在名单里的案例 1 个；涉及 3 个省级地区。",
            "[收录情况]",
            "收录|数量|占比",
            "全文|3|50.0%",
            "仅列名|3|50.0%",
            "合计|6|100.0%",
            "[等次]",
            "等次|数量|占比",
            "最佳案例|2|40.0%",
            "优秀案例|3|60.0%",
            "合计|5|100.0%",
            "未填|1|",
            "2 二、各省入选情况",
            "省|最佳案例|优秀案例|合计|未填",
            "山东省|1|1|2|0",
            "上海市|0|1|1|0",
            "甘肃省|1|0|1|1",
            "未填|0|1|1|0",
            "合计|2|3|5|1",
            "2 三、领域和主题",
            "[领域]",
            "领域|数量|占比",
            "农村|2|33.3%",
            "城市社区|1|16.7%",
            "国有企业|1|16.7%",
            "未填|2|33.3%",
            "合计|6|100.0%",
            "[主题]",
            "主题|数量",
            "学习型党组织建设|1",
            "反腐倡廉建设|1",
            "未填|5",
            "合计|7",
            "2 四、同比",
            "[案例]",
            "收录|第2届|第1届|增减|增减 %",
            "全文|3|2|+1|50.0%",
            "仅列名|3|3|0|0.0%",
            "合计|6|5|+1|20.0%",
            "[名单条目]",
            "等次|第2届|第1届|增减|增减 %",
            "最佳案例|2|1|+1|100.0%",
            "优秀案例|3|3|0|0.0%",
            "合计|5|4|+1|25.0%",
            "未填|1|1|0|0.0%",
            "2 五、入选名单",
            "[最佳案例（2）]",
            "名次|申报单位|题目|省",
            "1|敦煌市|民情流水线|山东省",
            "2|瓜州县|星级管理|甘肃省",
            "[优秀案例（3）]",
            "名次|申报单位|题目|省",
            "1|肃州区|两会两评|山东省",
            "2|宝钢|2+X|上海市",
            "3|中国商飞|大飞机|",
            "2 六、案库缺项",
            "缺项|数量|占比|举例",
            "仅列名、没有正文|3|50.0%|a02 星级管理；a04 2+X；a05 大飞机",
            "没有“省”|1|16.7%|a05 大飞机",
            "没有“领域”|2|33.3%|a05 大飞机；a06 双联双管",
            "没有“年度”|1|16.7%|a04 2+X",
            "不在“入选名单”里|1|16.7%|a06 双联双管",
        ]
    );
}

#[test]
fn a_period_without_records_names_those_that_have_some() {
    let (kind, cards) = archive();
    let outline = yearly(&kind);
    let error =
        build(&outline, &edition(9), &kind, &cards, answers(&no_query), Lang::Zh).expect_err("no ninth");
    assert!(error.is_empty());
    assert_eq!(error.say(Lang::Zh), "没有第9届的记录；有记录的是：1、2、5。");
    let year = Period { year: Some(1999), ..Period::default() };
    let error = build(&outline, &year, &kind, &cards, answers(&no_query), Lang::En).expect_err("no 1999");
    assert_eq!(error.say(Lang::En), "there are no records of 1999; there are some of: 2010, 2012");
}

#[test]
fn years_programmes_and_the_whole_archive() {
    let (kind, cards) = archive();
    let outline = yearly(&kind);
    let built = |period: Period, lang| {
        lines(&build(&outline, &period, &kind, &cards, answers(&no_query), lang).expect("a document"))
    };
    // a01, a02, a03 and a05 by their entry, a06 by itself; nothing in 2011.
    let year = built(Period { year: Some(2012), ..Period::default() }, Lang::Zh);
    assert_eq!(year[0], "# 全国基层党建创新案例 2012年度汇总表");
    assert!(year[2].starts_with("2012年度共收录案例 5 个"), "{}", year[2]);
    assert!(year.contains(&"最佳案例|2|||".to_owned()), "{year:#?}");

    let all = built(Period::default(), Lang::En);
    assert_eq!(all[0], "# Case: summary of all periods");
    assert!(all.contains(&Lang::En.word("report.no_period").to_owned()));
    // No Han character of ours is left in English: only values of the records.
    assert!(all[1].is_ascii() && all[2].is_ascii(), "{} {}", all[1], all[2]);

    let named = Period { programme: Some("城市基层党建".into()), ..Period::default() };
    assert!(built(named, Lang::Zh)[2].starts_with("全部共收录案例 1 个"));
}

#[test]
fn queries_are_answered_by_the_caller() {
    let (kind, cards) = archive();
    let text = "blocks:\n  - table: {rows: [等次], where: '省:山东省', totals: true}\n  - list: {fields: [题目, 届次, 名单单位], where: x, sort: ['届次:desc']}\n";
    let outline = outline(&kind, text).expect("right");
    // The first and the third card; of the third only the entry of the second edition counts.
    let select = |query: &str| Ok(if query == "x" { vec![2, 3, 8] } else { vec![0, 2] });
    let document =
        build(&outline, &edition(2), &kind, &cards, answers(&select), Lang::Zh).expect("a document");
    assert_eq!(
        lines(&document),
        [
            "等次|数量",
            "最佳案例|1",
            "优秀案例|1",
            "合计|2",
            "题目|届次|名单单位",
            "两会两评|2|肃州区",
            "2+X|2|宝钢资源"
        ]
    );
    let error =
        build(&outline, &edition(2), &kind, &cards, answers(&no_query), Lang::En).expect_err("no answer");
    assert_eq!(
        error,
        BuildError::Query {
            field: "blocks[0].table.where".into(),
            query: "省:山东省".into(),
            message: "asked for 省:山东省".into()
        }
    );
}

#[test]
fn everything_wrong_with_an_outline_is_found_at_once() {
    let kind = case();
    let text = "\
titel: x
params: [edtion]
blocks:
  - heading: '{record}'
  - table: {rows: [省分], cols: [题目], totals: ja, sort: size}
  - tabel: {rows: 省}
  - list: {fields: [摘要], colums: 3}
  - gaps: {fields: [领土], show: many}
  - table: {rows: 等次, cols: 来源文件}
  - table: {rows: 年度, cols: 省, delta: true}
  - table: [省]
  - table: {rows: 省, measure: sum(facts.平方公理)}
  - table: {rows: 省, measure: sum(facts)}
  - table: {rows: 省, measure: sum(facts.万元)}
  - table: {rows: 省, where: 年度:甲}
  - list: {fields: [题目], where: 甲}
  - text: '{records} of {nothing'
";
    let findings = outline(&kind, text).expect_err("findings");
    let shown: Vec<String> = findings
        .iter()
        .map(|finding| {
            let span = finding.span.expect("a place");
            let args: Vec<&str> = finding.args.iter().map(|(_, value)| value.as_str()).collect();
            format!(
                "{} {} «{}» {} → {}",
                finding.code.id(),
                finding.field,
                &text[span.start..span.end],
                args.join(" "),
                finding.suggestion.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "AK0902 titel «titel» titel → title",
            "AK0905 params «edtion» edtion → edition",
            "AK0905 blocks[0].heading «'{record}'» {record} → records",
            "AK0905 blocks[1].table.rows «省分» 省分 → 省",
            "AK0905 blocks[1].table.cols «题目» 题目 → -",
            "AK0905 blocks[1].table.totals «ja» totals: true | false → -",
            "AK0905 blocks[1].table.sort «size» size → -",
            "AK0902 blocks[2].tabel «tabel» tabel → table",
            "AK0905 blocks[3].list.fields «摘要» 摘要 → -",
            "AK0902 blocks[3].list.colums «colums» colums → -",
            "AK0905 blocks[4].gaps.fields «领土» 领土 → 领域",
            "AK0905 blocks[4].gaps.show «many» show: 3 → -",
            "AK0905 blocks[5].table «{rows: 等次, cols: 来源文件}» awards + source → -",
            "AK0905 blocks[6].table.cols «省» delta: true, cols: … → -",
            "AK0905 blocks[7].table «[省]» {title, rows, cols, measure, where, totals, percent, transpose, sort, top, subtotals, delta, chart: …} → -",
            "AK0905 blocks[8].table.measure «sum(facts.平方公理)» 平方公理 → 平方公里",
            "AK0905 blocks[9].table.measure «sum(facts)» sum(facts) → -",
            "AK0905 blocks[11].table.where «年度:甲» 没有甲 → -",
            "AK0905 blocks[12].list.where «甲» 没有甲 → -",
            "AK0905 blocks[13].text «'{records} of {nothing'» {nothing → -",
        ]
    );
    assert!(findings.iter().all(|finding| matches!(finding.code, Code::BadSettings | Code::UnknownKeyword)));
    for text in [
        "blocks: []\n",
        "title: x\n",
        "[]\n",
        "x\n",
        "blocks: [{}]\n",
        "blocks: [{heading: a, text: b}]\n",
        "blocks: [text: ]\n",
    ] {
        assert!(outline(&kind, text).is_err(), "{text}");
    }
}

#[test]
fn same_data_same_bytes_in_every_format() {
    let (kind, cards) = archive();
    let outline = yearly(&kind);
    for lang in [Lang::Zh, Lang::En] {
        let make =
            || build(&outline, &edition(2), &kind, &cards, answers(&no_query), lang).expect("a document");
        for renderer in RENDERERS {
            for width in [None, Some(40), Some(1)] {
                let options = Options { lang, width, excel: false };
                let render = || (renderer.render)(&make(), &options).expect("rendered");
                let bytes = render();
                assert_eq!(bytes, render(), "{}", renderer.name);
                if renderer.binary {
                    continue;
                }
                let text = String::from_utf8(bytes).expect("UTF-8");
                assert!(
                    text.ends_with('\n') && (width.is_some() || text.contains("山东省")),
                    "{}",
                    renderer.name
                );
            }
        }
    }
}
