//! Owns plain text: how its bytes are decoded. Other readers of text (tables with commas, pages) decode through here.
//! Must not know what the text says.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE};

use super::{Bytes, Reading};
use crate::import::markup;
use crate::import::options::Options;

/// Bytes that are looked at to guess an encoding.
const SAMPLE: usize = 256 << 10;
/// With fewer bytes beyond ASCII than this a guess at Big5 is chance (chardetng 1.0 on short GBK texts).
const ENOUGH: usize = 40;
/// So many characters of three bytes, all well-formed, are no chance: the text is UTF-8.
const SURELY_UTF8: usize = 8;

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text without its byte order mark.
    pub text: String,
    /// How it was decoded: `UTF-8`, `UTF-8-BOM`, `UTF-16LE`, `GB18030`, ….
    pub encoding: &'static str,
    /// The keys of what a person should know (`import.remark.KEY` in `locale`).
    pub remarks: Vec<&'static str>,
}

/// Bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The reason's key.
    pub reason: &'static str,
    /// The first byte, from 0, that does not fit; where one byte is to blame.
    pub at: Option<usize>,
}

/// Reads a text.
///
/// # Errors
/// Those of [`decode`].
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let Decoded { text, encoding, remarks } = decode(input.bytes, options)?;
    Ok(Reading { document: markup::document(text), encoding, remarks, ..Reading::default() })
}

/// Decodes a text, strictly: a replacement character would be a loss that nobody notices.
///
/// # Errors
/// `binary`, `encoding`, `encoding-cut`, `utf-32`, `no-label`.
pub fn decode(bytes: &[u8], options: &Options<'_>) -> Result<Decoded, &'static str> {
    examine(bytes, options).map_err(|malformed| malformed.reason)
}

/// The same, with the place of what is wrong.
///
/// # Errors
/// Those of [`decode`].
pub fn examine(bytes: &[u8], options: &Options<'_>) -> Result<Decoded, Malformed> {
    if let Some(label) = &options.encoding {
        let encoding = encoding_of(label).ok_or(Malformed { reason: "no-label", at: None })?;
        return whole(bytes, encoding, Vec::new());
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(Malformed { reason: "utf-32", at: None });
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return whole(bytes, encoding, Vec::new());
    }
    match std::str::from_utf8(bytes) {
        // Latin letters in UTF-16 are well-formed UTF-8 too, every other byte a NUL.
        Ok(_) if bytes.contains(&0) => {
            let many = bytes.iter().filter(|byte| **byte == 0).count() * 5 >= bytes.len();
            match unmarked_utf16(bytes).filter(|_| many) {
                Some(encoding) => whole(bytes, encoding, Vec::new()),
                None => Err(Malformed { reason: "binary", at: None }),
            }
        }
        Ok(text) => Ok(decoded(text.to_owned(), "UTF-8", Vec::new())),
        Err(error) => {
            if let Some(encoding) = unmarked_utf16(bytes) {
                return whole(bytes, encoding, Vec::new());
            }
            if bytes.contains(&0) {
                return Err(Malformed { reason: "binary", at: None });
            }
            if is_damaged_utf8(bytes) {
                let reason = if error.error_len().is_none() { "encoding-cut" } else { "encoding" };
                return Err(Malformed { reason, at: Some(error.valid_up_to()) });
            }
            guessed(bytes)
        }
    }
}

/// The encoding that a label names: those of the WHATWG standard, where GBK and GB2312 are read as the GB18030 that contains them.
pub fn encoding_of(label: &str) -> Option<&'static Encoding> {
    let found = Encoding::for_label_no_replacement(label.trim().as_bytes())?;
    // The two that the standard decodes by other rules than its encoder's: no text is written in them.
    Some(if found == encoding_rs::GBK { GB18030 } else { found })
}

