//! `validate --fix`: what is certain is mended, byte by byte, and only when somebody said so.

use crate::support::anku;
use crate::support::files;
use crate::support::small;
use crate::support::write;
use anku::archive::Archive;
use anku::archive::Parsed;
use anku::archive::Residue;
use anku::archive::WriteError;
use anku::workspace::apply_fixes;
use anku::workspace::plan_fixes;
use anku::yaml;
use proptest::prelude::*;
use std::path::Path;

const DIRTY: &str = "\
# 手写的记录
id: case-x
titel: 党\u{200b}员&ldquo;星级&rdquo;管理  # 题目照原件
year: '2012'   # 年度
awards:
  - programme: 丙活动
    edition: 1
    level: 最佳
    rank: 1
sections:
  - role: practice
    # 有缺字
    text: |
      有效**了难题,20,制定下发了意见。  
      完美整理
      XX年起,满意率达95以上,张  三。
notes: '他说&#39;好&#39;&foo;'
";

const MENDED: &str = "\
# 手写的记录
id: case-x
title: 党员“星级”管理  # 题目照原件
year: 2012   # 年度
awards:
  - programme: 丙活动
    edition: 1
    level: 最佳案例
    rank: 1
sections:
  - role: practice
    # 有缺字
    text: |
      有效**了难题,20,制定下发了意见。
      XX年起,满意率达95以上,张 三。
notes: '他说''好''&foo;'
";

#[test]
fn a_preview_shows_the_lines_and_writes_nothing() {
    let folder = small();
    write(folder.path(), "cases/case-x.yaml", DIRTY);
    let before = files(&folder.path().join("cases"));
    let ended = anku(folder.path(), ["validate", "--fix", "--dry-run", "--lang", "en"]).ends(1);
    assert_eq!(
        ended.stdout,
        "~~~ cases/case-x.yaml\n    3 -titel: 党<U+200B>员&ldquo;星级&rdquo;管理  # 题目照原件\n    3 +title: 党员“星级”管理  # 题目照原件\n    \
         4 -year: '2012'   # 年度\n    4 +year: 2012   # 年度\n    8 -    level: 最佳\n    8 +    level: 最佳案例\n   \
         14 -      有效**了难题,20,制定下发了意见。␣␣\n   14 +      有效**了难题,20,制定下发了意见。\n   15 -      完美整理\n   \
         16 -      XX年起,满意率达95以上,张  三。\n   15 +      XX年起,满意率达95以上,张 三。\n   \
         17 -notes: '他说&#39;好&#39;&foo;'\n   16 +notes: '他说''好''&foo;'\n"
    );
    // Nobody is there to be asked: not to write what one was asked to write is a failure.
    anku(folder.path(), ["validate", "--fix"]).ends(2);
    assert!(files(&folder.path().join("cases")) == before, "something was written");
}

#[test]
fn only_what_is_certain_is_mended_and_the_rest_is_reported() {
    let folder = small();
    write(folder.path(), "cases/case-x.yaml", DIRTY);
    let answer = anku(folder.path(), ["validate", "--fix", "--yes", "--json"]).ends(0).json();
    let text = std::fs::read_to_string(folder.path().join("cases/case-x.yaml")).expect("the record");
    assert_eq!(text, MENDED);
    assert_eq!((&answer["written"], &answer["files"][0]), (&true.into(), &"cases/case-x.yaml".into()));
    let codes = |key: &str| {
        let list = answer[key].as_array().expect("a list").iter();
        list.map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes("findings"), ["AK0350", "AK0352", "AK0351", "AK0353", "AK0355"], "{answer}");
    assert_eq!(codes("fixed").len(), 11, "{answer}");

    // A second time there is nothing to do.
    let again = anku(folder.path(), ["validate", "--fix", "--yes", "--json"]).ends(0).json();
    assert_eq!((&again["written"], &again["fixed"]), (&false.into(), &serde_json::json!([])));
    let text = std::fs::read_to_string(folder.path().join("cases/case-x.yaml")).expect("the record");
    assert_eq!(text, MENDED);
    anku(folder.path(), ["validate", "--strict"]).ends(1);
    let only = anku(folder.path(), ["validate", "--json", "--only", "AK0352"]).ends(0).json();
    assert_eq!(only["findings"][0]["line"], 14);
    assert_eq!(
        (&only["findings"][0]["column"], &only["findings"][0]["end_column"]),
        (&15.into(), &18.into())
    );
}

#[test]
fn codes_that_were_not_asked_for_stay() {
    let folder = small();
    write(folder.path(), "cases/case-x.yaml", DIRTY);
    anku(folder.path(), ["validate", "--fix", "--yes", "--only", "AK0357"]).ends(0);
    let text = std::fs::read_to_string(folder.path().join("cases/case-x.yaml")).expect("the record");
    assert!(text.contains("titel: 党员&ldquo;") && text.contains("level: 最佳\n"), "{text}");
}

