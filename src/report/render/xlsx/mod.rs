//! Excel workbooks (ECMA-376): a sheet for each table, figures as numbers, charts drawn from the cells,
//! and a link from each figure to the records behind it.
//!
//! The first sheet holds the text of the document; one that is nothing but a table goes without. Text
//! never becomes a formula. Nothing is lost without a word: tables of more rows than a sheet has go
//! on in the next one, cut text and left-out links are counted below the table.

mod about;
mod charts;
mod grid;
mod names;
mod sources;
mod styles;
mod text;
mod widths;

use super::Options;
use super::RenderError;
use crate::report::document::Block;
use crate::report::document::Document;
use grid::Tools;
use names::Names;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use sources::Sources;
use styles::Styles;

/// What a sheet can hold.
struct Limits {
    rows: u32,
    links: usize,
}

/// Excel's own (Excel specifications and limits, Microsoft).
const EXCEL: Limits = Limits { rows: 1_048_576, links: 65_530 };
/// A4 among the sizes of paper (ECMA-376 part 1, 18.3.1.63).
const A4: u8 = 9;

pub(super) fn render(document: &Document, options: &Options) -> Result<Vec<u8>, RenderError> {
    within(document, options, &EXCEL)
}

fn within(document: &Document, options: &Options, limits: &Limits) -> Result<Vec<u8>, RenderError> {
    let lang = options.lang;
    let styles = Styles::new();
    let tools = Tools { lang, styles: &styles, limits };
    let mut names = Names::new();
    let about = document.bare().is_none().then(|| {
        let word = lang.word("xlsx.about");
        names.claim(word, word)
    });
    let parts = plan(document, &mut names, &tools)?;
    let mut sources = Sources::new(&document.records, names, lang, limits);
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&properties(document)?);
        // The height and width of cells that Excel gives to this type.
        book.set_default_format(&styles::base(), 18, 72)?;
        if let Some(name) = &about {
            sheet(&mut book, name)?;
        }
        for part in &parts {
            grid::write(&mut book, part, &tools, &mut sources)?;
        }
        let stated = about.as_ref().map(|name| about::places(document, name, &mut sources));
        let listed = sources.write(&mut book, &tools)?;
        if let Some(stated) = stated {
            about::write(book.worksheet_from_index(0)?, document, &parts, &stated, &listed, &tools)?;
        }
        book.save_to_buffer()
    };
    write().map_err(|error| RenderError(lang.say("xlsx.failed", &[("reason", &error.to_string())])))
}

/// The sheets of every table, named by its title or else by the heading above it.
fn plan<'d>(
    document: &'d Document,
    names: &mut Names,
    tools: &Tools<'_>,
) -> Result<Vec<grid::Part<'d>>, RenderError> {
    let mut parts = Vec::new();
    let mut heading: Option<&str> = None;
    let mut number = 0;
    for (place, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading { text, .. } => heading = Some(text),
            Block::Table(table) => {
                number += 1;
                let own = table.title.as_deref();
                let title = match (heading, own) {
                    (Some(heading), Some(own)) => {
                        Some(tools.lang.say("xlsx.under", &[("heading", heading), ("title", own)]))
                    }
                    (one, other) => other.or(one).map(str::to_owned),
                };
                let wanted = own.or(heading).unwrap_or_default();
                let otherwise = tools.lang.say("xlsx.table", &[("number", &number.to_string())]);
                parts.extend(grid::parts(table, place, title, [wanted, &otherwise], names, tools)?);
            }
            Block::Paragraph(_) | Block::Stated { .. } | Block::List { .. } => {}
        }
    }
    Ok(parts)
}

/// A new sheet, set up for printing on as many pages as it is long.
fn sheet<'b>(book: &'b mut Workbook, name: &str) -> Result<&'b mut Worksheet, XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_footer("&C&P / &N");
    sheet.set_default_row_height(widths::ROW);
    Ok(sheet)
}

/// A fixed date: the same document gives the same bytes.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let mut properties = DocProperties::new();
    if let Some(title) = &document.title {
        properties = properties.set_title(text::head(&text::line(title), 255));
    }
    Ok(properties.set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?))
}

#[cfg(test)]
mod tests;
