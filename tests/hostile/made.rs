//! Inputs that are too big, or too dangerous to a checkout, to be kept: made when they are needed.

use crate::inputs::Packed;
use std::io::Cursor;
use std::io::Write as _;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

type Make = fn() -> Vec<u8>;

/// Records: class and name, and the bytes.
pub(super) const RECORDS: &[(&str, Make)] = &[
    ("02-alias-quadratic/made", || {
        record(&format!("abstract: &a {}\nnotes:\n{}", "x".repeat(100_000), "  - *a\n".repeat(20_000)))
    }),
    ("04-deep-flow/made-brackets", || record(&format!("notes: {}", "[".repeat(100_000)))),
    ("04-deep-flow/made-braces", || record(&format!("notes: {}", "{a: ".repeat(100_000)))),
    ("05-deep-block/made-questions", || "? ".repeat(100_000).into_bytes()),
    ("05-deep-block/made-colons", || ": ".repeat(100_000).into_bytes()),
    ("06-too-large/one-text", || record(&format!("abstract: {}\n", "案".repeat(6 << 20)))),
    ("06-too-large/one-comment", || record(&format!("#{}\n", "x".repeat(17 << 20)))),
    ("06-too-large/lines", || record(&"# x\n".repeat(5 << 20))),
    ("07-too-many-nodes/items", || record(&format!("themes: [{}]\n", "a,".repeat(300_000)))),
    ("07-too-many-nodes/keys", || record(&numbered(300_000, |n| format!("key{n:06}: 1\n")))),
    ("07-too-many-nodes/mappings", || record(&format!("notes:\n{}", "  - {}\n".repeat(120_000)))),
    // Below the limit: every one of them is a finding of its own.
    ("07-too-many-nodes/almost-keys", || record(&numbered(40_000, |n| format!("key{n:06}: 1\n")))),
    ("07-too-many-nodes/almost-nested", || {
        record(&format!("sections:\n{}", "  - {rle: other, txt: 甲}\n".repeat(15_000)))
    }),
    ("07-too-many-nodes/almost-one-line", || record(&format!("themes: [{}]\n", "甲,".repeat(40_000)))),
    ("08-duplicate-key/made", || record(&"unit: 甲\n".repeat(40_000))),
    ("18-unknown-key/made-long", || record(&format!("? {}\n: 1\n", "k".repeat(1 << 20)))),
];

/// Names of files of one record that fall together on some file systems, and what is found of them.
pub(super) const NAMES: &[(&str, &[&str], &str)] = &[
    ("20-same-id/case", &["bad-one.yaml", "Bad-One.yaml"], "2 1:5 AK0203"),
    ("20-same-id/composed", &["caf\u{e9}.yaml", "cafe\u{301}.yaml"], "3 1:5 AK0203"),
];

/// Documents to import: class and name, and the bytes.
pub(super) const DOCUMENTS: &[(&str, Make)] = &[
    ("21-import-paths/upwards.zip", || named(&["../出去.txt", "a/../../出去.txt", "..././出去.txt"])),
    ("21-import-paths/absolute.zip", || {
        named(&["/etc/绝对.txt", "C:/盘.txt", "//server/share/a.txt", "\\\\?\\C:\\a.txt"])
    }),
    ("21-import-paths/link.zip", || {
        Packed(Vec::new()).with("链接.txt", 0x0800, 0o120_777, "/etc/passwd").bytes()
    }),
    ("21-import-paths/reserved.zip", || {
        named(&["CON.txt", "nul", "a:b.txt", "aux.yaml", "anku.yaml", ".anku/x.txt"])
    }),
    ("21-import-paths/long.zip", || {
        named(&[&format!("{}.txt", "长".repeat(300)), &format!("{}.txt", "a".repeat(3000))])
    }),
    ("21-import-paths/marks.zip", || {
        named(&["\u{1b}[2J.txt", "\u{202e}txt.a", "a\nb.txt", "\u{9b}31m.txt", "a\0b.txt"])
    }),
    ("22-import-archive/bomb.docx", || docx(&format!("<w:p>{}</w:p>", " ".repeat(100 << 20)))),
    ("22-import-archive/entities.docx", || {
        let inner = numbered(9, |n| format!("<!ENTITY e{} \"{}\">", n + 1, format!("&e{n};").repeat(10)));
        let head = format!("<!DOCTYPE d [<!ENTITY e0 \"哈\">{inner}]>");
        package(&[
            ("[Content_Types].xml", TYPES.to_owned()),
            (
                "word/document.xml",
                format!(
                    "{head}<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>"
                ),
            ),
        ])
    }),
    ("22-import-archive/outside.docx", || {
        let head = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        package(&[
            ("[Content_Types].xml", TYPES.to_owned()),
            (
                "word/document.xml",
                format!(
                    "{head}<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
                ),
            ),
        ])
    }),
    ("22-import-archive/deep.docx", || docx(&"<w:tbl>".repeat(20_000))),
    ("22-import-archive/bomb.xlsx", || {
        xlsx(&format!(
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
            "a".repeat(100 << 20)
        ))
    }),
    ("22-import-archive/far-cell.xlsx", || {
        xlsx(
            "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
        )
    }),
    ("22-import-archive/bomb.zip", || {
        package(&[("a.txt", "a".repeat(100 << 20)), ("b.txt", "b".repeat(100 << 20))])
    }),
    ("22-import-archive/nested.zip", || {
        (0..6).fold(named(&["a.txt"]), |inner, n| Packed(Vec::new()).add(format!("{n}.zip"), inner).bytes())
    }),
    ("22-import-archive/many.zip", || {
        named(&numbered(21_000, |n| format!("{n}.txt\n")).lines().collect::<Vec<_>>())
    }),
    ("22-import-archive/locked.zip", || Packed(Vec::new()).with("a.txt", 0x0801, 0o100_644, "x").bytes()),
    ("22-import-archive/large.txt", || "案".repeat(22 << 20).into_bytes()),
    ("23-import-table/wide.csv", || {
        format!("题目,{}\n甲做法,{}\n", "列,".repeat(50_000), "1,".repeat(50_000)).into_bytes()
    }),
    ("23-import-table/cells.csv", || {
        format!("题目,年度\n{}", "推行网格管理的做法,2012\n".repeat(1_100_000)).into_bytes()
    }),
    ("23-import-table/keys.jsonl", || {
        numbered(5_000, |n| format!("{{\"题目\": \"甲{n}\", \"键{n}\": 1}}\n")).into_bytes()
    }),
];

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";

/// A record that begins well.
fn record(rest: &str) -> Vec<u8> {
    format!("id: bad-one\ntitle: 民情流水线\n{rest}").into_bytes()
}

fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// A zip file whose members are called so.
fn named(names: &[&str]) -> Vec<u8> {
    names.iter().fold(Packed(Vec::new()), |zip, name| zip.add(name, "一句话。")).bytes()
}

/// A deflated zip file of these members.
fn package(members: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in members {
        zip.start_file(*name, packed).expect("a member");
        zip.write_all(text.as_bytes()).expect("bytes");
    }
    zip.finish().expect("a zip file").into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    package(&[("[Content_Types].xml", TYPES.to_owned()), ("word/document.xml", document)])
}

fn xlsx(rows: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let roots = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
    package(&[
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", roots),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", links),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}
