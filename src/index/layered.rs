//! The index with a few records laid over it: what changed since it was written is answered from the
//! files themselves.
//!
//! Owns how two engines answer as one. To write the index for one changed file would take as long
//! as a hundred searches (the dictionary alone 0.15 s); to read that file again takes none.

use super::IndexEngine;
use super::Manifest;
use crate::archive::Card;
use crate::search::Doc;
use crate::search::DocSet;
use crate::search::Engine;
use crate::search::EngineError;
use crate::search::Needle;
use crate::search::Paths;
use crate::search::ScanEngine;
use crate::search::TermCount;
use crate::search::Text;
use crate::search::TextTest;
use crate::search::Titled;
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, EngineError>;

/// An index, less the records that are hidden, and more records on top of it. These are numbered
/// after those of the index.
pub struct LayeredEngine<'i> {
    index: IndexEngine<'i>,
    live: DocSet,
    top: &'i ScanEngine,
    base: u32,
}

impl<'i> LayeredEngine<'i> {
    /// Lays `top` over `index`, whose records at the paths `hidden` no longer count.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn new<'p>(
        index: IndexEngine<'i>,
        seen: &Manifest,
        hidden: impl Iterator<Item = &'p str>,
        top: &'i ScanEngine,
    ) -> Result<Self> {
        let mut gone = DocSet::new(index.slots());
        for number in seen.numbers(hidden) {
            if let Some(doc) = index.doc_of(number)? {
                gone.insert(doc);
            }
        }
        let mut live = index.live()?;
        live.and_not(&gone);
        Ok(LayeredEngine { base: index.slots(), index, live, top })
    }

    /// The record in the layer that it lies in.
    fn split(&self, doc: Doc) -> std::result::Result<Doc, Doc> {
        doc.checked_sub(self.base).map_or(Ok(doc), Err)
    }

    /// Both answers as one.
    fn join(&self, mut below: DocSet, above: &DocSet) -> DocSet {
        below.and(&self.live);
        let above = above.iter().map(|doc| self.base + doc);
        DocSet::of(self.slots(), below.iter().chain(above))
    }

    fn both(&self, ask: impl Fn(&dyn Engine) -> Result<DocSet>) -> Result<DocSet> {
        Ok(self.join(ask(&self.index)?, &ask(self.top)?))
    }

    /// A set as each layer numbers it.
    fn apart(&self, docs: &DocSet) -> (DocSet, DocSet) {
        let below = DocSet::of(self.base, docs.iter().take_while(|&doc| doc < self.base));
        let above = docs.iter().filter_map(|doc| doc.checked_sub(self.base));
        (below, DocSet::of(self.top.slots(), above))
    }
}

impl Engine for LayeredEngine<'_> {
    fn slots(&self) -> u32 {
        self.base + self.top.slots()
    }

    fn live(&self) -> Result<DocSet> {
        self.both(|engine| engine.live())
    }

    fn literal(&self, needle: &Needle) -> Result<DocSet> {
        self.both(|engine| engine.literal(needle))
    }

    fn select(&self, docs: &DocSet, test: TextTest<'_>) -> Result<DocSet> {
        let (below, above) = self.apart(docs);
        Ok(self.join(self.index.select(&below, test)?, &self.top.select(&above, test)?))
    }

    fn texts(&self, doc: Doc, take: &mut dyn FnMut(Text<'_>)) -> Result<()> {
        match self.split(doc) {
            Ok(doc) => self.index.texts(doc, take),
            Err(doc) => self.top.texts(doc, take),
        }
    }

    fn keyword(&self, field: &str, value: &str, prefix: bool) -> Result<DocSet> {
        self.both(|engine| engine.keyword(field, value, prefix))
    }

    fn range(&self, field: &str, low: Option<i64>, high: Option<i64>) -> Result<DocSet> {
        self.both(|engine| engine.range(field, low, high))
    }

    fn has(&self, field: &str) -> Result<DocSet> {
        self.both(|engine| engine.has(field))
    }

    /// The words of the index; a word that only the changed files have is cut as they are.
    fn words_in(&self, folded: &str) -> Result<Vec<TermCount>> {
        let words = self.index.words_in(folded)?;
        if words.is_empty() { self.top.words_in(folded) } else { Ok(words) }
    }

    fn word(&self, word: &str) -> Result<DocSet> {
        self.both(|engine| engine.word(word))
    }

    /// Those of the index, less what changed: a suggestion needs no more.
    fn words_near(&self, term: &str) -> Result<Vec<TermCount>> {
        self.index.words_near(term)
    }

    fn values(&self, field: &str) -> Result<Vec<TermCount>> {
        let mut added: BTreeMap<String, usize> =
            self.top.values(field)?.into_iter().map(|near| (near.term, near.records)).collect();
        let mut values = self.index.values(field)?;
        for known in &mut values {
            known.records += added.remove(&known.term).unwrap_or_default();
        }
        values.extend(added.into_iter().map(|(term, records)| TermCount { term, records }));
        Ok(values)
    }

    /// The changed records are scored by what the index knows of words and lengths.
    fn score(&self, words: &[String], docs: &DocSet) -> Result<Vec<f32>> {
        let (below, above) = self.apart(docs);
        let mut scores = self.index.score(words, &below)?;
        let known = |word: &str| Ok(self.index.word(word)?.count());
        let records = self.index.slots() as usize;
        // Those laid over the index are numbered after it.
        scores.extend(self.top.score_by(words, &above, records, self.index.average_bytes(), &known)?);
        Ok(scores)
    }

    fn gram_scores(&self, strings: &[&str], docs: &[Doc]) -> Result<Vec<f32>> {
        let grams = self.index.grams(strings)?;
        let mut scores = Vec::with_capacity(docs.len());
        for &doc in docs {
            scores.extend(match self.split(doc) {
                Ok(doc) => self.index.count_grams(&grams, &[doc])?,
                Err(doc) => self.top.count_grams(&grams, &[doc], self.index.average_bytes())?,
            });
        }
        Ok(scores)
    }

    fn titled(&self, string: &str) -> Result<Titled> {
        let (below, above) = (self.index.titled(string)?, self.top.titled(string)?);
        Ok(Titled { docs: self.join(below.docs, &above.docs), sure: below.sure && above.sure })
    }

    fn card(&self, doc: Doc) -> Result<Card> {
        match self.split(doc) {
            Ok(doc) => self.index.card(doc),
            Err(doc) => self.top.card(doc),
        }
    }

    fn id(&self, doc: Doc) -> Result<String> {
        match self.split(doc) {
            Ok(doc) => self.index.id(doc),
            Err(doc) => self.top.id(doc),
        }
    }

    fn path(&self, doc: Doc) -> Result<String> {
        match self.split(doc) {
            Ok(doc) => self.index.path(doc),
            Err(doc) => self.top.path(doc),
        }
    }

    fn paths(&self, docs: &[Doc]) -> Result<Paths> {
        let mut layers = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
        for (&doc, at) in docs.iter().zip(0..) {
            let (layer, own) = self.split(doc).map_or_else(|above| (1, above), |below| (0, below));
            layers[layer].0.push(own);
            layers[layer].1.push(at);
        }
        let [(below, mut order), (above, rest)] = layers;
        order.extend(rest);
        Ok(Paths::joined([self.index.paths(&below)?, self.top.paths(&above)?]).scattered(order))
    }

    fn title(&self, doc: Doc) -> Result<String> {
        match self.split(doc) {
            Ok(doc) => self.index.title(doc),
            Err(doc) => self.top.title(doc),
        }
    }
}
