//! The shipped schemes on their worked examples (`tests/schemes/`, all made up), with what must come out
//! worked out by hand, and what happens to sheets that cannot be counted.

use crate::ooxml;
use crate::support::Run;
use crate::support::anku;
use crate::support::copy;
use crate::support::files;
use crate::support::repository;
use crate::support::write;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// An archive with the example of a scheme.
fn example(scheme: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&["anku.yaml", "schemas"], folder.path());
    for (path, bytes) in files(&repository().join("tests/schemes").join(scheme)) {
        let path = match path.strip_prefix("cases/") {
            Some(file) => format!("cases/2026/{file}"),
            None => format!("scores/{scheme}/{path}"),
        };
        write(folder.path(), &path, bytes);
    }
    std::fs::create_dir_all(folder.path().join("cases")).expect("a folder");
    folder
}

/// `award` with places for five cases instead of two thousand.
fn award() -> TempDir {
    let folder = example("award");
    let path = folder.path().join("schemas/schemes/award.yaml");
    let text = std::fs::read_to_string(&path).expect("the scheme");
    let text = text.replace("keep: 220", "keep: 4").replace(", keep: 120", "");
    let text = text.replace("take: 20", "take: 1").replace("take: 60", "take: 2");
    std::fs::write(path, text).expect("a written scheme");
    folder
}

fn score(folder: &TempDir, args: &str) -> Run {
    anku(folder.path(), std::iter::once("score").chain(args.split(' ')))
}

fn standings(folder: &TempDir, args: &str) -> Vec<Value> {
    let run = score(folder, &format!("{args} --json"));
    run.ends(0).json()["standings"].as_array().expect("standings").clone()
}

/// id, rank, score and what came of it.
fn results(standings: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let result = |one: &Value| if one["level"].is_null() { text(&one["grade"]) } else { text(&one["level"]) };
    standings
        .iter()
        .map(|one| format!("{} {} {} {}", text(&one["id"]), one["rank"], text(&one["score"]), result(one)))
        .collect()
}

fn of<'s>(standings: &'s [Value], id: &str) -> &'s Value {
    standings.iter().find(|one| one["id"] == id).expect("an entry")
}

fn edit(folder: &TempDir, path: &str, from: &str, to: &str) {
    let path = folder.path().join(path);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{}: {from}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).expect("a written file");
}

#[test]
fn selection_of_cases_by_hand() {
    let folder = award();
    let all = standings(&folder, "award");
    // First check, means of two: 85, 85, 85, 70, 45; four go on.
    assert_eq!(of(&all, "case-5")["out"], "初选");
    // Votes: case-1 600 + (500 − 100) = 1000, case-2 800, case-3 1000, case-4 500; of the most, 100 80 100 50.
    assert_eq!(of(&all, "case-2")["stages"]["网络投票"], "80");
    // Round one, highest and lowest left out:
    //   case-1  90 90 80 70 90 → 90, 90, 80 without one 90 and the 70: (80 + 90 + 90) ÷ 3 = 86.666…
    //   case-2  80 85 95 90 90 → (85 + 90 + 90) ÷ 3 = 88.333…
    //   case-3  85 85 90 95, the judge of its own county is recused → (85 + 90) ÷ 2 = 87.5
    //   case-4  70 75 75 80 80 → (75 + 75 + 80) ÷ 3 = 76.666…
    assert_eq!(of(&all, "case-3")["stages"]["专家一轮"], "87.5");
    assert_eq!(of(&all, "case-1")["stages"]["专家一轮"], "86.666667");
    // Round two: case-1 60 84 85 86 99 → 85; case-2 60 86 88 90 92 → 88; case-3 90s → 90; case-4 70.
    // 0.3 × votes + 0.3 × round one + 0.4 × round two:
    //   case-1  30 + 26 + 34 = 90;          case-2  24 + 26.5 + 35.2 = 85.7
    //   case-3  30 + 26.25 + 36 = 92.25;    case-4  15 + 23 + 28 = 66
    assert_eq!(
        results(&all),
        [
            "case-3 1 92.25 最佳案例",
            "case-1 2 90.00 优秀案例",
            "case-2 3 85.70 优秀案例",
            "case-4 4 66.00 null",
            "case-5 null null null",
        ]
    );
    let lines = score(&folder, "award --explain case-3").ends(0).stdout;
    for part in [
        "专家戊：回避（同一单位）",
        "去掉（最高）",
        "(85 + 90) ÷ 2 = 87.5",
        "87.5 × 0.3",
        "92.25",
        "最佳案例（名额 1 个）",
    ] {
        assert!(lines.contains(part), "{part}\n{lines}");
    }
}

