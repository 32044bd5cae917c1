//! Reports as one page: what a browser makes of it. Chromium (`$CHROMIUM`, else on the path) opens copies
//! of the page to which a script is added that clicks and types, and writes down what it saw. With
//! `ANKU_PAGES` the made-up page is left in that folder, to be looked at.

use crate::ooxml;
use crate::support::anku;
use crate::support::isolated;
use crate::support::shipped;
use crate::support::write;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Options;
use anku::report::Source;
use anku::report::renderer;
use anku::table::Cell;
use anku::table::Chart;
use anku::table::ChartKind;
use anku::table::Column;
use anku::table::Row;
use anku::table::Table;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// What happens before the page's own script.
const WATCH: &str = r"
const seen = { errors: [] };
addEventListener('error', (event) => seen.errors.push(String(event.message)));
addEventListener('securitypolicyviolation', (event) => seen.errors.push('policy: ' + event.violatedDirective));
for (const name of ['error', 'warn']) console[name] = (...words) => seen.errors.push(words.join(' '));
";

/// What happens after it: `drive` is the test's own part.
const DRIVE: &str = r"
const $ = (query) => [...document.querySelectorAll(query)];
const column = (table, place) => [...table.querySelectorAll('tbody tr, tfoot tr')]
  .filter((row) => !row.hidden).map((row) => row.cells[place].textContent);
const touch = (a, b) => a.left < b.right - .5 && b.left < a.right - .5 && a.top < b.bottom - .5 && b.top < a.bottom - .5;
const later = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  try {
    seen.charts = $('svg[role=img]').filter((svg) => svg.getBoundingClientRect().height > 40).length;
    seen.touching = [];
    seen.outside = [];
    for (const svg of $('svg[role=img]')) {
      const frame = svg.getBoundingClientRect();
      // Of the height of a line, the characters take the middle.
      const ink = (box) => ({ left: box.left, right: box.right, top: box.top + box.height * .15, bottom: box.bottom - box.height * .15 });
      const texts = [...svg.querySelectorAll('text')].map((text) => [text, ink(text.getBoundingClientRect())]);
      texts.forEach(([text, box], place) => {
        if (box.left < frame.left - .5 || box.right > frame.right + .5 || box.top < frame.top - .5 || box.bottom > frame.bottom + .5) seen.outside.push(text.textContent);
        for (const [other, its] of texts.slice(place + 1)) if (touch(box, its)) seen.touching.push(text.textContent + ' ' + other.textContent);
      });
    }
    seen.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.astray = $('a[href^=\'#\']').filter((link) => !document.getElementById(link.hash.slice(1))).length;
    await drive();
    seen.resources = performance.getEntriesByType('resource').length;
  } catch (error) {
    seen.errors.push(String(error));
  }
  const out = document.createElement('pre');
  out.id = 'seen';
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
})();
";

/// A Chromium; `None`, with a word about it, where there is none.
pub(crate) fn chromium(test: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        eprintln!("SKIPPED {test}: no Chromium on the path (set CHROMIUM)");
    }
    found
}

/// What the scripts saw in a page.
#[track_caller]
pub(crate) fn look(program: &PathBuf, page: &str, width: u32, drive: &str) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The added scripts have a nonce; the page's own script still lives by its digest alone.
    let page = page.replacen("script-src ", "script-src 'nonce-test' ", 1);
    let page = page.replacen("<head>\n", &format!("<head>\n<script nonce=\"test\">{WATCH}</script>\n"), 1);
    let drive = format!("const drive = async () => {{{drive}}};\n{DRIVE}");
    let page = page.replacen("</body>", &format!("<script nonce=\"test\">{drive}</script>\n</body>"), 1);
    write(folder.path(), "page.html", page);
    let dom = folder.path().join("dom");
    let log = folder.path().join("log");
    let mut command = isolated(program, folder.path());
    command
        .env("HOME", folder.path())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--disable-extensions", "--disable-background-networking", "--disable-component-update"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", folder.path().join("page.html").display()))
        .stdout(std::fs::File::create(&dom).expect("a file"))
        .stderr(std::fs::File::create(&log).expect("a file"))
        .stdin(Stdio::null());
    let mut child = command.spawn().expect("a browser");
    let began = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if began.elapsed() > Duration::from_secs(240) {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the browser did not come to an end");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let dom = String::from_utf8_lossy(&std::fs::read(dom).expect("a file")).into_owned();
    let log = String::from_utf8_lossy(&std::fs::read(log).expect("a file")).into_owned();
    let Some((_, seen)) = dom.rsplit_once("<pre id=\"seen\">") else {
        panic!("nothing was seen\n{log}\n{dom}")
    };
    let seen = seen.split("</pre>").next().unwrap_or_default();
    let seen =
        seen.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {seen}"))
}

