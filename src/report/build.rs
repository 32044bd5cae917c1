//! An outline and the cards of an archive make a document.

use super::checks;
use super::document::Block;
use super::document::Document;
use super::document::Source;
use super::document::Stated;
use super::gaps;
use super::outline::Figure;
use super::outline::Outline;
use super::outline::OutlineBlock;
use super::outline::TableSpec;
use super::outline::Words;
use super::period::Period;
use super::rows;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::FULL;
use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::LISTED;
use crate::stats::Amounts;
use crate::stats::CutError;
use crate::stats::Pivot;
use crate::stats::Plan;
use crate::stats::Slice;
use crate::stats::compare;
use crate::stats::count_with;
use crate::table::Table;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Answers a query with the places of the cards that it finds.
pub type Select<'s> = &'s dyn Fn(&str) -> Result<Vec<usize>, String>;

/// What a report needs besides the cards.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// Answers queries.
    pub select: Select<'a>,
    /// Has the quantities of records.
    pub amounts: Amounts<'a>,
    /// What only the caller knows, by the names of [`Figure::GIVEN`]: the query, the date.
    pub given: &'a [(&'a str, String)],
    /// What a check of the archive found, for each rule.
    pub findings: &'a [Rule],
}

/// What a check found by one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: String,
    /// What it says.
    pub name: String,
    /// Where, `path:line`, in order.
    pub places: Vec<String>,
    /// The files.
    pub files: Vec<String>,
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq)]
pub enum BuildError {
    /// No record belongs to the period.
    NoRecords {
        /// What was asked for.
        period: Period,
        /// The editions, years or programmes that exist.
        known: Vec<String>,
    },
    /// A query of the outline cannot be answered.
    Query {
        /// Where it stands, `blocks[3].table.where`.
        field: String,
        /// The query.
        query: String,
        /// What is wrong with it.
        message: String,
    },
    /// A table that cannot be counted.
    Cut(CutError),
}

impl BuildError {
    /// Whether there is simply nothing to report: exit code 1, not 2.
    pub fn is_empty(&self) -> bool {
        matches!(self, BuildError::NoRecords { .. })
    }

    /// The sentence for people.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            BuildError::NoRecords { period, known } => {
                let period = match &period.programme {
                    Some(programme) => format!("{programme} {}", period.name(lang)),
                    None => period.name(lang),
                };
                let known = known.join(if lang.is_zh() { "、" } else { ", " });
                let key = if known.is_empty() { "report.error.none" } else { "report.error.period" };
                lang.say(key, &[("period", &period), ("known", &known)])
            }
            BuildError::Query { field, query, message } => {
                lang.say("report.error.query", &[("field", field), ("query", query), ("message", message)])
            }
            BuildError::Cut(error) => error.say(lang),
        }
    }
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for BuildError {}

impl From<CutError> for BuildError {
    fn from(error: CutError) -> Self {
        BuildError::Cut(error)
    }
}

/// Builds the document of an outline.
///
/// # Errors
/// [`BuildError::NoRecords`] when nothing belongs to the period, [`BuildError::Query`] when a
/// `where` of the outline cannot be answered.
pub fn build(
    outline: &Outline,
    period: &Period,
    kind: &Kind,
    cards: &[Card],
    answers: Answers<'_>,
    lang: Lang,
) -> Result<Document, BuildError> {
    let sliced = slice(period, kind, cards);
    // That a search found nothing is worth a report.
    let searched = answers.given.iter().any(|(name, text)| *name == "query" && !text.is_empty());
    if sliced.is_empty() && !searched {
        return Err(no_records(period, kind, cards));
    }
    let before = period.before();
    let earlier = before.as_ref().map(|before| slice(before, kind, cards)).unwrap_or_default();
    let others = RefCell::default();
    let builder = Builder { kind, lang, answers, period, before, cards, sliced, earlier, others };
    let title = outline.title.as_ref().map(|title| builder.fill(title));
    let records = builder.sliced.iter().map(|(_, card)| Source::of(card)).collect();
    let mut document = Document { title, blocks: Vec::new(), records };
    for (place, block) in outline.blocks.iter().enumerate() {
        builder.block(block, &format!("blocks[{place}]"), &mut document.blocks)?;
    }
    let mut others: Vec<(usize, usize)> = builder.others.into_inner().into_iter().collect();
    others.sort_unstable_by_key(|(_, met)| *met);
    document.records.extend(others.iter().filter_map(|(place, _)| cards.get(*place)).map(Source::of));
    Ok(document)
}

