//! What is said beside an answer: how the query was read, what was widened, what was not found and what
//! was perhaps meant.

use super::show::Printer;
use anku::search::Match;
use anku::search::TermCount;

impl Printer<'_> {
    /// What was added to the query, that the hits are not literal ones, and which term is to blame.
    pub(super) fn say_how(&self) {
        let page = self.page;
        let lang = self.context.lang;
        for expansion in &page.expansions {
            let list = expansion.alternatives.join(if lang.is_zh() { "、" } else { ", " });
            self.context.note(&lang.say("search.expanded", &[("term", &expansion.term), ("list", &list)]));
        }
        if let Some((card, words)) = &page.like {
            let args =
                [("id", card.id.as_str()), ("title", card.title.as_str()), ("words", &words.join(" "))];
            self.context.note(&lang.say("search.like", &args));
        }
        if page.found.matched == Match::Exact || page.total == 0 {
            return;
        }
        self.say_missing();
        if page.found.missing.is_empty() {
            self.context.note(lang.word("search.missing.together"));
        }
        self.context.note(lang.word(match page.found.matched {
            Match::Exact | Match::Words => "search.words",
            Match::Grams => "search.grams",
            Match::Any => "search.any",
        }));
    }

    /// Which terms no record has, or only records that the filters leave out.
    fn say_missing(&self) {
        let lang = self.context.lang;
        for missing in &self.page.found.missing {
            let count = missing.records.to_string();
            let key = if missing.records == 0 { "search.missing" } else { "search.filtered" };
            self.context.note(&lang.say(key, &[("term", &missing.term), ("count", &count)]));
            self.say_near(missing.nearest.as_ref());
            let number = missing.number.as_deref();
            let field = number.and_then(|path| self.archive.kinds.iter().find_map(|kind| kind.field(path)));
            let Some(field) = field else { continue };
            let names = &field.names;
            let (name, write) = if lang.is_zh() {
                // The shortest word is the one that people write.
                let words = std::iter::once(&names.zh).chain(&names.aliases);
                (&names.zh, words.min_by_key(|word| word.chars().count()).unwrap_or(&names.zh))
            } else {
                (&names.en, &field.path)
            };
            let term = missing.term.trim();
            let args = [("name", name.as_str()), ("field", write.as_str()), ("value", term)];
            self.context.advise(&lang.say("search.as-number", &args));
        }
    }

    fn say_near(&self, near: Option<&TermCount>) {
        if let Some(TermCount { term, records }) = near {
            let args = [("near", term.as_str()), ("count", &records.to_string())];
            self.context.advise(&self.context.lang.say("search.nearest", &args));
        }
    }

    /// That nothing was found, and why.
    pub(super) fn say_nothing(&self) {
        let lang = self.context.lang;
        let found = &self.page.found;
        self.context.note(lang.word("search.none"));
        self.say_missing();
        for stranger in &found.strangers {
            let field = self.archive.kinds.iter().find_map(|kind| kind.field(&stranger.field));
            let name =
                field.map_or(
                    &stranger.field,
                    |field| {
                        if lang.is_zh() { &field.names.zh } else { &field.names.en }
                    },
                );
            self.context.note(&lang.say("search.stranger", &[("name", name), ("value", &stranger.value)]));
            self.say_near(stranger.nearest.as_ref());
        }
        if found.missing.is_empty() && found.strangers.is_empty() && found.terms.len() > 1 {
            self.context.note(lang.word("search.missing.together"));
        }
    }
}
