//! Which hit comes first.
//!
//! Owns the ranking and its weights. A record's score is what its words count for (BM25 over the words
//! of the index), half of what its characters, pairs and the strings of the query as a whole count for
//! ([`Grams`]), and a bonus far above both for a title that holds what was asked. On the half of
//! the judged queries that was open, half was the best of the weights tried; on CMRC all from .35 to 1 are
//! level (`benches/relevance`).

use super::docset::DocSet;
use super::engine::{Doc, Engine, EngineError};
use super::names::Name;
use crate::text::fold;

/// Added to the score of a record with all strings of the query in its title; less for fewer. Far
/// above what words can add up to, and the same for every engine, so that hits can be merged.
pub const TITLE_BONUS: f32 = 100.0;
/// What a gram counts for, against a word.
pub const GRAM_WEIGHT: f32 = 0.5;
/// What the words of a synonym count for, against those that were typed.
pub const OTHER_WEIGHT: f32 = 0.4;
/// What the pair of a name counts for, against a word; its grams count besides. Of 1, 0.5 and 0.25 the best on CMRC, and
/// level on the judged queries.
const NAME_WEIGHT: f32 = 0.25;
/// So many of the best by words have their titles read where the index cannot tell, and so many of the best by words
/// and title have their grams counted. On CMRC and the judged queries two hundred gave the same.
const COUNTED: usize = 50;
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

impl From<Ranked> for Doc {
    fn from(ranked: Ranked) -> Doc {
        ranked.doc
    }
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

/// What words count for in each record; 0 for those that are not among `docs`.
pub(super) fn word_scores(
    engine: &dyn Engine,
    asked: &Asked<'_>,
    docs: &DocSet,
) -> Result<Vec<f32>, EngineError> {
    let mut scores = engine.score(asked.words, docs)?;
    if !asked.others.is_empty() {
        for (sum, score) in scores.iter_mut().zip(engine.score(asked.others, docs)?) {
            *sum += OTHER_WEIGHT * score;
        }
    }
    Ok(scores)
}

/// The greatest of many scores, 0 of none: side by side, since a single maximum waits for each step before the next.
pub(super) fn greatest(scores: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    for some in scores.chunks(lanes.len()) {
        for (lane, &score) in lanes.iter_mut().zip(some) {
            *lane = lane.max(score);
        }
    }
    lanes.into_iter().fold(0.0, f32::max)
}

/// Adds what names count for: [`NAME_WEIGHT`] of a word that stands once in a text of average length.
pub(super) fn add_names(scores: &mut [f32], names: &[Name], docs: &DocSet) {
    for name in names {
        for doc in name.docs.iter().filter(|doc| docs.contains(*doc)) {
            if let Some(score) = scores.get_mut(doc as usize) {
                *score += NAME_WEIGHT * name.weight;
            }
        }
    }
}

/// The best `top` records of `docs`, best first; `words` is what words count for in each record.
pub(super) fn rank(
    engine: &dyn Engine,
    asked: &Asked<'_>,
    docs: &DocSet,
    words: &[f32],
    top: usize,
) -> Result<Vec<Ranked>, EngineError> {
    let all = docs.count();
    if top == 0 || all == 0 {
        return Ok(Vec::new());
    }
    let titles = titles(engine, docs, words, asked.in_title)?;
    let wanted = if all <= TIES { all } else { top.max(COUNTED).min(all) };
    let mut hits = best(docs, words, &titles, wanted);
    let counted = COUNTED.min(hits.len());
    let docs: Vec<Doc> = hits[..counted].iter().map(|hit| hit.doc).collect();
    for (hit, grams) in hits.iter_mut().zip(engine.gram_scores(asked.strings, &docs)?) {
        hit.grams = grams * GRAM_WEIGHT;
        hit.score += hit.grams;
    }
    hits[..counted].sort_unstable_by_key(|hit| best_first(hit.score, hit.doc));
    let settled = if hits.len() <= TIES { hits.len() } else { counted };
    break_ties(engine, &mut hits[..settled])?;
    hits.truncate(top);
    Ok(hits)
}

/// The bonus of each record whose title holds what was asked, in the order of `docs`.
fn titles(
    engine: &dyn Engine,
    docs: &DocSet,
    words: &[f32],
    strings: &[&str],
) -> Result<Vec<(Doc, f32)>, EngineError> {
    let mut likely = DocSet::new(docs.slots());
    let mut titled = Vec::with_capacity(strings.len());
    for string in strings {
        let with = engine.titled(string)?;
        likely.or(&with.docs);
        titled.push((string, with));
    }
    likely.and(docs);
    // A word in the title counts double, so the best by words are the likeliest.
    let mut best = Best::new(if titled.iter().all(|(_, with)| with.sure) { likely.count() } else { COUNTED });
    for doc in likely.iter() {
        best.offer(best_first(score_of(words, doc), doc));
    }
    let mut docs: Vec<Doc> = best.unsorted().into_iter().map(doc_of).collect();
    docs.sort_unstable();
    let mut found = Vec::new();
    for doc in docs {
        let mut title = None;
        let mut count = 0;
        for (string, with) in titled.iter().filter(|(_, with)| with.docs.contains(doc)) {
            count += usize::from(
                with.sure || {
                    if title.is_none() {
                        title = Some(fold::fold(&engine.title(doc)?));
                    }
                    title.as_ref().is_some_and(|title| title.contains(**string))
                },
            );
        }
        if count > 0 {
            found.push((doc, TITLE_BONUS * count as f32 / strings.len() as f32));
        }
    }
    Ok(found)
}

/// The best `wanted` by words and title, best first; some of `docs` have a bonus.
fn best(docs: &DocSet, words: &[f32], titles: &[(Doc, f32)], wanted: usize) -> Vec<Ranked> {
    let mut best = Best::new(wanted);
    let mut bonuses = titles.iter().peekable();
    for doc in docs.iter() {
        let bonus = bonuses.next_if(|(with, _)| *with == doc).map_or(0.0, |&(_, bonus)| bonus);
        best.offer(best_first(score_of(words, doc) + bonus, doc));
    }
    let mut kept = best.unsorted();
    kept.sort_unstable();
    let hit = |key: u64| {
        let doc = doc_of(key);
        let title = titles.binary_search_by_key(&doc, |&(doc, _)| doc).map_or(0.0, |at| titles[at].1);
        let words = score_of(words, doc);
        Ranked { doc, score: words + title, words, title, grams: 0.0 }
    };
    kept.into_iter().map(hit).collect()
}

fn score_of(words: &[f32], doc: Doc) -> f32 {
    words.get(doc as usize).copied().unwrap_or_default()
}

/// The best of many, found in one pass: what is worse than the worst of those kept is turned away with one
/// comparison, and there is never room for all.
struct Best {
    /// Keys of [`best_first`].
    kept: Vec<u64>,
    wanted: usize,
    room: usize,
    worst: u64,
}

impl Best {
    fn new(wanted: usize) -> Best {
        // As many again are let in before the worst are put out; where all are wanted there never are so many.
        let room = wanted.saturating_add(wanted.clamp(1, TIES));
        Best { kept: Vec::with_capacity(room), wanted, room, worst: u64::MAX }
    }

