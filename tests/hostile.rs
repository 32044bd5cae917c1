//! Bad input in 24 classes: files that the archive holds, documents that are imported, queries.
//!
//! Every file under `tests/hostile/`, and everything that `made.rs` makes because it is too big to be
//! kept, is given to the binary in both languages. It must say where and what is wrong, end with the
//! exit code of the contract, write nothing, show no panic and no control character, and stay inside a
//! bound of memory. The golden files say what is found; `ANKU_BLESS=1` rewrites them. The watchdog is no
//! measurement: it only ends what would never end.

mod made;

use crate::support::Run;
use crate::support::copy;
use crate::support::files;
use crate::support::has_han;
use crate::support::isolated;
use crate::support::small;
use crate::support::write;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::io::Seek as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// What runs longer will not end, however busy the machine is.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Seconds of processor time, which other runs beside it do not use up.
const SECONDS: &str = "20";
/// Address space of a run, in KiB: what an allocator reserves and never touches counts too.
const MEMORY: &str = "1048576";
/// That of a run which makes an index of all of them.
const MEMORY_OF_INDEX: &str = "3145728";
/// The longest single argument that a system takes, and room to spare.
const ARGUMENT: usize = 100_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

/// Runs the binary inside the bounds, without the programs of the machine.
#[track_caller]
fn bounded(root: &Path, what: &str, args: &[&str]) -> Run {
    bounded_by(MEMORY, root, what, args)
}

/// As [`bounded`], with another bound of memory.
#[track_caller]
fn bounded_by(memory: &str, root: &Path, what: &str, args: &[&str]) -> Run {
    let mut out = tempfile::tempfile().expect("a temporary file");
    let mut err = tempfile::tempfile().expect("a temporary file");
    let binary = env!("CARGO_BIN_EXE_anku");
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = isolated("/bin/sh", root);
        let bounds = "ulimit -v \"$1\"; ulimit -t \"$2\"; shift 2; exec \"$@\"";
        shell.args(["-c", bounds, "sh", memory, SECONDS, binary]);
        shell
    } else {
        isolated(binary, root)
    };
    command.args(args).env("PATH", "");
    command.stdout(Stdio::from(out.try_clone().expect("a handle")));
    command.stderr(Stdio::from(err.try_clone().expect("a handle")));
    let started = Instant::now();
    let mut child = command.spawn().expect("the binary");
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if started.elapsed() > WATCHDOG {
            child.kill().expect("a child that can be killed");
            child.wait().expect("an end");
            panic!("{what}: does not end");
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let read = |file: &mut std::fs::File| {
        let mut text = String::new();
        file.rewind().expect("a temporary file");
        file.read_to_string(&mut text).unwrap_or_else(|error| panic!("{what}: {error}"));
        text
    };
    let run = Run { code: status.code().unwrap_or(-1), stdout: read(&mut out), stderr: read(&mut err) };
    let said = [&run.stdout, &run.stderr];
    for text in said {
        assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{what}: {text}");
        let raw = text.chars().find(|c| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(raw, None, "{what}");
    }
    assert!((0..=2).contains(&run.code), "{what}: {status}\n{}", run.stderr);
    run
}

/// Everything below a folder but derived state.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    files(root).into_iter().filter(|(path, _)| !path.contains(".anku/")).collect()
}

/// What stands in the folders of these classes: each file, or each folder of a class that has folders.
fn kept(classes: std::ops::RangeInclusive<u32>) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for class in std::fs::read_dir(folder()).expect("the classes") {
        let class = class.expect("a class");
        let name = class.file_name().into_string().expect("a name");
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        if !class.path().is_dir() || !number.is_some_and(|number| classes.contains(&number)) {
            continue;
        }
        for entry in std::fs::read_dir(class.path()).expect("a class") {
            let entry = entry.expect("an input");
            found.push((format!("{name}/{}", entry.file_name().to_string_lossy()), entry.path()));
        }
    }
    found.sort();
    found
}

fn compare(name: &str, found: &str) {
    let path = folder().join(name);
    if std::env::var_os("ANKU_BLESS").is_some() {
        std::fs::write(&path, found).expect("a writable golden file");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let wrong: Vec<&str> = found.lines().filter(|line| !known.lines().any(|known| known == *line)).collect();
    assert!(
        wrong.is_empty() && known.lines().count() == found.lines().count(),
        "{name}:\n{}",
        wrong.join("\n")
    );
}

/// An archive with one good record, and one with a slip that every run must find beside the rest.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&["anku.yaml", "schemas"], folder.path());
    write(folder.path(), "cases/good/good.yaml", "id: good\ntitle: 民情流水线\nunit: 某县\n");
    write(folder.path(), "cases/good/near.yaml", "id: near\ntitle: 民情流水线\nunti: 某县\n");
    folder
}

