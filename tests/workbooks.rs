//! Reports as Excel workbooks: read back with calamine, opened with LibreOffice, asked for on the
//! command line.

use crate::ooxml;
use crate::support;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Options;
use anku::report::Source;
use anku::report::renderer;
use anku::table::Cell;
use anku::table::Chart;
use anku::table::ChartKind;
use anku::table::Column;
use anku::table::Table;
use calamine::Data;
use calamine::Reader as _;
use calamine::Xlsx;
use std::io::Cursor;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

fn workbook(document: &Document, lang: Lang) -> Vec<u8> {
    let renderer = renderer("xlsx").expect("the format");
    assert!(renderer.binary);
    let bytes = (renderer.render)(document, &Options { lang, width: None, excel: false }).expect("rendered");
    ooxml::package(&bytes);
    bytes
}

fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

/// The rows of a sheet from its first cell on.
fn rows(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{sheet}: {error}"));
    let (height, width) = range.end().map_or((0, 0), |(row, col)| (row + 1, col + 1));
    let cell = |row, col| range.get_value((row, col)).cloned().unwrap_or(Data::Empty);
    (0..height).map(|row| (0..width).map(|col| cell(row, col)).collect()).collect()
}

/// A file of a workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut text = String::new();
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("UTF-8");
    text
}

/// What a sheet must show for a cell.
fn held(cell: &Cell) -> Data {
    match cell {
        Cell::Empty => Data::Empty,
        Cell::Text(text) => Data::String(text.clone()),
        Cell::Count(number) | Cell::Change(number) => Data::Float(*number as f64),
        Cell::Mean(number) | Cell::Share(number) => Data::Float(*number),
        Cell::Decimal(text) => Data::Float(text.parse().expect("a decimal")),
    }
}

fn provinces() -> Table {
    let mut columns = vec![
        Column::text("省 Province"),
        Column::figures("最佳"),
        Column::figures("优秀"),
        Column::figures("最佳"),
        Column::figures("优秀"),
        Column::figures("占比"),
        Column::figures("平均"),
        Column::figures("增减"),
    ];
    for (place, group) in [(1, "第1届"), (2, "第1届"), (3, "第2届"), (4, "第2届")] {
        columns[place].group = Some(group.to_owned());
    }
    let mut table = Table::new(columns);
    let names = [
        "内蒙古自治区",
        "甘肃省",
        "新疆维吾尔自治区",
        "黑龙江省",
        "宁夏回族自治区",
        "广西壮族自治区",
        "北京市",
        "上海市",
        "重庆市",
        "天津市",
        "西藏自治区",
        "海南省",
    ];
    for (place, name) in names.iter().enumerate() {
        let n = place as i64;
        let mut cells = vec![(*name).into()];
        cells.extend([n + 1, 12 - n, 2 * n % 7, 3].map(Cell::Count));
        cells.extend([
            Cell::Share(n as f64 / 66.0),
            Cell::Mean(1234.5 * n as f64 / 7.0),
            Cell::Change(n - 5),
        ]);
        table.push(cells);
    }
    let total = vec!["合计".into(), Cell::Count(78), Cell::Count(78), Cell::Count(33), Cell::Count(36)];
    table.push_summary([total, vec![Cell::Share(1.0), Cell::Empty, Cell::Change(-12_345)]].concat());
    table.title = Some("各省入选情况".to_owned());
    table.notes = vec![
        "按名单条目统计，一个案例可以有几个条目；名单以公布的文件为准。".to_owned(),
        "手工核对。".to_owned(),
    ];
    table.chart = Some(Chart { kind: ChartKind::Stacked, labels: vec![0], series: vec![1, 2, 3, 4] });
    for (place, row) in table.rows.iter_mut().enumerate().take(12) {
        row.behind = vec![vec![], vec![place as u32], (0..place as u32 + 1).collect(), vec![], vec![3, 4]];
    }
    table.rows[12].behind = vec![vec![], (0..20).collect()];
    table
}

fn years() -> Table {
    let mut table =
        Table::new(vec![Column::figures("年度"), Column::figures("案例"), Column::figures("字数")]);
    for (year, count) in [(2009, 4), (2010, 9), (2011, 7), (2012, 15), (2013, 12)] {
        table.push(vec![Cell::Count(year), Cell::Count(count), Cell::Count(count * 12_345)]);
    }
    table.chart = Some(Chart { kind: ChartKind::Line, labels: vec![0], series: vec![1] });
    table
}

