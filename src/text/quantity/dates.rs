//! Owns dates: years, months and days as texts write them, and which days they span.
//! Must not know quantities.

use super::number::char_at;
use super::number::char_before;
use super::number::figure;
use crate::text::numerals::chinese_to_u32;
use crate::text::numerals::han_digit;
use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// 1000 to 2999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Display for Day {
    /// As in ISO 8601.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The first and the last day of what a text calls a date, and the byte behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub first: Day,
    pub last: Day,
    pub end: usize,
}

fn days(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Figures or Chinese digits, at most `most`: their text's end.
fn run(text: &str, at: usize, most: usize, is: impl Fn(char) -> bool) -> Option<usize> {
    let mut end = at;
    let mut count = 0;
    while let Some(c) = char_at(text, end).filter(|&c| is(c)) {
        count += 1;
        end += c.len_utf8();
        if count > most {
            return None;
        }
    }
    (count > 0).then_some(end)
}

/// Four digits of one script, a year from 1000 to 2999.
fn year(text: &str, at: usize) -> Option<(u16, usize)> {
    let arabic = char_at(text, at).is_some_and(|c| figure(c).is_some());
    let value = |c: char| if arabic { figure(c) } else { han_digit(c).filter(|_| c != '两') };
    let end = run(text, at, 4, |c| value(c).is_some())?;
    let mut count = 0;
    let mut number: u32 = 0;
    for c in text[at..end].chars() {
        number = number * 10 + value(c)?;
        count += 1;
    }
    (count == 4 && (1000..3000).contains(&number)).then_some((u16::try_from(number).ok()?, end))
}

/// A small number before a sign: `5月`, `十二月`.
fn before_sign(text: &str, at: usize, signs: &[char], most: u8) -> Option<(u8, usize)> {
    let end = run(text, at, 3, |c| figure(c).is_some() || han_digit(c).is_some() || c == '十')?;
    let number = u8::try_from(chinese_to_u32(&text[at..end])?).ok()?;
    let end = blank(text, end);
    let sign = char_at(text, end).filter(|c| signs.contains(c))?;
    (1..=most).contains(&number).then_some((number, end + sign.len_utf8()))
}

/// Spaces between the parts of a date.
fn blank(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.len() - rest.trim_start_matches([' ', '\u{a0}']).len()
}

fn span(year: u16, month: Option<u8>, day: Option<u8>) -> Option<(Day, Day)> {
    let (from, to) = (month.unwrap_or(1), month.unwrap_or(12));
    let last = day.unwrap_or_else(|| days(year, to));
    (last <= days(year, to))
        .then_some((Day { year, month: from, day: day.unwrap_or(1) }, Day { year, month: to, day: last }))
}

/// Reads the date that begins at a byte.
pub(super) fn date(text: &str, at: usize) -> Option<Dates> {
    if char_before(text, at)
        .is_some_and(|c| figure(c).is_some() || han_digit(c).is_some() || c.is_ascii_alphabetic())
    {
        return None;
    }
    let (number, end) = year(text, at)?;
    iso(text, number, end).or_else(|| years(text, number, end)).or_else(|| written(text, number, end))
}

/// 2011年, 2011年3月, 2011年3月5日.
fn written(text: &str, year: u16, end: usize) -> Option<Dates> {
    let end = blank(text, end);
    let after = text[end..].strip_prefix('年')?;
    // 2000年级 is no year; 2000年来 and 2000年历史 are counts.
    if ["级", "历史", "多"].iter().any(|word| after.starts_with(word)) {
        return None;
    }
    let end = end + '年'.len_utf8();
    let (mut month, mut day, mut stop) = (None, None, end);
    if let Some((number, next)) = before_sign(text, blank(text, end), &['月'], 12) {
        (month, stop) = (Some(number), next);
        if let Some((number, next)) = before_sign(text, blank(text, next), &['日', '号'], days(year, number))
        {
            (day, stop) = (Some(number), next);
        }
    }
    let (first, last) = span(year, month, day)?;
    Some(Dates { first, last, end: stop })
}

/// 2008-2010年, 2008至2010年, 2008年-2010年.
fn years(text: &str, from: u16, end: usize) -> Option<Dates> {
    let named = text[blank(text, end)..].strip_prefix('年');
    let end = named.map_or(end, |rest| text.len() - rest.len());
    let sign = char_at(text, end).filter(|c| matches!(c, '-' | '–' | '—' | '~' | '～' | '至' | '到'))?;
    let mut next = end + sign.len_utf8();
    if char_at(text, next) == Some(sign) {
        next += sign.len_utf8();
    }
    let (to, end) = year(text, next)?;
    let rest = text[blank(text, end)..].strip_prefix('年')?;
    // A month behind it makes two dates of it.
    if from >= to || rest.starts_with(|c| figure(c).is_some()) {
        return None;
    }
    Some(Dates {
        first: span(from, None, None)?.0,
        last: span(to, None, None)?.1,
        end: text.len() - rest.len(),
    })
}

/// 2023-06-30, 2023.6.30, 2023/6/30.
fn iso(text: &str, year: u16, end: usize) -> Option<Dates> {
    let sign = char_at(text, end).filter(|c| matches!(c, '-' | '.' | '/'))?;
    let part = |at: usize| {
        let end = run(text, at, 2, |c| c.is_ascii_digit())?;
        Some((text[at..end].parse::<u8>().ok()?, end))
    };
    let (month, end) = part(end + 1)?;
    let day_at = text[end..].strip_prefix(sign).map(|rest| text.len() - rest.len())?;
    let (day, end) = part(day_at)?;
    let more = char_at(text, end).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '%'));
    if more || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let (first, last) = span(year, Some(month), Some(day))?;
    Some(Dates { first, last, end })
}
