//! Search is brute force, only faster: random queries with every operator of the language over random archives,
//! against an oracle that is written from `docs/search.md` and never sees a plan, an engine or the parser. A query
//! is made as a tree; the tree is printed for the search and evaluated here on the folded texts.

use crate::brute_force_made::Record;
use crate::brute_force_made::make;
use crate::brute_force_made::query;
use crate::support::Rng;
use crate::support::anku;
use anku::archive::Archive;
use anku::search::Engine;
use anku::search::EngineError;
use anku::search::Options;
use anku::search::Scope;
use anku::search::compile;
use anku::search::find;
use anku::search::matching;
use anku::text::fold::fold_term;
use anku::workspace::Notice;
use anku::workspace::Refresh;
use anku::workspace::ready;
use regex::Regex;
use std::collections::BTreeMap;
use std::time::Instant;

const QUERIES: usize = 2000;
const ARCHIVES: usize = 25;
const THROUGH_BINARY: usize = 40;

/// What a filter says of a record, given its numbers and words.
pub(crate) type Says = fn(&Record, &[i64], &[&'static str]) -> bool;

/// 同句, 同段, 同节.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Sentence,
    Paragraph,
    Section,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// A string.
    Term(String),
    /// Strings with a star between them.
    Wild(Vec<String>),
    /// A pattern as it is typed, and what it is on folded texts.
    Pattern(&'static str, &'static str),
    /// Choices of strings and patterns, and the distances between them.
    Near(Vec<Vec<Ask>>, Vec<usize>),
    Within(Unit, Box<Ask>),
    /// As it is typed, the labels below which it looks, and what for.
    Below(&'static str, &'static str, Vec<Ask>),
    /// A filter: as it is typed, and what it says of a record.
    Filter(String, Says, Vec<i64>, Vec<&'static str>),
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
}

/// A text value: its label, the item of its list, folded.
type Value<'v> = (&'v str, usize, &'v str);

impl Ask {
    /// Whether a record is an answer.
    fn holds(&self, record: &Record) -> bool {
        match self {
            Ask::And(parts) => parts.iter().all(|part| part.holds(record)),
            Ask::Or(parts) => parts.iter().any(|part| part.holds(record)),
            Ask::Not(part) => !part.holds(record),
            Ask::Filter(_, says, numbers, words) => says(record, numbers, words),
            Ask::Below(_, label, any) => {
                let below = |value: &Value<'_>| {
                    value.0.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                let values: Vec<Value<'_>> = record.values().into_iter().filter(below).collect();
                any.iter().any(|one| one.inside(&values))
            }
            _ => self.inside(&record.values()),
        }
    }

    /// Whether it holds in some texts taken together.
    fn inside(&self, texts: &[Value<'_>]) -> bool {
        match self {
            Ask::And(parts) => parts.iter().all(|part| part.inside(texts)),
            Ask::Or(parts) => parts.iter().any(|part| part.inside(texts)),
            Ask::Not(part) => !part.inside(texts),
            Ask::Near(choices, within) => {
                cut(Unit::Paragraph, texts).iter().flatten().any(|(_, _, text)| near(choices, within, text))
            }
            Ask::Within(unit, inner) => cut(*unit, texts).iter().any(|part| inner.inside(part)),
            _ => texts.iter().any(|(_, _, text)| !self.places(text).is_empty()),
        }
    }

    /// Where a string or pattern matches, in characters.
    fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let count = |at: usize| text[..at].chars().count();
        match self {
            Ask::Term(term) => {
                let term: Vec<char> = fold_term(term).chars().collect();
                let text: Vec<char> = text.chars().collect();
                let starts = 0..(text.len() + 1).saturating_sub(term.len());
                let found = starts.filter(|&at| text[at..at + term.len()] == term[..]);
                found.map(|at| (at, at + term.len())).collect()
            }
            Ask::Wild(pieces) => {
                // From wherever the first piece stands to the nearest end.
                let pieces: Vec<String> =
                    pieces.iter().map(|piece| regex::escape(&fold_term(piece))).collect();
                let pattern =
                    Regex::new(&format!("^(?:{})", pieces.join("[^。！？；!?;\n]*?"))).expect("a pattern");
                let starts = text.char_indices().map(|(at, _)| at);
                let found = starts.filter_map(|at| Some((at, at + pattern.find(&text[at..])?.end())));
                found.map(|(start, end)| (count(start), count(end))).collect()
            }
            Ask::Pattern(_, meant) => {
                let pattern = Regex::new(meant).expect("a pattern");
                pattern.find_iter(text).map(|found| (count(found.start()), count(found.end()))).collect()
            }
            other => panic!("{other:?} has no place"),
        }
    }

    /// As somebody types it.
    pub(crate) fn say(&self, rng: &mut Rng) -> String {
        let one = |part: &Ask, not: bool, rng: &mut Rng| {
            let said = part.say(rng);
            match part {
                Ask::And(_) | Ask::Or(_) if rng.below(4) == 0 => format!("（{said}）"),
                Ask::And(_) | Ask::Or(_) => format!("({said})"),
                // Beside a NOT the word NEAR is text.
                Ask::Near(..) if not => format!("({said})"),
                _ => said,
            }
        };
        let join = |parts: &[Ask], between: &[&str], rng: &mut Rng| {
            let mut out = one(&parts[0], false, rng);
            for part in &parts[1..] {
                out += between[rng.below(between.len())];
                out += &one(part, false, rng);
            }
            out
        };
        match self {
            Ask::Term(term) if term.chars().all(char::is_alphanumeric) && rng.below(4) > 0 => term.clone(),
            Ask::Term(term) => {
                let marks = [("\"", "\""), ("“", "”"), ("「", "」")];
                let marks: Vec<_> = marks
                    .iter()
                    .filter(|(open, close)| !term.contains(*open) && !term.contains(*close))
                    .collect();
                let (open, close) = marks[rng.below(marks.len())];
                format!("{open}{term}{close}")
            }
            Ask::Wild(pieces) => pieces.join("*"),
            Ask::Pattern(typed, _) => format!("/{typed}/"),
            Ask::Near(choices, within) => {
                let choice = |choice: &[Ask], rng: &mut Rng| match choice {
                    [only] => only.say(rng),
                    many => format!("({})", join(many, &[" | "], rng)),
                };
                let mut out = choice(&choices[0], rng);
                for (next, within) in choices[1..].iter().zip(within) {
                    let word = if *within == 10 { "NEAR".to_owned() } else { format!("NEAR/{within}") };
                    out += &format!(" {word} {}", choice(next, rng));
                }
                out
            }
            Ask::Within(unit, inner) => {
                let names = match unit {
                    Unit::Sentence => ["同句", "SENTENCE"],
                    Unit::Paragraph => ["同段", "PARAGRAPH"],
                    Unit::Section => ["同节", "SECTION"],
                };
                format!("{}({})", names[rng.below(2)], inner.say(rng))
            }
            Ask::Below(name, _, any) => match any.as_slice() {
                [only] => format!("{name}:{}", only.say(rng)),
                many => format!("{name}:({})", join(many, &[" | "], rng)),
            },
            Ask::Filter(typed, ..) => typed.clone(),
            Ask::And(parts) => join(parts, &[" ", " ", "  ", " AND "], rng),
            Ask::Or(parts) => join(parts, &[" | ", " OR ", " ｜ "], rng),
            Ask::Not(part) => {
                let said = one(part, true, rng);
                if rng.below(2) == 0 { format!("-{said}") } else { format!("NOT {said}") }
            }
        }
    }

    /// The names of the operators in it.
    fn operators(&self, out: &mut BTreeMap<&'static str, usize>) {
        let (name, parts): (&str, Vec<&Ask>) = match self {
            Ask::Term(_) => ("term", Vec::new()),
            Ask::Wild(_) => ("*", Vec::new()),
            Ask::Pattern(..) => ("/…/", Vec::new()),
            Ask::Near(choices, _) => ("NEAR", choices.iter().flatten().collect()),
            Ask::Within(Unit::Sentence, inner) => ("同句", vec![inner.as_ref()]),
            Ask::Within(Unit::Paragraph, inner) => ("同段", vec![inner.as_ref()]),
            Ask::Within(Unit::Section, inner) => ("同节", vec![inner.as_ref()]),
            Ask::Below(_, _, any) => ("text field", any.iter().collect()),
            Ask::Filter(..) => ("filter", Vec::new()),
            Ask::And(parts) => ("and", parts.iter().collect()),
            Ask::Or(parts) => ("or", parts.iter().collect()),
            Ask::Not(part) => ("not", vec![part.as_ref()]),
        };
        *out.entry(name).or_default() += 1;
        parts.iter().for_each(|part| part.operators(out));
    }
}

/// The units of some texts.
fn cut<'v>(unit: Unit, texts: &[Value<'v>]) -> Vec<Vec<Value<'v>>> {
    let each = |parts: fn(&'v str) -> Vec<&'v str>| {
        let values = texts.iter();
        values.flat_map(move |&(label, item, text)| {
            parts(text).into_iter().map(move |part| vec![(label, item, part)])
        })
    };
    match unit {
        // One item of a list; elsewhere, one value.
        Unit::Section => {
            let mut parts: BTreeMap<(String, usize), Vec<Value<'v>>> = BTreeMap::new();
            for value in texts {
                let list = value.0.split('.').next().filter(|list| matches!(*list, "sections" | "awards"));
                let key = list.unwrap_or(value.0).to_owned();
                parts.entry((key, value.1)).or_default().push(*value);
            }
            parts.into_values().collect()
        }
        Unit::Paragraph => each(|text| text.split('\n').filter(|part| !part.is_empty()).collect()).collect(),
        // No string or pattern that is asked for holds what may stand behind the end of a sentence.
        Unit::Sentence => {
            each(|text| text.split_inclusive(['\n', '。', '！', '？', '；', '!', '?', ';']).collect())
                .collect()
        }
    }
}

