//! Owns what a table looks like: caption, headings that are repeated on every page, rows that no page cuts, notes.

use super::widths::Fit;
use super::widths::Part;
use super::xml::Look;
use super::xml::Xml;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;

/// A table of no more rows than this is kept on one page.
const KEPT: usize = 12;

/// How a cell is part of a larger one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// It is one by itself.
    None,
    /// The upper one of two.
    Upper,
    /// The lower one of two: nothing stands in it.
    Lower,
}

/// A cell: its width and how many columns it spans, and what is in it.
struct Slot<'t> {
    width: usize,
    span: usize,
    merge: Merge,
    text: &'t str,
    look: Look<'t>,
    /// The space on its right side beside figures, so that they stand in the middle of their column and their last
    /// digits below each other; `None` for text.
    right: Option<usize>,
}

/// What the cells of a row share.
#[derive(Clone, Copy)]
struct Manner {
    style: &'static str,
    heading: bool,
    /// The row stays on the page of the next one.
    kept: bool,
}

pub(super) fn draw(xml: &mut Xml, table: &Table, fit: &Fit) {
    for (number, part) in fit.parts.iter().enumerate() {
        if let Some(title) = &table.title {
            let title = match number {
                0 => title.clone(),
                _ => xml.lang.say("report.continued", &[("title", title)]),
            };
            xml.paragraph("Caption", |_| {}, |xml| xml.run(&title, Look::default()));
        }
        if !part.columns.is_empty() {
            grid(xml, table, fit, part);
        }
        if number + 1 < fit.parts.len() {
            end(xml);
        }
    }
    for note in &table.notes {
        let note = xml.lang.say("report.note", &[("note", note)]);
        xml.paragraph("TableNote", |_| {}, |xml| xml.run(&note, Look::default()));
    }
    end(xml);
}

/// Two tables without a paragraph between them would be one.
pub(super) fn end(xml: &mut Xml) {
    xml.paragraph("TableEnd", |_| {}, |_| {});
}

fn grid(xml: &mut Xml, table: &Table, fit: &Fit, part: &Part) {
    let style = fit.size.style();
    xml.element("w:tbl", &[], |xml| {
        frame(xml, "ReportTable", fit.page.width(), &part.widths);
        for cells in headings(table, part) {
            row(xml, Manner { style, heading: true, kept: true }, &cells);
        }
        for (number, of) in table.rows.iter().enumerate() {
            let next = table.rows.get(number + 1);
            let kept = next.is_some_and(|next| next.summary || table.rows.len() <= KEPT);
            let texts: Vec<String> = part
                .columns
                .iter()
                .map(|&place| of.cells.get(place).map_or_else(String::new, Cell::plain))
                .collect();
            row(xml, Manner { style, heading: false, kept }, &cells(table, fit, part, of, &texts));
        }
    });
}

/// The properties of a table and its columns.
pub(super) fn frame(xml: &mut Xml, style: &str, width: usize, columns: &[usize]) {
    xml.element("w:tblPr", &[], |xml| {
        xml.value("w:tblStyle", style);
        xml.empty("w:tblW", &[("w:w", &width), ("w:type", &"dxa")]);
        xml.value("w:jc", "center");
        xml.empty("w:tblLayout", &[("w:type", &"fixed")]);
    });
    xml.element("w:tblGrid", &[], |xml| {
        for width in columns {
            xml.empty("w:gridCol", &[("w:w", width)]);
        }
    });
}

/// One row of headings, or two where columns are grouped.
fn headings<'t>(table: &'t Table, part: &Part) -> Vec<Vec<Slot<'t>>> {
    let columns: Vec<(&Column, usize)> =
        part.columns.iter().map(|&place| &table.columns[place]).zip(part.widths.iter().copied()).collect();
    let heading = |text: &'t str, width: usize, span: usize, merge: Merge| Slot {
        width,
        span,
        merge,
        text,
        look: Look::styled("TableHead"),
        right: None,
    };
    if columns.iter().all(|(column, _)| column.group.is_none()) {
        return vec![
            columns.iter().map(|(column, width)| heading(&column.heading, *width, 1, Merge::None)).collect(),
        ];
    }
    let (mut upper, mut lower): (Vec<Slot<'t>>, Vec<Slot<'t>>) = (Vec::new(), Vec::new());
    let same = |a: &(&Column, usize), b: &(&Column, usize)| a.0.group.is_some() && a.0.group == b.0.group;
    for run in columns.chunk_by(same) {
        let width = run.iter().map(|(_, width)| width).sum();
        for (column, width) in run {
            match &column.group {
                Some(_) => lower.push(heading(&column.heading, *width, 1, Merge::None)),
                None => lower.push(heading("", *width, 1, Merge::Lower)),
            }
        }
        upper.extend(run.first().map(|(column, _)| match &column.group {
            Some(group) => heading(group, width, run.len(), Merge::None),
            None => heading(&column.heading, width, 1, Merge::Upper),
        }));
    }
    vec![upper, lower]
}

fn cells<'t>(table: &Table, fit: &Fit, part: &Part, row: &Row, texts: &'t [String]) -> Vec<Slot<'t>> {
    let look = if row.summary { Look::styled("Strong") } else { Look::default() };
    let figures = |at: usize, width: usize| {
        let taken = fit.size.twips(part.cells[at]) + 160;
        width.saturating_sub(taken) / 2
    };
    let one = |(at, &place): (usize, &usize)| {
        let (width, align) = (part.widths[at], table.columns[place].align);
        let right = (align == Align::Right).then(|| figures(at, width));
        Slot { width, span: 1, merge: Merge::None, text: &texts[at], look, right }
    };
    part.columns.iter().enumerate().map(one).collect()
}

fn row(xml: &mut Xml, manner: Manner, cells: &[Slot<'_>]) {
    xml.element("w:tr", &[], |xml| {
        xml.element("w:trPr", &[], |xml| {
            xml.empty("w:cantSplit", &[]);
            if manner.heading {
                xml.empty("w:tblHeader", &[]);
            }
        });
        for cell in cells {
            draw_cell(xml, manner, cell);
        }
    });
}

fn draw_cell(xml: &mut Xml, manner: Manner, cell: &Slot<'_>) {
    xml.element("w:tc", &[], |xml| {
        xml.element("w:tcPr", &[], |xml| {
            xml.empty("w:tcW", &[("w:w", &cell.width), ("w:type", &"dxa")]);
            if cell.span > 1 {
                xml.value("w:gridSpan", cell.span);
            }
            match cell.merge {
                Merge::None => {}
                Merge::Upper => xml.value("w:vMerge", "restart"),
                Merge::Lower => xml.empty("w:vMerge", &[]),
            }
            xml.value("w:vAlign", "center");
        });
        let properties = |xml: &mut Xml| {
            if manner.kept {
                xml.empty("w:keepNext", &[]);
            }
            if manner.heading {
                xml.value("w:jc", "center");
            } else if let Some(right) = cell.right {
                xml.empty("w:ind", &[("w:right", &right)]);
                xml.value("w:jc", "right");
            }
        };
        xml.paragraph(manner.style, properties, |xml| xml.run(cell.text.trim(), cell.look));
    });
}
