//! The query language: text → tree.
//!
//! Lenient by design: whatever somebody pastes is a query, and text that means nothing to the
//! grammar is text to look for. Owns the grammar only; it learns from a closure which words name
//! fields, and what a field's value means is for the plan to say.
//!
//! ```text
//! or    = and { ("|" | "｜" | "OR") and }
//! and   = not { ["AND"] not }
//! not   = { "-" | "NOT" } term
//! term  = "(" or ")" | phrase | field | text
//! field = name ":" value                      // blanks may follow the colon: 年: 2012
//!       | name "=" value                      // where the field holds values: 年=2012
//!       | name ":" item { "|" item }          // 等次:最佳|优秀, no blanks
//!       | name ":" "(" items and operators ")"  // 等次:(最佳 | 优秀)
//! value = item { ("," | "，" | "、") item }   // alternatives: 等次:最佳、优秀; text in a text field
//! ```
//!
//! A parenthesis groups when it opens a term and its partner ends one, or when there is an operator
//! between them: `（星级|梯级）管理` is a choice and a term, `(一)加强` and `启示(一)` are text. Marks in
//! quotation marks are text.

mod ast;
mod error;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod value;

pub use ast::{Ast, Item, Node, Value};
pub use error::{MAX_BYTES, MAX_DEPTH, MAX_LEAVES, Note, NoteKind, QueryError, QueryErrorKind};
pub use parser::{FieldShape, Parsed, parse};
pub(super) use value::{Numbers, numbers};
