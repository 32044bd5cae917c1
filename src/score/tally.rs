//! Votes, ledgers and decisions: rows that add up to one value for each entry.

use super::input::Input;
use super::input::Named;
use super::input::Names;
use super::number::Number;
use super::outcome::Line;
use super::outcome::Value;
use super::round::Entry;
use super::round::place;
use super::scheme::Counted;
use super::scheme::Ledger;
use super::scheme::Stage;
use crate::diag::Finding;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Votes are counts with their voided ones and reasons, never voters.
pub(super) fn votes(
    (stage, linear): (&Stage, bool),
    inputs: &[Input],
    names: &Names,
    entries: &[Entry],
    (standing, excused): (&BTreeSet<usize>, &BTreeSet<usize>),
    findings: &mut Vec<Finding>,
) -> BTreeMap<usize, Value> {
    let mut counts: BTreeMap<usize, (Number, Number)> = BTreeMap::new();
    let keys = ["id", "title", "unit", "date", "channel", "votes", "voided", "reason", "note"];
    for row in rows(inputs, names, &keys, findings) {
        let Some(entry) = of(&row, stage, entries, standing, findings) else { continue };
        let mut whole = |key: &str| {
            let text = row.text(key)?;
            let number = Number::parse(text).filter(|number| number.whole().is_some());
            if number.is_none() {
                findings.push(row.wrong("whole", key).arg("name", key).arg("value", text));
            }
            number
        };
        let (votes, voided) = (whole("votes"), whole("voided").unwrap_or_else(Number::zero));
        let Some(votes) = votes else {
            // Found wrong once is enough.
            counts.entry(entry).or_insert_with(|| (Number::zero(), Number::zero()));
            if row.text("votes").is_none() {
                findings.push(row.wrong("missing", "votes").arg("name", "votes"));
            }
            continue;
        };
        if voided > votes {
            findings
                .push(row.wrong("voided", "voided").arg("value", voided.shown()).arg("max", votes.shown()));
        }
        if voided > Number::zero() && row.text("reason").is_none() {
            findings.push(row.wrong("voided-reason", "voided"));
        }
        let known = counts.entry(entry).or_insert_with(|| (Number::zero(), Number::zero()));
        *known = (&known.0 + &votes, &known.1 + &voided);
    }
    let valid: BTreeMap<usize, Number> =
        counts.iter().map(|(entry, (votes, voided))| (*entry, votes - voided)).collect();
    let hundred = Number::from(100);
    let most = valid.values().max().cloned().unwrap_or_else(Number::zero);
    let mut values = BTreeMap::new();
    for &entry in standing {
        let (Some(own), Some((votes, voided))) = (valid.get(&entry), counts.get(&entry)) else {
            if !excused.contains(&entry) {
                findings.push(none(stage, &entries[entry], inputs));
            }
            continue;
        };
        let mut lines = vec![
            Line::new("votes")
                .arg("votes", votes.shown())
                .arg("voided", voided.shown())
                .arg("valid", own.shown()),
        ];
        let score = if linear {
            let share = (&(own * &hundred) / &most).unwrap_or_else(Number::zero);
            lines.push(
                Line::new("linear")
                    .arg("valid", own.shown())
                    .arg("most", most.shown())
                    .arg("value", share.shown()),
            );
            share
        } else {
            let behind = valid.values().filter(|other| *other <= own).count();
            let share = &(&Number::from(behind) * &hundred) / &Number::from(valid.len());
            let share = share.unwrap_or_else(Number::zero);
            lines.push(
                Line::new("behind").arg("count", behind).arg("all", valid.len()).arg("value", share.shown()),
            );
            share
        };
        values.insert(entry, Value { score: Some(score), lines, ..Value::default() });
    }
    values
}

/// One row of a ledger.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Posting {
    pub(super) entry: usize,
    pub(super) month: Option<String>,
    category: Option<String>,
    points: Number,
    hours: Number,
}

impl Posting {
    pub(super) fn counts(&self, what: Counted) -> Number {
        match what {
            Counted::Rows => Number::from(1),
            Counted::Hours => self.hours.clone(),
            Counted::Points => self.points.clone(),
        }
    }
}

/// The rows of a ledger. Months need a date in each.
pub(super) fn postings(
    (stage, ledger, dated): (&Stage, &Ledger, bool),
    inputs: &[Input],
    names: &Names,
    entries: &[Entry],
    standing: &BTreeSet<usize>,
    findings: &mut Vec<Finding>,
) -> Vec<Posting> {
    let keys = ["id", "title", "unit", "date", "category", "course", "points", "hours", "reason", "note"];
    let mut postings = Vec::new();
    for row in rows(inputs, names, &keys, findings) {
        let Some(entry) = of(&row, stage, entries, standing, findings) else { continue };
        let mut number = |key: &str, needed: bool, negative: bool| {
            let Some(text) = row.text(key) else {
                if needed {
                    findings.push(row.wrong("missing", key).arg("name", key));
                }
                return Number::zero();
            };
            match Number::parse(text) {
                Some(number) if negative || number >= Number::zero() => number,
                _ => {
                    findings.push(row.wrong("number", key).arg("name", key).arg("value", text));
                    Number::zero()
                }
            }
        };
        // Points may be taken away; hours cannot.
        let points = number("points", ledger.value == Counted::Points, true);
        let hours = number("hours", ledger.value == Counted::Hours, false);
        let month = row.text("date").map(month);
        if month == Some(None) || (dated && month.is_none()) {
            let rule = if month.is_none() { "missing" } else { "date" };
            let value = row.text("date").unwrap_or_default();
            findings.push(row.wrong(rule, "date").arg("name", "date").arg("value", value));
        }
        let category = row.text("category");
        if !ledger.categories.is_empty() {
            let known: Vec<&str> = ledger.categories.iter().map(|(id, _)| id.as_str()).collect();
            match category {
                None => findings.push(row.wrong("missing", "category").arg("name", "category")),
                Some(category) if !known.contains(&category) => {
                    let near = crate::diag::nearest(category, known.iter().copied());
                    findings.push(row.wrong("category", "category").arg("name", category).suggest(near));
                }
                Some(_) => {}
            }
        }
        let category = category.map(str::to_owned);
        postings.push(Posting { entry, month: month.flatten(), category, points, hours });
    }
    postings
}

