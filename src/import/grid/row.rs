//! Owns the way from a row of a table to a draft.
//! Must not know where the row's table stands, nor the archive.

use std::collections::HashSet;

use super::columns::Target;
use super::lines::{Heading, Line, letters};
use super::values::{self, one_line};
use crate::import::awards::{Context, split_unit};
use crate::import::draft::{Award, Draft, Section};
use crate::import::read::Item;
use crate::import::region;
use crate::import::sections::OTHER;
use crate::text::fold::fold;
use crate::yaml::Tree;

/// What is known about a row from around it.
pub struct Around<'t> {
    /// The sheet's name.
    pub sheet: Option<&'t str>,
    /// The heading.
    pub heading: &'t Heading,
    /// Columns that turned out to hold something else than their heading says.
    pub untrue: &'t HashSet<usize>,
    /// Programme, edition, year.
    pub context: &'t Context,
    /// The level under whose heading the row stands.
    pub level: Option<&'t str>,
    /// Whether the heading is made of keys, and no row of its own.
    pub keys: bool,
}

impl<'t> Around<'t> {
    /// What a column stands for.
    pub fn target(&self, column: usize) -> Option<&'t Target> {
        let (_, target) = self.heading.columns.get(&column)?;
        target.as_ref().filter(|_| !self.untrue.contains(&column))
    }

    /// A cell's name: `Sheet!B7`; in a list of objects its number and key.
    pub fn cell(&self, line: &Line<'_>, column: usize) -> String {
        let named = self.heading.columns.get(&column).map(|(name, _)| name.as_str());
        // Objects of JSON have no columns that anyone sees.
        if let (Some(name), true) = (named, self.keys) {
            return format!("#{}.{name}", line.row.number);
        }
        let place = format!("{}{}", letters(column), line.row.number);
        self.sheet.map_or_else(|| place.clone(), |sheet| format!("{sheet}!{place}"))
    }
}

/// Whether a cell holds a formula whose value the file does not have.
pub fn is_bare_formula(text: &str) -> bool {
    text.starts_with('=') && text.len() > 1 && !text.starts_with("==")
}

