//! An answer is about the files as they are now, whatever happened to them since the index was made
//! and whatever happened to the index.

use crate::support::Rng;
use crate::support::Run;
use crate::support::anku;
use crate::support::files;
use crate::support::small;
use crate::support::write;
use std::fs;
use std::fs::FileTimes;
use std::path::Path;
use std::time::Duration;
use std::time::SystemTime;

/// What `search` finds, as sorted paths; a clean end.
#[track_caller]
fn search(root: &Path, query: &str) -> Vec<String> {
    let run = anku(root, ["search", "--exact", "-l", query]);
    let expected = i32::from(run.stdout.is_empty());
    run.ends(expected).lines()
}

/// The record files in which a string stands. Good for strings that stand in values only and that
/// folding leaves alone.
fn holding(root: &Path, text: &str) -> Vec<String> {
    let records = files(&root.join("cases"));
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
    let mut found: Vec<String> =
        records.iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| format!("cases/{path}")).collect();
    found.sort();
    found
}

/// Search finds what the files hold.
#[track_caller]
fn agrees(root: &Path, queries: &[&str]) {
    for query in queries {
        assert_eq!(search(root, query), holding(root, query), "{query}");
    }
}

fn edit(root: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(path)).expect("a record");
    assert!(text.contains(from), "{text}");
    write(root, path, text.replace(from, to));
}

/// Sets a file's time of modification.
fn set_modified(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path).expect("a file");
    file.set_times(FileTimes::new().set_modified(time)).expect("a set time");
}

/// Makes every record look an hour old to the index, so that nothing about it is too young.
fn age(root: &Path) {
    let past = SystemTime::now() - Duration::from_secs(3600);
    for path in files(&root.join("cases")).keys() {
        set_modified(&root.join("cases").join(path), past);
    }
}

const A: &str = "cases/2012/case-a.yaml";
const B: &str = "cases/2012/case-b.yaml";

#[test]
fn edited_new_deleted_and_renamed_files_are_noticed() {
    let folder = small();
    let root = folder.path();
    age(root);
    agrees(root, &["民情", "流水线", "海洋"]);

    edit(root, A, "民情流水线工作法", "海洋牧场党建");
    agrees(root, &["民情流水线", "海洋", "工作法"]);

    write(root, "cases/new/deep/case-e.yaml", "id: case-e\ntitle: 海洋经济\n");
    agrees(root, &["海洋", "经济"]);

    fs::remove_file(root.join(B)).expect("a record");
    agrees(root, &["星级", "民情流水线"]);

    fs::rename(root.join(A), root.join("cases/case-a.yml")).expect("a record");
    agrees(root, &["海洋", "下基层"]);

    // Everything gone, and something again.
    for path in files(&root.join("cases")).keys() {
        fs::remove_file(root.join("cases").join(path)).expect("a record");
    }
    agrees(root, &["海洋", "党"]);
    write(root, A, "id: case-a\ntitle: 从头再来\n");
    agrees(root, &["从头", "党"]);
}

#[test]
fn an_edit_that_leaves_size_or_time_alone_is_noticed() {
    let folder = small();
    let root = folder.path();
    let path = root.join(A);
    // Fresh: the index is made in the same breath as the edit.
    agrees(root, &["流水线"]);
    edit(root, A, "民情流水线", "社情直通车");
    agrees(root, &["流水线", "直通车"]);

    // Old files, same size.
    age(root);
    agrees(root, &["直通车"]);
    edit(root, A, "社情直通车", "村情服务站");
    agrees(root, &["直通车", "服务站"]);

    // Same size, and the time of modification put back.
    age(root);
    agrees(root, &["服务站"]);
    let time = fs::metadata(&path).expect("a file").modified().expect("a time");
    std::thread::sleep(Duration::from_millis(20));
    edit(root, A, "村情服务站", "厂情议事厅");
    set_modified(&path, time);
    assert_eq!(fs::metadata(&path).expect("a file").modified().expect("a time"), time);
    if cfg!(unix) {
        agrees(root, &["服务站", "议事厅"]);
    }

    // A file from elsewhere in its place, older than what it replaces.
    write(root, "elsewhere.yaml", fs::read_to_string(&path).expect("a record").replace("厂情", "校情"));
    set_modified(&root.join("elsewhere.yaml"), time - Duration::from_secs(86400));
    fs::rename(root.join("elsewhere.yaml"), &path).expect("a record");
    agrees(root, &["厂情", "校情"]);
}

