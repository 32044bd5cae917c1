//! Which types a schema allows at which place of a record, and what is known about the fields there.
//!
//! A plain scalar has no type of its own: `2012` is a number under `year` and text under `title`.
//! So the schema's statements about types are laid out as a graph of places before any record is
//! read; [`Places::typed`] then reads a record by it in one pass.

use super::annotation::Annotation;
use super::documents::Documents;
use super::documents::Target;
use super::field::Names;
use super::node_json::Typed;
use super::node_json::core;
use super::vocabulary::Vocabulary;
use crate::yaml::Node;
use crate::yaml::Value;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

/// More places than any sensible schema has; beyond them scalars keep their core types.
const MAX_PLACES: usize = 4096;
/// How many references are followed one after the other.
const MAX_HOPS: usize = 16;

/// A set of JSON types.
type Types = u8;
const NULL: Types = 1;
const BOOLEAN: Types = 2;
const INTEGER: Types = 4;
const NUMBER: Types = 8;
const STRING: Types = 16;
const CONTAINER: Types = 32;
const ALL: Types = 63;

/// What the schema says about one place of a record.
#[derive(Debug, Default)]
pub(super) struct Place {
    types: Types,
    properties: HashMap<String, usize>,
    others: Option<usize>,
    prefix: Vec<usize>,
    items: Option<usize>,
    /// The names of the fields that may stand here, in the order of the schema.
    pub(super) names: Vec<Names>,
    /// The closed list of values, if there is one.
    pub(super) vocabulary: Option<Vocabulary>,
}

/// All places of a schema; the first is a whole record.
#[derive(Debug)]
pub(super) struct Places(Vec<Place>);

/// A schema that applies to a place; only one of several when `alternative`.
#[derive(Clone, Copy)]
struct Seed<'s> {
    document: usize,
    schema: &'s Node,
    alternative: bool,
}

type Key = Vec<(usize, bool)>;

struct Builder<'s> {
    documents: &'s Documents<'s>,
    known: HashMap<Key, usize>,
    waiting: Vec<(usize, Vec<Seed<'s>>)>,
    places: Vec<Place>,
}

impl Places {
    pub(super) fn new(documents: &Documents<'_>) -> Places {
        let mut builder =
            Builder { documents, known: HashMap::new(), waiting: Vec::new(), places: Vec::new() };
        let root = Seed { document: 0, schema: documents.0[0].root, alternative: false };
        builder.place(vec![root]);
        while let Some((at, seeds)) = builder.waiting.pop() {
            let place = builder.describe(&seeds);
            builder.places[at] = place;
        }
        Places(builder.places)
    }

    /// The place of a record as a whole.
    pub(super) fn root(&self) -> Option<usize> {
        (!self.0.is_empty()).then_some(0)
    }

    /// What is known about a place.
    pub(super) fn get(&self, place: Option<usize>) -> Option<&Place> {
        self.0.get(place?)
    }

    /// The place of a mapping's value.
    pub(super) fn property(&self, place: Option<usize>, key: &str) -> Option<usize> {
        let place = self.get(place)?;
        place.properties.get(key).copied().or(place.others)
    }

    /// The place of a list's item.
    pub(super) fn item(&self, place: Option<usize>, at: usize) -> Option<usize> {
        let place = self.get(place)?;
        place.prefix.get(at).copied().or(place.items)
    }

    /// Reads a tree by the types that the schema allows at each place.
    pub(super) fn typed<'n>(&self, node: &'n Node, place: Option<usize>) -> Typed<'n> {
        match &node.value {
            Value::Map(entries) => Typed::Map(
                entries
                    .iter()
                    .map(|entry| {
                        let inner = self.property(place, &entry.key);
                        (entry.key.as_str(), self.typed(&entry.value, inner))
                    })
                    .collect(),
            ),
            Value::List(items) => Typed::List(
                items.iter().enumerate().map(|(at, item)| self.typed(item, self.item(place, at))).collect(),
            ),
            Value::Scalar(scalar) => {
                let types = self.get(place).map_or(ALL, |place| place.types);
                let typed = core(node);
                let keep = match &typed {
                    Typed::Bool(_) => types & BOOLEAN != 0 || types & STRING == 0,
                    Typed::Number(_) if types & NUMBER != 0 => true,
                    // `2012.0` is an integer to JSON Schema, but to nobody who reads the record.
                    Typed::Number(_) if types & INTEGER != 0 => node.integer().is_some(),
                    Typed::Number(_) => types & STRING == 0,
                    _ => true,
                };
                if keep { typed } else { Typed::Text(&scalar.text) }
            }
        }
    }
}

