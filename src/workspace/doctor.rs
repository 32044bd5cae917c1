//! Whether everything of an archive that a command relies on is what it should be: record files, journal,
//! index, leftovers of killed runs. Looks at all of it, byte for byte; mends what can be mended.

use super::Refresh;
use super::grep;
use super::ready;
use crate::archive;
use crate::archive::Archive;
use crate::archive::BatchFault;
use crate::archive::Card;
use crate::archive::FileStat;
use crate::archive::Lock;
use crate::archive::LockError;
use crate::archive::Record;
use crate::archive::WriteError;
use crate::index;
use crate::index::Index;
use crate::index::IndexEngine;
use crate::search::Engine as _;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// How many record files there are.
    pub records: usize,
    /// How many batches are done.
    pub batches: usize,
    /// The index.
    pub index: IndexState,
    /// Why nothing can be written here: then leftovers were looked for without the lock.
    pub read_only: Option<String>,
    /// What is wrong, in the order in which it was looked for.
    pub faults: Vec<Fault>,
}

/// In what state the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// There is none yet; the next answer builds it.
    Missing,
    /// Another version, schema or dictionary made it; the next answer builds it anew.
    Outdated,
    /// It is damaged.
    Damaged,
    /// Every byte is as it was written.
    Whole {
        /// Records in it.
        records: usize,
        /// Files that have changed since, which every answer takes in.
        pending: usize,
    },
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A folder or record file cannot be read, and why.
    Unreadable(String, String),
    /// A record file is no sound YAML.
    Broken(String),
    /// A temporary file that a killed run has left.
    Leftover(String),
    /// A batch of the journal.
    Batch(BatchFault),
    /// The journal cannot be read, and why.
    Journal(String),
    /// A file of the index, or the index as a whole.
    Index(String),
    /// What the index holds of a record is not what the file says, though nothing shows that the file
    /// has changed.
    Differs(String),
}

impl Fault {
    /// Whether [`mend`] can do something about it. What is wrong in a record is for its people, and what a
    /// journal has lost nobody has.
    pub fn mends(&self) -> bool {
        match self {
            Fault::Leftover(_) | Fault::Index(_) | Fault::Differs(_) => true,
            Fault::Batch(fault) => matches!(fault, BatchFault::Unfinished { .. } | BatchFault::Staged(_)),
            Fault::Unreadable(..) | Fault::Broken(_) | Fault::Journal(_) => false,
        }
    }
}

/// Why an archive could not be mended.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// No lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A batch could not be finished.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Looks at everything; changes nothing.
///
/// # Errors
/// [`LockError::Busy`] while another process writes: what it is amid would look like damage.
pub fn examine(archive: &Archive) -> Result<Diagnosis, LockError> {
    let (_lock, read_only) = match Lock::take(&archive.root, PATIENCE) {
        Ok(lock) => (Some(lock), None),
        Err(LockError::Busy(holder)) => return Err(LockError::Busy(holder)),
        Err(LockError::Io(error)) => (None, Some(error.to_string())),
    };
    let mut faults = Vec::new();
    let (walk, errors) = archive.walk();
    for error in errors {
        let path = archive.relative(&error.path).unwrap_or_else(|| error.path.display().to_string());
        faults.push(Fault::Unreadable(path, error.error.to_string()));
    }
    let batches = match archive::batch_faults(&archive.root) {
        Ok((batches, found)) => {
            faults.extend(found.into_iter().map(Fault::Batch));
            batches
        }
        Err(error) => {
            faults.push(Fault::Journal(error.to_string()));
            0
        }
    };
    let leftovers = archive::leftovers(archive).into_iter().filter_map(|path| archive.relative(&path));
    faults.extend(leftovers.map(Fault::Leftover));
    let index = examine_index(archive, &walk, &mut faults);
    Ok(Diagnosis { records: walk.len(), batches, index, read_only, faults })
}

