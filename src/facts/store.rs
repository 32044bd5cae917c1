//! Facts as one line of text, for derived state. Must not know where that is kept.

use super::Fact;
use crate::text::quantity::Day;
use crate::text::quantity::Decimal;
use crate::text::quantity::Meaning;
use crate::text::quantity::Qualifier;
use crate::text::quantity::Quantity;
use serde::Deserialize;
use serde::Serialize;
use std::borrow::Cow;

/// A fact as it is stored: numbers as their digits, days as numbers.
#[derive(Serialize, Deserialize)]
struct Stored<'t>(
    #[serde(borrow)] Cow<'t, str>,
    #[serde(borrow)] Cow<'t, str>,
    usize,
    usize,
    usize,
    #[serde(borrow)] Cow<'t, str>,
    Says<'t>,
);

#[derive(Serialize, Deserialize)]
enum Says<'t> {
    Q(
        String,
        Option<String>,
        Option<String>,
        #[serde(borrow)] Option<Cow<'t, str>>,
        #[serde(borrow)] Cow<'t, str>,
        Vec<String>,
        #[serde(borrow)] Option<Cow<'t, str>>,
    ),
    D((u16, u8, u8), (u16, u8, u8)),
}

/// The facts as text; nothing for none.
pub fn encode(facts: &[Fact]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let stored: Vec<Stored<'_>> = facts
        .iter()
        .map(|fact| {
            let says = match &fact.meaning {
                Meaning::Quantity(q) => Says::Q(
                    q.value.to_string(),
                    q.min.map(|number| number.to_string()),
                    q.max.map(|number| number.to_string()),
                    q.unit.as_deref().map(Cow::Borrowed),
                    Cow::Borrowed(q.qualifier.key()),
                    q.per.clone(),
                    q.subject.as_deref().map(Cow::Borrowed),
                ),
                Meaning::Date(first, last) => Says::D(parts(first), parts(last)),
            };
            let [field, label, text] =
                [&fact.field, &fact.label, &fact.text].map(|s| Cow::Borrowed(s.as_str()));
            Stored(field, label, fact.line, fact.start, fact.end, text, says)
        })
        .collect();
    serde_json::to_string(&stored).unwrap_or_default()
}

fn parts(day: &Day) -> (u16, u8, u8) {
    (day.year, day.month, day.day)
}

/// The way back. `None` when the text is nothing that [`encode`] gives.
pub fn decode(text: &str) -> Option<Vec<Fact>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let stored: Vec<Stored<'_>> = serde_json::from_str(text).ok()?;
    stored.into_iter().map(fact).collect()
}

fn fact(stored: Stored<'_>) -> Option<Fact> {
    let Stored(field, label, line, start, end, text, says) = stored;
    let number = |text: Option<String>| text.map(|text| text.parse::<Decimal>().ok());
    let meaning = match says {
        Says::Q(value, min, max, unit, qualifier, per, subject) => Meaning::Quantity(Quantity {
            value: value.parse().ok()?,
            min: number(min).map_or(Some(None), |number| number.map(Some))?,
            max: number(max).map_or(Some(None), |number| number.map(Some))?,
            unit: unit.map(Cow::into_owned),
            qualifier: Qualifier::of(&qualifier)?,
            per,
            subject: subject.map(Cow::into_owned),
        }),
        Says::D(first, last) => {
            let day = |(year, month, day)| Day { year, month, day };
            Meaning::Date(day(first), day(last))
        }
    };
    let [field, label, text] = [field, label, text].map(Cow::into_owned);
    Some(Fact { field, label, line, start, end, text, meaning })
}
