//! Nothing that grep would find is ever missed, and nothing else is found: search against a plain
//! scan of the folded text values, over the shipped archive and over a body of laws.

use crate::support::Rng;
use crate::support::anku;
use crate::support::copy;
use crate::support::field;
use crate::support::isolated;
use crate::support::run;
use crate::support::shared;
use crate::support::shipped;
use crate::support::write;
use anku::archive::Archive;
use anku::archive::Card;
use anku::archive::Record;
use anku::search::Doc;
use anku::search::Engine;
use anku::search::EngineError;
use anku::search::Plan;
use anku::search::ScanEngine;
use anku::search::Scope;
use anku::search::compile;
use anku::search::matching;
use anku::text::fold::fold;
use anku::text::fold::fold_term;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use anku::workspace::ready;
use anku::yaml::Node;
use anku::yaml::Tree;
use anku::yaml::Value;
use anku::yaml::write as to_yaml;
use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use tempfile::TempDir;

/// Strings that are looked for in each body of text.
const SAMPLES: usize = 2000;
/// So many of them also with a filter, NOT and OR.
const COMBINED: usize = 100;
/// So many of them also through the binary.
const THROUGH_BINARY: usize = 40;
/// Laws of the body that every run looks into; all of them is for `--ignored`.
const LAWS: usize = 600;
/// The longest string.
const LONGEST: usize = 8;

type Paths = BTreeSet<String>;

/// A record as the scan sees it.
struct Row {
    path: String,
    /// As they stand in the file.
    raw: Vec<String>,
    folded: Vec<String>,
    best: bool,
}

/// The texts of an archive, read without the help of any engine.
struct Texts {
    rows: Vec<Row>,
}

impl Texts {
    fn read(archive: &Archive) -> Texts {
        let (walk, errors) = archive.walk();
        assert!(errors.is_empty());
        let rows = walk.iter().map(|stat| {
            let record = Record::read(&archive.root, &stat.path).expect("a readable record");
            let root = record.root.expect("YAML");
            let kind = &archive.kinds[stat.kind];
            let raw: Vec<String> = kind.texts(&root).iter().map(|value| value.text.to_owned()).collect();
            let folded = raw.iter().map(|text| fold(text)).collect();
            let awards = root.get("awards").map(Node::items).unwrap_or_default();
            let best = awards.iter().any(|award| field(award, "level") == Some("最佳案例"));
            Row { path: stat.path.clone(), raw, folded, best }
        });
        Texts { rows: rows.collect() }
    }

    /// The records in one of whose texts the string stands.
    fn with(&self, needle: &str) -> Paths {
        let folded = fold_term(needle);
        let finder = Finder::new(&folded);
        let holds = |row: &&Row| row.folded.iter().any(|text| finder.find(text.as_bytes()).is_some());
        self.rows.iter().filter(holds).map(|row| row.path.clone()).collect()
    }

    fn best(&self) -> Paths {
        self.rows.iter().filter(|row| row.best).map(|row| row.path.clone()).collect()
    }

    fn all(&self) -> Paths {
        self.rows.iter().map(|row| row.path.clone()).collect()
    }

    /// One piece of a text, up to [`LONGEST`] characters; every other one as it stands in the file.
    fn piece(&self, rng: &mut Rng) -> Option<String> {
        let row = &self.rows[rng.below(self.rows.len())];
        let texts = if rng.below(2) == 0 { &row.raw } else { &row.folded };
        let text = &texts[rng.below(texts.len())];
        let at = (0..).map(|back| rng.below(text.len()).saturating_sub(back));
        let at = at.take(8).find(|&at| text.is_char_boundary(at))?;
        let piece: String = text[at..].chars().take(1 + rng.below(LONGEST)).collect();
        // Nobody types a line break, and blanks at the ends are nothing to look for.
        let piece = piece.lines().next()?.trim().to_owned();
        (!fold_term(&piece).trim().is_empty()).then_some(piece)
    }

