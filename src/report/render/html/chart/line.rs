//! Lines over rows that follow one another, with an axis on the left.

use super::Picture;
use super::Plot;
use super::VALUE;
use super::WIDTH;
use super::label;
use super::measure::cut;
use super::measure::ems;
use super::n;
use super::paint;
use crate::report::render::html::escape::text;
use crate::report::render::html::figure::short;
use crate::table::Cell;
use std::fmt::Write as _;

/// The height of the drawing, without its labels.
const HEIGHT: f64 = 260.0;
/// Above the drawing: the value of a point at its top stands there.
const TOP: f64 = 18.0;
/// Points of a line that are marked; more would hide it.
const MOST_POINTS: usize = 60;
/// The ems that the label of a row may take.
const LABEL_EMS: f64 = 12.0;

/// A line for each series.
pub(super) fn line(plot: &Plot<'_>) -> Picture {
    let axis = Axis::of(plot);
    let names: Vec<(String, bool)> = plot.rows.iter().map(|(name, _)| cut(name, LABEL_EMS)).collect();
    let widest = names.iter().map(|(name, _)| ems(name) * VALUE).fold(0.0, f64::max);
    let ticks = axis.ticks.iter().map(|(_, text)| ems(text) * VALUE).fold(0.0, f64::max);
    let left = (ticks + 8.0).max(widest / 2.0);
    let right = WIDTH - (widest / 2.0).max(24.0);
    let last = plot.rows.len().saturating_sub(1);
    let values = plot.rows.iter().flat_map(|(_, cells)| cells).map(|cell| ems(&short(cell)) * VALUE);
    let values = values.fold(0.0, f64::max);
    // The first point keeps clear of the axis, so that its value does.
    let first = (left + values / 2.0).min(WIDTH / 2.0);
    let gap = if last > 0 { (right - first) / last as f64 } else { right - first };
    let x = |place: usize| match last {
        0 => (first + right) / 2.0,
        _ => first + gap * place as f64,
    };
    // Values stand beside the points of a single line, while they have room.
    let told = plot.names.len() == 1 && values + 6.0 <= gap && values / 2.0 <= WIDTH - right;
    let y = |part: f64| TOP + HEIGHT * (axis.high - part) / (axis.high - axis.low);

    let mut body = String::new();
    for (part, tick) in &axis.ticks {
        let (at, class) = (y(*part), if *part == 0.0 { "axis" } else { "rule" });
        let _ = writeln!(body, "<path class=\"{class}\" d=\"M{} {}H{}\"/>", n(left), n(at), n(right));
        body.push_str(&label(left - 6.0, at + 4.0, "v end", tick, None));
    }
    // As many labels as have room.
    let every = (((widest + 10.0) / gap).ceil() as usize).max(1);
    for (place, (name, was_cut)) in names.iter().enumerate().step_by(every) {
        let whole = was_cut.then_some(&plot.rows[place].0);
        body.push_str(&label(x(place), TOP + HEIGHT + 21.0, "v mid", name, whole));
    }
    for series in 0..plot.names.len() {
        draw(&mut body, plot, series, told, &|place, part| (x(place), y(part)));
    }
    Picture { height: TOP + HEIGHT + 28.0, body }
}

/// One series: its line, broken where a figure is missing, and its points.
fn draw(
    body: &mut String,
    plot: &Plot<'_>,
    series: usize,
    told: bool,
    at: &dyn Fn(usize, f64) -> (f64, f64),
) {
    let (mut path, mut points, mut broken) = (String::new(), String::new(), true);
    let marked = plot.rows.len() <= MOST_POINTS;
    for (place, (name, cells)) in plot.rows.iter().enumerate() {
        let Some((cell, part)) = cells.get(series).and_then(|cell| Some((cell, plot.part(cell)?))) else {
            broken = true;
            continue;
        };
        let (x, y) = at(place, part);
        let _ = write!(path, "{}{} {}", if broken { "M" } else { "L" }, n(x), n(y));
        if marked {
            let about = format!("{name}, {}: {}", plot.names[series], short(cell));
            points.push_str(&paint::point(series, x, y, &format!("<title>{}</title>", text(&about))));
            points.push('\n');
        }
        if told {
            points.push_str(&label(x, y - 8.0, "v mid in", &short(cell), None));
        }
        broken = false;
    }
    if !path.is_empty() {
        let (colour, dashes) = (paint::colour(series), paint::dashes(series));
        let _ = writeln!(body, "<path class=\"line\" d=\"{path}\" stroke=\"{colour}\"{dashes}/>");
    }
    body.push_str(&points);
}

/// The axis of values, in parts of the largest.
struct Axis {
    low: f64,
    high: f64,
    /// Its ticks and what they say.
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From 0 or below to 0 or above, in steps of 1, 2 or 5 times a power of ten.
    fn of(plot: &Plot<'_>) -> Self {
        let cells = || plot.rows.iter().flat_map(|(_, cells)| cells);
        let parts = || cells().filter_map(|cell| plot.part(cell));
        let low = parts().fold(0.0, f64::min);
        let high = parts().fold(if low < 0.0 { 0.0 } else { 1.0 }, f64::max);
        let most = if plot.most > 0.0 { plot.most } else { 1.0 };
        let sample = cells().find(|cell| cell.number().is_some());
        let whole = cells().all(|cell| !matches!(cell, Cell::Mean(_) | Cell::Decimal(_) | Cell::Share(_)));
        let rough = most * ((high - low) / 5.0);
        let power = 10_f64.powf(rough.log10().floor());
        let fine = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= rough * 0.999);
        let step = fine.unwrap_or(power).max(if whole { 1.0 } else { 0.0 });
        // Beyond these a step or its sum is no number any more; the values are still drawn.
        if !(step.is_normal() && most < 1e300) {
            return Axis { low, high, ticks: vec![(0.0, "0".to_owned())] };
        }
        let first = (low * most / step + 1e-9).floor();
        let last = (high * most / step - 1e-9).ceil().max(first + 1.0);
        let tick = |place: f64| (place * step / most, say(place * step, step, sample));
        let count = (last - first) as usize;
        let ticks = (0..=count).map(|place| tick(first + place as f64)).collect();
        Axis { low: first * step / most, high: last * step / most, ticks }
    }
}

/// A value of the axis, as its cells are written and no finer than the step.
fn say(value: f64, step: f64, sample: Option<&&Cell>) -> String {
    let (value, step, sign) = match sample {
        Some(Cell::Share(_)) => (value * 100.0, step * 100.0, "%"),
        _ => (value, step, ""),
    };
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil().min(9.0) as usize };
    let text = format!("{value:.decimals$}");
    if text.len() > 20 {
        return format!("{value:.1e}{sign}");
    }
    // A zero has no sign.
    let text = if value == 0.0 { "0" } else { &text };
    format!("{text}{sign}")
}
