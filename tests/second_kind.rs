//! A kind of record that no line of code knows: requests of residents, declared by one schema file
//! and an entry in `anku.yaml`. Everything works for it.

use crate::support::anku;
use crate::support::small;
use crate::support::write;
use serde_json::Value;
use tempfile::TempDir;

const SCHEMA: &str = r"$schema: https://json-schema.org/draft/2020-12/schema
$id: request.yaml
title: 民情诉求
x-anku:
  en: Request
  key: id
  title: subject
  list: [id, received, status, hours, subject]
type: object
required: [id, subject, received, status]
additionalProperties: false
properties:
  id:
    title: 编号
    type: string
    pattern: ^q[0-9]{3}$
    x-anku: {en: Id, index: code}
  subject:
    title: 事项
    type: string
    minLength: 1
    x-anku: {en: Subject}
  received:
    title: 受理日期
    type: string
    format: date
    x-anku: {en: Received, index: code}
  status:
    title: 状态
    enum: [待办, 办理中, 已办结]
    x-anku: {en: Status, index: keyword, group: true, flag: status}
  hours:
    title: 办结时长
    type: integer
    minimum: 0
    x-anku: {en: Hours, group: true, flag: hours}
  detail:
    title: 详情
    type: string
    x-anku: {en: Detail}
  case:
    title: 相关案例
    type: string
    x-anku: {en: Case, index: code, link: case}
";

const REQUESTS: &[(&str, &str)] = &[
    (
        "q001",
        "id: q001\nsubject: 楼道照明\nreceived: 2012-03-01\nstatus: 已办结\nhours: 20\ndetail: |-\n  三单元楼道的灯坏了,民情流水线转电力公司。\ncase: case-a\n",
    ),
    (
        "q002",
        "id: q002\nsubject: 下水道堵塞\nreceived: 2012-03-02\nstatus: 办理中\nhours: 70\ndetail: 雨后积水。\n",
    ),
    ("q003", "id: q003\nsubject: 停车难\nreceived: 2012-03-05\nstatus: 已办结\nhours: 100\n"),
    ("q004", "id: q004\nsubject: 低保咨询\nreceived: 2012-04-01\nstatus: 待办\n"),
];

/// The four cases of the small archive, and requests beside them.
fn archive() -> TempDir {
    let folder = small();
    let root = folder.path();
    let settings = std::fs::read_to_string(root.join("anku.yaml")).expect("settings");
    let settings = settings.trim_end();
    let kind = "  request:\n    schema: schemas/request.yaml\n    folder: requests\n";
    write(root, "anku.yaml", format!("{settings}\n{kind}"));
    write(root, "schemas/request.yaml", SCHEMA);
    for (id, text) in REQUESTS {
        write(root, &format!("requests/{id}.yaml"), text);
    }
    folder
}

#[track_caller]
fn found(folder: &TempDir, args: &[&str]) -> Vec<String> {
    let mut all = vec!["search", "--exact", "--format", "{id}"];
    all.extend(args);
    let run = anku(folder.path(), all);
    let expected = i32::from(run.stdout.is_empty());
    run.ends(expected).lines()
}

#[test]
fn records_of_a_new_kind_are_found() {
    let folder = archive();
    let table: &[(&[&str], &[&str])] = &[
        (&["楼道"], &["q001"]),
        (&["民情流水线"], &["case-a", "case-b", "q001"]),
        (&["民情流水线 kind:request"], &["q001"]),
        (&["状态:已办结"], &["q001", "q003"]),
        (&["status:办理中,待办"], &["q002", "q004"]),
        (&["--status", "已办结"], &["q001", "q003"]),
        (&["--status", "已办结", "楼道"], &["q001"]),
        (&["-status:*", "kind:request"], &[]),
        (&["hours:50..100"], &["q002", "q003"]),
        (&["hours:<=20"], &["q001"]),
        (&["办结时长:>70"], &["q003"]),
        (&["--hours", "50.."], &["q002", "q003"]),
        (&["subject:停车"], &["q003"]),
        (&["详情:积水"], &["q002"]),
        (&["received:2012-03*"], &["q001", "q002", "q003"]),
        (&["case:case-a"], &["q001"]),
        (&["kind:request NOT 已办结"], &["q002", "q004"]),
        (&["NOT kind:case"], &["q001", "q002", "q003", "q004"]),
        (&["从来没有"], &[]),
    ];
    for (args, expected) in table {
        assert_eq!(&found(&folder, args), expected, "{args:?}");
    }
    let answer = anku(folder.path(), ["search", "--json", "--facet", "状态", "kind:request"]).ends(0).json();
    assert_eq!(answer["hits"][0]["kind"], "request");
    let counts = &answer["facets"]["status"];
    assert_eq!(counts[0], serde_json::json!({"value": "已办结", "count": 2}), "{answer}");
    let answer = anku(folder.path(), ["search", "--json", "积水"]).ends(0).json();
    let snippet = &answer["hits"][0]["snippets"][0];
    assert_eq!((snippet["field"].as_str(), snippet["line"].as_u64()), (Some("detail"), Some(6)));
    // A word for a person: the field by its Chinese name, the subject as the title.
    let text = anku(folder.path(), ["search", "积水"]).ends(0).stdout;
    assert!(text.contains("详情") && text.contains("下水道堵塞"), "{text}");
}

