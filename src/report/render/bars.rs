//! Charts made of characters, for a terminal: bars, stacked bars, sparklines, aligned by display width.

use super::layout::pad;
use super::layout::width;
use super::untrusted::printable;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Row;
use crate::table::Table;

/// Columns for a bar where nobody says how wide the terminal is, and the fewest that say anything.
const WIDE: usize = 40;
const LEAST: usize = 10;
/// The longest label, in columns: what is longer is cut.
const LABEL: usize = 30;
/// One eighth to seven eighths of a block (Unicode 15, Block Elements).
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const FULL: char = '█';
/// How the parts of a stacked bar are told apart.
const FILLS: [char; 6] = ['█', '▒', '▓', '░', '▚', '▤'];
const SPARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The chart of a table as lines; `to` is how wide the terminal is.
pub(super) fn draw(table: &Table, chart: &Chart, to: Option<usize>) -> Vec<String> {
    let rows: Vec<&Row> = table.rows.iter().filter(|row| !row.summary).collect();
    if rows.is_empty() || chart.series.is_empty() {
        return Vec::new();
    }
    match chart.kind {
        ChartKind::Bars => bars(table, chart, &rows, to),
        ChartKind::Stacked => stacked(table, chart, &rows, to),
        ChartKind::Line => sparklines(table, chart, &rows),
    }
}

fn bars(table: &Table, chart: &Chart, rows: &[&Row], to: Option<usize>) -> Vec<String> {
    let several = chart.series.len() > 1;
    let labels: Vec<String> = rows.iter().map(|row| label(chart, row)).collect();
    let names = names(table, chart);
    let (label_width, name_width) = (widest(&labels), if several { widest(&names) } else { 0 });
    let figures = |row: &Row| chart.series.iter().map(|&place| figure(row, place)).collect::<Vec<_>>();
    let largest = rows.iter().flat_map(|row| figures(row)).fold(0.0, f64::max);
    let said = |row: &Row, place: usize| row.cells.get(place).map(Cell::plain).unwrap_or_default();
    let longest =
        rows.iter().flat_map(|row| chart.series.iter().map(|&place| width(&said(row, place)))).max();
    let beside = label_width + name_width + 2 + usize::from(several) + longest.unwrap_or(0);
    let room = room(to, beside);
    let mut lines = Vec::new();
    for (row, label) in rows.iter().zip(&labels) {
        for (at, (&place, name)) in chart.series.iter().zip(&names).enumerate() {
            let mut line = pad(if at == 0 { label } else { "" }, label_width, Align::Left);
            if several {
                line.push(' ');
                line.push_str(&pad(name, name_width, Align::Left));
            }
            line.push(' ');
            line.push_str(&bar(figure(row, place), largest, room));
            line.push(' ');
            line.push_str(&said(row, place));
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// A bar of eighths of blocks; what is more than nothing is seen.
fn bar(value: f64, largest: f64, room: usize) -> String {
    if value <= 0.0 || largest <= 0.0 {
        return String::new();
    }
    let eighths = ((value / largest * room as f64 * 8.0).round() as usize).clamp(1, room * 8);
    let mut bar = String::from(FULL).repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).and_then(|part| EIGHTHS.get(part)));
    bar
}

fn stacked(table: &Table, chart: &Chart, rows: &[&Row], to: Option<usize>) -> Vec<String> {
    let labels: Vec<String> = rows.iter().map(|row| label(chart, row)).collect();
    let label_width = widest(&labels);
    let parts = |row: &Row| chart.series.iter().map(|&place| figure(row, place).max(0.0)).collect::<Vec<_>>();
    let largest = rows.iter().map(|row| parts(row).iter().sum::<f64>()).fold(0.0, f64::max);
    let room = room(to, label_width + 8);
    let fill = |at: usize| FILLS[at % FILLS.len()];
    let mut lines = Vec::new();
    for (row, label) in rows.iter().zip(&labels) {
        let mut line = pad(label, label_width, Align::Left);
        line.push(' ');
        // Ends are rounded, not lengths, so that bars of one sum are as long as each other.
        let (mut sum, mut end) = (0.0, 0);
        for (at, part) in parts(row).into_iter().enumerate() {
            sum += part;
            let next = if largest > 0.0 { (sum / largest * room as f64).round() as usize } else { 0 };
            line.extend(std::iter::repeat_n(fill(at), next.saturating_sub(end)));
            end = next;
        }
        line.push(' ');
        line.push_str(&Cell::Count(sum.round() as i64).plain());
        lines.push(line);
    }
    let legend = names(table, chart).into_iter().enumerate();
    let legend: Vec<String> = legend.map(|(at, name)| format!("{} {name}", fill(at))).collect();
    lines.push(format!("{} {}", " ".repeat(label_width), legend.join("  ")));
    lines
}

fn sparklines(table: &Table, chart: &Chart, rows: &[&Row]) -> Vec<String> {
    let names = names(table, chart);
    let name_width = widest(&names);
    let mut lines = Vec::new();
    for (&place, name) in chart.series.iter().zip(&names) {
        let figures: Vec<f64> = rows.iter().map(|row| figure(row, place)).collect();
        let low = figures.iter().copied().fold(f64::INFINITY, f64::min).min(0.0);
        let high = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max).max(0.0);
        let spark = |&value: &f64| {
            let share = if high > low { (value - low) / (high - low) } else { 0.0 };
            SPARKS[((share * 7.0).round() as usize).min(7)]
        };
        let line: String = figures.iter().map(spark).collect();
        let said = |row: Option<&&Row>| row.and_then(|row| row.cells.get(place)).map(Cell::plain);
        let (first, last) = (said(rows.first()).unwrap_or_default(), said(rows.last()).unwrap_or_default());
        lines.push(format!("{} {line} {first}→{last}", pad(name, name_width, Align::Left)));
    }
    let ends = [rows.first(), rows.last()].map(|row| row.map(|row| label(chart, row)).unwrap_or_default());
    lines.push(format!("{} {}→{}", " ".repeat(name_width), ends[0], ends[1]));
    lines
}

