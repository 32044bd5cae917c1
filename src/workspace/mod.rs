//! One archive, opened and wired: the engine is brought up to date before it is asked.
//!
//! No logic of its own: it only knows which floor to call in which order, and what to fall back to.

mod dedup;
mod doctor;
mod edit;
mod facts;
mod fix;
mod grep;
mod import;
mod layout;
mod score;
mod tools;
mod validate;

pub use dedup::{Found, Library, MergeError, Merged};
pub use doctor::{Diagnosis, Fault, IndexState, MendError, examine, mend};
pub use edit::{EditError, Edited, Skeleton, apply_edits, plan_new, plan_set};
pub use fix::{Fixes, apply_fixes, plan_fixes};
pub use grep::{Ask, Hit, Seen, grep};
pub use import::{Import, ImportError, apply_import, plan_import};
pub use layout::{Laid, plan_layout};
pub use score::{
    ScoreError, Scoring, awards, rounds, scheme, scheme_text, schemes, score_names, score_records, scoring,
    write_result,
};
pub use tools::Machine;
pub use validate::{Outcome, validate};

use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::FileStat;
use crate::archive::Lock;
use crate::archive::LockError;
use crate::archive::Record;
use crate::index;
use crate::index::Changes;
use crate::index::Index;
use crate::index::IndexEngine;
use crate::index::IndexError;
use crate::index::LayeredEngine;
use crate::index::Manifest;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::ScanEngine;
use crate::search::Scanned;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::time::Duration;

/// How long a reader waits for another process that is writing before it scans the files itself,
/// which is as exact.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long `index` waits: it was asked to write.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// Up to so many changed files are read again for every answer and not written into the index: that
/// takes a fraction of the time, and the index is written once for all of them.
const OVERLAID: usize = 32;
/// From so many records on, the manifest is read while the files are looked at.
const LARGE: usize = 2000;

/// Whether the files are looked at before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Look: the answer is never stale. A few changes are answered from the files; many are written
    /// into the index first.
    Look,
    /// Answer from the index as it is, if there is one.
    Skip,
    /// Look, and write every change into the index.
    Write,
    /// Build the index anew.
    Rebuild,
}

/// Something that a reader should know about how an answer came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The index was built, over so many records.
    Built(usize),
    /// The index was damaged (what of it) and built anew, over so many records.
    Mended(String, usize),
    /// The index could not be used (reason) or written, so the files themselves were searched.
    Scanned(Unused),
    /// The files were not looked at; when the index was last brought up to date, in nanoseconds since
    /// 1970.
    Skipped(Option<i64>),
    /// A file or folder that could not be read, and why.
    Unreadable(String, String),
    /// Files that are no YAML: searched as raw text.
    Broken(Vec<String>),
}

/// Why an index was not used.
#[derive(Clone, Debug, PartialEq)]
pub enum Unused {
    /// Another process is writing: its number, where it is known.
    Busy(Option<u32>),
    /// It turned out to be damaged.
    Damaged,
    /// It cannot be read or written, as the system says.
    Refused(String),
}

/// What answers: the index, or the files themselves.
pub struct Ready<'a> {
    archive: &'a Archive,
    source: Source,
    /// What the reader should know, in order.
    pub notices: Vec<Notice>,
    /// How many changed files were read, or written into the index, for this answer.
    pub refreshed: usize,
}

enum Source {
    Index(Box<Index>),
    /// An index, and what changed since.
    Layers(Box<Layers>),
    Scan(ScanEngine),
}

struct Layers {
    index: Index,
    seen: Manifest,
    /// Paths whose records in the index no longer count.
    hidden: Vec<String>,
    top: ScanEngine,
}

impl Layers {
    fn records(&self) -> usize {
        let hidden = self.seen.records(self.hidden.iter().map(String::as_str));
        self.index.records() - hidden + self.top.slots() as usize
    }

    fn engine(&self) -> Result<LayeredEngine<'_>, EngineError> {
        let hidden = self.hidden.iter().map(String::as_str);
        LayeredEngine::new(IndexEngine::new(&self.index), &self.seen, hidden, &self.top)
    }
}

