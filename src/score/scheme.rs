//! A scheme: what is scored, by whom, how it adds up, and what follows from it.

use super::number::Number;
use super::number::Rounding;

/// A scheme. Every name in it has been resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheme {
    /// What it is called.
    pub title: String,
    /// Where it comes from and what is an example only.
    pub about: String,
    /// What those who take part are called: 案例, 党支部.
    pub subject: String,
    /// The kind of record that ids of entries name; free entries without one.
    pub kind: Option<String>,
    /// The stages, in their order.
    pub stages: Vec<Stage>,
    /// Columns that a judge may not have in common with an entry.
    pub recuse: Vec<String>,
    /// What excludes whatever the score.
    pub vetoes: Option<Vetoes>,
    /// How the final score is rounded, once.
    pub rounding: Rounding,
    /// What is compared where scores are level: stages or items.
    pub ties: Vec<String>,
    /// Whether all that are level at the edge of a quota get in; else none does.
    pub share_all: bool,
    /// Levels with quotas, best first.
    pub levels: Vec<(String, usize)>,
    /// Grades by score, best first, by age band.
    pub bands: Vec<Band>,
    /// The grade below all of them.
    pub below: Option<String>,
    /// What must be reached besides.
    pub needs: Vec<Need>,
    /// The grade of who does not reach it.
    pub unmet: Option<String>,
    /// Tiers: name and grades.
    pub tiers: Vec<(String, Vec<String>)>,
    /// Rules over years.
    pub years: Option<Years>,
    /// Points by month.
    pub months: Option<Months>,
    /// Requests in steps.
    pub requests: Vec<Step>,
    /// How long a result is published before it stands.
    pub notice: Option<Notice>,
    /// The programme of the awards that are written into records.
    pub programme: Option<String>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name, which is that of its file or folder too.
    pub id: String,
    /// What decides.
    pub by: By,
    /// Its share of the final score.
    pub weight: Option<Number>,
    /// So many go on.
    pub keep: Option<usize>,
    /// Who has less is out.
    pub pass: Option<Number>,
}

/// What decides in a stage.
#[derive(Clone, Debug, PartialEq)]
pub enum By {
    /// Sheets of judges.
    Panel(Panel),
    /// Votes; whether the most counts as 100 and others in proportion, else the share of entries with no more.
    Votes {
        /// Linear, else by rank.
        linear: bool,
    },
    /// Rows that add up.
    Ledger(Ledger),
    /// Yes or no.
    Decision,
}

/// Sheets of judges.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What is scored: name and maximum.
    pub items: Vec<(String, Number)>,
    /// How sheets become one score.
    pub combine: Combine,
    /// So many of the highest are left out.
    pub high: usize,
    /// So many of the lowest are left out.
    pub low: usize,
    /// At least so many sheets must count.
    pub judges: usize,
    /// Judges further apart than this are pointed out.
    pub spread: Option<Number>,
}

/// How sheets become one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The mean.
    Mean,
    /// The one in the middle, or the mean of the two.
    Median,
    /// The sum.
    Sum,
}

/// Rows that add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// What of a row counts.
    pub value: Counted,
    /// The categories with the most that each counts for; none: rows have no category.
    pub categories: Vec<(String, Option<Number>)>,
}

/// What of a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The row itself.
    Rows,
    /// Its hours.
    Hours,
    /// Its points.
    Points,
}

/// What excludes.
#[derive(Clone, Debug, PartialEq)]
pub struct Vetoes {
    /// The grade that it makes.
    pub grade: String,
    /// The reasons there are.
    pub reasons: Vec<String>,
}

/// Grades for an age band.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its name; empty where age does not matter.
    pub id: String,
    /// From this age.
    pub from: usize,
    /// To this age.
    pub to: usize,
    /// Grades and the score that each begins at, best first.
    pub grades: Vec<(String, Number)>,
}

