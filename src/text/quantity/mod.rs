//! Owns quantities and dates in Chinese prose: `50多万元` is at least 500000 元, and where that stands.
//!
//! Pure: a text and words in, spans out. It must not know records, files or vocabularies. Names that hold
//! numbers (“155”工程, 2+X, 14号地, 十七届) are no quantities: either no unit follows, or what stands around
//! them gives them away.

mod dates;
mod decimal;
mod number;
mod subject;
mod words;

pub use dates::Day;
pub use decimal::Decimal;
pub use words::{SubjectWords, Words};

use crate::text::numerals::han_digit;
use number::Number;
use number::char_at;
use number::char_before;
use number::figure;
use std::ops::Range;
use subject::Around;
use subject::is_border;
use words::ending;
use words::starting;

/// How a stated number binds the true one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// It is the number.
    Eq,
    /// More: 多, 余, 超过.
    Gt,
    /// At least: 以上, 不少于.
    Ge,
    /// Less: 不足.
    Lt,
    /// At most: 以内, 不超过.
    Le,
    /// About, either way: 约, 左右.
    Approx,
    /// Nearly, from below: 近.
    LtApprox,
    /// Between two numbers.
    Range,
}

impl Qualifier {
    /// All of them.
    pub const ALL: [Qualifier; 8] = [
        Qualifier::Eq,
        Qualifier::Gt,
        Qualifier::Ge,
        Qualifier::Lt,
        Qualifier::Le,
        Qualifier::Approx,
        Qualifier::LtApprox,
        Qualifier::Range,
    ];

    /// The key in data and output.
    pub fn key(self) -> &'static str {
        match self {
            Qualifier::Eq => "eq",
            Qualifier::Gt => "gt",
            Qualifier::Ge => "ge",
            Qualifier::Lt => "lt",
            Qualifier::Le => "le",
            Qualifier::Approx => "approx",
            Qualifier::LtApprox => "lt_approx",
            Qualifier::Range => "range",
        }
    }

    /// The qualifier of a key.
    pub fn of(key: &str) -> Option<Qualifier> {
        Qualifier::ALL.into_iter().find(|qualifier| qualifier.key() == key)
    }
}

/// A quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number that is stated; of two the lower.
    pub value: Decimal,
    /// What the true number is not below, as far as the text says.
    pub min: Option<Decimal>,
    /// What it is not above.
    pub max: Option<Decimal>,
    /// The unit's main form; in brackets where a noun implies it; `None` where the text gives none.
    pub unit: Option<String>,
    /// How the value binds the true number.
    pub qualifier: Qualifier,
    /// What it is reckoned by: `household`, `year`.
    pub per: Vec<String>,
    /// What it is said of.
    pub subject: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A quantity.
    Quantity(Quantity),
    /// A date: its first and its last day.
    Date(Day, Day),
}

/// A quantity or a date with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its bytes in the text, with the words that say how exact it is.
    pub span: Range<usize>,
    /// What it says.
    pub meaning: Meaning,
}

/// A unit for what is a part of a whole and no percentage: 三分之一.
pub const RATIO: &str = "ratio";
const PER_CENT: &str = "%";
const PER_MILLE: &str = "‰";
const TIMES: &str = "倍";
/// The unit of people who are counted by no measure word.
pub const IMPLIED_PEOPLE: &str = "(人)";
/// A short quotation is a name.
const LONGEST_NAME: usize = 14;

/// The quantities and dates of a text, in order; none overlaps another.
pub fn find(text: &str, words: &Words) -> Vec<Found> {
    let mut finder = Finder { text, words, found: Vec::new(), clause: 0 };
    finder.run();
    finder.found
}

struct Finder<'t> {
    text: &'t str,
    words: &'t Words,
    found: Vec<Found>,
    /// Where the clause that is being read begins.
    clause: usize,
}

/// A number with its unit.
struct Measured {
    value: Decimal,
    high: Option<Decimal>,
    unit: Option<String>,
    inside: Option<Qualifier>,
    end: usize,
    bare: bool,
}

