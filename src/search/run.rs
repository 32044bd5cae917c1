//! Answering a plan: sets, widening, ranking.
//!
//! A plan is answered exactly first. Only when that finds nothing do free terms become their words,
//! then most of their neighbouring pairs, then any of their words; everything else (filters, NOT,
//! what must stand in a place) is required throughout.
//!
//! A term is widened only to words of two characters and more that are no function words and cut no
//! run of Latin letters and digits: a record that holds 没有 does not answer 没有这个词呢, nor one with
//! 85 the checksum 85430a9f. All records with such a word are ranked then, whichever of the three
//! readings found the first one, and the faint ones are left out.

use super::docset::DocSet;
use super::engine::{Doc, Engine, EngineError, Needle, Scope, TermCount};
use super::highlight::Mark;
use super::pairs;
use super::plan::Literal;
use super::plan::Plan;
use super::positional::Placed;
use super::rank::{Asked, Ranked, add_names, greatest, rank, word_scores};
use super::suggest::{SHOWN, nearest_term, nearest_value};
use super::words::{Letters, cover, likely, whole, widens};
use crate::text::fold;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

/// Of a widened search those records are left out whose words say less than this share of what the
/// best one's say.
const FAINT: f32 = 0.2;

/// How to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Never widen.
    pub exact: bool,
    /// How many hits are needed in order; `None` for all, 0 where they are only a set.
    pub top: Option<usize>,
    /// Whether to look for what was perhaps meant by terms that stand nowhere also where a wider reading found
    /// something: under a question it is as much work as the answer. Where nothing is found it is the answer.
    pub hints: bool,
}

impl Options {
    /// What matches as it stands, as a set: for filters, counts and lists with an order of their own.
    /// Nothing is ranked, marked or offered then.
    pub const SET: Options = Options { exact: true, top: Some(0), hints: false };
}

/// How closely the nearest of the hits match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Every term occurs literally.
    Exact,
    /// All words of every term occur.
    Words,
    /// Most of the neighbouring pairs of every term occur.
    Grams,
    /// Some word of some term occurs.
    Any,
}

impl Match {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Match::Exact => "exact",
            Match::Words => "words",
            Match::Grams => "grams",
            Match::Any => "any",
        }
    }
}

/// A free term that no record under the filters of the query matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTerm {
    /// As it was typed.
    pub term: String,
    /// Records that match it without the filters; 0 when it is in no record at all.
    pub records: usize,
    /// A number field with this value in some record: what may have been meant.
    pub number: Option<String>,
    /// The nearest string that has matches, when it has none anywhere; see [`Options::hints`].
    pub nearest: Option<TermCount>,
}

/// A value of a field that no record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// The field's path.
    pub field: String,
    /// The value, folded.
    pub value: String,
    /// The nearest value that a record has.
    pub nearest: Option<TermCount>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How closely: the first reading that found something. Where that is not the literal one, hits that
    /// hold less stand among the others.
    pub matched: Match,
    /// All records that match.
    pub docs: DocSet,
    /// As many of them as [`Options::top`] asks for, best first; ties by id.
    pub hits: Vec<Ranked>,
    /// Where nothing matched literally: the terms to blame.
    pub missing: Vec<MissingTerm>,
    /// Where nothing matched at all: values asked for that no record has.
    pub strangers: Vec<Stranger>,
    /// Every free term outside NOT, as it was typed, with the records that match it and every filter.
    pub terms: Vec<TermCount>,
    /// The words of the index that ranked and, if need be, widened.
    pub words: Vec<String>,
    /// What to highlight in the hits: what the query asks for, and its words when it was widened.
    pub needles: Vec<Mark>,
}

