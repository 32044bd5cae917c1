//! The rules that no schema can say, because they look across records.
//!
//! They work on records that were read and checked before; what is missing or of the wrong type in
//! one of them is somebody else's finding and is passed over here.

use super::is_inside;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::Kind;
use crate::yaml::Node;
use crate::yaml::Style;
use crate::yaml::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// A record that was read, with its kind.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'a> {
    /// The file, relative to the archive's root.
    pub path: &'a Path,
    /// What kind of record it is.
    pub kind: &'a Kind,
    /// The document.
    pub root: &'a Node,
}

/// Runs all cross-record rules. `programmes` is the vocabulary of programmes with the totals they
/// declare; `file_exists` answers for a path relative to the archive's root.
///
/// The order of `records` does not matter: the first of two is the one whose path sorts first.
pub fn check_all(
    records: &[Parsed<'_>],
    programmes: Option<(&Path, &Node)>,
    file_exists: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) {
    let mut records: Vec<Parsed<'_>> = records.to_vec();
    records.sort_by_key(|record| record.path);
    let mut found = Vec::new();
    ids(&records, &mut found);
    records.iter().for_each(|record| escapes(record.path, record.root, &mut found));
    links(&records, file_exists, &mut found);
    super::place_rules::places(&records, &mut found);
    let programmes = Programmes::read(programmes);
    let entries: Vec<Entry<'_>> = records.iter().flat_map(|record| entries(record, &programmes)).collect();
    levels(&entries, &mut found);
    // An entry whose level is no level is a finding of its own. Until it is mended, that something
    // is missing from its list follows from it and would only bury it.
    let unsettled: BTreeSet<List> = entries.iter().filter(|e| !e.settled).map(|e| e.list.clone()).collect();
    let entries: Vec<Entry<'_>> = entries.into_iter().filter(|e| !unsettled.contains(&e.list)).collect();
    ranks(&entries, &mut found);
    programmes.totals(&entries, &mut found);
    found.sort();
    findings.append(&mut found);
}

impl<'a> Parsed<'a> {
    /// The record's id, where it has one.
    fn id(&self) -> Option<&'a Node> {
        self.root.get(&self.kind.key).filter(|node| !node.is_null() && node.text().is_some())
    }
}

/// A control character that stands in the file as an escape (`"\x1b"`): the reader finds those that stand
/// there as they are.
fn escapes(path: &Path, node: &Node, findings: &mut Vec<Finding>) {
    let hidden = |text: &str| text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    let mut tell = |text: &str, span: Span| {
        if let Some(c) = hidden(text) {
            let name = format!("U+{:04X}", u32::from(c));
            findings.push(Finding::new(Code::ControlCharacter, path, Some(span)).arg("name", name));
        }
    };
    if let Some(scalar) = node.scalar().filter(|scalar| scalar.style == Style::Quoted) {
        tell(&scalar.text, node.span);
    }
    for entry in node.entries() {
        tell(&entry.key, entry.key_span);
    }
    let inner = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    inner.for_each(|node| escapes(path, node, findings));
}

/// Ids are unique within a kind, and a file is called by its record's id.
fn ids(records: &[Parsed<'_>], findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<(&str, String), (&Path, Span)> = BTreeMap::new();
    for record in records {
        let Some((node, id)) = record.id().and_then(|node| Some((node, node.text()?))) else { continue };
        // File systems that ignore letter case could not hold both.
        let key = (record.kind.name.as_str(), id.to_lowercase());
        match first.get(&key) {
            Some((path, span)) => findings.push(
                Finding::new(Code::DuplicateId, record.path, Some(node.span))
                    .field(&record.kind.key)
                    .arg("name", id)
                    .related(*path, *span),
            ),
            None => {
                first.insert(key, (record.path, node.span));
            }
        }
        let stem = record.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem != id {
            findings.push(
                Finding::new(Code::FileName, record.path, Some(node.span))
                    .field(&record.kind.key)
                    .arg("name", stem)
                    .arg("value", id),
            );
        }
    }
}

/// Links lead to records of their kind, or to files of the archive.
fn links(records: &[Parsed<'_>], file_exists: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in records {
        ids.entry(&record.kind.name).or_default().extend(record.id().and_then(Node::text));
    }
    for list in ids.values_mut() {
        list.sort_unstable();
    }
    for record in records {
        for field in &record.kind.fields {
            let Some(link) = field.link.as_deref() else { continue };
            for (place, node) in values(record.root, &field.path) {
                let Some(value) = node.text().filter(|_| !node.is_null()) else { continue };
                let rule = if link == "file" {
                    if !stays_inside(value) {
                        "outside"
                    } else if file_exists(value) {
                        continue;
                    } else {
                        "file"
                    }
                } else if ids.get(link).is_some_and(|ids| ids.binary_search(&value).is_ok()) {
                    continue;
                } else {
                    "record"
                };
                let near = match rule {
                    "record" => nearest(value, ids.get(link).into_iter().flatten().copied()),
                    _ => None,
                };
                findings.push(
                    Finding::new(Code::DanglingLink, record.path, Some(node.span))
                        .field(&place)
                        .arg("rule", rule)
                        .arg("name", &place)
                        .arg("value", value)
                        .arg("kind", link)
                        .suggest(near),
                );
            }
        }
    }
}

/// Whether a path stays in the archive on every system: `C:\x` and `..\x` are ordinary names here
/// and ways out elsewhere.
fn stays_inside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    !drive && !path.contains('\\') && is_inside(Path::new(path))
}

