//! Owns how sheets of cells become a document: one text with the cells in it, and the tables over it.
//! Must not know any file format.

use crate::import::document::{Cell, Document, Label, Role, Row, Table};

/// Cells that are read from one file at most.
pub(super) const MAX_CELLS: usize = 2_000_000;

/// Sheets one after the other: a line with each one's name, then a row on a line with tabs between the cells.
#[derive(Default)]
pub(super) struct Sheets {
    document: Document,
    cells: usize,
}

impl Sheets {
    /// Begins a sheet.
    pub(super) fn sheet(&mut self, name: &str) {
        let start = self.document.text.len();
        self.document.text.push_str(name);
        let end = self.document.text.len();
        self.document.text.push('\n');
        self.document.labels.push(Label { start, end, role: Role::Aside("sheet-name") });
        self.document.tables.push(Table { name: Some(name.to_owned()), rows: Vec::new() });
    }

    /// Begins the row of this number.
    pub(super) fn row(&mut self, number: usize) {
        self.end_row();
        let start = self.document.text.len();
        if let Some(table) = self.document.tables.last_mut() {
            table.rows.push(Row { number, start, end: start, ..Row::default() });
        }
    }

    /// Adds a cell to the row. What says nothing is left out.
    ///
    /// # Errors
    /// `too-large`.
    pub(super) fn cell(
        &mut self,
        column: usize,
        columns: usize,
        rows: usize,
        text: &str,
    ) -> Result<(), &'static str> {
        let words = text.trim();
        self.cells += 1;
        if self.cells > MAX_CELLS || self.document.text.len() > super::MAX_BYTES {
            return Err("too-large");
        }
        let Some(row) = self.document.tables.last_mut().and_then(|table| table.rows.last_mut()) else {
            return Ok(());
        };
        if words.is_empty() {
            return Ok(());
        }
        if !row.cells.is_empty() {
            self.document.text.push('\t');
        }
        let start = self.document.text.len();
        self.document.text.push_str(words);
        let end = self.document.text.len();
        row.end = end;
        row.cells.push(Cell { column, columns, rows, text: words.to_owned(), start, end });
        Ok(())
    }

    fn end_row(&mut self) {
        let Some(rows) = self.document.tables.last_mut().map(|table| &mut table.rows) else { return };
        match rows.last() {
            Some(row) if row.cells.is_empty() => {
                rows.pop();
            }
            Some(_) if !self.document.text.ends_with('\n') => self.document.text.push('\n'),
            _ => {}
        }
    }

    /// Ends a sheet.
    pub(super) fn end_sheet(&mut self) {
        self.end_row();
    }

    /// The document.
    pub(super) fn done(mut self) -> Document {
        self.end_row();
        self.document.only_tables = true;
        self.document
    }
}