/// The cards of a period, with their places among all cards.
type Placed<'c> = (usize, Cow<'c, Card>);

fn slice<'c>(period: &Period, kind: &Kind, cards: &'c [Card]) -> Vec<Placed<'c>> {
    let slice = period.slice();
    let kept = |(place, card)| Some((place, slice.apply(kind, card)?));
    cards.iter().enumerate().filter_map(kept).collect()
}

fn no_records(period: &Period, kind: &Kind, cards: &[Card]) -> BuildError {
    let key = match (period.edition, period.year, &period.programme) {
        (Some(_), ..) => Some("edition"),
        (None, Some(_), _) => Some("year"),
        (None, None, Some(_)) => Some("programme"),
        (None, None, None) => None,
    };
    let known = key.map(|key| Slice::known(kind, cards, key)).unwrap_or_default();
    BuildError::NoRecords { period: period.clone(), known: known.iter().map(ToString::to_string).collect() }
}

struct Builder<'b> {
    kind: &'b Kind,
    lang: Lang,
    answers: Answers<'b>,
    period: &'b Period,
    before: Option<Period>,
    cards: &'b [Card],
    sliced: Vec<Placed<'b>>,
    earlier: Vec<Placed<'b>>,
    /// Cards outside the period that figures point to: their places among all cards, and in which order they were met.
    others: RefCell<BTreeMap<usize, usize>>,
}

