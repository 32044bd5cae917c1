//! A schema with the files that it points at: where a `$ref` leads, and all of it as JSON.

use super::keywords;
use super::keywords::Draft;
use super::keywords::Holds;
use super::kind::References;
use super::node_json::core;
use crate::yaml::Node;
use crate::yaml::Value;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// One schema file.
pub(super) struct Document<'s> {
    /// The name that references use, relative to the main schema's folder.
    name: &'s str,
    /// The file, relative to the archive's root.
    pub(super) path: &'s Path,
    /// The whole file.
    pub(super) root: &'s Node,
    /// What it declares.
    pub(super) draft: Draft,
    /// `$id`s inside it, below the root.
    ids: Vec<&'s str>,
}

/// A schema, the first, and the files that it points at.
pub(super) struct Documents<'s>(pub(super) Vec<Document<'s>>);

/// Where a reference leads.
#[derive(Clone, Copy)]
pub(super) enum Target<'s> {
    /// A schema in one of the files.
    Schema(usize, &'s Node),
    /// Somewhere that the JSON Schema crate knows itself: a meta-schema, an embedded `$id`.
    Elsewhere,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Astray {
    /// There is no such file or no such place in it.
    Missing,
    /// An address on the network.
    Remote,
    /// A file outside the archive.
    Outside,
}

impl Astray {
    /// The word that messages choose their sentence by.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Astray::Missing => "missing",
            Astray::Remote => "remote",
            Astray::Outside => "outside",
        }
    }
}

impl<'s> Documents<'s> {
    pub(super) fn new(schema: &'s Node, path: &'s Path, references: &'s References) -> Self {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let first = Document::new(name, path, schema);
        let rest = references.iter().map(|(name, (path, node))| {
            Document::new(name.split('#').next().unwrap_or_default(), path, node)
        });
        Documents(std::iter::once(first).chain(rest).collect())
    }

    /// The names that a reference may use.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> {
        self.0.iter().map(|document| document.name)
    }

    /// Follows a reference that stands in document `from`.
    pub(super) fn resolve(&self, from: usize, reference: &str) -> Result<Target<'s>, Astray> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() { Some(from) } else { self.file(from, file) };
        let Some(document) = document else {
            let known = Draft::parse(file).is_some()
                || file.starts_with("https://json-schema.org/draft/")
                || self.0.iter().any(|d| d.ids.iter().any(|id| ends_with_path(id, file)));
            return if known { Ok(Target::Elsewhere) } else { Err(self.astray(from, file)) };
        };
        let root = self.0[document].root;
        let fragment = decode(fragment);
        let node = match fragment.strip_prefix('/') {
            Some(pointer) => pointer.split('/').try_fold(root, step),
            None if fragment.is_empty() => Some(root),
            None => self.anchor(document, &fragment),
        };
        match node {
            Some(node) => Ok(Target::Schema(document, node)),
            // A fragment of a document with embedded `$id`s may be meant below one of them.
            None if !self.0[document].ids.is_empty() => Ok(Target::Elsewhere),
            None => Err(Astray::Missing),
        }
    }

    /// The document that a file name in document `from` means.
    fn file(&self, from: usize, file: &str) -> Option<usize> {
        let by_name = |name: &str| self.0.iter().position(|document| document.name == name);
        let folder = Path::new(self.0[from].name).parent().unwrap_or(Path::new(""));
        let beside = normal(&folder.join(file));
        beside
            .and_then(|path| by_name(path.to_str()?))
            .or_else(|| by_name(file))
            .or_else(|| self.0.iter().position(|d| d.root.get("$id").and_then(Node::text) == Some(file)))
    }

    fn astray(&self, from: usize, file: &str) -> Astray {
        let path = Path::new(file);
        if file.starts_with("//") || file.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) {
            return Astray::Remote;
        }
        let folder = self.0[from].path.parent().unwrap_or(Path::new(""));
        if path.is_absolute() || normal(&folder.join(path)).is_none() {
            return Astray::Outside;
        }
        Astray::Missing
    }

    fn anchor(&self, document: usize, name: &str) -> Option<&'s Node> {
        let mut found = None;
        let hash = format!("#{name}");
        keywords::each_schema(self.0[document].root, self.0[document].draft, &mut |schema, _| {
            let text = |key| schema.get(key).and_then(Node::text);
            let named = ["$anchor", "$dynamicAnchor"].iter().any(|key| text(key) == Some(name))
                || ["$id", "id"].iter().any(|key| text(key) == Some(&hash));
            if named && found.is_none() {
                found = Some(schema);
            }
        });
        found
    }

    /// The address of a document; files have no other.
    pub(super) fn address(document: usize) -> String {
        format!("anku:///{document}")
    }

    /// All documents as one: the others lie under `$defs`, by their names, and references lead there. What
    /// editors and other programs read without looking for files.
    pub(super) fn bundle(&self) -> serde_json::Value {
        let mut all = self.json(0);
        self.lead_inside(0, &mut all);
        let mut inner = serde_json::Map::new();
        for (at, document) in self.0.iter().enumerate().skip(1) {
            let mut json = self.json(at);
            self.lead_inside(at, &mut json);
            if let Some(object) = json.as_object_mut() {
                object.remove("$schema");
            }
            inner.insert(document.name.to_owned(), json);
        }
        if let Some(object) = all.as_object_mut().filter(|_| !inner.is_empty()) {
            let defs = object.entry("$defs").or_insert_with(|| serde_json::Map::new().into());
            if let Some(defs) = defs.as_object_mut() {
                defs.extend(inner);
            }
        }
        all
    }

    /// References of a document that is part of a bundle.
    fn lead_inside(&self, own: usize, json: &mut serde_json::Value) {
        use serde_json::Value as J;
        match json {
            J::Array(items) => items.iter_mut().for_each(|item| self.lead_inside(own, item)),
            J::Object(entries) => {
                for (key, value) in entries {
                    match value {
                        J::String(reference) if key == "$ref" => {
                            if let Some(inside) = self.inside(own, reference) {
                                *reference = inside;
                            }
                        }
                        value => self.lead_inside(own, value),
                    }
                }
            }
            _ => {}
        }
    }

    fn inside(&self, own: usize, reference: &str) -> Option<String> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let at = match file {
            "" => own,
            file => (0..self.0.len()).find(|at| Self::address(*at) == file)?,
        };
        if at == 0 {
            return Some(format!("#{fragment}"));
        }
        // RFC 6901: `/` in a name is `~1`.
        let name = self.0[at].name.replace('~', "~0").replace('/', "~1");
        Some(format!("#/$defs/{}{fragment}", encode(&name)))
    }

    /// A document as JSON. References to other files become their addresses, so that names in any
    /// script work and nothing is ever looked for elsewhere; a relative `$id` of the file is left
    /// out, since the file's place says the same.
    pub(super) fn json(&self, document: usize) -> serde_json::Value {
        self.schema_json(document, self.0[document].root, false, true)
    }

    fn schema_json(&self, document: usize, schema: &Node, text: bool, root: bool) -> serde_json::Value {
        let Value::Map(entries) = &schema.value else { return core_json(schema) };
        // `enum: [2010, 2011]` under `type: string` means texts: that is how a record is read.
        let declared = schema.get("type");
        let text = declared.map_or(text, |ty| ty.text() == Some("string"));
        let draft = self.0[document].draft;
        let mut out = serde_json::Map::with_capacity(entries.len());
        for entry in entries {
            let value = &entry.value;
            let json = match (keywords::holds(&entry.key, draft), &value.value) {
                (Some(Holds::Data), _) if entry.key == "$ref" || entry.key == "$dynamicRef" => {
                    value.text().map_or_else(|| core_json(value), |r| self.reference(document, r).into())
                }
                (Some(Holds::Data), _) if root && entry.key == "$id" && !is_absolute(value) => continue,
                (Some(Holds::Data), _) if text && matches!(entry.key.as_str(), "const" | "enum") => {
                    text_json(value)
                }
                (Some(Holds::Named | Holds::NamedLoose), Value::Map(named)) => named
                    .iter()
                    .map(|entry| (entry.key.clone(), self.schema_json(document, &entry.value, false, false)))
                    .collect::<serde_json::Map<_, _>>()
                    .into(),
                (Some(Holds::List | Holds::Either), Value::List(items)) => {
                    let text = text && matches!(entry.key.as_str(), "oneOf" | "anyOf" | "allOf");
                    items.iter().map(|item| self.schema_json(document, item, text, false)).collect()
                }
                (Some(Holds::Schema | Holds::Either), Value::Map(_)) => {
                    self.schema_json(document, value, false, false)
                }
                _ => core_json(value),
            };
            out.insert(entry.key.clone(), json);
        }
        out.into()
    }

    fn reference(&self, from: usize, reference: &str) -> String {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = encode(fragment);
        match self.file(from, file) {
            Some(document) if !file.is_empty() => format!("{}#{fragment}", Self::address(document)),
            _ => format!("{file}#{fragment}"),
        }
    }
}

