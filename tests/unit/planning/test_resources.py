import inspect
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from latefusion.core.errors import InputError
from latefusion.learners.cooperative import CooperativeLearning
from latefusion.planning.learner_resources import (
    curve_memory_mb,
    curve_runtime_minutes,
    learner_memory_mb,
    learner_runtime_minutes,
    learner_threads,
)
from latefusion.planning.resources import (
    DataSize,
    Requests,
    predict_memory_mb,
    svm_memory_mb,
    svm_runtime_minutes,
    svm_threads,
    table_memory_mb,
    table_runtime_minutes,
    view_memory_mb,
    view_predict_memory_mb,
    view_runtime_minutes,
    view_threads,
)
from latefusion.planning.target_plan import TargetView
from latefusion.planning.target_resources import (
    WEIGHTS_OF_DISAGREEMENT,
    ridge_memory_mb,
    ridge_runtime_minutes,
)
from latefusion.svm import memory
from latefusion.svm.memory import require, svm_bytes
from unit.planning.test_files import files_of


def test_a_job_asks_for_its_gram_matrix_and_little_else():
    asked = svm_memory_mb(10_870, 768)
    assert 4 * 10_870**2 / 1e6 < asked < 1500
    # 50,000 rows have to fit 14 GB
    assert 10_000 < svm_memory_mb(50_000, 768) < 14_000


def test_kept_distances_and_grids_ask_for_more():
    plain = svm_memory_mb(10_000, 100)
    assert svm_memory_mb(10_000, 100, kernels=3) - plain == pytest.approx(1.1 * 200, abs=2)
    assert svm_memory_mb(10_000, 100, kernels=6, parts=2) - plain == pytest.approx(1.1 * 400, abs=2)
    assert svm_memory_mb(10_000, 100, models=9) > plain


def test_more_than_common_nodes_have_is_asked_for_by_halves(monkeypatch):
    """70,000 rows train in 16 GB; what is asked for is enough for half of the Gram matrix, and used."""
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    asked = svm_memory_mb(70_000, 768)
    assert 4 * 70_000**2 / 2e6 < asked < 16_000
    assert not memory.fits(svm_bytes(70_000, 768), asked)
    assert memory.fits(svm_bytes(70_000, 768, packed=True), asked)
    # distances are computed again before half of the matrix is
    assert svm_memory_mb(50_000, 768, kernels=3) == svm_memory_mb(50_000, 768)


def test_nothing_asks_for_less_than_half_of_its_gram_matrix():
    for rows in (54_000, 60_000, 200_000):
        assert svm_memory_mb(rows, 768) > 1.25 * 4 * rows**2 / 2e6


def test_an_approximation_asks_for_no_square_of_the_rows():
    components = {"components": 1000}
    assert svm_memory_mb(200_000, 100, components) < 4000 < svm_memory_mb(200_000, 100)
    assert svm_bytes(500, 10, components=1000) == svm_bytes(500, 10, components=500)


def test_what_a_job_asks_for_is_enough_for_its_fit(monkeypatch):
    """The estimate holds for itself: a job with these megabytes is not refused."""
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    for rows in (100, 5_000, 60_000):
        needed = svm_bytes(rows, 768, classes=10, folds=5, packed=rows > 50_000)
        asked = svm_memory_mb(rows, 768, classes=10, folds=5)
        require(needed, rows, asked, approximated=False)
        with pytest.raises(InputError, match=f"{needed:,} bytes"):
            require(needed, rows, needed / 2e6, approximated=False)


def test_times_and_prediction_grow_with_the_data():
    assert svm_runtime_minutes(1000, 100) == 6
    assert 10 < svm_runtime_minutes(50_000, 768) < 60
    assert predict_memory_mb(3000, 768, 10_000) < 500
    assert predict_memory_mb(50_000, 768, 50_000) > 1000
    assert table_memory_mb(2000, 1000) == 1040
    assert table_memory_mb(50_000, 1000) == 2000
    assert table_runtime_minutes(2000, 10) == 12
    assert table_runtime_minutes(50_000, 10) == 60


MADE_UP = """
import re, numpy as np
from latefusion.svm.estimator import SVM
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.settings import SvmSettings
from latefusion.svm.shared_distances import SharedDistances
from latefusion.svm.training import train
rng = np.random.default_rng(0)
y = rng.integers(0, 4, 6000)
X = rng.standard_normal((6000, 300), dtype=np.float32)
"""
ONE_FIT = "SVM().fit(X, y, fold=np.arange(6000) % 5)"
THREE_PARTITIONS = """
settings = SvmSettings()
shared = SharedDistances.of([X], settings, n_classes=4)
for k in range(3):
    rows = np.flatnonzero(np.arange(6000) % 7 != k)
    part = LabelledRows([X[rows]], y[rows], rows % 5, 4)
    train(part, settings, replica=False, rng=rng, drawn=shared.drawn(rows))
assert shared.gram._kept
"""
# the kernel's other account, ru_maxrss, begins with the size of whoever started the process
PEAK = 'print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])'


@pytest.mark.slow
@pytest.mark.parametrize(("work", "kernels"), [(ONE_FIT, 1), (THREE_PARTITIONS, 2)], ids=["one", "several"])
def test_a_fit_takes_no_more_than_was_asked_for(work, kernels):
    code = "\n".join([MADE_UP, work, PEAK])
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert int(found.stdout) * 1024 / 1e6 < svm_memory_mb(6000, 300, kernels=kernels)


def test_views_of_some_thousand_rows_train_beside_each_other_and_larger_ones_with_more_threads():
    assert svm_threads(2_000, 96) == 1
    assert svm_threads(10_870, 1_266) == 1
    assert 2 <= svm_threads(20_000, 768) <= 4
    assert svm_threads(50_000, 768) == 8
    assert svm_threads(10_870, 768, models=15) > svm_threads(10_870, 768)


