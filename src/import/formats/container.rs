//! Owns archives of files (zip): their members with their names, and the limits that keep a hostile one harmless.
//! Must not know what the members are.

use std::io::{Cursor, Read};

use encoding_rs::GB18030;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{MAX_BYTES, base_name};
use crate::import::select::Globs;

/// The largest archive that is read.
pub const MAX_ARCHIVE: usize = 512 << 20;
/// Members of an archive and of those in it.
const MEMBERS: usize = 20_000;
/// Bytes of all members together.
const TOTAL: u64 = 1 << 30;
/// No text shrinks so far; what does is made to burst (deflate itself ends at 1032).
const RATIO: u64 = 200;
/// Small files may shrink as they like.
const FLOOR: u64 = 1 << 20;
/// An archive in an archive is opened, one in that is not.
const DEPTH: usize = 1;
/// Bytes of a member's name.
const LONGEST_NAME: usize = 1024;

/// A member of an archive.
#[derive(Debug)]
pub struct Member {
    /// The archive's name, then the path inside.
    pub path: String,
    /// Its bytes, or the key of the reason why there are none (`import.reason.KEY` in `locale`).
    pub bytes: Result<Vec<u8>, &'static str>,
}

/// Whether bytes are an archive of files, and not an office document, which is one too.
pub fn is_archive(bytes: &[u8], ending: &str) -> bool {
    const OFFICE: [&str; 9] = ["docx", "xlsx", "pptx", "docm", "xlsm", "odt", "ods", "odp", "epub"];
    if !(bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")) {
        return false;
    }
    if bytes.get(30..38) == Some(b"mimetype") {
        return false;
    }
    match directory(bytes) {
        Ok(zip) => !zip.file_names_raw().any(|name| name == b"[Content_Types].xml"),
        Err(_) => {
            let head = &bytes[..bytes.len().min(1 << 16)];
            !OFFICE.contains(&ending) && memchr::memmem::find(head, b"[Content_Types].xml").is_none()
        }
    }
}

type Zip<'b> = ZipArchive<Cursor<&'b [u8]>>;

fn directory(bytes: &[u8]) -> Result<Zip<'_>, &'static str> {
    // Every entry of the directory costs memory before it can be counted, so the count that it declares is looked at first; 0xFFFF stands for
    // more (APPNOTE 4.4.22).
    let tail = bytes.len().saturating_sub(22 + 0xffff);
    if let Some(at) = memchr::memmem::rfind(&bytes[tail..], b"PK\x05\x06")
        && let Some(count) = bytes.get(tail + at + 10..tail + at + 12)
        && usize::from(u16::from_le_bytes([count[0], count[1]])) > MEMBERS
    {
        return Err("zip-members");
    }
    let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "zip-broken")?;
    if zip.len() > MEMBERS { Err("zip-members") } else { Ok(zip) }
}

/// What is left of the limits while an archive is read.
struct Budget {
    members: usize,
    bytes: u64,
}

/// Hands every member on, in the order of the archive's directory, those of an archive inside among them.
/// Returns how many were passed over because they are a system's leavings.
pub fn members(name: &str, bytes: &[u8], globs: &Globs, take: &mut dyn FnMut(Member)) -> usize {
    let mut budget = Budget { members: MEMBERS, bytes: TOTAL };
    expand(name, bytes, globs, 0, &mut budget, take)
}

fn expand(
    name: &str,
    bytes: &[u8],
    globs: &Globs,
    depth: usize,
    budget: &mut Budget,
    take: &mut dyn FnMut(Member),
) -> usize {
    let refuse = |reason| Member { path: name.to_owned(), bytes: Err(reason) };
    let mut zip = match directory(bytes) {
        Ok(zip) => zip,
        Err(reason) => {
            take(refuse(reason));
            return 0;
        }
    };
    if zip.is_empty() {
        take(refuse("empty"));
    }
    if zip.has_duplicate_names() {
        take(refuse("zip-twice"));
    }
    let mut leavings = 0;
    for place in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(place) else { continue };
        let inner = name_of(entry.name_raw(), entry.flags().as_u16() & 0x0800 != 0);
        if entry.is_dir() {
            continue;
        }
        if is_leaving(&inner) {
            leavings += 1;
            continue;
        }
        let path = format!("{name}/{inner}");
        let packed = entry.compressed_size();
        let odd = if !is_safe(&inner) {
            Some("zip-path")
        } else if entry.is_symlink() {
            Some("zip-symlink")
        } else if entry.encrypted() {
            Some("zip-encrypted")
        } else {
            None
        };
        let is_zip = inner.to_lowercase().ends_with(".zip");
        if !(if is_zip { globs.enter(&path) } else { globs.take(&path) }) {
            continue;
        }
        let Some(left) = budget.members.checked_sub(1) else {
            take(Member { path, bytes: Err("zip-members") });
            return leavings;
        };
        budget.members = left;
        let read = match odd {
            Some(reason) => Err(reason),
            None => zip.by_index(place).map_err(reason).and_then(|file| inflate(file, packed, budget)),
        };
        match read {
            Err(reason) => {
                take(Member { path, bytes: Err(reason) });
                if reason == "zip-total" {
                    return leavings;
                }
            }
            Ok(inside) if is_archive(&inside, ending(&inner)) => {
                if depth < DEPTH {
                    leavings += expand(&path, &inside, globs, depth + 1, budget, take);
                } else {
                    take(Member { path, bytes: Err("zip-nested") });
                }
            }
            // What only calls itself an archive was let through unasked.
            Ok(inside) if globs.take(&path) => take(Member { path, bytes: Ok(inside) }),
            Ok(_) => {}
        }
    }
    leavings
}

