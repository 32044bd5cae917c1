//! Text and paths as HTML can only show them.

use crate::report::render::untrusted::printable;
use std::fmt::Write as _;

/// Text for an element or a quoted attribute: nothing in it is markup, and what is no character to
/// HTML (its standard, 13.2.3.5: noncharacters) is written out as `\u{fffe}`.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_noncharacter(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A path as a relative link, percent-encoded after RFC 3986 (section 2.3 names what may stay).
/// `None` for a path that leads out of its folder, or nowhere.
///
/// It begins with `./`, so that no name before a colon and no `//` can mean something else.
pub(super) fn href(path: &str) -> Option<String> {
    let mut out = String::from(".");
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return None;
        }
        out.push('/');
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    (out.len() > 1).then_some(out)
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            text("<b a='1' c=\"2\">&amp;</b>"),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;"
        );
        assert_eq!(
            text("甲\u{1b}[2J\u{202e}乙\0\u{ffff}\r\n丙"),
            "甲\\u{1b}[2J\\u{202e}乙\\u{0}\\u{ffff} 丙"
        );
    }

    #[test]
    fn links_stay_below_the_page() {
        assert_eq!(href("cases/2012/甲 1.yaml").as_deref(), Some("./cases/2012/%E7%94%B2%201.yaml"));
        assert_eq!(href("javascript:alert(1)").as_deref(), Some("./javascript%3Aalert%281%29"));
        assert_eq!(href("//example.org/x").as_deref(), Some("./example.org/x"));
        assert_eq!(href("a\"b%2e?#").as_deref(), Some("./a%22b%252e%3F%23"));
        assert_eq!(href("a\\b").as_deref(), Some("./a%5Cb"));
        assert_eq!((href("../x"), href("a/../../x"), href("./"), href("")), (None, None, None, None));
    }
}
