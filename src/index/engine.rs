//! [`Engine`] over the index: documents of all segments numbered through.

mod lists;
mod weights;

use super::Index;
use super::data::Heading;
use super::data::Pieces;
use super::data::Place;
use super::prepare::ITEM;
use super::prepare::LABEL;
use super::prepare::LABEL_END;
use super::prepare::VALUE;
use super::prepare::key_of_number;
use crate::archive::Card;
use crate::facts;
use crate::facts::Fact;
use crate::search::Doc;
use crate::search::DocSet;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::Needle;
use crate::search::Paths;
use crate::search::Scope;
use crate::search::TermCount;
use crate::search::Text;
use crate::search::TextTest;
use crate::search::Titled;
use crate::search::one_apart;
use crate::text::fold::fold_term;
use memchr::memmem::Finder;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use rustc_hash::FxHashSet;
use std::sync::Arc;
use tantivy::DocSet as _;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::columnar::ColumnValues;
use tantivy::schema::IndexRecordOption;

/// The longest words that the dictionary of the index is asked for, in characters.
const LONGEST_WORD: usize = 8;
/// The texts of fewer records are read rather than asked for by words.
const FEW: usize = 64;
/// From so many records on, looking into their texts is worth a second thread.
const MANY: usize = 2048;

/// Answers from an opened index.
pub struct IndexEngine<'i> {
    index: &'i Index,
    segments: Vec<Segment<'i>>,
    slots: u32,
}

struct Segment<'i> {
    reader: &'i SegmentReader,
    base: u32,
    places: &'i Places,
}

/// Where the records of a segment have their entries in the side files, and their numbers.
pub(super) struct Places {
    cards: Column,
    texts: Column,
    facts: Column,
    numbers: Column,
}

type Column = Arc<dyn ColumnValues<u64>>;

type Result<T> = std::result::Result<T, EngineError>;

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> EngineError {
    EngineError::new("the index cannot be read", error)
}

fn damaged() -> EngineError {
    EngineError::message("the index's side file is damaged")
}

impl Places {
    /// Those of a segment.
    ///
    /// # Errors
    /// When a column of the segment cannot be opened.
    pub(super) fn of(reader: &SegmentReader) -> tantivy::Result<Places> {
        let column = |name: &str| reader.fast_fields().column_first_or_default::<u64>(name);
        Ok(Places { cards: column("d")?, texts: column("x")?, facts: column("q")?, numbers: column("n")? })
    }
}

impl<'i> IndexEngine<'i> {
    /// The engine of an index.
    pub fn new(index: &'i Index) -> Self {
        let mut slots = 0;
        let mut segments = Vec::new();
        for (reader, places) in index.searcher.segment_readers().iter().zip(&index.places) {
            segments.push(Segment { reader, base: slots, places });
            slots += reader.max_doc();
        }
        IndexEngine { index, segments, slots }
    }

    fn segment_of(&self, doc: Doc) -> Option<(&Segment<'i>, u32)> {
        let at = self.segments.partition_point(|segment| segment.base <= doc).checked_sub(1)?;
        let segment = &self.segments[at];
        Some((segment, doc - segment.base)).filter(|(segment, local)| *local < segment.reader.max_doc())
    }

    /// Where an entry of a record lies; `column` holds the places in its side file.
    fn place(&self, doc: Doc, column: fn(&Places) -> &Column) -> Result<Place> {
        let (segment, local) = self.segment_of(doc).ok_or_else(|| EngineError::message("no such record"))?;
        let (offsets, numbers) = (column(segment.places), &segment.places.numbers);
        let offset = offsets.get_val(local);
        // Entries mostly lie in the order of the records, and then this one ends where the next begins.
        let next = local + 1 < segment.reader.max_doc();
        let length = if next { offsets.get_val(local + 1).saturating_sub(offset) } else { 0 };
        Ok(Place { offset, length, number: numbers.get_val(local) })
    }

    fn heading(&self, doc: Doc, which: Heading) -> Result<String> {
        let place = self.place(doc, |places| &places.cards)?;
        self.index.data.headings().heading(place, which).map(str::to_owned).map_err(failed)
    }

    /// The quantities and dates of a record, as of when it was indexed.
    ///
    /// # Errors
    /// When the side file cannot be read or is damaged.
    pub fn facts(&self, doc: Doc) -> Result<Vec<Fact>> {
        let stored = self.index.data.facts(self.place(doc, |places| &places.facts)?).map_err(failed)?;
        facts::decode(stored).ok_or_else(damaged)
    }

