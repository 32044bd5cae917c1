"""Measures how well `anku search` ranks: `relevance.py --anku PATH shipped`, `relevance.py --anku PATH cmrc FOLDER`.

Every query is one process in a temporary archive, asked as a user would ask it. README.md beside this file
says what the judged queries are and what the figures mean. Only the standard library is needed.
"""

import argparse
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHOWN = 10  # hits that count
DEEP = 200  # hits that --words-only orders anew
RELEVANT = 2  # the lowest grade that answers a query
MISSED = 0.5  # an nDCG below this is a miss
AT_ONCE = 2
HALVES = ("open", "sealed")

# What a passage needs, and nothing that would name the passage to the index.
PASSAGE_ARCHIVE = """\
name: passages
language: zh
kinds:
  case:
    schema: schemas/case.yaml
    folder: cases
    file: '{id}.yaml'
"""
PASSAGE_SCHEMA = """\
$schema: https://json-schema.org/draft/2020-12/schema
$id: case.yaml
title: 案例
x-anku: {en: Case, key: id, title: title, full: sections, list: [id, title]}
type: object
required: [id, title]
additionalProperties: false
properties:
  id:
    title: 编号
    type: string
    x-anku: {en: Id, index: code}
  title:
    title: 题目
    type: string
    x-anku: {en: Title}
  sections:
    title: 正文
    type: array
    x-anku: {en: Sections}
    items:
      type: object
      additionalProperties: false
      required: [role, text]
      x-anku: {label: role}
      properties:
        role:
          title: 类别
          type: string
          x-anku: {en: Role, index: code}
        text:
          title: 内容
          type: string
          x-anku: {en: Text}
"""


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def half_of(query):
    return HALVES[1 - int(re.sub(r"\D", "", query)) % 2]


# Asking


