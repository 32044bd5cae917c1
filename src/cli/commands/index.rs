//! `anku index`: build or refresh. Never needed by hand, since every reading command looks first.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use anku::report::json_text;
use anku::workspace::Notice;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::json;

const FORMATS: &[&str] = &["table", "json"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, FORMATS)? == Some("json");
    let archive = context.archive()?;
    let refresh = if matches.get_flag("rebuild") { Refresh::Rebuild } else { Refresh::Write };
    let ready = notices::ready(context, archive, refresh);
    // It was asked to write: that the files themselves can be searched is no answer.
    let scanned = |notice: &Notice| match notice {
        Notice::Scanned(unused) => Some(notices::unused_for(context, unused)),
        _ => None,
    };
    if let Some(reason) = ready.notices.iter().find_map(scanned) {
        let folder = archive.state().join("index").display().to_string();
        let args = [("path", folder.as_str()), ("reason", &reason)];
        return Err(Failure::usage(context.lang.say("error.not-written", &args)));
    }
    let records = ready.records();
    if json {
        let value = json!({"v": 1, "records": records, "refreshed": ready.refreshed});
        context.print(json_text(&value))?;
    } else {
        let (records, refreshed) = (records.to_string(), ready.refreshed.to_string());
        context.note(&context.lang.say("index.done", &[("records", &records), ("refreshed", &refreshed)]));
    }
    Ok(if ready.is_incomplete() { Exit::Failed } else { Exit::Done })
}
