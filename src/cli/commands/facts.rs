//! `anku facts`: quantities and dates of the records that a query selects, each with where it stands.

use crate::cli::context::Context;
use crate::cli::failure;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::filters::wants_json;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Card;
use anku::archive::Record;
use anku::facts;
use anku::facts::Fact;
use anku::report::Document;
use anku::report::json_text;
use anku::search::is_or_below;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::text::fold::fold_term;
use anku::text::quantity::Decimal;
use anku::text::quantity::Meaning;
use anku::text::quantity::Quantity;
use anku::text::quantity::Words;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;

/// Facts that a person is shown when nobody says how many; programs get all.
const SHOWN: usize = 50;
/// Characters of the text before a fact and behind it that are shown with it.
const BEFORE: usize = 12;
const BEHIND: usize = 8;
const FORMATS: &[&str] = &["table", "plain", "json", "jsonl", "csv", "tsv", "md"];

/// A fact with its record.
type Row<'r> = (&'r Card, &'r Fact);

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let archive = context.archive()?;
    let words = facts::words(archive).map_err(|error| failure::words(context, "facts.words", error))?;
    let wanted = Wanted::read(context, archive, matches, &words)?;
    // Facts lie in the index: what changed is written into it first.
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Write };
    let compiled =
        query::compile(context, archive, &filters::query(matches), query::Reading::Query, matches)?;
    let ready = notices::ready(context, archive, refresh);
    let records = ready.facts(&compiled.plan, &words)?;
    let all: Vec<Row<'_>> = records
        .iter()
        .flat_map(|(card, facts)| facts.iter().map(move |fact| (card, fact)))
        .filter(|(_, fact)| wanted.is(fact))
        .collect();
    let total = all.len();
    let exit = match (total, ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (0, _) => Exit::Nothing,
        _ => Exit::Done,
    };
    if matches.get_flag("count") {
        let json = format!("{{\"v\":1,\"total\":{total}}}\n");
        context.print(if wants_json(matches) { json } else { format!("{total}\n") })?;
        return Ok(exit);
    }
    let for_people = matches!(format, None | Some("table"));
    let limit = match matches.get_one::<usize>("limit") {
        Some(0) => usize::MAX,
        Some(limit) => *limit,
        None if for_people && output::wanted(context, matches, format)? == "table" => SHOWN,
        None => usize::MAX,
    };
    let rows = &all[..total.min(limit)];
    let to_json = |(card, fact): &Row<'_>| fact.to_json(&card.id, &card.path);
    match format {
        Some("json") => {
            let facts: Vec<Value> = rows.iter().map(to_json).collect();
            output::text(context, matches, &json_text(&json!({"v": 1, "total": total, "facts": facts})))?;
        }
        Some("jsonl") => {
            let lines: Vec<String> = rows.iter().map(|row| json_text(&to_json(row))).collect();
            output::text(context, matches, &lines.concat())?;
        }
        _ if total == 0 => context.note(context.lang.word("facts.none")),
        _ => {
            let table = match output::wanted(context, matches, format)? {
                "csv" | "tsv" | "xlsx" => full_table(context, rows),
                _ => table(context, archive, rows),
            };
            output::document(context, matches, format, &Document::of(table))?;
        }
    }
    if for_people && total > 0 {
        let (all, to) = (total.to_string(), rows.len().to_string());
        let said = if rows.len() == total {
            context.lang.say("search.total", &[("total", &all)])
        } else {
            context.lang.say("search.shown", &[("total", &all), ("from", "1"), ("to", &to)])
        };
        context.note(&said);
    }
    Ok(exit)
}

/// Which facts of the records are wanted.
struct Wanted {
    /// Main form of the unit.
    unit: Option<String>,
    /// Folded.
    subject: Option<String>,
    kind: Option<String>,
    /// Labels of the sections that `--in` names.
    labels: Option<Vec<String>>,
}

impl Wanted {
    fn read(
        context: &Context,
        archive: &Archive,
        matches: &ArgMatches,
        words: &Words,
    ) -> Result<Wanted, Failure> {
        let unit = matches.get_one::<String>("unit").map(|unit| {
            // A rate, a ratio or a date is no unit of the list: it is taken as it stands.
            words.counted_in(unit).map_or_else(|| unit.trim().to_owned(), |(main, _)| main.to_owned())
        });
        Ok(Wanted {
            unit,
            subject: matches.get_one::<String>("subject").map(|subject| fold_term(subject)),
            kind: matches.get_one::<String>("kind").cloned(),
            labels: query::labels(context, archive, matches)?,
        })
    }

    fn is(&self, fact: &Fact) -> bool {
        let unit = self.unit.as_deref().is_none_or(|wanted| fact.is_in(wanted));
        let subject = self
            .subject
            .as_deref()
            .is_none_or(|wanted| fact.subject().is_some_and(|subject| fold_term(subject).contains(wanted)));
        let kind = self.kind.as_deref().is_none_or(|wanted| fact.kind() == wanted);
        let label = self
            .labels
            .as_ref()
            .is_none_or(|labels| labels.iter().any(|above| is_or_below(&fact.label, above)));
        unit && subject && kind && label
    }
}

