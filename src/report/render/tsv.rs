//! Tab-separated values without quoting: a tab or line end inside a value becomes a space.

use super::Options;
use super::csv::parts;
use super::untrusted::printable;
use crate::report::document::Document;

pub(super) fn render(document: &Document, _: &Options) -> Vec<u8> {
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().map(|cell| printable(cell)).collect();
        cells.join("\t") + "\n"
    };
    let part = |part: &Vec<Vec<String>>| part.iter().map(line).collect::<String>();
    parts(document).iter().map(part).collect::<Vec<_>>().join("\n").into_bytes()
}
