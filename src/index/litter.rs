//! What killed runs leave beside an index: seen by one look at its folder, removed under the lock.
//!
//! None of it does harm; but nobody else would ever take it away.

use super::Index;
use super::NEW_FOLDER;
use super::files_name;
use super::folder;
use super::seal;
use crate::archive::Archive;
use std::path::Path;
use std::path::PathBuf;

impl Index {
    /// Whether a killed run has left something, or another process is writing.
    pub fn is_littered(&self, archive: &Archive) -> bool {
        let name = self.manifest.file_name().unwrap_or_default().to_string_lossy();
        let opstamp = name.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        archive.state().join(NEW_FOLDER).exists() || litter(&folder(archive), opstamp).next().is_some()
    }

    /// Removes what killed runs have left. The caller holds the archive's lock.
    pub fn sweep(&self, archive: &Archive) {
        sweep(archive, self.searcher.index());
    }
}

/// Removes what killed runs have left: temporary files, manifests and seals of commits that are gone, an index
/// that was never finished.
pub(super) fn sweep(archive: &Archive, index: &tantivy::Index) {
    std::fs::remove_dir_all(archive.state().join(NEW_FOLDER)).ok();
    // Another process may have committed since the index was opened.
    let Ok(meta) = index.load_metas() else { return };
    for path in litter(&folder(archive), meta.opstamp) {
        std::fs::remove_file(path).ok();
    }
}

/// The files in an index's folder that do not belong to the commit of this stamp.
fn litter(folder: &Path, opstamp: u64) -> impl Iterator<Item = PathBuf> {
    let current = [files_name(opstamp), seal::name(opstamp)];
    std::fs::read_dir(folder).into_iter().flatten().flatten().filter_map(move |entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let own = name.starts_with("files-") || name.starts_with(seal::PREFIX);
        let old = own && !current.iter().any(|current| *current == name);
        (old || name.starts_with(".tmp")).then(|| entry.path())
    })
}
