//! `anku search`: hits ranked, with where they stand and what matched.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::format;
use crate::cli::listing;
use crate::cli::listing::Listing;
use crate::cli::notices;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Card;
use anku::archive::Record;
use anku::report::json_text;
use anku::report::printable;
use anku::schema::Datum;
use anku::schema::Kind;
use anku::search::Engine;
use anku::search::Found;
use anku::search::Match;
use anku::search::Options;
use anku::search::Snippet;
use anku::search::find;
use anku::search::passages;
use anku::workspace::Refresh;
use clap::ArgMatches;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

/// Hits shown when nobody says how many.
const SHOWN: usize = 20;
/// Passages of one record.
const PASSAGES: usize = 3;
/// Characters of a passage.
const WIDTH: usize = 80;
const FORMATS: &[&str] = &["table", "plain", "json", "jsonl"];

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let start = Instant::now();
    let format = format(context, matches, FORMATS)?.unwrap_or("table");
    let archive = context.archive()?;
    let refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    let typed = filters::query(matches);
    let compiled = query::compile(context, archive, &typed, matches)?;
    let facets = facet_fields(context, archive, matches)?;
    let listing = Listing::read(context, archive, matches, SHOWN)?;
    let ready = notices::ready(context, archive, refresh);
    let options = Options { exact: matches.get_flag("exact"), top: listing.needed() };

    let page = ready.with(|engine| -> Result<Page, Failure> {
        let found = find(&compiled.plan, engine, &options)?;
        let docs: Vec<(u32, f32)> = found.hits.iter().map(|hit| (hit.doc, hit.score)).collect();
        let total = docs.len();
        let facets = count_facets(context.lang.is_zh(), engine, archive, &facets, &docs)?;
        let shown = listing.page(engine, archive, docs)?;
        let (mut hits, mut paths) = (Vec::new(), Vec::new());
        for (doc, score) in shown {
            if listing.wants_paths() {
                paths.push(engine.path(doc)?);
            } else {
                hits.push((engine.card(doc)?, score));
            }
        }
        Ok(Page { found, hits, paths, total, facets })
    })?;

    let exit = match (page.total, ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (0, _) => Exit::Nothing,
        _ => Exit::Done,
    };
    let printer = Printer { context, archive, page: &page, snippets: !matches.get_flag("no-snippet") };
    if matches.get_flag("explain") {
        context.note(&context.lang.say("search.plan", &[("plan", &compiled.plan.to_string())]));
    }
    if listing.is_bare() {
        printer.say_widened();
        if listing.wants_paths() {
            listing.print_paths(context, &page.paths)?;
        } else {
            let cards: Vec<&Card> = page.hits.iter().map(|(card, _)| card).collect();
            listing.print(context, archive, &cards, page.total)?;
        }
        return Ok(exit);
    }
    match format {
        "json" => {
            let hits: Vec<Value> =
                page.hits.iter().map(|(card, score)| printer.to_json(card, *score)).collect();
            let mut value = json!({
                "v": 1,
                "query": typed,
                "match": page.found.matched.as_str(),
                "total": page.total,
                "elapsed_ms": (start.elapsed().as_secs_f64() * 10_000.0).round() / 10.0,
                "index": {"records": ready.records(), "refreshed": ready.refreshed},
                "hits": hits,
            });
            // Those that a filter took away are not missing.
            let missing = page.found.missing.iter().filter(|missing| missing.records == 0);
            let missing: Vec<&str> = missing.map(|missing| missing.term.as_str()).collect();
            if !missing.is_empty() {
                value["missing"] = json!(missing);
            }
            if !page.facets.is_empty() {
                value["facets"] =
                    page.facets.iter().map(|facet| (facet.path.clone(), facet.to_json())).collect();
            }
            context.print(json_text(&value))?;
        }
        "jsonl" => {
            for (card, score) in &page.hits {
                context.print(json_text(&printer.to_json(card, *score)))?;
            }
        }
        "plain" => {
            for (card, _) in &page.hits {
                context.print(printer.plain(card))?;
            }
        }
        _ => printer.print(&listing)?,
    }
    if page.total == 0 && format != "json" {
        printer.say_nothing();
    }
    Ok(exit)
}

/// What one answer shows.
struct Page {
    found: Found,
    hits: Vec<(Card, f32)>,
    /// Instead of hits, where nothing but paths is wanted.
    paths: Vec<String>,
    total: usize,
    facets: Vec<Facet>,
}

/// Counts of one field over all hits.
struct Facet {
    path: String,
    name: String,
    counts: Vec<(Option<Datum>, String, usize)>,
}

impl Facet {
    fn to_json(&self) -> Value {
        self.counts.iter().map(|(value, _, count)| json!({"value": value, "count": count})).collect()
    }
}

