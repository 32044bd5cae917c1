//! Owns the way from a Word file (.docx, .docm, .dotx, strict or not) to a document: which parts it has and in which order they are read.
//! Must not know what the text means.

mod body;
mod numbering;
mod styles;

use super::assemble::{Parts, assemble, flat};
use super::package::{Package, Xml, attribute};
use super::rescue::rescue;
use super::{Bytes, Reading};
use crate::import::options::Options;

use body::{Body, Notes};
use numbering::Numbering;
use quick_xml::events::Event;
use styles::Styles;

/// The part that most files keep the text in.
const MAIN: &str = "word/document.xml";

/// Whether these bytes are a Word file, also one that is cut off.
pub fn sniff(input: Bytes<'_>) -> bool {
    if !input.bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    let has = |needle: &[u8]| memchr::memmem::find(input.bytes, needle).is_some();
    match Package::open(input.bytes) {
        Some(mut package) => package.has(MAIN) || main_part(&mut package).is_some(),
        None => has(b"word/") && (has(b"[Content_Types].xml") || has(MAIN.as_bytes())),
    }
}

/// Reads a Word file.
///
/// # Errors
/// `broken-docx`, `encrypted`, `bomb`, `too-deep`.
pub fn read(input: Bytes<'_>, options: &Options<'_>) -> Result<Reading, &'static str> {
    let reading = convert(input.bytes);
    rescue(reading, input, options, if input.ending.is_empty() { "docx" } else { input.ending })
}

/// Reads a Word file with nobody's help.
///
/// # Errors
/// As [`read`].
pub fn convert(bytes: &[u8]) -> Result<Reading, &'static str> {
    let mut package = Package::open(bytes).ok_or("broken-docx")?;
    let main = main_part(&mut package).unwrap_or_else(|| MAIN.to_owned());
    let mut remarks = Vec::new();
    let related = relations(&mut package, &main)?;
    // Only the text itself must be whole: without its styles it is still the text.
    let mut side = |package: &mut Package<'_>, kind: &str| -> Result<Vec<String>, &'static str> {
        let mut texts = Vec::new();
        for (_, target) in related.iter().filter(|(found, _)| found == kind) {
            match package.part(target) {
                Ok(text) => texts.extend(text),
                Err(error @ ("bomb" | "encrypted")) => return Err(error),
                Err(_) => remarks.push("broken-part"),
            }
        }
        Ok(texts)
    };
    let styles = side(&mut package, "styles")?;
    let numbering = side(&mut package, "numbering")?;
    let footnotes = side(&mut package, "footnotes")?;
    let endnotes = side(&mut package, "endnotes")?;
    let mut margins = side(&mut package, "header")?;
    margins.extend(side(&mut package, "footer")?);
    let text =
        package.part(&main).map_err(|error| if error == "broken-part" { "broken-docx" } else { error })?;
    let text = text.ok_or("broken-docx")?;

    let mut broken = false;
    let first = |texts: Vec<String>| texts.into_iter().next();
    let styles =
        first(styles).map_or_else(Styles::default, |text| or_default(Styles::read(&text), &mut broken));
    let numbering = first(numbering)
        .map_or_else(Numbering::default, |text| or_default(Numbering::read(&text, &styles), &mut broken));
    let mut notes = Notes::default();
    for (kind, texts) in [("footnote", footnotes), ("endnote", endnotes)] {
        for text in texts {
            let mut body = Body::new(&styles, numbering.clone(), Notes::default());
            broken |= body.read(&text).is_err();
            notes.bodies.extend(body.notes.bodies.into_iter().map(|((_, id), text)| ((kind, id), text)));
        }
    }
    let mut furniture: Vec<String> = Vec::new();
    for text in margins {
        let mut body = Body::new(&styles, numbering.clone(), Notes::default());
        broken |= body.read(&text).is_err();
        let said = flat(&body.finish());
        if !said.is_empty() && !furniture.contains(&said) {
            furniture.push(said);
        }
    }
    let mut body = Body::new(&styles, numbering, notes);
    body.read(&text).map_err(|error| if error == "broken-part" { "broken-docx" } else { error })?;
    if broken {
        remarks.push("broken-part");
    }
    remarks.extend(body.remarks());
    remarks.dedup();
    let notes = std::mem::take(&mut body.notes.used);
    let document = assemble(Parts { blocks: body.finish(), notes, furniture });
    Ok(Reading { document, remarks, ..Reading::default() })
}

fn or_default<T: Default>(read: Result<T, &'static str>, broken: &mut bool) -> T {
    read.unwrap_or_else(|_| {
        *broken = true;
        T::default()
    })
}

/// Where the package says its text is.
fn main_part(package: &mut Package<'_>) -> Option<String> {
    let related = relations(package, "").ok()?;
    let (_, target) = related.into_iter().find(|(kind, _)| kind == "officeDocument")?;
    let types = package.part("[Content_Types].xml").ok()??;
    (package.has(&target) && types.contains("wordprocessingml")).then_some(target)
}

/// The parts that a part refers to: the last word of the relation's type, and the name of the part.
fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<(String, String)>, &'static str> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let slash = if folder.is_empty() { "" } else { "/" };
    let text = match package.part(&format!("{folder}{slash}_rels/{name}.rels")) {
        Ok(text) => text.unwrap_or_default(),
        Err(error @ ("bomb" | "encrypted")) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let mut found = Vec::new();
    let mut xml = Xml::new(&text);
    loop {
        match xml.next() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let outside = attribute(&element, "TargetMode").is_some_and(|mode| mode == "External");
                if let (Some(kind), Some(target), false) =
                    (attribute(&element, "Type"), attribute(&element, "Target"), outside)
                {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    found.push((kind, absolute(folder, &target)));
                }
            }
            Ok(Event::Eof) | Err(_) => return Ok(found),
            Ok(_) => {}
        }
    }
}

/// A target as a name in the package. It only ever names parts of the package itself.
fn absolute(folder: &str, target: &str) -> String {
    if let Some(rooted) = target.strip_prefix('/') {
        return rooted.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests;
