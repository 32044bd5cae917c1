//! `anku dedup`: records that are one case, and making one of them.

use crate::cli::context::Context;
use crate::cli::diff::difference;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use crate::cli::writing;
use anku::archive::Archive;
use anku::archive::Batch;
use anku::archive::Change;
use anku::archive::Lost;
use anku::archive::Removal;
use anku::archive::apply;
use anku::archive::next_id;
use anku::locale::Lang;
use anku::report::Document;
use anku::report::json_text;
use anku::report::printable;
use anku::search::Doc;
use anku::search::Plan;
use anku::search::matching;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::workspace::Found;
use anku::workspace::ImportError;
use anku::workspace::Library;
use anku::workspace::MergeError;
use anku::workspace::Merged;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::collections::HashSet;

const FORMATS: &[&str] = &["table", "plain", "json", "jsonl", "csv", "tsv", "md"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?;
    let archive = context.archive()?;
    let merging = matches.get_flag("apply");
    let dry = matches.get_flag("dry-run");
    if !merging {
        if let Some(flag) = ["dry-run", "yes"].iter().find(|flag| matches.get_flag(flag)) {
            let what = context.lang.say("dedup.needs-apply", &[("flag", &format!("--{flag}"))]);
            return Err(Failure::usage(what));
        }
        let library = library(context, archive)?;
        let found = wanted(context, archive, matches, &library)?;
        return list(context, matches, format, &library, &found);
    }
    // What is shown is what is written: reading, planning and writing happen under one lock.
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let library = library(context, archive)?;
    let merges = match named(context, matches, &library)? {
        Some(merged) => vec![merged],
        None => library.certain(&wanted(context, archive, matches, &library)?),
    };
    if merges.is_empty() {
        if format == Some("json") {
            context.print(json_text(&json!({"v": 1, "merges": [], "applied": false})))?;
        }
        context.note(context.lang.word("dedup.nothing-certain"));
        return Ok(Exit::Nothing);
    }
    if format != Some("json") {
        preview(context, &library, &merges)?;
    }
    let go = !dry && (matches.get_flag("yes") || writing::agreed(context, "dedup.ask")?);
    if go {
        write(context, archive, &library, &merges)?;
    }
    drop(lock);
    if format == Some("json") {
        let merges: Vec<Value> = merges.iter().map(|merged| merge_json(context, &library, merged)).collect();
        context.print(json_text(&json!({"v": 1, "merges": merges, "applied": go})))?;
    }
    let count = merges.iter().map(|merged| merged.gone.len()).sum::<usize>().to_string();
    context.note(&context.lang.say(if go { "dedup.done" } else { "dedup.dry" }, &[("count", &count)]));
    // Not to write what one was asked to write is a failure, unless a preview was asked for.
    Ok(if go || dry { Exit::Done } else { Exit::Failed })
}

/// Every record, read; lines for the notes are written in the archive's language.
pub(crate) fn library<'a>(context: &Context, archive: &'a Archive) -> Result<Library<'a>, Failure> {
    let lang = archive.settings.language.as_deref().and_then(Lang::parse).unwrap_or(context.lang);
    Library::read(archive, lang).map_err(|error| match error {
        ImportError::Broken(broken) => Failure::Broken(broken),
        other => Failure::usage(other.to_string()),
    })
}

/// The pairs of which the query wants at least one record.
fn wanted(
    context: &Context,
    archive: &Archive,
    matches: &ArgMatches,
    library: &Library<'_>,
) -> Result<Vec<Found>, Failure> {
    let compiled =
        query::compile(context, archive, &filters::query(matches), query::Reading::Query, matches)?;
    let mut found = library.pairs();
    if compiled.plan == Plan::All {
        return Ok(found);
    }
    let ready = notices::ready(context, archive, Refresh::Look);
    let paths = ready.with(|engine| -> Result<HashSet<String>, Failure> {
        let docs: Vec<Doc> = matching(&compiled.plan, engine)?.iter().collect();
        Ok(engine.paths(&docs)?.iter().map(str::to_owned).collect())
    })?;
    found.retain(|one| {
        [one.pair.keep, one.pair.lose].iter().any(|at| paths.contains(&library.records[*at].path))
    });
    Ok(found)
}

