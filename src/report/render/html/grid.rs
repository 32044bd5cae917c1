//! A table as HTML: headings in groups, figures with their values, totals at the end.

use super::behind::Lists;
use super::escape::text;
use super::figure::shown;
use crate::locale::Lang;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Row;
use crate::table::Table;
use std::fmt::Write as _;

/// What a table is called, for its readers and for the way back from a list of records.
pub(super) struct Name<'n> {
    /// Its own title.
    pub(super) title: Option<&'n str>,
    /// The heading it stands under, with the id of that heading.
    pub(super) under: Option<(&'n str, usize)>,
}

/// The `<table>`, in a box that scrolls on a narrow screen. Nothing for a table without columns.
pub(super) fn grid(table: &Table, name: &Name<'_>, lists: &mut Lists<'_>, lang: Lang) -> String {
    if table.columns.is_empty() {
        return String::new();
    }
    let label = match (name.title, name.under) {
        (None, Some((_, heading))) => format!(" aria-labelledby=\"h{heading}\""),
        _ => String::new(),
    };
    // What scrolls must be reachable by keyboard, and what is reachable needs a name.
    let region = match name.title.or(name.under.map(|(heading, _)| heading)) {
        Some(title) => format!(" role=\"region\" aria-label=\"{}\"", text(title)),
        None => String::new(),
    };
    let mut out = format!("<div class=\"wide\" tabindex=\"0\"{region}>\n<table{label}>\n");
    if let Some(title) = name.title {
        let _ = writeln!(out, "<caption>{}</caption>", text(title));
    }
    head(&mut out, table);
    // What sums up the rows above it stays at the end, whatever the order of the others.
    let last = table.rows.iter().rposition(|row| !row.summary).map_or(0, |last| last + 1);
    let (body, foot) = table.rows.split_at(last);
    out.push_str("<tbody>\n");
    if table.rows.is_empty() {
        let columns = table.columns.len();
        let nothing = text(lang.word("report.nothing"));
        let _ = writeln!(out, "<tr class=\"sum\"><td colspan=\"{columns}\">{nothing}</td></tr>");
    }
    for row in body {
        line(&mut out, table, row, name, lists);
    }
    out.push_str("</tbody>\n");
    if !foot.is_empty() {
        out.push_str("<tfoot>\n");
        for row in foot {
            line(&mut out, table, row, name, lists);
        }
        out.push_str("</tfoot>\n");
    }
    out.push_str("</table>\n</div>\n");
    out
}

/// The headings; columns of a group stand under its heading.
fn head(out: &mut String, table: &Table) {
    let runs = runs(table);
    let grouped = runs.iter().any(|(group, _)| group.is_some());
    let heading = |place: usize, more: &str| {
        let column = &table.columns[place];
        let class = if column.align == Align::Right { " class=\"n\"" } else { "" };
        format!("<th{class} scope=\"col\" data-col=\"{place}\"{more}>{}</th>", text(&column.heading))
    };
    let (mut first, mut second) = (String::new(), String::new());
    let mut place = 0;
    for (group, span) in &runs {
        match group {
            Some(group) => {
                let _ = write!(first, "<th colspan=\"{span}\" scope=\"colgroup\">{}</th>", text(group));
                (place..place + span).for_each(|place| second.push_str(&heading(place, "")));
            }
            None => first.push_str(&heading(place, if grouped { " rowspan=\"2\"" } else { "" })),
        }
        if grouped {
            let _ = write!(out, "<colgroup span=\"{span}\"></colgroup>");
        }
        place += span;
    }
    if grouped {
        let _ = writeln!(out, "\n<thead>\n<tr>{first}</tr>\n<tr>{second}</tr>\n</thead>");
    } else {
        let _ = writeln!(out, "<thead>\n<tr>{first}</tr>\n</thead>");
    }
}

/// Neighbouring columns of one group, as (group, columns).
fn runs(table: &Table) -> Vec<(Option<&str>, usize)> {
    let mut runs: Vec<(Option<&str>, usize)> = Vec::new();
    for column in &table.columns {
        match (runs.last_mut(), column.group.as_deref()) {
            (Some((Some(group), span)), Some(same)) if *group == same => *span += 1,
            (_, group) => runs.push((group, 1)),
        }
    }
    runs
}

fn line(out: &mut String, table: &Table, row: &Row, name: &Name<'_>, lists: &mut Lists<'_>) {
    out.push_str(if row.summary { "<tr class=\"sum\">" } else { "<tr>" });
    for (place, column) in table.columns.iter().enumerate() {
        let cell = row.cells.get(place).unwrap_or(&Cell::Empty);
        let mut about = String::new();
        if column.align == Align::Right {
            about.push_str(" class=\"n\"");
        }
        if let Some(value) = cell.number() {
            let _ = match cell {
                Cell::Count(number) | Cell::Change(number) => write!(about, " data-value=\"{number}\""),
                _ => write!(about, " data-value=\"{value:?}\""),
            };
        }
        let mut inside = text(&shown(cell));
        let behind = row.behind.get(place).filter(|_| !inside.is_empty());
        let what = || what(table, row, place, name);
        if let Some(link) = behind.and_then(|behind| lists.link(behind, what)) {
            let _ = write!(about, " id=\"c{}\"", link.cell);
            inside = format!("<a href=\"#k{}\">{inside}</a>", link.list);
        }
        let heads_row = place == 0 && column.align == Align::Left && !inside.is_empty();
        let _ = if heads_row {
            write!(out, "<th{about} scope=\"row\">{inside}</th>")
        } else {
            write!(out, "<td{about}>{inside}</td>")
        };
    }
    out.push_str("</tr>\n");
}

/// What a figure is: its table, its row, its column.
fn what(table: &Table, row: &Row, place: usize, name: &Name<'_>) -> String {
    let column = table.columns.get(place);
    let label = row.cells.first().filter(|_| place > 0).map(shown).unwrap_or_default();
    let parts = [
        name.title.or(name.under.map(|(heading, _)| heading)).unwrap_or_default(),
        &label,
        column.and_then(|column| column.group.as_deref()).unwrap_or_default(),
        column.map(|column| column.heading.as_str()).unwrap_or_default(),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    parts.join(" · ")
}
