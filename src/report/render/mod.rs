//! One file a format, and the table of them.
//!
//! A renderer turns a document into bytes and knows nothing of where they go. What comes from
//! records is untrusted: it goes through [`printable`] before a terminal can see it.

mod csv;
mod json;
mod layout;
mod markdown;
mod plain;
mod terminal;
mod tsv;
mod untrusted;

pub use json::json_text;
pub use layout::width as display_width;
pub use untrusted::{printable, printable_lines};

use super::document::Document;
use crate::locale::Lang;

/// What a renderer may need to know beside the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The language of the few words that a renderer adds.
    pub lang: Lang,
    /// Columns of the terminal; text and tables are wrapped to it only when it is given.
    pub width: Option<usize>,
}

/// A format.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    /// What `--output` calls it.
    pub name: &'static str,
    /// The endings of its files, without the dot.
    pub endings: &'static [&'static str],
    /// A document in it.
    pub render: fn(&Document, &Options) -> Vec<u8>,
}

/// Every format.
pub const RENDERERS: &[Renderer] = &[
    Renderer { name: "table", endings: &[], render: terminal::render },
    Renderer { name: "plain", endings: &["txt"], render: plain::render },
    Renderer { name: "md", endings: &["md", "markdown"], render: markdown::render },
    Renderer { name: "csv", endings: &["csv"], render: csv::render },
    Renderer { name: "tsv", endings: &["tsv", "tab"], render: tsv::render },
    Renderer { name: "json", endings: &["json"], render: json::render },
];

/// The format of a name.
pub fn renderer(name: &str) -> Option<&'static Renderer> {
    RENDERERS.iter().find(|renderer| renderer.name == name)
}

/// The format of a file, by its ending.
pub fn renderer_of(path: &std::path::Path) -> Option<&'static Renderer> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    RENDERERS.iter().find(|renderer| renderer.endings.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests;
