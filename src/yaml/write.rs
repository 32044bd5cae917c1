//! A tree to text, laid out for people: stable order, block scalars for long text, quotes only where
//! YAML needs them.

use std::fmt::Write as _;

/// A value to be written. Numbers are numbers only here: text that looks like one is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, `true` or `false`: written as it stands.
    Bare(String),
    /// A list; of short scalars on one line, of anything else on several.
    List(Vec<Tree>),
    /// A mapping in its order. Entries with nothing in them are left out.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        match self {
            Tree::Text(_) | Tree::Integer(_) | Tree::Bare(_) => false,
            Tree::List(items) => items.is_empty(),
            Tree::Map(entries) => entries.iter().all(|(_, value)| value.is_empty()),
        }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Tree::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Tree::Text(text)
    }
}

/// Writes a mapping as a YAML document, ending in a line end.
pub fn write(tree: &Tree) -> String {
    let mut out = String::new();
    if let Tree::Map(entries) = tree {
        mapping(&mut out, entries, 0);
    }
    out
}

pub(super) fn mapping(out: &mut String, entries: &[(String, Tree)], indent: usize) {
    let mut first = true;
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
        if !first || indent == 0 {
            pad(out, indent);
        }
        first = false;
        head(out, key, indent);
        after_key(out, value, indent);
    }
}

/// A key and its colon. YAML 1.2 (7.4.2) looks no further than 1024 characters for the colon of a key that no
/// question mark announces.
pub(super) fn head(out: &mut String, key: &str, indent: usize) {
    let key = scalar(key);
    if is_long(&key) {
        let _ = writeln!(out, "? {key}");
        pad(out, indent);
    } else {
        out.push_str(&key);
    }
    out.push(':');
}

fn is_long(key: &str) -> bool {
    key.chars().count() > 1024
}

/// What follows `key:`, up to and with the line end.
pub(super) fn after_key(out: &mut String, value: &Tree, indent: usize) {
    match value {
        Tree::Integer(number) => {
            let _ = writeln!(out, " {number}");
        }
        Tree::Bare(word) => {
            let _ = writeln!(out, " {word}");
        }
        Tree::Text(text) if wants_block(text) => block(out, text, indent + 2),
        Tree::Text(text) => {
            let _ = writeln!(out, " {}", scalar(text));
        }
        Tree::List(items) if items.iter().all(is_short) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            let _ = writeln!(out, " [{}]", items.join(", "));
        }
        Tree::List(items) => {
            out.push('\n');
            for item in items {
                pad(out, indent + 2);
                out.push('-');
                match item {
                    // Left out, it would take the place of the next one.
                    Tree::Map(_) if item.is_empty() => out.push_str(" {}\n"),
                    Tree::Map(entries) => {
                        out.push(' ');
                        mapping(out, entries, indent + 4);
                    }
                    other => after_key(out, other, indent + 2),
                }
            }
        }
        Tree::Map(entries) => {
            out.push('\n');
            let mut inner = String::new();
            mapping(&mut inner, entries, indent + 2);
            pad(out, indent + 2);
            out.push_str(&inner);
        }
    }
}

pub(super) fn pad(out: &mut String, indent: usize) {
    for _ in 0..indent {
        out.push(' ');
    }
}

/// Lines that a person reads as prose go into a `|` block; what `|` cannot hold is quoted.
pub(super) fn wants_block(text: &str) -> bool {
    (text.contains('\n') || (text.chars().count() > 60 && !text.bytes().all(|b| b.is_ascii_graphic())))
        && !text.starts_with([' ', '\t', '\n'])
        && !text.ends_with([' ', '\t'])
        && !text.chars().any(|c| is_escaped(c) && c != '\n')
        && !text.split('\n').any(|line| !line.is_empty() && line.trim().is_empty())
}