/// One entry of a list (`awards`) in one record.
struct Entry<'a> {
    record: Parsed<'a>,
    /// The list: programme, edition, and the year where there is no edition.
    list: List,
    level: Option<String>,
    level_node: Option<&'a Node>,
    rank: Option<(i64, &'a Node)>,
    /// Whether the level is one of the vocabulary's.
    settled: bool,
    field: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct List {
    programme: String,
    edition: Option<i64>,
    year: Option<i64>,
}

impl List {
    /// The list in words that need no language.
    fn name(&self, level: Option<&str>) -> String {
        let mut parts = vec![self.programme.clone()];
        parts.extend(self.edition.map(|edition| format!("#{edition}")));
        parts.extend(self.year.map(|year| year.to_string()));
        parts.extend(level.map(str::to_owned));
        parts.join(" ")
    }
}

fn entries<'a>(record: &Parsed<'a>, programmes: &Programmes<'_>) -> Vec<Entry<'a>> {
    let mut out = Vec::new();
    for register in &record.kind.registers {
        for (field, list) in values(record.root, register) {
            let level_field = record.kind.field(&format!("{register}.level"));
            let Some(programme) = list.get("programme").and_then(Node::text) else { continue };
            let edition = list.get("edition").and_then(Node::integer);
            let level_node = list.get("level").filter(|node| !node.is_null());
            let level = level_node.and_then(Node::text);
            let level = level.map(|level| level_field.map_or(level, |field| field.value(level)).to_owned());
            let vocabulary = level_field.and_then(|field| field.vocabulary.as_ref());
            let settled = match (&level, vocabulary) {
                (Some(level), Some(vocabulary)) => vocabulary.terms.iter().any(|term| term.value == *level),
                _ => true,
            };
            let rank = list.get("rank").and_then(|node| Some((node.integer()?, node)));
            let year = match edition {
                Some(_) => None,
                None => list.get("year").and_then(Node::integer),
            };
            let list = List { programme: programmes.name(programme).to_owned(), edition, year };
            out.push(Entry { record: *record, list, level, level_node, rank, settled, field });
        }
    }
    out
}

/// A rank, where it stands, and the entry that has it.
type Ranked<'e, 'a> = (i64, &'a Node, &'e Entry<'a>);

/// Ranks of one level of one list run from 1 without gap or repeat.
fn ranks<'a>(entries: &[Entry<'a>], findings: &mut Vec<Finding>) {
    let mut groups: BTreeMap<(&List, Option<&str>), Vec<Ranked<'_, 'a>>> = BTreeMap::new();
    for entry in entries {
        if let Some((rank, node)) = entry.rank {
            groups.entry((&entry.list, entry.level.as_deref())).or_default().push((rank, node, entry));
        }
    }
    for ((list, level), mut ranked) in groups {
        // Stable, so that of two equal ranks the one in the first file is the first.
        ranked.sort_by_key(|(rank, ..)| *rank);
        let mut last: Option<Ranked<'_, 'a>> = None;
        for (rank, node, entry) in ranked {
            let finding = || {
                Finding::new(Code::RankGap, entry.record.path, Some(node.span))
                    .field(format!("{}.rank", entry.field))
                    .arg("value", rank)
                    .arg("list", list.name(level))
            };
            let before = last.map_or(0, |(rank, ..)| rank);
            if let Some((_, first, other)) = last.filter(|_| before == rank) {
                let id = other.record.id().and_then(Node::text).unwrap_or_default();
                findings.push(
                    finding().arg("rule", "repeat").arg("other", id).related(other.record.path, first.span),
                );
            } else if rank > before + 1 {
                let missing = match (before + 1, rank - 1) {
                    (from, to) if from == to => from.to_string(),
                    (from, to) => format!("{from}–{to}"),
                };
                findings.push(finding().arg("rule", "gap").arg("missing", missing));
            }
            last = Some((rank, node, entry)).filter(|_| before != rank).or(last);
        }
    }
}

