//! `anku validate`: every finding of every file in one run.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::findings;
use crate::cli::findings::Texts;
use crate::cli::progress::Progress;
use anku::archive::OpenError;
use anku::diag::Code;
use anku::diag::Severity;
use anku::report::json_text;
use anku::workspace;
use anku::workspace::Outcome;
use clap::ArgMatches;
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
            return show(context, format, &outcome, false);
        }
        _ => context.archive()?,
    };
    let paths: Vec<PathBuf> =
        matches.get_many::<PathBuf>("paths").unwrap_or_default().map(|p| context.path(p)).collect();
    let progress = Progress::new(context, "progress.validate");
    let mut outcome = workspace::validate(archive, &paths, &|done, all| progress.set(done, all));
    progress.finish();
    outcome.findings.retain(|finding| only.is_empty() || only.contains(&finding.code));
    outcome.findings.retain(|finding| !skip.contains(&finding.code));
    show(context, format, &outcome, matches.get_flag("strict"))
}

fn show(context: &Context, format: &str, outcome: &Outcome, strict: bool) -> Result<Exit, Failure> {
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
        let (checked, count) = (outcome.checked.to_string(), outcome.findings.len().to_string());
        let key = if outcome.findings.is_empty() { "validate.clean" } else { "validate.found" };
        context.note(&lang.say(key, &[("checked", &checked), ("count", &count)]));
    }
    if outcome.findings.iter().any(|finding| is_unreadable(finding.code)) {
        return Ok(Exit::Failed);
    }
    let fails = outcome.findings.iter().any(|finding| strict || finding.severity() == Severity::Error);
    Ok(if fails { Exit::Nothing } else { Exit::Done })
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
