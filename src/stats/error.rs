//! Why a cut cannot be made.

use crate::locale::Lang;

/// Why a cut cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CutError {
    /// The word names no field.
    UnknownField {
        /// What was asked for.
        word: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// The field is not one to count by.
    NotGrouped {
        /// The field's path.
        field: String,
        /// The paths of those that are.
        known: Vec<String>,
    },
    /// The field is running text: its values are not at hand.
    NoValues(String),
    /// The fields lie in two lists, so there is no one thing to count.
    TwoLists(String, String),
    /// The field to be summed holds no whole numbers.
    NotInteger(String),
    /// The word names no unit; with the nearest one.
    UnknownUnit(String, Option<String>),
    /// Quantities without the unit that they are counted in.
    NoUnit,
    /// Not a measure.
    BadMeasure(String),
    /// Not an order.
    BadSort(String),
    /// Not a kind of share.
    BadPercent(String),
    /// A share of a mean or an extreme.
    NoShare(String),
    /// Not a kind of chart.
    BadChart(String),
    /// A comparison of two periods, which are its columns, with something that needs columns of its own.
    TwoPeriods(&'static str),
    /// A change on the period before where neither the rows nor the selection are periods.
    NoPeriod,
}

impl CutError {
    /// The sentence for people.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            CutError::UnknownField { word, nearest: None } => {
                lang.say("stats.error.field", &[("word", word)])
            }
            CutError::UnknownField { word, nearest: Some(nearest) } => {
                lang.say("stats.error.field_near", &[("word", word), ("nearest", nearest)])
            }
            CutError::NotGrouped { field, known } => {
                lang.say("stats.error.group", &[("field", field), ("known", &known.join(", "))])
            }
            CutError::NoValues(field) => lang.say("stats.error.values", &[("field", field)]),
            CutError::TwoLists(one, other) => {
                lang.say("stats.error.lists", &[("one", one), ("other", other)])
            }
            CutError::NotInteger(field) => lang.say("stats.error.integer", &[("field", field)]),
            CutError::UnknownUnit(unit, None) => lang.say("stats.error.unit", &[("unit", unit)]),
            CutError::UnknownUnit(unit, Some(nearest)) => {
                lang.say("stats.error.unit_near", &[("unit", unit), ("nearest", nearest)])
            }
            CutError::NoUnit => lang.word("stats.error.no_unit").to_owned(),
            CutError::BadMeasure(word) => lang.say("stats.error.measure", &[("word", word)]),
            CutError::BadSort(word) => lang.say("stats.error.sort", &[("word", word)]),
            CutError::BadPercent(word) => lang.say("stats.error.percent", &[("word", word)]),
            CutError::NoShare(measure) => lang.say("stats.error.share", &[("measure", measure)]),
            CutError::BadChart(word) => lang.say("stats.error.chart", &[("word", word)]),
            CutError::TwoPeriods(other) => lang.say("stats.error.two_periods", &[("other", other)]),
            CutError::NoPeriod => lang.word("stats.error.period").to_owned(),
        }
    }
}

impl std::fmt::Display for CutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for CutError {}
