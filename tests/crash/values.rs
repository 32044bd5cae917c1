//! Values come back as they were written; every row of an import is accounted for, and what it does not
//! touch keeps its bytes.

use super::ground::tree;
use crate::support::Rng;
use crate::support::small;
use crate::support::write;
use anku::archive::Archive;
use anku::import::Action;
use anku::import::Input;
use anku::import::OnConflict;
use anku::import::Options;
use anku::workspace::apply_import;
use anku::workspace::plan_import;
use anku::yaml;
use anku::yaml::Node;
use anku::yaml::Tree;
use std::collections::BTreeMap;

const DOCUMENTS: usize = 100;
/// In each document; half of them in a list.
const VALUES: usize = 100;
const BATCHES: usize = 1000;

/// What values are made of: what YAML, its older versions and its tools read as something else.
const PIECES: &[&str] = &[
    "党建",
    "案库",
    "😀",
    "👨‍👩‍👧",
    "é",
    "e\u{301}",
    "no",
    "yes",
    "on",
    "y",
    "007",
    "0x1F",
    "1e3",
    "1.10",
    "12:30",
    "2012-10",
    "~",
    "null",
    ".inf",
    ": ",
    ":",
    " #",
    "#",
    "'",
    "\"",
    "- ",
    "? ",
    "| ",
    "> ",
    "& ",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\\",
    "\n",
    "\n\n",
    "  ",
    " ",
    "\t",
    "\u{3000}",
    "：",
    "——",
    "……",
    "<<",
    "=",
    "---",
    "...",
    "\u{feff}",
    "一二三四五六七八九十，一二三四五六七八九十。",
];

fn value(rng: &mut Rng) -> String {
    let mut text: String = (0..rng.below(7)).map(|_| PIECES[rng.below(PIECES.len())]).collect();
    match rng.below(6) {
        0 => text.push(' '),
        1 => text.push_str("  \n"),
        2 => text.insert(0, ' '),
        _ => {}
    }
    text
}

#[test]
fn values_come_back() {
    let mut rng = Rng(0xa6);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for document in 0..DOCUMENTS {
        let values: Vec<String> = (0..VALUES).map(|_| value(&mut rng)).collect();
        let (keyed, listed) = values.split_at(VALUES / 2);
        let mut entries: Vec<(String, Tree)> =
            keyed.iter().enumerate().map(|(n, text)| (format!("k{n}"), Tree::from(text.as_str()))).collect();
        let list = listed
            .iter()
            .map(|text| Tree::Map(vec![("v".into(), text.as_str().into()), ("n".into(), Tree::Integer(1))]));
        entries.push(("list".into(), Tree::List(list.collect())));
        let written = yaml::write(&Tree::Map(entries));
        let reading = yaml::read(&written);
        assert_eq!(reading.problems, [], "{written}");
        let root = reading.root.expect("a document");
        let items = root.get("list").map(Node::items).expect("a list");
        for (n, text) in values.iter().enumerate() {
            let back = match n.checked_sub(VALUES / 2) {
                None => root.get(&format!("k{n}")),
                Some(n) => items[n].get("v"),
            };
            assert_eq!(back.and_then(Node::text), Some(text.as_str()), "document {document}\n{written}");
        }
        // What was read is written as it stands.
        assert_eq!(yaml::write(&yaml::tree_of(&root)), written);
        for (kind, part) in
            [("CJK", "党"), ("emoji", "😀"), ("no", "no"), ("007", "007"), (": ", ": "), ("#", "#")]
        {
            *kinds.entry(kind).or_default() += values.iter().filter(|text| text.contains(part)).count();
        }
        *kinds.entry("trailing blanks").or_default() +=
            values.iter().filter(|text| text.ends_with(' ')).count();
    }
    eprintln!("values: {} came back, with {kinds:?}", DOCUMENTS * VALUES);
    assert!(kinds.values().all(|count| *count > 200));
}

