//! Every call of every command may fail: with an error, or by the end of the process in it.

use super::ground::Ended;
use super::ground::INDEXERS;
use super::ground::Scene;
use super::ground::State;
use super::ground::WRITERS;
use super::ground::differing;
use super::kills::kills;
use std::collections::BTreeSet;
use std::path::Path;

const SIGABRT: i32 = 6;
/// Linux's number, as a log has it.
const EIO: i64 = -5;
/// So many points must have names of their own.
const NAMES: usize = 30;

/// Whether a sentence names a file or a folder.
fn names_path(words: &str, root: &Path) -> bool {
    let root = root.to_string_lossy();
    [&*root, "cases", ".anku", "scores/"].iter().any(|part| words.contains(part))
}

/// What a refusal of the system comes to: nothing of the batch is there and the message names a path, or
/// it is all there and the run says so.
pub(super) fn check_refused(scene: &Scene, ended: &Ended, what: &str) {
    let said = format!("{} {what}: {:?}\n{}\n{}", scene.name, ended.code, ended.stdout, ended.stderr);
    match ended.code {
        Some(2) => assert!(names_path(&ended.stderr, ended.folder.path()), "no path in it: {said}"),
        Some(0) => {
            assert!(ended.torn == scene.end, "{said}\n{:?}", differing(&ended.torn, &scene.end));
            if scene.name == "search" {
                let mut lines: Vec<&str> = ended.stdout.lines().collect();
                lines.sort_unstable();
                assert_eq!(lines, scene.lines, "{said}");
            }
        }
        _ => panic!("{said}"),
    }
}

fn fails(name: &'static str) {
    let Some(scene) = Scene::new(name, "failures") else { return };
    let (mut refused, mut done, mut states, mut hit) = (0, 0, [0; 3], BTreeSet::new());
    // Derived state has many calls of one name; before a release each of them, otherwise one of each.
    let mut turns = scene.turns();
    if INDEXERS.contains(&name) && kills() < 200 {
        turns.truncate(scene.names().len());
    }
    // On to the first that the run does not make.
    turns.extend([scene.calls.len() + 1, scene.calls.len() * 2]);
    for number in turns.iter().copied() {
        let ended = scene.run(scene.at(number, "eio"));
        let Some(call) = ended.calls.iter().find(|call| call.result == Some(EIO)) else {
            assert_eq!(ended.code, Some(0), "the run passes: {}", ended.stderr);
            continue;
        };
        let what = format!("EIO at call {number}, {}", call.name());
        hit.insert(call.name());
        check_refused(&scene, &ended, &what);
        if ended.code == Some(2) {
            refused += 1;
            // One call that fails leaves the others to put everything back.
            assert!(ended.torn == scene.start, "{what}: {:?}", differing(&ended.torn, &scene.start));
        } else {
            done += 1;
        }
        scene.check(&ended, &what);
        let ended = scene.run(scene.at(number, "abort"));
        if let Some(call) = ended.calls.last().filter(|call| call.result.is_none()) {
            let what = format!("abort at call {number}, {}", call.name());
            assert_eq!(ended.signal, Some(SIGABRT), "{what}");
            states[scene.check(&ended, &what) as usize] += 1;
        }
    }
    let [before, amid, after] = states;
    eprintln!(
        "failures of {name}: {} calls, {} names; EIO: {refused} refused, {done} done all the same; abort: {before} before, {amid} amid, {after} after",
        refused + done,
        hit.len()
    );
    let missed: Vec<String> = scene.names().difference(&hit).cloned().collect();
    assert!(missed.len() * 20 <= scene.names().len(), "{name}: {missed:?} never failed");
    // A search that cannot write the index answers from the files.
    assert!(done > 0 && (refused > 0) == (name != "search"));
    assert!(INDEXERS.contains(&name) || states[State::Amid as usize] > 0);
}

#[test]
fn calls_of_import_fail() {
    fails("import");
}

#[test]
fn calls_of_set_fail() {
    fails("set");
}

#[test]
fn calls_of_fmt_fail() {
    fails("fmt");
}

#[test]
fn calls_of_dedup_fail() {
    fails("dedup");
}

#[test]
fn calls_of_score_fail() {
    fails("score");
}

#[test]
fn calls_of_undo_fail() {
    fails("undo");
}

#[test]
fn calls_of_index_fail() {
    fails("index");
}

#[test]
fn calls_of_rebuild_fail() {
    fails("rebuild");
}

#[test]
fn calls_of_search_fail() {
    fails("search");
}

#[test]
fn the_points_have_names() {
    let mut names = BTreeSet::new();
    for name in WRITERS.into_iter().chain(INDEXERS) {
        let Some(scene) = Scene::new(name, "names") else { return };
        eprintln!("{name}: {} calls, {} names, {:?}", scene.calls.len(), scene.names().len(), scene.took);
        names.extend(scene.names());
    }
    eprintln!("{} names of points:\n{}", names.len(), names.iter().cloned().collect::<Vec<_>>().join("\n"));
    assert!(names.len() >= NAMES, "{names:#?}");
}
