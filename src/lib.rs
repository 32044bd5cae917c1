//! anku (案库): an archive of cases kept as plain YAML files.

pub mod text;
