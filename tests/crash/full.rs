//! The disk is full after so many bytes: nothing or everything is there, and with room it goes on.

use super::calls::Deed;
use super::failures::check_refused;
use super::ground::Scene;
use super::ground::differing;

fn full(name: &'static str, steps: i64) {
    let Some(scene) = Scene::new(name, "full") else { return };
    let needed: i64 =
        scene.calls.iter().filter(|call| call.call == "write").filter_map(|call| call.result).sum();
    let (mut refused, mut done, mut open) = (0, 0, 0);
    for step in 0..=steps {
        let room = needed * step / steps;
        let ended = scene.run(Deed::Room(room));
        let what = format!("room for {room} of {needed} bytes");
        check_refused(&scene, &ended, &what);
        if ended.code == Some(2) {
            refused += 1;
            // A file that was there is put back by writing it again: without room the next run finishes.
            open += usize::from(ended.torn != scene.start);
        } else {
            done += 1;
        }
        let state = scene.check(&ended, &what);
        assert!(
            step < steps || ended.torn == scene.end,
            "{what}: {state:?} {:?}",
            differing(&ended.torn, &scene.end)
        );
    }
    eprintln!(
        "full disk, {name}: {} steps to {needed} bytes; {refused} refused ({open} left to the next run), {done} done",
        steps + 1
    );
    assert!(refused > 0 && done > 0);
}

#[test]
fn import_meets_a_full_disk() {
    full("import", 39);
}

#[test]
fn set_meets_a_full_disk() {
    full("set", 9);
}

#[test]
fn fmt_meets_a_full_disk() {
    full("fmt", 9);
}

#[test]
fn undo_meets_a_full_disk() {
    full("undo", 9);
}
