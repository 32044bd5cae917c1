//! The lists of the index: which documents have a term, all of several terms, a key of a range, a string
//! that words spell.

use super::IndexEngine;
use super::Result;
use super::Segment;
use super::failed;
use crate::search::Doc;
use crate::search::DocSet;
use crate::search::Engine as _;
use crate::search::TermCount;
use crate::search::pieces;
use rustc_hash::FxHashMap;
use tantivy::DocSet as _;
use tantivy::SeekDangerResult;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::postings::BlockSegmentPostings;
use tantivy::postings::SegmentPostings;
use tantivy::query::EnableScoring;
use tantivy::query::PhraseQuery;
use tantivy::query::Query as _;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

/// The words that a string most likely falls into, one after the other.
pub(super) struct Spelling {
    /// Each with the number of characters before it.
    words: Vec<(usize, Term)>,
    /// How many documents have the rarest of them.
    pub(super) rarest: usize,
}

impl IndexEngine<'_> {
    /// The words that a folded string most likely falls into; none where it is one, or words do not make it up.
    pub(super) fn spelling(&self, folded: &str) -> Result<Option<Spelling>> {
        let known = self.words_in(folded)?;
        let mut spelling = Spelling { words: Vec::new(), rarest: usize::MAX };
        let mut at = 0;
        for (piece, is_word) in pieces(folded, &known, self.slots as usize) {
            if !is_word {
                return Ok(None);
            }
            let records = known.iter().find(|word| word.term == piece).map_or(0, |word| word.records);
            spelling.rarest = spelling.rarest.min(records);
            spelling.words.push((at, Term::from_field_text(self.index.fields.words, piece)));
            at += piece.chars().count();
        }
        Ok(Some(spelling).filter(|spelling| spelling.words.len() > 1))
    }

    /// Documents in which these words follow one another, and so certainly have the string that they spell: it need
    /// not be looked for in their texts. Others may have it too. With `among` only these are asked.
    pub(super) fn spelled(
        &self,
        spelling: &Spelling,
        among: Option<&DocSet>,
        set: &mut DocSet,
    ) -> Result<()> {
        let weight = PhraseQuery::new_with_offset(spelling.words.clone())
            .weight(EnableScoring::disabled_from_searcher(&self.index.searcher))
            .map_err(failed)?;
        for segment in &self.segments {
            let mut scorer = weight.scorer(segment.reader, 1.0).map_err(failed)?;
            let mut found = |doc: u32| {
                if !segment.reader.is_deleted(doc) {
                    set.insert(segment.base + doc);
                }
            };
            let Some(among) = among else {
                while scorer.doc() != TERMINATED {
                    found(scorer.doc());
                    scorer.advance();
                }
                continue;
            };
            // A place is not looked at again, nor is one before it.
            let mut next = scorer.doc();
            let end = segment.base + segment.reader.max_doc();
            for doc in among.iter().filter(|doc| (segment.base..end).contains(doc)) {
                let doc = doc - segment.base;
                if doc < next {
                    continue;
                }
                next = match scorer.seek_danger(doc) {
                    SeekDangerResult::Found => {
                        found(doc);
                        doc + 1
                    }
                    SeekDangerResult::SeekLowerBound(bound) => bound,
                };
            }
        }
        Ok(())
    }

    /// The documents of one term, live ones only.
    pub(super) fn term(&self, field: Field, token: &str, set: &mut DocSet) -> Result<()> {
        for segment in &self.segments {
            let inverted = segment.reader.inverted_index(field).map_err(failed)?;
            let list = inverted
                .read_block_postings(&Term::from_field_text(field, token), IndexRecordOption::Basic)
                .map_err(failed)?;
            if let Some(list) = list {
                segment.collect(list, set);
            }
        }
        Ok(())
    }

    /// How many documents have the rarest of several terms.
    pub(super) fn rarest(&self, terms: &[Term]) -> Result<usize> {
        let mut least = u64::MAX;
        for term in terms {
            least = least.min(self.index.searcher.doc_freq(term).map_err(failed)?);
        }
        Ok(usize::try_from(least).unwrap_or(usize::MAX))
    }

    /// The documents that have every one of several terms, less those that are `known` to.
    pub(super) fn all_of(&self, terms: &[Term], known: &DocSet, set: &mut DocSet) -> Result<()> {
        'segments: for segment in &self.segments {
            let mut lists = Vec::with_capacity(terms.len());
            for term in terms {
                let inverted = segment.reader.inverted_index(term.field()).map_err(failed)?;
                match inverted.read_postings(term, IndexRecordOption::Basic).map_err(failed)? {
                    Some(list) => lists.push(list),
                    None => continue 'segments,
                }
            }
            // The rarest leads; the others are only asked for the documents that it has.
            lists.sort_by_key(SegmentPostings::doc_freq);
            let Some((lead, others)) = lists.split_first_mut() else { continue };
            'documents: while lead.doc() != TERMINATED {
                let doc = lead.doc();
                if known.contains(segment.base + doc) {
                    lead.advance();
                    continue;
                }
                for other in others.iter_mut() {
                    let found = if other.doc() < doc { other.seek(doc) } else { other.doc() };
                    if found != doc {
                        if found == TERMINATED {
                            break 'documents;
                        }
                        lead.seek(found);
                        continue 'documents;
                    }
                }
                if !segment.reader.is_deleted(doc) {
                    set.insert(segment.base + doc);
                }
                lead.advance();
            }
        }
        Ok(())
    }

    /// Calls `take` with each word of two characters and more and the live documents that have it. Every segment has a sorted list of
    /// its own: they are read side by side, so that no more than one word is held.
    pub(super) fn words(&self, take: &mut dyn FnMut(&str, &[Doc])) -> Result<()> {
        let mut readers = Vec::with_capacity(self.segments.len());
        for segment in &self.segments {
            readers.push(segment.reader.inverted_index(self.index.fields.words).map_err(failed)?);
        }
        let mut lists = Vec::with_capacity(readers.len());
        for (segment, reader) in self.segments.iter().zip(&readers) {
            let mut stream = reader.terms().stream().map_err(failed)?;
            let open = stream.advance();
            lists.push((segment, reader, stream, open));
        }
        let mut docs = Vec::new();
        loop {
            let next = lists.iter().filter(|(.., open)| *open).map(|(_, _, stream, _)| stream.key()).min();
            let Some(key) = next.map(<[u8]>::to_vec) else { return Ok(()) };
            let word = std::str::from_utf8(&key).unwrap_or_default();
            let wanted = word.chars().nth(1).is_some();
            docs.clear();
            for (segment, reader, stream, open) in &mut lists {
                if !*open || stream.key() != key.as_slice() {
                    continue;
                }
                if wanted {
                    let list = reader
                        .read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                        .map_err(failed)?;
                    segment.each(list, |doc| docs.push(doc));
                }
                *open = stream.advance();
            }
            if !docs.is_empty() {
                take(word, &docs);
            }
        }
    }

    /// Calls `take` with every key of the index that begins with `prefix`, from `from` on, until it
    /// says no.
    pub(super) fn keys(
        &self,
        from: &str,
        set: &mut DocSet,
        wanted: &dyn Fn(&[u8]) -> Option<bool>,
    ) -> Result<()> {
        let field = self.index.fields.keys;
        for segment in &self.segments {
            let inverted = segment.reader.inverted_index(field).map_err(failed)?;
            let mut stream = inverted.terms().range().ge(from.as_bytes()).into_stream().map_err(failed)?;
            while stream.advance() {
                match wanted(stream.key()) {
                    None => break,
                    Some(false) => {}
                    Some(true) => {
                        let list = inverted
                            .read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                            .map_err(failed)?;
                        segment.collect(list, set);
                    }
                }
            }
        }
        Ok(())
    }

    /// The terms of a field from `from` on, in order, as far and in the form that `wanted` wants them:
    /// `None` ends the list, `Some(None)` leaves a term out.
    pub(super) fn terms(
        &self,
        field: Field,
        from: &str,
        wanted: impl Fn(&[u8]) -> Option<Option<&[u8]>>,
    ) -> Result<Vec<TermCount>> {
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut found: Vec<TermCount> = Vec::new();
        for segment in &self.segments {
            let inverted = segment.reader.inverted_index(field).map_err(failed)?;
            let mut stream = inverted.terms().range().ge(from.as_bytes()).into_stream().map_err(failed)?;
            while stream.advance() {
                let Some(term) = wanted(stream.key()) else { break };
                let Some(Ok(term)) = term.map(std::str::from_utf8) else { continue };
                let records = stream.value().doc_freq as usize;
                // Each segment has a list of its own.
                if let Some(&place) = places.get(term) {
                    found[place].records += records;
                } else {
                    places.insert(term.to_owned(), found.len());
                    found.push(TermCount { term: term.to_owned(), records });
                }
            }
        }
        Ok(found)
    }
}

impl Segment<'_> {
    fn collect(&self, list: BlockSegmentPostings, set: &mut DocSet) {
        self.each(list, |doc| set.insert(doc));
    }

    /// A list block by block: document by document takes several times as long.
    fn each(&self, mut list: BlockSegmentPostings, mut take: impl FnMut(Doc)) {
        let deletes = self.reader.has_deletes();
        while !list.docs().is_empty() {
            for &doc in list.docs() {
                if !deletes || !self.reader.is_deleted(doc) {
                    take(self.base + doc);
                }
            }
            list.advance();
        }
    }
}
