//! Spreadsheets and tables through the binary: a row a record, what cells say survives, the seeds' lists come back whole.

use crate::support::anku;
use crate::support::field;
use crate::support::files;
use crate::support::record;
use crate::support::repository;
use crate::support::shared;
use crate::support::write;
use anku::yaml::Node;
use std::fmt::Write as _;
use std::io::Cursor;
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A cell of a workbook in the making.
#[derive(Clone)]
enum Cell {
    Text(String),
    Number(&'static str),
    /// Days since 1900, shown as a date.
    Date(&'static str),
    Percent(&'static str),
    /// A formula without its value.
    Formula(&'static str),
    Nothing,
}

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

/// A sheet: name, rows, merged areas, whether it is hidden.
struct Sheet {
    name: &'static str,
    rows: Vec<Vec<Cell>>,
    merged: Vec<String>,
    hidden: bool,
}

impl Sheet {
    fn new(name: &'static str, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name, rows, merged: Vec::new(), hidden: false }
    }
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn package(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("a part");
    }
    zip.finish().expect("a package").into_inner()
}

const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    let mut parts = Vec::new();
    let (mut list, mut relations, mut types) = (String::new(), String::new(), String::new());
    for (place, sheet) in sheets.iter().enumerate() {
        let number = place + 1;
        let state = if sheet.hidden { " state=\"hidden\"" } else { "" };
        write!(list, "<sheet name=\"{}\" sheetId=\"{number}\"{state} r:id=\"rId{number}\"/>", sheet.name)
            .expect("a value");
        write!(relations, "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>").expect("a value");
        write!(types, "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>").expect("a value");
        let mut rows = String::new();
        for (y, row) in sheet.rows.iter().enumerate() {
            write!(rows, "<row r=\"{}\">", y + 1).expect("a value");
            for (x, cell) in row.iter().enumerate() {
                let at = format!("{}{}", char::from(b'A' + u8::try_from(x).expect("a value")), y + 1);
                match cell {
                    Cell::Text(words) => {
                        write!(rows, "<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(words))
                    }
                    Cell::Number(number) => write!(rows, "<c r=\"{at}\"><v>{number}</v></c>"),
                    Cell::Date(days) => write!(rows, "<c r=\"{at}\" s=\"1\"><v>{days}</v></c>"),
                    Cell::Percent(share) => write!(rows, "<c r=\"{at}\" s=\"2\"><v>{share}</v></c>"),
                    Cell::Formula(formula) => write!(rows, "<c r=\"{at}\"><f>{formula}</f></c>"),
                    Cell::Nothing => Ok(()),
                }
                .expect("a value");
            }
            rows.push_str("</row>");
        }
        let merged: String = sheet.merged.iter().map(|area| format!("<mergeCell ref=\"{area}\"/>")).collect();
        let merged = if merged.is_empty() { merged } else { format!("<mergeCells>{merged}</mergeCells>") };
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet xmlns=\"{SPREADSHEET}\"><sheetData>{rows}</sheetData>{merged}</worksheet>"),
        ));
    }
    let styles = sheets.len() + 1;
    write!(relations, "<Relationship Id=\"rId{styles}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>")
        .expect("a value");
    let part = |name: &str, text: String| (name.to_owned(), text);
    parts.push(part("xl/styles.xml", format!(
        "<styleSheet xmlns=\"{SPREADSHEET}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\"/></cellStyleXfs><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"9\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
    )));
    parts.push(part(
        "xl/workbook.xml",
        format!("<workbook xmlns=\"{SPREADSHEET}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>"),
    ));
    parts.push(part(
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>"),
    ));
    parts.push(part("_rels/.rels", format!("<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")));
    parts.push(part("[Content_Types].xml", format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>"
    )));
    package(&parts)
}

/// An empty archive in English or Chinese, whatever the settings say.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    anku(folder.path(), ["init", "--lang", "zh"]).ends(0);
    folder
}

