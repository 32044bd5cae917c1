//! One writer at a time.

use super::STATE;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// Held while an archive is written; freed by the system when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process writes; its number, where it has left it in the lock's file.
    #[error("another anku is writing to this archive{}", .0.map(|id| format!(" (process {id})")).unwrap_or_default())]
    Busy(Option<u32>),
    /// The state folder cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Lock {
    /// Takes the archive's lock, waiting at most `patience` for another writer.
    ///
    /// # Errors
    /// [`LockError::Busy`] when the other one does not finish in time, [`LockError::Io`] when the
    /// archive cannot be written.
    pub fn take(root: &Path, patience: Duration) -> Result<Lock, LockError> {
        let folder = root.join(STATE);
        std::fs::create_dir_all(&folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => {
                    // For those who wait. What a killed process leaves of it says nothing: the system
                    // has freed the lock.
                    let _ = file.set_len(0);
                    let _ = (&file).write_all(format!("{:10}\n", std::process::id()).as_bytes());
                    return Ok(Lock { _file: file });
                }
                Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    let holder = std::fs::read_to_string(folder.join("lock")).ok();
                    return Err(LockError::Busy(holder.and_then(|text| text.trim().parse().ok())));
                }
                Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }
}
