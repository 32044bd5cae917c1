//! A record taken apart by its kind: texts to search, facts to filter and count by.

use super::field::{Field, FieldType, Index, Step};
use super::kind::{FULL, Kind, LISTED};
use crate::yaml::Node;
use crate::yaml::Value;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Error;
use serde::de::Visitor;

/// One text value of a record.
#[derive(Clone, Debug)]
pub struct TextValue<'n> {
    /// The field; `None` for text under a key that the schema does not know.
    pub field: Option<&'n Field>,
    /// What a hit in it is called: `title`, `awards.title`, and where a list labels its items, the
    /// label in place of the key: `sections.practice`.
    pub label: String,
    /// The item of the outermost list, from 0; 0 outside lists.
    pub item: usize,
    /// The value with its place.
    pub node: &'n Node,
    /// The text.
    pub text: &'n str,
}

/// A value to filter, count and sort by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Datum {
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
}

/// By hand: the derived form tries one variant after the other, and every text then costs the words
/// of an error about not being a number.
impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Datum, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Datum;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number or text")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Datum, E> {
                Ok(Datum::Integer(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Datum, E> {
                i64::try_from(number).map(Datum::Integer).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Datum, E> {
                Ok(Datum::Text(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Datum, E> {
                Ok(Datum::Text(text))
            }
        }
        from.deserialize_any(Reader)
    }
}

impl std::fmt::Display for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Datum::Integer(number) => write!(f, "{number}"),
            Datum::Text(text) => f.write_str(text),
        }
    }
}

/// One value of one field, with the list item it came from, so that `edition` and `level` of one
/// award stay together.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The field, by its place in [`Kind::fields`].
    pub field: usize,
    /// The item of the outermost list, from 0.
    pub item: usize,
    /// The value.
    pub value: Datum,
}

impl Kind {
    /// The values that a bare search term looks into, in the order of the schema: every field that
    /// is indexed as text or keyword. Text under a key that the schema does not know comes last: a
    /// misspelt key must not hide what stands under it.
    pub fn texts<'n>(&'n self, root: &'n Node) -> Vec<TextValue<'n>> {
        let mut found = Vec::new();
        for field in &self.fields {
            if !matches!(field.index, Index::Text | Index::Keyword) || field.ty != FieldType::Text {
                continue;
            }
            self.visit(root, &field.steps, 0, &mut Vec::new(), &mut |parents, item, node| {
                if let Some(text) = node.text().filter(|_| !node.is_null()) {
                    let label = self.label(field, parents);
                    found.push(TextValue { field: Some(field), label, item, node, text });
                }
            });
        }
        self.strangers(root, "", 0, &mut found);
        found
    }

