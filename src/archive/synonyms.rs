//! `dict/synonyms.yaml`: the words of an archive that mean the same.

use super::Archive;
use super::Broken;
use super::Loader;
use crate::diag::Code;
use crate::diag::Finding;
use std::path::Path;

/// The archive's synonyms: a list of lists of words.
pub const SYNONYMS: &str = "dict/synonyms.yaml";

impl Archive {
    /// The groups of words that mean the same; none without the file.
    ///
    /// # Errors
    /// The findings in the file, when it is broken.
    pub fn synonyms(&self) -> Result<Vec<Vec<String>>, Box<Broken>> {
        let path = Path::new(SYNONYMS);
        if !self.root.join(path).is_file() {
            return Ok(Vec::new());
        }
        let mut loader = Loader::new(&self.root);
        let Some(root) = loader.node(path) else { return Err(Box::new(loader.broken)) };
        let mut groups = Vec::new();
        for group in root.items() {
            let words: Vec<String> =
                group.items().iter().filter_map(|word| word.text().map(str::to_owned)).collect();
            if words.len() < 2 || words.len() < group.items().len() {
                let finding = Finding::new(Code::BadSettings, path, Some(group.span));
                loader.broken.findings.push(finding.arg("detail", group.text().unwrap_or(SYNONYMS)));
            }
            groups.push(words);
        }
        if root.items().is_empty() && !root.is_null() {
            loader
                .broken
                .findings
                .push(Finding::new(Code::BadSettings, path, Some(root.span)).arg("detail", SYNONYMS));
        }
        if loader.broken.findings.is_empty() { Ok(groups) } else { Err(Box::new(loader.broken)) }
    }
}
