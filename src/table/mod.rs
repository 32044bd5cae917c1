//! The one shape in which counted and listed things travel: columns, rows, notes.
//!
//! Knows nothing of how it will look; renderers decide that.

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What stands above it.
    pub title: Option<String>,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows; each as long as `columns`.
    pub rows: Vec<Row>,
    /// Remarks below the table, one sentence each.
    pub notes: Vec<String>,
    /// A picture of some of its columns, where one is wanted.
    pub chart: Option<Chart>,
}

/// A picture of a table: its rows, but for those that sum up, are drawn one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What is drawn.
    pub kind: ChartKind,
    /// The columns, by their places, whose texts name a row; more than one are joined.
    pub labels: Vec<usize>,
    /// The columns of figures that are drawn. Each is a series, named by its heading.
    pub series: Vec<usize>,
}

impl Chart {
    /// The cells that name a row, those with nothing in them left out.
    pub fn labels<'r>(&self, row: &'r Row) -> Vec<&'r Cell> {
        let cells = self.labels.iter().filter_map(|&place| row.cells.get(place));
        cells.filter(|cell| !cell.plain().trim().is_empty()).collect()
    }

    /// What its series are called: by their headings, with the group where headings alone would be the
    /// same.
    pub fn names(&self, table: &Table) -> Vec<String> {
        let columns: Vec<&Column> =
            self.series.iter().filter_map(|&place| table.columns.get(place)).collect();
        let mut headings: Vec<&str> = columns.iter().map(|column| column.heading.as_str()).collect();
        headings.sort_unstable();
        let alone = headings.windows(2).all(|pair| pair[0] != pair[1]);
        let name = |column: &&Column| match &column.group {
            Some(group) if !alone => format!("{group} · {}", column.heading),
            _ => column.heading.clone(),
        };
        columns.iter().map(name).collect()
    }
}

/// What a chart looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// A bar for each figure, the bars of a row side by side.
    Bars,
    /// The figures of a row end to end in one bar.
    Stacked,
    /// A line for each series over rows that follow one another in time: a sparkline in the terminal.
    Line,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The heading.
    pub heading: String,
    /// Which side its cells keep to.
    pub align: Align,
    /// A heading above this one, which neighbouring columns of the same group share.
    pub group: Option<String>,
}

/// The side that cells keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// A row, and whether it sums up the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// A total or a remainder: set apart by renderers.
    pub summary: bool,
    /// For each cell, the records behind it: places in a list that lies beside the table. Shorter than
    /// `cells`, and mostly empty, where nothing is known of them.
    pub behind: Vec<Vec<u32>>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A count or another whole number.
    Count(i64),
    /// A mean, shown with two decimals.
    Mean(f64),
    /// A decimal, as exact as it is written: a score.
    Decimal(String),
    /// A change on the period before, shown with its sign.
    Change(i64),
    /// A share of 1, shown as a percentage with one decimal.
    Share(f64),
}

impl Table {
    /// A table with headings and no rows yet.
    pub fn new(columns: Vec<Column>) -> Self {
        Table { columns, ..Table::default() }
    }

    /// Adds a row of cells.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, summary: false, behind: Vec::new() });
    }

    /// Adds a row that sums up others.
    pub fn push_summary(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, summary: true, behind: Vec::new() });
    }
}

impl Column {
    /// A column of text.
    pub fn text(heading: impl Into<String>) -> Self {
        Column { heading: heading.into(), align: Align::Left, group: None }
    }

    /// A column of figures.
    pub fn figures(heading: impl Into<String>) -> Self {
        Column { heading: heading.into(), align: Align::Right, group: None }
    }
}

impl Cell {
    /// The cell as plain text, without padding: what CSV and the width of a column are made of.
    pub fn plain(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Decimal(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Mean(mean) => format!("{mean:.2}"),
            Cell::Change(0) => "0".to_owned(),
            Cell::Change(change) => format!("{change:+}"),
            Cell::Share(share) => format!("{:.1}%", share * 100.0),
        }
    }
}

impl Cell {
    /// What the cell is worth; `None` for text, for nothing and for what is no number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Empty | Cell::Text(_) => None,
            Cell::Count(number) | Cell::Change(number) => Some(*number as f64),
            Cell::Mean(number) | Cell::Share(number) => Some(*number).filter(|number| number.is_finite()),
            Cell::Decimal(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}
