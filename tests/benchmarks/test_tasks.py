"""Each piece of work that is measured runs with today's code, and ours gives the bits of the others."""

import numpy as np
import pytest
from benchmarks.files import lyrics_arrays, notebook_files

from benchmarks import compare, evaluation, form_tasks, forms, ingest, large_forms, tasks

ROWS = 30


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def entries(work):
    return forms.write_forms(work / "forms", ROWS)


def test_both_ways_to_ingest_the_notebooks_files_give_the_same_bits(work):
    folder, out = notebook_files(work, 60), work / "ingested"
    assert tasks.own_ingest(folder, out, threads=2)["seconds"] > 0
    tasks.pandas_ingest(folder, out)
    assert ingest._equal(out)
    assert tasks.own_ingest_one(folder, work / "one", threads=1)["seconds"] > 0
    assert (work / "one" / "train-lyrics.parquet").read_bytes() == (out / "train-lyrics.parquet").read_bytes()


@pytest.mark.parametrize("task", [tasks.own_view, tasks.calibrated_svc])
def test_a_view_is_trained_and_predicts_by_each_way(work, task):
    result = task(lyrics_arrays(work, 80), threads=1)
    assert 0.25 < result["accuracy"] <= 1
    assert 0 < result["log_loss"] < 2


def test_the_floor_of_a_view_is_measured(work):
    assert tasks.floor(lyrics_arrays(work, 80), threads=1)["seconds"] > 0


@pytest.mark.parametrize("name", [name for name in forms.NAMES if not name.startswith("table_")])
def test_a_form_gives_the_bits_that_others_read(work, entries, name):
    folder = work / "forms"
    assert form_tasks.own(entries[name], str(folder))["work"] > 0
    form_tasks.other(entries[name], str(folder))
    np.testing.assert_array_equal(forms.features(folder / "features.parquet"), np.load(folder / "other.npy"))


def test_brackets_and_numbers_in_the_items_table_give_the_same_bits(work, entries):
    folder, found = work / "forms", []
    for name in ("table_brackets", "table_wide"):
        form_tasks.own_table(entries[name], str(folder))
        found.append((folder / "features.parquet").read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("name", large_forms.FORMS)
def test_a_large_file_has_the_size_that_was_asked_for_and_is_read(work, name):
    folder = work / "large"
    folder.mkdir(exist_ok=True)
    entry, rows = large_forms.FORMS[name](folder, 500_000)
    form_tasks.own(entry, str(folder))
    values = forms.features(folder / "features.parquet")
    assert values.shape == (rows, forms.COLUMNS)
    assert 50 < rows < 200


def test_rules_that_need_columns_are_not_in_the_benchmark_of_all_rules():
    assert "quality_weighted" not in evaluation.rules()
    assert {"mean", "mlp", "llr_fusion"} <= set(evaluation.rules())


def test_predictions_are_judged_by_several_processes_and_a_loop_over_draws_is_measured():
    result = compare.judge(150, processes=2, folds=False, rules=["mean", "llr_fusion"])
    assert result["models"] >= 3 + 2
    assert result["processor_all"] > 0
    assert compare.naive(150)["a_draw"] > 0
