//! A regular expression for folded text.
//!
//! Owns how the characters of a pattern are folded, and nothing else of it.

use crate::text::fold::fold;

/// Folds what a regular expression says literally, so that it can match folded text.
///
/// Characters beyond ASCII are folded one by one: `黨` is `党`, `（` is `\(` and no group, `…` is
/// `(?:\.\.\.)`, an ideographic space is a space; what folds to nothing is left out. ASCII stays as
/// it is, since `\D` and `(?P<name>` are no text; the pattern is compiled so that case does not
/// matter. Escapes by number (`\x{9EE8}`) and classes (`\p{Lu}`) stay as they are too.
///
/// In brackets a character that folds to several stays as written, and so do the ends of a range
/// (`[一-龥]`), but for full-width ones, whose order folding keeps.
pub(super) fn fold_regex(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut depth = 0_usize;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.peek() {
                // A character beyond ASCII needs no escape; what it folds to has its own.
                Some(next) if !next.is_ascii() => {}
                _ => {
                    out.push(c);
                    out.extend(chars.next());
                }
            },
            '[' => {
                depth += 1;
                out.push(c);
                out.extend(chars.next_if_eq(&'^'));
                // First in its brackets it is a character.
                out.extend(chars.next_if_eq(&']'));
            }
            ']' => {
                depth = depth.saturating_sub(1);
                out.push(c);
            }
            _ if c.is_ascii() => out.push(c),
            _ if c.is_whitespace() => out.push_str(r"\x20"),
            _ if depth == 0 => {
                let folded = fold(c.encode_utf8(&mut [0; 4]));
                let escaped = regex::escape(&folded);
                match folded.chars().nth(1) {
                    None => out.push_str(&escaped),
                    Some(_) => out.extend(["(?:", &escaped, ")"]),
                }
            }
            _ => {
                let mut ahead = chars.clone();
                let begins = ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']');
                let ranged = begins || (out.ends_with('-') && !out.ends_with(r"\-"));
                let full_width = matches!(c, '\u{FF01}'..='\u{FF5E}');
                let folded = fold(c.encode_utf8(&mut [0; 4]));
                if folded.chars().count() > 1 || (ranged && !full_width) {
                    out.push(c);
                } else {
                    out.push_str(&regex::escape(&folded));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fold_regex;

    #[test]
    fn literals_are_folded_and_operators_are_not() {
        for (typed, folded) in [
            ("黨.{0,3}建設", "党.{0,3}建设"),
            (r"\D\d\p{Han}\x{9EE8}", r"\D\d\p{Han}\x{9EE8}"),
            ("ＧＰＳ（一）？", r"gps\(一\)\?"),
            ("…+", r"(?:\.\.\.)+"),
            ("㎡", "(?:m2)"),
            (r"\（", r"\("),
            ("甲\u{3000}乙\u{200b}", r"甲\x20乙"),
            ("[黨员]", "[党员]"),
            ("[一-龥]", "[一-龥]"),
            ("[Ａ-Ｚ１]", "[a-z1]"),
            ("[黨－]", r"[党\-]"),
            ("[黨-]", "[党-]"),
            ("[^]黨]黨", "[^]党]党"),
            ("[[:alpha:]黨]", "[[:alpha:]党]"),
            ("[㎡]", "[㎡]"),
            (r"\[黨…", r"\[党(?:\.\.\.)"),
            ("a\\", "a\\"),
        ] {
            assert_eq!(fold_regex(typed), folded, "{typed}");
        }
    }
}
