//! From a computed result to one that stands: public notice, publication, the check, the awards.

use super::Run;
use super::failed;
use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::writing;
use anku::archive;
use anku::archive::Batch;
use anku::archive::next_id;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::score;
use anku::score::Outcome;
use anku::score::Published;
use anku::score::heading;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::workspace;
use chrono::NaiveDate;
use clap::ArgMatches;
use std::collections::BTreeMap;

fn now(run: &Run<'_>, outcome: &Outcome) -> Published {
    Published {
        scheme: run.name.to_owned(),
        round: run.scoring.round.name.clone(),
        inputs: run.scoring.inputs.clone(),
        entries: Published::of(run.scheme(), outcome),
        ..Published::default()
    }
}

/// Whether the published result is still what comes out.
pub(super) fn check(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    run: &Run<'_>,
    outcome: &Outcome,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let Some((published, _)) = &run.scoring.published else {
        let what = lang.say("score.not-published", &[("round", &run.scoring.round.name)]);
        return Err(Failure::hinted(what, lang.word("score.not-published.hint")));
    };
    let changes = published.changes(&now(run, outcome));
    if changes.is_empty() {
        context.note(&lang.say("score.check.same", &[("path", &run.scoring.path)]));
        return Ok(Exit::Done);
    }
    let word = |key| heading(key, lang);
    let mut table =
        Table::new(["of", "what", "published", "now"].map(|key| Column::text(word(key))).to_vec());
    for change in &changes {
        let key = if change.key.is_empty() { "sha256" } else { &change.key };
        let short = |text: &str| match (change.key.is_empty(), text.get(..12)) {
            (true, Some(start)) => format!("{start}…"),
            _ => text.to_owned(),
        };
        table.push(vec![
            Cell::Text(change.of.clone()),
            Cell::Text(word(key)),
            Cell::Text(short(&change.before)),
            Cell::Text(short(&change.after)),
        ]);
    }
    output::document(context, matches, format, &Document::of(table))?;
    context.note(&lang.say("score.check.changed", &[("path", &run.scoring.path)]));
    Ok(Exit::Nothing)
}

/// Begins the public notice: the result file says from when to when, the document says it to people.
pub(super) fn notice(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    run: &Run<'_>,
    outcome: &Outcome,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let Some(notice) = &run.scheme().notice else {
        return Err(Failure::usage(lang.say("score.no-notice", &[("name", run.name)])));
    };
    final_already(context, run)?;
    let from = run.today;
    let beyond = || Failure::usage(lang.say("score.bad-date", &[("value", &from.to_string())]));
    let until = score::ends(notice, from).ok_or_else(beyond)?;
    let document = announcement(run, outcome, lang, from, until);
    output::document(context, matches, format, &document)?;
    let mut published = now(run, outcome);
    published.notice = Some(from.to_string());
    published.until = Some(until.to_string());
    write(context, matches, run, &published, "notice")
}

fn final_already(context: &Context, run: &Run<'_>) -> Result<(), Failure> {
    match &run.scoring.published {
        Some((Published { date: Some(date), .. }, _)) => {
            let args = [("path", run.scoring.path.as_str()), ("date", date)];
            Err(Failure::usage(context.lang.say("score.final-already", &args)))
        }
        _ => Ok(()),
    }
}

/// What hangs on the wall: who got what, from when to when, where to object.
fn announcement(run: &Run<'_>, outcome: &Outcome, lang: Lang, from: NaiveDate, until: NaiveDate) -> Document {
    let scheme = run.scheme();
    let (from, until) = (from.to_string(), until.to_string());
    let mut counts: BTreeMap<usize, (String, usize)> = BTreeMap::new();
    for (place, (level, _)) in scheme.levels.iter().enumerate() {
        let with = outcome.standings.iter().filter(|one| one.level.as_ref() == Some(level)).count();
        counts.insert(place, (level.clone(), with));
    }
    let counts: Vec<String> = counts
        .into_values()
        .map(|(level, count)| {
            lang.say("score.notice.level", &[("level", &level), ("count", &count.to_string())])
        })
        .collect();
    let stages: Vec<&str> = scheme.stages.iter().map(|stage| stage.id.as_str()).collect();
    let joint = if lang.is_zh() { "、" } else { ", " };
    let args = [
        ("title", scheme.title.as_str()),
        ("round", &run.scoring.round.name),
        ("stages", &stages.join(joint)),
        ("counts", &counts.join(joint)),
        ("from", &from),
        ("until", &until),
    ];
    let mut blocks = vec![
        Block::Paragraph(lang.say("score.notice.text", &args)),
        Block::Paragraph(lang.say("score.notice.period", &args)),
    ];
    let word = |key| heading(key, lang);
    let groups: Vec<Option<&str>> = if scheme.levels.is_empty() {
        vec![None]
    } else {
        scheme.levels.iter().map(|(level, _)| Some(level.as_str())).collect()
    };
    for group in groups {
        let mut table = Table::new(vec![
            Column::figures(word("rank")),
            Column::text(if scheme.subject.is_empty() { word("title") } else { scheme.subject.clone() }),
            Column::text(word("unit")),
            Column::text(word("level")),
        ]);
        table.title = group.map(str::to_owned);
        for one in outcome.standings.iter().filter(|one| group.is_none() || one.level.as_deref() == group) {
            let cell = |text: Option<&str>| text.map_or(Cell::Empty, Cell::from);
            table.push(vec![
                one.rank.and_then(|rank| i64::try_from(rank).ok()).map_or(Cell::Empty, Cell::Count),
                Cell::from(one.entry.title.as_str()),
                cell(one.entry.field("unit")),
                cell(one.level.as_deref().or(one.grade.as_deref())),
            ]);
        }
        if !table.rows.is_empty() {
            blocks.push(Block::Table(table));
        }
    }
    blocks.push(Block::Paragraph(lang.say("score.notice.contact", &args)));
    Document { title: Some(lang.say("score.notice.title", &args)), blocks, records: Vec::new() }
}

