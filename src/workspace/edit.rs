//! Records changed and made by hand: values set, files laid out, skeletons.
//!
//! Everything is planned on the text that was just read and written as one batch, which `undo` takes back.

use super::fix::identity;
use super::import::path_of;
use super::import::schema_line;
use crate::archive::Archive;
use crate::archive::Batch;
use crate::archive::Change;
use crate::archive::NewFile;
use crate::archive::Record;
use crate::archive::WriteError;
use crate::archive::apply;
use crate::archive::next_id;
use crate::diag::Finding;
use crate::diag::Severity;
use crate::import::draft_id;
use crate::schema::AssignError;
use crate::schema::Checker;
use crate::schema::Kind;
use crate::schema::Put;
use crate::yaml;
use crate::yaml::SetError;
use crate::yaml::Tree;
use std::collections::BTreeMap;
use std::path::Path;

/// A record with other values, not yet written.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The file, before and after.
    pub change: Change,
    /// The places that were named, `awards[0].level`.
    pub fields: Vec<String>,
}

/// A new record, not yet written.
#[derive(Clone, Debug)]
pub struct Skeleton {
    /// Its id.
    pub id: String,
    /// Its file.
    pub file: NewFile,
    /// The required fields that have no value yet.
    pub missing: Vec<String>,
}

/// Why a record cannot be changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Read(String, std::io::Error),
    /// The file is no record: what is wrong with it, and its text.
    #[error("{0} is no record")]
    Broken(String, Vec<Finding>, String),
    /// An assignment means nothing.
    #[error("{0}: {1}")]
    Assign(String, AssignError),
    /// A value cannot be put there.
    #[error("{0}: {1}")]
    Set(String, SetError),
    /// The id of a record is its file's name and what others call it.
    #[error("the id stays")]
    Key,
    /// The record would have errors that it does not have; with the text that they point into.
    #[error("{0} would be wrong")]
    Refused(String, Vec<Finding>, String),
    /// Another record has the id.
    #[error("the id {0} is taken")]
    Taken(String),
    /// The schemas cannot be used.
    #[error("the schema is broken")]
    Schema(Vec<Finding>),
}

/// Sets values in the records at `paths`, each with the kind it is of; `words` are `F=V`. Records in which nothing changes are left out.
///
/// # Errors
/// [`EditError`] of the first record that cannot be changed: then none is.
pub fn plan_set(
    archive: &Archive,
    paths: &[(&Kind, String)],
    words: &[String],
) -> Result<Vec<Edited>, EditError> {
    let mut edited = Vec::new();
    for (kind, path) in paths {
        let record =
            Record::read(&archive.root, path).map_err(|error| EditError::Read(path.clone(), error))?;
        if record.root.is_none() {
            return Err(EditError::Broken(path.clone(), record.findings, record.text));
        }
        let (after, fields) = assign_all(kind, path, &record.text, words, Some(&kind.key))?;
        if after == record.text {
            continue;
        }
        no_worse(archive, kind, path, &record.text, &after)?;
        let change = Change { path: path.clone(), before: record.text, after };
        edited.push(Edited { change, fields });
    }
    Ok(edited)
}

/// A text with every assignment, and the places that they name. `fixed` is the field that none may change.
fn assign_all(
    kind: &Kind,
    path: &str,
    text: &str,
    words: &[String],
    fixed: Option<&str>,
) -> Result<(String, Vec<String>), EditError> {
    let mut text = text.to_owned();
    let mut fields = Vec::new();
    for word in words {
        let reading = yaml::read(&text);
        let Some(root) = reading.root else {
            return Err(EditError::Broken(path.to_owned(), Vec::new(), text));
        };
        let one = kind.assign(word, Some(&root)).map_err(|error| EditError::Assign(word.clone(), error))?;
        if fixed == Some(one.path.as_str()) {
            return Err(EditError::Key);
        }
        let order = |path: &str| kind.order_at(path);
        let set = match &one.change {
            // What is so already keeps its notation.
            Put::Value(value) if yaml::says(&root, &one.steps, value) => Ok(text.clone()),
            Put::Value(value) => yaml::set(&text, &root, &one.steps, Some(value), &order),
            Put::Items(items) if items.is_empty() => Ok(text.clone()),
            Put::Items(items) => yaml::append(&text, &root, &one.steps, items, &order),
            Put::Nothing => yaml::set(&text, &root, &one.steps, None, &order),
        };
        text = set.map_err(|error| EditError::Set(word.clone(), error))?;
        fields.push(one.path);
    }
    Ok((text, fields))
}

