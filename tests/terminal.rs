//! What a terminal gets: whatever stands in texts, ids, keys, file names and arguments, it is shown and never
//! obeyed. The renderers get their strings in the library, everything around them through the binary in colour:
//! there an escape stands only where one of the program's own colours begins or ends.

use crate::support::Rng;
use crate::support::anku;
use crate::support::command;
use crate::support::isolated;
use crate::support::run;
use crate::support::small;
use crate::support::write;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Options;
use anku::report::RENDERERS;
use anku::report::printable;
use anku::report::printable_lines;
use anku::report::terminal_text;
use anku::table::Cell;
use anku::table::Chart;
use anku::table::ChartKind;
use anku::table::Column;
use anku::table::Table;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Strings through the renderers, ten to a document.
const STRINGS: usize = 5000;
/// Records whose every value commands a terminal.
const RECORDS: usize = 60;

/// C0, DEL, C1, and what turns the text around it.
fn commands_of_terminals() -> Vec<char> {
    let bidi =
        ('\u{2028}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').chain(['\u{61c}', '\u{200e}', '\u{200f}']);
    ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain(bidi).collect()
}

/// Whole commands: colours that the program does not use, a title, a link, the clipboard, a device's answer.
const SEQUENCES: &[&str] = &[
    "\u{1b}[7m",
    "\u{1b}[38;5;9m",
    "\u{1b}[2J",
    "\u{1b}[H",
    "\u{1b}]0;x\u{7}",
    "\u{1b}]8;;file:///x\u{1b}\\",
    "\u{1b}]52;c;eA==\u{7}",
    "\u{9b}7m",
    "\u{9d}0;x\u{9c}",
    "\u{1b}P$q\u{1b}\\",
    "\u{1b}[6n",
    "\u{1b}c",
    "\r\u{1b}[K",
    "\u{8}\u{8}",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(commands_of_terminals()).prop_map(String::from),
        2 => prop::sample::select(SEQUENCES).prop_map(str::to_owned),
        3 => "[党a1 |<&\"']{1,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// The first character that may not be there.
fn stray(text: &str, allowed: &str) -> Option<char> {
    let bad = commands_of_terminals();
    text.chars().find(|c| bad.contains(c) && !allowed.contains(*c))
}

/// A document that has a string in every place.
fn document(strings: &[String]) -> Document {
    let at = |place: usize| strings[place % strings.len()].clone();
    let mut table = Table::new(vec![Column::text(at(0)), Column::figures(at(1))]);
    table.columns[1].group = Some(at(2));
    table.title = Some(at(3));
    table.push(vec![Cell::Text(at(4)), Cell::Count(3)]);
    table.push(vec![Cell::Text(at(5)), Cell::Empty]);
    table.push_summary(vec![Cell::Text(at(6)), Cell::Count(3)]);
    table.notes = vec![at(7)];
    table.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0], series: vec![1] });
    Document {
        title: Some(at(8)),
        blocks: vec![
            Block::Heading { level: 2, text: at(9) },
            Block::Paragraph(at(0)),
            Block::List { ordered: true, items: vec![at(1), at(2)] },
            Block::Table(table),
        ],
        ..Document::default()
    }
}

#[test]
fn no_renderer_lets_a_command_through() {
    let seen = AtomicUsize::new(0);
    let config =
        ProptestConfig { cases: STRINGS as u32 / 10, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(strings in prop::collection::vec(hostile(), 10))| {
        seen.fetch_add(strings.len(), Ordering::Relaxed);
        for string in &strings {
            prop_assert_eq!(stray(&printable(string), ""), None);
            prop_assert_eq!(stray(&printable_lines(string), "\n\t"), None);
        }
        let document = document(&strings);
        for width in [None, Some(30)] {
            let options = Options { lang: Lang::Zh, width, excel: false };
            prop_assert_eq!(stray(&terminal_text(&document, &options), "\n"), None);
            for renderer in RENDERERS.iter().filter(|renderer| !renderer.binary) {
                let drawn = (renderer.render)(&document, &options).expect("rendered");
                let drawn = String::from_utf8(drawn).expect("UTF-8");
                let allowed = match renderer.name {
                    "csv" => "\r\n\t",
                    "tsv" => "\n\t",
                    _ => "\n",
                };
                prop_assert_eq!(stray(&drawn, allowed), None, "{}: {}", renderer.name, drawn.escape_debug());
            }
        }
    });
    eprintln!("terminal: {} strings through {} formats", seen.into_inner(), RENDERERS.len() - 2);
}

/// A string that commands a terminal, without the characters that its place cannot hold.
fn random(rng: &mut Rng, without: &str) -> String {
    let commands = commands_of_terminals();
    let mut text = "恶".to_owned();
    for _ in 0..1 + rng.below(6) {
        match rng.below(3) {
            0 => text.push(commands[rng.below(commands.len())]),
            1 => text += SEQUENCES[rng.below(SEQUENCES.len())],
            _ => text += "党a",
        }
    }
    text.chars().filter(|c| !without.contains(*c)).collect()
}

