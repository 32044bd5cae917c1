//! Import: from bytes to drafts of records, in three steps that know nothing of each other's insides: sources, blocks, drafts.
//!
//! Owns what a foreign document means. Must not write, print, or know the archive beyond the [`Existing`] records it is shown.

mod awards;
mod blocks;
mod copies;
mod document;
mod draft;
mod existing;
mod formats;
mod gather;
mod grid;
mod ledger;
mod lexicon;
mod marks;
mod markup;
mod numbered;
mod options;
mod outline;
mod plan;
mod read;
mod region;
mod sections;
mod select;
mod split;
mod title;

#[cfg(test)]
mod tests;

pub use document::{Cell, Document, Label, Role, Row, Table, View};
pub use draft::{Award, Draft, Provenance, Region, Section, draft_id};
pub use existing::Existing;
pub use formats::{
    Bytes, FORMATS, Format, LABELS, MAX_ARCHIVE, MAX_BYTES, Reader, Reading, is_leaving, sha256,
};
pub use gather::Files;
pub use grid::{Columns, ColumnsError, UnknownField};
pub use lexicon::{Lexicon, Programme, Why};
pub use options::{OnConflict, Options, ToolError, Tools};
pub use plan::{Action, Apart, Input, Plan, Planned, SourcePlan, Warning, WarningKind, plan, plan_files};
pub use select::{EncodingError, Encodings, Globs, Pattern, PatternError};
