//! Names that the index has no word for.
//!
//! A dictionary does not know 祭遵 or 平水村, and its words cut them as they please. Where letters of a question lie
//! together in no word of the index, their pairs stand for them: in a widened search a record with such a pair is
//! found too, and the rarer the pair, the more it counts for. Of the questions of CMRC whose passage was not found at
//! all, nearly all asked for such a name.

use super::docset::DocSet;
use super::engine::{EngineError, Needle, Scope, TermCount};
use super::function_words::is_function_word;
use super::grams::idf;
use super::pairs::{letters, neighbours};
use super::plan::{Literal, Plan};
use super::run::Run;
use super::words::whole;
use std::ops::Range;

/// So many stretches of a pasted page are looked at, and so many pairs and letters of each.
const MOST: usize = 64;
/// What more than one in so many records have is no name.
const RARE: usize = 50;
/// In a small archive the pair of a name may be in a larger share of it.
const FEW: usize = 5;

/// A string that stands for a name.
pub(super) struct Name {
    pub(super) text: String,
    pub(super) scope: Scope,
    /// The records that hold it.
    pub(super) docs: DocSet,
    /// What it counts for in each of them.
    pub(super) weight: f32,
}

impl Run<'_> {
    /// The names in the free terms of a plan.
    pub(super) fn all_names(&mut self, plan: &Plan) -> Result<Vec<Name>, EngineError> {
        let mut names: Vec<Name> = Vec::new();
        for leaf in plan.leaves() {
            let Plan::Literal(Literal { needle, free: true, stands_for: None, .. }) = leaf else { continue };
            for name in self.names(needle)? {
                if !names.iter().any(|known| known.text == name.text && known.scope == name.scope) {
                    names.push(name);
                }
            }
        }
        Ok(names)
    }

    /// What stands for the names in a term that no record holds as a whole.
    pub(super) fn names(&mut self, needle: &Needle) -> Result<Vec<Name>, EngineError> {
        let mut words = self.engine.words_in(&needle.text)?;
        words.retain(|word| word.term.chars().nth(1).is_some());
        let mut found = Vec::new();
        // A name alone is no question: where nobody has it, that is the answer.
        if words.is_empty() {
            return Ok(found);
        }
        let records = self.live.count();
        for run in unknown(&needle.text, &words).into_iter().take(MOST) {
            let mut pairs = Vec::new();
            for pair in run.pairs.iter().take(MOST) {
                pairs.extend(self.name(needle, pair.clone(), (records / RARE).max(FEW))?);
            }
            if pairs.is_empty() {
                for letter in run.letters.iter().take(MOST) {
                    let name = self.name(needle, letter.clone(), records / RARE)?;
                    // A Latin letter or a figure is in everything.
                    pairs.extend(name.filter(|name| !name.text.is_ascii()));
                }
            }
            found.extend(pairs);
        }
        Ok(found)
    }

    /// A piece of the term, where some records have it, but no more than `most`.
    fn name(
        &mut self,
        needle: &Needle,
        piece: Range<usize>,
        most: usize,
    ) -> Result<Option<Name>, EngineError> {
        let text = needle.text[piece].to_owned();
        let docs = self.literal(&Needle { text: text.clone(), scope: needle.scope.clone() })?;
        let count = docs.count();
        let weight = idf(count, self.live.count());
        Ok((1..=most).contains(&count).then_some(Name { text, scope: needle.scope.clone(), docs, weight }))
    }
}

/// Letters that stand side by side outside all words, and the pairs that they are part of.
#[derive(Debug, PartialEq, Eq)]
struct Unknown {
    letters: Vec<Range<usize>>,
    pairs: Vec<Range<usize>>,
}

/// The letters of a term that lie in no word of two and more characters.
fn unknown(term: &str, words: &[TermCount]) -> Vec<Unknown> {
    let letters = letters(term);
    let known: Vec<Range<usize>> = words.iter().flat_map(|word| whole(term, &word.term)).collect();
    let is_known =
        |letter: &Range<usize>| known.iter().any(|word| word.start <= letter.start && letter.end <= word.end);
    // 是什么 and 的人 name nobody.
    let says = |piece: &Range<usize>| {
        !term[piece.clone()].chars().any(|c| is_function_word(c.encode_utf8(&mut [0; 4])))
    };
    let pairs: Vec<Range<usize>> = neighbours(&letters).filter(says).collect();
    let mut found: Vec<Unknown> = Vec::new();
    let mut end = None;
    for letter in letters.iter().filter(|letter| !is_known(letter) && says(letter)) {
        if end != Some(letter.start) {
            found.push(Unknown { letters: Vec::new(), pairs: Vec::new() });
        }
        end = Some(letter.end);
        let Some(run) = found.last_mut() else { continue };
        run.letters.push(letter.clone());
        for pair in pairs.iter().filter(|pair| pair.start == letter.start || pair.end == letter.end) {
            if !run.pairs.contains(pair) {
                run.pairs.push(pair.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_no_word_covers() {
        let pairs = |term: &str, words: &[&str]| -> Vec<Vec<String>> {
            let words: Vec<TermCount> =
                words.iter().map(|&word| TermCount { term: word.into(), records: 1 }).collect();
            let runs = unknown(term, &words);
            runs.iter()
                .map(|run| run.pairs.iter().map(|pair| term[pair.clone()].to_owned()).collect())
                .collect()
        };
        let runs = pairs("祭遵喜欢读什么书", &["喜欢", "什么"]);
        assert_eq!(runs, [vec!["祭遵", "遵喜"], vec!["欢读"], vec![]]);
        assert_eq!(pairs("芸香花的颜色", &["香花", "颜色"]), [vec!["芸香"]]);
        assert!(pairs("这是谁的", &[]).is_empty());
        assert!(pairs("服务群众", &["服务", "群众"]).is_empty());
        // A sign parts; Latin letters and figures are one letter, and a word only whole.
        assert_eq!(pairs("平水、gps村", &["gp"]), [vec!["平水"], vec!["gps村"]]);
        assert!(pairs("", &[]).is_empty());
    }
}