/// Makes the result final.
pub(super) fn publish(
    context: &Context,
    matches: &ArgMatches,
    run: &Run<'_>,
    outcome: &Outcome,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    final_already(context, run)?;
    if outcome.standings.is_empty() {
        context.complain(lang.word("score.nothing"));
        return Ok(Exit::Nothing);
    }
    let mut published = now(run, outcome);
    if run.scheme().notice.is_some() {
        let hint = lang.say("score.notice-first.hint", &[("name", run.name)]);
        let Some((noticed, _)) = &run.scoring.published else {
            return Err(Failure::hinted(lang.word("score.notice-first"), hint));
        };
        if !noticed.changes(&published).is_empty() {
            // What was on the wall is not what comes out now.
            return Err(Failure::hinted(lang.word("score.notice-stale"), hint));
        }
        let until = noticed.until.clone().unwrap_or_default();
        let open = noticed.until.as_deref().and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        if open.is_none_or(|until| run.today <= until) {
            let args = [("until", until.as_str()), ("today", &run.today.to_string())];
            return Err(Failure::usage(lang.say("score.notice-runs", &args)));
        }
        published.notice.clone_from(&noticed.notice);
        published.until.clone_from(&noticed.until);
    }
    let open = objections(run);
    if !open.is_empty() {
        let what = lang.say("score.objections", &[("ids", &open.join("、"))]);
        return Err(Failure::hinted(what, lang.word("score.objections.hint")));
    }
    published.date = Some(run.today.to_string());
    write(context, matches, run, &published, "publish")
}

/// The objections that nobody has decided yet.
fn objections(run: &Run<'_>) -> Vec<String> {
    let mut open = Vec::new();
    for input in &run.scoring.objections {
        let rows = input.named(&run.names, &["*"], &mut Vec::new());
        for (place, row) in rows.iter().enumerate() {
            if row.text("decision").is_none() || row.text("closed").is_none() {
                let number = (place + 1).to_string();
                open.push(row.text("id").unwrap_or(&number).to_owned());
            }
        }
    }
    open
}

/// Writes the result file as a batch of its own.
fn write(
    context: &Context,
    matches: &ArgMatches,
    run: &Run<'_>,
    published: &Published,
    what: &'static str,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let text = published.text();
    let path = &run.scoring.path;
    if matches.get_flag("dry-run") {
        let before = run.scoring.published.as_ref().map_or("", |(_, before)| before.as_str());
        context.print(writing::changed_lines(context, path, before, &text))?;
        context.note(lang.word("score.dry"));
        return Ok(Exit::Done);
    }
    let lock = writing::lock(context, run.archive)?;
    let label = format!("score {} --{what}", run.name);
    let batch = workspace::write_result(run.archive, &run.scoring, &text, &label, writing::now());
    archive::apply(&run.archive.root, &batch)
        .map_err(|error| writing::refused(context, run.archive, error))?;
    drop(lock);
    let key = if what == "notice" { "score.noticed" } else { "score.published" };
    let until = published.until.clone().unwrap_or_default();
    context.note(&lang.say(key, &[("path", path), ("until", &until)]));
    Ok(Exit::Done)
}

/// Writes the awards of a final result into the records.
pub(super) fn apply(
    context: &Context,
    matches: &ArgMatches,
    run: &Run<'_>,
    outcome: &Outcome,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    if run.scheme().programme.is_none() {
        return Err(Failure::usage(lang.say("score.no-award", &[("name", run.name)])));
    }
    let published = match &run.scoring.published {
        Some((published, _)) if published.date.is_some() => published,
        _ => {
            let what = lang.say("score.not-published", &[("round", &run.scoring.round.name)]);
            return Err(Failure::hinted(what, lang.word("score.not-published.hint")));
        }
    };
    if !published.changes(&now(run, outcome)).is_empty() {
        return Err(Failure::usage(lang.say("score.check.changed", &[("path", &run.scoring.path)])));
    }
    let mut about: BTreeMap<String, String> = BTreeMap::new();
    for pair in run.scoring.round.entries.iter().flat_map(|input| &input.about) {
        about.insert(pair.key.clone(), pair.value.clone());
    }
    let change = workspace::awards(run.archive, run.scheme(), published, &about, &run.cards)
        .map_err(|error| failed(context, run.name, error))?;
    if change.is_empty() {
        context.note(lang.word("score.apply.nothing"));
        return Ok(Exit::Done);
    }
    for file in &change {
        context.print(writing::changed_lines(context, &file.path, &file.before, &file.after))?;
    }
    let dry = matches.get_flag("dry-run");
    if dry || !(matches.get_flag("yes") || writing::agreed(context, "score.apply.ask")?) {
        context.note(lang.word("score.dry"));
        return Ok(if dry { Exit::Done } else { Exit::Failed });
    }
    let lock = writing::lock(context, run.archive)?;
    let seed: String = change.iter().map(|file| file.after.as_str()).collect();
    let records = change.len().to_string();
    let batch = Batch {
        id: next_id(&run.archive.root, seed.as_bytes()),
        label: format!("score {} --apply", run.name),
        time: writing::now(),
        change,
        ..Batch::default()
    };
    archive::apply(&run.archive.root, &batch)
        .map_err(|error| writing::refused(context, run.archive, error))?;
    drop(lock);
    context.note(&lang.say("score.applied", &[("records", &records), ("id", &batch.id)]));
    Ok(Exit::Done)
}
