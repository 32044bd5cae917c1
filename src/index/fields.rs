//! The fields of the tantivy index and their one tokenizer.

use super::prepare::TOKEN;
use tantivy::Index;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::NumericOptions;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;

const TOKENIZER: &str = "anku-joined";

/// The fields. Membership is decided by `pairs` and `chars` alone; `words` and `title` only rank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub pairs: Field,
    pub chars: Field,
    pub words: Field,
    pub title: Field,
    /// Characters and pairs of the record's title.
    pub title_grams: Field,
    pub keys: Field,
    /// The record's number: deletes go by it.
    pub number: Field,
    /// Where its entries begin in the side files.
    pub card: Field,
    pub texts: Field,
    pub facts: Field,
}

impl Fields {
    /// The schema and its fields. No stored text: what a search shows comes from the record's file.
    /// Positions of words alone: words that follow one another without a gap are a string that needs
    /// no look into the text, and they take a third of what positions of pairs would.
    pub(super) fn new() -> (Schema, Fields) {
        let mut schema = Schema::builder();
        let text = |option, norms| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(TOKENIZER)
                    .set_index_option(option)
                    .set_fieldnorms(norms),
            )
        };
        let fields = Fields {
            pairs: schema.add_text_field("b2", text(IndexRecordOption::Basic, false)),
            chars: schema.add_text_field("c1", text(IndexRecordOption::Basic, false)),
            words: schema.add_text_field("w", text(IndexRecordOption::WithFreqsAndPositions, true)),
            title: schema.add_text_field("t", text(IndexRecordOption::WithFreqs, true)),
            title_grams: schema.add_text_field("u", text(IndexRecordOption::Basic, false)),
            keys: schema.add_text_field("k", text(IndexRecordOption::Basic, false)),
            number: schema.add_u64_field("n", NumericOptions::default().set_indexed().set_fast()),
            card: schema.add_u64_field("d", NumericOptions::default().set_fast()),
            texts: schema.add_u64_field("x", NumericOptions::default().set_fast()),
            facts: schema.add_u64_field("q", NumericOptions::default().set_fast()),
        };
        (schema.build(), fields)
    }
}

/// Makes the tokenizer known to an index.
pub(super) fn register(index: &Index) {
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(Joined));
}

/// Takes tokens that were joined beforehand apart again: cutting is done where the text is folded.
///
/// A token's position is the number of characters before it; an empty token is a gap of one.
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
        while let Some(rest) = self.rest {
            let (token, rest) = match rest.split_once(TOKEN) {
                Some((token, rest)) => (token, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            self.token.position = self.at;
            if token.is_empty() {
                self.at += 1;
                continue;
            }
            self.at += token.chars().count();
            self.token.text.clear();
            self.token.text.push_str(token);
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