/// What must be so in every page.
#[track_caller]
fn sound(seen: &Value, charts: usize) {
    assert_eq!(seen["errors"], json!([]));
    assert_eq!(seen["charts"], charts);
    assert_eq!((&seen["touching"], &seen["outside"]), (&json!([]), &json!([])), "labels");
    assert_eq!(seen["wide"], 0, "the page is wider than the screen");
    assert_eq!(seen["astray"], 0, "links that lead nowhere");
    assert_eq!(seen["resources"], 0, "something was loaded");
}

/// Provinces with counts in two editions.
const PROVINCES: &[(&str, i64, i64)] = &[
    ("浙江省", 12, 30),
    ("甘肃省", 7, 9),
    ("内蒙古自治区", 3, 0),
    ("新疆生产建设兵团及其所属各师各团场的党建工作领导小组办公室", 1, 4),
    ("北京市", 0, 2),
    ("安徽省", 9, 11),
    ("“重庆”市 WWWWMMMM", 100, 8),
    ("广东省", 25, 24),
    ("四川省", 5, 6),
    ("西藏自治区", 2, 2),
];

fn provinces(kind: ChartKind) -> Table {
    let edition = |name: &str| Column { group: Some("届次".to_owned()), ..Column::figures(name) };
    let mut table = Table::new(vec![
        Column::text("省"),
        edition("第1届"),
        edition("第2届"),
        Column::figures("同比"),
        Column::figures("占比"),
    ]);
    table.title = Some("各省入选情况".to_owned());
    for (place, (name, first, second)) in PROVINCES.iter().enumerate() {
        let place = u32::try_from(place).expect("few");
        table.rows.push(Row {
            cells: vec![
                (*name).into(),
                Cell::Count(*first),
                Cell::Count(*second),
                Cell::Change(second - first),
                if *first == 0 { Cell::Empty } else { Cell::Share(*first as f64 / 164.0) },
            ],
            summary: false,
            behind: vec![vec![], vec![place, place + 1], vec![place]],
        });
    }
    table.push_summary(vec![
        "合计".into(),
        Cell::Count(164),
        Cell::Count(96),
        Cell::Change(-68),
        Cell::Empty,
    ]);
    table.notes = vec!["“未填”不在其中。".to_owned()];
    table.chart = Some(Chart { kind, labels: vec![0], series: vec![1, 2] });
    table
}

