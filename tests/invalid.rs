//! What `validate` says about broken records and broken schemas, word by word.
//!
//! Every file under `tests/invalid/` is a record (or a folder of them) with a fault, every file
//! under `tests/bad_schemas/` a schema with one; the golden file beside it says what is found, where
//! and in which words. `ANKU_BLESS=1` rewrites the golden files.

use anku::archive::Archive;
use anku::archive::Parsed;
use anku::archive::Record;
use anku::archive::Residue;
use anku::archive::check_all;
use anku::diag::Code;
use anku::diag::Finding;
use anku::diag::Lines;
use anku::locale::Lang;
use anku::schema::Checker;
use anku::schema::Kind;
use anku::schema::References;
use anku::schema::lint;
use anku::yaml;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// One line for a finding: place, code, field, both sentences, the better value, what is underlined.
fn line(finding: &Finding, texts: &[(PathBuf, String)], out: &mut String) {
    let text = texts.iter().find(|(path, _)| *path == finding.path).map_or("", |(_, text)| text.as_str());
    let lines = Lines::new(text);
    let span = finding.span.unwrap_or_default();
    let (from, to) = (lines.place(text, span.start), lines.place(text, span.end));
    let args: Vec<(&str, &str)> = finding.args.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let (zh, en) = (Lang::Zh.say(finding.code.id(), &args), Lang::En.say(finding.code.id(), &args));
    for said in [&zh, &en] {
        let unfilled =
            ["{name", "{rule", "{value", "{detail", "{limit", "{actual", "{expected", "{guess", "AK0"];
        assert!(!unfilled.iter().any(|hole| said.contains(hole)), "{}: {said}", finding.path.display());
    }
    let at: String = text.get(span.start..span.end).unwrap_or_default().chars().take(24).collect();
    if texts.len() > 1 {
        let _ = write!(out, "{} ", finding.path.display());
    }
    let _ = writeln!(
        out,
        "{}:{}-{}:{} {} {} | {zh} | {en} | {} | ^{}",
        from.line,
        from.column,
        to.line,
        to.column,
        finding.code.id(),
        finding.field,
        finding.suggestion.as_deref().unwrap_or_default(),
        at.escape_debug(),
    );
    if let Some(fix) = &finding.fix {
        let _ = writeln!(out, "  fix {:?} -> {:?}", fix.from, fix.to);
    }
    if let Some((path, span)) = &finding.related {
        let text = texts.iter().find(|(known, _)| known == path).map_or("", |(_, text)| text.as_str());
        let place = Lines::new(text).place(text, span.start);
        let _ = writeln!(out, "  related {}:{}:{}", path.display(), place.line, place.column);
    }
}

/// A file of a case and its bytes.
type Input = (PathBuf, Vec<u8>);

/// The files of a case: one record, or a folder of records.
fn inputs(path: &Path) -> Vec<Input> {
    if path.is_file() {
        let bytes = std::fs::read(path).expect("a test file");
        return vec![(path.file_name().map(PathBuf::from).unwrap_or_default(), bytes)];
    }
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a test folder") {
            let entry = entry.expect("an entry").path();
            if entry.is_dir() {
                open.push(entry);
            } else if entry.extension().is_some_and(|e| e == "yaml") && !entry.ends_with("schema.yaml") {
                let name = entry.strip_prefix(path).expect("inside").to_owned();
                found.push((name, std::fs::read(&entry).expect("a test file")));
            }
        }
    }
    found.sort();
    found
}

/// A folder may bring a schema of its own, for what the shipped one never says.
fn own_schema(archive: &Archive, case: &Path) -> Option<(Kind, Checker)> {
    let text = std::fs::read_to_string(case.join("schema.yaml")).ok()?;
    let root = yaml::read(&text).root?;
    let mut findings = Vec::new();
    let kind = Kind::read("case", root, Path::new("schemas/schema.yaml"), &archive.references, &mut findings);
    let checker = Checker::new(&kind, &archive.references, &mut findings);
    assert_eq!(findings, [], "{}", case.display());
    Some((kind, checker?))
}