impl<'s> Document<'s> {
    fn new(name: &'s str, path: &'s Path, root: &'s Node) -> Self {
        let draft = Draft::of(root);
        let mut ids = Vec::new();
        keywords::each_schema(root, draft, &mut |schema, above| {
            if !above.is_empty() {
                ids.extend(schema.get("$id").and_then(Node::text).filter(|id| !id.starts_with('#')));
            }
        });
        Document { name, path, root, draft, ids }
    }
}

fn core_json(node: &Node) -> serde_json::Value {
    super::node_json::core_tree(node).json()
}

/// Scalars as text, unless they are null.
fn text_json(node: &Node) -> serde_json::Value {
    match (&node.value, node.text()) {
        (Value::List(items), _) => items.iter().map(text_json).collect(),
        (_, Some(text)) if !node.is_null() => text.into(),
        _ => core(node).json(),
    }
}

fn is_absolute(id: &Node) -> bool {
    id.text().and_then(|id| id.split_once(':')).is_some_and(|(scheme, _)| is_scheme(scheme))
}

fn is_scheme(word: &str) -> bool {
    word.len() > 1 && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn ends_with_path(id: &str, file: &str) -> bool {
    id == file || id.strip_suffix(file).is_some_and(|rest| rest.ends_with('/'))
}

/// One step of a JSON pointer.
fn step<'s>(node: &'s Node, key: &str) -> Option<&'s Node> {
    match &node.value {
        Value::Map(_) => node.get(&key.replace("~1", "/").replace("~0", "~")),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        Value::Scalar(_) => None,
    }
}

/// A relative path without `.` and `..`; `None` when it leaves the folder it starts from.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => out.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// Percent signs back to characters; what is no valid escape stays.
fn decode(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = fragment.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| fragment.to_owned())
}

/// Characters that a URI fragment cannot hold as percent escapes.
fn encode(fragment: &str) -> String {
    let mut out = String::with_capacity(fragment.len());
    for byte in fragment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