#[test]
fn any_order_of_changes_ends_in_the_right_answer() {
    let folder = small();
    let root = folder.path();
    let mut rng = Rng(7);
    let words = ["清廉", "网格", "议事", "联建", "积分"];
    for round in 0..12 {
        for _ in 0..=rng.below(3) {
            let path = format!("cases/{}/r{}.yaml", rng.below(2), rng.below(5));
            let id = path[8..].trim_end_matches(".yaml");
            match rng.below(4) {
                0 => fs::remove_file(root.join(&path)).unwrap_or_default(),
                1 => fs::rename(root.join(&path), root.join("cases/r9.yaml")).unwrap_or_default(),
                _ => {
                    let title = format!("{}{}", words[rng.below(5)], words[rng.below(5)]);
                    write(root, &path, format!("id: {id}\ntitle: {title}\n"));
                }
            }
        }
        let word = words[round % 5];
        // Half of the rounds from what is written into the index, the others from layers over it.
        if round % 2 == 0 {
            anku(root, ["index"]).ends(0);
        }
        assert_eq!(search(root, word), holding(root, word), "round {round}");
    }
    agrees(root, &words);
}

#[test]
fn a_broken_file_is_searched_as_it_stands_and_said_so() {
    let folder = small();
    let root = folder.path();
    agrees(root, &["流水线"]);
    edit(root, A, "title: 民情流水线工作法", "title: [民情流水线工作法");
    let run = anku(root, ["--lang", "en", "search", "--exact", "-l", "下基层"]).ends(2);
    assert_eq!(run.lines(), [A]);
    assert!(run.stderr.contains(A) && run.stderr.contains("validate"), "{}", run.stderr);
    edit(root, A, "title: [民情流水线工作法", "title: 民情流水线工作法");
    agrees(root, &["下基层"]);
}

#[test]
fn without_a_look_the_answer_says_how_old_it_is() {
    let folder = small();
    let root = folder.path();
    let skip = |query: &str| anku(root, ["--lang", "en", "search", "--exact", "-l", "--no-refresh", query]);
    // With no index at all there is nothing to be stale.
    assert_eq!(skip("星级").ends(0).lines(), [B]);
    edit(root, B, "星级管理", "海洋管理");
    for _ in 0..2 {
        let old = skip("星级").ends(0);
        assert_eq!(old.lines(), [B]);
        let age =
            |run: &Run| run.stderr.lines().any(|line| line.contains(" ago") && line.contains("refreshed"));
        assert!(age(&old), "{}", old.stderr);
        assert!(old.stderr.chars().any(|c| c.is_ascii_digit()), "{}", old.stderr);
        assert!(age(&skip("海洋").ends(1)));
    }
    agrees(root, &["星级", "海洋"]);
    // One changed file is answered from the file; `index` writes it down.
    assert_eq!(skip("星级").ends(0).lines(), [B]);
    anku(root, ["index"]).ends(0);
    skip("星级").ends(1);
    let chinese = anku(root, ["search", "-l", "--no-refresh", "海洋"]).ends(0);
    assert!(crate::support::has_han(&chinese.stderr), "{}", chinese.stderr);
}

/// The state folder cannot be made: a right answer, and a word about how it came about.
#[test]
fn an_archive_that_cannot_be_written_is_searched_all_the_same() {
    let folder = small();
    let root = folder.path();
    write(root, ".anku", "somebody's file");
    let check = || {
        agrees(root, &["流水线", "海洋", "甘肃"]);
        let run = anku(root, ["--lang", "en", "search", "-l", "流水线"]).ends(0);
        assert!(run.stderr.contains("the files themselves were searched"), "{}", run.stderr);
        anku(root, ["list", "-c"]).ends(0);
        anku(root, ["stats", "--by", "year"]).ends(0);
        anku(root, ["show", "case-a"]).ends(0);
        anku(root, ["status"]).ends(0);
        anku(root, ["validate"]).ends(0);
    };
    check();
    edit(root, A, "民情流水线工作法", "海洋牧场党建");
    check();
    assert_eq!(fs::read_to_string(root.join(".anku")).expect("a file"), "somebody's file");
}

