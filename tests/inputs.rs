//! What goes into an import: encodings, zip files, folders and patterns, lists and stdin, many files at once, and bytes that mean harm.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::anku;
use crate::support::anku_reading;
use crate::support::copy;
use crate::support::shared;
use crate::support::small;
use crate::support::write;

/// An archive without records.
fn bare() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&["anku.yaml", "schemas"], folder.path());
    folder
}

/// A case of its own.
fn case(number: usize) -> String {
    let prose = format!(
        "近年来,本地第{number}批党员干部在基层推行服务管理,走访群众{number}户,解决问题若干,效果明显,群众满意。"
    );
    format!(
        "甘肃敦煌:推行“第{number}号网格”服务管理做法\n{prose}\n一、背景与起因\n起因{prose}\n二、做法与经过\n做法{prose}\n三、成效与反响\n成效{prose}\n"
    )
}

fn plan(root: &Path, args: &[&str], code: i32) -> Value {
    let all = ["import", "--dry-run", "--json"].iter().chain(args);
    anku(root, all).ends(code).json()
}

fn sources(plan: &Value) -> &Vec<Value> {
    plan["sources"].as_array().expect("sources")
}

fn paths(plan: &Value) -> Vec<&str> {
    sources(plan).iter().map(|source| source["path"].as_str().expect("a path")).collect()
}

/// Path and reason of everything refused.
fn refusals(plan: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for source in sources(plan) {
        for record in source["records"].as_array().expect("records") {
            if record["action"] == "reject" {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                found.push((text(&source["path"]), text(&record["reason"])));
            }
        }
    }
    found
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(path, reason)| ((*path).to_owned(), (*reason).to_owned())).collect()
}

/// A zip file put together by hand, members stored: names as raw bytes, any flags, any mode.
pub(crate) struct Packed(pub(crate) Vec<(Vec<u8>, u16, u32, Vec<u8>)>);

