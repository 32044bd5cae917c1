//! What a run has to say about a file, as values: spans, findings, codes.
//!
//! Owns the vocabulary only. It knows no wording (that is `locale`), no files and no terminal: a
//! renderer at the edge turns a [`Finding`] into text, JSON or SARIF.

mod code;
mod lines;

pub use code::{Code, Severity};
pub use lines::{Lines, Place};

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// A half-open range of bytes in one text, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after the span.
    pub end: usize,
}

impl Span {
    /// The span of the bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// An empty span at one place.
    pub fn at(start: usize) -> Self {
        Span { start, end: start }
    }
}

/// A change that certainly mends a finding: what stands in the file, and what goes there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// The bytes of the file that go.
    pub span: Span,
    /// What is written in their place, in the notation that stands there.
    pub text: String,
    /// What goes, as the value has it.
    pub from: String,
    /// What comes, as the value has it.
    pub to: String,
}

/// The words that fill a message's `{placeholders}`, by name.
pub type Args = Vec<(&'static str, String)>;

/// One thing found in one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the archive's root where it lies inside it.
    pub path: PathBuf,
    /// Where in the file; `None` when the whole file is meant (unreadable, for instance).
    pub span: Option<Span>,
    /// What kind of thing.
    pub code: Code,
    /// The field's path as people write it, `awards[0].level`; empty for the whole record.
    pub field: String,
    /// Fills the message of `code`.
    pub args: Args,
    /// A better value or name, when there is a near one.
    pub suggestion: Option<String>,
    /// Where else to look: the first of two duplicates, the record that a link meant.
    pub related: Option<(PathBuf, Span)>,
    /// What mends it, where that is certain.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding with no arguments yet.
    pub fn new(code: Code, path: impl Into<PathBuf>, span: Option<Span>) -> Self {
        Finding {
            path: path.into(),
            span,
            code,
            field: String::new(),
            args: Args::new(),
            suggestion: None,
            related: None,
            fix: None,
        }
    }

    /// Names the field that is meant.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// Fills one placeholder of the message.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Offers a better value.
    #[must_use]
    pub fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn related(mut self, path: impl Into<PathBuf>, span: Span) -> Self {
        self.related = Some((path.into(), span));
        self
    }

    /// Says what certainly mends it.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The nearest of `candidates` to `word`, when it is near enough to be meant: at most a third of
/// the longer word's characters differ (optimal string alignment), or one contains the other.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let longer = word.len().max(other.len());
        let shorter = word.len().min(other.len());
        if shorter == 0 {
            continue;
        }
        let contained =
            shorter >= 2 && longer <= shorter * 3 && (contains(&other, &word) || contains(&word, &other));
        // Two-character Han words differ in one character by chance; ask for half at most.
        let allowed = if longer <= 3 { 1 } else { (longer / 3).max(1) };
        // So many characters differ at least; of a word that is a whole page they are not compared.
        if longer - shorter > allowed && !contained {
            continue;
        }
        let distance = distance(&word, &other);
        let near = distance <= allowed && distance < longer;
        if (near || contained) && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether `word` is `other` with a slip of the pen: a third of the letters at most are wrong,
/// missing, too many or swapped, and both are long enough for that to be no chance.
pub fn is_slip(word: &str, other: &str) -> bool {
    let chars = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (word, other) = (chars(word), chars(other));
    let longer = word.len().max(other.len());
    let shorter = word.len().min(other.len());
    shorter >= 4 && longer - shorter <= longer / 3 && distance(&word, &other) <= longer / 3
}

fn contains(hay: &[char], needle: &[char]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}

/// Optimal string alignment distance: insert, delete, replace, swap two neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_typos_and_parts_but_not_strangers() {
        assert_eq!(nearest("tilte", ["title", "unit"]), Some("title"));
        assert_eq!(nearest("txt", ["text", "heading"]), Some("text"));
        assert_eq!(nearest("最佳", ["最佳案例", "优秀案例"]), Some("最佳案例"));
        assert_eq!(nearest("农付", ["农村", "机关"]), Some("农村"));
        assert_eq!(nearest("colour", ["unit", "region"]), None);
        assert_eq!(nearest("", ["unit"]), None);
    }
}
