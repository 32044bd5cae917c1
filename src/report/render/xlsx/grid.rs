//! One table on a sheet of its own: title, headings, rows, notes, chart.

use super::Limits;
use super::charts;
use super::charts::Drawn;
use super::charts::Spots;
use super::names::Names;
use super::names::target;
use super::sources::Figure;
use super::sources::Sources;
use super::styles::Place;
use super::styles::Shown;
use super::styles::Styles;
use super::styles::grouped;
use super::text::fit;
use super::text::is_formula;
use super::text::line;
use super::text::lines;
use super::text::pieces;
use super::widths;
use crate::locale::Lang;
use crate::report::render::RenderError;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Row;
use crate::table::Table;
use rust_xlsxwriter::IgnoreError;
use rust_xlsxwriter::Url;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::ops::Range;

/// The columns of a sheet (Excel specifications and limits, Microsoft).
pub(super) const MOST_COLUMNS: usize = 16_384;
/// The largest whole number of which Excel keeps every digit: it keeps 15.
const LARGEST: u64 = 999_999_999_999_999;
/// Excel's units that a page of A4 upright holds.
const UPRIGHT: f64 = 85.0;
/// Beside a table no wider than this, with rows enough, is room for its chart.
const NARROW: f64 = 60.0;
const TALL: usize = 10;
/// A column that has no width of its own, in Excel's units.
const BARE: f64 = 8.4;
/// Lines that may have to be said below a table beside its own notes.
const REMARKS: usize = 4;

/// What stands on one sheet: a table, or some of its rows where it has more than a sheet.
pub(super) struct Part<'d> {
    pub(super) table: &'d Table,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) rows: Range<usize>,
    /// The block of the document that the table is.
    pub(super) block: usize,
    /// Which part of how many.
    number: usize,
    of: usize,
}

/// What every sheet is made with.
pub(super) struct Tools<'t> {
    pub(super) lang: Lang,
    pub(super) styles: &'t Styles,
    pub(super) limits: &'t Limits,
}

/// The sheets that a table needs. They are called by the first of two names unless it is empty.
///
/// # Errors
/// More columns than a sheet has, or so many notes that no row fits beside them.
pub(super) fn parts<'d>(
    table: &'d Table,
    block: usize,
    title: Option<String>,
    called: [&str; 2],
    names: &mut Names,
    tools: &Tools<'_>,
) -> Result<Vec<Part<'d>>, RenderError> {
    let [wanted, otherwise] = called;
    let head = usize::from(title.is_some()) + usize::from(has_groups(table)) + 1;
    let notes: usize = table.notes.iter().map(|note| pieces(note).len()).sum();
    let room = (tools.limits.rows as usize).saturating_sub(head + notes + 1 + REMARKS);
    if table.columns.len() > MOST_COLUMNS || (room == 0 && !table.rows.is_empty()) {
        let (columns, rows) = (table.columns.len().to_string(), table.rows.len().to_string());
        let name = if wanted.is_empty() { otherwise } else { wanted };
        let args = [("title", name), ("columns", &columns), ("rows", &rows)];
        return Err(RenderError(tools.lang.say("xlsx.too-large", &args)));
    }
    let of = table.rows.len().div_ceil(room.max(1)).max(1);
    let part = |number: usize| Part {
        table,
        name: names.claim(wanted, otherwise),
        title: title.clone(),
        rows: number * room..((number + 1) * room).min(table.rows.len()),
        block,
        number,
        of,
    };
    Ok((0..of).map(part).collect())
}

fn has_groups(table: &Table) -> bool {
    table.columns.iter().any(|column| column.group.is_some())
}

/// What is counted while the sheet is written, and has to be said below the table.
#[derive(Default)]
struct Remarks {
    linked: usize,
    unlinked: usize,
    cut: usize,
    undrawn: bool,
}

/// Writes the sheet of a part.
///
/// # Errors
/// What the workbook refuses.
pub(super) fn write(
    book: &mut Workbook,
    part: &Part<'_>,
    tools: &Tools<'_>,
    sources: &mut Sources<'_>,
) -> Result<(), XlsxError> {
    let table = part.table;
    let sheet = super::sheet(book, &part.name)?;
    let mut remarks = Remarks::default();
    let group = u32::from(part.title.is_some());
    let head = group + u32::from(has_groups(table));
    let spots = Spots {
        sheet: &part.name,
        title: part.title.is_some().then_some(0),
        group: has_groups(table).then_some(group),
        head,
        first: head + 1,
    };
    if let Some(title) = &part.title {
        let title = held(&line(title), tools, &mut remarks);
        sheet.write_string_with_format(0, 0, title, &tools.styles.title)?;
        sheet.set_row_height(0, 26)?;
    }
    let grouped = grouped(table.columns.len(), &table.rows);
    let widths = widths::columns(table, part.rows.clone(), &grouped);
    for (col, width) in (0..).zip(&widths) {
        sheet.set_column_width(col, *width)?;
    }
    headings(sheet, table, spots, &widths, tools, &mut remarks)?;
    for (row, content) in (spots.first..).zip(table.rows.get(part.rows.clone()).unwrap_or_default()) {
        let line = Line { part, content, row, widths: &widths, grouped: &grouped };
        line.write(sheet, tools, sources, &mut remarks)?;
    }
    let spare = table.columns.len() as u16;
    let drawn = match &table.chart {
        Some(wanted) if charts::fits(table, wanted) && part.of == 1 => {
            charts::draw(table, wanted, spots, spare)
        }
        Some(_) => {
            remarks.undrawn = true;
            None
        }
        None => None,
    };
    let total: f64 = widths.iter().sum();
    let beside = drawn.is_some() && total <= NARROW && part.rows.len() >= TALL;
    let below = notes(sheet, part, spots, &widths, beside, remarks, tools)?;
    if let Some(Drawn { chart, names }) = drawn {
        for (row, name) in &names {
            sheet.write_string(*row, spare, fit(lines(name), tools.lang.word("xlsx.mark")).0)?;
        }
        if !names.is_empty() {
            sheet.set_column_hidden(spare)?;
        }
        let (row, col) = if beside { (spots.head, spare + 1) } else { (below + 2, 0) };
        sheet.insert_chart(row, col, &chart)?;
    }
    page(sheet, part, spots, &widths, beside)
}

