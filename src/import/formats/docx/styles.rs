//! Owns what the styles of a Word document say about a paragraph or run: its outline level, its list, whether it is hidden.
//! Must not know the text.

use std::collections::HashMap;

use quick_xml::events::Event;

use crate::import::document::Role;
use crate::import::formats::package::{Xml, attribute, number};

/// Longer chains than this are loops.
const MAX_CHAIN: usize = 20;

/// A style as it stands in the file.
#[derive(Clone, Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    hidden: Option<bool>,
}

/// What a style says, with everything that it inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its outline level, 0 the highest, 9 for body text.
    pub outline: Option<u8>,
    /// The list that its paragraphs belong to, and where it was found.
    pub list: Option<String>,
    /// The level in that list.
    pub level: Option<usize>,
    /// The style that named the list: levels may be tied to styles.
    pub list_style: Option<String>,
    /// Whether its text is hidden.
    pub hidden: bool,
    /// What its name says.
    pub role: Option<Role>,
}

/// All styles of a document.
#[derive(Clone, Debug, Default)]
pub struct Styles {
    styles: HashMap<String, Style>,
    resolved: HashMap<String, Said>,
}

impl Styles {
    /// Reads `styles.xml`.
    ///
    /// # Errors
    /// `too-deep`, `broken-part`.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let mut styles: HashMap<String, Style> = HashMap::new();
        let mut xml = Xml::new(text);
        let mut id = None;
        loop {
            let event = xml.next()?;
            match event {
                Event::Start(ref element) | Event::Empty(ref element) => {
                    let open = matches!(event, Event::Start(_));
                    let name = element.local_name();
                    match name.as_ref() {
                        "style" => {
                            id = attribute(element, "styleId");
                            if let Some(id) = &id {
                                styles.entry(id.clone()).or_default();
                            }
                        }
                        // What stood there before a tracked change, and what holds for parts of tables only.
                        "rPrChange" | "pPrChange" | "tblStylePr" if open => xml.skip()?,
                        field => {
                            let Some(style) = id.as_ref().and_then(|id| styles.get_mut(id)) else { continue };
                            match field {
                                "name" => {
                                    style.name = attribute(element, "val").unwrap_or_default().to_lowercase();
                                }
                                "basedOn" => style.based_on = attribute(element, "val"),
                                "outlineLvl" => style.outline = number(element, "val"),
                                "ilvl" => style.level = number(element, "val"),
                                "numId" => style.list = attribute(element, "val"),
                                "vanish" => style.hidden = Some(switch(attribute(element, "val").as_deref())),
                                _ => {}
                            }
                        }
                    }
                }
                Event::End(element) if element.local_name().as_ref() == "style" => id = None,
                Event::Eof => break,
                _ => {}
            }
        }
        let mut all = Styles { styles, resolved: HashMap::new() };
        all.resolved = all.styles.keys().map(|id| (id.clone(), all.resolve(id))).collect();
        Ok(all)
    }

    /// What a style says.
    pub fn get(&self, id: &str) -> Option<&Said> {
        self.resolved.get(id)
    }

    fn resolve(&self, id: &str) -> Said {
        let mut said = Said::default();
        let mut hidden = None;
        let mut at = Some(id);
        for _ in 0..MAX_CHAIN {
            let Some((id, style)) = at.and_then(|id| Some((id, self.styles.get(id)?))) else { break };
            said.outline = said.outline.or(style.outline);
            said.level = said.level.or(style.level);
            if said.list.is_none() && style.list.is_some() {
                said.list.clone_from(&style.list);
            }
            if said.list_style.is_none() && (style.list.is_some() || style.level.is_some()) {
                said.list_style = Some(id.to_owned());
            }
            hidden = hidden.or(style.hidden);
            said.role = said.role.or_else(|| role(&style.name));
            at = style.based_on.as_deref();
        }
        said.hidden = hidden.unwrap_or(false);
        said
    }
}

/// What the name of a built-in style says. Word writes these names in English whatever language it speaks; others translate them.
fn role(name: &str) -> Option<Role> {
    if matches!(name, "title" | "标题" | "文档标题") {
        return Some(Role::Title);
    }
    if name == "toc heading" || name.starts_with("toc ") {
        return Some(Role::Aside("navigation"));
    }
    let level = name.strip_prefix("heading ").or_else(|| name.strip_prefix("标题 "))?;
    level.trim().parse().ok().filter(|level| (1..=9).contains(level)).map(Role::Heading)
}

/// A switch of OOXML: there, it is on, unless it says otherwise.
pub fn switch(value: Option<&str>) -> bool {
    !matches!(value, Some("0" | "false" | "off"))
}
