//! Owns the way from old Word files (.doc, and .wps of WPS Office) to a document.
//! Must not know how such files are laid out inside: that is the reader's that it calls.

use std::collections::HashMap;
use std::io::Cursor;

use office_oxide::cfb::CfbReader;
use office_oxide::ir::{Element, HeaderFooter, InlineContent, List, Note, Table};
use office_oxide::{Document, DocumentFormat};

use super::assemble::{BULLET, Block, Grid, GridCell, Paragraph, Parts, assemble, flat, numbered};
use super::guard::{PATIENCE, fenced};
use super::rescue::rescue;
use super::{Bytes, Reading, docx};
use crate::import::document::Role;
use crate::import::options::Options;

const MAGIC: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Tables and lists in each other deeper than this are an attack.
const MAX_DEPTH: usize = 50;

/// Whether these bytes are a Word file of the old kind, or a new one under a password.
pub fn sniff(input: Bytes<'_>) -> bool {
    if !input.bytes.starts_with(MAGIC) {
        return false;
    }
    let has = |name: &str| stream_named(input.bytes, name);
    // A spreadsheet has its own reader; a file of neither kind is for whoever can make something of it.
    !(has("Workbook") || has("Book")) && (has("WordDocument") || has("EncryptedPackage") || has("MatOST"))
        || ["doc", "dot", "wps", "wpt"].contains(&input.ending)
}

/// Whether the directory of a compound file names this stream: names stand there in UTF-16 (\[MS-CFB\] 2.6.1).
fn stream_named(bytes: &[u8], name: &str) -> bool {
    let mut needle: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    needle.extend([0, 0]);
    memchr::memmem::find_iter(bytes, &needle).any(|at| at % 128 == 0)
}

/// Reads an old Word file.
///
/// # Errors
/// `broken-doc`, `encrypted`, `reader-failed`, `too-slow`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    if !stream_named(input.bytes, "WordDocument") && stream_named(input.bytes, "EncryptedPackage") {
        return Err("encrypted");
    }
    let ending = if input.ending.is_empty() { "doc" } else { input.ending };
    let bytes = input.bytes.to_vec();
    let reading = fenced(PATIENCE, move || convert(bytes));
    // The reader knows that a list is numbered and not how: 一、 would become 1.
    let chinese = reading.is_ok() && lists(input.bytes).unwrap_or(false);
    if chinese
        && let Some(Ok(bytes)) = options.tools.and_then(|tools| tools.to_docx(input.bytes, ending))
        && let Ok(better) = docx::convert(&bytes)
    {
        return Ok(Reading { reader: "LibreOffice", ..better });
    }
    rescue(reading, input, options, ending)
}

fn convert(bytes: Vec<u8>) -> Result<Reading, &'static str> {
    let lists = lists(&bytes)?;
    let document =
        Document::from_reader(Cursor::new(bytes), DocumentFormat::Doc).map_err(|_| "broken-doc")?;
    let whole = document.to_ir();
    let mut out = Converter::default();
    for section in &whole.sections {
        let margins = [
            &section.header,
            &section.footer,
            &section.first_page_header,
            &section.first_page_footer,
            &section.even_page_header,
            &section.even_page_footer,
        ];
        for margin in margins.into_iter().flatten() {
            out.margin(margin)?;
        }
        out.collect_notes(&section.elements)?;
    }
    for section in &whole.sections {
        let blocks = out.blocks(&section.elements, 0)?;
        out.parts.blocks.extend(blocks);
    }
    // Notes whose mark the reader has lost are still notes.
    let lost: Vec<(bool, u32)> =
        out.order.iter().filter(|key| !out.marks.contains_key(*key)).copied().collect();
    for key in lost {
        out.mark(key);
    }
    let mut remarks = Vec::new();
    if lists || out.has_lists {
        remarks.push("numbers-guessed");
    }
    if whole.metadata.text_truncated {
        remarks.push("cut-off");
    }
    Ok(Reading { document: assemble(out.parts), remarks, ..Reading::default() })
}

