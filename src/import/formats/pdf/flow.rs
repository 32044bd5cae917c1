//! Owns what turns printed pages into running text: what repeats on every page, paragraphs over page ends, glued headings.
//! Must not know PDF.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::import::document::Role;
use crate::import::formats::assemble::{Block, Paragraph, Parts};

/// From so many pages on, a line at the edge of most of them is furniture.
const PAGES: usize = 3;

/// A page number by itself: `3`, `- 3 -`, `— 3 —`, `第3页`, `第 3 页 共 5 页`, `3 / 5`.
static PAGE_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[-—–－·•]{0,2}\s*\d{1,4}\s*[-—–－·•]{0,2}|第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?|\d+\s*/\s*\d+)$").ok()
});
/// Where a heading begins behind the end of a sentence, on the same line.
static GLUED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[。！？；!?;](?:[”’」』）)])?\s*((?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、．]|\d{1,2}\.\s*[^\d\s]))").ok()
});
/// What begins a paragraph of its own.
static BEGINS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[一二三四五六七八九十]{1,3}[、【．.]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、．.]|第[一二三四五六七八九十\d]+[章节条部]|[•●■◆▪○◦·])").ok()
});
/// The first level of a Chinese outline.
static FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[一二三四五六七八九十]{1,3}[、【．.]").ok());
static SECOND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[（(][一二三四五六七八九十]{1,3}[)）]").ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// One kind of bullet, no blanks at the ends, no blank that a printer put between Han and digits at a bullet.
pub fn tidy(text: &str) -> String {
    let text = text.trim();
    let rest = text
        .strip_prefix(['•', '●', '■', '◆', '▪', '○', '◦', '\u{f06c}', '\u{f06e}', '\u{f0b7}', '\u{f0d8}']);
    match rest {
        Some(rest) => format!("• {}", rest.trim_start()),
        None => text.to_owned(),
    }
}

/// The pages as one text.
pub fn join(pages: Vec<Vec<Block>>) -> Parts {
    let repeated = repeated(&pages);
    let mut parts = Parts::default();
    for page in pages {
        let last = page.len().saturating_sub(1);
        let mut first = true;
        for (n, block) in page.into_iter().enumerate() {
            let Block::Paragraph(mut paragraph) = block else {
                parts.blocks.push(block);
                first = false;
                continue;
            };
            if paragraph.text.is_empty() {
                continue;
            }
            let edge = n < 2 || n + 2 > last;
            if edge && (matches(&PAGE_NUMBER, &paragraph.text) || repeated.contains(&shape(&paragraph.text)))
            {
                if !parts.furniture.iter().any(|known| shape(known) == shape(&paragraph.text)) {
                    parts.furniture.push(paragraph.text);
                }
                continue;
            }
            let goes_on = first && paragraph.role.is_none() && !matches(&BEGINS, &paragraph.text);
            first = false;
            if goes_on
                && let Some(Block::Paragraph(before)) = parts.blocks.last_mut()
                && before.role.is_none()
                && is_unfinished(&before.text)
            {
                append(&mut before.text, &paragraph.text);
                continue;
            }
            level(&mut paragraph, parts.blocks.is_empty());
            parts.blocks.push(Block::Paragraph(paragraph));
        }
    }
    let blocks = std::mem::take(&mut parts.blocks);
    parts.blocks = blocks.into_iter().flat_map(unglue).collect();
    parts
}

/// Sizes of letters say that a line is a heading, its mark says of which level; the first without a mark is the title.
fn level(paragraph: &mut Paragraph, at_start: bool) {
    if paragraph.role.is_none() {
        return;
    }
    paragraph.role = Some(if matches(&FIRST, &paragraph.text) {
        Role::Heading(1)
    } else if matches(&SECOND, &paragraph.text) {
        Role::Heading(2)
    } else if at_start {
        Role::Title
    } else {
        Role::Heading(1)
    });
}

