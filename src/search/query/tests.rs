//! Tables of queries and how they are read; marks that are text.

use super::*;
use proptest::prelude::*;

const FIELDS: &[&str] = &["title", "题目", "year", "年度", "level", "等次", "region.province", "province"];

fn read(text: &str) -> Result<Parsed, QueryError> {
    let values = ["year", "年度", "level", "等次", "region.province", "province"];
    let shape_of = |word: &str| {
        let shape = if values.contains(&word) { FieldShape::Values } else { FieldShape::Text };
        FIELDS.contains(&word).then_some(shape)
    };
    parse(text, &Names { shape_of: &shape_of, is_view: &|name| name == "最佳" || name == "v" })
}

/// One line without ambiguity: `("党员" & (!title=[x] | 公开))`.
fn tree(ast: &Ast) -> String {
    let join = |items: &[Ast], between: &str| {
        format!("({})", items.iter().map(tree).collect::<Vec<_>>().join(between))
    };
    match &ast.node {
        Node::All => "*".to_owned(),
        Node::Text(text) => text.clone(),
        Node::Phrase(text) => format!("\"{text}\""),
        Node::Wild(text) => format!("wild[{text}]"),
        Node::Regex(text) => format!("regex[{text}]"),
        Node::Loose(text) => format!("loose[{text}]"),
        Node::View(name) => format!("view[{name}]"),
        Node::Field { name, value } if value.regex => format!("{name}=regex[{}]", value.raw),
        Node::Field { name, value } => {
            let items: Vec<&str> = value.items.iter().map(|item| item.text.as_str()).collect();
            format!("{name}=[{}]", items.join("; "))
        }
        Node::Has(name) => format!("{name}=*"),
        Node::And(items) => join(items, " & "),
        Node::Or(items) => join(items, " | "),
        Node::Not(item) => format!("!{}", tree(item)),
        Node::Near { parts, within } => {
            let mut text = tree(&parts[0]);
            for (part, within) in parts[1..].iter().zip(within) {
                text += &format!(" <{within}> {}", tree(part));
            }
            format!("({text})")
        }
        Node::Within { unit, inner } => format!("{}{{{}}}", unit.as_str(), tree(inner)),
    }
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
        // Stars.
        ("党员*工程", "wild[党员*工程]"),
        ("党员＊工程 a", "(wild[党员＊工程] & a)"),
        ("-党员*工程", "!wild[党员*工程]"),
        ("(党员*工程)", "wild[党员*工程]"),
        ("甲(乙)*丙", "wild[甲(乙)*丙]"),
        ("**富蕴县", "**富蕴县"),
        ("富蕴县**", "富蕴县**"),
        ("**富蕴县*镇", "wild[**富蕴县*镇]"),
        ("*党员", "*党员"),
        ("党员*", "党员*"),
        ("甲 * 乙", "(甲 & * & 乙)"),
        ("“党员*工程”", "\"党员*工程\""),
        ("“党员*工程”法", "“党员*工程”法"),
        ("x*y*z*x*y*z*x*y*z", "wild[x*y*z*x*y*z*x*y*z]"),
        ("x*y*z*x*y*z*x*y*z*x", "x*y*z*x*y*z*x*y*z*x"),
        ("title:党员*工程", "title=[党员*工程]"),
        // Regular expressions.
        ("/a b/ c", "(regex[a b] & c)"),
        ("-/a/|/b|c/", "(!regex[a] | regex[b|c])"),
        ("(/a(b)/)", "regex[a(b)]"),
        ("/a\\/b/", "regex[a\\/b]"),
        ("/a\\\\/", "regex[a\\\\]"),
        ("title:/^关于.*的 通知$/ x", "(title=regex[^关于.*的 通知$] & x)"),
        ("title: /a/", "title=regex[a]"),
        ("title:/a/b", "title=[/a/b]"),
        ("level:/a/", "level=[/a/]"),
        ("1/2", "1/2"),
        ("和/或", "和/或"),
        ("/a/b/c", "/a/b/c"),
        ("/a/b/", "/a/b/"),
        ("/usr/lib", "/usr/lib"),
        ("甲 / 乙 / 丙", "(甲 & / & 乙 & / & 丙)"),
        ("//", "//"),
        ("/", "/"),
        ("/a", "/a"),
        ("/a*b", "/a*b"),
        ("/a/~", "loose[/a/]"),
        ("“/a/”", "\"/a/\""),
        // Near.
        ("a NEAR/20 b", "(a <20> b)"),
        ("a NEAR b c", "((a <10> b) & c)"),
        ("x a NEAR/5 b NEAR/6 c | y", "((x & (a <5> b <6> c)) | y)"),
        ("(a | “b c”) NEAR/3 /d/", "((a | \"b c\") <3> regex[d])"),
        ("a NEAR/3(b|c)", "(a <3> (b | c))"),
        ("甲*乙 NEAR 丙", "(wild[甲*乙] <10> 丙)"),
        ("-(a NEAR b)", "!(a <10> b)"),
        ("NEAR", "NEAR"),
        ("NEAR/5", "NEAR/5"),
        ("near a", "(near & a)"),
        ("a near b", "(a & near & b)"),
        ("NEAR a", "(NEAR & a)"),
        ("a NEAR", "(a & NEAR)"),
        ("a NEAR/x b", "(a & NEAR/x & b)"),
        ("a NEARBY b", "(a & NEARBY & b)"),
        ("a NEAR -b", "(a & NEAR & !b)"),
        ("-a NEAR b", "(!a & NEAR & b)"),
        ("a NEAR/2 year:2012", "(a & NEAR/2 & year=[2012])"),
        ("a NEAR (b c)", "(a & NEAR & (b & c))"),
        ("a NEAR @v", "(a & NEAR & view[v])"),
        ("a | NEAR b", "(a | (NEAR & b))"),
        ("a NEAR/99999999999 b", "(a <4294967295> b)"),
        // Units.
        ("同句(党员 -干部)", "同句{(党员 & !干部)}"),
        ("同段（甲|乙）丙", "(同段{(甲 | 乙)} & 丙)"),
        ("同节(甲) SENTENCE(a b) PARAGRAPH(a) SECTION(b)", "(同节{甲} & 同句{(a & b)} & 同段{a} & 同节{b})"),
        ("-同句(甲 同句(乙 丙))", "!同句{(甲 & 同句{(乙 & 丙)})}"),
        ("同段(甲 NEAR/5 乙)", "同段{(甲 <5> 乙)}"),
        ("同句((甲 | 乙) 丙)", "同句{((甲 | 乙) & 丙)}"),
        ("同段", "同段"),
        ("同句 (甲 乙)", "(同句 & (甲 & 乙))"),
        ("同句()", "同句()"),
        ("同句(甲 乙", "(同句(甲 & 乙)"),
        ("同句(甲 乙)丙", "(同句(甲 & 乙)丙)"),
        ("sentence(a b)", "(sentence(a & b))"),
        ("一同句(甲 乙)", "(一同句(甲 & 乙))"),
        // Looser.
        ("党员工程~", "loose[党员工程]"),
        ("“党员 工程”~ a", "(loose[党员 工程] & a)"),
        ("-党员～", "!loose[党员]"),
        ("(党员~ | a)", "(loose[党员] | a)"),
        ("a~b", "a~b"),
        ("~", "~"),
        ("~~", "~~"),
        ("a~~", "a~~"),
        ("2010～2012", "2010～2012"),
        ("“a b”~c", "(\"a b\" & ~c)"),
        // Views.
        ("@v a", "(view[v] & a)"),
        ("-@最佳", "!view[最佳]"),
        ("＠最佳|@v", "(view[最佳] | view[v])"),
        ("(@v)", "view[v]"),
        ("@w", "@w"),
        ("@", "@"),
        ("a@v", "a@v"),
        ("\"@v\"", "\"@v\""),
    ];
    for (query, expected) in table {
        let parsed = read(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(tree(&parsed.ast), expected, "{query}");
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
            Node::Text(text) | Node::Wild(text) => assert_eq!(here, text),
            Node::Regex(text) => assert_eq!(here, format!("/{text}/")),
            Node::Loose(text) | Node::View(text) => assert!(here.contains(text.as_str())),
            Node::Near { parts, .. } => parts.iter().for_each(|part| check(part, query)),
            Node::Within { inner, .. } => {
                assert!(here.starts_with("同句(") && here.ends_with(')'));
                check(inner, query);
            }
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
    let query = "同句(/a b/) 同句(甲*乙 丙) a NEAR/3 (b | c) “d e”~ f~ @v";
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
    for as_text in ["a NEAR -b", "year:1 NEAR b", "a NEAR"] {
        assert_eq!(kinds(as_text), ["query.near-as-text"], "{as_text}");
    }
    assert_eq!(kinds("@w"), ["query.unknown-view"]);
    assert_eq!(kinds("x*y*z*x*y*z*x*y*z*x"), ["query.too-many-stars"]);
    let pasted = "1/2 和/或 a~b 2+X **富蕴县 同段 /a/b/c ~ @ 3* 甲@乙 2010～2012 a / b";
    assert!(kinds(pasted).is_empty() && kinds("NEAR").is_empty());
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
    for odd in
        ["同句(", "a NEAR ", "(a NEAR ", "NEAR(", "/a", "/a/ ", "a*", "*", "~", "a~ ", "@v ", "@", "同句(a) "]
    {
        let _ = key(&odd.repeat(4000 / odd.len()));
    }
    let deep = format!("{}a b{}", "同句(".repeat(400), ")".repeat(400));
    assert_eq!(key(&deep), Err("query.too-deep"));
    for odd in ["(", "((a) ", "(a ", "“", "'", "-", "-(", "|", "(一)", "level:", "level:\"", "NOT("] {
        let _ = key(&odd.repeat(4000 / odd.len()));
    }
}

/// The tree without its places, with text that is written in quotation marks as a phrase.
fn bare(ast: &Ast) -> Ast {
    let mut ast = ast.clone().placed_at(crate::diag::Span::default());
    fn phrases(ast: &mut Ast) {
        match &mut ast.node {
            Node::Text(text) => ast.node = Node::Phrase(std::mem::take(text)),
            Node::And(parts) | Node::Or(parts) | Node::Near { parts, .. } => {
                parts.iter_mut().for_each(phrases);
            }
            Node::Not(part) | Node::Within { inner: part, .. } => phrases(part),
            Node::Field { value, .. } if write::is_open_ended(value) => {
                let text = value.raw.clone();
                value.items = vec![Item { text, quoted: true, span: value.span }];
            }
            _ => {}
        }
    }
    phrases(&mut ast);
    ast
}

fn ast(node: Node) -> Ast {
    Ast { node, span: crate::diag::Span::default() }
}

/// Any tree that a query can have.
fn trees() -> impl Strategy<Value = Ast> {
    let value = |raw: &str, quoted: bool, regex: bool| {
        let item = Item { text: raw.to_owned(), quoted, span: crate::diag::Span::default() };
        Value { raw: raw.to_owned(), regex, items: vec![item], span: crate::diag::Span::default() }
    };
    let place = prop_oneof![
        4 => "[a-c党员]{1,3}".prop_map(Node::Text),
        2 => "[a党 (|*~@/:）“”-]{1,5}|OR|NOT|NEAR/3|title:a".prop_map(Node::Phrase),
        1 => "[a党]{1,2}\\*[b员]{1,2}".prop_map(Node::Wild),
        1 => "[a党]( [b员]|\\\\/|\\|)[a党]".prop_map(Node::Regex),
    ]
    .prop_map(ast);
    let other = prop_oneof![
        "[a党 (*]{0,3}[a党]".prop_map(Node::Loose),
        Just(Node::View("v".into())),
        Just(Node::Has("level".into())),
        "[a党(]{1,3}"
            .prop_map(move |raw| Node::Field { name: "title".into(), value: value(&raw, true, false) }),
        "[1-9]{4}|>=[1-9]"
            .prop_map(move |raw| Node::Field { name: "year".into(), value: value(&raw, false, false) }),
        "[a党]( |)[b员]"
            .prop_map(move |raw| Node::Field { name: "title".into(), value: value(&raw, true, true) }),
    ]
    .prop_map(ast);
    let choice = prop_oneof![
        3 => place.clone(),
        1 => prop::collection::vec(place.clone(), 2..4).prop_map(|parts| ast(Node::Or(parts))),
    ];
    let near = prop::collection::vec((choice, 0u32..40), 2..4).prop_map(|parts| {
        let (parts, mut within): (Vec<Ast>, Vec<u32>) = parts.into_iter().unzip();
        within.pop();
        ast(Node::Near { parts, within })
    });
    let leaf = prop_oneof![4 => place, 1 => other, 1 => near];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let unit = prop::sample::select(vec![Unit::Sentence, Unit::Paragraph, Unit::Section]);
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| ast(Node::And(parts))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| ast(Node::Or(parts))),
            1 => inner.clone().prop_map(|part| ast(Node::Not(Box::new(part)))),
            1 => (unit, inner).prop_map(|(unit, inner)| ast(Node::Within { unit, inner: Box::new(inner) })),
        ]
    })
}

