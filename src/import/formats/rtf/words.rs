//! Owns the pieces that an RTF file is made of: groups, control words, bytes.
//! Must not know what they mean.

/// One piece of an RTF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// A control word with its number.
    Word(&'b [u8], Option<i32>),
    /// A control symbol that is no letter: `\*`, `\~`.
    Symbol(u8),
    /// A byte of text, `\'xx` or plain.
    Byte(u8),
}

/// The pieces of a file.
#[derive(Clone, Debug)]
pub struct Pieces<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Pieces<'b> {
    /// From the start.
    pub fn new(bytes: &'b [u8]) -> Self {
        Pieces { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn word(&mut self) -> Piece<'b> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        let name = &self.bytes[start..self.at];
        let minus = self.peek() == Some(b'-');
        let digits_at = self.at + usize::from(minus);
        let digits = self.bytes.get(digits_at..).unwrap_or_default();
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut value = None;
        if count > 0 {
            let number = digits[..count.min(10)].iter().fold(0_i64, |n, d| n * 10 + i64::from(d - b'0'));
            let number = if minus { -number } else { number };
            value = Some(i32::try_from(number).unwrap_or(if minus { i32::MIN } else { i32::MAX }));
            self.at = digits_at + count;
        }
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        // Bytes of pictures are counted, not marked.
        if name == b"bin" {
            let skip = usize::try_from(value.unwrap_or(0)).unwrap_or(0);
            self.at = self.at.saturating_add(skip).min(self.bytes.len());
        }
        Piece::Word(name, value)
    }
}

impl<'b> Iterator for Pieces<'b> {
    type Item = Piece<'b>;

    fn next(&mut self) -> Option<Piece<'b>> {
        loop {
            let byte = self.peek()?;
            self.at += 1;
            return Some(match byte {
                b'{' => Piece::Open,
                b'}' => Piece::Close,
                b'\r' | b'\n' | 0 => continue,
                b'\\' => match self.peek()? {
                    letter if letter.is_ascii_alphabetic() => self.word(),
                    b'\'' => {
                        let hex = self.bytes.get(self.at + 1..self.at + 3).unwrap_or_default();
                        self.at = (self.at + 3).min(self.bytes.len());
                        let text = std::str::from_utf8(hex).unwrap_or_default();
                        match u8::from_str_radix(text, 16) {
                            Ok(byte) => Piece::Byte(byte),
                            Err(_) => continue,
                        }
                    }
                    // A line end after a backslash ends the paragraph.
                    b'\r' | b'\n' => {
                        self.at += 1;
                        Piece::Word(b"par", None)
                    }
                    byte @ (b'\\' | b'{' | b'}') => {
                        self.at += 1;
                        Piece::Byte(byte)
                    }
                    symbol => {
                        self.at += 1;
                        Piece::Symbol(symbol)
                    }
                },
                byte => Piece::Byte(byte),
            });
        }
    }
}
