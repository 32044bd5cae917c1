//! Bars from left to right: side by side, or end to end.

use super::LABEL;
use super::LABEL_ROOM;
use super::Picture;
use super::Plot;
use super::TALLEST;
use super::VALUE;
use super::WIDTH;
use super::label;
use super::measure::cut;
use super::measure::ems;
use super::n;
use super::paint;
use crate::report::render::html::figure::short;
use crate::table::Cell;

/// Between a label and its bars, and between a bar and its value.
const GAP: f64 = 6.0;

/// Where bars lie: the place of a part of the largest value.
struct Scale {
    /// Where labels end.
    labels: f64,
    zero: f64,
    unit: f64,
}

impl Scale {
    /// A scale from `low` (not above 0) to `high` (not below 0), with room for labels on the left and
    /// for values of so many ems at the ends.
    fn new(plot: &Plot<'_>, low: f64, high: f64, widest: f64) -> Self {
        let labels = plot.rows.iter().map(|(label, _)| ems(label) * LABEL).fold(0.0, f64::max);
        let (labels, values) = (labels.min(LABEL_ROOM), widest * VALUE + GAP);
        let left = labels + GAP + if low < 0.0 { values } else { 0.0 };
        let span = high - low;
        let unit = if span > 0.0 { (WIDTH - left - values) / span } else { 0.0 };
        Scale { labels, zero: left - low * unit, unit }
    }

    fn at(&self, part: f64) -> f64 {
        self.zero + part * self.unit
    }

    fn label(&self, text: &str, y: f64) -> String {
        let (shown, was_cut) = cut(text, LABEL_ROOM / LABEL);
        label(self.labels, y, "end", &shown, was_cut.then_some(&text.to_owned()))
    }

    fn axis(&self, height: f64) -> String {
        format!("<path class=\"axis\" d=\"M{} 0v{}\"/>\n", n(self.zero), n(height))
    }
}

/// A bar between two places. What is not nothing can be seen.
fn bar(from: f64, to: f64, y: f64, high: f64, series: usize, inside: &str) -> String {
    let (left, wide) = (from.min(to), (to - from).abs().max(1.0));
    format!(
        "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\">{inside}</rect>\n",
        n(left),
        n(y),
        n(wide),
        n(high),
        paint::fill(series)
    )
}

/// How many rows of a height go into one picture.
fn rows_of(height: f64) -> usize {
    ((TALLEST / height.max(1.0)) as usize).max(1)
}

/// A bar for each figure, the bars of a row under its label.
pub(super) fn side_by_side(plot: &Plot<'_>) -> Vec<Picture> {
    let high = if plot.names.len() == 1 { 15.0 } else { 12.0 };
    let step = high + 3.0;
    let height = step * plot.names.len() as f64 + 8.0;
    let cells = || plot.rows.iter().flat_map(|(_, cells)| cells);
    let parts = || cells().filter_map(|cell| plot.part(cell));
    let (low, top) = (parts().fold(0.0, f64::min), parts().fold(0.0, f64::max));
    let scale = Scale::new(plot, low, top, cells().map(|cell| ems(&short(cell))).fold(0.0, f64::max));
    let picture = |rows: &[(String, Vec<&Cell>)]| {
        let tall = height * rows.len() as f64;
        let mut body = String::new();
        for (row, (name, cells)) in rows.iter().enumerate() {
            let y = height * row as f64 + 4.0;
            body.push_str(&scale.label(name, y + (height - 8.0) / 2.0 + 4.0));
            for (series, cell) in cells.iter().enumerate() {
                let Some(part) = plot.part(cell) else { continue };
                let (y, end) = (y + step * series as f64, scale.at(part));
                if part != 0.0 {
                    body.push_str(&bar(scale.zero, end, y, high, series, ""));
                }
                let (x, class) = if part < 0.0 { (end - GAP, "v end") } else { (end + GAP, "v") };
                body.push_str(&label(x, y + high / 2.0 + 4.0, class, &short(cell), None));
            }
        }
        body.push_str(&scale.axis(tall));
        Picture { height: tall, body }
    };
    plot.rows.chunks(rows_of(height)).map(picture).collect()
}

/// The figures of a row in one bar; those below zero to the left of it.
pub(super) fn end_to_end(plot: &Plot<'_>) -> Vec<Picture> {
    const HEIGHT: f64 = 26.0;
    const HIGH: f64 = 18.0;
    let ends = |cells: &[&Cell]| {
        let parts = cells.iter().filter_map(|cell| plot.part(cell));
        parts.fold((0.0, 0.0), |(low, high): (f64, f64), part| (low + part.min(0.0), high + part.max(0.0)))
    };
    let all = plot.rows.iter().map(|(_, cells)| ends(cells));
    let (low, top) = all.fold((0.0, 0.0), |(low, high): (f64, f64), (l, h)| (low.min(l), high.max(h)));
    let totals = plot.rows.iter().filter_map(|(_, cells)| total(cells));
    let scale = Scale::new(plot, low, top, totals.map(|total| ems(&total)).fold(0.0, f64::max));
    let picture = |rows: &[(String, Vec<&Cell>)]| {
        let tall = HEIGHT * rows.len() as f64;
        let mut body = String::new();
        for (row, (name, cells)) in rows.iter().enumerate() {
            let y = HEIGHT * row as f64 + 4.0;
            let base = y + HIGH / 2.0 + 4.0;
            body.push_str(&scale.label(name, base));
            let (mut below, mut above) = (0.0, 0.0);
            for (series, cell) in cells.iter().enumerate() {
                let Some(part) = plot.part(cell).filter(|part| *part != 0.0) else { continue };
                let from = if part < 0.0 { below } else { above };
                let (left, right) = (scale.at(from), scale.at(from + part));
                *(if part < 0.0 { &mut below } else { &mut above }) += part;
                let (shown, series_name) = (short(cell), &plot.names[series]);
                let about = super::text(&format!("{series_name}: {shown}"));
                body.push_str(&bar(left, right, y, HIGH, series, &format!("<title>{about}</title>")));
                if ems(&shown) * VALUE + 4.0 <= (right - left).abs() {
                    body.push_str(&label((left + right) / 2.0, base, "v in", &shown, None));
                }
            }
            if let Some(total) = total(cells) {
                body.push_str(&label(scale.at(above) + GAP, base, "v", &total, None));
            }
        }
        body.push_str(&scale.axis(tall));
        Picture { height: tall, body }
    };
    plot.rows.chunks(rows_of(HEIGHT)).map(picture).collect()
}

/// What the figures of a row add up to, where they are counts: means and shares do not.
fn total(cells: &[&Cell]) -> Option<String> {
    let mut sum: Option<i128> = None;
    for cell in cells {
        match cell {
            Cell::Count(count) => sum = Some(sum.unwrap_or(0) + i128::from(*count)),
            cell if cell.number().is_some() => return None,
            _ => {}
        }
    }
    sum.map(|sum| sum.to_string())
}
