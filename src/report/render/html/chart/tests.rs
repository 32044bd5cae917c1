//! Pictures of tables: what is drawn, where, and that it is always a picture.

use super::*;
use crate::table::Chart;
use crate::table::Column;

fn table(kind: ChartKind, rows: &[(&str, &[Cell])]) -> Table {
    let series = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let mut columns = vec![Column::text("名称")];
    columns.extend((0..series).map(|n| Column::figures(format!("系列{n}"))));
    let mut table = Table::new(columns);
    for (name, cells) in rows {
        let mut cells = cells.to_vec();
        cells.insert(0, (*name).into());
        cells.resize(series + 1, Cell::Empty);
        table.push(cells);
    }
    table.chart = Some(Chart { kind, labels: vec![0], series: (1..=series).collect() });
    table
}

fn draw(table: &Table) -> String {
    figure(table, Some("题"), 1, Lang::Zh).expect("a chart")
}

/// The values of an attribute of the elements that begin so.
fn numbers(svg: &str, element: &str, attribute: &str) -> Vec<f64> {
    let elements = svg.split(element).skip(1).filter_map(|rest| rest.split('>').next());
    let value = |tag: &str| tag.split(&format!(" {attribute}=\"")).nth(1)?.split('"').next()?.parse().ok();
    elements.filter_map(value).collect()
}

const KINDS: [ChartKind; 3] = [ChartKind::Bars, ChartKind::Stacked, ChartKind::Line];

#[test]
fn bars_are_as_long_as_their_figures() {
    let table = table(
        ChartKind::Bars,
        &[("甲", &[Cell::Count(10)]), ("乙", &[Cell::Count(5)]), ("丙", &[Cell::Count(0)])],
    );
    let svg = draw(&table);
    // The first is the sign in the legend.
    let wide = &numbers(&svg, "<rect", "width")[1..];
    assert_eq!(wide.len(), 2, "nothing has no bar");
    assert!((wide[0] / wide[1] - 2.0).abs() < 0.01, "{wide:?}");
    assert!(svg.contains(">10</text>") && svg.contains(">0</text>"));
    assert!(svg.contains("role=\"img\" aria-labelledby=\"g1-1\" aria-describedby=\"g1-1d\""));
    assert!(svg.contains("<title id=\"g1-1\">题</title>\n<desc id=\"g1-1d\">条形图，3 行：系列0</desc>"));
}

#[test]
fn changes_lie_on_both_sides_of_zero() {
    for kind in [ChartKind::Bars, ChartKind::Stacked] {
        let svg = draw(&table(kind, &[("甲", &[Cell::Change(-10)]), ("乙", &[Cell::Change(10)])]));
        let (x, wide) = (numbers(&svg, "<rect", "x"), numbers(&svg, "<rect", "width"));
        assert!((x[1] + wide[1] - x[2]).abs() < 0.2, "{kind:?} {x:?} {wide:?}");
        assert!((wide[1] - wide[2]).abs() < 0.2, "{kind:?} {wide:?}");
    }
}

#[test]
fn stacked_bars_lie_end_to_end_and_say_their_sum() {
    let svg =
        draw(&table(ChartKind::Stacked, &[("甲", &[Cell::Count(30), Cell::Count(0), Cell::Count(10)])]));
    let (x, wide) = (numbers(&svg, "<rect", "x"), numbers(&svg, "<rect", "width"));
    assert_eq!(x.len(), 3 + 2);
    assert!((x[3] + wide[3] - x[4]).abs() < 0.2, "{x:?} {wide:?}");
    assert!(svg.contains(">40</text>") && svg.contains("<title>系列2: 10</title>"), "{svg}");
    // Three series, three fills.
    for fill in ["fill=\"#0072b2\"", "fill=\"url(#m2)\""] {
        assert_eq!(svg.matches(fill).count(), 2, "{fill}");
    }
    assert!(marks().contains("<pattern id=\"m2\" "));
}

#[test]
fn lines_break_where_a_figure_is_missing() {
    let svg = draw(&table(
        ChartKind::Line,
        &[("2010", &[Cell::Count(1)]), ("2011", &[Cell::Empty]), ("2012", &[Cell::Count(3)])],
    ));
    let path = svg.split("class=\"line\" d=\"").nth(2).and_then(|rest| rest.split('"').next());
    assert_eq!(path.map(|path| path.matches('M').count()), Some(2), "{svg}");
    for tick in [">0<", ">1<", ">2<", ">3<"] {
        assert!(svg.contains(tick), "{tick} {svg}");
    }
    assert!(svg.contains("<title>2012, 系列0: 3</title>"));
}