/// Whether some places of the choices stand near one another, each near the next.
fn near(choices: &[Vec<Ask>], within: &[usize], text: &str) -> bool {
    let places = |choice: &[Ask]| choice.iter().flat_map(|one| one.places(text)).collect::<Vec<_>>();
    let mut reached = places(&choices[0]);
    for (choice, distance) in choices[1..].iter().zip(within) {
        let between = |a: &(usize, usize), b: &(usize, usize)| a.0.max(b.0).saturating_sub(a.1.min(b.1));
        let next = places(choice);
        reached = next.into_iter().filter(|b| reached.iter().any(|a| between(a, b) <= *distance)).collect();
    }
    !reached.is_empty()
}

/// What an engine answers: the ids as a set, and whether the order is as promised.
fn answer(
    query: &str,
    archive: &Archive,
    engine: &dyn Engine,
) -> Result<(Vec<String>, Option<String>), EngineError> {
    let compiled = compile(query, &archive.kinds, &Scope::Everywhere);
    let plan = compiled.unwrap_or_else(|error| panic!("{query}: {error}")).plan;
    let ids = |options: &Options| -> Result<(Vec<String>, Vec<f32>), EngineError> {
        let found = find(&plan, engine, options)?;
        let ids: Result<Vec<String>, EngineError> =
            found.hits.iter().map(|hit| Ok(engine.card(hit.doc)?.id)).collect();
        Ok((ids?, found.hits.iter().map(|hit| hit.score).collect()))
    };
    let (ranked, scores) = ids(&Options { exact: true, top: None, hints: true })?;
    let mut wrong = None;
    for (pair, ids) in scores.windows(2).zip(ranked.windows(2)) {
        if pair[0] < pair[1] || (pair[0] == pair[1] && ids[0] >= ids[1]) || pair[0].is_nan() {
            wrong = Some(format!("{ids:?} with {pair:?}"));
        }
    }
    // Those that are shown are the best of all, and a set is the same set.
    let (some, _) = ids(&Options { exact: true, top: Some(5), hints: true })?;
    if some.iter().ne(ranked.iter().take(5)) {
        wrong = Some(format!("the best five are {some:?}"));
    }
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let set = matching(&plan, engine)?.iter().map(|doc| engine.id(doc)).collect::<Result<Vec<_>, _>>()?;
    let found = sorted(ranked);
    if sorted(set) != found {
        wrong = Some("as a set it is another".to_owned());
    }
    // What is there literally is never widened.
    if !found.is_empty() && sorted(ids(&Options::default())?.0) != found {
        wrong = Some("widened".to_owned());
    }
    Ok((found, wrong))
}

