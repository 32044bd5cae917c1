//! Owns what a quantity is said of: the words before it in its clause, else the noun behind it.
//! Must not know numbers. It knows no grammar either: it cuts at the words of a list.

use super::words::Words;
use std::ops::Range;

/// What stands around a quantity.
pub(super) struct Around<'t> {
    pub text: &'t str,
    /// Where its clause begins.
    pub clause: usize,
    /// The quantity before it in the clause.
    pub before: Option<Range<usize>>,
    /// The quantity itself, with the words that say how exact it is.
    pub span: Range<usize>,
}

/// A subject is no longer, in characters.
const LONGEST: usize = 24;
const LONGEST_NOUN: usize = 16;

/// What ends a clause.
pub(super) fn is_border(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '；'
            | '：'
            | '！'
            | '？'
            | '、'
            | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '\n'
            | '（'
            | '('
            | '）'
            | ')'
            | '|'
            | '\t'
    )
}

impl Around<'_> {
    /// The words between the clause's beginning, or the quantity before, and the quantity.
    pub(super) fn left(&self) -> &str {
        let from = self.before.as_ref().map_or(self.clause, |before| before.end.max(self.clause));
        self.text.get(from..self.span.start).unwrap_or_default()
    }

    /// What the quantity is said of.
    pub(super) fn subject(&self, words: &Words) -> Option<String> {
        let lists = &words.subject;
        let raw = self.left().trim();
        let raw = match &self.before {
            // 55岁以上的占51%: the quantity before is part of the phrase.
            Some(before) if raw.starts_with('的') => {
                self.text.get(before.start.max(self.clause)..self.span.start).unwrap_or_default().trim()
            }
            _ => raw,
        };
        let (mut left, last) = without_end(without_start(raw, words), &lists.trailing);
        if last.is_none() {
            left = left.strip_suffix('的').unwrap_or(left);
        }
        left = without_start(left, words);
        let place = lists.places.iter().any(|word| left.ends_with(word.as_str()));
        let right = || self.noun(words);
        if left.is_empty() || place {
            // 每人3至5万元: nothing else is said.
            let each =
                raw.starts_with('每') || words.average.iter().any(|(word, _)| raw.starts_with(word.as_str()));
            return right().or_else(|| each.then(|| tidy(raw)).filter(|text| !text.is_empty()));
        }
        let mut left = left.to_owned();
        for adverb in &lists.adverbs {
            left = left.replace(adverb.as_str(), "");
        }
        let left = tidy(&shortened(&left, words));
        // 修通了2.8公里路: the verb's object stands behind.
        match right() {
            Some(noun) if last == Some("了") => Some(format!("{left}{noun}")),
            _ if left.is_empty() => right(),
            _ => Some(left),
        }
    }

    /// The noun behind the quantity.
    fn noun(&self, words: &Words) -> Option<String> {
        let rest = self.text.get(self.span.end..)?;
        let rest = rest.strip_prefix('的').unwrap_or(rest);
        let mut end = 0;
        for (count, (at, c)) in rest.char_indices().enumerate() {
            let stop = is_border(c)
                || (c.is_whitespace() && count > 0)
                || c.is_ascii_digit()
                || count == LONGEST_NOUN
                || words.subject.stops.iter().any(|word| rest[at..].starts_with(word.as_str()));
            if stop {
                break;
            }
            end = at + c.len_utf8();
        }
        let noun = tidy(&rest[..end]);
        (!noun.is_empty()).then_some(noun)
    }
}

/// Quotation marks that lost their partner, and blanks, are no part of a subject.
fn tidy(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'', '*', '-', '—', '…', '·', '#']);
    let opening = text.matches(['“', '‘', '《', '「']).count();
    let closing = text.matches(['”', '’', '》', '」']).count();
    if opening == closing {
        return text.trim().to_owned();
    }
    text.trim_matches(['“', '”', '‘', '’', '《', '》', '「', '」']).trim().to_owned()
}

/// Takes words away from the end; the last that was taken.
fn without_end<'t, 'w>(mut text: &'t str, list: &'w [String]) -> (&'t str, Option<&'w str>) {
    let mut last = None;
    loop {
        let longest = list.iter().filter(|word| text.ends_with(word.as_str())).max_by_key(|word| word.len());
        let Some(word) = longest else { return (text, last) };
        text = text[..text.len() - word.len()].trim_end();
        last = Some(word.as_str());
    }
}

/// Takes words like 共, 平均, 每年, 户均 away from the beginning.
fn without_start<'t>(mut text: &'t str, words: &Words) -> &'t str {
    loop {
        let before = text.len();
        let leading = words.subject.leading.iter().chain(words.average.iter().map(|(word, _)| word));
        let longest = leading.filter(|word| text.starts_with(word.as_str())).max_by_key(|word| word.len());
        if let Some(word) = longest {
            text = text[word.len()..].trim_start();
        } else if let Some(rest) = text.strip_prefix('每')
            && let Some((word, _)) = super::words::starting(&words.each, rest)
        {
            text = rest[word.len()..].trim_start();
        }
        if text.len() == before {
            return text;
        }
    }
}

/// The last of a long phrase, from behind a word that opens a new one.
fn shortened(text: &str, words: &Words) -> String {
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    let from = text.char_indices().nth(count - LONGEST).map_or(0, |(at, _)| at);
    let tail = &text[from..];
    let cut =
        words.subject.stops.iter().filter_map(|word| Some(tail.find(word.as_str())? + word.len())).min();
    tail[cut.filter(|&cut| cut < tail.len()).unwrap_or(0)..].to_owned()
}