/// The fields of `--facet`, by path.
fn facet_fields(context: &Context, archive: &Archive, matches: &ArgMatches) -> Result<Vec<String>, Failure> {
    matches
        .get_many::<String>("facet")
        .unwrap_or_default()
        .map(|word| listing::column(context, archive, word))
        .collect()
}

fn count_facets(
    zh: bool,
    engine: &dyn Engine,
    archive: &Archive,
    paths: &[String],
    docs: &[(u32, f32)],
) -> Result<Vec<Facet>, Failure> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: Vec<BTreeMap<Option<Datum>, usize>> = vec![BTreeMap::new(); paths.len()];
    for (doc, _) in docs {
        let card = engine.card(*doc)?;
        for (path, counts) in paths.iter().zip(&mut counts) {
            let mut values = listing::values_of(archive, &card, path);
            values.sort();
            values.dedup();
            if values.is_empty() {
                *counts.entry(None).or_default() += 1;
            }
            for value in values {
                *counts.entry(Some(value)).or_default() += 1;
            }
        }
    }
    let facets = paths.iter().zip(counts).map(|(path, counts)| {
        let field = archive.kinds.iter().find_map(|kind| kind.field(path));
        let mut counts: Vec<(Option<Datum>, String, usize)> = counts
            .into_iter()
            .map(|(value, count)| {
                let label = match (&value, field) {
                    (Some(Datum::Text(text)), Some(field)) => field.label(text, zh).to_owned(),
                    (value, _) => value.as_ref().map_or_else(String::new, ToString::to_string),
                };
                (value, label, count)
            })
            .collect();
        counts.sort_by_key(|(value, _, count)| (std::cmp::Reverse(*count), value.is_none(), value.clone()));
        let name = field.map(|field| if zh { &field.names.zh } else { &field.names.en });
        Facet { path: path.clone(), name: name.unwrap_or(path).clone(), counts }
    });
    Ok(facets.collect())
}

struct Printer<'p> {
    context: &'p Context,
    archive: &'p Archive,
    page: &'p Page,
    snippets: bool,
}

