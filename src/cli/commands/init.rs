//! `anku init`: a new archive with the shipped schemas.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use anku::archive;
use anku::archive::NewFile;
use clap::ArgMatches;
use std::path::PathBuf;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let typed = matches.get_one::<PathBuf>("dir").cloned().unwrap_or_else(|| PathBuf::from("."));
    let folder = context.path(&typed);
    let shown = typed.display().to_string();
    if folder.join(archive::ROOT_FILE).exists() {
        let what = context.lang.say("init.exists", &[("folder", &shown)]);
        return Err(Failure::usage(what));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let language = if context.lang.is_zh() { "zh" } else { "en" };
    let files: Vec<NewFile> = archive::new_archive(&name, language)
        .into_iter()
        // A file that is there already is somebody's: it stays.
        .filter(|file| !folder.join(&file.path).exists())
        .collect();
    archive::create_folder(&folder.join("cases")).map_err(|error| Failure::usage(error.to_string()))?;
    archive::commit(&folder, &files).map_err(|error| Failure::usage(error.to_string()))?;
    context.note(&context.lang.say("init.done", &[("folder", &shown)]));
    context.advise(&context.lang.say("init.next", &[("folder", &shown)]));
    Ok(Exit::Done)
}
