//! `anku stats`: group-by and cross-tabs.

use crate::cli::context::Context;
use crate::cli::failure::Exit;
use crate::cli::failure::Failure;
use crate::cli::filters;
use crate::cli::filters::Filters;
use crate::cli::filters::format;
use crate::cli::notices;
use crate::cli::output;
use crate::cli::quantities;
use crate::cli::query;
use anku::archive::Archive;
use anku::archive::Card;
use anku::locale::Lang;
use anku::report::Block;
use anku::report::Document;
use anku::report::Period;
use anku::report::Source;
use anku::report::json_text;
use anku::schema::FieldType;
use anku::schema::Kind;
use anku::search::Plan;
use anku::search::matching;
use anku::stats::Amount;
use anku::stats::Cut;
use anku::stats::CutError;
use anku::stats::Dim;
use anku::stats::InUnit;
use anku::stats::Measure;
use anku::stats::Percent;
use anku::stats::Pivot;
use anku::stats::Sort;
use anku::stats::chart;
use anku::stats::compare;
use anku::stats::count_with;
use anku::table::Align;
use anku::text::quantity::Words;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use clap::ArgMatches;
use std::collections::HashMap;
use std::collections::HashSet;

pub(crate) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Failure> {
    let format = format(context, matches, &output::formats())?;
    let archive = context.archive()?;
    let kind = match matches.get_one::<String>("kind") {
        Some(name) => archive
            .kinds
            .iter()
            .find(|kind| kind.names.is(name) || kind.name == *name)
            .ok_or_else(|| Failure::usage(context.lang.say("error.no-kind", &[("name", name)])))?,
        None => archive
            .kinds
            .first()
            .ok_or_else(|| Failure::usage(context.lang.say("error.no-kind", &[("name", "")])))?,
    };
    let say = |error: CutError| Failure::usage(error.say(context.lang));
    let dims = |name: &str| -> Result<Vec<Dim>, Failure> {
        let words = matches.get_many::<String>(name).unwrap_or_default();
        let dims = words.flat_map(|word| word.split([',', '，'])).map(|word| Dim::within(kind, word.trim()));
        Ok(dims.collect::<Result<Vec<_>, _>>().map_err(say)?.concat())
    };
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let cut = Cut {
        rows: dims("rows")?,
        cols: dims("cols")?,
        measure: match text("measure").map(|word| Measure::parse(kind, word)) {
            None => Measure::Count,
            Some(Ok(measure)) => measure,
            Some(Err(error)) => return Err(unit_refused(context, archive, error)?),
        },
        totals: matches.get_flag("totals"),
        percent: text("percent").map(Percent::parse).transpose().map_err(say)?,
        transpose: matches.get_flag("transpose"),
        sort: text("sort").map(Sort::parse).transpose().map_err(say)?,
        top: matches.get_one("top").copied(),
        subtotals: matches.get_flag("subtotals"),
        delta: matches.get_flag("delta"),
        chart: text("chart").map(chart).transpose().map_err(say)?,
    };
    let counted = match cut.measure.unit() {
        None => None,
        Some(unit) => {
            let words = quantities::words(context, archive)?;
            match InUnit::named(&words, unit) {
                Ok(unit) => Some((unit, words)),
                Err(error) => return Err(unit_refused(context, archive, error)?),
            }
        }
    };
    let filters = filters::filters(context, matches, &archive.kinds)?;
    let by_period = cut.rows.last().is_some_and(|dim| dim.has_gaps(kind));
    let earlier = if cut.delta && !by_period {
        let others = [
            ("--cols", !cut.cols.is_empty()),
            ("--percent", cut.percent.is_some()),
            ("--transpose", cut.transpose),
        ];
        if let Some((other, _)) = others.iter().find(|(_, is)| *is) {
            return Err(say(CutError::TwoPeriods(other)));
        }
        Some(before(kind, &filters, context.lang).ok_or_else(|| say(CutError::NoPeriod))?)
    } else {
        None
    };
    let mut refresh = if matches.get_flag("no-refresh") { Refresh::Skip } else { Refresh::Look };
    if counted.is_some() && refresh == Refresh::Look {
        // Facts lie in the index: what changed is written into it first.
        refresh = Refresh::Write;
    }
    let ready = notices::ready(context, archive, refresh);
    let selection = |filters: &Filters| {
        let compiled = query::compile_with(context, archive, "", query::Reading::Query, matches, filters)?;
        select(&ready, &compiled.plan, kind, counted.as_ref())
    };
    let chosen = selection(&filters)?;
    let pivot = chosen.count(kind, &cut).map_err(say)?;
    let cards = &chosen.cards;
    let drill = matches.get_flag("drill");
    if output::wanted(context, matches, format)? == "json" {
        let id = |place: u32| cards.get(place as usize).map(|card| card.id.clone()).unwrap_or_default();
        let mut value = pivot.to_json_with(kind, drill.then_some(&id));
        if let Some(earlier) = &earlier {
            let then = selection(&earlier.filters)?.count(kind, &cut).map_err(say)?;
            value["before"] = then.to_json(kind);
        }
        output::text(context, matches, &json_text(&value))?;
    } else {
        let mut records: Vec<Source> = cards.iter().map(Source::of).collect();
        let table = match &earlier {
            None => pivot.to_table(kind, context.lang),
            Some(earlier) => {
                let then = selection(&earlier.filters)?;
                let counted = then.count(kind, &cut).map_err(say)?;
                let counted = (!then.cards.is_empty()).then_some(counted);
                let headings = (earlier.now.as_str(), earlier.then.as_str());
                let mut table = compare(&pivot, counted.as_ref(), kind, context.lang, headings);
                let places = joined(&mut records, &then.cards);
                let then = table.rows.iter_mut().filter_map(|row| row.behind.get_mut(cut.rows.len() + 1));
                for place in then.flatten() {
                    *place = places.get(*place as usize).copied().unwrap_or(u32::MAX);
                }
                table
            }
        };
        if cards.is_empty() {
            context.note(context.lang.word("list.none"));
            return Ok(if ready.is_incomplete() { Exit::Failed } else { Exit::Nothing });
        }
        // A table for a spreadsheet has no room for remarks; they must not be lost for it.
        if matches!(output::wanted(context, matches, format)?, "csv" | "tsv") {
            for note in &table.notes {
                context.note(note);
            }
        }
        let mut document = Document::of(table);
        document.records = records;
        if drill {
            let lists = drilled(context, &document);
            document.blocks.extend(lists);
        }
        output::document(context, matches, format, &document)?;
    }
    Ok(match (cards.is_empty(), ready.is_incomplete()) {
        (_, true) => Exit::Failed,
        (true, _) => Exit::Nothing,
        _ => Exit::Done,
    })
}

