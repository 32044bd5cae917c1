//! The files themselves looked through for a pattern: no index is read or written, and only a few
//! files are held at a time.

use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::FileStat;
use crate::archive::Record;
use crate::schema::Kind;
use crate::search::EngineError;
use crate::search::Plan;
use crate::search::ScanEngine;
use crate::search::Scope;
use crate::search::grep::Matched;
use crate::search::grep::Matcher;
use crate::search::grep::grep_raw;
use crate::search::grep::grep_texts;
use crate::search::matching;
use crate::text::fold::fold;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;

/// The most bytes of files that are read before what was found in them is handed on.
const BATCH_BYTES: u64 = 16 << 20;
/// The most files of a batch.
const BATCH_FILES: usize = 512;

/// What is looked for, and where.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'q> {
    /// The patterns.
    pub matcher: &'q Matcher,
    /// The text values that they must stand in.
    pub scope: &'q Scope,
    /// What else must hold of a record.
    pub filter: Option<&'q Plan>,
    /// Files and folders to look into, absolute; the whole archive when there are none.
    pub paths: &'q [PathBuf],
    /// Records without a match are wanted instead.
    pub invert: bool,
}

/// A record that was asked for.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its short form.
    pub card: Card,
    /// Its file's text.
    pub text: String,
    /// What matches; nothing where records without a match are wanted.
    pub matched: Matched,
}

/// What comes of looking, in the order of paths but for paths that lead nowhere, which come first.
#[derive(Debug)]
pub enum Seen {
    /// A record that was asked for.
    Hit(Box<Hit>),
    /// A file or folder that could not be read.
    Unreadable(String, io::Error),
    /// A path that holds no record of this archive: outside of it, or another file of it.
    NoRecord(PathBuf),
    /// A file that is no YAML; it was looked through as it stands.
    Broken(String),
}

