//! Passages and spans on small records, and what random texts must keep to.

use super::super::engine::Scope;
use super::super::testing::{kinds, record};
use super::super::{Match, Options, ScanEngine, compile, run};
use super::*;
use crate::schema::Kind;
use crate::yaml::read;
use proptest::prelude::*;
use std::sync::OnceLock;

fn needle(text: &str) -> Mark {
    Mark::Literal(Needle::new(text, Scope::Everywhere).expect("a needle"))
}

/// Field, line and text of each passage, with its matches in brackets.
fn find(source: &str, needles: &[Mark], max: usize, width: usize) -> Vec<(String, usize, String)> {
    let kinds = kinds();
    let root = read(source).root.expect("YAML");
    let texts = kinds[0].texts(&root);
    let marked = |snippet: Snippet| {
        let chars: Vec<char> = snippet.text.chars().collect();
        let mut text = String::new();
        for (i, c) in chars.iter().enumerate() {
            text.extend(snippet.spans.iter().filter(|(_, end)| *end == i).map(|_| ']'));
            text.extend(snippet.spans.iter().filter(|(start, _)| *start == i).map(|_| '['));
            text.push(*c);
        }
        text.extend(snippet.spans.iter().filter(|(_, end)| *end == chars.len()).map(|_| ']'));
        (snippet.field, snippet.line, text)
    };
    passages(&texts, source, needles, max, Extent::Width(width)).into_iter().map(marked).collect()
}

const CASE: &str = "\
id: case-a
title: 黨員幹部下基層
sections:
- role: practice
  text: |
    第一句没有。党员结
    对帮扶群众。第三句很长很长很长很长很长很长很长很长很长。

    二、GPS
    Tracking 让群众满意!
- role: results
  text: |
    群众满意,党员
    干部下基层
";

#[test]
fn passages_are_sentences_around_the_matches() {
    let one = |needle_text: &str, width: usize| find(CASE, &[needle(needle_text)], 1, width).remove(0);
    let practice = |line: usize, text: &str| ("sections.practice".to_owned(), line, text.to_owned());
    assert_eq!(one("党员干部", 40), ("title".into(), 2, "[黨員幹部]下基層".into()));
    // A line break inside a sentence is joined; the neighbours fit.
    assert_eq!(one("结对", 20), practice(6, "第一句没有。党员[结对]帮扶群众。"));
    assert_eq!(one("结对", 9), practice(6, "党员[结对]帮扶群众。"));
    // Too long: the part around the match.
    assert_eq!(one("结对", 6), practice(6, "…员[结对]帮扶群…"));
    assert_eq!(one("第三句", 7), practice(7, "[第三句]很长很长…"));
    assert_eq!(one("gps tracking", 20), practice(9, "二、[GPS Tracking] 让群众满意!"));
    assert_eq!(one("结对帮扶", 1), practice(6, "…[结对帮扶]…"));
    assert!(find(CASE, &[needle("没有的")], 3, 40).is_empty());
    assert!(find(CASE, &[], 3, 40).is_empty());
}

#[test]
fn the_best_passages_come_first() {
    let needles = [needle("党员"), needle("群众满意"), needle("群众")];
    let found = find(CASE, &needles, 9, 10);
    let texts: Vec<&str> = found.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(texts[0], "[群众满意],[党员]干部…");
    assert_eq!(texts[1], "[党员]结对帮扶[群众]。");
    assert!(texts.contains(&"[黨員]幹部下基層"));
    assert_eq!(find(CASE, &needles, 2, 10).len(), 2);
    let scoped = Needle { text: "党员".into(), scope: Scope::Labels(vec!["sections.results".into()]) };
    let found = find(CASE, &[Mark::Literal(scoped)], 9, 40);
    assert_eq!(found, [("sections.results".into(), 13, "群众满意,[党员]干部下基层".into())]);
}

#[test]
fn matches_that_overlap_become_one() {
    let source = "id: case-a\ntitle: 党党党建\n";
    assert_eq!(find(source, &[needle("党党")], 1, 9)[0].2, "[党党党]建");
    assert_eq!(find(source, &[needle("党党党"), needle("党建")], 1, 9)[0].2, "[党党党建]");
    assert_eq!(find(source, &[needle("党")], 1, 9)[0].2, "[党][党][党]建");
}

/// The best passages for a query that matches literally.
fn ask(source: &str, query: &str, width: usize) -> Vec<String> {
    let kinds = kinds();
    let engine = ScanEngine::new(&kinds, [record(&kinds[0], source)]);
    let compiled = compile(query, &kinds, &Scope::Everywhere).expect(query);
    let found = run::find(&compiled.plan, &engine, &Options::default()).expect("an answer");
    assert_eq!((found.matched, found.hits.len()), (Match::Exact, 1), "{query}");
    find(source, &found.needles, 9, width).into_iter().map(|(_, _, text)| text).collect()
}

