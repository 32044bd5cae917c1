//! Owns plain text: how its bytes are decoded.
//! Must not know what the text says.

use super::{Bytes, Reading};
use crate::import::document::Document;
use crate::import::options::Options;

/// Reads a text.
///
/// # Errors
/// `binary`, `encoding`.
pub fn read(input: Bytes<'_>, _options: &Options<'_>) -> Result<Reading, &'static str> {
    let (text, encoding) = decode(input.bytes)?;
    Ok(Reading { document: Document::plain(text), encoding, ..Reading::default() })
}

/// Bytes to text, and the encoding they were in.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static str), &'static str> {
    if bytes.contains(&0) {
        return Err("binary");
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
        return Err("encoding");
    }
    Ok((text.into_owned(), "GB18030"))
}

#[cfg(test)]
mod tests {
    use crate::import::formats::{Source, read};
    use crate::import::options::Options;

    fn text(name: &str, bytes: &[u8]) -> Result<Source, &'static str> {
        read(name, bytes, &Options::default())
    }

    #[test]
    fn encodings_are_told_apart() {
        let plain = text("a/b.txt", "案例".as_bytes()).unwrap();
        assert_eq!((plain.name.as_str(), plain.encoding), ("b.txt", "UTF-8"));
        let marked = text("b.txt", "\u{feff}案例".as_bytes()).unwrap();
        assert_eq!((marked.document.text.as_str(), marked.encoding), ("案例", "UTF-8-BOM"));
        let (bytes, _, _) = encoding_rs::GB18030.encode("案例:“两会两评”");
        let old = text("b.txt", &bytes).unwrap();
        assert_eq!((old.document.text.as_str(), old.encoding), ("案例:“两会两评”", "GB18030"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(text("x", b"").is_err());
        assert!(text("x", b" \n").is_err());
        assert!(text("x", b"\x03\x04\0\0").unwrap_err().contains("binary"));
        assert!(text("x", &[0xff, 0xff, 0x20]).is_err());
    }
}
