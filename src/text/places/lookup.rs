//! Owns the answer to a person who asks for a place: all that a name can mean, since when, until when, and what it is today.
//! Must not know how the answer is shown.

use super::{AFTERLIFE, Hit, NOW, Place, Places, Reading, Row, fold_mapped, fold_term, head_stripped, names};

/// One division that a name can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The division as of the year asked for.
    pub place: Place,
    /// The part of the name that named it, without what stood before it.
    pub read: String,
    /// First year of the name under this code; 1980, where the tables begin, means 1980 or before.
    pub from: u16,
    /// First year without it; in that year both the old and the new name hold. `None`: in force today.
    pub to: Option<u16>,
    /// The divisions of today that its land lies in: itself while it is in force; empty where the tables do not say it for sure.
    pub today: Vec<Division>,
}

/// A division of today.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Division {
    /// GB/T 2260 code, six digits.
    pub code: String,
    /// Official name of the province.
    pub province: String,
    /// Official name of the prefecture.
    pub city: Option<String>,
    /// Official name of the county.
    pub county: Option<String>,
}

/// So many names are offered for one that is not known.
const NEAR: usize = 5;

impl Places {
    /// All divisions that `name` can mean as of a year (`None`: any since 1980), in order of their codes. One where
    /// [`Places::resolve`] has one; several where divisions share the name; none where it names no place.
    pub fn look_up(&self, name: &str, year: Option<u16>) -> Vec<Found> {
        let folded = fold_mapped(name);
        let text = folded.text.as_str();
        let start = text.len() - head_stripped(text).len();
        let body = &text[start..];
        let hit = self.find(name, year);
        let read = |hit: &Hit| {
            name[folded.source_range(start..text.len()).start..]
                .trim()
                .strip_suffix(&hit.rest)
                .unwrap_or(name)
                .trim()
        };
        // 江苏省鼓楼区 is Jiangsu for a record, since two of its cities have one; a person is shown the two.
        let known = hit.as_ref().map_or(0, |hit| read(hit).chars().count());
        let shared = self.shared(body, year);
        let end = shared.first().map_or(0, |reading| reading.end);
        if let Some(hit) = hit.filter(|_| shared.len() < 2 || body[..end].chars().count() <= known) {
            let read = read(&hit).to_owned();
            return vec![self.found(&hit, read, year)];
        }
        let from = folded.source_range(start + end..text.len()).start;
        let read = name[folded.source_range(start..start + end).start..from].trim().to_owned();
        let rest = name[from..].trim().to_owned();
        shared
            .iter()
            .map(|reading| self.found(&Hit { row: reading.last(), rest: rest.clone() }, read.clone(), year))
            .collect()
    }

    /// The longest readings of a name that lead to several places, the latest of each place.
    fn shared(&self, body: &str, year: Option<u16>) -> Vec<Reading> {
        let mut readings = Vec::new();
        self.extend(body, year, 0, None, &mut readings);
        if readings.is_empty() && year.is_some() {
            self.extend(body, year, AFTERLIFE, None, &mut readings);
        }
        let rest_is_fit = |reading: &Reading| {
            let rest = &body[reading.end..];
            names::is_border(rest) && !names::is_organisation(rest)
        };
        readings.retain(rest_is_fit);
        let end = readings.iter().map(|reading| reading.end).max().unwrap_or_default();
        let form = readings.iter().filter(|reading| reading.end == end).map(|reading| reading.form).min();
        readings.retain(|reading| reading.end == end && Some(reading.form) == form);
        let row = |reading: &Reading| self.row(reading.last());
        // One place under its codes of several years is shown once.
        readings.sort_by_key(|reading| (std::cmp::Reverse(row(reading).to), row(reading).code));
        let mut places: Vec<Vec<u32>> = Vec::new();
        readings.retain(|reading| {
            let today = row(reading).today();
            let fresh = !places.contains(&today);
            places.push(today);
            fresh
        });
        readings.sort_by_key(|reading| row(reading).code);
        readings
    }

    fn found(&self, hit: &Hit, read: String, year: Option<u16>) -> Found {
        let row = self.row(hit.row);
        Found {
            place: self.place(hit, year),
            read,
            from: row.from,
            to: (row.to != NOW).then_some(row.to),
            today: row.today().into_iter().filter_map(|code| self.division(code)).collect(),
        }
    }

    /// The division that has a code today.
    fn division(&self, code: u32) -> Option<Division> {
        let start = self.rows.partition_point(|row| row.code < code);
        let at =
            self.rows[start..].iter().take_while(|row| row.code == code).position(|row| row.to == NOW)?;
        let hit = Hit { row: u32::try_from(start + at).ok()?, rest: String::new() };
        let Place { province, city, county, code, .. } = self.place(&hit, None);
        Some(Division { code, province, city, county })
    }

    /// Whether the words right behind a place in a text say that it is named in passing: `考察`, `经验`, the next of a list.
    pub fn is_in_passing(rest: &str) -> bool {
        names::is_passing(rest)
    }

    /// Whether the short name of a place is a common word too: 安康.
    pub fn is_word(name: &str) -> bool {
        names::is_word(name)
    }

    /// Whether what follows a place in a title begins with a verb, so that the place is its subject: 推行, 加强.
    pub fn is_clause(rest: &str) -> bool {
        names::is_clause(rest)
    }

    /// Official names like one that is not known, nearest first: those that share most of its characters.
    pub fn near(&self, name: &str, year: Option<u16>) -> Vec<String> {
        let wanted: Vec<char> = fold_term(name).chars().filter(|c| c.is_alphanumeric()).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(usize, usize, &str)> = self
            .rows
            .iter()
            .filter(|row| row.in_force(year, 0))
            .filter_map(|row| {
                let chars: Vec<char> = row.name.chars().collect();
                let level = chars.last();
                let shared = wanted.iter().filter(|c| chars.contains(c)).count();
                let said = wanted.iter().any(|c| Some(c) != level && chars.contains(c));
                let away = chars.len().max(wanted.len()).saturating_sub(shared);
                (said && shared >= 2 && away <= 2).then_some((away, usize::MAX - shared, row.name))
            })
            .collect();
        found.sort_unstable();
        let mut names: Vec<String> = Vec::new();
        for (_, _, name) in found {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names.truncate(NEAR);
        names
    }
}

impl Row {
    /// Codes of today; empty where they are not known.
    pub(super) fn today(&self) -> Vec<u32> {
        if self.to == NOW {
            return vec![self.code];
        }
        self.now.split(';').filter_map(|code| code.parse().ok()).collect()
    }
}
