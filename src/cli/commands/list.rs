//! `anku list`: records as a table, filtered and sorted.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::listing;
use crate::cli::listing::Listing;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Card;
use anku::report::Document;
use anku::report::json_text;
use anku::schema::Datum;
use anku::schema::FieldType;
use anku::search::Doc;
use anku::search::matching;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

const FORMATS: &[&str] = &["table", "plain", "json", "jsonl", "csv", "tsv", "md"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let archive = context.archive()?;
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let compiled =
        query::compile(context, archive, &filters::query(matches), query::Reading::Query, matches)?;
    let listing = Listing::read(context, archive, matches, usize::MAX)?;
    let asked = columns(context, archive, matches)?;
    let ready = notices::ready(context, archive, refresh);
    let (cards, total) = ready.with(|engine| -> Result<(Vec<Card>, usize), Failure> {
        // In the order of the files, unless somebody asks for another.
        let docs: Vec<Doc> = matching(&compiled.plan, engine)?.iter().collect();
        let paths = engine.paths(&docs)?;
        let mut ordered: Vec<(&str, Doc)> = paths.iter().zip(docs).collect();
        ordered.sort_unstable();
        let docs = ordered.into_iter().map(|(_, doc)| doc).collect();
        let page = listing.page(engine, archive, docs)?;
        let cards: Result<Vec<Card>, _> = page.into_iter().map(|doc| engine.card(doc)).collect();
        Ok((cards?, paths.len()))
    })?;
    let columns = asked.unwrap_or_else(|| own_columns(archive, &cards));
    let exit = match (total, ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (0, _) => Exit::Nothing,
        _ => Exit::Done,
    };
    if listing.is_bare() {
        let cards: Vec<&Card> = cards.iter().collect();
        listing.print(context, archive, &cards, total)?;
        return Ok(exit);
    }
    match format {
        Some("json") => {
            let records: Vec<Value> = cards.iter().map(|card| to_json(archive, card, &columns)).collect();
            let value = json!({"v": 1, "total": total, "records": records});
            output::text(context, matches, &json_text(&value))?;
        }
        Some("jsonl") => {
            let lines: Vec<String> =
                cards.iter().map(|card| json_text(&to_json(archive, card, &columns))).collect();
            output::text(context, matches, &lines.concat())?;
        }
        _ if total == 0 => context.note(context.lang.word("list.none")),
        _ => {
            let table = table(context, archive, &cards, &columns);
            output::linked(context, matches, format, &Document::of(table), &rows(&cards, &columns))?;
        }
    }
    if matches!(format, None | Some("table")) && total > 0 {
        context.note(&listing.say_total(context, cards.len(), 0, total));
    }
    Ok(exit)
}

/// What leads to the file of each record: its id and its path, where they are columns.
fn rows<'c>(cards: &'c [Card], columns: &[String]) -> Vec<(&'c str, Vec<&'c str>)> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let (id, path) = (has("id"), has("path"));
    let words = |card: &'c Card| {
        let id = id.then_some(card.id.as_str());
        let path = path.then_some(card.path.as_str());
        (card.path.as_str(), id.into_iter().chain(path).collect())
    };
    cards.iter().map(words).collect()
}

/// The columns of the schemas of the kinds that are listed, each once.
fn own_columns(archive: &Archive, cards: &[Card]) -> Vec<String> {
    let listed = archive.kinds.iter().filter(|kind| cards.iter().any(|card| card.kind == kind.name));
    let mut columns: Vec<String> = Vec::new();
    for column in listed.flat_map(|kind| &kind.columns) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    columns
}

/// The columns that were asked for, if any were.
fn columns(
    context: &Context,
    archive: &Archive,
    matches: &ArgMatches,
) -> Result<Option<Vec<String>>, Failure> {
    let Some(words) = matches.get_one::<String>("columns") else { return Ok(None) };
    let columns = words
        .split([',', '，', '、'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| listing::column(context, archive, word))
        .collect::<Result<_, Failure>>()?;
    Ok(Some(columns))
}

fn to_json(archive: &Archive, card: &Card, columns: &[String]) -> Value {
    let mut record = Map::new();
    record.insert("id".to_owned(), json!(card.id));
    record.insert("path".to_owned(), json!(card.path));
    for column in columns {
        let values = listing::values_of(archive, card, column);
        let many =
            archive.kind(&card.kind).and_then(|kind| kind.field(column)).is_some_and(|field| field.many);
        let value = if many { json!(values) } else { json!(values.first()) };
        record.insert(column.clone(), value);
    }
    Value::Object(record)
}

fn table(context: &Context, archive: &Archive, cards: &[Card], columns: &[String]) -> Table {
    let zh = context.lang.is_zh();
    let field =
        |column: &str| archive.kinds.iter().find_map(|kind| kind.fields.iter().find(|f| f.path == column));
    let headings = columns.iter().map(|column| match field(column) {
        Some(field) => {
            let name = if zh { &field.names.zh } else { &field.names.en };
            if field.ty == FieldType::Integer { Column::figures(name) } else { Column::text(name) }
        }
        None => Column::text(context.lang.say(&format!("list.{column}"), &[])),
    });
    let mut table = Table::new(headings.collect());
    for card in cards {
        let cells = columns.iter().map(|column| {
            let values = listing::values_of(archive, card, column);
            match values.as_slice() {
                [] => Cell::Empty,
                [Datum::Integer(number)] => Cell::Count(*number),
                many => {
                    let label = |value: &Datum| match (field(column), value) {
                        (None, Datum::Text(text)) if column == "extent" => {
                            context.lang.say(&format!("stats.{text}"), &[])
                        }
                        (Some(field), Datum::Text(text)) => field.label(text, zh).to_owned(),
                        (_, value) => value.to_string(),
                    };
                    Cell::Text(many.iter().map(label).collect::<Vec<_>>().join("、"))
                }
            }
        });
        table.push(cells.collect());
    }
    table
}
