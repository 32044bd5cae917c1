//! A batch is one transaction: killed at any moment it is there whole or not at all, the next run
//! finishes it, `undo` takes it back, and nothing that a person wrote is ever lost.

use crate::support::anku;
use crate::support::command;
use crate::support::files;
use crate::support::run;
use crate::support::small;
use crate::support::write;
use anku::archive;
use anku::archive::Archive;
use anku::archive::Batch;
use anku::archive::NewFile;
use anku::archive::Step;
use anku::import::Action;
use anku::import::Input;
use anku::import::OnConflict;
use anku::import::Options;
use anku::workspace::apply_import;
use anku::workspace::plan_import;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// A case in full. Made up.
pub(crate) const CASE: &str = "党建引领基层治理\n甘肃省兰州市某街道党工委\n一、背景与起因\n过去社区里停车难、噪音大,群众意见多,党员作用发挥不够,支部开会没有人来。\n\
                    二、做法与经过\n一是把支部建在楼栋里,党员带头认领岗位。二是每周开一次议事会,大家的事情大家商量着办。三是把办理结果贴在公告栏上,请群众打分。\n\
                    三、成效与反响\n一年下来,办结了一百二十件实事,群众满意率明显提高。\n";

/// A list in which that case stands.
pub(crate) const LIST: &str = "某省基层党建案例评选结果\n一、一等奖(共2个)\n1甘肃省兰州市某街道党工委:党建引领基层治理\n2乙社区:建立服务站\n";

/// The archive's own files, without its state and without the documents that lie beside the records.
fn records(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = files(&root.join("cases"));
    all.retain(|path, _| !path.is_empty());
    all
}

fn temps(root: &Path) -> Vec<String> {
    records(root).into_keys().filter(|path| path.contains(".anku-")).collect()
}

