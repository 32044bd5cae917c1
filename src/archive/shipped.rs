//! The files that a new archive starts with: this repository's own.

/// Path in the archive and text of every shipped file.
pub const SHIPPED: &[(&str, &str)] = &[
    ("anku.yaml", include_str!("../../anku.yaml")),
    ("schemas/case.yaml", include_str!("../../schemas/case.yaml")),
    ("schemas/vocab/boilerplate.yaml", include_str!("../../schemas/vocab/boilerplate.yaml")),
    ("schemas/vocab/levels.yaml", include_str!("../../schemas/vocab/levels.yaml")),
    ("schemas/vocab/programmes.yaml", include_str!("../../schemas/vocab/programmes.yaml")),
    ("schemas/vocab/section-roles.yaml", include_str!("../../schemas/vocab/section-roles.yaml")),
    ("schemas/vocab/sectors.yaml", include_str!("../../schemas/vocab/sectors.yaml")),
    ("schemas/vocab/themes.yaml", include_str!("../../schemas/vocab/themes.yaml")),
];

/// The text of a shipped file.
pub fn shipped(path: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
