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
    // With subtotals it is the outer values that are cut; each that stays keeps all that lies in it.
    let nested = Cut { top: Some(2), subtotals: true, ..rows(&kind, &["地区"]) };
    assert_eq!(
        shown(&kind, &places(&kind), &nested),
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
            "其他（1 项）|||1",
            "未填|未填|未填|1",
            "合计|||7",
        ]
    );
    let fewer = Cut { top: Some(1), ..nested };
    let json = count(&places(&kind), &kind, &fewer).expect("a cut").to_json(&kind);
    // Two provinces, which have three rows.
    let rest = json["cells"].as_array().expect("cells").iter().find(|cell| cell["rest"] != json!(null));
    assert_eq!(rest, Some(&json!({"row": [], "col": [], "rest": 2, "value": 3})));
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
    assert_eq!(json["row_totals"][0]["records"], json!(["c6"]));
}

#[test]
fn what_has_no_period_is_no_point_of_a_line() {
    let kind = case();
    let drawn = |chart| {
        let cut = Cut { chart: Some(chart), ..rows(&kind, &["年度"]) };
        let table = count(&places(&kind), &kind, &cut).expect("a cut").to_table(&kind, Lang::Zh);
        let points = table.rows.iter().filter(|row| !row.summary).map(|row| row.cells[0].plain());
        (table.rows.len(), points.collect::<Vec<_>>())
    };
    assert_eq!(drawn(ChartKind::Line), (6, ["2010", "2011", "2012", "2013"].map(str::to_owned).to_vec()));
    assert_eq!(drawn(ChartKind::Bars).1.last().map(String::as_str), Some("未填"));
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
    for none in ["sum(facts)", "sum(facts.)", "avg(数量)"] {
        assert_eq!(Measure::parse(&kind, none), Err(CutError::NoUnit), "{none}");
    }
    assert!(matches!(Measure::parse(&kind, "sum(factsheet)"), Err(CutError::UnknownField { .. })));
    let cut = Cut { measure, ..rows(&kind, &["省"]) };
    let amounts = |card: &Card, unit: &str| {
        assert_eq!(unit, "人次");
        let found = match card.id.as_str() {
            "c0" => vec![quantity("100", None, Qualifier::Eq), quantity("20.5", None, Qualifier::Eq)],
            "c3" => vec![quantity("30", Some("40"), Qualifier::Range), quantity("7", None, Qualifier::Eq)],
            "c4" => vec![quantity("200", None, Qualifier::Gt)],
            _ => Vec::new(),
        };
        found.iter().map(|found| Amount::counted_in(found, 0)).collect()
    };
    let pivot = count_with(&places(&kind), &kind, &cut, &amounts).expect("a cut");
    let table = pivot.to_table(&kind, Lang::Zh);
    assert_eq!(
        text(&table),
        ["省|人次之和", "丙省|", "乙省|37–47", "甲省|120.5", "未填|≈200", "合计|357.5–367.5"]
    );
    assert!(
        table.notes.iter().any(|note| note.contains("5 处") && note.contains("约数 2 处")),
        "{:?}",
        table.notes
    );
    assert_eq!(pivot.to_json(&kind)["total"], json!({"min": 357.5, "max": 367.5, "approximate": 2}));
}

#[test]
fn amounts_are_counted_in_larger_units_without_a_loss() {
    let kind = case();
    let of = |figures: &[(&str, Qualifier)], word: &str, power: u32| {
        let measure = Measure::parse(&kind, word).expect("a measure");
        let mut sum = Partial::default();
        let amounts: Vec<Amount> = figures
            .iter()
            .map(|(figure, qualifier)| Amount::counted_in(&quantity(figure, None, *qualifier), power))
            .collect();
        sum.add(0, &amounts);
        let figure = sum.figure(&measure);
        (figure.cell().plain(), figure.json().to_string())
    };
    let eq = Qualifier::Eq;
    let same = |text: &str| (text.to_owned(), text.to_owned());
    assert_eq!(of(&[("423497.8", eq)], "sum(facts.亿元)", 8), same("0.004234978"));
    assert_eq!(of(&[("1193821", eq), ("0.1", eq), ("0.2", eq)], "sum(facts.万元)", 4), same("119.38213"));
    assert_eq!(of(&[("25300", eq), ("4700", eq)], "sum(facts.万元)", 4), same("3"));
    assert_eq!(of(&[("0.05", eq)], "max(facts.亿元)", 8), ("0.0000000005".to_owned(), "5e-10".to_owned()));
    assert_eq!(of(&[("123456789.1234", eq)], "sum(facts.元)", 0), same("123456789.1234"));
    let (cell, json) = of(&[("25300", Qualifier::Gt)], "sum(facts.万元)", 4);
    assert_eq!((cell.as_str(), json.as_str()), ("≈2.53", r#"{"min":2.53,"max":2.53,"approximate":1}"#));
}

#[test]
fn decimals_change_exactly() {
    let kind = case();
    let measure = Measure::parse(&kind, "sum(facts.万元)").expect("a measure");
    let cut = Cut { delta: true, measure, ..rows(&kind, &["年度"]) };
    let amounts = |card: &Card, _: &str| {
        let found = match card.id.as_str() {
            "c0" => "82000",
            "c2" => "43000",
            "c6" => "52000",
            _ => return Vec::new(),
        };
        vec![Amount::counted_in(&quantity(found, None, Qualifier::Eq), 4)]
    };
    let pivot = count_with(&places(&kind), &kind, &cut, &amounts).expect("a cut");
    assert_eq!(
        text(&pivot.to_table(&kind, Lang::Zh))[1..5],
        ["2010|8.2||", "2011|||", "2012|4.3||", "2013|5.2|+0.9|20.9%"]
    );
    assert_eq!(pivot.to_json(&kind)["cells"][3]["change"], json!(0.9));
}
