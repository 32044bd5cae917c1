//! `anku undo`: takes a batch back.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::writing;
use anku::archive;
use anku::archive::Archive;
use anku::archive::BatchInfo;
use anku::archive::UndoError;
use anku::archive::Undoing;
use anku::report::Document;
use anku::report::Options;
use anku::report::json_text;
use anku::report::printable;
use anku::report::terminal_text;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;

const FORMATS: &[&str] = &["table", "json"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, FORMATS)? == Some("json");
    let archive = context.archive()?;
    if matches.get_flag("list") {
        return list(context, archive, json);
    }
    let lang = context.lang;
    let dry = matches.get_flag("dry-run");
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let which = matches.get_one::<String>("batch").map(String::as_str);
    let undoing = match archive::plan_undo(&archive.root, which, writing::now()) {
        Ok(undoing) => undoing,
        Err(error) => return nothing(context, archive, error, json),
    };
    let (of, batch) = (&undoing.of, &undoing.batch);
    if !json {
        preview(context, &undoing)?;
    }
    for path in &undoing.edited {
        context.complain(&lang.say("undo.edited", &[("path", path)]));
    }
    // Half of a batch is what nobody asked for, unless it was asked for.
    let held = !undoing.edited.is_empty() && !matches.get_flag("keep-edited");
    let go = !dry
        && !held
        && !batch.is_empty()
        && (matches.get_flag("yes") || writing::agreed(context, "undo.ask")?);
    if go {
        archive::apply(&archive.root, batch).map_err(|error| writing::refused(context, archive, error))?;
    }
    drop(lock);
    if json {
        context.print(json_text(&to_json(&undoing, go)))?;
    } else if go {
        let args = [("id", of.id.as_str()), ("label", &of.label), ("new", &batch.id)];
        context.note(&lang.say("undo.done", &args));
    } else if !held && !batch.is_empty() {
        context.note(lang.word("undo.dry"));
    }
    if held {
        context.advise(lang.word("undo.held"));
    } else if batch.is_empty() && undoing.edited.is_empty() {
        context.complain(&lang.say("undo.empty", &[("id", &of.id)]));
        return Ok(Exit::Nothing);
    }
    Ok(if !undoing.edited.is_empty() {
        Exit::Nothing
    } else if go || dry {
        Exit::Done
    } else {
        // Not to write what one was asked to write is a failure, unless a preview was asked for.
        Exit::Failed
    })
}

/// There is no such batch: nothing found. A journal that cannot be read is a failure.
fn nothing(context: &Context, archive: &Archive, error: UndoError, json: bool) -> Result<Exit, Failure> {
    let lang = context.lang;
    let sentence = match error {
        UndoError::Nothing => lang.word("undo.none").to_owned(),
        UndoError::Unknown(id) => {
            context.complain(&lang.say("undo.unknown", &[("id", &id)]));
            context.advise(lang.word("undo.hint"));
            return Ok(Exit::Nothing);
        }
        UndoError::Several(id) => {
            return Err(Failure::hinted(lang.say("undo.several", &[("id", &id)]), lang.word("undo.hint")));
        }
        UndoError::Io { path, error } => {
            let shown = archive.relative(&path).map_or(path, Into::into);
            return Err(at(context, &shown, &error));
        }
    };
    if json {
        context.print(json_text(&json!({"v": 1, "batch": null, "undoes": null, "written": false})))?;
    }
    context.complain(&sentence);
    Ok(Exit::Nothing)
}

/// Exactly what would be written, a file a line.
fn preview(context: &Context, undoing: &Undoing) -> Result<(), Failure> {
    let batch = &undoing.batch;
    let mut lines: Vec<(&str, &str)> = Vec::new();
    lines.extend(batch.remove.iter().map(|file| (file.path.as_str(), "undo.remove")));
    lines.extend(batch.change.iter().map(|file| (file.path.as_str(), "undo.restore")));
    lines.extend(batch.create.iter().map(|file| (file.path.as_str(), "undo.create")));
    lines.sort_unstable();
    let mut text = String::new();
    for (path, what) in lines {
        text.push_str(&printable(&context.lang.say(what, &[("path", path)])));
        text.push('\n');
    }
    context.print(text)
}

fn to_json(undoing: &Undoing, written: bool) -> Value {
    let batch = &undoing.batch;
    let removed: Vec<&str> = batch.remove.iter().map(|file| file.path.as_str()).collect();
    let restored: Vec<&str> = batch.change.iter().map(|file| file.path.as_str()).collect();
    let created: Vec<&str> = batch.create.iter().map(|file| file.path.as_str()).collect();
    json!({"v": 1, "batch": batch.id, "undoes": undoing.of.id, "label": undoing.of.label,
           "removed": removed, "restored": restored, "created": created, "edited": undoing.edited,
           "written": written})
}

/// The batches that can be taken back, newest first.
fn list(context: &Context, archive: &Archive, json: bool) -> Result<Exit, Failure> {
    let mut known = archive::batches(&archive.root).map_err(|error| at(context, &archive.state(), &error))?;
    known.reverse();
    let found = !known.is_empty();
    if json {
        let batches: Vec<Value> = known.iter().map(info_json).collect();
        context.print(json_text(&json!({"v": 1, "batches": batches})))?;
    } else if found {
        context.print(table(context, &known))?;
    } else {
        context.note(context.lang.word("undo.none"));
    }
    Ok(if found { Exit::Done } else { Exit::Nothing })
}

fn info_json(info: &BatchInfo) -> Value {
    json!({"id": info.id, "time": writing::rfc3339(info.time), "label": info.label, "created": info.created,
           "changed": info.changed, "removed": info.removed, "undoes": info.undoes,
           "undone_by": info.undone_by, "beside": info.beside})
}

fn table(context: &Context, known: &[BatchInfo]) -> String {
    let lang = context.lang;
    let now = writing::now();
    let count = |files: &[String]| Cell::Count(i64::try_from(files.len()).unwrap_or(i64::MAX));
    let mut table = Table::new(vec![
        Column::text(lang.word("undo.batch")),
        Column::text(lang.word("undo.when")),
        Column::text(lang.word("undo.label")),
        Column::figures(lang.word("undo.created")),
        Column::figures(lang.word("undo.changed")),
        Column::figures(lang.word("undo.removed")),
        Column::text(lang.word("undo.by")),
    ]);
    for info in known {
        let age = Duration::from_secs(u64::try_from(now.saturating_sub(info.time)).unwrap_or(0));
        table.push(vec![
            Cell::Text(info.id.clone()),
            Cell::Text(lang.say("undo.ago", &[("age", &notices::duration(context, age))])),
            Cell::Text(info.label.clone()),
            count(&info.created),
            count(&info.changed),
            count(&info.removed),
            Cell::Text(info.undone_by.clone().unwrap_or_default()),
        ]);
    }
    terminal_text(&Document::of(table), &Options { lang, width: context.width, excel: false })
}