/// A record stands in one level of a list.
fn levels(entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<(&Path, &List), (&str, &Node)> = BTreeMap::new();
    for entry in entries {
        let (Some(level), Some(node)) = (entry.level.as_deref(), entry.level_node) else { continue };
        let path = entry.record.path;
        match first.get(&(path, &entry.list)) {
            Some((other, _)) if *other == level => {}
            Some((other, other_node)) => findings.push(
                Finding::new(Code::TwoLevels, path, Some(node.span))
                    .field(format!("{}.level", entry.field))
                    .arg("value", level)
                    .arg("other", other)
                    .arg("list", entry.list.name(None))
                    .related(path, other_node.span),
            ),
            None => {
                first.insert((path, &entry.list), (level, node));
            }
        }
    }
}

/// The vocabulary of programmes: `{name, aliases, editions: {1: {year, levels: {…: total}}}}` each.
struct Programmes<'a> {
    path: &'a Path,
    items: &'a [Node],
}

impl<'a> Programmes<'a> {
    fn read(file: Option<(&'a Path, &'a Node)>) -> Self {
        let Some((path, root)) = file else { return Programmes { path: Path::new(""), items: &[] } };
        let items = root.get("programmes").unwrap_or(root).items();
        Programmes { path, items }
    }

    /// The name that a word means: itself, unless it is an alias.
    fn name<'w>(&self, word: &'w str) -> &'w str
    where
        'a: 'w,
    {
        let means = |item: &&'a Node| {
            let aliases = item.get("aliases").map(Node::items).unwrap_or_default();
            aliases.iter().any(|alias| alias.text() == Some(word))
        };
        self.items.iter().find(means).and_then(|item| item.get("name")?.text()).unwrap_or(word)
    }

    /// Declared totals against what the records hold. An edition of which nothing is held yet is
    /// not short of anything.
    fn totals(&self, entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
        for item in self.items {
            let Some(name) = item.get("name").and_then(Node::text) else { continue };
            for edition in item.get("editions").map(Node::entries).unwrap_or_default() {
                let number = edition.key.parse::<i64>().ok();
                let held: Vec<&Entry<'_>> = entries
                    .iter()
                    .filter(|entry| entry.list.programme == name && entry.list.edition == number)
                    .collect();
                if held.is_empty() || number.is_none() {
                    continue;
                }
                for level in edition.value.get("levels").map(Node::entries).unwrap_or_default() {
                    let Some(declared) = level.value.integer() else { continue };
                    let listed =
                        held.iter().filter(|e| e.level.as_deref() == Some(level.key.as_str())).count();
                    if i64::try_from(listed).ok() == Some(declared) {
                        continue;
                    }
                    findings.push(
                        Finding::new(Code::DeclaredTotal, self.path, Some(level.value.span))
                            .field(format!("editions.{}.levels.{}", edition.key, level.key))
                            .arg("name", name)
                            .arg("edition", &edition.key)
                            .arg("level", &level.key)
                            .arg("declared", declared)
                            .arg("listed", listed),
                    );
                }
            }
        }
    }
}

