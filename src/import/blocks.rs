//! Owns the lines of a text: which is boilerplate, which opens a part, a heading or a point, which is prose; and how lines that a
//! page broke are put together again.
//! Must not know what a case is.

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::{Label, Role};
use super::lexicon::Lexicon;
use super::marks::{Mark, Style, ends_sentence, mark, number, plain_digit};
use crate::text::numerals::chinese_to_u32;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but blanks.
    Blank,
    /// No part of any record.
    Furniture {
        /// The reason's key.
        why: String,
        /// A page's header, footer or number: the sentence around it goes on.
        page: bool,
    },
    /// The mark of a part; the title behind it may be empty.
    Part {
        /// Its number.
        number: u32,
        /// Where its title starts.
        title: usize,
    },
    /// Opens with the ordinal or sign of a heading and is short.
    Heading(Mark),
    /// Opens with an ordinal and goes on.
    ListItem(Mark),
    /// Prose, a title, anything else.
    Paragraph,
}

/// A line without the blanks around it; half-open bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What its container says it is.
    pub role: Option<Role>,
}

impl Block {
    /// The line.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    /// Whether it may belong to a record.
    pub fn is_content(&self) -> bool {
        !matches!(self.kind, Kind::Blank | Kind::Furniture { .. })
    }

    /// The ordinal it opens with.
    pub fn mark(&self) -> Option<Mark> {
        match self.kind {
            Kind::Heading(mark) | Kind::ListItem(mark) => Some(mark),
            _ => None,
        }
    }
}

/// A heading that stands alone is at most this long.
pub const HEADING_LIMIT: usize = 45;
/// Signs that open a point of a list.
const BULLETS: [char; 7] = ['•', '●', '■', '◆', '▪', '○', '□'];
/// A line that stands in a text this often is the page's, not the author's.
const REPEATED: usize = 6;

/// Blanks of every kind, and marks that no one sees.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// Takes a text apart into lines, with what its container says about them.
pub fn blocks(text: &str, labels: &[Label], lexicon: &Lexicon) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    for (start, end) in lines(text, lexicon) {
        for (start, end) in cut(text, start, end, labels) {
            let role =
                labels.iter().find(|l| l.start <= start && end <= l.end && start < end).map(|l| l.role);
            let kind = match role {
                Some(Role::Aside(why)) => {
                    Kind::Furniture { why: why.to_owned(), page: why == "page-furniture" }
                }
                Some(Role::Row) => Kind::Paragraph,
                _ => kind_of(&text[start..end], start, lexicon),
            };
            found.push(Block { kind, start, end, role });
        }
    }
    only_parts_in_order(text, &mut found);
    repeated_lines(text, &mut found, lexicon);
    page_numbers(text, &mut found);
    found
}

/// A line in the pieces that labels make of it.
fn cut(text: &str, start: usize, end: usize, labels: &[Label]) -> Vec<(usize, usize)> {
    let mut places: Vec<usize> = labels
        .iter()
        .filter(|label| matches!(label.role, Role::Title | Role::Aside(_)))
        .flat_map(|label| [label.start, label.end])
        .filter(|at| start < *at && *at < end && text.is_char_boundary(*at))
        .collect();
    places.push(end);
    places.sort_unstable();
    let mut from = start;
    places
        .into_iter()
        .map(|to| {
            let piece = trimmed(text, from, to);
            from = to;
            piece
        })
        .collect()
}

/// Lines without the blanks around them. The mark of the next part opens a line of its own even in mid-line, when the number fits.
fn lines(text: &str, lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut expected = 1;
    let mut at = 0;
    for line in text.split('\n') {
        let mut from = at;
        if let Some(n) = part_number(line.trim_matches(is_blank), lexicon) {
            expected = n + 1;
        }
        if expected > 1 {
            for (place, _) in line.match_indices('篇') {
                let place = at + place;
                let before = text[from..place].trim_end_matches(is_blank);
                let tail = &text[place..at + line.len()];
                let sign = lexicon.part_mark(tail).and_then(|(_, len)| tail[..len].chars().last());
                let set_off = before.chars().last().is_some_and(ends_sentence);
                if set_off && matches!(sign, Some(':' | '：')) && part_number(tail, lexicon) == Some(expected)
                {
                    found.push(trimmed(text, from, place));
                    from = place;
                    expected += 1;
                }
            }
        }
        found.push(trimmed(text, from, at + line.len()));
        at += line.len() + 1;
    }
    found
}

fn part_number(line: &str, lexicon: &Lexicon) -> Option<u32> {
    let (digits, _) = lexicon.part_mark(line)?;
    number(digits).or_else(|| chinese_to_u32(digits))
}

/// A span without the blanks at its ends.
pub fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let inner = &text[start..end];
    let head = inner.trim_start_matches(is_blank);
    let from = start + inner.len() - head.len();
    (from, from + head.trim_end_matches(is_blank).len())
}

