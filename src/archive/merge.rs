//! Two records of one case made one.
//!
//! Owns what becomes of every value of the record that goes: it joins a list, fills a gap, or becomes a line of the notes. What a person
//! wrote in the record that stays is never overwritten. Must not know why the two are one case, nor write files.

use super::record::Record;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::text::shingles::bare;
use crate::yaml;
use crate::yaml::Addition;
use crate::yaml::Node;
use crate::yaml::Tree;
use crate::yaml::Value;

/// The field that takes what has no other place.
const NOTES: &str = "notes";
/// What an entry of a list says only where it differs from the record.
const IMPLIED: &[&str] = &["title", "unit"];
/// What makes two entries of lists the same entry.
const ENTRY: &[&str] = &["programme", "edition", "year", "level", "rank"];

/// What becomes of two records.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The text of the record that stays, with what it gains.
    pub after: String,
    /// What would not come along, or only in another form: a person must look first.
    pub lost: Vec<Lost>,
}

/// Something that a merge does not carry over as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A comment; its words go to the notes.
    Comment(String),
    /// A paragraph that the text of the other record does not have.
    Text(String),
    /// A key that the schema does not know; its value goes to the notes.
    Unknown(String),
    /// A value for which the other record has no room.
    Value(String),
}

impl Lost {
    /// Its key among the sentences, `dedup.lost.KEY`, and what it is about.
    pub fn said(&self) -> (&'static str, &str) {
        match self {
            Lost::Comment(text) => ("comment", text),
            Lost::Text(text) => ("text", text),
            Lost::Unknown(key) => ("unknown", key),
            Lost::Value(key) => ("value", key),
        }
    }
}

/// Puts what `lose` knows into `keep`. Lines of notes are written in `lang`. `None` where one of the two is no mapping.
pub fn merge(kind: &Kind, keep: &Record, lose: &Record, lang: Lang) -> Option<Merge> {
    let (into, from) = (keep.root.as_ref()?, lose.root.as_ref()?);
    let mut work = Work {
        kind,
        lang,
        id: kind.text_of(from, &kind.key).unwrap_or(&lose.path),
        into,
        from,
        held: bare(&kind.running_text(into).join("\n\n")),
        additions: Vec::new(),
        replaced: Vec::new(),
        notes: Vec::new(),
        lost: Vec::new(),
    };
    for entry in from.entries() {
        if entry.key != kind.key && entry.key != NOTES {
            work.entry(&entry.key, &entry.value);
        }
    }
    for comment in yaml::comments(&lose.text, from) {
        let words = comment.trim_start_matches('#').trim();
        if !words.is_empty() {
            work.lost.push(Lost::Comment(words.to_owned()));
            work.note(lang.say("merge.comment", &[("id", work.id), ("text", words)]));
        }
    }
    work.finish_notes();
    let after = work.write(keep);
    work.check(&after);
    Some(Merge { after, lost: work.lost })
}

struct Work<'r> {
    kind: &'r Kind,
    lang: Lang,
    /// The id of the record that goes.
    id: &'r str,
    into: &'r Node,
    from: &'r Node,
    /// The running text of the record that stays, bare.
    held: String,
    additions: Vec<Addition>,
    replaced: Vec<(String, Tree)>,
    notes: Vec<String>,
    lost: Vec<Lost>,
}

