//! Owns the way from tables to drafts: headings, rows, lists with their levels, what belongs to no record.
//! Must not know formats, prose, or what an archive holds.

mod columns;
mod lines;
mod ranks;
mod row;
mod values;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;

pub use columns::{Columns, ColumnsError, UnknownField};

use self::lines::{Heading, Line, heading, letters, lines};
use self::row::{Around, is_bare_formula, item};
use super::awards::{Context, context};
use super::document::{Document, Role, Table};
use super::draft::Draft;
use super::ledger::Owner;
use super::lexicon::Lexicon;
use super::plan::{Warning, WarningKind};
use super::read::Item;
use crate::text::numerals::years;

/// What the tables of a document hold. Bytes of the text that is read.
#[derive(Default)]
pub struct Grids {
    /// Drafts with their rows.
    pub items: Vec<(Item, usize, usize)>,
    /// What belongs to no record.
    pub apart: Vec<(usize, usize, Owner)>,
    /// What a person should look at, `at` in bytes.
    pub warnings: Vec<Warning>,
    /// Stretches that the reading of prose must pass over.
    taken: Vec<(usize, usize)>,
    /// Tables of a spreadsheet that gave nothing: start, end, name, the reason's key.
    failed: Vec<(usize, usize, String, &'static str)>,
}

/// In prose a table needs as many rows to be a list of records.
const FEWEST: usize = 2;
/// Characters before a table that may say what it is.
const BEFORE: usize = 400;
/// A line of more characters names no level.
const TITLE: usize = 60;

impl Grids {
    /// Tables that gave nothing are nobody's. Where no table gave anything the file is refused, and says why.
    fn fail(&mut self, file: &str) {
        let mut refused = None;
        for (start, end, name, why) in std::mem::take(&mut self.failed) {
            if self.items.is_empty() && refused.is_none() {
                refused = Some((
                    Item { draft: Draft::default(), weak_title: false, refused: Some(why) },
                    start,
                    end,
                ));
                continue;
            }
            self.apart.push((start, end, Owner::Unassigned(why.to_owned())));
            let (file, heading) = (file.to_owned(), name);
            self.warnings.push(Warning { file, at: start, heading, kind: WarningKind::Table { why } });
        }
        self.items.extend(refused);
    }

    /// The text without the tables that were read: blanks in their place, so that nothing moves.
    pub fn without<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.taken.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut kept = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end) in &self.taken {
            let start = (*start).max(at);
            kept.push_str(text.get(at..start).unwrap_or_default());
            let gone = text.get(start..(*end).max(start)).unwrap_or_default();
            kept.extend(gone.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            at = (*end).max(start);
        }
        kept.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(kept)
    }
}

/// Reads the tables of a document: all of a spreadsheet, in prose those that list records.
pub fn grids(document: &Document, file: &str, lexicon: &Lexicon) -> Grids {
    let mut grids = Grids::default();
    let mut state = State { before: 0, context: Context::default(), heading: None };
    for table in &document.tables {
        let (flawed, lines): (Vec<Line<'_>>, Vec<Line<'_>>) =
            lines(table).into_iter().partition(|line| line.row.flaw.is_some());
        // Keys alone, of a list of objects none of which can be taken, are no table.
        if flawed.is_empty() || lines.iter().any(|line| !line.cells.is_empty()) {
            Reader { document, file, lexicon, table, lines }.read(&mut state, &mut grids);
        }
        for row in flawed.iter().map(|line| line.row) {
            let Some((reason, place)) = &row.flaw else { continue };
            let draft = Draft { flaw: Some(place.clone()), ..Draft::default() };
            grids.items.push((Item { draft, weak_title: false, refused: Some(reason) }, row.start, row.end));
        }
    }
    if document.only_tables {
        let sheet_names = document.labels.iter().filter_map(|label| match label.role {
            Role::Aside(why) => Some((label.start, label.end, Owner::Boilerplate(why.to_owned()))),
            Role::Title | Role::Heading(_) | Role::SetOff | Role::Row => None,
        });
        grids.apart.extend(sheet_names);
        grids.fail(file);
        grids.taken = vec![(0, document.read().len())];
    }
    grids
}

/// What one table leaves for the next.
struct State {
    /// The byte behind the table before.
    before: usize,
    context: Context,
    heading: Option<Heading>,
}

