//! A kind of record: its schema file, taken apart into fields.

use super::annotation::Annotation;
use super::field::{Field, FieldType, Index, Names, Step};
use super::vocabulary::Vocabulary;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::nearest;
use crate::yaml::Node;
use crate::yaml::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The extent of a record with text.
pub const FULL: &str = "full";
/// The extent of a record known only from a list.
pub const LISTED: &str = "listed";

const KIND_KEYS: &[&str] = &["en", "key", "title", "full", "list", "aliases"];
pub(super) const FIELD_KEYS: &[&str] =
    &["en", "aliases", "index", "group", "flag", "link", "label", "short", "register"];

/// The files that a schema points at with `$ref`, by the name it uses for them.
pub type References = BTreeMap<String, (PathBuf, Node)>;

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The name in `anku.yaml`, `case`.
    pub name: String,
    /// What people call it.
    pub names: Names,
    /// The schema file, relative to the archive's root.
    pub schema_path: PathBuf,
    /// The folder of its records, relative to the archive's root.
    pub folder: PathBuf,
    /// Where a new record goes under the folder, `{year|undated}/{id}.yaml`.
    pub file: String,
    /// The field that names a record, `id`.
    pub key: String,
    /// The field that titles a record.
    pub title: String,
    /// The field whose presence makes a record `full`; without it a kind has no extent.
    pub full: Option<String>,
    /// The columns of `list`.
    pub columns: Vec<String>,
    /// All fields that hold values, in the order of the schema.
    pub fields: Vec<Field>,
    /// For a list of mappings, the key whose value labels its items: `sections` → `role`.
    pub labels: BTreeMap<String, String>,
    /// Lists of entries with programme, edition, level and rank, to which the rules of lists apply:
    /// `awards`.
    pub registers: Vec<String>,
    /// The schema itself.
    pub schema: Node,
}

impl Kind {
    /// The keys of a record in the order of the schema.
    pub fn order(&self) -> Vec<&str> {
        let properties = self.schema.get("properties").map(Node::entries).unwrap_or_default();
        properties.iter().map(|property| property.key.as_str()).collect()
    }

    /// Takes a schema apart. Problems go to `findings`; the kind is usable when none is an error.
    pub fn read(
        name: &str,
        schema: Node,
        path: &Path,
        references: &References,
        findings: &mut Vec<Finding>,
    ) -> Kind {
        let annotation = Annotation::of(&schema, KIND_KEYS, path, findings);
        let mut kind = Kind {
            name: name.to_owned(),
            names: Names::read(name, &schema, &annotation),
            schema_path: path.to_owned(),
            folder: PathBuf::from(name),
            file: "{id}.yaml".to_owned(),
            key: annotation.text("key").unwrap_or("id").to_owned(),
            title: annotation.text("title").unwrap_or("title").to_owned(),
            full: annotation.text("full").map(str::to_owned),
            columns: annotation.texts("list"),
            fields: Vec::new(),
            labels: BTreeMap::new(),
            registers: Vec::new(),
            schema: schema.clone(),
        };
        let mut reader = Reader { path, references, findings, kind: &mut kind };
        reader.object(&schema, &schema, &[], None);
        kind.check_names(&schema, path, findings);
        kind
    }

    /// `key`, `title`, `full` and `list` must name fields.
    fn check_names(&self, schema: &Node, path: &Path, findings: &mut Vec<Finding>) {
        let Some(annotation) = schema.get(super::annotation::KEY) else { return };
        for key in ["key", "title", "full", "list"] {
            let Some(node) = annotation.get(key) else { continue };
            let names = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
            for name in names {
                let word = name.text().unwrap_or_default();
                let known =
                    self.fields.iter().any(|f| f.path == word || f.path.starts_with(&format!("{word}.")));
                if !known {
                    findings.push(
                        Finding::new(Code::BadAnnotation, path, Some(name.span))
                            .field(format!("x-anku.{key}"))
                            .arg("name", word)
                            .suggest(nearest(word, self.fields.iter().map(|f| f.path.as_str()))),
                    );
                }
            }
        }
    }

    /// The field that a word means: its path, its key, its Chinese or English label or an alias. A
    /// shorter path wins, so `year` is the record's own and not `awards.year`.
    pub fn field(&self, word: &str) -> Option<&Field> {
        if let Some(field) = self.fields.iter().find(|field| field.path == word) {
            return Some(field);
        }
        self.fields
            .iter()
            .filter(|field| field.names.is(word))
            .min_by_key(|field| (field.path.matches('.').count(), field.list.is_some()))
            .or_else(|| {
                // 名单.等次, region.省: the parts may be named in any language too.
                let (parent, child) = word.rsplit_once('.')?;
                self.fields.iter().find(|field| {
                    let above = field.path.rsplit_once('.').map_or("", |(above, _)| above);
                    above == parent && field.names.is(child)
                })
            })
    }

    /// The names nearest to a word that names no field.
    pub fn nearest_field(&self, word: &str) -> Option<&str> {
        let names = self.fields.iter().flat_map(|f| [f.path.as_str(), f.key(), f.names.zh.as_str()]);
        nearest(word, names)
    }
}