impl<'s> Builder<'s> {
    /// The number of the place to which these schemas apply.
    fn place(&mut self, seeds: Vec<Seed<'s>>) -> Option<usize> {
        if seeds.is_empty() {
            return None;
        }
        let mut key: Key =
            seeds.iter().map(|s| (std::ptr::from_ref(s.schema) as usize, s.alternative)).collect();
        key.sort_unstable();
        key.dedup();
        if let Some(&place) = self.known.get(&key) {
            return Some(place);
        }
        if self.places.len() >= MAX_PLACES {
            return None;
        }
        let place = self.places.len();
        self.places.push(Place { types: ALL, ..Place::default() });
        self.known.insert(key, place);
        self.waiting.push((place, seeds));
        Some(place)
    }

    fn describe(&mut self, seeds: &[Seed<'s>]) -> Place {
        let mut place = Place { types: self.types_of_all(seeds), ..Place::default() };
        let schemas = self.closure(seeds);

        let mut order: Vec<&str> = Vec::new();
        let mut properties: BTreeMap<&str, Vec<Seed<'s>>> = BTreeMap::new();
        let mut others = Vec::new();
        let mut items = Vec::new();
        let mut prefix: Vec<Vec<Seed<'s>>> = Vec::new();
        for seed in &schemas {
            let inner = |schema: &'s Node| Seed { schema, ..*seed };
            let loose = |schema: &'s Node| Seed { schema, alternative: true, ..*seed };
            for entry in seed.schema.get("properties").map(Node::entries).unwrap_or_default() {
                if !properties.contains_key(entry.key.as_str()) {
                    order.push(&entry.key);
                    place.names.push(names(&entry.key, &entry.value));
                }
                properties.entry(&entry.key).or_default().push(inner(&entry.value));
            }
            for entry in seed.schema.get("patternProperties").map(Node::entries).unwrap_or_default() {
                others.push(loose(&entry.value));
            }
            for key in ["additionalProperties", "unevaluatedProperties"] {
                others.extend(seed.schema.get(key).filter(|s| is_map(s)).map(loose));
            }
            for key in ["prefixItems", "items"] {
                for (at, item) in seed.schema.get(key).map(Node::items).unwrap_or_default().iter().enumerate()
                {
                    prefix.resize_with(prefix.len().max(at + 1), Vec::new);
                    prefix[at].push(inner(item));
                }
            }
            items.extend(seed.schema.get("items").filter(|s| is_map(s)).map(inner));
            for key in ["additionalItems", "unevaluatedItems", "contains"] {
                items.extend(seed.schema.get(key).filter(|s| is_map(s)).map(loose));
            }
            if place.vocabulary.is_none() && !seed.alternative {
                place.vocabulary = self.vocabulary(seed);
            }
        }
        for key in order {
            if let Some(at) = properties.remove(key).and_then(|seeds| self.place(seeds)) {
                place.properties.insert(key.to_owned(), at);
            }
        }
        place.others = self.place(others);
        place.items = self.place(items);
        for seeds in prefix {
            // A gap cannot be: lists have no holes. Beyond the limit the rest keeps core types.
            let Some(at) = self.place(seeds) else { break };
            place.prefix.push(at);
        }
        place
    }

    /// The schemas themselves and all that they take in: references, `allOf`, branches.
    fn closure(&self, seeds: &[Seed<'s>]) -> Vec<Seed<'s>> {
        let mut out: Vec<Seed<'s>> = Vec::new();
        let mut seen = HashSet::new();
        // Firm statements first: a schema that is also one of several is then firm.
        let mut waiting: Vec<Seed<'s>> = seeds.to_vec();
        waiting.sort_by_key(|seed| std::cmp::Reverse(!seed.alternative));
        waiting.reverse();
        while let Some(seed) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(seed.schema) as usize) || !is_map(seed.schema) {
                continue;
            }
            out.push(seed);
            let mut next = Vec::new();
            for key in ["oneOf", "anyOf"] {
                let branches = seed.schema.get(key).map(Node::items).unwrap_or_default();
                next.extend(branches.iter().map(|schema| Seed { schema, alternative: true, ..seed }));
            }
            for key in ["if", "then", "else"] {
                next.extend(seed.schema.get(key).map(|schema| Seed { schema, alternative: true, ..seed }));
            }
            for entry in seed.schema.get("dependentSchemas").map(Node::entries).unwrap_or_default() {
                next.push(Seed { schema: &entry.value, alternative: true, ..seed });
            }
            let all = seed.schema.get("allOf").map(Node::items).unwrap_or_default();
            let firm = all.iter().map(|schema| Seed { schema, ..seed }).chain(self.follow(seed));
            next.extend(firm);
            next.reverse();
            // Branches wait until every firm schema has been seen.
            let (branches, firm): (Vec<_>, Vec<_>) = next.into_iter().partition(|seed| seed.alternative);
            waiting.splice(0..0, branches);
            waiting.extend(firm);
        }
        out
    }

    /// Where a schema's reference leads.
    fn follow(&self, seed: Seed<'s>) -> Option<Seed<'s>> {
        let reference =
            ["$ref", "$dynamicRef"].iter().find_map(|key| seed.schema.get(key).and_then(Node::text))?;
        match self.documents.resolve(seed.document, reference) {
            Ok(Target::Schema(document, schema)) => Some(Seed { document, schema, ..seed }),
            _ => None,
        }
    }

    fn types_of_all(&self, seeds: &[Seed<'s>]) -> Types {
        let (loose, firm): (Vec<&Seed<'s>>, Vec<&Seed<'s>>) = seeds.iter().partition(|seed| seed.alternative);
        let firm = firm.iter().fold(ALL, |types, seed| types & self.types_of(**seed, 0));
        let loose = match loose.is_empty() {
            true => ALL,
            false => loose.iter().fold(0, |types, seed| types | self.types_of(**seed, 0)),
        };
        // Branches that contradict each other say nothing about the scalar.
        if firm & loose == 0 { ALL } else { firm & loose }
    }

    fn types_of(&self, seed: Seed<'s>, hops: usize) -> Types {
        if hops > MAX_HOPS || !is_map(seed.schema) {
            return ALL;
        }
        let schema = seed.schema;
        let mut types = declared(schema);
        if let Some(target) = self.follow(seed) {
            types &= self.types_of(target, hops + 1);
        }
        for schema in schema.get("allOf").map(Node::items).unwrap_or_default() {
            types &= self.types_of(Seed { schema, ..seed }, hops + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let Some(branches) = schema.get(key).map(Node::items).filter(|b| !b.is_empty()) else { continue };
            let one = |schema| self.types_of(Seed { schema, ..seed }, hops + 1);
            let any = branches.iter().fold(0, |types, schema| types | one(schema));
            // `type: string` beside `oneOf: [{const: 2010}]`: the declared type is meant.
            types = if types & any == 0 { types } else { types & any };
        }
        types
    }

    /// The closed list of a schema: `oneOf` of `const`s, or `enum`.
    fn vocabulary(&self, seed: &Seed<'s>) -> Option<Vocabulary> {
        let branches = seed
            .schema
            .get("oneOf")
            .or_else(|| seed.schema.get("anyOf"))
            .map(Node::items)
            .unwrap_or_default();
        if !branches.is_empty() && branches.iter().all(|branch| branch.get("const").is_some()) {
            let path = self.documents.0[seed.document].path;
            return Some(Vocabulary::read("", seed.schema, path, &mut Vec::new()));
        }
        Vocabulary::of_enum(seed.schema)
    }
}

fn names(key: &str, schema: &Node) -> Names {
    // What is wrong with an annotation is said when the kind is read.
    let annotation = Annotation::of(schema, &[], std::path::Path::new(""), &mut Vec::new());
    Names::read(key, schema, &annotation)
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// The types that a schema itself allows: by `type`, else by the values it lists.
fn declared(schema: &Node) -> Types {
    if let Some(ty) = schema.get("type") {
        let named = ty.items().iter().chain(std::iter::once(ty)).filter_map(Node::text);
        return named.fold(0, |types, name| types | type_named(name));
    }
    let values = schema.get("enum").map(Node::items).unwrap_or_default();
    let values = values.iter().chain(schema.get("const"));
    match values.fold(0, |types, value| types | type_of_value(value)) {
        0 => ALL,
        types => types,
    }
}

fn type_named(name: &str) -> Types {
    match name {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "integer" => INTEGER,
        "number" => INTEGER | NUMBER,
        "string" => STRING,
        "object" | "array" => CONTAINER,
        _ => 0,
    }
}

fn type_of_value(value: &Node) -> Types {
    match &value.value {
        Value::Scalar(_) => match core(value) {
            Typed::Null => NULL,
            Typed::Bool(_) => BOOLEAN,
            Typed::Number(_) => INTEGER | NUMBER,
            _ => STRING,
        },
        _ => CONTAINER,
    }
}
