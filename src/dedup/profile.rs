//! Owns what is known of a record when it is compared, and what two records say that cannot both be true of one case.
//! Must not know which pairs are compared.

use super::link::Side;
use super::link::same_place;
use crate::text::shingles::Shingles;
use crate::text::shingles::bare;

/// A record, as far as it matters for the question whether another one is the same case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Where it lies.
    pub place: Place,
    /// Its own year.
    pub year: Option<i64>,
    /// The lists it stands in, its own programme and edition among them.
    pub listings: Vec<Listing>,
    /// Its running text; empty for a record that is only listed.
    pub text: String,
    /// Whether any text could have its title.
    pub generic: bool,
}

/// A place by the names of its levels, each where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Province.
    pub province: Option<String>,
    /// Prefecture.
    pub city: Option<String>,
    /// County.
    pub county: Option<String>,
}

/// A place in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The programme.
    pub programme: Option<String>,
    /// Its edition.
    pub edition: Option<i64>,
    /// The level.
    pub level: Option<String>,
    /// The number in the list.
    pub rank: Option<i64>,
}

/// What two records say that cannot both be true of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field, by its path.
    pub field: &'static str,
    /// What the first says.
    pub first: String,
    /// What the second says.
    pub second: String,
}

/// A profile with what comparing needs: folded words and fingerprints.
pub struct Ready<'p> {
    /// The profile.
    pub profile: &'p Profile,
    pub(super) side: Side,
    pub(super) title: String,
    pub(super) bare: String,
    pub(super) shingles: Shingles,
}

impl<'p> Ready<'p> {
    /// Folds and fingerprints a profile.
    pub fn new(profile: &'p Profile) -> Ready<'p> {
        let county = profile.place.province.as_deref().zip(profile.place.county.as_deref());
        // Only a text without a unit of its own, or with a title that says nothing, is searched for units and titles.
        let searched = if profile.unit.is_none() || profile.generic { profile.text.as_str() } else { "" };
        let side = Side::new(&profile.title, profile.unit.as_deref(), county, searched, profile.generic);
        let bare = bare(&profile.text);
        Ready { title: side.title.iter().collect(), side, shingles: Shingles::of(&bare), bare, profile }
    }

    /// Whether there is text, and not only a place in a list.
    pub fn has_text(&self) -> bool {
        !self.bare.is_empty()
    }

    /// The share of the shorter title's neighbouring characters that the other one has, units before a colon left out.
    pub fn titles(&self, other: &Ready<'_>) -> f64 {
        let common = self.side.pairs.intersection(&other.side.pairs).count() as f64;
        common / self.side.pairs.len().min(other.side.pairs.len()).max(1) as f64
    }

    /// Whether both have one title, units before a colon left out.
    pub fn same_title(&self, other: &Ready<'_>) -> bool {
        !self.title.is_empty() && self.title == other.title
    }

    /// Whether the digits of both titles are the same: the first and the second of a series have one title but for them.
    pub fn same_numbers(&self, other: &Ready<'_>) -> bool {
        let digits =
            |side: &Side| side.title.iter().copied().filter(char::is_ascii_digit).collect::<Vec<_>>();
        digits(&self.side) == digits(&other.side)
    }

    /// Whether both name one unit, or lie in one county.
    pub fn same_place(&self, other: &Ready<'_>) -> bool {
        let alike = |a: &Ready<'_>, b: &Ready<'_>| !a.side.unit.is_empty() && same_place(&a.side, &b.side);
        alike(self, other) || alike(other, self)
    }

    /// Everything that speaks against the two being one case.
    pub fn conflicts(&self, other: &Ready<'_>) -> Vec<Conflict> {
        let mut found = Vec::new();
        let (a, b) = (self.profile, other.profile);
        let (left, right) = (&self.side.unit, &other.side.unit);
        if !left.is_empty() && !right.is_empty() && !left.ends_with(right) && !right.ends_with(left) {
            let text = |unit: &Option<String>| unit.clone().unwrap_or_default();
            found.push(Conflict { field: "unit", first: text(&a.unit), second: text(&b.unit) });
        }
        let levels = [
            ("region.province", &a.place.province, &b.place.province),
            ("region.city", &a.place.city, &b.place.city),
            ("region.county", &a.place.county, &b.place.county),
        ];
        for (field, first, second) in levels {
            if let (Some(first), Some(second)) = (first, second)
                && first != second
            {
                found.push(Conflict { field, first: first.clone(), second: second.clone() });
            }
        }
        if let (Some(first), Some(second)) = (a.year, b.year)
            && first != second
        {
            found.push(Conflict { field: "year", first: first.to_string(), second: second.to_string() });
        }
        found.extend(lists(a, b));
        found
    }

    /// Whether both stand in lists and in none of the same edition: then they are two cases, however alike.
    pub(super) fn other_edition(&self, other: &Ready<'_>) -> bool {
        lists(self.profile, other.profile).iter().any(|conflict| conflict.field == "edition")
    }
}

/// What the lists of two records say against each other: no edition in common, or two places in one list.
fn lists(a: &Profile, b: &Profile) -> Vec<Conflict> {
    let agree = |x: &Option<String>, y: &Option<String>| x.is_none() || y.is_none() || x == y;
    let editions = |p: &Profile| -> Vec<Listing> {
        p.listings.iter().filter(|listing| listing.edition.is_some()).cloned().collect()
    };
    let (left, right) = (editions(a), editions(b));
    if left.is_empty() || right.is_empty() {
        return Vec::new();
    }
    let mut met = false;
    let mut found: Vec<Conflict> = Vec::new();
    for x in &left {
        for y in right.iter().filter(|y| y.edition == x.edition && agree(&x.programme, &y.programme)) {
            met = true;
            if !agree(&x.level, &y.level)
                && let (Some(first), Some(second)) = (&x.level, &y.level)
            {
                found.push(Conflict { field: "awards.level", first: first.clone(), second: second.clone() });
            } else if let (Some(first), Some(second)) = (x.rank, y.rank)
                && first != second
            {
                let (first, second) = (first.to_string(), second.to_string());
                found.push(Conflict { field: "awards.rank", first, second });
            }
        }
    }
    if !met {
        let said = |all: &[Listing]| {
            let mut said: Vec<String> = all
                .iter()
                .filter_map(|l| Some(format!("{} {}", l.programme.clone().unwrap_or_default(), l.edition?)))
                .map(|text| text.trim().to_owned())
                .collect();
            said.dedup();
            said.join(", ")
        };
        found.push(Conflict { field: "edition", first: said(&left), second: said(&right) });
    }
    found.dedup();
    found
}
