//! Searching: the query language, the plan, what an engine must answer, ranking and highlighting.
//!
//! Owns the questions, not the answers: [`Engine`] is the trait of whoever asks, and engines adapt
//! to it. Nothing here knows an index format, reads a file or prints.

pub mod query;
