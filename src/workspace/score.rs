//! One run of a scheme as it lies in the archive: `scores/SCHEME/RUN/`.
//!
//! Owns which file is what, and how YAML, CSV and spreadsheets become rows with their places.

use crate::archive::Archive;
use crate::archive::Batch;
use crate::archive::Broken;
use crate::archive::Change;
use crate::archive::NewFile;
use crate::archive::Record;
use crate::archive::next_id;
use crate::archive::read_text;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::diag::nearest;
use crate::import;
use crate::import::Bytes;
use crate::score::Entry;
use crate::score::Input;
use crate::score::Names;
use crate::score::Pair;
use crate::score::Past;
use crate::score::Place;
use crate::score::Published;
use crate::score::Round;
use crate::score::Row;
use crate::score::Scheme;
use crate::score::shipped;
use crate::yaml::Addition;
use crate::yaml::Tree;
use crate::yaml::add;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folder of all runs, relative to the archive's root.
const SCORES: &str = "scores";
const RESULT: &str = "result";
/// What the files of a run are, besides those of its stages.
const FILES: &[&str] = &["entries", "judges", "vetoes", "requests", "objections", RESULT];
/// No sheet is larger.
const MAX_BYTES: u64 = 64 << 20;

/// A run of a scheme and everything that was handed in for it.
#[derive(Debug, Default)]
pub struct Scoring {
    /// What it is computed from.
    pub round: Round,
    /// Objections to what was published.
    pub objections: Vec<Input>,
    /// The file of its result, relative to the root.
    pub path: String,
    /// What that file says now, where there is one.
    pub published: Option<(Published, String)>,
    /// What the result depends on: path and SHA-256, the scheme's own first.
    pub inputs: Vec<(String, String)>,
    /// The texts of the files, for findings.
    pub texts: Vec<(PathBuf, String)>,
    /// Earlier results: name and what they say, oldest first.
    pub earlier: Vec<Published>,
}

/// Why there is no run to compute.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// No scheme of this name; those there are.
    #[error("no such scheme")]
    NoScheme(Vec<String>),
    /// No run of this name; those there are.
    #[error("no such run")]
    NoRound(Vec<String>),
    /// Something that was handed in is wrong.
    #[error("{} findings", .0.findings.len())]
    Broken(Box<Broken>),
    /// A file that cannot be read.
    #[error("{path}: {error}", path = .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// The schemes there are: the archive's own under `schemas/schemes/`, and the shipped ones.
pub fn schemes(archive: &Archive) -> Vec<String> {
    let mut names = own_schemes(archive);
    names.extend(crate::score::SHIPPED.iter().map(|(name, _)| (*name).to_owned()));
    names.sort();
    names.dedup();
    names
}

/// The archive's own schemes.
pub(super) fn own_schemes(archive: &Archive) -> Vec<String> {
    let entries = std::fs::read_dir(archive.root.join("schemas/schemes")).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        files.filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)).collect();
    names.sort();
    names
}

/// The text of a scheme, to be copied. `anku score NAME --outline > schemas/schemes/NAME.yaml` empties the
/// archive's own file before this is asked: then it is the shipped one.
///
/// # Errors
/// [`ScoreError::NoScheme`], [`ScoreError::Io`].
pub fn scheme_text(archive: &Archive, name: &str) -> Result<String, ScoreError> {
    let (_, text) = text_of(archive, name)?;
    let blank = text.trim().is_empty();
    Ok(shipped(name).filter(|_| blank).map_or(text, str::to_owned))
}

fn text_of(archive: &Archive, name: &str) -> Result<(PathBuf, String), ScoreError> {
    let path = PathBuf::from(format!("schemas/schemes/{name}.yaml"));
    let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
    let own = plain && archive.root.join(&path).is_file();
    let text = match (own, shipped(name)) {
        (true, _) => read_text(&archive.root.join(&path))
            .map_err(|error| ScoreError::Io { path: path.clone(), error })?,
        (false, Some(text)) => text.to_owned(),
        (false, None) => return Err(ScoreError::NoScheme(schemes(archive))),
    };
    Ok((path, text))
}

