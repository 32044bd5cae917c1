//! Counts method names: which there are, and which records have each, in whatever form.
//!
//! Twice through the texts. First the names are told: those with a head noun, those in a title, those that come back. Then every
//! mention is counted: quoted or not, with its head noun or without. Between the two only the names are kept, and of a quoted
//! expression that was met once a number.

use super::Counted;
use super::Kind;
use super::Request;
use super::Tally;
use super::period::Docs;
use crate::schema::Kind as RecordKind;
use crate::search::Engine;
use crate::search::EngineError;
use crate::text::fold::fold_term;
use crate::text::methods;
use crate::text::methods::Words;
use crate::text::methods::is_han;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;
use rustc_hash::FxHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;

/// Fewest characters of a name that has no head noun and only comes back.
const ALONE: usize = 3;
/// Up to so many characters a name says too little without all of its head noun: “135”社区党建工作模式, “两网”服务模式.
const SHORT: usize = 3;
/// Fewest characters of a name that is recognised without quotation marks and head noun.
const BARE: usize = 4;

/// A name that the archive uses.
#[derive(Default)]
struct Name {
    tally: Tally,
    /// The record that was counted last: records come one after the other.
    last: Option<u32>,
    /// How often each form occurs, by head noun; the empty one is the name alone.
    forms: Vec<(Box<str>, u32)>,
    /// Whether it is a name without marks and head noun too.
    bare: bool,
}

/// The names of the archive, ready to be found: by their first two characters, longest first.
struct Known<'w> {
    words: &'w Words,
    names: Vec<(String, Name)>,
    starts: FxHashMap<(char, char), Vec<u32>>,
}

/// Every name that a record of the archive has.
pub(super) fn count(
    engine: &dyn Engine,
    docs: &Docs,
    request: &Request<'_>,
) -> Result<Vec<Counted>, EngineError> {
    let words = &request.words.methods;
    let all = docs.all();
    let mut told = Told::default();
    let own: Vec<String> = request.archive.terms().iter().map(|term| fold_term(term)).collect();
    // The archive's own words with a head noun are names, quoted or not.
    for term in &own {
        if let Some(head) = words.head_of(term) {
            told.names.insert(term[..term.len() - head].to_owned());
        }
    }
    let titles = titles(&request.archive.kinds);
    let own: FxHashSet<String> = own.into_iter().collect();
    for &doc in &all {
        engine.texts(doc, &mut |text| {
            let title = titles.contains(text.label);
            text.text.split('\n').for_each(|paragraph| told.read(paragraph, title, &own, words));
        })?;
    }
    let mut known = Known::new(told.names, &own, words);
    for &doc in &all {
        engine.texts(doc, &mut |text| {
            text.text.split('\n').for_each(|paragraph| known.read(paragraph, doc, docs));
        })?;
    }
    let named = known.names.into_iter().filter(|(_, name)| name.tally.archive > 0);
    Ok(named
        .map(|(text, name)| {
            // Of forms that are as frequent the one with the head noun says more.
            let form = name.forms.iter().max_by(|(a, x), (b, y)| {
                x.cmp(y).then_with(|| a.is_empty().cmp(&b.is_empty()).reverse()).then_with(|| b.cmp(a))
            });
            let head = form.map_or_else(String::new, |(head, _)| head.to_string());
            Counted { kind: Kind::Method, name: text, head, tally: name.tally }
        })
        .collect())
}

/// The labels of titles: of records, and as lists have them.
fn titles(kinds: &[RecordKind]) -> FxHashSet<&str> {
    let mut titles = FxHashSet::default();
    for kind in kinds {
        titles.insert(kind.title.as_str());
        let key = kind.title.as_str();
        titles.extend(
            kind.fields
                .iter()
                .filter(|field| field.list.is_some() && field.key() == key)
                .map(|field| field.path.as_str()),
        );
    }
    titles
}

/// The names that the texts tell.
#[derive(Default)]
struct Told {
    names: FxHashSet<String>,
    /// Hashes of expressions that were met once.
    once: FxHashSet<u64>,
}

impl Told {
    fn read(&mut self, paragraph: &str, title: bool, own: &FxHashSet<String>, words: &Words) {
        for method in methods::find(paragraph, words) {
            let name = base(paragraph, &method, words);
            if self.names.contains(name) {
                continue;
            }
            let sure = method.kind == methods::Kind::Headed || own.contains(name);
            if sure || (title && name.chars().nth(ALONE - 1).is_some()) || self.again(name) {
                self.names.insert(name.to_owned());
            }
        }
    }

    /// Whether an expression was met before.
    fn again(&mut self, name: &str) -> bool {
        if name.chars().nth(ALONE - 1).is_none() {
            return false;
        }
        let mut hasher = FxHasher::default();
        name.hash(&mut hasher);
        !self.once.insert(hasher.finish())
    }
}

