//! The query of a command line, its filter flags included, made into one plan.

use super::context::Context;
use super::failure::Failure;
use super::filters::Filters;
use super::filters::empty;
use super::filters::filters;
use anku::archive::Archive;
use anku::diag::Args;
use anku::schema::Kind;
use anku::search;
use anku::search::Compiled;
use anku::search::Language;
use anku::search::Plan;
use anku::search::QueryError;
use anku::search::Scope;
use clap::ArgMatches;

/// How what was typed is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// In the language of queries.
    Query,
    /// As one regular expression.
    Regex,
}

/// Compiles what was typed and what the filter flags add; remarks go to stderr.
///
/// # Errors
/// A query that cannot be answered, with the place in it.
pub(crate) fn compile(
    context: &Context,
    archive: &Archive,
    typed: &str,
    reading: Reading,
    matches: &ArgMatches,
) -> Result<Compiled, Failure> {
    compile_with(context, archive, typed, reading, matches, &filters(context, matches, &archive.kinds)?)
}

/// As [`compile`], with these filters in place of those of the command line.
///
/// # Errors
/// As [`compile`].
pub(crate) fn compile_with(
    context: &Context,
    archive: &Archive,
    typed: &str,
    reading: Reading,
    matches: &ArgMatches,
    filters: &Filters,
) -> Result<Compiled, Failure> {
    let kinds = &archive.kinds;
    let bad = |text: &str, error: &QueryError| failure(context, kinds, text, error);
    let scope = match labels(context, archive, matches)? {
        Some(labels) => Scope::Labels(labels),
        None => Scope::Everywhere,
    };
    let language = Language { kinds, views: &archive.settings.views };
    let compiled = match reading {
        Reading::Query => search::compile(typed, language, &scope),
        Reading::Regex => search::compile_regex(typed, language, &scope),
    };
    let mut compiled = compiled.map_err(|error| bad(typed, &error))?;
    let mut parts = vec![compiled.plan];
    // Without a free term the role itself is what is asked for.
    if let (Scope::Labels(labels), Some(Plan::All)) = (&scope, parts.first()) {
        parts.push(Plan::or(labels.iter().cloned().map(Plan::Has).collect()));
    }
    for (path, value) in &filters.fields {
        let plan =
            search::filter(path, value, kinds, &mut compiled.notes).map_err(|error| bad(value, &error))?;
        parts.extend(plan);
    }
    for text in &filters.queries {
        let inner = search::condition(text, language).map_err(|error| bad(text, &error))?;
        if inner.plan == Plan::All {
            return Err(empty(context, "where"));
        }
        parts.push(inner.plan);
        compiled.notes.extend(inner.notes);
    }
    compiled.plan = Plan::and(parts);
    for note in &compiled.notes {
        context.note(&say(context, kinds, note.kind.key(), &note.kind.args()));
    }
    Ok(compiled)
}

/// The labels of the sections that the command line names, where it names any.
///
/// # Errors
/// A role that there is not.
pub(crate) fn labels(
    context: &Context,
    archive: &Archive,
    matches: &ArgMatches,
) -> Result<Option<Vec<String>>, Failure> {
    let kinds = &archive.kinds;
    let words = filters(context, matches, kinds)?.roles.join(",");
    if words.is_empty() {
        return Ok(None);
    }
    match search::section_scope(&words, kinds) {
        Ok(Scope::Labels(labels)) => Ok(Some(labels)),
        Ok(Scope::Everywhere) => Ok(None),
        Err(error) => Err(failure(context, kinds, &words, &error)),
    }
}

/// A sentence with fields by their names in its language, followed by the near word and the allowed
/// values where there are any.
fn say(context: &Context, kinds: &[Kind], key: &str, args: &Args) -> String {
    let lang = context.lang;
    let of = |name: &str| args.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str());
    let field = kinds.iter().find_map(|kind| kind.field(of("field")));
    let label = |value: &str| field.map_or(value, |field| field.label(value, lang.is_zh())).to_owned();
    let mut values: Vec<(&str, String)> = Vec::new();
    for (name, value) in args {
        let said = match *name {
            "nearest" if value.is_empty() => String::new(),
            "nearest" => format!("; {}", lang.say("help.didyoumean", &[("name", &label(value))])),
            "allowed" => {
                let list: Vec<String> = value.split('\n').map(label).collect();
                list.join(if lang.is_zh() { "、" } else { ", " })
            }
            "field" => field_name(kinds, value, lang.is_zh()),
            _ => value.clone(),
        };
        values.push((name, said));
    }
    let pairs: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut said = lang.say(key, &pairs);
    if !of("allowed").is_empty() {
        said.push(' ');
        said.push_str(&lang.say("query.allowed", &pairs));
    }
    said
}

/// What a field is called; as it was typed where it is none, as the title of a list.
fn field_name(kinds: &[Kind], word: &str, zh: bool) -> String {
    let names = kinds.iter().find_map(|kind| kind.field(word)).map(|field| &field.names);
    names.map_or(word, |names| if zh { &names.zh } else { &names.en }).to_owned()
}

/// What is wrong with a query, in the language of the interface.
pub(crate) fn wrong(context: &Context, kinds: &[Kind], error: &QueryError) -> String {
    say(context, kinds, error.kind.key(), &error.kind.args())
}

fn failure(context: &Context, kinds: &[Kind], text: &str, error: &QueryError) -> Failure {
    let what = wrong(context, kinds, error);
    let piece = text.get(error.span.start..error.span.end).unwrap_or_default();
    if piece.is_empty() || piece == text {
        Failure::usage(what)
    } else {
        let column = text[..error.span.start].chars().count() + 1;
        let column = column.to_string();
        Failure::hinted(what, context.lang.say("query.place", &[("column", &column), ("text", piece)]))
    }
}