/// A scheme by its name: its path, its text, and what it says.
///
/// # Errors
/// [`ScoreError::NoScheme`], or everything that is wrong with it.
pub fn scheme(archive: &Archive, name: &str) -> Result<(PathBuf, String, Scheme), ScoreError> {
    let (path, text) = text_of(archive, name)?;
    let record = Record::parse(&path.to_string_lossy(), text.as_bytes());
    let findings = match &record.root {
        Some(root) if record.findings.is_empty() => match Scheme::read(root, &path) {
            Ok(scheme) => return Ok((path, text, scheme)),
            Err(findings) => findings,
        },
        _ => record.findings,
    };
    Err(ScoreError::Broken(Box::new(Broken { findings, texts: vec![(path, text)] })))
}

/// The words for columns, files, yes and no.
///
/// # Errors
/// What is wrong with the archive's own list.
pub fn score_names(archive: &Archive) -> Result<(Names, BTreeMap<String, String>), ScoreError> {
    let root = archive.word_list("score").map_err(ScoreError::Broken)?;
    let mut files = BTreeMap::new();
    for entry in root.get("files").map(crate::yaml::Node::entries).unwrap_or_default() {
        let aliases = entry.value.items().iter().filter_map(crate::yaml::Node::text);
        files.extend(aliases.map(|alias| (alias.to_owned(), entry.key.clone())));
    }
    Ok((Names::read(&root), files))
}

/// The runs of a scheme, oldest first.
pub fn rounds(archive: &Archive, name: &str) -> Vec<String> {
    let mut rounds: Vec<String> = std::fs::read_dir(archive.root.join(SCORES).join(name))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|ty| ty.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    rounds.sort();
    rounds
}

/// Reads a run: the one of this name, else the last.
///
/// # Errors
/// [`ScoreError::NoRound`]; what cannot be read; files that are not of the shape of rows.
pub fn scoring(
    archive: &Archive,
    name: &str,
    (path, text, scheme): &(PathBuf, String, Scheme),
    round: Option<&str>,
    files: &BTreeMap<String, String>,
) -> Result<Scoring, ScoreError> {
    let rounds = rounds(archive, name);
    let round = match round {
        Some(round) => rounds.iter().find(|known| *known == round),
        None => rounds.last(),
    };
    let Some(round) = round.cloned() else { return Err(ScoreError::NoRound(rounds)) };
    let folder = format!("{SCORES}/{name}/{round}");
    let mut reader = Reader { archive, scheme, files, scoring: Scoring::default(), findings: Vec::new() };
    reader.scoring.inputs.push((path.to_string_lossy().into_owned(), import::sha256(text.as_bytes())));
    reader.scoring.round.name.clone_from(&round);
    reader.scoring.round.folder.clone_from(&folder);
    reader.scoring.round.stages = vec![Vec::new(); scheme.stages.len()];
    reader.scoring.path = format!("{folder}/{RESULT}.yaml");
    reader.folder(&folder, None)?;
    for earlier in rounds.iter().take_while(|earlier| **earlier != round) {
        let path = format!("{SCORES}/{name}/{earlier}/{RESULT}.yaml");
        if let Some((published, text)) = reader.published(&path)? {
            // Only what stood at the end of its notice counts later.
            if published.date.is_some() {
                reader.scoring.inputs.push((path, import::sha256(text.as_bytes())));
                reader.scoring.earlier.push(published);
            }
        }
    }
    let Reader { mut scoring, findings, .. } = reader;
    if !findings.is_empty() {
        return Err(ScoreError::Broken(Box::new(Broken { findings, texts: scoring.texts })));
    }
    scoring.round.past = scoring.earlier.iter().map(past).collect();
    Ok(scoring)
}

fn past(published: &Published) -> Past {
    let grade = |one: &crate::score::PublishedEntry| {
        Some((one.id.clone(), (one.title.clone(), Published::grade(one)?.to_owned())))
    };
    Past { name: published.round.clone(), grades: published.entries.iter().filter_map(grade).collect() }
}

