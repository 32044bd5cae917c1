//! What one answer holds: the hits that are shown, the counts beside them, how they came about.

use super::facets;
use super::facets::Facet;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::listing;
use crate::cli::listing::Listing;
use anku::archive::Archive;
use anku::archive::Card;
use anku::schema::Datum;
use anku::search::Doc;
use anku::search::DocSet;
use anku::search::Engine;
use anku::search::Expansion;
use anku::search::Found;
use anku::search::Match;
use anku::search::Options;
use anku::search::Paths;
use anku::search::Plan;
use anku::search::Ranked;
use anku::search::alike;
use anku::search::find;
use anku::search::fold_copies;
use anku::search::with_pinyin;
use anku::search::with_synonyms;
use anku::text::fold::fold_term;

/// Copies are looked for on pages that end within so many hits; who asks for more wants all of them.
const FOLDED: usize = 200;

/// What is asked besides the query.
pub(super) struct Ask {
    pub(super) exact: bool,
    pub(super) synonyms: Vec<Vec<String>>,
    pub(super) pinyin: bool,
    /// The id of a record that the hits are to be like.
    pub(super) like: Option<String>,
    /// Fields to count by, by path.
    pub(super) facets: Vec<String>,
    /// A field to group the hits by, by path.
    pub(super) group: Option<String>,
    /// Whether copies of one text are shown once.
    pub(super) fold: bool,
    /// Whether nothing but counts is wanted.
    pub(super) counts_only: bool,
    /// Whether what was perhaps meant is said beside the hits.
    pub(super) hints: bool,
}

/// A hit on the page.
pub(super) struct Hit {
    pub(super) card: Card,
    pub(super) ranked: Ranked,
    /// Records with the same text.
    pub(super) copies: Vec<Card>,
}

/// The hits with one value.
pub(super) struct Group {
    pub(super) value: Option<Datum>,
    /// Places among the hits of the page.
    pub(super) hits: Vec<usize>,
}

/// One answer.
pub(super) struct Page {
    pub(super) plan: Plan,
    pub(super) found: Found,
    pub(super) hits: Vec<Hit>,
    /// Instead of hits, where nothing but paths is wanted.
    pub(super) paths: Paths,
    pub(super) total: usize,
    pub(super) facets: Vec<Facet>,
    pub(super) groups: Vec<Group>,
    pub(super) expansions: Vec<Expansion>,
    /// The record that was asked for with its like, and the words that stand for it.
    pub(super) like: Option<(Card, Vec<String>)>,
}

/// Answers.
///
/// # Errors
/// When the engine cannot answer; an id that there is not.
pub(super) fn page(
    context: &Context,
    archive: &Archive,
    engine: &dyn Engine,
    plan: &Plan,
    ask: &Ask,
    listing: &Listing,
) -> Result<Page, Failure> {
    let (mut plan, mut expansions) = with_synonyms(plan.clone(), &ask.synonyms);
    if ask.pinyin {
        let (wider, more) = with_pinyin(plan, &archive.kinds, engine)?;
        plan = wider;
        expansions.extend(more);
    }
    let top = if ask.like.is_some() || ask.counts_only { Some(0) } else { listing.needed() };
    let folds = ask.fold && !listing.is_bare() && top.is_some_and(|top| top > 0 && top <= FOLDED);
    // Copies make way for hits behind them.
    let top = if folds { top.map(|top| 2 * top) } else { top };
    // Lists say how they were found; lines for programs do not.
    let hints = ask.hints || listing.is_bare();
    let mut found = find(&plan, engine, &Options { exact: ask.exact, top, hints })?;
    let mut like = None;
    if let Some(id) = &ask.like {
        let doc = place_of(context, archive, engine, id)?;
        let others = alike(engine, doc, &found.docs)?;
        found.docs = DocSet::of(engine.slots(), others.hits.iter().map(|hit| hit.doc));
        found.hits = others.hits;
        found.matched = Match::Exact;
        like = Some((engine.card(doc)?, others.words));
    }
    let total = found.docs.count();
    let facets = facets::count(context.lang.is_zh(), engine, archive, &ask.facets, found.docs.iter())?;
    let (mut hits, mut paths) = (Vec::new(), Paths::default());
    if folds {
        let running = |label: &str| {
            let list = label.split('.').next().unwrap_or_default();
            archive.kinds.iter().any(|kind| kind.labels.contains_key(list))
        };
        for shown in
            fold_copies(engine, &found.hits, listing.end(), running)?.into_iter().skip(listing.offset)
        {
            let copies = shown.copies.iter().map(|&doc| engine.card(doc)).collect::<Result<_, _>>()?;
            hits.push(Hit { card: engine.card(shown.hit.doc)?, ranked: shown.hit, copies });
        }
    } else if !ask.counts_only {
        let all = if listing.sorts() {
            found.docs.iter().map(|doc| Ranked { doc, ..Ranked::default() }).collect()
        } else {
            std::mem::take(&mut found.hits)
        };
        let page = listing.page(engine, archive, all)?;
        if listing.wants_paths() {
            paths = engine.paths(&page.iter().map(|ranked| ranked.doc).collect::<Vec<_>>())?;
        } else {
            for ranked in page {
                hits.push(Hit { card: engine.card(ranked.doc)?, ranked, copies: Vec::new() });
            }
        }
    }
    let groups = ask.group.as_ref().map_or_else(Vec::new, |path| group(archive, &hits, path));
    Ok(Page { plan, found, hits, paths, total, facets, groups, expansions, like })
}

/// The hits by their first value in a field, in the order of the best of each.
fn group(archive: &Archive, hits: &[Hit], path: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        let value = listing::values_of(archive, &hit.card, path).into_iter().next();
        match groups.iter_mut().find(|group| group.value == value) {
            Some(group) => group.hits.push(at),
            None => groups.push(Group { value, hits: vec![at] }),
        }
    }
    groups
}

/// The record with this id, or the only one whose id begins so.
///
/// # Errors
/// When there is none, or more than one.
fn place_of(context: &Context, archive: &Archive, engine: &dyn Engine, id: &str) -> Result<Doc, Failure> {
    let mut begins = Vec::new();
    for kind in &archive.kinds {
        for doc in engine.keyword(&kind.key, &fold_term(id), true)?.iter() {
            let own = engine.id(doc)?;
            if own == id {
                return Ok(doc);
            }
            begins.push((own, doc));
        }
    }
    match begins.as_slice() {
        [(_, doc)] => Ok(*doc),
        [] => Err(Failure::usage(context.lang.say("show.none", &[("id", id)]))),
        many => {
            let ids: Vec<&str> = many.iter().map(|(id, _)| id.as_str()).take(8).collect();
            let what = context.lang.say("show.many", &[("id", id), ("count", &many.len().to_string())]);
            Err(Failure::hinted(what, ids.join(" ")))
        }
    }
}
