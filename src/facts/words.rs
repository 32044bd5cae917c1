//! Reads the words of quantities from an archive's word lists. Must not know where those lie.

use crate::text::quantity::Qualifier;
use crate::text::quantity::SubjectWords;
use crate::text::quantity::Words;
use crate::yaml::Node;

/// Makes the words of a finder from the list of units and the list of words around quantities.
///
/// # Errors
/// What cannot be understood in them.
pub fn read_words(units: &Node, around: &Node) -> Result<Words, String> {
    let mut words = Words::default();
    let terms = units.get("oneOf").map(Node::items).unwrap_or_default();
    if terms.is_empty() {
        return Err("units.yaml: oneOf: [{const: …}]".to_owned());
    }
    for term in terms {
        let main = term.get("const").and_then(Node::text).ok_or("units.yaml: const")?;
        words.add_unit(main, main);
        let title = term.get("title").and_then(Node::text);
        let aliases = term.get("x-anku").map(|annotation| texts(annotation, "aliases")).unwrap_or_default();
        // 百分之 stands before its number, not behind it.
        let title = title.filter(|title| !title.ends_with("之")).map(str::to_owned);
        for written in title.into_iter().chain(aliases) {
            words.add_unit(&written, main);
        }
    }
    words.strong = texts(around, "strong").into_iter().collect();
    words.closing = texts(around, "closing").into_iter().collect();
    for entry in around.get("not_followed").map(Node::entries).unwrap_or_default() {
        words.not_followed.insert(entry.key.clone(), items(&entry.value));
    }
    words.people = texts(around, "people");
    words.not_before = texts(around, "not_before");
    words.before = qualified(around, "before")?;
    words.after = qualified(around, "after")?;
    words.inside = qualified(around, "inside")?;
    words.each = pairs(around, "each");
    words.average = pairs(around, "average");
    words.within = pairs(around, "within");
    if let Some(subject) = around.get("subject") {
        words.subject = SubjectWords {
            leading: texts(subject, "leading"),
            trailing: texts(subject, "trailing"),
            adverbs: texts(subject, "adverbs"),
            places: texts(subject, "places"),
            stops: texts(subject, "stops"),
        };
    }
    Ok(words)
}

/// Non-empty texts: an empty word would stand everywhere.
fn items(node: &Node) -> Vec<String> {
    let list = node.items().iter().filter_map(Node::text);
    list.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    node.get(key).map(items).unwrap_or_default()
}

fn pairs(node: &Node, key: &str) -> Vec<(String, String)> {
    let entries = node.get(key).map(Node::entries).unwrap_or_default();
    let pair = |value: &Node, key: &str| Some((key.to_owned(), value.text()?.to_owned()));
    entries.iter().filter(|entry| !entry.key.is_empty()).filter_map(|e| pair(&e.value, &e.key)).collect()
}

fn qualified(node: &Node, key: &str) -> Result<Vec<(String, Qualifier)>, String> {
    let mut list = Vec::new();
    for entry in node.get(key).map(Node::entries).unwrap_or_default() {
        let qualifier =
            Qualifier::of(&entry.key).ok_or_else(|| format!("quantities.yaml: {key}.{}", entry.key))?;
        list.extend(items(&entry.value).into_iter().map(|word| (word, qualifier)));
    }
    Ok(list)
}