    fn offer(&mut self, key: u64) {
        if key >= self.worst {
            return;
        }
        self.kept.push(key);
        if self.kept.len() == self.room {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.wanted < self.kept.len() {
            self.worst = *self.kept.select_nth_unstable(self.wanted).1;
            self.kept.truncate(self.wanted);
        }
    }

    fn unsorted(mut self) -> Vec<u64> {
        self.cut();
        self.kept
    }
}

/// Sorts by score, best first, then by record: one number compares several times faster than two.
fn best_first(score: f32, doc: Doc) -> u64 {
    // Scores are never negative, so their bits have their order.
    u64::from(!score.max(0.0).to_bits()) << 32 | u64::from(doc)
}

/// The record of such a number.
fn doc_of(key: u64) -> Doc {
    key as Doc
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_pass_finds_the_best_that_sorting_finds(
            scores in prop::collection::vec(prop::sample::select(vec![0.0_f32, 0.5, 1.0, 2.5, 7.0, 100.0]), 0..400),
            titles in prop::collection::btree_map(0_u32..800, 1_u8..3, 0..20),
            wanted in 1_usize..60,
        ) {
            // Every second record.
            let docs = DocSet::of(800, (0..).step_by(2).take(scores.len()));
            let inside = titles.iter().filter(|(doc, _)| docs.contains(**doc));
            let titles: Vec<(Doc, f32)> = inside.map(|(&doc, &half)| (doc, 50.0 * f32::from(half))).collect();
            let mut words = vec![0.0; 800];
            docs.iter().zip(&scores).for_each(|(doc, &score)| words[doc as usize] = score);
            let mut all: Vec<Ranked> = docs.iter().zip(&scores).map(|(doc, &words)| {
                let title = titles.iter().find(|(with, _)| *with == doc).map_or(0.0, |(_, bonus)| *bonus);
                Ranked { doc, score: words + title, words, title, grams: 0.0 }
            }).collect();
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
            all.truncate(wanted);
            prop_assert_eq!(best(&docs, &words, &titles, wanted), all);
        }
    }
}
