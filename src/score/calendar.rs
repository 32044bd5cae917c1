//! When a public notice ends.

use super::scheme::Notice;
use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::Weekday;

/// No notice is longer, holidays included: a list of holidays without end must not hang a run.
const LONGEST: u64 = 3660;

/// The last day of a notice that begins on `from`. The day on which it begins does not count
/// (民法典第二百零一条: 开始的当日不计入). `None` beyond what a calendar holds.
pub fn ends(notice: &Notice, from: NaiveDate) -> Option<NaiveDate> {
    let mut left = notice.days;
    for after in 1..=LONGEST {
        let day = from.checked_add_days(Days::new(after))?;
        let free = matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            || notice.holidays.contains(&day.format("%Y-%m-%d").to_string());
        if !(notice.workdays && free) {
            left = left.saturating_sub(1);
        }
        if left == 0 {
            return Some(day);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_does_not_count_and_free_days_do_not() {
        let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a date");
        let mut notice = Notice { days: 5, workdays: false, holidays: Vec::new() };
        assert_eq!(ends(&notice, day("2026-12-18")), Some(day("2026-12-23")));
        notice.workdays = true;
        // The 18th is a Friday: the 19th and 20th are free, so it ends on the Friday after.
        assert_eq!(ends(&notice, day("2026-12-18")), Some(day("2026-12-25")));
        notice.holidays = vec!["2026-12-25".to_owned()];
        assert_eq!(ends(&notice, day("2026-12-18")), Some(day("2026-12-28")));
    }
}
