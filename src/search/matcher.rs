//! What matches at a place of a folded text: a string, a term with stars, a regular expression, most
//! of a term.

use super::folded_regex::{FoldedRegex, Need};
use super::pairs;
use crate::text::sentences::ends;
use crate::text::sentences::paragraphs;
use memchr::memmem::Finder;
use std::fmt;
use std::ops::Range;

/// Something that matches at places of a folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// This string.
    Literal(Word),
    /// These strings in this order, with no end of a sentence between them.
    Wild(Vec<Word>),
    /// A regular expression.
    Regex(FoldedRegex),
    /// This string, or most of its neighbouring pairs in one paragraph.
    Loose(Word, Vec<Word>),
}

/// A folded string, ready to be looked for; never empty.
#[derive(Clone)]
pub struct Word {
    text: String,
    finder: Box<Finder<'static>>,
}

impl Word {
    pub(super) fn new(text: &str) -> Word {
        Word { text: text.to_owned(), finder: Box::new(Finder::new(text).into_owned()) }
    }

    /// The string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn is_in(&self, text: &str) -> bool {
        self.finder.find(text.as_bytes()).is_some()
    }

    /// Where it begins; matches may overlap: 党党 is twice in 党党党.
    fn starts<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let step = self.text.chars().next().map_or(1, char::len_utf8);
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = from + self.finder.find(text.as_bytes().get(from..)?)?;
            from = at + step;
            Some(at)
        })
    }

    fn ranges<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.starts(text).map(|at| at..at + self.text.len())
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Word {}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl Matcher {
    /// A folded string or most of it.
    pub(super) fn loose(folded: &str) -> Matcher {
        let pairs = pairs::pairs(folded).iter().map(|pair| Word::new(pair)).collect();
        Matcher::Loose(Word::new(folded), pairs)
    }

    /// Whether it matches anywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Matcher::Literal(word) => word.is_in(text),
            Matcher::Wild(pieces) => {
                pieces.iter().all(|piece| piece.is_in(text)) && !wild(pieces, text).is_empty()
            }
            Matcher::Regex(regex) => regex.regex().is_match(text),
            Matcher::Loose(word, pairs) => {
                word.is_in(text) || paragraphs(text).any(|range| nearly(pairs, &text[range]))
            }
        }
    }

    /// The bytes of all matches, in order of where they begin. A term with stars matches from each
    /// place where it can begin to the nearest where it can end; matches of a regular expression do
    /// not overlap.
    pub(super) fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        match self {
            Matcher::Literal(word) => word.ranges(text).collect(),
            Matcher::Wild(pieces) => wild(pieces, text),
            Matcher::Regex(regex) => regex.regex().find_iter(text).map(|found| found.range()).collect(),
            Matcher::Loose(..) => self.marks(text).into_iter().map(|(range, _)| range).collect(),
        }
    }

    /// What to mark, and which of its [`Matcher::leaves`] each is: of matches with stars that end
    /// together the shortest, nothing that has no length, and pairs only where there is no more.
    pub(super) fn marks(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        if let Matcher::Loose(word, pairs) = self {
            let all = |range: Range<usize>| (0..self.leaves()).map(move |leaf| (range.clone(), leaf));
            let mut found: Vec<(Range<usize>, usize)> = word.ranges(text).flat_map(all).collect();
            if found.is_empty() {
                for paragraph in paragraphs(text).filter(|range| nearly(pairs, &text[range.clone()])) {
                    let start = paragraph.start;
                    for (leaf, pair) in pairs.iter().enumerate() {
                        let ranges = pair.ranges(&text[paragraph.clone()]);
                        found.extend(ranges.map(|range| (start + range.start..start + range.end, leaf)));
                    }
                }
                found.sort_by_key(|(range, _)| range.start);
            }
            return found;
        }
        let mut found = self.ranges(text);
        found.retain(|range| !range.is_empty());
        if matches!(self, Matcher::Wild(_)) {
            // Sorted by both ends.
            found.reverse();
            found.dedup_by_key(|range| range.end);
            found.reverse();
        }
        found.into_iter().map(|range| (range, 0)).collect()
    }

    /// How many different things it marks.
    pub(super) fn leaves(&self) -> usize {
        if let Matcher::Loose(_, pairs) = self { pairs.len().max(1) } else { 1 }
    }

    /// What a text must hold.
    pub(super) fn need(&self) -> Need {
        let text = |word: &Word| Need::Text(word.text.clone());
        match self {
            Matcher::Literal(word) => text(word),
            Matcher::Wild(pieces) => Need::all(pieces.iter().map(text).collect()),
            Matcher::Regex(regex) => regex.need().clone(),
            Matcher::Loose(word, pairs) if pairs.is_empty() => text(word),
            // Most of the pairs: one of any few that are more than may be missing.
            Matcher::Loose(_, pairs) => {
                let enough = pairs.len() - pairs::most(pairs.len()) + 1;
                Need::one(pairs.iter().take(enough).map(text).collect())
            }
        }
    }

    /// The strings of it, for ranking.
    pub(super) fn strings(&self) -> Vec<&str> {
        match self {
            Matcher::Literal(word) | Matcher::Loose(word, _) => vec![word.as_str()],
            Matcher::Wild(pieces) => pieces.iter().map(Word::as_str).collect(),
            Matcher::Regex(regex) => regex.need().all_texts(),
        }
    }
}

