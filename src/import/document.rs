//! Owns the shape in which every reader hands a document on: its text, what the container said about parts of it, its tables.
//! Must not know any format, nor what the text means.

/// A document as its reader understood it. All offsets are half-open bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The decoded text. Provenance and balance count in its characters.
    pub text: String,
    /// What a person reads of it, where that is not the text itself: markup taken out, entities resolved.
    pub view: Option<View>,
    /// What the container says about parts of the text that is read. Sorted by start.
    pub labels: Vec<Label>,
    /// The tables in the text that is read, in order. Their cells stand in that text too: a row on a line, tabs between cells.
    pub tables: Vec<Table>,
    /// Whether the document is nothing but tables, as a spreadsheet is.
    pub only_tables: bool,
}

/// What a container says about a stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its first byte in the text that is read.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is.
    pub role: Role,
}

/// What a stretch of text is in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The document's title.
    Title,
    /// A heading of this outline level, 1 the highest.
    Heading(u8),
    /// A short line set off by its type: all of it bold.
    SetOff,
    /// A row of a table.
    Row,
    /// No part of the text proper: the key of the reason (`page-furniture`, `navigation`, …).
    Aside(&'static str),
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The name of its sheet, where it has one.
    pub name: Option<String>,
    /// Its rows from top to bottom, empty ones left out.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number as the program that made the table shows it, from 1.
    pub number: usize,
    /// Its first byte in the text that is read.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Its cells from left to right. A cell that a merged one covers is left out.
    pub cells: Vec<Cell>,
    /// Why it cannot be taken as it was read, and where: a reason's key, `line:column`.
    pub flaw: Option<(&'static str, String)>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The column it starts in, from 0.
    pub column: usize,
    /// How many columns it covers.
    pub columns: usize,
    /// How many rows it covers.
    pub rows: usize,
    /// What it says, trimmed; dates as `2024-05-01`, numbers as they are written (`00123` stays).
    pub text: String,
    /// Its first byte in the text that is read.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

/// Text without its markup, with the way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The text that is read.
    pub text: String,
    /// Start in the view, start in the source, bytes in the source; one for each stretch that was taken over whole or replaced.
    /// Sorted, and the starts in the view strictly rise.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    view: usize,
    source: usize,
    /// Bytes in the source.
    len: usize,
}

impl Document {
    /// A text with nothing known about it.
    pub fn plain(text: String) -> Self {
        Document { text, ..Document::default() }
    }

    /// The text that is read: the view where there is one, else the decoded text.
    pub fn read(&self) -> &str {
        self.view.as_ref().map_or(&self.text, |view| &view.text)
    }

    /// The bytes of the decoded text that a span of the read text comes from.
    pub fn source_span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.view {
            None => (start, end),
            Some(view) => (view.source(start), view.source_end(end)),
        }
    }

    /// The labels of the text that is read, the rows of its tables among them, by their start.
    pub fn all_labels(&self) -> Vec<Label> {
        let rows = self.tables.iter().flat_map(|table| &table.rows);
        let rows = rows.map(|row| Label { start: row.start, end: row.end, role: Role::Row });
        let mut labels: Vec<Label> = self.labels.iter().cloned().chain(rows).collect();
        labels.sort_by_key(|label| label.start);
        labels
    }

    /// Whether a stretch of the decoded text says nothing to a reader: blanks, and markup where there is any.
    pub fn is_silent(&self, start: usize, end: usize) -> bool {
        match &self.view {
            None => is_blank(&self.text[start..end]),
            Some(view) => view.is_silent(start, end),
        }
    }
}

/// Blanks of every kind, and marks that no one sees.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

impl View {
    /// Takes over a stretch of the source as it is.
    pub fn keep(&mut self, source: &str, start: usize, end: usize) {
        self.replace(&source[start..end], start, end);
    }

    /// Puts words in the place of a stretch of the source.
    pub fn replace(&mut self, words: &str, start: usize, end: usize) {
        if words.is_empty() {
            return;
        }
        let piece = Piece { view: self.text.len(), source: start, len: end - start };
        // Stretches that follow each other word for word are one piece.
        let whole = words.len() == piece.len;
        let joins = self.pieces.last().is_some_and(|last| {
            whole && last.source + last.len == start && last.len == piece.view - last.view
        });
        match self.pieces.last_mut() {
            Some(last) if joins => last.len += piece.len,
            _ => self.pieces.push(piece),
        }
        self.text.push_str(words);
    }

    /// This view of what another view shows, as a view of what lies beneath both.
    pub fn over(self, beneath: &View) -> View {
        let mut view = View { text: self.text, pieces: Vec::with_capacity(self.pieces.len()) };
        for (place, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(place + 1).map_or(view.text.len(), |next| next.view);
            if end - piece.view != piece.len {
                let (start, end) =
                    (beneath.source(piece.source), beneath.source_end(piece.source + piece.len));
                view.pieces.push(Piece { view: piece.view, source: start, len: end.saturating_sub(start) });
                continue;
            }
            // A stretch taken over whole may lie across several of the other's.
            let mut at = piece.source;
            while at < piece.source + piece.len {
                let next = beneath.pieces.partition_point(|other| other.view <= at);
                let stop = beneath.pieces.get(next).map_or(beneath.text.len(), |other| other.view);
                let stop = stop.min(piece.source + piece.len);
                let (start, end) = (beneath.source(at), beneath.source_end(stop));
                let view_at = piece.view + (at - piece.source);
                view.pieces.push(Piece { view: view_at, source: start, len: end.saturating_sub(start) });
                at = stop;
            }
        }
        view
    }

