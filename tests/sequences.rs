//! Freshness is exact: whatever happens to files in whatever order, and whatever their stamps say afterwards,
//! an answer is what a scan of the files as they are now gives. Sequences of eight changes advance side by side,
//! so that files have time to grow old and stamps are trusted. `SEQUENCES` says how many, `SEQUENCES_IN` names the
//! folder, and so the file system; without it they run in memory where there is such a place.

use crate::support::Rng;
use crate::support::anku;
use crate::support::files;
use crate::support::write;
use anku::archive::Archive;
use anku::search::EngineError;
use anku::search::Scope;
use anku::search::compile;
use anku::search::matching;
use anku::workspace::Notice;
use anku::workspace::Refresh;
use anku::workspace::ready;
use std::collections::BTreeMap;
use std::fs;
use std::fs::FileTimes;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

const STEPS: usize = 8;
/// Sequences in every run: in memory, and on a disk, where every write is waited for; and of them through the binary.
const SEQUENCES: usize = 2000;
const ON_DISK: usize = 400;
const THROUGH_BINARY: usize = 40;
/// Starting points: an index is made for each once, and copied.
const TEMPLATES: usize = 8;
const DAY: Duration = Duration::from_secs(86_400);

const SCHEMA: &str = "x-anku: {key: id, title: title}\ntype: object\nproperties:\n  id: {type: string, x-anku: {index: code}}\n  \
                      title: {type: string}\n  text: {type: string}\n";

/// All of one size, so that one can stand for another in the same number of bytes.
const WORDS: &[&str] = &["清廉", "网格", "议事", "联建", "积分", "驿站", "红旗", "书记"];
const FOLDERS: &[&str] = &["", "a/", "b/", "b/c/"];

/// The records as they are, by path below `cases`.
type State = BTreeMap<String, Vec<u8>>;

fn state(root: &Path) -> State {
    let cases = files(&root.join("cases"));
    cases.into_iter().filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".yml")).collect()
}

fn word(rng: &mut Rng) -> &'static str {
    WORDS[rng.below(WORDS.len())]
}

fn text(id: usize, rng: &mut Rng) -> String {
    let text: String = (0..rng.below(4)).map(|_| word(rng)).collect();
    format!("id: r{id}\ntitle: {}{}\ntext: 在{text}\n", word(rng), word(rng))
}

fn stamp(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path).expect("a file");
    file.set_times(FileTimes::new().set_modified(time)).expect("a set time");
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).expect("a file").modified().expect("a time")
}

/// An archive with three to six records.
fn begin(root: &Path, rng: &mut Rng) {
    write(root, "anku.yaml", "name: t\nkinds:\n  note: {schema: schemas/note.yaml, folder: cases}\n");
    write(root, "schemas/note.yaml", SCHEMA);
    fs::create_dir_all(root.join("cases")).expect("a folder");
    for id in 0..3 + rng.below(4) {
        write(root, &format!("cases/{}r{id}.yaml", FOLDERS[rng.below(FOLDERS.len())]), text(id, rng));
    }
}

