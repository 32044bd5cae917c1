//! Owns the paper: what is printed where, in twips (1/1440 inch).
//!
//! GB/T 9704-2012, 5.2.1: top 37 mm, binding side 28 mm, text area 156 × 225 mm. 7.5: the page number stands 7 mm under
//! the text area, in 14 pt, one character in from the outer side, a dash on each side of it. 8: a table that lies on
//! its side has its head where an odd page is bound, so the top margin of such a page is the binding margin. Its page
//! number stays at the foot of the page as it is read.

use super::xml::Xml;

/// How a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Upright,
    Lying,
}

/// The length and the height of A4.
const LONG: usize = 16838;
const SHORT: usize = 11906;
/// The margins of a page that stands: 37, 26, 35 and 28 mm.
const TOP: usize = 2098;
const RIGHT: usize = 1474;
const BOTTOM: usize = 1984;
const LEFT: usize = 1587;
/// From the text area to the foot of the page number: 7 mm and 14 pt.
const NUMBER: usize = 397 + 280;

/// Where page numbers stand: one character in from the outer side.
pub(super) const NUMBER_ODD: &str = r#"<w:ind w:rightChars="100" w:right="280"/><w:jc w:val="right"/>"#;
pub(super) const NUMBER_EVEN: &str = r#"<w:ind w:leftChars="100" w:left="280"/><w:jc w:val="left"/>"#;

impl Page {
    /// The width of the text area.
    pub(super) fn width(self) -> usize {
        match self {
            Page::Upright => SHORT - LEFT - RIGHT,
            Page::Lying => LONG - TOP - BOTTOM,
        }
    }

    /// The properties of a section of such pages.
    pub(super) fn section(self, xml: &mut Xml) {
        let (width, height) = if self == Page::Upright { (SHORT, LONG) } else { (LONG, SHORT) };
        let [top, right, bottom, left] =
            if self == Page::Upright { [TOP, RIGHT, BOTTOM, LEFT] } else { [LEFT, TOP, RIGHT, BOTTOM] };
        xml.element("w:sectPr", &[], |xml| {
            xml.empty("w:footerReference", &[("w:type", &"default"), ("r:id", &"rId5")]);
            xml.empty("w:footerReference", &[("w:type", &"even"), ("r:id", &"rId6")]);
            xml.value("w:type", "nextPage");
            let size: [(&str, &dyn std::fmt::Display); 2] = [("w:w", &width), ("w:h", &height)];
            match self {
                Page::Upright => xml.empty("w:pgSz", &size),
                Page::Lying => xml.empty("w:pgSz", &[size[0], size[1], ("w:orient", &"landscape")]),
            }
            xml.empty(
                "w:pgMar",
                &[
                    ("w:top", &top),
                    ("w:right", &right),
                    ("w:bottom", &bottom),
                    ("w:left", &left),
                    ("w:header", &851),
                    ("w:footer", &(bottom - NUMBER)),
                    ("w:gutter", &0),
                ],
            );
            xml.empty("w:cols", &[("w:space", &425)]);
            // A pitch without a type is no grid.
            xml.empty("w:docGrid", &[("w:linePitch", &312)]);
        });
    }
}
