"""Strata, kinds of error, and answering only when sure."""

import numpy as np
import pytest

import made_up_models as made_up
from latefusion.evaluation.alignment import align
from latefusion.evaluation.tables.strata import (
    by_group_size,
    by_quantiles,
    by_values,
    coverage_rows,
    error_rows,
    find_quadrants,
    strata_rows,
)


@pytest.fixture
def own():
    return made_up.items()


@pytest.fixture
def sample(own):
    rows = np.arange(400, 600)
    models = [
        made_up.model("audio", "single", own, rows, 1.2),
        made_up.model("vote", "rule", own, rows, 1.5, probabilistic=False),
        made_up.model("mlp", "rule", own, rows, 1.5, repeats=3),
    ]
    return align(models, own.item, own.label, own.group, made_up.CLASSES, np.full(4, 0.25))


def test_strata_by_size_say_how_large_groups_are():
    found = by_group_size(np.array([1, 2, 3, 5, 40]))
    assert found.names == ("1", "2–3", "4–9", "30 or more")
    assert found.code.tolist() == [0, 1, 1, 2, 3]


def test_frequent_values_stand_for_themselves_and_the_rest_for_others():
    values = [f"v{i}" for i in range(20) for _ in range(30 - i)] + [None] * 3
    found = by_values("genre", values)
    assert found.names == (*(f"v{i}" for i in range(12)), "other", "unknown")
    counts = np.bincount(found.code)
    assert counts[12] == sum(30 - i for i in range(12, 20))
    assert counts[13] == 3


def test_many_numbers_are_cut_at_their_quartiles():
    found = by_values("year", [float(i) for i in range(100)] + [None])
    assert np.bincount(found.code).tolist() == [25, 25, 25, 25, 1]
    assert found.names[-1] == "unknown"


def test_equal_quartiles_make_fewer_strata():
    found = by_quantiles("x", np.r_[np.zeros(90), np.ones(10)])
    assert sum(np.bincount(found.code)) == 100
    assert len(found.names) == len(set(found.names))


def test_strata_average_to_the_whole(sample, own):
    division = by_values("genre", own.described["genre"][400:])
    rows = [row for row in strata_rows(sample, [division]) if row["metric"] == "accuracy"]
    for model in sample.models:
        mine = [row for row in rows if row["model"] == model.name]
        assert sum(row["n"] for row in mine) == 200
        assert sum(row["share"] * row["value"] for row in mine) == pytest.approx(
            model.correct(sample.label).mean()
        )
        assert all(row["low"] < row["value"] < row["high"] for row in mine)


def test_quadrants_are_found_from_labels_and_errors_split_by_axis(sample, own):
    valence, arousal = (np.array(own.described[name])[400:] for name in ("valence", "arousal"))
    quadrants = find_quadrants(sample.label, 4, valence, arousal)
    assert quadrants.valence.tolist() == [False, True, True, False]
    assert quadrants.arousal.tolist() == [True, True, False, False]
    assert quadrants.distance == pytest.approx(np.minimum(abs(valence), abs(arousal)))
    rows = error_rows(sample, quadrants)
    mine = {row["error"]: row["share"] for row in rows if row["model"] == "audio"}
    assert sum(mine.values()) == pytest.approx(1)
    said = sample.of("audio").predicted[0]
    # Angry and Happy differ in valence alone
    swapped = ((sample.label == 0) & (said == 1)) | ((sample.label == 1) & (said == 0))
    swapped |= ((sample.label == 2) & (said == 3)) | ((sample.label == 3) & (said == 2))
    assert mine["valence_wrong"] == pytest.approx(swapped.mean())


def test_classes_that_are_no_quadrants_have_no_boundary():
    rng = np.random.default_rng(0)
    label = rng.integers(4, size=300).astype(np.int32)
    assert find_quadrants(label, 4, *rng.normal(size=(2, 300))) is None
    assert find_quadrants(label % 3, 3, *rng.normal(size=(2, 300))) is None


def test_a_model_that_may_abstain_is_right_more_often(sample):
    rows = coverage_rows(sample)
    assert {row["model"] for row in rows} == {"audio", "mlp"}
    audio = [row for row in rows if row["model"] == "audio"]
    assert audio[-1]["coverage"] == 1
    assert audio[-1]["accuracy"] == pytest.approx(sample.of("audio").correct(sample.label).mean())
    assert audio[3]["accuracy"] > audio[-1]["accuracy"]
    thresholds = [row["threshold"] for row in audio]
    assert thresholds == sorted(thresholds, reverse=True)
