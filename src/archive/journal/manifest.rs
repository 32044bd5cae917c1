//! What a batch's folder holds: the list of its files, and their contents before and after.
//!
//! Must not know when it is written or read.

use super::Batch;
use super::BatchInfo;
use super::place::Found;
use serde::Deserialize;
use serde::Serialize;
use std::fs::File;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;

/// The journal's own files in a batch's folder.
pub(super) const OWN: &[&str] = &[MANIFEST, NEW_MANIFEST, BEFORE, AFTER];
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const NEW_MANIFEST: &str = "manifest.json.new";
pub(super) const BEFORE: &str = "before";
pub(super) const AFTER: &str = "after";

/// The version of the layout.
const VERSION: u32 = 1;

/// What a batch does, file by file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    v: u32,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undoes: Option<String>,
    pub(super) entries: Vec<Entry>,
    /// Folders that the batch makes, outer ones first.
    #[serde(default)]
    pub(super) made: Vec<String>,
    /// Folders that go at the end where they are empty then.
    #[serde(default)]
    pub(super) dropped: Vec<String>,
}

/// One file: created (nothing before), changed, or removed (nothing after).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) before: Option<Piece>,
    pub(super) after: Option<Piece>,
}

/// A content, and where it lies in the file of contents.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Piece {
    hash: String,
    at: u64,
    len: u64,
}

impl Piece {
    /// Puts a content at the end of the contents.
    fn put(text: &str, contents: &mut Vec<u8>) -> Piece {
        let piece = Piece { hash: hash(text.as_bytes()), at: contents.len() as u64, len: text.len() as u64 };
        contents.extend_from_slice(text.as_bytes());
        piece
    }

    /// Whether these bytes are the content.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        self.len == bytes.len() as u64 && self.hash == hash(bytes)
    }

    /// The content, out of the file of contents.
    ///
    /// # Errors
    /// The file cannot be read, or what it holds is not what was put into it.
    pub(super) fn get(&self, contents: &mut File) -> std::io::Result<Vec<u8>> {
        let damaged = || std::io::Error::new(std::io::ErrorKind::InvalidData, "damaged journal");
        contents.seek(SeekFrom::Start(self.at))?;
        let mut bytes = Vec::new();
        contents.take(self.len).read_to_end(&mut bytes)?;
        if self.is(&bytes) { Ok(bytes) } else { Err(damaged()) }
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

impl Entry {
    /// Whether a file is as the batch wants it.
    pub(super) fn is_in_place(&self, found: &Found) -> bool {
        matches(self.after.as_ref(), found)
    }

    /// Whether a file is as the batch found it.
    pub(super) fn is_untouched(&self, found: &Found) -> bool {
        matches(self.before.as_ref(), found)
    }
}

fn matches(piece: Option<&Piece>, found: &Found) -> bool {
    match (piece, found) {
        (None, Found::Nothing) => true,
        (Some(piece), Found::Bytes(bytes)) => piece.is(bytes),
        _ => false,
    }
}

impl Manifest {
    /// The manifest of a batch, and the contents before and after. Files in order of their paths.
    pub(super) fn of(batch: &Batch, made: Vec<String>) -> (Manifest, Vec<u8>, Vec<u8>) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let create = batch.create.iter().map(|f| (&f.path, None, Some(&f.text)));
        let change = batch.change.iter().map(|f| (&f.path, Some(&f.before), Some(&f.after)));
        let remove = batch.remove.iter().map(|f| (&f.path, Some(&f.before), None));
        let mut files: Vec<_> = create.chain(change).chain(remove).collect();
        files.sort_by_key(|(path, ..)| *path);
        let entries = files
            .into_iter()
            .map(|(path, old, new)| Entry {
                path: path.clone(),
                before: old.map(|text| Piece::put(text, &mut before)),
                after: new.map(|text| Piece::put(text, &mut after)),
            })
            .collect();
        let manifest = Manifest {
            v: VERSION,
            id: batch.id.clone(),
            label: batch.label.clone(),
            time: batch.time,
            undoes: batch.undoes.clone(),
            entries,
            made,
            dropped: batch.drop_folders.clone(),
        };
        (manifest, before, after)
    }

    /// Reads the manifest in a batch's folder.
    ///
    /// # Errors
    /// It cannot be read, is none, or names a path outside the archive.
    pub(super) fn read(place: &Path) -> std::io::Result<Manifest> {
        let bytes = std::fs::read(place.join(MANIFEST))?;
        let wrong = |what: String| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if manifest.v != VERSION {
            return Err(wrong(format!("journal of version {}", manifest.v)));
        }
        let paths = manifest.entries.iter().map(|entry| &entry.path);
        match paths.chain(&manifest.made).chain(&manifest.dropped).find(|path| !is_plain(path)) {
            Some(path) => Err(wrong(path.clone())),
            None => Ok(manifest),
        }
    }

    /// The manifest's bytes.
    ///
    /// # Errors
    /// Never in practice: it holds nothing that JSON cannot.
    pub(super) fn bytes(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What it says to those who list batches.
    pub(super) fn info(self) -> BatchInfo {
        let mut info = BatchInfo {
            id: self.id,
            label: self.label,
            time: self.time,
            created: Vec::new(),
            changed: Vec::new(),
            removed: Vec::new(),
            undoes: self.undoes,
            undone_by: None,
            beside: Vec::new(),
        };
        for entry in self.entries {
            match (entry.before, entry.after) {
                (None, _) => info.created.push(entry.path),
                (Some(_), Some(_)) => info.changed.push(entry.path),
                (Some(_), None) => info.removed.push(entry.path),
            }
        }
        info
    }
}

/// Whether a path stays inside the archive and out of its state.
pub(super) fn is_plain(path: &str) -> bool {
    let state = path.split('/').next() == Some(super::STATE);
    !state
        && !path.is_empty()
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && super::super::is_inside(Path::new(path))
}
