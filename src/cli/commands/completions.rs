//! `anku completions SHELL`: what a shell needs to complete command lines.

use crate::cli::args;
use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use anku::schema::Kind;
use clap::ArgMatches;
use clap_complete::Shell;

pub(crate) fn run(context: &Context, matches: &ArgMatches, kinds: &[Kind]) -> Result<Exit, Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(Exit::Failed) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut args::command(context.lang, kinds), "anku", &mut script);
    context.print(script)?;
    Ok(Exit::Done)
}
