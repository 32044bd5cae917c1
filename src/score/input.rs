//! What people hand in: entries, sheets, votes, ledgers, as rows of named cells with their places.
//!
//! Owns the one shape in which YAML, CSV and spreadsheets arrive, and the names that columns may have.
//! Knows no file: somebody else reads them.

use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::diag::nearest;
use crate::yaml::Node;
use crate::yaml::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a cell stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Bytes of a text file.
    At(Span),
    /// The address that a spreadsheet shows: `表1!B3`.
    Cell(String),
}

/// A named cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The column or key, as it is written.
    pub key: String,
    /// Where the column or key is named.
    pub named: Place,
    /// What it says, trimmed.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

/// A row: its cells that say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins.
    pub place: Place,
    /// Its cells.
    pub pairs: Vec<Pair>,
}

/// A file of rows, with what it says of itself (judge, unit, date).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path, for messages.
    pub path: PathBuf,
    /// What it says of itself.
    pub about: Vec<Pair>,
    /// The rows, in their order.
    pub rows: Vec<Row>,
}

/// The names that columns and words may have: `schemas/vocab/score.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By name as written, the key that it stands for.
    columns: BTreeMap<String, String>,
    /// By word, whether it says yes.
    verdicts: BTreeMap<String, bool>,
    /// Columns that no file may have: they would name who voted.
    secret: Vec<String>,
}

impl Names {
    /// Reads the word list.
    pub fn read(root: &Node) -> Names {
        let texts = |node: &Node| node.items().iter().filter_map(Node::text).map(str::to_owned).collect();
        let mut names = Names::default();
        for entry in root.get("columns").map(Node::entries).unwrap_or_default() {
            names.columns.insert(entry.key.clone(), entry.key.clone());
            let aliases: Vec<String> = texts(&entry.value);
            names.columns.extend(aliases.into_iter().map(|alias| (alias, entry.key.clone())));
        }
        for (key, verdict) in [("yes", true), ("no", false)] {
            let words: Vec<String> = root.get(key).map(texts).unwrap_or_default();
            names.verdicts.extend(words.into_iter().map(|word| (word, verdict)));
        }
        names.secret = root.get("secret").map(texts).unwrap_or_default();
        names
    }

    /// The key of a column; its own name where the list does not know it.
    pub fn key<'n>(&'n self, name: &'n str) -> &'n str {
        self.columns.get(name).map_or(name, String::as_str)
    }

    /// Whether a word says yes or no.
    pub fn verdict(&self, word: &str) -> Option<bool> {
        self.verdicts.get(word).copied()
    }

    /// Whether a column would say who voted.
    pub fn is_secret(&self, name: &str) -> bool {
        self.secret.iter().any(|secret| name.contains(secret.as_str()))
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }
}

/// A row whose columns have been resolved.
pub struct Named<'i> {
    /// The file.
    pub input: &'i Input,
    /// The row.
    pub row: &'i Row,
    pairs: Vec<(&'i str, &'i Pair)>,
}

impl<'i> Named<'i> {
    /// The cell of a key.
    pub fn pair(&self, key: &str) -> Option<&'i Pair> {
        self.pairs.iter().find(|(known, _)| *known == key).map(|(_, pair)| *pair)
    }

    /// What the cell of a key says.
    pub fn text(&self, key: &str) -> Option<&'i str> {
        self.pair(key).map(|pair| pair.value.as_str())
    }

    /// All cells, by key.
    pub fn pairs(&self) -> impl Iterator<Item = (&'i str, &'i Pair)> {
        self.pairs.iter().copied()
    }

    /// A finding about this row, at the cell of a key where it has one.
    pub fn wrong(&self, rule: &str, key: &str) -> Finding {
        let place = self.pair(key).map_or(&self.row.place, |pair| &pair.place);
        wrong(self.input, place, rule)
    }
}

/// A finding about a file that was handed in. `rule` chooses the sentence (`sheet.rule.…`).
pub fn wrong(input: &Input, place: &Place, rule: &str) -> Finding {
    let finding = match place {
        Place::At(span) => Finding::new(Code::SheetRule, &input.path, Some(*span)),
        Place::Cell(cell) => {
            let path = format!("{}:{cell}", input.path.display());
            Finding::new(Code::SheetRule, path, None)
        }
    };
    finding.arg("rule", rule)
}

impl Input {
    /// The rows of a YAML file: a mapping of a few words about it and one list of mappings.
    ///
    /// # Errors
    /// What is not of that shape.
    pub fn of_yaml(path: PathBuf, root: &Node) -> Result<Input, Vec<Finding>> {
        let mut input = Input { path, about: Vec::new(), rows: Vec::new() };
        let mut findings = Vec::new();
        let mut lists = 0;
        for entry in root.entries() {
            match &entry.value.value {
                Value::Scalar(scalar) => input.about.push(Pair {
                    key: entry.key.clone(),
                    named: Place::At(entry.key_span),
                    value: scalar.text.trim().to_owned(),
                    place: Place::At(entry.value.span),
                }),
                Value::List(items) => {
                    lists += 1;
                    for item in items {
                        match row(item) {
                            Some(row) => input.rows.push(row),
                            None => findings.push(wrong(&input, &Place::At(item.span), "row-shape")),
                        }
                    }
                }
                Value::Map(_) => findings.push(wrong(&input, &Place::At(entry.key_span), "row-shape")),
            }
        }
        if lists != 1 {
            findings.push(wrong(&input, &Place::At(Span::at(root.span.start)), "one-list"));
        }
        if findings.is_empty() { Ok(input) } else { Err(findings) }
    }

    /// The rows with their columns resolved; columns that are none of `keys` are found wrong.
    pub fn named<'i>(
        &'i self,
        names: &'i Names,
        keys: &[&str],
        findings: &mut Vec<Finding>,
    ) -> Vec<Named<'i>> {
        let mut told: Vec<&str> = Vec::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut pairs: Vec<(&str, &Pair)> = Vec::with_capacity(row.pairs.len());
            for pair in &row.pairs {
                let key = names.key(&pair.key);
                if keys.contains(&key) || keys.contains(&"*") {
                    pairs.push((key, pair));
                    continue;
                }
                if told.contains(&pair.key.as_str()) {
                    continue;
                }
                told.push(&pair.key);
                let rule = if names.is_secret(&pair.key) { "voter" } else { "column" };
                let near = nearest(&pair.key, keys.iter().copied().chain(names.known()));
                findings.push(wrong(self, &pair.named, rule).arg("name", &pair.key).suggest(near));
            }
            rows.push(Named { input: self, row, pairs });
        }
        rows
    }

    /// What the file says of itself under a key.
    pub fn about<'i>(&'i self, names: &Names, key: &str) -> Option<&'i Pair> {
        self.about.iter().find(|pair| names.key(&pair.key) == key)
    }
}

fn row(item: &Node) -> Option<Row> {
    let Value::Map(entries) = &item.value else { return None };
    let mut pairs = Vec::with_capacity(entries.len());
    for entry in entries {
        let scalar = entry.value.scalar()?;
        if !entry.value.is_null() && !scalar.text.trim().is_empty() {
            let (value, place) = (scalar.text.trim().to_owned(), Place::At(entry.value.span));
            let named = Place::At(entry.key_span);
            pairs.push(Pair { key: entry.key.clone(), named, value, place });
        }
    }
    Some(Row { place: Place::At(item.span), pairs })
}