/// What can happen. Gives its name; a change for which there are no files is another file.
fn change(root: &Path, rng: &mut Rng) -> String {
    let cases = root.join("cases");
    let paths: Vec<String> = state(root).into_keys().collect();
    let kind = if paths.is_empty() { 0 } else { rng.below(17) };
    let (one, other) = match paths.len() {
        0 => (String::new(), String::new()),
        many => (paths[rng.below(many)].clone(), paths[rng.below(many)].clone()),
    };
    let (at, there) = (cases.join(&one), cases.join(&other));
    let bytes = fs::read(&at).unwrap_or_default();
    // Another word of the same size in the place of the first one.
    let same_size = |rng: &mut Rng| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let old = WORDS.iter().find(|word| text.contains(**word)).copied().unwrap_or("红旗");
        fs::write(&at, text.replacen(old, word(rng), 1)).expect("written");
    };
    match kind {
        0 | 1 => {
            let id = rng.below(9);
            let path = format!("cases/{}r{id}.yaml", FOLDERS[rng.below(FOLDERS.len())]);
            write(root, &path, text(id, rng));
            return format!("create {path}");
        }
        2 => fs::write(&at, text(rng.below(9), rng)).expect("written"),
        3 => same_size(rng),
        4 | 5 => {
            let before = modified(&at);
            same_size(rng);
            stamp(&at, before);
        }
        6 | 7 => {
            let before = modified(&at);
            same_size(rng);
            stamp(&at, if kind == 6 { before - DAY } else { before + DAY });
        }
        8 => stamp(&at, if rng.below(2) == 0 { modified(&at) - DAY } else { modified(&at) + DAY }),
        9 => {
            // From elsewhere, with the stamp of what it replaces.
            let before = modified(&at);
            write(root, "elsewhere", text(rng.below(9), rng));
            stamp(&root.join("elsewhere"), before);
            fs::rename(root.join("elsewhere"), &at).expect("renamed");
        }
        10 => fs::rename(&at, &there).expect("renamed"),
        11 => fs::remove_file(&at).expect("removed"),
        12 => {
            if one != other {
                fs::rename(&at, root.join("aside")).expect("renamed");
                fs::rename(&there, &at).expect("renamed");
                fs::rename(root.join("aside"), &there).expect("renamed");
            }
        }
        13 => {
            let (folder, name) = one.rsplit_once('/').map_or(("", one.as_str()), |(f, n)| (f, n));
            let (stem, ending) = name.rsplit_once('.').expect("an ending");
            let turned = if stem.starts_with('R') { stem.to_lowercase() } else { stem.to_uppercase() };
            fs::rename(&at, cases.join(folder).join(format!("{turned}.{ending}"))).expect("renamed");
        }
        14 => {
            // A folder under another name, or two folders changed for each other.
            let [a, b] = [cases.join("a"), cases.join("b")];
            let aside = root.join("aside");
            let moves = |from: &Path, to: &Path| fs::rename(from, to).unwrap_or_default();
            moves(&a, &aside);
            moves(&b, &a);
            moves(&aside, &b);
        }
        15 => {
            // No YAML any more, in the same number of bytes and at the same time.
            let before = modified(&at);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let torn = text.strip_prefix("id: ").map_or(text.clone(), |rest| format!("id:[{rest}"));
            fs::write(&at, torn).expect("written");
            stamp(&at, before);
        }
        _ => {
            // Mended, wherever something is broken; else a second copy of a record.
            let broken = |path: &&String| fs::read(cases.join(path)).expect("a file").starts_with(b"id:[");
            match paths.iter().find(broken) {
                Some(path) => {
                    let text = fs::read_to_string(cases.join(path)).expect("a file");
                    fs::write(cases.join(path), text.replacen(":[", ": ", 1)).expect("written");
                }
                None => write(root, &format!("cases/copy{}.yml", rng.below(3)), &bytes),
            }
        }
    }
    format!("{kind} {one} {other}")
}

/// The paths of the records that hold a string.
fn holding(state: &State, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
    let found = state.iter().filter(|(_, bytes)| holds(bytes));
    found.map(|(path, _)| format!("cases/{path}")).collect()
}

/// What is asked after a step: every word, every record, and a title of one of them.
fn questions(state: &State) -> Vec<String> {
    let mut asked: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    for bytes in state.values().take(2) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        asked.extend(text.lines().find_map(|line| line.strip_prefix("title: ")).map(str::to_owned));
    }
    asked
}

/// How the library's answers differ from the files; `None` where they do not.
fn differs(root: &Path, refresh: Refresh, asked: &AtomicUsize) -> Option<String> {
    let archive = Archive::open(root).expect("an archive");
    let state = state(root);
    let ready = ready(&archive, refresh, &|_, _| {});
    let scanned = ready.notices.iter().find(|notice| matches!(notice, Notice::Scanned(_)));
    if let Some(notice) = scanned {
        return Some(format!("no index: {notice:?}"));
    }
    let broken = ready.notices.iter().find_map(|notice| match notice {
        Notice::Broken(paths) => Some(paths.clone()),
        _ => None,
    });
    let no_yaml = state.iter().filter(|(_, bytes)| bytes.starts_with(b"id:["));
    let no_yaml: Vec<String> = no_yaml.map(|(path, _)| format!("cases/{path}")).collect();
    if broken.unwrap_or_default() != no_yaml {
        return Some(format!("broken: {:?}, said {:?}", no_yaml, ready.notices));
    }
    let wrong = ready.with(|engine| -> Result<Option<String>, EngineError> {
        for query in questions(&state) {
            asked.fetch_add(1, Ordering::Relaxed);
            let plan = compile(&query, &archive.kinds, &Scope::Everywhere).expect("a query").plan;
            let docs = matching(&plan, engine)?;
            let mut paths = docs.iter().map(|doc| engine.path(doc)).collect::<Result<Vec<_>, _>>()?;
            paths.sort();
            let expected = holding(&state, &query);
            if paths != expected {
                return Ok(Some(format!("{query}: found {paths:?}, the files have {expected:?}")));
            }
        }
        Ok(None)
    });
    let wrong = wrong.unwrap_or_else(|error| Some(error.to_string()));
    // What a list shows is as fresh as what a search finds.
    let cards = ready.cards().expect("cards");
    let titles = cards.iter().filter(|card| !no_yaml.contains(&card.path));
    let titles: Vec<(String, String)> = titles.map(|card| (card.path.clone(), card.title.clone())).collect();
    let expected = state.iter().filter(|(_, bytes)| !bytes.starts_with(b"id:["));
    let title = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().find_map(|line| line.strip_prefix("title: ").map(str::to_owned)).unwrap_or_default()
    };
    let expected: Vec<(String, String)> =
        expected.map(|(path, bytes)| (format!("cases/{path}"), title(bytes))).collect();
    wrong.or_else(|| (titles != expected).then(|| format!("listed {titles:?}, the files have {expected:?}")))
}

