//! Owns award and other lists: their headings, the split into numbered entries, unit and title of an entry.
//! Must not know full texts.

use super::lexicon::Lexicon;
use super::marks::{number, plain_digit};
use super::region;
use crate::text::numerals::chinese_to_u32;
use crate::text::numerals::years;

/// An entry of a list; half-open bytes of the text that was searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub rank: u32,
    /// The unit as listed.
    pub unit: Option<String>,
    /// The title as listed.
    pub title: String,
    /// What its other columns say, `列名：值`.
    pub notes: Vec<String>,
    /// From its number …
    pub start: usize,
    /// … to its last character.
    pub end: usize,
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Its heading.
    pub heading: String,
    /// Where the heading starts.
    pub start: usize,
    /// The level its heading names.
    pub level: Option<String>,
    /// How many entries its heading declares.
    pub declared: Option<u32>,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Numbers that were not found.
    pub missing: Vec<u32>,
}

/// What the words around a list say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The programme.
    pub programme: Option<String>,
    /// The edition.
    pub edition: Option<i64>,
    /// The year.
    pub year: Option<i64>,
}

/// Where the heading of a list stands, and where its first entry starts.
struct Opening {
    start: usize,
    end: usize,
    level: Option<String>,
    declared: Option<u32>,
    columns: Vec<String>,
}

/// Words of a list's heading that name no level.
const LIST_WORDS: [&str; 6] = ["名单", "评选结果", "获奖结果", "入选案例", "入围案例", "获奖项目"];
/// Behind a number in mid-line, a number that opens a line is looked for so many bytes more.
const FAR: usize = 1200;
/// Words between a level and the first entry.
const TAIL: usize = 14;
/// A list has at least this many entries, unless its heading declares fewer.
const FEWEST: usize = 3;

/// The lists in a text.
pub fn lists(text: &str, lexicon: &Lexicon) -> Vec<List> {
    let openings = openings(text, lexicon);
    let mut found = Vec::new();
    for (place, opening) in openings.iter().enumerate() {
        let end = openings.get(place + 1).map_or(text.len(), |next| next.start);
        let list = list(text, opening, end);
        let few = list.entries.len() < FEWEST;
        if !few || list.declared == u32::try_from(list.entries.len()).ok() {
            found.push(list);
        }
    }
    found
}

fn openings(text: &str, lexicon: &Lexicon) -> Vec<Opening> {
    let mut found: Vec<Opening> = Vec::new();
    let named = lexicon.levels().iter().map(|(name, level)| (name.as_str(), Some(level)));
    let words = named.chain(LIST_WORDS.iter().map(|word| (*word, None)));
    for (word, level) in words {
        for at in memchr::memmem::find_iter(text.as_bytes(), word) {
            let Some(opening) = opening(text, at, word.len(), level) else {
                continue;
            };
            match found.iter_mut().find(|known| known.end == opening.end) {
                Some(known) if known.level.is_none() => *known = opening,
                Some(_) => {}
                None => found.push(opening),
            }
        }
    }
    found.sort_by_key(|opening| opening.start);
    found
}

/// A heading around a word, when the entry numbered one follows it.
fn opening(text: &str, at: usize, len: usize, level: Option<&String>) -> Option<Opening> {
    let mut rest = &text[at + len..];
    let mut taken = 0;
    while let Some(c) = rest.chars().next() {
        let word = c.is_alphabetic() && plain_digit(c).is_none();
        if !word || taken == TAIL {
            break;
        }
        taken += 1;
        rest = &rest[c.len_utf8()..];
    }
    let mut declared = None;
    if let Some(inner) = rest.strip_prefix(['(', '（']) {
        let close = inner.find([')', '）']).filter(|close| *close <= 40)?;
        let digits: String = inner[..close].chars().filter(|c| plain_digit(*c).is_some()).collect();
        declared = Some(number(&digits)?);
        rest = &inner[close..];
        rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    }
    rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：'));
    let columns = columns(&mut rest);
    let first = rank_at(rest, 1)?;
    let _ = first;
    let end = text.len() - rest.len();
    Some(Opening { start: heading_start(text, at), end, level: level.cloned(), declared, columns })
}

