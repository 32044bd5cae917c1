//! The check of a record against its kind's schema.

use super::documents::Documents;
use super::explain::Explainer;
use super::kind::Kind;
use super::kind::References;
use super::lint;
use super::node_json::Typed;
use super::node_json::Yaml;
use super::node_json::core_tree;
use super::typing::Places;
use crate::diag::Code;
use crate::diag::Finding;
use crate::yaml::Node;
use jsonschema::PatternOptions;
use jsonschema::Registry;
use jsonschema::Validator;
use std::path::Path;

/// A kind's schema, ready to check records.
///
/// Scalars are typed by the schema: a plain `2012` or `no` is text where the schema says text. The
/// check itself is JSON Schema's; every failure comes back as a [`Finding`] with its place.
pub struct Checker {
    places: Places,
    validator: Validator<Yaml>,
}

impl Checker {
    /// Checks the schema files first, as [`lint`](super::lint::lint) does; `None` when they are
    /// broken, with the reasons in `findings`.
    pub fn new(kind: &Kind, references: &References, findings: &mut Vec<Finding>) -> Option<Checker> {
        let before = findings.len();
        let documents = Documents::new(&kind.schema, &kind.schema_path, references);
        lint::documents(&documents, findings);
        if findings.len() > before {
            return None;
        }
        match compile(&documents) {
            Ok(validator) => Some(Checker { places: Places::new(&documents), validator }),
            Err(detail) => {
                findings.push(
                    Finding::new(Code::BadSchema, &kind.schema_path, Some(kind.schema.span))
                        .arg("rule", "other")
                        .arg("name", &kind.name)
                        .arg("detail", detail),
                );
                None
            }
        }
    }

    /// Everything about a record that its schema does not allow, in order of place.
    pub fn check(&self, path: &Path, root: &Node, findings: &mut Vec<Finding>) {
        let typed = self.places.typed(root, self.places.root());
        if self.validator.is_valid(&typed) {
            return;
        }
        let mut explainer = Explainer::new(path, root, &typed, &self.places);
        for error in self.validator.iter_errors(&typed) {
            explainer.take(&error);
        }
        let mut found = explainer.finish();
        found.sort();
        found.dedup();
        findings.append(&mut found);
    }
}

fn compile(documents: &Documents<'_>) -> Result<Validator<Yaml>, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let mut builder = Registry::new();
    for (at, _) in documents.0.iter().enumerate() {
        builder = builder.add(Documents::address(at), documents.json(at)).map_err(|e| words(&e))?;
    }
    let registry = builder.prepare().map_err(|e| words(&e))?;
    jsonschema::options_for::<Yaml>()
        .offline()
        .with_registry(&registry)
        .with_base_uri(Documents::address(0))
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .build(&documents.json(0))
        .map_err(|e| words(&e))
}

/// Plain JSON Schema over the same tree, the same patterns and the same library, with the core types
/// of YAML 1.2 instead of those the schema asks for.
///
/// This is what the official test suite runs against; records are checked by [`Checker`].
pub struct PlainSchema(Validator<Yaml>);

impl PlainSchema {
    /// A schema of draft 2020-12, with other schemas by their full addresses. Formats are asserted
    /// when `formats`.
    ///
    /// # Errors
    /// Why the schema cannot be used, in English.
    pub fn new<'n>(
        schema: &Node,
        others: impl IntoIterator<Item = (&'n str, &'n Node)>,
        formats: bool,
    ) -> Result<PlainSchema, String> {
        let schema = core_tree(schema).json();
        let mut builder = Registry::new();
        for (address, other) in others {
            builder = builder.add(address, core_tree(other).json()).map_err(|e| e.to_string())?;
        }
        let registry = builder.prepare().map_err(|e| e.to_string())?;
        let mut options = jsonschema::options_for::<Yaml>()
            .offline()
            .with_registry(&registry)
            .with_pattern_options(PatternOptions::regex());
        if formats {
            options = options.should_validate_formats(true);
        }
        options.build(&schema).map(PlainSchema).map_err(|e| e.to_string())
    }

    /// Whether a value is valid, by both ways of asking; they must agree.
    pub fn accepts(&self, value: &Node) -> bool {
        let typed: Typed<'_> = core_tree(value);
        let valid = self.0.is_valid(&typed);
        debug_assert_eq!(valid, self.0.iter_errors(&typed).next().is_none());
        valid
    }
}
