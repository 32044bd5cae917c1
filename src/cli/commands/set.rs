//! `anku set ID… F=V…`: values of records, changed in their own lines.

use crate::cli::context::Context;
use crate::cli::diff::unified;
use crate::cli::editing;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::writing;
use anku::report::json_text;
use anku::workspace;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::io::Read as _;

/// More than so many bytes on stdin are no list of ids.
const MOST: u64 = 16 << 20;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, &["table", "json"])? == Some("json");
    let archive = context.archive()?;
    let lang = context.lang;
    let words = matches.get_many::<String>("words").unwrap_or_default().cloned();
    let (values, named): (Vec<String>, Vec<String>) = words.partition(|word| word.contains('='));
    let mut ids = Vec::new();
    for word in named {
        if word != "-" {
            ids.push(word);
            continue;
        }
        let mut list = String::new();
        std::io::stdin().lock().take(MOST).read_to_string(&mut list)?;
        ids.extend(list.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if ids.is_empty() || values.is_empty() {
        let key = if values.is_empty() { "set.no-values" } else { "set.no-ids" };
        return Err(Failure::usage(lang.word(key)));
    }
    let ready = notices::ready(context, archive, Refresh::Look);
    let cards = ready.cards()?;
    let mut records = Vec::new();
    let mut missing = false;
    for id in &ids {
        match editing::record(context, archive, &cards, id)? {
            Some(record) if records.iter().any(|(_, path)| *path == record.1) => {}
            Some(record) => records.push(record),
            None => missing = true,
        }
    }
    if missing {
        context.advise(lang.word("write.nothing"));
        return Ok(Exit::Nothing);
    }
    drop(ready);
    let dry = matches.get_flag("dry-run");
    // What is planned is what is written: nobody else writes meanwhile.
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let edited =
        workspace::plan_set(archive, &records, &values).map_err(|error| editing::refused(context, error))?;
    let mut batch = None;
    if !dry && !edited.is_empty() {
        let changes = edited.iter().map(|one| one.change.clone()).collect();
        let words: Vec<String> = ids.iter().chain(&values).cloned().collect();
        let label = editing::label("set", &words);
        let written = workspace::apply_edits(archive, changes, Vec::new(), &label, writing::now());
        batch = Some(written.map_err(|error| writing::refused(context, archive, error))?);
    }
    drop(lock);
    if json {
        let id = |path: &str| cards.iter().find(|card| card.path == path).map(|card| card.id.as_str());
        let changed: Vec<Value> = edited
            .iter()
            .map(|one| json!({"id": id(&one.change.path), "path": one.change.path, "fields": one.fields}))
            .collect();
        let unchanged = records.len() - edited.len();
        let written = batch.is_some();
        let answer =
            json!({"v": 1, "batch": batch, "changed": changed, "unchanged": unchanged, "written": written});
        context.print(json_text(&answer))?;
        return Ok(Exit::Done);
    }
    if dry {
        for one in &edited {
            let change = &one.change;
            context.print(unified(context, &change.path, Some(&change.before), &change.after))?;
        }
    }
    let count = edited.len().to_string();
    let key = match (edited.is_empty(), dry) {
        (true, _) => "set.same",
        (_, true) => "edit.dry",
        _ => "set.done",
    };
    context.note(&lang.say(key, &[("count", &count)]));
    Ok(Exit::Done)
}
