//! What a query means, said as plainly as can be, and the engines held to it: random queries over
//! random small texts. Shares no code with the evaluation but folding, the tree and the crate `regex`.

use super::query::{Ast, Node, Unit};
use super::testing::{kinds, record};
use super::*;
use crate::text::fold;
use proptest::prelude::*;
use regex::Regex;

/// A text value: label, item, folded text.
type Value<'v> = (&'v str, usize, &'v str);

/// A record: its texts and its year.
struct Record<'r> {
    texts: Vec<Value<'r>>,
    year: i64,
}

/// Whether a query holds in a record. `None` for what says nothing.
fn holds(ast: &Ast, record: &Record<'_>) -> Option<bool> {
    let all: Vec<Value<'_>> = record.texts.clone();
    Some(match &ast.node {
        Node::All => true,
        Node::Text(_) | Node::Phrase(_) | Node::Wild(_) | Node::Regex(_) => {
            all.iter().any(|(_, _, text)| !matches(ast, text).is_empty())
        }
        Node::Loose(text) => all.iter().any(|(_, _, value)| loosely(text, value)),
        Node::Near { .. } | Node::Within { .. } => {
            let mut lifted = Vec::new();
            let here = inside(ast, &all, record, false, &mut lifted);
            match (here, lifted.is_empty()) {
                (None, true) => return None,
                (here, _) => here.unwrap_or(true) && lifted.iter().all(|holds| *holds),
            }
        }
        Node::Field { name, value } if name == "title" => {
            let node = if value.regex {
                Node::Regex(value.raw.clone())
            } else if value.raw.contains('*') && !value.items[0].quoted {
                Node::Wild(value.raw.clone())
            } else {
                Node::Phrase(value.raw.clone())
            };
            let ast = Ast { node, span: ast.span };
            all.iter().any(|(label, _, text)| *label == "title" && !matches(&ast, text).is_empty())
        }
        Node::Field { name, value } if name == "year" => match value.raw.split_once("..") {
            Some((low, high)) => {
                let (low, high): (i64, i64) = (low.parse().expect("a year"), high.parse().expect("a year"));
                (low..=high).contains(&record.year)
            }
            None => record.year >= value.raw[2..].parse().expect("a year"),
        },
        // No record has a province.
        Node::Field { .. } => false,
        Node::Has(name) => name == "year",
        Node::View(name) => {
            assert_eq!(name, "v");
            all.iter().any(|(_, _, text)| text.contains('甲')) && record.year >= 1992
        }
        Node::And(parts) => {
            let parts: Vec<bool> = parts.iter().filter_map(|part| holds(part, record)).collect();
            if parts.is_empty() { return None } else { parts.iter().all(|holds| *holds) }
        }
        Node::Or(parts) => {
            let parts: Vec<bool> = parts.iter().filter_map(|part| holds(part, record)).collect();
            if parts.is_empty() { return None } else { parts.iter().any(|holds| *holds) }
        }
        Node::Not(part) => !holds(part, record)?,
    })
}

