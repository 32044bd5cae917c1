//! Owns how a table fits a page: in which size, upright or lying, in how many parts, and how wide its columns are.
//!
//! Widths are reckoned from the places that texts take in a terminal (a Han character two, half an em each), since the
//! faces are not at hand.

use super::page::Page;
use super::xml::clean;
use crate::report::render::layout::pieces;
use crate::report::render::layout::width;
use crate::table::Align;
use crate::table::Cell;
use crate::table::Table;

/// More columns than this make Word refuse the file (its own limit, not the format's).
const MOST_COLUMNS: usize = 63;
/// The space on both sides of a cell, and a little for faces that are wider than reckoned.
const PADDING: usize = 160 + 20;
/// A column of text is readable from so many places on, and needs no more than so many.
const READABLE: (usize, usize) = (8, 12);
/// A word longer than this may be broken.
const LONG_WORD: usize = 20;

/// The size of a table's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// 12 pt.
    Usual,
    /// 10.5 pt.
    Small,
    /// 9 pt.
    Smallest,
}

impl Size {
    /// The paragraph style.
    pub(super) fn style(self) -> &'static str {
        match self {
            Size::Usual => "TableText",
            Size::Small => "TableTextSmall",
            Size::Smallest => "TableTextSmallest",
        }
    }

    /// Places in twips: each is half an em.
    pub(super) fn twips(self, places: usize) -> usize {
        places
            * match self {
                Size::Usual => 120,
                Size::Small => 105,
                Size::Smallest => 90,
            }
    }
}

/// A table on its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) page: Page,
    pub(super) size: Size,
    /// One after the other, each with all rows; only a table too wide for any page has more than one.
    pub(super) parts: Vec<Part>,
}

/// Some columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Their places in the table.
    pub(super) columns: Vec<usize>,
    /// Their widths; together that of the text area.
    pub(super) widths: Vec<usize>,
    /// The widths of their cells alone, in places.
    pub(super) cells: Vec<usize>,
}

/// What a column needs, in places.
#[derive(Clone, Copy)]
struct Need {
    least: usize,
    natural: usize,
    /// The widest of its cells, and a usual one.
    cells: usize,
    usual: usize,
}

/// The first of the sizes in which every column has what it needs. A table that none suits is cut into parts; each
/// begins with the columns that name its rows.
pub(super) fn fit(table: &Table) -> Fit {
    let needs: Vec<Need> = (0..table.columns.len()).map(|place| need(table, place)).collect();
    let all: Vec<usize> = (0..needs.len()).collect();
    for (page, size) in [
        (Page::Upright, Size::Usual),
        (Page::Upright, Size::Small),
        (Page::Lying, Size::Usual),
        (Page::Lying, Size::Small),
        (Page::Lying, Size::Smallest),
    ] {
        if fits(&needs, &all, page, size) {
            return Fit { page, size, parts: vec![part(&needs, all, page, size)] };
        }
    }
    let (page, size) = (Page::Lying, Size::Smallest);
    let names = table.columns.iter().take_while(|column| column.align == Align::Left).count();
    let mut names: Vec<usize> = (0..names.min(2)).collect();
    if least(&needs, &names, size) * 2 > page.width() {
        names.clear();
    }
    let mut parts = Vec::new();
    let mut columns = names.clone();
    let mut add = |columns: &mut Vec<usize>, more: &[usize]| {
        let both: Vec<usize> = columns.iter().chain(more).copied().collect();
        if columns.len() > names.len() && !fits(&needs, &both, page, size) {
            parts.push(part(&needs, std::mem::take(columns), page, size));
            columns.extend(&names);
        }
        columns.extend(more);
    };
    // Columns under one heading stay together where they can.
    let same = |a: &usize, b: &usize| {
        let group = |place: &usize| &table.columns[*place].group;
        group(a).is_some() && group(a) == group(b)
    };
    for run in all[names.len()..].chunk_by(same) {
        let together: Vec<usize> = names.iter().chain(run).copied().collect();
        let pieces = if fits(&needs, &together, page, size) { run.len() } else { 1 };
        run.chunks(pieces).for_each(|piece| add(&mut columns, piece));
    }
    parts.push(part(&needs, columns, page, size));
    Fit { page, size, parts }
}

fn fits(needs: &[Need], columns: &[usize], page: Page, size: Size) -> bool {
    columns.len() <= MOST_COLUMNS && least(needs, columns, size) <= page.width()
}

