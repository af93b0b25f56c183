"""Text is UTF-8, whatever the locale says: nothing of ours opens a file in the locale's own encoding."""

import ast

import pytest

from settings import ROOT

PYTHON = sorted(
    path
    for folder in ("scripts", "workflow", "benchmarks", "examples")
    for ending in ("*.py", "*.smk", "Snakefile")
    for path in (ROOT / folder).rglob(ending)
)
METHODS = {"read_text": 0, "write_text": 1}  # where encoding stands, if not by name
PROCESSES = {"run", "Popen", "check_output"}


def calls(path):
    """Return the calls in a file; of a Snakefile, in those of its lines that are Python by themselves."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        trees = [ast.parse(text)]
    else:
        trees = []
        for line in text.splitlines():
            try:
                trees.append(
                    ast.parse(line.strip().removesuffix(":").removeprefix("with ").partition(" as ")[0])
                )
            except SyntaxError:
                continue
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def in_the_encoding_of_the_locale(call):
    """Whether a call reads or writes text and names no encoding."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = {keyword.arg for keyword in call.keywords}
    if {"encoding", None} & given:
        return False
    if name in METHODS:
        return len(call.args) <= METHODS[name]
    if name == "open":
        owner = getattr(getattr(call.func, "value", None), "id", "")
        modes = [*call.args[: 2 if isinstance(call.func, ast.Name) else 1]]
        modes += [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
        binary = any(isinstance(mode, ast.Constant) and "b" in str(mode.value) for mode in modes)
        return owner not in ("os", "webbrowser", "tarfile", "zipfile", "archive") and not binary
    return name in PROCESSES and bool({"text", "universal_newlines"} & given)


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_is_opened_as_utf_8(path):
    wrong = [call for call in calls(path) if in_the_encoding_of_the_locale(call)]
    assert [f"line {call.lineno}: {ast.unparse(call)[:80]}" for call in wrong] == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("path.read_text()", True),
        ("path.read_text('utf-8')", False),
        ("path.read_text(encoding='utf-8')", False),
        ("path.write_text('a')", True),
        ("path.open()", True),
        ("path.open('wb')", False),
        ("open(name, 'rb')", False),
        ("open(name, mode='w')", True),
        ("open(name, encoding='utf-8')", False),
        ("os.open(name, 0)", False),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command, capture_output=True)", False),
    ],
)
def test_the_search_finds_what_it_is_to_find(code, wrong):
    assert in_the_encoding_of_the_locale(ast.parse(code).body[0].value) == wrong
