//! Pages that hold markup which records bring: parsed as a browser parses them they have the elements and
//! attributes that they have with harmless text, and in a browser nothing of it runs and nothing is loaded.

use crate::report_html::chromium;
use crate::report_html::look;
use crate::support::anku;
use crate::support::small;
use crate::support::write;
use dom_query::Document;
use serde_json::json;
use std::collections::BTreeMap;

/// What gets out of text, of attributes, of scripts, styles, comments and raw text elements; `PWNED` in the title of the
/// page is the tripwire.
const PAYLOADS: &[&str] = &[
    "<script>document.title='PWNED'</script>",
    "</script><script>document.title='PWNED'</script>",
    "</title><script>document.title='PWNED'</script>",
    "</style><script>document.title='PWNED'</script>",
    "--><script>document.title='PWNED'</script><!--",
    "<img src=x onerror=\"document.title='PWNED'\">",
    "<img src='http://127.0.0.1:9/pixel.png'>",
    "<svg onload=\"document.title='PWNED'\">",
    "</svg><svg><script>document.title='PWNED'</script></svg>",
    "</text><script>document.title='PWNED'</script>",
    "<svg><a xlink:href=\"javascript:document.title='PWNED'\"><text>x</text></a></svg>",
    "<math><mtext><script>document.title='PWNED'</script></mtext></math>",
    "\"><script>document.title='PWNED'</script>",
    "'><script>document.title='PWNED'</script>",
    "\" onmouseover=\"document.title='PWNED'",
    "' onfocus='document.title=\"PWNED\"' autofocus='",
    "\" style=\"background:url(http://127.0.0.1:9/)",
    "` onerror=`document.title='PWNED'",
    "<a href=\"javascript:document.title='PWNED'\">x</a>",
    "javascript:document.title='PWNED'",
    "data:text/html,<script>document.title='PWNED'</script>",
    "<iframe src=\"http://127.0.0.1:9/\"></iframe>",
    "<iframe srcdoc=\"<script>parent.document.title='PWNED'</script>\"></iframe>",
    "<object data=\"http://127.0.0.1:9/\"></object>",
    "<embed src=\"http://127.0.0.1:9/\">",
    "<link rel=stylesheet href=\"http://127.0.0.1:9/x.css\">",
    "<style>@import 'http://127.0.0.1:9/x.css';</style>",
    "<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/\">",
    "<base href=\"http://127.0.0.1:9/\">",
    "<form action=\"http://127.0.0.1:9/\"><input name=x></form>",
    "<body onload=\"document.title='PWNED'\">",
    "<details open ontoggle=\"document.title='PWNED'\">",
    "<video><source onerror=\"document.title='PWNED'\"></video>",
    "<table><td>x</table>",
    "</td></tr></table><h1>x</h1>",
    "<template><script>document.title='PWNED'</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=document.title='PWNED'>\">",
    "<textarea></textarea><script>document.title='PWNED'</script>",
    "<![CDATA[<script>document.title='PWNED'</script>]]>",
    "&lt;script&gt;document.title='PWNED'&lt;/script&gt;",
    "&#60;script&#62;document.title='PWNED'&#60;/script&#62;",
    "<\u{fe00}script>document.title='PWNED'</script>",
    "＜script＞document.title='PWNED'＜/script＞",
    "<scr<script>ipt>document.title='PWNED'</scr</script>ipt>",
    "<SCRIPT/SRC=//127.0.0.1:9/x.js></SCRIPT>",
];

/// The same length and nearly the same words, no mark that means anything, and no two alike.
fn harmless(number: usize, payload: &str) -> String {
    let one = |c: char| if "<>&\"'`=/#;:!?-[]＜＞".contains(c) { 'x' } else { c };
    format!("{number:02}").chars().chain(payload.chars().skip(2).map(one)).collect()
}

