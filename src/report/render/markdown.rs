//! Markdown with tables as on GitHub, aligned by display width so that the source reads well too.

use super::Options;
use super::layout::pad;
use super::layout::texts;
use super::layout::widths;
use super::untrusted::printable;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::table::Align;
use crate::table::Table;

pub(super) fn render(document: &Document, options: &Options) -> Vec<u8> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(document.title.iter().map(|title| format!("# {}", inline(title))));
    for block in &document.blocks {
        match block {
            Block::Heading { level, text } => {
                parts.push(format!("{} {}", "#".repeat(usize::from((*level).clamp(1, 6))), inline(text)));
            }
            Block::Paragraph(text) | Block::Stated { text, .. } => parts.push(paragraph(text)),
            Block::Table(table) => {
                parts.extend(table.title.iter().map(|title| format!("**{}**", inline(title))));
                if !table.columns.is_empty() {
                    parts.push(grid(table));
                }
                let note = |note: &String| paragraph(&options.lang.say("report.note", &[("note", note)]));
                parts.extend(table.notes.iter().map(note));
            }
            Block::List { ordered, items } => {
                let item = |(place, item): (usize, &String)| {
                    let mark = if *ordered { format!("{}.", place + 1) } else { "-".to_owned() };
                    format!("{mark} {}", inline(item))
                };
                parts.push(items.iter().enumerate().map(item).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    let mut out = parts.join("\n\n");
    out.push('\n');
    out.into_bytes()
}

fn grid(table: &Table) -> String {
    let (headings, rows) = texts(table);
    let escaped = |cells: Vec<String>| cells.iter().map(|cell| inline(cell)).collect::<Vec<_>>();
    let headings = escaped(headings);
    let rows: Vec<Vec<String>> = rows.into_iter().map(escaped).collect();
    let widths: Vec<usize> = widths(&headings, &rows).into_iter().map(|width| width.max(3)).collect();
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).zip(&table.columns);
        let cells = cells.map(|((cell, &width), column)| pad(cell, width, column.align));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = table.columns.iter().zip(&widths).map(|(column, &width)| match column.align {
        Align::Left => "-".repeat(width),
        Align::Right => format!("{}:", "-".repeat(width - 1)),
    });
    let rule = format!("| {} |", rule.collect::<Vec<_>>().join(" | "));
    let mut lines = vec![line(&headings), rule];
    lines.extend(rows.iter().map(line));
    lines.join("\n")
}

/// Text that means nothing to Markdown: masked words (`**`), pipes and tags stay what they are.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in printable(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// As [`inline`], and its beginning makes no heading, list or quotation.
fn paragraph(text: &str) -> String {
    let text = inline(text.trim_start());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if text.starts_with(['#', '-', '+', '>', '=']) {
        format!("\\{text}")
    } else if digits > 0 && text[digits..].starts_with(['.', ')']) {
        format!("{}\\{}", &text[..digits], &text[digits..])
    } else {
        text
    }
}