fn levels() -> Table {
    let mut table = Table::new(vec![Column::text("等次"), Column::text("届"), Column::figures("数量")]);
    for (level, edition, count) in
        [("最佳", "第1届", 12), ("最佳", "第2届", 9), ("优秀", "第1届", 30), ("优秀", "第2届", 41)]
    {
        table.push(vec![level.into(), edition.into(), Cell::Count(count)]);
    }
    table.push_summary(vec!["合计".into(), Cell::Empty, Cell::Count(92)]);
    table.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0, 1], series: vec![2] });
    table
}

fn awards() -> Table {
    let mut table = Table::new(vec![Column::figures("名次"), Column::text("单位"), Column::text("题目")]);
    let title =
        "争创“服务型”党支部，及时化解矛盾纠纷，推动“党建+”引领基层治理走深走实，让群众的事有人管、办得好"
            .to_owned();
    for rank in 1..=30 {
        table.push(vec![
            Cell::Count(rank),
            "某市某区某街道某社区党委".into(),
            Cell::Text(format!("{title}（{rank}）")),
        ]);
    }
    table.title = Some("最佳案例（30）".to_owned());
    table
}

fn full() -> Document {
    let records = (0..20).map(|number| Source {
        id: format!("ak-{number:04}"),
        title: format!("第{number}个案例：抓班子、强队伍，争创“服务型”党支部"),
        path: format!("cases/2012/ak-{number:04}.yaml"),
    });
    let heading = |level, text: &str| Block::Heading { level, text: text.to_owned() };
    Document {
        title: Some("全国基层党建创新典型案例 第2届汇总表".to_owned()),
        blocks: vec![
            heading(2, "一、总体情况"),
            Block::Paragraph("第2届共收录案例 20 个，其中有正文的 15 个，仅列名的 5 个；名单条目 36 条，不在名单里的案例 2 个；涉及 12 个省级地区。".to_owned()),
            Block::List { ordered: true, items: vec!["只数有正文的".to_owned(), "=不是公式".to_owned()] },
            Block::Table(provinces()),
            heading(2, "二、逐年/历届"),
            Block::Table(years()),
            heading(2, "三、等次"),
            Block::Table(levels()),
            heading(2, "四、入选名单"),
            Block::Table(awards()),
        ],
        records: records.collect(),
    }
}

#[test]
fn every_cell_is_read_back_with_its_type() {
    let document = full();
    let bytes = workbook(&document, Lang::Zh);
    let mut book = open(&bytes);
    let sheets = ["说明", "各省入选情况", "二、逐年／历届", "三、等次", "最佳案例（30）", "出处", "记录"];
    assert_eq!(book.sheet_names(), sheets);
    let tables = document.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    for (table, sheet) in tables.zip(&sheets[1..]) {
        let rows = rows(&mut book, sheet);
        let head = 1 + usize::from(table.columns.iter().any(|column| column.group.is_some()));
        let at = |row: usize, col: usize| rows[row].get(col).cloned().unwrap_or(Data::Empty);
        for (col, column) in table.columns.iter().enumerate() {
            assert_eq!(at(head, col), Data::String(column.heading.clone()), "{sheet}");
            for (row, content) in table.rows.iter().enumerate() {
                assert_eq!(at(head + 1 + row, col), held(&content.cells[col]), "{sheet} {row} {col}");
            }
        }
        let said: Vec<String> = rows.iter().map(|row| row[0].to_string()).collect();
        for note in &table.notes {
            assert!(said.contains(&format!("注：{note}")), "{said:?}");
        }
    }
    assert_eq!(rows(&mut book, "各省入选情况")[0][0], Data::String("一、总体情况：各省入选情况".to_owned()));
    assert_eq!(rows(&mut book, "二、逐年／历届")[0][0], Data::String("二、逐年/历届".to_owned()));
    let merged = book.merge_cells_by_sheet_name("各省入选情况").expect("merged cells");
    let merged: Vec<_> =
        merged.iter().filter(|cells| cells.start.0 == 1).map(|cells| (cells.start, cells.end)).collect();
    assert_eq!(merged, [((1, 1), (1, 2)), ((1, 3), (1, 4))]);
    let about: Vec<String> = rows(&mut book, "说明").iter().map(|row| row[0].to_string()).collect();
    for text in [
        "全国基层党建创新典型案例 第2届汇总表",
        "一、总体情况",
        "2. =不是公式",
        "见工作表“各省入选情况”（13 行）",
        "见工作表“出处”（每个数依据的记录）",
        "见工作表“记录”（20 条记录）",
    ] {
        assert!(about.iter().any(|line| line == text), "{text}: {about:?}");
    }
    let all = rows(&mut book, "记录");
    assert_eq!(all.len(), 21);
    assert_eq!(all[20][0], Data::String("ak-0019".to_owned()));
    let sources: Vec<String> = rows(&mut book, "出处").iter().map(|row| row[0].to_string()).collect();
    // Two figures with one list share a block, and so do all those with the third and fourth record.
    let shared =
        "各省入选情况 · 内蒙古自治区 · 第1届 · 最佳；各省入选情况 · 内蒙古自治区 · 第1届 · 优秀（1 条记录）";
    assert_eq!(sources[1], shared);
    assert_eq!(
        sources.iter().filter(|line| line.contains("；另有 8 处（2 条记录）")).count(),
        1,
        "{sources:?}"
    );
}