/// Whether what stands in 同句(…) holds in these texts; filters go to `lifted`.
fn inside(
    ast: &Ast,
    texts: &[Value<'_>],
    record: &Record<'_>,
    negated: bool,
    lifted: &mut Vec<bool>,
) -> Option<bool> {
    Some(match &ast.node {
        Node::All => return None,
        Node::Text(_) | Node::Phrase(_) | Node::Wild(_) | Node::Regex(_) => {
            texts.iter().any(|(_, _, text)| !matches(ast, text).is_empty())
        }
        Node::Loose(text) => texts.iter().any(|(_, _, value)| loosely(text, value)),
        Node::View(_) => {
            // 甲 year:>=1992
            lifted.push((record.year >= 1992) != negated);
            texts.iter().any(|(_, _, text)| text.contains('甲'))
        }
        Node::Field { .. } | Node::Has(_) => {
            lifted.push(holds(ast, record)? != negated);
            return None;
        }
        Node::Near { parts, within } => {
            let paragraphs = cut(Unit::Paragraph, texts);
            paragraphs.iter().flatten().any(|(_, _, text)| chain(parts, within, text, None))
        }
        Node::Within { unit, inner } => {
            let parts = cut(*unit, texts);
            let answers: Vec<Option<bool>> =
                parts.iter().map(|part| inside(inner, part, record, negated, &mut Vec::new())).collect();
            // What says nothing says nothing anywhere.
            let said = inside(inner, texts, record, negated, lifted);
            said?;
            answers.contains(&Some(true))
        }
        Node::And(parts) => {
            let parts = parts.iter().filter_map(|part| inside(part, texts, record, negated, lifted));
            let parts: Vec<bool> = parts.collect();
            if parts.is_empty() { return None } else { parts.iter().all(|holds| *holds) }
        }
        Node::Or(parts) => {
            let parts = parts.iter().filter_map(|part| inside(part, texts, record, negated, lifted));
            let parts: Vec<bool> = parts.collect();
            if parts.is_empty() { return None } else { parts.iter().any(|holds| *holds) }
        }
        Node::Not(part) => !inside(part, texts, record, !negated, lifted)?,
    })
}

/// The units of some texts.
fn cut<'v>(unit: Unit, texts: &[Value<'v>]) -> Vec<Vec<Value<'v>>> {
    match unit {
        Unit::Section => {
            let mut parts: Vec<Vec<Value<'v>>> = Vec::new();
            for value in texts {
                let list = |label: &'v str| label.split_once('.').map(|(list, _)| list);
                let same = |part: &&mut Vec<Value<'v>>| {
                    part.iter().any(|other| {
                        list(other.0).is_some() && list(other.0) == list(value.0) && other.1 == value.1
                    })
                };
                match parts.iter_mut().find(same) {
                    Some(part) => part.push(*value),
                    None => parts.push(vec![*value]),
                }
            }
            parts
        }
        Unit::Paragraph => {
            let each = texts.iter().flat_map(|&(label, item, text)| {
                text.split('\n').filter(|part| !part.is_empty()).map(move |part| vec![(label, item, part)])
            });
            each.collect()
        }
        Unit::Sentence => {
            let pattern = Regex::new("[^。!?;]*[。!?;][。!?;”)\\s]*|[^。!?;]+").expect("a pattern");
            let mut parts = Vec::new();
            for part in cut(Unit::Paragraph, texts) {
                let (label, item, text) = part[0];
                parts.extend(pattern.find_iter(text).map(|found| vec![(label, item, found.as_str())]));
            }
            parts
        }
    }
}

/// Where a term matches, in characters.
fn matches(ast: &Ast, text: &str) -> Vec<(usize, usize)> {
    let count = |at: usize| text[..at].chars().count();
    let starts = || text.char_indices().map(|(at, _)| at);
    match &ast.node {
        Node::Text(term) | Node::Phrase(term) => {
            let term = fold::fold_term(term);
            let found = starts().filter(|&at| text[at..].starts_with(&term));
            found.map(|at| (count(at), count(at + term.len()))).collect()
        }
        Node::Wild(term) => {
            let pieces: Vec<String> =
                term.split('*').map(|piece| regex::escape(&fold::fold_term(piece))).collect();
            let pattern = Regex::new(&format!("^(?:{})", pieces.join("[^。!?;\n]*?"))).expect("a pattern");
            let found = starts().filter_map(|at| Some((at, at + pattern.find(&text[at..])?.end())));
            found.map(|(start, end)| (count(start), count(end))).collect()
        }
        Node::Regex(pattern) => {
            let pattern = Regex::new(&pattern.replace('黨', "党")).expect("a pattern");
            pattern.find_iter(text).map(|found| (count(found.start()), count(found.end()))).collect()
        }
        Node::Or(choices) => choices.iter().flat_map(|choice| matches(choice, text)).collect(),
        other => panic!("{other:?} has no place"),
    }
}

