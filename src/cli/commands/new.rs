//! `anku new`: the skeleton of a record, which `set` or an editor fills in.

use crate::cli::context::Context;
use crate::cli::diff::unified;
use crate::cli::editing;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::writing;
use anku::locale::Lang;
use anku::report::json_text;
use anku::report::printable;
use anku::workspace;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::json;
use std::time::SystemTime;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, &["table", "json"])? == Some("json");
    let archive = context.archive()?;
    let lang = context.lang;
    let kind = match matches.get_one::<String>("kind") {
        Some(name) => archive
            .kinds
            .iter()
            .find(|kind| kind.name == *name || kind.names.is(name))
            .ok_or_else(|| Failure::usage(lang.say("error.no-kind", &[("name", name)])))?,
        None => archive.kinds.first().ok_or_else(|| Failure::usage(lang.word("edit.schema")))?,
    };
    let words: Vec<String> = matches.get_many::<String>("set").unwrap_or_default().cloned().collect();
    let ready = notices::ready(context, archive, Refresh::Look);
    let cards = ready.cards()?;
    drop(ready);
    let dry = matches.get_flag("dry-run");
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    // Two people who make a record each must not come by the same id.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = format!("{} {} {}", since.as_nanos(), std::process::id(), words.join(" "));
    let taken = |id: &str| cards.iter().any(|card| card.id == id);
    let language = archive.settings.language.as_deref().and_then(Lang::parse).unwrap_or(lang);
    let skeleton = workspace::plan_new(archive, kind, &words, &seed, &taken, language.is_zh())
        .map_err(|error| editing::refused(context, error))?;
    let mut batch = None;
    if !dry {
        let label = editing::label("new", &[vec![skeleton.id.clone()], words].concat());
        let create = vec![skeleton.file.clone()];
        let written = workspace::apply_edits(archive, Vec::new(), create, &label, writing::now());
        batch = Some(written.map_err(|error| writing::refused(context, archive, error))?);
    }
    drop(lock);
    let path = &skeleton.file.path;
    if json {
        let written = batch.is_some();
        let answer = json!({"v": 1, "batch": batch, "kind": kind.name, "id": skeleton.id, "path": path,
                            "missing": skeleton.missing, "written": written});
        context.print(json_text(&answer))?;
        return Ok(Exit::Done);
    }
    if dry {
        context.print(unified(context, path, None, &skeleton.file.text))?;
        context.note(&lang.say("edit.dry", &[("count", "1")]));
        return Ok(Exit::Done);
    }
    context.print(format!("{}\n", printable(path)))?;
    if !skeleton.missing.is_empty() {
        let args = [("fields", &*skeleton.missing.join(" ")), ("path", path.as_str()), ("id", &skeleton.id)];
        context.advise(&lang.say("new.missing", &args));
    }
    Ok(Exit::Done)
}
