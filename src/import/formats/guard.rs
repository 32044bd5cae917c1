//! Owns the fence around readers that others wrote: a panic, an endless loop or a deep recursion in one of them ends one file, not the run.
//! Must not know any format.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a reader may take.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Room for readers that recurse; only touched pages count.
const STACK: usize = 64 << 20;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Hides the panic message of the thread that is fenced in, and of no other. The hook is set once and stays: taking it away
/// again while another file is being read would show that one's.
fn quiet_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
}

/// Runs a foreign reader.
///
/// A reader that takes too long is left behind on its thread, which ends with the process.
///
/// # Errors
/// `reader-failed` when it panics, `too-slow` when it takes longer than `patience`, else its own.
pub fn fenced<T: Send + 'static>(
    patience: Duration,
    read: impl FnOnce() -> Result<T, &'static str> + Send + 'static,
) -> Result<T, &'static str> {
    quiet_hook();
    let (send, receive) = mpsc::channel();
    let work = move || {
        QUIET.set(true);
        let result = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|payload| Err(silent(payload)));
        // Nobody listens any more when it took too long.
        let _ = send.send(result);
    };
    let started = thread::Builder::new().name("reader".to_owned()).stack_size(STACK).spawn(work);
    if started.is_err() {
        return Err("reader-failed");
    }
    match receive.recv_timeout(patience) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err("too-slow"),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err("reader-failed"),
    }
}

/// A payload can panic when it is dropped.
fn silent(payload: Box<dyn Any + Send>) -> &'static str {
    std::mem::forget(payload);
    "reader-failed"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_inside_stays_inside() {
        let short = Duration::from_millis(50);
        assert_eq!(fenced(PATIENCE, || Ok(7)), Ok(7));
        assert_eq!(fenced::<()>(PATIENCE, || Err("encrypted")), Err("encrypted"));
        assert_eq!(fenced::<()>(PATIENCE, || panic!("inside")), Err("reader-failed"));
        assert_eq!(
            fenced(short, || {
                thread::sleep(Duration::from_millis(400));
                Ok(())
            }),
            Err("too-slow")
        );
    }

    #[test]
    fn other_threads_are_heard() {
        assert!(!QUIET.get());
        let _ = fenced::<()>(PATIENCE, || panic!("inside"));
        assert!(!QUIET.get());
        assert!(thread::spawn(|| QUIET.get()).join().is_ok_and(|quiet| !quiet));
    }
}
