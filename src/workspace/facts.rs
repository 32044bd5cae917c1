//! The facts of the records that a plan selects: from the index, or else from the files themselves.

use super::Ready;
use super::Source;
use crate::archive::Card;
use crate::archive::Record;
use crate::facts;
use crate::facts::Fact;
use crate::index::IndexEngine;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::Plan;
use crate::search::matching;
use crate::text::quantity::Words;
use rayon::iter::IntoParallelIterator as _;
use rayon::iter::ParallelIterator as _;

impl Ready<'_> {
    /// The cards of the records that a plan selects with their facts, by path. A file that has gone since has
    /// none.
    ///
    /// # Errors
    /// When the engine cannot answer.
    pub fn facts(&self, plan: &Plan, words: &Words) -> Result<Vec<(Card, Vec<Fact>)>, EngineError> {
        let mut found = match self.stored(plan) {
            Some(found) => found,
            None => self.computed(plan, words)?,
        };
        found.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Ok(found)
    }

    /// What the index holds; `None` where there is none, or it is damaged.
    fn stored(&self, plan: &Plan) -> Option<Vec<(Card, Vec<Fact>)>> {
        let Source::Index(index) = &self.source else { return None };
        let engine = IndexEngine::new(index);
        let docs = matching(plan, &engine).ok()?;
        docs.iter().map(|doc| Some((engine.card(doc).ok()?, engine.facts(doc).ok()?))).collect()
    }

    fn computed(&self, plan: &Plan, words: &Words) -> Result<Vec<(Card, Vec<Fact>)>, EngineError> {
        let cards: Vec<Card> = self.with(|engine| {
            matching(plan, engine)?.iter().map(|doc| engine.card(doc)).collect::<Result<_, EngineError>>()
        })?;
        let facts = |card: Card| {
            let record = Record::read(&self.archive.root, &card.path).ok();
            let kind = self.archive.kind(&card.kind);
            let facts = record.zip(kind).map(|(record, kind)| facts::facts(&record, kind, words));
            (card, facts.unwrap_or_default())
        };
        Ok(cards.into_par_iter().map(facts).collect())
    }
}
