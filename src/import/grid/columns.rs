//! Owns what a column's heading stands for: the field, and in which order the names are tried.
//! Must not know tables.

use std::collections::HashMap;

use regex::Regex;

use crate::schema::Field;
use crate::schema::Kind;
use crate::text::fold::fold;
use crate::yaml::Node;

/// What a column holds.
#[derive(Clone, Debug)]
pub struct Target {
    /// The field's path; `region` for a whole place, `sections.ROLE` for a section of that role.
    pub path: String,
    /// The field, where it is one.
    pub field: Option<Field>,
    /// Only where every cell is a plain number.
    pub ordinal: bool,
}

/// A name that stands for no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no field {field}")]
pub struct UnknownField {
    /// The name.
    pub field: String,
    /// The nearest one there is.
    pub near: Option<String>,
}

/// Why the names of columns cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// A name stands for no field that a column can fill.
    #[error("{0}")]
    Field(UnknownField),
    /// The word list has a pattern that is none.
    #[error("columns.yaml: {0}")]
    Pattern(String),
}

/// What an import must know about columns. The default knows none.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    names: HashMap<String, Target>,
    totals: Vec<String>,
    notes: Vec<String>,
    declared: Option<Regex>,
}

/// Lists and mappings that are filled by other means than a column's words.
const OWN: [&str; 3] = ["source", "attachments", "sections"];

impl Columns {
    /// Reads the names: those that the one who imports gives come first, then those that the archive keeps, the schema's, the
    /// word list's, the roles of sections.
    ///
    /// # Errors
    /// A given or kept name stands for no field that a column can fill; a pattern of the word list is none.
    pub fn new(
        kind: &Kind,
        words: &Node,
        given: &[(String, String)],
        kept: &[(String, String)],
    ) -> Result<Columns, ColumnsError> {
        let mut columns = Columns::default();
        for (heading, word) in given.iter().chain(kept) {
            let target = target(kind, word).ok_or_else(|| {
                let near = kind.nearest_field(word).map(str::to_owned);
                ColumnsError::Field(UnknownField { field: word.clone(), near })
            })?;
            columns.add(heading, &target);
        }
        let fits = |field: &&Field| fits(kind, field);
        let mut fields: Vec<&Field> = kind.fields.iter().filter(fits).collect();
        fields.sort_by_key(|field| (field.path.matches('.').count(), field.list.is_some()));
        for field in fields {
            let target = of_field(kind, field);
            let names = &field.names;
            let all = [&field.path, &names.key, &names.zh, &names.en];
            for name in all.into_iter().chain(&names.aliases) {
                columns.add(name, &target);
            }
        }
        for entry in words.get("fields").map(Node::entries).unwrap_or_default() {
            let Some(target) = target(kind, &entry.key) else { continue };
            for name in entry.value.items().iter().filter_map(Node::text) {
                columns.add(name, &target);
            }
        }
        if let Some(rank) = target(kind, "awards.rank") {
            let rank = Target { ordinal: true, ..rank };
            for name in texts(words, "ordinals") {
                columns.add(&name, &rank);
            }
        }
        let roles = kind.fields.iter().find(|field| field.path == "sections.role");
        for term in
            roles.and_then(|field| field.vocabulary.as_ref()).map(|v| &v.terms[..]).unwrap_or_default()
        {
            let target = Target { path: format!("sections.{}", term.value), field: None, ordinal: false };
            for name in [&term.names.zh, &term.names.en].into_iter().chain(&term.names.aliases) {
                columns.add(name, &target);
            }
        }
        columns.totals = texts(words, "totals");
        columns.notes = texts(words, "notes");
        if let Some(text) = words.get("declared").and_then(Node::text) {
            let pattern = Regex::new(text).map_err(|error| ColumnsError::Pattern(error.to_string()))?;
            columns.declared = Some(pattern);
        }
        Ok(columns)
    }

    /// The first to claim a name keeps it.
    fn add(&mut self, name: &str, target: &Target) {
        let name = normal(name);
        if !name.is_empty() {
            self.names.entry(name).or_insert_with(|| target.clone());
        }
    }

    /// What a heading stands for: as it is, without what it has in brackets, by its last part, by its first.
    pub fn find(&self, heading: &str) -> Option<&Target> {
        let whole = |name: &str| {
            let name = normal(name);
            let bare = name.split(['(', '[']).next().unwrap_or_default();
            self.names.get(&name).or_else(|| self.names.get(bare).filter(|_| !bare.is_empty()))
        };
        let last = || heading.rsplit_once('/').and_then(|(_, last)| whole(last));
        whole(heading).or_else(last)
    }

    /// Whether a cell's words say that its row adds others up.
    pub fn is_total(&self, text: &str) -> bool {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let rest = self.totals.iter().find_map(|word| bare.strip_prefix(word.as_str()));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic() && c != '共'))
    }

    /// Whether a lone cell's words are a note under a table.
    pub fn is_note(&self, text: &str) -> bool {
        self.notes.iter().any(|word| text.starts_with(word.as_str()))
    }

    /// The number of entries that a heading declares.
    pub fn declared(&self, text: &str) -> Option<u32> {
        self.declared.as_ref()?.captures(&fold(text))?.get(1)?.as_str().parse().ok()
    }
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Whether a column can fill a field: a record's key is not a list's, and a list of mappings needs more than one cell.
fn fits(kind: &Kind, field: &Field) -> bool {
    let own = OWN.contains(&root(&field.path));
    let list = field.list.as_deref().is_some_and(|list| list != "awards");
    field.path != kind.key && !own && !list
}

fn of_field(kind: &Kind, field: &Field) -> Target {
    // A draft has one title, whatever a kind calls it.
    let path = if field.path == kind.title { "title".to_owned() } else { field.path.clone() };
    Target { path, field: Some(field.clone()), ordinal: false }
}

/// The field that a word means as the target of a column.
fn target(kind: &Kind, word: &str) -> Option<Target> {
    let plain = |path: &str| Target { path: path.to_owned(), field: None, ordinal: false };
    let has = |path: &str| kind.fields.iter().any(|field| field.path == path);
    if word == "region" && has("region.province") {
        return Some(plain("region"));
    }
    if matches!(word, "sections" | "sections.text") && has("sections.text") {
        return Some(plain("sections.text"));
    }
    if let Some(field) = kind.field(word).filter(|field| !OWN.contains(&root(&field.path))) {
        return fits(kind, field).then(|| of_field(kind, field));
    }
    let roles = kind.fields.iter().find(|field| field.path == "sections.role")?;
    let word = word.strip_prefix("sections.").unwrap_or(word);
    let role = roles.vocabulary.as_ref()?.resolve(word)?;
    Some(plain(&format!("sections.{}", role.value)))
}

/// A heading without blanks, marks and differences of width and case.
fn normal(name: &str) -> String {
    let kept = fold(name);
    let kept = kept.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}'));
    kept.collect::<String>().trim_end_matches([':', '.']).to_owned()
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let list = node.get(key).map(Node::items).unwrap_or_default();
    list.iter().filter_map(Node::text).map(str::to_owned).collect()
}
