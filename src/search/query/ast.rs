//! The tree of a query, as it was written: nothing in it is resolved yet.

use crate::diag::Span;
use std::fmt;

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

/// The right side of `field:value`. What it means depends on the field: a comma is text in a title
/// and sets apart the values of a list elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// All of it, as typed; without its quotation marks when one pair encloses the whole.
    pub raw: String,
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

impl fmt::Display for Ast {
    /// One line without ambiguity: `("党员" & (!title=[x] | 公开))`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, items: &[Ast], between: &str| {
            f.write_str("(")?;
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    f.write_str(between)?;
                }
                write!(f, "{item}")?;
            }
            f.write_str(")")
        };
        match &self.node {
            Node::All => f.write_str("*"),
            Node::Text(text) => f.write_str(text),
            Node::Phrase(text) => write!(f, "\"{text}\""),
            Node::Field { name, value } => {
                let items: Vec<&str> = value.items.iter().map(|item| item.text.as_str()).collect();
                write!(f, "{name}=[{}]", items.join("; "))
            }
            Node::Has(name) => write!(f, "{name}=*"),
            Node::And(items) => join(f, items, " & "),
            Node::Or(items) => join(f, items, " | "),
            Node::Not(item) => write!(f, "!{item}"),
        }
    }
}
