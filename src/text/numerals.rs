//! Numerals: small Chinese numbers and years in a text.
use std::ops::Range;

/// Reads a number from 0 to 99 written in Chinese (`二十三`, `十`, `廿五`, `〇`, digit by digit as in `二三`), or plain digits of any
/// length that fits (half or full width). `None` for anything else.
pub fn chinese_to_u32(s: &str) -> Option<u32> {
    let s = s.trim();
    if s.is_empty() {
        return None;
    }
    if let Some(digits) = s.chars().map(plain_digit).collect::<Option<Vec<u32>>>() {
        return digits.into_iter().try_fold(0u32, |sum, digit| sum.checked_mul(10)?.checked_add(digit));
    }
    let chars: Vec<char> = s.chars().collect();
    let digit = |c: char| han_digit(c);
    match chars[..] {
        ['十'] => Some(10),
        ['廿'] => Some(20),
        ['卅'] => Some(30),
        [one] => digit(one),
        ['十', last] => Some(10 + above_zero(last)?),
        ['廿', last] => Some(20 + above_zero(last)?),
        ['卅', last] => Some(30 + above_zero(last)?),
        [first, '十'] => Some(10 * above_zero(first)?),
        [first, last] => Some(10 * above_zero(first)? + digit(last)?),
        [first, '十', last] => Some(10 * above_zero(first)? + above_zero(last)?),
        _ => None,
    }
}

/// Years written out in a text, with the byte range of the digits and the `年` after them: `2010年`, `2010 年`, `二〇一〇年`, in half or
/// full width, four digits, 1000 to 2999. Masked years (`XX年`) and counts of years (`12010年`) are none.
pub fn years(text: &str) -> Vec<(u16, Range<usize>)> {
    let mut found = Vec::new();
    for (at, sign) in text.match_indices('年') {
        let head = text[..at].trim_end_matches([' ', '\u{A0}', '\u{3000}']);
        let mut start = at;
        let mut year = 0;
        let mut digits = 0;
        let mut scale = 1;
        let mut plain = None;
        for (place, c) in head.char_indices().rev() {
            let (value, kind) = match (plain_digit(c), han_digit(c)) {
                (Some(value), _) => (value, true),
                (None, Some(value)) => (value, false),
                (None, None) => break,
            };
            // Both scripts in one number is no year, nor is a fifth digit.
            if plain.is_some_and(|before| before != kind) || digits == 4 {
                digits = 5;
                break;
            }
            plain = Some(kind);
            year += value * scale;
            scale *= 10;
            digits += 1;
            start = place;
        }
        if digits == 4
            && (1000..3000).contains(&year)
            && let Ok(year) = u16::try_from(year)
        {
            found.push((year, start..at + sign.len()));
        }
    }
    found
}

fn plain_digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => c.to_digit(10),
    }
}

/// The value of a Chinese digit.
pub(super) fn han_digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '○' | '零' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn above_zero(c: char) -> Option<u32> {
    han_digit(c).filter(|&digit| digit > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers() {
        for (text, value) in [
            ("一", 1),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("九十九", 99),
            ("廿五", 25),
            ("〇", 0),
            ("○", 0),
            ("二三", 23),
            ("12", 12),
            ("３６５", 365),
        ] {
            assert_eq!(chinese_to_u32(text), Some(value), "{text}");
        }
        for text in ["", "百", "十十", "一二三", "二十〇", "〇十", "三年", "99999999999"] {
            assert_eq!(chinese_to_u32(text), None, "{text}");
        }
    }

    #[test]
    fn years_of_a_text() {
        let text = "2010年、２０１１ 年和二〇一二年,二○○九年;XX年,12010年,近3000年,10年,第二〇一年";
        let list: Vec<(u16, &str)> =
            years(text).into_iter().map(|(year, range)| (year, &text[range])).collect();
        assert_eq!(list, [(2010, "2010年"), (2011, "２０１１ 年"), (2012, "二〇一二年"), (2009, "二○○九年")]);
    }
}
