//! Names of sheets, as Excel allows them.

use super::text::head;
use super::text::line;
use super::text::units;
use std::collections::HashSet;

/// The UTF-16 units that a name may have.
const LONGEST: usize = 31;

/// The names that are taken.
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    pub(super) fn new() -> Names {
        // Excel keeps this name for itself.
        Names { taken: HashSet::from([key("History")]) }
    }

    /// A name like the one wanted that no other sheet has: at most 31 units, without `[]:*?/\` and
    /// apostrophes around it. Of two names alike the second has a number.
    pub(super) fn claim(&mut self, wanted: &str, otherwise: &str) -> String {
        let clean = clean(wanted);
        let clean = if clean.is_empty() { self::clean(otherwise) } else { clean };
        let mut name = trim(head(&clean, LONGEST)).to_owned();
        let mut number = 2;
        while name.is_empty() || !self.taken.insert(key(&name)) {
            let suffix = format!(" ({number})");
            name = format!("{}{suffix}", trim(head(&clean, LONGEST - units(&suffix))));
            number += 1;
        }
        name
    }
}

/// What is left of a name: characters that Excel refuses become their wide likes.
fn clean(wanted: &str) -> String {
    let wide = |c| match c {
        '[' => '［',
        ']' => '］',
        ':' => '：',
        '*' => '＊',
        '?' => '？',
        '/' => '／',
        '\\' => '＼',
        c => c,
    };
    let name: String = line(wanted).chars().map(wide).collect();
    trim(&name).to_owned()
}

fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c == '\'' || c.is_whitespace())
}

/// What is equal in names that are the same to Excel: case does not count; width is left out too,
/// to be on the safe side.
fn key(name: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    name.chars().map(narrow).collect::<String>().to_lowercase()
}

/// A place in the workbook as the target of a link; rows and columns count from 0.
pub(super) fn target(sheet: &str, row: u32, col: u16) -> String {
    format!("internal:'{}'!{}{}", sheet.replace('\'', "''"), letters(col), row + 1)
}

/// The letters of a column: A to XFD.
pub(super) fn letters(col: u16) -> String {
    let mut left = u32::from(col) + 1;
    let mut letters = Vec::new();
    while left > 0 {
        let digit = (left - 1) % 26;
        letters.push(char::from(b'A' + digit as u8));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_excel_takes() {
        let mut names = Names::new();
        let mut claim = |wanted: &str| names.claim(wanted, "表 1");
        assert_eq!(claim("各省: 入选/情况 [2012]*?\\"), "各省： 入选／情况 ［2012］＊？＼");
        assert_eq!(claim("'引号'"), "引号");
        assert_eq!(claim("history"), "history (2)");
        assert_eq!(claim("Levels"), "Levels");
        assert_eq!(claim("LEVELS"), "LEVELS (2)");
        assert_eq!(claim("ｌevels"), "ｌevels (3)");
        assert_eq!(claim(" ' "), "表 1");
        assert_eq!(claim(""), "表 1 (2)");
        let long = "很长的标题".repeat(9);
        assert_eq!(claim(&long), "很长的标题很长的标题很长的标题很长的标题很长的标题很长的标题很");
        assert_eq!(claim(&long), "很长的标题很长的标题很长的标题很长的标题很长的标题很长 (2)");
        // The cut must not leave an apostrophe at the end, nor half a character.
        assert_eq!(claim(&format!("{}'x", "a".repeat(30))), "a".repeat(30));
        assert_eq!(claim(&"🚩".repeat(20)), "🚩".repeat(15));
        assert_eq!(claim("a\u{1b}b\nc"), "a＼u{1b}b c");
    }

    #[test]
    fn cells_are_named() {
        assert_eq!(target("a'b 表", 0, 0), "internal:'a''b 表'!A1");
        assert_eq!(target("x", 41, 27), "internal:'x'!AB42");
        assert_eq!((letters(25), letters(701), letters(702)), ("Z".into(), "ZZ".into(), "AAA".into()));
        assert_eq!(letters(16_383), "XFD");
    }
}
