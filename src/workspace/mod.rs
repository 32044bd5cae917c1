//! One archive, opened and wired: the engine is brought up to date before it is asked.
//!
//! No logic of its own: it only knows which floor to call in which order, and what to fall back to.

mod dedup;
mod facts;
mod fix;
mod grep;
mod import;
mod tools;
mod validate;

pub use dedup::{Found, Library, MergeError, Merged};
pub use fix::{Fixes, apply_fixes, plan_fixes};
pub use grep::{Ask, Hit, Seen, grep};
pub use import::{Import, ImportError, apply_import, plan_import};
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
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::ScanEngine;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::time::Duration;

/// How long a reader waits for another process that is writing before it scans the files itself,
/// which is as exact.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long `index` waits: it was asked to write.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// Whether the files are looked at before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Look, and bring the index up to date: the answer is never stale.
    Look,
    /// Answer from the index as it is, if there is one.
    Skip,
    /// Build the index anew.
    Rebuild,
}

/// Something that a reader should know about how an answer came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The index was built, over so many records.
    Built(usize),
    /// The index could not be used (reason) or written, so the files themselves were searched.
    Scanned(String),
    /// The files were not looked at; when the index was last brought up to date, in nanoseconds since
    /// 1970.
    Skipped(Option<i64>),
    /// A file or folder that could not be read, and why.
    Unreadable(String, String),
    /// Files that are no YAML: searched as raw text.
    Broken(Vec<String>),
}

/// What answers: the index, or the files themselves.
pub struct Ready<'a> {
    archive: &'a Archive,
    source: Source,
    /// What the reader should know, in order.
    pub notices: Vec<Notice>,
    /// How many records were (re-)indexed for this answer.
    pub refreshed: usize,
}

enum Source {
    Index(Box<Index>),
    Scan(ScanEngine),
}

impl Ready<'_> {
    /// Calls `ask` with the engine. Where the index turns out to be damaged in a place that opening it
    /// does not touch, the files themselves are asked instead, and the index is thrown away, so that
    /// the next run builds it anew.
    ///
    /// # Errors
    /// Those of the engine and of `ask`.
    pub fn with<T, E: From<EngineError>>(&self, ask: impl Fn(&dyn Engine) -> Result<T, E>) -> Result<T, E> {
        match &self.source {
            Source::Scan(scan) => ask(scan),
            Source::Index(index) => {
                let answer = IndexEngine::new(index).map_err(E::from).and_then(|engine| ask(&engine));
                if answer.is_ok() || index.is_sound() {
                    return answer;
                }
                index::discard(self.archive);
                let (walk, _) = self.archive.walk();
                match scan(self.archive, &walk, "damaged", Vec::new()).source {
                    Source::Scan(scan) => ask(&scan),
                    Source::Index(_) => answer,
                }
            }
        }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        match &self.source {
            Source::Index(index) => index.records(),
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
    let (walk, errors) = archive.walk();
    for error in errors {
        let path = error.path().and_then(|path| archive.relative(path)).unwrap_or_default();
        let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        notices.push(Notice::Unreadable(path, reason));
    }
    // An index whose answers are right as it stands: all that has moved since are stamps.
    let mut right = None;
    let known = opened.is_ok();
    if let Ok(index) = opened {
        let changes = index.compare(archive, &walk);
        note_unreadable(&changes, &mut notices);
        if changes.is_empty() {
            if changes.restamped.is_empty() {
                return finish(archive, Source::Index(Box::new(index)), notices, 0);
            }
            right = Some(index);
        }
    }
    let patience = match (refresh, &right) {
        (Refresh::Rebuild, _) => LONG_PATIENCE,
        // To note stamps down is not worth waiting for.
        (_, Some(_)) => Duration::ZERO,
        _ => PATIENCE,
    };
    match write(archive, refresh, patience, progress) {
        Ok((index, touched, built)) => {
            if !known {
                note_unreadable(&index.compare(archive, &walk), &mut notices);
            }
            if built {
                notices.push(Notice::Built(touched));
            }
            finish(archive, Source::Index(Box::new(index)), notices, touched)
        }
        Err(reason) => match right {
            Some(index) => finish(archive, Source::Index(Box::new(index)), notices, 0),
            None => scan(archive, &walk, &reason, notices),
        },
    }
}

/// Under the lock, looks again (another process may have done the work meanwhile) and writes.
fn write(
    archive: &Archive,
    refresh: Refresh,
    patience: Duration,
    progress: &dyn Fn(usize, usize),
) -> Result<(Index, usize, bool), String> {
    let _lock = Lock::take(&archive.root, patience).map_err(|error| match error {
        LockError::Busy => "locked by another process".to_owned(),
        LockError::Io(error) => error.to_string(),
    })?;
    let (walk, _) = archive.walk();
    let opened = if refresh == Refresh::Rebuild { Err(IndexError::Missing) } else { open(archive) };
    if let Ok(index) = opened {
        let changes = index.compare(archive, &walk);
        let touched = changes.len();
        if touched == 0 && changes.restamped.is_empty() {
            return Ok((index, 0, false));
        }
        // When much has changed a new index is cheaper than a patched one, and smaller.
        if touched <= (index.records() / 4).max(500) {
            match index::update(archive, index, &changes) {
                Ok(index) => return Ok((index, touched, false)),
                Err(IndexError::Io(path, error)) => return Err(format!("{}: {error}", path.display())),
                // Whatever else is wrong with it, a rebuild mends it.
                Err(_) => {}
            }
        }
    }
    let built = index::rebuild(archive, &walk, progress).map_err(|error| error.to_string())?;
    let records = built.records();
    Ok((built, records, true))
}

/// Opens the index. A damaged file can make the engine panic where it should fail; that is one more
/// reason to build the index anew, and nothing that a user should see.
fn open(archive: &Archive) -> Result<Index, IndexError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let index = Index::open(archive)?;
        // The engine opens the parts of the index that every answer needs.
        IndexEngine::new(&index).map_err(|error| IndexError::Damaged(error.to_string()))?;
        Ok(index)
    }));
    std::panic::set_hook(hook);
    opened.unwrap_or_else(|_| Err(IndexError::Damaged("unreadable".to_owned())))
}

