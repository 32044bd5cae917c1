//! Owns the programs on the machine that help to read documents and to print them: where they are, how they are started, that they end and leave nothing behind.
//! Must not know what is in a document. Which folders hold programs comes in from outside; nothing in an archive can name one.

use crate::import::ToolError;
use crate::import::Tools;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

/// LibreOffice needs ten seconds and more for its first start.
const OFFICE_PATIENCE: Duration = Duration::from_secs(120);
/// How long a program may take to read one file.
const READER_PATIENCE: Duration = Duration::from_secs(60);
/// More than this is no converted document.
const MAX_OUTPUT: u64 = 64 << 20;
/// How often a program is asked whether it has ended.
const TICK: Duration = Duration::from_millis(20);

/// The helpers of this machine.
#[derive(Debug)]
pub struct Machine {
    office: Option<PathBuf>,
    pdf: Option<PathBuf>,
    patience: Option<Duration>,
    /// One LibreOffice at a time: it is large.
    turn: Mutex<()>,
}

impl Machine {
    /// Looks for `soffice` or `libreoffice`, and `pdftotext`, in the folders of a `PATH`.
    pub fn new(path: Option<&OsStr>) -> Self {
        let find = |names: &[&str]| names.iter().find_map(|name| find(path?, name));
        Machine {
            office: find(&["soffice", "libreoffice"]),
            pdf: find(&["pdftotext"]),
            patience: None,
            turn: Mutex::new(()),
        }
    }

    /// The same, with a time limit of one's own for every program.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Machine { patience: Some(patience), ..self }
    }

    /// A docx file as PDF, by LibreOffice; `None` where there is none.
    pub fn to_pdf(&self, docx: &[u8]) -> Option<Result<Vec<u8>, ToolError>> {
        let result = self.office(self.office.as_ref()?, docx, "docx", "pdf");
        Some(result.map_err(|reason| ToolError { program: "LibreOffice", reason }))
    }

    fn office(&self, program: &Path, bytes: &[u8], ending: &str, to: &str) -> Result<Vec<u8>, String> {
        // A panic elsewhere says nothing about the turn itself.
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let ending = if ending.chars().all(|c| c.is_ascii_alphanumeric()) { ending } else { "doc" };
        let input = folder.path().join(format!("in.{ending}"));
        let output = folder.path().join("out");
        std::fs::write(&input, bytes).map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        // A profile of its own: one that is in use would take the file to a window that is open.
        command
            .arg(format!("-env:UserInstallation={}", url(&folder.path().join("profile"))))
            .args(["--headless", "--norestore", "--nolockcheck", "--convert-to", to, "--outdir"])
            .arg(&output)
            .arg(&input)
            .current_dir(folder.path());
        // A report takes as long as it takes; of files that come from anywhere some never end.
        let patience = if to == "pdf" { OFFICE_PATIENCE } else { READER_PATIENCE };
        let status = run(command, self.patience.unwrap_or(patience))?;
        let made = std::fs::File::open(output.join(format!("in.{to}"))).map_err(|_| ended(status))?;
        let mut converted = Vec::new();
        made.take(MAX_OUTPUT + 1).read_to_end(&mut converted).map_err(|error| error.to_string())?;
        if converted.len() as u64 > MAX_OUTPUT { Err("too much".to_owned()) } else { Ok(converted) }
    }

    fn pdf(&self, program: &Path, bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (input, output) = (folder.path().join("in.pdf"), folder.path().join("out.txt"));
        std::fs::write(&input, bytes).map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args(["-enc", "UTF-8", "-layout"]).arg(&input).arg(&output).current_dir(folder.path());
        let status = run(command, self.patience.unwrap_or(READER_PATIENCE))?;
        let made = std::fs::File::open(&output).map_err(|_| ended(status))?;
        let mut text = String::new();
        made.take(MAX_OUTPUT).read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }
}

impl Tools for Machine {
    fn to_docx(&self, bytes: &[u8], ending: &str) -> Option<Result<Vec<u8>, ToolError>> {
        let result = self.office(self.office.as_ref()?, bytes, ending, "docx");
        Some(result.map_err(|reason| ToolError { program: "LibreOffice", reason }))
    }

    fn pdf_text(&self, bytes: &[u8]) -> Option<Result<String, ToolError>> {
        let result = self.pdf(self.pdf.as_ref()?, bytes);
        Some(result.map_err(|reason| ToolError { program: "pdftotext", reason }))
    }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| "killed".to_owned(), |code| format!("exit code {code}, no output"))
}

/// A program in the folders of a `PATH`. Folders that are not absolute are passed over: what lies where one happens to be
/// is not a program of the machine.
fn find(path: &OsStr, name: &str) -> Option<PathBuf> {
    let names = if cfg!(windows) {
        vec![format!("{name}.exe"), format!("{name}.com")]
    } else {
        vec![name.to_owned()]
    };
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|file| runs(file))
}

