//! From the JSON Schema crate's errors to findings: the place, the code, the better value.

use super::field::Names;
use super::node_json::Typed;
use super::node_json::core;
use super::typing::Place;
use super::typing::Places;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Fix;
use crate::diag::Span;
use crate::diag::is_slip;
use crate::diag::nearest;
use crate::yaml::Node;
use crate::yaml::Style;
use crate::yaml::Tree;
use crate::yaml::Value;
use crate::yaml::write;
use jsonschema::ValidationError;
use jsonschema::error::TypeKind;
use jsonschema::error::ValidationErrorKind as Kind;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;

/// How many allowed values a message names.
const SHOWN: usize = 8;
/// How many characters of a value a message quotes.
const QUOTED: usize = 40;

/// Collects the errors of one record.
pub(super) struct Explainer<'a> {
    path: &'a Path,
    root: &'a Node,
    typed: &'a Typed<'a>,
    places: &'a Places,
    findings: Vec<Finding>,
    unknown: Vec<Unknown>,
    missing: Vec<Missing>,
}

/// A field that should not be there.
struct Unknown {
    mapping: String,
    finding: Finding,
    meant: Option<String>,
    /// Known after all, only not reached because something else failed.
    doubtful: bool,
}

/// A field that should be there.
struct Missing {
    mapping: String,
    name: String,
    finding: Finding,
}

