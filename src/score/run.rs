//! From sheets to ranks, levels, grades: the engine that all schemes share.

use super::input::Names;
use super::number::Number;
use super::outcome::Line;
use super::outcome::Outcome;
use super::outcome::Standing;
use super::outcome::Value;
use super::panel;
use super::requests;
use super::round::Entry;
use super::round::Round;
use super::round::entries;
use super::round::vetoes;
use super::scheme::By;
use super::scheme::Scheme;
use super::tally;
use super::tally::Posting;
use super::years;
use crate::diag::Finding;
use chrono::NaiveDate;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Computes a scheme. `records` are those of the scheme's kind, by id; `today` tells which requests are
/// overdue.
///
/// # Errors
/// All that is wrong with what was handed in, by file and place: nothing is computed from half of it.
pub fn run(
    scheme: &Scheme,
    round: &Round,
    names: &Names,
    records: &BTreeMap<String, Entry>,
    today: NaiveDate,
) -> Result<Outcome, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut outcome = Outcome::default();
    if !scheme.requests.is_empty() {
        outcome.requests = requests::requests(scheme, round, names, today, &mut findings);
    }
    let entries = entries(scheme, round, names, records, &mut findings);
    let vetoes = vetoes(scheme, round, names, &entries, &mut findings);
    // Who is excluded needs no score, and takes nobody's place.
    let excused: BTreeSet<usize> = vetoes.keys().copied().collect();
    let mut standing: BTreeSet<usize> = (0..entries.len()).collect();
    outcome.standings =
        entries.iter().map(|entry| Standing { entry: entry.clone(), ..Standing::default() }).collect();
    let mut ledgers: BTreeMap<usize, Vec<Posting>> = BTreeMap::new();
    for (place, stage) in scheme.stages.iter().enumerate() {
        let inputs = round.stages.get(place).map(Vec::as_slice).unwrap_or_default();
        let who = (&standing, &excused);
        let mut values = match &stage.by {
            By::Panel(panel) => {
                let sheets = (round, inputs);
                panel::values((scheme, stage, panel), sheets, names, &entries, who, &mut findings)
            }
            By::Votes { linear } => {
                tally::votes((stage, *linear), inputs, names, &entries, who, &mut findings)
            }
            By::Decision => tally::decisions(stage, inputs, names, &entries, who, &mut findings),
            By::Ledger(ledger) => {
                let dated = scheme.months.as_ref().is_some_and(|months| months.stage == place);
                let ledger_rows = (stage, ledger, dated);
                let postings =
                    tally::postings(ledger_rows, inputs, names, &entries, &standing, &mut findings);
                let sums = tally::sums(ledger, &postings, &standing);
                ledgers.insert(place, postings);
                sums
            }
        };
        if !findings.is_empty() {
            // Who goes on is not known, so what comes next cannot be judged.
            break;
        }
        let gone = cut(scheme, place, &values, &standing, &excused, &mut outcome);
        for (entry, one) in outcome.standings.iter_mut().enumerate() {
            one.stages.push(values.remove(&entry));
        }
        for entry in gone {
            standing.remove(&entry);
            outcome.standings[entry].out = Some(place);
        }
    }
    if !findings.is_empty() {
        findings.sort();
        findings.dedup();
        return Err(findings);
    }
    for (entry, reasons) in vetoes {
        outcome.standings[entry].vetoes = reasons;
    }
    if let Some(months) = &scheme.months {
        let postings = ledgers.get(&months.stage).map(Vec::as_slice).unwrap_or_default();
        super::months::months(scheme, months, postings, &mut outcome, &mut findings, round);
    }
    needs(scheme, &ledgers, &standing, &mut outcome);
    scores(scheme, &mut outcome);
    rank(scheme, &mut outcome);
    levels(scheme, &mut outcome);
    grades(scheme, &standing, &mut outcome, &mut findings, round);
    years::follow(scheme, round, &mut outcome);
    if !findings.is_empty() {
        return Err(findings);
    }
    outcome.standings.sort_by(|a, b| {
        (a.rank.is_none(), a.rank, &a.entry.id).cmp(&(b.rank.is_none(), b.rank, &b.entry.id))
    });
    Ok(outcome)
}

