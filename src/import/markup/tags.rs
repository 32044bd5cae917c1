//! Owns the grammar of tags, comments and entities: lenient, for what editors and databases leave behind.
//! Must not know what any tag means for a text.

use memchr::memchr;

/// Elements that stand on lines of their own.
pub const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "td",
    "th",
    "ul",
];
/// The other elements. All of them are markup wherever they stand; `<某某>` and `<a>b` in a text of numbers are not.
const INLINE: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "br",
    "button",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "del",
    "em",
    "font",
    "head",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "label",
    "link",
    "meta",
    "noscript",
    "o:p",
    "object",
    "script",
    "select",
    "small",
    "span",
    "st1:chsdate",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "svg",
    "textarea",
    "time",
    "u",
    "video",
    "wbr",
];

/// The longest tag that is looked for; Word writes styles of a thousand characters.
const LONGEST: usize = 16 << 10;

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// `<name …>`
    Open {
        /// Its name as written.
        name: &'t str,
        /// What stands between name and `>`.
        rest: &'t str,
    },
    /// `</name>`
    Close {
        /// Its name as written.
        name: &'t str,
    },
    /// A comment, a declaration.
    Other,
}

/// The markup that begins at a `<`, and its length in bytes.
pub fn token(text: &str) -> Option<(Token<'_>, usize)> {
    let body = text.strip_prefix('<')?;
    if body.starts_with("!--") {
        // A comment that never ends is text: nothing may be lost to a typing mistake.
        return text.find("-->").map(|at| (Token::Other, at + 3));
    }
    if body.starts_with("![") || body.starts_with('?') || starts_with(body, "!doctype") {
        return memchr(b'>', text.as_bytes()).filter(|at| *at < LONGEST).map(|at| (Token::Other, at + 1));
    }
    let close = body.starts_with('/');
    let from = 1 + usize::from(close);
    let name_len = text[from..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b':').count();
    let name = &text[from..from + name_len];
    let known = BLOCKS.iter().chain(INLINE).any(|known| known.eq_ignore_ascii_case(name));
    if !known {
        return None;
    }
    let end = end_of_tag(&text[from + name_len..])? + from + name_len;
    let rest = &text[from + name_len..end];
    let token = if close { Token::Close { name } } else { Token::Open { name, rest } };
    Some((token, end + 1))
}

/// Where the `>` of a tag stands. Quoted values may hold one; a quotation mark that never closes ends nothing.
fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(LONGEST)];
    let mut quote = None;
    let mut first = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at),
            (b'>', Some(_)) => first = first.or(Some(at)),
            (b'"' | b'\'', None) if at > 0 && matches!(bytes[at - 1], b'=' | b' ' | b'\\') => {
                quote = Some(*byte);
            }
            (byte, Some(open)) if *byte == open => quote = None,
            (b'<', None) => return None,
            _ => {}
        }
    }
    first
}

/// The value of an attribute.
pub fn attribute<'t>(rest: &'t str, name: &str) -> Option<&'t str> {
    let mut from = 0;
    loop {
        let at = from + find(&rest[from..], name)?;
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\''))
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.trim_start();
            let value = value.trim_start_matches('\\');
            return Some(match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(['\\', quote]).next().unwrap_or_default(),
                _ => value.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default(),
            });
        }
        from = at + name.len();
    }
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Where a word stands, in any case. ASCII words only.
pub fn find(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    (0..(text.len() + 1).saturating_sub(word.len()))
        .find(|at| text[*at..*at + word.len()].eq_ignore_ascii_case(word))
}

/// How many tags a text has; counting stops at `enough`.
pub fn count(text: &str, enough: usize) -> usize {
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = memchr(b'<', &text.as_bytes()[at..]) {
        at += next;
        match token(&text[at..]) {
            Some((Token::Open { .. } | Token::Close { .. }, len)) => {
                found += 1;
                at += len;
            }
            Some((Token::Other, len)) => at += len,
            None => at += 1,
        }
        if found >= enough {
            break;
        }
    }
    found
}

/// Whether a text has an entity that a reader would not want to see.
pub fn has_entity(text: &str) -> bool {
    let mut at = 0;
    while let Some(next) = memchr(b'&', &text.as_bytes()[at..]) {
        at += next;
        if entity(&text[at..]).is_some() {
            return true;
        }
        at += 1;
    }
    false
}

/// What the entity that begins at an `&` stands for, and its length in bytes.
pub fn entity(text: &str) -> Option<(String, usize)> {
    let end = memchr(b';', &text.as_bytes()[..text.len().min(32)])?;
    let name = text.get(1..end)?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        let sign = char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))?;
        return Some((blank(sign).to_string(), end + 1));
    }
    let words = quick_xml::escape::resolve_html5_entity(name)?;
    Some((words.chars().map(blank).collect(), end + 1))
}

/// A blank that does not break is a blank to a reader.
fn blank(sign: char) -> char {
    if sign == '\u{a0}' { ' ' } else { sign }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_text() {
        let len = |text| token(text).map(|(_, len)| len);
        assert_eq!(len("<p class=\"a>b\">x"), Some(15));
        assert_eq!(len("</P >x"), Some(5));
        assert_eq!(len("<!-- a > b -->x"), Some(14));
        assert_eq!(len("<!-- never closed"), None);
        for text in ["<某某村>", "<3", "<b", "<p <p>"] {
            assert_eq!(len(text), None, "{text}");
        }
        assert_eq!(len("<span style=\\\"a:'b'\\\">x"), Some(22));
    }

    #[test]
    fn attributes_are_read_however_they_are_quoted() {
        for rest in [
            " rowspan=\"3\"",
            " rowspan='3' x",
            " ROWSPAN=3",
            " a=\"b\" rowspan = \"3\"",
            " rowspan=\\\"3\\\"",
        ] {
            assert_eq!(attribute(rest, "rowspan"), Some("3"), "{rest}");
        }
        assert_eq!(attribute(" xrowspan=3", "rowspan"), None);
    }

    #[test]
    fn entities_are_read() {
        let read = |text| entity(text).map(|(words, _)| words);
        assert_eq!(read("&ldquo;"), Some("“".to_owned()));
        assert_eq!(read("&nbsp;"), Some(" ".to_owned()));
        assert_eq!(read("&#26696;"), Some("案".to_owned()));
        assert_eq!(read("&#x6848;"), Some("案".to_owned()));
        assert_eq!(read("&nosuch;"), None);
        assert_eq!(read("A&B;"), None);
        assert_eq!(read("&#0;"), None);
    }
}
