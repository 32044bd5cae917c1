//! What `score` shows besides its tables: JSON, moves, one entry over the years, blank sheets.

use super::Run;
use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::output;
use anku::locale::Lang;
use anku::report::Document;
use anku::score::By;
use anku::score::Entry;
use anku::score::Outcome;
use anku::score::Published;
use anku::score::Scheme;
use anku::score::Standing;
use anku::score::heading;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::path::Path;

/// A run as JSON. Scores are text: a number of JSON would be a binary fraction.
pub(super) fn to_json(run: &Run<'_>, outcome: &Outcome, lang: Lang) -> Value {
    let scheme = run.scheme();
    let digits = scheme.rounding.digits;
    let standing = |one: &Standing| {
        let mut stages = serde_json::Map::new();
        for (stage, value) in scheme.stages.iter().zip(&one.stages) {
            let value = value.as_ref().map(|value| match (&value.score, value.passed) {
                (Some(score), _) => json!(score.shown().trim_start_matches('≈')),
                (None, passed) => json!(passed),
            });
            stages.insert(stage.id.clone(), value.unwrap_or(Value::Null));
        }
        json!({
            "id": one.entry.id, "title": one.entry.title, "unit": one.entry.field("unit"),
            "rank": one.rank, "score": one.score.as_ref().map(|score| score.fixed(digits)),
            "level": one.level, "grade": one.grade, "tier": one.tier, "before": one.before,
            "out": one.out.and_then(|place| scheme.stages.get(place)).map(|stage| &stage.id),
            "stages": stages, "vetoes": one.vetoes, "unmet": one.unmet, "measures": one.measures,
        })
    };
    let months: Vec<Value> = outcome
        .months
        .iter()
        .map(|month| {
            let rows: Vec<Value> = month
                .rows
                .iter()
                .map(|(id, points, rank, flag)| {
                    json!({"id": id, "points": points.fixed(digits), "rank": rank, "flag": flag})
                })
                .collect();
            json!({"month": month.month, "rows": rows})
        })
        .collect();
    let date = |day: &Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let requests: Vec<Value> = outcome
        .requests
        .iter()
        .map(|request| {
            json!({
                "id": request.id, "group": request.group, "subject": request.subject,
                "done": request.done.iter().map(date).collect::<Vec<_>>(),
                "due": request.due.iter().map(date).collect::<Vec<_>>(),
                "next": scheme.requests.get(request.next).map(|step| &step.id),
                "overdue": request.overdue, "in_time": request.in_time,
            })
        })
        .collect();
    json!({
        "v": 1, "scheme": run.name, "title": scheme.title, "round": run.scoring.round.name,
        "standings": outcome.standings.iter().map(standing).collect::<Vec<_>>(),
        "remarks": outcome.remarks.iter().map(|line| line.say(lang)).collect::<Vec<_>>(),
        "held": outcome.held, "months": months,
        "models": outcome.models.iter().map(|(id, flags)| json!({"id": id, "flags": flags})).collect::<Vec<_>>(),
        "requests": requests,
    })
}

/// Who rose, fell, stayed, came and went since the result before.
pub(super) fn moves(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    run: &Run<'_>,
    outcome: &Outcome,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let Some(before) = run.scoring.round.past.last() else {
        context.complain(&lang.say("score.no-past", &[("round", &run.scoring.round.name)]));
        return Ok(Exit::Nothing);
    };
    let word = |key| heading(key, lang);
    let columns = ["id", "title"].map(|key| Column::text(word(key)));
    let mut table = Table::new(columns.to_vec());
    table.columns.extend([
        Column::text(before.name.clone()),
        Column::text(run.scoring.round.name.clone()),
        Column::text(word("move")),
        Column::text(word("measures")),
    ]);
    let scheme = run.scheme();
    let mut rows: Vec<(i64, Vec<Cell>)> = Vec::new();
    for one in &outcome.standings {
        let then = before.grades.get(&one.entry.id).map(|(_, grade)| grade.as_str());
        let now = one.grade.as_deref().or(one.level.as_deref());
        let height = |grade: Option<&str>| grade.and_then(|grade| scheme.height(grade));
        let (order, moved) = match (height(then), height(now)) {
            _ if then.is_none() => (3, lang.word("score.move.new").to_owned()),
            (Some(then), Some(now)) if now < then => {
                (0, lang.say("score.move.fell", &[("by", &(then - now).to_string())]))
            }
            (Some(then), Some(now)) if now > then => {
                (1, lang.say("score.move.rose", &[("by", &(now - then).to_string())]))
            }
            _ if then == now => (2, lang.word("score.move.stayed").to_owned()),
            _ => (2, lang.word("score.move.changed").to_owned()),
        };
        rows.push((order, row(&one.entry.id, &one.entry.title, then, now, moved, &one.measures.join("；"))));
    }
    for (id, (title, grade)) in &before.grades {
        if outcome.standing(id).is_none() {
            let held = outcome.held.iter().any(|held| held[0] == *id);
            let moved = lang.word(if held { "score.move.held" } else { "score.move.gone" }).to_owned();
            rows.push((4, row(id, title, Some(grade), held.then_some(grade), moved, "")));
        }
    }
    rows.sort_by_key(|(order, _)| *order);
    rows.into_iter().for_each(|(_, cells)| table.push(cells));
    output::document(context, matches, format, &Document::of(table))?;
    Ok(Exit::Done)
}

