//! What whoever asks needs to be answered. An index, a scan of the files and a remote service are
//! all this one trait to the rest of the house.

use super::docset::DocSet;
use super::paths::Paths;
use crate::archive::Card;
use crate::text::fold;

/// A record, by its place in an engine. Only that engine knows what it means, and only as long as
/// its index does not change.
pub type Doc = u32;

/// A field that every record has, whatever its kind: the kind's name.
pub const KIND: &str = "kind";
/// A field that every record has, whatever its kind: `full` or `listed` ([`Card::extent`]).
pub const EXTENT: &str = "extent";

/// A string to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Needle {
    /// The string, folded ([`crate::text::fold`]); never empty.
    pub text: String,
    /// Where to look.
    pub scope: Scope,
}

impl Needle {
    /// Folds a string; `None` when nothing is left of it, so that it says nothing.
    pub fn new(text: &str, scope: Scope) -> Option<Needle> {
        let text = fold::fold_term(text);
        (!text.trim().is_empty()).then_some(Needle { text, scope })
    }
}

/// Which text values are looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All.
    #[default]
    Everywhere,
    /// Those with one of these labels ([`crate::schema::TextValue::label`]) or one below it:
    /// `sections` covers `sections.practice`.
    Labels(Vec<String>),
}

impl Scope {
    /// Whether a text value with this label is looked into.
    pub fn covers(&self, label: &str) -> bool {
        match self {
            Scope::Everywhere => true,
            Scope::Labels(labels) => labels.iter().any(|above| is_or_below(label, above)),
        }
    }
}

/// Whether a path or label is `above` or lies below it.
pub fn is_or_below(label: &str, above: &str) -> bool {
    label.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A text value of a record as an engine keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'t> {
    /// Its label ([`crate::schema::TextValue::label`]).
    pub label: &'t str,
    /// The item of the outermost list that it lies in, from 0; 0 outside lists. Heading and text of
    /// one section share it.
    pub item: usize,
    /// The text, folded ([`crate::text::fold::fold`]): `\n` stands between paragraphs and nowhere else.
    pub text: &'t str,
}

/// A string, and how many records have it (its document frequency).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermCount {
    /// The string.
    pub term: String,
    /// How many records.
    pub records: usize,
}

/// A question to the texts of one record.
pub type TextTest<'t> = &'t (dyn Fn(&[Text<'_>]) -> bool + Sync);

/// Answers the leaves of a plan. Every set is exact, which is what makes NOT safe; documents that
/// were deleted are in none of them.
pub trait Engine {
    /// One more than the greatest [`Doc`].
    fn slots(&self) -> u32;

    /// All records.
    ///
    /// # Errors
    /// When the engine cannot answer; so for all others.
    fn live(&self) -> Result<DocSet, EngineError>;

    /// Precisely the records in one of whose text values, folded, the needle occurs.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn literal(&self, needle: &Needle) -> Result<DocSet, EngineError>;

    /// Those of `docs` to whose texts, in the order of the file, `test` says yes.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn select(&self, docs: &DocSet, test: TextTest<'_>) -> Result<DocSet, EngineError>;

    /// Calls `take` with each text of a record, in the order of the file.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn texts(&self, doc: Doc, take: &mut dyn FnMut(Text<'_>)) -> Result<(), EngineError>;

    /// The records that have `value` in `field` (a path, or [`KIND`], [`EXTENT`]); with `prefix`,
    /// also those with a value that begins with it. `value` is folded, and so must the stored value
    /// be for the comparison. Whole numbers are asked for with [`Engine::range`].
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn keyword(&self, field: &str, value: &str, prefix: bool) -> Result<DocSet, EngineError>;

    /// The records with a whole number between `low` and `high`, both included, in `field`.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn range(&self, field: &str, low: Option<i64>, high: Option<i64>) -> Result<DocSet, EngineError>;

    /// The records with any value at this path or label or below it: `awards`, `awards.level`,
    /// `abstract`, `sections.practice`.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn has(&self, field: &str) -> Result<DocSet, EngineError>;

    /// The words of the index (two characters and more, runs of Latin) that occur in a folded text, with
    /// how many records have each: what ranks and widens. The number may count records that changed since.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn words_in(&self, folded: &str) -> Result<Vec<TermCount>, EngineError>;

    /// The records with this word of the index.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn word(&self, word: &str) -> Result<DocSet, EngineError>;

    /// Words of the index that differ from a folded term in one character
    /// ([`super::one_apart`]). An engine without a dictionary has none.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn words_near(&self, term: &str) -> Result<Vec<TermCount>, EngineError> {
        let _ = term;
        Ok(Vec::new())
    }

    /// Calls `take` once with each word of two characters and more that the engine has in a dictionary, and the records that have
    /// it, ascending. `false`: it has none, and `take` was not called.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn each_word(&self, take: &mut dyn FnMut(&str, &[Doc])) -> Result<bool, EngineError> {
        let _ = take;
        Ok(false)
    }

    /// The values of a field other than running text and numbers, folded, with how many records have
    /// each.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn values(&self, field: &str) -> Result<Vec<TermCount>, EngineError>;

    /// BM25 over words, for each record: 0 for one that is not among `docs` or has none of the words.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn score(&self, words: &[String], docs: &DocSet) -> Result<Vec<f32>, EngineError>;

    /// BM25 over the single characters, neighbouring pairs and wholes of folded strings, for each of
    /// `docs`: [`super::Grams`] over their texts.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn gram_scores(&self, strings: &[&str], docs: &[Doc]) -> Result<Vec<f32>, EngineError>;

    /// Records whose title may hold a folded string: all that do, and perhaps others.
    ///
    /// # Errors
    /// When the engine cannot answer.
    fn titled(&self, string: &str) -> Result<Titled, EngineError>;

    /// A record's short form.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn card(&self, doc: Doc) -> Result<Card, EngineError>;

    /// A record's id, which breaks ties. An engine that has ids cheaper than cards says so here.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn id(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.card(doc)?.id)
    }

    /// The path of a record's file. An engine that has paths cheaper than cards says so here.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn path(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.card(doc)?.path)
    }

    /// The paths of several records, in their order. An engine that has many of them cheaper than one
    /// by one says so here.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn paths(&self, docs: &[Doc]) -> Result<Paths, EngineError> {
        let mut paths = Paths::default();
        for &doc in docs {
            paths.push(&self.path(doc)?);
        }
        Ok(paths)
    }

    /// A record's title, which ranks it. An engine that has titles cheaper than cards says so here.
    ///
    /// # Errors
    /// When the engine cannot answer, or has no such record.
    fn title(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.card(doc)?.title)
    }
}

/// Records whose title may hold a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titled {
    /// All that do, and perhaps others.
    pub docs: DocSet,
    /// There are no others: their titles need not be read.
    pub sure: bool,
}

/// Why an engine could not answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What it says.
    pub message: String,
    /// What it says it was caused by.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl EngineError {
    /// An error that something below the engine caused.
    pub fn new(
        message: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        EngineError { message: message.into(), source: Some(source.into()) }
    }

    /// An error of the engine's own.
    pub fn message(message: impl Into<String>) -> Self {
        EngineError { message: message.into(), source: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_covers_what_lies_below_it() {
        let scope = Scope::Labels(vec!["sections".into(), "awards.title".into()]);
        assert!(scope.covers("sections") && scope.covers("sections.practice"));
        assert!(scope.covers("awards.title"));
        assert!(!scope.covers("sectionsx") && !scope.covers("awards") && !scope.covers("title"));
        assert!(Scope::Everywhere.covers("title"));
    }
}
