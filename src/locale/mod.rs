//! Words for people, in Chinese and English.
//!
//! Owns the sentences (`zh.txt`, `en.txt`, one `key = text` a line, `{name}` filled in) and nothing
//! else: which language to use is decided at the edge and passed in. A test holds the two files to
//! the same keys and the same placeholders.

/// Keys and sentences, sorted by key: `build.rs` makes them from the files.
type Catalog = &'static [(&'static str, &'static str)];

static ZH: Catalog = &include!(concat!(env!("OUT_DIR"), "/zh.rs"));
static EN: Catalog = &include!(concat!(env!("OUT_DIR"), "/en.rs"));

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

    fn catalog(self) -> Catalog {
        match self {
            Lang::Zh => ZH,
            Lang::En => EN,
        }
    }

    fn get(self, key: &str) -> Option<&'static str> {
        let catalog = self.catalog();
        catalog.binary_search_by(|(known, _)| (*known).cmp(key)).ok().map(|at| catalog[at].1)
    }

    /// The sentence under a key, its placeholders filled. A key that does not exist comes back as
    /// itself, so a missing sentence is seen and never fatal.
    ///
    /// `{a}` is the argument `a`. `{a|family}` is the sentence `family.VALUE`, filled too, where
    /// `VALUE` is the argument; several values (`string|null`) are joined by `list.or`, and one that
    /// has no sentence stands as it is.
    pub fn say(self, key: &str, args: &[(&str, &str)]) -> String {
        let template = self.get(key).unwrap_or(key);
        self.fill(template, args, 0)
    }

    /// A sentence without placeholders.
    pub fn word(self, key: &'static str) -> &'static str {
        self.get(key).unwrap_or(key)
    }

    fn fill(self, template: &str, args: &[(&str, &str)], depth: usize) -> String {
        let mut out = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let Some(close) = rest[open..].find('}') else {
                rest = &rest[open..];
                break;
            };
            let whole = &rest[open..=open + close];
            let inside = &whole[1..whole.len() - 1];
            let (name, family) = match inside.split_once('|') {
                Some((name, family)) => (name, Some(family)),
                None => (inside, None),
            };
            match (args.iter().find(|(key, _)| *key == name), family) {
                (None, _) => out.push_str(whole),
                (Some((_, value)), None) => out.push_str(value),
                (Some((_, value)), Some(family)) => {
                    out.push_str(&self.one_of(family, value, args, depth));
                }
            }
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// The sentence of a family that a value chooses.
    fn one_of(self, family: &str, value: &str, args: &[(&str, &str)], depth: usize) -> String {
        // A sentence chooses another one at most; deeper is a circle.
        let sentence = |value: &str| {
            let template = self.get(&format!("{family}.{value}"))?;
            (depth < 4).then(|| self.fill(template, args, depth + 1))
        };
        if let Some(sentence) = sentence(value) {
            return sentence;
        }
        let parts: Option<Vec<String>> = value.split('|').map(sentence).collect();
        match parts {
            Some(parts) => parts.join(&format!(" {} ", self.word("list.or"))),
            None => value.to_owned(),
        }
    }

    /// Whether there is a sentence under a key.
    pub fn has(self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        // `{case: …}` in an example is YAML.
        found.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "|_".contains(c)));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let keys = |catalog: Catalog| catalog.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(keys(ZH), keys(EN));
        for (key, text) in ZH {
            let english = Lang::En.get(key).expect("found under its key");
            assert_eq!(placeholders(text), placeholders(english), "placeholders of {key}");
        }
    }

    #[test]
    fn no_key_stands_twice() {
        for catalog in [ZH, EN] {
            assert!(catalog.len() > 1000);
            for pair in catalog.windows(2) {
                assert!(pair[0].0 < pair[1].0, "{} {}", pair[0].0, pair[1].0);
            }
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        let args = [("a", "{b}"), ("b", "2")];
        assert_eq!(Lang::En.fill("{a} and {b} and {c}", &args, 0), "{b} and 2 and {c}");
        assert_eq!(Lang::En.fill("an open { stays", &args, 0), "an open { stays");
    }

    #[test]
    fn a_value_may_choose_a_sentence() {
        let say = |value| Lang::En.fill("takes {t|type}", &[("t", value)], 0);
        assert_eq!(say("integer"), "takes a whole number");
        assert_eq!(say("string|null"), "takes text or nothing");
        assert_eq!(say("{t|type}"), "takes {t|type}");
    }

    #[test]
    fn sentences_keep_to_their_language() {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (key, text) in EN {
            assert!(!han(text), "{key} has Chinese in it: {text}");
        }
        for (key, text) in ZH {
            // Names and notations may be Latin; a sentence may not.
            assert!(han(text) || text.split_whitespace().count() < 3, "{key} has no Chinese: {text}");
        }
    }
}