    /// Strings to look for: at random, then of each class until there are enough of it, then such
    /// as are glued together from two places and mostly stand nowhere.
    fn samples(&self) -> Vec<String> {
        let mut rng = Rng(20_121_108);
        let mut found = Vec::new();
        while found.len() < SAMPLES - 120 {
            found.extend(self.piece(&mut rng));
        }
        for class in CLASSES {
            let mut more = 0;
            for _ in 0..200_000 {
                if let Some(piece) = self.piece(&mut rng).filter(|piece| piece.chars().any(class)) {
                    found.push(piece);
                    more += 1;
                }
                if more == 20 {
                    break;
                }
            }
            assert_eq!(more, 20, "a class of characters is rare");
        }
        while found.len() < SAMPLES + 60 {
            let (Some(a), Some(b)) = (self.piece(&mut rng), self.piece(&mut rng)) else { continue };
            found.push(format!("{a}{b}").chars().take(LONGEST).collect());
        }
        found
    }
}

/// What must be among the strings: digits, Latin, punctuation.
const CLASSES: &[fn(char) -> bool] = &[
    |c| c.is_ascii_digit(),
    |c| c.is_ascii_alphabetic(),
    |c| "，。、；：？！“”《》（）".contains(c),
    |c| c.is_ascii_punctuation(),
];

/// A string as a query that means it literally.
fn quoted(text: &str) -> Option<String> {
    let marks = [('"', '"'), ('「', '」'), ('『', '』'), ('“', '”')];
    let (open, close) = marks.iter().find(|(open, close)| !text.contains([*open, *close]))?;
    Some(format!("{open}{text}{close}"))
}

/// An engine's records by path: the map is made once, not for every hit.
struct Asked<'e> {
    engine: &'e dyn Engine,
    paths: BTreeMap<Doc, String>,
}

impl<'e> Asked<'e> {
    fn new(engine: &'e dyn Engine) -> Result<Self, EngineError> {
        let live = engine.live()?;
        let paths = live.iter().map(|doc| Ok((doc, engine.card(doc)?.path)));
        Ok(Asked { engine, paths: paths.collect::<Result<_, EngineError>>()? })
    }

    fn hits(&self, plan: &Plan) -> Result<Paths, EngineError> {
        Ok(matching(plan, self.engine)?.iter().map(|doc| self.paths[&doc].clone()).collect())
    }
}

fn plan(archive: &Archive, query: &str) -> Plan {
    compile(query, &archive.kinds, &Scope::Everywhere).unwrap_or_else(|e| panic!("{query}: {e}")).plan
}

/// The index of an archive; a scan would prove nothing here.
fn index(archive: &Archive) -> Ready<'_> {
    let ready = ready(archive, Refresh::Look, &|_, _| {});
    let scanned = ready.notices.iter().any(|n| matches!(n, anku::workspace::Notice::Scanned(_)));
    assert!(!scanned && !ready.is_incomplete(), "{:?}", ready.notices);
    ready
}

/// What was asked and how the answer differs from the scan.
fn differs(query: &str, found: &Paths, expected: &Paths) -> Option<String> {
    let missed: Vec<&String> = expected.difference(found).take(3).collect();
    let extra: Vec<&String> = found.difference(expected).take(3).collect();
    (found != expected).then(|| format!("{query}: missed {missed:?}, wrongly found {extra:?}"))
}

