//! What `search` does beyond finding: how much it shows, how it groups and counts, what it offers.

use crate::support::anku;
use crate::support::shipped;
use crate::support::write;
use serde_json::Value;
use std::path::Path;

fn json(root: &Path, args: &[&str]) -> Value {
    let args = ["--lang", "en", "search", "--json"].into_iter().chain(args.iter().copied());
    let run = anku(root, args);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", run.stdout, run.stderr))
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().into_iter().flatten().filter_map(|hit| hit["id"].as_str()).collect()
}

#[test]
fn as_much_of_a_text_as_is_asked_for() {
    let folder = shipped();
    let root = folder.path();
    let text = |args: &[&str]| {
        let all: Vec<&str> =
            ["民情流水线", "--in", "practice", "-n", "1"].iter().chain(args).copied().collect();
        json(root, &all)["hits"][0]["snippets"][0]["text"].as_str().unwrap_or_default().to_owned()
    };
    let (none, one, whole) = (text(&["-C", "0"]), text(&["-C", "1"]), text(&["--full"]));
    let sentences = |text: &str| text.matches(['。', '；', '！', '？', ';', '!', '?']).count();
    assert!(none.contains("民情流水线") && one.contains(&none) && one.len() > none.len(), "{none}\n{one}");
    assert!(sentences(&one) <= sentences(&none) + 2, "{one}");
    assert!(whole.lines().count() > 1 && whole.len() > one.len(), "{whole}");
    assert_eq!(json(root, &["民情流水线", "--no-snippet"])["hits"][0]["snippets"], serde_json::json!([]));
    anku(root, ["search", "民情流水线", "--full", "-C", "1"]).ends(2);
    // Hits of one line each are a list; those with passages stand apart.
    for (args, apart) in
        [(["社区", "--no-snippet"], false), (["社区", "-C1"], true), (["year:2012", "-C1"], false)]
    {
        let run = anku(root, ["search", args[0], args[1]]).ends(0);
        assert!(run.stdout.lines().count() > 5, "{args:?}");
        assert_eq!(run.stdout.contains("\n\n"), apart, "{args:?}: {}", run.stdout);
    }
}

#[test]
fn hits_are_grouped_and_counted() {
    let folder = shipped();
    let root = folder.path();
    let answer = json(root, &["服务型党组织", "--group-by", "等次"]);
    let groups = answer["groups"].as_array().expect("groups");
    let grouped: usize = groups.iter().filter_map(|group| group["ids"].as_array()).map(Vec::len).sum();
    assert_eq!(grouped, ids(&answer).len());
    assert_eq!(groups[0]["ids"][0], answer["hits"][0]["id"]);
    assert!(groups.iter().any(|group| group["value"].is_null()));
    let run = anku(root, ["search", "服务型党组织", "--group-by", "等次", "--no-snippet"]).ends(0);
    assert!(run.stdout.contains("最佳案例 (2)"), "{}", run.stdout);

    let facet = json(root, &["社区", "--facet", "省", "-n", "1"])["facets"]["region.province"].clone();
    let counted = json(root, &["社区", "--count-by", "省"]);
    assert_eq!(counted["facets"]["region.province"], facet);
    assert_eq!(ids(&counted), Vec::<&str>::new());
    let total = counted["total"].as_u64().expect("a total");
    let sum: u64 = facet.as_array().into_iter().flatten().filter_map(|count| count["count"].as_u64()).sum();
    assert_eq!(sum, total);
    let lines = anku(root, ["search", "社区", "--count-by", "省"]).ends(0);
    assert_eq!(lines.stdout.lines().count(), facet.as_array().map_or(0, Vec::len), "{}", lines.stdout);
}

#[test]
fn lines_of_json_are_the_hits() {
    let folder = shipped();
    let root = folder.path();
    let answer = json(root, &["社区"]);
    let run = anku(root, ["search", "社区", "--jsonl"]).ends(0);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(&lines, answer["hits"].as_array().expect("hits"));
}

