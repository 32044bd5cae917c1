//! Counts keywords: words of the dictionary, by the records that have them.
//!
//! The index knows already which records have a word; without one the texts are cut.

use super::Counted;
use super::Kind;
use super::Request;
use super::Tally;
use super::TermWords;
use super::period::Docs;
use crate::search::Doc;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::is_function_word;
use crate::text::fold::fold_term;
use crate::text::segment::Segmenter;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

/// A word that more than this share of the records have says nothing of any of them.
const EVERYWHERE: f64 = 0.8;
/// In fewer records than this no word can be told to be everywhere.
const FEW: usize = 20;

/// The keywords that records of the selection or of the period before have. `known` are names that are listed already.
pub(super) fn count(
    engine: &dyn Engine,
    docs: &Docs,
    request: &Request<'_>,
    known: &FxHashSet<String>,
) -> Result<Vec<Counted>, EngineError> {
    let own: FxHashSet<String> = request.archive.terms().iter().map(|term| fold_term(term)).collect();
    let segmenter = Segmenter::new(request.archive.terms());
    let fewest = u32::try_from(request.fewest(Kind::Keyword, docs.selected)).unwrap_or(u32::MAX);
    let most = if docs.len() < FEW { f64::INFINITY } else { docs.len() as f64 * EVERYWHERE };
    let mut found = Vec::new();
    let mut take = |word: &str, tally: Tally| {
        let enough = tally.selected.max(tally.before) >= fewest && f64::from(tally.archive) <= most;
        if enough && !known.contains(word) && is_keyword(word, &segmenter, &own, request.words) {
            found.push(Counted { kind: Kind::Keyword, name: word.to_owned(), head: String::new(), tally });
        }
    };
    let has_words = engine.each_word(&mut |word, with| {
        if may_be(word) {
            let mut tally = Tally::default();
            with.iter().for_each(|&doc| tally.add(docs, doc));
            take(word, tally);
        }
    })?;
    if !has_words {
        for (word, tally) in cut(engine, docs, &segmenter)? {
            take(&word, tally);
        }
    }
    Ok(found)
}

/// Two characters and more, no digit.
fn may_be(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().all(char::is_alphabetic)
}

/// Whether a word says something: the dictionary has it, as a word of a sort that does. What the segmenter made up has no sort.
fn is_keyword(word: &str, segmenter: &Segmenter, own: &FxHashSet<String>, words: &TermWords) -> bool {
    if words.leave_out.contains(word) || is_function_word(word) {
        return false;
    }
    own.contains(word) || segmenter.sort(word).is_some_and(|sort| words.sorts.contains(sort))
}

/// The words of every record, cut here.
fn cut(engine: &dyn Engine, docs: &Docs, segmenter: &Segmenter) -> Result<Vec<(String, Tally)>, EngineError> {
    let mut words: FxHashMap<String, (Tally, Option<Doc>)> = FxHashMap::default();
    for doc in docs.all() {
        engine.texts(doc, &mut |text| {
            segmenter.words(text.text, &mut |word| {
                if !may_be(word) {
                    return;
                }
                if let Some((tally, last)) = words.get_mut(word) {
                    if *last != Some(doc) {
                        *last = Some(doc);
                        tally.add(docs, doc);
                    }
                } else {
                    let mut tally = Tally::default();
                    tally.add(docs, doc);
                    words.insert(word.to_owned(), (tally, Some(doc)));
                }
            });
        })?;
    }
    Ok(words.into_iter().map(|(word, (tally, _))| (word, tally)).collect())
}
