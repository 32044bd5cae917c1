//! A set of records as bits.

use super::engine::Doc;

/// A set of the records `0..slots`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocSet {
    words: Vec<u64>,
    slots: u32,
}

impl DocSet {
    /// None of `0..slots`.
    pub fn new(slots: u32) -> Self {
        DocSet { words: vec![0; slots.div_ceil(64) as usize], slots }
    }

    /// All of `0..slots`.
    pub fn full(slots: u32) -> Self {
        let mut set = DocSet { words: vec![u64::MAX; slots.div_ceil(64) as usize], slots };
        if let Some(last) = set.words.last_mut().filter(|_| !slots.is_multiple_of(64)) {
            *last = (1 << (slots % 64)) - 1;
        }
        set
    }

    /// These of `0..slots`; others are left out.
    pub fn of(slots: u32, docs: impl IntoIterator<Item = Doc>) -> Self {
        let mut set = DocSet::new(slots);
        docs.into_iter().for_each(|doc| set.insert(doc));
        set
    }

    /// One more than the greatest record that it can hold.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// Adds a record; one beyond the slots is left out.
    #[inline]
    pub fn insert(&mut self, doc: Doc) {
        if doc < self.slots {
            self.words[doc as usize / 64] |= 1 << (doc % 64);
        }
    }

    /// Takes a record away.
    pub fn remove(&mut self, doc: Doc) {
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            *word &= !(1 << (doc % 64));
        }
    }

    /// Whether a record is in it.
    #[inline]
    pub fn contains(&self, doc: Doc) -> bool {
        self.words.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub fn and(&mut self, other: &DocSet) {
        for (i, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(i).copied().unwrap_or(0);
        }
    }

    /// Adds all of another set, as far as there are slots.
    pub fn or(&mut self, other: &DocSet) {
        let full = DocSet::full(if other.slots > self.slots { self.slots } else { 0 });
        for (i, (word, more)) in self.words.iter_mut().zip(&other.words).enumerate() {
            *word |= more & full.words.get(i).copied().unwrap_or(u64::MAX);
        }
    }

    /// Removes all of another set.
    pub fn and_not(&mut self, other: &DocSet) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }

    /// Keeps those whose value, at the record's place, is no less than `least`.
    pub fn keep_from(&mut self, least: f32, values: &[f32]) {
        let mut values = values.chunks(64);
        for word in &mut self.words {
            let values = values.next().unwrap_or_default();
            let enough = values.iter().rev().fold(0, |bits, &value| bits << 1 | u64::from(value >= least));
            *word &= enough;
        }
    }

    /// How many it holds.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// What it holds, in ascending order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { words: &self.words, word: 0, next: 0 }
    }
}

/// How many of several sets hold each record: a counter for every record, one bit of all counters side by side,
/// so that a set is added with a few operations for 64 records.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// The ones, the twos, the fours, ….
    bits: Vec<DocSet>,
    slots: u32,
}

impl Tally {
    pub(super) fn new(slots: u32) -> Tally {
        Tally { bits: Vec::new(), slots }
    }

    /// Counts every record of a set.
    pub(super) fn add(&mut self, set: &DocSet) {
        let mut carry = set.clone();
        for bit in &mut self.bits {
            let mut left = 0;
            for (word, carry) in bit.words.iter_mut().zip(&mut carry.words) {
                (*word, *carry) = (*word ^ *carry, *word & *carry);
                left |= *carry;
            }
            if left == 0 {
                return;
            }
        }
        self.bits.push(carry);
    }

    /// The records that were counted at least so many times.
    pub(super) fn at_least(&self, times: usize) -> DocSet {
        if times.checked_shr(self.bits.len() as u32).is_some_and(|above| above > 0) {
            return DocSet::new(self.slots);
        }
        // From the lowest bit up: whether the count so far is no less than that part of `times`.
        let mut enough = DocSet::full(self.slots);
        for (at, bit) in self.bits.iter().enumerate() {
            if times >> at & 1 == 1 {
                enough.and(bit);
            } else {
                enough.or(bit);
            }
        }
        enough
    }
}

/// The records of a set, in ascending order.
#[derive(Clone, Debug)]
pub struct Iter<'s> {
    words: &'s [u64],
    /// What is left of the word before them.
    word: u64,
    /// The first record of the word after that.
    next: Doc,
}

impl Iterator for Iter<'_> {
    type Item = Doc;

    fn next(&mut self) -> Option<Doc> {
        while self.word == 0 {
            (self.word, self.words) = self.words.split_first().map(|(word, words)| (*word, words))?;
            self.next += 64;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.next - 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_like_a_set(
            slots in 0u32..300,
            a in prop::collection::btree_set(0u32..320, 0..80),
            b in prop::collection::btree_set(0u32..320, 0..80),
        ) {
            let cut = |set: &BTreeSet<u32>| set.iter().copied().filter(|&d| d < slots).collect::<BTreeSet<_>>();
            let (left, right) = (DocSet::of(slots, a.iter().copied()), DocSet::of(slots, b.iter().copied()));
            let (a, b) = (cut(&a), cut(&b));
            let list = |set: &DocSet| set.iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(&list(&left), &a);
            prop_assert_eq!(left.count(), a.len());
            prop_assert_eq!(left.is_empty(), a.is_empty());
            for doc in 0..330 {
                prop_assert_eq!(left.contains(doc), a.contains(&doc));
            }
            let mut both = left.clone();
            both.and(&right);
            prop_assert_eq!(list(&both), a.intersection(&b).copied().collect::<BTreeSet<_>>());
            let mut any = left.clone();
            any.or(&right);
            prop_assert_eq!(list(&any), a.union(&b).copied().collect::<BTreeSet<_>>());
            let mut less = left.clone();
            less.and_not(&right);
            prop_assert_eq!(list(&less), a.difference(&b).copied().collect::<BTreeSet<_>>());
            let values: Vec<f32> = (0..slots.min(250)).map(|doc| (doc % 7) as f32).collect();
            let mut high = left.clone();
            high.keep_from(3.0, &values);
            let expected = a.iter().copied().filter(|&doc| values.get(doc as usize).is_some_and(|&value| value >= 3.0));
            prop_assert_eq!(list(&high), expected.collect::<BTreeSet<_>>());
            // De Morgan, over all slots.
            let not = |set: &DocSet| { let mut all = DocSet::full(slots); all.and_not(set); all };
            let mut sides = not(&left);
            sides.and(&not(&right));
            prop_assert_eq!(not(&any), sides);
            prop_assert_eq!(DocSet::full(slots).count(), slots as usize);
        }

        #[test]
        fn a_tally_counts(
            slots in 1u32..200,
            sets in prop::collection::vec(prop::collection::btree_set(0u32..200, 0..120), 0..12),
            times in 0usize..14,
        ) {
            let mut tally = Tally::new(slots);
            sets.iter().for_each(|set| tally.add(&DocSet::of(slots, set.iter().copied())));
            let count = |doc: &u32| sets.iter().filter(|set| set.contains(doc)).count();
            let expected: Vec<u32> = (0..slots).filter(|doc| count(doc) >= times).collect();
            prop_assert_eq!(tally.at_least(times).iter().collect::<Vec<_>>(), expected);
        }

        #[test]
        fn sets_of_other_sizes_do_no_harm(a in 0u32..200, b in 0u32..200) {
            let mut set = DocSet::new(a);
            set.or(&DocSet::full(b));
            prop_assert_eq!(set.count(), a.min(b) as usize);
            let mut set = DocSet::full(a);
            set.and(&DocSet::full(b));
            prop_assert_eq!(set.count(), a.min(b) as usize);
        }
    }
}
