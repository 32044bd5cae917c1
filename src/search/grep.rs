//! A plain scan of one record's text values, as a reader of ripgrep expects it: which lines of the
//! file match, and which characters of them.
//!
//! Needs no engine and shares no code with one, but for how a pattern is folded: what an engine finds can
//! be held against it. Knows nothing of files and paths.

use super::engine::Scope;
use super::folded_regex::fold_pattern;
use crate::diag::Lines;
use crate::diag::Span;
use crate::schema::TextValue;
use crate::text::fold;
use crate::yaml::source_spans;
use regex::Regex;
use regex::RegexBuilder;
use std::ops::Range;

/// The largest compiled pattern, in bytes.
const MAX_SIZE: usize = 32 << 20;
/// The deepest nesting of a regular expression.
const MAX_NESTING: u32 = 64;

/// How patterns are read and compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Syntax {
    /// Patterns are regular expressions, not strings.
    pub regex: bool,
    /// Nothing is folded: texts and patterns are compared as they stand.
    pub case_sensitive: bool,
    /// A match that begins or ends with a Latin letter, a digit or `_` must not go on there.
    pub words: bool,
}

/// Why a pattern cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing is left of it: it would match everything or nothing. Its place among the patterns.
    #[error("pattern {0} says nothing")]
    Empty(usize),
    /// No regular expression: its place among the patterns, and the reason.
    #[error("pattern {0}: {1}")]
    Syntax(usize, String),
    /// The patterns together are larger than is allowed.
    #[error("the pattern is too large")]
    TooLarge,
}

/// One or more patterns, ready to be looked for.
///
/// Texts are folded ([`fold::fold`]) and patterns with them, unless [`Syntax::case_sensitive`] says
/// otherwise. In a folded text a line break stands between paragraphs and nowhere else: `.` does not
/// match it, `^` and `$` stand at the ends of a paragraph. An empty match is none.
#[derive(Clone, Debug)]
pub struct Matcher {
    regex: Regex,
    syntax: Syntax,
}

impl Matcher {
    /// Takes patterns, any of which may match. Where several match at one place the first of them
    /// wins, and matches never overlap.
    ///
    /// # Errors
    /// A pattern of nothing, one that is no regular expression, or too much of them.
    pub fn new<S: AsRef<str>>(patterns: &[S], syntax: Syntax) -> Result<Matcher, PatternError> {
        let mut parts = Vec::with_capacity(patterns.len());
        for (place, typed) in patterns.iter().enumerate() {
            let typed = typed.as_ref();
            let part = match (syntax.regex, syntax.case_sensitive) {
                (false, true) => regex::escape(typed),
                (false, false) => regex::escape(&fold::fold_term(typed)),
                (true, true) => typed.to_owned(),
                (true, false) => fold_pattern(typed),
            };
            if part.is_empty() {
                return Err(PatternError::Empty(place));
            }
            if syntax.regex {
                // Alone first: `a)|(b` is no pattern, though it is one between parentheses.
                build(&part, syntax).map_err(|error| reason(place, &error))?;
            }
            parts.push(part);
        }
        let whole = match parts.as_slice() {
            [] => return Err(PatternError::Empty(0)),
            [one] => one.clone(),
            many => format!("(?:{})", many.join(")|(?:")),
        };
        let regex = build(&whole, syntax).map_err(|error| reason(0, &error))?;
        Ok(Matcher { regex, syntax })
    }

    /// The matches in a text: bytes of it, in order, without overlap, none of them empty.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.syntax.case_sensitive {
            return self.ranges(text);
        }
        if !self.regex.is_match(&fold::fold(text)) {
            return Vec::new();
        }
        let folded = fold::fold_mapped(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        for range in self.ranges(&folded.text) {
            let range = folded.source_range(range);
            // One character may fold to several, `…` to three, and each of them match.
            match found.last_mut().filter(|last| range.start < last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => found.push(range),
            }
        }
        found
    }

    fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let Some(hit) = self.regex.find_at(text, from) else { break };
            if hit.is_empty() || (self.syntax.words && !is_whole(text, hit.range())) {
                from = hit.start() + text[hit.start()..].chars().next().map_or(1, char::len_utf8);
            } else {
                from = hit.end();
                found.push(hit.range());
            }
        }
        found
    }
}

