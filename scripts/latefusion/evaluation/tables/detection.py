"""The table `detection`: how well the models of two-class data find the items of the target class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.metrics import auroc_parts
from latefusion.evaluation.auroc import bounded_ends
from latefusion.evaluation.samples import Aligned, Row, Sample
from latefusion.evaluation.statistics.detection import MEASURES, OperatingPoint, measure
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    group_sums,
    grouped_variance,
    student,
)

UNBOUNDED: Final = ("act_dcf", "cllr")
HIGHER: Final = ("auroc", "average_precision")


@dataclass(frozen=True)
class Detection:
    """What is looked for, and what errors cost.

    Attributes
    ----------
    target : str, optional
        Name or label of the target class; the second one by default.
    point : OperatingPoint
    """

    target: str | None = None
    point: OperatingPoint = OperatingPoint()  # noqa: RUF009 - frozen

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Detection:
        """Return what the key `evaluation.detection` of the configuration says."""
        point = OperatingPoint(
            float(entry["prior"]), float(entry["cost_miss"]), float(entry["cost_false_alarm"])
        )
        return cls(None if entry["target"] is None else str(entry["target"]), point)

    def index(self, classes: list[Mapping[str, Any]]) -> int:
        """Return the index of the target class.

        Raises
        ------
        InputError
            If no class is called so.
        """
        if self.target is None:
            return 1
        for entry in classes:
            if self.target in (str(entry["name"]), str(entry["label"])):
                return int(entry["index"])
        names = [str(entry["name"]) for entry in classes]
        close = nearest(self.target, names)
        fix = f"write {close!r}" if close else "name one of them"
        place = "evaluation.detection.target"
        raise InputError(
            [Problem("the configuration", shorten(self.target), " or ".join(names), fix, column=place)]
        )


def detection_rows(
    sample: Sample,
    classes: list[Mapping[str, Any]],
    detection: Detection,
    shares: Mapping[str, Array] | None = None,
) -> list[Row]:
    """Return rows of the table of all items; none where there are other than two classes.

    Models that were trained on different rows are measured within each partition, and the mean is taken, as
    of areas under the ROC curve. A log-likelihood ratio is logit p less the logit of the share of targets
    in the training part.

    Parameters
    ----------
    sample : Sample
    classes : list of mapping
        From dataset.json.
    detection : Detection
    shares : mapping of str to (K,) array, optional
        Class shares in the training part of each partition; by default those of the sample.
    """
    if len(sample.classes) != 2:
        return []
    c = detection.index(classes)
    target = sample.label == c
    # codes of partitions are those of their names in order, see `alignment.align`
    names = sorted(shares or {})
    prior = [float((shares or {})[name][c]) for name in names] or [float(sample.prior[c])]
    units = min(len(np.unique(sample.group[target])), len(np.unique(sample.group[~target])))
    common = {
        "target": sample.classes[c],
        "targets": int(target.sum()),
        "others": int((~target).sum()),
        "groups": sample.groups,
    }
    return [
        {"model": model.name, "kind": model.kind, **common, **row}
        for model in sample.models
        if model.p is not None
        for row in _of_model(sample, model, target, c, prior, detection.point, units)
    ]


def _of_model(
    sample: Sample,
    model: Aligned,
    target: Any,  # noqa: ANN401 - a boolean array
    c: int,
    prior: list[float],
    point: OperatingPoint,
    units: int,
) -> Iterator[Row]:
    assert model.p is not None
    influence = {name: np.zeros(len(target)) for name in (*MEASURES, "auroc")}
    values: dict[str, list[float]] = {name: [] for name in influence}
    for p, partition in zip(model.p, model.partition, strict=True):
        for code in np.unique(partition).tolist():
            rows = np.flatnonzero(partition == code)
            positive = target[rows]
            if not positive.any() or positive.all():
                continue
            share = min(max(prior[code if code < len(prior) else 0], 1e-6), 1 - 1e-6)
            found = measure(p[rows, c], share, positive, point)
            found["auroc"] = auroc_parts(p[rows, c], positive)
            for name, (value, own) in found.items():
                values[name].append(value)
                influence[name][rows] += own
    for name, several in values.items():
        if not several:
            continue
        value = float(np.mean(several))
        sums = group_sums(influence[name][:, None] / len(several), sample.group, sample.groups)
        half = student(sample.groups) * float(np.sqrt(grouped_variance(sums)[0]))
        if name in UNBOUNDED:
            low, high = max(value - half, 0.0), value + half
        else:
            _, low, high = bounded_ends(value, half, units)
        better = "higher" if name in HIGHER else "lower"
        yield {
            "metric": name,
            "value": value,
            "low": low,
            "high": high,
            "partitions": len(several),
            "better": better,
        }
