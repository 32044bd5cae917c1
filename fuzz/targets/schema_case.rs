//! A schema and a record, split at the first NUL: the schema is linted and used, and the record is
//! checked by it. Where the first half is empty, by the shipped one.

#![no_main]

use anku::diag::Finding;
use anku::schema::Checker;
use anku::schema::Kind;
use anku::schema::lint;
use anku::yaml;
use anku_fuzz::ARCHIVE;
use anku_fuzz::CHECKER;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fn on_borders(text: &str, findings: &[Finding]) {
    for span in findings.iter().filter_map(|finding| finding.span) {
        assert!(text.get(span.start..span.end).is_some(), "{span:?} is no span of {} bytes", text.len());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (schema, record) = text.split_once('\0').unwrap_or(("", text));
    let record_root = yaml::read(record).root;
    let mut found = Vec::new();
    if schema.is_empty() {
        if let Some(root) = &record_root {
            CHECKER.check(Path::new("cases/a.yaml"), root, &mut found);
            on_borders(record, &found);
        }
        return;
    }
    let Some(root) = yaml::read(schema).root else { return };
    let path = Path::new("schemas/own.yaml");
    let mut faults = Vec::new();
    lint(&root, path, &ARCHIVE.references, &mut faults);
    let clean = faults.is_empty();
    let kind = Kind::read("own", root, path, &ARCHIVE.references, &mut faults);
    // The check is only made where the lint has passed the schema.
    if clean
        && let Some(checker) = Checker::new(&kind, &ARCHIVE.references, &mut faults)
        && let Some(root) = &record_root
    {
        checker.check(Path::new("cases/a.yaml"), root, &mut found);
        on_borders(record, &found);
        let _ = (kind.facts(root), kind.texts(root), kind.extent(root));
    }
    faults.retain(|fault| fault.path == path);
    on_borders(schema, &faults);
});
