//! From a place inside a value back to the bytes of the file.

use super::node::Node;
use super::node::Style;
use crate::diag::Span;

/// The byte of `source` at which the character at byte `offset` of the node's text stands.
pub fn source_offset(source: &str, node: &Node, offset: usize) -> usize {
    source_spans(source, node, &[Span::at(offset)]).first().map_or(node.span.start, |span| span.start)
}

/// The bytes of `source` in which spans of the node's text stand, white space included; the spans
/// must be on character boundaries.
///
/// YAML changes a scalar's white space (indentation, folding) and, in quotes, its escapes, but never the order of its characters. So
/// the two texts are walked together. Of the white space between two other
/// characters each blank of the value is the next equal one of the file; where the notation folds a
/// line end into a blank, the rest of the file's white space stands for it.
pub fn source_spans(source: &str, node: &Node, spans: &[Span]) -> Vec<Span> {
    let nothing = || vec![Span::at(node.span.start); spans.len()];
    let end = node.span.end.min(source.len());
    let (Some(scalar), Some(raw)) = (node.scalar(), source.get(node.span.start..end)) else {
        return nothing();
    };
    let text = scalar.text.as_str();
    let quote = raw.chars().next().filter(|_| scalar.style == Style::Quoted);
    let mut walk = Walk { raw, at: quote.map_or(0, char::len_utf8), quote };
    // Only the borders that are asked for: the end of what stands before each, and the start of
    // what stands behind it.
    let mut wanted: Vec<usize> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut borders: Vec<(usize, Span)> = Vec::with_capacity(wanted.len());
    let mut wanted = wanted.into_iter().peekable();
    let mut before = walk.at;
    for (offset, c) in text.char_indices() {
        if wanted.peek().is_none() {
            break;
        }
        let (start, end) = walk.step(c);
        if wanted.next_if_eq(&offset).is_some() {
            borders.push((offset, Span::new(before, start)));
        }
        before = end;
    }
    borders.extend(wanted.map(|offset| (offset, Span::at(before))));
    let border = |offset: usize| {
        let at = borders.binary_search_by_key(&offset, |(known, _)| *known);
        at.ok().and_then(|at| borders.get(at)).map_or(Span::at(before), |(_, border)| *border)
    };
    let place = |span: &Span| {
        let (from, to) = (border(span.start).end, border(span.end).start);
        Span::new(node.span.start + from, node.span.start + to.max(from))
    };
    spans.iter().map(place).collect()
}

/// The file's side of a scalar.
struct Walk<'r> {
    raw: &'r str,
    at: usize,
    quote: Option<char>,
}

impl Walk<'_> {
    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    fn blanks(&self) -> usize {
        let rest = self.rest();
        rest.len() - rest.trim_start().len()
    }

    /// Where the next character of the value stands.
    fn step(&mut self, c: char) -> (usize, usize) {
        let blanks = self.blanks();
        if c.is_whitespace() && blanks > 0 {
            let found = self.rest()[..blanks].find(c);
            let start = self.at + found.unwrap_or(0);
            self.at = found.map_or(start + blanks, |_| start + c.len_utf8());
            return (start, self.at);
        }
        self.at += blanks;
        let start = self.at;
        let mut rest = self.rest().chars();
        let first = rest.next();
        let mut len = first.map_or(0, char::len_utf8);
        if self.quote == Some('"') && first == Some('\\') {
            let more = match rest.clone().next() {
                Some('x') => 3,
                Some('u') => 5,
                Some('U') => 9,
                Some('\n' | '\r') => {
                    // The line goes on: neither its end nor the blanks after it are characters.
                    self.at += 1;
                    self.at += self.blanks();
                    return self.step(c);
                }
                _ => 1,
            };
            len += rest.take(more).map(char::len_utf8).sum::<usize>();
        } else if self.quote == Some('\'') && first == Some('\'') {
            len += 1;
        }
        self.at = (start + len).min(self.raw.len());
        (start, self.at)
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Span;
    use crate::yaml::read;

    #[test]
    fn spans_are_the_exact_bytes_in_every_notation() {
        for source in [
            "t: 甲 \u{200b}乙''丙  丁\n",
            "t: '甲 \u{200b}乙''''丙  丁'\n",
            "t: \"甲 \u{200b}乙''丙  丁\"\n",
            "t: \"甲 \\u200b乙''\\\n    丙  丁\"\n",
            "t: |\n    甲 \u{200b}乙''丙  丁\n",
            "t: |\n  戊 \n\n   己\n  甲 \u{200b}乙''丙  丁 \n",
            "t: |\n  \"戊\"\n  甲 \u{200b}乙''丙  丁 \n",
            "t: >-\n  戊\n  甲 \u{200b}乙''丙  丁\n",
        ] {
            let root = read(source).root.expect("a document");
            let node = root.get("t").expect("t");
            let text = node.text().expect("text");
            let at = |needle: &str| {
                let start = text.find(needle).expect("in the text");
                Span::new(start, start + needle.len())
            };
            let asked = [at(" \u{200b}"), at("\u{200b}"), at("''"), at("  "), at("丙  丁"), at("丁")];
            let found: Vec<&str> = super::source_spans(source, node, &asked)
                .iter()
                .map(|span| &source[span.start..span.end])
                .collect();
            let escape = if source.contains("\\u200b") { "\\u200b" } else { "\u{200b}" };
            let quotes = if source.starts_with("t: '") { "''''" } else { "''" };
            let first = format!(" {escape}");
            assert_eq!(found, [first.as_str(), escape, quotes, "  ", "丙  丁", "丁"], "{source:?}");
        }
        let source = "t: |\n  戊 \n\n   己\n";
        let root = read(source).root.expect("a document");
        let node = root.get("t").expect("t");
        assert_eq!(super::source_spans(source, node, &[Span::new(3, 4)]), [Span::new(10, 11)]);
    }

    #[test]
    fn finds_the_place_in_every_notation() {
        for source in [
            "t: 第一句 民情流水线。\n",
            "t: '第一句 民情流水线。'\n",
            "t: \"第一句\\n民情\\u6d41水线。\"\n",
            "t: |\n  第一句\n  民情流水线。\n",
            "t: >-\n  第一句\n  民情流水线。\n",
            "t: 第一句\n  民情流水线。\n",
        ] {
            let root = read(source).root.expect("a document");
            let node = root.get("t").expect("t");
            let text = node.text().expect("text");
            let at = super::source_offset(source, node, text.find('民').expect("in the text"));
            assert!(source[at..].starts_with('民'), "{source:?} gave {:?}", &source[at..]);
        }
    }
}