/// The values at a path of keys, through all lists on the way and at its end, each with its place.
fn values<'n>(root: &'n Node, path: &str) -> Vec<(String, &'n Node)> {
    let mut found = vec![(String::new(), root)];
    for key in path.split('.') {
        let mut next = Vec::new();
        for (place, node) in found {
            let Some(value) = node.get(key) else { continue };
            let place = if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            match &value.value {
                Value::List(items) => {
                    next.extend(items.iter().enumerate().map(|(at, item)| (format!("{place}[{at}]"), item)));
                }
                _ => next.push((place, value)),
            }
        }
        found = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::References;
    use crate::yaml::read;

    const SCHEMA: &str = "
x-anku: {key: id}
properties:
  id: {type: string}
  next: {type: string, x-anku: {link: case}}
  file: {type: string, x-anku: {link: file}}
  awards:
    type: array
    x-anku: {register: true}
    items:
      properties:
        programme: {type: string}
        edition: {type: integer}
        level: {type: string}
        rank: {type: integer}
";

    fn run(records: &[(&str, &str)], programmes: Option<&str>) -> Vec<String> {
        let mut findings = Vec::new();
        let schema = read(SCHEMA).root.expect("a schema");
        let kind = Kind::read("case", schema, Path::new("case.yaml"), &References::new(), &mut findings);
        assert_eq!(findings, []);
        let roots: Vec<Node> = records.iter().map(|(_, text)| read(text).root.expect("a record")).collect();
        let parsed: Vec<Parsed<'_>> = records
            .iter()
            .zip(&roots)
            .map(|((path, _), root)| Parsed { path: Path::new(path), kind: &kind, root })
            .collect();
        let list = programmes.map(|text| read(text).root.expect("programmes"));
        let programmes = list.as_ref().map(|node| (Path::new("programmes.yaml"), node));
        check_all(&parsed, programmes, &|path| path == "files/x.pdf", &mut findings);
        let mut backwards = Vec::new();
        let reversed: Vec<Parsed<'_>> = parsed.iter().rev().copied().collect();
        check_all(&reversed, programmes, &|path| path == "files/x.pdf", &mut backwards);
        assert_eq!(findings, backwards, "the order of records matters");
        let say = |finding: &Finding| {
            let args: Vec<(&str, &str)> = finding.args.iter().map(|(k, v)| (*k, v.as_str())).collect();
            let said = crate::locale::Lang::En.say(finding.code.id(), &args);
            format!("{} {} {said}", finding.path.display(), finding.field)
        };
        findings.iter().map(say).collect()
    }

    #[test]
    fn ids_and_file_names() {
        let found =
            run(&[("b/a1.yaml", "id: a1\n"), ("a/A1.yaml", "id: A1\n"), ("c/x.yaml", "id: a3\n")], None);
        assert_eq!(
            found,
            [
                "b/a1.yaml id id \"a1\" belongs to another record too",
                "c/x.yaml id the file is called \"x\" but the id is \"a3\": they must agree"
            ]
        );
    }

    #[test]
    fn links_lead_somewhere() {
        for (good, text) in [
            (true, "next: a1"),
            (false, "next: a2"),
            (true, "file: files/x.pdf"),
            (false, "file: files/y.pdf"),
            (false, "file: ../x.pdf"),
            (false, "file: files/../../x.pdf"),
            (false, "file: /etc/passwd"),
            (false, "file: 'C:\\x.pdf'"),
            (false, "file: '..\\x.pdf'"),
        ] {
            let found = run(&[("a1.yaml", &format!("id: a1\n{text}\n"))], None);
            assert_eq!(found.is_empty(), good, "{text}: {found:?}");
        }
    }

    #[test]
    fn ranks_levels_and_totals() {
        let award = |id: &str, rest: &str| {
            format!("id: {id}\nawards:\n  - {{programme: 创新, edition: 1, {rest}}}\n")
        };
        let (a, b, c) = (
            award("a", "level: 佳, rank: 1"),
            award("b", "level: 佳, rank: 1"),
            award("c", "level: 佳, rank: 4"),
        );
        let two = award("d", "level: 优, rank: 1") + "  - {programme: 创新案例, edition: 1, level: 佳}\n";
        let records = [("a.yaml", &*a), ("b.yaml", &*b), ("c.yaml", &*c), ("d.yaml", &*two)];
        let list = "- {name: 创新, aliases: [创新案例], editions: {1: {levels: {佳: 4, 优: 2}}, 2: {levels: {佳: 9}}}}\n";
        assert_eq!(
            run(&records, Some(list)),
            [
                "b.yaml awards[0].rank ranks repeat: 1 is already taken by a (\"创新 #1 佳\")",
                "c.yaml awards[0].rank ranks have a gap: 2–3 missing before 4 (\"创新 #1 佳\")",
                "d.yaml awards[1].level both \"优\" and \"佳\" in one edition (\"创新 #1\")",
                "programmes.yaml editions.1.levels.优 \"创新\", edition 1: \"优\" declares 2 entries, 1 are recorded",
            ]
        );
    }
}
