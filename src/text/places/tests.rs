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

/// A row of the independent table: its cells, with the years in which it holds.
struct Other<'t> {
    code: &'t str,
    province: &'t str,
    city: &'t str,
    name: &'t str,
    level: &'t str,
    from: u16,
    to: u16,
    heirs: &'t str,
}

fn others(table: &str) -> Vec<Other<'_>> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [code, province, city, name, level, _, from, to, heirs] = cells[..] else {
                return None;
            };
            let city = if city.contains("直辖") { "" } else { city };
            let (from, to) = (from.parse().ok()?, to.parse().unwrap_or(NOW));
            Some(Other { code, province, city, name, level, from, to, heirs: heirs.trim() })
        })
        .collect()
}

/// An independent table of divisions and years: every county of it resolves to its code, written in full, under its prefecture
/// alone, and by its own name where no other division has that name in the year.
#[test]
fn names_of_another_table() {
    let Some(table) = aid("areacodes_result.csv") else {
        return;
    };
    let rows = others(&table);
    for year in [1985u16, 1995, 2005, 2012, 2020] {
        // In the year of a change either side may be meant.
        let steady = |row: &&Other<'_>| row.from < year && (row.to == NOW || row.to > year + 1);
        let held: Vec<&Other<'_>> =
            rows.iter().filter(|row| row.from <= year + 2 && row.to.saturating_add(2) >= year).collect();
        let mut named: HashMap<&str, usize> = HashMap::new();
        for row in held {
            *named.entry(row.name).or_default() += 1;
        }
        let counties: Vec<&Other<'_>> =
            rows.iter().filter(steady).filter(|row| row.level == "县级").collect();
        for (form, least) in [("whole", 97), ("prefecture", 96), ("alone", 96)] {
            let (mut right, mut all, mut wrong) = (0, 0, 0);
            for row in &counties {
                let name = match form {
                    "whole" => format!("{}{}{}", row.province, row.city, row.name),
                    "prefecture" if !row.city.is_empty() => format!("{}{}", row.city, row.name),
                    "alone" if named.get(row.name) == Some(&1) && row.name.chars().count() > 2 => {
                        row.name.to_owned()
                    }
                    _ => continue,
                };
                all += 1;
                let found = code(&name, Some(year));
                if found.as_deref() == Some(row.code) {
                    right += 1;
                } else {
                    wrong += usize::from(found.is_some());
                    if std::env::var_os("ANKU_MISSES").is_some() {
                        eprintln!("{year} {form} {name} {}: {found:?}", row.code);
                    }
                }
            }
            eprintln!(
                "{year} {form}: {right} of {all} right, {wrong} wrong, {} unknown",
                all - right - wrong
            );
            assert!(right * 100 >= all * least, "{year} {form}: {right} of {all}");
        }
    }
}

/// What the independent table says a county-level division that is gone became, followed to divisions in force; `None` where it
/// does not say.
fn end_of<'t>(
    rows: &'t [Other<'t>],
    row: &Other<'_>,
    depth: usize,
) -> Option<std::collections::BTreeSet<&'t str>> {
    if row.to == NOW {
        return rows
            .iter()
            .find(|other| other.code == row.code && other.to == NOW)
            .map(|other| [other.code].into());
    }
    let mut out = std::collections::BTreeSet::new();
    for part in row.heirs.split(';') {
        let (code, year) = match part.split_once('[') {
            Some((code, year)) => (code, year.trim_end_matches(']').parse().ok()?),
            None => (part, row.to),
        };
        let next = rows
            .iter()
            .filter(|other| other.code == code && other.to > year)
            .min_by_key(|other| other.from)?;
        if depth > 15 {
            return None;
        }
        out.extend(end_of(rows, next, depth + 1)?);
    }
    Some(out)
}

/// What a division that is gone is today, against the independent table: a wrong answer is worse than none.
#[test]
fn divisions_of_today_against_another_table() {
    let Some(table) = aid("areacodes_result.csv") else {
        return;
    };
    let rows = others(&table);
    let places = Places::shipped();
    let (mut equal, mut part, mut wrong, mut none, mut absent) = (0, 0, 0, 0, 0);
    for row in rows.iter().filter(|row| row.level == "县级" && row.to != NOW) {
        let Some(wanted) = end_of(&rows, row, 0) else { continue };
        let own = places
            .rows
            .iter()
            .filter(|own| format!("{:06}", own.code) == row.code && own.name == row.name)
            .min_by_key(|own| own.to.abs_diff(row.to));
        let Some(own) = own else {
            absent += 1;
            continue;
        };
        let found: std::collections::BTreeSet<String> =
            own.today().iter().map(|code| format!("{code:06}")).collect();
        let found: std::collections::BTreeSet<&str> = found.iter().map(String::as_str).collect();
        if found.is_empty() {
            none += 1;
        } else if found == wanted {
            equal += 1;
        } else if found.is_subset(&wanted) {
            part += 1;
        } else {
            wrong += 1;
            if std::env::var_os("ANKU_MISSES").is_some() {
                eprintln!("{} {} {}: {found:?}, there {wanted:?}", row.code, row.name, row.to);
            }
        }
    }
    eprintln!(
        "today: {equal} the same, {part} one of several, {wrong} others, {none} none, {absent} rows not here"
    );
    let answered = equal + part + wrong;
    assert!(equal * 100 >= answered * 88 && wrong * 100 <= answered * 2, "{equal} {part} {wrong}");
    assert!(none * 100 <= (answered + none) * 8, "{none}");
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

#[test]
fn official_names_lead_to_themselves() {
    let places = Places::shipped();
    for row in places.rows.iter().filter(|row| row.to == NOW) {
        let place = Place {
            rest: String::new(),
            ..places.place(
                &Hit {
                    row: places.rows.iter().position(|r| std::ptr::eq(r, row)).unwrap_or_default() as u32,
                    rest: String::new(),
                },
                None,
            )
        };
        let name: String = [Some(&place.province), place.city.as_ref(), place.county.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        assert_eq!(places.resolve(&name, Some(2025)).as_ref(), Some(&place), "{name}");
        let doubt = places.doubt(
            &Stated {
                province: Some(&place.province),
                city: place.city.as_deref(),
                county: place.county.as_deref(),
                code: Some(&place.code),
            },
            Some(2025),
        );
        assert_eq!(doubt, None, "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_fall(name in "[省市县区旗州*中共吴江鼓楼朝阳兵团 a-z：a-z]{0,24}|.{0,24}", year in proptest::option::of(1900u16..2100)) {
        let places = Places::shipped();
        if let Some(place) = places.resolve(&name, year) {
            proptest::prop_assert!(name.trim().ends_with(&place.rest));
        }
        for found in places.look_up(&name, year) {
            proptest::prop_assert!(name.trim().ends_with(&found.place.rest));
            proptest::prop_assert!(name.contains(&found.read));
        }
        places.near(&name, year);
    }
}
