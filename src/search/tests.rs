//! The whole way from query to hits, over the engine that scans.

use super::testing::{kinds, record};
use super::*;

fn engine() -> ScanEngine {
    let records = [
        "id: case-a\ntitle: 民情流水线工作法\nunit: 甘肃省某县\nyear: 2010\nregion: {province: 甘肃省}\nsections:\n- role: practice\n  text: 建立民情流水线,党员干部下基层。\n",
        "id: case-b\ntitle: 星级管理\nyear: 2012\nregion: {province: 山东省}\nawards: [{programme: 甲, edition: 1, level: 最佳案例}]\nsections:\n- role: practice\n  text: 群众说事。民情\n- role: results\n  text: 民情流水线让群众满意。\n",
        "id: case-c\ntitle: 名单里的案例\nyear: 2012\nawards: [{programme: 甲, edition: 1, level: 优秀案例}]\n",
        "id: case-0\ntitle: 干部包村\nabstract: 党員結對，2+X 模式，GPS定位\n",
    ];
    let kinds = kinds();
    ScanEngine::new(&kinds, records.map(|text| record(&kinds[0], text)))
}

fn ids(engine: &ScanEngine, found: &Found) -> Vec<String> {
    found.hits.iter().map(|hit| engine.id(hit.doc).expect("an id")).collect()
}

fn ask(query: &str, exact: bool) -> (Vec<String>, Found) {
    let engine = engine();
    let compiled = compile(query, &kinds(), &Scope::Everywhere).expect(query);
    let found = find(&compiled.plan, &engine, &Options { exact, top: None, hints: true }).expect("an answer");
    (ids(&engine, &found), found)
}

#[test]
fn queries_find_what_they_ask_for() {
    let table: &[(&str, &[&str])] = &[
        ("", &["case-0", "case-a", "case-b", "case-c"]),
        ("民情流水线", &["case-a", "case-b"]),
        ("黨員", &["case-0", "case-a"]),
        ("党", &["case-0", "case-a"]),
        ("2+x", &["case-0"]),
        ("gps", &["case-0"]),
        ("民情流水线 -工作法", &["case-b"]),
        ("-民情", &["case-0", "case-c"]),
        ("NOT (民情 | 模式)", &["case-c"]),
        ("year:2012", &["case-b", "case-c"]),
        ("year:>2010 level:最佳", &["case-b"]),
        ("level:最佳,优秀", &["case-b", "case-c"]),
        ("province:甘肃", &["case-a"]),
        ("-province:*", &["case-0", "case-c"]),
        ("extent:listed", &["case-0", "case-c"]),
        ("kind:note", &[]),
        ("kind:case 名单", &["case-c"]),
        ("sections:民情流水线", &["case-a", "case-b"]),
        ("sections.practice:民情流水线", &["case-a"]),
        ("sections.results:*", &["case-b"]),
        ("摘要:*", &["case-0"]),
        ("title:干部", &["case-0"]),
        ("id:case-b | id:case-c", &["case-b", "case-c"]),
        // As people write numbers, lists and names.
        ("年:2012年", &["case-b", "case-c"]),
        ("年: 二〇一二", &["case-b", "case-c"]),
        ("年=2012", &["case-b", "case-c"]),
        ("年:2010年至2011年", &["case-a"]),
        ("等次:最佳|优秀", &["case-b", "case-c"]),
        ("等次:(最佳 | 优秀) 名单", &["case-c"]),
        ("（星级|梯级）管理", &["case-b"]),
        ("工作法｜包村", &["case-0", "case-a"]),
        ("正文:民情流水线", &["case-a", "case-b"]),
        ("地区:山东", &["case-b"]),
        ("入选名单:优秀", &["case-c"]),
        ("做法与经过:民情流水线", &["case-a"]),
        ("practice:民情流水线", &["case-a"]),
        ("做法:*", &["case-a", "case-b"]),
        ("收录:全文", &["case-a", "case-b"]),
        ("收录:仅列名", &["case-0", "case-c"]),
        ("extent:FULL", &["case-a", "case-b"]),
        // Ids and codes as a whole, but no part of one.
        ("CASE-A", &["case-a"]),
        ("-case-a", &["case-0", "case-b", "case-c"]),
        ("case", &[]),
        // Stars, patterns, places.
        ("民情*满意", &["case-b"]),
        ("群众*民情", &[]),
        ("党员*基层 | 干部*村", &["case-0", "case-a"]),
        ("题目:民*线", &["case-a"]),
        ("-题目:/^.*管理$/", &["case-0", "case-a", "case-c"]),
        ("/[民群]情.水线/ -工作法", &["case-b"]),
        ("/GPS|星级/", &["case-0", "case-b"]),
        ("党员 NEAR/3 基层", &["case-a"]),
        ("党员 NEAR/2 基层", &[]),
        ("基层 NEAR/3 (党员 | 群众)", &["case-a"]),
        ("同句(群众 民情)", &["case-b"]),
        ("同句(说事 民情)", &[]),
        ("同段(说事 民情)", &["case-b"]),
        ("同段(说事 满意)", &[]),
        ("同句(民情 -群众)", &["case-a", "case-b"]),
        ("-同句(民情 群众)", &["case-0", "case-a", "case-c"]),
        ("同句(民情 year:2012)", &["case-b"]),
        ("SENTENCE(党员 (干部 | 群众))", &["case-a"]),
        ("流水线民情~", &["case-a", "case-b"]),
        ("让群众很满意~", &["case-b"]),
        ("民~", &["case-a", "case-b"]),
    ];
    for (query, expected) in table {
        let (mut found, result) = ask(query, true);
        found.sort();
        assert_eq!(&found, expected, "{query}");
        assert_eq!(result.matched, Match::Exact);
    }
}

