//! `anku terms` through the binary: names are found exactly, counts are of records, first is first, and what is added can be taken back.
//!
//! `ANKU_BLESS=1` rewrites the golden output of the year 2012 in the shipped archive.

use crate::support::anku;
use crate::support::repository;
use crate::support::shipped;
use crate::support::write;
use anku::archive::Archive;
use anku::text::fold::fold;
use anku::text::methods;
use anku::text::methods::Kind;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The terms of a run, as `term`, `records`, `archive`, `before`, `change`, id of the first.
#[track_caller]
fn rows(root: &Path, args: &[&str]) -> Vec<Value> {
    let run = anku(root, [&["terms", "--json"], args].concat()).ends(0).json();
    let row = |term: &Value| {
        json!([
            term["term"],
            term["records"],
            term["archive"],
            term["before"],
            term["change"],
            term["first"]["id"]
        ])
    };
    run["terms"].as_array().expect("a list").iter().map(row).collect()
}

/// An archive of these records: id, year (0: none), title, text.
fn archive(records: &[(&str, i64, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    crate::support::copy(&["anku.yaml", "schemas"], folder.path());
    for (id, year, title, text) in records {
        let year = if *year == 0 { String::new() } else { format!("year: {year}\n") };
        let text = text.replace('\n', "\n      ");
        let record = format!(
            "id: {id}\ntitle: {title}\n{year}sections:\n  - role: practice\n    text: |-\n      {text}\n"
        );
        write(folder.path(), &format!("cases/x/{id}.yaml"), record);
    }
    folder
}

/// A small archive in which every kind of change happens.
fn changing() -> TempDir {
    archive(&[
        ("case-a", 2011, "甲", "推行“四议两公开”工作法和“十联共建”活动。"),
        ("case-b", 2011, "乙", "落实“三会一课”制度。"),
        (
            "case-c",
            2012,
            "丙",
            "推行四议两公开工作法,开展“十联共建”\n活动,实施“党员Ｅ家”工程,党员E家工程受欢迎。",
        ),
        ("case-d", 2012, "丁", "「四议兩公開」好,「十联共建」活动好。"),
        ("case-e", 2009, "戊", "“双岗双责”活动。"),
        ("case-f", 2012, "己", "“双岗双责”活动,“十联共建”活动。"),
        ("case-z", 0, "庚", "“党员E家”工程。"),
    ])
}

#[test]
fn every_judged_occurrence_is_found_as_judged() {
    let archive = Archive::open(repository()).expect("the shipped archive");
    let words = anku::terms::words(&archive).expect("word lists").methods;
    let list = fs::read_to_string(repository().join("tests/terms/occurrences.tsv")).expect("the list");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [id, text, name, head, what] = parts[..] else { panic!("{line}") };
        let path =
            ["2010", "2012", "undated"].map(|folder| repository().join(format!("cases/{folder}/{id}.yaml")));
        let record = path.iter().find_map(|path| fs::read_to_string(path).ok()).expect("a record");
        assert!(fold(&record).contains(&fold(text)), "{id} has no {text}");
        let (text, name) = (fold(text), fold(name));
        let found = methods::find(&text, &words).into_iter().find(|method| text[method.name.clone()] == name);
        let said = match &found {
            None => ("-", "none"),
            Some(method) => (
                method.head.as_ref().map_or("-", |head| &text[head.clone()]),
                if method.kind == Kind::Headed { "headed" } else { "alone" },
            ),
        };
        let wanted = (head, if what == "missed" { "none" } else { what });
        let wanted = if wanted.1 == "none" { ("-", "none") } else { wanted };
        count += 1;
        if said != wanted {
            wrong.push(format!("{id} {name}: {said:?}, judged {wanted:?}"));
        }
    }
    assert!(count >= 70, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn forms_of_one_name_are_one_term_and_count_records() {
    let folder = changing();
    let all = rows(folder.path(), &["--only", "methods", "--year", "2012"]);
    assert_eq!(
        all,
        [
            json!(["十联共建活动", 3, 4, 1, "up", "case-a"]),
            json!(["四议两公开工作法", 2, 3, 1, "same", "case-a"]),
            json!(["党员Ｅ家工程", 1, 2, 0, "new", "case-c"]),
            json!(["双岗双责活动", 1, 2, 0, "up", "case-e"]),
        ]
    );
}

#[test]
fn changes_are_told_apart() {
    let folder = changing();
    let root = folder.path();
    let of = |flags: &[&str]| -> Vec<String> {
        let args = [&["--only", "methods", "--year", "2012"], flags].concat();
        rows(root, &args).iter().map(|row| row[0].as_str().expect("a term").to_owned()).collect()
    };
    assert_eq!(of(&["--new"]), ["党员Ｅ家工程"]);
    assert_eq!(of(&["--rising"]), ["十联共建活动", "双岗双责活动"]);
    assert_eq!(of(&["--falling"]), ["三会一课制度"]);
    assert_eq!(of(&["--new", "--falling"]).len(), 2);
    // The undated case counts, and is first only where nothing dated has the term.
    let run = anku(root, ["terms", "庚", "--only", "methods", "--json"]).ends(0).json();
    assert_eq!(
        run["terms"][0]["first"],
        json!({"id": "case-c", "year": 2012, "title": "丙", "path": "cases/x/case-c.yaml"})
    );
    assert_eq!(run["before"], Value::Null);
    assert_eq!(run["terms"][0]["change"], Value::Null);
    anku(root, ["terms", "--new"]).ends(2);
    anku(root, ["terms", "--year", "1999"]).ends(1);
    anku(root, ["terms", "没有这样的话"]).ends(1);
}

#[test]
fn a_year_without_records_is_passed_over() {
    let folder =
        archive(&[("case-a", 2009, "甲", "“十联共建”活动"), ("case-b", 2012, "乙", "“十联共建”活动")]);
    let run = anku(folder.path(), ["terms", "--year", "2012", "--json"]).ends(0).json();
    assert_eq!(run["before"], json!({"records": 1, "field": "year", "from": 2009, "to": 2009}));
    let first = anku(folder.path(), ["terms", "--year", "2009", "--json"]).ends(0).json();
    assert_eq!((&first["before"], &first["terms"][0]["change"]), (&Value::Null, &Value::Null));
}

#[test]
fn keywords_say_something() {
    let folder = shipped();
    let root = folder.path();
    let all = anku(root, ["terms", "--only", "keywords", "--json", "--min", "1"]).ends(0).json();
    let words: Vec<&str> = all["terms"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|term| term["term"].as_str().expect("a term"))
        .collect();
    assert!(words.len() > 300, "{}", words.len());
    for silly in ["我们", "没有", "敦煌市", "敦煌", "2012", "一个", "地说", "的", "非常", "翁源县"]
    {
        assert!(!words.contains(&silly), "{silly}");
    }
    for good in ["社区", "党员", "便民"] {
        assert!(words.contains(&good), "{good}");
    }
    assert!(words.iter().all(|word| word.chars().count() >= 2 && !word.chars().any(|c| c.is_ascii_digit())));
    // The words of the index and those cut from the files are the same.
    let index = rows(root, &["--year", "2012"]);
    fs::remove_dir_all(root.join(".anku")).expect("the index");
    fs::write(root.join(".anku"), "").expect("no room for an index");
    assert_eq!(rows(root, &["--year", "2012"]), index);
}

#[test]
fn the_year_2012_reads_as_it_did() {
    let folder = shipped();
    let mut said = String::new();
    for args in [&["terms", "--year", "2012"][..], &["terms", "--year", "2012", "--lang", "en", "-n", "5"]] {
        let run = anku(folder.path(), args).ends(0);
        // How long ago the index was made is none of it.
        said.push_str(&run.stdout);
        said.push('\n');
    }
    let golden = repository().join("tests/terms/2012.expected");
    if std::env::var_os("ANKU_BLESS").is_some() {
        fs::write(&golden, &said).expect("a writable golden file");
    }
    assert_eq!(said, fs::read_to_string(golden).expect("the golden file"));
}

#[test]
fn formats_agree() {
    let folder = changing();
    let root = folder.path();
    let csv = anku(root, ["terms", "--year", "2012", "--only", "methods", "-O", "csv"]).ends(0).stdout;
    assert_eq!(csv.lines().count(), 5, "{csv}");
    assert!(csv.contains("十联共建活动,十联共建,method,3,4,1,up,"), "{csv}");
    let md =
        anku(root, ["terms", "--year", "2012", "--only", "methods", "-O", "md", "-n", "1"]).ends(0).stdout;
    assert!(md.contains("十联共建活动") && !md.contains("双岗双责"), "{md}");
    let json =
        anku(root, ["terms", "--year", "2012", "--only", "methods", "--json", "-n", "2"]).ends(0).json();
    assert_eq!(json["terms"].as_array().expect("a list").len(), 2);
    assert_eq!(
        (&json["total"], &json["selection"], &json["archive"]["records"]),
        (&json!(4), &json!({"records": 3}), &json!(7))
    );
    anku(root, ["terms", "--year", "2012", "-o", "out.csv"]).ends(0);
    assert!(fs::read_to_string(root.join("out.csv")).expect("a file").contains("十联共建活动"));
}

#[test]
fn what_is_added_can_be_taken_back() {
    let folder = shipped();
    let root = folder.path();
    let path = root.join("dict/terms.txt");
    let before = fs::read(&path).expect("the dictionary");
    let ids = |args: &[&str]| anku(root, [&["list", "-l"], args].concat()).ends(0).lines();
    let found = ids(&["民情日记"]);

    let args = ["terms", "--year", "2012", "--only", "methods", "--add-to", "dict/terms.txt"];
    let dry = anku(root, [&args[..], &["--dry-run"]].concat()).ends(0);
    assert!(dry.stderr.contains("+三有三定三评"), "{}", dry.stderr);
    assert_eq!(fs::read(&path).expect("the dictionary"), before);

    let done = anku(root, args).ends(0);
    assert!(done.stderr.contains("dict/terms.txt"), "{}", done.stderr);
    let after = fs::read(&path).expect("the dictionary");
    assert!(after.starts_with(&before) && after.len() > before.len());
    let text = String::from_utf8(after.clone()).expect("UTF-8");
    let added: Vec<&str> = text.lines().skip(String::from_utf8_lossy(&before).lines().count()).collect();
    assert!(added.is_sorted() && added.len() > 20, "{added:?}");
    assert!(!added.contains(&"民情流水线"), "it was there");
    assert_eq!(ids(&["民情日记"]), found, "what matches literally does not depend on the dictionary");

    anku(root, args).ends(0);
    assert_eq!(fs::read(&path).expect("the dictionary"), after, "the second time adds nothing");
    anku(root, ["undo", "--yes"]).ends(0);
    assert_eq!(fs::read(&path).expect("the dictionary"), before);

    for elsewhere in ["cases/x.txt", "../terms.txt", "schemas/case.yaml", "dict/synonyms.yaml"] {
        anku(root, ["terms", "--year", "2012", "--add-to", elsewhere]).ends(2);
    }
    anku(root, ["terms", "--dry-run"]).ends(2);
}

#[test]
fn texts_of_records_cannot_steer_a_terminal() {
    let folder = archive(&[("case-a", 2012, "甲", "“红\u{1b}]0;x\u{7}船”工程,“红船\u{202e}精神”工程")]);
    let run = anku(folder.path(), ["terms", "--year", "2012"]);
    assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", run.stdout);
}
