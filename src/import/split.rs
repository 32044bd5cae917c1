//! Owns the division of a document into cases, lists and what belongs to neither.
//! Must not know what becomes of them.

use super::awards::{self, Context, List};
use super::blocks::{Block, HEADING_LIMIT, Kind, is_blank};
use super::lexicon::Lexicon;
use super::marks::{Style, ends_sentence, mark};
use super::numbered;
use super::region;
use super::title::{self, Title};

/// A piece of a document; half-open bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A text of its own.
    Case(Case),
    /// A list of entries, and the words around it.
    List(Box<List>, Context),
    /// No part of any record, with its reason's key.
    Apart(usize, usize, String),
}

/// A full text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its title.
    pub title: Title,
    /// From its title …
    pub start: usize,
    /// … to its last character.
    pub end: usize,
    /// The blocks of its text; the first may start behind a glued title.
    pub body: Vec<Block>,
    /// What a banner before it says.
    pub context: Context,
}

/// Divides a document.
pub fn split(text: &str, blocks: &[Block], lexicon: &Lexicon) -> Vec<Piece> {
    let marks: Vec<usize> = blocks
        .iter()
        .enumerate()
        .filter(|(_, b)| matches!(b.kind, Kind::Part { .. }))
        .map(|(place, _)| place)
        .collect();
    let mut pieces = Vec::new();
    let Some(first) = marks.first().copied() else {
        part(text, blocks, None, lexicon, &mut pieces);
        return pieces;
    };
    for block in blocks[..first].iter().filter(|b| b.is_content()) {
        pieces.push(Piece::Apart(block.start, block.end, "preamble".to_owned()));
    }
    let frame = frame_closes(text, &blocks[..first]);
    for (order, place) in marks.iter().enumerate() {
        let end = marks.get(order + 1).copied().unwrap_or(blocks.len());
        let inner = &blocks[place + 1..end];
        let last = order + 1 == marks.len();
        let close = if frame && last { inner.iter().position(|b| brackets(text, b)) } else { None };
        let (inner, after) = inner.split_at(close.unwrap_or(inner.len()));
        part(text, inner, Some(&blocks[*place]), lexicon, &mut pieces);
        for block in after.iter().filter(|b| b.is_content()) {
            pieces.push(Piece::Apart(block.start, block.end, "frame".to_owned()));
        }
    }
    pieces
}

fn brackets(text: &str, block: &Block) -> bool {
    block.mark().is_some_and(|m| m.style == Style::Bracket) && block.text(text).starts_with('【')
}

/// Cases that stand under one `【…】` of a larger text end where its next one begins.
fn frame_closes(text: &str, before: &[Block]) -> bool {
    before.iter().any(|block| brackets(text, block))
}

/// One part: lists if there are any, and cases.
fn part(text: &str, blocks: &[Block], opener: Option<&Block>, lexicon: &Lexicon, out: &mut Vec<Piece>) {
    let flat = Flat::new(text, blocks);
    let mut lists = awards::lists(&flat.text, lexicon);
    if lists.is_empty() {
        lists.extend(numbered::list(&flat.text));
    }
    let (Some(first), Some(last)) = (lists.first(), lists.last()) else {
        cases(text, blocks, opener, lexicon, out);
        return;
    };
    let opening = opener.map_or("", |block| block.text(text));
    let words = format!("{opening}\n{}", &flat.text[..first.start]);
    let mut context = awards::context(&words, lexicon);
    let zone = (flat.source(first.start), last.entries.last().map_or(0, |e| flat.end(e.end)));
    if let Some(block) = opener {
        out.push(Piece::Apart(block.start, block.end, "part-mark".to_owned()));
    }
    for block in blocks.iter().filter(|b| b.is_content()) {
        let (start, end) = (block.start, block.end.min(zone.0));
        if start < end {
            out.push(Piece::Apart(start, end, "list-introduction".to_owned()));
        }
    }
    for list in lists {
        // A list's own heading may name an edition of its own.
        let own = awards::context(&list.heading, lexicon);
        if own.edition.is_some() {
            context = Context { programme: own.programme.or(context.programme), ..own };
        }
        out.push(Piece::List(Box::new(flat.list(list)), context.clone()));
    }
    let after: Vec<Block> = blocks.iter().filter(|b| b.start >= zone.1).cloned().collect();
    let prose: usize = after.iter().filter(|b| b.is_content()).map(|b| b.text(text).chars().count()).sum();
    if prose >= 400 {
        cases(text, &after, None, lexicon, out);
    }
}

