//! Owns a table's rows as they look: what merged cells show in every row and column they cover, and where the heading stands.
//! Must not know what a row becomes.

use std::collections::BTreeMap;

use super::columns::{Columns, Target};
use crate::import::document::{Cell, Row, Table};

/// A row with all that stands in it.
pub struct Line<'t> {
    /// The row.
    pub row: &'t Row,
    /// By column: the cell, and whether it comes from a row above.
    pub cells: BTreeMap<usize, (&'t Cell, bool)>,
}

/// Columns that a merged cell is spread over at most.
const WIDEST: usize = 512;
/// Rows in which the heading is looked for.
const DEEPEST: usize = 40;
/// Rows that a heading has at most.
const TALLEST: usize = 4;

impl<'t> Line<'t> {
    /// The words at a column that begin there or come from above.
    pub fn at(&self, column: usize) -> Option<&'t Cell> {
        let (cell, _) = self.cells.get(&column)?;
        (cell.column == column).then_some(*cell)
    }

    /// The row's own cells.
    pub fn own(&self) -> &'t [Cell] {
        &self.row.cells
    }
}

/// The rows of a table as they look.
pub fn lines(table: &Table) -> Vec<Line<'_>> {
    let mut open: Vec<(&Cell, usize)> = Vec::new();
    let mut found = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        open.retain(|(_, until)| *until >= row.number);
        let mut cells = BTreeMap::new();
        let above = open.iter().map(|(cell, _)| (*cell, true));
        for (cell, inherited) in row.cells.iter().map(|cell| (cell, false)).chain(above) {
            for column in cell.column..cell.column + cell.columns.clamp(1, WIDEST) {
                cells.entry(column).or_insert((cell, inherited));
            }
        }
        let tall = row.cells.iter().filter(|cell| cell.rows > 1);
        open.extend(tall.map(|cell| (cell, row.number.saturating_add(cell.rows - 1))));
        found.push(Line { row, cells });
    }
    found
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The first of its lines.
    pub first: usize,
    /// The line behind its last.
    pub end: usize,
    /// Each column's name, and what it stands for.
    pub columns: BTreeMap<usize, (String, Option<Target>)>,
}

impl Heading {
    /// The column of a field.
    pub fn column(&self, path: &str) -> Option<usize> {
        let of = |entry: &&Option<Target>| entry.as_ref().is_some_and(|target| target.path == path);
        self.columns.iter().find(|(_, (_, target))| of(&target)).map(|(column, _)| *column)
    }

    /// How many columns stand for a field.
    pub fn known(&self) -> usize {
        self.columns.values().filter(|(_, target)| target.is_some()).count()
    }
}

/// The heading of a table: the rows, among the first, whose words stand for the most fields.
pub fn heading(lines: &[Line<'_>], columns: &Columns) -> Option<Heading> {
    let mut best: Option<Heading> = None;
    for first in 0..lines.len().min(DEEPEST) {
        let Some(found) = candidate(lines, first, columns) else { continue };
        if best.as_ref().is_none_or(|best| found.known() > best.known()) {
            best = Some(found);
        }
    }
    best
}

fn candidate(lines: &[Line<'_>], first: usize, columns: &Columns) -> Option<Heading> {
    let line = lines.get(first)?;
    let end = first + height(lines, first);
    let mut named: BTreeMap<usize, (String, Option<Target>)> = BTreeMap::new();
    let mut taken: Vec<String> = Vec::new();
    let across: Vec<usize> = lines[first..end].iter().flat_map(|line| line.cells.keys().copied()).collect();
    for column in across {
        if named.contains_key(&column) {
            continue;
        }
        let mut parts: Vec<&str> = Vec::new();
        for line in &lines[first..end] {
            if let Some((cell, _)) = line.cells.get(&column)
                && parts.last() != Some(&cell.text.as_str())
            {
                parts.push(&cell.text);
            }
        }
        let name: String = parts.join("/").split_whitespace().collect();
        // Two columns of one name: the first is the field, the second is kept as it is.
        let target = columns.find(&name).filter(|target| !taken.contains(&target.path)).cloned();
        if let Some(target) = target.as_ref().filter(|target| !target.path.starts_with("sections.")) {
            taken.push(target.path.clone());
        }
        named.insert(column, (name, target));
    }
    let found = Heading { first, end, columns: named };
    let titled = found.column("title").is_some() || found.column("awards.title").is_some();
    let alone = line.own().len() == 1 && lines.iter().any(|line| line.own().len() > 1);
    (found.known() >= 2 || titled && !alone).then_some(found)
}

/// How many rows a heading that begins here has.
fn height(lines: &[Line<'_>], first: usize) -> usize {
    let own = lines[first].own();
    let tall = own.iter().map(|cell| cell.rows).max().unwrap_or(1).clamp(1, TALLEST);
    let last = lines[first].row.number.saturating_add(tall - 1);
    let by_rows = lines[first..].iter().take_while(|line| line.row.number <= last).count().max(1);
    // A cell over several columns names what stands below it, in a row that has nothing else.
    let wide: Vec<&Cell> = own.iter().filter(|cell| cell.columns > 1).collect();
    let below = lines
        .get(first + 1)
        .filter(|line| !wide.is_empty() && line.row.number == lines[first].row.number + 1);
    let under = |cell: &Cell| wide.iter().any(|w| (w.column..w.column + w.columns).contains(&cell.column));
    let two =
        below.is_some_and(|line| !line.own().is_empty() && line.own().iter().all(under) && own.len() > 1);
    by_rows.max(if two { 2 } else { 1 })
}

/// The letters of a column: 0 is A, 26 is AA.
pub fn letters(column: usize) -> String {
    let mut rest = column;
    let mut found = Vec::new();
    loop {
        found.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => break,
        }
    }
    found.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_have_letters() {
        let names: Vec<String> = [0, 1, 25, 26, 27, 701, 702].into_iter().map(letters).collect();
        assert_eq!(names, ["A", "B", "Z", "AA", "AB", "ZZ", "AAA"]);
    }
}
