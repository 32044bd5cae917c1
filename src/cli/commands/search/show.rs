//! How an answer looks: on a terminal, line by line, as JSON.

use super::page::Group;
use super::page::Hit;
use super::page::Page;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::listing;
use crate::cli::listing::Listing;
use anku::archive::Archive;
use anku::archive::Card;
use anku::archive::Record;
use anku::report::printable;
use anku::schema::Kind;
use anku::search::Extent;
use anku::search::Ranked;
use anku::search::Snippet;
use anku::search::passages;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write as _;

/// Passages of one record.
const PASSAGES: usize = 3;

/// Prints one answer.
pub(super) struct Printer<'p> {
    pub(super) context: &'p Context,
    pub(super) archive: &'p Archive,
    pub(super) page: &'p Page,
    /// How much is shown of a text around a match; `None` for nothing.
    pub(super) extent: Option<Extent>,
    /// Whether the parts of each score are told.
    pub(super) explain: bool,
}

impl Printer<'_> {
    /// The passages of a hit, from its file as it is now.
    fn passages(&self, card: &Card, max: usize) -> Vec<Snippet> {
        let Some(extent) = self.extent.filter(|_| !self.page.found.needles.is_empty()) else {
            return Vec::new();
        };
        let Some(kind) = self.archive.kind(&card.kind) else { return Vec::new() };
        let Ok(record) = Record::read(&self.archive.root, &card.path) else { return Vec::new() };
        match &record.root {
            Some(root) => passages(&kind.texts(root), &record.text, &self.page.found.needles, max, extent),
            None => Vec::new(),
        }
    }

    /// How many passages of a record are shown: all, where whole texts are wanted.
    fn most(&self) -> usize {
        if self.extent == Some(Extent::Whole) { usize::MAX } else { PASSAGES }
    }

    /// A hit as JSON.
    pub(super) fn to_json(&self, hit: &Hit) -> Value {
        let card = &hit.card;
        let snippets: Vec<Value> = self
            .passages(card, self.most())
            .into_iter()
            .map(|s| json!({"field": s.field, "line": s.line, "text": s.text, "spans": s.spans}))
            .collect();
        let mut value = json!({"id": card.id, "kind": card.kind, "path": card.path, "title": card.title});
        for name in ["unit", "year"] {
            if let Some(first) = listing::values(self.archive, card, name).into_iter().next() {
                value[name] = json!(first);
            }
        }
        value["score"] = json!(rounded(hit.ranked.score));
        if self.explain {
            let Ranked { words, grams, title, .. } = hit.ranked;
            value["parts"] =
                json!({"words": rounded(words), "grams": rounded(grams), "title": rounded(title)});
        }
        if !hit.copies.is_empty() {
            value["copies"] =
                hit.copies.iter().map(|card| json!({"id": card.id, "path": card.path})).collect();
        }
        value["snippets"] = json!(snippets);
        value
    }

    /// The groups as JSON: value, and the ids of its hits.
    pub(super) fn groups_to_json(&self) -> Value {
        let ids = |group: &Group| -> Vec<&str> {
            group.hits.iter().map(|&at| self.page.hits[at].card.id.as_str()).collect()
        };
        self.page.groups.iter().map(|group| json!({"value": group.value, "ids": ids(group)})).collect()
    }

    /// `path:line: text`, as ripgrep prints a match.
    pub(super) fn plain(&self, card: &Card) -> String {
        let mut out = String::new();
        for snippet in self.passages(card, usize::MAX) {
            for line in snippet.text.lines() {
                let _ = writeln!(out, "{}:{}: {}", printable(&card.path), snippet.line, printable(line));
            }
        }
        if out.is_empty() {
            let _ = writeln!(out, "{}: {}", printable(&card.path), printable(&card.title));
        }
        out
    }

    /// The page for people.
    ///
    /// # Errors
    /// When stdout is gone.
    pub(super) fn print(&self, listing: &Listing, group: Option<&str>) -> Result<(), Failure> {
        self.say_how();
        let style = self.context.style;
        match group {
            None => {
                // Hits of one line each are a list.
                let mut long = false;
                for (at, hit) in self.page.hits.iter().enumerate() {
                    let text = self.hit(hit);
                    let before = std::mem::replace(&mut long, text.lines().nth(1).is_some());
                    let apart = if at > 0 && (before || long) { "\n" } else { "" };
                    self.context.print(format!("{apart}{text}"))?;
                }
            }
            Some(path) => {
                for (at, group) in self.page.groups.iter().enumerate() {
                    let label = self.label(path, group);
                    let head = format!("{} ({})", printable(&label), group.hits.len());
                    self.context.print(format!(
                        "{}{}\n",
                        if at > 0 { "\n" } else { "" },
                        style.bold(&head)
                    ))?;
                    for &at in &group.hits {
                        self.context.print(format!("\n{}", self.hit(&self.page.hits[at])))?;
                    }
                }
            }
        }
        for facet in &self.page.facets {
            self.context.print(format!("\n{}\n{}", style.bold(&facet.name), facet.lines(self.context)))?;
        }
        if self.page.total > 0 {
            let copies: usize = self.page.hits.iter().map(|hit| hit.copies.len()).sum();
            self.context.note(&listing.say_total(
                self.context,
                self.page.hits.len(),
                copies,
                self.page.total,
            ));
        }
        Ok(())
    }

    /// A group's value as people call it.
    fn label(&self, path: &str, group: &Group) -> String {
        let lang = self.context.lang;
        let Some(value) = &group.value else { return lang.word("stats.none").to_owned() };
        let field = self.archive.kinds.iter().find_map(|kind| kind.field(path));
        let text = value.to_string();
        field.map_or(text.as_str(), |field| field.label(&text, lang.is_zh())).to_owned()
    }

    fn hit(&self, hit: &Hit) -> String {
        let lang = self.context.lang;
        let style = self.context.style;
        let card = &hit.card;
        let mut out = format!("{}\n", self.headline(card));
        for snippet in self.passages(card, self.most()) {
            let field = self.field_name(card, &snippet.field);
            let place = format!("{}:{}", printable(&card.path), snippet.line);
            let place = self.context.link(&card.path, Some(snippet.line), &style.path(&place));
            let text = self.marked(&snippet).replace('\n', "\n      ");
            let _ = writeln!(out, "  {} {text}", style.dim(&format!("[{}]", printable(&field))));
            let _ = writeln!(out, "      {place}");
        }
        if !hit.copies.is_empty() {
            let ids: Vec<String> = hit.copies.iter().map(|card| printable(&card.id).into_owned()).collect();
            let said = lang.say("search.copies", &[("ids", &ids.join(" "))]);
            let _ = writeln!(out, "  {}", style.dim(&said));
        }
        if self.explain {
            let Ranked { score, words, grams, title, .. } = hit.ranked;
            let text = |part: f32| format!("{part:.2}");
            let (score, words, grams, title) = (text(score), text(words), text(grams), text(title));
            let args = [("score", &*score), ("words", &*words), ("grams", &*grams), ("title", &*title)];
            let _ = writeln!(out, "  {}", style.dim(&lang.say("search.parts", &args)));
        }
        out
    }

    /// Title, unit, year, levels: what tells one case from another at a glance.
    fn headline(&self, card: &Card) -> String {
        let style = self.context.style;
        let mut parts: Vec<String> = Vec::new();
        for name in ["unit", "year"] {
            let values = listing::values(self.archive, card, name);
            parts.extend(values.first().map(ToString::to_string));
        }
        let levels = listing::values(self.archive, card, "awards.level");
        parts.extend(levels.iter().map(ToString::to_string));
        let rest =
            if parts.is_empty() { String::new() } else { format!("  {}", printable(&parts.join(" · "))) };
        let id = self.context.link(&card.path, None, &style.number(&printable(&card.id)));
        format!("{id} {}{}", style.bold(&printable(&card.title)), rest)
    }

    /// What a label is called: `sections.practice` is 做法与经过, `title` is 题目.
    fn field_name(&self, card: &Card, label: &str) -> String {
        let zh = self.context.lang.is_zh();
        let Some(kind) = self.archive.kind(&card.kind) else { return label.to_owned() };
        if let Some(field) = kind.fields.iter().find(|field| field.path == label) {
            return if zh { field.names.zh.clone() } else { field.names.en.clone() };
        }
        role_name(kind, label, zh).unwrap_or_else(|| label.to_owned())
    }

    /// The passage with its matches painted.
    fn marked(&self, snippet: &Snippet) -> String {
        let style = self.context.style;
        let chars: Vec<char> = snippet.text.chars().collect();
        let piece = |from: usize, to: usize| {
            let text: String = chars.get(from..to.min(chars.len())).unwrap_or_default().iter().collect();
            printable(&text).into_owned()
        };
        let mut out = String::new();
        let mut at = 0;
        for &(start, end) in &snippet.spans {
            out.push_str(&piece(at, start));
            out.push_str(&style.hit(&piece(start, end)));
            at = end;
        }
        out.push_str(&piece(at, chars.len()));
        out
    }
}

fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}

fn role_name(kind: &Kind, label: &str, zh: bool) -> Option<String> {
    let (list, value) = label.rsplit_once('.')?;
    let key = kind.labels.get(list)?;
    let path = format!("{list}.{key}");
    let field = kind.fields.iter().find(|field| field.path == path)?;
    Some(field.label(value, zh).to_owned())
}
