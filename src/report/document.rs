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
    /// A paragraph that states figures.
    Stated {
        /// The text.
        text: String,
        /// The figures in it, from front to back.
        figures: Vec<Stated>,
    },
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

/// A figure in a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The records behind it: places in [`Document::records`].
    pub behind: Vec<u32>,
}

impl Stated {
    /// The figure with the words of its clause that lead to it.
    pub fn clause<'t>(&self, text: &'t str) -> &'t str {
        const MARKS: &[char] = &['，', '；', '。', '：', ',', ';', ':', '.', '(', '（', '\n'];
        let before = text.get(..self.start).unwrap_or_default();
        let from =
            before.rfind(MARKS).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        text.get(from..self.end).unwrap_or_default().trim()
    }
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
