//! Owns the shape of what an import proposes: a draft of a record, and its YAML.
//! Must not know how it was found, nor where it will be written.

use crate::yaml::Tree;

/// A record as the importer proposes it. What the text does not say stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The title.
    pub title: String,
    /// The unit that applies or is reported on.
    pub unit: Option<String>,
    /// Where it lies.
    pub region: Option<Region>,
    /// The sector.
    pub sector: Option<String>,
    /// Its themes.
    pub themes: Vec<String>,
    /// The year.
    pub year: Option<i64>,
    /// The programme it was sent in for.
    pub programme: Option<String>,
    /// The programme's edition.
    pub edition: Option<i64>,
    /// The lists it stands in.
    pub awards: Vec<Award>,
    /// The abstract.
    pub abstract_: Option<String>,
    /// The text in its own order.
    pub sections: Vec<Section>,
    /// Each copy or list entry it came from.
    pub source: Vec<Provenance>,
    /// What a reader should look at.
    pub notes: Vec<String>,
    /// Other fields, each with its path: `contact.phone`.
    pub extra: Vec<(String, Tree)>,
    /// The cells that fields come from, `Sheet!B7`, each with its field's path.
    pub cells: Vec<(String, String)>,
    /// The cell that keeps a row from being a record, and what it says.
    pub flaw: Option<String>,
}

/// A place along province, city, county.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// Province, region or municipality.
    pub province: String,
    /// Prefecture.
    pub city: Option<String>,
    /// County, district, banner.
    pub county: Option<String>,
    /// GB/T 2260 code of the lowest of them.
    pub code: String,
}

impl Region {
    /// The county with its province, where it is known that far.
    pub fn place(&self) -> Option<(&str, &str)> {
        Some((&self.province, self.county.as_deref()?))
    }
}

/// An entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Award {
    /// The programme.
    pub programme: Option<String>,
    /// Its edition.
    pub edition: Option<i64>,
    /// The edition's year.
    pub year: Option<i64>,
    /// The level.
    pub level: Option<String>,
    /// The number in the list.
    pub rank: Option<i64>,
    /// The title as listed.
    pub title: Option<String>,
    /// The unit as listed.
    pub unit: Option<String>,
}

/// A section of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its role.
    pub role: String,
    /// Its own heading as in the source.
    pub heading: Option<String>,
    /// Its text, paragraphs one blank line apart.
    pub text: String,
}

/// Where a draft comes from: half-open characters of a file's decoded text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The file's name.
    pub file: String,
    /// The hash of its bytes.
    pub sha256: String,
    /// The first character.
    pub start: usize,
    /// The character behind the last.
    pub end: usize,
}

impl Draft {
    /// The record as YAML in the order people read it. An award's title and unit stand only where they differ from the record's.
    pub fn to_tree(&self, id: &str) -> Tree {
        let mut map = Entries::default();
        map.text("id", Some(id));
        map.text("title", Some(&self.title));
        map.text("unit", self.unit.as_deref());
        if let Some(region) = &self.region {
            let mut inner = Entries::default();
            inner.text("province", Some(&region.province));
            inner.text("city", region.city.as_deref());
            inner.text("county", region.county.as_deref());
            inner.text("code", Some(&region.code));
            map.tree("region", inner.done());
        }
        map.text("sector", self.sector.as_deref());
        map.tree("themes", texts(&self.themes));
        map.number("year", self.year);
        map.text("programme", self.programme.as_deref());
        map.number("edition", self.edition);
        let awards = self.awards.iter().map(|award| self.award_tree(award));
        map.tree("awards", Tree::List(awards.collect()));
        map.text("abstract", self.abstract_.as_deref());
        map.tree("sections", Tree::List(self.sections.iter().map(section_tree).collect()));
        map.tree("source", Tree::List(self.source.iter().map(source_tree).collect()));
        map.tree(
            "notes",
            if self.notes.is_empty() { Tree::List(Vec::new()) } else { Tree::Text(self.notes.join("\n")) },
        );
        for (path, value) in &self.extra {
            map.at(path, value.clone());
        }
        map.done()
    }

    /// Its text in one piece: headings and sections in their order.
    pub fn text(&self) -> String {
        let pieces = self.sections.iter().flat_map(|s| s.heading.iter().chain(std::iter::once(&s.text)));
        pieces.map(String::as_str).collect::<Vec<_>>().join("\n\n")
    }

