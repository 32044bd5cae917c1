//! The tree of a query, as it was written: nothing in it is resolved yet.

use crate::diag::Span;

/// A part of a query with the bytes it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ast {
    /// What it asks.
    pub node: Node,
    /// Where it stands in the query.
    pub span: Span,
}

/// What a part of a query asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Nothing was asked: every record.
    All,
    /// Free text, as typed.
    Text(String),
    /// The inside of quotation marks.
    Phrase(String),
    /// A term with `*` for any run of characters, as typed.
    Wild(String),
    /// A regular expression, without its slashes.
    Regex(String),
    /// A term or phrase that `~` stands behind, without the mark.
    Loose(String),
    /// A saved query, by its name.
    View(String),
    /// Each of them near the next one, in one paragraph.
    Near {
        /// Terms, phrases, wildcards, patterns, or a choice of these; two at least.
        parts: Vec<Ast>,
        /// The most characters between one and the next; one fewer than `parts`.
        within: Vec<u32>,
    },
    /// All of it in one sentence, paragraph or section.
    Within {
        /// In one of what.
        unit: Unit,
        /// What must hold there.
        inner: Box<Ast>,
    },
    /// `field:value`.
    Field {
        /// The field as it was named.
        name: String,
        /// What it must hold.
        value: Value,
    },
    /// `field:*`: has any value.
    Has(String),
    /// All of them.
    And(Vec<Ast>),
    /// At least one of them.
    Or(Vec<Ast>),
    /// Everything else.
    Not(Box<Ast>),
}

/// A part of a record that several terms may be asked to stand in together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 同句: a sentence.
    Sentence,
    /// 同段: a paragraph.
    Paragraph,
    /// 同节: the texts of one item of a list, such as a section with its heading.
    Section,
}

impl Unit {
    /// How the units are asked for, in Chinese and English.
    pub(super) const NAMES: &[(&str, &str, Unit)] = &[
        ("同句", "SENTENCE", Unit::Sentence),
        ("同段", "PARAGRAPH", Unit::Paragraph),
        ("同节", "SECTION", Unit::Section),
    ];

    /// The Chinese name of the operator.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Sentence => "同句",
            Unit::Paragraph => "同段",
            Unit::Section => "同节",
        }
    }
}

/// The right side of `field:value`. What it means depends on the field: a comma is text in a title
/// and sets apart the values of a list elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// All of it, as typed; without its quotation marks when one pair encloses the whole, and
    /// without its slashes when it is a regular expression.
    pub raw: String,
    /// Whether it is a regular expression.
    pub regex: bool,
    /// Cut at the commas outside quotation marks; never empty.
    pub items: Vec<Item>,
    /// Where it stands.
    pub span: Span,
}

/// One value of a list of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value without its quotation marks.
    pub text: String,
    /// Whether it stood in quotation marks, in which nothing is an operator.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

impl Ast {
    /// How many terms it has.
    pub fn terms(&self) -> usize {
        match &self.node {
            Node::All => 0,
            Node::Field { value, .. } => value.items.len(),
            Node::And(parts) | Node::Or(parts) | Node::Near { parts, .. } => {
                parts.iter().map(Ast::terms).sum()
            }
            Node::Not(part) | Node::Within { inner: part, .. } => part.terms(),
            Node::Text(_)
            | Node::Phrase(_)
            | Node::Wild(_)
            | Node::Regex(_)
            | Node::Loose(_)
            | Node::View(_)
            | Node::Has(_) => 1,
        }
    }

    /// The same with all of it at one place.
    #[must_use]
    pub fn placed_at(mut self, span: Span) -> Ast {
        self.span = span;
        match &mut self.node {
            Node::And(parts) | Node::Or(parts) | Node::Near { parts, .. } => {
                for part in parts {
                    *part = std::mem::replace(part, Ast { node: Node::All, span }).placed_at(span);
                }
            }
            Node::Not(part) | Node::Within { inner: part, .. } => {
                let inner = std::mem::replace(&mut **part, Ast { node: Node::All, span });
                **part = inner.placed_at(span);
            }
            Node::Field { value, .. } => {
                value.span = span;
                value.items.iter_mut().for_each(|item| item.span = span);
            }
            _ => {}
        }
        self
    }
}
