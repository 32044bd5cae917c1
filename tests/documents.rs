//! One case in many formats: whoever imports it gets the same record.

use crate::support::anku;
use crate::support::command;
use crate::support::field;
use crate::support::files;
use crate::support::record;
use crate::support::run;
use crate::support::shared;
use crate::support::write;
use anku::yaml::Node;
use std::path::Path;

/// An empty archive with the shipped schemas.
fn archive() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    anku(folder.path(), ["init"]).ends(0);
    folder
}

/// The only record of an archive: its title, and the role and heading of each section.
fn shape(folder: &Path) -> (String, Vec<(String, String)>) {
    let cases = files(&folder.join("cases"));
    let texts: Vec<&Vec<u8>> =
        cases.iter().filter(|(path, _)| path.ends_with(".yaml")).map(|(_, text)| text).collect();
    assert_eq!(texts.len(), 1, "{:?}", cases.keys());
    let case = record(std::str::from_utf8(texts[0]).expect("UTF-8"));
    let title = field(&case, "title").unwrap_or_default().to_owned();
    let said =
        |section: &Node, key: &str| section.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let sections = case.get("sections").map(|sections| {
        sections.items().iter().map(|section| (said(section, "role"), said(section, "heading"))).collect()
    });
    (title, sections.unwrap_or_default())
}

/// What the texts of an archive say in numbers.
fn facts(folder: &Path) -> Vec<String> {
    let answer = anku(folder, ["facts", "--json", "-n", "0"]).ends(0).json();
    let found = answer["facts"].as_array().expect("facts").iter();
    let mut found: Vec<String> = found.map(|fact| format!("{} {}", fact["value"], fact["unit"])).collect();
    found.sort();
    found
}

/// The only record of an archive as plain text.
fn plain(folder: &Path) -> String {
    let (name, _) = files(&folder.join("cases")).into_iter().next().expect("a record");
    let text = std::fs::read_to_string(folder.join("cases").join(name)).expect("a record");
    let case = record(&text);
    let mut lines = vec![field(&case, "title").unwrap_or_default().to_owned()];
    for section in case.get("sections").map(Node::items).unwrap_or_default() {
        for key in ["heading", "text"] {
            lines.extend(section.get(key).and_then(Node::text).map(str::to_owned));
        }
    }
    lines.join("\n")
}

#[test]
fn a_case_is_the_same_in_every_format() {
    let mut first = None;
    let mut text = String::new();
    for ending in ["docx", "odt", "rtf", "doc", "wps", "pdf", "html", "txt"] {
        let folder = archive();
        let name = format!("case1.{ending}");
        if ending == "txt" {
            write(folder.path(), &name, &text);
        } else {
            let sample = format!("samples/formats/{name}");
            let Some(path) = shared("a_case_is_the_same_in_every_format", &sample) else { return };
            std::fs::copy(path, folder.path().join(&name)).expect("a copy");
        }
        anku(folder.path(), ["import", &name, "--yes"]).ends(0);
        let (title, sections) = shape(folder.path());
        assert!(!title.is_empty() && !sections.is_empty(), "{ending}: {title}");
        let got = (title, sections, facts(folder.path()));
        if text.is_empty() {
            text = plain(folder.path());
        }
        let first = first.get_or_insert_with(|| got.clone());
        assert_eq!(*first, got, "{ending}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let folder = archive();
    let at = folder.path();
    write(at, "a.docx", b"PK\x03\x04 word/document.xml [Content_Types].xml");
    write(at, "b.pdf", b"%PDF-1.7\nnothing");
    write(at, "c.txt", format!("{{\\rtf1 {}", "{".repeat(5000)));
    // Helpers on the machine would be asked too: none are wanted here.
    let mut command = command(at);
    let got =
        run(command.env("PATH", "").args(["import", "a.docx", "b.pdf", "c.txt", "--yes", "--lang", "en"]));
    let got = got.ends(1);
    for reason in ["the Word file is damaged", "PDF", "nested deeper"] {
        assert!(got.stderr.contains(reason), "{reason}\n{}", got.stderr);
    }
}
