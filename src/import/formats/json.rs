//! Owns records that a program wrote: a JSON array of objects, an object that holds one, an object a line.
//! Must not know what a key means.

use serde::Deserialize;
use serde::de::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Value;

use super::tabular::MAX_CELLS;
use super::text::{Decoded, decode};
use super::{Bytes, Reading};
use crate::import::document::{Cell, Document, Row, Table};
use crate::import::options::Options;

/// Objects are taken apart so deep; what lies deeper stays JSON.
const DEEPEST: usize = 6;
/// Different keys in one file.
const MAX_COLUMNS: usize = 4096;

/// Bytes of the words that a program puts around a list.
const WRAPPER: usize = 64;
/// Keys that a record has and the wrapper of a list has not.
const RECORD: [&str; 5] = ["id", "title", "题目", "标题", "案例名称"];

type Span = (usize, usize);
/// An object, or why it is none and where: line and column, from 1.
type Element = Result<Value, (&'static str, (usize, usize))>;
/// Not an object of JSON.
const NO_OBJECT: &str = "json-object";
/// An object that says one thing twice: which of them is meant nobody can know.
const REPEATED: &str = "json-key";

/// Whether the bytes are such records, or are named so.
pub fn sniff(input: Bytes<'_>) -> bool {
    if matches!(input.ending, "json" | "jsonl" | "ndjson") {
        return true;
    }
    // Every text comes by here: one look before it is decoded.
    let first = input
        .bytes
        .iter()
        .find(|byte| !matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf | 0xfe | 0xff));
    if !matches!(first, Some(b'[' | b'{')) {
        return false;
    }
    let Ok(Decoded { text, .. }) = decode(input.bytes, &Options::default()) else { return false };
    text.trim_start().starts_with(['[', '{'])
        && elements(&text).is_some_and(|found| found.iter().any(|(_, element)| element.is_ok()))
}

/// Reads the records. What should be one and is none is a row with a flaw.
///
/// # Errors
/// Those of a text, `empty`, `no-objects`, `too-large`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let Decoded { text, encoding, remarks } = decode(input.bytes, options)?;
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err("empty");
    }
    let is_one = |(_, element): &(Span, Element)| !matches!(element, Err((NO_OBJECT, _)));
    let elements = elements(&text).filter(|found| found.iter().any(is_one)).ok_or("no-objects")?;
    let mut keys: Vec<String> = Vec::new();
    let mut places: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut rows = Vec::with_capacity(elements.len() + 1);
    let mut count = 0;
    for (number, ((start, end), value)) in elements.iter().enumerate() {
        let mut cells = Vec::new();
        let mut put = |key: &str, words: String| {
            let words = words.trim();
            let column = match places.get(key) {
                Some(column) => *column,
                None if keys.len() < MAX_COLUMNS => {
                    keys.push(key.to_owned());
                    places.insert(key.to_owned(), keys.len() - 1);
                    keys.len() - 1
                }
                None => return,
            };
            if !words.is_empty() {
                let text = words.to_owned();
                cells.push(Cell { column, columns: 1, rows: 1, text, start: *start, end: *end });
            }
        };
        let flaw = match value {
            Ok(value) => {
                flatten("", value, 0, &mut put);
                None
            }
            Err((why, (line, column))) => Some((*why, format!("{line}:{column}"))),
        };
        if keys.len() >= MAX_COLUMNS {
            return Err("too-large");
        }
        count += cells.len();
        if count > MAX_CELLS {
            return Err("too-large");
        }
        cells.sort_by_key(|cell| cell.column);
        rows.push(Row { number: number + 1, start: *start, end: *end, cells, flaw });
    }
    let at = elements.first().map_or(0, |((start, _), _)| *start);
    let heads = keys.into_iter().enumerate();
    let heads =
        heads.map(|(column, text)| Cell { column, columns: 1, rows: 1, text, start: at, end: at }).collect();
    // The keys stand in no place of their own: a row of no length, numbered 0, heads the table.
    rows.insert(0, Row { number: 0, start: at, end: at, cells: heads, flaw: None });
    let table = Table { name: None, rows };
    let document = Document { text, tables: vec![table], only_tables: true, ..Document::default() };
    Ok(Reading { document, encoding, remarks, ..Reading::default() })
}

