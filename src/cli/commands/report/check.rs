//! `anku report NAME --check FILE`: whether a report that was written earlier still says what the archive says.

use crate::cli::context::Context;
use crate::cli::diff::difference;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::writing::numbered_lines;
use anku::import;
use anku::import::Bytes;
use anku::import::FORMATS;
use anku::report;
use anku::report::Document;
use std::path::Path;

/// Whether a file still says what the archive says: made anew in the same format and compared.
///
/// # Errors
/// A file that cannot be read, or of a format that cannot be compared.
pub(super) fn check(
    context: &Context,
    format: Option<&str>,
    file: &Path,
    document: &Document,
) -> Result<Exit, Failure> {
    let lang = context.lang;
    let shown = file.display().to_string();
    let before = std::fs::read(context.path(file)).map_err(|error| {
        let reason = context.reason(&error);
        Failure::usage(lang.say("notice.unreadable", &[("path", &shown), ("reason", &reason)]))
    })?;
    if format == Some("pdf")
        || before.starts_with(b"%PDF-")
        || file.extension().is_some_and(|ending| ending == "pdf")
    {
        // LibreOffice lays its pages out, with the time of the run in them: there is nothing to compare.
        return Err(Failure::hinted(
            lang.say("report.check.pdf", &[("path", &shown)]),
            lang.word("report.check.pdf_hint"),
        ));
    }
    let renderer = format.and_then(report::renderer).or_else(|| report::renderer_of(file));
    let Some(renderer) = renderer else {
        return Err(Failure::usage(lang.say("report.check.format", &[("path", &shown)])));
    };
    let render = |excel| {
        let options = report::Options { lang, width: None, excel };
        (renderer.render)(document, &options).map_err(|error| Failure::usage(error.to_string()))
    };
    let now = render(before.starts_with("\u{feff}".as_bytes()))?;
    if now == before {
        context.note(&lang.say("report.check.same", &[("path", &shown)]));
        return Ok(Exit::Done);
    }
    let (then, now) = (readable(&before), readable(&now));
    let lines = difference(&then, &now);
    // What is not to be seen in the text differs: a link, a width.
    if lines.is_empty() {
        context.note(lang.word("report.check.unseen"));
    }
    context.print(numbered_lines(context, &shown, lines))?;
    context.note(&lang.say("report.check.changed", &[("path", &shown)]));
    Ok(Exit::Nothing)
}

/// A document as lines that can be compared, whatever its format.
fn readable(bytes: &[u8]) -> String {
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
        return json_lines(&value);
    }
    if bytes.starts_with(b"<!DOCTYPE html>") {
        return html_lines(&String::from_utf8_lossy(bytes));
    }
    let input = Bytes { bytes, ending: "" };
    let container = FORMATS.iter().find(|format| (format.sniff)(input));
    let read = container.filter(|format| !matches!(format.name, "text" | "csv" | "json"));
    match read.and_then(|format| (format.read)(input, &import::Options::default()).ok()) {
        Some(reading) => reading.document.text,
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// One line a row of a table: what a person compares.
fn json_lines(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) if map.contains_key("cells") => format!("{}\n", map["cells"]),
        serde_json::Value::Object(map) => map.values().map(json_lines).collect(),
        serde_json::Value::Array(list) => list.iter().map(json_lines).collect(),
        other => format!("{other}\n"),
    }
}

/// What a page of ours says, a line an element's: no markup, no drawing, no style, no script.
fn html_lines(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((text, tag_on)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = tag_on.split_once('>').unwrap_or((tag_on, ""));
        rest = after;
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if ["svg", "style", "script"].contains(&name) {
            rest = after.split_once(&format!("</{name}>")).map_or("", |(_, behind)| behind);
        } else if ["/td", "/th", "/a"].contains(&name) {
            out.push(' ');
        }
    }
    out.push_str(rest);
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let said = |line: &str| {
        let line = marks.iter().fold(line.to_owned(), |line, (mark, sign)| line.replace(mark, sign));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // ↑ leads back from a list of records to its figures, which have lines of their own.
    let kept = |line: &String| !line.is_empty() && !line.starts_with('↑');
    out.lines().map(said).filter(kept).map(|line| line + "\n").collect()
}
