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
use std::ffi::OsStr;
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

#[test]
fn a_case_is_the_same_in_every_format() {
    let mut first = None;
    for ending in ["docx", "odt", "rtf", "doc", "wps", "pdf"] {
        let name = format!("samples/formats/case1.{ending}");
        let Some(path) = shared("a_case_is_the_same_in_every_format", &name) else { return };
        let folder = archive();
        anku(folder.path(), [OsStr::new("import"), path.as_os_str(), OsStr::new("--yes")]).ends(0);
        let got = shape(folder.path());
        assert!(!got.0.is_empty() && !got.1.is_empty(), "{ending}: {got:?}");
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
