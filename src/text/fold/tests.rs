//! What folding promises: forms, breaks, the way back.
use proptest::prelude::*;

use super::*;

#[test]
fn forms_are_one() {
    assert_eq!(fold("ＡＢｃ，１２％"), "abc,12%");
    assert_eq!(fold("㎡ … ㈠ ﬁ"), "m2 ... (一) fi");
    assert_eq!(fold("黨的羣眾工作後"), "党的群众工作后");
    assert_eq!(fold("二○一○年、二〇一〇年"), "二〇一〇年、二〇一〇年");
    assert_eq!(fold("\u{FEFF}a\u{200B}b\u{A0}c\u{3000}d\te\u{1}f"), "ab c d ef");
    assert_eq!(fold("“四议两公开”‘x’"), "“四议两公开”‘x’");
    assert_eq!(fold("\u{A8}x"), "\u{308}x");
}

#[test]
fn breaks_are_joined() {
    assert_eq!(fold("群众满\r\n意率 \n 达95%\n以上"), "群众满意率达95%以上");
    assert_eq!(fold("two\n  words 3\n4"), "two words 3 4");
    assert_eq!(fold("上\n \t\n下\n\n\n\n左"), "上\n下\n左");
    assert_eq!(fold("\n\n 甲  乙 \r\n"), "甲  乙");
    assert_eq!(fold("甲\r\n乙\r\n\r\n丙"), "甲乙\n丙");
    assert_eq!(fold(" \n "), "");
    assert_eq!(fold_term(" 甲\n乙  c "), "甲 乙  c");
}

#[test]
fn matches_lead_back() {
    let source = "《甲》１２㎡\r\n達到…… 後";
    let folded = fold_mapped(source);
    assert_eq!(folded.text, "《甲》12m2达到...... 后");
    for (needle, origin) in
        [("12m", "１２㎡"), ("2达", "㎡\r\n達"), ("..", "…"), ("达到", "達到"), ("后", "後")]
    {
        let at = folded.text.find(needle).expect("the needle is there");
        assert_eq!(&source[folded.source_range(at..at + needle.len())], origin);
    }
}

#[test]
fn every_character_is_stable() {
    for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
        let once = fold(&format!("x{c}x"));
        assert_eq!(fold(&once), once, "U+{:04X}", c as u32);
        let alone = fold(&c.to_string());
        assert_eq!(fold(&alone), alone, "U+{:04X}", c as u32);
    }
}

/// Texts of what the archives hold and of what breaks maps.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::char::range('一', '龥').prop_map(String::from),
        2 => prop::sample::select(vec![
            "黨", "後", "Ａ", "１", "，", "㎡", "…", "㈠", "ﬁ", "e\u{301}", "\u{301}", "각", "ᄀ", "🙂", "👨\u{200D}👩", "\r\n", "\n",
            "\n\n", "\r", " ", "\u{3000}", "\u{A0}", "\t", "\u{200B}", "\u{FEFF}", "\u{A8}", "\u{FDFA}", "İ", "K", "○", "豈", "\u{F900}",
        ]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{1,4}".prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn folding_keeps_its_promises(source in text()) {
        let folded = fold_mapped(&source);
        prop_assert_eq!(&folded.text, &fold(&source));
        for paragraph in folded.text.split('\n') {
            prop_assert_eq!(&fold(paragraph), paragraph);
        }
        let term = fold_term(&source);
        prop_assert_eq!(&fold_term(&term), &term);
        let length = folded.text.len();
        let mut before = 0..0;
        for at in 0..=length + 1 {
            let here = folded.source_range(at..at + 1);
            prop_assert!(here.start <= here.end && here.end <= source.len());
            prop_assert!(source.is_char_boundary(here.start) && source.is_char_boundary(here.end));
            prop_assert!(before.start <= here.start && before.end <= here.end);
            before = here;
        }
        for start in 0..=length {
            let there = folded.source_range(start..length);
            prop_assert!(there.start <= there.end && there.end <= source.len());
            // What a match covers folds back to something that holds the match.
            if folded.text.is_char_boundary(start) && start < length {
                let again = fold(&source[there.clone()]);
                prop_assert!(again.ends_with(folded.text[start..].trim_matches([' ', '\n'])), "{:?} {:?}", again, &folded.text[start..]);
            }
        }
    }
}
