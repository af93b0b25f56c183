"""The imports of a file, read from its text: those of its syntax tree, wherever they stand."""

import ast
import sysconfig
from pathlib import Path

import pytest

from latefusion.planning.imports import imports
from settings import ROOT

PACKAGE = ("a", "b")
HERE = sorted(ROOT.glob("scripts/**/*.py"))


def in_tree(source, package):
    """Return what the syntax tree of a module says that it imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def test_those_of_the_package_are_those_of_its_syntax_trees():
    for file in HERE:
        package = file.relative_to(ROOT / "scripts").parent.parts
        source = file.read_bytes()
        assert set(imports(source, package)) == in_tree(source, package), file


def test_none_of_the_standard_library_is_missed():
    """Text in its strings may look like an import: more is found there, never less."""
    folder = Path(sysconfig.get_path("stdlib"))
    for file in sorted(folder.glob("*.py"))[::2]:
        source = file.read_bytes()
        assert set(imports(source, PACKAGE)) >= in_tree(source, PACKAGE), file


@pytest.mark.parametrize(
    "source",
    [
        "import x",
        "import x.y, z as w",
        "import  x . y as w",
        "import x, \\\n    y",
        "import\\\n x",
        "from x import y",
        "from x import (y, z as w)",
        "from x import (\n    y,  # (not this one), nor that\n    z,\n)",
        "from x import(y)",
        "from x import \\\n    y, \\\n    z",
        "from \\\n    x.y \\\n    import z",
        "from x import *",
        "from . import y",
        "from .import y",
        "from .. import y",
        "from ..x.z import y",
        "from . x import y",
        "if 1: import x; from y import z",
        "if 1:\\\n  import x",
        "try:\n\timport x\nexcept ImportError: import y\n",
        "def f():\n    class A:\n        from x import y",
        "a = 1;import x",
        "with a:import x",
        "match a:\n    case 1: import x",
        "\ufeffimport x",
        "\fimport x",
        "import x # and y, z",
        "import x;import y",
        "import größe.maß",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_an_import_is_found_however_it_is_written(source, end):
    written = (source.replace("\n", end or "\n") + end).encode()
    assert set(imports(written, PACKAGE)) == in_tree(written, PACKAGE)
    assert in_tree(written, PACKAGE)


@pytest.mark.parametrize(
    "source",
    [
        "x = 'a'\nfrom_x = importlib = 1\n",
        "raise (\n    A\n    from_b)\n",
        "def f(import_x): ...\n",
        "yield_from = 1\n",
    ],
)
def test_a_name_that_begins_with_the_word_is_none(source):
    assert set(imports(source.encode(), PACKAGE)) == set()


def test_prose_is_none():
    source = '"""Text\nimport the table from its file\nfrom there on, import nothing.\n"""\n'
    assert set(imports(source.encode(), PACKAGE)) == set()


def test_another_encoding_is_read_as_python_reads_it():
    source = "# -*- coding: latin-1 -*-\nx = 'ä'\nimport y\n".encode("latin-1")
    assert set(imports(source, PACKAGE)) == {"y"}