/// Pages over an archive whose records have these texts everywhere.
fn pages(texts: &[String]) -> BTreeMap<&'static str, String> {
    let folder = small();
    let root = folder.path();
    for (number, text) in texts.iter().enumerate() {
        let quoted = serde_json::to_string(text).expect("JSON, which is YAML");
        let rank = number + 2;
        let record = format!(
            "id: k{number:02}\ntitle: {quoted}\nunit: {quoted}\nyear: 2012\nregion: {{province: 甘肃省, city: {quoted}}}\n\
             sector: {quoted}\nthemes: [{quoted}]\nprogramme: 甲活动\nedition: 2\nabstract: {quoted}\n\
             awards:\n  - {{programme: 甲活动, edition: 2, level: 最佳案例, rank: {rank}, title: {quoted}, unit: {quoted}}}\n\
             sections:\n  - {{role: practice, heading: {quoted}, text: {quoted}}}\n{quoted}: {quoted}\n"
        );
        write(root, &format!("cases/2012/k{number:02}.yaml"), record);
    }
    let lines = [
        "report yearly --edition 2 -O html",
        "report awards --edition 2 -O html",
        "report quality -O html",
        "report search -O html PWNED",
        "stats --rows unit --cols region.city -O html",
        "stats --rows sector --cols themes --totals -O html",
        "stats --by unit -O html",
        "stats --rows themes --percent row -O html",
    ];
    let page = |line: &&'static str| {
        let run = anku(root, line.split(' '));
        assert!(run.code < 2 && run.stdout.starts_with("<!"), "{line}: {run:?}");
        (*line, run.stdout)
    };
    lines.iter().map(page).collect()
}

/// Every element with the names of its attributes, counted; and what may not be there at all.
fn shape(page: &str) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut counted = BTreeMap::new();
    let mut wrong = Vec::new();
    for node in Document::from(page).select("*").nodes() {
        let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
        let attributes = node.attrs();
        let mut names: Vec<String> =
            attributes.iter().map(|attribute| attribute.name.local.to_string()).collect();
        names.sort();
        for attribute in &attributes {
            let (key, value) = (attribute.name.local.to_string(), attribute.value.to_lowercase());
            let address = matches!(key.as_str(), "href" | "src" | "action" | "data");
            let leaves = address && !value.starts_with('#') && !value.starts_with("./");
            if key.starts_with("on") || leaves || value.trim_start().starts_with("javascript:") {
                wrong.push(format!("<{name} {key}={value}>"));
            }
        }
        *counted.entry(format!("{name} {}", names.join(" "))).or_default() += 1;
    }
    (counted, wrong)
}

#[test]
fn markup_of_records_is_text() {
    let hostile: Vec<String> = PAYLOADS.iter().map(|payload| (*payload).to_owned()).collect();
    let plain: Vec<String> =
        PAYLOADS.iter().enumerate().map(|(number, payload)| harmless(number, payload)).collect();
    let (pages, reference) = (pages(&hostile), pages(&plain));
    let (mut wrong, mut elements) = (Vec::new(), 0);
    for (line, page) in &pages {
        let (counted, strange) = shape(page);
        let (expected, _) = shape(&reference[line]);
        elements += counted.values().sum::<usize>();
        wrong.extend(strange.into_iter().map(|strange| format!("{line}: {strange}")));
        for (element, count) in &counted {
            let before = expected.get(element).copied().unwrap_or_default();
            // That report lists what is wrong with texts, which has as many rows as it takes.
            let same = if line.starts_with("report quality") { before > 0 } else { *count == before };
            if !same {
                wrong.push(format!("{line}: {count} of <{element}> instead of {before}"));
            }
        }
        assert!(page.contains("PWNED"), "{line}: the texts are not there");
    }
    eprintln!(
        "markup: {} payloads in {} pages of {elements} elements, {} foreign elements or attributes",
        PAYLOADS.len(),
        pages.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    // The check can fail.
    let (counted, strange) = shape("<p onclick=x><a href=http://x>y</a><script>z</script></p>");
    assert_eq!((strange.len(), counted.get("script ")), (2, Some(&1)));

    let Some(program) = chromium("markup_of_records_is_text") else { return };
    for line in [
        "report yearly --edition 2 -O html",
        "report search -O html PWNED",
        "stats --rows unit --cols region.city -O html",
    ] {
        let page = &pages[line];
        let drive =
            "await later(300); seen.title = document.title; seen.scripts = $('script:not([nonce])').length;";
        let seen = look(&program, page, 1000, drive);
        assert_eq!((&seen["errors"], &seen["resources"]), (&json!([]), &json!(0)), "{line}");
        assert!(!seen["title"].as_str().expect("a title").starts_with("PWNED"), "{line}: {}", seen["title"]);
        // Without the policy that forbids it, nothing happens either: the page itself is sound.
        let (before, policy) =
            page.split_once("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
        let open = format!("{before}{}", policy.split_once('>').expect("an end").1);
        let seen = look(&program, &open, 1000, drive);
        assert_eq!(
            (&seen["errors"], &seen["resources"], &seen["scripts"]),
            (&json!([]), &json!(0), &json!(1)),
            "{line}"
        );
        assert!(!seen["title"].as_str().expect("a title").starts_with("PWNED"), "{line}: {}", seen["title"]);
    }
}
