//! What each format looks like, to the byte.

use super::*;
use crate::report::Block;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Table;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

const OPTIONS: Options = Options { lang: Lang::Zh, width: None, excel: false };

fn say(name: &str, document: &Document, options: &Options) -> String {
    let renderer = renderer(name).expect("a format");
    String::from_utf8((renderer.render)(document, options).expect("rendered")).expect("UTF-8")
}

fn mixed() -> Table {
    let mut table =
        Table::new(vec![Column::text("省 Province"), Column::figures("数量"), Column::figures("%")]);
    table.push(vec!["内蒙古自治区".into(), Cell::Count(9), Cell::Share(0.9)]);
    table.push(vec!["Xi'an 西安|2+X".into(), Cell::Count(1), Cell::Share(0.1)]);
    table.push_summary(vec!["合计".into(), Cell::Count(10), Cell::Empty]);
    table.notes.push("手工核对。".to_owned());
    table
}

#[test]
fn tables_align_by_display_width() {
    assert_eq!(
        say("table", &Document::of(mixed()), &OPTIONS),
        "\
省 Province     数量      %
───────────────────────────
内蒙古自治区       9  90.0%
Xi'an 西安|2+X     1  10.0%
合计              10
注：手工核对。
"
    );
    assert_eq!(
        say("plain", &Document::of(mixed()), &OPTIONS),
        "\
省 Province     数量      %
内蒙古自治区       9  90.0%
Xi'an 西安|2+X     1  10.0%
合计              10
注：手工核对。
"
    );
    assert_eq!(
        say("md", &Document::of(mixed()), &OPTIONS),
        "\
| 省 Province     | 数量 |     % |
| --------------- | ---: | ----: |
| 内蒙古自治区    |    9 | 90.0% |
| Xi'an 西安\\|2+X |    1 | 10.0% |
| 合计            |   10 |       |

注：手工核对。
"
    );
}

#[test]
fn a_narrow_terminal_wraps_and_cuts_no_character() {
    let mut table = Table::new(vec![Column::figures("名次"), Column::text("题目"), Column::text("省")]);
    let title = "“民情流水线”工程的探索与实践 demonstration";
    table.push(vec![Cell::Count(1), title.into(), "甘肃省".into()]);
    for width in [1, 10, 16, 24, 40, 80] {
        let text = say("table", &Document::of(table.clone()), &Options { width: Some(width), ..OPTIONS });
        assert!(text.lines().all(|line| line.width() <= width.max(12)), "{width}\n{text}");
        let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '─').count();
        assert_eq!(kept(&text), kept("名次题目省") + kept(title) + kept("1甘肃省"), "{width}\n{text}");
    }
    let prose = "第2届共收录案例 6 个，其中有正文的 3 个。A demonstration of wrapping.";
    let document = Document { blocks: vec![Block::Paragraph(prose.to_owned())], ..Document::default() };
    assert_eq!(
        say("table", &document, &Options { width: Some(16), ..OPTIONS }),
        "第2届共收录案例\n6 个，其中有正文\n的 3 个。A\ndemonstration of\nwrapping.\n"
    );
}

#[test]
fn nothing_from_a_record_reaches_the_terminal_as_a_control() {
    let evil = "a\u{1b}[31mb\u{9b}2J\u{7f}\u{202e}c\u{2066}\r\nd\te\u{0}";
    let mut table = Table::new(vec![Column::text(evil)]);
    table.push(vec![evil.into()]);
    table.title = Some(evil.to_owned());
    table.notes = vec![evil.to_owned()];
    let blocks = vec![
        Block::Heading { level: 2, text: evil.to_owned() },
        Block::Paragraph(evil.to_owned()),
        Block::List { ordered: true, items: vec![evil.to_owned()] },
        Block::Table(table),
    ];
    let document = Document { title: Some(evil.to_owned()), blocks, ..Document::default() };
    for renderer in RENDERERS.iter().filter(|renderer| !renderer.binary) {
        for width in [None, Some(30)] {
            let bytes = (renderer.render)(&document, &Options { width, ..OPTIONS }).expect("rendered");
            let text = String::from_utf8(bytes).expect("UTF-8");
            let allowed = |c: char| matches!(c, '\n' | '\r' | '\t') || !untrusted::is_control(c);
            assert!(text.chars().all(allowed), "{}: {text:?}", renderer.name);
        }
    }
    assert_eq!(printable(evil), "a\\u{1b}[31mb\\u{9b}2J\\u{7f}\\u{202e}c\\u{2066} d e\\u{0}");
    // JSON only writes them differently.
    let json: serde_json::Value = serde_json::from_str(&say("json", &document, &OPTIONS)).expect("JSON");
    assert_eq!(json["title"], evil);
}

