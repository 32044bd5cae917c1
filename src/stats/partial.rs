//! What is known of one group, in a form that adds up.

use super::cut::Measure;
use crate::table::Cell;
use crate::text::quantity::Decimal;
use crate::text::quantity::Qualifier;
use crate::text::quantity::Quantity;
use serde_json::Value;
use serde_json::json;

/// Amounts are kept in parts of 10^-17: any number in a text has 9 places at most, and may be counted in 10^8 of its
/// unit.
const PLACES: u32 = 17;
const ONE: i128 = 10_i128.pow(PLACES);

/// A measured value: a number, or the range that a text states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    low: i128,
    high: i128,
    about: bool,
}

impl Amount {
    /// What a text states, in 10^`power` of its unit; up to 8 nothing is lost. Where the text gives one end only,
    /// the number itself is the other. Numbers in texts are far smaller than what does not fit.
    pub fn counted_in(quantity: &Quantity, power: u32) -> Amount {
        let places = PLACES.saturating_sub(power);
        let scaled = |number: Decimal| number.scaled(places).unwrap_or(i128::MAX / 4);
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
    /// A sum or extreme with a fraction, in parts of 10^-17.
    Exact(i128),
    /// A mean.
    Mean(f64),
    /// A sum of numbers some of which are not exact.
    Range {
        /// What it is not below, in parts of 10^-17.
        low: i128,
        /// What it is not above, likewise.
        high: i128,
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
            Measure::Min(_) => exact(min),
            Measure::Max(_) => exact(max),
            _ if self.about > 0 => Figure::Range { low: self.sum.0, high: self.sum.1, about: self.about },
            _ => exact(self.sum.0),
        }
    }
}

/// The nearest binary fraction: printed, it gives the digits again.
fn number(amount: i128) -> f64 {
    format!("{amount}e-{PLACES}").parse().unwrap_or_default()
}

/// The number digit by digit, without zeros at its end.
fn digits(amount: i128) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, parts) =
        (amount.unsigned_abs() / ONE.unsigned_abs(), amount.unsigned_abs() % ONE.unsigned_abs());
    let text = format!("{sign}{whole}.{parts:0width$}", width = PLACES as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn exact(amount: i128) -> Figure {
    match i64::try_from(amount / ONE) {
        Ok(whole) if amount % ONE == 0 => Figure::Whole(whole),
        _ => Figure::Exact(amount),
    }
}

impl Figure {
    /// The figure as JSON; a range as `{min, max, approximate}`.
    pub fn json(self) -> Value {
        match self {
            Figure::None => Value::Null,
            Figure::Whole(value) => Value::from(value),
            Figure::Exact(_) | Figure::Mean(_) => Value::from(self.number()),
            Figure::Range { low, high, about } => {
                json!({"min": plain(number(low)), "max": plain(number(high)), "approximate": about})
            }
        }
    }

    /// The figure as a cell.
    pub fn cell(self) -> Cell {
        match self {
            Figure::None => Cell::Empty,
            Figure::Whole(value) => Cell::Count(value),
            Figure::Exact(value) => Cell::Decimal(digits(value)),
            Figure::Mean(value) => Cell::Mean(value),
            Figure::Range { low, high, .. } if low == high => Cell::Text(format!("≈{}", digits(low))),
            Figure::Range { low, high, .. } => Cell::Text(format!("{}–{}", digits(low), digits(high))),
        }
    }

    /// The figure as a number; nothing is 0, a range its middle.
    pub fn number(self) -> f64 {
        match self {
            Figure::None => 0.0,
            Figure::Whole(value) => value as f64,
            Figure::Exact(value) => number(value),
            Figure::Mean(value) => value,
            Figure::Range { low, high, .. } => (number(low) + number(high)) / 2.0,
        }
    }

    /// The change from another figure, where both are exact.
    pub fn less(self, other: Figure) -> Option<Figure> {
        let amount = |figure| match figure {
            Figure::Whole(value) => Some(Amount::from(value).low),
            Figure::Exact(value) => Some(value),
            _ => None,
        };
        amount(self)?.checked_sub(amount(other)?).map(exact)
    }

    /// This as a change: with its sign.
    pub fn change(self) -> Cell {
        match self {
            Figure::Whole(value) => Cell::Change(value),
            Figure::Exact(value) if value > 0 => Cell::Decimal(format!("+{}", digits(value))),
            other => other.cell(),
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