SIZE = DataSize(10_000, {"text": 60, "audio": 40}, 4)


def view(**svm):
    return files_of(modalities__0__svm=svm).plan.views["text"]


def test_a_plan_without_data_assumes_little(tmp_path):
    size = DataSize.read(tmp_path / "dataset.json")
    assert (size.rows, size.of(["text", "audio"]), size.classes) == (2000, 1000, 4)


def test_the_size_of_the_data_is_that_of_both_splits(tmp_path):
    facts = {"n": {"train": 70, "test": 30}, "modalities": {"text": {"dimension": 5}}, "classes": [{}, {}]}
    (tmp_path / "dataset.json").write_text(json.dumps(facts))
    size = DataSize.read(tmp_path / "dataset.json")
    assert (size.rows, size.of(["text"]), size.of([]), size.classes) == (100, 5, 0, 2)


def test_a_view_asks_for_its_grid_and_for_a_kernel_of_each_part():
    plain = view_memory_mb(view(), SIZE, folds=5)
    assert plain == svm_memory_mb(10_000, 60, models=2)
    assert view_memory_mb(view(gamma=["auto", 1.0]), SIZE, folds=5) == svm_memory_mb(
        10_000, 60, models=3, kernels=2
    )
    aligned = files_of(views__0__combine="kernel_aligned").plan.views["early"]
    assert view_memory_mb(aligned, SIZE, folds=5) == svm_memory_mb(10_000, 100, models=2, kernels=6, parts=2)
    assert view_memory_mb(view(), SIZE, folds=5, partitions=4) == svm_memory_mb(
        10_000, 60, models=2, kernels=2
    ), "partitions that share distances keep them"
    assert view_runtime_minutes(view(), SIZE, partitions=4) == 4 * view_runtime_minutes(view(), SIZE)
    assert view_threads(view(C=[1] * 20), SIZE) > view_threads(view(), SIZE)
    assert view_predict_memory_mb(view(), DataSize(10, {"text": 2}, 2)) == 1000


def test_requests_are_estimates_of_the_data_and_the_named_view_times_the_attempt(tmp_path):
    dataset = tmp_path / "dataset.json"
    modalities = {"text": {"dimension": 50}, "audio": {"dimension": 50}}
    dataset.write_text(json.dumps({"n": {"all": 10_000}, "modalities": modalities, "classes": [{}] * 4}))
    views, job = files_of().plan.views, SimpleNamespace(dataset=str(dataset))
    size, requests = DataSize.read(dataset), Requests(views, ["text", "early"])
    early = SimpleNamespace(view="early")
    assert requests.of_data(table_memory_mb, 300)(None, job, attempt=2) == 2 * table_memory_mb(10_000, 300)
    asked = requests.of_view(view_memory_mb, folds=5)(early, input=job, attempt=3)
    assert asked == 3 * view_memory_mb(views["early"], size, folds=5)
    asked = requests.of_curve(curve_runtime_minutes, ["text"])(None, input=job, attempt=1)
    assert asked == curve_runtime_minutes([views["text"], views["early"]], size, ["text"])
    assert requests.threads(view_threads)(early, input=job) == view_threads(views["early"], size)


def test_a_cooperative_view_asks_for_a_kernel_of_each_modality_and_for_every_rho():
    plain = files_of(views__0__combine="cooperative").plan.views["early"]
    megabytes = learner_memory_mb(plain, SIZE, folds=5)
    assert megabytes > 2 * 8 * SIZE.rows**2 / 1e6
    few = files_of(views__0__combine="cooperative", views__0__cooperative={"rho": [0, 1]}).plan.views["early"]
    assert learner_memory_mb(few, SIZE, folds=5) < megabytes
    assert learner_threads(plain, SIZE) > learner_threads(few, DataSize(500, SIZE.columns, 4))
    assert learner_runtime_minutes(plain, SIZE) > learner_runtime_minutes(few, SIZE) > 30
    assert curve_memory_mb([plain], SIZE, folds=5) == megabytes
    default = inspect.signature(CooperativeLearning).parameters["rho"].default
    assert len(default) == WEIGHTS_OF_DISAGREEMENT


def test_a_learning_curve_asks_for_its_largest_view():
    views = list(files_of().plan.views.values())
    assert curve_memory_mb(views, SIZE, folds=5) == view_memory_mb(views[-1], SIZE, folds=5)
    assert curve_runtime_minutes(views, SIZE, ["text", "audio"]) == 60 + 6 * svm_runtime_minutes(10_000, 100)
    assert curve_memory_mb([], SIZE, folds=5) == 1000


def test_an_approximated_view_of_numbers_asks_in_proportion_to_the_rows_and_a_cooperative_one_for_more():
    settings = {"alphas": [1, 10], "approximation": None, "combine": "concatenate"}

    def asked(rows, **more):
        view = TargetView("early", "early", ("a", "b"), {**settings, **more})
        size = DataSize(rows, {"a": 300, "b": 400}, 0)
        return [
            estimate(view, size, targets=2, folds=5) for estimate in (ridge_memory_mb, ridge_runtime_minutes)
        ]

    some = {"approximation": {"components": 500}}
    for exact, twice, approximated, doubled in zip(
        asked(200_000), asked(400_000), asked(200_000, **some), asked(400_000, **some), strict=True
    ):
        assert twice > 3.8 * exact
        assert doubled < 2.1 * approximated
        assert doubled < exact / 20
    for plain, cooperative in zip(
        asked(20_000), asked(20_000, combine="cooperative", cooperative={}), strict=True
    ):
        assert cooperative > 1.5 * plain
