//! What words and grams count for in a record.

use super::IndexEngine;
use super::Result;
use super::failed;
use crate::index::prepare::LABEL;
use crate::index::prepare::LABEL_END;
use crate::search::Doc;
use crate::search::DocSet;
use crate::search::Grams;
use tantivy::DocSet as _;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::postings::Postings as _;
use tantivy::query::Bm25Weight;
use tantivy::schema::IndexRecordOption;

/// What a word in the title counts for, against one in the text. Like the rest of the ranking it is
/// a default, not tuned.
const TITLE_WEIGHT: f32 = 2.0;
/// A list of a word so many times as long as the hits is leapt through.
const LEAP: usize = 16;

impl IndexEngine<'_> {
    /// BM25 of words in texts and titles, for each record; 0 for those that are not among `docs`.
    pub(super) fn word_scores(&self, words: &[String], docs: &DocSet) -> Result<Vec<f32>> {
        let count = docs.count();
        let mut scores = vec![0.0_f32; self.slots as usize];
        for (field, weight) in [(self.index.fields.words, 1.0), (self.index.fields.title, TITLE_WEIGHT)] {
            let (mut tokens, mut all) = (0, 0);
            for segment in &self.segments {
                tokens += segment.reader.inverted_index(field).map_err(failed)?.total_num_tokens();
                all += u64::from(segment.reader.max_doc());
            }
            if all == 0 {
                continue;
            }
            #[allow(clippy::cast_precision_loss)] // an average length needs no more
            let average = tokens as f32 / all as f32;
            for word in words {
                let term = Term::from_field_text(field, word);
                let frequency = self.index.searcher.doc_freq(&term).map_err(failed)?;
                if frequency == 0 {
                    continue;
                }
                let bm25 = Bm25Weight::for_one_term_without_explain(frequency, all, average);
                // To leap over the most of a list is faster than to read it, to leap at every step slower.
                let leaps = count * LEAP < usize::try_from(frequency).unwrap_or(usize::MAX);
                for segment in &self.segments {
                    let inverted = segment.reader.inverted_index(field).map_err(failed)?;
                    let norms = segment.reader.get_fieldnorms_reader(field).map_err(failed)?;
                    let score = |doc: Doc, times: u32| weight * bm25.score(norms.fieldnorm_id(doc), times);
                    if leaps {
                        let list = inverted.read_postings(&term, IndexRecordOption::WithFreqs);
                        let Some(mut list) = list.map_err(failed)? else { continue };
                        for local in docs.iter().filter_map(|doc| doc.checked_sub(segment.base)) {
                            if list.doc() < local {
                                list.seek(local);
                            }
                            if list.doc() == TERMINATED {
                                break;
                            }
                            if list.doc() == local {
                                scores[(segment.base + local) as usize] += score(local, list.term_freq());
                            }
                        }
                        continue;
                    }
                    let list = inverted.read_block_postings(&term, IndexRecordOption::WithFreqs);
                    let Some(mut list) = list.map_err(failed)? else { continue };
                    while !list.docs().is_empty() {
                        for (&local, &times) in list.docs().iter().zip(list.freqs()) {
                            if docs.contains(segment.base + local) {
                                scores[(segment.base + local) as usize] += score(local, times);
                            }
                        }
                        list.advance();
                    }
                }
            }
        }
        Ok(scores)
    }

    /// Bytes of folded text in an average record.
    pub(in crate::index) fn average_bytes(&self) -> f32 {
        #[allow(clippy::cast_precision_loss)] // an average length needs no more
        let average = self.index.data.lengths().texts as f32 / self.slots.max(1) as f32;
        average.max(1.0)
    }

    /// The grams of folded strings, weighed by this index.
    pub(in crate::index) fn grams(&self, strings: &[&str]) -> Result<Grams> {
        let fields = self.index.fields;
        let records = usize::try_from(self.index.searcher.num_docs()).unwrap_or(usize::MAX);
        Grams::new(strings, records, |gram| {
            let field = if gram.chars().nth(1).is_none() { fields.chars } else { fields.pairs };
            let with = self.index.searcher.doc_freq(&Term::from_field_text(field, gram)).map_err(failed)?;
            Ok(usize::try_from(with).unwrap_or(usize::MAX))
        })
    }

    /// What grams count for in each of `docs`.
    pub(in crate::index) fn count_grams(&self, grams: &Grams, docs: &[Doc]) -> Result<Vec<f32>> {
        let average = self.average_bytes();
        let mut pieces = self.index.data.texts();
        let mut score = |&doc: &Doc| {
            let place = self.place(doc, |places| &places.texts)?;
            Ok(grams.score(running(pieces.texts(place).map_err(failed)?), average))
        };
        docs.iter().map(&mut score).collect()
    }
}

/// The stored texts of a record without their labels, as bytes: to count in them they need not be known to be UTF-8.
fn running(texts: &[u8]) -> impl Iterator<Item = &[u8]> {
    let labels = memchr::memchr_iter(LABEL as u8, texts).chain([texts.len()]);
    labels
        .scan(0, |from, to| Some(&texts[std::mem::replace(from, (to + 1).min(texts.len()))..to]))
        .filter_map(|value| {
            let text = &value[memchr::memchr(LABEL_END as u8, value)? + 1..];
            Some(text.strip_suffix(b"\n").unwrap_or(text))
        })
}
