//! What pinyin finds, and what it does not.

use proptest::prelude::*;

use super::*;
use Quality::{Cut, Full, Initials, Mixed};

/// What the term reads in the text, and how.
fn find<'t>(term: &str, text: &'t str) -> Option<(&'t str, Quality)> {
    let found = Term::new(term)?.find(text)?;
    Some((&text[found.range], found.quality))
}

#[test]
fn reads_by_syllables_initials_and_a_cut_end() {
    for (term, text, read, quality) in [
        ("jiuquan", "甘肃省酒泉市", "酒泉", Full),
        ("jiuquan", "酒全市", "酒全", Full),
        ("jiuq", "酒泉市", "酒泉", Cut),
        ("jiuqu", "酒泉市", "酒泉", Cut),
        ("jqshi", "酒泉市", "酒泉市", Mixed),
        ("jquans", "酒泉市", "酒泉市", Mixed),
        ("jqshi", "酒泉石油", "酒泉石", Mixed),
        ("jqsh", "酒泉市", "酒泉市", Initials),
        ("jqu", "酒泉市", "酒泉", Mixed),
        ("jq", "酒泉市", "酒泉", Initials),
        ("xsx", "湖北省兴山县", "兴山县", Initials),
        ("xshx", "兴山县", "兴山县", Initials),
        ("keshiketeng", "克什克腾旗", "克什克腾", Full),
        ("kskt", "克什克腾旗", "克什克腾", Initials),
        ("zhq", "重庆", "重庆", Initials),
        ("zq", "重庆", "重庆", Initials),
        ("aqs", "安庆市", "安庆市", Initials),
        ("zh", "中", "中", Initials),
        ("zho", "中", "中", Cut),
    ] {
        assert_eq!(find(term, text), Some((read, quality)), "{term} in {text}");
    }
}

#[test]
fn takes_any_reading() {
    for (term, text) in [
        ("chongqing", "重庆"),
        ("zhongqing", "重庆"),
        ("lvliang", "吕梁"),
        ("lüliang", "吕梁"),
        ("luliang", "吕梁"),
        ("lyuliang", "吕梁"),
        ("LÜLIANG", "吕梁"),
        ("nvzi", "女子"),
        ("luexing", "略行"),
        ("jiǔquán", "酒泉"),
        ("xiamen", "厦门"),
        ("luan", "六安"),
        ("yueqing", "乐清"),
        ("laoting", "乐亭"),
        ("tanchang", "宕昌"),
        ("dongguan", "东莞"),
        ("panyu", "番禺"),
        ("dabu", "大埔"),
        ("bengbu", "蚌埠"),
        ("shanxian", "单县"),
        ("shenxian", "莘县"),
        ("yuxian", "蔚县"),
        ("hongtong", "洪洞"),
        ("yuli", "尉犁"),
        ("guoyang", "涡阳"),
        ("qianwei", "犍为"),
        ("pixian", "郫县"),
        ("donge", "东阿"),
        ("kuaiji", "会稽"),
        ("yanshan", "铅山"),
        ("lingwu", "〇五"),
    ] {
        assert_eq!(find(term, text), Some((text, Full)), "{term} for {text}");
    }
}

#[test]
fn does_not_read_past_a_syllable() {
    for (term, text) in [
        ("jiuquan", "酒"),
        ("jiuquan", "泉酒"),
        ("jiuqx", "酒泉"),
        ("jiqquan", "酒泉"),
        ("iuquan", "酒泉"),
        ("uan", "酒泉"),
        ("hongqing", "重庆"),
        ("lvliang", "陆良"),
        ("jiuquan", "酒2泉"),
        ("jiuquan", "酒の泉"),
        ("jiuquan", ""),
        ("jiuquan", "”·"),
    ] {
        assert_eq!(find(term, text), None, "{term} in {text}");
    }
}

#[test]
fn an_apostrophe_or_a_blank_is_a_border() {
    for text in ["西安", "县", "先"] {
        assert_eq!(find("xian", text), Some((text, Full)));
    }
    for term in ["xi'an", "xi’an", "xi an", "Xi'An", "'xi'an'"] {
        assert_eq!(find(term, "西安市"), Some(("西安", Full)), "{term}");
        assert_eq!(find(term, "县"), None, "{term}");
        assert_eq!(find(term, "先"), None, "{term}");
    }
    assert_eq!(find("jiu quan s", "酒泉市"), Some(("酒泉市", Cut)));
    assert_eq!(find("z'h", "中"), None);
    assert_eq!(find("z'h", "中华"), Some(("中华", Initials)));
    assert_eq!(find("x'x", "西乡"), Some(("西乡", Initials)));
}

#[test]
fn latin_and_digits_read_themselves() {
    for (term, text, read, quality) in [
        ("qqqun", "加入qq群聊", "qq群", Full),
        ("qqq", "加入qq群聊", "qq群", Initials),
        ("kqq", "开qq群", "开qq", Initials),
        ("110jing", "拨打110警情", "110警", Full),
        ("5g jizhan", "建5g基站", "5g基站", Full),
        ("wifi", "公共wifi", "wifi", Full),
    ] {
        assert_eq!(find(term, text), Some((read, quality)), "{term} in {text}");
    }
    assert_eq!(find("qqqun", "qqq群"), Some(("qq群", Full)));
}

#[test]
fn skips_marks_between_characters_only() {
    assert_eq!(find("jiuquan", "“酒”·“泉”市"), Some(("酒”·“泉", Full)));
    assert_eq!(find("jqs", "《酒泉 市》"), Some(("酒泉 市", Initials)));
}

