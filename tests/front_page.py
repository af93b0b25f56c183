"""Writes the parts of the README that come from the project itself; a test compares them.

Run it after `make run`: `python tests/front_page.py`. The ranking is that of the default results folder.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def catalogue() -> str:
    """Return the table of fusion rules, from their docstrings."""
    from latefusion.planning.rule_catalogue import markdown, read_rules

    return markdown(read_rules(ROOT / "scripts/latefusion/rules"))


def rule_graph() -> str:
    """Return the workflow's stages as a diagram that the forge draws, in an order that is always the same."""
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    name = dict(re.findall(r"(id\d+)\[(\w+)\]", done))
    arrows = {(name[start], name[end]) for start, end in re.findall(r"(id\d+) --> (id\d+)", done)}
    lines = [f"    {start} --> {end}" for start, end in sorted(arrows) if end != "all"]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def speed() -> str:
    """Return the figures of the benchmarks that were measured last."""
    from benchmarks.headline import headline

    return headline()


def ranking(results: Path, protocol: str) -> str:
    """Return a protocol's part of the ranking that a run printed last."""
    blocks = (results / "summary.txt").read_text(encoding="utf-8").rstrip().split("\n\n")
    block = next(block for block in blocks if block.startswith(f"{protocol}: "))
    return f"```text\n{block}\n```"


def section(text: str, name: str) -> str:
    """Return what stands between the marks of a section."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    if found is None:
        raise ValueError(f"README.md has no section {name}")
    return found[1]


def filled(text: str, name: str, content: str) -> str:
    """Return the text with other content between the marks of a section."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    return text[: text.index(begin) + len(begin)] + content + "\n" + text[text.index(end) :]


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]
    text = README.read_text(encoding="utf-8")
    parts = {"catalogue": catalogue(), "rulegraph": rule_graph(), "speed": speed()}
    if (ROOT / "results/summary.txt").exists():
        parts["ranking"] = ranking(ROOT / "results", "cross")
    if (ROOT / "results/digits/summary.txt").exists():
        parts["digits"] = ranking(ROOT / "results/digits", "honest")
    for name, content in parts.items():
        text = filled(text, name, content)
    README.write_text(text, encoding="utf-8")
