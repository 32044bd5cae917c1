//! Owns what the one who imports may decide: encodings, column names, conflicts, helpers on the machine.
//! Must not know how any of it is carried out.

use super::select::{Encodings, Globs};

/// What the one who imports has decided. The default decides nothing.
#[derive(Clone, Default)]
pub struct Options<'o> {
    /// The encoding of every text, by its label (`gb18030`, `big5`, `utf-16le`); else it is found out file by file.
    pub encoding: Option<String>,
    /// Encodings that were named, for all texts or for some: the one for a file becomes its `encoding`.
    pub encodings: Encodings,
    /// Which files of folders and archives are taken.
    pub globs: Globs,
    /// The kind of record to make; else the archive's first.
    pub kind: Option<String>,
    /// Names of columns and the fields they stand for, before the schema's own names are tried.
    pub columns: Vec<(String, String)>,
    /// Take for a case what looks like none.
    pub force: bool,
    /// What becomes of a record that the archive has and that would change.
    pub on_conflict: OnConflict,
    /// Programs on this machine that read what the built-in readers cannot.
    pub tools: Option<&'o dyn Tools>,
}

/// What becomes of a record that the archive has and that an import would change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// It gains what it lacks; what a person wrote stays.
    #[default]
    Update,
    /// It stays as it is.
    Skip,
    /// It is reported and nothing is written.
    Error,
}

/// Programs on this machine that read what the built-in readers cannot. The library never starts a program itself.
pub trait Tools: Sync {
    /// A Word-like document (`ending` without its dot: `doc`, `wps`, …) as .docx. `None` where there is no such program.
    ///
    /// # Errors
    /// Inside: the program failed or took too long.
    fn to_docx(&self, bytes: &[u8], ending: &str) -> Option<Result<Vec<u8>, ToolError>>;

    /// The text of a PDF, pages parted by form feeds. `None` where there is no such program.
    ///
    /// # Errors
    /// Inside: the program failed or took too long.
    fn pdf_text(&self, bytes: &[u8]) -> Option<Result<String, ToolError>>;
}

/// A program on the machine gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{program}: {reason}")]
pub struct ToolError {
    /// The program.
    pub program: &'static str,
    /// Why.
    pub reason: String,
}
