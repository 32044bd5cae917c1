//! Flags that several commands share, turned into plain values.

use super::context::Context;
use super::failure::Failure;
use anku::diag::nearest;
use anku::schema::Kind;
use clap::ArgMatches;
use std::fmt::Write as _;

/// Whether JSON was asked for.
pub(crate) fn wants_json(matches: &ArgMatches) -> bool {
    matches.get_flag("json") || matches.get_one::<String>("output").is_some_and(|format| format == "json")
}

/// The output format that was asked for, one of `known`.
///
/// # Errors
/// A format that this command does not have, with those it has.
pub(crate) fn format<'k>(context: &Context, matches: &ArgMatches, known: &[&'k str]) -> Result<Option<&'k str>, Failure> {
    if matches.get_flag("json") {
        return Ok(known.iter().copied().find(|format| *format == "json"));
    }
    let Some(name) = matches.get_one::<String>("output") else { return Ok(None) };
    match known.iter().copied().find(|format| format == name) {
        Some(format) => Ok(Some(format)),
        None => {
            let what = context.lang.say("error.no-format", &[("name", name)]);
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => context.lang.say("help.didyoumean", &[("name", near)]),
                None => context.lang.say("parse.valid", &[("values", &known.join(" "))]),
            };
            Err(Failure::hinted(what, hint))
        }
    }
}

/// What the filter flags ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filters {
    /// The flags as a query; empty when there are none.
    pub(crate) query: String,
    /// The section roles that free terms must stand in, as they were named.
    pub(crate) roles: Vec<String>,
}

/// Turns `--year 2010..2012 --level 最佳 --where QUERY` into one query. Several values of one flag are
/// alternatives; several flags must all hold.
pub(crate) fn filters(matches: &ArgMatches, kinds: &[Kind]) -> Filters {
    let mut filters = Filters::default();
    let mut seen: Vec<&str> = Vec::new();
    for kind in kinds {
        for field in &kind.fields {
            let Some(flag) = field.flag.as_deref() else { continue };
            let id = format!("field:{flag}");
            let Ok(Some(values)) = matches.try_get_many::<String>(&id) else { continue };
            if seen.contains(&flag) {
                continue;
            }
            seen.push(flag);
            let labels = field.path.rsplit_once('.').is_some_and(|(list, key)| {
                kind.labels.get(list).is_some_and(|label| label == key)
            });
            if labels {
                filters.roles.extend(values.flat_map(|value| value.split([',', '，'])).map(|word| word.trim().to_owned()));
                continue;
            }
            let values: Vec<String> = values.map(|value| quoted(value)).collect();
            let _ = write!(filters.query, " {}:{}", field.path, values.join(","));
        }
    }
    for part in matches.get_many::<String>("where").unwrap_or_default() {
        let _ = write!(filters.query, " ({part})");
    }
    filters
}

/// A value that holds blanks or marks of the query language is put in quotation marks.
fn quoted(value: &str) -> String {
    let plain = !value.chars().any(|c| c.is_whitespace() || "()|\"“”（）".contains(c));
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "")) }
}

/// The words of a query as they stood on the command line, joined again.
pub(crate) fn query(matches: &ArgMatches) -> String {
    matches.get_many::<String>("query").unwrap_or_default().map(String::as_str).collect::<Vec<_>>().join(" ")
}