/// `path:line:col: error[AK0102]: words` taken apart: path, place, code.
fn finding(line: &str) -> Option<(&str, &str, &str)> {
    let (path, rest) = line.split_once(".yaml:").or_else(|| line.split_once(".yml:"))?;
    let mut parts = rest.splitn(4, ':');
    let (row, column, head, words) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let numbers = [row, column].iter().all(|number| number.parse::<usize>().is_ok_and(|n| n > 0));
    let code = head.split_once('[')?.1.strip_suffix(']')?;
    let place = &rest[..row.len() + 1 + column.len()];
    (numbers && code.starts_with("AK") && !words.trim().is_empty()).then_some((path, place, code))
}

/// Validates an archive with this bad part in both languages: exit code, findings, first place and code.
fn validated(root: &Path, name: &str) -> String {
    let before = tree(root);
    let said = ["zh", "en"].map(|lang| {
        let run = bounded(root, name, &["validate", "-O", "plain", "--lang", lang]);
        assert_eq!(run.code, 1, "{name}: {}", run.stderr);
        run.stdout
    });
    assert!(tree(root) == before, "{name}: something was written");
    // What the parser says of a fault is said in the reader's language too.
    for line in said[0].lines().filter(|line| line.contains("[AK0004]")) {
        assert!(line.split_once('：').is_some_and(|(_, words)| has_han(words)), "{name}: {line}");
    }
    let [zh, en] = said.each_ref().map(|text| -> Vec<_> {
        let lines = text.lines().map(|line| finding(line).unwrap_or_else(|| panic!("{name}: {line}")));
        lines.collect()
    });
    assert_eq!(zh.len(), en.len(), "{name}");
    assert!(zh == en, "{name}: the languages point at different places");
    assert!(said[0] != said[1], "{name}: one language");
    assert!(en.contains(&("cases/good/near", "3:1", "AK0102")), "{name}: another file was passed over");
    let bad: Vec<_> = en.iter().filter(|(path, ..)| path.starts_with("cases/bad/")).collect();
    let Some((_, place, code)) = bad.first() else { panic!("{name}: nothing was found") };
    format!("{name} {} {place} {code}\n", bad.len())
}

#[test]
fn bad_records_are_said_with_their_place() {
    let mut out = String::new();
    let folder = archive();
    for (name, path) in kept(1..=20) {
        let into = folder.path().join("cases/bad");
        let all = if path.is_dir() { files(&path) } else { BTreeMap::new() };
        for (inner, bytes) in all {
            write(&into, &inner, bytes);
        }
        if path.is_file() {
            write(&into, "bad-one.yaml", std::fs::read(&path).expect("an input"));
        }
        out.push_str(&validated(folder.path(), &name));
        std::fs::remove_dir_all(into).expect("a folder");
    }
    compare("records.expected", &out);
}

#[test]
fn names_that_some_systems_take_for_one_are_told_apart() {
    for (name, files, found) in made::NAMES {
        let folder = archive();
        for file in *files {
            write(folder.path(), &format!("cases/bad/{file}"), "id: bad-one\ntitle: 民情流水线\n");
        }
        if tree(&folder.path().join("cases/bad")).len() < files.len() {
            eprintln!("SKIPPED {name}: this file system takes these names for one");
            continue;
        }
        assert_eq!(validated(folder.path(), name), format!("{name} {found}\n"));
    }
}

#[test]
fn big_records_are_said_with_their_place() {
    let mut out = String::new();
    let folder = archive();
    for (name, make) in made::RECORDS {
        write(folder.path(), "cases/bad/bad-one.yaml", make());
        out.push_str(&validated(folder.path(), name));
    }
    compare("big-records.expected", &out);
}

#[test]
fn bad_records_do_not_spoil_the_others() {
    let folder = archive();
    let root = folder.path();
    for (number, (_, path)) in kept(1..=20).iter().filter(|(_, path)| path.is_file()).enumerate() {
        write(root, &format!("cases/bad/{number:03}.yaml"), std::fs::read(path).expect("an input"));
    }
    // A file that is no record is searched as plain text, so 16 MiB of it take their memory: not here.
    let made = made::RECORDS.iter().filter(|(name, _)| !name.starts_with("06-"));
    for (number, (_, make)) in made.enumerate() {
        write(root, &format!("cases/bad/big-{number:03}.yaml"), make());
    }
    let before = tree(root);
    for args in [
        &["search", "-l", "-n", "0", "民情流水线"][..],
        &["list", "-n", "0"],
        &["stats", "--by", "year"],
        &["facts", "-n", "0"],
    ] {
        let run = bounded_by(MEMORY_OF_INDEX, root, args[0], args);
        assert!(args[0] == "stats" || args[0] == "facts" || run.stdout.contains("good"), "{}", run.stdout);
    }
    assert!(tree(root) == before, "something was written");
}

