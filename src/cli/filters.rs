//! Flags that several commands share, turned into plain values.

use super::context::Context;
use super::failure::Failure;
use anku::schema::Kind;
use clap::ArgMatches;

/// Whether JSON was asked for.
pub(crate) fn wants_json(matches: &ArgMatches) -> bool {
    matches.get_flag("json") || matches.get_one::<String>("output").is_some_and(|format| format == "json")
}

/// The output format that was asked for, one of `known`.
///
/// # Errors
/// A format that this command does not have, with those it has.
pub(crate) fn format<'k>(
    context: &Context,
    matches: &ArgMatches,
    known: &[&'k str],
) -> Result<Option<&'k str>, Failure> {
    if matches.get_flag("json") {
        return Ok(known.iter().copied().find(|format| *format == "json"));
    }
    let Some(name) = matches.get_one::<String>("output") else { return Ok(None) };
    let found = known.iter().copied().find(|format| format == name).map(Some);
    found.ok_or_else(|| context.unknown("error.no-format", name, known))
}

/// What the filter flags ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filters {
    /// Fields by path, and what they must hold, as it would stand after the colon.
    pub(crate) fields: Vec<(String, String)>,
    /// Whole queries that must hold too.
    pub(crate) queries: Vec<String>,
    /// The section roles that free terms must stand in, as they were named.
    pub(crate) roles: Vec<String>,
}

/// Reads `--year 2010..2012 --level 最佳 --where QUERY`. Several values of one flag are alternatives;
/// several flags must all hold.
///
/// # Errors
/// A flag with an empty value: taken as no filter at all, it would answer another question.
pub(crate) fn filters(context: &Context, matches: &ArgMatches, kinds: &[Kind]) -> Result<Filters, Failure> {
    let mut filters = Filters::default();
    let mut seen: Vec<&str> = Vec::new();
    for (kind, field) in kinds.iter().flat_map(|kind| kind.fields.iter().map(move |field| (kind, field))) {
        let Some(flag) = field.flag.as_deref() else { continue };
        let Ok(Some(values)) = matches.try_get_many::<String>(&format!("field:{flag}")) else { continue };
        if seen.contains(&flag) {
            continue;
        }
        seen.push(flag);
        let values: Vec<&str> = values.map(String::as_str).collect();
        if values.iter().any(|value| says_nothing(value)) {
            return Err(empty(context, flag));
        }
        let labels = field
            .path
            .rsplit_once('.')
            .is_some_and(|(list, key)| kind.labels.get(list).is_some_and(|label| label == key));
        if labels {
            filters.roles.extend(values.into_iter().map(str::to_owned));
        } else {
            filters.fields.push((field.path.clone(), values.join(",")));
        }
    }
    filters.queries.extend(matches.get_many::<String>("where").unwrap_or_default().cloned());
    if filters.queries.iter().any(|text| text.trim().is_empty()) {
        return Err(empty(context, "where"));
    }
    Ok(filters)
}

fn says_nothing(value: &str) -> bool {
    value.split([',', '，', '、']).all(|piece| piece.trim().is_empty())
}

/// That a flag has no value.
pub(crate) fn empty(context: &Context, flag: &str) -> Failure {
    Failure::usage(context.lang.say("query.empty-flag", &[("flag", &format!("--{flag}"))]))
}

/// The words of a query as they stood on the command line, joined again.
pub(crate) fn query(matches: &ArgMatches) -> String {
    matches.get_many::<String>("query").unwrap_or_default().map(String::as_str).collect::<Vec<_>>().join(" ")
}
