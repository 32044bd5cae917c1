//! Changing a document by splicing: every byte that is not meant to change stays.

use super::node::Node;
use super::node::Value;
use super::write::Tree;
use super::write::write;
use crate::diag::Fix;

/// What to add to a mapping's document.
#[derive(Clone, Debug, PartialEq)]
pub enum Addition {
    /// A key that the document lacks, with its value.
    Key(String, Tree),
    /// Items for the end of a list that the document has.
    Items(String, Vec<Tree>),
}

/// Adds keys and list items to a document. A new key goes before the first of the document's keys
/// that stands later in `order`, comments above that key included; what is there already is left
/// alone. `root` must be the tree of `text`.
pub fn add(text: &str, root: &Node, additions: &[Addition], order: &[&str]) -> String {
    let mut splices: Vec<(usize, String)> = Vec::new();
    for addition in additions {
        match addition {
            Addition::Key(key, value) if root.get(key).is_none() => {
                let place = order.iter().position(|known| known == key).unwrap_or(order.len());
                let next = root.entries().iter().position(|entry| {
                    order.iter().position(|known| *known == entry.key).unwrap_or(usize::MAX) > place
                });
                let at = next.map_or(text.len(), |next| above_entry(text, root, next));
                splices.push((at, write(&Tree::Map(vec![(key.clone(), value.clone())]))));
            }
            Addition::Items(key, items) if !items.is_empty() => {
                splices.extend(append(text, root, key, items));
            }
            _ => {}
        }
    }
    // From the back, so that earlier places stay right; of one place, in the order given.
    splices.reverse();
    splices.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut out = text.to_owned();
    for (at, piece) in splices {
        let joint = if at > 0 && !out[..at].ends_with('\n') { "\n" } else { "" };
        out.insert_str(at, &format!("{joint}{piece}"));
    }
    out
}

