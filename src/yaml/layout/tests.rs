//! What is laid out says the same, keeps every comment, and is laid out once and for all.

use super::*;
use crate::yaml::write;
use proptest::prelude::*;

fn order(path: &str) -> Vec<String> {
    let keys: &[&str] = match path {
        "" => &["id", "title", "unit", "region", "year", "themes", "awards", "sections", "notes"],
        "region" => &["province", "city"],
        "awards" => &["programme", "edition", "level", "rank"],
        _ => &["role", "heading", "text"],
    };
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn laid(text: &str) -> Result<String, LayoutError> {
    layout(text, &order)
}

#[test]
fn keys_go_to_their_place_and_take_their_comments_along() {
    let text = "# yaml-language-server: $schema=x\n# 题目照原件\ntitle:   \"题\"  # 原题\n\n\n# 编号\nid: 'a'\n\nawards:\n- rank: 1  # 名次\n  # 活动\n  programme: 丙\n# 第二份\n- {level: 最佳, programme: 丁} # 待核\nregion: {city: 某市, province: 甘肃省}   # 地区\nthemes:\n- 甲\n- 乙\nyear:    2012\nsections:\n  - text: >-\n      一段\n      话\n    role: other   \n# 尾\n";
    let wanted = "# yaml-language-server: $schema=x\n\n# 编号\nid: a\n# 题目照原件\ntitle: 题  # 原题\nregion:   # 地区\n  province: 甘肃省\n  city: 某市\nyear: 2012\nthemes: [甲, 乙]\n\nawards:\n  # 活动\n  - programme: 丙\n    rank: 1  # 名次\n  # 第二份\n  # 待核\n  - programme: 丁\n    level: 最佳\nsections:\n  - role: other\n    text: 一段 话\n# 尾\n";
    assert_eq!(laid(text).as_deref(), Ok(wanted));
    let crlf = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(laid(&crlf), Ok(format!("\u{feff}{}", wanted.replace('\n', "\r\n"))));
}

#[test]
fn what_the_writer_writes_stays() {
    let long = "很长的一段话".repeat(20);
    let tree = Tree::Map(vec![
        ("id".into(), "a".into()),
        ("title".into(), "010".into()),
        ("region".into(), Tree::Map(vec![("province".into(), "甘肃省".into())])),
        ("year".into(), Tree::Integer(2012)),
        ("themes".into(), Tree::List(vec!["a, b".into(), "no".into()])),
        ("sections".into(), Tree::List(vec![Tree::Map(vec![("text".into(), long.as_str().into())])])),
        ("notes".into(), "一\n\n二\n\n".into()),
    ]);
    let text = write(&tree);
    assert_eq!(laid(&text), Ok(text));
}

#[test]
fn values_keep_their_types_and_comments_are_never_lost() {
    let text =
        "id: a\nx: 1.50\ng: '1.5'\nz: true\nu: ~\nv:  # 空\nw: []\nk: {}\nl:\n- 1 # 一\n- '1'\nq: no\n";
    let wanted =
        "id: a\nx: 1.50\ng: '1.5'\nz: true\nu: ~\nv:  # 空\nw: []\nk: {}\nl:\n  - 1 # 一\n  - '1'\nq: 'no'\n";
    assert_eq!(laid(text).as_deref(), Ok(wanted));
    let text = "id: a\nthemes: [甲, # 一\n  乙]\ntitle:\n  # 中\n  题\nyear: 2012";
    assert_eq!(laid(text).as_deref(), Ok("id: a\n# 中\ntitle: 题\nyear: 2012\n# 一\nthemes: [甲, 乙]\n"));
    assert_eq!(laid("---\nid: a\n"), Err(LayoutError::Form));
    assert_eq!(laid("{id: a} # x\n"), Err(LayoutError::Form));
    assert_eq!(laid("{title: b, id: a}\n").as_deref(), Ok("id: a\ntitle: b\n"));
    assert_eq!(laid("id: a\nid: b\n"), Err(LayoutError::Broken));
    assert_eq!(laid("- a\n"), Err(LayoutError::Form));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn documents_say_the_same_afterwards(
        parts in proptest::collection::vec((0usize..14, 0usize..6, "[ a-c:#'\"党,\\-]{0,12}"), 1..9),
        crlf in any::<bool>(),
    ) {
        let mut text = String::new();
        let mut used = Vec::new();
        for (which, extra, word) in &parts {
            let (key, value) = match which {
                0 => ("id", " a".to_owned()),
                1 => ("title", format!(" '{}'", word.replace('\'', "''"))),
                2 => ("notes", format!(" |\n    {}\n\n    # 非注释\n", word.replace([':', '#'], "x").trim_start().to_owned() + "y")),
                3 => ("region", "\n    city: 乙 # 市\n    # 省\n    province: 甲".to_owned()),
                4 => ("region", " {city: 乙, province: 甲}".to_owned()),
                5 => ("awards", "\n- rank: 1\n  # 级\n  level: 甲 # 乙\n-   programme: 丙\n    edition: 2".to_owned()),
                6 => ("awards", "\n  - {rank: 1}\n  # 间\n  - {}".to_owned()),
                7 => ("themes", " [甲, 乙,\n    丙]".to_owned()),
                8 => ("themes", "\n- 甲\n- 乙 # 注".to_owned()),
                9 => ("year", " 2012".to_owned()),
                10 => ("year", String::new()),
                11 => ("zz", " 1.5".to_owned()),
                12 => ("sections", "\n  - text: |+\n      一\n\n    role: x\n  - text: |-\n      # 二\n\n      三\n".to_owned()),
                _ => ("unit", " |+\n  a\n\n".to_owned()),
            };
            if used.contains(&key) { continue; }
            used.push(key);
            text.push_str(match extra { 1 => "# 上\n", 2 => "\n\n", 3 => "  # 斜\n\n", 4 => "# 上\n\n# 又\n", _ => "" });
            text.push_str(&format!("{key}:{value}"));
            if *extra == 5 && !value.contains('\n') { text.push_str("   # 后"); }
            if !text.ends_with('\n') { text.push('\n'); }
        }
        if crlf { text = text.replace('\n', "\r\n"); }
        let reading = read(&text);
        prop_assume!(reading.problems.is_empty());
        let before = reading.root.expect("a document");
        let out = laid(&text);
        prop_assert!(out.is_ok(), "{text}\n{out:?}");
        let out = out.expect("laid out");
        let after = read(&out).root.expect("a document");
        prop_assert_eq!(Shape::of(&after), Shape::of(&before));
        prop_assert_eq!(comments_of(&out, &after).len(), comments_of(&text, &before).len());
        prop_assert_eq!(laid(&out), Ok(out));
    }
}
