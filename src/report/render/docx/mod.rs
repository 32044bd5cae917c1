//! Word documents (Office Open XML, ISO/IEC 29500 transitional) in the style of official documents, GB/T 9704-2012.
//!
//! Owns the package: its parts and their bytes. `page` has the paper, `body` the blocks, `table` and `widths` the
//! tables, `chart` the bars, `xml` what makes it well-formed; the parts that no document changes are files in `parts/`.
//!
//! What follows the standard: A4 with a text area of 156 × 225 mm, 22 lines of 28 characters, title, headings and body
//! in their faces and sizes, page numbers on the outer side. The line is 28.9 pt: 29 pt would leave 21 lines. 28
//! characters of 16 pt are wider than 156 mm, so the body sets them 0.25 pt closer; a grid of characters would do the
//! same in Word, but LibreOffice then gives every character two cells. The faces are named, not embedded: they may not
//! be passed on.
//!
//! Charts are tables of shaded cells: nothing but table markup, so that every reader draws the same bars, at any zoom
//! and in print. Bars of block characters leave gaps in some faces, and a drawing would need parts that readers
//! treat in different ways.

mod body;
mod chart;
mod page;
mod table;
#[cfg(test)]
mod tests;
mod widths;
mod xml;

use super::Options;
use super::RenderError;
use crate::locale::Lang;
use crate::report::document::Document;
use std::fmt::Write as _;
use std::io::Cursor;
use std::io::Write as _;
use xml::clean;
use xml::escaped;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) fn render(document: &Document, options: &Options) -> Result<Vec<u8>, RenderError> {
    package(&parts(document, options.lang)).map_err(|error| RenderError(error.to_string()))
}

/// The parts of the package by name, in their order: readers look for the first one first.
fn parts(document: &Document, lang: Lang) -> Vec<(&'static str, String)> {
    let body = body::draw(document, lang);
    let title = clean(document.title.as_deref().unwrap_or_default()).replace('\n', " ");
    // Latin text needs no closer setting; bold takes the place of the faces that only Han has.
    let (squeeze, bold) =
        if lang.is_zh() { (r#"<w:spacing w:val="-5"/>"#, "") } else { ("", "<w:b/><w:bCs/>") };
    let styles = include_str!("parts/styles.xml").replace("{squeeze}", squeeze).replace("{latin-bold}", bold);
    let footer = |place: &str| include_str!("parts/footer.xml").replace("{place}", place);
    vec![
        ("[Content_Types].xml", include_str!("parts/content_types.xml").to_owned()),
        ("_rels/.rels", include_str!("parts/package_rels.xml").to_owned()),
        ("docProps/core.xml", include_str!("parts/core.xml").replace("{title}", &escaped(&title))),
        ("word/document.xml", body.xml),
        ("word/_rels/document.xml.rels", include_str!("parts/document_rels.xml").to_owned()),
        ("word/styles.xml", styles),
        ("word/settings.xml", include_str!("parts/settings.xml").to_owned()),
        ("word/fontTable.xml", include_str!("parts/font_table.xml").to_owned()),
        ("word/numbering.xml", numbering(body.lists)),
        ("word/footer1.xml", footer(page::NUMBER_ODD)),
        ("word/footer2.xml", footer(page::NUMBER_EVEN)),
    ]
}

/// Every numbered list begins at 1 again: it is a list of its own.
fn numbering(lists: usize) -> String {
    let mut own = String::new();
    for list in 0..lists {
        let _ = write!(
            own,
            "<w:num w:numId=\"{}\"><w:abstractNumId w:val=\"1\"/>\
             <w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>",
            body::FIRST_LIST + list
        );
    }
    include_str!("parts/numbering.xml").replace("{lists}", &own)
}

/// The times in it are those of the format's beginning, so that the same parts are the same bytes.
fn package(parts: &[(&str, String)]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        package.start_file(*name, options)?;
        package.write_all(text.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}
