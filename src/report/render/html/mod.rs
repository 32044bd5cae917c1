//! One page, complete in one file: it loads nothing, says everything without its script, and prints.
//!
//! Owns the frame of the page and the order of its parts. The script only adds: it sorts tables,
//! filters them, and shows titles in the lists of records.

mod behind;
mod chart;
mod escape;
mod figure;
mod grid;
mod policy;

use self::behind::Lists;
use self::escape::text;
use self::grid::Name;
use super::Options;
use crate::report::document::Block;
use crate::report::document::Document;
use crate::report::document::Stated;
use crate::table::Table;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

pub(super) fn render(document: &Document, options: &Options) -> Vec<u8> {
    let lang = options.lang;
    let mut page = Page {
        options,
        lists: Lists::new(&document.records),
        out: String::new(),
        heading: None,
        headings: 0,
        charts: 0,
    };
    if let Some(title) = &document.title {
        let _ = writeln!(page.out, "<h1>{}</h1>", text(title));
    }
    document.blocks.iter().for_each(|block| page.block(block));
    let records = page.lists.sections(lang);
    page.out.push_str(&records);

    // A checkout may have turned the line ends; a browser turns them back before it takes the digest.
    let (style, script) = (STYLE.replace("\r\n", "\n"), SCRIPT.replace("\r\n", "\n"));
    let title = document.title.as_deref().or(document.bare().and_then(|table| table.title.as_deref()));
    let title = title.filter(|title| !title.trim().is_empty()).unwrap_or(lang.word("html.untitled"));
    let marks = if page.charts > 0 { chart::marks() } else { String::new() };
    let out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n\
         <body data-filter=\"{}\" data-left=\"{}\">\n{marks}<main>\n{}</main>\n\
         <script>{script}</script>\n</body>\n</html>\n",
        if lang.is_zh() { "zh-CN" } else { "en" },
        policy::policy(&style, &script),
        text(title),
        text(lang.word("html.filter")),
        text(lang.word("html.left")),
        page.out,
    );
    out.into_bytes()
}

/// The page as far as it is written.
struct Page<'d> {
    options: &'d Options,
    lists: Lists<'d>,
    out: String,
    /// The heading that the next table stands under.
    heading: Option<&'d str>,
    headings: usize,
    charts: usize,
}

impl<'d> Page<'d> {
    fn block(&mut self, block: &'d Block) {
        match block {
            Block::Heading { level, text: heading } => {
                self.headings += 1;
                self.heading = Some(heading);
                let (level, number) = ((*level).clamp(2, 6), self.headings);
                let _ = writeln!(self.out, "<h{level} id=\"h{number}\">{}</h{level}>", text(heading));
            }
            Block::Paragraph(paragraph) => {
                let _ = writeln!(self.out, "<p>{}</p>", text(paragraph));
            }
            Block::Stated { text, figures } => self.stated(text, figures),
            Block::Table(table) => self.table(table),
            Block::List { ordered, items } => {
                let tag = if *ordered { "ol" } else { "ul" };
                let _ = writeln!(self.out, "<{tag}>");
                for item in items {
                    let _ = writeln!(self.out, "<li>{}</li>", text(item));
                }
                let _ = writeln!(self.out, "</{tag}>");
            }
        }
    }

    /// A paragraph whose figures lead to the records behind them.
    fn stated(&mut self, words: &str, figures: &[Stated]) {
        self.out.push_str("<p>");
        let mut at = 0;
        for figure in figures {
            let (Some(before), Some(inside)) =
                (words.get(at..figure.start), words.get(figure.start..figure.end))
            else {
                continue;
            };
            self.out.push_str(&text(before));
            let what = || figure.clause(words).to_owned();
            let _ = match self.lists.link(&figure.behind, what) {
                Some(link) => {
                    let (cell, list) = (link.cell, link.list);
                    write!(self.out, "<a id=\"c{cell}\" href=\"#k{list}\">{}</a>", text(inside))
                }
                None => write!(self.out, "{}", text(inside)),
            };
            at = figure.end;
        }
        let rest = words.get(at..).unwrap_or_default();
        let _ = writeln!(self.out, "{}</p>", text(rest));
    }

    fn table(&mut self, table: &Table) {
        let lang = self.options.lang;
        let name = Name { title: table.title.as_deref(), under: self.heading.map(|h| (h, self.headings)) };
        self.out.push_str("<section class=\"table\">\n");
        if let (Some(title), true) = (name.title, table.columns.is_empty()) {
            let _ = writeln!(self.out, "<p class=\"caption\">{}</p>", text(title));
        }
        let grid = grid::grid(table, &name, &mut self.lists, lang);
        self.out.push_str(&grid);
        for note in &table.notes {
            let note = lang.say("report.note", &[("note", note)]);
            let _ = writeln!(self.out, "<p class=\"note\">{}</p>", text(&note));
        }
        let title = name.title.or(self.heading);
        if let Some(chart) = chart::figure(table, title, self.charts + 1, lang) {
            self.charts += 1;
            self.out.push_str(&chart);
        }
        self.out.push_str("</section>\n");
    }
}

#[cfg(test)]
mod tests;
