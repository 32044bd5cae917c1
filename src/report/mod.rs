//! Reports: an outline (YAML) becomes a [`Document`], and each renderer turns the same document into
//! its format.
//!
//! Owns the outline language, the blocks of a document and how they look. It knows nothing of
//! queries and files: whoever calls answers the one and reads the other.

mod build;
mod checks;
mod document;
mod export;
mod gaps;
mod outline;
mod period;
mod read;
mod render;
mod rows;

pub use build::{Answers, BuildError, Rule, Select, build};
pub use document::{Block, Document, Source, Stated};
pub use export::{lists, table_of_entries, table_of_records};
pub use outline::{
    Check, Figure, FindingsSpec, Gap, GapsSpec, Known, ListSpec, Outline, OutlineBlock, RanksSpec, SHIPPED,
    TableSpec, Words, shipped,
};
pub use period::Period;
pub use render::{
    Options, RENDERERS, RenderError, Renderer, display_width, json_text, printable, printable_lines,
    renderer, renderer_of, terminal_text,
};

#[cfg(test)]
mod tests;
