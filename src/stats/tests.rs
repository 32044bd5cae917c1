//! Small archives, counted by hand.

use super::*;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::schema::References;
use crate::table::Cell;
use crate::table::Table;
use crate::yaml;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

fn node(text: &str) -> yaml::Node {
    yaml::read(text).root.expect("a document")
}

/// The shipped kind.
pub(crate) fn case() -> Kind {
    let mut references = References::new();
    for (name, text) in [
        ("vocab/levels.yaml", include_str!("../../schemas/vocab/levels.yaml")),
        ("vocab/sectors.yaml", include_str!("../../schemas/vocab/sectors.yaml")),
        ("vocab/themes.yaml", include_str!("../../schemas/vocab/themes.yaml")),
        ("vocab/section-roles.yaml", include_str!("../../schemas/vocab/section-roles.yaml")),
    ] {
        references.insert(name.to_owned(), (PathBuf::from(name), node(text)));
    }
    let schema = node(include_str!("../../schemas/case.yaml"));
    let path = PathBuf::from("schemas/case.yaml");
    let mut findings = Vec::new();
    let kind = Kind::read("case", schema, &path, &references, &mut findings);
    assert!(findings.is_empty(), "{findings:?}");
    kind
}

/// A card of a record written in YAML.
pub(crate) fn card(kind: &Kind, text: &str) -> Card {
    let root = node(text);
    let text_of = |path| kind.text_of(&root, path).unwrap_or_default().to_owned();
    Card {
        kind: kind.name.clone(),
        id: text_of("id"),
        path: format!("cases/{}.yaml", text_of("id")),
        title: text_of("title"),
        extent: kind.extent(&root).map(str::to_owned),
        facts: kind.facts(&root),
    }
}

fn cards(kind: &Kind, texts: &[&str]) -> Vec<Card> {
    texts.iter().enumerate().map(|(i, text)| card(kind, &format!("id: c{i}\ntitle: t{i}\n{text}"))).collect()
}

/// A table as lines of cells, for comparing.
pub(crate) fn text(table: &Table) -> Vec<String> {
    let heading: Vec<&str> = table.columns.iter().map(|column| column.heading.as_str()).collect();
    let row = |cells: &Vec<Cell>| cells.iter().map(Cell::plain).collect::<Vec<_>>().join("|");
    std::iter::once(heading.join("|")).chain(table.rows.iter().map(|r| row(&r.cells))).collect()
}

fn by(kind: &Kind, rows: &[&str], cols: &[&str]) -> Cut {
    Cut { totals: true, ..Cut::by(kind, rows, cols).expect("fields") }
}

fn shown(kind: &Kind, cards: &[Card], cut: &Cut) -> Vec<String> {
    text(&count(cards, kind, cut).expect("a cut").to_table(kind, Lang::Zh))
}

