//! Documents for Word, as LibreOffice lays them out: what they say, headings on every page, lines and characters.

use crate::ooxml;
use crate::support::anku;
use crate::support::command;
use crate::support::run;
use crate::support::write;
use anku::import::Tools as _;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Options;
use anku::report::renderer;
use anku::table::Cell;
use anku::table::Chart;
use anku::table::ChartKind;
use anku::table::Column;
use anku::table::Table;
use anku::workspace::Machine;
use std::process::Command;

/// The pages of a document as LibreOffice prints it; `None`, with a word about it, where the programs are not there.
fn printed(test: &str, document: &Document, lang: Lang) -> Option<Vec<String>> {
    let options = Options { lang, width: None, excel: false };
    let docx = (renderer("docx").expect("a format").render)(document, &options).expect("a document");
    ooxml::package(&docx);
    let machine = Machine::new(std::env::var_os("PATH").as_deref());
    let Some(pdf) = machine.to_pdf(&docx) else {
        eprintln!("SKIPPED {test}: no LibreOffice on the PATH");
        return None;
    };
    let Some(text) = machine.pdf_text(&pdf.expect("printed")) else {
        eprintln!("SKIPPED {test}: no pdftotext on the PATH");
        return None;
    };
    let text = text.expect("read");
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

/// Whether the machine has a face for Han at all.
fn has_han() -> bool {
    let found = Command::new("fc-list").arg(":lang=zh-cn").output();
    found.is_ok_and(|found| !found.stdout.is_empty())
}

/// A page without spaces: where they fall is the layout's own.
fn tight(page: &str) -> String {
    page.split_whitespace().collect()
}

/// A list of so many cases.
fn list(rows: i64) -> Table {
    let columns = vec![Column::figures("名次"), Column::text("单位"), Column::text("题目")];
    let mut list = Table::new(columns);
    for rank in 1..=rows {
        let title = format!("<b>党建</b>引领治理&创新之{rank}");
        list.push(vec![Cell::Count(rank), "中共敦煌市委组织部".into(), title.as_str().into()]);
    }
    list.title = Some("最佳案例".to_owned());
    list
}

#[test]
fn a_document_says_in_print_what_it_holds() {
    let mut counts = Table::new(vec![Column::text("领域"), Column::figures("案例"), Column::figures("占比")]);
    counts.push(vec!["农村".into(), Cell::Count(24), Cell::Share(0.6)]);
    counts.push(vec!["机关".into(), Cell::Count(16), Cell::Share(0.4)]);
    counts.push_summary(vec!["合计".into(), Cell::Count(40), Cell::Share(1.0)]);
    counts.notes.push("手工核对。".to_owned());
    counts.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0], series: vec![1] });
    let mut wide = Table::new(vec![Column::text("省")]);
    for year in 2001..=2018 {
        wide.columns.push(Column::figures(format!("{year}年")));
    }
    wide.push(std::iter::once("甘肃省".into()).chain((0..18).map(|n| Cell::Count(7000 + n))).collect());
    let document = Document {
        title: Some("全国第2届汇总表".to_owned()),
        blocks: vec![
            Block::Heading { level: 2, text: "一、总体情况".to_owned() },
            Block::Paragraph("共收录案例 40 个\u{1}。".to_owned()),
            Block::Table(counts),
            Block::List { ordered: true, items: vec!["建强支部".to_owned(), "抓实治理".to_owned()] },
            Block::Heading { level: 2, text: "二、逐年".to_owned() },
            Block::Table(wide),
            Block::Heading { level: 2, text: "三、名单".to_owned() },
            Block::Table(list(100)),
        ],
        ..Document::default()
    };
    let Some(pages) = printed("a_document_says_in_print_what_it_holds", &document, Lang::Zh) else { return };
    let pages: Vec<String> = pages.iter().map(|page| tight(page)).collect();
    for words in [
        "全国第2届汇总表",
        "一、总体情况",
        "共收录案例40个。",
        "领域案例占比",
        "农村2460.0%",
        "合计40100.0%",
        "注：手工核对。",
        "■案例",
        "1.建强支部",
        "2.抓实治理",
        "—1—",
    ] {
        assert!(pages[0].contains(words), "{words}: {}", pages[0]);
    }
    // The wide table has its own page, with its heading, and nothing else is on it.
    assert!(pages[1].starts_with("二、逐年"), "{}", pages[1]);
    assert!(pages[1].contains("2018") && pages[1].contains("7017"), "{}", pages[1]);
    assert!(pages[2].starts_with("三、名单最佳案例"), "{}", pages[2]);
    assert!(pages.len() > 4, "{}", pages.len());
    let mut ranks = 0;
    for page in &pages[2..] {
        assert_eq!(page.matches("名次单位题目").count(), 1, "{page}");
        ranks += page.matches("中共敦煌市委组织部").count();
    }
    assert_eq!(ranks, 100);
    assert!(pages.last().expect("a page").contains("<b>党建</b>引领治理&创新之100"));
}

