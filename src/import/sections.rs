//! Owns a case's text as sections: role, own heading, text.
//! Must not know titles, lists or other cases.

use super::blocks::{Para, is_blank};
use super::draft::Section;
use super::lexicon::Lexicon;
use super::outline::{Head, outline, role};

/// The role of text that no heading names.
pub const OTHER: &str = "other";
/// The role of text that says what was done.
pub const PRACTICE: &str = "practice";

/// Divides a case's paragraphs at its headings. Text before the first heading is a section of its own without one.
pub fn sections(paras: &[Para], lexicon: &Lexicon) -> Vec<Section> {
    let heads = outline(paras, lexicon);
    let mut found = Vec::new();
    let first = heads.first().map_or((paras.len(), 0), |head| (head.para, head.start));
    let opening = between(paras, (0, 0), first);
    if !opening.is_empty() {
        found.push(Section { role: OTHER.to_owned(), heading: None, text: opening });
    }
    for (place, head) in heads.iter().enumerate() {
        let end = heads.get(place + 1).map_or((paras.len(), 0), |next| (next.para, next.start));
        found.push(section(paras, head, end, lexicon));
    }
    found
}

fn section(paras: &[Para], head: &Head, end: (usize, usize), lexicon: &Lexicon) -> Section {
    let line = &paras[head.para].text;
    // The signs of Markdown are markup, not words of the heading.
    let heading = line[head.start..head.end].trim_start_matches('#').trim_matches(is_blank);
    let name = &line[(head.start + head.mark).min(head.end)..head.end];
    let text = between(paras, (head.para, head.end), end);
    // A colon or stop that closed the heading does not open the text.
    let text = text.trim_start_matches([':', '：', '。', '、']).trim_start_matches(is_blank);
    Section {
        role: role(name, lexicon).unwrap_or(OTHER).to_owned(),
        heading: Some(heading.to_owned()),
        text: text.to_owned(),
    }
}

/// The text from one place to another, paragraphs one blank line apart.
fn between(paras: &[Para], from: (usize, usize), to: (usize, usize)) -> String {
    let mut text = String::new();
    for (place, para) in paras.iter().enumerate().skip(from.0).take_while(|(p, _)| *p <= to.0) {
        let start = if place == from.0 { from.1 } else { 0 };
        let end = if place == to.0 { to.1 } else { para.text.len() };
        let piece = para.text.get(start..end).unwrap_or_default().trim_matches(is_blank);
        if !piece.is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(piece);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::blocks::{blocks, paragraphs};
    use crate::import::lexicon::tests::shipped;

    fn read(text: &str) -> Vec<(String, String)> {
        let lexicon = shipped();
        let paras = paragraphs(text, &blocks(text, &[], &lexicon), &lexicon);
        sections(&paras, &lexicon).into_iter().map(|s| (s.heading.unwrap_or_default(), s.role)).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn glued_headings_end_at_their_phrase_and_points_of_the_same_style_do_not_count() {
        let text = "开头的话,说明来由。一、背景某县多年来人口外流,村里缺人。\n一、服务缺“配套”。人手不够。\n二、自治缺“实效”。\
                    程序难到位。\n三、组织缺“活力”。\n二、主要做法:对症下药,建立两会。\n一、变结对为搭台。多办事。\n\
                    二、变村域为联户。\n三、初步成效:机制一变天地宽。\n四、启示某县的模式切合村情。一、必须发挥堡垒作用。二、必须紧贴需求。";
        assert_eq!(
            read(text),
            pairs(&[
                ("", "other"),
                ("一、背景", "background"),
                ("二、主要做法", "practice"),
                ("三、初步成效", "results"),
                ("四、启示", "reflection"),
            ])
        );
    }

    #[test]
    fn everything_on_one_line() {
        let text = "现将情况汇报如下:一、主要做法半年来,试点单位主动配合。(一)认真制订方案。(二)提高认识。二、初步成效从试点看,\
                    达到了目标。三、存在问题活动开展以来,有些问题。";
        assert_eq!(
            read(text),
            pairs(&[
                ("", "other"),
                ("一、主要做法", "practice"),
                ("二、初步成效", "results"),
                ("三、存在问题", "reflection"),
            ])
        );
    }

    #[test]
    fn the_level_with_roles_is_the_top_whatever_its_sign() {
        let text = "开头。\n(一)基本情况\n一是缺乏探索。\n(二)工作做法\n做法如下。\n一、抓基层工作,规范基础\n说明。\n\
                    二、抓队伍建设,提高能力\n说明。\n(三)取得的积极效果\n效果很好。";
        assert_eq!(
            read(text),
            pairs(&[
                ("", "other"),
                ("(一)基本情况", "background"),
                ("(二)工作做法", "practice"),
                ("(三)取得的积极效果", "results"),
            ])
        );
    }

    #[test]
    fn blanks_set_a_heading_off_in_mid_line() {
        let text = "某社区位于市区东部,面积很大。 一、加强组织建设 夯实党建基础 年初,我们按照要求,成立了三个支部。 二、坚持三个围绕,全面加强党建 一是围绕大局。";
        assert_eq!(
            read(text),
            pairs(&[
                ("", "other"),
                ("一、加强组织建设 夯实党建基础", "practice"),
                ("二、坚持三个围绕,全面加强党建", "practice"),
            ])
        );
    }
}
