//! Owns what a person says about inputs by their names: which are taken, and how some of them are encoded.
//! Must not know where the inputs lie.

use globset::{GlobBuilder, GlobMatcher};

use super::formats::{base_name, encoding_of};

/// A pattern for names. Without a slash it means the last part of a path, with one any stretch of whole parts up to its end.
#[derive(Clone, Debug)]
pub struct Pattern {
    glob: GlobMatcher,
    below: Option<GlobMatcher>,
}

/// A pattern that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern}: {reason}")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// Why.
    pub reason: String,
}

impl Pattern {
    /// Reads a pattern: `*` and `?` within a part of a path, `**` across parts, `[…]`, `{a,b}`.
    ///
    /// # Errors
    /// Brackets or braces that are not closed.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let build = |text: &str| {
            let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
            glob.map(|glob| glob.compile_matcher())
                .map_err(|error| PatternError { pattern: text.to_owned(), reason: error.kind().to_string() })
        };
        let anchored = text.strip_prefix('/');
        let below = match anchored {
            None if text.contains('/') => Some(build(&format!("**/{text}"))?),
            _ => None,
        };
        Ok(Pattern { glob: build(text)?, below })
    }

    /// Whether it means a path; parts of a path are parted by slashes.
    pub fn means(&self, path: &str) -> bool {
        let path = path.strip_prefix("./").unwrap_or(path);
        self.glob.is_match(path)
            || match &self.below {
                Some(below) => below.is_match(path),
                None => !self.glob.glob().glob().contains('/') && self.glob.is_match(base_name(path)),
            }
    }
}

/// Which files of folders and archives are taken.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    wanted: Vec<Pattern>,
    unwanted: Vec<Pattern>,
}

impl Globs {
    /// Reads patterns; those that begin with `!` leave files out.
    ///
    /// # Errors
    /// The first one that cannot be understood.
    pub fn parse<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Globs, PatternError> {
        let mut globs = Globs::default();
        for pattern in patterns {
            match pattern.as_ref().strip_prefix('!') {
                Some(rest) => globs.unwanted.push(Pattern::parse(rest)?),
                None => globs.wanted.push(Pattern::parse(pattern.as_ref())?),
            }
        }
        Ok(globs)
    }

    /// Whether a file is taken.
    pub fn take(&self, path: &str) -> bool {
        self.enter(path) && (self.wanted.is_empty() || self.wanted.iter().any(|pattern| pattern.means(path)))
    }

    /// Whether an archive is opened: what is in it may be wanted even if its own name is not.
    pub fn enter(&self, path: &str) -> bool {
        !self.unwanted.iter().any(|pattern| pattern.means(path))
    }
}

/// An encoding that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// No such label.
    #[error("{label}")]
    Unknown {
        /// As given.
        label: String,
    },
    /// The pattern before the label.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

/// Encodings that a person named: one for all texts, others for some.
#[derive(Clone, Debug, Default)]
pub struct Encodings {
    all: Option<String>,
    some: Vec<(Pattern, String)>,
}

impl Encodings {
    /// Reads `LABEL` and `PATTERN=LABEL`; the last one that fits a name counts, and one for some goes before one for all.
    ///
    /// # Errors
    /// A label that is none, a pattern that cannot be understood.
    pub fn parse<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Encodings, EncodingError> {
        let mut found = Encodings::default();
        for word in words {
            let (pattern, label) = match word.as_ref().rsplit_once('=') {
                Some((pattern, label)) => (Some(Pattern::parse(pattern)?), label),
                None => (None, word.as_ref()),
            };
            if encoding_of(label).is_none() {
                return Err(EncodingError::Unknown { label: label.to_owned() });
            }
            match pattern {
                Some(pattern) => found.some.push((pattern, label.to_owned())),
                None => found.all = Some(label.to_owned()),
            }
        }
        Ok(found)
    }

    /// The label for a name.
    pub fn of(&self, path: &str) -> Option<&str> {
        let some = self.some.iter().rev().find(|(pattern, _)| pattern.means(path));
        some.map(|(_, label)| label.as_str()).or(self.all.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_last_parts_or_whole_stretches() {
        let globs = Globs::parse(["*.txt", "典型案例/*.md", "!草稿*"]).unwrap();
        for (path, taken) in [
            ("a.txt", true),
            ("a/b/c.txt", true),
            ("包.zip/典型案例/党建.md", true),
            ("别的/党建.md", false),
            ("典型案例/下级/党建.md", false),
            ("a/草稿1.txt", false),
            ("a.doc", false),
        ] {
            assert_eq!(globs.take(path), taken, "{path}");
        }
        assert!(Globs::default().take("anything"));
        assert!(globs.enter("包.zip") && !globs.enter("草稿.zip"));
        assert!(Globs::parse(["[a"]).is_err());
    }

    #[test]
    fn the_nearest_word_decides_an_encoding() {
        let named = Encodings::parse(["gbk", "旧/*.txt=big5", "名.txt=utf-16le"]).unwrap();
        assert_eq!(named.of("a.txt"), Some("gbk"));
        assert_eq!(named.of("x/旧/a.txt"), Some("big5"));
        assert_eq!(named.of("旧/名.txt"), Some("utf-16le"));
        let error = Encodings::parse(["gb18O30"]).unwrap_err();
        assert_eq!(error, EncodingError::Unknown { label: "gb18O30".to_owned() });
        assert_eq!(Encodings::default().of("a"), None);
    }
}