#[test]
fn a_tie_is_broken_as_the_scheme_says_and_a_quota_is_not_overfilled() {
    let folder = award();
    // case-1 is worth 2.25 less than case-3: 5.625 more in round two (weight 0.4) makes them level. Without the
    // extremes 84 85 86 that is 90.625 for each of the three in the middle; a half-point sheet does not exist, so
    // the votes of case-3 go down instead: 92.25 − 2.25 means 7.5 % fewer votes of 1000: 925.
    edit(&folder, "scores/award/2026/网络投票.csv", "2026-11-01,1000", "2026-11-01,925");
    let all = standings(&folder, "award");
    assert_eq!(results(&all)[..2], ["case-3 1 90.00 最佳案例", "case-1 2 90.00 优秀案例"]);
    let lines = score(&folder, "award --explain case-1").ends(0).stdout;
    assert!(lines.contains("与 case-3 同分，比专家二轮排后"), "{lines}");
    // With nothing to compare they share rank 1, and one place is too few for two: none gets it.
    edit(&folder, "schemas/schemes/award.yaml", "by: [专家二轮, 专家一轮, 网络投票], ", "");
    let run = score(&folder, "award").ends(0).stdout;
    assert!(run.contains("空缺"), "{run}");
    let all = standings(&folder, "award");
    assert_eq!(
        results(&all)[..3],
        ["case-1 1 90.00 优秀案例", "case-3 1 90.00 优秀案例", "case-2 3 85.70 null"]
    );
    // Unless the scheme says that all who are level get in.
    edit(&folder, "schemas/schemes/award.yaml", "share: none", "share: all");
    let all = standings(&folder, "award");
    assert_eq!(
        results(&all)[..3],
        ["case-1 1 90.00 最佳案例", "case-3 1 90.00 最佳案例", "case-2 3 85.70 优秀案例"]
    );
}

#[test]
fn equal_extremes_leave_the_mean_alone() {
    let folder = award();
    // Round two of case-3 is 90 four times: whichever is left out, the rest is 90.
    let lines = score(&folder, "award --explain case-3").ends(0).stdout;
    assert!(lines.contains("(90 + 90) ÷ 2 = 90"), "{lines}");
    assert_eq!(lines.matches("去掉（最高）").count(), 2);
    assert_eq!(lines.matches("去掉（最低）").count(), 2);
}

#[test]
fn stars_over_three_years_by_hand() {
    let folder = example("star");
    for year in ["2024", "2025"] {
        score(&folder, &format!("star --round {year} --publish --date {year}-12-31")).ends(0);
    }
    let all = standings(&folder, "star");
    // s1: 0.3 × 90 + 0.2 × 80 + 0.5 × 84 = 27 + 16 + 42 = 85.
    assert_eq!(
        results(&all),
        [
            "s5 1 96.00 五星级",
            "s1 2 85.00 三星级",
            "s2 3 82.00 三星级",
            "s3 4 75.00 二星级",
            // 98 points, and a member was punished.
            "s4 null 98.00 不合格",
        ]
    );
    assert_eq!(of(&all, "s4")["tier"], "第三层级");
    assert_eq!(of(&all, "s5")["tier"], "第一层级");
    let measures = |id: &str| of(&all, id)["measures"].clone();
    // s1: five, four, three stars: fell this year, and two years running. s2: five, five, three: fell by two.
    // s3: two, one, two stars: rose, and the third year below three. s5: three, four, five.
    assert_eq!(measures("s1"), serde_json::json!(["对党支部书记诫勉谈话", "对党支部书记组织处理"]));
    assert_eq!(measures("s2"), serde_json::json!(["对党支部书记诫勉谈话", "对党支部班子集体诫勉谈话"]));
    assert_eq!(measures("s3"), serde_json::json!(["结合年度干部考核，酌情对党支部班子组织处理"]));
    assert_eq!(measures("s5"), serde_json::json!([]));
    let moves = score(&folder, "star --moves 2026 -O csv").ends(0).stdout;
    assert!(moves.contains("s2,二队党支部,五星级,三星级,降2级"), "{moves}");
    let history = score(&folder, "star --history s1 -O csv").ends(0).stdout;
    assert_eq!(history.lines().count(), 4, "{history}");
    assert!(history.contains("2025,91.00,4,四星级"), "{history}");
    // A branch that is not scored holds its star for a year, and not for two.
    for path in ["参评名单.yaml", "日常考核.csv", "半年考核.csv", "年度考核.csv"] {
        let path = folder.path().join("scores/star/2026").join(path);
        let text = std::fs::read_to_string(&path).expect("a file");
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains("s5")).collect();
        std::fs::write(&path, kept.join("\n") + "\n").expect("a written file");
    }
    let held = score(&folder, "star --json").ends(0).json()["held"].clone();
    assert_eq!(held, serde_json::json!([["s5", "五队党支部", "四星级", "2025"]]));
}

