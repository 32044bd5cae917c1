//! `anku open ID`: the record's file in the user's editor, and what is to be said of it afterwards.

use super::validate;
use crate::cli::context::Context;
use crate::cli::editing;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use anku::report::printable;
use anku::workspace;
use anku::workspace::Refresh;
use clap::ArgMatches;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, &["table", "plain", "json", "github", "sarif"])?.unwrap_or("table");
    let archive = context.archive()?;
    let lang = context.lang;
    let id = matches.get_one::<String>("id").map_or("", String::as_str);
    let ready = notices::ready(context, archive, Refresh::Look);
    let found = editing::record(context, archive, &ready.cards()?, id)?;
    drop(ready);
    let Some((_, path)) = found else { return Ok(Exit::Nothing) };
    // From the environment only: no file of an archive can name a program.
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(editor) = set("VISUAL").or_else(|| set("EDITOR")) else {
        context.print(format!("{}\n", printable(&path)))?;
        context.complain(lang.word("open.no-editor"));
        return Ok(Exit::Failed);
    };
    let file = archive.root.join(&path);
    let name = editor.to_string_lossy().into_owned();
    let ended = command(&editor, &file).status().map_err(|error| {
        let reason = context.reason(&error);
        Failure::usage(lang.say("open.failed", &[("name", &name), ("reason", &reason)]))
    })?;
    if !ended.success() {
        let code = ended.code().map_or_else(|| "-".to_owned(), |code| code.to_string());
        return Err(Failure::usage(lang.say("open.ended", &[("name", &name), ("code", &code)])));
    }
    let outcome = workspace::validate(archive, &[file], &|_, _| {});
    validate::show(context, format, &outcome, false, true)
}

/// The editor as its user wrote it, with flags and quotes: a shell takes it apart, as git has it done.
#[cfg(unix)]
fn command(editor: &OsStr, file: &Path) -> Command {
    let mut script = OsString::from(editor);
    script.push(" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(editor).arg(file);
    command
}

#[cfg(not(unix))]
fn command(editor: &OsStr, file: &Path) -> Command {
    let whole = editor.to_string_lossy().into_owned();
    let mut words = whole.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(file);
    command
}
