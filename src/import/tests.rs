//! The whole floor at once.
