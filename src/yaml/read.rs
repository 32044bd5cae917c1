//! Bytes to a tree, or to a list of problems with their places.

use super::node::{Entry, Node, Scalar, Style, Value};
use crate::diag::{Code, Span};
use granit_parser::{Event, Options, Parser, ScalarStyle};
use std::collections::HashMap;

/// The largest file that is read as a record: 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;
/// The deepest nesting of a record.
pub const MAX_DEPTH: usize = 32;
/// More nodes than any record has; a file over it is a mistake or an attack.
const MAX_NODES: usize = 100_000;
/// From so many keys on, a mapping remembers where each stands.
const MANY_KEYS: usize = 32;

/// Nobody reads more problems of one file; an alias bomb has hundreds of thousands.
const MAX_PROBLEMS: usize = 100;

/// Something wrong with the YAML itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// What can be wrong with the YAML itself.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// Not UTF-8; the guess names an encoding that would fit.
    NotUtf8 {
        /// `GB18030` or `UTF-16`, when the bytes look like it.
        guess: Option<&'static str>,
    },
    /// Larger than [`MAX_BYTES`] or with too many nodes.
    TooLarge,
    /// Not YAML, with the parser's own words.
    Syntax(String),
    /// The key stands twice; the span of the first.
    DuplicateKey(String, Span),
    /// An anchor or alias.
    Anchor,
    /// An explicit tag.
    Tag,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A second document.
    ManyDocuments,
    /// No document.
    Empty,
    /// A mapping or list as a key.
    ComplexKey,
    /// A control character in the text.
    ControlCharacter(char),
}

impl ProblemKind {
    /// The finding code of this problem.
    pub fn code(&self) -> Code {
        match self {
            ProblemKind::NotUtf8 { .. } => Code::NotUtf8,
            ProblemKind::TooLarge => Code::TooLarge,
            ProblemKind::Syntax(_) => Code::Syntax,
            ProblemKind::DuplicateKey(..) => Code::DuplicateKey,
            ProblemKind::Anchor => Code::Anchor,
            ProblemKind::Tag => Code::Tag,
            ProblemKind::TooDeep => Code::TooDeep,
            ProblemKind::ManyDocuments => Code::ManyDocuments,
            ProblemKind::Empty => Code::Empty,
            ProblemKind::ComplexKey => Code::ComplexKey,
            ProblemKind::ControlCharacter(_) => Code::ControlCharacter,
        }
    }
}

/// What reading gave: the tree where one could be built, and everything that is wrong.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The document, unless the text is no YAML at all. With problems of meaning (a duplicate key,
    /// a tag) it still stands, so that one run can report everything.
    pub root: Option<Node>,
    /// In order of place.
    pub problems: Vec<Problem>,
}

/// Checks size and encoding first, so that no parser sees foreign bytes.
///
/// # Errors
/// [`ProblemKind::TooLarge`] or [`ProblemKind::NotUtf8`] with the first bad byte.
pub fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem { span: Span::at(0), kind: ProblemKind::TooLarge });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let bad = error.valid_up_to();
        let guess = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            Some("UTF-16")
        } else {
            let (_, malformed) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
            (!malformed).then_some("GB18030")
        };
        Problem { span: Span::new(bad, bad + 1), kind: ProblemKind::NotUtf8 { guess } }
    })
}

