//! The official YAML test suite (data-2022-01-17, 402 cases), when it is at hand: what is no YAML is refused, what
//! is YAML is read as it is meant, less what a record has no use for. `yaml_suite.tsv` has those cases with the
//! reason for each; `ANKU_BLESS=1` writes it anew.

use crate::support::repository;
use crate::support::shared;
use anku::yaml;
use anku::yaml::Node;
use anku::yaml::Problem;
use anku::yaml::ProblemKind;
use anku::yaml::Style;
use anku::yaml::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

const CASES: usize = 402;
const INVALID: usize = 94;
const LIST: &str = "tests/yaml_suite.tsv";

/// The cases: a folder each, or one below it where an entry has several.
fn cases(suite: &Path) -> BTreeMap<String, std::path::PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![suite.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.ends_with("in.yaml") {
                let name = at.strip_prefix(suite).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, at.clone());
            }
        }
    }
    found
}

/// Why a record may not hold what YAML allows; `None` for what must not be refused.
fn reason(problem: &Problem) -> Option<&'static str> {
    Some(match problem.kind {
        ProblemKind::Anchor => "anchor or alias",
        ProblemKind::Tag => "tag",
        ProblemKind::ManyDocuments => "several documents",
        ProblemKind::ComplexKey => "list or mapping as a key",
        ProblemKind::Empty => "no document",
        // YAML itself asks for unique keys (1.2.2, 3.2.1.3); parsers are free to let it pass.
        ProblemKind::DuplicateKey(..) => "a key twice",
        _ => return None,
    })
}

/// Whether a tree says what JSON says. Scalars are typed by the schema, so a plain one is read here by the core
/// schema of YAML 1.2.2 (10.3.2).
fn says(node: &Node, json: &Json) -> bool {
    match (&node.value, json) {
        (Value::List(items), Json::Array(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(item, value)| says(item, value))
        }
        (Value::Map(entries), Json::Object(values)) => {
            entries.len() == values.len()
                && entries
                    .iter()
                    .all(|entry| values.get(&entry.key).is_some_and(|value| says(&entry.value, value)))
        }
        (Value::Scalar(_), Json::Null) => node.is_null(),
        (Value::Scalar(_), Json::Bool(value)) => node.boolean() == Some(*value),
        (Value::Scalar(scalar), Json::Number(number)) => {
            let hex = scalar.text.strip_prefix("0x").and_then(|hex| i64::from_str_radix(hex, 16).ok());
            let read = hex.map(|whole| whole as f64).or_else(|| scalar.text.parse().ok());
            scalar.style == Style::Plain && read == number.as_f64()
        }
        (Value::Scalar(scalar), Json::String(text)) => scalar.text == *text,
        _ => false,
    }
}

#[test]
fn the_yaml_test_suite_is_decided_as_it_should_be() {
    let Some(suite) = shared("yaml_suite", "eval/yaml-test-suite") else { return };
    let cases = cases(&suite);
    assert_eq!(cases.len(), CASES);
    let (mut wrong, mut refused) = (Vec::new(), Vec::new());
    let (mut invalid, mut accepted, mut compared) = (0, 0, 0);
    for (name, folder) in &cases {
        let bytes = std::fs::read(folder.join("in.yaml")).expect("a case");
        let text = yaml::decode(&bytes).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        let reading = yaml::read(text);
        if folder.join("error").exists() {
            invalid += 1;
            if reading.problems.is_empty() {
                wrong.push(format!("{name} is no YAML and was read as {:?}", reading.root));
            }
            continue;
        }
        if let Some(problem) = reading.problems.first() {
            let mut reasons: Vec<&str> = reading.problems.iter().filter_map(reason).collect();
            reasons.sort_unstable();
            reasons.dedup();
            if reading.problems.iter().any(|problem| reason(problem).is_none()) {
                wrong.push(format!("{name} is YAML and was refused: {problem:?}"));
            }
            refused.push(format!("{name}\t{}\n", reasons.join(", ")));
            continue;
        }
        accepted += 1;
        let Ok(json) = std::fs::read_to_string(folder.join("in.json")) else { continue };
        let json: Json = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        compared += 1;
        if !reading.root.as_ref().is_some_and(|root| says(root, &json)) {
            wrong.push(format!("{name} says {json} and was read as {:?}", reading.root));
        }
    }
    eprintln!(
        "yaml suite: {CASES} cases, {invalid} refused as no YAML, {} refused on purpose, {accepted} accepted, {compared} of them \
         compared with their JSON, {} wrong",
        refused.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(invalid, INVALID);
    let refused = refused.concat();
    if std::env::var_os("ANKU_BLESS").is_some() {
        std::fs::write(repository().join(LIST), &refused).expect("a written file");
    }
    assert_eq!(std::fs::read_to_string(repository().join(LIST)).unwrap_or_default(), refused, "{LIST}");
}
