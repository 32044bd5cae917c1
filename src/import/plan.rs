//! Owns the plan of an import: which drafts become records, which belong together, what the archive already holds.
//! Must not know how a text is read, nor how records are written.

use std::collections::HashMap;

use super::copies::join;
use super::draft::{Draft, Provenance, Region, draft_id};
use super::existing::Existing;
use super::gather::{Files, gather};
use super::lexicon::Lexicon;
use super::options::Options;
use super::read::Item;
use crate::dedup::Side;
use crate::dedup::pairs;

/// A file to import.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path as given.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What would be done.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One for each input, in order.
    pub sources: Vec<SourcePlan>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What would be done with one file. The spans of records, boilerplate and unassigned text cover every character once.
#[derive(Clone, Debug, Default)]
pub struct SourcePlan {
    /// The path as given.
    pub path: String,
    /// The format it was read as; empty when it was not.
    pub format: &'static str,
    /// Who read it; empty when nobody could.
    pub reader: &'static str,
    /// The keys of what a person should know about the reading (`import.remark.KEY` in `locale`).
    pub remarks: Vec<&'static str>,
    /// Its encoding; empty when it was not read.
    pub encoding: &'static str,
    /// The hash of its bytes.
    pub sha256: String,
    /// Characters of the decoded text.
    pub chars: usize,
    /// Its records. One that stands in two sources is listed under both, with the same id and draft.
    pub records: Vec<Planned>,
    /// What belongs to no record.
    pub boilerplate: Vec<Apart>,
    /// What a person should assign.
    pub unassigned: Vec<Apart>,
}

/// A record of the plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What would be done.
    pub action: Action,
    /// Its id; that of the record it updates or repeats.
    pub id: String,
    /// The draft.
    pub draft: Draft,
    /// Why it is refused or in conflict.
    pub reason: Option<String>,
    /// Its characters in this source, page furniture left out.
    pub spans: Vec<(usize, usize)>,
}

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A new record.
    Create,
    /// An existing record gains what the draft knows.
    Update,
    /// The archive has it.
    Unchanged,
    /// Its id is another record's.
    Conflict,
    /// No record.
    Reject,
}

impl Action {
    /// Its name in plans.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Unchanged => "unchanged",
            Action::Conflict => "conflict",
            Action::Reject => "reject",
        }
    }
}

/// A span outside every record; half-open characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The first character.
    pub start: usize,
    /// The character behind the last.
    pub end: usize,
    /// The reason's key, one of those in `boilerplate.yaml` or of the importer.
    pub why: String,
    /// The text.
    pub text: String,
}

/// Something to look at in a list or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file's name.
    pub file: String,
    /// The character where the list's heading or the text starts.
    pub at: usize,
    /// The heading, or the text's title.
    pub heading: String,
    /// What is odd.
    pub kind: WarningKind,
}

/// What is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// The heading declares another number of entries.
    Total {
        /// As declared.
        declared: u32,
        /// As found.
        found: usize,
    },
    /// Numbers are not there.
    Gap {
        /// These.
        missing: Vec<u32>,
    },
    /// Files in an archive that a system left there were passed over.
    Leavings {
        /// How many.
        count: usize,
    },
    /// A record's title and its unit lie apart.
    Place {
        /// Where the title lies.
        title: String,
        /// Where the unit lies.
        unit: String,
    },
    /// Numbers stand behind greater ones.
    Order {
        /// These.
        numbers: Vec<u32>,
    },
    /// Numbers are given to several entries.
    Twice {
        /// These.
        numbers: Vec<u32>,
    },
    /// Columns stand for no field; what they say is kept as notes.
    Columns {
        /// Their names.
        names: Vec<String>,
    },
    /// A table gave no records.
    Table {
        /// The reason's key (`import.table.KEY` in `locale`).
        why: &'static str,
    },
    /// A cell needs a look.
    Cell {
        /// Its name, `Sheet!B7`.
        cell: String,
        /// The reason's key (`import.cell.KEY` in `locale`).
        why: &'static str,
    },
    /// The text is much like another one's.
    Copy {
        /// The record or the file that has the other text.
        of: String,
        /// That text's title.
        title: String,
        /// How many of a hundred pieces of four characters are in both.
        percent: u32,
        /// Whether the two were made one record.
        joined: bool,
    },
}

