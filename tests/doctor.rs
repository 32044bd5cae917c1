//! A damaged index is found and made anew, whatever byte of it has changed; `doctor` names every fault, and
//! `--fix` mends what can be mended.

use crate::batches::interrupted;
use crate::support::Rng;
use crate::support::anku;
use crate::support::command;
use crate::support::files;
use crate::support::run;
use crate::support::small;
use crate::support::write;
use anku::archive::Lock;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What answers must be, whatever happens to the index: arguments, stdout.
fn answers(root: &Path) -> Vec<(Vec<&'static str>, String)> {
    let questions = [
        vec!["search", "--exact", "-l", "民情流水线"],
        vec!["search", "--exact", "-l", "党", "--sort", "id"],
        vec!["list", "--format", "{id} {title} {year}"],
        vec!["stats", "--rows", "region.province", "-O", "csv"],
        vec!["search", "-l", "群众 满意 | 走访"],
    ];
    questions.into_iter().map(|args| (args.clone(), anku(root, args).stdout)).collect()
}

fn doctor(root: &Path, more: &[&str]) -> (i32, Value) {
    let run = anku(root, [&["doctor", "--json"], more].concat());
    (run.code, run.json())
}

fn kinds_of(faults: &Value) -> Vec<&str> {
    faults.as_array().expect("a list").iter().filter_map(|fault| fault["fault"].as_str()).collect()
}

/// One damage: which file, what it holds then.
fn damage(kind: usize, bytes: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    let at = rng.below(bytes.len());
    match kind {
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes.truncate(at),
        _ => {
            let end = bytes.len().min(at + 1 + rng.below(512));
            if bytes[at..end].iter().all(|byte| *byte == 0) {
                return None;
            }
            bytes[at..end].fill(0);
        }
    }
    Some(bytes)
}

