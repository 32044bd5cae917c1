//! The side file: card, folded texts and facts of every record, one after the other.
//!
//! It is only ever appended to; the index holds each record's place in it. What a deleted record
//! leaves behind is dropped at the next rebuild.

use super::prepare::Prepared;
use crate::archive::Card;
use crate::schema::Datum;
use crate::schema::Fact;
use serde_json::Value;
use serde_json::json;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// Before each entry: a mark, the record's number, the length of its card, of its texts and of its facts.
const HEADER: usize = 4 + 8 + 4 + 4 + 4;
const MARK: [u8; 4] = *b"anku";
/// So much is read at once to get at a card: most are shorter.
const CARD: u64 = 2048;

/// The side file, opened for reading.
#[derive(Debug)]
pub(super) struct Data {
    file: File,
}

/// Where an entry lies: what the index holds of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub offset: u64,
    /// With the header.
    pub len: u64,
    /// Its last bytes, which are facts: no search reads them.
    pub facts: u64,
    /// The number of the record that it must be of.
    pub number: u64,
}

impl Data {
    pub(super) fn open(path: &Path) -> std::io::Result<Data> {
        Ok(Data { file: File::open(path)? })
    }

    pub(super) fn len(&self) -> std::io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The card of an entry, without reading its texts.
    pub(super) fn card(&self, place: Place) -> std::io::Result<String> {
        let mut bytes = self.bytes(place.offset, place.len.min(CARD))?;
        let end = HEADER + card_len(&bytes, place)?;
        if let Some(more) = end.checked_sub(bytes.len()).filter(|&more| more > 0) {
            bytes.extend(self.bytes(place.offset + bytes.len() as u64, more as u64)?);
        }
        text(bytes, HEADER, end)
    }

    /// The texts of an entry.
    pub(super) fn texts(&self, place: Place) -> std::io::Result<String> {
        let bytes = self.bytes(place.offset, place.len.checked_sub(place.facts).ok_or_else(damaged)?)?;
        let start = HEADER + card_len(&bytes, place)?;
        let end = bytes.len();
        text(bytes, start, end)
    }

    /// The facts of an entry.
    pub(super) fn facts(&self, place: Place) -> std::io::Result<String> {
        card_len(&self.bytes(place.offset, HEADER as u64)?, place)?;
        let bytes = self.bytes(place.offset + place.len - place.facts, place.facts)?;
        let end = bytes.len();
        text(bytes, 0, end)
    }

    #[cfg(unix)]
    fn bytes(&self, offset: u64, len: u64) -> std::io::Result<Vec<u8>> {
        use std::os::unix::fs::FileExt as _;
        let mut bytes = vec![0; checked(len)?];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    #[cfg(not(unix))]
    fn bytes(&self, offset: u64, len: u64) -> std::io::Result<Vec<u8>> {
        use std::io::Read as _;
        use std::io::Seek as _;
        let mut file = &self.file;
        file.seek(std::io::SeekFrom::Start(offset))?;
        let mut bytes = vec![0; checked(len)?];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn damaged() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, "the index's side file is damaged")
}

/// A damaged index may claim any length; no record is this large.
fn checked(len: u64) -> std::io::Result<usize> {
    usize::try_from(len).ok().filter(|&len| len <= 8 * crate::yaml::MAX_BYTES).ok_or_else(damaged)
}

/// The length of the card in an entry, whose header must be the one that the index expects.
fn card_len(bytes: &[u8], place: Place) -> std::io::Result<usize> {
    let header = bytes.get(..HEADER).ok_or_else(damaged)?;
    let word = |at: usize| header[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
    let own = header[4..12].try_into().map_or(u64::MAX, u64::from_le_bytes);
    let (card, texts, facts) = (word(12), word(16), word(20));
    let len = HEADER as u64 + u64::from(card) + u64::from(texts) + u64::from(facts);
    let other = own != place.number || len != place.len || u64::from(facts) != place.facts;
    if header[..4] != MARK || other {
        return Err(damaged());
    }
    checked(card.into())
}

/// A piece of an entry, in the memory that it was read into.
fn text(mut bytes: Vec<u8>, start: usize, end: usize) -> std::io::Result<String> {
    bytes.truncate(end);
    bytes.drain(..start);
    String::from_utf8(bytes).map_err(|_| damaged())
}

/// Appends entries.
pub(super) struct Appender {
    file: std::io::BufWriter<File>,
    end: u64,
}

impl Appender {
    /// Continues the file at `end`; what an interrupted run left behind it is cut off.
    pub(super) fn open(path: &Path, end: u64) -> std::io::Result<Appender> {
        let file = File::options().create(true).truncate(false).append(true).open(path)?;
        file.set_len(end)?;
        Ok(Appender { file: std::io::BufWriter::with_capacity(1 << 20, file), end })
    }

    /// Appends one entry; gives its place: offset and length.
    pub(super) fn append(&mut self, number: u64, prepared: &Prepared) -> std::io::Result<(u64, u64)> {
        let parts = [&prepared.card, &prepared.texts, &prepared.facts];
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
        let len = (HEADER + parts.iter().map(|part| part.len()).sum::<usize>()) as u64;
        self.end += len;
        Ok((start, len))
    }

    /// Writes everything to disk; gives the file's length.
    pub(super) fn finish(self) -> std::io::Result<u64> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_data()?;
        Ok(self.end)
    }
}

/// A card as JSON, with short keys: every `stats` reads them all.
pub(super) fn card_to_json(card: &Card) -> String {
    let facts: Vec<Value> = card.facts.iter().map(|f| json!([f.field, f.item, f.value])).collect();
    json!([card.kind, card.id, card.path, card.title, card.extent, facts]).to_string()
}

/// A card's id and title, as far as ranking needs it. `None` when the text is not such a card.
pub(super) fn heading_from_json(card: &str) -> Option<(String, String)> {
    type Skip = serde::de::IgnoredAny;
    let (_, id, _, title, _, _): (Skip, String, Skip, String, Skip, Skip) =
        serde_json::from_str(card).ok()?;
    Some((id, title))
}

/// The way back. `None` when the text is not such a card.
pub(super) fn card_from_json(text: &str) -> Option<Card> {
    type Stored = (String, String, String, String, Option<String>, Vec<(usize, usize, Datum)>);
    let (kind, id, path, title, extent, facts): Stored = serde_json::from_str(text).ok()?;
    let facts = facts.into_iter().map(|(field, item, value)| Fact { field, item, value }).collect();
    Some(Card { kind, id, path, title, extent, facts })
}