#[test]
fn what_a_sheet_says_of_itself() {
    let bytes = workbook(&full(), Lang::Zh);
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    for wanted in [
        r#"topLeftCell="A4" activePane="bottomLeft" state="frozen""#,
        // Neither the notes nor the total are filtered and sorted.
        r#"<autoFilter ref="A3:H15"/>"#,
        r#"paperSize="9""#,
        r#"fitToHeight="0""#,
        // The figure stays one, with its link.
        r#"location="'出处'!A2""#,
    ] {
        assert!(sheet.contains(wanted), "{wanted}\n{sheet}");
    }
    assert!(sheet.contains(r#"<hyperlink ref="B16" location="'记录'!A1""#), "all records\n{sheet}");
    let book = part(&bytes, "xl/workbook.xml");
    assert!(book.contains("各省入选情况!$1:$3</definedName>"), "{book}");
    let styles = part(&bytes, "xl/styles.xml");
    for format in ["+#,##0;-#,##0;0", "0.0%"] {
        assert!(styles.contains(format), "{styles}");
    }
    let chart = part(&bytes, "xl/charts/chart1.xml");
    for wanted in [
        r#"<c:grouping val="stacked"/>"#,
        "<c:f>各省入选情况!$A$4:$A$15</c:f>",
        "<c:f>各省入选情况!$E$4:$E$15</c:f>",
        // Under two groups a heading alone would be ambiguous.
        "<c:f>各省入选情况!$D$2:$D$3</c:f>",
        "<c:f>各省入选情况!$A$1</c:f>",
    ] {
        assert!(chart.contains(wanted), "{wanted}\n{chart}");
    }
    assert!(part(&bytes, "xl/charts/chart2.xml").contains("<c:lineChart>"));
    let two = part(&bytes, "xl/charts/chart3.xml");
    assert!(two.contains("<c:multiLvlStrRef><c:f>'三、等次'!$A$3:$B$6</c:f>"), "{two}");
}

/// A sum between the rows is not drawn; texts of columns that lie apart are joined where nobody sees it.
#[test]
fn charts_of_rows_and_names_that_lie_apart() {
    let mut table = levels();
    table.rows[1].summary = true;
    let cut = workbook(&Document::of(table.clone()), Lang::Zh);
    let chart = part(&cut, "xl/charts/chart1.xml");
    assert!(chart.contains("<c:f>('表 1'!$C$2:$C$2,'表 1'!$C$4:$C$5)</c:f>"), "{chart}");
    table.columns.push(Column::text("备注"));
    for row in &mut table.rows {
        row.cells.push("甲".into());
    }
    table.chart = Some(Chart { kind: ChartKind::Stacked, labels: vec![0, 3], series: vec![2] });
    let apart = workbook(&Document::of(table), Lang::Zh);
    let chart = part(&apart, "xl/charts/chart1.xml");
    assert!(chart.contains("<c:f>('表 1'!$E$2:$E$2,'表 1'!$E$4:$E$5)</c:f>"), "{chart}");
    // Only what has this word leaves hidden cells out.
    assert!(!chart.contains("plotVisOnly"), "{chart}");
    assert!(part(&apart, "xl/worksheets/sheet1.xml").contains(r#"hidden="1""#));
    assert_eq!(rows(&mut open(&apart), "表 1")[3][4], Data::String("优秀 甲".to_owned()));
}

#[test]
fn text_is_never_a_formula() {
    let texts = [
        "=1+1",
        "+86",
        "-5",
        "@x",
        "\tx",
        "=HYPERLINK(\"http://x\",\"y\")",
        "＝1",
        "'x",
        "_x0041_",
        "<b>&\"'",
    ];
    let mut table = Table::new(vec![Column::text("=标题"), Column::figures("+数")]);
    for text in texts {
        table.push(vec![text.into(), "=2".into()]);
    }
    table.columns[0].group = Some("=组".to_owned());
    table.title = Some("=Sheet1!A1".to_owned());
    table.notes.push("=1".to_owned());
    table.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![1, 0], series: vec![1] });
    table.rows[0].behind = vec![vec![0]];
    let evil = "=\u{0}a\u{1b}[31m\u{b}\u{ffff}\u{202e}\u{7f}";
    let records = ["=1", evil].map(|text| Source { id: text.into(), title: text.into(), path: text.into() });
    let text = || evil.to_owned();
    let blocks = vec![
        Block::Heading { level: 2, text: text() },
        Block::Paragraph(text()),
        Block::List { ordered: false, items: vec![text()] },
        Block::Table(table),
        Block::Table(Table {
            title: Some(text()),
            notes: vec![text()],
            ..Table::new(vec![Column::text(evil)])
        }),
    ];
    let bytes = workbook(&Document { title: Some(text()), blocks, records: records.to_vec() }, Lang::En);
    let mut book = open(&bytes);
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("a sheet");
        assert!(formulas.used_cells().next().is_none(), "{sheet}");
        for cell in rows(&mut book, &sheet).concat() {
            let text = cell.to_string();
            assert!(
                !text.chars().any(|c| c.is_control() && !"\n\t".contains(c) || c == '\u{ffff}'),
                "{text:?}"
            );
        }
    }
    let sheet = rows(&mut book, "=Sheet1!A1");
    assert_eq!(sheet[1][0], Data::String("=组".to_owned()));
    for (row, text) in sheet[3..].iter().zip(texts) {
        assert_eq!(row[..2], [Data::String(text.to_owned()), Data::String("=2".to_owned())]);
    }
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml", "docProps/core.xml", "docProps/app.xml"] {
        assert!(!part(&bytes, name).contains(['\u{0}', '\u{1b}', '\u{b}', '\u{ffff}']), "{name}");
    }
}

