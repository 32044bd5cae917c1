//! Conditions on where something stands in a record: near, in one sentence, in one section.
//!
//! A condition is asked of a *region*: pieces of the record's texts, at first all of them whole. A
//! unit cuts the region; what stands inside it is asked of each part. Nothing here knows an engine:
//! which records are worth reading is said by [`Placed::need`], the rest is decided on the texts.

use super::engine::{Scope, Text};
use super::folded_regex::Need;
use super::matcher::{Matcher, Word};
use super::plan::Literal;
use super::query::Unit;
use crate::diag::Span;
use crate::text::sentences::paragraphs;
use crate::text::sentences::sentences;
use std::collections::HashMap;
use std::ops::Range;

/// A condition on places, as a part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What must hold.
    pub cond: Cond,
    /// Which texts are looked into.
    pub scope: Scope,
    /// As it was read, for messages.
    pub typed: String,
    /// Where it stands in the query.
    pub span: Span,
    /// Whether it is free text and no filter.
    pub free: bool,
}

/// What must hold in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cond {
    /// It matches.
    Match(Matcher),
    /// One of each of these, each near the next one, in one paragraph.
    Near {
        /// What may stand for each of them.
        parts: Vec<Vec<Matcher>>,
        /// The most characters between one and the next.
        within: Vec<u32>,
    },
    /// It holds in one part of the region.
    Within(Unit, Box<Cond>),
    /// All of them.
    And(Vec<Cond>),
    /// One of them.
    Or(Vec<Cond>),
    /// It does not hold.
    Not(Box<Cond>),
}

/// A match to mark: the text it is in, by its place; its bytes there; which of the
/// [`Placed::leaves`] it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) text: usize,
    pub(super) range: Range<usize>,
    pub(super) leaf: usize,
}

/// A piece of a text of the record.
#[derive(Clone, Debug)]
struct Piece {
    text: usize,
    range: Range<usize>,
}

impl Placed {
    /// What to mark of a term that may be nearly there: the term or most of it, and only in a record
    /// without that its words.
    pub(super) fn loose(literal: &Literal, words: &[String]) -> Placed {
        let Literal { needle, typed, span, free, .. } = literal;
        let nearly = Cond::Match(Matcher::loose(&needle.text));
        let mut apart = vec![Cond::Not(Box::new(nearly.clone()))];
        apart.extend(words.iter().map(|word| Cond::Match(Matcher::Literal(Word::new(word)))));
        let cond = Cond::Or(vec![nearly, Cond::And(apart)]);
        Placed { cond, scope: needle.scope.clone(), typed: typed.clone(), span: *span, free: *free }
    }

    /// Whether it holds in a record with these texts.
    pub(super) fn holds(&self, texts: &[Text<'_>]) -> bool {
        holds(&self.cond, texts, &self.region(texts))
    }

    /// What to mark in a record with these texts: matches where the condition holds, and nothing
    /// where it does not.
    pub(super) fn spots(&self, texts: &[Text<'_>]) -> Vec<Spot> {
        let mut found = Vec::new();
        let region = self.region(texts);
        if holds(&self.cond, texts, &region) {
            mark(&self.cond, texts, &region, 0, &mut found);
        }
        found
    }

    /// How many different things it marks.
    pub(super) fn leaves(&self) -> usize {
        leaves(&self.cond)
    }

    /// What a record must hold, in the scope.
    pub(super) fn need(&self) -> Need {
        need(&self.cond)
    }

    /// The strings in it that are not under NOT.
    pub(super) fn strings(&self) -> Vec<&str> {
        fn gather<'c>(cond: &'c Cond, out: &mut Vec<&'c str>) {
            match cond {
                Cond::Match(matcher) => out.extend(matcher.strings()),
                Cond::Near { parts, .. } => out.extend(parts.iter().flatten().flat_map(Matcher::strings)),
                Cond::Within(_, inner) => gather(inner, out),
                Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| gather(part, out)),
                Cond::Not(_) => {}
            }
        }
        let mut found = Vec::new();
        gather(&self.cond, &mut found);
        found
    }

