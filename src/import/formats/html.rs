//! Owns web pages: their encoding, their title, which lines are the article and which are the site's.
//! Must not know the grammar of tags, nor what the article says.

use super::guard::{PATIENCE, fenced};
use super::text::{Decoded, decode};
use super::{Bytes, Reading};
use crate::import::document::{Document, Label, Role};
use crate::import::markup;
use crate::import::options::Options;

/// Bytes of a page that are searched for what it is and how it is encoded.
const HEAD: usize = 4096;
/// A line this long that stands in the article is the article's; shorter ones stand in menus too.
const TELLING: usize = 15;
/// A page deeper than this is not searched for its article.
const DEEPEST: usize = 400;
/// Nor one with more bytes.
const LARGEST: usize = 2 << 20;
/// A title shorter than this names a section of the site.
const SHORTEST: usize = 8;
/// What separates a page's title from the site's name, and what a site's name ends with. A name after a blank and a bar needs no ending.
const BARS: [&str; 6] = [" - ", " – ", " — ", "_", "|", "-"];
const SITES: [&str; 10] = ["网", "网站", "在线", "门户", "频道", "日报", "新闻", "政府", "党建", "平台"];

/// Whether bytes begin as a page does, whatever their encoding.
pub fn sniff(input: Bytes<'_>) -> bool {
    let head = input.bytes.iter().take(HEAD).filter(|byte| **byte != 0).map(u8::to_ascii_lowercase);
    let head: Vec<u8> = head.collect();
    let has = |word: &[u8]| head.windows(word.len()).any(|bytes| bytes == word);
    let start = head.iter().position(|byte| *byte == b'<');
    // A text that speaks of pages has words before its first tag.
    let opens = start.is_some_and(|at| at < 64);
    opens && (has(b"<!doctype html") || has(b"<html") || (has(b"<head>") && has(b"<body")))
}

/// Reads a page.
///
/// # Errors
/// Those of a text.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let decoded = match declared(input.bytes).filter(|_| options.encoding.is_none()) {
        Some((text, encoding)) => Decoded { text, encoding, remarks: Vec::new() },
        None => decode(input.bytes, options)?,
    };
    let mut document = markup::page(decoded.text);
    let article = article(&document.text);
    let labels = sort_out(&document, article.as_deref());
    document.labels = labels;
    Ok(Reading { document, encoding: decoded.encoding, remarks: decoded.remarks, ..Reading::default() })
}

