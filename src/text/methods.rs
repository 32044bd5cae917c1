//! Method names: what a text calls by a name of its own, in quotation marks, mostly with a head noun behind them
//! (“四议两公开”工作法, “135”社区党建工作模式, “四民工作法”).
//!
//! Owns the grammar of one text. Which names come back elsewhere, and which are new, it must not know; the words come from a list
//! (`schemas/vocab/method-heads.yaml`). What the grammar catches and how well is in `docs/terms-command.md`.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

/// Characters of a name at most, without its head noun.
const LONGEST: usize = 12;
/// Characters at most of a name that holds its head noun.
const LONGEST_WITH_HEAD: usize = 16;
/// Characters at most between the quotation mark and the head noun.
const BETWEEN: usize = 6;
/// The same behind 的: “基地+农户”的模式, “三位一体”的运行方式.
const BETWEEN_LOOSELY: usize = 2;

/// The words that method names are told by.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Longest first.
    heads: Vec<String>,
    endings: Vec<(String, Vec<String>)>,
    between_not: Vec<String>,
    common: BTreeSet<String>,
}

impl Words {
    /// Head nouns; endings, which must stand right at the name, each with what may not follow it; what may not stand between a quotation mark and its
    /// head noun; quoted expressions that are no names.
    pub fn new(
        heads: impl IntoIterator<Item = String>,
        endings: BTreeMap<String, Vec<String>>,
        between_not: impl IntoIterator<Item = String>,
        common: impl IntoIterator<Item = String>,
    ) -> Self {
        let some = |word: &String| !word.is_empty();
        let mut heads: Vec<String> = heads.into_iter().filter(some).collect();
        heads.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        heads.dedup();
        Words {
            heads,
            endings: endings.into_iter().filter(|(ending, _)| !ending.is_empty()).collect(),
            between_not: between_not.into_iter().filter(some).collect(),
            common: common.into_iter().collect(),
        }
    }

    /// The head noun that a text begins with, as its length in bytes.
    pub fn head_at(&self, text: &str) -> Option<usize> {
        if let Some(head) = self.heads.iter().find(|head| text.starts_with(head.as_str())) {
            return Some(head.len());
        }
        let ending = self.endings.iter().find(|(ending, not_followed)| {
            text.strip_prefix(ending.as_str())
                .is_some_and(|rest| !not_followed.iter().any(|next| rest.starts_with(next.as_str())))
        });
        ending.map(|(ending, _)| ending.len())
    }

    /// The head noun that a name ends with, as its length in bytes; two characters and more stand before it.
    pub fn head_of(&self, name: &str) -> Option<usize> {
        let all = self.heads.iter().chain(self.endings.iter().map(|(ending, _)| ending));
        let mut heads = all.filter(|head| {
            name.strip_suffix(head.as_str()).is_some_and(|rest| rest.chars().nth(1).is_some())
        });
        heads.next().map(String::len)
    }

    /// Whether a quoted expression is one of those that everybody uses.
    pub fn is_common(&self, name: &str) -> bool {
        self.common.contains(name)
    }

    /// The end of the head noun that a text begins with, or that stands behind at most `most` Han characters none of which speaks
    /// against it.
    fn head_behind(&self, text: &str, most: usize) -> Option<usize> {
        if let Some(length) = self.head_at(text) {
            return Some(length);
        }
        let mut at = 0;
        for _ in 0..=most {
            let rest = &text[at..];
            // An ending says too little once something stands before it: 老人依法.
            if let Some(head) = self.heads.iter().find(|head| rest.starts_with(head.as_str())) {
                return Some(at + head.len());
            }
            let next = rest.chars().next().filter(|c| is_han(*c))?;
            if self.between_not.iter().any(|word| rest.starts_with(word.as_str())) {
                return None;
            }
            at += next.len_utf8();
        }
        None
    }

    /// The head noun behind a closing mark with what stands before it: 社区党建工作模式 of “135”社区党建工作模式.
    pub fn phrase_at<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.head_behind(text, BETWEEN).map(|end| &text[..end])
    }
}

/// How a name stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// With a head noun, inside the quotation marks or behind them.
    Headed,
    /// Alone: a name if the archive uses it again.
    Alone,
}

/// A name in a text. All ranges are bytes and lie on the borders of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// From the opening quotation mark to the end of the head noun that stands directly behind the closing one, else to the closing one.
    pub span: Range<usize>,
    /// What stands between the quotation marks, without blanks at either end.
    pub name: Range<usize>,
    /// The head noun, where one stands at the end of the name or directly behind the closing mark.
    pub head: Option<Range<usize>>,
    /// How it stands there.
    pub kind: Kind,
}

/// A quoted span: opening mark, inside, closing mark.
struct Quoted {
    whole: Range<usize>,
    inside: Range<usize>,
}

