//! What was perhaps meant, where nothing was found. Offered, never applied.
//!
//! Owns how the nearest string that has matches is found: a word of the index that differs in one
//! character or sounds the same, else the longest piece of the term that stands somewhere, or of a question the
//! longest run of words in the records that it was widened to.

use super::engine::{Doc, Engine, EngineError, Needle, Scope, TermCount};
use super::function_words::is_function_word;
use super::words::pieces as cut;
use crate::text::pinyin::sounds_alike;
use memchr::memmem::Finder;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

/// The longest term, in characters, whose pieces are looked for.
const LONGEST: usize = 16;
/// The shortest question, in characters.
const QUESTION: usize = 7;
/// So many of the best records of a widened search are looked into: those of a page.
pub(super) const SHOWN: usize = 20;
/// So many records are read to see what stands beside a piece.
const READ: usize = 200;
/// The shortest piece of a term.
const SHORTEST: usize = 2;

/// The string nearest to a folded term that some record has; `None` when there is nothing near. `found` are the
/// records that the search was widened to, best first.
///
/// # Errors
/// When the engine cannot answer.
pub fn nearest_term(
    engine: &dyn Engine,
    term: &str,
    found: &[Doc],
) -> Result<Option<TermCount>, EngineError> {
    let words = engine.words_near(term)?;
    // Of two characters one is too few to be meant, unless both sound the same.
    let short = term.chars().nth(2).is_none();
    let likely =
        |near: &TermCount| !is_function_word(&near.term) && (!short || sounds_alike(&near.term, term));
    let best = words.into_iter().filter(likely).max_by(|a, b| {
        let key = |near: &TermCount| (sounds_alike(&near.term, term), near.records);
        key(a).cmp(&key(b)).then_with(|| b.term.cmp(&a.term))
    });
    if best.is_some() {
        return Ok(best);
    }
    let borders: Vec<usize> = term.char_indices().map(|(at, _)| at).chain([term.len()]).collect();
    let chars = borders.len() - 1;
    if chars > LONGEST {
        return Ok(None);
    }
    // Two characters of a question say nothing of what was meant.
    let shortest = if chars < QUESTION { SHORTEST } else { chars.div_ceil(3) };
    if chars >= QUESTION && !found.is_empty() {
        let run = longest_run(engine, term, found)?.filter(|run| run.chars().count() >= shortest);
        let near = run.map(|run| count(engine, run)).transpose()?.flatten();
        return near.map_or(Ok(None), |near| offered(engine, near, term));
    }
    for length in (shortest..chars).rev() {
        let mut near: Vec<TermCount> = Vec::new();
        for start in 0..=chars - length {
            let piece = term[borders[start]..borders[start + length]].trim();
            let telling = piece.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST;
            if telling && !is_function_word(piece) {
                near.extend(count(engine, piece)?.filter(|near| near.records > 0));
            }
        }
        // Of pieces as long as each other the rarer says more.
        if let Some(near) = near.into_iter().min_by_key(|near| near.records) {
            return offered(engine, near, term);
        }
    }
    Ok(None)
}

/// A piece of a term; with what most often completes it, where one character is all that it lacks.
fn offered(engine: &dyn Engine, near: TermCount, term: &str) -> Result<Option<TermCount>, EngineError> {
    if near.term.chars().count() + 1 < term.chars().count() {
        return Ok(Some(near));
    }
    completed(engine, &near, term.starts_with(&near.term)).map(|whole| whole.or(Some(near)))
}

/// A string with the records that hold it.
fn count(engine: &dyn Engine, text: &str) -> Result<Option<TermCount>, EngineError> {
    let Some(needle) = Needle::new(text, Scope::Everywhere) else { return Ok(None) };
    let records = engine.literal(&needle)?.count();
    Ok(Some(TermCount { term: needle.text, records }))
}

