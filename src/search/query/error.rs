//! What can be wrong with a query, and what is only worth a remark. The wording is `locale`'s, by
//! [`QueryErrorKind::key`] and [`NoteKind::key`]; the English here is for the library's users.

use crate::diag::Args;
use crate::diag::Span;

/// The longest query, in bytes.
pub const MAX_BYTES: usize = 4096;
/// The deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 32;
/// The most terms.
pub const MAX_LEAVES: usize = 256;

/// A query that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct QueryError {
    /// What is wrong.
    pub kind: QueryErrorKind,
    /// Where in the query.
    pub span: Span,
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryErrorKind {
    /// More than [`MAX_BYTES`].
    #[error("the query has {bytes} bytes, more than {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("parentheses are nested deeper than {limit}")]
    TooDeep {
        /// The most.
        limit: usize,
    },
    /// More than [`MAX_LEAVES`].
    #[error("the query has more than {limit} terms")]
    TooManyTerms {
        /// The most.
        limit: usize,
    },
    /// A word where a field holds numbers.
    #[error("{field} holds numbers, and {value:?} is none")]
    NotANumber {
        /// The field.
        field: String,
        /// The word.
        value: String,
    },
    /// A range whose end lies before its beginning.
    #[error("nothing lies in {field}:{low}..{high}; {high}..{low} was meant?")]
    EmptyRange {
        /// The field.
        field: String,
        /// The beginning.
        low: i64,
        /// The end.
        high: i64,
    },
    /// A comparison with a field that does not hold whole numbers.
    #[error("{field} cannot be compared with {value:?}: it holds no whole numbers")]
    NotComparable {
        /// The field.
        field: String,
        /// The comparison.
        value: String,
    },
    /// The schema says that the field is not indexed.
    #[error("{field} is not indexed")]
    NotIndexed {
        /// The field.
        field: String,
    },
    /// A field that is asked for nothing: `省:""`.
    #[error("{field} is asked for an empty value")]
    EmptyValue {
        /// The field.
        field: String,
    },
    /// A word that names no section role.
    #[error("no section is called {name:?}")]
    UnknownSection {
        /// The word.
        name: String,
        /// A near one.
        nearest: Option<String>,
    },
}

impl QueryErrorKind {
    /// The key of the message in `locale`.
    pub fn key(&self) -> &'static str {
        match self {
            QueryErrorKind::TooLong { .. } => "query.too-long",
            QueryErrorKind::TooDeep { .. } => "query.too-deep",
            QueryErrorKind::TooManyTerms { .. } => "query.too-many-terms",
            QueryErrorKind::NotANumber { .. } => "query.not-a-number",
            QueryErrorKind::EmptyRange { .. } => "query.empty-range",
            QueryErrorKind::NotComparable { .. } => "query.not-comparable",
            QueryErrorKind::NotIndexed { .. } => "query.not-indexed",
            QueryErrorKind::EmptyValue { .. } => "query.no-value",
            QueryErrorKind::UnknownSection { .. } => "query.unknown-section",
        }
    }

    /// Fills the message.
    pub fn args(&self) -> Args {
        match self {
            QueryErrorKind::TooLong { bytes, limit } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            QueryErrorKind::TooDeep { limit } | QueryErrorKind::TooManyTerms { limit } => {
                vec![("limit", limit.to_string())]
            }
            QueryErrorKind::NotANumber { field, value } | QueryErrorKind::NotComparable { field, value } => {
                vec![("field", field.clone()), ("value", value.clone())]
            }
            QueryErrorKind::EmptyRange { field, low, high } => {
                vec![("field", field.clone()), ("low", low.to_string()), ("high", high.to_string())]
            }
            QueryErrorKind::NotIndexed { field } | QueryErrorKind::EmptyValue { field } => {
                vec![("field", field.clone())]
            }
            QueryErrorKind::UnknownSection { name, nearest } => {
                vec![("name", name.clone()), ("nearest", nearest.clone().unwrap_or_default())]
            }
        }
    }
}

/// A remark: the query is answered all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What was noticed.
    pub kind: NoteKind,
    /// Where in the query.
    pub span: Span,
}

/// What was noticed in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// `word:value` where the word names no field: searched as text.
    UnknownField {
        /// The word.
        name: String,
        /// A near field.
        nearest: Option<String>,
    },
    /// `field:` without a value: searched as text.
    EmptyValue {
        /// The field.
        field: String,
    },
    /// A value that the field's closed list does not have: compared as it stands.
    UnknownValue {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// A near one.
        nearest: Option<String>,
        /// All that it has.
        allowed: Vec<String>,
    },
    /// `|`, `OR`, `AND` or `NOT` with nothing to act on: left out.
    Dangling {
        /// The operator.
        operator: String,
    },
    /// A term of blanks and invisible characters only: left out.
    EmptyTerm,
}

impl NoteKind {
    /// The key of the message in `locale`.
    pub fn key(&self) -> &'static str {
        match self {
            NoteKind::UnknownField { .. } => "query.unknown-field",
            NoteKind::EmptyValue { .. } => "query.empty-value",
            NoteKind::UnknownValue { .. } => "query.unknown-value",
            NoteKind::Dangling { .. } => "query.dangling",
            NoteKind::EmptyTerm => "query.empty-term",
        }
    }

    /// Fills the message; `nearest` is empty where nothing is near. `allowed` is one value a line.
    pub fn args(&self) -> Args {
        match self {
            NoteKind::UnknownField { name, nearest } => {
                vec![("name", name.clone()), ("nearest", nearest.clone().unwrap_or_default())]
            }
            NoteKind::EmptyValue { field } => vec![("field", field.clone())],
            NoteKind::UnknownValue { field, value, nearest, allowed } => vec![
                ("field", field.clone()),
                ("value", value.clone()),
                ("nearest", nearest.clone().unwrap_or_default()),
                ("allowed", allowed.join("\n")),
            ],
            NoteKind::Dangling { operator } => vec![("operator", operator.clone())],
            NoteKind::EmptyTerm => Args::new(),
        }
    }
}