/// The objects with their places.
fn elements(text: &str) -> Option<Vec<(Span, Element)>> {
    let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
    let bytes = text.as_bytes();
    let whole = value_end(bytes, start).filter(|end| text[*end..].trim().is_empty());
    let spans = match (bytes.get(start)?, whole) {
        (b'[', Some(_)) => items(bytes, start)?,
        (b'{', Some(end)) => match member_array(text, start, end) {
            Some(array) => items(bytes, array)?,
            None => vec![(start, end)],
        },
        _ => lines(text),
    };
    let mut place = Place { text, seen: 0, line: 1 };
    Some(spans.into_iter().map(|span| (span, element(span, &mut place))).collect())
}

/// The lines that hold something.
fn lines(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let start = at + line.find(body).unwrap_or(0);
        at += line.len();
        if !body.is_empty() {
            found.push((start, start + body.len()));
        }
    }
    found
}

fn element((start, end): Span, place: &mut Place<'_>) -> Element {
    match serde_json::from_str::<Once>(&place.text[start..end]) {
        Ok(Once(value)) if value.is_object() => Ok(value),
        Ok(_) => Err((NO_OBJECT, place.of(start, 1, 1))),
        Err(error) => {
            let why = if error.is_data() { REPEATED } else { NO_OBJECT };
            Err((why, place.of(start, error.line(), error.column())))
        }
    }
}

/// Lines and columns of a text, asked for from front to back.
struct Place<'t> {
    text: &'t str,
    seen: usize,
    line: usize,
}

impl Place<'_> {
    /// Line and column (characters, from 1) of what the parser places at a line and a column (bytes, from 1)
    /// of the piece that begins at `start`.
    fn of(&mut self, start: usize, line: usize, column: usize) -> (usize, usize) {
        self.line += self.text[self.seen..start].matches('\n').count();
        self.seen = start;
        let piece = self.text[start..].split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let before = if line > 1 {
            0
        } else {
            self.text[..start].rsplit('\n').next().map_or(0, |l| l.chars().count())
        };
        let inside = piece.char_indices().take_while(|(at, _)| at + 1 < column).count();
        (self.line + line.saturating_sub(1), before + inside + 1)
    }
}

/// A JSON value in which no object has a key twice: `serde_json` would keep the last in silence.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(Once(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(list.into())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
                let mut map = serde_json::Map::new();
                while let Some(key) = members.next_key::<String>()? {
                    if map.contains_key(&key) {
                        return Err(serde::de::Error::custom(REPEATED));
                    }
                    let Once(value) = members.next_value()?;
                    map.insert(key, value);
                }
                Ok(map.into())
            }
        }
        deserializer.deserialize_any(Any).map(Once)
    }
}

/// Where the array of objects starts that is the only one among an object's members.
fn member_array(text: &str, start: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut found = None;
    let mut at = blank(bytes, start + 1);
    while at < end && bytes.get(at) == Some(&b'"') {
        at = blank(bytes, value_end(bytes, at)?);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let value = blank(bytes, at + 1);
        let stop = value_end(bytes, value)?;
        if bytes.get(value) == Some(&b'[') && bytes.get(blank(bytes, value + 1)) == Some(&b'{') {
            if found.is_some() {
                return None;
            }
            found = Some(value);
        }
        at = blank(bytes, stop);
        if bytes.get(at) == Some(&b',') {
            at = blank(bytes, at + 1);
        }
    }
    // A record with sections is a record, not a list of records: around a list stand counts and short words, no title of one.
    let value: Value = serde_json::from_str(text.get(start..end)?).ok()?;
    let members = value.as_object()?;
    let short = |value: &Value| value.as_str().is_none_or(|text| text.len() < WRAPPER);
    let alone = members.values().all(short);
    let named = RECORD.iter().any(|key| members.contains_key(*key));
    found.filter(|_| alone && !named)
}

