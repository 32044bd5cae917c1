//! One case, many copies: what is found and why, what is merged unasked and what is not, and that a merge loses nothing.

use crate::support::anku;
use crate::support::field;
use crate::support::files;
use crate::support::record;
use crate::support::repository;
use crate::support::shipped;
use crate::support::write;
use anku::archive::Archive;
use anku::archive::Record;
use anku::archive::merge;
use anku::locale::Lang;
use anku::yaml;
use anku::yaml::Node;
use anku::yaml::Tree;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// An archive with these records, all in one folder.
fn archive(records: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    crate::support::copy(&["anku.yaml", "schemas"], folder.path());
    for (name, text) in records {
        write(folder.path(), &format!("cases/{name}.yaml"), text);
    }
    folder
}

/// Han characters that no two paragraphs share.
fn paragraph(n: usize) -> String {
    let han =
        |at: usize| char::from_u32(0x4e00 + u32::try_from((n * 977 + at * 61) % 15_000).expect("small"));
    (0..90).filter_map(han).collect()
}

/// A full record with these paragraphs.
fn full(id: &str, head: &str, paragraphs: impl Iterator<Item = usize>) -> String {
    let text: String = paragraphs.map(|n| format!("      {}。\n\n", paragraph(n))).collect();
    format!(
        "id: {id}\n{head}sections:\n  - role: practice\n    heading: 一、做法\n    text: |-\n{}\nsource:\n  - file: {id}.txt\n    start: 1\n    end: 9\n",
        text.trim_end()
    )
}

fn pairs(root: &Path) -> Vec<Value> {
    let run = anku(root, ["dedup", "--json"]);
    let value = run.json();
    assert_eq!(run.code, i32::from(value["pairs"].as_array().is_none_or(Vec::is_empty)));
    value["pairs"].as_array().expect("pairs").clone()
}

fn brief(pairs: &[Value]) -> Vec<(String, String, String, bool)> {
    let text = |pair: &Value, key: &str| pair[key].as_str().expect("text").to_owned();
    let of = |pair: &Value| {
        let certain = pair["certain"].as_bool().expect("a word");
        (text(pair, "class"), text(pair, "a"), text(pair, "b"), certain)
    };
    pairs.iter().map(of).collect()
}

fn found(class: &str, a: &str, b: &str, certain: bool) -> Vec<(String, String, String, bool)> {
    vec![(class.to_owned(), a.to_owned(), b.to_owned(), certain)]
}

/// Takes a linked record of the shipped archive apart again: its text, and its entry in the list.
fn split(root: &Path, path: &str, id: &str) {
    let text = std::fs::read_to_string(root.join(path)).expect("a record");
    let whole = record(&text);
    let Tree::Map(entries) = yaml::tree_of(&whole) else { panic!("no mapping") };
    let award = whole.get("awards").map(Node::items).and_then(<[Node]>::first).expect("an award");
    let listed = |key: &str| field(award, key).or(field(&whole, key)).expect("a value").to_owned();
    let (mut entry, mut rest) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("id", value) => {
                entry.push((key.clone(), Tree::from(id)));
                rest.push((key, value));
            }
            ("title" | "unit", value) => {
                entry.push((key.clone(), Tree::from(listed(&key))));
                // This one got its unit from the list.
                if key == "title" || id != "listed-3" {
                    rest.push((key, value));
                }
            }
            ("region", value) => {
                entry.push((key.clone(), value.clone()));
                rest.push((key, value));
            }
            ("awards", Tree::List(items)) => {
                let bare = items.into_iter().map(|item| match item {
                    Tree::Map(inner) => Tree::Map(
                        inner.into_iter().filter(|(key, _)| key != "title" && key != "unit").collect(),
                    ),
                    other => other,
                });
                entry.push((key, Tree::List(bare.collect())));
            }
            ("source", Tree::List(items)) => {
                entry.push((key.clone(), Tree::List(items[..1].to_vec())));
                rest.push((key, Tree::List(items[1..].to_vec())));
            }
            ("year" | "programme" | "edition", value) => entry.push((key, value)),
            (_, value) => rest.push((key, value)),
        }
    }
    write(root, path, yaml::write(&Tree::Map(rest)));
    write(root, &format!("cases/{id}.yaml"), yaml::write(&Tree::Map(entry)));
}

/// The three cases of the shipped archive that came as a text and as an entry of a list.
const LINKED: &[(&str, &str, &str, &str)] = &[
    ("cases/2012/fsjw2r.yaml", "fsjw2r", "listed-1", "民情流水线"),
    ("cases/2010/xs3edj.yaml", "xs3edj", "listed-2", "领头雁"),
    ("cases/2010/p5samc.yaml", "p5samc", "listed-3", "星级"),
];

