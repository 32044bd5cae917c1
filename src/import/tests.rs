//! The whole floor at once: the balance on any text, importing twice, linking, and the five real documents where they are at hand.

use std::path::PathBuf;

use proptest::prelude::*;

use super::lexicon::tests::shipped;
use crate::text::shingles::{Shingles, bare};

use super::{Action, Existing, Input, Options, Plan, Planned, WarningKind, plan};

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn existing(record: &Planned) -> Existing {
    let draft = &record.draft;
    Existing {
        id: record.id.clone(),
        title: draft.title.clone(),
        unit: draft.unit.clone(),
        region: draft.region.clone(),
        awards: draft.awards.clone(),
        sources: draft.source.iter().map(|s| (s.sha256.clone(), s.start, s.end)).collect(),
        has_text: draft.has_text(),
        year: draft.year,
        shingles: draft.has_text().then(|| Shingles::of(&bare(&draft.text()))),
    }
}

/// Every character once: no overlap, no gap.
fn check_balance(plan: &Plan) {
    for source in &plan.sources {
        let records = source.records.iter().flat_map(|r| r.spans.iter().copied());
        let apart = source.boilerplate.iter().chain(&source.unassigned);
        let mut spans: Vec<(usize, usize)> = records.chain(apart.map(|a| (a.start, a.end))).collect();
        spans.sort_unstable();
        let mut at = 0;
        for (start, end) in spans {
            assert_eq!(start, at, "{}", source.path);
            assert!(end > start);
            at = end;
        }
        assert_eq!(at, source.chars, "{}", source.path);
    }
}

const LISTS: &str = "第一届全国基层党建创新最佳、优秀案例评选结果\n\
    从2009年9月至2010年11月,共收到案例若干。一、最佳案例评选结果(共2个)1辽宁丹东:推广“互动式党课”2浙江舟山:推行“网格化管理,组团式服务”工作\n\
    二、优秀案例评选结果(共4个)1山东乳山:党内民主“乳山模式”2河北景县:“365便民服务超市”的调查3天津市滨海新区实施创建学习型党组织工程";

fn full_text() -> String {
    let prose = "近年来,舟山市在基层推行服务管理,效果明显,群众满意。".repeat(8);
    format!(
        "舟山市:推行“网格化管理,组团式服务”工作\n{prose}\n一、背景与起因\n{prose}\n二、做法与经过\n{prose}\n三、成效与反响\n{prose}\n"
    )
}

#[test]
fn a_list_and_its_full_text_become_one_record() {
    let lexicon = shipped();
    let inputs = vec![input("list.txt", LISTS), input("dir/full.txt", &full_text())];
    let plan = plan(inputs, &Options::default(), &lexicon, &[]);
    check_balance(&plan);
    assert_eq!(plan.count(Action::Create), 5);
    let records = plan.records();
    let both = records.iter().find(|r| r.draft.has_text()).unwrap();
    assert_eq!(both.draft.title, "舟山市:推行“网格化管理,组团式服务”工作");
    assert_eq!(both.draft.source.len(), 2);
    assert_eq!(both.draft.source[1].file, "full.txt");
    assert_eq!(both.draft.year, Some(2010));
    let award = &both.draft.awards[0];
    assert_eq!((award.rank, award.level.as_deref()), (Some(2), Some("最佳案例")));
    assert_eq!(award.unit.as_deref(), Some("浙江舟山"));
    let no_colon = records.iter().find(|r| r.draft.awards[0].rank == Some(3)).unwrap();
    assert_eq!(no_colon.draft.unit.as_deref(), Some("天津市滨海新区"));
    assert_eq!(no_colon.draft.title, "实施创建学习型党组织工程");
    let total = WarningKind::Total { declared: 4, found: 3 };
    assert!(plan.warnings.iter().any(|warning| warning.kind == total));
}

/// A text whose paragraphs have nothing in common, but for `changed` of them.
fn long_text(title: &str, changed: usize) -> String {
    let paragraph = |n: usize| -> String {
        let han = |at: usize| char::from_u32(0x4e00 + ((n * 977 + at * 61) % 15_000) as u32).unwrap();
        (0..100).map(han).chain(std::iter::once('。')).collect()
    };
    let mut text = format!("{title}\n");
    for (at, heading) in ["一、背景与起因", "二、做法与经过", "三、成效与反响"].iter().enumerate()
    {
        text.push_str(&format!("{heading}\n"));
        for n in at * 10..at * 10 + 10 {
            text.push_str(&format!("{}\n", paragraph(if n < changed { n + 500 } else { n })));
        }
    }
    text
}

