//! What scripts and people rely on at the terminal: exit codes, JSON shapes, bare lists, widening,
//! harmless output, both languages.

use crate::support::COMMANDS;
use crate::support::Rng;
use crate::support::anku;
use crate::support::anku_reading;
use crate::support::command;
use crate::support::has_han;
use crate::support::isolated;
use crate::support::run;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use anku::archive::Archive;
use anku::search::Scope;
use anku::search::compile;
use anku::text::fold::fold_term;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr as _;

/// A record with a finding, on line 4.
const BAD: &str = "id: bad\ntitle: 坏记录\nyear: 2012\nsector: 没有的领域\n";

/// A case as somebody may have it in a text file.
const NOTE: &str = "党建引领基层治理\n甘肃省兰州市某街道党工委\n一、背景与起因\n过去社区里停车难、噪音大,群众意见多,党员作用发挥不够,支部开会没有人来。\n\
                    二、做法与经过\n一是把支部建在楼栋里,党员带头认领岗位。二是每周开一次议事会,大家的事情大家商量着办。三是把办理结果贴在公告栏上,请群众打分。\n\
                    三、成效与反响\n一年下来,办结了一百二十件实事,群众满意率明显提高。\n";

#[test]
fn exit_codes_say_how_it_ended() {
    let folder = small();
    let root = folder.path();
    write(root, "note.txt", NOTE);
    let table: &[(&[&str], i32)] = &[
        (&["search", "党员"], 0),
        (&["s", "党员"], 0),
        (&["search"], 0),
        (&["search", "--exact", "从来没有"], 1),
        (&["search", "党员", "year:1999"], 1),
        (&["search", "year:abc"], 2),
        (&["search", "--nope"], 2),
        (&["search", "-O", "nope", "党员"], 2),
        (&["list"], 0),
        (&["ls", "-c"], 0),
        (&["list", "year:1999"], 1),
        (&["list", "--sort", "nope"], 2),
        (&["list", "--columns", "nope"], 2),
        (&["show", "case-a"], 0),
        (&["show", "case-zzz"], 1),
        (&["show", "case-"], 2),
        (&["show"], 2),
        (&["show", "case-a", "--section", "practice"], 0),
        (&["show", "case-a", "--section", "results"], 1),
        (&["show", "case-a", "--section", "nope"], 2),
        (&["stats", "--by", "year"], 0),
        (&["stats", "--by", "year", "--where", "year:1999"], 1),
        (&["stats", "--by", "nope"], 2),
        (&["report", "yearly", "--edition", "2"], 0),
        (&["report"], 0),
        (&["report", "yearly", "--edition", "99"], 1),
        (&["report", "nope"], 2),
        (&["validate"], 0),
        (&["check"], 0),
        (&["validate", "cases"], 0),
        (&["validate", "missing.yaml"], 2),
        (&["validate", "--explain", "AK0104"], 0),
        (&["validate", "--explain", "AK9999"], 2),
        (&["import", "--dry-run", "note.txt"], 0),
        (&["import", "missing.txt"], 2),
        (&["import"], 2),
        (&["init", "."], 2),
        (&["init", "new/archive"], 0),
        (&["index"], 0),
        (&["index", "--rebuild"], 0),
        (&["status"], 0),
        (&["doctor"], 0),
        (&["fmt", "--check"], 1),
        (&["grep", "党员"], 0),
        (&["grep", "从来没有"], 1),
        (&["grep", ""], 2),
        (&["region", "没有的地方"], 1),
        (&["facts", "year:1999"], 1),
        (&["set", "case-a", "nope=1"], 2),
        (&["undo", "zzzz"], 1),
        (&["nope"], 2),
        (&[], 2),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["search", "--help"], 0),
        (&["--archive", "nowhere", "list"], 2),
    ];
    for code in 0..3 {
        let many = table.iter().filter(|(_, expected)| *expected == code).count();
        eprintln!("exit codes: {many} command lines end with {code}");
        assert!(many >= 3);
    }
    let mut wrong = Vec::new();
    for (args, expected) in table {
        let ended = anku(root, *args);
        if ended.code != *expected {
            wrong.push(format!("{args:?}: {} instead of {expected}: {}", ended.code, ended.stderr));
        }
        // A run that could not be done says why, and gives no data.
        if *expected == 2 && !args.is_empty() {
            assert!(!ended.stderr.trim().is_empty(), "{args:?} fails without a word");
        }
        assert!(!ended.stderr.contains("panicked"), "{args:?}: {}", ended.stderr);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    // There is no archive up there.
    let nowhere = tempfile::tempdir().expect("a temporary folder");
    for name in COMMANDS.iter().filter(|name| !matches!(**name, "init" | "man")) {
        let args: &[&str] = if *name == "show" { &["show", "x"] } else { &[name] };
        anku(nowhere.path(), args).ends(2);
    }
}