/// The spans of an array's items.
fn items(bytes: &[u8], start: usize) -> Option<Vec<Span>> {
    let mut found = Vec::new();
    let mut at = blank(bytes, start + 1);
    while bytes.get(at) != Some(&b']') {
        let end = value_end(bytes, at)?;
        found.push((at, end));
        if found.len() > MAX_CELLS {
            return None;
        }
        at = blank(bytes, end);
        match bytes.get(at)? {
            b',' => at = blank(bytes, at + 1),
            b']' => {}
            _ => return None,
        }
    }
    Some(found)
}

fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Where the value ends that starts here. Brackets and quotation marks are paired; the rest is the parser's business.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' if depth > 0 => {
                at += 1;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ => {
                let word = |byte: &u8| !matches!(byte, b',' | b':' | b'"') && !b"[]{} \t\r\n".contains(byte);
                let len = bytes[at..].iter().take_while(|byte| word(byte)).count();
                if len == 0 {
                    return None;
                }
                at += len;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn flatten(path: &str, value: &Value, depth: usize, put: &mut dyn FnMut(&str, String)) {
    match value {
        Value::Null => {}
        Value::Object(members) if depth < DEEPEST => {
            for (key, value) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, value, depth + 1, put);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let words: Vec<String> = items.iter().map(scalar).collect();
            put(path, words.join("\n"));
        }
        Value::Object(_) | Value::Array(_) => put(path, value.to_string()),
        _ => put(path, scalar(value)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(text: &str) -> Vec<&str> {
        elements(text).unwrap().iter().map(|((start, end), _)| &text[*start..*end]).collect()
    }

    #[test]
    fn arrays_members_and_lines_give_their_objects() {
        assert_eq!(spans(r#" [{"a":"]"}, {"b":[1,{"c":2}]}] "#), [r#"{"a":"]"}"#, r#"{"b":[1,{"c":2}]}"#]);
        assert_eq!(spans(r#"{"count": 2, "items": [{"a":1},{"a":2}]}"#), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(spans("{\"a\":1}\n\n{\"a\":2}\n"), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(spans(r#"{"title":"甲","sections":[{"role":"x"}]}"#).len(), 1);
        assert!(elements("[案例] 某县").is_none_or(|found| found.iter().all(|(_, one)| one.is_err())));
    }

    #[test]
    fn what_is_no_object_has_its_place() {
        let flaws = |text: &str| -> Vec<(&'static str, (usize, usize))> {
            elements(text).unwrap().into_iter().filter_map(|(_, element)| element.err()).collect()
        };
        assert_eq!(
            flaws("{\"a\":1}\n\n甲乙\n{\"a\":1,\"a\":2}\n[1]\n"),
            [(NO_OBJECT, (3, 1)), (REPEATED, (4, 10)), (NO_OBJECT, (5, 1)),]
        );
        let nested = "[{\"题目\":\"甲\"},\n  {\"题目\":\"乙\",\n \"地\":{\"省\":1,\"省\":2}}]";
        assert_eq!(flaws(nested), [(REPEATED, (3, 15))]);
    }

    #[test]
    fn objects_in_objects_have_dotted_names() {
        let bytes = r#"[{"title":"甲","region":{"province":"甘肃"},"themes":["一","二"],"n":7,"z":null}]"#;
        let reading = read(Bytes { bytes: bytes.as_bytes(), ending: "json" }, &Options::default()).unwrap();
        let table = &reading.document.tables[0];
        let heads: Vec<&str> = table.rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(heads, ["title", "region.province", "themes", "n"]);
        let words: Vec<&str> = table.rows[1].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(words, ["甲", "甘肃", "一\n二", "7"]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(text in "[\\[\\]{}\":,a甲1\\\\ \n]{0,60}") {
            if let Some(found) = elements(&text) {
                for ((start, end), _) in found {
                    prop_assert!(start < end && end <= text.len());
                }
            }
        }
    }
}
