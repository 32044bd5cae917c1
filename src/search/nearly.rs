//! Answering what is no single string: conditions on places, and terms that are nearly there.
//!
//! Strings that every match holds are asked of the engine first; the texts of what is left are read.
//! So every set is exact, as those of the engine are.

use super::docset::{DocSet, Tally};
use super::engine::{EngineError, Needle, Scope, Text};
use super::folded_regex::Need;
use super::matcher::Matcher;
use super::pairs;
use super::plan::{Literal, Plan};
use super::positional::Placed;
use super::run::Run;
use super::words::Letters;

impl Run<'_> {
    /// The records of a part of a plan that only their texts can tell.
    pub(super) fn read(&mut self, plan: &Plan) -> Result<DocSet, EngineError> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| known == plan) {
            return Ok(known.clone());
        }
        let found = match plan {
            Plan::Loose(literal) => self.loose(literal)?,
            Plan::Placed(placed) => self.placed(placed)?,
            _ => DocSet::new(self.live.slots()),
        };
        self.known.push((plan.clone(), found.clone()));
        Ok(found)
    }

    /// The records in which a condition on places holds.
    fn placed(&mut self, placed: &Placed) -> Result<DocSet, EngineError> {
        let candidates = match self.need(&placed.need())? {
            Some(docs) => docs,
            None => self.live.clone(),
        };
        self.engine.select(&candidates, &|texts: &[Text<'_>]| placed.holds(texts))
    }

    /// The records that hold what a match needs, anywhere: a scope would have an engine read the texts
    /// that are read anyway. `None` where nothing is known.
    fn need(&mut self, need: &Need) -> Result<Option<DocSet>, EngineError> {
        Ok(match need {
            Need::Any => None,
            Need::Text(text) => Some(self.literal(&Needle { text: text.clone(), scope: Scope::Everywhere })?),
            Need::All(needs) => {
                let mut all: Option<DocSet> = None;
                for need in needs {
                    let Some(docs) = self.need(need)? else { continue };
                    match &mut all {
                        Some(all) => all.and(&docs),
                        None => all = Some(docs),
                    }
                }
                all
            }
            Need::One(needs) => {
                let mut any = DocSet::new(self.live.slots());
                for need in needs {
                    let Some(docs) = self.need(need)? else { return Ok(None) };
                    any.or(&docs);
                }
                Some(any)
            }
        })
    }

    /// `term~`: the string, all of its words, or most of its pairs in one paragraph.
    fn loose(&mut self, literal: &Literal) -> Result<DocSet, EngineError> {
        let mut found = self.exactly(literal)?;
        found.or(&self.covered(&literal.needle)?);
        let mut candidates = self.most(&literal.needle)?;
        candidates.and_not(&found);
        let matcher = Matcher::loose(&literal.needle.text);
        let scope = &literal.needle.scope;
        let near = self.engine.select(&candidates, &|texts: &[Text<'_>]| {
            texts.iter().any(|text| scope.covers(text.label) && matcher.is_in(text.text))
        })?;
        found.or(&near);
        Ok(found)
    }

    /// The records with most of the neighbouring pairs of a term, and with pairs that together make
    /// up half of its letters.
    pub(super) fn most(&mut self, needle: &Needle) -> Result<DocSet, EngineError> {
        let slots = self.live.slots();
        let pairs = pairs::pairs(&needle.text);
        if pairs.is_empty() {
            return Ok(DocSet::new(slots));
        }
        let mut tally = Tally::new(slots);
        let mut sets = Vec::with_capacity(pairs.len());
        for pair in &pairs {
            let docs = self.literal(&Needle { text: pair.clone(), scope: needle.scope.clone() })?;
            tally.add(&docs);
            sets.push(docs);
        }
        let mut found = tally.at_least(pairs::most(pairs.len()));
        if !found.is_empty() {
            let letters = Letters::of(&needle.text);
            found.and(&letters.half(&needle.text, pairs.iter().map(String::as_str).zip(&sets), slots));
        }
        Ok(found)
    }
}
