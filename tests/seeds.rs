//! The five documents that the archive was made from: what an import of them gives, that it balances,
//! that it repeats itself, and that the repository ships just that.

use crate::support::anku;
use crate::support::field;
use crate::support::files;
use crate::support::record;
use crate::support::repository;
use crate::support::shared;
use crate::support::write;
use anku::yaml::Node;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// All records, all with text.
const RECORDS: usize = 192;
const FULL: usize = 15;
/// How many entries the two lists have, by edition and level.
const LISTED: &[(i64, &str, i64)] =
    &[(1, "最佳案例", 20), (1, "优秀案例", 60), (2, "最佳案例", 30), (2, "优秀案例", 70)];

/// A new archive made by the binary.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    anku(folder.path(), ["init", "t"]).ends(0);
    folder
}

fn import(folder: &Path, sources: &[&Path]) -> Value {
    let mut args = vec!["--archive".into(), "t".into(), "import".into(), "--yes".into(), "--json".into()];
    args.extend(sources.iter().map(|path| path.as_os_str().to_owned()));
    anku(folder, args).ends(0).json()
}

/// What an import did: created, updated, unchanged; nothing may be in conflict or rejected.
#[track_caller]
fn done(plan: &Value) -> (i64, i64, i64) {
    let count = |key: &str| plan[key].as_i64().unwrap_or_else(|| panic!("{key} in {plan}"));
    assert_eq!((count("conflicts"), count("rejected")), (0, 0));
    (count("created"), count("updated"), count("unchanged"))
}

fn records(folder: &Path) -> Vec<Node> {
    let files = files(&folder.join("t/cases"));
    files.values().map(|bytes| record(std::str::from_utf8(bytes).expect("UTF-8"))).collect()
}

#[test]
fn the_seeds_give_the_records_of_the_shipped_archive() {
    let Some(seeds) = shared("seeds", "seeds") else { return };
    let folder = archive();
    let t = folder.path().join("t");
    let plan = import(folder.path(), &[&seeds]);
    assert_eq!(done(&plan), (i64::try_from(RECORDS).expect("small"), 0, 0));

    let records = records(folder.path());
    assert_eq!(records.len(), RECORDS);
    let mut ranks: BTreeMap<(i64, String), Vec<i64>> = BTreeMap::new();
    let (mut full, mut both, mut known) = (0, 0, 0);
    for record in &records {
        let has_text = !record.get("sections").map(Node::items).unwrap_or_default().is_empty();
        let awards = record.get("awards").map(Node::items).unwrap_or_default();
        let mut listed = false;
        for award in awards {
            let (Some(edition), Some(level), Some(rank)) = (
                award.get("edition").and_then(Node::integer),
                field(award, "level"),
                award.get("rank").and_then(Node::integer),
            ) else {
                continue;
            };
            listed = true;
            ranks.entry((edition, level.to_owned())).or_default().push(rank);
        }
        full += usize::from(has_text);
        both += usize::from(has_text && listed);
        known += usize::from(field(record, "unit").is_some());
    }
    assert_eq!((full, both), (FULL, 3));
    assert!(known >= 180, "{known} records say whose they are");
    assert_eq!(ranks.len(), LISTED.len(), "{:?}", ranks.keys());
    for (edition, level, count) in LISTED {
        let mut found = ranks.remove(&(*edition, (*level).to_owned())).unwrap_or_default();
        found.sort_unstable();
        assert_eq!(found, (1..=*count).collect::<Vec<_>>(), "{edition} {level}");
    }

    // The same again: not one byte differs, in the records and beside them, but for who held the lock last.
    let held = || {
        let mut held = files(&t);
        held.remove(".anku/lock");
        held
    };
    let before = held();
    let plan = import(folder.path(), &[&seeds]);
    assert_eq!((plan["created"].as_i64(), plan["updated"].as_i64()), (Some(0), Some(0)));
    for source in plan["sources"].as_array().expect("sources") {
        for record in source["records"].as_array().expect("records") {
            assert_eq!(record["action"], "unchanged", "{record}");
        }
    }
    assert!(held() == before, "a second import changed files");

    let checked = anku(&t, ["validate", "--json"]).ends(0).json();
    assert_eq!(checked["checked"].as_u64(), Some(192));
    // What the pages left in the texts is reported, and nothing else is.
    for finding in checked["findings"].as_array().expect("findings") {
        assert_eq!(finding["severity"], "warning", "{finding}");
        assert!(finding["code"].as_str().is_some_and(|code| code.starts_with("AK035")), "{finding}");
    }

    // What the repository ships is this and nothing else, but for what people corrected since.
    let corrected =
        std::fs::read_to_string(repository().join("docs/hand-corrections.md")).unwrap_or_default();
    let (ours, theirs) = (files(&t.join("cases")), files(&repository().join("cases")));
    let by_hand = |path: &str| corrected.contains(path);
    let mut differing: Vec<&String> = ours
        .keys()
        .chain(theirs.keys())
        .filter(|path| ours.get(*path) != theirs.get(*path) && !by_hand(path))
        .collect();
    differing.dedup();
    assert!(differing.is_empty(), "the shipped archive is not what importing gives: {differing:?}");
}

