//! Reads the words of method names and keywords from an archive's word lists.

use crate::archive::Archive;
use crate::archive::WordsError;
use crate::text::methods;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The word lists that terms are told by, as in [`Archive::word_list`].
pub const LISTS: [&str; 2] = ["method-heads", "keywords"];

/// The words that names and keywords are told by.
#[derive(Clone, Debug, Default)]
pub struct TermWords {
    /// Those of method names.
    pub methods: methods::Words,
    /// Words that are no keywords, whoever has them.
    pub leave_out: BTreeSet<String>,
    /// Sorts of words, as the segmenter's dictionary marks them, that are keywords.
    pub sorts: BTreeSet<String>,
}

/// The words that an archive tells terms by.
///
/// # Errors
/// When a list cannot be read or understood.
pub fn words(archive: &Archive) -> Result<TermWords, WordsError> {
    let [heads, keywords] = LISTS.map(|name| archive.word_list(name).map_err(WordsError::Broken));
    let (heads, keywords) = (heads?, keywords?);
    let nouns = texts(&heads, "heads");
    if nouns.is_empty() {
        return Err(WordsError::Content("method-heads.yaml: heads".to_owned()));
    }
    let mut endings = BTreeMap::new();
    for ending in texts(&heads, "endings") {
        let not_followed = heads.get("not_followed").map(|node| texts(node, &ending)).unwrap_or_default();
        endings.insert(ending, not_followed);
    }
    Ok(TermWords {
        methods: methods::Words::new(nouns, endings, texts(&heads, "between_not"), texts(&heads, "common")),
        leave_out: texts(&keywords, "leave_out").into_iter().collect(),
        sorts: texts(&keywords, "sorts").into_iter().collect(),
    })
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::text).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
