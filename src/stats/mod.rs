//! Group-by and cross-tabs over the cards of an archive.
//!
//! Counting is a fold: every card adds to the [`Partial`]s of its groups, and two [`Pivot`]s of the
//! same cut merge into one, whoever counted them. What comes out is a [`crate::table::Table`] or the
//! JSON of the contract; how it looks is for renderers.
//!
//! What is counted follows from the fields that are asked for. Fields of the record itself count
//! records. A field that lies in a list of mappings (`awards.level`) counts the entries of that
//! list, and the values of one entry stay together. A list of plain values (`themes`) counts each
//! value.

mod compare;
mod cut;
mod error;
mod grid;
mod in_unit;
mod partial;
mod pivot;
mod show;
mod slice;
mod units;

pub use compare::compare;
pub use cut::{Cut, Dim, Measure, Measured, Percent, Sort, SortBy, chart};
pub use error::CutError;
pub use in_unit::{InUnit, amount};
pub use partial::{Amount, Figure, Partial};
pub use pivot::{Amounts, Pivot, count, count_with};
pub use slice::Slice;
pub use units::{Plan, Unit, list_label};

#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
mod more_tests;
