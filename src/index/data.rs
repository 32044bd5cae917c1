//! The side files: the card of every record in one, its folded texts in another, its facts in a third,
//! one entry after the next.
//!
//! They are only ever appended to; the index holds each record's place in them. What a deleted
//! record leaves behind is dropped at the next rebuild. They lie apart, so that a list of all hits
//! reads a few megabytes of cards, and a look into many texts meets nothing but texts. Nothing is
//! checked to be UTF-8 but what is asked for: to check all of it took longer than to search it.

use super::prepare::Prepared;
use crate::archive::Card;
use crate::schema::Datum;
use serde_json::Value;
use serde_json::json;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use tantivy::Directory as _;
use tantivy::directory::MmapDirectory;
use tantivy::directory::OwnedBytes;

const CARDS: &str = "cards";
const TEXTS: &str = "texts";
const FACTS: &str = "facts";
/// Before each entry: a mark and the record's number; then the lengths of its parts.
const MARK: [u8; 4] = *b"anku";
const HEAD: usize = 4 + 8;
/// A longer entry is no record that somebody wrote: its length is not believed before its head was read.
const LARGE: usize = 1 << 20;

/// The side files as they were when they were opened.
///
/// Cards and facts are mapped: who counts something reads all of them in their order. Who looks into the texts or
/// headings of hits scattered among a hundred thousand records reads pieces instead ([`Pieces`]): to map a page
/// for each and to take it away again costs several times as much as the copy.
#[derive(Debug)]
pub(super) struct Data {
    cards: OwnedBytes,
    facts: OwnedBytes,
    card_file: File,
    text_file: File,
    texts: u64,
}

/// How long the side files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    pub cards: u64,
    pub texts: u64,
    pub facts: u64,
}

impl Lengths {
    /// With the names of the files.
    pub(super) fn by_name(self) -> [(&'static str, u64); 3] {
        [(CARDS, self.cards), (TEXTS, self.texts), (FACTS, self.facts)]
    }
}

/// Where an entry of a record lies in its side file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub offset: u64,
    /// How many bytes it probably has; 0 where nobody knows.
    pub length: u64,
    /// The number of the record that it must be of.
    pub number: u64,
}

/// Where a record's entries were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub card: u64,
    pub texts: u64,
    pub facts: u64,
}

/// What can be read of a card without decoding the rest, in the order of its entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heading {
    Id,
    Path,
    Title,
}

impl Data {
    pub(super) fn open(folder: &Path) -> std::io::Result<Data> {
        let directory = MmapDirectory::open(folder).map_err(std::io::Error::other)?;
        let map = |name: &str| {
            let slice = directory.open_read(Path::new(name)).map_err(std::io::Error::other)?;
            slice.read_bytes()
        };
        let text_file = File::open(folder.join(TEXTS))?;
        Ok(Data {
            cards: map(CARDS)?,
            facts: map(FACTS)?,
            card_file: File::open(folder.join(CARDS))?,
            texts: text_file.metadata()?.len(),
            text_file,
        })
    }

    pub(super) fn lengths(&self) -> Lengths {
        let len = |file: &OwnedBytes| file.len() as u64;
        Lengths { cards: len(&self.cards), texts: self.texts, facts: len(&self.facts) }
    }

    /// Texts of records here and there, each with one reading.
    pub(super) fn texts(&self) -> Pieces<'_> {
        // Most records are shorter. To copy no more than there is saves a third of the time.
        Pieces { one: true, ..Pieces::new(&self.text_file, self.texts, 8 << 10) }
    }

    /// Headings of records here and there.
    pub(super) fn headings(&self) -> Pieces<'_> {
        Pieces::new(&self.card_file, self.cards.len() as u64, 512)
    }

    /// Headings of most records, in their order.
    pub(super) fn all_headings(&self) -> Pieces<'_> {
        Pieces::new(&self.card_file, self.cards.len() as u64, 256 << 10)
    }

    /// A record's card.
    pub(super) fn card(&self, place: Place) -> std::io::Result<Card> {
        let [id, path, title, rest] = entry(&self.cards, place)?;
        type Rest = (String, Option<String>, Vec<(usize, usize, Datum)>);
        let (kind, extent, facts): Rest = serde_json::from_slice(rest).map_err(|_| damaged())?;
        let fact = |(field, item, value)| crate::schema::Fact { field, item, value };
        Ok(Card {
            kind,
            id: text(id)?.to_owned(),
            path: text(path)?.to_owned(),
            title: text(title)?.to_owned(),
            extent,
            facts: facts.into_iter().map(fact).collect(),
        })
    }

    /// A record's facts.
    pub(super) fn facts(&self, place: Place) -> std::io::Result<&str> {
        let [facts] = entry(&self.facts, place)?;
        text(facts)
    }
}