#[test]
fn a_title_that_holds_the_query_comes_first() {
    assert_eq!(ask("民情流水线", false).0, ["case-a", "case-b"]);
    assert_eq!(ask("干部", false).0, ["case-0", "case-a"]);
    assert_eq!(ask("year:2012", false).0, ["case-b", "case-c"]);
    assert_eq!(ask("", false).0, ["case-0", "case-a", "case-b", "case-c"]);
}

#[test]
fn what_is_not_found_is_widened_and_blamed() {
    let (found, result) = ask("民情流水线 干部群众 year:2010..2012", false);
    assert_eq!(result.matched, Match::Any);
    assert_eq!(found, ["case-a", "case-b"]);
    let blamed: Vec<_> = result.missing.iter().map(|m| (m.term.as_str(), m.records)).collect();
    assert_eq!(blamed, [("干部群众", 0)]);
    assert_eq!(result.terms[0], TermCount { term: "民情流水线".into(), records: 2 });
    assert!(result.needles.iter().any(|mark| matches!(mark, Mark::Literal(needle) if needle.text == "干部")));

    // All words of the term, in another order.
    let (found, result) = ask("群众民情", false);
    // Those with a part of it stand behind.
    assert_eq!((found[0].as_str(), result.matched), ("case-b", Match::Words));

    // Filters and NOT stay required.
    let (found, result) = ask("干部群众 -星级 year:2010..2012", false);
    assert_eq!((found, result.matched), (vec!["case-a".to_owned()], Match::Any));
    let (found, result) = ask("民情流水线 year:1999", false);
    assert!(found.is_empty() && result.matched == Match::Exact);
    let missing = MissingTerm { term: "民情流水线".into(), records: 2, number: None, nearest: None };
    assert_eq!(result.missing, [missing]);
    // A string in a field is a filter.
    assert!(ask("title:干部群众", false).0.is_empty());

    let (found, result) = ask("干部群众", true);
    assert!(found.is_empty() && result.missing.len() == 1);

    // Each term is there, only not together.
    let (_, result) = ask("星级管理 干部包村", true);
    assert!(result.hits.is_empty() && result.missing.is_empty());
}

#[test]
fn what_is_filtered_away_is_not_said_to_be_missing() {
    let (found, result) = ask("民情流水线 year:2011", false);
    assert!(found.is_empty());
    assert_eq!(result.missing[0].records, 2);
    // A role is a filter too.
    let (engine, kinds) = (engine(), kinds());
    let scope = section_scope("background", &kinds).expect("a role");
    let compiled = compile("星级", &kinds, &scope).expect("a query");
    let found =
        find(&compiled.plan, &engine, &Options { exact: true, top: None, hints: true }).expect("an answer");
    assert_eq!(found.missing[0].records, 1);
    // A string found as a code is not missing, whatever else is.
    assert_eq!(ask("case-b 没有", true).1.missing.len(), 1);
}

#[test]
fn a_place_that_nothing_stands_in_is_blamed() {
    let blamed = |query: &str| {
        let (found, result) = ask(query, false);
        assert!(found.is_empty(), "{query}: {found:?}");
        result.missing.into_iter().map(|missing| (missing.term, missing.records)).collect::<Vec<_>>()
    };
    assert_eq!(blamed("同句(群众 说情) 民情"), [("同句(群众 说情)".to_owned(), 0)]);
    assert_eq!(blamed("民情*满意 year:2010"), [("民情*满意".to_owned(), 1)]);
    assert_eq!(blamed("/x+y/"), [("/x+y/".to_owned(), 0)]);
    assert_eq!(blamed("没有这种东西~"), [("没有这种东西~".to_owned(), 0)]);
    // It stays required when the terms beside it are widened.
    let (found, result) = ask("干部群众 民情*满意", false);
    assert_eq!((found, result.matched), (vec!["case-b".to_owned()], Match::Any));
    // In a scope, and with words that rank.
    let (engine, kinds) = (engine(), kinds());
    let scope = section_scope("results", &kinds).expect("a role");
    let count = |query: &str| {
        let compiled = compile(query, &kinds, &scope).expect(query);
        find(&compiled.plan, &engine, &Options { exact: true, top: None, hints: true })
            .expect("an answer")
            .hits
            .len()
    };
    assert_eq!(
        (count("民情*线"), count("同句(民情 群众)"), count("党员*基层"), count("民情~")),
        (1, 1, 0, 1)
    );
    assert!(ask("同句(民情 群众)", true).1.words.contains(&"民情".to_owned()));
}