#[cfg(unix)]
#[test]
fn a_read_only_archive_is_searched_all_the_same() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = small();
    let root = folder.path();
    let mode = |mode| fs::set_permissions(root, fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o555);
    let heeded = fs::write(root.join("probe"), "").is_err();
    if heeded {
        agrees(root, &["流水线", "海洋"]);
        let run = anku(root, ["--lang", "en", "search", "-l", "流水线"]).ends(0);
        assert!(run.stderr.contains("the files themselves were searched"), "{}", run.stderr);
        assert!(!root.join(".anku").exists());
    } else {
        eprintln!("SKIPPED freshness: this user may write where nobody may");
    }
    mode(0o755);
}

#[test]
fn an_index_that_another_process_holds_does_not_stop_an_answer() {
    let folder = small();
    let root = folder.path();
    agrees(root, &["流水线"]);
    edit(root, A, "民情流水线工作法", "海洋牧场党建");
    let lock = anku::archive::Lock::take(root, Duration::ZERO).expect("the lock");
    // One change needs no lock at all.
    let run = anku(root, ["--lang", "en", "search", "--exact", "-l", "海洋"]).ends(0);
    assert_eq!((run.lines(), run.stderr.as_str()), (vec![A.to_owned()], ""));
    for number in 0..50 {
        write(root, &format!("cases/many/{number}.yaml"), format!("id: n{number}\ntitle: 网格{number}\n"));
    }
    let run = anku(root, ["--lang", "en", "search", "--exact", "-l", "海洋"]).ends(0);
    assert_eq!(run.lines(), [A]);
    assert!(run.stderr.contains("another anku (process"), "{}", run.stderr);
    drop(lock);
    agrees(root, &["海洋", "工作法"]);
}