fn made_up() -> Document {
    let mut changes = provinces(ChartKind::Bars);
    changes.title = Some("同比".to_owned());
    changes.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0], series: vec![3] });
    let mut years =
        Table::new(vec![Column::text("年度"), Column::figures("案例"), Column::figures("其中有正文")]);
    years.title = Some("历年".to_owned());
    for year in 1998..2014_i64 {
        let text = if year == 2005 { Cell::Empty } else { Cell::Count((year * 7) % 23) };
        years.push(vec![Cell::Text(format!("{year}年度")), Cell::Count((year * 31) % 57), text]);
    }
    years.chart = Some(Chart { kind: ChartKind::Line, labels: vec![0], series: vec![1, 2] });
    let mut short = Table::new(vec![Column::text("届次"), Column::figures("占比")]);
    short.title = Some("有正文的占比".to_owned());
    for (name, share) in [("第1届", 0.312), ("第2届", 0.305), ("第3届", 0.648), ("第4届", 0.999)] {
        short.push(vec![name.into(), Cell::Share(share)]);
    }
    short.chart = Some(Chart { kind: ChartKind::Line, labels: vec![0], series: vec![1] });
    let mut many = Table::new(vec![Column::text("领域")]);
    many.columns.extend((1..=9).map(|n| Column::figures(format!("主题{n}"))));
    many.title = Some("领域和主题".to_owned());
    for (row, name) in ["农村", "城市社区", "国有企业", "机关"].into_iter().enumerate() {
        let counts = (1..=9).map(|n| Cell::Count(n * 3 % 7 * (i64::try_from(row).expect("few") + 1)));
        many.push(std::iter::once(name.into()).chain(counts).collect());
    }
    many.chart = Some(Chart { kind: ChartKind::Stacked, labels: vec![0], series: (1..=9).collect() });
    let records = (0..12).map(|n| Source {
        id: format!("id{n}"),
        title: format!("“民情流水线”工作法之{n}"),
        path: format!("cases/2012/案例 {n}.yaml"),
    });
    let heading = |text: &str| Block::Heading { level: 2, text: text.to_owned() };
    Document {
        title: Some("某活动第2届汇总表".to_owned()),
        blocks: vec![
            Block::Paragraph("共收录案例 96 个，其中有正文的 30 个。".to_owned()),
            heading("一、各省"),
            Block::Table(provinces(ChartKind::Bars)),
            heading("二、构成"),
            Block::Table(many),
            Block::Table(changes),
            heading("三、历年"),
            Block::Table(years),
            Block::Table(short),
        ],
        records: records.collect(),
    }
}

fn render(document: &Document) -> String {
    let options = Options { lang: Lang::Zh, width: None, excel: false };
    let bytes = (renderer("html").expect("a format").render)(document, &options).expect("a page");
    let page = String::from_utf8(bytes).expect("UTF-8");
    ooxml::page(&page);
    page
}