#[test]
fn the_shipped_archive_holds_no_copies_and_its_entries_find_their_texts_again() {
    let folder = shipped();
    let root = folder.path();
    anku(root, ["dedup"]).ends(1);
    let whole = files(&root.join("cases"));
    for (path, _, id, _) in LINKED {
        split(root, path, id);
    }
    let apart = files(&root.join("cases"));
    let pairs = pairs(root);
    assert_eq!(pairs.len(), LINKED.len(), "{pairs:?}");
    for (_, text, entry, word) in LINKED {
        let pair = pairs.iter().find(|pair| pair["b"] == *entry).expect(word);
        assert_eq!(
            (&pair["class"], &pair["a"], &pair["certain"]),
            (&"entry-of".into(), &(*text).into(), &true.into())
        );
        assert!(pair["b_title"].as_str().is_some_and(|title| title.contains(word)), "{pair}");
        assert!(pair["why"].as_str().is_some_and(|why| !why.is_empty()));
    }
    // A preview writes nothing, and so does a run that nobody answers.
    anku(root, ["dedup", "--apply", "--dry-run"]).ends(0);
    assert!(files(&root.join("cases")) == apart);
    anku(root, ["dedup", "--apply"]).ends(2);
    assert!(files(&root.join("cases")) == apart);
    // Filters choose among the pairs.
    let one = anku(root, ["dedup", "领头雁", "--json"]).ends(0).json();
    assert_eq!(one["total"], 1);

    anku(root, ["dedup", "--apply", "--yes"]).ends(0);
    let merged = files(&root.join("cases"));
    assert_eq!(merged.len(), whole.len());
    for (path, ..) in LINKED {
        let name = path.trim_start_matches("cases/");
        let value = |files: &BTreeMap<String, Vec<u8>>| {
            let root = record(std::str::from_utf8(&files[name]).expect("UTF-8"));
            let mut source: Vec<String> = root
                .get("source")
                .expect("source")
                .items()
                .iter()
                .map(|i| format!("{:?}", yaml::tree_of(i)))
                .collect();
            source.sort();
            let awards = root.get("awards").map(Node::items).expect("awards").len();
            (
                source,
                awards,
                field(&root, "programme").map(str::to_owned),
                field(&root, "unit").map(str::to_owned),
            )
        };
        assert_eq!(value(&merged), value(&whole), "{name}");
    }
    anku(root, ["validate"]).ends(0);
    anku(root, ["dedup"]).ends(1);
    anku(root, ["undo", "--yes"]).ends(0);
    assert!(files(&root.join("cases")) == apart, "undo brings both files back");
}