fn kind_of(line: &str, start: usize, lexicon: &Lexicon) -> Kind {
    if line.is_empty() {
        return Kind::Blank;
    }
    if let Some(why) = lexicon.boilerplate(line) {
        return Kind::Furniture { why: why.why, page: why.page };
    }
    if let (Some(number), Some((_, len))) = (part_number(line, lexicon), lexicon.part_mark(line)) {
        return Kind::Part { number, title: start + len };
    }
    if let Some(mark) = mark(line) {
        let short = line.chars().count() <= HEADING_LIMIT;
        let inside = line.trim_end_matches(ends_sentence);
        if short && !inside.contains(['。', '；', ';']) && mark.style != Style::Is {
            return Kind::Heading(mark);
        }
        return Kind::ListItem(mark);
    }
    if !line.chars().any(char::is_alphanumeric) && !line.contains('*') {
        return Kind::Furniture { why: "punctuation".to_owned(), page: false };
    }
    Kind::Paragraph
}

/// Marks that do not count up from one are words of the text.
fn only_parts_in_order(text: &str, blocks: &mut [Block]) {
    let mut expected = 1;
    let mut kept = Vec::new();
    for (place, block) in blocks.iter().enumerate() {
        if let Kind::Part { number, .. } = block.kind
            && (number == expected || number == expected + 1)
        {
            expected = number + 1;
            kept.push(place);
        }
    }
    if kept.len() < 2 {
        kept.clear();
    }
    for (place, block) in blocks.iter_mut().enumerate() {
        if matches!(block.kind, Kind::Part { .. }) && !kept.contains(&place) {
            block.kind = match mark(&text[block.start..block.end]) {
                Some(mark) => Kind::ListItem(mark),
                None => Kind::Paragraph,
            };
        }
    }
}

fn repeated_lines(text: &str, blocks: &mut [Block], lexicon: &Lexicon) {
    let mut count: HashMap<String, usize> = HashMap::new();
    let short = |line: &str| {
        line.chars().count() <= 12
            && line.chars().all(|c| c.is_alphabetic() || is_blank(c))
            && lexicon.role_ending(line).is_none()
    };
    for block in blocks.iter().filter(|b| b.kind == Kind::Paragraph) {
        let line = block.text(text);
        if short(line) {
            *count.entry(line.to_owned()).or_default() += 1;
        }
    }
    // Cells of a table repeat too, but then most lines are short.
    let content = blocks.iter().filter(|b| b.is_content()).count();
    for block in blocks.iter_mut().filter(|b| b.kind == Kind::Paragraph) {
        let times = count.get(block.text(text)).copied().unwrap_or(0);
        if times >= REPEATED && times * 3 < content && !mostly_short(text, content) {
            block.kind = Kind::Furniture { why: "page-furniture".to_owned(), page: true };
        }
    }
}

fn mostly_short(text: &str, lines: usize) -> bool {
    text.len() < lines * 120
}

/// Lone numbers that count up by one, far enough apart to be pages.
fn page_numbers(text: &str, blocks: &mut [Block]) {
    let lone: Vec<(usize, u32)> = blocks
        .iter()
        .enumerate()
        .filter(|(_, b)| b.is_content())
        .filter_map(|(place, b)| {
            let line = b.text(text);
            let digits = line.len() <= 9 && line.chars().all(|c| plain_digit(c).is_some());
            digits.then(|| Some((place, number(line)?))).flatten()
        })
        .collect();
    // The longest run that counts up by one; other numbers may stand between.
    let mut best: Vec<usize> = Vec::new();
    for (first, (place, value)) in lone.iter().enumerate().take(3) {
        let mut run = vec![*place];
        let mut next = value + 1;
        for (place, value) in &lone[first + 1..] {
            if *value == next {
                run.push(*place);
                next += 1;
            }
        }
        if run.len() > best.len() {
            best = run;
        }
    }
    let (Some(first), Some(last)) = (best.first(), best.last()) else {
        return;
    };
    let far = text[blocks[*first].start..blocks[*last].end].chars().count();
    if best.len() < 2 || far < (best.len() - 1) * 120 {
        return;
    }
    for place in best {
        blocks[place].kind = Kind::Furniture { why: "page-number".to_owned(), page: true };
    }
}

/// Prose put together from lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Para {
    /// Its text; where a page broke a sentence, the pieces follow each other.
    pub text: String,
    /// Its first byte in the source.
    pub start: usize,
    /// What its container says it is.
    pub role: Option<Role>,
}

/// Joins lines that a page broke inside a sentence. Blocks are those of one record, furniture and blanks among them.
pub fn paragraphs(text: &str, blocks: &[Block], lexicon: &Lexicon) -> Vec<Para> {
    let mut paras: Vec<Para> = Vec::new();
    let (mut gap, mut turned) = (false, false);
    for block in blocks {
        match &block.kind {
            Kind::Blank => gap = !turned,
            Kind::Furniture { page, .. } => {
                turned |= page;
                gap = !turned;
            }
            _ => {
                let line = readable(block.text(text), block.role == Some(Role::Row));
                let line = line.as_ref();
                match paras.last_mut() {
                    Some(last)
                        if !gap
                            && last.role.is_none()
                            && block.role.is_none()
                            && goes_on(&last.text, line, turned, lexicon) =>
                    {
                        join(&mut last.text, line);
                    }
                    _ => paras.push(Para { text: line.to_owned(), start: block.start, role: block.role }),
                }
                (gap, turned) = (false, false);
            }
        }
    }
    paras
}

