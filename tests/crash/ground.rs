//! Archives before and after a command, runs that something happens to, and what must hold afterwards.

use super::calls;
use super::calls::Call;
use super::calls::Deed;
use super::scenes::prepare;
use crate::support::anku;
use crate::support::command;
use crate::support::files;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// Every file of an archive but its state.
pub(super) type Tree = BTreeMap<String, Vec<u8>>;

/// How many runs have been looked at.
static TURN: AtomicUsize = AtomicUsize::new(0);

/// Words that the records of the scenes hold, and one that they do not.
const ASKED: [&str; 4] = ["民情流水线", "村", "某县", "没有的词"];

/// Everything in an archive but `.anku/`.
pub(super) fn tree(root: &Path) -> Tree {
    let mut all = files(root);
    all.retain(|path, _| !path.starts_with(".anku/"));
    all
}

/// A command on an archive, with what it comes to when nothing happens to it.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) library: &'static Path,
    args: Vec<&'static str>,
    /// All files before it, its state too.
    files: Vec<(String, Vec<u8>)>,
    /// What a plain scan finds before it and after it, for each question.
    found: [Vec<Vec<String>>; 2],
    /// The files before it.
    pub(super) start: Tree,
    /// The files after it.
    pub(super) end: Tree,
    /// Its calls.
    pub(super) calls: Vec<Call>,
    /// How long it takes, unwatched.
    pub(super) took: Duration,
    code: i32,
    /// What it prints, sorted: how a search ranks depends on how its index came about.
    pub(super) lines: Vec<String>,
    batches: usize,
}

/// A run that something happened to.
pub(super) struct Ended {
    pub(super) folder: TempDir,
    /// The exit code; nothing when a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) calls: Vec<Call>,
    /// The files as the run left them.
    pub(super) torn: Tree,
}

/// All commands that write records.
pub(super) const WRITERS: [&str; 6] = ["import", "set", "fmt", "dedup", "score", "undo"];
/// All commands that write derived state.
pub(super) const INDEXERS: [&str; 3] = ["index", "rebuild", "search"];

impl Scene {
    /// The scene of this name; nothing where calls cannot be counted.
    pub(super) fn new(name: &'static str, test: &str) -> Option<Scene> {
        let library = calls::library(test)?;
        let (before, args) = prepare(name);
        let mut scene = Scene {
            name,
            library,
            args,
            start: tree(before.path()),
            end: Tree::new(),
            calls: Vec::new(),
            took: Duration::MAX,
            code: 0,
            lines: Vec::new(),
            batches: 0,
            found: [Vec::new(), Vec::new()],
            files: files(before.path()).into_iter().collect(),
        };
        scene.found[0] = scanned(before.path());
        for _ in 0..3 {
            let root = scene.fresh();
            let start = Instant::now();
            let run = anku(root.path(), &scene.args).ends(0);
            scene.took = scene.took.min(start.elapsed());
            scene.end = tree(root.path());
            scene.batches = done_batches(root.path());
            scene.found[1] = scanned(root.path());
            scene.lines = run.lines();
            assert_eq!(leftovers(root.path()), Vec::<String>::new(), "{name}");
        }
        let watched = scene.run(Deed::Watch);
        assert_eq!((watched.code, &watched.torn), (Some(scene.code), &scene.end), "{name}");
        scene.calls = watched.calls;
        let changes = scene.end != scene.start;
        assert_eq!(changes, WRITERS.contains(&name), "{name} does what it is for");
        // What changed is explained by the calls: none is made past the library.
        for path in scene.start.keys().chain(scene.end.keys()) {
            if scene.start.get(path) != scene.end.get(path) {
                let told = scene.calls.iter().any(|call| {
                    (call.other == *path && matches!(call.call.as_str(), "rename" | "link"))
                        || call.is("unlink", path)
                });
                assert!(told, "{name}: nothing tells of {path}");
            }
        }
        Some(scene)
    }

    /// A copy of the archive as it is before the command.
    pub(super) fn fresh(&self) -> TempDir {
        filled(&self.files)
    }

