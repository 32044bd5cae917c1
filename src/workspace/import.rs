//! An import wired up: words from the archive, drafts from the importer, files for the archive.

use crate::archive::Archive;
use crate::archive::Batch;
use crate::archive::Broken;
use crate::archive::Change;
use crate::archive::NewFile;
use crate::archive::Record;
use crate::archive::WriteError;
use crate::archive::apply;
use crate::archive::next_id;
use crate::archive::sweep;
use crate::diag::Finding;
use crate::diag::Severity;
use crate::import;
use crate::import::Action;
use crate::import::Award;
use crate::import::Columns;
use crate::import::ColumnsError;
use crate::import::Draft;
use crate::import::Existing;
use crate::import::Files;
use crate::import::Lexicon;
use crate::import::OnConflict;
use crate::import::Options;
use crate::import::Plan;
use crate::import::Region;
use crate::import::UnknownField;
use crate::schema::Checker;
use crate::schema::Kind;
use crate::text::shingles::Shingles;
use crate::text::shingles::bare;
use crate::yaml;
use crate::yaml::Addition;
use crate::yaml::Node;
use crate::yaml::Tree;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use serde_json::Value;
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;

/// The lists of a record that grow when a new source of it turns up.
const GROWING: &[&str] = &["awards", "source"];

/// An import that has been thought through and not yet written.
#[derive(Debug)]
pub struct Import {
    /// What will be done, for each source.
    pub plan: Plan,
    /// The files that will be created.
    pub new: Vec<NewFile>,
    /// The files that will be changed: they gain lines.
    pub changes: Vec<Change>,
    /// The batch that it will be.
    pub batch: String,
    /// A record is in conflict and conflicts are errors: nothing will be written.
    pub stopped: bool,
}

/// Why an import could not be planned.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A word list of the archive is broken.
    #[error("a word list of the archive is broken")]
    Broken(Box<Broken>),
    /// A word list cannot be understood.
    #[error("{0}")]
    Lexicon(String),
    /// The archive has no kind of record that drafts could become.
    #[error("the archive has no kind of record to import into")]
    NoKind,
    /// A column is to be a field that there is not.
    #[error("{0}")]
    Column(UnknownField),
}

/// Plans an import of files into the kind that was named, else into the archive's first.
///
/// # Errors
/// When the archive's word lists cannot be used.
pub fn plan_import(
    archive: &Archive,
    files: &(impl Files + ?Sized),
    options: &Options<'_>,
) -> Result<Import, ImportError> {
    let kind = match &options.kind {
        Some(name) => archive.kinds.iter().find(|kind| kind.name == *name),
        None => archive.kinds.first(),
    };
    let kind = kind.ok_or(ImportError::NoKind)?;
    let list = |name: &str| archive.word_list(name).map_err(ImportError::Broken);
    let lexicon =
        Lexicon::read(&list("section-roles")?, &list("levels")?, &list("boilerplate")?, &list("programmes")?)
            .map_err(ImportError::Lexicon)?;
    let kept = &archive.settings.columns;
    let columns =
        Columns::new(kind, &list("columns")?, &options.columns, kept).map_err(|error| match error {
            ColumnsError::Field(unknown) => ImportError::Column(unknown),
            pattern @ ColumnsError::Pattern(_) => ImportError::Lexicon(pattern.to_string()),
        })?;
    let lexicon = lexicon.with_columns(columns);
    let records = records(archive);
    let existing: Vec<Existing> = records.par_iter().filter_map(|record| existing(kind, record)).collect();
    let plan = import::plan_files(files, options, &lexicon, &existing);
    let seed: String = plan.sources.iter().map(|source| source.sha256.as_str()).collect();
    let batch = next_id(&archive.root, seed.as_bytes());
    let mut import = Import { plan, new: Vec::new(), changes: Vec::new(), batch, stopped: false };
    import.write_out(archive, kind, &records, options.on_conflict);
    if options.on_conflict == OnConflict::Error && import.plan.count(Action::Conflict) > 0 {
        import.stopped = true;
        import.new.clear();
        import.changes.clear();
    }
    Ok(import)
}

/// Writes what was planned as one batch, and beside it (`apart.json`) everything of the sources that
/// went into no record, with its reason. `label` says what was imported, `time` when, in seconds since
/// 1970. The caller holds the archive's lock.
///
/// # Errors
/// Nothing has been written: see [`apply`].
pub fn apply_import(archive: &Archive, import: &Import, label: &str, time: i64) -> Result<(), WriteError> {
    sweep(archive);
    let batch = Batch {
        id: import.batch.clone(),
        label: label.to_owned(),
        time,
        create: import.new.clone(),
        change: import.changes.clone(),
        beside: vec![("apart.json".to_owned(), format!("{:#}\n", apart(&import.plan)))],
        ..Batch::default()
    };
    apply(&archive.root, &batch)
}

