//! What brute force is held against: random archives of cases, and random queries that have a chance in them.

use crate::brute_force::Ask;
use crate::brute_force::Says;
use crate::brute_force::Unit;
use crate::support::Rng;
use crate::support::copy;
use crate::support::write;
use anku::archive::Archive;
use anku::text::fold::fold;
use anku::workspace::Refresh;
use anku::workspace::ready;
use anku::yaml::Tree;
use anku::yaml::write as to_yaml;
use tempfile::TempDir;

/// A record, as the oracle knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) year: Option<i64>,
    pub(crate) province: Option<&'static str>,
    pub(crate) levels: Vec<&'static str>,
    pub(crate) ranks: Vec<i64>,
    pub(crate) full: bool,
    /// Label, item of its list, as written, folded.
    texts: Vec<(String, usize, String, String)>,
}

impl Record {
    /// Its text values: label, item, folded text.
    pub(crate) fn values(&self) -> Vec<(&str, usize, &str)> {
        self.texts.iter().map(|(label, item, _, text)| (label.as_str(), *item, text.as_str())).collect()
    }

    fn add(&mut self, label: &str, item: usize, text: &str) {
        self.texts.push((label.to_owned(), item, text.to_owned(), fold(text)));
    }

    fn has(&self, label: &str) -> bool {
        self.texts.iter().any(|(own, ..)| own == label)
    }
}

pub(crate) struct Made {
    pub(crate) folder: TempDir,
    pub(crate) records: Vec<Record>,
}

/// Pieces that texts are made of: the same in other scripts and widths, Latin, digits, marks, borders.
const PIECES: &[&str] = &[
    "党员",
    "党员",
    "黨員",
    "群众",
    "群衆",
    "服务",
    "服務",
    "社区",
    "干部",
    "工程",
    "民情",
    "书记",
    "的",
    "在",
    "一",
    "了",
    "GPS",
    "ｇｐｓ",
    "Wi-Fi",
    "2+X",
    "C#",
    "2012",
    "１２",
    "ab",
    "Ab",
    "，",
    "。",
    "；",
    "！",
    "、",
    "”",
    "（一）",
    "*",
    "/",
    " ",
    "\n",
    "\n\n",
    "\n\n",
];
const WORDS: &str = "党员 黨員 群众 服务 社区 干部 工程 民情 书记 党 员 众 务 的 \
                     gps GPS wi-fi 2+x C# 12 ２０１２ ab 员群 员服务 （一） ｂ 没有";
const PROVINCES: &[&str] = &["甘肃省", "山东省", "浙江省", "江苏省"];
const LEVELS: &[&str] = &["最佳案例", "优秀案例", "一等奖"];
const ROLES: &[&str] = &["background", "practice", "results"];

fn pick<'a>(list: &[&'a str], rng: &mut Rng) -> &'a str {
    list[rng.below(list.len())]
}

fn words(from: usize, more: usize, rng: &mut Rng) -> String {
    let text: String = (0..from + rng.below(more)).map(|_| pick(PIECES, rng)).collect();
    let text = text.trim().to_owned();
    if fold(&text).trim().is_empty() { "民情".to_owned() } else { text }
}

