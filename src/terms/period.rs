//! The records of a request: which are selected, which came before, and the order in which they came.

use super::Change;
use super::First;
use super::Request;
use super::Tally;
use super::score::log_likelihood;
use crate::archive::Archive;
use crate::archive::Card;
use crate::schema::Datum;
use crate::search::Doc;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::matching;

const SELECTED: u8 = 1;
const BEFORE: u8 = 2;
const EARLIER: u8 = 4;

/// The field that tells when a record is of.
const YEAR: &str = "year";
/// The field that tells which edition it is of.
const EDITION: &str = "edition";

/// Years or editions that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The path of the field: `year` or `edition`.
    pub field: String,
    /// The first.
    pub from: i64,
    /// The last; never below `from`.
    pub to: i64,
}

impl Period {
    /// Reads `2012` or `2010..2012`; `None` for anything else.
    pub fn parse(field: &str, text: &str) -> Option<Period> {
        let number = |text: &str| text.trim().parse::<i64>().ok();
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(text)?, number(text)?),
        };
        (from <= to).then(|| Period { field: field.to_owned(), from, to })
    }

    /// As many years or editions, right before it.
    fn before(&self) -> Option<Period> {
        let length = self.to.checked_sub(self.from)?.checked_add(1)?;
        Some(Period { from: self.from.checked_sub(length)?, to: self.from.checked_sub(1)?, ..self.clone() })
    }
}

/// Every record of the archive as this request sees it.
pub(super) struct Docs {
    marks: Vec<u8>,
    /// Place of each record in the order of time; `u32::MAX` for a slot without a record.
    order: Vec<u32>,
    /// The records in the order of time: by year, edition, id and path, those without a year last.
    timeline: Vec<Doc>,
    years: Vec<Option<i64>>,
    pub(super) selected: usize,
    pub(super) undated: usize,
    pub(super) before: Option<(Period, usize)>,
}

/// When a record is of, and what breaks ties.
struct When {
    year: Option<i64>,
    edition: Option<i64>,
    id: String,
    path: String,
    doc: Doc,
}

impl Docs {
    pub(super) fn read(engine: &dyn Engine, request: &Request<'_>) -> Result<Docs, EngineError> {
        let slots = engine.slots() as usize;
        let mut list = Vec::new();
        for doc in engine.live()?.iter() {
            list.push(When::of(request.archive, engine.card(doc)?, doc));
        }
        list.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut docs = Docs {
            marks: vec![0; slots],
            order: vec![u32::MAX; slots],
            timeline: list.iter().map(|when| when.doc).collect(),
            years: list.iter().map(|when| when.year).collect(),
            selected: 0,
            undated: list.iter().filter(|when| when.year.is_none()).count(),
            before: None,
        };
        for (place, when) in (0..).zip(&list) {
            docs.order[when.doc as usize] = place;
        }
        let base: Vec<Doc> = matching(request.plan, engine)?.iter().collect();
        let Some(period) = &request.period else {
            docs.mark(base.into_iter(), SELECTED);
            docs.selected = docs.count(SELECTED);
            return Ok(docs);
        };
        let mut wanted = vec![false; slots];
        base.iter().for_each(|&doc| wanted[doc as usize] = true);
        let at = |when: &When| if period.field == EDITION { when.edition } else { when.year };
        let within = |when: &When, period: &Period| {
            at(when).is_some_and(|at| (period.from..=period.to).contains(&at)) && wanted[when.doc as usize]
        };
        // The engine's own range, so that a selection is what `list` lists.
        let own = engine.range(&period.field, Some(period.from), Some(period.to))?;
        docs.mark(base.iter().copied().filter(|&doc| own.contains(doc)), SELECTED);
        docs.selected = docs.count(SELECTED);
        docs.mark(
            list.iter().filter(|when| at(when).is_some_and(|at| at < period.from)).map(|when| when.doc),
            EARLIER,
        );
        let Some(mut before) = period.before() else { return Ok(docs) };
        if !list.iter().any(|when| within(when, &before)) {
            // An empty year says nothing: the last one that has something does.
            let last = list
                .iter()
                .filter(|when| wanted[when.doc as usize])
                .filter_map(at)
                .filter(|&at| at < period.from)
                .max();
            let Some(last) = last.filter(|_| period.from == period.to) else { return Ok(docs) };
            before = Period { from: last, to: last, ..before };
        }
        docs.mark(list.iter().filter(|when| within(when, &before)).map(|when| when.doc), BEFORE);
        let count = docs.count(BEFORE);
        docs.before = (count > 0).then_some((before, count));
        Ok(docs)
    }

