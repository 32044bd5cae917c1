//! Spells terms as records do: what is counted is folded, so that 党员Ｅ家 and 党员e家 are one.

use super::Term;
use crate::archive::Archive;
use crate::archive::Record;
use crate::text::fold::fold_mapped;
use std::collections::BTreeMap;

/// Gives each term the spelling of the case that used it first. A term that stands there in another form, or whose file has gone, keeps
/// the folded one.
pub(super) fn spell(archive: &Archive, terms: &mut [Term]) {
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, term) in terms.iter().enumerate() {
        by_path.entry(term.first.path.clone()).or_default().push(at);
    }
    let kind_of = |path: &str| {
        archive.kinds.iter().find(|kind| {
            path.strip_prefix(&*kind.folder.to_string_lossy()).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    for (path, places) in by_path {
        let Some(kind) = kind_of(&path) else { continue };
        let Ok(record) = Record::read(&archive.root, &path) else { continue };
        let Some(root) = &record.root else { continue };
        let mut open = places;
        for value in kind.texts(root) {
            if open.is_empty() {
                break;
            }
            let folded = fold_mapped(value.text);
            open.retain(|&at| {
                let term = &mut terms[at];
                let head = term.text.len() - term.name.len();
                let Some(start) = folded.text.find(&term.name) else { return true };
                let spelled = value.text[folded.source_range(start..start + term.name.len())].to_owned();
                // A name is never wrapped in what is shown.
                if spelled.contains(['\n', '\r']) {
                    return true;
                }
                let head = term.text[term.text.len() - head..].to_owned();
                term.text = format!("{spelled}{head}");
                term.name = spelled;
                false
            });
        }
    }
}