struct Reader<'t> {
    document: &'t Document,
    file: &'t str,
    lexicon: &'t Lexicon,
    table: &'t Table,
    lines: Vec<Line<'t>>,
}

/// The numbers of an edition's level, where columns tell them.
type Level = (Option<i64>, Option<String>, Vec<i64>);

/// A list inside a table: what its heading says, and the numbers found under it.
struct Part {
    heading: String,
    at: usize,
    level: Option<String>,
    declared: Option<u32>,
    found: usize,
    ranks: Vec<i64>,
}

impl<'t> Reader<'t> {
    fn read(&self, state: &mut State, grids: &mut Grids) {
        let (Some(first), Some(last)) = (self.table.rows.first(), self.table.rows.last()) else { return };
        let (start, end) = (first.start, last.end.max(first.start));
        let words = self.words_before(state.before, start);
        let found = heading(&self.lines, &self.lexicon.columns).or_else(|| self.inherited(state));
        let titled = |h: &&Heading| h.column("title").or_else(|| h.column("awards.title")).is_some();
        let Some(heading) = found.as_ref().filter(titled) else {
            if self.document.only_tables {
                let why = if found.is_some() { "no-title-column" } else { "no-heading" };
                grids.failed.push((start, end, self.table.name.clone().unwrap_or_default(), why));
            }
            return;
        };
        let data = self.lines.len().saturating_sub(heading.end);
        if !self.document.only_tables && (heading.known() < 2 || data < FEWEST) {
            return;
        }
        let titles: Vec<&str> =
            self.lines[..heading.first].iter().flat_map(Line::own).map(|cell| cell.text.as_str()).collect();
        let said =
            format!("{words}\n{}\n{}", self.table.name.as_deref().unwrap_or_default(), titles.join("\n"));
        // A list after another one of the same edition does not say the edition again.
        let new = self.context(&said);
        if new.edition.is_some() || new.programme.is_some() || new.year.is_some() || self.document.only_tables
        {
            state.context = new;
        }
        state.before = end;
        state.heading = Some(heading.clone());
        if !self.document.only_tables {
            grids.taken.push((start, end));
        }
        for (place, line) in self.lines[..heading.end].iter().enumerate() {
            let why = if place < heading.first { "table-title" } else { "table-heading" };
            grids.apart.push((line.row.start, line.row.end, Owner::Boilerplate(why.to_owned())));
        }
        let title = titles.last().copied().or_else(|| last_line(&words)).or(self.table.name.as_deref());
        self.rows(heading, title.unwrap_or(self.file), &said, state, grids);
    }

    /// The heading of the table before, where this one has none, is as wide, and goes on counting: a table of figures that happens to be
    /// as wide is none.
    fn inherited(&self, state: &State) -> Option<Heading> {
        let before = state.heading.as_ref()?;
        let widest = |columns: &mut dyn Iterator<Item = usize>| columns.max();
        let own = widest(&mut self.lines.iter().flat_map(|line| line.cells.keys().copied()));
        let known = widest(&mut before.columns.keys().copied());
        let rank = before.column("awards.rank")?;
        let counts = self.lines.iter().find(|line| line.own().len() > 1)?.at(rank)?;
        let counts = values::integer(&counts.text, false).is_some_and(|rank| rank > 0);
        let same = own == known && counts && !self.document.only_tables;
        same.then(|| Heading { first: 0, end: 0, columns: before.columns.clone() })
    }

    /// The last lines between the table before and this one.
    fn words_before(&self, from: usize, to: usize) -> String {
        if self.document.only_tables {
            return String::new();
        }
        let text = self.document.read().get(from..to).unwrap_or_default();
        let skip = text.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
        text[skip..].to_owned()
    }

    fn context(&self, words: &str) -> Context {
        let mut found = context(words, self.lexicon);
        let mut named: Vec<i64> = years(words).into_iter().map(|(year, _)| i64::from(year)).collect();
        named.dedup();
        if found.year.is_none()
            && let [year] = named[..]
        {
            found.year = Some(year);
        }
        found
    }

    /// The level that a heading names, and how many entries it declares. A sentence names none.
    fn level(&self, text: &str) -> Option<(String, Option<u32>)> {
        if text.chars().count() > TITLE || text.contains('。') {
            return None;
        }
        let (name, level) = self.lexicon.levels().iter().find(|(name, _)| text.contains(name.as_str()))?;
        // Two levels in one line: the heading of both lists.
        let rest = text.replacen(name.as_str(), "", 1);
        let other =
            self.lexicon.levels().iter().any(|(name, other)| other != level && rest.contains(name.as_str()));
        (!other).then(|| (level.clone(), self.lexicon.columns.declared(text)))
    }

