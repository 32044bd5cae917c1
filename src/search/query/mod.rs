//! The query language: text → tree.
//!
//! Lenient by design: whatever somebody pastes is a query, and text that means nothing to the
//! grammar is text to look for. Owns the grammar only; it learns from a closure which words name
//! fields, and what a field's value means is for the plan to say.

mod ast;
mod error;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod value;

pub use ast::{Ast, Item, Node, Value};
pub use error::{MAX_BYTES, MAX_DEPTH, MAX_LEAVES, Note, NoteKind, QueryError, QueryErrorKind};
pub use parser::{Parsed, parse};
pub(super) use value::{Numbers, numbers};
