//! One file a command.

pub(crate) mod completions;
pub(crate) mod dedup;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod facts;
pub(crate) mod fmt;
pub(crate) mod grep;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod open;
pub(crate) mod region;
pub(crate) mod report;
pub(crate) mod score;
pub(crate) mod search;
pub(crate) mod set;
pub(crate) mod show;
pub(crate) mod similar;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod terms;
pub(crate) mod undo;
pub(crate) mod validate;
