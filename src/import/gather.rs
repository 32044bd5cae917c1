//! Owns the way from named inputs to their drafts: each read, decoded, taken apart and dropped again, many at a time, in the order named.
//! Must not know which drafts belong together, nor where the inputs lie.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::formats::{self, Member};
use super::ledger::Owner;
use super::lexicon::Lexicon;
use super::options::Options;
use super::plan::{Apart, Input, SourcePlan, Warning, WarningKind};
use super::read::{CharIndex, Item, read};

/// Members of an archive that wait to be read together: so many bytes …
const BATCH_BYTES: usize = 16 << 20;
/// … or so many members.
const BATCH: usize = 256;

/// Inputs that are read when their turn comes, so that no more of them are in memory than are worked on.
pub trait Files: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// The path of one, as given.
    fn name(&self, place: usize) -> String;

    /// The bytes of one.
    ///
    /// # Errors
    /// The key of the reason why there are none (`import.reason.KEY` in `locale`): `unreadable`, `too-large`.
    fn read(&self, place: usize) -> Result<Cow<'_, [u8]>, &'static str>;

    /// `done` of `all` are done; members of archives are counted when they turn up.
    fn progress(&self, done: usize, all: usize) {
        let _ = (done, all);
    }
}

impl Files for [Input] {
    fn count(&self) -> usize {
        self.len()
    }

    fn name(&self, place: usize) -> String {
        self.get(place).map(|input| input.name.clone()).unwrap_or_default()
    }

    fn read(&self, place: usize) -> Result<Cow<'_, [u8]>, &'static str> {
        self.get(place).map(|input| Cow::Borrowed(input.bytes.as_slice())).ok_or("unreadable")
    }
}

/// What is kept of a source once its bytes and its text are gone.
pub struct Drafted {
    /// Its plan without records, or with the refusal of the whole.
    pub entry: SourcePlan,
    /// Its drafts.
    pub items: Vec<Item>,
    /// Characters of a draft, by its place: start, end, place.
    pub spans: Vec<(usize, usize, usize)>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Reads everything. The order is that of the inputs, members of an archive in its place.
pub fn gather(files: &(impl Files + ?Sized), options: &Options<'_>, lexicon: &Lexicon) -> Vec<Drafted> {
    let work =
        Work { files, options, lexicon, done: AtomicUsize::new(0), all: AtomicUsize::new(files.count()) };
    let each: Vec<Vec<Drafted>> = (0..files.count()).into_par_iter().map(|place| work.input(place)).collect();
    each.into_iter().flatten().collect()
}

struct Work<'w, 'o, F: ?Sized> {
    files: &'w F,
    options: &'w Options<'o>,
    lexicon: &'w Lexicon,
    done: AtomicUsize,
    all: AtomicUsize,
}

impl<F: Files + ?Sized> Work<'_, '_, F> {
    fn input(&self, place: usize) -> Vec<Drafted> {
        let path = self.files.name(place);
        let bytes = match self.files.read(place) {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.step();
                return vec![refused(path, String::new(), reason.to_owned())];
            }
        };
        let found = if formats::is_archive(&path, &bytes) {
            self.archive(&path, &bytes)
        } else {
            let shown = formats::base_name(&path).to_owned();
            vec![self.one(path, &shown, &bytes)]
        };
        self.step();
        found
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.files.progress(done, self.all.load(Ordering::Relaxed));
    }

    /// The members of an archive, some at a time. A record names the archive and the path inside, so that a person finds it again.
    fn archive(&self, path: &str, bytes: &[u8]) -> Vec<Drafted> {
        if bytes.len() > formats::MAX_ARCHIVE {
            return vec![refused(path.to_owned(), formats::sha256(bytes), "too-large".to_owned())];
        }
        let folders = path.len() - formats::base_name(path).len();
        let mut found = Vec::new();
        let mut waiting: Vec<Member> = Vec::new();
        let mut held = 0;
        let flush = |waiting: &mut Vec<Member>, found: &mut Vec<Drafted>| {
            self.all.fetch_add(waiting.len(), Ordering::Relaxed);
            found.par_extend(waiting.par_drain(..).map(|member| {
                let drafted = match member.bytes {
                    Ok(bytes) => {
                        let shown = member.path[folders..].to_owned();
                        self.one(member.path, &shown, &bytes)
                    }
                    Err(reason) => refused(member.path, String::new(), reason.to_owned()),
                };
                self.step();
                drafted
            }));
        };
        let leavings = formats::members(path, bytes, &self.options.globs, &mut |member| {
            held += member.bytes.as_ref().map_or(0, Vec::len);
            waiting.push(member);
            if held >= BATCH_BYTES || waiting.len() >= BATCH {
                flush(&mut waiting, &mut found);
                held = 0;
            }
        });
        flush(&mut waiting, &mut found);
        if leavings > 0 {
            let warning = Warning {
                file: path.to_owned(),
                at: 0,
                heading: String::new(),
                kind: WarningKind::Leavings { count: leavings },
            };
            match found.first_mut() {
                Some(first) => first.warnings.insert(0, warning),
                None => found.push(Drafted {
                    warnings: vec![warning],
                    ..refused(path.to_owned(), formats::sha256(bytes), "empty".to_owned())
                }),
            }
        }
        found
    }

    fn one(&self, path: String, shown: &str, bytes: &[u8]) -> Drafted {
        // A reader of foreign bytes that fails takes its file with it and nothing else.
        let drafted = catch_unwind(AssertUnwindSafe(|| self.draft(&path, shown, bytes)));
        drafted.unwrap_or_else(|_| refused(path, formats::sha256(bytes), "crashed".to_owned()))
    }

    fn draft(&self, path: &str, shown: &str, bytes: &[u8]) -> Drafted {
        let source = match formats::read_as(path, shown, bytes, self.options) {
            Ok(source) => source,
            Err(reason) => return refused(path.to_owned(), formats::sha256(bytes), reason),
        };
        let mut read = read(&source, self.lexicon);
        if self.options.force {
            read.items.iter_mut().for_each(|item| item.refused = None);
        }
        let mut entry = SourcePlan {
            path: path.to_owned(),
            format: source.format,
            reader: source.reader,
            remarks: source.remarks,
            encoding: source.encoding,
            sha256: source.sha256,
            chars: read.chars,
            ..SourcePlan::default()
        };
        let index = CharIndex::new(&source.document.text);
        let mut spans = Vec::new();
        for (start, end, owner) in read.spans {
            let apart = |why| Apart { start, end, why, text: index.slice(start, end).to_owned() };
            match owner {
                Owner::Record(item) => spans.push((start, end, item)),
                Owner::Boilerplate(why) => entry.boilerplate.push(apart(why)),
                Owner::Unassigned(why) => entry.unassigned.push(apart(why)),
            }
        }
        Drafted { entry, items: read.items, spans, warnings: read.warnings }
    }
}

fn refused(path: String, sha256: String, reason: String) -> Drafted {
    let entry = SourcePlan::refused(path, sha256, reason);
    Drafted { entry, items: Vec::new(), spans: Vec::new(), warnings: Vec::new() }
}