/// Imports a file and checks that its spans add up.
fn import(root: &Path, name: &str, code: i32) -> serde_json::Value {
    let plan = anku(root, ["import", name, "--yes", "--json"]).ends(code).json();
    for source in plan["sources"].as_array().expect("a value") {
        let length = |span: &serde_json::Value, a: &str, b: &str| {
            span[b].as_u64().expect("a value") - span[a].as_u64().expect("a value")
        };
        let mut sum = 0;
        for record in source["records"].as_array().expect("a value") {
            sum += record["spans"]
                .as_array()
                .expect("a value")
                .iter()
                .map(|s| s[1].as_u64().expect("a value") - s[0].as_u64().expect("a value"))
                .sum::<u64>();
        }
        for key in ["boilerplate", "unassigned"] {
            sum += source[key]
                .as_array()
                .expect("a value")
                .iter()
                .map(|s| length(s, "start", "end"))
                .sum::<u64>();
        }
        assert_eq!(sum, source["chars"].as_u64().expect("a value"));
    }
    plan
}

fn records(root: &Path) -> Vec<Node> {
    let all = files(&root.join("cases"));
    all.values().map(|bytes| record(std::str::from_utf8(bytes).expect("UTF-8"))).collect()
}

fn by_title(root: &Path, title: &str) -> Node {
    let found = records(root).into_iter().find(|record| field(record, "title") == Some(title));
    found.unwrap_or_else(|| panic!("no record {title}"))
}

