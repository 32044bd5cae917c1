//! Charts as inline SVG, drawn from the rows of a table.
//!
//! Owns what all kinds share: the rows and series that can be drawn, the legend, the picture with its
//! name and description. A chart of many rows becomes several pictures under each other, each of them
//! low enough for a printed page. Numbers are made parts of the largest first, so that no sum or span
//! of them is too large to be a number.

mod bars;
mod line;
mod measure;
mod paint;

pub(super) use paint::marks;

use self::measure::cut;
use self::measure::ems;
use super::escape::text;
use super::figure::shown;
use crate::locale::Lang;
use crate::report::render::untrusted::printable;
use crate::table::Cell;
use crate::table::ChartKind;
use crate::table::Table;
use std::fmt::Write as _;

/// The width of a picture, in its own units: about a pixel on a screen, a quarter of a millimetre on A4.
const WIDTH: f64 = 720.0;
/// The height that the bars of one picture may take.
const TALLEST: f64 = 640.0;
/// Rows that are drawn; nobody compares more, and the table has them all.
const MOST_ROWS: usize = 200;
/// The size of labels and of values.
const LABEL: f64 = 13.0;
const VALUE: f64 = 11.0;
/// The room that a label may take.
const LABEL_ROOM: f64 = 240.0;

/// What is drawn of a table.
struct Plot<'t> {
    kind: ChartKind,
    /// The names of the series.
    names: Vec<String>,
    /// The rows: what they are called, and a cell for each series.
    rows: Vec<(String, Vec<&'t Cell>)>,
    /// The largest value, whatever its sign; 0 where all are.
    most: f64,
}

/// A picture: its height and what is in it.
struct Picture {
    height: f64,
    body: String,
}

/// The chart of a table as a `<figure>`; `None` where none is wanted or there is nothing to draw.
pub(super) fn figure(table: &Table, title: Option<&str>, number: usize, lang: Lang) -> Option<String> {
    let plot = Plot::of(table)?;
    let pictures = match plot.kind {
        ChartKind::Bars => bars::side_by_side(&plot),
        ChartKind::Stacked => bars::end_to_end(&plot),
        ChartKind::Line => vec![line::line(&plot)],
    };
    let kind = match plot.kind {
        ChartKind::Bars => "html.chart.bars",
        ChartKind::Stacked => "html.chart.stacked",
        ChartKind::Line => "html.chart.line",
    };
    let (rows, series) = (plot.rows.len().to_string(), plot.names.join(" / "));
    let about = lang.say(kind, &[("rows", &rows), ("series", &series)]);
    let title = title.filter(|title| !title.trim().is_empty());
    let mut out = String::from("<figure>\n");
    if let Some(title) = title {
        let _ = writeln!(out, "<figcaption>{}</figcaption>", text(title));
    }
    let parts = pictures.len();
    let (legend, top) = legend(&plot);
    for (place, picture) in pictures.iter().enumerate() {
        let part = if parts > 1 { format!(" ({}/{parts})", place + 1) } else { String::new() };
        let (id, height) = (format!("g{number}-{}", place + 1), n(top + picture.height));
        let _ = write!(
            out,
            "<div class=\"wide\">\n<svg role=\"img\" aria-labelledby=\"{id}\" aria-describedby=\"{id}d\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
             <title id=\"{id}\">{}{part}</title>\n<desc id=\"{id}d\">{}</desc>\n{legend}\
             <g transform=\"translate(0 {})\">\n{}</g>\n</svg>\n</div>\n",
            text(title.unwrap_or(&about)),
            text(&about),
            n(top),
            picture.body,
            width = n(WIDTH),
        );
    }
    let all = table.rows.iter().filter(|row| !row.summary).count();
    if all > plot.rows.len() {
        let note = lang.say("html.chart.first", &[("rows", &rows), ("all", &all.to_string())]);
        let _ = writeln!(out, "<p class=\"note\">{}</p>", text(&note));
    }
    out.push_str("</figure>\n");
    Some(out)
}

impl<'t> Plot<'t> {
    /// The rows and series that a chart names and that are there; `None` where no figure is among them.
    fn of(table: &'t Table) -> Option<Self> {
        const NOTHING: &Cell = &Cell::Empty;
        let chart = table.chart.as_ref()?;
        let columns = table.columns.len();
        let series: Vec<usize> = chart.series.iter().copied().filter(|place| *place < columns).collect();
        let names = chart.names(table).iter().map(|name| printable(name).into_owned()).collect();
        let rows = table.rows.iter().filter(|row| !row.summary).take(MOST_ROWS).map(|row| {
            let labels = chart.labels(row).into_iter();
            let labels: Vec<String> = labels.map(|cell| printable(&shown(cell)).into_owned()).collect();
            let cells = series.iter().map(|place| row.cells.get(*place).unwrap_or(NOTHING)).collect();
            (labels.join(" · "), cells)
        });
        let rows: Vec<(String, Vec<&Cell>)> = rows.collect();
        let values = || rows.iter().flat_map(|(_, cells)| cells).filter_map(|cell| cell.number());
        values().next()?;
        let most = values().fold(0.0, |most: f64, value| most.max(value.abs()));
        Some(Plot { kind: chart.kind, names, rows, most })
    }

    /// A value as a part of the largest, between -1 and 1; `None` where there is none.
    fn part(&self, cell: &Cell) -> Option<f64> {
        cell.number().map(|value| if self.most > 0.0 { value / self.most } else { 0.0 })
    }
}

/// The legend, in as many lines as it needs, and its height.
fn legend(plot: &Plot<'_>) -> (String, f64) {
    const SIGN: f64 = 26.0;
    const GAP: f64 = 18.0;
    let mut out = String::new();
    let (mut x, mut y) = (0.0, 12.0);
    for (series, name) in plot.names.iter().enumerate() {
        let (shown, was_cut) = cut(name, 22.0);
        let room = SIGN + ems(&shown) * LABEL;
        if x > 0.0 && x + room > WIDTH {
            (x, y) = (0.0, y + 20.0);
        }
        let _ = match plot.kind {
            ChartKind::Line => writeln!(
                out,
                "<path class=\"line\" d=\"M{} {}h20\" stroke=\"{}\"{}/>{}",
                n(x),
                n(y - 1.0),
                paint::colour(series),
                paint::dashes(series),
                paint::point(series, x + 10.0, y - 1.0, "")
            ),
            _ => writeln!(
                out,
                "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"20\" height=\"12\" fill=\"{}\"/>",
                n(x + 0.5),
                n(y - 7.0),
                paint::fill(series)
            ),
        };
        out.push_str(&label(x + SIGN, y + 3.5, "", &shown, was_cut.then_some(name)));
        x += room + GAP;
    }
    (out, y + 16.0)
}

/// A text at a place. `whole` is what it was before it was cut.
fn label(x: f64, y: f64, class: &str, shown: &str, whole: Option<&String>) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let whole = whole.map(|whole| format!("<title>{}</title>", text(whole))).unwrap_or_default();
    format!("<text x=\"{}\" y=\"{}\"{class}>{whole}{}</text>\n", n(x), n(y), text(shown))
}

/// A coordinate, to a tenth; 0 for what is no number.
fn n(number: f64) -> String {
    if !number.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
