//! Owns lists that no heading names: lines that count up by one behind the same words (`检例第1号 …`, `案例1 …`, `1. …`).
//! Must not know levels, nor full texts.

use std::collections::HashMap;

use super::awards::{Entry, List, split_unit};
use super::marks::{ends_sentence, number, plain_digit};
use super::region;
use crate::text::numerals::chinese_to_u32;

/// A list has at least this many entries …
const FEWEST: usize = 5;
/// … which make up this many tenths of a text's lines …
const TENTHS: usize = 8;
/// … and an entry this many characters at most.
const LONGEST: usize = 80;
/// Characters before the number.
const PREFIX: usize = 8;
/// Signs that open a line of a list, and those that part number and title.
const BULLETS: [char; 11] = ['-', '*', '•', '·', '●', '■', '◆', '>', '[', ' ', '\u{3000}'];
const PARTING: [char; 12] = ['_', ' ', '\u{3000}', ':', '：', '、', '.', '．', '-', '—', '　', '\t'];

/// A line that begins with a number.
struct Line<'t> {
    /// The words before the number.
    prefix: &'t str,
    rank: u32,
    /// The words, the number and the sign, as written: `检例第1号`.
    label: &'t str,
    title: &'t str,
    start: usize,
    end: usize,
}

/// The list that a text is, where it is one.
pub fn list(text: &str) -> Option<List> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut all = 0;
    let mut at = 0;
    for line in text.split('\n') {
        if line.chars().any(char::is_alphanumeric) {
            all += 1;
            lines.extend(read(line, at));
        }
        at += line.len() + 1;
    }
    // Most lines of a list have one shape; a sign lost here or there changes nothing.
    let mut shapes: HashMap<&str, usize> = HashMap::new();
    for line in &lines {
        *shapes.entry(line.prefix).or_default() += 1;
    }
    let (prefix, most) = shapes.into_iter().max_by_key(|(prefix, count)| (*count, *prefix))?;
    if most < FEWEST || most * 10 < all * TENTHS {
        return None;
    }
    lines.retain(|line| line.prefix == prefix);
    let mut list = List { start: lines.first()?.start, ..List::default() };
    let with_unit = lines.iter().filter(|line| line.title.contains([':', '：'])).count() * 2 > lines.len();
    let mut next = 1;
    for line in lines {
        if line.rank < next || line.rank > next + 3 {
            continue;
        }
        list.missing.extend(next..line.rank);
        next = line.rank + 1;
        let (unit, title) = if with_unit { split_unit(line.title) } else { (None, line.title.to_owned()) };
        let (rank, start, end) = (line.rank, line.start, line.end);
        // What an entry is called by is more than its number.
        let notes = if prefix.is_empty() { Vec::new() } else { vec![line.label.to_owned()] };
        list.entries.push(Entry { rank, unit, title, notes, start, end });
    }
    if prefix.is_empty() && !names_places(&list) {
        return None;
    }
    (list.entries.len() >= FEWEST && list.entries.len() * 10 >= all * TENTHS).then_some(list)
}

/// Bare numbers open the lines of agendas and word lists too: half of the entries must say where they come from.
fn names_places(list: &List) -> bool {
    let units = list.entries.iter().filter_map(|entry| entry.unit.as_deref());
    units.filter(|unit| region::of_unit(unit, None).is_some()).count() * 2 >= list.entries.len()
}

fn read(line: &str, at: usize) -> Option<Line<'_>> {
    let body = line.trim_start_matches(BULLETS).trim_end_matches([']', ' ', '\r', '\u{3000}']);
    let start = at + line.len() - line.trim_start_matches(BULLETS).len();
    let end = start + body.len();
    let digit = body
        .char_indices()
        .find(|(_, c)| plain_digit(*c).is_some() || chinese_to_u32(&c.to_string()).is_some());
    let (from, first) = digit?;
    let prefix = &body[..from];
    if prefix.chars().count() > PREFIX
        || prefix.contains(|c: char| ends_sentence(c) || matches!(c, ',' | '，' | '“'))
    {
        return None;
    }
    let latin = plain_digit(first).is_some();
    let len = body[from..].find(|c: char| {
        if latin { plain_digit(c).is_none() } else { !"〇零一二三四五六七八九十百".contains(c) }
    })?;
    let digits = &body[from..from + len];
    let rank = if latin { number(digits)? } else { chinese_to_u32(digits)? };
    let rest = &body[from + len..];
    let sign = rest.chars().next()?;
    // A number alone must be parted from the words: `365便民` is a name.
    let named = matches!(sign, '号' | '例' | '篇' | '名' | '期');
    if prefix.is_empty() && !PARTING.contains(&sign) {
        return None;
    }
    // 第三条 and 第一章 are a regulation's.
    if matches!(sign, '条' | '章' | '节' | '款' | '年' | '月' | '届' | '次') {
        return None;
    }
    let rest = if named { &rest[sign.len_utf8()..] } else { rest };
    let label = &body[..body.len() - rest.len()];
    let title = rest.trim_start_matches(PARTING);
    let length = title.chars().count();
    let sentence = title.trim_end_matches(ends_sentence).contains(['。', '；', ';']);
    ((2..=LONGEST).contains(&length) && !sentence && !title.ends_with('。')).then_some(Line {
        prefix,
        rank,
        label,
        title,
        start,
        end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(text: &str) -> Vec<(u32, String)> {
        list(text).map(|l| l.entries.into_iter().map(|e| (e.rank, e.title)).collect()).unwrap_or_default()
    }

    #[test]
    fn lines_that_count_up_are_a_list() {
        let text = "来源：某网\n- [[甲例第1号__一案]]\n- [[甲例第2号_二_三案]]\n- [[甲例第3号四案]]\n\n- [[甲例第4号__五案]]\n- [[甲例第6号__六案]]\n- [[甲例第7号__七案]]";
        let found = list(text).unwrap();
        assert_eq!(found.missing, [5]);
        assert_eq!(found.entries.len(), 6);
        assert_eq!(found.entries[1].title, "二_三案");
        assert_eq!(found.entries[1].notes, ["甲例第2号"]);
        assert_eq!(found.entries[2].title, "四案");
        assert_eq!(&text[found.entries[0].start..found.entries[0].end], "甲例第1号__一案");
    }

    #[test]
    fn units_are_taken_where_most_lines_name_one() {
        let text = "1. 辽宁丹东：做法一\n2. 河北景县：做法二\n3. 湖北远安：做法三\n4. 甘肃敦煌：做法四\n5. 某公司：做法五";
        assert_eq!(list(text).unwrap().entries[4].unit.as_deref(), Some("某公司"));
    }

    #[test]
    fn what_is_no_list_is_none() {
        assert!(ranks("第一条 甲乙\n第二条 甲乙\n第三条 甲乙\n第四条 甲乙\n第五条 甲乙").is_empty());
        assert!(
            ranks("一、主要做法\n正文一句。\n正文两句。\n二、成效\n正文三句。\n三、启示\n正文四句。")
                .is_empty()
        );
        assert!(
            ranks("1. 甲。乙丙。\n2. 甲。乙丙。\n3. 甲。乙丙。\n4. 甲。乙丙。\n5. 甲。乙丙。").is_empty()
        );
        assert!(ranks("1. 会议开始\n2. 领导讲话\n3. 交流发言\n4. 现场参观\n5. 会议结束").is_empty());
        assert!(ranks("365便民\n366便民\n367便民\n368便民\n369便民").is_empty());
    }
}
