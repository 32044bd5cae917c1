//! Places: the administrative division that a unit's name or a title begins with, as of a year.
//!
//! Data: `data/regions.csv` (divisions at county level and above since 1980, see `data/README.md`) and `data/place_aliases.csv`.
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::fold::{fold_mapped, fold_term, is_folded};

mod check;
mod lookup;
mod names;

pub use check::{Doubt, Part, Stated};
pub use lookup::{Division, Found};
use names::{Form, forms};

const REGIONS: &str = include_str!("../../data/regions.csv");
const ALIASES: &str = include_str!("../../data/place_aliases.csv");

/// `to` of a division still in force.
const NOW: u16 = u16::MAX;
/// Names outlive their divisions: one this many years off is taken when the year itself knows no name as long.
const AFTERLIFE: u16 = 2;
/// The code of Xinjiang, to which the Production and Construction Corps belongs without a code of its own.
const XINJIANG: u32 = 650_000;

/// The divisions of China at county level and above since 1980, by name and year.
pub struct Places {
    /// Sorted by code, then name, as in the file.
    rows: Vec<Row>,
    /// Folded name → the rows that go by it, and in which form.
    names: HashMap<Cow<'static, str>, Vec<(u32, Form)>>,
    /// Characters of the longest name.
    longest: usize,
}

#[derive(Debug)]
struct Row {
    code: u32,
    name: &'static str,
    from: u16,
    /// First year without it, or [`NOW`].
    to: u16,
    /// Codes in force today that its land lies in, joined by `;`; empty while it is in force, and where it is not known.
    now: &'static str,
}

impl Row {
    fn level(&self) -> Level {
        if self.code.is_multiple_of(10_000) {
            Level::Province
        } else if self.code.is_multiple_of(100) {
            Level::City
        } else {
            Level::County
        }
    }

