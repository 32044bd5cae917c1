//! How names of divisions are shortened, and what must not be taken for one.
use std::borrow::Cow;
use std::sync::OnceLock;

/// In which form a name was written; the fuller form comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// The official name.
    Full,
    /// With its level but without the peoples or other middle parts: 景宁县, 土右旗, 恩施州.
    Contracted,
    /// Without its level: 翁源.
    Short,
}

/// Peoples whose names stand in those of autonomous divisions, longest first where one begins another.
const PEOPLES: &[&str] = &[
    "维吾尔",
    "哈萨克",
    "蒙古族",
    "蒙古",
    "柯尔克孜",
    "塔吉克",
    "锡伯",
    "达斡尔",
    "鄂伦春",
    "鄂温克",
    "朝鲜",
    "满",
    "回",
    "藏",
    "苗",
    "壮",
    "侗",
    "瑶",
    "彝",
    "土家",
    "布依",
    "白",
    "傣",
    "景颇",
    "傈僳",
    "哈尼",
    "拉祜",
    "佤",
    "纳西",
    "羌",
    "土",
    "撒拉",
    "保安",
    "东乡",
    "裕固",
    "畲",
    "黎",
    "仡佬",
    "水",
    "毛南",
    "仫佬",
    "独龙",
    "怒",
    "普米",
    "布朗",
    "各",
    "蒙",
];

/// Words for levels at the end of a name, longest first.
const LEVELS: &[&str] = &[
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "联合旗",
    "林区",
    "特区",
    "地区",
    "新区",
    "省",
    "市",
    "县",
    "区",
    "旗",
    "盟",
    "州",
];

/// Words that tell a place from what is called after one, by kind.
const WORDS: &str = include_str!("../../../data/place_words.txt");

/// The words of a kind, read once.
struct Words {
    organisation: Vec<&'static str>,
    street: Vec<&'static str>,
    verb: Vec<&'static str>,
    office: Vec<&'static str>,
    passing: Vec<&'static str>,
    word: Vec<&'static str>,
}

fn words() -> &'static Words {
    static WORDS_READ: OnceLock<Words> = OnceLock::new();
    WORDS_READ.get_or_init(|| {
        let of = |kind: &str| {
            let lines = WORDS.lines().filter(|line| line.split(' ').next() == Some(kind));
            lines.flat_map(|line| line.split(' ').skip(1)).collect()
        };
        Words {
            organisation: of("organisation"),
            street: of("street"),
            verb: of("verb"),
            office: of("office"),
            passing: of("passing"),
            word: of("word"),
        }
    })
}

/// Whether what follows a place says that it is named in passing: 考察, 经验, the next of a list.
pub(super) fn is_passing(rest: &str) -> bool {
    words().passing.iter().any(|word| rest.starts_with(word))
}

/// Whether a short name is a common word too: 安康, 大同.
pub(super) fn is_word(name: &str) -> bool {
    words().word.contains(&name)
}

/// Whether a clause begins here: 推行, 加强.
pub(super) fn is_clause(rest: &str) -> bool {
    words().verb.iter().any(|word| rest.starts_with(word))
}

/// The names that a division goes by, with their forms.
pub(super) fn forms(name: &'static str, is_province: bool) -> Vec<(Cow<'static, str>, Form)> {
    let mut list = vec![(Cow::Borrowed(name), Form::Full)];
    let Some((stem, level)) = LEVELS.iter().find_map(|level| Some((name.strip_suffix(level)?, *level)))
    else {
        return list;
    };
    let bare = without_peoples(stem);
    let autonomous = level.starts_with("自治");
    let stem = if autonomous { bare } else { stem };
    let chars = stem.chars().count();
    if chars < 2 {
        return list;
    }
    list.push((Cow::Borrowed(stem), Form::Short));
    if is_province {
        if autonomous && bare.len() < name.len() {
            // 新疆自治区, 宁夏自治区
            list.push((Cow::Owned(format!("{bare}自治区")), Form::Contracted));
        }
        return list;
    }
    if autonomous {
        let sign = level.trim_start_matches("自治");
        list.push((Cow::Owned(format!("{stem}{sign}")), Form::Contracted));
        list.push((Cow::Owned(format!("{stem}{level}")), Form::Contracted));
    }
    if level == "旗" || level == "联合旗" {
        list.extend(banner(stem).map(|short| (Cow::Owned(short), Form::Contracted)));
    }
    list.sort();
    list.dedup_by(|a, b| a.0 == b.0);
    list
}

/// 土默特右旗 → 土右旗, 科尔沁右翼前旗 → 科右前旗, 达尔罕茂明安 → 达茂旗.
fn banner(stem: &str) -> Option<String> {
    if stem.starts_with("达尔罕茂明安") {
        return Some("达茂旗".to_string());
    }
    let first = stem.chars().next()?;
    let side = stem.find(['左', '右', '前', '中', '后'])?;
    let tail: String = stem[side..].chars().filter(|&c| c != '翼').collect();
    // 东乌珠穆沁 and the like hold no side; a stem that is all side (左旗) has nothing to shorten.
    let is_side = tail.chars().all(|c| "左右前中后".contains(c));
    (side > first.len_utf8() && is_side).then(|| format!("{first}{tail}旗"))
}

/// 景宁畲族 → 景宁, 积石山保安族东乡族撒拉族 → 积石山.
fn without_peoples(stem: &str) -> &str {
    let mut stem = stem;
    loop {
        let shorter = PEOPLES.iter().find_map(|people| {
            let rest = stem.strip_suffix("族").unwrap_or(stem).strip_suffix(people)?;
            // One-letter peoples are written with 族: 黎平 is no people's.
            let named = stem.ends_with('族') || people.chars().count() > 1;
            (named && rest.chars().count() >= 2).then_some(rest)
        });
        match shorter {
            Some(rest) => stem = rest,
            None => return stem,
        }
    }
}

/// Names that are only a level (城区, 郊区, 市中区, 新区): they say nothing without a prefecture before them.
pub(super) fn is_generic(name: &str) -> bool {
    let chars = name.chars().count();
    matches!(name, "市中区" | "市郊区" | "城中区" | "城东区" | "城西区" | "城北区" | "城南区" | "新城区")
        || (chars == 2 && name.ends_with('区'))
}

/// Whether a name found goes on as a common word: 海南区 in 海南区域.
pub(super) fn runs_on(name: &str, rest: &str) -> bool {
    let (Some(last), Some(next)) = (name.chars().last(), rest.chars().next()) else {
        return false;
    };
    matches!((last, next), ('区', '域' | '划') | ('市', '场') | ('县', '域'))
}

/// Whether what follows a bare name makes it an organisation's, or a street's.
pub(super) fn is_organisation(rest: &str) -> bool {
    let rest = up_to_border(rest);
    let words = words();
    let street =
        words.street.iter().any(|word| rest.strip_prefix(word).is_some_and(|more| !more.starts_with('径')));
    let clause = words.verb.iter().filter_map(|verb| rest.find(verb)).min().unwrap_or(rest.len());
    street || words.organisation.iter().any(|word| rest[..clause].contains(word))
}

/// Whether a short name can end here: at the end, at punctuation, or before an office or a place below.
pub(super) fn is_border(rest: &str) -> bool {
    let head = up_to_border(rest);
    let near: String = head.chars().take(6).collect();
    head.is_empty()
        || words().office.iter().any(|word| head.starts_with(word))
        || ["镇", "乡", "街道", "村", "社区"]
            .iter()
            .any(|word| near.ends_with(word) || near.contains(&format!("{word}委")))
}

fn up_to_border(rest: &str) -> &str {
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    &rest[..end]
}
