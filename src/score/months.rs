//! Points by month: who is first, and who is first most often.

use super::number::Number;
use super::outcome::Month;
use super::outcome::Outcome;
use super::round::Round;
use super::scheme::Months;
use super::scheme::Scheme;
use super::tally::Posting;
use crate::diag::Code;
use crate::diag::Finding;
use std::collections::BTreeMap;

/// Counts points by month and gives out the flags.
pub(super) fn months(
    scheme: &Scheme,
    months: &Months,
    postings: &[Posting],
    outcome: &mut Outcome,
    findings: &mut Vec<Finding>,
    round: &Round,
) {
    let path = || round.entries.first().map(|input| input.path.clone()).unwrap_or_default();
    let mut factors: Vec<Number> = Vec::with_capacity(outcome.standings.len());
    for one in &outcome.standings {
        let factor = match (months.factor, one.entry.field("factor")) {
            (false, _) => Some(Number::from(1)),
            (true, text) => text.and_then(Number::parse).filter(|factor| *factor > Number::zero()),
        };
        if factor.is_none() {
            let finding = Finding::new(Code::SheetRule, path(), None).arg("rule", "factor");
            findings.push(finding.arg("name", &one.entry.id));
        }
        factors.push(factor.unwrap_or_else(Number::zero));
    }
    let counted = match scheme.stages.get(months.stage).map(|stage| &stage.by) {
        Some(super::scheme::By::Ledger(ledger)) => ledger.value,
        _ => super::scheme::Counted::Points,
    };
    let mut sums: BTreeMap<&str, BTreeMap<usize, Number>> = BTreeMap::new();
    for posting in postings {
        let Some(month) = &posting.month else { continue };
        let sum = sums.entry(month).or_default().entry(posting.entry).or_insert_with(Number::zero);
        *sum = &*sum + &(&posting.counts(counted) * &factors[posting.entry]);
    }
    let mut flags: BTreeMap<usize, usize> = BTreeMap::new();
    for (month, sums) in sums {
        let mut rows: Vec<(usize, Number)> =
            sums.into_iter().map(|(entry, sum)| (entry, sum.rounded(scheme.rounding))).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let best = rows.first().map(|(_, best)| best.clone()).unwrap_or_else(Number::zero);
        let first = rows.iter().filter(|(_, sum)| *sum == best).count();
        // Nobody is first with nothing, and of several only where the scheme lets them share it.
        let given = best > Number::zero() && (first == 1 || scheme.share_all);
        let mut month = Month { month: month.to_owned(), rows: Vec::with_capacity(rows.len()) };
        for (place, (entry, sum)) in rows.iter().enumerate() {
            let rank = rows.iter().position(|(_, other)| other == sum).unwrap_or(place) + 1;
            let flag = given && rank == 1;
            if flag {
                *flags.entry(*entry).or_default() += 1;
            }
            month.rows.push((outcome.standings[*entry].entry.id.clone(), sum.clone(), rank, flag));
        }
        outcome.months.push(month);
    }
    let most = flags.values().max().copied().unwrap_or(0);
    let best: Vec<usize> =
        flags.iter().filter(|(_, count)| **count == most).map(|(entry, _)| *entry).collect();
    if best.len() == 1 || scheme.share_all {
        outcome.models =
            best.iter().map(|&entry| (outcome.standings[entry].entry.id.clone(), most)).collect();
    }
}