#[cfg(unix)]
fn runs(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runs(file: &Path) -> bool {
    file.is_file()
}

/// A folder as a `file:` URL; what is neither a letter, a digit nor harmless is written in hex.
fn url(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Runs a program to its end, or to the end of patience: then it is killed, with the programs that it started.
fn run(mut command: Command, patience: Duration) -> Result<ExitStatus, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // `soffice` is a script that starts the program proper: a group of their own ends both.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() < patience => std::thread::sleep(TICK),
            Ok(None) => {
                kill(&mut child);
                return Err("too slow".to_owned());
            }
            Err(error) => {
                kill(&mut child);
                return Err(error.to_string());
            }
        }
    }
}

/// Kills a program and its group, and waits until it is gone.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        let quiet = || Stdio::null();
        let killer = ["/bin/kill", "/usr/bin/kill"].into_iter().find(|path| runs(Path::new(path)));
        if let Some(killer) = killer {
            let mut command = Command::new(killer);
            let _ =
                command.args(["-KILL", "--", &group]).stdin(quiet()).stdout(quiet()).stderr(quiet()).status();
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A machine whose only program is this script.
    fn machine(name: &str, script: &str) -> (tempfile::TempDir, Machine) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let machine = Machine::new(Some(folder.path().as_os_str()));
        (folder, machine)
    }

    #[test]
    fn a_program_is_given_the_file_and_its_output_taken() {
        let script = "for last; do :; done\nout=\nwhile [ $# -gt 0 ]; do [ \"$1\" = --outdir ] && out=$2; shift; done\n\
                      /bin/mkdir -p \"$out\"; /bin/cat \"$last\" > \"$out/in.docx\"; echo noise";
        let (_folder, machine) = machine("soffice", script);
        assert_eq!(machine.to_docx(b"bytes", "wps"), Some(Ok(b"bytes".to_vec())));
        assert_eq!(machine.pdf_text(b"bytes"), None);
    }

    #[test]
    fn a_document_is_printed_by_the_office() {
        let script = "to=; out=\nwhile [ $# -gt 0 ]; do [ \"$1\" = --convert-to ] && to=$2; [ \"$1\" = --outdir ] && out=$2; \
                      last=$1; shift; done\n/bin/mkdir -p \"$out\"; /bin/cat \"$last\" > \"$out/in.$to\"";
        let (_folder, printing) = machine("soffice", script);
        assert_eq!(printing.to_pdf(b"bytes"), Some(Ok(b"bytes".to_vec())));
        let (_folder, failing) = machine("soffice", "exit 3");
        assert_eq!(failing.to_pdf(b"x").unwrap().unwrap_err().reason, "exit code 3, no output");
        assert!(Machine::new(None).to_pdf(b"x").is_none());
    }

    #[test]
    fn a_program_that_fails_or_hangs_says_so() {
        let (_folder, failing) = machine("pdftotext", "exit 3");
        let error = failing.pdf_text(b"x").unwrap().unwrap_err();
        assert_eq!(error.to_string(), "pdftotext: exit code 3, no output");
        let (folder, slow) = machine("soffice", "echo $$ > \"${0%/*}/pid\"; /bin/sleep 60 & /bin/sleep 60");
        let slow = slow.with_patience(Duration::from_millis(300));
        let start = Instant::now();
        assert_eq!(slow.to_docx(b"x", "doc").unwrap().unwrap_err().reason, "too slow");
        assert!(start.elapsed() < Duration::from_secs(20));
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        assert!(!Path::new(&format!("/proc/{}", pid.trim())).exists());
    }

    /// The real programs, where the machine has them.
    #[test]
    fn the_real_programs_help() {
        let machine = Machine::new(std::env::var_os("PATH").as_deref());
        let rtf = b"{\\rtf1\\ansi\\ansicpg936 \\u26696?\\u20363?\\par}";
        match machine.to_docx(rtf, "rtf") {
            None => eprintln!("SKIPPED the_real_programs_help: no LibreOffice on the PATH"),
            Some(made) => assert!(made.unwrap().starts_with(b"PK")),
        }
        let page = "BT /F 12 Tf 72 700 Td (Case 41) Tj ET";
        let pdf = format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n\
             4 0 obj<</Length {}>>stream\n{page}\nendstream endobj\n\
             5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
            page.len()
        );
        match machine.pdf_text(pdf.as_bytes()) {
            None => eprintln!("SKIPPED the_real_programs_help: no pdftotext on the PATH"),
            Some(text) => assert!(text.unwrap().contains("Case 41")),
        }
    }

    #[test]
    fn only_the_folders_of_the_path_are_searched() {
        assert!(Machine::new(None).office.is_none());
        assert!(Machine::new(Some(OsStr::new("relative:.:"))).office.is_none());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("soffice"), "not a program").unwrap();
        assert!(Machine::new(Some(folder.path().as_os_str())).office.is_none());
    }

    #[test]
    fn folders_are_written_as_urls() {
        assert_eq!(url(Path::new("/tmp/a b/案")), "file:///tmp/a%20b/%E6%A1%88");
        assert_eq!(url(Path::new("C:\\Temp")), "file:///C:/Temp");
    }
}
