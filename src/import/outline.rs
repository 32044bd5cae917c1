//! Owns the search for a text's own top level of headings: which of its ordinals count the sections, and where each heading ends.
//! Must not know which case a text belongs to.

use super::blocks::{HEADING_LIMIT, Para, is_blank};
use super::document::Role;
use super::lexicon::Lexicon;
use super::marks::{Mark, Style, ends_sentence, mark};

/// A heading found: in which paragraph, from where, to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Index of the paragraph.
    pub para: usize,
    /// First byte of the heading.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Bytes of its ordinal.
    pub mark: usize,
}

/// An ordinal that may count a section.
struct Candidate {
    para: usize,
    at: usize,
    mark: Mark,
    score: i32,
    role: bool,
}

/// The headings of the top level, in order; none when the text has none.
pub fn outline(paras: &[Para], lexicon: &Lexicon) -> Vec<Head> {
    let all = candidates(paras, lexicon);
    let mut best: Option<(Vec<&Candidate>, (i32, i32))> = None;
    for style in
        [Style::Han, Style::HanRound, Style::Digit, Style::Bracket, Style::Hash, Style::SetOff, Style::Colon]
    {
        let of_style: Vec<&Candidate> = all.iter().filter(|c| c.mark.style == style).collect();
        let chain = match style {
            Style::Bracket | Style::Hash | Style::SetOff | Style::Colon => unnumbered(&of_style),
            _ => chain(&of_style),
        };
        if chain.len() < 2 {
            continue;
        }
        let roles = chain.iter().filter(|c| c.role).count() as i32;
        let first = chain.first().map_or(0, |c| c.para as i32);
        // Figures and points number everything; without a role they count only where nothing else does.
        let weak = matches!(style, Style::Digit) && roles == 0;
        if weak && best.is_some() {
            continue;
        }
        let rank = (roles, -first);
        if best.as_ref().is_none_or(|(_, known)| rank > *known) {
            best = Some((chain, rank));
        }
    }
    let Some((chain, _)) = best else {
        let bare = bare(paras, lexicon);
        return if bare.is_empty() { run_in(paras) } else { bare };
    };
    let mut heads: Vec<Head> = chain
        .iter()
        .map(|c| Head {
            para: c.para,
            start: c.at,
            end: match paras[c.para].role {
                // The whole line, whatever its length.
                Some(Role::Heading(_) | Role::SetOff) => paras[c.para].text.len(),
                _ => heading_end(&paras[c.para].text, c, lexicon),
            },
            mark: c.mark.len,
        })
        .collect();
    drop_odd_stops(paras, &mut heads);
    heads
}

/// A full stop belongs to a heading only where every heading has one.
fn drop_odd_stops(paras: &[Para], heads: &mut [Head]) {
    let ends = |head: &Head| paras[head.para].text[head.start..head.end].ends_with(['。', '.']);
    let with = heads.iter().filter(|head| ends(head)).count();
    if with * 2 > heads.len() {
        return;
    }
    for head in heads.iter_mut() {
        let text = &paras[head.para].text;
        if text.len() > head.end && text[head.start..head.end].ends_with('。') {
            head.end -= '。'.len_utf8();
        }
    }
}

fn candidates(paras: &[Para], lexicon: &Lexicon) -> Vec<Candidate> {
    let mut found = Vec::new();
    // The last `N是` since the last other ordinal: `三、` after `二是` goes on counting points.
    let mut point = 0;
    for (number, para) in paras.iter().enumerate() {
        let text = para.text.as_str();
        if para.role == Some(Role::Row) {
            continue;
        }
        if let Some(candidate) = labelled(number, para, lexicon) {
            point = 0;
            found.push(candidate);
            continue;
        }
        found.extend(lexicon.role_at(text).and_then(|(_, len)| colon(number, text, len)));
        let mut before: Option<char> = None;
        for (at, c) in text.char_indices() {
            let opens = match before {
                None => true,
                Some(b) => {
                    ends_sentence(b) || is_blank(b) || matches!(b, ':' | '：' | '”' | ')' | '）' | ',')
                }
            };
            let hit = opens.then(|| mark(&text[at..])).flatten();
            if let Some(mark) = hit {
                if mark.style == Style::Is {
                    point = mark.number;
                } else if let Some(candidate) = candidate(number, at, mark, text, lexicon, before, point) {
                    if candidate.score > 0 {
                        point = 0;
                    }
                    found.push(candidate);
                }
            }
            before = Some(c);
        }
    }
    found
}

/// A phrase that names a role at the start of a paragraph, closed by a colon.
fn colon(para: usize, text: &str, len: usize) -> Option<Candidate> {
    text[len..].starts_with([':', '：']).then_some(())?;
    let mark = Mark { style: Style::Colon, number: 0, len: 0 };
    Some(Candidate { para, at: 0, mark, score: 20, role: true })
}

