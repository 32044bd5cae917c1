//! The table of finding codes. A code is for ever: it is never reused for another meaning.

/// How grave a finding is. Errors make `validate` fail; warnings do only under `--strict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The record cannot be used as it stands.
    Error,
    /// Usable, but somebody should look.
    Warning,
}

impl Severity {
    /// The word used in JSON and on the terminal.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $severity:ident;)+) => {
        /// What was found. The wording of each stands in `locale` under its id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order of its number.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The stable number, `AK0102`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => $id,)+ }
            }

            /// How grave it is by default.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }

            /// The code with this number.
            pub fn from_id(id: &str) -> Option<Code> {
                Code::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
            }
        }
    };
}

codes! {
    // 00xx: the bytes and the YAML.
    /// The file cannot be read (permission, I/O).
    Unreadable = "AK0001", Error;
    /// The file is larger than a record may be.
    TooLarge = "AK0002", Error;
    /// Not UTF-8; the first bad byte is pointed at.
    NotUtf8 = "AK0003", Error;
    /// Not YAML.
    Syntax = "AK0004", Error;
    /// A key stands twice in one mapping.
    DuplicateKey = "AK0005", Error;
    /// An anchor, alias or merge key: they have no use in a record and can explode.
    Anchor = "AK0006", Error;
    /// An explicit tag such as `!!binary` or `!python`.
    Tag = "AK0007", Error;
    /// Nested deeper than a record may be.
    TooDeep = "AK0008", Error;
    /// More than one document in the file.
    ManyDocuments = "AK0009", Error;
    /// An empty file, or nothing but comments.
    Empty = "AK0010", Error;
    /// A mapping or list used as a key.
    ComplexKey = "AK0011", Error;
    /// A control character that has no place in text.
    ControlCharacter = "AK0012", Error;

    // 01xx: the schema.
    /// The value is of another type than the schema says.
    WrongType = "AK0101", Error;
    /// A field that the schema does not know.
    UnknownField = "AK0102", Error;
    /// A required field is missing.
    MissingField = "AK0103", Error;
    /// The value is not in the vocabulary or enumeration.
    NotInVocabulary = "AK0104", Error;
    /// Text that does not fit the pattern.
    Pattern = "AK0105", Error;
    /// Text too short or too long.
    Length = "AK0106", Error;
    /// A number outside its bounds.
    Bounds = "AK0107", Error;
    /// Too few or too many items, or items that repeat.
    Items = "AK0108", Error;
    /// Text that is not of the declared format (date, uri, …).
    Format = "AK0109", Error;
    /// Any other JSON Schema keyword that the value fails.
    Schema = "AK0110", Error;
    /// A field given with no value after it.
    EmptyValue = "AK0111", Error;
    /// A list with so many values outside its vocabulary that the rest of it was not looked at.
    ListUnchecked = "AK0112", Error;

    // 02xx: rules across records.
    /// Two records have one id.
    DuplicateId = "AK0201", Error;
    /// A link that leads nowhere.
    DanglingLink = "AK0202", Error;
    /// The file's name is not the record's id.
    FileName = "AK0203", Error;
    /// A level's entries are fewer or more than the list declared.
    DeclaredTotal = "AK0204", Error;
    /// Ranks of one list have a gap or repeat.
    RankGap = "AK0205", Error;
    /// One case stands in two levels of one edition.
    TwoLevels = "AK0206", Error;

    // 034x: places.
    /// No division ever had this name.
    UnknownPlace = "AK0340", Warning;
    /// Province, city and county do not belong together.
    PlaceParts = "AK0341", Error;
    /// The code is not that of the names.
    PlaceCode = "AK0342", Error;
    /// The name was not in force in the record's year.
    PlaceYear = "AK0343", Warning;
    // 035x: residue in the texts. Usable, but somebody should look.
    /// Characters that hide a word: `**`.
    Mask = "AK0350", Warning;
    /// Letters that stand for a number or a name: `XX年`.
    Placeholder = "AK0351", Warning;
    /// A place where a number got lost: `20,制定`, `总数已达 人`.
    MissingNumber = "AK0352", Warning;
    /// A rate without its per cent sign: `率达80以上`.
    MissingPercent = "AK0353", Warning;
    /// Words of the site or the file that the text was taken from.
    SiteWords = "AK0354", Warning;
    /// HTML that was left over.
    Markup = "AK0355", Warning;
    /// Characters that a wrong encoding made.
    Garbled = "AK0356", Warning;
    /// Characters that nobody sees: zero width, blanks at the end of a line.
    Invisible = "AK0357", Warning;
    /// Doubled punctuation, brackets around nothing.
    Punctuation = "AK0358", Warning;
    /// A quotation mark without its partner.
    HalfQuote = "AK0359", Warning;

    // 09xx: the schemas and the archive's own files.
    /// A schema is not a valid JSON Schema.
    BadSchema = "AK0901", Error;
    /// A keyword that no JSON Schema knows: most likely misspelt.
    UnknownKeyword = "AK0902", Error;
    /// A `$ref` that leads nowhere, or outside the archive.
    BadReference = "AK0903", Error;
    /// An `x-anku` annotation with an unknown key or value.
    BadAnnotation = "AK0904", Error;
    /// `anku.yaml`, a vocabulary or an outline that cannot be used.
    BadSettings = "AK0905", Error;
    /// A regular expression that cannot be compiled in linear time.
    BadPattern = "AK0906", Error;

    // 091x: schemes, and what is handed in for them.
    /// A scheme that does not add up.
    SchemeRule = "AK0911", Error;
    /// A sheet, a vote, a ledger or another file for a scheme that cannot be counted.
    SheetRule = "AK0912", Error;
}

impl Code {
    /// Whether this speaks of residue in a text, `AK035x`.
    pub fn is_residue(self) -> bool {
        (Code::Mask..=Code::HalfQuote).contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_ordered() {
        let ids: Vec<&str> = Code::ALL.iter().map(|c| c.id()).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        for code in Code::ALL {
            assert_eq!(Code::from_id(code.id()), Some(*code));
        }
    }
}
