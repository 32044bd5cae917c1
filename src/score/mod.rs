//! Schemes: what an office scores every year on paper, computed from plain files.
//!
//! One engine, and schemes as data (`schemas/schemes/`): sheets of judges, votes, ledgers and decisions
//! become scores by stages; scores become ranks, levels, grades, tiers; results of several years become
//! measures. Numbers are exact and rounded once, at the end. Nothing that a scheme does not say is taken
//! for granted. The library reads no file here: rows come in with their places.

mod calendar;
mod input;
mod months;
mod number;
mod outcome;
mod panel;
mod published;
mod read;
mod requests;
mod round;
mod run;
mod scheme;
mod tables;
mod tally;
mod years;

#[cfg(test)]
mod tests;

pub use calendar::ends;
pub use input::Input;
pub use input::Names;
pub use input::Pair;
pub use input::Place;
pub use input::Row;
pub use number::Mode;
pub use number::Number;
pub use number::Rounding;
pub use outcome::Line;
pub use outcome::Month;
pub use outcome::Outcome;
pub use outcome::Standing;
pub use outcome::Value;
pub use published::Change;
pub use published::Published;
pub use published::Result as PublishedEntry;
pub use requests::Request;
pub use round::Entry;
pub use round::Past;
pub use round::Round;
pub use run::run;
pub use scheme::By;
pub use scheme::Notice;
pub use scheme::SHIPPED;
pub use scheme::Scheme;
pub use scheme::Stage;
pub use scheme::shipped;
pub use tables::explanation;
pub use tables::heading;
pub use tables::tables;
