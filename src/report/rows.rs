//! A list of records or entries as tables.

use super::outline::ListSpec;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Datum;
use crate::schema::FieldType;
use crate::schema::Kind;
use crate::stats::CutError;
use crate::stats::Dim;
use crate::stats::Plan;
use crate::stats::Unit;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// One table, or one a group with its name and size above it; none when there is nothing to list.
pub(super) fn tables(
    spec: &ListSpec,
    title: Option<&str>,
    kind: &Kind,
    cards: &[&Card],
    lang: Lang,
) -> Result<Vec<Table>, CutError> {
    let sort = spec.sort.iter().map(|(dim, _)| *dim);
    let dims: Vec<Dim> = spec.fields.iter().copied().chain(sort).chain(spec.group).collect();
    let plan = Plan::new(kind, &dims)?;
    // Each with the place of its record.
    let mut units: Vec<(u32, Unit<'_>)> = (0..)
        .zip(cards)
        .flat_map(|(place, card)| plan.units(card).into_iter().map(move |unit| (place, unit)))
        .filter(|(_, unit)| !unit.outside)
        .collect();
    units.sort_by(|(_, a), (_, b)| order(spec, kind, a, b));

    let mut groups: BTreeMap<Option<&Datum>, Vec<&(u32, Unit<'_>)>> = BTreeMap::new();
    for unit in &units {
        let value = spec.group.and_then(|_| unit.1.values.last()?.first());
        groups.entry(value).or_default().push(unit);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    if let Some(dim) = spec.group {
        groups.sort_by_cached_key(|(value, _)| dim.order(kind, *value));
    }
    let table = |(value, units): (Option<&Datum>, Vec<&(u32, Unit<'_>)>)| {
        let mut table = Table::new(spec.fields.iter().map(|dim| column(*dim, kind, lang)).collect());
        table.title = match spec.group {
            None => title.map(str::to_owned),
            Some(dim) => {
                let name = dim.label(kind, value, lang);
                Some(lang.say("report.group", &[("name", &name), ("count", &units.len().to_string())]))
            }
        };
        for (place, unit) in units {
            let cells = spec.fields.iter().zip(&unit.values);
            let cells = cells.map(|(dim, values)| cell(*dim, kind, values, lang)).collect();
            table.rows.push(Row { cells, summary: false, behind: vec![vec![*place]] });
        }
        table
    };
    Ok(groups.into_iter().map(table).collect())
}

/// By the keys of the outline, then by id. What has no value stays last, whichever way round.
fn order(spec: &ListSpec, kind: &Kind, a: &Unit<'_>, b: &Unit<'_>) -> Ordering {
    let mut order = Ordering::Equal;
    for (place, &(dim, desc)) in spec.sort.iter().enumerate() {
        let place = spec.fields.len() + place;
        let (a, b) = (a.values[place].first(), b.values[place].first());
        let found = dim.order(kind, a).cmp(&dim.order(kind, b));
        let turned = desc && a.is_some() && b.is_some();
        order = order.then(if turned { found.reverse() } else { found });
    }
    order.then_with(|| a.card.id.cmp(&b.card.id))
}

fn column(dim: Dim, kind: &Kind, lang: Lang) -> Column {
    let heading = dim.heading(kind, lang);
    match dim.field(kind) {
        Some(field) if field.ty == FieldType::Integer => Column::figures(heading),
        _ => Column::text(heading),
    }
}

fn cell(dim: Dim, kind: &Kind, values: &[Datum], lang: Lang) -> Cell {
    match values {
        [] => Cell::Empty,
        [Datum::Integer(number)] => Cell::Count(*number),
        _ => {
            let labels: Vec<String> = values.iter().map(|value| dim.label(kind, Some(value), lang)).collect();
            Cell::Text(labels.join(if lang.is_zh() { "、" } else { ", " }))
        }
    }
}
