//! How cells look: type, fills, borders, number formats.

use crate::table::Align;
use crate::table::Cell;
use rust_xlsxwriter::Color;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::FormatAlign;
use rust_xlsxwriter::FormatBorder;
use rust_xlsxwriter::FormatUnderline;

/// On every Windows and in every office suite that is used in China.
const FONT: &str = "宋体";
/// Fills and lines.
const HEAD: Color = Color::RGB(0xDDEBF7);
const BLOCK: Color = Color::RGB(0xF2F2F2);
const RULE: Color = Color::RGB(0xBFBFBF);
const STRONG: Color = Color::RGB(0x404040);
/// What leads somewhere; the colour of Excel's own links.
const LINK: Color = Color::RGB(0x0563C1);

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Text,
    /// Text that would become a formula if somebody entered it again; Excel keeps it as text.
    Verbatim,
    Plain,
    Grouped,
    Mean,
    /// A decimal with one place more than `Plain`.
    One,
    /// A decimal with more places, as many as it has.
    Exact,
    Change,
    Share,
}

impl Shown {
    const ALL: [Shown; 9] = [
        Shown::Text,
        Shown::Verbatim,
        Shown::Plain,
        Shown::Grouped,
        Shown::Mean,
        Shown::One,
        Shown::Exact,
        Shown::Change,
        Shown::Share,
    ];

    /// The look of a decimal with as many places as its text has.
    pub(super) fn decimal(text: &str) -> Shown {
        match text.split_once('.').map_or(0, |(_, places)| places.len()) {
            0 => Shown::Plain,
            1 => Shown::One,
            2 => Shown::Mean,
            _ => Shown::Exact,
        }
    }

    /// The number format, in the language of ECMA-376 part 1, 18.8.30.
    fn number(self) -> Option<&'static str> {
        match self {
            Shown::Text | Shown::Verbatim => None,
            Shown::Plain => Some("0"),
            Shown::Grouped => Some("#,##0"),
            Shown::Mean => Some("#,##0.00"),
            Shown::One => Some("#,##0.0"),
            Shown::Exact => Some("#,##0.000###"),
            Shown::Change => Some("+#,##0;-#,##0;0"),
            Shown::Share => Some("0.0%"),
        }
    }
}

/// What a cell is beside what it shows.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) align: Align,
    pub(super) summary: bool,
    pub(super) link: bool,
}

/// Every look there is.
pub(super) struct Styles {
    cells: Vec<Format>,
    pub(super) title: Format,
    pub(super) head: Format,
    pub(super) note: Format,
    /// Headings of the first sheet: the title, the first level, those below.
    pub(super) headings: [Format; 3],
    pub(super) text: Format,
    pub(super) item: Format,
    pub(super) link: Format,
    /// The line above the records of a figure, with a link and without.
    pub(super) block: [Format; 2],
}

/// The look that everything has in common.
pub(super) fn base() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

impl Styles {
    pub(super) fn new() -> Styles {
        let mut cells = Vec::new();
        for shown in Shown::ALL {
            for align in [Align::Left, Align::Right] {
                for (summary, link) in [(false, false), (false, true), (true, false), (true, true)] {
                    cells.push(cell(shown, Place { align, summary, link }));
                }
            }
        }
        let heading = |size: u8| base().set_bold().set_font_size(size).set_text_wrap();
        let head = base().set_bold().set_align(FormatAlign::Center).set_text_wrap();
        let text = base().set_align(FormatAlign::Top).set_text_wrap();
        let link = base().set_font_color(LINK).set_underline(FormatUnderline::Single);
        let block =
            base().set_bold().set_text_wrap().set_background_color(BLOCK).set_border_top(FormatBorder::Thin);
        let block = block.set_border_top_color(RULE);
        Styles {
            cells,
            title: base().set_bold().set_font_size(14),
            head: edged(head.set_background_color(HEAD)),
            note: base().set_font_size(10).set_text_wrap(),
            headings: [heading(16), heading(13), heading(11)],
            item: text.clone().set_indent(1),
            text,
            link,
            block: [block.clone(), block.set_font_color(LINK)],
        }
    }

    pub(super) fn cell(&self, shown: Shown, place: Place) -> &Format {
        let at = shown as usize * 8
            + usize::from(place.align == Align::Right) * 4
            + usize::from(place.summary) * 2
            + usize::from(place.link);
        self.cells.get(at).unwrap_or(&self.text)
    }
}

fn cell(shown: Shown, place: Place) -> Format {
    let side = if place.align == Align::Right { FormatAlign::Right } else { FormatAlign::Left };
    let mut format = edged(base()).set_align(side);
    format = match shown.number() {
        Some(number) => format.set_num_format(number),
        None => format.set_text_wrap(),
    };
    if shown == Shown::Verbatim {
        format = format.set_quote_prefix();
    }
    if place.summary {
        format = format.set_bold().set_border_top(FormatBorder::Thin).set_border_top_color(STRONG);
    }
    if place.link {
        format = format.set_font_color(LINK);
    }
    format
}

fn edged(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(RULE)
}

/// Which columns show their counts with a separator for thousands: those in which one has five
/// digits. GB/T 15835-2011, 5.1.1, lets numbers of up to four digits do without, and a column of
/// years has no others.
pub(super) fn grouped(columns: usize, rows: &[crate::table::Row]) -> Vec<bool> {
    let mut grouped = vec![false; columns];
    for row in rows {
        for (grouped, cell) in grouped.iter_mut().zip(&row.cells) {
            *grouped |= matches!(cell, Cell::Count(count) if count.unsigned_abs() >= 10_000);
        }
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;
    use crate::table::Table;

    #[test]
    fn each_look_is_found_in_its_place() {
        let styles = Styles::new();
        for shown in Shown::ALL {
            for align in [Align::Left, Align::Right] {
                for (summary, link) in [(false, false), (false, true), (true, false), (true, true)] {
                    let place = Place { align, summary, link };
                    assert!(*styles.cell(shown, place) == cell(shown, place));
                }
            }
        }
    }

    #[test]
    fn years_have_no_separator() {
        let mut table = Table::new(vec![Column::figures("年度"), Column::figures("数量")]);
        table.push(vec![Cell::Count(2012), Cell::Count(9)]);
        table.push(vec![Cell::Count(2013), Cell::Count(12_345)]);
        assert_eq!(grouped(2, &table.rows), [false, true]);
    }
}
