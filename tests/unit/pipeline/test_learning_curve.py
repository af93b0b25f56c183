"""The learning curve."""

import re

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.evaluation.names import CURVE_RULES
from latefusion.pipeline.learning_curve import SHARES, CurveData, CurveView, learning_curve
from latefusion.pipeline.view_model import LearnerSettings
from latefusion.store.samples import Samples
from latefusion.svm.estimator import SVM
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import LabelledRows, Limits, train

CLASSES = ("a", "b", "c")
PLENTY = Limits()
SETTINGS = LearnerSettings("svm", {}, SvmSettings(C=1, gamma="auto", scale="none"))


def rows(seed, n, fold):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n).astype(np.int32)
    X = [rng.normal(size=(n, d)).astype(np.float32) + y[:, None].astype(np.float32) for d in (4, 3)]
    item = np.array([f"{seed}:{i}" for i in range(n)], object)
    return item, y, fold, X


def view(name, kind, columns, train, test):
    parts = (Samples(item, y, fold, [X[c] for c in columns]) for item, y, fold, X in (train, test))
    return CurveView(name, kind, *parts, SETTINGS, [f"{name}.parquet"])


TRAIN = rows(1, 240, (np.arange(240) % 3).astype(np.int32))
TEST = rows(2, 90, np.full(90, -1, np.int32))


def drawn(rules, *, early=True, limits=PLENTY):
    views = [view("text", "single", [0], TRAIN, TEST), view("audio", "single", [1], TRAIN, TEST)]
    if early:
        views.append(view("early", "early", [1, 0], TRAIN, TEST))
    group = np.array([f"artist {i // 3}" for i in range(240)], object)
    return learning_curve(
        CurveData("given", CLASSES, views, group, TEST[0]),
        rules,
        draws=300,
        seed=0,
        limits=limits,
        rng=np.random.default_rng(0),
    )


def test_its_svms_keep_to_the_memory_of_the_job():
    with pytest.raises(InputError, match="what this job may use"):
        drawn({}, limits=Limits(memory_mb=1))


def test_a_share_of_one_class_is_left_out():
    """One label for each of fourteen groups, as of patients with one diagnosis each."""
    group = np.array([f"patient {i % 14}" for i in range(140)], object)
    label = (np.arange(140) % 14 % 2).astype(np.int32)
    X = np.random.default_rng(0).normal(size=(140, 3)).astype(np.float32) + label[:, None]
    item = np.array([str(i) for i in range(140)], object)
    rows = Samples(item, label, (np.arange(140) % 14 // 2 % 3).astype(np.int32), [X])
    test = Samples(item, label, np.full(140, -1, np.int32), [X])
    view = CurveView("text", "single", rows, test, SETTINGS, ["text.parquet"])
    found = learning_curve(
        CurveData("given", ("a", "b"), [view], group, group),
        {},
        draws=20,
        seed=0,
        limits=Limits(),
        rng=np.random.default_rng(0),
    )
    shares = [row["share"] for row in found if row["metric"] == "accuracy"]
    assert shares == [0.25, 0.5, 1.0]


@pytest.fixture(scope="module")
def table():
    return drawn({name: {} for name in CURVE_RULES})


def test_every_view_and_three_rules_have_both_metrics_at_each_share(table):
    models = ["text", "audio", "early", *CURVE_RULES]
    found = [(row["share"], row["model"], row["metric"]) for row in table]
    assert found == [(s, m, metric) for s in SHARES for m in models for metric in ("accuracy", "log_loss")]


def test_whole_groups_are_drawn(table):
    assert {(row["share"], row["groups"], row["rows"]) for row in table} == {
        (0.1, 8, 24),
        (0.25, 20, 60),
        (0.5, 40, 120),
        (1.0, 80, 240),
    }


def test_more_data_help_where_there_is_something_to_learn(table):
    loss = {
        row["share"]: row["value"] for row in table if row["model"] == "mean" and row["metric"] == "log_loss"
    }
    assert loss[1.0] < loss[0.1]


def test_intervals_hold_their_value(table):
    assert all(row["low"] <= row["value"] <= row["high"] for row in table)
    assert {row["n"] for row in table} == {90}


def said(one):
    """Return what a view trained on all rows says of the test part."""
    rows = one.train
    trained = train(
        LabelledRows(rows.X, rows.label, rows.fold, 3),
        one.settings.svm,
        replica=False,
        rng=np.random.default_rng(1),
    )
    return predict(trained.model, one.test.X, guarded=True, n_jobs=1, source="rows of a test")[0]


@pytest.mark.parametrize("prior", ["none", "shares"])
def test_rules_have_the_options_that_they_are_given(prior):
    curve = drawn({"product": {"prior": prior}}, early=False)
    (loss,) = (
        row["value"]
        for row in curve
        if (row["model"], row["metric"], row["share"]) == ("product", "log_loss", 1.0)
    )
    text, audio = (
        said(view(name, "single", [column], TRAIN, TEST)) for column, name in enumerate(("a", "b"))
    )
    share = np.bincount(TRAIN[1], minlength=3) / 240 if prior == "shares" else 1
    product = text * audio / share
    own = product[np.arange(90), TEST[1]] / product.sum(axis=1)
    assert loss == pytest.approx(-np.log(own).mean(), rel=1e-6)


def test_a_result_that_is_no_number_names_view_partition_and_files(monkeypatch):
    def undecided(self, X):
        return np.full((len(X[0]), 3), np.nan)

    monkeypatch.setattr(SVM, "pairwise_decision", undecided)
    where = re.escape("view text, test part of partition given (text.parquet)")
    with pytest.raises(InputError, match=where):
        drawn({}, early=False)