#[test]
fn findings_warnings_and_broken_files_count_in_the_exit_code() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/bad.yaml", BAD);
    anku(root, ["validate"]).ends(1);
    anku(root, ["validate", "cases/2012"]).ends(0);
    anku(root, ["validate", "cases/bad.yaml"]).ends(1);
    // A record that breaks a rule is still a record.
    anku(root, ["search", "坏记录"]).ends(0);
    anku(root, ["list"]).ends(0);

    // No YAML at all: nothing that reads it all can have done all.
    write(root, "cases/bad.yaml", "id: [bad\n");
    anku(root, ["validate"]).ends(1);
    for args in [&["search", "党员"][..], &["list"], &["stats", "--by", "year"], &["status"], &["index"]] {
        let ended = anku(root, args).ends(2);
        assert!(ended.stderr.contains("cases/bad.yaml"), "{args:?}: {}", ended.stderr);
    }
    std::fs::remove_file(root.join("cases/bad.yaml")).expect("a record");

    // A broken schema is a failure of everything, with its place.
    let schema = std::fs::read_to_string(root.join("schemas/case.yaml")).expect("a schema");
    write(root, "schemas/case.yaml", schema.replace("index: code, group: true", "indexx: code"));
    for args in [&["search", "党员"][..], &["list"], &["stats", "--by", "year"], &["status"], &["validate"]]
    {
        let ended = anku(root, args).ends(2);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains("schemas/case.yaml:"), "{args:?}: {said}");
    }
}

