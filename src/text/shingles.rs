//! What two texts have in common: hashed pieces of four neighbouring characters, and how many of them both hold.
//!
//! Owns fingerprints of texts and the numbers that compare two of them. Must not know what the texts are of, nor what a number means.

use super::fold::fold;
use super::segment::is_word_char;

/// Characters of a piece. Measured against three, five and eight: reprints and unrelated texts lie furthest apart at four.
pub const WIDTH: usize = 4;
/// Of a long text one piece in so many is kept: those whose hash is a multiple of it (FracMinHash, Irber et al. 2022).
const SAMPLE: u64 = 8;
/// A text of fewer bare characters keeps all its pieces: a sample of so few would say nothing.
const SHORT: usize = 1_024;

/// The most that two texts which are not the same have in common.
const ALMOST: f64 = 0.999;

/// The fingerprint of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shingles {
    /// Sorted, each once.
    hashes: Vec<u64>,
    /// Hashes are multiples of this, a power of two.
    every: u64,
    /// How long the bare text is, in characters.
    pub chars: usize,
    /// The first 16 bytes of the BLAKE3 hash of the bare text: equal where the texts are the same after folding, without blanks and marks.
    pub digest: [u8; 16],
}

/// How much of each other two texts hold; all numbers from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overlap {
    /// Pieces in both, of the pieces in either.
    pub jaccard: f64,
    /// Pieces in both, of the pieces of the first.
    pub of_first: f64,
    /// Pieces in both, of the pieces of the second.
    pub of_second: f64,
}

/// A text folded to its letters and digits: no blanks, no line ends, no punctuation.
pub fn bare(text: &str) -> String {
    bare_of(&fold(text))
}

/// A folded text without anything but letters and digits.
pub fn bare_of(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    out.extend(folded.chars().filter(|c| is_word_char(*c)));
    out
}

impl Shingles {
    /// The fingerprint of a [`bare`] text, sampled when it is long.
    pub fn of(bare: &str) -> Shingles {
        let chars = bare.chars().count();
        Shingles::sampled(bare, chars, if chars < SHORT { 1 } else { SAMPLE })
    }

    /// The fingerprint of a [`bare`] text with all its pieces, however long it is.
    pub fn whole(bare: &str) -> Shingles {
        Shingles::sampled(bare, bare.chars().count(), 1)
    }

    fn sampled(bare: &str, chars: usize, every: u64) -> Shingles {
        let all: Vec<u32> = bare.chars().map(u32::from).collect();
        // A power of two: to divide by it takes longer than to hash.
        let rest = every - 1;
        let mut hashes: Vec<u64> = all.windows(WIDTH).map(hash).filter(|hash| hash & rest == 0).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut digest = [0; 16];
        digest.copy_from_slice(&blake3::hash(bare.as_bytes()).as_bytes()[..16]);
        Shingles { hashes, every, chars, digest }
    }

    /// The hashes that are kept, sorted.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// How many pieces the smaller of two fingerprints has, as far as both keep them.
    pub fn smaller(&self, other: &Shingles) -> usize {
        let every = self.every.max(other.every).max(1);
        let kept = |of: &Shingles| {
            let thinned = usize::try_from(every / of.every.max(1)).unwrap_or(1);
            of.hashes.len() / thinned.max(1)
        };
        kept(self).min(kept(other))
    }

