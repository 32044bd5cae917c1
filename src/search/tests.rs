//! The whole way from query to hits, over the engine that scans.

use super::testing::{kinds, record};
use super::*;
use crate::text::fold;
use proptest::prelude::*;

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
    let found = find(&compiled.plan, &engine, &Options { exact, top: None }).expect("an answer");
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
    assert_eq!((found, result.matched), (vec!["case-b".to_owned()], Match::Words));

    // Filters and NOT stay required.
    let (found, result) = ask("干部群众 -星级 year:2010..2012", false);
    assert_eq!((found, result.matched), (vec!["case-a".to_owned()], Match::Any));
    let (found, result) = ask("民情流水线 year:1999", false);
    assert!(found.is_empty() && result.matched == Match::Exact);
    let missing = MissingTerm { term: "民情流水线".into(), records: 2, number: None };
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
    let found = find(&compiled.plan, &engine, &Options { exact: true, top: None }).expect("an answer");
    assert_eq!(found.missing[0].records, 1);
    // A string found as a code is not missing, whatever else is.
    assert_eq!(ask("case-b 没有", true).1.missing.len(), 1);
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
    // Half of the letters will do.
    assert_eq!(ask("民情分析", false).1.matched, Match::Words);
    assert!(!ask("星级分析室", false).0.contains(&"case-b".to_owned()));
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

/// What a plan means, said as plainly as can be.
fn holds(plan: &Plan, title: &str, text: &str, year: i64) -> bool {
    let each = |part: &Plan| holds(part, title, text, year);
    match plan {
        Plan::All => true,
        // None of the records has an id that these strings could equal.
        Plan::Literal(Literal { needle, .. }) => {
            let values = [("title", title), ("abstract", text)];
            let mut values = values.iter().filter(|(label, _)| needle.scope.covers(label));
            values.any(|(_, value)| fold::fold(value).contains(&needle.text))
        }
        Plan::Range { low, high, .. } => {
            low.is_none_or(|low| low <= year) && high.is_none_or(|high| year <= high)
        }
        Plan::Keyword { .. } | Plan::Loose(_) | Plan::Placed(_) => false,
        Plan::Has(field) => field == "abstract" || field == "year",
        Plan::And(parts) => parts.iter().all(each),
        Plan::Or(parts) => parts.iter().any(each),
        Plan::Not(part) => !each(part),
    }
}

fn query() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => "[甲乙丙黨党a]{1,3}",
        1 => "title:[甲乙党]{1,2}",
        1 => "\"[甲乙 ]{1,4}\"",
        1 => (1990i64..1995, 0i64..3).prop_map(|(low, more)| format!("year:{low}..{}", low + more)),
        1 => Just("year:>=1992".to_owned()),
        1 => Just("province:甘肃".to_owned()),
        1 => Just("-year:*".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" "))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" | "))),
            inner.prop_map(|part| format!("NOT ({part} )")),
        ]
    })
}

proptest! {
    #[test]
    fn scanning_agrees_with_the_meaning(
        query in query(),
        texts in prop::collection::vec(("[甲乙丙党]{1,4}", "[甲乙丙黨党Ａa \n]{1,12}", 1990i64..1995), 0..12),
    ) {
        let kinds = kinds();
        let records = texts.iter().enumerate().map(|(i, (title, text, year))| {
            // As YAML in double quotes, so that line breaks and blanks survive.
            let text = text.replace('\n', "\\n");
            record(&kinds[0], &format!("id: case-{i}\ntitle: {title}\nabstract: \"x{text}\"\nyear: {year}\n"))
        });
        let engine = ScanEngine::new(&kinds, records);
        let compiled = compile(&query, &kinds, &Scope::Everywhere).expect("a query");
        let exact = find(&compiled.plan, &engine, &Options { exact: true, top: None }).expect("an answer");
        let found = exact.docs(engine.slots());
        for (doc, (title, text, year)) in (0..).zip(&texts) {
            let expected = holds(&compiled.plan, title, &format!("x{text}"), *year);
            prop_assert_eq!(found.contains(doc), expected, "{} on {} {:?} {}", compiled.plan, title, text, year);
        }
        prop_assert_eq!(exact.hits.len(), found.count());
        // Widening never loses what is there, and hides nothing.
        let wide = find(&compiled.plan, &engine, &Options::default()).expect("an answer");
        if exact.hits.is_empty() {
            prop_assert!(wide.matched != Match::Exact || wide.hits.is_empty());
        } else {
            prop_assert_eq!(wide.hits, exact.hits);
        }
    }
}
