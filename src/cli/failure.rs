//! How a run ends: exit codes in one place, and the one message of a run that could not be done.

use super::context::Context;
use super::findings;
use anku::archive::Broken;
use anku::archive::OpenError;
use anku::archive::WordsError;
use std::io::Write as _;

/// The exit codes of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, found, clean.
    Done,
    /// Nothing found; findings; some records rejected.
    Nothing,
    /// Could not do it, or not all of it.
    Failed,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> i32 {
        match self {
            Exit::Done => 0,
            Exit::Nothing => 1,
            Exit::Failed => 2,
        }
    }
}

/// A run that could not be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A message, and what to do about it.
    Message { what: String, hint: Option<String> },
    /// The archive's own files are broken.
    Broken(Box<Broken>),
    /// The archive could not be opened.
    Open(String),
    /// The reader of our output has gone: no failure at all.
    Pipe,
}

impl Failure {
    /// A wrong command line or a bad value in it.
    pub(crate) fn usage(what: impl Into<String>) -> Failure {
        Failure::Message { what: what.into(), hint: None }
    }

    /// The same with advice.
    pub(crate) fn hinted(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Message { what: what.into(), hint: Some(hint.into()) }
    }

    /// Says on stderr what went wrong and gives the exit code.
    pub(crate) fn report(self, context: &Context) -> Exit {
        let lang = context.lang;
        let (what, hint) = match self {
            Failure::Pipe => return Exit::Done,
            Failure::Broken(broken) => {
                let text = findings::broken(context, &broken);
                let _ = std::io::stderr().write_all(text.as_bytes());
                return Exit::Failed;
            }
            Failure::Open(folder) => {
                let what = lang.say("error.no-archive", &[("folder", &folder)]);
                (what, Some(lang.word("error.no-archive.hint").to_owned()))
            }
            Failure::Message { what, hint } => (what, hint),
        };
        context.complain(&what);
        if let Some(hint) = hint {
            context.advise(&hint);
        }
        Exit::Failed
    }
}

/// An archive's word lists that cannot be used; `key` is the sentence for what they say.
pub(crate) fn words(context: &Context, key: &str, error: WordsError) -> Failure {
    match error {
        WordsError::Broken(broken) => Failure::Broken(broken),
        WordsError::Content(reason) => Failure::usage(context.lang.say(key, &[("reason", &reason)])),
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::NotFound(folder) => Failure::Open(folder.display().to_string()),
            OpenError::Broken(broken) => Failure::Broken(broken),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Failure::Pipe
        } else {
            Failure::usage(error.to_string())
        }
    }
}

impl From<anku::search::EngineError> for Failure {
    fn from(error: anku::search::EngineError) -> Failure {
        // `{:#}` gives the error with its causes on one line.
        Failure::usage(format!("{:#}", anyhow::Error::new(error)))
    }
}

/// `path: reason`, for a file that could not be used.
pub(crate) fn at(context: &Context, path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{}: {}", path.display(), context.reason(error)))
}
