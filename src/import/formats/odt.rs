//! Owns the way from an OpenDocument text (.odt, .ott, .fodt) to a document, in one pass over its styles and one over its text.
//! Must not know what the text means.

mod lists;

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::assemble::{Block, Grid, GridCell, Paragraph, Parts, assemble, flat, numbered};
use super::package::{Package, Xml, attribute, entity, number};
use super::rescue::rescue;
use super::{Bytes, Reading};
use crate::import::document::Role;
use crate::import::options::Options;

use lists::Lists;

const KIND: &[u8] = b"application/vnd.oasis.opendocument.text";
/// Repeated blanks, cells and columns of no document are more.
const MAX_REPEAT: usize = 1000;
/// More paragraphs and cells than any document has.
const MAX_PIECES: usize = 2_000_000;
/// Longer chains of styles are loops.
const MAX_CHAIN: usize = 20;

/// Whether these bytes are an OpenDocument text, also one that is cut off.
pub fn sniff(input: Bytes<'_>) -> bool {
    let head = &input.bytes[..input.bytes.len().min(2048)];
    let has = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    if input.bytes.starts_with(b"PK\x03\x04") {
        return has(KIND);
    }
    is_flat(head) && has(KIND)
}

fn is_flat(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(2048)];
    memchr::memmem::find(head, b"<office:document").is_some()
}

/// Reads an OpenDocument text.
///
/// # Errors
/// `broken-odt`, `encrypted`, `bomb`, `too-deep`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let reading = convert(input.bytes);
    rescue(reading, input, options, if input.ending.is_empty() { "odt" } else { input.ending })
}

fn convert(bytes: &[u8]) -> Result<Reading, &'static str> {
    let broken = |error| if error == "broken-part" { "broken-odt" } else { error };
    let mut body = Body::new();
    if bytes.starts_with(b"PK") {
        let mut package = Package::open(bytes).ok_or("broken-odt")?;
        // What is locked up is named in the list of parts; the parts themselves look like noise.
        let manifest = package.part("META-INF/manifest.xml");
        if manifest.is_ok_and(|text| text.is_some_and(|text| text.contains("encryption-data"))) {
            return Err("encrypted");
        }
        match package.part("styles.xml") {
            Ok(Some(text)) if body.read(&text).is_ok() => {}
            Ok(None) => {}
            Err(error @ ("bomb" | "encrypted")) => return Err(error),
            _ => body.remark("broken-part"),
        }
        body.restart();
        let text = package.part("content.xml").map_err(broken)?.ok_or("broken-odt")?;
        body.read(&text).map_err(broken)?;
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| "broken-odt")?;
        body.read(text).map_err(broken)?;
    }
    let remarks = std::mem::take(&mut body.remarks);
    Ok(Reading { document: assemble(body.finish()), remarks, ..Reading::default() })
}

#[derive(Clone, Debug, Default)]
struct Style {
    parent: Option<String>,
    hidden: Option<bool>,
    title: bool,
}

#[derive(Debug)]
enum Frame {
    Story(Vec<Block>),
    Paragraph(Box<Open>),
    Table(Box<OpenTable>),
}

#[derive(Debug, Default)]
struct Open {
    text: String,
    role: Option<Role>,
    label: String,
    hidden: bool,
    boxes: Vec<Block>,
}

#[derive(Debug, Default)]
struct OpenTable {
    grid: Grid,
    row: Vec<GridCell>,
    column: usize,
    cell: GridCell,
    repeat: usize,
}

struct Body {
    styles: HashMap<String, Style>,
    style: Option<String>,
    lists: Lists,
    stack: Vec<Frame>,
    /// For each span that is open, whether its words are hidden.
    spans: Vec<bool>,
    hidden_spans: usize,
    /// Tables of contents that are open.
    contents: usize,
    notes: Vec<String>,
    furniture: Vec<String>,
    remarks: Vec<&'static str>,
    pieces: usize,
}

