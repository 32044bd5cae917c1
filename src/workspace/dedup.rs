//! Copies in an archive: records read for comparing, pairs with what a merge would lose, merges as changes of files.

use super::import::ImportError;
use super::import::refusal;
use crate::archive::Archive;
use crate::archive::Lost;
use crate::archive::Record;
use crate::archive::merge;
use crate::dedup;
use crate::dedup::Class;
use crate::dedup::Listing;
use crate::dedup::Neighbour;
use crate::dedup::Pair;
use crate::dedup::Place;
use crate::dedup::Profile;
use crate::import::Lexicon;
use crate::locale::Lang;
use crate::schema::Checker;
use crate::schema::Kind;
use crate::yaml::Node;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

/// The records of an archive, read for comparing.
pub struct Library<'a> {
    archive: &'a Archive,
    /// The records that can be read, by path.
    pub records: Vec<Record>,
    /// The kind of each, by its place in [`Archive::kinds`].
    pub kinds: Vec<usize>,
    /// What is compared of each.
    pub profiles: Vec<Profile>,
    lang: Lang,
}

/// A pair of records, and what a merge would not carry over.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The pair; its records are places in [`Library::records`].
    pub pair: Pair,
    /// What a merge would not carry over; looked at only where nothing else forbids to merge unasked.
    pub lost: Vec<Lost>,
}

/// One record that takes in others.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The record that stays, by its place in [`Library::records`].
    pub keep: usize,
    /// Those that go, in the order in which they are taken in.
    pub gone: Vec<usize>,
    /// What the file that stays will hold.
    pub after: String,
    /// What is not carried over.
    pub lost: Vec<Lost>,
}

/// Why two records cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Records of two kinds.
    #[error("records of two kinds")]
    Kinds,
    /// One record twice.
    #[error("one record twice")]
    Itself,
    /// The schema would refuse the result; code and field.
    #[error("the schema refuses the result: {0}")]
    Refused(String),
    /// Another record points at the one that would go.
    #[error("{0} points at it")]
    Linked(String),
    /// One of the files is no record.
    #[error("no record")]
    Broken,
}

impl<'a> Library<'a> {
    /// Reads every record as it is on disk now. Lines that a merge adds to notes are written in `lang`.
    ///
    /// # Errors
    /// When the archive's word lists cannot be used.
    pub fn read(archive: &'a Archive, lang: Lang) -> Result<Library<'a>, ImportError> {
        let list = |name: &str| archive.word_list(name).map_err(ImportError::Broken);
        let lexicon = Lexicon::read(
            &list("section-roles")?,
            &list("levels")?,
            &list("boilerplate")?,
            &list("programmes")?,
        )
        .map_err(ImportError::Lexicon)?;
        let (walk, _) = archive.walk();
        let read: Vec<(Record, usize, Profile)> = walk
            .par_iter()
            .filter_map(|stat| {
                let record = Record::read(&archive.root, &stat.path).ok()?;
                let profile = profile(&archive.kinds[stat.kind], &record, &lexicon)?;
                Some((record, stat.kind, profile))
            })
            .collect();
        let mut library =
            Library { archive, records: Vec::new(), kinds: Vec::new(), profiles: Vec::new(), lang };
        for (record, kind, profile) in read {
            library.records.push(record);
            library.kinds.push(kind);
            library.profiles.push(profile);
        }
        Ok(library)
    }

    /// Every pair that belongs together, kind by kind, the surest first.
    pub fn pairs(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for kind in 0..self.archive.kinds.len() {
            let places = self.of_kind(kind);
            let profiles: Vec<Profile> = places.iter().map(|at| self.profiles[*at].clone()).collect();
            let pairs = dedup::find(&profiles);
            found.extend(pairs.into_iter().map(|mut pair| {
                pair.keep = places[pair.keep];
                pair.lose = places[pair.lose];
                Found { pair, lost: Vec::new() }
            }));
        }
        let links = self.links();
        for one in found.iter_mut().filter(|one| one.pair.certain) {
            match self.take_in(one.pair.keep, &[one.pair.lose], &links) {
                Ok(merged) => one.lost = merged.lost,
                Err(_) => one.pair.certain = false,
            }
            one.pair.certain &= one.lost.is_empty();
        }
        found.sort_by(|a, b| {
            let key = |f: &Found| (!f.pair.certain, f.pair.class);
            key(a)
                .cmp(&key(b))
                .then(b.pair.score.total_cmp(&a.pair.score))
                .then_with(|| self.profiles[a.pair.keep].id.cmp(&self.profiles[b.pair.keep].id))
                .then_with(|| self.profiles[a.pair.lose].id.cmp(&self.profiles[b.pair.lose].id))
        });
        found
    }

    /// The merges that may be made unasked. A record takes part in one of them only as one that stays or one that goes; what is left
    /// shows up in the next run, with the margins of that day.
    pub fn certain(&self, found: &[Found]) -> Vec<Merged> {
        let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut gone: HashSet<usize> = HashSet::new();
        for pair in found.iter().map(|one| &one.pair).filter(|pair| pair.certain) {
            let taken =
                gone.contains(&pair.keep) || gone.contains(&pair.lose) || into.contains_key(&pair.lose);
            // An entry goes to a text as the text is, not as it will be.
            let settled = pair.class != Class::EntryOf || !into.contains_key(&pair.keep);
            if !taken && settled {
                gone.insert(pair.lose);
                into.entry(pair.keep).or_default().push(pair.lose);
            }
        }
        let links = self.links();
        let merged = into.into_iter().filter_map(|(keep, lose)| self.take_in(keep, &lose, &links).ok());
        merged.filter(|merged| merged.lost.is_empty()).collect()
    }

    /// The merge of two records that somebody names, whatever speaks against it.
    ///
    /// # Errors
    /// When the two cannot become one record.
    pub fn named(&self, one: usize, other: usize) -> Result<Merged, MergeError> {
        if one == other {
            return Err(MergeError::Itself);
        }
        if self.kinds[one] != self.kinds[other] {
            return Err(MergeError::Kinds);
        }
        let stays = dedup::stays(&self.profiles[one], &self.profiles[other]);
        let (keep, lose) = if stays { (one, other) } else { (other, one) };
        self.take_in(keep, &[lose], &self.links())
    }

    /// The records most like one of them, of its kind.
    pub fn neighbours(&self, of: usize, most: usize) -> Vec<Neighbour> {
        let places = self.of_kind(self.kinds[of]);
        let profiles: Vec<Profile> = places.iter().map(|at| self.profiles[*at].clone()).collect();
        let Some(own) = places.iter().position(|at| *at == of) else { return Vec::new() };
        let mut found = dedup::neighbours(&profiles, own, most);
        for neighbour in &mut found {
            neighbour.record = places[neighbour.record];
        }
        found
    }

    /// The kind of a record.
    pub fn kind(&self, at: usize) -> &'a Kind {
        &self.archive.kinds[self.kinds[at]]
    }

