//! Atomic writes: a file is there whole or not at all.
//!
//! The order is temp file in the same folder, sync, rename without clobbering, sync the folder. A
//! batch syncs all its files before the first rename, so that an interruption leaves nothing half
//! written. Writes that are to be all or nothing across files go through `journal`.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// A file to be created.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFile {
    /// Relative to the archive's root, `/` between its parts.
    pub path: String,
    /// What it will hold.
    pub text: String,
}

/// Why a write failed; the file it was about stands first.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is a file of this name already.
    #[error("{}: exists already", .0.display())]
    Exists(PathBuf),
    /// The file is not what it was when it was read.
    #[error("{}: has changed since it was read", .0.display())]
    Changed(PathBuf),
    /// The path leads out of the archive.
    #[error("{}: lies outside the archive", .0.display())]
    Outside(PathBuf),
    /// One batch would write the file twice.
    #[error("{}: would be written twice", .0.display())]
    Twice(PathBuf),
}

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io { path, error }
}

/// Creates a folder and those above it.
///
/// # Errors
/// [`WriteError::Io`].
pub fn create_folder(path: &Path) -> Result<(), WriteError> {
    std::fs::create_dir_all(path).map_err(io(path))
}

/// Creates every file of a batch under `root`, none of which may exist.
///
/// # Errors
/// Before the first rename: nothing has been created. After it: the files named before the failing
/// one are there, whole.
pub fn commit(root: &Path, files: &[NewFile]) -> Result<(), WriteError> {
    let mut staged = Vec::with_capacity(files.len());
    for file in files {
        let target = root.join(&file.path);
        if target.exists() {
            return Err(WriteError::Exists(target));
        }
        let folder = target.parent().unwrap_or(root);
        create_folder(folder)?;
        let temp = stage(folder, &file.text).map_err(io(&target))?;
        staged.push((temp, target));
    }
    for (temp, target) in &staged {
        temp.as_file().sync_all().map_err(io(target))?;
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for (temp, target) in staged {
        temp.persist_noclobber(&target).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => WriteError::Exists(target.clone()),
            _ => WriteError::Io { path: target.clone(), error: error.error },
        })?;
        if let Some(folder) = target.parent()
            && folders.last().map(PathBuf::as_path) != Some(folder)
        {
            folders.push(folder.to_owned());
        }
    }
    for folder in folders {
        sync_folder(&folder).map_err(io(&folder))?;
    }
    Ok(())
}

/// Replaces a file, if it still holds `before`.
///
/// # Errors
/// [`WriteError::Changed`] when somebody else wrote it meanwhile, [`WriteError::Io`].
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temp = stage(folder, after).map_err(io(path))?;
    temp.as_file().sync_all().map_err(io(path))?;
    if std::fs::read(path).map_err(io(path))? != before.as_bytes() {
        return Err(WriteError::Changed(path.to_owned()));
    }
    if let Ok(meta) = std::fs::metadata(path) {
        temp.as_file().set_permissions(meta.permissions()).map_err(io(path))?;
    }
    temp.persist(path).map_err(|error| WriteError::Io { path: path.to_owned(), error: error.error })?;
    sync_folder(folder).map_err(io(folder))
}

fn stage(folder: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let mut temp = new_temp(folder)?;
    temp.write_all(text.as_bytes())?;
    Ok(temp)
}

/// A temporary file beside those that it may become one of.
pub(super) fn new_temp(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".anku-").suffix(".tmp");
    // Temp files are made private; a record is to be read by colleagues as any new file would be.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_refused_whole_when_one_file_exists() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let file = |path: &str| NewFile { path: path.into(), text: "x\n".into() };
        commit(folder.path(), &[file("a/1.yaml")]).expect("created");
        let again = commit(folder.path(), &[file("a/2.yaml"), file("a/1.yaml")]);
        assert!(matches!(again, Err(WriteError::Exists(_))));
        let names: Vec<_> = std::fs::read_dir(folder.path().join("a")).expect("folder").collect();
        assert_eq!(names.len(), 1, "no second file and no temp file");
    }

    #[test]
    fn a_changed_file_is_not_overwritten() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "theirs\n").expect("written");
        assert!(matches!(replace(&path, "mine\n", "new\n"), Err(WriteError::Changed(_))));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "theirs\n");
        replace(&path, "theirs\n", "new\n").expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new\n");
    }
}
