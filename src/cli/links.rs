//! Links that a terminal can open (OSC 8): which terminals know them, and how they are written.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// How a terminal tells in the environment that it knows links.
enum Sign {
    /// The variable is there.
    Set,
    /// It holds a number that is not less.
    AtLeast(u32),
    /// It holds one of these.
    OneOf(&'static [&'static str]),
}

/// Terminals that know links, by the variables that they set: the list of the crate
/// `supports-hyperlinks` 3.1 (Apache-2.0), and kitty, WezTerm, ghostty and foot as their own
/// documents have it. VTE writes 0.50.0 as 5000.
const TERMINALS: &[(&str, Sign)] = &[
    ("VTE_VERSION", Sign::AtLeast(5000)),
    ("TERM_PROGRAM", Sign::OneOf(&["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "terminology"])),
    (
        "TERM",
        Sign::OneOf(&["xterm-kitty", "xterm-ghostty", "alacritty", "alacritty-direct", "foot", "foot-extra"]),
    ),
    ("COLORTERM", Sign::OneOf(&["xfce4-terminal"])),
    ("KITTY_WINDOW_ID", Sign::Set),
    ("WEZTERM_PANE", Sign::Set),
    ("DOMTERM", Sign::Set),
    ("WT_SESSION", Sign::Set),
    ("KONSOLE_VERSION", Sign::Set),
];

/// Makes links, or leaves texts as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// The host and the folder that paths are relative to, when there are to be links.
    to: Option<(String, PathBuf)>,
}

impl Links {
    /// `wanted` is `always`, `never` or anything else for what the terminal knows; `root` is the folder
    /// that paths are relative to.
    pub(crate) fn new(
        wanted: Option<&str>,
        terminal: bool,
        variable: &dyn Fn(&str) -> Option<String>,
        root: Option<&Path>,
    ) -> Links {
        let on = match wanted {
            Some("always") => true,
            Some("never") => false,
            _ => terminal && knows(variable),
        };
        Links { to: root.filter(|_| on).map(|root| (host(), root.to_owned())) }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.to.is_some()
    }

    /// A text that leads to a line of a file: `file://HOST/abs/path#L12`. The text must hold nothing that
    /// a terminal obeys but colours.
    pub(crate) fn link(&self, path: &str, line: Option<usize>, text: &str) -> String {
        let Some((host, root)) = &self.to else { return text.to_owned() };
        let mut url = format!("file://{host}");
        encode(&root.join(path), &mut url);
        if let Some(line) = line {
            let _ = write!(url, "#L{line}");
        }
        format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
    }

    /// Makes links of words in a table that is drawn already, so that no width counts them. Each row is a
    /// path with the words that lead to it; rows come in the order of the table. A word that a
    /// narrow column has broken stays as it is.
    pub(crate) fn table(&self, drawn: &str, rows: &[(&str, Vec<&str>)]) -> String {
        let mut lines: Vec<String> = drawn.split('\n').map(str::to_owned).collect();
        let mut from = 0;
        for (path, words) in rows {
            let row = (from..lines.len())
                .find(|&line| words.iter().any(|word| word_at(&lines[line], word).is_some()));
            let Some(row) = row else { continue };
            for word in words {
                if let Some(at) = word_at(&lines[row], word) {
                    let link = self.link(path, None, word);
                    lines[row].replace_range(at..at + word.len(), &link);
                }
            }
            from = row + 1;
        }
        lines.join("\n")
    }
}

/// Where a word stands between blanks.
fn word_at(line: &str, word: &str) -> Option<usize> {
    let open = |rest: Option<char>| rest.is_none_or(|c| c == ' ');
    line.match_indices(word)
        .find(|(at, _)| open(line[..*at].chars().next_back()) && open(line[at + word.len()..].chars().next()))
        .map(|(at, _)| at)
        .filter(|_| !word.is_empty())
}

/// Whether the terminal is one that is known to know links.
fn knows(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable("TERM").as_deref() != Some("dumb")
        && TERMINALS.iter().any(|(name, sign)| {
            let Some(value) = variable(name).filter(|value| !value.is_empty()) else { return false };
            match sign {
                Sign::Set => true,
                Sign::AtLeast(least) => value.parse::<u32>().is_ok_and(|number| number >= *least),
                Sign::OneOf(known) => known.contains(&value.as_str()),
            }
        })
}

/// The machine's name, which tells a terminal whether the path is one of its own; empty, which means
/// the terminal's own machine, where the system does not tell it in a file.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    Some(name.trim()).filter(|name| name.chars().all(plain)).unwrap_or_default().to_owned()
}

/// Percent signs for every byte but those that RFC 3986 has for unreserved, and `/`.
fn encode(path: &Path, url: &mut String) {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.first() != Some(&b'/') {
        url.push('/');
    }
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                url.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => url.push('/'),
            b':' if cfg!(windows) => url.push(':'),
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(terminal: bool, set: &[(&str, &str)]) -> bool {
        let variable =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Links::new(None, terminal, &variable, Some(Path::new("/a"))).is_on()
    }

    #[test]
    fn only_terminals_that_know_links_get_them() {
        for set in [
            ("VTE_VERSION", "5000"),
            ("VTE_VERSION", "7600"),
            ("TERM_PROGRAM", "iTerm.app"),
            ("TERM_PROGRAM", "ghostty"),
            ("TERM", "xterm-kitty"),
            ("WT_SESSION", "a-b"),
            ("KONSOLE_VERSION", "220401"),
        ] {
            assert!(auto(true, &[set]), "{set:?}");
            assert!(!auto(false, &[set]), "{set:?}");
            assert!(!auto(true, &[("TERM", "dumb"), set]) || set.0 == "TERM", "{set:?}");
        }
        for set in [
            ("VTE_VERSION", "4999"),
            ("VTE_VERSION", "x"),
            ("TERM_PROGRAM", "Apple_Terminal"),
            ("TERM", "xterm-256color"),
            ("WT_SESSION", ""),
        ] {
            assert!(!auto(true, &[set]), "{set:?}");
        }
        assert!(!auto(true, &[]));
    }

    #[test]
    fn links_are_encoded_and_tables_keep_their_widths() {
        let to = Some((String::new(), PathBuf::from("/库 1")));
        let links = Links { to };
        let link = |path: &str, text: &str| {
            format!("\u{1b}]8;;file:///%E5%BA%93%201/{path}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
        };
        assert_eq!(links.link("a;b.yaml", Some(7), "x"), link("a%3Bb.yaml#L7", "x"));
        let rows = [("1.yaml", vec!["ab"]), ("2.yaml", vec!["broken", ""]), ("3.yaml", vec!["a", "3.yaml"])];
        assert_eq!(
            links.table("id  ti\n────\nab  abc\nabc a\nbro x\nken\na   3.yaml\n", &rows),
            // The word is the record's wherever it stands.
            format!(
                "id  ti\n────\n{}  abc\nabc {}\nbro x\nken\na   3.yaml\n",
                link("1.yaml", "ab"),
                link("3.yaml", "a")
            )
        );
        assert_eq!(Links::default().table("ab\n", &rows), "ab\n");
    }
}
