//! The neighbouring pairs of a term: most of them together say nearly what the term says.

use super::function_words::is_function_word;
use std::ops::Range;

/// A term is nearly there with so many tenths of its pairs.
const TENTHS: usize = 6;
/// The fewest characters of a term that may be nearly there.
const CHARACTERS: usize = 3;

/// How many of `pairs` pairs are most of them.
pub(super) fn most(pairs: usize) -> usize {
    (pairs * TENTHS).div_ceil(10)
}

/// Where the letters of a folded term stand. A run of Latin letters and digits is one letter: its characters
/// are in any other one.
pub(super) fn letters(term: &str) -> Vec<Range<usize>> {
    let mut letters: Vec<Range<usize>> = Vec::new();
    let mut latin = false;
    for (at, c) in term.char_indices() {
        let end = at + c.len_utf8();
        let goes_on = latin && c.is_ascii_alphanumeric();
        latin = c.is_ascii_alphanumeric();
        match letters.last_mut().filter(|_| goes_on) {
            Some(run) => run.end = end,
            None if c.is_alphanumeric() => letters.push(at..end),
            None => {}
        }
    }
    letters
}

/// Of these letters, each with the one that stands next to it.
pub(super) fn neighbours(letters: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
    letters.windows(2).filter(|pair| pair[0].end == pair[1].start).map(|pair| pair[0].start..pair[1].end)
}

/// The distinct neighbouring pairs of letters of a folded term; none where the term is too short to
/// be looked for by them. Function words say nothing and are left out.
pub(super) fn pairs(term: &str) -> Vec<String> {
    let letters = letters(term);
    if letters.len() < CHARACTERS {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for pair in neighbours(&letters).map(|range| &term[range]) {
        if !is_function_word(pair) && !found.iter().any(|known| known == pair) {
            found.push(pair.to_owned());
        }
    }
    // One pair alone is another term.
    if found.len() < 2 { Vec::new() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_letters() {
        assert_eq!(pairs("党员干部"), ["党员", "员干", "干部"]);
        assert_eq!(pairs("gps定位仪"), ["gps定", "定位", "位仪"]);
        assert_eq!(pairs("民情、民情日记"), ["民情", "情日", "日记"]);
        for short in ["党员", "85430a9f", "a、b", "党", "甲 乙 丙", "没有这个"] {
            assert!(pairs(short).len() != 1, "{short}");
        }
        assert!(pairs("党员").is_empty() && pairs("85430a9f07").is_empty() && pairs("甲 乙 丙").is_empty());
        assert_eq!((most(2), most(3), most(5), most(10)), (2, 2, 3, 6));
    }
}