/// A row of a table, by what must become of it: new, of a record that is there, or refused.
fn row(rng: &mut Rng, n: usize) -> String {
    let year = 2000 + rng.below(20);
    match rng.below(8) {
        // Records that are there: as they stand, or with something to add.
        0 => "民情流水线工作法,甘肃省某县,2010,,\n".to_owned(),
        1 => format!("星级管理,山东省某市,2012,,第{n}条\n"),
        2 => format!("干部包村,甘肃省某市,2012,,第{n}条\n"),
        // Cells that cannot be what their column wants.
        3 => format!("推行{n}号制度,{n}街道,abc,,\n"),
        4 => format!(",{n}街道,{year},,\n"),
        5 => format!("推行{n}号制度,{n}街道,{year},x,\n"),
        _ => format!("推行{n}号制度,{n}街道,{year},{},某条\n", rng.below(9)),
    }
}

#[test]
fn every_row_is_accounted_for_and_nothing_else_changes() {
    let folder = small();
    let root = folder.path();
    let archive = Archive::open(root).expect("an archive");
    let base = tree(root);
    let mut rng = Rng(0xa7);
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut rows, mut untouched) = (0, 0);
    for batch in 0..BATCHES {
        let mut inputs = Vec::new();
        let mut given = 0;
        for file in 0..1 + rng.below(2) {
            let mut text = "title,unit,year,edition,notes\n".to_owned();
            let mut lines: Vec<String> = (0..=rng.below(6)).map(|n| row(&mut rng, file * 100 + n)).collect();
            // One row twice would be one record.
            lines.sort();
            lines.dedup_by_key(|line| line.split(',').take(2).collect::<String>());
            given += lines.len();
            text.extend(lines);
            inputs.push(Input { name: format!("{file}.csv"), bytes: text.into_bytes() });
        }
        let policy = [OnConflict::Update, OnConflict::Skip, OnConflict::Error][rng.below(3)];
        let options = Options { on_conflict: policy, ..Options::default() };
        let import = plan_import(&archive, inputs.as_slice(), &options).expect("a plan");
        let mut sum = 0;
        for action in [Action::Create, Action::Update, Action::Unchanged, Action::Conflict, Action::Reject] {
            let records = import.plan.sources.iter().flat_map(|source| &source.records);
            let of: Vec<_> = records.filter(|planned| planned.action == action).collect();
            if action == Action::Reject {
                let told =
                    of.iter().all(|planned| planned.reason.as_ref().is_some_and(|reason| !reason.is_empty()));
                assert!(told, "batch {batch}: a row is refused without a reason");
            }
            sum += of.len();
            *totals.entry(action.as_str()).or_default() += of.len();
        }
        assert_eq!(
            sum,
            given,
            "batch {batch}: {:?}",
            inputs.iter().map(|i| String::from_utf8_lossy(&i.bytes)).collect::<Vec<_>>()
        );
        rows += given;
        apply_import(&archive, &import, "import", 0).expect("written");
        let now = tree(root);
        let new: Vec<&String> = import.new.iter().map(|file| &file.path).collect();
        let changed: Vec<&String> = import.changes.iter().map(|change| &change.path).collect();
        for (path, bytes) in &now {
            match base.get(path) {
                None => assert!(new.contains(&path), "batch {batch}: {path}"),
                Some(_) if changed.contains(&path) => {}
                Some(before) => {
                    assert!(bytes == before, "batch {batch}: {path} has changed");
                    untouched += 1;
                }
            }
        }
        assert_eq!(now.len(), base.len() + new.len(), "batch {batch}");
        for path in now.keys().filter(|path| !base.contains_key(*path)) {
            std::fs::remove_file(root.join(path)).expect("removed");
        }
        for path in changed {
            write(root, path, &base[path]);
        }
    }
    eprintln!("batches: {BATCHES}, {rows} rows = {totals:?}; {untouched} other files kept their bytes");
    assert!(totals.values().all(|count| *count > 50));
}
