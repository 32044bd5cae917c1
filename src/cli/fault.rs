//! What a bug of ours looks like from outside: one sentence and an exit code, never the words of a panic.

use super::failure::Exit;
use anku::locale::Lang;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::panic::PanicHookInfo;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

/// Where in the source the last panic was.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// Runs something to its end or to a panic, which is said in the language that was known by then.
///
/// Whoever wants the panic's own words and a trace sets `RUST_BACKTRACE`. Libraries that panic behind a fence
/// of ours, with a hook of its own or this one, are not meant: they come back from it.
pub(crate) fn guarded(run: impl FnOnce(&OnceLock<Lang>) -> Exit) -> Exit {
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|wanted| wanted == "0") {
        std::panic::set_hook(Box::new(note));
    }
    let lang = OnceLock::new();
    caught(|| run(&lang)).unwrap_or_else(|place| {
        let _ = writeln!(std::io::stderr(), "{}", sentence(lang.get().copied().unwrap_or(Lang::En), &place));
        Exit::Failed
    })
}

fn note(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
    *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place.unwrap_or_default();
}

/// What something gave, or the place of its panic.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run))
        .map_err(|_| PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn sentence(lang: Lang, place: &str) -> String {
    format!("anku: {}: {}", lang.word("error"), lang.say("error.internal", &[("place", place)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, since the hook is one for all threads.
    #[test]
    fn a_panic_becomes_a_sentence_and_ends_with_two() {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(note));
        let fine = caught(|| 7);
        let place: Result<(), String> = caught(|| panic!("in the middle"));
        // As it is where an index is opened: a hook of its own for a while, and ours again.
        let ours = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let fenced = catch_unwind(|| panic!("behind a fence"));
        std::panic::set_hook(ours);
        let worker = caught(|| {
            std::thread::scope(|scope| {
                let ended = scope.spawn(|| panic!("in a worker")).join();
                ended.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
            });
        });
        std::panic::set_hook(before);
        assert_eq!(fine, Ok(7));
        assert!(fenced.is_err());
        for place in [place, worker] {
            let place = place.expect_err("a panic");
            assert!(place.starts_with("src/cli/fault.rs:"), "{place}");
            for lang in [Lang::Zh, Lang::En] {
                let said = sentence(lang, &place);
                assert!(
                    said.contains(&place) && said.lines().count() == 1 && !said.contains("panick"),
                    "{said}"
                );
            }
        }
        let before = std::panic::take_hook();
        let code = guarded(|lang| {
            lang.get_or_init(|| Lang::Zh);
            panic!("in the middle")
        });
        std::panic::set_hook(before);
        // Exit codes can be compared in no other way.
        assert_eq!(code, Exit::Failed);
        assert_eq!(guarded(|_| Exit::Done), Exit::Done);
    }
}