/// Whether some matches of the parts stand near one another, each and the next.
fn chain(parts: &[Ast], within: &[u32], text: &str, before: Option<(usize, usize)>) -> bool {
    let Some((first, rest)) = parts.split_first() else { return true };
    let (distance, rest_within) = match before {
        Some(_) => (within.first().copied().unwrap_or(0) as usize, within.get(1..).unwrap_or_default()),
        None => (0, within),
    };
    matches(first, text).into_iter().any(|here| {
        let near = before.is_none_or(|before| {
            here.0.saturating_sub(before.1) <= distance && before.0.saturating_sub(here.1) <= distance
        });
        near && chain(rest, rest_within, text, Some(here))
    })
}

/// The string, or six tenths of its pairs in one paragraph.
fn loosely(term: &str, text: &str) -> bool {
    let term = fold::fold_term(term);
    let chars: Vec<char> = term.chars().collect();
    let mut pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
    pairs.sort();
    pairs.dedup();
    let most = |part: &str| {
        let there = pairs.iter().filter(|pair| part.contains(pair.as_str())).count();
        chars.len() > 2 && pairs.len() > 1 && there * 10 >= pairs.len() * 6
    };
    text.contains(&term) || text.split('\n').any(most)
}

fn query() -> impl Strategy<Value = String> {
    let term = || {
        prop_oneof![
            4 => "[甲乙丙黨党]{1,3}",
            1 => "\"[甲乙 ]{0,2}[甲党]\"",
            2 => "[甲乙党]{1,2}\\*[甲乙丙]{1,2}(\\*[丙党])?",
            1 => "/[甲乙黨]{1,2}(\\.\\*|\\+|\\.)[丙乙]/",
            1 => "/\\^[甲乙x]/|/[丙乙]\\$/|/\\[甲乙\\]丙\\?[党乙]/",
        ]
    };
    let choice = prop_oneof![3 => term(), 1 => (term(), term()).prop_map(|(a, b)| format!("({a} | {b})"))];
    let near = (choice.clone(), 0u32..5, choice.clone(), prop::option::of((0u32..4, choice))).prop_map(
        |(a, within, b, more)| {
            let more = more.map_or(String::new(), |(within, c)| format!(" NEAR/{within} {c}"));
            format!("({a} NEAR/{within} {b}{more} | {a} {b} 甲乙丙党)")
        },
    );
    let leaf = prop_oneof![
        5 => term(),
        2 => near,
        1 => "title:[甲乙党]{1,2}|title:[甲乙]\\*[乙党]|title:/[甲乙]\\.[乙党]/",
        1 => (1990i64..1995, 0i64..3).prop_map(|(low, more)| format!("year:{low}..{}", low + more)),
        1 => Just("year:>=1992".to_owned()),
        1 => Just("province:甘肃".to_owned()),
        1 => Just("-year:*".to_owned()),
        1 => Just("@v".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let unit = prop::sample::select(vec!["同句", "同段", "同节", "SENTENCE"]);
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" "))),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" | "))),
            1 => inner.clone().prop_map(|part| format!("NOT ({part} )")),
            2 => (unit, prop::collection::vec(inner, 1..3))
                .prop_map(|(unit, parts)| format!("{unit}({})", parts.join(" "))),
        ]
    })
}

fn case(number: usize, title: &str, text: &str, sections: &[(String, String)], year: i64) -> String {
    // As YAML in double quotes, so that line breaks and blanks survive.
    let quoted = |text: &str| format!("\"x{}\"", text.replace('\n', "\\n"));
    let mut yaml = format!("id: case-{number}\ntitle: {title}\nabstract: {}\nyear: {year}\n", quoted(text));
    for (place, (heading, text)) in sections.iter().enumerate() {
        let begin = if place == 0 { "sections:\n" } else { "" };
        yaml += &format!("{begin}- role: practice\n  heading: {heading}\n  text: {}\n", quoted(text));
    }
    yaml
}

