//! Owns how word processors write the number of a list item: 一, 壹, 甲, ①, IV, b.
//! Must not know any file format.

const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const LEGAL: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
const BRANCHES: &str = "子丑寅卯辰巳午未申酉戌亥";

/// A way to write numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// 1, 2, 3.
    #[default]
    Decimal,
    /// 01, 02, 03.
    Padded,
    /// １, ２, ３.
    Wide,
    /// i, ii, iii.
    LowerRoman,
    /// I, II, III.
    UpperRoman,
    /// a, b, c … z, aa, bb.
    LowerLetter,
    /// A, B, C … Z, AA, BB.
    UpperLetter,
    /// 一, 十一, 一百零一.
    Chinese,
    /// 壹, 拾壹.
    ChineseLegal,
    /// 一, 一一, 一〇一: digit by digit.
    ChineseDigits,
    /// 甲, 乙, 丙.
    Stems,
    /// 子, 丑, 寅.
    Branches,
    /// ①, ②, ③.
    Circled,
    /// ⒈, ⒉.
    FullStop,
    /// ⑴, ⑵.
    Parenthesised,
    /// ㈠, ㈡.
    ChineseParenthesised,
    /// 1st, 2nd.
    Ordinal,
    /// No number, a bullet.
    Bullet,
    /// Nothing at all.
    None,
}

impl Style {
    /// By its name in OOXML (ISO/IEC 29500-1, 17.18.59 ST_NumberFormat).
    pub fn ooxml(name: &str) -> Style {
        match name {
            "decimalZero" => Style::Padded,
            "decimalFullWidth" | "decimalFullWidth2" => Style::Wide,
            "lowerRoman" => Style::LowerRoman,
            "upperRoman" => Style::UpperRoman,
            "lowerLetter" => Style::LowerLetter,
            "upperLetter" => Style::UpperLetter,
            "chineseCounting"
            | "chineseCountingThousand"
            | "taiwaneseCounting"
            | "taiwaneseCountingThousand"
            | "japaneseCounting"
            | "koreanCounting" => Style::Chinese,
            "chineseLegalSimplified" | "ideographLegalTraditional" | "japaneseLegal" => Style::ChineseLegal,
            "ideographDigital" | "taiwaneseDigital" | "japaneseDigitalTenThousand" | "koreanDigital" => {
                Style::ChineseDigits
            }
            "ideographTraditional" => Style::Stems,
            "ideographZodiac" => Style::Branches,
            "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => Style::Circled,
            "decimalEnclosedFullstop" => Style::FullStop,
            "decimalEnclosedParen" => Style::Parenthesised,
            "ideographEnclosedCircle" => Style::ChineseParenthesised,
            "ordinal" => Style::Ordinal,
            "bullet" => Style::Bullet,
            "none" => Style::None,
            _ => Style::Decimal,
        }
    }

    /// By its sample in OpenDocument (`style:num-format`, ODF 1.3 part 3, 20.300).
    pub fn odf(sample: &str) -> Style {
        match sample.chars().next() {
            None => Style::None,
            Some('i') => Style::LowerRoman,
            Some('I') => Style::UpperRoman,
            Some('a') => Style::LowerLetter,
            Some('A') => Style::UpperLetter,
            Some('一') => Style::Chinese,
            Some('壹' | '壱') => Style::ChineseLegal,
            Some('甲') => Style::Stems,
            Some('子') => Style::Branches,
            Some('①') => Style::Circled,
            Some('１') => Style::Wide,
            Some(_) => Style::Decimal,
        }
    }

