"""Finished predictions of several models that do not fit together."""

import csv

import numpy as np

from latefusion.external.prediction_item_table import read_item_table
from latefusion.external.prediction_names import model_names
from latefusion.external.prediction_source import PredictionSource
from latefusion.external.predictions import read_predictions
from refusals import Case

SECTION = "Finished predictions"
MODELS = ("forest", "svm")
LABELS = ("cat", "cow", "dog", "cat", "cow", "dog", "cat", "cow")
ENTRY = {"model": "system", "label": "y", "group": "farm", "role": "part", "fold": "fold"}


def rows():
    """Return predictions that are in order: two models, eight items, of which six teach."""
    return [
        {
            "id": f"a{i}",
            "system": model,
            "y": LABELS[i],
            "farm": f"f{i // 2}",
            "part": "dev" if i < 6 else "test",
            "fold": str(i // 2) if i < 6 else "",
            "p_cat": "0.5",
            "p_cow": "0.25",
            "p_dog": "0.25",
        }
        for model in MODELS
        for i in range(len(LABELS))
    ]


def judge(folder, table, entry=None, items=None, name="mine.csv"):
    """Write predictions as CSV and read them; return what is noticed."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    source = PredictionSource.of({"file": str(path), **(ENTRY if entry is None else entry)})
    model_names(source)
    known = None
    if items is not None:
        other = folder / "items.csv"
        other.write_text(items, encoding="utf-8")
        known = read_item_table({"item": "id", "label": "y", "group": None, "describe": []}, str(other))
    found = read_predictions(source, known, group_names="exact")
    return [warning["message"] for warning in found.dataset()["warnings"]]


def _case(name, change, *sees, refused=True, entry=None, items=None):
    def run(folder):
        table = rows()
        table = change(table) or table
        return judge(folder, table, None if entry is None else {**ENTRY, **entry}, items)

    return Case(name, SECTION, run, sees, refused)


def _set(row, **cells):
    return lambda table: table[row].update(cells)


def _without(*columns):
    return lambda table: [{key: cell for key, cell in row.items() if key not in columns} for row in table]


def _renamed(old, new):
    return lambda table: [{new if key == old else key: cell for key, cell in row.items()} for row in table]


def _every(**cells):
    def change(table):
        for row in table:
            row.update(cells)

    return change


def _binary(table):
    """Leave one column and two labels."""
    changed = [{**row, "y": "spoof" if row["y"] == "cat" else "bonafide", "score": "0.4"} for row in table]
    return _without("p_cat", "p_cow", "p_dog")(changed)


ITEMS = "id,y\n" + "".join(f"a{i},{label}\n" for i, label in enumerate(LABELS))


def _arrays(name, *sees, **arrays):
    def run(folder):
        path = folder / "mine.npz"
        base = {"svm": np.full((6, 3), 1 / 3), "y": np.array(["a", "b", "c"] * 2)}
        np.savez(path, **{key: value for key, value in {**base, **arrays}.items() if value is not None})
        read_predictions(PredictionSource.of({"file": str(path)}))
        return []

    return Case(name, SECTION, run, sees)


def _scores(name, text, *sees):
    def run(folder):
        path = folder / "cqcc.txt"
        path.write_text(text, encoding="utf-8")
        (folder / "keys.csv").write_text("id,y\nu1,0\nu2,1\nu3,1\n", encoding="utf-8")
        source = PredictionSource.of({"file": str(path), "scores": {"columns": ["score"]}})
        known = read_item_table({"item": "id", "label": "y", "describe": []}, str(folder / "keys.csv"))
        read_predictions(source, known)
        return []

    return Case(name, SECTION, run, sees)


CASES = [
    _case("in order", lambda table: None, refused=False),
    _case("rows in another order", lambda table: table[::-1], refused=False),
    _case("one label for all items", _every(y="cat"), "y", "one label only"),
    _case("probabilities rounded to three decimals", _set(3, p_cat="0.501"), refused=False),
    _case(
        "probabilities that do not sum to one",
        _set(2, p_cat="0.9"),
        "mine.csv, line 4, p_…",
        "probabilities that sum to 1.4",
        "divide each row by its sum",
    ),
    _case(
        "a negative probability", _set(3, p_cat="-0.5", p_cow="1.25"), "line 5", "values from -0.5 to 1.25"
    ),
    _case(
        "percentages", _set(0, p_cat="50", p_cow="25", p_dog="25"), "line 2", "percentages", "divide by 100"
    ),
    _case("text in place of a probability", _set(9, p_cow="high"), "line 11, p_cow", "'high'"),
    _case("an infinite probability", _set(9, p_cow="inf"), "line 11, p_cow", "'inf'"),
    _case(
        "a row with some probabilities empty", _set(4, p_dog=""), "line 6", "some probabilities, but not all"
    ),
    _case(
        "an item twice for a model",
        lambda table: table[10].update(id="a1"),
        "line 12, id",
        "a second prediction of 'svm' for the item 'a1', as in line 11",
        "keep one repeat",
    ),
    _case(
        "models on different items",
        lambda table: [row for row in table if (row["system"], row["id"]) != ("svm", "a7")],
        "mine.csv, id",
        "'svm' says nothing of 1 of 8 items that others predict: 'a7'",
        "missing: true",
    ),
    _case(
        "models on different items, which is allowed",
        lambda table: [row for row in table if (row["system"], row["id"]) != ("svm", "a7")],
        "svm says nothing of 1 of 8 items, such as 'a7'",
        refused=False,
        entry={"missing": True},
    ),
    _case("no identifier", _set(5, id=" "), "line 7, id", "no identifier"),
    _case(
        "a label that differs between models",
        _set(9, y="dog"),
        "line 11, y",
        "the label 'dog' for the item 'a1'",
        "'cow', as in line 3",
        "an item has one label",
    ),
    _case("a group that differs between models", _set(9, farm="f9"), "line 11, farm", "the group 'f9'"),
    _case("a fold that differs between models", _set(9, fold="7"), "line 11, fold", "the fold '7'"),
    _case(
        "a label without a column",
        lambda table: [row | ({"y": "horse"} if row["id"] == "a4" else {}) for row in table],
        "line 6, y",
        "'horse': a label without a column, of 1 item",
        "add a column p_horse",
    ),
    _case(
        "a label nearly like a column",
        lambda table: [row | ({"y": "Cow"} if row["id"] == "a4" else {}) for row in table],
        "'Cow': a label without a column",
        "did you mean 'cow'?",
    ),
    _case(
        "labels that are numbers, columns that are names",
        lambda table: [row | {"y": str(sorted(set(LABELS)).index(row["y"]))} for row in table],
        "0: a label without a column",
        "classes: {columns: [p_cat, p_cow, p_dog]}",
    ),
    _case(
        "labels that are numbers, columns listed in their order",
        lambda table: [row | {"y": str(sorted(set(LABELS)).index(row["y"]))} for row in table],
        refused=False,
        entry={"classes": {"columns": ["p_cat", "p_cow", "p_dog"]}},
    ),
    _case(
        "a class that no item is of",
        lambda table: [row | {"p_yak": "0"} for row in table],
        refused=False,
    ),
    _case(
        "an item without a label",
        lambda table: [row | ({"y": ""} if row["id"] == "a2" else {}) for row in table],
        "line 4, y",
        "no label for the item 'a2'",
    ),
    _case("no column of labels", _without("y"), "y", "no such column, which predictions.label names"),
    _case(
        "labels neither here nor in a table of items",
        _without("y"),
        "no column of labels",
        "data.items",
        entry={"label": None},
    ),
    _case("labels from a table of items", _without("y"), refused=False, entry={"label": None}, items=ITEMS),
    _case(
        "a prediction of no item of the table",
        lambda table: _set(3, id="b3")(table) or _without("y")(table),
        "line 5, id",
        "'b3': no item of items.csv",
        entry={"label": None},
        items=ITEMS,
    ),
    _case(
        "items of the table that nobody predicts",
        _without("y"),
        "2 items of items.csv are predicted by no model, and left out",
        refused=False,
        entry={"label": None},
        items=ITEMS + "b1,cat\nb2,cow\n",
    ),
    _case("a column of models that is not there", _renamed("system", "sys"), "no model", "predictions.model"),
    _case(
        "models whose names become one",
        lambda table: [row | {"system": {"forest": "A b", "svm": "A/b"}[row["system"]]} for row in table],
        "'A/b' and 'A b', which would both be A_b",
        "rename one of them",
    ),
    _case(
        "no dev row for rules that learn",
        _every(part="test"),
        "mine.csv, part",
        "no dev row",
        "remove `role` from predictions",
    ),
    _case("dev rows only", _every(part="dev", fold="1"), "part", "dev rows only", "add test rows"),
    _case(
        "rows that a model was trained on",
        lambda table: [row | {"part": row["part"].replace("dev", "train")} for row in table],
        "line 2, part",
        "'train'",
        "drop those that they were trained on",
    ),
    _case(
        "a dev row without a fold",
        lambda table: [row | ({"fold": ""} if row["id"] == "a1" else {}) for row in table],
        "line 3, fold",
        "no fold for the item 'a1'",
    ),
    _case(
        "one fold only",
        lambda table: [row | ({"fold": "0"} if row["part"] == "dev" else {}) for row in table],
        "fold",
        "one fold only",
    ),
    _case(
        "groups that folds tear apart",
        lambda table: [row | {"farm": "f0" if row["part"] == "dev" else "f1"} for row in table],
        "1 group has items in several folds",
        refused=False,
    ),
    _case(
        "an item without a group",
        lambda table: [row | ({"farm": ""} if row["id"] == "a7" else {}) for row in table],
        "1 item has no farm; each is a group of its own",
        refused=False,
    ),
    _case(
        "one column for three classes",
        _without("p_cow", "p_dog"),
        "p_cat",
        "one column for 3 classes",
    ),
    _case(
        "one column for two classes of which neither is the positive one by its name",
        _binary,
        "score",
        "one column, and the labels 'bonafide' and 'spoof'",
        "positive: spoof",
        entry={"scores": {"columns": ["score"]}},
    ),
    _case(
        "a positive class that there is not",
        _binary,
        "no label 'genuine', which predictions.positive names",
        "'bonafide'",
        entry={"scores": {"columns": ["score"]}, "positive": "genuine"},
    ),
    _case(
        "scores under a name for probabilities",
        _renamed("p_cat", "s_cat"),
        "'cat': a label without a column",
    ),
    _case(
        "no column of the classes",
        lambda table: _renamed("p_dog", "s_dog")(
            _renamed("p_cow", "s_cow")(_renamed("p_cat", "s_cat")(table))
        ),
        "no column that begins with 'p_'",
        "scores: {prefix: s_}",
    ),
    _arrays("arrays of different items", "mine.npz, rf", "shape (5, 3)", rf=np.full((5, 3), 1 / 3)),
    _arrays("an array of objects", "Python objects", "dtype str", y=np.array([None] * 6, object)),
    _arrays("an archive without a model", "no array of a model", svm=None),
    _scores("a score that is no number", "u1 0.3\nu2 n/a\nu3 1\n", "cqcc.txt, line 2, score", "'n/a'"),
    _scores("a line of scores with a field too many", "u1 0.3\nu2 x 0.1\nu3 1\n", "line 2", "2 fields"),
]
