//! Subtotals, the largest rows, changes, quantities, and the records behind figures, counted by hand.

use super::tests::card;
use super::tests::case;
use super::tests::text;
use super::*;
use crate::archive::Card;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::table::ChartKind;
use crate::text::quantity::Decimal;
use crate::text::quantity::Qualifier;
use crate::text::quantity::Quantity;
use serde_json::json;

fn cards(kind: &Kind, texts: &[&str]) -> Vec<Card> {
    texts.iter().enumerate().map(|(i, text)| card(kind, &format!("id: c{i}\ntitle: t{i}\n{text}"))).collect()
}

fn places(kind: &Kind) -> Vec<Card> {
    cards(
        kind,
        &[
            "region: {province: 甲省, city: 甲市, county: 甲县}\nyear: 2010",
            "region: {province: 甲省, city: 乙市, county: 丙县}\nyear: 2010",
            "region: {province: 甲省, city: 甲市, county: 乙县}\nyear: 2012",
            "region: {province: 乙省, city: 丁市}\nyear: 2012",
            "year: 2012",
            "region: {province: 乙省, city: 丁市, county: 戊县}",
            "region: {province: 丙省}\nyear: 2013",
        ],
    )
}

fn rows(kind: &Kind, words: &[&str]) -> Cut {
    let dims = words.iter().flat_map(|word| Dim::within(kind, word).expect("a field"));
    Cut { rows: dims.collect(), totals: true, ..Cut::default() }
}

fn shown(kind: &Kind, cards: &[Card], cut: &Cut) -> Vec<String> {
    text(&count(cards, kind, cut).expect("a cut").to_table(kind, Lang::Zh))
}

#[test]
fn a_mapping_is_its_fields_from_the_outside_in_with_subtotals() {
    let kind = case();
    let cut = Cut {
        subtotals: true,
        sort: Some(Sort::parse("count:desc").expect("a sort")),
        ..rows(&kind, &["地区"])
    };
    assert_eq!(
        shown(&kind, &places(&kind), &cut),
        [
            "省|市|县|数量",
            "甲省|甲市|乙县|1",
            "甲省|甲市|甲县|1",
            "甲省|甲市|小计|2",
            "甲省|乙市|丙县|1",
            "甲省|小计||3",
            "乙省|丁市|戊县|1",
            "乙省|丁市|未填|1",
            "乙省|丁市|小计|2",
            "乙省|小计||2",
            "丙省|未填|未填|1",
            "未填|未填|未填|1",
            "合计|||7",
        ]
    );
    assert_eq!(Dim::within(&kind, "region").map(|dims| dims.len()), Ok(3));
    assert!(matches!(Dim::within(&kind, "地址"), Err(CutError::UnknownField { .. })));
}

#[test]
fn the_rest_is_one_line_and_nobody_is_lost() {
    let kind = case();
    let cut = Cut { top: Some(1), ..rows(&kind, &["省"]) };
    let pivot = count(&places(&kind), &kind, &cut).expect("a cut");
    assert_eq!(
        text(&pivot.to_table(&kind, Lang::Zh)),
        ["省|数量", "甲省|3", "其他（2 项）|3", "未填|1", "合计|7"]
    );
    let cells = &pivot.to_json(&kind)["cells"];
    assert_eq!(cells[1], json!({"row": [], "col": [], "rest": 2, "value": 3}));
    let all = Cut { top: Some(9), ..rows(&kind, &["省"]) };
    assert_eq!(shown(&kind, &places(&kind), &all)[3], "丙省|1");
    // Without rows it is the columns.
    let cut = Cut { cols: cut.rows.clone(), rows: Vec::new(), ..cut };
    assert_eq!(shown(&kind, &places(&kind), &cut), ["甲省|其他（2 项）|未填|合计", "3|3|1|7"]);
}

#[test]
fn each_period_stands_beside_the_one_before() {
    let kind = case();
    let cut = Cut { delta: true, ..rows(&kind, &["年度"]) };
    assert_eq!(
        shown(&kind, &places(&kind), &cut),
        [
            "年度|数量|增减|增减 %",
            "2010|2||",
            "2011|0|-2|-100.0%",
            "2012|3|+3|",
            "2013|1|-2|-66.7%",
            "未填|1||",
            "合计|7||",
        ]
    );
    let json = count(&places(&kind), &kind, &cut).expect("a cut").to_json(&kind);
    assert_eq!(
        json["cells"][3],
        json!({"row": [2013], "col": [], "value": 1, "change": -2,
        "change_share": -0.666667})
    );
}

#[test]
fn figures_know_their_records_and_charts_their_columns() {
    let kind = case();
    let mut cut = rows(&kind, &["省"]);
    cut.cols = Dim::within(&kind, "年度").expect("a field");
    cut.chart = Some(ChartKind::Stacked);
    let pivot = count(&places(&kind), &kind, &cut).expect("a cut");
    let table = pivot.to_table(&kind, Lang::Zh);
    // 省, 2010, 2011, 2012, 2013, 未填, 合计: the first row by code point is 丙省.
    assert_eq!(table.rows[0].behind, [vec![], vec![], vec![], vec![], vec![6], vec![], vec![6]]);
    let total = table.rows.last().expect("a total");
    assert_eq!(total.behind[6], [0, 1, 2, 3, 4, 5, 6]);
    assert!(total.summary);
    let chart = table.chart.expect("a chart");
    assert_eq!((chart.labels, chart.series), (vec![0], vec![1, 2, 3, 4, 5]));
    let json = pivot.to_json_with(&kind, Some(&|place| format!("c{place}")));
    assert_eq!(json["cells"][3]["records"], json!(["c6"]));
}

fn quantity(value: &str, max: Option<&str>, qualifier: Qualifier) -> Quantity {
    let number = |text: &str| text.parse::<Decimal>().expect("a number");
    Quantity {
        value: number(value),
        min: Some(number(value)),
        max: max.map(number),
        unit: Some("人次".into()),
        qualifier,
        per: Vec::new(),
        subject: None,
    }
}

#[test]
fn quantities_add_up_to_a_range() {
    let kind = case();
    let measure = Measure::parse(&kind, "sum(facts.人次)").expect("a measure");
    assert_eq!((measure.unit(), measure.name(&kind).as_str()), (Some("人次"), "sum(facts.人次)"));
    assert!(Measure::parse(&kind, "sum(facts.)").is_err());
    let cut = Cut { measure, ..rows(&kind, &["省"]) };
    let amounts = |card: &Card, unit: &str| {
        assert_eq!(unit, "人次");
        let found = match card.id.as_str() {
            "c0" => vec![quantity("100", None, Qualifier::Eq), quantity("20.5", None, Qualifier::Eq)],
            "c3" => vec![quantity("30", Some("40"), Qualifier::Range), quantity("7", None, Qualifier::Eq)],
            "c4" => vec![quantity("200", None, Qualifier::Gt)],
            _ => Vec::new(),
        };
        found.iter().map(Amount::from).collect()
    };
    let pivot = count_with(&places(&kind), &kind, &cut, &amounts).expect("a cut");
    let table = pivot.to_table(&kind, Lang::Zh);
    assert_eq!(
        text(&table),
        ["省|人次之和", "丙省|", "乙省|37–47", "甲省|120.50", "未填|≈200", "合计|357.5–367.5"]
    );
    assert!(
        table.notes.iter().any(|note| note.contains("5 处") && note.contains("约数 2 处")),
        "{:?}",
        table.notes
    );
    assert_eq!(pivot.to_json(&kind)["total"], json!({"min": 357.5, "max": 367.5, "approximate": 2}));
}
