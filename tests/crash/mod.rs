//! No record is lost or damaged, whatever happens to a run: the binary is killed, its calls to the file
//! system fail, the disk is full, the power goes, two of it run at once.
//!
//! A small library (`calls.c`), preloaded into the binary, counts every call that changes the file system.
//! The product itself knows nothing of it. Each test prints what it reached. `KILLS` says how often each
//! command is killed (100 otherwise; before a release 200).

/// The preloaded library: built, told what to do, its log read.
mod calls;
/// A call fails, or the process ends in it: every call of every command.
mod failures;
/// The disk is full after so many bytes.
mod full;
/// What every test here needs: archives before and after a command, and what must hold whatever happened.
mod ground;
/// Killed at any moment, and at every call.
mod kills;
/// Files of `-o`: the old one or the new one.
mod outputs;
/// Two processes at once.
mod pairs;
/// The order in which things reach the disk, and what is left when the power goes.
mod power;
/// An archive and a command for each of them.
mod scenes;
/// Values come back as they were written; every piece of an import is accounted for.
mod values;
