//! Owns that what is written is XML 1.0: elements that end, text that is escaped, no character that XML forbids.
//! Also runs and paragraphs, the two shapes of text that everything else is made of.

use crate::locale::Lang;
use crate::report::render::untrusted::printable_lines;
use std::fmt::Display;
use std::fmt::Write as _;

/// Attributes by name.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// XML in the making.
pub(super) struct Xml {
    pub(super) out: String,
    pub(super) lang: Lang,
}

impl Xml {
    /// An element with something inside.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Xml)) {
        self.begin(name, attributes);
        self.out.push('>');
        inside(self);
        let _ = write!(self.out, "</{name}>");
    }

    /// An element with nothing inside.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.begin(name, attributes);
        self.out.push_str("/>");
    }

    /// An element that is nothing but its value.
    pub(super) fn value(&mut self, name: &str, value: impl Display) {
        self.empty(name, &[("w:val", &value)]);
    }

    fn begin(&mut self, name: &str, attributes: Attributes<'_>) {
        let _ = write!(self.out, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"{}\"", escaped(&value.to_string()));
        }
    }

    /// A paragraph in a style, the properties after the style as given.
    pub(super) fn paragraph(
        &mut self,
        style: &str,
        properties: impl FnOnce(&mut Xml),
        inside: impl FnOnce(&mut Xml),
    ) {
        self.element("w:p", &[], |xml| {
            xml.element("w:pPr", &[], |xml| {
                xml.value("w:pStyle", style);
                properties(xml);
            });
            inside(xml);
        });
    }

    /// A run of text; each further line follows a line break.
    pub(super) fn run(&mut self, text: &str, look: Look<'_>) {
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        // Quotation marks, dashes and dots are Latin or Han alike: in Chinese they take the Han face.
        let hint = self.lang.is_zh() && !text.is_ascii();
        self.element("w:r", &[], |xml| {
            if hint || look != Look::default() {
                xml.element("w:rPr", &[], |xml| {
                    if let Some(style) = look.style {
                        xml.value("w:rStyle", style);
                    }
                    if hint {
                        xml.empty("w:rFonts", &[("w:hint", &"eastAsia")]);
                    }
                    if let Some(colour) = look.colour {
                        xml.value("w:color", colour);
                    }
                });
            }
            for (place, line) in text.split('\n').enumerate() {
                if place > 0 {
                    xml.empty("w:br", &[]);
                }
                xml.element("w:t", &[("xml:space", &"preserve")], |xml| xml.out.push_str(&escaped(line)));
            }
        });
    }
}

/// How a run differs from its paragraph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look<'a> {
    /// A character style.
    pub(super) style: Option<&'a str>,
    /// A colour as six hex digits.
    pub(super) colour: Option<&'a str>,
}

impl Look<'_> {
    /// In a character style.
    pub(super) fn styled(style: &str) -> Look<'_> {
        Look { style: Some(style), colour: None }
    }
}

/// Text of a record: what XML 1.0 forbids is dropped (its production 2, `Char`; Word refuses a file that has any of
/// it), tabs are spaces, lines end in `\n`, other control characters are written out.
pub(super) fn clean(text: &str) -> String {
    let text: String = text.chars().filter(|&c| allowed(c)).collect();
    printable_lines(&text).replace('\t', " ")
}

fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Text for an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars().filter(|&c| allowed(c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
