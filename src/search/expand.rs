//! Terms that stand for other strings too: synonyms of an archive, and what a term in pinyin reads.
//!
//! Owns the widening that somebody asked for by a flag. A term becomes a choice between itself and
//! its alternatives, so everything behind it stays as exact as before; what is under NOT is left as it
//! is. What was added is always told.

use super::engine::{Engine, EngineError, Needle, Scope};
use super::plan::{Literal, Plan};
use crate::schema::Datum;
use crate::schema::Kind;
use crate::text::fold;
use crate::text::pinyin::Quality;
use crate::text::pinyin::Term;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The most alternatives of one term.
const MOST: usize = 20;

/// What a term was taken to stand for as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// The term as it was typed.
    pub term: String,
    /// The strings.
    pub alternatives: Vec<String>,
}

/// Adds to every term the terms that mean the same: those of a group that it is in, and where a word
/// of a group stands in it, the term with each of the others in its place.
pub fn with_synonyms(plan: Plan, groups: &[Vec<String>]) -> (Plan, Vec<Expansion>) {
    let groups: Vec<Vec<String>> =
        groups.iter().map(|group| group.iter().map(|word| fold::fold_term(word)).collect()).collect();
    let mut found = Vec::new();
    let plan = each(plan, &mut |literal| {
        let term = &literal.needle.text;
        let mut others: BTreeSet<String> = BTreeSet::new();
        for group in &groups {
            // The longest word of a group that stands in the term: the shorter ones stand in it too.
            let inside = group.iter().filter(|word| !word.is_empty() && term.contains(word.as_str()));
            let Some(word) = inside.max_by_key(|word| word.len()) else { continue };
            let replaced = group.iter().filter(|other| *other != word).map(|other| term.replace(word, other));
            others.extend(replaced.filter(|other| other != term));
        }
        let scope = literal.needle.scope.clone();
        add(literal, others.into_iter().take(MOST).map(|text| (text, scope.clone())).collect(), &mut found)
    });
    (plan, found)
}

/// Adds to every term in Latin letters the strings that read so in titles, units, places and the other
/// short values of records: only those of the best quality, full readings before initials.
///
/// # Errors
/// When the engine cannot answer.
pub fn with_pinyin(
    plan: Plan,
    kinds: &[Kind],
    engine: &dyn Engine,
) -> Result<(Plan, Vec<Expansion>), EngineError> {
    let mut terms: Vec<String> = Vec::new();
    plan.literals().iter().for_each(|literal| terms.push(literal.needle.text.clone()));
    let mut readings: BTreeMap<String, Vec<(String, Scope)>> = BTreeMap::new();
    for text in terms {
        if let Some(term) = Term::new(&text) {
            readings.insert(text, read(&term, kinds, engine)?);
        }
    }
    let mut found = Vec::new();
    let plan = each(plan, &mut |literal| {
        let others = readings.get(&literal.needle.text).cloned().unwrap_or_default();
        add(literal, others, &mut found)
    });
    Ok((plan, found))
}

/// The strings that a term reads, each with the fields that it stands in; the commonest first.
fn read(term: &Term, kinds: &[Kind], engine: &dyn Engine) -> Result<Vec<(String, Scope)>, EngineError> {
    let mut best: Option<Quality> = None;
    let mut strings: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    let mut see = |label: &str, text: &str| {
        let folded = fold::fold(text);
        let Some(found) = term.find(&folded) else { return };
        // Three letters are the initials of something in every title: only where a name may begin.
        let begins = folded[..found.range.start].chars().next_back().is_none_or(begins_name);
        if found.quality >= Quality::Mixed && !begins {
            return;
        }
        if best.is_some_and(|best| found.quality > best) {
            return;
        }
        if best.is_none_or(|best| found.quality < best) {
            best = Some(found.quality);
            strings.clear();
        }
        let (count, labels) = strings.entry(folded[found.range].to_owned()).or_default();
        *count += 1;
        labels.insert(label.to_owned());
    };
    for doc in engine.live()?.iter() {
        let card = engine.card(doc)?;
        let Some(kind) = kinds.iter().find(|kind| kind.name == card.kind) else { continue };
        see(&kind.title, &card.title);
        for fact in &card.facts {
            if let (Datum::Text(text), Some(field)) = (&fact.value, kind.fields.get(fact.field)) {
                see(&field.path, text);
            }
        }
    }
    let mut strings: Vec<_> = strings.into_iter().collect();
    strings.sort_by_key(|(text, (count, _))| (Reverse(*count), text.clone()));
    let string = |(text, (_, labels)): (String, (usize, BTreeSet<String>))| {
        (text, Scope::Labels(labels.into_iter().collect()))
    };
    Ok(strings.into_iter().take(MOST).map(string).collect())
}

/// Whether a name may begin behind this character: a mark, or the end of another place's name.
fn begins_name(before: char) -> bool {
    !before.is_alphanumeric() || "省市县区州盟旗".contains(before)
}

/// A term and its alternatives.
fn add(literal: Literal, others: Vec<(String, Scope)>, found: &mut Vec<Expansion>) -> Plan {
    if others.is_empty() {
        return Plan::Literal(literal);
    }
    let alternatives = others.iter().map(|(text, _)| text.clone()).collect();
    found.push(Expansion { term: literal.typed.clone(), alternatives });
    let mut parts = Vec::new();
    for (text, scope) in others {
        parts.push(Plan::Literal(Literal {
            needle: Needle { text, scope },
            free: false,
            stands_for: Some(literal.needle.text.clone()),
            codes: Vec::new(),
            numbers: Vec::new(),
            ..literal.clone()
        }));
    }
    parts.insert(0, Plan::Literal(literal));
    Plan::or(parts)
}

/// Replaces the free strings of a plan that a match holds.
fn each(plan: Plan, replace: &mut dyn FnMut(Literal) -> Plan) -> Plan {
    match plan {
        Plan::Literal(literal) if literal.free => replace(literal),
        Plan::And(parts) => Plan::And(parts.into_iter().map(|part| each(part, replace)).collect()),
        Plan::Or(parts) => Plan::or(parts.into_iter().map(|part| each(part, replace)).collect()),
        other => other,
    }
}
