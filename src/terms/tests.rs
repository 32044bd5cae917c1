//! Terms and the dictionary that they are added to.

use super::*;
use crate::text::methods::Words;
use std::collections::BTreeMap;

fn heads() -> Words {
    let list = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let endings = BTreeMap::from([("制".to_owned(), list("度"))]);
    Words::new(list("工作法 工程 管理"), endings, Vec::new(), Vec::new())
}

fn term(name: &str, head: &str) -> Term {
    Term {
        text: format!("{name}{head}"),
        name: name.to_owned(),
        kind: Kind::Method,
        records: 1,
        archive: 1,
        before: None,
        change: None,
        score: 0.0,
        first: First { id: "a".into(), year: None, title: String::new(), path: String::new() },
    }
}

#[test]
fn a_dictionary_keeps_what_it_has() {
    let before = "# 自己的词\r\n四议两公开 # 旧\r\n党员E家";
    let terms = [
        term("星级", "管理"),
        term("四议两公开", "工作法"),
        term("党员Ｅ家", "工程"),
        term("A、B", "工程"),
        term("3421", "工程"),
    ];
    let made = add_to_dictionary(before, &terms, &heads());
    assert_eq!(made.text, "# 自己的词\r\n四议两公开 # 旧\r\n党员E家\r\n3421工程\r\n星级管理\r\n");
    assert_eq!(made.added, ["3421工程", "星级管理"]);
    assert_eq!(made.unfit, ["A、B工程"]);
    // What was added is there the next time.
    let again = add_to_dictionary(&made.text, &terms, &heads());
    assert_eq!((again.text, again.added.len()), (made.text.clone(), 0));
    // A dictionary that has a name with its head noun has the name.
    let made = add_to_dictionary("党员首议制\n", &[term("党员首议", "制")], &heads());
    assert_eq!((made.text.as_str(), made.added.len()), ("党员首议制\n", 0));
    assert_eq!(add_to_dictionary("", &[term("民情流水线", "工程")], &heads()).text, "民情流水线\n");
}

#[test]
fn periods_are_read_from_flags() {
    let period = |text| Period::parse("year", text).map(|period| (period.from, period.to));
    assert_eq!(period("2012"), Some((2012, 2012)));
    assert_eq!(period(" 2010 .. 2012 "), Some((2010, 2012)));
    for other in ["", "2012,2013", "2013..2010", ">=2010", "..2012", "二〇一二"] {
        assert_eq!(period(other), None, "{other}");
    }
}
