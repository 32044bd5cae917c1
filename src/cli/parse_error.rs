//! clap's answers in the user's language: help, version, and what was wrong with a command line.

use super::args;
use super::context::Context;
use super::failure::Exit;
use super::failure::Failure;
use anku::schema::Kind;
use clap::Error;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

/// Shows help or version, or says what was wrong.
pub(crate) fn report(error: &Error, context: &Context, kinds: &[Kind]) -> Result<Exit, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let text = error.render();
            let text = if context.style.is_on() { text.ansi().to_string() } else { text.to_string() };
            context.print(text)?;
            Ok(Exit::Done)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            overview(context, kinds)
        }
        _ => Err(failure(error, context)),
    }
}

/// What `anku` alone says: the overview, and exit 2, since nothing was asked for.
pub(crate) fn overview(context: &Context, kinds: &[Kind]) -> Result<Exit, Failure> {
    let help = args::command(context.lang, kinds).render_help().to_string();
    context.print(help)?;
    Ok(Exit::Failed)
}

fn failure(error: &Error, context: &Context) -> Failure {
    let lang = context.lang;
    let get = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.last().cloned().unwrap_or_default(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    // `--limit <N>`: the name is enough.
    let arg = get(ContextKind::InvalidArg);
    let name = arg.split([' ', '=']).next().unwrap_or_default();
    let name = name.trim_matches(['<', '>', '[', ']', '.']);
    let value = get(ContextKind::InvalidValue);
    let near = |near: String| (!near.is_empty()).then(|| lang.say("help.didyoumean", &[("name", &near)]));
    let (what, hint) = match error.kind() {
        ErrorKind::UnknownArgument if !name.starts_with('-') => {
            (lang.say("parse.surplus", &[("name", &arg)]), None)
        }
        ErrorKind::UnknownArgument => {
            (lang.say("parse.unknown-flag", &[("name", name)]), near(get(ContextKind::SuggestedArg)))
        }
        ErrorKind::InvalidSubcommand => {
            let name = get(ContextKind::InvalidSubcommand);
            (lang.say("error.no-command", &[("name", &name)]), near(get(ContextKind::SuggestedSubcommand)))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if !value.is_empty() => {
            let valid = get(ContextKind::ValidValue);
            let hint = (!valid.is_empty()).then(|| lang.say("parse.valid", &[("values", &valid)]));
            (lang.say("parse.bad-value", &[("name", name), ("value", &value)]), hint)
        }
        ErrorKind::MissingRequiredArgument => (lang.say("parse.missing", &[("name", name)]), None),
        ErrorKind::ArgumentConflict => (lang.say("parse.twice", &[("name", name)]), None),
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::TooManyValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::TooFewValues => (lang.say("parse.no-value", &[("name", name)]), None),
        _ => (lang.word("parse.other").to_owned(), None),
    };
    Failure::Message { what, hint: hint.or_else(|| Some(lang.word("parse.hint").to_owned())) }
}
