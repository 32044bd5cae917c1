//! `anku report NAME`: a declared report for an edition or a year.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use anku::archive::Archive;
use anku::archive::Broken;
use anku::archive::Card;
use anku::archive::Record;
use anku::archive::read_text;
use anku::report;
use anku::report::Outline;
use anku::report::Period;
use anku::report::json_text;
use anku::schema::Kind;
use anku::search;
use anku::search::Language;
use anku::search::Options;
use anku::search::Scope;
use anku::search::find;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use clap::ArgMatches;
use std::path::Path;
use std::path::PathBuf;

const FORMATS: &[&str] = &["table", "plain", "md", "csv", "tsv", "json", "docx", "pdf"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
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
    let outline = read(kind, &path, text)?;
    let period = Period {
        edition: matches.get_one::<i64>("edition").copied(),
        year: matches.get_one::<i64>("year").copied(),
        programme: matches.get_one::<String>("programme").cloned(),
    };
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let ready = notices::ready(context, archive, refresh);
    let cards: Vec<Card> = ready.cards()?.into_iter().filter(|card| card.kind == kind.name).collect();
    let select = |query: &str| select(archive, &ready, &cards, query);
    match report::build(&outline, &period, kind, &cards, &select, context.lang) {
        Ok(document) => {
            output::document(context, matches, format, &document)?;
            Ok(if ready.is_incomplete() { Exit::Failed } else { Exit::Done })
        }
        Err(error) if error.is_empty() => {
            context.complain(&error.say(context.lang));
            Ok(Exit::Nothing)
        }
        Err(error) => Err(Failure::usage(error.say(context.lang))),
    }
}

/// The places in `cards` of the records that a query of an outline means.
fn select(archive: &Archive, ready: &Ready<'_>, cards: &[Card], query: &str) -> Result<Vec<usize>, String> {
    let language = Language { kinds: &archive.kinds, views: &archive.settings.views };
    let compiled = search::compile(query, language, &Scope::Everywhere).map_err(|error| error.to_string())?;
    let paths = ready
        .with(|engine| -> Result<Vec<String>, search::EngineError> {
            let found = find(&compiled.plan, engine, &Options::SET)?;
            found.hits.iter().map(|hit| Ok(engine.card(hit.doc)?.path)).collect()
        })
        .map_err(|error| error.to_string())?;
    let mut places: Vec<usize> =
        paths.iter().filter_map(|path| cards.iter().position(|card| card.path == *path)).collect();
    places.sort_unstable();
    Ok(places)
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
fn read(kind: &Kind, path: &Path, text: String) -> Result<Outline, Failure> {
    let record = Record::parse(&path.to_string_lossy(), text.as_bytes());
    let findings = match &record.root {
        Some(root) if record.findings.is_empty() => match Outline::read(root, kind, path) {
            Ok(outline) => return Ok(outline),
            Err(findings) => findings,
        },
        _ => record.findings,
    };
    Err(Failure::Broken(Box::new(Broken { findings, texts: vec![(path.to_owned(), text)] })))
}