impl Builder<'_> {
    fn block(&self, block: &OutlineBlock, at: &str, out: &mut Vec<Block>) -> Result<(), BuildError> {
        match block {
            OutlineBlock::Heading(words) => out.push(Block::Heading { level: 2, text: self.fill(words) }),
            OutlineBlock::Text(words) => out.push(self.stated(words)),
            OutlineBlock::Table(spec) => out.push(self.table(spec, &format!("{at}.table.where"))?),
            OutlineBlock::List(spec) => {
                let chosen = self.chosen(spec.filter.as_deref(), &format!("{at}.list.where"))?;
                let title = spec.title.as_ref().map(|title| self.fill(title));
                if let (Some(title), Some(_)) = (&title, spec.group) {
                    out.push(Block::Heading { level: 3, text: title.clone() });
                }
                let cards = pick(&self.sliced, chosen.as_ref());
                let mut tables = rows::tables(spec, title.as_deref(), self.kind, &cards, self.lang)?;
                tables.iter_mut().for_each(|table| self.point(table, chosen.as_ref()));
                if tables.is_empty() {
                    out.push(Block::Paragraph(self.lang.word("report.nothing").to_owned()));
                }
                out.extend(tables.into_iter().map(Block::Table));
            }
            OutlineBlock::Gaps(spec) => {
                let mut table = gaps::table(spec, self.kind, &pick(&self.sliced, None), self.lang);
                table.title = spec.title.as_ref().map(|title| self.fill(title));
                out.push(Block::Table(table));
            }
            OutlineBlock::Ranks(spec) => {
                let chosen = self.chosen(spec.filter.as_deref(), &format!("{at}.ranks.where"))?;
                let mut table =
                    checks::ranks(spec, self.kind, &pick(&self.sliced, chosen.as_ref()), self.lang)?;
                self.point(&mut table, chosen.as_ref());
                table.title = spec.title.as_ref().map(|title| self.fill(title));
                out.push(Block::Table(table));
            }
            OutlineBlock::Findings(spec) => {
                let mut table =
                    checks::findings(spec, self.answers.findings, &|files| self.places_of(files), self.lang);
                table.title = spec.title.as_ref().map(|title| self.fill(title));
                out.push(Block::Table(table));
            }
        }
        Ok(())
    }

    fn table(&self, spec: &TableSpec, field: &str) -> Result<Block, BuildError> {
        let chosen = self.chosen(spec.filter.as_deref(), field)?;
        let this = self.count(&self.sliced, chosen.as_ref(), spec)?;
        let mut table = match (&self.before, spec.delta) {
            (_, false) => this.to_table(self.kind, self.lang),
            (None, true) => return Ok(Block::Paragraph(self.lang.word("report.no_period").to_owned())),
            (Some(before), true) => {
                let then = self.count(&self.earlier, chosen.as_ref(), spec)?;
                // No records at all is not the same as none that this table counts.
                let then = (!self.earlier.is_empty()).then_some(then);
                let (now, before) = (self.period.name(self.lang), before.name(self.lang));
                let mut table = compare(&this, then.as_ref(), self.kind, self.lang, (&now, &before));
                self.point_before(&mut table, chosen.as_ref(), spec.cut.rows.len() + 1);
                if then.is_none() {
                    table.notes.push(self.lang.say("report.no_before", &[("period", &before)]));
                }
                table
            }
        };
        if !spec.delta {
            self.point(&mut table, chosen.as_ref());
        }
        table.title = spec.title.as_ref().map(|title| self.fill(title));
        Ok(Block::Table(table))
    }

    fn count(
        &self,
        cards: &[Placed<'_>],
        chosen: Option<&BTreeSet<usize>>,
        spec: &TableSpec,
    ) -> Result<Pivot, CutError> {
        count_with(pick(cards, chosen), self.kind, &spec.cut, self.answers.amounts)
    }

    /// A table knows the records behind its figures by their places among those that were chosen; the
    /// document by their places among all of the period.
    fn point(&self, table: &mut Table, chosen: Option<&BTreeSet<usize>>) {
        let Some(chosen) = chosen else { return };
        let kept = (0..).zip(&self.sliced).filter(|(_, (place, _))| chosen.contains(place));
        let places: Vec<u32> = kept.map(|(place, _)| place).collect();
        for record in table.rows.iter_mut().flat_map(|row| &mut row.behind).flatten() {
            *record = places.get(*record as usize).copied().unwrap_or_default();
        }
    }

    /// The same for a table of two periods: the figures of the one before stand in `column`, and two columns
    /// of changes after it, which are made of the records of both.
    fn point_before(&self, table: &mut Table, chosen: Option<&BTreeSet<usize>>, column: usize) {
        let kept = |place: &usize| chosen.is_none_or(|chosen| chosen.contains(place));
        let earlier: Vec<usize> = self.earlier.iter().map(|(place, _)| *place).filter(kept).collect();
        let then: Vec<Vec<u32>> = table
            .rows
            .iter_mut()
            .map(|row| row.behind.get_mut(column).map(std::mem::take).unwrap_or_default())
            .map(|places| places.iter().filter_map(|&place| earlier.get(place as usize)).copied().collect())
            .map(|places: Vec<usize>| places.into_iter().map(|place| self.place(place)).collect())
            .collect();
        self.point(table, chosen);
        for (row, then) in table.rows.iter_mut().zip(then) {
            let mut both = row.behind.get(column - 1).cloned().unwrap_or_default();
            both.extend(&then);
            row.behind.truncate(column);
            row.behind.extend([then, both.clone(), both]);
        }
    }

    /// The place among the records of the document of a card, by its place among all cards.
    fn place(&self, card: usize) -> u32 {
        let inside = self.sliced.binary_search_by_key(&card, |(place, _)| *place);
        let place = inside.unwrap_or_else(|_| {
            let mut others = self.others.borrow_mut();
            let next = others.len();
            self.sliced.len() + *others.entry(card).or_insert(next)
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The places of the records that lie in some files.
    fn places_of(&self, files: &[String]) -> Vec<u32> {
        let files: BTreeSet<&str> = files.iter().map(String::as_str).collect();
        let found = (0..).zip(self.cards).filter(|(_, card)| files.contains(card.path.as_str()));
        found.map(|(card, _)| self.place(card)).collect()
    }

    fn chosen(&self, query: Option<&str>, field: &str) -> Result<Option<BTreeSet<usize>>, BuildError> {
        let Some(query) = query else { return Ok(None) };
        let bad = |message| BuildError::Query { field: field.to_owned(), query: query.to_owned(), message };
        Ok(Some((self.answers.select)(query).map_err(bad)?.into_iter().collect()))
    }

    fn fill(&self, words: &Words) -> String {
        let mut out = String::new();
        for piece in Figure::pieces(words.say(self.lang)) {
            match piece {
                Ok(text) => out.push_str(text),
                Err(name) => match Figure::resolve(self.kind, name) {
                    Some(figure) => out.push_str(&self.figure(figure)),
                    None => out.push_str(name),
                },
            }
        }
        out.trim().to_owned()
    }

    /// A paragraph, with the records behind each of its figures.
    fn stated(&self, words: &Words) -> Block {
        let (mut text, mut figures) = (String::new(), Vec::new());
        for piece in Figure::pieces(words.say(self.lang)) {
            let start = text.len();
            match piece {
                Ok(words) => text.push_str(if start == 0 { words.trim_start() } else { words }),
                Err(name) => match Figure::resolve(self.kind, name) {
                    Some(figure) => {
                        let behind = self.behind(&figure);
                        text.push_str(&self.figure(figure));
                        if !behind.is_empty() {
                            figures.push(Stated { start, end: text.len(), behind });
                        }
                    }
                    None => text.push_str(name),
                },
            }
        }
        text.truncate(text.trim_end().len());
        if figures.is_empty() { Block::Paragraph(text) } else { Block::Stated { text, figures } }
    }

    /// The records that a figure of a sentence counts, by their places among those of the period.
    fn behind(&self, figure: &Figure) -> Vec<u32> {
        let those = |test: &dyn Fn(usize, &Card) -> bool| -> Vec<u32> {
            let cards = (0..).zip(&self.sliced).enumerate();
            let kept = cards.filter(|(at, (_, (_, card)))| test(*at, card.as_ref()));
            kept.map(|(_, (place, _))| place).collect()
        };
        let extent = |wanted: &str| those(&|_, card| card.extent.as_deref() == Some(wanted));
        match figure {
            Figure::Period | Figure::Programme | Figure::Given(_) => Vec::new(),
            Figure::Records => those(&|_, _| true),
            Figure::Full => extent(FULL),
            Figure::Listed => extent(LISTED),
            Figure::Entries => {
                let entries = self.entries();
                those(&|at, _| entries.get(at).is_some_and(|count| *count > 0))
            }
            Figure::Unlisted => {
                let entries = self.entries();
                those(&|at, _| entries.get(at) == Some(&0))
            }
            Figure::Values(dim) => match Plan::new(self.kind, std::slice::from_ref(dim)) {
                Ok(plan) => those(&|_, card| {
                    plan.units(card).into_iter().any(|unit| unit.values.iter().flatten().next().is_some())
                }),
                Err(_) => Vec::new(),
            },
        }
    }

    fn figure(&self, figure: Figure) -> String {
        let cards = || self.sliced.iter().map(|(_, card)| card.as_ref());
        let extent =
            |wanted| cards().filter(|card| card.extent.as_deref() == Some(wanted)).count().to_string();
        match figure {
            Figure::Period => self.period.name(self.lang),
            Figure::Programme => self.programme(),
            Figure::Records => self.sliced.len().to_string(),
            Figure::Full => extent(FULL),
            Figure::Listed => extent(LISTED),
            Figure::Entries => self.entries().iter().sum::<usize>().to_string(),
            Figure::Unlisted => self.entries().iter().filter(|&&count| count == 0).count().to_string(),
            Figure::Given(name) => {
                let given = self.answers.given.iter().find(|(known, _)| *known == name);
                given.map(|(_, text)| text.clone()).unwrap_or_default()
            }
            Figure::Values(dim) => {
                let Ok(plan) = Plan::new(self.kind, &[dim]) else { return String::new() };
                let units = cards().flat_map(|card| plan.units(card));
                units.flat_map(|unit| unit.values).flatten().collect::<BTreeSet<_>>().len().to_string()
            }
        }
    }

    /// For each card, the number of its entries in lists.
    fn entries(&self) -> Vec<usize> {
        let register = |field: &Field| field.list.clone().filter(|list| self.kind.registers.contains(list));
        let entries = |card: &Card| {
            let facts = card.facts.iter();
            let entry = facts
                .filter_map(|fact| Some((self.kind.fields.get(fact.field).and_then(register)?, fact.item)));
            entry.collect::<BTreeSet<_>>().len()
        };
        self.sliced.iter().map(|(_, card)| entries(card)).collect()
    }

    /// The programme asked for, else the only one there is, else the kind's name.
    fn programme(&self) -> String {
        if let Some(programme) = &self.period.programme {
            return programme.clone();
        }
        let cards = self.sliced.iter().map(|(_, card)| card.as_ref());
        match Slice::known(self.kind, cards, "programme").as_slice() {
            [only] => only.to_string(),
            _ if self.lang.is_zh() => self.kind.names.zh.clone(),
            _ => self.kind.names.en.clone(),
        }
    }
}

fn pick<'c>(cards: &'c [Placed<'_>], chosen: Option<&BTreeSet<usize>>) -> Vec<&'c Card> {
    let kept = |(place, _): &&Placed<'_>| chosen.is_none_or(|chosen| chosen.contains(place));
    cards.iter().filter(kept).map(|(_, card)| card.as_ref()).collect()
}