    fn rows(&self, heading: &Heading, title: &str, said: &str, state: &mut State, grids: &mut Grids) {
        let at = self.lines.first().map_or(0, |line| line.row.start);
        let untrue = self.untrue(heading);
        let around_words = said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        let level = around_words.take(3).find_map(|line| self.level(line));
        let mut part = Part {
            heading: title.trim().to_owned(),
            at,
            declared: level.as_ref().map_or_else(|| self.lexicon.columns.declared(title), |(_, n)| *n),
            level: level.map(|(level, _)| level),
            found: 0,
            ranks: Vec::new(),
        };
        let mut parts: Vec<Part> = Vec::new();
        let mut by_level: Vec<Level> = Vec::new();
        for line in &self.lines[heading.end..] {
            let apart = |why: Owner| (line.row.start, line.row.end, why);
            let boilerplate = |why: &str| Owner::Boilerplate(why.to_owned());
            if self.repeats(line, heading) {
                grids.apart.push(apart(boilerplate("table-heading")));
                continue;
            }
            let first = line.own().first().map(|cell| cell.text.as_str()).unwrap_or_default();
            if let Some(text) = self.alone(line, heading) {
                if let Some((level, declared)) = self.level(text).filter(|_| self.is_heading(text)) {
                    let new = Part {
                        heading: text.to_owned(),
                        at: line.row.start,
                        level: Some(level),
                        declared,
                        found: 0,
                        ranks: Vec::new(),
                    };
                    parts.push(std::mem::replace(&mut part, new));
                    grids.apart.push(apart(boilerplate("list-heading")));
                    continue;
                }
                let new = self.context(text);
                if new.edition.is_some() || new.programme.is_some() {
                    state.context = new;
                    grids.apart.push(apart(boilerplate("list-heading")));
                    continue;
                }
                if self.lexicon.columns.is_note(text) {
                    grids.apart.push(apart(Owner::Unassigned("table-note".to_owned())));
                    continue;
                }
            }
            if self.lexicon.columns.is_total(first) {
                let words: Vec<&str> = line.own().iter().map(|cell| cell.text.as_str()).collect();
                let declared = self.lexicon.columns.declared(&words.join(" "));
                part.declared = part.declared.or(declared);
                grids.apart.push(apart(boilerplate("table-total")));
                continue;
            }
            let context = state.context.clone();
            let around = Around {
                sheet: self.table.name.as_deref(),
                heading,
                untrue: &untrue,
                context: &context,
                level: part.level.as_deref(),
                keys: self.table.rows.first().is_some_and(|row| row.number == 0),
            };
            self.formulas(line, &around, grids);
            match item(line, &around) {
                // A lone cell at the side, of no column that is known.
                None => grids.apart.push(apart(Owner::Unassigned("table-note".to_owned()))),
                Some(item) if item.draft.title.is_empty() && self.alone(line, heading).is_some() => {
                    grids.apart.push(apart(Owner::Unassigned("table-note".to_owned())));
                }
                Some(item) => {
                    part.found += 1;
                    if let Some(award) = item.draft.awards.first()
                        && let Some(rank) = award.rank
                    {
                        part.ranks.push(rank);
                        match by_level.iter_mut().find(|(e, l, _)| (*e, l) == (award.edition, &award.level)) {
                            Some((_, _, ranks)) => ranks.push(rank),
                            None => by_level.push((award.edition, award.level.clone(), vec![rank])),
                        }
                    }
                    grids.items.push((item, line.row.start, line.row.end));
                }
            }
        }
        parts.push(part);
        self.judge(&parts, &by_level, grids);
        let lost: Vec<String> = heading
            .columns
            .iter()
            .filter(|(column, (name, target))| {
                !name.is_empty() && (target.is_none() || untrue.contains(column))
            })
            .map(|(_, (name, _))| name.clone())
            .collect();
        if !lost.is_empty() {
            grids.warnings.push(self.warning(at, title, WarningKind::Columns { names: lost }));
        }
    }