#[test]
fn a_copy_goes_and_leaves_its_source_and_what_it_said_otherwise() {
    let head = "title: 甲市:推行积分制\nunit: 甲市\n";
    let other = full("bbb", "title: 甲市:推行积分制管理\nunit: 甲市\nyear: 2011\nnotes: 复印件\n", 0..8)
        .replace('。', ".");
    let folder = archive(&[("aaa", full("aaa", head, 0..8)), ("bbb", other)]);
    let root = folder.path();
    assert_eq!(brief(&pairs(root)), found("same", "aaa", "bbb", true));
    let before = files(&root.join("cases"));
    anku(root, ["dedup", "--apply", "--yes"]).ends(0);
    let after = files(&root.join("cases"));
    assert_eq!(after.keys().collect::<Vec<_>>(), ["aaa.yaml"]);
    let text = String::from_utf8(after["aaa.yaml"].clone()).expect("UTF-8");
    for words in
        ["aaa.txt", "bbb.txt", "year: 2011", "复印件", "另一来源（bbb）：title = 甲市:推行积分制管理"]
    {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    anku(root, ["validate"]).ends(0);
    anku(root, ["undo", "--yes"]).ends(0);
    assert!(files(&root.join("cases")) == before);
}

#[test]
fn what_would_be_lost_or_is_denied_is_never_merged_unasked() {
    let head = "title: 甲市:推行积分制\nunit: 甲市\n";
    let year = |year: u32| format!("{head}year: {year}\n");
    let aaa = || ("aaa", full("aaa", &year(2010), 0..20));
    let cases: Vec<(&str, String, &str)> = vec![
        ("另一年", full("bbb", &year(2012), 0..20), "same"),
        ("另一地", full("bbb", &year(2010).replace("甲市", "乙县"), 0..20), "same"),
        ("注释", full("bbb", &format!("# 查过原件\n{}", year(2010)), 0..20), "same"),
        ("多一段", full("bbb", &year(2010), (1..20).chain([99])), "near"),
        ("不认识的字段", full("bbb", &format!("{}shelf: 三\n", year(2010)), 0..20), "same"),
        ("两地一文", full("bbb", "title: 乙县:推行积分制\n", 1..20), "near"),
    ];
    for (what, bbb, class) in cases {
        let folder = archive(&[aaa(), ("bbb", bbb)]);
        let root = folder.path();
        let before = files(&root.join("cases"));
        let listed = pairs(root);
        assert_eq!(brief(&listed), found(class, "aaa", "bbb", false), "{what}: {listed:?}");
        let run = anku(root, ["dedup", "--apply", "--yes"]).ends(1);
        assert!(files(&root.join("cases")) == before, "{what}: {}", run.stdout);
        // Whoever names the two gets them merged, and is told what is lost.
        let named = anku(root, ["dedup", "--apply", "aaa", "bbb", "--yes", "--json"]).ends(0).json();
        assert_eq!(named["applied"], true, "{what}");
        assert_eq!(files(&root.join("cases")).len(), 1, "{what}");
        let lost = named["merges"][0]["lost"].as_array().expect("a list").len();
        assert_eq!(lost > 0, matches!(what, "注释" | "多一段" | "不认识的字段"), "{what}: {named}");
    }
}

#[test]
fn a_unit_in_two_editions_is_two_cases() {
    let award = |title: &str, edition: u32| {
        format!(
            "title: 甲市:{title}\nunit: 甲市\nawards:\n  - programme: 甲活动\n    edition: {edition}\n    level: 优秀案例\n    rank: 3\n"
        )
    };
    let listed = |id: &str, title: &str, edition: u32| format!("id: {id}\n{}", award(title, edition));
    // Different titles: nothing, whether listed or with text of the same cut.
    let folder = archive(&[
        ("aaa", listed("aaa", "推行“积分制”管理办法", 1)),
        ("bbb", listed("bbb", "推行“积分制”管理办法再出发", 2)),
        ("ccc", full("ccc", &award("建设“红色方阵”队伍", 1), 0..8)),
        ("ddd", full("ddd", &award("建设“红色方阵”骨干", 2), 3..11)),
    ]);
    assert_eq!(brief(&pairs(folder.path())), []);
    // The same title: shown, never merged.
    let folder = archive(&[
        ("aaa", listed("aaa", "推行“积分制”管理办法", 1)),
        ("bbb", listed("bbb", "推行“积分制”管理办法", 2)),
    ]);
    assert_eq!(brief(&pairs(folder.path())), found("variant", "aaa", "bbb", false));
    anku(folder.path(), ["dedup", "--apply", "--yes"]).ends(1);
    // The same entry of the same list from two files is one.
    let folder = archive(&[
        ("aaa", listed("aaa", "推行“积分制”管理办法", 1)),
        ("bbb", listed("bbb", "推行“积分制”管理办法", 1)),
    ]);
    assert_eq!(brief(&pairs(folder.path())), found("same", "aaa", "bbb", true));
}

#[test]
fn parts_and_newer_copies_are_listed_with_what_they_are() {
    let head = |title: &str| format!("title: {title}\n");
    let folder = archive(&[
        ("aaa", full("aaa", &head("案例选编第一辑"), 0..40)),
        ("bbb", full("bbb", &head("甲市推行积分制"), 10..18)),
    ]);
    assert_eq!(brief(&pairs(folder.path())), found("part-of", "aaa", "bbb", false));
    let unit = "title: 甲市:推行“积分制”管理\nunit: 甲市\n";
    let folder = archive(&[("aaa", full("aaa", unit, 0..10)), ("bbb", full("bbb", unit, 2..16))]);
    assert_eq!(brief(&pairs(folder.path())), found("update", "bbb", "aaa", false));
    // A text that two entries fit equally well is given to neither.
    let entry = |id: &str, title: &str| format!("id: {id}\ntitle: {title}\nunit: 甲市\n");
    let folder = archive(&[
        ("aaa", full("aaa", "title: 甲市:“红色方阵”助推科学发展\nunit: 甲市\n", 0..10)),
        ("bbb", entry("bbb", "“红色方阵”助推科学发展")),
        ("ccc", entry("ccc", "“红色方阵”助推科学发展再出发")),
    ]);
    let listed = brief(&pairs(folder.path()));
    assert!(
        listed.iter().any(|pair| pair.0 == "entry-of") && listed.iter().all(|pair| !pair.3),
        "{listed:?}"
    );
}

#[test]
fn similar_puts_the_nearest_first() {
    let folder = archive(&[
        ("aaa", full("aaa", "title: 推行积分制\n", 0..10)),
        ("bbb", full("bbb", "title: 建设服务型组织\n", 5..12)),
        ("ccc", full("ccc", "title: 推行轮值制\n", 40..50)),
    ]);
    let found = anku(folder.path(), ["similar", "aaa", "--json"]).ends(0).json();
    assert_eq!(found["records"][0]["id"], "bbb");
    anku(folder.path(), ["similar", "nobody"]).ends(1);
}

fn any_record(id: &'static str) -> impl Strategy<Value = String> {
    let words = || "[甲乙丙丁一二三#:'\" ]{0,6}[甲-癸]";
    let unit = prop::option::of(words());
    let notes = prop::collection::vec(words(), 0..3);
    let themes = prop::collection::vec("[a-c]", 0..3);
    let sources = prop::collection::vec((0usize..4, 0usize..50), 0..4);
    let awards = prop::collection::vec((1i64..3, 1i64..4, prop::option::of(words())), 0..3);
    let sections = prop::collection::vec(prop::collection::vec(words(), 1..3), 0..3);
    (words(), unit, notes, themes, sources, awards, sections).prop_map(
        move |(title, unit, notes, themes, sources, awards, sections)| {
            let map = |entries: Vec<(&str, Option<Tree>)>| {
                Tree::Map(entries.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))).collect())
            };
            let source = |(file, start): (usize, usize)| {
                let start = i64::try_from(start).expect("small");
                map(vec![
                    ("file", Some(Tree::from(format!("{file}.txt")))),
                    ("start", Some(Tree::Integer(start))),
                ])
            };
            let award = |(edition, rank, title): (i64, i64, Option<String>)| {
                map(vec![
                    ("edition", Some(Tree::Integer(edition))),
                    ("rank", Some(Tree::Integer(rank))),
                    ("title", title.map(Tree::from)),
                ])
            };
            let section = |text: Vec<String>| {
                map(vec![("role", Some(Tree::from("other"))), ("text", Some(Tree::from(text.join("\n\n"))))])
            };
            let list = |items: Vec<Tree>| Some(Tree::List(items));
            yaml::write(&map(vec![
                ("id", Some(Tree::from(id))),
                ("title", Some(Tree::from(title))),
                ("unit", unit.map(Tree::from)),
                ("themes", list(themes.into_iter().map(Tree::from).collect())),
                ("awards", list(awards.into_iter().map(award).collect())),
                ("sections", list(sections.into_iter().map(section).collect())),
                ("source", list(sources.into_iter().map(source).collect())),
                ("notes", (!notes.is_empty()).then(|| Tree::from(notes.join("\n")))),
            ]))
        },
    )
}

