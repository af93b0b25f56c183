"""Finished predictions of numbers that do not fit together."""

import csv

import numpy as np

from latefusion.external.prediction_item_table import read_item_table
from latefusion.external.prediction_names import model_names
from latefusion.external.prediction_source import PredictionSource
from latefusion.external.target_predictions import read_target_predictions
from refusals import Case

SECTION = "Finished predictions of numbers"
MODELS = ("forest", "svm")
TARGETS = ("valence", "tempo")
TRUE = [(0.5, 120.0), (0.25, 90.5), (-0.5, 60.0), (0.0, 180.0), (0.75, 128.0), (-0.25, 100.0), (1.0, 75.0)]
ENTRY = {"model": "system", "target": list(TARGETS), "group": "artist", "role": "part", "fold": "fold"}


def rows():
    """Return predictions that are in order: two models, seven items, of which four teach."""
    return [
        {
            "id": f"a{i}",
            "system": model,
            "artist": f"f{i // 2}",
            "part": "dev" if i < 4 else "test",
            "fold": str(i // 2) if i < 4 else "",
            "valence": str(valence),
            "tempo": str(tempo),
            "predicted_valence": str(valence / 2),
            "predicted_tempo": str(100 + tempo / 10),
        }
        for model in MODELS
        for i, (valence, tempo) in enumerate(TRUE)
    ]


def judge(folder, table, entry, targets=TARGETS, items=None):
    """Write predictions as CSV and read them; return what is noticed."""
    path = folder / "mine.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    source = PredictionSource.of({"file": str(path), **entry}, targets)
    model_names(source)
    known = None
    if items is not None:
        other = folder / "items.csv"
        other.write_text(items, encoding="utf-8")
        known = read_item_table({"item": "id", "describe": []}, str(other), targets)
    found = read_target_predictions(source, known, group_names="exact")
    return [warning["message"] for warning in found.dataset()["warnings"]]


def _case(name, change, *sees, refused=True, entry=None, items=None, without=()):
    def run(folder):
        table = rows()
        table = change(table) or table
        own = {key: value for key, value in {**ENTRY, **(entry or {})}.items() if key not in without}
        return judge(folder, table, own, items=items)

    return Case(name, SECTION, run, sees, refused)


def _set(row, **cells):
    return lambda table: table[row].update(cells)


def _of_item(item, **cells):
    return lambda table: [row | (cells if row["id"] == item else {}) for row in table]


def _without(*columns):
    return lambda table: [{key: cell for key, cell in row.items() if key not in columns} for row in table]


def _every(change):
    return lambda table: [row | change(row) for row in table]


def _lacking(model, item):
    return lambda table: [row for row in table if (row["system"], row["id"]) != (model, item)]


def _silent(model, item):
    def change(table):
        for row in table:
            if (row["system"], row["id"]) == (model, item):
                row.update(predicted_valence="", predicted_tempo="")

    return change


def _arrays(name, *sees, refused=True, **arrays):
    def run(folder):
        path = folder / "mine.npz"
        y = np.array(TRUE)
        base = {"svm": y / 2, "y": y, "fold": np.arange(len(y)) % 2}
        np.savez(path, **{key: value for key, value in {**base, **arrays}.items() if value is not None})
        source = PredictionSource.of({"file": str(path), "target": list(TARGETS)}, TARGETS)
        read_target_predictions(source)
        return []

    return Case(name, SECTION, run, sees, refused)


ITEMS = "id,valence,tempo\n" + "".join(f"a{i},{v},{t}\n" for i, (v, t) in enumerate(TRUE))

CASES = [
    _case("in order", lambda table: None, refused=False),
    _case("rows in another order", lambda table: table[::-1], refused=False),
    _case(
        "an item twice for a model",
        _set(8, id="a0"),
        "mine.csv, line 10, id",
        "a second prediction of 'svm' for the item 'a0', as in line 9",
        "keep one repeat",
    ),
    _case(
        "models on different items",
        _lacking("svm", "a6"),
        "mine.csv, id",
        "'svm' says nothing of 1 of 7 items that others predict: 'a6'",
        "missing: true",
    ),
    _case(
        "models on different items, which is allowed",
        _silent("svm", "a6"),
        "svm says nothing of 1 of 7 items, such as 'a6'",
        refused=False,
        entry={"missing": True},
    ),
    _case(
        "gaps, and no rows whose mean could stand in",
        _silent("svm", "a6"),
        "svm says nothing of 'a6', and there are no rows to learn from",
        "name dev rows or folds",
        entry={"missing": True},
        without=("role", "fold"),
    ),
    _case("text as a prediction", _set(9, predicted_tempo="fast"), "line 11, predicted_tempo", "'fast'"),
    _case(
        "a comma before the decimals",
        _set(9, predicted_valence="0,5"),
        "line 11, predicted_valence",
        "'0,5': no number",
        "write a point before the decimals",
    ),
    _case(
        "an infinite prediction",
        _set(9, predicted_tempo="inf"),
        "line 11, predicted_tempo",
        "infinite number",
    ),
    _case(
        "a row with some predictions empty",
        _set(4, predicted_tempo=""),
        "line 6, predicted_tempo",
        "nothing, beside other numbers of the row",
        "leave all of them empty",
    ),
    _case(
        "a true value that is a word",
        _of_item("a1", tempo="slow"),
        "line 3, tempo",
        "'slow': no number",
        "predictions.label",
    ),
    _case("an infinite true value", _of_item("a1", tempo="-inf"), "line 3, tempo", "infinite number"),
    _case(
        "a true value that no row has",
        _of_item("a1", tempo=""),
        "line 3, tempo",
        "no number for the item 'a1'",
        "fill it in, or drop the rows of the item",
    ),
    _case("a true value that one model's row leaves out", _set(8, tempo=""), refused=False),
    _case(
        "a true value that differs between models",
        _set(8, tempo="91"),
        "line 10, tempo",
        "91 for the item 'a1'",
        "90.5, as in line 3",
        "an item has one true value",
    ),
    _case("a true value that differs by rounding", _set(8, tempo="90.50000001"), refused=False),
    _case(
        "true values that do not vary among the rows that teach",
        _every(lambda row: {"tempo": "120"} if row["part"] == "dev" else {}),
        "mine.csv, tempo",
        "120 for 4 items, all there are",
        "a target that varies",
    ),
    _case(
        "predictions in a unit a million times smaller",
        _every(lambda row: {"predicted_tempo": str(1e6 * float(row["predicted_tempo"]))}),
        "mine.csv, predicted_tempo",
        "forest: predictions of 'tempo' from",
        "the unit of the true values, which lie from 60 to 180",
    ),
    _case(
        "targets in units a million apart",
        _every(lambda row: {key: str(1e6 * float(row[key])) for key in ("tempo", "predicted_tempo")}),
        refused=False,
    ),
    _case(
        "no column of predictions of a target",
        _without("predicted_tempo"),
        "mine.csv, predicted_tempo",
        "no such column; there are",
        "predictions.predicted: its prefix, or columns",
    ),
    _case(
        "predictions under another prefix",
        lambda table: None,
        "mine.csv, f_valence",
        "no such column",
        "did you mean 'predicted_valence'?",
        entry={"predicted": {"prefix": "f_"}},
    ),
    _case(
        "listed columns",
        lambda table: None,
        refused=False,
        entry={"predicted": {"columns": ["predicted_valence", "predicted_tempo"]}},
    ),
    _case(
        "no column of true values",
        _without("tempo"),
        "mine.csv, tempo",
        "no such column, which predictions.target names",
    ),
    _case(
        "true values nowhere",
        lambda table: None,
        "no columns of true values",
        "predictions: {target: [NAME]}",
        without=("target",),
    ),
    _case(
        "true values in the table of the items",
        _without("valence", "tempo"),
        refused=False,
        items=ITEMS,
        without=("target",),
    ),
    _case(
        "a word in the table of the items",
        _without("valence", "tempo"),
        "items.csv, line 2, tempo",
        "'fast': no number",
        items=ITEMS.replace("120.0", "fast"),
        without=("target",),
    ),
    _case(
        "no column of true values in the table of the items",
        _without("valence", "tempo"),
        "items.csv, tempo",
        "no such column",
        "name it in data.target",
        items=ITEMS.replace("tempo", "bpm"),
        without=("target",),
    ),
    _case(
        "a variance of zero",
        _every(lambda row: {"variance_valence": "0.1", "variance_tempo": "0" if row["id"] == "a2" else "9"}),
        "line 4, variance_tempo",
        "a variance above zero",
        entry={"variance": {}},
    ),
    _case(
        "a prediction without its variance",
        _every(lambda row: {"variance_valence": "0.1", "variance_tempo": "" if row["id"] == "a2" else "9"}),
        "line 4, variance_tempo",
        "nothing, beside other numbers of the row",
        entry={"variance": {}},
    ),
    _case("a role that is none", _set(0, part="train"), "line 2, part", "'train'", "dev, oof or val"),
    _case("a fold that differs between models", _set(8, fold="7"), "line 10, fold", "the fold '7'"),
    _case("no identifier", _set(5, id=" "), "line 7, id", "no identifier"),
    _arrays("arrays in order", refused=False),
    _arrays("arrays of one number for two", "mine.npz, svm", "shape (7, 1)", "2 columns", svm=np.zeros(7)),
    _arrays("an array of other items", "mine.npz, fold", "shape (6,)", fold=np.arange(6)),
    _arrays("an array without true values", "no columns of true values", y=None),
]
