//! Passages of a record around the matches, with the matches marked.
//!
//! Matches are found in the folded text and led back to the value as it stands in the file, so what
//! is shown is what was written.

use super::engine::{Needle, Text};
use super::positional::Placed;
use crate::diag::Lines;
use crate::schema::TextValue;
use crate::text::fold;
use crate::text::sentences::borders;
use crate::text::sentences::ends;
use crate::yaml::source_offset;
use memchr::memmem::Finder;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// The most matches of one value that are looked at.
const MAX_MATCHES: usize = 1024;
/// The most passages of one value that are compared.
const MAX_PASSAGES: usize = 64;

/// The longest heading, in characters.
const HEADING: usize = 24;

/// What to mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A string, wherever it stands in its scope.
    Literal(Needle),
    /// What makes a condition hold, only where it holds.
    Placed(Arc<Placed>),
}

/// How much of a text is shown around a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The sentence of the match and its neighbours, up to about so many characters.
    Width(usize),
    /// The sentence of the match and so many on either side of it.
    Sentences(usize),
    /// All of it, its paragraphs on lines of their own.
    Whole,
}

/// A passage to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The label of the text value, `sections.practice`.
    pub field: String,
    /// The line of the first match in the file, from 1.
    pub line: usize,
    /// One line of text, but for [`Extent::Whole`]; `…` stands where a sentence was cut.
    pub text: String,
    /// The matches: half-open ranges of characters of `text`, in order, without overlap.
    pub spans: Vec<(usize, usize)>,
}

/// The best passages of a record: those with the most different matches first, then the title, then
/// the earlier ones. `texts` are the record's values ([`crate::schema::Kind::texts`]), `source` is
/// the file they were read from. Every match inside a
/// passage is marked. None where nothing matches.
pub fn passages(
    texts: &[TextValue<'_>],
    source: &str,
    marks: &[Mark],
    max: usize,
    extent: Extent,
) -> Vec<Snippet> {
    let literals: Vec<&Needle> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Literal(needle) => Some(needle),
            Mark::Placed(_) => None,
        })
        .collect();
    let (placed, leaves) = placed(texts, marks, literals.len());
    let needles = literals.len() + leaves;
    let mut candidates = Vec::new();
    let mut values: Vec<_> = texts.iter().enumerate().collect();
    values.sort_by_key(|(_, value)| value.label != "title");
    // Passages come in the order that they are shown in, but for those with fewer needles: once
    // enough have them all, none of the rest can be shown.
    let mut whole = 0;
    for (place, value) in values {
        let matches = matches(value, &literals, placed.get(place).map_or(&[], Vec::as_slice));
        for passage in cut(value.text, &matches, extent) {
            whole += usize::from(passage.needles == needles);
            let order = (Reverse(passage.needles), value.label != "title", place, passage.range.start);
            candidates.push((order, value, passage));
            if whole >= max {
                break;
            }
        }
        if whole >= max {
            break;
        }
    }
    candidates.sort_by_key(|candidate| candidate.0);
    let mut lines = None;
    let chosen = candidates.into_iter().take(max).map(|(_, value, passage)| {
        let first = passage.spans.first().map_or(passage.range.start, |span| span.start);
        let lines = lines.get_or_insert_with(|| Lines::new(source));
        let line = lines.line(source_offset(source, value.node, first));
        let (text, spans) = show(value.text, &passage, extent == Extent::Whole);
        Snippet { field: value.label.clone(), line, text, spans }
    });
    chosen.collect()
}

/// A match: bytes of the value, and which needle.
struct Hit {
    range: Range<usize>,
    needle: usize,
}

