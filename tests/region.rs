//! `anku region` at the terminal: one place, several, none; scripts; no archive; both languages.

use crate::support::anku;
use crate::support::anku_reading;
use crate::support::small;
use serde_json::Value;
use tempfile::TempDir;

fn nowhere() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn json(args: &[&str]) -> Value {
    let run = anku(nowhere().path(), [&["region", "--json"], args].concat());
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn a_place_of_its_year_and_what_it_is_today() {
    let value = json(&["吴江市", "--at", "2010"]);
    let found = &value["places"][0]["found"][0];
    assert_eq!((&value["v"], &value["at"]), (&Value::from(1), &Value::from(2010)));
    assert_eq!((found["province"].as_str(), found["code"].as_str()), (Some("江苏省"), Some("320584")));
    assert_eq!(found["today"][0]["code"], "320509");
    assert_eq!(found["today"][0]["county"], "吴江区");
    // A prefecture cut up: all that it became.
    let value = json(&["莱芜市", "--at", "2015年"]);
    let today = value["places"][0]["found"][0]["today"].as_array().map(Vec::len);
    assert_eq!(today, Some(2));
}

#[test]
fn names_that_mean_several_places_or_none() {
    let folder = nowhere();
    let run = anku(folder.path(), ["region", "鼓楼区", "--lang", "zh"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.matches("鼓楼区").count() >= 8, "{}", run.stdout);
    assert!(run.stderr.contains("4 个地方"), "{}", run.stderr);
    let run = anku(folder.path(), ["region", "襄凡市", "--lang", "en"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("襄樊市"), "{}", run.stderr);
    for name in ["兖州煤业", "**市", "某县"] {
        assert_eq!(anku(folder.path(), ["region", name]).code, 1, "{name}");
    }
    assert_eq!(anku(folder.path(), ["region"]).code, 2);
    assert_eq!(anku(folder.path(), ["region", "敦煌", "--at", "去年"]).code, 2);
}

#[test]
fn many_names_for_a_script_with_and_without_an_archive() {
    for folder in [nowhere(), small()] {
        let run =
            anku_reading(folder.path(), &["region", "-", "-O", "jsonl"], "敦煌市委\n\n酒泉肃州\n".as_bytes());
        let codes: Vec<Value> =
            run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect();
        assert_eq!((run.code, codes.len()), (0, 2));
        assert_eq!(codes[0]["found"][0]["rest"], "委");
        assert_eq!(codes[1]["found"][0]["code"], "620902");
    }
}
