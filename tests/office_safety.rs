//! Spreadsheets and documents that hold what nobody wants in them: formulas that a record brings, characters that
//! XML forbids, very long texts, very many rows. Read back with calamine and quick-xml, opened with LibreOffice.

use crate::support::isolated;
use crate::support::run;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Options;
use anku::report::renderer;
use anku::table::Cell;
use anku::table::Column;
use anku::table::Table;
use calamine::DataType as _;
use calamine::Reader as _;
use calamine::Xlsx;
use quick_xml::events::Event;
use std::io::Cursor;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

/// What makes a formula, a link or a command of a cell in some spreadsheet (OWASP, CSV Injection), and what stands
/// before it so that a look at the first character does not see it.
const FORMULAS: &[&str] = &[
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    "=cmd|'/C calc'!A0",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "=HYPERLINK(\"http://127.0.0.1:9/?\"&A1,\"点这里\")",
    "=WEBSERVICE(\"http://127.0.0.1:9/\")",
    "=IMPORTXML(CONCAT(\"http://127.0.0.1:9/\",A1),\"//a\")",
    " =1+1",
    "\u{a0}=1+1",
    "\u{3000}=1+1",
    "'=1+1",
    "\"=1+1\"",
    "\",=1+1,\"",
    "\"\n=1+1",
    ";=1+1;",
    "\u{feff}=1+1",
    "\u{200b}=1+1",
    "{=1+1}",
    "=1+1\u{0}",
    "_x003D_1+1",
    "[=1+1]",
];

fn drawn(format: &str, document: &Document, excel: bool) -> Vec<u8> {
    let options = Options { lang: Lang::Zh, width: None, excel };
    (renderer(format).expect("a format").render)(document, &options).expect("rendered")
}

/// A document with texts in all places.
fn document(texts: &[String]) -> Document {
    let at = |place: usize| texts[place % texts.len()].clone();
    let mut table = Table::new(vec![Column::text(at(0)), Column::text(at(1)), Column::figures(at(2))]);
    table.columns[1].group = Some(at(3));
    table.columns[2].group = Some(at(3));
    table.title = Some(at(4));
    for (number, text) in texts.iter().enumerate() {
        table.push(vec![Cell::Text(text.clone()), Cell::Text(text.clone()), Cell::Count(number as i64)]);
    }
    table.push_summary(vec![Cell::Text(at(5)), Cell::Empty, Cell::Count(1)]);
    table.notes = vec![at(6)];
    Document {
        title: Some(at(7)),
        blocks: vec![
            Block::Heading { level: 2, text: at(8) },
            Block::Paragraph(at(9)),
            Block::List { ordered: false, items: texts.to_vec() },
            Block::Table(table),
        ],
        ..Document::default()
    }
}

/// The XML files of a package.
fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let names = archive.file_names().map(|name| name.expect("a name").into_owned());
    let names: Vec<String> = names.collect();
    let xml = names.into_iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels"));
    xml.map(|name| {
        let mut text = String::new();
        archive.by_name(&name).expect("a part").read_to_string(&mut text).expect("UTF-8");
        (name, text)
    })
    .collect()
}

/// Why a text is no XML 1.0; references are looked up too.
fn malformed(text: &str) -> Option<String> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        return Some(format!("{c:?}"));
    }
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return (depth != 0).then(|| "an element is not closed".to_owned()),
            Ok(Event::Start(start)) => {
                depth += 1;
                if let Some(error) = start.attributes().find_map(Result::err) {
                    return Some(error.to_string());
                }
            }
            Ok(Event::End(_)) => depth -= 1,
            Ok(Event::GeneralRef(reference)) => {
                let number = reference.resolve_char_ref();
                match number {
                    Ok(Some(c)) if !allowed(c) => return Some(format!("a reference to {c:?}")),
                    Ok(_) => {}
                    Err(error) => return Some(error.to_string()),
                }
            }
            Ok(_) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
}

