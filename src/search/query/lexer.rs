//! A query's text → tokens.
//!
//! Every mark of the grammar is also text that somebody may look for, so a mark only counts where it
//! stands as one: quotation marks and parentheses at the beginning of a term and with their partner,
//! `-` at the beginning of a term, a colon after the name of a field. Whether a parenthesis groups
//! is known only after its partner was looked for; then the text is read again with those that turn
//! out to be text marked as such, until nothing changes.

use super::ast::{Unit, Value};
use super::error::{MAX_DEPTH, Note, QueryError, QueryErrorKind};
use super::parser::Names;
use super::wildcard::{Stars, wildcard};
use crate::diag::Span;
use std::collections::BTreeSet;

mod fields;

/// What the parser sees.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(u32),
    Unit(Unit),
    Text(String),
    Phrase(String),
    Regex(String),
    Loose(String),
    View(String),
    Field { name: String, value: Value },
    Has(String),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
}

/// How far apart two terms may be where `NEAR` says no number.
const NEAR: u32 = 10;

pub(super) const QUOTES: &[(char, char)] =
    &[('"', '"'), ('＂', '＂'), ('“', '”'), ('‘', '’'), ('「', '」'), ('『', '』'), ('\'', '\'')];

fn is_open(c: char) -> bool {
    matches!(c, '(' | '（')
}

fn is_close(c: char) -> bool {
    matches!(c, ')' | '）')
}

fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜')
}

fn is_tilde(c: char) -> bool {
    matches!(c, '~' | '～')
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、')
}

/// Cuts a query into tokens.
pub(super) fn lex(text: &str, names: &Names<'_>, notes: &mut Vec<Note>) -> Result<Vec<Lexeme>, QueryError> {
    let mut plain = BTreeSet::new();
    loop {
        let mut lexer = Lexer::new(text, names, &plain);
        lexer.run();
        if let Some(span) = lexer.too_deep {
            return Err(QueryError { kind: QueryErrorKind::TooDeep { limit: MAX_DEPTH }, span });
        }
        let mut more = lexer.not_groups;
        more.extend(lexer.open.iter().map(|&(_, at)| at));
        more.extend(idle_groups(&lexer.out));
        if more.is_empty() {
            notes.append(&mut lexer.notes);
            return Ok(lexer.out);
        }
        plain.extend(more);
    }
}

/// Parentheses around one plain term with no operator beside them group nothing: `（一）` is what
/// somebody looks for.
fn idle_groups(tokens: &[Lexeme]) -> Vec<usize> {
    let operator = |at: Option<usize>| {
        let token = at.and_then(|at| tokens.get(at)).map(|lexeme| &lexeme.token);
        matches!(token, Some(Token::And | Token::Or | Token::Not | Token::Near(_) | Token::Unit(_)))
    };
    let plain = |token: &Token| matches!(token, Token::Text(text) if wildcard(text) == Stars::None);
    let idle = |(i, three): (usize, &[Lexeme])| {
        let [a, b, c] = three else { return None };
        let term = a.token == Token::Open && plain(&b.token) && c.token == Token::Close;
        (term && !operator(i.checked_sub(1)) && !operator(Some(i + 3))).then_some(a.span.start)
    };
    tokens.windows(3).enumerate().filter_map(idle).collect()
}

struct Lexer<'q> {
    text: &'q str,
    names: &'q Names<'q>,
    /// Opening parentheses that are text.
    plain: &'q BTreeSet<usize>,
    at: usize,
    out: Vec<Lexeme>,
    /// Opening parentheses that wait for their partner: place among the tokens and in the text.
    open: Vec<(usize, usize)>,
    not_groups: BTreeSet<usize>,
    too_deep: Option<Span>,
    notes: Vec<Note>,
}

