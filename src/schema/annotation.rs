//! `x-anku`: what JSON Schema cannot say about a field. Strict: an unknown key is a finding.

use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::nearest;
use crate::yaml::Node;
use std::path::Path;

/// The name of the annotation in a schema file.
pub(super) const KEY: &str = "x-anku";

/// Reads the keys of one `x-anku` object and reports what it does not know.
pub(super) struct Annotation<'n> {
    node: Option<&'n Node>,
}

impl<'n> Annotation<'n> {
    /// The annotation of a schema node; unknown keys go to `findings`.
    pub(super) fn of(schema: &'n Node, known: &[&str], path: &Path, findings: &mut Vec<Finding>) -> Self {
        let node = schema.get(KEY);
        if let Some(entry) = schema.entry(KEY) {
            if !matches!(entry.value.value, crate::yaml::Value::Map(_)) {
                let finding = Finding::new(Code::BadAnnotation, path, Some(entry.value.span));
                findings.push(finding.field(KEY).arg("name", KEY));
            }
            for entry in entry.value.entries() {
                if !known.contains(&entry.key.as_str()) {
                    findings.push(
                        Finding::new(Code::BadAnnotation, path, Some(entry.key_span))
                            .field(format!("{KEY}.{}", entry.key))
                            .arg("name", &entry.key)
                            .suggest(nearest(&entry.key, known.iter().copied())),
                    );
                }
            }
        }
        Annotation { node }
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<&'n str> {
        self.node?.get(key)?.text()
    }

    /// The node under a key.
    pub(super) fn node(&self, key: &str) -> Option<&'n Node> {
        self.node?.get(key)
    }

    /// Whether a key is `true`.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.node(key).and_then(Node::boolean).unwrap_or(false)
    }

    /// The texts of a list under a key; a single text is a list of one.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let Some(node) = self.node(key) else { return Vec::new() };
        match node.text() {
            Some(text) => vec![text.to_owned()],
            None => node.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
        }
    }
}