/// A heading without an ordinal that its container names or sets off.
fn labelled(para: usize, Para { text, role, .. }: &Para, lexicon: &Lexicon) -> Option<Candidate> {
    let (style, number) = match role.as_ref()? {
        Role::Heading(level) => (Style::Hash, u32::from(*level)),
        Role::SetOff => (Style::SetOff, 0),
        Role::Title | Role::Row | Role::Aside(_) => return None,
    };
    if mark(text).is_some() {
        return None;
    }
    let role = role_near(text, lexicon, true).is_some() || lexicon.role_ending(trim_heading(text)).is_some();
    let score = if role { 26 } else { 6 };
    Some(Candidate { para, at: 0, mark: Mark { style, number, len: 0 }, score, role })
}

fn candidate(
    para: usize,
    at: usize,
    mark: Mark,
    text: &str,
    lexicon: &Lexicon,
    before: Option<char>,
    point: u32,
) -> Option<Candidate> {
    let own_line = at == 0;
    if !own_line && matches!(mark.style, Style::Bracket | Style::Hash | Style::SetOff | Style::Digit) {
        return None;
    }
    let body = &text[at + mark.len..];
    let alone = own_line && text.chars().count() <= HEADING_LIMIT;
    let role = role_near(body, lexicon, alone).is_some();
    if before.is_some_and(|b| matches!(b, ',' | ')' | '）' | '”')) && !role {
        return None;
    }
    let mut score = if role { 20 } else { 0 };
    if own_line {
        score += 3;
        if alone {
            score += 3;
            score += i32::from(!role && lexicon.role_ending(trim_heading(body)).is_some()) * 12;
        }
    } else if !before.is_some_and(is_blank) {
        score -= 1;
    }
    if point > 0 && mark.number == point + 1 && !role {
        score -= 1;
    }
    Some(Candidate { para, at, mark, score, role })
}

/// The role phrase that opens a text; on a line of its own it may stand up to four characters in. Its role and end.
fn role_near<'l>(text: &str, lexicon: &'l Lexicon, alone: bool) -> Option<(&'l str, usize)> {
    let limit = text.chars().count().min(HEADING_LIMIT);
    let mut places = text.char_indices().take(if alone { 5.min(limit) } else { 1 });
    // The longest phrase at any of the first places; an earlier one wins only if it is as long.
    let mut best: Option<(&str, usize, usize)> = None;
    for (place, c) in places.by_ref() {
        if ends_sentence(c) || matches!(c, ',' | '，' | '“') {
            break;
        }
        if let Some((role, len)) = lexicon.role_at(&text[place..]) {
            let longer = best.is_none_or(|(_, from, end)| len > end - from);
            if longer {
                best = Some((role, place, place + len));
            }
        }
    }
    best.map(|(role, _, end)| (role, end))
}

/// The best run of ordinals from one upwards.
fn chain<'c>(all: &[&'c Candidate]) -> Vec<&'c Candidate> {
    let mut value = vec![i32::MIN; all.len()];
    let mut from: Vec<Option<usize>> = vec![None; all.len()];
    // Best chain so far that ends at each number.
    let mut last: Vec<(u32, usize)> = Vec::new();
    for (place, candidate) in all.iter().enumerate() {
        let number = candidate.mark.number;
        let reach = |wanted: u32| last.iter().find(|(n, _)| *n == wanted).map(|(_, p)| *p);
        if number == 1 {
            value[place] = candidate.score;
        } else if let Some(previous) = reach(number - 1) {
            value[place] = value[previous] + candidate.score + 2;
            from[place] = Some(previous);
        } else {
            continue;
        }
        match last.iter_mut().find(|(n, _)| *n == number) {
            Some((_, best)) if value[*best] <= value[place] => *best = place,
            Some(_) => {}
            None => last.push((number, place)),
        }
    }
    let best = (0..all.len()).filter(|p| value[*p] > i32::MIN).max_by_key(|p| value[*p]);
    let mut found = Vec::new();
    let mut at = best;
    while let Some(place) = at {
        found.push(all[place]);
        at = from[place];
    }
    found.reverse();
    found
}

/// Headings that carry a sign but no number: all at the highest depth that stands more than once.
fn unnumbered<'c>(all: &[&'c Candidate]) -> Vec<&'c Candidate> {
    (0..=6)
        .map(|depth| all.iter().copied().filter(|c| c.mark.number == depth).collect::<Vec<_>>())
        .find(|level| level.len() >= 2)
        .unwrap_or_default()
}

