//! Another value for one place of a document. Only the lines of that value change.
//!
//! Owns how a value is replaced, added and taken out in the notation that stands around it. Every edit is read again and compared with
//! what it was to be; one that says anything else is refused. Must not know what a key means.

use super::edit::above;
use super::edit::line_start;
use super::entries::comments_of;
use super::node::Entry;
use super::node::Node;
use super::node::Style;
use super::node::Value;
use super::read::read;
use super::shape::Shape;
use super::write::Tree;
use super::write::after_key;
use super::write::flow;
use super::write::flow_entry;
use super::write::head;
use super::write::is_short;
use super::write::mapping;
use super::write::pad;
use super::write::scalar;
use super::write::wants_block;

/// One step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value under a key.
    Key(String),
    /// The item of a list, from 0.
    Item(usize),
}

/// Why a value cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The list has fewer items; how many it has.
    #[error("the list has {0} items")]
    NoItem(usize),
    /// There is a value of another form on the way.
    #[error("there is a value of another form on the way")]
    Form,
    /// The notation that stands there cannot take the value.
    #[error("the notation that stands there cannot take the value")]
    Notation,
}

/// The keys of the mapping at a path (`region`; lists do not show), in their order.
pub type Order<'o> = &'o dyn Fn(&str) -> Vec<String>;

/// Gives the value at `steps` another value, adds it where it is missing, takes it out where there is none to set. What is empty without
/// it goes too. Comments in lines that go are put above. `root` must be the tree of `text`.
///
/// # Errors
/// [`SetError`]; nothing else than the value would have changed.
pub fn set(
    text: &str,
    root: &Node,
    steps: &[Step],
    value: Option<&Tree>,
    order: Order<'_>,
) -> Result<String, SetError> {
    let edit = Edit::new(text, root, order);
    let mut wanted = Shape::of(root);
    let splices = match value {
        Some(value) => {
            let splices = edit.put(steps, value)?;
            wanted.put(steps, Shape::of_tree(value));
            splices
        }
        None => {
            wanted.take(steps);
            edit.take(steps)?
        }
    };
    edit.finish(splices, &wanted)
}

/// Adds items to the end of the list at `steps`; it comes into being where it is missing.
///
/// # Errors
/// As [`set`].
pub fn append(
    text: &str,
    root: &Node,
    steps: &[Step],
    items: &[Tree],
    order: Order<'_>,
) -> Result<String, SetError> {
    let edit = Edit::new(text, root, order);
    let list = edit.at(steps).filter(|node| !node.items().is_empty());
    let Some(list) = list else {
        return set(text, root, steps, Some(&Tree::List(items.to_vec())), order);
    };
    let mut wanted = Shape::of(root);
    let mut way = steps.to_vec();
    for (more, item) in items.iter().enumerate() {
        way.push(Step::Item(list.items().len() + more));
        wanted.put(&way, Shape::of_tree(item));
        way.pop();
    }
    let splices = edit.append(steps, list, items)?;
    edit.finish(splices, &wanted)
}

/// Whether the value at `steps` says the same already, in whatever notation.
pub fn says(root: &Node, steps: &[Step], value: &Tree) -> bool {
    let there = steps.iter().try_fold(root, child);
    there.is_some_and(|node| Shape::of(node) == Shape::of_tree(value))
}

/// Bytes that go, and what comes in their place.
type Splice = (usize, usize, String);

struct Edit<'t> {
    text: &'t str,
    root: &'t Node,
    order: Order<'t>,
    bom: usize,
    newline: &'static str,
}

impl<'t> Edit<'t> {
    fn new(text: &'t str, root: &'t Node, order: Order<'t>) -> Self {
        let bom = text.len() - text.trim_start_matches('\u{feff}').len();
        let first = text.find('\n').unwrap_or(0);
        let newline = if text[..first].ends_with('\r') { "\r\n" } else { "\n" };
        Edit { text, root, order, bom, newline }
    }

