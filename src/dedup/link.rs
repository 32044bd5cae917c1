//! Owns the question whether a list entry and a full text are one case.
//! Must not know how either was read, nor where records lie.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::fold::fold;

/// One side of a comparison, words folded to their bare characters.
pub struct Side {
    pub(super) title: Vec<char>,
    pub(super) pairs: FxHashSet<(char, char)>,
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
    if listed.is_empty() || full.is_empty() {
        return Vec::new();
    }
    let index = Index::new(listed);
    let mut scores: Vec<(f64, usize, usize)> = Vec::new();
    let mut shared: Vec<u32> = vec![0; listed.len()];
    let mut met: Vec<usize> = Vec::new();
    for (f, text) in full.iter().enumerate() {
        index.candidates(text, &mut shared, &mut met);
        for l in met.drain(..) {
            let common = std::mem::take(&mut shared[l]);
            let score = score_with(&listed[l], text, common);
            if score > 0.0 {
                scores.push((score, l, f));
            }
        }
    }
    let (mut of_entry, mut of_text) = (vec![[0.0; 2]; listed.len()], vec![[0.0; 2]; full.len()]);
    for (score, l, f) in &scores {
        best_two(&mut of_entry[*l], *score);
        best_two(&mut of_text[*f], *score);
    }
    // The best score of another pair that shares the entry or the text.
    let other = |two: &[f64; 2], own: f64| if own >= two[0] { two[1] } else { two[0] };
    let mut found: Vec<(usize, usize)> = scores
        .iter()
        .filter(|(s, l, f)| other(&of_entry[*l], *s).max(other(&of_text[*f], *s)) <= *s - MARGIN)
        .map(|(_, l, f)| (*l, *f))
        .collect();
    found.sort_unstable();
    found
}

fn best_two(two: &mut [f64; 2], score: f64) {
    if score > two[0] {
        *two = [score, two[0]];
    } else if score > two[1] {
        two[1] = score;
    }
}

/// Under a title that says nothing, so many characters must stand in the text word for word.
const RUN: usize = 8;

fn runs(text: &[char]) -> impl Iterator<Item = [char; RUN]> + '_ {
    text.windows(RUN).filter_map(|run| run.try_into().ok())
}

/// Entries by what a text must share with them, so that not every text is held against every entry.
struct Index {
    by_pair: FxHashMap<(char, char), Vec<usize>>,
    by_run: FxHashMap<[char; RUN], Vec<usize>>,
}

impl Index {
    fn new(listed: &[Side]) -> Self {
        let mut index = Index { by_pair: FxHashMap::default(), by_run: FxHashMap::default() };
        for (l, entry) in listed.iter().enumerate() {
            if entry.title.len() < SHORTEST || entry.unit.len() < 2 {
                continue;
            }
            for pair in &entry.pairs {
                index.by_pair.entry(*pair).or_default().push(l);
            }
            for run in runs(&entry.title) {
                let known = index.by_run.entry(run).or_default();
                if known.last() != Some(&l) {
                    known.push(l);
                }
            }
        }
        index
    }

    /// Entries that may be this text's, and how many pairs of characters their titles share with its title.
    fn candidates(&self, text: &Side, shared: &mut [u32], met: &mut Vec<usize>) {
        let mut meet = |l: usize| {
            if shared[l] == 0 {
                met.push(l);
            }
            shared[l] += 1;
        };
        if text.weak {
            runs(&text.text).filter_map(|run| self.by_run.get(&run)).flatten().for_each(|l| meet(*l));
        } else {
            text.pairs.iter().filter_map(|pair| self.by_pair.get(pair)).flatten().for_each(|l| meet(*l));
        }
    }
}

/// How much a list entry and a full text are one case, from 0 to 1; 0 where unit, place or title forbid it.
pub(super) fn score(entry: &Side, full: &Side) -> f64 {
    if entry.title.len() < SHORTEST || entry.unit.len() < 2 {
        return 0.0;
    }
    let common = entry.pairs.intersection(&full.pairs).count();
    score_with(entry, full, u32::try_from(common).unwrap_or(u32::MAX))
}

/// The same where it is known how many pairs of characters stand in both titles, and that the entry says enough.
fn score_with(entry: &Side, full: &Side, common: u32) -> f64 {
    if full.weak {
        let named = contains(&full.text, &entry.unit);
        if !named {
            return 0.0;
        }
        let common = longest_common(&entry.title, &full.text);
        let share = common as f64 / entry.title.len() as f64;
        return if common >= RUN && share >= IN_TEXT { share } else { 0.0 };
    }
    if full.title.len() < SHORTEST {
        return 0.0;
    }
    let shorter = entry.pairs.len().min(full.pairs.len()).max(1);
    let share = f64::from(common) / shorter as f64;
    if share >= ALIKE && same_place(entry, full) { share } else { 0.0 }
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
    use proptest::prelude::*;

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

    /// What [`pairs`] must find, by holding every text against every entry.
    fn slow(listed: &[Side], full: &[Side]) -> Vec<(usize, usize)> {
        let mut scores = Vec::new();
        for (l, entry) in listed.iter().enumerate() {
            for (f, text) in full.iter().enumerate() {
                let usable = entry.title.len() >= SHORTEST && entry.unit.len() >= 2;
                let common = entry.pairs.intersection(&text.pairs).count();
                let score =
                    if usable { score_with(entry, text, u32::try_from(common).unwrap()) } else { 0.0 };
                if score > 0.0 {
                    scores.push((score, l, f));
                }
            }
        }
        let rival = |s: f64, l: usize, f: usize| {
            scores.iter().any(|(other, ol, of)| ((*ol == l) != (*of == f)) && *other > s - MARGIN)
        };
        let mut found: Vec<(usize, usize)> =
            scores.iter().filter(|(s, l, f)| !rival(*s, *l, *f)).map(|(_, l, f)| (*l, *f)).collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn looking_up_finds_what_comparing_all_finds(
            entries in prop::collection::vec(("(甲市|乙县|广东乙县|甲)", "[党建工作]{0,4}(推行农村党员积分制管理办法|深化民情流水线工程|星级建设梯级管理|)[党建工作]{0,4}"), 0..8),
            texts in prop::collection::vec(("(甲市|乙县|)", "[党建工作]{0,3}(推行农村党员积分制管理|深化民情流水线|星级建设梯级管理|)[党建工作]{0,4}", "(甲市推行农村党员积分制管理办法|在乙县星级建设梯级管理|广东乙县)", any::<bool>()), 0..8),
        ) {
            let listed: Vec<Side> = entries.iter().map(|(unit, title)| listed(unit, title)).collect();
            let full: Vec<Side> = texts
                .iter()
                .map(|(unit, title, text, weak)| full((!unit.is_empty()).then_some(unit.as_str()), title, text, *weak))
                .collect();
            prop_assert_eq!(pairs(&listed, &full), slow(&listed, &full));
        }
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
