//! From words to fields and values: tables of queries and the plans they mean.

use super::super::engine::Scope;
use super::super::query::QueryError;
use super::*;
use crate::search::testing::kinds;

fn read(text: &str) -> Result<Compiled, QueryError> {
    compile(text, &kinds(), &Scope::Everywhere)
}

#[test]
fn queries_and_their_plans() {
    let table = [
        ("", "*"),
        ("黨員 Ａ-b", "(\"党员\" AND \"a-b\")"),
        ("“四议两公开” | 工作法", "(\"四议两公开\" OR \"工作法\")"),
        ("a (b c)", "(\"a\" AND \"b\" AND \"c\")"),
        ("-a", "NOT \"a\""),
        // Text fields look for a string in their values.
        ("title:党员", "title:\"党员\""),
        ("题目：甲，乙", "title:\"甲,乙\""),
        ("unit:组织部", "unit:\"组织部\""),
        ("awards.title:甲", "awards.title:\"甲\""),
        ("小标题:甲", "sections:\"甲\""),
        ("sections:甲", "sections:\"甲\""),
        ("sections.做法:甲", "sections.practice:\"甲\""),
        // Values by name.
        ("等次:最佳", "awards.level=最佳案例"),
        ("level:best", "awards.level=best"),
        ("level:最佳,优秀案例", "(awards.level=最佳案例 OR awards.level=优秀案例)"),
        ("level:最*", "awards.level=最*"),
        ("province:甘肅", "region.province=甘肃*"),
        ("省:甘肃,山东", "(region.province=甘肃* OR region.province=山东*)"),
        ("id:Ab-1", "id=ab-1"),
        ("code:62*", "region.code=62*"),
        ("region.省:甘肃", "region.province=甘肃*"),
        ("kind:case", "kind=case"),
        ("extent:listed", "extent=listed"),
        // Numbers.
        ("year:2012", "year=2012..2012"),
        ("year:2010..2012 党员", "(year=2010..2012 AND \"党员\")"),
        ("年度:>2010", "year=2011.."),
        ("year:<=2010", "year=..2010"),
        ("year:2010,2012..2013", "(year=2010..2010 OR year=2012..2013)"),
        ("score:3", "score=3"),
        ("score:1.5", "score=1.5"),
        ("年:2012年", "year=2012..2012"),
        ("届:第二届,3届", "(edition=2..2 OR edition=3..3)"),
        ("届次:二", "edition=2..2"),
        ("年: 二〇一〇年至2012年", "year=2010..2012"),
        ("年=2012", "year=2012..2012"),
        // Mappings, lists and labels by their names.
        ("正文:党员", "sections:\"党员\""),
        ("段落:党员", "sections:\"党员\""),
        ("地区:山东", "region:\"山东\""),
        ("Region:山东", "region:\"山东\""),
        ("入选名单:甲", "awards:\"甲\""),
        ("入选名单.等次:最佳", "awards.level=最佳案例"),
        ("做法:甲", "sections.practice:\"甲\""),
        ("做法与经过:甲", "sections.practice:\"甲\""),
        ("正文.做法:甲", "sections.practice:\"甲\""),
        ("practice:*", "sections.practice=*"),
        ("地区:622700", "(region:\"622700\" OR region.code=622700)"),
        ("收录:全文,仅列名", "(extent=full OR extent=listed)"),
        ("extent:Full", "extent=full"),
        ("种类:案例", "kind=case"),
        // Alternatives.
        ("等次:最佳|优秀 甲", "((awards.level=最佳案例 OR awards.level=优秀案例) AND \"甲\")"),
        ("等次:(最佳 | 优秀)", "(awards.level=最佳案例 OR awards.level=优秀案例)"),
        ("等次:最佳、优秀", "(awards.level=最佳案例 OR awards.level=优秀案例)"),
        ("title:甲|乙", "(title:\"甲\" OR title:\"乙\")"),
        // Presence.
        ("-level:*", "NOT awards.level=*"),
        ("awards:*", "awards=*"),
        ("摘要:*", "abstract=*"),
        ("内容:*", "sections=*"),
        // A word that means different things in two kinds asks for either.
        ("名称:甲", "(title:\"甲\" OR name=甲*)"),
        // What is nothing when folded is left out.
        ("a \u{200B}", "\"a\""),
        ("\u{200B}", "*"),
        ("-\" \"", "*"),
        ("foo:bar", "\"foo:bar\""),
    ];
    for (query, plan) in table {
        let compiled = read(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(compiled.plan.to_string(), plan, "{query}");
    }
}

#[test]
fn impossible_values_are_errors_with_their_place() {
    let table = [
        ("党员 year:abc", "query.not-a-number", "abc"),
        ("year:2012..2010", "query.empty-range", "2012..2010"),
        ("year:2010,x", "query.not-a-number", "x"),
        ("year:9999999999999999999", "query.not-a-number", "9999999999999999999"),
        ("year:＞", "query.not-a-number", "＞"),
        ("level:>=3", "query.not-comparable", ">=3"),
        ("id:a..b", "query.not-comparable", "a..b"),
        ("score:x", "query.not-a-number", "x"),
        ("score:1..2", "query.not-comparable", "1..2"),
        ("score:>1", "query.not-comparable", ">1"),
        ("score:＞1", "query.not-comparable", "＞1"),
        ("secret:x", "query.not-indexed", "secret:x"),
        ("省:\"\"", "query.no-value", "省:\"\""),
        ("甲 title:\" \"", "query.no-value", "title:\" \""),
    ];
    for (query, key, place) in table {
        let error = read(query).expect_err(query);
        assert_eq!(error.kind.key(), key, "{query}");
        assert_eq!(&query[error.span.start..error.span.end], place);
        assert!(!error.to_string().is_empty() && !error.kind.args().is_empty());
    }
}

#[test]
fn slips_are_noted_with_what_is_near() {
    let notes = |text: &str| read(text).expect("a query").notes;
    let args = |text: &str| notes(text)[0].kind.args();
    assert!(args("tilte:x").contains(&("nearest", "title".to_owned())));
    assert!(args("level:最佳案列").contains(&("nearest", "最佳案例".to_owned())));
    assert!(args("等次:最加").contains(&("nearest", "最佳案例".to_owned())));
    assert!(
        args("等次:最加").iter().any(|(name, list)| *name == "allowed" && list.starts_with("最佳案例\n"))
    );
    assert!(args("收录:全").iter().any(|(name, list)| *name == "allowed" && list == "full\nlisted"));
    assert!(args("入选名弹:x").contains(&("nearest", "入选名单".to_owned())));
    assert_eq!(notes("a \u{200B}")[0].kind.key(), "query.empty-term");
    assert!(notes("level:最佳 province:甘肃 title:x").is_empty());
}

#[test]
fn codes_are_asked_for_whole() {
    let plan = |text: &str| read(text).expect("a query").plan.to_string();
    assert!(plan("522200").contains("region.code=522200") && plan("522200").contains("id=522200"));
    assert!(plan("“Ab-1”").contains("id=ab-1"));
    for text in ["abc", "a+bc", "党员党员", "title:abcd"] {
        assert!(!plan(text).contains("OR"), "{text}");
    }
    assert!(!plan("practice").contains("sections"));
    assert!(!condition("甲 -乙", &kinds()).expect("a query").plan.widens());
}

#[test]
fn scopes_and_flags() {
    let kinds = kinds();
    let scope = section_scope("做法,results", &kinds).expect("roles");
    assert_eq!(scope, Scope::Labels(vec!["sections.practice".into(), "sections.results".into()]));
    let compiled = compile("党员 title:甲 -干部", &kinds, &scope).expect("a query");
    let label = "sections.practice,sections.results";
    assert_eq!(
        compiled.plan.to_string(),
        format!("({label}:\"党员\" AND title:\"甲\" AND NOT {label}:\"干部\")")
    );
    assert_eq!(section_scope("做发", &kinds).expect_err("no role").kind.key(), "query.unknown-section");

    let mut notes = Vec::new();
    let mut flag = |name: &str, value: &str| {
        let plan = filter(name, value, &kinds, &mut notes).expect("a filter");
        plan.map(|plan| plan.to_string())
    };
    assert_eq!(flag("year", "2010..2012").as_deref(), Some("year=2010..2012"));
    assert_eq!(
        flag("province", "甘肃, 山东").as_deref(),
        Some("(region.province=甘肃* OR region.province=山东*)")
    );
    assert_eq!(flag("title", "甲 乙").as_deref(), Some("title:\"甲 乙\""));
    assert_eq!(flag("level", "*").as_deref(), Some("awards.level=*"));
    assert_eq!(flag("edition", "第二届").as_deref(), Some("edition=2..2"));
    assert_eq!(flag("nothing", "x"), None);
    assert!(filter("year", "x", &kinds, &mut notes).is_err());
    for empty in ["", " ", ",", "\u{200B}"] {
        let error = filter("province", empty, &kinds, &mut notes).expect_err("nothing is no value");
        assert_eq!(error.kind.key(), "query.no-value");
    }
}
