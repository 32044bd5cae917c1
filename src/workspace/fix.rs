//! `validate --fix`: what is certain, and nothing else.
//!
//! A finding carries its own fix; here the fixes are put into the files' texts, the texts are
//! validated again as if they had been written, and a fix that brings up anything new is withdrawn.
//! Nothing is written before [`apply_fixes`], which re-reads every file.

use super::validate::Outcome;
use super::validate::validate_as;
use crate::archive::Archive;
use crate::archive::Batch;
use crate::archive::Change;
use crate::archive::WriteError;
use crate::archive::apply;
use crate::archive::next_id;
use crate::diag::Code;
use crate::diag::Finding;
use crate::yaml;
use crate::yaml::Node;
use crate::yaml::Value;
use crate::yaml::splice;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// A fix can bring up another (blanks that stood before an invisible character); more rounds than
/// this mean that two rules undo each other.
const ROUNDS: usize = 4;

/// What `validate --fix` would do.
#[derive(Debug, Default)]
pub struct Fixes {
    /// The files that change, by path.
    pub files: Vec<Change>,
    /// The findings that are mended; spans are those of the text that each was found in.
    pub mended: Vec<Finding>,
    /// How many fixes were withdrawn because something else would be found after them.
    pub withdrawn: usize,
    /// What is found before anything is written.
    pub now: Outcome,
    /// What is found when everything is written.
    pub then: Outcome,
}

type Texts = BTreeMap<String, String>;

/// Finds what can be mended with certainty in the records under `paths`. `wanted` chooses the codes.
pub fn plan_fixes(
    archive: &Archive,
    paths: &[PathBuf],
    wanted: &dyn Fn(Code) -> bool,
    progress: &dyn Fn(usize, usize),
) -> Fixes {
    let now = validate_as(archive, paths, &Texts::new(), progress);
    let look = |texts: &Texts| validate_as(archive, paths, texts, &|_, _| {});
    let mut fixes = Fixes { then: look_again(&now), now, ..Fixes::default() };
    let mut texts = Texts::new();
    for _ in 0..ROUNDS {
        let offered: Vec<Finding> =
            fixes.then.findings.iter().filter(|f| f.fix.is_some() && wanted(f.code)).cloned().collect();
        let round = take(&fixes.now, &fixes.then, &texts, &offered, &look);
        fixes.withdrawn = offered.len() - round.as_ref().map_or(0, |round| round.mended.len());
        let Some(round) = round else { break };
        fixes.mended.extend(round.mended);
        texts = round.texts;
        fixes.then = round.then;
    }
    for (path, after) in texts {
        if let Some(before) = fixes.now.text(&path).filter(|before| **before != after) {
            fixes.files.push(Change { before: before.clone(), path, after });
        }
    }
    fixes
}

/// Writes the files of a plan as one batch, which `undo` takes back; `label` and `time` (seconds since 1970, UTC) are for the list of
/// batches.
///
/// # Errors
/// [`WriteError::Changed`] when a file is not what was validated: then nothing is written. [`WriteError::Io`].
pub fn apply_fixes(archive: &Archive, fixes: &Fixes, label: &str, time: i64) -> Result<(), WriteError> {
    let seed: String = fixes.files.iter().map(|file| file.after.as_str()).collect();
    let batch = Batch {
        id: next_id(&archive.root, seed.as_bytes()),
        label: label.to_owned(),
        time,
        change: fixes.files.clone(),
        ..Batch::default()
    };
    apply(&archive.root, &batch)
}

fn look_again(now: &Outcome) -> Outcome {
    Outcome { checked: now.checked, findings: now.findings.clone(), texts: now.texts.clone() }
}

/// What one round of fixes leads to.
struct Round {
    texts: Texts,
    then: Outcome,
    mended: Vec<Finding>,
}

