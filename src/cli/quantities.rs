//! Owns what `stats` and `report` ask of quantities: their words, and what to say where a unit is none.

use crate::cli::context::Context;
use crate::cli::failure;
use crate::cli::failure::Failure;
use anku::archive::Archive;
use anku::facts;
use anku::search::Plan;
use anku::stats::CutError;
use anku::stats::amount;
use anku::text::quantity::Words;
use anku::workspace::Ready;
use std::collections::BTreeMap;

/// The words of an archive's quantities.
pub(crate) fn words(context: &Context, archive: &Archive) -> Result<Words, Failure> {
    facts::words(archive).map_err(|error| failure::words(context, "facts.words", error))
}

/// An error about a unit, with the units that the archive's texts do count in.
pub(crate) fn refused(
    context: &Context,
    ready: &Ready<'_>,
    words: &Words,
    error: &CutError,
) -> Result<Failure, Failure> {
    let mut units: BTreeMap<String, usize> = BTreeMap::new();
    for (_, facts) in ready.facts(&Plan::All, words)? {
        for fact in facts.iter().filter(|fact| amount(fact, 0).is_some()) {
            let Some(unit) = fact.unit() else { continue };
            // 180多万网友 are people, although the text has no measure word.
            let unit = words.main_form(unit).unwrap_or(unit);
            *units.entry(unit.to_owned()).or_default() += 1;
        }
    }
    let mut units: Vec<(String, usize)> = units.into_iter().collect();
    units.sort_by(|(a, few), (b, many)| many.cmp(few).then(a.cmp(b)));
    let what = match error {
        CutError::UnknownUnit(unit, _) => {
            let used: Vec<&str> = units.iter().map(|(unit, _)| unit.as_str()).collect();
            CutError::UnknownUnit(unit.clone(), words.nearest_unit(unit, &used)).say(context.lang)
        }
        other => other.say(context.lang),
    };
    let units: Vec<String> = units.into_iter().map(|(unit, count)| format!("{unit} {count}")).collect();
    if units.is_empty() {
        return Ok(Failure::hinted(what, context.lang.word("stats.units.none")));
    }
    let units = units.join(if context.lang.is_zh() { "、" } else { ", " });
    Ok(Failure::hinted(what, context.lang.say("stats.units", &[("units", &units)])))
}
