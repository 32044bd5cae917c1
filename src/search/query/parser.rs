//! Tokens → tree. NOT before AND before OR.

use super::ast::{Ast, Node};
use super::error::{MAX_BYTES, MAX_LEAVES, MAX_STARS, Note, NoteKind, QueryError, QueryErrorKind};
use super::lexer::{Lexeme, Token, lex};
use super::wildcard::{Stars, wildcard};
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

/// What words mean where a query is asked.
#[derive(Clone, Copy)]
pub struct Names<'n> {
    /// Whether a word names a field, and of which shape; only then is `word:value` a filter.
    pub shape_of: &'n dyn Fn(&str) -> Option<FieldShape>,
    /// Whether a saved query is called so; only then does `@word` stand for it.
    pub is_view: &'n dyn Fn(&str) -> bool,
}

/// Reads a query. Anything that looks odd is text to look for.
///
/// # Errors
/// Only for queries beyond the caps on length, nesting and number of terms.
pub fn parse(text: &str, names: &Names<'_>) -> Result<Parsed, QueryError> {
    let whole = Span::new(0, text.len());
    if text.len() > MAX_BYTES {
        let kind = QueryErrorKind::TooLong { bytes: text.len(), limit: MAX_BYTES };
        return Err(QueryError { kind, span: Span::new(0, 0) });
    }
    let mut notes = Vec::new();
    let mut tokens = lex(text, names, &mut notes)?;
    place_nears(&mut tokens, text, &mut notes);
    let mut leaves = 0;
    for lexeme in &tokens {
        leaves += match &lexeme.token {
            Token::Text(_)
            | Token::Phrase(_)
            | Token::Regex(_)
            | Token::Loose(_)
            | Token::View(_)
            | Token::Has(_) => 1,
            Token::Field { value, .. } => value.items.len(),
            Token::Open
            | Token::Close
            | Token::And
            | Token::Or
            | Token::Not
            | Token::Near(_)
            | Token::Unit(_) => 0,
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

/// Makes text of every `NEAR` that has something else than a term, or a choice of terms, at a side.
fn place_nears(tokens: &mut [Lexeme], text: &str, notes: &mut Vec<Note>) {
    for i in 0..tokens.len() {
        if !matches!(tokens[i].token, Token::Near(_)) || (ends_place(tokens, i) && begins_place(tokens, i)) {
            continue;
        }
        let operator = text[tokens[i].span.start..tokens[i].span.end].to_owned();
        // At the beginning it is no operator: NEAR EAST.
        if i > 0 {
            let kind = NoteKind::NearAsText { operator: operator.clone() };
            notes.push(Note { kind, span: tokens[i].span });
        }
        tokens[i].token = Token::Text(operator);
    }
}

/// Whether a token is something that stands at a place in a text.
fn is_place(token: &Token) -> bool {
    matches!(token, Token::Text(_) | Token::Phrase(_) | Token::Regex(_))
}

/// Whether these tokens are terms with OR between them.
fn is_choice(inside: &[Lexeme]) -> bool {
    let fits = |(i, lexeme): (usize, &Lexeme)| {
        if i % 2 == 0 { is_place(&lexeme.token) } else { lexeme.token == Token::Or }
    };
    inside.len() % 2 == 1 && inside.iter().enumerate().all(fits)
}

/// Whether what ends before `at` is an operand of NEAR.
fn ends_place(tokens: &[Lexeme], at: usize) -> bool {
    let before = &tokens[..at];
    let Some((last, rest)) = before.split_last() else { return false };
    let rest = if last.token == Token::Close {
        let open = rest.iter().rposition(|lexeme| matches!(lexeme.token, Token::Open | Token::Close));
        match open.map(|open| (&rest[open].token, rest.get(..open), rest.get(open + 1..))) {
            Some((Token::Open, Some(rest), Some(inside))) if is_choice(inside) => rest,
            _ => return false,
        }
    } else if is_place(&last.token) {
        rest
    } else {
        return false;
    };
    !matches!(rest.last().map(|lexeme| &lexeme.token), Some(Token::Not | Token::Unit(_)))
}

/// Whether what begins behind `at` is an operand of NEAR.
fn begins_place(tokens: &[Lexeme], at: usize) -> bool {
    let Some((first, rest)) = tokens.get(at + 1..).and_then(<[Lexeme]>::split_first) else { return false };
    if first.token == Token::Open {
        let close = rest.iter().position(|lexeme| matches!(lexeme.token, Token::Open | Token::Close));
        close.is_some_and(|close| rest[close].token == Token::Close && is_choice(&rest[..close]))
    } else {
        is_place(&first.token)
    }
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
        let Some(inner) = self.near() else {
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

    fn near(&mut self) -> Option<Ast> {
        let first = self.primary()?;
        let mut parts = vec![first];
        let mut within = Vec::new();
        while let Some(&Lexeme { token: Token::Near(characters), .. }) = self.peek() {
            self.at += 1;
            let Some(next) = self.primary() else { break };
            parts.push(next);
            within.push(characters);
        }
        let span = Span::new(parts.first()?.span.start, parts.last()?.span.end);
        if within.is_empty() { parts.pop() } else { Some(Ast { node: Node::Near { parts, within }, span }) }
    }

    /// Text, with its stars or as it is.
    fn term(&mut self, text: &str, span: Span) -> Node {
        if let Some(name) = text.strip_prefix(['@', '＠']).filter(|name| !name.is_empty()) {
            let kind = NoteKind::UnknownView { name: name.to_owned(), nearest: None };
            self.notes.push(Note { kind, span });
        }
        match wildcard(text) {
            Stars::Between(_) => Node::Wild(text.to_owned()),
            Stars::None => Node::Text(text.to_owned()),
            Stars::TooMany => {
                self.notes.push(Note { kind: NoteKind::TooManyStars { limit: MAX_STARS }, span });
                Node::Text(text.to_owned())
            }
        }
    }

    fn primary(&mut self) -> Option<Ast> {
        let lexeme = self.peek()?;
        let node = match &lexeme.token {
            Token::Text(text) => self.term(text, lexeme.span),
            Token::Phrase(text) => Node::Phrase(text.clone()),
            Token::Regex(pattern) => Node::Regex(pattern.clone()),
            Token::Loose(text) => Node::Loose(text.clone()),
            Token::View(name) => Node::View(name.clone()),
            Token::Unit(unit) => {
                self.at += 1;
                let Some(inner) = self.primary() else {
                    self.dangling(lexeme.span);
                    return None;
                };
                let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
                let span = Span::new(lexeme.span.start, end.map_or(inner.span.end, |end| end.span.end));
                return Some(Ast { node: Node::Within { unit: *unit, inner: Box::new(inner) }, span });
            }
            Token::Field { name, value } => Node::Field { name: name.clone(), value: value.clone() },
            Token::Has(name) => Node::Has(name.clone()),
            Token::Open => {
                self.at += 1;
                let inner = self.or();
                let close = self.peek().filter(|lexeme| lexeme.token == Token::Close);
                self.at += usize::from(close.is_some());
                let mut inner = inner?;
                if matches!(inner.node, Node::And(_) | Node::Or(_)) {
                    inner.span = Span::new(lexeme.span.start, close.map_or(inner.span.end, |c| c.span.end));
                }
                return Some(inner);
            }
            Token::Close | Token::And | Token::Or | Token::Not | Token::Near(_) => return None,
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
