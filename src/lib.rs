//! anku (案库): an archive of cases kept as plain YAML files.
//!
//! The modules form floors; each imports only floors below it, and a test (`tests/floors.rs`) holds
//! them to it. `ARCHITECTURE.md` shows the house.
//!
//! The library never prints and reads neither the clock, the locale nor the environment: they come
//! in as arguments, so that the same archive gives the same answers.

#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod archive;
pub mod dedup;
pub mod diag;
pub mod facts;
pub mod import;
pub mod index;
pub mod locale;
pub mod report;
pub mod schema;
pub mod score;
pub mod search;
pub mod stats;
pub mod table;
pub mod terms;
pub mod text;
pub mod workspace;
pub mod yaml;
