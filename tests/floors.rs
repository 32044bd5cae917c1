//! Holds the house up: a module imports lower floors only, and a crate has one owner.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The floors, lowest first. Modules of one floor do not see each other.
const FLOORS: &[&[&str]] = &[
    &["diag", "locale", "table"],
    &["yaml", "text"],
    &["schema", "dedup"],
    &["archive"],
    &["facts", "import", "score", "search"],
    &["index", "stats", "terms"],
    &["report"],
    &["workspace"],
];

/// Crates that only these modules of the library may name. `cli` stands for the binary.
const FENCES: &[(&str, &str)] = &[
    ("granit_parser", "yaml"),
    ("jieba_rs", "text"),
    ("unicode_normalization", "text"),
    ("jsonschema", "schema"),
    ("walkdir", "archive"),
    ("regex_syntax", "search"),
    ("tantivy", "index"),
    ("comfy_table", "report"),
    ("csv", "import report"),
    ("calamine", "import"),
    ("chardetng", "import"),
    ("dom_smoothie", "import"),
    ("office_oxide", "import"),
    ("quick_xml", "import report"),
    ("rust_xlsxwriter", "report"),
    ("unpdf", "import"),
    ("zip", "import report"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("annotate_snippets", "cli"),
    ("indicatif", "cli"),
    ("anyhow", "cli"),
];

/// A file of more lines than this usually holds two ideas.
const LONGEST: usize = 620;

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
    out.sort();
}

/// The module that a source file belongs to: the first part of its path under `src`.
fn owner(path: &Path) -> String {
    let first = path.iter().next().expect("a path").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// What a line names after `crate::`.
fn imports(line: &str) -> Vec<String> {
    line.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

fn names(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}::"))
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

fn check(path: &str, module: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if module != "cli" && floor(module).is_none() && !matches!(module, "lib" | "main") {
        wrong.push(format!("{path}: `{module}` stands on no floor"));
    }
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        let at = format!("{path}:{}", number + 1);
        if let Some(own) = floor(module) {
            for other in imports(code) {
                if other != module && floor(&other).is_some_and(|other| other >= own) {
                    wrong.push(format!("{at}: `{module}` may not use `{other}`"));
                }
            }
            if code.starts_with("use ") && code.contains("crate::{") {
                wrong
                    .push(format!("{at}: one `use crate::module::…` a line, so that a new dependency shows"));
            }
        }
        for (name, home) in FENCES {
            if !home.split(" ").any(|home| home == module) && names(code, name) {
                wrong.push(format!("{at}: `{name}` belongs to `{home}`, not to `{module}`"));
            }
        }
    }
    let lines = text.lines().take_while(|line| *line != "mod tests {").count();
    if lines > LONGEST {
        wrong.push(format!("{path}: {lines} lines; does it hold two ideas?"));
    }
    if !text.trim_start().starts_with("//!") {
        wrong.push(format!("{path}: says nothing of what it owns"));
    }
    wrong
}

#[test]
fn modules_import_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("under src");
        let text = fs::read_to_string(&file).expect("a source file");
        wrong.extend(check(&format!("src/{}", relative.display()), &owner(relative), &text));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_check_can_fail() {
    let up = check("src/schema/x.rs", "schema", "//! x\nuse crate::archive::Card;\n");
    assert_eq!(up, ["src/schema/x.rs:2: `schema` may not use `archive`"]);
    let sideways = check("src/index/x.rs", "index", "//! x\nuse crate::stats::Cut;\n");
    assert_eq!(sideways, ["src/index/x.rs:2: `index` may not use `stats`"]);
    let fenced = check("src/search/x.rs", "search", "//! x\nlet t = tantivy::Term::new();\n");
    assert_eq!(fenced, ["src/search/x.rs:2: `tantivy` belongs to `index`, not to `search`"]);
    let homeless = check("src/helpers.rs", "helpers", "//! x\n");
    assert_eq!(homeless, ["src/helpers.rs: `helpers` stands on no floor"]);
    assert!(
        check("src/index/x.rs", "index", "//! x\nuse tantivy::Term;\nuse crate::search::Doc;\n").is_empty()
    );
}
