//! How much room text takes in a picture, without a font at hand.
//!
//! In ems, and rather too much than too little: labels must not touch in any font. That a Han
//! character is one em wide is what [`display_width`](crate::report::render::display_width) says of
//! it, too; Latin letters are taken for the widest of the usual fonts.

use unicode_width::UnicodeWidthChar;

/// The ems that a text takes.
pub(super) fn ems(text: &str) -> f64 {
    text.chars().map(em).sum()
}

/// A text in no more than so many ems, and whether something had to go.
pub(super) fn cut(text: &str, most: f64) -> (String, bool) {
    if ems(text) <= most {
        return (text.to_owned(), false);
    }
    let (mut out, mut taken) = (String::new(), 1.0);
    for c in text.chars() {
        taken += em(c);
        if taken > most {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    (out, true)
}

fn em(c: char) -> f64 {
    match c.width().unwrap_or(0) {
        0 => 0.0,
        1 if c.is_ascii() => match c {
            'W' | 'M' | 'm' | 'w' | '@' | '%' => 0.95,
            'A'..='Z' | '+' | '=' | '~' | '<' | '>' | '#' | '&' => 0.75,
            _ => 0.6,
        },
        // Quotation marks, dashes and the like are as wide as Han in a Chinese font.
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_keeps_within_its_room() {
        assert_eq!(cut("内蒙古自治区", 6.0), ("内蒙古自治区".to_owned(), false));
        assert_eq!(cut("内蒙古自治区", 5.0), ("内蒙古自…".to_owned(), true));
        assert_eq!(cut("甲 乙", 2.5), ("甲…".to_owned(), true));
        assert_eq!(cut("甲", 0.0), ("…".to_owned(), true));
        assert!(ems("“WWW”") > 4.0);
    }
}
