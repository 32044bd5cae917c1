//! A regular expression for folded text.
//!
//! Texts are compared folded, so the pattern is folded too, in its syntax tree: literal characters
//! become what folding makes of them (`Ａ` and `A` → `a`, `黨` → `党`, `㎡` → `m2`), a class also
//! holds what its characters fold to, `[:upper:]` is `[:lower:]`. Classes by property (`\d`, `\w`,
//! `\p{Han}`) are asked of the folded text as they are: `\p{Lu}` matches nothing there. `.` does
//! not cross the border of a paragraph, `^` and `$` are the ends of the text looked at.
//!
//! Owns also what every match must hold, so that an engine need not read all records.

use super::query::RegexFault;
use crate::text::fold;
use regex::Regex;
use regex::RegexBuilder;
use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    Ast, ClassAsciiKind, ClassBracketed, ClassSet, ClassSetItem, ClassSetRange, ClassSetUnion, Concat,
    ErrorKind, Flags, Group, GroupKind, Literal, LiteralKind, Span,
};
use regex_syntax::hir;
use regex_syntax::hir::Hir;
use regex_syntax::hir::HirKind;
use regex_syntax::hir::translate::Translator;
use std::fmt;

/// The deepest nesting inside a pattern.
const NEST: u32 = 64;
/// The most memory of a compiled pattern, in bytes.
const SIZE: usize = 4 << 20;
/// The most memory of its cache while it runs, in bytes.
const CACHE: usize = 8 << 20;
/// The most characters of all classes that are folded one by one; beyond, classes stay as written.
const CLASS: usize = 150_000;
/// The most strings that are asked of an engine before it reads texts.
const NEEDS: usize = 24;

/// What a text must hold to match. Says less than the match itself, never more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing that could be said.
    Any,
    /// This string.
    Text(String),
    /// All of these.
    All(Vec<Need>),
    /// One of these.
    One(Vec<Need>),
}

impl Need {
    /// All of these; those that say nothing are left out.
    pub(super) fn all(needs: Vec<Need>) -> Need {
        let mut kept: Vec<Need> = Vec::new();
        for need in needs {
            if need != Need::Any && !kept.contains(&need) {
                kept.push(need);
            }
        }
        match kept.len() {
            0 => Need::Any,
            1 => kept.remove(0),
            _ => Need::All(kept),
        }
    }

    /// One of these; nothing where one says nothing.
    pub(super) fn one(mut needs: Vec<Need>) -> Need {
        if needs.len() == 1 {
            needs.remove(0)
        } else if needs.contains(&Need::Any) {
            Need::Any
        } else {
            Need::One(needs)
        }
    }

    /// The strings in it.
    pub(super) fn all_texts(&self) -> Vec<&str> {
        match self {
            Need::Any => Vec::new(),
            Need::Text(text) => vec![text],
            Need::All(needs) | Need::One(needs) => needs.iter().flat_map(Need::all_texts).collect(),
        }
    }
}

/// A compiled pattern. Two are equal when they were written alike.
#[derive(Clone)]
pub struct FoldedRegex {
    typed: String,
    regex: Regex,
    need: Need,
}

impl fmt::Debug for FoldedRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.typed)
    }
}

impl PartialEq for FoldedRegex {
    fn eq(&self, other: &Self) -> bool {
        self.typed == other.typed
    }
}

impl Eq for FoldedRegex {}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It is none; with the place of the fault, in bytes of the pattern.
    Syntax(RegexFault, usize, usize),
    /// It would take too much memory.
    TooLarge,
}

/// A pattern with what it says literally folded; as it was typed where it is none, so that whoever
/// compiles it says why.
pub(super) fn fold_pattern(typed: &str) -> String {
    match ParserBuilder::new().nest_limit(NEST).build().parse(typed) {
        Ok(mut ast) => {
            Folder { left: CLASS }.ast(&mut ast);
            ast.to_string()
        }
        Err(_) => typed.to_owned(),
    }
}

