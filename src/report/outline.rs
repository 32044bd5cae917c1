//! What a report consists of, as its YAML file says it.

use super::read;
use crate::diag::Finding;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::stats::Cut;
use crate::stats::Dim;
use crate::text::quantity;
use crate::yaml::Node;
use std::path::Path;

/// The outlines that come with anku: name and text. An archive may replace each with its own.
pub const SHIPPED: &[(&str, &str)] = &[
    ("awards", include_str!("../../schemas/reports/awards.yaml")),
    ("quality", include_str!("../../schemas/reports/quality.yaml")),
    ("search", include_str!("../../schemas/reports/search.yaml")),
    ("yearly", include_str!("../../schemas/reports/yearly.yaml")),
];

/// The text of the shipped outline of a name.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What a report consists of. Every name in it has been resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// The document's title.
    pub title: Option<Words>,
    /// What the report may be asked about: `edition`, `year`, `programme`.
    pub params: Vec<String>,
    /// The blocks, top to bottom.
    pub blocks: Vec<OutlineBlock>,
}

/// Says what is wrong with a query.
pub type Check<'k> = &'k dyn Fn(&str) -> Result<(), String>;

/// What an outline is checked against besides the fields; what is not given is not checked.
#[derive(Clone, Copy, Default)]
pub struct Known<'k> {
    /// Has the units that quantities may be measured in.
    pub units: Option<&'k quantity::Words>,
    /// Says what is wrong with a query.
    pub query: Option<Check<'k>>,
}

/// A text in one or both languages, with `{figures}` in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
}

/// One block of an outline.
#[derive(Clone, Debug, PartialEq)]
pub enum OutlineBlock {
    /// A heading.
    Heading(Words),
    /// A paragraph.
    Text(Words),
    /// A group-by or cross-tab.
    Table(TableSpec),
    /// Records or list entries, one a row.
    List(ListSpec),
    /// What is not filled in.
    Gaps(GapsSpec),
    /// Whether the ranks of a list are all there.
    Ranks(RanksSpec),
    /// What a check of the files found.
    Findings(FindingsSpec),
}

/// A table of counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableSpec {
    /// What stands above it.
    pub title: Option<Words>,
    /// What is counted.
    pub cut: Cut,
    /// Only the records that this query finds.
    pub filter: Option<String>,
    /// Beside the period before.
    pub delta: bool,
}

/// A list of records or entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListSpec {
    /// What stands above it.
    pub title: Option<Words>,
    /// The columns.
    pub fields: Vec<Dim>,
    /// Only the records that this query finds.
    pub filter: Option<String>,
    /// The order, and whether it is turned round.
    pub sort: Vec<(Dim, bool)>,
    /// A table for each value of this.
    pub group: Option<Dim>,
}

/// A table of what is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GapsSpec {
    /// What stands above it.
    pub title: Option<Words>,
    /// What may be missing.
    pub fields: Vec<Gap>,
    /// How many examples are named.
    pub show: usize,
}

/// A table that checks ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct RanksSpec {
    /// What stands above it.
    pub title: Option<Words>,
    /// What the ranks begin anew in.
    pub group: Dim,
    /// The rank.
    pub rank: Dim,
    /// Only the records that this query finds.
    pub filter: Option<String>,
}

/// A table of what a check of the files found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingsSpec {
    /// What stands above it.
    pub title: Option<Words>,
    /// Only codes that begin with one of these; all where there are none.
    pub codes: Vec<String>,
    /// How many places are named.
    pub show: usize,
}

/// Something that may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The value of a field; for the extent, the text.
    Value(Dim),
    /// Any entry in a list of mappings.
    List(String),
}

/// A figure that a text may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// `{period}`: 第2届.
    Period,
    /// `{programme}`: the only one there is, else the kind's name.
    Programme,
    /// `{records}`.
    Records,
    /// `{full}`: records with text.
    Full,
    /// `{listed}`: records known from a list only.
    Listed,
    /// `{entries}`: entries of lists.
    Entries,
    /// `{unlisted}`: records in no list.
    Unlisted,
    /// `{values:FIELD}`: how many different values a field has.
    Values(Dim),
    /// What only the caller knows, one of [`Figure::GIVEN`].
    Given(&'static str),
}

