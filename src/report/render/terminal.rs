//! For people at a terminal: light rules, aligned by display width.

use super::Options;
use super::bars;
use super::layout::texts;
use super::layout::width;
use super::layout::wrap;
use super::untrusted::printable;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::table::Align;
use crate::table::Table;
use comfy_table::CellAlignment;
use comfy_table::ContentArrangement;
use comfy_table::ContentLineStyle;
use comfy_table::LineStyle;
use comfy_table::TableStyle;

const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());
/// Spaces after a column; comfy-table puts another one between two columns.
const GAP: u16 = 1;

pub(super) fn render(document: &Document, options: &Options) -> Vec<u8> {
    text(document, options, &draw).into_bytes()
}

/// A document as lines, its tables drawn by `draw`.
pub(super) fn text(
    document: &Document,
    options: &Options,
    draw: &dyn Fn(&Table, &Options) -> Vec<String>,
) -> String {
    let mut parts: Vec<Vec<String>> = Vec::new();
    let wrapped = |text: &str| match options.width {
        Some(to) => wrap(&printable(text), to),
        None => vec![printable(text).into_owned()],
    };
    if let Some(title) = &document.title {
        let mut lines = wrapped(title);
        let rule = lines.iter().map(|line| width(line)).max().unwrap_or(0);
        lines.push("=".repeat(rule));
        parts.push(lines);
    }
    for block in &document.blocks {
        parts.push(match block {
            Block::Heading { level, text } => {
                let mut lines = wrapped(text);
                let rule = lines.iter().map(|line| width(line)).max().unwrap_or(0);
                if *level <= 2 {
                    lines.push("-".repeat(rule));
                }
                lines
            }
            Block::Paragraph(text) | Block::Stated { text, .. } => wrapped(text),
            Block::Table(table) => {
                let mut lines: Vec<String> = table.title.iter().flat_map(|title| wrapped(title)).collect();
                lines.extend(draw(table, options));
                if let Some(chart) = &table.chart {
                    let chart = bars::draw(table, chart, options.width);
                    lines.extend((!chart.is_empty()).then(String::new));
                    lines.extend(chart);
                }
                for note in &table.notes {
                    lines.extend(wrapped(&options.lang.say("report.note", &[("note", note)])));
                }
                lines
            }
            Block::List { ordered, items } => {
                let item = |(place, item): (usize, &String)| {
                    let mark = if *ordered { format!("{}. ", place + 1) } else { "- ".to_owned() };
                    let to = options.width.map_or(usize::MAX, |to| to.saturating_sub(mark.len()));
                    let lines = wrap(&printable(item), to);
                    let space = " ".repeat(mark.len());
                    let first = lines.iter().take(1).map(|line| format!("{mark}{line}")).collect::<Vec<_>>();
                    let rest = lines.iter().skip(1).map(|line| format!("{space}{line}")).collect::<Vec<_>>();
                    [first, rest].concat()
                };
                items.iter().enumerate().flat_map(item).collect()
            }
        });
    }
    let mut out = parts.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n");
    out.push('\n');
    out
}

fn draw(table: &Table, options: &Options) -> Vec<String> {
    if table.columns.is_empty() {
        return Vec::new();
    }
    let (headings, rows) = texts(table);
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(STYLE).set_header(headings).add_rows(rows);
    for (place, column) in table.columns.iter().enumerate() {
        let Some(shape) = drawn.column_mut(place) else { continue };
        let last = place + 1 == table.columns.len();
        shape.set_padding((0, if last { 0 } else { GAP }));
        shape.set_cell_alignment(match column.align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    if let Some(width) = options.width {
        // Below this a Han character and the gaps would not fit, and there would be no way to wrap.
        let least = table.columns.len() * (2 + usize::from(GAP));
        let width = u16::try_from(width.max(least)).unwrap_or(u16::MAX);
        drawn.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    drawn.lines().map(|line| line.trim_end().to_owned()).collect()
}
