//! `anku report NAME`: a declared report for an edition or a year.

mod check;

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::findings;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::quantities;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Broken;
use anku::archive::Card;
use anku::archive::Record;
use anku::archive::read_text;
use anku::report;
use anku::report::Answers;
use anku::report::Known;
use anku::report::Outline;
use anku::report::Period;
use anku::report::Rule;
use anku::report::json_text;
use anku::schema::Kind;
use anku::search;
use anku::search::Language;
use anku::search::Options;
use anku::search::Scope;
use anku::search::find;
use anku::search::matching;
use anku::stats::Amount;
use anku::stats::InUnit;
use anku::workspace;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use chrono::NaiveDate;
use clap::ArgMatches;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;
use std::path::PathBuf;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, &output::formats())?;
    let archive = context.archive()?;
    let Some(name) = matches.get_one::<String>("name") else {
        let names = names(archive);
        context.print(match format {
            Some("json") => json_text(&serde_json::json!({"v": 1, "reports": names})),
            _ => names.iter().map(|name| format!("{name}\n")).collect(),
        })?;
        return Ok(Exit::Done);
    };
    let (path, text) = outline(context, archive, name)?;
    if matches.get_flag("outline") {
        context.print(text)?;
        return Ok(Exit::Done);
    }
    let kind = archive
        .kinds
        .first()
        .ok_or_else(|| Failure::usage(context.lang.say("error.no-kind", &[("name", "")])))?;
    let outline = read(context, archive, kind, &path, text)?;
    if outline.says("query") && filters::query(matches).is_empty() && !matches.contains_id("where") {
        return Err(Failure::usage(context.lang.say("report.needs-query", &[("name", name)])));
    }
    let period = Period {
        edition: matches.get_one::<i64>("edition").copied(),
        year: matches.get_one::<i64>("year").copied(),
        programme: matches.get_one::<String>("programme").cloned(),
    };
    let asked = [
        ("edition", period.edition.is_some()),
        ("year", period.year.is_some()),
        ("programme", period.programme.is_some()),
    ];
    if let Some((param, _)) = asked.iter().find(|(param, is)| *is && !outline.takes(param)) {
        let known = outline.params.join(" ");
        let args = [("name", name.as_str()), ("param", param), ("known", &known)];
        return Err(Failure::usage(context.lang.say("report.error.param", &args)));
    }
    let mut refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let units = outline.units();
    if !units.is_empty() && refresh == Refresh::Look {
        // Facts lie in the index: what changed is written into it first.
        refresh = Refresh::Write;
    }
    let ready = notices::ready(context, archive, refresh);
    let all: Vec<Card> = ready.cards()?.into_iter().filter(|card| card.kind == kind.name).collect();
    let mut searched = search(context, archive, matches, &ready, all.len(), &period)?;
    if outline.says("state") {
        let state = archive.fingerprint().map_err(|error| at(context, &error.path, &error.error))?;
        searched.given.push(("state", state));
    }
    let cards: Vec<Card> = match &searched.paths {
        Some(paths) => all.into_iter().filter(|card| paths.contains(&card.path)).collect(),
        None => all,
    };
    let amounts = amounts(context, archive, &ready, &units)?;
    let amounts = |card: &Card, unit: &str| {
        amounts.get(&(card.path.clone(), unit.to_owned())).cloned().unwrap_or_default()
    };
    let findings = if outline.has_findings() { rules(context, archive) } else { Vec::new() };
    let select = |query: &str| select(archive, &ready, &cards, query);
    let answers = Answers { select: &select, amounts: &amounts, given: &searched.given, findings: &findings };
    match report::build(&outline, &period, kind, &cards, answers, context.lang) {
        Ok(document) => {
            let ended = match matches.get_one::<PathBuf>("check") {
                Some(file) => check::check(context, format, file, &document)?,
                None => {
                    output::document(context, matches, format, &document)?;
                    if document.records.is_empty() { Exit::Nothing } else { Exit::Done }
                }
            };
            Ok(if ready.is_incomplete() { Exit::Failed } else { ended })
        }
        Err(error) if error.is_empty() => {
            context.complain(&error.say(context.lang));
            Ok(Exit::Nothing)
        }
        Err(error) => Err(Failure::usage(error.say(context.lang))),
    }
}