/// The matches of conditions in each of the texts, in bytes of the folded text; their first needle is
/// `first`. And how many different ones there are. Conditions look at all texts of a
/// record, so all are folded; for plain strings nobody pays for that.
fn placed(texts: &[TextValue<'_>], marks: &[Mark], first: usize) -> (Vec<Vec<Hit>>, usize) {
    let mut leaves = 0;
    let mut found: Vec<Vec<Hit>> = Vec::new();
    let mut folded: Option<Vec<String>> = None;
    for mark in marks {
        let Mark::Placed(placed) = mark else { continue };
        let folded = folded.get_or_insert_with(|| texts.iter().map(|value| fold::fold(value.text)).collect());
        found.resize_with(texts.len(), Vec::new);
        let region: Vec<Text<'_>> = texts
            .iter()
            .zip(folded.iter())
            .map(|(value, text)| Text { label: &value.label, item: value.item, text })
            .collect();
        for spot in placed.spots(&region) {
            found[spot.text].push(Hit { range: spot.range, needle: first + leaves + spot.leaf });
        }
        leaves += placed.leaves();
    }
    (found, leaves)
}

fn matches(value: &TextValue<'_>, needles: &[&Needle], placed: &[Hit]) -> Vec<Hit> {
    let folded = fold::fold_mapped(value.text);
    let mut found = Vec::new();
    for Hit { range, needle } in placed.iter().take(MAX_MATCHES) {
        found.push(Hit { range: folded.source_range(range.clone()), needle: *needle });
    }
    for (needle, Needle { text, scope }) in needles.iter().enumerate() {
        let Some(first) = text.chars().next().filter(|_| scope.covers(&value.label)) else { continue };
        let finder = Finder::new(text);
        let mut from = 0;
        while let Some(at) = folded.text.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            found.push(Hit { range: folded.source_range(at..at + text.len()), needle });
            // Matches may overlap: 党党 is twice in 党党党.
            from = at + first.len_utf8();
            if found.len() >= MAX_MATCHES {
                break;
            }
        }
    }
    found.sort_by_key(|hit| (hit.range.start, Reverse(hit.range.end)));
    found
}

/// A piece of a value.
struct Passage {
    range: Range<usize>,
    /// Whether the piece begins and ends in the middle of a sentence.
    cut: (bool, bool),
    /// Bytes of the value to mark, merged.
    spans: Vec<Range<usize>>,
    /// How many different needles it holds.
    needles: usize,
}

/// One passage around each match that no passage before it holds, as they are asked for.
fn cut<'t>(text: &'t str, hits: &'t [Hit], extent: Extent) -> impl Iterator<Item = Passage> + 't {
    let borders = if hits.is_empty() { Vec::new() } else { borders(text, |line| !runs_on(line)) };
    let mut end = 0;
    let passages = hits.iter().filter_map(move |hit| {
        if hit.range.end <= end {
            return None;
        }
        let (range, cut) = match extent {
            Extent::Width(width) => around(text, &borders, &hit.range, width),
            Extent::Sentences(count) => (sentences(text, &borders, &hit.range, count), (false, false)),
            Extent::Whole => (0..text.len(), (false, false)),
        };
        end = range.end;
        // Matches are sorted by where they begin.
        let first = hits.partition_point(|hit| hit.range.start < range.start);
        let near = &hits[first..first + hits[first..].partition_point(|hit| hit.range.start < range.end)];
        let inside = || near.iter().filter(|hit| hit.range.end <= range.end);
        let mut spans: Vec<Range<usize>> = Vec::new();
        for hit in inside() {
            match spans.last_mut().filter(|last| hit.range.start < last.end) {
                Some(last) => last.end = last.end.max(hit.range.end),
                None => spans.push(hit.range.clone()),
            }
        }
        let needles = inside().map(|hit| hit.needle).collect::<BTreeSet<_>>().len();
        Some(Passage { range, cut, spans, needles })
    });
    passages.take(MAX_PASSAGES)
}

/// Whether the sentence in a line goes on in the next one. An empty line and a heading (short, no
/// comma) end what is before the break; a line of a wrapped paragraph does not.
fn runs_on(line: &str) -> bool {
    let line = line.trim();
    let inner = |c: char| ends(c) || matches!(c, '，' | ',');
    !line.ends_with([':', '：']) && (line.contains(inner) || line.chars().count() > HEADING)
}

/// The sentences that a match stands in: the first and the one behind the last, among their borders.
fn sentence(borders: &[usize], hit: &Range<usize>) -> (usize, usize) {
    let first = borders.partition_point(|&at| at <= hit.start).saturating_sub(1);
    let last = borders.partition_point(|&at| at < hit.end).max(first + 1).min(borders.len() - 1);
    (first, last)
}

/// The sentence of a match and `count` on either side.
fn sentences(text: &str, borders: &[usize], hit: &Range<usize>, count: usize) -> Range<usize> {
    let (first, last) = sentence(borders, hit);
    let start = borders[first.saturating_sub(count)];
    let end = borders[last.saturating_add(count).min(borders.len() - 1)];
    trimmed(text, start..end)
}

/// A piece of a text without the white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    start..(start + piece.trim().len()).max(start)
}

