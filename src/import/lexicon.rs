//! Owns the words that steer an import: roles, levels, boilerplate lines, programmes, as read from an archive's vocabularies.
//! Must not know where those files lie, nor the documents.

use regex::{Regex, RegexSet};
use rustc_hash::FxHashMap;

use super::grid::Columns;
use crate::yaml::Node;

/// A line of boilerplate.
struct LineRule {
    test: Test,
    why: String,
    page: bool,
}

enum Test {
    Whole(String),
    Start(String),
    End(String),
    Pattern(Regex),
}

/// Why a line is boilerplate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The reason's key.
    pub why: String,
    /// A header or footer of a page: the sentence around it goes on.
    pub page: bool,
}

/// A call for cases with its editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Its name in records.
    pub name: String,
    /// Other names in documents.
    pub aliases: Vec<String>,
    /// Number and year of each edition.
    pub editions: Vec<(i64, i64)>,
}

/// What an import must know about words.
pub struct Lexicon {
    /// Phrase and role, the longest phrase first.
    roles: Vec<(String, String)>,
    /// The phrases by their first and by their last character: every line is asked for its role.
    by_first: FxHashMap<char, Vec<usize>>,
    by_last: FxHashMap<char, Vec<usize>>,
    /// Phrase and level, the longest phrase first.
    levels: Vec<(String, String)>,
    lines: Vec<LineRule>,
    /// All patterns of the lines at once: nearly every line is none of them.
    any_line: RegexSet,
    parts: Vec<Regex>,
    any_part: RegexSet,
    generic: Vec<String>,
    official: Vec<String>,
    starts: Vec<(String, String)>,
    ends: Vec<(String, String)>,
    programmes: Vec<Programme>,
    /// What the columns of tables stand for.
    pub(super) columns: Columns,
}

/// A line longer than this is text, whatever it begins with.
const LINE_LIMIT: usize = 300;

impl Lexicon {
    /// Reads the four vocabularies.
    ///
    /// # Errors
    /// The place and reason of what cannot be understood in them.
    pub fn read(
        roles: &Node,
        levels: &Node,
        boilerplate: &Node,
        programmes: &Node,
    ) -> Result<Lexicon, String> {
        let (starts, ends) = cues(boilerplate);
        let (lines, parts) = (lines(boilerplate)?, parts(boilerplate)?);
        let patterns = lines.iter().filter_map(|rule| match &rule.test {
            Test::Pattern(pattern) => Some(pattern),
            _ => None,
        });
        let roles = terms(roles);
        let mut by_first: FxHashMap<char, Vec<usize>> = FxHashMap::default();
        let mut by_last: FxHashMap<char, Vec<usize>> = FxHashMap::default();
        for (place, (phrase, _)) in roles.iter().enumerate() {
            phrase.chars().next().into_iter().for_each(|c| by_first.entry(c).or_default().push(place));
            phrase.chars().next_back().into_iter().for_each(|c| by_last.entry(c).or_default().push(place));
        }
        Ok(Lexicon {
            any_line: set(patterns)?,
            any_part: set(parts.iter())?,
            roles,
            by_first,
            by_last,
            levels: terms(levels),
            lines,
            parts,
            generic: by_length(texts(boilerplate, "generic")),
            official: texts(boilerplate, "official"),
            starts,
            ends,
            programmes: programmes_of(programmes)?,
            columns: Columns::default(),
        })
    }

    /// The same words, with what the columns of tables stand for.
    pub fn with_columns(self, columns: Columns) -> Lexicon {
        Lexicon { columns, ..self }
    }

    /// Whether a trimmed line is boilerplate.
    pub fn boilerplate(&self, line: &str) -> Option<Why> {
        if line.chars().count() > LINE_LIMIT {
            return None;
        }
        let any = self.any_line.is_match(line);
        let rule = self.lines.iter().find(|rule| match &rule.test {
            Test::Whole(text) => line == text,
            Test::Start(text) => line.starts_with(text.as_str()),
            Test::End(text) => line.ends_with(text.as_str()),
            Test::Pattern(pattern) => any && pattern.is_match(line),
        })?;
        Some(Why { why: rule.why.clone(), page: rule.page })
    }