    /// The record with this number, as long as it is not deleted.
    pub(super) fn doc_of(&self, number: u64) -> Result<Option<Doc>> {
        let term = Term::from_field_u64(self.index.fields.number, number);
        for segment in &self.segments {
            let inverted = segment.reader.inverted_index(self.index.fields.number).map_err(failed)?;
            let list = inverted.read_postings(&term, IndexRecordOption::Basic).map_err(failed)?;
            let Some(mut list) = list else { continue };
            while list.doc() != TERMINATED {
                if !segment.reader.is_deleted(list.doc()) {
                    return Ok(Some(segment.base + list.doc()));
                }
                list.advance();
            }
        }
        Ok(None)
    }

    /// Whether a record's card and texts can be read.
    pub(super) fn check(&self, doc: Doc) -> Result<()> {
        self.texts(doc, &mut |_| {})?;
        self.card(doc).map(|_| ())
    }

    /// Those of `docs` to whose stored texts `test` says yes; many are tested side by side.
    fn filter(&self, docs: &DocSet, test: impl Fn(&[u8]) -> Result<bool> + Sync) -> Result<DocSet> {
        let docs: Vec<Doc> = docs.iter().collect();
        let keep = |pieces: &mut Pieces<'_>, &doc: &Doc| {
            let place = self.place(doc, |places| &places.texts);
            match place.and_then(|place| pieces.texts(place).map_err(failed)).and_then(&test) {
                Ok(true) => Some(Ok(doc)),
                Ok(false) => None,
                Err(error) => Some(Err(error)),
            }
        };
        let pieces = || self.index.data.texts();
        let kept: Result<Vec<Doc>> = if docs.len() < MANY {
            let mut pieces = pieces();
            docs.iter().filter_map(|doc| keep(&mut pieces, doc)).collect()
        } else {
            docs.par_iter().map_init(pieces, keep).flatten_iter().collect()
        };
        Ok(DocSet::of(self.slots, kept?))
    }
}

