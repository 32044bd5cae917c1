//! What the project is built from is what `deny.toml` allows: licences, registries, no banned crate, each
//! version named. Crates of which there are two versions are said, as `cargo deny` does.

use crate::support::repository;
use serde_json::Value;
use spdx::Expression;
use spdx::Licensee;
use spdx::ParseMode;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::process::Command;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The strings of a list of `deny.toml`: of `allow = [...]`, or the names in `deny = [...]`.
fn list(key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("deny.toml")).expect("deny.toml");
    let start = text.find(&format!("\n{key} = [")).expect("the list");
    let body = &text[start..start + text[start..].find("\n]").expect("its end")];
    let lines = body.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

fn metadata() -> Option<Value> {
    let host = Command::new("rustc").arg("-vV").output().expect("rustc").stdout;
    let host = String::from_utf8(host).expect("UTF-8");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(repository()).args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    let output = cargo.args(["--filter-platform", &host]).output().expect("cargo");
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        eprintln!("SKIPPED: not every crate is on this machine; run `cargo fetch --locked` first: {why}");
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// What is wrong with a crate.
fn fault(package: &Value, allowed: &[Licensee], banned: &[String]) -> Option<String> {
    let name = package["name"].as_str()?;
    if banned.iter().any(|other| other == name) {
        return Some(format!("{name} is banned"));
    }
    let Some(source) = package["source"].as_str() else {
        // Ours: every dependency on another crate names a version.
        let wild = package["dependencies"]
            .as_array()?
            .iter()
            .find(|other| other["req"] == "*" && other["path"].is_null())?;
        return Some(format!("{name} takes any version of {}", wild["name"]));
    };
    if source != REGISTRY {
        return Some(format!("{name} comes from {source}"));
    }
    let licence = package["license"].as_str().unwrap_or("no licence");
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
        return Some(format!("{name}: `{licence}` is no licence expression"));
    };
    let fine = expression.evaluate(|wanted| allowed.iter().any(|licence| licence.satisfies(wanted)));
    (!fine).then(|| format!("{name}: {licence} is not among the licences of deny.toml"))
}

#[test]
fn every_crate_is_one_that_may_be_used() {
    let Some(metadata) = metadata() else { return };
    let allowed: Vec<Licensee> =
        list("allow").iter().map(|name| Licensee::parse(name).expect("a licence")).collect();
    let banned = list("deny");
    assert!(allowed.len() > 5 && banned.len() > 2, "{allowed:?} {banned:?}");
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let packages = metadata["packages"].as_array().expect("packages");
    let packages: Vec<&Value> = packages
        .iter()
        .filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id)))
        .collect();
    let faults: Vec<String> =
        packages.iter().filter_map(|package| fault(package, &allowed, &banned)).collect();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &packages {
        *versions.entry(package["name"].as_str().expect("a name")).or_default() += 1;
    }
    let twice: Vec<&str> = versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name).collect();
    eprintln!("{} crates; more than one version of: {}", packages.len(), twice.join(" "));
    assert!(packages.len() > 100, "{}", packages.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_check_of_a_crate_can_fail() {
    let allowed = [Licensee::parse("MIT").expect("a licence")];
    let package = |name: &str, source: &str, licence: &str| serde_json::json!({"name": name, "source": source, "license": licence, "dependencies": []});
    let wrong = |package: Value| fault(&package, &allowed, &["bad".to_owned()]);
    assert_eq!(wrong(package("good", REGISTRY, "GPL-3.0-only OR MIT")), None);
    assert!(wrong(package("good", REGISTRY, "GPL-3.0-only AND MIT")).is_some());
    assert!(wrong(package("good", "git+https://example.org/x", "MIT")).is_some());
    assert!(wrong(package("bad", REGISTRY, "MIT")).is_some());
    let wild =
        serde_json::json!({"name": "own", "source": null, "dependencies": [{"name": "x", "req": "*"}]});
    assert!(wrong(wild).is_some());
}