impl Packed {
    pub(crate) fn add(mut self, name: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Packed {
        self.0.push((name.as_ref().to_vec(), 0x0800, 0o100_644, data.as_ref().to_vec()));
        self
    }

    pub(crate) fn with(
        mut self,
        name: impl AsRef<[u8]>,
        flags: u16,
        mode: u32,
        data: impl AsRef<[u8]>,
    ) -> Packed {
        self.0.push((name.as_ref().to_vec(), flags, mode, data.as_ref().to_vec()));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, flags, mode, data) in &self.0 {
            let at = u32::try_from(out.len()).expect("small");
            let mut common = Vec::new();
            for half in [20, *flags, 0, 0, 0x21] {
                common.extend(half.to_le_bytes());
            }
            let size = u32::try_from(data.len()).expect("small");
            for word in [crc32(data), size, size] {
                common.extend(word.to_le_bytes());
            }
            common.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
            common.extend([0, 0]);
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(name);
            out.extend(data);
            directory.extend(b"PK\x01\x02");
            directory.extend([20, 3]);
            directory.extend(&common);
            directory.extend([0; 6]);
            directory.extend((mode << 16).to_le_bytes());
            directory.extend(at.to_le_bytes());
            directory.extend(name);
        }
        let (start, count) = (out.len(), u16::try_from(self.0.len()).expect("few"));
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(u32::try_from(directory.len()).expect("small").to_le_bytes());
        out.extend(u32::try_from(start).expect("small").to_le_bytes());
        out.extend([0, 0]);
        out
    }
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8)
            .fold(crc ^ u32::from(*byte), |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn every_encoding_gives_the_same_case() {
    let folder = bare();
    let root = folder.path();
    let text = case(1);
    let marked = format!("\u{feff}{text}");
    let all: [(&str, Vec<u8>, &str); 7] = [
        ("1.txt", text.clone().into_bytes(), "UTF-8"),
        ("2.txt", marked.clone().into_bytes(), "UTF-8-BOM"),
        ("3.txt", gb(&text), "GB18030"),
        ("4.txt", utf16(&marked, u16::to_le_bytes), "UTF-16LE-BOM"),
        ("5.txt", utf16(&marked, u16::to_be_bytes), "UTF-16BE-BOM"),
        ("6.txt", utf16(&text, u16::to_le_bytes), "UTF-16LE"),
        ("7.md", utf16(&text, u16::to_be_bytes), "UTF-16BE"),
    ];
    for (name, bytes, _) in &all {
        write(root, &format!("in/{name}"), bytes);
    }
    let plan = plan(root, &["in"], 0);
    for (source, (_, _, encoding)) in sources(&plan).iter().zip(&all) {
        assert_eq!(source["encoding"], *encoding);
        assert_eq!(source["chars"], text.chars().count());
        assert_eq!(source["records"][0]["title"], "甘肃敦煌:推行“第1号网格”服务管理做法");
    }
}

#[test]
fn a_broken_text_names_its_byte_and_the_rest_goes_in() {
    let folder = bare();
    let root = folder.path();
    write(root, "in/a.txt", case(1));
    let mut broken = gb(&case(2));
    broken.splice(20..22, [0xff, 0xff]);
    write(root, "in/b.txt", &broken);
    let whole = gb(&case(3).trim_end().replace('。', "，").repeat(2));
    write(root, "in/c.txt", &whole[..whole.len() - 1]);
    write(root, "in/d.txt", b"\xff\xfe\0\0a\0\0\0");
    let plan = plan(root, &["in"], 1);
    let cut = format!("encoding-cut {}", whole.len() - 2);
    assert_eq!(
        refusals(&plan),
        pairs(&[("in/b.txt", "encoding 20"), ("in/c.txt", &cut), ("in/d.txt", "utf-32")])
    );
    assert_eq!(plan["created"], 1);
    for (lang, words) in [("zh", "第 20 字节"), ("en", "byte 20")] {
        let said = anku(root, ["--lang", lang, "import", "--dry-run", "in/b.txt"]).ends(1).stderr;
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn an_encoding_can_be_named_for_all_or_for_some() {
    let folder = bare();
    let root = folder.path();
    let words = "廣東翁源:推行黨員積分制管理的做法\n黨建工作創新案例,群眾滿意,幹部服氣,效果明顯,值得推廣。\n";
    let text = words.repeat(3);
    let (big5, _, lost) = encoding_rs::BIG5.encode(&text);
    assert!(!lost);
    write(root, "旧/名.txt", &big5);
    write(root, "新.txt", case(1));
    let bad = |args: &[&str]| plan(root, args, 1);
    let garbled = bad(&["旧/名.txt"]);
    assert_eq!(sources(&garbled)[0]["remarks"][0], "big5");
    let said = anku(root, ["import", "--dry-run", "旧/名.txt"]).stderr;
    assert!(said.contains("--encoding big5"), "{said}");
    for named in ["名.txt=big5", "旧/*=big5"] {
        let all = anku(root, ["import", "--dry-run", "--json", "--encoding", named, "旧", "新.txt"]).json();
        assert_eq!(sources(&all)[0]["encoding"], "Big5");
        assert_eq!(sources(&all)[0]["chars"], text.chars().count());
        assert_eq!(sources(&all)[1]["encoding"], "UTF-8");
    }
    let said = anku(root, ["import", "--encoding", "gb1803", "新.txt"]).ends(2).stderr;
    assert!(said.contains("gb18030"), "{said}");
    // A named encoding that does not fit is refused, not bent.
    assert_eq!(refusals(&bad(&["--encoding", "utf-8", "旧/名.txt"])).len(), 1);
}

#[test]
fn a_zip_is_the_files_in_it() {
    let folder = bare();
    let root = folder.path();
    let inner = Packed(Vec::new()).add("内.txt", case(3)).bytes();
    let deepest = Packed(Vec::new()).add("x.txt", case(4)).bytes();
    let deeper = Packed(Vec::new()).add("deepest.zip", deepest).bytes();
    let zip = Packed(Vec::new())
        .with(gb("典型案例/党建工作.txt"), 0, 0o100_644, gb(&case(1)))
        .with("典型案例/网格.txt", 0, 0o100_644, case(2))
        .add("包.zip", inner)
        .add("深.zip", deeper)
        .add("__MACOSX/._a.txt", "x")
        .add(".DS_Store", "x")
        .bytes();
    write(root, "in/a.zip", zip);
    let plan = plan(root, &["in"], 1);
    assert_eq!(
        paths(&plan),
        [
            "in/a.zip/典型案例/党建工作.txt",
            "in/a.zip/典型案例/网格.txt",
            "in/a.zip/包.zip/内.txt",
            "in/a.zip/深.zip/deepest.zip",
        ]
    );
    assert_eq!(refusals(&plan), pairs(&[("in/a.zip/深.zip/deepest.zip", "zip-nested")]));
    assert_eq!(plan["created"], 3);
    let said = anku(root, ["import", "--yes", "in"]).ends(1);
    assert!(said.stderr.contains("2 个系统留下的文件"), "{}", said.stderr);
    // A record names the archive and the path inside.
    let list = anku(root, ["search", "-l", "第1号网格"]).ends(0);
    let record = std::fs::read_to_string(root.join(list.stdout.trim())).expect("a record");
    assert!(record.contains("file: a.zip/典型案例/党建工作.txt"), "{record}");
    assert_eq!(anku(root, ["import", "--dry-run", "--json", "in"]).json()["unchanged"], 3);
}

#[test]
fn hostile_members_are_set_aside_one_by_one() {
    let folder = bare();
    let root = folder.path();
    let link = 0o120_777;
    let zip = Packed(Vec::new())
        .add("../出去.txt", case(1))
        .add("/etc/绝对.txt", case(1))
        .add("C:/盘.txt", case(1))
        .add("a\\b.txt", case(1))
        .with("链接.txt", 0x0800, link, "/etc/passwd")
        .with("密.txt", 0x0801, 0o100_644, case(1))
        .add("空.txt", "")
        .add("好.txt", case(2));
    write(root, "in/a.zip", zip.bytes());
    let all = plan(root, &["in"], 1);
    let reasons: Vec<String> = refusals(&all).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(
        reasons,
        ["zip-path", "zip-path", "zip-path", "zip-path", "zip-symlink", "zip-encrypted", "empty"]
    );
    assert_eq!(all["created"], 1);
    anku(root, ["import", "--yes", "in"]).ends(1);
    assert!(!root.join("出去.txt").exists() && !root.join("in/出去.txt").exists());

    // One byte of a member is wrong: that member is out, the other is in.
    let text = case(3);
    let mut bytes = Packed(Vec::new()).add("坏.txt", &text).add("好.txt", case(4)).bytes();
    let at = bytes.windows(9).position(|window| window == &text.as_bytes()[..9]).expect("the text");
    bytes[at] ^= 1;
    write(root, "b.zip", &bytes);
    let broken = plan(root, &["b.zip"], 1);
    assert_eq!(refusals(&broken), pairs(&[("b.zip/坏.txt", "zip-broken")]));
    assert_eq!(broken["created"], 1);
    // The end is missing, and with it the directory.
    write(root, "c.zip", &bytes[..bytes.len() / 2]);
    assert_eq!(refusals(&plan(root, &["c.zip"], 1)), pairs(&[("c.zip", "zip-broken")]));
    // A directory that declares more than anybody packs.
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
    write(root, "d.zip", &bytes);
    assert_eq!(refusals(&plan(root, &["d.zip"], 1)), pairs(&[("d.zip", "zip-members")]));
}

#[test]
fn a_bomb_does_not_go_off() {
    let folder = bare();
    let root = folder.path();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("bomb.txt", packed).expect("a member");
    for _ in 0..300 {
        zip.write_all(&vec![b'a'; 1 << 20]).expect("bytes");
    }
    zip.start_file("good.txt", packed).expect("a member");
    zip.write_all(case(1).as_bytes()).expect("bytes");
    let bytes = zip.finish().expect("a zip file").into_inner();
    assert!(bytes.len() < 1 << 20);
    write(root, "a.zip", bytes);
    let plan = plan(root, &["a.zip"], 1);
    assert_eq!(refusals(&plan), pairs(&[("a.zip/bomb.txt", "zip-ratio")]));
    assert_eq!(plan["created"], 1);
}

#[test]
fn folders_patterns_lists_and_stdin() {
    let folder = bare();
    let root = folder.path();
    let zip = Packed(Vec::new()).add("典型/甲.txt", case(5)).add("典型/甲.md", case(6)).bytes();
    for (path, bytes) in [
        ("in/b/二.txt", case(2).into_bytes()),
        ("in/a/一.txt", case(1).into_bytes()),
        ("in/a/草稿.txt", case(3).into_bytes()),
        ("in/a/表.md", case(4).into_bytes()),
        ("in/.hidden/x.txt", b"x".to_vec()),
        ("in/z.zip", zip),
    ] {
        write(root, path, bytes);
    }
    let all = plan(root, &["in"], 0);
    assert_eq!(
        paths(&all),
        [
            "in/a/一.txt",
            "in/a/草稿.txt",
            "in/a/表.md",
            "in/b/二.txt",
            "in/z.zip/典型/甲.txt",
            "in/z.zip/典型/甲.md"
        ]
    );
    let some = plan(root, &["in", "--glob", "*.txt", "--glob", "!草稿*"], 0);
    assert_eq!(paths(&some), ["in/a/一.txt", "in/b/二.txt", "in/z.zip/典型/甲.txt"]);
    assert_eq!(paths(&plan(root, &["in", "--glob", "典型/*"], 0)).len(), 2);
    anku(root, ["import", "in", "--glob", "[a"]).ends(2);
    anku(root, ["import", "in", "--glob", "*.nothing", "--glob", "!*.zip"]).ends(2);

    let twice = plan(root, &["in/a/一.txt", "./in/a/一.txt", "in/a"], 0);
    assert_eq!(paths(&twice).len(), 3);
    write(root, "lines", "in/a/一.txt\r\nin/b/二.txt\n\n");
    write(root, "nuls", "in/a/一.txt\0in/b/二.txt\0");
    for list in ["lines", "nuls"] {
        assert_eq!(paths(&plan(root, &["--files-from", list], 0)), ["in/a/一.txt", "in/b/二.txt"]);
    }
    let read = |args: &[&str], input: &[u8]| {
        let all: Vec<&str> = ["import", "--dry-run", "--json"].iter().chain(args).copied().collect();
        anku_reading(root, &all, input)
    };
    let listed = read(&["--files-from", "-"], "in/a/一.txt\n".as_bytes()).ends(0).json();
    assert_eq!(paths(&listed), ["in/a/一.txt"]);
    let piped = read(&["-", "--name", "来稿.txt"], &gb(&case(9))).ends(0).json();
    assert_eq!(paths(&piped), ["来稿.txt"]);
    read(&["-", "-"], b"x").ends(2);
    read(&["-", "--files-from", "-"], b"x").ends(2);

    // What cannot be read is said, the rest is planned, and the run is no success.
    let ended = anku(root, ["import", "--dry-run", "--json", "nowhere.txt", "in/a/一.txt"]).ends(2);
    assert_eq!(ended.json()["created"], 1);
    assert!(ended.stderr.contains("nowhere.txt"), "{}", ended.stderr);
}

#[test]
fn what_looks_like_no_case_can_be_forced() {
    let folder = bare();
    let root = folder.path();
    let law = "关于规范工作的规定\n第一条 为了规范工作,制定本规定。\n第二条 各级组织应当遵守本规定。\n第三条 本规定自发布之日起施行。\n"
        .repeat(2);
    write(root, "law.txt", &law);
    let refused = plan(root, &["law.txt"], 1);
    assert_eq!(refusals(&refused), pairs(&[("law.txt", "regulation")]));
    let forced = plan(root, &["law.txt", "--force-kind", "case"], 0);
    assert_eq!(forced["created"], 1);
    let said = anku(root, ["import", "law.txt", "--force-kind", "cas"]).ends(2).stderr;
    assert!(said.contains("case"), "{said}");
}

/// Imports so many small files at once, and again.
fn many(count: usize) {
    let folder = bare();
    let root = folder.path();
    for number in 0..count {
        write(root, &format!("in/{:02}/{number:05}.txt", number % 20), case(number));
    }
    let ended = anku(root, ["import", "--yes", "--json", "in"]).ends(0);
    let plan = ended.json();
    assert_eq!(plan["created"], count);
    assert!(ended.stderr.lines().count() <= 1, "{}", ended.stderr);
    let named = paths(&plan);
    assert!(named.is_sorted(), "the order of the plan");
    assert_eq!(anku(root, ["import", "--yes", "--json", "in"]).ends(0).json()["unchanged"], count);
}

#[test]
fn five_hundred_files_go_in_at_once() {
    many(500);
}

#[test]
#[ignore = "takes a minute: every record is written through to the disk"]
fn ten_thousand_files_go_in_at_once() {
    many(10_000);
}

#[test]
fn the_samples_are_read_as_what_they_are() {
    let Some(samples) = shared("inputs", "samples/formats") else { return };
    let folder = bare();
    let root = folder.path();
    let first = |name: &str| {
        let path = samples.join(name).to_string_lossy().into_owned();
        let plan = anku(root, ["import", "--dry-run", "--json", &path]).json();
        sources(&plan)[0].clone()
    };
    for (name, encoding) in [
        ("t_u8.txt", "UTF-8"),
        ("t_u8bom.txt", "UTF-8-BOM"),
        ("t_gb18030.txt", "GB18030"),
        ("t_u16bom.txt", "UTF-16LE-BOM"),
        ("t_u16le_nobom.txt", "UTF-16LE"),
        ("t_u16be_nobom.txt", "UTF-16BE"),
    ] {
        let source = first(name);
        assert_eq!(source["encoding"], encoding, "{name}");
        assert_eq!(source["chars"], 5931, "{name}");
        assert_eq!(source["records"][0]["action"], "create", "{name}");
    }
    for (name, chars) in [
        ("s0_gbk.txt", 2),
        ("s1_gbk.txt", 6),
        ("s2_gbk.txt", 7),
        ("s3_gbk.txt", 6),
        ("s4_gbk.txt", 8),
        ("s5_gbk.txt", 4),
        ("rare_gb18030.txt", 27),
    ] {
        let source = first(name);
        assert_eq!((&source["encoding"], &source["chars"]), (&"GB18030".into(), &chars.into()), "{name}");
    }
    assert_eq!(first("t_big5.txt")["remarks"][0], "big5");
    let path = first("gbkname.zip")["path"].as_str().expect("a path").to_owned();
    assert!(path.ends_with("gbkname.zip/典型案例/党建工作.txt"), "{path}");
}

/// `serde_json` would keep the last of two values under one key, and say nothing.
#[test]
fn what_is_no_object_of_json_is_named_with_its_place() {
    let folder = small();
    let root = folder.path();
    let lines = "{\"题目\":\"甲乙丙丁\",\"单位\":\"甘肃省某县\"}\n坏行\n{\"题目\":\"一\",\"题目\":\"二\"}\n";
    write(root, "x.jsonl", lines);
    let run = anku(root, ["import", "x.jsonl", "--yes", "--lang", "en"]).ends(1);
    for place in ["x.jsonl:2:1: ", "x.jsonl:3:14: "] {
        assert!(run.stderr.contains(place), "{place}: {}", run.stderr);
    }
    let plan = anku(root, ["import", "x.jsonl", "--dry-run", "--json"]).ends(1).json();
    assert_eq!((&plan["unchanged"], &plan["rejected"]), (&1.into(), &2.into()));
    write(root, "y.json", "{\"题目\": \"一\",\n \"题目\": \"二\"}");
    let plan = anku(root, ["import", "y.json", "--yes", "--json"]).ends(1).json();
    assert_eq!(plan["sources"][0]["records"][0]["reason"], "json-key 2:5");
    assert_eq!(plan["written"], false);
    // An empty file is one whatever its name says.
    for name in ["e.json", "e.jsonl", "e.csv", "e.txt"] {
        write(root, name, "\n");
        let plan = anku(root, ["import", name, "--dry-run", "--json"]).ends(1).json();
        assert_eq!(plan["sources"][0]["records"][0]["reason"], "empty", "{name}: {plan}");
    }
}
