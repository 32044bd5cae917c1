//! Owns the order of a document: sections of upright and lying pages, headings, paragraphs, lists.

use super::chart;
use super::page::Page;
use super::table;
use super::widths::Fit;
use super::widths::fit;
use super::xml::Look;
use super::xml::Xml;
use super::xml::clean;
use crate::locale::Lang;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::table::Table;

/// The list of all bullets, and the first of the numbered ones, in the part `numbering`.
const BULLETS: usize = 1;
pub(super) const FIRST_LIST: usize = 2;

const NAMESPACES: [(&str, &str); 2] = [
    ("xmlns:w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
];

/// The main part, and how many numbered lists it has.
pub(super) struct Body {
    pub(super) xml: String,
    pub(super) lists: usize,
}

/// A piece of a document on its page.
enum Piece<'d> {
    Title(&'d str),
    Block(&'d Block),
    Table(&'d Table, Fit),
}

pub(super) fn draw(document: &Document, lang: Lang) -> Body {
    let mut xml =
        Xml { out: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned(), lang };
    let mut lists = 0;
    let pieces = pieces(document);
    xml.element("w:document", &NAMESPACES.each_ref().map(|(name, url)| (*name, url as _)), |xml| {
        xml.element("w:body", &[], |xml| {
            let mut page = pieces.first().map_or(Page::Upright, |(page, _)| *page);
            for (own, piece) in &pieces {
                if *own != page {
                    end_section(xml, page);
                    page = *own;
                }
                draw_piece(xml, piece, &mut lists);
            }
            page.section(xml);
        });
    });
    Body { xml: xml.out, lists }
}

/// Every piece with its page. What stands right above a table that lies, a heading or the title, lies with it.
fn pieces(document: &Document) -> Vec<(Page, Piece<'_>)> {
    let mut pieces: Vec<(Page, Piece<'_>)> = Vec::new();
    pieces.extend(document.title.iter().map(|title| (Page::Upright, Piece::Title(title))));
    for block in &document.blocks {
        let Block::Table(table) = block else {
            pieces.push((Page::Upright, Piece::Block(block)));
            continue;
        };
        let fit = fit(table);
        if fit.page == Page::Lying {
            for (page, above) in pieces.iter_mut().rev() {
                match above {
                    Piece::Title(_) | Piece::Block(Block::Heading { .. }) => *page = Page::Lying,
                    _ => break,
                }
            }
        }
        pieces.push((fit.page, Piece::Table(table, fit)));
    }
    pieces
}

/// The last paragraph of a section carries its properties. It is one point high, so that it finds room below a page
/// that is full: 22 lines leave two points.
fn end_section(xml: &mut Xml, page: Page) {
    let properties = |xml: &mut Xml| {
        let line: [(&str, &dyn std::fmt::Display); 4] =
            [("w:before", &0), ("w:after", &0), ("w:line", &20), ("w:lineRule", &"exact")];
        xml.empty("w:spacing", &line);
        page.section(xml);
    };
    xml.paragraph("TableEnd", properties, |_| {});
}

fn draw_piece(xml: &mut Xml, piece: &Piece<'_>, lists: &mut usize) {
    match piece {
        Piece::Title(title) => {
            xml.paragraph("Title", |_| {}, |xml| xml.run(title, Look::default()));
        }
        Piece::Table(table, fit) => {
            table::draw(xml, table, fit);
            chart::draw(xml, table, fit.page);
        }
        Piece::Block(Block::Heading { level, text }) => {
            let style = match level {
                0..=2 => "Heading1",
                3 => "Heading2",
                _ => "Heading3",
            };
            xml.paragraph(style, |_| {}, |xml| xml.run(text, Look::default()));
        }
        Piece::Block(Block::Paragraph(text) | Block::Stated { text, .. }) => {
            for line in clean(text).lines().filter(|line| !line.trim().is_empty()) {
                xml.paragraph("BodyText", |_| {}, |xml| xml.run(line.trim(), Look::default()));
            }
        }
        Piece::Block(Block::List { ordered, items }) => {
            let list = if *ordered { FIRST_LIST + *lists } else { BULLETS };
            *lists += usize::from(*ordered);
            for item in items {
                let numbered = |xml: &mut Xml| {
                    xml.element("w:numPr", &[], |xml| {
                        xml.value("w:ilvl", 0);
                        xml.value("w:numId", list);
                    });
                };
                xml.paragraph("BodyText", numbered, |xml| xml.run(item.trim(), Look::default()));
            }
        }
        // Tables are pieces of their own.
        Piece::Block(Block::Table(_)) => {}
    }
}