#[test]
fn a_workbook_keeps_what_its_cells_say() {
    let folder = archive();
    let root = folder.path();
    let book = xlsx(&[
        Sheet {
            merged: vec![
                "A1:H1".to_owned(),
                "A2:A3".to_owned(),
                "B2:B3".to_owned(),
                "C2:C3".to_owned(),
                "D2:E2".to_owned(),
            ],
            ..Sheet::new(
                "汇总",
                vec![
                    vec![text("2012年案例汇总表")],
                    vec![
                        text("案例名称"),
                        text("申报单位"),
                        text("编号"),
                        text("党员人数（人）"),
                        Cell::Nothing,
                        text("日期"),
                        text("满意率"),
                        text("年度"),
                    ],
                    vec![
                        Cell::Nothing,
                        Cell::Nothing,
                        Cell::Nothing,
                        text("2011年"),
                        text("2012年"),
                        Cell::Nothing,
                        Cell::Nothing,
                        Cell::Nothing,
                    ],
                    vec![
                        text("推行“积分制”"),
                        text("甘肃敦煌"),
                        text("00123"),
                        Cell::Number("41"),
                        Cell::Number("43.5"),
                        Cell::Date("41030"),
                        Cell::Percent("0.95"),
                        Cell::Number("2012"),
                    ],
                    vec![
                        text("网格化\n管理"),
                        text("浙江舟山"),
                        text("DJ-2"),
                        text("00041"),
                        Cell::Formula("D4+1"),
                        Cell::Nothing,
                        Cell::Nothing,
                        text("２０１２年"),
                    ],
                    vec![text("合计"), Cell::Nothing, Cell::Nothing, Cell::Number("82")],
                ],
            )
        },
        Sheet {
            hidden: true,
            ..Sheet::new(
                "旧表",
                vec![vec![text("题目"), text("年度")], vec![text("藏起来的案例"), text("头一年")]],
            )
        },
    ]);
    write(root, "book.xlsx", book);
    let plan = import(root, "book.xlsx", 1);
    assert_eq!(plan["created"], 2);
    assert_eq!(plan["sources"][0]["format"], "sheet");
    let refused = plan["sources"][0]["records"]
        .as_array()
        .expect("a value")
        .iter()
        .find(|r| r["action"] == "reject")
        .expect("a value");
    assert_eq!(refused["reason"], "cell-integer 旧表!B2 头一年");
    let first = by_title(root, "推行“积分制”");
    assert_eq!(
        field(&first, "notes"),
        Some(
            "编号：00123\n党员人数（人）/2011年：41\n党员人数（人）/2012年：43.5\n日期：2012-05-01\n满意率：95%"
        )
    );
    assert_eq!(first.get("year").and_then(Node::integer), Some(2012));
    let second = by_title(root, "网格化管理");
    assert_eq!(
        field(&second, "notes"),
        Some("编号：DJ-2\n党员人数（人）/2011年：00041\n党员人数（人）/2012年：=D4+1")
    );
    assert_eq!(second.get("year").and_then(Node::integer), Some(2012));
    // Said to a person: the cell by its name, the hidden sheet, the columns without a field.
    let said = anku(root, ["import", "book.xlsx", "--dry-run", "--lang", "zh"]).ends(1);
    for words in ["旧表!B2", "汇总!E5", "隐藏", "满意率"] {
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    assert_eq!(import(root, "book.xlsx", 1)["unchanged"], 2);
    anku(root, ["validate"]).ends(0);
}

#[test]
fn columns_are_named_by_flag_and_by_the_archive() {
    let folder = archive();
    let root = folder.path();
    write(root, "a.csv", "牵头部门,干了啥,县（市、区）\n某局,推行积分制,敦煌市\n");
    let lost = anku(root, ["import", "a.csv", "--dry-run", "--lang", "zh"]).ends(1);
    assert!(lost.stderr.contains("表头") || lost.stderr.contains("题目"), "{}", lost.stderr);
    let args = ["import", "a.csv", "--yes", "--map", "干了啥=title", "--map", "牵头部门=申报单位"];
    anku(root, args).ends(0);
    let made = by_title(root, "推行积分制");
    assert_eq!(field(&made, "unit"), Some("某局"));
    assert_eq!(made.get("region").and_then(|region| field(region, "county")), Some("敦煌市"));
    let wrong = anku(root, ["import", "a.csv", "--yes", "--map", "干了啥=titel", "--lang", "zh"]).ends(2);
    assert!(wrong.stderr.contains("title"), "{}", wrong.stderr);
    anku(root, ["import", "a.csv", "--map", "干了啥"]).ends(2);

    let other = archive();
    let settings = std::fs::read_to_string(other.path().join("anku.yaml")).expect("a value");
    write(other.path(), "anku.yaml", format!("{settings}\ncolumns:\n  干了啥: title\n  牵头部门: notes\n"));
    write(other.path(), "a.csv", "牵头部门,干了啥\n某局,推行积分制\n");
    anku(other.path(), ["import", "a.csv", "--yes"]).ends(0);
    assert_eq!(field(&by_title(other.path(), "推行积分制"), "notes"), Some("某局"));
}

#[test]
fn text_tables_and_objects_are_records_too() {
    let tables = [
        ("a.tsv", "题目\t单位\t主题\n甲案例\t甘肃敦煌\t\n"),
        ("b.csv", "题目;单位\n甲案例;甘肃敦煌\n"),
        ("c.json", "{\"count\": 1, \"items\": [{\"title\": \"甲案例\", \"unit\": \"甘肃敦煌\"}]}"),
        ("d.jsonl", "{\"title\": \"甲案例\", \"unit\": \"甘肃敦煌\", \"region\": {\"county\": \"敦煌\"}}\n"),
    ];
    for (name, words) in tables {
        let folder = archive();
        write(folder.path(), name, words);
        assert_eq!(import(folder.path(), name, 0)["created"], 1, "{name}");
        let made = by_title(folder.path(), "甲案例");
        assert_eq!(field(&made, "unit"), Some("甘肃敦煌"), "{name}");
        assert_eq!(made.get("region").and_then(|region| field(region, "county")), Some("敦煌市"), "{name}");
        assert_eq!(import(folder.path(), name, 0)["unchanged"], 1, "{name}");
    }
}

#[test]
fn a_row_with_its_text_is_a_full_case() {
    let folder = archive();
    write(
        folder.path(),
        "a.tsv",
        "题目\t背景\t主要做法\t成效\n甲案例\t村里缺人。\t“建立”两会。\t面貌变了。\n",
    );
    import(folder.path(), "a.tsv", 0);
    let made = by_title(folder.path(), "甲案例");
    let sections = made.get("sections").map(Node::items).unwrap_or_default();
    let roles: Vec<_> = sections.iter().filter_map(|section| field(section, "role")).collect();
    assert_eq!(roles, ["background", "practice", "results"]);
    assert_eq!(field(&sections[1], "heading"), Some("主要做法"));
}

#[test]
fn tables_of_the_world_come_in() {
    for name in ["c_u8.csv", "c_u8bom.csv", "c_gb18030.csv", "c_u16tab.csv"] {
        let Some(path) = shared("tables_of_the_world_come_in", &format!("samples/formats/{name}")) else {
            return;
        };
        let folder = archive();
        std::fs::copy(path, folder.path().join(name)).expect("a value");
        let plan = import(folder.path(), name, 0);
        assert_eq!(plan["created"], 3, "{name}");
        assert_eq!(plan["sources"][0]["format"], "csv", "{name}");
        let long = by_title(folder.path(), "长数字");
        let notes = field(&long, "notes").expect("a value");
        assert!(
            notes.contains("编号：00123")
                && notes.contains("日期：20240501")
                && notes.contains("得分：6.5E3"),
            "{notes}"
        );
        by_title(folder.path(), "含\"引号\"与换行");
    }
    for name in ["book.xlsx", "book.xls", "book.et"] {
        let Some(path) = shared("tables_of_the_world_come_in", &format!("samples/formats/{name}")) else {
            return;
        };
        let folder = archive();
        std::fs::copy(path, folder.path().join(name)).expect("a value");
        import(folder.path(), name, 0);
        let all = records(folder.path());
        let is_first =
            |record: &&Node| field(record, "title").is_some_and(|t| t.starts_with("争创服务型党支部"));
        let notes = all.iter().find(is_first).and_then(|record| field(record, "notes")).unwrap_or_default();
        assert!(notes.contains("编号：00123") && notes.contains("：2024-05-01"), "{name}: {notes}");
    }
}

/// Edition, level, rank, title, unit.
type Entry = (i64, String, i64, String, Option<String>);

fn entries(root: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    for record in records(root) {
        for award in record.get("awards").map(Node::items).unwrap_or_default() {
            let own = |key: &str| field(award, key).or_else(|| field(&record, key)).map(str::to_owned);
            let number = |key: &str| award.get(key).and_then(Node::integer);
            if let (Some(edition), Some(rank), Some(level)) =
                (number("edition"), number("rank"), field(award, "level"))
            {
                found.push((edition, level.to_owned(), rank, own("title").unwrap_or_default(), own("unit")));
            }
        }
    }
    found.sort();
    found
}

fn numeral(edition: i64) -> &'static str {
    if edition == 1 { "一" } else { "二" }
}

