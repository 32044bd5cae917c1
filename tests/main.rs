//! One test binary: each module says what belongs in it.

/// The house: floors and fences.
mod floors;
