//! Terms of small archives.
