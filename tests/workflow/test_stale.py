"""Stale, and nothing but stale: each row of the table of docs/rerun.md, job by job."""

import pyarrow.parquet as pq
import pytest

from documents import section
from runs import contents, launch, once, planned, snakemake
from stale import (
    ALL_CHANGES,
    CHANGES,
    HEAD,
    ITEM_CHANGES,
    SECTION,
    TARGET_CHANGES,
    copied,
    row,
    stale_jobs,
    write_beside,
    write_items,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.what.replace("`", ""))
def test_a_change_makes_these_jobs_stale_and_no_other(change, finished, every_job, tmp_path):
    stale = stale_jobs(change, finished, tmp_path)
    assert stale == change.expected(every_job)
    assert row(change, stale, every_job) in section(SECTION).splitlines()


def test_the_table_has_these_rows_and_no_other():
    head, rule, *rows = section(SECTION).splitlines()
    assert (head, rule) == HEAD
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == [
        change.what for change in ALL_CHANGES
    ]


@pytest.fixture(scope="session")
def items_run(tmp_path_factory):
    """Return a finished run of one table of all items, with folds of its own and a modality in a file."""

    def run(folder):
        write_items(folder)
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "items_run", run)


@pytest.fixture(scope="session")
def every_job_of_items(tmp_path_factory):
    return planned(write_items(tmp_path_factory.mktemp("empty_items")))


@pytest.fixture(scope="session")
def every_job_beside(tmp_path_factory):
    return planned(write_beside(tmp_path_factory.mktemp("empty_beside")))


@pytest.mark.parametrize("change", ITEM_CHANGES, ids=lambda change: change.what.replace("`", ""))
def test_a_change_of_one_table_or_of_a_modality_makes_these_jobs_stale(
    change, items_run, every_job_of_items, tmp_path
):
    stale = stale_jobs(change, items_run, tmp_path)
    assert stale == change.expected(every_job_of_items)
    assert row(change, stale, every_job_of_items) in section(SECTION).splitlines()


@pytest.mark.parametrize("change", TARGET_CHANGES, ids=lambda change: change.what.replace("`", ""))
def test_a_change_beside_numbers_makes_these_jobs_stale_and_no_other(
    change, beside, every_job_beside, tmp_path
):
    stale = stale_jobs(change, beside, tmp_path)
    assert stale == change.expected(every_job_beside)
    assert row(change, stale, every_job_beside) in section(SECTION).splitlines()


def test_the_order_of_a_modality_s_file_ends_at_its_equal_features(items_run, tmp_path):
    place = copied(ITEM_CHANGES[1], items_run, tmp_path)
    snakemake("--cores", 2, "ingest_all", cwd=place.folder, snakefile=place.plans / "Snakefile")
    assert planned(place.folder, code=place.plans) == set()
    assert contents(place.folder) == contents(items_run)


def test_other_folds_of_the_data_leave_the_features_as_they_are(items_run, every_job_of_items, tmp_path):
    place = copied(ITEM_CHANGES[2], items_run, tmp_path)
    snakemake("--cores", 2, "ingest_all", cwd=place.folder, snakefile=place.plans / "Snakefile")
    before, after = contents(items_run), contents(place.folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"items/folds.parquet", "items/all.source.json"}
    assert planned(place.folder, code=place.plans) == {
        job for job in every_job_of_items if not job.startswith(("select_items", "ingest"))
    }


def test_without_a_split_nothing_speaks_of_one(items_run):
    folder = items_run / "results"
    summary = (folder / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert {line.split(",")[0] for line in summary[1:]} == {"cross"}
    assert {line.split(",")[2] for line in summary[1:]} == {"all"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "given split" not in page
    assert "test file" not in page
    assert not list(folder.glob("given"))
    folds = pq.read_table(folder / "items/folds.parquet")["fold"].to_pylist()
    items = pq.read_table(folder / "items/all.parquet")["item"].to_pylist()
    for k in range(2):
        part = pq.read_table(folder / f"partitions/cross-0-{k}.parquet").to_pylist()
        tested = [row["item"] for row in part if row["part"] == "test"]
        assert tested == [item for item, fold in zip(items, folds, strict=True) if fold == k]


def test_a_column_that_nobody_reads_ends_at_the_equal_tables_of_ingest(finished, tmp_path):
    change = next(change for change in CHANGES if "nobody reads" in change.what)
    place = copied(change, finished, tmp_path)
    snakemake("--cores", 2, "ingest_all", cwd=place.folder, snakefile=place.plans / "Snakefile")
    assert planned(place.folder, code=place.plans) == set()
    before, after = contents(finished), contents(place.folder)
    assert {name for name in after if after[name] != before[name]} == {"items/train.source.json"}


def test_a_deleted_file_comes_back_and_nothing_else_runs(finished, tmp_path):
    place = copied(CHANGES[0], finished, tmp_path)
    (place.folder / "results/fusion/cross/mean.robustness.parquet").unlink()
    assert "fuse cross/mean" in planned(place.folder, code=place.plans)
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
