//! Tables of queries and how they are read; marks that are text.

use super::*;

const FIELDS: &[&str] = &["title", "题目", "year", "年度", "level", "等次", "region.province", "province"];

fn read(text: &str) -> Result<Parsed, QueryError> {
    let values = ["year", "年度", "level", "等次", "region.province", "province"];
    parse(text, &|word| {
        let shape = if values.contains(&word) { FieldShape::Values } else { FieldShape::Text };
        FIELDS.contains(&word).then_some(shape)
    })
}

#[test]
fn queries_and_their_trees() {
    let table = [
        ("", "*"),
        (" \u{3000} ", "*"),
        ("党员", "党员"),
        ("党员\u{3000}干部", "(党员 & 干部)"),
        ("党员 干部|群众", "((党员 & 干部) | 群众)"),
        ("a OR b c", "(a | (b & c))"),
        ("a AND b", "(a & b)"),
        ("a ｜ b", "(a | b)"),
        ("党建｜引领", "(党建 | 引领)"),
        ("-党员", "!党员"),
        ("NOT 党员", "!党员"),
        ("NOT NOT 党员", "党员"),
        ("NOT(a b)", "!(a & b)"),
        ("a -\"b c\" -(d | e)", "(a & !\"b c\" & !(d | e))"),
        ("A-B", "A-B"),
        ("a - b", "(a & - & b)"),
        ("--a", "--a"),
        ("-OR", "!OR"),
        // Parentheses that group and parentheses that are text.
        ("(a | b) c", "((a | b) & c)"),
        ("（甲 | 乙） 丙", "((甲 | 乙) & 丙)"),
        ("((a b) | c)", "((a & b) | c)"),
        ("(a) OR (b)", "(a | b)"),
        ("-(a)", "!a"),
        ("(title:x)", "title=[x]"),
        ("(启示(一) | b) c", "((启示(一) | b) & c)"),
        ("启示(一)", "启示(一)"),
        ("（一）", "（一）"),
        ("(一)加强 领导", "((一)加强 & 领导)"),
        ("f(x) g", "(f(x) & g)"),
        ("（星级|梯级）管理", "((星级 | 梯级) & 管理)"),
        ("（星级｜梯级）管理 甲", "((星级 | 梯级) & 管理 & 甲)"),
        ("管理（星级|梯级）", "(管理 & (星级 | 梯级))"),
        ("(甲 OR 乙)丙", "((甲 | 乙) & 丙)"),
        ("(甲 乙)丙", "((甲 & 乙)丙)"),
        ("(a|b", "((a | b)"),
        ("x(a|b", "(x(a | b)"),
        ("()", "()"),
        ("(a", "(a"),
        ("(a b", "((a & b)"),
        ("a b)", "(a & b))"),
        ("((a b)", "(((a & b))"),
        // Quotation marks.
        ("\"a b\" c", "(\"a b\" & c)"),
        ("“四议两公开”", "\"四议两公开\""),
        ("「甲 乙」『丙』‘丁’ '戊'", "(\"甲 乙\" & 『丙』‘丁’ & \"戊\")"),
        ("“四议两公开”工作法", "“四议两公开”工作法"),
        ("运用“四议两公开”", "运用“四议两公开”"),
        ("“甲“乙”丙”", "\"甲“乙”丙\""),
        ("'it's me'", "\"it's me\""),
        ("“", "“"),
        ("\"a b", "(\"a & b)"),
        ("\"\"", "\"\""),
        ("\"a | -b\"", "\"a | -b\""),
        // Nothing in free text is an error.
        ("2+X", "2+X"),
        ("1+1", "1+1"),
        ("：", "："),
        ("C#", "C#"),
        ("(", "("),
        (")", ")"),
        ("-", "-"),
        ("|", "|"),
        ("OR", "OR"),
        ("NOT", "NOT"),
        ("||", "||"),
        ("( | )", "( | )"),
        ("a |", "a"),
        ("| a", "a"),
        ("a | | b", "(a | b)"),
        ("a NOT", "a"),
        ("http://x.y", "http://x.y"),
        ("10:30", "10:30"),
        ("foo:bar", "foo:bar"),
        ("a\\b \"c\\\"", "(a\\b & \"c\\\")"),
        // Fields.
        ("year:2012", "year=[2012]"),
        ("年度：2010..2012", "年度=[2010..2012]"),
        ("year:>=2010 党员", "(year=[>=2010] & 党员)"),
        ("level:最佳,优秀", "level=[最佳; 优秀]"),
        ("level:\"最佳 案例\",优秀", "level=[最佳 案例; 优秀]"),
        ("title:“四议 两公开”", "title=[四议 两公开]"),
        ("title:“四议两公开”工作法", "title=[“四议两公开”工作法]"),
        ("title:启示(一)", "title=[启示(一)]"),
        ("(title:a | b)", "(title=[a] | b)"),
        ("-level:*", "!level=*"),
        ("level:\"*\"", "level=[*]"),
        ("region.province:甘肃", "region.province=[甘肃]"),
        ("title:", "title:"),
        ("title: x", "title=[x]"),
        ("年度：\u{3000}2012 党员", "(年度=[2012] & 党员)"),
        ("title: year:2012", "(title: & year=[2012])"),
        ("title: | x", "(title: | x)"),
        ("title: -x", "(title: & !x)"),
        ("title:\nx", "(title: & x)"),
        ("title: OR x", "(title: | x)"),
        ("年度=2012 党员", "(年度=[2012] & 党员)"),
        ("title=x", "title=x"),
        ("\"年度=2012\"", "\"年度=2012\""),
        ("年度=", "年度="),
        ("在年度=2012", "在年度=2012"),
        // Alternatives of one field.
        ("等次:最佳|优秀 党员", "((等次=[最佳] | 等次=[优秀]) & 党员)"),
        ("-等次:最佳｜优秀", "!(等次=[最佳] | 等次=[优秀])"),
        ("等次:最佳 | 优秀", "(等次=[最佳] | 优秀)"),
        ("等次:最佳|年度:2012", "(等次=[最佳] | 年度=[2012])"),
        ("等次:最佳|(a b)", "(等次=[最佳] | (a & b))"),
        ("等次:最佳|", "等次=[最佳]"),
        ("等次:(最佳 | 优秀) 党员", "((等次=[最佳] | 等次=[优秀]) & 党员)"),
        ("等次：（最佳、优秀）", "等次=[最佳; 优秀]"),
        ("title:(甲 OR -乙)", "(title=[甲] | !title=[乙])"),
        ("title:(甲 乙)", "(title=[甲] & title=[乙])"),
        ("title:(一)", "title=[(一)]"),
        ("(等次:(最佳|优秀) a | b)", "(((等次=[最佳] | 等次=[优秀]) & a) | b)"),
        ("等次:最佳、优秀", "等次=[最佳; 优秀]"),
        ("year:a,", "year=[a]"),
        ("\"title:x\"", "\"title:x\""),
    ];
    for (query, tree) in table {
        let parsed = read(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(parsed.ast.to_string(), tree, "{query}");
    }
}

#[test]
fn values_keep_what_was_typed() {
    let parsed = read("title:甲，乙").expect("a query");
    let Node::Field { value, .. } = parsed.ast.node else { panic!("no field") };
    assert_eq!((value.raw.as_str(), value.items.len()), ("甲，乙", 2));
}

#[test]
fn spans_point_into_the_query() {
    fn check(ast: &Ast, query: &str) {
        let here = &query[ast.span.start..ast.span.end];
        match &ast.node {
            Node::Text(text) => assert_eq!(here, text),
            Node::Phrase(text) => assert!(here.contains(text.as_str()) && here.len() > text.len()),
            Node::Field { name, value } => {
                assert!(here.starts_with(name.as_str()));
                for item in &value.items {
                    assert!(query[item.span.start..item.span.end].contains(&item.text));
                }
            }
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| check(part, query)),
            Node::Not(part) => check(part, query),
            Node::All | Node::Has(_) => {}
        }
    }
    let query = "（党员 | “服务 群众”） -干部 level:最佳,\"优 秀\" year:2012";
    check(&read(query).expect("a query").ast, query);
}

