//! Charts that Excel draws from the cells of a table.

use super::grid::MOST_COLUMNS;
use super::names::letters;
use super::widths;
use crate::table::Cell;
use crate::table::Chart as Wanted;
use crate::table::ChartKind;
use crate::table::Table;
use rust_xlsxwriter::Chart;
use rust_xlsxwriter::ChartAxisCrossing;
use rust_xlsxwriter::ChartAxisLabelPosition;
use rust_xlsxwriter::ChartDataLabel;
use rust_xlsxwriter::ChartFont;
use rust_xlsxwriter::ChartLegendPosition;
use rust_xlsxwriter::ChartLine;
use rust_xlsxwriter::ChartMarker;
use rust_xlsxwriter::ChartMarkerType;
use rust_xlsxwriter::ChartRange;
use rust_xlsxwriter::ChartSolidFill;
use rust_xlsxwriter::ChartType;
use rust_xlsxwriter::Color;
use std::ops::Range;

/// The series of a chart, and the points of a series (Excel specifications and limits, Microsoft;
/// the second is the limit of Excel 2007, later ones take what memory allows).
const MOST_SERIES: usize = 255;
const MOST_POINTS: usize = 32_000;
/// Columns stand while there are no more of them and their names are no wider; else bars lie.
const STANDING: usize = 8;
const NAME: usize = 10;
/// The series in turn.
const COLOURS: [u32; 6] = [0x4472C4, 0xED7D31, 0x70AD47, 0xFFC000, 0x5B9BD5, 0x7F7F7F];
/// So many bars can carry their figures.
const LABELLED: usize = 48;

/// Where the parts of a table stand on its sheet.
#[derive(Clone, Copy)]
pub(super) struct Spots<'s> {
    pub(super) sheet: &'s str,
    pub(super) title: Option<u32>,
    pub(super) group: Option<u32>,
    pub(super) head: u32,
    pub(super) first: u32,
}

/// A chart, and the names of its points where they must be written into a column of their own: row
/// and text.
pub(super) struct Drawn {
    pub(super) chart: Chart,
    pub(super) names: Vec<(u32, String)>,
}

/// Whether Excel can draw so much, and has room beside the table.
pub(super) fn fits(table: &Table, wanted: &Wanted) -> bool {
    wanted.series.len() <= MOST_SERIES
        && table.rows.len() <= MOST_POINTS
        && table.columns.len() + 2 <= MOST_COLUMNS
}

/// The chart of a table whose rows all stand on one sheet; `spare` is a column without cells. `None`
/// where there is nothing to draw.
pub(super) fn draw(table: &Table, wanted: &Wanted, spots: Spots<'_>, spare: u16) -> Option<Drawn> {
    let inside = |places: &[usize]| -> Vec<usize> {
        places.iter().copied().filter(|&place| place < table.columns.len()).collect()
    };
    let (labels, series) = (inside(&wanted.labels), inside(&wanted.series));
    let runs = runs(table);
    let points: usize = runs.iter().map(Range::len).sum();
    if points == 0 || series.is_empty() {
        return None;
    }
    let rows = || runs.iter().flat_map(Clone::clone);
    let name = |row: usize| -> String {
        let cells = table.rows.get(row).map_or(&[][..], |row| &row.cells);
        labels.iter().filter_map(|&place| cells.get(place)).map(Cell::plain).collect::<Vec<_>>().join(" ")
    };
    let widest = rows().map(|row| widths::places(&name(row))).max().unwrap_or(0);
    let standing = points <= STANDING && widest <= NAME;

    let mut chart = Chart::new(match (wanted.kind, standing) {
        (ChartKind::Bars, true) => ChartType::Column,
        (ChartKind::Bars, false) => ChartType::Bar,
        (ChartKind::Stacked, true) => ChartType::ColumnStacked,
        (ChartKind::Stacked, false) => ChartType::BarStacked,
        (ChartKind::Line, _) => ChartType::Line,
    });
    let side_by_side = labels.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
    let mut names = Vec::new();
    let named = match (labels.first(), labels.last()) {
        (Some(&first), Some(&last)) if side_by_side => Some(cells(spots, &runs, first as u16, last as u16)),
        (Some(_), _) => {
            names = rows().map(|row| (spots.first + row as u32, name(row))).collect();
            Some(cells(spots, &runs, spare, spare))
        }
        _ => None,
    };
    let group = |place: usize| table.columns.get(place).and_then(|column| column.group.as_deref());
    let several = series.iter().any(|&place| group(place) != series.first().and_then(|&first| group(first)));
    for (&place, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        let col = place as u16;
        let colour = Color::RGB(*colour);
        // Under several groups a heading alone may be ambiguous.
        let top = spots.group.filter(|_| several && group(place).is_some()).unwrap_or(spots.head);
        let one = chart.add_series();
        one.set_name((spots.sheet, top, col, spots.head, col)).set_values(&cells(spots, &runs, col, col));
        if let Some(named) = &named {
            one.set_categories(named);
        }
        match wanted.kind {
            ChartKind::Line => {
                one.set_format(ChartLine::new().set_color(colour).set_width(2.25));
                let mut marker = ChartMarker::new();
                marker.set_type(ChartMarkerType::Circle).set_size(6);
                one.set_marker(marker.set_format(ChartSolidFill::new().set_color(colour)));
            }
            ChartKind::Bars if points * series.len() <= LABELLED => {
                one.set_gap(60).set_format(ChartSolidFill::new().set_color(colour));
                let mut label = ChartDataLabel::new();
                one.set_data_label(label.show_value().set_font(ChartFont::new().set_size(9)));
            }
            ChartKind::Bars | ChartKind::Stacked => {
                one.set_gap(60).set_format(ChartSolidFill::new().set_color(colour));
            }
        }
    }
    let lying = wanted.kind != ChartKind::Line && !standing;
    finish(&mut chart, spots, series.len(), lying);
    let (width, height) = size(wanted.kind, lying, points, series.len());
    chart.set_width(width).set_height(height);
    if !names.is_empty() {
        chart.show_hidden_data();
    }
    Some(Drawn { chart, names })
}