/// A list of so many made-up entries.
fn long_list(entries: usize) -> String {
    const HAN: &[char] = &['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
    let name = |n: usize| -> String { [n / 100 % 10, n / 10 % 10, n % 10].iter().map(|d| HAN[*d]).collect() };
    let mut list = format!("某市基层治理案例评选结果\n一、一等奖(共{entries}个)\n");
    for n in 0..entries {
        list.push_str(&format!("{}{}街道:推行{}议事制度\n", n + 1, name(n), name(n)));
    }
    list
}

#[test]
fn an_import_is_a_batch_that_is_taken_back_and_done_again() {
    let folder = small();
    let root = folder.path();
    write(root, "case.txt", format!("{CASE}\n\n----\n版权所有 某网站\n"));
    let before = records(root);
    let plan = anku(root, ["import", "case.txt", "--dry-run", "--json"]).ends(0).json();
    let done = anku(root, ["import", "case.txt", "--yes", "--json"]).json();
    assert_eq!(plan["batch"], done["batch"]);
    assert_eq!((&plan["written"], &done["written"]), (&false.into(), &true.into()));
    let after = records(root);
    assert_eq!(after.len(), before.len() + 1);
    let id = done["batch"].as_str().expect("an id");
    // What went into no record is kept beside the batch, with its reason.
    let apart = std::fs::read_to_string(root.join(".anku/journal").join(id).join("apart.json"));
    let apart: serde_json::Value = serde_json::from_str(&apart.expect("kept beside")).expect("JSON");
    let kept = apart["sources"][0]["apart"].as_array().expect("a list").len();
    let source = &done["sources"][0];
    let told = ["boilerplate", "unassigned"].map(|key| source[key].as_array().expect("a list").len());
    assert_eq!(kept, told[0] + told[1]);
    // A second import of it is no batch.
    let again = anku(root, ["import", "case.txt", "--yes", "--json"]).json();
    assert_eq!((&again["unchanged"], &again["written"]), (&1.into(), &false.into()));
    let list = anku(root, ["undo", "--list", "--json"]).ends(0).json();
    assert_eq!(list["batches"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["batches"][0]["label"], "import case.txt (1 file)");
    // A preview writes nothing, and so does a run that nobody answers.
    anku(root, ["undo", "--dry-run"]).ends(0);
    anku(root, ["undo"]).ends(2);
    assert_eq!(records(root), after);
    let undone = anku(root, ["undo", "--yes", "--json"]).ends(0).json();
    assert_eq!(undone["undoes"], id);
    assert_eq!(undone["removed"].as_array().map(Vec::len), Some(1));
    assert_eq!(records(root), before);
    assert!(!root.join("cases/undated").exists(), "the folder that it made is gone");
    // To undo the undo is to redo; the first batch has nothing left.
    anku(root, ["undo", id, "--yes"]).ends(1);
    anku(root, ["undo", "--yes"]).ends(0);
    assert_eq!(records(root), after);
    anku(root, ["undo", "nope"]).ends(1);
}

#[test]
fn an_edited_file_holds_the_undo_and_is_never_touched() {
    let folder = small();
    let root = folder.path();
    write(root, "list.txt", LIST);
    let before = records(root);
    anku(root, ["import", "list.txt", "--yes"]).ends(0);
    let (mine, bytes) =
        records(root).into_iter().find(|(path, _)| !before.contains_key(path)).expect("a new record");
    let edited = [bytes.as_slice(), "notes: 我的话\n".as_bytes()].concat();
    write(root, &format!("cases/{mine}"), &edited);
    let all = records(root);
    let run = anku(root, ["undo", "--yes"]).ends(1);
    assert!(run.stderr.contains(&mine), "{}", run.stderr);
    assert_eq!(records(root), all, "all or nothing");
    let undone = anku(root, ["undo", "--yes", "--keep-edited", "--json"]).ends(1).json();
    assert_eq!(undone["edited"], serde_json::json!([format!("cases/{mine}")]));
    let mut wanted = before;
    wanted.insert(mine, edited);
    assert_eq!(records(root), wanted);
}

#[test]
fn without_a_journal_there_is_nothing_to_take_back_and_nothing_else_is_lost() {
    let folder = small();
    let root = folder.path();
    anku(root, ["undo", "--yes"]).ends(1);
    assert_eq!(anku(root, ["undo", "--list", "--json"]).ends(1).json()["batches"], serde_json::json!([]));
    write(root, "list.txt", LIST);
    anku(root, ["import", "list.txt", "--yes"]).ends(0);
    let after = records(root);
    std::fs::remove_dir_all(root.join(".anku")).expect("deleted");
    anku(root, ["undo", "--yes"]).ends(1);
    assert_eq!(records(root), after);
    assert_eq!(anku(root, ["import", "list.txt", "--json", "--yes"]).ends(0).json()["unchanged"], 2);
}

/// Two new records, interrupted when the second is about to be put in place.
pub(crate) fn interrupted(root: &Path) {
    let file = |id: &str| NewFile {
        path: format!("cases/2015/{id}.yaml"),
        text: format!("id: {id}\ntitle: {id}\n"),
    };
    let batch = Batch {
        id: archive::next_id(root, b"x"),
        label: "import x".to_owned(),
        create: vec![file("one"), file("two")],
        ..Batch::default()
    };
    let mut placed = 0;
    archive::apply_watched(root, &batch, &mut |step| {
        placed += usize::from(step == Step::Place);
        if placed > 1 { Err(Error::other("killed")) } else { Ok(()) }
    })
    .expect_err("interrupted");
}

#[test]
fn whoever_comes_next_finishes_and_a_preview_does_not() {
    let folder = small();
    let root = folder.path();
    write(root, "list.txt", LIST);
    interrupted(root);
    let status = anku(root, ["status", "--json"]).json();
    assert_eq!((&status["unfinished"]["files"], &status["unfinished"]["in_place"]), (&2.into(), &1.into()));
    let dry = anku(root, ["import", "--dry-run", "list.txt"]).ends(0);
    assert!(dry.stderr.contains("0001-"), "{}", dry.stderr);
    assert!(!root.join("cases/2015/two.yaml").exists());
    // A reader finishes, and says so.
    let list = anku(root, ["list", "-c"]).ends(0);
    assert_eq!(list.stdout, "6\n");
    assert!(list.stderr.contains("0001-"), "{}", list.stderr);
    assert!(temps(root).is_empty(), "{:?}", temps(root));
    assert!(anku(root, ["list", "-c"]).ends(0).stderr.is_empty());
    assert_eq!(anku(root, ["status", "--json"]).json()["unfinished"], serde_json::Value::Null);
    // So does a writer, before its own work; and the batch can be taken back.
    let folder = small();
    let root = folder.path();
    write(root, "list.txt", LIST);
    interrupted(root);
    anku(root, ["import", "--yes", "list.txt"]).ends(0);
    assert!(root.join("cases/2015/two.yaml").exists());
    anku(root, ["undo", "1", "--yes"]).ends(0);
    assert!(!root.join("cases/2015").exists());
}

#[test]
fn a_killed_import_is_there_whole_or_not_at_all() {
    const ENTRIES: usize = 120;
    let whole = {
        let folder = small();
        write(folder.path(), "list.txt", long_list(ENTRIES));
        anku(folder.path(), ["import", "list.txt", "--yes"]).ends(0);
        records(folder.path())
    };
    assert_eq!(whole.len(), ENTRIES + 4);
    let mut seen = [0; 3];
    for round in 0..6_u64 {
        let folder = small();
        let root = folder.path();
        write(root, "list.txt", long_list(ENTRIES));
        let before = records(root);
        let mut import = command(root);
        import.args(["import", "list.txt", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = import.spawn().expect("the binary");
        // From the moment on at which the journal appears, or at which the batch counts.
        let journal = root.join(".anku/journal");
        let begun = || {
            let mut names = std::fs::read_dir(&journal).into_iter().flatten().flatten();
            names.any(|entry| round < 2 || entry.path().extension().is_some_and(|state| state == "open"))
        };
        while !begun() && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_micros(100));
        }
        std::thread::sleep(Duration::from_millis(round.saturating_sub(2) * 3));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let torn = records(root);
        anku(root, ["list", "-c"]).ends(0);
        let now = records(root);
        assert!(now == before || now == whole, "round {round}: {} of {ENTRIES}", now.len() - 4);
        let kind = if now == before { 0 } else { 1 + usize::from(torn == whole) };
        seen[kind] += 1;
        anku(root, ["import", "list.txt", "--yes"]).ends(0);
        assert_eq!(records(root), whole, "round {round}");
    }
    eprintln!("killed before, amid, after the files were in place: {seen:?}");
}

#[test]
fn two_imports_at_once_both_arrive() {
    let folder = small();
    let root = folder.path();
    for (name, text) in [("a.txt", CASE.to_owned()), ("b.txt", long_list(60))] {
        write(root, name, text);
    }
    let start = |name: &str| {
        let mut import = command(root);
        import.args(["import", name, "--yes"]).stdout(Stdio::null()).stderr(Stdio::null());
        import.spawn().expect("the binary")
    };
    let mut both = [start("a.txt"), start("b.txt")];
    for child in &mut both {
        assert!(child.wait().expect("ended").success());
    }
    assert_eq!(records(root).len(), 4 + 61);
    let list = anku(root, ["undo", "--list", "--json"]).ends(0).json();
    assert_eq!(list["batches"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_conflict_is_met_as_asked() {
    let folder = small();
    let root = folder.path();
    write(root, "case.txt", CASE);
    write(root, "list.txt", LIST);
    anku(root, ["import", "case.txt", "--yes"]).ends(0);
    let before = records(root);
    let import = |policy: &str| {
        run(command(root).args(["import", "list.txt", "--yes", "--json", "--on-conflict", policy]))
    };
    let error = import("error").ends(2).json();
    assert_eq!(
        (&error["conflicts"], &error["updated"], &error["written"]),
        (&1.into(), &0.into(), &false.into())
    );
    let reasons: Vec<&serde_json::Value> =
        error["sources"][0]["records"].as_array().expect("a list").iter().map(|r| &r["reason"]).collect();
    assert!(reasons.contains(&&"would-change".into()), "{reasons:?}");
    assert_eq!(records(root), before, "nothing of the batch, the new entry neither");
    let skip = import("skip").ends(0).json();
    assert_eq!((&skip["created"], &skip["updated"], &skip["unchanged"]), (&1.into(), &0.into(), &1.into()));
    let skipped = records(root);
    assert_eq!(skipped.len(), before.len() + 1);
    assert!(before.iter().all(|(path, bytes)| &skipped[path] == bytes));
    let update = import("update").ends(0).json();
    assert_eq!(
        (&update["created"], &update["updated"], &update["unchanged"]),
        (&0.into(), &1.into(), &1.into())
    );
    assert_eq!(import("update").ends(0).json()["unchanged"], 2);
    assert_eq!(import("error").ends(0).json()["unchanged"], 2);
    anku(root, ["import", "list.txt", "--on-conflict", "maybe"]).ends(2);
    // Each of the writes is taken back for itself.
    anku(root, ["undo", "3", "--yes"]).ends(0);
    assert_eq!(records(root), skipped);
}

#[test]
fn a_broken_record_is_not_overwritten_and_does_not_stop_the_rest() {
    let folder = small();
    let root = folder.path();
    write(root, "list.txt", LIST);
    let first = anku(root, ["import", "list.txt", "--yes", "--json"]).ends(0).json();
    let path = first["sources"][0]["records"][0]["path"].as_str().expect("a path").to_owned();
    let broken = "id: x\ntitle: \"没有写完\n我改到一半";
    write(root, &path, broken);
    write(
        root,
        "case.txt",
        "另一个案例\n山东省某市\n".to_owned() + &CASE[CASE.find("一、").expect("a heading")..],
    );
    let again = anku(root, ["import", "list.txt", "case.txt", "--yes", "--json"]).ends(1).json();
    assert_eq!((&again["conflicts"], &again["created"]), (&1.into(), &1.into()));
    assert_eq!(std::fs::read_to_string(root.join(path)).expect("read"), broken);
}

/// One hand edit of a record's text: lines of the person's own, or a value in the person's words.
fn edit(text: &str, kind: u8, at: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let tops: Vec<usize> = (0..lines.len())
        .filter(|n| lines[*n].starts_with(|c: char| c.is_ascii_lowercase()) && *n > 0)
        .collect();
    let top = tops[at % tops.len()];
    match kind % 6 {
        0 => lines.insert(top, "# 我的批注".to_owned()),
        1 => lines.insert(top, String::new()),
        2 => lines.push("notes: 我写的 “话”".to_owned()),
        3 => lines[top] = format!("{}  ", lines[top]),
        4 => {
            if let Some(line) = lines.iter_mut().find(|line| line.contains("支部")) {
                *line = line.replacen("支部", "党支部（已核对）", 1);
            }
        }
        _ => lines.push("# 末尾的批注".to_owned()),
    }
    let end = if at.is_multiple_of(3) { "" } else { "\n" };
    lines.join("\n") + end
}

/// Whether every line of one text stands in the other, in order.
fn holds(after: &str, before: &str) -> bool {
    let mut lines = after.lines();
    before.lines().all(|line| lines.any(|other| other == line))
}

#[test]
fn what_a_person_wrote_survives_every_import() {
    let folder = small();
    let root = folder.path();
    let archive = Archive::open(root).expect("an archive");
    let input = |name: &str, text: &str| Input { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let options = Options::default();
    let first = plan_import(&archive, [input("case.txt", CASE)].as_slice(), &options).expect("a plan");
    let file = first.new[0].clone();
    apply_import(&archive, &first, "import", 0).expect("written");
    let edits = prop::collection::vec((any::<u8>(), any::<u8>()), 1..6);
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let updates_seen = std::cell::Cell::new(0);
    let result = runner.run(&edits, |edits| {
        let edited =
            edits.iter().fold(file.text.clone(), |text, (kind, at)| edit(&text, *kind, (*at).into()));
        write(root, &file.path, &edited);
        for policy in [OnConflict::Skip, OnConflict::Error, OnConflict::Update] {
            let options = Options { on_conflict: policy, ..Options::default() };
            let import =
                plan_import(&archive, [input("list.txt", LIST)].as_slice(), &options).expect("a plan");
            updates_seen.set(updates_seen.get() + import.plan.count(Action::Update));
            apply_import(&archive, &import, "import", 0).expect("written");
            let now = std::fs::read_to_string(root.join(&file.path)).expect("a record");
            if policy == OnConflict::Update {
                prop_assert!(holds(&now, &edited), "{edited}\n---\n{now}");
            } else {
                prop_assert_eq!(&now, &edited);
            }
        }
        Ok(())
    });
    let updates = updates_seen.get();
    assert!(result.is_ok(), "{result:?}");
    assert!(updates >= 24, "the edits left something to update: {updates}");
}
