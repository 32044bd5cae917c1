//! Owns the text of a Word file's part: paragraphs, runs, tables, text boxes, fields, notes, in one pass.
//! Must not know where parts lie.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use crate::import::document::Role;
use crate::import::formats::assemble::{Block, Grid, GridCell, Paragraph, flat, numbered};
use crate::import::formats::package::{Xml, attribute, entity, number};

use super::numbering::Numbering;
use super::styles::{Said, Styles, switch};

/// A cell covers no more columns than a page has room for.
const MAX_SPAN: usize = 1000;
/// More paragraphs, cells and rows than any document has.
const MAX_PIECES: usize = 2_000_000;

/// Footnotes and endnotes.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What each says, by kind and number in the file.
    pub bodies: HashMap<(&'static str, String), String>,
    /// Those that the text refers to, in its order.
    pub used: Vec<String>,
    marks: HashMap<(&'static str, String), usize>,
}

#[derive(Debug)]
enum Frame {
    Story(Vec<Block>),
    Paragraph(Box<Open>),
    Table(Box<OpenTable>),
}

/// A paragraph that is being read.
#[derive(Debug, Default)]
struct Open {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    /// Its end is deleted: what follows belongs to it.
    joined: bool,
    in_properties: bool,
    /// The run around this paragraph, where it stands in a text box.
    outer: Run,
    boxes: Vec<Block>,
}

#[derive(Debug, Default)]
struct OpenTable {
    grid: Grid,
    row: Vec<GridCell>,
    row_gone: bool,
    column: usize,
    span: usize,
    merge: Option<bool>,
    /// The cells that go on downwards: by column, their row and place in it.
    open: HashMap<usize, (usize, usize)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    open: bool,
    in_properties: bool,
    in_text: bool,
    hidden: Option<bool>,
}

/// The reader of one part.
pub struct Body<'s> {
    styles: &'s Styles,
    numbering: Numbering,
    /// What notes there are and which were referred to.
    pub notes: Notes,
    stack: Vec<Frame>,
    run: Run,
    /// For each field that is open: whether its code is being read, not its result.
    fields: Vec<bool>,
    /// How many of them are at their code.
    codes: usize,
    /// Text that a deleted paragraph end hands on.
    carried: String,
    /// For each alternative that is open: whether one was taken.
    taken: Vec<bool>,
    note: Option<String>,
    pieces: usize,
    deleted: bool,
    hidden: bool,
    embedded: bool,
}

impl<'s> Body<'s> {
    /// Before the part is read.
    pub fn new(styles: &'s Styles, numbering: Numbering, notes: Notes) -> Self {
        Body {
            styles,
            numbering,
            notes,
            stack: vec![Frame::Story(Vec::new())],
            run: Run::default(),
            fields: Vec::new(),
            codes: 0,
            carried: String::new(),
            taken: Vec::new(),
            note: None,
            pieces: 0,
            deleted: false,
            hidden: false,
            embedded: false,
        }
    }

