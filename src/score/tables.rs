//! What a run comes to, as tables.

use super::number::Number;
use super::outcome::Outcome;
use super::outcome::Standing;
use super::requests::Request;
use super::scheme::Scheme;
use crate::locale::Lang;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Table;
use std::collections::BTreeMap;

/// The tables of an outcome, those with nothing in them left out.
pub fn tables(scheme: &Scheme, outcome: &Outcome, lang: Lang) -> Vec<Table> {
    let mut tables = Vec::new();
    if !outcome.standings.is_empty() && scheme.months.is_none() {
        tables.push(standings(scheme, outcome, lang));
    }
    if !outcome.months.is_empty() {
        tables.extend(months(scheme, outcome, lang));
    }
    if !outcome.requests.is_empty() {
        tables.push(handled(scheme, &outcome.requests, lang));
        tables.extend(overdue(scheme, &outcome.requests, lang));
    }
    if !outcome.held.is_empty() {
        let mut table = titled(lang, "score.table.held", &["id", "title", "grade", "since"]);
        for row in &outcome.held {
            table.push(row.iter().map(|text| Cell::Text(text.clone())).collect());
        }
        tables.push(table);
    }
    tables
}

/// What a column is called: `score.column.KEY`.
pub fn heading(key: &str, lang: Lang) -> String {
    lang.say(&format!("score.column.{key}"), &[])
}

/// A table whose headings are sentences `score.column.…`.
fn titled(lang: Lang, title: &'static str, columns: &[&str]) -> Table {
    let column = |key: &&str| {
        let heading = heading(key, lang);
        let figures = matches!(
            *key,
            "rank"
                | "score"
                | "points"
                | "flags"
                | "received"
                | "answered"
                | "in_time"
                | "share"
                | "overdue"
                | "days"
        );
        if figures { Column::figures(heading) } else { Column::text(heading) }
    };
    let mut table = Table::new(columns.iter().map(column).collect());
    table.title = Some(lang.word(title).to_owned());
    table
}

fn count(number: usize) -> Cell {
    Cell::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

fn decimal(number: &Number, digits: u32) -> Cell {
    Cell::Decimal(number.fixed(digits))
}

fn text(value: Option<&str>) -> Cell {
    value.filter(|value| !value.is_empty()).map_or(Cell::Empty, Cell::from)
}

/// A column of the table of standings: its heading, whether it holds figures, what it says of one.
struct Shown<'s> {
    heading: String,
    figures: bool,
    cell: Box<dyn Fn(&Standing) -> Cell + 's>,
}