/// The longest run of words of a question, or all of it but its first or last character, that stands in one of the best
/// records found. To look for every piece of it in all records took longer than the answer.
fn longest_run<'t>(
    engine: &dyn Engine,
    term: &'t str,
    found: &[Doc],
) -> Result<Option<&'t str>, EngineError> {
    let words = engine.words_in(term)?;
    let mut end = 0;
    let mut pieces: Vec<(Range<usize>, bool)> = Vec::new();
    for (piece, is_word) in cut(term, &words, engine.slots() as usize) {
        let edge = is_word && piece.chars().nth(1).is_some() && !is_function_word(piece);
        pieces.push((end..end + piece.len(), edge));
        end += piece.len();
    }
    let mut runs: Vec<&'t str> = Vec::new();
    for (at, (first, _)) in pieces.iter().enumerate().filter(|(_, (_, edge))| *edge) {
        let lasts = pieces[at..].iter().filter(|(_, edge)| *edge);
        runs.extend(lasts.map(|(last, _)| &term[first.start..last.end]));
    }
    runs.extend(term.char_indices().nth(1).map(|(second, _)| &term[second..]));
    runs.extend(term.char_indices().next_back().map(|(last, _)| &term[..last]));
    // The question itself stands nowhere.
    runs.retain(|run| run.len() < term.len());
    runs.sort_by_key(|run| Reverse(run.len()));
    let finders: Vec<Finder<'_>> = runs.iter().map(|run| Finder::new(*run)).collect();
    // Only a longer one is looked for in what is left.
    let mut best = runs.len();
    for &doc in found.iter().take(SHOWN) {
        engine.texts(doc, &mut |part| {
            let stands = |finder: &Finder<'_>| finder.find(part.text.as_bytes()).is_some();
            best = finders[..best].iter().position(stands).unwrap_or(best);
        })?;
    }
    Ok(runs.get(best).copied())
}

/// What most often stands where the wrong character of a term stood: 流动党 and one more, `behind` it or
/// before it.
fn completed(engine: &dyn Engine, piece: &TermCount, behind: bool) -> Result<Option<TermCount>, EngineError> {
    let Some(needle) = Needle::new(&piece.term, Scope::Everywhere) else { return Ok(None) };
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for doc in engine.literal(&needle)?.iter().take(READ) {
        engine.texts(doc, &mut |part| {
            for (at, found) in part.text.match_indices(&piece.term) {
                let (before, after) = (&part.text[..at], &part.text[at + found.len()..]);
                let next = if behind { after.chars().next() } else { before.chars().next_back() };
                if let Some(c) = next.filter(|c| c.is_alphanumeric()) {
                    *counts.entry(c).or_default() += 1;
                }
            }
        })?;
    }
    let Some((c, _)) = counts.into_iter().max_by_key(|&(c, count)| (count, Reverse(c))) else {
        return Ok(None);
    };
    let text = if behind { format!("{}{c}", piece.term) } else { format!("{c}{}", piece.term) };
    count(engine, &text)
}

/// The value of a field nearest to one that no record has.
///
/// # Errors
/// When the engine cannot answer.
pub fn nearest_value(
    engine: &dyn Engine,
    field: &str,
    value: &str,
) -> Result<Option<TermCount>, EngineError> {
    let mut near: Vec<(u8, TermCount)> = engine
        .values(field)?
        .into_iter()
        .filter_map(|known| {
            let distance = if sounds_alike(&known.term, value) {
                0
            } else if one_apart(&known.term, value) {
                1
            } else if known.term.starts_with(value) || value.starts_with(&known.term) {
                2
            } else if begins_one_apart(&known.term, value) {
                3
            } else {
                return None;
            };
            Some((distance, known))
        })
        .collect();
    near.sort_by(|a, b| (a.0, Reverse(a.1.records), &a.1.term).cmp(&(b.0, Reverse(b.1.records), &b.1.term)));
    Ok(near.into_iter().next().map(|(_, near)| near))
}

/// Whether the beginning of a longer value differs in one place: 上东 and 山东省.
fn begins_one_apart(known: &str, value: &str) -> bool {
    let length = value.chars().count();
    let beginning: String = known.chars().take(length).collect();
    length >= SHORTEST && known.chars().count() > length && one_apart(&beginning, value)
}

/// Whether two strings differ in one character: another one, one more, one less, or two that changed
/// places. Strings of one character are always other words.
pub fn one_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() < SHORTEST || long.len() - short.len() > 1 || a == b {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    if short.len() < long.len() {
        return short == &long[1..];
    }
    let changed = short.len() > 1 && short[0] == long[1] && short[1] == long[0] && short[2..] == long[2..];
    short[1..] == long[1..] || changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_apart() {
        for (a, b) in
            [("流动党员", "流动党圆"), ("党员", "党"), ("网格", "格网"), ("网格化", "网格"), ("四议", "四义")]
        {
            let expected = b.chars().count() > 1;
            assert_eq!(one_apart(a, b), expected, "{a} {b}");
            assert_eq!(one_apart(b, a), expected, "{b} {a}");
        }
        for (a, b) in [("党员", "党员"), ("党员", "干部"), ("流动党员", "党员"), ("", "党员")]
        {
            assert!(!one_apart(a, b), "{a} {b}");
        }
        assert!(begins_one_apart("山东省", "上东") && !begins_one_apart("山东", "上东"));
    }
}
