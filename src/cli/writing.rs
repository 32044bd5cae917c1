//! What every command that writes has in common: the lock, the question, the lines that change.

use super::context::Context;
use super::failure::Failure;
use super::failure::at;
use anku::archive::Archive;
use anku::archive::Lock;
use anku::archive::LockError;
use anku::report::printable;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::Duration;

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn lock(context: &Context, archive: &Archive) -> Result<Lock, Failure> {
    Lock::take(&archive.root, PATIENCE).map_err(|error| match error {
        LockError::Busy => Failure::usage(context.lang.word("error.locked")),
        LockError::Io(error) => at(context, &archive.state(), &error),
    })
}

/// Asks, when there is somebody to ask; without a terminal nothing is written unasked.
pub(crate) fn agreed(context: &Context, question: &'static str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    context.note(context.lang.word(question));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let answer = answer.trim().to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes" | "是" | "好"))
}

/// The lines of a file that change, each with its number: `-` as it is, `+` as it will be. Invisible
/// characters are written as escapes, blanks at the end of a line as `␣`.
pub(crate) fn changed_lines(context: &Context, path: &str, before: &str, after: &str) -> String {
    let style = context.style;
    let mut out = format!("{}\n", style.bold(&format!("~~~ {}", printable(path))));
    for (number, sign, line) in differing(before, after) {
        let line = format!("{number:>5} {sign}{}", visible(line));
        let _ = writeln!(out, "{}", if sign == '-' { style.red(&line) } else { style.number(&line) });
    }
    out
}

/// Lines that go or come, in the order of the file. An edit changes lines or takes them out, so the
/// lines are walked side by side; where one was taken out, its successor is next in both.
fn differing<'t>(before: &'t str, after: &'t str) -> Vec<(usize, char, &'t str)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut gone = old.len().saturating_sub(new.len());
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(line), Some(other)) if line == other => (i, j) = (i + 1, j + 1),
            (Some(line), other) if gone > 0 && nearer(old.get(i + 1), line, other) => {
                out.push((i + 1, '-', *line));
                (i, gone) = (i + 1, gone - 1);
            }
            (line, other) => {
                out.extend(line.map(|line| (i + 1, '-', *line)));
                out.extend(other.map(|other| (j + 1, '+', *other)));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    out
}

/// Whether a line of the new text is rather the one after this than this one.
fn nearer(next: Option<&&str>, line: &str, new: Option<&&str>) -> bool {
    let Some(new) = new else { return true };
    let alike = |old: &str| {
        let same = |(a, b): &(char, char)| a == b;
        let front = old.chars().zip(new.chars()).take_while(same).count();
        let back = old.chars().rev().zip(new.chars().rev()).take_while(same).count();
        if old == *new { usize::MAX } else { front + back }
    };
    next.is_some_and(|next| alike(next) > alike(line))
}

fn visible(line: &str) -> String {
    let body = line.trim_end_matches([' ', '\t', '\r']);
    let mut out = String::with_capacity(line.len());
    for c in body.chars() {
        match c {
            '\u{a0}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202f}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}' => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out = printable(&out).into_owned();
    out.extend(line[body.len()..].chars().filter(|c| *c != '\r').map(|_| '␣'));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_change_are_shown() {
        let before = "a\nb \nADVERT\nc\nADVERT\nd\n";
        let after = "a\nb\nc\nd\n";
        assert_eq!(
            differing(before, after),
            [(2, '-', "b "), (2, '+', "b"), (3, '-', "ADVERT"), (5, '-', "ADVERT")]
        );
        assert_eq!(differing("a\nb\n", "a\n"), [(2, '-', "b")]);
        assert_eq!(differing("a\n", "a\n"), []);
        assert_eq!(
            differing("ADVERT\n  一二  三\n", "  一二 三\n"),
            [(1, '-', "ADVERT"), (2, '-', "  一二  三"), (1, '+', "  一二 三")]
        );
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(visible("甲\u{200b}乙\u{a0}丙 \r"), "甲<U+200B>乙<U+00A0>丙␣");
    }
}
