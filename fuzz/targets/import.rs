//! A document: the first byte chooses the ending of its name, the rest are its bytes. Every character
//! of what was read must be accounted for.

#![no_main]

use anku::import::Action;
use anku::import::Input;
use anku::import::Options;
use anku::import::plan;
use anku_fuzz::LEXICON;
use libfuzzer_sys::fuzz_target;

const ENDINGS: [&str; 14] =
    ["txt", "md", "html", "csv", "json", "jsonl", "rtf", "docx", "xlsx", "odt", "zip", "doc", "tsv", "sql"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let ending = ENDINGS[usize::from(*first) % ENDINGS.len()];
    // A reader that others wrote runs on a thread behind a fence, which this hook would see through:
    // PDF is left to tests of its own.
    if bytes.windows(5).take(1024).any(|head| head == b"%PDF-") {
        return;
    }
    let input = Input { name: format!("a.{ending}"), bytes: bytes.to_vec() };
    let plan = plan(vec![input], &Options::default(), &LEXICON, &[]);
    for source in &plan.sources {
        let refused = source.format.is_empty();
        let mut owned = vec![false; source.chars];
        let kept = source.records.iter().filter(|record| record.action != Action::Reject || !refused);
        let spans = kept.flat_map(|record| record.spans.iter().copied());
        let apart = source.boilerplate.iter().chain(&source.unassigned).map(|apart| (apart.start, apart.end));
        for (start, end) in spans.chain(apart) {
            assert!(start <= end && end <= source.chars, "{start}..{end} of {}", source.chars);
            for owned in &mut owned[start..end] {
                assert!(!*owned, "{start}..{end} has two owners");
                *owned = true;
            }
        }
        assert!(refused || owned.iter().all(|owned| *owned), "a character has no owner");
    }
});