/// Between the cells of a row.
const BETWEEN_CELLS: &str = " | ";

/// A line as a record holds it: cells between bars, no other sign that no one sees. A tab would force the whole text into quotes.
fn readable(line: &str, row: bool) -> Cow<'_, str> {
    let unseen = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !line.contains(unseen) {
        return Cow::Borrowed(line);
    }
    if row {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        return Cow::Owned(cells.join(BETWEEN_CELLS));
    }
    Cow::Owned(line.replace('\u{feff}', "").replace(unseen, " "))
}

/// Whether a line break fell inside a sentence; a page turned there or not.
fn goes_on(before: &str, line: &str, turned: bool, lexicon: &Lexicon) -> bool {
    let Some(last) = before.chars().next_back() else {
        return false;
    };
    if ends_sentence(last) || matches!(last, ':' | '：') || line.starts_with(BULLETS) {
        return false;
    }
    if mark(line).is_some_and(|m| m.style != Style::Is) {
        // An ordinal after a comma may be a point of a running list, but is more often a heading.
        return false;
    }
    // Only short lines are headings: a long paragraph need not be counted again with each line it gains.
    let length = before.chars().take(HEADING_LIMIT + 1).count();
    if length <= HEADING_LIMIT
        && let Some(mark) = mark(before)
    {
        if before[mark.len..].trim().is_empty() {
            return true;
        }
        if !before.contains(['。', '；']) {
            return matches!(last, ',' | '，' | '、');
        }
    }
    // A short line without any sign is a heading or a caption; two or three characters are the end of a broken line.
    if length <= 30 && !before.contains([',', '，', '。', '、', '；', ';', ':', '：']) {
        let cut = turned || last.is_ascii_digit() || length <= 3;
        return cut && lexicon.role_ending(before).is_none();
    }
    if before.ends_with(['”', '》', ')', '）', '」']) {
        // Closed by a quotation or bracket: the sentence may be over, unless the next line cannot begin one.
        return line.starts_with([',', '，', '。', '、', '；', ';', '”', '）', ')']);
    }
    true
}

fn join(before: &mut String, line: &str) {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(before.chars().next_back()) && latin(line.chars().next()) {
        before.push(' ');
    }
    before.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::lexicon::tests::shipped;

    fn texts(text: &str) -> Vec<String> {
        let lexicon = shipped();
        let all = blocks(text, &[], &lexicon);
        paragraphs(text, &all, &lexicon).into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn a_page_that_cuts_a_figure_is_put_together() {
        let text = "每年投入不少于100\n完美整理\nWord格式\n万元资金,用于培训农村党员群众。\n新段";
        assert_eq!(texts(text), ["每年投入不少于100万元资金,用于培训农村党员群众。", "新段"]);
    }

    #[test]
    fn cells_stand_between_bars_and_points_on_lines_of_their_own() {
        let text = "单位\t人数\n甲支部\t38\n• 第一点\n• 第二点\u{feff}\n下文\u{b}续";
        let rows = [(0, 13), (14, 26)].map(|(start, end)| Label { start, end, role: Role::Row });
        let lexicon = shipped();
        let all = blocks(text, &rows, &lexicon);
        let found: Vec<String> = paragraphs(text, &all, &lexicon).into_iter().map(|p| p.text).collect();
        assert_eq!(found, ["单位 | 人数", "甲支部 | 38", "• 第一点", "• 第二点", "下文 续"]);
    }

    #[test]
    fn a_heading_stands_alone_and_a_bare_ordinal_takes_its_line() {
        let text = "一、背景与起因\n近年来,某县\n(一)\n创新方式,服务群众。\n二、做法";
        assert_eq!(texts(text), ["一、背景与起因", "近年来,某县", "(一)创新方式,服务群众。", "二、做法"]);
    }

    #[test]
    fn parts_count_up_and_may_open_in_mid_line() {
        let text = "篇1:甲\n正文。篇2:乙\n正文提到篇9:丙。";
        let all = blocks(text, &[], &shipped());
        let numbers: Vec<u32> = all
            .iter()
            .filter_map(|b| match b.kind {
                Kind::Part { number, .. } => Some(number),
                _ => None,
            })
            .collect();
        assert_eq!(numbers, [1, 2]);
    }

    #[test]
    fn page_numbers_are_told_from_ranks() {
        let long = "字".repeat(300);
        let pages = format!("{long}\n1\n{long}\n2\n{long}\n3\n");
        let furniture = |text: &str| {
            let all = blocks(text, &[], &shipped());
            all.iter().filter(|b| matches!(b.kind, Kind::Furniture { .. })).count()
        };
        assert_eq!(furniture(&pages), 3);
        assert_eq!(furniture("1\n甲县\n2\n乙县\n3\n丙县"), 0);
    }
}
