//! The flags of `grep`.

use super::told;
use anku::locale::Lang;
use clap::Arg;
use clap::ArgAction;
use clap::builder::PathBufValueParser;
use clap::value_parser;
use std::ffi::OsString;

/// The flags of `grep`: those of ripgrep, under its names and letters where it has them.
pub(super) fn args(lang: Lang) -> Vec<Arg> {
    let told = |id: &str| told(lang, "grep.", id);
    let switch = |id: &'static str, short: Option<char>| {
        let arg = Arg::new(id).long(id).action(ArgAction::SetTrue).help(told(id));
        match short {
            Some(short) => arg.short(short),
            None => arg,
        }
    };
    let number = |id: &'static str, short: char| {
        Arg::new(id).long(id).short(short).value_name("N").value_parser(value_parser!(usize)).help(told(id))
    };
    vec![
        Arg::new("pattern")
            .display_order(0)
            .value_name("PATTERN")
            .value_parser(value_parser!(OsString))
            .help(told("pattern")),
        Arg::new("patterns")
            .short('e')
            .long("pattern")
            .value_name("PATTERN")
            .value_parser(value_parser!(OsString))
            .allow_hyphen_values(true)
            .action(ArgAction::Append)
            .help(told("patterns")),
        Arg::new("pattern-files")
            .short('f')
            .long("file")
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .action(ArgAction::Append)
            .help(told("file")),
        switch("fixed-strings", Some('F')).overrides_with("regex"),
        switch("regex", Some('E')).overrides_with("fixed-strings"),
        switch("ignore-case", Some('i')).overrides_with("case-sensitive"),
        switch("case-sensitive", Some('s')).overrides_with("ignore-case"),
        switch("word-regexp", Some('w')),
        switch("invert-match", Some('v')),
        switch("files-with-matches", Some('l')),
        switch("files-without-match", None),
        switch("count", Some('c')),
        switch("count-matches", None),
        switch("only-matching", Some('o')),
        switch("quiet", Some('q')),
        number("after-context", 'A'),
        number("before-context", 'B'),
        number("context", 'C'),
        number("max-count", 'm'),
        switch("line-number", Some('n')).overrides_with("no-line-number"),
        switch("no-line-number", Some('N')).overrides_with("line-number"),
        switch("heading", None).overrides_with("no-heading"),
        switch("no-heading", None).overrides_with("heading"),
        switch("null", Some('0')),
    ]
}
