//! Owns exact decimal numbers: what a text says is kept digit by digit, never as a binary fraction.
//! Must not know numerals or units.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest whole part, and the most digits that JSON readers keep exactly in a number with a fraction.
const LARGEST: i128 = i64::MAX as i128;
const FRACTION_DIGITS: i128 = 999_999_999_999_999;
const MOST_PLACES: u32 = 9;

/// A decimal number of at most 18 digits, or 15 with a fraction: as many as a JSON number can carry exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits; the last is none of the fraction's trailing zeros.
    mantissa: i128,
    /// How many of them stand behind the point.
    places: u32,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Decimal = Decimal { mantissa: 0, places: 0 };

    /// `mantissa` / 10^`places`. `None` when it is larger or finer than a JSON number can carry.
    pub fn new(mut mantissa: i128, mut places: u32) -> Option<Decimal> {
        while places > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            places -= 1;
        }
        let most = if places == 0 { LARGEST } else { FRACTION_DIGITS };
        (mantissa.abs() <= most && places <= MOST_PLACES).then_some(Decimal { mantissa, places })
    }

    /// The product with 10^`power`.
    pub fn shifted(self, power: u32) -> Option<Decimal> {
        let Some(more) = power.checked_sub(self.places) else {
            return Decimal::new(self.mantissa, self.places - power);
        };
        Decimal::new(self.mantissa.checked_mul(10_i128.checked_pow(more)?)?, 0)
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let places = self.places.max(other.places);
        Decimal::new(self.at(places)?.checked_add(other.at(places)?)?, places)
    }

    /// The quotient, rounded to four places.
    pub fn over(self, other: Decimal) -> Option<Decimal> {
        let places = self.places.max(other.places);
        let (above, below) = (self.at(places)?, other.at(places)?);
        if below <= 0 || above < 0 {
            return None;
        }
        Decimal::new(above.checked_mul(20_000)?.checked_add(below)?.checked_div(below.checked_mul(2)?)?, 4)
    }

    /// The number, where it is a whole one.
    pub fn integer(self) -> Option<i64> {
        (self.places == 0).then(|| i64::try_from(self.mantissa).ok()).flatten()
    }

    /// The number times 10^`places`, where that is a whole number and no larger than 128 bits.
    pub fn scaled(self, places: u32) -> Option<i128> {
        self.at(places)
    }

    fn at(self, places: u32) -> Option<i128> {
        self.mantissa.checked_mul(10_i128.checked_pow(places.checked_sub(self.places)?)?)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let places = self.places.max(other.places);
        // Both have at most 19 digits and 9 places, so that neither product can overflow.
        self.at(places).cmp(&other.at(places))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(self.places);
        let digits = self.mantissa.unsigned_abs();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        match usize::try_from(self.places) {
            Ok(places) if places > 0 => {
                write!(f, "{sign}{}.{:0places$}", digits / unit, digits % unit)
            }
            _ => write!(f, "{sign}{digits}"),
        }
    }
}

impl FromStr for Decimal {
    type Err = ();

    fn from_str(text: &str) -> Result<Decimal, ()> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let places = u32::try_from(fraction.len()).map_err(|_| ())?;
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        if unsigned.is_empty() || !unsigned.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| ())?;
        Decimal::new(mantissa, places).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn digits_stay_as_they_are() {
        assert_eq!(decimal("2.53").shifted(4), Some(decimal("25300")));
        assert_eq!(decimal("423497.80").to_string(), "423497.8");
        assert_eq!(decimal("1").over(decimal("3")).map(|d| d.to_string()).as_deref(), Some("0.3333"));
        assert_eq!(decimal("2").over(decimal("3")).map(|d| d.to_string()).as_deref(), Some("0.6667"));
        assert!(decimal("2.5") < decimal("10") && decimal("2.5") > decimal("2.45"));
        assert_eq!(decimal("0.1").plus(decimal("0.2")), Some(decimal("0.3")));
        for text in ["", ".", "-", "1.2.3", "９", "99999999999999999999", "1.0000000001", "+1"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_numbers_come_back(mantissa in -(1_i128 << 70)..(1_i128 << 70), places in 0_u32..12, power in 0_u32..40) {
            if let Some(number) = Decimal::new(mantissa, places) {
                prop_assert_eq!(number.to_string().parse(), Ok(number));
                if let Some(more) = number.shifted(power) {
                    prop_assert!(number == Decimal::ZERO || power == 0 || (more > number) == (mantissa > 0));
                }
            }
        }
    }
}
