//! `anku show ID`: one record, a section of it, where it came from, or its file as it is.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::at;
use crate::cli::filters::format;
use crate::cli::notices;
use anku::archive::Archive;
use anku::archive::Card;
use anku::archive::Record;
use anku::report::display_width;
use anku::report::json_text;
use anku::report::printable;
use anku::report::printable_lines;
use anku::schema::Field;
use anku::schema::Kind;
use anku::workspace::Refresh;
use anku::yaml::Node;
use clap::ArgMatches;
use std::fmt::Write as _;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, &["table", "json"])?;
    let json = format == Some("json") && !matches.get_flag("raw") && !matches.get_flag("path");
    let archive = context.archive()?;
    let ready = notices::ready(context, archive, Refresh::Look);
    let cards = ready.cards()?;
    let ids: Vec<&String> = matches.get_many::<String>("id").unwrap_or_default().collect();
    let mut exit = Exit::Done;
    let mut objects = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let Some(card) = find(context, &cards, id)? else {
            exit = Exit::Nothing;
            continue;
        };
        let record = Record::read(&archive.root, &card.path)
            .map_err(|error| self::at(context, std::path::Path::new(&card.path), &error))?;
        if record.root.is_none() {
            exit = Exit::Failed;
        }
        if matches.get_flag("path") {
            context.print(format!("{}\n", context.bare_path(&card.path)))?;
        } else if matches.get_flag("raw") {
            context.print(&record.text)?;
        } else if json {
            objects.push(to_json(&record));
        } else {
            if at > 0 {
                context.print("\n")?;
            }
            exit = print(context, matches, archive, card, &record, exit)?;
        }
    }
    if json {
        // The shape follows from what was asked, not from what was found.
        let value = if ids.len() == 1 {
            serde_json::json!({"v": 1, "record": objects.first()})
        } else {
            serde_json::json!({"v": 1, "records": objects})
        };
        context.print(json_text(&value))?;
    }
    Ok(exit)
}

/// The record with this id, or the only one whose id begins so; else its path.
pub(crate) fn find<'c>(context: &Context, cards: &'c [Card], id: &str) -> Result<Option<&'c Card>, Failure> {
    if let Some(card) = cards.iter().find(|card| card.id == id || card.path == id) {
        return Ok(Some(card));
    }
    let begins: Vec<&Card> = cards.iter().filter(|card| card.id.starts_with(id)).collect();
    match begins.as_slice() {
        [one] => Ok(Some(one)),
        [] => {
            let near = anku::diag::nearest(id, cards.iter().map(|card| card.id.as_str()));
            context.complain(&context.lang.say("show.none", &[("id", id)]));
            match near {
                Some(near) => context.advise(&context.lang.say("help.didyoumean", &[("name", near)])),
                None => context.advise(&context.lang.say("show.hint", &[("id", id)])),
            }
            Ok(None)
        }
        many => {
            let ids: Vec<&str> = many.iter().take(8).map(|card| card.id.as_str()).collect();
            let what = context.lang.say("show.several", &[("id", id), ("ids", &ids.join(" "))]);
            Err(Failure::usage(what))
        }
    }
}

/// The values as they are stored: numbers where the file has numbers.
fn to_json(record: &Record) -> serde_json::Value {
    fn value(node: &Node) -> serde_json::Value {
        use anku::yaml::Value;
        match &node.value {
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), value(&entry.value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::List(items) => items.iter().map(value).collect(),
            Value::Scalar(_) if node.is_null() => serde_json::Value::Null,
            Value::Scalar(scalar) => match (node.integer(), node.boolean()) {
                (Some(number), _) => number.into(),
                (_, Some(yes)) => yes.into(),
                _ => scalar.text.clone().into(),
            },
        }
    }
    record.root.as_ref().map_or(serde_json::Value::Null, value)
}

fn print(
    context: &Context,
    matches: &ArgMatches,
    archive: &Archive,
    card: &Card,
    record: &Record,
    exit: Exit,
) -> Result<Exit, Failure> {
    let Some(kind) = archive.kind(&card.kind) else { return Ok(exit) };
    let Some(root) = &record.root else {
        context.print(printable_lines(&record.text).as_bytes())?;
        return Ok(Exit::Failed);
    };
    let page = Page { context, kind, root };
    let wanted: Vec<&String> = matches.get_many::<String>("section").unwrap_or_default().collect();
    if !wanted.is_empty() {
        return page.sections(&wanted, exit);
    }
    if matches.get_flag("source") {
        let text = page.list(SOURCE);
        context.print(if text.is_empty() { format!("{}\n", context.lang.word("none")) } else { text })?;
        return Ok(exit);
    }
    context.print(page.whole(card))?;
    Ok(exit)
}

/// The list that says where a record came from.
const SOURCE: &str = "source";

/// One record laid out for reading.
struct Page<'p> {
    context: &'p Context,
    kind: &'p Kind,
    root: &'p Node,
}