#[test]
fn study_credits_by_hand() {
    let folder = example("credits");
    let all = standings(&folder, "credits");
    // p1 (40): required 70, capped at 60; elective 35; extra 10: 105, 优秀 from 100. 4 × 24 = 96 hours.
    // p2 (50): 50 + 25 = 75, 良好 from 75 at this age. p3: 50 + 40 + 30 capped at 20 = 110, but one required course.
    // p4 (50): 40 + 20 = 60, but 4 × 20 = 80 hours.
    assert_eq!(
        results(&all),
        ["p1 1 105.0 优秀", "p2 2 75.0 良好", "p3 null 110.0 不合格", "p4 null 60.0 不合格"]
    );
    assert_eq!(of(&all, "p3")["unmet"], serde_json::json!(["必修课程"]));
    assert_eq!(of(&all, "p4")["unmet"], serde_json::json!(["学时"]));
    // The same credits at 40 would be 合格: bands belong to ages.
    edit(&folder, "scores/credits/2026/参评名单.yaml", "干部二, 年龄: 50", "干部二, 年龄: 40");
    assert_eq!(results(&standings(&folder, "credits"))[1], "p2 2 75.0 合格");
    edit(&folder, "scores/credits/2026/参评名单.yaml", "干部二, 年龄: 40", "干部二");
    assert!(score(&folder, "credits").ends(2).stderr.contains("p2 的年龄不在任何年龄段"));
}

#[test]
fn model_sites_by_hand() {
    let folder = example("model-site");
    score(&folder, "model-site --round 2025 --publish --date 2025-12-31").ends(0);
    let all = standings(&folder, "model-site");
    // 2025: m1 90, m2 80, m3 88, m4 stopped at the first check; named from 85. 2026: 92, 84, 70, stopped again.
    assert_eq!(
        results(&all),
        ["m1 1 92.0 命名", "m2 2 84.0 限期整改", "m3 3 70.0 限期整改", "m4 null null 限期整改"]
    );
    assert_eq!(of(&all, "m4")["out"], "初验");
    assert_eq!(of(&all, "m1")["measures"], serde_json::json!(["可申报市级示范点"]));
    assert_eq!(of(&all, "m2")["measures"], serde_json::json!(["调整出示范点"]));
    assert_eq!(of(&all, "m3")["measures"], serde_json::json!([]));
}

#[test]
fn points_by_month_by_hand() {
    let folder = example("points");
    let answer = score(&folder, "points --json").ends(0).json();
    let month = |at: usize| {
        let rows = answer["months"][at]["rows"].as_array().expect("rows");
        rows.iter()
            .map(|row| {
                format!(
                    "{} {} {}",
                    row["id"].as_str().expect("id"),
                    row["points"].as_str().expect("points"),
                    row["flag"]
                )
            })
            .collect::<Vec<_>>()
    };
    // January: d1 (60 + 20) × 1.0, d2 70 × 1.2 = 84, d3 90 × 0.8 = 72. February: 60 and 50 × 1.2 = 60 are level,
    // both have the flag; d3 −5 × 0.8. March: 48 and 40 × 1.2 = 48.
    assert_eq!(month(0), ["d2 84.0 true", "d1 80.0 false", "d3 72.0 false"]);
    assert_eq!(month(1), ["d1 60.0 true", "d2 60.0 true", "d3 -4.0 false"]);
    // Flags: d2 three, d1 two.
    assert_eq!(answer["models"], serde_json::json!([{"id": "d2", "flags": 3}]));
    // Without a factor nothing is computed.
    edit(&folder, "scores/points/2026/参评名单.yaml", ", 岗位系数: 0.8", "");
    assert!(score(&folder, "points").ends(2).stderr.contains("d3 没有岗位系数"));
}