/// Entries of a side file, read piece by piece: what the last piece holds is not read again.
pub(super) struct Pieces<'d> {
    file: &'d File,
    end: u64,
    /// Bytes that are read at once.
    gulp: usize,
    /// Whether one entry is read at a time, as far as its length is known.
    one: bool,
    start: u64,
    /// Its first bytes are the piece; the others are left of longer ones, since to fill them anew takes time.
    buffer: Vec<u8>,
    length: usize,
}

impl<'d> Pieces<'d> {
    fn new(file: &'d File, end: u64, gulp: usize) -> Pieces<'d> {
        Pieces { file, end, gulp, one: false, start: 0, buffer: Vec::new(), length: 0 }
    }

    /// A record's texts as they were stored, UTF-8 unless the file is damaged: to look for bytes in them it need
    /// not be known.
    pub(super) fn texts(&mut self, place: Place) -> std::io::Result<&[u8]> {
        let [texts] = self.entry(place)?;
        Ok(texts)
    }

    /// One part of a record's card.
    pub(super) fn heading(&mut self, place: Place, which: Heading) -> std::io::Result<&str> {
        let parts: [&[u8]; 4] = self.entry(place)?;
        text(parts[which as usize])
    }

    fn entry<const PARTS: usize>(&mut self, place: Place) -> std::io::Result<[&[u8]; PARTS]> {
        let head = HEAD + 4 * PARTS;
        if !self.has(place.offset, head) {
            let one =
                usize::try_from(place.length).ok().filter(|one| self.one && (head..=LARGE).contains(one));
            self.read(place.offset, head, one.unwrap_or(self.gulp))?;
        }
        let lengths = lengths::<PARTS>(&self.piece()[self.at(place.offset)..], place)?;
        let whole = head + lengths.iter().sum::<usize>();
        if !self.has(place.offset, whole) {
            self.read(place.offset, whole, whole)?;
        }
        parts(&self.piece()[self.at(place.offset) + head..], lengths)
    }

    fn at(&self, offset: u64) -> usize {
        usize::try_from(offset - self.start).unwrap_or(usize::MAX).min(self.length)
    }

    fn has(&self, offset: u64, length: usize) -> bool {
        let end = self.start + self.length as u64;
        self.start <= offset && offset.saturating_add(length as u64) <= end
    }

    /// Reads a piece of at least so many bytes from `offset` on, and of as many as are likely to be wanted.
    fn read(&mut self, offset: u64, least: usize, likely: usize) -> std::io::Result<()> {
        let rest = usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX);
        if least > rest {
            return Err(damaged());
        }
        let length = likely.max(least).min(rest);
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        (self.start, self.length) = (offset, 0);
        read_at(self.file, &mut self.buffer[..length], offset)?;
        self.length = length;
        Ok(())
    }

    fn piece(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

#[cfg(unix)]
fn read_at(file: &File, piece: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, piece, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut piece: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !piece.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, piece, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        piece = &mut piece[read..];
        offset += read as u64;
    }
    Ok(())
}

fn damaged() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, "the index's side file is damaged")
}

fn text(bytes: &[u8]) -> std::io::Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| damaged())
}

/// The parts of an entry, whose head must be the one that the index expects.
fn entry<const PARTS: usize>(file: &[u8], place: Place) -> std::io::Result<[&[u8]; PARTS]> {
    let start = usize::try_from(place.offset).map_err(|_| damaged())?;
    let rest = file.get(start..).ok_or_else(damaged)?;
    let lengths = lengths::<PARTS>(rest, place)?;
    parts(&rest[HEAD + 4 * PARTS..], lengths)
}

/// How long the parts of the entry are that begins here.
fn lengths<const PARTS: usize>(bytes: &[u8], place: Place) -> std::io::Result<[usize; PARTS]> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>().ok_or_else(damaged)?;
    let (mark, number) = head.split_at(MARK.len());
    if mark != MARK || number != place.number.to_le_bytes() {
        return Err(damaged());
    }
    let (lengths, _) = rest.as_chunks::<4>();
    let lengths = lengths.first_chunk::<PARTS>().ok_or_else(damaged)?;
    Ok(lengths.map(|length| u32::from_le_bytes(length) as usize))
}

/// So many bytes, one part after the other.
fn parts<const PARTS: usize>(mut rest: &[u8], lengths: [usize; PARTS]) -> std::io::Result<[&[u8]; PARTS]> {
    let mut parts = [&[] as &[u8]; PARTS];
    for (part, length) in parts.iter_mut().zip(lengths) {
        (*part, rest) = rest.split_at_checked(length).ok_or_else(damaged)?;
    }
    Ok(parts)
}

/// Appends entries.
pub(super) struct Appender {
    cards: Tail,
    texts: Tail,
    facts: Tail,
}

/// The growing end of one side file.
struct Tail {
    file: std::io::BufWriter<File>,
    end: u64,
}