struct Reader<'a> {
    archive: &'a Archive,
    scheme: &'a Scheme,
    files: &'a BTreeMap<String, String>,
    scoring: Scoring,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// Reads a folder; `stage` where it is that of a stage.
    fn folder(&mut self, folder: &str, stage: Option<usize>) -> Result<(), ScoreError> {
        let failed = |error| ScoreError::Io { path: PathBuf::from(folder), error };
        let mut names: Vec<(String, bool)> = Vec::new();
        for entry in std::fs::read_dir(self.archive.root.join(folder)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let ty = entry.file_type().map_err(failed)?;
            // Links are not followed: a run lies in its folder. `~$` are the locks of an office program.
            if let Ok(name) = entry.file_name().into_string()
                && !name.starts_with(['.', '~'])
                && !ty.is_symlink()
            {
                names.push((name, ty.is_dir()));
            }
        }
        names.sort();
        for (name, is_folder) in names {
            let path = format!("{folder}/{name}");
            let stem =
                if is_folder { &name } else { name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem) };
            let what = self.files.get(stem).map_or(stem, String::as_str).to_owned();
            let own = self.scheme.stages.iter().position(|known| known.id == stem);
            match (stage, own, is_folder) {
                (Some(_), _, false) | (None, Some(_), false) => {
                    if let (Some(place), Some(input)) = (stage.or(own), self.input(&path)?) {
                        self.scoring.round.stages[place].push(input);
                    }
                }
                (None, Some(place), true) => self.folder(&path, Some(place))?,
                (None, None, false) if what == RESULT => {
                    let path = self.scoring.path.clone();
                    self.scoring.published = self.published(&path)?;
                }
                (None, None, false) if FILES.contains(&what.as_str()) => {
                    let Some(input) = self.input(&path)? else { continue };
                    if what == "objections" {
                        // Nothing is computed from them: they may come and be settled while a notice runs.
                        self.scoring.inputs.pop();
                    }
                    let round = &mut self.scoring.round;
                    match what.as_str() {
                        "entries" => round.entries.push(input),
                        "judges" => round.judges.push(input),
                        "vetoes" => round.vetoes.push(input),
                        "requests" => round.requests.push(input),
                        _ => self.scoring.objections.push(input),
                    }
                }
                _ => {
                    let known = self.files.keys().map(String::as_str).chain(FILES.iter().copied());
                    let known = known.chain(self.scheme.stages.iter().map(|stage| stage.id.as_str()));
                    let near = nearest(stem, known).map(str::to_owned);
                    let finding = Finding::new(Code::SheetRule, &path, None).arg("rule", "file");
                    self.findings.push(finding.arg("name", stem).suggest(near));
                }
            }
        }
        Ok(())
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, ScoreError> {
        use std::io::Read as _;
        let failed = |error| ScoreError::Io { path: PathBuf::from(path), error };
        let file = std::fs::File::open(self.archive.root.join(path)).map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        Ok(bytes)
    }

    fn input(&mut self, path: &str) -> Result<Option<Input>, ScoreError> {
        let bytes = self.bytes(path)?;
        self.scoring.inputs.push((path.to_owned(), import::sha256(&bytes)));
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        if matches!(ending.as_str(), "yaml" | "yml") {
            let record = Record::parse(path, &bytes);
            self.scoring.texts.push((PathBuf::from(path), record.text.clone()));
            self.findings.extend(record.findings.iter().cloned());
            let Some(root) = record.root.filter(|_| record.findings.is_empty()) else { return Ok(None) };
            return Ok(match Input::of_yaml(PathBuf::from(path), &root) {
                Ok(input) => Some(input),
                Err(findings) => {
                    self.findings.extend(findings);
                    None
                }
            });
        }
        let input = Bytes { bytes: &bytes, ending: &ending };
        let format = import::FORMATS.iter().find(|format| (format.sniff)(input));
        let format = format.filter(|format| matches!(format.name, "csv" | "sheet"));
        let read = format.map(|format| (format.read)(input, &import::Options::default()));
        match read {
            Some(Ok(reading)) => {
                let is_sheet = format.is_some_and(|format| format.name == "sheet");
                let text = reading.document.read().to_owned();
                self.scoring.texts.push((PathBuf::from(path), text));
                Ok(Some(rows(path, &reading.document, is_sheet)))
            }
            _ => {
                self.findings.push(Finding::new(Code::SheetRule, path, None).arg("rule", "format"));
                Ok(None)
            }
        }
    }

    fn published(&mut self, path: &str) -> Result<Option<(Published, String)>, ScoreError> {
        if !self.archive.root.join(path).is_file() {
            return Ok(None);
        }
        let record = Record::parse(path, &self.bytes(path)?);
        let Some(root) = record.root.as_ref().filter(|_| record.findings.is_empty()) else {
            self.scoring.texts.push((PathBuf::from(path), record.text.clone()));
            self.findings.extend(record.findings);
            return Ok(None);
        };
        Ok(Some((Published::read(root), record.text.clone())))
    }
}

