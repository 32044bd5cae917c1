//! `anku.yaml`.

use super::is_inside;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::nearest;
use crate::yaml::Node;
use std::path::Path;
use std::path::PathBuf;

/// What `anku.yaml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What the archive is called.
    pub name: Option<String>,
    /// The language tag that output takes when nobody asks for another.
    pub language: Option<String>,
    /// The kinds of record.
    pub kinds: Vec<KindSettings>,
    /// Outlines that replace or add to the shipped reports: name, file.
    pub reports: Vec<(String, PathBuf)>,
    /// Saved queries: name, query.
    pub views: Vec<(String, String)>,
    /// What columns of imported tables stand for: heading, field.
    pub columns: Vec<(String, String)>,
}

/// One kind of record: its schema and its folder.
#[derive(Clone, Debug, PartialEq)]
pub struct KindSettings {
    /// The kind's name.
    pub name: String,
    /// The schema file, relative to the root.
    pub schema: PathBuf,
    /// The folder of its records, relative to the root.
    pub folder: PathBuf,
    /// Where a new record goes under the folder.
    pub file: Option<String>,
}

const KEYS: &[&str] = &["name", "language", "kinds", "reports", "views", "columns"];
const KIND_KEYS: &[&str] = &["schema", "folder", "file"];

impl Settings {
    /// Reads `anku.yaml`; what is wrong in it goes to `findings`.
    pub(super) fn read(node: &Node, findings: &mut Vec<Finding>) -> Settings {
        let mut reader = Reader { findings };
        reader.known(node, KEYS, "");
        let mut settings = Settings {
            name: reader.text(node, "name"),
            language: reader.text(node, "language"),
            ..Settings::default()
        };
        for entry in node.get("kinds").map(Node::entries).unwrap_or_default() {
            reader.known(&entry.value, KIND_KEYS, &format!("kinds.{}", entry.key));
            let schema = reader.path(&entry.value, "schema");
            let folder = reader.path(&entry.value, "folder");
            match (schema, folder) {
                (Some(schema), Some(folder)) => settings.kinds.push(KindSettings {
                    name: entry.key.clone(),
                    schema,
                    folder,
                    file: reader.text(&entry.value, "file"),
                }),
                (schema, _) => {
                    let missing = if schema.is_none() { "schema" } else { "folder" };
                    if entry.value.get(missing).is_none() {
                        reader.bad(entry.key_span, &format!("kinds.{}", entry.key), missing, None);
                    }
                }
            }
        }
        if settings.kinds.is_empty() && reader.findings.is_empty() {
            reader.bad(node.span, "", "kinds", None);
        }
        for entry in node.get("reports").map(Node::entries).unwrap_or_default() {
            let file = entry.value.text().map(PathBuf::from).filter(|path| is_inside(path));
            match file {
                Some(file) => settings.reports.push((entry.key.clone(), file)),
                None => reader.bad(entry.value.span, &format!("reports.{}", entry.key), &entry.key, None),
            }
        }
        for entry in node.get("views").map(Node::entries).unwrap_or_default() {
            if let Some(query) = entry.value.text() {
                settings.views.push((entry.key.clone(), query.to_owned()));
            }
        }
        for entry in node.get("columns").map(Node::entries).unwrap_or_default() {
            match entry.value.text().filter(|_| !entry.value.is_null()) {
                Some(field) => settings.columns.push((entry.key.clone(), field.to_owned())),
                None => reader.bad(entry.value.span, &format!("columns.{}", entry.key), &entry.key, None),
            }
        }
        settings
    }
}

struct Reader<'f> {
    findings: &'f mut Vec<Finding>,
}

impl Reader<'_> {
    fn bad(&mut self, span: crate::diag::Span, field: &str, detail: &str, near: Option<&str>) {
        let finding = Finding::new(Code::BadSettings, super::ROOT_FILE, Some(span));
        self.findings.push(finding.field(field).arg("detail", detail).suggest(near));
    }

    fn known(&mut self, node: &Node, known: &[&str], at: &str) {
        if node.entries().is_empty() {
            self.bad(node.span, at, at, None);
        }
        for entry in node.entries() {
            if !known.contains(&entry.key.as_str()) {
                let near = nearest(&entry.key, known.iter().copied());
                self.bad(entry.key_span, &entry.key, &entry.key, near);
            }
        }
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = node.get(key)?;
        match value.text().filter(|_| !value.is_null()) {
            Some(text) => Some(text.to_owned()),
            None => {
                self.bad(value.span, key, key, None);
                None
            }
        }
    }

    /// A path that may not leave the archive: a settings file must not reach other people's files.
    fn path(&mut self, node: &Node, key: &str) -> Option<PathBuf> {
        let text = self.text(node, key)?;
        if is_inside(Path::new(&text)) {
            return Some(PathBuf::from(text));
        }
        let span = node.get(key).map_or(node.span, |value| value.span);
        self.bad(span, key, &text, None);
        None
    }
}
