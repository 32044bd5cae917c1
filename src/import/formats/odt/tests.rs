//! OpenDocument texts built here, and the sample beside the repository.

use std::io::Write as _;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::import::document::Role;
use crate::import::formats::{Source, read, tests_support::sample};
use crate::import::options::Options;

fn odt(styles: &str, content: &str, manifest: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("styles.xml", styles),
        ("content.xml", content),
        ("META-INF/manifest.xml", manifest),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn open(bytes: &[u8]) -> Result<Source, &'static str> {
    read("x", bytes, &Options::default())
}

const STYLES: &str = "<office:document-styles><office:styles><style:style style:name=\"Title\"/>\
    <text:outline-style style:name=\"Outline\"><text:outline-level-style text:level=\"1\" style:num-format=\"一, 二, 三, ...\" style:num-suffix=\"、\"/>\
    <text:outline-level-style text:level=\"2\" style:num-format=\"\"/></text:outline-style></office:styles>\
    <office:master-styles><style:master-page><style:footer><text:p>第<text:page-number>1</text:page-number>页</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>";

fn content(text: &str) -> String {
    format!(
        "<office:document-content><office:automatic-styles><style:style style:name=\"P1\" style:parent-style-name=\"Title\"/>\
         <style:style style:name=\"T1\"><style:text-properties text:display=\"none\"/></style:style>\
         <text:list-style style:name=\"L1\"><text:list-level-style-number text:level=\"1\" style:num-format=\"1\" style:num-suffix=\".\"/>\
         <text:list-level-style-number text:level=\"2\" style:num-format=\"一, 二, 三, ...\" loext:num-list-format=\"（%2%）\"/></text:list-style>\
         </office:automatic-styles><office:body><office:text>{text}</office:text></office:body></office:document-content>"
    )
}

#[test]
fn a_text_is_read_with_its_numbers_notes_and_tables() {
    let text = "<text:tracked-changes><text:changed-region><text:deletion><text:p>删</text:p></text:deletion></text:changed-region></text:tracked-changes>\
        <text:p text:style-name=\"P1\">题目</text:p><text:h text:outline-level=\"1\">背景</text:h><text:h text:outline-level=\"2\">（一）现状</text:h><text:h text:outline-level=\"1\">做法</text:h>\
        <text:p>甲<text:span text:style-name=\"T1\">隐</text:span>\n  乙<text:s text:c=\"2\"/>丙<text:tab/>丁<text:line-break/>戊<office:annotation><text:p>批注</text:p></office:annotation>\
        <text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation><text:note-body><text:p>来源</text:p></text:note-body></text:note>\
        <draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame>己&amp;</text:p>\
        <text:list text:style-name=\"L1\"><text:list-item><text:p>子</text:p><text:p>续</text:p><text:list><text:list-item><text:p>丑</text:p></text:list-item></text:list></text:list-item></text:list><text:p>间</text:p>\
        <text:list text:style-name=\"L1\" text:continue-numbering=\"true\"><text:list-item><text:p>寅</text:p></text:list-item></text:list>\
        <text:list text:style-name=\"L1\"><text:list-item><text:p>卯</text:p></text:list-item></text:list>\
        <table:table><table:table-row><table:table-cell table:number-rows-spanned=\"2\"><text:p>单位</text:p></table:table-cell><table:table-cell table:number-columns-spanned=\"2\"><text:p>人数</text:p></table:table-cell><table:covered-table-cell/></table:table-row>\
        <table:table-row><table:covered-table-cell/><table:table-cell><text:p>2023</text:p></table:table-cell><table:table-cell><text:p>2024</text:p></table:table-cell></table:table-row></table:table>";
    let source = open(&odt(STYLES, &content(text), "")).unwrap();
    let document = &source.document;
    assert_eq!(
        document.text,
        "题目\n一、背景\n（一）现状\n二、做法\n甲 乙  丙\t丁\n戊[1]己&\n框\n1. 子\n续\n（一）丑\n间\n2. 寅\n1. 卯\n单位\t人数\n2023\t2024\n[1] 来源\n第1页\n"
    );
    let roles: Vec<Role> = document.labels.iter().map(|label| label.role).collect();
    let heading = Role::Heading;
    assert_eq!(roles, [Role::Title, heading(1), heading(2), heading(1), Role::Aside("page-furniture")]);
    let row = &document.tables[0].rows[1];
    assert_eq!(row.cells.iter().map(|cell| cell.column).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(source.remarks, ["deleted-left-out", "hidden-left-out"]);
}

#[test]
fn broken_and_locked_files_are_refused() {
    let locked = odt(STYLES, "noise", "<manifest:encryption-data/>");
    assert_eq!(open(&locked), Err("encrypted"));
    assert_eq!(open(&odt(STYLES, "<office:text><text:p>", "")), Err("broken-odt"));
    let whole = odt(STYLES, &content("<text:p>好</text:p>"), "");
    assert_eq!(open(&whole[..whole.len() / 2]), Err("broken-odt"));
    let half = odt("<office:styles><style:footer>", &content("<text:p>好</text:p>"), "");
    let source = open(&half).unwrap();
    assert_eq!(
        (source.document.text.as_str(), source.remarks.as_slice()),
        ("好\n", ["broken-part"].as_slice())
    );
    let repeated = "<table:table><table:table-row><table:table-cell table:number-columns-repeated=\"1000000000\"/></table:table-row></table:table><text:p>好<text:s text:c=\"4000000000\"/></text:p>";
    assert_eq!(open(&odt("<a/>", &content(repeated), "")).unwrap().document.text, "好\n");
}

#[test]
fn the_sample_says_what_the_word_file_says() {
    let test = "the_sample_says_what_the_word_file_says";
    let (Some(odt), Some(docx), Some(rtf)) =
        (sample(test, "case1.odt"), sample(test, "case1.docx"), sample(test, "case1.rtf"))
    else {
        return;
    };
    let text = |bytes: &[u8]| open(bytes).unwrap().document.text;
    assert!(text(&odt) == text(&docx), "odt and docx differ");
    assert!(text(&odt) == text(&rtf), "odt and rtf differ");
}
