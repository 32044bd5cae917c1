//! Killed at any moment, and at every call: each command that writes, many times.

use super::ground::INDEXERS;
use super::ground::Scene;
use super::ground::State;
use super::ground::WRITERS;
use crate::support::Rng;
use std::collections::BTreeSet;
use std::time::Duration;

const SIGKILL: i32 = 9;

/// How often each command is killed.
pub(super) fn kills() -> usize {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(100)
}

/// Half of the kills at random moments, half at calls; at least once at each point.
fn killed(name: &'static str) {
    let Some(scene) = Scene::new(name, "kills") else { return };
    let half = kills() / 2;
    let (mut states, mut early, mut hit) = ([0; 3], 0, BTreeSet::new());
    let mut rng = Rng(0x5eed ^ name.len() as u64 ^ u64::from(name.as_bytes()[0]) << 8);
    for turn in 0..half {
        // Spread over the run and a little more, so that its end is met too.
        let micros = usize::try_from(scene.took.as_micros()).expect("a short run");
        let time = Duration::from_micros(rng.below(micros * 5 / 4) as u64);
        let ended = scene.run_for(time);
        early += usize::from(ended.signal.is_none());
        let state = scene.check(&ended, &format!("killed after {time:?} ({turn})"));
        states[state as usize] += 1;
    }
    let turns = scene.turns();
    let at_calls = half.max(if WRITERS.contains(&name) { turns.len() } else { scene.names().len() });
    for number in turns.iter().copied().cycle().take(at_calls) {
        let ended = scene.run(scene.at(number, "kill"));
        // Threads may make a call more or less than in the run that was watched first.
        assert!(ended.signal == Some(SIGKILL) || INDEXERS.contains(&name), "{name}: call {number}");
        let Some(last) = ended.calls.last() else { continue };
        let point = last.name();
        let state = scene.check(&ended, &format!("killed at call {number}, {point}"));
        states[state as usize] += 1;
        hit.insert(point);
    }
    let [before, amid, after] = states;
    eprintln!(
        "kills of {name}: {half} at random moments ({early} came too late), {at_calls} at calls; {before} before, {amid} amid, {after} after; \
         {} calls, {} of {} names; a run takes {:?}",
        turns.len(),
        hit.len(),
        scene.names().len(),
        scene.took
    );
    let missed: Vec<String> = scene.names().difference(&hit).cloned().collect();
    assert!(missed.len() * 20 <= scene.names().len(), "{name}: never killed at {missed:?}");
    if WRITERS.contains(&name) {
        assert!(before > 0 && amid > 0 && after > 0, "{name}: {states:?}");
        assert_eq!(missed, Vec::<String>::new());
        assert_eq!(State::After as usize, 2);
    }
}

#[test]
fn import_is_killed() {
    killed("import");
}

#[test]
fn set_is_killed() {
    killed("set");
}

#[test]
fn fmt_is_killed() {
    killed("fmt");
}

#[test]
fn dedup_is_killed() {
    killed("dedup");
}

#[test]
fn score_is_killed() {
    killed("score");
}

#[test]
fn undo_is_killed() {
    killed("undo");
}

#[test]
fn index_is_killed() {
    killed("index");
}

#[test]
fn rebuild_is_killed() {
    killed("rebuild");
}

#[test]
fn search_is_killed() {
    killed("search");
}