/// The page in the encoding that it declares, where that fits its bytes.
fn declared(bytes: &[u8]) -> Option<(String, &'static str)> {
    // What is UTF-8 is UTF-8, whatever an editor left in the head.
    if std::str::from_utf8(bytes).is_ok() || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
    {
        return None;
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    let head: String = head.iter().map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    let label = head.split_once("charset=")?.1.trim_start_matches(['"', '\'', ' ']);
    let label = label.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next()?;
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    // GB2312 and GBK are written where GB18030 is meant.
    let encoding = if encoding == encoding_rs::GBK { encoding_rs::GB18030 } else { encoding };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let name = if encoding == encoding_rs::GB18030 { "GB18030" } else { encoding.name() };
    Some((text.into_owned(), name))
}

/// The article's words without blanks; `None` where nothing stands out.
fn article(page: &str) -> Option<String> {
    if page.len() > LARGEST || depth(page) > DEEPEST {
        return None;
    }
    let page = page.to_owned();
    // A page that the library cannot sort out costs its article, not the import: then every line is kept.
    let found = fenced(PATIENCE, move || {
        let config =
            dom_smoothie::Config { max_elements_to_parse: 50_000, ..dom_smoothie::Config::default() };
        let reader = dom_smoothie::Readability::new(page.as_str(), None, Some(config));
        let article = reader.and_then(|mut reader| reader.parse()).map_err(|_| "reader-failed")?;
        Ok(squeeze(&article.text_content))
    });
    found.ok().filter(|words| !words.is_empty())
}

/// How deep elements lie within each other, at most.
fn depth(page: &str) -> usize {
    let (mut deep, mut deepest) = (0usize, 0);
    for (at, _) in page.match_indices('<') {
        match page.as_bytes().get(at + 1) {
            Some(b'/') => deep = deep.saturating_sub(1),
            Some(byte) if byte.is_ascii_alphabetic() => deep += 1,
            _ => {}
        }
        deepest = deepest.max(deep);
    }
    // Elements that nobody closes (`<br>`, `<img>`, `<p>`) look deep and are not.
    let alone = ["<br", "<img", "<p", "<li", "<meta", "<link", "<input", "<hr", "<td", "<tr"];
    let alone: usize = alone.iter().map(|tag| page.matches(tag).count()).sum();
    deepest.saturating_sub(alone)
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

struct Line<'t> {
    start: usize,
    text: &'t str,
    words: String,
}

/// Labels for every line that is not the article's, and for the title.
fn sort_out(document: &Document, article: Option<&str>) -> Vec<Label> {
    let text = document.read();
    let lines = lines(text);
    let page_title = document.labels.iter().find(|label| label.role == Role::Aside("page-title")).cloned();
    let title = title_line(document, &lines, page_title.as_ref());
    let mut keep = vec![true; lines.len()];
    if let Some(article) = article {
        let of_article: Vec<bool> = lines.iter().map(|line| article.contains(&line.words)).collect();
        let telling = |at: &usize| of_article[*at] && lines[*at].words.chars().count() >= TELLING;
        if let (Some(first), Some(last)) = ((0..lines.len()).find(telling), (0..lines.len()).rfind(telling)) {
            // Short lines right before and behind it belong to it as well.
            let first = (0..first).rev().take_while(|at| of_article[*at]).last().unwrap_or(first);
            let last = (last + 1..lines.len()).take_while(|at| of_article[*at]).last().unwrap_or(last);
            let headed = |line: &Line<'_>| {
                labels_of(document, line).iter().any(|l| matches!(l.role, Role::Heading(_)))
            };
            for (at, line) in lines.iter().enumerate() {
                let inside = (first..=last).contains(&at);
                keep[at] = inside && (of_article[at] || headed(line));
            }
        }
    }
    let mut labels: Vec<Label> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let end = line.start + line.text.len();
        if title.as_ref().is_some_and(|title| title.start >= line.start && title.end <= end) {
            continue;
        }
        if page_title.as_ref().is_some_and(|title| title.start == line.start) {
            labels.push(Label { start: line.start, end, role: Role::Aside("page-title") });
        } else if !keep[at] {
            labels.push(Label { start: line.start, end, role: Role::Aside("navigation") });
        } else {
            labels.extend(labels_of(document, line).iter().cloned());
        }
    }
    if let Some(title) = title {
        let line =
            lines.iter().find(|line| line.start <= title.start && title.end <= line.start + line.text.len());
        if let Some(line) = line.filter(|line| title.end < line.start + line.text.len()) {
            let end = line.start + line.text.len();
            labels.push(Label { start: title.end, end, role: Role::Aside("site-name") });
        }
        labels.push(title);
    }
    labels.sort_by_key(|label| label.start);
    labels
}

/// The labels that begin on a line.
fn labels_of<'d>(document: &'d Document, line: &Line<'_>) -> &'d [Label] {
    let labels = &document.labels;
    let first = labels.partition_point(|label| label.start < line.start);
    let end = labels.partition_point(|label| label.start < line.start + line.text.len());
    &labels[first..end]
}

/// The lines with words on them, blanks around them left out.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split('\n') {
        let head = line.len() - line.trim_start().len();
        let words = line.trim();
        if !words.is_empty() {
            found.push(Line { start: at + head, text: words, words: squeeze(words) });
        }
        at += line.len() + 1;
    }
    found
}

