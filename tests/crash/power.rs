//! The order in which things reach the disk, and what is left when the power goes.
//!
//! A file that was written and not synced may come back empty. What is renamed comes in the order in which
//! it was done, as journalling file systems have it; where the order itself is a promise it is read from
//! the log.

use super::calls::Call;
use super::calls::Deed;
use super::ground::Scene;
use super::ground::State;
use super::ground::WRITERS;
use std::collections::BTreeSet;

/// The place of the first call after `from` that is wanted.
fn after(calls: &[Call], from: usize, wanted: impl Fn(&Call) -> bool) -> Option<usize> {
    calls.iter().enumerate().skip(from + 1).find(|(_, call)| call.is_done() && wanted(call)).map(|(at, _)| at)
}

fn synced(path: &str) -> impl Fn(&Call) -> bool {
    move |call| call.call == "fsync" && call.path == path
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// Whether a path is a record's.
fn is_record(path: &str) -> bool {
    path.starts_with("cases/") && path.ends_with(".yaml")
}

#[test]
fn everything_is_on_disk_before_it_counts() {
    const HOME: &str = ".anku/journal";
    for name in WRITERS {
        let Some(scene) = Scene::new(name, "order") else { return };
        let calls = &scene.calls;
        let renamed = |end: &'static str| {
            move |call: &Call| call.call == "rename" && call.path.ends_with(end) && call.is("rename", HOME)
        };
        let counts = calls.iter().position(renamed(".staged")).expect("the batch counts");
        let done = calls.iter().position(renamed(".open")).expect("the batch is done");
        let (staged, open) = (calls[counts].path.clone(), calls[counts].other.clone());
        assert!(open.ends_with(".open") && !calls[done].other[1..].contains('.'), "{name}");
        // 1. What lies in the journal: each file after its last write, then the folders.
        let own: BTreeSet<&str> = calls[..counts]
            .iter()
            .filter(|call| call.call == "create" && call.path.starts_with(&staged))
            .map(|call| call.path.as_str())
            .collect();
        assert!(own.len() >= 3, "{name}: {own:?}");
        let mut last = 0;
        for path in own {
            let wrote = calls[..counts].iter().rposition(|call| call.path == path && call.call != "fsync");
            let at = after(calls, wrote.expect("written"), synced(path)).expect("synced");
            last = last.max(at);
        }
        for folder in [&staged, HOME] {
            let at = after(calls, last, synced(folder)).expect("a synced folder");
            assert!(at < counts, "{name}: {folder} is synced too late");
        }
        // 2. That it counts is on disk before the first record changes.
        let told = after(calls, counts, synced(HOME)).expect("the journal is synced");
        let placed: Vec<usize> = (0..calls.len())
            .filter(|at| {
                let call = &calls[*at];
                (call.is("rename", "") && is_record(&call.other))
                    || (call.is("unlink", "") && is_record(&call.path))
            })
            .collect();
        assert!(!placed.is_empty(), "{name}");
        // 3. Each record and its folder are on disk before the batch is done.
        for at in placed {
            assert!(told < at && at < done, "{name}: call {at}");
            let call = &calls[at];
            let target = if call.call == "rename" { &call.other } else { &call.path };
            let file = if call.call == "rename" { after(calls, at, synced(target)) } else { Some(at) };
            let folder = after(calls, at, |call| {
                synced(parent(target))(call) || (call.call == "rmdir" && call.path == parent(target))
            });
            assert!(file.is_some_and(|at| at < done), "{name}: {target} is not synced");
            assert!(folder.is_some_and(|at| at < done), "{name}: the folder of {target} is not synced");
        }
        let made =
            |call: &Call| matches!(call.call.as_str(), "mkdir" | "rmdir") && call.path.starts_with("cases");
        for at in (0..done).filter(|at| calls[*at].is_done() && made(&calls[*at])) {
            let above = after(calls, at, synced(parent(&calls[at].path)));
            assert!(above.is_some_and(|at| at < done), "{name}: the folder above {}", calls[at].path);
        }
        // 4. That it is done is on disk at the end.
        assert!(after(calls, done, synced(HOME)).is_some(), "{name}");
        eprintln!("order of {name}: {} calls, counts at {counts}, done at {done}", calls.len());
    }
}

/// The files that hold something that was not synced, after these calls.
fn unsynced(calls: &[Call]) -> BTreeSet<String> {
    let mut dirty: BTreeSet<String> = BTreeSet::new();
    for call in calls.iter().filter(|call| call.is_done()) {
        match call.call.as_str() {
            "write" | "truncate" | "resize" => drop(dirty.insert(call.path.clone())),
            "fsync" | "unlink" => drop(dirty.remove(&call.path)),
            "rename" => {
                let below = format!("{}/", call.path);
                let moved: Vec<String> = dirty
                    .iter()
                    .filter(|path| **path == call.path || path.starts_with(&below))
                    .cloned()
                    .collect();
                dirty.remove(&call.other);
                for path in moved {
                    dirty.remove(&path);
                    dirty.insert(format!("{}{}", call.other, &path[call.path.len()..]));
                }
            }
            _ => {}
        }
    }
    dirty
}

/// The power goes at every `step`-th call.
fn power_goes(name: &'static str, step: usize) {
    let Some(scene) = Scene::new(name, "power") else { return };
    let (mut states, mut emptied, mut turns) = ([0; 3], 0, 0);
    for number in (1..=scene.calls.len()).step_by(step) {
        let ended = scene.run(Deed::At(number, "kill"));
        let Some(last) = ended.calls.last() else { continue };
        let what = format!("the power goes at call {number}, {}", last.name());
        for path in unsynced(&ended.calls) {
            let path = ended.folder.path().join(path);
            if path.is_file() {
                std::fs::write(path, "").expect("emptied");
                emptied += 1;
            }
        }
        states[scene.check(&ended, &what) as usize] += 1;
        turns += 1;
    }
    let [before, amid, after] = states;
    eprintln!(
        "power failures of {name}: {turns}, {emptied} files emptied; {before} before, {amid} amid, {after} after"
    );
    assert!(emptied > 0, "{name}");
    assert!(!WRITERS.contains(&name) || states[State::Amid as usize] > 0, "{name}: {states:?}");
}

#[test]
fn the_power_goes_during_an_import() {
    power_goes("import", 1);
}

#[test]
fn the_power_goes_during_set() {
    power_goes("set", 1);
}

#[test]
fn the_power_goes_during_undo() {
    power_goes("undo", 1);
}

#[test]
fn the_power_goes_during_an_index() {
    power_goes("index", 4);
}