/// Whether most of the pairs are in a text.
fn nearly(pairs: &[Word], text: &str) -> bool {
    let least = pairs::most(pairs.len());
    let mut missing = pairs.len() - least;
    !pairs.is_empty()
        && pairs.iter().all(|pair| {
            let there = pair.is_in(text);
            if !there && missing == 0 {
                return false;
            }
            missing -= usize::from(!there);
            true
        })
}

/// Where the pieces stand in their order, each from where it begins to the nearest end.
fn wild(pieces: &[Word], text: &str) -> Vec<Range<usize>> {
    let Some((last, before)) = pieces.split_last() else { return Vec::new() };
    let stops: Vec<usize> =
        text.char_indices().filter(|&(_, c)| c == '\n' || ends(c)).map(|(at, _)| at).collect();
    // From the last piece to the first: where the rest of the term can begin, and where it then ends
    // soonest. Later beginnings never end sooner, so the nearest is the best.
    let mut rest: Vec<Range<usize>> = last.ranges(text).collect();
    for piece in before.iter().rev() {
        let (mut next, mut stop) = (0, 0);
        let mut found = Vec::new();
        for range in piece.ranges(text) {
            next += rest.get(next..).map_or(0, |rest| rest.partition_point(|r| r.start < range.end));
            stop += stops.get(stop..).map_or(0, |stops| stops.partition_point(|&at| at < range.end));
            let Some(tail) = rest.get(next) else { break };
            if stops.get(stop).is_none_or(|&at| at >= tail.start) {
                found.push(range.start..tail.end);
            }
        }
        rest = found;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stars(pieces: &[&str]) -> Matcher {
        Matcher::Wild(pieces.iter().map(|piece| Word::new(piece)).collect())
    }

    #[test]
    fn stars_stay_in_a_sentence() {
        let found = |pieces: &[&str], text: &str| {
            let marks = stars(pieces).marks(text);
            marks.into_iter().map(|(range, _)| text[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(&["党员", "工程"], "党员甲党员乙工程丙工程"), ["党员乙工程"]);
        assert_eq!(found(&["党员", "工程"], "党员工程"), ["党员工程"]);
        assert_eq!(found(&["党员", "工程"], "党员*工程"), ["党员*工程"]);
        assert_eq!(found(&["党", "工", "程"], "党甲工乙程"), ["党甲工乙程"]);
        for apart in ["党员。工程", "党员\n工程", "党员!好工程", "工程党员", "党员;工程"]
        {
            assert!(found(&["党员", "工程"], apart).is_empty(), "{apart}");
        }
        assert_eq!(found(&["好。", "甲"], "好。乙甲"), ["好。乙甲"]);
    }

    #[test]
    fn most_of_a_term_in_one_paragraph() {
        let loose = Matcher::loose("党员联系群众");
        assert!(loose.is_in("党员要联系群众"));
        assert!(loose.is_in("员联，联系，系群"));
        assert!(!loose.is_in("党员\n联系\n群众"));
        assert!(!loose.is_in("党员群众"));
        assert!(!Matcher::loose("党员").is_in("党和员"));
        assert!(Matcher::loose("党员").is_in("党员"));
    }

    proptest! {
        #[test]
        fn stars_match_what_the_words_say(
            text in "[甲乙丙。\n]{0,14}",
            pieces in prop::collection::vec("[甲乙]{1,2}|乙。", 2..4),
        ) {
            // Every way to place the pieces.
            fn ways(text: &str, pieces: &[String], from: usize, first: bool, end: &mut Option<usize>) {
                let Some((piece, rest)) = pieces.split_first() else {
                    *end = Some(end.map_or(from, |end| end.min(from)));
                    return;
                };
                for (at, _) in text.char_indices().filter(|&(at, _)| at >= from) {
                    if (first && at > from) || (!first && text[from..at].contains(['。', '\n'])) {
                        break;
                    }
                    if text[at..].starts_with(piece.as_str()) {
                        ways(text, rest, at + piece.len(), false, end);
                    }
                }
            }
            let mut expected = Vec::new();
            for (at, _) in text.char_indices() {
                let mut end = None;
                ways(&text, &pieces, at, true, &mut end);
                expected.extend(end.map(|end| at..end));
            }
            let matcher = stars(&pieces.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(matcher.is_in(&text), !expected.is_empty());
            prop_assert_eq!(matcher.ranges(&text), expected);
        }
    }
}
