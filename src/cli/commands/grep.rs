//! `anku grep`: lines of the files in which a pattern stands, read from the files themselves and
//! printed as ripgrep prints them.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::query;
use anku::diag::Lines;
use anku::diag::Span;
use anku::report::json_text;
use anku::report::printable;
use anku::search::Plan;
use anku::search::Scope;
use anku::search::grep::Matcher;
use anku::search::grep::PatternError;
use anku::search::grep::Syntax;
use anku::workspace;
use anku::workspace::Ask;
use anku::workspace::Hit;
use anku::workspace::Notice;
use anku::workspace::Seen;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;

const FORMATS: &[&str] = &["table", "plain", "json", "jsonl"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, FORMATS)?.unwrap_or("table");
    let archive = context.archive()?;
    let (patterns, paths) = patterns_and_paths(context, matches)?;
    let syntax = Syntax {
        regex: matches.get_flag("regex"),
        case_sensitive: matches.get_flag("case-sensitive"),
        words: matches.get_flag("word-regexp"),
    };
    let matcher = Matcher::new(&patterns, syntax).map_err(|error| refused(context, &patterns, &error))?;
    let invert = matches.get_flag("invert-match") != matches.get_flag("files-without-match");
    let shape = shape(context, matches, format)?;
    let plan = query::compile(context, archive, "", query::Reading::Query, matches)?.plan;
    let scope = query::labels(context, archive, matches)?.map_or(Scope::Everywhere, Scope::Labels);
    let ask = Ask {
        matcher: &matcher,
        scope: &scope,
        filter: (plan != Plan::All).then_some(&plan),
        paths: &paths,
        invert,
    };
    let most = matches.get_one::<usize>("max-count").copied().unwrap_or(usize::MAX);
    if most == 0 {
        return Ok(Exit::Nothing);
    }

    let mut printer = Printer::new(context, matches, shape, format);
    let mut broken = Vec::new();
    let mut incomplete = false;
    let mut total = 0_usize;
    let mut hits = Vec::new();
    let mut failure = None;
    workspace::grep(archive, &ask, &mut |seen| {
        incomplete |= !matches!(seen, Seen::Hit(_));
        match seen {
            Seen::Hit(mut hit) => {
                total += 1;
                if hit.matched.lines.len() > most {
                    hit.matched.lines.truncate(most);
                    hit.matched.matches = hit.matched.lines.iter().map(|line| line.spans.len()).sum();
                }
                let printed = match shape {
                    Shape::Quiet => return ControlFlow::Break(()),
                    Shape::Json => {
                        hits.push(to_json(&hit));
                        Ok(())
                    }
                    Shape::JsonLines => context.print(json_text(&to_json(&hit))),
                    _ => context.print(printer.hit(&hit)),
                };
                if let Err(error) = printed {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
            }
            Seen::Unreadable(path, error) => {
                let reason = context.reason(&error);
                context.complain(
                    &context.lang.say("notice.unreadable", &[("path", &path), ("reason", &reason)]),
                );
            }
            Seen::NoRecord(path) => {
                let path = path.display().to_string();
                context.complain(&context.lang.say("grep.no-record", &[("path", &path)]));
            }
            Seen::Broken(path) => broken.push(path),
        }
        ControlFlow::Continue(())
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if shape == Shape::Quiet && total > 0 {
        return Ok(Exit::Done);
    }
    if shape == Shape::Json {
        let value = json!({"v": 1, "pattern": patterns.join("\n"), "total": total, "hits": hits});
        context.print(json_text(&value))?;
    }
    if !broken.is_empty() {
        notices::say(context, &Notice::Broken(broken));
    }
    Ok(match (total, incomplete) {
        (_, true) => Exit::Failed,
        (0, false) => Exit::Nothing,
        _ => Exit::Done,
    })
}

/// What is printed of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Lines,
    Pieces,
    Paths,
    CountLines,
    CountMatches,
    Json,
    JsonLines,
    Quiet,
}

fn shape(context: &Context, matches: &ArgMatches, format: &str) -> Result<Shape, Failure> {
    let flag = |name: &str| matches.get_flag(name);
    let shape = if flag("quiet") {
        Shape::Quiet
    } else if format == "json" {
        Shape::Json
    } else if format == "jsonl" {
        Shape::JsonLines
    } else if flag("files-with-matches") || flag("files-without-match") {
        Shape::Paths
    } else if flag("count-matches") || (flag("count") && flag("only-matching")) {
        Shape::CountMatches
    } else if flag("count") {
        Shape::CountLines
    } else if flag("only-matching") {
        Shape::Pieces
    } else {
        Shape::Lines
    };
    let of_lines = matches!(shape, Shape::Lines | Shape::Pieces | Shape::CountLines | Shape::CountMatches);
    if flag("invert-match") && of_lines {
        return Err(Failure::usage(context.lang.word("grep.invert")));
    }
    Ok(shape)
}

/// The patterns, and the paths that stand behind them.
fn patterns_and_paths(
    context: &Context,
    matches: &ArgMatches,
) -> Result<(Vec<String>, Vec<PathBuf>), Failure> {
    let first = matches.get_one::<OsString>("pattern");
    let mut patterns = Vec::new();
    let mut paths = Vec::new();
    let text = |word: &OsString| {
        let text = word.to_str().map(str::to_owned);
        text.ok_or_else(|| Failure::usage(context.lang.word("grep.not-text")))
    };
    let named = matches.contains_id("patterns") || matches.contains_id("pattern-files");
    for word in matches.get_many::<OsString>("patterns").unwrap_or_default() {
        patterns.push(text(word)?);
    }
    for path in matches.get_many::<PathBuf>("pattern-files").unwrap_or_default() {
        patterns.extend(lines_of(context, path)?);
    }
    match first {
        Some(word) if named => paths.push(context.path(word)),
        Some(word) => patterns.push(text(word)?),
        None if named => {}
        None => {
            let what = context.lang.say("parse.missing", &[("name", "PATTERN")]);
            return Err(Failure::hinted(what, context.lang.word("parse.hint")));
        }
    }
    paths.extend(matches.get_many::<PathBuf>("paths").unwrap_or_default().map(|path| context.path(path)));
    Ok((patterns, paths))
}

/// The lines of a file of patterns. Blank ones are none: in a pattern file they are an oversight.
fn lines_of(context: &Context, path: &Path) -> Result<Vec<String>, Failure> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(context.path(path)).map(|read| bytes = read)
    };
    read.map_err(|error| at(context, path, &error))?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(Failure::usage(context.lang.word("grep.not-text")));
    };
    let lines = text.trim_start_matches('\u{feff}').lines();
    Ok(lines.filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

fn refused(context: &Context, patterns: &[String], error: &PatternError) -> Failure {
    let lang = context.lang;
    match error {
        PatternError::Empty(_) => Failure::usage(lang.word("grep.empty")),
        PatternError::TooLarge => Failure::usage(lang.word("grep.too-large")),
        PatternError::Syntax(place, reason) => {
            let pattern = patterns.get(*place).map_or("", String::as_str);
            let what = lang.say("grep.not-regex", &[("pattern", pattern), ("reason", reason)]);
            Failure::hinted(what, lang.word("grep.not-regex.hint"))
        }
    }
}

fn to_json(hit: &Hit) -> Value {
    let lines = Lines::new(&hit.text);
    let lines: Vec<Value> = hit
        .matched
        .lines
        .iter()
        .map(|matched| {
            let whole = lines.range(&hit.text, matched.line);
            let text = &hit.text[whole.clone()];
            let chars = |at: usize| hit.text[whole.start..at].chars().count();
            let spans: Vec<(usize, usize)> =
                matched.spans.iter().map(|span| (chars(span.start), chars(span.end))).collect();
            json!({"line": matched.line, "text": text, "spans": spans})
        })
        .collect();
    json!({"id": hit.card.id, "path": hit.card.path, "title": hit.card.title, "lines": lines})
}

/// Prints hits as ripgrep does.
struct Printer<'c> {
    context: &'c Context,
    shape: Shape,
    heading: bool,
    numbers: bool,
    null: bool,
    before: usize,
    after: usize,
    /// Whether something was printed: what comes next is set apart from it.
    began: bool,
}

