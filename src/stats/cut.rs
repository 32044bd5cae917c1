//! What is asked for: dimensions, measure, order, shares.

use super::error::CutError;
use super::units::list_label;
use crate::diag::nearest;
use crate::locale::Lang;
use crate::schema::Datum;
use crate::schema::FULL;
use crate::schema::Field;
use crate::schema::FieldType;
use crate::schema::Kind;
use crate::schema::LISTED;
use crate::table::ChartKind;

/// A dimension: something a record or an entry has a value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// A field, by its place in [`Kind::fields`].
    Field(usize),
    /// Whether the record has text (`full`) or is known from a list only (`listed`).
    Extent,
}

const EXTENT: &str = "extent";

impl Dim {
    /// The dimension that a word means, among the fields that may be counted by.
    ///
    /// # Errors
    /// [`CutError::UnknownField`] with the nearest name, [`CutError::NotGrouped`].
    pub fn resolve(kind: &Kind, word: &str) -> Result<Dim, CutError> {
        let dim = Dim::named(kind, word)?;
        match dim.field(kind) {
            Some(field) if !field.group => {
                let known = kind.fields.iter().filter(|field| field.group).map(|field| field.path.clone());
                Err(CutError::NotGrouped { field: field.path.clone(), known: known.collect() })
            }
            _ => Ok(dim),
        }
    }

    /// The dimensions that a word means: a field, or all fields of a mapping from the outside in (地区:
    /// province, city, county).
    ///
    /// # Errors
    /// As [`Dim::resolve`].
    pub fn within(kind: &Kind, word: &str) -> Result<Vec<Dim>, CutError> {
        let error = match Dim::resolve(kind, word) {
            Ok(dim) => return Ok(vec![dim]),
            Err(error) => error,
        };
        let above = |field: &&Field| field.path.split_once('.').map(|(above, _)| above.to_owned());
        let mapping = kind.fields.iter().filter(|field| field.group && field.list.is_none());
        let mut keys: Vec<String> = mapping.clone().filter_map(|field| above(&field)).collect();
        keys.dedup();
        let called = |key: &&String| {
            **key == word || [Lang::Zh, Lang::En].iter().any(|lang| list_label(kind, key, *lang) == word)
        };
        let Some(key) = keys.iter().find(called) else { return Err(error) };
        let dims = mapping.filter(|field| above(field).as_ref() == Some(key));
        dims.map(|field| Dim::resolve(kind, &field.path)).collect()
    }

    /// The dimension that a word means, among everything whose values are at hand: for columns.
    ///
    /// # Errors
    /// [`CutError::UnknownField`] with the nearest name, [`CutError::NoValues`] for running text.
    pub fn named(kind: &Kind, word: &str) -> Result<Dim, CutError> {
        if let Some(field) = kind.field(word) {
            let place = kind.fields.iter().position(|other| other.path == field.path);
            return match place {
                Some(place) if kind.has_facts(field) => Ok(Dim::Field(place)),
                _ => Err(CutError::NoValues(field.path.clone())),
            };
        }
        let extent = [EXTENT, Lang::Zh.word("stats.extent"), Lang::En.word("stats.extent")];
        if kind.full.is_some() && extent.iter().any(|name| name.to_lowercase() == word.to_lowercase()) {
            return Ok(Dim::Extent);
        }
        let near = kind.nearest_field(word).or_else(|| nearest(word, extent));
        Err(CutError::UnknownField { word: word.to_owned(), nearest: near.map(str::to_owned) })
    }

    /// The field, if it is one.
    pub fn field(self, kind: &Kind) -> Option<&Field> {
        match self {
            Dim::Field(place) => kind.fields.get(place),
            Dim::Extent => None,
        }
    }

    /// The name in JSON.
    pub fn path(self, kind: &Kind) -> &str {
        self.field(kind).map_or(EXTENT, |field| field.path.as_str())
    }

    /// The heading of its column.
    pub fn heading(self, kind: &Kind, lang: Lang) -> String {
        match self.field(kind) {
            Some(field) if lang.is_zh() => field.names.zh.clone(),
            Some(field) => field.names.en.clone(),
            None => lang.word("stats.extent").to_owned(),
        }
    }

