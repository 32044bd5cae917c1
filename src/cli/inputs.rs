//! The files that a command was pointed at: named ones, those in folders, those in a list, stdin; each once, read when its turn comes.

use super::context::Context;
use super::failure::Failure;
use super::failure::at;
use super::progress::Progress;
use anku::import::Files;
use anku::import::Globs;
use anku::import::MAX_ARCHIVE;
use anku::import::is_leaving;
use clap::ArgMatches;
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What to read, and what could not be read.
pub(crate) struct Inputs {
    named: Vec<(String, Origin)>,
    progress: Progress,
    /// Place and reason of each that could not be read.
    failed: Mutex<Vec<(usize, std::io::Error)>>,
    /// A folder that could not be listed.
    unlisted: bool,
}

enum Origin {
    File(PathBuf),
    /// Read at once: it comes but one time.
    Stdin(Vec<u8>),
}

struct Search<'c> {
    context: &'c Context,
    globs: &'c Globs,
    seen: HashSet<PathBuf>,
    named: Vec<(String, Origin)>,
    unlisted: bool,
}

impl Inputs {
    /// Finds what was named.
    ///
    /// # Errors
    /// Nothing was named, a list of names cannot be read, stdin was asked for twice.
    pub(crate) fn find(
        context: &Context,
        matches: &ArgMatches,
        globs: &Globs,
        progress: Progress,
    ) -> Result<Inputs, Failure> {
        let mut paths: Vec<PathBuf> =
            matches.get_many::<PathBuf>("paths").unwrap_or_default().cloned().collect();
        let mut stdin = false;
        if let Some(list) = matches.get_one::<PathBuf>("files-from") {
            let mut bytes = Vec::new();
            if is_stdin(list) {
                stdin = true;
                std::io::stdin().lock().read_to_end(&mut bytes)?;
            } else {
                bytes = std::fs::read(context.path(list)).map_err(|error| at(context, list, &error))?;
            }
            paths.extend(names(&bytes));
        }
        if paths.is_empty() {
            return Err(Failure::usage(context.lang.word("error.no-paths")));
        }
        let mut search = Search { context, globs, seen: HashSet::new(), named: Vec::new(), unlisted: false };
        for path in &paths {
            if !is_stdin(path) {
                search.add(path);
                continue;
            }
            if std::mem::replace(&mut stdin, true) {
                return Err(Failure::usage(context.lang.word("error.stdin-twice")));
            }
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MAX_ARCHIVE as u64 + 1).read_to_end(&mut bytes)?;
            let name = matches.get_one::<String>("name").map_or("stdin", String::as_str);
            search.named.push((name.to_owned(), Origin::Stdin(bytes)));
        }
        let Search { named, unlisted, .. } = search;
        if named.is_empty() && !unlisted {
            return Err(Failure::usage(context.lang.word("error.no-paths")));
        }
        Ok(Inputs { named, progress, failed: Mutex::default(), unlisted })
    }

    /// Takes the bar away, says what could not be read, and whether there was any such thing.
    pub(crate) fn finish(&self, context: &Context) -> bool {
        self.progress.finish();
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.sort_by_key(|(place, _)| *place);
        for (place, error) in failed.iter() {
            unreadable(context, &self.name(*place), error);
        }
        self.unlisted || !failed.is_empty()
    }
}

impl Files for Inputs {
    fn count(&self) -> usize {
        self.named.len()
    }

    fn name(&self, place: usize) -> String {
        self.named.get(place).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    fn read(&self, place: usize) -> Result<Cow<'_, [u8]>, &'static str> {
        let bytes = match self.named.get(place).map(|(_, origin)| origin) {
            None => return Err("unreadable"),
            Some(Origin::Stdin(bytes)) => Cow::Borrowed(bytes.as_slice()),
            Some(Origin::File(path)) => match read(path) {
                Ok(bytes) => Cow::Owned(bytes),
                Err(error) => {
                    let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.push((place, error));
                    return Err("unreadable");
                }
            },
        };
        if bytes.len() > MAX_ARCHIVE { Err("too-large") } else { Ok(bytes) }
    }

    fn progress(&self, done: usize, all: usize) {
        self.progress.set(done, all);
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file's bytes, but never more than the largest that is taken and one: a device has no end.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let size = usize::try_from(meta.len()).unwrap_or(usize::MAX).min(MAX_ARCHIVE);
    let mut bytes = Vec::with_capacity(size + 1);
    file.take(MAX_ARCHIVE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(context: &Context, name: &str, error: &std::io::Error) {
    let reason = context.reason(error);
    context.complain(&context.lang.say("notice.unreadable", &[("path", name), ("reason", &reason)]));
}

/// The names in a list: parted by NULs where it has any, else one a line.
fn names(list: &[u8]) -> Vec<PathBuf> {
    let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list);
    let nul = list.contains(&0);
    let each = list.split(|byte| *byte == if nul { 0 } else { b'\n' });
    let each = each.map(|name| if nul { name } else { name.trim_ascii() });
    each.filter(|name| !name.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

impl Search<'_> {
    fn add(&mut self, path: &Path) {
        let absolute = self.context.path(path);
        if absolute.is_dir() {
            self.folder(&absolute, "");
        } else {
            self.file(absolute);
        }
    }

    fn file(&mut self, path: PathBuf) {
        // One file under two names is one file.
        let known = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.seen.insert(known) {
            self.named.push((self.shown(&path), Origin::File(path)));
        }
    }

    fn shown(&self, path: &Path) -> String {
        let name = path.strip_prefix(&self.context.here).unwrap_or(path).to_string_lossy();
        if std::path::MAIN_SEPARATOR == '\\' { name.replace('\\', "/") } else { name.into_owned() }
    }

    /// Every file below a folder that is not hidden and that the patterns take, by the bytes of their names. What is in an archive is chosen later.
    fn folder(&mut self, folder: &Path, inner: &str) {
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            // The rest goes in all the same; the exit code says that something did not.
            Err(error) => {
                unreadable(self.context, &self.shown(folder), &error);
                self.unlisted = true;
                return;
            }
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || is_leaving(&name) {
                continue;
            }
            let path = entry.path();
            let inner = if inner.is_empty() { name.into_owned() } else { format!("{inner}/{name}") };
            // A link to a folder could lead around in a circle.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.folder(&path, &inner);
            } else if path.is_file() {
                let archive = inner.to_lowercase().ends_with(".zip");
                if if archive { self.globs.enter(&inner) } else { self.globs.take(&inner) } {
                    self.file(path);
                }
            }
        }
    }
}
