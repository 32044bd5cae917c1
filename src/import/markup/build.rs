//! Owns the way from markup to what a reader sees: lines, headings, tables.
//! Must not know pages or sites.

use super::Seen;
use super::tags::{BLOCKS, Token, attribute, entity, token};
use crate::import::document::{Cell, Label, Role, Row, Table};

/// Elements in which a line break of the source is a blank.
const FLOWING: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "dd", "dt"];
/// Elements whose content no reader sees.
const UNSEEN: &[&str] =
    &["script", "style", "noscript", "select", "textarea", "button", "svg", "iframe", "object", "video"];
/// A line that is set off from the text is a heading, and those are short.
const SET_OFF: usize = 45;
/// A cell longer than this holds a page, not a value.
const CELL: usize = 400;
/// Tables within tables that are followed.
const DEPTH: usize = 32;

/// What a reader sees of a text with markup.
pub fn build(text: &str) -> Seen {
    let mut builder = Builder { text, ..Builder::default() };
    builder.run();
    builder.end_line();
    builder.seen
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    seen: Seen,
    /// Where in the view the line that is being read starts.
    line: usize,
    /// The level of the heading that is open.
    heading: Option<u8>,
    /// Whether the line is the page's own title.
    page_title: bool,
    /// How many elements that set text in bold are open.
    bold: usize,
    /// Bytes of the line that are bold, blanks left out.
    bold_bytes: usize,
    /// Elements open in which a line break is a blank.
    flowing: usize,
    tables: Vec<Open>,
}

/// A table that is being read.
#[derive(Default)]
struct Open {
    /// Whether it lays out a page instead of holding values.
    layout: bool,
    table: Table,
    row: Row,
    cell: Option<Cell>,
    /// Columns still covered by a cell of a row above: how many rows.
    covered: Vec<usize>,
}

impl<'t> Builder<'t> {
    fn run(&mut self) {
        let text = self.text;
        let mut at = 0;
        let mut from = 0;
        while at < text.len() {
            let Some(next) = memchr::memchr3(b'<', b'&', b'\n', &text.as_bytes()[at..]) else {
                break;
            };
            at += next;
            match text.as_bytes()[at] {
                b'<' => match token(&text[at..]) {
                    Some((token, len)) => {
                        self.take(from, at);
                        at = self.tag(token, at, at + len);
                        from = at;
                    }
                    None => at += 1,
                },
                b'&' => match entity(&text[at..]) {
                    Some((words, len)) => {
                        self.take(from, at);
                        self.put(&words, at, at + len);
                        at += len;
                        from = at;
                    }
                    None => at += 1,
                },
                _ => {
                    let line = self.text[from..at].strip_suffix('\r').map_or(at, |_| at - 1);
                    self.take(from, line);
                    self.line_break(at);
                    at += 1;
                    from = at;
                }
            }
        }
        self.take(from, text.len());
    }

    fn take(&mut self, from: usize, to: usize) {
        if from < to {
            self.count_bold(&self.text[from..to]);
            self.seen.view.keep(self.text, from, to);
        }
    }

    fn put(&mut self, words: &str, from: usize, to: usize) {
        self.count_bold(words);
        self.seen.view.replace(words, from, to);
    }

    fn count_bold(&mut self, words: &str) {
        if self.bold > 0 {
            self.bold_bytes +=
                words.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
        }
    }

    /// A line break of the source: a blank between words inside a paragraph, else the end of a line.
    fn line_break(&mut self, at: usize) {
        if self.flowing == 0 && !self.in_data() {
            self.new_line(at);
            return;
        }
        let latin = self.seen.view.text.ends_with(|c: char| c.is_ascii_alphanumeric());
        if latin {
            self.seen.view.replace(" ", at, at + 1);
        }
    }

    fn in_data(&self) -> bool {
        self.tables.last().is_some_and(|open| !open.layout)
    }

    /// Ends the line, if there is anything on it.
    fn new_line(&mut self, at: usize) {
        self.end_line();
        if !self.seen.view.text.is_empty() && !self.seen.view.text.ends_with('\n') {
            self.seen.view.replace("\n", at, at);
        }
        self.line = self.seen.view.text.len();
        self.bold_bytes = 0;
    }

