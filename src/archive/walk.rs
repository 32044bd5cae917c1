//! Which record files there are, and what the file system says of each.

use super::Archive;
use rayon::iter::IntoParallelIterator as _;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use std::fs::DirEntry;
use std::fs::Metadata;
use std::fs::ReadDir;
use std::path::PathBuf;

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

/// From so many files on, asking for their stamps is worth a second thread.
const MANY: usize = 1024;

/// A folder or file that could not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}", path = .path.display())]
pub struct WalkError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub error: std::io::Error,
}

/// Whether a file's name makes it a record: `.yaml` or `.yml`, not hidden.
fn is_record(name: &str) -> bool {
    !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"))
}

impl Archive {
    /// Every record file with its stamps, sorted by path, and what could not be looked at. Links are
    /// not followed.
    pub fn walk(&self) -> (Vec<FileStat>, Vec<WalkError>) {
        let mut found = Found::default();
        for (kind, description) in self.kinds.iter().enumerate() {
            let folder = self.root.join(&description.folder);
            let Some(path) = self.relative(&folder) else { continue };
            match std::fs::read_dir(&folder) {
                Ok(entries) => found.all(kind, Folder { path, entries }),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => found.errors.push(WalkError { path: folder, error }),
            }
        }
        let Found { mut files, errors } = found;
        // Folders come sorted, so mostly there is nothing left to do.
        let in_order = |pair: &[FileStat]| pair[0].path < pair[1].path;
        let sorted = if files.len() < MANY {
            files.windows(2).all(in_order)
        } else {
            files.par_windows(2).all(in_order)
        };
        if !sorted {
            files.sort_by(|a, b| a.path.cmp(&b.path));
            files.dedup_by(|a, b| a.path == b.path);
        }
        (files, errors)
    }
}

impl Archive {
    /// A fingerprint of the paths and contents of all record files: BLAKE3, the first 16 hex digits. The
    /// same files give the same one wherever they lie. Reads every file.
    ///
    /// # Errors
    /// A folder or file that cannot be read: a fingerprint without it would be another archive's.
    pub fn fingerprint(&self) -> Result<String, WalkError> {
        let (files, errors) = self.walk();
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        let mut hasher = blake3::Hasher::new();
        for stat in files {
            let path = self.root.join(&stat.path);
            let bytes = std::fs::read(&path).map_err(|error| WalkError { path, error })?;
            hasher.update(stat.path.as_bytes()).update(&[0]).update(blake3::hash(&bytes).as_bytes());
        }
        Ok(hasher.finalize().to_hex().chars().take(16).collect())
    }
}

/// A folder opened for reading; its path is relative to the root.
struct Folder {
    path: String,
    entries: ReadDir,
}

#[derive(Default)]
struct Found {
    files: Vec<FileStat>,
    errors: Vec<WalkError>,
}

impl Found {
    /// Looks at one folder after the other; once there are many files, at all that are left side by
    /// side: a small archive is done before a second thread has begun.
    fn all(&mut self, kind: usize, folder: Folder) {
        let mut left = vec![folder];
        while let Some(folder) = left.pop() {
            self.one(kind, folder, &mut left);
            if self.files.len() >= MANY && left.len() > 1 {
                let each = |folder: Folder| {
                    let mut found = Found::default();
                    found.all(kind, folder);
                    found
                };
                let found: Vec<Found> = left.into_par_iter().map(each).collect();
                self.files.reserve_exact(found.iter().map(|found| found.files.len()).sum());
                for Found { files, errors } in found {
                    self.files.extend(files);
                    self.errors.extend(errors);
                }
                return;
            }
        }
    }

    /// Looks at one folder; those in it are opened and left for later.
    fn one(&mut self, kind: usize, folder: Folder, left: &mut Vec<Folder>) {
        let mut names: Vec<(String, DirEntry)> = Vec::new();
        let mut below: Vec<(String, DirEntry)> = Vec::new();
        for entry in folder.entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.push(WalkError { path: PathBuf::from(&folder.path), error });
                    continue;
                }
            };
            // A name that is no Unicode cannot be written into an answer.
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.file_type() {
                Ok(ty) if ty.is_file() && is_record(&name) => names.push((name, entry)),
                Ok(ty) if ty.is_dir() && !name.starts_with('.') => below.push((name, entry)),
                Ok(_) => {}
                Err(error) => self.errors.push(WalkError { path: entry.path(), error }),
            }
        }
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        // The last folder is looked at next.
        below.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        let look = |(name, entry): &(String, DirEntry)| {
            let meta = entry.metadata().map_err(|error| WalkError { path: entry.path(), error })?;
            Ok(stat([&folder.path, "/", name].concat(), kind, &meta))
        };
        if names.len() < MANY {
            names.iter().for_each(|entry| self.take(look(entry)));
        } else {
            let stats: Vec<Result<FileStat, WalkError>> = names.par_iter().map(look).collect();
            stats.into_iter().for_each(|stat| self.take(stat));
        }
        for (name, entry) in below {
            match std::fs::read_dir(entry.path()) {
                Ok(entries) => left.push(Folder { path: format!("{}/{name}", folder.path), entries }),
                Err(error) => self.errors.push(WalkError { path: entry.path(), error }),
            }
        }
    }

    fn take(&mut self, stat: Result<FileStat, WalkError>) {
        match stat {
            Ok(stat) => self.files.push(stat),
            // Gone since the folder was read.
            Err(error) if error.error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.errors.push(error),
        }
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
