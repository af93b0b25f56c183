"""Rooms import downwards only, and nothing goes in circles."""

import pytest

from project.import_law import broken, circles, talkative_packages
from settings import ROOT

SCRIPTS = ROOT / "scripts"
ROOMS = (
    *("core", "store", "dataset", "svm", "fusion", "ingest", "rules", "learners", "evaluation"),
    *("forest", "learning", "external", "pipeline", "report", "planning", "example_data", "api"),
)

NOT_YET: set[tuple[str, str]] = set()
"""Imports that break the law still; the list only grows shorter."""


def test_every_import_is_within_the_law():
    assert [str(one) for one in broken(SCRIPTS) if (one.importer, one.imported) not in NOT_YET] == []


def test_what_is_excepted_still_breaks_the_law():
    assert {(one.importer, one.imported) for one in broken(SCRIPTS)} >= NOT_YET


def test_no_module_imports_itself_by_way_of_others():
    assert circles(SCRIPTS) == []


def test_packages_hold_a_docstring_and_nothing_else():
    assert talkative_packages(SCRIPTS) == []


@pytest.fixture
def house(tmp_path):
    """A package with every room, a module in each, and an entry script; a call plants an import."""

    def plant(module="", text=""):
        folder = tmp_path / "latefusion"
        for room in ROOMS:
            (folder / room).mkdir(parents=True, exist_ok=True)
            (folder / room / "__init__.py").write_text('"""A room."""\n')
            (folder / room / "thing.py").write_text("")
        for name in ("evaluation/names.py", "svm/memory.py", "__init__.py"):
            (folder / name).write_text("")
        (tmp_path / "train.py").write_text("")
        if module:
            (tmp_path / f"{module}.py").write_text(text)
        return tmp_path

    return plant


def imported(module):
    return f"from {module} import thing\n"


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("latefusion/svm/thing", "latefusion.external"),
        ("latefusion/svm/thing", "latefusion.fusion"),
        ("latefusion/fusion/thing", "latefusion.svm"),
        ("latefusion/evaluation/thing", "latefusion.fusion"),
        ("latefusion/evaluation/thing", "latefusion.svm"),
        ("latefusion/evaluation/thing", "latefusion.report"),
        ("latefusion/evaluation/thing", "latefusion.learning"),
        ("latefusion/learning/thing", "latefusion.learners"),
        ("latefusion/svm/thing", "latefusion.learning"),
        ("latefusion/forest/thing", "latefusion.fusion"),
        ("latefusion/evaluation/thing", "latefusion.forest"),
        ("latefusion/evaluation/names", "latefusion.planning"),
        ("latefusion/dataset/thing", "latefusion.ingest"),
        ("latefusion/core/thing", "latefusion.store"),
        ("latefusion/store/thing", "latefusion.dataset"),
        ("latefusion/fusion/thing", "latefusion.rules"),
        ("latefusion/pipeline/thing", "latefusion.rules"),
        ("latefusion/pipeline/thing", "latefusion.learners"),
        ("latefusion/external/thing", "latefusion.pipeline"),
        ("latefusion/pipeline/thing", "latefusion.planning"),
        ("latefusion/rules/thing", "latefusion.ingest"),
        ("latefusion/report/thing", "latefusion.evaluation"),
        ("latefusion/report/thing", "latefusion.fusion"),
        ("latefusion/example_data/thing", "latefusion.ingest"),
        ("latefusion/planning/thing", "latefusion.svm"),
        ("latefusion/planning/thing", "latefusion.store"),
        ("latefusion/core/thing", "latefusion.api"),
        ("latefusion/pipeline/thing", "latefusion.api"),
        ("latefusion/__init__", "latefusion.api"),
        ("train", "latefusion.planning"),
        ("train", "latefusion.rules"),
        ("train", "latefusion.api"),
    ],
)
def test_a_planted_import_is_named(house, module, other):
    (one,) = broken(house(module, imported(other)))
    where = module.removesuffix("/__init__")
    assert str(one).startswith(f"{where}.py, line 1 imports {other}.thing; ")


@pytest.mark.parametrize(
    "text",
    [
        "import latefusion.external.thing\n",
        "import latefusion.external.thing as other\n",
        "from latefusion.external import thing\n",
        "from latefusion.external.thing import anything\n",
        "from ..external import thing\n",
        "from ..external.thing import anything\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from latefusion.external import thing\n",
        "def later():\n    from latefusion.external import thing\n",
    ],
)
def test_an_import_is_found_however_it_is_written(house, text):
    (one,) = broken(house("latefusion/svm/thing", text))
    assert (one.importer, one.imported) == ("latefusion.svm.thing", "latefusion.external.thing")


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("latefusion/report/thing", "from latefusion.evaluation import names\n"),
        ("latefusion/planning/thing", "from latefusion.svm.memory import gram_bytes\n"),
        ("latefusion/planning/thing", imported("latefusion.core")),
        ("latefusion/rules/thing", imported("latefusion.fusion")),
        ("latefusion/rules/thing", imported("latefusion.forest")),
        ("latefusion/learners/thing", imported("latefusion.learning")),
        ("latefusion/learning/thing", imported("latefusion.svm")),
        ("latefusion/evaluation/thing", imported("latefusion.dataset")),
        ("latefusion/pipeline/thing", imported("latefusion.svm")),
        ("latefusion/svm/thing", "from latefusion.svm import memory\n"),
        ("latefusion/core/thing", "from latefusion import __version__\n"),
        ("train", imported("latefusion.pipeline")),
        *(("latefusion/api/thing", imported(f"latefusion.{room}")) for room in ROOMS if room != "api"),
    ],
)
def test_an_import_downwards_passes(house, module, text):
    assert broken(house(module, text)) == []


def test_a_circle_is_found_also_by_way_of_a_third_and_inside_a_function(house):
    root = house("latefusion/svm/a", "from latefusion.svm import b\n")
    (root / "latefusion/svm/b.py").write_text("def later():\n    from latefusion.svm.c import f\n")
    (root / "latefusion/svm/c.py").write_text("import latefusion.svm.a\n")
    assert circles(root) == [["latefusion.svm.a", "latefusion.svm.b", "latefusion.svm.c"]]
    (root / "latefusion/svm/c.py").write_text("import latefusion.svm.thing\n")
    assert circles(root) == []


def test_a_package_that_imports_is_named(house):
    root = house("latefusion/svm/__init__", '"""The engine."""\nfrom latefusion.svm import thing\n')
    assert talkative_packages(root) == ["latefusion.svm"]
