//! What holds for every scheme: order changes nothing, nothing of no weight changes anything, quotas are
//! kept, what was just published is what comes out.

use super::input::Input;
use super::input::Names;
use super::input::Pair;
use super::input::Place;
use super::input::Row;
use super::number::Number;
use super::outcome::Outcome;
use super::published::Published;
use super::round::Round;
use super::run::run;
use super::scheme::SHIPPED;
use super::scheme::Scheme;
use crate::archive::shipped;
use crate::diag::Span;
use crate::yaml;
use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

const SCHEME: &str = "title: 试
total: 100
items:
  - {id: 甲, max: 40}
  - {id: 乙, max: 60}
stages:
  - {id: 投票, by: votes, scale: linear, weight: 0.3, keep: 6}
  - {id: 打分, by: panel, combine: mean, drop: {high: 1, low: 1}, judges: 3, weight: 0.7}
rounding: {digits: 2, mode: half_up}
ties: {by: [打分], share: none}
levels:
  - {id: 一等, take: 1}
  - {id: 二等, take: 2}
";

fn scheme(text: &str) -> Scheme {
    let root = yaml::read(text).root.expect("a scheme");
    Scheme::read(&root, Path::new("scheme.yaml")).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn names() -> Names {
    let text = shipped("schemas/vocab/score.yaml").expect("shipped");
    Names::read(&yaml::read(text).root.expect("a list"))
}

fn row(cells: &[(&str, String)]) -> Row {
    let place = Place::At(Span::at(0));
    let pair = |(key, value): &(&str, String)| Pair {
        key: (*key).to_owned(),
        named: place.clone(),
        value: value.clone(),
        place: place.clone(),
    };
    Row { place: place.clone(), pairs: cells.iter().map(pair).collect() }
}

fn input(path: &str, rows: Vec<Row>) -> Input {
    Input { path: path.into(), about: Vec::new(), rows }
}

fn round(votes: &[u32], sheets: &[Vec<(u32, u32)>]) -> Round {
    let id = |place: usize| ("id", format!("e{place}"));
    let entries = input("entries", (0..votes.len()).map(|place| row(&[id(place)])).collect());
    let counted = votes
        .iter()
        .enumerate()
        .map(|(place, votes)| row(&[id(place), ("votes", votes.to_string())]))
        .collect();
    let sheet = |(judge, points): (usize, &Vec<(u32, u32)>)| {
        let one = |(place, (a, b)): (usize, &(u32, u32))| {
            row(&[id(place), ("甲", a.to_string()), ("乙", b.to_string())])
        };
        input(&format!("judge{judge}"), points.iter().enumerate().map(one).collect())
    };
    Round {
        name: "2026".to_owned(),
        entries: vec![entries],
        stages: vec![vec![input("votes", counted)], sheets.iter().enumerate().map(sheet).collect()],
        ..Round::default()
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 1).expect("a day")
}

fn outcome(scheme: &Scheme, round: &Round) -> Outcome {
    run(scheme, round, &names(), &BTreeMap::new(), day()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// Sheets say nothing of entries that the votes sent home.
fn only_standing(scheme: &Scheme, mut round: Round) -> Round {
    let first = Scheme { stages: scheme.stages[..1].to_vec(), levels: Vec::new(), ..scheme.clone() };
    let all = outcome(&first, &Round { stages: round.stages[..1].to_vec(), ..round.clone() });
    let gone: Vec<&str> =
        all.standings.iter().filter(|one| one.out.is_some()).map(|one| one.entry.id.as_str()).collect();
    for input in &mut round.stages[1] {
        input.rows.retain(|row| !gone.contains(&row.pairs[0].value.as_str()));
    }
    round
}

fn any_round() -> impl Strategy<Value = Round> {
    (4_usize..9, 3_usize..6).prop_flat_map(|(entries, judges)| {
        // Few different values: ties are what goes wrong.
        let points = vec(vec((0_u32..=4, 0_u32..=3), entries), judges);
        (vec(0_u32..6, entries), points).prop_map(|(votes, points)| {
            let points: Vec<Vec<(u32, u32)>> = points
                .into_iter()
                .map(|sheet| sheet.into_iter().map(|(a, b)| (a * 10, b * 20)).collect())
                .collect();
            round(&votes, &points)
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_files_and_rows_changes_nothing(round in any_round(), shift in 0_usize..7) {
        let scheme = scheme(SCHEME);
        let round = only_standing(&scheme, round);
        let mut other = round.clone();
        for stage in &mut other.stages {
            stage.reverse();
            for input in stage.iter_mut() {
                let by = shift % input.rows.len().max(1);
                input.rows.rotate_left(by);
            }
        }
        prop_assert_eq!(outcome(&scheme, &round), outcome(&scheme, &other));
    }

    #[test]
    fn a_stage_of_no_weight_changes_no_score_and_no_level(round in any_round()) {
        let with = SCHEME.replace("rounding:", "  - {id: 附加, by: ledger, value: points, weight: 0}\nrounding:");
        let (plain, with) = (scheme(SCHEME), scheme(&with));
        let round = only_standing(&plain, round);
        let mut more = round.clone();
        more.stages.push(vec![input("more", vec![row(&[("id", "e0".to_owned()), ("points", "7".to_owned())])])]);
        let in_it = |outcome: &Outcome| outcome.standings.iter().any(|one| one.entry.id == "e0" && one.out.is_none());
        let before = outcome(&plain, &round);
        if !in_it(&before) {
            more.stages[2].clear();
        }
        let after = outcome(&with, &more);
        prop_assert_eq!(Published::of(&plain, &before), Published::of(&with, &after));
    }

    #[test]
    fn quotas_are_overfilled_only_where_the_scheme_says_so(round in any_round()) {
        let strict = scheme(SCHEME);
        let round = only_standing(&strict, round);
        let all = outcome(&strict, &round);
        for (level, places) in &strict.levels {
            let with: Vec<_> = all.standings.iter().filter(|one| one.level.as_ref() == Some(level)).collect();
            prop_assert!(with.len() <= *places);
            // Nobody without a level stands before one with it.
            let last = with.iter().filter_map(|one| one.rank).max().unwrap_or(0);
            prop_assert!(all.standings.iter().all(|one| one.level.is_some() || one.rank.is_none_or(|rank| rank >= last)));
        }
        prop_assert!(all.standings.iter().filter(|one| one.out.is_none()).count() <= 6);
    }

    #[test]
    fn what_was_just_published_is_what_comes_out(round in any_round()) {
        let scheme = scheme(SCHEME);
        let round = only_standing(&scheme, round);
        let result = Published { entries: Published::of(&scheme, &outcome(&scheme, &round)), ..Published::default() };
        let root = yaml::read(&result.text()).root.expect("a result");
        let again = Published { entries: Published::of(&scheme, &outcome(&scheme, &round)), ..Published::default() };
        prop_assert!(Published::read(&root).changes(&again).is_empty());
    }

    #[test]
    fn a_trimmed_mean_lies_between_what_is_left(mut points in vec(0_u32..=100, 3..9)) {
        let sheets: Vec<Vec<(u32, u32)>> = points.iter().map(|all| vec![(all.min(&40).to_owned(), all - all.min(&40))]).collect();
        let all = outcome(&scheme(SCHEME), &round(&[1], &sheets));
        let value = all.standings[0].stages[1].as_ref().and_then(|value| value.score.clone()).expect("a score");
        points.sort_unstable();
        let kept = &points[1..points.len() - 1];
        let sum: u32 = kept.iter().sum();
        let mean = &Number::from(sum as usize) / &Number::from(kept.len());
        prop_assert_eq!(Some(value), mean);
    }
}

#[test]
fn every_shipped_scheme_reads() {
    for (name, text) in SHIPPED {
        let scheme = scheme(text);
        assert!(!scheme.title.is_empty(), "{name}");
    }
}

#[test]
fn a_score_on_the_line_reaches_it_and_halves_go_up() {
    let text = "title: 试
total: 100
items: [{id: 甲, max: 100}]
stages: [{id: 打分, by: panel, combine: mean, weight: 1}]
rounding: {digits: 0, mode: half_up}
ties: {share: all}
grades: [{id: 良好, from: 80}]
below: 一般
";
    let sheet = |judge: &str, a: &str, b: &str| {
        let cells = |id: &str, points: &str| row(&[("id", id.to_owned()), ("甲", points.to_owned())]);
        input(judge, vec![cells("e0", a), cells("e1", b)])
    };
    // 79.5 is rounded to 80 and reaches the line; 79.49 is not.
    let round = Round {
        entries: vec![input(
            "entries",
            vec![row(&[("id", "e0".to_owned())]), row(&[("id", "e1".to_owned())])],
        )],
        stages: vec![vec![sheet("j0", "79", "79.48"), sheet("j1", "80", "79.5")]],
        ..Round::default()
    };
    let all = outcome(&scheme(text), &round);
    let grades: Vec<&str> = all.standings.iter().filter_map(|one| one.grade.as_deref()).collect();
    assert_eq!(grades, ["良好", "一般"]);
}