impl FoldedRegex {
    /// Folds and compiles a pattern.
    pub(super) fn new(typed: &str) -> Result<FoldedRegex, Bad> {
        let mut parser = ParserBuilder::new().nest_limit(NEST).build();
        let mut ast = parser.parse(typed).map_err(|error| {
            let span = error.span();
            Bad::Syntax(fault(error.kind()), span.start.offset, span.end.offset)
        })?;
        Translator::new().translate(typed, &ast).map_err(|error| {
            let fault = match error.kind() {
                hir::ErrorKind::UnicodePropertyNotFound | hir::ErrorKind::UnicodePropertyValueNotFound => {
                    RegexFault::Property
                }
                _ => RegexFault::Other,
            };
            Bad::Syntax(fault, error.span().start.offset, error.span().end.offset)
        })?;
        Folder { left: CLASS }.ast(&mut ast);
        let folded = ast.to_string();
        let regex =
            RegexBuilder::new(&folded).size_limit(SIZE).dfa_size_limit(CACHE).nest_limit(4 * NEST).build();
        let regex = regex.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Bad::TooLarge,
            _ => Bad::Syntax(RegexFault::Other, 0, typed.len()),
        })?;
        let need = regex_syntax::parse(&folded).map_or(Need::Any, |hir| need(&hir));
        Ok(FoldedRegex { typed: typed.to_owned(), regex, need })
    }

    /// As it was typed, without slashes.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The compiled pattern, for folded text.
    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }

    /// What every text that matches holds.
    pub(super) fn need(&self) -> &Need {
        &self.need
    }
}

fn fault(kind: &ErrorKind) -> RegexFault {
    match kind {
        ErrorKind::GroupUnclosed | ErrorKind::GroupUnopened => RegexFault::Group,
        ErrorKind::ClassUnclosed
        | ErrorKind::ClassEscapeInvalid
        | ErrorKind::ClassRangeInvalid
        | ErrorKind::ClassRangeLiteral => RegexFault::Class,
        ErrorKind::RepetitionMissing
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::RepetitionCountUnclosed
        | ErrorKind::DecimalEmpty
        | ErrorKind::DecimalInvalid => RegexFault::Repetition,
        ErrorKind::EscapeUnrecognized
        | ErrorKind::EscapeUnexpectedEof
        | ErrorKind::EscapeHexEmpty
        | ErrorKind::EscapeHexInvalid
        | ErrorKind::EscapeHexInvalidDigit => RegexFault::Escape,
        ErrorKind::UnicodeClassInvalid => RegexFault::Property,
        ErrorKind::UnsupportedBackreference | ErrorKind::UnsupportedLookAround => RegexFault::Unsupported,
        _ => RegexFault::Other,
    }
}

/// What one character of a pattern is in folded text.
fn fold_char(c: char) -> String {
    if c == '\n' {
        // The border of a paragraph.
        c.to_string()
    } else if c.is_whitespace() {
        " ".to_owned()
    } else {
        fold::fold_term(c.encode_utf8(&mut [0; 4]))
    }
}

fn literal(span: Span, c: char) -> Literal {
    let kind = if regex_syntax::is_meta_character(c) { LiteralKind::Meta } else { LiteralKind::Verbatim };
    Literal { span, kind, c }
}

struct Folder {
    /// How many more characters of classes may be folded.
    left: usize,
}

impl Folder {
    fn ast(&mut self, ast: &mut Ast) {
        match ast {
            Ast::Literal(own) => {
                let folded = fold_char(own.c);
                if folded.chars().eq([own.c]) {
                    return;
                }
                let span = own.span;
                // One unit, whatever repeats it.
                let parts = folded.chars().map(|c| Ast::literal(literal(span, c))).collect();
                let inner = Ast::concat(Concat { span, asts: parts });
                let kind = GroupKind::NonCapturing(Flags { span, items: Vec::new() });
                *ast = Ast::group(Group { span, kind, ast: Box::new(inner) });
            }
            Ast::ClassBracketed(class) => self.class(class),
            Ast::Repetition(inner) => self.ast(&mut inner.ast),
            Ast::Group(inner) => self.ast(&mut inner.ast),
            Ast::Alternation(parts) => parts.asts.iter_mut().for_each(|part| self.ast(part)),
            Ast::Concat(parts) => parts.asts.iter_mut().for_each(|part| self.ast(part)),
            Ast::Empty(_)
            | Ast::Flags(_)
            | Ast::Dot(_)
            | Ast::Assertion(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassPerl(_) => {}
        }
    }

    fn class(&mut self, class: &mut ClassBracketed) {
        self.set(&mut class.kind);
    }

    fn set(&mut self, set: &mut ClassSet) {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(op) => {
                self.set(&mut op.lhs);
                self.set(&mut op.rhs);
            }
        }
    }

