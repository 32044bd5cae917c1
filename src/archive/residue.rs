//! What scraping, masking and converting left in the texts of records.
//!
//! The rules are data (`schemas/vocab/residue.yaml`); here is how they are read and run, and the one
//! rule that no pattern can say, quotation marks in pairs. Nothing is repaired here: a finding
//! carries what would mend it where the rule says that this is certain.

use super::Parsed;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Fix;
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::TextValue;
use crate::yaml::Node;
use crate::yaml::Style;
use crate::yaml::source_spans;
use regex::Regex;
use regex::RegexSet;
use std::collections::BTreeMap;
use std::path::Path;

const KEYS: &[&str] = &["key", "code", "pattern", "boilerplate", "fix", "drop", "example", "origin"];
/// How many characters of the text a message quotes.
const QUOTED: usize = 30;
/// Nobody reads more findings of one text, and a text of nothing but masks has as many.
const MOST: usize = 200;

/// The rules, ready to run.
#[derive(Debug, Default)]
pub struct Residue {
    /// One pass that says which rules have anything to say of a text.
    set: RegexSet,
    rules: Vec<Rule>,
    /// Opening and closing marks that come in pairs.
    quotes: Vec<(char, char)>,
}

#[derive(Debug)]
struct Rule {
    code: Code,
    pattern: Regex,
    repair: Repair,
    /// Whole lines, so only where a text has several.
    lines: bool,
}

#[derive(Debug)]
enum Repair {
    /// Only a person knows.
    None,
    Text(String),
    Table(BTreeMap<String, String>),
    DropLine,
}

/// One piece of residue in one text.
struct Hit {
    code: Code,
    span: Span,
    /// What to write in its place; `None` where only a person knows.
    to: Option<String>,
    line: bool,
}

impl Residue {
    /// Reads the rules from `residue.yaml`; those that name boilerplate take its lines from
    /// `boilerplate.yaml`. What is wrong with a rule goes to `findings`.
    pub fn read(
        root: &Node,
        path: &Path,
        boilerplate: Option<&Node>,
        findings: &mut Vec<Finding>,
    ) -> Residue {
        let mut rules = Vec::new();
        for item in root.get("rules").map(Node::items).unwrap_or_default() {
            rules.extend(rule(item, path, boilerplate, findings));
        }
        let quotes = root.get("quotes").map(Node::items).unwrap_or_default();
        let pair = |node: &Node| {
            let mut marks = node.text()?.chars();
            Some((marks.next()?, marks.next()?))
        };
        let set = RegexSet::new(rules.iter().map(|rule| loose(&rule.pattern))).unwrap_or_else(|error| {
            findings.push(unusable(path, root, "rules", error));
            RegexSet::empty()
        });
        Residue { set, rules, quotes: quotes.iter().filter_map(pair).collect() }
    }

    /// Everything in a record's texts that a rule knows, in order of place. `source` is the text of
    /// the record's file.
    pub fn check(&self, record: &Parsed<'_>, source: &str, findings: &mut Vec<Finding>) {
        let mut found = Vec::new();
        for value in record.kind.texts(record.root) {
            let hits = self.scan(value.text);
            if hits.is_empty() {
                continue;
            }
            let field = field(&value);
            let spans: Vec<Span> = hits.iter().map(|hit| hit.span).collect();
            let places = source_spans(source, value.node, &spans);
            for (hit, place) in hits.iter().zip(places) {
                found.push(
                    Finding::new(hit.code, record.path, Some(place))
                        .field(&field)
                        .arg("value", quote(value.text, hit.span))
                        .arg("context", context(value.text, hit.span))
                        .fix(fix(source, &value, hit, place)),
                );
            }
        }
        found.sort();
        findings.append(&mut found);
    }

    /// The residue in one text. Of two rules that mean the same characters the first counts.
    fn scan(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let many = text.trim_end().contains('\n');
        for rule in self.set.matches(text).iter().filter_map(|at| self.rules.get(at)) {
            if rule.lines && !many {
                continue;
            }
            let mut at = 0;
            let mut count = 0;
            while let Some(found) = rule.pattern.captures_at(text, at) {
                let Some(whole) = found.get(0) else { break };
                let here = found.iter().skip(1).flatten().next().unwrap_or(whole);
                // What follows a finding may be the context of the next one.
                let next = if here.is_empty() { whole.end() + 1 } else { here.end() };
                at = (next..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len() + 1);
                let span = Span::new(here.start(), here.end());
                if !hits.iter().any(|hit| hit.span.start < span.end && span.start < hit.span.end) {
                    hits.push(Hit {
                        code: rule.code,
                        span,
                        to: rule.repair.of(here.as_str()),
                        line: matches!(rule.repair, Repair::DropLine),
                    });
                }
                count += 1;
                if at > text.len() || count == MOST {
                    break;
                }
            }
        }
        for (open, close) in &self.quotes {
            halves(text, *open, *close, &mut hits);
        }
        hits.sort_by_key(|hit| hit.span);
        hits
    }
}