#[test]
fn what_stands_in_its_place_is_marked_and_nothing_else() {
    let source = "\
id: case-a
title: 黨員服務工程
abstract: 党员甲党员乙工程。党员在此。这里有工程。
sections:
- role: practice
  heading: 党员怎么做
  text: |
    干部和党员都来了。只有干部。工程很大。

    党员不在工程里;群众在工程里。
- role: results
  text: 没有干部。ＧＰＳ 第２届通知
";
    // All that is marked, value by value.
    let marked = |query: &str| {
        let passages = ask(source, query, 200);
        let of = |passage: &String| {
            let parts: Vec<&str> =
                passage.split('[').skip(1).filter_map(|part| part.split(']').next()).collect();
            parts.join(" ")
        };
        passages.iter().map(of).collect::<Vec<_>>().join(" / ")
    };
    let table = [
        ("党员*工程", "黨員服務工程 / 党员乙工程 / 党员不在工程"),
        ("题目:党员*工程", "黨員服務工程"),
        ("正文:/党.{3,4}工/", "党员不在工"),
        ("/第[0-9]届/", "第２届"),
        ("/gps.第/", "ＧＰＳ 第"),
        // Near: only what makes a chain.
        ("干部 NEAR/1 党员", "干部 党员"),
        ("党员 NEAR/2 (甲 | 服务) NEAR/2 工程", "黨員 服務 工程"),
        ("甲 NEAR/0 /党员/", "党员 甲 党员"),
        // Units: only where all of it holds.
        ("同句(工程 -党员)", "工程 / 工程 工程"),
        ("同句(干部 党员)", "干部 党员"),
        ("同段(党员 群众)", "党员 群众"),
        ("同节(怎么做 群众)", "怎么做 / 群众"),
        ("同段(干部 NEAR/3 工程 | 群众)", "干部 工程 群众"),
        // Looser: what is there of it.
        ("党员不在工程里~", "党员不在工程里"),
    ];
    for (query, expected) in table {
        assert_eq!(marked(query), expected, "{query}");
    }
    // The place with all of it comes before those with a part.
    assert_eq!(ask(source, "同段(干部 工程)", 12)[0], "只有[干部]。[工程]很大。");
    assert_eq!(ask(source, "党员*工程 届", 12)[0], "[黨員服務工程]");
    // Under NOT nothing is marked.
    assert!(ask(source, "-同句(甲 乙 丙)", 9).is_empty());
}

#[test]
fn controls_are_not_shown() {
    let source = "id: case-a\ntitle: \"甲\\e[31m乙\\0丙\\u200D丁\"\n";
    assert_eq!(find(source, &[needle("乙丙")], 1, 20)[0].2, "甲[31m[乙丙]\u{200D}丁");
}

fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::char::range('一', '龥').prop_map(String::from),
        3 => prop::sample::select(vec![
            "党", "黨", "後", "Ａ", "１", "，", "。", "！”", "a", "B", " ", "  ", "\u{3000}", "\n", "\r\n", "\n\n", "\u{200B}", "\u{7}", "?",
        ]).prop_map(String::from),
        1 => "[ -~]{1,4}".prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..60).prop_map(|pieces| pieces.concat())
}

static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();

proptest! {
    // As many as the promise says: every match of every text is led back exactly.
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_marked_folds_to_what_was_looked_for(
        text in value(),
        start in any::<prop::sample::Index>(),
        length in 1usize..6,
        extent in prop_oneof![
            (0usize..40).prop_map(Extent::Width),
            (0usize..3).prop_map(Extent::Sentences),
            Just(Extent::Whole),
        ],
    ) {
        let folded = fold::fold(&text);
        let chars: Vec<char> = folded.chars().collect();
        prop_assume!(!chars.is_empty());
        let start = start.index(chars.len());
        let part: String = chars[start..].iter().take(length).collect();
        prop_assume!(!part.contains('\n'));
        let needle = Needle::new(&part, Scope::Everywhere);
        prop_assume!(needle.is_some());
        let needle = needle.expect("checked");
        let mut escaped = String::new();
        for c in text.chars() {
            escaped.push_str(&format!("\\U{:08X}", u32::from(c)));
        }
        let source = format!("id: case-a\nabstract: \"{escaped}\"\n");
        let kinds = KINDS.get_or_init(kinds);
        let root = read(&source).root.expect("YAML");
        let texts = kinds[0].texts(&root);
        prop_assert_eq!(texts[0].text, &text);
        let found = passages(&texts, &source, &[Mark::Literal(needle.clone())], 100, extent);
        prop_assert!(!found.is_empty());
        let twice = (1..needle.text.chars().count()).any(|n| {
            let chars: Vec<char> = needle.text.chars().collect();
            chars[n..] == chars[..chars.len() - n]
        });
        for snippet in found {
            prop_assert_eq!(snippet.line, 2);
            let breaks = |c: char| c == '\n' && extent == Extent::Whole;
            prop_assert!(!snippet.text.contains(|c: char| c.is_control() && !breaks(c)));
            prop_assert!(!snippet.spans.is_empty());
            let mut end = 0;
            for (from, to) in snippet.spans {
                prop_assert!(end <= from && from < to);
                end = to;
                let marked: String = snippet.text.chars().skip(from).take(to - from).collect();
                let marked = fold::fold(&marked);
                prop_assert!(marked.contains(&needle.text), "{:?} in {:?}", needle.text, snippet.text);
                prop_assert!(twice || marked == needle.text, "{:?} for {:?}", marked, needle.text);
            }
            prop_assert!(end <= snippet.text.chars().count());
        }
    }
}
