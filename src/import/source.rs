//! Owns the way from a file's bytes to decoded text: encoding, hash, refusal.
//! Must not know what the text says.

use sha2::{Digest as _, Sha256};

/// The largest file that is read.
pub const MAX_BYTES: usize = 64 << 20;

/// A file as text, with what identifies it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name as given, without folders.
    pub name: String,
    /// The format it was read as.
    pub format: &'static str,
    /// How its bytes were decoded.
    pub encoding: &'static str,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// The decoded text, byte order mark removed, line ends as they were.
    pub text: String,
}

/// From bytes to the text and the name of its encoding, or the reason why not.
pub type Reader = fn(&[u8]) -> Result<(String, &'static str), String>;

/// One way to turn bytes into text.
pub struct Format {
    /// Its name in plans and messages.
    pub name: &'static str,
    /// Whether these bytes are of this format.
    pub sniff: fn(&[u8]) -> bool,
    /// The text and the name of its encoding, or why there is none.
    pub read: Reader,
}

/// Every format, the first that recognises the bytes wins.
pub const FORMATS: &[Format] = &[Format { name: "text", sniff: |_| true, read: decode }];

/// Reads a file.
///
/// # Errors
/// The key of the reason why the bytes cannot be read as a document (`import.reason.KEY` in
/// `locale`).
pub fn read(name: &str, bytes: &[u8]) -> Result<Source, String> {
    if bytes.len() > MAX_BYTES {
        return Err("too-large".to_owned());
    }
    let format =
        FORMATS.iter().find(|format| (format.sniff)(bytes)).ok_or_else(|| "unknown-format".to_owned())?;
    let (text, encoding) = (format.read)(bytes)?;
    if text.trim().is_empty() {
        return Err("empty".to_owned());
    }
    if is_record(&text) {
        return Err("record".to_owned());
    }
    Ok(Source {
        name: base_name(name).to_owned(),
        format: format.name,
        encoding,
        sha256: sha256(bytes),
        text,
    })
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

fn decode(bytes: &[u8]) -> Result<(String, &'static str), String> {
    if bytes.contains(&0) {
        return Err("binary".to_owned());
    }
    let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    if let Ok(text) = std::str::from_utf8(body) {
        let name = if marked { "UTF-8-BOM" } else { "UTF-8" };
        return Ok((text.to_owned(), name));
    }
    // Strict: a replacement character would be a loss that nobody notices.
    let (text, malformed) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if malformed {
        return Err("encoding".to_owned());
    }
    Ok((text.into_owned(), "GB18030"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let plain = read("a/b.txt", "案例".as_bytes()).unwrap();
        assert_eq!((plain.name.as_str(), plain.encoding), ("b.txt", "UTF-8"));
        let marked = read("b.txt", "\u{feff}案例".as_bytes()).unwrap();
        assert_eq!((marked.text.as_str(), marked.encoding), ("案例", "UTF-8-BOM"));
        let (bytes, _, _) = encoding_rs::GB18030.encode("案例:“两会两评”");
        let old = read("b.txt", &bytes).unwrap();
        assert_eq!((old.text.as_str(), old.encoding), ("案例:“两会两评”", "GB18030"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(read("x", b"").is_err());
        assert!(read("x", b" \n").is_err());
        assert!(read("x", b"PK\x03\x04\0\0").unwrap_err().contains("binary"));
        assert!(read("x", &[0xff, 0xff, 0x20]).is_err());
    }
}