#[test]
fn an_import_sets_aside_what_it_cannot_read() {
    let folder = small();
    let root = folder.path();
    write(root, "good.txt", NOTE);
    write(root, "bad.txt", b"\x00\x01\x02\xff\xfe\x00\x00\x80binary\x00\x00\xff\xff".repeat(40));
    let ended = anku(root, ["import", "--yes", "--json", "good.txt", "bad.txt"]);
    let plan = ended.json();
    assert!(plan["rejected"].as_u64() > Some(0), "{plan}");
    let ended = ended.ends(1);
    assert_eq!(plan["created"].as_u64(), Some(1), "{plan}");
    assert_eq!(anku(root, ["list", "-c"]).ends(0).stdout.trim(), "5", "{}", ended.stderr);
    // The reason is told in the reader's language.
    write(root, "short.txt", "从前有座山。\n");
    for name in ["bad.txt", "short.txt"] {
        for lang in ["zh", "en"] {
            let said = anku(root, ["--lang", lang, "import", "--dry-run", name]).ends(1).stderr;
            let reason = said.lines().next().and_then(|line| line.rsplit(": ").next().map(str::to_owned));
            let reason = reason.unwrap_or_default();
            assert_eq!(has_han(&reason), lang == "zh", "{name} {lang}: {said}");
        }
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no object")).keys().map(String::as_str).collect()
}

#[track_caller]
fn has_keys(value: &Value, wanted: &[&str]) {
    let keys = keys(value);
    for key in wanted {
        assert!(keys.contains(key), "{key} is not in {value}");
    }
}

#[test]
fn search_prints_the_json_of_the_contract() {
    let folder = small();
    let root = folder.path();
    for query in ["党员", "民情流水线", "2+X", "gps", "甘肃省", "一点通”。", "黨員結對", "１２００户"]
    {
        let ended = anku(root, ["search", "--json", "--exact", "--facet", "省", query]).ends(0);
        assert_eq!(ended.stdout.lines().count(), 1, "one object, one line");
        let answer = ended.json();
        has_keys(&answer, &["v", "query", "match", "total", "elapsed_ms", "index", "hits", "facets"]);
        assert_eq!((answer["v"].as_u64(), &answer["match"]), (Some(1), &"exact".into()));
        assert_eq!(answer["query"], query);
        assert_eq!(answer["index"]["records"].as_u64(), Some(4));
        assert!(answer["index"]["refreshed"].is_u64() && answer["elapsed_ms"].is_number());
        let hits = answer["hits"].as_array().expect("hits");
        assert_eq!(Some(hits.len() as u64), answer["total"].as_u64());
        for value in answer["facets"]["region.province"].as_array().expect("a facet") {
            has_keys(value, &["value", "count"]);
        }
        for hit in hits {
            has_keys(hit, &["id", "kind", "path", "title", "year", "score", "snippets"]);
            assert!(hit["score"].is_number() && hit["year"].is_i64(), "{hit}");
            let file = std::fs::read_to_string(root.join(hit["path"].as_str().expect("a path")));
            let file = file.expect("a file of that path");
            let snippets = hit["snippets"].as_array().expect("snippets");
            assert!(!snippets.is_empty(), "{query}: nothing to show in {hit}");
            for snippet in snippets {
                spans(snippet, query, &file);
            }
        }
    }
    // As lines: each a hit by itself.
    let lines = anku(root, ["search", "-O", "jsonl", "党员"]).ends(0);
    assert!(lines.stdout.lines().count() >= 2);
    for line in lines.stdout.lines() {
        has_keys(&serde_json::from_str(line).expect("JSON"), &["id", "path", "snippets"]);
    }
    let nothing = anku(root, ["search", "--json", "--exact", "从来没有"]).ends(1).json();
    assert_eq!((&nothing["total"], &nothing["hits"]), (&0.into(), &Value::Array(Vec::new())));
}

/// Spans count characters, and what they span is the query; the line is the line of the file.
fn spans(snippet: &Value, query: &str, file: &str) {
    has_keys(snippet, &["field", "line", "text", "spans"]);
    let text: Vec<char> = snippet["text"].as_str().expect("text").chars().collect();
    let spans = snippet["spans"].as_array().expect("spans");
    assert!(!spans.is_empty(), "{snippet}");
    let number = usize::try_from(snippet["line"].as_u64().expect("a line")).expect("small");
    let line = file.lines().nth(number - 1).unwrap_or_else(|| panic!("no line {number} in\n{file}"));
    for span in spans {
        let place = |i: usize| usize::try_from(span[i].as_u64().expect("a place")).expect("small");
        let spanned: String = text[place(0)..place(1)].iter().collect();
        assert_eq!(fold_term(&spanned), fold_term(query), "{snippet}");
    }
    let first = spans[0][0].as_u64().expect("a place");
    let first: String = text.iter().skip(usize::try_from(first).expect("small")).take(1).collect();
    assert!(line.contains(&first), "line {number} is “{line}”: {snippet}");
}

#[test]
fn other_commands_print_the_json_of_the_contract() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/bad.yaml", BAD);
    let answer = anku(root, ["validate", "--json"]).ends(1).json();
    has_keys(&answer, &["v", "checked", "findings"]);
    assert_eq!((answer["v"].as_u64(), answer["checked"].as_u64()), (Some(1), Some(5)));
    let findings = answer["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{answer}");
    let finding = &findings[0];
    let texts = ["path", "code", "severity", "field", "message"];
    let numbers = ["line", "column", "end_line", "end_column"];
    has_keys(finding, &["help"]);
    assert!(texts.iter().all(|key| finding[*key].is_string()), "{finding}");
    assert!(numbers.iter().all(|key| finding[*key].as_u64() > Some(0)), "{finding}");
    let place = |key: &str| finding[key].as_u64();
    assert_eq!((place("line"), place("column")), (Some(4), Some(9)));
    assert_eq!((place("end_line"), place("end_column")), (Some(4), Some(14)));
    assert_eq!((&finding["severity"], &finding["path"]), (&"error".into(), &"cases/bad.yaml".into()));
    std::fs::remove_file(root.join("cases/bad.yaml")).expect("a record");

    let answer = ["stats", "--rows", "省", "--cols", "等次", "--totals", "--json"];
    let answer = anku(root, answer).ends(0).json();
    has_keys(
        &answer,
        &["v", "rows", "cols", "measure", "records", "cells", "row_totals", "col_totals", "total"],
    );
    assert_eq!(answer["rows"], serde_json::json!(["region.province"]));
    assert_eq!((&answer["cols"][0], &answer["measure"]), (&"awards.level".into(), &"count".into()));
    let cells = answer["cells"].as_array().expect("cells");
    let cell = serde_json::json!({"row": ["甘肃省"], "col": ["最佳案例"], "value": 2});
    assert!(cells.contains(&cell), "{cell} is not in {answer}");
    // A record without a value is counted under null, not dropped.
    assert!(cells.iter().any(|cell| cell["row"][0].is_null() && cell["col"][0].is_null()), "{answer}");

    write(root, "note.txt", NOTE);
    let answer = anku(root, ["import", "--dry-run", "--json", "note.txt"]).ends(0).json();
    has_keys(&answer, &["v", "batch", "sources", "created", "updated", "unchanged", "conflicts", "rejected"]);
    let source = &answer["sources"][0];
    has_keys(
        source,
        &["path", "format", "encoding", "sha256", "chars", "records", "boilerplate", "unassigned"],
    );
    assert_eq!(
        (&source["path"], source["chars"].as_u64()),
        (&"note.txt".into(), Some(NOTE.chars().count() as u64))
    );
    let record = &source["records"][0];
    has_keys(record, &["action", "id", "path", "kind", "title", "unit", "reason", "spans"]);
    assert_eq!((&record["action"], &record["kind"]), (&"create".into(), &"case".into()));

    // From a pipe.
    let text = std::fs::read(root.join("note.txt")).expect("a file");
    let answer = anku_reading(root, &["import", "--dry-run", "--json", "-"], &text).ends(0).json();
    assert_eq!(answer["sources"][0]["chars"].as_u64(), Some(NOTE.chars().count() as u64));
}