fn finish(chart: &mut Chart, spots: Spots<'_>, series: usize, lying: bool) {
    match spots.title {
        // The cell, not its text: a text might read like a reference.
        Some(row) => chart.title().set_name((spots.sheet, row, 0)).set_font(ChartFont::new().set_size(12)),
        None => chart.title().set_hidden(),
    };
    if series == 1 {
        chart.legend().set_hidden();
    } else {
        chart.legend().set_position(ChartLegendPosition::Bottom);
    }
    let figures = if lying { chart.x_axis() } else { chart.y_axis() };
    let mut line = ChartLine::new();
    figures.set_major_gridlines(true).set_major_gridlines_line(line.set_color(Color::RGB(0xD9D9D9)));
    let names = if lying { chart.y_axis() } else { chart.x_axis() };
    // Below the lowest figure, not across the bars of those below zero.
    names.set_major_gridlines(false).set_label_position(ChartAxisLabelPosition::Low);
    if lying {
        // The first row on top, as in the table, and the figures of the axis still at the bottom.
        names.set_reverse().set_crossing(ChartAxisCrossing::Max);
    }
}

fn size(kind: ChartKind, lying: bool, points: usize, series: usize) -> (u32, u32) {
    let bars = if kind == ChartKind::Bars { series } else { 1 };
    let across = |each: usize| (points.saturating_mul(each) + 140).clamp(480, 960) as u32;
    match kind {
        _ if lying => (640, (points.saturating_mul(bars * 14 + 10) + 110).clamp(300, 1_400) as u32),
        ChartKind::Line => (across(48), 320),
        _ => (across(bars * 30 + 20), 320),
    }
}

/// The neighbouring rows that are drawn: all but those that sum up.
fn runs(table: &Table) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (place, _) in table.rows.iter().enumerate().filter(|(_, row)| !row.summary) {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

/// The cells of some columns in the rows that are drawn.
fn cells(spots: Spots<'_>, runs: &[Range<usize>], from: u16, to: u16) -> ChartRange {
    let row = |place: usize| spots.first + place as u32;
    if let [run] = runs {
        return ChartRange::new_from_range(spots.sheet, row(run.start), from, row(run.end - 1), to);
    }
    let sheet = spots.sheet.replace('\'', "''");
    let (from, to) = (letters(from), letters(to));
    let area = |run: &Range<usize>| {
        format!("'{sheet}'!${from}${}:${to}${}", row(run.start) + 1, row(run.end - 1) + 1)
    };
    ChartRange::new_from_string(&format!("=({})", runs.iter().map(area).collect::<Vec<_>>().join(",")))
}