#[test]
fn random_queries_find_what_brute_force_finds() {
    let began = Instant::now();
    let mut rng = Rng(19_870_605);
    let (mut wrong, mut disordered, mut telling, mut records) = (Vec::new(), Vec::new(), 0, 0);
    let mut operators = BTreeMap::new();
    for number in 0..ARCHIVES {
        let made = make(number, &mut rng);
        records += made.records.len();
        let archive = Archive::open(made.folder.path()).expect("an archive");
        let ready = ready(&archive, Refresh::Look, &|_, _| {});
        assert!(!ready.notices.iter().any(|n| matches!(n, Notice::Scanned(_))), "{:?}", ready.notices);
        for place in 0..QUERIES / ARCHIVES {
            let asked = query(&made.records, &mut rng);
            asked.operators(&mut operators);
            let said = asked.say(&mut rng);
            let mut expected: Vec<String> = made
                .records
                .iter()
                .filter(|record| asked.holds(record))
                .map(|record| record.id.clone())
                .collect();
            expected.sort();
            telling += usize::from(!expected.is_empty() && expected.len() < made.records.len());
            let (found, order) = ready.with(|engine| answer(&said, &archive, engine)).expect("an answer");
            if found != expected {
                wrong.push(format!("{said} ({asked:?}): found {found:?}, brute force {expected:?}"));
            }
            disordered.extend(order.map(|order| format!("{said}: {order}")));
            if place < THROUGH_BINARY / ARCHIVES + usize::from(number < THROUGH_BINARY % ARCHIVES) {
                let run = anku(
                    made.folder.path(),
                    ["search", "--exact", "--json", "--no-fold", "-n", "0", "--", &said],
                );
                let hits = run.json()["hits"].as_array().expect("hits").clone();
                let ids = hits.iter().map(|hit| hit["id"].as_str().expect("an id").to_owned());
                let mut ids: Vec<String> = ids.collect();
                ids.sort();
                if ids != expected || run.code != i32::from(ids.is_empty()) {
                    wrong.push(format!(
                        "{said} through the binary: {ids:?}, brute force {expected:?}: {run:?}"
                    ));
                }
            }
        }
    }
    eprintln!(
        "brute force: {QUERIES} queries over {ARCHIVES} archives of {records} records, {telling} with some answers and not all, \
         {THROUGH_BINARY} through the binary too, {} wrong, {} out of order, {:.1} s; {operators:?}",
        wrong.len(),
        disordered.len(),
        began.elapsed().as_secs_f64()
    );
    let first = |list: &[String]| list.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), first(&wrong));
    assert!(disordered.is_empty(), "{} answers are out of order:\n{}", disordered.len(), first(&disordered));
    assert!(telling * 2 > QUERIES && operators.len() == 12, "{telling} {operators:?}");
}