fn note_unreadable(changes: &Changes, notices: &mut Vec<Notice>) {
    for (path, reason) in &changes.unreadable {
        notices.push(Notice::Unreadable(path.clone(), reason.clone()));
    }
}

fn finish(archive: &Archive, source: Source, mut notices: Vec<Notice>, refreshed: usize) -> Ready<'_> {
    if let Source::Index(index) = &source {
        let broken: Vec<String> = index.broken().into_iter().map(str::to_owned).collect();
        if !broken.is_empty() {
            notices.push(Notice::Broken(broken));
        }
    }
    Ready { archive, source, notices, refreshed }
}

/// The files themselves as an engine.
fn scan<'a>(archive: &'a Archive, walk: &[FileStat], reason: &str, mut notices: Vec<Notice>) -> Ready<'a> {
    let read: Vec<_> = walk
        .par_iter()
        .map(|stat| {
            let record =
                Record::read(&archive.root, &stat.path).map_err(|error| (stat.path.clone(), error))?;
            let kind = &archive.kinds[stat.kind];
            let texts = grep::folded(&record, kind);
            Ok((Card::of(&record, kind), texts, record.root.is_none().then(|| stat.path.clone())))
        })
        .collect();
    let mut records = Vec::new();
    let mut broken = Vec::new();
    for item in read {
        match item {
            Ok((card, texts, bad)) => {
                records.push((card, texts));
                broken.extend(bad);
            }
            Err((path, error)) => {
                let error: std::io::Error = error;
                notices.push(Notice::Unreadable(path, error.to_string()));
            }
        }
    }
    notices.push(Notice::Scanned(reason.to_owned()));
    if !broken.is_empty() {
        notices.push(Notice::Broken(broken));
    }
    Ready { archive, source: Source::Scan(ScanEngine::new(&archive.kinds, records)), notices, refreshed: 0 }
}
