//! Every command into a pipe that nobody reads from: it ends quietly.

use crate::support::isolated;
use crate::support::run;
use crate::support::small;
use crate::support::write;

/// Every command that the help names, at least once, in its formats.
const LINES: &str = "--help; -V; search --help; search 党; search 党 --json; search 党 -O jsonl; search 党 -O plain; \
    search -l 党; search -c 党; search 党 --facet 省 --explain; search 没有的词; search year:abc; list; \
    list -O csv; list -O tsv; list -O md; list --json; list -l -0; grep 党; grep 党 --json; grep -l 党; \
    show case-a; show case-a --json; show case-a --raw; show zzz; stats --by year; \
    stats --rows 省 --cols 等次 --json; stats --by year -O xlsx; terms; terms --json; facts; facts --json; \
    facts -O csv; region 敦煌; region 敦煌 --json; report; report yearly --edition 2; \
    report yearly --edition 2 -O html; report yearly --edition 2 -O docx; \
    report yearly --edition 2 -O xlsx; report quality -O md; export; export -O csv; export --json; export --schema; score; score star; score --help; validate; \
    validate --json; validate -O sarif; validate -O github; validate --explain AK0104; \
    validate --fix --dry-run; import --dry-run note.txt; import --dry-run --json note.txt; dedup; \
    dedup --json; similar case-a; similar case-a --json; set case-a notes=x --dry-run; set case-a notes=x; \
    new --set title=新 --dry-run; new --set title=新; open case-a; fmt --dry-run; fmt --check; \
    undo --dry-run; undo; undo --list; init fresh; index; index --rebuild; status; status --json; doctor; \
    doctor --json; completions bash; completions zsh; man; man search; nope";

/// Those that cannot be done, the second time at the latest.
const FAILING: &[&str] = &["search year:abc", "score star", "init fresh", "nope"];

#[cfg(unix)]
#[test]
fn a_reader_that_goes_at_once_ends_every_command_quietly() {
    let lines: Vec<&str> = LINES.split("; ").collect();
    let help = small();
    let program = env!("CARGO_BIN_EXE_anku");
    let said = crate::support::anku(help.path(), ["--lang", "en", "--help"]).ends(0).stdout;
    let commands = said
        .lines()
        .skip_while(|line| !line.starts_with("Commands"))
        .skip(1)
        .take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    let missing: Vec<&&str> = commands
        .iter()
        .filter(|name| !lines.iter().any(|line| line.split(' ').next() == Some(**name)))
        .collect();
    assert!(commands.len() > 20 && missing.is_empty(), "{commands:?}, without a line: {missing:?}");
    let folder = small();
    let root = folder.path();
    write(root, "note.txt", "敦煌市\n党建引领\n");
    let (mut wrong, mut runs) = (Vec::new(), 0);
    for line in &lines {
        // Once with stdout closed, once with all that is said going the same way.
        for both in [false, true] {
            let quoted: Vec<String> = line.split(' ').map(|word| format!("'{word}'")).collect();
            let all = if both { "2>&1" } else { "" };
            // The reader is gone before the command begins to write.
            let script = format!(
                "{{ sleep 0.05; EDITOR=true {program} {} {all}; echo \"ended $?\" >&3; }} 3>&2 2>said | true; cat said >&2",
                quoted.join(" ")
            );
            let ended = run(isolated("bash", root).args(["-c", &script]));
            runs += 1;
            let code =
                ended.stderr.split("ended ").nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let said = ended.stderr.to_lowercase();
            // What would have ended with 1 or 2 may still do so.
            if !matches!(code, "0" | "1" | "2" | "141")
                || said.contains("panick")
                || said.contains("pipe")
                || said.contains("bug in anku")
                || said.contains("自身出了错")
            {
                wrong.push(format!("{line}: {}", ended.stderr));
            }
            if code == "2" && !FAILING.contains(line) {
                wrong.push(format!("{line}: ended with 2: {}", ended.stderr));
            }
        }
    }
    eprintln!(
        "pipes: {} command lines of {} commands, {runs} runs, {} wrong",
        lines.len(),
        commands.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
