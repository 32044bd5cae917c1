//! Findings as people and programs read them: terminal, one line each, JSON, GitHub, SARIF.

use super::context::Context;
use anku::archive::Broken;
use anku::diag::Code;
use anku::diag::Finding;
use anku::diag::Lines;
use anku::diag::Place;
use anku::diag::Severity;
use anku::diag::Span;
use anku::locale::Lang;
use anku::report::printable;
use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use serde_json::Value;
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// The widest excerpt where no terminal says how wide it is.
const WIDTH: usize = 100;
/// Bytes of a line that is drawn whole.
const LONG_LINE: usize = 20_000;
/// Bytes of a longer one on either side of what is meant.
const AROUND: usize = 1000;

/// The texts that findings point into, with their lines counted once.
pub(crate) struct Texts<'t> {
    texts: HashMap<&'t Path, (&'t str, Lines)>,
}

impl<'t> Texts<'t> {
    pub(crate) fn new(texts: &'t [(PathBuf, String)]) -> Self {
        let texts =
            texts.iter().map(|(path, text)| (path.as_path(), (text.as_str(), Lines::new(text)))).collect();
        Texts { texts }
    }

    /// `path:line` of a finding.
    pub(crate) fn place(&self, finding: &Finding) -> String {
        let (start, _) = self.places(&finding.path, finding.span);
        format!("{}:{}", finding.path.display(), start.line)
    }

    /// Where a span begins and ends; the first character of the file when it is not known.
    fn places(&self, path: &Path, span: Option<Span>) -> (Place, Place) {
        let first = Place { line: 1, column: 1 };
        match (self.texts.get(path), span) {
            (Some((text, lines)), Some(span)) => (lines.place(text, span.start), lines.place(text, span.end)),
            _ => (first, first),
        }
    }
}

/// The sentence of a finding.
pub(crate) fn message(lang: Lang, finding: &Finding) -> String {
    let mut args: Vec<(&str, &str)> =
        finding.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    args.push(("field", &finding.field));
    printable(&lang.say(finding.code.id(), &args)).into_owned()
}

