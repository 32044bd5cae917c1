//! `anku export`: whole records for other programs, and the schema for editors.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Record;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::json_text;
use anku::report::lists;
use anku::report::table_of_entries;
use anku::report::table_of_records;
use anku::schema;
use anku::schema::Checker;
use anku::schema::Kind;
use anku::search::matching;
use anku::stats::list_label;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

const FORMATS: &[&str] = &["jsonl", "json", "csv", "tsv", "xlsx"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let archive = context.archive()?;
    let kind = kind(context, archive, matches)?;
    if matches.get_flag("schema") {
        let schema = schema::bundle(kind, &archive.references);
        let text =
            serde_json::to_string_pretty(&schema).map_err(|error| Failure::usage(error.to_string()))?;
        output::text(context, matches, &format!("{text}\n"))?;
        return Ok(Exit::Done);
    }
    let format = wanted(context, matches)?;
    let entries = entries(context, kind, matches)?;
    let (records, exit) = records(context, archive, kind, matches)?;
    let chinese = context.lang.is_zh();
    match format {
        "jsonl" => {
            let lines: Vec<String> = records.iter().map(json_text).collect();
            output::text(context, matches, &lines.concat())?;
        }
        "json" => {
            let value = json!({"v": 1, "kind": kind.name, "total": records.len(), "records": records});
            output::text(context, matches, &json_text(&value))?;
        }
        _ => {
            let document = match (entries, format) {
                (Some(list), _) => Document::of(table_of_entries(kind, &list, &records, chinese)),
                (None, "xlsx") => workbook(kind, &records, context.lang),
                (None, _) => Document::of(table_of_records(kind, &records, chinese)),
            };
            output::document(context, matches, Some(format), &document)?;
        }
    }
    if records.is_empty() {
        context.note(context.lang.word("list.none"));
    }
    Ok(exit)
}

/// A sheet of records and one for each list of entries that any record has.
fn workbook(kind: &Kind, records: &[Value], lang: Lang) -> Document {
    let chinese = lang.is_zh();
    let mut records_table = table_of_records(kind, records, chinese);
    records_table.title = Some(if chinese { &kind.names.zh } else { &kind.names.en }.clone());
    let mut document = Document::of(records_table);
    for list in lists(kind) {
        let mut table = table_of_entries(kind, list, records, chinese);
        if table.rows.is_empty() {
            continue;
        }
        table.title = Some(list_label(kind, list, lang));
        document.blocks.push(Block::Table(table));
    }
    document
}

fn kind<'a>(context: &Context, archive: &'a Archive, matches: &ArgMatches) -> Result<&'a Kind, Failure> {
    let Some(name) = matches.get_one::<String>("kind") else {
        return archive.kinds.first().ok_or_else(|| Failure::usage(context.lang.word("export.no-kind")));
    };
    let found = archive.kinds.iter().find(|kind| kind.name == *name || kind.names.is(name));
    found.ok_or_else(|| {
        let names: Vec<&str> = archive.kinds.iter().map(|kind| kind.name.as_str()).collect();
        context.unknown("error.no-kind", name, &names)
    })
}

/// The list whose entries are wanted, by its key or by what people call it.
fn entries(context: &Context, kind: &Kind, matches: &ArgMatches) -> Result<Option<String>, Failure> {
    let Some(word) = matches.get_one::<String>("entries") else { return Ok(None) };
    let known = lists(kind);
    let named = kind.field(word).and_then(|field| field.list.as_deref().or(Some(field.path.as_str())));
    let is = |list: &str| {
        list == word.as_str()
            || Some(list) == named
            || [Lang::Zh, Lang::En].iter().any(|lang| list_label(kind, list, *lang) == *word)
    };
    let found = known.iter().find(|list| is(list)).map(|list| Some((*list).to_owned()));
    found.ok_or_else(|| context.unknown("export.no-list", word, &known))
}

fn wanted(context: &Context, matches: &ArgMatches) -> Result<&'static str, Failure> {
    if let Some(format) = format(context, matches, FORMATS)? {
        return Ok(format);
    }
    let file = matches.get_one::<PathBuf>("file").filter(|path| path.as_os_str() != "-");
    let Some(ending) = file.and_then(|path| path.extension()) else { return Ok(FORMATS[0]) };
    let ending = ending.to_string_lossy().to_lowercase();
    let found =
        FORMATS.iter().find(|format| **format == ending || (**format == "jsonl" && ending == "ndjson"));
    found.copied().ok_or_else(|| context.unknown("error.no-format", &ending, FORMATS))
}

/// The records of a kind that the query finds, in the order of their files, as JSON.
fn records(
    context: &Context,
    archive: &Archive,
    kind: &Kind,
    matches: &ArgMatches,
) -> Result<(Vec<Value>, Exit), Failure> {
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let compiled =
        query::compile(context, archive, &filters::query(matches), query::Reading::Query, matches)?;
    let ready = notices::ready(context, archive, refresh);
    let mut paths = ready.with(|engine| -> Result<Vec<String>, Failure> {
        let mut paths = Vec::new();
        for doc in matching(&compiled.plan, engine)?.iter() {
            let card = engine.card(doc)?;
            if card.kind == kind.name {
                paths.push(card.path);
            }
        }
        Ok(paths)
    })?;
    paths.sort_unstable();
    let mut findings = Vec::new();
    let Some(checker) = Checker::new(kind, &archive.references, &mut findings) else {
        let broken = anku::archive::Broken { findings, texts: Vec::new() };
        return Err(Failure::Broken(Box::new(broken)));
    };
    let mut exit = if ready.is_incomplete() { Exit::Failed } else { Exit::Done };
    let mut records = Vec::with_capacity(paths.len());
    for path in paths {
        match Record::read(&archive.root, &path) {
            Ok(Record { root: Some(root), .. }) => records.push(checker.json(&root)),
            // Notices have named it.
            Ok(_) => exit = Exit::Failed,
            Err(error) => {
                let reason = context.reason(&error);
                context.complain(
                    &context.lang.say("notice.unreadable", &[("path", &path), ("reason", &reason)]),
                );
                exit = Exit::Failed;
            }
        }
    }
    if records.is_empty() && exit == Exit::Done {
        exit = Exit::Nothing;
    }
    Ok((records, exit))
}
