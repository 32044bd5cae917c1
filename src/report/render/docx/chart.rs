//! Owns the bars under a table that has a chart: rows of shaded cells, a figure behind each bar.
//!
//! A row of the picture has a cell for its name and sixty narrow columns; a bar spans some of them. Figures over time
//! are bars too, in their order: a line has no shape in a table.

use super::page::Page;
use super::table::end;
use super::table::frame;
use super::widths::Size;
use super::xml::Look;
use super::xml::Xml;
use super::xml::clean;
use crate::report::render::layout::width;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Row;
use crate::table::Table;

/// The columns that bars are measured in; with the names they stay below Word's limit of 63.
const UNITS: usize = 60;
/// The longest bar: there is room for a figure behind it.
const LONGEST: f64 = 48.0;
/// Told apart in colour and in print; used in turn.
const COLOURS: [&str; 6] = ["1F4E79", "9DC3E6", "7F7F7F", "C55A11", "F4B183", "404040"];
/// What a bar to the other side of nothing is shaded with: its figure has a minus.
const BELOW: &str = "C00000";
/// Pictures of no more rows than this are kept on one page.
const KEPT: usize = 24;

/// A bar: its pieces end to end, in units and colours, and what stands behind it.
struct Bar {
    pieces: Vec<(usize, &'static str)>,
    figure: String,
}

pub(super) fn draw(xml: &mut Xml, table: &Table, page: Page) {
    let Some(chart) = &table.chart else { return };
    let rows: Vec<&Row> = table.rows.iter().filter(|row| !row.summary).collect();
    let largest = rows.iter().map(|row| largest(chart, row)).fold(0.0, f64::max);
    if largest <= 0.0 {
        return;
    }
    legend(xml, table, chart);
    let names: Vec<String> = rows.iter().map(|row| name(chart, row)).collect();
    let places = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let wanted = (Size::Small.twips(places) + 200).min(page.width() * 35 / 100);
    let unit = (page.width() - wanted) / UNITS;
    let first = page.width() - unit * UNITS;
    let columns: Vec<usize> = std::iter::once(first).chain([unit; UNITS]).collect();
    let shape = Shape { first, unit, kept: rows.len() * chart.series.len() <= KEPT };
    xml.element("w:tbl", &[], |xml| {
        frame(xml, "TableNormal", page.width(), &columns);
        for (row, name) in rows.iter().zip(&names) {
            let bars = bars(chart, row, largest);
            for (number, bar) in bars.iter().enumerate() {
                let name = (number == 0).then_some(name.as_str());
                shape.row(xml, name, bars.len() > 1, bar);
            }
            if bars.len() > 1 {
                shape.gap(xml);
            }
        }
    });
    end(xml);
}

/// Which colour is which series.
fn legend(xml: &mut Xml, table: &Table, chart: &Chart) {
    let properties = |xml: &mut Xml| {
        xml.empty("w:keepNext", &[]);
        xml.empty("w:spacing", &[("w:before", &120), ("w:after", &60)]);
        xml.value("w:jc", "center");
    };
    xml.paragraph("ChartText", properties, |xml| {
        for (number, name) in chart.names(table).iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            xml.run("■", Look { colour: Some(colour), style: None });
            xml.run(&format!(" {}   ", name.trim()), Look::default());
        }
    });
}

fn name(chart: &Chart, row: &Row) -> String {
    let labels: Vec<String> = chart.labels(row).into_iter().map(Cell::plain).collect();
    clean(&labels.join(" ")).replace('\n', " ")
}

fn figures(chart: &Chart, row: &Row) -> Vec<Option<f64>> {
    chart.series.iter().map(|&place| row.cells.get(place).and_then(Cell::number)).collect()
}

/// What the longest bar of a row stands for.
fn largest(chart: &Chart, row: &Row) -> f64 {
    let figures = figures(chart, row).into_iter().flatten();
    match chart.kind {
        ChartKind::Stacked => figures.map(|figure| figure.max(0.0)).sum(),
        ChartKind::Bars | ChartKind::Line => figures.map(f64::abs).fold(0.0, f64::max),
    }
}

fn units(figure: f64, largest: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the longest bar")]
    let units = (figure / largest * LONGEST).round() as usize;
    units
}

