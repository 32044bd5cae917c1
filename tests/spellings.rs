//! A string that words of the index spell, in texts where the same characters stand in other words too: which of its
//! records need not be read is decided by places of words, and must not change an answer.

use crate::support::Rng;
use crate::support::copy;
use crate::support::write;
use anku::archive::Archive;
use anku::search::EngineError;
use anku::search::Scope;
use anku::search::compile;
use anku::search::matching;
use anku::text::fold::fold;
use anku::text::fold::fold_term;
use anku::workspace::Refresh;
use anku::workspace::ready;
use std::collections::BTreeSet;

/// So many that more have all pairs of a string than are read without asking for words.
const RECORDS: usize = 900;
/// Records that are written again behind a finished index.
const CHANGED: usize = 60;
const PIECES: usize = 28;

/// Words, longer ones that begin or end with them or have them inside, their parts, marks.
const WORDS: &str = "基层 党组织 组织 建设 建设者 建设性 党 党组 织 层 基 设 组织者 服务 服务型 \
                     服务员 务 型 活动 活动室 党员 党员活动室 员 室 流动 流动党员 大学 大学生 \
                     学生 生活 村官 的 和 gps 2012 ， 。 、";
/// Borders of lines, which part no word, and of paragraphs.
const BORDERS: [&str; 2] = ["\n", "\n\n"];
/// What is looked for.
const ASKED: &str = "基层党组织 基层党组织建设 党组织建设 组织建设 服务型党组织 服务型 党员活动室 \
                     党员活动 活动室建设 流动党员 流动党员服务 大学生村官 大学生活 学生活动 学生党组织 \
                     党建设 党组织者 和党组织 织建设 基层党 的建设 建设的 gps建设 2012服务";

/// A record of random words with nothing between them.
fn text(rng: &mut Rng) -> String {
    let pieces: Vec<&str> = WORDS.split(' ').chain(BORDERS).collect();
    let line: String = (0..PIECES).map(|_| pieces[rng.below(pieces.len())]).collect();
    line.trim().replace('\n', "\n    ")
}

fn file(number: usize, text: &str) -> String {
    format!("id: rec-{number:04}\ntitle: 甲{number}\nabstract: |-\n    {text}\n")
}

#[test]
fn words_that_stand_otherwise_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(&["anku.yaml", "schemas"], root);
    let mut rng = Rng(20_261_123);
    let mut texts: Vec<String> = (0..RECORDS).map(|_| text(&mut rng)).collect();
    let path = |number: usize| format!("cases/rec-{number:04}.yaml");
    for (number, text) in texts.iter().enumerate() {
        write(root, &path(number), file(number, text));
    }
    let archive = Archive::open(root).expect("an archive");
    drop(ready(&archive, Refresh::Look, &|_, _| {}));
    // A second segment, and deleted records in the first.
    for (number, changed) in texts.iter_mut().enumerate().take(CHANGED) {
        *changed = text(&mut rng);
        write(root, &path(number), file(number, changed));
    }
    let ready = ready(&archive, Refresh::Look, &|_, _| {});
    let wrong = ready.with(|engine| -> Result<Vec<String>, EngineError> {
        let mut wrong = Vec::new();
        // The strings named, and as many runs of characters out of the texts.
        let runs = (0..400).map(|at| {
            let letters: Vec<char> = texts[at].chars().filter(|c| !c.is_whitespace()).collect();
            letters[at % 9..].iter().take(3 + at % 5).collect::<String>()
        });
        for asked in ASKED.split(' ').map(str::to_owned).chain(runs) {
            let plan =
                compile(&format!("\"{asked}\""), &archive.kinds, &Scope::Everywhere).expect("a query").plan;
            let found = matching(&plan, engine)?;
            let found: BTreeSet<String> =
                found.iter().map(|doc| engine.path(doc)).collect::<Result<_, _>>()?;
            let asked = fold_term(&asked);
            let holds = |text: &str| fold(&text.replace("\n    ", "\n")).contains(&asked);
            let expected = texts.iter().enumerate().filter(|(_, text)| holds(text));
            let expected: BTreeSet<String> = expected.map(|(number, _)| path(number)).collect();
            if found != expected {
                let missed: Vec<_> = expected.difference(&found).take(3).collect();
                let extra: Vec<_> = found.difference(&expected).take(3).collect();
                wrong.push(format!("{asked}: missed {missed:?}, wrongly found {extra:?}"));
            }
        }
        Ok(wrong)
    });
    let wrong = wrong.expect("an index that answers");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