#[test]
fn copies_of_one_text_in_a_batch_are_one_record_with_all_sources() {
    let lexicon = shipped();
    let text = long_text("浙江舟山:推行“网格化管理,组团式服务”工作", 0);
    let marks = text.replace('。', "！").replace(',', "，");
    let inputs = vec![
        input("a.txt", &text),
        input("b.txt", &marks),
        input("c.txt", &long_text("浙江舟山:推行“网格化管理,组团式服务”工作", 2)),
    ];
    let plan = plan(inputs, &Options::default(), &lexicon, &[]);
    check_balance(&plan);
    assert_eq!(plan.count(Action::Create), 1, "{:?}", plan.warnings);
    let records = plan.records();
    assert_eq!(records[0].draft.source.len(), 3);
    let joined: Vec<bool> = plan
        .warnings
        .iter()
        .filter_map(|w| match &w.kind {
            WarningKind::Copy { joined, .. } => Some(*joined),
            _ => None,
        })
        .collect();
    assert_eq!(joined, [true], "what was joined without being equal is said");
}

#[test]
fn a_copy_of_what_the_archive_holds_becomes_a_source_of_it() {
    let lexicon = shipped();
    let title = "浙江舟山:推行“网格化管理,组团式服务”工作";
    let run = |text: &str, existing: &[Existing]| {
        plan(vec![input("x.txt", text)], &Options::default(), &lexicon, existing)
    };
    let first = run(&long_text(title, 0), &[]);
    let held = existing(first.records()[0]);
    for (changed, action) in
        [(0, Action::Update), (1, Action::Update), (4, Action::Create), (25, Action::Create)]
    {
        let text = long_text(title, changed).replace('。', "！");
        let found = run(&text, std::slice::from_ref(&held));
        assert_eq!(found.records()[0].action, action, "{changed} paragraphs changed: {:?}", found.warnings);
        let said = found.warnings.iter().any(|w| matches!(w.kind, WarningKind::Copy { .. }));
        assert_eq!(said, changed == 1 || changed == 4, "{changed} paragraphs changed");
    }
    // Another unit with the very same text is another matter: a person must look.
    let found = run(&long_text("山东乳山:推行“网格化管理,组团式服务”工作", 0), std::slice::from_ref(&held));
    assert_eq!(found.records()[0].action, Action::Create);
    assert!(found.warnings.iter().any(|w| matches!(w.kind, WarningKind::Copy { joined: false, .. })));
}

#[test]
fn a_notice_is_no_case_unless_it_tells_one() {
    let prose =
        "各党支部要认真组织学习,结合实际抓好落实,确保取得实效。有关情况请及时报送,联系人见附表。".repeat(4);
    let run = |text: String| {
        let found = plan(vec![input("x.txt", &text)], &Options::default(), &shipped(), &[]);
        found.records()[0].reason.clone()
    };
    assert_eq!(run(format!("关于开展学习活动的通知\n{prose}")), Some("official".to_owned()));
    assert_eq!(run(format!("某县推行积分管理办法的做法\n{prose}")), None);
    let told = format!("甘肃敦煌推行村务监督的规定\n一、背景与起因\n{prose}\n二、主要成效\n{prose}");
    assert_eq!(run(told), None);
}

#[test]
fn words_behind_the_mark_of_a_part_are_its_text() {
    let prose =
        |who: &str| format!("{who},某县村民,2014年套取补偿费8万余元,另有3 万元未退,后来全部退还。").repeat(3);
    let text = format!(
        "业务探讨\n案例一：{}\n处理经过如下。\n案例二：{}\n处理经过同上。\n",
        prose("甲"),
        prose("乙")
    );
    let found = plan(vec![input("x.txt", &text)], &Options::default(), &shipped(), &[]);
    let texts: Vec<String> = found.records().iter().map(|r| r.draft.text()).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[0].contains("甲,某县村民,2014年套取补偿费8万余元"), "{texts:?}");
    assert!(texts[1].contains("乙,某县村民"), "{texts:?}");
}

#[test]
fn importing_twice_changes_nothing() {
    let lexicon = shipped();
    let inputs = || vec![input("list.txt", LISTS), input("full.txt", &full_text())];
    let first = plan(inputs(), &Options::default(), &lexicon, &[]);
    let held: Vec<Existing> = first.records().into_iter().map(existing).collect();
    let again = plan(inputs(), &Options::default(), &lexicon, &held);
    assert_eq!(again.count(Action::Unchanged), held.len());
    assert_eq!(again.records().len(), held.len());
    check_balance(&again);
    // The same file twice in one batch is one file.
    let twice = plan([inputs(), inputs()].concat(), &Options::default(), &lexicon, &[]);
    assert_eq!(twice.count(Action::Create), held.len());
    check_balance(&twice);
}

