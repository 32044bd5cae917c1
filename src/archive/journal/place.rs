//! Puts a batch down, puts its files in place, and finishes what was interrupted.
//!
//! The order, each step on disk before the next begins:
//!
//! 1. every target is looked at: a new one must not exist, the others must hold what was read;
//! 2. contents, manifest and what lies beside go to `ID.staged`; each is synced, then the folder;
//! 3. `ID.staged` becomes `ID.open`, the journal's folder is synced: from here on the batch happens;
//! 4. the files are put in place one by one (temp file, rename; a new one never over another), unsynced:
//!    should the power fail, `ID.open` still has every byte of them;
//! 5. all of them are synced at once, then their folders;
//! 6. `ID.open` becomes `ID`, the journal's folder is synced.
//!
//! Ten thousand files that are synced one after another take forty times as long as those that are
//! synced together at the end; that is why the contents lie in one file first.

use super::Batch;
use super::DAMAGED;
use super::OPEN;
use super::RETAINED;
use super::STAGED;
use super::folder;
use super::manifest;
use super::manifest::AFTER;
use super::manifest::BEFORE;
use super::manifest::Entry;
use super::manifest::Manifest;
use super::names;
use crate::archive::Archive;
use crate::archive::STATE;
use crate::archive::WriteError;
use crate::archive::write::io;
use crate::archive::write::new_temp;
use crate::archive::write::sync_folder;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Error;
use std::io::ErrorKind;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// How many files are synced at a time: a journalling file system settles them together.
const SYNCERS: usize = 16;

/// What is about to be done to the disk, for those who watch: tests that stop it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A file or folder of the journal is written.
    Stage,
    /// The batch becomes one that happens.
    Commit,
    /// The content of a target is written under a temporary name, or its folder made.
    Temp,
    /// A target gets its content or goes.
    Place,
    /// All targets are synced.
    Sync,
    /// The batch becomes one that is done.
    Done,
    /// Something is put back or swept.
    Clean,
}

/// What finishing an interrupted batch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// The batch.
    pub id: String,
    /// What it was; empty when its journal could not be read.
    pub label: String,
    /// How many files it is about.
    pub files: usize,
    /// How many of them have been put in place now.
    pub placed: usize,
    /// The files that somebody has edited since, left as they are; or all whose content is lost.
    pub left: Vec<String>,
    /// The journal of the batch could not be read: nothing of it could be finished.
    pub damaged: bool,
}

/// What stands at a target.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A file with this content.
    Bytes(Vec<u8>),
    /// A folder, a link or something else that is no plain file.
    Strange,
}

/// What stands at a path. Links are not followed.
pub(super) fn look(path: &Path) -> std::io::Result<Found> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => std::fs::read(path).map(Found::Bytes),
        Ok(_) => Ok(Found::Strange),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Found::Nothing)
        }
        Err(error) => Err(error),
    }
}

/// Writes a batch: all of it, or nothing.
///
/// # Errors
/// [`WriteError::Exists`], [`WriteError::Changed`], [`WriteError::Outside`], [`WriteError::Twice`]: a
/// target is not what the batch was made for. [`WriteError::Io`]: the system refused. After any of them
/// nothing of the batch is there; only where even putting back fails (or the process dies) it stays
/// unfinished, for [`recover`] to finish.
pub fn apply(root: &Path, batch: &Batch) -> Result<(), WriteError> {
    apply_watched(root, batch, &mut |_| Ok(()))
}

