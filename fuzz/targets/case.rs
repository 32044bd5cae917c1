//! Bytes as a record file: read, every place on a character, written for people and read again.

#![no_main]

use anku::archive::Record;
use anku::diag::Lines;
use anku::diag::Span;
use anku::yaml;
use anku::yaml::Node;
use anku::yaml::Value;
use libfuzzer_sys::fuzz_target;

fn on_borders(text: &str, span: Span) {
    assert!(text.get(span.start..span.end).is_some(), "{span:?} is no span of {} bytes", text.len());
}

fn look(text: &str, node: &Node) {
    on_borders(text, node.span);
    match &node.value {
        Value::Scalar(scalar) => {
            let whole = Span::new(0, scalar.text.len());
            for span in yaml::source_spans(text, node, &[whole]) {
                on_borders(text, span);
            }
        }
        Value::List(items) => items.iter().for_each(|item| look(text, item)),
        Value::Map(entries) => {
            for entry in entries {
                on_borders(text, entry.key_span);
                look(text, &entry.value);
            }
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let record = Record::parse("cases/a.yaml", bytes);
    // Bytes that are no UTF-8 are replaced, and then nothing but a first place is known.
    if let Ok(text) = std::str::from_utf8(bytes) {
        let lines = Lines::new(text);
        for finding in &record.findings {
            let span = finding.span.expect("a place");
            on_borders(text, span);
            let place = lines.place(text, span.start);
            assert!(place.line >= 1 && place.column >= 1);
        }
        if let Some(root) = &record.root {
            look(text, root);
        }
    }
    let Some(root) = record.root.filter(|_| record.findings.is_empty()) else { return };
    if !matches!(root.value, Value::Map(_)) {
        return;
    }
    let written = yaml::write(&yaml::tree_of(&root));
    if written.is_empty() {
        return;
    }
    let again = yaml::read(&written);
    assert!(again.problems.is_empty(), "{:?}\n{written}", again.problems);
    let again = again.root.expect("a document");
    assert_eq!(yaml::write(&yaml::tree_of(&again)), written);
    assert_eq!(texts(&root), texts(&again), "{written}");
});

/// Every scalar that is not lost with an empty list or mapping, in order; `+7` and `7` are one number.
fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Scalar(scalar) => {
            vec![node.integer().map_or_else(|| scalar.text.clone(), |number| number.to_string())]
        }
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Map(entries) => entries.iter().flat_map(|entry| texts(&entry.value)).collect(),
    }
}
