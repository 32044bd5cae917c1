//! Bytes to lines and columns, for the edge only.

use std::ops::Range;

/// A longer text has its characters counted every so many bytes: a list of thousands of values can
/// stand on one line, and each of them has a column.
const STEP: usize = 512;

/// Where the lines of one text begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
    /// Characters before every [`STEP`] bytes.
    counts: Vec<usize>,
}

/// How many characters begin in these bytes of UTF-8.
fn begin_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// A place as people count it: line and column from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Lines {
    /// Finds the line starts of `text`; `\n`, `\r\n` and a lone `\r` end a line, as in YAML.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for i in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n') {
                starts.push(i + 1);
            }
        }
        let mut counts = vec![0];
        for step in bytes.chunks_exact(STEP) {
            counts.push(counts.last().unwrap_or(&0) + begin_in(step));
        }
        Lines { starts, counts }
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The bytes of a line of the same `text`, from 1, without its end; empty past the last line.
    pub fn range(&self, text: &str, line: usize) -> Range<usize> {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(text.len()).min(text.len());
        let (start, end) = (at(line.saturating_sub(1)), at(line));
        start..start + text[start..end].trim_end_matches(['\n', '\r']).len()
    }

    /// How many lines there are; the end of a last line begins no other.
    pub fn count(&self, text: &str) -> usize {
        self.starts.iter().filter(|&&start| start < text.len()).count()
    }

    /// Line and column of a byte offset in the same `text`; past the end is the end.
    pub fn place(&self, text: &str, offset: usize) -> Place {
        let offset = offset.min(text.len());
        let line = self.line(offset);
        let start = self.starts[line - 1];
        let mut end = offset;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let marks = text[start..end].chars().take_while(|&c| c == '\u{feff}').count();
        Place { line, column: self.characters(text, end) - self.characters(text, start) - marks + 1 }
    }

    /// How many characters begin before a byte.
    fn characters(&self, text: &str, at: usize) -> usize {
        let step = (at / STEP).min(self.counts.len() - 1);
        self.counts[step] + begin_in(&text.as_bytes()[step * STEP..at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "题目: 星级\r\n年: 2012\n";
        let lines = Lines::new(text);
        let at = |needle: &str| {
            let place = lines.place(text, text.find(needle).expect("in the text"));
            (place.line, place.column)
        };
        assert_eq!(at("星级"), (1, 5));
        assert_eq!(at("2012"), (2, 4));
        assert_eq!(lines.place(text, text.len()).line, 3);
        assert_eq!(lines.place(text, 999).line, 3);
    }

    #[test]
    fn columns_of_a_long_line_are_counted_as_those_of_a_short_one() {
        let text = format!("\u{feff}甲\n\u{feff}{}", "案a𠀀,".repeat(3000));
        let lines = Lines::new(&text);
        let start = text.find('\n').expect("a line end") + 4;
        for (count, (at, _)) in text[start..].char_indices().enumerate().step_by(7) {
            assert_eq!(lines.place(&text, start + at), Place { line: 2, column: count + 1 });
        }
    }

    #[test]
    fn lines_have_no_ends() {
        let text = "甲\r\n\n乙\r丙";
        let lines = Lines::new(text);
        let all: Vec<&str> = (1..=lines.count(text)).map(|line| &text[lines.range(text, line)]).collect();
        assert_eq!(all, ["甲", "", "乙", "丙"]);
        assert_eq!((lines.range(text, 9), Lines::new("甲\n").count("甲\n")), (text.len()..text.len(), 1));
        assert_eq!(Lines::new("").count(""), 0);
    }
}
