//! The engine that anku ships: tantivy for grams, words and keys, a side file for texts.
//!
//! Owns everything under `.anku/index`. All of it is derived: any doubt about it (another version,
//! another schema, a torn file) ends in a rebuild, never in an answer. Grams decide which records
//! match, words only rank them; texts of three characters and more are confirmed in the side file.

mod data;
mod engine;
mod fields;
mod files;
mod layered;
mod litter;
mod prepare;
mod queue;
mod seal;
mod update;

pub use engine::IndexEngine;
pub use layered::LayeredEngine;
pub use prepare::Prepared;
pub use prepare::RAW;
pub use prepare::prepare;
pub use update::rebuild;
pub use update::update;

use crate::archive::Archive;
use crate::archive::FileStat;
use crate::archive::hash_of;
use crate::archive::stat;
use crate::facts;
use crate::search::Engine as _;
use crate::text::fold;
use crate::text::segment;
use data::Data;
use data::Lengths;
use engine::Places;
use fields::Fields;
use files::Files;
use seal::Sealed;
use serde_json::Value;
use std::path::Path;
use std::path::PathBuf;
use tantivy::ReloadPolicy;
use tantivy::Searcher;
use tantivy::TantivyError;

/// The layout of the index; raised with every change of it.
const FORMAT: u32 = 8;
/// The index's folder under the archive's state.
const FOLDER: &str = "index";
/// Where a rebuild grows until it takes the index's place.
const NEW_FOLDER: &str = "index.new";

/// Why an index cannot be used as it is.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is none yet.
    #[error("no index yet")]
    Missing,
    /// Another version, schema, dictionary or folding made it.
    #[error("made by another version, schema or dictionary")]
    Outdated,
    /// It is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The file system refused.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Io(PathBuf, std::io::Error),
    /// tantivy refused.
    #[error("{0}")]
    Tantivy(#[from] TantivyError),
}