/// The names of a table's columns when its cells stand one on a line.
fn columns(rest: &mut &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut tail = *rest;
    while let Some((line, more)) = tail.split_once('\n') {
        let line = line.trim();
        if line.is_empty() || line.chars().count() > 10 || line.chars().any(|c| plain_digit(c).is_some()) {
            break;
        }
        names.push(line.to_owned());
        tail = more;
    }
    if names.first().is_some_and(|name| name.contains("序号") || name.contains("编号")) {
        *rest = tail.trim_start();
        names
    } else {
        Vec::new()
    }
}

/// Back to the ordinal before a heading, else to the start of the line or sentence.
fn heading_start(text: &str, at: usize) -> usize {
    let mut start = at;
    for (place, c) in text[..at].char_indices().rev().take(30) {
        if matches!(c, '\n' | '。' | '；' | ';') || plain_digit(c).is_some() {
            break;
        }
        start = place;
        let ordinal = super::marks::mark(&text[place..]).is_some_and(|m| m.len < at - place + 1);
        let begins =
            !text[..place].ends_with(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '(', '（']);
        if ordinal && begins {
            return place;
        }
    }
    start + (text[start..].len() - text[start..].trim_start().len())
}

/// Whether a text begins with this number as a rank, and the length of the number and its sign.
fn rank_at(text: &str, rank: u32) -> Option<usize> {
    let len = text.find(|c| plain_digit(c).is_none())?;
    if number(&text[..len])? != rank {
        return None;
    }
    let rest = &text[len..];
    let sign = rest.chars().next()?;
    let after =
        if matches!(sign, '.' | '．' | '、' | ')' | '）' | ':' | '：') { sign.len_utf8() } else { 0 };
    let next = rest[after..].chars().next()?;
    // What counts, dates or calculates is no rank.
    let figure = matches!(
        next,
        '个' | '项'
            | '年'
            | '月'
            | '日'
            | '号'
            | '届'
            | '次'
            | '名'
            | '%'
            | '％'
            | '+'
            | '＋'
            | '×'
            | '-'
            | '/'
            | '”'
            | '’'
            | '」'
            | ')'
            | '）'
            | ','
            | '，'
            | '。'
    ) || plain_digit(next).is_some();
    (!figure).then_some(len + after)
}

