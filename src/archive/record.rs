//! One record file, read.

use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::yaml;
use crate::yaml::Node;
use crate::yaml::ProblemKind;
use std::io::Read as _;
use std::path::Path;

/// One record file as it is on disk now.
#[derive(Clone, Debug)]
pub struct Record {
    /// The file, relative to the archive's root, `/` between its parts.
    pub path: String,
    /// The file's text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// The document, where the file is YAML at all.
    pub root: Option<Node>,
    /// What is wrong with the bytes and the YAML.
    pub findings: Vec<Finding>,
    /// BLAKE3 of the bytes, the first 16.
    pub hash: [u8; 16],
}

impl Record {
    /// Reads a record file under `root`.
    ///
    /// # Errors
    /// The I/O error, when the file cannot be read at all.
    pub fn read(root: &Path, path: &str) -> std::io::Result<Record> {
        let bytes = read_capped(&root.join(path))?;
        Ok(Record::parse(path, &bytes))
    }

    /// A record from bytes that somebody else read.
    pub fn parse(path: &str, bytes: &[u8]) -> Record {
        let (text, root, findings) = parse(Path::new(path), bytes);
        // A record is a mapping; anything else has no fields to speak of.
        let root = root.filter(|_| !findings.iter().any(|finding| finding.code == Code::Syntax));
        Record { path: path.to_owned(), text, root, findings, hash: hash(bytes) }
    }
}

/// The hash that a record's file has now ([`Record::hash`]), without reading it as YAML.
///
/// # Errors
/// The I/O error, when the file cannot be read at all.
pub fn hash_of(root: &Path, path: &str) -> std::io::Result<[u8; 16]> {
    Ok(hash(&read_capped(&root.join(path))?))
}

/// BLAKE3, the first 16 bytes.
pub(super) fn hash(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    hash
}

/// Reads a file no further than one byte past the largest record.
fn read_capped(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let len = file.metadata().map_or(0, |meta| meta.len()).min(yaml::MAX_BYTES as u64 + 1);
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0) + 1);
    file.take(yaml::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decodes and parses; what is wrong comes back as findings in order of place.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> (String, Option<Node>, Vec<Finding>) {
    let text = match yaml::decode(bytes) {
        Ok(text) => text,
        Err(problem) => {
            let kept = &bytes[..bytes.len().min(yaml::MAX_BYTES)];
            let finding = finding(path, problem.span, &problem.kind);
            return (String::from_utf8_lossy(kept).into_owned(), None, vec![finding]);
        }
    };
    let reading = yaml::read(text);
    let findings = reading.problems.iter().map(|p| finding(path, p.span, &p.kind)).collect();
    (text.to_owned(), reading.root, findings)
}

fn finding(path: &Path, span: Span, kind: &ProblemKind) -> Finding {
    let finding = Finding::new(kind.code(), path, Some(span));
    match kind {
        ProblemKind::NotUtf8 { guess } => finding.arg("guess", guess.unwrap_or("?")),
        ProblemKind::Syntax(detail) => finding.arg("detail", detail),
        ProblemKind::DuplicateKey(key, first) => finding.field(key).arg("name", key).related(path, *first),
        ProblemKind::ControlCharacter(c) => finding.arg("name", format!("U+{:04X}", *c as u32)),
        ProblemKind::TooDeep => finding.arg("limit", yaml::MAX_DEPTH),
        ProblemKind::TooLarge => finding.arg("limit", yaml::MAX_BYTES >> 20),
        _ => finding,
    }
}

/// Reads a text file of the archive.
///
/// # Errors
/// The I/O error; bytes that are not UTF-8 are one too.
pub fn read_text(path: &Path) -> std::io::Result<String> {
    let bytes = read_capped(path)?;
    String::from_utf8(bytes).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}