#[test]
fn what_does_not_fit_into_a_cell_is_marked() {
    let mut table = Table::new(vec![Column::text("题目"), Column::figures("数量")]);
    table.push(vec![Cell::Text("案".repeat(40_000)), Cell::Count(i64::MAX)]);
    table.push(vec![Cell::Text("短".to_owned()), Cell::Mean(f64::NAN)]);
    let bytes = workbook(&Document::of(table), Lang::Zh);
    let mut book = open(&bytes);
    assert_eq!(book.sheet_names(), ["表 1"]);
    let rows = rows(&mut book, "表 1");
    let text = rows[1][0].to_string();
    assert_eq!(text.chars().count(), 32_767);
    assert!(text.ends_with("…〔过长，以下截去〕"));
    // Excel keeps 15 digits; as a text it keeps all.
    assert_eq!(rows[1][1], Data::String(i64::MAX.to_string()));
    assert!(rows[4][0].to_string().starts_with("注：1 处文字超过"), "{:?}", rows[4]);
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = workbook(&full(), Lang::Zh);
    // A zip counts time in steps of two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    for _ in 0..3 {
        assert!(workbook(&full(), Lang::Zh) == first);
    }
    assert!(part(&first, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
}

/// A program, or a word that it is not there.
fn has(test: &str, program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED {test}: {program} is not there");
    }
    found
}

