//! Every check of every file, in one run.

use super::score::ScoreError;
use crate::archive::Archive;
use crate::archive::Broken;
use crate::archive::Parsed;
use crate::archive::Record;
use crate::archive::Residue;
use crate::archive::VOCABULARIES;
use crate::archive::check_all;
use crate::diag::Code;
use crate::diag::Finding;
use crate::schema::Checker;
use crate::schema::lint;
use crate::yaml::Node;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// What a validation found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many files were looked at.
    pub checked: usize,
    /// Everything that is wrong, sorted by file and place.
    pub findings: Vec<Finding>,
    /// The texts that the findings point into, by path relative to the archive.
    pub texts: Vec<(PathBuf, String)>,
}

/// Validates the records under `paths` (absolute; all records when there are none). Rules across
/// records always look at the whole archive: an id can repeat one in another folder.
pub fn validate(archive: &Archive, paths: &[PathBuf], progress: &dyn Fn(usize, usize)) -> Outcome {
    validate_as(archive, paths, &BTreeMap::new(), progress)
}

/// As [`validate`], with other texts in the place of some files': what would be found if they were
/// written.
pub(super) fn validate_as(
    archive: &Archive,
    paths: &[PathBuf],
    texts: &BTreeMap<String, String>,
    progress: &dyn Fn(usize, usize),
) -> Outcome {
    let mut outcome = Outcome::default();
    // The schemas first: what a broken one says of the records means nothing.
    let mut checkers = Vec::new();
    for kind in &archive.kinds {
        lint(&kind.schema, &kind.schema_path, &archive.references, &mut outcome.findings);
        checkers.push(Checker::new(kind, &archive.references, &mut outcome.findings));
    }
    let residue = residue(archive, &mut outcome);
    if paths.is_empty() {
        schemes(archive, &mut outcome);
    }
    if !outcome.findings.is_empty() {
        outcome.findings.sort();
        outcome.findings.dedup();
        outcome.take_texts(archive, &[]);
        return outcome;
    }

    let (walk, errors) = archive.walk();
    for error in errors {
        let path = archive.relative(&error.path).unwrap_or_default();
        let detail = error.error.to_string();
        outcome.findings.push(Finding::new(Code::Unreadable, path, None).arg("detail", detail));
    }
    let read: Vec<_> = walk
        .par_iter()
        .map(|stat| {
            let record = match texts.get(&stat.path) {
                Some(text) => Ok(Record::parse(&stat.path, text.as_bytes())),
                None => Record::read(&archive.root, &stat.path).map_err(|error| (stat.path.clone(), error)),
            };
            (stat.kind, record)
        })
        .collect();
    progress(walk.len() / 2, walk.len());
    let mut records: Vec<(usize, Record)> = Vec::with_capacity(read.len());
    for (kind, result) in read {
        match result {
            Ok(record) => records.push((kind, record)),
            Err((path, error)) => {
                outcome.findings.push(Finding::new(Code::Unreadable, path, None).arg("detail", error));
            }
        }
    }
    outsiders(archive, paths, texts, &mut records, &mut outcome);
    outcome.checked = records.iter().filter(|(_, record)| is_wanted(archive, paths, &record.path)).count();
    let found: Vec<Vec<Finding>> = records
        .par_iter()
        .map(|(kind, record)| {
            let mut findings = record.findings.clone();
            if let (Some(root), Some(Some(checker))) = (&record.root, checkers.get(*kind)) {
                let path = Path::new(&record.path);
                checker.check(path, root, &mut findings);
                let parsed = Parsed { path, kind: &archive.kinds[*kind], root };
                residue.check(&parsed, &record.text, &mut findings);
            }
            findings
        })
        .collect();
    outcome.findings.extend(found.into_iter().flatten());

    let parsed: Vec<Parsed<'_>> = records
        .iter()
        .filter_map(|(kind, record)| {
            let root = record.root.as_ref()?;
            Some(Parsed { path: Path::new(&record.path), kind: &archive.kinds[*kind], root })
        })
        .collect();
    let path = PathBuf::from(format!("{VOCABULARIES}/programmes.yaml"));
    let programmes: Option<Node> = archive.word_list("programmes").ok();
    let exists = |file: &str| archive.root.join(file).is_file();
    check_all(
        &parsed,
        programmes.as_ref().map(|node| (path.as_path(), node)),
        &exists,
        &mut outcome.findings,
    );

    // What a list seems to lack may stand in a file that could not be read.
    if parsed.len() < records.len() {
        outcome.findings.retain(|finding| !matches!(finding.code, Code::RankGap | Code::DeclaredTotal));
    }
    outcome.findings.retain(|finding| {
        let path = finding.path.to_string_lossy();
        finding.path == path_of(VOCABULARIES, &path) || is_wanted(archive, paths, &path)
    });
    outcome.findings.sort_by(|a, b| (&a.path, a.span, a.code, a).cmp(&(&b.path, b.span, b.code, b)));
    outcome.findings.dedup();
    outcome.take_texts(archive, &records);
    progress(walk.len(), walk.len());
    outcome
}

