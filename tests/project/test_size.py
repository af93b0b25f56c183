"""No file, no function and no nesting that a reader loses the thread in."""

import ast
import subprocess

import pytest

from settings import ROOT

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60
DEEPEST = 4
MOST_LINES_OF_COMMON_RULES = 160  # functions that need no object of Snakemake belong into `planning`

SUFFIXES = {".py", ".smk", ".js", ".css", ".html", ".yaml", ".yml", ".md", ".sh", ""}
APART = ("tests/", "workflow/schemas/", "CHANGELOG.md", "LICENSE")
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)

# What is longer or deeper still, each until it is cut: an entry that is no longer true fails as well.
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
DEEP_FUNCTIONS: set[str] = set()


def tracked():
    """Return the names of the files that git has or would have."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    assert len(names) > 100
    return [name for name in names if not name.startswith(APART)]


def functions(name, source=None):
    """Yield the name and the tree of each function of a Python file."""
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8") if source is None else source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name.removeprefix('scripts/latefusion/')}: {node.name}", node


def lines(function):
    return function.end_lineno - function.lineno + 1


def depth(node):
    """Return how many blocks of a function stand within each other; `elif` adds none."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        chained = isinstance(child, ast.If) and isinstance(node, ast.If) and node.orelse == [child]
        deepest = max(deepest, depth(child) + (isinstance(child, BLOCKS) and not chained))
    return deepest


@pytest.fixture(scope="module")
def every_function():
    return [pair for name in tracked() if name.endswith(".py") for pair in functions(name)]


def test_no_file_is_long():
    found = {
        name
        for name in tracked()
        if (ROOT / name).suffix in SUFFIXES
        and len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES
    }
    assert found == LONG_FILES


def test_what_all_stages_share_is_short():
    common = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    assert len(common.splitlines()) <= MOST_LINES_OF_COMMON_RULES


def test_no_function_is_long(every_function):
    found = {name for name, function in every_function if lines(function) > MOST_LINES_OF_A_FUNCTION}
    assert found == LONG_FUNCTIONS


def test_no_function_is_nested_deeply(every_function):
    assert {name for name, function in every_function if depth(function) > DEEPEST} == DEEP_FUNCTIONS


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", 0),
        ("if a:\n  pass\n elif b:\n  pass\n elif c:\n  pass", 1),
        ("if a:\n  pass\n else:\n  for b in c:\n   pass", 2),
        ("for a in b:\n  with c:\n   try:\n    pass\n   except d:\n    while e:\n     if f: pass", 5),
        ("def g():\n  if a:\n   if b: pass\n g()", 0),
    ],
)
def test_depth_counts_blocks_within_blocks(body, expected):
    ((_, function),) = [pair for pair in functions("x.py", f"def f():\n {body}") if pair[0].endswith(": f")]
    assert depth(function) == expected
