"""Numbers cut at the axes, and classifiers of the same items."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from latefusion.evaluation.targets.bridge import bridge_rows, cells, quadrant_accuracy, recalibrated
from latefusion.evaluation.targets.samples import Quadrants, align_targets
from target_worlds import a_model, centers_of, conditional_mean, given, song_items, world

PUBLISHED = (0.219, 0.232)
AXES = Quadrants(np.zeros(2))


def rows_of(models, items, centers, quadrants=AXES, classifiers=None):
    sample = align_targets(models, items, centers)
    return bridge_rows(sample, items, quadrants, classifiers, rng=np.random.default_rng(0)), sample


def one(rows, reading, model, subset="all"):
    found = [row for row in rows if (row["reading"], row["model"], row["subset"]) == (reading, model, subset)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("r2", [PUBLISHED, (0.5, 0.1)])
def test_songs_with_the_published_r2_reach_the_theoretical_accuracy_within_one_point(r2):
    items = song_items(9_000, seed=1, train=0.3)
    parts = given(items)
    said = conditional_mean(items.y, np.array(r2), np.random.default_rng(2))
    rows, _ = rows_of([a_model("audio", items, said, parts)], items, centers_of(items, parts))
    found = one(rows, "cut", "audio")
    assert found["n"] > 20_000
    assert found["accuracy"] == pytest.approx(quadrant_accuracy(np.array(r2)), abs=0.01)
    assert found["expected"] == pytest.approx(quadrant_accuracy(np.array(r2)), abs=0.01)


def test_the_published_r2_imply_the_accuracy_of_the_formula():
    rho = np.sqrt(PUBLISHED)
    by_hand = np.prod(0.5 + np.arcsin(rho) / np.pi)
    assert quadrant_accuracy(np.array(PUBLISHED)) == pytest.approx(by_hand)
    assert quadrant_accuracy(np.array([0.0, -0.2])) == 0.25
    assert quadrant_accuracy(np.array([1.0, 1.0])) == 1.0


def test_a_cell_counts_the_first_target_highest_and_holds_its_lower_edge():
    values = np.array([[-1.0, -1.0], [-1.0, 0.0], [0.0, -1.0], [2.0, 3.0]])
    assert cells(values, np.zeros(2)).tolist() == [0, 1, 2, 3]


def test_a_recalibrated_cut_gives_each_cell_its_share_where_the_axis_is_off_the_mean():
    """Shrunken predictions hardly ever pass an axis far from the mean; recalibrated ones do."""
    items = song_items(2_000, seed=3, correlation=0.0)
    parts, cut = given(items), np.array([1.0, 1.0])
    said = conditional_mean(items.y, 0.2, np.random.default_rng(4))
    model = a_model("audio", items, said, parts)
    rows, sample = rows_of([model], items, centers_of(items, parts), Quadrants(cut))
    share = (sample.y >= cut).mean(axis=0)
    plain = (sample.models[0].predicted[0] >= cut).mean(axis=0)
    again = (recalibrated(sample.models[0], items)[0] >= cut).mean(axis=0)
    assert (plain < 0.3 * share).all()
    assert again == pytest.approx(share, abs=0.02)
    assert {row["reading"] for row in rows} == {"cut", "recalibrated_cut"}


def test_an_axis_at_the_mean_is_not_moved_by_recalibration():
    items, models, centers = world(400, seed=5)
    rows, _ = rows_of(models, items, centers)
    assert one(rows, "cut", "audio")["accuracy"] == pytest.approx(
        one(rows, "recalibrated_cut", "audio")["accuracy"], abs=0.03
    )


def test_a_classifier_is_compared_on_the_same_items_and_one_that_says_the_same_does_not_differ():
    items, models, centers = world(60, seed=6)
    sample = align_targets(models, items, centers)
    truth = cells(sample.y, AXES.cut)
    cut = cells(sample.of("mean").predicted[0], AXES.cut)
    better = np.where(np.arange(len(truth)) % 2 == 0, truth, cut)
    table = pa.table(
        {
            "model": ["mean"] * len(truth) + ["selected"] * len(truth),
            "item": [*sample.item.tolist(), *sample.item.tolist()],
            "correct": [*(cut == truth).astype(float), *(better == truth).astype(float)],
        }
    )
    rows, _ = rows_of(models, items, centers, classifiers=table)
    same, other = one(rows, "cut", "mean"), one(rows, "cut", "audio")
    assert same["reference"] == "classifier mean"
    assert (same["difference"], same["p"]) == (0.0, 1.0)
    assert other["reference"] == "classifier selected"
    assert other["difference"] == pytest.approx(
        other["accuracy"] - one(rows, "classifier", "selected")["accuracy"]
    )
    assert other["difference_high"] < 0
    assert other["p"] < 0.01


def test_items_near_an_axis_are_harder():
    items, models, centers = world(2_000, seed=7)
    rows, _ = rows_of(models, items, centers)
    by_distance = [row["accuracy"] for row in rows if (row["reading"], row["model"]) == ("cut", "sum")][1:]
    assert len(by_distance) == 4
    assert by_distance == sorted(by_distance)
    assert (
        sum(row["n"] for row in rows if row["model"] == "sum" and row["reading"] == "cut")
        == 2 * one(rows, "cut", "sum")["n"]
    )


def test_where_items_have_classes_a_cell_stands_for_the_one_that_most_of_its_items_have():
    items, models, centers = world(100, seed=8)
    turned = np.array([2, 0, 3, 1])[cells(items.y, AXES.cut)].astype(np.int32)
    named = replace(items, label=turned, classes=("a", "b", "c", "d"))
    rows, _ = rows_of(models, items, centers)
    again, _ = rows_of(models, named, centers)
    assert [row["accuracy"] for row in rows] == [row["accuracy"] for row in again]