/// A name without its head noun; with it where the rest means something else (“七一工程”).
fn base<'t>(text: &'t str, method: &methods::Method, words: &Words) -> &'t str {
    let end = method.head.as_ref().map_or(method.name.end, |head| head.start.min(method.name.end));
    let name = text[method.name.start..end].trim_end();
    if words.is_common(name) { &text[method.name.clone()] } else { name }
}

impl<'w> Known<'w> {
    fn new(told: FxHashSet<String>, own: &FxHashSet<String>, words: &'w Words) -> Known<'w> {
        let mut texts: Vec<String> = told.into_iter().collect();
        texts.sort_unstable();
        let mut starts: FxHashMap<(char, char), Vec<u32>> = FxHashMap::default();
        let mut names = Vec::with_capacity(texts.len());
        for (number, text) in (0..).zip(texts) {
            let mut chars = text.chars();
            if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
                starts.entry((first, second)).or_default().push(number);
            }
            let bare = own.contains(&text) || (is_counted(&text) && text.chars().nth(BARE - 1).is_some());
            names.push((text, Name { bare, ..Name::default() }));
        }
        for list in starts.values_mut() {
            list.sort_by_key(|&number| std::cmp::Reverse(names[number as usize].0.len()));
        }
        Known { words, names, starts }
    }

    /// Counts what a paragraph names, from left to right, the longest name first, without overlap.
    fn read(&mut self, paragraph: &str, doc: u32, docs: &Docs) {
        let mut from = 0;
        let mut chars = paragraph.char_indices().peekable();
        while let Some((at, first)) = chars.next() {
            let Some(&(_, second)) = chars.peek() else { break };
            if at < from {
                continue;
            }
            let Some(list) = self.starts.get(&(first, second)) else { continue };
            let mention = list.iter().find_map(|&number| {
                let (text, name) = &self.names[number as usize];
                if !paragraph[at..].starts_with(text.as_str()) {
                    return None;
                }
                Some((number, self.mention(paragraph, at, at + text.len(), name.bare)?))
            });
            let Some((number, head)) = mention else { continue };
            let (text, name) = &mut self.names[number as usize];
            from = at + text.len();
            if name.last != Some(doc) {
                name.last = Some(doc);
                name.tally.add(docs, doc);
            }
            name.tally.mentions += u32::from(docs.is_selected(doc));
            match name.forms.iter_mut().find(|(form, _)| **form == *head) {
                Some((_, times)) => *times += 1,
                None => name.forms.push((head.into(), 1)),
            }
        }
    }

    /// The head noun of a mention (empty where it has none directly); `None` where the characters mean something else.
    fn mention<'t>(&self, text: &'t str, start: usize, end: usize, bare: bool) -> Option<&'t str> {
        let (before, behind) = (&text[..start], &text[end..]);
        let head = |rest: &'t str| self.words.head_at(rest).map(|length| &rest[..length]);
        let opened = before.trim_end_matches(' ').ends_with(is_opening);
        let inside = behind.trim_start_matches(' ');
        if opened && let Some(rest) = inside.strip_prefix(is_closing) {
            let rest = rest.trim_start_matches(' ');
            let name = &text[start..end];
            let short = name.chars().nth(SHORT).is_none() || !name.chars().any(is_han);
            let all = if short { self.words.phrase_at(rest) } else { None };
            return Some(head(rest).or(all).unwrap_or_default());
        }
        let next = head(behind);
        if opened
            && next.is_some_and(|head| behind[head.len()..].trim_start_matches(' ').starts_with(is_closing))
        {
            return next;
        }
        if is_torn(before, &text[start..end], behind) {
            return None;
        }
        // The last word of a longer quoted expression is not the name of it.
        next.or_else(|| (bare && !opened).then_some(""))
    }
}

/// Whether a number or a Latin word goes on across either border.
fn is_torn(before: &str, name: &str, behind: &str) -> bool {
    let joined = |left: Option<char>, right: Option<char>| {
        let (Some(left), Some(right)) = (left, right) else { return false };
        (left.is_ascii_alphanumeric() && right.is_ascii_alphanumeric())
            || (is_numeral(left) && is_numeral(right))
    };
    joined(before.chars().next_back(), name.chars().next())
        || joined(name.chars().next_back(), behind.chars().next())
}

/// Whether a name is coined by counting: 四议两公开, 五联一结对, 3+x, 十联共建.
fn is_counted(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| is_numeral(c) || c == '双' || c == '两');
    first && name.chars().any(is_han)
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "〇零一二三四五六七八九十百千万亿".contains(c)
}

fn is_opening(c: char) -> bool {
    matches!(c, '“' | '‘' | '「' | '『' | '"' | '〝')
}

fn is_closing(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '"' | '〞')
}
