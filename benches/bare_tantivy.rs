//! The peer of `anku index --rebuild`: the same tokens, fed to a tantivy that has nothing else to do.
//!
//! `prepare ARCHIVE FILE` writes what the library makes of every record to FILE; `feed ARCHIVE FILE
//! FOLDER` reads it back, makes an index in FOLDER with the schema of the archive's own one, adds all
//! and commits. The script beside this file measures the second as a process of its own, so that
//! reading, parsing, folding and cutting are not in it.

#![allow(missing_docs)]

use anku::archive::Archive;
use anku::archive::Record;
use anku::facts;
use anku::index::Prepared;
use anku::index::prepare;
use anku::text::segment::Segmenter;
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
const HEAP: usize = 256 << 20;
/// What the library puts between two tokens.
const TOKEN: char = '\u{1}';
const TOKENIZER: &str = "anku-joined";
/// The text fields of the index, in the order of the file of tokens.
const TEXTS: [&str; 5] = ["b2", "c1", "w", "t", "k"];

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match args[..] {
        ["prepare", archive, file] => write_tokens(Path::new(archive), Path::new(file)),
        ["feed", archive, file, folder] => feed(Path::new(archive), Path::new(file), Path::new(folder)),
        // `cargo bench` alone: the comparison needs a corpus, and `benches/bench` makes it.
        _ => Ok(()),
    }
}

fn write_tokens(archive: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(archive)?;
    let segmenter = Segmenter::new(archive.terms());
    let around = facts::words(&archive)?;
    let mut out = BufWriter::new(File::create(file)?);
    let (walk, errors) = archive.walk();
    if let Some(error) = errors.into_iter().next() {
        return Err(error.into());
    }
    for stat in walk {
        let record = Record::read(&archive.root, &stat.path)?;
        let kind = &archive.kinds[stat.kind];
        let Prepared { pairs, chars, words, title_words, keys, card, texts, facts: _ } =
            prepare(&record, kind, &segmenter, Some(&around));
        for text in [pairs, chars, words, title_words, keys] {
            out.write_all(&(text.len() as u64).to_le_bytes())?;
            out.write_all(text.as_bytes())?;
        }
        out.write_all(&((card.len() + texts.len()) as u64).to_le_bytes())?;
    }
    out.flush()?;
    Ok(())
}

fn feed(archive: &Path, file: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let schema = tantivy::Index::open_in_dir(archive.join(".anku/index"))?.schema();
    let bytes = std::fs::read(file)?;
    let field = |name: &str| schema.get_field(name);
    let texts = TEXTS.iter().map(|name| field(name)).collect::<Result<Vec<Field>, _>>()?;
    let (number, offset, len) = (field("n")?, field("o")?, field("l")?);
    let index = tantivy::Index::create_in_dir(folder, schema.clone())?;
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Joined));
    let mut writer: IndexWriter = index.writer_with_num_threads(1, HEAP)?;
    let mut input = Input { bytes: &bytes };
    let mut at = 0;
    for count in 0_u64.. {
        if input.bytes.is_empty() {
            break;
        }
        let mut document = TantivyDocument::default();
        for &field in &texts {
            document.add_text(field, input.text()?);
        }
        let size = input.number()?;
        document.add_u64(number, count);
        document.add_u64(offset, at);
        document.add_u64(len, size);
        at += size;
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// The file of tokens, read from the front.
struct Input<'b> {
    bytes: &'b [u8],
}

impl<'b> Input<'b> {
    fn take(&mut self, len: usize) -> Result<&'b [u8], &'static str> {
        let (piece, rest) = self.bytes.split_at_checked(len).ok_or("the file of tokens is torn")?;
        self.bytes = rest;
        Ok(piece)
    }

    fn number(&mut self) -> Result<u64, Box<dyn Error>> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into()?))
    }

    fn text(&mut self) -> Result<&'b str, Box<dyn Error>> {
        let len = usize::try_from(self.number()?)?;
        Ok(std::str::from_utf8(self.take(len)?)?)
    }
}

/// Takes joined tokens apart, which is the least that any tokenizer does.
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