/// The lists of the shipped archive, level by level.
fn lists() -> Vec<(i64, String, Vec<Entry>)> {
    let mut lists: Vec<(i64, String, Vec<Entry>)> = Vec::new();
    for entry in entries(repository()) {
        match lists
            .iter_mut()
            .find(|(edition, level, _)| (*edition, level.as_str()) == (entry.0, entry.1.as_str()))
        {
            Some((_, _, list)) => list.push(entry),
            None => lists.push((entry.0, entry.1.clone(), vec![entry])),
        }
    }
    lists
}

fn row(entry: &Entry) -> Vec<Cell> {
    vec![text(&entry.2.to_string()), entry.4.as_deref().map_or(Cell::Nothing, text), text(&entry.3)]
}

fn heading() -> Vec<Cell> {
    vec![text("序号"), text("申报单位"), text("案例名称")]
}

#[track_caller]
fn same_entries(name: &str, bytes: Vec<u8>) {
    let folder = archive();
    write(folder.path(), name, bytes);
    let plan = import(folder.path(), name, 0);
    let expected = entries(repository());
    assert_eq!(expected.len(), 180);
    assert_eq!(entries(folder.path()), expected);
    assert_eq!(plan["sources"][0]["unassigned"].as_array().expect("a value").len(), 0);
    let said = anku(folder.path(), ["import", name, "--dry-run", "--lang", "zh"]).ends(0);
    assert!(!said.stderr.contains("编号") && !said.stderr.contains("实有"), "{}", said.stderr);
    let again = import(folder.path(), name, 0);
    assert_eq!((again["created"].as_u64(), again["updated"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn the_seeds_lists_come_back_from_workbooks() {
    // A sheet for each list, the edition in the title row.
    let sheets = lists().into_iter().enumerate().map(|(place, (edition, level, list))| {
        let title =
            format!("第{}届全国基层党建创新典型案例{level}名单（共{}个）", numeral(edition), list.len());
        let mut rows = vec![vec![text(&title)], heading()];
        rows.extend(list.iter().map(row));
        Sheet { merged: vec!["A1:C1".to_owned()], ..Sheet::new(["甲", "乙", "丙", "丁"][place], rows) }
    });
    same_entries("sheets.xlsx", xlsx(&sheets.collect::<Vec<_>>()));

    // One sheet, the levels in rows between the entries.
    let mut rows = vec![heading()];
    let mut merged = Vec::new();
    let mut before = 0;
    for (edition, level, list) in lists() {
        if edition != before {
            before = edition;
            rows.push(vec![text(&format!("第{}届全国基层党建创新典型案例", numeral(edition)))]);
            merged.push(format!("A{0}:C{0}", rows.len()));
        }
        rows.push(vec![text(&format!("{level}（{}个）", list.len()))]);
        merged.push(format!("A{0}:C{0}", rows.len()));
        rows.extend(list.iter().map(row));
    }
    same_entries("rows.xlsx", xlsx(&[Sheet { merged, ..Sheet::new("名单", rows) }]));

    // One sheet, edition and level in columns, the level's cell over all its rows.
    let mut rows = vec![[heading(), vec![text("等次"), text("届次")]].concat()];
    let mut merged = Vec::new();
    for (edition, level, list) in lists() {
        let start = rows.len() + 1;
        for entry in &list {
            let first = rows.len() + 1 == start;
            let level = if first { text(level.trim_end_matches("案例")) } else { Cell::Nothing };
            rows.push([row(entry), vec![level, text(&format!("第{}届", numeral(edition)))]].concat());
        }
        merged.push(format!("D{start}:D{}", rows.len()));
    }
    same_entries("columns.xlsx", xlsx(&[Sheet { merged, ..Sheet::new("全部", rows) }]));
}

/// A text document: headings as paragraphs, a table for each list.
fn docx() -> Vec<u8> {
    let paragraph = |words: &str| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", escaped(words));
    let line = |cells: &[&str]| {
        let cells: String = cells.iter().map(|words| format!("<w:tc>{}</w:tc>", paragraph(words))).collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let mut body = String::new();
    let mut before = 0;
    for (edition, level, list) in lists() {
        if edition != before {
            before = edition;
            body.push_str(&paragraph(&format!("第{}届全国基层党建创新典型案例评选结果", numeral(edition))));
        }
        body.push_str(&paragraph(&format!("{level}（共{}个）", list.len())));
        let mut rows = line(&["序号", "申报单位", "案例名称"]);
        for (_, _, rank, title, unit) in &list {
            rows.push_str(&line(&[&rank.to_string(), unit.as_deref().unwrap_or_default(), title]));
        }
        write!(body, "<w:tbl>{rows}</w:tbl>").expect("a value");
    }
    let main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    package(&[
        ("[Content_Types].xml".to_owned(), "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>".to_owned()),
        ("_rels/.rels".to_owned(), format!("<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/></Relationships>")),
        ("word/document.xml".to_owned(), format!("<w:document xmlns:w=\"{main}\"><w:body>{body}</w:body></w:document>")),
    ])
}

#[test]
fn the_seeds_lists_come_back_from_a_text_document() {
    let folder = archive();
    write(folder.path(), "lists.docx", docx());
    let plan = anku(folder.path(), ["import", "lists.docx", "--dry-run", "--json"]).json();
    // Without a reader of text documents in this build there is nothing to hold it to.
    if plan["sources"][0]["format"] != "docx" {
        eprintln!("SKIPPED the_seeds_lists_come_back_from_a_text_document: this build reads no .docx");
        return;
    }
    write(folder.path(), "lists.docx", docx());
    import(folder.path(), "lists.docx", 0);
    assert_eq!(entries(folder.path()), entries(repository()));
}
