//! Takes a batch back: by a batch that does the opposite.
//!
//! A file is only touched while it still holds, byte for byte, what the batch left there.

use super::Batch;
use super::BatchInfo;
use super::Change;
use super::Removal;
use super::batches;
use super::folder;
use super::manifest::BEFORE;
use super::manifest::Entry;
use super::manifest::Manifest;
use super::next_id;
use super::place::Found;
use super::place::look;
use crate::archive::NewFile;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

/// What taking a batch back would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoing {
    /// The batch that is taken back.
    pub of: BatchInfo,
    /// What takes it back; for [`super::apply`].
    pub batch: Batch,
    /// The files that somebody has edited since: `batch` leaves them as they are.
    pub edited: Vec<String>,
}

/// Why a batch cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The journal holds no batch at all.
    #[error("nothing to take back")]
    Nothing,
    /// The journal holds no batch of this name.
    #[error("no batch {0}")]
    Unknown(String),
    /// Several batches begin so.
    #[error("several batches begin with {0}")]
    Several(String),
    /// What a file held before cannot be read any more.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

/// Plans to take back a batch: the one whose id is or begins with `which`, or whose number it is; the
/// last one without. `time` is when that happens, in seconds since 1970.
///
/// # Errors
/// There is no such batch, or its journal cannot be read.
pub fn plan_undo(root: &Path, which: Option<&str>, time: i64) -> Result<Undoing, UndoError> {
    let home = folder(root);
    let io = |path: &Path, error| UndoError::Io { path: path.to_owned(), error };
    let mut known = batches(root).map_err(|error| io(&home, error))?;
    let of = match which {
        None => known.pop().ok_or(UndoError::Nothing)?,
        Some(name) => pick(known, name)?,
    };
    let place = home.join(&of.id);
    let manifest = Manifest::read(&place).map_err(|error| io(&place, error))?;
    let contents = place.join(BEFORE);
    let mut before = File::open(&contents).map_err(|error| io(&contents, error))?;
    let mut batch = Batch {
        id: next_id(root, of.id.as_bytes()),
        label: format!("undo {}", of.id),
        time,
        undoes: Some(of.id.clone()),
        drop_folders: manifest.made.clone(),
        ..Batch::default()
    };
    let mut edited = Vec::new();
    for entry in &manifest.entries {
        let target = root.join(&entry.path);
        let found = look(&target).map_err(|error| io(&target, error))?;
        // Somebody has done it by hand already.
        if entry.is_untouched(&found) {
            continue;
        }
        if !entry.is_in_place(&found) {
            edited.push(entry.path.clone());
            continue;
        }
        reverse(entry, found, &mut before, &mut batch).map_err(|error| io(&target, error))?;
    }
    Ok(Undoing { of, batch, edited })
}

fn pick(known: Vec<BatchInfo>, name: &str) -> Result<BatchInfo, UndoError> {
    let by_number =
        |info: &BatchInfo| name.parse().ok().is_some_and(|n: u64| super::number(&info.id) == Some(n));
    let mut found: Vec<BatchInfo> = known
        .into_iter()
        .filter(|info| info.id == name || by_number(info) || info.id.starts_with(name))
        .collect();
    if let Some(at) = found.iter().position(|info| info.id == name || by_number(info)) {
        return Ok(found.swap_remove(at));
    }
    match (found.pop(), found.is_empty()) {
        (Some(info), true) => Ok(info),
        (None, _) => Err(UndoError::Unknown(name.to_owned())),
        (Some(_), false) => Err(UndoError::Several(name.to_owned())),
    }
}

/// Adds the opposite of one entry, whose file holds `found`.
fn reverse(entry: &Entry, found: Found, before: &mut File, batch: &mut Batch) -> std::io::Result<()> {
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
    };
    let path = entry.path.clone();
    let old = match &entry.before {
        Some(piece) => Some(text(piece.get(before)?)?),
        None => None,
    };
    match (old, found) {
        (None, Found::Bytes(now)) => batch.remove.push(Removal { path, before: text(now)? }),
        (Some(old), Found::Bytes(now)) => {
            batch.change.push(Change { path, before: text(now)?, after: old });
        }
        (Some(old), Found::Nothing) => batch.create.push(NewFile { path, text: old }),
        (_, Found::Strange) | (None, Found::Nothing) => {}
    }
    Ok(())
}