/// A record and its file.
fn record(number: usize, rng: &mut Rng) -> (Record, String) {
    let mut record = Record { id: format!("rec-{number:03}"), ..Record::default() };
    let mut map: Vec<(String, Tree)> = vec![("id".to_owned(), record.id.as_str().into())];
    let line = |rng: &mut Rng| words(1, 4, rng).replace('\n', "");
    let line =
        |rng: &mut Rng| Some(line(rng)).filter(|text| !fold(text).trim().is_empty()).unwrap_or("民".into());
    let title = line(rng);
    record.add("title", 0, &title);
    map.push(("title".to_owned(), title.into()));
    if rng.below(2) == 0 {
        let unit = line(rng);
        record.add("unit", 0, &unit);
        map.push(("unit".to_owned(), unit.into()));
    }
    if rng.below(3) > 0 {
        let province = pick(PROVINCES, rng);
        record.province =
            Some(PROVINCES[PROVINCES.iter().position(|own| *own == province).expect("one of them")]);
        record.add("region.province", 0, province);
        map.push(("region".to_owned(), Tree::Map(vec![("province".to_owned(), province.into())])));
    }
    if rng.below(4) > 0 {
        let year = 2008 + rng.below(7) as i64;
        record.year = Some(year);
        map.push(("year".to_owned(), Tree::Integer(year)));
    }
    let mut awards = Vec::new();
    for item in 0..rng.below(3) {
        let level = LEVELS[rng.below(LEVELS.len())];
        let rank = 1 + rng.below(6) as i64;
        record.levels.push(level);
        record.ranks.push(rank);
        record.add("awards.level", item, level);
        let listed = line(rng);
        record.add("awards.title", item, &listed);
        awards.push(Tree::Map(vec![
            ("level".to_owned(), level.into()),
            ("rank".to_owned(), Tree::Integer(rank)),
            ("title".to_owned(), listed.into()),
        ]));
    }
    if !awards.is_empty() {
        map.push(("awards".to_owned(), Tree::List(awards)));
    }
    if rng.below(2) == 0 {
        let text = words(2, 12, rng);
        record.add("abstract", 0, &text);
        map.push(("abstract".to_owned(), text.into()));
    }
    let mut sections = Vec::new();
    for item in 0..rng.below(4) {
        let role = pick(ROLES, rng);
        let mut section = vec![("role".to_owned(), Tree::from(role))];
        if rng.below(2) == 0 {
            let heading = line(rng);
            record.add(&format!("sections.{role}"), item, &heading);
            section.push(("heading".to_owned(), heading.into()));
        }
        let text = words(3, 25, rng);
        record.add(&format!("sections.{role}"), item, &text);
        section.push(("text".to_owned(), text.into()));
        sections.push(Tree::Map(section));
    }
    record.full = !sections.is_empty();
    if record.full {
        map.push(("sections".to_owned(), Tree::List(sections)));
    }
    (record, to_yaml(&Tree::Map(map)))
}

/// An archive; every second one was indexed before some of its records changed.
pub(crate) fn make(number: usize, rng: &mut Rng) -> Made {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(&["anku.yaml", "schemas"], root);
    let mut records = Vec::new();
    let put = |at: usize, rng: &mut Rng| {
        let (record, text) = record(at, rng);
        write(root, &format!("cases/{}.yaml", record.id), text);
        record
    };
    for at in 0..5 + rng.below(40) {
        records.push(put(at, rng));
    }
    if number % 2 == 1 {
        let archive = Archive::open(root).expect("an archive");
        drop(ready(&archive, Refresh::Look, &|_, _| {}));
        for _ in 0..4 {
            let at = rng.below(records.len());
            records[at] = put(at, rng);
        }
    }
    Made { folder, records }
}

/// Patterns as they are typed, and what they are on folded texts. The first ones have a place in a sentence too.
const PATTERNS: &[(&str, &str)] = &[
    ("[0-9]+", "[0-9]+"),
    ("群众|服务", "群众|服务"),
    ("黨員", "党员"),
    ("[Ａ-Ｚ]{3}", "[a-z]{3}"),
    ("党.?群", "党.?群"),
    ("(社区|干部)的?工程", "(社区|干部)的?工程"),
    ("党员.{0,4}服务", "党员.{0,4}服务"),
    ("^(党|gps|社区)", "^(党|gps|社区)"),
    ("服务$", "服务$"),
    ("^.{2,4}$", "^.{2,4}$"),
    ("民情.*书记", "民情.*书记"),
    ("C#|2\\+X", "c#|2\\+x"),
    ("GPS[^党]*群", "gps[^党]*群"),
];
const IN_SENTENCES: usize = 7;

/// A string: a word, or a piece of some text.
fn term(records: &[Record], rng: &mut Rng) -> String {
    if rng.below(2) == 0 {
        let words: Vec<&str> = WORDS.split(' ').collect();
        return pick(&words, rng).to_owned();
    }
    let record = &records[rng.below(records.len())];
    let (_, _, text, _) = &record.texts[rng.below(record.texts.len())];
    let chars: Vec<char> = text.chars().collect();
    let at = rng.below(chars.len());
    let piece: String = chars[at..].iter().take(1 + rng.below(5)).take_while(|c| **c != '\n').collect();
    let piece = piece.trim().to_owned();
    let quotable = !piece.contains(['"', '“', '”', '「', '」']) && !fold(&piece).trim().is_empty();
    if quotable { piece } else { "党员".to_owned() }
}

