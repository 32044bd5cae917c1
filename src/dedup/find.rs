//! Owns the answer: which pairs of records are one case or parts of one, how sure that is, and why.
//! Must not know how a pair is shown or merged.

use super::copies::{Copies, SAME_TEXT, VARIANT, VERY_NEAR};
use super::link::{ALIKE, MARGIN, SHORTEST, score};
use super::profile::{Conflict, Profile, Ready};
use crate::text::shingles::Overlap;
use crate::text::shingles::Shingles;
use rayon::iter::IndexedParallelIterator as _;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

/// What two records are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// One text, or one entry of one list.
    Same,
    /// One text with small differences.
    Near,
    /// An entry of a list and the text of that case.
    EntryOf,
    /// One case in an older and a newer form.
    Update,
    /// One stands whole in the other.
    PartOf,
    /// Much in common, and not the same.
    Variant,
}

impl Class {
    /// Its name in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Same => "same",
            Class::Near => "near",
            Class::EntryOf => "entry-of",
            Class::Update => "update",
            Class::PartOf => "part-of",
            Class::Variant => "variant",
        }
    }
}

/// Why two records were put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The texts are equal after folding.
    SameText,
    /// The texts share most of their pieces.
    SharedText,
    /// The text of one stands in the other's.
    Contained,
    /// Unit or place are the same, and the titles alike.
    TitleAndPlace,
    /// The listed title and the unit stand in the text.
    TitleInText,
    /// Equal titles of one unit in two editions.
    TwoEditions,
    /// Equal titles of one unit, without any text.
    SameEntry,
}

impl Reason {
    /// Its key among the sentences: `dedup.reason.KEY`.
    pub fn key(self) -> &'static str {
        match self {
            Reason::SameText => "same-text",
            Reason::SharedText => "shared-text",
            Reason::Contained => "contained",
            Reason::TitleAndPlace => "title-and-place",
            Reason::TitleInText => "title-in-text",
            Reason::TwoEditions => "two-editions",
            Reason::SameEntry => "same-entry",
        }
    }
}

/// Two records that belong together in some way.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The one that would stay: the text before the entry, the longer text, the smaller id.
    pub keep: usize,
    /// The one that would go into it.
    pub lose: usize,
    /// What they are to each other.
    pub class: Class,
    /// Why.
    pub reason: Reason,
    /// How much, from 0 to 1: what texts share, or titles.
    pub score: f64,
    /// What the texts share, where both have one: first the kept one's.
    pub overlap: Option<Overlap>,
    /// How much better it is than the next best pair with one of the two; `None` without a rival.
    pub margin: Option<f64>,
    /// What speaks against their being one case.
    pub conflicts: Vec<Conflict>,
    /// Whether they may be merged unasked.
    pub certain: bool,
}

/// A contained text is a part when it is shorter than this much of the whole …
const PART_LENGTH: f64 = 0.6;
/// … and this much of it stands there.
const PART_SHARE: f64 = 0.8;
/// Titles this alike are one title with a slip.
const ONE_TITLE: f64 = 0.9;
/// A title that so many records have says nothing.
const EVERYBODYS: usize = 50;
/// Neighbouring characters of a listed title that a text must hold before the title is looked for in it.
const HINTS: u32 = 4;

/// Finds every pair of records that belong together, in order of the records. Records of two kinds must not be mixed.
pub fn find(profiles: &[Profile]) -> Vec<Pair> {
    let ready: Vec<Ready<'_>> = profiles.par_iter().map(Ready::new).collect();
    let mut pairs: BTreeMap<(usize, usize), Pair> = BTreeMap::new();
    let mut take = |found: Vec<Pair>| {
        for pair in found {
            let key = (pair.keep.min(pair.lose), pair.keep.max(pair.lose));
            pairs.entry(key).or_insert(pair);
        }
    };
    take(by_text(&ready));
    take(by_title(&ready));
    take(by_text_of_entry(&ready));
    let mut pairs: Vec<Pair> = pairs.into_values().collect();
    judge(&mut pairs);
    pairs
}

