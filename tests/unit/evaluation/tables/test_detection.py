"""Detection measures of the models of two-class data, within partitions."""

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.evaluation.alignment import align
from latefusion.evaluation.samples import Model
from latefusion.evaluation.statistics.detection import OperatingPoint, measure
from latefusion.evaluation.tables.detection import Detection, detection_rows

CLASSES = [{"index": 0, "label": "b", "name": "bonafide"}, {"index": 1, "label": "s", "name": "spoof"}]


def sampled(partition, shift=0.0, classes=2):
    rng = np.random.default_rng(0)
    n = len(partition)
    y = (np.arange(n) % classes).astype(np.int32)
    p = rng.dirichlet(np.ones(classes), n) + 0.6 * np.eye(classes)[y]
    p[np.asarray(partition) == "cross-0-1", 0] += shift
    p /= p.sum(axis=1, keepdims=True)
    item = np.array([f"i{row}" for row in range(n)], object)
    model = Model(
        "m",
        "single",
        True,
        item,
        y,
        p.argmax(axis=1).astype(np.int32),
        p,
        np.array(partition, object),
        np.zeros(n, np.int32),
    )
    names = ["bonafide", "spoof", "other"][:classes]
    return align([model], item, y, item, names, np.full(classes, 1 / classes)), p, y


def values(rows):
    return {row["metric"]: row["value"] for row in rows}


def test_the_values_are_those_of_the_measures_with_the_prior_of_the_rows_that_teach():
    sample, p, y = sampled(["given"] * 60)
    point = OperatingPoint(0.1, 1, 2)
    found = values(detection_rows(sample, CLASSES, Detection(None, point), {"given": np.array([0.7, 0.3])}))
    expected = measure(p[:, 1], 0.3, y == 1, point)
    assert {name: found[name] for name in expected} == pytest.approx(
        {name: value for name, (value, _) in expected.items()}
    )


def test_partitions_are_measured_by_themselves_and_averaged():
    parts = ["cross-0-0"] * 40 + ["cross-0-1"] * 40
    shares = {name: np.array([0.5, 0.5]) for name in set(parts)}
    sample, p, y = sampled(parts, shift=5.0)
    found = values(detection_rows(sample, CLASSES, Detection(), shares))
    each = [measure(p[rows, 1], 0.5, y[rows] == 1, OperatingPoint()) for rows in (slice(40), slice(40, 80))]
    for name in ("eer", "cllr", "average_precision"):
        assert found[name] == pytest.approx(np.mean([one[name][0] for one in each]))


def test_the_target_is_the_class_that_is_named_or_the_second():
    sample, *_ = sampled(["given"] * 60)
    second = detection_rows(sample, CLASSES, Detection())[0]
    assert (second["target"], second["targets"], second["others"]) == ("spoof", 30, 30)
    assert detection_rows(sample, CLASSES, Detection("bonafide"))[0]["target"] == "bonafide"
    assert detection_rows(sample, CLASSES, Detection("b"))[0]["target"] == "bonafide"
    with pytest.raises(InputError, match="write 'bonafide'"):
        detection_rows(sample, CLASSES, Detection("bonafida"))


def test_three_classes_have_no_rows():
    sample, *_ = sampled(["given"] * 60, classes=3)
    assert detection_rows(sample, CLASSES, Detection()) == []


def test_intervals_hold_the_value_and_stay_within_what_is_possible():
    sample, *_ = sampled(["given"] * 60)
    for row in detection_rows(sample, CLASSES, Detection()):
        assert 0 <= row["low"] <= row["value"] <= row["high"]
        assert row["metric"] in ("act_dcf", "cllr") or row["high"] <= 1