    /// Runs the command on a fresh copy and lets something happen to it.
    pub(super) fn run(&self, deed: Deed) -> Ended {
        let folder = self.fresh();
        let log = tempfile::NamedTempFile::new().expect("a log");
        let mut run = command(folder.path());
        run.args(&self.args);
        calls::watch(&mut run, self.library, folder.path(), log.path(), deed);
        let output = run.output().expect("the binary");
        let said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: said(output.stdout),
            stderr: said(output.stderr),
            calls: calls::read(log.path()),
            torn: tree(folder.path()),
            folder,
        }
    }

    /// Runs the command on a fresh copy and kills it after a while; also whether it had ended by itself.
    pub(super) fn run_for(&self, time: Duration) -> Ended {
        let folder = self.fresh();
        let mut run = command(folder.path());
        run.args(&self.args).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = run.spawn().expect("the binary");
        std::thread::sleep(time);
        child.kill().expect("killed");
        let status = child.wait().expect("ended");
        Ended {
            code: status.code(),
            signal: status.signal(),
            stdout: String::new(),
            stderr: String::new(),
            calls: Vec::new(),
            torn: tree(folder.path()),
            folder,
        }
    }

    /// What must hold whatever happened to a run: every file is as it was or as it is to be, a reader
    /// answers and has it whole, the command done again brings the end that an undisturbed run has, no
    /// temporary file is left, and a search finds what a plain scan finds.
    pub(super) fn check(&self, ended: &Ended, what: &str) -> State {
        let root = ended.folder.path();
        let at = format!("{} {what}\n{}", self.name, ended.stderr);
        self.check_torn(&ended.torn, &at);
        // Every other time the reader counts, else it searches.
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let answer = if turn.is_multiple_of(2) { Some(anku(root, ["list", "-c"]).ends(0)) } else { None };
        if answer.is_none() {
            self.check_search(root, &at, turn / 2);
        }
        let now = tree(root);
        assert!(now == self.start || now == self.end, "{at}: half of it\n{:?}", differing(&now, &self.end));
        if let Some(answer) = answer {
            assert_eq!(answer.stdout.trim(), count(&now).to_string(), "{at}");
        }
        let state = if now == self.start && self.start != self.end {
            State::Before
        } else if ended.torn == self.end {
            State::After
        } else {
            State::Amid
        };
        // To take back again what has been taken back would take back the batch before it.
        if self.name != "undo" || now == self.start {
            let again = anku(root, &self.args);
            // Where everything is merged already there is nothing to merge.
            let code = if self.name == "dedup" && now == self.end { 1 } else { self.code };
            assert_eq!(again.code, code, "{at}\nagain: {}", again.stderr);
            if self.name == "search" {
                assert_eq!(again.lines(), self.lines, "{at}");
            }
        }
        let now = tree(root);
        assert!(now == self.end, "{at}: done again\n{:?}", differing(&now, &self.end));
        assert_eq!(leftovers(root), Vec::<String>::new(), "{at}");
        assert_eq!(done_batches(root), self.batches, "{at}");
        self.check_search(root, &at, turn / 2 + 1);
        state
    }

    /// Every file is whole: as it was, or as it is to be.
    fn check_torn(&self, torn: &Tree, at: &str) {
        let paths: BTreeSet<&String> = self.start.keys().chain(self.end.keys()).collect();
        for path in paths {
            let now = torn.get(path);
            assert!(now == self.start.get(path) || now == self.end.get(path), "{at}: {path} is damaged");
        }
        let known = |path: &String| self.start.contains_key(path) || self.end.contains_key(path);
        let others: Vec<&String> = torn.keys().filter(|path| !known(path) && !is_temp(path)).collect();
        assert!(others.is_empty(), "{at}: {others:?}");
    }

    /// A search has what a plain scan of these files has. One question a time, another each time.
    fn check_search(&self, root: &Path, at: &str, turn: usize) {
        let word = ASKED[turn % ASKED.len()];
        let search = anku(root, ["search", "-l", "--exact", word]);
        assert!(search.code < 2, "{at}\n{}", search.stderr);
        let scanned = if tree(root) == self.start { &self.found[0] } else { &self.found[1] };
        assert_eq!(search.lines(), scanned[turn % ASKED.len()], "{at}: {word}");
    }

    /// Numbers of calls: first one of each name, so that every point is met early, then the others.
    pub(super) fn turns(&self) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let all = 1..=self.calls.len();
        let (first, rest): (Vec<usize>, Vec<usize>) =
            all.partition(|n| seen.insert(self.calls[n - 1].name()));
        [first, rest].concat()
    }

    /// What is to happen at one of its calls. Threads make the calls of an index in an order of their own:
    /// there the first of a name is met by its name.
    pub(super) fn at(&self, number: usize, what: &'static str) -> Deed {
        let call = self.calls.get(number - 1).filter(|_| INDEXERS.contains(&self.name));
        let first = |call: &&Call| !self.calls[..number - 1].iter().any(|other| other.name() == call.name());
        match call.filter(first) {
            Some(call) => Deed::On(call.clone(), what),
            None => Deed::At(number, what),
        }
    }

    /// The names of all its points.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.calls.iter().map(Call::name).collect()
    }
}

/// A folder with these files, in memory where the machine has such a place: thousands of archives are written
/// and synced here, and nothing in these tests depends on what is below the file system.
pub(super) fn filled(files: &[(String, Vec<u8>)]) -> TempDir {
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder");
    let mut above = String::new();
    for (path, bytes) in files {
        // Files come folder by folder.
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if above != parent {
            std::fs::create_dir_all(folder.path().join(parent)).expect("a folder");
            parent.clone_into(&mut above);
        }
        std::fs::write(folder.path().join(path), bytes).expect("a written file");
    }
    folder
}

/// What a plain scan finds, for each question.
fn scanned(root: &Path) -> Vec<Vec<String>> {
    ASKED.iter().map(|word| anku(root, ["grep", "-l", word]).lines()).collect()
}

/// How far the batch of a run that was stopped had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing of it counts.
    Before = 0,
    /// It counts, and the next run puts its files in place.
    Amid = 1,
    /// All its files were in place.
    After = 2,
}

/// How many records a tree has.
fn count(tree: &Tree) -> usize {
    tree.keys().filter(|path| path.starts_with("cases/") && path.ends_with(".yaml")).count()
}

/// The files in which two trees differ.
pub(super) fn differing(one: &Tree, other: &Tree) -> Vec<String> {
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    paths.into_iter().filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
}

fn is_temp(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (name.starts_with(".anku-") && (name.ends_with(".tmp") || name.ends_with(".out")))
        || name.starts_with(".tmp")
}

/// What a run may leave only when it is killed, anywhere below an archive.
pub(super) fn leftovers(root: &Path) -> Vec<String> {
    let unfinished = |path: &String| path.contains(".staged") || path.contains(".open");
    let new_index = |path: &String| path.starts_with(".anku/index.");
    let all = files(root).into_keys().chain(journal(root));
    all.filter(|path| is_temp(path) || unfinished(path) || new_index(path)).collect()
}

fn journal(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join(".anku/journal")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn done_batches(root: &Path) -> usize {
    journal(root).iter().filter(|name| !name.contains('.')).count()
}
