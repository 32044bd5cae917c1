//! Owns the second try: a program on the machine turns into a Word file what the built-in reader could not read.
//! Must not know how a program is found or started.

use super::{Bytes, Reading, docx};
use crate::import::options::Options;

/// Reasons that another program may get over. The others are the file's own: a bomb stays one.
const WORTH_ANOTHER_TRY: &[&str] =
    &["broken-docx", "broken-odt", "broken-rtf", "broken-doc", "broken-part", "reader-failed", "too-slow"];

/// The reading, or what LibreOffice makes of the file where the built-in reader found nothing or could not.
///
/// # Errors
/// Those of the first reading.
pub fn rescue(
    reading: Result<Reading, &'static str>,
    input: Bytes<'_>,
    options: &Options<'_>,
    ending: &str,
) -> Result<Reading, &'static str> {
    let another_try = match &reading {
        Ok(reading) => reading.document.read().trim().is_empty(),
        Err(reason) => WORTH_ANOTHER_TRY.contains(reason),
    };
    if !another_try {
        return reading;
    }
    let converted = options.tools.and_then(|tools| tools.to_docx(input.bytes, ending));
    let helped = converted.and_then(Result::ok).and_then(|bytes| docx::convert(&bytes).ok());
    match helped.filter(|helped| !helped.document.read().trim().is_empty()) {
        Some(helped) => Ok(Reading { reader: "LibreOffice", ..helped }),
        None => reading,
    }
}