/// Looks for every sample, alone and combined; gives what was answered wrongly.
fn compare(archive: &Archive, texts: &Texts, samples: &[String]) -> Vec<String> {
    let ready = index(archive);
    let wrong = ready.with(|engine| -> Result<Vec<String>, EngineError> {
        let asked = Asked::new(engine)?;
        let mut wrong = Vec::new();
        let mut ask = |query: &str, expected: &Paths| -> Result<(), EngineError> {
            let found = asked.hits(&plan(archive, query))?;
            wrong.extend(differs(query, &found, expected));
            Ok(())
        };
        let (all, best) = (texts.all(), texts.best());
        let mut before: Option<(String, Paths)> = None;
        let mut combined = 0;
        for sample in samples {
            let Some(query) = quoted(sample) else { continue };
            let expected = texts.with(sample);
            ask(&query, &expected)?;
            // Without marks too, where it holds nothing but letters.
            if sample.chars().all(char::is_alphanumeric)
                && !["OR", "AND", "NOT", "NEAR"].contains(&sample.as_str())
            {
                ask(sample, &expected)?;
            }
            if let Some((other, others)) = before.take().filter(|_| combined < COMBINED) {
                combined += 1;
                ask(&format!("{query} level:最佳案例"), &expected.intersection(&best).cloned().collect())?;
                ask(&format!("-{query}"), &all.difference(&expected).cloned().collect())?;
                ask(&format!("NOT {query} 等次:最佳"), &best.difference(&expected).cloned().collect())?;
                ask(&format!("{query} | {other}"), &expected.union(&others).cloned().collect())?;
                ask(&format!("{query} {other}"), &expected.intersection(&others).cloned().collect())?;
                ask(&format!("{query} -{other}"), &expected.difference(&others).cloned().collect())?;
            }
            before = Some((query, expected));
        }
        assert_eq!(combined, COMBINED.min(samples.len() - 1));
        Ok(wrong)
    });
    wrong.expect("an index that answers")
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every operator, with what stands in the shipped archive and what does not.
const OPERATORS: &[&str] = &[
    "党员*工程",
    "-党员*工程",
    "党*服务*群众",
    "题目:党*工程",
    "/第[一二三四五六七八九十]+/",
    "-/服务型?党/",
    "/^创建.*实践/",
    "题目:/^.{4,12}工程$/",
    "/[0-9]{2,}(多|余)?万元/",
    "/\\p{Han}{30}/",
    "党员 NEAR/5 服务",
    "(党员 | 干部) NEAR/3 /培训|教育/ NEAR 工作",
    "服务*党 NEAR/0 组织",
    "同句(党员 -干部)",
    "同段(党员 干部 群众) -社区",
    "同节(党员 /(?:民情|服务)/ | 社区*书记)",
    "SECTION(党员 同句(群众 服务)) level:最佳案例",
    "同句(党 NEAR/2 员 -群众)",
    // All words of a term are for each engine to say, but not in a unit.
    "同段(服务群众党员~ 干部)",
    "-(民情*线 | 同句(党员 year:2012))",
];

#[test]
fn an_index_and_a_scan_agree_on_every_operator() {
    let folder = shipped();
    let archive = Archive::open(folder.path()).expect("an archive");
    let records = archive.walk().0.into_iter().map(|stat| {
        let record = Record::read(&archive.root, &stat.path).expect("a readable record");
        let kind = &archive.kinds[stat.kind];
        let texts = kind.texts(record.root.as_ref().expect("YAML"));
        let texts = texts.iter().map(|value| (value.label.clone(), value.item, fold(value.text))).collect();
        (Card::of(&record, kind), texts)
    });
    let scan = ScanEngine::new(&archive.kinds, records.collect::<Vec<_>>());
    let scan = Asked::new(&scan).expect("an engine");
    let wrong = index(&archive).with(|engine| -> Result<Vec<String>, EngineError> {
        let asked = Asked::new(engine)?;
        let mut wrong = Vec::new();
        for query in OPERATORS {
            let plan = plan(&archive, query);
            let (found, expected) = (asked.hits(&plan)?, scan.hits(&plan)?);
            assert!(!expected.is_empty() && expected.len() < scan.paths.len(), "{query}: no test");
            wrong.extend(differs(query, &found, &expected));
        }
        Ok(wrong)
    });
    assert_none(&wrong.expect("an index that answers"));
}

#[test]
fn the_shipped_archive_is_searched_exactly() {
    let folder = shipped();
    let archive = Archive::open(folder.path()).expect("an archive");
    let texts = Texts::read(&archive);
    let samples = texts.samples();
    assert!(samples.len() >= SAMPLES);
    assert_none(&compare(&archive, &texts, &samples));
    // Some stand somewhere and some nowhere, or this would be no test.
    let (some, none): (Vec<_>, Vec<_>) = samples.iter().partition(|sample| !texts.with(sample).is_empty());
    assert!(some.len() > 400 && none.len() > 20, "{} {}", some.len(), none.len());

    let mut wrong = Vec::new();
    for sample in samples.iter().step_by(samples.len() / THROUGH_BINARY) {
        let Some(query) = quoted(sample) else { continue };
        let expected = texts.with(sample);
        let run = anku(folder.path(), ["search", "--exact", "-l", "-n", "0", &query]);
        let found: Paths = run.stdout.lines().map(str::to_owned).collect();
        wrong.extend(differs(&query, &found, &expected));
        let run = run.ends(i32::from(expected.is_empty()));
        assert_eq!(run.stdout.lines().count(), expected.len(), "{query}: a path came twice");
    }
    assert_none(&wrong);
}

/// Keys whose values are asked for by name only.
const BY_NAME: &[&str] = &["id", "code", "source", "role", "year", "edition", "rank", "file"];

fn scalars<'n>(node: &'n Node, out: &mut Vec<&'n str>) {
    for entry in node.entries().iter().filter(|entry| !BY_NAME.contains(&entry.key.as_str())) {
        scalars(&entry.value, out);
    }
    node.items().iter().for_each(|item| scalars(item, out));
    if let Value::Scalar(scalar) = &node.value {
        out.push(&scalar.text);
    }
}