#[test]
fn what_looks_like_a_slip_is_noted() {
    let notes = |text: &str| read(text).expect("a query").notes;
    let kinds = |text: &str| notes(text).into_iter().map(|note| note.kind.key()).collect::<Vec<_>>();
    assert_eq!(kinds("foo:bar"), ["query.unknown-field"]);
    assert_eq!(notes("foo:bar")[0].span, crate::diag::Span::new(0, 3));
    assert_eq!(kinds("title:"), ["query.empty-value"]);
    assert_eq!(kinds("a |"), ["query.dangling"]);
    assert_eq!(kinds("a NOT"), ["query.dangling"]);
    assert!(kinds("10:30 http://x.y ：x a:b:").len() <= 1);
    assert!(kinds("|").is_empty());
}

#[test]
fn hostile_queries_end_in_an_answer_or_an_error() {
    let key = |text: &str| read(text).map_err(|error| error.kind.key()).map(|parsed| parsed.ast.node);
    let deep = format!("{}a b{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(key(&deep), Err("query.too-long"));
    let deep = format!("{}a b{}", "(".repeat(1000), ")".repeat(1000));
    assert_eq!(key(&deep), Err("query.too-deep"));
    let deep = format!("{}a b{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert!(key(&deep).is_ok());
    assert_eq!(key(&"NOT ".repeat(20_000)), Err("query.too-long"));
    assert!(key(&format!("{}a", "NOT ".repeat(1000))).is_ok());
    assert_eq!(key(&"党".repeat(400_000)), Err("query.too-long"));
    assert_eq!(key(&"a ".repeat(2000)), Err("query.too-many-terms"));
    assert_eq!(key(&format!("year:{}", "1,".repeat(2000))), Err("query.too-many-terms"));
    for odd in ["(", "((a) ", "(a ", "“", "'", "-", "-(", "|", "(一)", "level:", "level:\"", "NOT("] {
        let _ = key(&odd.repeat(4000 / odd.len()));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_is_a_syntax_error(text in "[a-c党 \u{3000}()（）\"“”'|:：,\\-*.>]{0,40}|(OR |NOT |AND |title:|\\(|\\)| |a|\"){0,30}") {
        let parsed = read(&text);
        proptest::prop_assert!(parsed.is_ok());
    }
}
