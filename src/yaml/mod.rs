//! YAML as a tree that remembers where everything stood.
//!
//! Owns reading (one strict document, no anchors, no tags, no duplicate keys), the way back from a
//! value to its bytes, and writing. Scalars stay text here: what `010` or `no` means is for the
//! schema to say.
//!
//! `granit-parser` supplies the events; it is the parser under `serde-saphyr`, passes all 402
//! decisions of the YAML test suite and gives a byte span for every node. `serde_yaml`, named when
//! the project began, is deprecated upstream, fails 73 of the 402 and has no places.

mod edit;
mod entries;
mod layout;
mod locate;
mod node;
mod read;
mod set;
mod shape;
mod write;

pub use edit::{Addition, add, splice, tree_of};
pub use entries::{comments, replace_value};
pub use layout::{LayoutError, layout};
pub use locate::{source_offset, source_spans};
pub use node::{Entry, Node, Scalar, Style, Value};
pub use read::{MAX_BYTES, MAX_DEPTH, Problem, ProblemKind, Reading, decode, read};
pub use set::{SetError, Step, append, says, set};
pub use write::{Tree, write};

/// Identity of the reading: raised whenever some text gives another tree than before.
pub const VERSION: u32 = 1;
