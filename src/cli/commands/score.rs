//! `anku score SCHEME`: ranks, levels, grades, stars and points from plain files.

mod document;
mod publish;

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use anku::archive::Archive;
use anku::archive::Card;
use anku::report::Block;
use anku::report::Document;
use anku::report::json_text;
use anku::score;
use anku::score::Entry;
use anku::score::Names;
use anku::score::Outcome;
use anku::score::Scheme;
use anku::score::heading;
use anku::workspace;
use anku::workspace::Refresh;
use anku::workspace::ScoreError;
use anku::workspace::Scoring;
use chrono::NaiveDate;
use clap::ArgMatches;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A run that has been read, with all that it takes to compute it.
struct Run<'a> {
    archive: &'a Archive,
    name: &'a str,
    scheme: (PathBuf, String, Scheme),
    scoring: Scoring,
    names: Names,
    cards: Vec<Card>,
    records: BTreeMap<String, Entry>,
    today: NaiveDate,
}

impl Run<'_> {
    fn scheme(&self) -> &Scheme {
        &self.scheme.2
    }

    fn compute(&self) -> Result<Outcome, Failure> {
        self.compute_as(self.scheme())
    }

    fn compute_as(&self, scheme: &Scheme) -> Result<Outcome, Failure> {
        score::run(scheme, &self.scoring.round, &self.names, &self.records, self.today).map_err(|findings| {
            let texts = self.scoring.texts.clone();
            Failure::Broken(Box::new(anku::archive::Broken { findings, texts }))
        })
    }
}

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let lang = context.lang;
    let format = format(context, matches, &output::formats())?;
    let archive = context.archive()?;
    let Some(name) = matches.get_one::<String>("scheme") else {
        return schemes(context, archive, matches, format);
    };
    if matches.get_flag("outline") {
        let text = workspace::scheme_text(archive, name).map_err(|error| failed(context, name, error))?;
        context.print(text)?;
        return Ok(Exit::Done);
    }
    let scheme = workspace::scheme(archive, name).map_err(|error| failed(context, name, error))?;
    let today = date(context, matches)?;
    let (names, files) = workspace::score_names(archive).map_err(|error| failed(context, name, error))?;
    let moves = matches.get_one::<String>("moves").map(String::as_str);
    let round = matches.get_one::<String>("round").map(String::as_str);
    let round = round.or(moves.filter(|round| !round.is_empty()));
    let scoring = workspace::scoring(archive, name, &scheme, round, &files)
        .map_err(|error| failed(context, name, error))?;
    let cards = match &scheme.2.kind {
        Some(_) => notices::ready(context, archive, Refresh::Look).cards()?,
        None => Vec::new(),
    };
    let records = workspace::score_records(archive, &scheme.2, &cards);
    let run = Run { archive, name, scheme, scoring, names, cards, records, today };
    if let Some(folder) = matches.get_one::<PathBuf>("sheets") {
        return document::sheets(context, &run, &context.path(folder));
    }
    if let Some(id) = matches.get_one::<String>("history") {
        return document::history(context, matches, format, &run, id);
    }
    let outcome = run.compute()?;
    if let Some(id) = matches.get_one::<String>("explain") {
        let Some(one) = outcome.standing(id) else {
            let known = outcome.standings.iter().map(|one| one.entry.id.as_str());
            let near = anku::diag::nearest(id, known).map(|near| lang.say("score.near", &[("id", near)]));
            let what = lang.say("score.no-entry", &[("id", id)]);
            context.complain(&what);
            if let Some(near) = near {
                context.advise(&near);
            }
            return Ok(Exit::Nothing);
        };
        let table = score::explanation(run.scheme(), one, lang);
        output::document(context, matches, format, &Document::of(table))?;
        return Ok(Exit::Done);
    }
    for flag in ["check", "notice", "publish", "apply"] {
        if matches.get_flag(flag) {
            return match flag {
                "check" => publish::check(context, matches, format, &run, &outcome),
                "notice" => publish::notice(context, matches, format, &run, &outcome),
                "publish" => publish::publish(context, matches, &run, &outcome),
                _ => publish::apply(context, matches, &run, &outcome),
            };
        }
    }
    if moves.is_some() {
        return document::moves(context, matches, format, &run, &outcome);
    }
    let nothing = outcome.standings.is_empty() && outcome.requests.is_empty();
    if nothing {
        let hint = lang.say("score.nothing.hint", &[("folder", &run.scoring.round.folder)]);
        context.complain(lang.word("score.nothing"));
        context.advise(&hint);
    }
    if output::wanted(context, matches, format)? == "json" {
        output::text(context, matches, &json_text(&document::to_json(&run, &outcome, lang)))?;
    } else {
        let mut document = Document {
            title: Some(format!("{} {}", run.scheme().title, run.scoring.round.name)),
            ..Document::default()
        };
        document.blocks = score::tables(run.scheme(), &outcome, lang).into_iter().map(Block::Table).collect();
        output::document(context, matches, format, &document)?;
    }
    Ok(if nothing { Exit::Nothing } else { Exit::Done })
}

/// The schemes there are, each with its runs.
fn schemes(
    context: &Context,
    archive: &Archive,
    matches: &ArgMatches,
    format: Option<&str>,
) -> Result<Exit, Failure> {
    use anku::table::Cell;
    use anku::table::Column;
    use anku::table::Table;
    let word = |key| heading(key, context.lang);
    let columns = ["scheme", "name", "rounds"].map(|key| Column::text(word(key)));
    let mut table = Table::new(columns.to_vec());
    for name in workspace::schemes(archive) {
        let title = workspace::scheme(archive, &name).map(|(_, _, scheme)| scheme.title);
        let title = title.map_err(|error| failed(context, &name, error))?;
        let rounds = workspace::rounds(archive, &name).join(" ");
        table.push(vec![Cell::Text(name), Cell::Text(title), Cell::Text(rounds)]);
    }
    output::document(context, matches, format, &Document::of(table))?;
    Ok(Exit::Done)
}

fn date(context: &Context, matches: &ArgMatches) -> Result<NaiveDate, Failure> {
    let Some(text) = matches.get_one::<String>("date") else {
        return Ok(chrono::Local::now().date_naive());
    };
    let bad = |_| Failure::usage(context.lang.say("score.bad-date", &[("value", text)]));
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(bad)
}

/// Why there is nothing to compute, in words.
fn failed(context: &Context, name: &str, error: ScoreError) -> Failure {
    let lang = context.lang;
    match error {
        ScoreError::NoScheme(names) => {
            let hint = lang.say("score.schemes", &[("names", &names.join(" "))]);
            Failure::hinted(lang.say("score.no-scheme", &[("name", name)]), hint)
        }
        ScoreError::NoRound(names) if names.is_empty() => {
            let what = lang.say("score.no-rounds", &[("name", name)]);
            Failure::hinted(what, lang.say("score.no-rounds.hint", &[("name", name)]))
        }
        ScoreError::NoRound(names) => {
            let hint = lang.say("score.rounds", &[("names", &names.join(" "))]);
            Failure::hinted(lang.say("score.no-round", &[("name", name)]), hint)
        }
        ScoreError::Broken(broken) => Failure::Broken(broken),
        ScoreError::Io { path, error } => at(context, &path, &error),
    }
}
