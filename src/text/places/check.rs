//! Owns the comparison of a place as a record has it with the divisions of its year.
//! Must not know where a record keeps it, nor how a doubt is worded.

use super::{AFTERLIFE, Level, NOW, Places, Row};

/// A place as a record has it; what it leaves out is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    /// Province.
    pub province: Option<&'a str>,
    /// Prefecture.
    pub city: Option<&'a str>,
    /// County.
    pub county: Option<&'a str>,
    /// Code of the lowest of them.
    pub code: Option<&'a str>,
}

/// The part of a stated place that a doubt is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Province.
    Province,
    /// Prefecture.
    City,
    /// County.
    County,
    /// Code.
    Code,
}

/// What is wrong with a stated place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No division of that level ever had the name.
    Unknown(Part),
    /// The division lies in none that the record names above it, in any year.
    Apart(Part),
    /// The code is not that of the names; these are.
    Code(Vec<String>),
    /// The name does not hold in the year, only from and until (`None`: today) these.
    NotThen(Part, u16, Option<u16>),
}

impl Places {
    /// What is wrong with a place as of a year; the first doubt, from the province down. `None` when there is none, or nothing to
    /// compare.
    pub fn doubt(&self, stated: &Stated<'_>, year: Option<u16>) -> Option<Doubt> {
        // A municipality stands in records both as province and as city.
        let city = stated.city.filter(|city| Some(*city) != stated.province);
        let levels = [
            (Part::Province, stated.province, Level::Province),
            (Part::City, city, Level::City),
            (Part::County, stated.county, Level::County),
        ];
        let mut above: Option<Vec<&Row>> = None;
        let mut lowest = None;
        for (part, name, level) in levels {
            let Some(name) = name else { continue };
            let named: Vec<&Row> =
                self.rows.iter().filter(|row| row.level() == level && row.name == name).collect();
            if named.is_empty() {
                return Some(Doubt::Unknown(part));
            }
            let inside: Vec<&Row> = match &above {
                Some(above) => {
                    named.into_iter().filter(|row| above.iter().any(|wide| lies_in(row, wide))).collect()
                }
                None => named,
            };
            if inside.is_empty() {
                return Some(Doubt::Apart(part));
            }
            above = Some(inside);
            lowest = Some(part);
        }
        let (rows, part) = (above?, lowest?);
        let code = stated.code.and_then(|code| code.parse::<u32>().ok());
        let meant: Vec<&Row> = match code {
            Some(code) => rows.iter().filter(|row| row.code == code).copied().collect(),
            None => rows.clone(),
        };
        if meant.is_empty() {
            let mut codes: Vec<String> = rows.iter().map(|row| format!("{:06}", row.code)).collect();
            codes.dedup();
            return Some(Doubt::Code(codes));
        }
        let holds = year.is_none() || meant.iter().any(|row| row.in_force(year, AFTERLIFE));
        let latest = meant.iter().max_by_key(|row| row.to).filter(|_| !holds)?;
        Some(Doubt::NotThen(part, latest.from, (latest.to != NOW).then_some(latest.to)))
    }
}

/// By the code: in any year.
fn lies_in(row: &Row, wide: &Row) -> bool {
    match wide.level() {
        Level::Province => row.code / 10_000 == wide.code / 10_000,
        _ => row.code / 100 == wide.code / 100,
    }
}
