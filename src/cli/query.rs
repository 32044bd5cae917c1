//! The query of a command line, its filter flags included, made into one plan.

use super::context::Context;
use super::failure::Failure;
use super::filters::filters;
use anku::archive::Archive;
use anku::diag::Args;
use anku::search;
use anku::search::Compiled;
use anku::search::Plan;
use anku::search::QueryError;
use anku::search::Scope;
use clap::ArgMatches;

/// Compiles what was typed and what the filter flags add; remarks go to stderr.
///
/// # Errors
/// A query that cannot be answered, with the place in it.
pub(crate) fn compile(
    context: &Context,
    archive: &Archive,
    typed: &str,
    matches: &ArgMatches,
) -> Result<Compiled, Failure> {
    let kinds = &archive.kinds;
    let filters = filters(matches, kinds);
    let bad = |text: &str, error: &QueryError| failure(context, text, error);
    let scope = if filters.roles.is_empty() {
        Scope::Everywhere
    } else {
        let words = filters.roles.join(",");
        search::section_scope(&words, kinds).map_err(|error| bad(&words, &error))?
    };
    let mut compiled = search::compile(typed, kinds, &scope).map_err(|error| bad(typed, &error))?;
    let mut parts = vec![compiled.plan];
    // Without a free term the role itself is what is asked for.
    if let (Scope::Labels(labels), Some(Plan::All)) = (&scope, parts.first()) {
        parts.push(Plan::or(labels.iter().cloned().map(Plan::Has).collect()));
    }
    for (path, value) in &filters.fields {
        let plan = search::filter(path, value, kinds, &mut compiled.notes).map_err(|error| bad(value, &error))?;
        parts.extend(plan);
    }
    for text in &filters.queries {
        let inner = search::compile(text, kinds, &Scope::Everywhere).map_err(|error| bad(text, &error))?;
        parts.push(inner.plan);
        compiled.notes.extend(inner.notes);
    }
    compiled.plan = Plan::and(parts);
    for note in &compiled.notes {
        context.note(&say(context, note.kind.key(), &note.kind.args()));
    }
    Ok(compiled)
}

/// A sentence, followed by the near word where there is one.
fn say(context: &Context, key: &str, args: &Args) -> String {
    let pairs: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut sentence = context.lang.say(key, &pairs);
    if let Some((_, near)) = args.iter().find(|(name, value)| *name == "nearest" && !value.is_empty()) {
        sentence.push(' ');
        sentence.push_str(&context.lang.say("help.didyoumean", &[("name", near)]));
    }
    sentence
}

fn failure(context: &Context, text: &str, error: &QueryError) -> Failure {
    let what = say(context, error.kind.key(), &error.kind.args());
    let piece = text.get(error.span.start..error.span.end).unwrap_or_default();
    if piece.is_empty() || piece == text {
        Failure::usage(what)
    } else {
        let column = text[..error.span.start].chars().count() + 1;
        let column = column.to_string();
        Failure::hinted(what, context.lang.say("query.place", &[("column", &column), ("text", piece)]))
    }
}
