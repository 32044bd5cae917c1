//! The sheets of records: all of them, and those behind each figure.
//!
//! Each distinct list of records is one block of rows on the sheet of sources, whichever figures
//! point to it. Where a block stands is known before the sheet is written, so that the figures,
//! which are written first, can lead to it.

use super::Limits;
use super::about::Listed;
use super::grid::Tools;
use super::names::Names;
use super::names::target;
use super::styles::Place;
use super::styles::Shown;
use super::styles::Styles;
use super::text::fit;
use super::text::line;
use super::widths;
use crate::locale::Lang;
use crate::report::document::Source;
use crate::table::Align;
use rust_xlsxwriter::Url;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::collections::HashMap;

/// So many figures are named above the records that they share.
const NAMED: usize = 4;

/// A figure: what it is called, and the link to its cell.
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) target: String,
}

/// A list of records, the figures above it and the line that it begins in.
struct Block {
    list: Vec<u32>,
    figures: Vec<Figure>,
    more: usize,
    start: usize,
}

/// The records of a document, and which of them the figures need.
pub(super) struct Sources<'d> {
    records: &'d [Source],
    names: Names,
    lang: Lang,
    /// Lines of records on a sheet.
    room: usize,
    /// The sheets that list every record, and those with the records behind figures.
    all: Vec<String>,
    behind: Vec<String>,
    blocks: Vec<Block>,
    places: HashMap<Vec<u32>, usize>,
    /// The line after the last block, counted over all sheets.
    end: usize,
    widths: [f64; 3],
}

impl<'d> Sources<'d> {
    pub(super) fn new(records: &'d [Source], mut names: Names, lang: Lang, limits: &Limits) -> Self {
        // One line is the heading.
        let room = (limits.rows as usize - 1).max(1);
        let word = lang.word("xlsx.records");
        let all = (0..records.len().div_ceil(room)).map(|_| names.claim(word, word)).collect();
        let widest = |of: fn(&Source) -> &String| {
            let places = records.iter().map(|record| widths::places(of(record))).max().unwrap_or(0);
            widths::units(places.clamp(8, 60))
        };
        Sources {
            records,
            names,
            lang,
            room,
            all,
            behind: Vec::new(),
            blocks: Vec::new(),
            places: HashMap::new(),
            end: 0,
            widths: [
                widest(|record| &record.id),
                widest(|record| &record.title),
                widest(|record| &record.path),
            ],
        }
    }

    /// Where the records behind a figure begin; `None` when there are none. Places that no record has
    /// are passed over.
    pub(super) fn place(&mut self, behind: &[u32], figure: impl FnOnce() -> Figure) -> Option<String> {
        let mut list: Vec<u32> = behind.to_vec();
        list.retain(|&place| (place as usize) < self.records.len());
        list.sort_unstable();
        list.dedup();
        if list.is_empty() {
            return None;
        }
        if list.len() == self.records.len() {
            return self.all.first().map(|name| target(name, 0, 0));
        }
        let block = match self.places.get(&list) {
            Some(&block) => block,
            None => {
                self.places.insert(list.clone(), self.blocks.len());
                self.start(list)
            }
        };
        let block = self.blocks.get_mut(block)?;
        if block.figures.len() < NAMED {
            block.figures.push(figure());
        } else {
            block.more += 1;
        }
        let (sheet, row) = (block.start / self.room, block.start % self.room);
        let word = self.lang.word("xlsx.sources");
        while self.behind.len() <= sheet {
            self.behind.push(self.names.claim(word, word));
        }
        Some(target(self.behind.get(sheet)?, row as u32 + 1, 0))
    }

    /// Begins a block after the last one: on the next sheet where it would be torn and need not be.
    fn start(&mut self, list: Vec<u32>) -> usize {
        let lines = list.len() + 1;
        let left = self.room - self.end % self.room;
        if lines > left && left < self.room {
            self.end += left;
        }
        let start = self.end;
        self.end += lines + 1;
        self.blocks.push(Block { list, figures: Vec::new(), more: 0, start });
        self.blocks.len() - 1
    }