/// Who does not get beyond a stage.
fn cut(
    scheme: &Scheme,
    place: usize,
    values: &BTreeMap<usize, Value>,
    standing: &BTreeSet<usize>,
    excused: &BTreeSet<usize>,
    outcome: &mut Outcome,
) -> Vec<usize> {
    let stage = &scheme.stages[place];
    let mut gone: Vec<usize> = Vec::new();
    for &entry in standing {
        let Some(value) = values.get(&entry) else { continue };
        let below = matches!((&value.score, &stage.pass), (Some(score), Some(pass)) if score < pass);
        if value.passed == Some(false) || below {
            gone.push(entry);
        }
    }
    let Some(keep) = stage.keep else { return gone };
    let mut scored: Vec<(usize, &Number)> = Vec::new();
    for &entry in standing.difference(excused).filter(|entry| !gone.contains(entry)) {
        scored.extend(values.get(&entry).and_then(|value| Some((entry, value.score.as_ref()?))));
    }
    scored.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(&b.0)));
    let groups: Vec<Vec<usize>> = scored
        .chunk_by(|a, b| a.1 == b.1)
        .map(|group| group.iter().map(|(entry, _)| *entry).collect())
        .collect();
    let (taken, edge) = take(&groups, keep, scheme.share_all);
    if let Some(edge) = edge {
        outcome.remarks.push(edge.arg("name", &stage.id));
    }
    gone.extend(groups[taken..].iter().flatten());
    gone
}

/// How many groups of level ones a quota takes, and what to say where one of them lies on its edge. It
/// is never overfilled but where the scheme says that all who are level get in.
fn take(groups: &[Vec<usize>], places: usize, share_all: bool) -> (usize, Option<Line>) {
    let (mut taken, mut left) = (0, places);
    for group in groups {
        if group.len() <= left {
            left -= group.len();
            taken += 1;
            continue;
        }
        if left == 0 {
            break;
        }
        let line = Line::new(if share_all { "overfilled" } else { "left-open" });
        let line = line.arg("level", group.len()).arg("places", places).arg("left", left);
        return (taken + usize::from(share_all), Some(line));
    }
    (taken, None)
}

fn needs(
    scheme: &Scheme,
    ledgers: &BTreeMap<usize, Vec<Posting>>,
    standing: &BTreeSet<usize>,
    outcome: &mut Outcome,
) {
    for need in &scheme.needs {
        let postings = ledgers.get(&need.stage).map(Vec::as_slice).unwrap_or_default();
        for &entry in standing {
            let reached = tally::reached(postings, entry, need.sum, need.category.as_deref());
            let met = reached >= need.least;
            let one = &mut outcome.standings[entry];
            one.lines.push(
                Line::new(if met { "met" } else { "unmet" })
                    .arg("name", &need.id)
                    .arg("value", reached.shown())
                    .arg("least", need.least.shown()),
            );
            if !met {
                one.unmet.push(need.id.clone());
            }
        }
    }
}

/// The final score: shares of the stages, rounded once.
fn scores(scheme: &Scheme, outcome: &mut Outcome) {
    if !scheme.is_scored() {
        return;
    }
    for one in outcome.standings.iter_mut().filter(|one| one.out.is_none()) {
        let mut parts: Vec<(Number, String)> = Vec::new();
        for (stage, value) in scheme.stages.iter().zip(&one.stages) {
            let Some(weight) = &stage.weight else { continue };
            let Some(score) = value.as_ref().and_then(|value| value.score.as_ref()) else { continue };
            let shown = format!("{} {} × {}", stage.id, score.shown(), weight.shown());
            parts.push((score * weight, shown));
        }
        // One without a sheet is in here only where a veto excuses it.
        if parts.len() < scheme.stages.iter().filter(|stage| stage.weight.is_some()).count() {
            continue;
        }
        let exact: Number = parts.iter().map(|(part, _)| part).sum();
        let shown: Vec<&str> = parts.iter().map(|(_, shown)| shown.as_str()).collect();
        let rounded = exact.rounded(scheme.rounding);
        one.lines.push(Line::new("weighed").arg("parts", shown.join(" + ")).arg("value", exact.shown()));
        one.lines.push(
            Line::new("rounded")
                .arg("value", rounded.fixed(scheme.rounding.digits))
                .arg("digits", scheme.rounding.digits),
        );
        one.score = Some(rounded);
    }
}

/// What is compared under a name: a stage's score, or that of an item in the last stage that has it.
fn compared<'s>(scheme: &Scheme, one: &'s Standing, name: &str) -> Option<&'s Number> {
    let by_stage = scheme.stages.iter().position(|stage| stage.id == name);
    if let Some(place) = by_stage {
        return one.stages.get(place)?.as_ref()?.score.as_ref();
    }
    one.stages.iter().rev().flatten().find_map(|value| value.items.get(name))
}

fn order(scheme: &Scheme, a: &Standing, b: &Standing) -> Ordering {
    let tie = |name: &String| compared(scheme, b, name).cmp(&compared(scheme, a, name));
    let ties = scheme.ties.iter().map(tie).find(|order| order.is_ne());
    b.score.cmp(&a.score).then(ties.unwrap_or(Ordering::Equal))
}

