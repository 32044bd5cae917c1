//! Files of `-o`: the old one or the new one, never a part of one, and nothing is left beside it.

use super::calls;
use super::calls::Deed;
use super::ground::filled;
use super::ground::leftovers;
use crate::support::Rng;
use crate::support::anku;
use crate::support::command;
use crate::support::files;
use crate::support::isolated;
use crate::support::small;
use crate::support::write;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

const FILES: [&str; 5] = ["report.md", "report.xlsx", "report.docx", "report.html", "list.csv"];
/// Kills for each of them.
const KILLS: usize = 10;
const OLD: &[u8] = b"the old one\n";
const SIGINT: i32 = 2;

fn arguments(file: &str) -> Vec<String> {
    let words: &[&str] =
        if file == "list.csv" { &["list", "-O", "csv", "-o"] } else { &["report", "yearly", "-o"] };
    words.iter().map(|word| (*word).to_owned()).chain([format!("out/{file}")]).collect()
}

/// An archive, indexed, with the old file.
fn ground(file: &str) -> TempDir {
    let folder = small();
    anku(folder.path(), ["index"]).ends(0);
    write(folder.path(), &format!("out/{file}"), OLD);
    filled(&files(folder.path()).into_iter().collect::<Vec<_>>())
}

/// The old file or the new one; which of them.
#[track_caller]
fn is_new(root: &Path, file: &str, new: &[u8], what: &str) -> bool {
    let now = std::fs::read(root.join("out").join(file)).expect("the file is there");
    assert!(now == OLD || now == new, "{file} {what}: {} bytes of {}", now.len(), new.len());
    now == new
}

/// The next run brings the new file and takes away what a killed one left.
fn check_next(root: &Path, file: &str, new: &[u8]) {
    anku(root, arguments(file)).ends(0);
    assert!(is_new(root, file, new, "again"));
    assert_eq!(leftovers(root), Vec::<String>::new(), "{file}");
    let names: Vec<_> = std::fs::read_dir(root.join("out")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_file_is_the_old_one_or_the_new_one() {
    let Some(library) = calls::library("outputs") else { return };
    let (mut old, mut fresh, mut late, mut interrupted, mut failed) = (0, 0, 0, 0, 0);
    let mut slowest = Duration::ZERO;
    let mut rng = Rng(0xa8);
    for file in FILES {
        let folder = ground(file);
        let root = folder.path();
        let log = tempfile::NamedTempFile::new().expect("a log");
        let watched = |deed: Deed| {
            write(root, &format!("out/{file}"), OLD);
            std::fs::write(log.path(), "").expect("an empty log");
            let mut run = command(root);
            run.args(arguments(file));
            calls::watch(&mut run, library, &root.join("out"), log.path(), deed);
            run.output().expect("the binary")
        };
        let start = Instant::now();
        assert_eq!(watched(Deed::Watch).status.code(), Some(0));
        let took = start.elapsed();
        let points = calls::read(log.path()).len();
        let new = std::fs::read(root.join("out").join(file)).expect("the file");
        assert!(points >= 4 && new != OLD, "{points}");
        for turn in 0..KILLS / 2 {
            watched(Deed::At(turn % points + 1, "kill"));
            *(if is_new(root, file, &new, "killed at a call") { &mut fresh } else { &mut old }) += 1;
            check_next(root, file, &new);
        }
        for number in 1..=points {
            let ended = watched(Deed::At(number, "eio"));
            let done = is_new(root, file, &new, "a call failed");
            let words = String::from_utf8_lossy(&ended.stderr).into_owned();
            let refused = ended.status.code() == Some(2) && words.contains(file);
            assert!(refused || (done && ended.status.success()), "{file}, call {number}: {words}");
            failed += 1;
            check_next(root, file, &new);
        }
        for (turn, signal) in (0..KILLS).map(|turn| (turn, turn % 2 == 0)) {
            write(root, &format!("out/{file}"), OLD);
            let mut run = command(root);
            run.args(arguments(file)).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = run.spawn().expect("the binary");
            let micros = usize::try_from(took.as_micros()).expect("short");
            std::thread::sleep(Duration::from_micros(rng.below(micros * 5 / 4) as u64));
            let start = Instant::now();
            if signal {
                let kill = format!("kill -INT {}", child.id());
                isolated("sh", root).args(["-c", &kill]).stderr(Stdio::null()).status().expect("a shell");
            } else {
                child.kill().expect("killed");
            }
            let status = child.wait().expect("ended");
            slowest = slowest.max(start.elapsed());
            late += usize::from(status.code() == Some(0));
            if signal && !status.success() {
                interrupted += 1;
                assert!(status.signal() == Some(SIGINT) || status.code() == Some(130), "{status}");
            }
            let new_one = is_new(root, file, &new, &format!("stopped, turn {turn}"));
            *(if new_one { &mut fresh } else { &mut old }) += 1;
            check_next(root, file, &new);
        }
    }
    eprintln!(
        "outputs: {} runs killed or interrupted over {} files: {old} old, {fresh} new ({late} had ended); {interrupted} by SIGINT, \
         the slowest end after {slowest:?}; {failed} calls failed",
        old + fresh,
        FILES.len()
    );
    // A machine that is busy may be slow to stop a run, or too slow to catch one: what counts is above.
    assert!(old > 0 && fresh > 0 && slowest < Duration::from_secs(20));
}

#[test]
fn what_a_killed_run_left_goes_and_what_another_run_writes_stays() {
    let folder = small();
    let root = folder.path();
    write(root, "out/.anku-dead.out", "left");
    write(root, "out/.anku-alive.out", "being written");
    write(root, "out/anku.out", "somebody's own");
    let alive = std::fs::File::open(root.join("out/.anku-alive.out")).expect("a file");
    alive.lock().expect("locked");
    anku(root, ["list", "-O", "csv", "-o", "out/list.csv"]).ends(0);
    let there = |name: &str| root.join("out").join(name).exists();
    assert!(!there(".anku-dead.out") && there(".anku-alive.out") && there("anku.out") && there("list.csv"));
    // A pipe or a device is written to, not replaced.
    std::os::unix::fs::symlink("/dev/null", root.join("out/null.csv")).expect("a link");
    anku(root, ["list", "-O", "csv", "-o", "out/null.csv"]).ends(0);
    assert!(root.join("out/null.csv").is_symlink());
}
