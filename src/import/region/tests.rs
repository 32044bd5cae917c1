//! Where made-up cases lie.
use super::*;

fn placed(title: &str, unit: Option<&str>, text: &[&str], year: Option<i64>) -> Option<String> {
    let paras: Vec<Para> =
        text.iter().map(|text| Para { text: (*text).to_owned(), start: 0, role: None }).collect();
    let opening: Vec<&str> = text.iter().take(3).copied().collect();
    let clues = Clues { title, unit, opening: &opening.join("\n"), text: &paras, year };
    of_case(&clues).map(|region| written(&region))
}

#[test]
fn a_title_that_begins_with_its_place() {
    for (title, place) in [
        ("陕西咸阳：办好身边小事", "陕西省咸阳市"),
        ("云南丽江推行网格议事", "云南省丽江市"),
        ("上海加强楼宇党建", "上海市"),
        ("丹东市宽甸县组建联合党委", "辽宁省丹东市宽甸满族自治县"),
        ("丽江推行医院党建", "云南省丽江市"),
        ("党建引领治理——广东翁源：选好书记", "广东省韶关市翁源县"),
    ] {
        assert_eq!(placed(title, None, &[], None).as_deref(), Some(place), "{title}");
    }
}

#[test]
fn organisations_streets_and_masks_are_no_places() {
    for title in [
        "中原油田抓班子",
        "兖州煤业抓班组",
        "大港油田党建",
        "江汉油田夺油上产",
        "长安汽车党建联盟",
        "南京路社区议事会",
        "中山大道商圈党建",
        "某县推行网格化",
        "**市加强党建",
        "和平发展之路",
        "安康建设有保障",
        "枫桥经验在基层",
    ] {
        assert_eq!(placed(title, None, &[], None), None, "{title}");
    }
}

#[test]
fn an_example_of_the_text_does_not_narrow_the_subject_of_the_title() {
    let text = ["渭城区把小事办好，居民满意。", "秦都区也这样办。"];
    assert_eq!(placed("陕西咸阳：办好身边小事", None, &text, None).as_deref(), Some("陕西省咸阳市"));
    // A province alone, with no subject, is narrowed by where the thing lies.
    let text = ["兴山县地处山区，村多人少。"];
    let found = placed("湖北农村党员积分制", None, &text, None);
    assert_eq!(found.as_deref(), Some("湖北省宜昌市兴山县"));
}

#[test]
fn the_opening_places_a_text_unless_it_names_others_in_passing() {
    let here = "徽州区潜口镇位于黄山脚下，党员五百名。徽州区委支持。";
    assert_eq!(placed("一村一品", None, &[here], None).as_deref(), Some("安徽省黄山市徽州区"));
    for text in [
        "我们赴外地取经，安吉县考察之后，支部开了会。",
        "敦煌市、瓜州县等地的同志来访。",
        "敦煌市的客人走了，宽甸满族自治县的客人又来。宽甸满族自治县、敦煌市都好。",
    ] {
        assert_eq!(placed("一个支部的日常", None, &[text], None), None, "{text}");
    }
}

#[test]
fn a_signature_places_what_nothing_else_does() {
    let text = ["支部有党员十七人。", "工作还有不足。            中共江西某某科技有限公司支部委员会"];
    assert_eq!(placed("先进支部汇报", None, &text, None).as_deref(), Some("江西省"));
    let text = ["支部有党员十七人。", "北京的专家讲了一课。"];
    assert_eq!(placed("先进支部汇报", None, &text, None), None);
}

#[test]
fn the_year_decides_which_name_holds() {
    assert_eq!(placed("江苏吴江市：村务公开", None, &[], Some(2010)).as_deref(), Some("江苏省苏州市吴江市"));
    assert_eq!(placed("贵州铜仁：党员积分", None, &[], Some(2010)).as_deref(), Some("贵州省铜仁地区"));
    assert_eq!(placed("贵州铜仁：党员积分", None, &[], Some(2020)).as_deref(), Some("贵州省铜仁市"));
}

#[test]
fn title_and_unit_that_contradict_each_other() {
    let found = conflict("山东莱州：村务公开", "山西省大同市委组织部", None);
    assert_eq!(found, Some(("山东省烟台市莱州市".to_owned(), "山西省大同市".to_owned())));
    assert_eq!(conflict("山东莱州：村务公开", "山东省莱州市", None), None);
    assert_eq!(conflict("山东：村务公开", "山东省莱州市", None), None);
    assert_eq!(conflict("村务公开", "山东省莱州市", None), None);
}

#[test]
fn a_quoted_word_is_no_place() {
    assert_eq!(conflict("“四平台支撑，三层次贯通”培训体系", "天津职业大学", None), None);
    assert!(conflict("吉林四平：推行积分制", "天津市委组织部", None).is_some());
}