impl Engine for IndexEngine<'_> {
    fn slots(&self) -> u32 {
        self.slots
    }

    fn live(&self) -> Result<DocSet> {
        let mut set = DocSet::full(self.slots);
        for segment in &self.segments {
            let Some(alive) = segment.reader.alive_bitset() else { continue };
            for doc in (0..segment.reader.max_doc()).filter(|&doc| alive.is_deleted(doc)) {
                set.remove(segment.base + doc);
            }
        }
        Ok(set)
    }

    fn literal(&self, needle: &Needle) -> Result<DocSet> {
        let chars: Vec<char> = needle.text.chars().collect();
        let anywhere = matches!(needle.scope, Scope::Everywhere);
        let fields = self.index.fields;
        let mut set = DocSet::new(self.slots);
        let mut known = DocSet::new(self.slots);
        match chars.len() {
            0 => return self.live(),
            1 => self.term(fields.chars, &needle.text, &mut set)?,
            2 => self.term(fields.pairs, &needle.text, &mut set)?,
            _ => {
                let pair = |pair: &[char]| Term::from_field_text(fields.pairs, &String::from_iter(pair));
                let pairs: Vec<Term> = chars.windows(2).map(pair).collect();
                let mut spelling = None;
                if anywhere {
                    // Where a word or words of a text make up the string it stands there; the rest is looked at.
                    self.term(fields.words, &needle.text, &mut known)?;
                    spelling = self.spelling(&needle.text)?;
                    // Where one of the words is about as rare as a pair can make it, the words are asked first: then
                    // the pairs of few records are left.
                    let rarest = self.rarest(&pairs)?;
                    if let Some(rare) = spelling.take_if(|spelling| spelling.rarest <= 2 * rarest) {
                        self.spelled(&rare, None, &mut known)?;
                    }
                }
                self.all_of(&pairs, &known, &mut set)?;
                if let Some(spelling) = spelling.filter(|_| set.count() >= FEW) {
                    let mut more = DocSet::new(self.slots);
                    self.spelled(&spelling, Some(&set), &mut more)?;
                    set.and_not(&more);
                    known.or(&more);
                }
            }
        }
        if chars.len() <= 2 && anywhere {
            return Ok(set);
        }
        // Pairs in the right order and in the right field: only the text itself can tell.
        let finder = Finder::new(&needle.text);
        // Labels and items are ASCII: what is not cannot match in them, and a hit is a hit.
        let surely = anywhere && !needle.text.is_ascii();
        let mut found = self.filter(&set, |texts| {
            if finder.find(texts).is_none() {
                return Ok(false);
            }
            if surely {
                return Ok(true);
            }
            let mut texts = parts(std::str::from_utf8(texts).map_err(failed)?);
            Ok(texts
                .any(|part| needle.scope.covers(part.label) && finder.find(part.text.as_bytes()).is_some()))
        })?;
        found.or(&known);
        Ok(found)
    }

    fn select(&self, docs: &DocSet, test: TextTest<'_>) -> Result<DocSet> {
        self.filter(docs, |texts| {
            let texts = std::str::from_utf8(texts).map_err(failed)?;
            Ok(test(&parts(texts).collect::<Vec<_>>()))
        })
    }

    fn texts(&self, doc: Doc, take: &mut dyn FnMut(Text<'_>)) -> Result<()> {
        let place = self.place(doc, |places| &places.texts)?;
        let mut pieces = self.index.data.texts();
        let texts = std::str::from_utf8(pieces.texts(place).map_err(failed)?).map_err(failed)?;
        parts(texts).for_each(take);
        Ok(())
    }

    fn keyword(&self, field: &str, value: &str, prefix: bool) -> Result<DocSet> {
        let key = format!("{field}{VALUE}{}", fold_term(value));
        let mut set = DocSet::new(self.slots);
        if prefix {
            self.keys(&key, &mut set, &|found| found.starts_with(key.as_bytes()).then_some(true))?;
        } else {
            self.term(self.index.fields.keys, &key, &mut set)?;
            // A number's key is made for ranges; one that is asked for by its digits has that form.
            if let Ok(number) = value.trim().parse() {
                self.term(self.index.fields.keys, &key_of_number(field, number), &mut set)?;
            }
        }
        Ok(set)
    }

    fn range(&self, field: &str, low: Option<i64>, high: Option<i64>) -> Result<DocSet> {
        let from = key_of_number(field, low.unwrap_or(i64::MIN));
        let to = key_of_number(field, high.unwrap_or(i64::MAX));
        let mut set = DocSet::new(self.slots);
        self.keys(&from, &mut set, &|found| (found <= to.as_bytes()).then_some(true))?;
        Ok(set)
    }

    fn has(&self, field: &str) -> Result<DocSet> {
        let mut set = DocSet::new(self.slots);
        self.term(self.index.fields.keys, &format!("{VALUE}{field}"), &mut set)?;
        Ok(set)
    }

    fn words_in(&self, folded: &str) -> Result<Vec<TermCount>> {
        let chars: Vec<(usize, char)> = folded.char_indices().collect();
        let end = |at: usize| chars.get(at).map_or(folded.len(), |&(byte, _)| byte);
        let mut words = Vec::new();
        let mut asked: FxHashSet<&str> = FxHashSet::default();
        let mut readers = Vec::new();
        for segment in &self.segments {
            readers.push(segment.reader.inverted_index(self.index.fields.words).map_err(failed)?);
        }
        for start in 0..chars.len() {
            let (byte, first) = chars[start];
            // A Latin word or a number is one token however long: it is looked up whole.
            let longest = if first.is_ascii_alphanumeric() {
                if start > 0 && chars[start - 1].1.is_ascii_alphanumeric() {
                    continue;
                }
                let run = chars[start..].iter().take_while(|(_, c)| c.is_ascii_alphanumeric()).count();
                run.max(LONGEST_WORD)
            } else {
                LONGEST_WORD
            };
            for len in 1..=longest.min(chars.len() - start) {
                let word = &folded[byte..end(start + len)];
                if len == 1 && !first.is_ascii_alphanumeric() && chars.len() > 1 {
                    continue;
                }
                if !asked.insert(word) {
                    continue;
                }
                let term = Term::from_field_text(self.index.fields.words, word);
                let mut records = 0;
                for reader in &readers {
                    let info = reader.get_term_info(&term).map_err(failed)?;
                    records += info.map_or(0, |info| info.doc_freq as usize);
                }
                if records > 0 {
                    words.push(TermCount { term: word.to_owned(), records });
                }
            }
        }
        Ok(words)
    }

    fn word(&self, word: &str) -> Result<DocSet> {
        let mut set = DocSet::new(self.slots);
        self.term(self.index.fields.words, word, &mut set)?;
        Ok(set)
    }

    fn words_near(&self, term: &str) -> Result<Vec<TermCount>> {
        let chars = term.chars().count();
        if !(2..=LONGEST_WORD).contains(&chars) {
            return Ok(Vec::new());
        }
        self.terms(self.index.fields.words, "", |bytes| {
            // A character has one to four bytes: most words are turned away by their length.
            let near = bytes.len().abs_diff(term.len()) <= 4
                && std::str::from_utf8(bytes).is_ok_and(|word| one_apart(word, term));
            Some(near.then_some(bytes))
        })
    }

    fn each_word(&self, take: &mut dyn FnMut(&str, &[Doc])) -> Result<bool> {
        self.words(take)?;
        Ok(true)
    }

    fn values(&self, field: &str) -> Result<Vec<TermCount>> {
        let from = format!("{field}{VALUE}");
        self.terms(self.index.fields.keys, &from, |key| key.strip_prefix(from.as_bytes()).map(Some))
    }

    fn score(&self, words: &[String], docs: &DocSet) -> Result<Vec<f32>> {
        self.word_scores(words, docs)
    }

    fn gram_scores(&self, strings: &[&str], docs: &[Doc]) -> Result<Vec<f32>> {
        self.count_grams(&self.grams(strings)?, docs)
    }

    fn titled(&self, string: &str) -> Result<Titled> {
        let mut docs = DocSet::new(self.slots);
        let chars: Vec<char> = string.chars().collect();
        let grams: Vec<String> = match chars.len() {
            0 => return Ok(Titled { docs: self.live()?, sure: true }),
            1 => vec![string.to_owned()],
            _ => chars.windows(2).map(|pair| pair.iter().collect()).collect(),
        };
        let field = self.index.fields.title_grams;
        let terms: Vec<Term> = grams.iter().map(|gram| Term::from_field_text(field, gram)).collect();
        self.all_of(&terms, &DocSet::new(0), &mut docs)?;
        Ok(Titled { docs, sure: terms.len() == 1 })
    }

    fn card(&self, doc: Doc) -> Result<Card> {
        self.index.data.card(self.place(doc, |places| &places.cards)?).map_err(failed)
    }

    fn id(&self, doc: Doc) -> Result<String> {
        self.heading(doc, Heading::Id)
    }

    fn path(&self, doc: Doc) -> Result<String> {
        self.heading(doc, Heading::Path)
    }

    fn paths(&self, docs: &[Doc]) -> Result<Paths> {
        // In the order that they lie in, which memory likes better than that of the ranking.
        let few = docs.len() < MANY;
        let mut places: Vec<(Doc, u32)> = docs.iter().copied().zip(0..).collect();
        if few {
            places.sort_unstable();
        } else {
            let mut by_doc = vec![u32::MAX; self.slots as usize];
            for &(doc, at) in &places {
                *by_doc.get_mut(doc as usize).ok_or_else(|| EngineError::message("no such record"))? = at;
            }
            places.clear();
            places.extend((0..).zip(by_doc).filter(|&(_, at)| at != u32::MAX));
        }
        let read = |places: &[(Doc, u32)]| {
            let mut paths = Paths::default();
            let mut pieces = if few { self.index.data.headings() } else { self.index.data.all_headings() };
            for &(doc, _) in places {
                let place = self.place(doc, |places| &places.cards)?;
                paths.push(pieces.heading(place, Heading::Path).map_err(failed)?);
            }
            Ok(paths)
        };
        // For a page no threads need to be started.
        let paths = if few {
            read(&places)?
        } else {
            Paths::joined(places.par_chunks(MANY).map(read).collect::<Result<Vec<Paths>>>()?)
        };
        Ok(paths.scattered(places.into_iter().map(|(_, at)| at)))
    }

    fn title(&self, doc: Doc) -> Result<String> {
        self.heading(doc, Heading::Title)
    }
}

/// The stored texts of a record, one after the other.
fn parts(texts: &str) -> impl Iterator<Item = Text<'_>> {
    texts.split(LABEL).filter_map(|value| {
        let (head, text) = value.split_once(LABEL_END)?;
        let (label, item) = head.split_once(ITEM)?;
        Some(Text { label, item: item.parse().ok()?, text: text.strip_suffix('\n').unwrap_or(text) })
    })
}