fn list(text: &str, opening: &Opening, end: usize) -> List {
    let mut list = List {
        heading: text[opening.start..opening.end].trim().to_owned(),
        start: opening.start,
        level: opening.level.clone(),
        declared: opening.declared,
        entries: Vec::new(),
        missing: Vec::new(),
    };
    let cells = !opening.columns.is_empty();
    let mut at = opening.end;
    let mut rank = 1;
    while let Some(mark) = rank_at(&text[at..end], rank) {
        let body = at + mark;
        let mut next = next_rank(text, body, end, rank + 1, cells);
        let mut skipped = None;
        if next.is_none() && opening.declared.is_some_and(|n| rank + 1 < n) {
            // One number lost is a gap; the list goes on.
            next = next_rank(text, body, end, rank + 2, cells);
            skipped = next.map(|_| rank + 1);
        }
        let stop = next.unwrap_or_else(|| last_end(text, body, end, opening.columns.len()));
        if let Some(entry) = entry(text, rank, (at, body, stop), &opening.columns) {
            list.entries.push(entry);
        }
        list.missing.extend(skipped);
        rank += if skipped.is_some() { 2 } else { 1 };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    list
}

/// Where the expected next number stands: never just any digit, for titles hold 365, 135 and 2+X.
fn next_rank(text: &str, from: usize, end: usize, rank: u32, cells: bool) -> Option<usize> {
    let mut before = text[..from].chars().next_back();
    let mut first = None;
    for (place, c) in text[from..end].char_indices() {
        let at = from + place;
        if first.is_some_and(|first| at > first + FAR) {
            break;
        }
        let run_starts = plain_digit(c).is_some() && before.is_none_or(|b| plain_digit(b).is_none());
        let glued = before.is_some_and(|b| {
            matches!(b, '+' | '＋' | '×' | '-' | '.' | '．' | '第' | '“' | '‘' | '「' | '(' | '（' | '/')
                || b.is_ascii_alphabetic()
        });
        if run_starts && !glued && place > 0 && rank_at(&text[at..end], rank).is_some() {
            let own_line = text[..at].trim_end_matches([' ', '\u{3000}', '\t']).ends_with('\n');
            let alone = text[at..end]
                .find(|c| plain_digit(c).is_none())
                .is_some_and(|len| text[at + len..].starts_with(['\n', '\r']));
            if cells {
                if own_line && alone {
                    return Some(at);
                }
            } else if own_line {
                // A number that opens a line is surer than one in the middle, unless that is far before it.
                return Some(first.filter(|f| names_unit(&text[*f..at])).unwrap_or(at));
            } else if first.is_none() {
                first = Some(at);
            }
        }
        before = Some(c);
    }
    first.filter(|_| !cells)
}

/// Whether text after a rank looks like an entry.
fn names_unit(text: &str) -> bool {
    text.contains([':', '：'])
}

fn last_end(text: &str, body: usize, end: usize, columns: usize) -> usize {
    let tail = &text[body..end];
    if columns > 1 {
        let lines = tail.match_indices('\n').nth(columns - 1);
        return lines.map_or(end, |(at, _)| body + at);
    }
    let skipped = tail.len() - tail.trim_start().len();
    tail[skipped..].find('\n').map_or(end, |at| body + skipped + at)
}

fn entry(text: &str, rank: u32, span: (usize, usize, usize), columns: &[String]) -> Option<Entry> {
    let (start, body, stop) = span;
    let raw = text[body..stop].trim_end();
    let end = body + raw.len();
    if raw.trim().is_empty() {
        return None;
    }
    let (unit, title, notes) = if columns.is_empty() {
        let line: String = raw.split('\n').map(str::trim).collect();
        let (unit, title) = split_unit(&line);
        (unit, title, Vec::new())
    } else {
        cells(raw, columns)
    };
    Some(Entry { rank, unit, title, notes, start, end })
}

/// Unit, title and the rest from cells that stand one on a line.
fn cells(raw: &str, columns: &[String]) -> (Option<String>, String, Vec<String>) {
    let values: Vec<&str> = raw.trim_start_matches(['\r', '\n', ' ']).split('\n').map(str::trim).collect();
    // The first column is the number.
    let place = |words: &[&str]| {
        let place = columns.iter().position(|name| words.iter().any(|word| name.contains(word)))?;
        place.checked_sub(1).filter(|place| values.get(*place).is_some_and(|value| !value.is_empty()))
    };
    let title = place(&["案例", "名称", "题目", "标题"]).unwrap_or(0);
    let unit = place(&["单位", "地区", "学校"]).or_else(|| place(&["完成者", "完成人", "申报"]));
    let rest = values
        .iter()
        .enumerate()
        .filter(|(at, value)| *at != title && Some(*at) != unit && !value.is_empty());
    let notes = rest.map(|(at, value)| match columns.get(at + 1) {
        Some(name) => format!("{name}：{value}"),
        None => (*value).to_owned(),
    });
    let text = |at: usize| values.get(at).copied().unwrap_or_default().to_owned();
    (unit.map(text), text(title), notes.collect())
}

/// Unit and title of an entry: at the first colon, else where the place ends.
pub fn split_unit(line: &str) -> (Option<String>, String) {
    let line = line.trim();
    if let Some(colon) = line.find([':', '：']) {
        let unit = line[..colon].trim();
        let sign = line[colon..].chars().next().map_or(1, char::len_utf8);
        let title = line[colon + sign..].trim();
        let plain = !unit.contains(['“', '”', '，', ',', '。', '《']);
        if plain && !unit.is_empty() && !title.is_empty() && unit.chars().count() <= 30 {
            return (Some(unit.to_owned()), title.to_owned());
        }
    }
    if let Some((_, rest)) = region::of_unit(line, None) {
        let rest_text = rest.trim();
        let taken = line.len().saturating_sub(rest_text.len());
        if taken > 0 && line.ends_with(rest_text) && rest_text.chars().count() >= 4 {
            return (Some(line[..taken].trim().to_owned()), rest_text.to_owned());
        }
    }
    (None, line.to_owned())
}

/// Programme, edition and year from the words around a list or a case.
pub fn context(words: &str, lexicon: &Lexicon) -> Context {
    let edition = edition(words);
    let programme = lexicon.programme_in(words);
    let said = words
        .lines()
        .filter(|line| line.contains("从2") || line.contains("至2"))
        .flat_map(years)
        .map(|(year, _)| i64::from(year))
        .max();
    let year = said.or_else(|| programme?.year(edition?));
    Context { programme: programme.map(|p| p.name.clone()), edition, year }
}

/// The number in `第N届`, the last one in a text.
fn edition(words: &str) -> Option<i64> {
    let mut found = None;
    for (at, _) in words.match_indices('第') {
        let rest = &words[at + '第'.len_utf8()..];
        if let Some(end) = rest.find('届').filter(|end| *end <= 12) {
            found = chinese_to_u32(&rest[..end]).map(i64::from).or(found);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::lexicon::tests::shipped;

    #[test]
    fn only_the_expected_number_splits() {
        let text = "选出3个最佳案例,4个优秀案例。一、最佳案例评选结果(共3个)1辽宁丹东:推广“互动式党课”2河北景县:“365便民超市”\
                    的调查3湖北远安:推行“2+X”模式关爱儿童二、优秀案例评选结果(共4个)1重庆大渡口:“135”社区2贵阳南明:“社区服务365”凝聚民心3山东乳山:\
                    4+1工作法4**建设兵团:绩效管理";
        let found = lists(text, &shipped());
        let shape: Vec<_> =
            found.iter().map(|l| (l.level.clone().unwrap(), l.declared, l.entries.len())).collect();
        assert_eq!(shape, [("最佳案例".to_owned(), Some(3), 3), ("优秀案例".to_owned(), Some(4), 4)]);
        assert_eq!(found[0].entries[2].title, "推行“2+X”模式关爱儿童");
        assert_eq!(found[1].entries[1].title, "“社区服务365”凝聚民心");
        assert_eq!(found[1].entries[3].unit.as_deref(), Some("**建设兵团"));
    }

    #[test]
    fn lines_and_cells_are_lists_too() {
        let lines = "优秀案例名单\n1.某市甲区:做法一\n2.某市乙区:做法二\n3.某市丙区:做法三\n";
        assert_eq!(lists(lines, &shipped())[0].entries.len(), 3);
        let cells = "一等奖（2项）\n序号\n成果名称\n完成人\n完成单位\n1\n甲模式\n张某\n甲大学\n2\n乙模式\n李某\n乙大学\n后文";
        let list = &lists(cells, &shipped())[0];
        assert_eq!(list.entries[1].title, "乙模式");
        assert_eq!(list.entries[1].unit.as_deref(), Some("乙大学"));
        assert_eq!(list.entries[1].notes, ["完成人：李某"]);
    }

    #[test]
    fn a_lost_number_is_a_gap() {
        let text = "最佳案例名单(共4个)1甲县:一法2乙县:二法4丁县:四法";
        let list = &lists(text, &shipped())[0];
        assert_eq!(list.missing, [3]);
        assert_eq!(list.entries.len(), 3);
    }

    #[test]
    fn the_words_around_a_list_date_it() {
        let words =
            "第一届全国基层党建创新最佳、优秀案例评选结果\n从2009年9月至2010年11月,某院共同组织了征集。";
        let context = context(words, &shipped());
        assert_eq!((context.edition, context.year), (Some(1), Some(2010)));
        assert_eq!(context.programme.as_deref(), Some("全国基层党建创新案例"));
    }
}
