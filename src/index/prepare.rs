//! A record made ready for the index: folded texts, grams, words, keys.

use crate::archive::Card;
use crate::archive::Record;
use crate::facts;
use crate::schema::Datum;
use crate::schema::FieldType;
use crate::schema::Index;
use crate::schema::Kind;
use crate::text::fold::fold;
use crate::text::fold::fold_term;
use crate::text::quantity::Words;
use crate::text::segment::Segmenter;
use rustc_hash::FxHashSet;

/// Separates tokens in what is handed to tantivy; folded text never holds it.
pub(super) const TOKEN: char = '\u{1}';
/// Separates a field from its value in a key.
pub(super) const VALUE: char = '\u{2}';
/// Begins a label in the stored texts.
pub(super) const LABEL: char = '\u{2}';
/// Separates a label from its item in the stored texts.
pub(super) const ITEM: char = '\u{4}';
/// Ends a label in the stored texts.
pub(super) const LABEL_END: char = '\u{3}';
/// The label of a file that is no YAML: it is searched as it stands, so that a slip of the hand
/// hides nothing.
pub const RAW: &str = "raw";

/// Everything that the index keeps of one record.
#[derive(Debug, Default, PartialEq)]
pub struct Prepared {
    /// The card.
    pub card: Card,
    /// Folded texts with their labels: `LABEL label ITEM item LABEL_END text \n` each.
    pub texts: String,
    /// Distinct neighbouring pairs of characters, joined by U+0001.
    pub pairs: String,
    /// Distinct characters.
    pub chars: String,
    /// Words of all texts, in order, with repetitions; an empty token where one does not follow the
    /// other without a gap.
    pub words: String,
    /// Words of title and unit.
    pub title_words: String,
    /// Distinct characters and pairs of the title.
    pub title_grams: String,
    /// Distinct keys `field VALUE value`, and `VALUE field` for each field that has something.
    pub keys: String,
    /// Quantities and dates, as [`facts::encode`] gives them.
    pub facts: String,
}

/// Prepares one record. Without words there are no facts.
pub fn prepare(record: &Record, kind: &Kind, segmenter: &Segmenter, words: Option<&Words>) -> Prepared {
    let card = Card::of(record, kind);
    let mut prepared = Prepared::default();
    let mut sets = Sets::default();
    sets.key(&format!("kind{VALUE}{}", kind.name));
    if let Some(extent) = &card.extent {
        sets.key(&format!("extent{VALUE}{extent}"));
    }
    for fact in &card.facts {
        let field = &kind.fields[fact.field];
        match &fact.value {
            Datum::Integer(number) => sets.key(&key_of_number(&field.path, *number)),
            Datum::Text(text) if field.index != Index::Text => {
                sets.key(&format!("{}{VALUE}{}", field.path, fold_term(text)));
            }
            Datum::Text(_) => {}
        }
        sets.has(&field.path);
    }
    match &record.root {
        Some(root) => {
            for value in kind.texts(root) {
                if value.text.trim().is_empty() {
                    continue;
                }
                sets.has(&value.label);
                let heading = value.field.is_some_and(|field| {
                    sets.has(&field.path);
                    let shown = field.path == kind.title || kind.columns.contains(&field.path);
                    shown && field.index == Index::Text && field.ty == FieldType::Text
                });
                prepared.text((&value.label, value.item), &fold(value.text), heading, segmenter, &mut sets);
            }
        }
        None => prepared.text((RAW, 0), &fold(&record.text), false, segmenter, &mut sets),
    }
    if let Some(words) = words {
        prepared.facts = facts::encode(&facts::facts(record, kind, words));
    }
    let mut title = Sets::default();
    title.grams(&fold(&card.title));
    prepared.title_grams = title.chars.0;
    if !title.pairs.0.is_empty() {
        push(&mut prepared.title_grams, &title.pairs.0);
    }
    prepared.card = card;
    prepared.keys = sets.keys.0;
    prepared.pairs = sets.pairs.0;
    prepared.chars = sets.chars.0;
    prepared
}

impl Prepared {
    fn text(
        &mut self,
        (label, item): (&str, usize),
        folded: &str,
        heading: bool,
        segmenter: &Segmenter,
        sets: &mut Sets,
    ) {
        if folded.is_empty() {
            return;
        }
        self.texts.push(LABEL);
        self.texts.push_str(label);
        self.texts.push(ITEM);
        self.texts.push_str(&item.to_string());
        self.texts.push(LABEL_END);
        self.texts.push_str(folded);
        self.texts.push('\n');
        sets.grams(folded);
        // No word follows the last one of another text.
        let mut end = usize::MAX;
        segmenter.words(folded, &mut |word| {
            let start = word.as_ptr() as usize - folded.as_ptr() as usize;
            if start != end {
                self.words.push(TOKEN);
            }
            end = start + word.len();
            push(&mut self.words, word);
            if heading {
                push(&mut self.title_words, word);
            }
        });
    }
}

fn push(list: &mut String, token: &str) {
    if !list.is_empty() {
        list.push(TOKEN);
    }
    list.push_str(token);
}

/// The key of a number, so that keys of one field sort as their numbers do.
pub(super) fn key_of_number(field: &str, number: i64) -> String {
    let shifted = i128::from(number) - i128::from(i64::MIN);
    format!("{field}{VALUE}{shifted:020}")
}

/// Tokens that are indexed once a record, however often they occur: that saves a third of them.
///
/// Every character is looked up twice, so the sets hash quickly rather than safely: a file made to
/// collide slows down its own indexing, nothing else.
#[derive(Default)]
struct Sets {
    keys: (String, FxHashSet<String>),
    /// Both characters in one number.
    pairs: (String, FxHashSet<u64>),
    chars: (String, FxHashSet<char>),
}

impl Sets {
    fn key(&mut self, key: &str) {
        if self.keys.1.insert(key.to_owned()) {
            push(&mut self.keys.0, key);
        }
    }

    /// Notes that a field has something, and every mapping or list above it.
    fn has(&mut self, path: &str) {
        let mut end = path.len();
        loop {
            self.key(&format!("{VALUE}{}", &path[..end]));
            match path[..end].rfind('.') {
                Some(dot) => end = dot,
                None => break,
            }
        }
    }

    /// No pair crosses a paragraph: `\n` is in none of them.
    fn grams(&mut self, folded: &str) {
        let mut buffer = [0; 8];
        let mut last = None;
        for c in folded.chars() {
            if c == '\n' {
                last = None;
                continue;
            }
            if self.chars.1.insert(c) {
                push(&mut self.chars.0, c.encode_utf8(&mut buffer));
            }
            if let Some(before) = last.replace(c)
                && self.pairs.1.insert(u64::from(before) << 32 | u64::from(c))
            {
                if !self.pairs.0.is_empty() {
                    self.pairs.0.push(TOKEN);
                }
                self.pairs.0.push(before);
                self.pairs.0.push(c);
            }
        }
    }
}
