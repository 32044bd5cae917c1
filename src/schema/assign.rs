//! `F=V` as people write it: which place of a record F means, and what V is there.
//!
//! Owns the names and types of what is set. Must not know how a record is written; whether the value is good is for the check to say.

use super::annotation::Annotation;
use super::field::Field;
use super::field::FieldType;
use super::field::Names;
use super::kind::FIELD_KEYS;
use super::kind::Kind;
use super::kind::Reader;
use crate::yaml::Node;
use crate::yaml::Step;
use crate::yaml::Tree;
use std::path::Path;

/// One place of a record, and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The place, `awards[0].level`.
    pub path: String,
    /// The way to it.
    pub steps: Vec<Step>,
    /// What becomes of it.
    pub change: Put,
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// It is this.
    Value(Tree),
    /// The list gains these.
    Items(Vec<Tree>),
    /// It goes.
    Nothing,
}

/// Why an assignment means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignError {
    /// No `=` in it.
    #[error("no = in it")]
    NoEquals,
    /// No field of this name; the nearest one.
    #[error("no field {0}")]
    Unknown(String, Option<String>),
    /// Several entries could be meant: the list, and how many it has.
    #[error("{0} has {1} entries")]
    Which(String, usize),
    /// It is made of other fields; these.
    #[error("{0} is made of fields")]
    Fields(String, Vec<String>),
    /// It is no list.
    #[error("{0} is no list")]
    NoList(String),
    /// The value holds a control character.
    #[error("a control character in the value")]
    Control(char),
}

/// A part of a field's path: a name and the entry of the list.
type Part<'w> = (&'w str, Option<usize>);

impl Kind {
    /// The keys of the mapping at a path (`region`, `awards`; nothing for the record), in the order of the schema.
    pub fn order_at(&self, path: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        if path.is_empty() {
            return self.order().into_iter().map(str::to_owned).collect();
        }
        for field in &self.fields {
            let inside = field.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            let Some(key) = inside.and_then(|rest| rest.split('.').next()) else { continue };
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        }
        keys
    }

    /// The fields that every record must have, each with the words for it, in the order of the schema.
    pub fn required(&self) -> Vec<(String, Names)> {
        let required = self.schema.get("required").map(Node::items).unwrap_or_default();
        let properties = self.schema.get("properties").map(Node::entries).unwrap_or_default();
        let wanted = |key: &str| required.iter().any(|item| item.text() == Some(key));
        let wanted = properties.iter().filter(|property| wanted(&property.key));
        wanted.map(|property| (property.key.clone(), self.names_of(&property.key, &property.value))).collect()
    }

