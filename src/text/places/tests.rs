//! What the award lists of 2010 and 2012 and common titles resolve to.
use std::path::PathBuf;

use super::*;

fn code(name: &str, year: Option<u16>) -> Option<String> {
    Places::shipped().resolve(name, year).map(|place| place.code)
}

#[test]
fn whole_short_and_old_names() {
    for (name, year, expected) in [
        ("内蒙呼伦贝尔", Some(2010), "150700"),
        ("湖北省孝感市孝南区", Some(2012), "420902"),
        ("酒泉肃州", None, "620902"),
        ("西安未央", None, "610112"),
        ("**富蕴县", Some(2012), "654322"),
        ("山东枣庄市中区", Some(2010), "370402"),
        ("枣庄市中区", None, "370402"),
        ("江苏省吴江市", Some(2012), "320584"),
        ("江苏省吴江市", Some(2013), "320584"),
        ("江苏省吴江市", None, "320584"),
        ("浙江省景宁县", Some(2012), "331127"),
        ("甘肃省阿克塞县", Some(2012), "620924"),
        ("内蒙古土右旗", Some(2012), "150221"),
        ("湖北省兴山县:推广“两会两评”", None, "420526"),
        ("广东翁源:选好书记", None, "440229"),
        ("肃州区:示范点", None, "620902"),
        ("酒泉瓜州：学时学分制", None, "620922"),
        ("敦煌市:民情流水线", None, "620982"),
        ("湖北 孝感 孝南", None, "420902"),
        ("中共敦煌市委组织部", None, "620982"),
        ("新疆兵团农五师83团", Some(2012), "650000"),
        ("贵州铜仁", Some(2010), "522200"),
        ("贵州铜仁", Some(2020), "520600"),
        ("陝西省乾縣", None, "610424"),
        ("江苏省鼓楼区", None, "320000"),
    ] {
        assert_eq!(code(name, year).as_deref(), Some(expected), "{name} {year:?}");
    }
}

#[test]
fn organisations_and_shared_names_are_no_places() {
    for name in [
        "大庆钻探",
        "中国商飞公司",
        "同煤集团",
        "兖州煤业",
        "中原油田",
        "西南石油大学",
        "鼓楼区",
        "朝阳区:居民",
        "东方汽轮",
        "新区建设",
        "红豆集团",
        "",
        "**",
        "和平发展之路",
    ] {
        let found = Places::shipped().resolve(name, None);
        assert!(found.is_none(), "{name} {found:?}");
    }
    assert_eq!(code("海南区域经济集团", None).as_deref(), Some("460000"));
}

#[test]
fn the_parts_of_a_place() {
    let place = Places::shipped().resolve("上海市黄浦区五里桥街道", Some(2012)).expect("a place");
    assert_eq!(
        (place.province.as_str(), place.city, place.county.as_deref()),
        ("上海市", None, Some("黄浦区"))
    );
    assert_eq!(place.rest, "五里桥街道");
    let place = Places::shipped().resolve("肃州区", None).expect("a place");
    assert_eq!(
        (place.province.as_str(), place.city.as_deref(), place.county.as_deref()),
        ("甘肃省", Some("酒泉市"), Some("肃州区"))
    );
    let place = Places::shipped().resolve("湖北仙桃市张沟镇", None).expect("a place");
    assert_eq!((place.city, place.code.as_str(), place.rest.as_str()), (None, "429004", "张沟镇"));
}

#[test]
fn provinces_of_organisations() {
    let province = |name: &str| Places::shipped().province_of(name);
    assert_eq!(province("四川农业大学").as_deref(), Some("四川省"));
    assert_eq!(province("上海理工大学").as_deref(), Some("上海市"));
    assert_eq!(province("湖北省委").as_deref(), Some("湖北省"));
    assert_eq!(province("海南藏族自治州").as_deref(), Some("青海省"));
    assert_eq!(province("**肃州区"), None);
}

/// A file of the test aids outside the project; `None`, said loudly, where they are not there.
fn aid(name: &str) -> Option<String> {
    let shared = std::env::var_os("ANKU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("data/regions").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("SKIPPED: no {}", path.display());
    }
    text
}

/// An independent table of divisions and years: every county of it, written in full, resolves to its code.
#[test]
fn whole_names_of_another_table() {
    let Some(table) = aid("areacodes_result.csv") else {
        return;
    };
    for year in [1996u16, 2008, 2012, 2016, 2020, 2024] {
        let (mut right, mut all) = (0, 0);
        for line in table.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [code_of, province, city, name, level, _, from, to, ..] = cells[..] else {
                continue;
            };
            let to: u16 = to.parse().unwrap_or(u16::MAX);
            // In the year of a change either side may be meant.
            if level != "县级" || from.parse::<u16>().is_ok_and(|from| from >= year) || to <= year + 1 {
                continue;
            }
            let city = if city.contains("直辖") { "" } else { city };
            all += 1;
            let found = code(&format!("{province}{city}{name}"), Some(year));
            if found.as_deref() == Some(code_of) {
                right += 1;
            } else if all - right < 12 {
                eprintln!("{year} {province}{city}{name} {code_of}: {found:?}");
            }
        }
        eprintln!("{year}: {right} of {all}");
        assert!(right * 100 >= all * 98, "{year}: {right} of {all}");
    }
}

/// The award lists, with codes read by a person. A test aid outside the project: left out where it is not there.
#[test]
fn award_lists() {
    let Some(text) = aid("awards180_gold.json") else {
        return;
    };
    let gold: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the gold list is JSON");
    let mut right = 0;
    for entry in &gold {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let year = entry["award_year"].as_u64().and_then(|year| u16::try_from(year).ok());
        let found = code(text("place"), year);
        // The title gives the same place as the unit's name before it.
        if found.as_deref() == entry["code"].as_str() {
            right += 1;
        } else {
            eprintln!("miss {} {year:?}: {found:?}, expected {}", text("place"), entry["code"]);
        }
        let title = code(text("title"), year);
        if title != found {
            eprintln!("title {}: {title:?} against {found:?}", text("title"));
        }
    }
    eprintln!("{right} of {} right", gold.len());
    assert!(right >= 176, "{right} of {}", gold.len());
}
