//! Tables that check: whether the ranks of a list are all there, and what a check of the files found.

use super::build::Rule;
use super::outline::FindingsSpec;
use super::outline::RanksSpec;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Datum;
use crate::schema::Kind;
use crate::stats::CutError;
use crate::stats::Plan;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;
use std::collections::BTreeMap;

/// One row a group: how many entries, the first and the last rank, the sum of the ranks, what it must be
/// if each from 1 to the number of entries is there once, and which are not, or twice.
///
/// # Errors
/// Fields that lie in two lists.
pub(super) fn ranks(spec: &RanksSpec, kind: &Kind, cards: &[&Card], lang: Lang) -> Result<Table, CutError> {
    let plan = Plan::new(kind, &[spec.group, spec.rank])?;
    let mut groups: BTreeMap<Option<Datum>, (Vec<i64>, Vec<u32>)> = BTreeMap::new();
    for (place, card) in (0..).zip(cards) {
        for unit in plan.units(card).into_iter().filter(|unit| !unit.outside) {
            let value = unit.values.first().and_then(|values| values.first()).cloned();
            let (ranks, behind) = groups.entry(value).or_default();
            behind.push(place);
            ranks.extend(unit.values.get(1).into_iter().flatten().filter_map(|value| match value {
                Datum::Integer(number) => Some(*number),
                Datum::Text(_) => None,
            }));
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_cached_key(|(value, _)| spec.group.order(kind, value.as_ref()));
    let heading = |key: &'static str| Column::figures(lang.word(key));
    let mut table = Table::new(vec![
        Column::text(spec.group.heading(kind, lang)),
        heading("stats.count"),
        heading("report.ranks.sum"),
        heading("report.ranks.due"),
        Column::text(lang.word("report.ranks.missing")),
        Column::text(lang.word("report.ranks.twice")),
        Column::text(lang.word("report.ranks.result")),
    ]);
    for (value, (mut ranks, mut behind)) in groups {
        behind.dedup();
        let entries = i64::try_from(behind.len().max(ranks.len())).unwrap_or(i64::MAX);
        let sum = ranks.iter().fold(0_i64, |sum, rank| sum.saturating_add(*rank));
        let due = entries.saturating_mul(entries.saturating_add(1)) / 2;
        ranks.sort_unstable();
        let twice: Vec<i64> =
            ranks.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        let missing: Vec<i64> = (1..=entries).filter(|rank| ranks.binary_search(rank).is_err()).collect();
        let right = sum == due && twice.is_empty() && missing.is_empty();
        let list = |numbers: &[i64]| {
            let numbers: Vec<String> = numbers.iter().take(20).map(i64::to_string).collect();
            Cell::Text(numbers.join(if lang.is_zh() { "、" } else { ", " }))
        };
        let cells = vec![
            Cell::Text(spec.group.label(kind, value.as_ref(), lang)),
            Cell::Count(entries),
            Cell::Count(sum),
            Cell::Count(due),
            list(&missing),
            list(&twice),
            lang.word(if right { "report.ranks.right" } else { "report.ranks.wrong" }).into(),
        ];
        table.rows.push(Row { cells, summary: false, behind: vec![Vec::new(), behind.clone(), behind] });
    }
    Ok(table)
}

/// One row a rule: how often it was broken, and where first. `records` gives the places of the records of some files.
pub(super) fn findings(
    spec: &FindingsSpec,
    rules: &[Rule],
    records: &dyn Fn(&[String]) -> Vec<u32>,
    lang: Lang,
) -> Table {
    let mut table = Table::new(vec![
        Column::text(lang.word("report.code")),
        Column::text(lang.word("report.rule")),
        Column::figures(lang.word("stats.count")),
        Column::text(lang.word("report.examples")),
    ]);
    for rule in rules {
        if !spec.codes.is_empty() && !spec.codes.iter().any(|code| rule.code.starts_with(code.as_str())) {
            continue;
        }
        let mut places: Vec<&str> = rule.places.iter().take(spec.show).map(String::as_str).collect();
        if rule.places.len() > places.len() && !places.is_empty() {
            places.push("…");
        }
        let cells = vec![
            Cell::Text(rule.code.clone()),
            Cell::Text(rule.name.clone()),
            Cell::Count(i64::try_from(rule.places.len()).unwrap_or(i64::MAX)),
            Cell::Text(places.join(if lang.is_zh() { "；" } else { "; " })),
        ];
        let behind = vec![Vec::new(), Vec::new(), records(&rule.files)];
        table.rows.push(Row { cells, summary: false, behind });
    }
    if table.rows.is_empty() {
        table.notes.push(lang.word("report.no_findings").to_owned());
    }
    table
}