/// Something that must be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Its name.
    pub id: String,
    /// The ledger that it is counted in, by its place among the stages.
    pub stage: usize,
    /// What is counted.
    pub sum: Counted,
    /// Only rows of this category.
    pub category: Option<String>,
    /// At least so much.
    pub least: Number,
}

/// Rules over years.
#[derive(Clone, Debug, PartialEq)]
pub struct Years {
    /// A grade holds for so many rounds without a new score.
    pub hold: usize,
    /// What follows from what.
    pub rules: Vec<Rule>,
}

/// A rule over years: all that it names must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Fell by at least so many grades since the round before.
    pub fall: Option<usize>,
    /// Rose by at least so many.
    pub rise: Option<usize>,
    /// Fell in so many rounds running.
    pub falls: Option<usize>,
    /// Below this grade, in `years` rounds running.
    pub below: Option<String>,
    /// At this grade or above, in `years` rounds running.
    pub reached: Option<String>,
    /// How many rounds running; 1 where nothing is said.
    pub years: usize,
    /// What follows.
    pub then: String,
}

/// Points by month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Months {
    /// The ledger, by its place among the stages.
    pub stage: usize,
    /// Whether points are multiplied by the factor of who has them.
    pub factor: bool,
    /// What the first of a month gets.
    pub flag: String,
    /// What who has most flags gets.
    pub model: String,
}

/// A step of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub id: String,
    /// The column with its date.
    pub date: String,
    /// Days for it since the step before; no limit without.
    pub days: Option<usize>,
}

/// How long a result is published before it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// So many days.
    pub days: usize,
    /// Whether Saturdays, Sundays and `holidays` do not count.
    pub workdays: bool,
    /// Holidays, `2026-10-01`.
    pub holidays: Vec<String>,
}

/// The schemes that come with anku: name and text. An archive may replace each with its own.
pub const SHIPPED: &[(&str, &str)] = &[
    ("award", include_str!("../../schemas/schemes/award.yaml")),
    ("credits", include_str!("../../schemas/schemes/credits.yaml")),
    ("model-site", include_str!("../../schemas/schemes/model-site.yaml")),
    ("points", include_str!("../../schemas/schemes/points.yaml")),
    ("requests", include_str!("../../schemas/schemes/requests.yaml")),
    ("star", include_str!("../../schemas/schemes/star.yaml")),
];

/// The text of the shipped scheme of a name.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Scheme {
    /// All grades from best to worst: those of the bands, the one below them, the one of a veto.
    pub fn ladder(&self) -> Vec<&str> {
        let mut ladder: Vec<&str> = Vec::new();
        let named = self.bands.iter().flat_map(|band| band.grades.iter().map(|(id, _)| id.as_str()));
        let last = [&self.below, &self.unmet].into_iter().flatten().map(String::as_str);
        let veto = self.vetoes.iter().map(|vetoes| vetoes.grade.as_str());
        for grade in named.chain(last).chain(veto) {
            if !ladder.contains(&grade) {
                ladder.push(grade);
            }
        }
        ladder
    }

    /// How far up a grade stands: the worst is 0.
    pub fn height(&self, grade: &str) -> Option<usize> {
        let ladder = self.ladder();
        ladder.iter().position(|known| *known == grade).map(|place| ladder.len() - 1 - place)
    }

    /// The tier of a grade.
    pub fn tier(&self, grade: &str) -> Option<&str> {
        let (id, _) = self.tiers.iter().find(|(_, grades)| grades.iter().any(|known| known == grade))?;
        Some(id)
    }

    /// As many of the first stages as decide who takes part in the one at `place`.
    pub fn deciding(&self, place: usize) -> &[Stage] {
        let before = &self.stages[..place.min(self.stages.len())];
        let cuts = |stage: &Stage| stage.keep.is_some() || stage.pass.is_some() || stage.by == By::Decision;
        &before[..before.iter().rposition(cuts).map_or(0, |last| last + 1)]
    }

    /// Whether shares of its stages make a final score.
    pub fn is_scored(&self) -> bool {
        self.stages.iter().any(|stage| stage.weight.is_some())
    }
}
