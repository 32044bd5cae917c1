//! Requests of residents: which step each is at, what is overdue, what was done in time.

use super::input::Named;
use super::input::Names;
use super::round::Round;
use super::scheme::Scheme;
use crate::diag::Finding;
use chrono::Days;
use chrono::NaiveDate;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number or name.
    pub id: String,
    /// The community or other group that it belongs to; empty where none is given.
    pub group: String,
    /// What it is about.
    pub subject: String,
    /// The day of each step, as far as it has come.
    pub done: Vec<Option<NaiveDate>>,
    /// The last day for each step, as far as there is one.
    pub due: Vec<Option<NaiveDate>>,
    /// The first step that is not done; as many as there are steps when all are.
    pub next: usize,
    /// Days that the next step is overdue by.
    pub overdue: Option<u64>,
    /// Whether every step that is done was done in time.
    pub in_time: bool,
}

/// Reads the requests and holds them against `today`.
pub(super) fn requests(
    scheme: &Scheme,
    round: &Round,
    names: &Names,
    today: NaiveDate,
    findings: &mut Vec<Finding>,
) -> Vec<Request> {
    let mut keys = vec!["id", "group", "subject", "title", "unit", "due", "note"];
    keys.extend(scheme.requests.iter().map(|step| step.date.as_str()));
    let mut requests: Vec<Request> = Vec::new();
    for input in &round.requests {
        for row in input.named(names, &keys, findings) {
            let Some(id) = row.text("id") else {
                findings.push(row.wrong("missing", "id").arg("name", "id"));
                continue;
            };
            if requests.iter().any(|known| known.id == id) {
                findings.push(row.wrong("twice", "id").arg("name", id));
                continue;
            }
            requests.extend(request(scheme, &row, id, today, findings));
        }
    }
    requests
}

fn request(
    scheme: &Scheme,
    row: &Named<'_>,
    id: &str,
    today: NaiveDate,
    findings: &mut Vec<Finding>,
) -> Option<Request> {
    let before = findings.len();
    let mut date = |key: &str| {
        let text = row.text(key)?;
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        if day.is_none() {
            findings.push(row.wrong("date", key).arg("name", key).arg("value", text));
        }
        day
    };
    let done: Vec<Option<NaiveDate>> = scheme.requests.iter().map(|step| date(&step.date)).collect();
    let own = date("due");
    if done.first() == Some(&None) && row.text(&scheme.requests[0].date).is_none() {
        let key = &scheme.requests[0].date;
        findings.push(row.wrong("missing", key).arg("name", key));
    }
    for (place, step) in scheme.requests.iter().enumerate().skip(1) {
        let Some(day) = done[place] else { continue };
        match done[place - 1] {
            Some(then) if day < then => {
                let other = &scheme.requests[place - 1].date;
                findings.push(row.wrong("before", &step.date).arg("name", &step.date).arg("other", other));
            }
            None if row.text(&scheme.requests[place - 1].date).is_none() => {
                let other = &scheme.requests[place - 1].date;
                findings.push(row.wrong("skipped", &step.date).arg("name", &step.date).arg("other", other));
            }
            _ => {}
        }
    }
    if findings.len() > before {
        return None;
    }
    let mut due: Vec<Option<NaiveDate>> = vec![None];
    for (place, step) in scheme.requests.iter().enumerate().skip(1) {
        let days = step.days.and_then(|days| u64::try_from(days).ok()).map(Days::new);
        let limit = done[place - 1].zip(days).and_then(|(from, days)| from.checked_add_days(days));
        // The register may set its own day for the answer, which is the step after taking in.
        due.push(if place == 1 { own.or(limit) } else { limit });
    }
    let next = done.iter().position(Option::is_none).unwrap_or(done.len());
    let late = due.get(next).copied().flatten().filter(|due| *due < today);
    let overdue = late.and_then(|due| u64::try_from((today - due).num_days()).ok());
    let kept = |(done, due): (&Option<NaiveDate>, &Option<NaiveDate>)| match (done, due) {
        (Some(done), Some(due)) => done <= due,
        _ => true,
    };
    Some(Request {
        id: id.to_owned(),
        group: row.text("group").unwrap_or_default().to_owned(),
        subject: row.text("subject").or(row.text("title")).unwrap_or_default().to_owned(),
        in_time: done.iter().zip(&due).all(kept),
        done,
        due,
        next,
        overdue,
    })
}
