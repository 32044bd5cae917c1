//! A document as data: what it says, not how it looks.

use crate::archive::Card;
use crate::table::Table;

/// A document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What stands above everything.
    pub title: Option<String>,
    /// The parts, top to bottom.
    pub blocks: Vec<Block>,
    /// The records that figures can point to ([`crate::table::Row::behind`] holds places in it), each
    /// once.
    pub records: Vec<Source>,
}

/// A record behind some figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its file, relative to the archive's root.
    pub path: String,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading; 2 is the first level below the title.
    Heading {
        /// The level.
        level: u8,
        /// The text.
        text: String,
    },
    /// A paragraph.
    Paragraph(String),
    /// A table.
    Table(Table),
    /// A list of short texts.
    List {
        /// Whether the items are numbered.
        ordered: bool,
        /// The texts.
        items: Vec<String>,
    },
}

impl Source {
    /// The record of a card.
    pub fn of(card: &Card) -> Source {
        Source { id: card.id.clone(), title: card.title.clone(), path: card.path.clone() }
    }
}

impl Document {
    /// A document that is nothing but a table.
    pub fn of(table: Table) -> Self {
        Document { title: None, blocks: vec![Block::Table(table)], records: Vec::new() }
    }

    /// The table of a document that is nothing but one.
    pub fn bare(&self) -> Option<&Table> {
        match (&self.title, self.blocks.as_slice()) {
            (None, [Block::Table(table)]) => Some(table),
            _ => None,
        }
    }
}