impl IndexError {
    /// What of the index is damaged; `None` where there is no index, or another version made it.
    pub fn damage(&self) -> Option<String> {
        match self {
            IndexError::Missing | IndexError::Outdated => None,
            IndexError::Damaged(what) => Some(what.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// An index opened for reading, as of one commit.
pub struct Index {
    searcher: Searcher,
    fields: Fields,
    data: Data,
    /// By segment.
    places: Vec<Places>,
    /// The manifest's file: only a look at the files needs what is in it.
    manifest: PathBuf,
    broken: Vec<String>,
}

/// What an index does not know of the files yet.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    /// New files, and files whose content differs.
    pub changed: Vec<FileStat>,
    /// Paths that are gone.
    pub gone: Vec<String>,
    /// Same content under other stamps, or stamps old enough now to be trusted.
    pub restamped: Vec<FileStat>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}

impl Changes {
    /// Whether the index answers rightly as it stands.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }

    /// How many records a refresh would touch.
    pub fn len(&self) -> usize {
        self.changed.len() + self.gone.len()
    }
}

fn folder(archive: &Archive) -> PathBuf {
    archive.state().join(FOLDER)
}

/// What an index of this archive must have been made with.
fn identity(archive: &Archive) -> String {
    let versions = (fold::VERSION, segment::JIEBA, facts::VERSION);
    format!("{FORMAT}|{}|{}|{}|{}", versions.0, versions.1, versions.2, archive.identity)
}

impl Index {
    /// Opens the archive's index.
    ///
    /// # Errors
    /// Every reason to rebuild it: [`IndexError::Missing`], [`IndexError::Outdated`],
    /// [`IndexError::Damaged`]; or that the file system does not let us read it.
    pub fn open(archive: &Archive) -> Result<Index, IndexError> {
        Index::open_in(&folder(archive), &identity(archive))
    }

    fn open_in(folder: &Path, identity: &str) -> Result<Index, IndexError> {
        if !folder.join("meta.json").is_file() {
            return Err(IndexError::Missing);
        }
        // tantivy's own words for a broken meta.json hold all of it.
        let index = tantivy::Index::open_in_dir(folder).map_err(|error| match error {
            TantivyError::DataCorruption(_) => IndexError::Damaged("meta.json".to_owned()),
            error => IndexError::Tantivy(error),
        })?;
        let meta = index.load_metas()?;
        // Before a byte of them is believed.
        let sealed = seal::compare(folder, meta.opstamp)?;
        let payload: Value =
            meta.payload.as_deref().and_then(|p| serde_json::from_str(p).ok()).unwrap_or_default();
        if payload["identity"].as_str() != Some(identity) {
            return Err(IndexError::Outdated);
        }
        let data = Data::open(folder).map_err(|error| IndexError::Io(folder.to_owned(), error))?;
        let have = data.lengths();
        let wanted = |name: &str| payload[name].as_u64().unwrap_or(u64::MAX);
        let wanted = Lengths { cards: wanted("cards"), texts: wanted("texts"), facts: wanted("facts") };
        if have.cards < wanted.cards || have.texts < wanted.texts || have.facts < wanted.facts {
            return Err(IndexError::Damaged("texts".to_owned()));
        }
        fields::register(&index);
        let (schema, fields) = Fields::new();
        if index.schema() != schema {
            return Err(IndexError::Outdated);
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = tantivy::IndexReader::searcher(&reader);
        let places = searcher.segment_readers().iter().map(Places::of).collect::<Result<_, _>>()?;
        let manifest = folder.join(files_name(meta.opstamp));
        let broken = payload["broken"].as_array().into_iter().flatten();
        let broken = broken.filter_map(|path| path.as_str().map(str::to_owned)).collect();
        let index = Index { searcher, fields, data, places, manifest, broken };
        if sealed == Sealed::Missing {
            index.examine()?;
            // Where it cannot be written the next answer examines once more.
            let _ = seal::seal(folder, index.searcher.index(), wanted);
        }
        Ok(index)
    }

    /// Reads everything: what is done for a commit whose run was killed before it could seal it.
    fn examine(&self) -> Result<(), IndexError> {
        if let Some(path) = self.searcher.index().validate_checksum()?.into_iter().min() {
            return Err(IndexError::Damaged(path.display().to_string()));
        }
        if self.is_sound() { Ok(()) } else { Err(IndexError::Damaged("texts".to_owned())) }
    }

    /// Whether every record's texts can be read: what is asked when an answer has failed.
    pub fn is_sound(&self) -> bool {
        let engine = IndexEngine::new(self);
        (0..engine.slots()).all(|doc| engine.check(doc).is_ok())
    }

    /// Reads every byte that was sealed; gives the names of the files that are not what they were.
    pub fn damages(&self) -> Vec<String> {
        let folder = self.manifest.parent().unwrap_or(Path::new(""));
        let opstamp = self.searcher.index().load_metas().map(|meta| meta.opstamp);
        let known = opstamp.ok().and_then(|opstamp| seal::check(folder, opstamp));
        known.unwrap_or_else(|| self.examine().err().map(|error| error.to_string()).into_iter().collect())
    }

    /// How many records it holds.
    pub fn records(&self) -> usize {
        usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX)
    }

    /// When it was last brought up to date, in nanoseconds since 1970 by the clock of its file system.
    pub fn built(&self) -> Option<i64> {
        std::fs::metadata(&self.manifest).ok().map(|meta| stat(String::new(), 0, &meta).mtime)
    }

    /// Paths of files that are no readable record; they are searched as raw text.
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    /// What the index has seen of the files.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when the manifest is gone, torn or another commit's.
    pub fn seen(&self) -> Result<Manifest, IndexError> {
        let files = Files::read(&self.manifest).filter(|files| files.rows.len() == self.records());
        files.map(Manifest).ok_or_else(|| IndexError::Damaged("manifest".to_owned()))
    }
}

/// The state of every file as the index has seen it: its manifest.
#[derive(Debug)]
pub struct Manifest(Files);

impl Manifest {
    /// Compares the files on disk with what the index has seen. Stamps that differ in any way, or
    /// were too young to be trusted, are settled by the content. `walk` is sorted by path.
    pub fn compare(&self, archive: &Archive, walk: &[FileStat]) -> Changes {
        let mut changes = Changes::default();
        let mut rows = self.0.rows.iter().peekable();
        for stat in walk {
            while let Some(row) = rows.next_if(|row| row.stat.path < stat.path) {
                changes.gone.push(row.stat.path.clone());
            }
            match rows.next_if(|row| row.stat.path == stat.path) {
                // A new file that cannot be read is not a change that a refresh could take in.
                None => match std::fs::File::open(archive.root.join(&stat.path)) {
                    Ok(_) => changes.changed.push(stat.clone()),
                    Err(error) => changes.unreadable.push((stat.path.clone(), error.to_string())),
                },
                Some(row) if row.stat == *stat && !row.racy => {}
                Some(row) => match hash_of(&archive.root, &stat.path) {
                    Ok(hash) if hash == row.hash && row.stat.kind == stat.kind => {
                        changes.restamped.push(stat.clone());
                    }
                    Ok(_) => changes.changed.push(stat.clone()),
                    // Gone between walk and read; the next look will see it.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        changes.gone.push(stat.path.clone());
                    }
                    Err(error) => {
                        changes.unreadable.push((stat.path.clone(), error.to_string()));
                        changes.gone.push(stat.path.clone());
                    }
                },
            }
        }
        changes.gone.extend(rows.map(|row| row.stat.path.clone()));
        changes
    }

    /// How many of these paths the index has a record of.
    pub fn records<'p>(&self, paths: impl Iterator<Item = &'p str>) -> usize {
        self.numbers(paths).len()
    }

    /// The numbers of the records at these paths, as far as the index has them.
    fn numbers<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Vec<u64> {
        let rows = &self.0.rows;
        let place = |path: &str| rows.binary_search_by(|row| row.stat.path.as_str().cmp(path)).ok();
        paths.filter_map(place).map(|at| rows[at].number).collect()
    }
}

/// Throws the archive's index away; the next look builds it anew. Where that cannot be done, the next
/// look finds the same damage.
pub fn discard(archive: &Archive) {
    std::fs::remove_dir_all(folder(archive)).ok();
}

fn files_name(opstamp: u64) -> String {
    format!("files-{opstamp}")
}
