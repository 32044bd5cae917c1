//! Adds terms to the archive's own dictionary, one a line, everything that is there kept byte for byte.

use super::Kind;
use super::Term;
use crate::text::fold::fold_term;
use crate::text::methods::Words;
use crate::text::methods::is_han;
use std::collections::BTreeSet;

/// Fewest characters of a name that stands in the dictionary without its head noun: 民情流水线, but 星级管理.
const ALONE: usize = 3;

/// A dictionary with what was added to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// The whole file.
    pub text: String,
    /// What was added, in order.
    pub added: Vec<String>,
    /// What could not be: a segmenter splits at their marks before it asks its dictionary.
    pub unfit: Vec<String>,
}

/// Adds those of `terms` that a dictionary file lacks, sorted, behind what it holds. A method counts as there when its name is, with its
/// head noun or without, in any width or case.
pub fn add_to_dictionary(before: &str, terms: &[Term], words: &Words) -> Dictionary {
    let known: BTreeSet<String> = before
        .lines()
        .map(|line| fold_term(line.split('#').next().unwrap_or_default()).trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    let bare = |text: &str| text[..text.len() - words.head_of(text).unwrap_or_default()].to_owned();
    let known_names: BTreeSet<String> = known.iter().map(|text| bare(text)).collect();
    let (mut added, mut unfit) = (BTreeSet::new(), BTreeSet::new());
    for term in terms {
        let folded = [fold_term(&term.text), fold_term(&term.name)];
        let named = term.kind == Kind::Method && known_names.contains(&folded[1]);
        if named || folded.iter().any(|text| known.contains(text)) {
            continue;
        }
        // The name alone helps wherever it stands; a short one would be torn out of other words.
        let long = term.name.chars().nth(ALONE - 1).is_some() && term.name.chars().any(is_han);
        let text = if long { &term.name } else { &term.text };
        let list = if text.chars().all(is_fit) { &mut added } else { &mut unfit };
        list.insert(text.clone());
    }
    let mut text = before.to_owned();
    // A last line without its end is finished first, in the file's own way.
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    if !text.is_empty() && !added.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    for term in &added {
        text.push_str(term);
        text.push_str(end);
    }
    Dictionary { text, added: added.into_iter().collect(), unfit: unfit.into_iter().collect() }
}

/// The characters that a word of the segmenter's dictionary may have: Han, Latin letters, digits and a few marks; `#` would begin a
/// comment.
fn is_fit(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '+' | '&' | '.' | '_' | '%' | '-')
}
