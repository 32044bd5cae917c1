//! Facts of records: places, fields, and what is kept of them.

use super::*;
use crate::archive::shipped;
use crate::schema::References;
use crate::text::quantity::Qualifier;
use crate::yaml;
use proptest::prelude::*;
use std::path::Path;

pub(super) fn shipped_words() -> Words {
    let list = |name: &str| {
        let text = shipped(&format!("schemas/vocab/{name}.yaml")).expect("a shipped list");
        yaml::read(text).root.expect("a document")
    };
    read_words(&list("units"), &list("quantities")).expect("words")
}

fn kind() -> Kind {
    let path = "schemas/case.yaml";
    let schema = yaml::read(shipped(path).expect("shipped")).root.expect("a schema");
    Kind::read("case", schema, Path::new(path), &References::new(), &mut Vec::new())
}

const RECORD: &str = "id: case-x\ntitle: 三年投入9万元\nyear: 2012\nabstract: >-\n  共走访\n  1200户，\n  投入5万多元。\nsections:\n  - role: background\n    text: 无。\n  - role: practice\n    heading: 一、办好10件实事\n    text: |-\n      第一段没有数。\n\n      2011年，甲村近2000户受益，\n      户均增收2.53万元。\n  - role: results\n    text: \"甲\\u3000村\\n修路2.8公里\"\n";

fn facts_of(text: &str) -> Vec<Fact> {
    facts(&Record::parse("cases/case-x.yaml", text.as_bytes()), &kind(), &shipped_words())
}

#[test]
fn facts_point_back_into_their_file() {
    let found = facts_of(RECORD);
    let short: Vec<(&str, &str, usize, &str)> =
        found.iter().map(|f| (f.field.as_str(), f.section(), f.line, f.text.as_str())).collect();
    assert_eq!(
        short,
        [
            ("abstract", "abstract", 6, "1200户"),
            ("abstract", "abstract", 7, "5万多元"),
            ("sections[1].heading", "practice", 12, "10件"),
            ("sections[1].text", "practice", 16, "2011年"),
            ("sections[1].text", "practice", 16, "近2000户"),
            ("sections[1].text", "practice", 17, "2.53万元"),
            ("sections[2].text", "results", 19, "2.8公里"),
        ],
        "titles have no facts, and the line is the file's"
    );
    let kind = kind();
    let record = Record::parse("cases/case-x.yaml", RECORD.as_bytes());
    let values = kind.texts(record.root.as_ref().expect("a record"));
    for fact in &found {
        let value = values.iter().find(|value| path(value) == fact.field).expect("the field");
        let chars: Vec<char> = value.text.chars().collect();
        assert_eq!(chars[fact.start..fact.end].iter().collect::<String>(), fact.text);
    }
}

#[test]
fn json_is_that_of_the_contract() {
    let found = facts_of(RECORD);
    let row = found[1].to_json("case-x", "cases/case-x.yaml");
    assert_eq!(
        row,
        json!({
            "id": "case-x", "path": "cases/case-x.yaml", "line": 7, "section": "abstract", "field": "abstract",
            "kind": "quantity", "subject": "投入", "text": "5万多元", "value": 50000, "min": 50000, "max": null,
            "unit": "元", "qualifier": "gt", "per": null, "start": 13, "end": 17,
        })
    );
    let date = found[3].to_json("case-x", "x");
    assert_eq!(
        (&date["value"], &date["min"], &date["max"], &date["unit"], &date["qualifier"]),
        (&json!(2011), &json!("2011-01-01"), &json!("2011-12-31"), &json!("date"), &json!("date"))
    );
    let per = found[5].to_json("case-x", "x");
    assert_eq!(
        (&per["value"], &per["per"], &per["subject"]),
        (&json!(25300), &json!("household"), &json!("增收"))
    );
    assert_eq!(found[6].to_json("case-x", "x")["value"].to_string(), "2.8");
}

#[test]
fn what_is_kept_comes_back() {
    let found = facts_of(RECORD);
    assert_eq!(decode(&encode(&found)), Some(found));
    assert_eq!(decode(&encode(&[])), Some(Vec::new()));
    for torn in
        ["[", "[[1]]", "[[\"a\",\"b\",1,1,1,\"t\",{\"Q\":[\"x\",null,null,null,\"eq\",[],null]}]]", "{}"]
    {
        assert_eq!(decode(torn), None, "{torn}");
    }
}