/// Panes, filter, printed titles.
fn page(
    sheet: &mut Worksheet,
    part: &Part<'_>,
    spots: Spots<'_>,
    widths: &[f64],
    beside: bool,
) -> Result<(), XlsxError> {
    let table = part.table;
    let wide = widths.iter().sum::<f64>() > UPRIGHT;
    if wide || beside {
        sheet.set_landscape();
    }
    let Some(last) = table.columns.len().checked_sub(1) else { return Ok(()) };
    // What names the rows of a wide table stays in sight.
    let label = table.columns.first().is_some_and(|column| column.align == Align::Left);
    let names = wide && label && widths.first().is_some_and(|&first| first <= UPRIGHT / 3.0);
    sheet.set_freeze_panes(spots.first, u16::from(names))?;
    sheet.set_repeat_rows(0, spots.head)?;
    // Sums and what is left over are no rows to be sorted among the others.
    let rows = table.rows.get(part.rows.clone()).unwrap_or_default();
    let filtered = rows.iter().rposition(|row| !row.summary).map_or(0, |place| place as u32 + 1);
    sheet.autofilter(spots.head, 0, spots.head + filtered, last as u16)?;
    if !rows.is_empty() {
        // Years and ids that are text shall not be marked as mistakes.
        let end = spots.head + rows.len() as u32;
        sheet.ignore_error_range(spots.first, 0, end, last as u16, IgnoreError::NumberStoredAsText)?;
    }
    Ok(())
}

fn headings(
    sheet: &mut Worksheet,
    table: &Table,
    spots: Spots<'_>,
    widths: &[f64],
    tools: &Tools<'_>,
    remarks: &mut Remarks,
) -> Result<(), XlsxError> {
    let format = &tools.styles.head;
    let mut most = 1;
    for ((col, column), width) in (0..).zip(&table.columns).zip(widths) {
        let text = held(&line(&column.heading), tools, remarks);
        most = most.max(widths::lines(&text, width - 2.0));
        sheet.write_string_with_format(spots.head, col, text, format)?;
    }
    sheet.set_row_height(spots.head, widths::height(most).max(22.0))?;
    let Some(row) = spots.group else { return Ok(()) };
    sheet.set_row_height(row, 20)?;
    let mut start = 0;
    for run in table.columns.chunk_by(|a, b| a.group == b.group && a.group.is_some()) {
        let (from, to) = (start as u16, (start + run.len() - 1) as u16);
        start += run.len();
        let name = run.first().and_then(|column| column.group.as_deref());
        let name = held(&line(name.unwrap_or_default()), tools, remarks);
        if to > from {
            sheet.merge_range(row, from, row, to, &name, format)?;
        }
        // Under the merged cell each column keeps the name: a series in a chart is called by it.
        for col in from..=to {
            sheet.write_string_with_format(row, col, name.as_str(), format)?;
        }
    }
    Ok(())
}

/// One row of a table, and where it goes.
struct Line<'l> {
    part: &'l Part<'l>,
    content: &'l Row,
    row: u32,
    widths: &'l [f64],
    grouped: &'l [bool],
}