impl Ready<'_> {
    /// Calls `ask` with the engine. Where the index turns out to be damaged in a place that opening it
    /// does not touch, the files themselves are asked instead, and the index is thrown away, so that
    /// the next run builds it anew.
    ///
    /// # Errors
    /// Those of the engine and of `ask`.
    pub fn with<T, E: From<EngineError>>(&self, ask: impl Fn(&dyn Engine) -> Result<T, E>) -> Result<T, E> {
        let (index, answer) = match &self.source {
            Source::Scan(scan) => return ask(scan),
            Source::Index(index) => (index.as_ref(), ask(&IndexEngine::new(index))),
            Source::Layers(layers) => {
                (&layers.index, layers.engine().map_err(E::from).and_then(|engine| ask(&engine)))
            }
        };
        if answer.is_ok() || index.is_sound() {
            return answer;
        }
        index::discard(self.archive);
        let (walk, _) = self.archive.walk();
        match scan(self.archive, &walk, Unused::Damaged, Vec::new()).source {
            Source::Scan(scan) => ask(&scan),
            _ => answer,
        }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        match &self.source {
            Source::Index(index) => index.records(),
            Source::Layers(layers) => layers.records(),
            Source::Scan(scan) => scan.slots() as usize,
        }
    }

    /// The cards of all records, by path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn cards(&self) -> Result<Vec<Card>, EngineError> {
        self.with(|engine| {
            let mut cards = Vec::with_capacity(self.records());
            for doc in engine.live()?.iter() {
                cards.push(engine.card(doc)?);
            }
            cards.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(cards)
        })
    }

    /// Whether some file could not be read at all: an answer then is never a clean one.
    pub fn is_incomplete(&self) -> bool {
        self.notices.iter().any(|notice| matches!(notice, Notice::Unreadable(..) | Notice::Broken(_)))
    }
}

/// Gets an engine ready to answer about an archive as it is now.
///
/// Nothing here fails: where the index cannot be used or written, the files are scanned, which is
/// slower and as exact.
pub fn ready<'a>(archive: &'a Archive, refresh: Refresh, progress: &dyn Fn(usize, usize)) -> Ready<'a> {
    let mut notices = Vec::new();
    let opened = if refresh == Refresh::Rebuild { Err(IndexError::Missing) } else { open(archive) };
    if refresh == Refresh::Skip
        && let Ok(index) = opened
    {
        notices.push(Notice::Skipped(index.built()));
        return finish(archive, Source::Index(Box::new(index)), notices, 0);
    }
    let ((walk, errors), opened) = match opened {
        // Reading a long manifest and looking at as many files take as long as each other.
        Ok(index) if index.records() >= LARGE => {
            let (walk, seen) = rayon::join(|| archive.walk(), || index.seen());
            (walk, seen.map(|seen| (index, seen)))
        }
        Ok(index) => (archive.walk(), index.seen().map(|seen| (index, seen))),
        Err(error) => (archive.walk(), Err(error)),
    };
    for error in errors {
        let path = archive.relative(&error.path).unwrap_or_else(|| error.path.display().to_string());
        notices.push(Notice::Unreadable(path, error.error.to_string()));
    }
    // An index whose answers are right as it stands: all that has moved since are stamps.
    let mut right = None;
    let known = opened.is_ok();
    let damage = opened.as_ref().err().and_then(IndexError::damage);
    if let Ok((index, seen)) = opened {
        let changes = seen.compare(archive, &walk);
        note_unreadable(&changes, &mut notices);
        if changes.is_empty() {
            if changes.restamped.is_empty() {
                // Nobody is waited for: whoever writes sweeps.
                if (index.is_littered(archive) || !archive.is_kept())
                    && let Ok(_lock) = Lock::take(&archive.root, Duration::ZERO)
                {
                    index.sweep(archive);
                    archive.keep();
                }
                return finish(archive, Source::Index(Box::new(index)), notices, 0);
            }
            right = Some(index);
        } else if refresh == Refresh::Look && changes.len() <= OVERLAID && changes.restamped.len() <= LARGE {
            return overlay(archive, index, seen, &changes, notices);
        }
    }
    let patience = match (refresh, &right) {
        (Refresh::Rebuild | Refresh::Write, _) => LONG_PATIENCE,
        // To note stamps down is not worth waiting for.
        (_, Some(_)) => Duration::ZERO,
        _ => PATIENCE,
    };
    match write(archive, refresh, patience, progress) {
        Ok((index, touched, built)) => {
            if let Some(seen) = index.seen().ok().filter(|_| !known) {
                note_unreadable(&seen.compare(archive, &walk), &mut notices);
            }
            if built {
                notices.push(match damage {
                    Some(what) => Notice::Mended(what, touched),
                    None => Notice::Built(touched),
                });
            }
            finish(archive, Source::Index(Box::new(index)), notices, touched)
        }
        Err(reason) => match right {
            Some(index) => finish(archive, Source::Index(Box::new(index)), notices, 0),
            None => scan(archive, &walk, reason, notices),
        },
    }
}

