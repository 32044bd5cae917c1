//! Owns the tables of Markdown: rows between bars under a row of dashes (GitHub Flavored Markdown specification, "Tables"), and the
//! settings that site generators put above a page.
//! Must not know the rest of Markdown: its headings are ordinals like any other, its emphasis is text.

use super::Seen;
use super::tags::token;
use crate::import::document::{Cell, Row, Table};

/// Lines that settings above a page fill at most.
const SETTINGS: usize = 40;

/// Where the settings above a page end: `key: value` lines between two lines of dashes, as site generators want them.
pub fn front_matter(text: &str) -> Option<usize> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let mut at = first.len();
    for line in lines.take(SETTINGS) {
        at += line.len();
        if line.trim_end() == "---" {
            return Some(at);
        }
        let setting = line.contains(':') || line.trim_start().starts_with('-') || line.trim().is_empty();
        if !setting {
            return None;
        }
    }
    None
}

/// Whether a text has a table: a line of bars and dashes under a line with bars.
pub fn has_table(text: &str) -> bool {
    let mut before = "";
    text.lines().any(|line| {
        let found = is_rule(line) && before.contains('|');
        before = line;
        found
    })
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains('|') && line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// A text whose tables are rows of cells; everything else as it is.
pub fn build(text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    let rule_behind = |place: usize| lines.get(place + 1).is_some_and(|(_, next)| is_rule(next));
    let mut table: Option<Table> = None;
    for (place, (at, line)) in lines.iter().enumerate() {
        let head = line.contains('|') && !is_rule(line) && rule_behind(place);
        if head && table.is_none() {
            table = Some(Table::default());
        }
        match &mut table {
            Some(_) if is_rule(line) => {}
            Some(open) if line.contains('|') => row(text, *at, line, &mut seen, open),
            _ => {
                seen.tables.extend(table.take());
                seen.view.keep(text, *at, at + line.len());
            }
        }
    }
    seen.tables.extend(table);
    seen
}

fn row(text: &str, at: usize, line: &str, seen: &mut Seen, table: &mut Table) {
    let end = at + line.trim_end().len();
    let start = at + line.len() - line.trim_start().len();
    let start = start + usize::from(text[start..end].starts_with('|'));
    let inner = &text[start..end];
    let mut row = Row { number: table.rows.len() + 1, start: seen.view.text.len(), ..Row::default() };
    let mut from = start;
    let mut cuts: Vec<usize> = inner
        .match_indices('|')
        .map(|(place, _)| start + place)
        .filter(|place| !text[..*place].ends_with('\\'))
        .collect();
    if cuts.last() != Some(&(end - 1)) {
        cuts.push(end);
    }
    for (column, cut) in cuts.into_iter().enumerate() {
        if column > 0 {
            seen.view.replace("\t", from - 1, from);
        }
        let cell_start = seen.view.text.len();
        cell(text, from, cut, seen);
        let said = &seen.view.text[cell_start..];
        let words = said.trim();
        let head = cell_start + said.len() - said.trim_start().len();
        row.cells.push(Cell {
            column,
            columns: 1,
            rows: 1,
            text: words.to_owned(),
            start: head,
            end: head + words.len(),
        });
        from = cut + 1;
    }
    row.end = seen.view.text.len();
    if row.cells.iter().any(|cell| !cell.text.is_empty()) {
        table.rows.push(row);
    }
    seen.view.replace("\n", end, end);
}

/// A cell's words: escapes undone, tags left out, a line break a blank.
fn cell(text: &str, start: usize, end: usize, seen: &mut Seen) {
    let (start, end) = {
        let inner = &text[start..end];
        let head = inner.len() - inner.trim_start().len();
        (start + head, start + head + inner.trim().len())
    };
    let mut from = start;
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        let (words, len) = if let Some((_, len)) = token(rest) {
            (" ", len)
        } else if rest.starts_with('\\') && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            (&rest[1..2], 2)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        seen.view.keep(text, from, at);
        seen.view.replace(words, at, at + len);
        at += len;
        from = at;
    }
    seen.view.keep(text, from, end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_between_bars_are_cells() {
        let text = "名单\n| 奖项 | 队名 |\n| --- | :--- |\n| 一等奖（1名） | 甲（李\\*） |\n| 二等奖 | 乙<br />丙 |\n\n后文|不是表\n";
        assert!(has_table(text));
        let seen = build(text);
        assert_eq!(
            seen.view.text,
            "名单\n奖项\t队名\n一等奖（1名）\t甲（李*）\n二等奖\t乙 丙\n\n后文|不是表\n"
        );
        let cells: Vec<Vec<&str>> = seen.tables[0]
            .rows
            .iter()
            .map(|row| row.cells.iter().map(|c| c.text.as_str()).collect())
            .collect();
        assert_eq!(cells, [["奖项", "队名"], ["一等奖（1名）", "甲（李*）"], ["二等奖", "乙 丙"]]);
        for cell in seen.tables[0].rows.iter().flat_map(|row| &row.cells) {
            assert_eq!(&seen.view.text[cell.start..cell.end], cell.text);
        }
        assert!(!has_table("甲|乙\n丙"));
    }

    #[test]
    fn settings_above_a_page_are_told_from_a_line_of_dashes() {
        assert_eq!(
            front_matter("---\ntitle: 甲\ntags:\n  - 乙\n---\n正文"),
            Some("---\ntitle: 甲\ntags:\n  - 乙\n---\n".len())
        );
        assert_eq!(front_matter("---\n正文一句。\n---\n"), None);
        assert_eq!(front_matter("正文\n---\n"), None);
    }
}
