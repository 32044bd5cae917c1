//! What is made when the program is built: its tables, and where it lies in memory.

use std::fmt::Debug;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for language in ["zh", "en"] {
        table(&format!("src/locale/{language}.txt"), language, |line| {
            let (key, text) = line.split_once('=')?;
            Some((key.trim().to_owned(), text.trim().to_owned()))
        });
    }
    table("data/t2s.txt", "t2s", |line| {
        let mut pair = line.chars();
        Some((pair.next()?, pair.next()?))
    });
    fix_address();
}

/// Writes the lines of a file as a sorted array, `NAME.rs` in the build's folder: to read the file at every start took
/// a tenth of a small search.
fn table<K: Ord + Debug, V: Debug>(file: &str, name: &str, read: impl Fn(&str) -> Option<(K, V)>) {
    println!("cargo::rerun-if-changed={file}");
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut rows: Vec<(K, V)> = lines.filter_map(read).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let code = format!("{rows:?}");
    let folder = std::env::var("OUT_DIR").expect("cargo names the build's folder");
    std::fs::write(Path::new(&folder).join(format!("{name}.rs")), code).expect("the build's folder is ours");
}

/// Links the program at a fixed address where the linker can.
///
/// A search lasts a few milliseconds, and a position-independent program of this size spends one of
/// them on tens of thousands of relocations before `main`. What is given up is the random place of
/// the program's own code in memory; heap, stack and libraries keep theirs.
fn fix_address() {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let gnu = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    if gnu && var("CARGO_CFG_TARGET_ARCH") == "x86_64" && var("PROFILE") == "release" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
