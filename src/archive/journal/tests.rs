//! Batches interrupted at every step, batches taken back, targets that somebody else has written.

use super::*;
use crate::archive::WriteError;
use std::collections::BTreeMap;
use std::io::Error;
use tempfile::TempDir;

/// The archive's own files: everything but its state.
fn files(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            if path.is_dir() && name != STATE {
                found.insert(format!("{name}/"), String::new());
                open.push(path);
            } else if path.is_file() {
                found.insert(name, std::fs::read_to_string(&path).expect("a file"));
            }
        }
    }
    found
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

/// An archive with two records.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().expect("a temp folder");
    write(folder.path(), "cases/2011/old.yaml", "id: old\n");
    write(folder.path(), "cases/2011/gone.yaml", "id: gone\n");
    folder
}

/// Two files made, one of them in a new folder, one changed, one removed.
fn batch(root: &Path) -> Batch {
    let file = |path: &str, text: &str| NewFile { path: path.into(), text: text.into() };
    Batch {
        id: next_id(root, b"seed"),
        label: "import letters".into(),
        time: 1_700_000_000,
        create: vec![file("cases/2012/deep/a.yaml", "id: a\n"), file("cases/2011/b.yaml", "id: b\n")],
        change: vec![Change {
            path: "cases/2011/old.yaml".into(),
            before: "id: old\n".into(),
            after: "id: old\nunit: x\n".into(),
        }],
        remove: vec![Removal { path: "cases/2011/gone.yaml".into(), before: "id: gone\n".into() }],
        beside: vec![("apart.json".into(), "{}\n".into())],
        ..Batch::default()
    }
}

/// Fails at the n-th step and at every step after it, as a process that has died does.
fn dies_at(n: usize) -> impl FnMut(Step) -> std::io::Result<()> {
    let mut count = 0;
    move |_| {
        count += 1;
        if count > n { Err(Error::other("died")) } else { Ok(()) }
    }
}

/// Fails at the n-th step only, as a system that refuses once.
fn fails_at(n: usize) -> impl FnMut(Step) -> std::io::Result<()> {
    let mut count = 0;
    move |_| {
        count += 1;
        if count == n + 1 { Err(Error::other("refused")) } else { Ok(()) }
    }
}

/// What the archive holds before the batch and after it.
fn both() -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let folder = archive();
    let before = files(folder.path());
    apply(folder.path(), &batch(folder.path())).expect("applied");
    (before, files(folder.path()))
}

#[test]
fn death_at_any_step_leaves_all_or_nothing_and_the_next_run_finishes() {
    let (before, after) = both();
    assert_ne!(before, after);
    let mut outcomes = [0, 0];
    for n in 0.. {
        let folder = archive();
        let root = folder.path();
        let result = apply_watched(root, &batch(root), &mut dies_at(n));
        let halfway = unfinished(root).expect("a journal");
        recover(root).expect("recovered");
        let now = files(root);
        assert!(now == before || now == after, "step {n}: {now:#?}");
        assert_eq!(now == after, halfway.is_some() || now == after, "step {n}: what counts is finished");
        outcomes[usize::from(now == after)] += 1;
        assert!(unfinished(root).expect("a journal").is_none());
        assert!(recover(root).expect("recovered").is_none(), "once is enough");
        // Whatever happened, the work can be done now.
        if now == before {
            apply(root, &batch(root)).expect("applied");
            assert_eq!(files(root), after);
        }
        let names: Vec<String> = names(root).expect("names").into_iter().map(|(_, state)| state).collect();
        assert_eq!(names, [""], "step {n}: nothing else lies in the journal");
        if result.is_ok() {
            break;
        }
    }
    assert!(outcomes[0] > 4 && outcomes[1] > 8, "{outcomes:?}");
}

#[test]
fn death_while_finishing_is_finished_by_the_next() {
    let (_, after) = both();
    let mut depth = 0;
    // Killed in the middle of the files, then killed again at every step of finishing.
    for n in 0.. {
        let folder = archive();
        let root = folder.path();
        apply_watched(root, &batch(root), &mut dies_at(8)).expect_err("died");
        assert!(unfinished(root).expect("a journal").is_some_and(|u| u.files == 4 && u.in_place < 4));
        let second = recover_watched(root, &mut dies_at(n));
        recover(root).expect("recovered");
        assert_eq!(files(root), after, "step {n}");
        depth = n;
        if second.is_ok() {
            break;
        }
    }
    assert!(depth > 4, "{depth}");
}

#[test]
fn a_refusal_at_any_step_takes_everything_back() {
    let (before, after) = both();
    for n in 0.. {
        let folder = archive();
        let root = folder.path();
        let result = apply_watched(root, &batch(root), &mut fails_at(n));
        // What cannot even be taken back is finished instead.
        recover(root).expect("recovered");
        let now = files(root);
        let wanted = if result.is_ok() { &after } else { &before };
        assert!(now == *wanted, "step {n}: {now:#?}");
        let steps = count_steps();
        if n > steps {
            break;
        }
    }
}

