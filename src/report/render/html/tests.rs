//! The markup of pages: what is in them, and what cannot get in.

use super::*;
use crate::locale::Lang;
use crate::report::document::Source;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Column;
use crate::table::Row;

const OPTIONS: Options = Options { lang: Lang::Zh, width: None, excel: false };

fn page(document: &Document) -> String {
    String::from_utf8(render(document, &OPTIONS)).expect("UTF-8")
}

/// What lies between the tags of `<main>`.
fn main_of(page: &str) -> &str {
    let from = page.find("<main>\n").expect("a beginning") + 7;
    &page[from..page.rfind("</main>").expect("an end")]
}

fn in_group(column: Column, group: &str) -> Column {
    Column { group: Some(group.to_owned()), ..column }
}

fn row(cells: Vec<Cell>, behind: Vec<Vec<u32>>) -> Row {
    Row { cells, summary: false, behind }
}

fn sources(count: u32) -> Vec<Source> {
    let source = |n| Source { id: format!("id{n}"), title: format!("题{n}"), path: format!("案/{n}.yaml") };
    (0..count).map(source).collect()
}

#[test]
fn a_table_has_groups_values_and_its_totals_at_the_end() {
    let mut table = Table::new(vec![
        Column::text("省"),
        in_group(Column::figures("最佳"), "第2届"),
        in_group(Column::figures("优秀"), "第2届"),
        Column::figures("占比"),
    ]);
    table.title = Some("各省".to_owned());
    table.push_summary(vec!["未填".into(), Cell::Count(1), Cell::Empty, Cell::Empty]);
    table.push(vec!["甘肃省".into(), Cell::Count(3), Cell::Change(-1), Cell::Share(0.25)]);
    table.push_summary(vec!["合计".into(), Cell::Count(4), Cell::Mean(f64::NAN), Cell::Share(1.0)]);
    table.notes.push("手工".to_owned());
    assert_eq!(
        main_of(&page(&Document::of(table))),
        "<section class=\"table\">\n\
         <div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"各省\">\n<table>\n\
         <caption>各省</caption>\n\
         <colgroup span=\"1\"></colgroup><colgroup span=\"2\"></colgroup><colgroup span=\"1\"></colgroup>\n\
         <thead>\n\
         <tr><th scope=\"col\" data-col=\"0\" rowspan=\"2\">省</th><th colspan=\"2\" scope=\"colgroup\">第2届</th>\
         <th class=\"n\" scope=\"col\" data-col=\"3\" rowspan=\"2\">占比</th></tr>\n\
         <tr><th class=\"n\" scope=\"col\" data-col=\"1\">最佳</th>\
         <th class=\"n\" scope=\"col\" data-col=\"2\">优秀</th></tr>\n\
         </thead>\n<tbody>\n\
         <tr class=\"sum\"><th scope=\"row\">未填</th><td class=\"n\" data-value=\"1\">1</td>\
         <td class=\"n\"></td><td class=\"n\"></td></tr>\n\
         <tr><th scope=\"row\">甘肃省</th><td class=\"n\" data-value=\"3\">3</td>\
         <td class=\"n\" data-value=\"-1\">-1</td><td class=\"n\" data-value=\"0.25\">25.0%</td></tr>\n\
         </tbody>\n<tfoot>\n\
         <tr class=\"sum\"><th scope=\"row\">合计</th><td class=\"n\" data-value=\"4\">4</td>\
         <td class=\"n\">–</td><td class=\"n\" data-value=\"1.0\">100.0%</td></tr>\n\
         </tfoot>\n</table>\n</div>\n<p class=\"note\">注：手工</p>\n</section>\n"
    );
}

#[test]
fn a_figure_leads_to_its_records_and_back() {
    let mut table = Table::new(vec![Column::text("省"), Column::figures("数")]);
    table.rows = vec![
        row(vec!["甘肃".into(), Cell::Count(2)], vec![vec![], vec![1, 0, 1, 9]]),
        row(vec!["浙江".into(), Cell::Count(1)], vec![vec![], vec![2]]),
        row(vec!["安徽".into(), Cell::Count(2)], vec![vec![], vec![0, 1]]),
        row(vec!["北京".into(), Cell::Count(0)], vec![vec![], vec![7]]),
    ];
    let blocks = vec![Block::Heading { level: 2, text: "一".to_owned() }, Block::Table(table)];
    let page = page(&Document { title: None, blocks, records: sources(3) });
    assert!(page.contains("<td class=\"n\" data-value=\"2\" id=\"c1\"><a href=\"#k1\">2</a></td>"), "{page}");
    assert!(page.contains("<td class=\"n\" data-value=\"2\" id=\"c3\"><a href=\"#k1\">2</a></td>"), "{page}");
    assert!(page.contains("<td class=\"n\" data-value=\"0\">0</td>"), "{page}");
    assert!(page.contains("<table aria-labelledby=\"h1\">"), "{page}");
    assert!(
        page.contains(
            "<p class=\"list\" id=\"k1\"><a class=\"back\" href=\"#c1\">↑ 一 · 甘肃 · 数</a> \
             <a class=\"back\" href=\"#c3\">↑ 一 · 安徽 · 数</a> \
             <a href=\"#r0\">id0</a> <a href=\"#r1\">id1</a> </p>"
        ),
        "{page}"
    );
    assert!(
        page.contains(
            "<li id=\"r2\"><bdi>题2</bdi> <code>id2</code> <a href=\"./%E6%A1%88/2.yaml\">案/2.yaml</a></li>"
        ),
        "{page}"
    );
    // Every link of the page leads somewhere, and no id stands twice.
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
    }
}

