//! Owns the search for texts that share pieces: from a piece to the texts that hold it, so that no text meets one it has nothing in
//! common with. Must not know records.

use crate::text::shingles::Overlap;
use crate::text::shingles::Shingles;
use rustc_hash::FxHashMap as HashMap;

/// Texts that share this much of their pieces are the same text. Of reprints made by hand all lie above it, of regulations on one topic
/// by different places one in seventy.
pub const SAME_TEXT: f64 = 0.7;
/// This much, and the texts differ in little more than marks, numbers and a sentence or two.
pub const VERY_NEAR: f64 = 0.9;
/// Less than this, and two texts only speak of the same thing.
pub const VARIANT: f64 = 0.4;
/// A piece that so many texts hold is a manner of speaking; what is the same throughout is found by its digest.
const COMMON: usize = 128;
/// Texts of fewer bare characters are forms and headings, alike without being copies.
const SHORTEST: usize = 60;

/// Texts by the pieces that they hold.
#[derive(Debug, Default)]
pub struct Copies {
    holders: HashMap<u64, Vec<u32>>,
    digests: HashMap<[u8; 16], Vec<u32>>,
}

impl Copies {
    /// Takes texts in, each by a number of the caller's. Too short ones are passed over.
    pub fn new<'s>(texts: impl Iterator<Item = (usize, &'s Shingles)>) -> Copies {
        let mut copies = Copies::default();
        for (number, shingles) in texts {
            let Ok(number) = u32::try_from(number) else { continue };
            if shingles.chars < SHORTEST {
                continue;
            }
            copies.digests.entry(shingles.digest).or_default().push(number);
            for hash in shingles.hashes() {
                let holders = copies.holders.entry(*hash).or_default();
                // One more than the limit says that it is passed.
                if holders.len() <= COMMON {
                    holders.push(number);
                }
            }
        }
        copies
    }

    /// The texts that are the same as this one after folding.
    pub fn same(&self, shingles: &Shingles) -> impl Iterator<Item = usize> {
        let found = self.digests.get(&shingles.digest).filter(|_| shingles.chars >= SHORTEST);
        found.into_iter().flatten().map(|number| *number as usize)
    }

    /// The texts that hold at least `share` of this one's pieces or have that share of theirs held, with what they have in common;
    /// best first. `of` gives a number's fingerprint.
    pub fn like<'s>(
        &self,
        shingles: &Shingles,
        share: f64,
        of: impl Fn(usize) -> Option<&'s Shingles>,
    ) -> Vec<(usize, Overlap)> {
        if shingles.chars < SHORTEST {
            return Vec::new();
        }
        let mut counts: HashMap<u32, usize> = HashMap::default();
        let mut rare = 0;
        for hash in shingles.hashes() {
            match self.holders.get(hash) {
                Some(holders) if holders.len() > COMMON => {}
                Some(holders) => {
                    rare += 1;
                    for number in holders {
                        *counts.entry(*number).or_default() += 1;
                    }
                }
                None => rare += 1,
            }
        }
        // Same throughout, and perhaps so common that every piece of it is passed over.
        for number in self.digests.get(&shingles.digest).into_iter().flatten() {
            counts.insert(*number, usize::MAX);
        }
        let mut found: Vec<(usize, Overlap)> = counts
            .into_iter()
            .filter_map(|(number, shared)| {
                let number = number as usize;
                let other = of(number)?;
                // Half of what is due is asked for here: pieces that are common were not counted.
                let due = share * shingles.smaller(other).min(rare) as f64;
                if (shared as f64) < (due / 2.0).max(2.0) {
                    return None;
                }
                let overlap = shingles.compare(other);
                (overlap.of_first.max(overlap.of_second) >= share).then_some((number, overlap))
            })
            .collect();
        found.sort_by(|a, b| b.1.jaccard.total_cmp(&a.1.jaccard).then(a.0.cmp(&b.0)));
        found
    }
}
