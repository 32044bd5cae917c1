//! Tree → plan.

use super::super::engine::{EXTENT, Needle, Scope};
use super::super::query::{
    Ast, Item, MAX_BYTES, MAX_LEAVES, MAX_VIEWS, Names, Node, Note, NoteKind, Numbers, Parsed, QueryError,
    QueryErrorKind, Stars, Value, numbers, parse, wildcard,
};
use super::targets::{
    EXTENTS, Target, codes, field_shape, is_field, is_text, label, nearest_name, numbers_meant, targets,
};
use super::{Literal, Plan};
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::Field;
use crate::schema::FieldType;
use crate::schema::Index;
use crate::schema::Kind;
use crate::schema::Vocabulary;
use crate::text::fold;

/// What words mean in an archive: its fields and its saved queries.
#[derive(Clone, Copy, Debug)]
pub struct Language<'a> {
    /// The kinds of record, which have the fields.
    pub kinds: &'a [Kind],
    /// The saved queries: name, query.
    pub views: &'a [(String, String)],
}

impl<'a> From<&'a [Kind]> for Language<'a> {
    /// Fields alone.
    fn from(kinds: &'a [Kind]) -> Self {
        Language { kinds, views: &[] }
    }
}

impl<'a> From<&'a Vec<Kind>> for Language<'a> {
    /// Fields alone.
    fn from(kinds: &'a Vec<Kind>) -> Self {
        Language { kinds, views: &[] }
    }
}

impl Language<'_> {
    fn view(&self, name: &str) -> Option<&str> {
        self.views.iter().find(|(known, _)| known == name).map(|(_, query)| query.as_str())
    }

    fn parse(&self, text: &str) -> Result<Parsed, QueryError> {
        let shape_of = |word: &str| field_shape(word, self.kinds);
        let is_view = |name: &str| self.view(name).is_some();
        let mut parsed = parse(text, &Names { shape_of: &shape_of, is_view: &is_view })?;
        for note in &mut parsed.notes {
            match &mut note.kind {
                NoteKind::UnknownField { name, nearest } => *nearest = nearest_name(name, self.kinds),
                NoteKind::UnknownView { name, nearest: near } => {
                    let views = self.views.iter().map(|(name, _)| name.as_str());
                    *near = nearest(name, views).map(|near| format!("@{near}"));
                }
                _ => {}
            }
        }
        Ok(parsed)
    }
}

/// A query, read and planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// What was typed.
    pub ast: Ast,
    /// What it means.
    pub plan: Plan,
    /// Remarks.
    pub notes: Vec<Note>,
    /// How it was read, as a query in its plainest form: text that could be taken for an operator
    /// stands in quotation marks. It is read as the same query again.
    pub reading: String,
}

/// Reads a query and plans it; free text is looked for in `scope`. Kinds alone will do for a
/// language without saved queries.
///
/// # Errors
/// A query beyond the caps, one with an impossible value for a field or a regular expression that is
/// none, or a saved query that leads back to itself.
pub fn compile<'a>(
    text: &str,
    language: impl Into<Language<'a>>,
    scope: &Scope,
) -> Result<Compiled, QueryError> {
    let language = language.into();
    let Parsed { ast, mut notes } = language.parse(text)?;
    let plan = plan_with(&ast, language, scope, &mut notes)?;
    let reading = ast.to_string();
    Ok(Compiled { ast, plan, notes, reading })
}

/// Reads and plans a query that stands beside another as a condition, `--where`: it is looked for
/// everywhere and never widened.
///
/// # Errors
/// As [`compile`].
pub fn condition<'a>(text: &str, language: impl Into<Language<'a>>) -> Result<Compiled, QueryError> {
    let compiled = compile(text, language, &Scope::Everywhere)?;
    Ok(Compiled { plan: compiled.plan.strict(), ..compiled })
}

/// Plans a query that is one regular expression as a whole, `--regex`; it is looked for in `scope`.
/// Nothing is every record.
///
/// # Errors
/// One that is no regular expression, or too long or too large for one.
pub fn compile_regex<'a>(
    pattern: &str,
    language: impl Into<Language<'a>>,
    scope: &Scope,
) -> Result<Compiled, QueryError> {
    if pattern.len() > MAX_BYTES {
        let kind = QueryErrorKind::TooLong { bytes: pattern.len(), limit: MAX_BYTES };
        return Err(QueryError { kind, span: Span::new(0, 0) });
    }
    let node = if pattern.is_empty() { Node::All } else { Node::Regex(pattern.to_owned()) };
    let ast = Ast { node, span: Span::new(0, pattern.len()) };
    let mut notes = Vec::new();
    let plan = plan_with(&ast, language, scope, &mut notes)?;
    let reading = ast.to_string();
    Ok(Compiled { ast, plan, notes, reading })
}

