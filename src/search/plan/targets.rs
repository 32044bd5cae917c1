//! Which field a word of a query means, over all kinds.

use super::super::engine::{EXTENT, KIND, Scope, is_or_below};
use super::super::query::{FieldShape, QueryError, QueryErrorKind};
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::FULL;
use crate::schema::Field;
use crate::schema::FieldType;
use crate::schema::Index;
use crate::schema::Kind;
use crate::schema::LISTED;
use crate::schema::Vocabulary;
use crate::yaml::Node;

/// What the extents are called, as people and the program's own tables name them.
pub(super) const EXTENTS: &[(&str, &[&str])] =
    &[(FULL, &["全文", "有正文"]), (LISTED, &["仅列名", "列名", "仅名单", "无正文"])];

/// The fewest characters of a string that may be a whole id or code.
const CODE: usize = 4;

/// What the left side of `field:value` means in one kind.
pub(super) enum Target<'k> {
    /// A field of the schema.
    Field(&'k Kind, &'k Field),
    /// The texts below a path or label: `awards`, `sections.practice`.
    Texts(String),
    /// What every record has: [`KIND`], [`EXTENT`].
    Card(&'static str),
}

/// What a word means, in each kind that knows it.
pub(super) fn targets<'k>(word: &str, kinds: &'k [Kind]) -> Vec<Target<'k>> {
    let found: Vec<Target<'k>> = kinds.iter().filter_map(|kind| target(word, kind)).collect();
    if !found.is_empty() {
        return found;
    }
    // A schema's own names go first.
    match word {
        "kind" | "种类" => vec![Target::Card(KIND)],
        "extent" | "收录" => vec![Target::Card(EXTENT)],
        _ => kinds.iter().filter_map(|kind| role(word, kind)).map(Target::Texts).collect(),
    }
}

fn target<'k>(word: &str, kind: &'k Kind) -> Option<Target<'k>> {
    if let Some(field) = kind.field(word) {
        return Some(Target::Field(kind, field));
    }
    let inside = |field: &Field| field.path.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'));
    if kind.fields.iter().any(inside) {
        return Some(Target::Texts(word.to_owned()));
    }
    if let Some(container) = containers(kind).into_iter().find(|container| container.is(word)) {
        return Some(Target::Texts(container.path));
    }
    // 入选名单.等次, 正文.做法
    let (above, name) = word.rsplit_once('.')?;
    let above =
        containers(kind).into_iter().find(|container| container.path == above || container.is(above))?;
    if let Some(field) = kind.field(&format!("{}.{name}", above.path)) {
        return Some(Target::Field(kind, field));
    }
    let term = roles(kind, &above.path)?.resolve(name)?;
    Some(Target::Texts(format!("{}.{}", above.path, term.value)))
}

/// A label of a list by itself: 做法 is `sections.practice`.
fn role(word: &str, kind: &Kind) -> Option<String> {
    kind.labels.keys().find_map(|list| Some(format!("{list}.{}", roles(kind, list)?.resolve(word)?.value)))
}

/// A mapping or a list of mappings: it holds no value of its own, but has names.
struct Container<'k> {
    path: String,
    names: Vec<&'k str>,
}

impl Container<'_> {
    fn is(&self, word: &str) -> bool {
        self.names.iter().any(|name| name.to_lowercase() == word.to_lowercase())
    }
}

/// The mappings and lists of mappings of a kind. Fields know only what holds values, so the names
/// come from the schema itself.
fn containers(kind: &Kind) -> Vec<Container<'_>> {
    let mut paths: Vec<&str> = Vec::new();
    for field in &kind.fields {
        for (dot, _) in field.path.match_indices('.') {
            if !paths.contains(&&field.path[..dot]) {
                paths.push(&field.path[..dot]);
            }
        }
    }
    let property = |path: &str| {
        path.split('.').try_fold(&kind.schema, |node, key| {
            node.get("items").unwrap_or(node).get("properties").and_then(|all| all.get(key))
        })
    };
    let container = |path: &str| {
        let mut names = Vec::new();
        if let Some(node) = property(path) {
            let own = node.get("x-anku");
            names.extend(node.get("title").and_then(Node::text));
            names.extend(own.and_then(|own| own.get("en")).and_then(Node::text));
            if let Some(aliases) = own.and_then(|own| own.get("aliases")) {
                names.extend(aliases.text());
                names.extend(aliases.items().iter().filter_map(Node::text));
            }
        }
        Container { path: path.to_owned(), names }
    };
    paths.into_iter().map(container).collect()
}

/// The vocabulary of the labels of a list.
fn roles<'k>(kind: &'k Kind, list: &str) -> Option<&'k Vocabulary> {
    let path = format!("{list}.{}", kind.labels.get(list)?);
    kind.fields.iter().find(|field| field.path == path)?.vocabulary.as_deref()
}

