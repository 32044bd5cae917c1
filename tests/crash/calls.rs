//! The preloaded library: built once, told what to do, and its log read.

use crate::support::isolated;
use crate::support::repository;
use regex::Regex;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// What is to happen.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// The calls are written down.
    Watch,
    /// At this call (from 1): `kill`, `abort`, `eio`, `eio-on`, `enospc`.
    At(usize, &'static str),
    /// At the first call of the same name.
    On(Call, &'static str),
    /// The disk has room for so many bytes.
    Room(i64),
}

/// A call that changes the file system, or was about to.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `create`, `truncate`, `write`, `resize`, `fsync`, `chmod`, `rename`, `link`, `unlink`, `mkdir`, `rmdir`.
    pub(super) call: String,
    /// Relative to the folder that is watched.
    pub(super) path: String,
    /// The second path of `rename` and `link`; empty otherwise.
    pub(super) other: String,
    /// Bytes, or a negative error number; nothing when the process ended in it.
    pub(super) result: Option<i64>,
}

impl Call {
    /// The call and the class of its path: the point's name.
    pub(super) fn name(&self) -> String {
        let name = format!("{} {}", self.call, masked(&self.path));
        if self.other.is_empty() { name } else { format!("{name} -> {}", masked(&self.other)) }
    }

    /// Whether it was made and did what it was to do.
    pub(super) fn is_done(&self) -> bool {
        self.result.is_some_and(|result| result >= 0)
    }

    /// Whether it is this call on a path that begins so.
    pub(super) fn is(&self, call: &str, start: &str) -> bool {
        self.call == call && self.path.starts_with(start)
    }
}

/// How a path begins and ends, without what differs from run to run.
fn ends(path: &str) -> (&str, &str) {
    static DIFFERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[0-9a-f]{32}(\.\d+)?|\.tmp[^/]*$|\.anku-[^/]*$|-\d+$").expect("a pattern")
    });
    match DIFFERS.find(path) {
        // That it is a temporary name does not differ.
        Some(found) if found.as_str().starts_with('.') => (&path[..found.start() + ".tmp".len()], ""),
        Some(found) if found.end() < path.len() => (&path[..found.start()], &path[found.end()..]),
        Some(found) => (&path[..found.start()], ""),
        None => (path, path),
    }
}

/// A path without what differs from run to run and from record to record.
fn masked(path: &str) -> String {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"^\.anku/", ""),
            (r"[^/]*\.(tmp|out)$|\.tmp[^/]*$", "TEMP"),
            (r"\b\d{4}-[0-9a-f]{8}\b", "ID"),
            (r"\b[0-9a-f]{32}\b", "SEGMENT"),
            (r"\.\d+\.del$", ".N.del"),
            (r"\bfiles-\d+$", "files-N"),
            (r"^cases/.*\.yaml$", "RECORD"),
            (r"^out/.*$", "FILE"),
            (r"\b(19|20)\d\d\b", "YEAR"),
        ]
        .map(|(pattern, word)| (Regex::new(pattern).expect("a pattern"), word))
        .into()
    });
    RULES.iter().fold(path.to_owned(), |path, (rule, word)| rule.replace_all(&path, *word).into_owned())
}

/// The library, built; nothing, with a word about it, where it cannot be had.
pub(super) fn library(test: &str) -> Option<&'static Path> {
    static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(build);
    match &*BUILT {
        Ok(path) => Some(path),
        Err(reason) => {
            eprintln!("SKIPPED {test}: {reason}");
            None
        }
    }
}

fn build() -> Result<PathBuf, String> {
    if !cfg!(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")) {
        return Err("calls are counted on 64-bit Linux with glibc only".to_owned());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    // Another run of the tests may be building it too.
    let (own, path) = (folder.join(format!("calls-{}.so", std::process::id())), folder.join("calls.so"));
    let mut cc = isolated("cc", repository());
    // Fortified headers define the calls themselves.
    cc.args(["-shared", "-fPIC", "-O1", "-U_FORTIFY_SOURCE", "tests/crash/calls.c", "-o"]).arg(&own);
    let output = cc.output().map_err(|error| format!("no cc: {error}"))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(&own, &path).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Has a command's calls below `under` counted and written to `log`, and the deed done.
pub(super) fn watch(command: &mut Command, library: &Path, under: &Path, log: &Path, deed: Deed) {
    command.env("LD_PRELOAD", library).env("ANKU_CALLS_LOG", log);
    command.env("ANKU_CALLS_UNDER", under.canonicalize().expect("a folder"));
    match deed {
        Deed::Watch => {}
        Deed::At(number, what) => {
            command.env("ANKU_CALLS_AT", number.to_string()).env("ANKU_CALLS_DO", what);
        }
        Deed::On(call, what) => {
            let (start, end) = ends(if call.other.is_empty() { &call.path } else { &call.other });
            let on = format!("{}\t{start}\t{end}", call.call);
            command.env("ANKU_CALLS_ON", on).env("ANKU_CALLS_AT", "1").env("ANKU_CALLS_DO", what);
        }
        Deed::Room(bytes) => {
            command.env("ANKU_CALLS_ROOM", bytes.to_string());
        }
    }
}

/// The calls in a log, in their order.
pub(super) fn read(log: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.split('\t');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        let (number, call, path, other) = (next(), next(), next(), next());
        let number = number.parse().expect("a number");
        if call == "=" {
            calls.get_mut(&number).expect("a call before its end").result = path.parse().ok();
        } else {
            calls.insert(number, Call { call, path, other, result: None });
        }
    }
    calls.into_values().collect()
}
