//! Tokens → tree. NOT before AND before OR.

use super::ast::{Ast, Node};
use super::error::{MAX_BYTES, MAX_LEAVES, Note, NoteKind, QueryError, QueryErrorKind};
use super::lexer::{Lexeme, Token, lex};
use crate::diag::Span;

/// A query's tree and what was noticed while reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The tree.
    pub ast: Ast,
    /// Remarks.
    pub notes: Vec<Note>,
}

/// What stands behind a field's colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldShape {
    /// Text, in which a comma is a comma.
    Text,
    /// Names, codes or numbers.
    Values,
}

/// Reads a query. `shape_of` says whether a word names a field, and of which shape; only then is
/// `word:value` a filter, and anything else that looks odd is text to look for.
///
/// # Errors
/// Only for queries beyond the caps on length, nesting and number of terms.
pub fn parse(text: &str, shape_of: &dyn Fn(&str) -> Option<FieldShape>) -> Result<Parsed, QueryError> {
    let whole = Span::new(0, text.len());
    if text.len() > MAX_BYTES {
        let kind = QueryErrorKind::TooLong { bytes: text.len(), limit: MAX_BYTES };
        return Err(QueryError { kind, span: Span::new(0, 0) });
    }
    let mut notes = Vec::new();
    let tokens = lex(text, shape_of, &mut notes)?;
    let mut leaves = 0;
    for lexeme in &tokens {
        leaves += match &lexeme.token {
            Token::Text(_) | Token::Phrase(_) | Token::Has(_) => 1,
            Token::Field { value, .. } => value.items.len(),
            Token::Open | Token::Close | Token::And | Token::Or | Token::Not => 0,
        };
        if leaves > MAX_LEAVES {
            let kind = QueryErrorKind::TooManyTerms { limit: MAX_LEAVES };
            return Err(QueryError { kind, span: lexeme.span });
        }
    }
    let mut parser = Parser { text, tokens: &tokens, at: 0, notes };
    let ast = parser.or();
    let mut notes = parser.notes;
    let ast = ast.unwrap_or_else(|| {
        // Operators and nothing else: then they are what is looked for.
        let typed = text.trim();
        if typed.is_empty() {
            return Ast { node: Node::All, span: whole };
        }
        notes.retain(|note| !matches!(note.kind, NoteKind::Dangling { .. }));
        let start = text.len() - text.trim_start().len();
        Ast { node: Node::Text(typed.to_owned()), span: Span::new(start, start + typed.len()) }
    });
    Ok(Parsed { ast, notes })
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Lexeme],
    at: usize,
    notes: Vec<Note>,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Lexeme> {
        self.tokens.get(self.at)
    }

    fn dangling(&mut self, span: Span) {
        let operator = self.text[span.start..span.end].to_owned();
        self.notes.push(Note { kind: NoteKind::Dangling { operator }, span });
    }

    fn or(&mut self) -> Option<Ast> {
        let mut parts = Vec::new();
        // The operator that still lacks its right side.
        let mut waiting = None;
        loop {
            match self.and() {
                Some(part) => {
                    waiting = None;
                    parts.push(part);
                }
                None => {
                    if let Some(span) = waiting.take() {
                        self.dangling(span);
                    }
                }
            }
            let Some(lexeme) = self.peek().filter(|lexeme| lexeme.token == Token::Or) else { break };
            self.at += 1;
            if parts.is_empty() {
                self.dangling(lexeme.span);
            } else {
                waiting = Some(lexeme.span);
            }
        }
        if let Some(span) = waiting {
            self.dangling(span);
        }
        join(parts, Node::Or)
    }

    fn and(&mut self) -> Option<Ast> {
        let mut parts = Vec::new();
        while let Some(lexeme) = self.peek() {
            match lexeme.token {
                Token::Or | Token::Close => break,
                Token::And => {
                    self.at += 1;
                    let ends = self.peek().is_none_or(|next| matches!(next.token, Token::Or | Token::Close));
                    if ends || parts.is_empty() {
                        self.dangling(lexeme.span);
                    }
                }
                _ => parts.extend(self.not()),
            }
        }
        join(parts, Node::And)
    }

    fn not(&mut self) -> Option<Ast> {
        let mut nots = Vec::new();
        while let Some(lexeme) = self.peek().filter(|lexeme| lexeme.token == Token::Not) {
            nots.push(lexeme.span);
            self.at += 1;
        }
        let Some(inner) = self.primary() else {
            for span in nots {
                self.dangling(span);
            }
            return None;
        };
        // Twice not is nothing; counting keeps a row of thousands from nesting.
        match nots.first() {
            Some(first) if nots.len() % 2 == 1 => {
                let span = Span::new(first.start, inner.span.end);
                Some(Ast { node: Node::Not(Box::new(inner)), span })
            }
            _ => Some(inner),
        }
    }

    fn primary(&mut self) -> Option<Ast> {
        let lexeme = self.peek()?;
        let node = match &lexeme.token {
            Token::Text(text) => Node::Text(text.clone()),
            Token::Phrase(text) => Node::Phrase(text.clone()),
            Token::Field { name, value } => Node::Field { name: name.clone(), value: value.clone() },
            Token::Has(name) => Node::Has(name.clone()),
            Token::Open => {
                self.at += 1;
                let inner = self.or();
                let close = self.peek().filter(|lexeme| lexeme.token == Token::Close);
                self.at += usize::from(close.is_some());
                let mut inner = inner?;
                inner.span = Span::new(lexeme.span.start, close.map_or(inner.span.end, |c| c.span.end));
                return Some(inner);
            }
            Token::Close | Token::And | Token::Or | Token::Not => return None,
        };
        self.at += 1;
        Some(Ast { node, span: lexeme.span })
    }
}

/// One part stands for itself.
fn join(mut parts: Vec<Ast>, node: fn(Vec<Ast>) -> Node) -> Option<Ast> {
    let span = Span::new(parts.first()?.span.start, parts.last()?.span.end);
    if parts.len() == 1 { parts.pop() } else { Some(Ast { node: node(parts), span }) }
}
