//! `anku search`: hits ranked, with where they stand and what matched.

mod facets;
mod page;
mod say;
mod show;

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::listing;
use crate::cli::listing::Listing;
use crate::cli::notices;
use crate::cli::query;
use crate::cli::query::Reading;
use anku::archive::Archive;
use anku::archive::Card;
use anku::report::json_text;
use anku::search::Compiled;
use anku::search::Extent;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use clap::ArgMatches;
use page::Ask;
use page::Page;
use serde_json::Value;
use serde_json::json;
use show::Printer;
use std::time::Duration;
use std::time::Instant;

/// Hits shown when nobody says how many.
const SHOWN: usize = 20;
/// Characters of a passage.
const WIDTH: usize = 80;
const FORMATS: &[&str] = &["table", "plain", "json", "jsonl"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let start = Instant::now();
    let format = if matches.get_flag("jsonl") {
        "jsonl"
    } else {
        format(context, matches, FORMATS)?.unwrap_or("table")
    };
    let archive = context.archive()?;
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let typed = filters::query(matches);
    let reading = if matches.get_flag("regex") { Reading::Regex } else { Reading::Query };
    let compiled = query::compile(context, archive, &typed, reading, matches)?;
    let ask = ask(context, archive, matches, format)?;
    let listing = Listing::read(context, archive, matches, SHOWN)?;
    let ready = notices::ready(context, archive, refresh);
    let page = ready.with(|engine| page::page(context, archive, engine, &compiled.plan, &ask, &listing))?;
    let exit = match (page.total, ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (0, _) => Exit::Nothing,
        _ => Exit::Done,
    };
    let explain = matches.get_flag("explain");
    let printer = Printer { context, archive, page: &page, extent: extent(matches), explain };
    if explain {
        say_reading(context, &compiled, &page);
    }
    if listing.is_bare() {
        printer.say_how();
        if listing.wants_paths() {
            listing.print_paths(context, &page.paths)?;
        } else {
            let cards: Vec<&Card> = page.hits.iter().map(|hit| &hit.card).collect();
            listing.print(context, archive, &cards, page.total)?;
        }
        return Ok(exit);
    }
    match format {
        "json" => {
            let mut value = to_json(&printer, &ask, &ready, &typed, start.elapsed());
            if explain {
                value["explain"] = json!({
                    "reading": compiled.reading,
                    "plan": page.plan.to_string(),
                    "words": page.found.words,
                });
            }
            context.print(json_text(&value))?;
        }
        "jsonl" => {
            for hit in &page.hits {
                context.print(json_text(&printer.to_json(hit)))?;
            }
        }
        "plain" => {
            for hit in &page.hits {
                context.print(printer.plain(&hit.card))?;
            }
        }
        _ if ask.counts_only => {
            printer.say_how();
            for facet in &page.facets {
                context.print(facet.lines(context))?;
            }
        }
        _ => printer.print(&listing, ask.group.as_deref())?,
    }
    if page.total == 0 && format != "json" {
        printer.say_nothing();
    }
    Ok(exit)
}

/// What the flags ask for besides the query.
fn ask(context: &Context, archive: &Archive, matches: &ArgMatches, format: &str) -> Result<Ask, Failure> {
    let column = |word: &String| listing::column(context, archive, word);
    let count_by = matches.get_one::<String>("count-by").map(column).transpose()?;
    let facets = matches.get_many::<String>("facet").unwrap_or_default().map(column);
    let synonyms =
        if matches.get_flag("synonyms") { archive.synonyms().map_err(Failure::Broken)? } else { Vec::new() };
    if matches.get_flag("synonyms") && synonyms.is_empty() {
        context.note(&context.lang.say("search.no-synonyms", &[("file", anku::archive::SYNONYMS)]));
    }
    Ok(Ask {
        exact: matches.get_flag("exact"),
        synonyms,
        pinyin: matches.get_flag("pinyin"),
        like: matches.get_one::<String>("like").cloned(),
        counts_only: count_by.is_some(),
        hints: !matches!(format, "jsonl" | "plain"),
        facets: count_by.into_iter().map(Ok).chain(facets).collect::<Result<_, _>>()?,
        group: matches.get_one::<String>("group-by").map(column).transpose()?,
        fold: !matches.get_flag("no-fold"),
    })
}

/// How much of a text is shown around a match.
fn extent(matches: &ArgMatches) -> Option<Extent> {
    if matches.get_flag("no-snippet") {
        None
    } else if matches.get_flag("full") {
        Some(Extent::Whole)
    } else if let Some(&sentences) = matches.get_one::<usize>("context") {
        Some(Extent::Sentences(sentences))
    } else {
        Some(Extent::Width(WIDTH))
    }
}

/// How the query was read, and what ranks.
fn say_reading(context: &Context, compiled: &Compiled, page: &Page) {
    let lang = context.lang;
    context.note(&lang.say("search.reading", &[("query", &compiled.reading)]));
    context.note(&lang.say("search.plan", &[("plan", &page.plan.to_string())]));
    context.note(&lang.say("search.tokens", &[("words", &page.found.words.join(" "))]));
    for term in &page.found.terms {
        let args = [("term", term.term.as_str()), ("count", &term.records.to_string())];
        context.note(&lang.say("search.term", &args));
    }
}

/// The answer as one object.
fn to_json(printer: &Printer<'_>, ask: &Ask, ready: &Ready<'_>, typed: &str, elapsed: Duration) -> Value {
    let page = printer.page;
    let mut value = json!({
        "v": 1,
        "query": typed,
        "match": page.found.matched.as_str(),
        "total": page.total,
        "elapsed_ms": (elapsed.as_secs_f64() * 10_000.0).round() / 10.0,
        "index": {"records": ready.records(), "refreshed": ready.refreshed},
        "hits": page.hits.iter().map(|hit| printer.to_json(hit)).collect::<Vec<_>>(),
    });
    // Those that a filter took away are not missing.
    let missing: Vec<_> = page.found.missing.iter().filter(|missing| missing.records == 0).collect();
    if !missing.is_empty() {
        value["missing"] = missing.iter().map(|missing| json!(missing.term)).collect();
        let near = missing.iter().filter_map(|missing| Some((missing, missing.nearest.as_ref()?)));
        let near: Vec<Value> = near
            .map(|(missing, near)| json!({"term": missing.term, "near": near.term, "count": near.records}))
            .collect();
        if !near.is_empty() {
            value["nearest"] = json!(near);
        }
    }
    if !page.expansions.is_empty() {
        let one = |expansion: &anku::search::Expansion| json!({"term": expansion.term, "also": expansion.alternatives});
        value["expanded"] = page.expansions.iter().map(one).collect();
    }
    if let Some((card, words)) = &page.like {
        value["like"] = json!({"id": card.id, "words": words});
    }
    if ask.group.is_some() {
        value["groups"] = printer.groups_to_json();
    }
    if !page.facets.is_empty() {
        value["facets"] = page.facets.iter().map(|facet| (facet.path.clone(), facet.to_json())).collect();
    }
    value
}
