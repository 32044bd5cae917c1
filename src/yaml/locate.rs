//! From a place inside a value back to the bytes of the file.

use super::node::Node;

/// The byte of `source` at which the character at byte `offset` of the node's text stands.
///
/// YAML changes a scalar's white space (indentation, folding) and, in double quotes, its escapes,
/// but never the order of its characters. So the two texts are walked together: white space is
/// skipped on both sides, everything else must agree. Where an escape breaks the agreement, the
/// walk steps over the escape as one character.
pub fn source_offset(source: &str, node: &Node, offset: usize) -> usize {
    source_offsets(source, node, &[offset]).pop().unwrap_or(node.span.start)
}

/// The same for many bytes of one text at once, which must not descend: one walk for all of them.
pub fn source_offsets(source: &str, node: &Node, offsets: &[usize]) -> Vec<usize> {
    let end = node.span.end.min(source.len());
    let (Some(text), Some(raw)) = (node.text(), source.get(node.span.start..end)) else {
        return vec![node.span.start; offsets.len()];
    };
    let mut found = Vec::with_capacity(offsets.len());
    let mut wanted = offsets.iter().scan((0, 0), |(byte, count), &offset| {
        let offset = offset.min(text.len()).max(*byte);
        *count += text[*byte..offset].chars().filter(|c| !c.is_whitespace()).count();
        *byte = offset;
        Some(*count)
    });
    let Some(mut before) = wanted.next() else { return found };
    let mut seen = 0;
    let mut last = node.span.start;
    let mut chars = raw.char_indices().peekable();
    let quoted = raw.starts_with('"');
    let single = raw.starts_with('\'');
    if quoted || single {
        chars.next();
    }
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let here = node.span.start + at;
        if quoted && c == '\\' {
            let skip = match chars.peek().map(|&(_, c)| c) {
                Some('x') => 3,
                Some('u') => 5,
                Some('U') => 9,
                Some('\n' | '\r') => continue,
                _ => 1,
            };
            let blank =
                matches!(chars.peek().map(|&(_, c)| c), Some('n' | 't' | 'r' | ' ' | '_' | 'N' | 'L' | 'P'));
            for _ in 0..skip {
                chars.next();
            }
            if blank {
                continue;
            }
        } else if single && c == '\'' {
            chars.next();
        }
        while seen == before {
            found.push(here);
            match wanted.next() {
                Some(next) => before = next,
                None => return found,
            }
        }
        seen += 1;
        last = here;
    }
    // Past the end: the last character.
    found.resize(offsets.len(), last);
    found
}

#[cfg(test)]
mod tests {
    use crate::yaml::read;

    #[test]
    fn finds_the_place_in_every_notation() {
        for source in [
            "t: 第一句 民情流水线。\n",
            "t: '第一句 民情流水线。'\n",
            "t: \"第一句\\n民情\\u6d41水线。\"\n",
            "t: |\n  第一句\n  民情流水线。\n",
            "t: >-\n  第一句\n  民情流水线。\n",
            "t: 第一句\n  民情流水线。\n",
        ] {
            let root = read(source).root.expect("a document");
            let node = root.get("t").expect("t");
            let text = node.text().expect("text");
            let at = super::source_offset(source, node, text.find('民').expect("in the text"));
            assert!(source[at..].starts_with('民'), "{source:?} gave {:?}", &source[at..]);
        }
    }
}