/// What a search found, where one was asked for, and what a report may say of it.
struct Searched {
    /// `None` without a query.
    paths: Option<HashSet<String>>,
    given: Vec<(&'static str, String)>,
}

fn search(
    context: &Context,
    archive: &Archive,
    matches: &ArgMatches,
    ready: &Ready<'_>,
    all: usize,
    period: &Period,
) -> Result<Searched, Failure> {
    let lang = context.lang;
    let typed = filters::query(matches);
    let filters = filters::filters(context, matches, &archive.kinds)?;
    let none = || lang.word("report.none_given").to_owned();
    let or_none = |text: String| if text.trim().is_empty() { none() } else { text };
    let date = match matches.get_one::<String>("date") {
        Some(date) => match NaiveDate::parse_from_str(date, "%Y-%m-%d") {
            Ok(_) => date.clone(),
            Err(_) => return Err(Failure::usage(lang.say("score.bad-date", &[("value", date)]))),
        },
        None => chrono::Local::now().format("%Y-%m-%d").to_string(),
    };
    let mut limits = filters.queries.clone();
    limits.extend((*period != Period::default()).then(|| period.name(lang)));
    let mut given = vec![
        ("filters", or_none(limits.join(if lang.is_zh() { "；" } else { "; " }))),
        ("date", date),
        ("archive", archive.settings.name.clone().unwrap_or_default()),
        ("all", all.to_string()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if typed.is_empty() && filters.queries.is_empty() {
        return Ok(Searched { paths: None, given });
    }
    let compiled = query::compile_with(context, archive, &typed, query::Reading::Query, matches, &filters)?;
    let (paths, found) = ready.with(|engine| -> Result<_, search::EngineError> {
        let found = find(&compiled.plan, engine, &Options::SET)?;
        Ok((engine.paths(&found.docs.iter().collect::<Vec<_>>())?, found))
    })?;
    let list = |texts: Vec<String>| or_none(texts.join(if lang.is_zh() { "、" } else { ", " }));
    let terms = found.terms.iter().map(|term| format!("{} {}", term.term, term.records)).collect();
    let missing = found.missing.iter().map(|missing| missing.term.clone()).collect();
    given.extend([
        ("query", or_none(typed)),
        ("reading", or_none(compiled.reading)),
        ("terms", list(terms)),
        ("missing", list(missing)),
    ]);
    Ok(Searched { paths: Some(paths.iter().map(str::to_owned).collect()), given })
}

/// The quantities of every record in some units.
fn amounts(
    context: &Context,
    archive: &Archive,
    ready: &Ready<'_>,
    units: &[String],
) -> Result<HashMap<(String, String), Vec<Amount>>, Failure> {
    let mut amounts: HashMap<_, Vec<Amount>> = HashMap::new();
    if units.is_empty() {
        return Ok(amounts);
    }
    let words = quantities::words(context, archive)?;
    let named = |unit: &String| Some((unit.clone(), InUnit::named(&words, unit).ok()?));
    let units: Vec<(String, InUnit)> = units.iter().filter_map(named).collect();
    for (card, facts) in ready.facts(&search::Plan::All, &words)? {
        for (written, unit) in &units {
            amounts.insert((card.path.clone(), written.clone()), unit.amounts(&facts));
        }
    }
    Ok(amounts)
}

/// What a check of all files finds, rule by rule.
fn rules(context: &Context, archive: &Archive) -> Vec<Rule> {
    let outcome = workspace::validate(archive, &[], &|_, _| {});
    let texts = findings::Texts::new(&outcome.texts);
    let mut rules: BTreeMap<&str, Rule> = BTreeMap::new();
    for finding in &outcome.findings {
        let rule = rules.entry(finding.code.id()).or_insert_with(|| Rule {
            code: finding.code.id().to_owned(),
            name: findings::rule(context.lang, finding.code),
            places: Vec::new(),
            files: Vec::new(),
        });
        rule.places.push(texts.place(finding));
        rule.files.push(finding.path.to_string_lossy().replace('\\', "/"));
    }
    rules.into_values().collect()
}

/// The places in `cards` of the records that a query of an outline means.
fn select(archive: &Archive, ready: &Ready<'_>, cards: &[Card], query: &str) -> Result<Vec<usize>, String> {
    let language = Language { kinds: &archive.kinds, views: &archive.settings.views };
    let compiled = search::compile(query, language, &Scope::Everywhere).map_err(|error| error.to_string())?;
    let paths = ready
        .with(|engine| engine.paths(&matching(&compiled.plan, engine)?.iter().collect::<Vec<_>>()))
        .map_err(|error: search::EngineError| error.to_string())?;
    let paths: HashSet<&str> = paths.iter().collect();
    Ok((0..cards.len()).filter(|&place| paths.contains(cards[place].path.as_str())).collect())
}

/// The reports there are: the archive's own and the shipped ones.
fn names(archive: &Archive) -> Vec<String> {
    let mut names: Vec<String> = archive.settings.reports.iter().map(|(name, _)| name.clone()).collect();
    names.extend(report::SHIPPED.iter().map(|(name, _)| (*name).to_owned()));
    names.sort();
    names.dedup();
    names
}

/// An outline's file and text: the one that `anku.yaml` names, else `schemas/reports/NAME.yaml`,
/// else the shipped one.
fn outline(context: &Context, archive: &Archive, name: &str) -> Result<(PathBuf, String), Failure> {
    let lang = context.lang;
    let named =
        archive.settings.reports.iter().find(|(known, _)| known == name).map(|(_, path)| path.clone());
    let own = PathBuf::from(format!("schemas/reports/{name}.yaml"));
    let plain = !name.contains(['/', '\\']) && name != "..";
    let path = named.or_else(|| (plain && archive.root.join(&own).is_file()).then_some(own.clone()));
    if let Some(path) = path {
        let text = read_text(&archive.root.join(&path)).map_err(|error| {
            let (path, reason) = (path.display().to_string(), context.reason(&error));
            Failure::usage(lang.say("notice.unreadable", &[("path", &path), ("reason", &reason)]))
        })?;
        return Ok((path, text));
    }
    match report::shipped(name) {
        Some(text) => Ok((own, text.to_owned())),
        None => {
            let what = lang.say("report.none", &[("name", name)]);
            Err(Failure::hinted(what, lang.say("report.available", &[("names", &names(archive).join(" "))])))
        }
    }
}

/// Checks an outline before anything is produced.
fn read(
    context: &Context,
    archive: &Archive,
    kind: &Kind,
    path: &Path,
    text: String,
) -> Result<Outline, Failure> {
    // Word lists that are broken are no matter for an outline without quantities.
    let measures = ["facts", "数量"].iter().any(|word| text.contains(word));
    let words = measures.then(|| quantities::words(context, archive)).transpose()?;
    let language = Language { kinds: &archive.kinds, views: &archive.settings.views };
    let query = |query: &str| match search::compile(query, language, &Scope::Everywhere) {
        Ok(_) => Ok(()),
        Err(error) => Err(query::wrong(context, &archive.kinds, &error)),
    };
    let known = Known { units: words.as_ref(), query: Some(&query) };
    let record = Record::parse(&path.to_string_lossy(), text.as_bytes());
    let findings = match &record.root {
        Some(root) if record.findings.is_empty() => match Outline::read(root, kind, known, path) {
            Ok(outline) => return Ok(outline),
            Err(findings) => findings,
        },
        _ => record.findings,
    };
    Err(Failure::Broken(Box::new(Broken { findings, texts: vec![(path.to_owned(), text)] })))
}
