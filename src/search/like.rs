//! Records like one record: what it speaks of, as a query.
//!
//! Owns which words stand for a record. They are those that tell it best from the rest (frequency in
//! it by rarity in the archive), as the index cuts them; how records are then compared is the engine's
//! scoring.

use super::docset::DocSet;
use super::engine::{Doc, Engine, EngineError};
use super::grams::idf;
use super::rank::Ranked;
use memchr::memmem::Finder;
use std::collections::BTreeSet;

/// So many words stand for a record.
const WORDS: usize = 30;
/// Texts are read this far, in characters: what a case is about is said early.
const CHARS: usize = 8000;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// Best first; those that share no word are left out.
    pub hits: Vec<Ranked>,
    /// The words that stand for the record, the most telling first.
    pub words: Vec<String>,
}

/// The records of `docs` that speak of what `doc` speaks of, itself left out.
///
/// # Errors
/// When the engine cannot answer.
pub fn alike(engine: &dyn Engine, doc: Doc, docs: &DocSet) -> Result<Alike, EngineError> {
    let mut text = String::new();
    let mut left = CHARS;
    engine.texts(doc, &mut |part| {
        let end = part.text.char_indices().nth(left).map_or(part.text.len(), |(at, _)| at);
        left -= part.text[..end].chars().count();
        text.push_str(&part.text[..end]);
        text.push('\n');
    })?;
    let records = engine.live()?.count();
    let mut words = Vec::new();
    let mut seen = BTreeSet::new();
    for line in text.split('\n') {
        for word in engine.words_in(line)? {
            // One character says little, and a word that no other has says nothing of the others.
            if word.term.chars().nth(1).is_none() || word.records < 2 || !seen.insert(word.term.clone()) {
                continue;
            }
            let times = Finder::new(&word.term).find_iter(text.as_bytes()).count();
            words.push(((1.0 + times as f32).ln() * idf(word.records, records), word.term));
        }
    }
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let words: Vec<String> = words.into_iter().take(WORDS).map(|(_, word)| word).collect();
    let mut others = docs.clone();
    others.and_not(&DocSet::of(docs.slots(), [doc]));
    let mut hits: Vec<Ranked> = (0..)
        .zip(engine.score(&words, &others)?)
        .filter(|&(_, score)| score > 0.0)
        .map(|(doc, score)| Ranked { doc, score, words: score, ..Ranked::default() })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
    Ok(Alike { hits, words })
}
