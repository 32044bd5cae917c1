//! What the commands that change and make records have in common: which record is meant, and the words for a value that was refused.

use super::commands::show;
use super::context::Context;
use super::failure::Failure;
use super::failure::at;
use super::findings;
use super::findings::Texts;
use anku::archive::Archive;
use anku::archive::Card;
use anku::diag::Finding;
use anku::schema::AssignError;
use anku::schema::Kind;
use anku::workspace::EditError;
use anku::yaml::SetError;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// The record that a word means: an id, the beginning of one, a path. `None`, said on stderr, where there is none.
///
/// # Errors
/// Several records could be meant.
pub(crate) fn record<'a>(
    context: &Context,
    archive: &'a Archive,
    cards: &[Card],
    word: &str,
) -> Result<Option<(&'a Kind, String)>, Failure> {
    let same: Vec<&str> =
        cards.iter().filter(|card| card.id == word).map(|card| card.path.as_str()).collect();
    if same.len() > 1 {
        let args = [("id", word), ("paths", &*same.join(" "))];
        return Err(Failure::usage(context.lang.say("dedup.error.several", &args)));
    }
    let found = show::find(context, cards, word)?;
    Ok(found.and_then(|card| Some((archive.kind(&card.kind)?, card.path.clone()))))
}

/// An edit that was refused, in words. What is wrong with a value is shown with its place, as `validate` shows it.
pub(crate) fn refused(context: &Context, error: EditError) -> Failure {
    let lang = context.lang;
    let show = |path: &str, found: &[Finding], text: String| {
        let texts = [(PathBuf::from(path), text)];
        let shown = findings::plain(context, found, &Texts::new(&texts));
        let _ = std::io::stderr().write_all(shown.as_bytes());
    };
    match error {
        EditError::Read(path, error) => at(context, Path::new(&path), &error),
        EditError::Broken(path, found, text) => {
            show(&path, &found, text);
            Failure::usage(lang.say("edit.broken", &[("path", &path)]))
        }
        EditError::Refused(path, found, text) => {
            show(&path, &found, text);
            let what = lang.say("edit.refused", &[("path", &path)]);
            Failure::hinted(what, lang.word("write.nothing"))
        }
        EditError::Key => Failure::usage(lang.word("edit.key")),
        EditError::Taken(id) => Failure::usage(lang.say("edit.taken", &[("id", &id)])),
        EditError::Schema(found) => {
            show("", &found, String::new());
            Failure::usage(lang.word("edit.schema"))
        }
        EditError::Set(word, SetError::NoItem(count)) => {
            Failure::usage(lang.say("edit.no-item", &[("word", &word), ("count", &count.to_string())]))
        }
        EditError::Set(word, SetError::Form) => Failure::usage(lang.say("edit.form", &[("word", &word)])),
        EditError::Set(word, SetError::Notation) => {
            Failure::hinted(lang.say("edit.notation", &[("word", &word)]), lang.word("edit.notation.hint"))
        }
        EditError::Assign(word, error) => assignment(context, &word, error),
    }
}

fn assignment(context: &Context, word: &str, error: AssignError) -> Failure {
    let lang = context.lang;
    match error {
        AssignError::NoEquals => Failure::usage(lang.say("edit.no-equals", &[("word", word)])),
        AssignError::Unknown(name, near) => {
            let what = lang.say("error.no-field", &[("name", &name)]);
            match near {
                Some(near) => Failure::hinted(what, lang.say("help.didyoumean", &[("name", &near)])),
                None => Failure::usage(what),
            }
        }
        AssignError::Which(list, count) => {
            Failure::usage(lang.say("edit.which", &[("list", &list), ("count", &count.to_string())]))
        }
        AssignError::Fields(field, inner) => {
            let inner: Vec<String> = inner.iter().map(|key| format!("{field}.{key}")).collect();
            Failure::usage(lang.say("edit.fields", &[("field", &field), ("fields", &inner.join(" "))]))
        }
        AssignError::NoList(field) => Failure::usage(lang.say("edit.no-list", &[("field", &field)])),
        AssignError::Control(c) => {
            Failure::usage(lang.say("edit.control", &[("name", &format!("U+{:04X}", u32::from(c)))]))
        }
    }
}

/// A line for the list of batches, cut where it is long.
pub(crate) fn label(command: &str, words: &[String]) -> String {
    let all = format!("{command} {}", words.join(" ")).replace(['\n', '\t'], " ");
    let cut: String = all.chars().take(LABEL).collect();
    if cut.len() < all.len() { format!("{cut}…") } else { all.trim_end().to_owned() }
}

/// The longest label of a batch, in characters.
const LABEL: usize = 100;