/// The method names of a paragraph, in order of their opening marks; of a longer text too, as long as its
/// paragraphs stand apart by blank lines. Inside a nested pair of marks both are looked at. Commas are taken in
/// either width; names within 《》 are quoted like others, and 《》 itself is no quotation.
pub fn find(text: &str, words: &Words) -> Vec<Method> {
    let quoted = quotations(text);
    let mut found = Vec::new();
    // From the right: in “甲”、“乙”和“丙”工程 the head noun stands for all three.
    let mut behind: Option<(usize, bool)> = None;
    for span in quoted.iter().rev() {
        let rest = &text[span.whole.end..];
        let trimmed = rest.trim_start_matches(' ');
        let direct = words.head_at(trimmed).map(|len| {
            let start = text.len() - trimmed.len();
            start..start + len
        });
        let passes_on = passed_on(text, span.whole.end, behind);
        let close = direct.is_some();
        let headed = close || loosely(words, trimmed) || passes_on;
        let strict = close || words.head_behind(trimmed, BETWEEN).is_some() || passes_on;
        behind = Some((span.whole.start, strict));
        let name = trim(text, span.inside.clone());
        let Some(kind) = judge(&text[name.clone()], words, headed, strict) else { continue };
        let inside = if close { None } else { words.head_of(&text[name.clone()]) };
        let head = direct.or_else(|| inside.map(|len| name.end - len..name.end));
        let end = head.as_ref().map_or(span.whole.end, |head| head.end.max(span.whole.end));
        found.push(Method { span: span.whole.start..end, name, head, kind });
    }
    found.sort_by_key(|method| method.span.start);
    found
}

/// Whether the quotation that follows at once, or behind 、 or 和, hands its head noun on.
fn passed_on(text: &str, end: usize, behind: Option<(usize, bool)>) -> bool {
    let Some((start, true)) = behind else { return false };
    let between = text.get(end..start).map(str::trim);
    between.is_some_and(|between| matches!(between, "" | "、" | "和" | "与" | "及" | "以及"))
}

/// A head noun behind a modifier, behind 的 or behind 等.
fn loosely(words: &Words, rest: &str) -> bool {
    if words.head_behind(rest, BETWEEN).is_some() {
        return true;
    }
    ["的", "等"].iter().any(|word| {
        rest.strip_prefix(word)
            .is_some_and(|rest| words.head_behind(rest.trim_start(), BETWEEN_LOOSELY).is_some())
    })
}

/// What a quoted expression is, if it can be a name at all. `strict`: its head noun needs no 的 or 等 to reach it.
fn judge(name: &str, words: &Words, headed: bool, strict: bool) -> Option<Kind> {
    let length = name.chars().count();
    let inside = words.head_of(name).is_some();
    let longest = if inside { LONGEST_WITH_HEAD } else { LONGEST };
    if !(2..=longest).contains(&length) || words.is_common(name) {
        return None;
    }
    let (mut letters, mut parts) = (0, false);
    for c in name.chars() {
        match c {
            '、' | ',' | '，' => parts = true,
            // Within the name of a service: 党员E家 2.0, 甲 乙.
            '+' | '＋' | '-' | '－' | '·' | '・' | '.' | '/' | '&' | '×' | '%' | '#' | '—' | '→' | ' ' =>
                {}
            c if c.is_alphanumeric() => letters += 1,
            _ => return None,
        }
    }
    let has_han = name.chars().any(is_han);
    // A row of clauses is a slogan unless the head noun takes it up.
    if letters == 0 || (parts && !strict) || (inside && parts) {
        return None;
    }
    match (headed || inside, has_han) {
        (true, _) => Some(Kind::Headed),
        (false, true) => Some(Kind::Alone),
        // 135, 2+X: no name without a head noun.
        (false, false) => None,
    }
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// Whether a character is a Han ideograph (the unified blocks and 〇).
pub fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The closing mark of an opening one.
fn closing(open: char) -> char {
    match open {
        '“' => '”',
        '‘' => '’',
        '「' => '」',
        '『' => '』',
        '｢' => '｣',
        '〝' => '〞',
        other => other,
    }
}

/// Every pair of quotation marks within a paragraph, by opening mark. A mark that is opened again before it was closed begins anew; one
/// that is never closed is none. A paragraph ends at a blank line.
fn quotations(text: &str) -> Vec<Quoted> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut blank_line = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => {
                if blank_line {
                    open.clear();
                }
                blank_line = true;
                continue;
            }
            '“' | '‘' | '「' | '『' | '｢' | '〝' => open.push((c, at)),
            '”' | '’' | '」' | '』' | '｣' | '〞' => close(&mut open, &mut found, c, at),
            '"' | '＂' => {
                // A straight mark closes what it opened, else it opens.
                if open.iter().any(|&(mark, _)| mark == c) {
                    close(&mut open, &mut found, c, at);
                } else {
                    open.push((c, at));
                }
            }
            c if c.is_whitespace() => continue,
            _ => {}
        }
        blank_line = false;
    }
    found.sort_by_key(|quoted: &Quoted| (quoted.whole.start, quoted.whole.end));
    found
}

fn close(open: &mut Vec<(char, usize)>, found: &mut Vec<Quoted>, mark: char, at: usize) {
    let Some(place) = open.iter().rposition(|&(opened, _)| closing(opened) == mark) else { return };
    let (opened, start) = open[place];
    open.truncate(place);
    let inside = start + opened.len_utf8()..at;
    found.push(Quoted { whole: start..at + mark.len_utf8(), inside });
}

#[cfg(test)]
mod tests;
