//! What the targets share: the shipped archive, read once, and a tiny archive to search in.

use anku::archive::Archive;
use anku::archive::Card;
use anku::import::Columns;
use anku::import::Lexicon;
use anku::schema::Checker;
use anku::search::ScanEngine;
use anku::text::fold;
use anku::yaml;
use anku::yaml::Node;
use std::path::Path;
use std::sync::LazyLock;

/// The repository's own root, which is an archive.
pub static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Archive::open(&root).expect("the repository is an archive")
});

/// The check of the shipped schema.
pub static CHECKER: LazyLock<Checker> = LazyLock::new(|| {
    let checker = Checker::new(&ARCHIVE.kinds[0], &ARCHIVE.references, &mut Vec::new());
    checker.expect("the shipped schemas can be used")
});

/// The shipped word lists of the importer.
pub static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let list = |name: &str| ARCHIVE.word_list(name).expect("a shipped list");
    let columns = Columns::new(&ARCHIVE.kinds[0], &list("columns"), &[], &[]).expect("the shipped columns");
    let lists = [list("section-roles"), list("levels"), list("boilerplate"), list("programmes")];
    let [roles, levels, boilerplate, programmes] = &lists;
    Lexicon::read(roles, levels, boilerplate, programmes).expect("the shipped words").with_columns(columns)
});

/// Records with what a query can ask for: fields, sections, lists, marks, digits, two scripts.
const RECORDS: &[&str] = &[
    "id: case-a\ntitle: 民情流水线工作法\nunit: 甘肃省某县\nregion:\n  province: 甘肃省\nyear: 2010\nprogramme: 甲活动\nedition: 1\n\
     awards:\n  - programme: 甲活动\n    edition: 1\n    level: 最佳案例\n    rank: 1\nsections:\n  - role: practice\n    heading: 一、做法\n\
     \x20   text: |-\n      建立民情流水线，党员干部下基层，共走访1200户。群众满意。\n\n      第二段：(ABC) 365天。\n",
    "id: case-b\ntitle: 星级管理\nunit: 山东省某市\nyear: 2012\nsections:\n  - role: background\n    text: 群众说事,2+X模式,1+1结对,使用C#编写程序。\n\
     \x20 - role: results\n    text: 民情流水线让群众满意。\n",
    "id: case-d\ntitle: 党员联户(试点)\nyear: 2011\nabstract: 黨員結對：GPS定位“一点通”。\n",
];

/// The trees of the tiny archive.
pub static TREES: LazyLock<Vec<(&'static str, Node)>> =
    LazyLock::new(|| RECORDS.iter().map(|text| (*text, yaml::read(text).root.expect("a record"))).collect());

/// The tiny archive as an engine.
pub static ENGINE: LazyLock<ScanEngine> = LazyLock::new(|| {
    let kind = &ARCHIVE.kinds[0];
    let record = |(_, root): &(&str, Node)| {
        let of = |path: &str| kind.text_of(root, path).unwrap_or_default().to_owned();
        let card = Card {
            kind: kind.name.clone(),
            path: format!("cases/{}.yaml", of(&kind.key)),
            id: of(&kind.key),
            title: of(&kind.title),
            extent: kind.extent(root).map(str::to_owned),
            facts: kind.facts(root),
        };
        let texts = kind.texts(root);
        let folded = texts.iter().map(|value| (value.label.clone(), value.item, fold::fold(value.text)));
        (card, folded.collect())
    };
    ScanEngine::new(&ARCHIVE.kinds, TREES.iter().map(record))
});
