//! Two processes at once: both get through, or one says that the other is writing.

use super::ground::filled;
use super::ground::leftovers;
use super::scenes::record;
use crate::batches::CASE;
use crate::support::Rng;
use crate::support::Run;
use crate::support::anku;
use crate::support::command;
use crate::support::files;
use crate::support::small;
use crate::support::write;
use std::io::Read as _;
use std::path::Path;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

const PAIRS: usize = 50;
const LONGEST: Duration = Duration::from_secs(30);

/// A command, and whether its work is to be seen in the archive.
type Side = (&'static [&'static str], fn(&Path) -> bool);

fn says(root: &Path, id: &str, words: &str) -> bool {
    let text = std::fs::read_to_string(root.join(format!("cases/2012/{id}.yaml"))).expect("a record");
    text.contains(words)
}

fn holds(root: &Path, words: &str) -> bool {
    files(&root.join("cases")).values().any(|bytes| String::from_utf8_lossy(bytes).contains(words))
}

const LIST: Side = (&["import", "list.txt", "--yes"], |root| holds(root, "推行丙议事制度"));
const ARTICLE: Side = (&["import", "case.txt", "--yes"], |root| holds(root, "党建引领基层治理"));
const INDEX: Side = (&["index"], |_| true);
const SET: Side = (&["set", "case-a", "year=1999"], |root| says(root, "case-a", "year: 1999"));
const OTHER_SET: Side = (&["set", "case-b", "year=1998"], |root| says(root, "case-b", "year: 1998"));
const SEARCH: Side = (&["search", "-l", "--exact", "民情流水线"], |_| true);
const FMT: Side = (&["fmt"], |root| says(root, "wild-0", "id: wild-0\n"));

const KINDS: [(Side, Side); 6] =
    [(LIST, ARTICLE), (LIST, INDEX), (SET, OTHER_SET), (SET, SEARCH), (INDEX, SEARCH), (FMT, LIST)];

/// An archive whose index has much to take in.
fn ground() -> TempDir {
    let folder = small();
    let root = folder.path();
    anku(root, ["fmt"]).ends(0);
    anku(root, ["index"]).ends(0);
    for n in 0..33 {
        write(root, &format!("cases/2013/made-{n}.yaml"), record(n));
    }
    let wild = "title:   \"村\"  # 原题\nid: 'wild-0'\nyear:    2012\nregion: {province: 甘肃省}\n";
    write(root, "cases/2012/wild-0.yaml", wild);
    write(root, "case.txt", CASE);
    let list = "某市评选结果\n一、一等奖(共3个)\n1甲街道:推行甲议事制度\n2乙街道:推行乙议事制度\n3丙街道:推行丙议事制度\n";
    write(root, "list.txt", list);
    folder
}

fn start(root: &Path, args: &[&str]) -> Child {
    let mut run = command(root);
    run.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    run.spawn().expect("the binary")
}

fn end(mut child: Child, since: Instant) -> Run {
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if since.elapsed() > LONGEST => {
                child.kill().expect("killed");
                panic!("a run that does not end");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let mut run = Run { code: status.code().unwrap_or(-1), stdout: String::new(), stderr: String::new() };
    child.stdout.take().expect("a pipe").read_to_string(&mut run.stdout).expect("UTF-8");
    child.stderr.take().expect("a pipe").read_to_string(&mut run.stderr).expect("UTF-8");
    run
}

#[test]
fn two_at_once_both_get_through() {
    let mut rng = Rng(0xa9);
    let (mut busy, mut slowest) = (0, Duration::ZERO);
    let base: Vec<_> = files(ground().path()).into_iter().collect();
    for turn in 0..PAIRS {
        let (one, other) = KINDS[turn % KINDS.len()];
        let folder = filled(&base);
        let root = folder.path();
        let since = Instant::now();
        let first = start(root, one.0);
        std::thread::sleep(Duration::from_millis(rng.below(12) as u64));
        let second = start(root, other.0);
        for (child, (args, seen)) in [(first, one), (second, other)] {
            let run = end(child, since);
            let at = format!("{} and {} ({turn}): {}", one.0.join(" "), other.0.join(" "), run.stderr);
            match run.code {
                0 => assert!(seen(root), "{args:?} did nothing: {at}"),
                2 => {
                    busy += 1;
                    assert!(run.stderr.contains("另一个 anku") || run.stderr.contains("locked"), "{at}");
                }
                code => panic!("{code}: {at}"),
            }
        }
        slowest = slowest.max(since.elapsed());
        let broken = anku(root, ["validate", "--json"]).json();
        let findings = broken["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|finding| finding["severity"] != "error"), "{findings:#?}");
        let word = ["民情流水线", "议事", "党建引领", "村"][turn % 4];
        let search = anku(root, ["search", "-l", "--exact", word]);
        assert_eq!(search.lines(), anku(root, ["grep", "-l", word]).lines(), "{word}");
        anku(root, ["index"]).ends(0);
        assert_eq!(leftovers(root), Vec::<String>::new());
    }
    eprintln!("pairs: {PAIRS}, {busy} said that the other was writing, the slowest pair took {slowest:?}");
}