#[test]
fn the_best_quality_wins_then_the_first_then_the_longest() {
    assert_eq!(find("jiuq", "久前酒泉"), Some(("久前", Cut)));
    assert_eq!(find("xian", "向西安"), Some(("西安", Full)));
    assert_eq!(find("jiuquan", "九泉与酒泉"), Some(("九泉", Full)));
    // 洗 alone reads xian too.
    assert_eq!(find("xian", "洗安"), Some(("洗安", Full)));
    let mut ranked = [Initials, Cut, Mixed, Full];
    ranked.sort();
    assert_eq!(ranked, [Full, Cut, Mixed, Initials]);
}

#[test]
fn only_pinyin_is_a_term() {
    for text in ["", "a", "  ", "1a", "2024", "酒泉", "jiu泉", "jq-s", "jq.", "j\n"] {
        assert!(Term::new(text).is_none(), "{text:?}");
    }
    for text in ["jq", "Jq", "a1b", "x'a", " xi an ", "lü"] {
        assert!(Term::new(text).is_some(), "{text:?}");
    }
    assert!(Term::new(&"a".repeat(63)).is_some());
    assert!(Term::new(&"a".repeat(64)).is_none());
}

#[test]
fn words_sound_alike_character_by_character() {
    for (a, b) in [("亳州", "博州"), ("重庆", "崇庆"), ("重庆", "中庆"), ("qq群", "qq裙"), ("", "")]
    {
        assert!(sounds_alike(a, b), "{a} {b}");
        assert!(sounds_alike(b, a), "{b} {a}");
    }
    for (a, b) in [("亳州", "毫州"), ("西安", "县"), ("酒泉", "酒泉市"), ("吕", "陆"), ("qq群", "qa群")]
    {
        assert!(!sounds_alike(a, b), "{a} {b}");
    }
}

/// Each way to read the term, tried one by one: what the dynamic programme must agree with.
fn naive(text: &[char], letters: &[u8], ends: &[usize], at: usize, first: bool) -> bool {
    if at == letters.len() {
        return true;
    }
    let Some((&c, text)) = text.split_first() else {
        return false;
    };
    let go = |to: usize| naive(text, letters, ends, to, false);
    if let Some(letter) = letter_of(c) {
        return letter == letters[at] && go(at + 1);
    }
    if readings(c).next().is_none() {
        return !first && !c.is_alphanumeric() && go(at);
    }
    readings(c).any(|reading| {
        let spelled: Vec<u8> = reading.chars().filter_map(letter_of).collect();
        let double = matches!(spelled[..], [b'z' | b'c' | b's', b'h', ..]);
        (1..=spelled.len()).any(|len| {
            let part = &letters[at..(at + len).min(ends[at])];
            let same = part.len() == len
                && (part.iter().zip(&spelled)).all(|(l, s)| l == s || (*l, *s) == (b'u', b'v'));
            let allowed = len == spelled.len() || len == 1 || len == 2 && double || at + len == letters.len();
            same && allowed && go(at + len)
        })
    })
}

/// Characters that have readings, and one reading of each.
fn read_text() -> impl Strategy<Value = Vec<(char, &'static str)>> {
    let han = proptest::char::range('\u{3400}', '\u{9fff}');
    let chosen = (han, any::<prop::sample::Index>()).prop_filter_map("no reading", |(c, i)| {
        let readings: Vec<_> = readings(c).collect();
        (!readings.is_empty()).then(|| (c, readings[i.index(readings.len())]))
    });
    prop::collection::vec(chosen, 2..=10)
}

proptest! {
    #[test]
    fn whole_readings_find_the_whole_text(chosen in read_text(), spelling in 0..4usize) {
        let text: String = chosen.iter().map(|&(c, _)| c).collect();
        let typed: String = chosen.iter().map(|&(_, reading)| reading).collect();
        let typed = typed.replace('ü', ["ü", "v", "u", "yu"][spelling]);
        prop_assert_eq!(find(&typed, &text), Some((text.as_str(), Full)));
    }

    #[test]
    fn initials_find_the_whole_text(chosen in read_text()) {
        let text: String = chosen.iter().map(|&(c, _)| c).collect();
        let initials: Vec<String> =
            chosen.iter().map(|(_, reading)| reading.chars().take(1).collect()).collect();
        prop_assert!(find(&initials.concat(), &text).is_some());
        // With borders each letter is a character of its own, and nothing shorter can fit.
        let found = find(&initials.join("'"), &text);
        prop_assert_eq!(found.map(|(read, _)| read), Some(text.as_str()));
    }

    #[test]
    fn finds_what_trying_every_way_finds(
        typed in "[xianshjuqv]{1,3}('?[xianshjuqv]{1,3}){0,3}",
        text in "[西安县先洗兴山酒泉十吕女重·“xi]{0,8}",
    ) {
        if let Some(term) = Term::new(&typed) {
            let reads = |text: &str| {
                let chars: Vec<char> = text.chars().collect();
                naive(&chars, &term.letters, &term.ends, 0, true)
            };
            let first = text.char_indices().find(|&(start, _)| reads(&text[start..]));
            let found = term.find(&text);
            prop_assert_eq!(found.is_some(), first.is_some());
            if let (Some(found), Some((first, _))) = (found, first) {
                prop_assert!(found.range.start >= first);
                prop_assert!(reads(&text[found.range]));
            }
        }
    }

    #[test]
    fn any_term_and_text_is_safe(
        typed in ".{0,80}|[a-zü0-9' ]{0,70}",
        text in ".{0,60}|[一-龥a-z·， ]{0,60}",
    ) {
        if let Some(found) = Term::new(&typed).and_then(|term| term.find(&text)) {
            prop_assert!(!found.range.is_empty());
            prop_assert!(text.get(found.range).is_some());
        }
        sounds_alike(&typed, &text);
    }
}
