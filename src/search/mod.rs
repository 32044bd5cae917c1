//! Searching: the query language, the plan, what an engine must answer, ranking and highlighting.
//!
//! Owns the questions, not the answers: [`Engine`] is the trait of whoever asks, and engines adapt
//! to it. Nothing here knows an index format, reads a file or prints.

mod docset;
mod engine;
mod expand;
mod fold_copies;
mod folded_regex;
mod function_words;
mod grams;
pub mod grep;
mod highlight;
mod like;
mod matcher;
#[cfg(test)]
mod meaning;
mod names;
mod nearly;
mod pairs;
mod paths;
pub mod plan;
mod positional;
pub mod query;
mod rank;
mod run;
mod scan;
mod suggest;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod words;

pub use docset::DocSet;
pub use engine::{
    Doc, EXTENT, Engine, EngineError, KIND, Needle, Scope, TermCount, Text, TextTest, Titled, is_or_below,
};
pub use expand::{Expansion, with_pinyin, with_synonyms};
pub use fold_copies::{Shown, fold_copies};
pub use folded_regex::FoldedRegex;
pub use function_words::is_function_word;
pub use grams::Grams;
pub use highlight::{Extent, Mark, Snippet, passages};
pub use like::{Alike, alike};
pub use matcher::{Matcher, Word};
pub use paths::Paths;
pub use plan::{
    Compiled, Language, Literal, Plan, compile, compile_regex, condition, field_shape, filter, is_field,
    section_scope,
};
pub use positional::{Cond, Placed};
pub use query::{FieldShape, Note, NoteKind, QueryError, QueryErrorKind, RegexFault, Unit};
pub use rank::{GRAM_WEIGHT, Ranked, TITLE_BONUS};
pub use run::{Found, Match, MissingTerm, Options, Stranger, find, matching};
pub use scan::{ScanEngine, Scanned};
pub use suggest::{nearest_term, nearest_value, one_apart};
pub use words::pieces;
