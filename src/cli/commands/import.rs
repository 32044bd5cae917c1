//! `anku import`: documents to records.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::inputs::Inputs;
use crate::cli::progress::Progress;
use crate::cli::writing;
use anku::archive::Archive;
use anku::diag::Code;
use anku::import::Action;
use anku::import::EncodingError;
use anku::import::Encodings;
use anku::import::Files as _;
use anku::import::Globs;
use anku::import::LABELS;
use anku::import::OnConflict;
use anku::import::Options;
use anku::import::PatternError;
use anku::import::Plan;
use anku::import::UnknownField;
use anku::import::WarningKind;
use anku::report::json_text;
use anku::report::printable;
use anku::workspace::Import;
use anku::workspace::ImportError;
use anku::workspace::Machine;
use anku::workspace::apply_import;
use anku::workspace::plan_import;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::collections::HashMap;
use std::path::PathBuf;

const FORMATS: &[&str] = &["table", "json"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, FORMATS)? == Some("json");
    let archive = context.archive()?;
    let dry = matches.get_flag("dry-run");
    let machine = Machine::new(std::env::var_os("PATH").as_deref());
    let options = Options { tools: Some(&machine), ..options(context, archive, matches)? };
    let inputs = Inputs::find(context, matches, &options.globs, Progress::new(context, "progress.import"))?;
    // Planning and writing happen under one lock: what was planned is what is written.
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let import = plan_import(archive, &inputs, &options).map_err(|error| match error {
        ImportError::Broken(broken) => Failure::Broken(broken),
        ImportError::Column(unknown) => unknown_column(context, &unknown),
        other => Failure::usage(other.to_string()),
    })?;
    let unreadable = inputs.finish(context);
    let label = label(matches, inputs.count());
    if !json {
        summary(context, &import, dry)?;
    }
    let nothing = import.new.is_empty() && import.changes.is_empty();
    let go = !dry && !nothing && (matches.get_flag("yes") || writing::agreed(context, "import.ask")?);
    if go {
        apply_import(archive, &import, &label, writing::now())
            .map_err(|error| writing::refused(context, archive, error))?;
    }
    drop(lock);
    if json {
        context.print(json_text(&to_json(archive, &import, options.kind.as_deref(), go)))?;
    } else if import.stopped {
        context.complain(context.lang.word("import.stopped"));
    } else if nothing {
        context.note(context.lang.word("import.unchanged"));
    } else {
        context.note(context.lang.word(if go { "import.done" } else { "import.dry" }));
    }
    let plan = &import.plan;
    let clean = plan.count(Action::Reject) + plan.count(Action::Conflict) == 0;
    // Not to write what one was asked to write is a failure, unless a preview was asked for.
    if unreadable || import.stopped || !(go || dry || nothing) {
        return Ok(Exit::Failed);
    }
    Ok(if clean { Exit::Done } else { Exit::Nothing })
}

/// The pairs of `--map`, split at the last sign: a heading may hold one, a field does not.
fn columns(context: &Context, matches: &ArgMatches) -> Result<Vec<(String, String)>, Failure> {
    let given = matches.get_many::<String>("map").unwrap_or_default();
    given
        .map(|pair| match pair.rsplit_once('=') {
            Some((heading, field)) if !heading.trim().is_empty() && !field.trim().is_empty() => {
                Ok((heading.trim().to_owned(), field.trim().to_owned()))
            }
            _ => Err(Failure::usage(context.lang.say("error.map", &[("word", pair)]))),
        })
        .collect()
}

fn unknown_column(context: &Context, unknown: &UnknownField) -> Failure {
    let mut words = context.lang.say("error.map-field", &[("field", &unknown.field)]);
    if let Some(near) = &unknown.near {
        words.push_str(&context.lang.say("error.map-near", &[("near", near)]));
    }
    Failure::usage(words)
}

/// What is imported, as it was typed, for the list of batches.
fn label(matches: &ArgMatches, files: usize) -> String {
    const LONGEST: usize = 120;
    let named = matches.get_many::<PathBuf>("paths").unwrap_or_default();
    let mut words: Vec<String> = named.map(|path| path.display().to_string()).collect();
    if let Some(list) = matches.get_one::<PathBuf>("files-from") {
        words.push(format!("--files-from {}", list.display()));
    }
    let mut sources = words.join(" ");
    if sources.chars().count() > LONGEST {
        sources = sources.chars().take(LONGEST).chain(['…']).collect();
    }
    format!("import {sources} ({files} {})", if files == 1 { "file" } else { "files" })
}

