//! The short form of a record.

use super::record::Record;
use crate::schema::Fact;
use crate::schema::Kind;

/// A record without its running text: what lists, counts, filters and sorting need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// The kind's name.
    pub kind: String,
    /// The record's id; the file's stem where the record gives none.
    pub id: String,
    /// The file, relative to the archive's root, `/` between its parts.
    pub path: String,
    /// The record's title; empty where it has none.
    pub title: String,
    /// `full` or `listed`, for a kind that makes the difference.
    pub extent: Option<String>,
    /// The values of its fields other than running text.
    pub facts: Vec<Fact>,
}

impl Card {
    /// The card of a record.
    pub fn of(record: &Record, kind: &Kind) -> Card {
        let stem = record.path.rsplit('/').next().unwrap_or_default();
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let Some(root) = &record.root else {
            return Card {
                kind: kind.name.clone(),
                id: stem.to_owned(),
                path: record.path.clone(),
                title: stem.to_owned(),
                extent: None,
                facts: Vec::new(),
            };
        };
        Card {
            kind: kind.name.clone(),
            id: kind.text_of(root, &kind.key).unwrap_or(stem).to_owned(),
            path: record.path.clone(),
            title: kind.text_of(root, &kind.title).unwrap_or_default().trim().to_owned(),
            extent: kind.extent(root).map(str::to_owned),
            facts: kind.facts(root),
        }
    }
}