pub(super) struct Reader<'r> {
    path: &'r Path,
    references: &'r References,
    findings: &'r mut Vec<Finding>,
    kind: &'r mut Kind,
}

impl Reader<'_> {
    /// Follows a local `$ref` (`#/$defs/x`, `#/definitions/x`).
    pub(super) fn local<'n>(root: &'n Node, mut schema: &'n Node) -> &'n Node {
        for _ in 0..8 {
            let Some(pointer) = schema.get("$ref").and_then(Node::text).and_then(|r| r.strip_prefix("#/"))
            else {
                break;
            };
            let target = pointer
                .split('/')
                .try_fold(root, |node, key| node.get(&key.replace("~1", "/").replace("~0", "~")));
            match target {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn object(&mut self, root: &Node, schema: &Node, above: &[Step], list: Option<&str>) {
        if above.len() > crate::yaml::MAX_DEPTH {
            return;
        }
        let required: Vec<&str> = schema
            .get("required")
            .map(|r| r.items().iter().filter_map(Node::text).collect())
            .unwrap_or_default();
        for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
            let property = &entry.value;
            let annotation = Annotation::of(property, FIELD_KEYS, self.path, self.findings);
            let names = Names::read(&entry.key, property, &annotation);
            let mut steps = above.to_vec();
            steps.push(Step { key: entry.key.clone(), list: false });
            let path = steps.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(".");

            let mut inner = Self::local(root, property);
            let mut many = list.is_some();
            if type_of(inner) == Some("array") || inner.get("items").is_some() {
                many = true;
                if annotation.flag("register") {
                    self.kind.registers.push(path.clone());
                }
                if let Some(step) = steps.last_mut() {
                    step.list = true;
                }
                let Some(items) = inner.get("items") else { continue };
                let label = Annotation::of(items, FIELD_KEYS, self.path, self.findings).text("label");
                if let Some(label) = label {
                    self.kind.labels.insert(path.clone(), label.to_owned());
                }
                inner = Self::local(root, items);
            }
            if inner.get("properties").is_some() {
                let list_here = steps.last().is_some_and(|step| step.list).then_some(path.as_str());
                self.object(root, inner, &steps, list.or(list_here));
                continue;
            }
            let vocabulary = self.vocabulary(inner);
            let ty = match (type_of(inner), &vocabulary) {
                (_, Some(_)) | (Some("string"), _) => FieldType::Text,
                (Some("integer"), _) => FieldType::Integer,
                (Some("number"), _) => FieldType::Number,
                (Some("boolean"), _) => FieldType::Boolean,
                (Some("object"), _) => FieldType::Object,
                _ => FieldType::Text,
            };
            let index = self.index(&annotation, ty, vocabulary.is_some(), inner);
            let field = Field {
                path,
                names,
                ty,
                list: list.map(str::to_owned),
                many,
                index,
                group: annotation.flag("group"),
                short: annotation.flag("short"),
                flag: annotation.text("flag").map(str::to_owned),
                link: annotation.text("link").map(str::to_owned),
                required: required.contains(&entry.key.as_str()),
                vocabulary: vocabulary.map(Arc::new),
                steps,
            };
            self.kind.fields.push(field);
        }
    }

    fn index(&mut self, annotation: &Annotation<'_>, ty: FieldType, closed: bool, schema: &Node) -> Index {
        match annotation.node("index") {
            Some(node) => match node.text() {
                Some("text") => Index::Text,
                Some("keyword") => Index::Keyword,
                Some("code") => Index::Code,
                Some("number") => Index::Number,
                Some("none") => Index::None,
                other => {
                    let word = other.unwrap_or_default();
                    let known = ["text", "keyword", "code", "number", "none"];
                    self.findings.push(
                        Finding::new(Code::BadAnnotation, self.path, Some(node.span))
                            .field("x-anku.index")
                            .arg("name", word)
                            .suggest(nearest(word, known)),
                    );
                    Index::None
                }
            },
            None => match ty {
                FieldType::Integer | FieldType::Number => Index::Number,
                FieldType::Text if closed => Index::Keyword,
                FieldType::Text if schema.get("format").is_some() => Index::Code,
                FieldType::Text => Index::Text,
                FieldType::Boolean => Index::Code,
                FieldType::Object => Index::None,
            },
        }
    }

    /// The vocabulary behind `$ref: vocab/….yaml`, or the inline `enum`/`oneOf` of the property.
    fn vocabulary(&mut self, schema: &Node) -> Option<Vocabulary> {
        if let Some((path, node)) =
            schema.get("$ref").and_then(Node::text).and_then(|name| self.references.get(name))
        {
            let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            return Some(Vocabulary::read(&name, node, path, self.findings));
        }
        Vocabulary::of_enum(schema)
    }
}

/// The declared type; of several (`[string, "null"]`) the first that is not null.
fn type_of(schema: &Node) -> Option<&str> {
    let ty = schema.get("type")?;
    match &ty.value {
        Value::List(items) => items.iter().filter_map(Node::text).find(|&t| t != "null"),
        _ => ty.text(),
    }
}
