"""Writes a folder of Markdown files as cases of an archive: `laws.py FOLDER ARCHIVE`.

One file is one case: its first heading is the title, every `##` begins a section. Only the standard
library is needed; the texts stand in block scalars, as people write them.
"""

import pathlib
import sys

source, archive = map(pathlib.Path, sys.argv[1:])


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def block(text, indent):
    """A block scalar. Blank lines stay; characters that YAML refuses are left out."""
    text = "".join(c for c in text if c in "\t\n" or (c.isprintable() or c == "\u3000"))
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join(" " * indent + line if line else "" for line in lines).strip("\n")


written = 0
for number, path in enumerate(sorted(source.rglob("*.md")), 1):
    text = path.read_text(encoding="utf-8", errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
    title, sections, heading, body = path.stem, [], "", []
    for line in text.split("\n"):
        if line.startswith("# ") and title == path.stem:
            title = line[2:].strip() or title
        elif line.startswith("## "):
            sections.append((heading, "\n".join(body)))
            heading, body = line[3:].strip(), []
        else:
            body.append(line)
    sections.append((heading, "\n".join(body)))
    sections = [(h, b) for h, b in sections if b.strip()]
    out = [f"id: law-{number:05}", f"title: {quoted(title[:200])}", f"year: {1980 + number % 40}"]
    if sections:
        out.append("sections:")
    for heading, body in sections:
        out.append("  - role: other")
        if heading:
            out.append(f"    heading: {quoted(heading)}")
        out.append("    text: |")
        out.append(block(body, 6))
    target = archive / "cases" / f"{number % 40 + 1980}" / f"law-{number:05}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(out) + "\n", encoding="utf-8")
    written += 1
print(f"{written} cases", file=sys.stderr)