#[test]
fn a_bad_value_and_a_link_to_nowhere_are_found_where_they_stand() {
    let folder = archive();
    let root = folder.path();
    let clean = anku(root, ["validate", "--json"]).ends(0).json();
    assert_eq!((clean["checked"].as_u64(), &clean["findings"]), (Some(8), &serde_json::json!([])));
    let bad = "id: q005\nsubject: 路灯\nreceived: 2012-13-01\nstatus: 已办洁\nhours: -1\ncase: case-x\nurgent: yes\n";
    write(root, "requests/q005.yaml", bad);
    let run = anku(root, ["validate", "--json"]).ends(1).json();
    let places: Vec<(u64, u64, String)> = run["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            assert_eq!(finding["path"], "requests/q005.yaml", "{finding}");
            let number = |key: &str| finding[key].as_u64().expect("a number");
            (number("line"), number("column"), finding["field"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    for expected in [(3, 11, "received"), (4, 9, "status"), (5, 8, "hours"), (6, 7, "case"), (7, 1, "urgent")]
    {
        let expected = (expected.0, expected.1, expected.2.to_owned());
        assert!(places.contains(&expected), "{expected:?} is not in {places:?}");
    }
    assert_eq!(places.len(), 5, "{run}");
    let help = |field: &str| {
        let findings = run["findings"].as_array().expect("findings").iter();
        let mut of_field = findings.filter(|finding| finding["field"] == field);
        of_field.next().map_or(Value::Null, |finding| finding["suggestion"].clone())
    };
    assert_eq!((help("status"), help("case")), ("已办结".into(), "case-a".into()));
    // One file by its path, as a person reads it.
    let text = anku(root, ["validate", "requests/q005.yaml"]).ends(1).stdout;
    assert!(text.contains("requests/q005.yaml:4:9") && text.contains("requests/q005.yaml:6:7"), "{text}");
}

#[test]
fn a_new_kind_is_listed_shown_counted_and_told_of() {
    let folder = archive();
    let root = folder.path();
    let stats =
        anku(root, ["stats", "--kind", "request", "--rows", "status", "--totals", "--json"]).ends(0).json();
    let cell = |value: &str| {
        let cells = stats["cells"].as_array().expect("cells").iter();
        let mut of_value = cells.filter(|cell| cell["row"][0] == value);
        of_value.next().map_or(0, |cell| cell["value"].as_i64().unwrap_or(-1))
    };
    assert_eq!((cell("已办结"), cell("办理中"), cell("待办")), (2, 1, 1), "{stats}");
    assert_eq!((stats["records"].as_u64(), stats["total"].as_u64()), (Some(4), Some(4)));
    let sum = ["stats", "--kind", "民情诉求", "--by", "状态", "--measure", "sum(hours)", "--json"];
    let sum = anku(root, sum).ends(0).json();
    assert_eq!(sum["measure"], "sum(hours)", "{sum}");
    assert!(sum["cells"].as_array().expect("cells").iter().any(|cell| cell["value"] == 120), "{sum}");
    let table = anku(root, ["stats", "--kind", "request", "--rows", "status"]).ends(0).stdout;
    assert!(table.contains("状态") && table.contains("已办结"), "{table}");

    let list =
        anku(root, ["list", "kind:request", "--columns", "id,subject,status,hours", "--sort", "hours:desc"]);
    let list = list.ends(0).stdout;
    for part in ["事项", "状态", "办结时长", "停车难", "办理中"] {
        assert!(list.contains(part), "{part} is not in\n{list}");
    }
    assert!(list.find("停车难") < list.find("楼道照明") && list.find("楼道照明") < list.find("低保咨询"));
    let csv = ["list", "--status", "已办结", "--columns", "id,hours", "-O", "csv"];
    assert_eq!(anku(root, csv).ends(0).lines().len(), 3);
    // Columns that nobody names are those of the kind that is listed.
    let list = anku(root, ["list", "kind:request"]).ends(0).stdout;
    assert!(list.contains("受理日期") && list.contains("停车难"), "{list}");

    let shown = anku(root, ["show", "q001"]).ends(0).stdout;
    for part in ["楼道照明", "受理日期", "2012-03-01", "已办结", "详情", "三单元楼道", "case-a"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let shown = anku(root, ["show", "q001", "--json"]).ends(0).json();
    assert_eq!(shown["record"]["hours"], 20);
    assert_eq!(anku(root, ["show", "q001", "--path"]).ends(0).stdout.trim(), "requests/q001.yaml");

    let status = anku(root, ["status", "--json"]).ends(0).json();
    let kinds = status["kinds"].as_array().expect("kinds");
    assert!(kinds.iter().any(|kind| kind["kind"] == "request" && kind["records"] == 4), "{status}");
    assert!(anku(root, ["status"]).ends(0).stdout.contains("民情诉求"));
    // Help has the flags of its schema.
    for name in ["search", "list", "stats"] {
        let help = anku(root, [name, "--help"]).ends(0).stdout;
        assert!(help.contains("--status") && help.contains("--hours"), "{name}: {help}");
    }
}
