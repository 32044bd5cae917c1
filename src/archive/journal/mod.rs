//! Batches: everything that one run writes is one transaction, and can be taken back.
//!
//! Owns `.anku/journal/`: a folder for each batch, whose name says how far the batch has come.
//!
//! | folder | the batch |
//! | --- | --- |
//! | `ID.staged` | is being put down; nothing of it counts, the next writer sweeps it |
//! | `ID.open` | counts; some of its files may not be in place yet, the next run finishes it |
//! | `ID` | is done, and can be taken back |
//! | `ID.damaged` | could not be read when it was to be finished |
//!
//! The rename from `ID.staged` to `ID.open` is the moment at which the batch happens. Inside lie
//! `manifest.json` (paths, BLAKE3 of what each file held and is to hold), `before` and `after` (those
//! contents, one behind the other; `after` is only needed until the batch is done) and whatever the
//! batch keeps beside it. Must not know what a batch is about. The caller holds the archive's lock.

mod faults;
mod manifest;
mod place;
mod undo;

pub use faults::{BatchFault, batch_faults};
pub use place::{Recovered, Step, apply, apply_watched, leftovers, recover, recover_watched, sweep};
pub use undo::{UndoError, Undoing, plan_undo};

use super::NewFile;
use super::STATE;
use manifest::Manifest;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// How many batches are kept to be taken back; older ones are forgotten when a new one is done.
pub const RETAINED: usize = 50;

const STAGED: &str = "staged";
const OPEN: &str = "open";
const DAMAGED: &str = "damaged";

/// What one run writes: all of it or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Its name, of [`next_id`].
    pub id: String,
    /// What it was, for people: `import ../letters (12 files)`.
    pub label: String,
    /// When, in seconds since 1970 (UTC).
    pub time: i64,
    /// Files that do not exist yet.
    pub create: Vec<NewFile>,
    /// Files that get another content.
    pub change: Vec<Change>,
    /// Files that go.
    pub remove: Vec<Removal>,
    /// Files that are kept beside the batch in its journal folder: plain name, text. They go when the
    /// batch is forgotten.
    pub beside: Vec<(String, String)>,
    /// The batch that this one takes back.
    pub undoes: Option<String>,
    /// Folders that go at the end where they are empty then, relative to the root.
    pub drop_folders: Vec<String>,
}

/// A file that gets another content.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Relative to the archive's root, `/` between its parts.
    pub path: String,
    /// What it holds now, byte for byte.
    pub before: String,
    /// What it will hold.
    pub after: String,
}

/// A file that goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Relative to the archive's root, `/` between its parts.
    pub path: String,
    /// What it holds now, byte for byte.
    pub before: String,
}

impl Batch {
    /// Whether it would write no file.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.change.is_empty() && self.remove.is_empty()
    }
}

/// A batch of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchInfo {
    /// Its name.
    pub id: String,
    /// What it was.
    pub label: String,
    /// When, in seconds since 1970 (UTC).
    pub time: i64,
    /// The files that it created.
    pub created: Vec<String>,
    /// The files that it changed.
    pub changed: Vec<String>,
    /// The files that it removed.
    pub removed: Vec<String>,
    /// The batch that it takes back.
    pub undoes: Option<String>,
    /// The last batch that takes it back.
    pub undone_by: Option<String>,
    /// The files that it keeps beside it, by name.
    pub beside: Vec<String>,
}

/// A batch that has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name.
    pub id: String,
    /// What it was; empty when its manifest cannot be read.
    pub label: String,
    /// How many files it is about.
    pub files: usize,
    /// How many of them are as it wants them.
    pub in_place: usize,
}

/// The journal's folder.
fn folder(root: &Path) -> PathBuf {
    root.join(STATE).join("journal")
}

/// The names in the journal's folder, parted into id and state (empty: done), in order of their
/// numbers. No journal is an empty one.
fn names(root: &Path) -> std::io::Result<Vec<(String, String)>> {
    let entries = match std::fs::read_dir(folder(root)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let (id, state) = name.split_once('.').unwrap_or((&name, ""));
        if number(id).is_some() {
            names.push((id.to_owned(), state.to_owned()));
        }
    }
    names.sort_by_key(|(id, _)| (number(id), id.clone()));
    Ok(names)
}

/// The number that an id begins with.
fn number(id: &str) -> Option<u64> {
    id.split('-').next()?.parse().ok()
}

/// The name of the next batch: a running number and the hash of what it is made from, so that the same
/// work has the same name in two archives of the same past. To be asked for under the lock.
pub fn next_id(root: &Path, seed: &[u8]) -> String {
    let last = names(root).unwrap_or_default().iter().filter_map(|(id, _)| number(id)).max().unwrap_or(0);
    format!("{:04}-{}", last.saturating_add(1), &blake3::hash(seed).to_hex()[..8])
}

/// The batches that are done, oldest first. One whose manifest cannot be read is passed over.
///
/// # Errors
/// The journal's folder cannot be read.
pub fn batches(root: &Path) -> std::io::Result<Vec<BatchInfo>> {
    let mut found = Vec::new();
    for (id, state) in names(root)? {
        if !state.is_empty() {
            continue;
        }
        let place = folder(root).join(&id);
        if let Ok(manifest) = Manifest::read(&place) {
            let mut info = manifest.info();
            // The folder's name is the id, whatever somebody has written into it.
            info.id = id;
            info.beside = beside(&place);
            found.push(info);
        }
    }
    let mut by: BTreeMap<String, String> = BTreeMap::new();
    for info in &found {
        if let Some(undone) = &info.undoes {
            by.insert(undone.clone(), info.id.clone());
        }
    }
    for info in &mut found {
        info.undone_by = by.get(&info.id).cloned();
    }
    Ok(found)
}

/// What a batch keeps beside it: every file that is not the journal's own.
fn beside(place: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !manifest::OWN.contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

/// The batch that is not finished, if there is one; looks only, and costs one folder listing when
/// there is none.
///
/// # Errors
/// The journal's folder or a file of the batch cannot be read.
pub fn unfinished(root: &Path) -> std::io::Result<Option<Unfinished>> {
    let Some((id, _)) = names(root)?.into_iter().find(|(_, state)| state == OPEN) else { return Ok(None) };
    let Ok(manifest) = Manifest::read(&folder(root).join(format!("{id}.{OPEN}"))) else {
        return Ok(Some(Unfinished { id, label: String::new(), files: 0, in_place: 0 }));
    };
    let mut in_place = 0;
    for entry in &manifest.entries {
        in_place += usize::from(entry.is_in_place(&place::look(&root.join(&entry.path))?));
    }
    Ok(Some(Unfinished { id, label: manifest.label, files: manifest.entries.len(), in_place }))
}

#[cfg(test)]
mod tests;