#[test]
fn requests_by_hand() {
    let folder = example("requests");
    let table = score(&folder, "requests --date 2026-04-10 -O csv").ends(0).stdout;
    // q1 in time (4 of 7 days, 2 of 3, 12 of 30). q2 answered on the tenth day. q3 was due on 04-04. q4 has a day of
    // its own, 05-01. q5 was answered on 03-20 and not published by 03-23.
    for row in [
        "甲社区,2026-03,3,2,1,50.0%,1",
        "乙社区,2026-03,1,0,0,,1",
        "乙社区,2026-04,1,0,0,,0",
        "合计,,5,2,1,50.0%,2",
        "q5,乙社区,办低保,公示反馈,2026-03-23,18",
        "q3,甲社区,健身器材,限期办理,2026-04-04,6",
    ] {
        assert!(table.contains(row), "{row}\n{table}");
    }
    // What is overdue is a matter of the day.
    let early = score(&folder, "requests --date 2026-03-23 -O csv").ends(0).stdout;
    assert!(!early.contains("超期天数"), "{early}");
    edit(&folder, "scores/requests/2026/诉求登记.csv", "2026-03-20,2026-03-21", "2026-03-01,2026-03-21");
    let wrong = score(&folder, "requests").ends(2);
    assert!(wrong.stderr.contains("诉求登记.csv:3:"), "{}", wrong.stderr);
}

#[test]
fn a_result_is_published_checked_and_written_into_the_records() {
    let folder = award();
    let root = folder.path();
    // No result before its notice, none while it runs (Friday the 20th, five workdays: until Friday the 27th).
    assert!(score(&folder, "award --publish --date 2026-11-28").ends(2).stderr.contains("还没有公示"));
    let dry = score(&folder, "award --notice --date 2026-11-20 --dry-run").ends(0);
    assert!(dry.stdout.contains("until: '2026-11-27'"), "{}", dry.stdout);
    assert!(!root.join("scores/award/2026/result.yaml").exists());
    let notice = score(&folder, "award --notice --date 2026-11-20 -O md").ends(0).stdout;
    for part in ["2026-11-20至2026-11-27", "最佳案例1个、优秀案例2个", "丙县：编造的案例case-3"]
    {
        assert!(notice.contains(part), "{part}\n{notice}");
    }
    assert!(
        score(&folder, "award --publish --date 2026-11-27").ends(2).stderr.contains("公示到 2026-11-27 为止")
    );
    // An open objection holds it up.
    let objection = "scores/award/2026/公示异议.yaml";
    write(root, objection, "objections:\n  - {编号: o1, 日期: 2026-11-23, 原因: 材料不实}\n");
    assert!(score(&folder, "award --publish --date 2026-11-28").ends(2).stderr.contains("o1"));
    edit(&folder, objection, "材料不实}", "材料不实, 处理: 查无实据, 处理日期: 2026-11-25}");
    // A score that was changed after the notice began needs a new notice.
    edit(&folder, "scores/award/2026/网络投票.csv", "2026-11-01,800", "2026-11-01,801");
    assert!(score(&folder, "award --publish --date 2026-11-28").ends(2).stderr.contains("重新公示"));
    edit(&folder, "scores/award/2026/网络投票.csv", "2026-11-01,801", "2026-11-01,800");
    assert!(score(&folder, "award --apply --yes").ends(2).stderr.contains("还没有公布"));
    score(&folder, "award --publish --date 2026-11-28").ends(0);
    score(&folder, "award --check").ends(0);
    assert!(score(&folder, "award --publish --date 2026-11-29").ends(2).stderr.contains("2026-11-28"));
    // The awards go into the records, ranks level by level, as one batch.
    let before = files(&root.join("cases"));
    score(&folder, "award --apply --dry-run").ends(0);
    assert_eq!(files(&root.join("cases")), before);
    score(&folder, "award --apply --yes").ends(0);
    let record = std::fs::read_to_string(root.join("cases/2026/case-2.yaml")).expect("a record");
    let award = "awards:\n  - programme: 全国基层党建创新案例\n    edition: 5\n    year: 2026\n    level: 优秀案例\n    rank: 2\n";
    assert!(record.ends_with(award), "{record}");
    anku(root, ["validate"]).ends(0);
    assert!(score(&folder, "award --apply --yes").ends(0).stderr.contains("都有了"));
    anku(root, ["undo", "--yes"]).ends(0);
    assert_eq!(files(&root.join("cases")), before);
    // A changed score shows with what it changes.
    edit(&folder, "scores/award/2026/网络投票.csv", "2026-11-01,800", "2026-11-01,700");
    let drift = score(&folder, "award --check -O csv").ends(1).stdout;
    assert!(drift.contains("case-2,得分,85.70,82.70"), "{drift}");
    assert!(drift.contains("scores/award/2026/网络投票.csv,文件校验值"), "{drift}");
}

