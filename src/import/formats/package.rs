//! Owns how parts are taken out of a zipped document, and the limits that keep a hostile one from filling the memory.
//! Must not know what the parts say.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

/// The largest part, inflated.
const MAX_PART: u64 = 64 << 20;
/// All parts together, inflated.
const MAX_ALL: u64 = 256 << 20;
/// A part of more than this …
const SMALL: u64 = 8 << 20;
/// … that is so many times as large as it was packed is no document. Word's own files reach about 60.
const MAX_RATIO: u64 = 400;
/// More entries than any document has.
const MAX_ENTRIES: usize = 20_000;
/// Deeper than any document is nested.
const MAX_DEPTH: usize = 200;

/// A zipped document.
pub struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// Where each part is, by its name in lower case with `/` between folders.
    places: HashMap<String, usize>,
    spent: u64,
}

impl<'b> Package<'b> {
    /// Opens it; `None` where the bytes are no archive that holds together.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        if !bytes.starts_with(b"PK") {
            return None;
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        if archive.len() > MAX_ENTRIES {
            return None;
        }
        let mut places = HashMap::new();
        for place in 0..archive.len() {
            if let Some(Ok(name)) = archive.name_for_index(place) {
                places.entry(key(&name)).or_insert(place);
            }
        }
        Some(Package { archive, places, spent: 0 })
    }

    /// Whether it has this part.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(&key(name))
    }

    /// The text of a part; `None` where there is none.
    ///
    /// # Errors
    /// `bomb`, `encrypted`, `broken-part`.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, &'static str> {
        let Some(place) = self.places.get(&key(name)) else { return Ok(None) };
        let file = self.archive.by_index(*place).map_err(|error| match error {
            ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => "encrypted",
            _ => "broken-part",
        })?;
        let packed = file.compressed_size().max(1);
        let limit = MAX_PART.min(MAX_ALL - self.spent).min(SMALL.max(packed.saturating_mul(MAX_RATIO)));
        // What the archive says of the size is a hint and no more.
        let room = usize::try_from(file.size().min(SMALL)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(room);
        let read = file.take(limit + 1).read_to_end(&mut bytes);
        let size = bytes.len() as u64;
        if size > limit {
            return Err("bomb");
        }
        self.spent += size;
        read.map_err(|_| "broken-part")?;
        decode(bytes).map(Some)
    }
}

fn key(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// XML says its encoding itself; office programs write UTF-8, a few UTF-16 with a mark.
fn decode(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let (text, _, broken) = encoding_rs::UTF_16LE.decode(&bytes);
        return if broken { Err("broken-part") } else { Ok(text.into_owned()) };
    }
    String::from_utf8(bytes).map_err(|_| "broken-part")
}

/// The events of a part, with an eye on how deep it goes.
pub struct Xml<'x> {
    reader: Reader<&'x [u8]>,
    depth: usize,
}

impl<'x> Xml<'x> {
    /// From the start.
    pub fn new(text: &'x str) -> Self {
        Xml { reader: Reader::from_str(text), depth: 0 }
    }

    /// The next event.
    ///
    /// # Errors
    /// `too-deep`, `broken-part`.
    pub fn next(&mut self) -> Result<Event<'x>, &'static str> {
        let event = self.reader.read_event().map_err(|_| "broken-part")?;
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err("too-deep");
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err("broken-part"),
            _ => {}
        }
        Ok(event)
    }

    /// Passes over the rest of the element that has just started.
    ///
    /// # Errors
    /// `too-deep`, `broken-part`.
    pub fn skip(&mut self) -> Result<(), &'static str> {
        let target = self.depth.saturating_sub(1);
        loop {
            match self.next()? {
                Event::End(_) if self.depth == target => return Ok(()),
                Event::Eof => return Err("broken-part"),
                _ => {}
            }
        }
    }
}

/// An attribute by its name without prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// A number in an attribute.
pub fn number<N: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Option<N> {
    attribute(element, name)?.trim().parse().ok()
}

/// The character that an entity stands for. Only the five of XML and numbered ones: a document cannot define its own.
pub fn entity(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
