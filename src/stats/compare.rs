//! One period beside the one before it.

use super::grid::Grid;
use super::grid::Line;
use super::grid::Spot;
use super::grid::lines;
use super::partial::Figure;
use super::pivot::Pivot;
use super::show::change;
use super::show::labels;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;

/// Rows by rows: this, before, the change, the change in per cent. Both pivots are of one cut
/// without columns. Without anything before, only the first column is filled.
pub fn compare(
    this: &Pivot,
    before: Option<&Pivot>,
    kind: &Kind,
    lang: Lang,
    headings: (&str, &str),
) -> Table {
    let dims = &this.cut.rows;
    let now = Grid::new(this, kind);
    let then = before.map(|before| Grid::new(before, kind));
    let mut columns: Vec<Column> = dims.iter().map(|dim| Column::text(dim.heading(kind, lang))).collect();
    columns.push(Column::figures(headings.0));
    columns.push(Column::figures(headings.1));
    columns.push(Column::figures(lang.word("stats.change")));
    columns.push(Column::figures(lang.word("stats.change_share")));
    let mut table = Table::new(columns);

    let both = now.rows.iter().chain(then.iter().flat_map(|then| &then.rows));
    let all = lines(kind, dims, both);
    let mut shown: Vec<Spot<'_>> = all.iter().filter(|line| !line.outside).map(Spot::Line).collect();
    if this.cut.totals && !dims.is_empty() {
        shown.push(Spot::Total);
    }
    shown.extend(all.iter().filter(|line| line.outside).map(Spot::Line));
    let only = Line { key: Vec::new(), outside: false, rest: 0 };
    let col = if this.cut.cols.is_empty() { Spot::Line(&only) } else { Spot::Total };
    for row in shown {
        let mut cells: Vec<Cell> = match row {
            Spot::Total | Spot::Under(_) => vec![Cell::Empty; dims.len()],
            Spot::Line(line) => labels(kind, dims, line, &all, lang).into_iter().map(Cell::Text).collect(),
        };
        if let (Spot::Total, Some(first)) = (row, cells.first_mut()) {
            *first = lang.word("stats.total").into();
        }
        let current = now.figure(row, col);
        let previous = then.as_ref().map_or(Figure::None, |then| then.figure(row, col));
        cells.extend([current.cell(), previous.cell()]);
        let (difference, share) = change(current, previous);
        cells.push(difference.map_or(Cell::Empty, Figure::change));
        cells.push(share.map_or(Cell::Empty, Cell::Share));
        let mut behind = vec![Vec::new(); dims.len()];
        behind.push(now.partial(row, col).records());
        let summary = !matches!(row, Spot::Line(line) if !line.outside);
        table.rows.push(Row { cells, summary, behind });
    }
    table.notes = this.notes(kind, lang);
    table
}