/// [`apply`], telling `watch` each step before it is taken; what it fails with stands for the system's
/// refusal.
///
/// # Errors
/// Those of [`apply`].
pub fn apply_watched(
    root: &Path,
    batch: &Batch,
    watch: &mut dyn FnMut(Step) -> std::io::Result<()>,
) -> Result<(), WriteError> {
    if batch.is_empty() {
        return Ok(());
    }
    check(root, batch)?;
    let home = folder(root);
    let staged = home.join(format!("{}.{STAGED}", batch.id));
    let open = home.join(format!("{}.{OPEN}", batch.id));
    let manifest = match stage(root, batch, &staged, watch) {
        Ok(manifest) => manifest,
        Err(error) => {
            if watch(Step::Clean).is_ok() {
                let _ = std::fs::remove_dir_all(&staged);
            }
            return Err(error);
        }
    };
    let mut hand = Hand { root, watch };
    // The moment at which the batch happens.
    hand.told(Step::Commit, &open)?;
    std::fs::rename(&staged, &open).map_err(io(&open))?;
    let placed = sync_folder(&home)
        .and_then(|()| File::open(open.join(AFTER)))
        .map_err(io(&open))
        .and_then(|mut after| hand.place_all(&manifest, &mut after))
        .and_then(|()| hand.settle(&manifest));
    match placed {
        Ok(()) => {
            // Everything is in place and synced: a journal that cannot be closed now is closed by the next run.
            let _ = hand.finish(&open, &home, &manifest);
            Ok(())
        }
        Err(error) => {
            // What cannot be put back now is put in place by the next run instead.
            let _ = hand.put_back(&open, &staged, &manifest);
            Err(error)
        }
    }
}

/// Whether the targets are what the batch was made for.
fn check(root: &Path, batch: &Batch) -> Result<(), WriteError> {
    let mut seen = BTreeSet::new();
    let mut known = BTreeSet::new();
    let inside = root.canonicalize().map_err(io(root))?;
    let old = batch.change.iter().map(|change| (&change.path, Some(&change.before)));
    let old = old.chain(batch.remove.iter().map(|removal| (&removal.path, Some(&removal.before))));
    for (path, before) in batch.create.iter().map(|file| (&file.path, None)).chain(old) {
        let target = root.join(path);
        if !manifest::is_plain(path) {
            return Err(WriteError::Outside(target));
        }
        if !seen.insert(path) {
            return Err(WriteError::Twice(target));
        }
        check_folder(&inside, root, &target, &mut known)?;
        match (before, look(&target).map_err(io(&target))?) {
            (None, Found::Nothing) => {}
            (None, _) => return Err(WriteError::Exists(target)),
            (Some(before), Found::Bytes(bytes)) if bytes == before.as_bytes() => {}
            (Some(_), _) => return Err(WriteError::Changed(target)),
        }
    }
    Ok(())
}

/// Refuses a target whose folder a link leads out of the archive.
fn check_folder(
    inside: &Path,
    root: &Path,
    target: &Path,
    known: &mut BTreeSet<PathBuf>,
) -> Result<(), WriteError> {
    let Some(folder) = target.parent() else { return Ok(()) };
    if !known.insert(folder.to_owned()) {
        return Ok(());
    }
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(root);
    if there.canonicalize().map_err(io(there))?.starts_with(inside) {
        Ok(())
    } else {
        Err(WriteError::Outside(target.to_owned()))
    }
}

/// Puts a batch down under its staging name.
fn stage(
    root: &Path,
    batch: &Batch,
    staged: &Path,
    watch: &mut dyn FnMut(Step) -> std::io::Result<()>,
) -> Result<Manifest, WriteError> {
    let home = folder(root);
    watch(Step::Stage).map_err(io(&home))?;
    std::fs::create_dir_all(&home).map_err(io(&home))?;
    std::fs::create_dir(staged).map_err(io(staged))?;
    let (manifest, before, after) = Manifest::of(batch, missing_folders(root, batch));
    let own = [(AFTER, after), (BEFORE, before), (manifest::MANIFEST, manifest.bytes().map_err(io(staged))?)];
    let beside = batch.beside.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
    for (name, bytes) in own.iter().map(|(name, bytes)| (*name, bytes.as_slice())).chain(beside) {
        let path = staged.join(name);
        watch(Step::Stage).map_err(io(&path))?;
        if !manifest::is_plain(name) || name.contains('/') {
            return Err(WriteError::Outside(path));
        }
        write_synced(&path, bytes).map_err(io(&path))?;
    }
    for folder in [staged, &home, &root.join(STATE), root] {
        sync_folder(folder).map_err(io(folder))?;
    }
    Ok(manifest)
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The folders that the batch's new files need and that are not there, outer ones first.
fn missing_folders(root: &Path, batch: &Batch) -> Vec<String> {
    let mut missing = BTreeSet::new();
    for file in &batch.create {
        let mut path = file.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if missing.contains(folder) || root.join(folder).exists() {
                break;
            }
            missing.insert(folder.to_owned());
            path = folder;
        }
    }
    missing.into_iter().collect()
}