/// The rows of a file's tables; the first row of each says what its columns are.
fn rows(path: &str, document: &import::Document, is_sheet: bool) -> Input {
    let mut input = Input { path: PathBuf::from(path), about: Vec::new(), rows: Vec::new() };
    for table in &document.tables {
        let Some((head, rows)) = table.rows.split_first() else { continue };
        let place = |row: &import::Row, cell: &import::Cell| {
            if is_sheet {
                let sheet = table.name.as_deref().unwrap_or_default();
                Place::Cell(format!("{sheet}!{}{}", letters(cell.column), row.number))
            } else {
                Place::At(Span::new(cell.start, cell.end))
            }
        };
        for row in rows {
            let mut pairs = Vec::with_capacity(row.cells.len());
            for cell in row.cells.iter().filter(|cell| !cell.text.trim().is_empty()) {
                let name = head.cells.iter().find(|name| name.column == cell.column);
                let key = name.map_or_else(|| letters(cell.column), |name| name.text.trim().to_owned());
                let named = name.map_or_else(|| place(row, cell), |name| place(head, name));
                let value = cell.text.trim().to_owned();
                pairs.push(Pair { key, named, value, place: place(row, cell) });
            }
            if let (Some(first), false) = (row.cells.first(), pairs.is_empty()) {
                input.rows.push(Row { place: place(row, first), pairs });
            }
        }
    }
    input
}

/// The letters of a column as spreadsheets show them: `A`, `Z`, `AA`.
fn letters(mut column: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(b'A' + u8::try_from(column % 26).unwrap_or(0));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    out.reverse();
    String::from_utf8_lossy(&out).into_owned()
}

/// The records that a scheme's entries name, by id: title, unit, place.
pub fn score_records(
    archive: &Archive,
    scheme: &Scheme,
    cards: &[crate::archive::Card],
) -> BTreeMap<String, Entry> {
    let Some(kind) = scheme.kind.as_deref().and_then(|kind| archive.kind(kind)) else {
        return BTreeMap::new();
    };
    let mut records = BTreeMap::new();
    for card in cards.iter().filter(|card| card.kind == kind.name) {
        let mut entry = Entry { id: card.id.clone(), title: card.title.clone(), fields: BTreeMap::new() };
        for key in ["unit", "region.province", "region.city", "region.county"] {
            let field = kind.fields.iter().position(|field| field.path == key);
            let fact = card.facts.iter().find(|fact| Some(fact.field) == field);
            if let Some(crate::schema::Datum::Text(text)) = fact.map(|fact| &fact.value) {
                let key = key.rsplit('.').next().unwrap_or(key);
                entry.fields.insert(key.to_owned(), text.clone());
            }
        }
        records.insert(card.id.clone(), entry);
    }
    records
}

