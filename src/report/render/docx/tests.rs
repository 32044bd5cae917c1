//! What Word insists on: parts that are declared, elements in the order of the schema, rows that fill their grid.

use super::page::Page;
use super::*;
use crate::report::document::Block;
use crate::table::Cell;
use crate::table::Chart;
use crate::table::ChartKind;
use crate::table::Column;
use crate::table::Table;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::Read as _;

/// An element of a part.
#[derive(Debug, Default)]
struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
    text: String,
}

impl Node {
    /// Every element of a name, in order.
    fn all<'n>(&'n self, name: &str) -> Vec<&'n Node> {
        let own = self.children.iter().flat_map(|child| {
            let below = child.all(name);
            (child.name == name).then_some(child).into_iter().chain(below)
        });
        own.collect()
    }

    fn one(&self, name: &str) -> &Node {
        self.all(name).into_iter().next().unwrap_or_else(|| panic!("no {name}"))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> usize {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name}"))
    }

    /// What a reader sees, a line a paragraph.
    fn words(&self) -> String {
        let line = |node: &Node| node.all("w:t").iter().map(|text| text.text.as_str()).collect::<String>();
        self.all("w:p").into_iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn parse(text: &str) -> Node {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Node::default()];
    let node = |start: &quick_xml::events::BytesStart<'_>| Node {
        name: start.name().as_ref().to_owned(),
        attributes: start
            .attributes()
            .map(|attribute| {
                let attribute = attribute.expect("an attribute");
                (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
            })
            .collect(),
        ..Node::default()
    };
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => open.push(node(&start)),
            Event::Empty(start) => open.last_mut().expect("open").children.push(node(&start)),
            Event::End(_) => {
                let done = open.pop().expect("open");
                open.last_mut().expect("open").children.push(done);
            }
            Event::Text(text) => open.last_mut().expect("open").text.push_str(&text),
            Event::GeneralRef(name) => {
                let c = match &*name {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    other => panic!("&{other};"),
                };
                open.last_mut().expect("open").text.push(c);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "all elements end");
    open.pop().expect("the root")
}

fn options(lang: Lang) -> Options {
    Options { lang, width: None, excel: false }
}

/// The parts of a document as it is written.
fn written(document: &Document, lang: Lang) -> Vec<(String, String)> {
    let bytes = render(document, &options(lang)).expect("a document");
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let read = |place| {
        let mut file = package.by_index(place).expect("a part");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("UTF-8");
        assert_eq!(file.last_modified(), Some(zip::DateTime::default()));
        (file.name().expect("a name").into_owned(), text)
    };
    (0..11).map(read).collect()
}

fn body(document: &Document) -> Node {
    let parts = written(document, Lang::Zh);
    parse(&parts.iter().find(|(name, _)| name == "word/document.xml").expect("the main part").1)
}

fn blocks(blocks: Vec<Block>) -> Document {
    Document { title: Some("第2届汇总表".to_owned()), blocks, ..Document::default() }
}

/// A table of a name and so many figures, grouped in pairs.
fn wide(figures: usize) -> Table {
    let mut columns = vec![Column::text("省")];
    for number in 0..figures {
        let mut column = Column::figures(format!("{}年", 2000 + number));
        column.group = Some(format!("组{}", number / 2));
        columns.push(column);
    }
    let mut table = Table::new(columns);
    let row = |name: &str| {
        let figures = (0..figures).map(|number| Cell::Count(1000 + i64::try_from(number).unwrap()));
        std::iter::once(Cell::from(name)).chain(figures).collect::<Vec<_>>()
    };
    for name in ["内蒙古自治区", "甘肃省"] {
        table.push(row(name));
    }
    table.push_summary(row("合计"));
    table
}

fn drawn(kind: ChartKind) -> Table {
    let mut table = Table::new(vec![Column::text("领域"), Column::figures("上届"), Column::figures("本届")]);
    table.push(vec!["农村".into(), Cell::Count(10), Cell::Count(24)]);
    table.push(vec!["机关\n事业单位".into(), Cell::Count(0), Cell::Change(-6)]);
    table.push(vec!["未填".into(), Cell::Empty, Cell::Mean(f64::NAN)]);
    table.push_summary(vec!["合计".into(), Cell::Count(900), Cell::Count(900)]);
    table.title = Some("领域".to_owned());
    table.notes = vec!["手工核对。".to_owned()];
    table.chart = Some(Chart { kind, labels: vec![0], series: vec![1, 2] });
    table
}

