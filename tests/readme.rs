//! What the READMEs show is what happens: every console block of theirs is run in a copy of the
//! repository's archive, and its output compared.
//!
//! A block is ```` ```console ````; a line `$ command` is followed by what it prints (stdout and
//! stderr as a terminal shows them together). `...` alone on a line stands for any number of lines,
//! `[..]` in a line for anything in it.

use crate::support::copy;
use crate::support::isolated;
use crate::support::repository;
use std::path::Path;

/// The READMEs, and pages that are checked as they are.
const READMES: &[&str] = &["README.md", "README.zh-CN.md", "docs/edit.md"];

/// One command of a console block and what it is said to print.
#[derive(Debug, PartialEq)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

/// The console blocks of a Markdown text.
fn blocks(text: &str) -> Vec<Vec<Step>> {
    let mut blocks: Vec<Vec<Step>> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (line.trim_end(), open) {
            ("```console", false) => {
                blocks.push(Vec::new());
                open = true;
            }
            ("```", true) => open = false,
            (line, true) => {
                let steps = blocks.last_mut().expect("an open block");
                if let Some(command) = line.strip_prefix("$ ") {
                    let step = Step { line: number + 1, command: command.to_owned(), expected: Vec::new() };
                    steps.push(step);
                } else if let Some(step) = steps.last_mut() {
                    step.expected.push(line.to_owned());
                }
            }
            _ => {}
        }
    }
    assert!(!open, "a console block has no end");
    blocks
}

/// The command as the shell of the test runs it; `None` when it is not for a test to run.
fn runnable(command: &str) -> Option<String> {
    let first = command.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    if first == "cargo test" || first == "git clone" {
        return None;
    }
    let prefixes =
        ["cargo run --release --quiet --", "cargo run --quiet --release --", "cargo run --quiet --"];
    let more = ["cargo run -q --release --", "cargo run --release -q --", "cargo run -q --"];
    let plain = ["cargo run --release --", "cargo run --"];
    for prefix in prefixes.iter().chain(&more).chain(&plain) {
        if let Some(rest) = command.strip_prefix(prefix) {
            return Some(format!("anku{rest}"));
        }
    }
    Some(command.to_owned())
}

/// Whether lines are as expected, wildcards and all. Blanks at the end of a line do not count.
fn fits(expected: &[String], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..]))
        }
        Some((first, rest)) => match lines.split_first() {
            Some((line, more)) => line_fits(first.trim_end(), line.trim_end()) && fits(rest, more),
            None => false,
        },
    }
}

fn line_fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

/// Runs one README's blocks; gives what differed and what was not run.
fn check(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut skipped) = (Vec::new(), Vec::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    // One further down, so that what a README puts beside the repository goes too.
    let root = folder.path().join("anku");
    copy(&["anku.yaml", "schemas", "cases", "dict"], &root);
    // `anku` is on the reader's path, in front of everything else.
    let binary = Path::new(env!("CARGO_BIN_EXE_anku")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binary.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(paths).expect("a path");
    // The index is there, as it is for everybody after the first command.
    let ready = isolated(env!("CARGO_BIN_EXE_anku"), &root).arg("index").output().expect("the binary");
    assert!(ready.status.success());
    for step in blocks(text).iter().flatten() {
        let Some(command) = runnable(&step.command) else {
            skipped.push(step.command.clone());
            continue;
        };
        let mut shell = isolated("sh", &root);
        shell.env("PATH", &path).args(["-c", &format!("{{ {command}\n}} 2>&1")]);
        let output = shell.output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = said.trim_end().lines().collect();
        let mut expected = step.expected.as_slice();
        while let [before @ .., last] = expected
            && last.trim().is_empty()
        {
            expected = before;
        }
        if !fits(expected, &lines) {
            let expected = expected.join("\n");
            wrong.push(format!(
                "{name}:{}: $ {}\n--- shown\n{expected}\n--- printed\n{said}",
                step.line, step.command
            ));
        }
    }
    (wrong, skipped)
}

#[test]
fn the_readmes_show_what_happens() {
    let mut wrong = Vec::new();
    for name in READMES {
        let path = repository().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(blocks(&text).iter().any(|steps| !steps.is_empty()), "{name} shows no command");
        let (differing, skipped) = check(name, &text);
        for command in &skipped {
            eprintln!("{name}: not run: {command}");
            let words: Vec<&str> = command.split_whitespace().take(2).collect();
            assert!(matches!(words.as_slice(), ["cargo", "test"] | ["git", "clone"]), "{command}");
        }
        wrong.extend(differing);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn the_check_can_fail() {
    let text = "text\n```console\n$ anku list -c\n192\n\n$ anku list 'id:b93n9y' --format '{year}'\n2012\n```\n```sh\n$ nothing\n```\n";
    let (wrong, skipped) = check("x", text);
    assert!(wrong.is_empty() && skipped.is_empty(), "{wrong:?}");
    let (wrong, _) = check("x", "```console\n$ anku list -c\n191\n```\n");
    assert!(wrong.len() == 1 && wrong[0].starts_with("x:2: $ anku list -c"), "{wrong:?}");
    let (wrong, skipped) =
        check("x", "```console\n$ cargo test\n$ cargo run --release -- list -c\n...\n```\n");
    assert_eq!((wrong.len(), skipped), (0, vec!["cargo test".to_owned()]));

    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("a\n...\nc"), &["a", "b", "b", "c"]) && fits(&lines("..."), &[]));
    assert!(!fits(&lines("a\n...\nc"), &["a", "b"]) && !fits(&lines("a"), &["a", "b"]));
    assert!(line_fits("took [..] ms for [..]", "took 3.2 ms for 党员") && !line_fits("a[..]b", "a"));
    assert!(line_fits("a [..]", "a ") && !line_fits("ab[..]b", "ab"));
}