    /// Every text below a key that leads to no field.
    fn strangers<'n>(&'n self, node: &'n Node, path: &str, item: usize, found: &mut Vec<TextValue<'n>>) {
        for entry in node.entries() {
            let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            let leads = |field: &Field| {
                field.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if !self.fields.iter().any(leads) {
                everything(&entry.value, &path, item, found);
                continue;
            }
            self.strangers(&entry.value, &path, item, found);
            for (at, element) in entry.value.items().iter().enumerate() {
                self.strangers(element, &path, at, found);
            }
        }
    }

    /// The facts of a record: every value of every field that is not running text, and the texts
    /// that may be counted by.
    pub fn facts(&self, root: &Node) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            if !self.has_facts(field) {
                continue;
            }
            self.visit(root, &field.steps, 0, &mut Vec::new(), &mut |_, item, node| {
                let value = match field.ty {
                    FieldType::Integer => node.integer().map(Datum::Integer),
                    _ if node.is_null() => None,
                    _ => node.text().map(|text| Datum::Text(text.to_owned())),
                };
                if let Some(value) = value {
                    facts.push(Fact { field: index, item, value });
                }
            });
        }
        facts
    }

    /// Whether the values of a field are kept as facts: everything but running text.
    pub fn has_facts(&self, field: &Field) -> bool {
        match field.index {
            Index::None => false,
            Index::Text => field.group || self.is_short(field),
            _ => true,
        }
    }

    /// Titles and units are shown in lists, so they belong to the facts although they are text.
    fn is_short(&self, field: &Field) -> bool {
        field.path == self.title || self.columns.contains(&field.path) || field.short
    }

    /// `full` or `listed`; `None` for a kind that makes no such difference.
    pub fn extent(&self, root: &Node) -> Option<&'static str> {
        let full = self.full.as_ref()?;
        let has = match root.get(full).map(|node| &node.value) {
            Some(Value::List(items)) => !items.is_empty(),
            Some(Value::Map(entries)) => !entries.is_empty(),
            Some(Value::Scalar(scalar)) => !scalar.text.trim().is_empty(),
            None => false,
        };
        Some(if has { FULL } else { LISTED })
    }

    /// The running text of a record, piece by piece in its own order: what stands under the field that makes a record `full`, or, for a
    /// kind that makes no such difference, under every text field but the title and those shown in lists.
    pub fn running_text<'n>(&self, root: &'n Node) -> Vec<&'n str> {
        let mut found = Vec::new();
        let runs = |path: &str| {
            let field = self.fields.iter().find(|field| field.path == path);
            field.is_some_and(|f| f.index == Index::Text && f.ty == FieldType::Text && !self.has_facts(f))
        };
        for entry in root.entries() {
            if self.full.as_ref().is_some_and(|full| *full != entry.key) {
                continue;
            }
            if runs(&entry.key) || self.full.is_some() {
                found.extend(entry.value.text());
                found.extend(entry.value.items().iter().filter_map(Node::text));
            }
            let items = entry.value.items().iter().chain(std::iter::once(&entry.value));
            for inner in items.flat_map(Node::entries) {
                if runs(&format!("{}.{}", entry.key, inner.key)) {
                    found.extend(inner.value.text());
                }
            }
        }
        found
    }

    /// The text of a top-level or nested scalar field of a record.
    pub fn text_of<'n>(&self, root: &'n Node, path: &str) -> Option<&'n str> {
        path.split('.').try_fold(root, |node, key| node.get(key))?.text()
    }

    fn label(&self, field: &Field, parents: &[&Node]) -> String {
        let Some((above, _)) = field.path.rsplit_once('.') else { return field.path.clone() };
        let value = self.labels.get(above).and_then(|key| parents.last()?.get(key)?.text());
        match value {
            Some(value) => format!("{above}.{value}"),
            None => field.path.clone(),
        }
    }

    /// Calls `take(mappings above, item of the outermost list, value)` for each value of a path.
    fn visit<'n>(
        &self,
        node: &'n Node,
        steps: &[Step],
        item: usize,
        parents: &mut Vec<&'n Node>,
        take: &mut dyn FnMut(&[&'n Node], usize, &'n Node),
    ) {
        let Some((step, rest)) = steps.split_first() else {
            take(parents, item, node);
            return;
        };
        let Some(value) = node.get(&step.key) else { return };
        parents.push(node);
        if step.list {
            let outermost = parents.len() == 1;
            for (i, element) in value.items().iter().enumerate() {
                self.visit(element, rest, if outermost { i } else { item }, parents, take);
            }
        } else {
            self.visit(value, rest, item, parents, take);
        }
        parents.pop();
    }
}

/// Every text of a tree, all under one label.
fn everything<'n>(node: &'n Node, label: &str, item: usize, found: &mut Vec<TextValue<'n>>) {
    if let Some(text) = node.text().filter(|_| !node.is_null()) {
        found.push(TextValue { field: None, label: label.to_owned(), item, node, text });
    }
    for entry in node.entries() {
        everything(&entry.value, label, item, found);
    }
    for element in node.items() {
        everything(element, label, item, found);
    }
}
