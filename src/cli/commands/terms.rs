//! `anku terms`: method names and keywords of a year or of any query, and what is new, rising and falling.

use crate::cli::context::Context;
use crate::cli::failure;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::query;
use crate::cli::writing;
use anku::archive::Archive;
use anku::archive::Batch;
use anku::archive::Change as FileChange;
use anku::archive::NewFile;
use anku::archive::apply;
use anku::archive::next_id;
use anku::report::Block;
use anku::report::Document;
use anku::report::json_text;
use anku::terms;
use anku::terms::Change;
use anku::terms::Dictionary;
use anku::terms::Period;
use anku::terms::Request;
use anku::terms::Term;
use anku::terms::TermWords;
use anku::terms::Terms;
use anku::workspace::Refresh;
use clap::ArgMatches;
use std::path::Path;
use std::path::PathBuf;

/// Terms of each kind that a person is shown when nobody says how many; programs get all.
const SHOWN: usize = 20;
/// How many names a remark lists.
const NAMED: usize = 5;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let lang = context.lang;
    let format = format(context, matches, &output::formats())?;
    let archive = context.archive()?;
    let words = terms::words(archive).map_err(|error| failure::words(context, "terms.words", error))?;
    let target = target(context, archive, matches)?;
    let period = period(archive, matches);
    let changes = changes(matches);
    if period.is_none() && !changes.is_empty() {
        return Err(Failure::usage(lang.word("terms.needs-period")));
    }
    let without = period.as_ref().map(|period| period.field.as_str());
    let typed = filters::query(matches);
    let mut filters = filters::filters(context, matches, &archive.kinds)?;
    filters.fields.retain(|(path, _)| Some(path.as_str()) != without);
    let compiled = query::compile_with(context, archive, &typed, query::Reading::Query, matches, &filters)?;
    let only = matches.get_one::<String>("only").map(String::as_str);
    let min = matches.get_one::<usize>("min").copied();
    // Words lie in the index: what changed is written into it first.
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Write };
    let ready = notices::ready(context, archive, refresh);
    let request = Request {
        archive,
        words: &words,
        plan: &compiled.plan,
        period,
        methods: only != Some("keywords"),
        keywords: only != Some("methods"),
        min,
        changes,
    };
    let found = ready.with(|engine| terms::terms(engine, &request))?;
    let wanted = output::wanted(context, matches, format)?;
    let limit = match matches.get_one::<usize>("limit") {
        Some(0) => usize::MAX,
        Some(limit) => *limit,
        None if matches!(wanted, "table" | "plain" | "md" | "html" | "docx" | "pdf") => SHOWN,
        None => usize::MAX,
    };
    let shown = found.shown(archive, limit);
    match wanted {
        "json" => output::text(context, matches, &json_text(&terms::to_json(&found, &shown)))?,
        _ if shown.is_empty() => context.note(lang.word("terms.none")),
        "csv" | "tsv" | "xlsx" => {
            output::document(context, matches, format, &Document::of(terms::full_table(&shown, lang)))?;
        }
        _ => {
            let blocks = terms::tables(&found, &shown, lang).into_iter().map(Block::Table).collect();
            output::document(context, matches, format, &Document { blocks, ..Document::default() })?;
        }
    }
    if wanted != "json" && !shown.is_empty() {
        remark(context, &found, request.period.is_some());
    }
    if let Some(target) = &target {
        // What nobody cut off is added whole, however little of it was shown.
        let all = match matches.get_one::<usize>("limit") {
            Some(_) => shown,
            None => found.shown(archive, usize::MAX),
        };
        let kind = if only == Some("keywords") { terms::Kind::Keyword } else { terms::Kind::Method };
        let all: Vec<Term> = all.into_iter().filter(|term| term.kind == kind).collect();
        add(context, archive, target, &all, &words, matches.get_flag("dry-run"))?;
    }
    Ok(match (found.terms.is_empty(), ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (true, _) => Exit::Nothing,
        _ => Exit::Done,
    })
}

fn changes(matches: &ArgMatches) -> Vec<Change> {
    let flags: [(&str, &[Change]); 3] =
        [("new", &[Change::New]), ("rising", &[Change::Up]), ("falling", &[Change::Down, Change::Gone])];
    flags
        .iter()
        .filter(|(flag, _)| matches.get_flag(flag))
        .flat_map(|(_, changes)| changes.iter().copied())
        .collect()
}