impl Work<'_> {
    fn note(&mut self, line: String) {
        if !self.notes.contains(&line) {
            self.notes.push(line);
        }
    }

    fn aside(&mut self, field: &str, value: &str) {
        let value = value.trim();
        let line = self.lang.say("merge.value", &[("id", self.id), ("field", field), ("value", value)]);
        self.note(line);
    }

    fn entry(&mut self, key: &str, value: &Node) {
        let tree = yaml::tree_of(value);
        let leads =
            |path: &str| path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if !self.kind.fields.iter().any(|field| leads(&field.path)) {
            self.lost.push(Lost::Unknown(key.to_owned()));
            // As a key it would be one more finding in the record that stays.
            if self.into.get(key).map(yaml::tree_of) != Some(tree) {
                self.value(key, value);
            }
            return;
        }
        if self.kind.registers.iter().any(|register| register == key) {
            return self.register(key, value);
        }
        let nothing = |node: &Node| node.is_null() || yaml::tree_of(node).is_empty();
        let Some(there) = self.into.get(key) else {
            if !nothing(value) {
                self.additions.push(Addition::Key(key.to_owned(), tree));
            }
            return;
        };
        if nothing(value) || yaml::tree_of(there) == tree {
            return;
        }
        if nothing(there) {
            return self.replaced.push((key.to_owned(), tree));
        }
        if self.kind.full.as_deref() == Some(key) {
            return self.running(value);
        }
        match (&there.value, &value.value) {
            (Value::List(old), Value::List(new)) => {
                let known: Vec<Tree> = old.iter().map(yaml::tree_of).collect();
                let new: Vec<Tree> =
                    new.iter().map(yaml::tree_of).filter(|item| !known.contains(item)).collect();
                self.items(key, known, new);
            }
            (Value::Map(_), Value::Map(new)) => {
                for entry in new {
                    let same = there
                        .get(&entry.key)
                        .is_some_and(|old| yaml::tree_of(old) == yaml::tree_of(&entry.value));
                    if !same {
                        self.value(&format!("{key}.{}", entry.key), &entry.value);
                    }
                }
            }
            _ => {
                let implied = (key == self.kind.title || IMPLIED.contains(&key)) && self.lists_say(key);
                if !implied {
                    self.value(key, value);
                }
            }
        }
    }

    /// A value that differs from the one that stays.
    fn value(&mut self, path: &str, value: &Node) {
        match value.text() {
            // A longer text that stands in the other record already, as an abstract may.
            Some(text) if text.chars().count() > 40 && self.held.contains(&bare(text)) => {}
            Some(text) => self.aside(path, text),
            None => {
                let written = yaml::write(&Tree::Map(vec![(path.to_owned(), yaml::tree_of(value))]));
                self.aside(path, written.split_once(':').map_or("", |(_, rest)| rest));
            }
        }
    }

    /// Whether every list of the record that goes takes the record's title or unit along.
    fn lists_say(&self, key: &str) -> bool {
        let entries = || self.kind.registers.iter().filter_map(|r| self.from.get(r)).flat_map(Node::items);
        let gained = |item: &&Node| item.get(key).is_none() && !self.has_entry(item);
        entries().any(|item| gained(&item))
    }

    /// Whether the record that stays has this place of this list.
    fn has_entry(&self, item: &Node) -> bool {
        let place = |item: &Node| -> Vec<Option<Tree>> {
            ENTRY.iter().map(|key| item.get(key).map(yaml::tree_of)).collect()
        };
        let own = self.kind.registers.iter().filter_map(|r| self.into.get(r)).flat_map(Node::items);
        let here = place(item);
        // An entry without a place is known by what it says.
        let named = here.iter().any(Option::is_some);
        own.into_iter().any(|other| {
            if named { place(other) == here } else { yaml::tree_of(other) == yaml::tree_of(item) }
        })
    }

    /// Entries of lists, each with the title and unit that its record implied.
    fn register(&mut self, key: &str, value: &Node) {
        let said = |record: &Node, field: &str| record.get(field).and_then(Node::text).map(str::to_owned);
        let mut new = Vec::new();
        for item in value.items() {
            if self.has_entry(item) {
                for field in IMPLIED {
                    let Some(title) = item.get(field).and_then(Node::text) else { continue };
                    let all = bare(&yaml::write(&yaml::tree_of(self.into)));
                    if !all.contains(&bare(title)) {
                        self.aside(&format!("{key}.{field}"), title);
                    }
                }
                continue;
            }
            let Tree::Map(mut entries) = yaml::tree_of(item) else {
                new.push(yaml::tree_of(item));
                continue;
            };
            for field in IMPLIED {
                let own = said(self.from, field).filter(|own| said(self.into, field).as_ref() != Some(own));
                if let Some(own) = own.filter(|_| item.get(field).is_none()) {
                    entries.push(((*field).to_owned(), Tree::Text(own)));
                }
            }
            new.push(Tree::Map(entries));
        }
        let known = self.into.get(key).map(Node::items).unwrap_or_default();
        let known: Vec<Tree> = known.iter().map(yaml::tree_of).collect();
        if self.into.get(key).is_some() {
            self.items(key, known, new);
        } else if !new.is_empty() {
            self.additions.push(Addition::Key(key.to_owned(), Tree::List(new)));
        }
    }

    /// Items for a list that is there. One in brackets cannot be continued line by line, so it is laid out anew.
    fn items(&mut self, key: &str, known: Vec<Tree>, new: Vec<Tree>) {
        if new.is_empty() {
            return;
        }
        let block = self
            .into
            .get(key)
            .and_then(|list| list.items().first())
            .is_some_and(|first| matches!(first.value, Value::Map(_)));
        if block {
            self.additions.push(Addition::Items(key.to_owned(), new));
        } else {
            self.replaced.push((key.to_owned(), Tree::List(known.into_iter().chain(new).collect())));
        }
    }

    /// Paragraphs that the text which stays does not have.
    fn running(&mut self, value: &Node) {
        let mut pieces: Vec<&str> = Vec::new();
        pieces.extend(value.text());
        pieces.extend(value.items().iter().filter_map(Node::text));
        let full = self.kind.full.clone().unwrap_or_default();
        let labels: Vec<&String> = self.kind.labels.get(&full).into_iter().collect();
        for entry in value.items().iter().chain([value]).flat_map(Node::entries) {
            if !labels.contains(&&entry.key) {
                pieces.extend(entry.value.text());
            }
        }
        for paragraph in pieces.iter().flat_map(|piece| piece.split('\n')) {
            let words = bare(paragraph);
            if !words.is_empty() && !self.held.contains(&words) {
                self.lost.push(Lost::Text(paragraph.trim().to_owned()));
            }
        }
    }

    /// The notes: those of the record that stays, those of the one that goes, and what was set aside.
    fn finish_notes(&mut self) {
        let own =
            self.into.get(NOTES).filter(|node| !node.is_null()).and_then(Node::text).unwrap_or_default();
        let theirs =
            self.from.get(NOTES).filter(|node| !node.is_null()).and_then(Node::text).unwrap_or_default();
        let mut lines: Vec<&str> = own.lines().collect();
        let new: Vec<&str> = theirs.lines().chain(self.notes.iter().map(String::as_str)).collect();
        let before = lines.len();
        for line in new {
            if line.trim().is_empty() && lines.len() == before
                || !line.trim().is_empty() && lines.contains(&line)
            {
                continue;
            }
            lines.push(line);
        }
        if lines.len() == before {
            return;
        }
        if !self.kind.fields.iter().any(|field| field.path == NOTES) {
            let lines = lines.split_off(before);
            self.lost.extend(lines.into_iter().map(|line| Lost::Value(line.to_owned())));
            return;
        }
        let tree = Tree::Text(lines.join("\n"));
        if self.into.get(NOTES).is_some() {
            self.replaced.push((NOTES.to_owned(), tree));
        } else {
            self.additions.push(Addition::Key(NOTES.to_owned(), tree));
        }
    }

    fn write(&self, keep: &Record) -> String {
        let order = self.kind.order();
        let mut after = yaml::add(&keep.text, self.into, &self.additions, &order);
        for (key, tree) in &self.replaced {
            if let Some(root) = yaml::read(&after).root {
                after = yaml::replace_value(&after, &root, key, tree);
            }
        }
        after
    }

    /// Reads the result again: what did not arrive is lost, and that is said.
    fn check(&mut self, after: &str) {
        let reading = yaml::read(after);
        let root = reading.root.filter(|_| reading.problems.is_empty());
        let arrived = |key: &str, items: &[Tree]| {
            let list = root.as_ref().and_then(|root| root.get(key)).map(Node::items).unwrap_or_default();
            let list: Vec<Tree> = list.iter().map(yaml::tree_of).collect();
            items.iter().all(|item| list.contains(item))
        };
        let mut missing: Vec<String> = Vec::new();
        for addition in &self.additions {
            match addition {
                Addition::Items(key, items) if !arrived(key, items) => missing.push(key.clone()),
                Addition::Key(key, tree) => {
                    let there = root.as_ref().and_then(|root| root.get(key)).map(yaml::tree_of);
                    if there.as_ref() != Some(tree) {
                        missing.push(key.clone());
                    }
                }
                Addition::Items(..) => {}
            }
        }
        for (key, tree) in &self.replaced {
            let there = root.as_ref().and_then(|root| root.get(key)).map(yaml::tree_of);
            if there.as_ref() != Some(tree) {
                missing.push(key.clone());
            }
        }
        self.lost.extend(missing.into_iter().map(Lost::Value));
    }
}
