//! Counting: cards into groups.

use super::cut::Cut;
use super::cut::Dim;
use super::cut::Measure;
use super::cut::Percent;
use super::error::CutError;
use super::partial::Amount;
use super::partial::Partial;
use super::units::Plan;
use crate::archive::Card;
use crate::schema::Datum;
use crate::schema::Kind;
use std::collections::BTreeMap;

/// The values of some dimensions; `None` where a unit has none.
pub(super) type Key = Vec<Option<Datum>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) row: Key,
    pub(super) col: Key,
    /// Records that have no entry in the counted list.
    pub(super) outside: bool,
}

/// What was counted by one cut. Two pivots of the same cut merge into one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pivot {
    /// The cut as it is shown: already transposed.
    pub(super) cut: Cut,
    pub(super) list: Option<String>,
    pub(super) groups: BTreeMap<Group, Partial>,
    /// Records seen.
    pub records: u64,
    /// Those of them that have no entry in the counted list; they stand outside the totals.
    pub outside: u64,
}

/// Counts cards by a cut.
///
/// # Errors
/// [`CutError::TwoLists`] when there is no one thing to count, [`CutError::NoShare`] for shares of
/// means and extremes.
pub fn count<'c>(
    cards: impl IntoIterator<Item = &'c Card>,
    kind: &Kind,
    cut: &Cut,
) -> Result<Pivot, CutError> {
    count_with(cards, kind, cut, &|_, _| Vec::new())
}

/// Gives the quantities of a record in a unit.
pub type Amounts<'a> = &'a dyn Fn(&Card, &str) -> Vec<Amount>;

/// As [`count`], for a cut that measures quantities: `amounts` has them.
///
/// # Errors
/// As [`count`].
pub fn count_with<'c>(
    cards: impl IntoIterator<Item = &'c Card>,
    kind: &Kind,
    cut: &Cut,
    amounts: Amounts<'_>,
) -> Result<Pivot, CutError> {
    let mut cut = cut.clone();
    if cut.transpose {
        std::mem::swap(&mut cut.rows, &mut cut.cols);
        cut.transpose = false;
    }
    if let (Some(_), Measure::Avg(_) | Measure::Min(_) | Measure::Max(_)) = (cut.percent, &cut.measure) {
        return Err(CutError::NoShare(cut.measure.name(kind)));
    }
    let mut dims: Vec<Dim> = cut.rows.iter().chain(&cut.cols).copied().collect();
    dims.extend(cut.measure.field().map(Dim::Field));
    let plan = Plan::new(kind, &dims)?;
    let mut pivot =
        Pivot { list: plan.list().map(str::to_owned), cut, groups: BTreeMap::new(), records: 0, outside: 0 };
    for (place, card) in (0..).zip(cards) {
        pivot.add(&plan, place, card, amounts);
    }
    Ok(pivot)
}

impl Pivot {
    fn add(&mut self, plan: &Plan, place: u32, card: &Card, amounts: Amounts<'_>) {
        self.records += 1;
        let (rows, cols) = (self.cut.rows.len(), self.cut.cols.len());
        let quantities = self.cut.measure.unit().map(|unit| amounts(card, unit));
        for unit in plan.units(card) {
            self.outside += u64::from(unit.outside);
            let measured: Vec<Amount> = match &quantities {
                Some(amounts) => amounts.clone(),
                None => unit.values[rows + cols..]
                    .iter()
                    .flatten()
                    .filter_map(|value| match value {
                        Datum::Integer(number) => Some(Amount::from(*number)),
                        Datum::Text(_) => None,
                    })
                    .collect(),
            };
            for mut row in combinations(&unit.values[..rows + cols]) {
                let col = row.split_off(rows);
                let group = Group { row, col, outside: unit.outside };
                self.groups.entry(group).or_default().add(place, &measured);
            }
        }
    }

    /// Adds what was counted elsewhere by the same cut.
    pub fn merge(&mut self, other: Pivot) {
        debug_assert_eq!(self.cut, other.cut, "pivots of one cut only");
        self.records += other.records;
        self.outside += other.outside;
        for (group, partial) in other.groups {
            self.groups.entry(group).or_default().merge(&partial);
        }
    }

    /// What is counted: the list whose entries are, else the field whose values are, else
    /// `records`.
    pub fn counted<'k>(&'k self, kind: &'k Kind) -> &'k str {
        match &self.list {
            Some(list) => list,
            None => self.many(kind).first().map_or("records", |dim| dim.path(kind)),
        }
    }

    /// The dimensions of which one unit may have several values.
    pub(super) fn many(&self, kind: &Kind) -> Vec<Dim> {
        let dims = self.cut.rows.iter().chain(&self.cut.cols).copied();
        dims.filter(|dim| dim.field(kind).is_some_and(|field| field.many && field.list.is_none())).collect()
    }

    pub(super) fn percent(&self) -> Option<Percent> {
        self.cut.percent
    }
}

/// Every choice of one value a dimension.
fn combinations(values: &[Vec<Datum>]) -> Vec<Key> {
    let mut all: Vec<Key> = vec![Vec::with_capacity(values.len())];
    for choices in values {
        if let [] | [_] = choices.as_slice() {
            let only = choices.first();
            for key in &mut all {
                key.push(only.cloned());
            }
            continue;
        }
        all = all
            .iter()
            .flat_map(|key| {
                choices.iter().map(|choice| {
                    let mut key = key.clone();
                    key.push(Some(choice.clone()));
                    key
                })
            })
            .collect();
    }
    all
}