/// A part's content lines as one text, with the way back.
struct Flat {
    text: String,
    /// Start in the flat text, start in the source.
    places: Vec<(usize, usize)>,
}

impl Flat {
    fn new(text: &str, blocks: &[Block]) -> Self {
        let mut flat = Flat { text: String::new(), places: Vec::new() };
        for block in blocks {
            match block.kind {
                // Blank lines are empty cells of a table.
                Kind::Blank => {}
                Kind::Furniture { .. } => continue,
                _ => {}
            }
            flat.places.push((flat.text.len(), block.start));
            flat.text.push_str(block.text(text));
            flat.text.push('\n');
        }
        flat
    }

    fn source(&self, at: usize) -> usize {
        let place = self.places.partition_point(|(flat, _)| *flat <= at);
        match place.checked_sub(1).and_then(|p| self.places.get(p)) {
            Some((flat, source)) => source + (at - flat),
            None => at,
        }
    }

    /// The source offset of the end of a span.
    fn end(&self, end: usize) -> usize {
        let last = self.text[..end].chars().next_back().map_or(0, char::len_utf8);
        self.source(end - last) + last
    }

    fn list(&self, mut list: List) -> List {
        list.start = self.source(list.start);
        for entry in &mut list.entries {
            entry.end = self.end(entry.end);
            entry.start = self.source(entry.start);
        }
        list
    }
}

/// The cases of a part, one after another.
fn cases(text: &str, blocks: &[Block], opener: Option<&Block>, lexicon: &Lexicon, out: &mut Vec<Piece>) {
    let content: Vec<usize> = (0..blocks.len()).filter(|p| blocks[*p].is_content()).collect();
    if content.is_empty() {
        if let Some(block) = opener {
            out.push(Piece::Apart(block.start, block.end, "part-mark".to_owned()));
        }
        return;
    }
    let mut starts = vec![0];
    let mut from = 0;
    for (order, place) in content.iter().enumerate() {
        if order > from && opens_case(text, blocks, &content, order, from, lexicon) {
            starts.push(*place);
            from = order;
        }
    }
    for (order, start) in starts.iter().enumerate() {
        let end = starts.get(order + 1).copied().unwrap_or(blocks.len());
        let opener = opener.filter(|_| order == 0);
        let before = banner_before(text, blocks, *start);
        one(text, &blocks[*start..end], opener, before, lexicon, out);
    }
}

/// The banner between the last content line and a case.
fn banner_before<'t>(text: &'t str, blocks: &[Block], start: usize) -> &'t str {
    let furniture = blocks[..start].iter().rev().take_while(|b| !b.is_content());
    let mut banners = furniture.filter(|b| is_banner(b));
    banners.next().map_or("", |b| b.text(text))
}

fn is_banner(block: &Block) -> bool {
    matches!(&block.kind, Kind::Furniture { why, .. } if why == "banner")
}

fn one(
    text: &str,
    blocks: &[Block],
    opener: Option<&Block>,
    banner: &str,
    lexicon: &Lexicon,
    out: &mut Vec<Piece>,
) {
    let found = title::find(text, blocks, opener, lexicon);
    for (start, end, why) in &found.apart {
        out.push(Piece::Apart(*start, *end, (*why).to_owned()));
    }
    let mut body: Vec<Block> = blocks[found.body..].to_vec();
    if let Some(first) = body.first_mut()
        && found.body_start > first.start
    {
        first.start = found.body_start.min(first.end);
        first.kind = Kind::Paragraph;
    }
    if let Some((start, end)) = found.first {
        body.insert(0, Block { kind: Kind::Paragraph, start, end, role: None });
    }
    copies(text, &mut body, out);
    let last = body.iter().rev().find(|b| b.is_content());
    let start = found.title.start;
    let end = last.map_or(found.title.end, |block| block.end).max(found.title.end);
    let mut words = banner.to_owned();
    let inner = blocks[..found.body].iter().filter(|b| is_banner(b));
    inner.for_each(|b| words.push_str(b.text(text)));
    out.push(Piece::Case(Case {
        title: found.title,
        start,
        end,
        body,
        context: awards::context(&words, lexicon),
    }));
}

