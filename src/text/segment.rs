//! Segmentation: folded text into words, for ranking only; what is found never depends on it.
use std::sync::Arc;

use jieba_rs::Jieba;

use super::fold::fold_term;

/// Version of the segmenter and its dictionary; pinned in `Cargo.toml`, since words change between versions.
pub const JIEBA: &str = "0.11.0";

/// Bytes that are cut at once at most: jieba takes some thirty times as many while it cuts.
const LONGEST: usize = 16 << 10;

/// Cuts folded text into words.
///
/// Making one loads the dictionary (0.15 s, 32 MiB): make it when something is to be indexed, never to search. Clones share it.
#[derive(Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
    fingerprint: String,
}

impl Segmenter {
    /// Loads the built-in dictionary and adds the archive's own terms. Terms are folded, sorted and told apart here: the weight that the
    /// dictionary gives a term depends on what was added before it.
    pub fn new(user_terms: impl IntoIterator<Item = String>) -> Self {
        let terms = prepared(user_terms);
        let mut jieba = Jieba::new();
        for term in &terms {
            // No frequency: the segmenter then takes one that keeps the term whole. A frequency of zero would hide it.
            jieba.add_word(term, None, None);
        }
        Self { jieba: Arc::new(jieba), fingerprint: identity(&terms) }
    }

    /// Calls `out` with each word of `folded` in order (accurate mode with the statistical model for unknown words). Tokens without a
    /// letter or digit of any script are left out.
    pub fn words<'t>(&self, folded: &'t str, out: &mut dyn FnMut(&'t str)) {
        // Paragraph by paragraph: no word crosses a border, and the list of tokens stays small.
        for paragraph in folded.split('\n') {
            let mut rest = paragraph;
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(stretch(rest));
                for token in self.jieba.cut(piece, true) {
                    if token.word.chars().any(is_word_char) {
                        out(token.word);
                    }
                }
                rest = after;
            }
        }
    }

    /// The sort of a word as the dictionary marks it (`n`, `vn`, `ns`, … of the ICTCLAS set that jieba uses); empty for the archive's own
    /// terms, `None` for what is no word of the dictionary.
    pub fn sort<'s>(&'s self, word: &'s str) -> Option<&'s str> {
        if !self.jieba.has_word(word) {
            return None;
        }
        // Some words of the dictionary are cut in two where they stand in a text: then it is not sure what they are.
        match self.jieba.tag(word, false).as_slice() {
            [tag] => Some(tag.tag),
            _ => None,
        }
    }

    /// Identity of the words this segmenter gives: equal fingerprints cut every text alike. Stable across runs and machines.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// The fingerprint that [`Segmenter::new`] would give for these terms, without loading the dictionary.
pub fn fingerprint(user_terms: impl IntoIterator<Item = String>) -> String {
    identity(&prepared(user_terms))
}

/// How many bytes from the front are cut at once: all of a paragraph, unless it is longer than any that people write. Such a one ends
/// behind a mark, and in the midst of letters only where there is no mark.
fn stretch(text: &str) -> usize {
    if text.len() <= LONGEST {
        return text.len();
    }
    let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let mark = text[..end].char_indices().rev().find(|(_, c)| !is_word_char(*c));
    mark.map_or(end, |(at, c)| at + c.len_utf8())
}

/// A letter or digit of any script; the ideographs that most words consist of need no table.
pub(super) fn is_word_char(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphanumeric()
}

fn prepared(user_terms: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut terms: Vec<String> =
        user_terms.into_iter().map(|term| fold_term(&term)).filter(|term| !term.is_empty()).collect();
    terms.sort();
    terms.dedup();
    terms
}

/// FNV-1a over the terms, each closed by a zero byte that no term holds.
fn identity(terms: &[String]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for term in terms {
        for byte in term.bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("jieba-{JIEBA}-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(segmenter: &Segmenter, text: &str) -> Vec<String> {
        let mut list = Vec::new();
        segmenter.words(text, &mut |word| list.push(word.to_string()));
        list
    }

    #[test]
    fn terms_stay_whole_and_marks_are_left_out() {
        let terms = || vec!["四议两公开".to_string(), "民情流水线".to_string()];
        let segmenter = Segmenter::new(terms());
        let list = words(&segmenter, "推行“四议两公开”工作法,\n建设 民情流水线。");
        assert!(list.contains(&"四议两公开".to_string()), "{list:?}");
        assert!(list.contains(&"民情流水线".to_string()), "{list:?}");
        assert!(list.iter().all(|word| word.chars().any(char::is_alphanumeric)));
        assert_eq!(segmenter.fingerprint(), fingerprint(terms().into_iter().rev()));
        assert_ne!(segmenter.fingerprint(), fingerprint(Vec::new()));
    }

    #[test]
    fn a_text_without_end_is_cut_in_stretches_and_nothing_is_lost() {
        let segmenter = Segmenter::new(Vec::new());
        let text = "基层党建工作,群众满意".repeat(2_000);
        let list = words(&segmenter, &text);
        assert_eq!(list.concat(), text.replace(',', ""));
        let one = words(&segmenter, "基层党建工作,群众满意");
        // Marks part the stretches, so that no word is cut in two.
        assert_eq!(list.len(), one.len() + 1_999 * words(&segmenter, "群众满意基层党建工作").len());
        let bare = "党".repeat(40_000);
        assert_eq!(words(&segmenter, &bare).concat(), bare);
    }

    #[test]
    fn the_version_is_the_one_in_use() {
        let lock = include_str!("../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"jieba-rs\"\nversion = \"{JIEBA}\"")));
    }
}
