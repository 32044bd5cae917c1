//! Owns how numbers are written: digits of either width, Chinese numerals, 万 and 亿, 多 and 余 inside.
//! Must not know what is counted, but for units that begin like a multiplier (千米).

use super::Qualifier;
use super::decimal::Decimal;
use super::words::Words;
use super::words::starting;
use crate::text::numerals::han_digit;

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub value: Decimal,
    /// The number before its multipliers: what 3 is in 3至5万.
    pub digits: Decimal,
    /// The power of ten of its last multipliers; 0 without.
    pub power: u32,
    /// Whether 万 or 亿 is among them.
    pub large: bool,
    /// The byte behind it.
    pub end: usize,
    /// What a word in it says: 50多万.
    pub inside: Option<Qualifier>,
    /// A single Chinese digit: 三.
    pub single: bool,
    /// A multiplier alone: 千余.
    pub bare: bool,
    /// Written in figures.
    pub figures: bool,
    /// How many figures a number without point, comma and multiplier has.
    pub plain: Option<usize>,
}

pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

/// The value of a figure, half or full width.
pub(super) fn figure(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(u32::from(c) - u32::from('0')),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => None,
    }
}

/// The power of ten of a multiplier.
pub(super) fn multiplier(c: char) -> Option<u32> {
    Some(match c {
        '十' => 1,
        '百' => 2,
        '千' => 3,
        '万' | '萬' => 4,
        '亿' | '億' => 8,
        _ => return None,
    })
}

/// Whether a number may begin with this character.
pub(super) fn begins(c: char) -> bool {
    figure(c).is_some() || han_digit(c).is_some() || multiplier(c).is_some() || c == '廿'
}

/// Reads the number that begins at a byte; `None` for what is no number or not sure to be one.
pub(super) fn number(text: &str, at: usize, words: &Words) -> Option<Number> {
    let first = char_at(text, at)?;
    if figure(first).is_some() { figures(text, at, words) } else { chinese(text, at, words) }
}

/// The byte behind everything that looks like one number, so that a failure is not tried again in its middle.
pub(super) fn skip(text: &str, at: usize) -> usize {
    let Some(first) = char_at(text, at) else { return text.len() };
    let arabic = figure(first).is_some();
    let rest = &text[at..];
    let mut end = at + first.len_utf8();
    for (place, c) in rest.char_indices().skip(1) {
        let more = if arabic {
            figure(c).is_some() || (c == '.' && rest[place + 1..].starts_with(|c: char| c.is_ascii_digit()))
        } else {
            han_digit(c).is_some() || multiplier(c).is_some()
        };
        if !more {
            break;
        }
        end = at + place + c.len_utf8();
    }
    end
}