    fn in_force(&self, year: Option<u16>, slack: u16) -> bool {
        year.is_none_or(|year| {
            // Before the first table nothing is known: the first table stands for it.
            let year = year.max(1980);
            self.from <= year.saturating_add(slack) && year.saturating_sub(slack) <= self.to
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Province,
    City,
    County,
}

/// A division that a name begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Official name of the province, autonomous region or municipality.
    pub province: String,
    /// Official name of the prefecture; `None` where the name gives none above it and the county has none.
    pub city: Option<String>,
    /// Official name of the county, district, county-level city or banner.
    pub county: Option<String>,
    /// GB/T 2260 code of the lowest division, six digits, as of the year asked for.
    pub code: String,
    /// What follows the place in the name, such as 五里桥街道.
    pub rest: String,
}

/// One way to read the beginning of a name.
#[derive(Clone, Debug)]
struct Reading {
    /// Bytes of the name read, from its start.
    end: usize,
    /// Rows from the highest level to the lowest.
    path: Vec<u32>,
    /// Form of the last name.
    form: Form,
}

impl Reading {
    /// The row of the lowest division.
    fn last(&self) -> u32 {
        self.path[self.path.len() - 1]
    }
}

/// A row that a name begins with.
struct Hit {
    row: u32,
    /// What follows it in the name.
    rest: String,
}

impl Places {
    /// The divisions built into the program.
    pub fn shipped() -> &'static Places {
        static SHIPPED: OnceLock<Places> = OnceLock::new();
        SHIPPED.get_or_init(|| Places::parse(REGIONS, ALIASES))
    }

    fn parse(regions: &'static str, aliases: &'static str) -> Self {
        let rows: Vec<Row> = regions
            .lines()
            .filter_map(|line| {
                let mut cells = line.split(',');
                Some(Row {
                    code: cells.next()?.parse().ok()?,
                    name: cells.next()?,
                    from: cells.next()?.parse().ok()?,
                    to: cells.next().map_or(NOW, |to| to.parse().unwrap_or(NOW)),
                    now: cells.next().unwrap_or_default(),
                })
            })
            .collect();
        let mut places =
            Places { names: HashMap::with_capacity(rows.len() * 2), rows: Vec::new(), longest: 0 };
        for (number, row) in rows.iter().enumerate() {
            for (name, form) in forms(row.name, row.level() == Level::Province) {
                places.add(name, number as u32, form);
            }
        }
        places.rows = rows;
        for line in aliases.lines() {
            if let Some((written, named)) = line.split_once(',') {
                let known = places.names.get(named).cloned().unwrap_or_default();
                for (row, form) in known {
                    places.add(Cow::Borrowed(written), row, form);
                }
            }
        }
        places
    }

    fn add(&mut self, name: Cow<'static, str>, row: u32, form: Form) {
        let name = if is_folded(&name) { name } else { Cow::Owned(fold_term(&name)) };
        self.longest = self.longest.max(name.chars().count());
        self.names.entry(name).or_default().push((row, form));
    }

    /// Resolves the division at the start of a unit's name or a title (`湖北省孝感市孝南区`, `酒泉肃州`, `内蒙古土右旗`) as of a year;
    /// `None` for the year: any since 1980, the latest one wins.
    ///
    /// Levels may be left out and names shortened; the longest reading wins. `None` when the name begins with no division, with an
    /// organisation named after one (`大庆钻探`), or with a name that several divisions share.
    pub fn resolve(&self, name: &str, year: Option<u16>) -> Option<Place> {
        self.find(name, year).map(|hit| self.place(&hit, year))
    }

    /// The one row that a name begins with, and what follows it.
    fn find(&self, name: &str, year: Option<u16>) -> Option<Hit> {
        let folded = fold_mapped(name);
        let text = folded.text.as_str();
        let start = text.len() - head_stripped(text).len();
        let body = &text[start..];
        let hit = |row: u32, end: usize| {
            let from = folded.source_range(start + end..text.len()).start;
            Hit { row, rest: name[from..].trim().to_string() }
        };
        if let Some(end) = corps(body) {
            let row = self.rows.iter().position(|row| row.code == XINJIANG)?;
            return Some(hit(row as u32, end));
        }
        let exact = self.read(body, year, 0);
        let reading = match year {
            Some(_) => {
                let loose = self.read(body, year, AFTERLIFE);
                match (exact, loose) {
                    (Some(exact), Some(loose)) if loose.end > exact.end => Some(loose),
                    (None, loose) => loose,
                    (exact, _) => exact,
                }
            }
            None => exact,
        }?;
        Some(hit(reading.last(), reading.end))
    }

    /// The official name of the province that a name begins with, whatever follows: `四川农业大学` → 四川省. `None` when it begins with
    /// no province's name.
    pub fn province_of(&self, name: &str) -> Option<String> {
        let folded = fold_mapped(name);
        let body = head_stripped(&folded.text);
        let row = self
            .matches(body, None, 0)
            .into_iter()
            .filter(|found| self.row(found.1).level() == Level::Province)
            .max_by_key(|found| found.0)?
            .1;
        // 海南藏族自治州 begins with the name of a province that it does not belong to.
        let province =
            self.resolve(name, None).map_or_else(|| self.row(row).name.to_string(), |place| place.province);
        Some(province)
    }

    fn row(&self, number: u32) -> &Row {
        &self.rows[number as usize]
    }

    /// Divisions in force whose names `text` begins with: (bytes, row, form).
    fn matches(&self, text: &str, year: Option<u16>, slack: u16) -> Vec<(usize, u32, Form)> {
        let mut found = Vec::new();
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(self.longest).skip(1);
        for end in ends {
            for &(row, form) in self.names.get(&text[..end]).into_iter().flatten() {
                if self.row(row).in_force(year, slack) && !names::runs_on(&text[..end], &text[end..]) {
                    found.push((end, row, form));
                }
            }
        }
        found
    }

    /// The longest reading of the start of `body` that leads to one division.
    fn read(&self, body: &str, year: Option<u16>, slack: u16) -> Option<Reading> {
        let mut readings = Vec::new();
        self.extend(body, year, slack, None, &mut readings);
        readings.retain(|reading| self.is_plausible(body, reading));
        let mut ends: Vec<usize> = readings.iter().map(|reading| reading.end).collect();
        ends.sort_unstable();
        ends.dedup();
        for &end in ends.iter().rev() {
            let best: Vec<&Reading> = readings.iter().filter(|reading| reading.end == end).collect();
            if let Some(only) = self.agree(&best, year) {
                return Some(only.clone());
            }
            // A shared name under a known parent leaves the parent; with nothing above it, nothing is known.
            if best.iter().any(|reading| reading.path.len() == 1) {
                return None;
            }
        }
        None
    }

    fn extend(
        &self,
        body: &str,
        year: Option<u16>,
        slack: u16,
        so_far: Option<&Reading>,
        out: &mut Vec<Reading>,
    ) {
        let done = so_far.map_or(0, |reading| reading.end);
        let blank = body[done..].len() - body[done..].trim_start_matches([' ', '·']).len();
        let parent = so_far.and_then(|reading| reading.path.last()).map(|&row| self.row(row));
        for (length, row, form) in self.matches(&body[done + blank..], year, slack) {
            let child = self.row(row);
            let fits = parent.is_none_or(|parent| match (parent.level(), child.level()) {
                (Level::Province, Level::City | Level::County) => parent.code / 10_000 == child.code / 10_000,
                (Level::City, Level::County) => parent.code / 100 == child.code / 100,
                _ => false,
            });
            if fits {
                let mut path = so_far.map(|reading| reading.path.clone()).unwrap_or_default();
                path.push(row);
                let reading = Reading { end: done + blank + length, path, form };
                if child.level() != Level::County {
                    self.extend(body, year, slack, Some(&reading), out);
                }
                out.push(reading);
            }
        }
    }

    /// Guards against names of organisations and common words: a reading of one name with nothing above it needs more than letters.
    fn is_plausible(&self, body: &str, reading: &Reading) -> bool {
        let row = self.row(reading.path[reading.path.len() - 1]);
        let [_] = reading.path[..] else {
            // Under a province a one-word name of a district (城区) is not enough, any more than on its own.
            let parent = self.row(reading.path[reading.path.len() - 2]);
            return parent.level() != Level::Province || !names::is_generic(row.name);
        };
        let rest = &body[reading.end..];
        match (row.level(), reading.form) {
            (Level::Province, _) => true,
            (Level::City, Form::Full) => true,
            (Level::City, _) => !names::is_organisation(rest),
            // The whole of what was asked, 河北区, is what it says.
            (Level::County, Form::Full) => {
                !names::is_generic(row.name) && (rest.is_empty() || !self.starts_with_province(body, row))
            }
            (Level::County, _) => {
                names::is_border(rest)
                    && !names::is_organisation(rest)
                    && !self.starts_with_province(body, row)
            }
        }
    }

    /// 河南县 in 青海 and 海南区 in 乌海 are read as the provinces unless something above them says otherwise.
    fn starts_with_province(&self, body: &str, county: &Row) -> bool {
        self.matches(body, None, 0).iter().any(|&(_, row, _)| {
            let row = self.row(row);
            row.level() == Level::Province && row.code / 10_000 != county.code / 10_000
        })
    }

    /// The one reading that readings of one length lead to, if they lead to one.
    fn agree<'r>(&self, readings: &[&'r Reading], year: Option<u16>) -> Option<&'r Reading> {
        let last = |reading: &Reading| self.row(reading.path[reading.path.len() - 1]);
        // 上饶 is the prefecture before it is the county of that name.
        let level = readings.iter().map(|reading| last(reading).level()).min()?;
        let mut best: Vec<&Reading> =
            readings.iter().filter(|reading| last(reading).level() == level).copied().collect();
        // 宽甸县 with no year is the autonomous county of today, not the county that it was until 1989.
        if year.is_none() {
            let mut heirs = best.iter().filter(|reading| {
                let row = last(reading);
                let older = |other: &&Reading| other.form < reading.form && last(other).today() == [row.code];
                row.to == NOW && reading.form == Form::Contracted && best.iter().any(older)
            });
            if let (Some(heir), None) = (heirs.next(), heirs.next()) {
                return Some(heir);
            }
        }
        // A whole name before a shortened one: 吴江市 is not 吴江 with something after it.
        let form = best.iter().map(|reading| reading.form).min()?;
        best.retain(|reading| reading.form == form);
        if year.is_none() {
            let to = best.iter().map(|reading| last(reading).to).max()?;
            best.retain(|reading| last(reading).to == to);
        }
        let first = last(best.first()?);
        // Several codes in one prefecture are one place coded anew; elsewhere they are places that share a name.
        let one_place = best.iter().all(|reading| {
            let row = last(reading);
            row.code == first.code || succeeds(row, first)
        });
        if !one_place {
            return None;
        }
        best.into_iter()
            .max_by_key(|reading| (nearness(last(reading), year), last(reading).from, reading.path.len()))
    }

    fn place(&self, hit: &Hit, year: Option<u16>) -> Place {
        let row = self.row(hit.row);
        let above = |code: u32| self.named_at(code, row, year).map(str::to_string);
        let own = Some(row.name.to_string());
        let province = above(row.code / 10_000 * 10_000).unwrap_or_default();
        let (city, county) = match row.level() {
            Level::Province => (None, None),
            Level::City => (own, None),
            Level::County => (above(row.code / 100 * 100), own),
        };
        Place { province, city, county, code: format!("{:06}", row.code), rest: hit.rest.clone() }
    }

    /// The name that a code had when `below` was in force: in the year, else the last one.
    fn named_at(&self, code: u32, below: &Row, year: Option<u16>) -> Option<&'static str> {
        let start = self.rows.partition_point(|row| row.code < code);
        self.rows[start..]
            .iter()
            .take_while(|row| row.code == code)
            .filter(|row| row.from <= below.to && below.from <= row.to)
            .max_by_key(|row| (row.in_force(year, 0), row.to))
            .map(|row| row.name)
    }
}

