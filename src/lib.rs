//! anku (案库): an archive of cases kept as plain YAML files.

pub mod diag;
pub mod import;
pub mod text;
pub mod yaml;