/// Figures with an optional fraction and thousands in groups of three.
fn plain(text: &str, at: usize) -> Option<(Decimal, usize, Option<usize>)> {
    let mut mantissa: i128 = 0;
    let mut end = at;
    let mut count = 0usize;
    let take = |end: &mut usize, mantissa: &mut i128| -> Option<usize> {
        let mut taken = 0;
        while let Some(value) = char_at(text, *end).and_then(figure) {
            *mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(value))?;
            *end += char_at(text, *end)?.len_utf8();
            taken += 1;
        }
        Some(taken)
    };
    count += take(&mut end, &mut mantissa)?;
    let mut grouped = false;
    while (grouped || count <= 3) && mantissa > 0 {
        let Some(separator) =
            char_at(text, end).filter(|c| matches!(c, ',' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'))
        else {
            break;
        };
        let (mut next, mut more) = (end + separator.len_utf8(), mantissa);
        if take(&mut next, &mut more) != Some(3) {
            break;
        }
        (end, mantissa, grouped) = (next, more, true);
    }
    let mut places = 0;
    if let Some(point) = char_at(text, end).filter(|c| matches!(c, '.' | '．' | '·')) {
        let (mut next, mut more) = (end + point.len_utf8(), mantissa);
        let taken = take(&mut next, &mut more)?;
        if taken > 0 {
            (end, mantissa) = (next, more);
            places = u32::try_from(taken).ok()?;
        }
    }
    let whole = (places == 0 && !grouped).then_some(count);
    Some((Decimal::new(mantissa, places)?, end, whole))
}

/// Multipliers from a byte on: their power, whether 万 or 亿 is among them, the byte behind them.
fn multipliers(text: &str, mut at: usize, words: &Words) -> (u32, bool, usize) {
    let (mut power, mut large) = (0, false);
    while let Some(c) = char_at(text, at) {
        let Some(more) = multiplier(c).filter(|_| c != '十') else { break };
        // 5千米, 3千瓦: the unit's own beginning.
        if words.unit_at(&text[at..]).is_some_and(|(written, _)| written.len() > c.len_utf8()) {
            break;
        }
        if power + more > 16 {
            break;
        }
        power += more;
        large |= more >= 4;
        at += c.len_utf8();
    }
    (power, large, at)
}

fn inside(text: &str, at: usize, words: &Words) -> Option<(Qualifier, usize)> {
    starting(&words.inside, text.get(at..)?).map(|(word, qualifier)| (*qualifier, at + word.len()))
}

/// Multipliers and 多 in either order: 50多万, 5万多, 3百余.
fn tail(text: &str, at: usize, words: &Words) -> (u32, bool, usize, Option<Qualifier>) {
    let (mut power, mut large, mut end) = multipliers(text, at, words);
    let mut said = None;
    // 350 万元, 300 多名: documents set figures apart.
    if power == 0
        && let Some(rest) = text.get(at..).and_then(|rest| rest.strip_prefix(' '))
        && rest.starts_with(['万', '亿', '萬', '億'])
    {
        (power, large, end) = multipliers(text, at + 1, words);
    }
    let blank = if power == 0 { text[end..].len() - text[end..].trim_start_matches(' ').len() } else { 0 };
    if let Some((qualifier, next)) = inside(text, end + blank.min(1), words) {
        let (more, big, after) = multipliers(text, next, words);
        (power, large, end, said) = (power + more, large || big, after, Some(qualifier));
    }
    (power, large, end, said)
}

fn figures(text: &str, at: usize, words: &Words) -> Option<Number> {
    let (digits, mut end, plain_digits) = plain(text, at)?;
    // 0571, 007: a code.
    if plain_digits.is_some_and(|count| count > 1) && char_at(text, at).and_then(figure) == Some(0) {
        return None;
    }
    let (mut power, mut large, next, mut said) = tail(text, end, words);
    end = next;
    let mut value = digits.shifted(power)?;
    // 3万5千, 2亿3000万: the next piece must be smaller than the one before.
    let mut last = power;
    while said.is_none() && last > 0 && char_at(text, end).and_then(figure).is_some() {
        let (piece, after, _) = plain(text, end)?;
        let (more, big, after, word) = tail(text, after, words);
        let piece = piece.shifted(more)?;
        if more >= last || piece >= Decimal::new(1, 0)?.shifted(last)? {
            return None;
        }
        value = value.plus(piece)?;
        (last, end, said, large, power) = (more, after, word, large || big, 0);
        if more == 0 {
            break;
        }
    }
    let plain = plain_digits.filter(|_| last == 0 && power == 0);
    Some(Number {
        value,
        digits,
        power,
        large,
        end,
        inside: said,
        single: false,
        bare: false,
        figures: true,
        plain,
    })
}

/// 一百五十二, 三万五千, 十五万三千, 四百多, 二十余万, 千余.
fn chinese(text: &str, at: usize, words: &Words) -> Option<Number> {
    let (mut total, mut section, mut digit): (i128, i128, Option<i128>) = (0, 0, None);
    let (mut end, mut signs, mut last, mut large) = (at, 0, u32::MAX, false);
    let (mut zero, mut bare, mut above) = (false, true, 0);
    while let Some(c) = char_at(text, end) {
        if let Some(value) = han_digit(c) {
            bare = false;
            if value == 0 {
                // 一百零五: the zero stands for what is left out.
                if digit.is_some() || signs == 0 {
                    return None;
                }
                zero = true;
            } else if digit.replace(i128::from(value)).is_some() {
                return None;
            }
        } else if c == '廿' && signs == 0 {
            (section, last, bare) = (20, 1, false);
        } else if let Some(power) = multiplier(c) {
            let unit = words.unit_at(&text[end..]).is_some_and(|(written, _)| written.len() > c.len_utf8());
            if unit && signs > 0 {
                break;
            }
            if power >= 4 {
                if signs == 0 && c != '万' {
                    return None;
                }
                let small = section.checked_add(digit.take().unwrap_or(0))?;
                let below = if small == 0 && total == 0 { 1 } else { small };
                let factor = 10_i128.checked_pow(power)?;
                // 亿 also takes what 万 has gathered: 一万亿.
                total = if power == 8 && total > 0 && last >= 4 {
                    total.checked_add(small)?.checked_mul(factor)?
                } else {
                    total.checked_add(below.checked_mul(factor)?)?
                };
                (section, large, last, above) = (0, true, u32::MAX, power);
            } else {
                if power >= last {
                    // 十百: no number.
                    return None;
                }
                bare &= power != 1;
                let factor = 10_i128.checked_pow(power)?;
                let times = match digit.take() {
                    Some(value) => value,
                    None if power == 1 || signs == 0 => 1,
                    None => return None,
                };
                section = section.checked_add(times.checked_mul(factor)?)?;
                last = power;
            }
            zero = false;
        } else {
            break;
        }
        signs += 1;
        end += c.len_utf8();
        if total > i128::from(i64::MAX) {
            return None;
        }
    }
    let single = signs == 1 && digit.is_some();
    let mut value = total.checked_add(section)?;
    if let Some(digit) = digit.take() {
        // 三万五 and 一百二 leave the last multiplier out.
        let factor = match (last, large, zero, section) {
            (_, _, true, _) => 1,
            (2 | 3, _, _, _) => 10_i128.checked_pow(last - 1)?,
            (u32::MAX, true, _, 0) => 10_i128.checked_pow(above - 1)?,
            _ => 1,
        };
        value = value.checked_add(digit.checked_mul(factor)?)?;
    }
    let digits = Decimal::new(value, 0)?;
    let (power, big, end, said) = tail(text, end, words);
    Some(Number {
        value: digits.shifted(power)?,
        digits,
        power,
        large: large || big,
        end,
        inside: said,
        single: single && power == 0,
        bare: bare && !single,
        figures: false,
        plain: None,
    })
}
