//! Which `*` of a term stand for something.

use super::error::MAX_STARS;

/// How a term reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) enum Stars {
    /// As text.
    None,
    /// Any run of characters stands between each of these and the next one.
    Between(Vec<String>),
    /// With more stars than may be: as text.
    TooMany,
}

fn is_star(c: char) -> bool {
    matches!(c, '*' | '＊')
}

/// Reads a term without quotation marks. One single star between two characters stands for any run;
/// at an end, beside another one (`**富蕴县`: a mask) or beside a blank it is text. So is all of a term
/// that holds quotation marks or half a pair of parentheses, or begins with a slash or apostrophe.
pub(in crate::search) fn wildcard(term: &str) -> Stars {
    let chars: Vec<(usize, char)> = term.char_indices().collect();
    let beside = |c: Option<&(usize, char)>| c.is_some_and(|&(_, c)| !is_star(c) && !c.is_whitespace());
    let stars: Vec<(usize, usize)> = (0..chars.len())
        .filter(|&i| is_star(chars[i].1) && i > 0 && beside(chars.get(i - 1)) && beside(chars.get(i + 1)))
        .map(|i| (chars[i].0, chars[i].0 + chars[i].1.len_utf8()))
        .collect();
    // What another mark behind the term could pair with is no term of its own.
    let open = term.starts_with(['/', '\'']) || !balanced(term);
    if stars.is_empty() || term.contains(['"', '＂', '“', '”', '‘', '’', '「', '」', '『', '』']) || open
    {
        return Stars::None;
    }
    if stars.len() > MAX_STARS {
        return Stars::TooMany;
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, after) in stars {
        pieces.push(term[start..at].to_owned());
        start = after;
    }
    pieces.push(term[start..].to_owned());
    Stars::Between(pieces)
}

/// Whether every parenthesis has its partner.
pub(super) fn balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_between_characters() {
        let read = |term: &str| match wildcard(term) {
            Stars::Between(pieces) => pieces.join("·"),
            other => format!("{other:?}"),
        };
        assert_eq!(read("党员*工程"), "党员·工程");
        assert_eq!(read("党＊工*程"), "党·工·程");
        assert_eq!(read("**富蕴县*工程"), "**富蕴县·工程");
        assert_eq!(read("甲(乙)*丙"), "甲(乙)·丙");
        for text in ["**富蕴县", "党员*", "*党员", "*", "党**员", "甲 * 乙", "“四*议”", "甲(乙*丙", "党员"]
        {
            assert_eq!(wildcard(text), Stars::None, "{text}");
        }
        assert_eq!(wildcard(&["x"; MAX_STARS + 2].join("*")), Stars::TooMany);
    }
}
