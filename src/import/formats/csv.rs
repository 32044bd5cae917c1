//! Owns text that is a table: commas, semicolons or tabs between the cells.
//! Must not know what a column means.

use super::tabular::MAX_CELLS;
use super::text::{Decoded, decode};
use super::{Bytes, Reading};
use crate::import::document::{Cell, Document, Row, Table};
use crate::import::options::Options;

/// Rows that are looked at to tell a table from a text.
const LOOKED_AT: usize = 200;
/// A heading that is longer is a sentence.
const HEADING: usize = 20;
const DELIMITERS: [u8; 4] = [b'\t', b',', b';', b'|'];

/// Whether the bytes are a table. A text with commas is none: without the ending of a table, tabs must part every row alike, or
/// some column must hold numbers under a heading that is none.
pub fn sniff(input: Bytes<'_>) -> bool {
    let binary = input.bytes.starts_with(b"PK\x03\x04") || input.bytes.starts_with(b"\xd0\xcf\x11\xe0");
    if binary {
        return false;
    }
    let Ok(Decoded { text, .. }) = decode(input.bytes, &Options::default()) else { return false };
    let named = matches!(input.ending, "csv" | "tsv" | "tab");
    delimiter(&text, named).is_some() || (named && is_uneven(&text))
}

/// Reads a table.
///
/// # Errors
/// Those of a text, `too-large`, `ragged`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let Decoded { text, encoding, remarks } = decode(input.bytes, options)?;
    let named = matches!(input.ending, "csv" | "tsv" | "tab");
    let delimiter =
        delimiter(&text, named).ok_or(if is_uneven(&text) { "ragged" } else { "unknown-format" })?;
    let rows = rows(&text, delimiter, usize::MAX);
    if rows.iter().map(|row| row.cells.len()).sum::<usize>() > MAX_CELLS {
        return Err("too-large");
    }
    let table = Table { name: None, rows };
    let document = Document { text, tables: vec![table], only_tables: true, ..Document::default() };
    Ok(Reading { document, encoding, remarks, ..Reading::default() })
}

/// What parts the cells, where the text is a table.
fn delimiter(text: &str, named: bool) -> Option<u8> {
    if let Some(said) = text.strip_prefix("sep=") {
        return said.bytes().next().filter(|said| DELIMITERS.contains(said));
    }
    let table = |delimiter: &u8| {
        let rows = rows(text, *delimiter, LOOKED_AT);
        // Empty cells are left out of rows, so the delimiters are counted.
        let width = marks(text, rows.first()?, *delimiter);
        if width == 0 || rows.len() < 2 {
            return None;
        }
        let alike = rows.iter().filter(|row| marks(text, row, *delimiter) == width).count();
        let fits = if named {
            alike * 10 >= rows.len() * 8
        } else {
            alike == rows.len() && headed(&rows[0]) && (*delimiter == b'\t' || (width >= 2 && counts(&rows)))
        };
        fits.then_some((alike, width))
    };
    let found = DELIMITERS.iter().filter_map(|d| Some((table(d)?, *d)));
    found.max_by_key(|((alike, width), _)| (*alike, *width)).map(|(_, d)| d)
}

/// Whether a file that is called a table begins like one: its heading has columns, its rows do not keep to them.
fn is_uneven(text: &str) -> bool {
    DELIMITERS.iter().any(|delimiter| {
        let rows = rows(text, *delimiter, LOOKED_AT);
        rows.len() > 1
            && rows.first().is_some_and(|first| headed(first) && marks(text, first, *delimiter) > 0)
    })
}

/// How many delimiters a row has outside its cells, as cells are read: a quotation mark that nothing closes hides none.
fn marks(text: &str, row: &Row, delimiter: u8) -> usize {
    let mut at = row.start;
    let mut count = 0;
    loop {
        (_, at) = cell(text, at, delimiter);
        if at >= row.end || text.as_bytes().get(at) != Some(&delimiter) {
            return count;
        }
        at += 1;
        count += 1;
    }
}

/// Whether the first row names several columns: indented lines have one cell each.
fn headed(row: &Row) -> bool {
    let short = |cell: &Cell| cell.text.chars().count() <= HEADING && !cell.text.contains(['。', '，', ',']);
    row.cells.iter().all(short) && row.cells.len() >= 2
}

/// Whether a column holds numbers under a heading that is none.
fn counts(rows: &[Row]) -> bool {
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let (Some(first), true) = (rows.first(), rows.len() >= 3) else { return false };
    first.cells.iter().filter(|cell| !number(&cell.text)).any(|head| {
        rows[1..].iter().all(|row| {
            row.cells.iter().find(|cell| cell.column == head.column).is_some_and(|cell| number(&cell.text))
        })
    })
}

