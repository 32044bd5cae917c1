//! Which hit comes first.
//!
//! Owns the ranking and its weights. A record's score is what its words count for (BM25 over the words
//! of the index), half of what its characters, pairs and the strings of the query as a whole count for
//! ([`Grams`]), and a bonus far above both for a title that holds what was asked. Words plus half of
//! the grams ranked best, or level with the best, on all three sets that it was measured on.

use super::docset::DocSet;
use super::engine::{Doc, Engine, EngineError};
use crate::text::fold;

/// Added to the score of a record with all strings of the query in its title; less for fewer. Far
/// above what words can add up to, and the same for every engine, so that hits can be merged.
pub const TITLE_BONUS: f32 = 100.0;
/// What a gram counts for, against a word.
pub const GRAM_WEIGHT: f32 = 0.5;
/// So many of the best by words and title have their grams counted.
const COUNTED: usize = 200;
/// Titles of at most so many records are compared with the query; where more may hold it, a title says
/// little.
const TITLES: usize = 5000;
/// Up to so many hits, all ties are broken by id; beyond, only those among [`COUNTED`].
const TIES: usize = 2000;

/// A hit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ranked {
    /// The record.
    pub doc: Doc,
    /// The better the higher: the sum of its parts.
    pub score: f32,
    /// What words count for.
    pub words: f32,
    /// What grams count for, [`GRAM_WEIGHT`] included; 0 far below the best.
    pub grams: f32,
    /// What the title counts for.
    pub title: f32,
}

/// Ranks records by folded `strings` and the `words` in them. The first `top` come in order, the others
/// behind them in no order;
/// none has a score where none is needed in order.
pub(super) fn rank(
    engine: &dyn Engine,
    words: &[String],
    docs: &DocSet,
    strings: &[&str],
    in_title: &[&str],
    top: usize,
) -> Result<Vec<Ranked>, EngineError> {
    let unranked = words.is_empty() || top == 0;
    let mut hits: Vec<Ranked> = if unranked {
        docs.iter().map(|doc| Ranked { doc, ..Ranked::default() }).collect()
    } else {
        let scores = engine.score(words, docs)?;
        scores
            .into_iter()
            .map(|(doc, score)| Ranked { doc, score, words: score, ..Ranked::default() })
            .collect()
    };
    if top == 0 {
        return Ok(hits);
    }
    titles(engine, &mut hits, docs, in_title)?;
    let wanted = if hits.len() <= TIES { hits.len() } else { top.max(COUNTED).min(hits.len()) };
    sort(&mut hits, wanted);
    let counted = COUNTED.min(hits.len());
    let docs: Vec<Doc> = hits[..counted].iter().map(|hit| hit.doc).collect();
    for (hit, grams) in hits.iter_mut().zip(engine.gram_scores(strings, &docs)?) {
        hit.grams = grams * GRAM_WEIGHT;
        hit.score += hit.grams;
    }
    sort(&mut hits[..counted], counted);
    let settled = if hits.len() <= TIES { hits.len() } else { counted };
    break_ties(engine, &mut hits[..settled])?;
    Ok(hits)
}

/// Gives the bonus for titles; `hits` lie in the order of `docs`.
fn titles(
    engine: &dyn Engine,
    hits: &mut [Ranked],
    docs: &DocSet,
    strings: &[&str],
) -> Result<(), EngineError> {
    let mut likely = DocSet::new(docs.slots());
    for string in strings {
        likely.or(&engine.titled(string)?);
    }
    likely.and(docs);
    for doc in likely.iter().take(TITLES) {
        let title = fold::fold(&engine.title(doc)?);
        let with = strings.iter().filter(|string| title.contains(**string)).count();
        if let Ok(at) = hits.binary_search_by_key(&doc, |hit| hit.doc)
            && with > 0
        {
            hits[at].title = TITLE_BONUS * with as f32 / strings.len() as f32;
            hits[at].score += hits[at].title;
        }
    }
    Ok(())
}

/// Sorts the best `wanted` to the front, best first, ties by record.
fn sort(hits: &mut [Ranked], wanted: usize) {
    // One number compares several times faster than a score and a record.
    let key = |hit: &Ranked| {
        // Scores are never negative, so their bits have their order.
        let bits = hit.score.max(0.0).to_bits();
        u64::from(!bits) << 32 | u64::from(hit.doc)
    };
    if wanted < hits.len() {
        hits.select_nth_unstable_by_key(wanted, key);
    }
    hits[..wanted].sort_unstable_by_key(key);
}

fn break_ties(engine: &dyn Engine, hits: &mut [Ranked]) -> Result<(), EngineError> {
    for tied in hits.chunk_by_mut(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        if tied.len() == 1 {
            continue;
        }
        let mut keyed = Vec::with_capacity(tied.len());
        for hit in tied.iter() {
            keyed.push((engine.id(hit.doc)?, *hit));
        }
        keyed.sort_by(|(a_id, a), (b_id, b)| a_id.cmp(b_id).then(a.doc.cmp(&b.doc)));
        for (slot, (_, hit)) in tied.iter_mut().zip(keyed) {
            *slot = hit;
        }
    }
    Ok(())
}
