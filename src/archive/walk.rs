//! Which record files there are, and what the file system says of each.

use super::Archive;
use std::fs::Metadata;
use std::path::Path;
use walkdir::WalkDir;

/// A record file and its stamps: what tells whether it may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Relative to the archive's root, `/` between its parts.
    pub path: String,
    /// The kind, by its place in [`Archive::kinds`].
    pub kind: usize,
    /// Bytes.
    pub size: u64,
    /// Modified, in nanoseconds since 1970.
    pub mtime: i64,
    /// Inode changed, in nanoseconds since 1970; 0 where there is no such thing.
    pub ctime: i64,
    /// Inode; 0 where there is no such thing.
    pub inode: u64,
}

/// Whether a file's name makes it a record: `.yaml` or `.yml`, not hidden.
fn is_record(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

impl Archive {
    /// Every record file with its stamps, sorted by path, and the folders that could not be read.
    /// Symbolic links are not followed: an archive's files lie inside it.
    pub fn walk(&self) -> (Vec<FileStat>, Vec<walkdir::Error>) {
        let mut files = Vec::new();
        let mut errors = Vec::new();
        for (kind, description) in self.kinds.iter().enumerate() {
            let folder = self.root.join(&description.folder);
            if !folder.exists() {
                continue;
            }
            let entries = WalkDir::new(&folder).into_iter().filter_entry(|entry| {
                entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
            });
            for entry in entries {
                match entry {
                    Ok(entry) if entry.file_type().is_file() && is_record(entry.path()) => {
                        let path = self.relative(entry.path());
                        match (path, entry.metadata()) {
                            (Some(path), Ok(meta)) => files.push(stat(path, kind, &meta)),
                            (_, Err(error)) => errors.push(error),
                            (None, _) => {}
                        }
                    }
                    Ok(_) => {}
                    Err(error) => errors.push(error),
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        (files, errors)
    }
}

/// The stamps of one file.
pub fn stat(path: String, kind: usize, meta: &Metadata) -> FileStat {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        FileStat {
            path,
            kind,
            size: meta.len(),
            mtime: meta.mtime() * 1_000_000_000 + meta.mtime_nsec(),
            ctime: meta.ctime() * 1_000_000_000 + meta.ctime_nsec(),
            inode: meta.ino(),
        }
    }
    #[cfg(not(unix))]
    {
        let since = |time: std::io::Result<std::time::SystemTime>| {
            time.ok()
                .and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok())
                .map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
        };
        FileStat { path, kind, size: meta.len(), mtime: since(meta.modified()), ctime: 0, inode: 0 }
    }
}
