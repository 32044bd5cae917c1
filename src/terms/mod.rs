//! Owns the terms of a part of the archive: its method names and keywords, how many records have each, what sets the part apart, what
//! is new, what rises and falls, and which case used each first. Must not know a terminal.
//!
//! Everything is counted by records, never by occurrences: one case that says its own method fifty times is one case. The texts come from
//! the engine in one order, so what is held in memory grows with the number of different names, not with the texts.

mod dictionary;
mod keywords;
mod names;
mod period;
mod score;
mod show;
mod spelling;
mod words;

pub use dictionary::{Dictionary, add_to_dictionary};
pub use period::Period;
pub use score::log_likelihood;
pub use show::{full_table, tables, to_json};
pub use words::{LISTS, TermWords, words};

use crate::archive::Archive;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::Plan;
use period::Docs;
use rustc_hash::FxHashSet;

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The name of a method: quoted, mostly with a head noun.
    Method,
    /// A word of the dictionary.
    Keyword,
}

impl Kind {
    /// `method` or `keyword`.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Method => "method",
            Kind::Keyword => "keyword",
        }
    }

    /// Fewest records that a term of this kind needs in a selection of so many, unless somebody names another number: one case with a
    /// method of its own is news, one with a word of its own is not.
    pub fn fewest(self, selected: usize) -> usize {
        match self {
            Kind::Method => 1,
            Kind::Keyword if selected <= 1 => 1,
            Kind::Keyword => 2,
        }
    }
}

/// How a term stands against the time before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// No dated record from before has it.
    New,
    /// At least one record more than the share of the period before would give.
    Up,
    /// As many as the share of the period before would give, to less than one record.
    Same,
    /// At least one record less than the share of the period before would give.
    Down,
    /// The period before had it; none now.
    Gone,
}

impl Change {
    /// `new`, `up`, `same`, `down` or `gone`.
    pub fn key(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Up => "up",
            Change::Same => "same",
            Change::Down => "down",
            Change::Gone => "gone",
        }
    }
}

/// What is asked.
pub struct Request<'a> {
    /// The archive.
    pub archive: &'a Archive,
    /// The words that names and keywords are told by.
    pub words: &'a TermWords,
    /// Which records, without the period.
    pub plan: &'a Plan,
    /// The years or editions that the selection is narrowed to.
    pub period: Option<Period>,
    /// Whether methods are wanted.
    pub methods: bool,
    /// Whether keywords are wanted.
    pub keywords: bool,
    /// Fewest records of the selection that a term must have; terms that are gone need as many in the period before. Without a number
    /// [`Kind::fewest`].
    pub min: Option<usize>,
    /// Which changes are wanted; none named: every term of the selection.
    pub changes: Vec<Change>,
}

impl Request<'_> {
    fn fewest(&self, kind: Kind, selected: usize) -> usize {
        self.min.unwrap_or_else(|| kind.fewest(selected)).max(1)
    }
}

/// The case that used a term first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Its id.
    pub id: String,
    /// Its year; none where no record with a year has the term.
    pub year: Option<i64>,
    /// Its title.
    pub title: String,
    /// Its file.
    pub path: String,
}

/// A term of the selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its most frequent form, spelled as in the case that used it first.
    pub text: String,
    /// A method's name without its head noun, spelled like `text`; of a keyword the same as `text`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Records of the selection that have it.
    pub records: usize,
    /// Records of the archive that have it.
    pub archive: usize,
    /// Records of the period before that have it; none without one.
    pub before: Option<usize>,
    /// How it stands against the time before; none without one.
    pub change: Option<Change>,
    /// How much it sets the selection apart from the rest of the archive, [`log_likelihood`]; below zero where the rest has it more.
    pub score: f64,
    /// The case that used it first.
    pub first: First,
}

/// What a request comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Records of the selection.
    pub selection: usize,
    /// Records of the archive.
    pub archive: usize,
    /// Records without a year.
    pub undated: usize,
    /// The period before with its records; none where there is nothing before.
    pub before: Option<(Period, usize)>,
    /// Methods, then keywords, each ranked.
    pub terms: Vec<Term>,
}

