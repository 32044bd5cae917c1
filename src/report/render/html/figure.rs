//! Cells as figures: what they are worth and what is shown of them.

use crate::table::Cell;

/// What a cell is worth; `None` for text, for nothing and for what is no number.
pub(super) fn value(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Empty | Cell::Text(_) => None,
        Cell::Count(number) | Cell::Change(number) => Some(*number as f64),
        Cell::Mean(number) | Cell::Share(number) => Some(*number).filter(|number| number.is_finite()),
    }
}

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
    match value(cell) {
        Some(value) if text.chars().count() > 20 => format!("{value:.3e}"),
        _ => text,
    }
}
