"""A job's code digest: what it sees and what it does not."""

import shutil

import pytest

from latefusion.planning.code_digest import Code


@pytest.fixture
def root(tmp_path):
    (tmp_path / "entry.py").write_text("import numpy\nfrom pack.a import f\n")
    pack = tmp_path / "pack"
    (pack / "rules").mkdir(parents=True)
    (pack / "__init__.py").write_text("")
    (pack / "a.py").write_text("def f():\n    from pack import b\n    return b\n")
    (pack / "b.py").write_text("from . import c\n")
    (pack / "c.py").write_text("import json\nimport sklearn.svm\n")
    (pack / "unused.py").write_text("")
    (pack / "rules" / "__init__.py").write_text("")
    (pack / "rules" / "product.py").write_text("from pack.c import x\n")
    return tmp_path


def test_the_closure_follows_imports_also_those_in_functions_and_relative_ones(root):
    files, distributions = Code(root).closure(root / "entry.py")
    assert [file.relative_to(root).as_posix() for file in files] == [
        "entry.py",
        "pack/__init__.py",
        "pack/a.py",
        "pack/b.py",
        "pack/c.py",
    ]
    assert distributions == ["numpy", "scikit-learn"]


@pytest.mark.parametrize("edited", ["entry.py", "pack/a.py", "pack/b.py", "pack/c.py", "pack/__init__.py"])
def test_an_edit_of_an_imported_file_changes_the_digest(root, edited):
    before = Code(root).digest(root / "entry.py")
    (root / edited).write_text((root / edited).read_text() + "\nX = 1\n")
    assert Code(root).digest(root / "entry.py") != before


def test_an_edit_of_another_file_does_not(root):
    before = Code(root).digest(root / "entry.py")
    (root / "pack/unused.py").write_text("X = 1\n")
    (root / "pack/rules/product.py").write_text("X = 1\n")
    assert Code(root).digest(root / "entry.py") == before


def test_a_rule_file_counts_with_the_packages_around_it(root):
    files, _ = Code(root).closure(root / "entry.py", root / "pack/rules/product.py")
    names = [file.relative_to(root).as_posix() for file in files]
    assert "pack/rules/product.py" in names
    assert "pack/rules/__init__.py" in names


def test_the_digest_is_the_same_wherever_the_checkout_lies(root, tmp_path_factory):
    copy = tmp_path_factory.mktemp("elsewhere with spaces") / "copy"
    shutil.copytree(root, copy)
    assert Code(root).digest(root / "entry.py") == Code(copy).digest(copy / "entry.py")


def test_a_newer_library_changes_the_digest(root, monkeypatch):
    before = Code(root).digest(root / "entry.py")
    monkeypatch.setattr("latefusion.planning.code_digest._version", lambda name: "999")
    assert Code(root).digest(root / "entry.py") != before


def test_a_digest_tells_what_it_was_taken_of(root):
    code = Code(root)
    assert code.distributions(code.digest(root / "entry.py")) == {"numpy", "scikit-learn"}
    assert code.distributions("of other code") == frozenset()


def test_nothing_to_take_a_digest_of_is_an_error(root):
    with pytest.raises(FileNotFoundError):
        Code(root).digest()
    with pytest.raises(FileNotFoundError):
        Code(root).digest(root / "absent.py")


def test_a_file_that_is_not_python_counts_with_its_content(root):
    (root / "page.html").write_text("<p>{{ not python }}</p>")
    before = Code(root).digest(root / "entry.py", root / "page.html")
    (root / "page.html").write_text("<p>{{ still not python }}</p>")
    assert Code(root).digest(root / "entry.py", root / "page.html") != before


@pytest.mark.parametrize(
    "text",
    [
        "if X:\n    import {0}\n",
        "if X:\n    pass\nelif Y:\n    pass\nelse:\n    import {0}\n",
        "try:\n    import {0}\nexcept ImportError:\n    pass\n",
        "try:\n    pass\nexcept ImportError:\n    import {0}\n",
        "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import {0}\n",
        "try:\n    pass\nfinally:\n    import {0}\n",
        "for x in X:\n    pass\nelse:\n    import {0}\n",
        "while X:\n    import {0}\n",
        "with X:\n    import {0}\n",
        "match X:\n    case 1:\n        import {0}\n",
        "class A:\n    def f(self):\n        async def g():\n            import {0}\n",
        "x = 1; import {0}\n",
    ],
)
def test_an_import_is_seen_wherever_a_statement_may_stand(tmp_path, text):
    (tmp_path / "entry.py").write_text(text.format("needed"))
    (tmp_path / "needed.py").write_text("")
    files, _ = Code(tmp_path).closure(tmp_path / "entry.py")
    assert [file.name for file in files] == ["entry.py", "needed.py"]


class TestCodeInTwoPlaces:
    """An installed package holds the workflow, whose entry scripts import the package around them."""

    @pytest.fixture
    def installed(self, root, tmp_path):
        """Return the folder of the entry script, and where the package lies."""
        site = tmp_path / "site"
        shutil.copytree(root / "pack", site / "pack")
        (site / "pack/_workflow/scripts").mkdir(parents=True)
        shutil.copy(root / "entry.py", site / "pack/_workflow/scripts")
        (site / "numpy").mkdir()
        (site / "numpy/__init__.py").write_text("of a distribution, whatever it holds")
        return site / "pack/_workflow/scripts", {"pack": site / "pack"}

    def test_has_the_digest_of_the_same_code_in_one(self, root, installed):
        scripts, elsewhere = installed
        found = Code(scripts, elsewhere).digest(scripts / "entry.py")
        assert found == Code(root).digest(root / "entry.py")

    def test_is_stale_by_an_edit_in_either(self, installed):
        scripts, elsewhere = installed
        files, _ = Code(scripts, elsewhere).closure(scripts / "entry.py")
        assert {file.is_relative_to(scripts) for file in files} == {True, False}
        digests = [Code(scripts, elsewhere).digest(scripts / "entry.py")]
        for file in files:
            file.write_text(file.read_text() + "\n# edited\n")
            digests.append(Code(scripts, elsewhere).digest(scripts / "entry.py"))
        assert len(set(digests)) == len(digests)

    def test_modules_that_go_on_elsewhere_count_under_the_name_of_their_package(self, root, tmp_path):
        mine = tmp_path / "my rules"
        mine.mkdir()
        (mine / "own.py").write_text("from ._helper import x\nfrom pack.rules.product import y\n")
        (mine / "_helper.py").write_text("x = 1\n")
        moved = shutil.copytree(mine, tmp_path / "moved")
        files, _ = Code(root, {"pack.rules": mine}).closure(mine / "own.py")
        assert {mine / "own.py", mine / "_helper.py", root / "pack/rules/product.py"} <= set(files)
        first, second = (
            Code(root, {"pack.rules": folder}).digest(folder / "own.py") for folder in (mine, moved)
        )
        assert first == second, "the same wherever it lies"
        (mine / "_helper.py").write_text("x = 2\n")
        assert Code(root, {"pack.rules": mine}).digest(mine / "own.py") != first
