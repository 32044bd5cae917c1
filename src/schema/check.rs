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

    /// A record as JSON, each value of the type that the schema gives it.
    pub fn json(&self, root: &Node) -> serde_json::Value {
        self.places.typed(root, self.places.root()).json()
    }

    /// Everything about a record that its schema does not allow, in order of place.
    pub fn check(&self, path: &Path, root: &Node, findings: &mut Vec<Finding>) {
        let mut typed = self.places.typed(root, self.places.root());
        if self.validator.is_valid(&typed) {
            return;
        }
        let mut cut = Cut { places: &self.places, path, findings: Vec::new() };
        cut.value(&mut typed, root, self.places.root(), "");
        findings.append(&mut cut.findings);
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

/// How many values outside its vocabulary are told of one list.
const TOLD: usize = 100;

/// Ends lists whose values are mostly outside their vocabulary. The JSON Schema crate collects its errors,
/// some thirty for each such value, before it hands on the first: a list of 90,000 took 800 MB and 5 s.
struct Cut<'c> {
    places: &'c Places,
    path: &'c Path,
    findings: Vec<Finding>,
}

impl Cut<'_> {
    fn value(&mut self, typed: &mut Typed<'_>, node: &Node, place: Option<usize>, field: &str) {
        match typed {
            Typed::Map(entries) => {
                for ((key, value), entry) in entries.iter_mut().zip(node.entries()) {
                    let name = if field.is_empty() { (*key).to_owned() } else { format!("{field}.{key}") };
                    self.value(value, &entry.value, self.places.property(place, key), &name);
                }
            }
            Typed::List(items) => {
                if items.len() > TOLD {
                    self.list(items, node, place, field);
                }
                for (at, (item, node)) in items.iter_mut().zip(node.items()).enumerate() {
                    self.value(item, node, self.places.item(place, at), field);
                }
            }
            _ => {}
        }
    }

    fn list(&mut self, items: &mut Vec<Typed<'_>>, node: &Node, place: Option<usize>, field: &str) {
        let is_bad = |(at, item): &(usize, &Typed<'_>)| {
            let vocabulary =
                self.places.get(self.places.item(place, *at)).and_then(|p| p.vocabulary.as_ref());
            let known = |text: &str| vocabulary.is_none_or(|v| v.terms.iter().any(|term| term.value == text));
            matches!(item, Typed::Text(text) if !known(text))
        };
        let mut bad = items.iter().enumerate().filter(is_bad).map(|(at, _)| at);
        let (Some(last), true) = (bad.nth(TOLD - 1), bad.next().is_some()) else { return };
        let rest = items.len() - last - 1;
        items.truncate(last + 1);
        let finding = Finding::new(Code::ListUnchecked, self.path, Some(node.span)).field(field);
        self.findings.push(finding.arg("name", field).arg("shown", TOLD).arg("rest", rest));
    }
}

