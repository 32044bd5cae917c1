//! A pivot as JSON and as a table.

use super::cut::Dim;
use super::grid::Grid;
use super::grid::Line;
use super::grid::Spot;
use super::partial::Figure;
use super::partial::Partial;
use super::pivot::Key;
use super::pivot::Pivot;
use super::units::list_label;
use crate::locale::Lang;
use crate::schema::Datum;
use crate::schema::Kind;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

impl Pivot {
    /// The JSON of the contract. Every row and column that is shown is there, zeros included.
    ///
    /// `value` of a cell whose key has nothing in it may hold records that have no entry in the
    /// counted list; `outside` says how many, and they are in no total.
    pub fn to_json(&self, kind: &Kind) -> Value {
        self.to_json_with(kind, None)
    }

    /// The same, and in each cell the `records` behind it: `id` says what the card at a place is called.
    pub fn to_json_with(&self, kind: &Kind, id: Option<&dyn Fn(u32) -> String>) -> Value {
        let grid = Grid::new(self, kind);
        let paths = |dims: &[Dim]| Value::from(dims.iter().map(|dim| dim.path(kind)).collect::<Vec<_>>());
        let mut out = Map::new();
        out.insert("v".into(), json!(1));
        out.insert("rows".into(), paths(&self.cut.rows));
        out.insert("cols".into(), paths(&self.cut.cols));
        out.insert("measure".into(), json!(self.cut.measure.name(kind)));
        out.insert("records".into(), json!(self.records));
        out.insert("counted".into(), json!(self.counted(kind)));
        if self.list.is_some() {
            out.insert("outside".into(), json!(self.outside));
        }
        if let Some(percent) = self.percent() {
            out.insert("percent".into(), json!(percent.name()));
        }
        let all: Vec<(Spot<'_>, Spot<'_>)> = spots(&grid.rows)
            .flat_map(|row| spots(&grid.cols).map(move |col| (row, col)))
            .filter(|(row, col)| {
                // Where both sides have their own line for records without entries, only their
                // crossing can hold any.
                let (row, col) = (outside(*row), outside(*col));
                row == col
                    || !(row && self.apart(kind, &self.cut.cols) || col && self.apart(kind, &self.cut.rows))
            })
            .collect();
        out.insert("cells".into(), self.entries(kind, &grid, &all, &["row", "col"], id));
        if self.cut.totals {
            let rows: Vec<_> = spots(&grid.rows).map(|row| (row, Spot::Total)).collect();
            let cols: Vec<_> = spots(&grid.cols).map(|col| (Spot::Total, col)).collect();
            out.insert("row_totals".into(), self.entries(kind, &grid, &rows, &["row"], id));
            out.insert("col_totals".into(), self.entries(kind, &grid, &cols, &["col"], id));
            out.insert("total".into(), grid.figure(Spot::Total, Spot::Total).json());
        }
        Value::Object(out)
    }

    fn apart(&self, kind: &Kind, dims: &[Dim]) -> bool {
        self.list.is_some() && dims.iter().any(|dim| dim.list(kind).is_some())
    }

    /// One object a key. A line inside and a line outside may have the same key; a reader of JSON
    /// gets one cell of both.
    fn entries(
        &self,
        kind: &Kind,
        grid: &Grid<'_>,
        spots: &[(Spot<'_>, Spot<'_>)],
        names: &[&str],
        id: Option<&dyn Fn(u32) -> String>,
    ) -> Value {
        let mut places: BTreeMap<(Key, Key, bool), usize> = BTreeMap::new();
        let mut found = Vec::new();
        for &(row, col) in spots {
            let apart = outside(row) || outside(col);
            let partial = grid.partial(row, col);
            let rest = rest(row) + rest(col);
            let place = *places.entry((key(row), key(col), rest > 0)).or_insert_with(|| {
                found.push((row, col, Partial::default(), 0, None));
                found.len() - 1
            });
            let (_, _, sum, beyond, share) = &mut found[place];
            sum.merge(&partial);
            if apart {
                *beyond += partial.count;
            } else {
                *share = grid.share(row, col);
            }
        }
        let objects = found.into_iter().map(|(row, col, sum, beyond, share)| {
            let mut object = Map::new();
            for &name in names {
                let key = if name == "row" { key(row) } else { key(col) };
                object.insert(name.to_owned(), json!(key));
            }
            if rest(row) + rest(col) > 0 {
                object.insert("rest".into(), json!(rest(row) + rest(col)));
            }
            object.insert("value".into(), sum.figure(&self.cut.measure).json());
            if self.by_period(kind) && names == ["row", "col"] {
                let before = grid.before(row, col);
                let then = before.map_or(Figure::None, |part| part.figure(&self.cut.measure));
                let now = grid.figure(row, col);
                let (change, share) = change(now, then);
                object.insert("change".into(), change.map_or(Value::Null, Figure::json));
                object.insert("change_share".into(), json!(share.map(|share| (share * 1e6).round() / 1e6)));
            }
            if let Some(id) = id {
                object.insert("records".into(), sum.records().into_iter().map(id).collect());
            }
            if let Some(share) = share {
                object.insert("share".into(), json!((share * 1e6).round() / 1e6));
            }
            if beyond > 0 {
                object.insert("outside".into(), json!(beyond));
            }
            Value::Object(object)
        });
        Value::Array(objects.collect())
    }