    /// The blocks that were read.
    pub fn finish(mut self) -> Vec<Block> {
        match self.stack.drain(..).next() {
            Some(Frame::Story(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    /// What was left out.
    pub fn remarks(&self) -> impl Iterator<Item = &'static str> + use<> {
        let said = [
            (self.deleted, "deleted-left-out"),
            (self.hidden, "hidden-left-out"),
            (self.embedded, "embedded-left-out"),
        ];
        said.into_iter().filter(|(is, _)| *is).map(|(_, key)| key)
    }

    /// Reads the part.
    ///
    /// # Errors
    /// `too-deep`, `broken-part`, `too-large`.
    pub fn read(&mut self, text: &str) -> Result<(), &'static str> {
        let mut xml = Xml::new(text);
        loop {
            match xml.next()? {
                Event::Start(element) => self.start(&element, &mut xml)?,
                Event::Empty(element) => self.empty(&element),
                Event::End(element) => self.end(element.local_name().as_ref()),
                Event::Text(text) if self.run.in_text => self.say(&text),
                Event::CData(text) if self.run.in_text => self.say(&text),
                Event::GeneralRef(reference) if self.run.in_text => {
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
        match element.local_name().as_ref() {
            "p" => self.open_paragraph(),
            "r" => self.run = Run { open: true, ..Run::default() },
            "t" => self.run.in_text = true,
            "rPr" if self.run.open => self.run.in_properties = true,
            "pPr" => self.set_properties(true),
            "tbl" => self.stack.push(Frame::Table(Box::default())),
            "tr" => {
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    (table.row, table.row_gone, table.column) = (Vec::new(), false, 0);
                }
            }
            "tc" => {
                self.pieces += 1;
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    (table.span, table.merge) = (1, None);
                }
                self.stack.push(Frame::Story(Vec::new()));
            }
            "txbxContent" => self.stack.push(Frame::Story(Vec::new())),
            "footnote" | "endnote" => {
                // Lines between text and notes are notes in the file.
                if attribute(element, "type").is_some_and(|kind| kind != "normal") {
                    return xml.skip();
                }
                self.note = attribute(element, "id");
                self.stack.push(Frame::Story(Vec::new()));
            }
            "AlternateContent" => self.taken.push(false),
            "Choice" | "Fallback" => match self.taken.last_mut() {
                Some(taken @ false) => *taken = true,
                _ => return xml.skip(),
            },
            "del" | "moveFrom" => {
                self.deleted = true;
                return xml.skip();
            }
            // Readings beside characters, codes of fields, settings of controls, and what held before a tracked change.
            "rt" | "instrText" | "delText" | "delInstrText" | "sdtPr" | "sdtEndPr" | "rPrChange"
            | "pPrChange" | "tblPrChange" | "trPrChange" | "tcPrChange" | "sectPrChange"
            | "tblGridChange" | "tblPrExChange" | "numberingChange" | "tabs" | "binData" | "sectPr" => {
                return xml.skip();
            }
            _ => self.empty(element),
        }
        Ok(())
    }

    fn empty(&mut self, element: &BytesStart<'_>) {
        let value = || attribute(element, "val");
        match element.local_name().as_ref() {
            "tab" | "ptab" if self.run.open => self.say("\t"),
            "br" | "cr" if self.run.open => self.say("\n"),
            "noBreakHyphen" => self.say("-"),
            "sym" => self.say(symbol(attribute(element, "char").as_deref())),
            "pStyle" => self.paragraph(|open| open.style = value()),
            "outlineLvl" => self.paragraph(|open| open.outline = number(element, "val")),
            "ilvl" => self.paragraph(|open| open.level = number(element, "val")),
            "numId" => self.paragraph(|open| open.list = value()),
            "vanish" if self.run.in_properties => self.run.hidden = Some(switch(value().as_deref())),
            "rStyle" if self.run.in_properties && self.run.hidden.is_none() => {
                let hidden = value().and_then(|id| self.styles.get(&id)).is_some_and(|said| said.hidden);
                self.run.hidden = hidden.then_some(true);
            }
            "fldChar" => match attribute(element, "fldCharType").as_deref() {
                Some("begin") => {
                    self.fields.push(true);
                    self.codes += 1;
                }
                Some("separate") => {
                    if let Some(code @ true) = self.fields.last_mut() {
                        *code = false;
                        self.codes -= 1;
                    }
                }
                Some("end") => self.codes -= usize::from(self.fields.pop() == Some(true)),
                _ => {}
            },
            "footnoteReference" => self.refer("footnote", element),
            "endnoteReference" => self.refer("endnote", element),
            "altChunk" => self.embedded = true,
            "del" | "moveFrom" => {
                self.deleted = true;
                match self.stack.last_mut() {
                    Some(Frame::Paragraph(open)) if open.in_properties => open.joined = true,
                    Some(Frame::Table(table)) => table.row_gone = true,
                    _ => {}
                }
            }
            "gridBefore" => {
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    table.column = number(element, "val").unwrap_or(0).min(MAX_SPAN);
                }
            }
            "gridSpan" => {
                if let Some(table) = self.table_of_cell() {
                    table.span = number(element, "val").unwrap_or(1).clamp(1, MAX_SPAN);
                }
            }
            "vMerge" => {
                if let Some(table) = self.table_of_cell() {
                    table.merge = Some(value().as_deref() == Some("restart"));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.run.in_text = false,
            "rPr" => self.run.in_properties = false,
            "r" => self.run = Run::default(),
            "pPr" => self.set_properties(false),
            "p" => self.close_paragraph(),
            "tr" => {
                self.pieces += 1;
                if let Some(Frame::Table(table)) = self.stack.last_mut() {
                    let row = std::mem::take(&mut table.row);
                    if !table.row_gone {
                        table.grid.rows.push(row);
                    }
                }
            }
            "tc" => {
                let story = self.pop_story();
                match self.stack.last_mut() {
                    Some(Frame::Table(table)) => table.close_cell(story),
                    _ => self.add(story),
                }
            }
            "tbl" => {
                if let Some(Frame::Table(table)) = self.stack.pop_if(|frame| matches!(frame, Frame::Table(_)))
                {
                    self.add(vec![Block::Table(table.grid)]);
                }
            }
            "txbxContent" => {
                let story = self.pop_story();
                match self.stack.last_mut() {
                    Some(Frame::Paragraph(open)) => open.boxes.extend(story),
                    _ => self.add(story),
                }
            }
            "footnote" | "endnote" => {
                let story = self.pop_story();
                if let Some(id) = self.note.take() {
                    self.notes.bodies.insert(("", id), flat(&story));
                }
            }
            "AlternateContent" => {
                self.taken.pop();
            }
            _ => {}
        }
    }

    fn open_paragraph(&mut self) {
        self.pieces += 1;
        let text = std::mem::take(&mut self.carried);
        let outer = std::mem::take(&mut self.run);
        self.stack.push(Frame::Paragraph(Box::new(Open { text, outer, ..Open::default() })));
    }

    fn close_paragraph(&mut self) {
        let Some(Frame::Paragraph(open)) = self.stack.pop_if(|frame| matches!(frame, Frame::Paragraph(_)))
        else {
            return;
        };
        self.run = open.outer;
        if open.joined {
            self.carried = open.text;
            self.add(open.boxes);
            return;
        }
        let styles = self.styles;
        let none = Said::default();
        let said = open.style.as_deref().and_then(|id| styles.get(id)).unwrap_or(&none);
        let list = open.list.as_ref().or(said.list.as_ref()).filter(|list| *list != "0");
        let label = list.and_then(|list| {
            let tied = || said.list_style.as_deref().and_then(|id| self.numbering.level_of_style(list, id));
            let level =
                open.level.or_else(|| if open.list.is_none() { tied().or(said.level) } else { said.level });
            self.numbering.next(list, level.unwrap_or(0))
        });
        let text = match label {
            Some(label) => numbered(&label, &open.text),
            None => open.text,
        };
        let heading = match (open.outline.or(said.outline), said.role) {
            (_, Some(role @ (Role::Title | Role::Aside(_)))) => Some(role),
            (Some(level), _) => (level < 9).then_some(Role::Heading(level + 1)),
            (None, role) => role,
        };
        let mut blocks = Vec::with_capacity(1 + open.boxes.len());
        if !text.is_empty() {
            blocks.push(Block::Paragraph(Paragraph { text, role: heading }));
        }
        blocks.extend(open.boxes);
        self.add(blocks);
    }

    /// Adds to the story around; in a broken order of elements to the paragraph around.
    fn add(&mut self, mut blocks: Vec<Block>) {
        match self.stack.last_mut() {
            Some(Frame::Story(story)) => story.append(&mut blocks),
            Some(Frame::Paragraph(open)) => open.boxes.append(&mut blocks),
            Some(Frame::Table(table)) => {
                if let Some(cell) = table.row.last_mut() {
                    cell.blocks.append(&mut blocks);
                }
            }
            None => {}
        }
    }

    fn pop_story(&mut self) -> Vec<Block> {
        match self.stack.pop_if(|frame| matches!(frame, Frame::Story(_))) {
            Some(Frame::Story(story)) => story,
            _ => Vec::new(),
        }
    }

    fn paragraph(&mut self, set: impl FnOnce(&mut Open)) {
        if let Some(Frame::Paragraph(open)) = self.stack.last_mut()
            && open.in_properties
        {
            set(open);
        }
    }

    fn set_properties(&mut self, on: bool) {
        if let Some(Frame::Paragraph(open)) = self.stack.last_mut() {
            open.in_properties = on;
        }
    }

    fn table_of_cell(&mut self) -> Option<&mut OpenTable> {
        let below = self.stack.len().checked_sub(2)?;
        match self.stack.get_mut(below) {
            Some(Frame::Table(table)) => Some(table),
            _ => None,
        }
    }

    fn say(&mut self, text: &str) {
        if let Some(Frame::Paragraph(open)) = self.stack.last_mut() {
            if self.codes > 0 {
                return;
            }
            let by_style =
                || open.style.as_deref().and_then(|id| self.styles.get(id)).is_some_and(|said| said.hidden);
            if self.run.hidden.unwrap_or_else(by_style) {
                self.hidden = true;
                return;
            }
            open.text.push_str(text);
        }
    }

    fn refer(&mut self, kind: &'static str, element: &BytesStart<'_>) {
        let Some(key) = attribute(element, "id").map(|id| (kind, id)) else { return };
        let Some(body) = self.notes.bodies.get(&key) else { return };
        let mark = match self.notes.marks.get(&key) {
            Some(mark) => *mark,
            None => {
                self.notes.used.push(body.clone());
                let mark = self.notes.used.len();
                self.notes.marks.insert(key, mark);
                mark
            }
        };
        self.say(&format!("[{mark}]"));
    }
}

impl OpenTable {
    fn close_cell(&mut self, blocks: Vec<Block>) {
        let span = self.span.max(1);
        let column = self.column;
        self.column = column.saturating_add(span);
        if self.merge == Some(false)
            && let Some((row, place)) = self.open.get(&column)
            && let Some(above) = self.grid.rows.get_mut(*row).and_then(|row| row.get_mut(*place))
        {
            above.rows += 1;
            // Word keeps text in covered cells and does not show it.
            return;
        }
        if self.merge.is_some() {
            self.open.insert(column, (self.grid.rows.len(), self.row.len()));
        } else {
            self.open.remove(&column);
        }
        self.row.push(GridCell { column, columns: span, rows: 1, blocks });
    }
}

/// A character of a symbol font. Boxes that are ticked or not say something; other pictures do not.
fn symbol(code: Option<&str>) -> &'static str {
    match code.and_then(|code| u32::from_str_radix(code, 16).ok()).map(|code| code & 0xff) {
        Some(0x52 | 0xfe | 0xfc) => "☑",
        Some(0xa3 | 0xa8 | 0x6f | 0x71) => "□",
        Some(0x6c | 0x9f | 0xb7) => "•",
        _ => "",
    }
}