    fn region(&self, texts: &[Text<'_>]) -> Vec<Piece> {
        let inside = texts.iter().enumerate().filter(|(_, text)| self.scope.covers(text.label));
        inside.map(|(place, text)| Piece { text: place, range: 0..text.text.len() }).collect()
    }
}

fn need(cond: &Cond) -> Need {
    match cond {
        Cond::Match(matcher) => matcher.need(),
        Cond::Near { parts, .. } => {
            let one = |choice: &Vec<Matcher>| Need::one(choice.iter().map(Matcher::need).collect());
            Need::all(parts.iter().map(one).collect())
        }
        Cond::Within(_, inner) => need(inner),
        Cond::And(parts) => Need::all(parts.iter().map(need).collect()),
        Cond::Or(parts) => Need::one(parts.iter().map(need).collect()),
        Cond::Not(_) => Need::Any,
    }
}

fn leaves(cond: &Cond) -> usize {
    match cond {
        Cond::Match(matcher) => matcher.leaves(),
        Cond::Near { parts, .. } => parts.len(),
        Cond::Within(_, inner) => leaves(inner),
        Cond::And(parts) | Cond::Or(parts) => parts.iter().map(leaves).sum(),
        Cond::Not(_) => 0,
    }
}

/// The parts of a region: those of the texts themselves, or the texts of one item of a list.
fn cut(unit: Unit, texts: &[Text<'_>], region: &[Piece]) -> Vec<Vec<Piece>> {
    let inside = |cut: &dyn Fn(&str) -> Vec<Range<usize>>| {
        let mut parts = Vec::new();
        for Piece { text, range } in region {
            for part in cut(&texts[*text].text[range.clone()]) {
                let range = range.start + part.start..range.start + part.end;
                parts.push(vec![Piece { text: *text, range }]);
            }
        }
        parts
    };
    match unit {
        Unit::Sentence => inside(&|text| sentences(text).collect()),
        Unit::Paragraph => inside(&|text| paragraphs(text).collect()),
        Unit::Section => {
            // Headings come before texts, so that those of one item do not stand side by side.
            let mut known: HashMap<(&str, usize), usize> = HashMap::new();
            let mut parts: Vec<Vec<Piece>> = Vec::new();
            for piece in region {
                let Text { label, item, .. } = texts[piece.text];
                let key = label.split_once('.').map_or(("", piece.text), |(list, _)| (list, item));
                let place = *known.entry(key).or_insert(parts.len());
                match parts.get_mut(place) {
                    Some(part) => part.push(piece.clone()),
                    None => parts.push(vec![piece.clone()]),
                }
            }
            parts
        }
    }
}

fn holds(cond: &Cond, texts: &[Text<'_>], region: &[Piece]) -> bool {
    match cond {
        Cond::Match(matcher) => {
            region.iter().any(|piece| matcher.is_in(&texts[piece.text].text[piece.range.clone()]))
        }
        Cond::Near { parts, within } => {
            let in_piece = |piece: &Piece| {
                let text = &texts[piece.text].text[piece.range.clone()];
                // What a pattern says of the ends of a text it says of a paragraph here.
                let may = |matcher: &Matcher| matches!(matcher, Matcher::Regex(_)) || matcher.is_in(text);
                let there = |choice: &Vec<Matcher>| choice.iter().any(may);
                parts.iter().all(there)
                    && paragraphs(text).any(|range| near(parts, within, &text[range]).is_some())
            };
            region.iter().any(in_piece)
        }
        Cond::Within(unit, inner) => cut(*unit, texts, region).iter().any(|part| holds(inner, texts, part)),
        Cond::And(parts) => parts.iter().all(|part| holds(part, texts, region)),
        Cond::Or(parts) => parts.iter().any(|part| holds(part, texts, region)),
        Cond::Not(part) => !holds(part, texts, region),
    }
}

/// Marks what makes a condition hold that is known to hold. `first` is the number of its first leaf.
fn mark(cond: &Cond, texts: &[Text<'_>], region: &[Piece], first: usize, out: &mut Vec<Spot>) {
    match cond {
        Cond::Match(matcher) => {
            for Piece { text, range } in region {
                for (found, leaf) in matcher.marks(&texts[*text].text[range.clone()]) {
                    let range = range.start + found.start..range.start + found.end;
                    out.push(Spot { text: *text, range, leaf: first + leaf });
                }
            }
        }
        Cond::Near { parts, within } => {
            for Piece { text, range } in region {
                let whole = &texts[*text].text[range.clone()];
                for paragraph in paragraphs(whole) {
                    let Some(found) = near(parts, within, &whole[paragraph.clone()]) else { continue };
                    let start = range.start + paragraph.start;
                    for (leaf, ranges) in found.into_iter().enumerate() {
                        let leaf = first + leaf;
                        out.extend(ranges.into_iter().filter(|range| !range.is_empty()).map(|range| Spot {
                            text: *text,
                            range: start + range.start..start + range.end,
                            leaf,
                        }));
                    }
                }
            }
        }
        Cond::Within(unit, inner) => {
            for part in cut(*unit, texts, region) {
                if holds(inner, texts, &part) {
                    mark(inner, texts, &part, first, out);
                }
            }
        }
        Cond::And(parts) | Cond::Or(parts) => {
            let mut first = first;
            for part in parts {
                if holds(part, texts, region) {
                    mark(part, texts, region, first, out);
                }
                first += leaves(part);
            }
        }
        Cond::Not(_) => {}
    }
}

/// The matches of each part that stand in some chain, in bytes of a paragraph; `None` where there is
/// no chain.
fn near(parts: &[Vec<Matcher>], within: &[u32], paragraph: &str) -> Option<Vec<Vec<Range<usize>>>> {
    let mut found: Vec<Vec<Range<usize>>> = Vec::with_capacity(parts.len());
    for choice in parts {
        let mut ranges: Vec<Range<usize>> =
            choice.iter().flat_map(|matcher| matcher.ranges(paragraph)).collect();
        if ranges.is_empty() {
            return None;
        }
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges.dedup();
        found.push(ranges);
    }
    // Distances count characters.
    let mut before = vec![0_usize; paragraph.len() + 1];
    let mut count = 0;
    for (at, c) in paragraph.char_indices() {
        before[at] = count;
        count += 1;
        before[at + c.len_utf8()] = count;
    }
    let links = |from: &[Range<usize>], to: &mut Vec<Range<usize>>, within: u32| {
        let within = within as usize;
        // The farthest end among those that begin no later than each.
        let mut farthest = Vec::with_capacity(from.len());
        let mut end = 0;
        for range in from {
            end = end.max(before[range.end]);
            farthest.push(end);
        }
        to.retain(|range| {
            let (start, end) = (before[range.start], before[range.end]);
            let begun = from.partition_point(|other| before[other.start] <= end.saturating_add(within));
            begun.checked_sub(1).is_some_and(|last| farthest[last].saturating_add(within) >= start)
        });
    };
    for i in 1..found.len() {
        let (done, rest) = found.split_at_mut(i);
        links(&done[i - 1], &mut rest[0], *within.get(i - 1)?);
        if rest[0].is_empty() {
            return None;
        }
    }
    // What leads to no end of the chain falls away on the way back.
    for i in (1..found.len()).rev() {
        let (rest, done) = found.split_at_mut(i);
        links(&done[0], &mut rest[i - 1], *within.get(i - 1)?);
    }
    Some(found)
}
