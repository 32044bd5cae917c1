//! Where sentences end.
//!
//! One notion of a sentence for what is searched (folded text) and what is shown (text as written):
//! it ends at 。！？； and their narrow forms, and at the border of a paragraph; closing marks and
//! blanks behind it belong to it. What a single line break means differs between the two, so that is
//! for the caller to say.

use std::ops::Range;

/// Whether a sentence ends with this character.
pub fn ends(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';')
}

/// Whether a character behind the end of a sentence still belongs to it: `。”`.
pub fn closes(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '》' | '"') || c.is_whitespace()
}

/// Where the sentences of a text begin, and the end of the text. `breaks` says whether a line break
/// (`\n`, `\r`) ends the sentence of the line before it.
pub fn borders(text: &str, breaks: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut found = vec![0];
    let mut ended = false;
    let mut line = 0;
    for (at, c) in text.char_indices() {
        let is_break = matches!(c, '\n' | '\r');
        let ends = ends(c) || (is_break && breaks(&text[line..at]));
        if ended && !ends && !closes(c) {
            found.push(at);
            ended = false;
        }
        ended |= ends;
        if is_break {
            line = at + c.len_utf8();
        }
    }
    found.push(text.len());
    found
}

/// The paragraphs of a piece of folded text, empty ones left out.
pub fn paragraphs(folded: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    folded.split('\n').filter_map(move |paragraph| {
        let range = start..start + paragraph.len();
        start = range.end + 1;
        (!range.is_empty()).then_some(range)
    })
}

/// The sentences of a piece of folded text, empty ones left out; none crosses a paragraph.
pub fn sentences(folded: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    paragraphs(folded).flat_map(move |paragraph| {
        let borders = borders(&folded[paragraph.clone()], |_| false);
        let pairs: Vec<Range<usize>> = borders
            .windows(2)
            .map(|pair| paragraph.start + pair[0]..paragraph.start + pair[1])
            .filter(|range| !range.is_empty())
            .collect();
        pairs
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_of_folded_text() {
        assert_eq!(
            cut("他说:“好。”走了!? 再来;三\n四。\n\n)五"),
            ["他说:“好。”", "走了!? ", "再来;", "三", "四。", ")五"]
        );
        assert_eq!(cut(""), Vec::<&str>::new());
        assert_eq!(cut("。。甲"), ["。。", "甲"]);
        let text = "甲\n\n乙丙";
        let found: Vec<&str> = paragraphs(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["甲", "乙丙"]);
    }

    proptest! {
        #[test]
        fn sentences_are_the_text_without_its_breaks(text in "[甲乙。!?;”) \n]{0,30}") {
            prop_assert_eq!(cut(&text).concat(), text.replace('\n', ""));
            for sentence in cut(&text) {
                // Behind its end stands only what closes it.
                let end = sentence.find(ends).unwrap_or(sentence.len());
                prop_assert!(sentence[end..].chars().all(|c| ends(c) || closes(c)), "{:?}", sentence);
            }
        }
    }
}