#[test]
fn a_fix_that_brings_up_something_else_is_withdrawn() {
    let folder = small();
    // As `level` the list would have rank 1 twice: which entry is right, only a person knows.
    let record = "id: case-y\ntitle: 题&ldquo;\nawards:\n  - programme: 甲活动\n    edition: 1\n    levle: 最佳案例\n    rank: 1\n";
    write(folder.path(), "cases/case-y.yaml", record);
    let ended = anku(folder.path(), ["validate", "--fix", "--yes", "--lang", "en"]).ends(1);
    let text = std::fs::read_to_string(folder.path().join("cases/case-y.yaml")).expect("the record");
    assert_eq!(text, record, "{}", ended.stderr);
    assert!(ended.stdout.contains("AK0102"), "{}", ended.stdout);
    assert!(ended.stderr.contains("2 more were left alone"), "{}", ended.stderr);
}

#[test]
fn a_hand_edit_in_between_is_never_overwritten() {
    let folder = small();
    write(folder.path(), "cases/case-x.yaml", DIRTY);
    let archive = Archive::open(folder.path()).expect("an archive");
    let fixes = plan_fixes(&archive, &[], &|_| true, &|_, _| {});
    assert_eq!((fixes.files.len(), fixes.withdrawn), (1, 0));
    let edited = DIRTY.replace("手写的记录", "又改过的记录");
    write(folder.path(), "cases/case-x.yaml", &edited);
    assert!(matches!(apply_fixes(&archive, &fixes, "fix", 0), Err(WriteError::Changed(_))));
    let text = std::fs::read_to_string(folder.path().join("cases/case-x.yaml")).expect("the record");
    assert_eq!(text, edited);
}

#[test]
fn an_archive_has_rules_of_its_own() {
    let folder = small();
    let rules = "rules:\n  - {key: own, code: AK0354, pattern: '民情\\b(流水线)', example: x}\n";
    write(folder.path(), "schemas/vocab/residue.yaml", rules);
    let own = anku(folder.path(), ["validate", "--json"]).ends(0).json();
    assert_eq!(own["findings"].as_array().map(Vec::len), Some(0), "{own}");
    write(folder.path(), "schemas/vocab/residue.yaml", rules.replace("\\b", ""));
    let own = anku(folder.path(), ["validate", "--json"]).ends(0).json();
    assert_eq!(own["findings"].as_array().map(Vec::len), Some(3), "{own}");
    for (rules, code) in [
        ("rules:\n  - {key: a, code: AK0354, pattern: '(?=x)', example: x}\n", "AK0906"),
        ("rules:\n  - {key: a, code: AK0354, pattern: 'x*', example: x}\n", "AK0906"),
        ("rules:\n  - {key: a, code: AK0102, pattern: 'x', example: x}\n", "AK0905"),
        ("rules:\n  - {key: a, code: AK0354, patern: 'x', example: x}\n", "AK0905"),
        ("rules: [\n", "AK0004"),
    ] {
        write(folder.path(), "schemas/vocab/residue.yaml", rules);
        let said = anku(folder.path(), ["validate", "--json"]);
        assert!(said.code > 0 && said.stdout.contains(code), "{rules}: {} {}", said.code, said.stdout);
    }
}

/// Sentences without residue, and pieces of residue that have a certain fix to nothing.
const CLEAN: &[&str] = &[
    "党员",
    "星级管理,",
    "2012年",
    "满意率达95%",
    "“两公开”",
    "共20名。",
    "(试点)",
    "\n",
    "a b",
    "《条例》",
];
const UNSEEN: &[&str] = &["\u{200b}", "\u{feff}", "\u{200b}\u{2060}", "\u{ad}"];

proptest! {
    #[test]
    fn a_fix_changes_its_span_and_nothing_else(
        pieces in proptest::collection::vec((0..CLEAN.len(), proptest::option::of(0..UNSEEN.len())), 1..30),
        notation in 0..4usize,
    ) {
        let archive = Archive::open(crate::support::repository()).expect("the repository");
        let list = |name| archive.word_list(name).expect("a list");
        let residue = Residue::read(&list("residue"), Path::new("residue.yaml"), None, &mut Vec::new());
        let kind = &archive.kinds[0];
        let record = |dirty: bool| {
            let mut text = String::from("甲");
            for (clean, unseen) in &pieces {
                let clean = CLEAN[*clean];
                // Line ends only where the notation keeps them.
                if !(clean == "\n" && (notation != 0 || text.ends_with('\n'))) {
                    text.push_str(clean);
                }
                if let Some(unseen) = unseen.filter(|_| dirty && !text.ends_with('\n')) {
                    text.push_str(UNSEEN[unseen]);
                }
            }
            let text = format!("{}乙", text.trim_end());
            let written = match notation {
                0 => format!("|\n  {}\n", text.replace('\n', "\n  ")),
                1 => format!("'{text}'\n"),
                2 => format!("\"{}\"  # 注\n", text.replace('\u{200b}', "\\u200b")),
                _ => format!("{text}  # 注\n"),
            };
            format!("# 注\nid: a123\nnotes: {written}year: 2012\n")
        };
        let check = |source: &str| {
            let root = yaml::read(source).root.expect("a record");
            let mut findings = Vec::new();
            residue.check(&Parsed { path: Path::new("a123.yaml"), kind, root: &root }, source, &mut findings);
            findings
        };
        let (clean, dirty) = (record(false), record(true));
        prop_assert_eq!(check(&clean), []);
        let findings = check(&dirty);
        prop_assert_eq!(findings.is_empty(), clean == dirty);
        let mended = yaml::splice(&dirty, findings.iter().filter_map(|finding| finding.fix.as_ref()));
        prop_assert_eq!(mended, clean);
    }
}