#[test]
fn csv_is_safe_to_open() {
    let mut table = Table::new(vec![Column::text("=标题"), Column::figures("增减")]);
    for text in ["=1+1", "+86", "-5", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "2+X", "a,\"b\"\nc"]
    {
        table.push(vec![text.into(), Cell::Change(-3)]);
    }
    assert_eq!(
        say("csv", &Document::of(table.clone()), &OPTIONS),
        "'=标题,增减\r\n'=1+1,-3\r\n'+86,-3\r\n'-5,-3\r\n'@x,-3\r\n'\tx,-3\r\n\"'\nx\",-3\r\n'＝1,-3\r\n'＋1,-3\r\n\
         '－1,-3\r\n'＠x,-3\r\n2+X,-3\r\n\"a,\"\"b\"\"\nc\",-3\r\n"
    );
    let tsv = say("tsv", &Document::of(table), &OPTIONS);
    assert!(tsv.lines().all(|line| line.split('\t').count() == 2), "{tsv}");
    assert!(tsv.ends_with("2+X\t-3\na,\"b\" c\t-3\n"), "{tsv}");
}

#[test]
fn several_tables_in_one_csv() {
    let mut titled = mixed();
    titled.title = Some("各省".to_owned());
    let blocks = vec![
        Block::Heading { level: 2, text: "一、总体".to_owned() },
        Block::Paragraph("略".to_owned()),
        Block::Table(titled.clone()),
        Block::Table(titled),
    ];
    let document = Document { title: Some("汇总表".to_owned()), blocks, ..Document::default() };
    let rows = "省 Province,数量,%\r\n内蒙古自治区,9,90.0%\r\nXi'an 西安|2+X,1,10.0%\r\n合计,10,\r\n";
    assert_eq!(
        say("csv", &document, &OPTIONS),
        format!("汇总表\r\n\r\n一、总体 各省\r\n{rows}\r\n各省\r\n{rows}")
    );
}

#[test]
fn json_cells_have_their_types() {
    let mut table = Table::new(vec![Column::text("省"), Column::figures("增减"), Column::figures("占比")]);
    table.push(vec!["甘肃省".into(), Cell::Change(-1), Cell::Share(1.0 / 3.0)]);
    table.push_summary(vec![Cell::Empty, Cell::Change(0), Cell::Empty]);
    assert_eq!(
        say("json", &Document::of(table), &OPTIONS),
        "{\"v\":1,\"title\":null,\"blocks\":[{\"type\":\"table\",\"title\":null,\"columns\":[\
         {\"heading\":\"省\",\"type\":\"text\",\"align\":\"left\"},\
         {\"heading\":\"增减\",\"type\":\"change\",\"align\":\"right\"},\
         {\"heading\":\"占比\",\"type\":\"share\",\"align\":\"right\"}],\
         \"rows\":[{\"cells\":[\"甘肃省\",-1,0.333333],\"summary\":false},\
         {\"cells\":[null,0,null],\"summary\":true}],\"notes\":[]}]}\n"
    );
}

#[test]
fn markdown_means_nothing_in_a_title() {
    let blocks = vec![
        Block::Heading { level: 3, text: "“**”与[党建](x) <b>".to_owned() },
        Block::Paragraph("1. 不是列表".to_owned()),
        Block::Paragraph("# 不是标题".to_owned()),
        Block::List { ordered: false, items: vec!["甲_乙".to_owned(), "丙".to_owned()] },
    ];
    let document = Document { title: Some("汇总表".to_owned()), blocks, ..Document::default() };
    assert_eq!(
        say("md", &document, &OPTIONS),
        "# 汇总表\n\n### “\\*\\*”与\\[党建\\](x) &lt;b>\n\n1\\. 不是列表\n\n\\# 不是标题\n\n- 甲\\_乙\n- 丙\n"
    );
}

#[test]
fn formats_are_found_by_name_and_ending() {
    let name = |path: &str| renderer_of(Path::new(path)).map(|renderer| renderer.name);
    assert_eq!(name("2012/汇总表.MD"), Some("md"));
    assert_eq!(name("x.csv"), Some("csv"));
    assert_eq!((name("x"), name("x.exe")), (None, None));
    let empty = Document::of(Table::default());
    for format in RENDERERS {
        assert!(renderer(format.name).is_some_and(|found| found.endings == format.endings));
        assert!(!(format.render)(&empty, &OPTIONS).expect("rendered").is_empty());
    }
}
