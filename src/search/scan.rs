//! The engine with no index: it reads every text for every question. Used where there is no index
//! or it cannot be opened, and as the judge of other engines in tests.

use super::docset::DocSet;
use super::engine::{
    Doc, EXTENT, Engine, EngineError, KIND, Needle, Scope, TermCount, Text, TextTest, Titled, is_or_below,
};
use super::grams::{Grams, bm25, idf};
use crate::archive::Card;
use crate::schema::Datum;
use crate::schema::Kind;
use crate::text::fold;
use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The most words taken from one text: each costs a scan, and a pasted page has a thousand.
const MAX_WORDS: usize = 64;

/// A record to scan: its card, and its text values as label, item and folded text.
pub type Scanned = (Card, Vec<(String, usize, String)>);

/// Records in memory as an engine.
///
/// It has no dictionary, so its words are an approximation: every two neighbouring letters or
/// digits that are not both Latin count as a word, and so does every run of two or more Latin ones.
/// A record has a word where the word occurs in it as a string. Membership is exact all the same;
/// only ranking and widening are coarser than with an index.
#[derive(Debug)]
pub struct ScanEngine {
    records: Vec<Row>,
    /// Average length of a record in bytes of folded text.
    average: f32,
}

#[derive(Debug)]
struct Row {
    card: Card,
    texts: Vec<(String, usize, String)>,
    /// The facts by path, with the value folded.
    facts: Vec<(String, String)>,
    bytes: usize,
}

impl ScanEngine {
    /// Takes records. A [`Doc`] is the place in this order.
    pub fn new(
        kinds: &[Kind],
        records: impl IntoIterator<Item = (Card, Vec<(String, usize, String)>)>,
    ) -> Self {
        let kinds: BTreeMap<&str, &Kind> = kinds.iter().map(|kind| (kind.name.as_str(), kind)).collect();
        let row = |(card, texts): Scanned| {
            let kind = kinds.get(card.kind.as_str());
            let fact = |fact: &crate::schema::Fact| {
                let path = &kind?.fields.get(fact.field)?.path;
                let value = match &fact.value {
                    Datum::Integer(number) => number.to_string(),
                    Datum::Text(text) => fold::fold_term(text),
                };
                Some((path.clone(), value))
            };
            let facts = card.facts.iter().filter_map(fact).collect();
            let bytes = texts.iter().map(|(_, _, text)| text.len()).sum();
            Row { card, texts, facts, bytes }
        };
        let records: Vec<Row> = records.into_iter().map(row).collect();
        let bytes: usize = records.iter().map(|row| row.bytes).sum();
        let average = (bytes as f32 / records.len().max(1) as f32).max(1.0);
        ScanEngine { records, average }
    }

    /// BM25 by the statistics of another engine: its number of `records`, the `average` bytes of text
    /// of one, and how many of them have a word.
    ///
    /// # Errors
    /// Those of `with`.
    pub fn score_by(
        &self,
        words: &[String],
        docs: &DocSet,
        records: usize,
        average: f32,
        with: &dyn Fn(&str) -> Result<usize, EngineError>,
    ) -> Result<Vec<f32>, EngineError> {
        let mut scores = vec![0.0; self.records.len()];
        if docs.is_empty() {
            return Ok(scores);
        }
        for word in words {
            let idf = idf(with(word)?, records);
            let finder = Finder::new(word);
            for doc in docs.iter() {
                let row = self.row(doc)?;
                let texts = row.texts.iter();
                let times: usize = texts.map(|(_, _, text)| finder.find_iter(text.as_bytes()).count()).sum();
                scores[doc as usize] += bm25(times as f32, idf, row.bytes as f32 / average);
            }
        }
        Ok(scores)
    }

    /// What grams count for in each of `docs`; `average` is the bytes of text of a record.
    ///
    /// # Errors
    /// For a record that there is not.
    pub fn count_grams(&self, grams: &Grams, docs: &[Doc], average: f32) -> Result<Vec<f32>, EngineError> {
        let score = |&doc: &Doc| {
            Ok(grams.score(self.row(doc)?.texts.iter().map(|(_, _, text)| text.as_bytes()), average))
        };
        docs.iter().map(score).collect()
    }

    fn filter(&self, test: impl Fn(&Row) -> bool) -> DocSet {
        let docs = (0..).zip(&self.records).filter(|(_, row)| test(row)).map(|(doc, _)| doc);
        DocSet::of(self.slots(), docs)
    }

    fn row(&self, doc: Doc) -> Result<&Row, EngineError> {
        self.records.get(doc as usize).ok_or_else(|| EngineError::message(format!("no record {doc}")))
    }
}

impl Engine for ScanEngine {
    fn slots(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }

    fn live(&self) -> Result<DocSet, EngineError> {
        Ok(DocSet::full(self.slots()))
    }

    fn literal(&self, needle: &Needle) -> Result<DocSet, EngineError> {
        let finder = Finder::new(&needle.text);
        Ok(self.filter(|row| {
            let mut texts = row.texts.iter().filter(|(label, _, _)| needle.scope.covers(label));
            texts.any(|(_, _, text)| finder.find(text.as_bytes()).is_some())
        }))
    }

