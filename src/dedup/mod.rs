//! One case, many copies: which of many records are the same one.
//!
//! Owns the comparison of records by text, title, unit, place and list. Must not know files, YAML or how an answer is shown: it is given
//! [`Profile`]s and gives back [`Pair`]s with numbers, reasons and what speaks against.
//!
//! No two records are compared without a hint that they have something in common: pieces of text, pairs of title characters, or both.

mod copies;
mod find;
mod link;
mod profile;

pub use copies::{Copies, SAME_TEXT, VARIANT, VERY_NEAR};
pub use find::{Class, Neighbour, Pair, Reason, find, neighbours, stays};
pub use link::{MARGIN, Side, pairs};
pub use profile::{Conflict, Listing, Place, Profile, Ready};