/// Reads one strict document.
///
/// Anchors, aliases, tags and complex keys are refused: a record has no use for them, and the first
/// two are how a small file becomes a large one.
pub fn read(text: &str) -> Reading {
    let mut problems = Vec::new();
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    control_characters(text, &mut problems);

    let mut options = Options::default();
    options.set_emit_comments(false);
    options.strict_indentation = true;
    let mut builder = Builder::new(text.len());
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let span = Span::new(range.start + skipped, range.end + skipped);
                if builder.take(event, span, text, &mut problems).is_break() {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0) + skipped;
                let span = char_span(text, at);
                // The parser refuses a control character too, at the start of its scalar; one finding
                // for it is enough.
                let said = problems.iter().any(|problem| {
                    problem.span.start == at || matches!(problem.kind, ProblemKind::ControlCharacter(_))
                });
                if !said {
                    let words = error.info();
                    // The parser has a bound of its own, which lists in brackets meet before ours.
                    let deep = words == "recursion limit exceeded";
                    let kind = if deep { ProblemKind::TooDeep } else { ProblemKind::Syntax(words) };
                    problems.push(Problem { span, kind });
                }
                builder.root = None;
                builder.stack.clear();
                builder.seen = true;
                break;
            }
        }
    }
    if !builder.seen {
        problems.push(Problem { span: Span::at(0), kind: ProblemKind::Empty });
    }
    problems.sort_by_key(|problem| problem.span);
    Reading { root: builder.root, problems }
}

/// The one character at a byte offset; empty at the end of the text.
fn char_span(text: &str, at: usize) -> Span {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let len = text[at..].chars().next().filter(|&c| c != '\n' && c != '\r').map_or(0, char::len_utf8);
    Span::new(at, at + len)
}

/// The anchor or tag that stands before the node at `at`; the node's first character when it is not
/// to be found. Both can stand there, so two words back are looked at.
fn property_span(text: &str, at: usize, sigil: char) -> Span {
    let mut before = text.get(..at).unwrap_or_default().trim_end();
    for _ in 0..2 {
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |blank| blank + before[blank..].chars().next().map_or(0, char::len_utf8));
        let word = &before[start..];
        // In `[&a x]` the anchor follows a bracket at once.
        if let Some(inside) = word.find(sigil) {
            return Span::new(start + inside, start + word.len());
        }
        before = before[..start].trim_end();
    }
    char_span(text, at)
}

/// YAML allows tab and line ends among the C0 controls; raw DEL and C1 controls are refused too,
/// since a terminal may obey them.
fn control_characters(text: &str, problems: &mut Vec<Problem>) {
    // Most files have none, which many bytes at a time tell quickly: no branches. C1 controls start with 0xC2 in UTF-8.
    let strange = |b: u8| (b < 0x20) & (b != b'\t') & (b != b'\n') & (b != b'\r') | (b == 0x7f) | (b == 0xc2);
    if !text.as_bytes().chunks(256).any(|piece| piece.iter().fold(false, |any, &b| any | strange(b))) {
        return;
    }
    for (at, c) in text.char_indices() {
        if c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') {
            let span = Span::new(at, at + c.len_utf8());
            problems.push(Problem { span, kind: ProblemKind::ControlCharacter(c) });
            return;
        }
    }
}

enum Open {
    List(Span, Vec<Node>),
    Map(Span, Vec<Entry>, Option<(String, Span)>, Keys),
}

/// The keys of a large mapping: to look through all of them for each would take the square of the time.
type Keys = HashMap<String, usize>;

/// The place of a key among the entries of its mapping.
fn place_of(entries: &[Entry], keys: &mut Keys, key: &str) -> Option<usize> {
    if entries.len() < MANY_KEYS {
        return entries.iter().position(|entry| entry.key == key);
    }
    for (at, entry) in entries.iter().enumerate().skip(keys.len()) {
        keys.insert(entry.key.clone(), at);
    }
    keys.get(key).copied()
}

struct Builder {
    stack: Vec<Open>,
    root: Option<Node>,
    seen: bool,
    nodes: usize,
    limit: usize,
}

use std::ops::ControlFlow;

impl Builder {
    fn new(bytes: usize) -> Self {
        Builder { stack: Vec::new(), root: None, seen: false, nodes: 0, limit: MAX_NODES.min(bytes + 1) }
    }

