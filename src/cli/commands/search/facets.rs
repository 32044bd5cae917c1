//! Counts of the hits by field.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::listing;
use anku::archive::Archive;
use anku::report::printable;
use anku::schema::Datum;
use anku::search::Doc;
use anku::search::Engine;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Counts of one field over all hits.
pub(super) struct Facet {
    pub(super) path: String,
    pub(super) name: String,
    /// Value, label and number of records; the commonest first.
    pub(super) counts: Vec<(Option<Datum>, String, usize)>,
}

impl Facet {
    /// One line a value: the count, then the value.
    pub(super) fn lines(&self, context: &Context) -> String {
        let mut out = String::new();
        for (value, label, count) in &self.counts {
            let label = if value.is_none() { context.lang.word("stats.none") } else { label };
            let _ = writeln!(out, "  {count:>6}  {}", printable(label));
        }
        out
    }

    /// As JSON: `[{"value", "count"}]`.
    pub(super) fn to_json(&self) -> Value {
        self.counts.iter().map(|(value, _, count)| json!({"value": value, "count": count})).collect()
    }
}

/// Counts the records by each of several fields, given by path. A record counts once for each of its
/// values, one without any as none.
///
/// # Errors
/// When the engine cannot answer.
pub(super) fn count(
    zh: bool,
    engine: &dyn Engine,
    archive: &Archive,
    paths: &[String],
    docs: impl Iterator<Item = Doc>,
) -> Result<Vec<Facet>, Failure> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: Vec<BTreeMap<Option<Datum>, usize>> = vec![BTreeMap::new(); paths.len()];
    for doc in docs {
        let card = engine.card(doc)?;
        for (path, counts) in paths.iter().zip(&mut counts) {
            let mut values = listing::values_of(archive, &card, path);
            values.sort();
            values.dedup();
            if values.is_empty() {
                *counts.entry(None).or_default() += 1;
            }
            for value in values {
                *counts.entry(Some(value)).or_default() += 1;
            }
        }
    }
    let facets = paths.iter().zip(counts).map(|(path, counts)| {
        let field = archive.kinds.iter().find_map(|kind| kind.field(path));
        let mut counts: Vec<(Option<Datum>, String, usize)> = counts
            .into_iter()
            .map(|(value, count)| {
                let label = match (&value, field) {
                    (Some(Datum::Text(text)), Some(field)) => field.label(text, zh).to_owned(),
                    (value, _) => value.as_ref().map_or_else(String::new, ToString::to_string),
                };
                (value, label, count)
            })
            .collect();
        counts.sort_by_key(|(value, _, count)| (std::cmp::Reverse(*count), value.is_none(), value.clone()));
        let name = field.map(|field| if zh { &field.names.zh } else { &field.names.en });
        Facet { path: path.clone(), name: name.unwrap_or(path).clone(), counts }
    });
    Ok(facets.collect())
}
