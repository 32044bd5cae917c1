//! Owns the question whether a list entry and a full text are one case.
//! Must not know how either was read, nor where records lie.

use std::collections::HashSet;

use crate::text::fold::fold;

/// One side of a comparison, words folded to their bare characters.
pub struct Side {
    pub(super) title: Vec<char>,
    pub(super) pairs: HashSet<(char, char)>,
    pub(super) unit: Vec<char>,
    pub(super) county: Option<(String, String)>,
    text: Vec<char>,
    /// A title that any text could have; then the text must speak.
    weak: bool,
}

/// A title this alike is the same case's …
pub(super) const ALIKE: f64 = 0.75;
/// … and so is a listed title of which this much stands in the text word for word.
const IN_TEXT: f64 = 0.6;
/// The best partner must be better than the next by this much.
pub const MARGIN: f64 = 0.1;
/// Fewer characters than this prove nothing.
pub(super) const SHORTEST: usize = 6;
/// Characters of a text that are searched.
const TEXT: usize = 20_000;

impl Side {
    /// A list entry, or a record known by title and unit alone. `county` is the county with its province.
    pub fn new(
        title: &str,
        unit: Option<&str>,
        county: Option<(&str, &str)>,
        text: &str,
        weak: bool,
    ) -> Self {
        let own = unit.map_or(title, |unit| strip_unit(title, unit));
        let title = bare(own);
        Side {
            pairs: title.windows(2).map(|w| (w[0], w[1])).collect(),
            title,
            unit: unit.map(bare_unit).unwrap_or_default(),
            county: county.map(|(province, county)| (province.to_owned(), county.to_owned())),
            text: bare(text).into_iter().take(TEXT).collect(),
            weak,
        }
    }
}

/// A title without the unit before its colon.
pub(super) fn strip_unit<'t>(title: &'t str, unit: &str) -> &'t str {
    title.strip_prefix(unit).map_or(title, |rest| rest.trim_start_matches([':', '：', ' ']))
}

fn bare(text: &str) -> Vec<char> {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn bare_unit(unit: &str) -> Vec<char> {
    let all = bare(unit);
    let short: Vec<char> = all.iter().copied().filter(|c| !matches!(c, '省' | '市' | '县' | '区')).collect();
    if short.len() >= 2 { short } else { all }
}

/// Pairs of list entry and full text that are one case: same unit or place, same title, and no rival.
pub fn pairs(listed: &[Side], full: &[Side]) -> Vec<(usize, usize)> {
    let mut scores: Vec<(f64, usize, usize)> = Vec::new();
    for (l, entry) in listed.iter().enumerate() {
        for (f, text) in full.iter().enumerate() {
            let score = score(entry, text);
            if score > 0.0 {
                scores.push((score, l, f));
            }
        }
    }
    let rival = |score: f64, l: usize, f: usize| {
        scores.iter().any(|(other, ol, of)| {
            let shares = (*ol == l) != (*of == f);
            shares && *other > score - MARGIN
        })
    };
    let mut found: Vec<(usize, usize)> =
        scores.iter().filter(|(s, l, f)| !rival(*s, *l, *f)).map(|(_, l, f)| (*l, *f)).collect();
    found.sort_unstable();
    found
}

/// How much a list entry and a full text are one case, from 0 to 1; 0 where unit, place or title forbid it.
pub(super) fn score(entry: &Side, full: &Side) -> f64 {
    if entry.title.len() < SHORTEST || entry.unit.len() < 2 {
        return 0.0;
    }
    if full.weak {
        let named = contains(&full.text, &entry.unit);
        if !named {
            return 0.0;
        }
        let common = longest_common(&entry.title, &full.text);
        let share = common as f64 / entry.title.len() as f64;
        return if common >= 8 && share >= IN_TEXT { share } else { 0.0 };
    }
    if !same_place(entry, full) || full.title.len() < SHORTEST {
        return 0.0;
    }
    let common = entry.pairs.intersection(&full.pairs).count() as f64;
    let shorter = entry.pairs.len().min(full.pairs.len()).max(1) as f64;
    let share = common / shorter;
    if share >= ALIKE { share } else { 0.0 }
}

pub(super) fn same_place(entry: &Side, full: &Side) -> bool {
    if !full.unit.is_empty() && (ends(&entry.unit, &full.unit) || ends(&full.unit, &entry.unit)) {
        return true;
    }
    if entry.county.is_some() && entry.county == full.county {
        return true;
    }
    full.unit.is_empty() && contains(&full.text, &entry.unit)
}

/// Whether one name is the other, or its end, as 敦煌 is of 甘肃敦煌.
fn ends(long: &[char], short: &[char]) -> bool {
    short.len() >= 2 && long.ends_with(short)
}

fn contains(text: &[char], word: &[char]) -> bool {
    !word.is_empty() && text.windows(word.len()).any(|window| window == word)
}

/// Length of the longest run of characters that both hold.
fn longest_common(word: &[char], text: &[char]) -> usize {
    let mut best = 0;
    let mut row = vec![0usize; word.len() + 1];
    for c in text {
        for at in (0..word.len()).rev() {
            row[at + 1] = if word[at] == *c { row[at] + 1 } else { 0 };
            best = best.max(row[at + 1]);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(unit: &str, title: &str) -> Side {
        Side::new(title, Some(unit), None, "", false)
    }

    fn full(unit: Option<&str>, title: &str, text: &str, weak: bool) -> Side {
        Side::new(title, unit, None, text, weak)
    }

    #[test]
    fn a_longer_listed_title_and_a_shorter_place_still_meet() {
        let entries = [
            listed("甘肃省某山市", "深化拓展“民情流水线”工程"),
            listed("广东乙县", "实施党员创业示范工程培育党员创业“领头雁”"),
            listed("广东乙县", "推行农村党员积分制管理办法"),
        ];
        let texts = [
            full(Some("某山市"), "某山市:深化拓展“民情流水线”工程", "", false),
            full(Some("广东乙县"), "广东乙县:培育党员创业“领头雁”", "", false),
        ];
        assert_eq!(pairs(&entries, &texts), [(0, 0), (1, 1)]);
    }

    #[test]
    fn under_a_title_that_says_nothing_the_text_speaks() {
        let entries = [
            listed("某某钻探", "实施党支部“星级”建设、“梯级”管理"),
            listed("某某炼化", "实施党支部“星级”建设、“梯级”管理"),
        ];
        let text = "在某某钻探工程公司,我们提出了基层党支部“星级”建设、“梯级”管理达标升级模式。";
        let texts = [full(None, "党建工作经验交流", text, true)];
        assert_eq!(pairs(&entries, &texts), [(0, 0)]);
    }

    #[test]
    fn a_unit_that_won_twice_is_not_merged_by_guess() {
        let entries = [
            listed("江苏甲市", "“红色方阵”助推科学发展"),
            listed("江苏甲市", "“红色方阵”助推科学发展再出发"),
        ];
        let texts = [full(Some("江苏甲市"), "江苏甲市:“红色方阵”助推科学发展", "", false)];
        assert!(pairs(&entries, &texts).is_empty());
    }
}
