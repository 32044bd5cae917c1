//! A whole document laid out as [`write`](super::write) lays records out: keys in their order, long texts as blocks, comments where they stand.
//!
//! A comment on a line of its own belongs to what stands under it and moves with it; one behind a value stays behind it. Inside brackets
//! and texts there is no such place: those go above. The outcome is read again; where it says anything else, the document is left alone.

use super::edit::line_start;
use super::entries::comments_of;
use super::node::Entry;
use super::node::Node;
use super::node::Style;
use super::node::Value;
use super::read::read;
use super::set::Order;
use super::set::dash;
use super::shape::Shape;
use super::shape::is_typed;
use super::write::Tree;
use super::write::block;
use super::write::flow;
use super::write::head;
use super::write::pad;
use super::write::scalar;
use super::write::wants_block;
use std::collections::HashMap;

/// Why a document is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// It is no document that can be read without problems.
    #[error("it cannot be read")]
    Broken,
    /// It has marks of documents (`---`) or line ends of its own, or comments in a notation without lines.
    #[error("it has marks or comments that have no place in a layout")]
    Form,
    /// The outcome would say something else.
    #[error("it would not say the same")]
    Differs,
}

/// Lays a document out. Byte order mark and line ends stay; the last line gets an end.
///
/// # Errors
/// [`LayoutError`]: then it is to be left alone.
pub fn layout(text: &str, order: Order<'_>) -> Result<String, LayoutError> {
    let body = text.trim_start_matches('\u{feff}');
    let crlf = body.split('\n').next().is_some_and(|first| first.ends_with('\r'));
    let plain = body.replace("\r\n", "\n");
    if plain.contains('\r') {
        return Err(LayoutError::Form);
    }
    let out = once(&plain, order)?;
    // Twice is once.
    if once(&out, order)? != out {
        return Err(LayoutError::Differs);
    }
    let out = if crlf { out.replace('\n', "\r\n") } else { out };
    Ok(format!("{}{out}", &text[..text.len() - body.len()]))
}

fn once(text: &str, order: Order<'_>) -> Result<String, LayoutError> {
    let reading = read(text);
    let root = reading.root.filter(|_| reading.problems.is_empty()).ok_or(LayoutError::Broken)?;
    if text.lines().any(|line| line.starts_with("---") || line.starts_with("...") || line.starts_with('%')) {
        return Err(LayoutError::Form);
    }
    if !matches!(root.value, Value::Map(_)) || (is_flow(text, &root) && !comments_of(text, &root).is_empty())
    {
        return Err(LayoutError::Form);
    }
    let mut layout = Layout { text, order, anchors: Vec::new(), notes: HashMap::new(), head: Vec::new() };
    layout.collect(&root, true)?;
    let tail = layout.attach(&root);
    let mut out = String::new();
    lines(&mut out, &layout.head, 0);
    layout.entries(&mut out, root.entries(), 0, "", false);
    lines(&mut out, &tail, 0);
    let words = |text: &str, root: &Node| {
        let mut all: Vec<String> = comments_of(text, root).into_iter().map(|(_, c)| c.to_owned()).collect();
        all.sort();
        all
    };
    let again = read(&out);
    let same = again.problems.is_empty()
        && again.root.is_some_and(|new| {
            Shape::of(&new) == Shape::of(&root) && words(&out, &new) == words(text, &root)
        });
    if same { Ok(out) } else { Err(LayoutError::Differs) }
}

fn is_flow(text: &str, node: &Node) -> bool {
    node.scalar().is_none() && text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['[', '{']))
}

/// The comments of an entry or item.
#[derive(Default)]
struct Notes {
    /// Lines above; an empty one is a blank line.
    above: Vec<String>,
    /// Behind it, with the blanks before.
    behind: Option<String>,
}

/// An entry or an item of a list, by its key or its dash.
struct Anchor {
    at: usize,
    /// Where its value stands, when comments cannot stand in it.
    leaf: Option<(usize, usize)>,
    /// Whether a comment can stand behind it.
    line: bool,
    top: bool,
}

struct Layout<'t> {
    text: &'t str,
    order: Order<'t>,
    anchors: Vec<Anchor>,
    notes: HashMap<usize, Notes>,
    head: Vec<String>,
}

