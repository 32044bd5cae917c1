//! What can be wrong with a query, and what is only worth a remark. The wording is `locale`'s, by
//! [`QueryErrorKind::key`] and [`NoteKind::key`]; the English here is for the library's users.

use super::ast::Unit;
use crate::diag::Args;
use crate::diag::Span;

/// The longest query, in bytes.
pub const MAX_BYTES: usize = 4096;
/// The deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 32;
/// The most terms, those of saved queries included.
pub const MAX_LEAVES: usize = 256;
/// The most regular expressions.
pub const MAX_REGEXES: usize = 16;
/// The deepest that saved queries may name one another.
pub const MAX_VIEWS: usize = 8;
/// The most `*` in one term.
pub const MAX_STARS: usize = 8;

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
    /// A regular expression that is none.
    #[error("not a regular expression: {}", .fault.as_str())]
    BadRegex {
        /// What is wrong with it.
        fault: RegexFault,
    },
    /// A regular expression that would take too much memory.
    #[error("the regular expression is too large")]
    RegexTooLarge,
    /// More than [`MAX_REGEXES`].
    #[error("the query has more than {limit} regular expressions")]
    TooManyRegexes {
        /// The most.
        limit: usize,
    },
    /// A saved query that names itself, directly or by way of others.
    #[error("the view {name:?} leads back to itself")]
    ViewCircle {
        /// The view.
        name: String,
    },
    /// Saved queries name one another deeper than [`MAX_VIEWS`].
    #[error("views name one another deeper than {limit}")]
    ViewsTooDeep {
        /// The most.
        limit: usize,
    },
}

/// What is wrong with a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegexFault {
    /// A parenthesis without its partner.
    Group,
    /// A class in brackets that is not closed, or an impossible range.
    Class,
    /// `*`, `+`, `?` or `{n}` with nothing to repeat, or an impossible count.
    Repetition,
    /// `\` before something that it says nothing of.
    Escape,
    /// `\p{…}` with a name that there is not.
    Property,
    /// Look-around or a reference back, which take more than linear time.
    Unsupported,
    /// Something else.
    Other,
}

impl RegexFault {
    fn as_str(self) -> &'static str {
        match self {
            RegexFault::Group => "a parenthesis has no partner",
            RegexFault::Class => "a class in brackets is wrong",
            RegexFault::Repetition => "a repetition is wrong",
            RegexFault::Escape => "an escape is unknown",
            RegexFault::Property => "a character property is unknown",
            RegexFault::Unsupported => "look-around and references back are not supported",
            RegexFault::Other => "its syntax is wrong",
        }
    }
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
            QueryErrorKind::BadRegex { fault } => match fault {
                RegexFault::Group => "query.regex-group",
                RegexFault::Class => "query.regex-class",
                RegexFault::Repetition => "query.regex-repetition",
                RegexFault::Escape => "query.regex-escape",
                RegexFault::Property => "query.regex-property",
                RegexFault::Unsupported => "query.regex-unsupported",
                RegexFault::Other => "query.regex-syntax",
            },
            QueryErrorKind::RegexTooLarge => "query.regex-too-large",
            QueryErrorKind::TooManyRegexes { .. } => "query.too-many-regexes",
            QueryErrorKind::ViewCircle { .. } => "query.view-circle",
            QueryErrorKind::ViewsTooDeep { .. } => "query.views-too-deep",
        }
    }

    /// Fills the message.
    pub fn args(&self) -> Args {
        match self {
            QueryErrorKind::TooLong { bytes, limit } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            QueryErrorKind::TooDeep { limit }
            | QueryErrorKind::TooManyTerms { limit }
            | QueryErrorKind::TooManyRegexes { limit }
            | QueryErrorKind::ViewsTooDeep { limit } => {
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
            QueryErrorKind::ViewCircle { name } => vec![("name", name.clone())],
            QueryErrorKind::BadRegex { .. } | QueryErrorKind::RegexTooLarge => Args::new(),
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
    /// `NEAR` beside something that stands at no place in a text: searched as text.
    NearAsText {
        /// The operator as typed.
        operator: String,
    },
    /// A filter or another view of records inside 同句(…): asked of the whole record.
    Lifted {
        /// What was lifted out.
        part: String,
        /// The operator.
        unit: Unit,
    },
    /// `@word` where no saved query is called so: searched as text.
    UnknownView {
        /// The word.
        name: String,
        /// A near view.
        nearest: Option<String>,
    },
    /// More than [`MAX_STARS`] stars in one term: searched as text.
    TooManyStars {
        /// The most.
        limit: usize,
    },
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
            NoteKind::NearAsText { .. } => "query.near-as-text",
            NoteKind::Lifted { .. } => "query.lifted",
            NoteKind::UnknownView { .. } => "query.unknown-view",
            NoteKind::TooManyStars { .. } => "query.too-many-stars",
        }
    }

    /// Fills the message; `nearest` is empty where nothing is near. `allowed` is one value a line.
    pub fn args(&self) -> Args {
        match self {
            NoteKind::UnknownField { name, nearest } | NoteKind::UnknownView { name, nearest } => {
                vec![("name", name.clone()), ("nearest", nearest.clone().unwrap_or_default())]
            }
            NoteKind::EmptyValue { field } => vec![("field", field.clone())],
            NoteKind::UnknownValue { field, value, nearest, allowed } => vec![
                ("field", field.clone()),
                ("value", value.clone()),
                ("nearest", nearest.clone().unwrap_or_default()),
                ("allowed", allowed.join("\n")),
            ],
            NoteKind::Dangling { operator } | NoteKind::NearAsText { operator } => {
                vec![("operator", operator.clone())]
            }
            NoteKind::Lifted { part, unit } => {
                vec![("part", part.clone()), ("operator", unit.as_str().to_owned())]
            }
            NoteKind::TooManyStars { limit } => vec![("limit", limit.to_string())],
            NoteKind::EmptyTerm => Args::new(),
        }
    }
}