/// In double quotes, every character that is no letter as an escape.
fn quoted(text: &str) -> String {
    let one = |c: char| if c.is_alphanumeric() { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(one).collect::<String>())
}

/// Records whose ids, values, keys and file names command a terminal, as escapes and as bytes. Gives the names of
/// some of the files.
fn hostile_records(root: &Path, rng: &mut Rng) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..RECORDS {
        let mut value = || quoted(&random(rng, ""));
        let mut text = format!("id: {}\ntitle: {}\nunit: {}\nyear: 2012\n", value(), value(), value());
        text += &format!("programme: 甲活动\nedition: 2\nsector: {}\nabstract: {}\n", value(), value());
        text += &format!("region: {{province: {}, city: {}}}\n{}: {}\n", value(), value(), value(), value());
        text += "awards:\n  - programme: 甲活动\n    edition: 2\n    level: 最佳案例\n";
        text += &format!("    title: {}\n    unit: {}\n", value(), value());
        text += &format!("sections:\n  - role: practice\n    heading: {}\n    text: {}\n", value(), value());
        // Now and then as bytes, which is no YAML.
        if number % 6 == 0 {
            text += &format!("notes: {}\n", random(rng, "\n"));
        }
        let name = match number % 3 {
            0 => format!("r{number}"),
            _ => format!("r{number}{}", random(rng, "\0/\\\n")),
        };
        let path = format!("cases/2013/{name}.yaml");
        write(root, &path, text);
        names.push(path);
    }
    names
}

/// The program's own colours, and what `annotate-snippets` paints an excerpt with.
fn colours(text: &str) -> BTreeSet<String> {
    let codes = text.split("\u{1b}[").skip(1).filter_map(|rest| Some(rest.split_once('m')?.0.to_owned()));
    codes.filter(|code| code.chars().all(|c| c.is_ascii_digit() || c == ';')).collect()
}

/// What stands in an output beside text, line ends and the colours that are allowed.
fn foreign(said: &str, colours: &BTreeSet<String>, allowed: &str) -> Option<String> {
    let mut rest = said.to_owned();
    for code in colours {
        rest = rest.replace(&format!("\u{1b}[{code}m"), "");
    }
    // Links that were asked for: their address is all plain ASCII.
    while let Some((before, link)) = rest.split_once("\u{1b}]8;;") {
        let (address, after) = link.split_once("\u{1b}\\").unwrap_or((link, ""));
        let plain = address.starts_with("file://") && address.chars().all(|c| c.is_ascii_graphic());
        if !address.is_empty() && !plain {
            return Some(format!("a link to {:?}", address.chars().take(60).collect::<String>()));
        }
        rest = format!("{before}{after}");
    }
    stray(&rest, allowed).map(|c| {
        let at = rest.find(c).unwrap_or_default();
        let near: String = rest[..at].chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
        let rest: String = rest[at..].chars().take(10).collect();
        format!("{rest:?} ({c:?}) behind {near:?}")
    })
}

/// Command lines; `E` stands for something hostile, `F` for a hostile file's name.
const LINES: &str = "search 党; search 党 -O plain; search 党 --json; search 党 -O jsonl; search 党 --facet unit --explain; \
    search 恶 -C 2; search E; search --exact E; search year:E; search /(E/; search @E; search 党 --sort E; \
    search 党 --facet E; search 党 --group-by unit; search 党 --count-by unit; search 党 --like E; \
    search 党 --format {id}|{title}|{unit}|{path}; search 党 --hyperlink always; list --hyperlink always; \
    grep 党 --hyperlink always; validate --hyperlink always; grep 党; grep --heading 党; grep -l 党; grep -c 党; \
    grep 党 -C 1; grep -E E(; grep 党 E; list; list -O plain; list -O md; list -O csv; list -O tsv; list -l; \
    list --json; list --columns title,unit,E; list --columns id,title,unit,region.city; list -o E.nope; \
    list --where E:(; show E; show F; show F --json; show F --source; show F --section practice; \
    show F --section E; show F --path; validate; validate -O plain; validate -O json; validate -O github; \
    validate -O sarif; validate F; validate E; validate --explain E; validate --only E; \
    validate --fix --dry-run; stats --by unit; stats --by E; stats --rows region.city --cols unit -O md; \
    stats --by unit --where E; report yearly --edition 2; report E; report search -O md 党; \
    report awards --edition 2; report quality; status; doctor; facts; facts E; terms; terms E; region E; \
    similar F; similar E; dedup; set F notes=E --dry-run; set F E=1; set F year=E; fmt --check; \
    fmt --dry-run; new --set title=E --dry-run; new --kind E; open E; import E; import evil/; \
    import evil/ --dry-run --json; undo --dry-run; undo E; score E; init cases/E; completions E; E; --E; \
    list --E; --archive E list; --lang E list; index -O E; man E";

