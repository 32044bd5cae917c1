//! Where a document goes and in which format: `-O`, `-o`, stdout.

use super::context::Context;
use super::failure::Failure;
use anku::import::ToolError;
use anku::report::Document;
use anku::report::Options;
use anku::report::RENDERERS;
use anku::report::renderer;
use anku::report::renderer_of;
use anku::workspace::Machine;
use clap::ArgMatches;
use std::fs::File;
use std::fs::TryLockError;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// How the temporary files of `-o` begin and end. Those of records end otherwise and are swept under the
/// archive's lock, which a file of `-o` does not need.
const TEMP: (&str, &str) = (".anku-", ".out");
/// How often a temporary file is made before it is written without a lock.
const TRIES: usize = 8;

/// No renderer's: LibreOffice prints the document of [`PRINTED`].
const PDF: &str = "pdf";
const PRINTED: &str = "docx";

/// Every format that a document can be had in.
pub(crate) fn formats() -> Vec<&'static str> {
    RENDERERS.iter().map(|renderer| renderer.name).chain([PDF]).collect()
}

fn file(matches: &ArgMatches) -> Option<&PathBuf> {
    matches.get_one::<PathBuf>("file").filter(|path| path.as_os_str() != "-")
}

/// The format that a run's output takes: the one asked for, else the file's ending, else a table.
///
/// # Errors
/// A file whose ending names no format.
pub(crate) fn wanted<'f>(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&'f str>,
) -> Result<&'f str, Failure> {
    match (format, file(matches)) {
        (Some(format), _) => Ok(format),
        (None, Some(path)) if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(PDF)) => {
            Ok(PDF)
        }
        (None, Some(path)) => match renderer_of(path) {
            Some(renderer) => Ok(renderer.name),
            None => {
                let known: Vec<&str> =
                    RENDERERS.iter().flat_map(|renderer| renderer.endings).copied().chain([PDF]).collect();
                let ending = path.extension().unwrap_or_default().to_string_lossy();
                Err(context.unknown("error.no-format", &ending, &known))
            }
        },
        (None, None) => Ok("table"),
    }
}

/// Renders a document to stdout or to the file of `-o`.
///
/// # Errors
/// A format that does not exist, one that is no text for a terminal, a file that cannot be written.
pub(crate) fn document(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    document: &Document,
) -> Result<(), Failure> {
    linked(context, matches, format, document, &[])
}

/// As [`document`]; in a table on stdout the words of each row become links to its path, where links
/// are wanted. Rows come in the order of the table.
///
/// # Errors
/// As [`document`].
pub(crate) fn linked(
    context: &Context,
    matches: &ArgMatches,
    format: Option<&str>,
    document: &Document,
    rows: &[(&str, Vec<&str>)],
) -> Result<(), Failure> {
    let name = wanted(context, matches, format)?;
    let Some(renderer) = renderer(if name == PDF { PRINTED } else { name }) else {
        return Err(Failure::usage(context.lang.say("error.no-format", &[("name", name)])));
    };
    // The width is known only of a terminal.
    if renderer.binary && file(matches).is_none() && context.width.is_some() {
        let what = context.lang.say("error.binary", &[("name", name)]);
        let hint = context.lang.say("error.binary.hint", &[("name", name)]);
        return Err(Failure::hinted(what, hint));
    }
    let width = context.width.filter(|_| file(matches).is_none());
    let excel = matches.try_get_one("excel").ok().flatten().copied().unwrap_or(false);
    let options = Options { lang: context.lang, width, excel };
    let drawn = (renderer.render)(document, &options).map_err(|error| Failure::usage(error.to_string()))?;
    if name == "table" && file(matches).is_none() && context.links.is_on() && !rows.is_empty() {
        let text = context.links.table(&String::from_utf8_lossy(&drawn), rows);
        return bytes(context, matches, text.as_bytes());
    }
    if name == PDF {
        return bytes(context, matches, &printed(context, &drawn)?);
    }
    bytes(context, matches, &drawn)
}

/// A docx document as PDF.
fn printed(context: &Context, docx: &[u8]) -> Result<Vec<u8>, Failure> {
    let machine = Machine::new(std::env::var_os("PATH").as_deref());
    let fail =
        |error: ToolError| Failure::usage(context.lang.say("error.pdf", &[("reason", &error.to_string())]));
    match machine.to_pdf(docx) {
        Some(made) => made.map_err(fail),
        None => Err(Failure::usage(context.lang.word("error.pdf.none"))),
    }
}

/// Text to stdout or to the file of `-o`.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn text(context: &Context, matches: &ArgMatches, text: &str) -> Result<(), Failure> {
    bytes(context, matches, text.as_bytes())
}

fn bytes(context: &Context, matches: &ArgMatches, bytes: &[u8]) -> Result<(), Failure> {
    let path = matches.try_get_one::<PathBuf>("file").ok().flatten().and_then(|_| file(matches));
    match path {
        None => context.print(bytes),
        Some(path) => write(&context.path(path), bytes).map_err(|error| {
            let (path, reason) = (path.display().to_string(), context.reason(&error));
            Failure::usage(context.lang.say("error.not-written", &[("path", &path), ("reason", &reason)]))
        }),
    }
}

/// Writes a file: it is there whole, or as it was before.
///
/// # Errors
/// The system refused.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A device or a pipe is nothing that another file could take the place of.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return std::fs::write(path, bytes);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    sweep(folder);
    let mut temp = locked_temp(folder)?;
    temp.write_all(bytes)?;
    temp.as_file().sync_all()?;
    temp.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file that is locked while it is written: what is not locked was left by a killed run.
fn locked_temp(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMP.0).suffix(TEMP.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temp = builder.tempfile_in(folder)?;
    for _ in 0..TRIES {
        // Between its making and its lock another run may have taken it for a rest and removed it.
        let taken = matches!(temp.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if !taken && temp.path().exists() {
            break;
        }
        temp = builder.tempfile_in(folder)?;
    }
    Ok(temp)
}

/// Removes the temporary files that killed runs have left in a folder.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMP.0)
            && name.ends_with(TEMP.1)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::options().write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
