//! What follows over years: falls, rises, how long a grade holds.

use super::outcome::Line;
use super::outcome::Outcome;
use super::outcome::Standing;
use super::round::Round;
use super::scheme::Rule;
use super::scheme::Scheme;

/// Adds what follows from this run and those before it.
pub(super) fn follow(scheme: &Scheme, round: &Round, outcome: &mut Outcome) {
    let Some(years) = &scheme.years else { return };
    for one in &mut outcome.standings {
        let grades = history(round, one);
        let before = grades.get(1).copied().flatten().map(str::to_owned);
        let heights: Vec<Option<usize>> =
            grades.iter().map(|grade| grade.and_then(|grade| scheme.height(grade))).collect();
        one.before = before;
        let mut lines = Vec::new();
        if let (Some(Some(now)), Some(Some(then))) = (heights.first(), heights.get(1)) {
            let key = match now.cmp(then) {
                std::cmp::Ordering::Less => "fell",
                std::cmp::Ordering::Equal => "stayed",
                std::cmp::Ordering::Greater => "rose",
            };
            let line = Line::new(key).arg("before", one.before.as_deref().unwrap_or_default());
            lines.push(line.arg("by", now.abs_diff(*then)));
        }
        for rule in years.rules.iter().filter(|rule| applies(scheme, rule, &heights)) {
            lines.push(Line::new("measure").arg("then", &rule.then));
            one.measures.push(rule.then.clone());
        }
        one.lines.extend(lines);
    }
    let here: Vec<&str> = outcome.standings.iter().map(|one| one.entry.id.as_str()).collect();
    let mut held: Vec<[String; 4]> = Vec::new();
    for past in round.past.iter().rev().take(years.hold) {
        for (id, (title, grade)) in &past.grades {
            if !here.contains(&id.as_str()) && !held.iter().any(|known| known[0] == *id) {
                held.push([id.clone(), title.clone(), grade.clone(), past.name.clone()]);
            }
        }
    }
    held.sort();
    outcome.held = held;
}

/// The grades of an entry, this run's first, then backwards; `None` where it was not there.
fn history<'h>(round: &'h Round, one: &'h Standing) -> Vec<Option<&'h str>> {
    let past =
        round.past.iter().rev().map(|past| past.grades.get(&one.entry.id).map(|(_, grade)| grade.as_str()));
    std::iter::once(one.grade.as_deref()).chain(past).collect()
}

/// Whether all that a rule names is so. `heights` begin with this run.
fn applies(scheme: &Scheme, rule: &Rule, heights: &[Option<usize>]) -> bool {
    let step = |at: usize| Some((*heights.get(at)?.as_ref()?, *heights.get(at + 1)?.as_ref()?));
    let fell = |at: usize| step(at).is_some_and(|(now, then)| now < then);
    let runs = |test: &dyn Fn(usize) -> bool| {
        heights.len() >= rule.years && heights[..rule.years].iter().all(|height| height.is_some_and(test))
    };
    let by = |least: Option<usize>, down: bool| {
        let Some(least) = least else { return true };
        step(0).is_some_and(|(now, then)| if down { now + least <= then } else { then + least <= now })
    };
    let bound = |grade: &Option<String>| grade.as_deref().map(|grade| scheme.height(grade).unwrap_or(0));
    by(rule.fall, true)
        && by(rule.rise, false)
        && rule.falls.is_none_or(|times| (0..times).all(fell))
        && bound(&rule.below).is_none_or(|bound| runs(&|height| height < bound))
        && bound(&rule.reached).is_none_or(|bound| runs(&|height| height >= bound))
}
