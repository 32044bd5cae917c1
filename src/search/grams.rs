//! How much of a query's characters a text holds, and how often: the part of the ranking that needs no
//! dictionary.
//!
//! Owns the counting and the formula. Single characters, neighbouring pairs and whole strings of the
//! query are counted in the texts of the few records that may end up on the page, so the index keeps
//! no frequencies of them.

use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;
use aho_corasick::PatternID;
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

/// BM25's usual constants (Robertson and Zaragoza 2009).
pub(super) const K1: f32 = 1.2;
/// See [`K1`].
pub(super) const B: f32 = 0.75;
/// The most different grams of one query: a pasted page has thousands.
const MOST: usize = 256;
/// The shortest string that is counted as a whole; pairs are grams already.
const WHOLE: usize = 3;

/// The grams of a query and what each counts for.
#[derive(Debug)]
pub struct Grams {
    /// Each character of a gram.
    chars: AhoCorasick,
    /// The place of the single gram in `weights`, for each of `chars`.
    singles: Vec<Option<usize>>,
    /// The place of the pair in `weights`, by two of `chars`.
    pairs: FxHashMap<(PatternID, PatternID), usize>,
    wholes: Vec<Finder<'static>>,
    /// The inverse document frequencies: of the grams, then of the wholes.
    weights: Vec<f32>,
}

impl Grams {
    /// The grams of folded strings. `with` says how many of `records` hold a string of one or two
    /// characters; strings of more count as the rarest of their pairs.
    ///
    /// # Errors
    /// Those of `with`.
    pub fn new<E>(
        strings: &[&str],
        records: usize,
        mut with: impl FnMut(&str) -> Result<usize, E>,
    ) -> Result<Grams, E> {
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut weights = Vec::new();
        let mut wholes = Vec::new();
        for string in strings {
            let mut rarest = f32::NEG_INFINITY;
            let mut before = None;
            for c in string.chars() {
                if !c.is_alphanumeric() {
                    before = None;
                    continue;
                }
                let pair = before.replace(c).map(|first: char| format!("{first}{c}"));
                // A single letter or figure says nothing.
                let single = (!c.is_ascii_alphanumeric()).then(|| c.to_string());
                for gram in [single, pair].into_iter().flatten() {
                    let weight = match places.get(&gram) {
                        Some(&place) => weights[place],
                        None if weights.len() == MOST => continue,
                        None => {
                            let weight = idf(with(&gram)?, records);
                            places.insert(gram, weights.len());
                            weights.push(weight);
                            weight
                        }
                    };
                    rarest = rarest.max(weight);
                }
            }
            if string.chars().filter(|c| c.is_alphanumeric()).nth(WHOLE - 1).is_some() {
                wholes.push((*string, rarest));
            }
        }
        let mut own: Vec<char> = places.keys().flat_map(|gram| gram.chars()).collect();
        own.sort_unstable();
        own.dedup();
        let of = |c: char| own.binary_search(&c).ok().and_then(|at| PatternID::new(at).ok());
        let mut singles = vec![None; own.len()];
        let mut pairs = FxHashMap::default();
        for (gram, place) in places {
            let mut ids = gram.chars().filter_map(of);
            match (ids.next(), ids.next()) {
                (Some(first), Some(second)) => drop(pairs.insert((first, second), place)),
                (Some(one), None) => singles[one.as_usize()] = Some(place),
                _ => {}
            }
        }
        let patterns = own.iter().map(char::to_string);
        // Characters never overlap, so the kind changes no match; this one can look at many bytes at once.
        let chars = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(patterns);
        #[allow(clippy::expect_used)] // it fails from two thousand million bytes on, and `MOST` is 256
        let chars = chars.expect("an automaton of a few hundred characters");
        weights.extend(wholes.iter().map(|&(_, weight)| weight));
        let wholes = wholes.into_iter().map(|(string, _)| Finder::new(string).into_owned()).collect();
        Ok(Grams { chars, singles, pairs, wholes, weights })
    }

    /// BM25 of a record's texts, which are UTF-8; `average` is how many bytes of text a record has.
    pub fn score<'t>(&self, texts: impl Iterator<Item = &'t [u8]>, average: f32) -> f32 {
        let mut times = vec![0_u32; self.weights.len()];
        let mut bytes = 0;
        for text in texts {
            bytes += text.len();
            let mut before: Option<(PatternID, usize)> = None;
            for found in self.chars.find_iter(text) {
                let own = found.pattern();
                let pair = before.filter(|(_, end)| *end == found.start()).map(|(first, _)| (first, own));
                let pair = pair.and_then(|pair| self.pairs.get(&pair).copied());
                for place in [self.singles[own.as_usize()], pair].into_iter().flatten() {
                    times[place] += 1;
                }
                before = Some((own, found.end()));
            }
            let first = self.weights.len() - self.wholes.len();
            for (whole, times) in self.wholes.iter().zip(&mut times[first..]) {
                *times += u32::try_from(whole.find_iter(text).count()).unwrap_or(u32::MAX);
            }
        }
        let length = bytes as f32 / average;
        let one = |(&times, &idf): (&u32, &f32)| bm25(times as f32, idf, length);
        // Nothing at all sums up to -0.
        times.iter().zip(&self.weights).map(one).sum::<f32>() + 0.0
    }
}

/// How much a term that `with` of `records` hold tells of a record that holds it.
pub(super) fn idf(with: usize, records: usize) -> f32 {
    let (with, records) = (with.min(records) as f32, records as f32);
    (1.0 + (records - with + 0.5) / (with + 0.5)).ln()
}

/// What a term counts for that stands so many `times` in a text of so many average lengths.
pub(super) fn bm25(times: f32, idf: f32, length: f32) -> f32 {
    idf * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(strings: &[&str]) -> Grams {
        Grams::new(strings, 100, |_| Ok::<_, ()>(10)).expect("no error")
    }

    #[test]
    fn a_query_is_its_characters_pairs_and_longer_strings() {
        let score = |strings: &[&str], text: &str| grams(strings).score([text.as_bytes()].into_iter(), 30.0);
        let one = score(&["党"], "党");
        let near = |a: f32, times: f32| (a - one * times).abs() < 0.001;
        // In a text of six bytes a gram counts for a little less than in one of three.
        assert!(score(&["党员"], "党员") > 2.8 * one && score(&["党员"], "党员") < 3.0 * one);
        assert!(near(score(&["党", "党"], "党"), 1.0));
        // Across a mark there is no pair, and marks are no grams.
        assert!(score(&["党,员"], "党员") < score(&["党员"], "党员"));
        assert_eq!(score(&["“”", "。"], "“”。"), 0.0);
        // A single letter or figure says nothing; two of them are a pair.
        assert_eq!(score(&["7"], "7"), 0.0);
        assert!(score(&["75"], "75") > 0.0);
    }

    #[test]
    fn more_of_a_query_scores_higher_and_so_does_the_string_itself() {
        let grams = grams(&["流动党员"]);
        let score = |text: &str| grams.score([text.as_bytes()].into_iter(), 30.0);
        assert_eq!(score("无"), 0.0);
        assert!(score("流水") < score("流动"));
        assert!(score("党员流动") < score("流动党员"));
        assert!(score("流动党员") < score("流动党员与流动党员"));
        assert!(score("流动党员") > score("流动党员在很长的一段文字里只出现一次因此相对来说不那么要紧"));
    }
}
