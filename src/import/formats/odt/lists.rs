//! Owns the automatic numbers of an OpenDocument text: list styles, the outline, how far each list has come.
//! Must not know the text.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::import::formats::assemble::BULLET;
use crate::import::formats::numerals::Style;
use crate::import::formats::package::{attribute, number};

/// Levels of a list.
const LEVELS: usize = 10;
/// A label is short; a longer pattern is an attack on the memory.
const MAX_PATTERN: usize = 64;
/// The name that the outline's numbers are kept under.
const OUTLINE: &str = "\u{0}outline";

#[derive(Clone, Debug)]
struct Level {
    start: i64,
    style: Style,
    bullet: bool,
    /// `%1%.%2%、`, where the file has it.
    pattern: Option<String>,
    prefix: String,
    suffix: String,
    /// How many levels are shown.
    shown: usize,
}

type Counters = [Option<i64>; LEVELS];

#[derive(Clone, Debug, Default)]
struct Open {
    style: String,
    /// Whether the item that is open has its number still to show; `None` where items bear none.
    due: Option<Option<i64>>,
}

/// The lists of a document.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    styles: HashMap<String, Vec<Option<Level>>>,
    defining: String,
    open: Vec<Open>,
    counters: Counters,
    outline: Counters,
    /// Where the lists that ended stopped, by their own name and by their style's.
    ended: HashMap<String, Counters>,
    name: Option<String>,
}

impl Lists {
    /// No list is open any more.
    pub fn restart(&mut self) {
        self.open.clear();
    }

    /// Takes in a list style or one of its levels.
    pub fn define(&mut self, element: &BytesStart<'_>) {
        let kind = element.local_name();
        match kind.as_ref() {
            "list-style" => self.defining = attribute(element, "name").unwrap_or_default(),
            "outline-style" => OUTLINE.clone_into(&mut self.defining),
            kind => {
                let Some(level) = number::<usize>(element, "level").filter(|n| (1..=LEVELS).contains(n))
                else {
                    return;
                };
                let short = |name: &str| {
                    attribute(element, name).map(|text| text.chars().take(MAX_PATTERN).collect::<String>())
                };
                let entry = Level {
                    start: number(element, "start-value").unwrap_or(1),
                    style: Style::odf(&short("num-format").unwrap_or_default()),
                    bullet: kind.ends_with("bullet") || kind.ends_with("image"),
                    pattern: short("num-list-format"),
                    prefix: short("num-prefix").unwrap_or_default(),
                    suffix: short("num-suffix").unwrap_or_default(),
                    shown: number(element, "display-levels").unwrap_or(1_usize).clamp(1, level),
                };
                let levels = self.styles.entry(self.defining.clone()).or_insert_with(|| vec![None; LEVELS]);
                levels[level - 1] = Some(entry);
            }
        }
    }

    /// A list begins.
    pub fn open(&mut self, element: &BytesStart<'_>) {
        let outer = self.open.last().map(|open| open.style.clone());
        let style = attribute(element, "style-name").or(outer).unwrap_or_default();
        if self.open.is_empty() {
            let goes_on = attribute(element, "continue-list")
                .or_else(|| (attribute(element, "continue-numbering")? == "true").then(|| style.clone()));
            self.counters = goes_on.and_then(|name| self.ended.get(&name).copied()).unwrap_or_default();
            self.name = attribute(element, "id");
        }
        self.open.push(Open { style, due: None });
    }

    /// An item begins.
    pub fn item(&mut self, element: &BytesStart<'_>) {
        let header = element.local_name().as_ref() == "list-header";
        let start = number(element, "start-value");
        if let Some(open) = self.open.last_mut() {
            open.due = (!header).then_some(start);
        }
    }

    /// A list ends.
    pub fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if self.open.is_empty() {
            if let Some(name) = self.name.take() {
                self.ended.insert(name, self.counters);
            }
            self.ended.insert(open.style, self.counters);
        }
    }

    /// The label of the paragraph that begins, where it is the first of an item, or a numbered heading.
    pub fn label(&mut self, heading: Option<u8>) -> Option<String> {
        let depth = self.open.len();
        let Some(open) = self.open.last_mut() else {
            let level = usize::from(heading?).min(LEVELS) - 1;
            let levels = self.styles.get(OUTLINE)?;
            levels[level].as_ref().filter(|level| level.bullet || level.style != Style::None)?;
            return count(levels, &mut self.outline, level, None);
        };
        let start = open.due.take()?;
        let levels = self.styles.get(&open.style)?;
        count(levels, &mut self.counters, depth.min(LEVELS) - 1, start)
    }
}

fn count(
    levels: &[Option<Level>],
    counters: &mut Counters,
    level: usize,
    start: Option<i64>,
) -> Option<String> {
    let own = levels[level].as_ref()?;
    let next = counters[level].map_or(own.start, |count| count.saturating_add(1));
    counters[level] = Some(start.unwrap_or(next));
    counters[level + 1..].fill(None);
    if own.bullet {
        return Some(BULLET.to_owned());
    }
    let write = |place: usize| {
        let of = levels.get(place)?.as_ref()?;
        Some(of.style.write(counters[place].unwrap_or(of.start)))
    };
    if let Some(pattern) = &own.pattern {
        let mut label = String::new();
        // `%1%` stands for a number, everything else for itself.
        for (n, piece) in pattern.split('%').enumerate() {
            match piece.parse::<usize>().ok().filter(|place| n % 2 == 1 && (1..=LEVELS).contains(place)) {
                Some(place) => label.push_str(&write(place - 1).unwrap_or_default()),
                None => label.push_str(piece),
            }
        }
        return Some(label);
    }
    if own.style == Style::None {
        return Some(format!("{}{}", own.prefix, own.suffix));
    }
    let numbers: Vec<String> = (level + 1 - own.shown..=level).filter_map(write).collect();
    Some(format!("{}{}{}", own.prefix, numbers.join("."), own.suffix))
}
