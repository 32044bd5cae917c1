//! Owns the way from one source to its drafts and its balance.
//! Must not know other sources, nor what an archive holds.

use super::awards::{Context, Entry, List};
use super::blocks::{Para, blocks, paragraphs};
use super::draft::{Award, Draft, Provenance, Section};
use super::formats::Source;
use super::grid::grids;
use super::ledger::{Ledger, Owner};
use super::lexicon::Lexicon;
use super::plan::{Warning, WarningKind};
use super::region::{self, Clues};
use super::sections::{OTHER, PRACTICE, sections};
use super::split::{Case, Piece, split};
use super::title;

/// A draft of one source, with what linking needs.
pub struct Item {
    /// The draft.
    pub draft: Draft,
    /// Whether its title could be any text's.
    pub weak_title: bool,
    /// Why it is no record.
    pub refused: Option<&'static str>,
}

/// What one source holds. Spans are half-open characters.
pub struct Read {
    /// Its drafts in order.
    pub items: Vec<Item>,
    /// Every span with its owner, covering the text.
    pub spans: Vec<(usize, usize, Owner)>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// Characters of the text.
    pub chars: usize,
}

/// Reads a source.
pub fn read(source: &Source, lexicon: &Lexicon) -> Read {
    let document = &source.document;
    let tables = grids(document, &source.name, lexicon);
    let text = tables.without(document.read());
    let text = text.as_ref();
    let index = CharIndex::new(&document.text);
    let all = blocks(text, &document.all_labels(), lexicon);
    let pieces = split(text, &all, lexicon);
    let mut ledger = Ledger::new(document.text.len());
    let claim = |ledger: &mut Ledger, start: usize, end: usize, owner: &Owner| {
        let (start, end) = document.source_span(start, end);
        ledger.claim(start, end, owner);
    };
    for block in &all {
        if let super::blocks::Kind::Furniture { why, .. } = &block.kind {
            claim(&mut ledger, block.start, block.end, &Owner::Boilerplate(why.clone()));
        }
    }
    let mut items: Vec<Item> = Vec::new();
    let mut warnings = Vec::new();
    let mut add = |item: Item, start: usize, end: usize, ledger: &mut Ledger| {
        let mut item = item;
        let (start, end) = document.source_span(start, end);
        item.draft.source = vec![Provenance {
            file: source.name.clone(),
            sha256: source.sha256.clone(),
            start: index.at(start),
            end: index.at(end),
        }];
        ledger.claim(start, end, &Owner::Record(items.len()));
        items.push(item);
    };
    for (start, end, owner) in &tables.apart {
        claim(&mut ledger, *start, *end, owner);
    }
    let in_tables = !tables.items.is_empty();
    for (item, start, end) in tables.items {
        add(item, start, end, &mut ledger);
    }
    // Lines set aside come first: what belongs to no record must not be claimed by the record around it.
    for piece in &pieces {
        if let Piece::Apart(start, end, why) = piece {
            let owner = match why.as_str() {
                "preamble" | "frame" | "list-introduction" => Owner::Unassigned(why.clone()),
                _ => Owner::Boilerplate(why.clone()),
            };
            claim(&mut ledger, *start, *end, &owner);
        }
    }
    for piece in &pieces {
        match piece {
            Piece::Apart(..) => {}
            Piece::Case(case) => {
                let item = full(text, case, lexicon);
                if in_tables && item.refused.is_some() {
                    // Words around tables that list records, and no case of their own.
                    let owner = Owner::Unassigned("list-introduction".to_owned());
                    claim(&mut ledger, case.start, case.end, &owner);
                } else {
                    add(item, case.start, case.end, &mut ledger);
                }
            }
            Piece::List(list, context) => {
                warn(source, list, &index, &mut warnings);
                let first = list.entries.first().map_or(list.start, |entry| entry.start);
                for entry in &list.entries {
                    add(listed(list, entry, context), entry.start, entry.end, &mut ledger);
                }
                claim(&mut ledger, list.start, first, &Owner::Boilerplate("list-heading".to_owned()));
            }
        }
    }
    warnings.extend(items.iter().filter_map(|item| place_warning(&source.name, item)));
    warnings.extend(tables.warnings.into_iter().map(|warning| {
        let (at, _) = document.source_span(warning.at, warning.at);
        Warning { at: index.at(at), ..warning }
    }));
    let spans = ledger.settle(document);
    let spans = spans.into_iter().map(|(start, end, owner)| (index.at(start), index.at(end), owner));
    Read { items, spans: spans.collect(), warnings, chars: index.at(document.text.len()) }
}

fn warn(source: &Source, list: &List, index: &CharIndex<'_>, warnings: &mut Vec<Warning>) {
    let mut add = |kind| {
        warnings.push(Warning {
            file: source.name.clone(),
            at: index.at(list.start),
            heading: list.heading.clone(),
            kind,
        });
    };
    if let Some(declared) = list.declared {
        let found = list.entries.len();
        if u32::try_from(found).ok() != Some(declared) {
            add(WarningKind::Total { declared, found });
        }
    }
    if !list.missing.is_empty() {
        add(WarningKind::Gap { missing: list.missing.clone() });
    }
}

/// A title and a unit that lie apart: one of them is wrong, or the record is of two places.
fn place_warning(file: &str, item: &Item) -> Option<Warning> {
    let draft = &item.draft;
    let (title, unit) = region::conflict(&draft.title, draft.unit.as_deref()?, draft.year)?;
    Some(Warning {
        file: file.to_owned(),
        at: draft.source.first().map_or(0, |source| source.start),
        heading: draft.title.clone(),
        kind: WarningKind::Place { title, unit },
    })
}