    /// A class keeps its characters and gains what they fold to: those that change are in no folded
    /// text. A character that folds to several has no place in a class and stays.
    fn item(&mut self, item: &mut ClassSetItem) {
        let (span, range) = match item {
            ClassSetItem::Literal(one) => (one.span, one.c..=one.c),
            ClassSetItem::Range(range) => (range.span, range.start.c..=range.end.c),
            ClassSetItem::Ascii(ascii) => {
                if ascii.kind == ClassAsciiKind::Upper {
                    ascii.kind = ClassAsciiKind::Lower;
                }
                return;
            }
            ClassSetItem::Bracketed(inner) => return self.class(inner),
            ClassSetItem::Union(union) => return union.items.iter_mut().for_each(|item| self.item(item)),
            ClassSetItem::Empty(_) | ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) => return,
        };
        let size = (u32::from(*range.end()) - u32::from(*range.start())) as usize + 1;
        let Some(left) = self.left.checked_sub(size) else { return };
        self.left = left;
        let mut more: Vec<char> = Vec::new();
        for c in range.clone() {
            let folded = fold_char(c);
            let mut chars = folded.chars();
            if let (Some(one), None) = (chars.next(), chars.next())
                && !range.contains(&one)
            {
                more.push(one);
            }
        }
        if more.is_empty() {
            return;
        }
        more.sort_unstable();
        more.dedup();
        let kept = std::mem::replace(item, ClassSetItem::Empty(span));
        let mut items = vec![kept];
        // Neighbours as ranges, so that a class of a whole script does not become a list of it.
        for run in more.chunk_by(|a, b| u32::from(*a) + 1 == u32::from(*b)) {
            let (Some(&first), Some(&last)) = (run.first(), run.last()) else { continue };
            let (start, end) = (literal(span, first), literal(span, last));
            items.push(ClassSetItem::Range(ClassSetRange { span, start, end }));
        }
        *item = ClassSetItem::Union(ClassSetUnion { span, items });
    }
}

/// What every match of a pattern holds.
fn need(hir: &Hir) -> Need {
    let mut parts = Vec::new();
    let mut run = String::new();
    gather(hir, &mut run, &mut parts);
    flush(&mut run, &mut parts);
    let need = Need::all(parts);
    if need.all_texts().len() > NEEDS { Need::Any } else { need }
}

/// Ends a run of characters that stand beside each other in every match.
fn flush(run: &mut String, parts: &mut Vec<Need>) {
    // Engines are asked for strings of one paragraph, without blanks at their ends.
    let pieces = run.split('\n').map(|piece| piece.trim_matches(' ')).filter(|piece| !piece.is_empty());
    parts.extend(pieces.map(|piece| Need::Text(piece.to_owned())));
    run.clear();
}

fn gather(hir: &Hir, run: &mut String, parts: &mut Vec<Need>) {
    match hir.kind() {
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => run.push_str(text),
            Err(_) => flush(run, parts),
        },
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Capture(capture) => gather(&capture.sub, run, parts),
        HirKind::Concat(inner) => inner.iter().for_each(|part| gather(part, run, parts)),
        HirKind::Alternation(choices) => {
            flush(run, parts);
            parts.push(Need::one(choices.iter().map(need).collect()));
        }
        HirKind::Repetition(repetition) => {
            flush(run, parts);
            if repetition.min > 0 {
                parts.push(need(&repetition.sub));
            }
        }
        HirKind::Class(class) => {
            flush(run, parts);
            if let Some(few) = few(class) {
                parts.push(few);
            }
        }
    }
}

