//! `anku similar ID`: the records that speak of what one record speaks of.

use crate::cli::commands::dedup::library;
use crate::cli::commands::dedup::place;
use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::output;
use anku::report::Document;
use anku::report::json_text;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;

const FORMATS: &[&str] = &["table", "plain", "json", "jsonl", "csv", "tsv", "md"];
/// How many are shown when nobody says.
const LIMIT: usize = 10;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let archive = context.archive()?;
    let library = library(context, archive)?;
    let id = matches.get_one::<String>("id").map(String::as_str).unwrap_or_default();
    let Some(of) = place(context, &library, id)? else {
        context.complain(&context.lang.say("show.none", &[("id", id)]));
        let ids = library.profiles.iter().map(|profile| profile.id.as_str());
        if let Some(near) = anku::diag::nearest(id, ids) {
            context.advise(&context.lang.say("help.didyoumean", &[("name", near)]));
        }
        return Ok(Exit::Nothing);
    };
    let most = match matches.get_one::<usize>("limit") {
        Some(0) => usize::MAX,
        Some(limit) => *limit,
        None => LIMIT,
    };
    let found = library.neighbours(of, most);
    let score = |score: f64| (score * 1000.0).round() / 1000.0;
    let records: Vec<Value> = found
        .iter()
        .map(|near| {
            let profile = &library.profiles[near.record];
            json!({
                "id": profile.id,
                "path": library.records[near.record].path,
                "title": profile.title,
                "unit": profile.unit,
                "year": profile.year,
                "score": score(near.score),
                "shared": near.shared,
            })
        })
        .collect();
    match format {
        Some("json") => {
            let value =
                json!({"v": 1, "id": library.profiles[of].id, "total": records.len(), "records": records});
            output::text(context, matches, &json_text(&value))?;
        }
        Some("jsonl") => {
            let lines: Vec<String> = records.iter().map(json_text).collect();
            output::text(context, matches, &lines.concat())?;
        }
        _ if found.is_empty() => context.note(context.lang.word("list.none")),
        _ => {
            let say = |key: &str| context.lang.say(key, &[]);
            let mut table = Table::new(vec![
                Column::figures(say("dedup.column.score")),
                Column::text(say("list.id")),
                Column::text(say("list.title")),
                Column::text(say("dedup.column.shared")),
            ]);
            for near in &found {
                let profile = &library.profiles[near.record];
                table.push(vec![
                    Cell::Text(format!("{:.3}", near.score)),
                    Cell::Text(profile.id.clone()),
                    Cell::Text(profile.title.clone()),
                    Cell::Text(near.shared.join(" ")),
                ]);
            }
            output::document(context, matches, format, &Document::of(table))?;
        }
    }
    Ok(if found.is_empty() { Exit::Nothing } else { Exit::Done })
}