/// Something of everything.
fn everything() -> Document {
    let mut several = wide(3);
    several.title = Some("各年".to_owned());
    let list = |ordered| Block::List { ordered, items: vec!["第一".to_owned(), "第二".to_owned()] };
    blocks(vec![
        Block::Heading { level: 2, text: "一、总体情况".to_owned() },
        Block::Paragraph("共收录“案例” 6 个。\n\n其中有正文的 3 个。".to_owned()),
        Block::Heading { level: 3, text: "（一）分省".to_owned() },
        Block::Table(several),
        list(true),
        list(false),
        list(true),
        Block::Heading { level: 2, text: "二、逐年".to_owned() },
        Block::Table(wide(16)),
        Block::Heading { level: 4, text: "其他".to_owned() },
        Block::Table(wide(90)),
        Block::Table(drawn(ChartKind::Bars)),
        Block::Table(drawn(ChartKind::Stacked)),
        Block::Table(drawn(ChartKind::Line)),
        Block::Table(Table::default()),
        Block::Table(Table::new(vec![Column::text("空")])),
    ])
}

#[test]
fn every_part_is_declared_and_every_reference_leads_to_one() {
    for lang in [Lang::Zh, Lang::En] {
        for document in [everything(), Document::default(), Document::of(wide(200))] {
            let parts = written(&document, lang);
            let named = |name: &str| parse(&parts.iter().find(|(known, _)| known == name).expect(name).1);
            assert_eq!(parts[0].0, "[Content_Types].xml");
            for (name, text) in &parts {
                assert!(!text.contains('{'), "{name}: a place that was not filled");
                parse(text);
            }
            for part in named("[Content_Types].xml").all("Override") {
                named(part.get("PartName").expect("a name").trim_start_matches('/'));
            }
            for (rels, folder) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
                for relation in named(rels).all("Relationship") {
                    named(&format!("{folder}{}", relation.get("Target").expect("a target")));
                }
            }
            let styles = named("word/styles.xml");
            let styles: Vec<&str> =
                styles.all("w:style").iter().filter_map(|style| style.get("w:styleId")).collect();
            let numbering = named("word/numbering.xml");
            let lists: Vec<usize> =
                numbering.all("w:num").iter().map(|list| list.number("w:numId")).collect();
            let main = named("word/document.xml");
            for name in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
                for style in main.all(name) {
                    assert!(styles.contains(&style.get("w:val").expect("a style")), "{style:?}");
                }
            }
            assert!(main.all("w:numId").iter().all(|list| lists.contains(&list.number("w:val"))));
        }
    }
}

/// The children of an element in the order of the schema; `tests/ooxml/order.txt` has the source.
fn order(element: &str) -> Option<Vec<&'static str>> {
    let lines = include_str!("../../../../tests/ooxml/order.txt").lines();
    let mut found = lines.filter_map(|line| line.split_once(" = "));
    found.find(|(name, _)| *name == element).map(|(_, children)| children.split(' ').collect())
}

fn in_order(node: &Node, seen: &mut Vec<String>) {
    if let Some(order) = order(&node.name) {
        seen.push(node.name.clone());
        let place = |child: &Node| {
            let short = child.name.trim_start_matches("w:");
            let place = order.iter().position(|known| known.trim_end_matches('+') == short);
            let place = place.or_else(|| order.iter().position(|known| *known == "*"));
            place.unwrap_or_else(|| panic!("{} may not hold {}", node.name, child.name))
        };
        let places: Vec<usize> = node.children.iter().map(place).collect();
        assert!(places.is_sorted(), "{}: {places:?}", node.name);
    }
    for child in &node.children {
        in_order(child, seen);
    }
}

#[test]
fn children_stand_in_the_order_of_the_schema() {
    let mut seen = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for (_, text) in written(&everything(), lang) {
            in_order(&parse(&text), &mut seen);
        }
    }
    for name in [
        "pPr",
        "rPr",
        "tblPr",
        "tblBorders",
        "tcPr",
        "tcBorders",
        "tblCellMar",
        "sectPr",
        "tbl",
        "tr",
        "tc",
        "p",
        "style",
        "lvl",
        "numbering",
        "font",
        "settings",
    ] {
        assert!(seen.contains(&format!("w:{name}")), "{name}: {seen:?}");
    }
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let bytes = || render(&everything(), &options(Lang::Zh)).expect("a document");
    assert_eq!(bytes(), bytes());
}

