//! Owns the grammar of ordinals that open headings and points: `一、` `（一）` `1.` `(1)` `一是` `【…】` `##`.
//! Must not know what any heading means.

use crate::text::numerals::chinese_to_u32;

/// How an ordinal is written; a text uses one style per level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Style {
    /// `一、` and `一【…】`
    Han,
    /// `（一）`
    HanRound,
    /// `1、` `1.`
    Digit,
    /// `(1)`
    DigitRound,
    /// `一是`
    Is,
    /// `【…】` without a number
    Bracket,
    /// `## …` with the number of signs; a heading of that level in its container
    Hash,
    /// A line set off by its type alone
    SetOff,
    /// `故障现象：…`: a phrase that names a role, and a colon
    Colon,
}

/// An ordinal in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its style.
    pub style: Style,
    /// Its number; the depth for `##`, nought for `【…】`.
    pub number: u32,
    /// Bytes of the ordinal itself, from where it was looked for.
    pub len: usize,
}

const HAN: &str = "一二三四五六七八九十";

/// The ordinal that a text begins with.
pub fn mark(text: &str) -> Option<Mark> {
    let first = text.chars().next()?;
    match first {
        '(' | '（' => round(text, first),
        '【' => {
            let close = near(text).find('】')?;
            let inside = text[..close].chars().count() - 1;
            (2..=20).contains(&inside).then_some(Mark {
                style: Style::Bracket,
                number: 0,
                len: first.len_utf8(),
            })
        }
        '#' => {
            let signs = text.bytes().take_while(|b| *b == b'#').count();
            (signs <= 4 && text[signs..].starts_with(' ')).then_some(Mark {
                style: Style::Hash,
                number: signs as u32,
                len: signs + 1,
            })
        }
        _ if HAN.contains(first) => han(text),
        _ if plain_digit(first).is_some() => digit(text),
        _ => None,
    }
}

fn han(text: &str) -> Option<Mark> {
    let len = text.find(|c| !HAN.contains(c)).unwrap_or(text.len());
    let number = chinese_to_u32(text.get(..len)?).filter(|n| (1..=39).contains(n))?;
    let next = text[len..].chars().next()?;
    let (style, more) = match next {
        '、' | '．' | '.' => (Style::Han, next.len_utf8()),
        '【' => (Style::Han, 0),
        '是' => (Style::Is, next.len_utf8()),
        _ => return None,
    };
    Some(Mark { style, number, len: len + more })
}

fn digit(text: &str) -> Option<Mark> {
    let len = text.find(|c| plain_digit(c).is_none()).unwrap_or(text.len());
    let number = number(&text[..len]).filter(|n| (1..=99).contains(n))?;
    let mut rest = text[len..].chars();
    let sign = rest.next().filter(|c| matches!(c, '、' | '.' | '．'))?;
    // 3.14 is a figure.
    if rest.next().is_some_and(|c| plain_digit(c).is_some()) {
        return None;
    }
    Some(Mark { style: Style::Digit, number, len: len + sign.len_utf8() })
}

fn round(text: &str, open: char) -> Option<Mark> {
    let from = open.len_utf8();
    let close = near(text).find([')', '）'])?;
    let inside = text.get(from..close)?.trim();
    let end = close + text[close..].chars().next()?.len_utf8();
    let (style, number) = if !inside.is_empty() && inside.chars().all(|c| HAN.contains(c)) {
        (Style::HanRound, chinese_to_u32(inside)?)
    } else if !inside.is_empty() && inside.chars().all(|c| plain_digit(c).is_some()) {
        (Style::DigitRound, number(inside)?)
    } else {
        return None;
    };
    (1..=99).contains(&number).then_some(())?;
    let extra = match text[end..].chars().next() {
        Some(c) if matches!(c, '、' | '.' | '．') => c.len_utf8(),
        _ => 0,
    };
    Some(Mark { style, number, len: end + extra })
}

/// As much of a text as a bracketed ordinal or heading can fill.
fn near(text: &str) -> &str {
    let end = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A digit in half or full width.
pub fn plain_digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

/// Digits in half or full width as a number.
pub fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0u32, |sum, c| sum.checked_mul(10)?.checked_add(plain_digit(c)?))
}

/// Characters that end a sentence.
pub fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | ';' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_read() {
        let read = |text| mark(text).map(|m| (m.style, m.number));
        assert_eq!(read("一、背景"), Some((Style::Han, 1)));
        assert_eq!(read("十二、背景"), Some((Style::Han, 12)));
        assert_eq!(read("二【形势】"), Some((Style::Han, 2)));
        assert_eq!(read("（三）做法"), Some((Style::HanRound, 3)));
        assert_eq!(read("(4)做法"), Some((Style::DigitRound, 4)));
        assert_eq!(read("3.以科学发展"), Some((Style::Digit, 3)));
        assert_eq!(read("一是健全"), Some((Style::Is, 1)));
        assert_eq!(read("【案例简介】"), Some((Style::Bracket, 0)));
        assert_eq!(read("## 案情"), Some((Style::Hash, 2)));
        for text in ["3.14", "一年来", "(试行)", "2010年", "一", "1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
