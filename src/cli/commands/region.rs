//! `anku region`: what a place name means, as of a year, and what it is today.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::output;
use anku::report::Document;
use anku::report::json_text;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::text::places::Division;
use anku::text::places::Found;
use anku::text::places::Places;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::io::Read as _;

const FORMATS: &[&str] = &["table", "plain", "json", "jsonl", "csv", "tsv", "md"];
const HEADINGS: [&str; 8] = [
    "region.name",
    "region.province",
    "region.city",
    "region.county",
    "region.code",
    "region.years",
    "region.today",
    "region.rest",
];
/// The tables begin here: a name of that year may be older.
const FIRST: u16 = 1980;

/// A name that was asked for, and all that it can mean.
struct Answer {
    name: String,
    found: Vec<Found>,
    near: Vec<String>,
}

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let year = matches.get_one::<String>("at").map(|at| year(context, at)).transpose()?;
    let places = Places::shipped();
    let answers: Vec<Answer> = names(matches)?
        .into_iter()
        .map(|name| {
            let found = places.look_up(&name, year);
            let near = if found.is_empty() { places.near(&name, year) } else { Vec::new() };
            Answer { name, found, near }
        })
        .collect();
    match format {
        Some("jsonl") => {
            let lines: Vec<String> = answers.iter().map(|answer| json_text(&to_json(answer))).collect();
            output::text(context, matches, &lines.concat())?;
        }
        _ if output::wanted(context, matches, format)? == "json" => {
            let list: Vec<Value> = answers.iter().map(to_json).collect();
            output::text(context, matches, &json_text(&json!({"v": 1, "at": year, "places": list})))?;
        }
        _ if answers.iter().any(|answer| !answer.found.is_empty()) => {
            output::document(context, matches, format, &Document::of(table(context, &answers)))?;
        }
        _ => {}
    }
    let lang = context.lang;
    for answer in &answers {
        let count = answer.found.len();
        if count > 1 {
            context.note(&lang.say("region.several", &[("name", &answer.name), ("n", &count.to_string())]));
        }
        if count == 0 {
            context.complain(&lang.say("region.none", &[("name", &answer.name)]));
            if !answer.near.is_empty() {
                context.note(&lang.say("region.near", &[("names", &answer.near.join(" "))]));
            }
        }
    }
    let known = !answers.is_empty() && answers.iter().all(|answer| !answer.found.is_empty());
    Ok(if known { Exit::Done } else { Exit::Nothing })
}

/// The names of the command line; `-` stands for the lines of stdin.
fn names(matches: &ArgMatches) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for name in matches.get_many::<String>("names").unwrap_or_default() {
        if name != "-" {
            names.push(name.clone());
            continue;
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        names.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    Ok(names)
}

/// The year of `2012`, `2012年`, `2012-10-31`.
fn year(context: &Context, at: &str) -> Result<u16, Failure> {
    let digits: String = at.trim().chars().take_while(char::is_ascii_digit).collect();
    let rest = at.trim().get(digits.len()..).unwrap_or_default();
    let fits = rest.is_empty() || rest.starts_with(['-', '/', '.', '年']);
    let year = digits.parse().ok().filter(|_| digits.len() == 4 && fits);
    year.ok_or_else(|| Failure::usage(context.lang.say("error.no-year", &[("value", at)])))
}

fn table(context: &Context, answers: &[Answer]) -> Table {
    let lang = context.lang;
    let columns = HEADINGS.iter().map(|key| Column::text(lang.word(key))).collect();
    let mut table = Table::new(columns);
    for answer in answers {
        for found in &answer.found {
            let place = &found.place;
            let or_empty =
                |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
            table.push(vec![
                Cell::Text(answer.name.clone()),
                or_empty(&place.province),
                or_empty(place.city.as_deref().unwrap_or_default()),
                or_empty(place.county.as_deref().unwrap_or_default()),
                Cell::Text(place.code.clone()),
                Cell::Text(years(context, found)),
                Cell::Text(today(context, found)),
                or_empty(&place.rest),
            ]);
        }
    }
    table
}

fn years(context: &Context, found: &Found) -> String {
    let from = if found.from == FIRST {
        context.lang.say("region.before", &[("year", &FIRST.to_string())])
    } else {
        found.from.to_string()
    };
    format!("{from}–{}", found.to.map_or_else(String::new, |to| to.to_string()))
}

/// What the place is today, where that is something else.
fn today(context: &Context, found: &Found) -> String {
    let lang = context.lang;
    match found.today.as_slice() {
        [] => lang.word("region.unknown").to_owned(),
        [one] if found.to.is_none() && one.code == found.place.code => lang.word("region.same").to_owned(),
        many => many
            .iter()
            .map(|division| format!("{} {}", written(division), division.code))
            .collect::<Vec<_>>()
            .join("、"),
    }
}

fn written(division: &Division) -> String {
    let parts = [Some(&division.province), division.city.as_ref(), division.county.as_ref()];
    parts.into_iter().flatten().map(String::as_str).collect()
}

/// `{"name", "found": [{"province", "city", "county", "code", "from", "to", "read", "rest", "today": [{"code", "province", "city",
/// "county"}]}], "near": [names]}`; `from` 1980 means 1980 or before, `to` null means in force, an empty `today` not known.
fn to_json(answer: &Answer) -> Value {
    let division = |division: &Division| {
        json!({"code": division.code, "province": division.province, "city": division.city,
               "county": division.county})
    };
    let found: Vec<Value> = answer
        .found
        .iter()
        .map(|found| {
            let place = &found.place;
            let today: Vec<Value> = found.today.iter().map(division).collect();
            json!({"province": place.province, "city": place.city, "county": place.county, "code": place.code,
                   "from": found.from, "to": found.to, "read": found.read, "rest": place.rest, "today": today})
        })
        .collect();
    json!({"name": answer.name, "found": found, "near": answer.near})
}
