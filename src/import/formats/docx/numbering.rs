//! Owns the automatic numbers of a Word document: which number a paragraph of a list bears and how it is written.
//! Must not know the text.

use std::collections::{HashMap, HashSet};

use quick_xml::events::Event;

use crate::import::formats::assemble::BULLET;
use crate::import::formats::numerals::Style;
use crate::import::formats::package::{Xml, attribute, number};

use super::styles::{Styles, switch};

/// Levels of a list.
const LEVELS: usize = 9;
/// A label is short; a longer pattern is an attack on the memory.
const MAX_PATTERN: usize = 64;

#[derive(Clone, Debug)]
struct Level {
    start: i64,
    style: Style,
    pattern: String,
    /// The paragraph style tied to this level.
    tied: Option<String>,
    /// All numbers in digits.
    legal: bool,
    /// The level (from 1) whose items make this one start anew; 0: none does.
    restart: Option<usize>,
}

impl Default for Level {
    fn default() -> Self {
        let pattern = String::new();
        Level { start: 1, style: Style::Decimal, pattern, tied: None, legal: false, restart: None }
    }
}

#[derive(Clone, Debug, Default)]
struct Definition {
    levels: [Option<Level>; LEVELS],
    /// The list style that defines it, where it does not itself.
    link: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct List {
    definition: String,
    starts: [Option<i64>; LEVELS],
    levels: [Option<Level>; LEVELS],
}

/// The lists of a document and how far each has come.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    definitions: HashMap<String, Definition>,
    lists: HashMap<String, List>,
    counters: HashMap<String, [Option<i64>; LEVELS]>,
    started: HashSet<(String, usize)>,
}

