//! The query language through the binary: what it finds, marks and says.

use crate::support::anku;
use crate::support::repository;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use std::fs;
use std::path::Path;

fn ids(root: &Path, query: &str) -> Vec<String> {
    let run = anku(root, ["list", "--where", query, "--format", "{id}"]);
    assert!(matches!(run.code, 0 | 1), "{query}: {run:?}");
    run.lines()
}

#[test]
fn operators_find_and_mark() {
    let folder = small();
    let root = folder.path();
    for (query, expected) in [
        ("民情*满意", vec!["case-b"]),
        ("/走访[0-9]+户/", vec!["case-a"]),
        ("党员 NEAR/3 基层", vec!["case-a"]),
        ("同句(民情 群众)", vec!["case-b"]),
        ("同节(做法 走访)", vec!["case-a"]),
        ("流水线民情~", vec!["case-a", "case-b"]),
        ("题目:/^干部/", vec!["case-c"]),
        // As text.
        ("2+X", vec!["case-b"]),
        ("“民情*满意”", vec![]),
        ("/民情/群众", vec![]),
    ] {
        assert_eq!(ids(root, query), expected, "{query}");
    }
    let hits = anku(root, ["search", "--json", "同句(民情 群众)"]).ends(0).json();
    let snippet = &hits["hits"][0]["snippets"][0];
    let text: Vec<char> = snippet["text"].as_str().expect("a text").chars().collect();
    let spans = snippet["spans"].as_array().expect("spans");
    let of = |i: usize, end: usize| spans[i][end].as_u64().expect("a place") as usize;
    let marked: Vec<String> = (0..spans.len()).map(|i| text[of(i, 0)..of(i, 1)].iter().collect()).collect();
    assert_eq!(marked, ["民情", "群众"]);
    let wide = anku(root, ["search", "--json", "民情流水线让干部很满意"]).ends(0).json();
    assert_eq!(wide["match"], "grams");
}

/// Every example of the page on the query language finds something literally in the shipped archive.
#[test]
fn the_examples_of_the_page_find_something() {
    let folder = shipped();
    anku(folder.path(), ["index"]).ends(0);
    let page = fs::read_to_string(repository().join("docs/search.md")).expect("the page");
    let examples: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("$ anku search ")).collect();
    assert!(examples.len() > 20, "the examples were not found");
    for example in examples {
        let query = example.trim_matches('\'');
        let run = anku(folder.path(), ["search", "--exact", "-c", query]);
        assert_eq!((run.code, run.stderr.lines().count()), (0, 0), "{query}: {run:?}");
    }
}

#[test]
fn what_is_wrong_or_guessed_is_said_with_its_place() {
    let folder = small();
    let root = folder.path();
    let bad = anku(root, ["--lang", "en", "search", "党员 /民(情/"]).ends(2);
    assert!(bad.stdout.is_empty() && bad.stderr.contains("parenthesis"), "{}", bad.stderr);
    assert!(bad.stderr.contains("character 6"), "{}", bad.stderr);
    anku(root, ["search", "/a{1000}{1000}/"]).ends(2);
    for (query, said) in [
        ("党员 NEAR 年:2012", "NEAR"),
        ("同句(党员 年:2012)", "年:2012"),
        ("@最近 党员", "最近"),
        ("a*b*c*d*e*f*g*h*i*j", "8"),
    ] {
        let run = anku(root, ["search", "--exact", query]);
        assert!(run.stderr.lines().any(|line| line.contains(said)), "{query}: {}", run.stderr);
    }
}

#[test]
fn saved_queries_are_named_with_an_at() {
    let folder = small();
    let root = folder.path();
    let settings = root.join("anku.yaml");
    let text = fs::read_to_string(&settings).expect("settings");
    let views = "views:\n  甘肃: 省:甘肃\n  早: '@甘肃 年:2010'\n  圈: '党员 @圈'\n";
    fs::write(&settings, format!("{text}{views}")).expect("settings");
    assert_eq!(ids(root, "@甘肃"), ["case-a", "case-c"]);
    assert_eq!(ids(root, "@早"), ["case-a"]);
    assert_eq!(ids(root, "@甘肃 -@早"), ["case-c"]);
    assert_eq!(ids(root, "同句(@甘肃 党员)"), ["case-a"]);
    let circle = anku(root, ["search", "@圈"]).ends(2);
    assert!(circle.stderr.contains('圈'), "{}", circle.stderr);
    let near = anku(root, ["search", "@甘素"]).ends(1);
    assert!(near.stderr.contains("@甘肃"), "{}", near.stderr);
}

/// A dictionary does not know every village and every person: their characters find them all the same.
#[test]
fn a_question_about_a_name_that_no_dictionary_knows_finds_it() {
    let folder = small();
    let root = folder.path();
    let case = |id: &str, text: &str| {
        let text =
            format!("id: {id}\ntitle: 案例\nyear: 2011\nsections:\n  - role: other\n    text: {text}\n");
        write(root, &format!("cases/2011/{id}.yaml"), &text);
    };
    case("named", "祭遵（），字弟孙，颍川人，少好经书。");
    case("other", "他小时候在村里。");
    case("whatever", "他在做什么呢。");
    let ids = |query: &str| -> Vec<String> {
        let found = anku(root, ["search", "--json", "--", query]).json();
        let hits = found["hits"].as_array().expect("hits");
        let mut ids: Vec<String> =
            hits.iter().map(|hit| hit["id"].as_str().expect("an id").to_owned()).collect();
        ids.sort();
        ids
    };
    let words = anku(root, ["search", "--explain", "--", "祭遵小时候喜欢读什么"]).ends(0);
    assert!(!words.stderr.contains(" 祭遵 "), "the index has a word for it: {}", words.stderr);
    assert_eq!(ids("祭遵小时候喜欢读什么"), ["named", "other"]);
    // Marked like any word of the question; no name, no such record.
    let found = anku(root, ["search", "--json", "--", "祭遵小时候喜欢读什么"]).ends(0).json();
    assert_eq!(found["match"], "any");
    let hits = found["hits"].as_array().expect("hits");
    let named = hits.iter().find(|hit| hit["id"] == "named").expect("the record");
    let snippet = &named["snippets"][0];
    let marked = snippet["spans"][0].as_array().expect("a place");
    let place = |at: usize| marked[at].as_u64().expect("a number") as usize;
    let text: Vec<char> = snippet["text"].as_str().expect("a text").chars().collect();
    assert_eq!(text[place(0)..place(1)].iter().collect::<String>(), "祭遵");
    assert_eq!(ids("某某小时候喜欢读什么"), ["other"]);
    anku(root, ["search", "--exact", "--", "祭遵小时候喜欢读什么"]).ends(1);
    // Words that stand in every question say nothing of it.
    anku(root, ["search", "--", "某某做什么"]).ends(1);
    // A name alone is no question.
    anku(root, ["search", "--", "祭某"]).ends(1);
}
