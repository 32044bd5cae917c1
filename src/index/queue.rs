//! Documents on their way to tantivy: so many and no more.
//!
//! tantivy's own queue makes its writer wait after 10,000 documents only, and as many records with their
//! tokens take 400 MB.

use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use tantivy::TantivyDocument;
use tantivy::schema::document::CompactDocValue;
use tantivy::schema::document::Document;

/// Documents that wait for tantivy: enough for it never to wait for them.
const LONGEST: usize = 512;

/// The way to tantivy. It waits for a place rather than grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    documents: Mutex<usize>,
    one_left: Condvar,
}

/// A document that takes a place until tantivy takes it up.
#[derive(Debug)]
pub(super) struct Queued {
    document: TantivyDocument,
    place: Place,
}

#[derive(Debug)]
struct Place(Queue);

impl Queue {
    /// Gives a document a place as soon as there is one.
    pub(super) fn enter(&self, document: TantivyDocument) -> Queued {
        let documents = self.documents();
        let wait = self.0.one_left.wait_while(documents, |documents| *documents >= LONGEST);
        *wait.unwrap_or_else(PoisonError::into_inner) += 1;
        Queued { document, place: Place(self.clone()) }
    }

    fn documents(&self) -> MutexGuard<'_, usize> {
        // A number is whole whoever panicked while holding it.
        self.0.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.documents() -= 1;
        self.0.0.one_left.notify_one();
    }
}

impl Document for Queued {
    type Value<'a> = CompactDocValue<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    /// tantivy asks for this when it begins with the document.
    fn into_tantivy_document(self) -> TantivyDocument {
        drop(self.place);
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn who_finds_the_queue_full_waits_for_a_place() {
        let queue = Queue::default();
        let mut inside: Vec<Queued> = (0..LONGEST).map(|_| queue.enter(TantivyDocument::new())).collect();
        let (tell, told) = mpsc::channel();
        let late = std::thread::spawn(move || {
            let queued = queue.enter(TantivyDocument::new());
            tell.send(()).expect("somebody listens");
            queued
        });
        assert!(told.recv_timeout(Duration::from_millis(50)).is_err());
        let first = inside.remove(0);
        assert_eq!(first.into_tantivy_document().len(), 0);
        assert!(told.recv_timeout(Duration::from_secs(10)).is_ok());
        drop(late.join());
    }
}
