//! Owns the way from RTF to a document: code pages, destinations, tables, notes.
//! Must not know what the text means.

mod words;

use std::collections::{BTreeSet, HashMap};

use encoding_rs::Encoding;

use super::assemble::{Block, Grid, GridCell, Paragraph, Parts, assemble, flat, numbered};
use super::rescue::rescue;
use super::{Bytes, Reading};
use crate::import::document::Role;
use crate::import::formats::assemble::BULLET;
use crate::import::options::Options;

use words::{Piece, Pieces};

/// Groups nested deeper than this are an attack.
const MAX_DEPTH: usize = 1000;
/// More rows, cells and paragraphs than any document has.
const MAX_PIECES: usize = 2_000_000;
/// Borders closer than this, in twips, are one.
const SAME_EDGE: i32 = 40;
/// A row has no more cells than this.
const MAX_CELLS: usize = 1000;

/// Whether these bytes are RTF.
pub fn sniff(input: Bytes<'_>) -> bool {
    let bytes = input.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input.bytes);
    bytes.trim_ascii_start().starts_with(b"{\\rtf")
}

/// Reads RTF.
///
/// # Errors
/// `broken-rtf`, `too-deep`, `too-large`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let reading = Reader::default().read(input.bytes);
    rescue(reading, input, options, if input.ending.is_empty() { "rtf" } else { input.ending })
}

/// What a group says of its text and hands on to the groups inside it.
#[derive(Clone, Debug)]
struct State {
    /// Characters that stand for each `\u` where Unicode is unknown.
    uc: usize,
    font: Option<i32>,
    skip: bool,
    hidden: bool,
    deleted: bool,
    place: Place,
    /// What ends with this group.
    ends: Ends,
}

/// Where the words of a group go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Text,
    Fonts,
    Styles,
    /// The number of a list item.
    Label,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Nothing,
    Note,
    Margin,
    Shape,
}

impl Default for State {
    fn default() -> Self {
        let (place, ends) = (Place::Text, Ends::Nothing);
        State { uc: 1, font: None, skip: false, hidden: false, deleted: false, place, ends }
    }
}

/// What is written between two marks of a story: the text proper, a note, a margin, a text box.
#[derive(Debug, Default)]
struct Story {
    blocks: Vec<Block>,
    open: Open,
    rows: Vec<RawRow>,
    cells: Vec<Vec<Block>>,
    cell: Vec<Block>,
    layout: Vec<RawCell>,
    next: RawCell,
}

#[derive(Debug, Default)]
struct Open {
    text: String,
    label: String,
    style: Option<i32>,
    outline: Option<u8>,
    in_table: bool,
    depth: i32,
    boxes: Vec<Block>,
}

/// How a cell is laid out: where it ends and how it merges.
#[derive(Clone, Copy, Debug, Default)]
struct RawCell {
    right: i32,
    goes_on_down: bool,
    goes_on_right: bool,
}

