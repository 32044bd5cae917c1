//! Bringing the index up to date: all of it, or what changed.

use super::data::Appender;
use super::data::Lengths;
use super::fields::Fields;
use super::fields::register;
use super::files::Files;
use super::files::Row;
use super::files::is_racy;
use super::litter;
use super::prepare::Prepared;
use super::prepare::prepare;
use super::queue::Queue;
use super::queue::Queued;
use super::seal;
use super::{Changes, FOLDER, Index, IndexError, Manifest, NEW_FOLDER, files_name, folder, identity};
use crate::archive::Archive;
use crate::archive::FileStat;
use crate::archive::Record;
use crate::archive::stat;
use crate::facts;
use crate::text::quantity::Words;
use crate::text::segment::Segmenter;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use tantivy::IndexWriter;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::merge_policy::NoMergePolicy;

/// Records prepared at a time: bounds memory, and is enough for all cores.
const CHUNK: usize = 256;
/// tantivy's memory before it writes a segment, in bytes; small archives need little.
const HEAP: usize = 64 << 20;
const SMALL_HEAP: usize = 32 << 20;

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> IndexError {
    let path = path.to_owned();
    move |error| IndexError::Io(path, error)
}

/// Builds the index anew beside the old one and puts it in its place. The caller holds the
/// archive's lock. `progress` is told how many of how many records are done.
///
/// # Errors
/// When the state folder cannot be written or tantivy fails; the old index is then still there.
pub fn rebuild(
    archive: &Archive,
    walk: &[FileStat],
    progress: &dyn Fn(usize, usize),
) -> Result<Index, IndexError> {
    let new = archive.state().join(NEW_FOLDER);
    let old = folder(archive);
    if new.exists() {
        std::fs::remove_dir_all(&new).map_err(io(&new))?;
    }
    std::fs::create_dir_all(&new).map_err(io(&new))?;
    let (schema, fields) = Fields::new();
    let index = tantivy::Index::create_in_dir(&new, schema)?;
    register(&index);
    let heap = if walk.len() < 2000 { SMALL_HEAP } else { HEAP };
    let mut writer = writer_of_all(&index, heap)?;
    let mut batch = Batch {
        archive,
        fields,
        folder: &new,
        files: Files::default(),
        writer: &mut writer,
        queue: Queue::default(),
    };
    let lengths = batch.run(walk, Lengths::default(), progress)?;
    // One segment answers two to three times faster than sixteen.
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        let before = files_name(index.load_metas()?.opstamp);
        writer.merge(&segments).wait()?;
        let after = files_name(index.load_metas()?.opstamp);
        if before != after {
            std::fs::rename(new.join(&before), new.join(after)).map_err(io(&new))?;
        }
    }
    writer.wait_merging_threads()?;
    seal::seal(&new, &index, lengths)?;
    drop(index);
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(io(&old))?;
    }
    std::fs::rename(&new, archive.state().join(FOLDER)).map_err(io(&old))?;
    Index::open(archive)
}

/// A writer that leaves merging to [`rebuild`]. From eight segments on tantivy begins to merge by itself,
/// and what it is merging cannot be merged by anyone else: a rebuild of 100,000 records failed.
fn writer_of_all(index: &tantivy::Index, heap: usize) -> Result<IndexWriter<Queued>, IndexError> {
    let writer: IndexWriter<Queued> = index.writer_with_num_threads(1, heap)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

/// Brings an index up to date with what changed. The caller holds the archive's lock and compared
/// under it.
///
/// # Errors
/// When the state folder cannot be written or tantivy fails; the index is then as before.
pub fn update(archive: &Archive, index: Index, changes: &Changes) -> Result<Index, IndexError> {
    let folder = folder(archive);
    let tantivy = index.searcher.index().clone();
    let opstamp = tantivy.load_metas()?.opstamp;
    let Manifest(mut files) = index.seen()?;
    let now = clock(archive)?;
    for stat in &changes.restamped {
        if let Ok(at) = files.rows.binary_search_by(|row| row.stat.path.cmp(&stat.path)) {
            let row = &mut files.rows[at];
            row.stat = stat.clone();
            row.racy = is_racy(stat, now);
        }
    }
    if changes.is_empty() {
        // Only stamps moved: the commit stands, its manifest is replaced.
        let path = folder.join(files_name(opstamp));
        files.write(&path).map_err(io(&path))?;
        litter::sweep(archive, &tantivy);
        return Index::open(archive);
    }
    let end = index.data.lengths();
    let mut writer: IndexWriter<Queued> = tantivy.writer_with_num_threads(1, SMALL_HEAP)?;
    // A run killed between tantivy's delete file and its commit leaves a file that would make every
    // later commit fail: sweep first.
    writer.garbage_collect_files().wait()?;
    let (_, fields) = Fields::new();
    let touched = changes.changed.iter().map(|stat| &stat.path).chain(&changes.gone);
    for path in touched {
        if let Ok(at) = files.rows.binary_search_by(|row| row.stat.path.cmp(path)) {
            writer.delete_term(Term::from_field_u64(fields.number, files.rows[at].number));
            files.rows.remove(at);
        }
    }
    let mut batch =
        Batch { archive, fields, folder: &folder, files, writer: &mut writer, queue: Queue::default() };
    let lengths = batch.run(&changes.changed, end, &|_, _| {})?;
    writer.wait_merging_threads()?;
    seal::seal(&folder, &tantivy, lengths)?;
    litter::sweep(archive, &tantivy);
    Index::open(archive)
}

/// The time as the archive's own file system tells it, in nanoseconds since 1970: a server's clock
/// may differ from ours. The caller holds the lock.
fn clock(archive: &Archive) -> Result<i64, IndexError> {
    // Under one name, so that a killed run leaves one file at most and the next takes it away.
    let path = archive.state().join("clock");
    std::fs::remove_file(&path).ok();
    let file = std::fs::File::create_new(&path).map_err(io(&path))?;
    let meta = file.metadata().map_err(io(&path))?;
    drop(file);
    std::fs::remove_file(&path).ok();
    Ok(stat(String::new(), 0, &meta).mtime)
}

struct Batch<'b> {
    archive: &'b Archive,
    fields: Fields,
    folder: &'b Path,
    files: Files,
    writer: &'b mut IndexWriter<Queued>,
    queue: Queue,
}

