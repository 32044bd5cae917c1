//! The flags of `score`.

use super::told;
use anku::locale::Lang;
use clap::Arg;
use clap::ArgAction;
use clap::builder::PathBufValueParser;

pub(super) fn args(lang: Lang) -> Vec<Arg> {
    let told = |id: &str| told(lang, "score.", id);
    let switch = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).help(told(id));
    let named =
        |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value).help(told(id));
    // Each is a question of its own.
    let mut questions = vec![
        named("explain", "ID"),
        named("history", "ID"),
        named("moves", "ROUND").num_args(0..=1).default_missing_value(""),
        switch("check"),
        switch("notice"),
        switch("publish"),
        switch("apply"),
        named("sheets", "DIR").value_parser(PathBufValueParser::new()),
        switch("outline"),
    ];
    let names: Vec<String> = questions.iter().map(|arg| arg.get_id().to_string()).collect();
    for (place, arg) in questions.iter_mut().enumerate() {
        let others = names.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, name)| name);
        *arg = arg.clone().conflicts_with_all(others);
    }
    let mut args =
        vec![Arg::new("scheme").value_name("SCHEME").help(told("scheme")), named("round", "ROUND")];
    args.append(&mut questions);
    args.extend([
        named("date", "YYYY-MM-DD"),
        Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue).help(lang.word("help.yes")),
        Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help(lang.word("help.dry-run")),
        Arg::new("excel").long("excel").action(ArgAction::SetTrue).help(lang.word("help.excel")),
    ]);
    args
}