/// A kind's schema as one JSON Schema, with the vocabularies that it points at inside: what editors and
/// other programs need.
pub fn bundle(kind: &Kind, references: &References) -> serde_json::Value {
    Documents::new(&kind.schema, &kind.schema_path, references).bundle()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    fn checker(schema: &str, others: &[(&str, &str)]) -> Checker {
        let mut findings = Vec::new();
        let node = |text: &str| read(text).root.expect("a schema");
        let references: References = others
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (Path::new("schemas").join(name), node(text))))
            .collect();
        let kind =
            Kind::read("case", node(schema), Path::new("schemas/case.yaml"), &references, &mut findings);
        findings.retain(|finding| finding.code != Code::BadSettings);
        let checker = Checker::new(&kind, &references, &mut findings);
        assert_eq!(findings, []);
        checker.expect("a good schema")
    }

    fn check(checker: &Checker, record: &str) -> Vec<String> {
        let mut findings = Vec::new();
        checker.check(Path::new("x.yaml"), &read(record).root.expect("a record"), &mut findings);
        let at = |f: &Finding| f.span.map_or("", |span| &record[span.start..span.end]).to_owned();
        findings.iter().map(|f| format!("{} {} [{}]", f.code.id(), f.field, at(f))).collect()
    }

    #[test]
    fn threads_may_share_a_checker() {
        fn shared<T: Send + Sync>() {}
        shared::<Checker>();
    }

    #[test]
    fn text_is_what_the_schema_calls_text() {
        let schema = "
properties:
  a: {type: string}
  b: {type: [string, 'null']}
  c: {type: [string, integer]}
  d: {$ref: '#/$defs/text'}
  e: {allOf: [{type: string}, {minLength: 2}]}
  f: {oneOf: [{type: string}, {type: boolean}]}
  g: {enum: ['1', '2']}
  h: {type: array, items: {type: string}}
  i: {type: object, additionalProperties: {type: string}}
  j: {type: array, prefixItems: [{type: string}, {type: integer}]}
  k: {type: number}
$defs:
  text: {type: string}
";
        let checker = checker(schema, &[]);
        for value in ["010", "no", "2012", "2012-10", "1.10", "true", "0x1F", ".inf"] {
            let record = format!(
                "a: {value}\nb: {value}\nc: {value}\nd: {value}\ne: {value}\nf: {value}\nh: [{value}]\ni: {{x: {value}}}\nj: [{value}, 1]\n"
            );
            assert_eq!(check(&checker, &record), [""; 0], "{value}");
        }
        assert_eq!(check(&checker, "b: ~\nb2: null\ng: 1\nk: 1.10\n"), [""; 0]);
        assert_eq!(
            check(&checker, "a:\nk: '1'\nj: [1, 010]\n"),
            ["AK0111 a [a]", "AK0101 k ['1']", "AK0101 j[1] [010]"]
        );
    }

    #[test]
    fn references_lead_through_files_of_any_name() {
        let schema = "
$id: case.yaml
properties:
  level: {$ref: vocab/等次.yaml}
  other: {$ref: 'vocab/甲 乙.yaml#/$defs/一'}
  self: {$ref: case.yaml}
";
        let others = [
            ("vocab/等次.yaml", "$id: vocab/等次.yaml\noneOf: [{const: 甲}, {const: 乙}]\n"),
            ("vocab/甲 乙.yaml#/$defs/一", "$defs: {一: {$ref: 等次.yaml}}\n"),
        ];
        let checker = checker(schema, &others);
        assert_eq!(check(&checker, "level: 甲\nother: 乙\nself: {level: 乙}\n"), [""; 0]);
        assert_eq!(
            check(&checker, "level: 丙\nother: 丙\nself: {self: {level: 丁}}\n"),
            ["AK0104 level [丙]", "AK0104 other [丙]", "AK0104 self.self.level [丁]"]
        );
    }

    #[test]
    fn keys_that_look_like_numbers_are_found() {
        let checker = checker("properties: {a: {additionalProperties: {type: integer}}}\n", &[]);
        assert_eq!(
            check(&checker, "a: {2012: x, a/b: y, a~b: z}\n"),
            ["AK0101 a.2012 [x]", "AK0101 a.a/b [y]", "AK0101 a.a~b [z]"]
        );
    }

    #[test]
    #[ignore = "a measurement, not a test"]
    #[allow(clippy::print_stderr)]
    fn microseconds_per_record() {
        let root = |path: &str| {
            let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
            read(&text).root.expect("YAML")
        };
        let mut references = References::new();
        for name in ["sectors", "themes", "levels", "section-roles"] {
            let path = format!("schemas/vocab/{name}.yaml");
            references.insert(format!("vocab/{name}.yaml"), (path.clone().into(), root(&path)));
        }
        let kind = Kind::read(
            "case",
            root("schemas/case.yaml"),
            Path::new("case.yaml"),
            &references,
            &mut Vec::new(),
        );
        let start = std::time::Instant::now();
        let checker = Checker::new(&kind, &references, &mut Vec::new()).expect("a good schema");
        eprintln!("a checker: {:?}", start.elapsed());
        let section = "  - role: practice\n    heading: 主要做法\n    text: |\n      ".to_owned()
            + &"一段文字。".repeat(200)
            + "\n";
        let record = format!(
            "id: a123\ntitle: 星级管理\nunit: 某某县委\nregion: {{province: 甘肃省, city: 兰州市}}\nsector: 农村\n\
             themes: [党的群众工作]\nyear: 2012\nprogramme: 创新案例\nedition: 2\nawards:\n  - {{programme: 创新案例, edition: 2, \
             level: 最佳案例, rank: 3}}\nsections:\n{}source:\n  - {{file: a.html, start: 0, end: 12, retrieved: 2012-10-31}}\n",
            section.repeat(4)
        );
        for (name, record) in [("good", record.clone()), ("bad", record.replace("农村", "农付"))] {
            let node = read(&record).root.expect("a record");
            let path = Path::new("x.yaml");
            let mut findings = Vec::new();
            let start = std::time::Instant::now();
            for _ in 0..20_000 {
                findings.clear();
                checker.check(path, &node, &mut findings);
            }
            eprintln!("{name}: {:?} a record, {} findings", start.elapsed() / 20_000, findings.len());
            let start = std::time::Instant::now();
            for _ in 0..2_000 {
                assert!(read(&record).problems.is_empty());
            }
            eprintln!("parsing {} bytes: {:?}", record.len(), start.elapsed() / 2_000);
        }
    }
}