    /// Compares two texts: exactly where both keep all their pieces, else by the sample that both have.
    pub fn compare(&self, other: &Shingles) -> Overlap {
        if self.digest == other.digest && self.chars == other.chars {
            return Overlap { jaccard: 1.0, of_first: 1.0, of_second: 1.0 };
        }
        let rest = self.every.max(other.every).max(1) - 1;
        let mut left = self.hashes.iter().filter(|hash| *hash & rest == 0).peekable();
        let mut right = other.hashes.iter().filter(|hash| *hash & rest == 0).peekable();
        let (mut first, mut second, mut both) = (0u32, 0u32, 0u32);
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => {
                    first += 1;
                    left.next();
                }
                std::cmp::Ordering::Greater => {
                    second += 1;
                    right.next();
                }
                std::cmp::Ordering::Equal => {
                    (first, second, both) = (first + 1, second + 1, both + 1);
                    left.next();
                    right.next();
                }
            }
        }
        first += u32::try_from(left.count()).unwrap_or(u32::MAX);
        second += u32::try_from(right.count()).unwrap_or(u32::MAX);
        let share = |of: u32| if of == 0 { 0.0 } else { f64::from(both) / f64::from(of) };
        // A sample may be all alike and the texts are not: that they are the same only the digest says.
        let jaccard = share(first + second - both).min(ALMOST);
        Overlap { jaccard, of_first: share(first), of_second: share(second) }
    }
}

/// 64 bits of four characters: both halves through the finisher of SplitMix64 (Steele, Lea, Flood 2014). Written out here, since a
/// hash that changes with a library's version would make other pairs of the same archive.
fn hash(window: &[u32]) -> u64 {
    let &[a, b, c, d] = window else { return 0 };
    let pair = |first: u32, second: u32| u64::from(first) << 32 | u64::from(second);
    finish(finish(pair(a, b)) ^ pair(c, d))
}

fn finish(state: u64) -> u64 {
    let mut x = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Shingles {
        Shingles::of(&bare(text))
    }

    #[test]
    fn a_copy_in_other_clothes_is_the_same_text() {
        let a = of("深化拓展“民情流水线”工程,\n\n共走访１２００户。");
        let b = of("深化拓展「民情流水線」工程，共走訪1200戶");
        assert_eq!(a.digest, b.digest);
        assert_eq!(a.compare(&b).jaccard, 1.0);
    }

    #[test]
    fn a_part_is_contained_and_not_alike() {
        // Every paragraph of its own, so that pieces are not shared by chance.
        let paragraph = |n: u32| -> String {
            (0..120).filter_map(|at| char::from_u32(0x4e00 + (n * 131 + at * 17) % 20_000)).collect()
        };
        let whole: String = (0..40).map(paragraph).collect();
        let part: String = (10..18).map(paragraph).collect();
        let found = of(&part).compare(&of(&whole));
        assert!(found.of_first > 0.95, "{found:?}");
        assert!(found.jaccard < 0.3 && found.of_second < 0.3, "{found:?}");
        let exact = Shingles::whole(&bare(&part)).compare(&Shingles::whole(&bare(&whole)));
        assert!((exact.jaccard - found.jaccard).abs() < 0.08, "{exact:?} {found:?}");
    }

    #[test]
    fn the_hash_is_the_same_in_every_build() {
        let found = Shingles::of("红色方阵").hashes().to_vec();
        assert_eq!(found, [hash(&['红', '色', '方', '阵'].map(u32::from))]);
        assert_eq!(found, [HASH]);
    }

    const HASH: u64 = 16_080_305_062_783_637_779;

    proptest! {
        #[test]
        fn comparing_keeps_its_laws(a in "[一-十甲-癸a-c ，]{0,300}", b in "[一-十甲-癸a-c ，]{0,300}", n in 1usize..9) {
            // Long ones are sampled, short ones not.
            let (a, b) = (of(&a.repeat(n)), of(&b));
            prop_assert_eq!(a.compare(&a).jaccard, 1.0);
            let (there, back) = (a.compare(&b), b.compare(&a));
            prop_assert_eq!(there.jaccard, back.jaccard);
            prop_assert_eq!((there.of_first, there.of_second), (back.of_second, back.of_first));
            for number in [there.jaccard, there.of_first, there.of_second] {
                prop_assert!((0.0..=1.0).contains(&number));
            }
            prop_assert!(there.jaccard <= there.of_first && there.jaccard <= there.of_second);
        }
    }
}