/// A string without marks, which is a term as it stands.
fn bare(records: &[Record], rng: &mut Rng) -> String {
    let term = term(records, rng);
    let plain = term.chars().all(char::is_alphanumeric) && !term.chars().any(|c| "。！？；".contains(c));
    if plain { term } else { pick(&["党员", "群众", "服务", "gps", "干"], rng).to_owned() }
}

/// A string or pattern; with `inside`, one whose answer does not depend on where a closing mark belongs.
fn leaf(records: &[Record], inside: bool, rng: &mut Rng) -> Ask {
    match rng.below(6) {
        0 => Ask::Wild((0..2 + rng.below(2)).map(|_| bare(records, rng)).collect()),
        1 => {
            let (typed, meant) = PATTERNS[rng.below(if inside { IN_SENTENCES } else { PATTERNS.len() })];
            Ask::Pattern(typed, meant)
        }
        _ if inside => Ask::Term(bare(records, rng)),
        _ => Ask::Term(term(records, rng)),
    }
}

fn near(records: &[Record], rng: &mut Rng) -> Ask {
    let many = 2 + rng.below(4) / 3;
    let choices = (0..many).map(|_| (0..1 + rng.below(5) / 4).map(|_| leaf(records, true, rng)).collect());
    Ask::Near(choices.collect(), (1..many).map(|_| [0, 1, 2, 3, 5, 10, 20][rng.below(7)]).collect())
}

fn below(records: &[Record], rng: &mut Rng) -> Ask {
    const FIELDS: &[(&str, &str)] = &[
        ("题目", "title"),
        ("title", "title"),
        ("单位", "unit"),
        ("摘要", "abstract"),
        ("abstract", "abstract"),
        ("做法", "sections.practice"),
        ("sections.background", "sections.background"),
        ("成效", "sections.results"),
        ("sections", "sections"),
        ("正文", "sections"),
        ("awards.title", "awards.title"),
    ];
    let (name, label) = FIELDS[rng.below(FIELDS.len())];
    let any = match rng.below(5) {
        0 => (0..2).map(|_| Ask::Term(bare(records, rng))).collect(),
        1 => vec![Ask::Pattern("服务$", "服务$")],
        2 => vec![Ask::Wild(vec![bare(records, rng), bare(records, rng)])],
        _ => vec![Ask::Term(term(records, rng))],
    };
    Ask::Below(name, label, any)
}