/// Puts other text in the place of spans. Of two that overlap the first counts; a span that is no
/// span of `text` is passed over. Everything outside the spans stays byte by byte.
pub fn splice<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> String {
    let mut fixes: Vec<&Fix> = fixes.into_iter().collect();
    fixes.sort();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for fix in fixes {
        if fix.span.start < at || text.get(fix.span.start..fix.span.end).is_none() {
            continue;
        }
        out.push_str(&text[at..fix.span.start]);
        out.push_str(&fix.text);
        at = fix.span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Where and what to insert for items at the end of a block list. A list in brackets, or an empty
/// one, cannot be continued line by line: it is left alone.
fn append(text: &str, root: &Node, key: &str, items: &[Tree]) -> Option<(usize, String)> {
    let at = root.entries().iter().position(|entry| entry.key == key)?;
    let list = &root.entries()[at].value;
    let first = list.items().first()?;
    let dash = line_start(text, first.span.start);
    let indent = text[dash..].len() - text[dash..].trim_start_matches(' ').len();
    if !text[dash + indent..].starts_with('-') {
        return None;
    }
    let end = above_entry(text, root, at + 1);
    let written = write(&Tree::Map(vec![(key.to_owned(), Tree::List(items.to_vec()))]));
    // The writer puts short items into brackets; a list of lines takes one a line.
    let lines: Vec<&str> = match written.split_once('\n') {
        Some((_, rest)) if !rest.is_empty() => rest.lines().collect(),
        _ => return None,
    };
    let mut piece = String::new();
    for line in lines {
        // The writer indents by two.
        let line = line.strip_prefix("  ").unwrap_or(line);
        if !line.is_empty() {
            piece.push_str(&" ".repeat(indent));
        }
        piece.push_str(line);
        piece.push('\n');
    }
    Some((end, piece))
}

/// The first byte of the line that a byte stands on.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    // By bytes: `at` may lie inside the last character of a file without a last line end.
    text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

/// The start of the comment and blank lines that stand directly above an entry, or at the document's end: they belong to it. Lines
/// that look so inside the value before, as `# 小标题` in a text, do not.
fn above_entry(text: &str, root: &Node, place: usize) -> usize {
    let entries = root.entries();
    let at = entries.get(place).map_or(text.len(), |entry| line_start(text, entry.key_span.start));
    let before = place.checked_sub(1).and_then(|before| entries.get(before));
    above(text, at, before.map_or(0, |entry| entry.value.span.end.min(at)))
}

pub(super) fn above(text: &str, mut at: usize, floor: usize) -> usize {
    while at > floor {
        let start = line_start(text, at - 1);
        let line = text[start..at].trim();
        // Without its line end the last line of the file is no line above.
        if start < floor || !text[..at].ends_with('\n') || !(line.is_empty() || line.starts_with('#')) {
            break;
        }
        at = start;
    }
    at
}

/// A tree's value as it would be written again, for comparing what is there with what is new.
pub fn tree_of(node: &Node) -> Tree {
    match &node.value {
        Value::Scalar(_) => match node.integer() {
            Some(number) => Tree::Integer(number),
            None => Tree::Text(node.text().unwrap_or_default().to_owned()),
        },
        Value::List(items) => Tree::List(items.iter().map(tree_of).collect()),
        Value::Map(entries) => {
            Tree::Map(entries.iter().map(|entry| (entry.key.clone(), tree_of(&entry.value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    const ORDER: &[&str] = &["id", "title", "awards", "sections", "source"];

    #[test]
    fn what_looks_like_a_comment_inside_a_text_is_text() {
        let text = "id: a\nsections:\n  - role: other\n    text: |-\n      甲\n\n      # 小标题\n# 批注\nnotes: 乙\n";
        let root = read(text).root.expect("a mapping");
        let source = Tree::List(vec![Tree::Map(vec![("file".into(), Tree::Text("a.txt".into()))])]);
        let order = ["id", "sections", "source", "notes"];
        let after = add(text, &root, &[Addition::Key("source".into(), source)], &order);
        assert_eq!(after, text.replace("# 批注", "source:\n  - file: a.txt\n# 批注"));
        let item = Tree::Map(vec![
            ("role".into(), Tree::Text("results".into())),
            ("text".into(), Tree::Text("丙".into())),
        ]);
        let after = add(text, &root, &[Addition::Items("sections".into(), vec![item])], &order);
        assert!(after.contains("      # 小标题\n  - role: results"), "{after}");
    }

    #[test]
    fn a_comment_without_a_line_end_stays_the_last_of_the_old_lines() {
        let text = "id: a\nawards:\n  - level: x\n# 批注";
        let root = read(text).root.expect("a mapping");
        let item = Tree::Map(vec![("level".into(), Tree::Text("y".into()))]);
        let after = add(text, &root, &[Addition::Items("awards".into(), vec![item])], ORDER);
        assert!(after.starts_with(text), "{after}");
        assert_eq!(read(&after).root.and_then(|root| Some(root.get("awards")?.items().len())), Some(2));
    }

    fn map(entries: &[(&str, &str)]) -> Tree {
        Tree::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), Tree::from(*value))).collect())
    }

    fn added(text: &str, additions: &[Addition]) -> String {
        let root = read(text).root.expect("a document");
        let out = add(text, &root, additions, ORDER);
        assert!(read(&out).problems.is_empty(), "{out}");
        out
    }

    #[test]
    fn keys_go_to_their_place_and_comments_stay() {
        let text = "id: a\ntitle: 题  # 手改\n\n# 来源\nsource:\n  - file: x.txt\n";
        let key = Addition::Key("awards".into(), Tree::List(vec![map(&[("level", "最佳案例")])]));
        let out = added(text, &[key]);
        assert_eq!(
            out,
            "id: a\ntitle: 题  # 手改\nawards:\n  - level: 最佳案例\n\n# 来源\nsource:\n  - file: x.txt\n"
        );
    }

    #[test]
    fn items_join_a_block_list_at_its_own_indent() {
        let text = "id: a\nsource:\n- file: x.txt\n  end: 3\n# 尾\n";
        let items = Addition::Items("source".into(), vec![map(&[("file", "y.txt")])]);
        assert_eq!(added(text, &[items]), "id: a\nsource:\n- file: x.txt\n  end: 3\n- file: y.txt\n# 尾\n");
    }

    #[test]
    fn what_is_there_is_left_alone() {
        let text = "id: a\ntitle: 题";
        let key = |key: &str| Addition::Key(key.into(), "新".into());
        assert_eq!(added(text, &[key("title")]), text);
        assert_eq!(added(text, &[key("source")]), "id: a\ntitle: 题\nsource: 新\n");
        let flow = "id: a\nsource: [{file: x}]\n";
        let items = Addition::Items("source".into(), vec![map(&[("file", "y.txt")])]);
        assert_eq!(added(flow, &[items]), flow);
    }
}