/// The archive of the contract: 180 entries in two editions, and 12 records in no list, four of
/// them of the second edition.
fn two_editions(kind: &Kind) -> Vec<Card> {
    let mut all = Vec::new();
    for (edition, level, number) in
        [(1, "最佳案例", 20), (1, "优秀案例", 60), (2, "最佳案例", 30), (2, "优秀案例", 70)]
    {
        for _ in 0..number {
            all.push(format!("awards: [{{programme: 征集, edition: {edition}, level: {level}}}]"));
        }
    }
    all.extend(std::iter::repeat_n("edition: 2".to_owned(), 4));
    all.extend(std::iter::repeat_n("year: 2011".to_owned(), 8));
    cards(kind, &all.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn entries_are_counted_and_records_without_stand_outside_the_totals() {
    let kind = case();
    let cards = two_editions(&kind);
    let pivot = count(&cards, &kind, &by(&kind, &["edition"], &["awards.level"])).expect("a cut");
    assert_eq!(
        text(&pivot.to_table(&kind, Lang::Zh)),
        [
            "届次|最佳案例|优秀案例|合计|未填",
            "1|20|60|80|0",
            "2|30|70|100|4",
            "未填|0|0|0|8",
            "合计|50|130|180|12",
        ]
    );
    let cell = |row: Value, col: &str, value: i64| json!({"row": [row], "col": [col], "value": value});
    assert_eq!(
        pivot.to_json(&kind),
        json!({
            "v": 1, "rows": ["edition"], "cols": ["awards.level"], "measure": "count",
            "records": 192, "counted": "awards", "outside": 12,
            "cells": [
                cell(json!(1), "最佳案例", 20), cell(json!(1), "优秀案例", 60),
                {"row": [1], "col": [null], "value": 0},
                cell(json!(2), "最佳案例", 30), cell(json!(2), "优秀案例", 70),
                {"row": [2], "col": [null], "value": 4, "outside": 4},
                cell(json!(null), "最佳案例", 0), cell(json!(null), "优秀案例", 0),
                {"row": [null], "col": [null], "value": 8, "outside": 8},
            ],
            "row_totals": [{"row": [1], "value": 80}, {"row": [2], "value": 100}, {"row": [null], "value": 0}],
            "col_totals": [{"col": ["最佳案例"], "value": 50}, {"col": ["优秀案例"], "value": 130},
                           {"col": [null], "value": 12, "outside": 12}],
            "total": 180,
        })
    );
    let turned = Cut { transpose: true, ..by(&kind, &["edition"], &["awards.level"]) };
    assert_eq!(
        shown(&kind, &cards, &turned),
        [
            "等次|1|2|未填|合计",
            "最佳案例|20|30|0|50",
            "优秀案例|60|70|0|130",
            "合计|80|100|0|180",
            "未填|0|4|8|12"
        ]
    );
    let both = by(&kind, &["awards.edition"], &["awards.level"]);
    assert_eq!(
        shown(&kind, &cards, &both),
        [
            "届次|最佳案例|优秀案例|合计|未填",
            "1|20|60|80|0",
            "2|30|70|100|0",
            "合计|50|130|180|12",
            "未填|0|0|12|12"
        ]
    );
}

#[test]
fn values_of_one_entry_stay_together_and_fall_back_to_the_record() {
    let kind = case();
    let cards = cards(
        &kind,
        &[
            // In both editions; only together with its own level.
            "edition: 2\nawards:\n  - {programme: 征集, edition: 1, level: 最佳案例}\n  - {programme: 征集, level: 优秀案例}",
            // A plain list: an entry without a level is inside the totals.
            "edition: 2\nawards: [{programme: 征集}]",
            "edition: 2",
        ],
    );
    assert_eq!(
        shown(&kind, &cards, &by(&kind, &["届"], &["等次"])),
        ["届次|最佳案例|优秀案例|未填|合计|不在名单", "1|1|0|0|1|0", "2|0|1|1|2|1", "合计|1|1|1|3|1",]
    );
    let json = count(&cards, &kind, &by(&kind, &["届"], &["等次"])).expect("a cut").to_json(&kind);
    let cell = json["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .find(|cell| cell["row"] == json!([2]) && cell["col"] == json!([null]));
    assert_eq!(cell, Some(&json!({"row": [2], "col": [null], "value": 2, "outside": 1})));
}

#[test]
fn orders_gaps_and_nothing() {
    let kind = case();
    let cards = cards(
        &kind,
        &[
            "year: 2012\nsector: 机关\nregion: {province: 甘肃省}",
            "year: 2009\nsector: 农村\nregion: {province: 上海市}",
            "sector: 农村\nregion: {province: 甘肃省}",
        ],
    );
    assert_eq!(
        shown(&kind, &cards, &by(&kind, &["年度"], &[])),
        ["年度|数量", "2009|1", "2010|0", "2011|0", "2012|1", "未填|1", "合计|3"]
    );
    assert_eq!(shown(&kind, &cards, &by(&kind, &["领域"], &[])), ["领域|数量", "农村|2", "机关|1", "合计|3"]);
    assert_eq!(
        shown(&kind, &cards, &by(&kind, &["Province"], &[])),
        ["省|数量", "上海市|1", "甘肃省|2", "合计|3"]
    );
    let sorted = Cut { sort: Some(Sort::parse("count:desc").expect("sort")), ..by(&kind, &["省份"], &[]) };
    assert_eq!(shown(&kind, &cards, &sorted), ["省|数量", "甘肃省|2", "上海市|1", "合计|3"]);
    let sorted = Cut { sort: Some(Sort::parse("value:desc").expect("sort")), ..by(&kind, &["year"], &[]) };
    assert_eq!(
        shown(&kind, &cards, &sorted),
        ["年度|数量", "2012|1", "2011|0", "2010|0", "2009|1", "未填|1", "合计|3"]
    );
    assert_eq!(
        shown(&kind, &cards, &by(&kind, &["省", "year"], &[])),
        ["省|年度|数量", "上海市|2009|1", "甘肃省|2012|1", "甘肃省|未填|1", "合计||3"]
    );
    assert_eq!(shown(&kind, &cards, &by(&kind, &[], &[])), ["数量", "3"]);
    assert_eq!(shown(&kind, &cards, &by(&kind, &[], &["领域"])), ["农村|机关|合计", "2|1|3"]);
    assert_eq!(shown(&kind, &[], &by(&kind, &["领域"], &["省"])), ["领域|合计", "合计|0"]);
}

#[test]
fn lists_count_each_value_and_say_so() {
    let kind = case();
    let cards = cards(
        &kind,
        &[
            "themes: [学习型党组织建设, 反腐倡廉建设]\nsections: [{role: practice, text: 文}]",
            "themes: [反腐倡廉建设]",
            "",
        ],
    );
    let pivot = count(&cards, &kind, &by(&kind, &["主题"], &["收录"])).expect("a cut");
    let table = pivot.to_table(&kind, Lang::Zh);
    assert_eq!(
        text(&table),
        ["主题|全文|仅列名|合计", "学习型党组织建设|1|0|1", "反腐倡廉建设|1|1|2", "未填|0|1|1", "合计|2|2|4"]
    );
    assert_eq!(table.notes, ["“主题”可有多个值，每个值各计一次。"]);
    assert_eq!(pivot.counted(&kind), "themes");
}

#[test]
fn measures_and_shares() {
    let kind = case();
    let cards = cards(
        &kind,
        &[
            "sector: 农村\nawards: [{programme: 征集, level: 最佳案例, rank: 1}]",
            "sector: 农村\nawards: [{programme: 征集, level: 最佳案例, rank: 4}]",
            "sector: 机关\nawards: [{programme: 征集, level: 优秀案例, rank: 7}, {programme: 别的}]",
            "sector: 院校",
        ],
    );
    let measured = |measure: &str| {
        let measure = Measure::parse(&kind, measure).expect("a measure");
        shown(&kind, &cards, &Cut { measure, ..by(&kind, &["领域"], &[]) })
    };
    assert_eq!(measured("sum(名次)"), ["领域|名次之和", "农村|5", "机关|7", "院校|", "合计|12"]);
    assert_eq!(measured("avg(rank)"), ["领域|名次平均", "农村|2.50", "机关|7.00", "院校|", "合计|4.00"]);
    assert_eq!(measured("max(rank)"), ["领域|名次最大", "农村|4", "机关|7", "院校|", "合计|7"]);
    assert_eq!(measured("min(rank)"), ["领域|名次最小", "农村|1", "机关|7", "院校|", "合计|1"]);

    let shares =
        |percent| shown(&kind, &cards, &Cut { percent: Some(percent), ..by(&kind, &["领域"], &["等次"]) });
    assert_eq!(
        shares(Percent::All),
        [
            "领域|最佳案例|最佳案例 %|优秀案例|优秀案例 %|未填|未填 %|合计|合计 %|不在名单",
            "农村|2|50.0%|0|0.0%|0|0.0%|2|50.0%|0",
            "机关|0|0.0%|1|25.0%|1|25.0%|2|50.0%|0",
            "院校|0|0.0%|0|0.0%|0|0.0%|0|0.0%|1",
            "合计|2|50.0%|1|25.0%|1|25.0%|4|100.0%|1",
        ]
    );
    assert_eq!(shares(Percent::Row)[2], "机关|0|0.0%|1|50.0%|1|50.0%|2|100.0%|0");
    assert_eq!(shares(Percent::Row)[3], "院校|0||0||0||0||1");
    assert_eq!(shares(Percent::Col)[2], "机关|0|0.0%|1|100.0%|1|100.0%|2|50.0%|0");
}

#[test]
fn errors_name_what_would_work() {
    let kind = case();
    let error = Dim::resolve(&kind, "省分").expect_err("no field");
    assert_eq!(error, CutError::UnknownField { word: "省分".into(), nearest: Some("省".into()) });
    assert!(matches!(Dim::resolve(&kind, "题目"), Err(CutError::NotGrouped { .. })));
    assert!(matches!(Dim::named(&kind, "摘要"), Err(CutError::NoValues(_))));
    assert!(matches!(Measure::parse(&kind, "sum(省)"), Err(CutError::NotInteger(_))));
    assert!(matches!(Measure::parse(&kind, "total"), Err(CutError::BadMeasure(_))));
    assert!(
        Sort::parse("size").is_err() && Sort::parse("count:up").is_err() && Percent::parse("half").is_err()
    );
    let lists = by(&kind, &["awards.level"], &["source.file"]);
    assert_eq!(count(&[], &kind, &lists), Err(CutError::TwoLists("awards".into(), "source".into())));
    let mean =
        Cut { measure: Measure::Avg(Measured::Field(0)), percent: Some(Percent::Row), ..Cut::default() };
    assert!(matches!(count(&[], &kind, &mean), Err(CutError::NoShare(_))));
    for lang in [Lang::Zh, Lang::En] {
        assert!(error.say(lang).contains("省分") && !error.say(lang).contains('{'));
    }
}

#[test]
fn a_slice_keeps_the_entries_of_its_period() {
    let kind = case();
    let cards = cards(
        &kind,
        &[
            "awards: [{programme: 甲, edition: 1, level: 最佳案例}, {programme: 甲, edition: 2, level: 优秀案例}]",
            "edition: 2",
            "edition: 1",
            "programme: 甲\nedition: 2\nawards: [{programme: 乙, edition: 2}, {programme: 甲}]",
        ],
    );
    let slice = |conditions: Vec<(&str, crate::schema::Datum)>| {
        let slice = Slice::new(conditions.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
        cards
            .iter()
            .filter_map(|card| slice.apply(&kind, card))
            .map(std::borrow::Cow::into_owned)
            .collect::<Vec<_>>()
    };
    let second = slice(vec![("edition", crate::schema::Datum::Integer(2))]);
    assert_eq!(
        shown(&kind, &second, &by(&kind, &["awards.level"], &[])),
        ["等次|数量", "优秀案例|1", "未填|2", "合计|3", "不在名单|1"]
    );
    let named = slice(vec![
        ("edition", crate::schema::Datum::Integer(2)),
        ("programme", crate::schema::Datum::Text("甲".into())),
    ]);
    assert_eq!(
        shown(&kind, &named, &by(&kind, &["awards.level"], &[])),
        ["等次|数量", "优秀案例|1", "未填|1", "合计|2"]
    );
    let known: Vec<String> = Slice::known(&kind, &cards, "edition").iter().map(ToString::to_string).collect();
    assert_eq!(known, ["1", "2"]);
}

fn any_card() -> impl Strategy<Value = String> {
    let entry = (0..3i64, 0..3usize, 0..4i64).prop_map(|(edition, level, rank)| {
        let mut entry = "{programme: p".to_owned();
        if edition > 0 {
            entry += &format!(", edition: {edition}");
        }
        if level > 0 {
            entry += &format!(", level: {}", ["", "最佳案例", "优秀案例"][level]);
        }
        if rank > 0 {
            entry += &format!(", rank: {rank}");
        }
        entry + "}"
    });
    (prop::collection::vec(entry, 0..3), 0..4i64, 0..3usize).prop_map(|(entries, year, sector)| {
        let mut text = format!("awards: [{}]\n", entries.join(", "));
        if year > 0 {
            text += &format!("year: {}\n", 2008 + 2 * year);
        }
        if sector > 0 {
            text += &format!("sector: {}\n", ["", "农村", "机关"][sector]);
        }
        text
    })
}

proptest! {
    #[test]
    fn parts_in_any_order_make_the_whole(
        texts in prop::collection::vec(any_card(), 0..24),
        split in 1..6usize,
        turn in 0..6usize,
    ) {
        let kind = case();
        let cards = cards(&kind, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        let measure = Measure::parse(&kind, "avg(名次)").expect("a measure");
        let cut = Cut { measure, ..by(&kind, &["year", "edition"], &["awards.level"]) };
        let whole = count(&cards, &kind, &cut).expect("a cut");
        let mut parts: Vec<Pivot> =
            cards.chunks(split).map(|part| count(part, &kind, &cut).expect("a cut")).collect();
        let turn = turn % parts.len().max(1);
        parts.rotate_left(turn);
        let mut merged = count(&[], &kind, &cut).expect("a cut");
        for part in parts {
            merged.merge(part);
        }
        // Each part knows the places of its own cards only.
        let placeless = |mut pivot: Pivot| {
            pivot.groups.values_mut().for_each(|partial| partial.behind.clear());
            pivot
        };
        let (merged, whole) = (placeless(merged), placeless(whole));
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(merged.to_json(&kind).to_string(), whole.to_json(&kind).to_string());
        prop_assert_eq!(merged.to_table(&kind, Lang::En), whole.to_table(&kind, Lang::En));
    }

    #[test]
    fn no_record_is_dropped(texts in prop::collection::vec(any_card(), 0..24)) {
        let kind = case();
        let cards = cards(&kind, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        let sum = |json: &Value| {
            json["cells"].as_array().map(|cells| cells.iter().filter_map(|c| c["value"].as_i64()).sum::<i64>())
        };
        let records = count(&cards, &kind, &by(&kind, &["year"], &["sector"])).expect("a cut").to_json(&kind);
        prop_assert_eq!(sum(&records), Some(cards.len() as i64));
        prop_assert_eq!(&records["total"], &json!(cards.len()));

        let entries = count(&cards, &kind, &by(&kind, &["year"], &["awards.level"])).expect("a cut").to_json(&kind);
        let total = entries["total"].as_i64().unwrap_or(-1);
        let outside = entries["outside"].as_i64().unwrap_or(-1);
        prop_assert_eq!(sum(&entries), Some(total + outside));
        let rows: i64 = entries["row_totals"].as_array().map_or(-1, |r| r.iter().filter_map(|r| r["value"].as_i64()).sum());
        prop_assert_eq!(rows, total);
    }
}