fn bars(chart: &Chart, row: &Row, largest: f64) -> Vec<Bar> {
    let figures = figures(chart, row);
    if chart.kind == ChartKind::Stacked {
        let (mut sum, mut taken) = (0.0, 0);
        let mut pieces = Vec::new();
        for (number, figure) in figures.iter().enumerate() {
            sum += figure.unwrap_or(0.0).max(0.0);
            let until = units(sum, largest);
            pieces.push((until - taken, COLOURS[number % COLOURS.len()]));
            taken = until;
        }
        let figure = Cell::Mean(sum).plain();
        return vec![Bar { pieces, figure: figure.strip_suffix(".00").unwrap_or(&figure).to_owned() }];
    }
    let bar = |(number, (&place, figure)): (usize, (&usize, &Option<f64>))| {
        let colour = COLOURS[number % COLOURS.len()];
        let piece = |figure: f64| {
            // What is there is seen.
            let units = units(figure.abs(), largest).max(usize::from(figure != 0.0));
            (units, if figure < 0.0 { BELOW } else { colour })
        };
        let text = row.cells.get(place).filter(|_| figure.is_some()).map(Cell::plain);
        Bar { pieces: figure.map(piece).into_iter().collect(), figure: text.unwrap_or_default() }
    };
    chart.series.iter().zip(&figures).enumerate().map(bar).collect()
}

/// What all rows of a picture share.
struct Shape {
    first: usize,
    unit: usize,
    kept: bool,
}

impl Shape {
    /// A bar; the name stands before the first bar of its row, whose others lie below it.
    fn row(&self, xml: &mut Xml, name: Option<&str>, several: bool, bar: &Bar) {
        xml.element("w:tr", &[], |xml| {
            xml.element("w:trPr", &[], |xml| xml.empty("w:cantSplit", &[]));
            xml.element("w:tc", &[], |xml| {
                xml.element("w:tcPr", &[], |xml| {
                    xml.empty("w:tcW", &[("w:w", &self.first), ("w:type", &"dxa")]);
                    match name {
                        Some(_) if several => xml.value("w:vMerge", "restart"),
                        Some(_) => {}
                        None => xml.empty("w:vMerge", &[]),
                    }
                    xml.value("w:vAlign", "center");
                });
                self.text(xml, name.unwrap_or_default(), true);
            });
            let mut axis = true;
            let mut left = UNITS;
            for (units, colour) in bar.pieces.iter().filter(|(units, _)| *units > 0) {
                self.cell(xml, *units, std::mem::take(&mut axis), Some(colour), "");
                left -= units;
            }
            self.cell(xml, left, axis, None, &bar.figure);
        });
    }

    /// A little space below the bars of one row.
    fn gap(&self, xml: &mut Xml) {
        xml.element("w:tr", &[], |xml| {
            xml.element("w:trPr", &[], |xml| {
                xml.empty("w:cantSplit", &[]);
                xml.empty("w:trHeight", &[("w:val", &100), ("w:hRule", &"exact")]);
            });
            xml.element("w:tc", &[], |xml| {
                xml.element("w:tcPr", &[], |xml| {
                    xml.empty("w:tcW", &[("w:w", &self.first), ("w:type", &"dxa")]);
                });
                self.text(xml, "", true);
            });
            self.cell(xml, UNITS, true, None, "");
        });
    }

    fn cell(&self, xml: &mut Xml, units: usize, axis: bool, colour: Option<&str>, text: &str) {
        xml.element("w:tc", &[], |xml| {
            xml.element("w:tcPr", &[], |xml| {
                xml.empty("w:tcW", &[("w:w", &(units * self.unit)), ("w:type", &"dxa")]);
                if units > 1 {
                    xml.value("w:gridSpan", units);
                }
                if axis || colour.is_some() {
                    xml.element("w:tcBorders", &[], |xml| {
                        let line = |xml: &mut Xml, side, size: usize, colour| {
                            let thick: [(&str, &dyn std::fmt::Display); 4] = [
                                ("w:val", &"single"),
                                ("w:sz", &size),
                                ("w:space", &0),
                                ("w:color", &colour),
                            ];
                            xml.empty(side, &thick);
                        };
                        // White above and below keeps the bars apart.
                        if colour.is_some() {
                            line(xml, "w:top", 32, "FFFFFF");
                        }
                        if axis {
                            line(xml, "w:left", 6, "7F7F7F");
                        }
                        if colour.is_some() {
                            line(xml, "w:bottom", 32, "FFFFFF");
                        }
                    });
                }
                if let Some(colour) = colour {
                    xml.empty("w:shd", &[("w:val", &"clear"), ("w:color", &"auto"), ("w:fill", &colour)]);
                }
                xml.value("w:vAlign", "center");
            });
            self.text(xml, text, false);
        });
    }

    fn text(&self, xml: &mut Xml, text: &str, right: bool) {
        let properties = |xml: &mut Xml| {
            if self.kept {
                xml.empty("w:keepNext", &[]);
            }
            if right {
                xml.value("w:jc", "right");
            }
        };
        xml.paragraph("ChartText", properties, |xml| xml.run(text, Look::default()));
    }
}