/// What of each source went into no record. A source that the archive had already is not repeated.
fn apart(plan: &Plan) -> Value {
    let known = |source: &&import::SourcePlan| {
        let all = source.records.iter().all(|record| record.action == Action::Unchanged);
        all && !source.records.is_empty()
    };
    let span = |apart: &import::Apart, what: &str| json!({"what": what, "start": apart.start, "end": apart.end, "why": apart.why, "text": apart.text});
    let sources: Vec<Value> = plan
        .sources
        .iter()
        .filter(|source| !known(source))
        .map(|source| {
            let boilerplate = source.boilerplate.iter().map(|apart| span(apart, "boilerplate"));
            let unassigned = source.unassigned.iter().map(|apart| span(apart, "unassigned"));
            let rejected: Vec<Value> = source
                .records
                .iter()
                .filter(|record| matches!(record.action, Action::Reject | Action::Conflict))
                .map(|record| {
                    json!({"title": record.draft.title, "why": record.reason, "spans": record.spans})
                })
                .collect();
            json!({"path": source.path, "sha256": source.sha256,
                   "apart": boilerplate.chain(unassigned).collect::<Vec<_>>(), "rejected": rejected})
        })
        .collect();
    json!({"v": 1, "sources": sources})
}

/// All records as they are on disk now: an import never relies on what an index remembers.
fn records(archive: &Archive) -> Vec<Record> {
    let (walk, _) = archive.walk();
    walk.par_iter().filter_map(|stat| Record::read(&archive.root, &stat.path).ok()).collect()
}

fn existing(kind: &Kind, record: &Record) -> Option<Existing> {
    let root = record.root.as_ref()?;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let number = |node: &Node, key: &str| node.get(key).and_then(Node::integer);
    let place = |node: &Node, key: &str| number(node, key).and_then(|n| usize::try_from(n).ok());
    let list = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
    Some(Existing {
        id: text(root, &kind.key)?,
        title: text(root, &kind.title).unwrap_or_default(),
        unit: text(root, "unit"),
        region: root.get("region").and_then(|region| {
            Some(Region {
                province: text(region, "province")?,
                city: text(region, "city"),
                county: text(region, "county"),
                code: text(region, "code").unwrap_or_default(),
            })
        }),
        awards: list("awards")
            .iter()
            .map(|award| Award {
                programme: text(award, "programme"),
                edition: number(award, "edition"),
                year: number(award, "year"),
                level: text(award, "level"),
                rank: number(award, "rank"),
                title: text(award, "title"),
                unit: text(award, "unit"),
            })
            .collect(),
        sources: list("source")
            .iter()
            .filter_map(|source| {
                Some((text(source, "sha256")?, place(source, "start")?, place(source, "end")?))
            })
            .collect(),
        has_text: !list("sections").is_empty(),
        year: number(root, "year"),
        shingles: Some(kind.running_text(root).join("\n\n"))
            .filter(|text| !text.is_empty())
            .map(|text| Shingles::of(&bare(&text))),
    })
}

impl Import {
    /// Turns the plan's drafts into files, sets aside what the schema would refuse, and lets the policy
    /// decide about records that the archive has.
    fn write_out(&mut self, archive: &Archive, kind: &Kind, records: &[Record], policy: OnConflict) {
        let mut findings = Vec::new();
        let checker = Checker::new(kind, &archive.references, &mut findings);
        let order = kind.order();
        let by_id: HashMap<&str, &Record> = records
            .iter()
            .rev()
            .filter_map(|record| Some((kind.text_of(record.root.as_ref()?, &kind.key)?, record)))
            .collect();
        let mut verdicts: HashMap<String, (Action, Option<String>)> = HashMap::new();
        for planned in self.plan.records() {
            let verdict = match planned.action {
                Action::Create => {
                    let file = new_file(archive, kind, &planned.id, &planned.draft);
                    let taken = archive.root.join(&file.path).symlink_metadata().is_ok();
                    match refusal(checker.as_ref(), &file.path, &file.text, &planned.draft.cells) {
                        Some(reason) => Some((Action::Reject, Some(reason))),
                        // A file that is no record any more (a slip in an edit) has the name.
                        None if taken => Some((Action::Conflict, Some("file-exists".to_owned()))),
                        None => {
                            self.new.push(file);
                            None
                        }
                    }
                }
                Action::Update => {
                    let record = by_id.get(planned.id.as_str());
                    let change = record.and_then(|record| change(kind, record, &planned.draft, &order));
                    match (change, policy) {
                        // There is nothing that it could gain.
                        (None, _) => Some((Action::Unchanged, None)),
                        (Some(change), OnConflict::Update) => {
                            self.changes.push(change);
                            None
                        }
                        (Some(_), OnConflict::Skip) => Some((Action::Unchanged, Some("skipped".to_owned()))),
                        (Some(_), OnConflict::Error) => {
                            Some((Action::Conflict, Some("would-change".to_owned())))
                        }
                    }
                }
                Action::Unchanged | Action::Conflict | Action::Reject => None,
            };
            if let Some(verdict) = verdict {
                verdicts.insert(planned.id.clone(), verdict);
            }
        }
        for planned in self.plan.sources.iter_mut().flat_map(|source| &mut source.records) {
            if matches!(planned.action, Action::Create | Action::Update)
                && let Some((action, reason)) = verdicts.get(&planned.id)
            {
                planned.action = *action;
                planned.reason.clone_from(reason);
            }
        }
    }
}

