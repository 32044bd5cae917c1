//! One test binary.
mod schema_suite;
