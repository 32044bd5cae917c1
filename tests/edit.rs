//! `set`, `fmt`, `new`, `open`: what changes, what does not, and that `undo` takes it back. Completions and manual pages.

use crate::support::COMMANDS;
use crate::support::anku;
use crate::support::anku_reading;
use crate::support::command;
use crate::support::files;
use crate::support::run;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use anku::archive::Archive;
use anku::archive::WriteError;
use anku::workspace::apply_edits;
use anku::workspace::plan_set;
use std::collections::BTreeMap;
use std::path::Path;

const NOTED: &str = "\
# yaml-language-server: $schema=../../schemas/case.yaml
# 核对过
id: case-x
title: \"题目: 一\"   # 照原件
year: 2012  # 年度

awards:
  # 第一份
  - programme: '甲活动'
    level: 最佳案例
# 尾
notes: |-
  # 不是注释

  二
";

fn records(root: &Path) -> BTreeMap<String, Vec<u8>> {
    files(&root.join("cases"))
}

fn text(root: &Path, path: &str) -> String {
    String::from_utf8(std::fs::read(root.join(path)).expect("a file")).expect("UTF-8")
}

/// Takes the last batch back that is not taken back and takes none back itself.
#[track_caller]
fn take_back(root: &Path) {
    let list = anku(root, ["undo", "--list", "--json"]).ends(0).json();
    let mut batches = list["batches"].as_array().expect("a list").iter();
    let open = batches.find(|batch| batch["undoes"].is_null() && batch["undone_by"].is_null());
    let id = open.expect("a batch")["id"].as_str().expect("an id");
    anku(root, ["undo", id, "--yes"]).ends(0);
}

#[test]
fn one_value_is_one_line_whatever_the_file_looks_like() {
    let folder = small();
    let root = folder.path();
    let path = "cases/2012/case-x.yaml";
    for (mark, ends, last) in
        [("", "\n", true), ("\u{feff}", "\r\n", false), ("", "\r\n", true), ("\u{feff}", "\n", false)]
    {
        let mut before = NOTED.to_owned();
        if !last {
            before.pop();
        }
        let before = format!("{mark}{}", before.replace('\n', ends));
        write(root, path, &before);
        anku(root, ["set", "case-x", "year=2013"]).ends(0);
        assert_eq!(text(root, path), before.replace("2012", "2013"));
        // Quotes and blanks of the other lines stay, those of the line too.
        anku(root, ["set", "case-x", "题目=新题"]).ends(0);
        let after = text(root, path);
        assert_eq!(after, before.replace("2012", "2013").replace("\"题目: 一\"", "新题"));
        // A new key goes to its place, as one line.
        anku(root, ["set", path, "unit=某单位", "awards[0].rank=1"]).ends(0);
        let keys = text(root, path);
        assert!(keys.contains(&format!("照原件{ends}unit: 某单位{ends}year")), "{keys}");
        assert!(keys.contains(&format!("最佳案例{ends}    rank: 1{ends}# 尾")), "{keys}");
        anku(root, ["set", "case-x", "unit=", "awards[0].rank="]).ends(0);
        assert_eq!(text(root, path), after);
        for _ in 0..4 {
            take_back(root);
        }
        assert_eq!(text(root, path), before);
    }
}