fn ending(path: &str) -> &str {
    base_name(path).rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn reason(error: ZipError) -> &'static str {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => "zip-method",
        ZipError::InvalidPassword => "zip-encrypted",
        _ => "zip-broken",
    }
}

/// Reads a member, counting what really comes out: the sizes in the headers are only claims.
fn inflate(mut file: impl Read, packed: u64, budget: &mut Budget) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => return Ok(out),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return Err("zip-broken"),
        };
        out.extend_from_slice(&chunk[..read]);
        let Some(left) = budget.bytes.checked_sub(read as u64) else {
            return Err("zip-total");
        };
        budget.bytes = left;
        if out.len() as u64 > FLOOR.max(packed.saturating_mul(RATIO)) {
            return Err("zip-ratio");
        }
        if out.len() > MAX_BYTES {
            return Err("too-large");
        }
    }
}

/// A member's name. Without the flag for UTF-8 it is in the code page of the machine that packed it: on a Chinese Windows GB18030, else cp437,
/// as the format was born with. Unix tools write UTF-8 and forget the flag; three bytes a character do not happen by chance.
fn name_of(raw: &[u8], flagged: bool) -> String {
    if let Ok(name) = std::str::from_utf8(raw)
        && (flagged || name.is_ascii() || name.chars().any(|c| c.len_utf8() >= 3))
    {
        return name.to_owned();
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(raw) {
        Some(name) => name.into_owned(),
        None => raw.iter().map(|byte| cp437(*byte)).collect(),
    }
}

/// Code page 437 (unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP437.TXT).
fn cp437(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(place) => UPPER.chars().nth(usize::from(place)).unwrap_or('\u{fffd}'),
    }
}

/// Whether a name stays below where the archive lies, on any system.
fn is_safe(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    let parts = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    !drive && parts && name.len() <= LONGEST_NAME && !name.contains(|c: char| c == '\\' || c.is_control())
}

/// What systems leave in archives and folders, and nobody wrote.
pub fn is_leaving(path: &str) -> bool {
    let last = base_name(path);
    path.split('/').any(|part| part == "__MACOSX")
        || ["Thumbs.db", "desktop.ini"].iter().any(|name| last.eq_ignore_ascii_case(name))
        || last == ".DS_Store"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_were_written() {
        let (gb, _, _) = GB18030.encode("典型案例/党建工作.txt");
        assert_eq!(name_of(&gb, false), "典型案例/党建工作.txt");
        assert_eq!(name_of("典型案例.txt".as_bytes(), false), "典型案例.txt");
        assert_eq!(name_of("é.txt".as_bytes(), true), "é.txt");
        assert_eq!(name_of(b"caf\x82", false), "café");
        assert_eq!((cp437(0x80), cp437(0xff), cp437(0xe1)), ('Ç', '\u{a0}', 'ß'));
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_safe() {
        for name in ["../a", "a/../../b", "/etc/passwd", "C:/a", "c:a", "a\\b", "a\0b", "a//b", "", "a/\n"] {
            assert!(!is_safe(name), "{name:?}");
        }
        for name in ["a.txt", "典型案例/党建..txt", "a b/c"] {
            assert!(is_safe(name), "{name}");
        }
        assert!(is_leaving("__MACOSX/._a.txt") && is_leaving("x/.DS_Store") && is_leaving("THUMBS.DB"));
    }
}