/// The index with the changed files over it.
fn overlay<'a>(
    archive: &'a Archive,
    index: Index,
    seen: Manifest,
    changes: &Changes,
    mut notices: Vec<Notice>,
) -> Ready<'a> {
    let Read { records, mut broken } = read(archive, &changes.changed, &mut notices);
    let changed = changes.changed.iter().map(|stat| &stat.path);
    let hidden: Vec<String> = changed.chain(&changes.gone).cloned().collect();
    broken.extend(index.broken().iter().filter(|path| !hidden.contains(path)).cloned());
    broken.sort();
    if !broken.is_empty() {
        notices.push(Notice::Broken(broken));
    }
    let top = ScanEngine::new(&archive.kinds, records);
    let source = Source::Layers(Box::new(Layers { index, seen, hidden, top }));
    Ready { archive, source, notices, refreshed: changes.len() }
}

/// Under the lock, looks again (another process may have done the work meanwhile) and writes.
fn write(
    archive: &Archive,
    refresh: Refresh,
    patience: Duration,
    progress: &dyn Fn(usize, usize),
) -> Result<(Index, usize, bool), Unused> {
    let _lock = Lock::take(&archive.root, patience).map_err(|error| match error {
        LockError::Busy(holder) => Unused::Busy(holder),
        LockError::Io(error) => Unused::Refused(error.to_string()),
    })?;
    archive.keep();
    let (walk, _) = archive.walk();
    let opened = if refresh == Refresh::Rebuild { Err(IndexError::Missing) } else { open(archive) };
    if let Ok(index) = opened
        && let Ok(seen) = index.seen()
    {
        let changes = seen.compare(archive, &walk);
        let touched = changes.len();
        if touched == 0 && changes.restamped.is_empty() {
            return Ok((index, 0, false));
        }
        // When much has changed a new index is cheaper than a patched one, and smaller.
        if touched <= (index.records() / 4).max(500) {
            match index::update(archive, index, &changes) {
                Ok(index) => return Ok((index, touched, false)),
                Err(IndexError::Io(path, error)) => {
                    return Err(Unused::Refused(format!("{}: {error}", path.display())));
                }
                // Whatever else is wrong with it, a rebuild mends it.
                Err(_) => {}
            }
        }
    }
    let built =
        index::rebuild(archive, &walk, progress).map_err(|error| Unused::Refused(error.to_string()))?;
    let records = built.records();
    Ok((built, records, true))
}

/// Opens the index. A damaged file can make the engine panic where it should fail; that is one more
/// reason to build the index anew, and nothing that a user should see.
fn open(archive: &Archive) -> Result<Index, IndexError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Index::open(archive)));
    std::panic::set_hook(hook);
    opened.unwrap_or_else(|_| Err(IndexError::Damaged("unreadable".to_owned())))
}

fn note_unreadable(changes: &Changes, notices: &mut Vec<Notice>) {
    for (path, reason) in &changes.unreadable {
        notices.push(Notice::Unreadable(path.clone(), reason.clone()));
    }
}

fn finish(archive: &Archive, source: Source, mut notices: Vec<Notice>, refreshed: usize) -> Ready<'_> {
    if let Source::Index(index) = &source
        && !index.broken().is_empty()
    {
        notices.push(Notice::Broken(index.broken().to_vec()));
    }
    Ready { archive, source, notices, refreshed }
}

/// The files themselves as an engine.
fn scan<'a>(archive: &'a Archive, walk: &[FileStat], reason: Unused, mut notices: Vec<Notice>) -> Ready<'a> {
    let Read { records, broken } = read(archive, walk, &mut notices);
    notices.push(Notice::Scanned(reason));
    if !broken.is_empty() {
        notices.push(Notice::Broken(broken));
    }
    Ready { archive, source: Source::Scan(ScanEngine::new(&archive.kinds, records)), notices, refreshed: 0 }
}

/// Records as a scan takes them, and the paths of those that are no YAML.
#[derive(Default)]
struct Read {
    records: Vec<Scanned>,
    broken: Vec<String>,
}

fn read(archive: &Archive, walk: &[FileStat], notices: &mut Vec<Notice>) -> Read {
    let one = |stat: &FileStat| {
        let record = Record::read(&archive.root, &stat.path).map_err(|error| (stat.path.clone(), error))?;
        let kind = &archive.kinds[stat.kind];
        let texts = grep::folded(&record, kind);
        Ok((Card::of(&record, kind), texts, record.root.is_none().then(|| stat.path.clone())))
    };
    let all: Vec<Result<_, (String, std::io::Error)>> = if walk.len() <= OVERLAID {
        walk.iter().map(one).collect()
    } else {
        walk.par_iter().map(one).collect()
    };
    let mut read = Read::default();
    for item in all {
        match item {
            Ok((card, texts, bad)) => {
                read.records.push((card, texts));
                read.broken.extend(bad);
            }
            Err((path, error)) => notices.push(Notice::Unreadable(path, error.to_string())),
        }
    }
    read
}
