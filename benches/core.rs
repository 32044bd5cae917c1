//! One process, many queries: the engine against a bare tantivy that answers the same ones.
//!
//! `prepare ARCHIVE FOLDER` makes the peer's index in FOLDER: neighbouring pairs of characters with
//! their positions, and words, from the texts of every record. `run ARCHIVE FOLDER` asks both the same
//! queries in turn and prints the median of each and their ratio: a string as a phrase of pairs, counted,
//! with the ten best by the words in it; a question as any of its words, with the ten best, and once more in the
//! steps of an answer that widens. `walk ARCHIVE` compares the look at every file before an answer with a bare
//! walk on all cores that asks for the stamps.

#![allow(missing_docs)]

use anku::archive::Archive;
use anku::archive::Record;
use anku::search::Compiled;
use anku::search::Language;
use anku::search::Options;
use anku::search::Scope;
use anku::search::compile;
use anku::search::find;
use anku::text::fold::fold;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use anku::workspace::ready;
use jieba_rs::Jieba;
use rayon::iter::IntoParallelIterator as _;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelBridge as _;
use rayon::iter::ParallelIterator as _;
use std::error::Error;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;
use tantivy::IndexWriter;
use tantivy::Searcher;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::collector::Count;
use tantivy::collector::TopDocs;
use tantivy::query::BooleanQuery;
use tantivy::query::Occur;
use tantivy::query::PhraseQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::tokenizer::PreTokenizedString;
use tantivy::tokenizer::Token;

/// Strings that many, some and few records of a made-up archive hold.
const STRINGS: [&str; 8] =
    ["党", "服务", "服务型", "服务型党组织", "党员活动室", "一线工作", "流动党员", "基层党组织建设"];
/// Questions that no record holds as they stand.
const QUESTIONS: [&str; 4] =
    ["怎样把流动党员管起来", "企业党建与生产经营如何结合", "高校学生党员教育的做法", "社区服务群众的经验"];
const ROUNDS: usize = 21;
const HEAP: usize = 256 << 20;
const CHUNK: usize = 256;
const TOP: usize = 10;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match args[..] {
        ["prepare", archive, folder] => prepare(Path::new(archive), Path::new(folder)),
        ["run", archive, folder] => run(Path::new(archive), Path::new(folder)),
        ["walk", archive] => walk(Path::new(archive)),
        // `cargo bench` alone: `benches/bench` makes the archive.
        _ => Ok(()),
    }
}

struct Fields {
    pairs: Field,
    words: Field,
}

fn schema() -> (Schema, Fields) {
    let text = |option| {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut schema = Schema::builder();
    let fields = Fields {
        pairs: schema.add_text_field("pairs", text(IndexRecordOption::WithFreqsAndPositions)),
        words: schema.add_text_field("words", text(IndexRecordOption::WithFreqs)),
    };
    (schema.build(), fields)
}

fn prepare(archive: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(archive)?;
    let (schema, fields) = schema();
    std::fs::create_dir_all(folder)?;
    let index = tantivy::Index::create_in_dir(folder, schema)?;
    let mut writer: IndexWriter = index.writer_with_num_threads(1, HEAP)?;
    let jieba = Jieba::new();
    let (walk, _) = archive.walk();
    for stats in walk.chunks(CHUNK) {
        let read = |stat: &anku::archive::FileStat| {
            let record = Record::read(&archive.root, &stat.path).ok()?;
            let kind = archive.kinds.get(stat.kind)?;
            let mut text = String::new();
            for value in record.root.as_ref().map(|root| kind.texts(root)).unwrap_or_default() {
                text.push_str(&fold(value.text));
                text.push('\n');
            }
            let words = jieba.cut(&text, true).into_iter().map(|token| token.word.to_owned());
            Some((pairs(&text), tokens(words.enumerate())))
        };
        let cut: Vec<_> = stats.par_iter().filter_map(read).collect();
        for (pairs, words) in cut {
            let mut document = TantivyDocument::default();
            document.add_pre_tokenized_text(fields.pairs, pairs);
            document.add_pre_tokenized_text(fields.words, words);
            writer.add_document(document)?;
        }
    }
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.wait_merging_threads()?;
    Ok(())
}

/// Every pair of neighbouring characters, and every character for itself, at its place.
fn pairs(text: &str) -> PreTokenizedString {
    let chars: Vec<char> = text.chars().collect();
    let single = chars.iter().map(char::to_string).enumerate();
    let both = chars.windows(2).map(|pair| pair.iter().collect::<String>()).enumerate();
    tokens(single.chain(both))
}

fn tokens(tokens: impl Iterator<Item = (usize, String)>) -> PreTokenizedString {
    let token = |(position, text)| Token { position, text, ..Token::default() };
    PreTokenizedString { text: String::new(), tokens: tokens.map(token).collect() }
}

fn run(archive: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(archive)?;
    let ready = ready(&archive, Refresh::Skip, &|_, _| {});
    let index = tantivy::Index::open_in_dir(folder)?;
    let searcher = index.reader()?.searcher();
    let jieba = Jieba::new();
    let (_, fields) = schema();
    println!("{:<30} {:>8} {:>9} {:>9} {:>6}", "query", "records", "anku ms", "tantivy", "ratio");
    for string in STRINGS {
        let mut clauses = vec![(Occur::Must, phrase(string, fields.pairs))];
        clauses.extend(words(string, &jieba, fields.words).map(|word| (Occur::Should, word)));
        compare(string, &archive, &ready, &searcher, &[Box::new(BooleanQuery::new(clauses))])?;
    }
    for question in QUESTIONS {
        let of_words = |occur| -> Box<dyn Query> {
            let words = words(question, &jieba, fields.words).map(|word| (occur, word));
            Box::new(BooleanQuery::new(words.collect()))
        };
        let any = of_words(Occur::Should);
        compare(question, &archive, &ready, &searcher, std::slice::from_ref(&any))?;
        // The steps of an answer that widens: as it stands, with all its words, with any of them.
        let steps = [phrase(question, fields.pairs), of_words(Occur::Must), any];
        compare(question, &archive, &ready, &searcher, &steps)?;
    }
    Ok(())
}

/// The pairs of a string, one after the other.
fn phrase(text: &str, field: Field) -> Box<dyn Query> {
    let chars: Vec<char> = text.chars().collect();
    let pair = |at: usize| {
        let pair: String = chars[at..(at + 2).min(chars.len())].iter().collect();
        (at, Term::from_field_text(field, &pair))
    };
    let mut pairs: Vec<(usize, Term)> = (0..chars.len().saturating_sub(1).max(1)).map(pair).collect();
    if pairs.len() == 1 {
        return Box::new(TermQuery::new(pairs.remove(0).1, IndexRecordOption::Basic));
    }
    Box::new(PhraseQuery::new_with_offset(pairs))
}

fn words(text: &str, jieba: &Jieba, field: Field) -> impl Iterator<Item = Box<dyn Query>> {
    let words: Vec<String> = jieba.cut(text, true).iter().map(|token| token.word.to_owned()).collect();
    words.into_iter().map(move |word| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, &word), IndexRecordOption::WithFreqs))
    })
}

