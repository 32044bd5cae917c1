//! Which part of the archive a report is about.

use crate::locale::Lang;
use crate::schema::Datum;
use crate::stats::Slice;

/// Which part of the archive a report is about; everything, when nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The edition (届).
    pub edition: Option<i64>,
    /// The year.
    pub year: Option<i64>,
    /// The programme.
    pub programme: Option<String>,
}

impl Period {
    /// The cards that belong to it.
    pub fn slice(&self) -> Slice {
        let mut conditions = Vec::new();
        for (key, number) in [("edition", self.edition), ("year", self.year)] {
            conditions.extend(number.map(|number| (key.to_owned(), Datum::Integer(number))));
        }
        let programme = self.programme.clone().map(|name| ("programme".to_owned(), Datum::Text(name)));
        conditions.extend(programme);
        Slice::new(conditions)
    }

    /// The one before: the edition before, else the year before.
    pub fn before(&self) -> Option<Period> {
        let programme = self.programme.clone();
        match (self.edition, self.year) {
            (Some(edition), _) => {
                Some(Period { edition: Some(edition.checked_sub(1)?), year: None, programme })
            }
            (None, Some(year)) => Some(Period { edition: None, year: Some(year.checked_sub(1)?), programme }),
            (None, None) => None,
        }
    }

    /// What it is called: 第2届, 2012年度, 全部.
    pub fn name(&self, lang: Lang) -> String {
        let say = |key: &str, number: i64| lang.say(key, &[("number", &number.to_string())]);
        let edition = self.edition.map(|number| say("report.edition", number));
        let year = self.year.map(|number| say("report.year", number));
        let parts: Vec<String> = edition.into_iter().chain(year).collect();
        if parts.is_empty() { lang.word("report.all").to_owned() } else { parts.join(" ") }
    }
}