/// How many steps the batch takes.
fn count_steps() -> usize {
    let folder = archive();
    let mut count = 0;
    apply_watched(folder.path(), &batch(folder.path()), &mut |_| {
        count += 1;
        Ok(())
    })
    .expect("applied");
    count
}

#[test]
fn a_target_that_is_not_what_it_was_refuses_the_whole_batch() {
    for (path, text) in [
        ("cases/2011/old.yaml", "id: old\n# mine\n"),
        ("cases/2011/gone.yaml", "id: gone \n"),
        ("cases/2011/b.yaml", "id: b\n"),
    ] {
        let folder = archive();
        let root = folder.path();
        write(root, path, text);
        let before = files(root);
        let error = apply(root, &batch(root)).expect_err("refused");
        assert!(matches!(error, WriteError::Changed(_) | WriteError::Exists(_)), "{error}");
        assert!(error.to_string().contains(path), "{error}");
        assert_eq!(files(root), before);
        assert!(batches(root).expect("a journal").is_empty());
    }
}

#[test]
fn a_path_out_of_the_archive_is_refused() {
    for path in ["../x.yaml", "/tmp/x.yaml", "cases/../../x.yaml", ".anku/x", "", "cases//x.yaml"] {
        let folder = archive();
        let mut batch = batch(folder.path());
        batch.create[0].path = path.into();
        let error = apply(folder.path(), &batch).expect_err("refused");
        assert!(matches!(error, WriteError::Outside(_)), "{path}: {error}");
    }
    let folder = archive();
    let mut twice = batch(folder.path());
    twice.create[0].path = "cases/2011/b.yaml".into();
    assert!(matches!(apply(folder.path(), &twice), Err(WriteError::Twice(_))));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_archive_is_refused() {
    let folder = archive();
    let other = tempfile::tempdir().expect("a temp folder");
    std::os::unix::fs::symlink(other.path(), folder.path().join("cases/2012")).expect("a link");
    let error = apply(folder.path(), &batch(folder.path())).expect_err("refused");
    assert!(matches!(error, WriteError::Outside(_)), "{error}");
    assert!(std::fs::read_dir(other.path()).expect("a folder").next().is_none());
}

#[test]
fn a_file_edited_after_the_crash_is_left_and_the_others_are_finished() {
    let (_, after) = both();
    let folder = archive();
    let root = folder.path();
    // Right after the batch counts, before any file is in place.
    apply_watched(root, &batch(root), &mut dies_at(6)).expect_err("died");
    assert_eq!(unfinished(root).expect("a journal").map(|u| (u.files, u.in_place)), Some((4, 0)));
    write(root, "cases/2011/old.yaml", "id: old\n# mine\n");
    let recovered = recover(root).expect("recovered").expect("a batch");
    assert_eq!(recovered.left, ["cases/2011/old.yaml"]);
    assert_eq!((recovered.files, recovered.placed), (4, 3));
    let mut wanted = after;
    wanted.insert("cases/2011/old.yaml".into(), "id: old\n# mine\n".into());
    assert_eq!(files(root), wanted);
    // It is no part of the batch any more, so that the rest can be taken back.
    let undoing = plan_undo(root, None, 0).expect("a plan");
    assert!(undoing.edited.is_empty());
    assert!(undoing.batch.change.is_empty());
}

#[test]
fn what_a_power_failure_tore_is_written_again() {
    let whole = "x".repeat(3 * 4096 + 7);
    for torn in
        [String::new(), "x".repeat(4096), format!("{}{}", "x".repeat(4096), "\0".repeat(2 * 4096 + 7))]
    {
        let folder = archive();
        let root = folder.path();
        let mut batch = batch(root);
        batch.create[0].text.clone_from(&whole);
        let mut steps = 0;
        // All in place, not yet synced.
        let died = apply_watched(root, &batch, &mut |step| {
            steps += 1;
            if step == Step::Sync || step == Step::Clean { Err(Error::other("died")) } else { Ok(()) }
        });
        died.expect_err("died");
        write(root, "cases/2012/deep/a.yaml", &torn);
        let recovered = recover(root).expect("recovered").expect("a batch");
        assert_eq!((recovered.placed, recovered.left.len()), (1, 0));
        assert_eq!(files(root)["cases/2012/deep/a.yaml"], whole);
    }
}

#[test]
fn a_journal_that_cannot_be_read_is_set_aside_and_blocks_nobody() {
    let folder = archive();
    let root = folder.path();
    apply_watched(root, &batch(root), &mut dies_at(6)).expect_err("died");
    let id = unfinished(root).expect("a journal").expect("a batch").id;
    let place = root.join(STATE).join("journal").join(format!("{id}.open"));
    std::fs::write(place.join("manifest.json"), "{").expect("written");
    assert!(recover(root).expect("recovered").is_some_and(|recovered| recovered.damaged));
    assert!(recover(root).expect("recovered").is_none());
    apply(root, &batch(root)).expect("applied");
    // A content that is not what was put down is not written among the records.
    let folder = archive();
    let root = folder.path();
    apply_watched(root, &batch(root), &mut dies_at(6)).expect_err("died");
    let place = root.join(STATE).join("journal").join(format!("{id}.open"));
    let mut bytes = std::fs::read(place.join("after")).expect("read");
    bytes.iter_mut().for_each(|byte| *byte ^= 1);
    std::fs::write(place.join("after"), bytes).expect("written");
    let recovered = recover(root).expect("recovered").expect("a batch");
    assert_eq!(recovered.left.len(), 3);
    assert_eq!(recovered.placed, 1, "the removal needs no content");
}

#[test]
fn a_batch_is_taken_back_and_taken_back_again() {
    let (before, after) = both();
    let folder = archive();
    let root = folder.path();
    apply(root, &batch(root)).expect("applied");
    let undoing = plan_undo(root, None, 5).expect("a plan");
    assert!(undoing.edited.is_empty());
    apply(root, &undoing.batch).expect("taken back");
    assert_eq!(files(root), before, "the folders that it made are gone too");
    let known = batches(root).expect("a journal");
    assert_eq!(known[0].undone_by.as_deref(), Some(known[1].id.as_str()));
    assert_eq!(known[0].beside, ["apart.json"]);
    // Again: there is nothing left of the first, and the last one is the taking back.
    assert!(plan_undo(root, Some(&known[0].id), 6).expect("a plan").batch.is_empty());
    let redo = plan_undo(root, None, 6).expect("a plan");
    apply(root, &redo.batch).expect("done again");
    assert_eq!(files(root), after);
    apply(root, &plan_undo(root, None, 7).expect("a plan").batch).expect("taken back");
    assert_eq!(files(root), before);
}

#[test]
fn taking_back_dies_at_any_step_and_is_finished() {
    let (before, after) = both();
    for n in 0.. {
        let folder = archive();
        let root = folder.path();
        apply(root, &batch(root)).expect("applied");
        let undoing = plan_undo(root, None, 5).expect("a plan");
        let result = apply_watched(root, &undoing.batch, &mut dies_at(n));
        recover(root).expect("recovered");
        let now = files(root);
        assert!(now == before || now == after, "step {n}: {now:#?}");
        if result.is_ok() {
            break;
        }
    }
}

#[test]
fn what_was_edited_since_is_named_and_not_touched() {
    let folder = archive();
    let root = folder.path();
    apply(root, &batch(root)).expect("applied");
    write(root, "cases/2012/deep/a.yaml", "id: a\n# mine\n");
    let undoing = plan_undo(root, None, 5).expect("a plan");
    assert_eq!(undoing.edited, ["cases/2012/deep/a.yaml"]);
    apply(root, &undoing.batch).expect("taken back");
    let now = files(root);
    assert_eq!(now["cases/2012/deep/a.yaml"], "id: a\n# mine\n");
    assert_eq!(now["cases/2011/old.yaml"], "id: old\n");
    assert!(!now.contains_key("cases/2011/b.yaml"));
}

#[test]
fn batches_are_picked_by_id_number_or_beginning() {
    let folder = archive();
    let root = folder.path();
    apply(root, &batch(root)).expect("applied");
    let id = batches(root).expect("a journal")[0].id.clone();
    for name in [id.as_str(), "1", "0001", "0001-", &id[..7]] {
        assert_eq!(plan_undo(root, Some(name), 0).expect("a plan").of.id, id, "{name}");
    }
    assert!(matches!(plan_undo(root, Some("2"), 0), Err(UndoError::Unknown(_))));
    assert!(matches!(plan_undo(archive().path(), None, 0), Err(UndoError::Nothing)));
}

#[test]
fn old_batches_are_forgotten() {
    let folder = archive();
    let root = folder.path();
    for n in 0..RETAINED + 3 {
        let mut batch = Batch { id: next_id(root, b"x"), ..Batch::default() };
        batch.create.push(NewFile { path: format!("cases/{n}.yaml"), text: String::new() });
        apply(root, &batch).expect("applied");
    }
    let known = batches(root).expect("a journal");
    assert_eq!(known.len(), RETAINED);
    assert!(known[0].id.starts_with("0004-"), "{}", known[0].id);
}

#[test]
fn without_its_journal_the_archive_is_whole() {
    let folder = archive();
    let root = folder.path();
    apply(root, &batch(root)).expect("applied");
    let after = files(root);
    std::fs::remove_dir_all(root.join(STATE)).expect("removed");
    assert_eq!(files(root), after);
    assert!(recover(root).expect("recovered").is_none());
    assert!(batches(root).expect("no journal").is_empty());
}