/// Looks through the records' files and hands on what it sees, until `on` says that it is enough.
///
/// A record matches precisely when a literal search for the pattern finds it in a text. Files are
/// read in parallel, some 16 MiB of them at a time.
///
/// # Errors
/// When the filter cannot be answered.
pub fn grep(
    archive: &Archive,
    ask: &Ask<'_>,
    on: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Result<(), EngineError> {
    let (walk, errors) = archive.walk();
    let wanted = match Wanted::of(archive, ask.paths, &walk, on) {
        ControlFlow::Continue(wanted) => wanted,
        ControlFlow::Break(()) => return Ok(()),
    };
    for error in errors {
        let path = archive.relative(&error.path).unwrap_or_default();
        if wanted.has(&path) && on(Seen::Unreadable(path, error.error)).is_break() {
            return Ok(());
        }
    }
    let files: Vec<&FileStat> = walk.iter().filter(|file| wanted.has(&file.path)).collect();
    let mut rest = files.as_slice();
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(batch(rest));
        rest = after;
        let looked: Vec<Look> = batch.par_iter().map(|file| look(archive, ask, file)).collect();
        let chosen = chosen(archive, ask, &looked)?;
        for (place, look) in looked.into_iter().enumerate() {
            let seen = match look {
                Look::Unreadable(path, error) => [Some(Seen::Unreadable(path, error)), None],
                Look::Read { broken, hit } => {
                    let broken = broken.map(Seen::Broken);
                    let hit = hit.filter(|_| chosen.as_ref().is_none_or(|chosen| chosen.contains(&place)));
                    [broken, hit.map(|(hit, _)| Seen::Hit(hit))]
                }
            };
            for seen in seen.into_iter().flatten() {
                if on(seen).is_break() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// How many of the files make a batch.
fn batch(files: &[&FileStat]) -> usize {
    let mut bytes = 0;
    let fits = files.iter().take(BATCH_FILES).take_while(|file| {
        bytes += file.size;
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}

/// Label, item and folded text of each value of a record, as an engine takes them.
type Texts = Vec<(String, usize, String)>;

enum Look {
    Unreadable(String, io::Error),
    Read { broken: Option<String>, hit: Option<(Box<Hit>, Texts)> },
}

fn look(archive: &Archive, ask: &Ask<'_>, file: &FileStat) -> Look {
    let record = match Record::read(&archive.root, &file.path) {
        Ok(record) => record,
        Err(error) => return Look::Unreadable(file.path.clone(), error),
    };
    let kind = &archive.kinds[file.kind];
    let matched = match &record.root {
        Some(root) => grep_texts(ask.matcher, ask.scope, &kind.texts(root), &record.text),
        None if ask.scope.covers(crate::index::RAW) => grep_raw(ask.matcher, &record.text),
        None => Matched::default(),
    };
    let broken = record.root.is_none().then(|| file.path.clone());
    if (matched.matches == 0) != ask.invert {
        return Look::Read { broken, hit: None };
    }
    let texts = if ask.filter.is_some() { folded(&record, kind) } else { Vec::new() };
    let card = Card::of(&record, kind);
    let hit = Box::new(Hit { card, text: record.text, matched });
    Look::Read { broken, hit: Some((hit, texts)) }
}

/// The texts of a record as every engine sees them; those of a file that is no YAML are all of it.
pub(super) fn folded(record: &Record, kind: &Kind) -> Texts {
    match &record.root {
        Some(root) => {
            let values = kind.texts(root).into_iter();
            values.map(|value| (value.label, value.item, fold(value.text))).collect()
        }
        None => vec![(crate::index::RAW.to_owned(), 0, fold(&record.text))],
    }
}

/// The hits of a batch that the filter lets through, by place. Every leaf of a plan is about one
/// record alone, so a few records at a time give what all of them would.
fn chosen(archive: &Archive, ask: &Ask<'_>, looked: &[Look]) -> Result<Option<BTreeSet<usize>>, EngineError> {
    let Some(filter) = ask.filter else { return Ok(None) };
    let hits: Vec<(usize, &Hit, &Texts)> = looked
        .iter()
        .enumerate()
        .filter_map(|(place, look)| match look {
            Look::Read { hit: Some((hit, texts)), .. } => Some((place, hit.as_ref(), texts)),
            _ => None,
        })
        .collect();
    let records = hits.iter().map(|(_, hit, texts)| (hit.card.clone(), (*texts).clone()));
    let engine = ScanEngine::new(&archive.kinds, records);
    let found = matching(filter, &engine)?;
    let place = |doc: u32| hits.get(doc as usize).map(|(place, _, _)| *place);
    Ok(Some(found.iter().filter_map(place).collect()))
}

/// The files that paths of a command line mean.
struct Wanted {
    /// Files and folders relative to the root; `None` is all of them.
    below: Option<Vec<String>>,
}

impl Wanted {
    fn of(
        archive: &Archive,
        paths: &[PathBuf],
        walk: &[FileStat],
        on: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> ControlFlow<(), Wanted> {
        if paths.is_empty() {
            return ControlFlow::Continue(Wanted { below: None });
        }
        let root = archive.root.canonicalize().unwrap_or_else(|_| archive.root.clone());
        let mut below = Vec::new();
        for path in paths {
            match path.canonicalize() {
                Err(error) => on(Seen::Unreadable(path.display().to_string(), error))?,
                Ok(full) if root.starts_with(&full) => below.push(String::new()),
                Ok(full) => match relative(&root, &full) {
                    Some(inside) if full.is_dir() || walk.iter().any(|file| file.path == inside) => {
                        below.push(inside);
                    }
                    _ => on(Seen::NoRecord(path.clone()))?,
                },
            }
        }
        ControlFlow::Continue(Wanted { below: Some(below) })
    }

    fn has(&self, path: &str) -> bool {
        let under = |above: &String| {
            above.is_empty()
                || path.strip_prefix(above.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        self.below.as_ref().is_none_or(|below| below.iter().any(under))
    }
}

/// A path relative to a root, with `/` between its parts.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