/// Whatever the figures are, every number of the picture is one, and lies in it.
#[test]
fn no_figure_spoils_a_picture() {
    let odd: &[Cell] = &[
        Cell::Count(0),
        Cell::Count(i64::MAX),
        Cell::Change(i64::MIN),
        Cell::Mean(f64::NAN),
        Cell::Mean(f64::INFINITY),
        Cell::Mean(f64::MAX),
        Cell::Mean(f64::MIN),
        Cell::Mean(f64::MIN_POSITIVE / 4.0),
        Cell::Share(0.5),
        Cell::Empty,
        "字".into(),
    ];
    for kind in KINDS {
        for one in odd {
            for other in odd {
                let rows: [(&str, &[Cell]); 2] =
                    [("甲", &[one.clone(), other.clone()]), ("", std::slice::from_ref(other))];
                for rows in [&rows[..], &rows[..1]] {
                    let Some(svg) = figure(&table(kind, rows), None, 1, Lang::En) else { continue };
                    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{kind:?} {one:?} {other:?} {svg}");
                    for (attribute, most) in
                        [("x", WIDTH), ("width", WIDTH), ("y", 1000.0), ("height", 1000.0)]
                    {
                        for element in ["<rect", "<text", "<circle"] {
                            let inside = |n: &f64| (-0.1..=most + 0.1).contains(n);
                            let found = numbers(&svg, element, attribute);
                            assert!(found.iter().all(inside), "{kind:?} {one:?} {other:?} {found:?}");
                        }
                    }
                }
            }
        }
    }
    // Nothing to draw is no picture.
    for kind in KINDS {
        assert_eq!(figure(&table(kind, &[]), None, 1, Lang::En), None);
        assert_eq!(figure(&table(kind, &[("甲", &[Cell::Empty])]), None, 1, Lang::En), None);
        let mut wrong = table(kind, &[("甲", &[Cell::Count(1)])]);
        wrong.chart = Some(Chart { kind, labels: vec![9], series: vec![7] });
        assert_eq!(figure(&wrong, None, 1, Lang::En), None);
    }
}

#[test]
fn rows_that_sum_up_are_not_drawn_and_many_rows_are_several_pictures() {
    let name = |n: usize| format!("一个相当长的单位名称以及它的下属机构第{n}号 W");
    let names: Vec<String> = (0..230).map(name).collect();
    let cells = [Cell::Count(3), Cell::Count(4)];
    let rows: Vec<(&str, &[Cell])> = names.iter().map(|name| (name.as_str(), &cells[..])).collect();
    for kind in KINDS {
        let mut table = table(kind, &rows);
        table.push_summary(vec!["合计".into(), Cell::Count(1000), Cell::Count(1)]);
        let svg = draw(&table);
        assert!(!svg.contains("合计"), "{kind:?}");
        assert!(svg.contains("图中只画前 200 行，共 230 行"), "{kind:?}");
        assert!(numbers(&svg, "<svg", "height").iter().all(|height| *height < 760.0), "{kind:?}");
        assert_eq!(svg.matches("<svg").count() > 1, kind != ChartKind::Line, "{kind:?}");
        // What is cut says the whole.
        assert!(svg.contains(&format!("<title>{}</title>一个相当长的", names[0])), "{kind:?} {svg}");
    }
}

#[test]
fn labels_of_a_line_do_not_touch() {
    let names: Vec<String> = (0..40).map(|n| format!("二〇{n}年度")).collect();
    let cells = [Cell::Count(1)];
    let rows: Vec<(&str, &[Cell])> = names.iter().map(|name| (name.as_str(), &cells[..])).collect();
    let svg = draw(&table(ChartKind::Line, &rows));
    let labels: Vec<(f64, f64)> = svg
        .split("<text x=\"")
        .skip(1)
        .filter_map(|rest| {
            let x: f64 = rest.split('"').next()?.parse().ok()?;
            let text = rest.split('>').nth(1)?.split('<').next()?;
            text.starts_with("二〇").then_some((x, ems(text) * VALUE / 2.0))
        })
        .collect();
    assert!(labels.len() > 5, "{svg}");
    assert!(labels.windows(2).all(|pair| pair[0].0 + pair[0].1 < pair[1].0 - pair[1].1), "{labels:?}");
    assert!(labels.iter().all(|(x, half)| x - half >= 0.0 && x + half <= WIDTH), "{labels:?}");
}

#[test]
fn series_of_one_heading_take_their_group() {
    let mut table = table(ChartKind::Bars, &[("甲", &[Cell::Count(1), Cell::Count(2)])]);
    for (place, group) in [(1, "第1届"), (2, "第2届")] {
        table.columns[place].heading = "数量".to_owned();
        table.columns[place].group = Some(group.to_owned());
    }
    let svg = draw(&table);
    assert!(svg.contains("第1届 · 数量</text>") && svg.contains("第2届 · 数量</text>"), "{svg}");
}
