"""Columns of numbers to predict."""

from generate import write_dataset
from refusals import Case
from refusals.pair import Pair, check
from refusals.small import line, read_text, table, text

SECTION = "Numbers to predict"
SMALL = {"n_train": 40, "n_test": 20, "dims": {"text": 4, "audio": 3}}


def _written(name, written, *sees, refused=True, target="valence"):
    """A column of numbers, of which row 4 is written in some way."""

    def run(folder):
        cells = [[*row, str(at / 8)] for at, row in enumerate(table())]
        cells[0][-1] = "valence"
        cells[5][-1] = written
        return read_text(folder, text(cells), label=None, class_name=None, target=[target])

    return Case(name, SECTION, run, sees, refused)


def _both(name, change, *sees, refused=True):
    """Both files, whose rows are changed before they are compared."""

    def run(folder):
        pair = Pair(*write_dataset(folder, **SMALL))
        for split in ("train", "test"):
            for at, row in enumerate(pair.rows[split]):
                change(split, at, row)
        return check(pair, folder, label=None, class_name=None, target=["valence", "arousal"])

    return Case(name, SECTION, run, sees, refused)


def _constant(split, at, row):
    if split == "train":
        row["valence"] = "0.5"


def _same(split, at, row):
    row["arousal"] = row["valence"]


def _in_millions(split, at, row):
    row["valence"] = str(1e6 * float(row["valence"]))


def _one_point(split, at, row):
    if at < 12:
        row["valence"], row["arousal"] = "0.25", "-0.5"


CASES = [
    _written("text", "happy", f"line {line(4)}, valence", "'happy': no number", "data.label"),
    _written(
        "a blank", "", f"line {line(4)}, valence", "no number", "a finite number in every row", "data.new"
    ),
    _written("infinite", "inf", f"line {line(4)}, valence", "'inf': an infinite number", "drop the row"),
    _written("a decimal comma", "0,5", f"line {line(4)}, valence", "'0,5': no number", "a point"),
    _written("a number whose square is none", "1e200", f"line {line(4)}", "beyond 1e+100", "another unit"),
    _written(
        "no such column",
        "0.5",
        "valance",
        "no such column, which data.target names",
        "did you mean 'valence'?",
        target="valance",
    ),
    _written("numbers in scientific notation", "-5e-1", refused=False),
    _both("constant", _constant, "train.csv, valence", "0.5 in every row", "a target that varies"),
    _both("two units, 1e6 apart", _in_millions, refused=False),
    _both("the same numbers twice", _same, "are equal in every row", refused=False),
    _both(
        "many items of one point",
        _one_point,
        "24 of 60 items have the same valence and arousal: valence 0.25, arousal -0.5",
        refused=False,
    ),
]
