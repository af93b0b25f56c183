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


def _mixed_units(split, at, row):
    row["valence"] = str((1e6 if split == "test" else 1) * (at + 1))


def _unknown(split, at, row):
    row["valence"] = "-99999" if at == 3 else str((at + 1) / 40)


def _codes(split, at, row):
    row["valence"] = str(at % 4)


def _long_tail(split, at, row):
    row["valence"] = str(1.4**at)


def _among_the_features(split, at, row):
    first = row["audio_embedding"].strip("[]").split(",")[0]
    row["valence"] = str(3 * float(first) + 1)


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
    _written(
        "an embedding",
        "[0.5, 1.5]",
        f"line {line(4)}, valence",
        "no number",
        "name another column in data.target",
    ),
    _both(
        "a number that is one of the features as well",
        _among_the_features,
        "audio: of its 3 numbers, number 1 is the target 'valence' itself, but for its unit",
        refused=False,
    ),
    _written("numbers in scientific notation", "-5e-1", refused=False),
    _both("constant", _constant, "train.csv, valence", "0.5 in every row", "a target that varies"),
    _both("two targets in units 1e6 apart", _in_millions, refused=False),
    _both(
        "one target in two units",
        _mixed_units,
        "20 of 60 numbers of a size of 1e+06 or more (20 in",
        "up to 40, nothing between: bring all to one unit",
        refused=False,
    ),
    _both(
        "a number that stands for unknown",
        _unknown,
        "2 of 60 numbers of a size of 99999 or more (1 in",
        "leave out items whose number stands for unknown",
        refused=False,
    ),
    _both("numbers with a long tail", _long_tail, refused=False),
    _both(
        "codes of classes",
        _codes,
        "'valence' has 4 values, whole numbers all: 0, 1, 2 and 3",
        "name the column in data.label",
        refused=False,
    ),
    _both("the same numbers twice", _same, "are equal in every row", refused=False),
    _both(
        "many items of one point",
        _one_point,
        "24 of 60 items have the same valence and arousal: valence 0.25, arousal -0.5",
        refused=False,
    ),
]
