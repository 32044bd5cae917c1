//! A query: compiled against the shipped schema, answered from three records, marked in them.

#![no_main]

use anku::search;
use anku::search::Extent;
use anku::search::Language;
use anku::search::Options;
use anku::search::Scope;
use anku_fuzz::ARCHIVE;
use anku_fuzz::ENGINE;
use anku_fuzz::TREES;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let kinds = &ARCHIVE.kinds;
    let language = Language { kinds, views: &ARCHIVE.settings.views };
    let compiled = match text.strip_prefix('\u{1}') {
        Some(pattern) => search::compile_regex(pattern, language, &Scope::Everywhere),
        None => search::compile(text, language, &Scope::Everywhere),
    };
    let compiled = match compiled {
        Ok(compiled) => compiled,
        Err(error) => {
            let text = text.strip_prefix('\u{1}').unwrap_or(text);
            let span = error.span;
            assert!(text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
            return;
        }
    };
    let _ = compiled.plan.to_string();
    let found = search::find(&compiled.plan, &*ENGINE, &Options::default()).expect("an engine in memory");
    for hit in &found.hits {
        let (source, root) = &TREES[hit.doc as usize];
        let texts = kinds[0].texts(root);
        for extent in [Extent::Width(60), Extent::Whole] {
            for snippet in search::passages(&texts, source, &found.needles, 3, extent) {
                let chars = snippet.text.chars().count();
                let mut before = 0;
                for (start, end) in snippet.spans {
                    assert!(before <= start && start < end && end <= chars, "{start}..{end} of {chars}");
                    before = end;
                }
            }
        }
    }
});
