//! The groups laid out: which rows and columns there are, in which order, and what they come to.

use super::cut::Dim;
use super::cut::Percent;
use super::cut::SortBy;
use super::partial::Figure;
use super::partial::Partial;
use super::pivot::Group;
use super::pivot::Key;
use super::pivot::Pivot;
use crate::schema::Datum;
use crate::schema::Kind;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The widest range of numbers whose empty ones are shown: a mistyped year must not make a table of
/// ten thousand rows.
const WIDEST: i64 = 500;

/// A row or a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) key: Key,
    /// For the records that have no entry in the counted list.
    pub(super) outside: bool,
}

/// A row or column, or the one that sums up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'l> {
    Line(&'l Line),
    Total,
}

pub(super) struct Grid<'p> {
    pub(super) rows: Vec<Line>,
    pub(super) cols: Vec<Line>,
    pivot: &'p Pivot,
    row_totals: BTreeMap<Line, Partial>,
    col_totals: BTreeMap<Line, Partial>,
    total: Partial,
}

impl<'p> Grid<'p> {
    pub(super) fn new(pivot: &'p Pivot, kind: &Kind) -> Self {
        // Records without entries have no value of the list's fields, so they get a row or column
        // of their own where such a field stands.
        let apart = |dims: &[Dim]| pivot.list.is_some() && dims.iter().any(|dim| dim.list(kind).is_some());
        let (rows_apart, cols_apart) = (apart(&pivot.cut.rows), apart(&pivot.cut.cols));
        let mut grid = Grid {
            rows: Vec::new(),
            cols: Vec::new(),
            pivot,
            row_totals: BTreeMap::new(),
            col_totals: BTreeMap::new(),
            total: Partial::default(),
        };
        for (group, partial) in &pivot.groups {
            let row = Line { key: group.row.clone(), outside: group.outside && rows_apart };
            let col = Line { key: group.col.clone(), outside: group.outside && cols_apart };
            // The line is there even when nothing of this group belongs into its total.
            let (in_row, in_col) = (group.outside == row.outside, group.outside == col.outside);
            let row_total = grid.row_totals.entry(row).or_default();
            if in_row {
                row_total.merge(partial);
            }
            let col_total = grid.col_totals.entry(col).or_default();
            if in_col {
                col_total.merge(partial);
            }
            if !group.outside {
                grid.total.merge(partial);
            }
        }
        grid.rows = lines(kind, &pivot.cut.rows, grid.row_totals.keys());
        grid.cols = lines(kind, &pivot.cut.cols, grid.col_totals.keys());
        grid.sort(kind);
        grid
    }

    /// Puts the rows (or the columns, where there are no rows) into the order that was asked for.
    fn sort(&mut self, kind: &Kind) {
        let Some(sort) = self.pivot.cut.sort else { return };
        let by_rows = !self.pivot.cut.rows.is_empty();
        let mut lines = std::mem::take(if by_rows { &mut self.rows } else { &mut self.cols });
        let dims = if by_rows { &self.pivot.cut.rows } else { &self.pivot.cut.cols };
        let size = |line: &Line| {
            let spot = Spot::Line(line);
            let figure =
                if by_rows { self.figure(spot, Spot::Total) } else { self.figure(Spot::Total, spot) };
            if figure == Figure::None { f64::NEG_INFINITY } else { figure.number() }
        };
        lines.sort_by(|a, b| {
            let last = |line: &Line| (line.outside, line.key.first().is_some_and(Option::is_none));
            let order = match sort.by {
                SortBy::Value => order(kind, dims, &a.key).cmp(&order(kind, dims, &b.key)),
                SortBy::Count => size(a).total_cmp(&size(b)),
            };
            let order = if sort.desc { order.reverse() } else { order };
            last(a).cmp(&last(b)).then(order)
        });
        *(if by_rows { &mut self.rows } else { &mut self.cols }) = lines;
    }

    pub(super) fn partial(&self, row: Spot<'_>, col: Spot<'_>) -> Partial {
        let found = match (row, col) {
            (Spot::Line(row), Spot::Line(col)) => {
                let outside = row.outside || col.outside;
                let group = Group { row: row.key.clone(), col: col.key.clone(), outside };
                self.pivot.groups.get(&group)
            }
            (Spot::Line(row), Spot::Total) => self.row_totals.get(row),
            (Spot::Total, Spot::Line(col)) => self.col_totals.get(col),
            (Spot::Total, Spot::Total) => Some(&self.total),
        };
        found.cloned().unwrap_or_default()
    }

    pub(super) fn figure(&self, row: Spot<'_>, col: Spot<'_>) -> Figure {
        self.partial(row, col).figure(self.pivot.cut.measure)
    }

    /// The share that was asked for. What stands outside the totals is no share of them.
    pub(super) fn share(&self, row: Spot<'_>, col: Spot<'_>) -> Option<f64> {
        let outside = |spot: Spot<'_>| matches!(spot, Spot::Line(line) if line.outside);
        if outside(row) || outside(col) {
            return None;
        }
        let of = match self.pivot.percent()? {
            Percent::Row => self.figure(row, Spot::Total),
            Percent::Col => self.figure(Spot::Total, col),
            Percent::All => self.figure(Spot::Total, Spot::Total),
        };
        self.figure(row, col).share(of)
    }
}

pub(super) fn order(kind: &Kind, dims: &[Dim], key: &Key) -> Vec<(bool, usize, Option<Datum>)> {
    dims.iter().zip(key).map(|(dim, value)| dim.order(kind, value.as_ref())).collect()
}

/// The lines in their own order, those outside last, with the empty numbers inside a range.
pub(super) fn lines<'l>(kind: &Kind, dims: &[Dim], found: impl IntoIterator<Item = &'l Line>) -> Vec<Line> {
    let mut keys: BTreeSet<Line> = found.into_iter().cloned().collect();
    if dims.is_empty() {
        keys.insert(Line { key: Vec::new(), outside: false });
    }
    for at in (0..dims.len()).filter(|&at| dims[at].has_gaps(kind)) {
        let there: BTreeSet<Key> =
            keys.iter().filter(|line| !line.outside).map(|line| line.key[..=at].to_vec()).collect();
        let mut ranges: BTreeMap<&[Option<Datum>], (i64, i64)> = BTreeMap::new();
        for key in &there {
            if let Some(Datum::Integer(number)) = key[at] {
                let range = ranges.entry(&key[..at]).or_insert((number, number));
                *range = (range.0.min(number), range.1.max(number));
            }
        }
        for (above, (first, last)) in ranges {
            if last.saturating_sub(first) > WIDEST {
                continue;
            }
            for number in first..=last {
                let mut key = above.to_vec();
                key.push(Some(Datum::Integer(number)));
                if !there.contains(&key) {
                    key.resize(dims.len(), None);
                    keys.insert(Line { key, outside: false });
                }
            }
        }
    }
    let mut lines: Vec<Line> = keys.into_iter().collect();
    lines.sort_by_cached_key(|line| (line.outside, order(kind, dims, &line.key)));
    lines
}