/// The sentence of a match and as many of its neighbours as fit; of a sentence that is too long, the
/// part around the match.
fn around(text: &str, borders: &[usize], hit: &Range<usize>, width: usize) -> (Range<usize>, (bool, bool)) {
    let length =
        |range: Range<usize>| text[range].trim().chars().filter(|c| !matches!(c, '\n' | '\r')).count();
    let (first, last) = sentence(borders, hit);
    let (mut start, mut end) = (borders[first], borders[last]);
    let mut cut = (false, false);
    if length(start..end) > width {
        let spare = width.saturating_sub(length(hit.clone()));
        let ahead = text[start..hit.start].chars().count();
        let behind = text[hit.end..end].chars().count();
        // A third before the match, and what one side does not need goes to the other.
        let before = ahead.min((spare / 3).max(spare.saturating_sub(behind)));
        let after = behind.min(spare - before);
        let back = |text: &str, n: usize| text.char_indices().rev().take(n).last().map(|(at, _)| at);
        let from = back(&text[..hit.start], before).unwrap_or(hit.start);
        let to = text[hit.end..].char_indices().nth(after).map_or(text.len(), |(at, _)| hit.end + at);
        cut = (!text[start..from].trim().is_empty(), !text[to..end].trim().is_empty());
        (start, end) = (from, to);
    } else {
        for &border in &borders[last + 1..] {
            if length(start..border) > width {
                break;
            }
            end = border;
        }
        for &border in borders[..first].iter().rev() {
            if length(border..end) > width {
                break;
            }
            start = border;
        }
    }
    (trimmed(text, start..end), cut)
}

/// Whether a line break between two such characters stands for a blank, as folding has it.
fn is_spaced(c: char) -> bool {
    matches!(u32::from(c), 0..0x1100 | 0x1200..0x2000 | 0xAC00..0xD7B0)
}

/// The passage as one line, or one a paragraph, and its spans in characters of that.
fn show(text: &str, passage: &Passage, paragraphs: bool) -> (String, Vec<(usize, usize)>) {
    let piece = &text[passage.range.clone()];
    let mut shown = String::with_capacity(piece.len() + 8);
    let mut count = 0;
    // How many characters were shown before each byte of the piece.
    let mut before = vec![0; piece.len() + 1];
    let put = |shown: &mut String, count: &mut usize, c: char| {
        shown.push(c);
        *count += 1;
    };
    if passage.cut.0 {
        put(&mut shown, &mut count, '…');
    }
    let invisible = |c: char| !c.is_alphanumeric() && fold::fold(c.encode_utf8(&mut [0; 4])).is_empty();
    let mut last = None;
    let mut chars = piece.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        before[at..at + c.len_utf8()].fill(count);
        if !invisible(c) {
            put(&mut shown, &mut count, c);
            last = Some(c);
            continue;
        }
        // White space with whatever else cannot be seen among it.
        let mut run = vec![c];
        while let Some((at, c)) = chars.next_if(|&(_, c)| invisible(c)) {
            before[at..at + c.len_utf8()].fill(count);
            run.push(c);
        }
        let blanks = run.iter().filter(|c| c.is_whitespace()).count();
        let breaks = breaks(&run);
        if blanks == 0 {
            // Joiners and selectors make the characters beside them what they are; controls do not.
            run.iter().filter(|c| !c.is_control()).for_each(|&c| put(&mut shown, &mut count, c));
        } else if breaks == 0 {
            (0..blanks).for_each(|_| put(&mut shown, &mut count, ' '));
        } else if breaks > 1 && paragraphs {
            put(&mut shown, &mut count, '\n');
        } else if breaks > 1
            || (last.is_some_and(is_spaced) && chars.peek().is_some_and(|&(_, next)| is_spaced(next)))
        {
            put(&mut shown, &mut count, ' ');
        }
    }
    before[piece.len()] = count;
    if passage.cut.1 {
        put(&mut shown, &mut count, '…');
    }
    let offset = |at: usize| before[at - passage.range.start];
    let spans = passage.spans.iter().map(|span| (offset(span.start), offset(span.end)));
    (shown, spans.filter(|(start, end)| start < end).collect())
}

/// Line breaks of any kind; CRLF is one.
fn breaks(run: &[char]) -> usize {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let all = run.iter().filter(|&&c| is_break(c)).count();
    all - run.windows(2).filter(|pair| pair == &['\r', '\n']).count()
}

#[cfg(test)]
mod tests;
