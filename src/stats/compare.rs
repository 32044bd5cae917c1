//! One period beside the one before it.

use super::grid::Grid;
use super::grid::Line;
use super::grid::Spot;
use super::partial::Figure;
use super::pivot::Pivot;
use super::show::change;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;

/// Rows by rows: this, before, the change, the change in per cent. Both pivots are of one cut
/// without columns. Without anything before, only the first column is filled. Which rows there are,
/// and in which order, goes by this period; what only the one before has is there too. The records behind the
/// second column of figures are places among the cards that `before` counted.
pub fn compare(
    this: &Pivot,
    before: Option<&Pivot>,
    kind: &Kind,
    lang: Lang,
    headings: (&str, &str),
) -> Table {
    let dims = &this.cut.rows;
    let now = with_groups_of(this, before);
    let then = before.map(|before| with_groups_of(before, Some(this)));
    let now = Grid::new(&now, kind);
    let then = then.as_ref().map(|then| Grid::new(then, kind).laid_out_as(&now));
    let mut columns: Vec<Column> = dims.iter().map(|dim| Column::text(dim.heading(kind, lang))).collect();
    columns.push(Column::figures(headings.0));
    columns.push(Column::figures(headings.1));
    columns.push(Column::figures(lang.word("stats.change")));
    columns.push(Column::figures(lang.word("stats.change_share")));
    let mut table = Table::new(columns);

    let only = Line { key: Vec::new(), outside: false, rest: 0 };
    let col = if this.cut.cols.is_empty() { Spot::Line(&only) } else { Spot::Total };
    for row in this.shown_rows(&now.rows) {
        let mut cells = this.named(kind, row, &now.rows, lang);
        let current = now.figure(row, col);
        let previous = then.as_ref().map_or(Figure::None, |then| then.figure(row, col));
        cells.extend([current.cell(), previous.cell()]);
        let (difference, share) = change(current, previous);
        cells.push(difference.map_or(Cell::Empty, Figure::change));
        cells.push(share.map_or(Cell::Empty, Cell::Share));
        let mut behind = vec![Vec::new(); dims.len()];
        behind.push(now.partial(row, col).records());
        behind.push(then.as_ref().map(|then| then.partial(row, col).records()).unwrap_or_default());
        let summary = !matches!(row, Spot::Line(line) if !line.outside);
        table.rows.push(Row { cells, summary, behind });
    }
    let series = vec![dims.len(), dims.len() + 1];
    table.chart = this.cut.chart.map(|kind| Chart { kind, labels: (0..dims.len()).collect(), series });
    table.notes = this.notes(kind, lang);
    table
}

/// A pivot that has the groups of another one as well, with nothing in them.
fn with_groups_of(own: &Pivot, other: Option<&Pivot>) -> Pivot {
    let mut all = own.clone();
    for group in other.iter().flat_map(|other| other.groups.keys()) {
        all.groups.entry(group.clone()).or_default();
    }
    all
}
