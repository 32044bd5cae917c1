//! anku (案库): an archive of cases kept as plain YAML files.

pub mod archive;
pub mod diag;
pub mod locale;
pub mod report;
pub mod schema;
pub mod stats;
pub mod table;
pub mod text;
pub mod yaml;
