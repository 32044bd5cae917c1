//! Searching: the query language, the plan, what an engine must answer, ranking and highlighting.
//!
//! Owns the questions, not the answers: [`Engine`] is the trait of whoever asks, and engines adapt
//! to it. Nothing here knows an index format, reads a file or prints.

mod docset;
mod engine;
mod fold_copies;
mod grams;
mod grep;
mod highlight;
mod like;
pub mod plan;
pub mod query;
mod rank;
mod run;
mod scan;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use docset::DocSet;
pub use engine::{Doc, EXTENT, Engine, EngineError, KIND, Needle, Scope, Text, TextTest, is_or_below};
pub use fold_copies::{Shown, fold_copies};
pub use grams::Grams;
pub use grep::{Matched, MatchedLine, Matcher, PatternError, Syntax, grep_raw, grep_texts};
pub use like::{Alike, alike};
pub use highlight::{Snippet, passages};
pub use plan::{Compiled, Literal, Plan, compile, condition, field_shape, filter, is_field, section_scope};
pub use query::{FieldShape, Note, NoteKind, QueryError, QueryErrorKind};
pub use rank::{GRAM_WEIGHT, Ranked, TITLE_BONUS};
pub use run::{Found, Match, MissingTerm, Options, TermCount, find};
pub use scan::{ScanEngine, Scanned};
