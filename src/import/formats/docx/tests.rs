//! Word files built here: numbering, changes, tables, notes, and those that want to do harm.

use std::io::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::import::document::Role;
use crate::import::formats::{Source, read, tests_support::sample};
use crate::import::options::{Options, ToolError, Tools};

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn wrapped(body: &str) -> String {
    format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    )
}

fn docx(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let main = wrapped(body);
    let kinds = parts.iter().map(|(name, _)| {
        let kind: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        format!(
            "<Relationship Id=\"{name}\" Type=\"http://x/relationships/{}\" Target=\"{name}\"/>",
            kind.trim_end_matches("xml")
        )
    });
    let related = format!("<Relationships>{}</Relationships>", kinds.collect::<String>());
    let mut all =
        vec![("word/document.xml".to_owned(), main), ("word/_rels/document.xml.rels".to_owned(), related)];
    all.extend(parts.iter().map(|(name, text)| (format!("word/{name}"), (*text).to_owned())));
    zipped(&all.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

fn open(bytes: &[u8]) -> Result<Source, &'static str> {
    read("x", bytes, &Options::default())
}

fn text(body: &str, parts: &[(&str, &str)]) -> String {
    open(&docx(body, parts)).unwrap().document.text
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn item(list: &str, level: usize, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

const NUMBERING: &str = "<w:numbering><w:abstractNum w:abstractNumId=\"5\">\
    <w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCountingThousand\"/><w:lvlText w:val=\"%1、\"/></w:lvl>\
    <w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCounting\"/><w:lvlText w:val=\"（%2）\"/></w:lvl>\
    <w:lvl w:ilvl=\"2\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:isLgl/><w:lvlText w:val=\"%1.%3.\"/></w:lvl></w:abstractNum>\
    <w:abstractNum w:abstractNumId=\"6\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"\u{f06c}\"/></w:lvl></w:abstractNum>\
    <w:num w:numId=\"1\"><w:abstractNumId w:val=\"5\"/></w:num>\
    <w:num w:numId=\"2\"><w:abstractNumId w:val=\"5\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"7\"/></w:lvlOverride></w:num>\
    <w:num w:numId=\"3\"><w:abstractNumId w:val=\"6\"/></w:num></w:numbering>";

#[test]
fn automatic_numbers_are_written_out() {
    let body = [
        item("1", 0, "甲"),
        item("1", 1, "乙"),
        item("1", 1, "丙"),
        item("1", 0, "丁"),
        item("1", 1, "戊"),
        item("1", 2, "己"),
        item("3", 0, "庚"),
        item("2", 0, "辛"),
        item("1", 0, "壬"),
        item("0", 0, "癸"),
    ];
    let text = text(&body.concat(), &[("numbering.xml", NUMBERING)]);
    assert_eq!(text, "一、甲\n（一）乙\n（二）丙\n二、丁\n（一）戊\n2.1. 己\n• 庚\n七、辛\n八、壬\n癸\n");
}

#[test]
fn styles_bear_numbers_and_levels() {
    let styles = "<w:styles><w:style w:styleId=\"a\"><w:name w:val=\"heading 1\"/><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style>\
        <w:style w:styleId=\"b\"><w:name w:val=\"mine\"/><w:basedOn w:val=\"a\"/><w:pPr><w:numPr><w:ilvl w:val=\"1\"/></w:numPr></w:pPr></w:style>\
        <w:style w:styleId=\"c\"><w:name w:val=\"Title\"/></w:style><w:style w:styleId=\"d\"><w:name w:val=\"toc 1\"/></w:style>\
        <w:style w:styleId=\"h\"><w:name w:val=\"secret\"/><w:rPr><w:vanish/></w:rPr></w:style>\
        <w:style w:styleId=\"loop\"><w:basedOn w:val=\"loop\"/></w:style></w:styles>";
    let styled = |id: &str, text: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{id}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = ["c", "d", "a", "b", "loop", "h"].map(|id| styled(id, id)).concat()
        + "<w:p><w:pPr><w:pStyle w:val=\"a\"/><w:numPr><w:numId w:val=\"0\"/></w:numPr><w:outlineLvl w:val=\"9\"/></w:pPr><w:r><w:t>z</w:t></w:r></w:p>";
    let source = open(&docx(&body, &[("styles.xml", styles), ("numbering.xml", NUMBERING)])).unwrap();
    let document = &source.document;
    assert_eq!(document.text, "c\nd\n一、a\n（一）b\nloop\nz\n");
    let roles: Vec<Role> = document.labels.iter().map(|label| label.role).collect();
    assert_eq!(roles, [Role::Title, Role::Aside("navigation"), Role::Heading(1), Role::Heading(1)]);
    assert_eq!(source.remarks, ["hidden-left-out"]);
}

#[test]
fn what_is_deleted_or_hidden_or_code_is_left_out() {
    let body = "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins></w:p>\
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前半</w:t></w:r></w:p><w:p><w:r><w:t>后半</w:t></w:r></w:p>\
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>显</w:t></w:r></w:p>\
        <w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>PAGE</w:instrText><w:t>码</w:t></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>\
        <w:r><w:t>果</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>\
        <w:p><w:r><w:ruby><w:rt><w:r><w:t>yǎn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>䶮</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>\
        <w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙 &amp;&#x20BB7;</w:t></w:r></w:p>";
    let source = open(&docx(body, &[])).unwrap();
    assert_eq!(source.document.text, "留增\n前半后半\n显\n果\n䶮\n甲\t乙\n丙 &𠮷\n");
    assert_eq!(source.remarks, ["deleted-left-out", "hidden-left-out"]);
}

#[test]
fn boxes_and_notes_and_margins_have_their_places() {
    let text_box = format!("<w:txbxContent>{}{}</w:txbxContent>", p("框一"), p("框二"));
    let body = format!(
        "<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{text_box}</mc:Choice><mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent></w:r>\
         <w:r><w:t>后</w:t><w:endnoteReference w:id=\"9\"/><w:footnoteReference w:id=\"2\"/><w:footnoteReference w:id=\"77\"/></w:r></w:p>{}<w:sectPr/>",
        p("尾")
    );
    let note = |kind: &str, id: u8, text: &str| {
        format!(
            "<w:{kind}s><w:{kind} w:type=\"separator\" w:id=\"-1\">{}</w:{kind}><w:{kind} w:id=\"{id}\">{}</w:{kind}></w:{kind}s>",
            p("线"),
            p(text)
        )
    };
    let (foot, end) = (note("footnote", 2, "脚"), note("endnote", 9, "尾注"));
    let header = format!("<w:hdr>{}</w:hdr>", p("内部资料"));
    let parts = [
        ("footnotes.xml", foot.as_str()),
        ("endnotes.xml", &end),
        ("header1.xml", &header),
        ("header2.xml", &header),
    ];
    let source = open(&docx(&body, &parts)).unwrap();
    assert_eq!(source.document.text, "前后[1][2]\n框一\n框二\n尾\n[1] 尾注\n[2] 脚\n内部资料\n");
    assert_eq!(source.document.labels.len(), 1);
    let broken = docx(&p("好"), &[("footnotes.xml", "<w:footnotes><w:p>"), ("styles.xml", "\u{0}<")]);
    let source = open(&broken).unwrap();
    assert_eq!(
        (source.document.text.as_str(), source.remarks.as_slice()),
        ("好\n", ["broken-part"].as_slice())
    );
}

#[test]
fn merged_cells_are_one() {
    let cell = |props: &str, text: &str| format!("<w:tc><w:tcPr>{props}</w:tcPr>{}</w:tc>", p(text));
    let (start, on) = ("<w:vMerge w:val=\"restart\"/>", "<w:vMerge/>");
    let rows = [
        format!("<w:tr>{}{}</w:tr>", cell(start, "单位"), cell("<w:gridSpan w:val=\"2\"/>", "人数")),
        format!("<w:tr>{}{}{}</w:tr>", cell(on, ""), cell("", "2023年"), cell("", "2024年")),
        format!("<w:tr><w:trPr><w:del/></w:trPr>{}{}</w:tr>", cell("", "删"), cell("", "删")),
        format!("<w:tr>{}{}{}</w:tr>", cell("", "甲"), cell("", "1"), cell("", "2")),
    ];
    let body = format!("{}<w:tbl>{}</w:tbl>{}", p("表"), rows.concat(), p("后"));
    let document = open(&docx(&body, &[])).unwrap().document;
    assert_eq!(document.text, "表\n单位\t人数\n2023年\t2024年\n甲\t1\t2\n后\n");
    let cells: Vec<Vec<(usize, usize, usize)>> = document.tables[0]
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| (cell.column, cell.columns, cell.rows)).collect())
        .collect();
    assert_eq!(
        cells,
        [vec![(0, 1, 2), (1, 2, 1)], vec![(1, 1, 1), (2, 1, 1)], vec![(0, 1, 1), (1, 1, 1), (2, 1, 1)]]
    );
}

#[test]
fn the_hard_sample_is_read_whole() {
    let Some(bytes) = sample("the_hard_sample_is_read_whole", "hard.docx") else { return };
    let source = read("x.txt", &bytes, &Options::default()).unwrap();
    let text = &source.document.text;
    assert_eq!(source.format, "docx");
    for part in [
        "一、自动编号一级",
        "(一)自动编号二级",
        "(二)自动编号二级",
        "\n二、自动编号一级",
        "\n文本框文字\n",
        "内容控件文字",
        "单位\t党员人数\t备注\n2023年\t2024年\n",
        "[1] 脚注内容",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for gone in ["【删除文字】", "隐藏文字", "yǎn", "HYPERLINK"] {
        assert!(!text.contains(gone), "{gone}");
    }
}

#[test]
fn hostile_files_are_refused_quickly() {
    let start = Instant::now();
    let mut huge = b"<w:document><w:body>".to_vec();
    huge.resize(80 << 20, b' ');
    assert_eq!(open(&zipped(&[("word/document.xml", &huge)])), Err("bomb"));
    let deep = format!("{}{}", "<w:p>".repeat(100_000), "</w:p>".repeat(100_000));
    assert_eq!(open(&docx(&deep, &[])), Err("too-deep"));
    assert_eq!(open(&docx("<w:p>", &[])), Err("broken-docx"));
    let whole = docx(&p("案例"), &[]);
    assert_eq!(open(&whole[..whole.len() / 2]), Err("broken-docx"));
    // The directory says that the part is larger than any disk.
    let mut lying = whole.clone();
    let central = memchr::memmem::rfind(&lying, b"PK\x01\x02").unwrap();
    for at in memchr::memmem::find_iter(&whole, b"PK\x01\x02") {
        lying[at + 24..at + 28].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    }
    assert!(central > 0);
    let _ = open(&lying);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

struct Helper(Vec<u8>);

impl Tools for Helper {
    fn to_docx(&self, _: &[u8], ending: &str) -> Option<Result<Vec<u8>, ToolError>> {
        assert_eq!(ending, "wps");
        Some(Ok(self.0.clone()))
    }

    fn pdf_text(&self, _: &[u8]) -> Option<Result<String, ToolError>> {
        None
    }
}

#[test]
fn a_program_helps_where_the_reader_cannot() {
    let helper = Helper(docx(&p("案例正文"), &[]));
    let options = Options { tools: Some(&helper), ..Options::default() };
    let whole = docx(&p("案例"), &[]);
    let source = read("x.wps", &whole[..whole.len() - 30], &options).unwrap();
    assert_eq!((source.reader, source.document.text.as_str()), ("LibreOffice", "案例正文\n"));
    let source = read("x.wps", &whole, &options).unwrap();
    assert_eq!((source.reader, source.document.text.as_str()), ("built-in", "案例\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_comes_back(words in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{feff}\u{200b}<>&\u{fffe}\u{ffff}]{1,30}") {
        prop_assume!(!words.trim().is_empty());
        let read = text(&p(&words), &[]);
        prop_assert_eq!(read.trim(), words.trim());
    }

    #[test]
    fn nothing_that_is_broken_panics(name in prop::sample::select(vec!["hard.docx", "hard.rtf", "case1.odt", "hard.doc", "typst.pdf", "stsong_gbk.pdf"]), cut in 0.0..1.0_f64, flips in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 0..12)) {
        let Some(mut bytes) = sample("nothing_that_is_broken_panics", name) else { return Ok(()) };
        let at = |part: f64, len: usize| ((len as f64 * part) as usize).min(len - 1);
        for (place, byte) in flips {
            let place = at(place, bytes.len());
            bytes[place] ^= byte;
        }
        if cut > 0.5 {
            bytes.truncate(at(cut, bytes.len()));
        }
        let start = Instant::now();
        let _ = open(&bytes);
        prop_assert!(start.elapsed() < Duration::from_secs(31));
    }

    #[test]
    fn a_damaged_text_never_panics(at in 0.0..1.0_f64, piece in "(</?w:(p|tc|tr|tbl|r|t|txbxContent|del|footnote|pPr|fldChar|AlternateContent|Choice)>|<w:p/>|[a-z<&]){1,6}") {
        let row = format!("<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>", p("甲"), item("1", 1, "乙"));
        let body = format!("{}<w:tbl>{row}{row}</w:tbl>{}", p("一"), p("二"));
        let mut place = (body.len() as f64 * at) as usize;
        while !body.is_char_boundary(place) { place -= 1; }
        let body = format!("{}{piece}{}", &body[..place], &body[place..]);
        let _ = open(&docx(&body, &[("numbering.xml", NUMBERING)]));
    }
}
