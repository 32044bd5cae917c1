//! CSV after RFC 4180, safe to open in a spreadsheet.
//!
//! A document that is nothing but a table is its headings and rows. Of a larger one the tables
//! follow each other, each under a row with its title, an empty line between them; prose and notes
//! are left out.

use super::Options;
use super::untrusted::no_formula;
use super::untrusted::printable_lines;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::table::Cell;
use crate::table::Table;
use ::csv::Terminator;
use ::csv::WriterBuilder;

pub(super) fn render(document: &Document, options: &Options) -> Vec<u8> {
    let part = |part: Vec<Vec<String>>| {
        let mut writer =
            WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(Vec::new());
        for row in part {
            // Writing to memory cannot fail.
            let _ = writer.write_record(row);
        }
        writer.into_inner().unwrap_or_default()
    };
    let text = parts(document).into_iter().map(part).collect::<Vec<_>>().join(&b"\r\n"[..]);
    if options.excel { [&b"\xEF\xBB\xBF"[..], &text].concat() } else { text }
}

/// The tables and lists of a document as rows of texts, each under its title.
pub(super) fn parts(document: &Document) -> Vec<Vec<Vec<String>>> {
    if let Some(table) = document.bare() {
        return vec![rows(table)];
    }
    let mut parts = Vec::new();
    parts.extend(document.title.iter().map(|title| vec![vec![safe(title)]]));
    let mut heading = None;
    for block in &document.blocks {
        match block {
            Block::Heading { text, .. } => heading = Some(text),
            Block::Paragraph(_) | Block::Stated { .. } => {}
            Block::Table(table) => {
                let title = heading.take().into_iter().chain(&table.title).map(String::as_str);
                let title = title.collect::<Vec<_>>().join(" ");
                let titled = (!title.is_empty()).then(|| vec![safe(&title)]);
                parts.push(titled.into_iter().chain(rows(table)).collect());
            }
            Block::List { items, .. } => {
                let title = heading.take().map(|title| vec![safe(title)]);
                parts.push(title.into_iter().chain(items.iter().map(|item| vec![safe(item)])).collect());
            }
        }
    }
    parts
}

fn rows(table: &Table) -> Vec<Vec<String>> {
    let headings = table.columns.iter().map(|column| safe(&column.heading)).collect();
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => safe(text),
        figure => figure.plain(),
    };
    let rows = table.rows.iter().map(|row| row.cells.iter().map(cell).collect());
    std::iter::once(headings).chain(rows).collect()
}

fn safe(text: &str) -> String {
    printable_lines(&no_formula(text)).into_owned()
}
