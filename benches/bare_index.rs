//! The peer of `anku index --rebuild`: the same tokens out of the same texts, cut by jieba and into
//! characters and pairs and fed to a tantivy that has nothing else to do.
//!
//! `prepare ARCHIVE FILE` writes the folded texts of every record to FILE; `feed ARCHIVE FILE FOLDER`
//! cuts them on all cores, makes an index in FOLDER with the schema of the archive's own one, adds all,
//! commits and merges to one segment. The script beside this file measures the second as a process
//! of its own: reading files, YAML, folding, facts, cards and the manifest are not in it.

#![allow(missing_docs)]

use anku::archive::Archive;
use anku::archive::Record;
use anku::text::fold::fold;
use jieba_rs::Jieba;
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use rustc_hash::FxHashSet;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;
use tantivy::IndexWriter;
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;

/// What `anku` itself gives its writer for a corpus of this size.
const HEAP: usize = 128 << 20;
/// What the library puts between two tokens.
const TOKEN: char = '\u{1}';
const TOKENIZER: &str = "anku-joined";
/// The text fields of the index, in the order of [`cut`].
const FIELDS: [&str; 5] = ["b2", "c1", "w", "t", "u"];
/// Records cut at a time.
const CHUNK: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match args[..] {
        ["prepare", archive, file] => write_texts(Path::new(archive), Path::new(file)),
        ["feed", archive, file, folder] => feed(Path::new(archive), Path::new(file), Path::new(folder)),
        // `cargo bench` alone: the comparison needs a corpus, and `benches/bench` makes it.
        _ => Ok(()),
    }
}

fn write_texts(archive: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(archive)?;
    let mut out = BufWriter::new(File::create(file)?);
    let (walk, errors) = archive.walk();
    if let Some(error) = errors.into_iter().next() {
        return Err(error.into());
    }
    for stat in walk {
        let record = Record::read(&archive.root, &stat.path)?;
        let kind = &archive.kinds[stat.kind];
        let root = record.root.as_ref().ok_or("no YAML")?;
        let texts: Vec<String> = kind.texts(root).iter().map(|value| fold(value.text)).collect();
        let title = kind.text_of(root, &kind.title).map(fold).unwrap_or_default();
        for text in [texts.join("\n"), title] {
            out.write_all(&(text.len() as u64).to_le_bytes())?;
            out.write_all(text.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The tokens of a record: pairs, characters, words, words and grams of the title.
fn cut(text: &str, title: &str, jieba: &Jieba) -> [String; 5] {
    let join = |tokens: Vec<String>| tokens.join(&TOKEN.to_string());
    let words = |text: &str| {
        let words = text.split('\n').flat_map(|paragraph| jieba.cut(paragraph, true));
        let words = words.map(|token| token.word).filter(|word| word.chars().any(char::is_alphanumeric));
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let grams = |text: &str| {
        let (mut pairs, mut chars) = (FxHashSet::default(), FxHashSet::default());
        for paragraph in text.split('\n') {
            let mut before = None;
            for c in paragraph.chars() {
                chars.insert(c);
                if let Some(first) = before.replace(c) {
                    pairs.insert((first, c));
                }
            }
        }
        let pairs = pairs.into_iter().map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>();
        (pairs, chars.into_iter().map(String::from).collect::<Vec<_>>())
    };
    let (pairs, chars) = grams(text);
    let (mut of_title, more) = grams(title);
    of_title.extend(more);
    [join(pairs), join(chars), join(words(text)), join(words(title)), join(of_title)]
}

fn feed(archive: &Path, file: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let schema = tantivy::Index::open_in_dir(archive.join(".anku/index"))?.schema();
    let bytes = std::fs::read(file)?;
    let mut texts: Vec<&str> = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((len, more)) = rest.split_at_checked(8) {
        let len = usize::try_from(u64::from_le_bytes(len.try_into()?))?;
        let (text, more) = more.split_at_checked(len).ok_or("the file of texts is torn")?;
        texts.push(std::str::from_utf8(text)?);
        rest = more;
    }
    let fields = FIELDS.iter().map(|name| schema.get_field(name)).collect::<Result<Vec<Field>, _>>()?;
    let number = schema.get_field("n")?;
    let index = tantivy::Index::create_in_dir(folder, schema.clone())?;
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Joined));
    let mut writer: IndexWriter = index.writer_with_num_threads(1, HEAP)?;
    let jieba = Jieba::new();
    let mut count = 0_u64;
    for records in texts.chunks(2 * CHUNK) {
        let cut: Vec<[String; 5]> =
            records.par_chunks(2).map(|record| cut(record[0], record[1], &jieba)).collect();
        for tokens in cut {
            let mut document = TantivyDocument::default();
            for (&field, tokens) in fields.iter().zip(tokens) {
                document.add_text(field, tokens);
            }
            document.add_u64(number, count);
            count += 1;
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

/// Takes joined tokens apart, which is the least that any tokenizer does. The index has one like it; a peer
/// must not share the code it is measured against.
#[derive(Clone)]
struct Joined;

struct Tokens<'t> {
    rest: Option<&'t str>,
    at: usize,
    token: Token,
}

impl Tokenizer for Joined {
    type TokenStream<'t> = Tokens<'t>;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> Tokens<'t> {
        Tokens { rest: (!text.is_empty()).then_some(text), at: 0, token: Token::default() }
    }
}

impl TokenStream for Tokens<'_> {
    fn advance(&mut self) -> bool {
        let Some(rest) = self.rest else { return false };
        let (token, rest) = match rest.split_once(TOKEN) {
            Some((token, rest)) => (token, Some(rest)),
            None => (rest, None),
        };
        self.token.text.clear();
        self.token.text.push_str(token);
        self.token.position = self.at;
        self.at += 1;
        self.rest = rest;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
