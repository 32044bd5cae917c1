//! `anku doctor`: whether everything is what it should be, and mending what can be mended.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::progress::Progress;
use crate::cli::writing;
use anku::archive::Archive;
use anku::archive::BatchFault;
use anku::archive::STATE;
use anku::report::json_text;
use anku::report::printable;
use anku::workspace;
use anku::workspace::Diagnosis;
use anku::workspace::Fault;
use anku::workspace::IndexState;
use anku::workspace::MendError;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, &["table", "json"])? == Some("json");
    let archive = context.archive()?;
    let before = examine(context, archive)?;
    let wanted = matches.get_flag("fix") && before.faults.iter().any(Fault::mends);
    if !wanted {
        return say(context, json, &before, &[]);
    }
    let progress = Progress::new(context, "progress.index");
    let mended = workspace::mend(archive, &before, &|done, all| progress.set(done, all));
    progress.finish();
    mended.map_err(|error| match error {
        MendError::Lock(error) => writing::locked(context, archive, error),
        MendError::Write(error) => writing::refused(context, archive, error),
    })?;
    let now = examine(context, archive)?;
    let mended: Vec<&Fault> = before.faults.iter().filter(|fault| !now.faults.contains(fault)).collect();
    say(context, json, &now, &mended)
}

fn say(context: &Context, json: bool, now: &Diagnosis, mended: &[&Fault]) -> Result<Exit, Failure> {
    if json {
        context.print(json_text(&to_json(now, mended)))?;
    } else {
        context.print(table(context, now, mended))?;
    }
    Ok(if now.faults.is_empty() { Exit::Done } else { Exit::Nothing })
}

fn examine(context: &Context, archive: &Archive) -> Result<Diagnosis, Failure> {
    workspace::examine(archive).map_err(|error| writing::locked(context, archive, error))
}

/// One line for each thing that was looked at, one for each fault, and what it comes to.
fn table(context: &Context, now: &Diagnosis, mended: &[&Fault]) -> String {
    let lang = context.lang;
    let style = context.style;
    let mut out = String::new();
    let mut line = |mark: String, sentence: &str| out.push_str(&format!("{mark} {}\n", printable(sentence)));
    let is = |test: fn(&Fault) -> bool| now.faults.iter().any(test);
    let fine = || style.number("✓");
    if !is(|fault| matches!(fault, Fault::Unreadable(..) | Fault::Broken(_))) {
        line(fine(), &lang.say("doctor.records", &[("count", &now.records.to_string())]));
    }
    if !is(|fault| matches!(fault, Fault::Batch(_) | Fault::Journal(_))) {
        line(fine(), &lang.say("doctor.journal", &[("count", &now.batches.to_string())]));
    }
    if !is(|fault| matches!(fault, Fault::Leftover(_))) {
        line(fine(), lang.word("doctor.no-leftovers"));
    }
    match now.index {
        IndexState::Missing => line(fine(), lang.word("doctor.index.missing")),
        IndexState::Outdated => line(fine(), lang.word("doctor.index.outdated")),
        IndexState::Damaged => {}
        IndexState::Whole { records, pending } => {
            line(fine(), &lang.say("doctor.index", &[("records", &records.to_string())]));
            if pending > 0 {
                line("·".to_owned(), &lang.say("doctor.index.pending", &[("count", &pending.to_string())]));
            }
        }
    }
    if let Some(reason) = &now.read_only {
        line("·".to_owned(), &lang.say("doctor.read-only", &[("reason", reason)]));
    }
    for fault in mended {
        let sentence = lang.say("doctor.mended", &[("what", &sentence(context, fault))]);
        line(fine(), &sentence);
    }
    for fault in &now.faults {
        line(style.red("✗"), &sentence(context, fault));
    }
    let mends = now.faults.iter().filter(|fault| fault.mends()).count();
    let (count, mends) = (now.faults.len().to_string(), mends.to_string());
    out.push_str(&match (count.as_str(), mends.as_str()) {
        ("0", _) => lang.word("doctor.clean").to_owned(),
        (_, "0") => lang.say("doctor.by-hand", &[("count", &count)]),
        _ => lang.say("doctor.mends", &[("count", &count), ("mends", &mends)]),
    });
    out.push('\n');
    out
}

fn sentence(context: &Context, fault: &Fault) -> String {
    let lang = context.lang;
    match fault {
        Fault::Unreadable(path, reason) => {
            lang.say("notice.unreadable", &[("path", path), ("reason", reason)])
        }
        Fault::Broken(path) => lang.say("doctor.broken", &[("path", path)]),
        Fault::Leftover(path) => lang.say("doctor.leftover", &[("path", path)]),
        Fault::Journal(reason) => lang.say("doctor.journal.unreadable", &[("reason", reason)]),
        Fault::Index(what) => lang.say("doctor.index.damaged", &[("what", what)]),
        Fault::Differs(path) => lang.say("doctor.index.differs", &[("path", path)]),
        Fault::Batch(BatchFault::Unfinished { id, missing }) => {
            lang.say("doctor.batch.unfinished", &[("id", id), ("count", &missing.to_string())])
        }
        Fault::Batch(BatchFault::Staged(id)) => lang.say("doctor.batch.staged", &[("id", id)]),
        Fault::Batch(BatchFault::Damaged(id)) => {
            let folder = format!("{STATE}/journal/{id}.damaged");
            lang.say("doctor.batch.damaged", &[("id", id), ("folder", &folder)])
        }
        Fault::Batch(BatchFault::Lost(id)) => lang.say("doctor.batch.lost", &[("id", id)]),
    }
}

fn to_json(now: &Diagnosis, mended: &[&Fault]) -> Value {
    let (state, pending) = match now.index {
        IndexState::Missing => ("missing", None),
        IndexState::Outdated => ("outdated", None),
        IndexState::Damaged => ("damaged", None),
        IndexState::Whole { pending, .. } => ("whole", Some(pending)),
    };
    let faults: Vec<Value> = now.faults.iter().map(fault_json).collect();
    let mended: Vec<Value> = mended.iter().map(|fault| fault_json(fault)).collect();
    json!({"v": 1, "records": now.records, "batches": now.batches,
           "index": {"state": state, "pending": pending}, "read_only": now.read_only.is_some(),
           "faults": faults, "mended": mended})
}

fn fault_json(fault: &Fault) -> Value {
    let mut found = match fault {
        Fault::Unreadable(path, reason) => json!({"fault": "unreadable", "path": path, "reason": reason}),
        Fault::Broken(path) => json!({"fault": "broken", "path": path}),
        Fault::Leftover(path) => json!({"fault": "leftover", "path": path}),
        Fault::Journal(reason) => json!({"fault": "journal", "reason": reason}),
        Fault::Index(what) => json!({"fault": "index", "reason": what}),
        Fault::Differs(path) => json!({"fault": "differs", "path": path}),
        Fault::Batch(BatchFault::Unfinished { id, missing }) => {
            json!({"fault": "unfinished", "batch": id, "missing": missing})
        }
        Fault::Batch(BatchFault::Staged(id)) => json!({"fault": "staged", "batch": id}),
        Fault::Batch(BatchFault::Damaged(id)) => json!({"fault": "damaged", "batch": id}),
        Fault::Batch(BatchFault::Lost(id)) => json!({"fault": "lost", "batch": id}),
    };
    found["mends"] = json!(fault.mends());
    found
}