/// Everything that is found in the records of one case.
fn check(kind: &Kind, checker: &Checker, residue: &Residue, case: &Path, files: &[Input]) -> Vec<Finding> {
    let single = files.len() == 1 && case.is_file();
    let mut findings = Vec::new();
    let mut records = Vec::new();
    let mut programmes = None;
    for (path, bytes) in files {
        let record = Record::parse(&path.to_string_lossy(), bytes);
        findings.extend(record.findings.iter().cloned());
        let Some(root) = record.root else { continue };
        if path == Path::new("programmes.yaml") {
            programmes = Some(root);
            continue;
        }
        if record.findings.is_empty() {
            checker.check(path, &root, &mut findings);
            residue.check(&Parsed { path, kind, root: &root }, &record.text, &mut findings);
        }
        // A lone record is called by its fault, not by its id.
        let id = root.get("id").and_then(yaml::Node::text).unwrap_or("x").to_owned();
        records.push((if single { PathBuf::from(format!("{id}.yaml")) } else { path.clone() }, root));
    }
    let parsed: Vec<Parsed<'_>> = records.iter().map(|(path, root)| Parsed { path, kind, root }).collect();
    let programmes = programmes.as_ref().map(|root| (Path::new("programmes.yaml"), root));
    let mut crossing = Vec::new();
    check_all(&parsed, programmes, &|file| case.join(file).is_file(), &mut crossing);
    for finding in &mut crossing {
        if single {
            finding.path.clone_from(&files[0].0);
        }
    }
    findings.extend(crossing);
    findings
}

fn compare(expected: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("ANKU_BLESS").is_some() {
        std::fs::write(expected, found).expect("a writable golden file");
    }
    let known = std::fs::read_to_string(expected).unwrap_or_default();
    if known != found {
        wrong.push(format!("{}\n--- expected\n{known}--- found\n{found}", expected.display()));
    }
}

