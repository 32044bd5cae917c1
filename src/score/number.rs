//! Exact numbers: decimals in, fractions inside, decimals out.
//!
//! A mean of three judges has no end as a decimal. Kept as a fraction it is exact, so that sums do not
//! depend on the order of the sheets and two entries are level only when they really are.

use num_bigint::BigInt;
use num_bigint::Sign;
use num_rational::BigRational;
use std::iter::Sum;
use std::ops::Add;
use std::ops::Div;
use std::ops::Mul;
use std::ops::Sub;

/// The longest number that is read, in characters: no score, vote or hour needs more.
const LONGEST: usize = 24;
/// Decimals that an explanation shows of a number that has more.
const SHOWN: u32 = 6;

/// An exact number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigRational);

/// How a number is brought to so many decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 四舍五入: a half goes up, away from zero.
    HalfUp,
    /// 四舍六入五成双 (GB/T 8170-2008, 3.2): a half goes to the even digit.
    HalfEven,
    /// 去尾: what is beyond is dropped.
    Down,
}

/// Decimals and the way to get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// So many decimals.
    pub digits: u32,
    /// How.
    pub mode: Mode,
}

impl Number {
    /// Nothing.
    pub fn zero() -> Number {
        Number::from(0)
    }

    /// A plain decimal as people write scores: `92`, `-3`, `88.5`. No exponent, no grouping.
    pub fn parse(text: &str) -> Option<Number> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() > LONGEST || whole.is_empty() || !plain(whole) || !plain(part) || digits.ends_with('.')
        {
            return None;
        }
        let mut value: BigInt = format!("{whole}{part}").parse().ok()?;
        if text.starts_with('-') {
            value = -value;
        }
        Some(Number(BigRational::new(value, ten(u32::try_from(part.len()).ok()?))))
    }

    /// The number with so many decimals.
    #[must_use]
    pub fn rounded(&self, rounding: Rounding) -> Number {
        let scale = ten(rounding.digits);
        let scaled = &self.0 * BigRational::from_integer(scale.clone());
        let (negative, size) = (
            scaled.numer().sign() == Sign::Minus,
            if scaled.numer().sign() == Sign::Minus { -scaled } else { scaled },
        );
        let whole = size.floor().to_integer();
        let rest = &size - BigRational::from_integer(whole.clone());
        let half = BigRational::new(1.into(), 2.into());
        let odd = whole.bit(0);
        let up = match rounding.mode {
            Mode::Down => false,
            Mode::HalfUp => rest >= half,
            Mode::HalfEven => rest > half || (rest == half && odd),
        };
        let whole = if up { whole + 1 } else { whole };
        Number(BigRational::new(if negative { -whole } else { whole }, scale))
    }

    /// Exactly so many decimals; meant for a number that was rounded to them.
    pub fn fixed(&self, digits: u32) -> String {
        let rounded = self.rounded(Rounding { digits, mode: Mode::HalfUp });
        let scaled = (rounded.0 * BigRational::from_integer(ten(digits))).to_integer();
        let sign = if scaled.sign() == Sign::Minus { "-" } else { "" };
        let places = digits as usize;
        let text = format!("{:0>width$}", scaled.magnitude().to_string(), width = places + 1);
        let (whole, part) = text.split_at(text.len() - places);
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// As short as it is exact; with `≈` before it where six decimals are not all of it.
    pub fn shown(&self) -> String {
        let short = self.rounded(Rounding { digits: SHOWN, mode: Mode::HalfUp });
        let text = short.fixed(SHOWN);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if short == *self { text.to_owned() } else { format!("≈{text}") }
    }

    /// The number as a count, where it is one.
    pub fn whole(&self) -> Option<usize> {
        self.0.is_integer().then(|| usize::try_from(self.0.to_integer()).ok()).flatten()
    }
}

/// Ten to the power of `digits`.
fn ten(digits: u32) -> BigInt {
    BigInt::from(10).pow(digits)
}

impl From<usize> for Number {
    fn from(count: usize) -> Self {
        Number(BigRational::from_integer(count.into()))
    }
}

impl Add for &Number {
    type Output = Number;
    fn add(self, other: &Number) -> Number {
        Number(&self.0 + &other.0)
    }
}

impl Sub for &Number {
    type Output = Number;
    fn sub(self, other: &Number) -> Number {
        Number(&self.0 - &other.0)
    }
}

impl Mul for &Number {
    type Output = Number;
    fn mul(self, other: &Number) -> Number {
        Number(&self.0 * &other.0)
    }
}

impl Div for &Number {
    /// `None` for a division by nothing.
    type Output = Option<Number>;
    fn div(self, other: &Number) -> Option<Number> {
        (*other != Number::zero()).then(|| Number(&self.0 / &other.0))
    }
}

impl<'n> Sum<&'n Number> for Number {
    fn sum<I: Iterator<Item = &'n Number>>(numbers: I) -> Number {
        numbers.fold(Number::zero(), |sum, number| &sum + number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["92", "-3", "88.5", "0.001", " 7 ", "007"] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1e3",
            "1,000",
            "九十",
            "1.2.3",
            "+5",
            "NaN",
            "9999999999999999999999999",
        ] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn rounding_is_that_of_the_scheme() {
        let two = |text: &str, mode| number(text).rounded(Rounding { digits: 2, mode }).fixed(2);
        assert_eq!(
            [two("1.005", Mode::HalfUp), two("1.005", Mode::HalfEven), two("1.015", Mode::HalfEven)],
            ["1.01", "1.00", "1.02"]
        );
        assert_eq!(
            [two("-1.005", Mode::HalfUp), two("1.999", Mode::Down), two("1.0051", Mode::HalfEven)],
            ["-1.01", "1.99", "1.01"]
        );
        assert_eq!(number("7").fixed(0), "7");
        assert_eq!(number("0.05").fixed(2), "0.05");
    }

    #[test]
    fn thirds_stay_thirds() {
        let third = (&number("1") / &number("3")).expect("no zero");
        assert_eq!(third.shown(), "≈0.333333");
        assert_eq!(&(&third + &third) + &third, number("1"));
        assert_eq!(&number("1") / &Number::zero(), None);
        assert_eq!(number("88.50").shown(), "88.5");
        assert_eq!(number("100").shown(), "100");
    }
}
