//! Text to paste into a message: columns by spaces, no rules.

use super::Options;
use super::layout::pad;
use super::layout::texts;
use super::layout::widths;
use super::terminal;
use crate::report::document::Document;
use crate::table::Table;

pub(super) fn render(document: &Document, options: &Options) -> Vec<u8> {
    terminal::text(document, &Options { width: None, ..*options }, &draw).into_bytes()
}

fn draw(table: &Table, _: &Options) -> Vec<String> {
    let (headings, rows) = texts(table);
    let widths = widths(&headings, &rows);
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).zip(&table.columns);
        let cells = cells.map(|((cell, &width), column)| pad(cell, width, column.align));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    std::iter::once(&headings).chain(&rows).map(line).collect()
}