impl Finder<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(c) = char_at(self.text, at) {
            if is_border(c) && !self.within_number(at) {
                self.clause = at + c.len_utf8();
            } else if c == '翻' {
                if let Some(found) = self.doubled(at) {
                    at = found.span.end;
                    self.found.push(found);
                    continue;
                }
            } else if number::begins(c) {
                match self.at(at) {
                    Some(found) => {
                        at = found.span.end;
                        self.found.push(found);
                    }
                    None => at = number::skip(self.text, at),
                }
                continue;
            }
            at += c.len_utf8();
        }
    }

    /// Whether a comma stands between figures: 1,193.
    fn within_number(&self, at: usize) -> bool {
        char_before(self.text, at).is_some_and(|c| c.is_ascii_digit())
            && char_at(self.text, at + 1).is_some_and(|c| c.is_ascii_digit())
            && char_at(self.text, at) == Some(',')
    }

    fn at(&self, at: usize) -> Option<Found> {
        if let Some(date) = dates::date(self.text, at) {
            let span = at..date.end;
            return (!self.in_title(&span))
                .then_some(Found { span, meaning: Meaning::Date(date.first, date.last) });
        }
        if self.is_part_of_name(at) {
            return None;
        }
        let measured = self.fraction(at).or_else(|| self.measured(at))?;
        self.quantity(at, measured)
    }

    /// A quantity from what was measured: its qualifiers, bounds, subject.
    fn quantity(&self, at: usize, measured: Measured) -> Option<Found> {
        let before = self.said_before(at);
        let (after, end) = self.said_after(measured.end);
        if measured.bare && before.is_none() && measured.inside.is_none() {
            return None;
        }
        let start = before.map_or(at, |(start, _)| start);
        let span = start..end;
        if self.is_quoted(&span) {
            return None;
        }
        let around = Around {
            text: self.text,
            clause: self.clause,
            before: self.found.last().map(|found| found.span.clone()),
            span: span.clone(),
        };
        let value = measured.value;
        let said = after.or(before.map(|(_, qualifier)| qualifier)).or(measured.inside);
        let qualifier = match (measured.high, said) {
            (Some(_), _) => Qualifier::Range,
            (None, said) => said.unwrap_or(Qualifier::Eq),
        };
        let (min, max) = match qualifier {
            Qualifier::Eq => (Some(value), Some(value)),
            Qualifier::Gt | Qualifier::Ge => (Some(value), None),
            Qualifier::Lt | Qualifier::Le | Qualifier::LtApprox => (None, Some(value)),
            Qualifier::Approx => (None, None),
            Qualifier::Range => (Some(value), measured.high),
        };
        let per = self.per(around.left());
        let subject = around.subject(self.words);
        let quantity = Quantity { value, min, max, unit: measured.unit, qualifier, per, subject };
        Some(Found { span, meaning: Meaning::Quantity(quantity) })
    }

    /// 翻了一番, 翻两番.
    fn doubled(&self, at: usize) -> Option<Found> {
        let rest = self.text[at..].strip_prefix('翻')?;
        let rest = rest.strip_prefix('了').unwrap_or(rest);
        let digit = rest.chars().next().and_then(|c| han_digit(c).or_else(|| figure(c)))?;
        let rest = &rest[rest.chars().next()?.len_utf8()..];
        let rest = rest.strip_prefix('番')?;
        let value = Decimal::new(2_i128.checked_pow(digit).filter(|_| digit > 0)?, 0)?;
        let end = self.text.len() - rest.len();
        let unit = Some(TIMES.to_owned());
        self.quantity(at, Measured { value, high: None, unit, inside: None, end, bare: false })
    }

    /// 百分之九十五, 百分之95, 三分之一.
    fn fraction(&self, at: usize) -> Option<Measured> {
        let below_end = number::skip(self.text, at);
        let (name, rest) = (&self.text[at..below_end], self.text[below_end..].strip_prefix("分之")?);
        let above_at = self.text.len() - rest.len();
        let (above, above_end) = match number::number(self.text, above_at, self.words) {
            Some(number) => (number.value, number.end),
            // 百分之百: a hundred of them. Nothing else begins with a multiplier.
            None => (Decimal::new(100, 0).filter(|_| rest.starts_with('百'))?, above_at + '百'.len_utf8()),
        };
        let (value, unit) = match name {
            "百" => (above, PER_CENT),
            "千" => (above, PER_MILLE),
            _ => {
                let below = number::number(name, 0, self.words).filter(|below| below.end == name.len())?;
                (above.over(below.value)?, RATIO)
            }
        };
        Some(Measured {
            value,
            high: None,
            unit: Some(unit.to_owned()),
            inside: None,
            end: above_end,
            bare: false,
        })
    }

    /// A number or a range of numbers with a unit.
    fn measured(&self, at: usize) -> Option<Measured> {
        let one = number::number(self.text, at, self.words)?;
        let next = char_at(self.text, one.end);
        // 2+X, 192.168.1.1, 3:1: no numbers that count something.
        if next.is_some_and(|c| {
            matches!(c, '+' | '＋' | '#' | '_' | '=' | '×' | '.') && self.goes_on(one.end, c)
        }) {
            return None;
        }
        if let Some(range) = self.range(&one) {
            return Some(range);
        }
        let (unit, end) = self.unit(&one)?;
        Some(Measured { value: one.value, high: None, unit, inside: one.inside, end, bare: one.bare })
    }

    fn goes_on(&self, at: usize, sign: char) -> bool {
        sign != '.' || char_at(self.text, at + 1).is_some_and(|c| c.is_ascii_digit())
    }

    /// 3至5万元, 15%-20%, 25-30户: both numbers below one unit; what the first lacks it takes from the second.
    fn range(&self, one: &Number) -> Option<Measured> {
        let own = self.words.unit_at(&self.text[one.end..]);
        let sign_at = one.end + own.map_or(0, |(written, _)| written.len());
        let sign = char_at(self.text, sign_at)
            .filter(|c| matches!(c, '-' | '–' | '—' | '~' | '～' | '至' | '到' | '－' | '∼'))?;
        let mut at = sign_at + sign.len_utf8();
        if matches!(sign, '—' | '-') && char_at(self.text, at) == Some(sign) {
            at += sign.len_utf8();
        }
        let two = char_at(self.text, at)
            .filter(|&c| number::begins(c))
            .and_then(|_| number::number(self.text, at, self.words))?;
        let (unit, end) = self.unit(&two)?;
        if own.is_some_and(|(_, main)| Some(main) != unit.as_deref()) || one.bare || two.bare {
            return None;
        }
        let lent = one.power == 0 && two.power > 0 && one.digits < two.digits && own.is_none();
        let value = if lent { one.value.shifted(two.power)? } else { one.value };
        (value < two.value).then_some(Measured {
            value,
            high: Some(two.value),
            unit,
            inside: two.inside,
            end,
            bare: false,
        })
    }

    /// The unit behind a number, and the byte behind that. A number without one is a quantity only where
    /// 万 or 亿 makes it one, or where people follow.
    fn unit(&self, number: &Number) -> Option<(Option<String>, usize)> {
        let rest = &self.text[number.end..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{3000}']).len();
        let at = if number.figures && blank <= 3 { number.end + blank } else { number.end };
        let rest = &self.text[at..];
        if let Some((written, main)) = self.words.unit_at(rest) {
            let weak = number.single && number.inside.is_none() && !self.words.strong.contains(main);
            // 98年, 07年: a year of which the century is left out.
            let short_year = main == "年" && number.plain == Some(2) && self.is_short_year(number);
            let clock =
                main == "分" && char_before(self.text, self.start_of_figures(number.end)) == Some('时');
            if weak || short_year || clock {
                return None;
            }
            let end = at + written.len();
            return Some(self.rate(main, end).unwrap_or_else(|| (Some(main.to_owned()), end)));
        }
        let (rest, at) = (&self.text[number.end..], number.end);
        let counted = number.power > 0 || number.large || number.inside.is_some();
        if number.bare || !counted {
            return None;
        }
        if self.words.people.iter().any(|noun| rest.starts_with(noun.as_str())) {
            return Some((Some(IMPLIED_PEOPLE.to_owned()), at));
        }
        (number.figures && number.large).then_some((None, at))
    }

    fn start_of_figures(&self, end: usize) -> usize {
        let head = &self.text[..end];
        head.trim_end_matches(|c| figure(c).is_some()).len()
    }

    fn is_short_year(&self, number: &Number) -> bool {
        let digits = &self.text[self.start_of_figures(number.end)..number.end];
        digits.starts_with(['0', '０']) || number.digits.integer().is_some_and(|year| year >= 50)
    }

    /// 元/场: a unit by another.
    fn rate(&self, main: &str, end: usize) -> Option<(Option<String>, usize)> {
        let sign = char_at(self.text, end).filter(|c| matches!(c, '/' | '／'))?;
        let at = end + sign.len_utf8();
        let (written, by) = self.words.unit_at(&self.text[at..])?;
        Some((Some(format!("{main}/{by}")), at + written.len()))
    }

    /// The qualifier directly before a number, and where it begins.
    fn said_before(&self, at: usize) -> Option<(usize, Qualifier)> {
        let head = self.text.get(self.clause.min(at)..at)?.trim_end_matches([' ', '\u{a0}']);
        if self.words.not_before.iter().any(|word| head.ends_with(word.as_str())) {
            return None;
        }
        let (word, qualifier) = ending(&self.words.before, head)?;
        Some((self.clause.min(at) + head.len() - word.len(), *qualifier))
    }

    /// The qualifier directly behind a unit, and where it ends.
    fn said_after(&self, end: usize) -> (Option<Qualifier>, usize) {
        let rest = &self.text[end..];
        if let Some((word, qualifier)) = starting(&self.words.after, rest) {
            return (Some(*qualifier), end + word.len());
        }
        // 3年多, 三公里多: not 30人多次.
        if let Some(behind) = rest.strip_prefix('多')
            && behind
                .chars()
                .next()
                .is_none_or(|c| !c.is_alphanumeric() || matches!(c, '的' | '来' | '时' | '前'))
        {
            return (Some(Qualifier::Gt), end + '多'.len_utf8());
        }
        (None, end)
    }

    /// What a quantity is reckoned by, from the words before it.
    fn per(&self, left: &str) -> Vec<String> {
        let mut found: Vec<(usize, &str)> = Vec::new();
        for (at, sign) in left.match_indices('每') {
            if let Some((_, per)) = starting(&self.words.each, &left[at + sign.len()..]) {
                found.push((at, per));
            }
        }
        for (word, per) in self.words.average.iter().chain(&self.words.within) {
            found.extend(left.find(word.as_str()).map(|at| (at, per.as_str())));
        }
        found.sort_unstable();
        let mut per: Vec<String> = Vec::new();
        for (_, name) in found {
            if !per.iter().any(|known| known == name) {
                per.push(name.to_owned());
            }
        }
        // One order whatever the sentence's: per household, per year.
        per.sort();
        per
    }

    /// 第一, 前10名, A4, 2+2, v1.2: a number that belongs to what stands before it.
    fn is_part_of_name(&self, at: usize) -> bool {
        let Some(before) = char_before(self.text, at) else { return false };
        if before.is_ascii_alphanumeric() || figure(before).is_some() || before == '几' {
            return true;
        }
        // 数十人 says no number.
        if before == '数'
            && char_at(self.text, at).is_some_and(|c| matches!(c, '十' | '百' | '千' | '万' | '亿'))
        {
            return true;
        }
        if matches!(before, '第' | '+' | '＋' | '#' | '_' | '=' | '/' | '№' | '×' | '.' | '$') {
            return true;
        }
        // 前10名 is a place in a list; 目前 and 以前 are times.
        if before == '前' {
            let head = self.text[..at].trim_end_matches('前');
            return head
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_alphanumeric() || matches!(c, '列' | '居' | '获' | '进'));
        }
        // 第 1 名, 第一至第三; -5 and 0571-88.
        let head = self.text[..at].trim_end_matches(' ');
        if head.ends_with('第') {
            return true;
        }
        if matches!(before, '-' | '~' | '、' | '至') {
            let head = self.text[..at].trim_end_matches(['-', '~', '、', '至']);
            let number = head.trim_end_matches(number::begins);
            let ordinal = number.len() < head.len() && number.ends_with('第');
            return ordinal || before == '-' && number.len() < head.len();
        }
        false
    }

    /// In a short quotation without a comma, which is a name: “一年10件实事”.
    fn is_quoted(&self, span: &Range<usize>) -> bool {
        if self.in_title(span) {
            return true;
        }
        let left = self.text[..span.start].chars().rev().take(LONGEST_NAME);
        let open = left.into_iter().take_while(|&c| !is_border(c) && !matches!(c, '”' | '’' | '」' | '』'));
        let opened = open.into_iter().any(|c| matches!(c, '“' | '‘' | '「' | '『'));
        if !opened {
            return false;
        }
        let right = self.text[span.end..].chars().take(LONGEST_NAME);
        let close = right.into_iter().take_while(|&c| !is_border(c) && !matches!(c, '“' | '‘' | '「' | '『'));
        close.into_iter().any(|c| matches!(c, '”' | '’' | '」' | '』'))
    }

    /// Between 《 and 》.
    fn in_title(&self, span: &Range<usize>) -> bool {
        let mut left = self.text[..span.start].chars().rev().take(80);
        let opened = left.by_ref().find(|c| matches!(c, '《' | '》' | '\n')) == Some('《');
        opened
            && self.text[span.end..].chars().take(80).find(|c| matches!(c, '《' | '》' | '\n')) == Some('》')
    }
}