/// Whether the document defines lists that are numbered in Chinese (\[MS-DOC\] 2.5.1 FibBase, 2.5.6 FibRgFcLcb97).
fn lists(bytes: &[u8]) -> Result<bool, &'static str> {
    let Ok(mut file) = CfbReader::new(Cursor::new(bytes)) else { return Ok(false) };
    let Ok(head) = file.open_stream("WordDocument") else { return Ok(false) };
    let word = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let flags = word(0x0a).unwrap_or(0);
    if flags & 0x0100 != 0 {
        return Err("encrypted");
    }
    // Before Word 97 there was no such table.
    if word(0).map(|head| head >> 16).is_none_or(|version| version < 0xc1) {
        return Ok(false);
    }
    let table = if flags & 0x0200 == 0 { "0Table" } else { "1Table" };
    let Ok(table) = file.open_stream(table) else { return Ok(false) };
    let (Some(start), Some(size)) = (word(0x2e2), word(0x2e6)) else { return Ok(false) };
    Ok(size > 0 && has_chinese_level(&table, usize::try_from(start).unwrap_or(usize::MAX)))
}

/// Whether one of the list levels at this place is numbered in Chinese (\[MS-DOC\] 2.9.131 LSTF, 2.9.149 LVL, \[MS-OSHARED\]
/// 2.2.1.3 MSONFC).
fn has_chinese_level(table: &[u8], start: usize) -> bool {
    const LIST: usize = 28;
    const LEVEL: usize = 28;
    let bytes = |at: usize, len: usize| table.get(at..at.checked_add(len)?);
    let short = |at: usize| bytes(at, 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
    let Some(lists) = short(start) else { return false };
    let first = start + 2;
    let mut at = first + usize::from(lists) * LIST;
    for list in 0..usize::from(lists) {
        let Some(flags) = bytes(first + list * LIST + 26, 1) else { return false };
        for level in 0..if flags[0] & 1 == 1 { 1 } else { 9 } {
            let Some(head) = bytes(at, LEVEL) else { return false };
            // The deep levels of the templates that come with Word are used by no one.
            if level < 3 && (10..=45).contains(&head[4]) && !matches!(head[4], 22 | 23) {
                return true;
            }
            at += LEVEL + usize::from(head[24]) + usize::from(head[25]);
            let Some(letters) = short(at) else { return false };
            at += 2 + usize::from(letters) * 2;
        }
    }
    false
}

#[derive(Default)]
struct Converter {
    parts: Parts,
    /// What notes say, by whether they are endnotes and by their number.
    notes: HashMap<(bool, u32), String>,
    order: Vec<(bool, u32)>,
    marks: HashMap<(bool, u32), usize>,
    has_lists: bool,
}

impl Converter {
    fn margin(&mut self, margin: &HeaderFooter) -> Result<(), &'static str> {
        let said = flat(&self.blocks(&margin.content, 0)?);
        if !said.is_empty() && !self.parts.furniture.contains(&said) {
            self.parts.furniture.push(said);
        }
        Ok(())
    }

    fn collect_notes(&mut self, elements: &[Element]) -> Result<(), &'static str> {
        for element in elements {
            let (end, note) = match element {
                Element::Footnote(note) => (false, note),
                // Comments come as endnotes with a mark of their own.
                Element::Endnote(note) if !is_comment(note) => (true, note),
                _ => continue,
            };
            let said = flat(&self.blocks(&note.content, 0)?);
            self.notes.insert((end, note.id), said);
            self.order.push((end, note.id));
        }
        Ok(())
    }

    fn mark(&mut self, key: (bool, u32)) -> Option<usize> {
        if let Some(mark) = self.marks.get(&key) {
            return Some(*mark);
        }
        let said = self.notes.get(&key)?;
        self.parts.notes.push(said.clone());
        let mark = self.parts.notes.len();
        self.marks.insert(key, mark);
        Some(mark)
    }

    fn blocks(&mut self, elements: &[Element], depth: usize) -> Result<Vec<Block>, &'static str> {
        if depth > MAX_DEPTH {
            return Err("too-deep");
        }
        let mut blocks = Vec::new();
        for element in elements {
            match element {
                Element::Heading(heading) => {
                    let text = self.inline(&heading.content);
                    let role = Some(Role::Heading(heading.level.max(1)));
                    blocks.push(Block::Paragraph(Paragraph { text, role }));
                }
                Element::Paragraph(paragraph) => {
                    let text = self.inline(&paragraph.content);
                    let title = paragraph.style.as_deref().is_some_and(|name| {
                        matches!(name.to_lowercase().as_str(), "title" | "标题" | "文档标题")
                    });
                    let role = title.then_some(Role::Title);
                    blocks.push(Block::Paragraph(Paragraph { text, role }));
                }
                Element::CodeBlock(code) => {
                    blocks.push(Block::Paragraph(Paragraph { text: code.content.clone(), role: None }));
                }
                Element::List(list) => {
                    self.has_lists = true;
                    self.list(list, depth, &mut blocks)?;
                }
                Element::Table(table) => blocks.push(Block::Table(self.table(table, depth)?)),
                Element::TextBox(text) => blocks.extend(self.blocks(&text.content, depth + 1)?),
                _ => {}
            }
        }
        Ok(blocks)
    }

    fn list(&mut self, list: &List, depth: usize, out: &mut Vec<Block>) -> Result<(), &'static str> {
        if depth > MAX_DEPTH {
            return Err("too-deep");
        }
        let first = i64::from(list.start_number.unwrap_or(1));
        for (number, item) in (first..).zip(&list.items) {
            let label = if list.ordered { format!("{number}.") } else { BULLET.to_owned() };
            let mut blocks = self.blocks(&item.content, depth + 1)?;
            if let Some(Block::Paragraph(first)) = blocks.first_mut() {
                first.text = numbered(&label, &first.text);
            }
            out.extend(blocks);
            if let Some(nested) = &item.nested {
                self.list(nested, depth + 1, out)?;
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &Table, depth: usize) -> Result<Grid, &'static str> {
        let mut grid = Grid::default();
        // Until which row each column is covered from above.
        let mut covered: HashMap<usize, usize> = HashMap::new();
        for (number, raw) in table.rows.iter().enumerate() {
            let mut row = Vec::new();
            let mut column = 0;
            for cell in &raw.cells {
                while covered.get(&column).is_some_and(|until| *until > number) {
                    column += 1;
                }
                let size = |span: u32| usize::try_from(span).unwrap_or(1).clamp(1, 1000);
                let (columns, rows) = (size(cell.col_span), size(cell.row_span));
                if rows > 1 {
                    covered.extend((column..column + columns).map(|column| (column, number + rows)));
                }
                let blocks = self.blocks(&cell.content, depth + 1)?;
                row.push(GridCell { column, columns, rows, blocks });
                column += columns;
            }
            grid.rows.push(row);
        }
        Ok(grid)
    }

    fn inline(&mut self, content: &[InlineContent]) -> String {
        let mut text = String::new();
        for piece in content {
            let mark = match piece {
                InlineContent::Text(span) => {
                    text.push_str(&span.text);
                    None
                }
                InlineContent::LineBreak => {
                    text.push('\n');
                    None
                }
                InlineContent::FootnoteRef(note) => self.mark((false, note.note_id)),
                InlineContent::EndnoteRef(note) => self.mark((true, note.note_id)),
                _ => None,
            };
            if let Some(mark) = mark {
                text.push_str(&format!("[{mark}]"));
            }
        }
        text
    }
}

