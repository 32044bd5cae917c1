//! The flags of `export`.

use super::told;
use anku::locale::Lang;
use clap::Arg;
use clap::ArgAction;

pub(super) fn args(lang: Lang) -> Vec<Arg> {
    let told = |id: &str| told(lang, "export.", id);
    vec![
        Arg::new("query").value_name("QUERY").num_args(0..).help(told("query")),
        Arg::new("kind").long("kind").value_name("KIND").help(told("kind")),
        Arg::new("entries").long("entries").value_name("FIELD").help(told("entries")),
        Arg::new("schema").long("schema").action(ArgAction::SetTrue).help(told("schema")),
        Arg::new("excel").long("excel").action(ArgAction::SetTrue).help(lang.word("help.excel")),
        Arg::new("no-refresh")
            .long("no-refresh")
            .action(ArgAction::SetTrue)
            .help(lang.word("help.no-refresh")),
    ]
}