/// Where an error stands.
struct Spot<'a> {
    node: &'a Node,
    typed: &'a Typed<'a>,
    /// The key under which the node stands.
    key: Option<Span>,
    /// As people write it, `awards[0].level`.
    field: String,
    place: Option<usize>,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(path: &'a Path, root: &'a Node, typed: &'a Typed<'a>, places: &'a Places) -> Self {
        Explainer {
            path,
            root,
            typed,
            places,
            findings: Vec::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Follows a JSON pointer.
    fn spot(&self, pointer: &str) -> Spot<'a> {
        let mut spot = Spot {
            node: self.root,
            typed: self.typed,
            key: None,
            field: String::new(),
            place: self.places.root(),
        };
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            match (&spot.node.value, spot.typed) {
                (Value::Map(entries), Typed::Map(typed)) => {
                    let Some(at) = entries.iter().position(|entry| entry.key == step) else { break };
                    let Some((_, inner)) = typed.get(at) else { break };
                    spot.place = self.places.property(spot.place, &step);
                    spot.node = &entries[at].value;
                    spot.typed = inner;
                    spot.key = Some(entries[at].key_span);
                    spot.field = join(&spot.field, &step);
                }
                (Value::List(items), Typed::List(typed)) => {
                    let Ok(at) = step.parse::<usize>() else { break };
                    let (Some(item), Some(inner)) = (items.get(at), typed.get(at)) else { break };
                    spot.place = self.places.item(spot.place, at);
                    spot.node = item;
                    spot.typed = inner;
                    spot.key = None;
                    spot.field = format!("{}[{at}]", spot.field);
                }
                _ => break,
            }
        }
        spot
    }

    /// Takes one error of the record.
    pub(super) fn take(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str();
        let spot = self.spot(pointer);
        if spot.node.is_null() && !spot.field.is_empty() {
            // `title:` with nothing after it has no width of its own; its key is what people see.
            let empty = spot.node.span.start == spot.node.span.end;
            let span = spot.key.filter(|_| empty).unwrap_or(spot.node.span);
            self.findings.push(
                Finding::new(Code::EmptyValue, self.path, Some(span))
                    .field(&spot.field)
                    .arg("name", &spot.field),
            );
            return;
        }
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => self.unknown(&spot, pointer, unexpected, false),
            Kind::UnevaluatedProperties { unexpected } => self.unknown(&spot, pointer, unexpected, true),
            Kind::Required { property } => {
                self.missing(&spot, pointer, property.as_str().unwrap_or_default());
            }
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => self.branches(&spot, error, context),
            Kind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default().to_owned();
                let span = spot.node.entry(&name).map_or(spot.node.span, |entry| entry.key_span);
                let finding =
                    Finding::new(Code::Schema, self.path, Some(span)).field(join(&spot.field, &name));
                self.findings.push(finding.arg("name", name).arg("keyword", "propertyNames"));
            }
            _ => {
                let finding = self.value(&spot, error);
                self.findings.push(finding);
            }
        }
    }

    fn finding(&self, code: Code, spot: &Spot<'_>) -> Finding {
        Finding::new(code, self.path, Some(spot.node.span)).field(&spot.field).arg("name", &spot.field)
    }

    /// An error about one value.
    fn value(&self, spot: &Spot<'a>, error: &ValidationError<'_>) -> Finding {
        let text = quote(spot.node);
        let bound = |code, rule, limit: &dyn std::fmt::Display| {
            self.finding(code, spot).arg("rule", rule).arg("limit", limit)
        };
        match error.kind() {
            Kind::Type { kind } => self.wrong_type(spot, kind),
            Kind::Enum { .. } | Kind::Constant { .. } => self.not_in_vocabulary(spot, constants(error)),
            Kind::Pattern { pattern } => {
                self.finding(Code::Pattern, spot).arg("value", text).arg("pattern", pattern)
            }
            Kind::Format { format } => self
                .finding(Code::Format, spot)
                .arg("value", text)
                .arg("format", format)
                .suggest(spot.node.text().filter(|_| format == "date").and_then(date))
                .fix(
                    spot.node
                        .text()
                        .filter(|_| format == "date")
                        .and_then(date)
                        .and_then(|to| change(spot.node, &to)),
                ),
            Kind::MinLength { limit } => bound(Code::Length, "min", limit).arg("actual", length(spot.node)),
            Kind::MaxLength { limit } => bound(Code::Length, "max", limit).arg("actual", length(spot.node)),
            Kind::Minimum { limit } => bound(Code::Bounds, "min", limit).arg("value", text),
            Kind::Maximum { limit } => bound(Code::Bounds, "max", limit).arg("value", text),
            Kind::ExclusiveMinimum { limit } => bound(Code::Bounds, "above", limit).arg("value", text),
            Kind::ExclusiveMaximum { limit } => bound(Code::Bounds, "below", limit).arg("value", text),
            Kind::MultipleOf { multiple_of } => {
                bound(Code::Bounds, "multiple", multiple_of).arg("value", text)
            }
            Kind::MinItems { limit } => {
                bound(Code::Items, "min", limit).arg("actual", spot.node.items().len())
            }
            Kind::MaxItems { limit } => self.extra(spot, usize::try_from(*limit).unwrap_or(usize::MAX)),
            Kind::AdditionalItems { limit } => self.extra(spot, *limit),
            Kind::UnevaluatedItems { unexpected } => {
                let count = spot.node.items().len();
                self.extra(spot, count.saturating_sub(unexpected.len()))
            }
            Kind::UniqueItems => self.repeated(spot),
            Kind::FalseSchema => self.finding(Code::Schema, spot).arg("keyword", "false"),
            kind => self.finding(Code::Schema, spot).arg("keyword", kind.keyword()),
        }
    }

    /// Too many items: the first that is too many is pointed at.
    fn extra(&self, spot: &Spot<'_>, limit: usize) -> Finding {
        let items = spot.node.items();
        let mut finding = self.finding(Code::Items, spot).arg("rule", "max").arg("limit", limit);
        finding.span = items.get(limit).map_or(finding.span, |item| Some(item.span));
        finding.arg("actual", items.len())
    }

    /// Items that repeat: the second of them is pointed at, the first is related.
    fn repeated(&self, spot: &Spot<'_>) -> Finding {
        let finding = self.finding(Code::Items, spot).arg("rule", "unique");
        let (Typed::List(typed), nodes) = (spot.typed, spot.node.items()) else { return finding };
        for (second, item) in typed.iter().enumerate() {
            let first = typed[..second].iter().position(|other| other.json() == item.json());
            if let (Some(first), Some(node)) = (first.and_then(|first| nodes.get(first)), nodes.get(second)) {
                let mut finding = finding.related(self.path, first.span);
                finding.span = Some(node.span);
                finding.field = format!("{}[{second}]", spot.field);
                return finding.arg("value", quote(node));
            }
        }
        finding.arg("value", "")
    }

    fn wrong_type(&self, spot: &Spot<'_>, kind: &TypeKind) -> Finding {
        let expected: Vec<&str> = match kind {
            TypeKind::Single(ty) => vec![ty.as_str()],
            TypeKind::Multiple(types) => types.iter().map(jsonschema::JsonType::as_str).collect(),
        };
        let wants = |name: &str| expected.contains(&name);
        // Under an integer field a decimal number is kept as text; people wrote a number.
        let actual = match spot.typed {
            Typed::Text(_) => core(spot.node).type_name(),
            other => other.type_name(),
        };
        let suggestion = match spot.node.text() {
            Some(text) if wants("integer") || wants("number") => whole(text),
            Some("yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" | "是") if wants("boolean") => {
                Some("true".to_owned())
            }
            Some("no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" | "否") if wants("boolean") => {
                Some("false".to_owned())
            }
            Some(text) if wants("array") && !text.contains(['[', ']', '{', '}', ',', ':', '#', '\n']) => {
                Some(format!("[{text}]"))
            }
            _ => None,
        };
        let rule = match spot.node.value {
            _ if spot.field.is_empty() => "root",
            Value::Scalar(_) => "value",
            _ => "shape",
        };
        // `010`, `2012年` and `2012.0` are for a person to read; another notation of digits is not.
        let same =
            suggestion.as_deref().filter(|to| spot.node.text().is_some_and(|text| digits(text) == **to));
        let fix = same.and_then(|to| change(spot.node, to));
        self.finding(Code::WrongType, spot)
            .fix(fix)
            .arg("rule", rule)
            .arg("expected", expected.join("|"))
            .arg("actual", actual)
            .arg("value", quote(spot.node))
            .suggest(suggestion)
    }

    fn not_in_vocabulary(&self, spot: &Spot<'_>, mut constants: Vec<String>) -> Finding {
        constants.dedup();
        let vocabulary = self.places.get(spot.place).and_then(|place| place.vocabulary.as_ref());
        let listed = vocabulary.map(|v| v.terms.iter().map(|term| term.value.clone()).collect::<Vec<_>>());
        let allowed = listed.filter(|terms| !terms.is_empty()).unwrap_or(constants);
        let word = spot.node.text().unwrap_or_default();
        let near = vocabulary
            .and_then(|vocabulary| vocabulary.nearest(word))
            .or_else(|| nearest(word, allowed.iter().map(String::as_str)))
            .map(str::to_owned);
        // Only a name that the list declares, and declares for one value, is certain.
        let mut declared = vocabulary.into_iter().flat_map(|v| &v.terms).filter(|term| term.names.is(word));
        let only = declared.next().filter(|_| declared.next().is_none());
        self.finding(Code::NotInVocabulary, spot)
            .fix(only.and_then(|term| change(spot.node, &term.value)))
            .arg("value", quote(spot.node))
            .arg("allowed", list(&allowed))
            .suggest(near)
    }

    /// None of several schemas fits: a closed list, or the branch that explains best.
    fn branches(
        &mut self,
        spot: &Spot<'a>,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) {
        let here = error.instance_path().as_str();
        let scalar = matches!(spot.node.value, Value::Scalar(_));
        let closed = !context.is_empty()
            && context.iter().flatten().all(|inner| {
                inner.instance_path().as_str() == here
                    && matches!(inner.kind(), Kind::Constant { .. } | Kind::Enum { .. })
            });
        if closed || (scalar && !constants(error).is_empty()) {
            let finding = self.not_in_vocabulary(spot, constants(error));
            self.findings.push(finding);
            return;
        }
        // A branch whose type fits and whose own constants (`kind: video`) fit is the one meant.
        let rank = |branch: &[ValidationError<'static>]| {
            let wrong_type = branch
                .iter()
                .any(|e| e.instance_path().as_str() == here && matches!(e.kind(), Kind::Type { .. }));
            let wrong_constant =
                branch.iter().any(|e| matches!(e.kind(), Kind::Constant { .. } | Kind::Enum { .. }));
            (wrong_type, wrong_constant, branch.len())
        };
        let mut ranked: Vec<_> = context.iter().map(|branch| (rank(branch), branch)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let best = match ranked.as_slice() {
            [(_, only)] => Some(*only),
            [(first, best), (second, _), ..] if first < second && !first.0 => Some(*best),
            _ => None,
        };
        match best {
            Some(branch) => {
                for inner in branch {
                    self.take(inner);
                }
            }
            None => {
                let finding = self.selector(context).unwrap_or_else(|| {
                    self.finding(Code::Schema, spot).arg("keyword", error.kind().keyword())
                });
                self.findings.push(finding);
            }
        }
    }

    /// The field that chooses between branches (`kind: book`), when none of them takes its value.
    fn selector(&self, context: &[Vec<ValidationError<'static>>]) -> Option<Finding> {
        let chosen = |branch: &'_ Vec<ValidationError<'static>>| -> Vec<(String, Vec<String>)> {
            let constant =
                |e: &&ValidationError<'_>| matches!(e.kind(), Kind::Constant { .. } | Kind::Enum { .. });
            let path = |e: &ValidationError<'_>| e.instance_path().as_str().to_owned();
            branch.iter().filter(constant).map(|e| (path(e), constants(e))).collect()
        };
        let mut branches = context.iter().map(chosen);
        let first = branches.next()?;
        let rest: Vec<Vec<(String, Vec<String>)>> = branches.collect();
        first.into_iter().find_map(|(path, mut allowed)| {
            for branch in &rest {
                let (_, more) = branch.iter().find(|(other, _)| *other == path)?;
                allowed.extend(more.iter().cloned());
            }
            Some(self.not_in_vocabulary(&self.spot(&path), allowed))
        })
    }

    fn unknown(&mut self, spot: &Spot<'a>, mapping: &str, unexpected: &[String], unevaluated: bool) {
        // A mapping may have a great many keys, and each is asked for by every name of the schema.
        let present: HashMap<&str, Span> =
            spot.node.entries().iter().map(|entry| (entry.key.as_str(), entry.key_span)).collect();
        let free = |name: &str| !present.contains_key(name);
        let place = self.places.get(spot.place);
        for key in unexpected {
            let meant = place.and_then(|place| meant(place, key, &free)).map(str::to_owned);
            let span = present.get(key.as_str()).copied().unwrap_or(spot.node.span);
            let finding = Finding::new(Code::UnknownField, self.path, Some(span))
                .field(join(&spot.field, key))
                .arg("name", key)
                .suggest(meant.clone())
                .fix(place.and_then(|place| only_one(place, key, &free)).map(|to| Fix {
                    span,
                    text: to.to_owned(),
                    from: key.to_owned(),
                    to: to.to_owned(),
                }));
            let doubtful =
                unevaluated && place.is_some_and(|place| place.names.iter().any(|names| names.key == *key));
            self.unknown.push(Unknown { mapping: mapping.to_owned(), finding, meant, doubtful });
        }
    }

    fn missing(&mut self, spot: &Spot<'a>, mapping: &str, name: &str) {
        let first = spot.node.entries().first().map(|entry| entry.key_span);
        let span = first.or(spot.key).unwrap_or(spot.node.span);
        let finding = Finding::new(Code::MissingField, self.path, Some(span))
            .field(join(&spot.field, name))
            .arg("name", name);
        self.missing.push(Missing { mapping: mapping.to_owned(), name: name.to_owned(), finding });
    }

    /// All findings: an unknown field that is a missing one misspelt is one finding, and a value of
    /// the wrong type says nothing else.
    pub(super) fn finish(self) -> Vec<Finding> {
        let Explainer { mut findings, mut unknown, missing, .. } = self;
        // Which of two keys for one field holds its value, only a person knows.
        let mut rivals: HashMap<(String, String), usize> = HashMap::new();
        let meaning = |u: &Unknown| u.meant.clone().map(|meant| (u.mapping.clone(), meant));
        for key in unknown.iter().filter_map(meaning) {
            *rivals.entry(key).or_default() += 1;
        }
        for u in &mut unknown {
            if meaning(u).is_some_and(|key| rivals.get(&key).is_some_and(|count| *count > 1)) {
                u.finding.fix = None;
            }
        }
        let certain = !findings.is_empty() || !missing.is_empty() || unknown.iter().any(|u| !u.doubtful);
        for missing in missing {
            if !rivals.contains_key(&(missing.mapping, missing.name)) {
                findings.push(missing.finding);
            }
        }
        findings.extend(unknown.into_iter().filter(|u| !(u.doubtful && certain)).map(|u| u.finding));
        let wrong: HashSet<String> =
            findings.iter().filter(|f| f.code == Code::WrongType).map(|f| f.field.clone()).collect();
        findings.retain(|f| {
            matches!(f.code, Code::WrongType | Code::UnknownField | Code::MissingField)
                || !wrong.contains(&f.field)
        });
        findings
    }
}

/// The field that an unknown key stands for: by any of its names, else by likeness.
fn meant<'p>(place: &'p Place, key: &str, free: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    let names = || place.names.iter().filter(|names| free(&names.key));
    if let Some(names) = names().find(|names| names.is(key)) {
        return Some(&names.key);
    }
    let words: Vec<(&str, &str)> = names()
        .flat_map(|names| {
            let own = [names.key.as_str(), names.zh.as_str(), names.en.as_str()];
            own.into_iter()
                .chain(names.aliases.iter().map(String::as_str))
                .map(|word| (word, names.key.as_str()))
        })
        .collect();
    let near = nearest(key, words.iter().map(|(word, _)| *word))?;
    words.iter().find(|(word, _)| *word == near).map(|(_, key)| *key)
}

