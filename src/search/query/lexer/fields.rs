//! `field:value` in all the ways that people write it.

use super::super::ast::{Item, Value};
use super::super::error::{Note, NoteKind};
use super::super::parser::FieldShape;
use super::{Lexeme, Lexer, Token, is_bar, is_comma, is_open};
use crate::diag::Span;

impl Lexer<'_> {
    /// `field:value`, and what people write for it: `field: value`, and `field=value` where the
    /// field holds values and not text.
    pub(super) fn field(&mut self) -> bool {
        let end = self.piece_end(self.at, &|_| false);
        let piece = &self.text[self.at..end];
        let marks = |&(_, c): &(usize, char)| matches!(c, ':' | '：' | '=' | '＝');
        let Some((place, mark)) = piece.char_indices().find(marks) else {
            return false;
        };
        let name = &piece[..place];
        let from = self.at + place + mark.len_utf8();
        let bare = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(bare) {
            return false;
        }
        let shape = (self.names.shape_of)(name);
        if matches!(mark, '=' | '＝') {
            return shape == Some(FieldShape::Values) && self.alternatives(name, from, FieldShape::Values);
        }
        let Some(shape) = shape else {
            let url = self.text[from..].starts_with('/');
            if name.chars().any(char::is_alphabetic) && from < end && !url {
                let kind = NoteKind::UnknownField { name: name.to_owned(), nearest: None };
                self.notes.push(Note { kind, span: Span::new(self.at, self.at + place) });
            }
            return false;
        };
        let next = self.after_blanks(from);
        if let Some((inside, after)) = self.slashes(next).filter(|_| shape == FieldShape::Text) {
            let (raw, span) = (inside.to_owned(), Span::new(next, after));
            let items = vec![Item { text: raw.clone(), quoted: true, span }];
            let value = Value { raw, regex: true, items, span };
            self.push(Token::Field { name: name.to_owned(), value }, after);
            return true;
        }
        if self.alternatives(name, next, shape) {
            return true;
        }
        let kind = NoteKind::EmptyValue { field: name.to_owned() };
        self.notes.push(Note { kind, span: Span::new(self.at, from) });
        false
    }

    /// Where the value of `field: value` begins: `from` itself unless blanks of one line stand
    /// there and then something that can only be a value.
    fn after_blanks(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        let start = self.text.len() - value.len();
        let word = &self.text[start..self.piece_end(start, &|_| false)];
        let names = |(place, _): (usize, char)| (self.names.shape_of)(&word[..place]).is_some();
        let other = word.is_empty()
            || word.starts_with('-')
            || matches!(word, "OR" | "AND" | "NOT")
            || word.char_indices().find(|&(_, c)| matches!(c, ':' | '：')).is_some_and(names);
        if other { from } else { start }
    }

    /// A field's value, or several with `|` between them: 等次:最佳|优秀, 等次:(最佳 | 优秀). Those
    /// are read as a group of one field each.
    fn alternatives(&mut self, name: &str, from: usize, shape: FieldShape) -> bool {
        if let Some(end) = self.enclosed(from, shape) {
            let mut inner = Lexer::new(&self.text[..end], self.names, self.plain);
            inner.at = from + self.char_at(from).map_or(1, char::len_utf8);
            let tokens = inner.values_only(name);
            if tokens.iter().any(|lexeme| matches!(lexeme.token, Token::Field { .. } | Token::Has(_))) {
                let after = end + self.char_at(end).map_or(1, char::len_utf8);
                self.push_group(tokens, after);
                return true;
            }
        }
        let Some(first) = self.value(from) else { return false };
        let mut at = first.span.end;
        let mut tokens = vec![field_token(name, first)];
        while let Some(bar) = self.char_at(at).filter(|&c| is_bar(c)) {
            let Some(value) = self.next_alternative(at + bar.len_utf8()) else { break };
            let span = Span::new(at, at + bar.len_utf8());
            at = value.span.end;
            tokens.push(Lexeme { token: Token::Or, span });
            tokens.push(field_token(name, value));
        }
        match (tokens.len(), tokens.pop()) {
            (1, Some(only)) => self.push(only.token, at),
            (_, Some(last)) => {
                tokens.push(last);
                self.push_group(tokens, at);
            }
            _ => return false,
        }
        true
    }

    /// The value right behind a bar, unless that begins something of its own.
    fn next_alternative(&self, at: usize) -> Option<Value> {
        let c = self.char_at(at)?;
        let word = &self.text[at..self.piece_end(at, &|_| false)];
        let colon = word.char_indices().find(|&(_, c)| matches!(c, ':' | '：' | '=' | '＝'));
        let other = is_open(c)
            || c == '-'
            || colon.is_some_and(|(place, _)| (self.names.shape_of)(&word[..place]).is_some());
        if other { None } else { self.value(at) }
    }

    /// The closing parenthesis of a value all in parentheses that hold more than plain text.
    fn enclosed(&self, from: usize, shape: FieldShape) -> Option<usize> {
        self.char_at(from).filter(|&c| is_open(c))?;
        let end = self.partner(from)?;
        let inside = self.text.get(from..end)?;
        let operator =
            |c: char| is_bar(c) || c.is_whitespace() || (shape == FieldShape::Values && is_comma(c));
        let after = end + self.char_at(end)?.len_utf8();
        (inside.contains(operator) && self.is_border(after)).then_some(end)
    }

    /// Reads the inside of a value in parentheses: values and the operators between them.
    fn values_only(&mut self, name: &str) -> Vec<Lexeme> {
        let mut tokens = Vec::new();
        while let Some(c) = self.char_at(self.at) {
            let (start, after) = (self.at, self.at + c.len_utf8());
            let rest = &self.text[start..];
            let operators = [("OR", Token::Or), ("AND", Token::And), ("NOT", Token::Not)];
            let operator = operators
                .into_iter()
                .find(|(word, _)| rest.starts_with(word) && self.is_border(start + word.len()));
            if c.is_whitespace() {
                self.at = after;
            } else if is_bar(c) {
                tokens.push(Lexeme { token: Token::Or, span: Span::new(start, after) });
                self.at = after;
            } else if let Some((word, token)) = operator {
                self.at += word.len();
                tokens.push(Lexeme { token, span: Span::new(start, self.at) });
            } else if c == '-' && self.negates(after) {
                tokens.push(Lexeme { token: Token::Not, span: Span::new(start, after) });
                self.at = after;
            } else if let Some(value) = self.value(start) {
                self.at = value.span.end.max(after);
                tokens.push(field_token(name, value));
            } else {
                self.at = after;
            }
        }
        tokens
    }

    fn push_group(&mut self, tokens: Vec<Lexeme>, end: usize) {
        let start = self.at;
        self.out.push(Lexeme { token: Token::Open, span: Span::new(start, start) });
        self.out.extend(tokens);
        self.out.push(Lexeme { token: Token::Close, span: Span::new(end, end) });
        self.at = end;
    }

    /// The values after a field's colon: pieces and phrases between commas.
    fn value(&self, from: usize) -> Option<Value> {
        let mut items = Vec::new();
        let mut at = from;
        loop {
            let c = self.char_at(at)?;
            let ends = |after: usize| self.is_border(after) || self.char_at(after).is_some_and(is_comma);
            let quoted = self.quoted(at, c).filter(|&(_, after)| ends(after));
            let next = match quoted {
                Some((end, after)) => {
                    let text = self.text[at + c.len_utf8()..end].to_owned();
                    items.push(Item { text, quoted: true, span: Span::new(at, after) });
                    after
                }
                None => {
                    let end = self.piece_end(at, &is_comma);
                    if end > at {
                        let text = self.text[at..end].to_owned();
                        items.push(Item { text, quoted: false, span: Span::new(at, end) });
                    }
                    end
                }
            };
            at = next;
            match self.char_at(at).filter(|&c| is_comma(c)) {
                Some(comma) => at += comma.len_utf8(),
                None => break,
            }
            if self.is_border(at) {
                break;
            }
        }
        let first = items.first()?;
        let raw = match items.as_slice() {
            [Item { text, quoted: true, span }] if span.end == at => text.clone(),
            _ => self.text[from..at].to_owned(),
        };
        (first.quoted || !first.text.is_empty()).then(|| {
            let span = Span::new(from, at);
            Value { raw, regex: false, items, span }
        })
    }
}

fn field_token(name: &str, value: Value) -> Lexeme {
    let span = value.span;
    let name = name.to_owned();
    let any = value.items.iter().all(|item| !item.quoted) && matches!(value.raw.as_str(), "*" | "＊");
    Lexeme { token: if any { Token::Has(name) } else { Token::Field { name, value } }, span }
}