    /// The number, written so; as digits where this way has no sign for it.
    pub fn write(self, number: i64) -> String {
        let plain = || number.to_string();
        let Ok(count) = usize::try_from(number) else { return plain() };
        let sign = |first: u32, last: usize| {
            let offset = u32::try_from(count).ok().filter(|_| (1..=last).contains(&count));
            offset.and_then(|offset| char::from_u32(first + offset - 1)).map_or_else(plain, String::from)
        };
        let cycle = |signs: &str| {
            let length = signs.chars().count();
            count
                .checked_sub(1)
                .and_then(|at| signs.chars().nth(at % length))
                .map_or_else(plain, String::from)
        };
        match self {
            Style::Decimal => plain(),
            Style::Padded => format!("{number:02}"),
            Style::Wide => plain().chars().map(|c| wide(c).unwrap_or(c)).collect(),
            Style::LowerRoman => roman(count).to_lowercase(),
            Style::UpperRoman => roman(count),
            Style::LowerLetter => letters(count, b'a'),
            Style::UpperLetter => letters(count, b'A'),
            Style::Chinese => counted(count, DIGITS, ["", "十", "百", "千"], "零"),
            Style::ChineseLegal => counted(count, LEGAL, ["", "拾", "佰", "仟"], "零"),
            Style::ChineseDigits => {
                plain().chars().filter_map(|c| DIGITS.get(c.to_digit(10)? as usize).copied()).collect()
            }
            Style::Stems => cycle(STEMS),
            Style::Branches => cycle(BRANCHES),
            Style::Circled => sign(0x2460, 20),
            Style::FullStop => sign(0x2488, 20),
            Style::Parenthesised => sign(0x2474, 20),
            Style::ChineseParenthesised => sign(0x3220, 10),
            Style::Ordinal => {
                let ending = match (count % 100, count % 10) {
                    (11..=13, _) => "th",
                    (_, 1) => "st",
                    (_, 2) => "nd",
                    (_, 3) => "rd",
                    _ => "th",
                };
                format!("{count}{ending}")
            }
            Style::Bullet | Style::None => String::new(),
        }
    }
}

fn wide(digit: char) -> Option<char> {
    char::from_u32(u32::from('０') + digit.to_digit(10)?)
}

/// Below ten thousand, as lists count; 十 and not 一十 at the head.
fn counted(number: usize, digits: [&str; 10], units: [&str; 4], zero: &str) -> String {
    if number == 0 || number > 9999 {
        return if number == 0 { zero.to_owned() } else { number.to_string() };
    }
    let mut out = String::new();
    let mut gap = false;
    for place in (0..4).rev() {
        let digit = number / 10_usize.pow(place) % 10;
        if digit == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if gap {
            out.push_str(zero);
            gap = false;
        }
        if !(place == 1 && digit == 1 && out.is_empty() && digits[1] == "一") {
            out.push_str(digits[digit]);
        }
        out.push_str(units[place as usize]);
    }
    out
}

fn roman(mut number: usize) -> String {
    const SIGNS: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number == 0 || number > 3999 {
        return number.to_string();
    }
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while number >= value {
            out.push_str(sign);
            number -= value;
        }
    }
    out
}

/// z is followed by aa, bb: Word repeats the letter.
fn letters(number: usize, first: u8) -> String {
    let Some(at) = number.checked_sub(1) else { return "0".to_owned() };
    let letter = char::from(first + u8::try_from(at % 26).unwrap_or(0));
    std::iter::repeat_n(letter, (at / 26 + 1).min(20)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_word_writes_them() {
        let write = |style: Style, numbers: &[i64]| {
            numbers.iter().map(|n| style.write(*n)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            write(Style::Chinese, &[1, 10, 11, 20, 21, 100, 101, 110, 111, 1001]),
            "一 十 十一 二十 二十一 一百 一百零一 一百一十 一百一十一 一千零一"
        );
        assert_eq!(write(Style::ChineseDigits, &[1, 10, 101]), "一 一〇 一〇一");
        assert_eq!(write(Style::ChineseLegal, &[3, 10, 12]), "叁 壹拾 壹拾贰");
        assert_eq!(write(Style::Circled, &[1, 20, 21, 0, -3]), "① ⑳ 21 0 -3");
        assert_eq!(write(Style::Stems, &[1, 10, 11, 0]), "甲 癸 甲 0");
        assert_eq!(write(Style::LowerLetter, &[1, 26, 27, 54, 0]), "a z aa bbb 0");
        assert_eq!(write(Style::UpperRoman, &[4, 9, 1999, 4000]), "IV IX MCMXCIX 4000");
        assert_eq!(write(Style::Ordinal, &[1, 2, 3, 11, 21]), "1st 2nd 3rd 11th 21st");
        assert_eq!(write(Style::Wide, &[10]), "１０");
        assert_eq!(Style::odf("一, 二, 三, ...").write(3), "三");
        assert_eq!(Style::ooxml("chineseCountingThousand").write(i64::MIN), i64::MIN.to_string());
    }
}