/// The pair that `--apply ID ID` names.
fn named(context: &Context, matches: &ArgMatches, library: &Library<'_>) -> Result<Option<Merged>, Failure> {
    let words: Vec<&String> = matches.get_many::<String>("query").unwrap_or_default().collect();
    let [one, other] = words.as_slice() else { return Ok(None) };
    let (first, second) = match (place(context, library, one)?, place(context, library, other)?) {
        (Some(first), Some(second)) => (first, second),
        // Two words of a query.
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(no_record(context, one)),
        (Some(_), None) => return Err(no_record(context, other)),
    };
    library.named(first, second).map(Some).map_err(|error| {
        let lang = context.lang;
        Failure::usage(match &error {
            MergeError::Kinds => lang.word("dedup.error.kinds").to_owned(),
            MergeError::Itself => lang.word("dedup.error.itself").to_owned(),
            MergeError::Refused(reason) => lang.say("dedup.error.refused", &[("reason", reason)]),
            MergeError::Linked(id) => lang.say("dedup.error.linked", &[("id", id)]),
            MergeError::Broken => lang.word("dedup.error.broken").to_owned(),
        })
    })
}

fn no_record(context: &Context, id: &str) -> Failure {
    Failure::usage(context.lang.say("show.none", &[("id", id)]))
}

/// The record of an id, or the file of a path where an id is not enough.
///
/// # Errors
/// An id that several files have.
pub(crate) fn place(context: &Context, library: &Library<'_>, word: &str) -> Result<Option<usize>, Failure> {
    if let Some(at) = library.records.iter().position(|record| record.path == word) {
        return Ok(Some(at));
    }
    let of: Vec<usize> = (0..library.profiles.len()).filter(|at| library.profiles[*at].id == word).collect();
    match of.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        many => {
            let paths: Vec<&str> = many.iter().map(|at| library.records[*at].path.as_str()).collect();
            let what = context.lang.say("dedup.error.several", &[("id", word), ("paths", &paths.join(" "))]);
            Err(Failure::usage(what))
        }
    }
}

/// All merges as one batch, so that `undo` takes all of them back.
fn write(
    context: &Context,
    archive: &Archive,
    library: &Library<'_>,
    merges: &[Merged],
) -> Result<(), Failure> {
    let mut batch = Batch::default();
    let mut seed = String::new();
    for merged in merges {
        let keep = &library.records[merged.keep];
        seed.push_str(&merged.after);
        batch.change.push(Change {
            path: keep.path.clone(),
            before: keep.text.clone(),
            after: merged.after.clone(),
        });
        for gone in merged.gone.iter().map(|at| &library.records[*at]) {
            seed.push_str(&gone.path);
            batch.remove.push(Removal { path: gone.path.clone(), before: gone.text.clone() });
        }
    }
    // A copy that brings nothing changes nothing.
    batch.change.retain(|change| change.before != change.after);
    batch.id = next_id(&archive.root, seed.as_bytes());
    batch.label = format!("dedup --apply ({} files)", batch.change.len() + batch.remove.len());
    batch.time = writing::now();
    apply(&archive.root, &batch).map_err(|error| writing::refused(context, archive, error))
}

/// Exactly what would be written: the lines that a file gains or that change, and the files that go.
fn preview(context: &Context, library: &Library<'_>, merges: &[Merged]) -> Result<(), Failure> {
    let style = context.style;
    for merged in merges {
        let keep = &library.records[merged.keep];
        let mut out = format!("{}\n", style.bold(&format!("~~~ {}", printable(&keep.path))));
        for (number, sign, line) in difference(&keep.text, &merged.after) {
            out.push_str(&format!("{number:>5} {sign}{}\n", printable(line)));
        }
        for gone in merged.gone.iter().map(|at| &library.records[*at]) {
            out.push_str(&format!("{}\n", style.bold(&format!("--- {}", printable(&gone.path)))));
        }
        context.print(out)?;
        for lost in &merged.lost {
            context.complain(&said(context, lost));
        }
    }
    Ok(())
}

fn said(context: &Context, lost: &Lost) -> String {
    let (key, what) = lost.said();
    context.lang.say(&format!("dedup.lost.{key}"), &[("what", what)])
}

fn merge_json(context: &Context, library: &Library<'_>, merged: &Merged) -> Value {
    let keep = &library.records[merged.keep];
    let lines: Vec<Value> = difference(&keep.text, &merged.after)
        .into_iter()
        .map(|(number, sign, line)| json!({"line": number, "sign": sign, "text": line}))
        .collect();
    let gone: Vec<Value> = merged
        .gone
        .iter()
        .map(|at| json!({"id": library.profiles[*at].id, "path": library.records[*at].path}))
        .collect();
    json!({
        "keep": {"id": library.profiles[merged.keep].id, "path": keep.path},
        "remove": gone,
        "lines": lines,
        "lost": lost_json(context, &merged.lost),
    })
}

fn lost_json(context: &Context, lost: &[Lost]) -> Vec<Value> {
    lost.iter()
        .map(|lost| json!({"kind": lost.said().0, "what": lost.said().1, "why": said(context, lost)}))
        .collect()
}

