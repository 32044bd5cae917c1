//! The manifest: which files the index has seen, and in what state.
//!
//! One manifest belongs to one commit: it is named after the commit's stamp and written before it,
//! so that index and manifest cannot disagree whatever interrupts a run.

use crate::archive::FileStat;
use std::io::Write as _;
use std::path::Path;

/// A file's stamps younger than this against the clock of its own file system may hide a second
/// write in the same tick (FAT and HFS+ count in whole and double seconds): 2 s in nanoseconds.
pub(super) const RACY: i64 = 2_000_000_000;
const MAGIC: &[u8; 8] = b"ankuf001";

/// What the index knows of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub stat: FileStat,
    /// BLAKE3 of the bytes, the first 16.
    pub hash: [u8; 16],
    /// The record's number in the index.
    pub number: u64,
    /// Written so recently that equal stamps prove nothing.
    pub racy: bool,
    /// Could not be read as a record: no YAML, or not UTF-8.
    pub broken: bool,
}

/// All rows, sorted by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Files {
    pub rows: Vec<Row>,
    /// The number that the next new record gets.
    pub next: u64,
}

impl Files {
    /// Reads a manifest; `None` when it is missing, torn or of another format.
    pub(super) fn read(path: &Path) -> Option<Files> {
        let bytes = std::fs::read(path).ok()?;
        let body = bytes.len().checked_sub(16)?;
        if blake3::hash(&bytes[..body]).as_bytes()[..16] != bytes[body..] {
            return None;
        }
        let mut input = Input { bytes: &bytes[..body], at: 0 };
        if input.take(8)? != MAGIC {
            return None;
        }
        let next = input.u64()?;
        let count = usize::try_from(input.u64()?).ok()?;
        let mut rows = Vec::with_capacity(count.min(1 << 20));
        for _ in 0..count {
            let len = usize::try_from(input.u64()?).ok()?;
            let path = String::from_utf8(input.take(len)?.to_vec()).ok()?;
            let stat = FileStat {
                path,
                kind: usize::try_from(input.u64()?).ok()?,
                size: input.u64()?,
                mtime: input.u64()?.cast_signed(),
                ctime: input.u64()?.cast_signed(),
                inode: input.u64()?,
            };
            let hash = input.take(16)?.try_into().ok()?;
            let number = input.u64()?;
            let flags = *input.take(1)?.first()?;
            rows.push(Row { stat, hash, number, racy: flags & 1 != 0, broken: flags & 2 != 0 });
        }
        Some(Files { rows, next })
    }

    /// Writes the manifest whole or not at all.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut out = Vec::with_capacity(self.rows.len() * 128 + 64);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.next.to_le_bytes());
        out.extend_from_slice(&(self.rows.len() as u64).to_le_bytes());
        for row in &self.rows {
            out.extend_from_slice(&(row.stat.path.len() as u64).to_le_bytes());
            out.extend_from_slice(row.stat.path.as_bytes());
            let stamps = [row.stat.size, row.stat.mtime.cast_unsigned(), row.stat.ctime.cast_unsigned(), row.stat.inode];
            out.extend_from_slice(&(row.stat.kind as u64).to_le_bytes());
            for stamp in stamps {
                out.extend_from_slice(&stamp.to_le_bytes());
            }
            out.extend_from_slice(&row.hash);
            out.extend_from_slice(&row.number.to_le_bytes());
            out.push(u8::from(row.racy) | u8::from(row.broken) << 1);
        }
        let digest = blake3::hash(&out);
        out.extend_from_slice(&digest.as_bytes()[..16]);
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut temp = tempfile::NamedTempFile::new_in(folder)?;
        temp.write_all(&out)?;
        temp.as_file().sync_data()?;
        temp.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

struct Input<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Input<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let piece = self.bytes.get(self.at..self.at.checked_add(len)?)?;
        self.at += len;
        Some(piece)
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
}

/// Whether a file written at these stamps could be written again without their changing, `now`
/// being a stamp of the same file system. A stamp in the future proves nothing either.
pub(super) fn is_racy(stat: &FileStat, now: i64) -> bool {
    stat.mtime.max(stat.ctime) >= now - RACY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_comes_back_and_a_torn_one_does_not() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("files-1");
        let row = |path: &str, racy| Row {
            stat: FileStat { path: path.into(), kind: 0, size: 3, mtime: -5, ctime: 7, inode: 9 },
            hash: [3; 16],
            number: 11,
            racy,
            broken: !racy,
        };
        let files = Files { rows: vec![row("cases/甲.yaml", true), row("cases/b.yaml", false)], next: 12 };
        files.write(&path).expect("written");
        assert_eq!(Files::read(&path), Some(files));
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        assert_eq!(Files::read(&path), None);
        std::fs::write(&path, &bytes[..30]).expect("written");
        assert_eq!(Files::read(&path), None);
    }
}