#[test]
fn blank_sheets_do_not_say_where_a_case_comes_from() {
    let folder = award();
    score(&folder, "award --sheets blank").ends(0);
    let sheet = std::fs::read_to_string(folder.path().join("blank/专家一轮.csv")).expect("a sheet");
    assert!(sheet.starts_with("\u{feff}编号,名称,真实性,创新性,实效性,典型性,回避,备注\r\n"), "{sheet}");
    assert!(sheet.contains("case-1,＿＿：编造的案例case-1,"), "{sheet}");
    // Four went on from the first check, and no county is named.
    assert_eq!(sheet.lines().count(), 5);
    assert!(!sheet.contains('县'), "{sheet}");
    // Filled in, it is a sheet.
    std::fs::remove_dir_all(folder.path().join("scores/award/2026/专家二轮")).expect("removed");
    let all = std::fs::read_to_string(folder.path().join("blank/专家二轮.csv")).expect("a sheet");
    let filled = all.replace(",,,,,,", ",20,30,30,10,,");
    for judge in ["某甲", "某乙", "某丙"] {
        write(folder.path(), &format!("scores/award/2026/专家二轮/{judge}.csv"), &filled);
    }
    let judges =
        "judges:\n  - {评委: 某甲, 单位: 子}\n  - {评委: 某乙, 单位: 丑}\n  - {评委: 某丙, 单位: 寅}\n";
    write(folder.path(), "scores/award/2026/评委.yaml", judges);
    assert_eq!(of(&standings(&folder, "award"), "case-2")["stages"]["专家二轮"], "90");
}

/// A file of a run with something wrong, and what is said of it.
const WRONG: &[(&str, &str, &str, &str, &str)] = &[
    ("above", "专家一轮/专家甲.yaml", "真实性: 10", "真实性: 21", "专家甲.yaml:6:"),
    ("missing", "专家一轮/专家甲.yaml", ", 典型性: 20", "", "缺“典型性”"),
    ("stranger", "专家一轮/专家甲.yaml", "case-2", "case-22", "参评名单里没有 case-22"),
    ("number", "专家一轮/专家甲.yaml", "创新性: 30", "创新性: 三十", "不是可以计分的数：三十"),
    (
        "own unit",
        "专家一轮/专家戊.yaml",
        "回避: 同一单位",
        "真实性: 20, 创新性: 30, 实效性: 30, 典型性: 20",
        "应当回避",
    ),
    ("twice", "专家一轮/专家甲.yaml", "case-2", "case-1", "打了两次分"),
    ("column", "专家一轮/专家甲.yaml", "典型性", "典形性", "是不是“典型性”"),
    ("voter", "网络投票.csv", "原因", "投票人", "会说出谁投了票"),
    ("voided", "网络投票.csv", "500,100,", "500,501,", "多于票数 500"),
    ("why voided", "网络投票.csv", "同一地址重复投票", "", "写原因"),
    ("half a vote", "网络投票.csv", "800", "800.5", "整数"),
    ("not in", "专家一轮/专家甲.yaml", "case-4", "case-5", "case-5 没有进入专家一轮"),
    ("no record", "参评名单.yaml", "case-5", "case-9", "案库里没有编号 case-9 的记录"),
    ("entry twice", "参评名单.yaml", "case-5", "case-4", "“case-4”重复"),
];