/// The number as people write bounds: ≥500000, 25–30, ≈70.
fn stated(context: &Context, fact: &Fact) -> String {
    match &fact.meaning {
        Meaning::Quantity(Quantity { value, min, max, .. }) => match (min, max) {
            (Some(min), Some(max)) if min == max => min.to_string(),
            (Some(min), Some(max)) => format!("{min}–{max}"),
            (Some(min), None) => format!("≥{min}"),
            (None, Some(max)) => format!("≤{max}"),
            (None, None) => format!("≈{value}"),
        },
        Meaning::Date(first, last) if first == last => first.to_string(),
        Meaning::Date(first, last) => {
            context.lang.say("facts.days", &[("first", &first.to_string()), ("last", &last.to_string())])
        }
    }
}

fn unit(context: &Context, fact: &Fact) -> String {
    match &fact.meaning {
        Meaning::Date(..) => context.lang.word("facts.date").to_owned(),
        Meaning::Quantity(_) => fact.unit().unwrap_or_default().to_owned(),
    }
}

fn column(context: &Context, key: &str) -> Column {
    Column::text(context.lang.say(&format!("facts.{key}"), &[]))
}

/// What people read: the fact in its sentence, and where that stands.
fn table(context: &Context, archive: &Archive, rows: &[Row<'_>]) -> Table {
    let mut columns = vec![Column::figures(context.lang.word("facts.value"))];
    columns.extend(["unit", "subject", "snippet", "place"].map(|key| column(context, key)));
    let mut table = Table::new(columns);
    let mut texts = Texts { archive, path: String::new(), record: None };
    for (card, fact) in rows {
        table.push(vec![
            Cell::Text(stated(context, fact)),
            Cell::Text(unit(context, fact)),
            Cell::Text(fact.subject().unwrap_or_default().to_owned()),
            Cell::Text(texts.snippet(card, fact)),
            Cell::Text(format!("{}:{}", card.path, fact.line)),
        ]);
    }
    table
}

/// Every column of the contract, for programs.
fn full_table(context: &Context, rows: &[Row<'_>]) -> Table {
    const KEYS: [&str; 16] = [
        "id",
        "path",
        "line",
        "section",
        "field",
        "kind",
        "subject",
        "text",
        "value",
        "min",
        "max",
        "unit",
        "qualifier",
        "per",
        "start",
        "end",
    ];
    let mut table = Table::new(KEYS.map(|key| column(context, key)).into());
    for (card, fact) in rows {
        let row = fact.to_json(&card.id, &card.path);
        let numbers = match &fact.meaning {
            Meaning::Quantity(q) => Some((q.value, q.min, q.max)),
            Meaning::Date(..) => None,
        };
        let digits = |number: Option<Decimal>| number.map_or(Cell::Empty, |n| Cell::Text(n.to_string()));
        let cells = KEYS.iter().map(|key| match (*key, numbers) {
            ("value", Some((value, ..))) => digits(Some(value)),
            ("min", Some((_, min, _))) => digits(min),
            ("max", Some((_, _, max))) => digits(max),
            _ => match &row[*key] {
                Value::String(text) => Cell::Text(text.clone()),
                Value::Number(number) => number.as_i64().map_or(Cell::Empty, Cell::Count),
                _ => Cell::Empty,
            },
        });
        table.push(cells.collect());
    }
    table
}

/// The texts around facts, from the files as they are now; one file is kept, since facts of one stand together.
struct Texts<'a> {
    archive: &'a Archive,
    path: String,
    record: Option<Record>,
}

impl Texts<'_> {
    /// The fact with some words on either side, in one line; the fact alone where the file has changed.
    fn snippet(&mut self, card: &Card, fact: &Fact) -> String {
        if self.path != card.path {
            self.path.clone_from(&card.path);
            self.record = Record::read(&self.archive.root, &card.path).ok();
        }
        let around = self.record.as_ref().and_then(|record| {
            let kind = self.archive.kind(&card.kind)?;
            let values = kind.texts(record.root.as_ref()?);
            let value = values.iter().find(|value| facts::path(value) == fact.field)?;
            let chars: Vec<char> = value.text.chars().collect();
            let own: String = chars.get(fact.start..fact.end)?.iter().collect();
            (own == fact.text).then(|| passage(&chars, fact))
        });
        around.unwrap_or_else(|| fact.text.clone())
    }
}

fn passage(chars: &[char], fact: &Fact) -> String {
    let is_end = |c: char| matches!(c, '。' | '！' | '？' | '；' | '\n');
    let mut from = fact.start;
    while from > 0 && fact.start - from < BEFORE && !is_end(chars[from - 1]) {
        from -= 1;
    }
    let mut to = fact.end;
    while to < chars.len() && to - fact.end < BEHIND && !is_end(chars[to]) {
        to += 1;
    }
    let cut = |at: Option<&char>| if at.is_some_and(|&c| !is_end(c)) { "…" } else { "" };
    let before = cut(from.checked_sub(1).and_then(|at| chars.get(at)));
    let text: String = chars[from..to].iter().map(|&c| if c.is_control() { ' ' } else { c }).collect();
    format!("{before}{}{}", text.trim(), cut(chars.get(to)))
}
