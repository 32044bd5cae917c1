//! What a run of a scheme comes to.

use super::number::Number;
use super::round::Entry;
use std::collections::BTreeMap;

/// What a run comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Everyone, by rank, then those without one by id.
    pub standings: Vec<Standing>,
    /// What somebody should know: judges far apart, a quota that ties overfilled or left open.
    pub remarks: Vec<Line>,
    /// Grades that hold from an earlier run: id, title, grade, its run.
    pub held: Vec<[String; 4]>,
    /// Points by month, where the scheme has months.
    pub months: Vec<Month>,
    /// Who has most flags: places in `standings`, and how many.
    pub models: Vec<(String, usize)>,
    /// Requests, where the scheme has them.
    pub requests: Vec<super::requests::Request>,
}

/// One who takes part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Who.
    pub entry: Entry,
    /// What each stage says; as many as the scheme has stages.
    pub stages: Vec<Option<Value>>,
    /// The stage that it did not get beyond, by its place.
    pub out: Option<usize>,
    /// The final score, rounded.
    pub score: Option<Number>,
    /// The rank; those that are level have the same.
    pub rank: Option<usize>,
    /// The level that a quota gave.
    pub level: Option<String>,
    /// The grade that the score gave, or a veto or an unmet need took.
    pub grade: Option<String>,
    /// The tier of the grade.
    pub tier: Option<String>,
    /// Why it is excluded.
    pub vetoes: Vec<String>,
    /// What it did not reach.
    pub unmet: Vec<String>,
    /// What follows over years.
    pub measures: Vec<String>,
    /// The grade of the run before.
    pub before: Option<String>,
    /// How it came to all this, step by step, after what the stages say.
    pub lines: Vec<Line>,
}

/// What a stage says of one entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// Its score, exact; `None` in a stage of yes or no.
    pub score: Option<Number>,
    /// Passed or not, in a stage of yes or no.
    pub passed: Option<bool>,
    /// The same by item, where sheets have items.
    pub items: BTreeMap<String, Number>,
    /// How far judges are apart, where that is too far.
    pub spread: Option<Number>,
    /// How it came about.
    pub lines: Vec<Line>,
}

/// One line of an explanation: a sentence (`score.line.KEY`) and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The sentence.
    pub key: &'static str,
    /// Its words.
    pub args: Vec<(&'static str, String)>,
}

/// One month of points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Month {
    /// `2026-03`.
    pub month: String,
    /// Everyone with points in it, most first: id, points, rank, whether the flag is theirs.
    pub rows: Vec<(String, Number, usize, bool)>,
}

impl Line {
    /// A line without words yet.
    pub fn new(key: &'static str) -> Line {
        Line { key, args: Vec::new() }
    }

    /// Adds a word.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Line {
        self.args.push((name, value.to_string()));
        self
    }

    /// The sentence.
    pub fn say(&self, lang: crate::locale::Lang) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lang.say(&format!("score.line.{}", self.key), &args)
    }
}

impl Outcome {
    /// Who has this id or title.
    pub fn standing(&self, name: &str) -> Option<&Standing> {
        let by = |of: fn(&Standing) -> &str| self.standings.iter().find(move |one| of(one) == name);
        by(|one| &one.entry.id).or_else(|| by(|one| &one.entry.title))
    }
}
