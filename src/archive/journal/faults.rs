//! What is wrong with the journal, looked for without changing anything.

use super::manifest::BEFORE;
use super::manifest::Manifest;
use super::{DAMAGED, OPEN, STAGED, folder, names, unfinished};
use std::fs::File;
use std::path::Path;

/// A batch that is not as one that is done should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchFault {
    /// It counts, and so many of its files are not in place yet.
    Unfinished {
        /// Its name.
        id: String,
        /// How many.
        missing: usize,
    },
    /// The run that began it was killed before it counted.
    Staged(String),
    /// It could not be read when it was to be finished, and was set aside.
    Damaged(String),
    /// It is done, but what it keeps of the files before it cannot be read: it cannot be taken back.
    Lost(String),
}

/// How many batches are done, and what is wrong with any. Reads all that they keep.
///
/// # Errors
/// The journal's folder or a file in it cannot be read.
pub fn batch_faults(root: &Path) -> std::io::Result<(usize, Vec<BatchFault>)> {
    let mut done = 0;
    let mut faults = Vec::new();
    for (id, state) in names(root)? {
        match state.as_str() {
            STAGED => faults.push(BatchFault::Staged(id)),
            DAMAGED => faults.push(BatchFault::Damaged(id)),
            OPEN => {
                let missing = unfinished(root)?.map_or(0, |batch| batch.files - batch.in_place);
                faults.push(BatchFault::Unfinished { id, missing });
            }
            _ => {
                done += 1;
                if !is_kept(&folder(root).join(&id)) {
                    faults.push(BatchFault::Lost(id));
                }
            }
        }
    }
    Ok((done, faults))
}

/// Whether everything is there that taking a batch back needs.
fn is_kept(place: &Path) -> bool {
    let Ok(manifest) = Manifest::read(place) else { return false };
    let mut before = File::open(place.join(BEFORE));
    manifest.entries.iter().filter_map(|entry| entry.before.as_ref()).all(|piece| match &mut before {
        Ok(before) => piece.get(before).is_ok(),
        Err(_) => false,
    })
}
