//! Statistics and reports on the shipped archive, with figures that were counted by hand from the two award lists:
//! 20 and 60 entries of the first edition, 30 and 70 of the second, 12 records in no list.

use crate::ooxml;
use crate::support::anku;
use crate::support::shipped;
use crate::support::write;
use calamine::Reader as _;
use serde_json::json;

#[test]
fn both_editions_come_out_as_the_lists_have_them() {
    let archive = shipped();
    let table = |edition: &str| {
        let args = ["report", "yearly", "--edition", edition, "--json"];
        let report = anku(archive.path(), args).ends(0).json();
        let blocks = report["blocks"].as_array().cloned().unwrap_or_default();
        let found = blocks.into_iter().find(|block| block["title"] == "等次").expect("the levels");
        let rows = found["rows"].as_array().cloned().unwrap_or_default();
        rows.into_iter().map(|row| row["cells"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        table("1"),
        [json!(["最佳案例", 20, 0.25]), json!(["优秀案例", 60, 0.75]), json!(["合计", 80, 1.0])]
    );
    let second = table("2");
    assert_eq!(second[0], json!(["最佳案例", 30, 0.3]));
    assert_eq!(second[1], json!(["优秀案例", 70, 0.7]));
    assert_eq!(second[2], json!(["合计", 100, 1.0]));
}

/// The tables of the yearly report as they should be. The provinces were counted by a person from the two published
/// lists of the seeds, entry by entry, by the place that each unit names; 未填 are units that name none (中国商飞公司,
/// 同煤集团, 南昌工程学院 and **青松建材 in the first edition; four of the best and seven of the good in the second).
#[test]
fn the_yearly_tables_are_those_counted_by_hand() {
    let archive = shipped();
    for (edition, expected) in
        [("1", include_str!("yearly/edition-1.tsv")), ("2", include_str!("yearly/edition-2.tsv"))]
    {
        let said =
            anku(archive.path(), ["report", "yearly", "--edition", edition, "-O", "tsv"]).ends(0).stdout;
        let (tables, list) = said.split_once("五、入选名单").expect("the award list");
        assert_eq!(tables.trim_end(), expected.trim_end(), "edition {edition}");
        // The sums once more, from the rows themselves.
        let rows = expected.lines().skip_while(|line| !line.starts_with("省\t")).skip(1);
        let rows: Vec<Vec<&str>> =
            rows.take_while(|line| !line.is_empty()).map(|line| line.split('\t').collect()).collect();
        let (total, provinces) = rows.split_last().expect("rows");
        for column in 1..total.len() {
            let number = |row: &Vec<&str>| row[column].parse::<u32>().expect("a figure");
            assert_eq!(provinces.iter().map(number).sum::<u32>(), number(total), "column {column}");
        }
        // Every entry of the lists is there, and nothing else.
        let entries = list.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(entries.count().to_string(), total[3]);
    }
}

#[test]
fn the_award_list_checks_its_ranks() {
    let archive = shipped();
    for (edition, best, good) in [("1", 20, 60), ("2", 30, 70)] {
        let report =
            anku(archive.path(), ["report", "awards", "--edition", edition, "--json"]).ends(0).json();
        let blocks = report["blocks"].as_array().expect("blocks");
        let rows = &blocks.last().expect("a table")["rows"];
        for (row, (level, count)) in [("最佳案例", best), ("优秀案例", good)].into_iter().enumerate()
        {
            let sum = count * (count + 1) / 2;
            assert_eq!(rows[row]["cells"], json!([level, count, sum, sum, "", "", "相符"]));
        }
    }
}

/// Counts, shares, changes and the figures of sentences: each leads to the records that it counts.
#[test]
fn every_figure_leads_to_its_records() {
    let archive = shipped();
    let root = archive.path();
    let page = anku(root, ["report", "yearly", "--edition", "2", "-O", "html"]).ends(0).stdout;
    let words = page.lines().find(|line| line.contains("共收录案例")).expect("the sentence");
    for figure in [">101</a> 个，其中", ">2</a> 个，仅列名", ">99</a> 个；", ">100</a> 条", ">1</a> 个；涉及"]
    {
        assert!(words.contains(figure), "{figure}: {words}");
    }
    // No cell of a figure without a link, but for zeros and the ranks of the list.
    let figures: Vec<&str> = page.split("<td").filter(|cell| cell.contains("data-value")).collect();
    let bare: Vec<&&str> = figures
        .iter()
        .filter(|cell| {
            !cell.contains("<a ") && !cell.contains("data-value=\"0") && !cell.contains("data-value=\"-0")
        })
        .collect();
    assert!(figures.len() > 100 && bare.is_empty(), "{} of {}: {bare:?}", bare.len(), figures.len());
    anku(root, ["report", "yearly", "--edition", "2", "-o", "y.xlsx"]).ends(0);
    let mut book = calamine::open_workbook_auto(root.join("y.xlsx")).expect("a workbook");
    let first = book.sheet_names()[0].clone();
    let text = format!("{:?}", book.worksheet_range(&first).expect("a sheet"));
    for line in ["→ 第2届共收录案例 101", "→ 仅列名的 99", "→ 名单条目 100"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_search_report_says_what_was_found_and_what_was_not() {
    let archive = shipped();
    let report = |args: &[&str], code: i32| {
        let all = [&["report", "search"], args, &["--date", "2012-12-31", "-O", "plain"]].concat();
        anku(archive.path(), all).ends(code).stdout
    };
    let found = report(&["流动党员", "--where", "year:2012"], 0);
    assert!(found.contains("检索日期：2012-12-31") && found.contains("限定条件：year:2012"), "{found}");
    assert!(found.contains("命中 1 条") && found.contains("dcqc97"), "{found}");
    assert_eq!(found, report(&["流动党员", "--where", "year:2012"], 0));
    report(&[], 2);
    let nothing = report(&["量子纠缠"], 1);
    assert!(nothing.contains("命中 0 条") && nothing.contains("没有找到的检索词：量子纠缠"), "{nothing}");
}

#[test]
fn the_quality_report_names_rules_and_places() {
    let archive = shipped();
    let said = anku(archive.path(), ["report", "quality", "-O", "plain"]).ends(0).stdout;
    assert!(said.contains("AK0350") && said.contains("cases/2010/btv1nd.yaml:4"), "{said}");
    assert!(said.contains("仅列名的 177 条") && said.contains("不在名单里的 12 条"), "{said}");
}

#[test]
fn a_report_is_checked_against_the_archive() {
    let archive = shipped();
    let root = archive.path();
    for file in ["a.md", "a.csv", "a.json", "a.html", "a.docx", "a.xlsx"] {
        anku(root, ["report", "awards", "--edition", "1", "-o", file]).ends(0);
        if file.ends_with("docx") || file.ends_with("xlsx") {
            ooxml::package(&std::fs::read(root.join(file)).expect("a file"));
        }
        anku(root, ["report", "awards", "--edition", "1", "--check", file]).ends(0);
    }
    // One entry of the list loses its place in it.
    let path = root.join("cases/2010/q6mm1h.yaml");
    let text = std::fs::read_to_string(&path).expect("a record");
    let rank = text.lines().find(|line| line.trim_start().starts_with("rank:")).expect("a rank");
    std::fs::write(
        &path,
        text.replace(rank, &format!("{}rank: 99", &rank[..rank.len() - rank.trim_start().len()])),
    )
    .expect("written");
    for file in ["a.md", "a.csv", "a.json", "a.html", "a.docx", "a.xlsx"] {
        let told = anku(root, ["report", "awards", "--edition", "1", "--check", file]).ends(1);
        assert!(told.stdout.contains('+') && told.stdout.contains("99"), "{file}: {}", told.stdout);
        // The one that moved, its place in the list, the sum of the ranks; not all that now stand a line higher.
        let lines = told.stdout.lines().count();
        assert!((5..=12).contains(&lines), "{file}: {lines} lines\n{}", told.stdout);
        assert!(!told.stdout.contains('<'), "{file}: {}", told.stdout);
    }
    std::fs::write(root.join("a.pdf"), b"%PDF-1.7\n").expect("a file");
    for args in [["--check", "a.pdf", "-O", "pdf"], ["--check", "a.pdf", "--edition", "1"]] {
        let told = anku(root, [&["report", "awards"], &args[..]].concat()).ends(2).stderr;
        assert!(told.contains("a.pdf 是 PDF，不能核对") && told.contains("docx"), "{told}");
    }
    anku(root, ["report", "awards", "--edition", "1", "--check", "none.md"]).ends(2);
}

#[test]
fn figures_lead_to_their_records_and_nobody_is_lost() {
    let archive = shipped();
    let root = archive.path();
    let stats = |args: &[&str]| anku(root, [&["stats"], args].concat()).ends(0);
    let drilled =
        stats(&["--rows", "等次", "--edition", "1", "--province", "山东省", "--drill", "--json"]).json();
    let cells = drilled["cells"].as_array().expect("cells");
    for cell in cells {
        assert_eq!(cell["records"].as_array().map(Vec::len), cell["value"].as_u64().map(|n| n as usize));
    }
    // Each figure has its list in the terminal too, those outside the totals as well; a total repeats nothing.
    let told = stats(&["--rows", "等次", "--totals", "--drill", "-O", "plain"]).stdout;
    for heading in ["最佳案例 / 数量：50 条", "优秀案例 / 数量：130 条", "未填 / 数量：12 条"]
    {
        assert!(told.contains(heading), "{heading}: {told}");
    }
    assert_eq!(told.matches(" 条\n").count(), 3, "{told}");
    let top = stats(&["--rows", "省", "--top", "3", "--totals", "--json"]).json();
    let sum: i64 =
        top["cells"].as_array().expect("cells").iter().filter_map(|cell| cell["value"].as_i64()).sum();
    assert_eq!((sum, &top["total"]), (192, &json!(192)));
    let delta = stats(&["--rows", "领域", "--edition", "2", "--delta", "--totals", "-O", "plain"]).stdout;
    assert!(delta.contains("第2届") && delta.contains("第1届") && delta.contains("+21"), "{delta}");
    let nested = stats(&["--rows", "地区", "--subtotals", "--totals", "-O", "tsv"]).stdout;
    assert!(nested.contains("山东省\t小计\t\t22"), "{nested}");
    let people = stats(&["--rows", "年度", "--measure", "sum(facts.人次)", "--totals", "--json"]).json();
    assert!(people["total"]["approximate"].as_u64() > Some(0), "{people}");
    anku(root, ["stats", "--rows", "省", "--delta"]).ends(2);
    // The largest of this edition, each beside the one before, and the others of both as one row.
    let top = ["--rows", "省", "--edition", "2", "--delta", "--top", "2", "--totals", "-O", "tsv"];
    assert_eq!(
        stats(&top).stdout.lines().collect::<Vec<_>>(),
        [
            "省\t第2届\t第1届\t增减\t增减 %",
            "山东省\t11\t11\t0\t0.0%",
            "上海市\t8\t7\t+1\t14.3%",
            "其他（27 项）\t71\t58\t+13\t22.4%",
            "未填\t11\t4\t+7\t175.0%",
            "合计\t101\t80\t+21\t26.2%",
        ]
    );
    let nested =
        ["--rows", "地区", "--edition", "2", "--delta", "--subtotals", "--sort", "count:desc", "-O", "tsv"];
    assert!(stats(&nested).stdout.contains("\n山东省\t小计\t\t11\t11\t0\t0.0%\n"));
    let drawn =
        stats(&["--rows", "等次", "--edition", "2", "--delta", "--chart", "bars", "-O", "plain"]).stdout;
    assert!(drawn.contains("第1届") && drawn.contains('█'), "{drawn}");
    for other in [["--cols", "等次"], ["--percent", "col"]] {
        let all = [&["stats", "--rows", "省", "--edition", "2", "--delta"], &other[..]].concat();
        let said = anku(root, all).ends(2).stderr;
        assert!(said.contains(other[0]), "{said}");
    }
    // The three largest provinces with all that lies in them, the others as one row, and nobody is lost.
    let nested = stats(&["--rows", "地区", "--top", "3", "--subtotals", "--totals", "-O", "tsv"]).stdout;
    let provinces: Vec<&str> = nested.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    assert!(provinces.contains(&"其他（26 项）") && nested.contains("山东省\t小计\t\t22"), "{nested}");
    let figures = nested.lines().skip(1).filter(|line| !line.contains("小计") && !line.contains("合计"));
    let sum: i64 = figures.filter_map(|line| line.rsplit('\t').next()?.parse::<i64>().ok()).sum();
    assert_eq!((sum, nested.lines().last()), (192, Some("合计\t\t\t192")), "{nested}");
    let excel = std::fs::read({
        stats(&["--rows", "等次", "--excel", "-o", "x.csv"]);
        root.join("x.csv")
    });
    assert!(excel.expect("a file").starts_with(&[0xEF, 0xBB, 0xBF]));
}

#[test]
fn charts_stand_under_their_tables() {
    let archive = shipped();
    let drawn = anku(archive.path(), ["stats", "--rows", "等次", "--chart", "bars"]).ends(0).stdout;
    assert!(drawn.contains("优秀案例 ████████████████████████████████████████ 130"), "{drawn}");
    assert!(drawn.contains("最佳案例 ███████████████▍ 50"), "{drawn}");
}

#[test]
fn quantities_are_counted_in_any_unit_that_is_known() {
    let archive = shipped();
    let root = archive.path();
    let sum = |unit: &str| {
        let measure = format!("sum(facts.{unit})");
        anku(root, ["stats", "--measure", &measure, "--json"]).ends(0).json()["cells"][0]["value"].clone()
    };
    // 2.53 and so on: what the texts state, in units of ten thousand, digit by digit.
    let (yuan, wan) = (sum("元"), sum("万元"));
    assert_eq!(yuan["approximate"], wan["approximate"]);
    let digits = |value: &serde_json::Value| value["min"].to_string().parse::<f64>().expect("a number");
    assert_eq!(digits(&yuan) / 1e4, digits(&wan));
    assert_eq!(sum("公里"), json!(142.3));
    assert_eq!(sum("千米"), json!(142.3));
    assert_eq!(sum("平方公里"), sum("km²"));
    assert!(sum("万亩").is_object() || sum("万亩").is_number());
    // Without a unit, or with an unknown one, it says which there are.
    let bare = anku(root, ["stats", "--measure", "sum(facts)"]).ends(2).stderr;
    assert!(bare.contains("元 52") && bare.contains("人次 16"), "{bare}");
    let near = anku(root, ["stats", "--measure", "avg(facts.公理)"]).ends(2).stderr;
    assert!(near.contains("是不是“公里”") && near.contains("元 52"), "{near}");
    let count = |unit: &str| anku(root, ["facts", "--unit", unit, "--count"]).ends(0).stdout;
    assert_eq!(count("万元"), count("元"));
    // An outline is checked with line and column before anything is written.
    let outline = "title: 试\nblocks:\n  - table: {rows: 省, measure: sum(facts.平方公理)}\n";
    std::fs::create_dir_all(root.join("schemas/reports")).expect("a folder");
    std::fs::write(root.join("schemas/reports/try.yaml"), outline).expect("an outline");
    let told = anku(root, ["report", "try", "-o", "try.md"]).ends(2).stderr;
    assert!(told.contains("try.yaml:3:31") && told.contains("平方公里"), "{told}");
    assert!(!root.join("try.md").exists());
    std::fs::write(root.join("schemas/reports/try.yaml"), outline.replace("平方公理", "万元"))
        .expect("an outline");
    // A query in it too, in the language of the reader, and all of it at once.
    let wrong = "params: [year]\nblocks:\n  - table: {rows: 省, where: '年度:甲'}\n  - list: {fields: [题目], where: '年度:乙'}\n";
    std::fs::write(root.join("schemas/reports/wrong.yaml"), wrong).expect("an outline");
    let told = anku(root, ["report", "wrong", "--year", "2012", "-o", "no.md"]).ends(2).stderr;
    assert!(told.contains("wrong.yaml:3:29") && told.contains("wrong.yaml:4:33"), "{told}");
    assert!(!told.contains("holds") && !root.join("no.md").exists(), "{told}");
    let good = "params: [year]\nblocks:\n  - table: {rows: 省}\n";
    std::fs::write(root.join("schemas/reports/wrong.yaml"), good).expect("an outline");
    anku(root, ["report", "wrong", "--year", "2012"]).ends(0);
    let told = anku(root, ["report", "wrong", "--edition", "2"]).ends(2).stderr;
    assert!(told.contains("edition") && told.contains("year"), "{told}");
    anku(root, ["report", "search", "党员", "--date", "2012-13-45"]).ends(2);
    let table = anku(root, ["report", "try", "-O", "tsv"]).ends(0).stdout;
    assert!(table.contains("万元之和"), "{table}");
}

#[test]
fn what_a_record_says_is_text_in_every_format() {
    let archive = tempfile::tempdir().expect("a temporary folder");
    let root = archive.path();
    anku(root, ["init"]).ends(0);
    let evil = [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\\t=1",
        "\\e[31m",
        "<script>alert(1)</script>",
        "\\u202eabc",
        "\\a",
    ];
    for (place, words) in evil.iter().enumerate() {
        let text = format!(
            "id: c0{place}\ntitle: \"{words}题\"\nunit: \"{words}\"\nyear: 2012\nregion: {{province: \"{words}\"}}\n"
        );
        write(root, &format!("cases/2012/c0{place}.yaml"), text);
    }
    let commands: [&[&str]; 3] = [
        &["stats", "--rows", "省", "--chart", "bars", "--drill"],
        &["report", "yearly", "--year", "2012"],
        &["report", "search", "题", "--date", "2012-12-31"],
    ];
    for args in commands {
        for format in ["table", "plain", "md", "csv", "tsv", "json", "html"] {
            let all = [args, &["-O", format, "--color", "never"]].concat();
            let said = anku(root, all).ends(0).stdout;
            let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\t' | '\r') || *c == '\u{202e}';
            assert_eq!(said.chars().find(control), None, "{args:?} {format}");
            if matches!(format, "html" | "md") {
                assert!(!said.contains("<script>alert"), "{args:?} {format}");
                assert!(
                    said.contains("&lt;script>alert") || said.contains("&lt;script&gt;alert"),
                    "{args:?} {format}"
                );
            }
            if matches!(format, "csv" | "tsv") {
                let cells =
                    said.lines().flat_map(|line| line.split(if format == "csv" { ',' } else { '\t' }));
                let bad = cells.map(|cell| cell.trim_start_matches('"')).find(|cell| {
                    cell.starts_with(['=', '@']) || cell.starts_with("+1+1") || cell.starts_with("-1+1")
                });
                assert_eq!(bad, None, "{args:?} {format}");
            }
        }
        for file in ["a.docx", "a.xlsx"] {
            anku(root, [args, &["-o", file]].concat()).ends(0);
            let bytes = std::fs::read(root.join(file)).expect("a file");
            let seen = ooxml::package(&bytes);
            assert!(!seen.contains("f") && !seen.contains("script"), "{file}");
        }
    }
}

/// Every count and sum leads to its records, of this period and of the one before, and of what is missing.
#[test]
fn every_figure_of_a_page_leads_somewhere() {
    let archive = shipped();
    let root = archive.path();
    let cell = |page: &str, start: &str, column: usize| {
        let row = page
            .split("<tr>")
            .find(|row| row.starts_with(start))
            .unwrap_or_else(|| panic!("{start}\n{page}"));
        let cell = row.split("<td").nth(column).expect("a cell").to_owned();
        let list = cell.split("href=\"#").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        let list = list.unwrap_or_else(|| panic!("no link: {start} {cell}"));
        let list = page.split(&format!("id=\"{list}\">")).nth(1).expect("the list");
        list.split("</p>").next().expect("its end").matches("href=\"#r").count()
    };
    let page = |args: &[&str]| anku(root, [args, &["-O", "html"]].concat()).ends(0).stdout;
    let yearly = page(&["report", "yearly", "--edition", "2"]);
    let delta = yearly.split("名单条目</caption>").nth(1).expect("the comparison");
    let whole =
        |table: &str| format!("{table}{}", yearly.split("<section class=\"behind\">").nth(1).expect("lists"));
    let delta = whole(delta.split("</section>").next().expect("its end"));
    let level = "<th scope=\"row\">最佳案例</th>";
    assert_eq!((cell(&delta, level, 1), cell(&delta, level, 2)), (30, 20));
    assert_eq!(cell(&yearly, "<th scope=\"row\">没有“省”</th>", 1), 11);
    let quality = page(&["report", "quality"]);
    assert_eq!(cell(&quality, "<th scope=\"row\">没有“年度”</th>", 1), 11);
    assert_eq!(cell(&quality, "<th scope=\"row\">AK0353</th>", 2), 1);
    let stats = page(&["stats", "--rows", "等次", "--edition", "2", "--delta"]);
    assert_eq!((cell(&stats, level, 1), cell(&stats, level, 2)), (30, 20));
    // No link leads nowhere.
    for page in [&yearly, &quality, &stats] {
        for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
        }
    }
}
