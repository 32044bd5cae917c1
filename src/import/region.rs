//! Owns the decision where a case lies: from its unit, its title or its opening words. A wrong place is worse than none.
//! Must not know how places are looked up.

use super::blocks::Para;
use super::draft::Region;
use crate::text::places::Place;
use crate::text::places::Places;

/// What a text needs to be placed.
pub struct Clues<'t> {
    /// The title.
    pub title: &'t str,
    /// The unit.
    pub unit: Option<&'t str>,
    /// The first paragraphs.
    pub opening: &'t str,
    /// The whole text.
    pub text: &'t [Para],
    /// The year, when known.
    pub year: Option<i64>,
}

/// Characters of the opening that are looked at.
const OPENING: usize = 500;
/// Characters of the longest line that is taken for a signature.
const SIGNATURE: usize = 40;
const COLONS: [char; 2] = ['：', ':'];
const SUFFIXES: [char; 8] = ['省', '市', '县', '区', '旗', '州', '盟', '团'];

/// The place that a unit's name begins with, and what follows it in the name.
pub fn of_unit(unit: &str, year: Option<i64>) -> Option<(Region, String)> {
    // A mask at the start hides a place or a word; the rest may still say enough.
    let name = unit.trim_start_matches(['*', '＊']);
    let place = resolve(unit, year).or_else(|| resolve(name, year))?;
    let rest = place.rest.clone();
    Some((region(place), rest))
}

/// Where a case lies.
pub fn of_case(clues: &Clues<'_>) -> Option<Region> {
    let unit = clues.unit.and_then(|unit| of_unit(unit, clues.year)).map(|(region, _)| region);
    let titled = of_title(clues.title, clues.year);
    // 咸阳：… is about Xianyang: a district that the text begins with is one of its examples.
    let settled = titled
        .as_ref()
        .is_some_and(|(region, subject)| *subject && unit.as_ref().is_none_or(|u| u == region));
    let named = unit.or_else(|| titled.map(|(region, _)| region));
    let told = of_opening(clues, named.as_ref());
    match (named, told) {
        (Some(named), Some(told)) if !settled && narrows(&named, &told) => Some(told),
        (Some(named), _) => Some(named),
        (None, Some(told)) => Some(told),
        (None, None) => of_field(clues.opening, clues.year)
            .or_else(|| of_corps(clues.text))
            .or_else(|| of_signature(clues.text, clues.year)),
    }
}

/// Two places that a record's title and unit give, where one does not lie in the other: as written in the title, as the unit has it.
pub fn conflict(title: &str, unit: &str, year: Option<i64>) -> Option<(String, String)> {
    let (titled, _) = of_title(title, year)?;
    let (unit, _) = of_unit(unit, year)?;
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let apart = titled.province != unit.province
        || differ(&titled.city, &unit.city)
        || (titled.city == unit.city && differ(&titled.county, &unit.county));
    apart.then(|| (written(&titled), written(&unit)))
}

/// A place in words, from the province down.
fn written(region: &Region) -> String {
    let parts = [Some(&region.province), region.city.as_ref(), region.county.as_ref()];
    parts.into_iter().flatten().map(String::as_str).collect()
}

/// Whether one place lies inside another and says more.
fn narrows(wide: &Region, narrow: &Region) -> bool {
    wide.province == narrow.province
        && wide.county.is_none()
        && (narrow.county.is_some() || (wide.city.is_none() && narrow.city.is_some()))
        && (wide.city.is_none() || wide.city == narrow.city)
}

/// The place that a piece of the title begins with, and whether it is the subject of what follows.
fn of_title(title: &str, year: Option<i64>) -> Option<(Region, bool)> {
    let pieces = title.split(['—', '－', '─']).flat_map(|piece| piece.split("--"));
    pieces.map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || c == '-')).find_map(|piece| {
        let place = resolve(piece, year)?;
        // “四平台支撑” begins with a sign and a word, not with a place of three characters.
        let name = read_of(piece, &place).trim_start_matches(['“', '"', '‘', '《', '「']);
        let province_only = place.city.is_none() && place.county.is_none();
        let subject = place.rest.starts_with(COLONS) || Places::is_clause(&place.rest);
        // Two characters may be a word: 新建, 和平, 安康.
        let sure = province_only
            || name.chars().count() >= 3
            || name.ends_with(SUFFIXES)
            || place.rest.starts_with(COLONS)
            || (subject && place.county.is_none() && !Places::is_word(name));
        // 枫桥经验 in a title is whoever's takes it up.
        (sure && !Places::is_in_passing(&place.rest)).then(|| (region(place), subject))
    })
}

