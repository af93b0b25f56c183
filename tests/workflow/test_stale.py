"""Stale, and nothing but stale: each row of the table of docs/rerun.md, job by job."""

import pytest

from documents import section
from runs import contents, launch, planned, snakemake
from stale import CHANGES, HEAD, SECTION, copied, row, stale_jobs

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.what.replace("`", ""))
def test_a_change_makes_these_jobs_stale_and_no_other(change, finished, every_job, tmp_path):
    stale = stale_jobs(change, finished, tmp_path)
    assert stale == change.expected(every_job)
    assert row(change, stale, every_job) in section(SECTION).splitlines()


def test_the_table_has_these_rows_and_no_other():
    head, rule, *rows = section(SECTION).splitlines()
    assert (head, rule) == HEAD
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == [change.what for change in CHANGES]


def test_a_column_that_nobody_reads_ends_at_the_equal_tables_of_ingest(finished, tmp_path):
    change = next(change for change in CHANGES if "nobody reads" in change.what)
    place = copied(change, finished, tmp_path)
    snakemake("--cores", 2, "ingest_all", cwd=place.folder, snakefile=place.code / "Snakefile")
    assert planned(place.folder, code=place.code) == set()
    before, after = contents(finished), contents(place.folder)
    assert {name for name in after if after[name] != before[name]} == {"items/train.source.json"}


def test_a_deleted_file_comes_back_and_nothing_else_runs(finished, tmp_path):
    place = copied(CHANGES[0], finished, tmp_path)
    (place.folder / "results/fusion/cross/mean.robustness.parquet").unlink()
    assert "fuse cross/mean" in planned(place.folder, code=place.code)
    launch("run", "--cores", 2, cwd=place.folder)
    assert contents(place.folder) == contents(finished)


def test_a_rule_that_left_lingers_nowhere(finished, tmp_path):
    change = next(change for change in CHANGES if change.what == "a rule removed")
    place = copied(change, finished, tmp_path)
    launch("run", "--cores", 2, cwd=place.folder)
    for name in ("summary.csv", "summary.txt", "report.html"):
        assert "logistic_regression" not in (place.folder / "results" / name).read_text(), name
    pruned = launch("prune", "--yes", cwd=place.folder).stdout
    assert "fusion/honest/logistic_regression.parquet" in pruned
    assert not list((place.folder / "results").rglob("logistic_regression*"))
    assert planned(place.folder) == set()
