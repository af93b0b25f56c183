"""The scripts of the page: the same text whether made or kept."""

import importlib

import pytest

module = importlib.import_module("latefusion.report.bundle")


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Return how often the scripts were made, with a cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    times = []

    def make():
        times.append(1)
        return "made('größe');\n"

    monkeypatch.setattr(module, "_made", make)
    yield times
    module.bundle.cache_clear()


def again():
    """Return the scripts as another process would have them."""
    module.bundle.cache_clear()
    return module.bundle()


def test_it_is_made_once_for_all_processes(made):
    assert again() == again() == "made('größe');\n"
    assert len(made) == 1


@pytest.mark.parametrize(
    "damage", [lambda kept: kept[:-3], lambda kept: b"", lambda kept: kept.replace(b"made(", b"evil(")]
)
def test_a_damaged_file_is_made_anew(made, damage, tmp_path):
    again()
    (file,) = (tmp_path / "cache").rglob("*.js")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert again() == "made('größe');\n"
    assert file.read_bytes() == whole
    assert len(made) == 2


def test_another_version_of_the_library_or_another_source_has_a_file_of_its_own(made, monkeypatch):
    again()
    monkeypatch.setattr(module, "version", lambda name: "0")
    again()
    monkeypatch.setattr(module, "SOURCE", "other")
    again()
    assert len(made) == 3


def test_where_nothing_can_be_kept_it_is_made_each_time(made, tmp_path):
    (tmp_path / "cache").write_text("a file in the folder's place")
    assert again() == again()
    assert len(made) == 2


def test_the_scripts_are_those_of_the_library_and_draw(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = again()
    assert "window.vegaEmbed" in first
    assert again() == first
    module.bundle.cache_clear()
