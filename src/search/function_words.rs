//! Words that a search is not widened to.

use std::collections::HashSet;
use std::sync::OnceLock;

const FUNCTION_WORDS: &str = include_str!("function_words.txt");

/// Whether a word is one of the closed classes.
pub fn is_function_word(word: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&str>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let lines = FUNCTION_WORDS.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    });
    known.contains(word)
}
