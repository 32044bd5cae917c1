//! Names in texts.
