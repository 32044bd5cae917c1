//! The first sheet: the document as text, with links where its tables would stand.

use super::grid::Part;
use super::grid::Tools;
use super::names::target;
use super::sources::Figure;
use super::sources::Sources;
use super::text::line;
use super::text::lines;
use super::text::pieces;
use super::widths;
use crate::report::document::Block;
use crate::report::document::Document;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::Url;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;

/// The width of the text in Excel's unit: within a page of A4 in wider type too, where the font is
/// missing.
const WIDTH: f64 = 70.0;

/// A sheet that is neither this one nor a table's: its name, and how many records it lists; none for
/// those that list some records again and again.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) records: Option<usize>,
}

struct Page<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
}

impl Page<'_> {
    fn text(&mut self, text: &str, format: &Format, extra: f64) -> Result<(), XlsxError> {
        for piece in pieces(text) {
            self.sheet.write_string_with_format(self.row, 0, piece, format)?;
            let height = widths::height(widths::lines(piece, WIDTH)) + extra;
            self.sheet.set_row_height(self.row, height.min(widths::HIGHEST))?;
            self.row += 1;
        }
        Ok(())
    }

    fn link(&mut self, name: &str, text: String, format: &Format) -> Result<(), XlsxError> {
        let url = Url::new(target(name, 0, 0)).set_text(text);
        self.sheet.write_url_with_format(self.row, 0, url, format)?;
        self.row += 1;
        Ok(())
    }
}

/// A figure of a paragraph, as a line under it: a cell of text has one link at most.
pub(super) struct Link {
    block: usize,
    text: String,
    target: String,
}

/// Where the figures of paragraphs lead. To be asked before the sheets of records are written.
pub(super) fn places(document: &Document, sheet: &str, sources: &mut Sources<'_>) -> Vec<Link> {
    let mut found = Vec::new();
    for (block, part) in document.blocks.iter().enumerate() {
        let Block::Stated { text, figures } = part else { continue };
        for figure in figures {
            let words = line(figure.clause(text));
            let named = || Figure { name: words.clone(), target: target(sheet, 0, 0) };
            if let Some(target) = sources.place(&figure.behind, named) {
                found.push(Link { block, text: format!("→ {words}"), target });
            }
        }
    }
    found
}

/// Fills the sheet.
///
/// # Errors
/// What the workbook refuses.
pub(super) fn write(
    sheet: &mut Worksheet,
    document: &Document,
    parts: &[Part<'_>],
    stated: &[Link],
    listed: &[Listed],
    tools: &Tools<'_>,
) -> Result<(), XlsxError> {
    let Tools { lang, styles, limits } = tools;
    sheet.set_column_width(0, WIDTH)?;
    let mut page = Page { sheet, row: 0 };
    if let Some(title) = &document.title {
        page.text(&line(title), &styles.headings[0], 10.0)?;
    }
    let mut links = 0;
    for (place, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading { level, text } => {
                let format = if *level <= 2 { &styles.headings[1] } else { &styles.headings[2] };
                page.text(&line(text), format, 8.0)?;
            }
            Block::Paragraph(text) => page.text(&lines(text), &styles.text, 4.0)?,
            Block::Stated { text, .. } => {
                page.text(&lines(text), &styles.text, 4.0)?;
                for link in stated.iter().filter(|link| link.block == place) {
                    links += 1;
                    if links <= limits.links {
                        let url = Url::new(&link.target).set_text(&link.text);
                        page.sheet.write_url_with_format(page.row, 0, url, &styles.link)?;
                        page.row += 1;
                    }
                }
            }
            Block::List { ordered, items } => {
                for (number, item) in (1..).zip(items) {
                    let mark = if *ordered { format!("{number}. ") } else { "• ".to_owned() };
                    page.text(&format!("{mark}{}", line(item)), &styles.item, 0.0)?;
                }
            }
            Block::Table(_) => {
                for part in parts.iter().filter(|part| part.block == place) {
                    let count = part.rows.len().to_string();
                    let text = lang.say("xlsx.link", &[("name", &part.name), ("count", &count)]);
                    links += 1;
                    if links <= limits.links {
                        page.link(&part.name, text, &styles.link)?;
                    } else {
                        page.text(&text, &styles.text, 0.0)?;
                    }
                }
            }
        }
    }
    if !listed.is_empty() {
        page.row += 1;
    }
    for Listed { name, records } in listed.iter().take(limits.links.saturating_sub(links)) {
        let text = match records {
            Some(count) => lang.say("xlsx.listed", &[("name", name), ("count", &count.to_string())]),
            None => lang.say("xlsx.traced", &[("name", name)]),
        };
        page.link(name, text, &styles.link)?;
    }
    Ok(())
}
