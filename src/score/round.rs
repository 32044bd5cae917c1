//! One run of a scheme: who takes part, what was handed in, what earlier runs came to.

use super::input::Input;
use super::input::Names;
use super::input::Place;
use super::input::wrong;
use super::scheme::Scheme;
use crate::diag::Finding;
use std::collections::BTreeMap;

/// What a run is computed from.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Its name, which is that of its folder: `2026`.
    pub name: String,
    /// The path of its folder, for messages.
    pub folder: String,
    /// Who takes part; several files count as one.
    pub entries: Vec<Input>,
    /// The judges, with what they may have in common with an entry.
    pub judges: Vec<Input>,
    /// For each stage of the scheme, what was handed in.
    pub stages: Vec<Vec<Input>>,
    /// Who is excluded and why.
    pub vetoes: Vec<Input>,
    /// Requests of residents.
    pub requests: Vec<Input>,
    /// Earlier results, the oldest first.
    pub past: Vec<Past>,
}

/// What an earlier run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Its name.
    pub name: String,
    /// Title and grade of each entry that has one, by id.
    pub grades: BTreeMap<String, (String, String)>,
}

/// Who takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The id: of a record, or any other short name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Other columns, by key: `unit`, `province`, `age`, `factor`.
    pub fields: BTreeMap<String, String>,
}

impl Entry {
    /// What a column says.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str)
    }
}

/// Reads who takes part. `records` are those of the scheme's kind, by id, where it names one: what an entry
/// does not say is taken from its record.
pub(super) fn entries(
    scheme: &Scheme,
    round: &Round,
    names: &Names,
    records: &BTreeMap<String, Entry>,
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for input in &round.entries {
        for row in input.named(names, &["*"], findings) {
            let Some(id) = row.text("id") else {
                findings.push(row.wrong("missing", "id").arg("name", "id"));
                continue;
            };
            if entries.iter().any(|known| known.id == id) {
                findings.push(row.wrong("twice", "id").arg("name", id));
                continue;
            }
            let mut entry = match (&scheme.kind, records.get(id)) {
                (Some(_), None) => {
                    let near = crate::diag::nearest(id, records.keys().map(String::as_str));
                    findings.push(row.wrong("no-record", "id").arg("name", id).suggest(near));
                    continue;
                }
                (Some(_), Some(record)) => record.clone(),
                (None, _) => Entry { id: id.to_owned(), ..Entry::default() },
            };
            for (key, pair) in row.pairs() {
                match key {
                    "id" => {}
                    "title" => entry.title.clone_from(&pair.value),
                    _ => {
                        entry.fields.insert(key.to_owned(), pair.value.clone());
                    }
                }
            }
            if entry.title.is_empty() {
                entry.title.clone_from(&entry.id);
            }
            entries.push(entry);
        }
    }
    entries
}

/// The reasons that exclude, by entry.
pub(super) fn vetoes(
    scheme: &Scheme,
    round: &Round,
    names: &Names,
    entries: &[Entry],
    findings: &mut Vec<Finding>,
) -> BTreeMap<usize, Vec<String>> {
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let reasons: Vec<&str> =
        scheme.vetoes.iter().flat_map(|vetoes| vetoes.reasons.iter().map(String::as_str)).collect();
    for input in &round.vetoes {
        if scheme.vetoes.is_none() {
            findings.push(wrong(input, &Place::At(crate::diag::Span::at(0)), "no-vetoes"));
            continue;
        }
        for row in input.named(names, &["id", "title", "unit", "veto", "date", "note"], findings) {
            let Some(place) = place(&row, entries, findings) else { continue };
            match row.text("veto") {
                Some(reason) if reasons.contains(&reason) => {
                    found.entry(place).or_default().push(reason.to_owned());
                }
                Some(reason) => {
                    let near = crate::diag::nearest(reason, reasons.iter().copied());
                    findings.push(row.wrong("veto", "veto").arg("name", reason).suggest(near));
                }
                None => findings.push(row.wrong("missing", "veto").arg("name", "veto")),
            }
        }
    }
    for reasons in found.values_mut() {
        reasons.sort();
        reasons.dedup();
    }
    found
}

/// The place among the entries of the one that a row means.
pub(super) fn place(
    row: &super::input::Named<'_>,
    entries: &[Entry],
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let Some(id) = row.text("id") else {
        findings.push(row.wrong("missing", "id").arg("name", "id"));
        return None;
    };
    let place = entries.iter().position(|entry| entry.id == id);
    if place.is_none() {
        let near = crate::diag::nearest(id, entries.iter().map(|entry| entry.id.as_str()));
        findings.push(row.wrong("no-entry", "id").arg("name", id).suggest(near));
    }
    place
}