#[test]
fn broken_lists_say_what_is_wrong() {
    let list = |text: &str| yaml::read(text).root.expect("a document");
    let units = list("oneOf: [{const: 元}]");
    assert!(read_words(&list("title: 无"), &list("a: b")).is_err());
    assert_eq!(
        read_words(&units, &list("before: {about: [约]}")).err().as_deref(),
        Some("quantities.yaml: before.about")
    );
    assert!(read_words(&units, &list("a: b")).is_ok(), "words around a number may be missing");
}

/// What a row of the expectations asks of a fact; other columns are left open.
fn fits(fact: &Found, row: &[&str]) -> bool {
    let [_, value, high, unit, qualifier, subject, note] = row[..] else { return false };
    match &fact.meaning {
        Meaning::Date(first, _) => unit == DATE && qualifier == DATE && first.year.to_string() == value,
        Meaning::Quantity(q) => {
            let per: Vec<&str> =
                note.split([' ', ';']).filter_map(|word| word.strip_prefix("per_")).collect();
            q.value.to_string() == value
                && (high.is_empty() || q.max.map(|max| max.to_string()).as_deref() == Some(high))
                && q.unit.as_deref() == Some(unit)
                && Qualifier::of(qualifier) == Some(q.qualifier)
                && (subject.is_empty() || q.subject.as_deref() == Some(subject))
                && q.per.len() == per.len()
                && per.iter().all(|per| q.per.iter().any(|known| known == per))
        }
    }
}

#[test]
fn every_expected_quantity_is_found() {
    let root = std::env::var_os("ANKU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), std::path::PathBuf::from);
    let path = root.join("eval/quantities_expected.tsv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "SKIPPED every_expected_quantity_is_found: {} is not there (set ANKU_SHARED)",
            path.display()
        );
        return;
    };
    let words = shipped_words();
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let row: Vec<&str> = line.split('\t').collect();
        let found = quantity::find(row[0], &words);
        let right =
            if row[4] == "none" { found.is_empty() } else { found.iter().any(|fact| fits(fact, &row)) };
        rows += 1;
        if !right {
            wrong.push(format!("{line}\n    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows >= 40, "{rows} rows");
}

/// Pieces that numbers are made of, and others that stand between them.
fn piece() -> impl Strategy<Value = String> {
    let pieces = "0 7 12 2011 ２ . , - ~ 至 年 月 日 一 二 三 十 百 千 万 亿 零 两 分之 百分之 多 余 近 约 超过 以上 以下 左右 \
                  元 户 人 名 个 个月 % 平方米 km2 公里 倍 翻了 番 第 前 每 户均 “ ” 《 》 / + : ， 。 、 的 了 占 群众 村 \n a 廿 几 数";
    let pieces: Vec<String> = pieces.split(' ').map(str::to_owned).collect();
    prop_oneof![8 => prop::sample::select(pieces), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #[test]
    fn whatever_a_text_holds_facts_lie_in_it(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let mut last = 0;
        for found in quantity::find(&text, &shipped_words()) {
            prop_assert!(found.span.start >= last && found.span.start < found.span.end, "{text:?} {found:?}");
            prop_assert!(text.get(found.span.clone()).is_some(), "{text:?} {found:?}");
            last = found.span.end;
            match found.meaning {
                Meaning::Quantity(q) => {
                    prop_assert_eq!(q.value.to_string().parse(), Ok(q.value));
                    prop_assert!(q.min.zip(q.max).is_none_or(|(min, max)| min <= max), "{:?}", q);
                }
                Meaning::Date(first, last) => prop_assert!(first <= last),
            }
        }
    }

    #[test]
    fn facts_of_any_record_are_slices_of_its_values(lines in prop::collection::vec(prop::collection::vec(piece(), 0..12), 1..6)) {
        let text: Vec<String> = lines.iter().map(|line| line.concat().replace('\n', "")).collect();
        let quoted = serde_json::to_string(&text.join("\n")).expect("JSON");
        let record = Record::parse("c.yaml", format!("id: a\nsections:\n  - role: practice\n    text: {quoted}\n").as_bytes());
        let kind = kind();
        let found = facts(&record, &kind, &shipped_words());
        prop_assert_eq!(decode(&encode(&found)), Some(found.clone()));
        let Some(root) = &record.root else { return Ok(()) };
        let values = kind.texts(root);
        for fact in found {
            let value = values.iter().find(|value| path(value) == fact.field).expect("the field");
            let own: String = value.text.chars().skip(fact.start).take(fact.end - fact.start).collect();
            prop_assert_eq!(own, fact.text);
        }
    }
}
