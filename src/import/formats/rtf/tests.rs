//! RTF built here, and the samples beside the repository.

use proptest::prelude::*;

use crate::import::document::Role;
use crate::import::formats::{Source, read, tests_support::sample};
use crate::import::options::Options;

fn open(bytes: &[u8]) -> Result<Source, &'static str> {
    read("x", bytes, &Options::default())
}

fn text(inside: &str) -> String {
    open(format!("{{\\rtf1\\ansi\\ansicpg936{inside}}}").as_bytes()).unwrap().document.text
}

#[test]
fn every_way_to_write_han_is_read() {
    assert_eq!(text("\\'b0\\'b8\\'c0\\'fd\\par"), "案例\n");
    assert_eq!(text("\\u26696?\\u20363 ?"), "案例\n");
    assert_eq!(text("\\uc2\\u26696\\'b0\\'b8\\uc0\\u20363{\\uc1 x}"), "案例x\n");
    assert_eq!(text("\\uc1\\u-10178?\\u-8265?"), "🮷\n");
    assert_eq!(text("{\\upr{no}{\\*\\ud yes}}{\\info{\\title{\\upr{no}{\\*\\ud no}}}}"), "yes\n");
    let western = "{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset136 Ming;}}";
    assert_eq!(text(&format!("{western}\\f0 \\'b0\\'b8 a {{\\f1 \\'ae\\'d7}} b")), "案 a 案 b\n");
}

#[test]
fn what_no_reader_sees_is_left_out() {
    let inside = "{\\info{\\title no}}{\\stylesheet{\\s1\\outlinelevel0 heading 1;}{\\s2 Title;}}{\\*\\unknown no}\\pard\\s2 Tit\\par\\pard\\s1 Head\\par\\pard a{\\deleted no}{\\v no}\
        {\\field{\\*\\fldinst HYPERLINK no}{\\fldrslt b}}{\\footnote\\pard note\\par}{\\header head\\par}{\\pict\\bin4 {}{}0102}c{\\*\\shpinst{\\sp{\\sn no}{\\sv no}}{\\shptxt\\pard box\\par}}\\line d\\par\
        {\\listtext\\pard 1.\\tab}item\\par";
    let source = open(format!("{{\\rtf1\\ansi{inside}}}").as_bytes()).unwrap();
    assert_eq!(source.document.text, "Tit\nHead\nab[1]c\nd\nbox\n1. item\n[1] note\nhead\n");
    let roles: Vec<Role> = source.document.labels.iter().map(|label| label.role).collect();
    assert_eq!(roles, [Role::Title, Role::Heading(1), Role::Aside("page-furniture")]);
    assert_eq!(source.remarks, ["deleted-left-out", "hidden-left-out"]);
}

#[test]
fn tables_keep_their_merges() {
    let inside = "x\\par\\trowd\\clvmgf\\cellx1000\\cellx3000\\pard\\intbl a\\cell b\\cell\\row\
        \\trowd\\clvmrg\\cellx1010\\cellx2000\\cellx3000\\pard\\intbl \\cell c\\par d\\cell e\\cell\\row\\pard y\\par";
    let source = open(format!("{{\\rtf1{inside}}}").as_bytes()).unwrap();
    assert_eq!(source.document.text, "x\na\tb\nc d\te\ny\n");
    let rows = &source.document.tables[0].rows;
    let shape =
        |row: usize| rows[row].cells.iter().map(|c| (c.column, c.columns, c.rows)).collect::<Vec<_>>();
    assert_eq!(shape(0), [(0, 1, 2), (1, 2, 1)]);
    assert_eq!(shape(1), [(1, 1, 1), (2, 1, 1)]);
}

#[test]
fn the_samples_are_read() {
    let test = "the_samples_are_read";
    let (Some(gbk), Some(hard)) = (sample(test, "gbk.rtf"), sample(test, "hard.rtf")) else { return };
    let source = open(&gbk).unwrap();
    assert_eq!(
        source.document.text,
        "党建引领基层治理典型案例\n一、基本情况2024年,党员41人\n🮷人。\n单位\t人数\n二连\t41\n结束\n"
    );
    let text = open(&hard).unwrap().document.text;
    for part in [
        "\n一、自动编号一级",
        "\n(二)自动编号二级",
        "\n二、自动编号一级",
        "结束。[1]\n",
        "\n文本框文字\n",
        "\n[1] 脚注内容",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for gone in ["【删除文字】", "隐藏文字", "HYPERLINK"] {
        assert!(!text.contains(gone), "{gone}");
    }
}

#[test]
fn groups_without_end_are_refused() {
    assert_eq!(open(format!("{{\\rtf1{}", "{".repeat(100_000)).as_bytes()), Err("too-deep"));
    let source = open(b"{\\rtf1 abc{def").unwrap();
    assert_eq!(
        (source.document.text.as_str(), source.remarks.as_slice()),
        ("abcdef\n", ["cut-off"].as_slice())
    );
}

proptest! {
    #[test]
    fn no_rtf_panics(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "\\", "\\'", "\\'c", "\\u-", "\\u55357?", "\\par", "\\cell", "\\row", "\\trowd", "\\cellx9", "\\cellx-99999999999", "\\intbl", "\\pard", "\\clvmrg",
        "{\\footnote ", "{\\header ", "{\\*\\shpinst{\\shptxt ", "\\bin9", "\\bin-9", "\\uc99999", "\\s1", "{\\stylesheet{", "\\listtext", "案", " ", "\\*", "\\itap3", "\\nestrow", "\\plain",
    ]), 0..60)) {
        let _ = open(format!("{{\\rtf1{}", pieces.concat()).as_bytes());
    }
}
