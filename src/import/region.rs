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
    let unit = clues
        .unit
        .and_then(|unit| of_unit(unit, clues.year))
        .map(|(region, _)| region);
    let named = unit.or_else(|| of_title(clues.title, clues.year));
    let told = of_opening(clues.opening, clues.year, named.as_ref());
    match (named, told) {
        (Some(named), Some(told)) if narrows(&named, &told) => Some(told),
        (Some(named), _) => Some(named),
        (None, Some(told)) => Some(told),
        (None, None) => of_field(clues.opening, clues.year).or_else(|| of_corps(clues.text)),
    }
}

/// Whether one place lies inside another and says more.
fn narrows(wide: &Region, narrow: &Region) -> bool {
    wide.province == narrow.province
        && wide.county.is_none()
        && (narrow.county.is_some() || (wide.city.is_none() && narrow.city.is_some()))
        && (wide.city.is_none() || wide.city == narrow.city)
}

fn of_title(title: &str, year: Option<i64>) -> Option<Region> {
    let pieces = title
        .split(['—', '－', '─'])
        .flat_map(|piece| piece.split("--"));
    pieces
        .map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || c == '-'))
        .find_map(|piece| {
            let place = resolve(piece, year)?;
            let name = read_of(piece, &place);
            let province_only = place.city.is_none() && place.county.is_none();
            // Two characters may be a word: 新建, 和平, 安康.
            let sure = province_only || name.chars().count() >= 3 || name.ends_with(SUFFIXES);
            sure.then(|| region(place))
        })
}

/// A place named in full at the start of a clause, or after words that say where something lies.
fn of_opening(opening: &str, year: Option<i64>, within: Option<&Region>) -> Option<Region> {
    let end = opening
        .char_indices()
        .nth(OPENING)
        .map_or(opening.len(), |(at, _)| at);
    let text = &opening[..end];
    let mut found: Option<Region> = None;
    let mut clause = true;
    for (at, c) in text.char_indices() {
        let lies = ["位于", "地处", "坐落于", "家住"]
            .iter()
            .any(|word| text[..at].ends_with(word));
        if clause || lies {
            let place = place_in_text(&text[at..], year, lies);
            if let Some(place) = place {
                let fits = within.is_none_or(|w| w.province == place.province);
                let deeper = found.as_ref().is_none_or(|known| narrows(known, &place));
                if fits && deeper {
                    found = Some(place);
                }
            }
        }
        clause = matches!(c, '。' | ',' | '，' | '\n' | ' ' | '　' | '；' | ';' | '、');
    }
    found
}

fn place_in_text(text: &str, year: Option<i64>, lies: bool) -> Option<Region> {
    let end = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    if let Some(place) = resolve(head, year) {
        let name = read_of(head, &place);
        let long = name.chars().count() >= 3 && name.ends_with(SUFFIXES);
        return (long || lies).then(|| region(place));
    }
    // 地处望城最南端: after such a word the shortest name will do, if it is a whole one.
    let ends: Vec<usize> = head
        .char_indices()
        .map(|(at, _)| at)
        .skip(2)
        .take(3)
        .collect();
    let whole = |end: usize| resolve(&head[..end], year).filter(|place| place.rest.is_empty());
    lies.then(|| ends.into_iter().rev().find_map(whole))
        .flatten()
        .map(region)
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
    corps
        .then(|| resolve("建设兵团", None))
        .flatten()
        .map(region)
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
    Region {
        province: place.province,
        city: place.city,
        county: place.county,
        code: place.code,
    }
}