fn standings(scheme: &Scheme, outcome: &Outcome, lang: Lang) -> Table {
    let digits = scheme.rounding.digits;
    let word = |key| heading(key, lang);
    let mut columns: Vec<Shown<'_>> = Vec::new();
    let mut add = |heading: String, figures: bool, cell: Box<dyn Fn(&Standing) -> Cell>| {
        columns.push(Shown { heading, figures, cell });
    };
    add(word("rank"), true, Box::new(|one| one.rank.map_or(Cell::Empty, count)));
    add(word("id"), false, Box::new(|one| Cell::from(one.entry.id.as_str())));
    let subject = if scheme.subject.is_empty() { word("title") } else { scheme.subject.clone() };
    add(subject, false, Box::new(|one| text(Some(&one.entry.title))));
    add(word("unit"), false, Box::new(|one| text(one.entry.field("unit"))));
    for (place, stage) in scheme.stages.iter().enumerate() {
        let figures = !matches!(stage.by, super::scheme::By::Decision);
        let (passed, failed) = (lang.word("score.passed").to_owned(), lang.word("score.failed").to_owned());
        let cell = move |one: &Standing| match one.stages.get(place).and_then(Option::as_ref) {
            // Rounded for the eye only: the exact value goes on.
            Some(value) => match (&value.score, value.passed) {
                (Some(score), _) => decimal(score, digits),
                (None, Some(passing)) => text(Some(if passing { &passed } else { &failed })),
                (None, None) => Cell::Empty,
            },
            None => Cell::Empty,
        };
        add(stage.id.clone(), figures, Box::new(cell));
    }
    add(
        word("score"),
        true,
        Box::new(move |one| one.score.as_ref().map_or(Cell::Empty, |s| decimal(s, digits))),
    );
    let outs: Vec<String> =
        scheme.stages.iter().map(|stage| lang.say("score.out", &[("stage", &stage.id)])).collect();
    let result = move |one: &Standing| {
        let out = one.out.and_then(|place| outs.get(place)).map(String::as_str);
        text(one.level.as_deref().or(one.grade.as_deref()).or(out))
    };
    add(word("level"), false, Box::new(result));
    add(word("tier"), false, Box::new(|one| text(one.tier.as_deref())));
    add(word("before"), false, Box::new(|one| text(one.before.as_deref())));
    let reasons = |one: &Standing| [one.vetoes.clone(), one.unmet.clone()].concat().join("、");
    add(word("reasons"), false, Box::new(move |one| text(Some(&reasons(one)))));
    add(word("measures"), false, Box::new(|one| text(Some(&one.measures.join("；")))));
    // A column that says nothing of anybody is left out.
    columns.retain(|column| {
        let empty = |one: &Standing| (column.cell)(one) == Cell::Empty;
        !outcome.standings.iter().all(empty)
    });
    let column = |shown: &Shown<'_>| {
        if shown.figures { Column::figures(&shown.heading) } else { Column::text(&shown.heading) }
    };
    let mut table = Table::new(columns.iter().map(column).collect());
    for one in &outcome.standings {
        table.push(columns.iter().map(|column| (column.cell)(one)).collect());
    }
    table.notes = outcome.remarks.iter().map(|line| line.say(lang)).collect();
    let far = outcome
        .standings
        .iter()
        .filter(|one| one.stages.iter().flatten().any(|value| value.spread.is_some()));
    let far: Vec<&str> = far.map(|one| one.entry.id.as_str()).collect();
    if !far.is_empty() {
        table.notes.push(lang.say("score.spread", &[("ids", &far.join("、"))]));
    }
    table
}

fn months(scheme: &Scheme, outcome: &Outcome, lang: Lang) -> Vec<Table> {
    let title =
        |id: &str| outcome.standing(id).map(|one| one.entry.title.as_str()).unwrap_or_default().to_owned();
    let (flag, model) =
        scheme.months.as_ref().map(|m| (m.flag.as_str(), m.model.as_str())).unwrap_or_default();
    let digits = scheme.rounding.digits;
    let mut by_month =
        titled(lang, "score.table.months", &["month", "rank", "id", "title", "points", "honour"]);
    for month in &outcome.months {
        for (id, points, rank, flagged) in &month.rows {
            by_month.push(vec![
                Cell::from(month.month.as_str()),
                count(*rank),
                Cell::from(id.as_str()),
                Cell::Text(title(id)),
                decimal(points, digits),
                text(flagged.then_some(flag)),
            ]);
        }
    }
    let mut year = titled(lang, "score.table.year", &["id", "title", "points", "flags", "honour"]);
    let mut sums: Vec<(&str, Number, usize)> = Vec::new();
    for one in &outcome.standings {
        let rows = outcome.months.iter().flat_map(|month| &month.rows);
        let own: Vec<_> = rows.filter(|(id, ..)| *id == one.entry.id).collect();
        let flags = own.iter().filter(|(.., flagged)| *flagged).count();
        sums.push((&one.entry.id, own.iter().map(|(_, points, ..)| points).sum(), flags));
    }
    sums.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| b.1.cmp(&a.1)).then_with(|| a.0.cmp(b.0)));
    for (id, points, flags) in sums {
        let honour = outcome.models.iter().any(|(known, _)| known == id).then_some(model);
        year.push(vec![
            Cell::from(id),
            Cell::Text(title(id)),
            decimal(&points, digits),
            count(flags),
            text(honour),
        ]);
    }
    vec![year, by_month]
}

