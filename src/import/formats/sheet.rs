//! Owns workbooks: .xlsx, .xls, .et, .ods by their bytes.
//! Must not know what a column means.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Cursor;

use calamine::{
    Data, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Sheets as Workbook, StyleRange,
    open_workbook_auto_from_rs,
};
use memchr::memmem;

use super::guard::{PATIENCE, fenced};
use super::tabular::{MAX_CELLS, Sheets};
use super::{Bytes, Reading};
use crate::import::options::Options;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Bytes of a packed workbook once it is unpacked; a real one of two million cells has fewer.
const MAX_UNPACKED: u64 = 256 << 20;
/// A part of more than this …
const SMALL: u64 = 8 << 20;
/// … that is so many times as large as it was packed is no sheet: the reader would hold it several times over.
const MAX_RATIO: u64 = 400;

type File = Cursor<Vec<u8>>;

/// Whether the bytes are a workbook: a package with `xl/` or the type of an OpenDocument spreadsheet, or a compound file with the
/// stream of a workbook and not that of a text or of slides that hold a workbook.
pub fn sniff(input: Bytes<'_>) -> bool {
    if input.bytes.starts_with(OLE) {
        let has = |name: &str| stream(input.bytes, name);
        let locked = has("EncryptedPackage") && matches!(input.ending, "xlsx" | "xlsm" | "et" | "xls");
        return locked
            || (has("Workbook") || has("Book")) && !has("WordDocument") && !has("PowerPoint Document");
    }
    if !input.bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    let Ok(mut package) = zip::ZipArchive::new(Cursor::new(input.bytes)) else { return false };
    if let Ok(mut kind) = package.by_name("mimetype") {
        let mut text = String::new();
        let mut head = std::io::Read::take(&mut kind, 200);
        let read = std::io::Read::read_to_string(&mut head, &mut text);
        return read.is_ok() && text.trim() == "application/vnd.oasis.opendocument.spreadsheet";
    }
    package.index_for_name("xl/workbook.xml").or_else(|| package.index_for_name("xl/workbook.bin")).is_some()
}

/// Whether a compound file has a stream of this name: its directory holds names in UTF-16, ended by a zero.
fn stream(bytes: &[u8], name: &str) -> bool {
    let mut wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    wide.extend([0, 0]);
    // A name begins an entry, and entries stand at multiples of 128.
    memmem::find_iter(bytes, &wide).any(|at| at % 128 == 0)
}

/// Reads a workbook.
///
/// # Errors
/// `encrypted`, `too-large`, `bomb`, `broken-workbook`, `reader-failed`.
pub fn read(input: Bytes<'_>, _options: &Options<'_>) -> Result<Reading, &'static str> {
    if input.bytes.starts_with(OLE) && stream(input.bytes, "EncryptedPackage") {
        return Err("encrypted");
    }
    unpacks(input.bytes)?;
    let bytes = input.bytes.to_vec();
    fenced(PATIENCE, move || workbook(bytes))
}

/// Unpacks every part of a package into nothing: what a package says of its sizes is not to be relied on.
fn unpacks(bytes: &[u8]) -> Result<(), &'static str> {
    // No package at all: the reader says so.
    let Ok(mut package) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let mut left = MAX_UNPACKED;
    for at in 0..package.len() {
        let Ok(part) = package.by_index(at) else { continue };
        let most = SMALL.max(part.compressed_size().saturating_mul(MAX_RATIO));
        let limit = most.min(left);
        // A part that breaks off breaks off for the reader too, at the same byte.
        let mut part = std::io::Read::take(part, limit + 1);
        let _ = std::io::copy(&mut part, &mut std::io::sink());
        let size = limit + 1 - part.limit();
        if size > limit {
            return Err(if most < left { "bomb" } else { "too-large" });
        }
        left -= size;
    }
    Ok(())
}

fn workbook(bytes: Vec<u8>) -> Result<Reading, &'static str> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| reason(&error))?;
    let mut sheets = Sheets::default();
    let mut hidden = false;
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        hidden |= sheet.visible != SheetVisible::Visible;
        let cells = cells(&mut book, &sheet.name)?;
        let merged = merged(&mut book, &sheet.name);
        sheets.sheet(&sheet.name);
        lay_out(&cells, &merged, &mut sheets)?;
        sheets.end_sheet();
    }
    let remarks = if hidden { vec!["hidden-sheet"] } else { Vec::new() };
    Ok(Reading { document: sheets.done(), remarks, ..Reading::default() })
}

fn reason(error: &calamine::Error) -> &'static str {
    use calamine::{OdsError, XlsError, XlsxError};
    match error {
        calamine::Error::Xls(XlsError::Password)
        | calamine::Error::Xlsx(XlsxError::Password)
        | calamine::Error::Ods(OdsError::Password) => "encrypted",
        _ => "broken-workbook",
    }
}