/// Labels to suggest from, the usual ones of Chinese texts.
pub const LABELS: &[&str] = &[
    "utf-8",
    "utf-16le",
    "utf-16be",
    "gb18030",
    "gbk",
    "gb2312",
    "big5",
    "big5-hkscs",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "windows-1252",
    "iso-8859-1",
];

fn decoded(text: String, encoding: &'static str, remarks: Vec<&'static str>) -> Decoded {
    Decoded { text, encoding, remarks }
}

/// Decodes everything by one encoding; a byte order mark of that encoding is left out.
fn whole(
    bytes: &[u8],
    encoding: &'static Encoding,
    remarks: Vec<&'static str>,
) -> Result<Decoded, Malformed> {
    let mark = match Encoding::for_bom(bytes) {
        Some((marked, length)) if marked == encoding => length,
        _ => 0,
    };
    let body = &bytes[mark..];
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) else {
        let (at, cut) = first_malformed(body, encoding);
        let reason = if cut { "encoding-cut" } else { "encoding" };
        return Err(Malformed { reason, at: Some(mark + at) });
    };
    no_controls(&text, bytes)?;
    let name = match encoding.name() {
        "gb18030" => "GB18030",
        "UTF-8" if mark > 0 => "UTF-8-BOM",
        "UTF-16LE" if mark > 0 => "UTF-16LE-BOM",
        "UTF-16BE" if mark > 0 => "UTF-16BE-BOM",
        name => name,
    };
    Ok(decoded(text.into_owned(), name, remarks))
}

/// What decodes without an error and is full of control characters was no text.
fn no_controls(text: &str, bytes: &[u8]) -> Result<(), Malformed> {
    let odd = |c: &u8| *c < 0x20 && !matches!(c, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1b);
    let count = text.bytes().filter(odd).count();
    let nul = text.bytes().any(|byte| byte == 0);
    if nul || count * 50 > bytes.len() { Err(Malformed { reason: "binary", at: None }) } else { Ok(()) }
}

/// Where the first malformed sequence begins, and whether it is only the end that is missing.
fn first_malformed(body: &[u8], encoding: &'static Encoding) -> (usize, bool) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = vec![0; 1 << 14];
    let mut at = 0;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&body[at..], &mut out, false);
        at += read;
        match result {
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, more) => {
                return (at.saturating_sub(usize::from(length) + usize::from(more)), false);
            }
            DecoderResult::InputEmpty => {
                let (result, _, _) = decoder.decode_to_utf8_without_replacement(&[], &mut out, true);
                let length = match result {
                    DecoderResult::Malformed(length, more) => length + more,
                    _ => 0,
                };
                return (at.saturating_sub(usize::from(length)), true);
            }
        }
    }
}

/// UTF-8 for the most part, and broken somewhere: read as another encoding it would be another text.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| c.len_utf8() >= 3).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= SURELY_UTF8 && bad <= 1 + good / 20
}

/// An encoding by the frequency of its characters, read as a Chinese text. Without that hint short GBK is taken for Korean or Greek, and
/// with it Big5 for GBK, without an error: so what Big5 would explain gets a remark.
fn guessed(bytes: &[u8]) -> Result<Decoded, Malformed> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == bytes.len());
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    if [SHIFT_JIS, EUC_JP, EUC_KR, BIG5].contains(&guess) {
        return whole(bytes, guess, vec!["encoding-guessed"]);
    }
    let mut found = whole(bytes, GB18030, Vec::new())?;
    let strange = || sample.iter().filter(|byte| **byte >= 0x80).count() > ENOUGH;
    // Characters that no standard assigns are what another encoding's bytes come out as.
    let unassigned = || found.text.chars().filter(|c| matches!(c, '\u{e000}'..='\u{f8ff}')).count() >= 2;
    if detector.guess(None, Utf8Detection::Deny) == BIG5 && (strange() || unassigned()) {
        found.remarks.push("big5");
    }
    Ok(found)
}

