//! What a document says, without how it is written: for telling whether an edit changed what it should and nothing else.

use super::node::Node;
use super::node::Style;
use super::node::Value;
use super::set::Step;
use super::write::Tree;
use std::collections::BTreeMap;

/// A value without places and notation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Its text, and whether it is something else than text: a number, `true`, null.
    Leaf(String, bool),
    List(Vec<Shape>),
    Map(BTreeMap<String, Shape>),
}

/// Whether a plain scalar with this text is read as something else than text.
pub(super) fn is_typed(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| {
        scalar.style == Style::Plain
            && (node.is_null()
                || node.integer().is_some()
                || node.boolean().is_some()
                || scalar.text.parse::<f64>().is_ok())
    })
}

impl Shape {
    pub(super) fn of(node: &Node) -> Shape {
        match &node.value {
            // All notations of null say the same.
            Value::Scalar(_) if node.is_null() => Shape::Leaf(String::new(), true),
            Value::Scalar(scalar) => Shape::Leaf(scalar.text.clone(), is_typed(node)),
            Value::List(items) => Shape::List(items.iter().map(Shape::of).collect()),
            Value::Map(entries) => {
                Shape::Map(entries.iter().map(|entry| (entry.key.clone(), Shape::of(&entry.value))).collect())
            }
        }
    }

    pub(super) fn of_tree(tree: &Tree) -> Shape {
        match tree {
            Tree::Text(text) => Shape::Leaf(text.clone(), false),
            Tree::Integer(number) => Shape::Leaf(number.to_string(), true),
            Tree::Bare(word) => Shape::Leaf(word.clone(), true),
            Tree::List(items) => Shape::List(items.iter().map(Shape::of_tree).collect()),
            Tree::Map(entries) => {
                let entries = entries.iter().filter(|(_, value)| !value.is_empty());
                Shape::Map(entries.map(|(key, value)| (key.clone(), Shape::of_tree(value))).collect())
            }
        }
    }

    /// Puts a value at a place; lists and mappings on the way come into being.
    pub(super) fn put(&mut self, steps: &[Step], value: Shape) {
        let Some((step, rest)) = steps.split_first() else {
            *self = value;
            return;
        };
        let null = || Shape::Leaf(String::new(), true);
        match step {
            Step::Key(key) => {
                if !matches!(self, Shape::Map(_)) {
                    *self = Shape::Map(BTreeMap::new());
                }
                if let Shape::Map(entries) = self {
                    entries.entry(key.clone()).or_insert_with(null).put(rest, value);
                }
            }
            Step::Item(at) => {
                if !matches!(self, Shape::List(_)) {
                    *self = Shape::List(Vec::new());
                }
                if let Shape::List(items) = self {
                    if *at >= items.len() {
                        items.push(null());
                    }
                    let last = items.len() - 1;
                    items[(*at).min(last)].put(rest, value);
                }
            }
        }
    }

    /// Takes a value out, and what is empty without it; says whether this is empty now.
    pub(super) fn take(&mut self, steps: &[Step]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        match (self, step) {
            (Shape::Map(entries), Step::Key(key)) => {
                if entries.get_mut(key).is_some_and(|inner| inner.take(rest)) {
                    entries.remove(key);
                }
                entries.is_empty()
            }
            (Shape::List(items), Step::Item(at)) => {
                if items.get_mut(*at).is_some_and(|inner| inner.take(rest)) {
                    items.remove(*at);
                }
                items.is_empty()
            }
            _ => false,
        }
    }
}