fn least(needs: &[Need], columns: &[usize], size: Size) -> usize {
    columns.iter().map(|&place| size.twips(needs[place].least) + PADDING).sum()
}

/// The places of the widest line. Figures get a quarter more, Latin letters half as much again and a percent sign a
/// place more than in a terminal: bold ones, and those of the faces that stand in for Times New Roman, are wider than
/// half an em.
fn places(text: &str) -> usize {
    let line = |line: &str| {
        let quarters = |c: char| match c {
            '%' => 5,
            c if c.is_ascii_alphabetic() => 2,
            c => usize::from(c.is_ascii()),
        };
        width(line) + line.chars().map(quarters).sum::<usize>().div_ceil(4)
    };
    text.lines().map(line).max().unwrap_or(0)
}

/// The places of the longest word; Han text breaks anywhere.
fn word(text: &str) -> usize {
    let words = text.lines().flat_map(pieces).map(|piece| places(piece.trim_end()));
    words.max().unwrap_or(0).min(LONG_WORD)
}

fn need(table: &Table, place: usize) -> Need {
    let column = &table.columns[place];
    let texts = table.rows.iter().filter_map(|row| row.cells.get(place)).map(Cell::plain);
    let texts: Vec<String> = texts.map(|text| clean(&text)).collect();
    let filled: Vec<usize> = texts.iter().map(|text| places(text)).filter(|&places| places > 0).collect();
    let cells = filled.iter().copied().max().unwrap_or(0);
    let usual = filled.iter().sum::<usize>() / filled.len().max(1);
    let least = match column.align {
        Align::Right => cells,
        Align::Left => {
            let words = texts.iter().map(|text| word(text)).max().unwrap_or(0);
            words.max(usual.clamp(READABLE.0, READABLE.1).min(cells))
        }
    };
    let heading = clean(&column.heading);
    // The columns under one heading share what it takes.
    let group = column.group.as_ref().map_or(0, |group| {
        let same = table.columns.iter().filter(|other| other.group.as_ref() == Some(group)).count();
        places(&clean(group)).div_ceil(same)
    });
    Need {
        least: least.max(word(&heading)).max(places(&heading).min(4)),
        natural: (cells + cells / 4).max(places(&heading)).max(group),
        cells,
        usual,
    }
}

/// Columns as wide as their texts where there is room, and the rest shared out in the same proportion; else each what
/// it needs, and the rest to those whose texts usually take more.
fn part(needs: &[Need], columns: Vec<usize>, page: Page, size: Size) -> Part {
    let width = page.width();
    let twips = |places: usize| size.twips(places) + PADDING;
    let natural: Vec<usize> = columns.iter().map(|&place| twips(needs[place].natural)).collect();
    let least: Vec<usize> = columns.iter().map(|&place| twips(needs[place].least)).collect();
    let (all, few) = (natural.iter().sum::<usize>(), least.iter().sum::<usize>());
    let mut widths: Vec<usize> = if all <= width {
        natural.iter().map(|own| own * width / all.max(1)).collect()
    } else if few <= width {
        let lacks = |&place: &usize| needs[place].usual.saturating_sub(needs[place].least) + 1;
        shared(&least, &natural, &columns.iter().map(lacks).collect::<Vec<_>>(), width - few)
    } else {
        least.iter().map(|own| own * width / few).collect()
    };
    let rest = width - widths.iter().sum::<usize>();
    if let Some(widest) = widths.iter_mut().max() {
        *widest += rest;
    }
    let cells = columns.iter().map(|&place| needs[place].cells).collect();
    Part { columns, widths, cells }
}

/// What is to be had, shared out by weight; nobody gets more than its texts take, and what it leaves goes to the others.
fn shared(least: &[usize], natural: &[usize], weights: &[usize], mut rest: usize) -> Vec<usize> {
    let mut widths = least.to_vec();
    let mut open: Vec<usize> = (0..least.len()).filter(|&at| natural[at] > least[at]).collect();
    while !open.is_empty() {
        let all: usize = open.iter().map(|&at| weights[at]).sum();
        let share = |at: usize| rest * weights[at] / all;
        let (full, others): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|&&at| least[at] + share(at) >= natural[at]);
        if full.is_empty() {
            others.iter().for_each(|&at| widths[at] += share(at));
            break;
        }
        for at in full {
            widths[at] = natural[at];
            rest -= natural[at] - least[at];
        }
        open = others;
    }
    widths
}
