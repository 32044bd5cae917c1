//! What is known of one group, in a form that adds up.

use super::cut::Measure;
use crate::table::Cell;
use crate::text::quantity::Decimal;
use crate::text::quantity::Qualifier;
use crate::text::quantity::Quantity;
use serde_json::Value;
use serde_json::json;

/// Amounts are kept in parts of 10^-9, as fine as any number in a text is read.
const PLACES: u32 = 9;
const ONE: i128 = 10_i128.pow(PLACES);

/// A measured value: a number, or the range that a text states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    low: i128,
    high: i128,
    about: bool,
}

impl From<&Quantity> for Amount {
    /// Where the text gives one end only, the number itself is the other. Numbers in texts are far
    /// smaller than what does not fit.
    fn from(quantity: &Quantity) -> Amount {
        let scaled = |number: Decimal| number.scaled(PLACES).unwrap_or(i128::MAX / 4);
        Amount {
            low: scaled(quantity.min.unwrap_or(quantity.value)),
            high: scaled(quantity.max.unwrap_or(quantity.value)),
            about: quantity.qualifier != Qualifier::Eq,
        }
    }
}

impl From<i64> for Amount {
    fn from(number: i64) -> Amount {
        let scaled = i128::from(number) * ONE;
        Amount { low: scaled, high: scaled, about: false }
    }
}

/// What is known of one group. Merging is associative and commutative, so that counting can be
/// split in any way; only the order of [`Partial::behind`] is that of merging.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// Units in the group.
    pub count: u64,
    /// Values of what is measured among them.
    pub n: u64,
    /// Those of them that are not exact.
    pub about: u64,
    /// The sums of their lower and upper ends.
    sum: (i128, i128),
    /// The smallest lower end.
    min: Option<i128>,
    /// The largest upper end.
    max: Option<i128>,
    /// The records that the units come from, by their places among the cards that were counted.
    pub behind: Vec<u32>,
}

/// What a group comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// Nothing was there to measure.
    None,
    /// A count, sum or extreme.
    Whole(i64),
    /// A mean, or a number with a fraction.
    Mean(f64),
    /// A sum of numbers some of which are not exact.
    Range {
        /// What it is not below.
        low: f64,
        /// What it is not above.
        high: f64,
        /// How many of the numbers are not exact.
        about: u64,
    },
}

impl Partial {
    /// Adds a unit of the record at `place` with its measured values.
    pub fn add(&mut self, place: u32, values: &[Amount]) {
        self.count += 1;
        if self.behind.last() != Some(&place) {
            self.behind.push(place);
        }
        for value in values {
            self.n += 1;
            self.about += u64::from(value.about);
            self.sum = (self.sum.0.saturating_add(value.low), self.sum.1.saturating_add(value.high));
            self.min = Some(self.min.map_or(value.low, |min| min.min(value.low)));
            self.max = Some(self.max.map_or(value.high, |max| max.max(value.high)));
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Partial) {
        self.count += other.count;
        self.n += other.n;
        self.about += other.about;
        self.sum = (self.sum.0.saturating_add(other.sum.0), self.sum.1.saturating_add(other.sum.1));
        self.min = self.min.into_iter().chain(other.min).min();
        self.max = self.max.into_iter().chain(other.max).max();
        self.behind.extend(&other.behind);
    }

    /// The records behind it, each once, in their order.
    pub fn records(&self) -> Vec<u32> {
        let mut records = self.behind.clone();
        records.sort_unstable();
        records.dedup();
        records
    }

    /// What it comes to.
    pub fn figure(&self, measure: &Measure) -> Figure {
        if let Measure::Count = measure {
            return Figure::Whole(i64::try_from(self.count).unwrap_or(i64::MAX));
        }
        let (Some(min), Some(max), true) = (self.min, self.max, self.n > 0) else {
            // A sum over nothing is not zero: a missing figure stays missing.
            return Figure::None;
        };
        match measure {
            Measure::Avg(_) => Figure::Mean((number(self.sum.0) + number(self.sum.1)) / 2.0 / self.n as f64),
            Measure::Min(_) => whole_or_mean(min),
            Measure::Max(_) => whole_or_mean(max),
            _ if self.about > 0 => {
                Figure::Range { low: number(self.sum.0), high: number(self.sum.1), about: self.about }
            }
            _ => whole_or_mean(self.sum.0),
        }
    }
}

fn number(amount: i128) -> f64 {
    amount as f64 / ONE as f64
}

fn whole_or_mean(amount: i128) -> Figure {
    match i64::try_from(amount / ONE) {
        Ok(whole) if amount % ONE == 0 => Figure::Whole(whole),
        _ => Figure::Mean(number(amount)),
    }
}

impl Figure {
    /// The figure as JSON; a range as `{min, max, approximate}`.
    pub fn json(self) -> Value {
        match self {
            Figure::None => Value::Null,
            Figure::Whole(value) => Value::from(value),
            Figure::Mean(value) => Value::from(value),
            Figure::Range { low, high, about } => {
                json!({"min": plain(low), "max": plain(high), "approximate": about})
            }
        }
    }

    /// The figure as a cell.
    pub fn cell(self) -> Cell {
        match self {
            Figure::None => Cell::Empty,
            Figure::Whole(value) => Cell::Count(value),
            Figure::Mean(value) => Cell::Mean(value),
            Figure::Range { low, high, .. } if low == high => Cell::Text(format!("≈{}", plain(low))),
            Figure::Range { low, high, .. } => Cell::Text(format!("{}–{}", plain(low), plain(high))),
        }
    }

    /// The figure as a number; nothing is 0, a range its middle.
    pub fn number(self) -> f64 {
        match self {
            Figure::None => 0.0,
            Figure::Whole(value) => value as f64,
            Figure::Mean(value) => value,
            Figure::Range { low, high, .. } => (low + high) / 2.0,
        }
    }

    /// This as a share of another; nothing when the other is nothing.
    pub fn share(self, of: Figure) -> Option<f64> {
        (self != Figure::None && of.number() != 0.0).then(|| self.number() / of.number())
    }
}

/// Whole numbers without a point.
fn plain(number: f64) -> Value {
    // Up to here every whole number has its own f64.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}
