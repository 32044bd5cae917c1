//! Reads Chinese text by toneless pinyin: `jiuquan`, `jq`, `jqshi` find 酒泉市.
//!
//! Owns the matching of a typed term against the readings of characters, and the question
//! whether two words sound alike. The readings themselves are the static tables of the crate
//! `pinyin`, so nothing is built at start.
//!
//! It must not know what the text is (a title, a unit, a place), where it came from, how it was
//! folded (the caller hands in simplified, lower-case, half-width text), or how hits are ranked
//! against those of other searches.

use std::ops::Range;

use pinyin::ToPinyinMulti;

/// The longest term in letters: the positions 0 to 63 of a term are the bits of a `u64`.
const MAX_LETTERS: usize = 63;

/// A term typed in pinyin, ready to be looked for in many texts.
#[derive(Debug, Clone)]
pub struct Term {
    /// `a` to `z` and digits; `ü` is `v`.
    letters: Vec<u8>,
    /// For each letter, the index of the border that ends its part of the term: `xi'an` has
    /// `[2, 2, 4, 4]`. No character may read across it.
    ends: Vec<usize>,
}

/// Where a term was found in a text, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The bytes of the text that the term reads: whole characters, the first and the last of
    /// which were read (skipped marks lie only between).
    pub range: Range<usize>,
    /// How the characters were read.
    pub quality: Quality,
}

/// How the characters of a match were read, best first, so that sorting in ascending order ranks
/// full readings before initials. Latin letters and digits read themselves and do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Each by a whole reading: `jiuquan` for 酒泉.
    Full,
    /// Each by a whole reading but the last, which is cut short: `jiuq` for 酒泉, `ji` for 酒.
    Cut,
    /// Some by a whole reading, some by an initial: `jqshi` for 酒泉市.
    Mixed,
    /// Each by its initial: `jqs` for 酒泉市.
    Initials,
}

impl Term {
    /// Reads what was typed. Upper case and tone marks are folded, `v` is `ü`; an apostrophe or a
    /// blank forces a border between syllables (`xi'an` is 西安, never 县).
    ///
    /// `None` when the text cannot be pinyin: any other character, fewer than two letters, or more
    /// than 63 letters and digits.
    pub fn new(text: &str) -> Option<Term> {
        let mut letters = Vec::new();
        let mut borders = Vec::new();
        for c in text.chars() {
            match letter_of(c) {
                Some(letter) => letters.push(letter),
                None if matches!(c, '\'' | '’' | ' ' | '\u{3000}') => borders.push(letters.len()),
                None => return None,
            }
        }
        let alphabetic = letters.iter().filter(|l| l.is_ascii_alphabetic()).count();
        if alphabetic < 2 || letters.len() > MAX_LETTERS {
            return None;
        }
        borders.push(letters.len());
        let ends =
            (0..letters.len()).filter_map(|at| borders.iter().copied().find(|&border| border > at)).collect();
        Some(Term { letters, ends })
    }

    /// The best match in a folded text: of those with the best [`Quality`] the first, and of
    /// those that begin there the longest. `None` when no run of characters reads the whole term.
    ///
    /// Every character of the run takes either one whole reading (any of its readings) or its
    /// initial (`z` or `zh` for 中); only the last may be cut short inside its reading. Between
    /// them, what is neither letter nor digit of any script (quotes, `·`, blanks) is skipped.
    pub fn find(&self, text: &str) -> Option<Match> {
        let mut best: Option<Match> = None;
        for (start, c) in text.char_indices() {
            // Most characters are turned away here, by their first letter alone.
            if !self.may_begin(c) {
                continue;
            }
            let Some((len, quality)) = self.read(&text[start..]) else {
                continue;
            };
            if best.as_ref().is_none_or(|best| quality < best.quality) {
                let range = start..start + len;
                best = Some(Match { range, quality });
            }
            if quality == Quality::Full {
                break;
            }
        }
        best
    }

    fn may_begin(&self, c: char) -> bool {
        let first = self.letters[0];
        if c.is_ascii() {
            return letter_of(c) == Some(first);
        }
        // The two characters that the table reads `ê` it reads `ei` too, so a byte is enough.
        readings(c).any(|reading| reading.as_bytes().first() == Some(&first))
            // Accented Latin letters are compared later.
            || letter_of(c).is_some()
    }

    /// The best way to read the whole term from the beginning of `text`: its length in bytes.
    fn read(&self, text: &str) -> Option<(usize, Quality)> {
        let mut best: Option<(usize, Quality)> = None;
        let mut paths = Paths::begin();
        for (at, c) in text.char_indices() {
            let mut next = Paths::default();
            let mut cut = None;
            if let Some(letter) = letter_of(c) {
                for (from, kind) in paths.iter().filter(|&(from, _)| self.is(from, letter)) {
                    next.add(from + 1, kind);
                }
            } else {
                let mut readings = readings(c).peekable();
                if readings.peek().is_none() && !c.is_alphanumeric() {
                    continue;
                }
                for reading in readings {
                    cut = better(cut, self.take(reading, &paths, &mut next));
                }
            }
            let found = better(cut, next.quality(self.letters.len()));
            // An equal one is longer, and so preferred.
            if let Some(quality) = found
                && best.is_none_or(|(_, best)| quality <= best)
            {
                best = Some((at + c.len_utf8(), quality));
            }
            if next.is_empty() {
                break;
            }
            paths = next;
        }
        best
    }