/// What a ledger comes to for each entry: the sum, by category no more than its cap.
pub(super) fn sums(
    ledger: &Ledger,
    postings: &[Posting],
    standing: &BTreeSet<usize>,
) -> BTreeMap<usize, Value> {
    let mut values = BTreeMap::new();
    for &entry in standing {
        let own: Vec<&Posting> = postings.iter().filter(|posting| posting.entry == entry).collect();
        let sum = |category: Option<&str>| -> (Number, usize) {
            let rows: Vec<Number> = own
                .iter()
                .filter(|posting| category.is_none() || posting.category.as_deref() == category)
                .map(|posting| posting.counts(ledger.value))
                .collect();
            (rows.iter().sum(), rows.len())
        };
        let mut lines = Vec::new();
        let mut total = Number::zero();
        if ledger.categories.is_empty() {
            let (value, rows) = sum(None);
            lines.push(Line::new("sum-rows").arg("count", rows).arg("value", value.shown()));
            total = value;
        }
        for (category, cap) in &ledger.categories {
            let (value, rows) = sum(Some(category));
            let counts = match cap {
                Some(cap) if value > *cap => cap.clone(),
                _ => value.clone(),
            };
            let line = Line::new(if counts == value { "category" } else { "capped" });
            let line = line.arg("category", category).arg("count", rows).arg("value", value.shown());
            lines.push(line.arg("counts", counts.shown()));
            total = &total + &counts;
        }
        values.insert(entry, Value { score: Some(total), lines, ..Value::default() });
    }
    values
}

/// What some rows of an entry come to.
pub(super) fn reached(postings: &[Posting], entry: usize, what: Counted, category: Option<&str>) -> Number {
    let own = postings.iter().filter(|posting| {
        posting.entry == entry && (category.is_none() || posting.category.as_deref() == category)
    });
    let numbers: Vec<Number> = own.map(|posting| posting.counts(what)).collect();
    numbers.iter().sum()
}

/// Yes or no for each entry.
pub(super) fn decisions(
    stage: &Stage,
    inputs: &[Input],
    names: &Names,
    entries: &[Entry],
    (standing, excused): (&BTreeSet<usize>, &BTreeSet<usize>),
    findings: &mut Vec<Finding>,
) -> BTreeMap<usize, Value> {
    let mut values: BTreeMap<usize, Value> = BTreeMap::new();
    for row in rows(inputs, names, &["id", "title", "unit", "passed", "date", "reason", "note"], findings) {
        let Some(entry) = of(&row, stage, entries, standing, findings) else { continue };
        if values.contains_key(&entry) {
            findings.push(row.wrong("twice", "id").arg("name", &entries[entry].id));
            continue;
        }
        match row.text("passed").map(|word| (word, names.verdict(word))) {
            Some((_, Some(passed))) => {
                let line = Line::new(if passed { "passed" } else { "failed" });
                let line = line.arg("reason", row.text("reason").unwrap_or_default());
                values.insert(entry, Value { passed: Some(passed), lines: vec![line], ..Value::default() });
            }
            Some((word, None)) => {
                findings.push(row.wrong("verdict", "passed").arg("value", word));
                values.insert(entry, Value::default());
            }
            None => {
                findings.push(row.wrong("missing", "passed").arg("name", "passed"));
                values.insert(entry, Value::default());
            }
        }
    }
    for &entry in standing.difference(excused).filter(|entry| !values.contains_key(entry)) {
        findings.push(none(stage, &entries[entry], inputs));
    }
    values
}

fn rows<'i>(
    inputs: &'i [Input],
    names: &'i Names,
    keys: &[&str],
    findings: &mut Vec<Finding>,
) -> Vec<Named<'i>> {
    inputs.iter().flat_map(|input| input.named(names, keys, findings)).collect()
}

/// The entry that a row is about, as long as it is still in.
fn of(
    row: &Named<'_>,
    stage: &Stage,
    entries: &[Entry],
    standing: &BTreeSet<usize>,
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let entry = place(row, entries, findings)?;
    if standing.contains(&entry) {
        return Some(entry);
    }
    findings.push(row.wrong("out", "id").arg("name", &entries[entry].id).arg("stage", &stage.id));
    None
}

/// An entry that a stage says nothing of.
fn none(stage: &Stage, entry: &Entry, inputs: &[Input]) -> Finding {
    let path = inputs.first().map_or_else(|| std::path::PathBuf::from(&stage.id), |input| input.path.clone());
    Finding::new(crate::diag::Code::SheetRule, path, None)
        .arg("rule", "nothing")
        .arg("name", &entry.id)
        .arg("stage", &stage.id)
}

/// The month of a date, `2026-03-05` or `2026-03`.
fn month(text: &str) -> Option<String> {
    let day = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok().map(|day| day.format("%Y-%m").to_string())
}