/// The one field that an unknown key can stand for: a name that the schema declares, or the only key
/// that it is a slip of.
fn only_one<'p>(place: &'p Place, key: &str, free: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    let only = |fits: &dyn Fn(&Names) -> bool| {
        let mut fitting = place.names.iter().filter(|names| fits(names));
        fitting
            .next()
            .filter(|names| fitting.next().is_none() && free(&names.key))
            .map(|names| names.key.as_str())
    };
    only(&|names| names.is(key)).or_else(|| only(&|names| is_slip(key, &names.key)))
}

/// Another value in the place of a scalar, in the notation that the writer would choose.
fn change(node: &Node, to: &str) -> Option<Fix> {
    let scalar = node.scalar().filter(|scalar| scalar.style != Style::Block)?;
    let text = if to.bytes().all(|b| b.is_ascii_digit()) {
        to.to_owned()
    } else {
        write(&Tree::Map(vec![("x".to_owned(), to.into())])).strip_prefix("x: ")?.trim_end().to_owned()
    };
    Some(Fix { span: node.span, text, from: scalar.text.clone(), to: to.to_owned() })
}

fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

fn length(node: &Node) -> usize {
    node.text().unwrap_or_default().chars().count()
}

/// A value as a message quotes it: on one line, not too long.
pub(super) fn quote(node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    let shown = |c| match c {
        '\n' => '↵',
        c if char::is_control(c) => ' ',
        c => c,
    };
    let mut out: String = text.chars().take(QUOTED).map(shown).collect();
    if text.chars().nth(QUOTED).is_some() {
        out.push('…');
    }
    out
}

