//! Folding: the one form in which index, query and highlight compare text, with the way back to the source.
//!
//! Folding works character by character, so that every byte of the folded text belongs to exactly one source character. Nothing is
//! composed across characters. Only line breaks look at their neighbours.
use std::ops::Range;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

/// Identity of the folding; changes whenever any output can change.
pub const VERSION: u32 = 1;

/// Pairs of a traditional character and its simplified form, sorted: `data/t2s.txt`, which `data/build_t2s.py` made from
/// OpenCC (Apache-2.0).
static T2S: &[(char, char)] = &include!(concat!(env!("OUT_DIR"), "/t2s.rs"));

/// Codes of a page entry: below `DROP` a replacement character (0: the character itself), from `MULTI` on an index into `Page::long`.
const SAME: u32 = 0;
const DROP: u32 = 0x11_0000;
const BLANK: u32 = DROP + 1;
const BREAK: u32 = DROP + 2;
const MULTI: u32 = 0x20_0000;

/// So many neighbouring characters, a power of two.
const CHARS: u32 = 64;

/// What becomes of neighbouring characters.
struct Page {
    codes: [u32; CHARS as usize],
    long: Vec<String>,
}

/// Pages are made on first touch: a text meets a few dozen, making all 17,408 would cost more than most searches. They are
/// small, since of most scripts a text has but a sign or two.
static PAGES: [OnceLock<Box<Page>>; (0x11_0000 / CHARS) as usize] =
    [const { OnceLock::new() }; (0x11_0000 / CHARS) as usize];

fn page_of(c: char) -> &'static Page {
    let number = c as u32 / CHARS;
    PAGES[number as usize].get_or_init(|| Box::new(Page::make(number)))
}

impl Page {
    fn make(number: u32) -> Self {
        let mut page = Page { codes: [SAME; CHARS as usize], long: Vec::new() };
        // NFKC leaves the unified ideographs alone: only the script can change there.
        if (0x4E00 / CHARS..0xA000 / CHARS).contains(&number) {
            let first = T2S.partition_point(|pair| (pair.0 as u32) / CHARS < number);
            for &(from, to) in T2S[first..].iter().take_while(|pair| pair.0 as u32 / CHARS == number) {
                page.codes[(from as u32 % CHARS) as usize] = u32::from(to);
            }
            return page;
        }
        for (low, code) in page.codes.iter_mut().enumerate() {
            let Some(c) = char::from_u32(number * CHARS + low as u32) else {
                continue;
            };
            *code = match c {
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => BREAK,
                '\t' | '\u{B}' | '\u{C}' => BLANK,
                _ if is_dropped(c) => DROP,
                _ if c.is_whitespace() => BLANK,
                _ if c.is_ascii() => match c.to_ascii_lowercase() {
                    small if small == c => SAME,
                    small => u32::from(small),
                },
                _ => {
                    let folded = fixpoint(c);
                    let mut chars = folded.chars();
                    match (chars.next(), chars.next()) {
                        (None, _) => DROP,
                        (Some(one), None) if one == c => SAME,
                        (Some(one), None) => u32::from(one),
                        _ => {
                            page.long.push(folded);
                            MULTI + page.long.len() as u32 - 1
                        }
                    }
                }
            };
        }
        page
    }
}

/// The simplified form of a traditional character.
fn simplified(c: char) -> Option<char> {
    let at = T2S.binary_search_by_key(&c, |pair| pair.0).ok()?;
    Some(T2S[at].1)
}

/// Characters that stand for nothing: controls, joiners, marks of direction, selectors of a glyph, the byte order mark.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{AD}' | '\u{34F}' | '\u{61C}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// One character through the whole pipeline until nothing changes: what NFKC or lower case gives can itself be upper case, traditional
/// or compatible with something else.
fn fixpoint(c: char) -> String {
    let mut text = String::from(c);
    // Three rounds are the most that any character needs; the bound only keeps a future table from looping.
    for _ in 0..8 {
        let next: String = text
            .chars()
            .map(|c| if c == '○' { '〇' } else { c })
            .nfkc()
            .flat_map(char::to_lowercase)
            .map(|c| simplified(c).unwrap_or(c))
            .filter(|&c| !is_dropped(c))
            .collect();
        if next == text {
            break;
        }
        text = next;
    }
    // A spacing accent is a blank with a mark: the blank would be trimmed at the edge of a text and kept inside it.
    let trimmed = text.trim_matches(' ');
    if trimmed.len() == text.len() { text } else { trimmed.to_string() }
}

