//! Owns what a cell's words are as a value of a field.
//! Must not know tables or drafts.

use crate::schema::Field;
use crate::schema::FieldType;
use crate::text::fold::fold;
use crate::text::numerals::chinese_to_u32;
use crate::yaml::Tree;

/// Signs between the values of a list.
const BETWEEN: [char; 7] = ['、', '；', ';', '|', '\n', '，', ','];

/// The value of a field.
///
/// # Errors
/// The key of the reason why the words are none (`import.reason.KEY` in `locale`).
pub fn value(field: &Field, words: &str) -> Result<Tree, &'static str> {
    // In a list of mappings a column fills one of them, so only a list of plain values is split.
    let plain_list = field.many && field.list.is_none();
    if plain_list {
        let parts = words.split(BETWEEN).map(str::trim).filter(|part| !part.is_empty());
        return parts.map(|part| scalar(field, part)).collect::<Result<_, _>>().map(Tree::List);
    }
    scalar(field, words)
}

fn scalar(field: &Field, words: &str) -> Result<Tree, &'static str> {
    if let Some(vocabulary) = &field.vocabulary {
        let bare: String = words.split_whitespace().collect();
        let term = vocabulary.resolve(words).or_else(|| vocabulary.resolve(&bare));
        return term.map(|term| Tree::Text(term.value.clone())).ok_or("cell-term");
    }
    match field.ty {
        FieldType::Integer => integer(words, field.key() == "year").map(Tree::Integer).ok_or("cell-integer"),
        FieldType::Text if field.path == "title" || field.path.ends_with("unit") => {
            Ok(Tree::Text(one_line(words)))
        }
        // Other types are kept as they are written; the schema judges them.
        _ => Ok(Tree::Text(words.to_owned())),
    }
}

/// A whole number as tables write it: `2,000`, `12.0`, `第二届`, `３`, `2012年`; of a date the year, where a year is wanted.
pub fn integer(words: &str, year: bool) -> Option<i64> {
    let folded = fold(words);
    let text = folded.trim();
    if year && let Some(found) = year_of(text) {
        return Some(found);
    }
    let text = text
        .trim_start_matches('第')
        .trim_end_matches(['届', '名', '号', '位', '年', '度', '.', '、'])
        .trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let grouped = text.contains(',')
        && text.trim_start_matches('-').split(',').enumerate().all(|(at, part)| {
            part.chars().all(|c| c.is_ascii_digit())
                && (part.len() == 3 || at == 0 && (1..=3).contains(&part.len()))
        });
    let digits = if grouped { text.replace(',', "") } else { text.to_owned() };
    digits.parse::<i64>().ok().or_else(|| chinese_to_u32(text).map(i64::from))
}

/// The year that a date begins with: `2024-05-01`, `2024/5/1`, `2024.5`, `2024年5月`, `20240501`.
fn year_of(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = &text[digits..];
    let date = match digits {
        4 => rest.is_empty() || rest.starts_with(['-', '/', '.', '年', ' ']),
        6 | 8 => rest.is_empty(),
        _ => false,
    };
    text.get(..4).filter(|_| date)?.parse().ok()
}

/// A cell's words on one line: a break inside Han is nothing, elsewhere a blank.
pub fn one_line(words: &str) -> String {
    let mut line = String::with_capacity(words.len());
    for part in words.split(['\n', '\r', '\t']).map(str::trim).filter(|part| !part.is_empty()) {
        let glue = line.ends_with(|c: char| c.is_ascii_alphanumeric())
            && part.starts_with(|c: char| c.is_ascii_alphanumeric());
        if glue {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_tables_write_them() {
        let cases = [
            ("12", false, Some(12)),
            ("第二届", false, Some(2)),
            ("２", false, Some(2)),
            ("1,234", false, Some(1234)),
            ("1,2", false, None),
            ("2012年", true, Some(2012)),
            ("2024-05-01", true, Some(2024)),
            ("20240501", true, Some(2024)),
            ("2024/5/1", true, Some(2024)),
            ("88.5", false, None),
            ("x", false, None),
            ("", false, None),
        ];
        for (words, year, expected) in cases {
            assert_eq!(integer(words, year), expected, "{words}");
        }
        assert_eq!(one_line("推行“网格化\n管理”\nGPS\nold"), "推行“网格化管理”GPS old");
    }
}