fn build(pattern: &str, syntax: Syntax) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .crlf(syntax.case_sensitive)
        .size_limit(MAX_SIZE)
        .nest_limit(MAX_NESTING)
        .build()
}

fn reason(place: usize, error: &regex::Error) -> PatternError {
    match error {
        regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
        // The lines before the last one draw the place, and the pattern is not what was typed.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            PatternError::Syntax(place, last.trim_start_matches("error: ").to_owned())
        }
    }
}

fn is_whole(text: &str, range: Range<usize>) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let joined =
        |before: Option<char>, after: Option<char>| before.is_some_and(word) && after.is_some_and(word);
    let inside = &text[range.clone()];
    !joined(text[..range.start].chars().next_back(), inside.chars().next())
        && !joined(inside.chars().next_back(), text[range.end..].chars().next())
}

/// What matches in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The lines with matches, in the order of the file.
    pub lines: Vec<MatchedLine>,
    /// How many matches there are; one that goes over several lines is one.
    pub matches: usize,
}

/// A line of a file with what matches in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedLine {
    /// The line, from 1.
    pub line: usize,
    /// The matches in it, or the parts of them: bytes of the file, in order, without overlap.
    pub spans: Vec<Span>,
}

/// Looks through the text values of a record ([`crate::schema::Kind::texts`]) that `scope` covers.
/// `source` is the file that they were read from.
pub fn grep_texts(matcher: &Matcher, scope: &Scope, texts: &[TextValue<'_>], source: &str) -> Matched {
    let mut found: Vec<Span> = Vec::new();
    for value in texts.iter().filter(|value| scope.covers(&value.label)) {
        let ranges = matcher.find(value.text);
        if ranges.is_empty() {
            continue;
        }
        let spans: Vec<Span> = ranges.iter().map(|range| Span::new(range.start, range.end)).collect();
        found.extend(source_spans(source, value.node, &spans));
    }
    lines_of(found, source)
}

/// Looks through a file as it stands: for one that is no YAML.
pub fn grep_raw(matcher: &Matcher, source: &str) -> Matched {
    let found = matcher.find(source).into_iter().map(|range| Span::new(range.start, range.end));
    lines_of(found.collect(), source)
}

fn lines_of(mut found: Vec<Span>, source: &str) -> Matched {
    if found.is_empty() {
        return Matched::default();
    }
    // Values come in the order of the schema.
    found.sort_by_key(|span| (span.start, span.end));
    let mut spans: Vec<Span> = Vec::with_capacity(found.len());
    for span in found {
        match spans.last_mut().filter(|last| span.start < last.end) {
            Some(last) => last.end = last.end.max(span.end),
            None => spans.push(span),
        }
    }
    let lines = Lines::new(source);
    let mut matched = Matched { lines: Vec::new(), matches: spans.len() };
    for span in &spans {
        let (first, last) = (lines.line(span.start), lines.line(span.end.saturating_sub(1).max(span.start)));
        for line in first..=last {
            let whole = lines.range(source, line);
            let (start, end) = (span.start.max(whole.start), span.end.min(whole.end));
            let Some(piece) = source.get(start..end) else { continue };
            // Where a match goes on, the indentation is the file's and no part of the text.
            let start = if line > first { end - piece.trim_start().len() } else { start };
            let end = if line < last { start + source[start..end].trim_end().len() } else { end };
            if start >= end {
                continue;
            }
            match matched.lines.last_mut().filter(|last| last.line == line) {
                Some(last) => last.spans.push(Span::new(start, end)),
                None => matched.lines.push(MatchedLine { line, spans: vec![Span::new(start, end)] }),
            }
        }
    }
    matched
}

#[cfg(test)]
mod tests;
