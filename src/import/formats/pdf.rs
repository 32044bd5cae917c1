//! Owns the way from PDF to a document: pages to paragraphs, what repeats on pages, headings that were glued to the text.
//! Must not know how a PDF is laid out inside: that is the reader's that it calls.

mod flow;

use unpdf::error::ErrorKind;
use unpdf::model::{Block as PdfBlock, Document as Pdf, Table};
use unpdf::parser::ParseOptions;

use super::assemble::{Block, Grid, GridCell, Paragraph, Parts, assemble};
use super::guard::{PATIENCE, fenced};
use super::{Bytes, Reading};
use crate::import::document::{Document, Role};
use crate::import::options::Options;

/// A page with fewer characters is a picture of a page.
const TEXT_PAGE: usize = 5;

/// Whether these bytes are PDF: the mark stands in the first kilobyte (ISO 32000-1, annex H.3.4.1).
pub fn sniff(input: Bytes<'_>) -> bool {
    let head = &input.bytes[..input.bytes.len().min(1024)];
    memchr::memmem::find(head, b"%PDF-").is_some_and(|at| at < 8 || input.ending == "pdf")
}

/// Reads PDF.
///
/// # Errors
/// `broken-pdf`, `encrypted`, `scanned`, `reader-failed`, `too-slow`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let bytes = input.bytes.to_vec();
    let reading = fenced(PATIENCE, move || convert(&bytes));
    if reading.is_ok() || reading == Err("encrypted") {
        return reading;
    }
    let helped = options.tools.and_then(|tools| tools.pdf_text(input.bytes)).and_then(Result::ok);
    let document = helped.map(|text| from_text(&text));
    match document {
        Some(Ok(document)) => Ok(Reading { document, reader: "pdftotext", ..Reading::default() }),
        _ => reading,
    }
}

fn convert(bytes: &[u8]) -> Result<Reading, &'static str> {
    let options = ParseOptions::new().lenient().sequential().with_resources(false);
    let pdf = unpdf::parse_bytes_with_options(bytes, options).map_err(|error| match error.kind() {
        ErrorKind::Encrypted | ErrorKind::InvalidPassword => "encrypted",
        _ => "broken-pdf",
    })?;
    let chars: Vec<usize> = pdf
        .pages
        .iter()
        .map(|page| page.plain_text().chars().filter(|c| !c.is_whitespace()).count())
        .collect();
    if chars.is_empty() {
        return Err("broken-pdf");
    }
    if chars.iter().sum::<usize>() < TEXT_PAGE * chars.len() {
        return Err("scanned");
    }
    let mut remarks = Vec::new();
    let blank = |(page, count): (&unpdf::model::Page, &usize)| *count < TEXT_PAGE && page.image_op_count > 0;
    if pdf.pages.iter().zip(&chars).any(blank) {
        remarks.push("pages-without-text");
    }
    Ok(Reading { document: assemble(parts(&pdf)), remarks, ..Reading::default() })
}

fn parts(pdf: &Pdf) -> Parts {
    let mut pages: Vec<Vec<Block>> = Vec::new();
    for page in &pdf.pages {
        let mut blocks = Vec::new();
        for element in &page.elements {
            match element {
                PdfBlock::Paragraph(paragraph) => {
                    let text = flow::tidy(&paragraph.plain_text());
                    let role = paragraph.is_heading().then_some(Role::Heading(1));
                    blocks.push(Block::Paragraph(Paragraph { text, role }));
                }
                PdfBlock::Table(table) => blocks.push(Block::Table(grid(table))),
                PdfBlock::Code { content } | PdfBlock::Raw { content } => {
                    let lines = content
                        .lines()
                        .map(|line| Block::Paragraph(Paragraph { text: flow::tidy(line), role: None }));
                    blocks.extend(lines);
                }
                _ => {}
            }
        }
        pages.push(blocks);
    }
    flow::join(pages)
}

fn grid(table: &Table) -> Grid {
    let columns = table.cell_columns();
    let mut grid = Grid::default();
    for (row, places) in table.rows.iter().zip(columns) {
        let cells = row.cells.iter().zip(places).map(|(cell, column)| GridCell {
            column,
            columns: usize::from(cell.colspan.max(1)),
            rows: usize::from(cell.rowspan.max(1)),
            blocks: vec![Block::Paragraph(Paragraph { text: flow::tidy(&cell.plain_text()), role: None })],
        });
        grid.rows.push(cells.collect());
    }
    grid
}

/// The text that pdftotext gives: lines as printed, pages parted by form feeds.
fn from_text(text: &str) -> Result<Document, &'static str> {
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    if text.chars().filter(|c| !c.is_whitespace()).count() < TEXT_PAGE * pages.len() {
        return Err("scanned");
    }
    Ok(assemble(flow::join(pages.into_iter().map(flow::paragraphs).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::formats::{read as read_any, tests_support::sample};

    #[test]
    fn fonts_that_are_not_embedded_are_read() {
        for name in ["stsong_gbk.pdf", "stsong_unigb.pdf"] {
            let Some(bytes) = sample("fonts_that_are_not_embedded_are_read", name) else { return };
            let source = read_any("x", &bytes, &Options::default()).unwrap();
            assert_eq!(source.format, "pdf");
            assert!(
                source.document.text.contains("党建引领基层治理典型案例"),
                "{name}: {}",
                source.document.text
            );
            assert!(source.document.text.contains("党员41人"), "{name}: {}", source.document.text);
        }
    }

    #[test]
    fn a_page_without_text_is_a_scan() {
        let page = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
            3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF";
        assert_eq!(read_any("x.pdf", page, &Options::default()), Err("scanned"));
        let broken = read_any("x.pdf", b"%PDF-1.7\nnothing", &Options::default());
        assert!(matches!(broken, Err("broken-pdf" | "scanned")), "{broken:?}");
        assert_eq!(from_text("\u{c}\u{c}"), Err("scanned"));
    }
}