/// Text that a site stored more than once: from where the first long line comes back, lines already read are copies.
fn copies(text: &str, body: &mut Vec<Block>, out: &mut Vec<Piece>) {
    let long = |b: &Block| b.is_content() && b.text(text).chars().count() >= 60;
    let Some(first) = body.iter().position(long) else {
        return;
    };
    let again =
        (first + 1..body.len()).find(|p| long(&body[*p]) && body[*p].text(text) == body[first].text(text));
    let Some(again) = again else {
        return;
    };
    let known: std::collections::HashSet<&str> = body[..again].iter().map(|b| b.text(text)).collect();
    let rest = &body[again..];
    let fresh = rest.iter().filter(|b| b.is_content() && !known.contains(b.text(text)));
    let fresh: usize = fresh.map(|b| b.end - b.start).sum();
    let all: usize = rest.iter().map(|b| b.end - b.start).sum();
    if fresh * 5 > all {
        return;
    }
    for block in rest.iter().filter(|b| b.is_content()) {
        out.push(Piece::Apart(block.start, block.end, "copy".to_owned()));
    }
    body.truncate(again);
}

/// Whether a content line opens another case: it reads like a title, and the outline begins anew behind it.
fn opens_case(
    text: &str,
    blocks: &[Block],
    content: &[usize],
    order: usize,
    from: usize,
    lexicon: &Lexicon,
) -> bool {
    let block = &blocks[content[order]];
    let line = block.text(text);
    if block.kind != Kind::Paragraph || !title::reads_like_one(line) || lexicon.role_ending(line).is_some() {
        return false;
    }
    let line_before = blocks[content[order - 1]].text(text);
    let over = line_before.ends_with(|c| ends_sentence(c) || matches!(c, '”' | ')' | '）' | '》'));
    if !over {
        return false;
    }
    let between = &blocks[content[order - 1] + 1..content[order]];
    let banner = between.iter().any(is_banner);
    let placed = title::unit_of(line).is_some_and(|unit| region::of_unit(unit, None).is_some());
    let read = block.start - blocks[content[from]].start;
    let next = restart(text, blocks, &content[order + 1..]);
    let done = next.is_some_and(|(style, _)| reached_two(text, blocks, &content[from..order], style));
    let prose_next = content.get(order + 1).is_some_and(|p| blocks[*p].text(text).chars().count() >= 60);
    if banner || placed {
        return done || (read >= 1200 && (next.is_some() || prose_next));
    }
    match next {
        Some((_, place)) if done => {
            let heading = blocks[place].text(text);
            let body = mark(heading).map_or(heading, |m| &heading[m.len..]);
            super::outline::role(&body.chars().take(HEADING_LIMIT).collect::<String>(), lexicon)
                .is_some_and(|role| role == "background")
        }
        _ => false,
    }
}

/// The next ordinal that opens a line, if it is a one and only prose stands before it.
fn restart(text: &str, blocks: &[Block], content: &[usize]) -> Option<(Style, usize)> {
    for place in content.iter().take(12) {
        let line = blocks[*place].text(text);
        if let Some(mark) = mark(line) {
            let counts = matches!(mark.style, Style::Han | Style::HanRound);
            return (counts && mark.number == 1).then_some((mark.style, *place));
        }
        // A heading may be glued to the end of the opening.
        if let Some(style) = glued_one(line) {
            return Some((style, *place));
        }
        if title::reads_like_one(line) && line.chars().count() < 30 {
            return None;
        }
    }
    None
}

fn glued_one(line: &str) -> Option<Style> {
    let at = line.find("。一、").map(|at| at + '。'.len_utf8())?;
    mark(&line[at..]).map(|m| m.style)
}

/// Whether an outline of this style has gone beyond its first heading.
fn reached_two(text: &str, blocks: &[Block], content: &[usize], style: Style) -> bool {
    content.iter().any(|place| {
        let line = blocks[*place].text(text).trim_start_matches(is_blank);
        mark(line).is_some_and(|m| m.style == style && m.number >= 2)
    })
}
