//! The `anku` binary.
fn main() {}