/// Whether words of this character's script are set apart by blanks, so that a line break between two of them stands for one.
fn is_spaced(c: char) -> bool {
    matches!(u32::from(c), 0..0x1100 | 0x1200..0x2000 | 0xAC00..0xD7B0)
}

/// Receives the pieces of a folded text as they are written.
trait Sink {
    /// `length` bytes written for `source..source + length` with the same character borders.
    fn same(&mut self, source: usize, length: usize);
    /// `length` bytes written for all of `source`.
    fn other(&mut self, source: Range<usize>, length: usize);
}

impl Sink for () {
    fn same(&mut self, _: usize, _: usize) {}
    fn other(&mut self, _: Range<usize>, _: usize) {}
}

/// What line breaks mean.
#[derive(Clone, Copy, PartialEq)]
enum Breaks {
    /// In a text: joined, or the border of a paragraph.
    Joined,
    /// In a term: a blank like any other.
    Blank,
}

fn run(source: &str, breaks: Breaks, sink: &mut impl Sink) -> String {
    let mut out = String::with_capacity(source.len());
    // Everything from `kept` to the character at hand goes to the output as it is.
    let mut kept = 0;
    let mut last = None;
    let mut chars = source.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let page = page_of(c);
        let code = page.codes[(c as u32 % CHARS) as usize];
        if code == SAME {
            last = Some(c);
            continue;
        }
        if kept < at {
            out.push_str(&source[kept..at]);
            sink.same(kept, at - kept);
        }
        let mut end = at + c.len_utf8();
        match code {
            DROP => {}
            BLANK | BREAK => {
                let mut seen = White::default();
                seen.add(code, c, None);
                let mut before = c;
                while let Some(&(next_at, next)) = chars.peek() {
                    let code = page_of(next).codes[(next as u32 % CHARS) as usize];
                    if !matches!(code, DROP | BLANK | BREAK) {
                        break;
                    }
                    seen.add(code, next, Some(before));
                    before = next;
                    end = next_at + next.len_utf8();
                    chars.next();
                }
                // At either edge of the text white space is nothing.
                if let (Some(last), Some(&(_, next))) = (last, chars.peek()) {
                    let written = if breaks == Breaks::Blank {
                        seen.blanks + seen.breaks
                    } else if seen.breaks == 0 {
                        seen.blanks
                    } else {
                        usize::from(seen.breaks == 1 && is_spaced(last) && is_spaced(next))
                    };
                    if breaks == Breaks::Joined && seen.breaks > 1 {
                        out.push('\n');
                        sink.other(at..end, 1);
                    } else if written == end - at {
                        out.extend(std::iter::repeat_n(' ', written));
                        sink.same(at, written);
                    } else if written > 0 {
                        out.extend(std::iter::repeat_n(' ', written));
                        sink.other(at..end, written);
                    }
                }
            }
            MULTI.. => {
                let long = &page.long[(code - MULTI) as usize];
                out.push_str(long);
                sink.other(at..end, long.len());
                last = Some(c);
            }
            _ => {
                // Codes below DROP come from characters.
                let one = char::from_u32(code).unwrap_or(c);
                out.push(one);
                if one.len_utf8() == end - at {
                    sink.same(at, end - at);
                } else {
                    sink.other(at..end, one.len_utf8());
                }
                last = Some(c);
            }
        }
        kept = end;
    }
    if kept < source.len() {
        out.push_str(&source[kept..]);
        sink.same(kept, source.len() - kept);
    }
    out
}

/// A run of white space.
#[derive(Default)]
struct White {
    blanks: usize,
    breaks: usize,
}

