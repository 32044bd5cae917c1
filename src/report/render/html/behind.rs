//! The way from a figure to its records and back.
//!
//! A figure links to a list of ids, an id to its record, a list back to its figures. Figures with the
//! same records share a list, and a list holds ids only: two hundred records behind a hundred figures
//! stay small. The script adds the titles to the list that is looked at.

use super::escape::href;
use super::escape::text;
use crate::locale::Lang;
use crate::report::document::Source;
use std::collections::HashMap;
use std::fmt::Write as _;

/// The lists that figures link to, in the order in which they were first met.
pub(super) struct Lists<'d> {
    records: &'d [Source],
    known: HashMap<Vec<u32>, usize>,
    lists: Vec<List>,
    cells: usize,
}

struct List {
    records: Vec<u32>,
    /// The figures, as (number of the cell, what it is).
    cells: Vec<(usize, String)>,
}

/// Where a figure stands and where it leads.
pub(super) struct Link {
    /// The number of the cell, from 1.
    pub(super) cell: usize,
    /// The number of the list, from 1.
    pub(super) list: usize,
}

impl<'d> Lists<'d> {
    pub(super) fn new(records: &'d [Source]) -> Self {
        Lists { records, known: HashMap::new(), lists: Vec::new(), cells: 0 }
    }

    /// The link of a figure with these records behind it; `None` where the document has none of them.
    pub(super) fn link(&mut self, behind: &[u32], what: impl FnOnce() -> String) -> Option<Link> {
        let there = |place: &u32| usize::try_from(*place).is_ok_and(|place| place < self.records.len());
        let mut records: Vec<u32> = behind.iter().copied().filter(there).collect();
        records.sort_unstable();
        records.dedup();
        if records.is_empty() {
            return None;
        }
        let list = match self.known.get(&records) {
            Some(list) => *list,
            None => {
                self.known.insert(records.clone(), self.lists.len());
                self.lists.push(List { records, cells: Vec::new() });
                self.lists.len() - 1
            }
        };
        self.cells += 1;
        self.lists[list].cells.push((self.cells, what()));
        Some(Link { cell: self.cells, list: list + 1 })
    }

    /// The lists and the records; nothing where the document has no records.
    pub(super) fn sections(&self, lang: Lang) -> String {
        let mut out = String::new();
        if !self.lists.is_empty() {
            let _ = writeln!(
                out,
                "<section class=\"behind\">\n<h2>{}</h2>\n<p>{}</p>",
                text(lang.word("html.behind")),
                text(lang.word("html.back"))
            );
            for (place, list) in self.lists.iter().enumerate() {
                let _ = write!(out, "<p class=\"list\" id=\"k{}\">", place + 1);
                for (cell, what) in &list.cells {
                    let _ = write!(out, "<a class=\"back\" href=\"#c{cell}\">↑ {}</a> ", text(what));
                }
                for place in &list.records {
                    let _ = write!(out, "<a href=\"#r{place}\">{}</a> ", text(&self.name(*place)));
                }
                out.push_str("</p>\n");
            }
            out.push_str("</section>\n");
        }
        if !self.records.is_empty() {
            let _ = writeln!(
                out,
                "<section class=\"records\">\n<h2>{}</h2>\n<p>{}</p>\n<ol>",
                text(lang.word("html.records")),
                text(lang.word("html.paths"))
            );
            for (place, record) in self.records.iter().enumerate() {
                let path = text(&record.path);
                let path = match href(&record.path) {
                    Some(href) => format!("<a href=\"{href}\">{path}</a>"),
                    None => path,
                };
                let _ = writeln!(
                    out,
                    "<li id=\"r{place}\"><bdi>{}</bdi> <code>{}</code> {path}</li>",
                    text(&record.title),
                    text(&record.id)
                );
            }
            out.push_str("</ol>\n</section>\n");
        }
        out
    }

    /// What a record is called in a list: its id, else its number.
    fn name(&self, place: u32) -> String {
        let record = usize::try_from(place).ok().and_then(|place| self.records.get(place));
        match record {
            Some(record) if !record.id.trim().is_empty() => record.id.clone(),
            _ => (u64::from(place) + 1).to_string(),
        }
    }
}
