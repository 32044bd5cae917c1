//! `anku import`: documents to records.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters::format;
use crate::cli::progress::Progress;
use crate::cli::writing;
use anku::archive::Archive;
use anku::diag::Code;
use anku::import::Action;
use anku::import::Input;
use anku::import::OnConflict;
use anku::import::Options;
use anku::import::Plan;
use anku::import::WarningKind;
use anku::report::json_text;
use anku::report::printable;
use anku::workspace::Import;
use anku::workspace::ImportError;
use anku::workspace::apply_import;
use anku::workspace::plan_import;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

const FORMATS: &[&str] = &["table", "json"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, FORMATS)? == Some("json");
    let archive = context.archive()?;
    let (inputs, unreadable) = inputs(context, matches)?;
    if inputs.is_empty() && unreadable > 0 {
        return Ok(Exit::Failed);
    }
    if inputs.is_empty() {
        return Err(Failure::usage(context.lang.word("error.no-paths")));
    }
    let dry = matches.get_flag("dry-run");
    let label = label(matches, inputs.len());
    let on_conflict = match matches.get_one::<String>("on-conflict").map(String::as_str) {
        Some("skip") => OnConflict::Skip,
        Some("error") => OnConflict::Error,
        _ => OnConflict::Update,
    };
    let options = Options { on_conflict, ..Options::default() };
    let progress = Progress::new(context, "progress.import");
    // Planning and writing happen under one lock: what was planned is what is written.
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let import = plan_import(archive, inputs, &options).map_err(|error| match error {
        ImportError::Broken(broken) => Failure::Broken(broken),
        other => Failure::usage(other.to_string()),
    })?;
    progress.finish();
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
        context.print(json_text(&to_json(archive, &import, go)))?;
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
    if unreadable > 0 || import.stopped || !(go || dry || nothing) {
        return Ok(Exit::Failed);
    }
    Ok(if clean { Exit::Done } else { Exit::Nothing })
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
    format!("import {sources} ({files} files)")
}

/// The files to import, and how many could not be read: those that were named, those in the folders
/// that were named, sorted, each
/// once.
fn inputs(context: &Context, matches: &ArgMatches) -> Result<(Vec<Input>, usize), Failure> {
    let mut named: Vec<PathBuf> = matches.get_many::<PathBuf>("paths").unwrap_or_default().cloned().collect();
    if let Some(list) = matches.get_one::<PathBuf>("files-from") {
        let text = if list.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        } else {
            std::fs::read_to_string(context.path(list)).map_err(|error| at(context, list, &error))?
        };
        named.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from));
    }
    let mut paths = Vec::new();
    let mut seen = BTreeSet::new();
    for path in &named {
        if path.as_os_str() == "-" {
            paths.push(path.clone());
            continue;
        }
        let absolute = context.path(path);
        let mut found = Vec::new();
        if absolute.is_dir() {
            files_in(&absolute, &mut found).map_err(|error| at(context, path, &error))?;
            found.sort();
        } else {
            found.push(absolute);
        }
        paths.extend(found.into_iter().filter(|path| seen.insert(path.clone())));
    }
    let mut inputs = Vec::with_capacity(paths.len());
    let mut unreadable = 0;
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            inputs.push(Input { name: "stdin".to_owned(), bytes });
            continue;
        }
        let name = path.strip_prefix(&context.here).unwrap_or(&path).to_string_lossy().into_owned();
        match std::fs::read(&path) {
            Ok(bytes) => inputs.push(Input { name, bytes }),
            // The rest goes in all the same; the exit code says that something did not.
            Err(error) => {
                let reason = context.reason(&error);
                context.complain(
                    &context.lang.say("notice.unreadable", &[("path", &name), ("reason", &reason)]),
                );
                unreadable += 1;
            }
        }
    }
    Ok((inputs, unreadable))
}

/// Every file below a folder that is not hidden.
fn files_in(folder: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files_in(&path, out)?;
        } else if path.is_file() {
            out.push(path);
        }
    }
    Ok(())
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
        for record in source.records.iter().filter(|r| matches!(r.action, Action::Reject | Action::Conflict))
        {
            let reason = record.reason.clone().unwrap_or_default();
            let reason = reason_text(context, &reason);
            let title = &record.draft.title;
            let what = if title.is_empty() { reason } else { format!("{title}: {reason}") };
            context.complain(&lang.say("import.rejected", &[("path", &source.path), ("reason", &what)]));
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
            WarningKind::Gap { missing } => {
                let numbers: Vec<String> = missing.iter().map(u32::to_string).collect();
                lang.say("import.gap", &[("heading", &warning.heading), ("missing", &numbers.join(" "))])
            }
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
        context.print(format!("{}\n{lines}", style.bold(&format!("+++ {}", file.path))))?;
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
        context.print(format!("{}\n{lines}", style.bold(&format!("~~~ {}", change.path))))?;
    }
    Ok(())
}

/// A reason's wording, where it is one of the importer's keys.
fn reason_text(context: &Context, reason: &str) -> String {
    // A draft that the schema would refuse: the finding's code and the field.
    if let Some((code, field)) = reason.split_once(' ')
        && let Some(code) = Code::from_id(code)
    {
        return format!("{field}: {}", context.lang.say(&format!("{}.explain", code.id()), &[]));
    }
    let key = format!("import.reason.{reason}");
    if context.lang.has(&key) { context.lang.say(&key, &[]) } else { reason.to_owned() }
}

/// The plan as the contract has it.
fn to_json(archive: &Archive, import: &Import, written: bool) -> Value {
    let plan: &Plan = &import.plan;
    let (walk, _) = archive.walk();
    let path_of = |id: &str| {
        let ending = format!("/{id}.yaml");
        import
            .new
            .iter()
            .map(|file| &file.path)
            .chain(walk.iter().map(|stat| &stat.path))
            .find(|path| path.ends_with(&ending))
            .cloned()
    };
    let kind = archive.kinds.first().map(|kind| kind.name.clone());
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
                        "path": path_of(&record.id),
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
