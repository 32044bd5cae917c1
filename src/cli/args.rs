//! The command line: every command and flag, described in the user's language.
//!
//! Filter flags (`--year`, `--province`, …) come from the archive's schemas: a field with `flag:` in
//! its annotation has one.

mod edit;
mod export;
mod grep;
mod score;
mod terms;

use anku::locale::Lang;
use anku::schema::Field;
use anku::schema::FieldType;
use anku::schema::Kind;
use clap::Arg;
use clap::ArgAction;
use clap::Command;
use clap::builder::NonEmptyStringValueParser;
use clap::builder::PathBufValueParser;
use clap::value_parser;
use std::ffi::OsString;

/// Commands in the order of help, each with its aliases.
pub(crate) const COMMANDS: &[Known] = &[
    ("search", &["s"]),
    ("list", &["ls"]),
    ("grep", &[]),
    ("show", &[]),
    ("stats", &[]),
    ("terms", &[]),
    ("facts", &[]),
    ("region", &[]),
    ("report", &[]),
    ("export", &[]),
    ("score", &[]),
    ("validate", &["check"]),
    ("import", &[]),
    ("dedup", &[]),
    ("similar", &[]),
    ("set", &[]),
    ("new", &[]),
    ("open", &[]),
    ("fmt", &[]),
    ("undo", &[]),
    ("init", &[]),
    ("index", &[]),
    ("status", &[]),
    ("doctor", &[]),
    ("completions", &[]),
    ("man", &[]),
];

/// The whole command line in a language, with the filter flags of these kinds.
pub(crate) fn command(lang: Lang, kinds: &[Kind]) -> Command {
    outline(lang, kinds, &|_| true)
}

/// As much of the command line as it takes to read `argv`: the flags of commands that it does not name are left
/// out, which is most of the time that it takes to make them all.
pub(crate) fn command_for(argv: &[OsString], lang: Lang, kinds: &[Kind]) -> Command {
    outline(lang, kinds, &|command| argv.iter().any(|arg| is_named(arg, command)))
}

