"""What interactions add, on planted data of which it is known."""

import numpy as np
import pytest

from latefusion.pipeline.interactions import MOST_ITEMS, drawn_groups, interactions
from latefusion.svm.estimator import SVM

GROUPS = np.array([f"g{row // 2}" for row in range(400)], object)


def planted(kind, n, seed):
    """Two modalities of which the classes are the exclusive or, or in whose sum they lie."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(2, size=(2, n))
    y = (first ^ second if kind == "xor" else first).astype(np.int32)
    second = second if kind == "xor" else first
    X = [3.0 * side[:, None] + rng.normal(size=(n, 2)) for side in (first, second)]
    return X, y


def measured(kind, combine="concatenate"):
    X, y = planted(kind, 400, 0)
    model = SVM(C=3.0, gamma=0.3, combine=combine, random_state=0).fit(X, y)
    X, y = planted(kind, 400, 1)
    table = interactions(model, X, y, GROUPS, view="early", partition="given", rng=np.random.default_rng(0))
    return {row["metric"]: row for row in table.to_pylist()}


def test_of_an_exclusive_or_across_modalities_interactions_are_everything():
    row = measured("xor")["accuracy"]
    assert row["difference"] > 0.2
    assert row["low"] > 0.2
    assert row["difference"] == pytest.approx(row["value"] - row["additive"])
    assert (row["n"], row["groups"]) == (400, 200)


def test_of_a_sum_over_modalities_interactions_are_nothing():
    row = measured("additive")["accuracy"]
    assert row["low"] <= 0 <= row["high"]
    assert row["high"] < 0.03
    assert row["detectable"] < 0.05


def test_a_gain_in_log_loss_is_positive_too():
    row = measured("xor")["log_loss"]
    assert row["difference"] == pytest.approx(row["additive"] - row["value"])
    assert row["low"] > 0


def test_a_mean_of_kernels_has_no_interactions():
    for row in measured("xor", combine="kernel_mean").values():
        assert row["additive_by_itself"]
        assert (row["difference"], row["low"], row["high"], row["detectable"]) == (0, 0, 0, 0)


def test_items_that_lack_a_modality_and_other_models_are_left_out():
    X, y = planted("xor", 60, 0)
    model = SVM(random_state=0).fit(X, y)
    X[1][:20] = np.nan
    asked = {"view": "early", "partition": "given", "rng": np.random.default_rng(0)}
    table = interactions(model, X, y, GROUPS[:60], **asked)
    assert table["n"].to_pylist() == [40, 40]
    assert interactions("no SVM", X, y, GROUPS[:60], **asked).num_rows == 0
    X[0][20:] = np.nan
    assert interactions(model, X, y, GROUPS[:60], **asked).num_rows == 0


def test_one_group_has_no_interval():
    X, y = planted("xor", 60, 0)
    model = SVM(random_state=0).fit(X, y)
    one = np.full(60, "g", object)
    rng = np.random.default_rng(0)
    row = interactions(model, X, y, one, view="early", partition="given", rng=rng).to_pylist()[0]
    assert row["low"] is row["high"] is row["detectable"] is None


def test_whole_groups_are_drawn_up_to_the_limit():
    group = np.repeat(np.arange(300), 3).astype(object)
    chosen = drawn_groups(group, MOST_ITEMS, np.random.default_rng(0))
    assert chosen.sum() == 498
    assert set(chosen.reshape(300, 3).sum(axis=1)) == {0, 3}
    assert drawn_groups(group[:30], MOST_ITEMS, np.random.default_rng(0)).all()
    large = np.repeat(np.array(["a", "b"], object), [9, 7])
    assert drawn_groups(large, 5, np.random.default_rng(0)).tolist() == [False] * 9 + [True] * 7