    /// The mark of a part that a line begins with: its number as written and the mark's length.
    pub fn part_mark<'t>(&self, line: &'t str) -> Option<(&'t str, usize)> {
        if !self.any_part.is_match(line) {
            return None;
        }
        self.parts.iter().find_map(|pattern| {
            let found = pattern.captures(line)?;
            let number = found.get(1)?.as_str();
            Some((number, found.get(0)?.end()))
        })
    }

    /// The role of the longest phrase that a text begins with, and the phrase's length.
    pub fn role_at(&self, text: &str) -> Option<(&str, usize)> {
        let places = self.by_first.get(&text.chars().next()?)?;
        let mut all = places.iter().filter_map(|place| self.roles.get(*place));
        all.find(|(phrase, _)| text.starts_with(phrase.as_str()))
            .map(|(phrase, role)| (role.as_str(), phrase.len()))
    }

    /// The role of the longest phrase that a text ends with.
    pub fn role_ending(&self, text: &str) -> Option<&str> {
        let places = self.by_last.get(&text.chars().next_back()?)?;
        let mut all = places.iter().filter_map(|place| self.roles.get(*place));
        all.find(|(phrase, _)| text.ends_with(phrase.as_str())).map(|(_, role)| role.as_str())
    }

    /// The role that a heading's first verb or last phrase speaks for.
    pub fn role_by_cue(&self, heading: &str) -> Option<&str> {
        let end = self.ends.iter().find(|(word, _)| heading.ends_with(word.as_str()));
        let start = || self.starts.iter().find(|(word, _)| heading.starts_with(word.as_str()));
        end.or_else(start).map(|(_, role)| role.as_str())
    }

    /// Names of levels, the longest first, each with its value.
    pub fn levels(&self) -> &[(String, String)] {
        &self.levels
    }

    /// Whether a title is made of nothing but words that any title could have.
    pub fn is_generic(&self, title: &str) -> bool {
        let mut rest = title;
        while let Some(c) = rest.chars().next() {
            let filler = !c.is_alphabetic() || HAN_NUMBERS.contains(c);
            if let Some(word) = self.generic.iter().find(|w| rest.starts_with(w.as_str())) {
                rest = &rest[word.len()..];
            } else if filler || c == '第' || c == '届' {
                rest = &rest[c.len_utf8()..];
            } else {
                return false;
            }
        }
        true
    }

    /// Whether a title is that of a regulation, a decision, a notice; what stands in brackets behind it left out.
    pub fn is_official(&self, title: &str) -> bool {
        let bare = match (title.ends_with([')', '）', '〉', '》']), title.rfind(['(', '（'])) {
            (true, Some(open)) => title[..open].trim_end(),
            _ => title,
        };
        self.official.iter().any(|end| bare.ends_with(end.as_str()))
    }

    /// The programme whose name or alias stands in a text.
    pub fn programme_in(&self, text: &str) -> Option<&Programme> {
        let names = |p: &Programme| {
            let all = p.aliases.iter().chain([&p.name]);
            all.filter(|name| text.contains(name.as_str())).map(String::len).max()
        };
        self.programmes
            .iter()
            .filter_map(|p| Some((names(p)?, p)))
            .max_by_key(|(len, _)| *len)
            .map(|(_, p)| p)
    }
}

const HAN_NUMBERS: &str = "〇一二三四五六七八九十百";

impl Programme {
    /// The year of an edition.
    pub fn year(&self, edition: i64) -> Option<i64> {
        let found = self.editions.iter().find(|(number, _)| *number == edition)?;
        Some(found.1)
    }
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let list = node.get(key).map(Node::items).unwrap_or_default();
    list.iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn by_length(mut words: Vec<String>) -> Vec<String> {
    words.retain(|word| !word.is_empty());
    words.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    words
}

/// Every name of a vocabulary's values, the longest first.
fn terms(node: &Node) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for item in node.get("oneOf").map(Node::items).unwrap_or_default() {
        let Some(value) = item.get("const").and_then(Node::text) else {
            continue;
        };
        let title = item.get("title").and_then(Node::text).map(str::to_owned);
        let aliases = item.get("x-anku").map(|a| texts(a, "aliases")).unwrap_or_default();
        // A value written in Latin letters is for files, not for headings.
        let own = (!value.is_ascii()).then(|| value.to_owned());
        for name in aliases.into_iter().chain(title).chain(own) {
            if !name.is_empty() && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, value.to_owned()));
            }
        }
    }
    found.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
    found
}

fn lines(node: &Node) -> Result<Vec<LineRule>, String> {
    let mut rules = Vec::new();
    for item in node.get("lines").map(Node::items).unwrap_or_default() {
        let get = |key| item.get(key).and_then(Node::text).map(str::to_owned);
        let test = if let Some(text) = get("line") {
            Test::Whole(text)
        } else if let Some(text) = get("start") {
            Test::Start(text)
        } else if let Some(text) = get("end") {
            Test::End(text)
        } else if let Some(text) = get("pattern") {
            Test::Pattern(pattern(&format!("^(?:{text})$"), &text)?)
        } else {
            return Err("boilerplate.yaml: a line needs line, start, end or pattern".to_owned());
        };
        let why = get("why").ok_or_else(|| "boilerplate.yaml: a line needs why".to_owned())?;
        let page = item.get("page").and_then(Node::boolean).unwrap_or(false);
        rules.push(LineRule { test, why, page });
    }
    Ok(rules)
}