class Anku:
    """The program under test and the archive it is asked in."""

    def __init__(self, program, archive):
        self.program = program
        self.archive = archive
        # A user's settings must not change what is measured.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ANKU_")}

    def run(self, *arguments):
        answer = subprocess.run(
            [self.program, *arguments],
            cwd=self.archive,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        # 1 is an answer too: nothing found.
        if answer.returncode not in (0, 1):
            sys.exit(f"failed ({answer.returncode}): anku {' '.join(arguments)}\n{answer.stderr}")
        return answer.stdout

    def index(self):
        # Stamps younger than two seconds are never trusted; then the index is built and settles.
        time.sleep(3)
        self.run("index", "--rebuild", "--lang", "en")

    def search(self, query, deep=False):
        """The answer to one query; `deep` asks for many hits and the parts of their scores."""
        more = ["-n", str(DEEP), "--explain"] if deep else ["-n", str(SHOWN)]
        return json.loads(self.run("search", "--json", *more, "--no-snippet", "--lang", "en", "--", query))

    def search_all(self, queries, deep=False):
        answers, shown = [], time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for answer in pool.map(lambda query: self.search(query, deep), queries):
                answers.append(answer)
                if time.monotonic() - shown > 1 or len(answers) == len(queries):
                    print(f"\r{len(answers)}/{len(queries)}", end="", file=sys.stderr, flush=True)
                    shown = time.monotonic()
        print(file=sys.stderr)
        return answers


def has_parts(answers):
    """Whether `--json --explain` says what each score is made of (None when nothing was found at all)."""
    hits = [hit for answer in answers for hit in answer["hits"]]
    return all("words" in (hit.get("parts") or {}) for hit in hits) if hits else None


def ids(answer):
    return [hit["id"] for hit in answer["hits"]]


def by_words(answer):
    """The hits in the order of their words alone. What no word found is left out; ties go by id."""
    hits = [hit for hit in answer["hits"] if (hit["parts"]["words"] or 0) > 0]
    return [hit["id"] for hit in sorted(hits, key=lambda hit: (-hit["parts"]["words"], hit["id"]))]


# Measures


def dcg(grades):
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def ndcg(ranking, judged):
    """How close the first ten of a ranking come to the best order of all {record: grade}."""
    grades = [judged.get(record, 0) for record in ranking[:SHOWN]]
    return dcg(grades) / dcg(sorted(judged.values(), reverse=True)[:SHOWN])


def measure(ranking, judged):
    """nDCG@10, reciprocal rank, success@1 and recall@10 of one ranking."""
    grades = [judged.get(record, 0) for record in ranking[:SHOWN]]
    good = [place for place, grade in enumerate(grades) if grade >= RELEVANT]
    return (
        ndcg(ranking, judged),
        1 / (good[0] + 1) if good else 0.0,
        float(good[:1] == [0]),
        len(good) / sum(grade >= RELEVANT for grade in judged.values()),
    )


def mean(rows):
    return [sum(column) / len(rows) for column in zip(*rows)]


# The shipped archive


def copy_shipped(folder):
    shutil.copy(ROOT / "anku.yaml", folder)
    for part in ("schemas", "dict", "cases"):
        if (ROOT / part).exists():
            shutil.copytree(ROOT / part, folder / part)


def titles(archive):
    found = {}
    for path in (archive / "cases").rglob("*.yaml"):
        title = re.search(r"^title: *(.*)$", path.read_text(encoding="utf-8"), re.M)
        found[path.stem] = title.group(1).strip("'\" ") if title else ""
    return found


def print_table(name, queries, results, by_kind=True):
    """One row for the whole, before it one a kind; `results` are measures by query id."""
    print(f"\n{name:<18}{'queries':>8}{'nDCG@10':>9}{'MRR':>7}{'S@1':>7}{'R@10':>7}")
    kinds = list(dict.fromkeys(query["kind"] for query in queries)) if by_kind else []
    for kind in [*kinds, None]:
        rows = [results[query["id"]] for query in queries if kind in (None, query["kind"])]
        figures = mean(rows)
        print(f"  {kind or 'all':<16}{len(rows):>8}{figures[0]:>9.3f}" + "".join(f"{f:>7.3f}" for f in figures[1:]))


def print_misses(queries, answers, results, judged, names):
    print(f"\nnDCG@{SHOWN} below {MISSED}")
    missed = [query for query in queries if results[query["id"]][0] < MISSED]
    for query in sorted(missed, key=lambda query: results[query["id"]][0]):
        answer, grades = answers[query["id"]], judged[query["id"]]
        came = ids(answer)
        print(f"\n{query['id']} {query['kind']} {results[query['id']][0]:.3f}  {query['query']}")
        print(f"   match {answer.get('match')}, {answer.get('total')} found")
        for place, hit in enumerate(answer["hits"][:3], 1):
            print(f"   came {place}: [{grades.get(hit['id'], 0)}] {hit['id']} {hit.get('title', '')}")
        absent = [record for record in grades if grades[record] >= RELEVANT and record not in came[:SHOWN]]
        for record in sorted(absent, key=lambda record: -grades[record])[:5]:
            print(f"   absent: [{grades[record]}] {record} {names.get(record, '')}")


def shipped(options, folder):
    chosen = HALVES if options.half == "all" else (options.half,)
    queries = [query for query in read_lines(HERE / "queries.jsonl") if half_of(query["id"]) in chosen]
    judged = {}
    for line in read_lines(HERE / "judged.jsonl"):
        judged.setdefault(line["query"], {})[line["record"]] = line["grade"]

    copy_shipped(folder)
    names = titles(folder)
    gone = {record for grades in judged.values() for record in grades} - names.keys()
    if gone:
        sys.exit(f"judged records that the archive no longer has: {' '.join(sorted(gone))}")

    anku = Anku(options.anku, folder)
    anku.index()
    deep = options.words_only and asks_words(anku, [query["query"] for query in queries])
    found = anku.search_all([query["query"] for query in queries], deep)
    answers = {query["id"]: answer for query, answer in zip(queries, found)}
    rankings = [("", ids)]
    if deep and has_parts(found):
        rankings.append((", words only", by_words))
    for label, order in rankings:
        results = {query: measure(order(answer), judged[query]) for query, answer in answers.items()}
        for half in chosen:
            of_half = [query for query in queries if half_of(query["id"]) == half]
            # The sealed half shows its kinds only to those who ask for it by name.
            print_table(half + label, of_half, results, half == "open" or options.half == "sealed")
        if options.half == "all":
            print_table("both" + label, queries, results, by_kind=False)
        if options.misses and order is ids:
            listed = [query for query in queries if options.half != "all" or half_of(query["id"]) == "open"]
            print_misses(listed, answers, results, judged, names)


# Passages and questions


def block(text, indent):
    """A block scalar. Characters that YAML refuses are left out."""
    text = "".join(c if c in "\n\u3000" or c.isprintable() else " " if c.isspace() else "" for c in text)
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join(" " * indent + line for line in lines if line)


def write_passages(passages, folder):
    (folder / "schemas").mkdir()
    (folder / "cases").mkdir()
    (folder / "anku.yaml").write_text(PASSAGE_ARCHIVE, encoding="utf-8")
    (folder / "schemas" / "case.yaml").write_text(PASSAGE_SCHEMA, encoding="utf-8")
    for passage in passages:
        # The passages have no titles, so all get the same one, which tells them apart in nothing.
        lines = [f"id: {passage['id']}", "title: passage", "sections:", "  - role: other", "    text: |"]
        lines.append(block(passage["text"], 6))
        path = folder / "cases" / f"{passage['id']}.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def cmrc(options, folder):
    source = pathlib.Path(options.folder)
    questions = read_lines(source / "queries.jsonl")
    judged = {}
    with open(source / "qrels.tsv", encoding="utf-8") as file:
        for line in file:
            query, passage, grade = line.rstrip("\n").split("\t")
            judged.setdefault(query, {})[passage] = int(grade)
    questions = [question for question in questions if question["id"] in judged]
    write_passages(read_lines(source / "corpus.jsonl"), folder)

    anku = Anku(options.anku, folder)
    anku.index()
    deep = options.words_only and asks_words(anku, [question["text"] for question in questions])
    found = anku.search_all([question["text"] for question in questions], deep)
    rankings = [("cmrc", ids)]
    if deep and has_parts(found):
        rankings.append(("cmrc, words only", by_words))
    nothing = sum(not answer["hits"] for answer in found)
    print(f"\n{'':<18}{'questions':>9}{'nDCG@10':>9}{'nothing':>9}")
    for label, order in rankings:
        scores = [ndcg(order(answer), judged[question["id"]]) for question, answer in zip(questions, found)]
        print(f"{label:<18}{len(found):>9}{sum(scores) / len(scores):>9.4f}{nothing:>9}")


def asks_words(anku, queries):
    """Whether this anku gives the parts of a score, by the first queries that find anything."""
    for query in queries:
        known = has_parts([anku.search(query, deep=True)])
        if known is not None:
            if not known:
                print("words only: skipped, `search --json --explain` gives no parts of a hit's score", file=sys.stderr)
            return known
    print("words only: skipped, no query finds anything", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("set", choices=("shipped", "cmrc"))
    parser.add_argument("folder", nargs="?", help="cmrc: corpus.jsonl, queries.jsonl and qrels.tsv")
    parser.add_argument("--anku", required=True, help="the program to measure")
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all", help="shipped: which queries")
    parser.add_argument("--misses", action="store_true", help=f"shipped: list queries with nDCG@{SHOWN} below {MISSED}")
    parser.add_argument("--words-only", action="store_true", help=f"also order the first {DEEP} hits by words alone")
    options = parser.parse_intermixed_args()
    if (options.set == "cmrc") != (options.folder is not None):
        parser.error("cmrc needs a folder, shipped takes none")
    if options.set == "cmrc" and (options.misses or options.half != "all"):
        parser.error("--half and --misses are for shipped")
    program = shutil.which(options.anku)
    if program is None:
        parser.error(f"no program: {options.anku}")
    options.anku = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as folder:
        {"shipped": shipped, "cmrc": cmrc}[options.set](options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