#[test]
fn values_are_read_by_the_schema() {
    let folder = small();
    let root = folder.path();
    let path = "cases/2012/case-c.yaml";
    let before = text(root, path);
    // A vocabulary's alias, the Chinese name of a field, the only entry of a list.
    anku(root, ["set", "case-c", "等次=优秀"]).ends(0);
    assert_eq!(text(root, path), before.replace("最佳案例", "优秀案例"));
    anku(root, ["set", "case-c", "awards[0].level=最佳"]).ends(0);
    assert_eq!(text(root, path), before);
    anku(root, ["set", "case-c", "市=某市", "地区.省=山东省", "region.code=370000"]).ends(0);
    let after = text(root, path);
    assert!(after.contains("region:\n  province: 山东省\n  city: 某市\n  code: '370000'\nyear"), "{after}");
    let run = anku(root, ["set", "case-c", "themes=学习型党组织建设、党的群众工作", "--json"]).ends(0).json();
    assert_eq!(run["changed"][0]["fields"], serde_json::json!(["themes"]));
    assert_eq!((&run["v"], &run["written"]), (&1.into(), &true.into()));
    assert!(text(root, path).contains("themes: [学习型党组织建设, 党的群众工作]\n"));
    anku(root, ["set", "case-c", "themes+=反腐倡廉建设"]).ends(0);
    assert!(text(root, path).contains("themes: [学习型党组织建设, 党的群众工作, 反腐倡廉建设]\n"));
    // What is so already is no batch.
    let run = anku(root, ["set", "case-c", "themes+=党的群众工作", "year=2012", "--json"]).ends(0).json();
    assert_eq!((&run["unchanged"], &run["written"], &run["batch"]), (&1.into(), &false.into(), &().into()));
    for (word, back) in
        [("no", "no"), ("007", "007"), (" a: b # c ", " a: b # c "), ("😀\n\n- x\n", "😀\n\n- x\n")]
    {
        anku(root, ["set", "case-c", &format!("notes={word}")]).ends(0);
        let shown = anku(root, ["show", "case-c", "--json"]).ends(0).json();
        assert_eq!(shown["record"]["notes"], back);
    }
}

#[test]
fn what_would_be_wrong_is_not_written() {
    let folder = small();
    let root = folder.path();
    let before = records(root);
    for (args, said) in [
        (vec!["case-a", "year=二〇一二"], "AK0101"),
        (vec!["case-a", "awards[0].level=特等案例"], "AK0104"),
        (vec!["case-a", "title="], "AK0103"),
        (vec!["case-a", "titel=x"], "title"),
        (vec!["case-a", "region=x"], "region.province"),
        (vec!["case-a", "awards[7].rank=1"], "awards[7].rank=1"),
        (vec!["case-a", "id=case-z"], "set"),
        (vec!["case-a", "title=a\u{1b}b"], "U+001B"),
        (vec!["case-a", "unit+=x"], "unit"),
        (vec!["case-b", "sections.text=x"], "sections[0]"),
        (vec!["case-a"], "year=2012"),
        (vec!["year=2012"], ""),
        // One that cannot be changed holds the others.
        (vec!["case-d", "case-b", "sections[1].text=新"], "sections[1]"),
    ] {
        let run = anku(root, [vec!["set"], args.clone()].concat()).ends(2);
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'));
        assert_eq!(records(root), before, "{args:?}");
    }
    anku(root, ["set", "case-a", "nobody", "year=2011"]).ends(1);
    anku(root, ["set", "case-", "year=2011"]).ends(2);
    assert_eq!(records(root), before);
    assert!(!root.join(".anku/journal").exists() || anku(root, ["undo", "--list"]).code == 1);
    // What was wrong before holds nobody up.
    write(root, "cases/2012/case-x.yaml", "id: case-x\ntitle: 题\nyear: 二\nnotes: 一\n");
    anku(root, ["set", "case-x", "notes=二"]).ends(0);
    write(root, "cases/2012/case-x.yaml", "id: case-x\ntitle: [题\n");
    let run = anku(root, ["set", "cases/2012/case-x.yaml", "notes=二"]).ends(2);
    assert!(run.stderr.contains("AK0004"), "{}", run.stderr);
}

#[test]
fn many_records_are_one_batch_and_a_preview_is_a_diff() {
    let folder = small();
    let root = folder.path();
    let before = records(root);
    let preview = anku(root, ["set", "case-a", "case-b", "edition=3", "--dry-run"]).ends(0).stdout;
    assert!(
        preview.starts_with("--- a/cases/2012/case-a.yaml\n+++ b/cases/2012/case-a.yaml\n@@ -5,7 +5,7 @@\n"),
        "{preview}"
    );
    assert!(preview.contains("\n-edition: 1\n+edition: 3\n"), "{preview}");
    assert_eq!(records(root), before);
    let run =
        anku_reading(root, &["set", "-", "edition=3", "--json"], b"case-a\r\n\ncase-b\ncase-a\n").ends(0);
    assert_eq!(run.json()["changed"].as_array().map(Vec::len), Some(2));
    assert_ne!(records(root), before);
    // The preview is a patch of what was done.
    let undone = anku(root, ["undo", "--yes", "--json"]).ends(0).json();
    assert_eq!(undone["restored"].as_array().map(Vec::len), Some(2));
    assert_eq!(undone["label"], "set case-a case-b case-a edition=3");
    assert_eq!(records(root), before);
}

