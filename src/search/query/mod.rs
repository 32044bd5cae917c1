//! The query language: text → tree.
//!
//! Lenient by design: whatever somebody pastes is a query, and text that means nothing to the
//! grammar is text to look for. Owns the grammar only; it learns from a closure which words name
//! fields, and what a field's value means is for the plan to say.
//!
//! ```text
//! or    = and { ("|" | "｜" | "OR") and }
//! and   = not { ["AND"] not }
//! not   = { "-" | "NOT" } near
//! near  = term { "NEAR" ["/" number] term }    // both in one paragraph, at most so far apart
//! term  = "(" or ")" | unit "(" or ")" | phrase | loose | regex | view | field | wild | text
//! unit  = "同句" | "同段" | "同节" | "SENTENCE" | "PARAGRAPH" | "SECTION"
//! loose = (phrase | text) "~"                  // also its words, or most of it
//! regex = "/" pattern "/"                      // \/ is a slash
//! view  = "@" name                             // a saved query of the archive
//! wild  = text with "*" between two characters // any run of characters inside one sentence
//! field = name ":" value                      // blanks may follow the colon: 年: 2012
//!       | name "=" value                      // where the field holds values: 年=2012
//!       | name ":" item { "|" item }          // 等次:最佳|优秀, no blanks
//!       | name ":" "(" items and operators ")"  // 等次:(最佳 | 优秀)
//! value = item { ("," | "，" | "、") item }   // alternatives: 等次:最佳、优秀
//!       | wild | regex                        // in a text field, in which a comma is a comma
//! ```
//!
//! A parenthesis groups when it opens a term and its partner ends one, or when there is an operator
//! between them: `（星级|梯级）管理` is a choice and a term, `(一)加强` and `启示(一)` are text. Marks in
//! quotation marks are text.
//!
//! What else is text: `/` inside a word or around one that holds a slash or begins or ends with a
//! blank (`1/2`, `/a/b/c`, `甲 / 乙`); `*` at either end of a term or beside another one (`**富蕴县`);
//! `~` alone or inside a word; `@` before anything that is no saved query; `NEAR` beside a filter, a
//! NOT or nothing; the word of a unit without its parentheses.

mod ast;
mod error;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod value;
mod wildcard;
mod write;

pub use ast::{Ast, Item, Node, Unit, Value};
pub use error::{
    MAX_BYTES, MAX_DEPTH, MAX_LEAVES, MAX_REGEXES, MAX_STARS, MAX_VIEWS, Note, NoteKind, QueryError,
    QueryErrorKind, RegexFault,
};
pub use parser::{FieldShape, Names, Parsed, parse};
pub(super) use value::{Numbers, numbers};
pub(super) use wildcard::{Stars, wildcard};
