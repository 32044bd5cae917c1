//! Closed lists of values with their Chinese and English names and aliases.
//!
//! A vocabulary file is itself a JSON Schema (`oneOf` of `const`s), so that a schema can point at it
//! with `$ref` and an editor can complete from it.

use super::annotation::{Annotation, KEY};
use super::field::Names;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::nearest;
use crate::yaml::Node;
use std::path::Path;

/// A closed list of values, in the order of its file (which is the order that tables use).
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    /// The file's name without folders and ending, `levels`.
    pub name: String,
    /// What the list is called.
    pub names: Names,
    /// The values.
    pub terms: Vec<Term>,
}

/// One value of a vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What stands in a record.
    pub value: String,
    /// What people call it; `key` is the value.
    pub names: Names,
}

impl Vocabulary {
    /// Reads a vocabulary file; problems go to `findings`.
    pub fn read(name: &str, node: &Node, path: &Path, findings: &mut Vec<Finding>) -> Self {
        let annotation = Annotation::of(node, &["en", "origin", "aliases"], path, findings);
        let names = Names::read(name, node, &annotation);
        let terms = match node.get("oneOf").or_else(|| node.get("anyOf")) {
            Some(list) => list.items().iter().filter_map(|item| Term::read(item, path, findings)).collect(),
            None => Vec::new(),
        };
        if terms.is_empty() {
            let finding = Finding::new(Code::BadSettings, path, Some(node.span));
            findings.push(finding.field("oneOf").arg("detail", "oneOf: [{const: …}]"));
        }
        Vocabulary { name: name.to_owned(), names, terms }
    }

    /// The closed list of a schema's own `enum`, whose values have no other names.
    pub(super) fn of_enum(schema: &Node) -> Option<Self> {
        let values = schema.get("enum").map(Node::items)?;
        let terms = values.iter().filter_map(Node::text).map(|value| Term {
            value: value.to_owned(),
            names: Names {
                key: value.to_owned(),
                zh: value.to_owned(),
                en: value.to_owned(),
                aliases: Vec::new(),
            },
        });
        Some(Vocabulary { name: String::new(), names: Names::default(), terms: terms.collect() })
    }

    /// The term that a value, a title, an English name or an alias means; upper and lower case are
    /// one.
    pub fn resolve(&self, word: &str) -> Option<&Term> {
        self.terms
            .iter()
            .find(|term| term.value == word)
            .or_else(|| self.terms.iter().find(|term| term.names.is(word)))
    }

    /// The place of a value in the list, for sorting; values outside come last.
    pub fn order(&self, value: &str) -> usize {
        self.terms.iter().position(|term| term.value == value).unwrap_or(self.terms.len())
    }

    /// The value nearest to a word that is not in the list: an alias counts fully.
    pub fn nearest(&self, word: &str) -> Option<&str> {
        if let Some(term) = self.resolve(word) {
            return Some(&term.value);
        }
        nearest(word, self.terms.iter().map(|term| term.value.as_str()))
    }
}

impl Term {
    fn read(node: &Node, path: &Path, findings: &mut Vec<Finding>) -> Option<Self> {
        let annotation = Annotation::of(node, &["en", "aliases"], path, findings);
        let Some(value) = node.get("const").and_then(Node::text) else {
            findings.push(
                Finding::new(Code::BadSettings, path, Some(node.span)).field(KEY).arg("detail", "const"),
            );
            return None;
        };
        Some(Term { value: value.to_owned(), names: Names::read(value, node, &annotation) })
    }
}
