"""Every case of bad input is refused with a message that mends it, or accepted with a word where needed."""

import importlib

import pytest

from refusals import every_case, outcome

ALL = every_case()


@pytest.mark.parametrize("case", ALL, ids=[f"{case.section}: {case.name}" for case in ALL])
def test_the_user_sees_what_is_wrong(case, tmp_path):
    seen = outcome(case, tmp_path)
    assert seen.refused == case.refused, seen.text
    at = 0
    for piece in case.sees:
        at = seen.text.find(piece, at)
        assert at >= 0, f"{piece!r} is not (there) in:\n{seen.text}"
    if not case.sees:
        assert seen.text == ""


@pytest.mark.parametrize(
    "case",
    [case for case in ALL if case.refused],
    ids=[f"{case.section}: {case.name}" for case in ALL if case.refused],
)
def test_nothing_is_half_written_and_what_was_there_stays(case, tmp_path):
    out = tmp_path / "results"
    targets = [
        out / place
        for split in ("train", "test")
        for place in (f"items/{split}.parquet", f"items/{split}.json", f"features/{split}/text.parquet")
    ]
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"before")
    outcome(case, tmp_path)
    here = sorted(path for path in out.rglob("*") if path.is_file())
    assert not [path for path in here if path.name.startswith(".")]
    if case.section in ("Files", "Embeddings", "Labels and identifiers"):
        assert here == sorted(targets)
        assert all(path.read_bytes() == b"before" for path in here)


def test_names_of_cases_are_unique():
    names = [(case.section, case.name) for case in ALL]
    assert len(set(names)) == len(names)


def test_the_readme_lists_what_the_user_sees():
    readme = importlib.import_module("readme")
    assert readme.README.read_text(encoding="utf-8") == readme.text(), "run python tests/readme.py"
