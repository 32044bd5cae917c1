//! Same archive, same bytes: whatever the order in which its files were made, the folder, the number of threads,
//! the time zone and the locale.

use crate::support::command;
use crate::support::files;
use crate::support::repository;
use crate::support::write;
use std::path::Path;
use tempfile::TempDir;

const COMMANDS: &[&str] = &[
    "search --json -n 0 党员 社区",
    "search --json --facet 省 --facet 等次 --explain 党建引领 | 民情*线",
    "search --json 从来没有的词语 群众",
    "search 党员 NEAR/8 群众",
    "grep 四议两公开",
    "list -O csv",
    "list --json --sort year:desc",
    "stats --rows 省 --cols 等次 --totals -O csv",
    "stats --rows 省 --cols 等次 --totals --json",
    "stats --by 领域 --percent row",
    "report yearly --edition 2 -O md",
    "report yearly --edition 2 -O csv",
    "report yearly --edition 2 -O json",
    "report yearly --edition 2 -O html",
    "report yearly --edition 2 -O xlsx",
    "report yearly --edition 2 -O docx",
    "report awards --edition 2 -O xlsx",
    "report quality -O json",
    "report search --date 2012-11-08 -O docx 党员",
    "validate --json",
    "facts --json -n 50",
    "terms --json",
    "dedup --json",
    "similar --json -n 0 ID",
];

/// A copy of the shipped archive, its files made in one order or the other.
fn made(backwards: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut all =
        vec![("anku.yaml".to_owned(), std::fs::read(repository().join("anku.yaml")).expect("a file"))];
    for name in ["schemas", "dict", "cases"] {
        all.extend(
            files(&repository().join(name))
                .into_iter()
                .map(|(path, bytes)| (format!("{name}/{path}"), bytes)),
        );
    }
    if backwards {
        all.reverse();
    }
    for (path, bytes) in all {
        write(folder.path(), &path, bytes);
    }
    folder
}

/// What a command prints, less how long it took.
fn printed(root: &Path, args: &[&str], environment: &[(&str, &str)]) -> Vec<u8> {
    let mut command = command(root);
    let output =
        command.args(args).envs(environment.iter().copied()).output().expect("a program that starts");
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!output.stdout.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    match String::from_utf8(output.stdout) {
        Ok(text) => match text.split_once("\"elapsed_ms\":") {
            Some((before, after)) => {
                let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                format!("{before}{rest}").into_bytes()
            }
            None => text.into_bytes(),
        },
        Err(error) => error.into_bytes(),
    }
}

#[test]
fn the_same_archive_gives_the_same_bytes() {
    let runs: [(bool, &[(&str, &str)]); 6] = [
        (false, &[]),
        (false, &[("RAYON_NUM_THREADS", "1")]),
        (true, &[("RAYON_NUM_THREADS", "2")]),
        (true, &[("TZ", "Asia/Shanghai"), ("LC_ALL", "zh_CN.UTF-8")]),
        (false, &[("TZ", "America/St_Johns"), ("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]),
        (
            true,
            &[
                ("TZ", "Pacific/Kiritimati"),
                ("LC_ALL", "tr_TR.UTF-8"),
                ("COLUMNS", "40"),
                ("RAYON_NUM_THREADS", "7"),
            ],
        ),
    ];
    let id = std::fs::read_dir(repository().join("cases/2012")).expect("records");
    let id =
        id.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).min().expect("a record");
    let id = id.trim_end_matches(".yaml");
    let mut first: Vec<Vec<u8>> = Vec::new();
    let mut wrong = Vec::new();
    for (backwards, environment) in runs {
        let folder = made(backwards);
        printed(folder.path(), &["index", "--json"], environment);
        for (number, line) in COMMANDS.iter().enumerate() {
            let args: Vec<&str> = line.split(' ').map(|word| if word == "ID" { id } else { word }).collect();
            let bytes = printed(folder.path(), &args, environment);
            match first.get(number) {
                None => first.push(bytes),
                Some(known) if *known != bytes => {
                    wrong.push(format!("{line} with {environment:?}, backwards: {backwards}"));
                }
                Some(_) => {}
            }
        }
        // And once more, from the index as it is.
        if environment.is_empty() {
            for (line, known) in COMMANDS.iter().zip(&first) {
                let args: Vec<&str> =
                    line.split(' ').map(|word| if word == "ID" { id } else { word }).collect();
                if printed(folder.path(), &args, environment) != *known {
                    wrong.push(format!("{line}, the second time"));
                }
            }
        }
    }
    eprintln!(
        "determinism: {} commands in {} surroundings, {} differ",
        COMMANDS.len(),
        runs.len() + 1,
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