/// Plans a query; free text is looked for in `scope`.
///
/// # Errors
/// As [`compile`].
pub fn plan_with<'a>(
    ast: &Ast,
    language: impl Into<Language<'a>>,
    scope: &Scope,
    notes: &mut Vec<Note>,
) -> Result<Plan, QueryError> {
    let language = language.into();
    let mut builder =
        Builder { kinds: language.kinds, language, scope, notes, open: Vec::new(), terms: 0, regexes: 0 };
    builder.count(ast, ast.span)?;
    let plan = builder.node(ast)?;
    Ok(plan.unwrap_or(Plan::All))
}

/// Plans one filter given as a flag, `--year 2010..2012`: `value` as it would stand after the colon,
/// blanks allowed. Spans of errors lie in `value`. `None` when `name` names no field.
///
/// # Errors
/// An impossible value for the field, or none.
pub fn filter(
    name: &str,
    value: &str,
    kinds: &[Kind],
    notes: &mut Vec<Note>,
) -> Result<Option<Plan>, QueryError> {
    if !is_field(name, kinds) {
        return Ok(None);
    }
    let span = Span::new(0, value.len());
    let node = if matches!(value.trim(), "*" | "＊") {
        Node::Has(name.to_owned())
    } else {
        let mut items = Vec::new();
        let mut start = 0;
        for piece in value.split_inclusive([',', '，', '、']) {
            let text = piece.trim_end_matches([',', '，', '、']).trim();
            if !text.is_empty() {
                let span = Span::new(start, start + piece.len());
                items.push(Item { text: text.to_owned(), quoted: false, span });
            }
            start += piece.len();
        }
        let value = Value { raw: value.to_owned(), regex: false, items, span };
        Node::Field { name: name.to_owned(), value }
    };
    plan_with(&Ast { node, span }, kinds, &Scope::Everywhere, notes).map(Some)
}

/// Makes a plan of a tree.
pub(super) struct Builder<'b> {
    kinds: &'b [Kind],
    language: Language<'b>,
    scope: &'b Scope,
    notes: &'b mut Vec<Note>,
    /// The saved queries that are being read, outermost first.
    open: Vec<String>,
    /// Terms so far, those of saved queries included.
    terms: usize,
    /// Regular expressions so far.
    pub(super) regexes: usize,
}