fn parts(node: &Node) -> Result<Vec<Regex>, String> {
    let list = texts(node, "parts");
    list.iter().map(|text| pattern(&format!("^(?:{text})"), text)).collect()
}

fn set<'r>(patterns: impl Iterator<Item = &'r Regex>) -> Result<RegexSet, String> {
    RegexSet::new(patterns.map(Regex::as_str)).map_err(|error| format!("boilerplate.yaml: {error}"))
}

fn pattern(whole: &str, shown: &str) -> Result<Regex, String> {
    Regex::new(whole).map_err(|error| format!("boilerplate.yaml: {shown}: {error}"))
}

type Cues = Vec<(String, String)>;

fn cues(node: &Node) -> (Cues, Cues) {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for item in node.get("cues").map(Node::items).unwrap_or_default() {
        let Some(role) = item.get("role").and_then(Node::text) else {
            continue;
        };
        starts.extend(texts(item, "starts").into_iter().map(|w| (w, role.to_owned())));
        ends.extend(texts(item, "ends").into_iter().map(|w| (w, role.to_owned())));
    }
    (starts, ends)
}

fn programmes_of(node: &Node) -> Result<Vec<Programme>, String> {
    let mut all = Vec::new();
    for item in node.get("programmes").map(Node::items).unwrap_or_default() {
        let name = item.get("name").and_then(Node::text);
        let name = name.ok_or_else(|| "programmes.yaml: a programme needs a name".to_owned())?;
        let mut editions = Vec::new();
        for entry in item.get("editions").map(Node::entries).unwrap_or_default() {
            let number = entry.key.parse::<i64>();
            let number = number.map_err(|_| format!("programmes.yaml: edition {}", entry.key))?;
            if let Some(year) = entry.value.get("year").and_then(Node::integer) {
                editions.push((number, year));
            }
        }
        all.push(Programme { name: name.to_owned(), aliases: texts(item, "aliases"), editions });
    }
    Ok(all)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::import::grid::ColumnsError;
    use crate::schema::Kind;

    /// The lexicon as shipped.
    pub(crate) fn shipped() -> Lexicon {
        let read = |text: &str| crate::yaml::read(text).root.unwrap();
        Lexicon::read(
            &read(include_str!("../../schemas/vocab/section-roles.yaml")),
            &read(include_str!("../../schemas/vocab/levels.yaml")),
            &read(include_str!("../../schemas/vocab/boilerplate.yaml")),
            &read(include_str!("../../schemas/vocab/programmes.yaml")),
        )
        .unwrap()
        .with_columns(columns(&[]).unwrap())
    }

    /// The columns of the shipped kind, after those that are given.
    pub(crate) fn columns(given: &[(String, String)]) -> Result<Columns, ColumnsError> {
        let read = |text: &str| crate::yaml::read(text).root.unwrap();
        let vocabularies = [
            ("vocab/levels.yaml", include_str!("../../schemas/vocab/levels.yaml")),
            ("vocab/sectors.yaml", include_str!("../../schemas/vocab/sectors.yaml")),
            ("vocab/themes.yaml", include_str!("../../schemas/vocab/themes.yaml")),
            ("vocab/section-roles.yaml", include_str!("../../schemas/vocab/section-roles.yaml")),
        ];
        let references = vocabularies
            .map(|(name, text)| (name.to_owned(), (std::path::PathBuf::from(name), read(text))))
            .into_iter()
            .collect();
        let schema = read(include_str!("../../schemas/case.yaml"));
        let mut findings = Vec::new();
        let kind = Kind::read("case", schema, std::path::Path::new("case.yaml"), &references, &mut findings);
        assert!(findings.is_empty());
        Columns::new(&kind, &read(include_str!("../../schemas/vocab/columns.yaml")), given, &[])
    }

    #[test]
    fn the_shipped_words_are_understood() {
        let lexicon = shipped();
        assert_eq!(lexicon.role_at("背景与起因解决好").map(|r| r.0), Some("background"));
        assert_eq!(lexicon.role_ending("实施取得的成效"), Some("results"));
        assert!(lexicon.boilerplate("完美整理").unwrap().page);
        assert!(lexicon.boilerplate("推荐访问:某某 公示").is_some());
        assert!(lexicon.boilerplate("我们的做法").is_none());
        assert!(lexicon.is_official("某市人民代表大会常务委员会关于某某的决定（试行）"));
        assert!(!lexicon.is_official("某县推行党员积分管理的做法"));
        assert!(lexicon.is_generic("全国基层党建创新典型案例"));
        assert!(!lexicon.is_generic("某县推行农村党员积分制"));
        let programme = lexicon.programme_in("第二届全国基层党建创新典型案例征集").unwrap();
        assert_eq!(programme.year(2), Some(2012));
    }
}