/// Finishes what was interrupted: sweeps batches that do not count, puts the files of one that does in
/// place. To be called, under the lock, before anything else is written. `None`: there was nothing to
/// finish.
///
/// # Errors
/// The system refused; the batch stays unfinished.
pub fn recover(root: &Path) -> Result<Option<Recovered>, WriteError> {
    recover_watched(root, &mut |_| Ok(()))
}

/// [`recover`], telling `watch` each step before it is taken.
///
/// # Errors
/// Those of [`recover`].
pub fn recover_watched(
    root: &Path,
    watch: &mut dyn FnMut(Step) -> std::io::Result<()>,
) -> Result<Option<Recovered>, WriteError> {
    let home = folder(root);
    let mut recovered = None;
    let mut hand = Hand { root, watch };
    for (id, state) in names(root).map_err(io(&home))? {
        let place = home.join(format!("{id}.{state}"));
        if state == STAGED {
            hand.told(Step::Clean, &place)?;
            std::fs::remove_dir_all(&place).map_err(io(&place))?;
        } else if state == OPEN {
            recovered = Some(hand.resume(&home, &place, &id)?);
        }
    }
    Ok(recovered)
}

/// Temporary files that killed runs have left, among the records and in the state. The lock must be held:
/// nobody else may be in the middle of a write.
pub fn leftovers(archive: &Archive) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        archive.kinds.iter().map(|kind| archive.root.join(&kind.folder)).collect();
    let state = archive.state();
    folders.push(state.clone());
    let mut found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten())
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy();
            // What tantivy calls its own. Among the records such a file may be somebody's.
            is_temp(&name) || name.starts_with(".tmp") && entry.path().starts_with(&state)
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Removes them.
pub fn sweep(archive: &Archive) {
    for path in leftovers(archive) {
        let _ = std::fs::remove_file(path);
    }
}

/// Whether a name is one that anku gives to files in the making.
fn is_temp(name: &str) -> bool {
    name.starts_with(".anku-") && name.ends_with(".tmp")
}

/// What works on the archive's own files.
struct Hand<'a> {
    root: &'a Path,
    watch: &'a mut dyn FnMut(Step) -> std::io::Result<()>,
}