impl Layout<'_> {
    fn collect(&mut self, node: &Node, top: bool) -> Result<(), LayoutError> {
        if is_flow(self.text, node) {
            return Ok(());
        }
        for entry in node.entries() {
            self.anchor(entry.key_span.start, &entry.value, true, top)?;
        }
        for item in node.items() {
            let at = dash(self.text, item).ok_or(LayoutError::Form)?;
            self.anchor(at, item, item.scalar().is_some(), false)?;
        }
        Ok(())
    }

    fn anchor(&mut self, at: usize, value: &Node, line: bool, top: bool) -> Result<(), LayoutError> {
        let leaf = match value.scalar() {
            // What is read for nothing has no place.
            Some(_) if value.is_null() && !self.written(value).starts_with(['~', 'n', 'N']) => None,
            Some(scalar) => {
                let raw = self.written(value);
                // Blank lines behind a text belong to it only where they are kept.
                let kept = scalar.style != Style::Block || scalar.text.ends_with("\n\n");
                let len = if kept { raw.len() } else { raw.trim_end().len() };
                Some((value.span.start, value.span.start + len))
            }
            None => is_flow(self.text, value).then_some((value.span.start, value.span.end)),
        };
        self.anchors.push(Anchor { at, leaf, line, top });
        self.collect(value, false)
    }

    fn written(&self, node: &Node) -> &str {
        self.text.get(node.span.start..node.span.end).unwrap_or_default()
    }

    /// Gives every comment and blank line to an anchor; those behind the last come back.
    fn attach(&mut self, root: &Node) -> Vec<String> {
        let mut marks: Vec<(usize, &str)> = comments_of(self.text, root);
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            if line.trim().is_empty() {
                marks.push((start, ""));
            }
            start += line.len();
        }
        marks.sort_unstable();
        let mut tail = Vec::new();
        for (at, mark) in marks {
            let next = self.anchors.partition_point(|anchor| anchor.at < at);
            let before = next.checked_sub(1).map(|place| &self.anchors[place]);
            let line = line_start(self.text, at);
            let blanks = self.text[line..at].len() - self.text[line..at].trim_end().len();
            let own = line + blanks == at;
            // In a value, or between a key and its value.
            if let Some(anchor) = before
                && let Some((from, to)) = anchor.leaf
                && at < to
                && (own || at >= from || !anchor.line)
            {
                if !mark.is_empty() {
                    self.notes.entry(anchor.at).or_default().above.push(mark.to_owned());
                }
                continue;
            }
            if !own && let Some(anchor) = before {
                let notes = self.notes.entry(anchor.at).or_default();
                if anchor.line && notes.behind.is_none() {
                    notes.behind = Some(format!("{}{mark}", &self.text[at - blanks..at]));
                } else {
                    notes.above.push(mark.to_owned());
                }
                continue;
            }
            let place = match self.anchors.get(next) {
                Some(anchor) if !mark.is_empty() || anchor.top => {
                    &mut self.notes.entry(anchor.at).or_default().above
                }
                Some(_) => continue,
                None => &mut tail,
            };
            if !mark.is_empty() || place.last().is_some_and(|last| !last.is_empty()) || next > 0 {
                push(place, mark);
            }
        }
        while tail.last().is_some_and(String::is_empty) {
            tail.pop();
        }
        self.take_head();
        tail
    }

    /// What stands above the first key and is apart from it, or is the line for editors, stays the first of the file.
    fn take_head(&mut self) {
        let Some(notes) = self.anchors.first().and_then(|first| self.notes.get_mut(&first.at)) else {
            return;
        };
        let apart = |line: &String| {
            line.is_empty() || line.trim_start_matches(['#', ' ']).starts_with("yaml-language-server:")
        };
        if let Some(last) = notes.above.iter().rposition(apart) {
            self.head = notes.above.drain(..=last).collect();
        }
    }

    fn sorted<'e>(&self, entries: &'e [Entry], path: &str) -> Vec<&'e Entry> {
        let order = (self.order)(path);
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by_key(|entry| order.iter().position(|key| *key == entry.key).unwrap_or(order.len()));
        sorted
    }

    fn above(&self, at: usize) -> &[String] {
        self.notes.get(&at).map_or(&[], |notes| &notes.above)
    }

    fn behind(&self, at: usize) -> &str {
        self.notes.get(&at).and_then(|notes| notes.behind.as_deref()).unwrap_or_default()
    }

    /// `opened`: the first entry stands behind a dash, with its comments above that.
    fn entries(&self, out: &mut String, entries: &[Entry], indent: usize, path: &str, opened: bool) {
        for (n, entry) in self.sorted(entries, path).into_iter().enumerate() {
            let at = entry.key_span.start;
            if n > 0 || !opened {
                lines(out, self.above(at), indent);
                pad(out, indent);
            }
            head(out, &entry.key, indent);
            let inner = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            self.value(out, &entry.value, indent, &inner, self.behind(at));
        }
    }

    fn value(&self, out: &mut String, node: &Node, indent: usize, path: &str, behind: &str) {
        match &node.value {
            Value::Scalar(_) if node.is_null() => {
                let written = self.written(node);
                if written.starts_with(['~', 'n', 'N']) {
                    out.push(' ');
                    out.push_str(written);
                }
                out.push_str(behind);
                out.push('\n');
            }
            Value::Scalar(text) if !is_typed(node) && wants_block(&text.text) => {
                let mut piece = String::new();
                block(&mut piece, &text.text, indent + 2);
                let (head, body) = piece.split_once('\n').unwrap_or((&piece, ""));
                out.push_str(&format!("{head}{behind}\n{body}"));
            }
            Value::Scalar(text) => {
                let shown = if is_typed(node) { text.text.clone() } else { scalar(&text.text) };
                out.push_str(&format!(" {shown}{behind}\n"));
            }
            Value::List(items) if self.fits(items) => {
                let items: Vec<String> = items.iter().map(item_of).collect();
                out.push_str(&format!(" [{}]{behind}\n", items.join(", ")));
            }
            Value::List(items) => {
                out.push_str(behind);
                out.push('\n');
                let flowing = is_flow(self.text, node);
                for item in items {
                    self.item(out, item, indent + 2, path, flowing);
                }
            }
            Value::Map(entries) if entries.is_empty() => out.push_str(&format!(" {{}}{behind}\n")),
            Value::Map(entries) => {
                out.push_str(behind);
                out.push('\n');
                self.entries(out, entries, indent + 2, path, false);
            }
        }
    }

    fn item(&self, out: &mut String, item: &Node, indent: usize, path: &str, flowing: bool) {
        let at = if flowing { None } else { dash(self.text, item) };
        if let Some(at) = at {
            lines(out, self.above(at), indent);
        }
        if let Some(first) = self.sorted(item.entries(), path).first() {
            lines(out, self.above(first.key_span.start), indent);
            pad(out, indent);
            out.push_str("- ");
            return self.entries(out, item.entries(), indent + 2, path, true);
        }
        pad(out, indent);
        out.push('-');
        self.value(out, item, indent, path, at.map_or("", |at| self.behind(at)));
    }

    /// Whether a list goes into brackets on one line: short values without comments.
    fn fits(&self, items: &[Node]) -> bool {
        items.iter().all(|item| {
            let short = item.text().is_some_and(|text| !text.contains('\n') && text.chars().count() <= 40);
            let noted = dash(self.text, item).is_some_and(|at| self.notes.contains_key(&at));
            short && !noted
        })
    }
}

fn item_of(item: &Node) -> String {
    match item.text() {
        Some(_) if item.is_null() => "~".to_owned(),
        Some(text) if is_typed(item) => text.to_owned(),
        text => flow(&Tree::Text(text.unwrap_or_default().to_owned())),
    }
}

/// A blank line stands once, and not at the beginning.
fn push(lines: &mut Vec<String>, line: &str) {
    if !line.is_empty() || lines.last().is_none_or(|last| !last.is_empty()) {
        lines.push(line.to_owned());
    }
}

fn lines(out: &mut String, lines: &[String], indent: usize) {
    for line in lines {
        if line.is_empty() {
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
            continue;
        }
        pad(out, indent);
        out.push_str(line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