fn row(
    id: &str,
    title: &str,
    then: Option<&str>,
    now: Option<&str>,
    moved: String,
    measures: &str,
) -> Vec<Cell> {
    let cell = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::from);
    vec![Cell::from(id), Cell::from(title), cell(then), cell(now), Cell::Text(moved), cell(Some(measures))]
}

/// One entry in all runs: those that are published, and this one.
pub(super) fn history(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    run: &Run<'_>,
    id: &str,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let word = |key| heading(key, lang);
    let mut table = Table::new(
        ["round", "score", "rank", "level", "tier", "measures"].map(|key| Column::text(word(key))).to_vec(),
    );
    let mut published: Vec<Published> = run.scoring.earlier.clone();
    let outcome = run.compute()?;
    published.push(Published {
        round: run.scoring.round.name.clone(),
        entries: Published::of(run.scheme(), &outcome),
        ..Published::default()
    });
    for result in &published {
        let Some(one) = result.entries.iter().find(|one| one.id == id || one.title == id) else { continue };
        table.title = Some(format!("{} {}", one.id, one.title));
        let value = |key: &str| {
            let found = one.values.iter().find(|(known, _)| known == key);
            found.map_or(Cell::Empty, |(_, value)| Cell::from(value.as_str()))
        };
        let level = Published::grade(one).map_or(Cell::Empty, Cell::from);
        let round = Cell::from(result.round.as_str());
        table.push(vec![round, value("score"), value("rank"), level, value("tier"), value("measures")]);
    }
    if table.rows.is_empty() {
        context.complain(&lang.say("score.no-entry", &[("id", id)]));
        return Ok(Exit::Nothing);
    }
    output::document(context, matches, format, &Document::of(table))?;
    Ok(Exit::Done)
}

/// Blank sheets for every panel whose entries are known by now: without unit and region, so that judges
/// see cases and not where they come from.
pub(super) fn sheets(context: &Context, run: &Run<'_>, folder: &Path) -> Result<Exit, Failure> {
    let lang = context.lang;
    let scheme = run.scheme();
    let mut written = 0;
    std::fs::create_dir_all(folder).map_err(|error| at(context, folder, &error))?;
    for (place, stage) in scheme.stages.iter().enumerate() {
        let By::Panel(panel) = &stage.by else { continue };
        let earlier = Scheme {
            stages: scheme.deciding(place).to_vec(),
            levels: Vec::new(),
            bands: Vec::new(),
            needs: Vec::new(),
            months: None,
            years: None,
            ..scheme.clone()
        };
        let outcome = match run.compute_as(&earlier) {
            Ok(outcome) => outcome,
            // Who is still in is not known before the stage before is complete.
            Err(_) if written > 0 => {
                context.note(&lang.say("score.sheets.until", &[("stage", &stage.id)]));
                break;
            }
            Err(error) => return Err(error),
        };
        let mut still: Vec<&Standing> =
            outcome.standings.iter().filter(|one| one.out.is_none() && one.vetoes.is_empty()).collect();
        still.sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
        let word = |key| heading(key, lang);
        let mut columns = vec![Column::text(word("id")), Column::text(word("title"))];
        columns.extend(panel.items.iter().map(|(item, _)| Column::text(item.clone())));
        columns.extend([Column::text(word("recused")), Column::text(word("note"))]);
        let width = columns.len();
        let mut table = Table::new(columns);
        for one in still {
            let mut cells = vec![Cell::from(one.entry.id.as_str()), Cell::Text(blind(&one.entry))];
            cells.resize(width, Cell::Empty);
            table.push(cells);
        }
        let path = folder.join(format!("{}.csv", stage.id));
        if path.exists() {
            return Err(Failure::usage(lang.say("write.exists", &[("path", &path.display().to_string())])));
        }
        let options = anku::report::Options { lang, width: None, excel: true };
        let Some(renderer) = anku::report::renderer("csv") else { continue };
        let bytes = (renderer.render)(&Document::of(table), &options)
            .map_err(|error| Failure::usage(error.to_string()))?;
        output::write(&path, &bytes).map_err(|error| at(context, &path, &error))?;
        context.print(format!("{}\n", context.bare_path(&path.display().to_string())))?;
        let maxima: Vec<String> =
            panel.items.iter().map(|(item, max)| format!("{item} {}", max.shown())).collect();
        let args = [("stage", stage.id.as_str()), ("maxima", &maxima.join("、"))];
        context.note(&lang.say("score.sheets.maxima", &args));
        written += 1;
    }
    Ok(if written == 0 { Exit::Nothing } else { Exit::Done })
}

/// The title without the names of unit and places.
fn blind(entry: &Entry) -> String {
    let mut names: Vec<&str> = Vec::new();
    for key in ["unit", "province", "city", "county"] {
        let Some(name) = entry.field(key) else { continue };
        names.push(name);
        // 敦煌市 is written 敦煌 as often.
        let short = name.trim_end_matches(['省', '市', '县', '区', '旗']);
        if short.chars().nth(1).is_some() {
            names.push(short);
        }
    }
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.iter().fold(entry.title.clone(), |title, name| title.replace(name, "＿＿"))
}
