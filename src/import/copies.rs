//! Owns the question whether a text that is imported is a copy of one that is there: in the archive, or in the same batch.
//! Must not know how texts are fingerprinted, nor how records are written.

use super::draft::{Award, Draft};
use super::existing::Existing;
use super::plan::{Group, Warning, WarningKind};
use super::read::Item;
use crate::dedup::Copies;
use crate::dedup::Listing;
use crate::dedup::MARGIN;
use crate::dedup::Place;
use crate::dedup::Profile;
use crate::dedup::Ready;
use crate::dedup::SAME_TEXT;
use crate::dedup::VERY_NEAR;
use crate::text::shingles::Shingles;
use crate::text::shingles::bare;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

/// Copies in one batch under one title are one case from here on: another format's reader loses a table or keeps a caption.
const ONE_BATCH: f64 = 0.8;
/// Titles of one unit of which so much is shared are one title.
const ONE_TITLE: f64 = 0.75;

/// Gives copies of a text the group of that text; `open` are the items that are still asked for, `twins` says which item speaks for
/// another. What is only much alike, and what was joined without being equal, comes back as warnings.
pub(super) fn join(
    items: &[&Item],
    existing: &[Existing],
    open: &[usize],
    groups: &mut [Group],
    twins: &mut [usize],
) -> Vec<Warning> {
    let mut prints: Vec<Option<Shingles>> = vec![None; items.len()];
    let taken: Vec<(usize, Shingles)> = open
        .par_iter()
        .filter(|place| items[**place].draft.has_text())
        .map(|place| (*place, Shingles::of(&bare(&items[*place].draft.text()))))
        .collect();
    for (place, shingles) in taken {
        prints[place] = Some(shingles);
    }
    let mut warnings = Vec::new();
    let held =
        Copies::new(existing.iter().enumerate().filter_map(|(at, r)| Some((at, r.shingles.as_ref()?))));
    let batch = Copies::new(prints.iter().enumerate().filter_map(|(at, p)| Some((at, p.as_ref()?))));
    for place in open.iter().copied() {
        let Some(print) = prints[place].as_ref().filter(|_| groups[place] == Group::New(place)) else {
            continue;
        };
        let own = draft_profile(&items[place].draft);
        let found = of_archive(print, &own, existing, &held);
        let found = match found {
            Some(Found { joined: true, .. }) => found,
            _ => of_batch(place, print, &own, items, &prints, &batch, twins).or(found),
        };
        let Some(found) = found else { continue };
        let (of, title) = match found.group {
            Group::Old(old) => (existing[old].id.clone(), existing[old].title.clone()),
            Group::New(first) => {
                let draft = &items[first].draft;
                (draft.source.first().map(|s| s.file.clone()).unwrap_or_default(), draft.title.clone())
            }
        };
        if found.joined {
            match found.group {
                old @ Group::Old(_) => groups[place] = old,
                Group::New(first) => twins[place] = first,
            }
        }
        if found.percent < 100 || !found.joined {
            let source = items[place].draft.source.first();
            warnings.push(Warning {
                file: source.map(|s| s.file.clone()).unwrap_or_default(),
                at: source.map_or(0, |s| s.start),
                heading: items[place].draft.title.clone(),
                kind: WarningKind::Copy { of, title, percent: found.percent, joined: found.joined },
            });
        }
    }
    warnings
}

/// What a text is a copy of.
struct Found {
    group: Group,
    percent: u32,
    joined: bool,
}

fn found(group: Group, jaccard: f64, joined: bool) -> Found {
    // Ninety-nine and a half is not all of it.
    Found { group, percent: (jaccard * 100.0).floor() as u32, joined }
}

fn of_archive(print: &Shingles, own: &Profile, existing: &[Existing], held: &Copies) -> Option<Found> {
    let like = held.like(print, SAME_TEXT, |at| existing[at].shingles.as_ref());
    let (best, overlap) = like.first().filter(|(_, overlap)| overlap.jaccard >= SAME_TEXT)?;
    let rival = like.get(1).filter(|(other, second)| {
        // Records that are copies of each other are for `dedup`; either will do here.
        let (one, two) = (existing[*best].shingles.as_ref(), existing[*other].shingles.as_ref());
        let copies = one.zip(two).is_some_and(|(one, two)| one.compare(two).jaccard >= VERY_NEAR);
        overlap.jaccard < 1.0 && !copies && second.jaccard > overlap.jaccard - MARGIN
    });
    let other = existing_profile(&existing[*best]);
    let case = one_case(own, &other, overlap.jaccard);
    let joined = overlap.jaccard >= VERY_NEAR && rival.is_none() && case;
    Some(found(Group::Old(*best), overlap.jaccard, joined))
}

fn of_batch(
    place: usize,
    print: &Shingles,
    own: &Profile,
    items: &[&Item],
    prints: &[Option<Shingles>],
    batch: &Copies,
    twins: &[usize],
) -> Option<Found> {
    let like = batch.like(print, SAME_TEXT, |at| prints[at].as_ref());
    // Of two copies the later one is reported, and the earlier one speaks for it.
    let (best, overlap) = like
        .into_iter()
        .find(|(at, overlap)| *at < place && twins[*at] == *at && overlap.jaccard >= SAME_TEXT)?;
    let other = draft_profile(&items[best].draft);
    let one_title = Ready::new(own).same_title(&Ready::new(&other));
    let enough = if one_title { ONE_BATCH } else { VERY_NEAR };
    let joined = overlap.jaccard >= enough && one_case(own, &other, overlap.jaccard);
    Some(found(Group::New(best), overlap.jaccard, joined))
}

/// Whether nothing speaks against two texts being one case, and more than the text speaks for it where the text is not all the same.
fn one_case(a: &Profile, b: &Profile, jaccard: f64) -> bool {
    let (a, b) = (Ready::new(a), Ready::new(b));
    // Neighbouring towns issue one text under titles that differ by the town.
    a.conflicts(&b).is_empty()
        && (jaccard >= 1.0
            || a.same_title(&b)
            || a.titles(&b) >= ONE_TITLE && a.same_numbers(&b) && a.same_place(&b))
}

fn listing(award: &Award) -> Listing {
    Listing {
        programme: award.programme.clone(),
        edition: award.edition,
        level: award.level.clone(),
        rank: award.rank,
    }
}

fn draft_profile(draft: &Draft) -> Profile {
    let own = draft.edition.map(|edition| Listing {
        programme: draft.programme.clone(),
        edition: Some(edition),
        ..Listing::default()
    });
    let region = draft.region.as_ref();
    Profile {
        title: draft.title.clone(),
        unit: draft.unit.clone(),
        place: Place {
            province: region.map(|r| r.province.clone()),
            city: region.and_then(|r| r.city.clone()),
            county: region.and_then(|r| r.county.clone()),
        },
        year: draft.year,
        listings: draft.awards.iter().map(listing).chain(own).collect(),
        ..Profile::default()
    }
}

fn existing_profile(record: &Existing) -> Profile {
    let draft = Draft {
        title: record.title.clone(),
        unit: record.unit.clone(),
        region: record.region.clone(),
        year: record.year,
        awards: record.awards.clone(),
        ..Draft::default()
    };
    draft_profile(&draft)
}
