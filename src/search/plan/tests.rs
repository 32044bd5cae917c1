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
        // What stands in a place.
        ("党员*工程 甲", "(党员*工程 AND \"甲\")"),
        ("题目:黨員*工程", "title:黨員*工程"),
        ("题目:“党员*工程”", "title:\"党员*工程\""),
        ("题目:/^关于.*的通知$/", "title:/^关于.*的通知$/"),
        ("做法:/a/ 等次:最*", "(sections.practice:/a/ AND awards.level=最*)"),
        ("名称:/甲/", "title:/甲/"),
        ("甲\u{200B}*\u{200B}乙", "甲\u{200B}*\u{200B}乙"),
        ("\u{200B}*甲", "\"*甲\""),
        ("党员工程~", "\"党员工程\"~"),
        ("a NEAR/3 \u{200B}", "a NEAR/3 \u{200B}"),
        ("\u{200B} NEAR/3 \u{200B} 甲", "\"甲\""),
        ("同句(党员 -干部) | 甲", "(同句(党员 -干部) OR \"甲\")"),
        // What is no text is asked of the record.
        ("同句(党员 年:2012)", "(同句(党员 年:2012) AND year=2012..2012)"),
        ("-同段(同句(甲 -年:2012))", "NOT (同段(同句(甲 -年:2012)) AND NOT year=2012..2012)"),
        ("同句(年:2012)", "year=2012..2012"),
        ("同句(\u{200B}) 甲", "\"甲\""),
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
        ("甲 /乙(丙/", "query.regex-group", "("),
        ("(/乙[/)", "query.regex-class", "["),
        ("同句(/*乙/ 丙)", "query.regex-repetition", "*"),
        ("同段(/\\y/)", "query.regex-escape", "\\y"),
        ("题目: /\\p{Nix}/", "query.regex-property", "\\p{Nix}"),
        ("a NEAR /(?=b)/", "query.regex-unsupported", "(?="),
        ("a -/a{1000}{1000}/", "query.regex-too-large", "/a{1000}{1000}/"),
    ];
    for (query, key, place) in table {
        let error = read(query).expect_err(query);
        assert_eq!(error.kind.key(), key, "{query}");
        assert_eq!(&query[error.span.start..error.span.end], place);
        assert!(!error.to_string().is_empty());
        assert!(key.starts_with("query.regex") || !error.kind.args().is_empty());
    }
    let error = compile_regex("甲(乙", &kinds(), &Scope::Everywhere).expect_err("no pattern");
    assert_eq!((error.kind.key(), error.span), ("query.regex-group", Span::new(3, 4)));
    let many = "/a/ ".repeat(17);
    assert_eq!(read(&many).expect_err("too many").kind.key(), "query.too-many-regexes");
}

#[test]
fn one_pattern_may_be_the_whole_query() {
    let kinds = kinds();
    let whole = |pattern: &str| compile_regex(pattern, &kinds, &Scope::Everywhere).expect(pattern);
    for pattern in ["甲 | 乙", " 甲", "a/b", "a\\/b", "甲\\", "/"] {
        let Ok(compiled) = compile_regex(pattern, &kinds, &Scope::Everywhere) else {
            assert_eq!(pattern, "甲\\");
            continue;
        };
        let again = read(&compiled.reading).expect(&compiled.reading);
        assert!(matches!(&again.plan, Plan::Placed(_)), "{}", compiled.reading);
    }
    assert_eq!(whole("").plan, Plan::All);
    assert_eq!(whole("甲|乙").reading, "/甲|乙/");
    assert!(compile_regex(&"a".repeat(5000), &kinds, &Scope::Everywhere).is_err());
}

#[test]
fn saved_queries_stand_for_what_they_say() {
    let kinds = kinds();
    let views: Vec<(String, String)> = [
        ("近年", "year:>=2010 | 最近"),
        ("党员", "党员 @近年"),
        ("我", "甲 @你"),
        ("你", "乙 @我"),
        ("坏", "year:x"),
        ("空", ""),
        ("多", "a b c d e f g h"),
        ("式", "/a(/"),
    ]
    .into_iter()
    .map(|(name, query)| (name.to_owned(), query.to_owned()))
    .chain((0..12).map(|n| (format!("d{n}"), format!("@d{}", n + 1))))
    .chain((0..6).map(|n| (format!("w{n}"), format!("@w{} ", n + 1).repeat(60))))
    .chain([("w6".to_owned(), String::new())])
    .collect();
    let language = Language { kinds: &kinds, views: &views };
    let read = |text: &str| compile(text, language, &Scope::Everywhere);
    let plan = |text: &str| read(text).expect(text).plan.to_string();
    assert_eq!(plan("甲 -@近年"), "(\"甲\" AND NOT (year=2010.. OR \"最近\"))");
    assert_eq!(plan("@党员 甲"), "(\"党员\" AND (year=2010.. OR \"最近\") AND \"甲\")");
    assert_eq!(plan("@空 甲"), "\"甲\"");
    assert_eq!(plan("同句(@党员 甲)"), "(同句(@党员 甲) AND year=2010..)");
    let compiled = read("甲 @党员").expect("a query");
    assert_eq!(compiled.reading, "甲 @党员");
    for literal in compiled.plan.literals() {
        assert!(literal.span.end <= "甲 @党员".len());
    }
    let fails = |text: &str| {
        let error = read(text).expect_err(text);
        (error.kind.key(), text[error.span.start..error.span.end].to_owned())
    };
    assert_eq!(fails("丙 @我"), ("query.view-circle", "@我".to_owned()));
    assert_eq!(fails("丙 @d0"), ("query.views-too-deep", "@d0".to_owned()));
    assert_eq!(fails("@坏 丙"), ("query.not-a-number", "@坏".to_owned()));
    assert_eq!(fails("同句(@式)"), ("query.regex-group", "@式".to_owned()));
    assert_eq!(fails(&"@多 ".repeat(40)).0, "query.too-many-terms");
    assert_eq!(fails("@w0").0, "query.too-many-terms");
    let args = read("@党圆").expect("a query").notes[0].kind.args();
    assert_eq!(args, [("name", "党圆".to_owned()), ("nearest", "@党员".to_owned())]);
}

#[test]
fn what_was_guessed_is_said() {
    let keys = |text: &str| {
        let notes = read(text).expect(text).notes;
        notes.iter().map(|note| note.kind.key()).collect::<Vec<_>>()
    };
    assert_eq!(keys("同句(党员 -年:2012)"), ["query.lifted"]);
    assert_eq!(keys("党员 NEAR 年:2012"), ["query.near-as-text"]);
    assert!(keys("党员*工程 /a/ 甲~ 同句(甲 乙) a NEAR b").is_empty());
    assert_eq!(read("（一） 党员 NEAR -甲").expect("a query").reading, "\"（一）\" 党员 \"NEAR\" -甲");
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
