//! Owns the units that quantities are counted in, and what the facts of a record come to in one. Must not know who
//! asks, nor where facts and words come from.

use super::error::CutError;
use super::partial::Amount;
use crate::facts::Fact;
use crate::text::quantity::Meaning;
use crate::text::quantity::RATIO;
use crate::text::quantity::Words;

/// A unit to count in: 万元 is 元, 10^4 of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUnit {
    main: String,
    power: u32,
}

impl InUnit {
    /// The unit that a measure names. A rate (元/场) and `ratio` are no units of the list and are taken too.
    ///
    /// # Errors
    /// [`CutError::UnknownUnit`] with the nearest one.
    pub fn named(words: &Words, written: &str) -> Result<InUnit, CutError> {
        let unit = |main: &str, power| InUnit { main: main.to_owned(), power };
        if let Some((main, power)) = words.counted_in(written) {
            return Ok(unit(main, power));
        }
        if written == RATIO {
            return Ok(unit(written, 0));
        }
        let rate = written.split_once('/').filter(|(_, each)| !each.is_empty());
        if let Some(((main, power), each)) = rate.and_then(|(of, each)| Some((words.counted_in(of)?, each))) {
            return Ok(unit(&format!("{main}/{each}"), power));
        }
        Err(CutError::UnknownUnit(written.to_owned(), words.nearest_unit(written, &[])))
    }

    /// What facts state in this unit.
    pub fn amounts(&self, facts: &[Fact]) -> Vec<Amount> {
        let own = facts.iter().filter(|fact| fact.is_in(&self.main));
        own.filter_map(|fact| amount(fact, self.power)).collect()
    }
}

/// What a fact adds to a sum; what is said of each household or a year adds nothing.
pub fn amount(fact: &Fact, power: u32) -> Option<Amount> {
    match &fact.meaning {
        Meaning::Quantity(quantity) if quantity.per.is_empty() => Some(Amount::counted_in(quantity, power)),
        _ => None,
    }
}