    fn is_silent(&self, start: usize, end: usize) -> bool {
        let first = self.pieces.partition_point(|piece| piece.source + piece.len <= start);
        self.pieces[first..].iter().enumerate().take_while(|(_, piece)| piece.source < end).all(
            |(n, piece)| {
                let stop = self.pieces.get(first + n + 1).map_or(self.text.len(), |next| next.view);
                let (from, to) = if stop - piece.view == piece.len {
                    let from = piece.view + start.saturating_sub(piece.source);
                    (from, piece.view + piece.len.min(end - piece.source))
                } else {
                    (piece.view, stop)
                };
                self.text.get(from..to).is_none_or(is_blank)
            },
        )
    }

    /// Where in the source the byte of the view comes from.
    fn source(&self, at: usize) -> usize {
        let place = self.pieces.partition_point(|piece| piece.view <= at);
        let Some(piece) = place.checked_sub(1).and_then(|place| self.pieces.get(place)) else {
            return self.pieces.first().map_or(0, |piece| piece.source);
        };
        let end = self.pieces.get(place).map_or(self.text.len(), |next| next.view);
        let inside = at - piece.view;
        if end - piece.view == piece.len {
            piece.source + inside.min(piece.len)
        } else if inside == 0 {
            piece.source
        } else {
            piece.source + piece.len
        }
    }

    /// Where in the source a span of the view ends.
    fn source_end(&self, end: usize) -> usize {
        let Some((at, last)) = self.text[..end].char_indices().next_back() else {
            return self.source(end);
        };
        let place = self.pieces.partition_point(|piece| piece.view <= at);
        let Some(piece) = place.checked_sub(1).and_then(|place| self.pieces.get(place)) else {
            return 0;
        };
        let stop = self.pieces.get(place).map_or(self.text.len(), |next| next.view);
        if stop - piece.view == piece.len {
            piece.source + (at - piece.view) + last.len_utf8()
        } else {
            piece.source + piece.len
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_knows_where_it_comes_from() {
        let text = "<p>甲&ldquo;乙&rdquo;</p>丙";
        let at = |needle: &str| text.find(needle).unwrap();
        let mut view = View::default();
        view.keep(text, at("甲"), at("&ldquo;"));
        view.replace("“", at("&ldquo;"), at("乙"));
        view.keep(text, at("乙"), at("&rdquo;"));
        view.replace("”", at("&rdquo;"), at("</p>"));
        view.keep(text, at("丙"), text.len());
        let document = Document { text: text.to_owned(), view: Some(view), ..Document::default() };
        let read = document.read();
        assert_eq!(read, "甲“乙”丙");
        let span = |needle: &str| {
            let start = read.find(needle).unwrap();
            let (start, end) = document.source_span(start, start + needle.len());
            &text[start..end]
        };
        assert_eq!(span("甲"), "甲");
        assert_eq!(span("“乙"), "&ldquo;乙");
        assert_eq!(span("乙”"), "乙&rdquo;");
        assert_eq!(span("甲“乙”丙"), "甲&ldquo;乙&rdquo;</p>丙");
        assert!(document.is_silent(at("</p>"), at("丙")));
        assert!(document.is_silent(0, at("甲")));
        assert!(!document.is_silent(at("&ldquo;"), at("乙")));
        assert!(!document.is_silent(0, text.len()));
    }

    #[test]
    fn a_view_over_a_view_leads_to_the_bottom() {
        let bottom = r"x'甲\'<b>乙\n</b>丙'";
        let at = |needle: &str| bottom.find(needle).unwrap();
        let mut middle = View::default();
        middle.keep(bottom, at("甲"), at(r"\'"));
        middle.replace("'", at(r"\'"), at("<b>"));
        middle.keep(bottom, at("<b>"), at(r"\n"));
        middle.replace("\n", at(r"\n"), at("</b>"));
        middle.keep(bottom, at("</b>"), at("丙'") + "丙".len());
        assert_eq!(middle.text, "甲'<b>乙\n</b>丙");
        let mut top = View::default();
        let text = middle.text.clone();
        top.keep(&text, 0, text.find("<b>").unwrap());
        top.keep(&text, text.find("乙").unwrap(), text.find("</b>").unwrap());
        top.keep(&text, text.find("丙").unwrap(), text.len());
        let document =
            Document { text: bottom.to_owned(), view: Some(top.over(&middle)), ..Document::default() };
        assert_eq!(document.read(), "甲'乙\n丙");
        for (seen, lies) in [("甲'", r"甲\'"), ("乙\n", r"乙\n"), ("丙", "丙"), ("'乙", r"\'<b>乙")] {
            let start = document.read().find(seen).unwrap();
            let (start, end) = document.source_span(start, start + seen.len());
            assert_eq!(&bottom[start..end], lies, "{seen}");
        }
    }

    #[test]
    fn stretches_that_follow_each_other_are_one() {
        let mut view = View::default();
        view.keep("abcdef", 0, 2);
        view.keep("abcdef", 2, 4);
        assert_eq!(view.pieces.len(), 1);
        assert_eq!(view.source(3), 3);
    }
}
