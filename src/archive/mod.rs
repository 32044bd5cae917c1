//! Records as files: where an archive is, what it declares, which files it has, how they are read
//! and written.
//!
//! Owns the file system side of an archive. Files are the truth: nothing here keeps a record in
//! memory beyond the call that reads it, and nothing writes one without having just read it.

mod card;
mod journal;
mod kept;
mod lock;
mod merge;
mod place_rules;
mod record;
mod residue;
mod rules;
mod settings;
mod shipped;
mod synonyms;
mod walk;
mod write;

pub use card::Card;
pub use journal::{
    Batch, BatchFault, BatchInfo, Change, RETAINED, Recovered, Removal, Step, UndoError, Undoing, Unfinished,
    apply, apply_watched, batch_faults, batches, leftovers, next_id, plan_undo, recover, recover_watched,
    sweep, unfinished,
};
pub use lock::{Lock, LockError};
pub use merge::{Lost, Merge, merge};
pub use record::{Record, hash_of, read_text};
pub use residue::Residue;
pub use rules::{Parsed, check_all};
pub use settings::Settings;
pub use shipped::{SHIPPED, new_archive, shipped};
pub use synonyms::SYNONYMS;
pub use walk::{FileStat, WalkError, stat};
pub use write::{NewFile, WriteError, commit, create_folder, replace};

use crate::diag::Code;
use crate::diag::Finding;
use crate::schema::Kind;
use crate::schema::References;
use crate::yaml;
use crate::yaml::Node;
use kept::Kept;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// The file that marks an archive's root.
pub const ROOT_FILE: &str = "anku.yaml";
/// The folder of everything that can be deleted and comes back by itself.
pub const STATE: &str = ".anku";
/// The archive's own words for segmentation, one a line.
pub const TERMS: &str = "dict/terms.txt";
/// Vocabularies and other word lists.
pub const VOCABULARIES: &str = "schemas/vocab";

/// Word lists that no schema names and that derived state is made with all the same.
const DERIVING: [&str; 2] = ["quantities", "units"];

/// An opened archive: its settings and kinds. Records are read when asked for.
#[derive(Debug)]
pub struct Archive {
    /// The folder that holds `anku.yaml`, absolute.
    pub root: PathBuf,
    /// What `anku.yaml` says.
    pub settings: Settings,
    /// The kinds of record, in the order of `anku.yaml`.
    pub kinds: Vec<Kind>,
    /// The vocabularies that the schemas point at.
    pub references: References,
    /// BLAKE3 of `anku.yaml`, the schemas, the archive's own terms and units: what an index depends on.
    pub identity: String,
    /// Whether nothing had to be parsed to open it.
    kept: bool,
}

/// Why an archive could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No `anku.yaml` here or above.
    #[error("no {ROOT_FILE} in {} or above it", .0.display())]
    NotFound(PathBuf),
    /// The archive's own files are broken: each with its place.
    #[error("{} findings in the archive's own files", .0.findings.len())]
    Broken(Box<Broken>),
}

/// Findings in an archive's own files, with the texts they point into.
#[derive(Debug, Default)]
pub struct Broken {
    /// What is wrong, in order of file and place.
    pub findings: Vec<Finding>,
    /// The files' texts, by path relative to the root.
    pub texts: Vec<(PathBuf, String)>,
}

/// Why an archive's word lists cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// A file is broken: with findings.
    #[error("a word list of the archive is broken")]
    Broken(Box<Broken>),
    /// It says something that means nothing.
    #[error("{0}")]
    Content(String),
}

impl Archive {
    /// Looks for an archive's root in a folder and above it.
    ///
    /// # Errors
    /// [`OpenError::NotFound`].
    pub fn find(start: &Path) -> Result<PathBuf, OpenError> {
        start
            .ancestors()
            .find(|folder| folder.join(ROOT_FILE).is_file())
            .map(Path::to_owned)
            .ok_or_else(|| OpenError::NotFound(start.to_owned()))
    }

    /// Opens the archive whose root is `root`: reads its settings and schemas, no records.
    ///
    /// # Errors
    /// [`OpenError::NotFound`] without `anku.yaml`, [`OpenError::Broken`] with every finding in
    /// settings and schemas.
    pub fn open(root: &Path) -> Result<Archive, OpenError> {
        Archive::load(Loader { known: Kept::read(root), ..Loader::new(root) }, &mut Kept::default())
    }

    /// Whether the next command will find its settings and schemas parsed.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// Keeps what opening the archive parsed, so that the next command need not. Where it cannot be written
    /// the next command parses again. The caller holds the archive's lock.
    pub fn keep(&self) {
        let mut parsed = Kept::default();
        if !self.kept && Archive::load(Loader::new(&self.root), &mut parsed).is_ok() {
            parsed.write(&self.root).ok();
        }
    }