/// Whether two rows of one name can be one place under two codes: same province and never both in force for more than the change.
fn succeeds(a: &Row, b: &Row) -> bool {
    let common: Range<u16> = a.from.max(b.from)..a.to.min(b.to);
    a.code / 10_000 == b.code / 10_000
        && (a.name == b.name || a.level() == b.level())
        && common.len() <= usize::from(AFTERLIFE) + 4
}

/// Rows in force in the year itself come before those of the years around it.
fn nearness(row: &Row, year: Option<u16>) -> bool {
    row.in_force(year, 0)
}

/// Without what stands before the place: masks, quotation marks, the words for the party.
fn head_stripped(text: &str) -> &str {
    let text = text.trim_start_matches(['*', ' ', '\n', '"', '《', '“', '〈', '〔', '[', '(']);
    ["中国共产党", "中共"].iter().find_map(|head| text.strip_prefix(head)).unwrap_or(text)
}

/// Bytes of the name of the Production and Construction Corps at the start.
fn corps(text: &str) -> Option<usize> {
    let rest = ["新疆维吾尔自治区", "新疆"].iter().find_map(|head| text.strip_prefix(head)).unwrap_or(text);
    ["生产建设兵团", "建设兵团", "兵团"]
        .iter()
        .find_map(|name| rest.strip_prefix(name))
        .map(|rest| text.len() - rest.len())
}

#[cfg(test)]
mod tests;