#[test]
fn a_file_that_changed_meanwhile_is_never_overwritten() {
    let folder = small();
    let root = folder.path();
    let archive = Archive::open(root).expect("an archive");
    let kind = &archive.kinds[0];
    let path = |name: &str| (kind, format!("cases/2012/{name}.yaml"));
    let words = ["edition=3".to_owned()];
    let edited = plan_set(&archive, &[path("case-a"), path("case-b")], &words).expect("a plan");
    write(root, "cases/2012/case-b.yaml", "id: case-b\ntitle: 别人改的\n");
    let before = records(root);
    let changes = edited.into_iter().map(|one| one.change).collect();
    let refused = apply_edits(&archive, changes, Vec::new(), "set", 0);
    assert!(matches!(refused, Err(WriteError::Changed(_))), "{refused:?}");
    assert_eq!(records(root), before);
}

#[test]
fn the_shipped_records_are_laid_out() {
    let folder = shipped();
    let root = folder.path();
    let before = records(root);
    let run = anku(root, ["fmt", "--check", "--json"]).ends(0).json();
    assert_eq!(
        (&run["checked"], &run["changed"], &run["left"]),
        (&192.into(), &serde_json::json!([]), &serde_json::json!([]))
    );
    anku(root, ["fmt"]).ends(0);
    assert_eq!(records(root), before);
}

#[test]
fn a_layout_is_checked_shown_made_and_taken_back() {
    let folder = small();
    let root = folder.path();
    anku(root, ["fmt"]).ends(0);
    let path = "cases/2012/case-x.yaml";
    let wild = "title:   \"题\"  # 原题\n# 编号\nid: 'case-x'\nyear:    2012\nawards:\n- level: 最佳案例\n  # 活动\n  programme: 丙\nregion: {province: 甘肃省}\n";
    let tidy = "# 编号\nid: case-x\ntitle: 题  # 原题\nregion:\n  province: 甘肃省\nyear: 2012\nawards:\n  # 活动\n  - programme: 丙\n    level: 最佳案例\n";
    write(root, path, wild);
    write(root, "cases/2012/case-y.yaml", "---\nid: case-y\ntitle: 题\n");
    let run = anku(root, ["fmt", "--check"]).ends(1);
    assert_eq!(run.stdout, format!("{path}\n"));
    assert!(run.stderr.contains("case-y.yaml"), "{}", run.stderr);
    let run = anku(root, ["fmt", "--dry-run", path]).ends(0);
    assert!(
        run.stdout.contains("\n+id: case-x\n") && run.stdout.contains("\n-- level: 最佳案例\n"),
        "{}",
        run.stdout
    );
    assert_eq!(text(root, path), wild);
    let run = anku(root, ["fmt", "cases", "--json"]).ends(0).json();
    assert_eq!((&run["changed"], &run["written"]), (&serde_json::json!([path]), &true.into()));
    assert_eq!(text(root, path), tidy);
    anku(root, ["fmt", "--check"]).ends(0);
    anku(root, ["undo", "--yes"]).ends(0);
    assert_eq!(text(root, path), wild);
    // What cannot be read is a failure; the others are looked at all the same.
    write(root, "cases/2012/case-z.yaml", "id: case-z\ntitle: [\n");
    let run = anku(root, ["fmt", "--check"]).ends(2);
    assert_eq!(run.stdout, format!("{path}\n"));
    anku(root, ["fmt", "nothing.yaml"]).ends(2);
    anku(root, ["fmt", "anku.yaml"]).ends(2);
}

