//! A result as it is published: what came out, and the checksums of what it came from.

use super::outcome::Outcome;
use super::scheme::Scheme;
use crate::yaml::Node;
use crate::yaml::Tree;
use crate::yaml::write;

/// A published result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The scheme's name.
    pub scheme: String,
    /// The run's name.
    pub round: String,
    /// The first day of the public notice, where there is one.
    pub notice: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// The day on which the result became final; `None` while the notice runs.
    pub date: Option<String>,
    /// What it was computed from: path and SHA-256.
    pub inputs: Vec<(String, String)>,
    /// What came out.
    pub entries: Vec<Result>,
}

/// What came out for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Result {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What came out, by key: `score`, `rank`, `level`, `grade`, `tier`, `flags`.
    pub values: Vec<(String, String)>,
}

/// What differs between two results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The entry's id, or the path of an input.
    pub of: String,
    /// The key; empty for an input.
    pub key: String,
    /// What was.
    pub before: String,
    /// What is.
    pub after: String,
}

impl Published {
    /// What came out of a run.
    pub fn of(scheme: &Scheme, outcome: &Outcome) -> Vec<Result> {
        let mut entries = Vec::with_capacity(outcome.standings.len());
        for one in &outcome.standings {
            let mut values: Vec<(String, String)> = Vec::new();
            let mut add = |key: &str, value: Option<String>| {
                values.extend(value.map(|value| (key.to_owned(), value)));
            };
            add("rank", one.rank.map(|rank| rank.to_string()));
            add("score", one.score.as_ref().map(|score| score.fixed(scheme.rounding.digits)));
            add("level", one.level.clone());
            add("grade", one.grade.clone());
            add("tier", one.tier.clone());
            let flags = outcome.months.iter().flat_map(|month| &month.rows);
            let flags = flags.filter(|(id, _, _, flag)| *flag && *id == one.entry.id).count();
            add("flags", (flags > 0).then(|| flags.to_string()));
            let model = outcome.models.iter().any(|(id, _)| *id == one.entry.id);
            add("model", model.then(|| scheme.months.as_ref().map(|months| months.model.clone())).flatten());
            add("measures", Some(one.measures.join("；")).filter(|measures| !measures.is_empty()));
            entries.push(Result { id: one.entry.id.clone(), title: one.entry.title.clone(), values });
        }
        entries
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let pair = |key: &str, value: &str| (key.to_owned(), Tree::from(value));
        let mut map = vec![pair("scheme", &self.scheme), pair("round", &self.round)];
        for (key, value) in [("notice", &self.notice), ("until", &self.until), ("published", &self.date)] {
            map.extend(value.as_deref().map(|value| pair(key, value)));
        }
        let inputs =
            self.inputs.iter().map(|(file, sum)| Tree::Map(vec![pair("file", file), pair("sha256", sum)]));
        map.push(("inputs".to_owned(), Tree::List(inputs.collect())));
        let entry = |one: &Result| {
            let mut map = vec![pair("id", &one.id), pair("title", &one.title)];
            map.extend(one.values.iter().map(|(key, value)| pair(key, value)));
            Tree::Map(map)
        };
        map.push(("result".to_owned(), Tree::List(self.entries.iter().map(entry).collect())));
        write(&Tree::Map(map))
    }

    /// Reads its file; what is not there is empty.
    pub fn read(root: &Node) -> Published {
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let items = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
        let entry = |node: &Node| Result {
            id: text(node, "id").unwrap_or_default(),
            title: text(node, "title").unwrap_or_default(),
            values: node
                .entries()
                .iter()
                .filter(|entry| !matches!(entry.key.as_str(), "id" | "title"))
                .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
                .collect(),
        };
        Published {
            scheme: text(root, "scheme").unwrap_or_default(),
            round: text(root, "round").unwrap_or_default(),
            notice: text(root, "notice"),
            until: text(root, "until"),
            date: text(root, "published"),
            inputs: items("inputs")
                .iter()
                .map(|node| {
                    (text(node, "file").unwrap_or_default(), text(node, "sha256").unwrap_or_default())
                })
                .collect(),
            entries: items("result").iter().map(entry).collect(),
        }
    }

    /// The grade, or else the level, of one that came out.
    pub fn grade(one: &Result) -> Option<&str> {
        let value =
            |key: &str| one.values.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
        value("grade").or_else(|| value("level"))
    }

    /// What `now` says otherwise, inputs first.
    pub fn changes(&self, now: &Published) -> Vec<Change> {
        let mut changes = Vec::new();
        let all = |map: &[(String, String)], other: &[(String, String)]| {
            let mut keys: Vec<String> = map.iter().chain(other).map(|(key, _)| key.clone()).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        let value = |map: &[(String, String)], key: &str| {
            map.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut compare = |of: Option<&str>, then: &[(String, String)], now: &[(String, String)]| {
            for key in all(then, now) {
                let (before, after) = (value(then, &key), value(now, &key));
                if before != after {
                    let (of, key) =
                        of.map_or_else(|| (key.clone(), String::new()), |of| (of.to_owned(), key.clone()));
                    changes.push(Change { of, key, before, after });
                }
            }
        };
        compare(None, &self.inputs, &now.inputs);
        let mut ids: Vec<&str> = self.entries.iter().chain(&now.entries).map(|one| one.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let values = |entries: &[Result], id: &str| {
            entries.iter().find(|one| one.id == id).map(|one| one.values.clone()).unwrap_or_default()
        };
        for id in ids {
            compare(Some(id), &values(&self.entries, id), &values(&now.entries, id));
        }
        changes
    }
}
