//! Whole entries of a document: another value for one of them, and the comments between them.
//!
//! Owns what splicing single values cannot do. Must not know what a key means.

use super::edit::line_start;
use super::node::Node;
use super::node::Value;
use super::write::Tree;
use super::write::write;

/// Gives a key that the document has another value, laid out anew; comments of its lines go above it. Every other line stays. `root`
/// must be the tree of `text`.
pub fn replace_value(text: &str, root: &Node, key: &str, value: &Tree) -> String {
    let Some(entry) = root.entry(key) else { return text.to_owned() };
    let start = line_start(text, entry.key_span.start);
    let last = entry.value.span.end.max(entry.key_span.end).min(text.len());
    // A block scalar ends behind its last line break, anything else before it.
    let end = if last > 0 && text[..last].ends_with('\n') {
        last
    } else {
        text[last..].find('\n').map_or(text.len(), |at| last + at + 1)
    };
    let inside = comments_of(text, root).into_iter().filter(|(at, _)| (start..end).contains(at));
    let mut piece: String = inside.map(|(_, comment)| format!("{comment}\n")).collect();
    piece.push_str(&write(&Tree::Map(vec![(key.to_owned(), value.clone())])));
    format!("{}{piece}{}", &text[..start], &text[end..])
}

/// The comments of a document with their `#`, in order; the line that tells an editor the schema is none.
pub fn comments<'t>(text: &'t str, root: &Node) -> Vec<&'t str> {
    let all = comments_of(text, root).into_iter().map(|(_, comment)| comment);
    all.filter(|comment| !comment.trim_start_matches(['#', ' ']).starts_with("yaml-language-server:"))
        .collect()
}

/// Every comment with its place, the line for editors included.
pub(super) fn comments_of<'t>(text: &'t str, root: &Node) -> Vec<(usize, &'t str)> {
    let mut scalars = Vec::new();
    spans(root, &mut scalars);
    scalars.sort_unstable();
    let in_scalar = |at: usize| {
        let before = scalars.partition_point(|(start, _)| *start <= at);
        before > 0 && scalars[before - 1].1 > at
    };
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let hash = line.match_indices('#').map(|(at, _)| at).find(|at| {
            let apart = line[..*at].chars().next_back().is_none_or(char::is_whitespace);
            apart && !in_scalar(start + at)
        });
        if let Some(at) = hash {
            found.push((start + at, line[at..].trim_end()));
        }
        start += line.len();
    }
    found
}

/// The places of all keys and scalars; no two of them overlap.
fn spans(node: &Node, out: &mut Vec<(usize, usize)>) {
    match &node.value {
        Value::Scalar(_) => out.push((node.span.start, node.span.end)),
        Value::List(items) => items.iter().for_each(|item| spans(item, out)),
        Value::Map(entries) => {
            for entry in entries {
                out.push((entry.key_span.start, entry.key_span.end));
                spans(&entry.value, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    const TEXT: &str = "# yaml-language-server: $schema=x\n# 核对过\nid: a  # 手改\ntitle: '#1 题'\nnotes: |-\n  # 不是注释\n\n  二\n# 尾\nsource:\n  - file: x#y.txt # 原件\n";

    fn root(text: &str) -> Node {
        let reading = read(text);
        assert!(reading.problems.is_empty(), "{text}");
        reading.root.expect("a document")
    }

    #[test]
    fn comments_are_what_no_value_holds() {
        assert_eq!(comments(TEXT, &root(TEXT)), ["# 核对过", "# 手改", "# 尾", "# 原件"]);
    }

    #[test]
    fn a_value_is_replaced_and_everything_else_stays() {
        let out = replace_value(TEXT, &root(TEXT), "notes", &Tree::from("# 不是注释\n\n二\n三"));
        assert_eq!(out, TEXT.replace("  二\n", "  二\n  三\n"));
        let out = replace_value(TEXT, &root(TEXT), "id", &Tree::from("b"));
        assert_eq!(out, TEXT.replace("id: a  # 手改", "# 手改\nid: b"));
        let last = "id: a\nnotes: 一";
        assert_eq!(replace_value(last, &root(last), "notes", &Tree::from("二")), "id: a\nnotes: 二\n");
        let flow = "themes: [a, b]  # 两个\nid: a\n";
        let list = Tree::List(vec!["a".into(), "b".into(), "c".into()]);
        assert_eq!(replace_value(flow, &root(flow), "themes", &list), "# 两个\nthemes: [a, b, c]\nid: a\n");
    }
}
