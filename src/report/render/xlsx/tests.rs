//! What a workbook holds where a sheet is too small: read back from its XML.

use super::*;
use crate::locale::Lang;
use crate::report::document::Source;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Column;
use crate::table::Table;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::io::Read as _;

const OPTIONS: Options = Options { lang: Lang::Zh, width: None, excel: false };

/// A workbook's files.
struct Read(BTreeMap<String, String>);

/// A sheet: its name, its cells by their names, the targets of its links by theirs.
struct Sheet {
    name: String,
    cells: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
}

fn attribute<'x>(tag: &'x str, name: &str) -> &'x str {
    let start = tag.find(&format!(" {name}=\"")).map(|at| at + name.len() + 3);
    start.and_then(|start| tag[start..].split('"').next()).unwrap_or_default()
}

fn between<'x>(text: &'x str, open: &str, close: &str) -> Vec<&'x str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

impl Read {
    fn of(bytes: Vec<u8>) -> Read {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            files.insert(file.name().unwrap().to_string(), text);
        }
        Read(files)
    }

    fn sheets(&self) -> Vec<Sheet> {
        let strings: Vec<String> = between(&self.0["xl/sharedStrings.xml"], "<si>", "</si>")
            .into_iter()
            .map(|string| string.split_once('>').map_or("", |(_, rest)| rest).replace("</t>", ""))
            .collect();
        let names = between(&self.0["xl/workbook.xml"], "<sheet ", "/>");
        let sheet = |(place, name): (usize, &str)| {
            let xml = &self.0[&format!("xl/worksheets/sheet{}.xml", place + 1)];
            let mut cells = BTreeMap::new();
            for cell in between(xml, "<c ", "</c>") {
                let tag = format!(" {}", cell.split('>').next().unwrap());
                let Some(value) = between(cell, "<v>", "</v>").first().copied() else { continue };
                let value = match attribute(&tag, "t") {
                    "s" => strings[value.parse::<usize>().unwrap()].clone(),
                    _ => value.to_owned(),
                };
                cells.insert(attribute(&tag, "r").to_owned(), value);
            }
            let links = between(xml, "<hyperlink ", "/>").into_iter().map(|link| {
                let link = format!(" {link}");
                (attribute(&link, "ref").to_owned(), attribute(&link, "location").to_owned())
            });
            Sheet { name: attribute(&format!(" {name}"), "name").to_owned(), cells, links: links.collect() }
        };
        names.into_iter().enumerate().map(sheet).collect()
    }
}

fn record(number: usize) -> Source {
    Source {
        id: format!("r{number}"), title: format!("记录{number}"), path: format!("cases/r{number}.yaml")
    }
}

fn long(rows: usize) -> Table {
    let mut table = Table::new(vec![Column::text("省"), Column::figures("数量")]);
    for row in 0..rows {
        table.push(vec![format!("第{row}行").as_str().into(), Cell::Count(row as i64)]);
    }
    table.title = Some("长表".to_owned());
    table
}

#[test]
fn a_table_of_more_rows_than_a_sheet_goes_on_in_the_next() {
    let mut table = long(40);
    table.notes.push("手工核对。".to_owned());
    table.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0], series: vec![1] });
    let document = Document {
        title: Some("汇总表".to_owned()),
        blocks: vec![Block::Table(table)],
        ..Document::default()
    };
    let limits = Limits { rows: 24, links: 9 };
    let read = Read::of(within(&document, &OPTIONS, &limits).unwrap());
    let sheets = read.sheets();
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["说明", "长表", "长表 (2)", "长表 (3)"]);
    let mut found = Vec::new();
    for sheet in &sheets[1..] {
        assert_eq!((&*sheet.cells["A1"], &*sheet.cells["B2"]), ("长表", "数量"));
        found.extend((3..=24).filter_map(|row| sheet.cells.get(&format!("B{row}"))?.parse::<i64>().ok()));
        let said: Vec<&String> = sheet.cells.values().filter(|text| text.starts_with("注：")).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        let rows = sheet.cells.keys().map(|name| name[1..].parse::<u32>().unwrap());
        assert!(rows.max() <= Some(limits.rows));
    }
    assert_eq!(found, (0..40).collect::<Vec<_>>());
    assert_eq!(sheets[0].links.len(), 3);
    assert!(!read.0.keys().any(|name| name.contains("chart")));
    // No room for a single row.
    assert!(within(&document, &OPTIONS, &Limits { rows: 8, links: 9 }).is_err());
}