pub(super) fn block(out: &mut String, text: &str, indent: usize) {
    let body = text.trim_end_matches('\n');
    // Clip keeps one final line end, strip none, keep all: chosen so that the text comes back whole.
    out.push_str(match text.len() - body.len() {
        0 => " |-\n",
        1 => " |\n",
        _ => " |+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
    for _ in 1..text.len() - body.len() {
        out.push('\n');
    }
}

pub(super) fn is_short(value: &Tree) -> bool {
    match value {
        Tree::Integer(_) | Tree::Bare(_) => true,
        Tree::Text(text) => !text.contains('\n') && text.chars().count() <= 40,
        _ => false,
    }
}

/// A value within brackets or braces, on one line.
pub(super) fn flow(value: &Tree) -> String {
    match value {
        Tree::Integer(number) => number.to_string(),
        Tree::Bare(word) => word.clone(),
        Tree::Text(text) if text.contains(['[', ']', '{', '}', ',']) => quoted(text),
        Tree::Text(text) => scalar(text),
        Tree::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Tree::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_empty());
            let entries: Vec<String> = entries.map(|(key, value)| flow_entry(key, value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// An entry of a mapping in braces.
pub(super) fn flow_entry(key: &str, value: &Tree) -> String {
    let key = flow(&Tree::from(key));
    let sign = if is_long(&key) { "? " } else { "" };
    format!("{sign}{key}: {}", flow(value))
}

/// A scalar on one line: plain where every YAML reader would take it for the same text.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

pub(super) fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let numberlike = first.is_ascii_digit()
        || (matches!(first, '+' | '-' | '.')
            && text.chars().nth(1).is_some_and(|c| c.is_ascii_digit() || c == '.'));
    // What YAML 1.1 tools still take for booleans and null is quoted too.
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null" | "~"
    );
    !numberlike
        && !word
        && !"-?:,[]{}#&*!|>'\"%@`= \t".contains(first)
        && !text.ends_with([' ', '\t', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(is_escaped)
}

/// What YAML 1.2 (5.1, c-printable) does not let stand in a text as it is, or reads as a line end or a byte order
/// mark. U+FFFE and U+FFFF are characters of no text, but an escape can bring them.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(text: &str) -> String {
    if !text.chars().any(is_escaped) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_escaped(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;
    use proptest::prelude::*;

    fn round_trip(text: &str) -> Option<String> {
        let tree = Tree::Map(vec![
            ("a".into(), Tree::Map(vec![("b".into(), text.into()), ("c".into(), "end".into())])),
            (
                "l".into(),
                Tree::List(vec![Tree::Map(vec![("x".into(), text.into()), ("y".into(), Tree::Integer(1))])]),
            ),
            ("f".into(), Tree::List(vec![text.into(), "z".into()])),
        ]);
        let written = write(&tree);
        let reading = read(&written);
        assert!(
            reading.problems.iter().all(|p| matches!(p.kind, crate::yaml::ProblemKind::ControlCharacter(_))),
            "{written}\n{:?}",
            reading.problems
        );
        let root = reading.root?;
        let back = root.get("a")?.get("b")?.text()?.to_owned();
        assert_eq!(root.get("l")?.items()[0].get("x")?.text()?, back, "{written}");
        assert_eq!(root.get("f")?.items()[0].text()?, back, "{written}");
        assert_eq!(root.get("a")?.get("c")?.text()?, "end", "{written}");
        Some(back)
    }

    #[test]
    fn odd_texts_come_back() {
        for text in [
            "",
            "no",
            "010",
            "1.10",
            "a: b",
            "# x",
            "“引号”",
            "'",
            "\"",
            "- x",
            "第一段\n\n第二段\n",
            "x\n\n",
            "尾部空格 ",
            " 头部空格\n二",
            "**兵团",
            "a\tb",
            "a, b",
            "[x]",
            "x:",
            "2012-10",
            "~",
            "行\n  缩进\n",
            "\u{feff}x",
            "\u{ffff}FFD题",
            "a\u{fffe}\n\nb",
            "\n",
            "a\n \nb",
            "=1+1",
        ] {
            assert_eq!(round_trip(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn an_item_with_nothing_in_it_stays_an_item() {
        let empty = Tree::Map(vec![("x".into(), Tree::List(Vec::new()))]);
        let full = Tree::Map(vec![("x".into(), "y".into())]);
        let items = Tree::List(vec![empty.clone(), full, Tree::List(Vec::new()), empty]);
        let written = write(&Tree::Map(vec![("a".into(), items), ("b".into(), "end".into())]));
        let reading = read(&written);
        assert_eq!(reading.problems, [], "{written}");
        let root = reading.root.expect("a document");
        assert_eq!(root.get("a").map(|list| list.items().len()), Some(4), "{written}");
        assert_eq!(root.get("b").and_then(crate::yaml::Node::text), Some("end"));
    }

    #[test]
    fn a_key_of_any_length_comes_back() {
        for length in [1, 1022, 1023, 1024, 1025, 5000] {
            for letter in ["k", "长", "'", "\t"] {
                let key = letter.repeat(length);
                let inner = Tree::Map(vec![(key.clone(), Tree::Integer(1)), ("b".into(), "end".into())]);
                let list = Tree::List(vec![inner.clone()]);
                let tree = Tree::Map(vec![
                    (key.clone(), inner.clone()),
                    ("l".into(), list),
                    ("p".into(), Tree::Map(vec![(key.clone(), Tree::from("第一段\n\n第二段\n"))])),
                ]);
                let flowing = format!("f: {}\n", flow(&inner));
                for (written, wanted) in [(write(&tree), 8), (flowing, 3)] {
                    let reading = read(&written);
                    assert!(
                        !reading
                            .problems
                            .iter()
                            .any(|problem| matches!(problem.kind, crate::yaml::ProblemKind::Syntax(..))),
                        "{length}"
                    );
                    let root = reading.root.expect("a document");
                    fn keys(node: &crate::yaml::Node) -> usize {
                        let inner = node.entries().iter().map(|entry| 1 + keys(&entry.value)).sum::<usize>();
                        inner + node.items().iter().map(keys).sum::<usize>()
                    }
                    assert_eq!(keys(&root), wanted, "{length}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[ \\PC\n党建:#\\-'\"\\[\\]{}0-9,&*!|>%@`~]{0,90}") {
            prop_assert_eq!(round_trip(&text), Some(text));
        }
    }
}
