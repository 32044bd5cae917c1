//! `anku validate`: every finding of every file in one run.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::findings;
use crate::cli::findings::Texts;
use crate::cli::progress::Progress;
use crate::cli::writing;
use crate::cli::writing::agreed;
use crate::cli::writing::changed_lines;
use crate::cli::writing::lock;
use anku::archive::OpenError;
use anku::diag::Code;
use anku::diag::Severity;
use anku::report::json_text;
use anku::workspace;
use anku::workspace::Fixes;
use anku::workspace::Outcome;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

const FORMATS: &[&str] = &["table", "plain", "json", "github", "sarif"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    if let Some(code) = matches.get_one::<String>("explain") {
        return explain(context, code);
    }
    let format = format(context, matches, FORMATS)?.unwrap_or("table");
    let only = codes(context, matches, "only")?;
    let skip = codes(context, matches, "skip")?;
    let archive = match &context.archive {
        Err(OpenError::Broken(broken)) => {
            let outcome =
                Outcome { checked: 0, findings: broken.findings.clone(), texts: broken.texts.clone() };
            return show(context, format, &outcome, false, false);
        }
        _ => context.archive()?,
    };
    let paths: Vec<PathBuf> =
        matches.get_many::<PathBuf>("paths").unwrap_or_default().map(|p| context.path(p)).collect();
    let wanted = |code: Code| (only.is_empty() || only.contains(&code)) && !skip.contains(&code);
    let progress = Progress::new(context, "progress.validate");
    if matches.get_flag("fix") {
        let dry = matches.get_flag("dry-run");
        // What is planned is what is written: nobody else writes meanwhile.
        let lock = if dry { None } else { Some(lock(context, archive)?) };
        let fixes = workspace::plan_fixes(archive, &paths, &wanted, &|done, all| progress.set(done, all));
        progress.finish();
        let ended = fix(context, matches, format, fixes, &wanted);
        drop(lock);
        return ended;
    }
    let mut outcome = workspace::validate(archive, &paths, &|done, all| progress.set(done, all));
    progress.finish();
    outcome.findings.retain(|finding| wanted(finding.code));
    show(context, format, &outcome, matches.get_flag("strict"), true)
}

/// Shows what would change, asks, writes, and shows what is left.
fn fix(
    context: &Context,
    matches: &ArgMatches,
    format: &str,
    mut fixes: Fixes,
    wanted: &dyn Fn(Code) -> bool,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let dry = matches.get_flag("dry-run");
    let nothing = fixes.files.is_empty();
    let people = matches!(format, "table" | "plain");
    fixes.now.findings.retain(|finding| wanted(finding.code));
    fixes.then.findings.retain(|finding| wanted(finding.code));
    let counts = [
        ("count", fixes.mended.len().to_string()),
        ("files", fixes.files.len().to_string()),
        ("left", fixes.withdrawn.to_string()),
    ];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if people {
        for file in &fixes.files {
            context.print(changed_lines(context, &file.path, &file.before, &file.after))?;
        }
        context.note(&lang.say(if nothing { "validate.fix.nothing" } else { "validate.fix.plan" }, &counts));
        if fixes.withdrawn > 0 {
            context.note(&lang.say("validate.fix.withdrawn", &counts));
        }
    }
    let go = !dry && !nothing && (matches.get_flag("yes") || agreed(context, "validate.fix.ask")?);
    if go {
        let archive = context.archive()?;
        workspace::apply_fixes(archive, &fixes, "validate --fix", writing::now())
            .map_err(|error| writing::refused(context, archive, error))?;
    }
    if people && !nothing {
        context.note(lang.word(if go { "validate.fix.done" } else { "validate.fix.dry" }));
    }
    // What is said to be left is what the files hold now.
    let left = if go || nothing { &fixes.then } else { &fixes.now };
    let strict = matches.get_flag("strict");
    let ended = match format {
        "json" => {
            let texts = Texts::new(&left.texts);
            let mut answer = findings::to_json(lang, left.checked, &left.findings, &texts);
            let before = Texts::new(&fixes.now.texts);
            answer["fixed"] = findings::to_json(lang, 0, &fixes.mended, &before)["findings"].take();
            answer["files"] = fixes.files.iter().map(|file| Value::from(file.path.as_str())).collect();
            answer["written"] = json!(go);
            context.print(json_text(&answer))?;
            exit(left, strict)
        }
        // The lines that would change are all that was asked for.
        _ if people && !go && !nothing => exit(left, strict),
        _ => show(context, format, left, strict, false)?,
    };
    // Not to write what one was asked to write is a failure, unless a preview was asked for.
    Ok(if go || dry || nothing { ended } else { Exit::Failed })
}

pub(crate) fn show(
    context: &Context,
    format: &str,
    outcome: &Outcome,
    strict: bool,
    offer: bool,
) -> Result<Exit, Failure> {
    let texts = Texts::new(&outcome.texts);
    let lang = context.lang;
    let text = match format {
        "json" => json_text(&findings::to_json(lang, outcome.checked, &outcome.findings, &texts)),
        "sarif" => json_text(&findings::sarif(lang, &outcome.findings, &texts)),
        "github" => findings::github(lang, &outcome.findings, &texts),
        "plain" => findings::plain(context, &outcome.findings, &texts),
        _ => findings::excerpts(context, &outcome.findings, &texts),
    };
    context.print(text)?;
    if format == "table" || format == "plain" {
        let count =
            |severity| outcome.findings.iter().filter(|f| f.severity() == severity).count().to_string();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let key = match (errors.as_str(), warnings.as_str()) {
            ("0", "0") => "validate.clean",
            (_, "0") => "validate.found",
            _ => "validate.warned",
        };
        let checked = outcome.checked.to_string();
        let counts = [("checked", checked.as_str()), ("count", &errors), ("warnings", &warnings)];
        context.note(&lang.say(key, &counts));
        if offer && outcome.findings.iter().any(|finding| finding.fix.is_some()) {
            context.note(lang.word("validate.fixable"));
        }
    }
    Ok(exit(outcome, strict))
}

fn exit(outcome: &Outcome, strict: bool) -> Exit {
    if outcome.findings.iter().any(|finding| is_unreadable(finding.code)) {
        return Exit::Failed;
    }
    let fails = outcome.findings.iter().any(|finding| strict || finding.severity() == Severity::Error);
    if fails { Exit::Nothing } else { Exit::Done }
}

/// A file that could not be read at all, or a schema that cannot be used: the run did not do what it
/// was asked to.
fn is_unreadable(code: Code) -> bool {
    code == Code::Unreadable || code.id() >= "AK0900"
}

fn explain(context: &Context, word: &str) -> Result<Exit, Failure> {
    let code = code(context, word)?;
    let text = context.lang.say(&format!("{}.explain", code.id()), &[]);
    context.print(format!("{}: {text}\n", code.id()))?;
    Ok(Exit::Done)
}

fn codes(context: &Context, matches: &ArgMatches, name: &str) -> Result<Vec<Code>, Failure> {
    matches.get_many::<String>(name).unwrap_or_default().map(|word| code(context, word)).collect()
}

fn code(context: &Context, word: &str) -> Result<Code, Failure> {
    Code::from_id(word).ok_or_else(|| {
        let known: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
        let what = context.lang.say("error.no-code", &[("name", word)]);
        Failure::hinted(what, known.join(" "))
    })
}
