//! What is not filled in.

use super::outline::Gap;
use super::outline::GapsSpec;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::LISTED;
use crate::stats::Dim;
use crate::stats::list_label;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Row;
use crate::table::Table;

/// One row a gap: how many records have it, their share, and the first few of them.
pub(super) fn table(spec: &GapsSpec, kind: &Kind, cards: &[&Card], lang: Lang) -> Table {
    let mut table = Table::new(vec![
        Column::text(lang.word("report.gap")),
        Column::figures(lang.word("stats.count")),
        Column::figures(lang.word("stats.share")),
        Column::text(lang.word("report.examples")),
    ]);
    for gap in &spec.fields {
        let fields = fields(gap, kind);
        let mut missing: Vec<(u32, &Card)> =
            (0..).zip(cards.iter().copied()).filter(|(_, card)| lacks(gap, &fields, card)).collect();
        let behind: Vec<u32> = missing.iter().map(|(place, _)| *place).collect();
        missing.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        let named = missing.iter().take(spec.show).map(|(_, card)| format!("{} {}", card.id, card.title));
        let mut examples: Vec<String> = named.collect();
        if missing.len() > examples.len() && !examples.is_empty() {
            examples.push("…".to_owned());
        }
        let share = (!cards.is_empty()).then(|| missing.len() as f64 / cards.len() as f64);
        let examples = examples.join(if lang.is_zh() { "；" } else { "; " });
        let cells = vec![
            Cell::Text(name(gap, kind, lang)),
            Cell::Count(i64::try_from(missing.len()).unwrap_or(i64::MAX)),
            share.map_or(Cell::Empty, Cell::Share),
            if examples.is_empty() { Cell::Empty } else { Cell::Text(examples) },
        ];
        table.rows.push(Row { cells, summary: false, behind: vec![Vec::new(), behind.clone(), behind] });
    }
    table
}

fn name(gap: &Gap, kind: &Kind, lang: Lang) -> String {
    match gap {
        Gap::Value(Dim::Extent) => lang.word("report.no_text").to_owned(),
        Gap::Value(dim) => lang.say("report.no_value", &[("field", &dim.heading(kind, lang))]),
        Gap::List(list) => lang.say("report.no_entry", &[("list", &list_label(kind, list, lang))]),
    }
}

/// The fields whose values fill a gap. A field of the record counts as filled in when an entry of a
/// list has it: the year of a case known from an award list is the list's.
fn fields(gap: &Gap, kind: &Kind) -> Vec<usize> {
    let fills = |field: &Field| match gap {
        Gap::Value(dim) => {
            let path = dim.path(kind);
            let list = field.list.as_ref().filter(|list| field.group && kind.registers.contains(list));
            field.path == path || list.is_some_and(|list| field.path == format!("{list}.{path}"))
        }
        Gap::List(list) => field.list.as_ref() == Some(list),
    };
    (0..kind.fields.len()).filter(|&place| fills(&kind.fields[place])).collect()
}

fn lacks(gap: &Gap, fields: &[usize], card: &Card) -> bool {
    match gap {
        Gap::Value(Dim::Extent) => card.extent.as_deref() == Some(LISTED),
        _ => !card.facts.iter().any(|fact| fields.contains(&fact.field)),
    }
}
