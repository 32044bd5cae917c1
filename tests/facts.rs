//! `anku facts` through the binary: every fact points back into its record, and is as fresh as the files.

use crate::support::anku;
use crate::support::record;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use anku::yaml::Node;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;

/// The rows of a run that ends with facts.
#[track_caller]
fn rows(root: &Path, args: &[&str]) -> Vec<Value> {
    let run = anku(root, [&["facts", "--json"], args].concat()).ends(0).json();
    run["facts"].as_array().expect("a list").clone()
}

/// The value at a path like `sections[2].text`.
fn value<'n>(root: &'n Node, field: &str) -> &'n str {
    let node = field.split('.').fold(root, |node, step| match step.trim_end_matches(']').split_once('[') {
        Some((key, item)) => {
            &node.get(key).expect("a list").items()[item.parse::<usize>().expect("a number")]
        }
        None => node.get(step).expect("a key"),
    });
    node.text().expect("a text")
}

#[test]
fn every_fact_is_a_slice_of_its_field() {
    let folder = shipped();
    let root = folder.path();
    let rows = rows(root, &["-n", "0"]);
    assert!(rows.len() > 400, "{}", rows.len());
    for row in &rows {
        let path = row["path"].as_str().expect("a path");
        let text = fs::read_to_string(root.join(path)).expect("a record");
        let node = record(&text);
        let field = value(&node, row["field"].as_str().expect("a field"));
        let place = |key: &str| usize::try_from(row[key].as_u64().expect("a place")).expect("small");
        let (start, end) = (place("start"), place("end"));
        let own: String = field.chars().skip(start).take(end - start).collect();
        assert_eq!(row["text"], json!(own), "{row}");
        let line = text.lines().nth(place("line") - 1).expect("a line");
        let first = own.chars().next().expect("not empty");
        assert!(line.contains(first), "{row}: {line}");
    }
}

#[test]
fn the_shipped_cases_say_what_they_say() {
    let folder = shipped();
    let root = folder.path();
    let found = rows(root, &["翁源"]);
    let wanted: Vec<Value> = found
        .iter()
        .filter(|row| row["text"] == "50多万元")
        .map(|row| json!([row["min"], row["max"], row["unit"], row["subject"]]))
        .collect();
    assert!(!wanted.is_empty());
    assert!(wanted[0] == json!([500_000, null, "元", "政府贴息"]), "{wanted:?}");
}

#[test]
fn filters_choose_records_and_facts() {
    let folder = small();
    let root = folder.path();
    let text = "id: case-e\ntitle: 数\nyear: 2013\nsections:\n  - role: practice\n    text: 辖区面积3平方千米,2013年3月投入50多万元。\n  - role: results\n    text: 180多万网友点赞,投入5万元。\n";
    write(root, "cases/2013/case-e.yaml", text);
    let texts = |args: &[&str]| -> Vec<String> {
        rows(root, args).iter().map(|row| row["text"].as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(texts(&["--year", "2010"]), ["1200户"]);
    assert_eq!(texts(&["网友"]), ["3平方千米", "2013年3月", "50多万元", "180多万", "5万元"]);
    assert_eq!(texts(&["--unit", "平方公里"]), ["3平方千米"]);
    assert_eq!(texts(&["--unit", "元", "--subject", "投入"]), ["50多万元", "5万元"]);
    assert_eq!(texts(&["--unit", "人"]), ["180多万"], "people are counted without a measure word too");
    assert_eq!(texts(&["--kind", "date"]), ["2013年3月"]);
    assert_eq!(texts(&["--year", "2013", "--in", "成效与反响"]), ["180多万", "5万元"]);
    assert_eq!(texts(&["-n", "1"]), ["1200户"]);
    assert_eq!(anku(root, ["facts", "-c"]).ends(0).stdout, "6\n");
    assert_eq!(anku(root, ["facts", "-c", "--json"]).ends(0).stdout, "{\"v\":1,\"total\":6}\n");
    let none = anku(root, ["facts", "--unit", "光年"]).ends(1);
    assert!(none.stdout.is_empty() && !none.stderr.is_empty());
    assert_eq!(anku(root, ["facts", "飞碟", "--json"]).ends(1).json()["facts"], json!([]));
    anku(root, ["facts", "--kind", "price"]).ends(2);
    anku(root, ["facts", "-O", "docx"]).ends(2);
}

#[test]
fn every_format_has_the_fact() {
    let folder = small();
    let root = folder.path();
    for format in ["table", "plain", "json", "jsonl", "csv", "tsv", "md"] {
        for lang in ["zh", "en"] {
            let out = anku(root, ["facts", "-O", format, "--lang", lang]).ends(0).stdout;
            assert!(out.contains("1200") && out.contains("cases/2012/case-a.yaml"), "{format}: {out}");
        }
    }
    let table = anku(root, ["facts"]).ends(0).stdout;
    assert!(table.contains("共走访1200户") && table.contains("case-a.yaml:18"), "{table}");
}

#[test]
fn facts_are_those_of_the_files_as_they_are_now() {
    let folder = small();
    let root = folder.path();
    let texts = || rows(root, &[]).iter().map(|row| row["text"].clone()).collect::<Vec<_>>();
    assert_eq!(texts(), ["1200户"]);
    let path = "cases/2012/case-a.yaml";
    let before = fs::read_to_string(root.join(path)).expect("a record");
    write(root, path, before.replace("1200户", "1300户"));
    assert_eq!(texts(), ["1300户"]);
    write(root, "cases/2012/case-f.yaml", "id: case-f\ntitle: 新\nabstract: 来了15人。\n");
    assert_eq!(texts(), ["1300户", "15人"]);
    fs::remove_file(root.join(path)).expect("removed");
    assert_eq!(texts(), ["15人"]);
}

#[test]
fn without_an_index_the_facts_are_the_same() {
    let folder = shipped();
    let root = folder.path();
    let stored = rows(root, &[]);
    // Once more, from an index that was there.
    assert_eq!(rows(root, &[]), stored);
    // Texts that end in something else.
    let texts = root.join(".anku/index/texts");
    let bytes = fs::read(&texts).expect("the side file");
    let mut torn = bytes.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 4096].fill(0xff);
    fs::write(&texts, torn).expect("written");
    assert_eq!(rows(root, &[]), stored, "a damaged index");
    // A file where the folder of derived state would be: nothing can be kept.
    fs::remove_dir_all(root.join(".anku")).expect("removed");
    write(root, ".anku", "");
    assert_eq!(rows(root, &[]), stored, "no index at all");
}

#[test]
fn units_are_the_archives_own() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/2012/case-g.yaml", "id: case-g\ntitle: 新\nabstract: 炼了15炉。\n");
    assert_eq!(anku(root, ["facts", "-c"]).ends(0).stdout, "1\n");
    let path = "schemas/vocab/units.yaml";
    let units = fs::read_to_string(root.join(path)).expect("units");
    write(root, path, format!("{units}  - {{const: 炉, title: 炉, x-anku: {{en: heat}}}}\n"));
    assert_eq!(anku(root, ["facts", "-c"]).ends(0).stdout, "2\n", "a new unit makes the index anew");
    write(root, path, "oneOf: [");
    let broken = anku(root, ["facts"]).ends(2);
    assert!(broken.stderr.contains("units.yaml"), "{}", broken.stderr);
    anku(root, ["search", "民情"]).ends(0);
}