/// UTF-16 without its mark. Line ends, blanks and Chinese punctuation hold bytes there that no text in another encoding has (000A, 3001, FF0C),
/// and in the wrong order they are characters that no text is full of.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a | 0x1b);
    if !bytes.len().is_multiple_of(2) || !sample.iter().any(control) {
        return None;
    }
    let (little_fits, little) = weigh(sample, u16::from_le_bytes);
    let (big_fits, big) = weigh(sample, u16::from_be_bytes);
    if little_fits && little > big * 3 {
        Some(UTF_16LE)
    } else if big_fits && big > little * 3 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether nearly all code units are such as Chinese texts are made of, and how many speak for this order of bytes.
fn weigh(sample: &[u8], unit: fn([u8; 2]) -> u16) -> (bool, usize) {
    let (mut all, mut usual, mut telling) = (0, 0, 0);
    for pair in sample.as_chunks::<2>().0 {
        let unit = unit(*pair);
        let ascii = matches!(unit, 0x20..=0x7e | 0x09 | 0x0a | 0x0d);
        let point = matches!(unit, 0x3001 | 0x3002 | 0x3000 | 0xff0c | 0xff1a | 0xff1b | 0x201c | 0x201d);
        let fits = matches!(unit, 0xa0..=0xff | 0x2000..=0x206f | 0x2100..=0x27ff | 0x3000..=0x33ff
            | 0x4e00..=0x9fff | 0xd800..=0xdfff | 0xff00..=0xffef);
        all += 1;
        usual += usize::from(ascii || fits);
        telling += usize::from(ascii || point);
    }
    (usual * 20 >= all * 19, telling)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{decode, encoding_of, examine};
    use crate::import::formats::{Source, read};
    use crate::import::options::Options;

    fn text(name: &str, bytes: &[u8]) -> Result<Source, &'static str> {
        read(name, bytes, &Options::default())
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let plain = text("a/b.txt", "案例".as_bytes()).unwrap();
        assert_eq!((plain.name.as_str(), plain.encoding), ("b.txt", "UTF-8"));
        let marked = text("b.txt", "\u{feff}案例".as_bytes()).unwrap();
        assert_eq!((marked.document.text.as_str(), marked.encoding), ("案例", "UTF-8-BOM"));
        let (bytes, _, _) = encoding_rs::GB18030.encode("案例:“两会两评”");
        let old = text("b.txt", &bytes).unwrap();
        assert_eq!((old.document.text.as_str(), old.encoding), ("案例:“两会两评”", "GB18030"));
        let long = "党建工作,某县\n群众满意。";
        for (unit, name) in
            [(u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"), (u16::to_be_bytes, "UTF-16BE")]
        {
            let bare = text("b.txt", &utf16(long, unit)).unwrap();
            assert_eq!((bare.document.text.as_str(), bare.encoding), (long, name));
            let english = text("b.txt", &utf16("a plain line of lowercase words\n", unit)).unwrap();
            assert_eq!(english.encoding, name);
            let marked = text("b.txt", &utf16(&format!("\u{feff}{long}"), unit)).unwrap();
            assert_eq!(marked.document.text, long);
            assert_eq!(marked.encoding, format!("{name}-BOM"));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(text("x", b"").is_err());
        assert!(text("x", b" \n").is_err());
        assert!(text("x", b"\x03\x04\0\0").unwrap_err().contains("binary"));
        assert!(text("x", &[0xff, 0xff, 0x20]).is_err());
        assert_eq!(text("x", b"\xff\xfe\0\0a\0\0\0"), Err("utf-32"));
        assert_eq!(text("x", b"plain\0text"), Err("binary"));
    }

    #[test]
    fn the_place_of_what_is_wrong_is_named() {
        let options = Options::default();
        let (mut bytes, _, _) = encoding_rs::GB18030.encode("某县推行积分制管理,群众满意,干部服气,效果明显");
        let wrong = bytes.to_mut();
        wrong.splice(10..12, [0xff, 0xff]);
        let found = examine(wrong, &options).unwrap_err();
        assert_eq!((found.reason, found.at), ("encoding", Some(10)));
        let (bytes, _, _) = encoding_rs::GB18030.encode("某县推行积分制管理");
        let cut = examine(&bytes[..bytes.len() - 1], &options).unwrap_err();
        assert_eq!((cut.reason, cut.at), ("encoding-cut", Some(bytes.len() - 2)));
        let utf8 = "某县推行积分制管理,群众满意".as_bytes();
        let cut = examine(&utf8[..utf8.len() - 1], &options).unwrap_err();
        assert_eq!((cut.reason, cut.at), ("encoding-cut", Some(utf8.len() - 3)));
        // Broken UTF-8 is never read as another encoding's words.
        let mut broken = "某县推行积分制管理,群众满意,干部服气,效果明显".as_bytes().to_vec();
        broken[9] = b'?';
        let found = examine(&broken, &options).unwrap_err();
        assert_eq!((found.reason, found.at), ("encoding", Some(10)));
        let odd = examine(b"\xff\xfea\0b", &options).unwrap_err();
        assert_eq!(odd.reason, "encoding-cut");
    }

    #[test]
    fn a_named_encoding_overrules_and_big5_gets_a_remark() {
        let words = "黨建工作創新案例:某縣推行黨員積分制管理,群眾滿意,幹部服氣,效果明顯,值得推廣。";
        let (bytes, _, _) = encoding_rs::BIG5.encode(words);
        let taken = decode(&bytes, &Options::default()).unwrap();
        assert!(taken.text == words || taken.remarks == ["big5"], "{taken:?}");
        let options = Options { encoding: Some("Big5".to_owned()), ..Options::default() };
        let told = decode(&bytes, &options).unwrap();
        assert_eq!((told.text.as_str(), told.encoding), (words, "Big5"));
        assert!(told.remarks.is_empty());
        let simple = "党建工作创新案例:某县推行党员积分制管理,群众满意,干部服气,效果明显,值得推广。";
        let (bytes, _, _) = encoding_rs::GB18030.encode(simple);
        assert!(decode(&bytes, &Options::default()).unwrap().remarks.is_empty());
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(text in "[一-龥㐀-䶵,。:a-z0-9\n𠀀-𠀿]{1,200}", label in prop::sample::select(vec!["gb18030", "utf-8", "utf-16le", "utf-16be"])) {
            let bytes = match label {
                "utf-16le" => utf16(&text, u16::to_le_bytes),
                "utf-16be" => utf16(&text, u16::to_be_bytes),
                _ => encoding_of(label).unwrap().encode(&text).0.into_owned(),
            };
            let options = Options { encoding: Some(label.to_owned()), ..Options::default() };
            prop_assert_eq!(decode(&bytes, &options).unwrap().text, text);
        }

        #[test]
        fn chinese_prose_is_recognised(words in prop::collection::vec("[党建工作创新服务群众的在了是农村社区管理制度]{4,12}[,。\n]", 4..40), label in prop::sample::select(vec!["gb18030", "utf-8", "utf-16le", "utf-16be"])) {
            let text = words.concat() + "\n";
            let bytes = match label {
                "utf-16le" => utf16(&text, u16::to_le_bytes),
                "utf-16be" => utf16(&text, u16::to_be_bytes),
                _ => encoding_of(label).unwrap().encode(&text).0.into_owned(),
            };
            prop_assert_eq!(decode(&bytes, &Options::default()).unwrap().text, text);
        }

        #[test]
        fn any_bytes_end_in_a_text_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            if let Err(malformed) = examine(&bytes, &Options::default()) {
                prop_assert!(malformed.at.is_none_or(|at| at <= bytes.len()));
            }
            let (old, _, _) = encoding_rs::GB18030.encode("某县推行积分制管理,群众满意");
            let _ = examine(&old[..cut.min(old.len())], &Options::default());
        }
    }
}