/// Plans an import in both languages: exit code, records that would be made, and why others are not.
fn planned(root: &Path, name: &str, file: &str) -> String {
    let before = tree(root);
    let at = root.join("archive");
    let said = ["zh", "en"].map(|lang| bounded(&at, name, &["import", "--dry-run", "--lang", lang, file]));
    assert_eq!(said[0].code, said[1].code, "{name}");
    if said[0].code != 0 {
        let of_file =
            |run: &Run| run.stderr.lines().any(|line| line.contains("anku: ") && line.contains(file));
        assert!(said.iter().all(of_file), "{name}: {said:?}");
        assert!(said[0].stderr != said[1].stderr, "{name}: one language");
    }
    let run = bounded(&at, name, &["import", "--dry-run", "--json", file]);
    let plan = run.json();
    let mut out = format!("{name} exit {} created {}", run.code, plan["created"]);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for source in plan["sources"].as_array().expect("sources") {
        for record in source["records"].as_array().expect("records") {
            if let Some(reason) = record["reason"].as_str() {
                *reasons.entry(reason.to_owned()).or_default() += 1;
            }
        }
    }
    for (reason, count) in reasons {
        let _ = write!(out, " {reason}×{count}");
    }
    assert!(tree(root) == before, "{name}: something was written");
    out.push('\n');
    out
}

#[test]
fn bad_documents_are_set_aside_with_a_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(&["anku.yaml", "schemas"], &root.join("archive"));
    let mut out = String::new();
    for (name, path) in kept(21..=23) {
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        write(root, &format!("archive/in/{file}"), std::fs::read(&path).expect("an input"));
        out.push_str(&planned(root, &name, &format!("in/{file}")));
    }
    for (name, make) in made::DOCUMENTS {
        let file = name.split('/').next_back().expect("a name");
        write(root, &format!("archive/in/{file}"), make());
        out.push_str(&planned(root, name, &format!("in/{file}")));
        std::fs::remove_file(root.join("archive/in").join(file)).expect("a file");
    }
    compare("documents.expected", &out);
}

#[test]
fn no_name_in_an_archive_names_a_file_of_ours() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(&["anku.yaml", "schemas"], &root.join("archive"));
    let at = root.join("archive");
    for (name, make) in made::DOCUMENTS.iter().filter(|(name, _)| name.starts_with("21-")) {
        write(&at, "in/a.zip", make());
        let before = tree(root);
        let run = bounded(&at, name, &["import", "--yes", "--json", "in/a.zip"]);
        let new: Vec<String> = tree(root).into_keys().filter(|path| !before.contains_key(path)).collect();
        for path in &new {
            let inside = path.strip_prefix("archive/cases/").and_then(|path| path.strip_suffix(".yaml"));
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '/');
            assert!(inside.is_some_and(|name| name.chars().all(plain) && name.len() < 64), "{name}: {path}");
        }
        assert_eq!(run.json()["created"], new.len(), "{name}");
    }
}

/// A line of the queries with its repetitions written out.
fn expanded(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('⟦') {
        let (piece, after) = after.split_once('⟧').expect("⟦text⟧N");
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        out.push_str(before);
        out.push_str(&piece.repeat(after[..digits].parse().expect("how often")));
        rest = &after[digits..];
    }
    out + rest
}

/// One argument, or as many as the system needs.
fn arguments(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > ARGUMENT {
        let mut at = ARGUMENT;
        while !rest.is_char_boundary(at) {
            at -= 1;
        }
        out.push(&rest[..at]);
        rest = &rest[at..];
    }
    out.push(rest);
    out
}

#[test]
fn hostile_queries_end_in_an_answer_or_a_message() {
    let archive = small();
    let root = archive.path();
    bounded(root, "index", &["index"]);
    let before = tree(root);
    let text = std::fs::read_to_string(folder().join("24-query.txt")).expect("the queries");
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let query = expanded(line);
        let mut codes = Vec::new();
        let mut first = String::new();
        for (lang, head) in [("zh", "anku: 错误"), ("en", "anku: error: ")] {
            let mut args = vec!["search", "--lang", lang, "--"];
            args.extend(arguments(&query));
            let run = bounded(root, line, &args);
            if run.code == 2 {
                assert!(run.stderr.starts_with(head) && run.stdout.is_empty(), "{line}: {}", run.stderr);
                first = run.stderr.lines().next().unwrap_or_default().chars().take(120).collect();
            }
            codes.push(run.code);
        }
        assert_eq!(codes[0], codes[1], "{line}");
        let _ = writeln!(out, "{} | {line} | {}", codes[0], first.trim_start_matches("anku: error: "));
    }
    assert!(tree(root) == before, "something was written");
    compare("queries.expected", &out);
}

#[test]
fn there_are_two_of_each_class() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let kept = kept(1..=23);
    let made =
        made::RECORDS.iter().map(|(name, _)| *name).chain(made::DOCUMENTS.iter().map(|(name, _)| *name));
    for name in kept.iter().map(|(name, _)| name.as_str()).chain(made) {
        *counts.entry(name.split('/').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    assert_eq!(counts.len(), 23, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 2), "{counts:?}");
    assert!(kept.len() >= 60);
}