#[test]
fn a_browser_sorts_filters_and_follows_the_page() {
    let page = render(&made_up());
    assert_eq!(page, render(&made_up()), "the same document, the same bytes");
    if let Some(folder) = std::env::var_os("ANKU_PAGES") {
        std::fs::write(PathBuf::from(folder).join("made-up.html"), &page).expect("a written page");
    }
    assert!(!page.contains("http://") && !page.contains("https://"));
    let Some(program) = chromium("a_browser_sorts_filters_and_follows_the_page") else { return };
    let drive = r"
        const table = $('table')[0];
        const head = (name) => [...table.querySelectorAll('th[data-col] button')].find((b) => b.textContent === name);
        seen.before = column(table, 0);
        const button = head('省');
        button.focus();
        seen.focus = document.activeElement === button;
        button.click();
        seen.up = [column(table, 0), button.parentElement.getAttribute('aria-sort')];
        button.click();
        seen.down = [column(table, 0), button.parentElement.getAttribute('aria-sort')];
        button.click();
        seen.after = [column(table, 0), button.parentElement.getAttribute('aria-sort')];
        head('第1届').click();
        seen.figures = column(table, 1);
        head('同比').click();
        seen.changes = column(table, 3);
        head('占比').click();
        head('占比').click();
        seen.shares = column(table, 4);
        const input = $('.tools input')[0];
        const type = (text) => { input.value = text; input.dispatchEvent(new Event('input')); };
        type('自治区');
        seen.filtered = [column(table, 0), $('.tools output')[0].textContent];
        type('wwww');
        seen.folded = column(table, 0);
        type('');
        seen.cleared = [column(table, 0).length, $('.tools output')[0].textContent];
        seen.boxes = $('.tools').length;
        const link = table.querySelector('td a');
        seen.figure = link.textContent;
        link.click();
        await later(100);
        const list = document.querySelector(':target');
        seen.list = [...list.querySelectorAll('a')].map((a) => a.textContent);
        list.querySelector('.back').click();
        await later(100);
        seen.back = document.querySelector(':target').textContent;
        [...list.querySelectorAll('a')].at(-1).click();
        await later(100);
        seen.record = document.querySelector(':target a').getAttribute('href');
    ";
    let seen = look(&program, &page, 1000, drive);
    sound(&seen, 5);
    let names: Vec<&str> = PROVINCES.iter().map(|(name, ..)| *name).chain(["合计"]).collect();
    assert_eq!(seen["before"], json!(names));
    // By the sounds of the characters: an, bei, chong (or zhong), gan, guang, nei, si, xi, xin, zhe.
    let up = seen["up"][0].as_array().expect("rows");
    let place = |name: &str| up.iter().position(|cell| cell == name).expect("a row");
    let sounds =
        ["安徽省", "北京市", "甘肃省", "广东省", "内蒙古自治区", "四川省", "西藏自治区", "浙江省", "合计"];
    assert!(sounds.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{up:?}");
    let mut down = seen["down"][0].as_array().expect("rows").clone();
    assert_eq!(down.pop(), Some(json!("合计")), "totals stay at the end");
    down.reverse();
    assert_eq!(down, up[..up.len() - 1]);
    assert_eq!((&seen["up"][1], &seen["down"][1]), (&json!("ascending"), &json!("descending")));
    assert_eq!(seen["after"], json!([names, null]));
    assert_eq!(seen["focus"], true);
    assert_eq!(seen["figures"], json!(["0", "1", "2", "3", "5", "7", "9", "12", "25", "100", "164"]));
    assert_eq!(seen["changes"], json!(["-92", "-3", "-1", "0", "+1", "+2", "+2", "+2", "+3", "+18", "-68"]));
    let shares = seen["shares"].as_array().expect("rows");
    assert_eq!((&shares[0], &shares[9]), (&json!("61.0%"), &json!("")), "what is empty comes last");
    assert_eq!(
        seen["filtered"],
        json!([
            ["内蒙古自治区", "西藏自治区", "合计"],
            "筛选“自治区”：显示 2 行，共 10 行；合计不随筛选变化"
        ])
    );
    assert_eq!(seen["folded"], json!(["“重庆”市 WWWWMMMM", "合计"]));
    assert_eq!(seen["cleared"], json!([11, ""]));
    // Tables of four rows need no box.
    assert_eq!(seen["boxes"], 3);
    // Sorted by shares downwards, 重庆 comes first.
    assert_eq!(seen["figure"], "100");
    let of = |n: usize| format!("id{n}“民情流水线”工作法之{n}");
    assert_eq!(
        seen["list"],
        json!([
            "↑ 各省入选情况 · “重庆”市 WWWWMMMM · 届次 · 第1届",
            "↑ 同比 · “重庆”市 WWWWMMMM · 届次 · 第1届",
            of(6),
            of(7)
        ])
    );
    assert_eq!(seen["back"], "100");
    assert_eq!(seen["record"], "./cases/2012/%E6%A1%88%E4%BE%8B%207.yaml");
    // A narrow screen: tables and charts scroll by themselves, the page does not.
    sound(&look(&program, &page, 500, ""), 5);
}

#[test]
fn the_yearly_report_is_a_page() {
    let folder = shipped();
    anku(folder.path(), ["report", "yearly", "--edition", "2", "-o", "out.html"]).ends(0);
    let page = std::fs::read_to_string(folder.path().join("out.html")).expect("a page");
    let told = anku(folder.path(), ["report", "yearly", "--edition", "2", "-O", "html"]).ends(0).stdout;
    assert_eq!(page, told);
    assert!(!page.contains("http://") && !page.contains("https://"));
    anku(folder.path(), ["stats", "--by", "省", "-O", "html"]).ends(0);
    let Some(program) = chromium("the_yearly_report_is_a_page") else { return };
    let drive = r"
        const long = $('table').findLast((table) => table.textContent.includes('申报单位'));
        const head = [...long.querySelectorAll('th[data-col] button')].find((b) => b.textContent === '申报单位');
        const place = Number(head.parentElement.dataset.col);
        const before = column(long, place);
        head.click();
        const after = column(long, place);
        const order = new Intl.Collator('zh', { numeric: true });
        seen.rows = before.length;
        seen.moved = before.join() !== after.join();
        seen.same = [...before].sort().join() === [...after].sort().join();
        seen.sorted = after.every((unit, n) => !n || order.compare(after[n - 1], unit) <= 0 || !unit);
    ";
    let seen = look(&program, &page, 1000, drive);
    sound(&seen, 2);
    assert!(seen["rows"].as_u64() > Some(20), "{seen}");
    assert_eq!((&seen["moved"], &seen["same"], &seen["sorted"]), (&json!(true), &json!(true), &json!(true)));
}