impl Outline {
    /// Reads an outline.
    ///
    /// # Errors
    /// Everything that is wrong with it: unknown keys and fields, values of a wrong type, and what `known` says.
    pub fn read(root: &Node, kind: &Kind, known: Known<'_>, path: &Path) -> Result<Outline, Vec<Finding>> {
        read::outline(root, kind, known, path)
    }

    /// The units whose quantities some table measures.
    pub fn units(&self) -> Vec<String> {
        let tables = self.blocks.iter().filter_map(|block| match block {
            OutlineBlock::Table(spec) => spec.cut.measure.unit(),
            _ => None,
        });
        let mut units: Vec<String> = tables.map(str::to_owned).collect();
        units.sort();
        units.dedup();
        units
    }

    /// Whether some text of it has a figure of this name, one of [`Figure::GIVEN`].
    pub fn says(&self, name: &str) -> bool {
        let of_block = |block: &OutlineBlock| match block {
            OutlineBlock::Heading(words) | OutlineBlock::Text(words) => Some(words.clone()),
            OutlineBlock::Table(spec) => spec.title.clone(),
            OutlineBlock::List(spec) => spec.title.clone(),
            OutlineBlock::Gaps(spec) => spec.title.clone(),
            OutlineBlock::Ranks(spec) => spec.title.clone(),
            OutlineBlock::Findings(spec) => spec.title.clone(),
        };
        let words = self.title.iter().cloned().chain(self.blocks.iter().filter_map(of_block));
        let mut texts = words.flat_map(|words| [words.zh, words.en]).flatten();
        texts.any(|text| Figure::pieces(&text).contains(&Err(name)))
    }

    /// Whether it may be asked about this: `edition`.
    pub fn takes(&self, param: &str) -> bool {
        self.params.iter().any(|known| known == param)
    }

    /// Whether it asks for a check of the files.
    pub fn has_findings(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, OutlineBlock::Findings(_)))
    }
}

impl Words {
    /// The text in a language, else in the other one.
    pub fn say(&self, lang: Lang) -> &str {
        let (first, second) = if lang.is_zh() { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        first.as_ref().or(second.as_ref()).map_or("", String::as_str)
    }
}

impl Figure {
    /// The names that stand in braces; `values:` takes a field.
    pub const NAMES: &'static [&'static str] = &[
        "period",
        "programme",
        "records",
        "full",
        "listed",
        "entries",
        "unlisted",
        "values:",
        "query",
        "filters",
        "reading",
        "date",
        "archive",
        "all",
        "state",
        "terms",
        "missing",
        "version",
    ];

    /// Those that only the caller knows: the query as it was typed, the filters, how the query was read, the
    /// date, the name of the archive, how many records it has, a fingerprint of their files, each term with
    /// its number of records, the terms without any, the version of anku.
    pub const GIVEN: &'static [&'static str] =
        &["query", "filters", "reading", "date", "archive", "all", "state", "terms", "missing", "version"];

    /// The figure that a name in braces means.
    pub fn resolve(kind: &Kind, name: &str) -> Option<Figure> {
        match name.trim() {
            "period" => Some(Figure::Period),
            "programme" => Some(Figure::Programme),
            "records" => Some(Figure::Records),
            "full" => Some(Figure::Full),
            "listed" => Some(Figure::Listed),
            "entries" => Some(Figure::Entries),
            "unlisted" => Some(Figure::Unlisted),
            other => {
                if let Some(given) = Figure::GIVEN.iter().find(|given| **given == other) {
                    return Some(Figure::Given(given));
                }
                let word = other.strip_prefix("values:")?;
                Dim::named(kind, word.trim()).ok().map(Figure::Values)
            }
        }
    }

    /// Takes a text apart: plain pieces, and names in braces.
    pub(super) fn pieces(text: &str) -> Vec<Result<&str, &str>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            pieces.extend([Ok(before), Err(name)]);
            rest = behind;
        }
        pieces.push(Ok(rest));
        pieces
    }
}
