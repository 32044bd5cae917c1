//! Text as a cell can hold it: without what XML 1.0 forbids, and not longer than Excel allows.

use super::super::untrusted::printable;
use super::super::untrusted::printable_lines;
use std::borrow::Cow;

/// The UTF-16 units that a cell can hold (Excel specifications and limits, Microsoft).
pub(super) const LONGEST: usize = 32_767;

/// A text on one line that XML can carry.
pub(super) fn line(text: &str) -> String {
    characters(&printable(text)).into_owned()
}

/// A text that XML can carry; its lines end as they do in a cell.
pub(super) fn lines(text: &str) -> String {
    characters(&printable_lines(text)).into_owned()
}

/// The two characters that are no controls and still forbidden (XML 1.0, production 2) are written out.
fn characters(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        Cow::Owned(text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A text no longer than a cell can hold, and whether it had to be cut; the mark stands at the cut.
pub(super) fn fit(text: String, mark: &str) -> (String, bool) {
    // No text has more units than bytes.
    if text.len() <= LONGEST || units(&text) <= LONGEST {
        return (text, false);
    }
    let mut kept = head(&text, LONGEST - units(mark)).to_owned();
    kept.push_str(mark);
    (kept, true)
}

/// A text in pieces that a cell can hold each, for text that has as many rows as it wants.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST && units(rest) > LONGEST {
        let piece = head(rest, LONGEST);
        pieces.push(piece);
        rest = &rest[piece.len()..];
    }
    pieces.push(rest);
    pieces
}

/// As much of the beginning of a text as fits into so many UTF-16 units, whole characters only.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut left = most;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => return &text[..at],
        }
    }
    text
}

/// The UTF-16 units of a text, in which Excel counts.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Whether a spreadsheet would make a formula of a text that somebody enters again.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        let flags = "🚩".repeat(20_000);
        let (cut, was) = fit(flags.clone(), "…");
        assert!(was && units(&cut) <= LONGEST && cut.ends_with("🚩…"), "{}", units(&cut));
        assert_eq!(fit("案".repeat(LONGEST), "…"), ("案".repeat(LONGEST), false));
        assert_eq!(pieces(&flags).concat(), flags);
        assert!(pieces(&flags).iter().all(|piece| units(piece) <= LONGEST));
        assert_eq!(pieces(""), [""]);
    }

    #[test]
    fn what_xml_forbids_is_written_out() {
        assert_eq!(lines("a\u{1}\r\nb\rc\u{ffff}\td\u{202e}"), "a\\u{1}\nb\nc\\u{ffff}\td\\u{202e}");
        assert_eq!(line("a\r\nb\u{fffe}"), "a b\\u{fffe}");
    }
}
