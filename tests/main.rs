//! One test binary: each module says what belongs in it.

/// A batch is one transaction, and can be taken back.
mod batches;
/// Random queries over random archives, against brute force.
mod brute_force;
/// The archives and queries for it.
mod brute_force_made;
/// The command line: exit codes, JSON shapes, lists, words on stderr, control characters, languages.
mod cli;
/// No record is lost or damaged: kills, failing calls, full disks, power failures, two at once. Linux only.
#[cfg(target_os = "linux")]
mod crash;
/// One case, many copies: pairs, merges, and that nothing is lost.
mod dedup;
/// What the project is built from: licences, registries, no banned crate.
mod dependencies;
/// The same archive gives the same bytes, wherever and however it is asked.
mod determinism;
/// Damaged indexes, leftovers of killed runs: no answer is wrong, `doctor` names them, `--fix` mends.
mod doctor;
/// One case in many formats, and files that cannot be read.
mod documents;
/// `set`, `fmt`, `new`, `open`: what changes, what does not, and that `undo` takes it back. Completions and manual pages.
mod edit;
/// Whole records for other programs, and the schema as one file.
mod export;
/// Quantities and dates: places, filters, formats, freshness.
mod facts;
/// `validate --fix`: what is certain, byte by byte.
mod fix;
/// The house: floors and fences.
mod floors;
/// Answers from the files as they are now, whatever happened to them and to the index.
mod freshness;
/// A plain scan: every flag, against ripgrep and against search.
mod grep;
/// Bad input in 24 classes: said with its place, nothing written, nothing that never ends.
mod hostile;
/// Markup that records bring is text in every page.
mod html_safety;
/// What goes into an import: encodings, archives of files, folders, lists, stdin, many files, broken ones.
mod inputs;
/// Broken records and broken schemas: what is said of each, and where it points.
mod invalid;
/// Formulas, forbidden characters, long texts and many rows in spreadsheets and documents.
mod office_safety;
/// What is written for other programs, held against the rules of its format.
mod ooxml;
/// The pictures of the docs, made anew.
mod pictures;
/// A reader that goes at once ends every command quietly.
mod pipes;
/// Documents for Word, as LibreOffice lays them out.
mod printed;
/// The query language through the binary: what is said, what is marked, saved queries.
mod query;
/// What the README shows, run as it stands.
mod readme;
/// Search finds what a plain scan of the text finds: no more, no less.
mod recall;
/// `anku region`: one place, several, none.
mod region;
/// Reports as one page: what a browser makes of it.
mod report_html;
/// Statistics and reports with figures counted by hand, checked against the archive later.
mod reports;
/// The official JSON Schema suite, when it is at hand.
mod schema_suite;
/// The shipped schemes, worked out by hand.
mod score;
/// What search does beyond finding: context, groups, counts, likeness, synonyms, pinyin, copies, offers.
mod search_flags;
/// A kind of record that no line of code knows: one schema file, and everything works.
mod second_kind;
/// The five documents that the archive was made from, when they are at hand.
mod seeds;
/// Random sequences of changes to files: after each, an answer is what the files say.
mod sequences;
/// Strings that words spell, and the same characters in other words.
mod spellings;
/// What several modules need: the binary in a fixed environment, archives in temporary folders.
mod support;
/// Spreadsheets and tables: a row a record, nothing lost, the seeds' lists whole.
mod tables;
/// Nothing that stands in a record commands a terminal.
mod terminal;
/// Method names and keywords: found as judged, counted by records, added to the dictionary and taken back.
mod terms;
/// Reports as Excel workbooks: cells, charts, links, LibreOffice, the command line.
mod workbooks;
/// The official YAML suite, when it is at hand.
mod yaml_suite;