fn is_comment(note: &Note) -> bool {
    note.marker.as_deref().is_some_and(|marker| marker.starts_with("Comment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::formats::{read as read_any, tests_support::sample};

    #[test]
    fn what_is_no_word_file_is_left_to_others() {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(2048, 0);
        let named = |name: &str| {
            let mut bytes = bytes.clone();
            for (at, byte) in name.encode_utf16().flat_map(u16::to_le_bytes).enumerate() {
                bytes[1024 + at] = byte;
            }
            bytes
        };
        let is = |bytes: &[u8], ending: &str| sniff(Bytes { bytes, ending });
        assert!(is(&named("WordDocument"), ""));
        assert!(is(&named("WordDocument"), "xls"));
        assert!(!is(&named("Workbook"), "xls"));
        assert!(!is(&bytes, "xls"));
        assert!(!is("WordDocument".as_bytes(), "doc"));
        let locked = named("EncryptedPackage");
        assert_eq!(read_any("x.docx", &locked, &Options::default()), Err("encrypted"));
        let broken = named("WordDocument");
        assert_eq!(read_any("x.doc", &broken, &Options::default()), Err("broken-doc"));
    }

    #[test]
    fn old_word_files_are_read() {
        let Some(bytes) = sample("old_word_files_are_read", "hard.doc") else { return };
        let source = read_any("hard", &bytes, &Options::default()).unwrap();
        let text = &source.document.text;
        assert_eq!((source.format, source.reader), ("doc", "built-in"));
        for part in
            ["【插入文字】结束。", "\n文本框段落:\n文本框文字\n", "单位\t党员人数\t备注\n", "\n[1] 脚注内容"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
        for gone in ["【删除文字】", "隐藏文字", "HYPERLINK"] {
            assert!(!text.contains(gone), "{gone}");
        }
        // Its numbers are 一、 and （一）: the reader cannot know, and says so.
        assert!(source.remarks.contains(&"numbers-guessed"));
        assert_eq!(source.document.labels[0].role, Role::Title);
    }
}