/// What was taken in, answered and answered in time, by group and month of taking in.
fn handled(scheme: &Scheme, requests: &[Request], lang: Lang) -> Table {
    let columns = ["group", "month", "received", "answered", "in_time", "share", "overdue"];
    let mut table = titled(lang, "score.table.handled", &columns);
    let mut groups: BTreeMap<(&str, String), [usize; 4]> = BTreeMap::new();
    let mut all = [0; 4];
    for request in requests {
        let month = request.done.first().copied().flatten().map(|day| day.format("%Y-%m").to_string());
        let counts = groups.entry((&request.group, month.unwrap_or_default())).or_default();
        let complete = request.next == scheme.requests.len();
        let marks = [true, complete, complete && request.in_time, request.overdue.is_some()];
        for (place, mark) in marks.into_iter().enumerate() {
            counts[place] += usize::from(mark);
            all[place] += usize::from(mark);
        }
    }
    let cells = |group: Cell, month: Cell, counts: [usize; 4]| {
        #[allow(clippy::cast_precision_loss)] // a share with one decimal
        let share =
            if counts[1] == 0 { Cell::Empty } else { Cell::Share(counts[2] as f64 / counts[1] as f64) };
        vec![group, month, count(counts[0]), count(counts[1]), count(counts[2]), share, count(counts[3])]
    };
    for ((group, month), counts) in groups {
        table.push(cells(Cell::from(group), Cell::from(month.as_str()), counts));
    }
    table.push_summary(cells(Cell::from(lang.word("score.all")), Cell::Empty, all));
    table
}

fn overdue(scheme: &Scheme, requests: &[Request], lang: Lang) -> Option<Table> {
    let mut late: Vec<&Request> = requests.iter().filter(|request| request.overdue.is_some()).collect();
    late.sort_by(|a, b| b.overdue.cmp(&a.overdue).then_with(|| a.id.cmp(&b.id)));
    let mut table = titled(lang, "score.table.overdue", &["id", "group", "subject", "step", "due", "days"]);
    for request in &late {
        let step = scheme.requests.get(request.next).map(|step| step.id.as_str());
        let due = request.due.get(request.next).copied().flatten().map(|day| day.to_string());
        let days = request.overdue.and_then(|days| usize::try_from(days).ok()).unwrap_or(0);
        table.push(vec![
            Cell::from(request.id.as_str()),
            text(Some(&request.group)),
            text(Some(&request.subject)),
            text(step),
            text(due.as_deref()),
            count(days),
        ]);
    }
    (!late.is_empty()).then_some(table)
}

/// How one entry came to its result, every addend: the stage and the sentence.
pub fn explanation(scheme: &Scheme, one: &Standing, lang: Lang) -> Table {
    let mut table = Table::new(vec![
        Column::text(lang.word("score.column.stage")),
        Column::text(lang.word("score.column.line")),
    ]);
    table.title = Some(format!("{} {}", one.entry.id, one.entry.title));
    for (place, stage) in scheme.stages.iter().enumerate() {
        let Some(value) = one.stages.get(place).and_then(Option::as_ref) else { continue };
        for line in &value.lines {
            table.push(vec![Cell::from(stage.id.as_str()), Cell::Text(line.say(lang))]);
        }
        if one.out == Some(place) {
            let out = lang.say("score.out", &[("stage", &stage.id)]);
            table.push(vec![Cell::from(stage.id.as_str()), Cell::Text(out)]);
        }
    }
    for line in &one.lines {
        table.push(vec![Cell::from(lang.word("score.final")), Cell::Text(line.say(lang))]);
    }
    table
}