/// A draft as the file of a new record.
fn new_file(archive: &Archive, kind: &Kind, id: &str, draft: &Draft) -> NewFile {
    let path = path_of(kind, id, draft.year);
    let text = format!("{}{}", schema_line(archive, kind, &path), yaml::write(&tree(kind, draft, id)));
    NewFile { path, text }
}

/// The path of a new record by the kind's pattern: `{field|otherwise}` stands for a field's value.
pub(super) fn path_of(kind: &Kind, id: &str, year: Option<i64>) -> String {
    let mut name = String::new();
    let mut rest = kind.file.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        name.push_str(before);
        let (inside, after) = after.split_once('}').unwrap_or((after, ""));
        let (field, otherwise) = inside.split_once('|').unwrap_or((inside, "other"));
        match field {
            "id" => name.push_str(id),
            "year" => name.push_str(&year.map_or_else(|| otherwise.to_owned(), |year| year.to_string())),
            _ => name.push_str(otherwise),
        }
        rest = after;
    }
    name.push_str(rest);
    kind.folder.join(name).to_string_lossy().replace('\\', "/")
}

/// The first line of a new record: with it an editor completes and checks without anything of ours.
pub(super) fn schema_line(archive: &Archive, kind: &Kind, path: &str) -> String {
    let up = "../".repeat(path.matches('/').count());
    let schema = archive.relative(&archive.root.join(&kind.schema_path)).unwrap_or_default();
    format!("# yaml-language-server: $schema={up}{schema}\n")
}

/// A draft as a record of a kind: under its names for key and title, in the order of its schema.
fn tree(kind: &Kind, draft: &Draft, id: &str) -> Tree {
    let Tree::Map(mut entries) = draft.to_tree(id) else { return Tree::Map(Vec::new()) };
    for (key, _) in &mut entries {
        match key.as_str() {
            "id" => key.clone_from(&kind.key),
            "title" => key.clone_from(&kind.title),
            _ => {}
        }
    }
    let order = kind.order();
    entries.sort_by_key(|(key, _)| order.iter().position(|known| known == key).unwrap_or(order.len()));
    Tree::Map(entries)
}

/// Why the schema would refuse a record, if it would; `cells` names the cell that each field came from.
pub(super) fn refusal(
    checker: Option<&Checker>,
    path: &str,
    text: &str,
    cells: &[(String, String)],
) -> Option<String> {
    let record = Record::parse(path, text.as_bytes());
    let mut findings: Vec<Finding> = record.findings;
    if let (Some(checker), Some(root)) = (checker, &record.root) {
        checker.check(Path::new(path), root, &mut findings);
    }
    let finding = findings.into_iter().find(|finding| finding.severity() == Severity::Error)?;
    let field = &finding.field;
    // A row's field stands in a cell, which is easier found than the field.
    let cell = cells.iter().find(|(path, _)| field == path || field.starts_with(&format!("{path}.")));
    let cell = cell.map_or(String::new(), |(_, cell)| format!(" {cell}"));
    Some(format!("{} {field}{cell}", finding.code.id()))
}

/// A record with what a draft adds to it: keys that it lacks, entries that its lists lack. What a
/// person wrote stays.
fn change(kind: &Kind, record: &Record, draft: &Draft, order: &[&str]) -> Option<Change> {
    let root = record.root.as_ref()?;
    let mut draft = draft.clone();
    // An award gives its title where it differs from the record's, not from the draft's.
    if let Some(title) = kind.text_of(root, &kind.title) {
        title.clone_into(&mut draft.title);
    }
    if let Some(unit) = kind.text_of(root, "unit") {
        draft.unit = Some(unit.to_owned());
    }
    let Tree::Map(entries) = tree(kind, &draft, "") else { return None };
    let mut additions = Vec::new();
    for (key, value) in entries {
        match (root.get(&key), &value) {
            (None, value) if !value.is_empty() => additions.push(Addition::Key(key, value.clone())),
            (Some(there), Tree::List(items)) if GROWING.contains(&key.as_str()) => {
                let known: Vec<Tree> = there.items().iter().map(yaml::tree_of).collect();
                let new = items.iter().filter(|item| !known.contains(item)).cloned().collect();
                additions.push(Addition::Items(key, new));
            }
            _ => {}
        }
    }
    let after = yaml::add(&record.text, root, &additions, order);
    (after != record.text).then(|| Change { path: record.path.clone(), before: record.text.clone(), after })
}