#[test]
fn every_text_of_a_record_is_looked_into() {
    let folder = shipped();
    let archive = Archive::open(folder.path()).expect("an archive");
    let (walk, _) = archive.walk();
    let mut count = 0;
    for stat in &walk {
        let record = Record::read(&archive.root, &stat.path).expect("a record");
        let root = record.root.expect("YAML");
        let searched: BTreeSet<&str> =
            archive.kinds[stat.kind].texts(&root).iter().map(|value| value.text).collect();
        let mut texts = Vec::new();
        scalars(&root, &mut texts);
        count += texts.len();
        for text in texts {
            assert!(searched.contains(text), "{}: {text} is in no text value", stat.path);
        }
    }
    assert!(count > 5 * walk.len());
}

/// Queries of every kind of leaf.
const QUERIES: &[&str] = &[
    "",
    "党",
    "党员",
    "-党员",
    "2+X",
    "“",
    "year:2010",
    "year:2010..2012",
    "year:>2010",
    "year:<=2010",
    "-year:*",
    "province:山东",
    "省:甘肃,山东",
    "region:*",
    "level:最佳",
    "level:最佳,优秀 -党建",
    "awards.rank:<=10",
    "名次:1..3 届次:2",
    "extent:full",
    "extent:listed 党",
    "abstract:*",
    "sections.practice:*",
    "sections.practice:党员",
    "sections:党员 | title:党员",
    "title:党",
    "unit:公司",
    "kind:case 公司",
    "id:b93n9y",
    "(党员 | 群众) -level:优秀",
    "NOT (党员 | 群众 | year:2010)",
    "programme:全国基层党建创新案例 edition:1",
];

