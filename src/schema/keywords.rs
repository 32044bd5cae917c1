//! The keywords of JSON Schema: what stands under each, and which drafts know it.

use crate::yaml::Node;
use crate::yaml::Value;
use Draft::{D4, D6, D7, D2019, D2020};
use Holds::{Data, Either, List, Named, NamedLoose, Schema};

/// What stands under a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A schema.
    Schema,
    /// A list of schemas.
    List,
    /// A schema or a list of them.
    Either,
    /// A mapping from names to schemas.
    Named,
    /// A mapping from names to schemas or to lists of names.
    NamedLoose,
    /// Anything that is no schema.
    Data,
}

/// A draft of JSON Schema. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// The drafts by the address that `$schema` names them with.
pub(super) const DRAFTS: &[(&str, Draft)] = &[
    ("https://json-schema.org/draft/2020-12/schema", D2020),
    ("https://json-schema.org/draft/2019-09/schema", D2019),
    ("http://json-schema.org/draft-07/schema", D7),
    ("http://json-schema.org/draft-06/schema", D6),
    ("http://json-schema.org/draft-04/schema", D4),
];

impl Draft {
    /// The draft that an address names; an empty fragment does not matter.
    pub(super) fn parse(address: &str) -> Option<Draft> {
        let address = address.strip_suffix('#').unwrap_or(address);
        DRAFTS.iter().find(|(known, _)| *known == address).map(|(_, draft)| *draft)
    }

    /// The draft that a schema declares; 2020-12 when it declares none or an unknown one.
    pub(super) fn of(schema: &Node) -> Draft {
        schema.get("$schema").and_then(Node::text).and_then(Draft::parse).unwrap_or(D2020)
    }
}

struct Keyword {
    name: &'static str,
    holds: Holds,
    first: Draft,
    last: Draft,
}

const fn from(name: &'static str, holds: Holds, first: Draft) -> Keyword {
    Keyword { name, holds, first, last: D2020 }
}

const fn within(name: &'static str, holds: Holds, first: Draft, last: Draft) -> Keyword {
    Keyword { name, holds, first, last }
}

// `definitions` and `$defs` are accepted everywhere: pointers find them whatever the draft.
const KEYWORDS: &[Keyword] = &[
    from("$schema", Data, D4),
    from("$id", Data, D6),
    within("id", Data, D4, D4),
    from("$ref", Data, D4),
    from("$comment", Data, D4),
    from("$defs", Named, D4),
    from("definitions", Named, D4),
    from("$anchor", Data, D2019),
    from("$vocabulary", Data, D2019),
    from("$dynamicRef", Data, D2020),
    from("$dynamicAnchor", Data, D2020),
    within("$recursiveRef", Data, D2019, D2019),
    within("$recursiveAnchor", Data, D2019, D2019),
    from("title", Data, D4),
    from("description", Data, D4),
    from("default", Data, D4),
    from("examples", Data, D4),
    from("readOnly", Data, D4),
    from("writeOnly", Data, D4),
    from("deprecated", Data, D4),
    from("type", Data, D4),
    from("enum", Data, D4),
    from("const", Data, D6),
    from("multipleOf", Data, D4),
    from("minimum", Data, D4),
    from("maximum", Data, D4),
    from("exclusiveMinimum", Data, D4),
    from("exclusiveMaximum", Data, D4),
    from("minLength", Data, D4),
    from("maxLength", Data, D4),
    from("pattern", Data, D4),
    from("format", Data, D4),
    from("contentEncoding", Data, D7),
    from("contentMediaType", Data, D7),
    from("contentSchema", Schema, D2019),
    within("items", Either, D4, D2019),
    within("items", Schema, D2020, D2020),
    from("prefixItems", List, D2020),
    within("additionalItems", Schema, D4, D2019),
    from("unevaluatedItems", Schema, D2019),
    from("contains", Schema, D6),
    from("minContains", Data, D2019),
    from("maxContains", Data, D2019),
    from("minItems", Data, D4),
    from("maxItems", Data, D4),
    from("uniqueItems", Data, D4),
    from("properties", Named, D4),
    from("patternProperties", Named, D4),
    from("additionalProperties", Schema, D4),
    from("unevaluatedProperties", Schema, D2019),
    from("propertyNames", Schema, D6),
    from("required", Data, D4),
    from("dependentRequired", Data, D2019),
    from("dependentSchemas", Named, D2019),
    within("dependencies", NamedLoose, D4, D7),
    from("minProperties", Data, D4),
    from("maxProperties", Data, D4),
    from("allOf", List, D4),
    from("anyOf", List, D4),
    from("oneOf", List, D4),
    from("not", Schema, D4),
    from("if", Schema, D7),
    from("then", Schema, D7),
    from("else", Schema, D7),
    // Not of the standard, but editors with a YAML language server read them.
    from("markdownDescription", Data, D4),
    from("enumDescriptions", Data, D4),
    from("defaultSnippets", Data, D4),
    from("deprecationMessage", Data, D4),
    from("errorMessage", Data, D4),
    from("patternErrorMessage", Data, D4),
    from("doNotSuggest", Data, D4),
];

/// What stands under a keyword in a draft; `None` when the draft has no such keyword.
pub(super) fn holds(name: &str, draft: Draft) -> Option<Holds> {
    KEYWORDS
        .iter()
        .find(|word| word.name == name && word.first <= draft && draft <= word.last)
        .map(|word| word.holds)
}

/// The names of all keywords of a draft.
pub(super) fn names(draft: Draft) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |word| word.first <= draft && draft <= word.last).map(|word| word.name)
}

/// Calls `take(schema, keys above it)` for a schema and every schema inside it, outermost first.
pub(super) fn each_schema<'n>(root: &'n Node, draft: Draft, take: &mut dyn FnMut(&'n Node, &[String])) {
    walk(root, draft, &mut Vec::new(), take);
}

fn walk<'n>(
    schema: &'n Node,
    draft: Draft,
    above: &mut Vec<String>,
    take: &mut dyn FnMut(&'n Node, &[String]),
) {
    take(schema, above);
    for entry in schema.entries() {
        let Some(holds) = holds(&entry.key, draft) else { continue };
        above.push(entry.key.clone());
        let value = &entry.value;
        match (holds, &value.value) {
            (Data, _) => {}
            (Named | NamedLoose, Value::Map(entries)) => {
                for named in entries {
                    if holds == NamedLoose && matches!(named.value.value, Value::List(_)) {
                        continue;
                    }
                    above.push(named.key.clone());
                    walk(&named.value, draft, above, take);
                    above.pop();
                }
            }
            (List | Either, Value::List(items)) => {
                for (at, item) in items.iter().enumerate() {
                    above.push(at.to_string());
                    walk(item, draft, above, take);
                    above.pop();
                }
            }
            (Schema | Either, Value::Map(_)) => walk(value, draft, above, take),
            _ => {}
        }
        above.pop();
    }
}