    fn select(&self, docs: &DocSet, test: TextTest<'_>) -> Result<DocSet, EngineError> {
        let mut found = DocSet::new(self.slots());
        for doc in docs.iter() {
            let texts = self.row(doc)?.texts.iter();
            let texts: Vec<Text<'_>> =
                texts.map(|(label, item, text)| Text { label, item: *item, text }).collect();
            if test(&texts) {
                found.insert(doc);
            }
        }
        Ok(found)
    }

    fn texts(&self, doc: Doc, take: &mut dyn FnMut(Text<'_>)) -> Result<(), EngineError> {
        for (label, item, text) in &self.row(doc)?.texts {
            take(Text { label, item: *item, text });
        }
        Ok(())
    }

    fn keyword(&self, field: &str, value: &str, prefix: bool) -> Result<DocSet, EngineError> {
        let fits = |stored: &str| if prefix { stored.starts_with(value) } else { stored == value };
        Ok(self.filter(|row| match field {
            KIND => fits(&fold::fold_term(&row.card.kind)),
            EXTENT => row.card.extent.as_deref().is_some_and(fits),
            _ => row.facts.iter().any(|(path, stored)| path == field && fits(stored)),
        }))
    }

    fn range(&self, field: &str, low: Option<i64>, high: Option<i64>) -> Result<DocSet, EngineError> {
        let within = |stored: &str| {
            stored.parse::<i64>().is_ok_and(|number| {
                low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high)
            })
        };
        Ok(self.filter(|row| row.facts.iter().any(|(path, stored)| path == field && within(stored))))
    }

    fn has(&self, field: &str) -> Result<DocSet, EngineError> {
        Ok(self.filter(|row| match field {
            KIND => true,
            EXTENT => row.card.extent.is_some(),
            _ => {
                row.facts.iter().any(|(path, _)| is_or_below(path, field))
                    || row.texts.iter().any(|(label, _, text)| !text.is_empty() && is_or_below(label, field))
            }
        }))
    }

    fn words_in(&self, folded: &str) -> Result<Vec<TermCount>, EngineError> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for word in words(folded) {
            if seen.len() == MAX_WORDS {
                break;
            }
            if seen.insert(word) {
                let records = self.word(word)?.count();
                if records > 0 {
                    found.push(TermCount { term: word.to_owned(), records });
                }
            }
        }
        Ok(found)
    }

    fn word(&self, word: &str) -> Result<DocSet, EngineError> {
        self.literal(&Needle { text: word.to_owned(), scope: Scope::Everywhere })
    }

    fn values(&self, field: &str) -> Result<Vec<TermCount>, EngineError> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.records {
            let own = row.facts.iter().filter(|(path, _)| path == field);
            let own: BTreeSet<&str> = own.map(|(_, value)| value.as_str()).collect();
            own.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
        }
        let count = |(term, records): (&str, usize)| TermCount { term: term.to_owned(), records };
        Ok(counts.into_iter().map(count).collect())
    }

    fn score(&self, words: &[String], docs: &DocSet) -> Result<Vec<f32>, EngineError> {
        let known = |word: &str| Ok(self.word(word)?.count());
        self.score_by(words, docs, self.records.len(), self.average, &known)
    }

    fn gram_scores(&self, strings: &[&str], docs: &[Doc]) -> Result<Vec<f32>, EngineError> {
        let grams =
            Grams::new(strings, self.records.len(), |gram| Ok::<_, EngineError>(self.word(gram)?.count()))?;
        self.count_grams(&grams, docs, self.average)
    }

    fn titled(&self, string: &str) -> Result<Titled, EngineError> {
        let docs = self.filter(|row| fold::fold(&row.card.title).contains(string));
        Ok(Titled { docs, sure: true })
    }

    fn card(&self, doc: Doc) -> Result<Card, EngineError> {
        Ok(self.row(doc)?.card.clone())
    }

    fn id(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.row(doc)?.card.id.clone())
    }

    fn path(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.row(doc)?.card.path.clone())
    }

    fn title(&self, doc: Doc) -> Result<String, EngineError> {
        Ok(self.row(doc)?.card.title.clone())
    }
}

/// The words of a folded text, as this engine sees them.
fn words(text: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let end = |i: usize| chars.get(i).map_or(text.len(), |&(at, _)| at);
    let latin = |i: usize| chars.get(i).is_some_and(|(_, c)| c.is_ascii_alphanumeric());
    let letter = |i: usize| chars.get(i).is_some_and(|(_, c)| c.is_alphanumeric());
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if latin(i) {
            let start = i;
            while latin(i) {
                i += 1;
            }
            if i - start > 1 {
                found.push(&text[end(start)..end(i)]);
            }
            // The pair that leads over into Han: 2的.
            i -= 1;
        }
        if letter(i) && letter(i + 1) {
            found.push(&text[end(i)..end(i + 2)]);
        }
        i += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pairs_and_latin_runs() {
        assert_eq!(words("党建2.0 gps定位"), ["党建", "建2", "gps", "s定", "定位"]);
        assert_eq!(words("“党”。"), Vec::<&str>::new());
        assert_eq!(words(""), Vec::<&str>::new());
    }
}
