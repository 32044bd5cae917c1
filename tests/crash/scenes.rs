//! The archives on which each command is killed and refused, made up.

use crate::batches::CASE;
use crate::batches::LIST;
use crate::support::anku;
use crate::support::copy;
use crate::support::files;
use crate::support::repository;
use crate::support::small;
use crate::support::write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A record with some text. Made up.
pub(super) fn record(n: usize) -> String {
    format!(
        "id: made-{n}\ntitle: 第{n}号民情流水线\nyear: 2013\nabstract: 某县{n}个村的做法,共走访{}户。\n",
        n * 7
    )
}

/// An archive, indexed, and the arguments of the command.
pub(super) fn prepare(name: &str) -> (TempDir, Vec<&'static str>) {
    let indexed = |folder: &TempDir| drop(anku(folder.path(), ["index"]).ends(0));
    let (folder, args) = match name {
        "import" => {
            let folder = small();
            write(folder.path(), "case.txt", CASE);
            write(folder.path(), "list.txt", LIST);
            // The list makes a new record and adds to this one.
            anku(folder.path(), ["import", "case.txt", "--yes"]).ends(0);
            (folder, vec!["import", "list.txt", "--yes"])
        }
        "set" => (small(), vec!["set", "case-a", "题目=民情流水线", "year=2011"]),
        "fmt" => {
            let folder = small();
            anku(folder.path(), ["fmt"]).ends(0);
            for n in 0..3 {
                let wild = format!(
                    "title:   \"第{n}村\"  # 原题\nid: 'wild-{n}'\nyear:    2012\nregion: {{province: 甘肃省}}\n"
                );
                write(folder.path(), &format!("cases/2012/wild-{n}.yaml"), wild);
            }
            (folder, vec!["fmt"])
        }
        "dedup" => {
            let folder = small();
            let paragraph = |n: usize| -> String {
                let han =
                    |at: usize| char::from_u32(0x4e00 + u32::try_from((n * 977 + at * 61) % 15_000).ok()?);
                (0..90).filter_map(han).collect()
            };
            for (id, more) in [("aaa", ""), ("bbb", "year: 2011\nnotes: 复印件\n")] {
                let text: String = (0..8).map(|n| format!("      {}。\n\n", paragraph(n))).collect();
                let record = format!(
                    "id: {id}\ntitle: 甲市:推行积分制\nunit: 甲市\n{more}sections:\n  - role: practice\n    heading: 一、做法\n    text: |-\n{}\nsource:\n  - file: {id}.txt\n    start: 1\n    end: 9\n",
                    text.trim_end()
                );
                write(folder.path(), &format!("cases/{id}.yaml"), record);
            }
            (folder, vec!["dedup", "--apply", "--yes"])
        }
        "score" => (scored(), vec!["score", "award", "--apply", "--yes"]),
        "undo" => {
            let (folder, args) = prepare("import");
            anku(folder.path(), args).ends(0);
            (folder, vec!["undo", "--yes"])
        }
        "index" | "search" => {
            let folder = small();
            indexed(&folder);
            // More than are answered from the files.
            for n in 0..34 {
                write(folder.path(), &format!("cases/2013/made-{n}.yaml"), record(n));
            }
            std::fs::remove_file(folder.path().join("cases/2012/case-d.yaml")).expect("a record");
            let search = vec!["search", "-l", "--exact", "民情流水线"];
            return (folder, if name == "index" { vec!["index"] } else { search });
        }
        "rebuild" => (small(), vec!["index", "--rebuild"]),
        _ => unreachable!("{name}"),
    };
    indexed(&folder);
    (folder, args)
}

/// An award that is decided and published, not yet written into the records.
fn scored() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(&["anku.yaml", "schemas"], root);
    for (path, bytes) in files(&repository().join("tests/schemes/award")) {
        let path = match path.strip_prefix("cases/") {
            Some(file) => format!("cases/2026/{file}"),
            None => format!("scores/award/{path}"),
        };
        write(root, &path, bytes);
    }
    // Places for five cases instead of two thousand.
    let path: PathBuf = root.join("schemas/schemes/award.yaml");
    let text = std::fs::read_to_string(&path).expect("the scheme");
    let text = text.replace("keep: 220", "keep: 4").replace(", keep: 120", "");
    let text = text.replace("take: 20", "take: 1").replace("take: 60", "take: 2");
    std::fs::write(path, text).expect("a written scheme");
    anku(root, ["score", "award", "--notice", "--date", "2026-11-20"]).ends(0);
    anku(root, ["score", "award", "--publish", "--date", "2026-11-28"]).ends(0);
    folder
}
