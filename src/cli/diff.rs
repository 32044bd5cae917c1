//! Which lines of two texts differ, and how that is shown.

use super::context::Context;
use anku::report::printable;
use std::fmt::Write as _;

/// How many lines around a change are shown.
const AROUND: usize = 3;
/// Beyond so many pairs of lines all of a stretch counts as changed: the search for what is common takes as much memory.
const LARGEST: usize = 16 << 20;

/// The lines that differ: number (in the new text; of a line that goes, in the old one), sign, line.
pub(crate) fn difference<'t>(before: &'t str, after: &'t str) -> Vec<(usize, char, &'t str)> {
    differing(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>())
}

fn differing<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(usize, char, &'t str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    if a.len().saturating_mul(b.len()) > LARGEST {
        let gone = a.iter().enumerate().map(|(at, line)| (head + at + 1, '-', *line));
        let come = b.iter().enumerate().map(|(at, line)| (head + at + 1, '+', *line));
        return gone.chain(come).collect();
    }
    // The longest common sequence of what is left; a record has some hundreds of lines.
    let mut best = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            best[i][j] =
                if a[i] == b[j] { best[i + 1][j + 1] + 1 } else { best[i + 1][j].max(best[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || best[i + 1][j] >= best[i][j + 1]) {
            out.push((head + i + 1, '-', a[i]));
            i += 1;
        } else {
            out.push((head + j + 1, '+', b[j]));
            j += 1;
        }
    }
    out
}

/// One file's changes as `diff -u` and `git diff` write them. `before` is nothing where the file is new.
pub(crate) fn unified(context: &Context, path: &str, before: Option<&str>, after: &str) -> String {
    let old = before.unwrap_or_default();
    let style = context.style;
    let name = printable(path);
    let from = before.map_or("/dev/null".to_owned(), |_| format!("a/{name}"));
    let mut out =
        format!("{}\n{}\n", style.bold(&format!("--- {from}")), style.bold(&format!("+++ b/{name}")));
    for Hunk { old: (i, n), new: (j, m), lines } in hunks(old, after) {
        // A side without lines is named by the line before.
        let (i, j) = (i + usize::from(n > 0), j + usize::from(m > 0));
        let _ = writeln!(out, "{}", style.dim(&format!("@@ -{i},{n} +{j},{m} @@")));
        for (sign, line) in lines {
            let body = line.strip_suffix('\n').unwrap_or(line);
            // The file's own carriage return ends a line here too.
            let (body, end) = body.strip_suffix('\r').map_or((body, ""), |body| (body, "\r"));
            let shown = format!("{sign}{}", printable(body));
            let shown = match sign {
                '-' => style.red(&shown),
                '+' => style.number(&shown),
                _ => shown,
            };
            let _ = writeln!(out, "{shown}{end}");
            if !line.ends_with('\n') {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}

struct Hunk<'t> {
    /// The first line, from 0, and how many, in the old text.
    old: (usize, usize),
    new: (usize, usize),
    lines: Vec<(char, &'t str)>,
}

fn hunks<'t>(old: &'t str, new: &'t str) -> Vec<Hunk<'t>> {
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let changed = differing(&old_lines, &new.split_inclusive('\n').collect::<Vec<_>>());
    // Every line with its place in both texts.
    let mut all: Vec<(usize, usize, char, &str)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    let mut rest = changed.into_iter().peekable();
    loop {
        match rest.peek() {
            Some((number, '-', line)) if *number == i + 1 => {
                all.push((i, j, '-', line));
                i += 1;
                rest.next();
            }
            Some((number, '+', line)) if *number == j + 1 => {
                all.push((i, j, '+', line));
                j += 1;
                rest.next();
            }
            _ if i < old_lines.len() => {
                all.push((i, j, ' ', old_lines[i]));
                (i, j) = (i + 1, j + 1);
            }
            _ => break,
        }
    }
    let mut hunks: Vec<Hunk<'t>> = Vec::new();
    let mut last: Option<usize> = None;
    for (at, _) in all.iter().enumerate().filter(|(_, line)| line.2 != ' ') {
        let start = at.saturating_sub(AROUND);
        let joined = last.is_some_and(|last| start <= last + AROUND + 1);
        let from = if joined { last.map_or(0, |last| last + 1) } else { start };
        if !joined {
            let (i, j, ..) = all[start];
            hunks.push(Hunk { old: (i, 0), new: (j, 0), lines: Vec::new() });
        }
        if let Some(hunk) = hunks.last_mut() {
            hunk.lines.extend(all[from..=at].iter().map(|(_, _, sign, line)| (*sign, *line)));
        }
        last = Some(at);
        // What stands behind belongs to it, unless another change follows soon.
        let next = all[at + 1..].iter().position(|line| line.2 != ' ');
        if next.is_none_or(|next| next > 2 * AROUND) {
            let end = (at + 1 + AROUND).min(all.len());
            if let Some(hunk) = hunks.last_mut() {
                hunk.lines.extend(all[at + 1..end].iter().map(|(_, _, sign, line)| (*sign, *line)));
            }
            last = Some(end - 1);
        }
    }
    for hunk in &mut hunks {
        hunk.old.1 = hunk.lines.iter().filter(|(sign, _)| *sign != '+').count();
        hunk.new.1 = hunk.lines.iter().filter(|(sign, _)| *sign != '-').count();
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::difference;
    use super::hunks;

    #[test]
    fn only_lines_that_differ_are_shown() {
        let found = difference("a\nb\nc\nd\n", "a\nx\nb\nd\ne\n");
        assert_eq!(found, [(2, '+', "x"), (3, '-', "c"), (5, '+', "e")]);
        assert!(difference("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn hunks_put_together_the_new_text() {
        let lines = |range: std::ops::Range<u32>| range.map(|n| format!("{n}\n")).collect::<String>();
        let old = lines(0..40);
        for new in [
            old.replace("\n20\n", "\nx\n"),
            old.replace("\n3\n", "\n").replace("\n30\n", "\n30\nx\ny\n"),
            old.replace("\n10\n", "\nx\n").replace("\n17\n", "\ny\n"),
            old.replace("\n10\n", "\nx\n").replace("\n18\n", "\ny\n"),
            lines(5..40),
            lines(0..45),
            old.trim_end().to_owned(),
            String::new(),
        ] {
            let before: Vec<&str> = old.split_inclusive('\n').collect();
            let (mut out, mut at) = (String::new(), 0);
            for hunk in hunks(&old, &new) {
                out.extend(before[at..hunk.old.0].iter().copied());
                assert_eq!(out.split_inclusive('\n').count(), hunk.new.0);
                at = hunk.old.0 + hunk.old.1;
                out.extend(hunk.lines.iter().filter(|(sign, _)| *sign != '-').map(|(_, line)| *line));
            }
            out.extend(before[at..].iter().copied());
            assert_eq!(out, new);
        }
        assert!(hunks(&old, &old).is_empty());
        assert_eq!(hunks("", "a\n").len(), 1);
    }
}