impl<'q> Lexer<'q> {
    fn new(text: &'q str, names: &'q Names<'q>, plain: &'q BTreeSet<usize>) -> Self {
        Lexer {
            text,
            names,
            plain,
            at: 0,
            out: Vec::new(),
            open: Vec::new(),
            not_groups: BTreeSet::new(),
            too_deep: None,
            notes: Vec::new(),
        }
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Whether a term may end here: at the end, a blank, `|` or a closing parenthesis.
    fn is_border(&self, at: usize) -> bool {
        self.char_at(at).is_none_or(|c| c.is_whitespace() || is_bar(c) || is_close(c))
    }

    fn push(&mut self, token: Token, end: usize) {
        let span = Span::new(self.at, end);
        self.out.push(Lexeme { token, span });
        self.at = end;
    }

    fn run(&mut self) {
        while let Some(c) = self.char_at(self.at) {
            let after = self.at + c.len_utf8();
            let negated =
                self.out.last().is_some_and(|last| last.token == Token::Not && last.span.end == self.at);
            if c.is_whitespace() {
                self.at = after;
            } else if is_bar(c) {
                self.push(Token::Or, after);
            } else if is_open(c) && self.groups(self.at) {
                self.open.push((self.out.len(), self.at));
                self.push(Token::Open, after);
            } else if is_close(c) && !self.open.is_empty() {
                self.close(after);
            } else if c == '-' && !negated && self.negates(after) {
                self.push(Token::Not, after);
            } else if !self.phrase(c) && !self.regex() && !self.field() {
                self.word(negated);
            }
            if self.too_deep.is_some() {
                return;
            }
        }
    }

    /// Whether a parenthesis at `at` may open a group: one with something inside.
    fn groups(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let inside = rest.strip_prefix(is_open).and_then(|inside| inside.trim_start().chars().next());
        !self.plain.contains(&at) && inside.is_some_and(|c| !is_close(c))
    }

    fn negates(&self, after: usize) -> bool {
        let next = self.char_at(after);
        !self.is_border(after) && next != Some('-')
    }

    fn close(&mut self, after: usize) {
        let depth = self.open.len();
        let Some((first, at)) = self.open.pop() else { return };
        // （星级|梯级）管理 is a choice and a term beside it.
        let operator =
            |lexeme: &Lexeme| matches!(lexeme.token, Token::And | Token::Or | Token::Not | Token::Near(_));
        let chooses = self.out.get(first..).is_some_and(|inside| inside.iter().any(operator));
        if self.is_border(after) || chooses {
            if depth > MAX_DEPTH {
                self.too_deep = Some(Span::new(at, after));
            }
            self.push(Token::Close, after);
        } else {
            // (一)加强领导: no group ends in the middle of a term.
            self.not_groups.insert(at);
            self.at = after;
        }
    }

    /// The inside and the end of quotation marks that open at `at` with `mark`.
    fn quoted(&self, at: usize, mark: char) -> Option<(usize, usize)> {
        let &(open, close) = QUOTES.iter().find(|&&(open, _)| open == mark)?;
        let start = at + mark.len_utf8();
        let mut depth = 0;
        for (i, c) in self.text[start..].char_indices() {
            let here = start + i;
            if c == close {
                // A ' between letters is an apostrophe.
                if c == '\'' && !self.is_border(here + 1) {
                    continue;
                }
                if depth == 0 {
                    return Some((here, here + c.len_utf8()));
                }
                depth -= 1;
            } else if c == open {
                depth += 1;
            }
        }
        None
    }

    fn phrase(&mut self, c: char) -> bool {
        let Some((end, after)) = self.quoted(self.at, c) else { return false };
        let inside = &self.text[self.at + c.len_utf8()..end];
        let mark = self.char_at(after).filter(|&c| is_tilde(c)).map_or(0, char::len_utf8);
        if mark > 0 && self.is_border(after + mark) && !inside.is_empty() {
            self.push(Token::Loose(inside.to_owned()), after + mark);
            return true;
        }
        // “四议两公开”工作法 is one term that begins with quotation marks.
        let glued = !self.is_border(after) && !inside.contains(char::is_whitespace);
        if inside.is_empty() || glued {
            return false;
        }
        self.push(Token::Phrase(inside.to_owned()), after);
        true
    }

    /// The inside and the end of the regular expression that begins at `at`. None holds a slash of
    /// its own, as paths do, or has a blank at an end, as a slash between words has.
    fn slashes(&self, at: usize) -> Option<(&'q str, usize)> {
        let inside = self.text.get(at..)?.strip_prefix('/')?;
        let mut escaped = false;
        let end = inside.char_indices().find_map(|(i, c)| {
            let closes = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            closes.then_some(i)
        })?;
        let (inside, after) = (&inside[..end], at + 1 + end + 1);
        let trimmed = !inside.is_empty() && inside.trim() == inside;
        (trimmed && self.is_border(after)).then_some((inside, after))
    }

    fn regex(&mut self) -> bool {
        let Some((inside, after)) = self.slashes(self.at) else { return false };
        self.push(Token::Regex(inside.to_owned()), after);
        true
    }

    /// Where the parenthesis that opens at `at` has its partner.
    fn partner(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (i, c) in self.text.get(at..)?.char_indices() {
            if is_open(c) {
                depth += 1;
            } else if is_close(c) {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + i);
                }
            }
        }
        None
    }

    /// Whether a parenthesis in the middle of a piece begins a choice: 管理（星级|梯级）.
    fn chooses(&self, at: usize) -> bool {
        let inside = self.partner(at).and_then(|end| self.text.get(at..end));
        inside.is_some_and(|inside| inside.contains(is_bar)) && self.groups(at)
    }

    /// Where a bare piece that begins at `at` ends. Parentheses inside it are text.
    fn piece_end(&self, at: usize, stop: &dyn Fn(char) -> bool) -> usize {
        let mut depth = 0;
        for (i, c) in self.text[at..].char_indices() {
            if c.is_whitespace() || is_bar(c) || stop(c) {
                return at + i;
            }
            if is_open(c) {
                // Looking for a partner at every one of many parentheses would be slow.
                if depth == 0 && i > 0 && self.chooses(at + i) {
                    return at + i;
                }
                depth += 1;
            } else if is_close(c) {
                if depth == 0 && !self.open.is_empty() {
                    return at + i;
                }
                depth = usize::saturating_sub(depth, 1);
            }
        }
        self.text.len()
    }

    fn word(&mut self, negated: bool) {
        let rest = &self.text[self.at..];
        let operators = [("OR", Token::Or), ("AND", Token::And), ("NOT", Token::Not)];
        for (name, token) in operators {
            let after = self.at + name.len();
            let ends = self.is_border(after) || self.groups(after);
            if !negated && rest.starts_with(name) && ends {
                self.push(token, after);
                return;
            }
        }
        if let Some((within, after)) = self.near().filter(|_| !negated) {
            self.push(Token::Near(within), after);
            return;
        }
        let names = Unit::NAMES.iter().flat_map(|&(zh, en, unit)| [(zh, unit), (en, unit)]);
        for (name, unit) in names {
            let after = self.at + name.len();
            if rest.starts_with(name) && self.groups(after) {
                self.push(Token::Unit(unit), after);
                return;
            }
        }
        let end = self.piece_end(self.at, &|_| false);
        // A mark that no rule above took is text of its own, so that reading always goes on.
        let end = end.max(self.at + rest.chars().next().map_or(1, char::len_utf8));
        let text = &self.text[self.at..end];
        let token = match (text.strip_prefix(['@', '＠']), text.strip_suffix(is_tilde)) {
            (Some(name), _) if (self.names.is_view)(name) => Token::View(name.to_owned()),
            (_, Some(term)) if !term.is_empty() && !term.ends_with(is_tilde) => Token::Loose(term.to_owned()),
            _ => Token::Text(text.to_owned()),
        };
        self.push(token, end);
    }

    /// `NEAR` or `NEAR/20`: how far, and where it ends.
    fn near(&self) -> Option<(u32, usize)> {
        let rest = self.text.get(self.at..)?;
        let number = rest.strip_prefix("NEAR")?;
        let (within, after) = match number.strip_prefix(['/', '／']) {
            None => (NEAR, number),
            Some(number) => {
                let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
                let digits = &number[..number.len() - after.len()];
                let within = digits.parse().unwrap_or(u32::MAX);
                (!digits.is_empty()).then_some((within, after))?
            }
        };
        let after = self.text.len() - after.len();
        (self.is_border(after) || self.groups(after)).then_some((within, after))
    }
}