/// Answers a plan.
///
/// # Errors
/// When the engine cannot answer.
pub fn find(plan: &Plan, engine: &dyn Engine, options: &Options) -> Result<Found, EngineError> {
    let mut run = Run {
        engine,
        live: engine.live()?,
        literals: HashMap::new(),
        words: HashMap::new(),
        cuts: HashMap::new(),
        known: Vec::new(),
    };
    let mut matched = Match::Exact;
    let mut docs = run.eval(plan, matched)?;
    let literals = plan.literals();
    let (terms, mut missing) = run.terms(plan)?;
    if !docs.is_empty() {
        missing.clear();
    } else if !options.exact && plan.widens() {
        for wider in [Match::Words, Match::Grams, Match::Any] {
            matched = wider;
            docs = run.eval(plan, wider)?;
            if !docs.is_empty() {
                break;
            }
        }
        if matched != Match::Any && !docs.is_empty() {
            // One that lacks a word may be the better answer all the same; the ranking decides.
            docs.or(&run.eval(plan, Match::Any)?);
        }
        if docs.is_empty() {
            matched = Match::Exact;
        }
    }
    if *options == Options::SET {
        let (hits, strangers, words, needles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        return Ok(Found { matched, docs, hits, missing, strangers, terms, words, needles });
    }
    let (words, mut needles) = run.marks(plan, matched)?;
    let names = if matched == Match::Exact { Vec::new() } else { run.all_names(plan)? };
    for name in &names {
        let mark = Mark::Literal(Needle { text: name.text.clone(), scope: name.scope.clone() });
        if !needles.contains(&mark) {
            needles.push(mark);
        }
    }
    let typed = || literals.iter().filter(|literal| literal.stands_for.is_none());
    let strings: Vec<&str> = typed().map(|literal| literal.needle.text.as_str()).collect();
    let in_title: Vec<&str> = typed()
        .filter(|literal| literal.needle.scope.covers("title"))
        .map(|literal| literal.needle.text.as_str())
        .collect();
    let top = options.top.unwrap_or(usize::MAX);
    let mut others: Vec<String> = Vec::new();
    for literal in literals.iter().filter(|literal| literal.stands_for.is_some()) {
        for word in run.cut(&literal.needle.text)?.words {
            // A word that was typed as well counts whole already.
            if !words.contains(&word) && !others.contains(&word) {
                others.push(word);
            }
        }
    }
    let asked = Asked { words: &words, others: &others, strings: &strings, in_title: &in_title };
    // Which are faint only their scores can tell, however few are shown.
    let mut scores =
        if top > 0 || matched != Match::Exact { word_scores(engine, &asked, &docs)? } else { Vec::new() };
    if matched != Match::Exact {
        // Measured by words: one record with a rare name must not make all others faint.
        let least = FAINT * greatest(&scores);
        add_names(&mut scores, &names, &docs);
        docs.keep_from(least, &scores);
    }
    // What was perhaps meant is looked for in the best, however few are shown.
    let strange = (options.hints || docs.is_empty()) && missing.iter().any(|missing| missing.records == 0);
    let ranked = if strange && matched != Match::Exact { top.max(SHOWN) } else { top };
    let mut hits = rank(engine, &asked, &docs, &scores, ranked)?;
    if strange {
        let best: Vec<Doc> = hits.iter().map(|hit| hit.doc).collect();
        for missing in missing.iter_mut().filter(|missing| missing.records == 0) {
            missing.nearest = nearest_term(engine, &fold::fold_term(&missing.term), &best)?;
        }
        hits.truncate(top);
    }
    let mut strangers = Vec::new();
    if docs.is_empty() {
        for (field, value, prefix) in plan.values() {
            if engine.keyword(field, value, prefix)?.is_empty() {
                let nearest = nearest_value(engine, field, value)?;
                strangers.push(Stranger { field: field.to_owned(), value: value.to_owned(), nearest });
            }
        }
    }
    Ok(Found { matched, docs, hits, missing, strangers, terms, words, needles })
}

/// The records that match a plan as it stands, as a set.
///
/// # Errors
/// When the engine cannot answer.
pub fn matching(plan: &Plan, engine: &dyn Engine) -> Result<DocSet, EngineError> {
    Ok(find(plan, engine, &Options::SET)?.docs)
}

/// The words of a literal.
#[derive(Clone, Debug, Default)]
struct Cut {
    /// Those that it most likely falls into: they rank.
    words: Vec<String>,
    /// Those that it may be widened to.
    wide: Vec<String>,
    /// Some of these that follow one another without overlap and leave out the least; none where
    /// they leave out more than half.
    cover: Vec<String>,
}

/// One answer in the making.
pub(super) struct Run<'e> {
    pub(super) engine: &'e dyn Engine,
    pub(super) live: DocSet,
    literals: HashMap<Needle, DocSet>,
    words: HashMap<String, DocSet>,
    cuts: HashMap<String, Cut>,
    /// What texts were read for: each reading is asked for again where terms are counted.
    pub(super) known: Vec<(Plan, DocSet)>,
}