impl Printer<'_> {
    /// The passages of a hit, from its file as it is now.
    fn passages(&self, card: &Card, max: usize, width: usize) -> Vec<Snippet> {
        if !self.snippets || self.page.found.needles.is_empty() {
            return Vec::new();
        }
        let Some(kind) = self.archive.kind(&card.kind) else { return Vec::new() };
        let Ok(record) = Record::read(&self.archive.root, &card.path) else { return Vec::new() };
        match &record.root {
            Some(root) => passages(&kind.texts(root), &record.text, &self.page.found.needles, max, width),
            None => Vec::new(),
        }
    }

    fn to_json(&self, card: &Card, score: f32) -> Value {
        let snippets: Vec<Value> = self
            .passages(card, PASSAGES, WIDTH)
            .into_iter()
            .map(|s| json!({"field": s.field, "line": s.line, "text": s.text, "spans": s.spans}))
            .collect();
        let mut hit = json!({"id": card.id, "kind": card.kind, "path": card.path, "title": card.title});
        for name in ["unit", "year"] {
            if let Some(value) = listing::values(self.archive, card, name).into_iter().next() {
                hit[name] = json!(value);
            }
        }
        hit["score"] = json!((f64::from(score) * 1000.0).round() / 1000.0);
        hit["snippets"] = json!(snippets);
        hit
    }

    /// `path:line: text`, as ripgrep prints a match.
    fn plain(&self, card: &Card) -> String {
        let mut out = String::new();
        for snippet in self.passages(card, usize::MAX, WIDTH) {
            let _ = writeln!(out, "{}:{}: {}", printable(&card.path), snippet.line, printable(&snippet.text));
        }
        if out.is_empty() {
            let _ = writeln!(out, "{}: {}", printable(&card.path), printable(&card.title));
        }
        out
    }

    fn print(&self, listing: &Listing) -> Result<(), Failure> {
        let lang = self.context.lang;
        let style = self.context.style;
        self.say_widened();
        for (at, (card, _)) in self.page.hits.iter().enumerate() {
            let mut out = String::new();
            if at > 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", self.headline(card));
            for snippet in self.passages(card, PASSAGES, WIDTH) {
                let field = self.field_name(card, &snippet.field);
                let place = format!("{}:{}", printable(&card.path), snippet.line);
                let _ = writeln!(out, "  {} {}", style.dim(&format!("[{field}]")), self.marked(&snippet));
                let place = self.context.link(&card.path, Some(snippet.line), &style.path(&place));
                let _ = writeln!(out, "      {place}");
            }
            self.context.print(out)?;
        }
        for facet in &self.page.facets {
            let mut out = format!("\n{}\n", style.bold(&facet.name));
            for (value, label, count) in &facet.counts {
                let label = if value.is_none() { lang.word("stats.none") } else { label };
                let _ = writeln!(out, "  {count:>6}  {}", printable(label));
            }
            self.context.print(out)?;
        }
        if self.page.total > 0 {
            let sentence = listing.say_total(self.context, self.page.hits.len(), self.page.total);
            self.context.note(&sentence);
        }
        Ok(())
    }

    /// Title, unit, year, levels: what tells one case from another at a glance.
    fn headline(&self, card: &Card) -> String {
        let style = self.context.style;
        let mut parts: Vec<String> = Vec::new();
        for name in ["unit", "year"] {
            let values = listing::values(self.archive, card, name);
            parts.extend(values.first().map(ToString::to_string));
        }
        let levels = listing::values(self.archive, card, "awards.level");
        parts.extend(levels.iter().map(ToString::to_string));
        let rest =
            if parts.is_empty() { String::new() } else { format!("  {}", printable(&parts.join(" · "))) };
        let id = self.context.link(&card.path, None, &style.number(&printable(&card.id)));
        format!("{id} {}{}", style.bold(&printable(&card.title)), rest)
    }

    /// What a label is called: `sections.practice` is 做法与经过, `title` is 题目.
    fn field_name(&self, card: &Card, label: &str) -> String {
        let zh = self.context.lang.is_zh();
        let Some(kind) = self.archive.kind(&card.kind) else { return label.to_owned() };
        if let Some(field) = kind.fields.iter().find(|field| field.path == label) {
            return if zh { field.names.zh.clone() } else { field.names.en.clone() };
        }
        role_name(kind, label, zh).unwrap_or_else(|| label.to_owned())
    }

    /// The passage with its matches painted.
    fn marked(&self, snippet: &Snippet) -> String {
        let style = self.context.style;
        let chars: Vec<char> = snippet.text.chars().collect();
        let piece = |from: usize, to: usize| {
            let text: String = chars.get(from..to.min(chars.len())).unwrap_or_default().iter().collect();
            printable(&text).into_owned()
        };
        let mut out = String::new();
        let mut at = 0;
        for &(start, end) in &snippet.spans {
            out.push_str(&piece(at, start));
            out.push_str(&style.hit(&piece(start, end)));
            at = end;
        }
        out.push_str(&piece(at, chars.len()));
        out
    }

    /// That the hits are not literal ones, and which term is to blame.
    fn say_widened(&self) {
        let found = &self.page.found;
        let lang = self.context.lang;
        if found.matched == Match::Exact || self.page.total == 0 {
            return;
        }
        self.say_missing();
        if found.missing.is_empty() {
            self.context.note(lang.word("search.missing.together"));
        }
        let key = if found.matched == Match::Words { "search.words" } else { "search.any" };
        self.context.note(lang.word(key));
    }

    /// Which terms no record has, or only records that the filters leave out.
    fn say_missing(&self) {
        let lang = self.context.lang;
        for missing in &self.page.found.missing {
            let count = missing.records.to_string();
            let key = if missing.records == 0 { "search.missing" } else { "search.filtered" };
            self.context.note(&lang.say(key, &[("term", &missing.term), ("count", &count)]));
            let number = missing.number.as_deref();
            let field = number.and_then(|path| self.archive.kinds.iter().find_map(|kind| kind.field(path)));
            let Some(field) = field else { continue };
            let names = &field.names;
            let (name, write) = if lang.is_zh() {
                // The shortest word is the one that people write.
                let words = std::iter::once(&names.zh).chain(&names.aliases);
                (&names.zh, words.min_by_key(|word| word.chars().count()).unwrap_or(&names.zh))
            } else {
                (&names.en, &field.path)
            };
            let term = missing.term.trim();
            let args = [("name", name.as_str()), ("field", write.as_str()), ("value", term)];
            self.context.advise(&lang.say("search.as-number", &args));
        }
    }

    fn say_nothing(&self) {
        let lang = self.context.lang;
        self.context.note(lang.word("search.none"));
        self.say_missing();
        if self.page.found.missing.is_empty() && self.page.found.terms.len() > 1 {
            self.context.note(lang.word("search.missing.together"));
        }
    }
}

fn role_name(kind: &Kind, label: &str, zh: bool) -> Option<String> {
    let (list, value) = label.rsplit_once('.')?;
    let key = kind.labels.get(list)?;
    let path = format!("{list}.{key}");
    let field = kind.fields.iter().find(|field| field.path == path)?;
    Some(field.label(value, zh).to_owned())
}