/// What the flags decide.
fn options(context: &Context, archive: &Archive, matches: &ArgMatches) -> Result<Options<'static>, Failure> {
    let lang = context.lang;
    let words = |name: &str| matches.get_many::<String>(name).unwrap_or_default();
    let bad_pattern = |error: PatternError| {
        Failure::usage(lang.say("error.bad-glob", &[("pattern", &error.pattern), ("reason", &error.reason)]))
    };
    let globs = Globs::parse(words("glob")).map_err(bad_pattern)?;
    let encodings = Encodings::parse(words("encoding")).map_err(|error| match error {
        EncodingError::Pattern(error) => bad_pattern(error),
        EncodingError::Unknown { label } => context.unknown("error.no-encoding", &label, LABELS),
    })?;
    let kind = matches.get_one::<String>("force-kind");
    if let Some(name) = kind
        && !archive.kinds.iter().any(|kind| kind.name == *name)
    {
        let names: Vec<&str> = archive.kinds.iter().map(|kind| kind.name.as_str()).collect();
        return Err(context.unknown("error.no-kind", name, &names));
    }
    let on_conflict = match matches.get_one::<String>("on-conflict").map(String::as_str) {
        Some("skip") => OnConflict::Skip,
        Some("error") => OnConflict::Error,
        _ => OnConflict::Update,
    };
    Ok(Options {
        columns: columns(context, matches)?,
        on_conflict,
        globs,
        encodings,
        kind: kind.cloned(),
        force: kind.is_some(),
        ..Options::default()
    })
}

/// What will be done, source by source, and what a person should look at.
fn summary(context: &Context, import: &Import, dry: bool) -> Result<(), Failure> {
    let lang = context.lang;
    let plan = &import.plan;
    for source in &plan.sources {
        let count =
            |action| source.records.iter().filter(|record| record.action == action).count().to_string();
        let sentence = lang.say(
            "import.plan",
            &[
                ("path", &source.path),
                ("create", &count(Action::Create)),
                ("update", &count(Action::Update)),
                ("unchanged", &count(Action::Unchanged)),
                ("rejected", &count(Action::Reject)),
            ],
        );
        context.print(format!("{}\n", printable(&sentence)))?;
        for remark in &source.remarks {
            let what = lang.say(&format!("import.remark.{remark}"), &[]);
            context.note(&lang.say("import.warning", &[("path", &source.path), ("what", &what)]));
        }
        for record in source.records.iter().filter(|r| matches!(r.action, Action::Reject | Action::Conflict))
        {
            let reason = record.reason.clone().unwrap_or_default();
            // What the system said of it has been said already.
            if reason == "unreadable" {
                continue;
            }
            // `json-key 3:14`: a place in the text goes where editors look for it.
            let (path, reason) = match reason.split_once(' ').filter(|(_, place)| is_place(place)) {
                Some((key, place)) => (format!("{}:{place}", source.path), key.to_owned()),
                None => (source.path.clone(), reason),
            };
            let reason = reason_text(context, &reason);
            let title = &record.draft.title;
            let what = if title.is_empty() { reason } else { format!("{title}: {reason}") };
            context.complain(&lang.say("import.rejected", &[("path", &path), ("reason", &what)]));
        }
    }
    for warning in &plan.warnings {
        let what = match &warning.kind {
            WarningKind::Total { declared, found } => lang.say(
                "import.total-differs",
                &[
                    ("heading", &warning.heading),
                    ("declared", &declared.to_string()),
                    ("found", &found.to_string()),
                ],
            ),
            WarningKind::Leavings { count } => lang.say("import.leavings", &[("count", &count.to_string())]),
            WarningKind::Gap { missing } => {
                let numbers: Vec<String> = missing.iter().map(u32::to_string).collect();
                lang.say("import.gap", &[("heading", &warning.heading), ("missing", &numbers.join(" "))])
            }
            WarningKind::Place { title, unit } => lang.say(
                "import.places-differ",
                &[("heading", &warning.heading), ("title", title), ("unit", unit)],
            ),
            WarningKind::Order { numbers } => {
                let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                lang.say("import.order", &[("heading", &warning.heading), ("numbers", &numbers.join(" "))])
            }
            WarningKind::Twice { numbers } => {
                let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                lang.say("import.twice", &[("heading", &warning.heading), ("numbers", &numbers.join(" "))])
            }
            WarningKind::Columns { names } => {
                lang.say("import.columns", &[("heading", &warning.heading), ("names", &names.join(" "))])
            }
            WarningKind::Table { why } => {
                lang.say(&format!("import.table.{why}"), &[("heading", &warning.heading)])
            }
            WarningKind::Cell { cell, why } => lang.say(&format!("import.cell.{why}"), &[("cell", cell)]),
            WarningKind::Copy { of, title, percent, joined } => lang.say(
                if *joined { "import.copy-joined" } else { "import.copy" },
                &[
                    ("heading", &warning.heading),
                    ("of", of),
                    ("title", title),
                    ("percent", &percent.to_string()),
                ],
            ),
        };
        context.note(&lang.say("import.warning", &[("path", &warning.file), ("what", &what)]));
    }
    if dry {
        preview(context, import)?;
    }
    let total = |action| plan.count(action).to_string();
    let sentence = lang.say(
        "import.total",
        &[
            ("created", &total(Action::Create)),
            ("updated", &total(Action::Update)),
            ("unchanged", &total(Action::Unchanged)),
            ("conflicts", &total(Action::Conflict)),
            ("rejected", &total(Action::Reject)),
        ],
    );
    context.print(format!("{sentence}\n"))
}

