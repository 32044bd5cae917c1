//! How wide columns and how high rows must be, by display width: a Han character takes two places.

use super::super::layout::wrap;
use crate::table::Cell;
use crate::table::Table;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// A column of text is not made wider than this; its cells wrap.
const WIDEST: usize = 44;
/// A heading may make a column of short values as wide as this before it wraps.
const HEADING: usize = 16;
/// The button of a filter covers the end of a heading.
const BUTTON: usize = 3;
/// A place in Excel's unit: half a Han character is 7⅓ pixels wide, a unit 8 pixels.
const PLACE: f64 = 0.95;
/// The empty sides of a cell, in the same unit.
const MARGIN: f64 = 1.5;
/// Points of a line, and of the space around the lines of a cell.
const LINE: f64 = 14.5;
const SPACE: f64 = 3.5;
/// The points of a row of one line.
pub(super) const ROW: f64 = 18.0;
/// The highest row that Excel allows, in points.
pub(super) const HIGHEST: f64 = 409.0;
/// No row shows more lines than this, so no more are counted.
const MOST_LINES: usize = 28;

/// The width of each column of a table in Excel's unit, the width of a digit, over some of its rows.
pub(super) fn columns(table: &Table, rows: Range<usize>, grouped: &[bool]) -> Vec<f64> {
    let mut widths = vec![0; table.columns.len()];
    for row in table.rows.get(rows).unwrap_or_default() {
        for ((width, cell), grouped) in widths.iter_mut().zip(&row.cells).zip(grouped) {
            *width = (*width).max(of(cell, *grouped).min(WIDEST));
        }
    }
    let column = |(place, body): (usize, usize)| {
        let heading = table.columns.get(place).map_or(0, |column| places(&column.heading) + BUTTON);
        units(body.max(heading.min(HEADING)).max(6))
    };
    widths.into_iter().enumerate().map(column).collect()
}

/// The places that a cell takes as its number format shows it.
fn of(cell: &Cell, grouped: bool) -> usize {
    match cell {
        Cell::Text(text) => places(text),
        Cell::Count(_) if !grouped => cell.plain().len(),
        // A separator for every third digit.
        figure => {
            let plain = figure.plain();
            plain.len() + plain.len().saturating_sub(1) / 3
        }
    }
}

/// The places that the widest line of a text takes. Marks such as “ ” … are as wide as Han
/// characters in Chinese fonts.
pub(super) fn places(text: &str) -> usize {
    let start = |line: &str| line.chars().take(2 * WIDEST).collect::<String>().width_cjk();
    text.lines().map(start).max().unwrap_or(0)
}

/// So many places of 11-point type in Excel's unit, with the margin of the cell.
pub(super) fn units(places: usize) -> f64 {
    places as f64 * PLACE + MARGIN
}

/// The lines that a text takes in a column of a width.
pub(super) fn lines(text: &str, width: f64) -> usize {
    let places = ((width - MARGIN) / PLACE + 0.01).max(2.0);
    // A line that is full is broken earlier: other fonts and marks between words take more.
    let broken = (places * 0.97) as usize;
    let one = |line: &str| {
        if line.width_cjk() <= places as usize { 1 } else { wrap(line, broken).len() }
    };
    let seen = text.chars().take(2 * MOST_LINES * WIDEST).collect::<String>();
    let lines: usize = seen.split('\n').take(MOST_LINES).map(one).sum();
    lines.clamp(1, MOST_LINES)
}

/// The points of a row of so many lines.
pub(super) fn height(lines: usize) -> f64 {
    (lines as f64 * LINE + SPACE).clamp(ROW, HIGHEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn han_takes_two_places_and_long_text_wraps() {
        assert_eq!(places("甘肃省 A\n短"), 8);
        assert_eq!(places("“党建”"), 8);
        let mut table = Table::new(vec![Column::text("题目"), Column::figures("数量")]);
        table.push(vec!["党建".repeat(60).as_str().into(), Cell::Count(1_234_567)]);
        table.push(vec![Cell::Empty, Cell::Count(1)]);
        let widths = columns(&table, 0..2, &[false, true]);
        assert_eq!(widths, [units(44), units(9)]);
        assert_eq!(columns(&table, 1..2, &[false, true]), [units(7), units(7)]);
        assert_eq!(lines("短", 20.0), 1);
        assert_eq!(lines("a\nb\nc", 20.0), 3);
        assert!((6..=7).contains(&lines(&"党建".repeat(60), units(44))));
        assert_eq!(lines(&"字\n".repeat(40_000), 20.0), MOST_LINES);
        assert!(height(MOST_LINES) <= HIGHEST && height(1) == ROW);
    }
}