#[test]
fn what_the_archive_holds_is_found_from_either_side() {
    let lexicon = shipped();
    let list = || vec![input("list.txt", LISTS)];
    let full = || vec![input("full.txt", &full_text())];
    for (first, second) in [(list(), full()), (full(), list())] {
        let held: Vec<Existing> =
            plan(first, &Options::default(), &lexicon, &[]).records().into_iter().map(existing).collect();
        let next = plan(second, &Options::default(), &lexicon, &held);
        assert_eq!(next.count(Action::Update), 1);
        let updated = next.records().into_iter().find(|r| r.action == Action::Update).unwrap();
        assert!(held.iter().any(|record| record.id == updated.id));
    }
}

#[test]
fn a_bad_piece_is_set_aside_and_the_rest_goes_in() {
    let lexicon = shipped();
    let binary = Input { name: "x.bin".to_owned(), bytes: vec![0, 1, 2] };
    let law = "第一条 为了规范工作,制定本规定。\n第二条 各级组织应当遵守本规定。\n第三条 本规定自发布之日起施行。\n".repeat(3);
    let plan = plan(
        vec![binary, input("law.txt", &law), input("full.txt", &full_text())],
        &Options::default(),
        &lexicon,
        &[],
    );
    check_balance(&plan);
    assert_eq!(plan.count(Action::Reject), 2);
    assert_eq!(plan.count(Action::Create), 1);
    assert!(plan.records().iter().filter(|r| r.action == Action::Reject).all(|r| r.reason.is_some()));
}

#[test]
fn several_cases_in_one_part_are_told_by_their_outlines() {
    let prose = "某地认真落实要求,积极探索创新,取得了明显成效。".repeat(6);
    let case = |title: &str| {
        format!(
            "{title}\n{prose}\n一、背景与起因\n{prose}\n二、做法与经过\n(一)抓班子。{prose}\n(二)带队伍。{prose}\n三、成效与反响\n{prose}\n"
        )
    };
    let text = format!(
        "篇一:党建创新典型案例\n{}第二届全国基层党建创新典型案例征集\n{}篇二:党建创新典型案例\n{}推荐访问:党建 案例",
        case("敦煌市:推行党员首议制"),
        case("酒泉瓜州:以学分制管理推进学习型组织建设"),
        case("广东翁源:培育创业“领头雁”"),
    );
    let plan = plan(vec![input("a.txt", &text)], &Options::default(), &shipped(), &[]);
    check_balance(&plan);
    let titles: Vec<&str> = plan.records().iter().map(|r| r.draft.title.as_str()).collect();
    assert_eq!(
        titles,
        ["敦煌市:推行党员首议制", "酒泉瓜州:以学分制管理推进学习型组织建设", "广东翁源:培育创业“领头雁”"]
    );
    let editions: Vec<Option<i64>> = plan.records().iter().map(|r| r.draft.edition).collect();
    assert_eq!(editions, [None, Some(2), None]);
    let places: Vec<Option<String>> = plan
        .records()
        .iter()
        .map(|r| r.draft.region.as_ref().and_then(|region| region.county.clone()))
        .collect();
    assert_eq!(places, ["敦煌市", "瓜州县", "翁源县"].map(|name| Some(name.to_owned())));
}