    /// What a value is called; `None` is the word for records without one.
    pub fn label(self, kind: &Kind, value: Option<&Datum>, lang: Lang) -> String {
        match (self, value) {
            (_, None) => lang.word("stats.none").to_owned(),
            (Dim::Extent, Some(Datum::Text(text))) if text == FULL => lang.word("stats.full").to_owned(),
            (Dim::Extent, Some(Datum::Text(text))) if text == LISTED => lang.word("stats.listed").to_owned(),
            (_, Some(Datum::Text(text))) => {
                self.field(kind).map_or(text.as_str(), |field| field.label(text, lang.is_zh())).to_owned()
            }
            (_, Some(Datum::Integer(number))) => number.to_string(),
        }
    }

    /// Where a value stands in the dimension's own order: the vocabulary's order, then numbers
    /// ascending, then text by code point; nothing comes last.
    pub fn order(self, kind: &Kind, value: Option<&Datum>) -> (bool, usize, Option<Datum>) {
        let place = match (self, value) {
            (Dim::Extent, Some(Datum::Text(text))) => usize::from(text != FULL),
            (Dim::Field(_), Some(Datum::Text(text))) => self
                .field(kind)
                .and_then(|field| field.vocabulary.as_ref())
                .map_or(0, |vocabulary| vocabulary.order(text)),
            _ => 0,
        };
        (value.is_none(), place, value.cloned())
    }

    /// Whether empty values inside the range are shown.
    pub fn has_gaps(self, kind: &Kind) -> bool {
        self.field(kind).is_some_and(|field| field.ty == FieldType::Integer && field.vocabulary.is_none())
    }

    /// The list of mappings that it lies in.
    pub(super) fn list(self, kind: &Kind) -> Option<&str> {
        self.field(kind)?.list.as_deref()
    }
}

/// What is measured in each group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// How many.
    #[default]
    Count,
    /// The sum.
    Sum(Measured),
    /// The mean.
    Avg(Measured),
    /// The smallest value.
    Min(Measured),
    /// The largest value.
    Max(Measured),
}

/// What has a value that can be summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measured {
    /// A field of whole numbers, by its place in [`Kind::fields`].
    Field(usize),
    /// The quantities of the running text in this unit: `facts.人次`.
    Quantity(String),
}

/// What stands before the unit of a quantity, with a point between the two.
const FACTS: [&str; 2] = ["facts", "数量"];

impl Measure {
    /// Reads `count` or `sum(FIELD)`, `sum(facts.UNIT)`, `avg`, `min`, `max`.
    ///
    /// # Errors
    /// [`CutError::BadMeasure`], [`CutError::NoUnit`], [`CutError::UnknownField`], [`CutError::NotInteger`]. Whether
    /// there is such a unit is for the caller to say, who has the words.
    pub fn parse(kind: &Kind, text: &str) -> Result<Measure, CutError> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("count") {
            return Ok(Measure::Count);
        }
        let bad = || CutError::BadMeasure(text.to_owned());
        let (name, rest) = text.split_once(['(', '（']).ok_or_else(bad)?;
        let word = rest.trim_end().strip_suffix([')', '）']).ok_or_else(bad)?.trim();
        let make = match name.trim().to_ascii_lowercase().as_str() {
            "sum" => Measure::Sum,
            "avg" => Measure::Avg,
            "min" => Measure::Min,
            "max" => Measure::Max,
            _ => return Err(bad()),
        };
        let rest = FACTS.iter().find_map(|facts| word.strip_prefix(facts)).unwrap_or(word);
        match rest.strip_prefix('.').map(str::trim) {
            Some("") => return Err(CutError::NoUnit),
            Some(unit) if rest != word => return Ok(make(Measured::Quantity(unit.to_owned()))),
            _ if rest.is_empty() && kind.field(word).is_none() => return Err(CutError::NoUnit),
            _ => {}
        }
        match Dim::named(kind, word)? {
            Dim::Field(place) if kind.fields[place].ty == FieldType::Integer => {
                Ok(make(Measured::Field(place)))
            }
            other => Err(CutError::NotInteger(other.path(kind).to_owned())),
        }
    }

    /// What is measured; nothing where units are counted.
    pub fn measured(&self) -> Option<&Measured> {
        match self {
            Measure::Count => None,
            Measure::Sum(what) | Measure::Avg(what) | Measure::Min(what) | Measure::Max(what) => Some(what),
        }
    }

    /// The measured field.
    pub fn field(&self) -> Option<usize> {
        match self.measured() {
            Some(Measured::Field(place)) => Some(*place),
            _ => None,
        }
    }

    /// The unit whose quantities are measured.
    pub fn unit(&self) -> Option<&str> {
        match self.measured() {
            Some(Measured::Quantity(unit)) => Some(unit),
            _ => None,
        }
    }

    /// The name in JSON, `sum(year)`.
    pub fn name(&self, kind: &Kind) -> String {
        match self.measured() {
            None => "count".to_owned(),
            Some(Measured::Field(field)) => format!("{}({})", self.word(), Dim::Field(*field).path(kind)),
            Some(Measured::Quantity(unit)) => format!("{}(facts.{unit})", self.word()),
        }
    }

    /// The heading of a column of it.
    pub fn heading(&self, kind: &Kind, lang: Lang) -> String {
        let key = format!("stats.{}", self.word());
        match self.measured() {
            None => lang.say(&key, &[]),
            Some(Measured::Field(field)) => {
                lang.say(&key, &[("field", &Dim::Field(*field).heading(kind, lang))])
            }
            Some(Measured::Quantity(unit)) => lang.say(&key, &[("field", unit)]),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Measure::Count => "count",
            Measure::Sum(_) => "sum",
            Measure::Avg(_) => "avg",
            Measure::Min(_) => "min",
            Measure::Max(_) => "max",
        }
    }
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Percent {
    /// Of its row.
    Row,
    /// Of its column.
    Col,
    /// Of everything.
    All,
}

