//! The pictures of `docs/pictures`: the yearly report of the shipped archive as a browser and as LibreOffice show it.
//! Every run makes them anew and looks at what can be counted: their size, how much of them is ink, whether colour
//! (a chart) is there. `ANKU_BLESS=1` keeps them. Fonts differ between machines, so they are not compared.

use crate::support::anku;
use crate::support::isolated;
use crate::support::run;
use crate::support::shipped;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Whether the programs are there; says so where one is not.
fn has(test: &str, programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &&&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing: Vec<&&str> = programs.iter().filter(|program| !found(program)).collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED {test}: not on the PATH: {missing:?}");
        return false;
    }
    let faces = Command::new("fc-list").arg(":lang=zh-cn").output();
    let han = faces.is_ok_and(|faces| !faces.stdout.is_empty());
    if !han {
        eprintln!("SKIPPED {test}: the machine has no Han face");
    }
    han
}

/// A picture as `pdftoppm` writes it: width, height, three bytes a point.
struct Picture {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl Picture {
    /// A page of a PDF.
    fn page(folder: &Path, pdf: &str, page: usize) -> Picture {
        let number = page.to_string();
        let mut draw = isolated("pdftoppm", folder);
        run(draw.args(["-r", "50", "-f", &number, "-l", &number, "-singlefile", pdf, "page"])).ends(0);
        let bytes = std::fs::read(folder.join("page.ppm")).expect("a picture");
        // P6, width and height, the largest value: each behind one blank.
        let mut words = bytes.splitn(4, u8::is_ascii_whitespace);
        assert_eq!(words.next(), Some(&b"P6"[..]));
        let mut number = || {
            let word = words.next().expect("a number");
            std::str::from_utf8(word).expect("figures").parse::<usize>().expect("a number")
        };
        let (width, height) = (number(), number());
        let points = bytes[bytes.len() - width * height * 3..].to_vec();
        Picture { width, height, points }
    }

    /// The share of points that are dark, and the share of those that are coloured.
    fn ink(&self) -> (f64, f64) {
        let share = |is: fn(&[u8]) -> bool| {
            let found = self.points.chunks(3).filter(|point| is(point)).count();
            found as f64 / (self.width * self.height) as f64
        };
        let coloured =
            |point: &[u8]| point.iter().max().unwrap_or(&0) - point.iter().min().unwrap_or(&0) > 60;
        (share(|point| point.iter().all(|&part| part < 128)), share(coloured))
    }
}

/// The first page of a PDF whose text has all these words, from 1.
fn page_with(folder: &Path, pdf: &str, words: &[&str]) -> usize {
    let text = run(isolated("pdftotext", folder).args(["-layout", pdf, "-"])).ends(0).stdout;
    // Where spaces fall is the layout's own.
    let tight = |page: &str| page.split_whitespace().collect::<String>();
    let found = text.split('\u{c}').map(tight).position(|page| words.iter().all(|word| page.contains(word)));
    1 + found.unwrap_or_else(|| panic!("no page has {words:?}\n{text}"))
}

/// Makes the picture of a page; with `ANKU_BLESS` the one of the docs.
fn keep(folder: &Path, pdf: &str, page: usize, name: &str) {
    let number = page.to_string();
    let mut draw = isolated("pdftoppm", folder);
    let shown = name.trim_end_matches(".png");
    run(draw.args(["-png", "-r", "80", "-f", &number, "-l", &number, "-singlefile", pdf, shown])).ends(0);
    bless(&folder.join(name), name);
}

fn bless(made: &Path, name: &str) {
    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(name);
    if std::env::var_os("ANKU_BLESS").is_some() {
        std::fs::copy(made, &kept).expect("kept");
    }
    let size = |path: &Path| {
        let bytes = std::fs::read(path).expect("a picture");
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 10_000, "{}", path.display());
        // The width in the first chunk: PNG specification, 11.2.1.
        u32::from_be_bytes(bytes[16..20].try_into().expect("four bytes"))
    };
    assert_eq!(size(made), size(&kept), "{name} in docs/pictures was made otherwise: ANKU_BLESS=1");
}

fn to_pdf(folder: &Path, name: &str) -> bool {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = isolated("soffice", folder);
    office.env("HOME", folder).args([&profile, "--headless", "--convert-to", "pdf", name]);
    run(&mut office).ends(0);
    folder.join(name).with_extension("pdf").exists()
}

#[test]
fn a_document_and_a_workbook_as_libreoffice_shows_them() {
    let test = "a_document_and_a_workbook_as_libreoffice_shows_them";
    if !has(test, &["soffice", "pdftotext", "pdftoppm"]) {
        return;
    }
    let archive = shipped();
    let folder = archive.path();
    for file in ["text.docx", "book.xlsx"] {
        anku(folder, ["report", "yearly", "--edition", "2", "-o", file]).ends(0);
        // LibreOffice may be there without the part that opens one of them.
        if !to_pdf(folder, file) {
            eprintln!("SKIPPED {test}: LibreOffice makes no PDF of {file}");
            return;
        }
    }
    let first = page_with(folder, "text.pdf", &["第2届汇总表", "收录情况"]);
    assert_eq!(first, 1);
    let page = Picture::page(folder, "text.pdf", first);
    // A4 upright, 210 by 297 mm.
    assert!((page.height as f64 / page.width as f64 - 297.0 / 210.0).abs() < 0.02);
    let (dark, _) = page.ink();
    assert!((0.005..0.2).contains(&dark), "{dark}");
    keep(folder, "text.pdf", first, "report-docx.png");

    let chart = page_with(folder, "book.pdf", &["二、各省入选情况", "山东省", "合计"]);
    let (dark, coloured) = Picture::page(folder, "book.pdf", chart).ink();
    assert!((0.003..0.2).contains(&dark), "{dark}");
    assert!(coloured > 0.01, "the chart has no colour: {coloured}");
    keep(folder, "book.pdf", chart, "report-xlsx.png");
}

#[test]
fn a_page_as_a_browser_shows_it() {
    let test = "a_page_as_a_browser_shows_it";
    if !has(test, &["chromium", "pdftotext", "pdftoppm"]) {
        return;
    }
    let archive = shipped();
    let folder = archive.path();
    anku(folder, ["report", "yearly", "--edition", "2", "-o", "page.html"]).ends(0);
    let browse = |task: &str| {
        let mut browser = isolated("chromium", folder);
        browser
            .env("HOME", folder)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=820,1240"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg(task)
            .arg(format!("file://{}", folder.join("page.html").display()));
        run(&mut browser).ends(0);
    };
    browse("--screenshot=report-html.png");
    bless(&folder.join("report-html.png"), "report-html.png");
    // On paper it has the same tables, and the chart its colours.
    browse("--print-to-pdf=page.pdf");
    let printed = page_with(folder, "page.pdf", &["二、各省入选情况"]);
    let (dark, _) = Picture::page(folder, "page.pdf", printed).ink();
    assert!((0.003..0.2).contains(&dark), "{dark}");
    let chart = (printed..printed + 3).map(|page| Picture::page(folder, "page.pdf", page).ink().1);
    assert!(chart.fold(0.0, f64::max) > 0.01, "no page has a coloured chart");
}
