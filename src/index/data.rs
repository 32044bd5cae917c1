//! The side file: card and folded texts of every record, one after the other.
//!
//! It is only ever appended to; the index holds each record's place in it. What a deleted record
//! leaves behind is dropped at the next rebuild.

use crate::archive::Card;
use crate::schema::Datum;
use crate::schema::Fact;
use serde_json::Value;
use serde_json::json;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// Before each entry: a mark, the record's number, the length of its card and of its texts.
const HEADER: usize = 4 + 8 + 4 + 4;
const MARK: [u8; 4] = *b"anku";

/// The side file, opened for reading.
#[derive(Debug)]
pub(super) struct Data {
    file: File,
}

/// One entry of the side file.
#[derive(Debug)]
pub(super) struct Item {
    pub card: String,
    pub texts: String,
}

impl Data {
    pub(super) fn open(path: &Path) -> std::io::Result<Data> {
        Ok(Data { file: File::open(path)? })
    }

    pub(super) fn len(&self) -> std::io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The entry at `offset`, of `len` bytes with its header, which must be record `number`'s.
    pub(super) fn item(&self, offset: u64, len: u64, number: u64) -> std::io::Result<Item> {
        let bytes = self.bytes(offset, len)?;
        let bad = || std::io::Error::new(std::io::ErrorKind::InvalidData, "the index's side file is damaged");
        let header = bytes.get(..HEADER).ok_or_else(bad)?;
        let word = |at: usize| header[at..at + 4].try_into().map(u32::from_le_bytes).unwrap_or(0) as usize;
        let own = header[4..12].try_into().map(u64::from_le_bytes).unwrap_or(u64::MAX);
        let (card, texts) = (word(12), word(16));
        if header[..4] != MARK || own != number || HEADER + card + texts != bytes.len() {
            return Err(bad());
        }
        let text = |range: std::ops::Range<usize>| String::from_utf8(bytes[range].to_vec()).map_err(|_| bad());
        Ok(Item { card: text(HEADER..HEADER + card)?, texts: text(HEADER + card..bytes.len())? })
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

/// A damaged index may claim any length; no record is this large.
fn checked(len: u64) -> std::io::Result<usize> {
    match usize::try_from(len) {
        Ok(len) if len <= 8 * crate::yaml::MAX_BYTES => Ok(len),
        _ => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the index's side file is damaged")),
    }
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
    pub(super) fn append(&mut self, number: u64, card: &str, texts: &str) -> std::io::Result<(u64, u64)> {
        let (Ok(card_len), Ok(texts_len)) = (u32::try_from(card.len()), u32::try_from(texts.len())) else {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "a record of more than 4 GiB"));
        };
        let start = self.end;
        self.file.write_all(&MARK)?;
        self.file.write_all(&number.to_le_bytes())?;
        self.file.write_all(&card_len.to_le_bytes())?;
        self.file.write_all(&texts_len.to_le_bytes())?;
        self.file.write_all(card.as_bytes())?;
        self.file.write_all(texts.as_bytes())?;
        let len = (HEADER + card.len() + texts.len()) as u64;
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

/// The way back. `None` when the text is not such a card.
pub(super) fn card_from_json(text: &str) -> Option<Card> {
    type Stored = (String, String, String, String, Option<String>, Vec<(usize, usize, Datum)>);
    let (kind, id, path, title, extent, facts): Stored = serde_json::from_str(text).ok()?;
    let facts = facts.into_iter().map(|(field, item, value)| Fact { field, item, value }).collect();
    Some(Card { kind, id, path, title, extent, facts })
}