type Known = (&'static str, &'static [&'static str]);

/// Whether this is the name of a command, or one of its aliases.
fn is_named(arg: &OsString, (name, aliases): &Known) -> bool {
    arg == name || aliases.iter().any(|alias| arg == alias)
}

/// The commands, those in whole that are `wanted`.
fn outline(lang: Lang, kinds: &[Kind], wanted: &dyn Fn(&Known) -> bool) -> Command {
    let mut root = Command::new("anku")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .infer_subcommands(false)
        .about(lang.word("help.about"))
        .subcommand_help_heading(lang.word("help.commands"))
        .help_template(format!(
            "{{about}}\n\n{}: anku {}\n\n{{all-args}}\n\n{}\n",
            lang.word("help.usage"),
            lang.word("help.usage.root"),
            lang.word("help.more"),
        ))
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(lang.word("help.version")),
        );
    for arg in global(lang) {
        root = root.arg(localised(arg, lang));
    }
    root = root.mut_arg("version", |arg| localised(arg, lang));
    for known in COMMANDS {
        let (name, aliases) = known;
        let command = Command::new(*name)
            .aliases(aliases.iter().copied())
            .disable_help_flag(true)
            .args_override_self(true)
            .about(told(lang, name, ""));
        if !wanted(known) {
            root = root.subcommand(command);
            continue;
        }
        let command = add_args(command, name, lang, kinds).args(global(lang));
        let usage = told(lang, name, ".usage");
        let command = command.mut_args(|arg| localised(arg, lang));
        root = root.subcommand(command.help_template(format!(
            "{{about}}\n\n{}: anku {name} {usage}\n\n{}\n\n{{all-args}}\n",
            lang.word("help.usage"),
            told(lang, name, ".details"),
        )));
    }
    root
}

/// Headings and value names in the user's language; clap's own are English.
fn localised(arg: Arg, lang: Lang) -> Arg {
    let arg = if arg.get_help_heading().is_some() {
        arg
    } else if arg.is_positional() {
        arg.help_heading(lang.word("help.arguments"))
    } else {
        arg.help_heading(lang.word("help.options"))
    };
    let names: Option<Vec<String>> = arg.get_value_names().map(|names| {
        names.iter().map(|name| if lang.is_zh() { chinese(name) } else { name.to_string() }).collect()
    });
    match names {
        Some(names) => arg.value_names(names),
        None => arg,
    }
}

/// A value name with its English words in Chinese: `FIELD[:desc]` is `字段[:desc]`.
fn chinese(name: &str) -> String {
    let key = format!("value.{}", name.trim_end_matches(",…").trim_end_matches("[:desc]"));
    if !Lang::Zh.has(&key) {
        return name.to_owned();
    }
    let word = Lang::Zh.say(&key, &[]);
    let rest = name.trim_start_matches(|c: char| c.is_ascii_uppercase());
    format!("{word}{rest}")
}

/// The sentence of a command: `help.search`, `help.search.usage`, ….
fn told(lang: Lang, name: &str, part: &str) -> String {
    lang.say(&format!("help.{name}{part}"), &[])
}

fn global(lang: Lang) -> Vec<Arg> {
    vec![
        Arg::new("archive")
            .long("archive")
            .value_name("DIR")
            .value_parser(PathBufValueParser::new())
            .help(lang.word("help.archive")),
        Arg::new("lang").long("lang").value_name("zh|en").help(lang.word("help.lang")),
        Arg::new("color")
            .long("color")
            .value_name("auto|always|never")
            .value_parser(["auto", "always", "never"])
            .hide_possible_values(true)
            .help(lang.word("help.color")),
        Arg::new("help").short('h').long("help").action(ArgAction::Help).help(lang.word("help.help")),
    ]
}

fn add_args(command: Command, name: &str, lang: Lang, kinds: &[Kind]) -> Command {
    let text = |id: &'static str, value: &'static str, help: &'static str| {
        Arg::new(id)
            .long(id)
            .value_name(value)
            .help(lang.word(help))
            .value_parser(NonEmptyStringValueParser::new())
    };
    let switch = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).action(ArgAction::SetTrue).help(lang.word(help))
    };
    let paths = |help: &'static str| {
        Arg::new("paths")
            .value_name("PATH")
            .num_args(0..)
            .value_parser(PathBufValueParser::new())
            .help(lang.word(help))
    };
    let output = || {
        [
            Arg::new("output")
                .short('O')
                .long("output")
                .value_name("FORMAT")
                .help(told(lang, name, ".output")),
            switch("json", "help.json"),
        ]
    };
    let to_file = || {
        Arg::new("file")
            .short('o')
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .help(lang.word("help.file"))
    };
    let listing = || {
        [
            switch("paths-only", "help.paths-only").short('l').long("files-with-matches"),
            switch("null", "help.null").short('0').long("null"),
            switch("count", "help.count").short('c'),
            Arg::new("limit")
                .short('n')
                .long("limit")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help(told(lang, name, ".limit")),
            Arg::new("offset")
                .long("offset")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help(lang.word("help.offset")),
            text("sort", "FIELD[:desc]", "help.sort"),
            text("format", "TEXT", "help.format"),
        ]
    };
    let hyperlink = || {
        text("hyperlink", "auto|always|never", "help.hyperlink")
            .value_parser(["auto", "always", "never"])
            .hide_possible_values(true)
    };
    let refresh = || switch("no-refresh", "help.no-refresh");
    let filters = || filter_args(lang, kinds);
    match name {
        "search" => command
            .arg(
                Arg::new("query")
                    .value_name("QUERY")
                    .num_args(0..)
                    .allow_hyphen_values(false)
                    .help(lang.word("help.search.query")),
            )
            .args(listing())
            .args([
                switch("exact", "help.exact"),
                switch("no-snippet", "help.no-snippet"),
                switch("full", "help.full").conflicts_with("no-snippet"),
                Arg::new("context")
                    .short('C')
                    .long("context")
                    .value_name("N")
                    .value_parser(value_parser!(usize))
                    .conflicts_with_all(["no-snippet", "full"])
                    .help(lang.word("help.search.context")),
                text("facet", "FIELD", "help.facet").action(ArgAction::Append),
                text("count-by", "FIELD", "help.count-by"),
                text("group-by", "FIELD", "help.group-by"),
                text("like", "ID", "help.like"),
                switch("regex", "help.search.regex"),
                switch("synonyms", "help.synonyms"),
                switch("pinyin", "help.pinyin"),
                switch("no-fold", "help.no-fold"),
                switch("jsonl", "help.jsonl"),
                switch("explain", "help.explain"),
                refresh(),
                hyperlink(),
            ])
            .args(output())
            .args(filters()),
        "list" => command
            .arg(Arg::new("query").value_name("QUERY").num_args(0..).help(lang.word("help.list.query")))
            .args(filters())
            .args(listing())
            .args([text("columns", "FIELD,…", "help.columns"), refresh(), hyperlink()])
            .args(output())
            .arg(to_file()),
        "grep" => command
            .args(grep::args(lang))
            .arg(hyperlink())
            .arg(paths("help.grep.paths"))
            .args(output())
            .args(filters()),
        "facts" => command
            .arg(Arg::new("query").value_name("QUERY").num_args(0..).help(lang.word("help.list.query")))
            .args([
                text("unit", "UNIT", "help.facts.unit"),
                text("subject", "WORD", "help.facts.subject"),
                text("kind", "quantity|date", "help.facts.kind")
                    .value_parser(["quantity", "date"])
                    .hide_possible_values(true),
                switch("count", "help.count").short('c'),
                Arg::new("limit")
                    .short('n')
                    .long("limit")
                    .value_name("N")
                    .value_parser(value_parser!(usize))
                    .help(told(lang, name, ".limit")),
                refresh(),
            ])
            .args(output())
            .arg(to_file())
            .args(filters()),
        "terms" => {
            command.args(terms::args(lang)).arg(refresh()).args(output()).arg(to_file()).args(filters())
        }
        "score" => command.args(score::args(lang)).args(output()).arg(to_file()),
        "show" => command
            .arg(Arg::new("id").value_name("ID").required(true).num_args(1..).help(lang.word("help.show.id")))
            .args([
                text("section", "ROLE", "help.section").action(ArgAction::Append),
                switch("source", "help.source"),
                switch("raw", "help.raw"),
                switch("path", "help.path"),
            ])
            .args(output()),
        "stats" => command
            .args([
                text("rows", "FIELD", "help.rows").alias("by").action(ArgAction::Append),
                text("cols", "FIELD", "help.cols").action(ArgAction::Append),
                text("measure", "MEASURE", "help.measure"),
                switch("totals", "help.totals"),
                text("percent", "row|col|all", "help.percent")
                    .value_parser(["row", "col", "all"])
                    .hide_possible_values(true),
                switch("transpose", "help.transpose"),
                text("sort", "value|count[:desc]", "help.stats.sort"),
                text("top", "N", "help.stats.top").value_parser(value_parser!(usize)),
                switch("subtotals", "help.stats.subtotals"),
                switch("delta", "help.stats.delta"),
                text("chart", "bars|stacked|line", "help.stats.chart")
                    .value_parser(["bars", "stacked", "line"])
                    .hide_possible_values(true),
                switch("drill", "help.stats.drill"),
                switch("excel", "help.excel"),
                text("kind", "KIND", "help.kind"),
                refresh(),
            ])
            .args(filters())
            .args(output())
            .arg(to_file()),
        "report" => command
            .arg(Arg::new("name").value_name("NAME").help(lang.word("help.report.name")))
            .arg(Arg::new("query").value_name("QUERY").num_args(0..).help(lang.word("help.report.query")))
            .args([
                text("where", "QUERY", "help.where").action(ArgAction::Append),
                text("date", "YYYY-MM-DD", "help.report.date"),
                Arg::new("check")
                    .long("check")
                    .value_name("FILE")
                    .value_parser(PathBufValueParser::new())
                    .help(lang.word("help.report.check")),
                Arg::new("edition")
                    .long("edition")
                    .value_name("N")
                    .value_parser(value_parser!(i64))
                    .help(lang.word("help.report.edition")),
                Arg::new("year")
                    .long("year")
                    .value_name("YYYY")
                    .value_parser(value_parser!(i64))
                    .help(lang.word("help.report.year")),
                text("programme", "NAME", "help.report.programme"),
                switch("outline", "help.report.outline"),
                switch("excel", "help.excel"),
                refresh(),
            ])
            .args(output())
            .arg(to_file()),
        "region" => command
            .arg(
                Arg::new("names")
                    .value_name("NAME")
                    .required(true)
                    .num_args(1..)
                    .help(lang.word("help.region.names")),
            )
            .arg(text("at", "YYYY", "help.region.at"))
            .args(output())
            .arg(to_file()),
        "validate" => command
            .arg(paths("help.validate.paths"))
            .args([
                Arg::new("explain")
                    .long("explain")
                    .value_name("CODE")
                    .help(lang.word("help.validate.explain")),
                text("only", "CODE,…", "help.validate.only").value_delimiter(','),
                text("skip", "CODE,…", "help.validate.skip").value_delimiter(','),
                switch("strict", "help.validate.strict"),
                switch("fix", "help.validate.fix"),
                switch("dry-run", "help.dry-run").requires("fix"),
                switch("yes", "help.yes").short('y').requires("fix"),
            ])
            .args(output()),
        "import" => command
            .arg(paths("help.import.paths").num_args(0..))
            .args([
                Arg::new("files-from")
                    .long("files-from")
                    .value_name("FILE")
                    .value_parser(PathBufValueParser::new())
                    .help(lang.word("help.files-from")),
                text("glob", "PATTERN", "help.glob").action(ArgAction::Append).allow_hyphen_values(true),
                text("encoding", "LABEL", "help.encoding").action(ArgAction::Append),
                text("name", "NAME", "help.import.name"),
                text("map", "COLUMN=FIELD", "help.import.map").action(ArgAction::Append),
                text("force-kind", "KIND", "help.force-kind"),
                text("on-conflict", "update|skip|error", "help.on-conflict")
                    .value_parser(["update", "skip", "error"])
                    .hide_possible_values(true),
                switch("yes", "help.yes").short('y'),
                switch("dry-run", "help.dry-run"),
            ])
            .args(output()),
        "set" | "new" | "open" | "fmt" => command.args(edit::args(lang, name)).args(output()),
        "completions" | "man" => command.args(edit::about_args(lang, name)),
        "export" => command.args(export::args(lang)).args(filters()).args(output()).arg(to_file()),
        "doctor" => command.arg(switch("fix", "help.doctor.fix")).args(output()),
        "undo" => command
            .arg(Arg::new("batch").value_name("BATCH").help(lang.word("help.undo.batch")))
            .args([
                switch("list", "help.undo.list"),
                switch("keep-edited", "help.undo.keep-edited"),
                switch("yes", "help.yes").short('y'),
                switch("dry-run", "help.dry-run"),
            ])
            .args(output()),
        "dedup" => command
            .arg(Arg::new("query").value_name("QUERY").num_args(0..).help(lang.word("help.dedup.query")))
            .args([
                switch("apply", "help.dedup.apply"),
                switch("yes", "help.yes").short('y'),
                switch("dry-run", "help.dry-run"),
            ])
            .args(filters())
            .args(output())
            .arg(to_file()),
        "similar" => command
            .arg(Arg::new("id").value_name("ID").required(true).help(lang.word("help.show.id")))
            .arg(
                Arg::new("limit")
                    .short('n')
                    .long("limit")
                    .value_name("N")
                    .value_parser(value_parser!(usize))
                    .help(told(lang, name, ".limit")),
            )
            .args(output())
            .arg(to_file()),
        "init" => command.arg(
            Arg::new("dir")
                .value_name("DIR")
                .value_parser(PathBufValueParser::new())
                .help(lang.word("help.init.dir")),
        ),
        "index" => command.arg(switch("rebuild", "help.rebuild")).args(output()),
        _ => command.args(output()),
    }
}