proptest::proptest! {
    #[test]
    fn what_was_read_can_be_written_and_read_again(tree in trees()) {
        let written = tree.to_string();
        let again = read(&written).expect("a query").ast;
        proptest::prop_assert_eq!(bare(&again), bare(&tree), "{}", written);
    }

    #[test]
    fn the_plainest_form_of_any_text_is_plain(
        text in "[a-c党 \u{3000}()（）\"“”'|:：,\\-*.>~/@]{0,30}|(OR |NEAR/3 |同句\\(|NOT |title:|\\(|\\)| |a|\"|\\*|~|/|@v){0,20}"
    ) {
        let first = read(&text).expect("a query").ast;
        let written = first.to_string();
        let again = read(&written).expect("a query").ast;
        proptest::prop_assert_eq!(bare(&again), bare(&first), "{} for {}", written, text);
    }

    #[test]
    fn no_text_is_a_syntax_error(text in "[a-c党 \u{3000}()（）\"“”'|:：,\\-*.>~/@]{0,40}|(OR |NOT |AND |NEAR |NEAR/3 |同句\\(|SECTION\\(|/|~|@v|title:|\\(|\\)| |a|\"){0,30}") {
        let parsed = read(&text);
        proptest::prop_assert!(parsed.is_ok());
    }
}