#[test]
fn most_of_a_term_comes_before_any_word_of_it() {
    let (found, result) = ask("民情流水线让干部很满意", false);
    assert_eq!((found[0].as_str(), result.matched), ("case-b", Match::Grams));
    assert_eq!(Match::Grams.as_str(), "grams");
    assert!(result.needles.iter().any(|mark| matches!(mark, Mark::Literal(needle) if needle.text == "满意")));
    // Short terms stay literal, and all terms are required.
    let (_, result) = ask("民情流水线让干部很满意 党员", false);
    assert_eq!(result.matched, Match::Any);
}

#[test]
fn hostile_queries_end_quickly() {
    let kinds = kinds();
    let page = "甲".repeat(20_000) + &"乙。".repeat(10_000) + &"aaaaaaaaaa".repeat(3000);
    let engine = ScanEngine::new(&kinds, [record(&kinds[0], &format!("id: case-a\nabstract: {page}\n"))]);
    let stars = ["甲"; 9].join("*");
    let near = vec!["甲"; 200].join(" NEAR/3 ");
    let nested = format!("{}甲{}", "同句(".repeat(30), ")".repeat(30));
    for query in [
        "/(a+)+$/",
        "/(a|aa)+b/",
        "/(甲*)*乙/",
        "/[^乙]*丙/",
        "甲*丙",
        "甲*乙 NEAR/5 甲*乙",
        &stars,
        &near,
        &nested,
        "同句(乙 -甲)",
        "a NEAR/1 丙",
        "/\\w{50}丁/",
        "甲甲甲甲甲丁~",
    ] {
        let compiled = compile(query, &kinds, &Scope::Everywhere).expect(query);
        let begun = std::time::Instant::now();
        let found = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
        assert!(begun.elapsed().as_secs() < 20, "{query} took {:?}", begun.elapsed());
        drop(found);
    }
}

#[test]
fn a_condition_is_never_widened() {
    let (engine, kinds) = (engine(), kinds());
    let both = |text: &str, more: &str| {
        let plan = compile(text, &kinds, &Scope::Everywhere).expect(text).plan;
        let strict = condition(more, &kinds).expect(more).plan;
        let plan = Plan::and(vec![plan, strict]);
        find(&plan, &engine, &Options::default()).expect("an answer")
    };
    assert!(both("党员", "干部群众").hits.is_empty());
    assert!(both("党员", "干部群众 | NOT 民情 干部人事").hits.is_empty());
    let found = both("党员", "党员*基层 流水线民情~");
    assert_eq!((ids(&engine, &found), found.terms.len()), (vec!["case-a".into()], 1));
    // The query itself still is, within the condition.
    let found = both("干部群众", "民情流水线");
    assert_eq!((ids(&engine, &found), found.matched), (vec!["case-a".into(), "case-b".into()], Match::Any));
}

#[test]
fn nothing_is_widened_to_junk() {
    for junk in ["没有这个词呢", "xyzzy", "85430a9f07699b7c", "民营企业家", "2013", "党x", "gpsx"]
    {
        let (found, result) = ask(junk, false);
        assert_eq!(found, Vec::<String>::new(), "{junk}");
        assert_eq!(result.matched, Match::Exact);
    }
    // Half of the letters are words of it, fewer are a part.
    assert_eq!(ask("民情分析", false).1.matched, Match::Words);
    assert_eq!(ask("星级分析室", false).1.matched, Match::Any);
}

#[test]
fn a_year_that_no_text_has_may_be_meant_as_one() {
    let (_, result) = ask("2010", false);
    assert_eq!(result.missing[0].number.as_deref(), Some("year"));
    assert_eq!(ask("1999", false).1.missing[0].number, None);
    assert_eq!(ask("3", false).1.missing[0].number, None);
}

#[test]
fn words_are_looked_for_in_the_scope() {
    let (engine, kinds) = (engine(), kinds());
    let scope = section_scope("practice", &kinds).expect("a role");
    let compiled = compile("民情满意", &kinds, &scope).expect("a query");
    let found = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
    assert_eq!((ids(&engine, &found), found.matched), (vec!["case-b".into(), "case-a".into()], Match::Any));
}

#[test]
fn a_pasted_page_ends_quickly() {
    let engine = engine();
    let text = "民情流水线让群众满意。党员干部下基层".repeat(70);
    let compiled = compile(&text, &kinds(), &Scope::Everywhere).expect("a query");
    let found = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
    assert_eq!(found.matched, Match::Grams);
    assert!(compile(&"党".repeat(400_000), &kinds(), &Scope::Everywhere).is_err());
}