/// How many records have a term.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    selected: u32,
    archive: u32,
    before: u32,
    earlier: u32,
    /// Place of the earliest record in [`Docs`]; the order of time.
    first: u32,
    /// Times that a method is named in the selection: which of two that are alike otherwise stands first.
    mentions: u32,
}

impl Tally {
    fn add(&mut self, docs: &Docs, doc: u32) {
        let place = docs.order(doc);
        self.first = if self.archive == 0 { place } else { self.first.min(place) };
        self.archive += 1;
        self.selected += u32::from(docs.is_selected(doc));
        self.before += u32::from(docs.is_before(doc));
        self.earlier += u32::from(docs.is_earlier(doc));
    }
}

/// A term with its tally, before it is ranked. `name` and `head` are folded.
struct Counted {
    kind: Kind,
    name: String,
    head: String,
    tally: Tally,
}

/// Counts the terms of a selection.
///
/// # Errors
/// When the engine cannot answer.
pub fn terms(engine: &dyn Engine, request: &Request<'_>) -> Result<Terms, EngineError> {
    let docs = Docs::read(engine, request)?;
    let mut counted = Vec::new();
    // Keywords need the methods too: a name that is a word of the dictionary is listed once.
    let methods = names::count(engine, &docs, request)?;
    let known: FxHashSet<String> =
        methods.iter().flat_map(|one| [one.name.clone(), format!("{}{}", one.name, one.head)]).collect();
    if request.methods {
        counted.extend(methods);
    }
    if request.keywords {
        counted.extend(keywords::count(engine, &docs, request, &known)?);
    }
    let mut found: Vec<(Counted, Option<Change>, f64, f64)> = Vec::new();
    for one in counted {
        let change = docs.change(&one.tally);
        let wanted = match change {
            Some(change) if !request.changes.is_empty() => request.changes.contains(&change),
            _ => one.tally.selected > 0 && request.changes.is_empty(),
        };
        let score = docs.score(&one.tally);
        // A word that the rest of the archive has as much says nothing of the selection; a name does.
        if one.kind == Kind::Keyword
            && request.changes.is_empty()
            && docs.selected < docs.len()
            && score <= 0.0
        {
            continue;
        }
        let records = if change == Some(Change::Gone) { one.tally.before } else { one.tally.selected };
        if wanted && records as usize >= request.fewest(one.kind, docs.selected) {
            let rank = if request.changes.is_empty() || docs.before.is_none() {
                score
            } else {
                docs.movement(&one.tally).abs()
            };
            found.push((one, change, score, rank));
        }
    }
    found.sort_by(|(a, _, _, x), (b, _, _, y)| {
        let size = |tally: &Tally| (tally.selected, tally.before, tally.mentions, tally.archive);
        (a.kind.cmp(&b.kind))
            .then(y.total_cmp(x))
            .then(size(&b.tally).cmp(&size(&a.tally)))
            .then_with(|| a.name.cmp(&b.name))
    });
    let mut terms = Vec::with_capacity(found.len());
    for (one, change, score, _) in found {
        terms.push(Term {
            text: format!("{}{}", one.name, one.head),
            kind: one.kind,
            records: one.tally.selected as usize,
            archive: one.tally.archive as usize,
            before: docs.before.as_ref().map(|_| one.tally.before as usize),
            change,
            score,
            first: docs.first(engine, one.tally.first)?,
            name: one.name,
        });
    }
    Ok(Terms {
        selection: docs.selected,
        archive: docs.len(),
        undated: docs.undated,
        before: docs.before.clone(),
        terms,
    })
}

impl Terms {
    /// Keeps the first `limit` of each kind, and spells them as their first case does.
    pub fn shown(&self, archive: &Archive, limit: usize) -> Vec<Term> {
        let of = |kind: Kind| self.terms.iter().filter(move |term| term.kind == kind).take(limit);
        let mut shown: Vec<Term> = of(Kind::Method).chain(of(Kind::Keyword)).cloned().collect();
        spelling::spell(archive, &mut shown);
        shown
    }
}

#[cfg(test)]
mod tests;
