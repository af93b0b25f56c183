"""Intervals in a model's own standard deviations: where they are read, and that they cover everywhere."""

from dataclasses import replace

import numpy as np
import pytest

from latefusion.evaluation.targets.evaluate import evaluate_targets
from latefusion.evaluation.targets.reading import read_target_view
from latefusion.store.target_predictions import TargetPredictions
from target_worlds import a_model, centers_of, given, song_items


def test_intervals_cover_items_that_a_model_is_sure_of_as_often_as_others():
    items, rng = song_items(3_000, seed=5), np.random.default_rng(6)
    parts = given(items)
    spread = np.where(rng.random(len(items.item)) < 0.5, 0.3, 1.5)[:, None]
    said = items.y + spread * rng.standard_normal(items.y.shape)
    plain = a_model("constant", items, said, parts)
    (_, train, test), sd = parts[0], np.tile(7.0 * spread, (1, 2))
    held = {"given": replace(plain.out_of_fold["given"], sd=sd[train])}
    sure = replace(plain, name="sure", sd=sd[test], out_of_fold=held)
    tables = evaluate_targets(
        [plain, sure], items=items, protocol="honest", centers=centers_of(items, parts), draws=50
    )
    covered = {}
    for model in ("constant", "sure"):
        rows = [
            row
            for row in tables["outcomes"].to_pylist()
            if row["model"] == model and row["target"] == "valence"
        ]
        inside = np.array([row["low"] <= row["true"] <= row["high"] for row in rows])
        covered[model] = [inside[spread[test, 0] == one].mean() for one in (0.3, 1.5)]
        (row,) = [
            row
            for row in tables["intervals"].to_pylist()
            if row["model"] == model and row["target"] == "valence" and row["partition"] == "all"
        ]
        assert row["coverage"] == pytest.approx(inside.mean())
        assert row["half_width"] == pytest.approx(np.mean([(one["high"] - one["low"]) / 2 for one in rows]))
        assert row["coverage"] == pytest.approx(0.9, abs=0.02)
    assert covered["sure"] == pytest.approx([0.9, 0.9], abs=0.02)
    assert covered["constant"][0] - covered["constant"][1] > 0.15


def written(folder, name, variance, *, fold):
    rng = np.random.default_rng(len(name))
    n = len(variance)
    y, said = rng.standard_normal((2, n, 1))
    said[0] = variance[0] = np.nan
    held = {"fold": np.arange(n, dtype=np.int32) % 2} if fold else {}
    item = np.array([f"{name} {row}" for row in range(n)], object)
    table = TargetPredictions(("valence",), item, y, said, variance, **held)
    table.write(folder / f"{name}.parquet")
    return table


@pytest.mark.parametrize("by_item", [True, False])
def test_standard_deviations_are_read_where_variances_differ_by_item(tmp_path, by_item):
    variance = np.linspace(1, 4, 12)[:, None] if by_item else np.full((12, 1), 2.0)
    test = written(tmp_path, "test", variance.copy(), fold=False)
    train = written(tmp_path, "train", variance.copy(), fold=True)
    model = read_target_view(
        "audio",
        "single",
        [("given", tmp_path / "test.parquet")],
        [("given", tmp_path / "train.parquet")],
        {"given": np.zeros(1)},
    )
    held = model.out_of_fold["given"]
    if not by_item:
        assert model.sd is None
        assert held.sd is None
        return
    # an item without the modality is told the mean, whose errors spread as the targets do
    for found, table in ((model.sd, test), (held.sd, train)):
        np.testing.assert_allclose(found[0], train.y.std(axis=0))
        np.testing.assert_allclose(found[1:], np.sqrt(table.variance[1:]))
