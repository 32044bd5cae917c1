//! A query made definite: which fields, which values, which strings.
//!
//! Owns the step from words to fields, by way of the kinds. A plan names no engine; it is what any
//! engine can be asked.

mod build;
mod places;
mod targets;
#[cfg(test)]
mod tests;

pub use build::{Compiled, Language, compile, compile_regex, condition, filter, plan_with};
pub use targets::{field_shape, is_field, section_scope};

use super::engine::Needle;
use super::engine::Scope;
use super::positional::Placed;
use crate::diag::Span;
use std::fmt;
use std::sync::Arc;

/// What to ask an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Every record.
    All,
    /// Records with a string.
    Literal(Literal),
    /// Records with a string, its words, or most of its neighbouring pairs in one paragraph.
    Loose(Literal),
    /// Records in which something stands in the right place: stars, patterns, NEAR, units.
    Placed(Arc<Placed>),
    /// Records with a value in a field.
    Keyword {
        /// The field's path.
        field: String,
        /// The value, folded.
        value: String,
        /// Whether a value that begins with it will do.
        prefix: bool,
    },
    /// Records with a number between two others, both included.
    Range {
        /// The field's path.
        field: String,
        /// The least.
        low: Option<i64>,
        /// The greatest.
        high: Option<i64>,
    },
    /// Records with any value at a path or label.
    Has(String),
    /// All of them.
    And(Vec<Plan>),
    /// At least one of them; none when empty.
    Or(Vec<Plan>),
    /// Every other record.
    Not(Box<Plan>),
}

/// A string of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// What to look for.
    pub needle: Needle,
    /// As it was typed, for messages.
    pub typed: String,
    /// Where it stands in the query.
    pub span: Span,
    /// Whether it may be widened to its words: free text, not `field:text`.
    pub free: bool,
    /// Fields of ids and codes; a record with the whole string as its value there counts as well.
    pub codes: Vec<String>,
    /// Number fields that may have been meant instead, for a hint where the string is found nowhere.
    pub numbers: Vec<String>,
    /// The term of the query that it stands for: a synonym, what a term in pinyin reads. `None` for
    /// what was typed.
    pub stands_for: Option<String>,
}

impl Plan {
    /// All of these. Nested ANDs become one, so that every filter of a query stands at its top.
    pub fn and(parts: Vec<Plan>) -> Plan {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Plan::All => {}
                Plan::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Plan::All,
            1 => flat.remove(0),
            _ => Plan::And(flat),
        }
    }

    /// Any of these. The same one twice counts once.
    pub fn or(parts: Vec<Plan>) -> Plan {
        let mut flat: Vec<Plan> = Vec::new();
        for part in parts {
            let inner = if let Plan::Or(inner) = part { inner } else { vec![part] };
            for plan in inner {
                if !flat.contains(&plan) {
                    flat.push(plan);
                }
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Plan::Or(flat) }
    }

    /// The strings that a match holds: those not under NOT, each needle once.
    pub fn literals(&self) -> Vec<&Literal> {
        let mut found: Vec<&Literal> = Vec::new();
        self.each_leaf(&mut |leaf| {
            if let Plan::Literal(literal) | Plan::Loose(literal) = leaf
                && !found.iter().any(|known| known.needle == literal.needle)
            {
                found.push(literal);
            }
        });
        found
    }

    /// The values of fields that it asks for, outside NOT: field, value, whether it is a beginning.
    pub fn values(&self) -> Vec<(&str, &str, bool)> {
        match self {
            Plan::Keyword { field, value, prefix } => vec![(field, value, *prefix)],
            Plan::And(parts) | Plan::Or(parts) => parts.iter().flat_map(Plan::values).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it holds free text that may be widened.
    pub fn widens(&self) -> bool {
        let mut free = false;
        self.each_leaf(&mut |leaf| free |= matches!(leaf, Plan::Literal(literal) if literal.free));
        free
    }

    /// Whether it holds free text of any kind.
    pub fn asks(&self) -> bool {
        let mut free = false;
        self.each_leaf(&mut |leaf| {
            free |= match leaf {
                Plan::Literal(literal) | Plan::Loose(literal) => literal.free,
                Plan::Placed(placed) => placed.free,
                _ => false,
            }
        });
        free
    }

    /// The same as a condition that must hold as it stands: no part of it is ever widened.
    #[must_use]
    pub fn strict(self) -> Plan {
        let each = |parts: Vec<Plan>| parts.into_iter().map(Plan::strict).collect();
        match self {
            Plan::Literal(literal) => Plan::Literal(Literal { free: false, ..literal }),
            Plan::Loose(literal) => Plan::Loose(Literal { free: false, ..literal }),
            Plan::Placed(placed) => {
                Plan::Placed(Arc::new(Placed { free: false, ..Arc::unwrap_or_clone(placed) }))
            }
            Plan::And(parts) => Plan::And(each(parts)),
            Plan::Or(parts) => Plan::Or(each(parts)),
            Plan::Not(part) => Plan::Not(Box::new(part.strict())),
            other => other,
        }
    }

    /// The parts that ask for text and are not under NOT, each once.
    pub fn leaves(&self) -> Vec<&Plan> {
        let mut found: Vec<&Plan> = Vec::new();
        self.each_leaf(&mut |leaf| {
            if !found.contains(&leaf) {
                found.push(leaf);
            }
        });
        found
    }

    fn each_leaf<'p>(&'p self, take: &mut dyn FnMut(&'p Plan)) {
        match self {
            Plan::Literal(_) | Plan::Loose(_) | Plan::Placed(_) => take(self),
            Plan::And(parts) | Plan::Or(parts) => parts.iter().for_each(|part| part.each_leaf(take)),
            // Not and the filters.
            _ => {}
        }
    }
}

impl fmt::Display for Plan {
    /// One line without ambiguity, for `--explain`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Plan], word: &str| {
            f.write_str("(")?;
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    write!(f, " {word} ")?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        match self {
            Plan::All => f.write_str("*"),
            Plan::Placed(placed) => {
                if let Scope::Labels(labels) = &placed.scope {
                    write!(f, "{}:", labels.join(","))?;
                }
                f.write_str(&placed.typed)
            }
            Plan::Loose(literal) => write!(f, "{}~", Plan::Literal(literal.clone())),
            Plan::Literal(Literal { needle, codes, .. }) => {
                if !codes.is_empty() {
                    f.write_str("(")?;
                }
                if let Scope::Labels(labels) = &needle.scope {
                    write!(f, "{}:", labels.join(","))?;
                }
                write!(f, "\"{}\"", needle.text)?;
                for field in codes {
                    write!(f, " OR {field}={}", needle.text)?;
                }
                if codes.is_empty() { Ok(()) } else { f.write_str(")") }
            }
            Plan::Keyword { field, value, prefix } => {
                write!(f, "{field}={value}{}", if *prefix { "*" } else { "" })
            }
            Plan::Range { field, low, high } => {
                let end = |end: &Option<i64>| end.map_or(String::new(), |end| end.to_string());
                write!(f, "{field}={}..{}", end(low), end(high))
            }
            Plan::Has(field) => write!(f, "{field}=*"),
            Plan::And(parts) => join(f, parts, "AND"),
            Plan::Or(parts) => join(f, parts, "OR"),
            Plan::Not(part) => write!(f, "NOT {part}"),
        }
    }
}
