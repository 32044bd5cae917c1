//! Owns how the blocks of a written document (paragraphs, tables, notes, what stands in the margins) become text, labels and tables.
//! Must not know which format they came from.

use crate::import::document::{Cell, Document, Label, Role, Row, Table};

/// What a written document is made of, in reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Grid),
}

/// A paragraph; a line break inside is a line break of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// What it says.
    pub text: String,
    /// What its style says it is.
    pub role: Option<Role>,
}

/// A table: its rows from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The cells of each row from left to right, those that merged cells cover left out.
    pub rows: Vec<Vec<GridCell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridCell {
    /// The column it starts in, from 0.
    pub column: usize,
    /// How many columns it covers.
    pub columns: usize,
    /// How many rows it covers.
    pub rows: usize,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A whole document in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The text proper.
    pub blocks: Vec<Block>,
    /// Footnotes and endnotes in the order of their marks; the first is `[1]`.
    pub notes: Vec<String>,
    /// What is repeated on every page, without doubles.
    pub furniture: Vec<String>,
}

/// A cell with at least so many paragraphs …
const PROSE_PARAGRAPHS: usize = 3;
/// … and so many characters holds a text, not a value: its row is written as paragraphs.
const PROSE_CHARS: usize = 200;

/// The document: a paragraph on a line, a row of a table on a line with tabs between its cells, notes behind the text, margins last.
pub fn assemble(parts: Parts) -> Document {
    let mut out = Document::default();
    for block in &parts.blocks {
        put(&mut out, block);
    }
    for (number, note) in parts.notes.iter().enumerate() {
        line(&mut out, &format!("[{}] {}", number + 1, one_line(note)), None);
    }
    for text in &parts.furniture {
        line(&mut out, text, Some(Role::Aside("page-furniture")));
    }
    out
}

/// The words of some blocks on one line.
pub fn flat(blocks: &[Block]) -> String {
    let mut words = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => words.push(one_line(&paragraph.text)),
            Block::Table(grid) => words.extend(grid.rows.iter().flatten().map(|cell| flat(&cell.blocks))),
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

fn put(out: &mut Document, block: &Block) {
    match block {
        Block::Paragraph(paragraph) => line(out, &paragraph.text, paragraph.role),
        Block::Table(grid) => table(out, grid),
    }
}

fn line(out: &mut Document, text: &str, role: Option<Role>) {
    let start = out.text.len();
    for (n, piece) in text.split('\n').map(clean).filter(|piece| !piece.is_empty()).enumerate() {
        if n > 0 {
            out.text.push('\n');
        }
        out.text.push_str(&piece);
    }
    let end = out.text.len();
    if start == end {
        return;
    }
    if let Some(role) = role {
        out.labels.push(Label { start, end, role });
    }
    out.text.push('\n');
}

/// Without blanks at the ends and marks that steer a printer.
fn clean(text: &str) -> String {
    let steers = |c: char| (c.is_control() && c != '\t') || matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}');
    let text = text.trim_matches(|c: char| c.is_whitespace() || steers(c));
    if text.contains(steers) { text.replace(steers, "") } else { text.to_owned() }
}

fn one_line(text: &str) -> String {
    let text: String =
        text.split(['\n', '\t']).map(clean).filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
    text
}

/// Whether a cell holds a text rather than a value.
fn is_prose(cell: &GridCell) -> bool {
    let words = |block: &Block| match block {
        Block::Paragraph(paragraph) => paragraph.text.chars().count(),
        Block::Table(_) => 0,
    };
    let said = cell.blocks.iter().map(words).filter(|count| *count > 0).count();
    said >= PROSE_PARAGRAPHS && cell.blocks.iter().map(words).sum::<usize>() >= PROSE_CHARS
}

/// A table of one column only arranges the page; a row with a text in it is a text with a caption beside it.
fn table(out: &mut Document, grid: &Grid) {
    let said = |row: &&Vec<GridCell>| row.iter().filter(|cell| !flat(&cell.blocks).is_empty()).count();
    if grid.rows.iter().all(|row| said(&row) <= 1 && row.len() <= 2) {
        for block in grid.rows.iter().flatten().flat_map(|cell| &cell.blocks) {
            put(out, block);
        }
        return;
    }
    let mut table = Table::default();
    for (number, row) in grid.rows.iter().enumerate() {
        if said(&row) == 0 {
            continue;
        }
        if row.iter().any(is_prose) {
            if !table.rows.is_empty() {
                out.tables.push(std::mem::take(&mut table));
            }
            for block in row.iter().flat_map(|cell| &cell.blocks) {
                put(out, block);
            }
            continue;
        }
        table.rows.push(put_row(out, number + 1, row));
    }
    if !table.rows.is_empty() {
        out.tables.push(table);
    }
}