#[test]
fn a_page_has_22_lines_of_28_characters() {
    let test = "a_page_has_22_lines_of_28_characters";
    let text = "为深入贯彻落实党的二十大精神坚持大抓基层的鲜明导向充分发挥典型案例的示范引领作用".repeat(120);
    let document = Document { blocks: vec![Block::Paragraph(text)], ..Document::default() };
    let Some(pages) = printed(test, &document, Lang::Zh) else { return };
    let lines = |page: &str| page.lines().map(tight).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let (first, second) = (lines(&pages[0]), lines(&pages[1]));
    // The page number is one more line.
    assert_eq!((first.len(), second.len()), (23, 23));
    assert_eq!((first[22].as_str(), second[22].as_str()), ("—1—", "—2—"));
    if !has_han() {
        eprintln!("SKIPPED {test}: the machine has no Han face, characters cannot be counted");
        return;
    }
    assert_eq!(first[0].chars().count(), 26, "two characters of indent");
    for line in first[1..22].iter().chain(&second[..22]) {
        assert_eq!(line.chars().count(), 28, "{line}");
    }
}

#[test]
fn a_page_that_is_full_is_followed_by_no_empty_one() {
    let mut wide = Table::new(vec![Column::text("省")]);
    wide.columns.extend((0..20).map(|year| Column::figures(format!("{}年", 2000 + year))));
    let full = "案".repeat(26 + 28 * 21);
    let blocks = vec![Block::Paragraph(full), Block::Table(wide), Block::Paragraph("完".to_owned())];
    let document = Document { blocks, ..Document::default() };
    let test = "a_page_that_is_full_is_followed_by_no_empty_one";
    let Some(pages) = printed(test, &document, Lang::Zh) else { return };
    if has_han() {
        assert_eq!(pages.len(), 3);
    } else {
        eprintln!("SKIPPED {test}: the machine has no Han face, lines cannot be counted");
    }
}

#[test]
fn the_binary_writes_documents_and_prints_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    anku(folder.path(), ["init"]).ends(0);
    write(
        folder.path(),
        "cases/a01.yaml",
        "id: a01\ntitle: 民情流水线\nunit: 敦煌市\nregion: {province: 甘肃省}\nsector: 农村\nyear: 2012\n\
         sections: [{role: practice, text: 文}]\n\
         awards: [{programme: 全国基层党建创新案例, edition: 2, year: 2012, level: 最佳案例, rank: 1}]\n",
    );
    let report = |file: &str| anku(folder.path(), ["report", "yearly", "--edition", "2", "-o", file]);
    report("a.docx").ends(0);
    report("b.docx").ends(0);
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
    assert!(ooxml::package(&read("a.docx")).contains("w:sectPr"));
    assert_eq!(read("a.docx"), read("b.docx"));
    let has_office = ["soffice", "libreoffice"].iter().any(|name| {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&paths).any(|folder| folder.join(name).is_file())
    });
    if has_office {
        report("a.pdf").ends(0);
        assert!(read("a.pdf").starts_with(b"%PDF"));
    } else {
        eprintln!("SKIPPED the_binary_writes_documents_and_prints_them: no LibreOffice on the PATH");
    }
    // Without LibreOffice there is one sentence, and no file.
    let mut without = command(folder.path());
    without.env("PATH", "/nowhere").args(["stats", "--rows", "省", "-o", "c.pdf"]);
    let said = run(&mut without).ends(2).stderr;
    assert!(said.contains("LibreOffice"), "{said}");
    assert!(!folder.path().join("c.pdf").exists());
    // One may ask for it by name; a pipe takes it.
    let piped =
        command(folder.path()).args(["stats", "--rows", "省", "-O", "docx"]).output().expect("the binary");
    assert!(piped.status.success() && piped.stdout.starts_with(b"PK"));
}
