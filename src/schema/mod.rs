//! What kinds of record there are and what their fields mean.
//!
//! A schema file is the only place that knows a field: checks, index, filters, group-by, headings
//! and report columns all follow from it. This floor reads schema files (as text that somebody else
//! read from disk), answers questions about fields, and takes records apart by them. It knows
//! nothing of archives, indexes or queries.

mod annotation;
mod assign;
mod check;
mod documents;
mod explain;
mod field;
mod keywords;
mod kind;
mod lint;
mod node_json;
mod typing;
mod values;
mod vocabulary;

pub use assign::{AssignError, Assignment, Put};
pub use check::{Checker, PlainSchema, bundle};
pub use field::{Field, FieldType, Index, Names};
pub use kind::{FULL, Kind, LISTED, References};
pub use lint::lint;
pub use values::{Datum, Fact, TextValue};
pub use vocabulary::{Term, Vocabulary};