impl Plan {
    /// The records, each once, in order of their first place.
    pub fn records(&self) -> Vec<&Planned> {
        let mut seen = std::collections::HashSet::new();
        let all = self.sources.iter().flat_map(|source| &source.records);
        all.filter(|record| record.action == Action::Reject || seen.insert(record.id.as_str())).collect()
    }

    /// How many records an action falls to.
    pub fn count(&self, action: Action) -> usize {
        self.records().iter().filter(|record| record.action == action).count()
    }
}

impl SourcePlan {
    /// The plan of a file that is refused as a whole.
    pub(super) fn refused(path: String, sha256: String, reason: String) -> SourcePlan {
        // What could not be read has no hash to be known by.
        let id = draft_id(if sha256.is_empty() { &path } else { &sha256 }, 0);
        let record = Planned {
            action: Action::Reject,
            id,
            draft: Draft::default(),
            reason: Some(reason),
            spans: Vec::new(),
        };
        SourcePlan { path, sha256, records: vec![record], ..SourcePlan::default() }
    }
}

/// Plans an import of files that are in memory.
pub fn plan(inputs: Vec<Input>, options: &Options<'_>, lexicon: &Lexicon, existing: &[Existing]) -> Plan {
    plan_files(inputs.as_slice(), options, lexicon, existing)
}

/// Plans an import: reads every file, finds which drafts are one case, and compares with what the archive holds.
pub fn plan_files(
    files: &(impl Files + ?Sized),
    options: &Options<'_>,
    lexicon: &Lexicon,
    existing: &[Existing],
) -> Plan {
    let read = gather(files, options, lexicon);
    let (decided, copies) = {
        let items: Vec<&Item> = read.iter().flat_map(|source| &source.items).collect();
        decide(&items, existing)
    };
    let mut next = decided.into_iter();
    let mut plan = Plan::default();
    for source in read {
        let planned: Vec<Planned> = next.by_ref().take(source.items.len()).collect();
        let mut entry = source.entry;
        fill(&mut entry, &source.spans, planned);
        plan.sources.push(entry);
        plan.warnings.extend(source.warnings);
    }
    plan.warnings.extend(copies);
    plan
}

/// Puts the decided records and their spans into a source's plan. Items of one record in one source become one entry.
fn fill(plan: &mut SourcePlan, spans: &[(usize, usize, usize)], planned: Vec<Planned>) {
    let mut of_item: Vec<usize> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for record in planned {
        let key = record.id.clone();
        let at = match by_id.get(&key) {
            Some(at) if record.action != Action::Reject => *at,
            _ => {
                plan.records.push(record);
                plan.records.len() - 1
            }
        };
        // What is refused has an id by its place alone; a record that meets it by chance is another one.
        if plan.records[at].action != Action::Reject {
            by_id.entry(key).or_insert(at);
        }
        of_item.push(at);
    }
    for (start, end, item) in spans {
        if let Some(record) = of_item.get(*item).and_then(|at| plan.records.get_mut(*at)) {
            record.spans.push((*start, *end));
        }
    }
}

/// Which record an item belongs to: one of the archive's, or a new one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Old(usize),
    New(usize),
}

/// Decides every item, in order.
fn decide(items: &[&Item], existing: &[Existing]) -> (Vec<Planned>, Vec<Warning>) {
    let mut known: HashMap<(&str, usize, usize), usize> = HashMap::new();
    for (place, record) in existing.iter().enumerate() {
        for (sha256, start, end) in &record.sources {
            known.insert((sha256.as_str(), *start, *end), place);
        }
    }
    let key = |item: &Item| {
        let source = item.draft.source.first();
        source.map(|s| (s.sha256.clone(), s.start, s.end)).unwrap_or_default()
    };
    // The same file twice in one batch: its items are the first one's.
    let mut first_seen: HashMap<(String, usize, usize), usize> = HashMap::new();
    let mut twins: Vec<usize> = Vec::with_capacity(items.len());
    let mut groups: Vec<Group> = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let key = key(item);
        let old = known.get(&(key.0.as_str(), key.1, key.2)).copied();
        twins.push(*first_seen.entry(key).or_insert(place));
        groups.push(old.map_or(Group::New(place), Group::Old));
    }
    let open = |twins: &[usize]| -> Vec<usize> {
        (0..items.len()).filter(|p| items[*p].refused.is_none() && twins[*p] == *p).collect()
    };
    let warnings = join(items, existing, &open(&twins), &mut groups, &mut twins);
    let open = open(&twins);
    link_batch(items, &open, &mut groups);
    link_archive(items, existing, &open, &mut groups);
    for (place, twin) in twins.iter().enumerate() {
        groups[place] = groups[*twin];
    }
    (finish(items, existing, &groups), warnings)
}

