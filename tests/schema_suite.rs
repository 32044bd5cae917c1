//! The official JSON Schema test suite, draft 2020-12, through our own tree, types and options.

use anku::diag::Span;
use anku::schema::PlainSchema;
use anku::yaml::Entry;
use anku::yaml::Node;
use anku::yaml::Scalar;
use anku::yaml::Style;
use anku::yaml::Value;
use std::path::Path;
use std::path::PathBuf;

/// How many tests the suite has at the commit that we hold ourselves to.
const REQUIRED: usize = 1299;
const OPTIONAL: usize = 162;
const FORMAT: usize = 764;

fn suite() -> Option<PathBuf> {
    let shared = std::env::var_os("ANKU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let suite = shared.join("eval/json-schema-test-suite");
    if suite.is_dir() {
        return Some(suite);
    }
    eprintln!("SKIPPED: the JSON Schema test suite is not at {} (set ANKU_SHARED)", suite.display());
    None
}

/// JSON as a tree that was never text: strings quoted, everything else plain.
fn node(json: &serde_json::Value) -> Node {
    use serde_json::Value as J;
    let scalar = |text: String, style| Value::Scalar(Scalar { text, style });
    let value = match json {
        J::Null => scalar("null".into(), Style::Plain),
        J::Bool(value) => scalar(value.to_string(), Style::Plain),
        J::Number(number) => scalar(number.to_string(), Style::Plain),
        J::String(text) => scalar(text.clone(), Style::Quoted),
        J::Array(items) => Value::List(items.iter().map(node).collect()),
        J::Object(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| Entry { key: key.clone(), key_span: Span::default(), value: node(value) })
                .collect(),
        ),
    };
    Node { span: Span::default(), value }
}

/// JSON in which a lone surrogate, which no Rust string can hold, has become U+FFFD.
fn read_json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("a readable test file");
    serde_json::from_str(&text).unwrap_or_else(|_| {
        let fixed = lone_surrogates(&text);
        serde_json::from_str(&fixed).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

fn lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |s: &str| s.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let next = escape.get(6..).filter(|s| s.starts_with("\\u")).and_then(unit);
        match (unit(escape), next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => {
                out.push_str(&escape[..12]);
                rest = &escape[12..];
            }
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
            }
            _ => {
                out.push_str(&escape[..2]);
                rest = &escape[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn files(folder: &Path, deep: bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the suite") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && deep {
            found.extend(files(&path, true));
        } else if path.extension().is_some_and(|e| e == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Runs all tests of some files: how many there are, and the names of those that fail.
fn run(files: &[PathBuf], remotes: &[(String, Node)], formats: bool) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut failed = Vec::new();
    for file in files {
        let groups = read_json(file);
        for group in groups.as_array().expect("groups") {
            let others = remotes.iter().map(|(address, node)| (address.as_str(), node));
            let schema = PlainSchema::new(&node(&group["schema"]), others, formats);
            for test in group["tests"].as_array().expect("tests") {
                count += 1;
                let accepts = schema.as_ref().map(|schema| schema.accepts(&node(&test["data"])));
                if accepts.as_ref().ok().copied() != test["valid"].as_bool() {
                    let name = file.file_stem().unwrap_or_default().to_string_lossy();
                    let why = accepts.err().cloned().unwrap_or_default();
                    failed.push(format!("{name}: {}: {} {why}", group["description"], test["description"]));
                }
            }
        }
    }
    (count, failed)
}

fn remotes(suite: &Path) -> Vec<(String, Node)> {
    let folder = suite.join("remotes");
    files(&folder, true)
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(&folder).ok()?.to_str()?.to_owned();
            let other_draft =
                ["draft3", "draft4", "draft6", "draft7"].iter().any(|draft| name.starts_with(draft));
            (!other_draft && !name.starts_with("v1"))
                .then(|| (format!("http://localhost:1234/{name}"), node(&read_json(&path))))
        })
        .collect()
}

#[test]
fn required_and_optional_tests_pass() {
    let Some(suite) = suite() else { return };
    let remotes = remotes(&suite);
    let folder = suite.join("tests/draft2020-12");
    let (count, failed) = run(&files(&folder, false), &remotes, false);
    assert!(failed.is_empty(), "{} of {count} required tests fail:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(count, REQUIRED);

    let (asserting, plain): (Vec<PathBuf>, Vec<PathBuf>) = files(&folder.join("optional"), false)
        .into_iter()
        .partition(|path| path.ends_with("format-assertion.json") || path.ends_with("ecmascript-regex.json"));
    let (first, mut failed) = run(&plain, &remotes, false);
    let (second, more) = run(&asserting, &remotes, true);
    failed.extend(more);
    let count = first + second;
    assert!(failed.is_empty(), "{} of {count} optional tests fail:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(count, OPTIONAL);
}

#[test]
fn format_tests_pass() {
    let Some(suite) = suite() else { return };
    let folder = suite.join("tests/draft2020-12/optional/format");
    let (count, failed) = run(&files(&folder, false), &remotes(&suite), true);
    assert!(failed.is_empty(), "{} of {count} format tests fail:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(count, FORMAT);
}
