//! One test binary: each module says what belongs in it.

/// The house: floors and fences.
mod floors;
/// Broken records and broken schemas: what is said of each, and where it points.
mod invalid;
/// The official JSON Schema suite, when it is at hand.
mod schema_suite;
