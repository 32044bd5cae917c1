//! What several modules of tests need: the binary in a fixed environment, archives in temporary
//! folders, numbers that look random and are the same every time.

use anku::yaml;
use anku::yaml::Node;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use tempfile::TempDir;

/// Every command.
pub const COMMANDS: &[&str] = &[
    "search",
    "list",
    "grep",
    "show",
    "stats",
    "terms",
    "facts",
    "region",
    "report",
    "export",
    "score",
    "validate",
    "import",
    "dedup",
    "similar",
    "set",
    "new",
    "open",
    "fmt",
    "undo",
    "init",
    "index",
    "status",
    "doctor",
    "completions",
    "man",
];

/// How a run of the binary ended and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The run, when it ended with this code; a panic with everything it said otherwise.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// What it printed as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// The lines it printed, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.stdout.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

/// The binary, to be run in `folder` with an environment that holds nothing of the machine's but
/// the path to programs.
pub(crate) fn command(folder: &Path) -> Command {
    isolated(env!("CARGO_BIN_EXE_anku"), folder)
}

/// Any program in that environment.
pub(crate) fn isolated(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    command
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().expect("a program that starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

/// Runs the binary in `folder`, in the archive's language unless the arguments name another.
#[track_caller]
pub(crate) fn anku<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Run {
    run(command(folder).args(args))
}

/// Runs the binary with something on stdin.
#[track_caller]
pub(crate) fn anku_reading(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut command = command(folder);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary");
    child.stdin.take().expect("a pipe").write_all(input).expect("a reader");
    let output = child.wait_with_output().expect("an end");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

/// The repository's own root, which is an archive.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Material that lies beside the repository; `None`, with a word about it, where it does not.
pub(crate) fn shared(test: &str, name: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("ANKU_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: {} is not there (set ANKU_SHARED)", path.display());
    None
}

/// Every file below a folder with its bytes, by path relative to it. Hidden ones too.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Copies files and folders of the repository into `to`; those that are not there are passed over.
pub(crate) fn copy(names: &[&str], to: &Path) {
    for name in names {
        let from = repository().join(name);
        if from.is_dir() {
            for (path, bytes) in files(&from) {
                write(to, &format!("{name}/{path}"), bytes);
            }
        } else if from.is_file() {
            write(to, name, std::fs::read(&from).expect("a file"));
        }
    }
}

/// Writes a file below `root`, and the folders above it.
pub(crate) fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, bytes).expect("a written file");
}

/// A copy of the shipped archive.
pub(crate) fn shipped() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&["anku.yaml", "schemas", "dict", "cases"], folder.path());
    folder
}

/// An archive of four records with the shipped schemas.
pub(crate) fn small() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&["anku.yaml", "schemas"], folder.path());
    for (id, text) in SMALL {
        write(folder.path(), &format!("cases/2012/{id}.yaml"), text);
    }
    folder
}

/// The records of [`small`].
const SMALL: &[(&str, &str)] = &[
    (
        "case-a",
        "id: case-a\ntitle: 民情流水线工作法\nunit: 甘肃省某县\nregion:\n  province: 甘肃省\nyear: 2010\n\
         programme: 甲活动\nedition: 1\nawards:\n  - programme: 甲活动\n    edition: 1\n    level: 最佳案例\n    rank: 1\n\
         sections:\n  - role: practice\n    heading: 一、做法\n    text: |-\n      建立民情流水线,党员干部下基层,共走访1200户。\n",
    ),
    (
        "case-b",
        "id: case-b\ntitle: 星级管理\nunit: 山东省某市\nregion:\n  province: 山东省\nyear: 2012\nprogramme: 甲活动\n\
         edition: 2\nawards:\n  - programme: 甲活动\n    edition: 2\n    level: 优秀案例\n    rank: 1\n\
         sections:\n  - role: background\n    text: 群众说事,2+X模式,1+1结对,使用C#编写程序。\n  - role: results\n    text: 民情流水线让群众满意。\n",
    ),
    (
        "case-c",
        "id: case-c\ntitle: 干部包村\nunit: 甘肃省某市\nregion:\n  province: 甘肃省\nyear: 2012\nprogramme: 甲活动\nedition: 2\n\
         awards:\n  - programme: 甲活动\n    edition: 2\n    level: 最佳案例\n    rank: 1\n",
    ),
    ("case-d", "id: case-d\ntitle: 党员联户(试点)\nyear: 2011\nabstract: 黨員結對：GPS定位“一点通”。\n"),
];

/// A record file, read; a panic where it is no mapping.
#[track_caller]
pub(crate) fn record(text: &str) -> Node {
    yaml::read(text).root.expect("a record")
}

/// The text of a top-level field.
pub(crate) fn field<'n>(record: &'n Node, key: &str) -> Option<&'n str> {
    record.get(key).and_then(Node::text)
}

/// Whether a text holds a Han character.
pub(crate) fn has_han(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
}

/// Numbers that look random and are the same in every run (xorshift64*, Vigna 2016).
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    /// The next number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % end
    }
}
