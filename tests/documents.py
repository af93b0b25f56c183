"""Writes the parts of README.md and docs/ that come from the project itself; a test compares them.

Run it after `make run`: `python tests/documents.py`. The ranking is that of the default results folder.
`python tests/stale.py` writes the table of docs/rerun.md.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))

PAGE = {
    "ranking-top": README,
    "ranking": DOCS / "results.md",
    "digits": DOCS / "data.md",
    "catalogue": DOCS / "rules.md",
    "target-catalogue": DOCS / "regression.md",
    "template": DOCS / "rules.md",
    "learners": DOCS / "learners.md",
    "rulegraph": DOCS / "rerun.md",
    "stale-table": DOCS / "rerun.md",
    "speed": DOCS / "speed.md",
    "forms": DOCS / "data.md",
    "svc": DOCS / "python.md",
}
"""The file that each written part stands in."""

SHOWN_ROWS = 5


def catalogue() -> str:
    """Return the table of fusion rules, from their docstrings."""
    from latefusion.planning.rule_catalogue import markdown, read_rules

    return markdown(read_rules(ROOT / "scripts/latefusion/rules"))


def target_catalogue() -> str:
    """Return the table of the rules for continuous targets, from their docstrings."""
    from latefusion.planning.rule_catalogue import markdown, read_rules

    return markdown(read_rules(ROOT / "scripts/latefusion/rules", "targets"))


def rule_template() -> str:
    """Return the file that `latefusion rules mine --new` writes."""
    text = (ROOT / "workflow/launcher/new_rule.txt").read_text(encoding="utf-8")
    return f"```python\n{text}```"


def learners() -> str:
    """Return the table of learners, from their docstrings."""
    from latefusion.planning.learner_catalogue import markdown, read_learners

    folder = ROOT / "scripts/latefusion/learners"
    return markdown(read_learners(folder), read_learners(folder, "targets"))


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


def forms() -> str:
    """Return the table of the forms that a modality's files may have."""
    from forms import forms_table

    return forms_table()


def in_place_of_svc() -> str:
    """Return the table of `SVM` beside `SVC(probability=True)` that was measured last."""
    from benchmarks.measure import load
    from benchmarks.svc import rows

    measured = load("svc")
    if measured is None:
        raise FileNotFoundError("benchmarks/results/svc.json: run `python -m benchmarks svc`")
    return rows(measured)


def ranking(results: Path, protocol: str) -> str:
    """Return a protocol's part of the ranking that a run printed last."""
    blocks = (results / "summary.txt").read_text(encoding="utf-8").rstrip().split("\n\n")
    return _fenced(next(block for block in blocks if block.startswith(f"{protocol}: ")))


def top(block: str) -> str:
    """Return the first rows of a ranking, with the lines above and below the rows."""
    lines = block.strip("`\n").removeprefix("text\n").splitlines()
    rows = [at for at, line in enumerate(lines) if re.match(r"[*= ] \S+ +\d+\.\d +\d", line)]
    if not rows:
        raise ValueError(f"no row of a ranking in:\n{block}")
    left = len(rows) - SHOWN_ROWS
    more = [f"  … {left} more"] if left > 0 else []
    return _fenced("\n".join([*lines[: rows[0] + SHOWN_ROWS], *more, *lines[rows[-1] + 1 :]]))


def section(name: str, text: str | None = None) -> str:
    """Return what stands between the marks of a section, in its page or a text."""
    text = PAGE[name].read_text(encoding="utf-8") if text is None else text
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    if found is None:
        raise ValueError(f"{PAGE.get(name, 'the text')} has no section {name}")
    return found[1]


def filled(text: str, name: str, content: str) -> str:
    """Return the text with other content between the marks of a section."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    return text[: text.index(begin) + len(begin)] + content + "\n" + text[text.index(end) :]


def write(parts: Mapping[str, str]) -> None:
    """Write parts into their pages."""
    for name, content in parts.items():
        page = PAGE[name]
        page.write_text(filled(page.read_text(encoding="utf-8"), name, content), encoding="utf-8")


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def main() -> None:
    """Write all parts but the table of stale jobs."""
    parts = {"catalogue": catalogue(), "template": rule_template(), "rulegraph": rule_graph()}
    parts["target-catalogue"] = target_catalogue()
    parts |= {"forms": forms(), "learners": learners(), "speed": speed(), "svc": in_place_of_svc()}
    if (ROOT / "results/summary.txt").exists():
        parts["ranking"] = ranking(ROOT / "results", "cross")
        parts["ranking-top"] = top(parts["ranking"])
    if (ROOT / "results/digits/summary.txt").exists():
        parts["digits"] = ranking(ROOT / "results/digits", "honest")
    write(parts)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]
    main()