/// Ranks by the rounded score, which is what is published, then by what the scheme compares.
fn rank(scheme: &Scheme, outcome: &mut Outcome) {
    let standings = &outcome.standings;
    let mut ranked: Vec<usize> = (0..standings.len())
        .filter(|&place| {
            let one = &standings[place];
            one.score.is_some() && one.vetoes.is_empty() && one.unmet.is_empty()
        })
        .collect();
    ranked.sort_by(|&a, &b| order(scheme, &standings[a], &standings[b]).then(a.cmp(&b)));
    let mut ranks: Vec<(usize, usize, Option<Line>)> = Vec::with_capacity(ranked.len());
    for (place, &one) in ranked.iter().enumerate() {
        let Some(&before) = place.checked_sub(1).and_then(|before| ranked.get(before)) else {
            ranks.push((one, 1, None));
            continue;
        };
        let (a, b) = (&standings[before], &standings[one]);
        let level = order(scheme, a, b).is_eq();
        let rank = if level { ranks[place - 1].1 } else { place + 1 };
        let line = (a.score == b.score).then(|| {
            let by = scheme.ties.iter().find(|name| compared(scheme, a, name) != compared(scheme, b, name));
            let line = Line::new(if level { "level" } else { "tie" }).arg("other", &a.entry.id);
            line.arg("by", by.map_or("", String::as_str))
        });
        ranks.push((one, rank, line));
    }
    for (one, rank, line) in ranks {
        let one = &mut outcome.standings[one];
        one.rank = Some(rank);
        one.lines.extend(line);
        one.lines.push(Line::new("rank").arg("rank", rank));
    }
}

fn levels(scheme: &Scheme, outcome: &mut Outcome) {
    let mut ranked: Vec<(usize, usize)> =
        outcome.standings.iter().enumerate().filter_map(|(place, one)| Some((one.rank?, place))).collect();
    ranked.sort_unstable();
    let groups: Vec<Vec<usize>> = ranked
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| group.iter().map(|(_, place)| *place).collect())
        .collect();
    let mut from = 0;
    for (level, places) in &scheme.levels {
        let (taken, edge) = take(&groups[from..], *places, scheme.share_all);
        if let Some(edge) = edge {
            outcome.remarks.push(edge.arg("name", level));
        }
        for &one in groups[from..from + taken].iter().flatten() {
            let one = &mut outcome.standings[one];
            one.level = Some(level.clone());
            one.lines.push(Line::new("quota").arg("name", level).arg("places", places));
        }
        from += taken;
    }
}

fn grades(
    scheme: &Scheme,
    standing: &BTreeSet<usize>,
    outcome: &mut Outcome,
    findings: &mut Vec<Finding>,
    round: &Round,
) {
    for (place, one) in outcome.standings.iter_mut().enumerate() {
        if let (Some(vetoes), false) = (&scheme.vetoes, one.vetoes.is_empty()) {
            let line = Line::new("vetoed").arg("reasons", one.vetoes.join("、"));
            one.lines.push(line.arg("grade", &vetoes.grade));
            one.grade = Some(vetoes.grade.clone());
        } else if let (Some(grade), false) = (&scheme.unmet, one.unmet.is_empty()) {
            one.lines.push(Line::new("unmet-grade").arg("names", one.unmet.join("、")).arg("grade", grade));
            one.grade = Some(grade.clone());
        } else if let (Some(score), true) = (&one.score, standing.contains(&place)) {
            let age = one.entry.field("age").and_then(|age| age.parse().ok());
            let band = match scheme.bands.as_slice() {
                [] => continue,
                [only] if only.id.is_empty() => Some(only),
                bands => {
                    bands.iter().find(|band| age.is_some_and(|age| (band.from..=band.to).contains(&age)))
                }
            };
            let Some(band) = band else {
                let path = round.entries.first().map(|input| input.path.clone()).unwrap_or_default();
                let finding = Finding::new(crate::diag::Code::SheetRule, path, None).arg("rule", "no-age");
                findings.push(finding.arg("name", &one.entry.id));
                continue;
            };
            let found = band.grades.iter().find(|(_, from)| score >= from);
            let grade = found.map(|(id, _)| id).or(scheme.below.as_ref());
            let from = found.map_or_else(String::new, |(_, from)| from.shown());
            if let Some(grade) = grade {
                let line = Line::new(if from.is_empty() { "below" } else { "grade" }).arg("from", from);
                one.lines.push(line.arg("band", &band.id).arg("grade", grade));
            }
            one.grade = grade.cloned();
        } else if one.out.is_some() && !scheme.bands.is_empty() {
            // Who failed on the way has what is below the bands.
            one.grade.clone_from(&scheme.below);
        }
        if let Some(tier) = one.grade.as_deref().and_then(|grade| scheme.tier(grade)) {
            one.lines.push(Line::new("tier").arg("tier", tier));
            one.tier = Some(tier.to_owned());
        }
    }
}