    /// Reads `F=V`, `F=` and `F+=V` for a record.
    ///
    /// # Errors
    /// [`AssignError`].
    pub fn assign(&self, word: &str, root: Option<&Node>) -> Result<Assignment, AssignError> {
        let (name, value) = word.split_once('=').ok_or(AssignError::NoEquals)?;
        let (name, more) = match name.strip_suffix('+') {
            Some(name) => (name.trim(), true),
            None => (name.trim(), false),
        };
        if let Some(c) = value.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(AssignError::Control(c));
        }
        let unknown = || {
            let near = self.nearest_field(name).map(str::to_owned);
            AssignError::Unknown(name.to_owned(), near)
        };
        let parts = parts(name).ok_or_else(unknown)?;
        let way = match self.way(&parts, root)? {
            Some(way) => way,
            // 省 for region.province.
            None => {
                let field = self.field(name).ok_or_else(unknown)?;
                let parts: Vec<Part<'_>> = field.path.split('.').map(|part| (part, None)).collect();
                self.way(&parts, root)?.ok_or_else(unknown)?
            }
        };
        let Way { steps, path, dotted, list, node } = way;
        if value.is_empty() && !more {
            return Ok(Assignment { path, steps, change: Put::Nothing });
        }
        let Some(field) = self.fields.iter().find(|field| field.path == dotted) else {
            return Err(AssignError::Fields(path, self.order_at(&dotted)));
        };
        let change = if list {
            let known: Vec<&str> =
                node.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
            let items = pieces(field, value);
            let new = |item: &Tree| !matches!(item, Tree::Text(text) if known.contains(&text.as_str()));
            if more {
                Put::Items(items.into_iter().filter(new).collect())
            } else {
                Put::Value(Tree::List(items))
            }
        } else if more {
            return Err(AssignError::NoList(path));
        } else {
            Put::Value(scalar(field, value))
        };
        Ok(Assignment { path, steps, change })
    }

    fn names_of(&self, key: &str, schema: &Node) -> Names {
        let annotation = Annotation::of(schema, FIELD_KEYS, Path::new(""), &mut Vec::new());
        Names::read(key, schema, &annotation)
    }

    /// The way along named parts; `None` where one of them names nothing.
    fn way<'n>(&self, parts: &[Part<'_>], root: Option<&'n Node>) -> Result<Option<Way<'n>>, AssignError> {
        let mut way = Way { node: root, ..Way::default() };
        let mut schema = &self.schema;
        for (n, (name, entry)) in parts.iter().enumerate() {
            let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
            let found = properties.iter().find(|property| property.key == *name).or_else(|| {
                properties.iter().find(|property| self.names_of(&property.key, &property.value).is(name))
            });
            let Some(property) = found else { return Ok(None) };
            for text in [&mut way.path, &mut way.dotted] {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&property.key);
            }
            way.steps.push(Step::Key(property.key.clone()));
            way.node = way.node.and_then(|node| node.get(&property.key));
            let inner = Reader::local(&self.schema, &property.value);
            let Some(items) = inner.get("items") else {
                if entry.is_some() {
                    return Err(AssignError::NoList(way.path));
                }
                schema = inner;
                continue;
            };
            if n + 1 == parts.len() && entry.is_none() {
                way.list = true;
                return Ok(Some(way));
            }
            let count = way.node.map_or(0, |node| node.items().len());
            let at = match entry {
                Some(at) => *at,
                // One entry or none: there is no other that could be meant.
                None if count < 2 => 0,
                None => return Err(AssignError::Which(way.path, count)),
            };
            way.path.push_str(&format!("[{at}]"));
            way.steps.push(Step::Item(at));
            way.node = way.node.and_then(|node| node.items().get(at));
            schema = Reader::local(&self.schema, items);
        }
        Ok(Some(way))
    }
}

#[derive(Default)]
struct Way<'n> {
    steps: Vec<Step>,
    path: String,
    /// The path without the entries of lists.
    dotted: String,
    /// Whether a whole list is meant.
    list: bool,
    node: Option<&'n Node>,
}

fn parts(name: &str) -> Option<Vec<Part<'_>>> {
    let part = |part: &'_ str| -> Option<(usize, Option<usize>)> {
        match part.split_once('[') {
            None => Some((part.len(), None)),
            Some((name, entry)) => Some((name.len(), Some(entry.strip_suffix(']')?.trim().parse().ok()?))),
        }
    };
    name.split('.').map(|word| part(word).map(|(end, entry)| (word[..end].trim(), entry))).collect()
}

/// The items of a list as they are written in one line.
fn pieces(field: &Field, value: &str) -> Vec<Tree> {
    // The enumeration comma may belong to a text, but to no term of a closed list.
    let closed = field.vocabulary.is_some();
    let between = |c: char| matches!(c, ',' | '，' | '\n') || (closed && c == '、');
    let words = value.split(between).map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| scalar(field, word)).collect()
}