    fn award_tree(&self, award: &Award) -> Tree {
        let mut map = Entries::default();
        map.text("programme", award.programme.as_deref());
        map.number("edition", award.edition);
        map.number("year", award.year);
        map.text("level", award.level.as_deref());
        map.number("rank", award.rank);
        map.text("title", award.title.as_deref().filter(|title| *title != self.title));
        map.text("unit", award.unit.as_deref().filter(|unit| Some(*unit) != self.unit.as_deref()));
        map.done()
    }

    /// Whether it has text, and not only a place in a list.
    pub fn has_text(&self) -> bool {
        !self.sections.is_empty()
    }
}

fn section_tree(section: &Section) -> Tree {
    let mut map = Entries::default();
    map.text("role", Some(&section.role));
    map.text("heading", section.heading.as_deref());
    map.text("text", Some(&section.text));
    map.done()
}

fn source_tree(source: &Provenance) -> Tree {
    let mut map = Entries::default();
    map.text("file", Some(&source.file));
    map.text("sha256", Some(&source.sha256));
    map.number("start", i64::try_from(source.start).ok());
    map.number("end", i64::try_from(source.end).ok());
    map.done()
}

fn texts(items: &[String]) -> Tree {
    Tree::List(items.iter().map(|item| Tree::Text(item.clone())).collect())
}

/// A mapping in the making; what is absent leaves no key.
#[derive(Default)]
struct Entries(Vec<(String, Tree)>);

impl Entries {
    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.tree(key, Tree::Text(value.to_owned()));
        }
    }

    fn number(&mut self, key: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.tree(key, Tree::Integer(value));
        }
    }

    fn tree(&mut self, key: &str, value: Tree) {
        if !value.is_empty() {
            self.0.push((key.to_owned(), value));
        }
    }

    /// Puts a value under a path through mappings.
    fn at(&mut self, path: &str, value: Tree) {
        let Some((first, rest)) = path.split_once('.') else {
            self.tree(path, value);
            return;
        };
        let place = match self.0.iter().position(|(key, _)| key == first) {
            Some(place) => place,
            None => {
                self.0.push((first.to_owned(), Tree::Map(Vec::new())));
                self.0.len() - 1
            }
        };
        if let Tree::Map(entries) = &mut self.0[place].1 {
            let mut inner = Entries(std::mem::take(entries));
            inner.at(rest, value);
            *entries = inner.0;
        }
    }

    fn done(self) -> Tree {
        Tree::Map(self.0)
    }
}

const CONSONANTS: &[u8; 20] = b"bcdfghjkmnpqrstvwxyz";
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The id of a draft. Source bytes never change, so neither does it; a letter first, so that no reader takes it for a number.
pub fn draft_id(sha256: &str, start: usize) -> String {
    let hash = blake3::hash(format!("{sha256}:{start}").as_bytes());
    let mut bytes = hash.as_bytes().iter().map(|byte| usize::from(*byte));
    let first = bytes.next().unwrap_or(0) % CONSONANTS.len();
    let mut id = String::from(char::from(CONSONANTS[first]));
    id.extend(bytes.take(5).map(|byte| char::from(BASE32[byte % 32])));
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_stable_and_no_number() {
        let id = draft_id("ab", 7);
        assert_eq!(id, draft_id("ab", 7));
        assert_ne!(id, draft_id("ab", 8));
        assert_eq!(id.len(), 6);
        assert!(id.starts_with(|c: char| c.is_ascii_lowercase()));
    }

    #[test]
    fn only_what_is_known_is_written() {
        let draft = Draft {
            title: "某县:积分制".to_owned(),
            unit: Some("某县".to_owned()),
            awards: vec![Award {
                rank: Some(3),
                title: Some("积分制".to_owned()),
                unit: Some("某县".to_owned()),
                ..Award::default()
            }],
            ..Draft::default()
        };
        let text = crate::yaml::write(&draft.to_tree("b12345"));
        assert_eq!(
            text,
            "id: b12345\ntitle: 某县:积分制\nunit: 某县\nawards:\n  - rank: 3\n    title: 积分制\n"
        );
    }
}