/// A file as LibreOffice reads it, in another of its formats; `None`, with a word about it, where there is none.
fn reread(test: &str, folder: &Path, name: &str, bytes: &[u8], to: &str) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("soffice").is_file()) {
        eprintln!("SKIPPED {test}: no LibreOffice on the PATH");
        return None;
    }
    std::fs::write(folder.join(name), bytes).expect("written");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = isolated("soffice", folder);
    office.env("HOME", folder).args([&profile, "--headless", "--convert-to", to, name]);
    run(&mut office).ends(0);
    let made = std::fs::read_to_string(folder.join(name).with_extension(to));
    if made.is_err() {
        eprintln!("SKIPPED {test}: LibreOffice is there without the part for {name}");
    }
    made.ok()
}

#[test]
fn no_text_becomes_a_formula() {
    let test = "no_text_becomes_a_formula";
    let texts: Vec<String> = FORMULAS.iter().map(|text| (*text).to_owned()).collect();
    let document = document(&texts);
    let book = drawn("xlsx", &document, false);
    let mut formulas = 0;
    for (name, text) in parts(&book).iter().filter(|(name, _)| name.starts_with("xl/worksheets/")) {
        formulas += text.matches("<f>").count() + text.matches("<f ").count();
        assert!(!text.contains("<hyperlink ") || !text.contains("127.0.0.1"), "{name}");
    }
    assert_eq!(formulas, 0);
    // As calamine reads it, every text is there as a text.
    let mut read = Xlsx::new(Cursor::new(book.as_slice())).expect("a workbook");
    let sheets: Vec<String> = read.sheet_names();
    let mut strings = 0;
    for sheet in &sheets {
        assert!(read.worksheet_formula(sheet).expect("a sheet").used_cells().next().is_none(), "{sheet}");
        strings += read
            .worksheet_range(sheet)
            .expect("a sheet")
            .used_cells()
            .filter(|cell| cell.2.is_string())
            .count();
    }
    assert!(strings > 2 * FORMULAS.len());
    // CSV and TSV: no value begins as a formula does.
    let mut neutral = 0;
    for (format, excel) in [("csv", false), ("csv", true), ("tsv", false)] {
        let bytes = drawn(format, &document, excel);
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(if format == "csv" { b',' } else { b'\t' });
        let text = text.trim_start_matches('\u{feff}');
        for row in reader.quoting(format == "csv").from_reader(text.as_bytes()).records() {
            for cell in row.expect("a row").iter() {
                let bare = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
                assert!(!bare, "{format}: {cell:?}");
                neutral += usize::from(cell.starts_with('\''));
            }
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let raw = "x\n=1+1\n";
    if let Some(seen) = reread(test, folder.path(), "raw.csv", raw.as_bytes(), "fods") {
        assert!(seen.contains("table:formula"), "LibreOffice makes no formulas of CSV: no test");
        for (name, bytes) in [
            ("a.csv", drawn("csv", &document, false)),
            ("b.csv", drawn("csv", &document, true)),
            ("c.xlsx", book.clone()),
        ] {
            let seen = reread(test, folder.path(), name, &bytes, "fods").expect("a file that opens");
            assert!(!seen.contains("table:formula"), "{name}");
            assert!(seen.contains("cmd|") && !seen.contains("xlink:href=\"http://127"), "{name}");
        }
    }
    eprintln!(
        "formulas: {} payloads, {formulas} formula cells, {neutral} cells made harmless in CSV and TSV",
        FORMULAS.len()
    );
}

#[test]
fn what_xml_forbids_and_long_texts_make_sound_files() {
    let test = "what_xml_forbids_and_long_texts_make_sound_files";
    // Production 2 of XML 1.0 forbids these; surrogates no string can hold.
    let forbidden: Vec<char> = ('\0'..=' ')
        .chain(['\u{fffe}', '\u{ffff}'])
        .filter(|c| !matches!(c, '\t' | '\n' | '\r' | ' '))
        .collect();
    assert_eq!(forbidden.len(), 31);
    let mut texts: Vec<String> = forbidden.iter().map(|c| format!("前{c}后")).collect();
    texts.extend(forbidden.iter().map(char::to_string));
    texts.push(forbidden.iter().collect());
    // Planes whose last two code points are no characters, which XML allows; what XML itself means by something.
    texts.extend(
        (1..=16).map(|plane| format!("末{}", char::from_u32(plane << 16 | 0xffff).expect("a character"))),
    );
    texts.extend(
        ["]]>", "<!--", "&#0;", "&#x1;", "_x0001_", "<?xml?>", "\u{85}\u{2028}", "e\u{301}"]
            .map(str::to_owned),
    );
    texts.push("案".repeat(40_000));
    texts.push("🚩".repeat(20_000) + "\u{1}\u{ffff}");
    texts.push("a\n".repeat(20_000));
    let document = document(&texts);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut checked = 0;
    for (format, to) in [("xlsx", "fods"), ("docx", "fodt")] {
        let bytes = drawn(format, &document, false);
        assert_eq!(bytes, drawn(format, &document, false), "the same document, the same bytes");
        let parts = parts(&bytes);
        checked += parts.len();
        for (name, text) in &parts {
            assert_eq!(malformed(text), None, "{format}: {name}");
        }
        if let Some(seen) = reread(test, folder.path(), &format!("x.{format}"), &bytes, to) {
            assert!(seen.contains("前") && seen.contains(&"案".repeat(30_000)), "{format}");
        }
    }
    assert!(
        malformed("<a>\u{1}</a>").is_some()
            && malformed("<a>&#1;</a>").is_some()
            && malformed("<a><b></a>").is_some()
    );
    assert_eq!(malformed("<a b='c'>&#65;&amp;</a>"), None);
    eprintln!(
        "forbidden characters: {} code points, {} texts, {checked} parts of xlsx and docx, all well-formed",
        forbidden.len(),
        texts.len()
    );
}

#[test]
fn a_hundred_thousand_rows_are_written_and_read_back() {
    const ROWS: i64 = 100_000;
    let mut table = Table::new(vec![Column::text("编号"), Column::text("题目"), Column::figures("数")]);
    for row in 0..ROWS {
        table.push(vec![
            Cell::Text(format!("k{row}")),
            Cell::Text(format!("党建引领第{row}")),
            Cell::Count(row),
        ]);
    }
    let document = Document { blocks: vec![Block::Table(table)], ..Document::default() };
    let began = Instant::now();
    let text = drawn("csv", &document, false);
    let csv_seconds = began.elapsed().as_secs_f64();
    let mut rows = 0;
    for (number, row) in csv::Reader::from_reader(text.as_slice()).records().enumerate() {
        let row = row.expect("a row");
        assert_eq!((&row[0], &row[2]), (format!("k{number}").as_str(), number.to_string().as_str()));
        rows += 1;
    }
    assert_eq!(rows, ROWS);
    let began = Instant::now();
    let book = drawn("xlsx", &document, false);
    let xlsx_seconds = began.elapsed().as_secs_f64();
    let mut read = Xlsx::new(Cursor::new(book.as_slice())).expect("a workbook");
    let sheet = read.sheet_names().into_iter().map(|name| read.worksheet_range(&name).expect("a sheet"));
    let sheet = sheet.max_by_key(calamine::Range::height).expect("a sheet");
    let last = sheet.rows().next_back().expect("a row");
    assert_eq!(
        (last[0].to_string(), last[2].to_string()),
        (format!("k{}", ROWS - 1), (ROWS - 1).to_string())
    );
    let keys = sheet.rows().filter(|row| row[0].to_string().starts_with('k')).count();
    assert_eq!(keys as i64, ROWS);
    eprintln!(
        "{ROWS} rows: csv {csv_seconds:.1} s, xlsx {xlsx_seconds:.1} s, {} MB, read back whole",
        book.len() >> 20
    );
}