/// Errors that the schema finds in `after` and not in `before`.
fn no_worse(archive: &Archive, kind: &Kind, path: &str, before: &str, after: &str) -> Result<(), EditError> {
    let mut broken = Vec::new();
    let Some(checker) = Checker::new(kind, &archive.references, &mut broken) else {
        return Err(EditError::Schema(broken));
    };
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for finding in errors(&checker, path, before) {
        *known.entry(identity(&finding)).or_default() += 1;
    }
    let new = |finding: &Finding| match known.get_mut(&identity(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    let mut new = new;
    let found: Vec<Finding> = errors(&checker, path, after).into_iter().filter(|f| new(f)).collect();
    if found.is_empty() { Ok(()) } else { Err(EditError::Refused(path.to_owned(), found, after.to_owned())) }
}

fn errors(checker: &Checker, path: &str, text: &str) -> Vec<Finding> {
    let record = Record::parse(path, text.as_bytes());
    let mut findings = record.findings;
    if let Some(root) = &record.root {
        checker.check(Path::new(path), root, &mut findings);
    }
    findings.retain(|finding| finding.severity() == Severity::Error);
    findings
}

/// A record with the values of `words` and an empty line for each other field that its schema requires. `seed` is what a fresh id is made
/// from; `taken` says which ids are in use.
///
/// # Errors
/// [`EditError`].
pub fn plan_new(
    archive: &Archive,
    kind: &Kind,
    words: &[String],
    seed: &str,
    taken: &dyn Fn(&str) -> bool,
    chinese: bool,
) -> Result<Skeleton, EditError> {
    let free = |id: &str| {
        let probe = path_of(kind, id, None);
        !taken(id) && archive.root.join(probe).symlink_metadata().is_err()
    };
    let fresh = (0..).map(|turn| draft_id(seed, turn)).find(|id| free(id)).unwrap_or_default();
    let key = |id: &str| yaml::write(&Tree::Map(vec![(kind.key.clone(), id.into())]));
    let (text, _) = assign_all(kind, "", &key(&fresh), words, None)?;
    let root = yaml::read(&text).root;
    let said = |field: &str| root.as_ref().and_then(|root| kind.text_of(root, field)).map(str::to_owned);
    let id = said(&kind.key).unwrap_or_default();
    if id != fresh && taken(&id) {
        return Err(EditError::Taken(id));
    }
    let path = path_of(kind, &id, said("year").and_then(|year| year.parse().ok()));
    // What a person gave must be right; what is not there yet is what the skeleton is for.
    no_worse(archive, kind, &path, &key(&id), &text)?;
    let mut missing = Vec::new();
    // A line above the first key, so that each key begins behind a line end.
    let mut body = format!("\n{text}");
    for (field, names) in kind.required() {
        let Some(root) = yaml::read(&body).root else { break };
        if root.get(&field).is_some() {
            continue;
        }
        let steps = [yaml::Step::Key(field.clone())];
        let blank = Tree::Bare(String::new());
        let order = |path: &str| kind.order_at(path);
        let label = if chinese { &names.zh } else { &names.en };
        body = yaml::set(&body, &root, &steps, Some(&blank), &order)
            .map_err(|error| EditError::Set(field.clone(), error))?;
        body = body.replace(&format!("\n{field}: \n"), &format!("\n# {label}\n{field}:\n"));
        missing.push(field);
    }
    let text = format!("{}{}", schema_line(archive, kind, &path), body.trim_start_matches('\n'));
    Ok(Skeleton { id, file: NewFile { path, text }, missing })
}

/// Writes changes and new files as one batch, which `undo` takes back; `label` and `time` (seconds since 1970, UTC) are for the list of
/// batches. Gives the batch's name.
///
/// # Errors
/// [`WriteError::Changed`] when a file is not what it was, [`WriteError::Exists`]: then nothing is written. [`WriteError::Io`].
pub fn apply_edits(
    archive: &Archive,
    change: Vec<Change>,
    create: Vec<NewFile>,
    label: &str,
    time: i64,
) -> Result<String, WriteError> {
    let seed: String =
        change.iter().map(|c| c.after.as_str()).chain(create.iter().map(|c| c.text.as_str())).collect();
    let id = next_id(&archive.root, seed.as_bytes());
    let batch = Batch { id: id.clone(), label: label.to_owned(), time, change, create, ..Batch::default() };
    apply(&archive.root, &batch)?;
    Ok(id)
}
