//! `anku grep`: the plain scan, flag by flag, against ripgrep and against search.

use crate::support::Rng;
use crate::support::anku;
use crate::support::anku_reading;
use crate::support::command;
use crate::support::files;
use crate::support::isolated;
use crate::support::repository;
use crate::support::run;
use crate::support::shipped;
use crate::support::small;
use crate::support::write;
use anku::archive::Archive;
use anku::archive::Record;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

/// Strings that are looked for by ripgrep too.
const BY_RIPGREP: usize = 200;
/// Strings that are looked for by `search` too.
const BY_SEARCH: usize = 100;
/// The longest of them, in characters.
const LONGEST: usize = 8;

const A: &str = "cases/2012/case-a.yaml";
const B: &str = "cases/2012/case-b.yaml";
const C: &str = "cases/2012/case-c.yaml";
const D: &str = "cases/2012/case-d.yaml";

/// What a run prints that ends with 0.
#[track_caller]
fn grep(root: &Path, args: &[&str]) -> String {
    anku(root, ["grep"].iter().chain(args)).ends(0).stdout
}

/// That nothing is found, and nothing said.
#[track_caller]
fn nothing(root: &Path, args: &[&str]) {
    let run = anku(root, ["grep"].iter().chain(args)).ends(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{args:?}");
}

fn sorted(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

/// An archive of one record with many lines.
fn long() -> tempfile::TempDir {
    let folder = small();
    let lines = "      甲行\n      乙行民情\n      丙行\n      丁行\n      戊行民情,民情\n      己行\n      庚行\n      辛行民\n      情\n";
    write(
        folder.path(),
        "cases/2013/case-z.yaml",
        format!("id: case-z\ntitle: 长\nyear: 2013\nsections:\n  - role: practice\n    text: |\n{lines}"),
    );
    folder
}

const Z: &str = "cases/2013/case-z.yaml";

#[test]
fn lines_are_printed_as_ripgrep_prints_them() {
    let folder = small();
    let root = folder.path();
    let all = format!(
        "{A}:2:title: 民情流水线工作法\n{A}:18:      建立民情流水线,党员干部下基层,共走访1200户。\n\
         {B}:18:    text: 民情流水线让群众满意。\n"
    );
    assert_eq!(grep(root, &["民情流水线"]), all);
    for flags in
        [&["-F"][..], &["-i"], &["-n"], &["-N", "-n"], &["-O", "plain"], &["--no-heading"], &["-E", "-F"]]
    {
        assert_eq!(grep(root, &[&["民情流水线"], flags].concat()), all, "{flags:?}");
    }
    assert_eq!(grep(root, &["-N", "民情流水线", B]), format!("{B}:    text: 民情流水线让群众满意。\n"));
    assert_eq!(grep(root, &["-l", "民情流水线"]), format!("{A}\n{B}\n"));
    assert_eq!(grep(root, &["-l0", "民情流水线"]), format!("{A}\0{B}\0"));
    assert_eq!(grep(root, &["--files-with-matches", "星级"]), format!("{B}\n"));
    assert_eq!(grep(root, &["--files-without-match", "民情"]), format!("{C}\n{D}\n"));
    assert_eq!(grep(root, &["-v", "-l", "民情"]), format!("{C}\n{D}\n"));
    assert_eq!(grep(root, &["-v", "--files-without-match", "民情"]), format!("{A}\n{B}\n"));
    assert_eq!(grep(root, &["-c", "民情"]), format!("{A}:2\n{B}:1\n"));
    assert_eq!(grep(root, &["-c", "-0", "星级"]), format!("{B}\u{0}1\n"));
    assert_eq!(grep(root, &["-0", "星级"]), format!("{B}\u{0}2:title: 星级管理\n"));
    assert_eq!(
        grep(root, &["--heading", "民情流水线", B, A]),
        format!(
            "{A}\n2:title: 民情流水线工作法\n18:      建立民情流水线,党员干部下基层,共走访1200户。\n\n\
             {B}\n18:    text: 民情流水线让群众满意。\n"
        )
    );
    assert_eq!(grep(root, &["-q", "民情"]), "");
    nothing(root, &["-q", "没有的东西"]);
    nothing(root, &["没有的东西"]);
    nothing(root, &["-l", "没有的东西"]);
    nothing(root, &["-m", "0", "民情"]);
    // Keys, numbers and punctuation of YAML are no text.
    nothing(root, &["sections:"]);
    assert_eq!(
        grep(root, &["--color", "always", "星级"]),
        format!("\u{1b}[35m{B}\u{1b}[0m:\u{1b}[32m2\u{1b}[0m:title: \u{1b}[1;31m星级\u{1b}[0m管理\n")
    );
    assert!(!root.join(".anku").exists(), "a scan writes nothing");
}

#[test]
fn pieces_counts_context_and_limits() {
    let folder = long();
    let root = folder.path();
    assert_eq!(
        grep(root, &["-o", "民情", Z]),
        format!("{Z}:8:民情\n{Z}:11:民情\n{Z}:11:民情\n{Z}:14:民\n{Z}:15:情\n")
    );
    assert_eq!(grep(root, &["-c", "民情", Z]), format!("{Z}:4\n"));
    assert_eq!(grep(root, &["--count-matches", "民情", Z]), format!("{Z}:4\n"));
    assert_eq!(grep(root, &["-co", "民情,民情", Z]), format!("{Z}:1\n"));
    assert_eq!(grep(root, &["-c", "-m", "2", "民情", Z]), format!("{Z}:2\n"));
    assert_eq!(grep(root, &["--count-matches", "-m", "2", "民情", Z]), format!("{Z}:3\n"));
    assert_eq!(
        grep(root, &["-m", "1", "-A", "1", "民情", Z]),
        format!("{Z}:8:      乙行民情\n{Z}-9-      丙行\n")
    );
    assert_eq!(
        grep(root, &["-B1", "民情", Z]),
        format!(
            "{Z}-7-      甲行\n{Z}:8:      乙行民情\n--\n{Z}-10-      丁行\n{Z}:11:      戊行民情,民情\n--\n\
             {Z}-13-      庚行\n{Z}:14:      辛行民\n{Z}:15:      情\n"
        )
    );
    // Groups that touch are one.
    assert_eq!(grep(root, &["-C1", "民情", Z]).matches("--\n").count(), 0);
    let all = grep(root, &["-C", "2", "-A0", "民情", Z]);
    assert!(all.starts_with(&format!("{Z}-6-    text: |\n{Z}-7-")) && !all.contains("--\n"), "{all}");
    // Between files too.
    let two = grep(root, &["-A1", "星级|联户", "-E"]);
    assert_eq!(
        two,
        format!(
            "{B}:2:title: 星级管理\n{B}-3-unit: 山东省某市\n--\n{D}:2:title: 党员联户(试点)\n{D}-3-year: 2011\n"
        )
    );
}

#[test]
fn a_match_over_lines_prints_them_all() {
    let folder = long();
    let root = folder.path();
    assert_eq!(grep(root, &["行民情", Z]).lines().count(), 4);
    assert_eq!(grep(root, &["辛行民情", Z]), format!("{Z}:14:      辛行民\n{Z}:15:      情\n"));
    assert_eq!(grep(root, &["-E", "庚.*民情$", Z]).lines().count(), 3);
    // As it stands, nothing goes over a line.
    nothing(root, &["-s", "辛行民情", Z]);
    let found = anku(root, ["grep", "--json", "辛行民情"]).ends(0).json();
    assert_eq!(
        found["hits"][0]["lines"],
        json!([
            {"line": 14, "text": "      辛行民", "spans": [[6, 9]]},
            {"line": 15, "text": "      情", "spans": [[6, 7]]},
        ])
    );
}

#[test]
fn folded_or_as_it_stands() {
    let folder = small();
    let root = folder.path();
    for pattern in ["党员结对", "黨員結對", "gps", "ＧＰＳ定位", "结对:"] {
        assert_eq!(grep(root, &["-l", pattern]), format!("{D}\n"), "{pattern}");
    }
    assert_eq!(grep(root, &["-o", "党员结对:gps"]), format!("{D}:4:黨員結對：GPS\n"));
    assert_eq!(grep(root, &["-s", "-o", "黨員結對："]), format!("{D}:4:黨員結對：\n"));
    assert_eq!(grep(root, &["-s", "-E", "-o", "G.S"]), format!("{D}:4:GPS\n"));
    assert_eq!(grep(root, &["-s", "-i", "-o", "gps"]), format!("{D}:4:GPS\n"));
    nothing(root, &["-s", "党员结对"]);
    nothing(root, &["-s", "gps"]);
    nothing(root, &["-s", "-E", "g.s"]);
    assert_eq!(grep(root, &["-w", "-o", "gps"]), format!("{D}:4:GPS\n"));
    nothing(root, &["-w", "gp"]);
}

#[test]
fn regular_expressions() {
    let folder = small();
    let root = folder.path();
    assert_eq!(grep(root, &["-E", "-o", r"\d+户"]), format!("{A}:18:1200户\n"));
    assert_eq!(grep(root, &["-E", "-o", "^星.|X模"]), format!("{B}:2:星级\n{B}:16:X模\n"));
    assert_eq!(grep(root, &["--regex", "-o", "黨[員负]結.（?"]), format!("{D}:4:黨員結對\n"));
    // Plain strings have no operators.
    nothing(root, &["民.流"]);
    assert_eq!(grep(root, &["-o", "2+X"]), format!("{B}:16:2+X\n"));
    for (pattern, said) in [("(民", "(民"), (r"\w{1000}{1000}", "large")] {
        let run = anku(root, ["grep", "--lang", "en", "-E", pattern]).ends(2);
        assert!(run.stdout.is_empty() && run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn several_patterns_and_where_they_come_from() {
    let folder = small();
    let root = folder.path();
    assert_eq!(grep(root, &["-l", "-e", "星级", "-e", "包村"]), format!("{B}\n{C}\n"));
    // With -e what stands alone is a path.
    assert_eq!(grep(root, &["-l", "-e", "年", "-e", "流水线", "cases/2012/case-a.yaml"]), format!("{A}\n"));
    write(root, "patterns.txt", "\u{feff}星级\r\n\n联户\n");
    assert_eq!(grep(root, &["-l", "-f", "patterns.txt"]), format!("{B}\n{D}\n"));
    assert_eq!(grep(root, &["-l", "-f", "patterns.txt", "-e", "包村"]), format!("{B}\n{C}\n{D}\n"));
    let piped = anku_reading(root, &["grep", "-l", "-f", "-"], "包村\n".as_bytes()).ends(0);
    assert_eq!(piped.stdout, format!("{C}\n"));
    write(root, "cases/x.yaml", "id: x\ntitle: '-党员 --help'\n");
    for args in [
        &["-e", "-党员"][..],
        &["--", "-党员"],
        &["-e", "--help"],
        &["-e", "list", "-e", "-党员"],
        &["-e", "-党员", "--", "cases/x.yaml"],
    ] {
        assert_eq!(grep(root, &[&["-l"], args].concat()), "cases/x.yaml\n", "{args:?}");
    }
    for args in [
        &["", A][..],
        &["\u{200b}"],
        &["-e", "党", "-e", " "],
        &["-f", "no"],
        &["-f", "empty"],
        &[],
        &["-v", "党"],
    ] {
        write(root, "empty", "\n\n");
        let run = anku(root, ["grep"].iter().chain(args)).ends(2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn paths_and_filters_narrow_it_down() {
    let folder = long();
    let root = folder.path();
    assert_eq!(grep(root, &["-l", "民情", "cases/2013"]), format!("{Z}\n"));
    assert_eq!(grep(root, &["-l", "民情", "cases/2013/", A]), format!("{A}\n{Z}\n"));
    assert_eq!(grep(root, &["-l", "民情", "."]), format!("{A}\n{B}\n{Z}\n"));
    // From a folder below, paths are still those of the archive.
    let below = anku(&root.join("cases/2012"), ["grep", "-l", "民情", ".", "case-a.yaml"]).ends(0);
    assert_eq!(below.stdout, format!("{A}\n{B}\n"));
    nothing(root, &["民情", "schemas"]);
    for bad in ["cases/none.yaml", "anku.yaml", "/"] {
        let run = anku(root, ["grep", "-l", "民情", bad, Z]);
        let all = bad == "/";
        assert_eq!(run.stdout, if all { format!("{A}\n{B}\n{Z}\n") } else { format!("{Z}\n") });
        assert_eq!((run.code, run.stderr.contains(bad)), if all { (0, false) } else { (2, true) }, "{bad}");
    }

    assert_eq!(grep(root, &["-l", "民情", "--year", "2010..2012"]), format!("{A}\n{B}\n"));
    assert_eq!(grep(root, &["-l", "民情", "--where", "省:山东 | 年:2013"]), format!("{B}\n{Z}\n"));
    assert_eq!(grep(root, &["-l", "民情", "--where", "NOT 群众"]), format!("{A}\n{Z}\n"));
    assert_eq!(grep(root, &["-c", "民情", "--in", "practice", "--year", "2010"]), format!("{A}:1\n"));
    assert_eq!(grep(root, &["-lv", "民情", "--year", "2012"]), format!("{C}\n"));
    nothing(root, &["民情", "--level", "优秀案例", "--province", "甘肃"]);
    assert!(!root.join(".anku").exists());
}

#[test]
fn json_has_exact_spans() {
    let folder = small();
    let root = folder.path();
    let found = anku(root, ["grep", "--json", "GPS"]).ends(0).json();
    let hit = json!({
        "id": "case-d", "path": D, "title": "党员联户(试点)",
        "lines": [{"line": 4, "text": "abstract: 黨員結對：GPS定位“一点通”。", "spans": [[15, 18]]}],
    });
    assert_eq!(found, json!({"v": 1, "pattern": "GPS", "total": 1, "hits": [hit]}));
    let line = anku(root, ["grep", "-O", "jsonl", "gps"]).ends(0);
    assert_eq!((line.json(), line.stdout.lines().count()), (hit, 1));
    let none = anku(root, ["grep", "--json", "没有的东西"]).ends(1).json();
    assert_eq!(none, json!({"v": 1, "pattern": "没有的东西", "total": 0, "hits": []}));
    let without = anku(root, ["grep", "--json", "-v", "民情"]).ends(0).json();
    assert_eq!((&without["total"], &without["hits"][0]["lines"]), (&json!(2), &json!([])));
    anku(root, ["grep", "-O", "csv", "民情"]).ends(2);

    // Whatever matches in the shipped archive is what was asked for.
    let shipped = anku(repository(), ["grep", "--json", "-s", "干部"]).ends(0).json();
    let mut spans = 0;
    for line in shipped["hits"]
        .as_array()
        .expect("hits")
        .iter()
        .flat_map(|hit| hit["lines"].as_array().expect("lines"))
    {
        let text: Vec<char> = line["text"].as_str().expect("a line").chars().collect();
        for span in line["spans"].as_array().expect("spans") {
            let at = |place: usize| {
                span[place].as_u64().and_then(|at| usize::try_from(at).ok()).expect("a number")
            };
            assert_eq!(text[at(0)..at(1)].iter().collect::<String>(), "干部");
            spans += 1;
        }
    }
    assert!(spans > 100, "{spans}");
}

#[test]
fn broken_and_unreadable_files_do_not_stop_it() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/broken.yaml", "title: [民情\nsections: 流\n水线\u{1b}[31m\n");
    let run = anku(root, ["grep", "民情"]).ends(2);
    assert!(
        run.stdout.contains("cases/broken.yaml:1:title: [民情\n") && run.stdout.contains(B),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("cases/broken.yaml"), "{}", run.stderr);
    // Raw text: keys count, lines join, nothing reaches the terminal that it would obey.
    let raw = anku(root, ["grep", "流水线", "cases/broken.yaml"]).ends(2);
    assert_eq!(raw.stdout, "cases/broken.yaml:2:sections: 流\ncases/broken.yaml:3:水线\\u{1b}[31m\n");
    // What was found is found.
    anku(root, ["grep", "-q", "民情"]).ends(0);
    write(root, "cases/latin.yaml", b"title: \xc3\xf1\xc7\xe9 abc\n");
    let run = anku(root, ["grep", "-l", "abc"]).ends(2);
    assert_eq!(run.stdout, "cases/latin.yaml\n");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", root.join("cases/loop.yaml")).expect("a link");
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(root.join(A), std::fs::Permissions::from_mode(0o0)).expect("no rights");
        let run = anku(root, ["grep", "-l", "流水线"]).ends(2);
        // Root reads everything.
        assert!(run.stdout.contains(B) && (run.stdout.contains(A) != run.stderr.contains(A)), "{run:?}");
    }
}

#[test]
fn control_characters_stay_in_the_file() {
    let folder = small();
    let root = folder.path();
    write(root, "cases/x.yaml", "id: x\ntitle: \"红\"\nunit: 甲\u{202e}乙红\n");
    for args in [&["红"][..], &["-o", "甲乙红"], &["-C3", "红"], &["--heading", "红"]] {
        let run = anku(root, ["grep", "--color", "never"].iter().chain(args));
        assert!(run.stdout.contains('红') && !run.stdout.contains('\u{202e}'), "{}", run.stdout);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = command(repository())
        .args(["grep", "的", "-C9"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// A text value of the shipped archive as the schema sees it.
fn values() -> Vec<String> {
    let archive = Archive::open(repository()).expect("the archive");
    let (walk, _) = archive.walk();
    let read = |path: &str| Record::read(&archive.root, path).expect("a record");
    let mut found = Vec::new();
    for stat in &walk {
        let record = read(&stat.path);
        let root = record.root.as_ref().expect("YAML");
        found.extend(archive.kinds[stat.kind].texts(root).iter().map(|value| value.text.to_owned()));
    }
    found
}

/// A piece of a value that is all `good`, on one line.
fn piece(values: &[String], rng: &mut Rng, good: fn(char) -> bool) -> Option<String> {
    let text = &values[rng.below(values.len())];
    let line = text.lines().nth(rng.below(text.lines().count().max(1)))?;
    let chars: Vec<char> = line.chars().collect();
    let at = rng.below(chars.len().max(1));
    let piece: String = chars.iter().skip(at).take(1 + rng.below(LONGEST)).collect();
    (!piece.trim().is_empty() && piece.chars().all(good)).then_some(piece)
}

/// ripgrep sees physical lines as they stand and knows no text values, so the strings are plain Han,
/// inside one line of a value, and `-s` folds nothing.
#[test]
fn ripgrep_finds_the_same_files() {
    if isolated("rg", repository()).arg("--version").output().is_err() {
        eprintln!("SKIPPED ripgrep_finds_the_same_files: there is no rg");
        return;
    }
    let values = values();
    let one_line: Vec<String> = values.iter().filter(|text| text.lines().count() == 1).cloned().collect();
    let folded = |c: char| {
        ('\u{4e00}'..='\u{9fa5}').contains(&c) && anku::text::fold::fold(&c.to_string()) == c.to_string()
    };
    let mut rng = Rng(20_240_229);
    let mut compared = 0;
    let mut tried = BTreeSet::new();
    while compared < BY_RIPGREP {
        let from = if compared % 2 == 0 { &values } else { &one_line };
        let Some(string) = piece(from, &mut rng, folded).filter(|string| tried.insert(string.clone())) else {
            assert!(tried.len() < 20 * BY_RIPGREP, "too few strings agree");
            continue;
        };
        let by_rg =
            run(isolated("rg", repository()).args(["-F", "-l", "--no-config", "-e", &string, "cases"]));
        let by_anku = anku(repository(), ["grep", "-s", "-l", "-e", &string]);
        assert_eq!(sorted(&by_anku.stdout), sorted(&by_rg.stdout), "{string}");
        assert_eq!(by_anku.code, by_rg.code, "{string}");
        // Folded, it finds those and perhaps more: wrapped lines, other spellings.
        if compared % 10 == 0 {
            let folded = sorted(&anku(repository(), ["grep", "-l", "-e", &string]).stdout);
            assert!(folded.is_superset(&sorted(&by_rg.stdout)), "{string}");
        }
        compared += 1;
    }
}

#[test]
fn search_finds_the_same_records() {
    let folder = shipped();
    let root = folder.path();
    anku(root, ["index"]).ends(0);
    let values = values();
    let good = |c: char| !matches!(c, '"' | '“' | '”' | '\\' | '＂');
    let mut rng = Rng(19_491_001);
    let mut strings: BTreeSet<String> = BTreeSet::new();
    while strings.len() < BY_SEARCH - 20 {
        strings.extend(piece(&values, &mut rng, good).filter(|string| string.trim() == string));
    }
    // Over line ends, in other spellings, and nowhere.
    while strings.len() < BY_SEARCH {
        let text: String = values[rng.below(values.len())].replace('\n', "");
        let at = rng.below(text.chars().count().max(1));
        let string: String = text.chars().skip(at).take(6).collect();
        strings.extend(Some(string).filter(|s| s.chars().all(good) && !s.trim().is_empty() && s.trim() == s));
    }
    strings.extend(["ＧＰＳ", "羣眾", "没有的东西"].map(str::to_owned));
    let mut found = 0;
    for string in &strings {
        let by_search = anku(root, ["search", "--exact", "-l", &format!("\"{string}\"")]);
        let by_grep = anku(root, ["grep", "-l", "-e", string]);
        assert_eq!(sorted(&by_grep.stdout), sorted(&by_search.stdout), "{string}");
        assert_eq!(by_grep.code, by_search.code, "{string}");
        found += usize::from(by_grep.code == 0);
    }
    assert!(found > BY_SEARCH / 2, "{found}");
    // The other answers of one scan agree with each other.
    let found: Value = anku(root, ["grep", "--json", "党员"]).ends(0).json();
    let counted = grep(root, &["-c", "党员"]);
    assert_eq!(found["total"], json!(counted.lines().count()));
    assert_eq!(
        files(&root.join("cases")).len(),
        counted.lines().count() + grep(root, &["-lv", "党员"]).lines().count()
    );
}

/// What a terminal is given for a text that leads to a file of an archive.
fn link(root: &Path, path: &str, text: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let folder = root.display().to_string();
    assert!(folder.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)), "{folder}");
    format!("\u{1b}]8;;file://{}{folder}/{path}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", host.trim())
}

#[test]
fn ids_and_paths_are_links_where_they_are_wanted() {
    let folder = small();
    let root = &folder.path().canonicalize().expect("a folder");
    write(root, "cases/党 建/e.yaml", "id: case-e\ntitle: 夜校\nyear: 2014\n");
    let e = "cases/%E5%85%9A%20%E5%BB%BA/e.yaml";
    let always = |args: &[&str]| anku(root, args.iter().chain(&["--hyperlink", "always"])).ends(0).stdout;
    let place = "cases/党 建/e.yaml:2";
    assert_eq!(
        always(&["search", "夜校"]),
        format!(
            "{} 夜校  2014\n  [题目] 夜校\n      {}\n",
            link(root, e, "case-e"),
            link(root, &format!("{e}#L2"), place)
        )
    );
    assert_eq!(always(&["grep", "夜校"]), format!("{}:title: 夜校\n", link(root, &format!("{e}#L2"), place)));
    assert_eq!(
        always(&["grep", "夜校", "--heading"]),
        format!(
            "{}\n{}:title: 夜校\n",
            link(root, e, "cases/党 建/e.yaml"),
            link(root, &format!("{e}#L2"), "2")
        )
    );
    let plain = anku(root, ["list"]).ends(0).stdout;
    let mut linked = plain.clone();
    for (id, path) in [("case-a", A), ("case-b", B), ("case-c", C), ("case-d", D), ("case-e", e)] {
        linked = linked.replace(id, &link(root, path, id));
    }
    assert_eq!(always(&["list"]), linked);
    assert_ne!(plain, linked);
    // What other programs read has none.
    for args in [
        &["list", "-O", "tsv"][..],
        &["list", "-l"],
        &["search", "夜校", "--json"],
        &["grep", "夜校", "-l"],
        &["grep", "夜校", "--json"],
    ] {
        assert!(!always(args).contains('\u{1b}'), "{args:?}");
    }
    for args in [&["list"][..], &["search", "夜校"], &["grep", "夜校"]] {
        let with = |variable: &str, more: &[&str]| {
            let terminal =
                [("TERM_PROGRAM", "WezTerm"), ("VTE_VERSION", "7600"), ("ANKU_HYPERLINK", variable)];
            run(command(root).args(args).args(more).envs(terminal)).ends(0).stdout.contains('\u{1b}')
        };
        assert!(
            !with("auto", &[]) && !with("", &[]) && !with("never", &[]),
            "a pipe is no terminal: {args:?}"
        );
        assert!(
            with("always", &[])
                && !with("always", &["--hyperlink=never"])
                && !with("always", &["--hyperlink", "auto"]),
            "{args:?}"
        );
    }
    anku(root, ["list", "--hyperlink", "sometimes"]).ends(2);
}