impl Run<'_> {
    fn eval(&mut self, plan: &Plan, how: Match) -> Result<DocSet, EngineError> {
        let mut found = match plan {
            Plan::All => self.live.clone(),
            Plan::Literal(literal) => return self.widened(literal, how),
            Plan::Loose(_) | Plan::Placed(_) => return self.read(plan),
            Plan::Keyword { field, value, prefix } => self.engine.keyword(field, value, *prefix)?,
            Plan::Range { field, low, high } => self.engine.range(field, *low, *high)?,
            Plan::Has(field) => self.engine.has(field)?,
            Plan::And(parts) => return self.all(parts, how),
            Plan::Or(parts) => return self.any(parts, how),
            Plan::Not(part) => {
                let mut rest = self.live.clone();
                rest.and_not(&self.eval(part, Match::Exact)?);
                return Ok(rest);
            }
        };
        found.and(&self.live);
        Ok(found)
    }

    /// Filters first: where they leave nothing, no text needs to be looked into. In the widest
    /// reading one of the parts with free text is enough.
    fn all(&mut self, parts: &[Plan], how: Match) -> Result<DocSet, EngineError> {
        let (soft, hard): (Vec<&Plan>, Vec<&Plan>) = parts.iter().partition(|part| part.widens());
        let mut found = self.live.clone();
        for part in hard {
            found.and(&self.eval(part, how)?);
            if found.is_empty() {
                return Ok(found);
            }
        }
        if how == Match::Any && !soft.is_empty() {
            found.and(&self.any(soft, how)?);
            return Ok(found);
        }
        for part in soft {
            found.and(&self.eval(part, how)?);
        }
        Ok(found)
    }

    fn any<'p>(
        &mut self,
        parts: impl IntoIterator<Item = &'p Plan>,
        how: Match,
    ) -> Result<DocSet, EngineError> {
        let mut found = DocSet::new(self.live.slots());
        for part in parts {
            found.or(&self.eval(part, how)?);
        }
        Ok(found)
    }

    pub(super) fn literal(&mut self, needle: &Needle) -> Result<DocSet, EngineError> {
        if let Some(known) = self.literals.get(needle) {
            return Ok(known.clone());
        }
        let mut found = self.engine.literal(needle)?;
        found.and(&self.live);
        self.literals.insert(needle.clone(), found.clone());
        Ok(found)
    }

    /// The string in a text, or as a whole id or code.
    pub(super) fn exactly(&mut self, literal: &Literal) -> Result<DocSet, EngineError> {
        let mut found = self.literal(&literal.needle)?;
        for field in &literal.codes {
            let mut with = self.engine.keyword(field, &literal.needle.text, false)?;
            with.and(&self.live);
            found.or(&with);
        }
        Ok(found)
    }

    /// What holds the string itself is always among what holds its words.
    fn widened(&mut self, literal: &Literal, how: Match) -> Result<DocSet, EngineError> {
        let mut found = self.exactly(literal)?;
        if how == Match::Exact || !literal.free {
            return Ok(found);
        }
        if how == Match::Any {
            for word in self.cut(&literal.needle.text)?.wide {
                found.or(&self.word(&word, &literal.needle.scope)?);
            }
            for name in self.names(&literal.needle)? {
                found.or(&name.docs);
            }
        } else {
            found.or(&self.covered(&literal.needle)?);
        }
        if how != Match::Words {
            found.or(&self.most(&literal.needle)?);
        }
        Ok(found)
    }

    /// The records with all words of a term.
    pub(super) fn covered(&mut self, needle: &Needle) -> Result<DocSet, EngineError> {
        let cover = self.cut(&needle.text)?.cover;
        if cover.is_empty() {
            return Ok(DocSet::new(self.live.slots()));
        }
        let mut all = self.live.clone();
        for word in &cover {
            all.and(&self.word(word, &needle.scope)?);
        }
        Ok(all)
    }

    /// The words that rank, and what to highlight.
    fn marks(&mut self, plan: &Plan, matched: Match) -> Result<(Vec<String>, Vec<Mark>), EngineError> {
        let (mut words, mut marks, mut wider) = (Vec::new(), Vec::new(), Vec::new());
        for leaf in plan.leaves() {
            match leaf {
                Plan::Literal(Literal { needle, free, stands_for, .. }) => {
                    let mark = Mark::Literal(needle.clone());
                    if !marks.contains(&mark) {
                        marks.push(mark);
                    }
                    if stands_for.is_some() {
                        continue;
                    }
                    let cut = self.cut(&needle.text)?;
                    if matched != Match::Exact && *free {
                        let pairs =
                            if matched == Match::Grams { pairs::pairs(&needle.text) } else { Vec::new() };
                        wider.extend(cut.wide.into_iter().chain(pairs).map(|word| (word, &needle.scope)));
                    }
                    words.extend(cut.words);
                }
                Plan::Loose(literal) => {
                    let cut = self.cut(&literal.needle.text)?;
                    marks.push(Mark::Placed(Arc::new(Placed::loose(literal, &cut.cover))));
                    words.extend(cut.words);
                }
                Plan::Placed(placed) => {
                    marks.push(Mark::Placed(Arc::clone(placed)));
                    for text in placed.strings() {
                        words.extend(self.cut(text)?.words);
                    }
                }
                _ => {}
            }
        }
        for (text, scope) in wider {
            let mark = Mark::Literal(Needle { text, scope: scope.clone() });
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(word.clone()));
        Ok((words, marks))
    }

    /// The index knows words of records, not of sections.
    fn word(&mut self, word: &str, scope: &Scope) -> Result<DocSet, EngineError> {
        if *scope != Scope::Everywhere {
            return self.literal(&Needle { text: word.to_owned(), scope: scope.clone() });
        }
        if let Some(known) = self.words.get(word) {
            return Ok(known.clone());
        }
        let mut found = self.engine.word(word)?;
        found.and(&self.live);
        self.words.insert(word.to_owned(), found.clone());
        Ok(found)
    }

    /// The number field in which some record has what was typed as text.
    fn number(&self, literal: &Literal) -> Result<Option<String>, EngineError> {
        let Ok(number) = literal.needle.text.parse() else { return Ok(None) };
        for field in &literal.numbers {
            let mut with = self.engine.range(field, Some(number), Some(number))?;
            with.and(&self.live);
            if !with.is_empty() {
                return Ok(Some(field.clone()));
            }
        }
        Ok(None)
    }

    fn cut(&mut self, text: &str) -> Result<Cut, EngineError> {
        if let Some(known) = self.cuts.get(text) {
            return Ok(known.clone());
        }
        let words = self.engine.words_in(text)?;
        let wide: Vec<String> =
            words.iter().map(|word| &word.term).filter(|word| widens(text, word)).cloned().collect();
        let mut cover = cover(text, &wide);
        let letters = Letters::of(text);
        let covered: usize =
            cover.iter().flat_map(|word| whole(text, word)).map(|at| letters.within(&at)).sum();
        if covered * 2 < letters.count {
            cover.clear();
        }
        let cut = Cut { words: likely(text, &words, self.live.count()), wide, cover };
        self.cuts.insert(text.to_owned(), cut.clone());
        Ok(cut)
    }

    fn terms(&mut self, plan: &Plan) -> Result<(Vec<TermCount>, Vec<MissingTerm>), EngineError> {
        let parts = if let Plan::And(parts) = plan { parts.as_slice() } else { std::slice::from_ref(plan) };
        let mut filters = self.live.clone();
        for part in parts.iter().filter(|part| !part.asks()) {
            filters.and(&self.eval(part, Match::Exact)?);
        }
        let (mut terms, mut missing) = (Vec::new(), Vec::new());
        for leaf in plan.leaves() {
            let (typed, literal) = match leaf {
                Plan::Literal(literal) if literal.free => (&literal.typed, Some(literal)),
                Plan::Loose(literal) if literal.free => (&literal.typed, None),
                Plan::Placed(placed) if placed.free => (&placed.typed, None),
                _ => continue,
            };
            let mut found = self.eval(leaf, Match::Exact)?;
            let mut anywhere = found.count();
            found.and(&filters);
            let records = found.count();
            terms.push(TermCount { term: typed.clone(), records });
            if records > 0 {
                continue;
            }
            let mut number = None;
            if let Some(literal) = literal {
                if anywhere == 0 && literal.needle.scope != Scope::Everywhere {
                    // A scope is a filter too.
                    let needle = Needle { scope: Scope::Everywhere, ..literal.needle.clone() };
                    anywhere = self.literal(&needle)?.count();
                }
                number = self.number(literal)?;
            }
            missing.push(MissingTerm { term: typed.clone(), records: anywhere, number, nearest: None });
        }
        Ok((terms, missing))
    }
}