fn room(to: Option<usize>, beside: usize) -> usize {
    to.map_or(WIDE, |to| to.saturating_sub(beside).clamp(LEAST, 2 * WIDE))
}

fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| width(text)).max().unwrap_or(0)
}

/// What the series are called, none longer than a label may be.
fn names(table: &Table, chart: &Chart) -> Vec<String> {
    chart.names(table).iter().map(|name| cut(&printable(name))).collect()
}

fn label(chart: &Chart, row: &Row) -> String {
    let labels: Vec<String> = chart.labels(row).into_iter().map(Cell::plain).collect();
    cut(&printable(&labels.join(" ")))
}

fn cut(text: &str) -> String {
    if width(text) <= LABEL {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if width(&short) + width(c.encode_utf8(&mut [0; 4])) + 1 > LABEL {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

fn figure(row: &Row, place: usize) -> f64 {
    row.cells.get(place).and_then(Cell::number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn table() -> Table {
        let columns = ["省", "最佳", "优秀"];
        let mut table = Table::new(vec![
            Column::text(columns[0]),
            Column::figures(columns[1]),
            Column::figures(columns[2]),
        ]);
        table.push(vec!["山东省".into(), Cell::Count(8), Cell::Count(2)]);
        table.push(vec!["内蒙古自治区".into(), Cell::Count(1), Cell::Count(4)]);
        table.push(vec!["无".into(), Cell::Count(0), Cell::Empty]);
        table.push_summary(vec!["合计".into(), Cell::Count(9), Cell::Count(6)]);
        table
    }

    fn lines(kind: ChartKind, series: &[usize]) -> Vec<String> {
        draw(&table(), &Chart { kind, labels: vec![0], series: series.to_vec() }, Some(40))
    }

    #[test]
    fn bars_begin_in_one_column_and_leave_out_sums() {
        assert_eq!(
            lines(ChartKind::Bars, &[1]),
            ["山东省       █████████████████████████ 8", "内蒙古自治区 ███▏ 1", "无            0",]
        );
        let two = lines(ChartKind::Bars, &[1, 2]);
        assert_eq!(two.len(), 6);
        assert_eq!(two[0], "山东省       最佳 ████████████████████ 8");
        assert_eq!(two[3], "             优秀 ██████████ 4");
    }

    #[test]
    fn stacked_bars_have_a_legend_and_sparklines_their_ends() {
        let stacked = lines(ChartKind::Stacked, &[1, 2]);
        assert_eq!(stacked[0], "山东省       ████████████████▒▒▒▒ 10");
        assert_eq!(stacked[1], "内蒙古自治区 ██▒▒▒▒▒▒▒▒ 5");
        assert_eq!(stacked[3], "             █ 最佳  ▒ 优秀");
        assert_eq!(lines(ChartKind::Line, &[1]), ["最佳 █▂▁ 8→0", "     山东省→无"]);
        assert!(lines(ChartKind::Line, &[]).is_empty());
    }
}