/// Exactly what would be written: new files whole, changed ones by the lines that they gain.
fn preview(context: &Context, import: &Import) -> Result<(), Failure> {
    let style = context.style;
    for file in &import.new {
        let lines: String = file.text.lines().map(|line| format!("+{}\n", printable(line))).collect();
        context.print(format!("{}\n{lines}", style.bold(&format!("+++ {}", printable(&file.path)))))?;
    }
    for change in &import.changes {
        let mut before = change.before.lines().peekable();
        let mut lines = String::new();
        for (number, line) in change.after.lines().enumerate() {
            // A change only adds lines, so whatever is not the next old line is new.
            if before.next_if_eq(&line).is_none() {
                lines.push_str(&format!("{:>5} +{}\n", number + 1, printable(line)));
            }
        }
        context.print(format!("{}\n{lines}", style.bold(&format!("~~~ {}", printable(&change.path)))))?;
    }
    Ok(())
}

/// A reason's wording, where it is one of the importer's keys.
/// Whether this is `line:column`.
fn is_place(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(':').is_some_and(|(line, column)| number(line) && number(column))
}

fn reason_text(context: &Context, reason: &str) -> String {
    // A draft that the schema would refuse: the finding's code and the field.
    if let Some((code, field)) = reason.split_once(' ')
        && let Some(code) = Code::from_id(code)
    {
        return format!("{field}: {}", context.lang.say(&format!("{}.explain", code.id()), &[]));
    }
    // `encoding 1234`: the byte that does not fit.
    if let Some((key, at)) = reason.split_once(' ') {
        let key = format!("import.reason.{key}.at");
        if context.lang.has(&key) {
            return context.lang.say(&key, &[("at", at)]);
        }
    }
    // A row that one of its cells keeps out: the reason's key, the cell, what it says.
    if let Some((key, place)) = reason.split_once(' ')
        && context.lang.has(&format!("import.reason.{key}"))
    {
        let (cell, words) = place.split_once(' ').unwrap_or((place, ""));
        return context.lang.say(&format!("import.reason.{key}"), &[("cell", cell), ("words", words)]);
    }
    let key = format!("import.reason.{reason}");
    if context.lang.has(&key) { context.lang.say(&key, &[]) } else { reason.to_owned() }
}

/// The plan as the contract has it.
fn to_json(archive: &Archive, import: &Import, kind: Option<&str>, written: bool) -> Value {
    let plan: &Plan = &import.plan;
    let (walk, _) = archive.walk();
    let old = walk.iter().map(|stat| stat.path.as_str());
    let mut paths: HashMap<&str, &str> = HashMap::new();
    for path in import.new.iter().map(|file| file.path.as_str()).chain(old) {
        let name = path.rsplit_once('/').and_then(|(_, name)| name.strip_suffix(".yaml"));
        if let Some(id) = name {
            paths.entry(id).or_insert(path);
        }
    }
    let kind = kind.or_else(|| archive.kinds.first().map(|kind| kind.name.as_str()));
    let sources: Vec<Value> = plan
        .sources
        .iter()
        .map(|source| {
            let records: Vec<Value> = source
                .records
                .iter()
                .map(|record| {
                    json!({
                        "action": record.action.as_str(),
                        "id": record.id,
                        "path": paths.get(record.id.as_str()),
                        "kind": kind,
                        "title": record.draft.title,
                        "unit": record.draft.unit,
                        "reason": record.reason,
                        "spans": record.spans,
                    })
                })
                .collect();
            let boilerplate: Vec<Value> = source
                .boilerplate
                .iter()
                .map(|apart| json!({"start": apart.start, "end": apart.end, "why": apart.why}))
                .collect();
            let unassigned: Vec<Value> = source
                .unassigned
                .iter()
                .map(|apart| {
                    json!({"start": apart.start, "end": apart.end, "why": apart.why, "text": apart.text})
                })
                .collect();
            json!({
                "path": source.path,
                "format": source.format,
                "reader": source.reader,
                "encoding": source.encoding,
                "remarks": source.remarks,
                "sha256": source.sha256,
                "chars": source.chars,
                "records": records,
                "boilerplate": boilerplate,
                "unassigned": unassigned,
            })
        })
        .collect();
    json!({
        "v": 1,
        "batch": import.batch,
        "written": written,
        "sources": sources,
        "created": plan.count(Action::Create),
        "updated": plan.count(Action::Update),
        "unchanged": plan.count(Action::Unchanged),
        "conflicts": plan.count(Action::Conflict),
        "rejected": plan.count(Action::Reject),
    })
}
