//! Tables as they come: headings below titles, merged cells, lists in lists, and no text that makes any of it fall.

use proptest::prelude::*;

use super::ColumnsError;
use crate::import::document::{Cell, Document, Row, Table};
use crate::import::formats::Source;
use crate::import::lexicon::tests::{columns, shipped};
use crate::import::read::read;
use crate::import::{Action, Existing, Input, Options, Plan, Planned, WarningKind, plan};

fn import(name: &str, text: &str) -> Plan {
    let input = Input { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let plan = plan(vec![input], &Options::default(), &shipped(), &[]);
    balanced(&plan);
    plan
}

fn balanced(plan: &Plan) {
    for source in &plan.sources {
        let records = source.records.iter().flat_map(|record| record.spans.iter().copied());
        let apart = source.boilerplate.iter().chain(&source.unassigned).map(|apart| (apart.start, apart.end));
        let mut spans: Vec<(usize, usize)> = records.chain(apart).collect();
        spans.sort_unstable();
        let mut at = 0;
        for (start, end) in spans {
            assert_eq!(start, at);
            at = end;
        }
        assert_eq!(at, source.chars);
    }
}

fn records(plan: &Plan) -> Vec<&Planned> {
    plan.records()
}

#[test]
fn a_row_is_a_record_and_nothing_is_lost() {
    let plan = import(
        "a.csv",
        "2012年案例汇总表,,,,,\n序号,案例名称,申报单位,等次,得分,编号\n1,推行积分制,甘肃敦煌,最佳,92.5,00123\n\
         2,网格化管理,浙江舟山,优秀,88,DJ-2\n合计,2项,,,180.5,\n",
    );
    let all = records(&plan);
    assert_eq!(all.len(), 2);
    let draft = &all[0].draft;
    assert_eq!((draft.title.as_str(), draft.unit.as_deref()), ("推行积分制", Some("甘肃敦煌")));
    assert_eq!(draft.year, Some(2012));
    assert_eq!(draft.region.as_ref().unwrap().county.as_deref(), Some("敦煌市"));
    assert_eq!(draft.awards[0].level.as_deref(), Some("最佳案例"));
    assert_eq!(draft.awards[0].rank, Some(1));
    assert_eq!(draft.notes, ["得分：92.5", "编号：00123"]);
    assert!(
        plan.warnings
            .iter()
            .any(|w| matches!(&w.kind, WarningKind::Columns { names } if names == &["得分", "编号"]))
    );
    assert!(plan.sources[0].boilerplate.iter().any(|apart| apart.why == "table-total"));
    // The same file again changes nothing.
    let held: Vec<Existing> = all
        .iter()
        .map(|record| Existing {
            id: record.id.clone(),
            title: record.draft.title.clone(),
            sources: record.draft.source.iter().map(|s| (s.sha256.clone(), s.start, s.end)).collect(),
            ..Existing::default()
        })
        .collect();
    let bytes = "2012年案例汇总表,,,,,\n序号,案例名称,申报单位,等次,得分,编号\n1,推行积分制,甘肃敦煌,最佳,92.5,00123\n\
         2,网格化管理,浙江舟山,优秀,88,DJ-2\n合计,2项,,,180.5,\n";
    let again = super::super::plan(
        vec![Input { name: "a.csv".to_owned(), bytes: bytes.as_bytes().to_vec() }],
        &Options::default(),
        &shipped(),
        &held,
    );
    assert_eq!(again.count(Action::Unchanged), 2);
}

#[test]
fn a_cell_that_does_not_fit_keeps_its_row_out_and_is_named() {
    let plan = import(
        "a.csv",
        "题目,年度,等次\n甲案例,二〇一二,最佳\n乙案例,2012,头等\n,2012,优秀\n丁案例,2012年,优秀\n",
    );
    let reasons: Vec<Option<&str>> = plan.records().iter().map(|r| r.reason.as_deref()).collect();
    assert_eq!(
        reasons,
        [Some("cell-integer B2 二〇一二"), Some("cell-term C3 头等"), Some("no-title A4"), None]
    );
    assert_eq!(plan.count(Action::Create), 1);
}

#[test]
fn prose_is_no_table_and_keeps_its_tables_apart() {
    let text = "某县推行积分制,效果明显。\n".repeat(10);
    let plan = import("a.txt", &text);
    assert_eq!(plan.sources[0].format, "text");
}

fn cell(column: usize, columns: usize, rows: usize, text: &str) -> Cell {
    Cell { column, columns, rows, text: text.to_owned(), start: 0, end: 0 }
}

/// A document around tables: prose, then each table with a row on a line.
fn document(parts: Vec<(&str, Vec<Vec<Cell>>)>) -> Document {
    let mut document = Document::default();
    for (words, rows) in parts {
        document.text.push_str(words);
        document.text.push('\n');
        let mut table = Table::default();
        for (number, cells) in rows.into_iter().enumerate() {
            let mut row = Row { number: number + 1, start: document.text.len(), ..Row::default() };
            for (place, mut cell) in cells.into_iter().enumerate() {
                if place > 0 {
                    document.text.push('\t');
                }
                cell.start = document.text.len();
                document.text.push_str(&cell.text);
                cell.end = document.text.len();
                row.cells.push(cell);
            }
            row.end = document.text.len();
            document.text.push('\n');
            table.rows.push(row);
        }
        document.tables.push(table);
    }
    document
}

fn source(document: Document) -> Source {
    Source {
        name: "a".to_owned(),
        format: "",
        reader: "",
        encoding: "",
        sha256: String::new(),
        document,
        remarks: Vec::new(),
    }
}

#[test]
fn a_table_in_a_text_is_read_and_the_text_around_it_too() {
    let prose = "近年来,敦煌市在基层推行积分管理,效果明显,群众满意。".repeat(8);
    let words = format!(
        "敦煌市:推行党员积分制\n甲、{prose}\n一、背景与起因\n乙、{prose}\n二、做法与经过\n丙、{prose}"
    );
    let rows = [["案例名称", "单位"], ["网格化管理", "浙江舟山"], ["首议制", "甘肃瓜州"]];
    let rows = rows.iter().map(|row| row.iter().enumerate().map(|(at, text)| cell(at, 1, 1, text)).collect());
    let figures = [["指标", "数量"], ["党员", "41"]];
    let figures =
        figures.iter().map(|row| row.iter().enumerate().map(|(at, text)| cell(at, 1, 1, text)).collect());
    let document = document(vec![(words.as_str(), rows.collect()), ("后文", figures.collect())]);
    let found = read(&source(document), &shipped());
    let titles: Vec<&str> = found.items.iter().map(|item| item.draft.title.as_str()).collect();
    assert_eq!(titles, ["网格化管理", "首议制", "敦煌市:推行党员积分制"]);
    let text: Vec<&str> = found.items[2].draft.sections.iter().map(|section| section.text.as_str()).collect();
    let text = text.join("\n");
    assert!(!text.contains("网格化管理") && text.contains("党员"), "{text}");
}

/// Edition, level, rank, title, unit.
type Listed = (i64, String, i64, String, Option<String>);

fn entries(document: &Document) -> Vec<Listed> {
    let found = super::grids(document, "a", &shipped());
    let award = |(item, _, _): &(super::Item, usize, usize)| {
        let award = item.draft.awards[0].clone();
        let (edition, rank) = (award.edition.unwrap_or(0), award.rank.unwrap_or(0));
        (edition, award.level.unwrap_or_default(), rank, award.title.unwrap_or_default(), award.unit)
    };
    found.items.iter().map(award).collect()
}

#[test]
fn lists_in_tables_know_their_level() {
    let head = || vec![cell(0, 1, 1, "序号"), cell(1, 1, 1, "单位"), cell(2, 1, 1, "案例名称")];
    let entry = |rank: &str, unit: &str, title: &str| {
        vec![cell(0, 1, 1, rank), cell(1, 1, 1, unit), cell(2, 1, 1, title)]
    };
    let under_headings = document(vec![
        (
            "第一届全国基层党建创新案例评选结果\n一、最佳案例（共2个）",
            vec![head(), entry("1", "甲市", "一法"), entry("2", "乙市", "二法")],
        ),
        ("二、优秀案例（共2个）", vec![head(), entry("1", "丙市", "三法"), entry("2", "丁市", "四法")]),
    ]);
    let in_rows = document(vec![(
        "第一届全国基层党建创新案例评选结果",
        vec![
            head(),
            vec![cell(0, 3, 1, "最佳案例（共2个）")],
            entry("1", "甲市", "一法"),
            entry("2", "乙市", "二法"),
            vec![cell(0, 3, 1, "优秀案例（共2个）")],
            entry("1", "丙市", "三法"),
            entry("2", "丁市", "四法"),
        ],
    )]);
    let with = |mut row: Vec<Cell>, column: Cell| {
        row.push(column);
        row
    };
    let spanned = document(vec![(
        "第一届全国基层党建创新案例评选结果",
        vec![
            with(head(), cell(3, 1, 1, "等次")),
            with(entry("1", "甲市", "一法"), cell(3, 1, 2, "最佳案例")),
            entry("2", "乙市", "二法"),
            with(entry("1", "丙市", "三法"), cell(3, 1, 2, "优秀案例")),
            entry("2", "丁市", "四法"),
        ],
    )]);
    let expected: Vec<_> = [
        ("最佳案例", 1, "一法", "甲市"),
        ("最佳案例", 2, "二法", "乙市"),
        ("优秀案例", 1, "三法", "丙市"),
        ("优秀案例", 2, "四法", "丁市"),
    ]
    .map(|(level, rank, title, unit)| (1, level.to_owned(), rank, title.to_owned(), Some(unit.to_owned())))
    .to_vec();
    for document in [under_headings, in_rows, spanned] {
        assert_eq!(entries(&document), expected);
        let odd = super::grids(&document, "a", &shipped()).warnings;
        assert!(odd.is_empty(), "{odd:?}");
    }
}

#[test]
fn numbers_and_totals_are_compared_and_not_repaired() {
    let plan = import(
        "a.csv",
        "优秀案例（共5个）,,\n序号,案例名称,单位\n1,甲法,甲市\n2,乙法,乙市\n2,丙法,丙市\n5,丁法,丁市\n",
    );
    let kinds: Vec<&WarningKind> = plan.warnings.iter().map(|warning| &warning.kind).collect();
    assert!(kinds.contains(&&WarningKind::Gap { missing: vec![3, 4] }));
    assert!(kinds.contains(&&WarningKind::Twice { numbers: vec![2] }));
    assert!(kinds.contains(&&WarningKind::Total { declared: 5, found: 4 }));
    let ranks: Vec<_> = plan.records().iter().map(|r| r.draft.awards[0].rank.unwrap()).collect();
    assert_eq!(ranks, [1, 2, 2, 5]);
}

#[test]
fn merged_headings_are_joined_and_found_below_a_title() {
    let document = document(vec![(
        "",
        vec![
            vec![cell(0, 4, 1, "2024年度典型案例汇总表")],
            vec![cell(0, 1, 2, "案例名称"), cell(1, 1, 2, "单位"), cell(2, 2, 1, "党员人数（人）")],
            vec![cell(2, 1, 1, "2023年"), cell(3, 1, 1, "2024年")],
            vec![cell(0, 1, 1, "甲法"), cell(1, 1, 1, "甲市"), cell(2, 1, 1, "00123"), cell(3, 1, 1, "7")],
            vec![cell(0, 1, 1, "乙法"), cell(1, 1, 1, "乙市"), cell(2, 1, 1, "5"), cell(3, 1, 1, "8")],
        ],
    )]);
    let found = super::grids(&document, "a", &shipped());
    assert_eq!(found.items.len(), 2);
    let draft = &found.items[0].0.draft;
    assert_eq!(draft.notes, ["党员人数（人）/2023年：00123", "党员人数（人）/2024年：7"]);
}

#[test]
fn a_given_name_comes_first_and_an_unknown_field_is_refused() {
    let given = [("牵头部门".to_owned(), "unit".to_owned()), ("案例名称".to_owned(), "notes".to_owned())];
    let known = columns(&given).unwrap();
    assert_eq!(known.find("牵头部门").unwrap().path, "unit");
    assert_eq!(known.find("案例名称").unwrap().path, "notes");
    assert_eq!(known.find("题目").unwrap().path, "title");
    assert_eq!(known.find("县（市、区）").unwrap().path, "region.county");
    assert_eq!(known.find("做法与经过").unwrap().path, "sections.practice");
    assert!(known.find("编号").unwrap().ordinal);
    let error = columns(&[("甲".to_owned(), "titel".to_owned())]).unwrap_err();
    assert!(matches!(error, ColumnsError::Field(unknown) if unknown.near.as_deref() == Some("title")));
    assert!(columns(&[("甲".to_owned(), "id".to_owned())]).is_err());
}

#[test]
fn many_rows_have_an_id_each() {
    let rows: Vec<String> = (0..20_000).map(|n| format!("{n}号做法,{n}号单位")).collect();
    let text = format!("题目,单位\n{}\n", rows.join("\n"));
    let plan = import("a.csv", &text);
    // Six letters among twenty thousand meet by chance; no row may be lost to it.
    assert_eq!(plan.count(Action::Create), rows.len());
}

fn words() -> impl Strategy<Value = String> {
    let fixed = [
        "案例名称",
        "单位",
        "序号",
        "等次",
        "年度",
        "地区",
        "备注",
        "1",
        "2",
        "3",
        "00123",
        "最佳案例",
        "优秀案例（共3个）",
        "合计",
        "注：无",
        "甲县",
        "甘肃敦煌",
        "2012",
        "=A1",
        "",
        "“",
        "第二届",
        "做法",
        "\n",
        "\"",
        "推行积分制",
    ];
    prop_oneof![4 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_table_balances(rows in prop::collection::vec(prop::collection::vec(words(), 1..6), 1..8)) {
        let text: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        import("a.csv", &text.join("\n"));
        let tabs: Vec<String> = rows.iter().map(|row| row.join("\t")).collect();
        import("a.tsv", &tabs.join("\n"));
    }

    #[test]
    fn any_merged_cells_are_read(
        rows in prop::collection::vec(prop::collection::vec((words(), 0usize..4, 1usize..4, 1usize..4), 0..5), 1..8),
        only in any::<bool>(),
    ) {
        let rows = rows.into_iter().map(|row| {
            let mut at = 0;
            row.into_iter().map(|(text, skip, columns, rows)| {
                at += skip;
                let made = cell(at, columns, rows, &text);
                at += columns;
                made
            }).collect()
        });
        let mut document = document(vec![("第一届最佳案例", rows.collect())]);
        document.only_tables = only;
        let found = super::grids(&document, "a", &shipped());
        let without = found.without(document.read());
        prop_assert_eq!(without.len(), document.read().len());
        let mut at = 0;
        for (start, end, _) in read(&source(document), &shipped()).spans {
            prop_assert_eq!(start, at);
            at = end;
        }
    }
}

/// The entries of the shipped archive's lists.
fn shipped_entries() -> Vec<Listed> {
    let mut open = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")];
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if at.is_dir() {
            open.extend(std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let record = crate::yaml::read(&std::fs::read_to_string(at).unwrap()).root.unwrap();
        for award in record.get("awards").map(crate::yaml::Node::items).unwrap_or_default() {
            let text =
                |key: &str| award.get(key).or_else(|| record.get(key)).and_then(crate::yaml::Node::text);
            let number = |key: &str| award.get(key).and_then(crate::yaml::Node::integer);
            if let (Some(edition), Some(level), Some(rank)) =
                (number("edition"), award.get("level").and_then(crate::yaml::Node::text), number("rank"))
            {
                let (title, unit) = (text("title").unwrap_or_default(), text("unit"));
                found.push((edition, level.to_owned(), rank, title.to_owned(), unit.map(str::to_owned)));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_seeds_lists_come_back_from_tables_in_a_text() {
    let all = shipped_entries();
    assert_eq!(all.len(), 180);
    let mut parts: Vec<(String, Vec<Vec<Cell>>)> = Vec::new();
    let mut list = (0, String::new());
    for (edition, level, rank, title, unit) in &all {
        if list != (*edition, level.clone()) {
            let count = all.iter().filter(|entry| entry.0 == *edition && entry.1 == *level).count();
            let numeral = if *edition == 1 { "一" } else { "二" };
            let head = ["序号", "申报单位", "案例名称"];
            let opening = if list.0 == *edition {
                String::new()
            } else {
                format!("第{numeral}届全国基层党建创新典型案例评选结果\n")
            };
            let head = head.iter().enumerate().map(|(at, words)| cell(at, 1, 1, words)).collect();
            parts.push((format!("{opening}{level}（共{count}个）"), vec![head]));
            list = (*edition, level.clone());
        }
        let words = [rank.to_string(), unit.clone().unwrap_or_default(), title.clone()];
        let cells = words.iter().enumerate().filter(|(_, words)| !words.is_empty());
        let row = cells.map(|(at, words)| cell(at, 1, 1, words)).collect();
        parts.last_mut().unwrap().1.push(row);
    }
    let document = document(parts.iter().map(|(words, rows)| (words.as_str(), rows.clone())).collect());
    let mut found = entries(&document);
    found.sort();
    assert_eq!(found, all);
    let odd = super::grids(&document, "a", &shipped()).warnings;
    assert!(odd.is_empty(), "{odd:?}");
}