    /// Reports what is odd about the numbers and totals of the lists.
    fn judge(&self, parts: &[Part], by_level: &[Level], grids: &mut Grids) {
        let whole: Vec<i64> = parts.iter().flat_map(|part| part.ranks.iter().copied()).collect();
        // Numbers may run through a table, or begin again with each level.
        let through = ranks::odd(&whole);
        if !through.is_empty() {
            let in_parts: Vec<(&Part, Vec<WarningKind>)> =
                parts.iter().map(|part| (part, ranks::odd(&part.ranks))).collect();
            let in_levels: Vec<WarningKind> =
                by_level.iter().flat_map(|(_, _, ranks)| ranks::odd(ranks)).collect();
            let count = in_parts.iter().map(|(_, odd)| odd.len()).sum::<usize>();
            let first = parts.first();
            let (name, at) = first.map_or((String::new(), 0), |part| (part.heading.clone(), part.at));
            if count <= in_levels.len() && count <= through.len() {
                for (part, odd) in in_parts {
                    grids
                        .warnings
                        .extend(odd.into_iter().map(|kind| self.warning(part.at, &part.heading, kind)));
                }
            } else {
                let odd = if in_levels.len() < through.len() { in_levels } else { through };
                grids.warnings.extend(odd.into_iter().map(|kind| self.warning(at, &name, kind)));
            }
        }
        for part in parts {
            if let Some(declared) = part.declared
                && u32::try_from(part.found).ok() != Some(declared)
                && (part.found > 0 || part.level.is_some())
            {
                let kind = WarningKind::Total { declared, found: part.found };
                grids.warnings.push(self.warning(part.at, &part.heading, kind));
            }
        }
    }

    /// Columns that are ordinals only where every cell is a plain number, and are not.
    fn untrue(&self, heading: &Heading) -> HashSet<usize> {
        let plain = |text: &str| {
            !text.starts_with('0') && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let doubtful =
            heading.columns.iter().filter(|(_, (_, target))| target.as_ref().is_some_and(|t| t.ordinal));
        let untrue = doubtful.map(|(column, _)| *column).filter(|column| {
            let cells = self.lines[heading.end..].iter().filter(|line| line.own().len() > 1);
            let mut cells = cells.filter_map(|line| line.at(*column));
            cells.any(|cell| !plain(&cell.text) && !self.lexicon.columns.is_total(&cell.text))
        });
        untrue.collect()
    }

    /// Whether a row says the heading again, as at the top of a new page.
    fn repeats(&self, line: &Line<'_>, heading: &Heading) -> bool {
        let of_heading = &self.lines[heading.first..heading.end];
        let said = |text: &str| of_heading.iter().flat_map(Line::own).any(|cell| cell.text == text);
        let named = |text: &str| heading.end == 0 && heading.columns.values().any(|(name, _)| name == text);
        line.own().len() > 1 && line.own().iter().all(|cell| said(&cell.text) || named(&cell.text))
    }

    /// The words of the only cell of a row in a table of several columns.
    fn alone(&self, line: &Line<'t>, heading: &Heading) -> Option<&'t str> {
        let first = line.own().first()?;
        let same = line.own().iter().all(|cell| cell.text == first.text);
        let wide = heading.columns.len() > 1 && line.cells.values().all(|(_, inherited)| !inherited);
        (same && wide).then_some(first.text.as_str())
    }

    /// Whether a text is little more than the name of a level, and not a title that holds one.
    fn is_heading(&self, text: &str) -> bool {
        let Some((name, _)) = self.lexicon.levels().iter().find(|(name, _)| text.contains(name.as_str()))
        else {
            return false;
        };
        let outside = text.split(['(', '（']).next().unwrap_or(text).replacen(name.as_str(), "", 1);
        outside.chars().filter(|c| c.is_alphabetic()).count() <= 6
    }

    fn formulas(&self, line: &Line<'_>, around: &Around<'_>, grids: &mut Grids) {
        for cell in line.own().iter().filter(|cell| self.table.name.is_some() && is_bare_formula(&cell.text))
        {
            let kind = WarningKind::Cell { cell: around.cell(line, cell.column), why: "formula" };
            grids.warnings.push(self.warning(cell.start, &letters(cell.column), kind));
        }
    }

    fn warning(&self, at: usize, heading: &str, kind: WarningKind) -> Warning {
        Warning { file: self.file.to_owned(), at, heading: heading.to_owned(), kind }
    }
}

fn last_line(words: &str) -> Option<&str> {
    words.lines().rev().map(str::trim).find(|line| !line.is_empty())
}
