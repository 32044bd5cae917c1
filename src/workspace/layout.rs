//! `fmt`: which records would be laid out otherwise, and which are left as they are.

use super::validate::is_wanted;
use crate::archive::Archive;
use crate::archive::Change;
use crate::archive::Record;
use crate::diag::Finding;
use crate::yaml::LayoutError;
use crate::yaml::layout;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::path::PathBuf;

/// What `fmt` would do.
#[derive(Debug, Default)]
pub struct Laid {
    /// How many records were looked at.
    pub checked: usize,
    /// The files that change, by path.
    pub changes: Vec<Change>,
    /// The files that are left alone because a comment or a mark in them has no place in the layout.
    pub left: Vec<String>,
    /// The files that are no records: what is wrong with each, and its text.
    pub broken: Vec<(Vec<Finding>, (PathBuf, String))>,
    /// The files and folders that cannot be read.
    pub unreadable: Vec<(String, std::io::Error)>,
    /// The paths that lead to no record.
    pub strangers: Vec<PathBuf>,
}

enum One {
    Same,
    Change(Change),
    Left(String),
    Broken(Vec<Finding>, (PathBuf, String)),
    Unreadable(String, std::io::Error),
}

/// Lays out the records under `paths` (absolute; all records when there are none).
pub fn plan_layout(archive: &Archive, paths: &[PathBuf]) -> Laid {
    let mut laid = Laid::default();
    let (walk, errors) = archive.walk();
    for error in errors {
        let path = archive.relative(&error.path).unwrap_or_else(|| error.path.display().to_string());
        laid.unreadable.push((path, std::io::Error::other(error.error.to_string())));
    }
    let wanted: Vec<_> = walk.iter().filter(|stat| is_wanted(archive, paths, &stat.path)).collect();
    let reached = |path: &PathBuf| wanted.iter().any(|stat| archive.root.join(&stat.path).starts_with(path));
    // A folder may be empty.
    laid.strangers.extend(paths.iter().filter(|path| !reached(path) && !path.is_dir()).cloned());
    let done: Vec<One> = wanted
        .par_iter()
        .map(|stat| {
            let record = match Record::read(&archive.root, &stat.path) {
                Ok(record) => record,
                Err(error) => return One::Unreadable(stat.path.clone(), error),
            };
            let kind = &archive.kinds[stat.kind];
            match layout(&record.text, &|path| kind.order_at(path)) {
                Ok(after) if after == record.text => One::Same,
                Ok(after) => One::Change(Change { path: stat.path.clone(), before: record.text, after }),
                Err(LayoutError::Broken) => {
                    One::Broken(record.findings, (PathBuf::from(&stat.path), record.text))
                }
                Err(LayoutError::Form | LayoutError::Differs) => One::Left(stat.path.clone()),
            }
        })
        .collect();
    laid.checked = done.len();
    for one in done {
        match one {
            One::Same => {}
            One::Change(change) => laid.changes.push(change),
            One::Left(path) => laid.left.push(path),
            One::Broken(findings, text) => laid.broken.push((findings, text)),
            One::Unreadable(path, error) => laid.unreadable.push((path, error)),
        }
    }
    laid
}