    /// The table for people, with headings and values in their language.
    pub fn to_table(&self, kind: &Kind, lang: Lang) -> Table {
        let grid = Grid::new(self, kind);
        let total = lang.word("stats.total");
        let measure = self.cut.measure.heading(kind, lang);
        let cols = self.shown(&grid.cols, self.cut.totals && !self.cut.cols.is_empty());
        let rows = self.shown_rows(&grid.rows);

        let mut columns: Vec<Column> =
            self.cut.rows.iter().map(|dim| Column::text(dim.heading(kind, lang))).collect();
        let mut series = Vec::new();
        for &col in &cols {
            let heading = match col {
                Spot::Total | Spot::Under(_) => total.to_owned(),
                Spot::Line(line) if line.rest == 0 && line.key.is_empty() => measure.clone(),
                Spot::Line(line) => labels(kind, &self.cut.cols, line, &grid.cols, lang).join(" / "),
            };
            if matches!(col, Spot::Line(line) if !line.outside) {
                series.push(columns.len());
            }
            columns.push(Column::figures(heading.clone()));
            let counted = matches!(col, Spot::Line(line) if line.rest == 0 && line.key.is_empty());
            if self.percent().is_some() && !outside(col) {
                let heading =
                    if counted { lang.word("stats.share").to_owned() } else { format!("{heading} %") };
                columns.push(Column::figures(heading));
            }
            if self.by_period(kind) {
                let of = |word: &str| if counted { word.to_owned() } else { format!("{heading} {word}") };
                columns.push(Column::figures(of(lang.word("stats.change"))));
                columns.push(Column::figures(of(lang.word("stats.change_share"))));
            }
        }
        let mut table = Table::new(columns);
        for &row in &rows {
            let mut cells = self.named(kind, row, &grid.rows, lang);
            let mut behind = vec![Vec::new(); cells.len()];
            for &col in &cols {
                let partial = grid.partial(row, col);
                let figure = partial.figure(&self.cut.measure);
                cells.push(figure.cell());
                behind.push(partial.records());
                if self.percent().is_some() && !outside(col) {
                    cells.push(grid.share(row, col).map_or(Cell::Empty, Cell::Share));
                    behind.push(partial.records());
                }
                if self.by_period(kind) {
                    let before = grid.before(row, col);
                    let then = before.as_ref().map_or(Figure::None, |part| part.figure(&self.cut.measure));
                    let (change, share) = change(figure, then);
                    cells.push(change.map_or(Cell::Empty, Figure::change));
                    cells.push(share.map_or(Cell::Empty, Cell::Share));
                    // A change is made of the records of both periods.
                    let mut both = partial.into_owned();
                    both.merge(&before.unwrap_or_default());
                    behind.extend([both.records(), both.records()]);
                }
            }
            let summary = !matches!(row, Spot::Line(line) if !line.outside && !self.no_point(kind, line));
            table.rows.push(Row { cells, summary, behind });
        }
        table.chart =
            self.cut.chart.map(|kind| Chart { kind, labels: (0..self.cut.rows.len()).collect(), series });
        table.notes = self.notes(kind, lang);
        table
    }

    /// The cells that name a row.
    pub(super) fn named(&self, kind: &Kind, row: Spot<'_>, all: &[Line], lang: Lang) -> Vec<Cell> {
        let dims = &self.cut.rows;
        let summed = |above: &[Option<Datum>], word: &str| {
            let mut cells = vec![Cell::Empty; dims.len()];
            for (cell, (dim, value)) in cells.iter_mut().zip(dims.iter().zip(above)) {
                *cell = Cell::Text(dim.label(kind, value.as_ref(), lang));
            }
            if let Some(next) = cells.get_mut(above.len()) {
                *next = word.into();
            }
            cells
        };
        let mut cells: Vec<Cell> = match row {
            Spot::Total => summed(&[], lang.word("stats.total")),
            Spot::Under(above) => summed(above, lang.word("stats.subtotal")),
            Spot::Line(line) => labels(kind, dims, line, all, lang).into_iter().map(Cell::Text).collect(),
        };
        cells.resize(dims.len(), Cell::Empty);
        cells
    }

