//! What every command needs to know about where it runs: language, archive, terminal.

use super::failure::Failure;
use super::links::Links;
use super::style::Style;
use anku::archive::Archive;
use anku::archive::OpenError;
use anku::diag::nearest;
use anku::locale::Lang;
use anku::report::printable;
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// What must be known before the command line can be parsed: the language of its help, and the
/// archive whose schema adds filter flags.
#[derive(Debug, Default)]
pub(crate) struct Early {
    lang: Option<String>,
    archive: Option<PathBuf>,
    colour: Option<String>,
    hyperlink: Option<String>,
}

impl Early {
    /// Picks the flags that are needed this early out of an unparsed command line.
    pub(crate) fn from_args(argv: &[OsString]) -> Early {
        let mut early = Early::default();
        let mut args = argv.iter().skip(1);
        while let Some(arg) = args.next() {
            let Some(text) = arg.to_str() else { continue };
            if text == "--" {
                break;
            }
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (text, None),
            };
            let mut value = || value.clone().or_else(|| args.next().cloned());
            match name {
                "--lang" => early.lang = value().and_then(|v| v.into_string().ok()),
                "--archive" => early.archive = value().map(PathBuf::from),
                "--hyperlink" => early.hyperlink = value().and_then(|v| v.into_string().ok()),
                "--color" => early.colour = value().and_then(|v| v.into_string().ok()),
                _ => {}
            }
        }
        early
    }
}

/// The surroundings of a run.
pub(crate) struct Context {
    pub(crate) lang: Lang,
    /// The archive, opened, or why not.
    pub(crate) archive: Result<Archive, OpenError>,
    /// How to colour what goes to stdout.
    pub(crate) style: Style,
    /// Whether paths become links.
    pub(crate) links: Links,
    /// Width of the terminal, when stdout is one.
    pub(crate) width: Option<usize>,
    /// Where paths on the command line start from.
    pub(crate) here: PathBuf,
    errors: Style,
}

impl Context {
    pub(crate) fn new(early: &Early) -> Context {
        let here = std::env::current_dir().unwrap_or_default();
        let named = early.archive.clone().or_else(|| std::env::var_os("ANKU_ARCHIVE").map(PathBuf::from));
        let archive = match named {
            Some(folder) => Archive::open(&std::path::absolute(&folder).unwrap_or(folder)),
            None => Archive::find(&here).and_then(|root| Archive::open(&root)),
        };
        let settings = archive.as_ref().ok().and_then(|archive| archive.settings.language.clone());
        let lang = early
            .lang
            .clone()
            .or(settings)
            .and_then(|tag| Lang::parse(&tag))
            .or_else(|| {
                ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .iter()
                    .filter_map(|name| std::env::var(name).ok())
                    .find(|tag| !tag.is_empty())
                    .and_then(|tag| Lang::parse(&tag))
            })
            .unwrap_or(Lang::En);
        let colour = |terminal: bool| match early.colour.as_deref() {
            Some("always") => true,
            Some("never") => false,
            _ => {
                terminal
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let terminal = std::io::stdout().is_terminal();
        let width = terminal.then(|| {
            let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
            columns
                .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
                .unwrap_or(80)
        });
        let variable = |name: &str| std::env::var(name).ok();
        let wanted = early.hyperlink.clone().or_else(|| variable("ANKU_HYPERLINK"));
        let root = archive.as_ref().ok().map(|archive| archive.root.as_path());
        let links = Links::new(wanted.as_deref(), terminal, &variable, root);
        Context {
            lang,
            archive,
            style: Style::new(colour(terminal)),
            links,
            width,
            here,
            errors: Style::new(colour(std::io::stderr().is_terminal())),
        }
    }

    /// The archive.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn archive(&self) -> Result<&Archive, Failure> {
        match &self.archive {
            Ok(archive) => Ok(archive),
            Err(OpenError::NotFound(folder)) => Err(Failure::Open(folder.display().to_string())),
            Err(OpenError::Broken(broken)) => Err(Failure::Broken(Box::new(anku::archive::Broken {
                findings: broken.findings.clone(),
                texts: broken.texts.clone(),
            }))),
        }
    }

    /// Why the system refused, in the user's language where the reason is a common one.
    pub(crate) fn reason(&self, error: &std::io::Error) -> String {
        use std::io::ErrorKind;
        let key = match error.kind() {
            ErrorKind::NotFound => "io.not-found",
            ErrorKind::PermissionDenied => "io.permission",
            ErrorKind::AlreadyExists => "io.exists",
            ErrorKind::IsADirectory => "io.is-folder",
            ErrorKind::NotADirectory => "io.not-folder",
            ErrorKind::StorageFull => "io.full",
            ErrorKind::ReadOnlyFilesystem => "io.read-only",
            _ => return error.to_string(),
        };
        self.lang.word(key).to_owned()
    }

    /// A path of the command line, absolute.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.here.join(path)
    }

    /// A text that leads to a line of a file of the archive, where links are wanted.
    pub(crate) fn link(&self, path: &str, line: Option<usize>, text: &str) -> String {
        self.links.link(path, line, text)
    }

    /// One sentence of error on stderr.
    pub(crate) fn complain(&self, what: &str) {
        let head = self.errors.red(self.lang.word("error"));
        let _ = writeln!(std::io::stderr(), "anku: {head}: {}", printable(what));
    }

    /// A word that is none of those known: `key` says so, the nearest or all of them are the advice.
    pub(crate) fn unknown(&self, key: &str, word: &str, known: &[&str]) -> Failure {
        let hint = match nearest(word, known.iter().copied()) {
            Some(near) => self.lang.say("help.didyoumean", &[("name", near)]),
            None => self.lang.say("parse.valid", &[("values", &known.join(" "))]),
        };
        Failure::hinted(self.lang.say(key, &[("name", word)]), hint)
    }

    /// What to do about it.
    pub(crate) fn advise(&self, hint: &str) {
        let head = self.errors.dim(self.lang.word("hint"));
        let _ = writeln!(std::io::stderr(), "  {head}: {}", printable(hint));
    }

    /// A remark on stderr.
    pub(crate) fn note(&self, what: &str) {
        let _ = writeln!(std::io::stderr(), "{}", self.errors.dim(&printable(what)));
    }

    /// A path that stands by itself: its own bytes for another program, harmless ones for a terminal.
    pub(crate) fn bare_path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        // The width is known only of a terminal.
        if self.width.is_some() { printable(path) } else { Cow::Borrowed(path) }
    }

    /// Writes data to stdout.
    ///
    /// # Errors
    /// [`Failure::Pipe`] when nobody reads any more.
    pub(crate) fn print(&self, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes.as_ref())?;
        out.flush()?;
        Ok(())
    }
}
