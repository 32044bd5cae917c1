//! The terminal side of anku: parse, resolve, run, print. Lives on the library's public API alone.

mod args;
mod commands;
mod context;
mod diff;
mod editing;
mod failure;
mod fault;
mod filters;
mod findings;
mod inputs;
mod links;
mod listing;
mod notices;
mod output;
mod parse_error;
mod progress;
mod quantities;
mod query;
mod style;
mod writing;

use context::Context;
use context::Early;
use failure::Exit;
use failure::Failure;
use std::ffi::OsString;
use std::io::Write as _;

/// Runs one command line and says how it ended; everything that was printed is out.
pub(crate) fn run(argv: Vec<OsString>) -> Exit {
    let exit = fault::guarded(|lang| {
        let early = Early::from_args(&argv);
        let context = Context::new(&early);
        lang.get_or_init(|| context.lang);
        match dispatch(argv, &context) {
            Ok(exit) => exit,
            Err(failure) => failure.report(&context),
        }
    });
    // What is left of a line; whoever has gone is no failure.
    let _ = std::io::stdout().flush();
    exit
}

fn dispatch(argv: Vec<OsString>, context: &Context) -> Result<Exit, Failure> {
    let kinds = match &context.archive {
        Ok(archive) => archive.kinds.as_slice(),
        Err(_) => &[],
    };
    let argv = args::shield_negations(argv);
    let command = args::command_for(&argv, context.lang, kinds);
    let matches = match command.try_get_matches_from(&argv) {
        Ok(matches) => matches,
        Err(error) => return parse_error::report(&error, context, kinds),
    };
    let Some((name, matches)) = matches.subcommand() else {
        return parse_error::overview(context, kinds);
    };
    writing::before(context, name, matches);
    match name {
        "init" => commands::init::run(context, matches),
        "import" => commands::import::run(context, matches),
        "validate" => commands::validate::run(context, matches),
        "index" => commands::index::run(context, matches),
        "search" => commands::search::run(context, matches),
        "grep" => commands::grep::run(context, matches),
        "list" => commands::list::run(context, matches),
        "facts" => commands::facts::run(context, matches),
        "show" => commands::show::run(context, matches),
        "dedup" => commands::dedup::run(context, matches),
        "similar" => commands::similar::run(context, matches),
        "stats" => commands::stats::run(context, matches),
        "terms" => commands::terms::run(context, matches),
        "region" => commands::region::run(context, matches),
        "report" => commands::report::run(context, matches),
        "export" => commands::export::run(context, matches),
        "score" => commands::score::run(context, matches),
        "doctor" => commands::doctor::run(context, matches),
        "status" => commands::status::run(context, matches),
        "set" => commands::set::run(context, matches),
        "fmt" => commands::fmt::run(context, matches),
        "new" => commands::new::run(context, matches),
        "open" => commands::open::run(context, matches),
        "completions" => commands::completions::run(context, matches, kinds),
        "man" => commands::man::run(context, matches, kinds),
        "undo" => commands::undo::run(context, matches),
        _ => Err(Failure::usage(context.lang.say("error.no-command", &[("name", name)]))),
    }
}