fn percent(share: f64) -> String {
    // Ninety-nine and a half is not all of it.
    format!("{}%", (share * 100.0).floor())
}

/// Why two records stand together, and what speaks against it, in words.
fn reason(context: &Context, one: &Found) -> String {
    let lang = context.lang;
    let pair = &one.pair;
    let mut parts =
        vec![lang.say(&format!("dedup.reason.{}", pair.reason.key()), &[("share", &percent(pair.score))])];
    for conflict in &pair.conflicts {
        let args = [("field", conflict.field), ("first", &*conflict.first), ("second", &*conflict.second)];
        parts.push(lang.say("dedup.conflict", &args));
    }
    if let Some(margin) = pair.margin.filter(|margin| *margin < anku::dedup::MARGIN) {
        let ahead = percent(margin.max(0.0));
        parts.push(lang.say("dedup.thin", &[("margin", &ahead)]));
    }
    parts.extend(one.lost.iter().take(3).map(|lost| said(context, lost)));
    parts.join(lang.word("dedup.joint"))
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

fn to_json(context: &Context, library: &Library<'_>, one: &Found) -> Value {
    let pair = &one.pair;
    let (keep, lose) = (pair.keep, pair.lose);
    let conflicts: Vec<Value> = pair
        .conflicts
        .iter()
        .map(|conflict| json!({"field": conflict.field, "a": conflict.first, "b": conflict.second}))
        .collect();
    json!({
        "class": pair.class.as_str(),
        "score": round(pair.score),
        "margin": pair.margin.map(round),
        "certain": pair.certain,
        "a": library.profiles[keep].id,
        "b": library.profiles[lose].id,
        "a_path": library.records[keep].path,
        "b_path": library.records[lose].path,
        "a_title": library.profiles[keep].title,
        "b_title": library.profiles[lose].title,
        "kind": library.kind(keep).name,
        "jaccard": pair.overlap.map(|overlap| round(overlap.jaccard)),
        "a_in_b": pair.overlap.map(|overlap| round(overlap.of_first)),
        "b_in_a": pair.overlap.map(|overlap| round(overlap.of_second)),
        "reason": pair.reason.key(),
        "why": reason(context, one),
        "conflicts": conflicts,
        "lost": lost_json(context, &one.lost),
    })
}

fn list(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    library: &Library<'_>,
    found: &[Found],
) -> Result<Exit, Failure> {
    let lang = context.lang;
    match format {
        Some("json") => {
            let pairs: Vec<Value> = found.iter().map(|one| to_json(context, library, one)).collect();
            let records = library.records.len();
            let value = json!({"v": 1, "records": records, "total": pairs.len(), "pairs": pairs});
            output::text(context, matches, &json_text(&value))?;
        }
        Some("jsonl") => {
            let lines: Vec<String> =
                found.iter().map(|one| json_text(&to_json(context, library, one))).collect();
            output::text(context, matches, &lines.concat())?;
        }
        _ if found.is_empty() => {}
        _ => {
            let headings = ["class", "score", "certain", "a", "b", "a-title", "b-title", "why"];
            let columns = headings.iter().map(|key| {
                let heading = lang.say(&format!("dedup.column.{key}"), &[]);
                if *key == "score" { Column::figures(heading) } else { Column::text(heading) }
            });
            let mut table = Table::new(columns.collect());
            for one in found {
                let pair = &one.pair;
                let (a, b) = (&library.profiles[pair.keep], &library.profiles[pair.lose]);
                table.push(vec![
                    Cell::Text(lang.say(&format!("dedup.class.{}", pair.class.as_str()), &[])),
                    Cell::Text(percent(pair.score)),
                    Cell::Text(lang.word(if pair.certain { "dedup.yes" } else { "dedup.no" }).to_owned()),
                    Cell::Text(a.id.clone()),
                    Cell::Text(b.id.clone()),
                    Cell::Text(a.title.clone()),
                    Cell::Text(b.title.clone()),
                    Cell::Text(reason(context, one)),
                ]);
            }
            output::document(context, matches, format, &Document::of(table))?;
        }
    }
    if matches!(format, None | Some("table")) {
        let certain = found.iter().filter(|one| one.pair.certain).count().to_string();
        let (records, total) = (library.records.len().to_string(), found.len().to_string());
        let args = [("records", &*records), ("total", &*total), ("certain", &*certain)];
        context.note(&lang.say(if found.is_empty() { "dedup.none" } else { "dedup.total" }, &args));
    }
    Ok(if found.is_empty() { Exit::Nothing } else { Exit::Done })
}