impl Line<'_> {
    fn write(
        &self,
        sheet: &mut Worksheet,
        tools: &Tools<'_>,
        sources: &mut Sources<'_>,
        remarks: &mut Remarks,
    ) -> Result<(), XlsxError> {
        let mut most = 1;
        for (place, (column, cell)) in self.part.table.columns.iter().zip(&self.content.cells).enumerate() {
            let link = self.link(place, cell, tools, sources, remarks);
            let look = Place { align: column.align, summary: self.content.summary, link: link.is_some() };
            let (row, col) = (self.row, place as u16);
            let grouped = self.grouped.get(place).copied().unwrap_or_default();
            if let Some((number, shown)) = number(cell, grouped) {
                let format = tools.styles.cell(shown, look);
                if let Some(link) = link {
                    // The link writes a text; the figure then takes its place and the link stays.
                    sheet.write_url_with_format(row, col, Url::new(link), format)?;
                }
                sheet.write_number_with_format(row, col, number, format)?;
                continue;
            }
            let text = held(&lines(&cell.plain()), tools, remarks);
            most = most.max(widths::lines(&text, self.widths.get(place).copied().unwrap_or(BARE)));
            let shown = if is_formula(&text) { Shown::Verbatim } else { Shown::Text };
            let format = tools.styles.cell(shown, look);
            match link {
                Some(link) => sheet.write_url_with_format(row, col, Url::new(link).set_text(text), format)?,
                None => sheet.write_string_with_format(row, col, text, format)?,
            };
        }
        if most > 1 {
            sheet.set_row_height(self.row, widths::height(most))?;
        }
        Ok(())
    }

    /// Where the records behind a cell are.
    fn link(
        &self,
        place: usize,
        cell: &Cell,
        tools: &Tools<'_>,
        sources: &mut Sources<'_>,
        remarks: &mut Remarks,
    ) -> Option<String> {
        let behind = self.content.behind.get(place).filter(|behind| !behind.is_empty())?;
        if cell.plain().is_empty() {
            return None;
        }
        if remarks.linked >= tools.limits.links {
            remarks.unlinked += 1;
            return None;
        }
        let figure =
            || Figure { name: self.name(place), target: target(&self.part.name, self.row, place as u16) };
        let link = sources.place(behind, figure)?;
        remarks.linked += 1;
        Some(link)
    }

    /// What a figure is called: table, row, column.
    fn name(&self, place: usize) -> String {
        let columns = &self.part.table.columns;
        let labels = columns.iter().take(place).take_while(|column| column.align == Align::Left).count();
        let row: Vec<String> = self.content.cells.iter().take(labels).map(Cell::plain).collect();
        let mut parts = vec![self.part.name.clone(), line(row.join(" ").trim())];
        if let Some(column) = columns.get(place) {
            parts.extend(column.group.as_deref().map(line));
            parts.push(line(&column.heading));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }
}

/// A figure as Excel holds it, and how it is shown; `None` for text and for what it cannot hold.
fn number(cell: &Cell, grouped: bool) -> Option<(f64, Shown)> {
    let whole = |number: i64| (number.unsigned_abs() <= LARGEST).then_some(number as f64);
    match cell {
        Cell::Empty | Cell::Text(_) => None,
        Cell::Count(count) => Some((whole(*count)?, if grouped { Shown::Grouped } else { Shown::Plain })),
        Cell::Change(change) => Some((whole(*change)?, Shown::Change)),
        Cell::Mean(mean) => mean.is_finite().then_some((*mean, Shown::Mean)),
        Cell::Decimal(text) => Some((cell.number()?, Shown::decimal(text))),
        Cell::Share(share) => share.is_finite().then_some((*share, Shown::Share)),
    }
}

fn held(text: &str, tools: &Tools<'_>, remarks: &mut Remarks) -> String {
    let (text, cut) = fit(text.to_owned(), tools.lang.word("xlsx.mark"));
    remarks.cut += usize::from(cut);
    text
}

/// The notes of a table and what there is to say of the sheet; gives the row after them.
fn notes(
    sheet: &mut Worksheet,
    part: &Part<'_>,
    spots: Spots<'_>,
    widths: &[f64],
    beside: bool,
    remarks: Remarks,
    tools: &Tools<'_>,
) -> Result<u32, XlsxError> {
    let Tools { lang, styles, limits } = tools;
    let mut said: Vec<String> = part.table.notes.iter().map(|note| lines(note)).collect();
    if part.of > 1 {
        let (number, count) = ((part.number + 1).to_string(), part.of.to_string());
        said.push(lang.say("xlsx.part", &[("number", &number), ("count", &count)]));
    }
    if remarks.undrawn {
        said.push(lang.word("xlsx.undrawn").to_owned());
    }
    if remarks.unlinked > 0 {
        let (max, count) = (limits.links.to_string(), remarks.unlinked.to_string());
        said.push(lang.say("xlsx.unlinked", &[("max", &max), ("count", &count)]));
    }
    if remarks.cut > 0 {
        let mark = lang.word("xlsx.mark");
        said.push(lang.say("xlsx.cut", &[("count", &remarks.cut.to_string()), ("mark", mark)]));
    }
    let end = spots.head + part.rows.len() as u32;
    if said.is_empty() {
        return Ok(end);
    }
    let mut width: f64 = widths.iter().sum();
    let mut last = (widths.len().max(1) - 1) as u16;
    while !beside && width < NARROW && usize::from(last) + 1 < MOST_COLUMNS {
        last += 1;
        width += BARE;
    }
    let mut row = end + 1;
    for note in &said {
        let note = lang.say("report.note", &[("note", note)]);
        for piece in pieces(&note) {
            row += 1;
            if last > 0 {
                sheet.merge_range(row, 0, row, last, piece, &styles.note)?;
            } else {
                sheet.write_string_with_format(row, 0, piece, &styles.note)?;
            }
            sheet.set_row_height(row, widths::height(widths::lines(piece, width)))?;
        }
    }
    Ok(row)
}