    fn end_line(&mut self) {
        let line = &self.seen.view.text[self.line..];
        let words = line.trim();
        if words.is_empty() {
            return;
        }
        let start = self.line + line.len() - line.trim_start().len();
        let bytes: usize = words.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8).sum();
        let role = match self.heading {
            _ if self.page_title => Some(Role::Aside("page-title")),
            Some(level) => Some(Role::Heading(level)),
            None => (self.bold_bytes >= bytes && words.chars().count() <= SET_OFF).then_some(Role::SetOff),
        };
        if let Some(role) = role {
            self.seen.labels.push(Label { start, end: start + words.len(), role });
        }
    }

    /// Does what a tag asks for, and gives the place to go on at.
    fn tag(&mut self, token: Token<'t>, start: usize, end: usize) -> usize {
        match token {
            Token::Other => end,
            Token::Open { name, rest } => {
                let name = name.to_ascii_lowercase();
                if UNSEEN.contains(&name.as_str()) && !rest.ends_with('/') {
                    return self.unseen(&name, end);
                }
                self.open(&name, rest, start, end);
                end
            }
            Token::Close { name } => {
                self.close(&name.to_ascii_lowercase(), start);
                end
            }
        }
    }

    /// Where what no reader sees is over.
    fn unseen(&self, name: &str, from: usize) -> usize {
        let close = format!("</{name}");
        let Some(at) = super::tags::find(&self.text[from..], &close) else {
            return from;
        };
        let at = from + at;
        self.text[at..].find('>').map_or(self.text.len(), |len| at + len + 1)
    }

    fn open(&mut self, name: &str, rest: &str, start: usize, end: usize) {
        match name {
            "br" if self.in_data() => self.blank(start),
            "br" => self.new_line(start),
            "table" => self.open_table(start, end),
            "tr" => self.open_row(start),
            "td" | "th" => self.open_cell(rest, start),
            "b" | "strong" if !rest.ends_with('/') => self.bold += 1,
            _ if BLOCKS.contains(&name) => {
                self.block(start);
                self.heading = level(name).or(self.heading);
                self.page_title |= name == "title";
            }
            _ => {}
        }
        if FLOWING.contains(&name) {
            self.flowing += 1;
        }
    }

    fn close(&mut self, name: &str, start: usize) {
        match name {
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "table" => self.close_table(start),
            "tr" => self.close_row(start),
            "td" | "th" => self.close_cell(),
            _ if BLOCKS.contains(&name) => {
                self.block(start);
                if level(name).is_some() {
                    self.heading = None;
                }
                self.page_title &= name != "title";
            }
            _ => {}
        }
        if FLOWING.contains(&name) {
            self.flowing = self.flowing.saturating_sub(1);
        }
    }

    fn block(&mut self, at: usize) {
        if self.in_data() {
            self.blank(at);
        } else {
            self.new_line(at);
        }
    }

    /// A blank between the parts of a cell.
    fn blank(&mut self, at: usize) {
        let inside =
            self.tables.last().and_then(|open| open.cell.as_ref()).map_or(self.line, |cell| cell.start);
        let words = &self.seen.view.text[inside.min(self.seen.view.text.len())..];
        if !words.trim().is_empty() && !words.ends_with([' ', '\t']) {
            self.seen.view.replace(" ", at, at);
        }
    }

    fn open_table(&mut self, start: usize, end: usize) {
        let deep = self.tables.len() >= DEPTH;
        // A table in a cell of values is read as part of the cell.
        if deep || self.in_data() {
            self.blank(start);
            self.tables.push(Open { layout: true, ..Open::default() });
            return;
        }
        self.new_line(start);
        let layout = is_layout(&self.text[end..]);
        self.tables.push(Open { layout, ..Open::default() });
    }

    fn open_row(&mut self, start: usize) {
        if self.in_data() {
            self.close_row(start);
            let line = self.seen.view.text.len();
            if let Some(open) = self.tables.last_mut() {
                open.row =
                    Row { number: open.table.rows.len() + 1, start: line, end: line, ..Row::default() };
            }
        } else {
            self.new_line(start);
        }
    }

    fn open_cell(&mut self, rest: &str, start: usize) {
        if !self.in_data() {
            self.new_line(start);
            return;
        }
        self.close_cell();
        let number = |name| {
            attribute(rest, name).and_then(|n| n.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, 1000)
        };
        let (columns, rows) = (number("colspan"), number("rowspan"));
        let first = self.tables.last().is_none_or(|open| open.row.cells.is_empty());
        if !first {
            self.seen.view.replace("\t", start, start);
        }
        let at = self.seen.view.text.len();
        if let Some(open) = self.tables.last_mut() {
            let mut column = open.row.cells.last().map_or(0, |cell| cell.column + cell.columns);
            while open.covered.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            if open.covered.len() < column + columns {
                open.covered.resize(column + columns, 0);
            }
            for covered in &mut open.covered[column..column + columns] {
                *covered = rows;
            }
            open.cell = Some(Cell { column, columns, rows, start: at, end: at, text: String::new() });
        }
    }

    fn close_cell(&mut self) {
        let text = &self.seen.view.text;
        let Some(open) = self.tables.last_mut().filter(|open| !open.layout) else {
            return;
        };
        if let Some(mut cell) = open.cell.take() {
            let raw = text.get(cell.start..).unwrap_or_default();
            cell.start += raw.len() - raw.trim_start().len();
            raw.trim().clone_into(&mut cell.text);
            cell.end = cell.start + cell.text.len();
            open.row.cells.push(cell);
        }
    }

    fn close_row(&mut self, start: usize) {
        self.close_cell();
        if !self.in_data() {
            self.new_line(start);
            return;
        }
        let end = self.seen.view.text.len();
        if let Some(open) = self.tables.last_mut()
            && !open.row.cells.is_empty()
        {
            let mut row = std::mem::take(&mut open.row);
            row.end = row.cells.last().map_or(end, |cell| cell.end);
            if row.cells.iter().any(|cell| !cell.text.is_empty()) {
                open.table.rows.push(row);
            }
            open.covered.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
            // A row's line is no heading, however bold it is.
            self.bold_bytes = 0;
            self.seen.view.replace("\n", start, start);
            self.line = self.seen.view.text.len();
        }
    }

    fn close_table(&mut self, start: usize) {
        self.close_row(start);
        let Some(open) = self.tables.pop() else {
            return;
        };
        if !open.layout && !open.table.rows.is_empty() {
            self.seen.tables.push(open.table);
        }
        if !self.in_data() {
            self.new_line(start);
        }
    }
}