#[test]
fn links_beyond_the_limit_are_counted() {
    let mut table = long(9);
    for row in &mut table.rows {
        row.behind = vec![vec![], vec![0]];
    }
    let mut document = Document::of(table);
    document.records = (0..3).map(record).collect();
    let sheets = Read::of(within(&document, &OPTIONS, &Limits { rows: 99, links: 5 }).unwrap()).sheets();
    assert_eq!(sheets[0].links.len(), 5);
    let said = "注：一个工作表最多有 5 个链接，其余 4 个数没有链接到出处。";
    assert!(sheets[0].cells.values().any(|text| text == said), "{:?}", sheets[0].cells);
}

/// Every link leads to the line above exactly the records behind its figure, over borders of sheets too.
#[test]
fn each_figure_leads_to_its_own_records() {
    let records = 50;
    let mut table = long(30);
    let mut wanted = Vec::new();
    for (row, content) in table.rows.iter_mut().enumerate() {
        let list: Vec<u32> =
            (0..records as u32).filter(|place| (*place as usize + row).is_multiple_of(row / 2 + 1)).collect();
        // Places that no record has, and one twice, change nothing.
        let behind = list.iter().copied().chain([list[0], 4_000_000]).collect();
        content.behind = vec![vec![], behind];
        wanted.push(list);
    }
    table.rows[29].behind[1] = vec![77, 88];
    let document = Document { records: (0..records).map(record).collect(), ..Document::of(table) };
    for rows in [37, 45, 64, 5_000] {
        let sheets = Read::of(within(&document, &OPTIONS, &Limits { rows, links: 99 }).unwrap()).sheets();
        assert_eq!(sheets[0].name, "长表");
        assert!(!sheets[0].links.contains_key("B32"), "no record, no link");
        for (row, list) in wanted.iter().enumerate().take(29) {
            let link = &sheets[0].links[&format!("B{}", row + 3)];
            let (name, cell) = link.trim_start_matches('\'').split_once("'!A").unwrap();
            let mut at = sheets.iter().position(|sheet| sheet.name == name).unwrap();
            let mut line: u32 = cell.parse().unwrap();
            if list.len() == records {
                assert_eq!((name, line), ("记录", 1));
                continue;
            }
            let head = &sheets[at].cells[&format!("A{line}")];
            assert!(head.ends_with(&format!("（{} 条记录）", list.len())), "{head}");
            let mut found = Vec::new();
            while found.len() < list.len() {
                line += 1;
                if line > rows {
                    (at, line) = (at + 1, 2);
                }
                found.push(sheets[at].cells[&format!("A{line}")].clone());
            }
            let ids: Vec<String> = list.iter().map(|place| format!("r{place}")).collect();
            assert_eq!(found, ids, "{rows} {row}");
        }
        for sheet in &sheets {
            let last = sheet.cells.keys().map(|name| name[1..].parse::<u32>().unwrap()).max();
            assert!(last <= Some(rows), "{} {last:?}", sheet.name);
        }
        let all: usize = sheets
            .iter()
            .filter(|sheet| sheet.name.starts_with("记录"))
            .map(|sheet| sheet.cells.len() / 3 - 1)
            .sum();
        assert_eq!(all, records);
    }
}

#[test]
fn more_columns_than_a_sheet_are_refused() {
    let table = Table::new(vec![Column::figures("数量"); 16_385]);
    let error = render(&Document::of(table), &OPTIONS).unwrap_err();
    assert!(error.0.contains("16385"), "{error}");
}