proptest! {
    #[test]
    fn scanning_agrees_with_the_meaning(
        query in query(),
        cases in prop::collection::vec((
            "[甲乙丙党]{1,4}",
            "[甲乙丙黨党Ａa \n。；”]{1,14}",
            prop::collection::vec(("[甲乙丙党]{1,3}", "[甲乙丙黨 \n！]{1,8}"), 0..3),
            1990i64..1995,
        ), 0..10),
    ) {
        let kinds = kinds();
        let records: Vec<_> = cases.iter().enumerate().map(|(i, (title, text, sections, year))| {
            record(&kinds[0], &case(i, title, text, sections, *year))
        }).collect();
        let engine = ScanEngine::new(&kinds, records.clone());
        let views = [("v".to_owned(), "甲 year:>=1992".to_owned())];
        let language = Language { kinds: &kinds, views: &views };
        let compiled = compile(&query, language, &Scope::Everywhere).expect("a query");
        let exact = find(&compiled.plan, &engine, &Options { exact: true, top: None, hints: true }).expect("an answer");
        let found = &exact.docs;
        for (doc, ((_, texts), (_, _, _, year))) in (0..).zip(records.iter().zip(&cases)) {
            let texts = texts.iter().map(|(label, item, text)| (label.as_str(), *item, text.as_str())).collect();
            let expected = holds(&compiled.ast, &Record { texts, year: *year }).unwrap_or(true);
            prop_assert_eq!(
                found.contains(doc), expected, "{} is {} on {:?}", query, compiled.plan, records[doc as usize].1
            );
        }
        prop_assert_eq!(&DocSet::of(engine.slots(), exact.hits.iter().map(|hit| hit.doc)), found);
        prop_assert_eq!(exact.hits.len(), found.count());
        // The first few are the same however many are asked for.
        for top in [0, 1, 2] {
            let few = find(&compiled.plan, &engine, &Options { exact: true, top: Some(top), hints: true }).expect("an answer");
            prop_assert_eq!(&few.hits, &exact.hits[..top.min(exact.hits.len())]);
            prop_assert_eq!(&few.docs, found);
        }
        // Widening never loses what is there, and hides nothing.
        let wide = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
        if exact.hits.is_empty() {
            prop_assert!(wide.matched != Match::Exact || wide.hits.is_empty());
        } else {
            prop_assert_eq!(wide.hits, exact.hits);
        }
        // The plainest form asks for the same.
        let again = compile(&compiled.reading, language, &Scope::Everywhere).expect("a query");
        let again = find(&again.plan, &engine, &Options { exact: true, top: None, hints: true }).expect("an answer");
        prop_assert_eq!(&again.docs, found, "{} for {}", compiled.reading, query);
    }

    #[test]
    fn a_looser_term_is_as_loose_as_said(
        term in "[甲乙丙丁戊己]{1,6}",
        cases in prop::collection::vec("[甲乙丙丁戊己\n。]{1,14}", 0..10),
    ) {
        let kinds = kinds();
        let records: Vec<_> =
            cases.iter().enumerate().map(|(i, text)| record(&kinds[0], &case(i, "名", text, &[], 1990))).collect();
        let engine = ScanEngine::new(&kinds, records.clone());
        let compiled = compile(&format!("{term}~"), &kinds, &Scope::Everywhere).expect("a query");
        let found = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
        prop_assert_eq!(found.matched, Match::Exact);
        let found = found.docs;
        for (doc, (_, texts)) in (0..).zip(&records) {
            let expected = texts.iter().any(|(_, _, text)| loosely(&term, text));
            prop_assert!(!expected || found.contains(doc), "{} on {:?}", term, texts);
            // All words in a record will do as well; they are pairs here.
            let chars: Vec<char> = term.chars().collect();
            let mut pairs = chars.windows(2).map(|pair| pair.iter().collect::<String>());
            let word = pairs.any(|pair| texts.iter().any(|(_, _, text)| text.contains(&pair)));
            prop_assert!(!found.contains(doc) || expected || word, "{} on {:?}", term, texts);
        }
    }
}