/// The years or editions that a flag names, where they follow one another: `--edition 2`, `--year 2010..2012`.
fn period(archive: &Archive, matches: &ArgMatches) -> Option<Period> {
    ["edition", "year"].into_iter().find_map(|path| {
        let field = archive.kinds.iter().flat_map(|kind| &kind.fields).find(|field| field.path == path)?;
        let flag = format!("field:{}", field.flag.as_deref()?);
        let mut values = matches.try_get_many::<String>(&flag).ok()??;
        let value = values.next()?;
        values.next().is_none().then(|| Period::parse(path, value)).flatten()
    })
}

/// What a reader should know of the numbers.
fn remark(context: &Context, found: &Terms, compared: bool) {
    let lang = context.lang;
    let (records, archive) = (found.selection.to_string(), found.archive.to_string());
    context.note(&lang.say("terms.selection", &[("records", &records), ("archive", &archive)]));
    match &found.before {
        Some((period, records)) => {
            let args = [("period", period.name(lang)), ("records", records.to_string())];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            context.note(&lang.say("terms.compared", &args));
        }
        None if compared => context.note(lang.word("terms.no-before")),
        None => {}
    }
    if found.undated > 0 {
        context.note(&lang.say("terms.undated-note", &[("records", &found.undated.to_string())]));
    }
}

/// The dictionary file that is to be added to, relative to the root.
fn target(context: &Context, archive: &Archive, matches: &ArgMatches) -> Result<Option<String>, Failure> {
    let Some(named) = matches.get_one::<PathBuf>("add-to") else { return Ok(None) };
    let of = |path: PathBuf| archive.relative(&path).filter(|path| is_dictionary(path));
    match of(context.path(named)).or_else(|| of(archive.root.join(named))) {
        Some(path) => Ok(Some(path)),
        None => {
            let path = named.display().to_string();
            Err(Failure::usage(context.lang.say("terms.not-dictionary", &[("path", &path)])))
        }
    }
}

/// A `.txt` file in the folder of dictionaries: no record, schema or setting can be added to by mistake.
fn is_dictionary(path: &str) -> bool {
    let folder = anku::archive::TERMS.split('/').next().unwrap_or_default();
    let mut parts = path.split('/');
    parts.next() == Some(folder)
        && parts.next().is_some_and(|name| Path::new(name).extension().is_some_and(|ending| ending == "txt"))
        && parts.next().is_none()
}

/// Adds terms to a dictionary file, as one batch that `undo` takes back.
fn add(
    context: &Context,
    archive: &Archive,
    path: &str,
    all: &[Term],
    words: &TermWords,
    dry: bool,
) -> Result<(), Failure> {
    let lang = context.lang;
    // Reading, planning and writing happen under one lock.
    let lock = if dry { None } else { Some(writing::lock(context, archive)?) };
    let file = archive.root.join(path);
    let before = match std::fs::read(&file) {
        Ok(bytes) => Some(
            String::from_utf8(bytes)
                .map_err(|_| Failure::usage(lang.say("terms.not-text", &[("path", path)])))?,
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(at(context, &file, &error)),
    };
    let Dictionary { text, added, unfit } =
        terms::add_to_dictionary(before.as_deref().unwrap_or_default(), all, &words.methods);
    if !unfit.is_empty() {
        let mut names = unfit.iter().take(NAMED).cloned().collect::<Vec<_>>().join(" ");
        if unfit.len() > NAMED {
            names.push_str(" …");
        }
        context.note(&lang.say("terms.unfit", &[("count", &unfit.len().to_string()), ("names", &names)]));
    }
    if added.is_empty() {
        context.note(&lang.say("terms.nothing-to-add", &[("path", path)]));
        return Ok(());
    }
    let count = added.len().to_string();
    let args = [("path", path), ("count", count.as_str())];
    for term in &added {
        context.note(&format!("+{term}"));
    }
    if dry {
        context.note(&lang.say("terms.would-add", &args));
        return Ok(());
    }
    let mut batch = Batch {
        id: next_id(&archive.root, text.as_bytes()),
        label: format!("terms --add-to {path} ({count})"),
        time: writing::now(),
        ..Batch::default()
    };
    match before {
        Some(before) => batch.change.push(FileChange { path: path.to_owned(), before, after: text }),
        None => batch.create.push(NewFile { path: path.to_owned(), text }),
    }
    apply(&archive.root, &batch).map_err(|error| writing::refused(context, archive, error))?;
    drop(lock);
    context.note(&lang.say("terms.added", &args));
    Ok(())
}
