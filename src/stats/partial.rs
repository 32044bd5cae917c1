//! What is known of one group, in a form that adds up.

use super::cut::Measure;
use crate::table::Cell;
use serde_json::Value;

/// What is known of one group. Merging is associative and commutative, so that counting can be
/// split in any way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// Units in the group.
    pub count: u64,
    /// Values of the measured field among them.
    pub n: u64,
    /// Their sum.
    pub sum: i128,
    /// The smallest.
    pub min: Option<i64>,
    /// The largest.
    pub max: Option<i64>,
}

/// What a group comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// Nothing was there to measure.
    None,
    /// A count, sum or extreme.
    Whole(i64),
    /// A mean.
    Mean(f64),
}

impl Partial {
    /// Adds a unit with its measured values.
    pub fn add(&mut self, values: &[i64]) {
        self.count += 1;
        for &value in values {
            self.n += 1;
            self.sum += i128::from(value);
            self.min = Some(self.min.map_or(value, |min| min.min(value)));
            self.max = Some(self.max.map_or(value, |max| max.max(value)));
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Partial) {
        self.count += other.count;
        self.n += other.n;
        self.sum += other.sum;
        self.min = self.min.into_iter().chain(other.min).min();
        self.max = self.max.into_iter().chain(other.max).max();
    }

    /// What it comes to.
    pub fn figure(&self, measure: Measure) -> Figure {
        let whole = |value: i128| Figure::Whole(i64::try_from(value).unwrap_or(i64::MAX));
        match measure {
            Measure::Count => whole(i128::from(self.count)),
            // A sum over nothing is not zero: a missing figure stays missing.
            _ if self.n == 0 => Figure::None,
            Measure::Sum(_) => whole(self.sum),
            Measure::Avg(_) => Figure::Mean(self.sum as f64 / self.n as f64),
            Measure::Min(_) => self.min.map_or(Figure::None, Figure::Whole),
            Measure::Max(_) => self.max.map_or(Figure::None, Figure::Whole),
        }
    }
}

impl Figure {
    /// The figure as JSON.
    pub fn json(self) -> Value {
        match self {
            Figure::None => Value::Null,
            Figure::Whole(value) => Value::from(value),
            Figure::Mean(value) => Value::from(value),
        }
    }

    /// The figure as a cell.
    pub fn cell(self) -> Cell {
        match self {
            Figure::None => Cell::Empty,
            Figure::Whole(value) => Cell::Count(value),
            Figure::Mean(value) => Cell::Mean(value),
        }
    }

    /// The figure as a number; nothing is 0.
    pub fn number(self) -> f64 {
        match self {
            Figure::None => 0.0,
            Figure::Whole(value) => value as f64,
            Figure::Mean(value) => value,
        }
    }

    /// This as a share of another; nothing when the other is nothing.
    pub fn share(self, of: Figure) -> Option<f64> {
        (self != Figure::None && of.number() != 0.0).then(|| self.number() / of.number())
    }
}