    /// Continues all paths by one character with this reading. Gives the best quality of those
    /// that end the term inside the reading.
    fn take(&self, reading: &str, paths: &Paths, next: &mut Paths) -> Option<Quality> {
        let mut cut = None;
        for (from, kind) in paths.iter() {
            // Only the path that has read the whole term stands here, and it cannot go on.
            let Some(&end) = self.ends.get(from) else {
                continue;
            };
            let rest = &self.letters[from..end];
            let agreed = agree(reading, rest);
            if agreed.whole {
                next.add(from + agreed.letters, kind | WHOLE);
            }
            if agreed.letters >= 1 {
                next.add(from + 1, kind | INITIAL);
            }
            let double = agreed.letters >= 2 && matches!(rest, [b'z' | b'c' | b's', b'h', ..]);
            if double {
                next.add(from + 2, kind | INITIAL);
            }
            let is_cut = agreed.letters > 0 && from + agreed.letters == self.letters.len();
            if is_cut && !agreed.whole {
                let by_initial = agreed.letters == if double { 2 } else { 1 };
                let quality = match kind {
                    WHOLE => Some(Quality::Cut),
                    // `jq` and `zh` are initials, as `next` has it, rather than cut short.
                    _ if by_initial => None,
                    0 => Some(Quality::Cut),
                    _ => Some(Quality::Mixed),
                };
                cut = better(cut, quality);
            }
        }
        cut
    }

    fn is(&self, at: usize, letter: u8) -> bool {
        self.letters.get(at) == Some(&letter)
    }
}

/// Whether two folded words have a toneless reading in common, character by character (亳州 and
/// 博州). A character without readings sounds only like itself.
pub fn sounds_alike(a: &str, b: &str) -> bool {
    a.chars().count() == b.chars().count()
        && a.chars()
            .zip(b.chars())
            .all(|(a, b)| a == b || readings(a).any(|left| readings(b).any(|right| left == right)))
}

/// The toneless readings of a character; those that differ only in tone come more than once.
fn readings(c: char) -> impl Iterator<Item = &'static str> {
    // Readings that the table lacks because they live in one place name only.
    let local = match c {
        '乐' => Some("lao"), // 乐亭, Hebei
        '宕' => Some("tan"), // 宕昌, Gansu
        _ => None,
    };
    let table = c.to_pinyin_multi().into_iter().flatten();
    table.map(pinyin::Pinyin::plain).chain(local)
}

/// The letter that stands for `c` in a term: itself, without case and tone, `ü` as `v`.
fn letter_of(c: char) -> Option<u8> {
    Some(match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => c.to_ascii_lowercase() as u8,
        'ā' | 'á' | 'ǎ' | 'à' => b'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' => b'e',
        'ī' | 'í' | 'ǐ' | 'ì' => b'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => b'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => b'u',
        'ü' | 'Ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => b'v',
        _ => return None,
    })
}

/// How far a reading and the letters of a term go together.
struct Agreed {
    /// The letters of the term that the reading accounts for.
    letters: usize,
    /// Whether the reading was used up.
    whole: bool,
}

fn agree(reading: &str, letters: &[u8]) -> Agreed {
    let mut agreed = 0;
    for c in reading.chars() {
        agreed += match (c, &letters[agreed..]) {
            // People type lü as `lv` and `lu`; passports and airports have it as `lyu`.
            ('ü', [b'u' | b'v', ..]) => 1,
            ('ü', [b'y', b'u', ..]) => 2,
            (c, [letter, ..]) if letter_of(c) == Some(*letter) => 1,
            _ => {
                return Agreed { letters: agreed, whole: false };
            }
        };
    }
    Agreed { letters: agreed, whole: true }
}

/// The flags of a path's kind: what its characters were read by so far.
const WHOLE: usize = 1;
const INITIAL: usize = 2;

/// All ways to have read a part of the term up to one place of the text: for each kind (the
/// flags above as an index) the positions in the term as bits.
#[derive(Default)]
struct Paths([u64; 4]);

impl Paths {
    fn begin() -> Paths {
        Paths([1, 0, 0, 0])
    }

    fn add(&mut self, position: usize, kind: usize) {
        self.0[kind] |= 1 << position;
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// The position and kind of each path.
    fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut rest = self.0;
        let mut kind = 0;
        std::iter::from_fn(move || {
            while *rest.get(kind)? == 0 {
                kind += 1;
            }
            let position = rest[kind].trailing_zeros() as usize;
            rest[kind] &= rest[kind] - 1;
            Some((position, kind))
        })
    }

    /// The best quality of the paths that stand at `position`.
    fn quality(&self, position: usize) -> Option<Quality> {
        let best = [
            (0, Quality::Full),
            (WHOLE, Quality::Full),
            (WHOLE | INITIAL, Quality::Mixed),
            (INITIAL, Quality::Initials),
        ];
        best.into_iter().find(|&(kind, _)| self.0[kind] >> position & 1 == 1).map(|(_, quality)| quality)
    }
}

/// The better of two, if there is any.
fn better(a: Option<Quality>, b: Option<Quality>) -> Option<Quality> {
    a.into_iter().chain(b).min()
}

#[cfg(test)]
mod tests;
