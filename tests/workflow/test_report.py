"""The page of a run, and what an archive of `snakemake --report` holds."""

import json
import re
import zipfile

import pytest
import yaml

from runs import once, snakemake


@pytest.fixture(scope="module")
def archive(finished, tmp_path_factory):
    """Return what Snakemake makes where the configuration leaves out what has a default."""

    def report(folder):
        less = folder / "less.yaml"
        config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
        del config["seed"]
        less.write_text(yaml.safe_dump(config), encoding="utf-8")
        snakemake("--report", folder / "report.zip", "--configfile", less, cwd=finished)

    with zipfile.ZipFile(once(tmp_path_factory, "archive", report) / "report.zip") as file:
        yield file


@pytest.fixture(scope="module")
def items(archive):
    """Return what its page lists, by file."""
    page = archive.read("report/report.html").decode()
    found = _listed(page, "results")
    categories = _listed(page, "categories")
    for category, subcategories in categories.items():
        for paths in subcategories.values():
            for path in paths:
                found[path]["category"] = category
    return {item["name"]: item for item in found.values()}


def _listed(page, name):
    """Return what a script of the page assigns to a name."""
    start = re.search(rf"var {name} = (?=\{{\")", page).end()
    return json.JSONDecoder().raw_decode(page[start:])[0]


def test_the_page_tells_time_and_memory_of_each_job(finished):
    page = (finished / "results/report.html").read_text(encoding="utf-8")
    jobs = re.search(r'<table id="jobs">(.*?)</table>', page, re.S)[1]
    listed = {name.replace("<wbr>", "") for name in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', jobs)}
    folder = finished / "results/benchmarks"
    made = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.tsv")}
    assert listed - {"report"} == made - {"report"} >= {"ingest/train", "fuse/honest/mlp", "evaluate/cross"}
    assert f"{len(listed)}\u00a0jobs" in page


def test_every_item_has_a_category_and_a_label(items):
    shown = {name: (item["category"], item["labels"]) for name, item in items.items()}
    assert shown == {
        "report.html": ("Report", {"table": "the whole report"}),
        "summary.csv": ("Tables", {"table": "every model, every metric"}),
        "checks.json": ("Tables", {"table": "what is wrong, and what to do"}),
    }


def test_captions_quote_the_configuration(archive, items):
    page = items["report.html"]["caption"]
    assert "accuracy_weighted, logistic_regression, mean, mlp fuse" in " ".join(page.split())
    assert "whole groups" in page
    assert "artist_name" in page
    assert "200 times" in page
    assert "replica, honest, cross" in items["summary.csv"]["caption"]
    assert "3 folds and 2 cross partitions" in " ".join(items["checks.json"]["caption"].split())
    front = archive.read("report/report.html").decode()
    assert "Late fusion of text, audio" in front
    assert "those of data/train.csv and data/test.csv" in front
    assert "compared under replica, honest, cross" in front
    assert "The seed is 0." in front


def test_the_page_and_the_tables_are_inside(archive, finished, items):
    for name in items:
        (path,) = [one for one in archive.namelist() if one.endswith(f"/{name}") and "/data/" in one]
        assert archive.read(path) == (finished / "results" / name).read_bytes()