    /// The rows with their totals and subtotals.
    pub(super) fn shown_rows<'l>(&self, lines: &'l [Line]) -> Vec<Spot<'l>> {
        let rows = self.shown(lines, self.cut.totals && !self.cut.rows.is_empty());
        if self.cut.subtotals { with_subtotals(rows, self.cut.rows.len()) } else { rows }
    }

    /// The lines with the total where it belongs: after what it sums up, before what it does not.
    fn shown<'l>(&self, lines: &'l [Line], totals: bool) -> Vec<Spot<'l>> {
        let inside = lines.iter().filter(|line| !line.outside).map(Spot::Line);
        let beyond = lines.iter().filter(|line| line.outside).map(Spot::Line);
        inside.chain(totals.then_some(Spot::Total)).chain(beyond).collect()
    }

    /// Everything that was counted, as one.
    fn all(&self) -> Option<Partial> {
        self.groups.values().cloned().reduce(|mut sum, part| {
            sum.merge(&part);
            sum
        })
    }

    /// Whether a row has no place on the line that is drawn over periods: nobody knows when 未填 was.
    fn no_point(&self, kind: &Kind, line: &Line) -> bool {
        let over_periods = self.cut.rows.last().is_some_and(|dim| dim.has_gaps(kind));
        self.cut.chart == Some(ChartKind::Line) && over_periods && matches!(line.key.last(), Some(None))
    }

    /// Whether each period stands beside the one before.
    fn by_period(&self, kind: &Kind) -> bool {
        self.cut.delta && self.cut.rows.last().is_some_and(|dim| dim.has_gaps(kind))
    }

    /// What has to be said about how it was counted.
    pub(super) fn notes(&self, kind: &Kind, lang: Lang) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(list) = &self.list {
            let list = list_label(kind, list, lang);
            notes.push(lang.say("stats.note.entries", &[("list", &list)]));
            if self.outside > 0 {
                let count = self.outside.to_string();
                let placed = self.apart(kind, &self.cut.rows) || self.apart(kind, &self.cut.cols);
                let note = if placed { "stats.note.outside" } else { "stats.note.left_out" };
                notes.push(lang.say(note, &[("list", &list), ("count", &count)]));
            }
        }
        if let (Some(unit), Some(partial)) = (self.cut.measure.unit(), self.all()) {
            let (all, about) = (partial.n.to_string(), partial.about.to_string());
            notes.push(lang.say("stats.note.facts", &[("unit", unit), ("count", &all), ("about", &about)]));
        }
        for dim in self.many(kind) {
            notes.push(lang.say("stats.note.values", &[("field", &dim.heading(kind, lang))]));
        }
        notes
    }
}

fn spots(lines: &[Line]) -> impl Iterator<Item = Spot<'_>> {
    lines.iter().map(Spot::Line)
}

fn outside(spot: Spot<'_>) -> bool {
    matches!(spot, Spot::Line(line) if line.outside)
}

fn rest(spot: Spot<'_>) -> usize {
    if let Spot::Line(line) = spot { line.rest } else { 0 }
}

fn key(spot: Spot<'_>) -> Key {
    match spot {
        Spot::Line(line) => line.key.clone(),
        Spot::Under(above) => above.to_vec(),
        Spot::Total => Vec::new(),
    }
}

/// The change from one figure to another, and as a share of the first.
pub(super) fn change(now: Figure, then: Figure) -> (Option<Figure>, Option<f64>) {
    let change = now.less(then);
    (change, change.and_then(|change| change.share(then)))
}

/// After the last of several lines with the same outer values a sum of them, from the inside out.
fn with_subtotals(rows: Vec<Spot<'_>>, dims: usize) -> Vec<Spot<'_>> {
    let mut all = Vec::with_capacity(rows.len());
    let key = |row: Option<&Spot<'_>>, level: usize| match row {
        Some(Spot::Line(line)) if !line.outside => line.key.get(..level).map(<[_]>::to_vec),
        _ => None,
    };
    for (at, row) in rows.iter().enumerate() {
        all.push(*row);
        let Spot::Line(line) = row else { continue };
        for level in (1..dims).rev() {
            let own = key(Some(row), level);
            let before = at.checked_sub(1).and_then(|at| rows.get(at));
            let several = own.is_some() && key(before, level) == own;
            if several && key(rows.get(at + 1), level) != own {
                all.push(Spot::Under(&line.key[..level]));
            }
        }
    }
    all
}

/// What the values of a line are called. A line outside is called 未填 like one inside, unless both
/// are there and would look alike.
pub(super) fn labels(kind: &Kind, dims: &[Dim], line: &Line, all: &[Line], lang: Lang) -> Vec<String> {
    let twin = line.outside && all.iter().any(|other| !other.outside && other.key == line.key);
    let label = |(dim, value): (&Dim, &Option<Datum>)| {
        if twin && value.is_none() && dim.list(kind).is_some() {
            return lang.word("stats.outside").to_owned();
        }
        dim.label(kind, value.as_ref(), lang)
    };
    if line.rest > 0 {
        return vec![lang.say("stats.rest", &[("count", &line.rest.to_string())])];
    }
    dims.iter().zip(&line.key).map(label).collect()
}