fn side(item: &Item) -> Side {
    let draft = &item.draft;
    let text: Vec<&str> = draft.sections.iter().map(|s| s.text.as_str()).collect();
    Side::new(
        &draft.title,
        draft.unit.as_deref(),
        draft.region.as_ref().and_then(Region::place),
        &text.join("\n"),
        item.weak_title,
    )
}

/// List entries and full texts of the same batch.
fn link_batch(items: &[&Item], open: &[usize], groups: &mut [Group]) {
    let of = |full: bool| -> Vec<usize> {
        let wanted = |p: &&usize| items[**p].draft.has_text() == full;
        open.iter().filter(wanted).copied().collect()
    };
    let (listed, full) = (of(false), of(true));
    if listed.is_empty() || full.is_empty() {
        return;
    }
    let sides = |places: &[usize]| places.iter().map(|p| side(items[*p])).collect::<Vec<_>>();
    for (l, f) in pairs(&sides(&listed), &sides(&full)) {
        let (l, f) = (listed[l], full[f]);
        match (groups[l], groups[f]) {
            // What the archive keeps apart stays apart.
            (Group::Old(_), Group::Old(_)) => {}
            (old @ Group::Old(_), _) => groups[f] = old,
            (_, old @ Group::Old(_)) => groups[l] = old,
            _ => {
                let first = Group::New(l.min(f));
                groups[l] = first;
                groups[f] = first;
            }
        }
    }
}

/// New items and records of the archive.
fn link_archive(items: &[&Item], existing: &[Existing], open: &[usize], groups: &mut [Group]) {
    let mut size: HashMap<Group, usize> = HashMap::new();
    for place in open {
        *size.entry(groups[*place]).or_default() += 1;
    }
    for has_text in [true, false] {
        let alone = |p: &&usize| groups[**p] == Group::New(**p) && size.get(&groups[**p]) == Some(&1);
        let new: Vec<usize> =
            open.iter().filter(|p| items[**p].draft.has_text() != has_text).filter(alone).copied().collect();
        let old: Vec<usize> = (0..existing.len()).filter(|p| existing[*p].has_text == has_text).collect();
        if new.is_empty() || old.is_empty() {
            continue;
        }
        let new_sides: Vec<Side> = new.iter().map(|p| side(items[*p])).collect();
        let old_sides: Vec<Side> = old
            .iter()
            .map(|p| {
                let record = &existing[*p];
                Side::new(
                    &record.title,
                    record.unit.as_deref(),
                    record.region.as_ref().and_then(Region::place),
                    "",
                    false,
                )
            })
            .collect();
        let found = if has_text { pairs(&new_sides, &old_sides) } else { pairs(&old_sides, &new_sides) };
        for (listed, full) in found {
            let (n, o) = if has_text { (listed, full) } else { (full, listed) };
            groups[new[n]] = Group::Old(old[o]);
        }
    }
}