    /// Writes the sheets of sources, then those of all records, and says which they are.
    pub(super) fn write(mut self, book: &mut Workbook, tools: &Tools<'_>) -> Result<Vec<Listed>, XlsxError> {
        let styles = tools.styles;
        let mut listed = Vec::new();
        let last = self.blocks.iter().map(|block| block.start + block.list.len()).max();
        let sheets = last.map_or(0, |last| last / self.room + 1);
        let word = self.lang.word("xlsx.sources");
        while self.behind.len() < sheets {
            self.behind.push(self.names.claim(word, word));
        }
        for (number, name) in self.behind.iter().enumerate() {
            let sheet = self.sheet(book, name, styles)?;
            let lines = number * self.room..(number + 1) * self.room;
            for (place, block) in self.blocks.iter().enumerate() {
                let end = block.start + block.list.len();
                if end < lines.start || block.start >= lines.end {
                    continue;
                }
                let row = |line: usize| (line - lines.start) as u32 + 1;
                if lines.contains(&block.start) {
                    self.heading(sheet, row(block.start), block, place < tools.limits.links, styles)?;
                }
                for (at, record) in (block.start + 1..).zip(&block.list) {
                    if let (true, Some(record)) = (lines.contains(&at), self.records.get(*record as usize)) {
                        self.record(sheet, row(at), record, styles)?;
                    }
                }
            }
            listed.push(Listed { name: name.clone(), records: None });
        }
        for (name, records) in self.all.iter().zip(self.records.chunks(self.room)) {
            let sheet = self.sheet(book, name, styles)?;
            for (row, record) in (1..).zip(records) {
                self.record(sheet, row, record, styles)?;
            }
            sheet.autofilter(0, 0, records.len() as u32, 2)?;
            listed.push(Listed { name: name.clone(), records: Some(records.len()) });
        }
        Ok(listed)
    }

    fn sheet<'b>(
        &self,
        book: &'b mut Workbook,
        name: &str,
        styles: &Styles,
    ) -> Result<&'b mut Worksheet, XlsxError> {
        let sheet = super::sheet(book, name)?;
        for (col, key) in (0..).zip(["xlsx.id", "xlsx.title", "xlsx.path"]) {
            sheet.write_string_with_format(0, col, self.lang.word(key), &styles.head)?;
        }
        for (col, width) in (0..).zip(self.widths) {
            sheet.set_column_width(col, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        sheet.set_landscape();
        Ok(sheet)
    }

    fn heading(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        block: &Block,
        linked: bool,
        styles: &Styles,
    ) -> Result<(), XlsxError> {
        let names: Vec<&str> = block.figures.iter().map(|figure| figure.name.as_str()).collect();
        let mut figures = names.join(if self.lang.is_zh() { "；" } else { "; " });
        if block.more > 0 {
            let count = block.more.to_string();
            figures = self.lang.say("xlsx.more", &[("figures", &figures), ("count", &count)]);
        }
        let count = block.list.len().to_string();
        let text = self.lang.say("xlsx.block", &[("figures", &figures), ("count", &count)]);
        let (text, _) = fit(text, self.lang.word("xlsx.mark"));
        let [plain, link] = &styles.block;
        sheet.set_row_height(row, widths::height(widths::lines(&text, self.widths.iter().sum())))?;
        sheet.merge_range(row, 0, row, 2, "", plain)?;
        match block.figures.first().filter(|_| linked) {
            Some(figure) => {
                let url = Url::new(figure.target.as_str()).set_text(text);
                sheet.write_url_with_format(row, 0, url, link)?;
            }
            None => {
                sheet.write_string_with_format(row, 0, text, plain)?;
            }
        }
        Ok(())
    }

    fn record(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        record: &Source,
        styles: &Styles,
    ) -> Result<(), XlsxError> {
        let format = styles.cell(Shown::Text, Place { align: Align::Left, summary: false, link: false });
        let mut lines = 1;
        let texts = [&record.id, &record.title, &record.path];
        for ((col, text), width) in (0..).zip(texts).zip(self.widths) {
            let (text, _) = fit(line(text), self.lang.word("xlsx.mark"));
            lines = lines.max(widths::lines(&text, width));
            sheet.write_string_with_format(row, col, text, format)?;
        }
        if lines > 1 {
            sheet.set_row_height(row, widths::height(lines))?;
        }
        Ok(())
    }
}