/// What the cells of a sheet say, by row and column from 0. A formula whose value the file does not hold is given as the formula.
type Cells = BTreeMap<(u32, u32), String>;

fn cells(book: &mut Workbook<File>, name: &str) -> Result<Cells, &'static str> {
    let broken = |_| "broken-workbook";
    let styles = book.worksheet_style(name).unwrap_or_else(|_| StyleRange::empty());
    let mut found = Cells::new();
    let mut add = |at: (u32, u32), value: &Data, formula: Option<&str>| {
        let mut text = words(value, &styles, at);
        if text.is_empty()
            && let Some(formula) = formula.filter(|formula| !formula.is_empty())
        {
            text = format!("={}", formula.trim_start_matches("of:").trim_start_matches('='));
        }
        if !text.is_empty() {
            found.insert(at, text);
        }
        if found.len() > MAX_CELLS { Err("too-large") } else { Ok(()) }
    };
    if let Workbook::Xlsx(book) = book {
        // Cell by cell: a sheet with one cell in its last corner must not fill the memory.
        let mut reader =
            book.worksheet_cells_reader(name).map_err(|error| reason(&calamine::Error::Xlsx(error)))?;
        while let Some(cell) = reader.next_cell_with_formula().map_err(|_| "broken-workbook")? {
            add(cell.pos, &Data::from(cell.value), cell.formula.as_deref())?;
        }
        return Ok(found);
    }
    let values = book.worksheet_range(name).map_err(broken)?;
    let formulas = book.worksheet_formula(name).unwrap_or_default();
    let origin = values.start().unwrap_or_default();
    for (row, column, value) in values.used_cells() {
        let at = (origin.0 + u32_of(row), origin.1 + u32_of(column));
        add(at, value, None)?;
    }
    let origin = formulas.start().unwrap_or_default();
    let bare = formulas.used_cells().map(|(row, column, formula)| {
        ((origin.0 + u32_of(row), origin.1 + u32_of(column)), formula.as_str())
    });
    let bare: Vec<_> =
        bare.filter(|(at, _)| values.get_value(*at).is_none_or(calamine::DataType::is_empty)).collect();
    for (at, formula) in bare {
        add(at, &Data::Empty, Some(formula))?;
    }
    Ok(found)
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn merged(book: &mut Workbook<File>, name: &str) -> Vec<Dimensions> {
    match book {
        Workbook::Xlsx(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
        Workbook::Xls(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
        // The reader does not tell of merged cells; what they cover is empty there.
        Workbook::Xlsb(_) | Workbook::Ods(_) => Vec::new(),
    }
}

fn lay_out(cells: &Cells, merged: &[Dimensions], sheets: &mut Sheets) -> Result<(), &'static str> {
    let spans: HashMap<(u32, u32), &Dimensions> = merged.iter().map(|area| (area.start, area)).collect();
    let mut covered: HashSet<(u32, u32)> = HashSet::new();
    // Only where the first cell speaks does it hide the others: nothing is lost.
    for area in merged.iter().filter(|area| cells.contains_key(&area.start)) {
        let inside = cells.range(area.start..=(area.end.0, u32::MAX)).map(|(at, _)| *at);
        covered.extend(inside.filter(|at| *at != area.start && area.contains(at.0, at.1)));
    }
    let mut row = None;
    for (at, text) in cells.iter().filter(|(at, _)| !covered.contains(at)) {
        if row != Some(at.0) {
            row = Some(at.0);
            sheets.row(at.0 as usize + 1);
        }
        let (columns, rows) = spans.get(at).map_or((1, 1), |area| {
            ((area.end.1.saturating_sub(at.1) + 1) as usize, (area.end.0.saturating_sub(at.0) + 1) as usize)
        });
        sheets.cell(at.1 as usize, columns, rows, text)?;
    }
    Ok(())
}

/// What a cell shows, as near as the file tells.
fn words(value: &Data, styles: &StyleRange, at: (u32, u32)) -> String {
    let percent = || {
        let format = styles.get(at).and_then(|style| style.number_format.as_ref());
        format.is_some_and(|format| format.format_code.contains('%'))
    };
    match value {
        Data::Int(number) if percent() => format!("{}%", number.saturating_mul(100)),
        Data::Float(number) if percent() => format!("{}%", plain(number * 100.0)),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => plain(*number),
        Data::String(text) => text.clone(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(time) => moment(time),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).replace('T', " "),
        Data::DurationIso(text) => text.clone(),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// A number to the 15 digits that spreadsheets keep, without a `.0` that nobody wrote.
fn plain(number: f64) -> String {
    let kept = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    format!("{kept}")
}

fn moment(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if time.is_duration() {
        return plain(time.as_f64() * 24.0) + "h";
    }
    let clock = match (hour, minute, second) {
        (0, 0, 0) => String::new(),
        (_, _, 0) => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    if time.as_f64() < 1.0 && !clock.is_empty() {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock.is_empty() { date } else { format!("{date} {clock}") }
}