#[test]
fn sheets_that_cannot_be_counted_are_found_where_they_stand() {
    for (name, file, from, to, said) in WRONG {
        let folder = award();
        edit(&folder, &format!("scores/award/2026/{file}"), from, to);
        let run = score(&folder, "award").ends(2);
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
        assert!(run.stderr.contains("错误[AK0912]") && run.stdout.is_empty(), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("scores/award/2026/{file}:")), "{name}: {}", run.stderr);
        let english = anku(folder.path(), ["score", "award", "--lang", "en"]).ends(2).stderr;
        assert!(english.contains("error[AK0912]"), "{english}");
    }
    // Whether a judge is too near is not guessed where a record does not say its unit.
    let folder = award();
    edit(&folder, "cases/2026/case-2.yaml", "unit: 乙县\n", "");
    let run = score(&folder, "award").ends(2);
    assert!(run.stderr.contains("不知道 case-2 的单位，无法判断谁要回避"), "{}", run.stderr);
    // A sheet that is missing, one too few, a file that is nothing.
    let folder = award();
    std::fs::remove_file(folder.path().join("scores/award/2026/专家一轮/专家甲.yaml")).expect("removed");
    std::fs::remove_file(folder.path().join("scores/award/2026/专家一轮/专家乙.yaml")).expect("removed");
    let run = score(&folder, "award").ends(2);
    assert!(run.stderr.contains("case-3 在专家一轮只有 2 张有效的表，至少要 3 张"), "{}", run.stderr);
    write(folder.path(), "scores/award/2026/网络投标.csv", "编号\n");
    let run = score(&folder, "award").ends(2);
    assert!(
        run.stderr.contains("不知道“网络投标”是什么文件") && run.stderr.contains("网络投票"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_workbook_is_a_sheet_and_its_cells_are_named_as_it_shows_them() {
    let folder = award();
    let votes = folder.path().join("scores/award/2026/网络投票.csv");
    let text = std::fs::read_to_string(&votes).expect("the votes");
    std::fs::remove_file(&votes).expect("removed");
    let write = |wrong: bool| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("得票").expect("a name");
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                let said = match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).map(|_| ()),
                    Err(_) => sheet.write_string(row, column, cell).map(|_| ()),
                };
                said.expect("a cell");
            }
        }
        if wrong {
            sheet.write_string(3, 2, "八百").expect("a cell");
        }
        book.save(folder.path().join("scores/award/2026/网络投票.xlsx")).expect("a workbook");
    };
    write(false);
    assert_eq!(results(&standings(&folder, "award"))[0], "case-3 1 92.25 最佳案例");
    write(true);
    let run = score(&folder, "award").ends(2);
    assert!(run.stderr.contains("网络投票.xlsx:得票!C4"), "{}", run.stderr);
    assert!(
        run.stderr.contains("“票数”要写整数：八百") && run.stderr.matches("AK0912").count() == 1,
        "{}",
        run.stderr
    );
}

#[test]
fn a_new_run_says_what_it_lacks() {
    let folder = example("points");
    let root = folder.path();
    std::fs::create_dir_all(root.join("scores/star/2026")).expect("a folder");
    assert!(score(&folder, "star").ends(1).stderr.contains("请在 scores/star/2026 里放入“参评名单”"));
    write(root, "scores/star/2026/参评名单.yaml", "entries:\n  - {编号: s1, 名称: 一支部}\n");
    let missing = score(&folder, "star").ends(2).stderr;
    assert!(
        missing.contains("scores/star/2026/日常考核:1:1: 错误[AK0912]: s1 在日常考核只有 0 张"),
        "{missing}"
    );
    // No check of the year sends a branch home, so there is a blank sheet for each of them at once.
    assert_eq!(score(&folder, "star --sheets blank").ends(0).lines().len(), 3);
    for check in ["日常考核", "半年考核", "年度考核"] {
        let blank = std::fs::read(root.join(format!("blank/{check}.csv"))).expect("a sheet");
        write(root, &format!("scores/star/2026/{check}.csv"), blank);
    }
    let blank = score(&folder, "star").ends(2).stderr;
    assert_eq!(blank.matches("AK0912").count(), 1, "{blank}");
    assert!(blank.contains("日常考核.csv:2:1: 错误[AK0912]: s1 一项也没有打分"), "{blank}");
}

/// A scheme with something wrong, and what is said of it.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    ("total: 100", "total: 98", "各项满分相加是 100，总分写的是 98", "10:8:"),
    ("weight: 0.4", "weight: 0.5", "相加是 1.1，应为 1", ""),
    ("judges: 3", "judges: 2", "judges 至少写 3", ""),
    ("专家一轮, 网络投票]", "专家三轮, 网络投票]", "没有“专家三轮”", ""),
    ("rounding: {digits: 2, mode: half_up}\n", "", "就要写 rounding", ""),
    ("combine: mean, keep", "keep", "要写 combine", ""),
    ("subject: 案例", "subjekt: 案例", "subject", ""),
    ("{id: 创新性, max: 30}", "{id: 真实性, max: 30}", "“真实性”写了两次", ""),
];

