//! Which field a word of a query means, over all kinds.

use super::super::engine::{EXTENT, KIND, Scope};
use super::super::query::{QueryError, QueryErrorKind};
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::Vocabulary;

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
        _ => Vec::new(),
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
    let (list, name) = word.rsplit_once('.')?;
    let term = roles(kind, list)?.resolve(name)?;
    Some(Target::Texts(format!("{list}.{}", term.value)))
}

/// The vocabulary of the labels of a list.
fn roles<'k>(kind: &'k Kind, list: &str) -> Option<&'k Vocabulary> {
    let path = format!("{list}.{}", kind.labels.get(list)?);
    kind.fields.iter().find(|field| field.path == path)?.vocabulary.as_deref()
}

/// Whether a word may stand left of a colon: a field of any kind by any of its names, a mapping or
/// list by its path, a labelled part of one (`sections.做法`), `kind`, `extent`.
pub fn is_field(word: &str, kinds: &[Kind]) -> bool {
    !targets(word, kinds).is_empty()
}

/// The label under which a text field's values are found ([`Kind::texts`]): below a labelled list
/// the labels stand in place of the keys, so only the list as a whole can be named.
pub(super) fn label(kind: &Kind, field: &Field) -> String {
    match field.path.rsplit_once('.') {
        Some((above, _)) if kind.labels.contains_key(above) => above.to_owned(),
        _ => field.path.clone(),
    }
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