#[test]
fn every_character_of_the_seeds_is_accounted_for() {
    let Some(seeds) = shared("seeds", "seeds") else { return };
    let folder = archive();
    let args = ["--archive", "t", "import", "--dry-run", "--json", &seeds.to_string_lossy()];
    let plan = anku(folder.path(), args).ends(0).json();
    assert!(files(&folder.path().join("t/cases")).is_empty(), "a dry run wrote something");
    let sources = plan["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 5);
    for source in sources {
        balance(source);
        let name = source["path"].as_str().expect("a path");
        let file = seeds.join(Path::new(name).file_name().expect("a name"));
        let text = std::fs::read_to_string(file).expect("UTF-8");
        let text: Vec<char> = text.trim_start_matches('\u{feff}').chars().collect();
        assert_eq!(source["chars"].as_u64(), Some(text.len() as u64), "{name}");
        for apart in source["unassigned"].as_array().expect("unassigned") {
            let (start, end) = (index(&apart["start"]), index(&apart["end"]));
            let said: String = text[start..end].iter().collect();
            assert_eq!(apart["text"].as_str(), Some(said.as_str()), "{name} {start}..{end}");
        }
    }
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no place"))).expect("a place")
}

/// Spans of records, boilerplate and unassigned text cover a source once each.
fn balance(source: &Value) {
    let name = &source["path"];
    let list = |key: &str| source[key].as_array().unwrap_or_else(|| panic!("{key} of {name}")).iter();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for record in list("records") {
        for span in record["spans"].as_array().expect("spans") {
            spans.push((index(&span[0]), index(&span[1])));
        }
    }
    for apart in list("boilerplate").chain(list("unassigned")) {
        assert!(apart["why"].as_str().is_some_and(|why| !why.is_empty()), "{name}: no reason in {apart}");
        spans.push((index(&apart["start"]), index(&apart["end"])));
    }
    spans.sort_unstable();
    let mut at = 0;
    for (start, end) in spans {
        assert!(start == at && end > start, "{name}: {start}..{end} where {at}.. was due");
        at = end;
    }
    assert_eq!(at, index(&source["chars"]), "{name}: the end is in nothing");
}

#[test]
fn a_legacy_encoding_gives_the_same_records() {
    let Some(seeds) = shared("seeds", "seeds") else { return };
    let folder = archive();
    let mut texts = BTreeMap::new();
    for (name, bytes) in files(&seeds) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        // A replacement character has no place in GB18030 that reads back as a letter of anything.
        let (encoded, _, unmappable) = encoding_rs::GB18030.encode(&text);
        assert!(!unmappable, "{name}");
        texts.insert(name.clone(), encoded.to_vec());
        write(folder.path(), &format!("gb/{name}"), encoded);
    }
    let plan = import(folder.path(), &[Path::new("gb")]);
    for source in plan["sources"].as_array().expect("sources") {
        let encoding = source["encoding"].as_str().unwrap_or_default().to_lowercase();
        assert!(encoding.contains("gb"), "{} read as {encoding}", source["path"]);
        balance(source);
    }
    assert_eq!(done(&plan).0, 192);
    let titles = |records: Vec<Node>| {
        let mut titles: Vec<String> =
            records.iter().map(|record| field(record, "title").unwrap_or_default().to_owned()).collect();
        titles.sort();
        titles
    };
    let shipped = files(&repository().join("cases"));
    let shipped = shipped.values().map(|bytes| record(&String::from_utf8_lossy(bytes))).collect();
    assert_eq!(titles(records(folder.path())), titles(shipped));
}