/// A place named in full at the start of a clause, or after words that say where something lies. Places of several provinces, none
/// of which the text speaks of much more than of the others, say nothing.
fn of_opening(clues: &Clues<'_>, within: Option<&Region>) -> Option<Region> {
    let opening = clues.opening;
    let end = opening.char_indices().nth(OPENING).map_or(opening.len(), |(at, _)| at);
    let text = &opening[..end];
    let mut found: Vec<Region> = Vec::new();
    let mut clause = true;
    for (at, c) in text.char_indices() {
        let lies = ["位于", "地处", "坐落于", "家住"].iter().any(|word| text[..at].ends_with(word));
        let place = (clause || lies).then(|| place_in_text(&text[at..], clues.year, lies)).flatten();
        if let Some(place) = place {
            let fits = within.is_none_or(|w| w.province == place.province);
            match found.iter_mut().find(|known| known.province == place.province) {
                _ if !fits => {}
                Some(known) if narrows(known, &place) => *known = place,
                Some(_) => {}
                None => found.push(place),
            }
        }
        clause = matches!(c, '。' | ',' | '，' | '\n' | ' ' | '　' | '；' | ';');
    }
    let mut spoken: Vec<(usize, Region)> =
        found.into_iter().map(|place| (mentions(clues.text, &place), place)).collect();
    spoken.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let second = spoken.get(1).map(|(count, _)| *count);
    let (first, place) = spoken.into_iter().next()?;
    second.is_none_or(|second| first > second * 2).then_some(place)
}

/// How often a text names the lowest division of a place.
fn mentions(text: &[Para], place: &Region) -> usize {
    let name = place.county.as_ref().or(place.city.as_ref()).unwrap_or(&place.province);
    let stem = name.strip_suffix(SUFFIXES).filter(|stem| stem.chars().count() >= 2).unwrap_or(name);
    text.iter().map(|para| para.text.matches(stem).count()).sum()
}

/// The unit that signs a text on its last lines: 中共江西某某公司支部委员会.
fn of_signature(text: &[Para], year: Option<i64>) -> Option<Region> {
    const ENDS: [&str; 12] =
        ["委员会", "支部", "党委", "公司", "局", "厂", "中心", "学院", "大学", "组织部", "办公室", "总支"];
    text.iter().rev().take(3).find_map(|para| {
        let piece = para.text.trim().rsplit(['。', '！', '\n']).next()?.trim();
        let line = piece.rsplit("  ").next()?.trim();
        let signed = line.chars().count() <= SIGNATURE && ENDS.iter().any(|end| line.ends_with(end));
        signed.then(|| of_unit(line, year)).flatten().map(|(region, _)| region)
    })
}

fn place_in_text(text: &str, year: Option<i64>, lies: bool) -> Option<Region> {
    let end = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    if let Some(place) = resolve(head, year) {
        if !lies && Places::is_in_passing(&place.rest) {
            return None;
        }
        let name = read_of(head, &place);
        let long = name.chars().count() >= 3 && name.ends_with(SUFFIXES);
        return (long || lies).then(|| region(place));
    }
    // 地处望城最南端: after such a word the shortest name will do, if it is a whole one.
    let ends: Vec<usize> = head.char_indices().map(|(at, _)| at).skip(2).take(3).collect();
    let whole = |end: usize| resolve(&head[..end], year).filter(|place| place.rest.is_empty());
    lies.then(|| ends.into_iter().rev().find_map(whole)).flatten().map(region)
}

/// A field or port that bears a prefecture's name lies there: 在大庆油田. Names of counties do not prove it: 中原, 大港, 江汉.
fn of_field(opening: &str, year: Option<i64>) -> Option<Region> {
    ["油田", "矿区", "港区"].iter().find_map(|kind| {
        let at = opening.find(kind)?;
        let from = opening[..at].rfind('在')? + '在'.len_utf8();
        let name = &opening[from..at];
        let place = resolve(name, year).filter(|place| place.rest.is_empty())?;
        (place.county.is_none() && place.city.is_some()).then(|| region(place))
    })
}

/// The Corps has one home, and its farms and divisions name it again and again.
fn of_corps(text: &[Para]) -> Option<Region> {
    let has = |word: &str| text.iter().any(|para| para.text.contains(word));
    let corps = has("兵团") && (has("农场") || has("团场")) && (has("连队") || has("师"));
    corps.then(|| resolve("建设兵团", None)).flatten().map(region)
}

/// The part of a name that named the place; what follows it comes back without blanks at its ends.
fn read_of<'n>(name: &'n str, place: &Place) -> &'n str {
    if place.rest.is_empty() {
        return name;
    }
    name.rfind(place.rest.as_str()).map_or("", |at| &name[..at])
}

fn resolve(name: &str, year: Option<i64>) -> Option<Place> {
    let year = year.and_then(|year| u16::try_from(year).ok());
    Places::shipped().resolve(name, year)
}

fn region(place: Place) -> Region {
    Region { province: place.province, city: place.city, county: place.county, code: place.code }
}

#[cfg(test)]
mod tests;
