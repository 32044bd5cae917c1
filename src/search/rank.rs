//! Which hit comes first.
//!
//! Owns the ranking and its weights. A record's score is what its words count for (BM25 over the words
//! of the index), half of what its characters, pairs and the strings of the query as a whole count for
//! ([`Grams`]), and a bonus far above both for a title that holds what was asked. On the half of
//! the judged queries that was open, half was the best of the weights tried; on CMRC all from .35 to 1 are
//! level (`benches/relevance`).

use super::docset::DocSet;
use super::engine::{Doc, Engine, EngineError};
use crate::text::fold;

/// Added to the score of a record with all strings of the query in its title; less for fewer. Far
/// above what words can add up to, and the same for every engine, so that hits can be merged.
pub const TITLE_BONUS: f32 = 100.0;
/// What a gram counts for, against a word.
pub const GRAM_WEIGHT: f32 = 0.5;
/// What the words of a synonym count for, against those that were typed.
pub const OTHER_WEIGHT: f32 = 0.4;
/// So many of the best by words and title have their grams counted.
const COUNTED: usize = 200;
/// The titles of at most so many records are compared with the query, the best by words: no page has
/// more.
const TITLES: usize = 500;
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

/// What a query asks for, as far as it ranks.
pub(super) struct Asked<'q> {
    /// The words of the index in what was typed.
    pub words: &'q [String],
    /// The words in what stands for it: synonyms.
    pub others: &'q [String],
    /// The strings that were typed, folded.
    pub strings: &'q [&'q str],
    /// Those that may stand in a title.
    pub in_title: &'q [&'q str],
}

/// Ranks records. The first `top` come in order, the others behind them in no order; none has a score
/// where none is needed in order.
pub(super) fn rank(
    engine: &dyn Engine,
    asked: &Asked<'_>,
    docs: &DocSet,
    top: usize,
) -> Result<Vec<Ranked>, EngineError> {
    let mut hits: Vec<Ranked> = docs.iter().map(|doc| Ranked { doc, ..Ranked::default() }).collect();
    if top == 0 {
        return Ok(hits);
    }
    for (words, weight) in [(asked.words, 1.0), (asked.others, OTHER_WEIGHT)] {
        if words.is_empty() {
            continue;
        }
        // Both lie in the order of the set.
        for (hit, score) in hits.iter_mut().zip(engine.score(words, docs)?) {
            hit.words += weight * score;
            hit.score += weight * score;
        }
    }
    titles(engine, &mut hits, docs.slots(), asked.in_title)?;
    let wanted = if hits.len() <= TIES { hits.len() } else { top.max(COUNTED).min(hits.len()) };
    sort(&mut hits, wanted);
    let counted = COUNTED.min(hits.len());
    let docs: Vec<Doc> = hits[..counted].iter().map(|hit| hit.doc).collect();
    for (hit, grams) in hits.iter_mut().zip(engine.gram_scores(asked.strings, &docs)?) {
        hit.grams = grams * GRAM_WEIGHT;
        hit.score += hit.grams;
    }
    sort(&mut hits[..counted], counted);
    let settled = if hits.len() <= TIES { hits.len() } else { counted };
    break_ties(engine, &mut hits[..settled])?;
    Ok(hits)
}

/// Gives the bonus for titles.
fn titles(engine: &dyn Engine, hits: &mut [Ranked], slots: u32, strings: &[&str]) -> Result<(), EngineError> {
    let mut likely = DocSet::new(slots);
    for string in strings {
        likely.or(&engine.titled(string)?);
    }
    let mut likely: Vec<&mut Ranked> = hits.iter_mut().filter(|hit| likely.contains(hit.doc)).collect();
    if likely.len() > TITLES {
        // A word in the title counts double, so the best by words are the likeliest.
        likely.select_nth_unstable_by_key(TITLES, |hit| best_first(hit.words, hit.doc));
        likely.truncate(TITLES);
    }
    for hit in likely {
        let title = fold::fold(&engine.title(hit.doc)?);
        let with = strings.iter().filter(|string| title.contains(**string)).count();
        if with > 0 {
            hit.title = TITLE_BONUS * with as f32 / strings.len() as f32;
            hit.score += hit.title;
        }
    }
    Ok(())
}

/// Sorts by score, best first, then by record: one number compares several times faster than two.
fn best_first(score: f32, doc: Doc) -> u64 {
    // Scores are never negative, so their bits have their order.
    u64::from(!score.max(0.0).to_bits()) << 32 | u64::from(doc)
}

/// Sorts the best `wanted` to the front, best first, ties by record.
fn sort(hits: &mut [Ranked], wanted: usize) {
    let key = |hit: &Ranked| best_first(hit.score, hit.doc);
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