struct Done {
    stat: FileStat,
    hash: [u8; 16],
    broken: bool,
    prepared: Prepared,
}

impl Batch<'_> {
    /// Adds records and commits them together with their manifest. Gives the side files' lengths.
    fn run(
        &mut self,
        walk: &[FileStat],
        from: Lengths,
        progress: &dyn Fn(usize, usize),
    ) -> Result<Lengths, IndexError> {
        let now = clock(self.archive)?;
        let mut data = Appender::open(self.folder, from).map_err(io(self.folder))?;
        let segmenter = if walk.is_empty() { None } else { Some(Segmenter::new(self.archive.terms())) };
        // Where the word lists are broken there are no facts; who asks for them is told why.
        let words = facts::words(self.archive).ok();
        let mut done = 0;
        for chunk in walk.chunks(CHUNK) {
            let Some(segmenter) = &segmenter else { break };
            let prepared: Vec<Option<Done>> =
                chunk.par_iter().map(|stat| self.prepare(stat, segmenter, words.as_ref())).collect();
            for item in prepared.into_iter().flatten() {
                self.add(item, now, &mut data)?;
            }
            done += chunk.len();
            progress(done, walk.len());
        }
        let lengths = data.finish().map_err(io(self.folder))?;
        self.files.rows.sort_by(|a, b| a.stat.path.cmp(&b.stat.path));
        let mut commit = self.writer.prepare_commit()?;
        let manifest: PathBuf = self.folder.join(files_name(commit.opstamp()));
        self.files.write(&manifest).map_err(io(&manifest))?;
        let broken = self.files.rows.iter().filter(|row| row.broken);
        let broken: Vec<&str> = broken.map(|row| row.stat.path.as_str()).collect();
        let payload = json!({"identity": identity(self.archive), "cards": lengths.cards, "texts": lengths.texts, "facts": lengths.facts, "broken": broken});
        commit.set_payload(&payload.to_string());
        commit.commit()?;
        Ok(lengths)
    }

    /// A file that cannot be read now is left out, so that the next look finds it new and says so.
    fn prepare(&self, stat: &FileStat, segmenter: &Segmenter, words: Option<&Words>) -> Option<Done> {
        let record = Record::read(&self.archive.root, &stat.path).ok()?;
        let kind = self.archive.kinds.get(stat.kind)?;
        Some(Done {
            stat: stat.clone(),
            hash: record.hash,
            broken: record.root.is_none(),
            prepared: prepare(&record, kind, segmenter, words),
        })
    }

    fn add(&mut self, item: Done, now: i64, data: &mut Appender) -> Result<(), IndexError> {
        let number = self.files.next;
        self.files.next += 1;
        let prepared = item.prepared;
        let place = data.append(number, &prepared).map_err(io(self.folder))?;
        let fields = self.fields;
        let mut document = TantivyDocument::default();
        document.add_text(fields.pairs, prepared.pairs);
        document.add_text(fields.chars, prepared.chars);
        document.add_text(fields.words, prepared.words);
        document.add_text(fields.title, prepared.title_words);
        document.add_text(fields.title_grams, prepared.title_grams);
        document.add_text(fields.keys, prepared.keys);
        document.add_u64(fields.number, number);
        document.add_u64(fields.card, place.card);
        document.add_u64(fields.texts, place.texts);
        document.add_u64(fields.facts, place.facts);
        self.writer.add_document(self.queue.enter(document))?;
        let racy = is_racy(&item.stat, now);
        self.files.rows.push(Row { stat: item.stat, hash: item.hash, number, racy, broken: item.broken });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_segments_become_one() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let (schema, fields) = Fields::new();
        let index = tantivy::Index::create_in_dir(folder.path(), schema).expect("an index");
        register(&index);
        let mut writer = writer_of_all(&index, SMALL_HEAP).expect("a writer");
        let queue = Queue::default();
        for number in 0..40 {
            let mut document = TantivyDocument::default();
            document.add_u64(fields.number, number);
            writer.add_document(queue.enter(document)).expect("added");
            writer.commit().expect("committed");
        }
        let segments = index.searchable_segment_ids().expect("segments");
        assert_eq!(segments.len(), 40);
        writer.merge(&segments).wait().expect("merged");
        assert_eq!(index.searchable_segment_ids().expect("segments").len(), 1);
    }
}
