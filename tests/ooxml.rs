//! What is written for other programs, held against the rules of its format: the children of every element of a .docx
//! and .xlsx in the order of the schema, every part and every page of HTML well-formed.

use crate::support::anku;
use crate::support::shipped;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::io::Read as _;

/// The orders of the schemas, with their source.
const ORDERS: &str = include_str!("ooxml/order.txt");

/// Elements of HTML that have no end: HTML standard, 13.1.2.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// An element that is open: its name, and its children so far.
type Open = (String, Vec<String>);

/// The elements of a text as they end, each with the names of its children. Panics where it is not well-formed.
fn elements(text: &str, html: bool) -> Vec<Open> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = !html;
    let mut open: Vec<Open> = vec![(String::new(), Vec::new())];
    let mut done = Vec::new();
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("not well-formed: {error}"));
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) => {
                let name = tag.name().as_ref().to_owned();
                let attributes = if html { tag.html_attributes() } else { tag.attributes() };
                let mut names = BTreeSet::new();
                for attribute in attributes {
                    let attribute = attribute.unwrap_or_else(|error| panic!("<{name}>: {error}"));
                    assert!(!attribute.value.contains('<'), "<{name}>: {attribute:?}");
                    assert!(names.insert(attribute.key.as_ref().to_owned()), "<{name}> twice: {attribute:?}");
                }
                open.last_mut().expect("open").1.push(name.clone());
                let empty = matches!(event, Event::Empty(_));
                if empty || (html && VOID.contains(&name.as_str())) {
                    done.push((name, Vec::new()));
                } else {
                    open.push((name, Vec::new()));
                }
            }
            Event::End(tag) => {
                let element = open.pop().expect("open");
                assert_eq!(element.0, tag.name().as_ref(), "an end of another element");
                done.push(element);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "not ended: {:?}", open.last().map(|(name, _)| name));
    done
}

/// The order of an element's children in a part.
fn order(part: &str, element: &str) -> Option<Vec<&'static str>> {
    let mut within = false;
    for line in ORDERS.lines() {
        if let Some(prefix) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            within = part.starts_with(prefix);
        } else if let Some((name, children)) = line.split_once(" = ").filter(|_| within)
            && name == element
        {
            return Some(children.split(' ').collect());
        }
    }
    None
}

/// What is wrong with the order of an element's children.
fn disorder(part: &str, element: &str, children: &[String]) -> Option<String> {
    let order = order(part, element)?;
    let mut last: Option<usize> = None;
    for child in children {
        let short = child.rsplit(':').next().unwrap_or_default();
        let place = order.iter().position(|known| known.trim_end_matches('+') == short);
        let Some(place) = place.or_else(|| order.iter().position(|known| *known == "*")) else {
            return Some(format!("{part}: {element} may not hold {child}"));
        };
        let again = order[place] == "*" || order[place].ends_with('+');
        if last.is_some_and(|last| place < last || (place == last && !again)) {
            return Some(format!("{part}: {child} stands too late in {element}: {children:?}"));
        }
        last = Some(place);
    }
    // A cell ends in a paragraph: ECMA-376 part 1, 17.4.65.
    (element == "w:tc" && children.last().map(String::as_str) != Some("w:p"))
        .then(|| format!("{part}: a cell that ends in no paragraph: {children:?}"))
}

/// Holds every part of a .docx or .xlsx against its schema's order; gives the names of the elements in them.
pub(crate) fn package(bytes: &[u8]) -> BTreeSet<String> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut seen = BTreeSet::new();
    for place in 0..package.len() {
        let mut file = package.by_index(place).expect("a part");
        let name = file.name().expect("a name").into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).expect("UTF-8");
        for (element, children) in elements(&text, false) {
            assert_eq!(disorder(&name, &element, &children), None);
            seen.insert(element);
        }
    }
    seen
}

/// Holds a page against the rules of XML, as far as HTML has them: every element ends where it should.
pub(crate) fn page(text: &str) {
    let (declaration, rest) = text.split_once('\n').expect("lines");
    assert_eq!(declaration, "<!DOCTYPE html>");
    // A script is no markup; ours holds < and &.
    let (before, script) = rest.split_once("<script>").expect("a script");
    let (_, after) = script.split_once("</script>").expect("its end");
    let found = elements(&format!("{before}{after}"), true);
    assert!(found.iter().any(|(name, _)| name == "html"), "no page");
}

#[test]
fn the_check_finds_what_is_out_of_order() {
    let name = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let document = "word/document.xml";
    assert_eq!(disorder(document, "w:pPr", &name(&["w:pStyle", "w:spacing", "w:jc"])), None);
    for (element, children) in [
        ("w:pPr", &["w:jc", "w:spacing"][..]),
        ("w:pPr", &["w:jc", "w:jc"]),
        ("w:pPr", &["w:tcW"]),
        ("w:sectPr", &["w:pgSz", "w:footerReference"]),
        ("w:tc", &["w:p", "w:tcPr"]),
        ("w:tc", &["w:tcPr", "w:tbl"]),
        ("w:body", &["w:sectPr", "w:p"]),
    ] {
        assert!(disorder(document, element, &name(children)).is_some(), "{element} {children:?}");
    }
    assert!(
        disorder("xl/worksheets/sheet1.xml", "worksheet", &name(&["mergeCells", "autoFilter"])).is_some()
    );
    for broken in ["<a><b></a></b>", "<a>", "<a b='1' b='2'/>"] {
        assert!(std::panic::catch_unwind(|| elements(broken, false)).is_err(), "{broken}");
    }
}

#[test]
fn all_that_the_commands_write_is_in_order() {
    let archive = shipped();
    let root = archive.path();
    let mut seen = BTreeSet::new();
    let written: [(&str, &[&str]); 8] = [
        ("yearly-1", &["report", "yearly", "--edition", "1"]),
        ("yearly-2", &["report", "yearly", "--edition", "2"]),
        ("awards", &["report", "awards", "--edition", "2"]),
        ("search", &["report", "search", "党员", "--where", "year:2012", "--date", "2012-12-31"]),
        ("quality", &["report", "quality"]),
        ("bars", &["stats", "--rows", "省", "--cols", "等次", "--totals", "--chart", "bars", "--drill"]),
        ("line", &["stats", "--rows", "年度", "--chart", "line", "--delta"]),
        ("terms", &["terms", "--year", "2012"]),
    ];
    for (name, args) in written {
        for format in ["docx", "xlsx", "html"] {
            let file = format!("{name}.{format}");
            anku(root, [args, &["-o", &file]].concat()).ends(0);
            let bytes = std::fs::read(root.join(&file)).expect("a file");
            match format {
                "html" => page(std::str::from_utf8(&bytes).expect("UTF-8")),
                _ => seen.extend(package(&bytes)),
            }
        }
    }
    for element in
        ["w:pPr", "w:rPr", "w:tblPr", "w:tcPr", "w:sectPr", "w:tbl", "w:tr", "w:tc", "worksheet", "row"]
    {
        assert!(seen.contains(element), "{element} was in none of them");
    }
}