impl Page<'_> {
    fn name<'f>(&self, field: &'f Field) -> &'f str {
        if self.context.lang.is_zh() { &field.names.zh } else { &field.names.en }
    }

    /// The list of mappings that holds the text, `sections`, and the key that labels its items.
    fn body(&self) -> Option<(&str, &str)> {
        let list = self.kind.full.as_deref()?;
        let label = self.kind.labels.get(list)?;
        Some((list, label))
    }

    fn whole(&self, card: &Card) -> String {
        let style = self.context.style;
        let mut out = format!(
            "{}\n{}\n\n",
            style.bold(&printable_lines(&card.title)),
            style.path(&printable(&card.path))
        );
        let body = self.body().map(|(list, _)| list);
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let mut lists: Vec<&str> = Vec::new();
        for field in &self.kind.fields {
            let top = field.path.split('.').next().unwrap_or_default();
            if field.path == self.kind.title || Some(top) == body {
                continue;
            }
            if field.list.is_some() {
                if !lists.contains(&top) {
                    lists.push(top);
                }
                continue;
            }
            let value = field.path.split('.').try_fold(self.root, |node, key| node.get(key));
            let Some(value) = value else { continue };
            let text = match value.text() {
                Some(text) => field.label(text, self.context.lang.is_zh()).to_owned(),
                None => value.items().iter().filter_map(Node::text).collect::<Vec<_>>().join("、"),
            };
            if !text.is_empty() {
                pairs.push((self.name(field), text));
            }
        }
        let width = pairs.iter().map(|(name, _)| display_width(name)).max().unwrap_or(0);
        for (name, text) in pairs {
            let blank = " ".repeat(width - display_width(name));
            let _ = writeln!(out, "{}{blank}  {}", style.dim(name), printable_lines(text.trim_end()));
        }
        // Where a record came from is asked for with --source.
        for list in lists.into_iter().filter(|list| *list != SOURCE) {
            let items = self.list(list);
            if !items.is_empty() {
                let _ = write!(out, "{}\n{items}", style.dim(&self.heading(list)));
            }
        }
        if let Some((list, label)) = self.body() {
            for section in self.root.get(list).map(Node::items).unwrap_or_default() {
                out.push('\n');
                out.push_str(&self.section(list, label, section));
            }
        }
        out
    }

    /// What a list is called: the schema's title of it.
    fn heading(&self, list: &str) -> String {
        let schema = self.kind.schema.get("properties").and_then(|properties| properties.get(list));
        let title = if self.context.lang.is_zh() {
            schema.and_then(|schema| schema.get("title"))
        } else {
            schema.and_then(|schema| schema.get("x-anku")).and_then(|annotation| annotation.get("en"))
        };
        title.and_then(Node::text).unwrap_or(list).to_owned()
    }

    /// The items of a list of mappings, one a line.
    fn list(&self, list: &str) -> String {
        let mut out = String::new();
        for item in self.root.get(list).map(Node::items).unwrap_or_default() {
            let mut parts = Vec::new();
            for entry in item.entries() {
                let path = format!("{list}.{}", entry.key);
                let field = self.kind.fields.iter().find(|field| field.path == path);
                let (Some(field), Some(text)) = (field, entry.value.text()) else { continue };
                let value = field.label(text, self.context.lang.is_zh());
                parts.push(format!(
                    "{} {}",
                    self.context.style.dim(self.name(field)),
                    printable_lines(value)
                ));
            }
            let _ = writeln!(out, "  {}", parts.join("  "));
        }
        out
    }

    fn section(&self, list: &str, label: &str, section: &Node) -> String {
        let style = self.context.style;
        let role = section.get(label).and_then(Node::text).unwrap_or_default();
        let path = format!("{list}.{label}");
        let field = self.kind.fields.iter().find(|field| field.path == path);
        let role = field.map_or(role, |field| field.label(role, self.context.lang.is_zh()));
        let mut out = String::new();
        match section.get("heading").and_then(Node::text) {
            Some(heading) => {
                let _ = writeln!(
                    out,
                    "{} {}",
                    style.bold(&printable_lines(heading)),
                    style.dim(&format!("[{role}]"))
                );
            }
            None => {
                let _ = writeln!(out, "{}", style.dim(&format!("[{role}]")));
            }
        }
        if let Some(text) = section.get("text").and_then(Node::text) {
            let _ = writeln!(out, "{}", printable_lines(text.trim_end()));
        }
        out
    }

    fn sections(&self, wanted: &[&String], exit: Exit) -> Result<Exit, Failure> {
        let Some((list, label)) = self.body() else { return Ok(Exit::Nothing) };
        let path = format!("{list}.{label}");
        let field = self.kind.fields.iter().find(|field| field.path == path);
        let mut found = false;
        for word in wanted {
            let role = field.map_or(word.as_str(), |field| field.value(word));
            let known = field
                .and_then(|field| field.vocabulary.as_ref())
                .is_none_or(|vocabulary| vocabulary.terms.iter().any(|term| term.value == role));
            if !known {
                let values: Vec<&str> = field
                    .and_then(|field| field.vocabulary.as_ref())
                    .map(|vocabulary| vocabulary.terms.iter().map(|term| term.value.as_str()).collect())
                    .unwrap_or_default();
                let what = self.context.lang.say("error.no-value", &[("name", word), ("field", label)]);
                return Err(Failure::hinted(what, values.join(" ")));
            }
            for section in self.root.get(list).map(Node::items).unwrap_or_default() {
                if section.get(label).and_then(Node::text) == Some(role) {
                    self.context.print(self.section(list, label, section))?;
                    found = true;
                }
            }
        }
        if !found {
            self.context.note(self.context.lang.word("show.no-section"));
        }
        Ok(if found { exit } else { Exit::Nothing })
    }
}