impl Body {
    fn new() -> Self {
        Body {
            styles: HashMap::new(),
            style: None,
            lists: Lists::default(),
            stack: vec![Frame::Story(Vec::new())],
            spans: Vec::new(),
            hidden_spans: 0,
            contents: 0,
            notes: Vec::new(),
            furniture: Vec::new(),
            remarks: Vec::new(),
            pieces: 0,
        }
    }

    /// Leaves behind whatever a part that broke off left open.
    fn restart(&mut self) {
        self.stack = vec![Frame::Story(Vec::new())];
        self.spans.clear();
        self.hidden_spans = 0;
        self.contents = 0;
        self.style = None;
        self.lists.restart();
    }

    fn finish(mut self) -> Parts {
        let blocks = match self.stack.drain(..).next() {
            Some(Frame::Story(blocks)) => blocks,
            _ => Vec::new(),
        };
        Parts { blocks, notes: self.notes, furniture: self.furniture }
    }

    fn remark(&mut self, key: &'static str) {
        if !self.remarks.contains(&key) {
            self.remarks.push(key);
        }
    }

    fn read(&mut self, text: &str) -> Result<(), &'static str> {
        let mut xml = Xml::new(text);
        loop {
            match xml.next()? {
                Event::Start(element) => self.start(&element, &mut xml)?,
                Event::Empty(element) => self.empty(&element),
                Event::End(element) => self.end(element.local_name().as_ref()),
                Event::Text(text) => self.say_folded(&text),
                Event::CData(text) => self.say_folded(&text),
                Event::GeneralRef(reference) => {
                    if let Some(sign) = entity(&reference) {
                        self.say(sign.encode_utf8(&mut [0; 4]));
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
            if self.pieces > MAX_PIECES {
                return Err("too-large");
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, xml: &mut Xml<'_>) -> Result<(), &'static str> {
        if matches!(element.name().as_ref(), "svg:title" | "svg:desc" | "office:meta" | "office:settings") {
            return xml.skip();
        }
        match element.local_name().as_ref() {
            "p" | "h" => self.open_paragraph(element),
            "span" => {
                let hidden = attribute(element, "style-name").is_some_and(|name| self.is_hidden(&name));
                self.spans.push(hidden);
                self.hidden_spans += usize::from(hidden);
            }
            "list" => self.lists.open(element),
            "list-item" | "list-header" => self.lists.item(element),
            "note" => self.stack.push(Frame::Story(Vec::new())),
            "header" | "footer" | "header-left" | "footer-left" | "header-first" | "footer-first" => {
                self.stack.push(Frame::Story(Vec::new()));
            }
            "table" => self.stack.push(Frame::Table(Box::default())),
            "table-row" => {
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    (table.row, table.column) = (Vec::new(), 0);
                }
            }
            "table-cell" => {
                self.open_cell(element);
                self.stack.push(Frame::Story(Vec::new()));
            }
            "covered-table-cell" => {
                self.cover(element);
                return xml.skip();
            }
            "table-of-content" | "alphabetical-index" | "illustration-index" | "table-index"
            | "user-index" => self.contents += 1,
            "tracked-changes" => return self.tracked(xml),
            "section" if attribute(element, "display").as_deref() == Some("none") => {
                self.remark("hidden-left-out");
                return xml.skip();
            }
            "hidden-text" | "hidden-paragraph" => return xml.skip(),
            "note-citation"
            | "annotation"
            | "ruby-text"
            | "binary-data"
            | "forms"
            | "scripts"
            | "font-face-decls"
            | "sequence-decls"
            | "variable-decls"
            | "user-field-decls"
            | "table-of-content-source"
            | "alphabetical-index-source"
            | "illustration-index-source"
            | "table-index-source"
            | "user-index-source"
            | "event-listeners"
            | "deletion" => {
                return xml.skip();
            }
            _ => self.empty(element),
        }
        Ok(())
    }

    fn empty(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "s" => {
                let count = number(element, "c").unwrap_or(1_usize).min(MAX_REPEAT);
                self.say(&" ".repeat(count));
            }
            "tab" => self.say("\t"),
            "line-break" => self.say("\n"),
            "style" => self.open_style(element),
            "text-properties" => {
                let hidden = attribute(element, "display").map(|display| display == "none");
                if let Some(style) = self.style.as_ref().and_then(|id| self.styles.get_mut(id)) {
                    style.hidden = style.hidden.or(hidden);
                }
            }
            "table-cell" => {
                self.open_cell(element);
                self.close_cell(Vec::new());
            }
            "covered-table-cell" => self.cover(element),
            "list-style"
            | "outline-style"
            | "list-level-style-number"
            | "list-level-style-bullet"
            | "list-level-style-image"
            | "outline-level-style" => self.lists.define(element),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => self.close_paragraph(),
            "span" => self.hidden_spans -= usize::from(self.spans.pop() == Some(true)),
            "list" => self.lists.close(),
            "style" => self.style = None,
            "note" => {
                let story = self.pop_story();
                self.notes.push(flat(&story));
                let mark = format!("[{}]", self.notes.len());
                self.say(&mark);
            }
            "header" | "footer" | "header-left" | "footer-left" | "header-first" | "footer-first" => {
                let said = flat(&self.pop_story());
                if !said.is_empty() && !self.furniture.contains(&said) {
                    self.furniture.push(said);
                }
            }
            "table-row" => {
                self.pieces += 1;
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    let row = std::mem::take(&mut table.row);
                    table.grid.rows.push(row);
                }
            }
            "table-cell" => {
                let story = self.pop_story();
                self.close_cell(story);
            }
            "table" => {
                if let Some(Frame::Table(table)) = self.stack.pop_if(|frame| matches!(frame, Frame::Table(_)))
                {
                    self.add(Block::Table(table.grid));
                }
            }
            "table-of-content" | "alphabetical-index" | "illustration-index" | "table-index"
            | "user-index" => self.contents = self.contents.saturating_sub(1),
            _ => {}
        }
    }

    /// Deleted text is kept beside the text proper.
    fn tracked(&mut self, xml: &mut Xml<'_>) -> Result<(), &'static str> {
        let mut depth = 1;
        while depth > 0 {
            match xml.next()? {
                Event::Start(element) => {
                    depth += 1;
                    if element.local_name().as_ref() == "deletion" {
                        self.remark("deleted-left-out");
                    }
                }
                Event::End(_) => depth -= 1,
                Event::Eof => return Err("broken-part"),
                _ => {}
            }
        }
        Ok(())
    }

    fn open_style(&mut self, element: &BytesStart<'_>) {
        let Some(name) = attribute(element, "name") else { return };
        let shown = attribute(element, "display-name").unwrap_or_else(|| name.clone()).to_lowercase();
        let style = Style {
            parent: attribute(element, "parent-style-name"),
            hidden: None,
            title: matches!(shown.as_str(), "title" | "标题" | "文档标题"),
        };
        self.styles.insert(name.clone(), style);
        self.style = Some(name);
    }

    fn chain(&self, name: &str) -> impl Iterator<Item = &Style> {
        let first = self.styles.get(name);
        std::iter::successors(first, |style| self.styles.get(style.parent.as_ref()?)).take(MAX_CHAIN)
    }

    fn is_hidden(&self, name: &str) -> bool {
        self.chain(name).find_map(|style| style.hidden).unwrap_or(false)
    }

    fn open_paragraph(&mut self, element: &BytesStart<'_>) {
        self.pieces += 1;
        let style = attribute(element, "style-name").unwrap_or_default();
        let heading = element.local_name().as_ref() == "h";
        let level = number(element, "outline-level").unwrap_or(1_u8).clamp(1, 10);
        let mut role = heading.then_some(Role::Heading(level));
        if self.chain(&style).any(|style| style.title) {
            role = Some(Role::Title);
        }
        if self.contents > 0 {
            role = Some(Role::Aside("navigation"));
        }
        let silent = attribute(element, "is-list-header").as_deref() == Some("true");
        let label = if silent { None } else { self.lists.label(heading.then_some(level)) };
        let hidden = self.is_hidden(&style);
        let open = Open { role, label: label.unwrap_or_default(), hidden, ..Open::default() };
        self.stack.push(Frame::Paragraph(Box::new(open)));
    }

    fn close_paragraph(&mut self) {
        let Some(Frame::Paragraph(open)) = self.stack.pop_if(|frame| matches!(frame, Frame::Paragraph(_)))
        else {
            return;
        };
        let text = numbered(&open.label, &open.text);
        if !text.is_empty() {
            self.add(Block::Paragraph(Paragraph { text, role: open.role }));
        }
        for block in open.boxes {
            self.add(block);
        }
    }

    fn add(&mut self, block: Block) {
        match self.stack.last_mut() {
            Some(Frame::Story(story)) => story.push(block),
            Some(Frame::Paragraph(open)) => open.boxes.push(block),
            Some(Frame::Table(table)) => table.cell.blocks.push(block),
            None => {}
        }
    }

    fn pop_story(&mut self) -> Vec<Block> {
        match self.stack.pop_if(|frame| matches!(frame, Frame::Story(_))) {
            Some(Frame::Story(story)) => story,
            _ => Vec::new(),
        }
    }

    fn open_cell(&mut self, element: &BytesStart<'_>) {
        self.pieces += 1;
        let count = |name| number(element, name).unwrap_or(1_usize).clamp(1, MAX_REPEAT);
        let (columns, rows) = (count("number-columns-spanned"), count("number-rows-spanned"));
        let repeat = count("number-columns-repeated");
        if let Some(Frame::Table(table)) = self.stack.last_mut() {
            table.cell = GridCell { column: table.column, columns, rows, blocks: Vec::new() };
            table.repeat = repeat;
        }
    }

    fn close_cell(&mut self, blocks: Vec<Block>) {
        let Some(Frame::Table(table)) = self.stack.last_mut() else { return };
        let mut cell = std::mem::take(&mut table.cell);
        cell.blocks.extend(blocks);
        self.pieces += table.repeat;
        for _ in 1..table.repeat {
            table.row.push(cell.clone());
            cell.column += 1;
        }
        // Covered cells stand in the row themselves.
        table.column = cell.column + 1;
        table.row.push(cell);
    }

    fn cover(&mut self, element: &BytesStart<'_>) {
        let count = number(element, "number-columns-repeated").unwrap_or(1_usize).clamp(1, MAX_REPEAT);
        if let Some(Frame::Table(table)) = self.stack.last_mut() {
            table.column = table.column.saturating_add(count);
        }
    }

    /// Blanks and line ends of the XML count as one blank (ODF 1.3 part 3, 6.1.2).
    fn say_folded(&mut self, text: &str) {
        let Some(Frame::Paragraph(open)) = self.stack.last() else { return };
        if !text.contains(['\n', '\r', '\t']) && !text.contains("  ") {
            return self.say(text);
        }
        let mut folded = String::with_capacity(text.len());
        let mut blank = open.text.ends_with([' ', '\n']) || open.text.is_empty();
        for c in text.chars() {
            if matches!(c, ' ' | '\n' | '\r' | '\t') {
                if !blank {
                    folded.push(' ');
                }
                blank = true;
            } else {
                folded.push(c);
                blank = false;
            }
        }
        self.say(&folded);
    }

    fn say(&mut self, text: &str) {
        let hidden_span = self.hidden_spans > 0;
        let Some(Frame::Paragraph(open)) = self.stack.last_mut() else { return };
        if hidden_span || open.hidden {
            self.remark("hidden-left-out");
        } else {
            open.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests;
