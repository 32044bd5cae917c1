//! The files that a new archive starts with: this repository's own schemas and word lists, and
//! settings of its own.

use crate::archive::NewFile;
use crate::archive::ROOT_FILE;
use crate::yaml;
use crate::yaml::Tree;

/// Path in the archive and text of every shipped file.
pub const SHIPPED: &[(&str, &str)] = &[
    ("schemas/case.yaml", include_str!("../../schemas/case.yaml")),
    ("schemas/vocab/boilerplate.yaml", include_str!("../../schemas/vocab/boilerplate.yaml")),
    ("schemas/vocab/levels.yaml", include_str!("../../schemas/vocab/levels.yaml")),
    ("schemas/vocab/programmes.yaml", include_str!("../../schemas/vocab/programmes.yaml")),
    ("schemas/vocab/section-roles.yaml", include_str!("../../schemas/vocab/section-roles.yaml")),
    ("schemas/vocab/sectors.yaml", include_str!("../../schemas/vocab/sectors.yaml")),
    ("schemas/vocab/themes.yaml", include_str!("../../schemas/vocab/themes.yaml")),
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