impl Builder<'_> {
    /// `None` for what says nothing: an invisible term.
    pub(super) fn node(&mut self, ast: &Ast) -> Result<Option<Plan>, QueryError> {
        let scope = self.scope;
        match &ast.node {
            Node::All => Ok(Some(Plan::All)),
            Node::Wild(text) => Ok(self.wild(text, scope, ast.span, true)),
            Node::Regex(pattern) => self.regex(pattern, scope, ast.span, true).map(Some),
            Node::Loose(text) => Ok(self.loose(text, scope, ast.span)),
            Node::Near { .. } | Node::Within { .. } => self.place(ast, scope),
            Node::View(name) => {
                let inner = self.enter(name, ast.span)?;
                let plan = self.node(&inner)?;
                self.leave();
                Ok(plan)
            }
            Node::Text(text) | Node::Phrase(text) => Ok(self.literal(text, self.scope, ast.span, true)),
            Node::Field { name, value } => self.field(name, value, ast.span),
            Node::Has(name) => Ok(Some(self.has(name))),
            Node::And(parts) => Ok(self.parts(parts)?.map(Plan::and)),
            Node::Or(parts) => Ok(self.parts(parts)?.map(Plan::or)),
            Node::Not(part) => Ok(self.node(part)?.map(|plan| Plan::Not(Box::new(plan)))),
        }
    }

    fn parts(&mut self, parts: &[Ast]) -> Result<Option<Vec<Plan>>, QueryError> {
        let mut plans = Vec::new();
        for part in parts {
            plans.extend(self.node(part)?);
        }
        Ok((!plans.is_empty()).then_some(plans))
    }

    /// Reads a saved query. All of it has the place of its name in the query.
    pub(super) fn enter(&mut self, name: &str, span: Span) -> Result<Ast, QueryError> {
        let fail = |kind| Err(QueryError { kind, span });
        if self.open.iter().any(|open| open == name) {
            return fail(QueryErrorKind::ViewCircle { name: name.to_owned() });
        }
        if self.open.len() == MAX_VIEWS {
            return fail(QueryErrorKind::ViewsTooDeep { limit: MAX_VIEWS });
        }
        let query = self.language.view(name).unwrap_or_default();
        let parsed = self.language.parse(query).map_err(|error| QueryError { span, ..error })?;
        for note in parsed.notes {
            self.note(note.kind, span);
        }
        let ast = parsed.ast.placed_at(span);
        self.count(&ast, span)?;
        self.open.push(name.to_owned());
        Ok(ast)
    }

    /// Ends what [`Builder::enter`] began.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// Whether what is read stands in a saved query, and not in the query itself.
    pub(super) fn in_view(&self) -> bool {
        !self.open.is_empty()
    }

    fn count(&mut self, ast: &Ast, span: Span) -> Result<(), QueryError> {
        self.terms += ast.terms();
        if self.terms > MAX_LEAVES {
            return Err(QueryError { kind: QueryErrorKind::TooManyTerms { limit: MAX_LEAVES }, span });
        }
        Ok(())
    }

    pub(super) fn note(&mut self, kind: NoteKind, span: Span) {
        let note = Note { kind, span };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(super) fn literal(&mut self, text: &str, scope: &Scope, span: Span, free: bool) -> Option<Plan> {
        let Some(needle) = Needle::new(text, scope.clone()) else {
            self.note(NoteKind::EmptyTerm, span);
            return None;
        };
        let codes = match scope {
            Scope::Everywhere => codes(&needle.text, "", self.kinds),
            // Below a mapping or list: 来源:a.txt.
            Scope::Labels(labels) if !free => {
                labels.iter().flat_map(|label| codes(&needle.text, label, self.kinds)).collect()
            }
            Scope::Labels(_) => Vec::new(),
        };
        let numbers = if free { numbers_meant(&needle.text, self.kinds) } else { Vec::new() };
        Some(Plan::Literal(Literal {
            needle,
            typed: text.to_owned(),
            span,
            free,
            codes,
            numbers,
            stands_for: None,
        }))
    }

    /// The kinds answer together; a value that is impossible in one may be right in another.
    fn field(&mut self, name: &str, value: &Value, span: Span) -> Result<Option<Plan>, QueryError> {
        // Nothing is never everything.
        let says = |text: &str| Needle::new(text, Scope::Everywhere).is_some();
        if !value.items.iter().any(|item| says(&item.text)) {
            let kind = QueryErrorKind::EmptyValue { field: name.to_owned() };
            return Err(QueryError { kind, span });
        }
        let mut plans = Vec::new();
        let mut wrong = None;
        for target in targets(name, self.kinds) {
            let plan = match target {
                Target::Texts(label) => self.text(value, label, span),
                // A pattern is for texts.
                Target::Card(_) | Target::Field(..) if value.regex && !is_text(&target) => Ok(None),
                Target::Card(field) => Ok(self.values(field, value, false, None)),
                Target::Field(kind, field) => self.value(kind, field, value, span),
            };
            match plan {
                Ok(plan) => plans.extend(plan),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        match wrong {
            Some(error) if plans.is_empty() => Err(error),
            _ => Ok((!plans.is_empty()).then(|| Plan::or(plans))),
        }
    }

    /// A value of a text field: a string, with stars, or a pattern.
    fn text(&mut self, value: &Value, label: String, span: Span) -> Result<Option<Plan>, QueryError> {
        let scope = Scope::Labels(vec![label]);
        if value.regex {
            return self.regex(&value.raw, &scope, value.span, false).map(Some);
        }
        let quoted = value.items.iter().any(|item| item.quoted);
        Ok(match wildcard(&value.raw) {
            Stars::Between(_) if !quoted => self.wild(&value.raw, &scope, span, false),
            _ => self.literal(&value.raw, &scope, span, false),
        })
    }

    fn value(
        &mut self,
        kind: &Kind,
        field: &Field,
        value: &Value,
        span: Span,
    ) -> Result<Option<Plan>, QueryError> {
        let path = || field.path.clone();
        if field.index == Index::None {
            return Err(QueryError { kind: QueryErrorKind::NotIndexed { field: path() }, span });
        }
        if matches!(field.ty, FieldType::Integer | FieldType::Number) {
            let ranges: Result<Vec<Plan>, QueryError> =
                value.items.iter().map(|item| range(field, item)).collect();
            return ranges.map(|ranges| (!ranges.is_empty()).then(|| Plan::or(ranges)));
        }
        if field.index == Index::Text {
            return self.text(value, label(kind, field), span);
        }
        if let Some(item) = value.items.iter().find(|item| !item.quoted && compares(&item.text)) {
            let kind = QueryErrorKind::NotComparable { field: path(), value: item.text.clone() };
            return Err(QueryError { kind, span: item.span });
        }
        let open = field.vocabulary.is_none() && field.index == Index::Keyword;
        Ok(self.values(&field.path, value, open, Some(field)))
    }

    /// One of several values. `甘肃` finds `甘肃省` where values are names (`open`); a trailing `*`
    /// asks for the same elsewhere.
    fn values(&mut self, path: &str, value: &Value, open: bool, field: Option<&Field>) -> Option<Plan> {
        let mut plans = Vec::new();
        for item in &value.items {
            let typed = item.text.trim();
            let begins = (!item.quoted).then(|| typed.strip_suffix(['*', '＊'])).flatten();
            let word = begins.unwrap_or(typed);
            let vocabulary = field.and_then(|field| field.vocabulary.as_ref());
            let meant = match (field, begins) {
                (Some(field), None) => field.value(word).to_owned(),
                (None, None) => self.of_card(path, word, item.span),
                _ => word.to_owned(),
            };
            if let Some(vocabulary) =
                vocabulary.filter(|list| begins.is_none() && list.resolve(word).is_none())
            {
                let nearest = nearest_term(vocabulary, word);
                let allowed = vocabulary.terms.iter().map(|term| term.value.clone()).collect();
                let (field, value) = (path.to_owned(), word.to_owned());
                self.note(NoteKind::UnknownValue { field, value, nearest, allowed }, item.span);
            }
            let value = fold::fold_term(&meant);
            if value.is_empty() {
                self.note(NoteKind::EmptyTerm, item.span);
                continue;
            }
            plans.push(Plan::Keyword { field: path.to_owned(), value, prefix: open || begins.is_some() });
        }
        (!plans.is_empty()).then(|| Plan::or(plans))
    }

    /// The value that a word means for what every record has: the kind's name, `full`, `listed`.
    fn of_card(&mut self, path: &str, word: &str, span: Span) -> String {
        let kinds = self.kinds;
        let kind = || kinds.iter().find(|kind| kind.names.is(word)).map(|kind| kind.name.as_str());
        let extent = |&(value, names): &(&'static str, &[&str])| {
            (value.eq_ignore_ascii_case(word) || names.contains(&word)).then_some(value)
        };
        let (known, all): (Option<&str>, Vec<&str>) = if path == EXTENT {
            (EXTENTS.iter().find_map(extent), EXTENTS.iter().map(|&(value, _)| value).collect())
        } else {
            let all: Vec<&str> = kinds.iter().map(|kind| kind.name.as_str()).collect();
            (all.iter().copied().find(|&name| name == word).or_else(kind), all)
        };
        if known.is_none() {
            let nearest = nearest(word, all.iter().copied()).map(str::to_owned);
            let allowed = all.iter().map(|&value| value.to_owned()).collect();
            let (field, value) = (path.to_owned(), word.to_owned());
            self.note(NoteKind::UnknownValue { field, value, nearest, allowed }, span);
        }
        known.unwrap_or(word).to_owned()
    }

    fn has(&self, name: &str) -> Plan {
        let plans = targets(name, self.kinds).into_iter().map(|target| match target {
            Target::Texts(label) => Plan::Has(label),
            Target::Card(field) => Plan::Has(field.to_owned()),
            Target::Field(kind, field) if field.index == Index::Text => Plan::Has(label(kind, field)),
            Target::Field(_, field) => Plan::Has(field.path.clone()),
        });
        Plan::or(plans.collect())
    }
}

/// The value of a closed list whose name, any of them, is nearest to a word.
fn nearest_term(vocabulary: &Vocabulary, word: &str) -> Option<String> {
    let names = || {
        vocabulary.terms.iter().flat_map(|term| {
            let aliases = term.names.aliases.iter().map(String::as_str);
            [term.value.as_str(), &term.names.zh, &term.names.en].into_iter().chain(aliases)
        })
    };
    let near = nearest(word, names())?;
    vocabulary.resolve(near).map(|term| term.value.clone())
}

/// Whether a value is written as a comparison or range.
fn compares(text: &str) -> bool {
    text.starts_with(['>', '<', '≥', '≤', '＞', '＜']) || text.contains("..")
}

fn range(field: &Field, item: &Item) -> Result<Plan, QueryError> {
    let path = field.path.clone();
    let fail = |kind| Err(QueryError { kind, span: item.span });
    if field.ty == FieldType::Number {
        // Numbers with fractions are kept as their text; engines order whole ones only.
        let value = fold::fold_term(item.text.trim());
        return if value.parse::<f64>().is_ok() {
            Ok(Plan::Keyword { field: path, value, prefix: false })
        } else if numbers(&value).is_some() || compares(&value) {
            fail(QueryErrorKind::NotComparable { field: path, value: item.text.clone() })
        } else {
            fail(QueryErrorKind::NotANumber { field: path, value: item.text.clone() })
        };
    }
    let Some(Numbers { low, high }) = numbers(&item.text) else {
        return fail(QueryErrorKind::NotANumber { field: path, value: item.text.clone() });
    };
    match (low, high) {
        (Some(low), Some(high)) if low > high => fail(QueryErrorKind::EmptyRange { field: path, low, high }),
        _ => Ok(Plan::Range { field: path, low, high }),
    }
}