#[test]
fn a_scheme_must_add_up() {
    for (from, to, said, place) in BROKEN {
        let folder = award();
        edit(&folder, "schemas/schemes/award.yaml", from, to);
        let run = score(&folder, "award").ends(2);
        assert!(run.stderr.contains(said), "{from}: {}", run.stderr);
        // The archive's own check finds it too.
        let check = anku(folder.path(), ["validate", "-O", "json"]);
        assert!(check.stdout.contains("schemas/schemes/award.yaml"), "{from}: {}", check.stdout);
        assert!(check.code > 0, "{from}");
        assert!(
            run.stderr.contains(&format!("schemas/schemes/award.yaml:{place}")),
            "{from}: {}",
            run.stderr
        );
    }
    let folder = example("star");
    edit(&folder, "schemas/schemes/star.yaml", "{below: 三星级", "{below: 三颗星");
    assert!(score(&folder, "star").ends(2).stderr.contains("没有“三颗星”"));
    edit(&folder, "schemas/schemes/star.yaml", "{below: 三颗星", "{below: 三星级");
    edit(&folder, "schemas/schemes/star.yaml", "below: 不评定星级\n", "");
    assert!(score(&folder, "star").ends(2).stderr.contains("就要写 below"));
}

#[test]
fn every_shipped_scheme_says_what_is_an_example_and_shows_in_every_format() {
    for scheme in ["award", "credits", "model-site", "points", "requests", "star"] {
        let folder = if scheme == "award" { award() } else { example(scheme) };
        let text = anku(folder.path(), ["score", scheme, "--outline"]).ends(0).stdout;
        assert!(text.contains("原文没有写的是"), "{scheme}");
        for format in ["table", "csv", "tsv", "md", "html"] {
            let run = anku(folder.path(), ["score", scheme, "-O", format]).ends(0);
            assert!(!run.stdout.is_empty(), "{scheme} {format}");
        }
        for file in ["a.xlsx", "a.docx"] {
            anku(folder.path(), ["score", scheme, "--date", "2026-04-10", "-o", file]).ends(0);
            let once = std::fs::read(folder.path().join(file)).expect("a file");
            ooxml::package(&once);
            anku(folder.path(), ["score", scheme, "--date", "2026-04-10", "-o", file]).ends(0);
            assert_eq!(once, std::fs::read(folder.path().join(file)).expect("a file"), "{scheme} {file}");
        }
    }
    let folder = example("star");
    // A file of JSON says what JSON on stdout says.
    anku(folder.path(), ["score", "star", "-o", "a.json"]).ends(0);
    let file = std::fs::read_to_string(folder.path().join("a.json")).expect("a file");
    assert_eq!(file, anku(folder.path(), ["score", "star", "--json"]).ends(0).stdout);
    let list = anku(folder.path(), ["score"]).ends(0).stdout;
    assert!(list.contains("党支部星级建设、梯级管理  2024 2025 2026"), "{list}");
    let run = anku(folder.path(), ["score", "stars"]).ends(2);
    assert!(run.stderr.contains("stars") && run.stderr.contains("requests star"), "{}", run.stderr);
    assert!(anku(folder.path(), ["score", "award"]).ends(2).stderr.contains("scores/award/2026/"));
    assert_eq!(anku(folder.path(), ["score", "star", "--explain", "s9"]).ends(1).stdout, "");
}

#[test]
fn a_scheme_of_one_s_own_is_one_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root: &Path = folder.path();
    copy(&["anku.yaml", "schemas"], root);
    std::fs::create_dir_all(root.join("cases")).expect("a folder");
    let guide = std::fs::read_to_string(repository().join("docs/schemes.md")).expect("the guide");
    // The guide's own example, files and all, comes to what it says.
    let mut blocks = guide.split("```").skip(1).step_by(2);
    let mut count = 0;
    for block in blocks.by_ref() {
        let (head, text) = block.split_once('\n').expect("a block");
        if let Some(path) = head.split_once(' ').map(|(_, path)| path) {
            write(root, path, text);
            count += 1;
        }
    }
    assert!(count >= 5, "the guide has lost its example");
    let table = anku(root, ["score", "brand"]).ends(0).stdout;
    let shown =
        guide.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("what it shows");
    assert_eq!(table.trim(), shown.trim());
}
