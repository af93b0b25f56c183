"""The figures that the notebook's authors published, beside those measured here on the same songs.

The facts are those in the outputs of github.com/jonaeg/MoodClassification-AudioLyrics at commit
534c6f6b250996851b5ab580ff34d042060e55ba, 2_DataAnalysis/Analysis.ipynb and 1_Classifier/*.ipynb.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from latefusion.evaluation.names import ALL, GIVEN_TEST, MAJORITY

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]

LYRICS: Final = "lyrics"
AUDIO: Final = "audio"
EARLY: Final = "early"
ORACLE: Final = "oracle"

CLASSES: Final = ("Angry", "Happy", "Relaxed", "Sad")
N: Final[Mapping[str, int]] = {"train": 10_870, "test": 2_718}
SUPPORT: Final = (532, 854, 512, 820)
"""Items of each class in test."""
DIMENSIONS: Final[Mapping[str, int]] = {LYRICS: 768, AUDIO: 498}

CONFUSIONS: Final[Mapping[str, tuple[tuple[int, ...], ...]]] = {
    LYRICS: ((79, 172, 6, 275), (27, 561, 19, 247), (11, 262, 22, 217), (53, 245, 21, 501)),
    AUDIO: ((105, 196, 19, 212), (44, 548, 38, 224), (20, 218, 54, 220), (73, 277, 33, 437)),
    "max_confidence": ((90, 190, 12, 240), (27, 608, 24, 195), (9, 257, 24, 222), (54, 248, 18, 500)),
}
"""Counts of true (row) and predicted (column) class in test."""
PRINTED: Final[Mapping[str, float]] = {
    "mean": 0.45,
    "accuracy_weighted": 0.45,
    "class_weighted_max": 0.44,
    "random_forest": 0.44,
    "logistic_regression": 0.45,
    "mlp": 0.4419,
    EARLY: 0.45,
    ORACLE: 0.59,
    MAJORITY: 0.3142,
}
"""Accuracies in test of which no confusion matrix was published."""
IN_SAMPLE: Final[Mapping[str, float]] = {LYRICS: 0.6353, AUDIO: 0.5896}

DIFFERS: Final[Mapping[str, str]] = {
    "replica": (
        "The split is the same: the same songs in train and in test. The published SVMs were loaded from"
        " files whose settings are not known, and folds, forest and network had no seed."
    ),
    "honest": (
        "The split is the same, but weights and stackers learn out-of-fold and nothing is learned from test."
    ),
    "cross": (
        "The songs are the same, the split is not: models that never saw a song's artist predict it, trained"
        " on the other folds of all songs of both files."
    ),
}
"""What differs from what was published, by protocol."""


def is_notebook(dataset: Mapping[str, Any]) -> bool:
    """Whether the data are the notebook's, by sizes, classes and dimensions.

    Parameters
    ----------
    dataset : mapping
        From dataset.json.
    """
    classes = dataset["classes"]
    dimensions = {entry["dimension"] for entry in dataset["modalities"].values()}
    return (
        dict(dataset["n"]) == dict(N)
        and tuple(entry["name"] for entry in classes) == CLASSES
        and tuple(entry["test"] for entry in classes) == SUPPORT
        and dimensions == {*DIMENSIONS.values()}
    )


def published_rows(protocol: str, dataset: Mapping[str, Any], tables: Rows) -> list[Row]:
    """Return what was published beside what was measured on the same test songs; nothing for other data.

    Parameters
    ----------
    protocol : {'replica', 'honest', 'cross'}
    dataset : mapping
        From dataset.json.
    tables : mapping of str to sequence of dict
        Rows of the tables `models`, `metrics`, `per_class`, `confusion`, `oracle` and `overfitting`.
    """
    if not is_notebook(dataset):
        return []
    subset = GIVEN_TEST if protocol == "cross" else ALL
    names = _published_names(dataset, tables["models"])
    found = {
        name: [row for row in tables[name] if row.get("subset", subset) == subset]
        for name in ("metrics", "per_class", "confusion", "overfitting")
    }
    # the oracle is over all items, which under cross are others
    found["oracle"] = [
        row for row in tables["oracle"] if row["model"] == ORACLE and row["class"] == ALL and subset == ALL
    ]
    common = {"subset": subset, "note": DIFFERS[protocol]}
    return [
        common | {"model": model} | row
        for model, published in names.items()
        for row in (*_figures(model, published, found), *_cells(model, published, found))
    ]


def _published_names(dataset: Mapping[str, Any], models: Sequence[Row]) -> dict[str, str]:
    """Return by which name each model of ours was published."""
    by_dimension = {size: name for name, size in DIMENSIONS.items()}
    names = {name: by_dimension[entry["dimension"]] for name, entry in dataset["modalities"].items()}
    early = [row["model"] for row in models if row["kind"] == "early"]
    if len(early) == 1:
        names[early[0]] = EARLY
    rules = [row["model"] for row in models if row["kind"] in ("rule", "baseline")]
    names |= {name: name for name in rules if name in PRINTED or name in CONFUSIONS}
    there = {row["model"] for row in models}
    return {name: published for name, published in names.items() if name in there} | {ORACLE: ORACLE}


def _figures(model: str, published: str, found: Rows) -> Iterator[Row]:
    """Yield accuracy in test, recall of each class, and accuracy in train."""
    cells = CONFUSIONS.get(published)
    right = sum(cells[c][c] for c in range(len(CLASSES))) / N["test"] if cells else PRINTED[published]
    for table, wanted in (("metrics", {"metric": "accuracy"}), ("oracle", {})):
        for row in _of(found[table], model, **wanted):
            yield {"measure": "accuracy", "published": right, **_measured(row)}
    for row in _of(found["per_class"], model, metric="recall") if cells else ():
        c = row["class_index"]
        share = cells[c][c] / SUPPORT[c] if cells else 0.0
        own = _measured(row | {"n": row["support"]})
        yield {"measure": "recall", "true": row["class"], "published": share, **own}
    for row in _of(found["overfitting"], model, metric="accuracy"):
        if published in IN_SAMPLE and row["in_sample"] is not None:
            yield {
                "measure": "in_sample_accuracy",
                "published": IN_SAMPLE[published],
                "measured": row["in_sample"],
                "n": row["n_train"],
            }


def _cells(model: str, published: str, found: Rows) -> Iterator[Row]:
    """Yield the cells of the confusion matrix."""
    for row in _of(found["confusion"], model) if published in CONFUSIONS else ():
        yield {
            "measure": "confusion",
            "true": row["true"],
            "predicted": row["predicted"],
            "published": float(CONFUSIONS[published][row["true_index"]][row["predicted_index"]]),
            "measured": row["count"],
            "n": N["test"],
        }


def _of(rows: Sequence[Row], model: str, **wanted: str) -> Iterator[Row]:
    for row in rows:
        if row["model"] == model and all(row[key] == value for key, value in wanted.items()):
            yield row


def _measured(row: Row) -> Row:
    ends = {"low": row.get("low"), "high": row.get("high")}
    return {"measured": row["value"], "n": row["n"], **ends}