/// Asks both in turn; the peer several queries, one after the other.
fn compare(
    typed: &str,
    archive: &Archive,
    ready: &Ready<'_>,
    searcher: &Searcher,
    queries: &[Box<dyn Query>],
) -> Result<(), Box<dyn Error>> {
    let language = Language { kinds: &archive.kinds, views: &archive.settings.views };
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    let (mut records, mut count) = (0, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let Compiled { plan, .. } = compile(typed, language, &Scope::Everywhere).map_err(|_| "no query")?;
        let found =
            ready.with(|engine| find(&plan, engine, &Options { top: Some(TOP), ..Options::default() }))?;
        own.push(start.elapsed());
        records = found.docs.count();
        let start = Instant::now();
        for query in queries {
            (_, count) = searcher.search(query, &(TopDocs::with_limit(TOP).order_by_score(), Count))?;
        }
        peer.push(start.elapsed());
    }
    let (own, peer) = (median(own), median(peer));
    let counts = if records == count { records.to_string() } else { format!("{records}/{count}") };
    let width = 30 - typed.chars().count();
    println!(
        "{typed}{:width$} {counts:>8} {:>9.2} {:>9.2} {:>6.2}",
        "",
        own.as_secs_f64() * 1e3,
        peer.as_secs_f64() * 1e3,
        own.as_secs_f64() / peer.as_secs_f64()
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The look at every file against a bare walk.
fn walk(folder: &Path) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(folder)?;
    let cases = folder.join("cases");
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    let (mut files, mut bare) = (0, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        files = archive.walk().0.len();
        own.push(start.elapsed());
        let start = Instant::now();
        bare = stamps(&cases);
        peer.push(start.elapsed());
    }
    let (own, peer) = (median(own), median(peer));
    println!(
        "{files} files, {bare} by the peer: {:.1} ms, {:.1} ms, ratio {:.2}",
        own.as_secs_f64() * 1e3,
        peer.as_secs_f64() * 1e3,
        own.as_secs_f64() / peer.as_secs_f64()
    );
    Ok(())
}

/// How many files lie under a folder, each asked for its stamps, folders and files side by side.
fn stamps(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let entries: Vec<_> = entries.flatten().collect();
    let one = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(ty) if ty.is_dir() => stamps(&entry.path()),
        _ => usize::from(entry.metadata().is_ok_and(|meta| meta.modified().is_ok())),
    };
    if entries.len() < 64 {
        entries.into_iter().par_bridge().map(one).sum()
    } else {
        entries.into_par_iter().map(one).sum()
    }
}
