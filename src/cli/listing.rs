//! Lists of records: which page of them, in which order, in which bare form.

use super::context::Context;
use super::failure::Failure;
use super::filters::wants_json;
use anku::archive::Archive;
use anku::archive::Card;
use anku::locale::Lang;
use anku::report::printable;
use anku::schema::Datum;
use anku::schema::Field;
use anku::search::Doc;
use anku::search::Engine;
use anku::search::EngineError;
use anku::search::Paths;
use clap::ArgMatches;
use std::cmp::Ordering;

/// So many bytes of paths are written at once.
const PIECE: usize = 64 << 10;

/// What the flags of a list ask for.
pub(crate) struct Listing {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    sort: Option<(String, bool)>,
    bare: Option<Bare>,
    json: bool,
}

/// Output that is not a table: for other programs.
enum Bare {
    Count,
    Paths { end: char },
    Format(String),
}

impl Listing {
    /// Reads the flags. `limit` is the number of records shown when nobody says.
    ///
    /// # Errors
    /// A field to sort by that there is not.
    pub(crate) fn read(
        context: &Context,
        archive: &Archive,
        matches: &ArgMatches,
        limit: usize,
    ) -> Result<Listing, Failure> {
        let sort = match matches.get_one::<String>("sort") {
            Some(text) => {
                let (name, order) = text.rsplit_once([':', '：']).unwrap_or((text, "asc"));
                let down = match order {
                    "asc" => false,
                    "desc" => true,
                    _ => {
                        let what =
                            context.lang.say("parse.bad-value", &[("name", "--sort"), ("value", text)]);
                        return Err(Failure::hinted(
                            what,
                            context.lang.say("parse.valid", &[("values", "asc desc")]),
                        ));
                    }
                };
                Some((column(context, archive, name)?, down))
            }
            None => None,
        };
        let null = matches.get_flag("null");
        let json = wants_json(matches);
        let bare = if json && !matches.get_flag("count") {
            None
        } else if matches.get_flag("count") {
            Some(Bare::Count)
        } else if let Some(format) = matches.get_one::<String>("format") {
            Some(Bare::Format(format.clone()))
        } else if matches.get_flag("paths-only") || null {
            Some(Bare::Paths { end: if null { '\0' } else { '\n' } })
        } else {
            None
        };
        // A list of paths or a pattern is for other programs: they want all of it.
        let limit = match (matches.get_one::<usize>("limit"), &bare) {
            (Some(0), _) | (None, Some(_)) => usize::MAX,
            (Some(limit), _) => *limit,
            (None, None) => limit,
        };
        let offset = matches.get_one::<usize>("offset").copied().unwrap_or(0);
        Ok(Listing { limit, offset, sort, bare, json })
    }

    /// How many there are, and which of them are shown.
    /// `copies` stand under them.
    pub(crate) fn say_total(&self, context: &Context, shown: usize, copies: usize, total: usize) -> String {
        let all = total.to_string();
        if shown + copies == total || shown == 0 {
            return context.lang.say("search.total", &[("total", &all)]);
        }
        let (from, to) = ((self.offset + 1).to_string(), (self.offset + shown).to_string());
        context.lang.say("search.shown", &[("total", &all), ("from", &from), ("to", &to)])
    }

    /// How many records must come in order from the engine; `None` for all.
    pub(crate) fn needed(&self) -> Option<usize> {
        match (&self.bare, &self.sort) {
            (Some(Bare::Count), _) | (_, Some(_)) => Some(0),
            _ => self.offset.checked_add(self.limit),
        }
    }

    /// The place behind the last record of the page.
    pub(crate) fn end(&self) -> usize {
        self.offset.saturating_add(self.limit)
    }

    /// Whether nothing but paths is wanted.
    pub(crate) fn wants_paths(&self) -> bool {
        matches!(self.bare, Some(Bare::Paths { .. }))
    }

    /// Prints paths alone.
    ///
    /// # Errors
    /// When stdout is gone.
    pub(crate) fn print_paths(&self, context: &Context, paths: &Paths) -> Result<(), Failure> {
        let end = if matches!(self.bare, Some(Bare::Paths { end: '\0' })) { '\0' } else { '\n' };
        let mut out = String::with_capacity(2 * PIECE);
        for path in paths.iter() {
            out.push_str(&context.bare_path(path));
            out.push(end);
            if out.len() > PIECE {
                context.print(&out)?;
                out.clear();
            }
        }
        context.print(out)
    }

    /// Whether something else than a table or JSON is wanted.
    pub(crate) fn is_bare(&self) -> bool {
        self.bare.is_some()
    }

    /// Whether the order is that of a field.
    pub(crate) fn sorts(&self) -> bool {
        self.sort.is_some()
    }

    /// The records of the page, in order. Sorting is stable, ties go by id.
    ///
    /// # Errors
    /// When the engine cannot answer.
    pub(crate) fn page<T: Into<Doc> + Copy>(
        &self,
        engine: &dyn Engine,
        archive: &Archive,
        mut docs: Vec<T>,
    ) -> Result<Vec<T>, EngineError> {
        if matches!(self.bare, Some(Bare::Count)) {
            return Ok(Vec::new());
        }
        if let Some((field, down)) = &self.sort {
            let mut keyed = Vec::with_capacity(docs.len());
            for doc in docs {
                let card = engine.card(doc.into())?;
                let key = sort_key(archive, &card, field);
                keyed.push((key, card.id, doc));
            }
            keyed.sort_by(|a, b| compare(&a.0, &b.0, *down).then_with(|| a.1.cmp(&b.1)));
            docs = keyed.into_iter().map(|(_, _, doc)| doc).collect();
        }
        Ok(docs.into_iter().skip(self.offset).take(self.limit).collect())
    }