fn level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// Whether a table only lays out a page: another one inside, one cell a row, or cells as long as a page. The text starts behind its tag.
fn is_layout(text: &str) -> bool {
    let mut at = 0;
    let (mut cells, mut widest, mut words) = (0, 0, 0);
    while let Some(next) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
        words += text[at..at + next].chars().filter(|c| !c.is_whitespace()).count();
        at += next;
        let Some((token, len)) = token(&text[at..]) else {
            at += 1;
            continue;
        };
        match token {
            Token::Open { name, .. } if name.eq_ignore_ascii_case("table") => return true,
            Token::Open { name, .. } if name.eq_ignore_ascii_case("tr") => cells = 0,
            Token::Open { name, .. }
                if name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th") =>
            {
                cells += 1;
                widest = widest.max(cells);
                words = 0;
            }
            Token::Close { name } if name.eq_ignore_ascii_case("table") => break,
            _ => {}
        }
        if words > CELL {
            return true;
        }
        at += len;
    }
    widest < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        build(text).view.text
    }

    #[test]
    fn paragraphs_are_lines_and_entities_signs() {
        let text = "题目\r\n<p>甲&ldquo;乙&rdquo;</p>\r\n<p>丙\n丁<br/>戊</p><script>x<y</script>";
        assert_eq!(seen(text), "题目\n甲“乙”\n丙丁\n戊\n");
    }

    #[test]
    fn what_the_markup_sets_off_is_labelled() {
        let built =
            build("<h2>一、背景</h2><p><strong>全链条</strong><b>排查</b></p><p><b>开头</b>之后是正文。</p>");
        let labelled: Vec<(&str, Role)> =
            built.labels.iter().map(|l| (&built.view.text[l.start..l.end], l.role)).collect();
        assert_eq!(labelled, [("一、背景", Role::Heading(2)), ("全链条排查", Role::SetOff)]);
    }

    #[test]
    fn values_stay_in_their_cells() {
        let built = build(
            "<table><tr><th rowspan=2>单位</th><th colspan=\"2\">人数</th></tr><tr><th>甲</th><th><p>乙</p><p>丙</p></th></tr></table>后",
        );
        // The blank before the line end is what closed the last paragraph; the cell does without it.
        assert_eq!(built.view.text, "单位\t人数\n甲\t乙 丙 \n后");
        let cells: Vec<(usize, usize, usize, &str)> = built.tables[0]
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .map(|c| (c.column, c.columns, c.rows, &built.view.text[c.start..c.end]))
            .collect();
        assert_eq!(cells, [(0, 1, 2, "单位"), (1, 2, 1, "人数"), (1, 1, 1, "甲"), (2, 1, 1, "乙 丙")]);
    }

    #[test]
    fn a_table_that_lays_out_a_page_is_no_table() {
        let built = build("<table><tr><td><p>甲</p><p>乙</p></td></tr><tr><td>丙</td></tr></table>");
        assert_eq!(built.view.text, "甲\n乙\n丙\n");
        assert!(built.tables.is_empty());
    }
}
