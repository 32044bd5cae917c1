//! What the tests of this module share: kinds, and records to search.

use crate::archive::Card;
use crate::archive::shipped;
use crate::schema::Kind;
use crate::schema::References;
use crate::text::fold;
use crate::yaml::read;
use std::path::Path;
use std::path::PathBuf;

const SECOND: &str = "
x-anku: {key: id, title: name}
type: object
properties:
  id: {type: string, x-anku: {index: code}}
  name: {type: string, title: 名称, x-anku: {index: keyword}}
  score: {type: number}
  secret: {type: string, x-anku: {index: none}}
";

/// The shipped kind, whose title is also called 名称 here, and a second one with a field for every
/// other way to index.
pub(super) fn kinds() -> Vec<Kind> {
    let node = |name: &str| {
        let path = format!("schemas/{name}");
        let text = shipped(&path).expect("a shipped schema");
        let text = text.replace("aliases: [标题,", "aliases: [标题, 名称,");
        (PathBuf::from(path), read(&text).root.expect("YAML"))
    };
    let mut references = References::new();
    for name in ["levels", "section-roles", "sectors", "themes"] {
        let name = format!("vocab/{name}.yaml");
        references.insert(name.clone(), node(&name));
    }
    let mut findings = Vec::new();
    let (path, schema) = node("case.yaml");
    let case = Kind::read("case", schema, &path, &references, &mut findings);
    let second = read(SECOND).root.expect("YAML");
    let second = Kind::read("note", second, Path::new("note.yaml"), &references, &mut findings);
    assert!(findings.is_empty(), "{findings:?}");
    vec![case, second]
}

/// A record from YAML, ready to scan.
pub(super) fn record(kind: &Kind, text: &str) -> (Card, Vec<(String, usize, String)>) {
    let root = read(text).root.expect("YAML");
    let of = |path: &str| kind.text_of(&root, path).unwrap_or_default().to_owned();
    let id = of(&kind.key);
    let card = Card {
        kind: kind.name.clone(),
        path: format!("cases/{id}.yaml"),
        id,
        title: of(&kind.title),
        extent: kind.extent(&root).map(str::to_owned),
        facts: kind.facts(&root),
    };
    let texts = kind.texts(&root);
    (card, texts.iter().map(|value| (value.label.clone(), value.item, fold::fold(value.text))).collect())
}
