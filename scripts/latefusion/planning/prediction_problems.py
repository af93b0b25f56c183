"""What contradicts itself about finished predictions in a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from latefusion.core.errors import Problem
from latefusion.core.metric_facts import OF_PROBABILITIES, TITLE
from latefusion.core.wording import listed, plural
from latefusion.planning.prediction_models import ALL, PREDICTIONS, protocol_of
from latefusion.planning.tasks import target_names

INSTEAD_OF: Final = ("modalities", "views", "svm", "learners", "fuse")
"""Keys that say what is trained."""
FILES: Final = ("train", "test", "split", "new")
"""Keys of `data` that name files to train on or to classify, and what divides them."""
OF_CLASSES: Final = ("label", "classes", "scores", "positive")
"""Keys of predictions that have no meaning for numbers."""


def prediction_problems(written: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Yield what contradicts finished predictions in a configuration as somebody wrote it."""
    entry = written.get(PREDICTIONS)
    if entry is None:
        if written.get("compare", ALL) != ALL:
            found, allowed = "models to be fused, and no predictions", "compare beside predictions"
            yield Problem(file, found, allowed, "remove it: rules fuse all modalities", column="compare")
        return
    for key in INSTEAD_OF:
        if written.get(key):
            found, fix = f"predictions and {key}", f"remove {key}, or remove predictions"
            yield Problem(file, found, "finished predictions, or what they are trained on", fix, column=key)
    for key in FILES:
        if (written.get("data") or {}).get(key) is not None:
            found = f"predictions and data.{key}"
            fix = "remove it; a table of labels by identifier is data.items"
            allowed = "finished predictions, or files to train on"
            yield Problem(file, found, allowed, fix, column=f"data.{key}")
    for place, key, none in (("data", "keep", "all"), ("cross", "column", None)):
        if (written.get(place) or {}).get(key, none) != none:
            found, fix = (
                f"predictions and {place}.{key}",
                "remove it; a fold of predictions is predictions.fold",
            )
            allowed = "finished predictions, or items to train on"
            yield Problem(file, found, allowed, fix, column=f"{place}.{key}")
    if target_names(written):
        yield from _problems_of_numbers(entry, target_names(written), file)
    else:
        yield from _problems_of_classes(entry, (written.get("evaluation") or {}).get("metric"), file)
    possible = protocol_of(entry)
    if written.get("protocols") and list(written["protocols"]) != [possible]:
        found = ", ".join(map(str, written["protocols"]))
        fix = f"write `protocols: [{possible}]`, or leave it out"
        allowed = f"{possible}: {_why(possible, entry)}"
        yield Problem(file, found, allowed, fix, column="protocols")


def _problems_of_classes(entry: Mapping[str, Any], metric: str | None, file: str) -> Iterator[Problem]:
    said = [key for key in ("classes", "scores", "predicted") if _is_said(entry, key)]
    if len(said) > 1:
        found = listed(said)
        allowed = "classes for probabilities, scores, or predicted for decisions alone"
        yield Problem(file, found, allowed, f"keep one, such as {said[0]}", column=PREDICTIONS)
    for key in ("predicted", "variance"):
        if isinstance(entry.get(key), Mapping):
            found = f"{key} with columns of numbers, and no target"
            fix = "name the columns of the true numbers: `predictions: {target: [NAME]}`"
            allowed = "the column of the predicted class, or numbers and their target"
            yield Problem(file, found, allowed, fix, column=f"{PREDICTIONS}.{key}")
    if entry.get("predicted") and metric in OF_PROBABILITIES:
        found = f"{TITLE[metric]}, and decisions without probabilities"
        fix = "take accuracy, balanced_accuracy or macro_f1"
        yield Problem(file, found, "a metric of decisions", fix, column="evaluation.metric")


def _is_said(entry: Mapping[str, Any], key: str) -> bool:
    """Say whether a key of predictions says anything; `classes` does not where all in it is left out."""
    value = entry.get(key)
    if key == "classes":
        return any(one is not None for one in (value or {}).values())
    return value is not None


def _problems_of_numbers(entry: Mapping[str, Any], targets: Sequence[str], file: str) -> Iterator[Problem]:
    own = entry.get("target")
    named = [own] if isinstance(own, str) else own
    if named is not None and list(named) != list(targets):
        found = f"{listed(named)}, and {listed(list(targets))} in data.target"
        fix = "remove data.target: true values stand in the predictions, or in the table of the items"
        yield Problem(file, found, "one list of numbers", fix, column=f"{PREDICTIONS}.target")
    for key in OF_CLASSES:
        if _is_said(entry, key):
            found = f"{key}, which is of classes, and {listed(list(targets))}, which are numbers"
            fix = f"remove {key}, or the target"
            yield Problem(
                file, found, "predictions of classes, or of numbers", fix, column=f"{PREDICTIONS}.{key}"
            )
    for key in ("predicted", "variance"):
        columns = entry.get(key)
        listed_ones = [columns] if isinstance(columns, str) else (columns or {}).get("columns")
        if listed_ones is not None and len(listed_ones) != len(targets):
            found = f"{plural(len(listed_ones), 'column')} for {plural(len(targets), 'target')}"
            fix = f"write `{key}: {{columns: […]}}` in the order of {listed(list(targets))}"
            yield Problem(file, found, "a column for each target", fix, column=f"{PREDICTIONS}.{key}")


def _why(protocol: str, entry: Mapping[str, Any]) -> str:
    if protocol == "cross":
        return "the rules that judge a fold learn from the others"
    if entry.get("role") is None:
        return "nothing is learned"
    return "rules learn from dev rows and are judged by test rows"