impl Appender {
    /// Continues the files where they are `from` long; what an interrupted run left behind that is
    /// cut off.
    pub(super) fn open(folder: &Path, from: Lengths) -> std::io::Result<Appender> {
        let open = |name: &str, end: u64| {
            let file = File::options().create(true).truncate(false).append(true).open(folder.join(name))?;
            file.set_len(end)?;
            Ok::<_, std::io::Error>(Tail { file: std::io::BufWriter::with_capacity(1 << 20, file), end })
        };
        Ok(Appender {
            cards: open(CARDS, from.cards)?,
            texts: open(TEXTS, from.texts)?,
            facts: open(FACTS, from.facts)?,
        })
    }

    /// Appends a record; says where.
    pub(super) fn append(&mut self, number: u64, prepared: &Prepared) -> std::io::Result<Written> {
        let card = &prepared.card;
        let facts: Vec<Value> = card.facts.iter().map(|f| json!([f.field, f.item, f.value])).collect();
        let rest = json!([card.kind, card.extent, facts]).to_string();
        Ok(Written {
            card: self.cards.append(number, [&card.id, &card.path, &card.title, &rest])?,
            texts: self.texts.append(number, [&prepared.texts])?,
            facts: self.facts.append(number, [&prepared.facts])?,
        })
    }

    /// Writes everything to disk; gives the files' lengths.
    pub(super) fn finish(self) -> std::io::Result<Lengths> {
        Ok(Lengths { cards: self.cards.finish()?, texts: self.texts.finish()?, facts: self.facts.finish()? })
    }
}

impl Tail {
    /// Appends an entry; gives its place.
    fn append<const PARTS: usize>(&mut self, number: u64, parts: [&str; PARTS]) -> std::io::Result<u64> {
        let start = self.end;
        self.file.write_all(&MARK)?;
        self.file.write_all(&number.to_le_bytes())?;
        for part in parts {
            let Ok(len) = u32::try_from(part.len()) else {
                let error = std::io::ErrorKind::InvalidInput;
                return Err(std::io::Error::new(error, "a record of more than 4 GiB"));
            };
            self.file.write_all(&len.to_le_bytes())?;
        }
        for part in parts {
            self.file.write_all(part.as_bytes())?;
        }
        self.end += (HEAD + 4 * PARTS + parts.iter().map(|part| part.len()).sum::<usize>()) as u64;
        Ok(start)
    }

    fn finish(self) -> std::io::Result<u64> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_data()?;
        Ok(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_damaged_ones_do_not() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let card = |id: &str| Card {
            kind: "case".into(),
            id: id.into(),
            path: format!("cases/{id}.yaml"),
            title: "题目".into(),
            extent: Some("full".into()),
            facts: vec![crate::schema::Fact { field: 1, item: 2, value: Datum::Integer(3) }],
        };
        let prepared = |id: &str| Prepared {
            card: card(id),
            texts: format!("texts of {id}"),
            facts: "facts".into(),
            ..Prepared::default()
        };
        let mut appender = Appender::open(folder.path(), Lengths::default()).expect("opened");
        let numbers = [7, 8];
        let written = numbers.map(|n| appender.append(n, &prepared(&n.to_string())).expect("appended"));
        let lengths = appender.finish().expect("written");
        let data = Data::open(folder.path()).expect("opened");
        assert_eq!(data.lengths(), lengths);
        for (number, written) in numbers.into_iter().zip(written) {
            let id = number.to_string();
            let at = |offset| Place { offset, length: 0, number };
            assert_eq!(data.card(at(written.card)).expect("a card"), card(&id));
            assert_eq!(
                data.texts().texts(at(written.texts)).expect("texts"),
                format!("texts of {id}").as_bytes()
            );
            let path = format!("cases/{id}.yaml");
            assert_eq!(data.headings().heading(at(written.card), Heading::Path).expect("a path"), path);
            assert_eq!(data.facts(at(written.facts)).expect("facts"), "facts");
        }
        // Another record's place, a place inside an entry, one beyond the file.
        let first = written[0];
        assert!(data.card(Place { offset: first.card, length: 0, number: 9 }).is_err());
        // The same pieces are asked for all of them, and for good ones in between.
        for mut pieces in [data.texts(), Pieces::new(&data.text_file, data.texts, 1)] {
            for (number, written) in numbers.into_iter().zip(written).rev() {
                assert!(pieces.texts(Place { offset: first.texts, length: 0, number: 9 }).is_err());
                assert!(pieces.texts(Place { offset: first.texts + 1, length: 0, number: 7 }).is_err());
                assert!(pieces.texts(Place { offset: u64::MAX, length: 0, number: 7 }).is_err());
                // However long somebody thinks that it is.
                for length in [0, 1, 40, 1 << 19, u64::MAX] {
                    let read = pieces.texts(Place { offset: written.texts, length, number });
                    assert_eq!(read.expect("texts"), format!("texts of {number}").as_bytes());
                }
            }
        }
    }
}
