"""What a job imports before its first line of work: no large library that only some options need."""

import ast
from functools import cache

import pytest

from settings import ROOT

SCRIPTS = ROOT / "scripts"
SMALLER = {"joblib", "scipy"}  # models are read and written by the one, some are solved for by the other
LARGE = {"altair", "jinja2", "numba", "pandas", "sklearn", "torch", *SMALLER}
PAGE = {"altair", "jinja2"}
ALLOWED = {
    "build_demo": {"pandas"},
    "build_digit_halves": {"pandas"},
    "build_digits": {"pandas"},
    "report": PAGE,
    "report_targets": PAGE,
}
WITHOUT_MODELS = (
    *("ingest", "ingest_modality", "select_items", "check_dataset", "assign_partitions"),
    *("choose_learner", "import_probabilities", "fuse", "select_rule", "evaluate", "summarise", "report"),
)


def imported_at_once(tree):
    """Yield the names that a file imports as it is read: not those within functions, nor for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module, *(f"{node.module}.{one.name}" for one in node.names))
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imported_at_once(ast.Module(node.orelse, []))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported_at_once(node)


@cache
def needs(file):
    """Return the large libraries that a file imports at once, and the files of ours."""
    names = set(imported_at_once(ast.parse(file.read_text(encoding="utf-8"))))
    places = [SCRIPTS.joinpath(*name.split(".")) for name in names]
    ours = {
        one for place in places for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()
    }
    return {name.partition(".")[0] for name in names} & LARGE, ours


def large_libraries(entry):
    """Return the large libraries that a file and all that it imports at once need."""
    files = [entry]
    for file in files:
        files += needs(file)[1].difference(files)
    return set().union(*(needs(file)[0] for file in files))


@pytest.mark.parametrize("entry", sorted(SCRIPTS.glob("*.py")), ids=lambda entry: entry.stem)
def test_a_job_begins_without_large_libraries_that_it_may_not_need(entry):
    of_models = set() if entry.stem in WITHOUT_MODELS else SMALLER
    assert large_libraries(entry) <= ALLOWED.get(entry.stem, set()) | of_models


def test_what_only_a_function_or_a_type_needs_is_not_imported_at_once():
    tree = ast.parse(
        "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import t\nelse:\n    import e\n"
        "def f():\n    import g\nclass C:\n    import h\nwith i:\n    import j\n"
    )
    assert set(imported_at_once(tree)) == {"a.b", "c", "c.d", "e", "h", "j"}