/// What a rule says: the first sentence of its explanation.
pub(crate) fn rule(lang: Lang, code: Code) -> String {
    let explained = lang.say(&format!("{}.explain", code.id()), &[]);
    let end = if lang.is_zh() { "。" } else { ". " };
    explained.split(end).next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// What to do about a finding, beyond its sentence.
fn help(lang: Lang, finding: &Finding) -> Option<String> {
    if let Some(fix) = &finding.fix {
        let (from, to) = (shown(&fix.from), shown(&fix.to));
        let key = if fix.to.is_empty() { "help.fix.remove" } else { "help.fix" };
        let said = lang.say(key, &[("from", &from), ("to", &to)]);
        return Some(printable(&said).into_owned());
    }
    let Some(near) = finding.suggestion.as_ref() else {
        let key = format!("{}.help", finding.code.id());
        let args: Vec<(&str, &str)> =
            finding.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return lang.has(&key).then(|| printable(&lang.say(&key, &args)).into_owned());
    };
    Some(printable(&lang.say("help.didyoumean", &[("name", near)])).into_owned())
}

/// A piece of text as a sentence shows it: blanks and line ends seen, not too long.
fn shown(text: &str) -> String {
    let seen = |c| match c {
        ' ' | '\u{a0}' | '\u{3000}' => '␣',
        '\n' => '↵',
        c => c,
    };
    let mut out: String = text.trim_end_matches('\n').chars().take(40).map(seen).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}

/// `path:line:col: error[AK0102]: message`
fn line(context: &Context, finding: &Finding, texts: &Texts<'_>) -> String {
    let (start, _) = texts.places(&finding.path, finding.span);
    let path = printable(&finding.path.to_string_lossy()).into_owned();
    let severity = context.lang.word(severity_key(finding.severity()));
    let head = format!("{severity}[{}]", finding.code.id());
    let style = context.style;
    let head = match finding.severity() {
        Severity::Error => style.red(&head),
        Severity::Warning => style.yellow(&head),
    };
    format!(
        "{}:{}:{}: {}: {}",
        style.path(&path),
        start.line,
        start.column,
        head,
        style.bold(&message(context.lang, finding))
    )
}

fn severity_key(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// One line a finding, with its suggestion at the end.
pub(crate) fn plain(context: &Context, findings: &[Finding], texts: &Texts<'_>) -> String {
    let mut out = String::new();
    for finding in findings {
        out.push_str(&line(context, finding, texts));
        if let Some(help) = help(context.lang, finding) {
            let _ = write!(out, " ({help})");
        }
        out.push('\n');
    }
    out
}

/// With the excerpt, a caret under the right character, and the suggestion below.
pub(crate) fn excerpts(context: &Context, findings: &[Finding], texts: &Texts<'_>) -> String {
    let renderer = if context.style.is_on() { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(context.width.unwrap_or(WIDTH));
    let mut out = String::new();
    for finding in findings {
        out.push_str(&line(context, finding, texts));
        out.push('\n');
        if let (Some((text, lines)), Some(span)) = (texts.texts.get(finding.path.as_path()), finding.span) {
            out.push_str(&excerpt(&renderer, text, lines, span, finding.severity()));
        }
        if let Some((path, span)) = &finding.related {
            let (place, _) = texts.places(path, Some(*span));
            let at = format!("{}:{}:{}", printable(&path.display().to_string()), place.line, place.column);
            let _ = writeln!(out, "  {}", context.lang.say("help.related", &[("place", &at)]));
        }
        if let Some(help) = help(context.lang, finding) {
            let _ = writeln!(out, "  {} {help}", context.style.number("="));
        }
        out.push('\n');
    }
    out
}

/// The one line that is meant: a record's paragraphs are long, and only one of them matters.
fn excerpt(renderer: &Renderer, text: &str, lines: &Lines, span: Span, severity: Severity) -> String {
    // Bytes that are not UTF-8 were replaced when the text was read, so a span may lie inside what
    // replaced them.
    let start = floor(text, span.start);
    let line = lines.range(text, lines.line(start));
    let (begin, source) = (line.start, &text[line]);
    let len = source.len();
    let from = (start - begin).min(len);
    let mut to = (floor(text, span.end.max(start)) - begin).min(len).max(from);
    if to == from {
        to = source[from..].chars().next().map_or(from, |c| from + c.len_utf8());
    }
    let (source, from, to) = window(source, from, to);
    let snippet = Snippet::source(drawable(&source))
        .line_start(lines.line(start))
        .annotation(AnnotationKind::Primary.span(from..to));
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let group = Group::with_level(level).element(snippet);
    let mut drawn = renderer.render(&[group]);
    drawn.push('\n');
    drawn
}

/// What is drawn of a very long line: a list of thousands of values is drawn once for each of them.
fn window(line: &str, from: usize, to: usize) -> (Cow<'_, str>, usize, usize) {
    if line.len() <= LONG_LINE {
        return (Cow::Borrowed(line), from, to);
    }
    let to = floor(line, to.min(from + AROUND)).max(from);
    let begin = floor(line, from.saturating_sub(AROUND));
    let end = floor(line, to + AROUND);
    (
        Cow::Owned(format!("…{}…", &line[begin..end])),
        from - begin + '…'.len_utf8(),
        to - begin + '…'.len_utf8(),
    )
}

/// A line that a terminal can only show. The drawing of excerpts has pictures for the controls of ASCII alone; the
/// others become characters of the same size, so that spans stay right.
fn drawable(line: &str) -> String {
    let mut bytes = [0; 4];
    let shown = |c: char| match printable(c.encode_utf8(&mut bytes)) {
        Cow::Owned(_) if c.len_utf8() == 2 => '·',
        Cow::Owned(_) if c.len_utf8() == 3 => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    line.chars().map(shown).collect()
}

/// The last character boundary that is not behind `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The findings of one run as the contract's JSON object.
pub(crate) fn to_json(lang: Lang, checked: usize, findings: &[Finding], texts: &Texts<'_>) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let (start, end) = texts.places(&finding.path, finding.span);
            json!({
                "path": finding.path.to_string_lossy(),
                "line": start.line,
                "column": start.column,
                "end_line": end.line,
                "end_column": end.column,
                "code": finding.code.id(),
                "severity": finding.severity().as_str(),
                "field": finding.field,
                "message": message(lang, finding),
                "help": help(lang, finding),
                "suggestion": finding.suggestion,
                "fix": finding.fix.as_ref().map(|fix| json!({"from": fix.from, "to": fix.to})),
            })
        })
        .collect();
    json!({"v": 1, "checked": checked, "findings": findings})
}

/// Workflow commands that GitHub shows beside the lines of a change.
pub(crate) fn github(lang: Lang, findings: &[Finding], texts: &Texts<'_>) -> String {
    // A log is read in terminals too: beside what the format escapes, nothing that one obeys.
    let escape = |text: &str| {
        let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        printable(&text).into_owned()
    };
    let mut out = String::new();
    for finding in findings {
        let (start, end) = texts.places(&finding.path, finding.span);
        let _ = writeln!(
            out,
            "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            finding.severity().as_str(),
            escape(&finding.path.to_string_lossy()).replace(':', "%3A").replace(',', "%2C"),
            start.line,
            start.column,
            end.line,
            end.column,
            finding.code.id(),
            escape(&message(lang, finding)),
        );
    }
    out
}

/// SARIF 2.1.0 (OASIS), the common form of static analysis results.
pub(crate) fn sarif(lang: Lang, findings: &[Finding], texts: &Texts<'_>) -> Value {
    let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| {
            let explain = lang.say(&format!("{}.explain", code.id()), &[]);
            json!({"id": code.id(), "fullDescription": {"text": explain}})
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let (start, end) = texts.places(&finding.path, finding.span);
            json!({
                "ruleId": finding.code.id(),
                "level": finding.severity().as_str(),
                "message": {"text": message(lang, finding)},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": finding.path.to_string_lossy()},
                    "region": {
                        "startLine": start.line, "startColumn": start.column,
                        "endLine": end.line, "endColumn": end.column,
                    },
                }}],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "anku", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// The findings in an archive's own files, for a run that could not begin.
pub(crate) fn broken(context: &Context, broken: &Broken) -> String {
    excerpts(context, &broken.findings, &Texts::new(&broken.texts))
}
