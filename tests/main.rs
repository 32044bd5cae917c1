//! One test binary.
mod invalid;
mod schema_suite;
