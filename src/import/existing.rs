//! Owns what an import is told of a record that the archive already holds.
//! Must not know where it lies, nor how it was read.

use super::draft::{Award, Region};
use crate::text::shingles::Shingles;

/// A record that the archive already holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Where it lies.
    pub region: Option<Region>,
    /// The lists it stands in.
    pub awards: Vec<Award>,
    /// Hash, start and end of each source.
    pub sources: Vec<(String, usize, usize)>,
    /// Whether it has text, or is only listed.
    pub has_text: bool,
    /// Its own year.
    pub year: Option<i64>,
    /// The fingerprint of its text, where it has one.
    pub shingles: Option<Shingles>,
}
