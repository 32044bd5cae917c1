//! Owns rows of a database dump: the text values of an `INSERT`, their escapes undone.
//! Must not know tags, nor which value is what.

use crate::import::document::{Label, Role, View};

/// The text values of a dump's rows, one on a line; `None` where a text is no dump.
///
/// Escapes are those of MySQL's string literals (MySQL manual, "String Literals"): a backslash before the sign, or the sign twice.
pub fn unpack(text: &str) -> Option<View> {
    let head = text.trim_start();
    let insert = head.get(..12).is_some_and(|head| head.eq_ignore_ascii_case("insert into "));
    if !insert {
        return None;
    }
    let mut view = View::default();
    let mut at = super::tags::find(text, "values")?;
    while let Some(open) = text[at..].find('\'') {
        at += open + 1;
        at = literal(text, at, &mut view);
        view.replace("\n", at.saturating_sub(1).min(text.len()), at.saturating_sub(1).min(text.len()));
    }
    (!view.text.trim().is_empty()).then_some(view)
}

/// Takes a literal over, and gives the place behind its closing sign.
fn literal(text: &str, start: usize, view: &mut View) -> usize {
    let bytes = text.as_bytes();
    let mut from = start;
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                view.keep(text, from, at);
                let Some(sign) = text[at + 1..].chars().next() else {
                    return bytes.len();
                };
                let end = at + 1 + sign.len_utf8();
                match sign {
                    'n' => view.replace("\n", at, end),
                    'r' => {}
                    't' => view.replace("\t", at, end),
                    '0' | 'b' | 'Z' => {}
                    _ => view.replace(&text[at + 1..end], at, end),
                }
                (from, at) = (end, end);
            }
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => {
                view.keep(text, from, at + 1);
                (from, at) = (at + 2, at + 2);
            }
            b'\'' => {
                view.keep(text, from, at);
                return at + 1;
            }
            _ => at += 1,
        }
    }
    view.keep(text, from, bytes.len());
    bytes.len()
}

/// Characters of a value at the end of a row that names somebody, and says nothing.
const NAME: usize = 6;

/// Lines of a dump that are no words: numbers, times, addresses of files, and the names of who wrote them at a row's end.
pub fn asides(text: &str) -> Vec<Label> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        lines.push((at, line));
        at += line.len() + 1;
    }
    let mut tail = true;
    let mut labels = Vec::new();
    for (at, line) in lines.into_iter().rev().filter(|(_, line)| !line.trim().is_empty()) {
        let words = line.trim();
        let said = words.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let data = !said || words.starts_with("http") || (tail && words.chars().count() <= NAME);
        tail &= data;
        if data {
            labels.push(Label { start: at, end: at + line.len(), role: Role::Aside("data") });
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_unescaped() {
        let text = "INSERT INTO `t` VALUES ('11', '甲\\'乙\\\"丙''丁\\r\\n戊', 3, null);";
        let view = unpack(text).unwrap();
        assert_eq!(view.text, "11\n甲'乙\"丙'丁\n戊\n");
        assert_eq!(unpack("插入 'x'"), None);
        assert_eq!(asides("11\n题目\nhttp://甲.cn\n正文一句话在此。\n张三\n2020-01-01").len(), 4);
    }

    #[test]
    fn a_dump_that_breaks_off_is_read_to_its_end() {
        assert_eq!(unpack("insert into t values ('甲").unwrap().text, "甲\n");
        assert_eq!(unpack("insert into t values ('甲\\").unwrap().text, "甲\n");
    }
}