fn filter(rng: &mut Rng) -> Ask {
    let (a, b) = (2008 + rng.below(7) as i64, 2008 + rng.below(7) as i64);
    let (low, high) = (a.min(b), a.max(b));
    let (one, other) = (PROVINCES[rng.below(4)], PROVINCES[rng.below(4)]);
    let rank = 1 + rng.below(6) as i64;
    let (few, more) = (rank.min(4), rank.max(4));
    let years = |r: &Record, n: &[i64], _: &[&str]| r.year.is_some_and(|year| (n[0]..=n[1]).contains(&year));
    let either = |r: &Record, n: &[i64], _: &[&str]| r.year.is_some_and(|year| n.contains(&year));
    let province = |r: &Record, _: &[i64], w: &[&'static str]| r.province.is_some_and(|own| w.contains(&own));
    let level = |r: &Record, _: &[i64], w: &[&'static str]| r.levels.iter().any(|own| w.contains(own));
    let ranks = |r: &Record, n: &[i64], _: &[&str]| r.ranks.iter().any(|rank| (n[0]..=n[1]).contains(rank));
    let has = |r: &Record, _: &[i64], w: &[&'static str]| match w[0] {
        "year" => r.year.is_some(),
        "rank" => !r.ranks.is_empty(),
        label => r.has(label),
    };
    let begins =
        |r: &Record, _: &[i64], w: &[&'static str]| r.province.is_some_and(|own| own.starts_with(w[0]));
    let extent = |r: &Record, n: &[i64], _: &[&str]| r.full == (n[0] == 1);
    let made: (String, Says, Vec<i64>, Vec<&'static str>) = match rng.below(22) {
        0 => (format!("年:{low}..{high}"), years, vec![low, high], vec![]),
        1 => (format!("year:{low}"), years, vec![low, low], vec![]),
        2 => (format!("年度:>={low}"), years, vec![low, i64::MAX], vec![]),
        3 => (format!("year:>{low}"), years, vec![low + 1, i64::MAX], vec![]),
        4 => (format!("year:<{low}"), years, vec![i64::MIN, low - 1], vec![]),
        5 => (format!("year:<={low}"), years, vec![i64::MIN, low], vec![]),
        6 => (format!("年:{low}年至{high}年"), years, vec![low, high], vec![]),
        7 => (format!("year:{a},{b}"), either, vec![a, b], vec![]),
        8 => (format!("year:({a} | {b})"), either, vec![a, b], vec![]),
        9 => (format!("省:{one}"), province, vec![], vec![one]),
        10 => (format!("province={one}"), province, vec![], vec![one]),
        11 => (format!("省:{one},{other}"), province, vec![], vec![one, other]),
        12 => (format!("province:{one}|{other}"), province, vec![], vec![one, other]),
        13 => ("省:甘*".to_owned(), begins, vec![], vec!["甘"]),
        14 => ("等次:最佳案例".to_owned(), level, vec![], vec!["最佳案例"]),
        15 => ("level:优秀、一等奖".to_owned(), level, vec![], vec!["优秀案例", "一等奖"]),
        16 => (format!("名次:<={rank}"), ranks, vec![1, rank], vec![]),
        17 => (format!("awards.rank:{few}..{more}"), ranks, vec![few, more], vec![]),
        18 => ("extent:full".to_owned(), extent, vec![1], vec![]),
        19 => ("extent:listed".to_owned(), extent, vec![0], vec![]),
        _ => {
            const HAS: &[(&str, &str)] = &[
                ("年:*", "year"),
                ("省:*", "region.province"),
                ("等次:*", "awards.level"),
                ("摘要:*", "abstract"),
                ("unit:*", "unit"),
                ("rank:*", "rank"),
                ("做法:*", "sections.practice"),
            ];
            let (typed, label) = HAS[rng.below(HAS.len())];
            (typed.to_owned(), has, vec![], vec![label])
        }
    };
    Ask::Filter(made.0, made.1, made.2, made.3)
}

fn within(records: &[Record], largest: Unit, depth: usize, rng: &mut Rng) -> Ask {
    let units = [Unit::Sentence, Unit::Paragraph, Unit::Section];
    let units: Vec<Unit> = units.into_iter().filter(|unit| *unit <= largest).collect();
    let unit = units[rng.below(units.len())];
    Ask::Within(unit, Box::new(inner(records, unit, depth, rng)))
}

/// What may stand in a unit: whatever is text, and smaller units.
fn inner(records: &[Record], unit: Unit, depth: usize, rng: &mut Rng) -> Ask {
    let part = |rng: &mut Rng| match rng.below(if depth == 0 { 5 } else { 9 }) {
        0..=2 => leaf(records, true, rng),
        3 => Ask::Not(Box::new(leaf(records, true, rng))),
        4 => near(records, rng),
        5 => within(records, unit, depth - 1, rng),
        6 => Ask::Not(Box::new(within(records, unit, depth - 1, rng))),
        7 => Ask::Or((0..2).map(|_| leaf(records, true, rng)).collect()),
        _ => Ask::And(vec![leaf(records, true, rng), Ask::Not(Box::new(near(records, rng)))]),
    };
    match rng.below(4) {
        0 => leaf(records, true, rng),
        1 => Ask::Or((0..2).map(|_| part(rng)).collect()),
        _ => Ask::And((0..2 + rng.below(2)).map(|_| part(rng)).collect()),
    }
}

fn one(records: &[Record], depth: usize, rng: &mut Rng) -> Ask {
    match rng.below(if depth == 0 { 14 } else { 20 }) {
        0..=5 => leaf(records, false, rng),
        6 => near(records, rng),
        7 | 8 => within(records, Unit::Section, 2, rng),
        9 | 10 => below(records, rng),
        11..=13 => filter(rng),
        14 | 15 => Ask::Or((0..2 + rng.below(2)).map(|_| one(records, depth - 1, rng)).collect()),
        16 | 17 => Ask::And((0..2 + rng.below(2)).map(|_| one(records, depth - 1, rng)).collect()),
        _ => match one(records, depth - 1, rng) {
            // Two hyphens are text.
            already @ Ask::Not(_) => already,
            other => Ask::Not(Box::new(other)),
        },
    }
}

/// A query.
pub(crate) fn query(records: &[Record], rng: &mut Rng) -> Ask {
    one(records, 3, rng)
}
