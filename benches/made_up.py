"""Writes made-up cases to measure with: `made_up.py COUNT ARCHIVE [TEXTS]`.

Sentences of the shipped cases, and of the Markdown files under TEXTS where given, are mixed at random,
with places from data/regions.csv, names and numbers: about 5 KB a case, one file each, a hundred
folders. The same arguments give the same files. They say nothing; they only have the size, the
words and the layout of an archive. Only the standard library is needed.
"""

import csv
import pathlib
import random
import re
import sys

count, archive = int(sys.argv[1]), pathlib.Path(sys.argv[2])
texts = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
root = pathlib.Path(__file__).resolve().parent.parent
rng = random.Random(20121108)

SENTENCE = re.compile(r"[^。！？；\n]{8,120}[。！？；]")
UNSAFE = re.compile(r"[^\u3000-\u303f\u4e00-\u9fff\uff00-\uffef0-9A-Za-z“”‘’—…·.%,+-]")


def sentences(files, most):
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [UNSAFE.sub("", s) for s in SENTENCE.findall(re.sub(r"\n +", "", text))]
        if len(found) > most:
            break
    return [s for s in found if len(s) >= 8]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


own = sentences(sorted((root / "cases").rglob("*.yaml")), 10**9)
other = sentences(sorted(texts.rglob("*.md")), 400_000) if texts else []
with open(root / "data" / "regions.csv", encoding="utf-8") as file:
    names = [row for row in csv.reader(line for line in file if not line.startswith("#"))][1:]
places = sorted({cell for row in names for cell in row if re.fullmatch(r"[\u4e00-\u9fff]{1,5}[县市区]", cell)})
surnames = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
given = "建国华明伟芳秀英军平志强文玉兰海波春生红梅德福永贵"
topics = ["党建", "流动党员", "服务型党组织", "网格管理", "村务公开", "远程教育", "扶贫", "社区", "两新组织", "干部培训"]
methods = ["工作法", "模式", "机制", "工程", "制度", "行动"]
levels = ["最佳案例", "优秀案例"]
roles = [("background", "背景与起因"), ("practice", "做法与经过"), ("results", "成效与反响"), ("reflection", "探讨与评论")]


def sentence():
    text = rng.choice(other if other and rng.random() < 0.5 else own)
    roll = rng.random()
    if roll < 0.15:
        name = rng.choice(surnames) + "".join(rng.sample(given, rng.choice([1, 2])))
        text = f"{rng.choice(places)}的{name}说，{text}"
    elif roll < 0.3:
        text = f"到{rng.randint(1998, 2023)}年，{rng.choice(places)}已有{rng.randint(3, 99999)}户参加，{text}"
    return text


for number in range(count):
    place, year = rng.choice(places), rng.randint(2004, 2023)
    method = f"{rng.randint(2, 9)}{rng.choice('+联动')}{rng.choice('XABC一二三')}"
    title = f"{place}：{rng.choice(topics)}“{method}”{rng.choice(methods)}"
    out = [f"id: m{number:06}", f"title: {quoted(title)}", f"unit: {quoted('中共' + place + '委组织部')}", f"year: {year}"]
    if number % 4 == 0:
        out += ["awards:", f"  - year: {year}", f"    level: {rng.choice(levels)}", f"    rank: {number % 60 + 1}"]
    out.append("sections:")
    for role, heading in roles:
        out += [f"  - role: {role}", f"    heading: {heading}", "    text: |-"]
        for paragraph in range(rng.randint(1, 3)):
            if paragraph:
                out.append("")
            out.append("      " + "".join(sentence() for _ in range(rng.randint(2, 5))))
    folder = archive / "cases" / str(year) / f"{number % 5}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"m{number:06}.yaml").write_text("\n".join(out) + "\n", encoding="utf-8")