fn codes_in(folder: &Path) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder of golden files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "expected") {
            let text = std::fs::read_to_string(path).expect("a golden file");
            codes.extend(text.split_whitespace().filter(|w| w.starts_with("AK")).map(str::to_owned));
        }
    }
    codes
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn archive() -> Archive {
    Archive::open(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("this repository is an archive")
}

fn checker(archive: &Archive) -> Checker {
    let mut findings = Vec::new();
    let checker = Checker::new(&archive.kinds[0], &archive.references, &mut findings);
    assert_eq!(findings, [], "the shipped schemas are clean");
    checker.expect("the shipped schemas can be used")
}

fn residue(archive: &Archive) -> Residue {
    let mut findings = Vec::new();
    let list = |name| archive.word_list(name).expect("a shipped list");
    let residue =
        Residue::read(&list("residue"), Path::new("residue.yaml"), Some(&list("boilerplate")), &mut findings);
    assert_eq!(findings, [], "the shipped rules are clean");
    residue
}

#[test]
fn every_invalid_record_is_found_and_explained() {
    let archive = archive();
    let checker = checker(&archive);
    let residue = residue(&archive);
    let folder = folder("invalid");
    let mut all: Vec<(PathBuf, Vec<Input>)> =
        cases(&folder).into_iter().map(|case| (case.clone(), inputs(&case))).collect();
    // Half a megabyte that nobody needs in the repository.
    let many = format!("id: a123\ntitle: x\nthemes: [{}]\n", "a,".repeat(250_100));
    all.push((folder.join("too_large.yaml"), vec![("too_large.yaml".into(), many.into_bytes())]));
    let mut wrong = Vec::new();
    for (case, files) in &all {
        let own = own_schema(&archive, case);
        let findings = match &own {
            Some((kind, checker)) => check(kind, checker, &residue, case, files),
            None => check(&archive.kinds[0], &checker, &residue, case, files),
        };
        let texts: Vec<(PathBuf, String)> = files
            .iter()
            .map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned()))
            .collect();
        let mut out = String::new();
        for finding in &findings {
            line(finding, &texts, &mut out);
        }
        assert!(!findings.is_empty(), "{} has no finding", case.display());
        compare(&case.with_extension("expected"), &out, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let seen = codes_in(&folder);
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| **code < Code::BadSchema && **code != Code::Unreadable)
        .map(|code| code.id())
        .filter(|id| !seen.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no file under tests/invalid shows {missing:?}");
}

#[test]
fn every_bad_schema_is_found_and_explained() {
    let archive = archive();
    let mut references: References = archive.references.clone();
    let broken = "$schema: https://json-schema.org/draft/2020-12/schema\ntype: string\noneOff: []\n";
    let root = yaml::read(broken).root.expect("a schema");
    references.insert("broken.yaml".into(), ("schemas/broken.yaml".into(), root));
    let folder = folder("bad_schemas");
    let mut wrong = Vec::new();
    for case in cases(&folder) {
        let text = std::fs::read_to_string(&case).expect("a test file");
        let path = Path::new("schemas").join(case.file_name().expect("a name"));
        let root = yaml::read(&text).root.expect("a schema that is YAML");
        let mut findings = Vec::new();
        // The broken vocabulary belongs to the one schema that points at it.
        let mut own = references.clone();
        if !text.contains("broken.yaml") {
            own.remove("broken.yaml");
        }
        lint(&root, &path, &own, &mut findings);
        let kind = Kind::read("case", root, &path, &own, &mut findings);
        findings.sort();
        findings.dedup();
        let texts = [(path.clone(), text), (PathBuf::from("schemas/broken.yaml"), broken.to_owned())];
        let mut out = String::new();
        for finding in &findings {
            line(finding, &texts, &mut out);
        }
        assert!(!findings.is_empty(), "{} has no finding", case.display());
        let checker = Checker::new(&kind, &own, &mut Vec::new());
        let annotations_only = findings.iter().all(|f| f.code == Code::BadAnnotation);
        assert_eq!(checker.is_some(), annotations_only, "{}", case.display());
        compare(&case.with_extension("expected"), &out, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let seen = codes_in(&folder);
    for code in Code::ALL.iter().filter(|code| (Code::BadSchema..=Code::BadPattern).contains(*code)) {
        assert!(seen.contains(code.id()), "no file under tests/bad_schemas shows {}", code.id());
    }
}

#[test]
fn carets_stand_under_the_right_characters() {
    for (case, line, underlined) in [
        ("unknown_field_near", 3, "uint"),
        ("level_not_in_vocabulary", 5, "最佳"),
        ("number_010", 3, "010"),
        ("number_quoted", 3, "'2012'"),
        ("empty_value", 2, "title"),
        ("duplicate_key", 5, "year"),
        ("year_list", 3, "[2011, 2012]"),
        ("tag", 2, "!!binary"),
        ("bom_crlf", 3, "二〇一二"),
        ("emoji", 3, "\"省\""),
        ("theme_twice", 6, "党的群众工作"),
    ] {
        let text = std::fs::read_to_string(folder("invalid").join(case).with_extension("yaml")).expect(case);
        let golden = folder("invalid").join(case).with_extension("expected");
        let golden = std::fs::read_to_string(golden).expect(case);
        let place = golden.split_whitespace().next().expect("a place");
        let (from, to) = place.split_once('-').expect("a range");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let (row, first) = from.split_once(':').map(|(l, c)| (number(l), number(c))).expect("a place");
        let (_, after) = to.split_once(':').map(|(l, c)| (number(l), number(c))).expect("a place");
        assert_eq!(row, line, "{case}");
        // Columns count characters from 1, without a byte order mark.
        let row = text.trim_start_matches('\u{feff}').lines().nth(line - 1).expect("the line").chars();
        assert_eq!(row.skip(first - 1).take(after - first).collect::<String>(), underlined, "{case}");
    }
}

#[test]
fn every_finding_has_words() {
    for code in Code::ALL {
        for lang in [Lang::Zh, Lang::En] {
            assert!(lang.has(code.id()), "{} has no message", code.id());
            assert!(lang.has(&format!("{}.explain", code.id())), "{} has no explanation", code.id());
        }
    }
}
