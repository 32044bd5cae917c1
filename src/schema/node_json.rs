//! A tree whose scalars have types, in the form that the JSON Schema crate reads.

use crate::yaml::Node;
use crate::yaml::Style;
use crate::yaml::Value;
use jsonschema::JsonType;
use jsonschema::json::Array;
use jsonschema::json::Json;
use jsonschema::json::Node as JsonNode;
use jsonschema::json::NodeIdentity;
use jsonschema::json::Object;
use serde_json::Number;
use std::borrow::Cow;

/// A typed value, borrowing its text from the tree that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Typed<'n> {
    Null,
    Bool(bool),
    Number(Number),
    Text(&'n str),
    List(Vec<Typed<'n>>),
    Map(Vec<(&'n str, Typed<'n>)>),
}

/// What a scalar is by YAML 1.2's core rules alone.
///
/// Narrower than the core schema where people and tools disagree: `010` (eight in YAML 1.1), `0x1F`,
/// `.inf` and numbers too large for any type are text.
pub(super) fn core(node: &Node) -> Typed<'_> {
    let text = match node.scalar() {
        Some(scalar) if scalar.style == Style::Plain => scalar.text.as_str(),
        Some(scalar) => return Typed::Text(&scalar.text),
        None => return Typed::Null,
    };
    if node.is_null() {
        Typed::Null
    } else if let Some(value) = node.boolean() {
        Typed::Bool(value)
    } else {
        number(text).map_or(Typed::Text(text), Typed::Number)
    }
}

fn number(text: &str) -> Option<Number> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
        if let Ok(value) = bare.parse::<i64>() {
            return Some(value.into());
        }
        if let Ok(value) = bare.parse::<u64>() {
            return Some(value.into());
        }
    }
    // Rust reads `inf`, `nan` and `1_000` differently from YAML: let only the decimal shape pass.
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let figures = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|&b| b == b'.').count();
    let good_mantissa = figures > 0 && points <= 1 && figures + points == mantissa.len();
    let good_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if !(good_mantissa && good_exponent) {
        return None;
    }
    Number::from_f64(bare.parse().ok()?)
}

/// A whole tree by the core rules.
pub(super) fn core_tree(node: &Node) -> Typed<'_> {
    match &node.value {
        Value::Scalar(_) => core(node),
        Value::List(items) => Typed::List(items.iter().map(core_tree).collect()),
        Value::Map(entries) => {
            Typed::Map(entries.iter().map(|entry| (entry.key.as_str(), core_tree(&entry.value))).collect())
        }
    }
}

impl Typed<'_> {
    /// The name of the value's type, as JSON Schema has it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Typed::Null => "null",
            Typed::Bool(_) => "boolean",
            Typed::Number(number) if number.is_f64() => "number",
            Typed::Number(_) => "integer",
            Typed::Text(_) => "string",
            Typed::List(_) => "array",
            Typed::Map(_) => "object",
        }
    }

    /// The same value for `serde_json`.
    pub(super) fn json(&self) -> serde_json::Value {
        use serde_json::Value as J;
        match self {
            Typed::Null => J::Null,
            Typed::Bool(value) => J::Bool(*value),
            Typed::Number(number) => J::Number(number.clone()),
            Typed::Text(text) => J::String((*text).to_owned()),
            Typed::List(items) => J::Array(items.iter().map(Typed::json).collect()),
            Typed::Map(entries) => {
                J::Object(entries.iter().map(|(key, value)| ((*key).to_owned(), value.json())).collect())
            }
        }
    }
}

/// Our representation, for the JSON Schema crate.
pub(super) struct Yaml;

impl Json for Yaml {
    type Node<'a> = &'a Typed<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(_: &mut (), string: &str, f: impl for<'a> FnOnce(&'a Typed<'a>) -> T) -> T {
        f(&Typed::Text(string))
    }
}

impl<'a> JsonNode<'a, Yaml> for &'a Typed<'a> {
    type Object = &'a [(&'a str, Typed<'a>)];
    type Array = &'a [Typed<'a>];
    type Number = &'a Number;

    fn as_object(&self) -> Option<Self::Object> {
        match self {
            Typed::Map(entries) => Some(entries),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Self::Array> {
        match self {
            Typed::List(items) => Some(items),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Typed::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<&'a Number> {
        match self {
            Typed::Number(number) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Typed::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Typed::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Typed::Null => JsonType::Null,
            Typed::Bool(_) => JsonType::Boolean,
            Typed::Number(_) => JsonType::Number,
            Typed::Text(_) => JsonType::String,
            Typed::List(_) => JsonType::Array,
            Typed::Map(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self, expected) {
            (Typed::Text(text), serde_json::Value::String(expected)) => text == expected,
            (Typed::Text(_), _) | (_, serde_json::Value::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&self.json(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(self.json())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Typed<'_>>(self) as usize))
    }
}

impl<'a> Object<'a, Yaml> for &'a [(&'a str, Typed<'a>)] {
    type Node = &'a Typed<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[(&str, Typed<'_>)]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Typed<'a>> {
        self.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The entries of a mapping, one by one.
pub(super) struct Members<'a>(std::slice::Iter<'a, (&'a str, Typed<'a>)>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Typed<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (*name, value))
    }
}

impl<'a> Array<'a, Yaml> for &'a [Typed<'a>] {
    type Node = &'a Typed<'a>;
    type ElementsIter = std::slice::Iter<'a, Typed<'a>>;

    fn len(&self) -> usize {
        <[Typed<'_>]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    #[test]
    fn the_core_rules() {
        let type_of = |text: &str| {
            let source = format!("a: {text}\n");
            let root = read(&source).root.expect("a document");
            core(root.get("a").expect("a")).type_name()
        };
        for text in [
            "010", "no", "on", "2012-10", "1_000", "0x1F", ".inf", ".nan", "1e400", "'1'", "1.2.3", "-x",
            "1e",
        ] {
            assert_eq!(type_of(text), "string", "{text}");
        }
        for text in ["0", "-3", "+3", "2012", "18446744073709551615"] {
            assert_eq!(type_of(text), "integer", "{text}");
        }
        for text in ["1.10", "1e3", ".5", "-0.5", "12345678901234567890123"] {
            assert_eq!(type_of(text), "number", "{text}");
        }
        for text in ["", "~", "null"] {
            assert_eq!(type_of(text), "null", "{text}");
        }
        assert_eq!(type_of("true"), "boolean");
    }
}
