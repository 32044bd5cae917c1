//! How words make up a term: which of them a search may be widened to, and how much they cover.

use super::docset::{DocSet, Tally};
use super::engine::TermCount;
use super::function_words::is_function_word;
use std::collections::BTreeSet;
use std::ops::Range;

/// The letters and digits of a text, numbered.
pub(super) struct Letters {
    /// Byte and number of each.
    places: Vec<(usize, usize)>,
    pub(super) count: usize,
}

impl Letters {
    pub(super) fn of(text: &str) -> Letters {
        let letters = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
        let places: Vec<(usize, usize)> = letters.enumerate().map(|(number, (at, _))| (at, number)).collect();
        Letters { count: places.len(), places }
    }

    fn slice(&self, range: &Range<usize>) -> &[(usize, usize)] {
        let place = |byte: usize| self.places.partition_point(|&(at, _)| at < byte);
        self.places.get(place(range.start)..place(range.end)).unwrap_or_default()
    }

    /// How many lie in a range of bytes.
    pub(super) fn within(&self, range: &Range<usize>) -> usize {
        self.slice(range).len()
    }

    /// The records with words that together make up at least half of them.
    pub(super) fn half<'w>(
        &self,
        text: &str,
        words: impl Iterator<Item = (&'w str, &'w DocSet)>,
        slots: u32,
    ) -> DocSet {
        let mut covering: Vec<Vec<&DocSet>> = vec![Vec::new(); self.count];
        for (word, docs) in words {
            for &(_, letter) in whole(text, word).flat_map(|range| self.slice(&range)) {
                covering[letter].push(docs);
            }
        }
        let mut tally = Tally::new(slots);
        for sets in covering {
            let mut with = DocSet::new(slots);
            sets.into_iter().for_each(|docs| with.or(docs));
            tally.add(&with);
        }
        tally.at_least(self.count.div_ceil(2).max(1))
    }
}

/// Where a word stands in a text without cutting a run of Latin letters and digits.
pub(super) fn whole<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, word)| at..at + word.len()).filter(move |range| {
        let (before, after) = (&text[..range.start], &text[range.end..]);
        let cut_before = latin(before.chars().next_back()) && latin(word.chars().next());
        let cut_after = latin(word.chars().next_back()) && latin(after.chars().next());
        !cut_before && !cut_after
    })
}

/// Whether a text may be widened to a word of it.
pub(super) fn widens(text: &str, word: &str) -> bool {
    let short = word.chars().nth(1).is_none() && text.chars().nth(1).is_some();
    !short && !is_function_word(word) && whole(text, word).next().is_some()
}

/// Words that follow one another in `text` without overlap: as few characters left over as can be, and of
/// those ways the one with the fewest words. Each word once.
pub(super) fn cover(text: &str, words: &[String]) -> Vec<String> {
    // Far more than a text has words.
    const LEFT_OVER: f32 = 1000.0;
    let words: Vec<(&str, f32)> = words.iter().map(|word| (word.as_str(), 1.0)).collect();
    once(
        cheapest(text, &words, LEFT_OVER).into_iter().filter(|&(_, is_word)| is_word).map(|(piece, _)| piece),
    )
}

/// The words that a folded text most likely falls into, each once. `records` is how many there are.
pub(super) fn likely(text: &str, words: &[TermCount], records: usize) -> Vec<String> {
    let pieces = pieces(text, words, records).into_iter().map(|(piece, _)| piece);
    // Of Latin letters and figures only whole runs are words.
    let is_word =
        |piece: &&str| piece.chars().all(char::is_alphanumeric) && whole(text, piece).next().is_some();
    once(pieces.filter(is_word))
}

/// A folded text cut where it most likely falls apart: the words whose frequencies multiply to the most,
/// with the characters between them (a unigram segmenter over the words of the index, as jieba is one over
/// its dictionary); and whether each piece is one of `words`. `records` is how many there are.
pub fn pieces<'t>(text: &'t str, words: &[TermCount], records: usize) -> Vec<(&'t str, bool)> {
    /// Words in a record: what makes a share of records a share of words.
    const WORDS: f32 = 200.0;
    let total = (records.max(1) as f32 * WORDS).ln();
    let price = |with: f32| total - with.max(1.0).ln();
    let words: Vec<(&str, f32)> =
        words.iter().map(|word| (word.term.as_str(), price(word.records as f32))).collect();
    // A character alone is as likely as a word that one record in ten has.
    cheapest(text, &words, price(records as f32 / 10.0))
}

/// The cheapest way to cut a text into words, each with its price, and single characters at `left_over`:
/// the pieces in order, and whether each is a word.
fn cheapest<'t>(text: &'t str, words: &[(&str, f32)], left_over: f32) -> Vec<(&'t str, bool)> {
    // Cost of the best way to each byte that a character begins at, and its last piece.
    let mut best: Vec<Option<(f32, usize, bool)>> = vec![None; text.len() + 1];
    best[0] = Some((0.0, 0, false));
    for (at, c) in text.char_indices() {
        let Some((cost, _, _)) = best[at] else { continue };
        let mut offer = |length: usize, price: f32, is_word: bool| {
            let slot = &mut best[at + length];
            if slot.is_none_or(|(known, _, _)| cost + price < known) {
                *slot = Some((cost + price, length, is_word));
            }
        };
        for (word, price) in words.iter().filter(|(word, _)| !word.is_empty() && text[at..].starts_with(word))
        {
            offer(word.len(), *price, true);
        }
        offer(c.len_utf8(), left_over, false);
    }
    let mut found = Vec::new();
    let mut at = text.len();
    while let Some((_, length, is_word)) = best[at].filter(|&(_, length, _)| length > 0) {
        found.push((&text[at - length..at], is_word));
        at -= length;
    }
    found.reverse();
    found
}

fn once<'t>(pieces: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    pieces.filter(|piece| seen.insert(*piece)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_cover_a_text() {
        let cut = |text: &str, words: &[&str]| {
            cover(text, &words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
        };
        let words = ["党员", "干部", "党员干部", "部下", "基层", "下基层"];
        assert_eq!(cut("党员干部下基层", &words), ["党员干部", "下基层"]);
        assert_eq!(cut("干部的基层", &words), ["干部", "基层"]);
        assert_eq!(cut("甲乙", &words), Vec::<String>::new());
        assert_eq!(cut("", &words), Vec::<String>::new());
    }

    #[test]
    fn words_that_a_text_falls_into() {
        let cut = |text: &str, words: &[(&str, usize)]| {
            let words = words.iter().map(|&(term, records)| TermCount { term: term.into(), records });
            likely(text, &words.collect::<Vec<_>>(), 100)
        };
        // Two common words win over a rare one across them, which stands where nothing speaks against
        // it; what no word covers stands alone.
        let words = [("研究", 50), ("生命", 40), ("研究生", 2), ("起源", 10)];
        assert_eq!(cut("研究生命的起源", &words), ["研究", "生命", "的", "起源"]);
        assert_eq!(cut("研究生", &words), ["研究生"]);
        assert_eq!(cut("gps研究,gps", &[("gps", 1), ("研究", 1), ("ps", 9)]), ["gps", "研究"]);
        assert_eq!(cut("", &words), Vec::<String>::new());
    }
}
