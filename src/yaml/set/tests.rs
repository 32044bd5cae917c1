//! Edits by hand and by chance: the value is there, and every other line is as it was.

use super::*;
use proptest::prelude::*;

const TEXT: &str = "# 头\nid: a  # 手改\ntitle: '题 # 1'   # 原题\nregion:\n  # 省\n  province: 甘肃省\n  city: 某市\nyear: 2012\nthemes: [甲, 乙]  # 两个\nawards:\n  - programme: 丙  # 一\n    level: 最佳\n    # 名次\n    rank: 1\n  - {programme: 丁, rank: 2}\nsections:\n  - role: other\n    text: |-  # 正文\n      # 小标题\n\n      二\n\n# 尾\nnotes: 乙\n# 末\n";

fn order(path: &str) -> Vec<String> {
    let keys: &[&str] = match path {
        "" => &["id", "title", "unit", "region", "year", "themes", "awards", "sections", "notes"],
        "region" => &["province", "city", "county"],
        _ => &["programme", "edition", "year", "level", "rank", "title"],
    };
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn steps(path: &str) -> Vec<Step> {
    path.split('.').map(|part| part.parse().map_or_else(|_| Step::Key(part.into()), Step::Item)).collect()
}

fn edit(text: &str, path: &str, value: Option<Tree>) -> Result<String, SetError> {
    let reading = read(text);
    assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
    set(text, &reading.root.expect("a document"), &steps(path), value.as_ref(), &order)
}

#[track_caller]
fn changes(path: &str, value: Option<Tree>, from: &str, to: &str) {
    assert_eq!(TEXT.matches(from).count(), 1, "{from}");
    assert_eq!(edit(TEXT, path, value).as_deref(), Ok(TEXT.replacen(from, to, 1).as_str()), "{path}");
}

#[test]
fn only_the_lines_of_the_value_change() {
    changes("year", Some(Tree::Integer(2013)), "2012", "2013");
    changes("title", Some("新题: 一".into()), "'题 # 1'", "'新题: 一'");
    changes("region.province", Some("山东省".into()), "甘肃省", "山东省");
    changes("region.county", Some("某县".into()), "某市\n", "某市\n  county: 某县\n");
    changes("awards.0.edition", Some(Tree::Integer(2)), "  # 一\n", "  # 一\n    edition: 2\n");
    changes("awards.1.edition", Some(Tree::Integer(2)), "丁, ", "丁, edition: 2, ");
    changes("awards.1.title", Some("[a]".into()), "rank: 2", "rank: 2, title: '[a]'");
    changes("awards.0.rank", None, "    rank: 1\n", "");
    changes("awards.0.programme", None, "  - programme: 丙  # 一\n    level", "  # 一\n  - level");
    changes("awards.1", None, "  - {programme: 丁, rank: 2}\n", "");
    changes("awards.1.rank", None, "丁, rank: 2", "丁");
    changes("unit", Some("单位".into()), "region:\n", "unit: 单位\nregion:\n");
    changes("themes.1", Some("丙".into()), "[甲, 乙]", "[甲, 丙]");
    changes("themes.2", Some("丙".into()), "[甲, 乙]", "[甲, 乙, 丙]");
    changes("region", None, "region:\n  # 省\n  province: 甘肃省\n  city: 某市\n", "# 省\n");
    changes("year", None, "year: 2012\n", "");
    changes("title", None, "title: '题 # 1'   # 原题\n", "# 原题\n");
    changes("notes", Some("一\n二".into()), "notes: 乙\n", "notes: |-\n  一\n  二\n");
    changes(
        "sections.0.text",
        Some("一\n二".into()),
        "  - role: other\n    text: |-  # 正文\n      # 小标题\n\n      二\n",
        "  - role: other\n    # 正文\n    text: |-\n      一\n      二\n",
    );
    changes(
        "sections.0.text",
        Some("短".into()),
        "    text: |-  # 正文\n      # 小标题\n\n      二\n",
        "    # 正文\n    text: 短\n",
    );
}

#[test]
fn ends_and_marks_of_the_file_stay() {
    let old = "\u{feff}id: a\r\ntitle: 题  # 注\r\nyear: 2012";
    let new = |path, value| edit(old, path, value).expect("an edit");
    assert_eq!(new("year", Some(Tree::Integer(2013))), old.replace("2012", "2013"));
    assert_eq!(new("notes", Some("甲".into())), format!("{old}\r\nnotes: 甲"));
    assert_eq!(new("unit", Some("甲".into())), old.replace("year", "unit: 甲\r\nyear"));
    assert_eq!(new("id", None), old.replace("id: a\r\n", ""));
    assert_eq!(new("year", None), "\u{feff}id: a\r\ntitle: 题  # 注");
    assert_eq!(
        new("title", Some("一\n二".into())),
        "\u{feff}id: a\r\n# 注\r\ntitle: |-\r\n  一\r\n  二\r\nyear: 2012"
    );
}

#[test]
fn nothing_is_filled_and_what_cannot_be_is_refused() {
    assert_eq!(
        edit("id: a\nyear:  # 年\n", "year", Some(Tree::Integer(1))).as_deref(),
        Ok("id: a\nyear: 1  # 年\n")
    );
    assert_eq!(
        edit("id: a\nregion:\n", "region.city", Some("乙".into())).as_deref(),
        Ok("id: a\nregion:\n  city: 乙\n")
    );
    assert_eq!(
        edit("id: a\nawards: []\n", "awards.0.rank", Some(Tree::Integer(1))).as_deref(),
        Ok("id: a\nawards:\n  - rank: 1\n")
    );
    assert_eq!(edit("id: a\nregion:\n  city: 乙\n", "region.city", None).as_deref(), Ok("id: a\n"));
    assert_eq!(edit(TEXT, "awards.5.rank", Some("1".into())), Err(SetError::NoItem(2)));
    assert_eq!(edit(TEXT, "title.x", Some("1".into())), Err(SetError::Form));
    assert_eq!(edit(TEXT, "nothing", None).as_deref(), Ok(TEXT));
}

#[test]
fn items_join_a_list_in_its_notation() {
    let root = read(TEXT).root.expect("a document");
    let add = |path: &str, item: &str| append(TEXT, &root, &steps(path), &[item.into()], &order);
    assert_eq!(add("themes", "丙").as_deref(), Ok(TEXT.replace("乙]", "乙, 丙]").as_str()));
    let block = "id: a\nthemes:\n- 甲\n- 乙 # 注\nyear: 1\n";
    let root = read(block).root.expect("a document");
    let out = append(block, &root, &steps("themes"), &["丙".into()], &order);
    assert_eq!(out.as_deref(), Ok("id: a\nthemes:\n- 甲\n- 乙 # 注\n- 丙\nyear: 1\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn any_text_goes_anywhere_and_comes_back(
        text in "( |\t|\n|: |#|no|007|~|😀|党建|[ -~]|\\PC){0,30}",
        path in prop::sample::select(vec![
            "id", "title", "unit", "region.province", "region.county", "year", "awards.0.programme", "awards.0.title",
            "awards.1.programme", "awards.1.title", "awards.2.title", "sections.0.role", "sections.0.text", "notes", "themes.0", "zz",
        ]),
        crlf in any::<bool>(), bom in any::<bool>(), open in any::<bool>(),
    ) {
        let mut old = TEXT.to_owned();
        if open { old.pop(); }
        if crlf { old = old.replace('\n', "\r\n"); }
        if bom { old.insert(0, '\u{feff}'); }
        let control = text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        prop_assume!(!control);
        let new = edit(&old, path, Some(text.as_str().into())).expect("an edit");
        let root = read(&new).root.expect("a document");
        let there = steps(path).iter().try_fold(&root, |node, step| child(node, step)).expect("the value");
        prop_assert_eq!(there.text(), Some(text.as_str()));
        // One stretch of lines differs; all before and behind it are the same bytes.
        let before: Vec<&str> = old.split_inclusive('\n').collect();
        let after: Vec<&str> = new.split_inclusive('\n').collect();
        let front = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let back = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        let lines = if path == "sections.0.text" { 5 } else if path == "awards.0.programme" || path == "title" { 2 } else { 1 };
        prop_assert!(front + back + lines >= before.len(), "{}", new);
        prop_assert_eq!(new.starts_with('\u{feff}'), bom);
        prop_assert_eq!(new.contains('\r'), crlf);
    }

    #[test]
    fn whatever_the_document_the_value_is_there_or_nothing_is(
        old in prop::sample::select(vec!["", "\u{feff}"]).prop_flat_map(|mark| {
            "((a|b|c|'a'|党)?:? ?(- |\\[|\\]|\\{|\\}|, |# |'|\"|\\||>|~|1)?(a|党)?\r?\n? {0,3}){1,14}"
                .prop_map(move |text| format!("{mark}{text}"))
        }),
        path in prop::sample::select(vec!["a", "b", "a.b", "a.0", "a.1.b", "党", "c.a.0", "b.党"]),
        value in prop::sample::select(vec![None, Some("x: y"), Some("一\n二\n"), Some("")]),
    ) {
        let reading = read(&old);
        let root = reading.root.filter(|_| reading.problems.is_empty());
        if let Some(root) = root {
            let value = value.map(Tree::from);
            let steps = steps(path);
            if let Ok(new) = set(&old, &root, &steps, value.as_ref(), &order) {
                let again = read(&new).root.expect("a document");
                let there = steps.iter().try_fold(&again, |node, step| child(node, step));
                let text = there.and_then(Node::text);
                prop_assert!(value.is_none() || value == text.map(Tree::from), "{old:?} {new:?}");
            }
            let _ = append(&old, &root, &steps, &["x".into()], &order);
            if let Ok(laid) = super::super::layout::layout(&old, &order) {
                prop_assert_eq!(Shape::of(&read(&laid).root.expect("a document")), Shape::of(&root));
            }
        }
    }
}