/// Where the title stands: the line on the page that says what the page's own title says, else that title without the site's name.
fn title_line(document: &Document, lines: &[Line<'_>], page_title: Option<&Label>) -> Option<Label> {
    let label = |start: usize, len: usize| Label { start, end: start + len, role: Role::Title };
    let heading = |level: u8| {
        let mut all = document.labels.iter().filter(move |l| l.role == Role::Heading(level));
        let first = all.next();
        first.filter(|_| all.next().is_none())
    };
    let Some(page) = page_title else {
        return heading(1).map(|l| label(l.start, l.end - l.start));
    };
    let full = &document.read()[page.start..page.end];
    let name = without_site(full);
    let words = squeeze(name);
    let body = || lines.iter().filter(|line| line.start != page.start);
    if let Some(line) = body().find(|line| line.words == words) {
        return Some(label(line.start, line.text.len()));
    }
    let alike = |text: &str| {
        let text = squeeze(text);
        text.chars().count() >= 4 && (words.contains(&text) || text.contains(&words))
    };
    let headed = [1, 2]
        .into_iter()
        .find_map(heading)
        .filter(|l| l.role == Role::Heading(1) || alike(&document.read()[l.start..l.end]));
    if let Some(found) = headed {
        return Some(label(found.start, found.end - found.start));
    }
    (name.chars().count() >= SHORTEST).then(|| label(page.start, name.len()))
}

/// A page's title without the names of section and site behind it.
fn without_site(title: &str) -> &str {
    let mut name = title;
    for _ in 0..3 {
        let cut = BARS.iter().filter_map(|bar| Some((name.rfind(bar)?, *bar))).max_by_key(|(at, _)| *at);
        let Some((at, bar)) = cut else { break };
        let tail = name[at + bar.len()..].trim();
        let site = bar != "-" || SITES.iter().any(|end| tail.ends_with(end));
        let short = tail.chars().count() <= 14 && name[..at].trim().chars().count() >= 4;
        if !(site && short) {
            break;
        }
        name = name[..at].trim_end();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><title>做实网格服务群众 - 某某文库网</title></head><body>\
        <div id=\"nav\"><ul><li><a href=\"/\">首页</a></li><li><a href=\"/a\">工作总结</a></li></ul></div>\
        <h1>做实网格服务群众</h1><div class=\"info\">来源:网络 阅读:3次</div><div id=\"article\">\
        <p>某县城关镇党委把支部建在网格上,共有三十六个网格,每个网格配备一名党员,每月走访群众两次以上。</p>\
        <h2>一、主要做法</h2><p>党员走访群众,每月不少于两次,收集到的问题当天登记,三天之内答复,七天之内办结并且回访。</p>\
        <h2>二、取得成效</h2><p>半年来收集问题三百多件,办结率达到百分之九十五以上,群众满意率明显提高,来信来访大幅下降。</p></div>\
        <div id=\"footer\"><p>版权所有 某某文库网</p></div></body></html>";

    fn page(html: &str) -> Vec<(String, Option<Role>)> {
        let reading = read(Bytes { bytes: html.as_bytes(), ending: "html" }, &Options::default()).unwrap();
        let document = reading.document;
        lines(document.read())
            .into_iter()
            .map(|line| {
                let role = document.labels.iter().find(|l| l.start == line.start).map(|l| l.role);
                (line.text.to_owned(), role)
            })
            .collect()
    }

    #[test]
    fn the_article_is_told_from_the_site() {
        let found = page(PAGE);
        let role = |words: &str| found.iter().rfind(|(line, _)| line.contains(words)).unwrap().1;
        assert_eq!(role("首页"), Some(Role::Aside("navigation")));
        assert_eq!(role("版权所有"), Some(Role::Aside("navigation")));
        assert_eq!(role("一、主要做法"), Some(Role::Heading(2)));
        assert_eq!(role("支部建在网格"), None);
        assert!(found.contains(&("做实网格服务群众".to_owned(), Some(Role::Title))));
    }

    #[test]
    fn the_title_does_without_the_site() {
        assert_eq!(without_site("创新方法抓党建 抓好党建促发展 - 范文网"), "创新方法抓党建 抓好党建促发展");
        assert_eq!(without_site("某县做法_工作总结_某某网"), "某县做法");
        assert_eq!(without_site("“2-1”工作法"), "“2-1”工作法");
        let without_heading = PAGE.replace("<h1>做实网格服务群众</h1>", "");
        let found = page(&without_heading);
        assert!(found.iter().any(|(line, role)| line.starts_with("做实网格") && *role == Some(Role::Title)));
    }

    #[test]
    fn the_declared_encoding_is_used() {
        let html = "<html><head><meta charset=gb2312><title>案例</title></head><body>镕䶮</body></html>";
        let (bytes, _, _) = encoding_rs::GB18030.encode(html);
        let reading = read(Bytes { bytes: &bytes, ending: "" }, &Options::default()).unwrap();
        assert_eq!((reading.encoding, reading.document.text.as_str()), ("GB18030", html));
    }

    #[test]
    fn a_deep_page_is_read_all_the_same() {
        let html =
            format!("<html><body>{}案例{}</body></html>", "<div>".repeat(100_000), "</div>".repeat(100_000));
        let reading = read(Bytes { bytes: html.as_bytes(), ending: "" }, &Options::default()).unwrap();
        assert_eq!(reading.document.read().trim(), "案例");
    }
}
