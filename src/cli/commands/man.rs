//! `anku man [COMMAND]`: the manual page of anku or of one command.

use crate::cli::args;
use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use anku::schema::Kind;
use clap::ArgMatches;
use clap_mangen::Man;

pub(crate) fn run(context: &Context, matches: &ArgMatches, kinds: &[Kind]) -> Result<Exit, Failure> {
    let root = args::command(context.lang, kinds);
    let command = match matches.get_one::<String>("command") {
        None => root,
        Some(name) => {
            let Some(command) = root.find_subcommand(name) else {
                return Err(Failure::usage(context.lang.say("error.no-command", &[("name", name)])));
            };
            // The page of `set` is anku-set(1), and has the details that help has.
            let own = command.get_name().to_owned();
            let details = context.lang.say(&format!("help.{own}.details"), &[]);
            let command = command.clone().version(env!("CARGO_PKG_VERSION"));
            command.name(format!("anku-{own}")).bin_name(format!("anku {own}")).after_help(details)
        }
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    context.print(page)?;
    Ok(Exit::Done)
}
