//! Sheets of judges: which count, which are left out, and what they come to.

use super::input::Input;
use super::input::Named;
use super::input::Names;
use super::number::Number;
use super::outcome::Line;
use super::outcome::Value;
use super::round::Entry;
use super::round::Round;
use super::round::place;
use super::scheme::Combine;
use super::scheme::Panel;
use super::scheme::Scheme;
use super::scheme::Stage;
use crate::diag::Finding;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// One judge's word on one entry.
struct Sheet {
    judge: String,
    /// The points by item, in the order of the panel; `None`: recused, with the reason.
    points: Result<Vec<Number>, String>,
}

impl Sheet {
    fn total(&self) -> Number {
        self.points.iter().flatten().sum()
    }
}

/// What a panel says of each entry that is still in. `excused` need no sheet.
pub(super) fn values(
    (scheme, stage, panel): (&Scheme, &Stage, &Panel),
    (round, inputs): (&Round, &[Input]),
    names: &Names,
    entries: &[Entry],
    (standing, excused): (&BTreeSet<usize>, &BTreeSet<usize>),
    findings: &mut Vec<Finding>,
) -> BTreeMap<usize, Value> {
    let people = judges(round, names, findings);
    let mut sheets: BTreeMap<usize, Vec<Sheet>> = BTreeMap::new();
    let mut keys = vec!["id", "title", "unit", "judge", "recused", "note"];
    keys.extend(panel.items.iter().map(|(id, _)| id.as_str()));
    for input in inputs {
        let about = |key: &str| input.about(names, key).map(|pair| pair.value.as_str());
        let stem = input.path.file_stem().unwrap_or_default().to_string_lossy();
        for row in input.named(names, &keys, findings) {
            let judge = about("judge").or(row.text("judge")).unwrap_or(&stem);
            let Some(entry) = place(&row, entries, findings) else { continue };
            if !standing.contains(&entry) {
                findings.push(row.wrong("out", "id").arg("name", &entries[entry].id).arg("stage", &stage.id));
                continue;
            }
            let known = sheets.entry(entry).or_default();
            if known.iter().any(|sheet| sheet.judge == judge) {
                let finding = row.wrong("sheet-twice", "id").arg("judge", judge);
                findings.push(finding.arg("name", &entries[entry].id));
                continue;
            }
            let points = match row.text("recused") {
                Some(reason) => Err(reason.to_owned()),
                None => {
                    let own = |key: &str| about(key).or_else(|| people.get(judge)?.get(key).copied());
                    conflict(scheme, &row, judge, &own, &entries[entry], findings);
                    Ok(points(&row, panel, findings))
                }
            };
            known.push(Sheet { judge: judge.to_owned(), points });
        }
    }
    let mut values = BTreeMap::new();
    for &entry in standing {
        let mut sheets = sheets.remove(&entry).unwrap_or_default();
        // The order in which sheets come in changes nothing, not even what is printed.
        sheets.sort_by(|a, b| a.judge.cmp(&b.judge));
        let counting = sheets.iter().filter(|sheet| sheet.points.is_ok()).count();
        if counting < panel.judges {
            if !excused.contains(&entry) {
                findings.push(too_few(stage, &entries[entry], counting, panel.judges, round));
            }
            continue;
        }
        values.insert(entry, combined(panel, &sheets));
    }
    values
}

fn judges<'r>(
    round: &'r Round,
    names: &'r Names,
    findings: &mut Vec<Finding>,
) -> BTreeMap<&'r str, BTreeMap<&'r str, &'r str>> {
    let mut people: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for input in &round.judges {
        for row in input.named(names, &["judge", "unit", "province", "city", "county", "note"], findings) {
            let Some(judge) = row.text("judge") else {
                findings.push(row.wrong("missing", "judge").arg("name", "judge"));
                continue;
            };
            let fields = row.pairs().map(|(key, pair)| (key, pair.value.as_str())).collect();
            if people.insert(judge, fields).is_some() {
                findings.push(row.wrong("twice", "judge").arg("name", judge));
            }
        }
    }
    people
}

/// A judge may not score what is too near to him; whether it is must be known, of both.
fn conflict<'i>(
    scheme: &Scheme,
    row: &Named<'_>,
    judge: &str,
    own: &dyn Fn(&str) -> Option<&'i str>,
    entry: &Entry,
    findings: &mut Vec<Finding>,
) {
    for key in &scheme.recuse {
        match (own(key), entry.field(key)) {
            (None, _) => {
                findings.push(row.wrong("judge-unknown", "id").arg("judge", judge).arg("field", key));
            }
            (Some(own), Some(theirs)) if own == theirs => {
                let finding = row.wrong("conflict", "id").arg("judge", judge).arg("field", key);
                findings.push(finding.arg("value", own).arg("name", &entry.id));
            }
            (Some(_), None) => {
                findings.push(row.wrong("entry-unknown", "id").arg("name", &entry.id).arg("field", key));
            }
            _ => {}
        }
    }
}

