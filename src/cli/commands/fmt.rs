//! `anku fmt`: records laid out as anku lays them out, comments where they stand.

use crate::cli::context::Context;
use crate::cli::diff::unified;
use crate::cli::editing;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::findings;
use crate::cli::findings::Texts;
use crate::cli::writing;
use anku::report::json_text;
use anku::report::printable;
use anku::workspace;
use anku::workspace::Laid;
use clap::ArgMatches;
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, &["table", "json"])? == Some("json");
    let archive = context.archive()?;
    let lang = context.lang;
    let named: Vec<&PathBuf> = matches.get_many::<PathBuf>("paths").unwrap_or_default().collect();
    let paths: Vec<PathBuf> = named.iter().map(|path| context.path(path)).collect();
    let (check, dry) = (matches.get_flag("check"), matches.get_flag("dry-run"));
    let writes = !check && !dry;
    let lock = if writes { Some(writing::lock(context, archive)?) } else { None };
    let laid = workspace::plan_layout(archive, &paths);
    let failed = tell(context, &laid);
    let mut batch = None;
    if writes && !laid.changes.is_empty() {
        let words: Vec<String> = named.iter().map(|path| path.display().to_string()).collect();
        let label = editing::label("fmt", &words);
        let written =
            workspace::apply_edits(archive, laid.changes.clone(), Vec::new(), &label, writing::now());
        batch = Some(written.map_err(|error| writing::refused(context, archive, error))?);
    }
    drop(lock);
    let changed: Vec<&str> = laid.changes.iter().map(|change| change.path.as_str()).collect();
    if json {
        let written = batch.is_some();
        let answer = json!({"v": 1, "batch": batch, "checked": laid.checked, "changed": changed,
                            "left": laid.left, "written": written});
        context.print(json_text(&answer))?;
    } else {
        for change in &laid.changes {
            if dry {
                context.print(unified(context, &change.path, Some(&change.before), &change.after))?;
            } else if check {
                context.print(format!("{}\n", printable(&change.path)))?;
            }
        }
        let (checked, count) = (laid.checked.to_string(), changed.len().to_string());
        let key = match (changed.is_empty(), check, dry) {
            (true, ..) => "fmt.same",
            (_, true, _) => "fmt.check",
            (_, _, true) => "edit.dry",
            _ => "fmt.done",
        };
        context.note(&lang.say(key, &[("checked", &checked), ("count", &count)]));
    }
    Ok(if failed {
        Exit::Failed
    } else if check && !changed.is_empty() {
        Exit::Nothing
    } else {
        Exit::Done
    })
}

/// Says what is left alone and what cannot be read; whether there is any of the latter.
fn tell(context: &Context, laid: &Laid) -> bool {
    let lang = context.lang;
    for path in &laid.left {
        context.note(&lang.say("fmt.left", &[("path", path)]));
    }
    for (found, text) in &laid.broken {
        let texts = [text.clone()];
        let shown = findings::plain(context, found, &Texts::new(&texts));
        let _ = std::io::stderr().write_all(shown.as_bytes());
    }
    for (path, error) in &laid.unreadable {
        let reason = context.reason(error);
        context.complain(&lang.say("notice.unreadable", &[("path", path), ("reason", &reason)]));
    }
    for path in &laid.strangers {
        context.complain(&lang.say("fmt.stranger", &[("path", &path.display().to_string())]));
    }
    !(laid.broken.is_empty() && laid.unreadable.is_empty() && laid.strangers.is_empty())
}