impl<'c> Printer<'c> {
    fn new(context: &'c Context, matches: &ArgMatches, shape: Shape, format: &str) -> Printer<'c> {
        let flag = |name: &str| matches.get_flag(name);
        let number = |name: &str| {
            let both = || matches.get_one::<usize>("context");
            matches.get_one::<usize>(name).or_else(both).copied().unwrap_or(0)
        };
        let terminal = context.width.is_some() && format == "table" && !flag("null");
        Printer {
            context,
            shape,
            heading: flag("heading") || (terminal && !flag("no-heading")),
            numbers: !flag("no-line-number"),
            null: flag("null"),
            before: number("before-context"),
            after: number("after-context"),
            began: false,
        }
    }

    fn hit(&mut self, hit: &Hit) -> String {
        let path = printable(&hit.card.path);
        let style = self.context.style;
        match self.shape {
            // For other programs: the bytes of the path, whatever they are.
            Shape::Paths => {
                format!("{}{}", self.context.bare_path(&hit.card.path), if self.null { '\0' } else { '\n' })
            }
            Shape::CountLines | Shape::CountMatches => {
                let count = match self.shape {
                    Shape::CountLines => hit.matched.lines.len(),
                    _ => hit.matched.matches,
                };
                let path = self.context.link(&hit.card.path, None, &style.path(&path));
                format!("{path}{}{count}\n", if self.null { '\0' } else { ':' })
            }
            _ => self.lines(hit),
        }
    }

    fn lines(&mut self, hit: &Hit) -> String {
        let path = hit.card.path.as_str();
        let lines = Lines::new(&hit.text);
        let mut out = String::new();
        if self.heading {
            if self.began {
                out.push('\n');
            }
            let shown = self.context.style.path(&printable(path));
            let _ = writeln!(out, "{}", self.context.link(path, None, &shown));
        }
        if self.shape == Shape::Pieces {
            for matched in &hit.matched.lines {
                for span in &matched.spans {
                    let piece = printable(&hit.text[span.start..span.end]);
                    let piece = self.context.style.hit(&piece);
                    let _ = writeln!(out, "{}{piece}", self.place(path, matched.line, ':'));
                }
            }
            self.began = true;
            return out;
        }
        let last = lines.count(&hit.text);
        // Every line to show, with what matches in it.
        let mut shown: BTreeMap<usize, &[Span]> = BTreeMap::new();
        for matched in &hit.matched.lines {
            let from = matched.line.saturating_sub(self.before).max(1);
            for line in from..=matched.line.saturating_add(self.after).min(last) {
                shown.entry(line).or_default();
            }
            shown.insert(matched.line, &matched.spans);
        }
        let mut before = None;
        for (line, spans) in shown {
            let apart = before.is_none_or(|before: usize| before + 1 < line);
            let first = before.is_none() && (self.heading || !self.began);
            if apart && !first && self.before + self.after > 0 {
                out.push_str("--\n");
            }
            before = Some(line);
            let mark = if spans.is_empty() { '-' } else { ':' };
            out.push_str(&self.place(path, line, mark));
            let whole = lines.range(&hit.text, line);
            let mut at = whole.start;
            for span in spans {
                out.push_str(&printable(&hit.text[at..span.start]));
                out.push_str(&self.context.style.hit(&printable(&hit.text[span.start..span.end])));
                at = span.end;
            }
            out.push_str(&printable(&hit.text[at..whole.end]));
            out.push('\n');
        }
        self.began = true;
        out
    }

    /// `path:12:` before a line.
    fn place(&self, path: &str, line: usize, mark: char) -> String {
        let style = self.context.style;
        let shown = style.path(&printable(path));
        let number = style.number(&line.to_string());
        let link = |text: &str| self.context.link(path, Some(line), text);
        match (self.heading, self.numbers) {
            (true, true) => format!("{}{mark}", link(&number)),
            (true, false) => String::new(),
            (false, false) => format!("{}{}", link(&shown), if self.null { '\0' } else { mark }),
            (false, true) if self.null => format!("{}\0{number}{mark}", link(&shown)),
            (false, true) => format!("{}{mark}", link(&format!("{shown}{mark}{number}"))),
        }
    }
}