    /// Prints the bare form.
    ///
    /// # Errors
    /// When stdout is gone.
    pub(crate) fn print(
        &self,
        context: &Context,
        archive: &Archive,
        cards: &[&Card],
        total: usize,
    ) -> Result<(), Failure> {
        let mut out = String::new();
        match &self.bare {
            Some(Bare::Count) if self.json => out = format!("{{\"v\":1,\"total\":{total}}}\n"),
            Some(Bare::Count) => out = format!("{total}\n"),
            Some(Bare::Paths { end }) => {
                for card in cards {
                    out.push_str(&context.bare_path(&card.path));
                    out.push(*end);
                }
            }
            Some(Bare::Format(format)) => {
                for card in cards {
                    out.push_str(&formatted(context, archive, card, format)?);
                    out.push('\n');
                }
            }
            None => {}
        }
        context.print(out)
    }
}

/// Records without a value come last whichever way the others are sorted.
fn compare(a: &Option<Datum>, b: &Option<Datum>, down: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if down => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// What every card has besides its fields.
const OWN: &[&str] = &["id", "path", "title", "kind", "extent"];

/// The name of something to sort, list or count by: a field whose values are at hand, or what every
/// card has besides its fields.
///
/// # Errors
/// A word that names neither, or names running text.
pub(crate) fn column(context: &Context, archive: &Archive, word: &str) -> Result<String, Failure> {
    if let Some(own) = own_name(word) {
        return Ok(own.to_owned());
    }
    let field = field(context, archive, word)?;
    let at_hand = archive
        .kinds
        .iter()
        .any(|kind| kind.fields.iter().any(|known| known.path == field.path && kind.has_facts(known)));
    if at_hand {
        Ok(field.path.clone())
    } else {
        Err(Failure::usage(context.lang.say("error.running-text", &[("name", word)])))
    }
}

/// What every card has, under any of its names.
fn own_name(word: &str) -> Option<&'static str> {
    OWN.iter().copied().find(|own| {
        let key = format!("list.{own}");
        [Lang::Zh, Lang::En]
            .iter()
            .any(|lang| lang.has(&key) && lang.say(&key, &[]).eq_ignore_ascii_case(word))
            || *own == word
    })
}

fn sort_key(archive: &Archive, card: &Card, name: &str) -> Option<Datum> {
    own(card, name).map(Datum::Text).or_else(|| {
        let values = values(archive, card, name);
        let field = archive.kind(&card.kind).and_then(|kind| kind.field(name));
        // A vocabulary has an order of its own: 最佳 before 优秀.
        match field.and_then(|field| field.vocabulary.as_ref()) {
            Some(vocabulary) => {
                values.iter().map(|value| Datum::Integer(vocabulary.order(&value.to_string()) as i64)).min()
            }
            None => values.into_iter().min(),
        }
    })
}

fn own(card: &Card, name: &str) -> Option<String> {
    match name {
        "id" => Some(card.id.clone()),
        "path" => Some(card.path.clone()),
        "title" => Some(card.title.clone()),
        "kind" => Some(card.kind.clone()),
        "extent" => card.extent.clone(),
        _ => None,
    }
}

/// The field that a word means in some kind.
///
/// # Errors
/// When no kind has it, with the nearest that one has.
pub(crate) fn field<'a>(context: &Context, archive: &'a Archive, word: &str) -> Result<&'a Field, Failure> {
    if let Some(field) = archive.kinds.iter().find_map(|kind| kind.field(word)) {
        return Ok(field);
    }
    let what = context.lang.say("error.no-field", &[("name", word)]);
    match archive.kinds.iter().find_map(|kind| kind.nearest_field(word)) {
        Some(near) => Err(Failure::hinted(what, context.lang.say("help.didyoumean", &[("name", near)]))),
        None => Err(Failure::usage(what)),
    }
}

/// The values that a record has in a field, in the order of the file.
pub(crate) fn values(archive: &Archive, card: &Card, path: &str) -> Vec<Datum> {
    let Some(kind) = archive.kind(&card.kind) else { return Vec::new() };
    let Some(place) = kind.fields.iter().position(|field| field.path == path) else { return Vec::new() };
    card.facts.iter().filter(|fact| fact.field == place).map(|fact| fact.value.clone()).collect()
}

/// The values of a field, or of what every card has besides its fields.
pub(crate) fn values_of(archive: &Archive, card: &Card, column: &str) -> Vec<Datum> {
    match own(card, column) {
        Some(text) => vec![Datum::Text(text)],
        None => values(archive, card, column),
    }
}

/// Fills `{id} {title}`; several values are joined by commas. `{{` is a brace.
fn formatted(context: &Context, archive: &Archive, card: &Card, format: &str) -> Result<String, Failure> {
    let mut out = String::new();
    let mut chars = format.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' | '}' if chars.peek().map(|&(_, c)| c) == Some(c) => {
                chars.next();
                out.push(c);
            }
            '{' => {
                let Some(len) = format[at + 1..].find('}') else {
                    out.push(c);
                    continue;
                };
                let name = &format[at + 1..at + 1 + len];
                for _ in 0..=name.chars().count() {
                    chars.next();
                }
                let name = column(context, archive, name)?;
                let text = match own(card, &name) {
                    Some(text) => text,
                    None => {
                        let values = values(archive, card, &name);
                        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
                    }
                };
                out.push_str(&printable(&text));
            }
            '\\' if chars.peek().map(|&(_, c)| c) == Some('t') => {
                chars.next();
                out.push('\t');
            }
            _ => out.push(c),
        }
    }
    Ok(out)
}