impl Hand<'_> {
    fn told(&mut self, step: Step, path: &Path) -> Result<(), WriteError> {
        (self.watch)(step).map_err(io(path))
    }

    /// Puts every file of a fresh batch in place.
    fn place_all(&mut self, manifest: &Manifest, after: &mut File) -> Result<(), WriteError> {
        for entry in &manifest.entries {
            let target = self.root.join(&entry.path);
            let bytes = match &entry.after {
                Some(piece) => Some(piece.get(after).map_err(io(&target))?),
                None => None,
            };
            self.place(entry, &target, bytes.as_deref(), false)?;
        }
        self.drop_folders(&manifest.dropped)
    }

    /// Gives a target its content, or removes it where it is to have none. `over`: whatever stands there
    /// is the torn rest of this very write.
    fn place(
        &mut self,
        entry: &Entry,
        target: &Path,
        bytes: Option<&[u8]>,
        over: bool,
    ) -> Result<(), WriteError> {
        let Some(bytes) = bytes else {
            self.told(Step::Place, target)?;
            self.still(entry, target)?;
            return std::fs::remove_file(target).map_err(io(target));
        };
        self.told(Step::Temp, target)?;
        let folder = target.parent().unwrap_or(self.root);
        let mut temp = match new_temp(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                std::fs::create_dir_all(folder).map_err(io(folder))?;
                new_temp(folder)
            }
            other => other,
        }
        .map_err(io(target))?;
        temp.write_all(bytes).map_err(io(target))?;
        if let Err(error) = (self.watch)(Step::Place) {
            // Who dies here leaves the temporary file behind.
            let _ = temp.keep();
            return Err(WriteError::Io { path: target.to_owned(), error });
        }
        let persisted = if entry.before.is_none() && !over {
            temp.persist_noclobber(target)
        } else {
            if !over {
                self.still(entry, target)?;
            }
            if let Ok(meta) = std::fs::metadata(target) {
                temp.as_file().set_permissions(meta.permissions()).map_err(io(target))?;
            }
            temp.persist(target)
        };
        match persisted {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
                Err(WriteError::Exists(target.to_owned()))
            }
            Err(error) => Err(WriteError::Io { path: target.to_owned(), error: error.error }),
        }
    }

    /// The last look before a file that was there is written.
    fn still(&self, entry: &Entry, target: &Path) -> Result<(), WriteError> {
        if entry.is_untouched(&look(target).map_err(io(target))?) {
            Ok(())
        } else {
            Err(WriteError::Changed(target.to_owned()))
        }
    }

    /// Removes folders that have become empty, inner ones first.
    fn drop_folders(&mut self, folders: &[String]) -> Result<(), WriteError> {
        for folder in folders.iter().rev() {
            let path = self.root.join(folder);
            self.told(Step::Place, &path)?;
            // One that is not empty, or gone already, is none of ours.
            let _ = std::fs::remove_dir(&path);
        }
        Ok(())
    }

    /// Everything that was put in place reaches the disk.
    fn settle(&mut self, manifest: &Manifest) -> Result<(), WriteError> {
        self.told(Step::Sync, self.root)?;
        let written = manifest.entries.iter().filter(|entry| entry.after.is_some());
        let files: Vec<PathBuf> = written.map(|entry| self.root.join(&entry.path)).collect();
        sync_files(&files)?;
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        for entry in &manifest.entries {
            let mut path = entry.path.as_str();
            while let Some((folder, _)) = path.rsplit_once('/') {
                folders.insert(folder);
                path = folder;
            }
        }
        for folder in folders.iter().map(|folder| self.root.join(folder)).chain([self.root.to_owned()]) {
            match sync_folder(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&folder)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The batch is done: its folder gets its last name, and old batches go.
    fn finish(&mut self, open: &Path, home: &Path, manifest: &Manifest) -> Result<(), WriteError> {
        self.told(Step::Done, open)?;
        let done = home.join(&manifest.id);
        std::fs::rename(open, &done).map_err(io(&done))?;
        sync_folder(home).map_err(io(home))?;
        // From here on nothing can go wrong that a person should hear of.
        if (self.watch)(Step::Clean).is_ok() {
            // Contents that the archive has itself now.
            let _ = std::fs::remove_file(done.join(AFTER));
            prune(self.root);
        }
        Ok(())
    }

    /// Takes back what was put in place of a batch that could not be finished.
    fn put_back(&mut self, open: &Path, staged: &Path, manifest: &Manifest) -> Result<(), WriteError> {
        self.sweep_folders(manifest)?;
        let mut before = File::open(open.join(BEFORE)).map_err(io(open))?;
        for entry in manifest.entries.iter().rev() {
            let target = self.root.join(&entry.path);
            let found = look(&target).map_err(io(&target))?;
            // What is neither in place nor as it was is somebody else's now.
            if entry.is_untouched(&found) || !entry.is_in_place(&found) {
                continue;
            }
            self.told(Step::Clean, &target)?;
            match &entry.before {
                None => std::fs::remove_file(&target).map_err(io(&target))?,
                Some(piece) => {
                    let bytes = piece.get(&mut before).map_err(io(&target))?;
                    self.place(entry, &target, Some(&bytes), true)?;
                }
            }
        }
        self.drop_folders(&manifest.made)?;
        self.told(Step::Clean, open)?;
        std::fs::rename(open, staged).map_err(io(staged))?;
        sync_folder(&folder(self.root)).map_err(io(staged))?;
        std::fs::remove_dir_all(staged).map_err(io(staged))
    }

    /// Finishes one interrupted batch.
    fn resume(&mut self, home: &Path, open: &Path, id: &str) -> Result<Recovered, WriteError> {
        let mut manifest = match Manifest::read(open).and_then(|manifest| {
            let same = manifest.id == id;
            if same { Ok(manifest) } else { Err(Error::from(ErrorKind::InvalidData)) }
        }) {
            Ok(manifest) => manifest,
            Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::NotFound) => {
                self.told(Step::Clean, open)?;
                let set_aside = home.join(format!("{id}.{DAMAGED}"));
                std::fs::rename(open, &set_aside).map_err(io(open))?;
                return Ok(Recovered { id: id.to_owned(), damaged: true, ..Recovered::default() });
            }
            Err(error) => return Err(io(open)(error)),
        };
        let mut recovered = Recovered {
            id: id.to_owned(),
            label: manifest.label.clone(),
            files: manifest.entries.len(),
            ..Recovered::default()
        };
        self.sweep_folders(&manifest)?;
        let inside = self.root.canonicalize().map_err(io(self.root))?;
        let mut known = BTreeSet::new();
        let mut after = File::open(open.join(AFTER)).ok();
        for entry in &manifest.entries {
            let target = self.root.join(&entry.path);
            check_folder(&inside, self.root, &target, &mut known)?;
            let found = look(&target).map_err(io(&target))?;
            if entry.is_in_place(&found) {
                continue;
            }
            let bytes = match (&entry.after, &mut after) {
                (None, _) => None,
                (Some(piece), Some(after)) => piece.get(after).ok(),
                (Some(_), None) => None,
            };
            let lost = entry.after.is_some() && bytes.is_none();
            let torn = bytes.as_deref().is_some_and(|bytes| is_torn(&found, bytes));
            if lost || !(torn || entry.is_untouched(&found)) {
                recovered.left.push(entry.path.clone());
                continue;
            }
            self.place(entry, &target, bytes.as_deref(), torn)?;
            recovered.placed += 1;
        }
        self.drop_folders(&manifest.dropped)?;
        if !recovered.left.is_empty() {
            // What was left alone is no part of the batch any more: taking it back must not miss it.
            manifest.entries.retain(|entry| !recovered.left.contains(&entry.path));
            self.told(Step::Stage, open)?;
            let (new, old) = (open.join(manifest::NEW_MANIFEST), open.join(manifest::MANIFEST));
            let _ = std::fs::remove_file(&new);
            write_synced(&new, &manifest.bytes().map_err(io(&new))?).map_err(io(&new))?;
            std::fs::rename(&new, &old).map_err(io(&old))?;
            sync_folder(open).map_err(io(open))?;
        }
        self.settle(&manifest)?;
        self.finish(open, home, &manifest)?;
        Ok(recovered)
    }

    /// Temporary files of the interrupted run, in the folders that it wrote to.
    fn sweep_folders(&mut self, manifest: &Manifest) -> Result<(), WriteError> {
        let paths = manifest.entries.iter().map(|entry| self.root.join(&entry.path));
        let folders: BTreeSet<PathBuf> = paths.filter_map(|path| path.parent().map(Path::to_owned)).collect();
        for folder in folders {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                if is_temp(&entry.file_name().to_string_lossy()) {
                    self.told(Step::Clean, &folder)?;
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
        Ok(())
    }
}

/// Whether a file is what a power failure leaves of a write that was not synced: nothing, or the content
/// cut at a page, or with pages of zeros. A file that somebody has edited looks like none of these.
fn is_torn(found: &Found, whole: &[u8]) -> bool {
    const PAGE: usize = 4096;
    let Found::Bytes(bytes) = found else { return false };
    if bytes.is_empty() {
        return true;
    }
    let cut = bytes.len() < whole.len() && bytes.len().is_multiple_of(PAGE);
    let zeros = bytes.len() == whole.len() && bytes.contains(&0);
    (cut || zeros) && bytes.iter().zip(whole).all(|(byte, own)| *byte == *own || *byte == 0)
}

/// Syncs files, many at a time. One that is gone needs none.
fn sync_files(files: &[PathBuf]) -> Result<(), WriteError> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match File::open(path).and_then(|file| file.sync_all()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(path)(error)),
                _ => {}
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1..SYNCERS.min(files.len())).map(|_| scope.spawn(work)).collect();
        let mut result = work();
        for thread in threads {
            let other = thread.join().unwrap_or_else(|_| Err(io(Path::new(STATE))(Error::other("panic"))));
            result = result.and(other);
        }
        result
    })
}

/// Forgets the oldest batches, and the rests of damaged ones.
fn prune(root: &Path) {
    let mut names = names(root).unwrap_or_default();
    names.retain(|(_, state)| state.is_empty() || state == DAMAGED);
    let surplus = names.len().saturating_sub(RETAINED);
    for (id, state) in names.drain(..surplus) {
        let name = if state.is_empty() { id } else { format!("{id}.{state}") };
        let _ = std::fs::remove_dir_all(folder(root).join(name));
    }
}
