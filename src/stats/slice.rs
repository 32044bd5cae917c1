//! The part of the archive that belongs to an edition, a year, a programme.

use crate::archive::Card;
use crate::schema::Datum;
use crate::schema::Fact;
use crate::schema::Kind;
use std::borrow::Cow;

/// Conditions that a record meets by its own fields, or by one entry of a list that it stands in.
///
/// Filtering whole records is not enough: a case that was awarded in two editions would bring the
/// entry of the other edition along. So the entries that do not meet the conditions are left out of
/// the cards that do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    conditions: Vec<(String, Datum)>,
}

impl Slice {
    /// Conditions by the key of a field that the record and its lists' entries share.
    pub fn new(conditions: Vec<(String, Datum)>) -> Self {
        Slice { conditions }
    }

    /// The card without the entries that lie outside; `None` when all of it does.
    pub fn apply<'c>(&self, kind: &Kind, card: &'c Card) -> Option<Cow<'c, Card>> {
        if self.conditions.is_empty() {
            return Some(Cow::Borrowed(card));
        }
        let mut kept = Cow::Borrowed(card);
        let mut any = false;
        for list in &kind.registers {
            let inside = |fact: &Fact| {
                kind.fields.get(fact.field).is_some_and(|field| field.list.as_ref() == Some(list))
            };
            let (meets, fails): (Vec<usize>, Vec<usize>) =
                items(card, &inside).into_iter().partition(|&item| {
                    self.conditions.iter().all(|(key, wanted)| {
                        let entry = value(kind, card, &format!("{list}.{key}"), Some(item));
                        entry.or_else(|| value(kind, card, key, None)) == Some(wanted)
                    })
                });
            any |= !meets.is_empty();
            if !fails.is_empty() {
                kept.to_mut().facts.retain(|fact| !inside(fact) || meets.contains(&fact.item));
            }
        }
        let own = || self.conditions.iter().all(|(key, wanted)| value(kind, card, key, None) == Some(wanted));
        (any || own()).then_some(kept)
    }

    /// Every value that a field has in the archive, in the records and in their lists, ascending.
    pub fn known<'c>(kind: &Kind, cards: impl IntoIterator<Item = &'c Card>, key: &str) -> Vec<Datum> {
        let paths = kind.registers.iter().map(|list| format!("{list}.{key}")).chain([key.to_owned()]);
        let places: Vec<usize> =
            paths.filter_map(|path| kind.fields.iter().position(|field| field.path == path)).collect();
        let facts = cards.into_iter().flat_map(|card| &card.facts);
        let mut known: Vec<Datum> =
            facts.filter(|fact| places.contains(&fact.field)).map(|fact| fact.value.clone()).collect();
        known.sort();
        known.dedup();
        known
    }
}

fn items(card: &Card, inside: &dyn Fn(&Fact) -> bool) -> Vec<usize> {
    let mut items: Vec<usize> = card.facts.iter().filter(|fact| inside(fact)).map(|fact| fact.item).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn value<'c>(kind: &Kind, card: &'c Card, path: &str, item: Option<usize>) -> Option<&'c Datum> {
    let place = kind.fields.iter().position(|field| field.path == path)?;
    let found =
        card.facts.iter().find(|fact| fact.field == place && item.is_none_or(|item| item == fact.item));
    found.map(|fact| &fact.value)
}
