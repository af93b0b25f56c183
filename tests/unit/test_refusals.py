"""Every case of bad input is refused with a message that mends it, or accepted with a word where needed."""

import re

import pytest

import readme
from refusals import every_case, outcome, row

ALL = every_case()
WHOLE = ("Files", "Embeddings", "Labels and identifiers")
"""Sections whose cases ingest a whole table."""


def rows_of_the_readme():
    """Return the rows of its tables: section -> name of the case -> row."""
    _, *sections = re.split(r"^### ", readme.README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {}
    for section in sections:
        title, *lines = section.splitlines()
        rows = [line for line in lines if line.startswith("| ")][2:]
        found[title] = {line.removeprefix("| ").partition(" | ")[0]: line for line in rows}
    return found


ROWS = rows_of_the_readme()


@pytest.mark.parametrize("case", ALL, ids=[f"{case.section}: {case.name}" for case in ALL])
def test_the_user_sees_what_is_wrong_and_nothing_is_half_written_or_lost(case, tmp_path):
    out = tmp_path / "results"
    targets = [
        out / place
        for split in ("train", "test")
        for place in (f"items/{split}.parquet", f"items/{split}.json", f"features/{split}/text.parquet")
    ]
    for target in targets if case.refused else ():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"before")
    seen = outcome(case, tmp_path)
    assert seen.refused == case.refused, seen.text
    at = 0
    for piece in case.sees:
        at = seen.text.find(piece, at)
        assert at >= 0, f"{piece!r} is not (there) in:\n{seen.text}"
    if not case.sees:
        assert seen.text == ""
    assert ROWS[case.section][case.name] == row(case, seen), "run python tests/readme.py"
    if case.refused:
        here = sorted(path for path in out.rglob("*") if path.is_file())
        assert not [path for path in here if path.name.startswith(".")]
        if case.section in WHOLE:
            assert here == sorted(targets)
            assert all(path.read_bytes() == b"before" for path in here)


def test_names_of_cases_are_unique():
    names = [(case.section, case.name) for case in ALL]
    assert len(set(names)) == len(names)


def test_the_readme_lists_these_cases_and_no_others():
    written = readme.README.read_text(encoding="utf-8")
    assert written == readme.text(lambda case: ROWS[case.section][case.name]), "run python tests/readme.py"