/// Allowed values on one line.
pub(super) fn list(values: &[String]) -> String {
    let mut out = values.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(" | ");
    if values.len() > SHOWN {
        out.push_str(" | …");
    }
    out
}

/// The constants that an error and the branches inside it would have taken.
pub(super) fn constants(error: &ValidationError<'_>) -> Vec<String> {
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match error.kind() {
        Kind::Constant { expected_value } => vec![plain(expected_value)],
        Kind::Enum { options } => {
            options.as_array().map(|o| o.iter().map(plain).collect()).unwrap_or_default()
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            context.iter().flatten().flat_map(constants).collect()
        }
        _ => Vec::new(),
    }
}

/// Full-width digits as ASCII ones.
fn digits(text: &str) -> String {
    let narrow = |c| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        c => c,
    };
    text.trim().chars().map(narrow).collect()
}

/// The whole number that a text holds in another notation: `010`, `２０１２`, `2012年`, `2012.0`.
fn whole(text: &str) -> Option<String> {
    let narrow = digits(text.trim().trim_end_matches(['年', '届', '名', '个']));
    let digits = narrow.strip_suffix(".0").unwrap_or(&narrow);
    let good = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
    good.then(|| digits.parse::<u64>().ok().map(|number| number.to_string())).flatten()
}

/// The date that a text holds in another notation: `2012年3月5日`, `2012/3/5`, `2012.03.05`.
fn date(text: &str) -> Option<String> {
    let rest: String = text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    if !matches!(rest.as_str(), "年月" | "年月日" | "//" | ".." | "--") {
        return None;
    }
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || parts.next()?.parse::<u32>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let good = (1000..=9999).contains(&year) && (1..=last).contains(&day);
    good.then(|| format!("{year}-{month:02}-{day:02}"))
}