#[test]
fn two_hundred_records_behind_a_hundred_figures_stay_small() {
    let mut table = Table::new((0..10).map(|n| Column::figures(format!("列{n}"))).collect());
    for r in 0..10_u32 {
        let cells = (0..10).map(|_| Cell::Count(100)).collect();
        let behind = (0..10_u32).map(|c| (0..200).filter(|n| n * (n + r * 10 + c + 1) % 101 < 50).collect());
        table.rows.push(row(cells, behind.collect()));
    }
    let document = Document { records: sources(200), ..Document::of(table) };
    let page = page(&document);
    assert_eq!(page.matches("class=\"list\"").count(), 100, "all of them different");
    assert!(page.len() < 310_000, "{}", page.len());
}

/// Everything a text could try, in every place where a text can stand.
#[test]
fn nothing_in_a_text_is_markup() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=y></title></style></textarea><!--]]>javascript:\
                &lt;\u{1b}[2J\u{202e}\u{0}\u{7f}\u{2028}`${x}{note}";
    let mut table =
        Table::new(vec![in_group(Column::text(evil), evil), Column::figures(evil), Column::figures("数")]);
    table.title = Some(evil.to_owned());
    table.notes.push(evil.to_owned());
    table.rows.push(row(vec![evil.into(), Cell::Count(3), Cell::Count(4)], vec![vec![0], vec![0], vec![]]));
    let mut blocks = vec![
        Block::Heading { level: 9, text: evil.to_owned() },
        Block::Paragraph(evil.to_owned()),
        Block::List { ordered: true, items: vec![evil.to_owned()] },
    ];
    for kind in [ChartKind::Bars, ChartKind::Stacked, ChartKind::Line] {
        table.chart = Some(Chart { kind, labels: vec![0], series: vec![1, 2] });
        blocks.push(Block::Table(table.clone()));
    }
    let record = Source { id: evil.to_owned(), title: evil.to_owned(), path: evil.to_owned() };
    let tame = Source { id: "x".to_owned(), title: "x".to_owned(), path: "x".to_owned() };
    let shape = |page: &str| {
        // The page without its texts: tags, with what their quoted attributes hold left out.
        let mut shape = String::new();
        for tag in page.split('<').skip(1) {
            let names = tag.split('>').next().unwrap_or_default().split('"').step_by(2);
            names.for_each(|name| shape.push_str(name));
            shape.push('\n');
        }
        shape
    };
    let dressed = Document { title: Some(evil.to_owned()), blocks: blocks.clone(), records: vec![record] };
    let dressed = page(&dressed);
    let plain = blocks.into_iter().map(|block| match block {
        Block::Heading { level, .. } => Block::Heading { level, text: "x".to_owned() },
        Block::Paragraph(_) | Block::Stated { .. } => Block::Paragraph("x".to_owned()),
        Block::List { ordered, .. } => Block::List { ordered, items: vec!["x".to_owned()] },
        Block::Table(mut table) => {
            table.title = Some("x".to_owned());
            table.notes = vec!["x".to_owned()];
            table.columns[0] = in_group(Column::text("x"), "x");
            table.columns[1] = Column::figures("x");
            table.rows[0].cells[0] = "x".into();
            Block::Table(table)
        }
    });
    let plain = Document { title: Some("x".to_owned()), blocks: plain.collect(), records: vec![tame] };
    let plain = page(&plain);
    let cut = |shape: String| shape.replace("title\n/title\n", "");
    assert_eq!(cut(shape(&dressed)), cut(shape(&plain)));
    assert!(dressed.chars().all(|c| c == '\n' || !super::super::untrusted::is_control(c)));
    assert!(!dressed.contains("href=\"javascript"), "{dressed}");
    assert!(dressed.contains("href=\"./%22%27%3E%3Cscript%3E"), "{dressed}");
}

#[test]
fn a_page_says_its_language_and_loads_nothing() {
    let empty = Document::default();
    let zh = page(&empty);
    assert!(zh.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"));
    assert!(zh.contains("content=\"default-src 'none'; style-src 'sha256-"));
    assert!(zh.contains("<title>报表</title>"));
    let english = render(&empty, &Options { lang: Lang::En, ..OPTIONS });
    let english = String::from_utf8(english).expect("UTF-8");
    assert!(english.contains("<html lang=\"en\">") && english.contains("<title>Report</title>"));
    for page in [&zh, &english] {
        assert!(!page.contains("://") && !page.contains("@import") && !page.contains("src="), "{page}");
        assert!(!page.contains(" style=\"") && !page.contains(" onclick"), "the policy forbids them");
    }
    // The table without columns, and the one without rows.
    let mut bare = Table { title: Some("空".to_owned()), ..Table::default() };
    assert!(page(&Document::of(bare.clone())).contains("<p class=\"caption\">空</p>"));
    bare.columns = vec![Column::text("甲"), Column::figures("乙")];
    bare.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0], series: vec![1] });
    let page = page(&Document::of(bare));
    assert!(page.contains("<tr class=\"sum\"><td colspan=\"2\">（无）</td></tr>"), "{page}");
    assert!(!page.contains("<svg"), "{page}");
}