/// Every file of the index, then every record that it holds against the record's file.
fn examine_index(archive: &Archive, walk: &[FileStat], faults: &mut Vec<Fault>) -> IndexState {
    let opened = super::open(archive).and_then(|index| Ok((index.seen()?, index)));
    let (seen, index) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let state = match error.damage() {
                Some(what) => {
                    faults.push(Fault::Index(what));
                    IndexState::Damaged
                }
                None if matches!(error, index::IndexError::Missing) => IndexState::Missing,
                None => IndexState::Outdated,
            };
            read_all(archive, walk, faults);
            return state;
        }
    };
    let damages = index.damages();
    let changes = seen.compare(archive, walk);
    let state = IndexState::Whole { records: index.records(), pending: changes.len() };
    if !damages.is_empty() {
        faults.extend(damages.into_iter().map(Fault::Index));
        read_all(archive, walk, faults);
        return IndexState::Damaged;
    }
    let moved = changes.changed.iter().map(|stat| &stat.path).chain(&changes.gone);
    let moved: BTreeSet<&str> = moved.map(String::as_str).collect();
    let differing = compare(archive, walk, &index, &moved);
    match differing {
        Ok(found) => faults.extend(found),
        Err(error) => faults.push(Fault::Index(error.to_string())),
    }
    if faults.iter().any(|fault| matches!(fault, Fault::Index(_) | Fault::Differs(_))) {
        return IndexState::Damaged;
    }
    state
}

/// The record files that cannot be read or are no YAML.
fn read_all(archive: &Archive, walk: &[FileStat], faults: &mut Vec<Fault>) {
    let one = |stat: &FileStat| match Record::read(&archive.root, &stat.path) {
        Err(error) => Some(Fault::Unreadable(stat.path.clone(), error.to_string())),
        Ok(record) if record.root.is_none() => Some(Fault::Broken(stat.path.clone())),
        Ok(_) => None,
    };
    faults.extend(walk.par_iter().filter_map(one).collect::<Vec<_>>());
}

/// Reads every file as [`read_all`] does and holds what the index has of it against it.
fn compare(
    archive: &Archive,
    walk: &[FileStat],
    index: &Index,
    moved: &BTreeSet<&str>,
) -> Result<Vec<Fault>, crate::search::EngineError> {
    let engine = IndexEngine::new(index);
    let mut places = BTreeMap::new();
    for doc in engine.live()?.iter() {
        places.insert(engine.card(doc)?.path, doc);
    }
    let one = |stat: &FileStat| {
        let record = match Record::read(&archive.root, &stat.path) {
            Ok(record) => record,
            Err(error) => return Some(Fault::Unreadable(stat.path.clone(), error.to_string())),
        };
        let differs = || Some(Fault::Differs(stat.path.clone()));
        let kind = archive.kinds.get(stat.kind)?;
        if !moved.contains(stat.path.as_str()) {
            let Some(doc) = places.get(&stat.path) else { return differs() };
            let mut held = Vec::new();
            let read = engine.texts(*doc, &mut |text| {
                held.push((text.label.to_owned(), text.item, text.text.to_owned()));
            });
            let mut texts = grep::folded(&record, kind);
            // The index leaves out what has nothing to be found.
            texts.retain(|(_, _, text)| !text.trim().is_empty());
            held.retain(|(_, _, text)| !text.trim().is_empty());
            let same = read.is_ok() && held == texts;
            if !same || engine.card(*doc).ok() != Some(Card::of(&record, kind)) {
                return differs();
            }
        }
        record.root.is_none().then(|| Fault::Broken(stat.path.clone()))
    };
    Ok(walk.par_iter().filter_map(one).collect())
}

/// Mends what [`Fault::mends`] says: finishes the batch that was interrupted, removes what killed runs have
/// left, builds a damaged index anew.
///
/// # Errors
/// [`MendError`]; what was mended before it stays so.
pub fn mend(
    archive: &Archive,
    diagnosis: &Diagnosis,
    progress: &dyn Fn(usize, usize),
) -> Result<(), MendError> {
    let lock = Lock::take(&archive.root, PATIENCE)?;
    archive::recover(&archive.root)?;
    archive::sweep(archive);
    if diagnosis.faults.iter().any(|fault| matches!(fault, Fault::Index(_) | Fault::Differs(_))) {
        index::discard(archive);
    }
    drop(lock);
    ready(archive, Refresh::Write, progress);
    Ok(())
}
