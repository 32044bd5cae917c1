//! Whole records for other programs: typed JSON, tables, workbooks, and the schema as one file.

use crate::support::anku;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use calamine::Reader as _;
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn every_record_comes_whole_and_typed() {
    let folder = shipped();
    let root = folder.path();
    let records = lines(&anku(root, ["export"]).ends(0).stdout);
    assert_eq!(records.len(), 192);
    let entries: usize = records.iter().map(|record| record["awards"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(entries, 180, "the entries of both lists");
    for record in records.iter().step_by(8) {
        let id = record["id"].as_str().expect("an id");
        let year = &record["year"];
        assert!(year.is_null() || year.is_i64(), "{id}: {year}");
        assert!(record["region"]["code"].is_null() || record["region"]["code"].is_string(), "{id}");
        let file = anku(root, ["show", id, "--raw"]).stdout;
        assert!(file.contains(record["title"].as_str().expect("a title")), "{id}");
    }
    // A query chooses, and the same flags as elsewhere.
    let some = anku(root, ["export", "服务型党组织", "--level", "最佳", "-O", "json"]).ends(0).json();
    assert_eq!((&some["v"], &some["kind"]), (&1.into(), &"case".into()));
    assert_eq!(some["total"], some["records"].as_array().map_or(0, Vec::len));
    assert!(some["records"][0]["title"].as_str().is_some_and(|title| title.contains("服务型党组织")));
    assert_eq!(anku(root, ["export", "没有这样的话"]).ends(1).stdout, "");
}

#[test]
fn the_schema_comes_in_one_file_and_says_what_validate_says() {
    let folder = shipped();
    let root = folder.path();
    anku(root, ["export", "--schema", "-o", "case.schema.json"]).ends(0);
    let text = std::fs::read_to_string(root.join("case.schema.json")).expect("written");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema that needs no other file");
    let records = lines(&anku(root, ["export"]).stdout);
    let wrong: Vec<String> =
        records.iter().flat_map(|record| validator.iter_errors(record).map(|e| e.to_string())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut record = records.into_iter().find(|record| record["awards"].is_array()).expect("an entry");
    record["awards"][0]["level"] = "不存在的等次".into();
    assert!(!validator.is_valid(&record), "the vocabularies are inside");
    record["awards"][0]["level"] = "最佳案例".into();
    assert!(validator.is_valid(&record));
    record["titel"] = "x".into();
    assert!(!validator.is_valid(&record));
}

#[test]
fn tables_have_a_row_a_record_or_a_row_an_entry() {
    let folder = shipped();
    let root = folder.path();
    let rows = |args: &[&str]| {
        let text = anku(root, [&["export", "-O", "csv"], args].concat()).ends(0).stdout;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head: Vec<String> = reader.headers().expect("a head").iter().map(str::to_owned).collect();
        (head, reader.records().map(|row| row.expect("a row")).collect::<Vec<_>>())
    };
    let (head, records) = rows(&[]);
    assert_eq!(records.len(), 192);
    assert!(head.contains(&"省".to_owned()) && head.contains(&"主题".to_owned()), "{head:?}");
    // By its key, by its names, by a field in it.
    for word in ["入选名单", "等次"] {
        assert_eq!(rows(&["--entries", word]), rows(&["--entries", "awards"]), "{word}");
    }
    let (head, entries) = rows(&["--entries", "awards"]);
    assert_eq!(entries.len(), 180);
    assert_eq!(&head[..2], ["编号", "序号"]);
    let level = head.iter().position(|name| name == "等次").expect("a level");
    let best = entries.iter().filter(|row| &row[level] == "最佳案例").count();
    assert_eq!(best, 50, "20 of the first list, 30 of the second");
    anku(root, ["export", "--entries", "award"]).ends(2);
    anku(root, ["export", "--kind", "nope"]).ends(2);
    anku(root, ["export", "-o", "x.docx"]).ends(2);
}

#[test]
fn a_workbook_has_a_sheet_for_each_list() {
    let folder = shipped();
    let root = folder.path();
    anku(root, ["export", "-o", "all.xlsx"]).ends(0);
    let mut book = calamine::open_workbook_auto(root.join("all.xlsx")).expect("a workbook");
    let names = book.sheet_names().clone();
    assert!(names.len() >= 4, "{names:?}");
    let heights: Vec<usize> =
        names.iter().map(|name| book.worksheet_range(name).expect("a sheet").height()).collect();
    // A title and headings above the rows.
    assert!(heights.contains(&(192 + 2)) && heights.contains(&(180 + 2)), "{heights:?}");
    // The file's ending chooses.
    anku(root, ["export", "-o", "all.jsonl"]).ends(0);
    let written = std::fs::read_to_string(root.join("all.jsonl")).expect("written");
    assert_eq!(lines(&written).len(), 192);
}

#[test]
fn a_broken_record_is_named_and_the_rest_goes_out() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/2013/torn.yaml", "id: x\ntitle: \"半");
    let run = anku(root, ["export"]).ends(2);
    assert_eq!(lines(&run.stdout).len(), 4);
    assert!(run.stderr.contains("cases/2013/torn.yaml"), "{}", run.stderr);
}