/// The same through the binary: one word and the list.
fn binary_differs(root: &Path, rng: &mut Rng, asked: &AtomicUsize) -> Option<String> {
    let state = state(root);
    let word = word(rng);
    let everything: Vec<String> = state.keys().map(|path| format!("cases/{path}")).collect();
    let questions =
        [(vec!["search", "--exact", "-l", word], holding(&state, word)), (vec!["list", "-l"], everything)];
    questions.into_iter().find_map(|(args, expected)| {
        asked.fetch_add(1, Ordering::Relaxed);
        let run = anku(root, &args);
        let found = run.lines();
        (found != expected)
            .then(|| format!("{args:?}: found {found:?}, the files have {expected:?}: {run:?}"))
    })
}

struct Sequence {
    root: PathBuf,
    rng: Rng,
    done: Vec<String>,
    binary: bool,
}

impl Sequence {
    fn step(&mut self, asked: &AtomicUsize) -> Option<String> {
        self.done.push(change(&self.root, &mut self.rng));
        // Now and then all of it is written into the index: the dictionary takes long to load.
        let write = self.rng.below(128) == 0;
        let wrong = match (self.binary, write) {
            (false, false) => differs(&self.root, Refresh::Look, asked),
            (false, true) => {
                self.done.push("index".to_owned());
                differs(&self.root, Refresh::Write, asked)
            }
            (true, _) => binary_differs(&self.root, &mut self.rng, asked),
        };
        wrong.map(|wrong| format!("{}: {:?}: {wrong}", self.root.display(), self.done))
    }
}

/// Calls `each` for all sequences, on two threads.
fn all(sequences: &mut [Sequence], each: impl Fn(&mut Sequence) -> Option<String> + Sync) -> Vec<String> {
    let half = sequences.len().div_ceil(2);
    std::thread::scope(|scope| {
        let work = |part: &mut [Sequence]| part.iter_mut().filter_map(&each).collect::<Vec<_>>();
        let (one, other) = sequences.split_at_mut(half);
        let one = scope.spawn(move || work(one));
        let mut wrong = work(other);
        wrong.extend(one.join().expect("a thread that ends"));
        wrong
    })
}

#[test]
fn after_any_sequence_of_changes_an_answer_is_what_the_files_say() {
    let began = Instant::now();
    let memory = Path::new("/dev/shm");
    let (place, usual) = match std::env::var_os("SEQUENCES_IN") {
        Some(named) => (PathBuf::from(named), ON_DISK),
        None if memory.is_dir() => (memory.to_owned(), SEQUENCES),
        None => (std::env::temp_dir(), ON_DISK),
    };
    let many = std::env::var("SEQUENCES").ok().and_then(|number| number.parse().ok()).unwrap_or(usual);
    let folder = tempfile::tempdir_in(place).expect("a temporary folder");
    let template = |number: usize| folder.path().join(format!("template{number}"));
    for number in 0..TEMPLATES {
        begin(&template(number), &mut Rng(100 + number as u64));
        anku(&template(number), ["index"]).ends(0);
    }
    let mut sequences: Vec<Sequence> = (0..many + THROUGH_BINARY)
        .map(|number| {
            let root = folder.path().join(format!("s{number}"));
            for (path, bytes) in files(&template(number % TEMPLATES)) {
                write(&root, &path, bytes);
            }
            let binary = number % (many / THROUGH_BINARY + 1) == 0
                && number / (many / THROUGH_BINARY + 1) < THROUGH_BINARY;
            Sequence { root, rng: Rng(1 + number as u64), done: Vec::new(), binary }
        })
        .collect();
    // Files that are older than the tick of any file system are trusted by their stamps.
    std::thread::sleep(Duration::from_millis(2100));
    let asked = AtomicUsize::new(0);
    let mut wrong = all(&mut sequences, |sequence| differs(&sequence.root, Refresh::Look, &asked));
    for _ in 0..STEPS {
        wrong.extend(all(&mut sequences, |sequence| sequence.step(&asked)));
    }
    let binary = sequences.iter().filter(|sequence| sequence.binary).count();
    let written =
        sequences.iter().flat_map(|sequence| &sequence.done).filter(|what| *what == "index").count();
    eprintln!(
        "sequences: {} of {STEPS} changes in the library, {written} times written into the index, {binary} through the binary, \
         {} answers compared, {} wrong, {:.1} s",
        sequences.len() - binary,
        asked.into_inner(),
        wrong.len(),
        began.elapsed().as_secs_f64(),
    );
    // The hook of panics is for a moment not the test's own while an index is opened: said here first.
    for line in wrong.iter().take(20) {
        eprintln!("{line}");
    }
    assert!(wrong.is_empty(), "{} sequences", wrong.len());
}