#[test]
fn text_of_records_is_text() {
    let evil = "a\u{0}\u{1b}[31m\u{fffe}<script>&\"'\u{202e}b\u{9b}\r\n=1+1\tc";
    let mut table = Table::new(vec![Column::text(evil)]);
    table.push(vec![evil.into()]);
    table.title = Some(evil.to_owned());
    table.notes = vec![evil.to_owned()];
    table.chart = Some(Chart { kind: ChartKind::Bars, labels: vec![0, 9], series: vec![0, 9] });
    table.columns[0].group = Some(evil.to_owned());
    let document = Document {
        title: Some(evil.to_owned()),
        blocks: vec![
            Block::Heading { level: 2, text: evil.to_owned() },
            Block::Paragraph(evil.to_owned()),
            Block::List { ordered: true, items: vec![evil.to_owned()] },
            Block::Table(table),
        ],
        ..Document::default()
    };
    for (name, text) in written(&document, Lang::Zh) {
        let forbidden = |c: char| (c < ' ' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
        assert!(!text.contains(forbidden), "{name}: {text:?}");
        assert!(!text.contains("<script"), "{name}");
    }
    let body = body(&document);
    // A paragraph each for the two lines of prose, a line break everywhere else.
    let first = "a[31m<script>&\"'\\u{202e}b\\u{9b}";
    assert!(body.words().contains(&format!("{first}\n=1+1 c\n")), "{}", body.words());
    assert_eq!(body.all("w:br").len(), 8);
}

/// Every row of every table spans the whole grid; what is merged downwards begins above.
fn whole(table: &Node, width: usize) {
    let grid: Vec<usize> =
        table.one("w:tblGrid").children.iter().map(|column| column.number("w:w")).collect();
    assert!(grid.len() <= 63, "{} columns", grid.len());
    assert_eq!(grid.iter().sum::<usize>(), width);
    for row in table.all("w:tr") {
        let mut at = 0;
        for cell in row.all("w:tc") {
            let span = cell.all("w:gridSpan").first().map_or(1, |span| span.number("w:val"));
            let own: usize = grid[at..at + span].iter().sum();
            assert_eq!(cell.one("w:tcW").number("w:w"), own);
            at += span;
            assert_eq!(cell.children.last().map(|last| last.name.as_str()), Some("w:p"));
        }
        assert_eq!(at, grid.len());
        assert_eq!(row.all("w:cantSplit").len(), 1);
    }
}

#[test]
fn tables_fill_the_page_and_repeat_their_headings() {
    let main = body(&everything());
    let children = &main.one("w:body").children;
    // The section that each table is in ends after it.
    let mut tables = Vec::new();
    for pair in children.windows(2) {
        assert!(pair.iter().any(|child| child.name != "w:tbl"), "two tables without a paragraph between");
    }
    for child in children {
        if child.name == "w:tbl" {
            tables.push(child);
        }
        let ends =
            if child.name == "w:sectPr" { Some(child) } else { child.all("w:sectPr").first().copied() };
        if let Some(section) = ends {
            let lies = section.one("w:pgSz").get("w:orient") == Some("landscape");
            let page = if lies { Page::Lying } else { Page::Upright };
            for table in tables.drain(..) {
                whole(table, page.width());
            }
        }
    }
    let first = main.one("w:tbl");
    let rows = first.all("w:tr");
    let headings: Vec<bool> = rows.iter().map(|row| !row.all("w:tblHeader").is_empty()).collect();
    assert_eq!(headings, [true, true, false, false, false]);
    assert_eq!(rows[0].words(), "省\n组0\n组1");
    assert_eq!(rows[0].all("w:gridSpan").len(), 1);
    assert_eq!(rows[0].one("w:vMerge").get("w:val"), Some("restart"));
    assert_eq!(rows[1].words(), "\n2000年\n2001年\n2002年");
    assert_eq!(rows[1].one("w:vMerge").get("w:val"), None);
    assert_eq!(rows[2].words(), "内蒙古自治区\n1000\n1001\n1002");
    let strong = |row: &Node| row.all("w:rStyle").iter().any(|style| style.get("w:val") == Some("Strong"));
    assert!(!strong(rows[3]) && strong(rows[4]));
}

#[test]
fn what_is_too_wide_lies_on_a_page_of_its_own() {
    let wanted = |document: &Document| {
        let main = body(document);
        let sizes = main.all("w:pgSz").into_iter().map(|size| size.get("w:orient").is_some());
        sizes.collect::<Vec<_>>()
    };
    let heading = || Block::Heading { level: 2, text: "二、逐年".to_owned() };
    let prose = || Block::Paragraph("略".to_owned());
    assert_eq!(wanted(&blocks(vec![prose(), Block::Table(wide(8)), prose()])), [false]);
    assert_eq!(
        wanted(&blocks(vec![prose(), heading(), Block::Table(wide(16)), prose()])),
        [false, true, false]
    );
    assert_eq!(wanted(&blocks(vec![prose(), Block::Table(wide(16)), Block::Table(wide(16))])), [false, true]);
    assert_eq!(wanted(&blocks(vec![heading(), Block::Table(wide(16))])), [true]);
    let main = body(&blocks(vec![prose(), heading(), Block::Table(wide(16)), prose()]));
    let children = &main.one("w:body").children;
    let end = children.iter().position(|child| !child.all("w:sectPr").is_empty()).expect("a section");
    assert_eq!(children[end + 1].words(), String::new());
    assert!(children[end + 1].all("w:t").iter().any(|text| text.text == "二、逐年"));
    // A table that no page is wide enough for comes in parts, each with the names of the rows.
    let mut table = wide(90);
    table.title = Some("逐年".to_owned());
    let main = body(&Document::of(table));
    let parts = main.all("w:tbl");
    assert!(parts.len() > 1);
    assert!(parts.iter().all(|part| part.words().starts_with("省\n")));
    let last = parts.last().expect("parts").words();
    assert!(last.contains("\n2089年\n") && last.contains("\n1089\n"), "{last}");
}

#[test]
fn pages_have_the_measures_of_the_standard() {
    // 156 × 225 mm.
    assert_eq!((Page::Upright.width() * 254 + 7200) / 14400, 156);
    assert_eq!((Page::Lying.width() * 254 + 7200) / 14400, 225);
    let parts = written(&everything(), Lang::Zh);
    let part = |name: &str| parse(&parts.iter().find(|(known, _)| known == name).expect(name).1);
    let styles = part("word/styles.xml");
    let style = |id: &str| {
        let styles = styles.all("w:style");
        styles.into_iter().find(|style| style.get("w:styleId") == Some(id)).unwrap_or_else(|| panic!("{id}"))
    };
    let body = style("BodyText");
    // 22 lines and the end of a section are no higher than the page.
    assert!(22 * body.one("w:pPr").one("w:spacing").number("w:line") + 20 <= 16838 - 2098 - 1984);
    assert!(23 * body.one("w:pPr").one("w:spacing").number("w:line") > 16838 - 2098 - 1984);
    // 28 characters of 16 pt, a quarter of a point closer, are no wider.
    assert_eq!(body.one("w:rPr").one("w:spacing").get("w:val"), Some("-5"));
    assert!(28 * (320 - 5) <= Page::Upright.width() && 29 * (320 - 5) > Page::Upright.width());
    for (id, face, level) in [("Heading1", "黑体", 0), ("Heading2", "楷体_GB2312", 1)] {
        assert_eq!(style(id).one("w:rFonts").get("w:eastAsia"), Some(face));
        assert_eq!(style(id).one("w:outlineLvl").number("w:val"), level);
    }
    assert_eq!(style("Normal").get("w:default"), Some("1"));
    assert_eq!(style("Title").one("w:sz").number("w:val"), 44);
    for (name, side) in [("word/footer1.xml", "right"), ("word/footer2.xml", "left")] {
        assert_eq!(part(name).one("w:jc").get("w:val"), Some(side));
        assert_eq!(part(name).words(), "— 1 —");
    }
    assert!(part("word/settings.xml").all("w:evenAndOddHeaders").len() == 1);
    let core = parts.iter().find(|(name, _)| name == "docProps/core.xml").expect("properties");
    assert!(core.1.contains("<dc:title>第2届汇总表</dc:title>"));
    let english = written(&everything(), Lang::En);
    assert!(!english.iter().any(|(name, text)| name == "word/styles.xml" && text.contains("\"-5\"")));
}

#[test]
fn every_numbered_list_begins_at_one() {
    let main = body(&everything());
    let lists: Vec<usize> = main.all("w:numId").iter().map(|list| list.number("w:val")).collect();
    assert_eq!(lists, [2, 2, 1, 1, 3, 3]);
}

/// For each row of the picture, how many units its bars span, and the figure behind them.
fn bars(kind: ChartKind) -> Vec<(Vec<usize>, String)> {
    let main = body(&blocks(vec![Block::Table(drawn(kind))]));
    let tables = main.all("w:tbl");
    let picture = tables.last().expect("a picture");
    whole(picture, Page::Upright.width());
    let rows = picture.all("w:tr").into_iter().filter(|row| row.all("w:trHeight").is_empty());
    let row = |row: &Node| {
        let shaded = row.all("w:tc").into_iter().filter(|cell| !cell.all("w:shd").is_empty());
        let spans = shaded.map(|cell| cell.all("w:gridSpan").first().map_or(1, |span| span.number("w:val")));
        (spans.collect(), row.words().split('\n').next_back().unwrap_or_default().to_owned())
    };
    rows.map(row).collect()
}

#[test]
fn bars_are_as_long_as_their_figures() {
    let figure = |units: &[usize], text: &str| (units.to_vec(), text.to_owned());
    let wanted = [
        figure(&[20], "10"),
        figure(&[48], "24"),
        figure(&[], "0"),
        figure(&[12], "-6"),
        figure(&[], ""),
        figure(&[], ""),
    ];
    assert_eq!(bars(ChartKind::Bars), wanted);
    assert_eq!(bars(ChartKind::Line), wanted);
    // End to end; what is below nothing has no length there.
    assert_eq!(bars(ChartKind::Stacked), [figure(&[14, 34], "34"), figure(&[], "0"), figure(&[], "0")]);
}

#[test]
fn the_longest_texts_get_the_most_room() {
    let columns = ["名次", "单位", "题目", "省"].map(Column::text);
    let mut table = Table::new(columns.to_vec());
    table.columns[0].align = crate::table::Align::Right;
    for rank in 1..=30 {
        let unit = if rank == 7 {
            "黑龙江省哈尔滨市委组织部和新疆维吾尔自治区党委"
        } else {
            "敦煌市委组织部"
        };
        let title = "以党建引领基层治理：“民情流水线”工程的探索与实践";
        table.push(vec![Cell::Count(rank), unit.into(), title.into(), "甘肃省".into()]);
    }
    let fit = widths::fit(&table);
    assert_eq!((fit.page, fit.size, fit.parts.len()), (Page::Upright, widths::Size::Usual, 1));
    let widths = &fit.parts[0].widths;
    assert_eq!(widths.iter().sum::<usize>(), Page::Upright.width());
    assert!(widths[2] * 5 > Page::Upright.width() * 2, "{widths:?}");
    assert!(widths[0] < widths[3] && widths[3] < widths[1] && widths[1] < widths[2], "{widths:?}");
}

#[test]
fn tables_of_any_shape_are_whole() {
    let texts =
        ["", "案", "a\nb", "https://example.org/a/very/long/address/without/any/break", "党建引领基层治理"];
    for columns in (0..20).chain([62, 63, 64, 127]) {
        for rows in [0, 1, 5] {
            let mut table = Table::default();
            for number in 0..columns {
                let mut column = Column::text(texts[number % texts.len()]);
                column.group = (number % 7 > 3).then(|| texts[number / 7 % texts.len()].to_owned());
                if number % 3 == 1 {
                    column.align = crate::table::Align::Right;
                }
                table.columns.push(column);
            }
            for row in 0..rows {
                let cell = |number: usize| match (row + number) % 6 {
                    5 => Cell::Share(f64::INFINITY),
                    other => Cell::from(texts[other]),
                };
                // Some rows are shorter or longer than the headings.
                table.push((0..columns + row % 3).skip(row % 2).map(cell).collect());
            }
            table.chart =
                Some(Chart { kind: ChartKind::Stacked, labels: vec![0, 500], series: vec![1, 500] });
            let fit = widths::fit(&table);
            let main = body(&Document::of(table));
            assert_eq!(
                fit.parts.iter().map(|part| part.widths.len()).max(),
                main.all("w:tblGrid").iter().map(|grid| grid.children.len()).max().or(Some(0))
            );
            for drawn in main.all("w:tbl") {
                whole(drawn, fit.page.width());
            }
        }
    }
}
