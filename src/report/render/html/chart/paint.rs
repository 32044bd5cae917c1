//! What tells the series of a chart apart: colour, pattern, dashes and points, so that it reads
//! without colour too.
//!
//! The colours are those of Okabe and Ito, "Color Universal Design" (2008), without yellow, which is
//! too faint on white.

use super::n;
use std::fmt::Write as _;

const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444"];
const PATTERNS: usize = 6;
const DASHES: [&str; 5] = ["", "7 4", "2 3", "10 3 2 3", "4 2"];
/// Seven colours and six patterns meet again after so many series.
const PAINTS: usize = COLOURS.len() * PATTERNS;

/// The colour of a series.
pub(super) fn colour(series: usize) -> &'static str {
    COLOURS[series % COLOURS.len()]
}

/// The fill of a series: one of [`marks`]. The first is plain.
pub(super) fn fill(series: usize) -> String {
    if series.is_multiple_of(PAINTS) { colour(0).to_owned() } else { format!("url(#m{})", series % PAINTS) }
}

/// The dashes of the line of a series, as an attribute.
pub(super) fn dashes(series: usize) -> String {
    match DASHES[series % DASHES.len()] {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    }
}

/// The point of a series: circle, square, triangle, diamond.
pub(super) fn point(series: usize, x: f64, y: f64, inside: &str) -> String {
    let colour = colour(series);
    let path = match series % 4 {
        0 => {
            return format!(
                "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{colour}\">{inside}</circle>",
                n(x),
                n(y)
            );
        }
        1 => format!("M{} {}h8v8h-8z", n(x - 4.0), n(y - 4.0)),
        2 => format!("M{} {}l5 9h-10z", n(x), n(y - 5.5)),
        _ => format!("M{} {}l5 5l-5 5l-5 -5z", n(x), n(y - 5.0)),
    };
    format!("<path d=\"{path}\" fill=\"{colour}\">{inside}</path>")
}

/// The patterns that [`fill`] names, once for the page.
pub(crate) fn marks() -> String {
    let mut out = String::from(
        "<svg class=\"marks\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\">\n<defs>\n",
    );
    for series in 1..PAINTS {
        // White on the colour: it stays that colour, and the pattern stays in black and white.
        let lines = match series % PATTERNS {
            0 => "",
            1 => "M-2 2l4 -4M0 8l8 -8M6 10l4 -4",
            2 => "M0 4h8",
            3 => "M-2 6l4 4M0 0l8 8M6 -2l4 4",
            4 => "M4 0v8",
            _ => "M0 4h8M4 0v8",
        };
        let lines = match lines {
            "" => String::new(),
            lines => format!("<path d=\"{lines}\" stroke=\"#fff\" stroke-width=\"1.5\"/>"),
        };
        let _ = writeln!(
            out,
            "<pattern id=\"m{series}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <path d=\"M0 0h8v8h-8z\" fill=\"{}\"/>{lines}</pattern>",
            colour(series)
        );
    }
    out.push_str("</defs>\n</svg>\n");
    out
}