/// Every scalar of a tree but the id.
fn values(node: &Node, out: &mut Vec<String>) {
    out.extend(node.text().map(str::to_owned));
    node.items().iter().for_each(|item| values(item, out));
    node.entries().iter().filter(|entry| entry.key != "id").for_each(|entry| values(&entry.value, out));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn a_merge_loses_nothing_unsaid(keep in any_record("aaa"), lose in any_record("bbb")) {
        let archive = Archive::open(repository()).expect("the shipped archive");
        let kind = archive.kind("case").expect("cases");
        let read = |id: &str, text: &str| Record::parse(&format!("cases/{id}.yaml"), text.as_bytes());
        let (keep, lose) = (read("aaa", &keep), read("bbb", &lose));
        let merged = merge(kind, &keep, &lose, Lang::Zh).expect("two mappings");
        let after = read("aaa", &merged.after);
        prop_assert!(after.findings.is_empty(), "{}", merged.after);
        let root = after.root.expect("a mapping");
        let items = |root: &Node, key: &str| -> Vec<Tree> {
            root.get(key).map(Node::items).unwrap_or_default().iter().map(yaml::tree_of).collect()
        };
        for record in [&keep, &lose] {
            let own = record.root.as_ref().expect("a mapping");
            for source in items(own, "source") {
                prop_assert!(items(&root, "source").contains(&source), "{:?}\n{}", source, merged.after);
            }
        }
        // What stays is what a person wrote, word for word, in its place.
        let own = keep.root.as_ref().expect("a mapping");
        for key in ["title", "unit", "sections", "abstract"] {
            if let Some(value) = own.get(key) {
                prop_assert_eq!(root.get(key).map(yaml::tree_of), Some(yaml::tree_of(value)));
            }
        }
        // And every word of the other one is there, or named as lost.
        let bare = anku::text::shingles::bare;
        let mut all = bare(&merged.after);
        merged.lost.iter().for_each(|lost| all.push_str(&bare(lost.said().1)));
        let mut words = Vec::new();
        values(lose.root.as_ref().expect("a mapping"), &mut words);
        for line in words.iter().flat_map(|value| value.lines()) {
            prop_assert!(all.contains(&bare(line)), "{} of\n{}\nis not in\n{}", line, lose.text, merged.after);
        }
    }
}