    fn load(mut loader: Loader<'_>, parsed: &mut Kept) -> Result<Archive, OpenError> {
        let root = loader.root;
        if !root.join(ROOT_FILE).is_file() {
            return Err(OpenError::NotFound(root.to_owned()));
        }
        let settings =
            loader.node(Path::new(ROOT_FILE)).map(|node| Settings::read(&node, &mut loader.broken.findings));
        let settings = settings.unwrap_or_default();
        let mut kinds = Vec::new();
        let mut references = References::new();
        for kind in &settings.kinds {
            let Some(schema) = loader.node(&kind.schema) else { continue };
            loader.references(&schema, &kind.schema, &mut references);
            let mut read =
                Kind::read(&kind.name, schema, &kind.schema, &references, &mut loader.broken.findings);
            read.folder.clone_from(&kind.folder);
            if let Some(file) = &kind.file {
                read.file.clone_from(file);
            }
            kinds.push(read);
        }
        if let Ok(terms) = std::fs::read(root.join(TERMS)) {
            loader.hasher.update(&terms);
        }
        for name in DERIVING {
            if let Ok(list) = std::fs::read(root.join(format!("{VOCABULARIES}/{name}.yaml"))) {
                loader.hasher.update(name.as_bytes());
                loader.hasher.update(&list);
            }
        }
        let identity = loader.hasher.finalize().to_hex()[..32].to_owned();
        let kept = loader.parsed.is_empty();
        *parsed = loader.parsed;
        let mut broken = loader.broken;
        broken.findings.sort();
        broken.findings.dedup();
        if broken.findings.is_empty() {
            Ok(Archive { root: root.to_owned(), settings, kinds, references, identity, kept })
        } else {
            Err(OpenError::Broken(Box::new(broken)))
        }
    }

    /// The kind with this name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// The folder of derived state.
    pub fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// The archive's own terms, one a line; `#` begins a comment.
    pub fn terms(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.root.join(TERMS)).unwrap_or_default();
        text.lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim())
            .filter(|term| !term.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A word list of the archive (`boilerplate`, `programmes`, …), or the shipped one where the
    /// archive has none.
    ///
    /// # Errors
    /// The findings in the file, when it is broken.
    pub fn word_list(&self, name: &str) -> Result<Node, Box<Broken>> {
        let path = PathBuf::from(format!("{VOCABULARIES}/{name}.yaml"));
        if !self.root.join(&path).is_file()
            && let Some(text) = shipped(&format!("{VOCABULARIES}/{name}.yaml"))
            && let Some(root) = yaml::read(text).root
        {
            return Ok(root);
        }
        let mut loader = Loader::new(&self.root);
        loader.node(&path).ok_or(Box::new(loader.broken))
    }

    /// A path relative to the root, with `/` between its parts; `None` outside the archive.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }
}

/// Whether a path in a settings file stays inside the archive.
pub(crate) fn is_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        && path.components().next().is_some()
}

/// Reads the archive's own files and collects what is wrong with them.
struct Loader<'r> {
    root: &'r Path,
    broken: Broken,
    hasher: blake3::Hasher,
    /// Trees that earlier commands have parsed.
    known: Kept,
    /// Those that had to be parsed now.
    parsed: Kept,
}

impl<'r> Loader<'r> {
    fn new(root: &'r Path) -> Loader<'r> {
        let (known, parsed) = (Kept::default(), Kept::default());
        Loader { root, broken: Broken::default(), hasher: blake3::Hasher::new(), known, parsed }
    }

    fn node(&mut self, path: &Path) -> Option<Node> {
        let bytes = match std::fs::read(self.root.join(path)) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.broken.findings.push(Finding::new(Code::Unreadable, path, None).arg("detail", error));
                return None;
            }
        };
        self.hasher.update(path.to_string_lossy().as_bytes());
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(&bytes);
        let (text, root, problems) = match self.known.take(path, &bytes) {
            // They were text when they were parsed.
            Some(root) => (String::from_utf8(bytes).unwrap_or_default(), Some(root), Vec::new()),
            None => {
                let parsed = record::parse(path, &bytes);
                parsed.1.iter().for_each(|root| self.parsed.add(path, &bytes, root));
                parsed
            }
        };
        let good = problems.is_empty();
        if !good {
            self.broken.findings.extend(problems);
        }
        // Later findings in this file (an unknown key, a bad reference) need its text too.
        if !self.broken.texts.iter().any(|(known, _)| known == path) {
            self.broken.texts.push((path.to_owned(), text));
        }
        root.filter(|_| good)
    }

    /// Reads every file that a schema names with `$ref`.
    fn references(&mut self, schema: &Node, path: &Path, references: &mut References) {
        let mut wanted = Vec::new();
        collect_references(schema, &mut wanted);
        for (name, span) in wanted {
            let file = name.split('#').next().unwrap_or_default();
            if file.is_empty() || references.contains_key(&name) || name.contains("://") {
                continue;
            }
            let target = path.parent().unwrap_or(Path::new("")).join(file);
            if !is_inside(&target) || !self.root.join(&target).is_file() {
                let rule = if is_inside(&target) { "missing" } else { "outside" };
                let finding = Finding::new(Code::BadReference, path, Some(span)).field("$ref");
                self.broken.findings.push(finding.arg("rule", rule).arg("name", &name));
                continue;
            }
            if let Some(node) = self.node(&target) {
                references.insert(name, (target, node));
            }
        }
    }
}

fn collect_references(node: &Node, out: &mut Vec<(String, crate::diag::Span)>) {
    for entry in node.entries() {
        if entry.key == "$ref"
            && let Some(name) = entry.value.text()
        {
            out.push((name.to_owned(), entry.value.span));
        }
        collect_references(&entry.value, out);
    }
    for item in node.items() {
        collect_references(item, out);
    }
}
