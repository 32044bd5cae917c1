//! What is shown of cells that are figures.

use crate::table::Cell;

/// The cell as it is shown: as everywhere, but a dash for what is no number.
pub(super) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Mean(number) | Cell::Share(number) if !number.is_finite() => "–".to_owned(),
        cell => cell.plain(),
    }
}

/// As [`shown`], but never longer than a chart has room for.
pub(super) fn short(cell: &Cell) -> String {
    let text = shown(cell);
    match cell.number() {
        Some(value) if text.chars().count() > 20 => format!("{value:.3e}"),
        _ => text,
    }
}
