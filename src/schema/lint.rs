//! The check of the schema files themselves, before any record is checked by them.
//!
//! JSON Schema ignores what it does not know: `requried: [title]` is valid and does nothing. In an
//! archive that is a record nobody checks, so everything without effect is a finding here.

use super::documents::Astray;
use super::documents::Document;
use super::documents::Documents;
use super::explain;
use super::keywords;
use super::keywords::Draft;
use super::kind::References;
use super::node_json::core;
use super::node_json::core_tree;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::nearest;
use crate::yaml::Node;
use crate::yaml::Value;
use jsonschema::PatternOptions;
use jsonschema::ValidationError;
use jsonschema::error::TypeKind;
use jsonschema::error::ValidationErrorKind as Kind;
use std::path::Path;

/// Checks a schema file and the files that it points at: valid against the meta-schema it declares,
/// no unknown keywords, no reference that leads nowhere or to the network, only patterns that run in
/// linear time, nothing that contradicts itself.
pub fn lint(schema: &Node, path: &Path, references: &References, findings: &mut Vec<Finding>) {
    documents(&Documents::new(schema, path, references), findings);
}

/// The same for files already put together.
pub(super) fn documents(documents: &Documents<'_>, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    for (at, document) in documents.0.iter().enumerate() {
        // A file that several names point into is one file.
        if documents.0[..at].iter().any(|other| other.path == document.path) {
            continue;
        }
        let mut linter = Linter { documents, at, document, findings: &mut found };
        linter.meta();
        keywords::each_schema(document.root, document.draft, &mut |schema, above| {
            linter.schema(schema, above);
        });
    }
    found.sort();
    found.dedup_by(|b, a| a.path == b.path && a.span == b.span && a.code == b.code);
    findings.append(&mut found);
}

struct Linter<'l, 's> {
    documents: &'l Documents<'s>,
    at: usize,
    document: &'l Document<'s>,
    findings: &'l mut Vec<Finding>,
}

impl Linter<'_, '_> {
    fn bad(&mut self, node: &Node, field: &str, rule: &'static str, detail: impl ToString) {
        self.push(
            Finding::new(Code::BadSchema, self.document.path, Some(node.span))
                .field(field)
                .arg("rule", rule)
                .arg("name", field)
                .arg("detail", detail),
        );
    }

    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Against the meta-schema.
    fn meta(&mut self) {
        let root = self.document.root;
        if let Some(node) = root.get("$schema")
            && node.text().and_then(Draft::parse).is_none()
        {
            let known: Vec<String> = keywords::DRAFTS.iter().map(|(name, _)| (*name).to_owned()).collect();
            self.bad(node, "$schema", "enum", explain::list(&known));
            if let (Some(finding), Some(text)) = (self.findings.last_mut(), node.text()) {
                finding.suggestion =
                    nearest(text, keywords::DRAFTS.iter().map(|(name, _)| *name)).map(str::to_owned);
            }
            return;
        }
        let json = core_tree(root).json();
        let meta = match self.document.draft {
            Draft::D4 => jsonschema::draft4::meta::validator(),
            Draft::D6 => jsonschema::draft6::meta::validator(),
            Draft::D7 => jsonschema::draft7::meta::validator(),
            Draft::D2019 => jsonschema::draft201909::meta::validator(),
            Draft::D2020 => jsonschema::draft202012::meta::validator(),
        };
        let errors: Vec<ValidationError<'_>> = meta.iter_errors(&json).collect();
        for error in errors.iter().flat_map(deepest) {
            let (node, field) = locate(root, error.instance_path().as_str());
            let (rule, detail, allowed) = reason(error);
            self.bad(node, &field, rule, detail);
            let near = node.text().and_then(|text| nearest(text, allowed.iter().map(String::as_str)));
            if let Some(finding) = self.findings.last_mut() {
                finding.suggestion = near.map(str::to_owned);
            }
        }
    }

