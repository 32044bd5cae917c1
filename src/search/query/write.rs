//! Tree → query: the one way to write what was read.
//!
//! What is written is read back as the same tree: text that could be taken for an operator stands in
//! quotation marks, as a phrase, which asks for the same.

use super::ast::{Ast, Node, Value};
use super::lexer::QUOTES;
use super::wildcard::{Stars, balanced, wildcard};
use std::fmt;
use std::fmt::Write as _;

impl fmt::Display for Ast {
    /// The query in its plainest form: `党员 (工程 | 模式) -干部 year:2012`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::All => Ok(()),
            Node::Text(text) if is_plain(text) => f.write_str(text),
            Node::Text(text) | Node::Phrase(text) => f.write_str(&quoted(text)),
            Node::Wild(text) => f.write_str(text),
            Node::Regex(pattern) => write!(f, "/{}/", slashed(pattern)),
            Node::Loose(text) if is_plain(text) => write!(f, "{text}~"),
            Node::Loose(text) => write!(f, "{}~", quoted(text)),
            Node::View(name) => write!(f, "@{name}"),
            Node::Field { name, value } => write!(f, "{name}:{}", written(value)),
            Node::Has(name) => write!(f, "{name}:*"),
            Node::And(parts) => join(f, parts, " ", |node| matches!(node, Node::And(_) | Node::Or(_))),
            Node::Or(parts) => join(f, parts, " | ", |node| matches!(node, Node::Or(_))),
            Node::Not(part) => {
                let group =
                    matches!(part.node, Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Near { .. });
                let part = enclosed(part, group);
                // Two hyphens are text.
                write!(f, "{}{part}", if part.starts_with('-') { "NOT " } else { "-" })
            }
            Node::Near { parts, within } => {
                for (i, part) in parts.iter().enumerate() {
                    if let Some(within) = i.checked_sub(1).and_then(|before| within.get(before)) {
                        write!(f, " NEAR/{within} ")?;
                    }
                    f.write_str(&enclosed(part, matches!(part.node, Node::Or(_))))?;
                }
                Ok(())
            }
            Node::Within { unit, inner } => write!(f, "{}({inner})", unit.as_str()),
        }
    }
}

fn enclosed(part: &Ast, group: bool) -> String {
    if group { format!("({part})") } else { part.to_string() }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Ast],
    between: &str,
    group: impl Fn(&Node) -> bool,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        f.write_str(&enclosed(part, group(&part.node)))?;
    }
    Ok(())
}

/// Whether a text is read as nothing but text, wherever a term may stand.
fn is_plain(text: &str) -> bool {
    let mark = |c: char| {
        c.is_whitespace()
            || matches!(c, '(' | ')' | '（' | '）' | '|' | '｜' | ':' | '：' | '=' | '＝')
            || QUOTES.iter().any(|&(open, close)| c == open || c == close)
    };
    let word = matches!(text, "OR" | "AND" | "NOT") || text.starts_with("NEAR");
    !text.is_empty()
        && !word
        && !text.contains(mark)
        && !text.starts_with(['-', '/', '@'])
        && !text.ends_with(['~', '～'])
        && wildcard(text) == Stars::None
}

/// A text in quotation marks that it does not hold itself.
fn quoted(text: &str) -> String {
    const ORDER: [usize; 7] = [0, 2, 4, 5, 3, 1, 6];
    let fits = |&i: &usize| QUOTES.get(i).is_some_and(|&(open, close)| !text.contains([open, close]));
    let chosen = ORDER.into_iter().find(fits).unwrap_or(0);
    let (open, close) = QUOTES[chosen];
    format!("{open}{text}{close}")
}

/// A pattern as it may stand between slashes.
fn slashed(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        let edge = at == 0 || at + c.len_utf8() == pattern.len();
        if escaped {
            out.push(c);
            escaped = false;
        } else if c == '/' {
            out.push_str("\\/");
        } else if c.is_whitespace() && edge {
            let _ = write!(out, "\\x{{{:X}}}", u32::from(c));
        } else {
            escaped = c == '\\';
            out.push(c);
        }
    }
    out
}

fn written(value: &Value) -> String {
    if value.regex {
        return format!("/{}/", slashed(&value.raw));
    }
    let whole = matches!(value.items.as_slice(), [item] if item.quoted && item.text == value.raw);
    if whole || is_open_ended(value) { quoted(&value.raw) } else { value.raw.clone() }
}

/// Whether a value begins something that what stands behind it could end.
pub(super) fn is_open_ended(value: &Value) -> bool {
    let mark = |c: char| QUOTES.iter().any(|&(open, close)| c == open || c == close);
    let half = matches!(value.items.as_slice(), [item] if !item.quoted) && value.raw.contains(mark);
    half || value.raw.starts_with('/') || !balanced(&value.raw)
}
