//! `anku stats`: group-by and cross-tabs.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use anku::archive::Card;
use anku::report::Document;
use anku::report::json_text;
use anku::search::Options;
use anku::search::find;
use anku::stats::Cut;
use anku::stats::CutError;
use anku::stats::Dim;
use anku::stats::Measure;
use anku::stats::Percent;
use anku::stats::Sort;
use anku::stats::count;
use anku::workspace::Refresh;
use clap::ArgMatches;

const FORMATS: &[&str] = &["table", "plain", "json", "csv", "tsv", "md", "docx", "pdf"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let archive = context.archive()?;
    let kind = match matches.get_one::<String>("kind") {
        Some(name) => archive
            .kinds
            .iter()
            .find(|kind| kind.names.is(name) || kind.name == *name)
            .ok_or_else(|| Failure::usage(context.lang.say("error.no-kind", &[("name", name)])))?,
        None => archive
            .kinds
            .first()
            .ok_or_else(|| Failure::usage(context.lang.say("error.no-kind", &[("name", "")])))?,
    };
    let say = |error: CutError| Failure::usage(error.say(context.lang));
    let dims = |name: &str| -> Result<Vec<Dim>, Failure> {
        let words = matches.get_many::<String>(name).unwrap_or_default();
        words
            .flat_map(|word| word.split([',', '，']))
            .map(|word| Dim::resolve(kind, word.trim()).map_err(say))
            .collect()
    };
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let cut = Cut {
        rows: dims("rows")?,
        cols: dims("cols")?,
        measure: text("measure")
            .map(|m| Measure::parse(kind, m))
            .transpose()
            .map_err(say)?
            .unwrap_or_default(),
        totals: matches.get_flag("totals"),
        percent: text("percent").map(Percent::parse).transpose().map_err(say)?,
        transpose: matches.get_flag("transpose"),
        sort: text("sort").map(Sort::parse).transpose().map_err(say)?,
    };
    let compiled = query::compile(context, archive, "", query::Reading::Query, matches)?;
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let ready = notices::ready(context, archive, refresh);
    let cards = ready.with(|engine| -> Result<Vec<Card>, Failure> {
        let found = find(&compiled.plan, engine, &Options::SET)?;
        let mut cards = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            let card = engine.card(hit.doc)?;
            if card.kind == kind.name {
                cards.push(card);
            }
        }
        Ok(cards)
    })?;
    let pivot = count(&cards, kind, &cut).map_err(say)?;
    if output::wanted(context, matches, format)? == "json" {
        output::text(context, matches, &json_text(&pivot.to_json(kind)))?;
    } else {
        let table = pivot.to_table(kind, context.lang);
        if cards.is_empty() {
            context.note(context.lang.word("list.none"));
            return Ok(if ready.is_incomplete() { Exit::Failed } else { Exit::Nothing });
        }
        // A table for a spreadsheet has no room for remarks; they must not be lost for it.
        if matches!(output::wanted(context, matches, format)?, "csv" | "tsv") {
            for note in &table.notes {
                context.note(note);
            }
        }
        output::document(context, matches, format, &Document::of(table))?;
    }
    Ok(match (cards.is_empty(), ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (true, _) => Exit::Nothing,
        _ => Exit::Done,
    })
}