    /// One schema of the file.
    fn schema(&mut self, schema: &Node, above: &[String]) {
        let draft = self.document.draft;
        let field = |key: &str| above.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".");
        for entry in schema.entries() {
            let key = entry.key.as_str();
            if keywords::holds(key, draft).is_none() && !key.starts_with("x-") {
                self.push(
                    Finding::new(Code::UnknownKeyword, self.document.path, Some(entry.key_span))
                        .field(field(key))
                        .arg("name", key)
                        .suggest(nearest(key, keywords::names(draft))),
                );
            }
            match (key, entry.value.text()) {
                ("$ref" | "$dynamicRef", Some(reference)) => {
                    self.reference(&entry.value, field(key), reference);
                }
                ("pattern", Some(pattern)) => self.pattern(entry.value.span, field(key), pattern),
                ("format", Some(format)) if !known_format(draft, format) => {
                    self.bad(&entry.value, &field(key), "format", format);
                    if let Some(finding) = self.findings.last_mut() {
                        finding.suggestion = nearest(format, FORMATS.iter().copied()).map(str::to_owned);
                    }
                }
                ("patternProperties", _) => {
                    for pattern in entry.value.entries() {
                        self.pattern(pattern.key_span, field(key), &pattern.key);
                    }
                }
                _ => {}
            }
        }
        self.sense(schema, &field);
    }

    fn reference(&mut self, node: &Node, field: String, reference: &str) {
        let Err(astray) = self.documents.resolve(self.at, reference) else { return };
        let names: Vec<String> = match reference.strip_prefix('#') {
            Some(_) => ["$defs", "definitions"]
                .iter()
                .flat_map(|key| {
                    let defined = self.document.root.get(key).map(Node::entries).unwrap_or_default();
                    defined.iter().map(move |entry| format!("#/{key}/{}", entry.key))
                })
                .collect(),
            None => self.documents.names().map(str::to_owned).collect(),
        };
        let near = match astray {
            Astray::Missing => nearest(reference, names.iter().map(String::as_str)),
            Astray::Remote | Astray::Outside => None,
        };
        self.push(
            Finding::new(Code::BadReference, self.document.path, Some(node.span))
                .field(field)
                .arg("rule", astray.as_str())
                .arg("name", reference)
                .suggest(near),
        );
    }

    fn pattern(&mut self, span: crate::diag::Span, field: String, pattern: &str) {
        let schema = serde_json::json!({ "pattern": pattern });
        let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
        if options.build(&schema).is_ok() {
            return;
        }
        // Look-around and back-references need backtracking, which a hostile text can stretch without
        // end; what fails although it has none of them is simply misspelt.
        let backtracks = jsonschema::options().offline().build(&schema).is_ok();
        self.push(
            Finding::new(Code::BadPattern, self.document.path, Some(span))
                .field(field)
                .arg("rule", if backtracks { "backtracks" } else { "syntax" })
                .arg("name", pattern),
        );
    }

    /// Statements that no value can meet, or that never apply.
    fn sense(&mut self, schema: &Node, field: &dyn Fn(&str) -> String) {
        for (low, high) in [
            ("minLength", "maxLength"),
            ("minimum", "maximum"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
        ] {
            let number = |key| schema.get(key).and_then(Node::text).and_then(|text| text.parse::<f64>().ok());
            if let (Some(least), Some(most), Some(node)) = (number(low), number(high), schema.get(high))
                && least > most
            {
                self.bad(node, &field(high), "contradiction", format!("{low} {least} > {high} {most}"));
            }
        }
        if let (Some(required), Some(properties)) = (schema.get("required"), schema.get("properties"))
            && schema.get("additionalProperties").and_then(Node::boolean) == Some(false)
            && schema.get("patternProperties").is_none()
        {
            for name in required.items() {
                let Some(text) = name.text().filter(|text| properties.get(text).is_none()) else { continue };
                self.bad(name, &field("required"), "required", text);
                let near = nearest(text, properties.entries().iter().map(|entry| entry.key.as_str()));
                if let Some(finding) = self.findings.last_mut() {
                    finding.suggestion = near.map(str::to_owned);
                }
            }
        }
        let Some(types) = schema.get("type") else { return };
        let types: Vec<&str> =
            types.items().iter().chain(std::iter::once(types)).filter_map(Node::text).collect();
        let known = ["null", "boolean", "integer", "number", "string", "array", "object"];
        if types.is_empty() || types.iter().any(|ty| !known.contains(ty)) {
            return;
        }
        for entry in schema.entries() {
            let applies = applies_to(&entry.key);
            let known = keywords::holds(&entry.key, self.document.draft).is_some();
            if known && !applies.is_empty() && !types.iter().any(|ty| applies.contains(ty)) {
                let detail = format!("{} ↔ type: {}", entry.key, types.join(", "));
                let mut finding = Finding::new(Code::BadSchema, self.document.path, Some(entry.key_span));
                finding = finding.field(field(&entry.key)).arg("rule", "contradiction");
                self.push(finding.arg("name", field(&entry.key)).arg("detail", detail));
            }
        }
        let listed = schema.get("enum").map(Node::items).unwrap_or_default();
        for value in listed.iter().chain(schema.get("const")) {
            let actual = match &value.value {
                Value::Scalar(_) => core(value).type_name(),
                Value::List(_) => "array",
                Value::Map(_) => "object",
            };
            let scalar = matches!(value.value, Value::Scalar(_)) && !value.is_null();
            let fits = types.iter().any(|ty| {
                *ty == actual || (*ty == "string" && scalar) || (*ty == "number" && actual == "integer")
            });
            if !fits {
                let detail = format!("{} ↔ type: {}", explain::quote(value), types.join(", "));
                self.bad(value, &field("enum"), "contradiction", detail);
            }
        }
    }
}