#[test]
fn index_and_scan_give_the_same_hits() {
    let folder = shipped();
    let archive = Archive::open(folder.path()).expect("an archive");
    let texts = Texts::read(&archive);
    let (walk, _) = archive.walk();
    let records = walk.iter().map(|stat| {
        let record = Record::read(&archive.root, &stat.path).expect("a record");
        let kind = &archive.kinds[stat.kind];
        let root = record.root.as_ref().expect("YAML");
        let texts =
            kind.texts(root).into_iter().map(|value| (value.label, value.item, fold(value.text))).collect();
        (Card::of(&record, kind), texts)
    });
    let scan = ScanEngine::new(&archive.kinds, records.collect::<Vec<_>>());
    let scan = Asked::new(&scan).expect("a scan");
    let samples = texts.samples();
    let ready = index(&archive);
    let wrong = ready.with(|engine| -> Result<Vec<String>, EngineError> {
        let index = Asked::new(engine)?;
        assert_eq!(index.paths.len(), scan.paths.len());
        let mut wrong = Vec::new();
        let quoted = samples.iter().step_by(3).filter_map(|sample| quoted(sample));
        for query in QUERIES.iter().map(|query| (*query).to_owned()).chain(quoted) {
            let plan = plan(&archive, &query);
            wrong.extend(differs(&query, &index.hits(&plan)?, &scan.hits(&plan)?));
        }
        Ok(wrong)
    });
    assert_none(&wrong.expect("an answer"));
}

#[test]
fn without_the_derived_state_the_answers_are_the_same() {
    let folder = shipped();
    let ask = |query: &str| {
        let mut answer = anku(folder.path(), ["search", "--json", "-n", "0", query]).json();
        answer["elapsed_ms"].take();
        answer["index"].take();
        answer
    };
    let queries = ["党员 群众", "level:最佳 党建", "从来没有的词语", "title:党"];
    let before = queries.map(ask);
    std::fs::remove_dir_all(folder.path().join(".anku")).expect("an index to delete");
    assert_eq!(queries.map(ask), before);
}

/// Laws as records: one section for every heading of the Markdown.
fn laws(limit: usize) -> Option<TempDir> {
    let tar = shared("recall", "corpora/laws.tar.gz")?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    std::fs::create_dir(&out).expect("a folder");
    run(isolated("tar", &out).arg("-xzf").arg(&tar)).ends(0);
    let mut files: Vec<(String, Vec<u8>)> = crate::support::files(&out)
        .into_iter()
        .filter(|(name, bytes)| name.ends_with(".md") && !name.ends_with("_index.md") && !bytes.is_empty())
        .collect();
    std::fs::remove_dir_all(&out).expect("a folder");
    let step = (files.len() / limit).max(1);
    files = files.into_iter().step_by(step).take(limit).collect();
    copy(&["anku.yaml", "schemas"], folder.path());
    for (number, (name, bytes)) in files.iter().enumerate() {
        let id = format!("law{number:04}");
        let title = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(bytes);
        let tree = Tree::Map(vec![
            ("id".into(), id.as_str().into()),
            ("title".into(), title.into()),
            ("sections".into(), Tree::List(sections(&text))),
        ]);
        write(folder.path(), &format!("cases/{}/{id}.yaml", number / 100), to_yaml(&tree));
    }
    Some(folder)
}

fn sections(text: &str) -> Vec<Tree> {
    let mut sections: Vec<(Option<String>, String)> = vec![(None, String::new())];
    for line in text.lines() {
        if line.starts_with("## ") {
            sections.push((Some(line.trim_start_matches(['#', ' ']).to_owned()), String::new()));
        } else if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    let sections = sections.into_iter().filter(|(_, text)| !text.trim().is_empty());
    sections
        .map(|(heading, text)| {
            let mut entries = vec![("role".to_owned(), Tree::from("other"))];
            entries.extend(heading.map(|heading| ("heading".to_owned(), heading.into())));
            entries.push(("text".to_owned(), text.trim().into()));
            Tree::Map(entries)
        })
        .collect()
}

fn search_laws(limit: usize) {
    let Some(folder) = laws(limit) else { return };
    let archive = Archive::open(folder.path()).expect("an archive");
    let texts = Texts::read(&archive);
    assert!(texts.rows.len() >= limit.min(500), "{} laws", texts.rows.len());
    assert_none(&compare(&archive, &texts, &texts.samples()));
}

#[test]
fn laws_are_searched_exactly() {
    search_laws(LAWS);
}

#[test]
#[ignore = "a minute: all 3,447 laws"]
fn all_laws_are_searched_exactly() {
    search_laws(usize::MAX);
}