impl Repair {
    fn of(&self, found: &str) -> Option<String> {
        match self {
            Repair::None => None,
            Repair::Text(text) => Some(text.clone()),
            Repair::Table(table) => table.get(found).cloned(),
            Repair::DropLine => Some(String::new()),
        }
    }
}

/// Marks without a partner. An opening mark where a closing one was meant leaves two open; only the
/// second of them is wrong. A quotation of several paragraphs may open in each and close in the last.
fn halves(text: &str, open: char, close: char, hits: &mut Vec<Hit>) {
    let mut stack: Vec<usize> = Vec::new();
    let mut alone: Vec<(usize, char)> = Vec::new();
    for (at, c) in text.char_indices() {
        if c == open {
            stack.push(at);
        } else if c == close && stack.pop().is_none() {
            alone.push((at, close));
        } else if c == '\n' && !stack.is_empty() && text[at..].trim_start().starts_with(open) {
            stack.pop();
        }
    }
    alone.extend(stack.chunks(2).filter_map(|pair| pair.last()).map(|&at| (at, open)));
    hits.extend(alone.into_iter().take(MOST).map(|(at, mark)| Hit {
        code: Code::HalfQuote,
        span: Span::new(at, at + mark.len_utf8()),
        to: None,
        line: false,
    }));
}

/// The change to the file, where the rule has one and the notation takes it.
fn fix(source: &str, value: &TextValue<'_>, hit: &Hit, place: Span) -> Option<Fix> {
    let to = hit.to.clone()?;
    let scalar = value.node.scalar()?;
    let raw = source.get(value.node.span.start..value.node.span.end)?;
    if hit.line {
        if scalar.style != Style::Block {
            return None;
        }
        let start = source[..place.start].rfind('\n')? + 1;
        let end = source[place.end..].find('\n').map_or(source.len(), |at| place.end + at + 1);
        let first = value.text[..hit.span.start].rfind('\n').map_or(0, |at| at + 1);
        let last = value.text[hit.span.end..].find('\n').map_or(value.text.len(), |at| hit.span.end + at);
        let from = format!("{}\n", &value.text[first..last]);
        return Some(Fix { span: Span::new(start, end), text: to.clone(), from, to });
    }
    let text = match (scalar.style, raw.chars().next()) {
        (Style::Quoted, Some('\'')) => to.replace('\'', "''"),
        (Style::Quoted, _) => to.replace('\\', "\\\\").replace('"', "\\\""),
        _ => to.clone(),
    };
    Some(Fix { span: place, text, from: value.text.get(hit.span.start..hit.span.end)?.to_owned(), to })
}

/// A value's place as people write it, `sections[0].text`.
fn field(value: &TextValue<'_>) -> String {
    let Some(field) = value.field else { return value.label.clone() };
    match &field.list {
        Some(list) => {
            format!("{list}[{}]{}", value.item, field.path.strip_prefix(list.as_str()).unwrap_or(""))
        }
        None => field.path.clone(),
    }
}

/// What was found, as a message quotes it: invisible characters by number, not too long.
fn quote(text: &str, span: Span) -> String {
    let found = text.get(span.start..span.end).unwrap_or_default();
    let mut out = String::new();
    for c in found.chars().take(QUOTED) {
        match c {
            ' ' | '\u{3000}' => out.push('␣'),
            '\n' => out.push('↵'),
            c if c.is_whitespace() || c.is_control() || is_unseen(c) => {
                out.push_str(&format!("U+{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    if found.chars().nth(QUOTED).is_some() {
        out.push('…');
    }
    out
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}')
}

/// What was found with a few characters on either side, on one line.
fn context(text: &str, span: Span) -> String {
    let before: String = text[..span.start].chars().rev().take_while(|&c| c != '\n').take(6).collect();
    let after = text[span.end..].chars().take_while(|&c| c != '\n').take(6).collect::<String>();
    format!("{}{}{after}", before.chars().rev().collect::<String>(), quote(text, span))
}

/// One rule of the file.
fn rule(item: &Node, path: &Path, boilerplate: Option<&Node>, findings: &mut Vec<Finding>) -> Option<Rule> {
    for entry in item.entries() {
        if !KEYS.contains(&entry.key.as_str()) {
            let finding = Finding::new(Code::BadSettings, path, Some(entry.key_span));
            let finding = finding.field(format!("rules.{}", entry.key)).arg("detail", &entry.key);
            findings.push(finding.suggest(nearest(&entry.key, KEYS.iter().copied())));
            return None;
        }
    }
    let code = item.get("code").and_then(Node::text).and_then(Code::from_id);
    let Some(code) = code.filter(|code| code.is_residue()) else {
        let place = item.get("code").unwrap_or(item);
        findings.push(unusable(path, place, "rules.code", "code: AK0350 … AK0359"));
        return None;
    };
    let table = |node: &Node| {
        let pairs = node.entries().iter();
        pairs.filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned()))).collect()
    };
    let repair = match (item.get("drop").and_then(Node::text), item.get("fix")) {
        (Some("line"), None) => Repair::DropLine,
        (None, None) => Repair::None,
        (None, Some(fix)) => match fix.text() {
            Some(text) => Repair::Text(text.to_owned()),
            None => Repair::Table(table(fix)),
        },
        _ => {
            findings.push(unusable(path, item, "rules.drop", "drop: line"));
            return None;
        }
    };
    let (written, lines) = match (item.get("pattern"), item.get("boilerplate")) {
        (Some(pattern), None) => (pattern.text().unwrap_or_default().to_owned(), false),
        (None, Some(reasons)) => (whole_lines(reasons, boilerplate)?, true),
        _ => {
            findings.push(unusable(path, item, "rules.pattern", "pattern: …"));
            return None;
        }
    };
    match Regex::new(&written) {
        // A rule that fits nothing at all would be found everywhere.
        Ok(pattern) if !pattern.is_match("") => Some(Rule { code, pattern, repair, lines }),
        result => {
            let node = item.get("pattern").unwrap_or(item);
            let rule = if result.is_err() && (written.contains("(?=") || written.contains("(?<")) {
                "backtracks"
            } else {
                "syntax"
            };
            findings.push(
                Finding::new(Code::BadPattern, path, Some(node.span))
                    .field("rules.pattern")
                    .arg("name", &written)
                    .arg("rule", rule),
            );
            None
        }
    }
}

