//! Names in texts.

use proptest::prelude::*;

use super::*;

fn words() -> Words {
    let list = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let endings = BTreeMap::from([("制".to_owned(), list("度 定")), ("法".to_owned(), list("律"))]);
    Words::new(
        list("工作法 模式 管理模式 工程 活动 制度 机制"),
        endings,
        list("的 为 在 以 等 开展 推进"),
        list("三个代表 两委"),
    )
}

/// Names with their head nouns, what is only a name if it comes back in brackets.
fn names(text: &str) -> Vec<String> {
    let said = |method: Method| {
        let name = &text[method.name];
        let head = method.head.map_or("", |head| &text[head]);
        let whole = if name.ends_with(head) { name.to_owned() } else { format!("{name}+{head}") };
        if method.kind == Kind::Headed { whole } else { format!("({whole})") }
    };
    find(text, &words()).into_iter().map(said).collect()
}

#[test]
fn a_head_noun_makes_a_name() {
    assert_eq!(names("推行“四议两公开”工作法"), ["四议两公开+工作法"]);
    assert_eq!(
        names("「四本一档」管理模式、『2+X』模式、\"155\" 工程"),
        ["四本一档+管理模式", "2+X+模式", "155+工程"]
    );
    assert_eq!(names("“四民工作法”和“薪火”"), ["四民工作法", "(薪火)"]);
    assert_eq!(names("“135”社区党建工作模式"), ["135"]);
    assert_eq!(names("“三会”制的探索,“三会”制度,“三建法”"), ["三会+制", "三会+制度", "三建法"]);
    assert_eq!(names("“空巢”老人依法"), ["(空巢)"], "one character behind others is no head noun");
    assert_eq!(names("“基地+农户”的模式,“服务站”等活动"), ["基地+农户", "服务站"]);
    assert_eq!(names("“邻里守望”、“党内关爱”和“夕阳红”工程"), ["邻里守望", "党内关爱", "夕阳红+工程"]);
}

#[test]
fn what_is_no_name() {
    assert_eq!(names("“三个代表”活动,“两委”制度"), Vec::<String>::new());
    assert_eq!(names("“上下一般粗,左右一般齐”的模式"), Vec::<String>::new(), "a slogan");
    assert_eq!(names("“有问题就找你。不解决就骂你”活动"), Vec::<String>::new(), "a sentence");
    assert_eq!(names("“虚”活动,《四议两公开》工作法,“345”的要求"), Vec::<String>::new());
    assert_eq!(names("“党员服务站”在社区开展活动"), ["(党员服务站)"], "a clause has begun");
    assert_eq!(names("“爱读书、读好书”活动"), ["爱读书、读好书+活动"]);
}

#[test]
fn marks_that_do_not_meet() {
    assert_eq!(names("“开头“十联共建”活动"), ["十联共建+活动"]);
    assert_eq!(names("“暑期‘四进社区’活动”"), ["四进社区+活动"], "the inner one");
    assert_eq!(names("“没有结尾\n\n十联共建”活动"), Vec::<String>::new(), "a name stays in its paragraph");
    assert_eq!(names("”“”“"), Vec::<String>::new());
    assert_eq!(
        names("“十联\n共建”活动"),
        Vec::<String>::new(),
        "texts are folded before: lines are joined there"
    );
    assert_eq!(names(&crate::text::fold::fold("“十联\n共建”\n活动")), ["十联共建+活动"]);
}

#[test]
fn a_span_goes_from_the_mark_to_the_head_noun() {
    let text = "推行“四议两公开”工作法。";
    let found = find(text, &words());
    assert_eq!(&text[found[0].span.clone()], "“四议两公开”工作法");
    let text = "推行“四民工作法”,";
    assert_eq!(&text[find(text, &words())[0].span.clone()], "“四民工作法”");
}

proptest! {
    #[test]
    fn ranges_lie_on_borders_and_hold_the_name(
        text in "([“”‘’「」『』\"＂、,，。 \n+0-9a-zA-Z]|[一四议两公开三会制法]|工作法|模式|工程|活动|的|等|é|𠀀|\u{301}){0,40}"
    ) {
        let mut last = 0;
        for method in find(&text, &words()) {
            prop_assert!(method.span.start >= last);
            last = method.span.start;
            let span = &text[method.span.clone()];
            let name = &text[method.name.clone()];
            prop_assert!(span.contains(name));
            prop_assert!(method.span.start < method.name.start && method.name.end < method.span.end);
            prop_assert!((2..=LONGEST_WITH_HEAD).contains(&name.chars().count()));
            prop_assert!(!name.contains(['“', '”', '"', '\n']));
            if let Some(head) = method.head {
                prop_assert!(words().head_at(&text[head.clone()]).is_some());
                prop_assert!(head.start >= method.name.start && head.end <= method.span.end);
            }
        }
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = find(&text, &words());
        let _ = words().head_of(&text);
        let _ = words().head_at(&text);
    }
}
