//! Copies of one text among the hits: shown once, under the best of them.
//!
//! Owns which hits are folded together: those about to be shown whose titles are alike and whose texts are
//! the same. What makes two texts the same is `dedup`'s to say.

use super::engine::{Doc, Engine, EngineError};
use super::rank::Ranked;
use crate::dedup::SAME_TEXT;
use crate::text::fold;
use crate::text::shingles::Shingles;
use crate::text::shingles::bare_of;
use std::collections::BTreeSet;

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
    let mut seen: Vec<Seen> = Vec::new();
    for hit in hits {
        let mut own = Seen { doc: hit.doc, title: pairs(&engine.title(hit.doc)?), print: None };
        let from = shown.len().saturating_sub(WINDOW);
        let mut same = None;
        for (at, other) in seen.iter_mut().enumerate().skip(from) {
            if own.alike(other, engine, &running)? {
                same = Some(at);
                break;
            }
        }
        match same {
            Some(at) => shown[at].copies.push(hit.doc),
            None if shown.len() == wanted => break,
            None => {
                shown.push(Shown { hit: *hit, copies: Vec::new() });
                seen.push(own);
            }
        }
    }
    Ok(shown)
}

/// A hit that others are compared with.
struct Seen {
    doc: Doc,
    /// The neighbouring characters of its title.
    title: BTreeSet<(char, char)>,
    /// Its fingerprint, once somebody asked for it; `Some(None)` without a text to speak of.
    print: Option<Option<Shingles>>,
}

impl Seen {
    /// Whether both have the same text. A fingerprint takes a tenth of a millisecond, so only those are
    /// taken whose titles share half of their pairs.
    fn alike(
        &mut self,
        other: &mut Seen,
        engine: &dyn Engine,
        running: &impl Fn(&str) -> bool,
    ) -> Result<bool, EngineError> {
        let common = self.title.intersection(&other.title).count();
        if common == 0 || 2 * common < self.title.len().min(other.title.len()) {
            return Ok(false);
        }
        for seen in [&mut *self, &mut *other] {
            if seen.print.is_none() {
                seen.print = Some(fingerprint(engine, seen.doc, running)?);
            }
        }
        let prints =
            (self.print.as_ref().and_then(Option::as_ref)).zip(other.print.as_ref().and_then(Option::as_ref));
        Ok(prints.is_some_and(|(a, b)| a.compare(b).jaccard >= SAME_TEXT))
    }
}

fn pairs(title: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = fold::fold(title).chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
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
    let bare = bare_of(&text);
    // Three bytes a letter: the length in characters need not be counted.
    Ok((bare.len() >= SHORTEST * 3).then(|| Shingles::of(&bare)))
}