fn points(row: &Named<'_>, panel: &Panel, findings: &mut Vec<Finding>) -> Vec<Number> {
    let mut points = Vec::with_capacity(panel.items.len());
    if panel.items.iter().all(|(item, _)| row.text(item).is_none()) {
        // A row of a blank sheet is one thing to say, not one for each item.
        findings.push(row.wrong("no-points", "id").arg("name", row.text("id").unwrap_or_default()));
        return points;
    }
    for (item, max) in &panel.items {
        let Some(text) = row.text(item) else {
            findings.push(row.wrong("missing", item).arg("name", item));
            continue;
        };
        match Number::parse(text) {
            None => findings.push(row.wrong("number", item).arg("name", item).arg("value", text)),
            Some(value) if value < Number::zero() || value > *max => {
                let finding = row.wrong("above", item).arg("name", item).arg("value", text);
                findings.push(finding.arg("max", max.shown()));
            }
            Some(value) => points.push(value),
        }
    }
    points
}

fn too_few(stage: &Stage, entry: &Entry, counting: usize, least: usize, round: &Round) -> Finding {
    let path = std::path::Path::new(&round.folder).join(&stage.id);
    Finding::new(crate::diag::Code::SheetRule, path, None)
        .arg("rule", "too-few")
        .arg("name", &entry.id)
        .arg("stage", &stage.id)
        .arg("count", counting)
        .arg("least", least)
}

fn combined(panel: &Panel, sheets: &[Sheet]) -> Value {
    let mut counting: Vec<&Sheet> = sheets.iter().filter(|sheet| sheet.points.is_ok()).collect();
    // By total, then by judge: of equal extremes which is dropped does not change the result, only its words.
    counting.sort_by(|a, b| a.total().cmp(&b.total()).then_with(|| a.judge.cmp(&b.judge)));
    let kept = &counting[panel.low..counting.len() - panel.high];
    let fate = |sheet: &Sheet| {
        let place = counting.iter().position(|known| known.judge == sheet.judge).unwrap_or(0);
        match place {
            place if place < panel.low => "low",
            place if place >= counting.len() - panel.high => "high",
            _ => "used",
        }
    };
    let mut lines = Vec::with_capacity(sheets.len() + 2);
    for sheet in sheets {
        lines.push(match &sheet.points {
            Err(reason) => Line::new("recused").arg("judge", &sheet.judge).arg("reason", reason),
            Ok(points) => {
                let parts: Vec<String> = panel
                    .items
                    .iter()
                    .zip(points)
                    .map(|((item, _), points)| format!("{item} {}", points.shown()))
                    .collect();
                Line::new("sheet")
                    .arg("judge", &sheet.judge)
                    .arg("parts", parts.join(" + "))
                    .arg("sum", sheet.total().shown())
                    .arg("fate", fate(sheet))
            }
        });
    }
    let totals: Vec<Number> = kept.iter().map(|sheet| sheet.total()).collect();
    let value = combine(panel.combine, &totals);
    let shown: Vec<String> = totals.iter().map(Number::shown).collect();
    lines.push(
        Line::new(match panel.combine {
            Combine::Mean => "mean",
            Combine::Median => "median",
            Combine::Sum => "sum",
        })
        .arg("parts", shown.join(" + "))
        .arg("count", totals.len())
        .arg("value", value.shown()),
    );
    let max: Number = panel.items.iter().map(|(_, max)| max).sum();
    let value = match panel.combine {
        Combine::Sum => value,
        // Weights are shares of a hundred, whatever the maxima of a sheet add up to.
        _ if max != Number::from(100) => {
            let scaled = (&(&value * &Number::from(100)) / &max).unwrap_or_else(Number::zero);
            lines.push(
                Line::new("scaled")
                    .arg("from", value.shown())
                    .arg("max", max.shown())
                    .arg("value", scaled.shown()),
            );
            scaled
        }
        _ => value,
    };
    let spread = match (counting.first(), counting.last(), &panel.spread) {
        (Some(low), Some(high), Some(most)) => {
            let spread = &high.total() - &low.total();
            (spread > *most).then_some(spread)
        }
        _ => None,
    };
    if let Some(spread) = &spread {
        lines.push(Line::new("spread").arg("value", spread.shown()));
    }
    let mut items = BTreeMap::new();
    for (place, (item, _)) in panel.items.iter().enumerate() {
        let of = |sheet: &&Sheet| sheet.points.as_ref().ok().and_then(|points| points.get(place)).cloned();
        let all: Vec<Number> = kept.iter().filter_map(of).collect();
        items.insert(item.clone(), combine(panel.combine, &all));
    }
    Value { score: Some(value), items, lines, spread, ..Value::default() }
}

/// Some numbers as one; nothing of nothing.
fn combine(how: Combine, numbers: &[Number]) -> Number {
    let sum: Number = numbers.iter().sum();
    let middle = numbers.len() / 2;
    let value = match how {
        Combine::Sum => Some(sum),
        Combine::Mean => &sum / &Number::from(numbers.len()),
        Combine::Median => {
            let mut sorted = numbers.to_vec();
            sorted.sort();
            match (sorted.get(middle), numbers.len() % 2) {
                (Some(one), 1) => Some(one.clone()),
                (Some(one), _) => &(one + &sorted[middle - 1]) / &Number::from(2),
                (None, _) => None,
            }
        }
    };
    value.unwrap_or_else(Number::zero)
}
