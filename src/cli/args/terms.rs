//! The flags of `terms` that no other command has.

use anku::locale::Lang;
use clap::Arg;
use clap::ArgAction;
use clap::builder::PathBufValueParser;
use clap::value_parser;

pub(super) fn args(lang: Lang) -> Vec<Arg> {
    let switch = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).action(ArgAction::SetTrue).help(lang.word(help))
    };
    let number = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).value_name("N").value_parser(value_parser!(usize)).help(lang.word(help))
    };
    vec![
        Arg::new("query").value_name("QUERY").num_args(0..).help(lang.word("help.list.query")),
        Arg::new("only")
            .long("only")
            .value_name("methods|keywords")
            .value_parser(["methods", "keywords"])
            .hide_possible_values(true)
            .help(lang.word("help.terms.only")),
        switch("new", "help.terms.new"),
        switch("rising", "help.terms.rising"),
        switch("falling", "help.terms.falling"),
        number("limit", "help.terms.limit").short('n'),
        number("min", "help.terms.min"),
        Arg::new("add-to")
            .long("add-to")
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .help(lang.word("help.terms.add-to")),
        switch("dry-run", "help.dry-run").requires("add-to"),
    ]
}
