//! The tree.

use crate::diag::Span;
use serde::Deserialize;
use serde::Serialize;

/// A value with the place it stood at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The value's own bytes: for a block scalar from its first content line, for a mapping from its
    /// first key to the end of its last value.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// The three shapes of YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Text, not yet typed.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping in its own order.
    Map(Vec<Entry>),
}

/// Text after YAML's own escapes, and how it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// The notation.
    pub style: Style,
}

/// How a scalar was written. Only a plain one can be a number, a boolean or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// `text`
    Plain,
    /// `'text'` or `"text"`
    Quoted,
    /// `|` or `>`
    Block,
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stood.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The whole entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar; `None` for a mapping or list.
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| scalar.text.as_str())
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether this is YAML's null: nothing, `~` or `null`, written plainly.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| {
            scalar.style == Style::Plain
                && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
        })
    }

    /// A plain scalar read as a whole number. `010` is no number: in YAML 1.1 it is eight, in 1.2
    /// ten, so a person must say which was meant.
    pub fn integer(&self) -> Option<i64> {
        let scalar = self.scalar()?;
        let digits = scalar.text.strip_prefix(['-', '+']).unwrap_or(&scalar.text);
        let plain = scalar.style == Style::Plain
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        plain.then(|| scalar.text.parse().ok()).flatten()
    }

    /// A plain scalar read as `true` or `false`. YAML 1.1's `yes`, `no`, `on`, `off` are text.
    pub fn boolean(&self) -> Option<bool> {
        let scalar = self.scalar().filter(|s| s.style == Style::Plain)?;
        match scalar.text.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }
}
