//! A document as data: what it says, not how it looks.

use crate::table::Table;

/// A document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What stands above everything.
    pub title: Option<String>,
    /// The parts, top to bottom.
    pub blocks: Vec<Block>,
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

impl Document {
    /// A document that is nothing but a table.
    pub fn of(table: Table) -> Self {
        Document { title: None, blocks: vec![Block::Table(table)] }
    }

    /// The table of a document that is nothing but one.
    pub fn bare(&self) -> Option<&Table> {
        match (&self.title, self.blocks.as_slice()) {
            (None, [Block::Table(table)]) => Some(table),
            _ => None,
        }
    }
}
