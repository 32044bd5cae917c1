//! One field of a kind: its path, names, type and uses.

use super::annotation::Annotation;
use super::vocabulary::Vocabulary;
use crate::yaml::Node;
use std::sync::Arc;

/// What a thing is called. All of them are accepted wherever it is named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// The key in the file.
    pub key: String,
    /// The Chinese label (`title`).
    pub zh: String,
    /// The English label (`x-anku.en`).
    pub en: String,
    /// Other words people use (`x-anku.aliases`).
    pub aliases: Vec<String>,
}

impl Names {
    pub(super) fn read(key: &str, schema: &Node, annotation: &Annotation<'_>) -> Self {
        let zh = schema.get("title").and_then(Node::text).unwrap_or(key);
        Names {
            key: key.to_owned(),
            zh: zh.to_owned(),
            en: annotation.text("en").unwrap_or(key).to_owned(),
            aliases: annotation.texts("aliases"),
        }
    }

    /// Whether a word means this, by any of its names; letter case does not matter.
    pub fn is(&self, word: &str) -> bool {
        let same = |name: &str| name == word || name.to_lowercase() == word.to_lowercase();
        same(&self.key) || same(&self.zh) || same(&self.en) || self.aliases.iter().any(|name| same(name))
    }
}

/// The type a field's values have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text, whatever it looks like.
    Text,
    /// A whole number.
    Integer,
    /// Any number; kept as its text.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A mapping; its properties are fields of their own.
    Object,
}

/// How a field can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Words and characters: searched by bare terms, ranked.
    Text,
    /// A value with a name: searched by bare terms and by `field:value`.
    Keyword,
    /// Only by `field:value`: ids, codes, file names.
    Code,
    /// A number: `field:value`, ranges.
    Number,
    /// Not at all.
    None,
}

/// One field, named by its path through mappings and lists.
#[derive(Clone, Debug)]
pub struct Field {
    /// `title`, `region.province`, `awards.level`; lists do not show in a path.
    pub path: String,
    /// What people call it.
    pub names: Names,
    /// The type of its values.
    pub ty: FieldType,
    /// The list of mappings that it lies in, `awards` for `awards.level`.
    pub list: Option<String>,
    /// Whether a record may have several values: it lies in a list or is one.
    pub many: bool,
    /// How it can be found.
    pub index: Index,
    /// The closed list that its values come from.
    pub vocabulary: Option<Arc<Vocabulary>>,
    /// Whether records may be counted by it.
    pub group: bool,
    /// Short text that lists and reports show, kept with the facts although it is searched as text.
    pub short: bool,
    /// The filter flag, `year` for `--year`.
    pub flag: Option<String>,
    /// A kind of record, or `file`, that its values must lead to.
    pub link: Option<String>,
    /// Whether the schema requires it within its mapping.
    pub required: bool,
    pub(super) steps: Vec<Step>,
}

/// One step of a path: a key, and whether a list stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) key: String,
    pub(super) list: bool,
}

impl Field {
    /// The last part of the path.
    pub fn key(&self) -> &str {
        &self.names.key
    }

    /// The value that a word means for this field: a vocabulary's value for any of its names, else
    /// the word itself.
    pub fn value<'w>(&'w self, word: &'w str) -> &'w str {
        self.vocabulary
            .as_ref()
            .and_then(|vocabulary| vocabulary.resolve(word))
            .map_or(word, |term| term.value.as_str())
    }

    /// What a stored value is called in a language: the vocabulary's label, else the value.
    pub fn label<'v>(&'v self, value: &'v str, chinese: bool) -> &'v str {
        let term = self.vocabulary.as_ref().and_then(|v| v.terms.iter().find(|term| term.value == value));
        match term {
            Some(term) if chinese => &term.names.zh,
            Some(term) => &term.names.en,
            None => value,
        }
    }
}
