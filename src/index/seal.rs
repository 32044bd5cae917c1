//! The seal: what the files of an index were when they were last known to be sound.
//!
//! An answer cannot read a whole index to see whether a disk or a program has changed a byte of it; a
//! flipped bit in a list of postings is a wrong answer that nothing else notices. So the answer looks at
//! stamps: a seal belongs to one commit and holds size, times, inode and BLAKE3 of each of its files. Equal
//! stamps are trusted, others are settled by the content, as it is done for records. What changes without
//! a stamp (a failing disk) is found by [`check`], which reads everything.
//!
//! A seal is a manifest of the index's own files and has its format; `number` is how many bytes count,
//! since side files may have grown since.

use super::IndexError;
use super::data::Lengths;
use super::files::Files;
use super::files::Row;
use crate::archive::FileStat;
use crate::archive::stat;
use rayon::iter::IntoParallelIterator as _;
use rayon::iter::ParallelIterator as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

/// Begins a seal's name; the stamp of its commit follows.
pub(super) const PREFIX: &str = "seal-";
const META: &str = "meta.json";

/// What a seal says of the files as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    /// They are those that were sealed.
    Whole,
    /// The commit has no seal that can be read: the run that made it was killed before it got one.
    Missing,
}

/// The name of a commit's seal.
pub(super) fn name(opstamp: u64) -> String {
    format!("{PREFIX}{opstamp}")
}

/// Seals the files of the last commit. What an earlier seal says of a file that has not changed since is
/// taken over.
///
/// # Errors
/// A file cannot be read, or the seal not written.
pub(super) fn seal(folder: &Path, index: &tantivy::Index, lengths: Lengths) -> Result<(), IndexError> {
    let meta = index.load_metas()?;
    let mut files: Vec<(String, Option<u64>)> = vec![(META.to_owned(), None)];
    files.extend(lengths.by_name().map(|(name, length)| (name.to_owned(), Some(length))));
    let parts = meta.list_segment_files().into_iter().map(|path| path.to_string_lossy().into_owned());
    // A segment need not have every part that tantivy lists.
    files.extend(parts.filter(|name| folder.join(name).exists()).map(|name| (name, None)));
    files.sort();
    let known = earlier(folder);
    let rows = files.into_par_iter().map(|(name, length)| {
        let path = folder.join(&name);
        let stat = look(&path, &name)?;
        let length = length.unwrap_or(stat.size);
        let same = |row: &&Row| row.stat == stat && row.number == length;
        let hash = match known.iter().find(same) {
            Some(row) => row.hash,
            None => hash(&path, length)?,
        };
        Ok(Row { stat, hash, number: length, racy: false, broken: false })
    });
    let rows: Result<Vec<Row>, (PathBuf, std::io::Error)> = rows.collect();
    let rows = rows.map_err(|(path, error)| IndexError::Io(path, error))?;
    let path = folder.join(name(meta.opstamp));
    Files { rows, next: 0 }.write(&path).map_err(|error| IndexError::Io(path, error))
}

/// What the seals that lie there say of files; most commits leave most files as they were.
fn earlier(folder: &Path) -> Vec<Row> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let seals = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    seals.filter_map(|entry| Files::read(&entry.path())).flat_map(|seal| seal.rows).collect()
}

/// Compares the files of a commit with its seal, by their stamps and, where those differ, by content; then
/// the seal gets the new stamps, as far as it can be written.
///
/// # Errors
/// [`IndexError::Damaged`] with the first file that is not what was sealed.
pub(super) fn compare(folder: &Path, opstamp: u64) -> Result<Sealed, IndexError> {
    let path = folder.join(name(opstamp));
    let Some(mut seal) = Files::read(&path) else { return Ok(Sealed::Missing) };
    let mut moved = false;
    for row in &mut seal.rows {
        let damaged = || IndexError::Damaged(row.stat.path.clone());
        let file = folder.join(&row.stat.path);
        let stat = look(&file, &row.stat.path).map_err(|_| damaged())?;
        if stat == row.stat {
            continue;
        }
        if !is_whole(&file, row) {
            return Err(damaged());
        }
        moved = true;
        row.stat = stat;
    }
    if moved {
        // Without it the next answer compares once more.
        let _ = seal.write(&path);
    }
    Ok(Sealed::Whole)
}

/// Reads every byte that was sealed; gives the files that differ. `None`: no seal.
pub(super) fn check(folder: &Path, opstamp: u64) -> Option<Vec<String>> {
    let seal = Files::read(&folder.join(name(opstamp)))?;
    let bad = seal.rows.into_par_iter().filter(|row| !is_whole(&folder.join(&row.stat.path), row));
    Some(bad.map(|row| row.stat.path).collect())
}

fn is_whole(path: &Path, row: &Row) -> bool {
    hash(path, row.number).is_ok_and(|hash| hash == row.hash)
}

fn look(path: &Path, name: &str) -> Result<FileStat, (PathBuf, std::io::Error)> {
    let meta = std::fs::metadata(path).map_err(|error| (path.to_owned(), error))?;
    Ok(stat(name.to_owned(), 0, &meta))
}

/// BLAKE3 of the first `length` bytes; a file that is shorter is an error.
fn hash(path: &Path, length: u64) -> Result<[u8; 16], (PathBuf, std::io::Error)> {
    let read = || {
        let mut hasher = blake3::Hasher::new();
        let mut file = File::open(path)?.take(length);
        hasher.update_reader(&mut file)?;
        if file.limit() > 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut hash = [0; 16];
        hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Ok(hash)
    };
    read().map_err(|error| (path.to_owned(), error))
}
