//! The groups laid out: which rows and columns there are, in which order, and what they come to.

use super::cut::Dim;
use super::cut::Percent;
use super::cut::Sort;
use super::cut::SortBy;
use super::partial::Figure;
use super::partial::Partial;
use super::pivot::Group;
use super::pivot::Key;
use super::pivot::Pivot;
use crate::schema::Datum;
use crate::schema::Kind;
use std::borrow::Cow;
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
    /// How many lines it stands for that are not shown one by one; 0 for a line of its own.
    pub(super) rest: usize,
}

/// A row or column, or the one that sums up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'l> {
    Line(&'l Line),
    /// All lines whose keys begin so.
    Under(&'l [Option<Datum>]),
    Total,
}

pub(super) struct Grid<'p> {
    pub(super) rows: Vec<Line>,
    pub(super) cols: Vec<Line>,
    pivot: &'p Pivot,
    row_totals: BTreeMap<Line, Partial>,
    col_totals: BTreeMap<Line, Partial>,
    total: Partial,
    /// The lines that [`Line::rest`] stands for.
    folded: Vec<Line>,
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
            folded: Vec::new(),
        };
        for (group, partial) in &pivot.groups {
            let row = Line { key: group.row.clone(), outside: group.outside && rows_apart, rest: 0 };
            let col = Line { key: group.col.clone(), outside: group.outside && cols_apart, rest: 0 };
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
        grid.fold();
        grid
    }

    /// The same rows in the same order as another grid of the same groups, those folded that it folds.
    pub(super) fn laid_out_as(mut self, other: &Grid<'_>) -> Self {
        self.rows.clone_from(&other.rows);
        self.folded.clone_from(&other.folded);
        self
    }

    /// Puts the rows (or the columns, where there are no rows) into the order that was asked for.
    fn sort(&mut self, kind: &Kind) {
        let cut = &self.pivot.cut;
        let largest = cut.top.map(|_| Sort { by: SortBy::Count, desc: true });
        let Some(sort) = cut.sort.or(largest) else { return };
        let by_rows = !cut.rows.is_empty();
        let mut lines = std::mem::take(if by_rows { &mut self.rows } else { &mut self.cols });
        let dims = if by_rows { &cut.rows } else { &cut.cols };
        // With subtotals the lines of one outer value stay together, so each level has its own order.
        let levels = if cut.subtotals { 1..=dims.len() } else { dims.len()..=dims.len() };
        let mut sizes: BTreeMap<&[Option<Datum>], Partial> = BTreeMap::new();
        if sort.by == SortBy::Count {
            for line in lines.iter().filter(|line| !line.outside) {
                let spot = Spot::Line(line);
                let own =
                    if by_rows { self.partial(spot, Spot::Total) } else { self.partial(Spot::Total, spot) };
                for level in levels.clone() {
                    sizes.entry(&line.key[..level]).or_default().merge(&own);
                }
            }
        }
        let size = |key: &[Option<Datum>]| match sizes.get(key).map(|sum| sum.figure(&cut.measure)) {
            None | Some(Figure::None) => f64::NEG_INFINITY,
            Some(figure) => figure.number(),
        };
        let compare = |a: &Line, b: &Line| {
            let mut found = a.outside.cmp(&b.outside);
            for level in levels.clone() {
                let (a, b) = (&a.key[..level], &b.key[..level]);
                let none = |key: &[Option<Datum>]| match level {
                    _ if cut.subtotals => key.last().is_some_and(Option::is_none),
                    _ => key.first().is_some_and(Option::is_none),
                };
                let own = match sort.by {
                    SortBy::Value => order(kind, dims, a).cmp(&order(kind, dims, b)),
                    SortBy::Count => size(a).total_cmp(&size(b)),
                };
                let own = if sort.desc { own.reverse() } else { own };
                // Two outer values of one size must not mix.
                let apart = if cut.subtotals { order(kind, dims, a).cmp(&order(kind, dims, b)) } else { own };
                found = found.then(none(a).cmp(&none(b))).then(own).then(apart);
            }
            found
        };
        let mut places: Vec<usize> = (0..lines.len()).collect();
        places.sort_by(|&a, &b| compare(&lines[a], &lines[b]));
        let sorted = places.into_iter().map(|place| lines[place].clone()).collect();
        drop(sizes);
        lines = sorted;
        *(if by_rows { &mut self.rows } else { &mut self.cols }) = lines;
    }

    /// Makes one line of all but the first; what has no value stays apart. With subtotals the outer values are
    /// counted, and each that stays keeps all lines in it.
    fn fold(&mut self) {
        let Some(top) = self.pivot.cut.top else { return };
        let cut = &self.pivot.cut;
        let (lines, dims) =
            if cut.rows.is_empty() { (&mut self.cols, &cut.cols) } else { (&mut self.rows, &cut.rows) };
        let level = if cut.subtotals { dims.len().min(1) } else { dims.len() };
        let apart = |line: &Line| line.outside || line.key.first().is_some_and(Option::is_none);
        let (own, others): (Vec<Line>, Vec<Line>) = lines.drain(..).partition(|line| !apart(line));
        // The lines of one outer value stand together.
        let mut values = 0;
        let mut last: Option<Key> = None;
        for line in own {
            if last.as_deref() != line.key.get(..level) {
                last = line.key.get(..level).map(<[_]>::to_vec);
                values += 1;
            }
            if values <= top { lines.push(line) } else { self.folded.push(line) }
        }
        if !self.folded.is_empty() {
            lines.push(Line { key: Vec::new(), outside: false, rest: values - top });
        }
        lines.extend(others);
    }

    pub(super) fn partial(&self, row: Spot<'_>, col: Spot<'_>) -> Cow<'_, Partial> {
        let sum = |parts: &mut dyn Iterator<Item = Cow<'_, Partial>>| {
            let mut sum = Partial::default();
            parts.for_each(|part| sum.merge(&part));
            Cow::Owned(sum)
        };
        let found = match (row, col) {
            (Spot::Line(line), _) if line.rest > 0 => {
                return sum(&mut self.folded.iter().map(|row| self.partial(Spot::Line(row), col)));
            }
            (_, Spot::Line(line)) if line.rest > 0 => {
                return sum(&mut self.folded.iter().map(|col| self.partial(row, Spot::Line(col))));
            }
            (Spot::Under(above), _) => {
                let under = self.rows.iter().filter(|line| !line.outside && line.key.starts_with(above));
                return sum(&mut under.map(|row| self.partial(Spot::Line(row), col)));
            }
            (Spot::Line(row), Spot::Line(col)) => {
                let outside = row.outside || col.outside;
                let group = Group { row: row.key.clone(), col: col.key.clone(), outside };
                self.pivot.groups.get(&group)
            }
            (Spot::Line(row), _) => self.row_totals.get(row),
            (_, Spot::Line(col)) => self.col_totals.get(col),
            (Spot::Total, _) => Some(&self.total),
        };
        found.map_or_else(|| Cow::Owned(Partial::default()), Cow::Borrowed)
    }

    /// What was counted in the period before that of a row, where rows stand for periods; `None` where
    /// there was none.
    pub(super) fn before(&self, row: Spot<'_>, col: Spot<'_>) -> Option<Partial> {
        let Spot::Line(line) = row else { return None };
        let mut key = line.key.clone();
        let Some(Some(Datum::Integer(period))) = key.last_mut() else { return None };
        *period = period.saturating_sub(1);
        let before = Line { key, ..line.clone() };
        self.rows.contains(&before).then(|| self.partial(Spot::Line(&before), col).into_owned())
    }

    pub(super) fn figure(&self, row: Spot<'_>, col: Spot<'_>) -> Figure {
        self.partial(row, col).figure(&self.pivot.cut.measure)
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

pub(super) fn order(kind: &Kind, dims: &[Dim], key: &[Option<Datum>]) -> Vec<(bool, usize, Option<Datum>)> {
    dims.iter().zip(key).map(|(dim, value)| dim.order(kind, value.as_ref())).collect()
}

/// The lines in their own order, those outside last, with the empty numbers inside a range.
pub(super) fn lines<'l>(kind: &Kind, dims: &[Dim], found: impl IntoIterator<Item = &'l Line>) -> Vec<Line> {
    let mut keys: BTreeSet<Line> = found.into_iter().cloned().collect();
    if dims.is_empty() {
        keys.insert(Line { key: Vec::new(), outside: false, rest: 0 });
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
                    keys.insert(Line { key, outside: false, rest: 0 });
                }
            }
        }
    }
    let mut lines: Vec<Line> = keys.into_iter().collect();
    lines.sort_by_cached_key(|line| (line.outside, order(kind, dims, &line.key)));
    lines
}
