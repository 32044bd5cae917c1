//! Text: folded, mapped back, and highlighted. Every place lies on a character of the source.

#![no_main]

use anku::search::Extent;
use anku::search::Language;
use anku::search::Options;
use anku::search::Scope;
use anku::search::compile;
use anku::search::find;
use anku::search::passages;
use anku::text::fold;
use anku::yaml;
use anku::yaml::Tree;
use anku_fuzz::ARCHIVE;
use anku_fuzz::ENGINE;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let folded = fold::fold_mapped(text);
    assert_eq!(folded.text, fold::fold(text));
    let term = fold::fold_term(text);
    assert_eq!(fold::fold_term(&term), term);
    let borders: Vec<usize> = folded.text.char_indices().map(|(at, _)| at).collect();
    let mut before = 0;
    for (place, start) in borders.iter().enumerate() {
        let end = borders.get(place + 1).copied().unwrap_or(folded.text.len());
        let source = folded.source_range(*start..end);
        assert!(text.get(source.clone()).is_some_and(|piece| !piece.is_empty()), "{source:?}");
        assert!(before <= source.start, "{source:?} goes back");
        before = source.start;
    }
    // Ranges that lie nowhere in particular, and beyond the end.
    for (start, end) in [(0, usize::MAX), (1, 2), (folded.text.len() / 2, folded.text.len()), (7, 3)] {
        let source = folded.source_range(start..end);
        assert!(text.get(source).is_some());
    }

    // The text as a section of a record, and a piece of it as the query.
    let chars: Vec<char> = text.chars().filter(|c| !matches!(c, '"' | '“' | '”')).collect();
    let middle = chars.len() / 2;
    let piece: String = chars[middle..chars.len().min(middle + 4)].iter().collect();
    let section = vec![("role".to_owned(), "other".into()), ("text".to_owned(), text.into())];
    let record = Tree::Map(vec![
        ("id".to_owned(), "case-x".into()),
        ("title".to_owned(), "x".into()),
        ("sections".to_owned(), Tree::List(vec![Tree::Map(section)])),
    ]);
    let file = yaml::write(&record);
    let reading = yaml::read(&file);
    let Some(root) = reading.root.filter(|_| reading.problems.is_empty()) else {
        assert!(text.chars().any(|c| c.is_control() || c == '\u{feff}'), "{:?}\n{file}", reading.problems);
        return;
    };
    let texts = ARCHIVE.kinds[0].texts(&root);
    let language = Language { kinds: &ARCHIVE.kinds, views: &ARCHIVE.settings.views };
    let Ok(compiled) = compile(&format!("\"{piece}\""), language, &Scope::Everywhere) else { return };
    let found =
        find(&compiled.plan, &*ENGINE, &Options { exact: true, top: None, hints: true }).expect("an engine");
    for extent in [Extent::Width(20), Extent::Sentences(1), Extent::Whole] {
        for snippet in passages(&texts, &file, &found.needles, 8, extent) {
            let count = snippet.text.chars().count();
            assert!(snippet.line >= 1 && snippet.line <= file.lines().count() + 1);
            for (start, end) in snippet.spans {
                assert!(start < end && end <= count, "{start}..{end} of {count}");
            }
        }
    }
});