#[test]
fn lists_come_bare_for_other_programs() {
    let folder = small();
    let root = folder.path();
    let out = |args: &[&str]| anku(root, args).ends(0).stdout;
    for name in ["search", "list"] {
        let of = |args: &[&str]| out(&[&[name, "year:2010..2012"], args].concat());
        let mut paths: Vec<String> = of(&["-l"]).lines().map(str::to_owned).collect();
        assert_eq!(paths.len(), 4);
        assert!(paths.iter().all(|path| root.join(path).is_file()), "{paths:?}");
        let nul = of(&["-l", "-0"]);
        assert!(nul.ends_with('\0') && !nul.contains('\n'));
        let mut other: Vec<String> = nul.split_terminator('\0').map(str::to_owned).collect();
        paths.sort();
        other.sort();
        assert_eq!(other, paths);
        assert_eq!(of(&["-c"]), "4\n");
        assert_eq!(of(&["-l", "-n", "3"]).lines().count(), 3);
        assert_eq!(of(&["-l", "-n", "0"]).lines().count(), 4);
        let ids = |args: &[&str]| {
            let text = of(&[&["--format", "{id}"], args].concat());
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(ids(&["--sort", "year"]), ["case-a", "case-d", "case-b", "case-c"]);
        assert_eq!(ids(&["--sort", "年度:desc"]), ["case-b", "case-c", "case-d", "case-a"]);
        assert_eq!(ids(&["--sort", "year:desc", "-n", "2", "--offset", "1"]), ["case-c", "case-d"]);
        // Whoever has no value comes last, whichever way.
        assert_eq!(ids(&["--sort", "level"]), ["case-a", "case-c", "case-b", "case-d"]);
        assert_eq!(ids(&["--sort", "province:desc"]).last().map(String::as_str), Some("case-d"));
        assert_eq!(ids(&["--offset", "9"]), Vec::<String>::new());
        let format =
            of(&["--sort", "id", "-n", "1", "--format", "{{x}} {id}\\t{年度}|{region.province} {title}"]);
        assert_eq!(format, "{x} case-a\t2010|甘肃省 民情流水线工作法\n");
    }
    anku(root, ["list", "--format", "{nope}"]).ends(2);
    // Nothing found is nothing printed.
    assert_eq!(anku(root, ["list", "-l", "year:1999"]).ends(1).stdout, "");
    assert_eq!(anku(root, ["search", "-c", "--exact", "从来没有"]).ends(1).stdout, "0\n");
    let csv = out(&["list", "-O", "csv", "--columns", "id,年度", "--sort", "id"]);
    assert_eq!(csv.lines().nth(1), Some("case-a,2010"), "{csv}");
}

#[test]
fn what_is_not_there_is_widened_and_named() {
    let folder = small();
    let root = folder.path();
    for (lang, has_none) in [("en", "no record has"), ("zh", "没有")] {
        let ended = anku(root, ["--lang", lang, "search", "民情流水线", "海底捞月"]).ends(0);
        assert!(ended.stderr.contains("海底捞月") && ended.stderr.contains(has_none), "{}", ended.stderr);
        assert!(!ended.stderr.contains("民情流水线"), "the wrong term is blamed: {}", ended.stderr);
        assert!(ended.stdout.contains("case-a"), "{}", ended.stdout);
        let ended = anku(root, ["--lang", lang, "search", "--exact", "民情流水线", "海底捞月"]).ends(1);
        assert!(ended.stdout.is_empty() && ended.stderr.contains("海底捞月"), "{}", ended.stderr);
    }
    let answer = anku(root, ["search", "--json", "民情流水线", "海底捞月"]).ends(0).json();
    assert_eq!(answer["match"], "any");
    assert_eq!(answer["missing"], serde_json::json!(["海底捞月"]));
    // Filters and NOT are never widened away.
    anku(root, ["search", "民情流水线", "year:1999"]).ends(1);
    let answer = anku(root, ["search", "--json", "民情流水线", "海底捞月", "-星级"]).ends(0).json();
    assert_eq!((answer["total"].as_u64(), &answer["hits"][0]["id"]), (Some(1), &"case-a".into()));
    let ended = anku(root, ["search", "民情流水线"]).ends(0);
    assert!(!ended.stderr.contains("没有"), "{}", ended.stderr);
}

#[test]
fn nothing_in_free_text_is_a_syntax_error() {
    let folder = small();
    let root = folder.path();
    let table: &[(&str, &[&str])] = &[
        ("2+X", &["case-b"]),
        ("2+x模式", &["case-b"]),
        ("1+1", &["case-b"]),
        ("C#", &["case-b"]),
        ("“", &["case-d"]),
        ("”", &["case-d"]),
        ("：", &["case-d"]),
        ("(", &["case-d"]),
        (")", &["case-d"]),
        ("（", &["case-d"]),
        ("(试点)", &["case-d"]),
        ("“一点通”", &["case-d"]),
        ("一、", &["case-a"]),
    ];
    for (query, expected) in table {
        let ended = anku(root, ["search", "--exact", "--format", "{id}", query]);
        assert_eq!(ended.ends(0).lines(), *expected, "{query}");
    }
    let strange = [
        "-",
        "--",
        "|",
        "||",
        "\"",
        "'",
        "()",
        "((",
        "))",
        "( |",
        "-|",
        "OR",
        "NOT",
        "AND",
        "a OR",
        "NOT NOT",
        "~",
        "/",
        "//",
        "[",
        "*",
        "?",
        "\\",
        "{",
        "$",
        "%",
        "&",
        "#",
        ":",
        "::",
        "a:",
        ":a",
        "党:",
        "https://a.b/c?d=e",
        "年年:有余",
        "\"党员",
        "党员\"",
        "“党员",
        "(党员",
        "党员)",
        "-(党员",
        "党员|",
        "|党员",
        "\u{3000}",
        "\u{feff}",
        "😀",
        "\u{200b}",
    ];
    for query in strange {
        let ended = anku(root, ["search", "--exact", "-c", "--", query]);
        assert!(matches!(ended.code, 0 | 1), "{query}: {} {}", ended.code, ended.stderr);
    }
    // And whatever else can be typed, as long as no field is named.
    let archive = Archive::open(root).expect("an archive");
    let pieces = [
        "党", "员", "a", "1", "+", "-", "|", "(", ")", "（", "）", "\"", "“", "”", "'", "：", ":", " ", "OR",
        "NOT", "AND", "/", "~", "*", "，", "..", ">=", "\\", "#", "「", "」", "\n", "\t", "NEAR/2", "同句(",
        "_", "?", "[", "]",
    ];
    let mut rng = Rng(42);
    for _ in 0..20_000 {
        let query: String = (0..=rng.below(9)).map(|_| pieces[rng.below(pieces.len())]).collect();
        // What stands between slashes may be no regular expression; that is said.
        if let Err(error) = compile(&query, &archive.kinds, &Scope::Everywhere) {
            let pattern = error.kind.key().starts_with("query.regex-") && query.matches('/').count() > 1;
            assert!(pattern, "{query:?}: {error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = shipped();
    let root = folder.path();
    anku(root, ["index"]).ends(0);
    let ids = anku(root, ["list", "--format", "{id}"]).ends(0).stdout.replace('\n', " ");
    for args in [
        "search -n 0 党",
        "search -n 0 -O plain 党",
        "list",
        "list --json",
        "facts -n 0",
        &format!("show --raw {ids}"),
        &format!("show {ids}"),
    ] {
        let script =
            format!("{{ {} {args}; echo \"ended $?\" >&2; }} | head -n 1", env!("CARGO_BIN_EXE_anku"));
        let ended = run(isolated("sh", root).args(["-c", &script])).ends(0);
        assert_eq!(ended.stdout.lines().count(), 1, "{args}");
        let said = ended.stderr.to_lowercase();
        assert!(!said.contains("pipe") && !said.contains("panicked"), "{args}: {said}");
        assert!(said.contains("ended 0"), "{args}: {said}");
    }
}

#[test]
fn colour_is_asked_for() {
    let folder = small();
    let root = folder.path();
    let coloured = |args: &[&str], env: &[(&str, &str)]| {
        let ended = run(command(root).envs(env.iter().copied()).args(args)).ends(0);
        (ended.stdout + &ended.stderr).contains('\u{1b}')
    };
    let plain: &[&str] = &["search", "党员"];
    assert!(
        !coloured(plain, &[])
            && !coloured(plain, &[("NO_COLOR", "1")])
            && !coloured(plain, &[("TERM", "dumb")])
    );
    let never: &[&str] = &["search", "党员", "--color", "never"];
    assert!(!coloured(never, &[("TERM", "xterm-256color")]));
    // The flag beats the environment.
    let always: &[&str] = &["search", "党员", "--color", "always"];
    assert!(coloured(always, &[]) && coloured(always, &[("NO_COLOR", "1"), ("TERM", "dumb")]));
    // What other programs read has none whatever is asked.
    for bare in [&["-l"][..], &["-c"], &["--json"], &["--format", "{title}"]] {
        let stdout = anku(root, [always, bare].concat()).ends(0).stdout;
        assert!(!stdout.contains('\u{1b}'), "{bare:?}: {stdout}");
    }
}

#[test]
fn text_of_a_record_never_commands_a_terminal() {
    let folder = small();
    let root = folder.path();
    let text = "id: evil\ntitle: \"\\e[31m红色\\a\\u009b2J\\u202e题目\"\nunit: \"\\e]0;owned\\a某单位\"\nyear: 2012\n\
                programme: \"\\e[2J活动\"\nedition: 2\nawards:\n  - programme: \"\\e[2J活动\"\n    edition: 2\n    level: 最佳案例\n\
                abstract: \"摘要\\e[5m闪烁\"\nsector: \"\\e[31m红\"\n\
                sections:\n  - role: practice\n    heading: \"\\e[1m标题\"\n    text: \"第一\\e[31m红色\\r\\bx\"\n";
    write(root, "cases/2012/evil.yaml", text);
    // The same as bytes, in what is no YAML any more.
    let raw = "id: evil-raw\ntitle: \u{1b}[31m红色\u{7}题目\nyear: [\n";
    write(root, "cases/2012/evil-raw.yaml", raw);
    let runs: &[&[&str]] = &[
        &["search", "红色"],
        &["search", "红色", "-O", "plain"],
        &["search", "红色", "--json"],
        &["search", "红色", "--facet", "unit", "--facet", "programme", "--explain"],
        &["search", "\u{1b}[31m没有"],
        &["search", "红色", "--format", "{id} {title} {unit}"],
        &["search", "year:\u{1b}[31m"],
        &["list"],
        &["list", "-O", "csv"],
        &["list", "-O", "tsv"],
        &["list", "-O", "md"],
        &["list", "-O", "plain"],
        &["list", "--json", "--columns", "title,unit"],
        &["show", "evil"],
        &["show", "evil", "--section", "practice"],
        &["show", "evil", "--json"],
        &["show", "evil-raw"],
        &["show", "\u{1b}[31mx"],
        &["validate"],
        &["validate", "-O", "plain"],
        &["validate", "-O", "json"],
        &["validate", "-O", "github"],
        &["validate", "-O", "sarif"],
        &["stats", "--by", "unit"],
        &["stats", "--by", "programme", "--cols", "unit", "-O", "md"],
        &["stats", "--by", "unit", "-O", "csv"],
        &["stats", "--by", "\u{1b}[31m"],
        &["report", "yearly", "--edition", "2"],
        &["report", "yearly", "--edition", "2", "-O", "md"],
        &["status"],
        &["\u{1b}[31m"],
        &["list", "--\u{1b}[31m"],
    ];
    for args in runs {
        let ended = anku(root, *args);
        for (name, said) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            let bad = said.chars().find(|&c| (c.is_control() && !"\n\t\r".contains(c)) || c == '\u{202e}');
            assert!(bad.is_none(), "{args:?}: {bad:?} on {name}: {}", said.escape_debug());
        }
        assert!(!ended.stderr.contains("panicked"), "{args:?}: {}", ended.stderr);
    }
}

/// Command lines that cannot be done or find nothing, with what they end in. No data of theirs is
/// Chinese.
const FAILING: &[(&[&str], i32)] = &[
    (&["nope"], 2),
    (&["serach", "x"], 2),
    (&["search", "--nope"], 2),
    (&["status", "-O", "csv"], 2),
    (&["index", "-O", "jsonl"], 2),
    (&["import", "x.txt", "-O", "md"], 2),
    (&["search", "--limti", "3"], 2),
    (&["search", "--limit", "x"], 2),
    (&["search", "--limit"], 2),
    (&["search", "year:abc"], 2),
    (&["search", "year:9..x"], 2),
    (&["search", "--year", "abc"], 2),
    (&["search", "--facet", "nope", "x"], 2),
    (&["search", "-O", "nope", "x"], 2),
    (&["search", "--exact", "zzzz"], 1),
    (&["search", "--exact", "zzzz", "yyyy"], 1),
    (&["search", "nofield:zzzz", "--exact"], 1),
    (&["list", "--sort", "nope"], 2),
    (&["list", "--sort", "year:up"], 2),
    (&["list", "--columns", "nope"], 2),
    (&["list", "year:1999"], 1),
    (&["list", "-o", "x.nope"], 2),
    (&["show"], 2),
    (&["show", "zzz"], 1),
    (&["show", "case-x"], 1),
    (&["show", "case-"], 2),
    (&["show", "case-a", "--section", "nope"], 2),
    (&["show", "case-a", "--section", "results"], 1),
    (&["stats", "--by", "nope"], 2),
    (&["stats", "--by", "yaer"], 2),
    (&["stats", "--by", "abstract"], 2),
    (&["stats", "--measure", "nope"], 2),
    (&["stats", "--measure", "sum(title)"], 2),
    (&["stats", "--measure", "sum(nope)"], 2),
    (&["stats", "--by", "year", "--sort", "nope"], 2),
    (&["stats", "--by", "year", "--percent", "nope"], 2),
    (&["stats", "--kind", "nope"], 2),
    (&["report", "nope"], 2),
    (&["report", "yearly", "--edition", "99"], 1),
    (&["report", "yearly", "--edition", "x"], 2),
    (&["validate", "--explain", "nope"], 2),
    (&["validate", "--only", "nope"], 2),
    (&["validate", "-O", "nope"], 2),
    (&["validate", "missing.yaml"], 2),
    (&["import"], 2),
    (&["import", "missing.txt"], 2),
    (&["import", "--files-from", "missing.txt"], 2),
    (&["init", "."], 2),
    (&["index", "x"], 2),
    (&["status", "-O"], 2),
    (&["--archive", "nowhere", "list"], 2),
    (&["--color", "nope", "list"], 2),
];

/// What clap says by itself.
const CLAP: &[&str] = &[
    "Usage",
    "Options",
    "Commands",
    "Arguments",
    "Print help",
    "Print version",
    "possible values",
    "default:",
    "aliases",
    "error:",
    "tip:",
    "For more information",
    "unexpected argument",
    "required",
    "a value is",
    "similar argument",
    "similar subcommand",
    "similar value",
];

#[test]
fn failures_are_told_in_one_language() {
    let folder = small();
    let root = folder.path();
    let mut wrong = Vec::new();
    for (args, code) in FAILING {
        for lang in ["en", "zh"] {
            let ended = anku(root, [&["--lang", lang], *args].concat());
            let said = &ended.stderr;
            if ended.code != *code || said.trim().is_empty() || said.contains("panicked") {
                wrong.push(format!("{lang} {args:?}: {} instead of {code}: {said}", ended.code));
            }
            if lang == "en" && has_han(said) {
                wrong.push(format!("{args:?}: Chinese in English: {said}"));
            }
            let stray = CLAP.iter().find(|word| said.contains(**word));
            if lang == "zh" && (!has_han(said) || stray.is_some()) {
                wrong.push(format!("{args:?}: English in Chinese ({stray:?}): {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Help of every command: in an archive, whose schema adds flags, and outside of one.
#[test]
fn help_is_in_one_language() {
    let folder = small();
    let nowhere = tempfile::tempdir().expect("a temporary folder");
    let mut wrong = Vec::new();
    for at in [folder.path(), nowhere.path()] {
        for name in COMMANDS.iter().map(|name| Some(*name)).chain([None]) {
            for flag in ["--help", "-h"] {
                let mut english = vec!["--lang", "en"];
                english.extend(name);
                english.push(flag);
                let mut chinese = english.clone();
                chinese[1] = "zh";
                let (english, chinese) = (anku(at, english).ends(0), anku(at, chinese).ends(0));
                assert!(english.stderr.is_empty() && chinese.stderr.is_empty());
                if has_han(&english.stdout) || !english.stdout.contains("Usage") {
                    wrong.push(format!("{name:?} en: {}", english.stdout));
                }
                let stray = CLAP.iter().find(|word| chinese.stdout.contains(**word));
                if stray.is_some() || !chinese.stdout.contains("用法") {
                    wrong.push(format!("{name:?} zh: {stray:?} in {}", chinese.stdout));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_language_is_the_flags_then_the_archives_then_the_environments() {
    let folder = small();
    let nowhere = tempfile::tempdir().expect("a temporary folder");
    let say = |at: &Path, args: &[&str], env: &[(&str, &str)]| {
        let mut command = command(at);
        command.env_remove("LC_ALL").envs(env.iter().copied());
        has_han(&run(command.args(args).arg("--help")).ends(0).stdout)
    };
    // The archive says zh.
    assert!(say(folder.path(), &[], &[("LC_ALL", "en_US.UTF-8")]));
    assert!(!say(folder.path(), &["--lang", "en"], &[("LC_ALL", "zh_CN.UTF-8")]));
    assert!(!say(folder.path(), &["--lang=en"], &[]));
    assert!(say(nowhere.path(), &[], &[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]));
    assert!(say(nowhere.path(), &[], &[("LC_MESSAGES", "zh_TW.UTF-8"), ("LANG", "en_US.UTF-8")]));
    assert!(say(nowhere.path(), &[], &[("LANG", "zh_CN.UTF-8")]));
    assert!(!say(nowhere.path(), &[], &[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]));
    assert!(!say(nowhere.path(), &[], &[]));
}

/// Where the carets of an excerpt stand and end, in columns of a terminal, and the line above them.
fn carets(text: &str) -> (usize, usize, String) {
    let lines: Vec<&str> = text.lines().collect();
    let at =
        lines.iter().position(|line| line.contains('^')).unwrap_or_else(|| panic!("no caret in\n{text}"));
    let before = lines[at].split('^').next().unwrap_or_default().width();
    let count = lines[at].matches('^').count();
    (before, before + count, lines[at - 1].to_owned())
}

#[test]
fn a_caret_stands_under_the_right_character() {
    let table = [
        // What is wrong, and where: after Latin, after Han, after both on one line.
        ("id: typo\ntitle: 题目\nsector: 农材\n", "农材", 3, 9),
        ("id: typo\ntitle: 题目\nregion: {province: 山东省, 城市: 青岛市}\n", "城市", 3, 25),
        ("id: typo\ntitle: 题目\nawards:\n  - {programme: 基层党建, level: 最佳安例}\n", "最佳安例", 4, 30),
        ("id: typo\ntitle: 题目\n单位: 某县\n", "单位", 3, 1),
        ("id: typo\ntitle: 题目\nyear: 二〇一二\n", "二〇一二", 3, 7),
    ];
    let folder = small();
    let root = folder.path();
    for (text, wrong, line, column) in table {
        write(root, "cases/typo.yaml", text);
        let said = anku(root, ["validate", "cases/typo.yaml"]).ends(1).stdout;
        let place = format!("cases/typo.yaml:{line}:{column}: ");
        let at = said.find(&place).unwrap_or_else(|| panic!("{place} is not in\n{said}"));
        let (from, to, above) = carets(&said[at..]);
        let before = above.split(wrong).next().unwrap_or_default();
        assert!(above.contains(wrong), "{wrong} is not above the carets:\n{said}");
        assert_eq!((from, to), (before.width(), before.width() + wrong.width()), "\n{said}");
        // The line of the excerpt is the line of the file, whole.
        assert!(above.ends_with(text.lines().nth(line - 1).expect("a line")), "{above}");
        let json = anku(root, ["validate", "--json", "cases/typo.yaml"]).ends(1).json();
        let finding = &json["findings"][0];
        let end = column as u64 + wrong.chars().count() as u64;
        assert_eq!(finding["end_column"].as_u64(), Some(end), "{finding}");
        let plain = anku(root, ["validate", "-O", "plain", "cases/typo.yaml"]).ends(1).stdout;
        assert!(plain.starts_with(&place) && plain.contains("[AK"), "{plain}");
    }
}

/// The environment names an archive, a flag names another one.
#[test]
fn the_archive_is_the_flags_then_the_environments_then_the_nearest() {
    let (one, other): (TempDir, TempDir) = (small(), small());
    write(other.path(), "cases/only-here.yaml", "id: only-here\ntitle: 只在这里\n");
    let count = |command: &mut std::process::Command| run(command.args(["list", "-c"])).ends(0).stdout;
    let deep = one.path().join("cases/2012");
    assert_eq!(count(&mut command(&deep)), "4\n");
    assert_eq!(count(command(&deep).env("ANKU_ARCHIVE", other.path())), "5\n");
    let mut named = command(other.path());
    named.env("ANKU_ARCHIVE", other.path()).arg("--archive").arg(one.path());
    assert_eq!(count(&mut named), "4\n");
}

/// A list that names no programme gives valid entries all the same. The list is made up.
#[test]
fn a_plain_award_list_gives_valid_entries() {
    let folder = small();
    let root = folder.path();
    let list = "某市基层治理创新案例评选结果公示\n一、一等奖(共3个)\n1甲街道:推行“邻里议事”制度2乙社区:建立365服务站\
                3丙镇:探索“2+1”工作法\n二、二等奖(共2个)\n1丁街道:开展志愿服务活动2戊社区:建设党员之家\n";
    write(root, "list.txt", list);
    let before: Value = serde_json::from_str(&anku(root, ["status", "--json"]).stdout).expect("JSON");
    anku(root, ["import", "list.txt", "--yes"]).ends(0);
    let after: Value = serde_json::from_str(&anku(root, ["status", "--json"]).stdout).expect("JSON");
    assert_eq!(after["records"].as_i64(), before["records"].as_i64().map(|records| records + 5));
    let new = anku(root, ["list", "等次:一等奖", "--format", "{unit} {title}", "--sort", "rank"]).ends(0);
    let new: Vec<&str> = new.stdout.lines().collect();
    assert_eq!(new, ["甲街道 推行“邻里议事”制度", "乙社区 建立365服务站", "丙镇 探索“2+1”工作法"]);
}