/// All fixes at once where nothing new comes of it, else one after the other.
fn take(
    now: &Outcome,
    then: &Outcome,
    texts: &Texts,
    offered: &[Finding],
    look: &dyn Fn(&Texts) -> Outcome,
) -> Option<Round> {
    if offered.is_empty() {
        return None;
    }
    let attempt = |fixes: &[&Finding]| {
        let mut new = texts.clone();
        let mut paths: Vec<&PathBuf> = fixes.iter().map(|finding| &finding.path).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            let path = path.to_string_lossy();
            let before = then.text(&path)?;
            let own: Vec<&Finding> =
                fixes.iter().copied().filter(|finding| finding.path == Path::new(&*path)).collect();
            let after = splice(before, own.iter().filter_map(|finding| finding.fix.as_ref()));
            if !only_these_changed(before, &after, &own) {
                return None;
            }
            new.insert(path.into_owned(), after);
        }
        Some(new)
    };
    let judge = |new: &Texts| Some(look(new)).filter(|after| nothing_new(now, then, after));
    let all: Vec<&Finding> = offered.iter().collect();
    if let Some(new) = attempt(&all)
        && let Some(after) = judge(&new)
    {
        return Some(Round { texts: new, then: after, mended: offered.to_vec() });
    }
    // Something does not go: halves, down to the fixes that are to blame.
    let mut round = None;
    let mut good: Vec<&Finding> = Vec::new();
    let mut open: Vec<&[&Finding]> = vec![&all];
    while let Some(part) = open.pop() {
        let before = good.len();
        good.extend(part);
        match attempt(&good).and_then(|new| judge(&new).map(|after| (new, after))) {
            Some(went) => round = Some(went),
            None => {
                good.truncate(before);
                if part.len() > 1 {
                    let (first, second) = part.split_at(part.len() / 2);
                    open.extend([second, first]);
                }
            }
        }
    }
    let mended: Vec<Finding> = good.into_iter().cloned().collect();
    round.map(|(texts, then)| Round { texts, then, mended })
}

/// Whether everything that is found `after` was found before: at the start, or in the round before.
fn nothing_new(now: &Outcome, then: &Outcome, after: &Outcome) -> bool {
    let count = |outcome: &Outcome| {
        let mut seen: BTreeMap<Identity, usize> = BTreeMap::new();
        for finding in &outcome.findings {
            *seen.entry(identity(finding)).or_default() += 1;
        }
        seen
    };
    let fewer = after.findings.len() < then.findings.len();
    let (now, then) = (count(now), count(then));
    let known =
        |of: &BTreeMap<_, usize>, key: &_, many: usize| of.get(key).is_some_and(|&known| many <= known);
    fewer && count(after).iter().all(|(key, &many)| known(&now, key, many) || known(&then, key, many))
}

pub(super) type Identity = (PathBuf, Code, String, Option<String>);

/// What a finding says, without where: places move when something before them is mended.
pub(super) fn identity(finding: &Finding) -> Identity {
    // A key that gets its right name gives one to what is found in its text.
    let field = if finding.code.is_residue() { String::new() } else { finding.field.clone() };
    let said = finding.args.iter().find(|(name, _)| *name == "value").map(|(_, value)| value.clone());
    (finding.path.clone(), finding.code, field, said)
}

/// Whether a text differs from another in what the fixes mean and in nothing else: the same tree, but
/// for keys that were renamed and for values that hold a fix, and those by as many characters as
/// the fixes take and give.
fn only_these_changed(before: &str, after: &str, fixes: &[&Finding]) -> bool {
    let (old, new) = (yaml::read(before), yaml::read(after));
    let no_worse = new.problems.len() <= old.problems.len();
    match (old.root, new.root) {
        (Some(old), Some(new)) => no_worse && same(&old, &new, fixes),
        _ => false,
    }
}

fn same(old: &Node, new: &Node, fixes: &[&Finding]) -> bool {
    match (&old.value, &new.value) {
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new, fixes))
        }
        (Value::Map(old), Value::Map(new)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| {
                    let renamed = fixes.iter().filter_map(|finding| finding.fix.as_ref());
                    let key =
                        renamed.filter(|fix| fix.span == old.key_span).map(|fix| fix.to.as_str()).next();
                    new.key == key.unwrap_or(&old.key) && same(&old.value, &new.value, fixes)
                })
        }
        (Value::Scalar(old_text), Value::Scalar(new_text)) => {
            let inside = fixes.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| {
                // A line that goes begins with the indentation before a block's first character.
                fix.span.start < old.span.end.max(old.span.start + 1) && old.span.start < fix.span.end
            });
            let (mut less, mut more, mut any) = (0, 0, false);
            for fix in inside {
                less += fix.from.chars().count();
                more += fix.to.chars().count();
                any = true;
            }
            let count = |text: &str| text.chars().count();
            if any {
                count(&old_text.text) + more == count(&new_text.text) + less
            } else {
                old_text.text == new_text.text
            }
        }
        _ => false,
    }
}

impl Outcome {
    /// The text that the findings of a file point into.
    fn text(&self, path: &str) -> Option<&String> {
        self.texts.iter().find(|(known, _)| known == Path::new(path)).map(|(_, text)| text)
    }
}
