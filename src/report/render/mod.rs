//! One file a format, and the table of them.
//!
//! A renderer turns a document into bytes and knows nothing of where they go. What comes from
//! records is untrusted: it goes through [`printable`] before a terminal can see it.

mod bars;
mod csv;
mod docx;
mod html;
mod json;
mod layout;
mod markdown;
mod plain;
mod terminal;
mod tsv;
mod untrusted;
mod xlsx;

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
    /// For Excel: it takes CSV for the system's legacy encoding unless a byte order mark begins it.
    pub excel: bool,
}

/// Why a document cannot be had in a format: it is larger than the format allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RenderError(pub String);

/// A format.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    /// What `--output` calls it.
    pub name: &'static str,
    /// The endings of its files, without the dot.
    pub endings: &'static [&'static str],
    /// Whether it is no text: a terminal must not get it.
    pub binary: bool,
    /// A document in it. The same document gives the same bytes.
    pub render: fn(&Document, &Options) -> Result<Vec<u8>, RenderError>,
}

/// Every format.
pub const RENDERERS: &[Renderer] = &[
    Renderer { name: "table", endings: &[], binary: false, render: |d, o| Ok(terminal::render(d, o)) },
    Renderer { name: "plain", endings: &["txt"], binary: false, render: |d, o| Ok(plain::render(d, o)) },
    Renderer {
        name: "md",
        endings: &["md", "markdown"],
        binary: false,
        render: |d, o| Ok(markdown::render(d, o)),
    },
    Renderer { name: "csv", endings: &["csv"], binary: false, render: |d, o| Ok(csv::render(d, o)) },
    Renderer { name: "tsv", endings: &["tsv", "tab"], binary: false, render: |d, o| Ok(tsv::render(d, o)) },
    Renderer { name: "json", endings: &["json"], binary: false, render: |d, o| Ok(json::render(d, o)) },
    Renderer {
        name: "html",
        endings: &["html", "htm"],
        binary: false,
        render: |d, o| Ok(html::render(d, o)),
    },
    Renderer { name: "xlsx", endings: &["xlsx"], binary: true, render: xlsx::render },
    Renderer { name: "docx", endings: &["docx"], binary: true, render: docx::render },
];

/// A document as a terminal shows it.
pub fn terminal_text(document: &Document, options: &Options) -> String {
    String::from_utf8_lossy(&terminal::render(document, options)).into_owned()
}

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