    fn of_kind(&self, kind: usize) -> Vec<usize> {
        (0..self.records.len()).filter(|at| self.kinds[*at] == kind).collect()
    }

    /// The ids that records point at, by kind and id, with a record that does.
    fn links(&self) -> HashMap<(String, String), usize> {
        let mut links = HashMap::new();
        for (at, record) in self.records.iter().enumerate() {
            let kind = self.kind(at);
            if !kind.fields.iter().any(|field| field.link.as_deref().is_some_and(|link| link != "file")) {
                continue;
            }
            let Some(root) = &record.root else { continue };
            for fact in kind.facts(root) {
                if let Some(link) = kind.fields[fact.field].link.as_deref().filter(|link| *link != "file") {
                    links.insert((link.to_owned(), fact.value.to_string()), at);
                }
            }
        }
        links
    }

    fn take_in(
        &self,
        keep: usize,
        lose: &[usize],
        links: &HashMap<(String, String), usize>,
    ) -> Result<Merged, MergeError> {
        let kind = self.kind(keep);
        let mut record = self.records[keep].clone();
        let mut lost = Vec::new();
        for at in lose {
            let id = &self.profiles[*at].id;
            // Two files of one id: whoever points at it points at the one that stays.
            let linked =
                links.get(&(kind.name.clone(), id.clone())).filter(|_| *id != self.profiles[keep].id);
            if let Some(from) = linked {
                return Err(MergeError::Linked(self.profiles[*from].id.clone()));
            }
            let merge = merge(kind, &record, &self.records[*at], self.lang).ok_or(MergeError::Broken)?;
            lost.extend(merge.lost);
            record = Record::parse(&record.path, merge.after.as_bytes());
        }
        let mut findings = Vec::new();
        let checker = Checker::new(kind, &self.archive.references, &mut findings);
        let refuses = |text: &str| refusal(checker.as_ref(), &record.path, text, &[]);
        // A record that was refused before may stay so: it gains no fault.
        if let Some(reason) = refuses(&record.text).filter(|_| refuses(&self.records[keep].text).is_none()) {
            return Err(MergeError::Refused(reason));
        }
        Ok(Merged { keep, gone: lose.to_vec(), after: record.text, lost })
    }
}

/// What is compared of a record.
fn profile(kind: &Kind, record: &Record, lexicon: &Lexicon) -> Option<Profile> {
    let root = record.root.as_ref()?;
    let text = |node: &Node, key: &str| {
        node.get(key).filter(|n| !n.is_null()).and_then(Node::text).map(str::to_owned)
    };
    let number = |node: &Node, key: &str| node.get(key).and_then(Node::integer);
    let listing = |node: &Node| Listing {
        programme: text(node, "programme"),
        edition: number(node, "edition"),
        level: text(node, "level"),
        rank: number(node, "rank"),
    };
    let entries = kind.registers.iter().filter_map(|register| root.get(register)).flat_map(Node::items);
    let mut listings: Vec<Listing> = entries.map(listing).collect();
    if root.get("edition").is_some() {
        listings.push(Listing { level: None, rank: None, ..listing(root) });
    }
    let title = text(root, &kind.title).unwrap_or_default();
    let level = |key: &str| root.get("region").and_then(|region| text(region, key));
    Some(Profile {
        id: text(root, &kind.key).unwrap_or_else(|| record.path.clone()),
        generic: lexicon.is_generic(&title),
        title,
        unit: text(root, "unit"),
        place: Place { province: level("province"), city: level("city"), county: level("county") },
        year: number(root, "year"),
        listings,
        text: kind.running_text(root).join("\n\n"),
    })
}
