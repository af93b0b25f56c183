"""Tables of probabilities that another system made."""

import csv

import numpy as np

from latefusion.external.probabilities import Expected, TableColumns, import_probabilities
from refusals import Case

SECTION = "Probabilities that the user brings"
CLASSES = [{"index": i, "label": i + 1, "name": name} for i, name in enumerate(("Angry", "Happy", "Sad"))]
ITEMS = [f"train:{i}" for i in range(6)]
GROUPS = ["a", "a", "b", "b", "c", "c"]
FOLDS = [0, 0, 1, 1, 1, 1]


def expected():
    """Return six items of three groups; a seventh is in the other part."""
    return Expected(
        np.array(ITEMS, object),
        np.array([0, 1, 2, 0, 1, 2], np.int32),
        np.array(GROUPS, object),
        frozenset(["test:0"]),
    )


def rows():
    """Return a table that is in order, its rows reversed."""
    names = [f"p_{entry['name']}" for entry in CLASSES]
    table = [
        {"item": item, "fold": str(fold), **dict(zip(names, ("0.5", "0.25", "0.25"), strict=True))}
        for item, fold in zip(ITEMS, FOLDS, strict=True)
    ]
    return table[::-1]


def bring(folder, table, name="test", grouped=True, columns=None):
    """Write a table as CSV and import it."""
    path = folder / "mine.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return import_probabilities(path, expected(), CLASSES, table=name, grouped=grouped, columns=columns)


def _case(name, change, *sees, refused=True, table="train_out_of_fold", **options):
    def run(folder):
        cells = rows()
        bring(folder, change(cells) or cells, table, **options)
        return []

    return Case(name, SECTION, run, sees, refused)


def _set(row, **cells):
    return lambda table: table[row].update(cells)


def _renamed(old, new):
    return lambda table: [{new if name == old else name: cell for name, cell in row.items()} for row in table]


def _without(column):
    return lambda table: [{name: cell for name, cell in row.items() if name != column} for row in table]


def _every(**cells):
    def change(table):
        for row in table:
            row.update(cells)

    return change


THEIRS = TableColumns(item="clip_id", fold="part", prefix="prob_")


def _theirs(table):
    names = {"item": "clip_id", "fold": "part"}
    return [
        {names.get(name, name.replace("p_", "prob_")): cell for name, cell in row.items()} for row in table
    ]


CASES = [
    _case("in order, rows in another order", lambda table: None, refused=False),
    _case("an item that lacks the modality", _set(2, p_Angry="", p_Happy="", p_Sad=""), refused=False),
    _case(
        "classes named by their label",
        lambda table: _renamed("p_Angry", "p_1")(_renamed("p_Happy", "p_2")(_renamed("p_Sad", "p_3")(table))),
        refused=False,
    ),
    _case(
        "columns under names of their own",
        _theirs,
        refused=False,
        columns=THEIRS,
    ),
    _case(
        "a named column that is not there",
        _renamed("item", "clip"),
        "clip_id",
        "no such column",
        "did you mean 'clip'?",
        "columns",
        columns=THEIRS,
    ),
    _case(
        "an unknown class under a prefix of its own",
        lambda table: _renamed("prob_Sad", "prob_Sadd")(_theirs(table)),
        "prob_Sadd",
        "an unknown class",
        "did you mean 'prob_Sad'?",
        columns=THEIRS,
    ),
    _case(
        "a wrong row under names of its own",
        lambda table: _set(1, clip_id="song 4")(theirs := _theirs(table)) or theirs,
        "line 3, clip_id",
        "'song 4': no item of the data",
        columns=THEIRS,
    ),
    _case("no item", _renamed("item", "items"), "item", "no such column", "did you mean 'items'?"),
    _case("no fold in out-of-fold probabilities", _without("fold"), "fold", "no such column"),
    _case("a class left out", _without("p_Sad"), "p_Sad", "no such column", "one for each class"),
    _case(
        "an unknown class", _renamed("p_Sad", "p_Sadd"), "p_Sadd", "an unknown class", "did you mean 'p_Sad'?"
    ),
    _case(
        "an unknown item",
        _set(1, item="song 4"),
        "line 3, item",
        "'song 4': no item of the data",
        "'train:0'",
    ),
    _case("an item of the other part", _set(1, item="test:0"), "line 3, item", "an item of the other part"),
    _case(
        "an item twice", _set(1, item="train:5"), "line 3, item", "'train:5', as on line 2", "each item once"
    ),
    _case(
        "items missing",
        lambda table: table[2:],
        "item",
        "2 of 6 items are missing, such as 'train:4'",
        "add the rows",
    ),
    _case(
        "another label", lambda table: _every(label="1")(table), "line 2, label", "'Sad' (index 2, label 3)"
    ),
    _case("text for a probability", _set(3, p_Sad="high"), "line 5, p_Sad", "'high'", "a number from 0 to 1"),
    _case("NaN for a probability", _set(3, p_Sad="nan"), "line 5, p_Sad", "'nan'", "a number from 0 to 1"),
    _case("some probabilities only", _set(3, p_Sad=""), "line 5", "some probabilities, but not all"),
    _case(
        "probabilities that do not sum to one",
        _set(3, p_Sad="0.5"),
        "line 5",
        "sum to 1.25",
        "divide each row",
    ),
    _case("scores", _set(3, p_Sad="-2.5"), "line 5", "values from -2.5 to 0.5", "apply a softmax"),
    _case(
        "percentages",
        _set(3, p_Angry="50", p_Happy="25", p_Sad="25"),
        "line 5",
        "percentages",
        "divide by 100",
    ),
    _case("a fold that is no number", _set(0, fold="x"), "line 2, fold", "'x'", "a whole number from 0"),
    _case("one fold only", _every(fold="0"), "fold", "one fold only, 0", "at least two folds"),
    _case(
        "a group in two folds",
        _set(0, fold="0"),
        "line 3, fold",
        "fold 1 for the group 'c', of which line 2 is in fold 0",
        "all items of a group in one fold",
    ),
    _case(
        "a group in two folds where groups straddle anyway", _set(0, fold="0"), refused=False, grouped=False
    ),
]
