//! The flags of the commands that change and make records (`set`, `new`, `open`, `fmt`) and of those about anku itself.

use anku::locale::Lang;
use clap::Arg;
use clap::ArgAction;
use clap::builder::NonEmptyStringValueParser;
use clap::builder::PathBufValueParser;
use clap::value_parser;
use clap_complete::Shell;

pub(super) fn args(lang: Lang, command: &str) -> Vec<Arg> {
    let dry =
        || Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help(lang.word("help.dry-run"));
    match command {
        "set" => vec![
            Arg::new("words")
                .value_name("ID|F=V")
                .required(true)
                .num_args(1..)
                .value_parser(NonEmptyStringValueParser::new())
                .help(lang.word("help.set.words")),
            dry(),
        ],
        "new" => vec![
            Arg::new("kind").long("kind").value_name("KIND").help(lang.word("help.kind")),
            Arg::new("set")
                .long("set")
                .value_name("F=V")
                .action(ArgAction::Append)
                .value_parser(NonEmptyStringValueParser::new())
                .help(lang.word("help.new.set")),
            dry(),
        ],
        "fmt" => vec![
            Arg::new("paths")
                .value_name("PATH")
                .num_args(0..)
                .value_parser(PathBufValueParser::new())
                .help(lang.word("help.validate.paths")),
            Arg::new("check").long("check").action(ArgAction::SetTrue).help(lang.word("help.fmt.check")),
            dry(),
        ],
        _ => vec![Arg::new("id").value_name("ID").required(true).help(lang.word("help.show.id"))],
    }
}

/// The arguments of `completions` and `man`.
pub(super) fn about_args(lang: Lang, command: &str) -> Vec<Arg> {
    vec![match command {
        "completions" => Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .hide_possible_values(true)
            .help(lang.word("help.completions.shell")),
        _ => Arg::new("command").value_name("COMMAND").help(lang.word("help.man.command")),
    }]
}