/// Where the heading that starts at a candidate ends.
fn heading_end(text: &str, candidate: &Candidate, lexicon: &Lexicon) -> usize {
    let body_at = candidate.at + candidate.mark.len;
    let body = &text[body_at..];
    if candidate.mark.style == Style::Colon {
        let colon = body.find([':', '：']).unwrap_or_default();
        return body_at + colon + body[colon..].chars().next().map_or(0, char::len_utf8);
    }
    if body.starts_with('【') || candidate.mark.style == Style::Bracket {
        return body.find('】').map_or(body_at, |close| body_at + close + '】'.len_utf8());
    }
    let whole_line = candidate.at == 0 && text.chars().count() <= HEADING_LIMIT;
    let inner_stop = body.trim_end_matches(ends_sentence).contains(['。', '；']);
    let role = role_near(body, lexicon, whole_line);
    if whole_line
        && !inner_stop
        && !role.is_some_and(|(_, end)| body[end..].starts_with([':', '：']) && body.len() > end + 3)
    {
        return text.trim_end().len();
    }
    if let Some((_, end)) = role {
        return body_at + end + bracketed(&body[end..]);
    }
    let limit = body.char_indices().nth(HEADING_LIMIT).map_or(body.len(), |(at, _)| at);
    let spaced = spaced(&body[..limit]);
    if spaced > 0 {
        return body_at + spaced;
    }
    match body[..limit].find(|c| ends_sentence(c) || matches!(c, ':' | '：' | '\n')) {
        Some(stop) => {
            let sign = body[stop..].chars().next();
            let keep = sign.filter(|c| *c == '。').map_or(0, char::len_utf8);
            body_at + stop + keep
        }
        None => {
            let comma = body[..limit].rfind([',', '，']);
            body_at + comma.unwrap_or(limit)
        }
    }
}

/// A bracket that follows a heading at once belongs to it.
fn bracketed(rest: &str) -> usize {
    if !rest.starts_with(['(', '（']) || mark(rest).is_some() {
        return 0;
    }
    match rest.find([')', '）']) {
        Some(close) if rest[..close].chars().count() <= 12 => {
            close + rest[close..].chars().next().map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

/// Words set off by blanks, up to the first that reads as prose.
fn spaced(body: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    for word in body.split([' ', '\u{3000}', '\u{a0}']) {
        let long = word.chars().count() > 20;
        let prose = word.contains(ends_sentence) || (end > 0 && word.contains([',', '，']));
        if word.is_empty() || long || prose || mark(word).is_some() {
            break;
        }
        let whole = at + word.len() == body.len();
        if whole {
            break;
        }
        end = at + word.len();
        at = end + body[end..].chars().next().map_or(0, char::len_utf8);
    }
    end
}

/// Short lines without number or stop between lines of prose.
fn bare(paras: &[Para], lexicon: &Lexicon) -> Vec<Head> {
    let is_head = |para: &Para| {
        if para.role == Some(Role::Row) {
            return false;
        }
        let text = para.text.as_str();
        let length = text.chars().count();
        (2..=30).contains(&length)
            && !text.contains(['。', '，', ',', '；', ';', '!', '！', '?', '？', '、', '(', '（'])
            && mark(text).is_none()
            && !text.is_ascii()
    };
    let prose = |para: Option<&Para>| para.is_some_and(|p| p.text.chars().count() >= 40);
    let found: Vec<Head> = paras
        .iter()
        .enumerate()
        .filter(|(at, para)| is_head(para) && prose(paras.get(at + 1)))
        .map(|(para, p)| Head { para, start: 0, end: p.text.len(), mark: 0 })
        .collect();
    let known = found.iter().any(|h| lexicon.role_ending(trim_heading(&paras[h.para].text)).is_some());
    if found.len() >= 2 || (known && !found.is_empty()) { found } else { Vec::new() }
}

/// First sentences built alike: paragraphs whose first sentence ends in the same words.
fn run_in(paras: &[Para]) -> Vec<Head> {
    let firsts: Vec<(usize, usize, String)> = paras
        .iter()
        .enumerate()
        .filter_map(|(at, para)| {
            let stop = para.text.find('。')?;
            let first = &para.text[..stop];
            let length = first.chars().count();
            if !(6..=HEADING_LIMIT).contains(&length) || para.text.len() < stop + 60 {
                return None;
            }
            let tail: Vec<char> = first.chars().rev().take(4).collect();
            Some((at, stop + '。'.len_utf8(), tail.into_iter().collect()))
        })
        .collect();
    let alike = |tail: &str| firsts.iter().filter(|(_, _, t)| t == tail).count();
    let Some(tail) = firsts.iter().map(|(_, _, t)| t.clone()).max_by_key(|t| alike(t)) else {
        return Vec::new();
    };
    if alike(&tail) < 3 {
        return Vec::new();
    }
    firsts
        .iter()
        .filter(|(_, _, t)| *t == tail)
        .map(|(para, end, _)| Head { para: *para, start: 0, end: *end, mark: 0 })
        .collect()
}

/// A heading without what closes it.
pub fn trim_heading(heading: &str) -> &str {
    heading.trim_matches(|c| {
        is_blank(c) || matches!(c, '。' | ':' | '：' | '.' | '【' | '】' | '、' | ';' | '；' | '#')
    })
}

/// The role a heading speaks for, its ordinal taken off.
pub fn role<'l>(heading: &str, lexicon: &'l Lexicon) -> Option<&'l str> {
    let bare = trim_heading(heading);
    // What stands in brackets at the end explains, it does not name.
    let bare = match (bare.ends_with([')', '）']), bare.rfind(['(', '（'])) {
        (true, Some(open)) if open > 0 => bare[..open].trim_end(),
        _ => bare,
    };
    role_near(bare, lexicon, true)
        .map(|(role, _)| role)
        .or_else(|| lexicon.role_ending(bare))
        .or_else(|| lexicon.role_by_cue(bare))
}