fn word() -> impl Strategy<Value = String> {
    let fixed = [
        "\n",
        "\n\n",
        "。",
        ",",
        ":",
        "：",
        " ",
        "\u{3000}",
        "一、",
        "二、",
        "三、",
        "(一)",
        "（二）",
        "1",
        "2",
        "3、",
        "4.",
        "10",
        "篇1:",
        "篇二：",
        "篇3:",
        "案例一",
        "最佳案例名单(共3个)",
        "优秀案例评选结果",
        "名单",
        "背景与起因",
        "主要做法",
        "成效",
        "启示",
        "【基本情况】",
        "## ",
        "第二届全国基层党建创新典型案例征集",
        "完美整理",
        "\nWord格式\n",
        "推荐访问:甲",
        "**",
        "——",
        "“",
        "”",
        "(",
        ")",
        "广东翁源:",
        "甘肃省敦煌市",
        "山东潍坊",
        "一是",
        "第三条",
        "]",
        "\r\n",
        "\u{feff}",
        "共",
        "20",
        "365",
        "2+X",
        "届",
        "第",
        "年",
        "序号\n",
        "名称\n",
    ];
    prop_oneof![
        4 => prop::sample::select(fixed.map(str::to_owned).to_vec()),
        2 => "[党建工作创新服务群众的在了是农村社区]{1,40}",
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_balances(words in prop::collection::vec(word(), 0..120), more in prop::collection::vec(word(), 0..40)) {
        let lexicon = shipped();
        let inputs = || vec![input("a.txt", &words.concat()), input("b.txt", &more.concat())];
        let first = plan(inputs(), &Options::default(), &lexicon, &[]);
        check_balance(&first);
        let keep = |r: &&Planned| r.action == Action::Create;
        let held: Vec<Existing> = first.records().into_iter().filter(keep).map(existing).collect();
        let again = plan(inputs(), &Options::default(), &lexicon, &held);
        check_balance(&again);
        prop_assert_eq!(again.count(Action::Create) + again.count(Action::Update), 0);
    }
}

/// Every letter and digit of a record's spans is in the record, but for the mark of a part: nothing is lost on the way.
fn check_words(plan: &Plan, inputs: &[Input]) {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
    for (source, input) in plan.sources.iter().zip(inputs) {
        let text = String::from_utf8_lossy(&input.bytes);
        let text: Vec<char> = text.trim_start_matches('\u{feff}').chars().collect();
        for record in source.records.iter().filter(|record| record.action == Action::Create) {
            let draft = &record.draft;
            let awards = draft.awards.iter().flat_map(|award| {
                let rank = award.rank.map(|rank| rank.to_string());
                [rank, award.title.clone(), award.unit.clone()].into_iter().flatten()
            });
            let sections =
                draft.sections.iter().flat_map(|s| [s.heading.clone().unwrap_or_default(), s.text.clone()]);
            let words = awards.chain(sections).chain(draft.notes.clone()).chain(draft.unit.clone());
            let mut held: Vec<char> = bare(&draft.title);
            words.for_each(|words| held.extend(bare(&words)));
            let mut counts: std::collections::HashMap<char, i64> = std::collections::HashMap::new();
            held.into_iter().for_each(|c| *counts.entry(c).or_default() += 1);
            for (start, end) in &record.spans {
                let span: String = text[*start..*end].iter().collect();
                bare(&span).into_iter().for_each(|c| *counts.entry(c).or_default() -= 1);
            }
            // The mark of a part (篇3) stands in the span and names nothing.
            let lost: i64 = counts.values().filter(|n| **n < 0).map(|n| -n).sum();
            assert!(lost <= 3, "{}: {} lost {lost} of {counts:?}", source.path, draft.title);
        }
    }
}

/// The five documents the project began with, which stand beside it and not in it.
fn seeds() -> Option<Vec<Input>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = std::env::var_os("ANKU_SHARED").map_or(beside, PathBuf::from);
    let Ok(folder) = std::fs::read_dir(root.join("seeds")) else {
        eprintln!("SKIPPED: no seeds at {}; set ANKU_SHARED", root.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let read =
        |path: &PathBuf| Input { name: path.display().to_string(), bytes: std::fs::read(path).unwrap() };
    Some(paths.iter().filter(|p| p.extension().is_some_and(|e| e == "txt")).map(read).collect())
}

#[test]
fn the_seeds_come_in_whole() {
    let Some(inputs) = seeds() else {
        return;
    };
    let lexicon = shipped();
    let first = plan(inputs.clone(), &Options::default(), &lexicon, &[]);
    check_balance(&first);
    check_words(&first, &inputs);
    assert!(first.warnings.is_empty(), "{:?}", first.warnings);
    let records = first.records();
    assert_eq!(records.len(), 192);
    assert_eq!(records.iter().filter(|r| r.draft.has_text()).count(), 15);
    assert_eq!(records.iter().filter(|r| r.draft.has_text() && !r.draft.awards.is_empty()).count(), 3);
    for (edition, level, count) in
        [(1, "最佳案例", 20), (1, "优秀案例", 60), (2, "最佳案例", 30), (2, "优秀案例", 70)]
    {
        let awards = records.iter().flat_map(|r| &r.draft.awards);
        let mut ranks: Vec<i64> = awards
            .filter(|a| a.edition == Some(edition) && a.level.as_deref() == Some(level))
            .filter_map(|a| a.rank)
            .collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=count).collect::<Vec<i64>>(), "{edition} {level}");
    }
    // Another encoding of the same text is another file, and the same drafts.
    let old: Vec<Input> = inputs
        .iter()
        .map(|input| {
            let text = String::from_utf8(input.bytes.clone()).unwrap();
            let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
            Input { name: input.name.clone(), bytes: bytes.into_owned() }
        })
        .collect();
    let second = plan(old, &Options::default(), &lexicon, &[]);
    check_balance(&second);
    let bare = |plan: &Plan| -> Vec<super::Draft> {
        let drafts = plan.records().into_iter().map(|r| r.draft.clone());
        drafts
            .map(|mut draft| {
                draft.source.iter_mut().for_each(|s| s.sha256.clear());
                draft
            })
            .collect()
    };
    assert_eq!(second.sources[0].encoding, "GB18030");
    assert_eq!(bare(&first), bare(&second));
}