    fn at(&self, steps: &[Step]) -> Option<&'t Node> {
        steps.iter().try_fold(self.root, child)
    }

    /// Whether a line-by-line notation is out of the question here.
    fn in_flow(&self, steps: &[Step]) -> bool {
        (0..steps.len()).any(|n| self.at(&steps[..n]).is_some_and(|node| self.is_flow(node)))
    }

    fn is_flow(&self, node: &Node) -> bool {
        node.scalar().is_none()
            && self.text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['[', '{']))
    }

    /// Whether a value is null because nothing stands there.
    fn is_blank(&self, node: &Node) -> bool {
        let written = self.text.get(node.span.start..node.span.end).unwrap_or_default();
        node.is_null() && !written.starts_with(['~', 'n', 'N'])
    }

    fn put(&self, steps: &[Step], value: &Tree) -> Result<Vec<Splice>, SetError> {
        for n in 0..steps.len() {
            let parent = self.at(&steps[..n]).ok_or(SetError::Form)?;
            if child(parent, &steps[n]).is_some() {
                continue;
            }
            // From here on it is all new.
            let mut new = value.clone();
            for step in steps[n + 1..].iter().rev() {
                new = match step {
                    Step::Key(key) => Tree::Map(vec![(key.clone(), new)]),
                    Step::Item(0) => Tree::List(vec![new]),
                    Step::Item(_) => return Err(SetError::NoItem(0)),
                };
            }
            let nothing = parent.is_null() || (parent.entries().is_empty() && parent.items().is_empty());
            return match (&steps[n], &parent.value) {
                (_, Value::Scalar(_)) if !parent.is_null() => Err(SetError::Form),
                (Step::Key(key), Value::Scalar(_) | Value::Map(_)) if nothing => {
                    self.replace(&steps[..n], &Tree::Map(vec![(key.clone(), new)]))
                }
                (Step::Key(key), Value::Map(_)) => self.insert(&steps[..n], parent, key, &new),
                (Step::Item(at), _) if *at > parent.items().len() => {
                    Err(SetError::NoItem(parent.items().len()))
                }
                (Step::Item(_), Value::Scalar(_) | Value::List(_)) if nothing => {
                    self.replace(&steps[..n], &Tree::List(vec![new]))
                }
                (Step::Item(_), Value::List(_)) => self.append(&steps[..n], parent, &[new]),
                _ => Err(SetError::Form),
            };
        }
        self.replace(steps, value)
    }

    /// Where the value at `steps` begins to be written: its entry's key or its item's dash.
    fn head(&self, steps: &[Step]) -> Result<Head, SetError> {
        let (last, above) = steps.split_last().ok_or(SetError::Notation)?;
        let parent = self.at(above).ok_or(SetError::Form)?;
        match last {
            Step::Key(key) => {
                let entry = parent.entry(key).ok_or(SetError::Form)?;
                let from = entry.key_span.end;
                let rest = self.text.get(from..).ok_or(SetError::Notation)?;
                let colon = rest.find(':').ok_or(SetError::Notation)?;
                Ok(Head { start: entry.key_span.start, end: from + colon + 1, item: false })
            }
            Step::Item(at) => {
                let item = parent.items().get(*at).ok_or(SetError::Form)?;
                let start = if self.is_flow(parent) { item.span.start } else { self.dash(item)? };
                let end = if self.is_flow(parent) { start } else { start + 1 };
                Ok(Head { start, end, item: true })
            }
        }
    }

    fn dash(&self, item: &Node) -> Result<usize, SetError> {
        dash(self.text, item).ok_or(SetError::Notation)
    }

    fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at).max(self.bom.min(at))
    }

    fn replace(&self, steps: &[Step], value: &Tree) -> Result<Vec<Splice>, SetError> {
        let node = self.at(steps).ok_or(SetError::Form)?;
        let (from, to) = (node.span.start, node.span.end.min(self.text.len()));
        let empty = self.is_blank(node);
        if self.in_flow(steps) || steps.is_empty() {
            if empty || (steps.is_empty() && !self.is_flow(node)) {
                return Err(SetError::Notation);
            }
            return Ok(vec![(from, to, flow(value))]);
        }
        let head = self.head(steps)?;
        let inline = match value {
            Tree::Text(text) => (!wants_block(text) || keeps(text)).then(|| scalar(text)),
            Tree::Integer(_) | Tree::Bare(_) => Some(flow(value)),
            Tree::List(items) => items.iter().all(is_short).then(|| flow(value)),
            Tree::Map(_) => None,
        };
        let leaf = node.scalar().is_some_and(|old| old.style != Style::Block) || self.is_flow(node);
        match inline {
            Some(inline) if empty => return Ok(vec![(head.end, head.end, format!(" {inline}"))]),
            Some(inline)
                if leaf && self.text.get(head.end..to).is_some_and(|old| !old.contains(['\n', '\r'])) =>
            {
                return Ok(vec![(from, to, inline)]);
            }
            _ => {}
        }
        let end = self.end_of_lines(node, head.end);
        let indent = self.column(head.start);
        let mut piece = String::new();
        match (head.item, value) {
            (_, Tree::Text(text)) if keeps(text) => piece = format!(" {}\n", scalar(text)),
            (true, Tree::Map(entries)) => {
                piece.push(' ');
                mapping(&mut piece, entries, indent + 2);
            }
            _ => after_key(&mut piece, value, indent),
        }
        let mut splices = self.comments_above(head.start, head.end, end);
        splices.push((head.end, end, piece));
        Ok(splices)
    }

    /// The comments of lines that go, above the line that they began on.
    fn comments_above(&self, key: usize, from: usize, to: usize) -> Vec<Splice> {
        let line = line_start(self.text, key).max(self.bom.min(key));
        let indent = self.text[line..].len() - self.text[line..].trim_start_matches(' ').len();
        let inside = comments_of(self.text, self.root).into_iter();
        let inside = inside.filter(|(at, _)| (from..to).contains(at));
        let lines: String = inside.map(|(_, comment)| format!("{}{comment}\n", " ".repeat(indent))).collect();
        if lines.is_empty() { Vec::new() } else { vec![(line, line, lines)] }
    }

    /// The end of the last line of a value, with its line end.
    fn end_of_lines(&self, node: &Node, floor: usize) -> usize {
        let last = self.end_of(node, floor).min(self.text.len());
        if last > 0 && self.text.as_bytes()[last - 1] == b'\n' {
            return last;
        }
        let rest = self.text.get(last..).and_then(|rest| rest.find('\n'));
        rest.map_or(self.text.len(), |at| last + at + 1)
    }

    fn end_of(&self, node: &Node, floor: usize) -> usize {
        if self.is_flow(node) {
            return node.span.end;
        }
        match &node.value {
            Value::Map(entries) => {
                entries.last().map_or(floor, |entry| self.end_of(&entry.value, entry.key_span.end))
            }
            Value::List(items) => items.last().map_or(floor, |item| {
                // An empty item is known by its dash.
                self.end_of(item, self.dash(item).map_or(floor, |dash| dash + 1))
            }),
            Value::Scalar(_) if self.is_blank(node) => floor,
            Value::Scalar(scalar) if scalar.style == Style::Block && !scalar.text.ends_with("\n\n") => {
                let raw = self.text.get(node.span.start..node.span.end).unwrap_or_default();
                (node.span.start + raw.trim_end().len()).max(floor)
            }
            Value::Scalar(_) => node.span.end,
        }
    }

    /// A new entry of a mapping that has some.
    fn insert(&self, steps: &[Step], map: &Node, key: &str, value: &Tree) -> Result<Vec<Splice>, SetError> {
        let names: Vec<&str> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Item(_) => None,
            })
            .collect();
        let order = (self.order)(&names.join("."));
        let place = |key: &str| order.iter().position(|known| known == key);
        let own = place(key).unwrap_or(order.len());
        let entries = map.entries();
        let later = |entry: &Entry| place(&entry.key).unwrap_or(usize::MAX) > own;
        let next = entries.iter().position(later);
        if self.is_flow(map) || self.in_flow(steps) {
            let piece = flow_entry(key, value);
            return match (next.and_then(|next| entries.get(next)), entries.last()) {
                (Some(next), _) => Ok(vec![(next.key_span.start, next.key_span.start, format!("{piece}, "))]),
                (None, Some(last)) => {
                    let end = last.value.span.end.max(last.key_span.end);
                    Ok(vec![(end, end, format!(", {piece}"))])
                }
                (None, None) => Err(SetError::Notation),
            };
        }
        let first = entries.first().ok_or(SetError::Notation)?.key_span.start;
        let indent = self.column(first);
        let mut piece = String::new();
        head(&mut piece, key, indent);
        after_key(&mut piece, value, indent);
        let margin = " ".repeat(indent);
        match next {
            // The first key may stand behind a dash.
            Some(0) => Ok(vec![(first, first, format!("{piece}{margin}"))]),
            Some(next) => {
                let before = &entries[next - 1];
                let floor = self.end_of_lines(&before.value, before.key_span.end);
                let at = line_start(self.text, entries[next].key_span.start);
                let at = above(self.text, at, floor).max(floor);
                Ok(vec![(at, at, format!("{margin}{piece}"))])
            }
            None => {
                let last = &entries[entries.len() - 1];
                let at = self.end_of_lines(&last.value, last.key_span.end);
                Ok(vec![(at, at, format!("{}{margin}{piece}", self.joint(at)))])
            }
        }
    }

    /// What a last line without its end needs before another.
    fn joint(&self, at: usize) -> &'static str {
        if self.text[..at].ends_with('\n') { "" } else { "\n" }
    }

    fn append(&self, steps: &[Step], list: &Node, new: &[Tree]) -> Result<Vec<Splice>, SetError> {
        let last = list.items().last().ok_or(SetError::Notation)?;
        if self.is_flow(list) || self.in_flow(steps) {
            let end = last.span.end;
            return Ok(vec![(end, end, new.iter().map(|item| format!(", {}", flow(item))).collect())]);
        }
        let dash = self.dash(last)?;
        let indent = self.column(dash);
        let at = self.end_of_lines(last, dash + 1);
        let mut piece = self.joint(at).to_owned();
        for item in new {
            pad(&mut piece, indent);
            piece.push('-');
            match item {
                Tree::Map(entries) => {
                    piece.push(' ');
                    mapping(&mut piece, entries, indent + 2);
                }
                other => after_key(&mut piece, other, indent),
            }
        }
        Ok(vec![(at, at, piece)])
    }

    fn take(&self, steps: &[Step]) -> Result<Vec<Splice>, SetError> {
        let Some(node) = self.at(steps) else { return Ok(Vec::new()) };
        let (last, above) = steps.split_last().ok_or(SetError::Form)?;
        let parent = self.at(above).ok_or(SetError::Form)?;
        let count = parent.entries().len().max(parent.items().len());
        if count < 2 {
            return self.take(above);
        }
        let at = match last {
            Step::Key(key) => parent.entries().iter().position(|entry| entry.key == *key),
            Step::Item(at) => Some(*at),
        };
        let at = at.ok_or(SetError::Form)?;
        let start_of = |at: usize| match parent.entries().get(at) {
            Some(entry) => entry.key_span.start,
            None => parent.items().get(at).map_or(0, |item| item.span.start),
        };
        if self.is_flow(parent) || self.in_flow(above) {
            if at + 1 < count {
                return Ok(vec![(start_of(at), start_of(at + 1), String::new())]);
            }
            let before = match parent.entries().get(at - 1) {
                Some(entry) => entry.value.span.end.max(entry.key_span.end),
                None => parent.items().get(at - 1).map_or(0, |item| item.span.end),
            };
            return Ok(vec![(before, node.span.end.max(start_of(at)), String::new())]);
        }
        let head = self.head(steps)?;
        let line = line_start(self.text, head.start);
        // What stands behind a dash or a byte order mark leaves its place to the next.
        let alone = self.text[line..head.start].chars().all(|c| c == ' ');
        let (from, to) = match parent.entries().get(at + 1) {
            Some(next) if !alone => (head.start, next.key_span.start),
            _ => (if alone { line } else { head.start }, self.end_of_lines(node, head.end)),
        };
        let mut splices = self.comments_above(head.start, from, to);
        splices.push((from, to, String::new()));
        Ok(splices)
    }

    /// Puts the pieces in and looks at what has come of it.
    fn finish(&self, mut splices: Vec<Splice>, wanted: &Shape) -> Result<String, SetError> {
        // From the back, so that earlier places stay right; of one place the last first.
        splices.reverse();
        splices.sort_by_key(|(at, _, _)| std::cmp::Reverse(*at));
        let mut out = self.text.to_owned();
        for (from, to, piece) in splices {
            if out.get(from..to).is_none() {
                return Err(SetError::Notation);
            }
            out.replace_range(from..to, &piece.replace('\n', self.newline));
        }
        let ended = self.text.ends_with('\n');
        let good = |text: &str| {
            let reading = read(text);
            let comments = |text: &str, root: &Node| -> usize { comments_of(text, root).len() };
            reading.problems.len() <= read(self.text).problems.len()
                && reading.root.is_some_and(|root| {
                    Shape::of(&root) == *wanted && comments(text, &root) == comments(self.text, self.root)
                })
        };
        if ended && !out.ends_with('\n') {
            out.push_str(self.newline);
        }
        if !ended && let Some(bare) = out.strip_suffix(self.newline).filter(|bare| good(bare)) {
            return Ok(bare.to_owned());
        }
        if good(&out) { Ok(out) } else { Err(SetError::Notation) }
    }
}

/// Whether a text ends in empty lines: a block would take those of the file behind it for its own.
fn keeps(text: &str) -> bool {
    text.ends_with("\n\n")
}

struct Head {
    start: usize,
    end: usize,
    item: bool,
}

/// The dash of an item of a list that is written line by line.
pub(super) fn dash(text: &str, item: &Node) -> Option<usize> {
    let before = text.get(..item.span.start)?;
    let at = before.trim_end().len();
    if before[..at].ends_with('-') {
        return Some(at - 1);
    }
    // An item with nothing in it may begin at its dash.
    (item.is_null() && text[item.span.start..].starts_with('-')).then_some(item.span.start)
}

fn child<'n>(node: &'n Node, step: &Step) -> Option<&'n Node> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Item(at) => node.items().get(*at),
    }
}

#[cfg(test)]
mod tests;