fn put_row(out: &mut Document, number: usize, row: &[GridCell]) -> Row {
    let start = out.text.len();
    let mut cells = Vec::with_capacity(row.len());
    // Empty cells behind the last word stand at the line's end: a tab there would say nothing.
    let mut owed = 0;
    for (n, cell) in row.iter().enumerate() {
        owed += usize::from(n > 0);
        let text = flat(&cell.blocks);
        if !text.is_empty() {
            out.text.extend(std::iter::repeat_n('\t', owed));
            owed = 0;
        }
        let from = out.text.len();
        out.text.push_str(&text);
        let (columns, rows) = (cell.columns.max(1), cell.rows.max(1));
        cells.push(Cell { column: cell.column, columns, rows, text, start: from, end: out.text.len() });
    }
    let end = out.text.len();
    out.text.push('\n');
    Row { number, start, end, cells, flaw: None }
}

/// Text with the mark of its list before it. A mark in Chinese stands close to the words, others are set off with a blank.
pub fn numbered(label: &str, text: &str) -> String {
    let label = label.trim();
    if label.is_empty() || text.trim().is_empty() {
        return text.to_owned();
    }
    let close = !label.is_ascii() && label != BULLET;
    format!("{label}{}{}", if close { "" } else { " " }, text.trim_start())
}

/// Every bullet: fonts draw them in a hundred ways.
pub const BULLET: &str = "•";

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(Paragraph { text: text.to_owned(), role: None })
    }

    fn cell(column: usize, columns: usize, rows: usize, text: &str) -> GridCell {
        GridCell { column, columns, rows, blocks: vec![paragraph(text)] }
    }

    #[test]
    fn rows_are_lines_and_cells_know_where_they_stand() {
        let grid = Grid {
            rows: vec![
                vec![cell(0, 1, 2, "单位"), cell(1, 2, 1, "党员\n人数"), cell(3, 1, 2, "")],
                vec![cell(1, 1, 1, "2023年"), cell(2, 1, 1, "2024年")],
                vec![cell(0, 1, 1, ""), cell(1, 1, 1, " ")],
                vec![cell(0, 1, 1, "甲"), cell(1, 1, 1, ""), cell(2, 1, 1, "41")],
            ],
        };
        let parts = Parts {
            blocks: vec![paragraph("前"), Block::Table(grid), paragraph("后\n行")],
            notes: vec!["来源".to_owned()],
            furniture: vec!["第1页".to_owned()],
        };
        let document = assemble(parts);
        assert_eq!(document.text, "前\n单位\t党员 人数\n2023年\t2024年\n甲\t\t41\n后\n行\n[1] 来源\n第1页\n");
        let rows = &document.tables[0].rows;
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 4]);
        for cell in rows.iter().flat_map(|row| &row.cells) {
            assert_eq!(&document.text[cell.start..cell.end], cell.text);
        }
        assert_eq!((rows[0].cells[1].column, rows[0].cells[1].columns, rows[0].cells[0].rows), (1, 2, 2));
        let label = &document.labels[0];
        assert_eq!(
            (&document.text[label.start..label.end], label.role),
            ("第1页", Role::Aside("page-furniture"))
        );
    }

    #[test]
    fn a_table_that_only_arranges_is_no_table() {
        let frame = Grid { rows: vec![vec![cell(0, 1, 1, "一")], vec![cell(0, 1, 1, "二")]] };
        let document = assemble(Parts { blocks: vec![Block::Table(frame)], ..Parts::default() });
        assert_eq!((document.text.as_str(), document.tables.len()), ("一\n二\n", 0));
        let mut long = cell(1, 1, 1, "");
        long.blocks = (0..3).map(|_| paragraph(&"做法".repeat(50))).collect();
        let form = Grid {
            rows: vec![vec![cell(0, 1, 1, "名称"), cell(1, 1, 1, "甲")], vec![cell(0, 1, 1, "做法"), long]],
        };
        let document = assemble(Parts { blocks: vec![Block::Table(form)], ..Parts::default() });
        assert_eq!(document.text.lines().count(), 5);
        assert_eq!(document.tables[0].rows.len(), 1);
    }

    #[test]
    fn marks_in_chinese_stand_close() {
        assert_eq!(numbered("一、", "背景"), "一、背景");
        assert_eq!(numbered("1.", "背景"), "1. 背景");
        assert_eq!(numbered(BULLET, "背景"), "• 背景");
        assert_eq!(numbered("一、", " "), " ");
    }
}
