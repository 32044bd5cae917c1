//! Words for people, in Chinese and English.
//!
//! Owns the sentences (`zh.txt`, `en.txt`, one `key = text` a line, `{name}` filled in) and nothing
//! else: which language to use is decided at the edge and passed in. A test holds the two files to
//! the same keys and the same placeholders.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A language that anku speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// The language that a tag means: `zh`, `zh_CN.UTF-8`, `en`, `C`; `None` for another one.
    pub fn parse(tag: &str) -> Option<Lang> {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("zh") {
            Some(Lang::Zh)
        } else if tag.starts_with("en") || tag == "c" || tag == "posix" || tag.starts_with("c.") {
            Some(Lang::En)
        } else {
            None
        }
    }

    /// Whether this is Chinese.
    pub fn is_zh(self) -> bool {
        self == Lang::Zh
    }

    fn catalog(self) -> &'static HashMap<&'static str, &'static str> {
        static ZH: OnceLock<HashMap<&str, &str>> = OnceLock::new();
        static EN: OnceLock<HashMap<&str, &str>> = OnceLock::new();
        match self {
            Lang::Zh => ZH.get_or_init(|| parse(include_str!("zh.txt"))),
            Lang::En => EN.get_or_init(|| parse(include_str!("en.txt"))),
        }
    }

    /// The sentence under a key, its placeholders filled. A key that does not exist comes back as
    /// itself, so a missing sentence is seen and never fatal.
    pub fn say(self, key: &str, args: &[(&str, &str)]) -> String {
        let template = self.catalog().get(key).copied().unwrap_or(key);
        fill(template, args)
    }

    /// A sentence without placeholders.
    pub fn word(self, key: &'static str) -> &'static str {
        self.catalog().get(key).copied().unwrap_or(key)
    }

    /// Whether there is a sentence under a key.
    pub fn has(self, key: &str) -> bool {
        self.catalog().contains_key(key)
    }
}

fn parse(file: &'static str) -> HashMap<&'static str, &'static str> {
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
        .collect()
}

fn fill(template: &str, args: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + close];
        match args.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (zh, en) = (Lang::Zh.catalog(), Lang::En.catalog());
        let mut missing: Vec<&str> = zh.keys().filter(|k| !en.contains_key(*k)).copied().collect();
        missing.extend(en.keys().filter(|k| !zh.contains_key(*k)));
        assert!(missing.is_empty(), "in one language only: {missing:?}");
        for (key, text) in zh {
            assert_eq!(placeholders(text), placeholders(en[key]), "placeholders of {key}");
        }
    }

    #[test]
    fn no_key_stands_twice() {
        for file in [include_str!("zh.txt"), include_str!("en.txt")] {
            let mut keys: Vec<&str> = file
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once('='))
                .map(|(key, _)| key.trim())
                .collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all);
        }
    }

    #[test]
    fn every_finding_has_words() {
        for code in crate::diag::Code::ALL {
            assert!(Lang::Zh.has(code.id()), "{} has no message", code.id());
            assert!(Lang::Zh.has(&format!("{}.explain", code.id())), "{} has no explanation", code.id());
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("{a} and {b} and {c}", &[("a", "{b}"), ("b", "2")]), "{b} and 2 and {c}");
    }
}