/// The draft of a row. `None` when it says nothing that a record could hold.
pub fn item(line: &Line<'_>, around: &Around<'_>) -> Option<Item> {
    let mut draft = Draft { year: None, ..Draft::default() };
    let mut award = Award::default();
    let mut listed = false;
    let mut flaw: Option<(&'static str, String)> = None;
    let mut place: [Option<String>; 3] = [None, None, None];
    let mut place_words: Vec<(String, String)> = Vec::new();
    let mut code = None;
    let mut mapped = 0;
    for column in line.cells.keys() {
        let Some(cell) = line.at(*column) else { continue };
        let words = cell.text.as_str();
        let name = around.heading.columns.get(column).map(|(name, _)| name.as_str()).unwrap_or_default();
        let named = if name.is_empty() { letters(*column) } else { name.to_owned() };
        let Some(target) = around.target(*column) else {
            draft.notes.push(format!("{named}：{words}"));
            continue;
        };
        mapped += 1;
        draft.cells.push((target.path.clone(), around.cell(line, *column)));
        let path = target.path.as_str();
        if let Some(role) = path.strip_prefix("sections.") {
            draft.sections.push(section(role, name, words));
            continue;
        }
        if path == "region" {
            place[0] = Some(words.to_owned());
            place_words.push((named, words.to_owned()));
            continue;
        }
        let Some(field) = &target.field else { continue };
        let value = match values::value(field, words) {
            Ok(value) => value,
            Err(reason) => {
                let reason = if is_bare_formula(words) { "cell-formula" } else { reason };
                flaw.get_or_insert((reason, format!("{} {}", around.cell(line, *column), clip(words))));
                continue;
            }
        };
        if field.key() == "year" && !is_year(words, &value) {
            draft.notes.push(format!("{named}：{words}"));
        }
        listed |= path.starts_with("awards.");
        match (path, value) {
            ("title", Tree::Text(text)) => draft.title = text,
            ("unit", Tree::Text(text)) => draft.unit = Some(text),
            ("sector", Tree::Text(text)) => draft.sector = Some(text),
            ("themes", Tree::List(items)) => {
                for item in items {
                    if let Tree::Text(text) = item
                        && !draft.themes.contains(&text)
                    {
                        draft.themes.push(text);
                    }
                }
            }
            ("year", Tree::Integer(number)) => draft.year = Some(number),
            ("programme", Tree::Text(text)) => draft.programme = Some(one_line(&text)),
            ("edition", Tree::Integer(number)) => draft.edition = Some(number),
            ("abstract", Tree::Text(text)) => draft.abstract_ = Some(paragraphs(&text)),
            ("notes", Tree::Text(text)) => draft.notes.insert(0, text),
            ("region.province", Tree::Text(text)) => set(&mut place[0], &mut place_words, named, text),
            ("region.city", Tree::Text(text)) => set(&mut place[1], &mut place_words, named, text),
            ("region.county", Tree::Text(text)) => set(&mut place[2], &mut place_words, named, text),
            ("region.code", Tree::Text(text)) => code = Some((named, text)),
            ("awards.programme", Tree::Text(text)) => award.programme = Some(one_line(&text)),
            ("awards.edition", Tree::Integer(number)) => award.edition = Some(number),
            ("awards.year", Tree::Integer(number)) => award.year = Some(number),
            ("awards.level", Tree::Text(text)) => award.level = Some(text),
            ("awards.rank", Tree::Integer(number)) => award.rank = Some(number),
            ("awards.title", Tree::Text(text)) => award.title = Some(text),
            ("awards.unit", Tree::Text(text)) => award.unit = Some(text),
            (_, value) => draft.extra.push((path.to_owned(), value)),
        }
    }
    if mapped == 0 {
        return None;
    }
    settle(&mut draft, award, listed, around);
    locate(&mut draft, place, place_words, code);
    if draft.title.is_empty() {
        let column =
            around.heading.column("title").or_else(|| around.heading.column("awards.title")).unwrap_or(0);
        flaw.get_or_insert(("no-title", around.cell(line, column)));
    }
    let refused = flaw.as_ref().map(|(reason, _)| *reason);
    draft.flaw = flaw.map(|(_, place)| place);
    Some(Item { draft, weak_title: false, refused })
}

/// Whether words are a year and nothing more: what else a date says is kept.
fn is_year(words: &str, value: &Tree) -> bool {
    matches!(value, Tree::Integer(year) if fold(words).trim().trim_end_matches(['年', '度']) == year.to_string())
}

/// What the list says goes to the entry, and to the record where the row says nothing else.
fn settle(draft: &mut Draft, mut award: Award, listed: bool, around: &Around<'_>) {
    let context = around.context;
    award.level = award.level.or_else(|| around.level.map(str::to_owned));
    let listed = listed || award.level.is_some();
    if draft.title.is_empty() {
        draft.title = award.title.clone().unwrap_or_default();
    }
    let has_unit = around.heading.column("unit").or_else(|| around.heading.column("awards.unit")).is_some();
    if listed && !has_unit && !draft.title.is_empty() {
        let (unit, title) = split_unit(&draft.title);
        draft.title = title;
        draft.unit = unit;
    }
    draft.unit = draft.unit.take().or_else(|| award.unit.clone());
    let said = draft.edition.is_some() || award.edition.is_some();
    let edition = award.edition.or(draft.edition).or(context.edition);
    let programme =
        award.programme.take().or_else(|| draft.programme.clone()).or_else(|| context.programme.clone());
    // The year around the table is that of its own edition.
    let year =
        award.year.or(draft.year).or_else(|| context.year.filter(|_| !said || edition == context.edition));
    draft.edition = draft.edition.or(edition);
    draft.programme = draft.programme.take().or_else(|| programme.clone());
    draft.year = draft.year.or(year);
    if listed {
        let title = award.title.or_else(|| Some(draft.title.clone()));
        let unit = award.unit.or_else(|| draft.unit.clone());
        draft.awards.push(Award {
            programme,
            edition,
            year,
            level: award.level,
            rank: award.rank,
            title,
            unit,
        });
    }
}

fn set(place: &mut Option<String>, words: &mut Vec<(String, String)>, named: String, text: String) {
    words.push((named, text.clone()));
    *place = Some(text);
}

/// The place of a row's own columns, else of its unit. What names no place is kept as a note.
fn locate(
    draft: &mut Draft,
    place: [Option<String>; 3],
    words: Vec<(String, String)>,
    code: Option<(String, String)>,
) {
    let parts: Vec<&str> = place.iter().flatten().map(String::as_str).collect();
    // 北京市 in both columns of a municipality is said once.
    let mut name = String::new();
    for part in &parts {
        if !name.ends_with(part) {
            name.push_str(part);
        }
    }
    let own = (!name.is_empty()).then(|| region::of_unit(&name, draft.year)).flatten();
    match own {
        Some((found, rest)) => {
            if !rest.trim().is_empty() {
                draft.notes.extend(words.iter().map(|(name, text)| format!("{name}：{text}")));
            }
            draft.region = Some(found);
        }
        None => {
            draft.notes.extend(words.iter().map(|(name, text)| format!("{name}：{text}")));
            let unit = draft.unit.as_deref();
            draft.region = unit.and_then(|unit| region::of_unit(unit, draft.year)).map(|(region, _)| region);
        }
    }
    if let Some((name, text)) = code
        && draft.region.as_ref().is_none_or(|region| region.code != text)
    {
        draft.notes.push(format!("{name}：{text}"));
    }
}

fn section(role: &str, heading: &str, words: &str) -> Section {
    let text = paragraphs(words);
    if role == "text" {
        return Section { role: OTHER.to_owned(), heading: None, text };
    }
    Section { role: role.to_owned(), heading: Some(heading.to_owned()), text }
}

/// Lines as paragraphs, one blank line apart.
fn paragraphs(words: &str) -> String {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n\n")
}

fn clip(words: &str) -> String {
    let line = one_line(words);
    match line.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
