//! Owns what the numbers of a list say about it: missing ones, ones out of order, ones given twice, totals that differ.
//! Must not know tables. Nothing is repaired here.

use std::collections::BTreeSet;

use crate::import::plan::WarningKind;

/// Missing numbers that are named at most.
const NAMED: usize = 200;

/// What is odd about numbers that should rise by one.
pub fn odd(ranks: &[i64]) -> Vec<WarningKind> {
    let known: BTreeSet<i64> = ranks.iter().copied().collect();
    let (Some(least), Some(most)) = (known.first(), known.last()) else { return Vec::new() };
    // A list that begins far from 1 goes on from another one.
    let start = if *least <= 5 { 1 } else { *least };
    let missing: Vec<u32> = (start..=(*most).min(start.saturating_add(100_000)))
        .filter(|rank| !known.contains(rank))
        .filter_map(|rank| u32::try_from(rank).ok())
        .take(NAMED)
        .collect();
    let number = |rank: &i64| u32::try_from(*rank).ok();
    let turned: Vec<u32> = ranks
        .windows(2)
        .filter(|pair| pair[1] < pair[0])
        .filter_map(|pair| number(&pair[1]))
        .take(NAMED)
        .collect();
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<i64> = ranks.iter().copied().filter(|rank| !seen.insert(*rank)).collect();
    let twice: Vec<u32> = twice.iter().filter_map(number).take(NAMED).collect();
    let mut found = Vec::new();
    if !missing.is_empty() {
        found.push(WarningKind::Gap { missing });
    }
    if !turned.is_empty() {
        found.push(WarningKind::Order { numbers: turned });
    }
    if !twice.is_empty() {
        found.push(WarningKind::Twice { numbers: twice });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_and_never_repaired() {
        assert_eq!(odd(&[1, 2, 3]), []);
        assert_eq!(odd(&[31, 32]), []);
        assert_eq!(odd(&[1, 2, 4]), [WarningKind::Gap { missing: vec![3] }]);
        assert_eq!(odd(&[1, 3, 2]), [WarningKind::Order { numbers: vec![2] }]);
        assert_eq!(odd(&[1, 2, 2, 3]), [WarningKind::Twice { numbers: vec![2] }]);
        assert_eq!(odd(&[]), []);
    }
}