#[test]
fn an_edit_by_hand_survives_the_next_import() {
    let Some(seeds) = shared("seeds", "seeds") else { return };
    let folder = archive();
    import(folder.path(), &[&seeds]);
    let cases = folder.path().join("t/cases");
    let imported = files(&cases);
    let mut edited = 0;
    // One that is in a list only, one with text, one that is both.
    let wanted = [(true, false), (false, true), (true, true)];
    for (awards, sections) in wanted {
        let (path, text) = imported
            .iter()
            .map(|(path, bytes)| (path, String::from_utf8(bytes.clone()).expect("UTF-8")))
            .find(|(_, text)| {
                text.contains("\nawards:") == awards && text.contains("\nsections:") == sections
            })
            .expect("such a record");
        let title = text.lines().find(|line| line.starts_with("title:")).expect("a title");
        let changed = text.replace(title, "# 核对过原件\ntitle: '手工改过的题目'  # 见纸质名单");
        assert_ne!(changed, text);
        write(&cases, path, &changed);
        edited += 1;
    }
    assert_eq!(edited, 3);
    let before = files(&cases);
    let plan = import(folder.path(), &[&seeds]);
    assert_eq!(done(&plan).0, 0, "an edited record was taken for another");
    assert!(files(&cases) == before, "an import touched what a person wrote");
}

#[test]
fn sources_may_come_one_after_the_other() {
    let Some(seeds) = shared("seeds", "seeds") else { return };
    let folder = archive();
    let cases = folder.path().join("t/cases");
    let names: Vec<String> = files(&seeds).into_keys().collect();
    let (lists, others): (Vec<&String>, Vec<&String>) = names.iter().partition(|name| {
        let text = std::fs::read_to_string(seeds.join(name)).expect("UTF-8");
        text.contains("优秀案例")
    });
    assert!(!lists.is_empty() && !others.is_empty(), "{lists:?} {others:?}");
    let paths = |names: &[&String]| names.iter().map(|name| seeds.join(name)).collect::<Vec<_>>();
    let run = |names: &[&String]| {
        let paths = paths(names);
        import(folder.path(), &paths.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>())
    };
    run(&lists);
    let before = files(&cases);
    let plan = run(&others);
    assert!(done(&plan).1 > 0, "the text of a listed case makes no new record: {plan}");
    let after = files(&cases);
    assert_eq!(after.len(), RECORDS);
    let mut grown = 0;
    for (path, bytes) in &before {
        let now = after.get(path).unwrap_or_else(|| panic!("{path} is gone"));
        let (old, new) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(now));
        assert!(adds_lines_only(&old, &new), "{path} lost a line:\n{old}\n---\n{new}");
        grown += usize::from(bytes != now);
    }
    assert!(grown > 0);
    // And now nothing is new in any of them.
    let plan = import(folder.path(), &[&seeds]);
    assert_eq!((plan["created"].as_i64(), plan["updated"].as_i64()), (Some(0), Some(0)));
    assert!(files(&cases) == after);
    anku(&folder.path().join("t"), ["validate"]).ends(0);
}

/// Whether every line of `old` stands in `new`, in the same order: what a diff shows as additions.
fn adds_lines_only(old: &str, new: &str) -> bool {
    let mut new = new.lines();
    old.lines().all(|line| new.any(|other| other == line))
}
