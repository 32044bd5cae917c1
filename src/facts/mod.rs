//! Owns the facts of a record: quantities and dates in its running text, each with where it stands.
//!
//! They are derived and never written into a file. Must not know an index, a query or how they are shown.
//!
//! Running text is what nobody counts by: sections with their headings, the abstract, text under keys that
//! the schema does not know. Titles, units and lists of awards have fields of their own.

mod store;
mod words;

pub use store::{decode, encode};
pub use words::read_words;

use crate::archive::Archive;
use crate::archive::Record;
use crate::archive::WordsError;
use crate::diag::Lines;
use crate::diag::Span;
use crate::schema::Index;
use crate::schema::Kind;
use crate::schema::TextValue;
use crate::text::quantity;
use crate::text::quantity::Found;
use crate::text::quantity::Meaning;
use crate::text::quantity::Words;
use crate::yaml::source_spans;
use serde_json::Value;
use serde_json::json;

/// The version of the grammar and of what is stored; raised with every change of either.
pub const VERSION: u32 = 1;
/// The unit of a date.
pub const DATE: &str = "date";
/// The word lists that facts are read with, as in [`Archive::word_list`].
pub const LISTS: [&str; 2] = ["units", "quantities"];

/// A quantity or a date of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The value that it stands in: `sections[2].text`, items from 0.
    pub field: String,
    /// What that value is called: `sections.practice`, `abstract`.
    pub label: String,
    /// The line in the file, from 1.
    pub line: usize,
    /// Where it begins, in characters of the value as it is stored.
    pub start: usize,
    /// Where it ends; not part of it.
    pub end: usize,
    /// The characters themselves.
    pub text: String,
    /// What it says.
    pub meaning: Meaning,
}

/// The words that an archive reads quantities with.
///
/// # Errors
/// When a list cannot be read or understood.
pub fn words(archive: &Archive) -> Result<Words, WordsError> {
    let [units, around] = LISTS.map(|name| archive.word_list(name).map_err(WordsError::Broken));
    read_words(&units?, &around?).map_err(WordsError::Content)
}

/// The facts of a record, value by value in the order of the schema, each value's from left to right. A file
/// that is no record has none.
pub fn facts(record: &Record, kind: &Kind, words: &Words) -> Vec<Fact> {
    let Some(root) = &record.root else { return Vec::new() };
    let mut lines = None;
    let mut facts = Vec::new();
    for value in kind.texts(root) {
        let runs = value.field.is_none_or(|field| field.index == Index::Text && !kind.has_facts(field));
        let found = if runs { quantity::find(value.text, words) } else { Vec::new() };
        if found.is_empty() {
            continue;
        }
        let lines = lines.get_or_insert_with(|| Lines::new(&record.text));
        let spans: Vec<Span> =
            found.iter().map(|found| Span::new(found.span.start, found.span.end)).collect();
        let places = source_spans(&record.text, value.node, &spans);
        let field = path(&value);
        let mut counted = Counted::default();
        for (Found { span, meaning }, place) in found.into_iter().zip(places) {
            let start = counted.characters(value.text, span.start);
            let end = counted.characters(value.text, span.end);
            facts.push(Fact {
                field: field.clone(),
                label: value.label.clone(),
                line: lines.line(place.start),
                start,
                end,
                text: value.text[span].to_owned(),
                meaning,
            });
        }
    }
    facts
}

/// Bytes to characters of one text, from left to right.
#[derive(Default)]
struct Counted {
    byte: usize,
    character: usize,
}

impl Counted {
    fn characters(&mut self, text: &str, byte: usize) -> usize {
        self.character += text[self.byte..byte].chars().count();
        self.byte = byte;
        self.character
    }
}

/// The path of a value with its place in a list: `sections[2].text`.
pub fn path(value: &TextValue<'_>) -> String {
    let Some(field) = value.field else { return value.label.clone() };
    match field.list.as_deref().and_then(|list| Some((list, field.path.strip_prefix(list)?))) {
        Some((list, rest)) => format!("{list}[{}]{rest}", value.item),
        None => field.path.clone(),
    }
}

impl Fact {
    /// The section's role, or the field where there is none.
    pub fn section(&self) -> &str {
        let list = self.field.contains('[');
        self.label.rsplit_once('.').filter(|_| list).map_or(&self.label, |(_, role)| role)
    }

    /// The unit: a quantity's, or [`DATE`].
    pub fn unit(&self) -> Option<&str> {
        match &self.meaning {
            Meaning::Quantity(quantity) => quantity.unit.as_deref(),
            Meaning::Date(..) => Some(DATE),
        }
    }

    /// Whether it is counted in a unit, given by its main form.
    pub fn is_in(&self, unit: &str) -> bool {
        // 180多万网友 are people, although the text has no measure word.
        self.unit().is_some_and(|own| own == unit || (own == quantity::IMPLIED_PEOPLE && unit == "人"))
    }

    /// What it is said of.
    pub fn subject(&self) -> Option<&str> {
        match &self.meaning {
            Meaning::Quantity(quantity) => quantity.subject.as_deref(),
            Meaning::Date(..) => None,
        }
    }

    /// `quantity` or `date`.
    pub fn kind(&self) -> &'static str {
        match self.meaning {
            Meaning::Quantity(_) => "quantity",
            Meaning::Date(..) => DATE,
        }
    }

    /// The columns of the contract, numbers as numbers. Of a date the value is its year, `min` and `max` are
    /// its first and its last day.
    pub fn to_json(&self, id: &str, path: &str) -> Value {
        let number = |number: Option<quantity::Decimal>| {
            number.map(|number| match number.integer() {
                Some(whole) => json!(whole),
                // At most 15 digits: the nearest binary fraction prints as the same digits again.
                None => number.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number)),
            })
        };
        let (value, min, max, qualifier, per) = match &self.meaning {
            Meaning::Quantity(q) => {
                let per = (!q.per.is_empty()).then(|| q.per.join(" "));
                (number(Some(q.value)), number(q.min), number(q.max), q.qualifier.key(), per)
            }
            Meaning::Date(first, last) => {
                let (min, max) = (json!(first.to_string()), json!(last.to_string()));
                (Some(json!(first.year)), Some(min), Some(max), DATE, None)
            }
        };
        json!({
            "id": id, "path": path, "line": self.line, "section": self.section(), "field": self.field,
            "kind": self.kind(), "subject": self.subject(), "text": self.text, "value": value, "min": min,
            "max": max, "unit": self.unit(), "qualifier": qualifier, "per": per, "start": self.start,
            "end": self.end,
        })
    }
}

#[cfg(test)]
mod grammar;
#[cfg(test)]
mod tests;