/// Whether a text is asked for there.
pub(super) fn is_text(target: &Target<'_>) -> bool {
    match target {
        Target::Texts(_) => true,
        Target::Field(_, field) => field.index == Index::Text,
        Target::Card(_) => false,
    }
}

/// What stands behind the colon when a word stands left of it; `None` when it names nothing. A name
/// is a field of any kind by any of its names, a mapping or list by its path or title, a labelled
/// part of one (`sections.做法`, `做法`), `kind`, `extent`.
pub fn field_shape(word: &str, kinds: &[Kind]) -> Option<FieldShape> {
    let targets = targets(word, kinds);
    let shape = if targets.iter().any(is_text) { FieldShape::Text } else { FieldShape::Values };
    (!targets.is_empty()).then_some(shape)
}

/// Whether a word may stand left of a colon ([`field_shape`]).
pub fn is_field(word: &str, kinds: &[Kind]) -> bool {
    field_shape(word, kinds).is_some()
}

/// The name nearest to a word that names no field.
pub(super) fn nearest_name(word: &str, kinds: &[Kind]) -> Option<String> {
    if let Some(near) = kinds.iter().find_map(|kind| kind.nearest_field(word)) {
        return Some(near.to_owned());
    }
    let mut names: Vec<&str> = Vec::new();
    for kind in kinds {
        names.extend(containers(kind).iter().flat_map(|container| container.names.iter().copied()));
        for roles in kind.labels.keys().filter_map(|list| roles(kind, list)) {
            names.extend(roles.terms.iter().flat_map(|term| [term.value.as_str(), term.names.zh.as_str()]));
        }
    }
    nearest(word, names).map(str::to_owned)
}

/// The label under which a text field's values are found ([`Kind::texts`]): below a labelled list
/// the labels stand in place of the keys, so only the list as a whole can be named.
pub(super) fn label(kind: &Kind, field: &Field) -> String {
    match field.path.rsplit_once('.') {
        Some((above, _)) if kind.labels.contains_key(above) => above.to_owned(),
        _ => field.path.clone(),
    }
}

/// The fields whose whole value a folded string may be, below a path or all: ids and codes, which
/// are no text that a string could be looked for in. Closed lists are none: `practice` is a word.
pub(super) fn codes(text: &str, below: &str, kinds: &[Kind]) -> Vec<String> {
    let code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.len() < CODE || !text.chars().all(code) {
        return Vec::new();
    }
    let mut paths: Vec<String> = Vec::new();
    for field in kinds.iter().flat_map(|kind| &kind.fields) {
        let is_code = field.index == Index::Code && field.ty == FieldType::Text && field.vocabulary.is_none();
        let inside = below.is_empty() || is_or_below(&field.path, below);
        if is_code && inside && !paths.contains(&field.path) {
            paths.push(field.path.clone());
        }
    }
    paths
}

/// The number fields that may have been meant by a year typed as text: those with a flag, which are
/// what people filter by. Whether one has that value only an engine knows.
pub(super) fn numbers_meant(text: &str, kinds: &[Kind]) -> Vec<String> {
    if text.len() != 4 || !text.parse().is_ok_and(|year: i64| (1921..=2100).contains(&year)) {
        return Vec::new();
    }
    let mut paths: Vec<String> = Vec::new();
    for field in kinds.iter().flat_map(|kind| &kind.fields) {
        if field.ty == FieldType::Integer && field.flag.is_some() && !paths.contains(&field.path) {
            paths.push(field.path.clone());
        }
    }
    paths
}

/// The scope that `--in ROLE` means: a role by any of its names, or several with commas between
/// them.
///
/// # Errors
/// A word that names no role of any kind.
pub fn section_scope(words: &str, kinds: &[Kind]) -> Result<Scope, QueryError> {
    let mut labels = Vec::new();
    let lists = || kinds.iter().flat_map(|kind| kind.labels.keys().map(move |list| (kind, list)));
    for word in words.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()) {
        let before = labels.len();
        for (kind, list) in lists() {
            let role = roles(kind, list).and_then(|roles| roles.resolve(word));
            labels.extend(role.map(|role| format!("{list}.{}", role.value)));
        }
        if labels.len() == before {
            let names = lists().filter_map(|(kind, list)| roles(kind, list)).flat_map(|roles| {
                roles.terms.iter().flat_map(|term| [term.value.as_str(), term.names.zh.as_str()])
            });
            let nearest = nearest(word, names).map(str::to_owned);
            let kind = QueryErrorKind::UnknownSection { name: word.to_owned(), nearest };
            return Err(QueryError { kind, span: Span::default() });
        }
    }
    labels.sort();
    labels.dedup();
    Ok(if labels.is_empty() { Scope::Everywhere } else { Scope::Labels(labels) })
}
