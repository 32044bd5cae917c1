//! `anku status`: what state the archive is in.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::writing;
use anku::archive;
use anku::archive::Archive;
use anku::archive::Card;
use anku::report::Document;
use anku::report::Options;
use anku::report::json_text;
use anku::report::printable;
use anku::report::terminal_text;
use anku::schema::FULL;
use anku::schema::LISTED;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use anku::workspace::Notice;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::json;

const FORMATS: &[&str] = &["table", "json"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let json = format(context, matches, FORMATS)? == Some("json");
    let archive = context.archive()?;
    let ready = notices::ready(context, archive, Refresh::Look);
    let cards = ready.cards()?;
    let broken: Vec<&str> = ready
        .notices
        .iter()
        .flat_map(|notice| match notice {
            Notice::Broken(paths) => paths.iter().map(String::as_str).collect(),
            Notice::Unreadable(path, _) => vec![path.as_str()],
            _ => Vec::new(),
        })
        .collect();
    let lang = context.lang;
    if json {
        let unfinished = archive::unfinished(&archive.root).ok().flatten().map(|batch| {
            json!({"batch": batch.id, "label": batch.label, "files": batch.files, "in_place": batch.in_place})
        });
        let kinds: Vec<_> = archive
            .kinds
            .iter()
            .map(|kind| {
                let count = Count::of(&cards, &kind.name);
                json!({"kind": kind.name, "folder": kind.folder.to_string_lossy(), "records": count.all,
                       "full": count.full, "listed": count.listed})
            })
            .collect();
        let value = json!({"v": 1, "archive": archive.root.to_string_lossy(), "name": archive.settings.name,
            "records": cards.len(), "kinds": kinds, "broken": broken, "unfinished": unfinished,
            "index": {"records": ready.records(), "refreshed": ready.refreshed}});
        context.print(json_text(&value))?;
    } else {
        let text = table(context, archive, &cards);
        let head = archive.settings.name.clone().unwrap_or_default();
        let head = format!("{head}  {}", archive.root.display());
        context.print(format!("{}\n\n{text}", printable(&head)))?;
        if let Some(sentence) = writing::unfinished(context, archive) {
            context.note(&sentence);
        }
        if broken.is_empty() {
            context.print(format!("{}\n", lang.word("status.clean")))?;
        }
    }
    Ok(if ready.is_incomplete() { Exit::Failed } else { Exit::Done })
}

#[derive(Default)]
struct Count {
    all: i64,
    full: i64,
    listed: i64,
}

impl Count {
    fn of(cards: &[Card], kind: &str) -> Count {
        let mut count = Count::default();
        for card in cards.iter().filter(|card| card.kind == kind) {
            count.all += 1;
            count.full += i64::from(card.extent.as_deref() == Some(FULL));
            count.listed += i64::from(card.extent.as_deref() == Some(LISTED));
        }
        count
    }
}

fn table(context: &Context, archive: &Archive, cards: &[Card]) -> String {
    let lang = context.lang;
    let mut table = Table::new(vec![
        Column::text(lang.word("status.kind")),
        Column::text(lang.word("status.folder")),
        Column::figures(lang.word("status.records")),
        Column::figures(lang.word("stats.full")),
        Column::figures(lang.word("stats.listed")),
    ]);
    for kind in &archive.kinds {
        let count = Count::of(cards, &kind.name);
        let name = if lang.is_zh() { &kind.names.zh } else { &kind.names.en };
        table.push(vec![
            Cell::Text(name.clone()),
            Cell::Text(kind.folder.display().to_string()),
            Cell::Count(count.all),
            Cell::Count(count.full),
            Cell::Count(count.listed),
        ]);
    }
    terminal_text(&Document::of(table), &Options { lang, width: context.width, excel: false })
}