/// How an index can be damaged.
fn damages(index: &Path) -> Vec<(String, Box<dyn Fn() + '_>)> {
    let mut list: Vec<(String, Box<dyn Fn() + '_>)> = Vec::new();
    for (name, bytes) in files(index) {
        let path = index.join(&name);
        if name.ends_with(".lock") {
            continue;
        }
        let put = |what: &str, with: Vec<u8>| -> (String, Box<dyn Fn()>) {
            let path = path.clone();
            (format!("{name} {what}"), Box::new(move || fs::write(&path, &with).expect("a file")))
        };
        list.push(put("cut to half", bytes[..bytes.len() / 2].to_vec()));
        list.push(put("empty", Vec::new()));
        list.push(put("garbage", b"\xff\x00garbage {".repeat(bytes.len() / 11 + 1)));
        let gone = path.clone();
        list.push((format!("{name} gone"), Box::new(move || fs::remove_file(&gone).expect("a file"))));
        if matches!(name.as_str(), "texts" | "meta.json") || name.starts_with("files-") {
            list.push(put("zeroed", vec![0; bytes.len()]));
        }
    }
    list
}

#[test]
fn a_damaged_index_is_made_anew() {
    let folder = small();
    let root = folder.path();
    let index = root.join(".anku/index");
    agrees(root, &["流水线"]);
    let sound = files(&index);
    assert!(sound.contains_key("meta.json") && sound.contains_key("texts"), "{:?}", sound.keys());
    let mut wrong = Vec::new();
    for (what, damage) in damages(&index) {
        // The sound index again, then the damage.
        fs::remove_dir_all(&index).expect("an index");
        for (name, bytes) in &sound {
            write(&index, name, bytes);
        }
        damage();
        // Two strings: one that needs the texts confirmed, one that a single posting answers.
        for query in ["民情流水线", "党", "甘肃省"] {
            let run = anku(root, ["search", "--exact", "-l", query]);
            if run.code != 0 || run.lines() != holding(root, query) {
                wrong.push(format!("{what}: {query}: exit {}, {:?} {}", run.code, run.lines(), run.stderr));
            }
        }
        let listed = anku(root, ["list", "-c"]);
        if listed.stdout.trim() != "4" {
            wrong.push(format!("{what}: list: exit {} {} {}", listed.code, listed.stdout, listed.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A misspelt key hides nothing: what stands under it is found, though `validate` complains.
#[test]
fn text_under_a_key_that_the_schema_does_not_know_is_found() {
    let folder = small();
    let root = folder.path();
    agrees(root, &["工作法"]);
    edit(root, A, "title:", "titel:");
    edit(root, B, "id:", "tags:\n  inner: [海边的陌生词]\nid:");
    agrees(root, &["工作法", "流水线", "海边的陌生词"]);
    anku(root, ["validate"]).ends(1);
}

/// Damage inside the texts, at neither end: opening the index does not see it, an answer does.
#[test]
fn an_index_damaged_inside_answers_from_the_files_and_is_made_anew() {
    let folder = small();
    let root = folder.path();
    agrees(root, &["流水线"]);
    let texts = root.join(".anku/index/texts");
    let mut bytes = fs::read(&texts).expect("the texts");
    // The marks that begin the entries between the first and the last, and what follows them.
    let marks: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, window)| window == b"anku").map(|(at, _)| at).collect();
    assert!(marks.len() > 2, "{marks:?}");
    for at in &marks[1..marks.len() - 1] {
        bytes[*at..at + 16].fill(0xff);
    }
    fs::write(&texts, &bytes).expect("damaged texts");
    agrees(root, &["民情流水线", "党", "甘肃省"]);
    let again = anku(root, ["search", "--exact", "-l", "民情流水线"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(anku(root, ["list", "-c"]).stdout.trim(), "4");
}

#[test]
fn rubbish_in_the_place_of_the_index_does_no_harm() {
    let folder = small();
    let root = folder.path();
    // Something else in the index's place, leftovers of a rebuild that was killed.
    write(root, ".anku/index.new/meta.json", "{");
    write(root, ".anku/index.new/texts", "half");
    agrees(root, &["流水线"]);
    fs::remove_dir_all(root.join(".anku/index")).expect("an index");
    write(root, ".anku/index", "no folder");
    agrees(root, &["流水线"]);
    agrees(root, &["流水线", "星级"]);
}

#[test]
fn another_dictionary_or_schema_makes_another_index() {
    let folder = small();
    let root = folder.path();
    let refreshed = || {
        let answer = anku(root, ["search", "--json", "流水线"]).ends(0).json();
        answer["index"]["refreshed"].as_u64().expect("a number")
    };
    assert_eq!((refreshed(), refreshed()), (4, 0));
    write(root, "dict/terms.txt", "民情流水线\n");
    assert_eq!((refreshed(), refreshed()), (4, 0));
    write(root, "dict/terms.txt", "民情流水线\n群众说事\n");
    assert_eq!((refreshed(), refreshed()), (4, 0));
    edit(root, "schemas/case.yaml", "index: code, link: file", "index: keyword, link: file");
    assert_eq!((refreshed(), refreshed()), (4, 0));
    edit(root, "schemas/vocab/levels.yaml", "aliases: [最佳, ", "aliases: [最佳, 头等, ");
    assert_eq!((refreshed(), refreshed()), (4, 0));
    // An alias that was not there before is understood at once.
    assert_eq!(anku(root, ["list", "-c", "level:头等"]).ends(0).stdout.trim(), "2");
    edit(root, "anku.yaml", "name: ", "name: 又");
    assert_eq!((refreshed(), refreshed()), (4, 0));
    agrees(root, &["流水线", "星级"]);
}

#[test]
fn settings_that_are_kept_parsed_belong_to_the_files() {
    let folder = small();
    let root = folder.path();
    let kept = root.join(".anku/parsed");
    let levels = || anku(root, ["list", "-c", "level:头等", "--no-refresh"]).code;
    agrees(root, &["流水线"]);
    let first = fs::read(&kept).expect("kept beside the index");
    // Read again as it was kept, it stays; a file that changes is read itself, whatever is kept.
    agrees(root, &["流水线"]);
    assert!(fs::read(&kept).expect("kept") == first);
    assert_ne!(levels(), 0);
    edit(root, "schemas/vocab/levels.yaml", "aliases: [最佳, ", "aliases: [最佳, 头等, ");
    assert_eq!(levels(), 0);
    // One that is gone, damaged or of before is no answer, and comes back as it must be.
    for damage in [None, Some(Vec::new()), Some(first[..first.len() / 2].to_vec()), Some(first.clone())] {
        match damage {
            None => fs::remove_file(&kept).expect("removed"),
            Some(bytes) => fs::write(&kept, bytes).expect("written"),
        }
        assert_eq!(levels(), 0);
        agrees(root, &["流水线"]);
        let again = fs::read(&kept).expect("kept");
        agrees(root, &["流水线"]);
        assert!(fs::read(&kept).expect("kept") == again && again != first);
    }
    // Broken settings are never kept, and what was kept does not hide that they are.
    write(root, "schemas/vocab/levels.yaml", "title: [");
    anku(root, ["list", "-c", "level:头等"]).ends(2);
}