/// The text of a table as LibreOffice prints it; `None` when it cannot open it.
fn printed(folder: &Path, name: &str, bytes: &[u8]) -> Option<String> {
    std::fs::write(folder.join(name), bytes).expect("written");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = support::isolated("soffice", folder);
    office.env("HOME", folder).args([&profile, "--headless", "--convert-to", "pdf", name]);
    support::run(&mut office).ends(0);
    let pdf = folder.join(name).with_extension("pdf");
    if !pdf.exists() {
        return None;
    }
    let mut text = support::isolated("pdftotext", folder);
    Some(support::run(text.arg("-layout").arg(pdf).arg("-")).ends(0).stdout)
}

#[test]
fn libreoffice_shows_headings_and_figures() {
    let name = "libreoffice_shows_headings_and_figures";
    if !has(name, "soffice") || !has(name, "pdftotext") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    // LibreOffice may be there without the part that opens tables.
    if printed(folder.path(), "plain.csv", b"a,b\n").is_none() {
        eprintln!("SKIPPED {name}: LibreOffice is there without Calc");
        return;
    }
    let text = printed(folder.path(), "x.xlsx", &workbook(&full(), Lang::Zh)).expect("a workbook that opens");
    let wanted = [
        "全国基层党建创新典型案例 第2届汇总表",
        "一、总体情况：各省入选情况",
        "新疆维吾尔自治区",
        "第1届",
        "注：手工核对。",
        // Number formats: share, mean, change, grouped and plain counts.
        "16.7%",
        "1,939.93",
        "+6",
        "-12,345",
        "185,175",
        "2012",
        "ak-0019",
        "cases/2012/ak-0000.yaml",
    ];
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("###"), "a column is too narrow\n{text}");
    assert!(!text.contains("2,012"), "a year with a separator\n{text}");
}

#[test]
fn the_command_line_writes_a_workbook() {
    let archive = support::shipped();
    let root = archive.path();
    let json = support::anku(root, ["report", "yearly", "--edition", "2", "--json"]).ends(0).json();
    support::anku(root, ["report", "yearly", "--edition", "2", "-o", "x.xlsx"]).ends(0);
    let bytes = std::fs::read(root.join("x.xlsx")).expect("a file");
    let mut book = open(&bytes);
    let sheets = book.sheet_names();
    let tables: Vec<_> =
        json["blocks"].as_array().expect("blocks").iter().filter(|block| block["type"] == "table").collect();
    // Before them the text, behind them which records stand behind which figure, and the records.
    assert_eq!(sheets.len(), tables.len() + 3, "{sheets:?}");
    for (table, sheet) in tables.iter().zip(&sheets[1..]) {
        let rows = rows(&mut book, sheet);
        for (row, content) in table["rows"].as_array().expect("rows").iter().enumerate() {
            for (col, cell) in content["cells"].as_array().expect("cells").iter().enumerate() {
                let found = rows[row + 2].get(col).cloned().unwrap_or(Data::Empty);
                let same = match (&found, cell) {
                    (Data::Float(number), cell) => {
                        cell.as_f64().is_some_and(|cell| (cell - number).abs() < 1e-6)
                    }
                    (Data::String(text), cell) => cell.as_str() == Some(text),
                    (_, cell) => cell.is_null(),
                };
                assert!(same, "{sheet} {row} {col}: {found:?} {cell}");
            }
        }
    }
    // To a pipe it goes as it is, and it is the same.
    let piped = support::command(root).args(["report", "yearly", "--edition", "2", "-O", "xlsx"]).output();
    assert!(piped.expect("a run").stdout == bytes);
    let stats =
        support::command(root).args(["stats", "--rows", "等次", "-O", "xlsx"]).output().expect("a run");
    assert_eq!(open(&stats.stdout).sheet_names().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_terminal_gets_no_bytes() {
    if !has("a_terminal_gets_no_bytes", "script") {
        return;
    }
    let archive = support::shipped();
    let binary = env!("CARGO_BIN_EXE_anku");
    let run = |more: &str| {
        let line = format!("{binary} --lang en stats --rows level -O xlsx {more}");
        support::run(support::isolated("script", archive.path()).args(["-qec", &line, "/dev/null"]))
    };
    let refused = run("").ends(2);
    assert!(refused.stdout.contains("xlsx is a binary format"), "{}", refused.stdout);
    assert!(refused.stdout.contains("-o report.xlsx"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("PK"), "{}", refused.stdout);
    run("-o x.xlsx").ends(0);
    open(&std::fs::read(archive.path().join("x.xlsx")).expect("a file"));
}
