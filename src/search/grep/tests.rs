//! What a scan promises: every match, no other, at its place.

use super::*;
use crate::yaml;
use crate::yaml::Node;
use proptest::prelude::*;

const FIXED: Syntax = Syntax { regex: false, case_sensitive: false, words: false };

fn matcher(pattern: &str, syntax: Syntax) -> Matcher {
    Matcher::new(&[pattern], syntax).expect("a pattern")
}

/// The pieces of a text that match.
fn pieces<'t>(pattern: &str, syntax: Syntax, text: &'t str) -> Vec<&'t str> {
    matcher(pattern, syntax).find(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn strings_are_compared_folded() {
    assert_eq!(pieces("党员", FIXED, "黨員、党员"), ["黨員", "党员"]);
    assert_eq!(pieces("GPS（", FIXED, "ｇps(Gps（"), ["ｇps(", "Gps（"]);
    assert_eq!(pieces("群众满意", FIXED, "群众\n满意\n\n群众满意"), ["群众\n满意", "群众满意"]);
    assert_eq!(pieces(".", FIXED, "a…b."), ["…", "."]);
    assert_eq!(pieces("a.c", FIXED, "abc a.c"), ["a.c"]);
    assert_eq!(pieces("aa", FIXED, "aaaaa"), ["aa", "aa"]);
}

#[test]
fn nothing_is_folded_where_case_matters() {
    let syntax = Syntax { case_sensitive: true, ..FIXED };
    assert_eq!(pieces("党员", syntax, "黨員、党员"), ["党员"]);
    assert_eq!(pieces("GPS", syntax, "gps GPS"), ["GPS"]);
    assert_eq!(pieces("群众满意", syntax, "群众\n满意"), [""; 0]);
    let regex = Syntax { regex: true, ..syntax };
    assert_eq!(pieces("G.?S", regex, "gps GPS\r\nG\nS"), ["GPS"]);
    assert_eq!(pieces("乙$", regex, "甲乙\r\n乙丙"), ["乙"]);
}

#[test]
fn regular_expressions_see_paragraphs() {
    let regex = Syntax { regex: true, ..FIXED };
    assert_eq!(pieces("黨.*满意", regex, "党群\n众满意\n\n党\n\n满意"), ["党群\n众满意"]);
    assert_eq!(pieces("^甲|丙$", regex, "甲乙\n丙\n\n甲丙"), ["甲", "丙", "甲", "丙"]);
    assert_eq!(pieces(r"\d+户", regex, "１２00戶,3户"), ["１２00戶", "3户"]);
    assert_eq!(pieces("x*", regex, "甲xx乙"), ["xx"]);
    assert_eq!(pieces("GPS|C#", regex, "gps c#"), ["gps", "c#"]);
}

#[test]
fn whole_words_are_of_latin() {
    let words = Syntax { words: true, ..FIXED };
    assert_eq!(pieces("gps", words, "gpsx用GPS定位 agps_ gps"), ["GPS", "gps"]);
    assert_eq!(pieces("定位", words, "gps定位x"), ["定位"]);
    assert_eq!(pieces("a a", words, "ba a a"), ["a a"]);
}

#[test]
fn several_patterns_and_bad_ones() {
    let any = Matcher::new(&["民情", "星级"], FIXED).expect("patterns");
    assert_eq!(any.find("星级民情").len(), 2);
    let regex = Syntax { regex: true, ..FIXED };
    assert_eq!(Matcher::new(&["a", "\u{200b}"], FIXED).expect_err("nothing"), PatternError::Empty(1));
    assert_eq!(Matcher::new::<&str>(&[], FIXED).expect_err("nothing"), PatternError::Empty(0));
    assert_eq!(
        Matcher::new(&["a", "(b"], regex).expect_err("open"),
        PatternError::Syntax(1, "unclosed group".to_owned())
    );
    assert!(matches!(Matcher::new(&["a)|(b"], regex), Err(PatternError::Syntax(0, _))));
    assert_eq!(Matcher::new(&[r"\w{1000}{1000}"], regex).expect_err("large"), PatternError::TooLarge);
    assert!(Matcher::new(&["(".repeat(9999)], regex).is_err());
}

/// The matches in a value of a file: line and piece.
fn in_file(source: &str, pattern: &str) -> (usize, Vec<(usize, Vec<String>)>) {
    let root = yaml::read(source).root.expect("a document");
    let texts: Vec<TextValue<'_>> = root
        .entries()
        .iter()
        .filter_map(|entry| {
            let text = entry.value.text()?;
            Some(TextValue { field: None, label: entry.key.clone(), item: 0, node: &entry.value, text })
        })
        .collect();
    let found = grep_texts(&matcher(pattern, FIXED), &Scope::Everywhere, &texts, source);
    let lines = found.lines.into_iter().map(|line| {
        (line.line, line.spans.into_iter().map(|span| source[span.start..span.end].to_owned()).collect())
    });
    (found.matches, lines.collect())
}

#[test]
fn a_match_over_several_lines_has_a_piece_in_each() {
    let source = "a: 民情\nt: |\n    建立民情   \n    流水线,民情\n    流水线\n\n    民情\n\n    流水线\n";
    let owned = |pieces: &[&str]| pieces.iter().map(|&piece| piece.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        in_file(source, "民情流水线"),
        (2, vec![(3, owned(&["民情"])), (4, owned(&["流水线", "民情"])), (5, owned(&["流水线"]))])
    );
    assert_eq!(in_file(source, "民情").0, 4);
    assert_eq!(in_file("t: \"民\\u60C5流\"\n", "民情流"), (1, vec![(1, owned(&["民\\u60C5流"]))]));
}

proptest! {
    #[test]
    fn a_string_is_found_where_it_stands_and_nowhere_else(
        text in "[甲乙丙aB１。\n ]{0,40}",
        pattern in "[甲乙aＢ1]{1,3}",
    ) {
        let found = matcher(&pattern, FIXED).find(&text);
        let (folded, needle) = (fold::fold(&text), fold::fold_term(&pattern));
        prop_assert_eq!(found.is_empty(), !folded.contains(&needle));
        prop_assert_eq!(found.len(), folded.matches(needle.as_str()).count());
        for range in found {
            prop_assert_eq!(fold::fold(&text[range]), needle.as_str());
        }
    }

    #[test]
    fn no_pattern_panics(pattern in "\\PC{0,24}", text in "\\PC{0,24}") {
        for regex in [false, true] {
            for case_sensitive in [false, true] {
                for words in [false, true] {
                    if let Ok(matcher) = Matcher::new(&[&pattern], Syntax { regex, case_sensitive, words }) {
                        for range in matcher.find(&text) {
                            prop_assert!(range.start < range.end && text.get(range).is_some());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn spans_of_a_file_hold_the_match(text in "[甲乙丙aB\n ]{0,60}", pattern in "[甲乙aB]{1,3}") {
        let tree = format!("t: |-\n  x{}\n", text.replace('\n', "\n  "));
        let root = yaml::read(&tree).root.expect("a document");
        let text = root.get("t").and_then(Node::text).expect("text").to_owned();
        let (count, lines) = in_file(&tree, &pattern);
        prop_assert_eq!(count, matcher(&pattern, FIXED).find(&text).len());
        let joined: String = lines.into_iter().flat_map(|(_, pieces)| pieces).collect();
        let expected = fold::fold_term(&pattern).repeat(count);
        prop_assert_eq!(fold::fold(&joined).replace(' ', ""), expected);
    }
}