/// The schemes of the archive are settings too: one that does not add up is found before anybody counts.
fn schemes(archive: &Archive, outcome: &mut Outcome) {
    for name in super::score::own_schemes(archive) {
        match super::score::scheme(archive, &name) {
            Err(ScoreError::Broken(broken)) => outcome.findings.extend(broken.findings),
            Err(ScoreError::Io { path, error }) => {
                outcome.findings.push(Finding::new(Code::Unreadable, path, None).arg("detail", error));
            }
            Ok(_) | Err(_) => {}
        }
    }
}

/// The rules of residue; what is wrong with their files goes to the findings.
fn residue(archive: &Archive, outcome: &mut Outcome) -> Residue {
    let broken = |error: Box<Broken>, outcome: &mut Outcome| outcome.findings.extend(error.findings);
    let path = PathBuf::from(format!("{VOCABULARIES}/residue.yaml"));
    let boilerplate = archive.word_list("boilerplate").map_err(|error| broken(error, outcome)).ok();
    match archive.word_list("residue") {
        Ok(root) => Residue::read(&root, &path, boilerplate.as_ref(), &mut outcome.findings),
        Err(error) => {
            broken(error, outcome);
            Residue::default()
        }
    }
}

/// The path itself when it lies under a folder, for telling the archive's own files from records.
fn path_of(folder: &str, path: &str) -> PathBuf {
    if path.starts_with(folder) { PathBuf::from(path) } else { PathBuf::new() }
}

pub(super) fn is_wanted(archive: &Archive, paths: &[PathBuf], path: &str) -> bool {
    paths.is_empty() || paths.iter().any(|wanted| archive.root.join(path).starts_with(wanted))
}

/// Files that were named on the command line and are no records of a walk: outside every kind's
/// folder, hidden, or missing. The first kind's schema is meant.
fn outsiders(
    archive: &Archive,
    paths: &[PathBuf],
    texts: &BTreeMap<String, String>,
    records: &mut Vec<(usize, Record)>,
    outcome: &mut Outcome,
) {
    for path in paths {
        if path.is_dir() {
            continue;
        }
        let relative = archive.relative(path).unwrap_or_else(|| path.to_string_lossy().into_owned());
        if records.iter().any(|(_, record)| record.path == relative) || archive.kinds.is_empty() {
            continue;
        }
        let already = outcome.findings.iter().any(|finding| finding.path == Path::new(&relative));
        let read = match texts.get(&relative) {
            Some(text) => Ok(Record::parse(&relative, text.as_bytes())),
            None => Record::read(&archive.root, &relative),
        };
        match read {
            Ok(record) => records.push((0, record)),
            Err(_) if already => {}
            Err(error) => {
                outcome.findings.push(Finding::new(Code::Unreadable, relative, None).arg("detail", error));
            }
        }
    }
}

impl Outcome {
    /// Keeps the texts that findings point into, and drops the others.
    fn take_texts(&mut self, archive: &Archive, records: &[(usize, Record)]) {
        let mut wanted: Vec<PathBuf> = self.findings.iter().map(|finding| finding.path.clone()).collect();
        wanted.extend(self.findings.iter().filter_map(|f| f.related.as_ref().map(|(path, _)| path.clone())));
        wanted.sort();
        wanted.dedup();
        for path in wanted {
            let record = records.iter().find(|(_, record)| Path::new(&record.path) == path);
            let text = match record {
                Some((_, record)) => Some(record.text.clone()),
                None => crate::archive::read_text(&archive.root.join(&path)).ok(),
            };
            if let Some(text) = text {
                self.texts.push((path, text));
            }
        }
    }
}
