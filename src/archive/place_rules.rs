//! The rule that a record's place is one: its names belong together, its code is theirs, and they hold in its year.
//!
//! Must not know how places are looked up.

use super::rules::Parsed;
use crate::diag::Code;
use crate::diag::Finding;
use crate::text::places::Doubt;
use crate::text::places::Part;
use crate::text::places::Places;
use crate::text::places::Stated;
use crate::yaml::Node;

/// Looks at the place of every record whose kind has one.
pub(super) fn places(records: &[Parsed<'_>], findings: &mut Vec<Finding>) {
    findings.extend(records.iter().filter_map(of_record));
}

fn of_record(record: &Parsed<'_>) -> Option<Finding> {
    record.kind.field("region.province")?;
    let region = record.root.get("region")?;
    let node = |key: &str| region.get(key).filter(|node| !node.is_null());
    let text = |key: &str| node(key).and_then(Node::text);
    let stated =
        Stated { province: text("province"), city: text("city"), county: text("county"), code: text("code") };
    let year = record.root.get("year").and_then(Node::integer);
    let short = year.and_then(|year| u16::try_from(year).ok());
    let doubt = Places::shipped().doubt(&stated, short)?;
    let key = |part: Part| match part {
        Part::Province => "province",
        Part::City => "city",
        Part::County => "county",
        Part::Code => "code",
    };
    let finding = |code: Code, part: Part| {
        let at = node(key(part))?;
        let value = at.text().unwrap_or_default();
        Some(
            Finding::new(code, record.path, Some(at.span))
                .field(format!("region.{}", key(part)))
                .arg("value", value),
        )
    };
    match doubt {
        Doubt::Unknown(part) => finding(Code::UnknownPlace, part),
        Doubt::Apart(part) => {
            let above = [stated.province, stated.city.filter(|_| part == Part::County)];
            let above: String = above.into_iter().flatten().collect();
            Some(finding(Code::PlaceParts, part)?.arg("other", above))
        }
        Doubt::Code(codes) => {
            let one = (codes.len() == 1).then(|| codes[0].clone());
            Some(finding(Code::PlaceCode, Part::Code)?.arg("expected", codes.join(" ")).suggest(one))
        }
        Doubt::NotThen(part, from, to) => {
            let finding =
                finding(Code::PlaceYear, part)?.arg("year", year.unwrap_or_default()).arg("from", from);
            Some(match to {
                Some(to) => finding.arg("rule", "gone").arg("to", to),
                None => finding.arg("rule", "later"),
            })
        }
    }
}