#[test]
fn a_skeleton_is_finished_with_the_help_of_validate() {
    let folder = small();
    let root = folder.path();
    let before = records(root);
    let run = anku(root, ["new", "--set", "年度=2019", "--set", "省=甘肃省", "--lang", "en"]).ends(0);
    let path = run.stdout.trim_end().to_owned();
    let id = path.strip_prefix("cases/2019/").and_then(|name| name.strip_suffix(".yaml")).expect("its place");
    assert!(run.stderr.contains(&format!("anku set {id}")), "{}", run.stderr);
    assert_eq!(
        text(root, &path),
        format!(
            "# yaml-language-server: $schema=../../schemas/case.yaml\nid: {id}\n# 题目\ntitle:\nregion:\n  province: 甘肃省\nyear: 2019\n"
        )
    );
    let found = anku(root, ["validate", &path, "--json"]).ends(1).json();
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["findings"][0]["field"], "title");
    anku(root, ["set", id, "title=新题"]).ends(0);
    anku(root, ["validate", &path]).ends(0);
    anku(root, ["fmt", "--check", &path]).ends(0);
    take_back(root);
    take_back(root);
    assert_eq!(records(root), before);
    // Others get other ids, of the same words too.
    let [one, two] = [(); 2].map(|()| anku(root, ["new", "--set", "title=甲", "--json"]).ends(0).json());
    assert_ne!(one["id"], two["id"]);
    assert_eq!((&one["missing"], &one["kind"]), (&serde_json::json!([]), &"case".into()));
    take_back(root);
    take_back(root);
    assert_eq!(records(root), before);
}

#[test]
fn a_skeleton_never_takes_the_place_of_anything() {
    let folder = small();
    let root = folder.path();
    let before = records(root);
    anku(root, ["new", "--set", "id=case-a", "--set", "title=x"]).ends(2);
    anku(root, ["new", "--set", "year=二"]).ends(2);
    anku(root, ["new", "--set", "id=../x"]).ends(2);
    anku(root, ["new", "--kind", "nothing"]).ends(2);
    let run = anku(root, ["new", "--set", "id=case-z", "--set", "title=x", "--dry-run"]).ends(0);
    assert!(run.stdout.contains("+++ b/cases/undated/case-z.yaml\n@@ -0,0 +1,3 @@\n"), "{}", run.stdout);
    assert_eq!(records(root), before);
    // A file that is no record any more has the name.
    write(root, "cases/undated/case-z.yaml", "[");
    anku(root, ["new", "--set", "id=case-z", "--set", "title=x"]).ends(2);
    assert_eq!(text(root, "cases/undated/case-z.yaml"), "[");
}

#[test]
#[cfg(unix)]
fn an_editor_comes_from_the_environment_and_is_followed_by_a_check() {
    let folder = small();
    let root = folder.path();
    let open = |name: &str, editor: &str| run(command(root).args(["open", "case-a"]).env(name, editor));
    let none = anku(root, ["open", "case-a"]).ends(2);
    assert_eq!(none.stdout, "cases/2012/case-a.yaml\n");
    assert!(none.stderr.contains("EDITOR"));
    let before = text(root, "cases/2012/case-a.yaml");
    // An empty variable names nothing; flags and quotes are the user's.
    run(command(root).args(["open", "case-a"]).env("VISUAL", "").env("EDITOR", "true")).ends(0);
    open("EDITOR", "sed -i.old 's/year: 2010/year: 二/'").ends(1);
    assert_eq!(text(root, "cases/2012/case-a.yaml"), before.replace("year: 2010", "year: 二"));
    let found = run(command(root).args(["open", "case-a", "--json"]).env("VISUAL", "true")).ends(1).json();
    assert_eq!(found["findings"][0]["field"], "year");
    open("VISUAL", "false").ends(2);
    open("VISUAL", "/nowhere/editor").ends(2);
    run(command(root).args(["open", "nobody"]).env("EDITOR", "true")).ends(1);
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = small();
    let root = folder.path();
    let help = anku(root, ["--help", "--lang", "en"]).ends(0).stdout;
    let page = anku(root, ["man", "--lang", "en"]).ends(0).stdout;
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = anku(root, ["completions", shell, "--lang", "en"]).ends(0).stdout;
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        // The flags that the archive's schema adds are among them.
        assert!(script.contains("province"), "{shell}");
    }
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        assert!(page.contains(&format!("anku\\-{command}(1)")), "{command}: {page}");
        let own = anku(root, ["man", command, "--lang", "en"]).ends(0).stdout;
        assert!(own.starts_with(".ie") && own.contains(&format!("anku\\-{command}")), "{own}");
    }
    anku(root, ["completions", "tcsh"]).ends(2);
    anku(root, ["man", "nothing"]).ends(2);
}
