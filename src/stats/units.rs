//! From a card to the units that are counted: the record, or the entries of one of its lists.

use super::cut::Dim;
use super::error::CutError;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Datum;
use crate::schema::Kind;
use crate::yaml::Node;

/// Where the values of some dimensions are read from. Made once for a cut, used for every card.
#[derive(Clone, Debug)]
pub struct Plan {
    dims: Vec<Read>,
    list: Option<String>,
    /// For each field of the kind, whether it lies in `list`.
    in_list: Vec<bool>,
}

#[derive(Clone, Debug)]
enum Read {
    Extent,
    /// Read from the entry first, then from the record.
    Field {
        entry: Option<usize>,
        record: Option<usize>,
    },
}

/// One thing that is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit<'c> {
    /// The record has no entry in the list whose entries are counted: it stands outside the totals.
    pub outside: bool,
    /// The values of each dimension, none twice; empty where there is none.
    pub values: Vec<Vec<Datum>>,
    /// The record it comes from.
    pub card: &'c Card,
}

impl Plan {
    /// Finds out what is counted by these dimensions.
    ///
    /// A field of the record that its list's entries have too (`edition` and `awards.edition`) is
    /// read from the entry first. The listed title and unit of an entry, which are written only
    /// where they differ, are read from the record where the entry has none.
    ///
    /// # Errors
    /// [`CutError::TwoLists`] when the dimensions lie in two lists.
    pub fn new(kind: &Kind, dims: &[Dim]) -> Result<Plan, CutError> {
        let mut list: Option<&str> = None;
        for found in dims.iter().filter_map(|dim| dim.list(kind)) {
            match list {
                Some(other) if other != found => {
                    return Err(CutError::TwoLists(other.to_owned(), found.to_owned()));
                }
                _ => list = Some(found),
            }
        }
        let place = |path: &str| kind.fields.iter().position(|field| field.path == path);
        let read = |dim: &Dim| {
            let Dim::Field(own) = *dim else { return Read::Extent };
            let Some(field) = kind.fields.get(own) else { return Read::Field { entry: None, record: None } };
            if field.list.is_some() {
                let record = place(field.key()).filter(|_| field.short);
                return Read::Field { entry: Some(own), record };
            }
            let entry = list
                .and_then(|list| place(&format!("{list}.{}", field.path)))
                .filter(|&entry| kind.fields[entry].group);
            Read::Field { entry, record: Some(own) }
        };
        Ok(Plan {
            dims: dims.iter().map(read).collect(),
            list: list.map(str::to_owned),
            in_list: kind
                .fields
                .iter()
                .map(|field| list.is_some() && field.list.as_deref() == list)
                .collect(),
        })
    }

    /// The list of mappings whose entries are counted; records are without one.
    pub fn list(&self) -> Option<&str> {
        self.list.as_deref()
    }

    /// The units of a card: one without a list, else one an entry; a record without entries is one
    /// unit that stands outside.
    pub fn units<'c>(&self, card: &'c Card) -> Vec<Unit<'c>> {
        if self.list.is_none() {
            return vec![self.unit(card, None, false)];
        }
        let mut items: Vec<usize> = card
            .facts
            .iter()
            .filter(|fact| self.in_list.get(fact.field) == Some(&true))
            .map(|fact| fact.item)
            .collect();
        items.sort_unstable();
        items.dedup();
        if items.is_empty() {
            return vec![self.unit(card, None, true)];
        }
        items.into_iter().map(|item| self.unit(card, Some(item), false)).collect()
    }

    fn unit<'c>(&self, card: &'c Card, item: Option<usize>, outside: bool) -> Unit<'c> {
        let read = |read: &Read| match *read {
            Read::Extent => card.extent.iter().cloned().map(Datum::Text).collect(),
            Read::Field { entry, record } => {
                let of_entry = match (entry, item) {
                    (Some(field), Some(item)) => values(card, field, Some(item)),
                    _ => Vec::new(),
                };
                match record {
                    Some(field) if of_entry.is_empty() => values(card, field, None),
                    _ => of_entry,
                }
            }
        };
        Unit { outside, values: self.dims.iter().map(read).collect(), card }
    }
}

fn values(card: &Card, field: usize, item: Option<usize>) -> Vec<Datum> {
    let mut found: Vec<Datum> = Vec::new();
    for fact in &card.facts {
        if fact.field == field && item.is_none_or(|item| item == fact.item) && !found.contains(&fact.value) {
            found.push(fact.value.clone());
        }
    }
    found
}

/// What people call a list of mappings, as its schema says; its key where the schema says nothing.
pub fn list_label(kind: &Kind, list: &str, lang: Lang) -> String {
    let property = list.split('.').try_fold(&kind.schema, |at, key| at.get("properties")?.get(key));
    let label = match lang {
        Lang::Zh => property.and_then(|node| node.get("title")),
        Lang::En => property.and_then(|node| node.get("x-anku")).and_then(|node| node.get("en")),
    };
    label.and_then(Node::text).unwrap_or(list).to_owned()
}