impl Numbering {
    /// Reads `numbering.xml`.
    ///
    /// # Errors
    /// `too-deep`, `broken-part`.
    pub fn read(text: &str, styles: &Styles) -> Result<Self, &'static str> {
        let mut out = Numbering::default();
        let mut xml = Xml::new(text);
        let (mut definition, mut list) = (None::<String>, None::<String>);
        let (mut level, mut pieces) = (None::<usize>, false);
        loop {
            let event = xml.next()?;
            match event {
                Event::Start(ref element) | Event::Empty(ref element) => {
                    let open = matches!(event, Event::Start(_));
                    let value = || attribute(element, "val");
                    match element.local_name().as_ref() {
                        "abstractNum" => {
                            definition = attribute(element, "abstractNumId");
                            list = None;
                            if let Some(id) = &definition {
                                out.definitions.entry(id.clone()).or_default();
                            }
                        }
                        "num" => {
                            list = attribute(element, "numId");
                            definition = None;
                            if let Some(id) = &list {
                                out.lists.entry(id.clone()).or_default();
                            }
                        }
                        "abstractNumId" => {
                            if let Some(list) = out.list(list.as_ref()) {
                                list.definition = value().unwrap_or_default();
                            }
                        }
                        "numStyleLink" => {
                            let definition = definition.as_ref().and_then(|id| out.definitions.get_mut(id));
                            if let Some(definition) = definition {
                                definition.link = value();
                            }
                        }
                        "lvlOverride" => level = number(element, "ilvl").filter(|level| *level < LEVELS),
                        "startOverride" => {
                            if let (Some(list), Some(level)) = (out.list(list.as_ref()), level) {
                                list.starts[level] = number(element, "val");
                            }
                        }
                        "lvl" => {
                            level = number(element, "ilvl").filter(|level| *level < LEVELS);
                            pieces = open;
                            if let Some(place) = out.level(definition.as_ref(), list.as_ref(), level) {
                                *place = Some(Level::default());
                            }
                        }
                        "rPr" | "pPr" if open => xml.skip()?,
                        field if pieces => {
                            let place = out.level(definition.as_ref(), list.as_ref(), level);
                            let Some(level) = place.and_then(Option::as_mut) else { continue };
                            match field {
                                "start" => level.start = number(element, "val").unwrap_or(1),
                                "numFmt" => level.style = Style::ooxml(&value().unwrap_or_default()),
                                "lvlText" => {
                                    let pattern = value().unwrap_or_default();
                                    level.pattern = pattern.chars().take(MAX_PATTERN).collect();
                                }
                                "pStyle" => level.tied = value(),
                                "isLgl" => level.legal = switch(value().as_deref()),
                                "lvlRestart" => level.restart = number(element, "val"),
                                _ => {}
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(element) => match element.local_name().as_ref() {
                    "lvl" => pieces = false,
                    "lvlOverride" => level = None,
                    "abstractNum" => definition = None,
                    "num" => list = None,
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        out.follow_links(styles);
        Ok(out)
    }

    fn list(&mut self, id: Option<&String>) -> Option<&mut List> {
        id.and_then(|id| self.lists.get_mut(id))
    }

    fn level(
        &mut self,
        definition: Option<&String>,
        list: Option<&String>,
        level: Option<usize>,
    ) -> Option<&mut Option<Level>> {
        let levels = match (definition, list) {
            (Some(id), _) => &mut self.definitions.get_mut(id)?.levels,
            (_, Some(id)) => &mut self.lists.get_mut(id)?.levels,
            _ => return None,
        };
        levels.get_mut(level?)
    }

    /// A definition that only names a list style is the one that the style's list has.
    fn follow_links(&mut self, styles: &Styles) {
        for list in self.lists.clone().into_iter() {
            let (id, entry) = list;
            let link =
                self.definitions.get(&entry.definition).and_then(|definition| definition.link.as_ref());
            let through = link.and_then(|style| styles.get(style)).and_then(|said| said.list.as_ref());
            let target = through.and_then(|list| self.lists.get(list)).map(|list| list.definition.clone());
            if let (Some(target), Some(entry)) = (target, self.lists.get_mut(&id)) {
                entry.definition = target;
            }
        }
    }

    /// The level that a list ties to a paragraph style.
    pub fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let list = self.lists.get(list)?;
        let definition = self.definitions.get(&list.definition)?;
        let tied =
            |level: &Option<Level>| level.as_ref().is_some_and(|level| level.tied.as_deref() == Some(style));
        list.levels.iter().position(tied).or_else(|| definition.levels.iter().position(tied))
    }

    /// Counts one paragraph of a list on and gives its label: `一、`, `(二)`, `3.`, `•`.
    pub fn next(&mut self, list: &str, level: usize) -> Option<String> {
        let entry = self.lists.get(list)?;
        let definition = self.definitions.get(&entry.definition)?;
        let level = level.min(LEVELS - 1);
        let at = |level: usize| entry.levels[level].as_ref().or(definition.levels[level].as_ref());
        let own = at(level)?;
        let counters = self.counters.entry(entry.definition.clone()).or_default();
        // A list that shares its definition goes on counting, unless it says where it starts.
        let mut start = own.start;
        let mut fresh = false;
        if let Some(said) = entry.starts[level] {
            start = said;
            fresh = self.started.insert((list.to_owned(), level));
        }
        counters[level] = match counters[level] {
            Some(count) if !fresh => Some(count.saturating_add(1)),
            _ => Some(start),
        };
        for (deeper, counter) in counters.iter_mut().enumerate().skip(level + 1) {
            let restart = at(deeper).and_then(|level| level.restart).unwrap_or(deeper);
            if level < restart {
                *counter = None;
            }
        }
        match own.style {
            Style::Bullet => return Some(BULLET.to_owned()),
            Style::None if own.pattern.is_empty() => return Some(String::new()),
            _ => {}
        }
        let mut label = String::new();
        let mut signs = own.pattern.chars().peekable();
        while let Some(sign) = signs.next() {
            let place = signs.peek().and_then(|c| c.to_digit(10)).filter(|place| *place > 0);
            match place.filter(|_| sign == '%') {
                Some(place) => {
                    signs.next();
                    let place = place as usize - 1;
                    let Some(of) = at(place) else { continue };
                    // A level that was passed over counts as begun.
                    let count = counters[place].unwrap_or(of.start);
                    let style = if own.legal && of.style != Style::None { Style::Decimal } else { of.style };
                    label.push_str(&style.write(count));
                }
                None => label.push(sign),
            }
        }
        Some(label)
    }
}