fn finish(items: &[&Item], existing: &[Existing], groups: &[Group]) -> Vec<Planned> {
    let mut members: HashMap<Group, Vec<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(place);
    }
    let taken: HashMap<&str, usize> =
        existing.iter().enumerate().map(|(place, record)| (record.id.as_str(), place)).collect();
    let mut given: HashMap<String, Group> = HashMap::new();
    let mut done: HashMap<Group, Planned> = HashMap::new();
    groups
        .iter()
        .enumerate()
        .map(|(place, group)| {
            let item = items[place];
            if let Some(reason) = item.refused {
                return reject(item, reason);
            }
            if let Some(planned) = done.get(group) {
                return planned.clone();
            }
            let draft = merge(members.get(group).map_or(&[][..], Vec::as_slice), items);
            let planned = match group {
                Group::Old(old) => {
                    let all = members[group].iter().all(|p| is_source(&existing[*old], items[*p]));
                    Planned {
                        action: if all { Action::Unchanged } else { Action::Update },
                        id: existing[*old].id.clone(),
                        draft,
                        reason: None,
                        spans: Vec::new(),
                    }
                }
                Group::New(first) => {
                    let source = items[*first].draft.source.first();
                    let (id, clash) = new_id(source, existing, &taken, &given);
                    given.insert(id.clone(), *group);
                    Planned {
                        action: if clash { Action::Conflict } else { Action::Create },
                        reason: clash.then(|| "id-taken".to_owned()),
                        id,
                        draft,
                        spans: Vec::new(),
                    }
                }
            };
            if members[group].len() > 1 {
                done.insert(*group, planned.clone());
            }
            planned
        })
        .collect()
}

/// The id of a new record, and whether it is another's. An id is short: among some ten thousand records two places are likely to share
/// one by chance, and then the later place takes its next. What shares an id with a record that came from the same file, or from nowhere,
/// may be that record, and a person decides.
fn new_id(
    source: Option<&Provenance>,
    existing: &[Existing],
    taken: &HashMap<&str, usize>,
    given: &HashMap<String, Group>,
) -> (String, bool) {
    let Some(source) = source else { return (String::new(), false) };
    let mut id = draft_id(&source.sha256, source.start);
    for turn in 1.. {
        let other = taken.get(id.as_str()).and_then(|place| existing.get(*place));
        let by_chance = |record: &Existing| {
            !record.sources.is_empty() && record.sources.iter().all(|(sha256, _, _)| *sha256 != source.sha256)
        };
        if other.is_some_and(|record| !by_chance(record)) {
            return (id, true);
        }
        if other.is_none() && !given.contains_key(&id) {
            break;
        }
        id = draft_id(&format!("{}:{turn}", source.sha256), source.start);
    }
    (id, false)
}

fn is_source(record: &Existing, item: &Item) -> bool {
    item.draft.source.iter().all(|source| {
        record.sources.iter().any(|(sha256, start, end)| {
            *sha256 == source.sha256 && *start == source.start && *end == source.end
        })
    })
}

fn reject(item: &Item, reason: &str) -> Planned {
    let source = item.draft.source.first();
    Planned {
        action: Action::Reject,
        id: source.map(|s| draft_id(&s.sha256, s.start)).unwrap_or_default(),
        draft: item.draft.clone(),
        reason: Some(match &item.draft.flaw {
            Some(flaw) => format!("{reason} {flaw}"),
            None => reason.to_owned(),
        }),
        spans: Vec::new(),
    }
}

/// One draft from the items of a record: the full text's title and unit, every award, every source.
fn merge(places: &[usize], items: &[&Item]) -> Draft {
    // Of several copies the longest text speaks; of equally long ones the first.
    let length = |p: &usize| -> usize { items[*p].draft.sections.iter().map(|s| s.text.len()).sum() };
    let full = places
        .iter()
        .filter(|p| items[**p].draft.has_text())
        .max_by_key(|p| (length(p), std::cmp::Reverse(**p)));
    let Some(base) = full.or(places.first()) else {
        return Draft::default();
    };
    let mut draft = items[*base].draft.clone();
    draft.awards.clear();
    draft.source.clear();
    for place in places {
        let other = &items[*place].draft;
        for award in &other.awards {
            if !draft.awards.contains(award) {
                draft.awards.push(award.clone());
            }
        }
        for source in &other.source {
            let known = draft
                .source
                .iter()
                .any(|s| s.sha256 == source.sha256 && s.start == source.start && s.end == source.end);
            if !known {
                draft.source.push(source.clone());
            }
        }
        if !other.has_text() {
            for note in &other.notes {
                if !draft.notes.contains(note) {
                    draft.notes.push(note.clone());
                }
            }
        }
        draft.unit = draft.unit.or_else(|| other.unit.clone());
        draft.region = draft.region.or_else(|| other.region.clone());
        draft.year = draft.year.or(other.year);
        draft.programme = draft.programme.or_else(|| other.programme.clone());
        draft.edition = draft.edition.or(other.edition);
    }
    draft
}