/// Damages files of the index, one at a time: no answer is wrong, nothing panics, one line says that it was
/// mended, and `doctor` knows of it beforehand.
fn damaged(kind: usize, times: usize) {
    let folder = small();
    let root = folder.path();
    anku(root, ["index"]).ends(0);
    let index = root.join(".anku/index");
    let sound = files(&index);
    let truth = answers(root);
    // What no answer looks at: tantivy's locks, its list of files, and the seal itself, without which every
    // byte is read.
    let named: Vec<(&String, &Vec<u8>)> =
        sound.iter().filter(|(name, bytes)| !name.starts_with('.') && !bytes.is_empty()).collect();
    let mut rng = Rng(20 + kind as u64);
    let mut wrong = Vec::new();
    let mut done = 0;
    while done < times {
        let (name, bytes) = named[rng.below(named.len())];
        let Some(torn) = damage(kind, bytes, &mut rng) else { continue };
        done += 1;
        for (name, bytes) in &sound {
            write(&index, name, bytes);
        }
        write(&index, name, torn);
        let (code, found) = doctor(root, &[]);
        let counts = !name.starts_with("seal-");
        if counts != (code == 1 && kinds_of(&found["faults"]).contains(&"index")) {
            wrong.push(format!("{name}: doctor: {code} {found}"));
        }
        let (args, expected) = &truth[done % truth.len()];
        let run = anku(root, args);
        if run.stdout != *expected || run.stderr.contains("panicked") || run.stderr.lines().count() > 1 {
            wrong.push(format!("{name}: {args:?}: {} {}", run.stdout, run.stderr));
        }
        if counts && !run.stderr.contains("索引有损坏") {
            wrong.push(format!("{name}: not a word: {}", run.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} of {times}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_flipped_bit_changes_no_answer() {
    damaged(0, 100);
}

#[test]
fn a_shortened_file_changes_no_answer() {
    damaged(1, 100);
}

#[test]
fn a_zeroed_stretch_changes_no_answer() {
    damaged(2, 100);
}

/// Touched, copied elsewhere, without a seal: sound all the same, and nothing is built anew.
#[test]
fn a_sound_index_is_kept() {
    let folder = small();
    let root = folder.path();
    anku(root, ["index"]).ends(0);
    let quiet = |what: &str| {
        let run = anku(root, ["search", "-c", "党"]).ends(0);
        assert_eq!(run.stderr, "", "{what}");
        assert_eq!(doctor(root, &[]).0, 0, "{what}");
    };
    quiet("as it is");
    let index = root.join(".anku/index");
    for (name, bytes) in files(&index) {
        fs::remove_file(index.join(&name)).expect("a file");
        write(&index, &name, bytes);
    }
    quiet("copied");
    let seal = files(&index).into_keys().find(|name| name.starts_with("seal-")).expect("a seal");
    fs::remove_file(index.join(&seal)).expect("a seal");
    quiet("without a seal");
    assert!(index.join(&seal).is_file(), "sealed again");
    // A side file may have grown: a run that was killed before its commit.
    let mut texts = fs::read(index.join("texts")).expect("texts");
    texts.extend_from_slice(b"anku half an entry");
    write(&index, "texts", texts);
    quiet("grown");
}

#[test]
fn what_the_index_holds_is_held_against_the_files() {
    let folder = small();
    let root = folder.path();
    anku(root, ["index"]).ends(0);
    let index = root.join(".anku/index");
    // Another text, and no seal to tell: nothing but the files knows.
    let mut bytes = fs::read(index.join("texts")).expect("texts");
    let word = "流水线".as_bytes();
    let at = bytes.windows(word.len()).position(|window| window == word).expect("the word");
    bytes[at..at + word.len()].copy_from_slice("流水账".as_bytes());
    write(&index, "texts", bytes);
    let seal = files(&index).into_keys().find(|name| name.starts_with("seal-")).expect("a seal");
    fs::remove_file(index.join(seal)).expect("a seal");
    let (code, found) = doctor(root, &[]);
    assert_eq!((code, kinds_of(&found["faults"])), (1, vec!["differs"]), "{found}");
    assert_eq!(found["faults"][0]["path"], "cases/2012/case-a.yaml");
    let (code, mended) = doctor(root, &["--fix"]);
    assert_eq!((code, kinds_of(&mended["mended"])), (0, vec!["differs"]), "{mended}");
    assert_eq!(anku(root, ["search", "--exact", "-c", "流水账"]).ends(1).stdout, "0\n");
}

#[test]
fn doctor_names_what_killed_runs_have_left_and_mends_it() {
    let folder = small();
    let root = folder.path();
    let (code, found) = doctor(root, &[]);
    assert_eq!((code, &found["index"]["state"]), (0, &json!("missing")));
    anku(root, ["set", "case-a", "notes=改过"]).ends(0);
    let kept = root.join(".anku/journal").join("0001-").display().to_string();
    interrupted(root);
    write(root, "cases/2012/.anku-x1.tmp", "half");
    write(root, ".anku/.tmpx1", "half");
    write(root, "cases/2012/.tmp-notes", "a person's own");
    write(root, ".anku/journal/0009-00000000.staged/after", "x");
    let untouched = files(&root.join("cases"));
    let (code, found) = doctor(root, &[]);
    let mut kinds = kinds_of(&found["faults"]);
    kinds.sort_unstable();
    assert_eq!(
        (code, kinds),
        (1, vec!["leftover", "leftover", "leftover", "staged", "unfinished"]),
        "{found} {kept}"
    );
    assert_eq!(files(&root.join("cases")), untouched, "a look changes nothing");
    let (code, mended) = doctor(root, &["--fix"]);
    assert_eq!((code, mended["mended"].as_array().map(Vec::len)), (0, Some(5)), "{mended}");
    let now: BTreeMap<String, Vec<u8>> = files(&root.join("cases"));
    assert!(now.contains_key("2012/.tmp-notes"));
    assert!(now.contains_key("2015/two.yaml") && !now.keys().any(|path| path.contains(".anku-")));
    assert_eq!(doctor(root, &[]).0, 0);
}

#[test]
fn doctor_says_what_only_people_can_mend() {
    let folder = small();
    let root = folder.path();
    anku(root, ["set", "case-a", "notes=改过"]).ends(0);
    let journal = root.join(".anku/journal");
    let id = fs::read_dir(&journal).expect("a journal").flatten().next().expect("a batch").file_name();
    fs::write(journal.join(&id).join("before"), "something else").expect("written");
    write(root, ".anku/journal/0007-00000000.damaged/manifest.json", "{");
    write(root, "cases/2013/torn.yaml", "id: x\ntitle: \"半");
    let (code, found) = doctor(root, &["--fix"]);
    let mut kinds = kinds_of(&found["faults"]);
    kinds.sort_unstable();
    assert_eq!((code, kinds), (1, vec!["broken", "damaged", "lost"]), "{found}");
    let words = anku(root, ["doctor", "--lang", "en"]).ends(1).stdout;
    for part in ["cases/2013/torn.yaml", "0007-00000000.damaged", "cannot be taken back", "Problems: 3"] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn doctor_does_not_look_while_another_writes() {
    let folder = small();
    let root = folder.path();
    let lock = Lock::take(root, Duration::ZERO).expect("the lock");
    let mut waiting = command(root);
    let run = run(waiting.args(["doctor", "--lang", "en"])).ends(2);
    assert!(run.stderr.contains(&std::process::id().to_string()), "{}", run.stderr);
    drop(lock);
    anku(root, ["doctor"]).ends(0);
    // Where nothing can be written there is no lock, and a look is a look all the same.
    fs::remove_dir_all(root.join(".anku")).expect("the state");
    write(root, ".anku", "no folder");
    assert_eq!(doctor(root, &[]).1["read_only"], true);
}
