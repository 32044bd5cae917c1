//! Copies of one text among the hits: shown once, under the best of them.
//!
//! Owns which hits are folded together. What makes two texts the same is `dedup`'s to say; only hits
//! that are about to be shown are compared, so an answer of ten costs ten fingerprints.

use super::engine::{Doc, Engine, EngineError};
use super::rank::Ranked;
use crate::dedup::SAME_TEXT;
use crate::text::shingles::Shingles;
use crate::text::shingles::bare;

/// Texts of fewer letters are entries of lists, headings and forms: alike without being copies.
const SHORTEST: usize = 200;
/// Each hit is compared with at most so many before it.
const WINDOW: usize = 200;

/// A hit, and the hits behind it that have the same text.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The best of them.
    pub hit: Ranked,
    /// The others, best first.
    pub copies: Vec<Doc>,
}

/// Takes hits from the front until `wanted` with different texts are there; copies of one that was
/// taken go with it. `running` says which labels hold running text.
///
/// # Errors
/// When the engine cannot answer.
pub fn fold_copies(
    engine: &dyn Engine,
    hits: &[Ranked],
    wanted: usize,
    running: impl Fn(&str) -> bool,
) -> Result<Vec<Shown>, EngineError> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut prints: Vec<Option<Shingles>> = Vec::new();
    for hit in hits {
        let print = fingerprint(engine, hit.doc, &running)?;
        let from = shown.len().saturating_sub(WINDOW);
        let same = print.as_ref().and_then(|print| {
            let alike = |other: &Option<Shingles>| {
                other.as_ref().is_some_and(|other| other.compare(print).jaccard >= SAME_TEXT)
            };
            (from..shown.len()).find(|&at| alike(&prints[at]))
        });
        match same {
            Some(at) => shown[at].copies.push(hit.doc),
            None if shown.len() == wanted => break,
            None => {
                shown.push(Shown { hit: *hit, copies: Vec::new() });
                prints.push(print);
            }
        }
    }
    Ok(shown)
}

fn fingerprint(
    engine: &dyn Engine,
    doc: Doc,
    running: &impl Fn(&str) -> bool,
) -> Result<Option<Shingles>, EngineError> {
    let mut text = String::new();
    engine.texts(doc, &mut |part| {
        if running(part.label) {
            text.push_str(part.text);
        }
    })?;
    let bare = bare(&text);
    // Three bytes a letter: the length in characters need not be counted.
    Ok((bare.len() >= SHORTEST * 3).then(|| Shingles::of(&bare)))
}