#[derive(Debug, Default)]
struct RawRow {
    layout: Vec<RawCell>,
    cells: Vec<Vec<Block>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Style {
    outline: Option<u8>,
    role: Option<Role>,
}

#[derive(Default)]
struct Reader {
    states: Vec<State>,
    state: State,
    stories: Vec<Story>,
    story: Story,
    page: Option<&'static Encoding>,
    fonts: HashMap<i32, u8>,
    styles: HashMap<i32, Style>,
    /// The style that is being defined, and its name.
    defining: (i32, Style, String),
    font: i32,
    bytes: Vec<u8>,
    high: Option<u16>,
    /// Characters still to pass over behind a `\u`.
    pass: usize,
    /// A `\*` came: what follows may be passed over when it is unknown.
    starred: bool,
    notes: Vec<String>,
    furniture: Vec<String>,
    remarks: Vec<&'static str>,
    pieces: usize,
}

impl Reader {
    fn read(mut self, bytes: &[u8]) -> Result<Reading, &'static str> {
        let mut depth = 0_usize;
        for piece in Pieces::new(bytes) {
            if !matches!(piece, Piece::Byte(_)) {
                self.flush();
            }
            match piece {
                Piece::Open => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return Err("too-deep");
                    }
                    (self.pass, self.starred) = (0, false);
                    let inner = State { ends: Ends::Nothing, ..self.state.clone() };
                    self.states.push(std::mem::replace(&mut self.state, inner));
                }
                Piece::Close => {
                    (self.pass, self.starred) = (0, false);
                    self.close();
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                Piece::Symbol(symbol) => self.symbol(symbol),
                Piece::Word(word, value) => {
                    let starred = std::mem::take(&mut self.starred);
                    self.word(word, value, starred);
                }
                Piece::Byte(_) if self.pass > 0 => self.pass -= 1,
                Piece::Byte(byte) => self.bytes.push(byte),
            }
            if self.pieces > MAX_PIECES {
                return Err("too-large");
            }
        }
        self.flush();
        // A file that breaks off inside a group still has the text before.
        while !self.states.is_empty() {
            self.close();
        }
        if depth > 0 {
            self.remark("cut-off");
        }
        self.paragraph();
        self.story.end_table();
        let blocks = std::mem::take(&mut self.story.blocks);
        let parts = Parts { blocks, notes: self.notes, furniture: self.furniture };
        Ok(Reading { document: assemble(parts), remarks: self.remarks, ..Reading::default() })
    }

    fn remark(&mut self, key: &'static str) {
        if !self.remarks.contains(&key) {
            self.remarks.push(key);
        }
    }

    /// Ends a group, and what ends with it.
    fn close(&mut self) {
        let Some(outer) = self.states.pop() else { return };
        let ended = std::mem::replace(&mut self.state, outer);
        if ended.ends != Ends::Nothing {
            self.paragraph();
            self.story.end_table();
            let outer = self.stories.pop().unwrap_or_default();
            let inner = std::mem::replace(&mut self.story, outer);
            let said = flat(&inner.blocks);
            match ended.ends {
                Ends::Note => {
                    self.notes.push(said);
                    let mark = format!("[{}]", self.notes.len());
                    self.say(&mark);
                }
                Ends::Margin if !said.is_empty() && !self.furniture.contains(&said) => {
                    self.furniture.push(said);
                }
                Ends::Shape => self.story.open.boxes.extend(inner.blocks),
                _ => {}
            }
        }
        // Each style is a group of its own.
        if ended.place == Place::Styles && self.state.place == Place::Styles {
            let (number, mut style, name) = std::mem::take(&mut self.defining);
            let name = name.trim_end_matches(';').trim().to_lowercase();
            if matches!(name.as_str(), "title" | "标题" | "文档标题") {
                style.role = Some(Role::Title);
            } else if name.starts_with("toc ") {
                style.role = Some(Role::Aside("navigation"));
            } else if let Some(level) = name.strip_prefix("heading ").or_else(|| name.strip_prefix("标题 "))
            {
                style.outline = style.outline.or(level.parse::<u8>().ok().and_then(|n| n.checked_sub(1)));
            }
            self.styles.entry(number).or_insert(style);
        }
    }

    fn begin(&mut self, ends: Ends) {
        if self.state.skip {
            return;
        }
        self.state.ends = ends;
        self.state.place = Place::Text;
        self.stories.push(std::mem::take(&mut self.story));
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.starred = true,
            _ if self.pass > 0 => self.pass -= 1,
            b'~' => self.say("\u{a0}"),
            b'_' => self.say("-"),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], value: Option<i32>, starred: bool) {
        let on = value != Some(0);
        let level = || value.and_then(|value| u8::try_from(value).ok());
        match word {
            b"u" => self.unicode(value.unwrap_or(0)),
            b"uc" => self.state.uc = usize::try_from(value.unwrap_or(1)).unwrap_or(1).min(16),
            b"ansicpg" => self.page = value.and_then(code_page),
            b"fonttbl" => self.state.place = Place::Fonts,
            b"stylesheet" => self.state.place = Place::Styles,
            b"f" if self.state.place == Place::Fonts => self.font = value.unwrap_or(0),
            b"f" => self.state.font = value,
            b"fcharset" => {
                if self.state.place == Place::Fonts {
                    self.fonts.insert(self.font, level().unwrap_or(0));
                }
            }
            b"plain" => (self.state.font, self.state.hidden, self.state.deleted) = (None, false, false),
            b"v" => self.state.hidden = on,
            b"deleted" => self.state.deleted = on,
            b"listtext" | b"pntext" => self.state.place = Place::Label,
            b"footnote" => self.begin(Ends::Note),
            b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer" | b"footerl" | b"footerr"
            | b"footerf" => self.begin(Ends::Margin),
            b"shptxt" => self.begin(Ends::Shape),
            // Groups that hold something to read behind a mark that says they may be passed over.
            b"shpinst" if starred => {}
            // The same text in Unicode; whether it is read is for the group around both to say.
            b"ud" => {
                let around = self.states.len().checked_sub(2).and_then(|at| self.states.get(at));
                self.state.skip = around.is_none_or(|state| state.skip);
            }
            b"colortbl" | b"info" | b"pict" | b"object" | b"fldinst" | b"nonesttables" | b"shprslt"
            | b"sp" | b"upr" | b"annotation" | b"xe" | b"tc" | b"template" | b"generator" | b"themedata"
            | b"nesttableprops" | b"do" | b"pn" | b"filetbl" | b"revtbl" | b"listtable"
            | b"listoverridetable" | b"rsidtbl" | b"mmathPr" | b"xmlnstbl" | b"txe" | b"rxe"
            | b"bkmkstart" | b"bkmkend" | b"falt" | b"panose" => self.state.skip = true,
            _ if starred => self.state.skip = true,
            _ => self.layout(word, value, on),
        }
    }

    /// The words that shape paragraphs and tables.
    fn layout(&mut self, word: &[u8], value: Option<i32>, on: bool) {
        if self.state.place == Place::Styles {
            let level = value.and_then(|value| u8::try_from(value).ok());
            match word {
                b"s" => self.defining.0 = value.unwrap_or(0),
                b"outlinelevel" => self.defining.1.outline = level,
                _ => {}
            }
            return;
        }
        if self.state.skip || self.state.place == Place::Fonts {
            return;
        }
        match word {
            b"par" | b"sect" => self.paragraph(),
            b"line" | b"page" | b"column" => self.say("\n"),
            b"tab" => self.say("\t"),
            b"emdash" => self.say("—"),
            b"endash" => self.say("–"),
            b"lquote" => self.say("‘"),
            b"rquote" => self.say("’"),
            b"ldblquote" => self.say("“"),
            b"rdblquote" => self.say("”"),
            b"bullet" => self.say(BULLET),
            b"emspace" | b"enspace" | b"qmspace" => self.say(" "),
            b"pard" => {
                let open = &mut self.story.open;
                (open.style, open.outline, open.in_table, open.depth) = (None, None, false, 0);
            }
            b"s" => self.story.open.style = value,
            b"outlinelevel" => self.story.open.outline = value.and_then(|value| u8::try_from(value).ok()),
            b"intbl" => self.story.open.in_table = on,
            b"itap" => {
                self.story.open.depth = value.unwrap_or(0);
                self.story.open.in_table = self.story.open.depth > 0;
            }
            b"trowd" => (self.story.layout, self.story.next) = (Vec::new(), RawCell::default()),
            b"clvmrg" => self.story.next.goes_on_down = true,
            b"clmrg" => self.story.next.goes_on_right = true,
            b"cellx" => {
                let cell = RawCell { right: value.unwrap_or(0), ..std::mem::take(&mut self.story.next) };
                if self.story.layout.len() < MAX_CELLS {
                    self.story.layout.push(cell);
                }
            }
            b"cell" => {
                self.paragraph_in_cell();
                let cell = std::mem::take(&mut self.story.cell);
                self.story.cells.push(cell);
            }
            // A table in a cell: its words belong to the cell.
            b"nestcell" | b"nestrow" => self.paragraph_in_cell(),
            b"row" => {
                self.pieces += 1;
                let cells = std::mem::take(&mut self.story.cells);
                self.story.rows.push(RawRow { layout: self.story.layout.clone(), cells });
            }
            _ => {}
        }
    }

    fn unicode(&mut self, value: i32) {
        self.pass = self.state.uc;
        let unit = u16::try_from(value & 0xffff).unwrap_or(0xfffd);
        match (unit, self.high.take()) {
            (0xd800..=0xdbff, _) => self.high = Some(unit),
            (0xdc00..=0xdfff, Some(high)) => {
                for sign in char::decode_utf16([high, unit]).flatten() {
                    self.say(sign.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {
                if let Some(sign) = char::from_u32(u32::from(unit)) {
                    self.say(sign.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    /// Decodes the bytes that have come together.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let charset = self.state.font.and_then(|font| self.fonts.get(&font)).copied();
        let by_font = charset.and_then(by_charset);
        // Fonts said to be Western carry Chinese bytes all the same in files from Chinese programs.
        let encoding = by_font.or(self.page).unwrap_or(encoding_rs::WINDOWS_1252);
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        let text = text.into_owned();
        self.say(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }

    fn say(&mut self, text: &str) {
        if self.state.skip {
            return;
        }
        match self.state.place {
            Place::Fonts => {}
            Place::Styles => self.defining.2.push_str(text),
            Place::Label => self.story.open.label.push_str(text),
            Place::Text if self.state.deleted => self.remark("deleted-left-out"),
            Place::Text if self.state.hidden => self.remark("hidden-left-out"),
            Place::Text => self.story.open.text.push_str(text),
        }
    }

    /// Ends a paragraph wherever it stands.
    fn paragraph(&mut self) {
        if self.story.open.in_table {
            return self.paragraph_in_cell();
        }
        let blocks = self.take_paragraph();
        // An empty paragraph stands between two tables too.
        self.story.end_table();
        self.story.blocks.extend(blocks);
    }

    fn paragraph_in_cell(&mut self) {
        let blocks = self.take_paragraph();
        self.story.cell.extend(blocks);
    }

    fn take_paragraph(&mut self) -> Vec<Block> {
        self.pieces += 1;
        let open = &mut self.story.open;
        let (text, label) = (std::mem::take(&mut open.text), std::mem::take(&mut open.label));
        let style = open.style.and_then(|style| self.styles.get(&style)).copied().unwrap_or_default();
        let outline = open.outline.or(style.outline).filter(|level| *level < 9);
        let role = style.role.or(outline.map(|level| Role::Heading(level + 1)));
        let text = numbered(&label_of(&label), &text);
        let mut blocks = Vec::new();
        if !text.trim().is_empty() {
            blocks.push(Block::Paragraph(Paragraph { text, role }));
        }
        blocks.append(&mut open.boxes);
        blocks
    }
}

impl Story {
    /// Puts the rows that have come together into the text as a table.
    fn end_table(&mut self) {
        if !self.cells.is_empty() || !self.cell.is_empty() {
            let mut cells = std::mem::take(&mut self.cells);
            cells.push(std::mem::take(&mut self.cell));
            self.rows.push(RawRow { layout: self.layout.clone(), cells });
        }
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return;
        }
        // The edges of all cells are the borders of the columns.
        let edges: BTreeSet<i32> = rows.iter().flat_map(|row| &row.layout).map(|cell| cell.right).collect();
        let mut edges: Vec<i32> = edges.into_iter().collect();
        edges.dedup_by(|right, left| right.saturating_sub(*left) < SAME_EDGE);
        let mut grid = Grid::default();
        let mut open: HashMap<usize, (usize, usize)> = HashMap::new();
        for raw in rows {
            let mut row: Vec<GridCell> = Vec::new();
            let mut column = 0;
            for (n, blocks) in raw.cells.into_iter().enumerate() {
                let layout = raw.layout.get(n).copied().unwrap_or_default();
                let edge = edges.partition_point(|edge| edge.saturating_add(SAME_EDGE) <= layout.right);
                let columns = if raw.layout.len() > n { (edge + 1).saturating_sub(column).max(1) } else { 1 };
                let start = column;
                column += columns;
                if layout.goes_on_right && !row.is_empty() {
                    if let Some(left) = row.last_mut() {
                        left.columns += columns;
                        left.blocks.extend(blocks);
                    }
                    continue;
                }
                if layout.goes_on_down
                    && let Some((row, place)) = open.get(&start)
                    && let Some(above) = grid.rows.get_mut(*row).and_then(|row| row.get_mut(*place))
                {
                    above.rows += 1;
                    continue;
                }
                open.insert(start, (grid.rows.len(), row.len()));
                row.push(GridCell { column: start, columns, rows: 1, blocks });
            }
            grid.rows.push(row);
        }
        self.blocks.push(Block::Table(grid));
    }
}

/// The mark of a list item; every picture of a bullet font is a bullet.
fn label_of(label: &str) -> String {
    let label = label.trim();
    let mut signs = label.chars();
    match (signs.next(), signs.next()) {
        (Some('\u{e000}'..='\u{f8ff}' | '·' | '§' | '●' | '■' | '◆' | '○' | '◦' | '▪'), None) => {
            BULLET.to_owned()
        }
        _ => label.to_owned(),
    }
}

/// The encoding of a font's charset (Windows charset numbers, as in \fcharset of the RTF specification 1.9.1).
fn by_charset(charset: u8) -> Option<&'static Encoding> {
    Some(match charset {
        128 => encoding_rs::SHIFT_JIS,
        129 => encoding_rs::EUC_KR,
        134 => encoding_rs::GB18030,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        177 => encoding_rs::WINDOWS_1255,
        178 => encoding_rs::WINDOWS_1256,
        186 => encoding_rs::WINDOWS_1257,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => return None,
    })
}

/// The encoding of a Windows code page.
fn code_page(number: i32) -> Option<&'static Encoding> {
    match number {
        936 => Some(encoding_rs::GB18030),
        54936 => Some(encoding_rs::GB18030),
        950 => Some(encoding_rs::BIG5),
        932 => Some(encoding_rs::SHIFT_JIS),
        949 => Some(encoding_rs::EUC_KR),
        65001 => Some(encoding_rs::UTF_8),
        number => Encoding::for_label(format!("windows-{number}").as_bytes()),
    }
}

#[cfg(test)]
mod tests;