/// The characters of a small class.
fn few(class: &hir::Class) -> Option<Need> {
    const FEW: usize = 8;
    let hir::Class::Unicode(class) = class else { return None };
    let size: usize = class.ranges().iter().map(hir::ClassUnicodeRange::len).sum();
    if size == 0 || size > FEW {
        return None;
    }
    let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let chars: Vec<char> = chars.collect();
    // A blank may be at the end of nothing, a break in no needle.
    (!chars.iter().any(|c| c.is_whitespace()))
        .then(|| Need::one(chars.into_iter().map(|c| Need::Text(c.to_string())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let regex = FoldedRegex::new(pattern).unwrap_or_else(|bad| panic!("{pattern}: {bad:?}"));
        regex.regex().is_match(&fold::fold(text))
    }

    #[test]
    fn patterns_are_folded_like_texts() {
        for (pattern, text) in [
            ("黨員", "党员"),
            ("ＧＰＳ", "gps"),
            ("GPS", "Gps"),
            ("[Ａ-Ｚ]{3}", "GPS"),
            ("[A-Z]PS", "gps"),
            ("[[:upper:]]ps", "GPS"),
            ("[黨團]员", "團員"),
            ("[一-龥]{2}", "黨員"),
            ("（一）", "(一)"),
            ("１２㎡", "12m2"),
            ("(㎡)+$", "12㎡㎡"),
            ("㎡+$", "12㎡㎡"),
            ("甲\u{200B}*乙", "甲乙"),
            ("第\\d+届", "第２届"),
            ("\\p{Han}{2}", "党員"),
            ("^关于.*的通知$", "關於某事的通知"),
            ("甲　乙", "甲 乙"),
            ("(?x) 甲 乙 # 丙", "甲乙"),
            ("[－＆～]", "a&b"),
            ("２\\+Ｘ", "2+x"),
            ("a\\/b", "a/b"),
            ("(?i)K", "K"),
        ] {
            assert!(matches(pattern, text), "{pattern} in {text}");
        }
        for (pattern, text) in
            [("[^A]", "a"), ("[^黨]", "党"), ("\\p{Lu}", "A"), ("甲.*乙", "甲\n\n乙"), ("^乙", "甲\n\n乙")]
        {
            assert!(!matches(pattern, text), "{pattern} in {text}");
        }
    }

    #[test]
    fn what_every_match_holds() {
        let of = |pattern: &str| format!("{:?}", FoldedRegex::new(pattern).expect(pattern).need());
        let table = [
            ("党員", "Text(\"党员\")"),
            ("^关于.*的通知$", "All([Text(\"关于\"), Text(\"的通知\")])"),
            ("(党员|干部)工程", "All([One([Text(\"党员\"), Text(\"干部\")]), Text(\"工程\")])"),
            ("(甲|乙*)丙", "Text(\"丙\")"),
            ("甲?乙+", "Text(\"乙\")"),
            ("第\\d+届", "All([Text(\"第\"), Text(\"届\")])"),
            (".*", "Any"),
            ("\\p{Han}", "Any"),
            ("(?:甲乙)\\b丙", "Text(\"甲乙丙\")"),
            ("甲 \\n乙", "All([Text(\"甲\"), Text(\"乙\")])"),
            ("[甲乙]", "One([Text(\"乙\"), Text(\"甲\")])"),
        ];
        for (pattern, need) in table {
            assert_eq!(of(pattern), need, "{pattern}");
        }
        let many: Vec<String> = (0..100).map(|n| format!("甲{n}乙")).collect();
        assert_eq!(of(&many.join("|")), "Any");
    }

    #[test]
    fn bad_patterns_have_a_place() {
        let table = [
            ("甲(乙", RegexFault::Group, 3),
            ("甲)乙", RegexFault::Group, 3),
            ("[甲", RegexFault::Class, 0),
            ("*甲", RegexFault::Repetition, 0),
            ("甲{2,1}", RegexFault::Repetition, 3),
            ("\\y", RegexFault::Escape, 0),
            ("\\p{Nix}", RegexFault::Property, 0),
            ("(?=甲)", RegexFault::Unsupported, 0),
            ("(甲)\\1", RegexFault::Unsupported, 5),
        ];
        for (pattern, fault, at) in table {
            let Err(Bad::Syntax(found, start, _)) = FoldedRegex::new(pattern) else { panic!("{pattern}") };
            assert_eq!((found, start), (fault, at), "{pattern}");
        }
        assert_eq!(FoldedRegex::new("a{1000}{1000}").err(), Some(Bad::TooLarge));
        assert_eq!(FoldedRegex::new("\\w{1000}").err(), Some(Bad::TooLarge));
        assert!(FoldedRegex::new(&"(".repeat(1000)).is_err());
        assert!(FoldedRegex::new("(a+)+$").is_ok());
        assert!(FoldedRegex::new(&"[\\x00-\\u{10FFFF}]".repeat(40)).is_ok());
    }
}