/// The types that a keyword says something about; none when it applies to all.
fn applies_to(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "minLength" | "maxLength" | "pattern" | "format" | "contentEncoding" | "contentMediaType"
        | "contentSchema" => &["string"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            &["integer", "number"]
        }
        "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" | "contains" | "minContains"
        | "maxContains" | "minItems" | "maxItems" | "uniqueItems" => &["array"],
        "properties"
        | "patternProperties"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "propertyNames"
        | "required"
        | "dependentRequired"
        | "dependentSchemas"
        | "dependencies"
        | "minProperties"
        | "maxProperties" => &["object"],
        _ => &[],
    }
}

const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "uuid",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

fn known_format(draft: Draft, format: &str) -> bool {
    let draft = match draft {
        Draft::D4 => jsonschema::Draft::Draft4,
        Draft::D6 => jsonschema::Draft::Draft6,
        Draft::D7 => jsonschema::Draft::Draft7,
        Draft::D2019 => jsonschema::Draft::Draft201909,
        Draft::D2020 => jsonschema::Draft::Draft202012,
    };
    jsonschema::options().is_known_format(draft, format)
}

/// The node at a JSON pointer, as deep as it leads, and its path as people write it.
fn locate<'n>(root: &'n Node, pointer: &str) -> (&'n Node, String) {
    let mut node = root;
    let mut field = Vec::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match &node.value {
            Value::Map(_) => node.get(&step),
            Value::List(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            Value::Scalar(_) => None,
        };
        let Some(next) = next else { break };
        field.push(step);
        node = next;
    }
    (node, field.join("."))
}

/// An error, or those inside its branches that are about something deeper: of `type: [integer, nul]`
/// only `nul` is wrong.
fn deepest<'e>(error: &'e ValidationError<'_>) -> Vec<&'e ValidationError<'e>> {
    let here = error.instance_path().as_str().len();
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        let inner: Vec<&ValidationError<'_>> =
            context.iter().flatten().filter(|e| e.instance_path().as_str().len() > here).collect();
        if !inner.is_empty() {
            return inner;
        }
    }
    vec![error]
}

/// Why a meta-schema refuses a value: the sentence, what it would take, and the words it would take.
fn reason(error: &ValidationError<'_>) -> (&'static str, String, Vec<String>) {
    let mut constants = explain::constants(error);
    constants.dedup();
    if !constants.is_empty() {
        return ("enum", explain::list(&constants), constants);
    }
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(ty) } => ("type", ty.as_str().to_owned(), Vec::new()),
        Kind::Type { kind: TypeKind::Multiple(types) } => {
            let types: Vec<&str> = types.iter().map(jsonschema::JsonType::as_str).collect();
            ("type", types.join("|"), Vec::new())
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let inner = context.iter().flatten().map(reason).find(|(rule, ..)| *rule == "type");
            inner.unwrap_or(("keyword", error.kind().keyword().to_owned(), Vec::new()))
        }
        Kind::Minimum { limit } => ("keyword", format!("≥ {limit}"), Vec::new()),
        Kind::ExclusiveMinimum { limit } => ("keyword", format!("> {limit}"), Vec::new()),
        kind => ("keyword", kind.keyword().to_owned(), Vec::new()),
    }
}