#[test]
fn a_score_is_the_sum_of_its_parts() {
    let folder = shipped();
    let answer = json(folder.path(), &["民情流水线 社区", "--explain"]);
    for hit in answer["hits"].as_array().expect("hits") {
        let part = |name: &str| hit["parts"][name].as_f64().expect("a part");
        let sum = part("words") + part("grams") + part("title");
        assert!((sum - hit["score"].as_f64().expect("a score")).abs() < 0.01, "{hit}");
    }
    assert!(answer["hits"][0]["parts"]["title"].as_f64() > Some(0.0));
    assert_eq!(answer["explain"]["reading"], "民情流水线 社区");
    let run = anku(folder.path(), ["search", "民情流水线", "--explain", "-n", "1"]).ends(0);
    assert!(run.stdout.contains("得分") && run.stderr.contains("查询计划"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn synonyms_widen_only_when_asked_and_never_in_silence() {
    let folder = shipped();
    let root = folder.path();
    write(root, "dict/synonyms.yaml", "- [流动党员, 民情流水线]\n");
    let plain = json(root, &["流动党员"]);
    let wide = json(root, &["流动党员", "--synonyms"]);
    let (plain, wider) = (ids(&plain), ids(&wide));
    assert!(wider.len() > plain.len() && plain.iter().all(|id| wider.contains(id)), "{plain:?} {wider:?}");
    assert_eq!(wide["expanded"][0]["also"][0], "民情流水线");
    let run = anku(root, ["search", "流动党员", "--synonyms"]).ends(0);
    assert!(run.stderr.contains("民情流水线"), "{}", run.stderr);
    // What is under NOT stays as it is.
    let not = |args: &[&str]| json(root, args)["total"].clone();
    assert_eq!(not(&["社区 -流动党员", "--synonyms"]), not(&["社区 -流动党员"]));
    // Another file changes nothing of what is found without the flag.
    write(root, "dict/synonyms.yaml", "- [社区, 党员]\n");
    assert_eq!(ids(&json(root, &["流动党员"])), plain);
    write(root, "dict/synonyms.yaml", "- 流动党员\n");
    let run = anku(root, ["search", "流动党员", "--synonyms"]).ends(2);
    assert!(run.stderr.contains("dict/synonyms.yaml:1"), "{}", run.stderr);
}

#[test]
fn pinyin_reads_titles_and_places() {
    let folder = shipped();
    let root = folder.path();
    for (term, han) in
        [("jiuquan", "酒泉"), ("xingshan", "兴山"), ("xsx", "兴山县"), ("minqingliushuixian", "民情流水线")]
    {
        let answer = json(root, &[term, "--pinyin"]);
        let also: Vec<&str> = answer["expanded"][0]["also"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert!(also.contains(&han), "{term}: {also:?}");
        assert!(answer["total"].as_u64() > Some(0), "{term}");
        let run = anku(root, ["search", term, "--exact"]);
        assert_eq!(run.code, 1, "{term} is in no text");
    }
}

#[test]
fn what_was_perhaps_meant_is_offered_and_not_applied() {
    let folder = shipped();
    let root = folder.path();
    let run = anku(root, ["search", "--exact", "流动党圆"]).ends(1);
    assert!(run.stderr.contains("流动党员"), "{}", run.stderr);
    let answer = json(root, &["--exact", "流动党圆"]);
    assert_eq!(
        (answer["nearest"][0]["near"].as_str(), &answer["total"]),
        (Some("流动党员"), &Value::from(0))
    );
    let run = anku(root, ["search", "省:上东"]).ends(1);
    assert!(run.stderr.contains("山东省"), "{}", run.stderr);
    // Of a question whole words, as many side by side as stand in a record, and no two characters that say nothing of
    // it; of a long string with one wrong character at its end the string.
    for (typed, near) in [
        ("怎么样才能让流动党员管理得更好", Some("流动党员管理")),
        ("怎么样服务群众", Some("服务群众")),
        ("怎么样才能让他们都满意呢", None),
        ("创建服务群众品牌增强党组织凝聚刀", Some("创建服务群众品牌增强党组织凝聚力")),
    ] {
        for args in [&[typed][..], &[typed, "-n", "1"], &[typed, "--facet", "year"]] {
            let answer = json(root, args);
            assert_eq!(answer["nearest"][0]["near"].as_str(), near, "{args:?}");
        }
    }
    // Said beside lists; lines for programs have no place for it, but where nothing is found it is all there is.
    for (args, said) in [
        (&["怎么样服务群众"][..], true),
        (&["-l", "怎么样服务群众"], true),
        (&["-O", "plain", "怎么样服务群众"], false),
        (&["--jsonl", "怎么样服务群众"], false),
    ] {
        let run = anku(root, [&["search"], args].concat()).ends(0);
        assert_eq!(run.stderr.contains("“服务群众”"), said, "{args:?}: {}", run.stderr);
    }
    let run = anku(root, ["search", "--exact", "--jsonl", "怎么样服务群众"]).ends(1);
    assert!(run.stderr.contains("“服务群众”"), "{}", run.stderr);
}

#[test]
fn the_like_of_a_record() {
    let folder = shipped();
    let root = folder.path();
    let answer = json(root, &["--like", "fsjw2r", "-n", "0"]);
    let found = ids(&answer);
    assert!(!found.contains(&"fsjw2r") && found[..3].contains(&"zv4prf"), "{found:?}");
    assert!(answer["like"]["words"].as_array().is_some_and(|words| words.iter().any(|word| word == "社区")));
    // A query beside it filters.
    let filtered = json(root, &["--like", "fsjw2r", "等次:最佳", "-n", "0"]);
    assert!(!ids(&filtered).is_empty() && ids(&filtered).iter().all(|id| found.contains(id)));
    anku(root, ["search", "--like", "nothing"]).ends(2);
}

#[test]
fn copies_of_one_text_are_shown_once() {
    let folder = shipped();
    let root = folder.path();
    let path = "cases/2012/fsjw2r.yaml";
    let text = std::fs::read_to_string(root.join(path)).expect("a record");
    // Reprinted elsewhere: another id, a word changed.
    write(
        root,
        "cases/2012/reprint.yaml",
        text.replace("id: fsjw2r", "id: zzzzzz").replacen("社区", "小区", 1),
    );
    let once = json(root, &["民情流水线"]);
    let every = json(root, &["民情流水线", "--no-fold"]);
    assert_eq!(once["total"], every["total"]);
    assert_eq!(ids(&every).len(), ids(&once).len() + 1);
    let copies: Vec<&Value> =
        once["hits"].as_array().into_iter().flatten().filter(|hit| hit["copies"].is_array()).collect();
    assert_eq!(copies.len(), 1);
    let pair = [copies[0]["id"].as_str(), copies[0]["copies"][0]["id"].as_str()];
    assert!(pair.contains(&Some("fsjw2r")) && pair.contains(&Some("zzzzzz")), "{pair:?}");
    // Lists for other programs have all of them.
    let paths = anku(root, ["search", "-l", "民情流水线"]).ends(0).lines().len();
    assert_eq!(paths as u64, every["total"].as_u64().unwrap_or_default());
}

#[test]
fn the_whole_query_may_be_a_pattern() {
    let folder = shipped();
    let root = folder.path();
    let pattern = json(root, &["--regex", "党员.{2,4}工程"]);
    assert_eq!(ids(&pattern), ids(&json(root, &["/党员.{2,4}工程/"])));
    assert!(pattern["total"].as_u64() > Some(0));
    anku(root, ["search", "--regex", "党员(工程"]).ends(2);
}

#[test]
fn a_mask_is_a_gap_that_no_phrase_crosses() {
    let folder = shipped();
    let root = folder.path();
    write(root, "cases/2012/masked.yaml", "id: masked\ntitle: 新疆**富蕴县推行党务公开\n");
    assert_eq!(ids(&json(root, &["--exact", "新疆富蕴县推行"])), Vec::<&str>::new());
    for literal in ["新疆**富蕴县推行", "**富蕴县推行", "富蕴县推行党务"] {
        assert_eq!(ids(&json(root, &["--exact", literal])), ["masked"], "{literal}");
    }
    // A single star between characters is any run of characters, a mask too.
    assert_eq!(ids(&json(root, &["--exact", "新疆*富蕴县推行"])), ["masked"]);
}