impl White {
    fn add(&mut self, code: u32, c: char, before: Option<char>) {
        match code {
            BLANK => self.blanks += 1,
            // CRLF is one break.
            BREAK if !(c == '\n' && before == Some('\r')) => self.breaks += 1,
            _ => {}
        }
    }
}

/// Folds text for matching.
///
/// Per character: NFKC, lower case, full width to half width, traditional to simplified, `○` to `〇`, every kind of blank to `' '`;
/// controls, zero-width characters and the byte order mark vanish; quotation marks stay as written. A single line break is joined with
/// the blanks around it: to nothing next to Chinese, to one `' '` between words of Latin and the like. A blank line is the border of a
/// paragraph and becomes one `'\n'`. White space at either end vanishes.
///
/// Folding a folded paragraph changes nothing; folding a folded text of several paragraphs would join them, as one `'\n'` is all that
/// is left between them.
pub fn fold(source: &str) -> String {
    run(source, Breaks::Joined, &mut ())
}

/// Folds a query term: as [`fold`], but a line break is a blank like any other and nothing is joined.
pub fn fold_term(term: &str) -> String {
    run(term, Breaks::Blank, &mut ())
}

/// Whether every character of `text` folds to itself (blanks and breaks do not count as such).
pub(super) fn is_folded(text: &str) -> bool {
    text.chars().all(|c| page_of(c).codes[(c as u32 % CHARS) as usize] == SAME)
}

/// A piece of folded text and where it came from.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    folded: usize,
    source: usize,
    /// Bytes of the source when they became something of another shape; `None`: same character borders.
    replaced: Option<usize>,
}

/// A folded text that knows where each of its bytes came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The folded text, equal to what [`fold`] gives.
    pub text: String,
    pieces: Vec<Piece>,
}

#[derive(Default)]
struct Map {
    pieces: Vec<Piece>,
    folded: usize,
}

impl Sink for Map {
    fn same(&mut self, source: usize, length: usize) {
        // A run that goes on needs no piece of its own: simplified characters mostly have the length of the traditional ones.
        let goes_on = self.pieces.last().is_some_and(|last| {
            last.replaced.is_none() && last.source + (self.folded - last.folded) == source
        });
        if !goes_on {
            self.pieces.push(Piece { folded: self.folded, source, replaced: None });
        }
        self.folded += length;
    }

    fn other(&mut self, source: Range<usize>, length: usize) {
        self.pieces.push(Piece { folded: self.folded, source: source.start, replaced: Some(source.len()) });
        self.folded += length;
    }
}

/// Folds like [`fold`] and keeps the way back to the source.
pub fn fold_mapped(source: &str) -> Folded {
    let mut map = Map::default();
    let text = run(source, Breaks::Joined, &mut map);
    Folded { text, pieces: map.pieces }
}

impl Folded {
    /// The byte range of the source that a byte range of the folded text came from.
    ///
    /// Covers whole source characters and always lies on their borders; a range beyond the text is cut to it. An empty range gives the
    /// empty range before the same character.
    pub fn source_range(&self, folded: Range<usize>) -> Range<usize> {
        let end = folded.end.min(self.text.len());
        let start = folded.start.min(end);
        let from = self.start_of(start);
        if start == end {
            return from..from;
        }
        from..self.end_of(end)
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.folded <= at);
        self.pieces.get(after.checked_sub(1)?)
    }

    /// Start in the source of the character that holds folded byte `at`; at the end of the text, the end of the last one.
    fn start_of(&self, at: usize) -> usize {
        if at == self.text.len() {
            return self.end_of(at);
        }
        let Some(piece) = self.piece(at) else {
            return 0;
        };
        if piece.replaced.is_some() {
            return piece.source;
        }
        piece.source + (border_before(&self.text, at) - piece.folded)
    }

    /// End in the source of the character that holds the folded byte before `at`.
    fn end_of(&self, at: usize) -> usize {
        let Some(piece) = at.checked_sub(1).and_then(|before| self.piece(before)) else {
            return 0;
        };
        match piece.replaced {
            Some(length) => piece.source + length,
            None => piece.source + (border_after(&self.text, at) - piece.folded),
        }
    }
}

/// The last character border at or before `at`.
fn border_before(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The first character border at or after `at`.
fn border_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