/// The records that are counted, and the quantities of each where those are measured.
struct Selection {
    cards: Vec<Card>,
    amounts: HashMap<String, Vec<Amount>>,
}

impl Selection {
    fn count(&self, kind: &Kind, cut: &Cut) -> Result<Pivot, CutError> {
        let amounts = |card: &Card, _: &str| self.amounts.get(&card.path).cloned().unwrap_or_default();
        count_with(&self.cards, kind, cut, &amounts)
    }
}

fn select(
    ready: &Ready<'_>,
    plan: &Plan,
    kind: &Kind,
    counted: Option<&(InUnit, Words)>,
) -> Result<Selection, Failure> {
    if let Some((unit, words)) = counted {
        let mut selection = Selection { cards: Vec::new(), amounts: HashMap::new() };
        for (card, facts) in ready.facts(plan, words)? {
            if card.kind == kind.name {
                selection.amounts.insert(card.path.clone(), unit.amounts(&facts));
                selection.cards.push(card);
            }
        }
        return Ok(selection);
    }
    let cards = ready.with(|engine| -> Result<Vec<Card>, Failure> {
        let mut cards = Vec::new();
        for doc in matching(plan, engine)?.iter() {
            let card = engine.card(doc)?;
            if card.kind == kind.name {
                cards.push(card);
            }
        }
        Ok(cards)
    })?;
    Ok(Selection { cards, amounts: HashMap::new() })
}

