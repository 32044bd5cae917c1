//! The files that a new archive starts with: this repository's own schemas and word lists, and
//! settings of its own.

use crate::archive::NewFile;
use crate::archive::ROOT_FILE;
use crate::yaml;
use crate::yaml::Tree;

/// Path in the archive and text of every shipped file.
pub const SHIPPED: &[(&str, &str)] = &[
    ("schemas/case.yaml", include_str!("../../schemas/case.yaml")),
    ("schemas/scheme.yaml", include_str!("../../schemas/scheme.yaml")),
    ("schemas/vocab/boilerplate.yaml", include_str!("../../schemas/vocab/boilerplate.yaml")),
    ("schemas/vocab/keywords.yaml", include_str!("../../schemas/vocab/keywords.yaml")),
    ("schemas/vocab/levels.yaml", include_str!("../../schemas/vocab/levels.yaml")),
    ("schemas/vocab/columns.yaml", include_str!("../../schemas/vocab/columns.yaml")),
    ("schemas/vocab/method-heads.yaml", include_str!("../../schemas/vocab/method-heads.yaml")),
    ("schemas/vocab/programmes.yaml", include_str!("../../schemas/vocab/programmes.yaml")),
    ("schemas/vocab/quantities.yaml", include_str!("../../schemas/vocab/quantities.yaml")),
    ("schemas/vocab/residue.yaml", include_str!("../../schemas/vocab/residue.yaml")),
    ("schemas/vocab/score.yaml", include_str!("../../schemas/vocab/score.yaml")),
    ("schemas/vocab/section-roles.yaml", include_str!("../../schemas/vocab/section-roles.yaml")),
    ("schemas/vocab/sectors.yaml", include_str!("../../schemas/vocab/sectors.yaml")),
    ("schemas/vocab/themes.yaml", include_str!("../../schemas/vocab/themes.yaml")),
    ("schemas/vocab/units.yaml", include_str!("../../schemas/vocab/units.yaml")),
];

/// The files of a new archive with this name, speaking this language (`zh`, `en`).
pub fn new_archive(name: &str, language: &str) -> Vec<NewFile> {
    // The writer knows when a name needs quotes.
    let name = yaml::write(&Tree::Map(vec![("name".to_owned(), name.into())]));
    let settings = include_str!("new.yaml").replace("name: {name}\n", &name).replace("{language}", language);
    let mut files = vec![
        NewFile { path: ROOT_FILE.to_owned(), text: settings },
        NewFile { path: ".gitignore".to_owned(), text: ".anku/\n".to_owned() },
    ];
    let shipped =
        SHIPPED.iter().map(|(path, text)| NewFile { path: (*path).to_owned(), text: (*text).to_owned() });
    files.extend(shipped);
    files
}

/// The text of a shipped file.
pub fn shipped(path: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Vocabulary;
    use std::path::Path;

    #[test]
    fn every_closed_list_reads_without_findings() {
        for name in ["levels", "section-roles", "sectors", "themes", "units"] {
            let path = format!("schemas/vocab/{name}.yaml");
            let reading = yaml::read(shipped(&path).expect("shipped"));
            assert!(reading.problems.is_empty(), "{path}: {:?}", reading.problems);
            let mut findings = Vec::new();
            let root = reading.root.expect("a document");
            let list = Vocabulary::read(name, &root, Path::new(&path), &mut findings);
            assert!(findings.is_empty(), "{path}: {findings:?}");
            for term in &list.terms {
                let mut names = list.terms.iter().filter(|other| other.names.is(&term.value));
                assert!(names.next().is_some() && names.next().is_none(), "{path}: {}", term.value);
            }
        }
    }

    #[test]
    fn a_new_archive_has_settings_of_its_own() {
        let files = new_archive("党建: 甲", "en");
        let settings = files.iter().find(|file| file.path == ROOT_FILE).expect("settings");
        let root = yaml::read(&settings.text).root.expect("a document");
        assert_eq!(root.get("name").and_then(yaml::Node::text), Some("党建: 甲"));
        assert_eq!(root.get("language").and_then(yaml::Node::text), Some("en"));
    }
}
