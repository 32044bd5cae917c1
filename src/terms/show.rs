//! Terms as tables and as JSON.

use super::Kind;
use super::Period;
use super::Term;
use super::Terms;
use crate::locale::Lang;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Table;
use serde_json::Value;
use serde_json::json;

/// What people read: a table of methods and one of keywords, each under its name; one without rows is left out. `shown` are terms of
/// `terms`.
pub fn tables(terms: &Terms, shown: &[Term], lang: Lang) -> Vec<Table> {
    let mut tables = Vec::new();
    for kind in [Kind::Method, Kind::Keyword] {
        let rows: Vec<&Term> = shown.iter().filter(|term| term.kind == kind).collect();
        if rows.is_empty() {
            continue;
        }
        let mut columns = vec![
            Column::text(lang.say(&format!("terms.{}", kind.key()), &[])),
            Column::figures(lang.word("terms.records")),
            Column::figures(lang.word("terms.archive")),
        ];
        if let Some((period, _)) = &terms.before {
            columns.push(Column::figures(period.name(lang)));
            columns.push(Column::text(lang.word("terms.change")));
        }
        columns.push(Column::figures(lang.word("terms.score")));
        columns.push(Column::text(lang.word("terms.first")));
        let mut table = Table::new(columns);
        for term in &rows {
            let mut cells = vec![Cell::Text(term.text.clone()), count(term.records), count(term.archive)];
            if terms.before.is_some() {
                cells.push(term.before.map_or(Cell::Empty, count));
                cells.push(term.change.map_or(Cell::Empty, |change| {
                    Cell::Text(lang.say(&format!("terms.change.{}", change.key()), &[]))
                }));
            }
            cells.push(Cell::Text(format!("{:.1}", no_minus(term.score))));
            let year = term
                .first
                .year
                .map_or_else(|| lang.word("terms.undated").to_owned(), |year| year.to_string());
            cells.push(Cell::Text(format!("{year} {} {}", term.first.id, term.first.title)));
            table.push(cells);
        }
        let all = terms.terms.iter().filter(|term| term.kind == kind).count();
        if all > rows.len() {
            let (shown, all) = (rows.len().to_string(), all.to_string());
            table.notes.push(lang.say("terms.more", &[("shown", &shown), ("all", &all)]));
        }
        tables.push(table);
    }
    tables
}

/// Every column of the JSON, one table: for spreadsheets and scripts.
pub fn full_table(shown: &[Term], lang: Lang) -> Table {
    const KEYS: [&str; 11] =
        ["term", "name", "kind", "records", "archive", "before", "change", "score", "first", "year", "title"];
    let column = |key: &str| {
        let heading = lang.say(&format!("terms.column.{key}"), &[]);
        if matches!(key, "records" | "archive" | "before" | "score") {
            Column::figures(heading)
        } else {
            Column::text(heading)
        }
    };
    let mut table = Table::new(KEYS.iter().map(|key| column(key)).collect());
    for term in shown {
        table.push(vec![
            Cell::Text(term.text.clone()),
            Cell::Text(term.name.clone()),
            term.kind.key().into(),
            count(term.records),
            count(term.archive),
            term.before.map_or(Cell::Empty, count),
            term.change.map_or(Cell::Empty, |change| change.key().into()),
            Cell::Text(format!("{:.3}", no_minus(term.score))),
            Cell::Text(term.first.id.clone()),
            term.first.year.map_or(Cell::Empty, Cell::Count),
            Cell::Text(term.first.title.clone()),
        ]);
    }
    table
}

/// The object of the contract. `first.year` is null where no record with a year has the term.
pub fn to_json(terms: &Terms, shown: &[Term]) -> Value {
    let one = |term: &Term| {
        json!({
            "term": term.text, "name": term.name, "kind": term.kind.key(), "records": term.records,
            "archive": term.archive, "before": term.before, "change": term.change.map(super::Change::key),
            "score": (no_minus(term.score) * 1000.0).round() / 1000.0,
            "first": {
                "id": term.first.id, "year": term.first.year, "title": term.first.title, "path": term.first.path,
            },
        })
    };
    let before = terms.before.as_ref().map(|(period, records)| {
        json!({"records": records, "field": period.field, "from": period.from, "to": period.to})
    });
    json!({
        "v": 1,
        "selection": {"records": terms.selection},
        "archive": {"records": terms.archive, "undated": terms.undated},
        "before": before,
        "total": terms.terms.len(),
        "terms": shown.iter().map(one).collect::<Vec<_>>(),
    })
}

impl Period {
    /// What it is called: 2010年, 第2届, 2008至2009年.
    pub fn name(&self, lang: Lang) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        let several = if self.from == self.to { "" } else { "s" };
        let key = format!("terms.{}{several}", if self.field == "edition" { "edition" } else { "year" });
        lang.say(&key, &[("from", &from), ("to", &to)])
    }
}

fn count(number: usize) -> Cell {
    Cell::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Zero has no sign.
fn no_minus(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}