impl Percent {
    /// Reads `row`, `col` or `all`.
    ///
    /// # Errors
    /// [`CutError::BadPercent`].
    pub fn parse(text: &str) -> Result<Percent, CutError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "row" => Ok(Percent::Row),
            "col" => Ok(Percent::Col),
            "all" => Ok(Percent::All),
            _ => Err(CutError::BadPercent(text.to_owned())),
        }
    }

    /// The word it is read from.
    pub fn name(self) -> &'static str {
        match self {
            Percent::Row => "row",
            Percent::Col => "col",
            Percent::All => "all",
        }
    }
}

/// The order of the rows, or of the columns where there are no rows. Those without a value stay
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Largest first.
    pub desc: bool,
}

/// What an order goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The dimension's own order.
    Value,
    /// The row's total; ties in the dimension's own order.
    Count,
}

impl Sort {
    /// Reads `value` or `count`, with `:desc` or `:asc`.
    ///
    /// # Errors
    /// [`CutError::BadSort`].
    pub fn parse(text: &str) -> Result<Sort, CutError> {
        let lower = text.trim().to_ascii_lowercase();
        let (by, direction) = lower.split_once(':').unwrap_or((&lower, "asc"));
        let bad = || CutError::BadSort(text.to_owned());
        let by = match by {
            "value" => SortBy::Value,
            "count" => SortBy::Count,
            _ => return Err(bad()),
        };
        match direction {
            "asc" => Ok(Sort { by, desc: false }),
            "desc" => Ok(Sort { by, desc: true }),
            _ => Err(bad()),
        }
    }
}

/// A cut through the archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// What rows stand for.
    pub rows: Vec<Dim>,
    /// What columns stand for.
    pub cols: Vec<Dim>,
    /// What is measured.
    pub measure: Measure,
    /// Whether totals are shown.
    pub totals: bool,
    /// Shares beside the figures.
    pub percent: Option<Percent>,
    /// Rows and columns change places.
    pub transpose: bool,
    /// The order of the rows.
    pub sort: Option<Sort>,
    /// Only so many rows (columns where there are no rows), the rest as one.
    pub top: Option<usize>,
    /// A sum after the rows of each value of the outer dimensions.
    pub subtotals: bool,
    /// Beside each period the change on the one before.
    pub delta: bool,
    /// A picture.
    pub chart: Option<ChartKind>,
}

/// Reads `bars`, `stacked` or `line`.
///
/// # Errors
/// [`CutError::BadChart`].
pub fn chart(text: &str) -> Result<ChartKind, CutError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "bars" => Ok(ChartKind::Bars),
        "stacked" => Ok(ChartKind::Stacked),
        "line" => Ok(ChartKind::Line),
        _ => Err(CutError::BadChart(text.to_owned())),
    }
}

impl Cut {
    /// A count by fields named in any language.
    ///
    /// # Errors
    /// As [`Dim::resolve`].
    pub fn by(kind: &Kind, rows: &[&str], cols: &[&str]) -> Result<Cut, CutError> {
        let dims = |words: &[&str]| -> Result<Vec<Dim>, CutError> {
            words.iter().map(|word| Dim::resolve(kind, word)).collect()
        };
        Ok(Cut { rows: dims(rows)?, cols: dims(cols)?, ..Cut::default() })
    }
}
