//! What every command that writes has in common: the lock, what an earlier run left unfinished, the
//! question, the clock, the lines that change, and the words for a write that was refused.

use super::context::Context;
use super::failure::Failure;
use super::failure::at;
use anku::archive;
use anku::archive::Archive;
use anku::archive::Lock;
use anku::archive::LockError;
use anku::archive::Recovered;
use anku::archive::WriteError;
use anku::report::printable;
use clap::ArgMatches;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;
use std::time::SystemTime;

/// How long a writer waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a reader waits before it answers beside an unfinished batch.
const SHORT: Duration = Duration::from_millis(500);

/// The archive's lock, with everything finished that an earlier run left unfinished.
pub(crate) fn lock(context: &Context, archive: &Archive) -> Result<Lock, Failure> {
    let lock = Lock::take(&archive.root, PATIENCE).map_err(|error| locked(context, archive, error))?;
    if let Some(recovered) =
        archive::recover(&archive.root).map_err(|error| refused(context, archive, error))?
    {
        tell(context, &recovered);
    }
    Ok(lock)
}

/// Why there is no lock.
pub(crate) fn locked(context: &Context, archive: &Archive, error: LockError) -> Failure {
    match error {
        LockError::Busy(None) => Failure::usage(context.lang.word("error.locked")),
        LockError::Busy(Some(id)) => {
            Failure::usage(context.lang.say("error.locked-by", &[("id", &id.to_string())]))
        }
        LockError::Io(error) => at(context, &archive.state(), &error),
    }
}

/// Before a command that reads: a batch that a run left unfinished is finished, as far as this process
/// may write, so that an answer never shows half of it. A preview writes nothing; `status` and `doctor`
/// tell what there is.
pub(crate) fn before(context: &Context, name: &str, matches: &ArgMatches) {
    let Ok(archive) = &context.archive else { return };
    // These take the lock themselves, or have no archive yet.
    let itself = matches!(name, "init" | "import" | "undo");
    let dry = matches.try_get_one::<bool>("dry-run").ok().flatten().copied().unwrap_or(false);
    let tells = matches!(name, "status" | "doctor");
    if (itself && !dry) || tells || !matches!(archive::unfinished(&archive.root), Ok(Some(_))) {
        return;
    }
    if !dry && let Ok(_lock) = Lock::take(&archive.root, SHORT) {
        match archive::recover(&archive.root) {
            Ok(Some(recovered)) => return tell(context, &recovered),
            Ok(None) => return,
            Err(error) => {
                if let Failure::Message { what, .. } = refused(context, archive, error) {
                    context.complain(&what);
                }
            }
        }
    }
    if let Some(sentence) = unfinished(context, archive) {
        context.note(&sentence);
    }
}

/// The sentence for a batch that is not finished.
pub(crate) fn unfinished(context: &Context, archive: &Archive) -> Option<String> {
    let unfinished = archive::unfinished(&archive.root).ok().flatten()?;
    let (files, in_place) = (unfinished.files.to_string(), unfinished.in_place.to_string());
    Some(context.lang.say(
        "notice.unfinished",
        &[("id", &unfinished.id), ("label", &unfinished.label), ("files", &files), ("in_place", &in_place)],
    ))
}

/// What finishing an earlier run's batch came to.
fn tell(context: &Context, recovered: &Recovered) {
    let lang = context.lang;
    if recovered.damaged {
        context.complain(&lang.say("notice.damaged", &[("id", &recovered.id)]));
        return;
    }
    let placed = recovered.placed.to_string();
    let args = [("id", recovered.id.as_str()), ("label", &recovered.label), ("placed", &placed)];
    context.note(&lang.say("notice.finished", &args));
    for path in &recovered.left {
        context.complain(&lang.say("notice.left", &[("path", path)]));
    }
}

/// A write that was refused, in words.
pub(crate) fn refused(context: &Context, archive: &Archive, error: WriteError) -> Failure {
    // The archive's own folder is nothing relative to itself.
    let relative = |path: &Path| archive.relative(path).filter(|path| !path.is_empty());
    let shown = |path: &Path| relative(path).unwrap_or_else(|| path.display().to_string());
    let (key, path) = match &error {
        WriteError::Io { path, error } => {
            let reason = context.reason(error);
            let args = [("path", shown(path)), ("reason", reason)];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Failure::usage(context.lang.say("error.not-written", &args));
        }
        WriteError::Exists(path) => ("write.exists", path),
        WriteError::Changed(path) => ("write.changed", path),
        WriteError::Outside(path) => ("write.outside", path),
        WriteError::Twice(path) => ("write.twice", path),
    };
    let what = context.lang.say(key, &[("path", &shown(path))]);
    Failure::hinted(what, context.lang.word("write.nothing"))
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
    numbered_lines(context, path, differing(before, after))
}

/// Lines of a file under its name, each with its number and its sign.
pub(crate) fn numbered_lines(context: &Context, path: &str, lines: Vec<(usize, char, &str)>) -> String {
    let style = context.style;
    let mut out = format!("{}\n", style.bold(&format!("~~~ {}", printable(path))));
    for (number, sign, line) in lines {
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

/// Seconds since 1970 (UTC). The library never looks at the clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A moment as RFC 3339 has it, in UTC. Days to dates by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
pub(crate) fn rfc3339(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
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

    #[test]
    fn moments_are_dates() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), date);
        }
    }
}
