//! Owns the words that quantities are made of, in the shape in which they are looked up.
//! Must not know where they are written down.

use super::Qualifier;
use super::number::multiplier;
use crate::diag::nearest;
use std::collections::HashMap;
use std::collections::HashSet;

/// Units as written and their main forms, words that say how exact a number is, words around a subject.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// By first character, the longest first: as written, main form.
    units: HashMap<char, Vec<(String, String)>>,
    /// Main forms before which a single Chinese digit is a number: 三亩, not 三个.
    pub strong: HashSet<String>,
    /// Units that count only where a word ends behind them: 95分, not 5分析.
    pub closing: HashSet<String>,
    /// What must not follow a unit, by unit: 年 and 级.
    pub not_followed: HashMap<String, Vec<String>>,
    /// Nouns that are counted without a measure word; the unit is then `(人)`.
    pub people: Vec<String>,
    /// Words directly before a number.
    pub before: Vec<(String, Qualifier)>,
    /// Words that end like one of `before` and are none: 节约.
    pub not_before: Vec<String>,
    /// Words directly behind a unit.
    pub after: Vec<(String, Qualifier)>,
    /// Words between a number and its unit.
    pub inside: Vec<(String, Qualifier)>,
    /// What 每 may stand before, and what it is then called: 户, `household`.
    pub each: Vec<(String, String)>,
    /// Words that say the same in one: 户均.
    pub average: Vec<(String, String)>,
    /// Words that say the same and belong to the subject: 年收入.
    pub within: Vec<(String, String)>,
    /// Words around a subject.
    pub subject: SubjectWords,
}

/// Words that belong to no subject.
#[derive(Clone, Debug, Default)]
pub struct SubjectWords {
    /// Taken away at its beginning.
    pub leading: Vec<String>,
    /// Taken away at its end.
    pub trailing: Vec<String>,
    /// Taken away wherever they stand.
    pub adverbs: Vec<String>,
    /// A phrase that ends in one of these says where, not what.
    pub places: Vec<String>,
    /// A noun to the right ends before one of these.
    pub stops: Vec<String>,
}

impl Words {
    /// Adds a spelling of a unit.
    pub fn add_unit(&mut self, written: &str, main: &str) {
        let Some(first) = written.chars().next() else { return };
        let list = self.units.entry(first).or_default();
        if !list.iter().any(|(known, _)| known == written) {
            list.push((written.to_owned(), main.to_owned()));
            list.sort_by_key(|(written, _)| std::cmp::Reverse(written.len()));
        }
    }

    /// The main form of a unit as somebody wrote it, brackets or not.
    pub fn main_form(&self, written: &str) -> Option<&str> {
        let written = written.trim().trim_start_matches('(').trim_end_matches(')');
        let first = written.chars().next()?;
        let lists = [first.to_ascii_lowercase(), first.to_ascii_uppercase(), first];
        let mut known = lists.iter().filter_map(|first| self.units.get(first)).flatten();
        known.find(|(known, _)| known.eq_ignore_ascii_case(written)).map(|(_, main)| main.as_str())
    }

    /// A unit to count in, as somebody wrote it: its main form, and the power of ten that stands before it. 万元
    /// is 元 and 4, 千米 is 公里 and 0: what is a unit as a whole is not taken apart.
    pub fn counted_in(&self, written: &str) -> Option<(&str, u32)> {
        if let Some(main) = self.main_form(written) {
            return Some((main, 0));
        }
        let (rest, power) = without_multipliers(written)?;
        (power <= LARGEST_POWER).then_some(())?;
        self.main_form(rest).map(|main| (main, power))
    }

    /// The spelling of a unit that is nearest to a word which is none; of several as near, one of `used` comes
    /// first, then a main form.
    pub fn nearest_unit(&self, written: &str, used: &[&str]) -> Option<String> {
        let mut all: Vec<(bool, &str)> =
            self.units.values().flatten().map(|(known, main)| (known != main, known.as_str())).collect();
        all.sort_unstable();
        let known = || used.iter().copied().chain(all.iter().map(|(_, known)| *known));
        let written = written.trim();
        let whole = nearest(written, known()).map(str::to_owned);
        whole.or_else(|| {
            let (rest, _) = without_multipliers(written)?;
            Some(format!("{}{}", written.strip_suffix(rest)?, nearest(rest, known())?))
        })
    }

    /// The longest unit that a text begins with: as written, main form.
    pub(super) fn unit_at(&self, text: &str) -> Option<(&str, &str)> {
        let list = self.units.get(&text.chars().next()?)?;
        list.iter().find(|(written, _)| self.stands(text, written)).map(|(w, m)| (w.as_str(), m.as_str()))
    }

    fn stands(&self, text: &str, written: &str) -> bool {
        let Some(rest) = text.strip_prefix(written) else { return false };
        let next = rest.chars().next();
        let latin = written.ends_with(|c: char| c.is_ascii_alphanumeric());
        if latin && next.is_some_and(|c| c.is_ascii_alphanumeric()) {
            return false;
        }
        if self.closing.contains(written) && !ends_here(rest, &self.after) {
            return false;
        }
        let bad = self.not_followed.get(written);
        !bad.is_some_and(|list| list.iter().any(|word| rest.starts_with(word.as_str())))
    }
}

/// 亿: amounts are kept finely enough to be counted in so large a unit without a loss.
const LARGEST_POWER: u32 = 8;

/// A word without the multipliers that it begins with, and their power of ten; `None` where it begins with none.
fn without_multipliers(written: &str) -> Option<(&str, u32)> {
    let written = written.trim();
    let rest = written.trim_start_matches(|c| multiplier(c).is_some());
    let power = written.strip_suffix(rest)?.chars().filter_map(multiplier).sum();
    (power > 0).then_some((rest, power))
}

/// Whether a word ends where `rest` begins: a sign, the end, 的, or a word of the number itself.
fn ends_here(rest: &str, after: &[(String, Qualifier)]) -> bool {
    match rest.chars().next() {
        None => true,
        Some(c) => {
            !c.is_alphanumeric() || c == '的' || after.iter().any(|(word, _)| rest.starts_with(word.as_str()))
        }
    }
}

/// The longest of a list's words that a text begins with.
pub(super) fn starting<'w, T>(list: &'w [(String, T)], text: &str) -> Option<&'w (String, T)> {
    list.iter().filter(|(word, _)| text.starts_with(word.as_str())).max_by_key(|(word, _)| word.len())
}

/// The longest of a list's words that a text ends with.
pub(super) fn ending<'w, T>(list: &'w [(String, T)], text: &str) -> Option<&'w (String, T)> {
    list.iter().filter(|(word, _)| text.ends_with(word.as_str())).max_by_key(|(word, _)| word.len())
}