#[cfg(unix)]
#[test]
fn no_command_lets_a_command_through() {
    let mut rng = Rng(27);
    let harmless = small();
    let folder = small();
    let root = folder.path();
    let names = hostile_records(root, &mut rng);
    let settings = std::fs::read_to_string(root.join("anku.yaml")).expect("settings");
    let named = |line: &str| {
        if line.starts_with("name:") { format!("name: {}", quoted(SEQUENCES[3])) } else { line.to_owned() }
    };
    write(root, "anku.yaml", settings.lines().map(named).collect::<Vec<_>>().join("\n"));
    for number in 0..3 {
        let name = random(&mut rng, "\0/\\\n");
        write(
            root,
            &format!("evil/{name}{number}.txt"),
            format!("{}\n一、背景\n{}\n", random(&mut rng, "\n"), random(&mut rng, "")),
        );
    }
    // The colours of a run over text that asks for none.
    let mut colours = BTreeSet::from(["0", "1", "2", "32", "35", "1;31", "1;33"].map(str::to_owned));
    write(
        harmless.path(),
        "cases/bad.yaml",
        "id: bad\ntitle: 坏记录\nyear: 二〇一二\nsectr: 没有\nregion: {province: 没有省}\n",
    );
    for line in ["validate", "validate --explain AK0104"] {
        let run = anku(harmless.path(), line.split(' ').chain(["--color", "always"]));
        colours.extend(self::colours(&(run.stdout + &run.stderr)));
    }
    assert!(
        colours.len() < 20
            && !SEQUENCES.iter().any(|own| self::colours(own).iter().any(|code| colours.contains(code)))
    );
    let (mut wrong, mut escapes) = (Vec::new(), 0);
    let lines: Vec<&str> = LINES.split("; ").collect();
    for line in &lines {
        let args = line.split(' ').map(|word| {
            let word = word.replace('F', &names[rng.below(names.len())]);
            let mut hostile = random(&mut rng, "\0");
            hostile.truncate(hostile.floor_char_boundary(200));
            word.replace('E', &hostile)
        });
        let args: Vec<String> = args.collect();
        let run = run(command(root).args(&args).args(["--color", "always"]).env("EDITOR", "true"));
        let words = line.split(' ').collect::<Vec<_>>();
        // Paths by themselves, into a pipe: their own bytes.
        let bare = words.iter().any(|word| matches!(*word, "-l" | "--path"));
        let allowed = match words.as_slice() {
            [.., "-O", "csv"] => "\r\n\t",
            [.., "-O", "tsv"] | ["show" | "grep", ..] => "\n\t",
            _ => "\n",
        };
        for (name, said) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            escapes += said.matches('\u{1b}').count();
            let foreign = if bare && name == "stdout" { None } else { foreign(said, &colours, allowed) };
            wrong.extend(foreign.map(|foreign| format!("{line}: {foreign} on {name}")));
            if said.contains("panicked") {
                wrong.push(format!("{line}: {said}"));
            }
        }
    }
    eprintln!(
        "terminal: {} command lines over {RECORDS} hostile records, {escapes} escapes of our own in {colours:?}, {} wrong",
        lines.len(),
        wrong.len()
    );
    assert!(escapes > 1000, "no colours were asked for");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// A list of paths has their own bytes for another program, and harmless ones on a terminal.
#[cfg(unix)]
#[test]
fn a_bare_path_is_harmless_on_a_terminal() {
    let folder = small();
    let root = folder.path();
    let path = "cases/2013/e\u{1b}[7m\u{7}.yaml";
    write(root, path, "id: evil\ntitle: 红色题目\n");
    let program = env!("CARGO_BIN_EXE_anku");
    for args in ["list -l", "search -l 红色", "grep -l 红色", "show evil --path", "search 红色 -l -0"] {
        let piped = anku(root, args.split(' ')).ends(0);
        assert!(piped.stdout.contains(path), "{args}: {piped:?}");
        // `script` runs a command on a terminal of its own.
        let mut script = isolated("script", root);
        let Ok(on_terminal) = script.args(["-qec", &format!("{program} {args}"), "/dev/null"]).output()
        else {
            eprintln!("SKIPPED terminal: no script(1) on the path");
            return;
        };
        let said = String::from_utf8_lossy(&on_terminal.stdout).into_owned();
        assert_eq!(foreign(&said, &BTreeSet::new(), "\r\n\0"), None, "{args}: {said:?}");
        assert!(said.contains(r"e\u{1b}[7m\u{7}.yaml"), "{args}: {said:?}");
    }
}