/// A measure that cannot be counted; where it is the unit that is missing or unknown, with those that there are.
fn unit_refused(context: &Context, archive: &Archive, error: CutError) -> Result<Failure, Failure> {
    if !matches!(error, CutError::NoUnit | CutError::UnknownUnit(..)) {
        return Ok(Failure::usage(error.say(context.lang)));
    }
    let words = quantities::words(context, archive)?;
    quantities::refused(context, &notices::ready(context, archive, Refresh::Look), &words, &error)
}

/// The period before the one that the filters select.
struct Earlier {
    filters: Filters,
    now: String,
    then: String,
}

/// Adds the records of cards to others, each once; gives the place of each card.
fn joined(records: &mut Vec<Source>, cards: &[Card]) -> Vec<u32> {
    let mut known: HashMap<String, usize> =
        records.iter().enumerate().map(|(place, record)| (record.path.clone(), place)).collect();
    let place = |card: &Card| {
        let place = *known.entry(card.path.clone()).or_insert_with(|| {
            records.push(Source::of(card));
            records.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    cards.iter().map(place).collect()
}

/// `None` unless the filters select one period by a number.
fn before(kind: &Kind, filters: &Filters, lang: Lang) -> Option<Earlier> {
    let place = filters.fields.iter().position(|(path, value)| {
        let field = kind.fields.iter().find(|field| field.path == *path);
        let integer = field.is_some_and(|field| field.ty == FieldType::Integer && field.vocabulary.is_none());
        integer && value.trim().parse::<i64>().is_ok()
    })?;
    let (path, value) = &filters.fields[place];
    let number: i64 = value.trim().parse().ok()?;
    let edition = path.rsplit('.').next() == Some("edition");
    let period = if edition {
        Period { edition: Some(number), ..Period::default() }
    } else {
        Period { year: Some(number), ..Period::default() }
    };
    let then = period.before()?;
    let mut filters = filters.clone();
    filters.fields[place].1 = number.checked_sub(1)?.to_string();
    Some(Earlier { filters, now: period.name(lang), then: then.name(lang) })
}

/// For each figure the records behind it, as lists under a heading. A sum whose records all stood above says nothing
/// new; those outside it do.
fn drilled(context: &Context, document: &Document) -> Vec<Block> {
    let Some(table) = document.bare() else { return Vec::new() };
    let mut blocks = Vec::new();
    let mut seen: Vec<HashSet<u32>> = vec![HashSet::new(); table.columns.len()];
    for row in &table.rows {
        let figures = row.behind.iter().zip(&table.columns).zip(&mut seen);
        for ((records, column), seen) in figures.filter(|((records, _), _)| !records.is_empty()) {
            let all_seen = records.iter().all(|record| seen.contains(record));
            seen.extend(records);
            if row.summary && all_seen {
                continue;
            }
            let labels =
                row.cells.iter().zip(&table.columns).filter(|(_, column)| column.align == Align::Left);
            let mut names: Vec<String> = labels.map(|(cell, _)| cell.plain()).collect();
            names.retain(|name| !name.is_empty());
            names.push(column.heading.clone());
            let args = [("cell", names.join(" / ")), ("count", records.len().to_string())];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            blocks.push(Block::Heading { level: 3, text: context.lang.say("stats.drill", &args) });
            let record = |place: &u32| document.records.get(*place as usize);
            let items = records.iter().filter_map(record);
            let items = items.map(|record| format!("{} {}", record.id, record.title)).collect();
            blocks.push(Block::List { ordered: false, items });
        }
    }
    blocks
}
