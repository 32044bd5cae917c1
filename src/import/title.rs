//! Owns the search for a text's title: on a line of its own, on two, glued to the first sentence, or behind a part's mark.
//! Must not know sections.

use super::blocks::{Block, Kind, is_blank, trimmed};
use super::document::Role;
use super::lexicon::Lexicon;
use super::marks::{Style, ends_sentence, mark, plain_digit};

/// A title with the bytes it stands at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// The title on one line.
    pub text: String,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// The organisation of the line under it.
    pub unit: Option<String>,
    /// Whether the text has one; else its first words stand in for it.
    pub own: bool,
}

/// What the head of a text is made of.
pub struct Found {
    /// The title.
    pub title: Title,
    /// Index of the first block of the body.
    pub body: usize,
    /// First byte of the body.
    pub body_start: usize,
    /// Lines of the head that belong to no record, with their reason's key.
    pub apart: Vec<(usize, usize, &'static str)>,
    /// Words behind a part's mark that are no title: the text begins with them.
    pub first: Option<(usize, usize)>,
}

/// The longest title, in characters.
const LONGEST: usize = 60;
/// Lines looked at before the body must begin.
const HEAD: usize = 12;

/// Whether a line reads like a title: short, no sentence, no ordinal.
pub fn reads_like_one(line: &str) -> bool {
    let length = line.chars().count();
    let stops = line.chars().filter(|c| matches!(c, '。' | '；' | ';')).count();
    let commas = line.chars().filter(|c| matches!(c, ',' | '，')).count();
    (4..=LONGEST).contains(&length)
        && stops == 0
        && commas <= 2
        && !line.ends_with([',', '，', '、', ':', '：'])
        && mark(line).is_none_or(|m| m.style == Style::Hash)
        && line.chars().filter(|c| c.is_alphabetic()).count() * 2 > length
}

/// Whether a text's first line is a title that somebody closed with a full stop: short, and no second clause.
fn stops_at_end(line: &str) -> bool {
    let body = line.strip_suffix('。').unwrap_or_default();
    body.chars().count() <= 30 && !body.contains(['，', ',', '、']) && reads_like_one(body)
}

/// The part of a title before its colon, when it can be a unit.
pub fn unit_of(title: &str) -> Option<&str> {
    let colon = title.find([':', '：'])?;
    let unit = title[..colon].trim();
    let plain = !unit.contains(['“', '”', ',', '，', '、', '《', ' ', '—']);
    let length = unit.chars().count();
    (plain && (2..=20).contains(&length)).then_some(unit)
}

/// Finds the title of a text, which may have the mark of a part before it.
pub fn find(text: &str, blocks: &[Block], opener: Option<&Block>, lexicon: &Lexicon) -> Found {
    if let Some(found) = labelled(text, blocks, opener) {
        return found;
    }
    let mut lines: Vec<Title> = Vec::new();
    let mut body = blocks.len();
    let mut body_start = blocks.last().map_or(0, |b| b.end);
    let content = blocks.iter().enumerate().filter(|(_, b)| b.is_content());
    for (seen, (place, block)) in content.enumerate() {
        let line = block.text(text);
        // What its container calls a lower heading opens a section.
        let section =
            matches!(block.role, Some(Role::Heading(2..)) | Some(Role::SetOff)) && !lines.is_empty();
        let section = section && (block.role != Some(Role::SetOff) || lexicon.role_ending(line).is_some());
        let row = block.role == Some(Role::Row);
        let alone = (block.kind == Kind::Paragraph || line.starts_with('#')) && !section && !row;
        let stopped = seen == 0 && opener.is_none() && stops_at_end(line);
        if alone && (reads_like_one(line) || stopped) && seen < HEAD {
            let subtitle = line.starts_with(['—', '－', '─']) || line.starts_with("--");
            match lines.last_mut() {
                Some(title) if subtitle => {
                    title.text = format!("{} {line}", title.text);
                    title.end = block.end;
                }
                _ => lines.push(title(line, block.start, block.end)),
            }
            continue;
        }
        body = place;
        body_start = block.start;
        if block.kind == Kind::Paragraph
            && let Some(len) = glued(line)
        {
            let (start, end) = trimmed(text, block.start, block.start + len);
            lines.push(title(&text[start..end], start, end));
            body_start = trimmed(text, block.start + len, block.end).0;
        }
        break;
    }
    choose(text, (blocks, body, body_start), lines, opener, lexicon)
}

/// The line that its container calls the title.
fn labelled(text: &str, blocks: &[Block], opener: Option<&Block>) -> Option<Found> {
    let content: Vec<usize> = (0..blocks.len()).filter(|at| blocks[*at].is_content()).take(HEAD).collect();
    let place = *content.iter().find(|at| blocks[**at].role == Some(Role::Title))?;
    let block = &blocks[place];
    let body = (place + 1..blocks.len()).find(|at| blocks[*at].is_content()).unwrap_or(blocks.len());
    let before = blocks[..place].iter().filter(|b| b.is_content());
    let before = before.map(|b| (b.start, b.end, "collection-title"));
    Some(Found {
        title: title(block.text(text), block.start, block.end),
        body,
        body_start: blocks.get(body).map_or(block.end, |b| b.start),
        apart: before.chain(opener.map(|b| (b.start, b.end, "part-mark"))).collect(),
        first: None,
    })
}

fn title(line: &str, start: usize, end: usize) -> Title {
    Title { text: line.trim_start_matches(['#', ' ']).to_owned(), start, end, unit: None, own: true }
}

fn choose(
    text: &str,
    (blocks, body, body_start): (&[Block], usize, usize),
    mut lines: Vec<Title>,
    opener: Option<&Block>,
    lexicon: &Lexicon,
) -> Found {
    let mut apart = Vec::new();
    let unit = byline(&lines, lexicon);
    if let Some((place, _)) = &unit {
        lines.remove(*place);
    }
    let mut chosen = best(&lines, lexicon).map(|place| lines[place].clone());
    let marked = opener.and_then(|block| part_title(text, block));
    let first = opener.filter(|_| marked.is_none()).and_then(|block| behind_mark(text, block));
    if chosen.is_none() {
        chosen = marked.clone();
    } else if let Some(block) = opener {
        apart.push((block.start, first.map_or(block.end, |(start, _)| start), "part-mark"));
    }
    let mut title = chosen.unwrap_or_else(|| stand_in(text, blocks, body_start, opener));
    if let Some((start, _)) = first {
        title.end = title.end.min(start.max(title.start));
    }
    title.unit = unit.map(|(_, name)| name);
    for line in lines.iter().filter(|line| line.start < title.start) {
        let repeated = title.text.contains(&line.text);
        apart.push((line.start, line.end, if repeated { "repeated-title" } else { "collection-title" }));
    }
    // What follows the title on lines of its own opens the body.
    let later = lines.iter().find(|line| line.start >= title.end && line.start < body_start);
    let body_place = later.and_then(|line| blocks.iter().position(|b| b.start == line.start));
    let (body, body_start) = match (body_place, later) {
        (Some(place), Some(line)) => (place, line.start),
        _ => (body, body_start),
    };
    Found { title, body, body_start, apart, first }
}

/// What stands behind a part's mark.
fn behind_mark(text: &str, opener: &Block) -> Option<(usize, usize)> {
    let Kind::Part { title: at, .. } = opener.kind else {
        return None;
    };
    Some(trimmed(text, at.min(opener.end), opener.end)).filter(|(start, end)| start < end)
}

/// The title behind a part's mark, when there is one that is no sentence.
fn part_title(text: &str, opener: &Block) -> Option<Title> {
    let (start, end) = behind_mark(text, opener)?;
    let line = &text[start..end];
    let fits = reads_like_one(line);
    fits.then(|| Title { text: line.to_owned(), start: opener.start, end: opener.end, unit: None, own: true })
}

/// First words for a text without a title.
fn stand_in(text: &str, blocks: &[Block], body_start: usize, opener: Option<&Block>) -> Title {
    let start = opener.map_or(body_start, |block| block.start);
    let end = opener.map_or(body_start, |block| block.end);
    let line = blocks.iter().find(|b| b.is_content()).map_or("", |b| b.text(text));
    let line = opener.map_or(line, |block| block.text(text));
    let head =
        line.split(|c| ends_sentence(c) || matches!(c, ',' | '，' | ':' | '：')).next().unwrap_or(line);
    let words: String = head.chars().take(30).collect();
    Title {
        text: words,
        start,
        end,
        unit: None,
        // 案例一 names a case, if poorly.
        own: opener.is_some(),
    }
}

/// The line among the head's that names who speaks.
fn byline(lines: &[Title], lexicon: &Lexicon) -> Option<(usize, String)> {
    const ENDS: [&str; 12] = [
        "委员会",
        "组织部",
        "党委",
        "党组",
        "党工委",
        "党支部",
        "有限公司",
        "办公室",
        "机关工委",
        "人民政府",
        "党总支",
        "委宣传部",
    ];
    let (place, line) = lines.iter().enumerate().skip(1).next_back()?;
    // Only under a title: a lone line that ends so is the title itself.
    if lines[..place].iter().all(|line| lexicon.is_generic(&line.text)) {
        return None;
    }
    let name = line.text.trim_matches(|c| is_blank(c) || matches!(c, '(' | ')' | '（' | '）'));
    let plain = !name.contains([':', '：', ',', '，', '“', '—']) && name.chars().count() <= 30;
    (plain && ENDS.iter().any(|end| name.ends_with(end))).then(|| (place, name.to_owned()))
}

/// The most telling of the head's lines: a specific one before a generic one, the longer of two that say the same, else the first.
fn best(lines: &[Title], lexicon: &Lexicon) -> Option<usize> {
    let specific: Vec<usize> = (0..lines.len()).filter(|p| !lexicon.is_generic(&lines[*p].text)).collect();
    let Some(first) = specific.first().copied() else {
        return lines.len().checked_sub(1);
    };
    let mut chosen = first;
    for place in specific.into_iter().skip(1) {
        let (known, other) = (&lines[chosen].text, &lines[place].text);
        let same = other.contains(known.as_str()) || known.contains(other.as_str());
        let placed = unit_of(other).is_some() && unit_of(known).is_none();
        if (same && other.len() >= known.len()) || placed {
            chosen = place;
        }
    }
    Some(chosen)
}

/// Bytes of a title that runs into the first sentence: words without any sign, set off by blanks.
fn glued(line: &str) -> Option<usize> {
    let mut end = 0;
    let mut at = 0;
    for word in line.split([' ', '\u{3000}', '\u{a0}']) {
        let sentence = word.contains(|c| ends_sentence(c) || matches!(c, ',' | '，' | '、'));
        let figure = word.chars().next().is_some_and(|c| plain_digit(c).is_some());
        if sentence || figure {
            break;
        }
        at += word.len();
        if at == line.len() {
            return None;
        }
        end = at;
        at += line[at..].chars().next().map_or(0, char::len_utf8);
    }
    let words = line[..end].chars().count();
    (8..=LONGEST + 20).contains(&words).then_some(end)
}