fn order(ready: &[Ready<'_>], a: usize, b: usize) -> (usize, usize) {
    let key = |at: usize| {
        let record = &ready[at];
        (!record.has_text(), std::cmp::Reverse(record.shingles.chars), &record.profile.id, at)
    };
    if key(a) <= key(b) { (a, b) } else { (b, a) }
}

fn pair(ready: &[Ready<'_>], a: usize, b: usize, class: Class, reason: Reason, score: f64) -> Pair {
    let (keep, lose) = order(ready, a, b);
    let conflicts = ready[keep].conflicts(&ready[lose]);
    Pair { keep, lose, class, reason, score, overlap: None, margin: None, conflicts, certain: false }
}

/// Pairs of texts that share pieces.
fn by_text(ready: &[Ready<'_>]) -> Vec<Pair> {
    let texts = || ready.iter().enumerate().filter(|(_, record)| record.has_text());
    let copies = Copies::new(texts().map(|(at, record)| (at, &record.shingles)));
    let mut found = Vec::new();
    // Of texts that are the same throughout one speaks for all: the one that would be kept.
    let mut stands_for: Vec<usize> = (0..ready.len()).collect();
    for (at, record) in texts() {
        let best = copies.same(&record.shingles).reduce(|a, b| order(ready, a, b).0).unwrap_or(at);
        stands_for[at] = best;
        if best != at {
            let mut pair = pair(ready, best, at, Class::Same, Reason::SameText, 1.0);
            pair.overlap = Some(Overlap { jaccard: 1.0, of_first: 1.0, of_second: 1.0 });
            found.push(pair);
        }
    }
    let alone: Vec<usize> = texts().map(|(at, _)| at).filter(|at| stands_for[*at] == *at).collect();
    let copies = Copies::new(alone.iter().map(|at| (*at, &ready[*at].shingles)));
    let near: Vec<Pair> = alone
        .par_iter()
        .flat_map_iter(|&at| {
            let like = copies.like(&ready[at].shingles, VARIANT, |other| Some(&ready[other].shingles));
            like.into_iter()
                .filter(move |(other, _)| *other > at)
                .filter_map(move |(other, _)| text_pair(ready, at, other))
        })
        .collect();
    found.extend(near);
    found
}

/// What two texts are to each other, by all their pieces.
fn text_pair(ready: &[Ready<'_>], a: usize, b: usize) -> Option<Pair> {
    let (keep, lose) = order(ready, a, b);
    let (long, short) = (&ready[keep], &ready[lose]);
    let overlap = Shingles::whole(&long.bare).compare(&Shingles::whole(&short.bare));
    let length = short.shingles.chars as f64 / long.shingles.chars.max(1) as f64;
    let one_title = long.same_place(short) && long.titles(short) >= ONE_TITLE;
    let other_edition = long.other_edition(short);
    let case = one_title && !other_edition;
    let (class, reason, score) = if overlap.jaccard >= VERY_NEAR || overlap.jaccard >= SAME_TEXT && !case {
        (Class::Near, Reason::SharedText, overlap.jaccard)
    } else if case && overlap.of_second >= VARIANT {
        (Class::Update, Reason::TitleAndPlace, overlap.of_second)
    } else if overlap.of_second >= PART_SHARE && length < PART_LENGTH {
        (Class::PartOf, Reason::Contained, overlap.of_second)
    } else if overlap.jaccard >= VARIANT {
        // Two editions and two titles are two cases; that a unit writes them alike is no news.
        let same_title = long.title == short.title;
        if other_edition && !same_title {
            return None;
        }
        let reason = if other_edition { Reason::TwoEditions } else { Reason::SharedText };
        (Class::Variant, reason, overlap.jaccard)
    } else {
        return None;
    };
    let mut pair = pair(ready, keep, lose, class, reason, score);
    pair.overlap = Some(overlap);
    // Neighbouring towns issue one text under titles that differ by the town.
    pair.certain = one_title || long.same_title(short);
    Some(pair)
}

/// Pairs of records whose titles are alike and whose unit or place is the same.
fn by_title(ready: &[Ready<'_>]) -> Vec<Pair> {
    let mut holders: HashMap<(char, char), Vec<u32>> = HashMap::new();
    let mut bearers: HashMap<&str, usize> = HashMap::new();
    for (at, record) in ready.iter().enumerate() {
        if record.side.title.len() < SHORTEST || record.profile.generic {
            continue;
        }
        *bearers.entry(&record.title).or_default() += 1;
        for two in &record.side.pairs {
            holders.entry(*two).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
    let own = |record: &Ready<'_>| bearers.get(record.title.as_str()).is_some_and(|n| *n <= EVERYBODYS);
    ready
        .par_iter()
        .enumerate()
        .filter(|(_, record)| own(record))
        .flat_map_iter(|(at, record)| {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            for other in record.side.pairs.iter().filter_map(|two| holders.get(two)).flatten() {
                if *other as usize > at {
                    *counts.entry(*other).or_default() += 1;
                }
            }
            let mut alike: Vec<usize> = counts
                .into_iter()
                .map(|(other, count)| (other as usize, count))
                .filter(|(other, count)| {
                    let shorter = record.side.pairs.len().min(ready[*other].side.pairs.len()).max(1);
                    *count as f64 / shorter as f64 >= ALIKE
                })
                .map(|(other, _)| other)
                .filter(|other| own(&ready[*other]))
                .collect();
            alike.sort_unstable();
            alike.into_iter().filter_map(move |other| title_pair(ready, at, other))
        })
        .collect()
}

/// What two records with like titles are to each other.
fn title_pair(ready: &[Ready<'_>], a: usize, b: usize) -> Option<Pair> {
    let (keep, lose) = order(ready, a, b);
    let (first, second) = (&ready[keep], &ready[lose]);
    let same_title = first.title == second.title;
    let share = first.titles(second);
    let other_edition = first.other_edition(second);
    if first.has_text() && !second.has_text() {
        let share = score(&second.side, &first.side);
        if share <= 0.0 || other_edition && !same_title {
            return None;
        }
        let (class, reason) = if other_edition {
            (Class::Variant, Reason::TwoEditions)
        } else {
            (Class::EntryOf, Reason::TitleAndPlace)
        };
        return Some(entry_pair(ready, keep, lose, class, reason, share));
    }
    if share < ONE_TITLE || !first.same_place(second) || other_edition && !same_title {
        return None;
    }
    let (class, reason) = match (other_edition, first.has_text()) {
        (true, _) => (Class::Variant, Reason::TwoEditions),
        (false, true) => (Class::Update, Reason::TitleAndPlace),
        (false, false) if same_title => (Class::Same, Reason::SameEntry),
        (false, false) => (Class::Variant, Reason::TitleAndPlace),
    };
    let mut pair = pair(ready, keep, lose, class, reason, share);
    if first.has_text() {
        pair.overlap = Some(Shingles::whole(&first.bare).compare(&Shingles::whole(&second.bare)));
    }
    Some(pair)
}

/// As [`pair`]; that a unit is written in another way was weighed with the score.
fn entry_pair(ready: &[Ready<'_>], a: usize, b: usize, class: Class, reason: Reason, score: f64) -> Pair {
    let mut pair = pair(ready, a, b, class, reason, score);
    pair.conflicts.retain(|conflict| conflict.field != "unit");
    pair
}

/// Entries of lists whose title stands in a text that has no title of its own.
fn by_text_of_entry(ready: &[Ready<'_>]) -> Vec<Pair> {
    let mut holders: HashMap<&[char], Vec<u32>> = HashMap::new();
    for (at, record) in ready.iter().enumerate().filter(|(_, record)| !record.has_text()) {
        let distinct: HashSet<&[char]> = record.side.title.windows(3).collect();
        for three in distinct {
            holders.entry(three).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
    ready
        .par_iter()
        .enumerate()
        .filter(|(_, record)| record.has_text() && record.profile.generic)
        .flat_map_iter(|(at, record)| {
            let text: Vec<char> = record.bare.chars().collect();
            let distinct: HashSet<&[char]> = text.windows(3).collect();
            let mut counts: HashMap<u32, u32> = HashMap::new();
            for entry in distinct.into_iter().filter_map(|three| holders.get(three)).flatten() {
                *counts.entry(*entry).or_default() += 1;
            }
            let mut hinted: Vec<usize> =
                counts.into_iter().filter(|(_, n)| *n >= HINTS).map(|(entry, _)| entry as usize).collect();
            hinted.sort_unstable();
            hinted.into_iter().filter_map(move |entry| {
                let share = score(&ready[entry].side, &record.side);
                if share <= 0.0 || ready[entry].other_edition(record) {
                    return None;
                }
                let (class, reason) = (Class::EntryOf, Reason::TitleInText);
                Some(entry_pair(ready, at, entry, class, reason, share))
            })
        })
        .collect()
}

/// Gives every pair its margin, and says which of them may be merged unasked. Pairs of texts come with the word whether they have one
/// title.
fn judge(pairs: &mut [Pair]) {
    let mut of: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut one_text: HashSet<(usize, usize)> = HashSet::new();
    for (place, pair) in pairs.iter().enumerate() {
        of.entry(pair.keep).or_default().push(place);
        of.entry(pair.lose).or_default().push(place);
        if matches!(pair.class, Class::Same | Class::Near) && pair.score >= VERY_NEAR {
            one_text.insert((pair.keep, pair.lose));
            one_text.insert((pair.lose, pair.keep));
        }
    }
    let of = |record: usize| of.get(&record).map(Vec::as_slice).unwrap_or_default();
    let margins: Vec<Option<f64>> = pairs
        .iter()
        .enumerate()
        .map(|(place, pair)| {
            let entry = |class: Class| class == Class::EntryOf;
            let rivals = of(pair.keep).iter().chain(of(pair.lose)).filter(|other| **other != place);
            rivals
                .map(|other| &pairs[*other])
                .filter(|other| entry(other.class) == entry(pair.class))
                // A copy of one's partner is no other choice, but for an entry: it goes to one text only.
                .filter(|other| {
                    let ends = [other.keep, other.lose];
                    let shared = if ends.contains(&pair.keep) { pair.keep } else { pair.lose };
                    let theirs = if other.keep == shared { other.lose } else { other.keep };
                    let ours = if pair.keep == shared { pair.lose } else { pair.keep };
                    entry(pair.class) || !one_text.contains(&(theirs, ours))
                })
                .map(|other| pair.score - other.score)
                .min_by(f64::total_cmp)
        })
        .collect();
    for (pair, margin) in pairs.iter_mut().zip(margins) {
        let clear = margin.is_none_or(|margin| margin >= MARGIN);
        let sure = match (pair.class, pair.reason) {
            (Class::Same, _) => true,
            (Class::Near, _) => pair.certain && pair.score >= VERY_NEAR && clear,
            (Class::EntryOf, _) => clear,
            _ => false,
        };
        pair.margin = margin;
        pair.certain = sure && pair.conflicts.is_empty();
    }
}

/// Whether of two records the first is the one to keep: the text before the entry, the longer text, the smaller id.
pub fn stays(one: &Profile, other: &Profile) -> bool {
    order(&[Ready::new(one), Ready::new(other)], 0, 1).0 == 0
}

/// A record that speaks of what another one speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// Which.
    pub record: usize,
    /// How much, from 0 to 1.
    pub score: f64,
    /// The neighbouring characters in both that fewest records have, rarest first.
    pub shared: Vec<String>,
}

/// The records that have most in common with one of them, best first: pairs of neighbouring characters of title and text, each
/// weighed by how few records have it. For one that nobody is like, none.
pub fn neighbours(profiles: &[Profile], of: usize, most: usize) -> Vec<Neighbour> {
    let words = |profile: &Profile| -> HashSet<(char, char)> {
        let text = crate::text::shingles::bare(&format!("{}\n\n{}", profile.title, profile.text));
        let text: Vec<char> = text.chars().collect();
        text.windows(2).map(|two| (two[0], two[1])).collect()
    };
    let Some(profile) = profiles.get(of) else { return Vec::new() };
    let mut own: Vec<(char, char)> = words(profile).into_iter().collect();
    own.sort_unstable();
    let shared: Vec<(Vec<u32>, usize)> = profiles
        .par_iter()
        .map(|other| {
            let theirs = words(other);
            let held = |(at, two): (usize, &(char, char))| {
                theirs.contains(two).then(|| u32::try_from(at).unwrap_or(u32::MAX))
            };
            (own.iter().enumerate().filter_map(held).collect(), theirs.len())
        })
        .collect();
    let mut holders = vec![0u32; own.len()];
    for at in shared.iter().flat_map(|(held, _)| held) {
        holders[*at as usize] += 1;
    }
    let weight = |at: u32| (profiles.len() as f64 / f64::from(holders[at as usize].max(1))).ln();
    let whole: f64 = (0..own.len()).map(|at| weight(u32::try_from(at).unwrap_or(u32::MAX))).sum();
    let mut found: Vec<Neighbour> = shared
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != of)
        .filter_map(|(record, (held, size))| {
            let common: f64 = held.iter().map(|at| weight(*at)).sum();
            if common <= 0.0 || whole <= 0.0 {
                return None;
            }
            let score = (common / whole * held.len() as f64 / (*size).max(1) as f64).sqrt();
            let mut rarest: Vec<u32> = held.clone();
            rarest.sort_by_key(|at| (holders[*at as usize], *at));
            let shared = rarest.iter().take(8).map(|at| {
                let (a, b) = own[*at as usize];
                String::from_iter([a, b])
            });
            Some(Neighbour { record, score, shared: shared.collect() })
        })
        .collect();
    found.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| profiles[a.record].id.cmp(&profiles[b.record].id))
    });
    found.truncate(most);
    found
}