fn listed(list: &List, entry: &Entry, context: &Context) -> Item {
    let unit = entry.unit.clone();
    let place = unit.as_deref().and_then(|unit| region::of_unit(unit, context.year));
    let award = Award {
        programme: context.programme.clone(),
        edition: context.edition,
        year: context.year,
        level: list.level.clone(),
        rank: Some(i64::from(entry.rank)),
        title: Some(entry.title.clone()),
        unit: unit.clone(),
    };
    Item {
        draft: Draft {
            title: entry.title.clone(),
            unit,
            region: place.map(|(region, _)| region),
            year: context.year,
            programme: context.programme.clone(),
            edition: context.edition,
            awards: vec![award],
            notes: entry.notes.clone(),
            ..Draft::default()
        },
        weak_title: false,
        refused: None,
    }
}

fn full(text: &str, case: &Case, lexicon: &Lexicon) -> Item {
    let paras = paragraphs(text, &case.body, lexicon);
    let mut found = sections(&paras, lexicon);
    let name = case.title.text.as_str();
    let unit = title::unit_of(name)
        .filter(|unit| region::of_unit(unit, None).is_some() || organisation(unit))
        .map(str::to_owned)
        .or_else(|| case.title.unit.clone());
    let opening: Vec<&str> = paras.iter().take(3).map(|p| p.text.as_str()).collect();
    let opening = opening.join("\n");
    let clues = Clues {
        title: name,
        unit: unit.as_deref(),
        opening: &opening,
        text: &paras,
        year: case.context.year,
    };
    let region = region::of_case(&clues);
    let elements = found.iter().any(|s| !matches!(s.role.as_str(), OTHER | PRACTICE));
    let official = (lexicon.is_official(name) && !elements).then_some("official");
    let refused = refusal(&paras, &found, case.title.own, region.is_some()).or(official);
    by_subject(&mut found);
    let mut notes = Vec::new();
    if !case.title.own {
        notes.push("原文没有标题".to_owned());
    }
    Item {
        draft: Draft {
            title: name.to_owned(),
            unit,
            region,
            year: case.context.year,
            programme: case.context.programme.clone(),
            edition: case.context.edition,
            sections: found,
            notes,
            ..Draft::default()
        },
        weak_title: !case.title.own || lexicon.is_generic(name),
        refused,
    }
}

/// Where no heading names an element of a case, the headings divide what was done by subject: newspapers write so.
fn by_subject(sections: &mut [Section]) {
    let headed = sections.iter().filter(|section| section.heading.is_some());
    let plain = headed.clone().all(|section| matches!(section.role.as_str(), OTHER | PRACTICE));
    if plain && headed.count() >= 2 {
        for section in sections.iter_mut().filter(|section| section.heading.is_some()) {
            PRACTICE.clone_into(&mut section.role);
        }
    }
}

fn organisation(name: &str) -> bool {
    const ENDS: [&str; 9] = ["公司", "集团", "大学", "学院", "医院", "委员会", "局", "厂", "油田"];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// The key of the reason why a text holds no case.
fn refusal(paras: &[Para], sections: &[Section], titled: bool, placed: bool) -> Option<&'static str> {
    let chars = || paras.iter().flat_map(|p| p.text.chars());
    let length = chars().count();
    if length < 80 {
        return Some("too-short");
    }
    let han = chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    if han * 4 < length {
        return Some("markup");
    }
    if paras.iter().filter(|p| article(&p.text)).count() >= 3 {
        return Some("regulation");
    }
    let sentences = chars().filter(|c| matches!(c, '。' | '！' | '？')).count();
    if sentences * 400 < length {
        return Some("list");
    }
    let roles = sections.iter().any(|s| s.role != OTHER);
    (!titled && !roles && !placed).then_some("no-case")
}

/// `第三条 …`, `第一章 …`
fn article(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('第') else {
        return false;
    };
    let end = rest.find(['条', '章']).filter(|end| *end <= 12);
    end.is_some_and(|end| crate::text::numerals::chinese_to_u32(&rest[..end]).is_some())
}

/// From bytes to characters without counting from the start each time.
pub struct CharIndex<'t> {
    text: &'t str,
    counts: Vec<usize>,
}

const STEP: usize = 512;

impl<'t> CharIndex<'t> {
    /// Counts once.
    pub fn new(text: &'t str) -> Self {
        let mut counts = Vec::with_capacity(text.len() / STEP + 1);
        let mut sum = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            counts.push(sum);
            sum += starts(chunk);
        }
        counts.push(sum);
        CharIndex { text, counts }
    }

    /// Characters before a byte.
    pub fn at(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        let chunk = byte / STEP;
        let known = self.counts.get(chunk).copied().unwrap_or(0);
        known + starts(&self.text.as_bytes()[chunk * STEP..byte])
    }

    /// The text between two characters.
    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        let from = self.byte(start);
        &self.text[from..self.byte(end).max(from)]
    }

    fn byte(&self, char: usize) -> usize {
        let chunk = self.counts.partition_point(|count| *count <= char).saturating_sub(1);
        let mut left = char - self.counts.get(chunk).copied().unwrap_or(0);
        let bytes = self.text.as_bytes();
        for (at, byte) in bytes.iter().enumerate().skip(chunk * STEP) {
            if byte & 0xC0 != 0x80 {
                if left == 0 {
                    return at;
                }
                left -= 1;
            }
        }
        self.text.len()
    }
}

fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_characters_meet() {
        let text = "案a例。".repeat(400);
        let index = CharIndex::new(&text);
        for (chars, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(index.at(byte), chars);
        }
        assert_eq!(index.slice(397, 402), text.chars().skip(397).take(5).collect::<String>());
        assert_eq!(index.at(text.len()), 1600);
        assert_eq!(index.slice(1598, 1600), "例。");
    }
}