/// A line without its digits: headers that count pages are alike.
fn shape(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// The shapes of lines that stand at the edge of more than half of the pages.
fn repeated(pages: &[Vec<Block>]) -> Vec<String> {
    if pages.len() < PAGES {
        return Vec::new();
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let mut shapes = Vec::new();
        for block in page.iter().take(2).chain(page.iter().rev().take(2)) {
            if let Block::Paragraph(paragraph) = block
                && paragraph.text.chars().count() < 60
                && !paragraph.text.is_empty()
            {
                shapes.push(shape(&paragraph.text));
            }
        }
        shapes.sort();
        shapes.dedup();
        for shape in shapes {
            *counts.entry(shape).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count * 2 > pages.len()).map(|(shape, _)| shape).collect()
}

fn is_unfinished(text: &str) -> bool {
    let ends = |c: char| "。！？：；.!?:;”’）)】》…".contains(c);
    text.chars().count() > 15 && !text.ends_with(ends)
}

/// Words of letters are parted by a blank, Han is not.
fn append(text: &mut String, more: &str) {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if letter(text.chars().next_back()) && letter(more.chars().next()) {
        text.push(' ');
    }
    text.push_str(more);
}

/// Headings that the reader took for a part of the paragraph before stand on lines of their own again.
fn unglue(block: Block) -> Vec<Block> {
    let (Block::Paragraph(paragraph), Some(glued)) = (&block, GLUED.as_ref()) else { return vec![block] };
    let cuts: Vec<usize> = glued
        .captures_iter(&paragraph.text)
        .filter_map(|found| found.get(1).map(|mark| mark.start()))
        .collect();
    if cuts.is_empty() {
        return vec![block];
    }
    let mut start = 0;
    let mut out = Vec::new();
    for cut in cuts.into_iter().chain([paragraph.text.len()]) {
        let text = paragraph.text[start..cut].trim().to_owned();
        let role = if start == 0 { paragraph.role } else { None };
        out.push(Block::Paragraph(Paragraph { text, role }));
        start = cut;
    }
    out
}

/// The paragraphs of a page that was printed line by line: a line that is full goes on in the next.
pub fn paragraphs(page: &str) -> Vec<Block> {
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let width = |line: &str| line.trim().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines {
        let text = line.trim();
        let indented = line.starts_with([' ', '\u{3000}', '\t']);
        match out.last_mut() {
            Some(last) if open && !text.is_empty() && !indented && !matches(&BEGINS, text) => {
                append(last, text);
            }
            _ if text.is_empty() => {}
            _ => out.push(text.to_owned()),
        }
        open = !text.is_empty() && width(text) * 10 >= widest * 9;
    }
    out.into_iter().map(|text| Block::Paragraph(Paragraph { text: tidy(&text), role: None })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::formats::assemble::assemble;

    fn page(lines: &[&str]) -> Vec<Block> {
        lines
            .iter()
            .map(|text| Block::Paragraph(Paragraph { text: (*text).to_owned(), role: None }))
            .collect()
    }

    #[test]
    fn pages_become_one_text() {
        let long = "近年来本市在基层推行服务管理并且取得了很";
        let parts = join(vec![
            page(&["内部资料 1", "标题", long]),
            page(&["内部资料 2", "大的成效。二、做法", "— 2 —"]),
            page(&["内部资料 3", "(一)抓班子", "完。"]),
        ]);
        let document = assemble(parts);
        assert_eq!(
            document.text,
            format!("标题\n{long}大的成效。\n二、做法\n(一)抓班子\n完。\n内部资料 1\n— 2 —\n")
        );
        assert_eq!(document.labels.len(), 2);
    }

    #[test]
    fn numbers_in_a_sentence_are_no_headings() {
        let same = |text: &str| assert_eq!(unglue(page(&[text]).remove(0)).len(), 1, "{text}");
        same("增长3.5。2.5万元");
        same("学习一、二、三的内容");
        same("党员(一)班");
        assert_eq!(unglue(page(&["好。3、为了丰富。(四)在"]).remove(0)).len(), 3);
    }

    #[test]
    fn printed_lines_are_joined() {
        let text = "        标题\n\n　　近年来，本市在基层推行服务管理，效果明显，群众\n满意。\n一、做法\n　　抓班子。\n";
        let document = assemble(Parts { blocks: paragraphs(text), ..Parts::default() });
        assert_eq!(
            document.text,
            "标题\n近年来，本市在基层推行服务管理，效果明显，群众满意。\n一、做法\n抓班子。\n"
        );
    }
}