/// A value by its field's type; what is of no such type stays text, and the check says so.
fn scalar(field: &Field, value: &str) -> Tree {
    let bare = value.trim();
    if let Some(vocabulary) = &field.vocabulary {
        return Tree::Text(vocabulary.resolve(bare).map_or(bare, |term| term.value.as_str()).to_owned());
    }
    let text = || Tree::Text(value.to_owned());
    match field.ty {
        FieldType::Integer => bare.parse().map_or_else(|_| text(), Tree::Integer),
        FieldType::Number => match bare.parse::<f64>() {
            Ok(number) if number.is_finite() => Tree::Bare(bare.to_owned()),
            _ => text(),
        },
        FieldType::Boolean => match bare.to_lowercase().as_str() {
            "true" | "yes" | "是" => Tree::Bare("true".to_owned()),
            "false" | "no" | "否" => Tree::Bare("false".to_owned()),
            _ => text(),
        },
        FieldType::Text | FieldType::Object => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::References;
    use crate::yaml::read;

    const SCHEMA: &str = "\
properties:
  id: {title: 编号, type: string}
  title: {title: 题目, type: string}
  year: {title: 年度, type: integer}
  open: {type: boolean}
  region: {title: 地区, type: object, properties: {province: {title: 省, type: string}, city: {title: 市, type: string}}}
  themes: {title: 主题, type: array, items: {enum: [甲, 乙]}}
  awards:
    title: 名单
    type: array
    items: {type: object, properties: {level: {title: 等次, enum: [最佳案例]}, rank: {type: integer}}}
required: [id, title]
";

    fn kind() -> Kind {
        let schema = read(SCHEMA).root.expect("a schema");
        Kind::read("case", schema, Path::new("case.yaml"), &References::new(), &mut Vec::new())
    }

    #[test]
    fn fields_have_many_names_and_values_their_type() {
        let kind = kind();
        let root = read("id: a\nthemes: [甲]\nawards:\n  - rank: 1\n  - rank: 2\n").root.expect("a record");
        let put = |word: &str| kind.assign(word, Some(&root)).map(|one| (one.path, one.change));
        let value = |path: &str, tree: Tree| Ok((path.to_owned(), Put::Value(tree)));
        assert_eq!(put("year=2012"), value("year", Tree::Integer(2012)));
        assert_eq!(put("年度=二"), value("year", "二".into()));
        assert_eq!(put("title= 007=x "), value("title", " 007=x ".into()));
        assert_eq!(put("省=甘肃省"), value("region.province", "甘肃省".into()));
        assert_eq!(put("地区.省=甘肃省"), value("region.province", "甘肃省".into()));
        assert_eq!(put("awards[1].rank=3"), value("awards[1].rank", Tree::Integer(3)));
        assert_eq!(put("名单[0].等次=最佳案例"), value("awards[0].level", "最佳案例".into()));
        assert_eq!(put("等次=最佳案例"), Err(AssignError::Which("awards".into(), 2)));
        assert_eq!(put("themes=甲、乙"), value("themes", Tree::List(vec!["甲".into(), "乙".into()])));
        assert_eq!(put("themes+=甲,乙"), Ok(("themes".into(), Put::Items(vec!["乙".into()]))));
        assert_eq!(put("themes[0]=乙"), value("themes[0]", "乙".into()));
        assert_eq!(put("open=是"), value("open", Tree::Bare("true".into())));
        assert_eq!(put("region="), Ok(("region".into(), Put::Nothing)));
        assert!(
            matches!(put("region=x"), Err(AssignError::Fields(_, fields)) if fields == ["province", "city"])
        );
        assert_eq!(put("titel=x"), Err(AssignError::Unknown("titel".into(), Some("title".into()))));
        assert_eq!(put("title+=x"), Err(AssignError::NoList("title".into())));
        assert_eq!(put("title[0]=x"), Err(AssignError::NoList("title".into())));
        assert_eq!(put("title=a\u{1b}b"), Err(AssignError::Control('\u{1b}')));
        assert_eq!(put("title"), Err(AssignError::NoEquals));
        for odd in ["=x", "[=x", "a[0=x", "a[-1]=x", ".=x", "awards[99999999999999999999].rank=1"] {
            assert!(matches!(put(odd), Err(AssignError::Unknown(..))), "{odd}");
        }
        let required: Vec<String> = kind.required().into_iter().map(|(key, _)| key).collect();
        assert_eq!(required, ["id", "title"]);
    }
}