    fn mark(&mut self, docs: impl Iterator<Item = Doc>, mark: u8) {
        docs.for_each(|doc| self.marks[doc as usize] |= mark);
    }

    fn count(&self, mark: u8) -> usize {
        self.marks.iter().filter(|&&marks| marks & mark != 0).count()
    }

    fn has(&self, doc: Doc, mark: u8) -> bool {
        self.marks.get(doc as usize).is_some_and(|marks| marks & mark != 0)
    }

    pub(super) fn is_selected(&self, doc: Doc) -> bool {
        self.has(doc, SELECTED)
    }

    pub(super) fn is_before(&self, doc: Doc) -> bool {
        self.has(doc, BEFORE)
    }

    pub(super) fn is_earlier(&self, doc: Doc) -> bool {
        self.has(doc, EARLIER)
    }

    /// Place in the order of time; `u32::MAX` for what is no record.
    pub(super) fn order(&self, doc: Doc) -> u32 {
        self.order.get(doc as usize).copied().unwrap_or(u32::MAX)
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.timeline.len()
    }

    /// Every record, in the order in which the engine has them.
    pub(super) fn all(&self) -> Vec<Doc> {
        let mut all = self.timeline.clone();
        all.sort_unstable();
        all
    }

    /// The record at a place in time.
    pub(super) fn first(&self, engine: &dyn Engine, place: u32) -> Result<First, EngineError> {
        let none = || EngineError::message("no such record");
        let doc = *self.timeline.get(place as usize).ok_or_else(none)?;
        let year = self.years.get(place as usize).copied().flatten();
        Ok(First { id: engine.id(doc)?, year, title: engine.title(doc)?, path: engine.path(doc)? })
    }

    /// What sets the selection apart from the rest of the archive.
    pub(super) fn score(&self, tally: &Tally) -> f64 {
        let rest = self.len() - self.selected;
        log_likelihood(
            (tally.selected as usize, self.selected),
            ((tally.archive - tally.selected) as usize, rest),
        )
    }

    /// What sets the selection apart from the period before.
    pub(super) fn movement(&self, tally: &Tally) -> f64 {
        let before = self.before.as_ref().map_or(0, |(_, records)| *records);
        log_likelihood((tally.selected as usize, self.selected), (tally.before as usize, before))
    }

    /// How a term stands against the time before; `None` where there is none.
    pub(super) fn change(&self, tally: &Tally) -> Option<Change> {
        let (_, before) = self.before.as_ref()?;
        Some(match (tally.selected, tally.before) {
            (0, _) => Change::Gone,
            _ if tally.earlier == 0 => Change::New,
            (now, then) => {
                // What the share of the period before would give now.
                let expected = f64::from(then) * self.selected as f64 / *before as f64;
                let now = f64::from(now);
                if now >= expected + 1.0 {
                    Change::Up
                } else if now <= expected - 1.0 {
                    Change::Down
                } else {
                    Change::Same
                }
            }
        })
    }
}

impl When {
    fn of(archive: &Archive, card: Card, doc: Doc) -> When {
        let kind = archive.kind(&card.kind);
        let number = |path: &str| {
            let place = kind?.fields.iter().position(|field| field.path == path)?;
            card.facts.iter().find(|fact| fact.field == place).and_then(|fact| match fact.value {
                Datum::Integer(number) => Some(number),
                Datum::Text(_) => None,
            })
        };
        let (year, edition) = (number(YEAR), number(EDITION));
        When { year, edition, id: card.id, path: card.path, doc }
    }

    fn key(&self) -> (bool, Option<i64>, bool, Option<i64>, &str, &str) {
        (self.year.is_none(), self.year, self.edition.is_none(), self.edition, &self.id, &self.path)
    }
}
