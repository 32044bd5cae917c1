//! Columns by display width: a Han character takes two places.

use super::untrusted::printable;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Table;
use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// The places that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text filled up to a width with spaces.
pub(super) fn pad(text: &str, to: usize, align: Align) -> String {
    let space = " ".repeat(to.saturating_sub(width(text)));
    match align {
        Align::Left => format!("{text}{space}"),
        Align::Right => format!("{space}{text}"),
    }
}

/// Headings and rows as texts that a terminal can only show.
pub(super) fn texts(table: &Table) -> (Vec<String>, Vec<Vec<String>>) {
    let headings = table.columns.iter().map(|column| printable(&column.heading).into_owned()).collect();
    let cell = |cell: &Cell| printable(&cell.plain()).into_owned();
    let rows = table.rows.iter().map(|row| row.cells.iter().map(cell).collect()).collect();
    (headings, rows)
}

/// The width of each column.
pub(super) fn widths(headings: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let column = |place: usize, heading: &String| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| width(cell));
        cells.chain([width(heading)]).max().unwrap_or(0)
    };
    headings.iter().enumerate().map(|(place, heading)| column(place, heading)).collect()
}

/// A paragraph in lines no wider than `to`. Han text may break anywhere but before closing
/// punctuation; other words break only where they are wider than a line.
pub(super) fn wrap(text: &str, to: usize) -> Vec<String> {
    let to = to.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if width(&line) + width(piece.trim_end()) > to && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for c in piece.chars() {
            if width(&line) + c.width().unwrap_or(0) > to && c != ' ' {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            if !(line.is_empty() && c == ' ') {
                line.push(c);
            }
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The parts that a line may not break: a word with the space after it, a Han character with the
/// closing punctuation after it.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let breaks = match before {
            None => false,
            Some(' ') => c != ' ',
            Some(before) => {
                let (wide, was) = (c.width() == Some(2), char::width(before) == Some(2));
                let closing = "，。；：、！？）》〉」』】〕”’…".contains(c);
                let opening = "（《〈「『【〔“‘".contains(before);
                (wide || was) && !closing && !opening && c != ' '
            }
        };
        if breaks {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}