/// The rows of a text by the rules of RFC 4180, cells with their place in the text.
fn rows(text: &str, delimiter: u8, limit: usize) -> Vec<Row> {
    let bytes = text.as_bytes();
    let mut rows = Vec::new();
    let mut at = 0;
    let mut number = 0;
    while at < bytes.len() && rows.len() < limit {
        number += 1;
        let mut row = Row { number, start: at, end: at, ..Row::default() };
        let mut column = 0;
        loop {
            let start = at;
            let (words, end) = cell(text, at, delimiter);
            at = end;
            let words = words.trim();
            if !words.is_empty() {
                row.cells.push(Cell { column, columns: 1, rows: 1, text: words.to_owned(), start, end });
            }
            column += 1;
            if bytes.get(at) != Some(&delimiter) {
                break;
            }
            at += 1;
        }
        row.end = at;
        if bytes.get(at) == Some(&b'\r') {
            at += 1;
        }
        if bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        let hint = number == 1 && text[row.start..row.end].starts_with("sep=");
        if hint {
            number = 0;
        } else if !row.cells.is_empty() {
            rows.push(row);
        }
    }
    rows
}

/// One cell: what it says, and the byte behind it.
fn cell(text: &str, start: usize, delimiter: u8) -> (String, usize) {
    let bytes = text.as_bytes();
    let stops = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let plain_end =
        |from: usize| bytes[from..].iter().position(|b| stops(*b)).map_or(bytes.len(), |n| from + n);
    if bytes.get(start) != Some(&b'"') {
        let end = plain_end(start);
        return (text[start..end].to_owned(), end);
    }
    let mut words = String::new();
    let mut at = start + 1;
    while let Some(n) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        words.push_str(&text[at..at + n]);
        at += n + 1;
        if bytes.get(at) != Some(&b'"') {
            // What follows the closing mark belongs to the cell all the same.
            let end = plain_end(at);
            words.push_str(&text[at..end]);
            return (words, end);
        }
        words.push('"');
        at += 1;
    }
    // A mark that nothing closes is a sign like any other, and hides no further rows.
    let end = plain_end(start);
    (text[start..end].to_owned(), end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sniffed(ending: &str, text: &str) -> bool {
        sniff(Bytes { bytes: text.as_bytes(), ending })
    }

    #[test]
    fn tables_are_told_from_prose() {
        assert!(sniffed("csv", "编号,题目\n1,甲\n"));
        assert!(sniffed("txt", "编号\t题目\n1\t甲\n"));
        assert!(sniffed("", "题目,单位,年度\n甲,乙,2012\n丙,丁,2013\n"));
        assert!(sniffed("csv", "题目;单位\n甲,乙;丙\n"));
        // A quotation mark that nothing closes is a sign like any other.
        assert!(sniffed("csv", "题目,单位,年度\n\"甲,乙,2012\n丙,丁,2013\n"));
        assert!(!sniffed("txt", "床前明月光,疑是地上霜\n举头望明月,低头思故乡\n"));
        assert!(!sniffed("csv", "近年来,某县积极探索,成效明显。\n党员多了,群众满意。\n一,二,三,四\n"));
        assert!(!sniffed("txt", "\t标题\n\t近年来,效果明显。\n\t群众满意。\n"));
        assert!(!sniffed("txt", "某县:推行积分制\n一、背景,起因\n二、做法,经过\n"));
    }

    #[test]
    fn cells_keep_their_place() {
        let text = "题目,说明\r\n\"含\"\"引号\"\"与\n换行\",00123\r\n";
        let rows = rows(text, b',', usize::MAX);
        assert_eq!(rows.len(), 2);
        let cell = &rows[1].cells[0];
        assert_eq!(cell.text, "含\"引号\"与\n换行");
        assert_eq!(&text[cell.start..cell.end], "\"含\"\"引号\"\"与\n换行\"");
        assert_eq!(rows[1].cells[1].text, "00123");
        assert_eq!(rows[1].number, 2);
    }

    proptest! {
        #[test]
        fn rows_lie_in_order_inside_the_text(text in "[a甲,;\"\t\r\n ]{0,80}") {
            for delimiter in DELIMITERS {
                let mut at = 0;
                for row in rows(&text, delimiter, usize::MAX) {
                    prop_assert!(row.start >= at && row.end > row.start);
                    at = row.end;
                    for cell in &row.cells {
                        prop_assert!(text.is_char_boundary(cell.start) && cell.end <= row.end);
                    }
                }
                prop_assert!(at <= text.len());
            }
        }
    }
}
