//! Owns text that carries markup: whether it does, and the view a reader has of it, with the way back to every byte.
//! Must not know pages, sites, nor what the text says.

mod build;
mod markdown;
mod sql;
mod tags;

use super::document::{Document, Label, Role, Table, View};

/// What a reader sees of a text with markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The text without markup.
    pub view: View,
    /// Headings and lines that the markup sets off.
    pub labels: Vec<Label>,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// Tags of a text, up to this many, that make it one with markup.
const ENOUGH: usize = 2;

/// A text, through a view where it carries markup: pieces of web pages, a row of a database, entities.
pub fn document(text: String) -> Document {
    if let Some(unpacked) = sql::unpack(&text) {
        let seen = build::build(&unpacked.text);
        let Seen { view, mut labels, tables } = seen;
        labels.extend(sql::asides(&view.text));
        labels.sort_by_key(|label| label.start);
        let view = view.over(&unpacked);
        return Document { text, view: Some(view), labels, tables, only_tables: false };
    }
    if markdown::has_table(&text) {
        let Seen { view, labels, tables } = markdown::build(&text);
        return Document { text, view: Some(view), labels, tables, only_tables: false };
    }
    if tags::count(&text, ENOUGH) < ENOUGH && !tags::has_entity(&text) {
        let labels =
            markdown::front_matter(&text).map(|end| Label { start: 0, end, role: Role::Aside("data") });
        return Document { labels: labels.into_iter().collect(), ..Document::plain(text) };
    }
    page(text)
}

/// A text that is known to be markup.
pub fn page(text: String) -> Document {
    let Seen { view, labels, tables } = build::build(&text);
    Document { text, view: Some(view), labels, tables, only_tables: false }
}