/// `-党员` on a command line is a query's NOT, and clap takes it for flags. A word that begins with
/// one hyphen and cannot be flags (it goes on with something other than a Latin letter or digit, or
/// holds a colon) is written out as `NOT …` before clap sees it.
pub(crate) fn shield_negations(argv: Vec<OsString>) -> Vec<OsString> {
    let command = argv.iter().skip(1).find(|arg| COMMANDS.iter().any(|known| is_named(arg, known)));
    if !command.is_some_and(|arg| {
        ["search", "s", "list", "ls", "facts", "terms", "dedup"].iter().any(|name| arg == name)
    }) {
        return argv;
    }
    let shield = |arg: OsString| match arg.to_str().and_then(|text| text.strip_prefix('-')) {
        Some(rest) if is_negation(rest) => OsString::from(format!("NOT {rest}")),
        _ => arg,
    };
    argv.into_iter().map(shield).collect()
}

fn is_negation(rest: &str) -> bool {
    let Some(first) = rest.chars().next() else { return false };
    first != '-' && (!first.is_ascii_alphanumeric() || rest.contains([':', '：']))
}

/// One flag for every field that names one, and the general forms `--where` and `--kind`.
fn filter_args(lang: Lang, kinds: &[Kind]) -> Vec<Arg> {
    let heading = lang.word("help.filters");
    let mut args = vec![
        Arg::new("where")
            .long("where")
            .value_name("QUERY")
            .action(ArgAction::Append)
            .help(lang.word("help.where"))
            .help_heading(heading),
    ];
    let mut seen: Vec<&str> = Vec::new();
    for field in kinds.iter().flat_map(|kind| &kind.fields) {
        let Some(flag) = field.flag.as_deref() else { continue };
        if seen.contains(&flag) || RESERVED.contains(&flag) {
            continue;
        }
        seen.push(flag);
        let name = if lang.is_zh() { &field.names.zh } else { &field.names.en };
        args.push(
            Arg::new(format!("field:{flag}"))
                .long(flag.to_owned())
                .value_name(name.clone())
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
                .help(lang.say(filter_help(field), &[("name", name)]))
                .help_heading(heading),
        );
    }
    args
}

fn filter_help(field: &Field) -> &'static str {
    if field.ty == FieldType::Integer { "help.filter.number" } else { "help.filter" }
}

/// Long flags that a schema cannot take for a field.
const RESERVED: &[&str] = &[
    "apply",
    "archive",
    "dry-run",
    "yes",
    "lang",
    "color",
    "help",
    "version",
    "output",
    "json",
    "limit",
    "offset",
    "sort",
    "format",
    "exact",
    "facet",
    "explain",
    "no-refresh",
    "no-snippet",
    "where",
    "count",
    "null",
    "columns",
    "rows",
    "cols",
    "by",
    "measure",
    "totals",
    "percent",
    "transpose",
    "kind",
    "files-with-matches",
    "unit",
    "after-context",
    "before-context",
    "case-sensitive",
    "context",
    "count-matches",
    "file",
    "files-without-match",
    "fixed-strings",
    "heading",
    "hyperlink",
    "ignore-case",
    "invert-match",
    "line-number",
    "max-count",
    "no-heading",
    "no-line-number",
    "only-matching",
    "pattern",
    "quiet",
    "regex",
    "word-regexp",
    "subject",
    "only",
    "new",
    "rising",
    "falling",
    "min",
    "add-to",
];
