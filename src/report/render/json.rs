//! The document as JSON, cells with their own types: text, figures as numbers, shares as parts of 1.

use super::Options;
use super::untrusted::is_control;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Table;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write as _;

pub(super) fn render(document: &Document, _: &Options) -> Vec<u8> {
    let blocks: Vec<Value> = document.blocks.iter().map(block).collect();
    let value = json!({"v": 1, "title": document.title, "blocks": blocks});
    json_text(&value).into_bytes()
}

/// A value as one line of JSON that a terminal can only show: what it might obey is escaped, which
/// means the same.
pub fn json_text(value: &Value) -> String {
    let mut out = String::new();
    // Between strings JSON has no such characters, and inside them the escape means the same.
    for c in value.to_string().chars() {
        if is_control(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

fn block(block: &Block) -> Value {
    match block {
        Block::Heading { level, text } => json!({"type": "heading", "level": level, "text": text}),
        Block::Paragraph(text) | Block::Stated { text, .. } => json!({"type": "paragraph", "text": text}),
        Block::List { ordered, items } => json!({"type": "list", "ordered": ordered, "items": items}),
        Block::Table(table) => {
            let columns: Vec<Value> = table
                .columns
                .iter()
                .enumerate()
                .map(|(place, column)| {
                    let align = if column.align == Align::Left { "left" } else { "right" };
                    json!({"heading": column.heading, "type": kind(table, place), "align": align})
                })
                .collect();
            let rows: Vec<Value> = table
                .rows
                .iter()
                .map(|row| {
                    let cells: Vec<Value> = row.cells.iter().map(cell).collect();
                    json!({"cells": cells, "summary": row.summary})
                })
                .collect();
            json!({"type": "table", "title": table.title, "columns": columns, "rows": rows,
                   "notes": table.notes})
        }
    }
}

/// What the figures of a column are.
fn kind(table: &Table, place: usize) -> &'static str {
    let mut cells = table.rows.iter().filter_map(|row| row.cells.get(place));
    match cells.find(|cell| **cell != Cell::Empty) {
        None | Some(Cell::Empty | Cell::Text(_)) => "text",
        Some(Cell::Count(_)) => "count",
        Some(Cell::Mean(_)) => "mean",
        Some(Cell::Decimal(_)) => "decimal",
        Some(Cell::Change(_)) => "change",
        Some(Cell::Share(_)) => "share",
    }
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        // A decimal stays text: a number of JSON would be a binary fraction.
        Cell::Text(text) | Cell::Decimal(text) => json!(text),
        Cell::Count(number) | Cell::Change(number) => json!(number),
        Cell::Mean(mean) => json!(mean),
        Cell::Share(share) => json!((share * 1e6).round() / 1e6),
    }
}