/// The batch that writes a result file: new, or in the place of what it says now.
pub fn write_result(archive: &Archive, scoring: &Scoring, text: &str, label: &str, time: i64) -> Batch {
    let mut batch = Batch {
        id: next_id(&archive.root, text.as_bytes()),
        label: label.to_owned(),
        time,
        ..Batch::default()
    };
    match &scoring.published {
        Some((_, before)) => batch.change.push(Change {
            path: scoring.path.clone(),
            before: before.clone(),
            after: text.to_owned(),
        }),
        None => batch.create.push(NewFile { path: scoring.path.clone(), text: text.to_owned() }),
    }
    batch
}

/// The rank within a level, from the rank over all: the records count ranks level by level.
fn within(published: &Published, level: &str, rank: Option<&str>) -> Option<i64> {
    let number = |one: &crate::score::PublishedEntry, key: &str| {
        one.values.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    let rank: i64 = rank?.parse().ok()?;
    let ahead = published.entries.iter().filter(|one| {
        number(one, "level").as_deref() == Some(level)
            && number(one, "rank")
                .and_then(|other| other.parse::<i64>().ok())
                .is_some_and(|other| other < rank)
    });
    i64::try_from(ahead.count()).ok().map(|ahead| ahead + 1)
}

/// The records that get an award of a final result, each as it is and as it will be. A record that has the
/// award already is left alone.
///
/// # Errors
/// A record that cannot be read.
pub fn awards(
    archive: &Archive,
    scheme: &Scheme,
    published: &Published,
    about: &BTreeMap<String, String>,
    cards: &[crate::archive::Card],
) -> Result<Vec<Change>, ScoreError> {
    let Some(programme) = &scheme.programme else { return Ok(Vec::new()) };
    let Some(kind) = scheme.kind.as_deref().and_then(|kind| archive.kind(kind)) else {
        return Ok(Vec::new());
    };
    let mut changes = Vec::new();
    for one in &published.entries {
        let value =
            |key: &str| one.values.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
        let Some(level) = value("level") else { continue };
        let Some(card) = cards.iter().find(|card| card.kind == kind.name && card.id == one.id) else {
            continue;
        };
        let record = Record::read(&archive.root, &card.path)
            .map_err(|error| ScoreError::Io { path: PathBuf::from(&card.path), error })?;
        let Some(root) = &record.root else { continue };
        let text = |key: &str, value: &str| (key.to_owned(), Tree::from(value));
        let number = |key: &str, value: Option<&str>| {
            value
                .and_then(|value| value.parse::<i64>().ok())
                .map(|value| (key.to_owned(), Tree::Integer(value)))
        };
        let mut award = vec![text("programme", programme)];
        award.extend(number("edition", about.get("edition").map(String::as_str)));
        award.extend(number("year", about.get("year").map(String::as_str)));
        award.push(text("level", level));
        award.extend(
            within(published, level, value("rank")).map(|rank| ("rank".to_owned(), Tree::Integer(rank))),
        );
        let of = |node: &crate::yaml::Node, key: &str| {
            node.get(key).and_then(crate::yaml::Node::text).map(str::to_owned)
        };
        let same = |node: &crate::yaml::Node| {
            ["programme", "edition", "year", "level"].iter().all(|key| {
                let wanted = award.iter().find(|(known, _)| known == key);
                let wanted = wanted.and_then(|(_, tree)| match tree {
                    Tree::Text(text) => Some(text.clone()),
                    Tree::Integer(number) => Some(number.to_string()),
                    _ => None,
                });
                of(node, key) == wanted
            })
        };
        let list = root.get("awards");
        if list.is_some_and(|list| list.items().iter().any(same)) {
            continue;
        }
        let award = Tree::Map(award);
        let addition = match list {
            Some(_) => Addition::Items("awards".to_owned(), vec![award]),
            None => Addition::Key("awards".to_owned(), Tree::List(vec![award])),
        };
        let after = add(&record.text, root, &[addition], &kind.order());
        if after != record.text {
            changes.push(Change { path: card.path.clone(), before: record.text.clone(), after });
        }
    }
    Ok(changes)
}
