//! What a value means where a field holds numbers: `2012`, `2010..2012`, `>=3`, and as people write
//! them: `2012年`, `第二届`, `二〇一二年`, `2010年至2012年`.

use crate::text::fold;
use crate::text::numerals;

/// What is counted, written after a number that is a value of its own.
const COUNTED: &[&str] = &["年度", "年", "届", "期", "号", "名", "位", "次", "个"];

/// The numbers that a value stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct Numbers {
    /// The least; `None` for no end.
    pub(in crate::search) low: Option<i64>,
    /// The greatest; `None` for no end.
    pub(in crate::search) high: Option<i64>,
}

/// Reads a value as a number, a range or a comparison. `None` when it is none of these.
pub(in crate::search) fn numbers(value: &str) -> Option<Numbers> {
    let folded = fold::fold_term(value);
    let text = folded.trim();
    let range = |low, high| Some(Numbers { low, high });
    for (mark, least, offset) in
        [(">=", true, 0), ("≥", true, 0), ("<=", false, 0), ("≤", false, 0), (">", true, 1), ("<", false, -1)]
    {
        if let Some(rest) = text.strip_prefix(mark) {
            let bound = number(rest)?.saturating_add(offset);
            return if least { range(Some(bound), None) } else { range(None, Some(bound)) };
        }
    }
    let text = text.strip_prefix('=').unwrap_or(text);
    if let Some(one) = number(text) {
        return Some(Numbers { low: Some(one), high: Some(one) });
    }
    // A folded … is three dots.
    if let Some((low, high)) = text.split_once("..") {
        let end = |text: &str| if text.trim().is_empty() { Some(None) } else { number(text).map(Some) };
        let (low, high) = (end(low)?, end(high.trim_start_matches('.'))?);
        return if low.is_none() && high.is_none() { None } else { range(low, high) };
    }
    // 2010-2012 and 2010～2012 are how people write it.
    text.char_indices().skip(1).filter(|&(_, c)| matches!(c, '-' | '–' | '—' | '~' | '至' | '到')).find_map(
        |(at, c)| {
            let (low, high) = (number(&text[..at])?, number(&text[at + c.len_utf8()..])?);
            Some(Numbers { low: Some(low), high: Some(high) })
        },
    )
}

fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let text = text.strip_prefix('第').unwrap_or(text);
    let text = COUNTED.iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text).trim();
    let small = || numerals::chinese_to_u32(text).map(i64::from);
    text.parse().ok().or_else(small).or_else(|| {
        let written = format!("{text}年");
        let years = numerals::years(&written);
        let (year, range) = years.first()?;
        (*range == (0..written.len())).then_some(i64::from(*year))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_numbers() {
        let read = |text: &str| numbers(text).map(|n| (n.low, n.high));
        assert_eq!(read("2012"), Some((Some(2012), Some(2012))));
        assert_eq!(read("２０１２"), Some((Some(2012), Some(2012))));
        assert_eq!(read("2010..2012"), Some((Some(2010), Some(2012))));
        assert_eq!(read("2010…2012"), Some((Some(2010), Some(2012))));
        assert_eq!(read("2010-2012"), Some((Some(2010), Some(2012))));
        assert_eq!(read("2010～2012"), Some((Some(2010), Some(2012))));
        assert_eq!(read("-3..-1"), Some((Some(-3), Some(-1))));
        assert_eq!(read("..2012"), Some((None, Some(2012))));
        assert_eq!(read("2010.."), Some((Some(2010), None)));
        assert_eq!(read(">=3"), Some((Some(3), None)));
        assert_eq!(read("＞3"), Some((Some(4), None)));
        assert_eq!(read("≤3"), Some((None, Some(3))));
        assert_eq!(read("<3"), Some((None, Some(2))));
        for (text, number) in [
            ("2012年", 2012),
            ("二〇一二", 2012),
            ("二零一〇年", 2010),
            ("第二届", 2),
            ("二", 2),
            ("2届", 2),
            ("第十二名", 12),
        ] {
            assert_eq!(read(text), Some((Some(number), Some(number))), "{text}");
        }
        assert_eq!(read("2010年至2012年"), Some((Some(2010), Some(2012))));
        assert_eq!(read("二〇一〇年到二〇一二年"), Some((Some(2010), Some(2012))));
        assert_eq!(read(">=第二届"), Some((Some(2), None)));
        for bad in
            ["年", "第", "第届", "届", "abc", "..", "", ">", "1..b", "9999999999999999999", "1-2-3", "-"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