/// A pattern that fits wherever this one does and is cheap to run together with others: a word
/// border makes the engine step through Chinese character by character (200 times slower, measured),
/// and a bound as in `.{0,300}` makes an automaton of thousands of states.
fn loose(pattern: &Regex) -> String {
    let mut out = pattern.as_str().replace(r"\b", "");
    let mut from = 0;
    while let Some(open) = out[from..].find('{').map(|at| from + at) {
        let Some(close) = out[open..].find('}').map(|at| open + at) else { break };
        let inside = &out[open + 1..close];
        let bounds = inside.split_once(',').filter(|(least, most)| {
            let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            number(least) && number(most) && most.len() > 1
        });
        if let Some((least, _)) = bounds {
            let free = format!("{{{least},}}");
            out.replace_range(open..=close, &free);
        }
        from = open + 1;
    }
    out
}

/// One pattern for all lines of `boilerplate.yaml` that give one of these reasons.
fn whole_lines(reasons: &Node, boilerplate: Option<&Node>) -> Option<String> {
    let reasons: Vec<&str> = reasons.items().iter().filter_map(Node::text).collect();
    let mut lines = Vec::new();
    for item in boilerplate?.get("lines").map(Node::items).unwrap_or_default() {
        if !item.get("why").and_then(Node::text).is_some_and(|why| reasons.contains(&why)) {
            continue;
        }
        let text = |key| item.get(key).and_then(Node::text);
        if let Some(line) = text("line") {
            lines.push(regex::escape(line));
        } else if let Some(pattern) = text("pattern").filter(|pattern| Regex::new(pattern).is_ok()) {
            lines.push(format!("(?:{pattern})"));
        }
    }
    let joined = lines.join("|").replace("\\s", "[ \\t\\x{3000}]");
    (!lines.is_empty()).then(|| format!("(?m)^([ \\t\\x{{3000}}]*(?:{joined})[ \\t\\x{{3000}}]*)$"))
}

fn unusable(path: &Path, node: &Node, field: &str, detail: impl ToString) -> Finding {
    Finding::new(Code::BadSettings, path, Some(node.span)).field(field).arg("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_pattern_fits_wherever_the_exact_one_does() {
        let loose = |pattern: &str| loose(&Regex::new(pattern).expect("a pattern"));
        assert_eq!(loose(r"\bwww\.{0,300}x{2,4}\p{Han}{3}"), r"www\.{0,}x{2,4}\p{Han}{3}");
        assert_eq!(loose(r"a\{b{1,}"), r"a\{b{1,}");
    }

    #[test]
    fn quotation_marks_come_in_pairs() {
        let at = |text: &str| {
            let mut hits = Vec::new();
            halves(text, '“', '”', &mut hits);
            hits.iter().map(|hit| text[..hit.span.start].chars().count()).collect::<Vec<_>>()
        };
        assert_eq!(at("“甲“乙”丙”“丁”"), [0; 0]);
        assert_eq!(at("“甲“和“乙”"), [2]);
        assert_eq!(at("甲”和"), [1]);
        assert_eq!(at("修改为:“甲。\n\n“乙。\n“丙。”"), [0; 0]);
        assert_eq!(at("“甲。\n乙。"), [0]);
    }
}
