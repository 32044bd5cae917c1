//! Owns the way from a file's bytes to a document: which format they are, who reads it, what is refused.
//! Must not know what a document says.

mod assemble;
mod container;
mod csv;
mod doc;
mod docx;
mod guard;
mod html;
mod json;
mod numerals;
mod odt;
mod package;
mod pdf;
mod rescue;
mod rtf;
mod sheet;
mod tabular;
mod text;

use sha2::{Digest as _, Sha256};

use super::document::Document;
use super::options::Options;

pub use container::{MAX_ARCHIVE, Member, is_leaving, members};
pub use text::{LABELS, encoding_of};

/// The largest file that is read.
pub const MAX_BYTES: usize = 64 << 20;

/// A file as a document, with what identifies it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name as given, without folders.
    pub name: String,
    /// The format it was read as.
    pub format: &'static str,
    /// Who read it: `built-in`, or the program on the machine that helped.
    pub reader: &'static str,
    /// How its bytes were decoded; empty for formats that say so themselves.
    pub encoding: &'static str,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// What was read.
    pub document: Document,
    /// The keys of what a person should know about the reading (`import.remark.KEY` in `locale`).
    pub remarks: Vec<&'static str>,
}

/// What a reader hands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The document.
    pub document: Document,
    /// How the bytes were decoded; empty where the format says so itself.
    pub encoding: &'static str,
    /// The program on the machine that helped; empty for a built-in reader.
    pub reader: &'static str,
    /// The keys of what a person should know about the reading (`import.remark.KEY` in `locale`).
    pub remarks: Vec<&'static str>,
}

/// A file's bytes, with the ending of its name as a last hint where bytes alone cannot tell (a table with commas from a text).
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// The ending of its name in lower case, without the dot; empty where it has none.
    pub ending: &'b str,
}

/// From bytes to a document, or the key of the reason why not (`import.reason.KEY` in `locale`).
pub type Reader = fn(Bytes<'_>, &Options<'_>) -> Result<Reading, &'static str>;

/// One way to read bytes.
pub struct Format {
    /// Its name in plans and messages.
    pub name: &'static str,
    /// Whether these bytes are of this format.
    pub sniff: fn(Bytes<'_>) -> bool,
    /// Reads them.
    pub read: Reader,
}

/// Every format; the first that recognises the bytes wins.
pub const FORMATS: &[Format] = &[
    Format { name: "docx", sniff: docx::sniff, read: docx::read },
    Format { name: "odt", sniff: odt::sniff, read: odt::read },
    Format { name: "doc", sniff: doc::sniff, read: doc::read },
    Format { name: "rtf", sniff: rtf::sniff, read: rtf::read },
    Format { name: "pdf", sniff: pdf::sniff, read: pdf::read },
    Format { name: "sheet", sniff: sheet::sniff, read: sheet::read },
    Format { name: "html", sniff: html::sniff, read: html::read },
    Format { name: "json", sniff: json::sniff, read: json::read },
    Format { name: "csv", sniff: csv::sniff, read: csv::read },
    Format { name: "text", sniff: |_| true, read: text::read },
];

/// Reads a file.
///
/// # Errors
/// The key of the reason why the bytes cannot be read as a document (`import.reason.KEY` in
/// `locale`).
pub fn read(name: &str, bytes: &[u8], options: &Options<'_>) -> Result<Source, &'static str> {
    if bytes.len() > MAX_BYTES {
        return Err("too-large");
    }
    let ending = ending(name);
    let input = Bytes { bytes, ending: &ending };
    let format = FORMATS.iter().find(|format| (format.sniff)(input)).ok_or("unknown-format")?;
    let reading = (format.read)(input, options)?;
    if reading.document.read().trim().is_empty() {
        return Err("empty");
    }
    if is_record(&reading.document.text) {
        return Err("record");
    }
    Ok(Source {
        name: base_name(name).to_owned(),
        format: format.name,
        reader: if reading.reader.is_empty() { "built-in" } else { reading.reader },
        encoding: reading.encoding,
        sha256: sha256(bytes),
        document: reading.document,
        remarks: reading.remarks,
    })
}

/// Reads a file under the name that its records will give, by the encoding that was named for its path.
///
/// # Errors
/// As [`read`]; where one byte is to blame its place follows the key: `encoding 1234`, from 0.
pub fn read_as(path: &str, shown: &str, bytes: &[u8], options: &Options<'_>) -> Result<Source, String> {
    let own;
    let options = match options.encodings.of(path) {
        Some(label) => {
            own = Options { encoding: Some(label.to_owned()), ..options.clone() };
            &own
        }
        None => options,
    };
    match read(path, bytes, options) {
        Ok(source) => Ok(Source { name: shown.to_owned(), ..source }),
        Err(reason @ ("encoding" | "encoding-cut")) => {
            let at = text::examine(bytes, options).err().and_then(|malformed| malformed.at);
            Err(at.map_or_else(|| reason.to_owned(), |at| format!("{reason} {at}")))
        }
        Err(reason) => Err(reason.to_owned()),
    }
}

/// Whether a file holds other files, to be read one by one.
pub fn is_archive(name: &str, bytes: &[u8]) -> bool {
    container::is_archive(bytes, &ending(name))
}

/// The ending of a name in lower case, without the dot.
fn ending(name: &str) -> String {
    base_name(name).rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase())
}

/// Whether a text is a record of an archive already: reading it as a document would make a case of
/// its YAML.
fn is_record(text: &str) -> bool {
    let head = || text.lines().take(8);
    head().any(|line| line.starts_with("id: ")) && head().any(|line| line.starts_with("title: "))
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A path without its folders.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
pub(super) mod tests_support {
    use std::path::Path;

    /// A sample that lies beside the repository; `None`, with a word about it, where it does not.
    pub(in crate::import) fn sample(test: &str, name: &str) -> Option<Vec<u8>> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let folder = std::env::var_os("ANKU_SHARED").map_or_else(beside, Into::into);
        let path = folder.join("samples/formats").join(name);
        let bytes = std::fs::read(&path).ok();
        if bytes.is_none() {
            eprintln!("SKIPPED {test}: {} is not there (set ANKU_SHARED)", path.display());
        }
        bytes
    }
}