    fn take(
        &mut self,
        event: Event<'_>,
        span: Span,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> ControlFlow<()> {
        let (anchor, tag) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor != 0, tag.is_some()),
            _ => (false, false),
        };
        if anchor {
            problems.push(Problem { span: property_span(text, span.start, '&'), kind: ProblemKind::Anchor });
        }
        if tag {
            problems.push(Problem { span: property_span(text, span.start, '!'), kind: ProblemKind::Tag });
        }
        if problems.len() >= MAX_PROBLEMS {
            self.root = None;
            return ControlFlow::Break(());
        }
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                problems.push(Problem { span, kind: ProblemKind::ManyDocuments });
                return ControlFlow::Break(());
            }
            Event::Alias(_) => {
                problems.push(Problem { span, kind: ProblemKind::Anchor });
                let value = Value::Scalar(Scalar { text: String::new(), style: Style::Quoted });
                self.place(Node { span, value }, problems);
            }
            Event::Scalar(value, style, ..) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    _ => Style::Block,
                };
                self.seen |= !value.is_empty() || style != Style::Plain || !self.stack.is_empty();
                let scalar = Scalar { text: value.into_owned(), style };
                self.place(Node { span, value: Value::Scalar(scalar) }, problems);
            }
            Event::SequenceStart(..) => self.open(Open::List(span, Vec::new())),
            Event::MappingStart(..) => self.open(Open::Map(span, Vec::new(), None, Keys::new())),
            Event::SequenceEnd | Event::MappingEnd => self.close(span, text, problems),
            _ => {}
        }
        if self.stack.len() > MAX_DEPTH {
            problems.push(Problem { span: char_span(text, span.start), kind: ProblemKind::TooDeep });
            self.root = None;
            return ControlFlow::Break(());
        }
        self.nodes += 1;
        if self.nodes > self.limit + 8 {
            problems.push(Problem { span: Span::at(0), kind: ProblemKind::TooLarge });
            self.root = None;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn open(&mut self, open: Open) {
        self.seen = true;
        self.stack.push(open);
    }

    fn close(&mut self, end: Span, text: &str, problems: &mut Vec<Problem>) {
        // `[…]` and `{…}` end with their bracket, a block with its last value.
        let whole = |span: Span, last: usize| {
            let opens = text.get(span.start..).is_some_and(|text| text.starts_with(['[', '{']));
            let closes = text.get(..end.end).is_some_and(|text| text.ends_with([']', '}']));
            let flow = opens && closes;
            Span::new(span.start, if flow { end.end } else { last.max(span.end) })
        };
        let node = match self.stack.pop() {
            Some(Open::List(span, items)) => {
                let last = items.last().map_or(span.end, |node| node.span.end);
                Node { span: whole(span, last), value: Value::List(items) }
            }
            Some(Open::Map(span, entries, ..)) => {
                let last =
                    entries.last().map_or(span.end, |entry| entry.value.span.end.max(entry.key_span.end));
                Node { span: whole(span, last), value: Value::Map(entries) }
            }
            None => return,
        };
        self.place(node, problems);
    }

    /// Puts a finished node where it belongs: the root, an item, a key or a value.
    fn place(&mut self, node: Node, problems: &mut Vec<Problem>) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map(_, entries, pending, keys)) => match pending.take() {
                Some((key, key_span)) => {
                    if let Some(first) = place_of(entries, keys, &key) {
                        let kind = ProblemKind::DuplicateKey(key, entries[first].key_span);
                        problems.push(Problem { span: key_span, kind });
                    } else {
                        entries.push(Entry { key, key_span, value: node });
                    }
                }
                None => {
                    let span = node.span;
                    let key = match node.value {
                        Value::Scalar(scalar) if scalar.text == "<<" && scalar.style == Style::Plain => {
                            problems.push(Problem { span, kind: ProblemKind::Anchor });
                            scalar.text
                        }
                        Value::Scalar(scalar) => scalar.text,
                        _ => {
                            problems.push(Problem { span, kind: ProblemKind::ComplexKey });
                            String::new()
                        }
                    };
                    *pending = Some((key, span));
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Code> {
        read(text).problems.iter().map(|p| p.kind.code()).collect()
    }

    #[test]
    fn spans_point_at_keys_and_values() {
        let text = "title: 星级\nregion:\n  province: 甘肃省\ntext: |\n  一段\n  两段\nlist: [a, 'b']\n";
        let reading = read(text);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let root = reading.root.expect("a document");
        let slice = |span: Span| &text[span.start..span.end];
        assert_eq!(slice(root.entry("title").expect("title").key_span), "title");
        assert_eq!(slice(root.get("title").expect("title").span), "星级");
        let region = root.get("region").expect("region");
        assert_eq!(slice(region.span), "province: 甘肃省");
        assert_eq!(root.get("text").and_then(Node::text), Some("一段\n两段\n"));
        assert_eq!(slice(root.get("list").expect("list").items()[1].span), "'b'");
        assert_eq!(slice(root.get("list").expect("list").span), "[a, 'b']");
    }

    #[test]
    fn every_problem_has_its_kind() {
        assert_eq!(kinds("a: 1\na: 2\n"), [Code::DuplicateKey]);
        assert_eq!(kinds("a: &x 1\nb: *x\n"), [Code::Anchor, Code::Anchor]);
        assert_eq!(kinds("a: !!binary xx\n"), [Code::Tag]);
        assert_eq!(kinds("a: 1\n---\nb: 2\n"), [Code::ManyDocuments]);
        assert_eq!(kinds(""), [Code::Empty]);
        assert_eq!(kinds("# 只有注释\n"), [Code::Empty]);
        assert_eq!(kinds("? [a]\n: 1\n"), [Code::ComplexKey]);
        assert_eq!(kinds("a: [1\n"), [Code::Syntax]);
        assert_eq!(kinds(&("[".repeat(100) + &"]".repeat(100))), [Code::TooDeep]);
        assert_eq!(kinds(&("[".repeat(1000) + &"]".repeat(1000))), [Code::TooDeep]);
        assert_eq!(kinds("a: \u{7f}b\n"), [Code::ControlCharacter]);
        assert!(kinds("\u{feff}a: 1\r\nb: 2\r\n").is_empty());
    }

    #[test]
    fn problems_point_at_what_is_wrong() {
        let at = |text: &str| {
            let problems = read(text).problems;
            problems.iter().map(|p| text[p.span.start..p.span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(at("a: &x [1]\nb: *x\n"), ["&x", "*x"]);
        assert_eq!(at("a: [&x 1]\n"), ["&x"]);
        assert_eq!(at("a: !!str &x 甲\n"), ["!!str", "&x"]);
        assert_eq!(at("a:\n  !t\n  b: 1\n"), ["!t"]);
        let bomb = format!("a: &x 1\nb: [{}]\n", "*x, ".repeat(10_000));
        assert_eq!(read(&bomb).problems.len(), MAX_PROBLEMS);
    }

    #[test]
    fn bad_bytes_are_pointed_at_and_guessed() {
        let bytes = encoding_rs::GB18030.encode("title: 党建\n").0.into_owned();
        let problem = decode(&bytes).expect_err("not UTF-8");
        assert_eq!(problem.span.start, 7);
        assert_eq!(problem.kind, ProblemKind::NotUtf8 { guess: Some("GB18030") });
    }

    #[test]
    fn scalars_are_typed_late() {
        let root =
            read("a: 010\nb: no\nc: 2012\nd: '2012'\ne: ~\nf: true\ng: -3\n").root.expect("a document");
        let get = |key| root.get(key).expect("key");
        assert_eq!(get("a").integer(), None);
        assert_eq!(get("b").boolean(), None);
        assert_eq!(get("c").integer(), Some(2012));
        assert_eq!(get("d").integer(), None);
        assert!(get("e").is_null());
        assert_eq!(get("f").boolean(), Some(true));
        assert_eq!(get("g").integer(), Some(-3));
    }
}
